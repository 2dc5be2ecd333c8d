"""Puts Terraform's truth beside what the program answers. The rules by which a difference is no miss stand here, all of them."""
import json
import os
import subprocess
import threading
from dataclasses import dataclass, field

import harness
from terraform import Terraform, required_paths
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
    """What one seed showed."""
    misses: list = field(default_factory=list)
    failures: list = field(default_factory=list)  # configurations that Terraform refuses, though the base was to be planned
    judged: int = 0
    opened: int = 0
    selected: int = 0
    wide: list = field(default_factory=list)  # selected though the plans are equal: why
    truth: dict = field(default_factory=dict)


class Judge:
    """One seed in a directory of its own."""

    def __init__(self, pair, directory, environment, matcher):
        self.pair, self.matcher = pair, matcher
        self.environment = environment
        self.checkout = Checkout(directory / "repository", environment)
        self.repository = self.checkout.directory
        self.terraform = Terraform(self.repository, directory, environment)

    def ask(self, *arguments):
        answer = harness.statelane("-C", self.repository, *arguments, "--json", "--no-cache", cwd=self.repository,
                                   env=self.environment)
        return json.loads(answer.stdout)

    def opened(self):
        """Each path of the repository that init and plan look at is an input."""
        found = Found()
        self.checkout.commit(self.pair.base, "base")
        for lane in self.pair.lanes:
            looked = self.terraform.trace(lane)
            if looked.error and lane.instance != "dev":
                found.failures.append(f"seed {self.pair.seed}: {lane.id}: {looked.error}")
            answer = self.ask("inputs", lane.id or ".", "--rev", "HEAD")
            required = required_paths(looked, self.repository, Rules(self.pair.base))
            found.judged += 1
            found.opened += len(required)
            found.truth[lane.id] = sorted(required)
            is_told = self.tells_outside(answer)
            for path, how in sorted(required.items()):
                if is_told and path in self.pair.led_outside:
                    continue
                if not self.is_input(path, how, answer):
                    found.misses.append(Miss(self.pair.seed, lane.id, "no input", path, how))
        return found

    def tells_outside(self, answer):
        """Whether the program says of a variable that climbs that it does not know it."""
        return any(f"var.{name}" in each["what"] for name in self.pair.climbing for each in answer["unknown"])

    def is_input(self, path, how, answer):
        if path in answer["files"]:
            return True
        if how in ("directory", "listed"):
            # Which files matter among those that may come is for the plans to tell.
            return how == "directory" or any(each.startswith(path + "/") for each in answer["files"]) or \
                any(overlaps(pattern, path) for pattern in answer["patterns"])
        return self.matcher.matches(answer["patterns"], path)

    def planned(self):
        """Where two commits plan different values, the state is affected."""
        found = Found()
        base = self.checkout.commit(self.pair.base, "base")
        plans = [self.terraform.plan(lane) for lane in self.pair.lanes]
        head = self.checkout.commit(self.pair.head, self.pair.change)
        answer = self.ask("affected", f"{base}..{head}")
        affected = {each["id"]: each for each in answer["affected"]}
        for lane, before in zip(self.pair.lanes, plans):
            self.compare(lane, before, affected, found)
        return found

    def compare(self, lane, before, affected, found):
        if before.error and lane.instance != "dev":
            found.failures.append(f"seed {self.pair.seed}: {lane.id}: {before.error}")
        head_exists = (self.repository / lane.directory).is_dir()
        after = self.terraform.plan(lane) if head_exists else None
        if after is not None and before.error and after.error:
            found.truth[lane.id] = "fails"
            return
        differs = after is None or before.values != after.values
        found.truth[lane.id] = "differs" if differs else "equal"
        found.judged += 1
        cause = affected.get(lane.id or ".")
        if differs and cause is None and not (self.pair.climbing and self.tells_outside(
                self.ask("inputs", lane.id or ".", "--rev", "HEAD"))):
            how = "the head cannot be planned" if after and after.error else ""
            found.misses.append(Miss(self.pair.seed, lane.id, "plans differ and it is not selected", self.pair.change, how))
        if cause is not None:
            found.selected += 1
            if not differs:
                kinds = " > ".join(step["kind"] for step in cause["causes"][0])
                found.wide.append(f"{self.pair.change.split(':')[0]} ({kinds})")


def overlaps(pattern, directory):
    """Whether a pattern could match something below a directory, by the part before its first wildcard."""
    fixed = pattern.split("*")[0].split("{")[0].split("[")[0].split("?")[0].replace("\\", "")
    return fixed.startswith(directory + "/") or (directory + "/").startswith(fixed)
