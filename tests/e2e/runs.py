"""Jobs of one repository that run `statelane run`, with their states on a server that behaves like GitLab's."""
import os
import shutil
import signal
import subprocess

from harness import EndToEndTest, Repository, clean_environment, require, run, statelane_binary
from states import StateServer

BACKEND = 'terraform {\n  backend "http" {}\n}\n'
ONE_RESOURCE = 'resource "terraform_data" "a" {\n  input = 1\n}\n'

# Creates `a`, then says `ready-in-apply` and waits for the file `go` beside the repository.
SLOW = ONE_RESOURCE + '''
resource "terraform_data" "b" {
  depends_on = [terraform_data.a]
  provisioner "local-exec" {
    command = "echo ready-in-apply; while [ ! -e ${path.root}/../../go ]; do sleep 0.01; done"
  }
}
'''


class Ended:
    """How a job's command came out: exit code and whole log."""

    def __init__(self, code, log):
        self.code, self.log = code, log


class Running:
    """A command of a job that still runs; its log is a pipe, as the runner's is."""

    def __init__(self, process):
        self.process = process
        self.log = ""

    def wait_for(self, text):
        while text not in self.log:
            piece = os.read(self.process.stdout.fileno(), 65536)
            assert piece, f"{text!r} never came:\n{self.log}"
            self.log += piece.decode(errors="surrogateescape")

    def signal(self, number):
        self.process.send_signal(number)

    def close_log(self):
        self.process.stdout.close()

    def finish(self):
        if not self.process.stdout.closed:
            while piece := os.read(self.process.stdout.fileno(), 65536):
                self.log += piece.decode(errors="surrogateescape")
            self.process.stdout.close()
        return Ended(self.process.wait(), self.log)


class RunTest(EndToEndTest):
    """A repository with the state `net`, pushed to its origin, and a job on its default branch."""

    tool = "terraform"

    def setUp(self):
        super().setUp()
        require("terraform")
        self.server = self.enterContext(StateServer())
        self.environment = clean_environment(self.scratch / "home", [statelane_binary().parent])
        self.repository = Repository(self.scratch, self.environment)
        self.project = self.repository.directory
        (self.project / ".git/info/exclude").write_text(".statelane/\n.terraform/\n")
        self.running = []
        self.addCleanup(self.end_all)
        self.before = "0" * 40  # Everything is new, unless a test says otherwise.
        self.first = self.commit({"net/main.tf": BACKEND + ONE_RESOURCE})

    def end_all(self):
        for each in self.running:
            if each.process.poll() is None:
                each.process.kill()
            each.process.wait()
            each.process.stdout.close()

    def commit(self, changes):
        commit = self.repository.commit("change", changes)
        self.repository.push()
        return commit

    def job(self, **more):
        """The variables of a job at HEAD."""
        state = f"{self.server.address}/net"
        return {**self.environment, "CI": "true", "CI_COMMIT_SHA": self.repository.git("rev-parse", "HEAD"),
                "CI_COMMIT_BEFORE_SHA": self.before, "CI_COMMIT_BRANCH": "main", "CI_COMMIT_REF_NAME": "main",
                "CI_DEFAULT_BRANCH": "main", "CI_PIPELINE_SOURCE": "parent_pipeline", "CI_PIPELINE_ID": "7",
                "STATELANE_ROOT_PIPELINE": "7", "CI_PROJECT_ID": "42", "CI_JOB_TOKEN": "job-token",
                "CI_API_V4_URL": self.server.address.split("/projects/")[0],
                "TF_HTTP_ADDRESS": state, "TF_HTTP_LOCK_ADDRESS": f"{state}/lock", "TF_HTTP_LOCK_METHOD": "POST",
                "TF_HTTP_UNLOCK_ADDRESS": f"{state}/lock", "TF_HTTP_UNLOCK_METHOD": "DELETE", "TF_HTTP_RETRY_MAX": "0",
                "STATELANE_OPT_SETTLE_TIME": "200ms", "STATELANE_OPT_LOCK_TIMEOUT": "0", **more}

    def start(self, *arguments, directory=None, env=None, **popen):
        """Starts `statelane run …` as a job would."""
        process = subprocess.Popen([statelane_binary(), "run", *arguments], cwd=directory or self.project,
                                   env=env or self.job(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, **popen)
        self.running.append(Running(process))
        return self.running[-1]

    def run_to_end(self, *arguments, code=0, **more):
        """Runs `statelane run …` to its end; the test fails when the exit code is another one than `code`, if that is any."""
        ended = self.start(*arguments, **more).finish()
        if code is not None:
            self.assertEqual(ended.code, code, ended.log)
        return ended

    def plan(self, *arguments, **more):
        return self.run_to_end("plan", "net", *arguments, **more)

    def apply(self, *arguments, **more):
        return self.run_to_end("apply", "net", *arguments, **more)

    def artifact(self, name):
        return self.project / ".statelane/net" / name

    def resources(self):
        """The resources of the newest version of the state, as `type.name`."""
        versions = self.server.versions("net")
        return {f"{each['type']}.{each['name']}" for each in versions[-1]["resources"]} if versions else set()

    def terraform(self, *arguments):
        """The tool as a person would call it."""
        env = {**self.job(), **self.server.credentials}
        return run([self.tool, "-chdir=net", *arguments], cwd=self.project, env=env, check=False)


class WithOpenTofu:
    """Before a test's class: the same with the real OpenTofu, where a machine has it."""

    tool = "tofu"

    def setUp(self):
        if shutil.which(self.tool) is None:
            self.skipTest("SKIPPED: OpenTofu (tofu) is absent")
        super().setUp()


def kill_hard(running):
    running.signal(signal.SIGKILL)
    return running.finish()
