#!/usr/bin/python3
"""What a cold and a warm `list` cost, against reading the same files and doing nothing, and HashiCorp's parser on them.

usage: list_bench.py BUILD_DIRECTORY [PRESET …] [--rounds N] [--growth]

The build directory (optimised) has the targets statelane, make_preset, read_files and parse_files. Presets: small,
typical, matrix, farm, large, states=N; default farm and typical. --growth compares states=500 with states=5000.
Repositories are made below the system's temporary directory and removed. Where other work shares the machine, only
the processor time means something.
"""
import argparse
import shutil
import subprocess
import tempfile
from pathlib import Path

from measure import ENVIRONMENT, measure, show


def output(*argv):
    return subprocess.run(argv, check=True, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT).stdout


def make_repository(build, preset, scratch):
    """The repository, and the commits of a generated one and of one small change later."""
    repository = scratch / preset.replace("=", "-")
    base, head = output(build / "tests/bench/make_preset", preset, repository, "1").split()
    output("git", "-C", repository, "gc", "--quiet")
    return repository, base, head


def parse_with_hashicorp(build, repository, head):
    """Seconds by the clock and of processor time, the best of two runs."""
    runs = [output(build / "tests/bench/parse_files", repository, head).split() for _ in range(2)]
    return min(float(run[0]) for run in runs) / 1e3, min(float(run[2]) for run in runs) / 1e3


def bench(build, preset, rounds, scratch):
    repository, base, head = make_repository(build, preset, scratch)
    cache = scratch / "cache"
    old = scratch / "old"
    statelane = [build / "src/statelane", "-C", repository, "list", "--json"]
    reader = build / "tests/bench/read_files"

    def forget():
        shutil.rmtree(cache, ignore_errors=True)

    def recall():
        forget()
        shutil.copytree(old, cache)

    output(*statelane, "--rev", base, "--cache", old)
    floor = output(reader, "objects", repository, head).strip()
    print(f"\n{preset}: {floor}")
    figures = measure({
        "read blobs, libgit2, one thread": (None, [reader, "objects", repository, head]),
        "list --rev, no cache": (None, [*statelane, "--rev", head, "--no-cache"]),
        "list --rev, cold, cache written": (forget, [*statelane, "--rev", head, "--cache", cache]),
        "list --rev, warm, one commit later": (recall, [*statelane, "--rev", head, "--cache", cache]),
        "git ls-tree -r": (None, ["git", "-C", repository, "ls-tree", "-r", head]),
    }, rounds)
    show(figures, "read blobs, libgit2, one thread")
    wall, processor, peak = figures["list --rev, no cache"]
    parse_wall, parse_processor = parse_with_hashicorp(build, repository, head)
    print(f"HashiCorp's parser alone, one thread: {parse_wall / wall:.1f} x the whole of list --rev by the clock, "
          f"{parse_processor / processor:.1f} x its processor time")
    warm, listed = figures["list --rev, warm, one commit later"], figures["git ls-tree -r"]
    print(f"warm: {warm[0] / listed[0]:.2f} x git ls-tree -r by the clock, {warm[1] / listed[1]:.2f} x its processor time")
    print(f"peak memory: {peak * 2**20 / int(floor.split()[2]):.1f} x the bytes of the .tf files")
    output("git", "-C", repository, "checkout", "--quiet", "--force", "main")
    show(measure({
        "read files, two threads": (None, [reader, "disk", repository]),
        "list, work tree, no cache": (None, [*statelane, "--no-cache"]),
        "list, work tree, warm": (recall, [*statelane, "--cache", cache]),
        "git diff --name-only HEAD": (None, ["git", "-C", repository, "diff", "--name-only", "HEAD"]),
    }, rounds), "read files, two threads")


def bench_growth(build, rounds, scratch):
    contenders = {}
    for count in (500, 5000):
        repository, _, head = make_repository(build, f"states={count}", scratch)
        contenders[count] = (None, [build / "src/statelane", "-C", repository, "list", "--rev", head, "--no-cache"])
    few, many = measure(contenders, rounds).values()
    print(f"\n10 x as many states: {many[0] / few[0]:.1f} x by the clock, {many[1] / few[1]:.1f} x the processor time, "
          f"{many[2] / few[2]:.1f} x the peak memory")


def bench_start(build):
    start = measure({"statelane": (None, [build / "src/statelane", "--version"]),
                     "git": (None, ["git", "--version"])}, 30)
    ratios = [ours / theirs for ours, theirs in zip(start["statelane"], start["git"])]
    print(f"statelane --version: {ratios[0]:.2f} x git --version by the clock, {ratios[1]:.2f} x its processor time")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=Path)
    parser.add_argument("presets", nargs="*", default=["farm", "typical"])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--growth", action="store_true")
    arguments = parser.parse_args()
    build = arguments.build.resolve()
    bench_start(build)
    for preset in arguments.presets:
        with tempfile.TemporaryDirectory() as scratch:
            bench(build, preset, arguments.rounds, Path(scratch))
    if arguments.growth:
        with tempfile.TemporaryDirectory() as scratch:
            bench_growth(build, arguments.rounds, Path(scratch))


main()
