#!/usr/bin/python3
"""What a cold and a warm `list` cost, against reading the same files and doing nothing, and HashiCorp's parser on them.

usage: list_bench.py BUILD_DIRECTORY [PRESET …] [--rounds N]

The build directory (optimised) has the targets statelane, make_preset, read_files and parse_files. Presets: small,
typical, matrix, farm, large, states=N; default farm and typical. Repositories are made below the system's temporary
directory and removed. Ratios are to reading the blobs through libgit2 on one thread, hash verification off.
"""
import argparse
import shutil
import subprocess
import tempfile
from pathlib import Path

from measure import ENVIRONMENT, measure, show


def output(*argv):
    return subprocess.run(argv, check=True, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT).stdout


def bench(build, preset, rounds, scratch):
    repository = scratch / "repository"
    base, head = output(build / "tests/bench/make_preset", preset, repository, "1").split()
    output("git", "-C", repository, "gc", "--quiet")
    cache = scratch / "cache"
    old = scratch / "old"
    statelane = [build / "src/statelane", "-C", repository, "list", "--json"]

    def forget():
        shutil.rmtree(cache, ignore_errors=True)

    def recall():
        forget()
        shutil.copytree(old, cache)

    output(*statelane, "--rev", base, "--cache", old)
    print(f"\n{preset}: {output(build / 'tests/bench/read_files', 'objects', repository, head).strip()}")
    of_commit = {
        "read blobs, libgit2, one thread": (None, [build / "tests/bench/read_files", "objects", repository, head]),
        "list --rev, no cache": (None, [*statelane, "--rev", head, "--no-cache"]),
        "list --rev, cold, cache written": (forget, [*statelane, "--rev", head, "--cache", cache]),
        "list --rev, warm, one commit later": (recall, [*statelane, "--rev", head, "--cache", cache]),
        "git ls-tree -r": (None, ["git", "-C", repository, "ls-tree", "-r", head]),
    }
    figures = measure(of_commit, rounds)
    show(figures, "read blobs, libgit2, one thread")
    parsed = min(float(output(build / "tests/bench/parse_files", repository, head).split()[0]) for _ in range(2))
    wall, processor, _ = figures["list --rev, no cache"]
    print(f"HashiCorp's parser alone, one thread: {parsed:.0f} ms, {parsed / wall / 1e3:.1f} x the whole of list --rev "
          f"by the clock, {parsed / processor / 1e3:.1f} x its processor time")
    output("git", "-C", repository, "checkout", "--quiet", "--force", "main")
    figures = measure({
        "read files, two threads": (None, [build / "tests/bench/read_files", "disk", repository]),
        "list, work tree, no cache": (None, [*statelane, "--no-cache"]),
        "list, work tree, warm": (recall, [*statelane, "--cache", cache]),
        "git diff --name-only HEAD": (None, ["git", "-C", repository, "diff", "--name-only", "HEAD"]),
    }, rounds)
    show(figures, "read files, two threads")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=Path)
    parser.add_argument("presets", nargs="*", default=["farm", "typical"])
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    print("start:", end=" ")
    start = measure({"statelane": (None, [arguments.build / "src/statelane", "--version"]),
                     "git": (None, ["git", "--version"])}, 20)
    print(f"statelane --version {start['statelane'][0] * 1e3:.2f} ms, git --version {start['git'][0] * 1e3:.2f} ms")
    for preset in arguments.presets:
        with tempfile.TemporaryDirectory() as scratch:
            bench(arguments.build.resolve(), preset, arguments.rounds, Path(scratch))


main()
