#!/usr/bin/python3
"""What the program costs before it does anything, against `git --version`: answers that read no repository, and the state
names that a shell's completion asks for.

usage: startup_bench.py BUILD_DIRECTORY [REPOSITORY …] [--rounds N]

The build directory (optimised) has the target statelane. Without a repository state names are those of the example.
"""
import argparse
import shutil
import subprocess
import tempfile
from pathlib import Path

from measure import ENVIRONMENT, measure, show

EXAMPLE = Path(__file__).resolve().parents[2] / "fixtures/ecs-platform"


def make_example(scratch):
    repository = scratch / "ecs-platform"
    shutil.copytree(EXAMPLE, repository)
    for command in (["init", "--quiet"], ["add", "--all"],
                    ["-c", "user.name=bench", "-c", "user.email=bench@example.com", "commit", "--quiet", "-m", "all"]):
        subprocess.run(["git", "-C", repository, *command], check=True, env=ENVIRONMENT)
    return repository


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=Path)
    parser.add_argument("repositories", nargs="*", type=Path)
    parser.add_argument("--rounds", type=int, default=30)
    chosen = parser.parse_args()
    program = chosen.build / "src/statelane"
    with tempfile.TemporaryDirectory() as scratch:
        repositories = chosen.repositories or [make_example(Path(scratch))]
        contenders = {"git --version": (None, ["git", "--version"])}
        for words in ("--version", "--help", "run plan --help", "man", "completion bash"):
            contenders[f"statelane {words}"] = (None, [program, *words.split()])
        for repository in repositories:
            contenders[f"state names of {repository.name}"] = (None, [program, "-C", repository, "list", "--remembered"])
        show(measure(contenders, chosen.rounds), "git --version")


if __name__ == "__main__":
    main()
