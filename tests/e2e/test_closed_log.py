"""A job whose log nobody reads any more ends with the exit code that it would have had."""
import os
import subprocess
import unittest

from harness import statelane_binary
from runs import BACKEND, ONE_RESOURCE, RunTest


class ClosedLog(RunTest):

    def end_unread(self, *arguments, **variables):
        """The exit code of `statelane run …` when both its streams are a pipe without a reader."""
        reader, writer = os.pipe()
        os.close(reader)
        try:
            return subprocess.run([statelane_binary(), "run", *arguments], cwd=self.project, env=self.job(**variables),
                                  stdin=subprocess.DEVNULL, stdout=writer, stderr=writer).returncode
        finally:
            os.close(writer)

    def test_a_run_that_succeeds_fails_or_is_refused_says_so_by_its_exit_code(self):
        self.assertEqual(self.end_unread("apply", "net"), 125)
        self.assertEqual(self.end_unread("plan", "nowhere"), 2)
        self.assertEqual(self.end_unread("plan", "net", "--detailed-exitcode"), 2)
        self.assertEqual(self.end_unread("apply", "net"), 0)
        self.assertEqual(self.resources(), {"terraform_data.a"})
        self.assertEqual(self.end_unread("apply", "net"), 125)
        self.commit({"net/main.tf": BACKEND + ONE_RESOURCE.replace("1", "var.none")})
        self.assertEqual(self.end_unread("plan", "net"), 1)
        self.commit({".statelane.yml": "states: {rules: [{match: net, tool: absent-tool}]}\n"})
        self.assertEqual(self.end_unread("plan", "net"), 127)
        self.commit({".statelane.yml": "states: [\n"})
        self.assertEqual(self.end_unread("plan", "net"), 1)
        self.assertEqual(self.server.locks(), {})


if __name__ == "__main__":
    unittest.main()
