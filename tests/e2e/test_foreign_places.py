"""Links, FIFOs, devices and directories in the place of each thing that jobs leave: no job hangs, and none writes elsewhere.

The suite takes a sample; with STATELANE_ALL_PLACES=1 all 170 are tried.
"""
import itertools
import os
import shutil
import signal
import stat
import subprocess
import time
import unittest
from pathlib import Path

from harness import statelane_binary
from runs import RunTest

PLACES = (".statelane", ".statelane/net", ".statelane/private", ".statelane/cache", ".statelane/net/files") + tuple(
    f".statelane/net/{name}" for name in (
        "plan.bin", "plan.json", "meta.json", "plan.txt", "output.txt", "errored.tfstate", "outputs.env", "applied.json",
        "apply.txt", "terraform.lock.hcl", "annotations.json", "drift.json"))
KINDS = ("link to a file", "link to a device", "FIFO", "device", "directory")
MOMENTS = ("plan", "apply")
ALL = list(itertools.product(PLACES, KINDS, MOMENTS))
SAMPLE_STEP = 11  # Prime to the three counts, so that each place, kind and moment is met.
LONGEST = 60  # seconds; a job of this test takes three.
PRECIOUS = "precious\n"


class ForeignPlaces(RunTest):

    def setUp(self):
        super().setUp()
        self.outside = self.scratch / "outside"
        self.outside.mkdir()
        self.victim = self.outside / "victim"
        self.plan()
        self.whole = self.scratch / "whole"
        shutil.copytree(self.project / ".statelane", self.whole, symlinks=True)

    def put(self, place, kind):
        """What was there is gone, or lies where the link leads."""
        path = self.project / place
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.exists() or path.is_symlink():
            path.unlink()
        if kind == "link to a file":
            path.symlink_to(self.victim)
        elif kind == "link to a device":
            path.symlink_to("/dev/zero")
        elif kind == "FIFO":
            os.mkfifo(path)
        elif kind == "device":
            self.make_device(path)
        elif path.name in ("net", ".statelane", "private", "cache", "files"):
            path.write_text(PRECIOUS)
        else:
            path.mkdir()
            (path / "inner").write_text(PRECIOUS)

    def make_device(self, path):
        """Who may not make one gets another link to it."""
        try:
            os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, 5))
        except PermissionError:
            path.symlink_to("/dev/full")

    def clear(self):
        top = self.project / ".statelane"
        if top.is_dir() and not top.is_symlink():
            shutil.rmtree(top)
        elif top.exists() or top.is_symlink():
            top.unlink()

    def job_at(self, place, kind, moment):
        self.clear()
        self.server.forget("net")
        if moment == "apply":
            shutil.copytree(self.whole, self.project / ".statelane", symlinks=True)
        self.victim.write_text(PRECIOUS)
        self.victim.chmod(0o644)
        self.put(place, kind)
        try:
            ended = subprocess.run([statelane_binary(), "run", moment, "net"], cwd=self.project, env=self.job(),
                                   stdin=subprocess.DEVNULL, capture_output=True, timeout=LONGEST, text=True,
                                   errors="surrogateescape")
        except subprocess.TimeoutExpired:
            return self.fail(f"it hangs: {place}, {kind}, {moment}")
        self.assertEqual(self.victim.read_text(), PRECIOUS)
        self.assertEqual(stat.S_IMODE(self.victim.stat().st_mode), 0o644)
        self.assertEqual([entry.name for entry in self.outside.iterdir()], ["victim"])
        self.assertIn(ended.returncode, (0, 3, 125), ended.stdout + ended.stderr)
        if ended.returncode == 0:
            # Then it was in nobody's way, or replaced by what belongs there.
            return "done"
        self.assertRegex(ended.stdout + ended.stderr, r"(?m)^(statelane: )?error: ")
        return "refused"

    def test_nothing_hangs_and_nothing_is_written_elsewhere(self):
        chosen = ALL if os.environ.get("STATELANE_ALL_PLACES") else ALL[::SAMPLE_STEP]
        ends = {"done": 0, "refused": 0}
        for place, kind, moment in chosen:
            with self.subTest(place=place, kind=kind, moment=moment):
                end = self.job_at(place, kind, moment)
                ends[end] += 1
        print(f"{len(chosen)} places: {ends}")

    def test_the_sample_has_each_place_kind_and_moment(self):
        self.assertEqual(len(ALL), 170)
        for index, of_all in enumerate((PLACES, KINDS, MOMENTS)):
            self.assertEqual({each[index] for each in ALL[::SAMPLE_STEP]} if index else set(of_all), set(of_all))


class LargeFiles(RunTest):

    def test_a_job_that_reads_a_large_artifact_ends_when_it_is_told_to(self):
        """GitLab gives a job ten seconds."""
        self.plan()
        plan_file = self.artifact("plan.bin")
        with plan_file.open("r+b") as file:
            file.truncate(4 << 30)
        job = subprocess.Popen([statelane_binary(), "run", "apply", "net"], cwd=self.project, env=self.job(),
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        descriptors = Path(f"/proc/{job.pid}/fd")
        while job.poll() is None and not any(link.exists() and link.resolve() == plan_file.resolve()
                                             for link in descriptors.iterdir()):
            time.sleep(0.01)
        job.send_signal(signal.SIGTERM)
        begin = time.monotonic()
        log, _ = job.communicate(timeout=LONGEST)
        self.assertEqual(job.returncode, 143, log)
        self.assertIn("stopped by signal TERM before the apply began; nothing was changed", log)
        self.assertLess(time.monotonic() - begin, 5)


if __name__ == "__main__":
    unittest.main()
