#!/usr/bin/python3
"""The long run of the oracle: prints every difference and exits with 1 when there is one.

usage: run.py (--preset NAME | --made NAME | --repository DIR [--rev REV]) --commits N [--seed N]

--preset: small, matrix or typical, made here. --made: a preset of make_preset, which STATELANE_MAKE_PRESET names.
"""
import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import soundness
import harness


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--preset")
    parser.add_argument("--made")
    parser.add_argument("--repository")
    parser.add_argument("--rev", default="HEAD")
    parser.add_argument("--commits", type=int, required=True)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        environment = harness.clean_environment(scratch)
        if arguments.preset:
            directory = Path(scratch) / "repository.git"
            commits = soundness.make_repository(directory, environment, arguments.preset, arguments.seed,
                                                arguments.commits)
        elif arguments.made:
            directory = Path(scratch) / "repository"
            made = harness.run([os.environ["STATELANE_MAKE_PRESET"], arguments.made, directory, arguments.commits,
                                arguments.seed], cwd=scratch, env=environment)
            commits = made.stdout.split()
        else:
            directory = Path(arguments.repository)
            listed = subprocess.run(["git", "rev-list", "--first-parent", f"--max-count={arguments.commits + 1}",
                                     "--reverse", arguments.rev], cwd=directory, env=environment, text=True,
                                    capture_output=True, check=True)
            commits = listed.stdout.split()
        differences, affected = soundness.compare_history(directory, environment, commits, arguments.seed)
        for each in differences:
            print(each)
        print(f"{len(commits) - 1} changes, {affected} states affected, {len(differences)} differences")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
