"""Faults during an apply, each a row: what is done to the job, and what has to hold afterwards.

    faults.py [--times N] [--seed N] [--tool terraform|tofu] [ROW …]     a table of every row, N trials each at random moments
"""
import argparse
import collections
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path

from harness import STAND_INS, demand, run
from runs import BACKEND, RunTest, kill_hard

RESOURCES = [f"r{number}" for number in range(5)]
READY = RESOURCES[2]  # The ordinary tests strike when this one is created and says so.


def chain(pause):
    """Five resources, one after the other; each writes its name when it is there, then waits."""
    text = BACKEND
    for number, name in enumerate(RESOURCES):
        after = f"  depends_on = [terraform_data.{RESOURCES[number - 1]}]\n" if number else ""
        text += (f'resource "terraform_data" "{name}" {{\n{after}  provisioner "local-exec" {{\n'
                 f'    command = "echo {name} >>$CREATED; echo ready-{name}; {pause(name)}"\n  }}\n}}\n')
    return text


def holds_lock(text):
    """The holder's id and the command, as the helper names them."""
    found = re.search(r"the state is locked by (\S+)[^\n]*\n  fix: [^\n]*: ((?:terraform|tofu) \S+ force-unlock (\S+))\n", text)
    return (found[1], found[2]) if found and found[1] == found[3] else None


class Trial(RunTest):
    """One apply that something happens to. `moment` is None for the ordinary tests, else seconds after its start."""

    moment = None
    def setUp(self):
        super().setUp()
        self.record = self.scratch / "signals"
        self.created = self.scratch / "created"
        self.go = self.scratch / "go"
        self.environment = {**self.environment, "SIGNAL_RECORD": str(self.record), "CREATED": str(self.created),
                            "REAL_TERRAFORM": shutil.which(self.tool), "STATELANE_OPT_NEWEST_COMMIT": "off",
                            "PATH": f"{STAND_INS / 'between'}:{self.environment['PATH']}"}
        wait = f"while [ ! -e {self.go} ]; do sleep 0.01; done"
        self.commit({"net/main.tf": chain(lambda name: "sleep 0.05" if self.moment is not None else
                                          wait if name == READY else ":"),
                     ".statelane.yml": f"version: 1\nstates: {{rules: [{{match: net, tool: {self.tool}}}]}}\n"})
        self.plan(env=self.job())

    def job(self, **more):
        return super().job(**{"STATELANE_OPT_ALLOW_EMPTY_STATE": "1", **more})

    def begin(self):
        """Starts the apply and waits for the moment to strike."""
        self.apply_job = self.start("apply", "net", start_new_session=True)
        if self.moment is None:
            self.apply_job.wait_for(f"ready-{READY}")
        else:
            time.sleep(self.moment)  # The moment is what is tested.

    def let_go(self):
        self.go.touch()

    def end(self):
        self.ended = self.apply_job.finish()
        return self.ended

    def descendants(self):
        """The helper's processes and itself, the highest id first."""
        found, pending = set(), [self.apply_job.process.pid]
        while pending:
            pid = pending.pop()
            found.add(pid)
            for task in Path("/proc").glob(f"{pid}/task/*/children"):
                try:
                    pending.extend(int(child) for child in task.read_text().split())
                except OSError:
                    pass  # It has just ended.
        return sorted(found, reverse=True)

    def terraform_pid(self):
        """The Terraform that applies; None when it does not run. Its children have its name until they are programs of their own."""
        for pid in reversed(self.descendants()):
            try:
                words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if words[0].endswith(b"/" + self.tool.encode()) and words[1] == b"apply":
                return pid
        return None

    def left(self):
        """Processes of the apply, wherever they hang by now."""
        marker = f"CREATED={self.created}".encode()
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                if marker in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
            except OSError:
                pass  # It has just ended, or is another's.
        return found

    # What has to hold.

    def made(self):
        """The resources that Terraform created."""
        return set(self.created.read_text().split()) if self.created.exists() else set()

    def kept(self):
        """The resources in the stored state, and in the state that was kept because it could not be stored."""
        names = {name.removeprefix("terraform_data.") for name in self.resources()}
        kept = self.artifact("errored.tfstate")
        return names | (set(re.findall(r'"name": "(r\d)"', kept.read_text())) if kept.exists() else set())

    def interrupts(self):
        """How many signals the helper sent to Terraform."""
        return len([line for line in self.record.read_text().splitlines() if line.startswith("helper")]) if self.record.exists() else 0

    def check_interrupts(self, most=1):
        self.assertLessEqual(self.interrupts(), most, self.ended.log)
        self.assertNotIn("Two interrupts", self.ended.log)

    def check_state(self):
        self.assertLessEqual(self.made(), self.kept(), self.ended.log)

    def check_no_lock(self):
        self.assertEqual(self.server.locks(), {}, self.ended.log)
        return "released"

    def check_lock(self):
        """Released, or the next run names its holder and the command that opens it, which is tried."""
        if not self.server.locks():
            return "released"
        self.server.steer()
        holder = self.server.locks()["net"]["ID"]
        next_run = self.run_to_end("plan", "net", "--lock", code=1)
        named = holds_lock(next_run.log)
        self.assertIsNotNone(named, next_run.log)
        self.assertEqual(named[0], holder)
        opened = run([*named[1].split()[:-1], "-force", holder], cwd=self.project, env={**self.job(), **self.server.credentials}, check=False)
        self.assertEqual((opened.returncode, self.server.locks()), (0, {}), opened.stderr)
        return "named"

    def check_end_after_stop(self, number):
        """The exit code of an apply that was asked to stop, at whatever moment."""
        # Of several signals at once the helper takes the lowest first.
        is_before = self.ended.code == -number or (self.ended.code > 128 and "nothing was changed" in self.ended.log)
        if is_before and self.moment is not None:
            # The signal itself ends a helper that has not begun yet.
            self.assertEqual(self.kept(), set())
        elif self.ended.code == 128 + signal.SIGINT and self.moment is not None:
            # Our interrupt came before Terraform listens: it ends at once, and has not begun.
            self.assertRegex(self.ended.log, "'(init|apply)' was killed by signal INT")
            self.assertEqual((self.made(), self.kept()), (set(), set()))
        elif self.ended.code == 0 and self.moment is not None:
            self.assertEqual(self.kept(), set(RESOURCES))
        else:
            self.assertEqual(self.ended.code, 1, self.ended.log)
            if self.made():
                self.assertIn("stopped by signal", self.ended.log)


# The rows.

def stop_by(*numbers):
    def row(trial):
        trial.begin()
        for number in numbers:
            trial.apply_job.signal(number)
        trial.end()
        trial.check_end_after_stop(numbers[0])
        trial.check_interrupts()
        trial.check_state()
        return trial.check_no_lock()
    return row


def stop_every_process(trial):
    """As GitLab's docker executor does."""
    trial.begin()
    direct = trial.terraform_pid() is not None
    for pid in trial.descendants():
        try:
            os.kill(pid, signal.SIGTERM)
        except ProcessLookupError:
            pass
    trial.end()
    # A tool that was asked something may have died of the signal; its question is then told as not answered.
    if trial.ended.code not in (143, 3):
        trial.check_end_after_stop(signal.SIGTERM)
    trial.check_interrupts(most=0 if direct else 1)
    trial.check_state()
    return trial.check_no_lock()


def stop_group(trial):
    """As GitLab's shell executor does."""
    trial.begin()
    os.killpg(trial.apply_job.process.pid, signal.SIGTERM)
    trial.end()
    trial.check_end_after_stop(signal.SIGTERM)
    trial.check_interrupts()
    trial.check_state()
    return trial.check_no_lock()


def kill_helper(trial):
    trial.begin()
    trial.ended = kill_hard(trial.apply_job)
    trial.assertIn(trial.ended.code, (-9, 0))
    held = bool(trial.server.locks())
    if held and trial.moment is None:
        named = holds_lock(trial.run_to_end("plan", "net", "--lock", code=1).log)
        trial.assertEqual(named[0], trial.server.locks()["net"]["ID"])
    trial.let_go()
    while trial.left():  # Terraform runs on, and releases it.
        time.sleep(0.01)
    trial.check_interrupts(most=0)
    trial.check_state()
    if trial.made():
        trial.assertEqual(trial.kept(), set(RESOURCES))
    return trial.check_no_lock()


def close_output(trial):
    trial.begin()
    trial.apply_job.close_log()
    trial.let_go()
    trial.end()
    trial.assertEqual(trial.ended.code, 0)
    trial.check_interrupts(most=0)
    trial.assertEqual(trial.kept(), set(RESOURCES))
    return trial.check_no_lock()


def kill_terraform(trial):
    """As the kernel does when memory is short."""
    trial.begin()
    pid = trial.terraform_pid()
    if pid:
        os.kill(pid, signal.SIGKILL)
    trial.let_go()
    trial.end()
    killed = trial.ended.code == 137
    trial.assertEqual(trial.ended.code, 137 if pid and killed else 0, trial.ended.log)
    trial.check_interrupts(most=0)
    if killed:
        trial.assertIn("was killed by signal KILL", trial.ended.log)
        return trial.check_lock()
    trial.check_state()
    return trial.check_no_lock()


def hang_up_terraform(trial):
    """A terminal or a session that goes away must not end an apply."""
    trial.begin()
    pid = trial.terraform_pid()
    if pid is not None:
        os.kill(pid, signal.SIGHUP)
    trial.let_go()
    trial.end()
    trial.assertEqual(trial.ended.code, 0, trial.ended.log)
    trial.check_interrupts(most=0)
    trial.assertEqual(trial.kept(), set(RESOURCES))
    return trial.check_no_lock()


def fail_server(**fail):
    """The server answers so from now on; 0: not at all."""
    requests = {name.replace("_", " "): status for name, status in fail.items()}

    def row(trial):
        trial.begin()
        trial.server.steer(fail=requests)
        trial.let_go()
        trial.end()
        trial.check_interrupts(most=0)
        trial.check_state()
        if trial.ended.code == 0:
            trial.assertEqual(trial.kept(), set(RESOURCES))
        else:
            trial.assertIn(trial.ended.code, (1, 3) if trial.moment is not None else (1,), trial.ended.log)
            trial.assertRegex(trial.ended.log, "\n  fix: " if trial.made() else "\n  fix: |error: ")
        if trial.artifact("errored.tfstate").exists():
            trial.assertIn("state push", trial.ended.log)
        return trial.check_lock()
    return row


def stop_and_fail_unlock(trial):
    """The job is asked to stop, and the server does not take the lock back."""
    trial.begin()
    trial.server.steer(fail={"DELETE lock": 500})
    trial.apply_job.signal(signal.SIGTERM)
    trial.end()
    trial.check_interrupts()
    trial.check_state()
    if trial.server.locks():
        trial.assertNotIn("and its lock is released", trial.ended.log)
        trial.assertIn("the state's lock could not be released and may still be held", trial.ended.log)
    return trial.check_lock()


def slow_server(trial):
    """The write of the state takes long, and meanwhile the job is asked to stop, three times."""
    trial.begin()
    trial.server.steer(hold=["POST state"])
    trial.let_go()
    if trial.moment is None:
        trial.server.wait_until_held()
    for number in (signal.SIGTERM, signal.SIGTERM, signal.SIGINT):
        trial.apply_job.signal(number)
    time.sleep(0.4)  # Past the settle time: what is sent in it is what is tested.
    trial.server.steer()
    trial.end()
    if trial.moment is None:
        trial.assertIn(trial.ended.code, (0, 1), trial.ended.log)
    else:
        trial.check_end_after_stop(signal.SIGTERM)
    trial.check_interrupts()
    trial.check_state()
    return trial.check_no_lock()


def steal_lock(trial):
    """Somebody opens the lock by force and takes it."""
    trial.begin()
    held = trial.server.locks()
    if held:
        trial.server.take_lock("net", "the-thief")
    trial.let_go()
    trial.end()
    trial.check_interrupts(most=0)
    trial.check_state()
    if trial.ended.code == 0 and trial.moment is not None:
        trial.assertEqual(trial.kept(), set(RESOURCES))  # All was stored before.
    elif trial.made() and held:
        trial.assertEqual(trial.ended.code, 1, trial.ended.log)
        trial.assertRegex(trial.ended.log, "somebody else holds the state's lock now|lock could not be released")
    return trial.check_lock()


def full_disk(trial):
    """No room where the helper writes; the state goes elsewhere."""
    with mounted(trial, "size=64k"):
        trial.begin()
        fill(trial.artifact("filler"))
        trial.let_go()
        trial.end()
        trial.assertIn(trial.ended.code, (0, 3), trial.ended.log)
        if trial.ended.code:
            trial.assertIn("cannot write", trial.ended.log)
    trial.check_interrupts(most=0)
    if trial.made():
        trial.assertEqual(trial.kept(), set(RESOURCES))
    return trial.check_no_lock()


def full_disk_and_server(trial):
    """No room where the helper writes, and the tool fails as well: its own code, and the disk is told."""
    trial.server.steer(fail={"POST state": 500})
    with mounted(trial, "size=64k"):
        trial.begin()
        fill(trial.artifact("filler"))
        trial.let_go()
        trial.end()
        if trial.ended.code == 1:
            trial.assertIn(f"statelane: the disk of {trial.artifact('')} is full\n  fix: give the job more room, then retry it\n",
                           trial.ended.log)
    trial.check_interrupts(most=0)
    return trial.check_lock()


def full_disk_of_the_tool(trial):
    """The tool can neither store the state nor write it to its file: it prints it, and no file is said to hold it."""
    trial.server.steer(fail={"POST state": 500})
    with mounted(trial, "size=400k", trial.project / "net"):
        trial.begin()
        fill(trial.project / "net/filler")
        trial.let_go()
        trial.end()
        trial.check_interrupts(most=0)
        if trial.moment is not None and "is kept in" in trial.ended.log:
            trial.check_state()  # There was room until then.
        elif trial.made():
            trial.assertEqual(trial.ended.code, 1, trial.ended.log)
            trial.assertNotIn("is kept in", trial.ended.log)
            trial.assertIn("copy it from the tool's output to a file, and ", trial.ended.log)
            trial.assertLessEqual(trial.made(), set(re.findall(r'"name": ?"(r\d)"', trial.ended.log)))
    return trial.check_lock()


def read_only(trial):
    """The directory of the artifacts cannot be written any more."""
    with mounted(trial, "size=1m") as directory:
        trial.begin()
        # What is open for writing keeps a file system from turning read-only; a second, read-only view of the same
        # files lies over it.
        run(["mount", "--bind", directory, directory], cwd="/", env=trial.environment)
        run(["mount", "-o", "remount,bind,ro", directory], cwd="/", env=trial.environment)
        trial.let_go()
        trial.end()
        run(["umount", directory], cwd="/", env=trial.environment)
        trial.assertIn(trial.ended.code, (0, 3, 125) if trial.moment is not None else (3,), trial.ended.log)
    trial.check_interrupts(most=0)
    if trial.made():
        trial.assertEqual(trial.kept(), set(RESOURCES))
    return trial.check_no_lock()


class mounted:
    """A small file system in place of a directory, that of the artifacts, with what lies there."""

    def __init__(self, trial, options, directory=None):
        demand(os.getuid() == 0, "root, who may mount")
        self.trial, self.options = trial, options
        self.directory = directory or trial.artifact("")

    def __enter__(self):
        with tempfile.TemporaryDirectory() as aside:
            shutil.copytree(self.directory, f"{aside}/files")
            made = run(["mount", "-t", "tmpfs", "-o", self.options, "none", self.directory], cwd="/",
                       env=self.trial.environment, check=False)
            demand(made.returncode == 0, "permission to mount")
            shutil.copytree(f"{aside}/files", self.directory, dirs_exist_ok=True)
        return self.directory

    def __exit__(self, *_error):
        run(["umount", "-l", self.directory], cwd="/", env=self.trial.environment)


def fill(file):
    with open(file, "wb", buffering=0) as stream:
        try:
            while True:
                stream.write(bytes(512))
        except OSError:
            pass


ROWS = {
    "TERM": stop_by(signal.SIGTERM),
    "INT": stop_by(signal.SIGINT),
    "HUP": stop_by(signal.SIGHUP),
    "HUP to Terraform": hang_up_terraform,
    "QUIT": stop_by(signal.SIGQUIT),
    "TERM to every process": stop_every_process,
    "TERM to the group": stop_group,
    "two in a row": stop_by(signal.SIGTERM, signal.SIGTERM),
    "three in a row": stop_by(signal.SIGTERM, signal.SIGINT, signal.SIGTERM),
    "helper killed": kill_helper,
    "closed stdout": close_output,
    "full disk": full_disk,
    "full disk, server answers 500": full_disk_and_server,
    "full disk of the tool, server answers 500": full_disk_of_the_tool,
    "read-only directory": read_only,
    "TERM, and no unlock": stop_and_fail_unlock,
    "server slow": slow_server,
    "server down": fail_server(GET_state=0, POST_state=0, POST_lock=0, DELETE_lock=0),
    "server answers 500": fail_server(POST_state=500),
    "server answers 409": fail_server(POST_state=409),
    "server answers 401": fail_server(GET_state=401, POST_state=401, POST_lock=401, DELETE_lock=401),
    "lock stolen": steal_lock,
    "Terraform killed": kill_terraform,
}


def run_trial(name, moment):
    """One trial outside a test runner: (exit code, what became of the lock, interrupts)."""
    trial = Trial()
    trial.moment = moment
    try:
        trial.setUp()
        lock = ROWS[name](trial)
        return trial.ended.code, lock, trial.interrupts()
    finally:
        trial.doCleanups()


def time_of_an_apply():
    """How long an apply takes that nothing happens to, now and on this machine."""
    trial = Trial()
    trial.moment = 0
    try:
        trial.setUp()
        began = time.monotonic()
        trial.begin()
        trial.end()
        return time.monotonic() - began
    finally:
        trial.doCleanups()


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--times", type=int, default=20)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--longest", type=float,
                           help="seconds after the start, at most; else as long as an undisturbed apply takes just before")
    arguments.add_argument("--tool", default="terraform")
    arguments.add_argument("rows", nargs="*")
    wish = arguments.parse_args()
    Trial.tool = wish.tool
    moments = random.Random(wish.seed)
    failed = 0
    print(f"{'row':24} {'trials':>6} {'held':>5}  {'exit codes':28} {'lock':28} most interrupts", flush=True)
    for name in wish.rows or ROWS:
        codes, locks, most, bad = collections.Counter(), collections.Counter(), 0, []
        longest = wish.longest or time_of_an_apply()
        for _ in range(wish.times):
            moment = moments.uniform(0, longest)
            try:
                code, lock, interrupts = run_trial(name, moment)
            except Exception as error:  # Every trial is reported, whatever it died of.
                bad.append(f"{moment:.3f} s: {error}")
                continue
            codes[code] += 1
            locks[lock] += 1
            most = max(most, interrupts)
        show = lambda counter: ", ".join(f"{key}: {value}" for key, value in sorted(counter.items()))
        print(f"{name:24} {wish.times:6} {wish.times - len(bad):5}  {show(codes):28} {show(locks):28} {most}", flush=True)
        for line in bad:
            print("   ", line, flush=True)
        failed += len(bad)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
