#!/usr/bin/python3
"""What `generate` costs when one commit touches every state, against `affected` for the same commit: time, memory and text, for
ever more states. Each state gets a plan and a gated apply, in as many children and files as GitLab's limits ask for.

usage: generate_bench.py BUILD_DIRECTORY [--states N …] [--rounds N]

The build directory (optimised) has the target statelane.
"""
import argparse
import subprocess
import tempfile
from pathlib import Path

from measure import ENVIRONMENT, measure, show

STATE = """terraform {{
  backend "s3" {{
    bucket = "states"
    key    = "{number}"
  }}
}}

module "common" {{
  source = "../../../modules/common"
}}
"""


def git(repository, *arguments):
    command = ["git", "-C", repository, "-c", "user.name=bench", "-c", "user.email=bench@example.com", *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT).stdout.strip()


def commit(repository, files):
    for path, text in files.items():
        (repository / path).parent.mkdir(parents=True, exist_ok=True)
        (repository / path).write_text(text)
    git(repository, "add", "--all")
    git(repository, "commit", "-q", "-m", "bench")
    return git(repository, "rev-parse", "HEAD")


def bench(build, states, rounds, scratch):
    repository = scratch / f"of-{states}"
    repository.mkdir()
    git(repository, "init", "-q", "-b", "main")
    files = {f"accounts/team-{number % 100:02}/state-{number:05}/main.tf": STATE.format(number=number)
             for number in range(states)}
    before = commit(repository, {**files, "modules/common/main.tf": 'variable "a" {}\n'})
    head = commit(repository, {"modules/common/main.tf": 'variable "b" {}\n'})
    git(repository, "gc", "--quiet")
    variables = {"CI": "true", "CI_COMMIT_SHA": head, "CI_COMMIT_BEFORE_SHA": before, "CI_COMMIT_BRANCH": "main",
                 "CI_DEFAULT_BRANCH": "main", "CI_PIPELINE_SOURCE": "push", "CI_SERVER_VERSION": "18.0.0"}
    statelane = ["env", *(f"{name}={value}" for name, value in variables.items()), build / "src/statelane", "-C", repository]
    output = scratch / "lanes.gitlab-ci.yml"
    children = states // 500 + 1
    figures = measure({
        "affected": (None, [*statelane, "affected"]),
        "generate": (None, [*statelane, "generate", "-o", output, "--children", str(children), "--files", "3"]),
    }, rounds)
    written = list(scratch.glob("lanes*.gitlab-ci.yml"))
    assert len(written) == 3 * children, "generate refused: this measures nothing"
    size = sum(file.stat().st_size for file in written)
    print(f"\n{states} states: {size / states:.0f} bytes of YAML a state in {children} children, "
          f"{figures['generate'][2] / states * 1000:.1f} kB of memory a state")
    show(figures, "affected")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=Path)
    parser.add_argument("--states", type=int, nargs="+", default=[1250, 2500, 5000])
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    for states in arguments.states:
        with tempfile.TemporaryDirectory() as scratch:
            bench(arguments.build.resolve(), states, arguments.rounds, Path(scratch))


main()
