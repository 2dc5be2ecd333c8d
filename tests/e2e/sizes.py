"""Of 450, 1,200 and 5,000 affected states, the parent that `init` writes makes a pipeline on servers of several versions:
plans alone, with a gate for each, and with gates only where a plan changes something. Prints how many children and files
that takes, and the largest file. Too long for the suite: the target `sizes` runs it.
"""
import shlex
import sys
import tempfile
import time
from pathlib import Path

from harness import Repository, clean_environment, statelane
from readers import read_as_gitlab

COUNTS = (450, 1200, 5000)
SERVERS = ("16.5.0", "17.0.0", "18.2.0")
CHANGED = "version: 1\npipeline: {gates_for: changed}\n"
KINDS = {"plans alone": ([], None), "gates": (["--gates"], None), "gates for changes": (["--gates"], CHANGED)}


def state(number):
    return (f'terraform {{\n  backend "s3" {{\n    bucket = "states"\n    key    = "{number}"\n  }}\n}}\n'
            'module "common" {\n  source = "../../../modules/common"\n}\n')


def made_by(parent, repository, environment):
    """The text of each file that the parent's jobs include, after its generating job has run."""
    command = shlex.split(next(job["script"][0] for job in parent.values() if isinstance(job, dict) and "generate" in str(job.get("script"))))
    assert command[0] == "statelane", command
    statelane(*command[1:], cwd=repository.directory, env=environment)
    triggers = [job["trigger"]["include"] for job in parent.values() if isinstance(job, dict) and "trigger" in job]
    return [[repository.directory / one["artifact"] for one in files] for files in triggers]


def try_one(count, server, name, options, config):
    with tempfile.TemporaryDirectory() as scratch:
        environment = clean_environment(Path(scratch))
        repository = Repository(Path(scratch), environment)
        files = {f"accounts/team-{number % 100:02}/state-{number:04}/main.tf": state(number) for number in range(count)}
        if config:
            files[".statelane.yml"] = config
        before = repository.commit("first", {**files, "modules/common/main.tf": 'variable "a" {}\n'})
        statelane("init", "--write", "--gitlab-version", server, *options, cwd=repository.directory, env=environment)
        parent_file = repository.directory / ".gitlab-ci.yml"
        parent = read_as_gitlab([parent_file])[str(parent_file)]
        head = repository.commit("second", {"modules/common/main.tf": 'variable "b" {}\n'})
        environment.update(CI="true", CI_COMMIT_SHA=head, CI_COMMIT_BEFORE_SHA=before, CI_COMMIT_BRANCH="main", CI_COMMIT_REF_NAME="main",
                           CI_DEFAULT_BRANCH="main", CI_PIPELINE_SOURCE="push", CI_SERVER_VERSION=server)
        begin = time.monotonic()
        children = made_by(parent, repository, environment)
        seconds = time.monotonic() - begin
        paths = [path for files in children for path in files]
        documents = read_as_gitlab(paths)
        jobs = [job for document in documents.values() for job in document]
        plans = sum(job.startswith("plan: ") for job in jobs)
        applies = sum(job.startswith("apply: ") for job in jobs)
        assert plans == count, (plans, count)
        assert applies == (count if name == "gates" else 0), applies
        largest = max(path.stat().st_size for path in paths)
        assert max(len(files) for files in children) <= 3
        print(f"{count} states, GitLab {server}, {name}: {len(children)} children, {len(paths)} files, largest {largest // 1024} KiB, "
              f"{plans} plans, {applies} applies, {seconds:.1f} s", flush=True)


if __name__ == "__main__":
    for count in (int(argument) for argument in sys.argv[1:] or COUNTS):
        for server in SERVERS:
            for name, (options, config) in KINDS.items():
                try_one(count, server, name, options, config)
