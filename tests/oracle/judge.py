"""Puts Terraform's truth beside what the program answers. The rules by which a difference is no miss stand here, all of them."""
import json
import os
import subprocess
import threading
from dataclasses import dataclass, field

import harness
from terraform import Planned, Terraform, required_paths
from world import Checkout

# Ruby's matching is GitLab's.
MATCH = """\
require "json"
flags = File::FNM_PATHNAME | File::FNM_DOTMATCH | File::FNM_EXTGLOB
while line = STDIN.gets
  patterns, path = JSON.parse(line)
  STDOUT.puts patterns.any? { |pattern| File.fnmatch?(pattern, path, flags) }
  STDOUT.flush
end
"""


class Matcher:
    """Whether one of GitLab's patterns matches a path, as Ruby tells it; one process answers all questions."""

    def __init__(self):
        self.ruby = subprocess.Popen(["ruby", "-Ku", "-e", MATCH], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.lock = threading.Lock()

    def matches(self, patterns, path):
        with self.lock:
            self.ruby.stdin.write(json.dumps([patterns, path]) + "\n")
            self.ruby.stdin.flush()
            return self.ruby.stdout.readline() == "true\n"

    def close(self):
        self.ruby.stdin.close()
        self.ruby.wait()
        self.ruby.stdout.close()


class Rules:
    """What Terraform looks at and a commit cannot change, or what cannot change a plan.

    - What git ignores is in no commit: states, locks, `.terraform`. What Terraform keeps for itself lies outside anyway.
    - A commit changes a file of a submodule by the submodule's own entry, so that one must be the input.
    - Directories that are only walked through. A directory that is listed must have an input below it.
    - Of the names in a listed directory those count that are opened or followed.
    - What only the world outside may decide (a variable that nothing in the repository sets, whose value climbs with `..`) may be
      told instead of watched: `unknown` has to name the variable.
    - `init` opens test files to check them; a plan does not read them.
    """

    def __init__(self, world):
        self.world = world

    def as_committed(self, path, how):
        """What a commit changes for this path: (path, how it was looked at)."""
        for submodule in self.world.submodules:
            if (path + "/").startswith(submodule + "/"):
                return submodule, "submodule"
        return path, how

    def is_exempt(self, path, how):
        name = os.path.basename(path)
        if path == ".git" or path.startswith(".git/") or "/.git/" in path:
            return True
        if how == "directory":
            return False
        return (".terraform" in path.split("/") or name.endswith((".tfstate", ".tfstate.backup"))
                or ".tfstate.d" in path or name.endswith((".tftest.hcl", ".tftest.json"))
                or name == "tests" and how == "absent")


@dataclass
class Miss:
    """Something that Terraform proves and the program does not know."""
    seed: int
    state: str
    what: str
    path: str
    how: str = ""

    def __str__(self):
        return f"seed {self.seed}: {self.state or '.'}: {self.what}: {self.path}{f' ({self.how})' if self.how else ''}"


@dataclass
class Found:
    """What one seed showed, or several."""
    misses: list = field(default_factory=list)
    failures: list = field(default_factory=list)  # configurations that Terraform refuses, though the base was to be planned
    judged: int = 0
    opened: int = 0
    selected: int = 0
    wide: list = field(default_factory=list)  # selected though the plans are equal: why

    def add(self, other):
        for name in ("misses", "failures", "wide"):
            getattr(self, name).extend(getattr(other, name))
        for name in ("judged", "opened", "selected"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


def ask_terraform(pair, directory, environment, questions=("opened", "planned")):
    """Terraform's truth about one seed, as it is kept in a file; leaves both commits, with branches, in DIRECTORY/repository.

    Of each state: `opened`, the paths of the base that Terraform looked at and how, and `plans`: equal, differs, or fails
    where neither commit can be planned.
    """
    checkout = Checkout(directory / "repository", environment)
    terraform = Terraform(checkout.directory, directory, environment)
    states = [{"id": lane.id or ".", "directory": lane.directory or ".", "var_files": lane.var_files,
               "backend_config": lane.backend_config, "environment": lane.variables, "error": ""} for lane in pair.lanes]
    checkout.commit(pair.base, "base")
    checkout.git("branch", "base")
    before = []
    for lane, state in zip(pair.lanes, states):
        looked = terraform.trace(lane) if "opened" in questions else None
        if looked:
            state["opened"] = required_paths(looked, checkout.directory, Rules(pair.base))
        before.append(terraform.plan(lane, looked) if "planned" in questions or not looked else Planned(error=looked.error))
        state["error"] = before[-1].error if lane.instance != "dev" else ""
    checkout.commit(pair.head, pair.change)
    checkout.git("branch", "head")
    for lane, state, plan in zip(pair.lanes, states, before):
        if "planned" in questions:
            after = terraform.plan(lane) if (checkout.directory / lane.directory).is_dir() else Planned(error="gone")
            state["plans"] = "fails" if plan.error and after.error else "equal" if plan == after else "differs"
    return {"seed": pair.seed, "change": pair.change, "kinds": sorted(pair.kinds), "states": states,
            "told": {"variables": sorted(pair.climbing), "paths": sorted(pair.led_outside)}}


class Judge:
    """Puts the same questions to the program, in a repository with the branches base and head."""

    def __init__(self, truth, repository, environment, matcher):
        self.truth, self.repository, self.environment, self.matcher = truth, repository, environment, matcher

    def ask(self, *arguments):
        answer = harness.statelane("-C", self.repository, *arguments, "--json", "--no-cache", cwd=self.repository,
                                   env=self.environment)
        return json.loads(answer.stdout)

    def judge(self):
        found = Found()
        is_planned = any("plans" in state for state in self.truth["states"])
        answer = self.ask("affected", "base..head") if is_planned else {"affected": []}
        affected = {each["id"]: each for each in answer["affected"]}
        for state in self.truth["states"]:
            if state["error"]:
                found.failures.append(f"seed {self.truth['seed']}: {state['id']}: {state['error']}")
            if state.get("plans") == "fails":
                continue
            found.judged += 1
            if "opened" in state:
                self.judge_opened(state, found)
            if "plans" in state:
                self.judge_plans(state, affected.get(state["id"]), found)
        return found

    def miss(self, state, what, path, how=""):
        return Miss(self.truth["seed"], state["id"], what, path, how)

    def judge_opened(self, state, found):
        """Each path of the repository that init and plan look at is an input."""
        answer = self.ask("inputs", state["id"], "--rev", "base")
        told = self.truth["told"]["paths"] if self.tells_outside(answer) else []
        found.opened += len(state["opened"])
        for path, how in sorted(state["opened"].items()):
            if path not in told and not self.is_input(path, how, answer):
                found.misses.append(self.miss(state, "no input", path, how))

    def tells_outside(self, answer):
        """Whether the program says of a variable that climbs that it does not know it."""
        return any(f"var.{name}" in each["what"] for name in self.truth["told"]["variables"] for each in answer["unknown"])

    def is_input(self, path, how, answer):
        if path in answer["files"]:
            return True
        if how in ("directory", "listed"):
            # Which files matter among those that may come is for the plans to tell.
            return how == "directory" or any(each.startswith(path + "/") for each in answer["files"]) or \
                any(overlaps(pattern, path) for pattern in answer["patterns"])
        return self.matcher.matches(answer["patterns"], path)

    def judge_plans(self, state, cause, found):
        """Where two commits plan different values, the state is affected."""
        differs = state["plans"] == "differs"
        if differs and cause is None and not (self.truth["told"]["variables"] and self.tells_outside(
                self.ask("inputs", state["id"], "--rev", "head"))):
            found.misses.append(self.miss(state, "plans differ and it is not selected", self.truth["change"]))
        if cause is not None:
            found.selected += 1
            if not differs:
                kinds = " > ".join(step["kind"] for step in cause["causes"][0])
                found.wide.append(f"{self.truth['change'].split(':')[0]} ({kinds})")


def overlaps(pattern, directory):
    """Whether a pattern could match something below a directory, by the part before its first wildcard."""
    fixed = pattern.split("*")[0].split("{")[0].split("[")[0].split("?")[0].replace("\\", "")
    return fixed.startswith(directory + "/") or (directory + "/").startswith(fixed)
