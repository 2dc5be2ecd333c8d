#!/usr/bin/python3
"""What comparing each state with its own applied commit costs: instructions of `status`, by the refs of a local origin.

usage: status_bench.py BUILD_DIRECTORY [--states N] [--commits N] [--pending N]

The build directory (optimised) has the targets statelane and make_preset. Commit after commit changes one state; every
state was applied at one of them, so that there are as many bases; `--pending` of the changes were not applied. Shown
beside one warm `affected` and beside `git diff --name-only` from each base to the tip, whose mean is taken of ten.
"""
import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from measure import ENVIRONMENT

sys.path.insert(0, str(Path(__file__).parent.parent / "e2e"))
from deployments_server import slug_of  # noqa: E402


def output(*argv, **more):
    return subprocess.run(argv, check=True, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT, **more).stdout.strip()


def instructions(*argv):
    told = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *argv], check=True, text=True,
                          env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE).stderr
    return int(re.search(r"Collected : (\d+)", told)[1])


def commit_changes(repository, states, count):
    """One state's file in each commit; the commits, and by state the place of its last change."""
    text, places = [], {}
    head = output("git", "-C", repository, "rev-parse", "HEAD")
    for number in range(count):
        state = states[number * 7 % len(states)]
        places[state] = number
        body = f'output "added_{number}" {{\n  value = {number}\n}}\n'
        text.append(f"commit refs/heads/main\nmark :{number + 1}\ncommitter a <a@b> {1700000000 + number} +0000\ndata 1\nc\n"
                    + (f"from {head}\n" if number == 0 else "") + f"M 100644 inline {state}/added.tf\ndata {len(body)}\n{body}\n")
    marks = repository.parent / "marks"
    output("git", "-C", repository, "fast-import", "--quiet", "--force", f"--export-marks={marks}", input="".join(text))
    output("git", "-C", repository, "checkout", "-q", "-f", "main")
    by_mark = dict(line.split() for line in marks.read_text().splitlines())
    return [by_mark[f":{number + 1}"] for number in range(count)], places


def make_origin(repository, states, commits, places, pending):
    origin = repository.parent / "origin.git"
    output("git", "clone", "-q", "--bare", repository, origin)
    lines = []
    for number, state in enumerate(states):
        place, changed = number % len(commits), places.get(state)
        if changed is not None:
            place = changed - 1 if 0 < changed < pending else max(place, changed)
        lines.append(f"create refs/environments/{slug_of(state)}/deployments/{number + 1} {commits[place]}\n")
    output("git", f"--git-dir={origin}", "update-ref", "--stdin", input="".join(lines))
    output("git", f"--git-dir={origin}", "pack-refs", "--all")
    output("git", "-C", repository, "remote", "add", "origin", origin)


def bench(options, scratch):
    repository, program = scratch / "repository", options.build / "src/statelane"
    output(options.build / "tests/bench/make_preset", f"states={options.states}", repository, "1")
    output("git", "-C", repository, "checkout", "-q", "-f", "-B", "main")
    listed = json.loads(output(program, "-C", repository, "list", "--json"))["states"]
    states = [state["id"] for state in listed if not state["instance"] and "%" not in state["id"]]
    commits, places = commit_changes(repository, states, options.commits)
    make_origin(repository, states, commits, places, options.pending)
    cache = ["-C", repository, "--cache", scratch / "cache"]
    output(program, "affected", *cache, "HEAD")
    affected = instructions(program, "affected", *cache, "HEAD")
    told = output(program, "status", *cache).splitlines()[-1]
    status = instructions(program, "status", *cache)
    some = commits[::max(1, len(commits) // 10)]
    diff = sum(instructions("git", "-C", repository, "diff", "--name-only", commit, "HEAD") for commit in some) / len(some)
    print(f"{told}; {len(commits)} applied commits")
    print(f"warm affected {affected / 1e6:,.0f} M, status {status / 1e6:,.0f} M instructions; git diff --name-only {diff / 1e6:.1f} M")
    print(f"a commit costs {(status - affected) / len(commits) / diff:.2f} times git diff --name-only")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=Path)
    parser.add_argument("--states", type=int, default=5000)
    parser.add_argument("--commits", type=int, default=500)
    parser.add_argument("--pending", type=int, default=100)
    options = parser.parse_args()
    options.build = options.build.absolute()
    with tempfile.TemporaryDirectory() as scratch:
        bench(options, Path(scratch))


if __name__ == "__main__":
    main()
