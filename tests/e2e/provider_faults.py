"""Signals to each process of an apply that has a provider's process of its own, at random moments, with either tool.

    provider_faults.py [--times N] [--seed N] [--tool terraform|tofu] [--time-limit SECONDS] [ROW …]

Prints a table: of each row (`TERM to tool`) the exit codes, the most interrupts that the helper sent, what became of the
lock, processes that were left, and sentences of the log that are not true.
"""
import argparse
import base64
import collections
import os
import random
import re
import shutil
import signal
import sys
import time
import urllib.request
from pathlib import Path

from harness import STAND_INS
from providers import ProviderTest, descendants
from runs import BACKEND
from state_server import PASSWORD

SIGNALS = ("TERM", "INT", "HUP", "QUIT", "USR1", "KILL")
TARGETS = ("helper", "group", "session", "tool", "provider")
ROWS = [f"{name} to {target}" for target in TARGETS for name in SIGNALS]
THINGS = ("a", "b", "c")
CONFIGURATION = ('terraform {\n  required_providers {\n    slow = {\n      source  = "registry.example.com/test/slow"\n'
                 '      version = "1.0.0"\n    }\n  }\n}\n' + BACKEND + "".join(
                     f'resource "slow_thing" "{name}" {{\n  name = "{name}"\n'
                     + (f"  depends_on = [slow_thing.{THINGS[number - 1]}]\n" if number else "") + "}\n"
                     for number, name in enumerate(THINGS)))

# Sentences that claim something, and what must hold then.
CLAIMS = {
    "nothing was changed, and no lock is held": lambda trial: not trial.begun() and not trial.server.locks(),
    "'apply' began; nothing was changed": lambda trial: not trial.begun() and not trial.server.locks(),
    "no resource was changed, and the lock is released": lambda trial: not trial.begun() and not trial.server.locks(),
    "what was done until then is in the state, and its lock is released":
        lambda trial: trial.done() <= len(trial.resources()) and not trial.server.locks(),
    "no lock was taken": lambda trial: not trial.server.locks(),
    "statelane: net is applied": lambda trial: len(trial.resources()) == len(THINGS) and not trial.server.locks(),
}


class ProviderFaults(ProviderTest):
    """One state whose plan is made once; each trial applies it anew to an empty state."""

    def setUp(self):
        super().setUp()
        self.signals = self.scratch / "signals"
        self.environment = {**self.environment, "SIGNAL_RECORD": str(self.signals), "REAL_TERRAFORM": shutil.which(self.tool),
                            "STATELANE_OPT_NEWEST_COMMIT": "off", "PATH": f"{STAND_INS / 'between'}:{self.environment['PATH']}"}
        self.commit({"net/main.tf": CONFIGURATION,
                     ".statelane.yml": f"version: 1\nstates: {{rules: [{{match: net, tool: {self.tool}}}]}}\n"})
        self.plan()
        self.planned = self.scratch / "planned"
        shutil.copytree(self.artifact(""), self.planned)

    def job(self, **more):
        return super().job(**{"STATELANE_OPT_ALLOW_EMPTY_STATE": "1", **more})

    def reset(self):
        for path in ("", "/lock"):
            request = urllib.request.Request(f"{self.server.address}/net{path}", method="DELETE")
            request.add_header("Authorization", "Basic " + base64.b64encode(f"x:{PASSWORD}".encode()).decode())
            urllib.request.urlopen(request, timeout=60).close()
        shutil.rmtree(self.artifact(""))
        shutil.copytree(self.planned, self.artifact(""))
        for file in (self.go, self.record, self.signals, self.project / "net/errored.tfstate"):
            file.unlink(missing_ok=True)

    def words(self):
        return self.record.read_text().split() if self.record.exists() else []

    def begun(self):
        return self.words().count("begin")

    def done(self):
        return self.words().count("end")

    def processes(self):
        """Those of the apply, wherever they hang by now, by their kind."""
        marker = f"SLOW_PROVIDER_RECORD={self.record}".encode()
        found = {}
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
                if marker not in (entry / "environ").read_bytes().split(b"\0"):
                    continue
            except OSError:
                continue
            name = os.path.basename(words[0].decode())
            kind = "provider" if name.startswith("terraform-provider-") else "tool" if name == self.tool else name
            found.setdefault(kind, []).append(int(entry.name))
        return found

    def targets(self, target):
        root = self.running[-1].process.pid
        if target == "helper":
            return [root]
        if target == "session":
            return [pid for pid in descendants(root) if os.getsid(pid) == root]
        return self.processes().get(target, [])

    def strike(self, number, target):
        if target == "group":
            return os.killpg(self.running[-1].process.pid, number)
        for pid in self.targets(target):
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass
        return None

    def trial(self, row, moment, at_work):
        """What became of one apply: (exit code, interrupts, lock, processes left, false sentences)."""
        self.reset()
        number = getattr(signal, "SIG" + row.split()[0])
        if not at_work:
            self.go.touch()
        applying = self.start("apply", "net", start_new_session=True)
        while at_work and not self.record.exists() and applying.process.poll() is None:
            time.sleep(0.01)
        time.sleep(moment)  # The moment is what is tested.
        if applying.process.poll() is None:
            self.strike(number, row.split()[-1])
        if at_work:
            time.sleep(0.5)  # Longer than the settle time: the interrupt comes while the provider is at work.
        self.go.touch()
        ended = applying.finish()
        return self.judge(ended)

    def judge(self, ended):
        left = self.await_end()
        interrupts = len([line for line in self.signals.read_text().splitlines() if line.startswith("helper")]) if self.signals.exists() else 0
        lock = "held" if self.server.locks() else "released"
        log = re.sub(r"\x1b\[[0-9;]*[mK]", "", ended.log)
        false = [claim for claim, holds in CLAIMS.items() if claim in log and not holds(self)]
        if "and ended by itself" in log and re.search("was killed by|crashed", log):
            false.append("killed and ended by itself")
        if ended.code == 0 and len(self.resources()) < len(THINGS):
            false.append("exit 0 with work undone")
        if "Two interrupts" in log:
            interrupts = max(interrupts, 2)
        unnamed = [kind for kind, pids in left.items() for pid in pids if f"(process {pid}) still runs" not in log]
        for pids in left.values():
            for pid in pids:
                os.kill(pid, signal.SIGKILL)
        return ended.code, interrupts, lock, unnamed, false

    def await_end(self):
        """A tool whose helper was killed runs on; what is there after that is left."""
        end = time.monotonic() + 30
        left = self.processes()
        while left and time.monotonic() < end:
            if "tool" not in left and time.monotonic() > end - 27:
                break
            time.sleep(0.05)
            left = self.processes()
        return left


def show(counter):
    return ", ".join(f"{key}: {value}" for key, value in sorted(counter.items()))


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--times", type=int, default=20)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--tool", default="terraform")
    arguments.add_argument("--time-limit", type=float, default=1e9, help="seconds; rows are begun in turn until then")
    arguments.add_argument("rows", nargs="*")
    wish = arguments.parse_args()
    ProviderFaults.tool = wish.tool
    ProviderFaults.setUpClass()
    moments, began = random.Random(wish.seed), time.monotonic()
    results = collections.defaultdict(list)
    faults = ProviderFaults()
    faults.setUp()
    try:
        for turn in range(wish.times):
            for row in wish.rows or ROWS:
                if time.monotonic() - began < wish.time_limit:
                    results[row].append(faults.trial(row, moments.uniform(0, 0.3 if turn % 2 else 2.0), at_work=turn % 2 == 1))
                    faults.end_all()
                    faults.running.clear()
    finally:
        faults.doCleanups()
    bad = 0
    print(f"{'row':18} {'trials':>6}  {'exit codes':26} {'interrupts':>10}  {'lock':24} processes left, false sentences", flush=True)
    for row, trials in results.items():
        codes, interrupts, locks, left, false = zip(*trials)
        wrong = [each for group in left + false for each in group]
        bad += len(wrong) + sum(each > 1 for each in interrupts)
        print(f"{row:18} {len(trials):6}  {show(collections.Counter(codes)):26} {max(interrupts):10}  "
              f"{show(collections.Counter(locks)):24} {show(collections.Counter(wrong)) or '-'}", flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
