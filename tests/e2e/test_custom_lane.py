"""A lane outside Terraform: its own commands under the same guards and the same way of stopping."""
import json
import signal
import unittest

from runs import RunTest

CONFIG = '''states:
  include: [deploy]
  rules:
    - match: deploy
      commands:
        plan: [sh, -c, 'echo would deploy "$1"; cat settings', plan, "a b"]
        apply: [sh, apply.sh]
'''

# Says each signal that it gets, and goes on until it is let go.
APPLY = '''trap 'echo INT >>"$SIGNALS"' INT
trap 'echo TERM >>"$SIGNALS"' TERM
echo ready-in-apply
while [ ! -e "$GO" ]; do sleep 0.01; done
exit "$CODE"
'''


class CustomLane(RunTest):

    def setUp(self):
        super().setUp()
        self.signals, self.go = self.scratch / "signals", self.scratch / "go"
        self.environment = {**self.environment, "SIGNALS": str(self.signals), "GO": str(self.go), "CODE": "0"}
        self.commit({".statelane.yml": CONFIG, "deploy/settings": "one\n", "deploy/apply.sh": APPLY})

    def test_what_was_planned_is_applied_and_nothing_else(self):
        self.go.touch()
        planned = self.run_to_end("plan", "deploy")
        self.assertIn("would deploy a b\none\n", planned.log)
        directory = self.project / ".statelane/deploy"
        self.assertEqual(sorted(file.name for file in directory.iterdir()), ["meta.json", "plan.txt"])
        self.run_to_end("apply", "deploy")
        self.assertEqual(json.loads((directory / "applied.json").read_text())["exit_code"], 0)

        # In CI the commit is what counts, on a laptop the files as they lie there.
        (self.project / "deploy/settings").write_text("two\n")
        refused = self.run_to_end("apply", "deploy", env=self.job(CI=""), code=125)
        self.assertIn("the files that the state depends on differ from those that were planned", refused.log)

    def test_its_button_is_dead_when_its_files_have_changed_on_the_branch(self):
        self.go.touch()
        self.run_to_end("plan", "deploy")
        old = self.job()
        self.commit({"deploy/settings": "two\n"})
        self.repository.git("checkout", "-q", "--detach", old["CI_COMMIT_SHA"])
        refused = self.run_to_end("apply", "deploy", env=old, code=125)
        self.assertIn("what this state depends on differs there: deploy/settings", refused.log)

    def test_a_plan_that_fails_leaves_nothing_to_apply(self):
        self.commit({"deploy/settings": None})
        self.run_to_end("plan", "deploy", code=1)
        self.assertIn("is missing or has expired", self.run_to_end("apply", "deploy", code=125).log)

    def test_however_often_the_job_is_told_to_stop_the_command_is_interrupted_once(self):
        self.run_to_end("plan", "deploy")
        applying = self.start("apply", "deploy", env=self.job(CODE="5"))
        applying.wait_for("ready-in-apply")
        for number in (signal.SIGTERM, signal.SIGTERM, signal.SIGHUP):
            applying.signal(number)
        applying.wait_for("one interrupt sent")
        applying.signal(signal.SIGTERM)
        while not self.signals.exists():
            pass
        self.go.touch()
        ended = applying.finish()
        self.assertEqual((ended.code, self.signals.read_text()), (5, "INT\n"), ended.log)
        self.assertIn("was interrupted once and ended by itself", ended.log)


if __name__ == "__main__":
    unittest.main()
