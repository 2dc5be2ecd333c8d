"""What every end-to-end test starts from: a clean environment, tools, scratch repositories, the program under test."""
import importlib
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

E2E_DIR = Path(__file__).resolve().parent
SOURCE_DIR = Path(os.environ.get("STATELANE_SOURCE_DIR", E2E_DIR.parent.parent))
BUILD_DIR = Path(os.environ.get("STATELANE_BUILD_DIR", SOURCE_DIR / "build"))
STAND_INS = E2E_DIR / "stand_ins"

# Kept from the outside: where tools lie, and how a sanitized program reports.
KEPT_VARIABLES = ("PATH", "ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS")


class CommandFailed(AssertionError):
    """A program that had to succeed did not; the message has all that it printed."""


def demand(present, what):
    """Where something is absent: fails under CI, skips the test elsewhere."""
    if present:
        return
    if os.environ.get("CI") == "true":
        raise AssertionError(f"{what} is absent, and CI must not skip tests")
    raise unittest.SkipTest(f"SKIPPED: {what} is absent (.ci/install --tests installs all but Terraform)")


def require(tool):
    """The path of a program; skips or fails the test where there is none."""
    path = shutil.which(tool)
    demand(path, tool)
    return path


def require_module(name):
    """A Python module that Debian packages; skips or fails the test where it is absent."""
    try:
        return importlib.import_module(name)
    except ImportError:
        demand(False, f"Python module {name} for /usr/bin/python3")


def clean_environment(home, first_on_path=(), **more):
    """An environment that owes nothing to the machine's or the user's settings."""
    environment = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    environment["PATH"] = os.pathsep.join([*map(str, first_on_path), environment["PATH"]])
    environment.update(
        HOME=str(home),
        LC_ALL="C.UTF-8",
        CHECKPOINT_DISABLE="1",  # Terraform would ask the network for its newest version.
        GIT_CONFIG_GLOBAL=os.devnull,
        GIT_CONFIG_NOSYSTEM="1",
        GIT_AUTHOR_NAME="Ada Author",
        GIT_AUTHOR_EMAIL="ada@example.com",
        GIT_COMMITTER_NAME="Carl Committer",
        GIT_COMMITTER_EMAIL="carl@example.com",
        **more,
    )
    return environment


def run(arguments, *, cwd, env, check=True, input=None):
    """Runs a program to its end and returns it with its output, which may hold any bytes."""
    command = [str(argument) for argument in arguments]
    done = subprocess.run(command, cwd=cwd, env=env, input=input, capture_output=True, encoding="utf-8",
                          errors="surrogateescape", stdin=None if input is not None else subprocess.DEVNULL)
    if check and done.returncode != 0:
        raise CommandFailed(f"{command} ended with {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done


def statelane_binary():
    """The program under test, as the build names it in STATELANE_BINARY."""
    binary = os.environ.get("STATELANE_BINARY")
    demand(binary and Path(binary).exists(), "the program STATELANE_BINARY")
    return Path(binary)


def statelane(*arguments, cwd, env, check=True):
    """Runs the program under test."""
    return run([statelane_binary(), *arguments], cwd=cwd, env=env, check=check)


class EndToEndTest(unittest.TestCase):
    """A test with a scratch directory, `self.scratch`, and a clean environment, `self.environment`."""

    maxDiff = None

    def setUp(self):
        self.scratch = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="statelane-e2e-")))
        home = self.scratch / "home"
        home.mkdir()
        self.environment = clean_environment(home)


class Repository:
    """A git repository in `scratch/repository`, with a bare `scratch/origin.git` to push to.

    It starts as a copy of the fixture's files, none of them committed: a test may still rewrite them.
    """

    def __init__(self, scratch, environment, fixture=None):
        self.directory = scratch / "repository"
        self.environment = environment
        self.commits = 0
        if fixture:
            shutil.copytree(fixture, self.directory, symlinks=True)
        self.directory.mkdir(exist_ok=True)
        origin = scratch / "origin.git"
        run(["git", "init", "-q", "--bare", "-b", "main", origin], cwd=scratch, env=environment)
        self.git("init", "-q", "-b", "main")
        self.git("remote", "add", "origin", origin)
        # gitlab-ci-local takes the project's name and CI_SERVER_URL from the remote of this name.
        self.git("remote", "add", "gcl-origin", "https://gitlab.example.com/platform/orders.git")
        # It takes CI_DEFAULT_BRANCH from here, as a clone has it.
        self.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
        (self.directory / ".git/info/exclude").write_text(".gitlab-ci-local/\n")

    def git(self, *arguments):
        """Runs git and returns what it printed."""
        return run(["git", *arguments], cwd=self.directory, env=self.environment).stdout.rstrip("\n")

    def commit(self, message, changes=None):
        """Commits the whole work tree after `changes`, {path: text, or None to delete}; returns the commit's id."""
        for path, text in (changes or {}).items():
            file = self.directory / path
            if text is None:
                file.unlink()
            else:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8")
        self.commits += 1
        date = f"2024-01-01T{self.commits // 60:02}:{self.commits % 60:02}:00Z"
        dated = {**self.environment, "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
        self.git("add", "--all")
        run(["git", "commit", "-q", "-m", message], cwd=self.directory, env=dated)
        return self.git("rev-parse", "HEAD")

    def branch(self, name):
        """Starts a branch at HEAD and checks it out."""
        self.git("checkout", "-q", "-b", name)

    def push(self):
        """Pushes the current branch; origin's branch is then known here too."""
        self.git("push", "-q", "origin", "HEAD")
