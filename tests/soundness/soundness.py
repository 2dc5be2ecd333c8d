"""Asks the program which states a change touches, and compares with the oracle's answer for the same two commits."""
import json
import random
import re
import subprocess
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parent.parent / "e2e")]

import closure
import harness
import repositories
from git_objects import Objects

ESCAPED = re.compile(rb"\\x([0-9a-f]{2})|\\\\")


class Difference:
    """Where the program and the oracle disagree about one pair of commits."""

    def __init__(self, base, head, missed, needless, paths):
        self.base, self.head, self.missed, self.needless, self.paths = base, head, missed, needless, paths

    def __str__(self):
        lines = [f"{self.base}..{self.head}"]
        lines += [f"  missed: {each.decode(errors='replace')}: {why}" for each, why in sorted(self.missed.items())]
        lines += [f"  without need: {each.decode(errors='replace')}: {why}"
                  for each, why in sorted(self.needless.items())]
        return "\n".join(lines + [f"  changed: {b', '.join(self.paths).decode(errors='replace')}"])


def make_repository(directory, environment, preset, seed, count):
    """A bare repository with generated commits; their ids, the oldest first."""
    harness.run(["git", "init", "-q", "--bare", "-b", "main", directory], cwd="/", env=environment)
    stream = repositories.fast_import(repositories.generate(preset, random.Random(seed), count))
    subprocess.run(["git", "fast-import", "--quiet"], cwd=directory, env=environment, input=stream, check=True)
    listed = harness.run(["git", "rev-list", "--first-parent", "--reverse", "main"], cwd=directory, env=environment)
    return listed.stdout.split()


def ask(directory, environment, base, head):
    """The program's answer without format skipping, by id; a moved state stands under both ids."""
    done = harness.statelane("affected", f"{base}..{head}", "--json", "--no-ignore-format", cwd=directory,
                             env=environment, check=False)
    # Faults of the repository's own files are not this test's concern; the answer is there all the same.
    if done.returncode not in (0, 1) or not done.stdout:
        raise harness.CommandFailed(f"{base}..{head}: {done.returncode}\n{done.stderr}")
    answer = json.loads(done.stdout)
    found = {}
    for entry in answer["affected"]:
        for identity in (entry["id"], entry.get("from")):
            if identity is not None:
                found[_unescaped(identity)] = entry["change"]
    return found


def _unescaped(text):
    raw = text.encode("utf-8", "surrogateescape")
    if not ESCAPED.search(raw) or b"\\x" not in raw:
        return raw
    return ESCAPED.sub(lambda match: bytes([int(match[1], 16)]) if match[1] else b"\\", raw)


def explain(before, after):
    """What differs between two contents of one state."""
    if before is None or after is None:
        return "it is a state on one side only"
    if before[0] != after[0]:
        return f"lane {before[0]} became {after[0]}"
    return ", ".join(sorted({path.decode(errors="replace") for path, *_ in before[1] ^ after[1]}))


class Comparer:
    """Compares pairs of commits of one repository; contents of commits are kept while they are needed."""

    def __init__(self, directory, environment, objects):
        self.directory, self.environment, self.objects = directory, environment, objects
        self.bodies, self.contents = {}, {}

    def content(self, commit):
        if commit not in self.contents:
            if len(self.contents) > 3:
                self.contents.pop(next(iter(self.contents)))
            self.contents[commit] = closure.closures(self.objects, commit, self.bodies)
        return self.contents[commit]

    def compare(self, base, head):
        """None when both agree; and how many states are affected."""
        before, after = self.content(base), self.content(head)
        expected = {each for each in before.keys() | after.keys() if before.get(each) != after.get(each)}
        found = ask(self.directory, self.environment, base, head)
        if expected == found.keys():
            return None, len(expected)
        old, new = self.objects.files(base), self.objects.files(head)
        return Difference(base, head,
                          {each: explain(before.get(each), after.get(each)) for each in expected - found.keys()},
                          {each: found[each] for each in found.keys() - expected},
                          sorted(path for path in old.keys() | new.keys() if old.get(path) != new.get(path))), 0


def compare_history(directory, environment, commits, seed=1, far_pairs=0):
    """Each commit with the one before, and some pairs far apart. Differences, and affected states in all."""
    pairs = list(zip(commits, commits[1:]))
    chooser = random.Random(seed)
    pairs += [tuple(chooser.sample(commits, 2)) for _ in range(far_pairs)]
    differences, affected = [], 0
    with Objects(directory, environment) as objects:
        comparer = Comparer(directory, environment, objects)
        for base, head in pairs:
            difference, count = comparer.compare(base, head)
            affected += count
            if difference:
                differences.append(difference)
    return differences, affected
