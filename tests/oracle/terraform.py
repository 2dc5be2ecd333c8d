"""What Terraform itself does with a state directory: which paths it looks at, and what it plans."""
import codecs
import json
import os
import posixpath
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import harness

CALLS = "openat,openat2,newfstatat,stat,lstat,statx,access,faccessat,faccessat2,readlink,readlinkat,getdents64"
CALL = re.compile(r'^(\w+)\((?:(?:AT_FDCWD|\d+)<((?:[^>\\]|\\.)*)>)?(?:, )?(?:"((?:[^"\\]|\\.)*)")?(.*)$')
UNORDERED = ("child_modules", "resources", "resource_changes", "checks", "instances", "problems")
PLANNED = ("planned_values", "resource_changes", "output_changes", "checks")


@dataclass
class Lane:
    """How one state is planned: by its rule in `.statelane.yml`, and by what the world outside gives."""
    directory: str
    instance: str = ""
    var_files: list = field(default_factory=list)
    backend_config: list = field(default_factory=list)
    variables: dict = field(default_factory=dict)  # TF_VAR_ names and their values

    @property
    def id(self):
        return f"{self.directory}@{self.instance}" if self.instance else self.directory


@dataclass
class Planned:
    """A plan from scratch, as Terraform tells it, or the error that it ended with."""
    values: dict = None
    error: str = ""


@dataclass
class Looked:
    """The paths that Terraform asked the system for, absolute and as it spelt them."""
    paths: set = field(default_factory=set)
    unfollowed: set = field(default_factory=set)  # only what the path itself is was asked for: a link is not followed
    listed: set = field(default_factory=set)
    error: str = ""


class Terraform:
    """Runs in the state's directory, without -chdir; what it keeps for itself lies outside the repository."""

    def __init__(self, repository, scratch, environment):
        self.repository = Path(repository)
        self.scratch = Path(scratch)
        self.environment = environment
        self.binary = shutil.which("terraform")

    def plan(self, lane, looked=None):
        """The plan that was made while it was looked on, or a new one."""
        error = looked.error if looked else self.init_and_plan(lane, lambda name: [])
        if error:
            return Planned(error=error)
        shown = harness.run([self.binary, "show", "-json", self.scratch / "planned"], cwd=self.repository / lane.directory,
                            env=self.variables(lane))
        values = json.loads(shown.stdout)
        return Planned({key: in_order(values[key], key) for key in PLANNED if key in values})

    def trace(self, lane):
        """What init and plan look at."""
        traces = self.scratch / "traces"
        shutil.rmtree(traces, ignore_errors=True)
        traces.mkdir()

        def under_strace(name):
            # One file for each thread: in a common one the lines of two threads can lie within each other.
            return ["strace", "-ff", "-y", "-qq", "--seccomp-bpf", "-e", f"trace={CALLS}", "-e", "signal=none",
                    "-o", traces / name]

        looked = Looked()
        looked.error = self.init_and_plan(lane, under_strace)
        for trace in traces.iterdir():
            for line in trace.read_text(errors="surrogateescape").splitlines():
                add_call(line, str(self.repository / lane.directory), looked)
        return looked

    def init_and_plan(self, lane, prefix):
        directory = self.repository / lane.directory
        shutil.rmtree(self.scratch / "data", ignore_errors=True)
        settings = [f"-backend-config={each}" for each in lane.backend_config]
        files = [f"-var-file={each}" for each in lane.var_files]
        for name, arguments in (("init", settings), ("plan", [*files, "-lock=false", f"-out={self.scratch / 'planned'}"])):
            done = harness.run([*prefix(name), self.binary, name, "-input=false", "-no-color", *arguments],
                               cwd=directory, env=self.variables(lane), check=False)
            if done.returncode != 0:
                return done.stdout + done.stderr
        return ""

    def variables(self, lane):
        return {**self.environment, **lane.variables, "TF_DATA_DIR": str(self.scratch / "data"),
                "TF_IN_AUTOMATION": "1"}


def in_order(value, key=""):
    """Terraform writes modules, resources and checks in any order."""
    if isinstance(value, dict):
        # What a configuration says stands below these, and keeps its order.
        return {name: each if name in ("values", "change") else in_order(each, name) for name, each in value.items()}
    if isinstance(value, list) and key in UNORDERED:
        return sorted((in_order(each) for each in value), key=lambda each: json.dumps(each, sort_keys=True))
    return value


def can_trace():
    """Whether the system lets a program be traced: some containers do not."""
    if not shutil.which("strace"):
        return False
    return subprocess.run(["strace", "-qq", "-o", os.devnull, "true"], capture_output=True).returncode == 0


def add_call(line, directory, looked):
    """Adds what one line of a trace looked at; what Terraform writes it did not look at."""
    call = CALL.match(line)
    if not call or "O_CREAT" in call[4]:
        return
    at, path = plain(call[2]), plain(call[3])
    if call[1] == "getdents64":
        looked.listed.add(at)
    elif path:
        follows = "AT_SYMLINK_NOFOLLOW" not in call[4] and call[1] not in ("lstat", "readlink", "readlinkat")
        (looked.paths if follows else looked.unfollowed).add(posixpath.join(at or directory, path))


def plain(quoted):
    """strace's quoting undone; paths are bytes, kept as Python keeps file names."""
    if quoted is None:
        return ""
    return os.fsdecode(codecs.escape_decode(os.fsencode(quoted))[0])


def required_paths(looked, repository, rules):
    """The repository's paths that must be inputs, for a trace: {path: how it was looked at}.

    Each link on the way counts for itself, then the path that is reached; a directory that was only walked through does not.
    """
    required = {}

    def require(found):
        for reached, how in found:
            reached, how = rules.as_committed(reached, how)
            if not rules.is_exempt(reached, how):
                required[reached] = how

    # Go asks of each name in a directory what it is when it lists it: that is part of the listing.
    listed = {posixpath.normpath(path) for path in looked.listed}
    for path in sorted(looked.unfollowed):
        if posixpath.dirname(os.path.realpath(posixpath.dirname(path)) + "/") not in listed:
            require(walk(path, str(repository), follow_last=False))
    for path in sorted(looked.paths):
        require(walk(path, str(repository)))
    for path in sorted(listed):
        require((reached, "listed" if how == "directory" else how) for reached, how in walk(path, str(repository)))
    return required


def walk(path, repository, follow_last=True):
    """Each link on the way to a path and what the path ends at, as (path in the repository, kind); `..` as the system has it."""
    pending, at = parts(path), "/"
    for _ in range(400):
        if not pending:
            break
        part = pending.pop(0)
        at = posixpath.dirname(at) if part == ".." else posixpath.join(at, part)
        if os.path.islink(at):
            if not pending and not follow_last:
                yield from inside(at, repository, "link")
                return
            yield from inside(at, repository, "link")
            target = os.readlink(at)
            pending = parts(target) + pending
            at = "/" if target.startswith("/") else posixpath.dirname(at)
        elif not os.path.isdir(at):
            yield from inside(posixpath.normpath(posixpath.join(at, *pending)), repository,
                              "file" if os.path.exists(at) else "absent")
            return
    yield from inside(at, repository, "directory")


def parts(path):
    return [part for part in path.split("/") if part not in ("", ".")]


def inside(path, repository, kind):
    if path.startswith(repository + "/"):
        yield path[len(repository) + 1:], kind
