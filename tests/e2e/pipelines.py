"""Runs a child pipeline for real with gitlab-ci-local, and presses its buttons as a person would.

No proof of what gitlab-ci-local ignores: only/except, resource_group, retry, timeout, interruptible, and `changes` as
GitLab evaluates it. Assert those on the YAML.
"""
import base64
import hashlib
import json
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass

from harness import require
from readers import require_node_module

STATE_DIR = ".gitlab-ci-local"
TIMED_OUT = -9  # `timeout -s KILL` sends the signal to its whole group, itself included.


class PipelineTimedOut(AssertionError):
    """gitlab-ci-local did not end; it spins forever on cyclic `needs`."""


class JobCannotStart(AssertionError):
    """GitLab would not offer the button: the job is not manual, or what it needs has not passed."""


@dataclass(frozen=True)
class PipelineRun:
    """How each job came out. `tolerated` jobs failed with `allow_failure`, `not_run` ones never started."""

    exit_code: int
    passed: frozenset
    failed: frozenset
    tolerated: frozenset
    not_run: frozenset
    output: str


class PipelineRunner:
    """The pipeline of one YAML file in a repository.

    Each job runs in a copy of the tracked files, with the .git directory, and sees artifacts only of the jobs it needs.
    Job names must not look like an option or a number: gitlab-ci-local takes names from its command line.
    """

    def __init__(self, repository_dir, pipeline_yaml, environment, variables=None, timeout=120):
        for tool in ("timeout", "rsync"):
            require(tool)
        self.directory = repository_dir
        # yargs refuses Debian's node 18 unless told; gitlab-ci-local runs on it.
        self.environment = {**environment, "YARGS_MIN_NODE_VERSION": "18"}
        self.variables = {"GITLAB_CI": "true", "CI_PIPELINE_SOURCE": "parent_pipeline", **(variables or {})}
        self.timeout = timeout
        # gitlab-ci-local finds a pipeline only below the current directory; here it does not touch the work tree.
        self.file = f"{STATE_DIR}/pipeline.yml"
        (repository_dir / STATE_DIR).mkdir(exist_ok=True)
        shutil.copyfile(pipeline_yaml, repository_dir / self.file)
        self.jobs = {job["name"]: job for job in self.list_jobs()}
        self.passed = frozenset()

    def list_jobs(self):
        """What gitlab-ci-local knows about each job: name, stage, when, needs, ..."""
        exit_code, output, errors = self._gitlab_ci_local("--list-json")
        assert exit_code == 0, errors
        return json.loads(output)

    def run(self):
        """Runs all jobs that start by themselves; manual ones wait."""
        return self._run()

    def run_only(self, job):
        """Runs one job that starts by itself, alone: the one that generates, without the trigger behind it."""
        return self._run(job)

    def press(self, job):
        """Starts one manual job, with the artifacts of the jobs that ran before it."""
        self._check_button(job)
        return self._run(job)

    def retry(self, job):
        """Runs a job once more, as the retry button does, with the artifacts of the jobs that ran before it."""
        return self._run(job)

    def run_and_press(self, jobs):
        """Runs the pipeline and presses each button as soon as GitLab would offer it."""
        unknown = [job for job in jobs if self.jobs.get(job, {}).get("when") != "manual"]
        if unknown:
            raise JobCannotStart(f"not manual, or not in the pipeline: {unknown}")
        return self._run(*(f"--manual={job}" for job in jobs))

    def log(self, job):
        """What the job printed when it ran last."""
        return (self.directory / STATE_DIR / "output" / f"{file_name_of(job)}.log").read_text(errors="surrogateescape")

    def artifacts(self, job):
        """The directory with the artifacts that the job left."""
        return self.directory / STATE_DIR / "artifacts" / file_name_of(job)

    def _check_button(self, job):
        if self.jobs.get(job, {}).get("when") != "manual":
            raise JobCannotStart(f"not manual, or not in the pipeline: {job}")
        needed = [need["job"] for need in self.jobs[job].get("needs") or []]
        missing = [need for need in needed if need in self.jobs and need not in self.passed]
        if missing:
            raise JobCannotStart(f"{job} needs {missing}, which did not pass")

    def _run(self, *arguments):
        exit_code, output, errors = self._gitlab_ci_local(*arguments)
        passed = find_outcomes("PASS", output, self.jobs)
        failed = find_outcomes("FAIL", output, self.jobs)
        tolerated = find_outcomes("WARN", output, self.jobs)
        self.passed |= passed
        not_run = frozenset(self.jobs) - passed - failed - tolerated
        return PipelineRun(exit_code, passed, failed, tolerated, not_run, output + errors)

    def _gitlab_ci_local(self, *arguments):
        """(exit code, standard output, standard error); to files, because it cuts off what it writes to a pipe."""
        program = require_node_module("gitlab-ci-local") / "dist/index.js"
        command = ["timeout", "-s", "KILL", str(self.timeout), require("node"), program, "--file", self.file,
                   # Each run is checked against a newer schema (readers.schema_errors) than this release has.
                   "--json-schema-validation=false",
                   "--force-shell-executor", "--shell-isolation", "--no-artifacts-to-source"]
        command += [f"--variable={name}={value}" for name, value in self.variables.items()]
        # Or it prints a warning into the JSON of --list-json.
        command.append("--ignore-predefined-vars=" + ",".join(self.variables))
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
            ended = subprocess.run([*command, *arguments], cwd=self.directory, env=self.environment,
                                   stdin=subprocess.DEVNULL, stdout=output, stderr=errors)
            texts = [read_from_start(file) for file in (output, errors)]
        if ended.returncode == TIMED_OUT:
            raise PipelineTimedOut(f"killed after {self.timeout} s\n" + "".join(texts))
        return (ended.returncode, *texts)


def read_from_start(file):
    file.seek(0)
    return file.read().decode(errors="surrogateescape")


def find_outcomes(outcome, output, jobs):
    """The jobs that the summary at the end of the output lists under PASS, FAIL or WARN.

    Lines that a job printed begin with its name and so are never taken for the summary.
    """
    found = set()
    for line in re.findall(f"(?m)^ {outcome}  (.*)$", output):
        names = [job for job in jobs if line == job or line.startswith(f"{job} ")]
        # A failed after_script is a second line, a warning about a job that has its outcome already.
        if names and not line.endswith(" after_script"):
            found.add(max(names, key=len))
    return frozenset(found)


def file_name_of(job):
    """The name under which gitlab-ci-local keeps a job's log and artifacts."""
    def encode(match):
        return base64.urlsafe_b64encode(match[0].encode()).decode().rstrip("=")

    name = re.sub(r"[^\w-]+", encode, job, flags=re.ASCII)
    if len(name) <= 238:
        return name
    digest = hashlib.sha256(job.encode()).hexdigest()[:16]
    return f"{name[:238 - 1 - len(digest)]}-{digest}"
