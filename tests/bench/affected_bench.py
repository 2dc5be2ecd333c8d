#!/usr/bin/python3
"""What `affected` costs for one commit, cold and warm, against `git diff` and against what one would run by hand.

usage: affected_bench.py BUILD_DIRECTORY [PRESET …] [--rounds N] [--commits N]

The build directory (optimised) has the targets statelane, make_preset and read_files. Each of the commits (default 3) is
measured by itself. Ratios are to reading one tree's configuration files through libgit2 on one thread. By hand: the
changed paths of `git diff`, and for each of their directories `git grep` for files that name it.
"""
import argparse
import shutil
import subprocess
import tempfile
from pathlib import Path

from measure import ENVIRONMENT, measure, show

BY_HAND = """
git diff --name-only "$1" "$2" | xargs -n1 dirname | sort -u | while read -r directory; do
  git grep -l -F -e "/$(basename "$directory")\\"" "$2" -- '*.tf'
done
"""


def output(*argv):
    return subprocess.run(argv, check=True, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT).stdout


def bench(build, preset, rounds, count, scratch):
    repository = scratch / "repository"
    commits = output(build / "tests/bench/make_preset", preset, repository, str(count)).split()
    output("git", "-C", repository, "gc", "--quiet")
    output("git", "-C", repository, "config", "core.commitGraph", "false")
    cache = scratch / "cache"
    old = scratch / "old"
    for base, head in zip(commits, commits[1:]):
        affected = [build / "src/statelane", "-C", repository, "affected", f"{base}..{head}", "--json"]
        shutil.rmtree(old, ignore_errors=True)
        output(build / "src/statelane", "-C", repository, "list", "--rev", base, "--cache", old)

        def recall():
            shutil.rmtree(cache, ignore_errors=True)
            shutil.copytree(old, cache)

        paths = output("git", "-C", repository, "diff", "--name-only", base, head).count("\n")
        print(f"\n{preset}, {paths} changed paths")
        show(measure({
            "read one tree's blobs, libgit2": (None, [build / "tests/bench/read_files", "objects", repository, head]),
            "affected, no cache": (None, [*affected, "--no-cache"]),
            "affected, warm": (recall, [*affected, "--cache", cache]),
            "git diff --name-only": (None, ["git", "-C", repository, "diff", "--name-only", base, head]),
            "git diff and git grep by hand": (None, ["sh", "-c", f"cd '{repository}' && {BY_HAND}", "sh", base, head]),
        }, rounds), "read one tree's blobs, libgit2")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=Path)
    parser.add_argument("presets", nargs="*", default=["farm"])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--commits", type=int, default=3)
    arguments = parser.parse_args()
    for preset in arguments.presets:
        with tempfile.TemporaryDirectory() as scratch:
            bench(arguments.build.resolve(), preset, arguments.rounds, arguments.commits, Path(scratch))


main()
