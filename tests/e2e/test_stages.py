"""Gates of changed states only, in a second stage; pipelines that look for drift. With real git and real Terraform."""
import shutil
import unittest

from deployments_server import DeploymentsServer
from harness import run, statelane, statelane_binary
from pipelines import PipelineRunner
from readers import read_as_gitlab, schema_errors
from states import use_local_state
from test_acceptance import SMALLER_SUBNETS, Example


class Stages(Example):

    def setUp(self):
        super().setUp()
        self.states = self.scratch / "states"
        self.states.mkdir()
        use_local_state(self.repository.directory, self.states)
        configuration = self.repository.directory / ".statelane.yml"
        configuration.write_text(configuration.read_text() + "pipeline: {gates_for: changed}\n")
        self.before = self.repository.commit("the platform as it stands")
        self.repository.push()

    def run_in_job(self, *arguments, check=True, **more):
        environment = {**self.environment, "CI": "true", "CI_COMMIT_SHA": self.repository.git("rev-parse", "HEAD"), "CI_COMMIT_BRANCH": "main",
                       "CI_DEFAULT_BRANCH": "main", "CI_COMMIT_REF_NAME": "main", "CI_PIPELINE_SOURCE": "parent_pipeline", **more}
        return run([statelane_binary(), *arguments], cwd=self.repository.directory, env=environment, check=check)


class PendingGates(Stages):
    """What was applied last is known to the gates of the second stage as to those of the first."""

    def setUp(self):
        super().setUp()
        self.gitlab = self.enterContext(DeploymentsServer(self.scratch / "origin.git", self.environment))
        self.variables |= self.gitlab.variables()

    def test_gates_of_what_an_earlier_push_left_know_what_was_applied(self):
        self.apply_by_hand("network/staging")
        for state in ("network/staging", "network/production"):
            self.gitlab.deploy(state, self.before)
        self.repository.commit("smaller subnets", self.change("modules/network/main.tf", *SMALLER_SUBNETS))
        self.repository.push()
        last = self.repository.git("rev-parse", "HEAD")
        self.repository.commit("words", {"README.md": "words\n"})
        self.repository.push()
        first = self.generate(last)
        self.assertEqual(set(first.jobs), {"plan: network/production", "plan: network/staging", "generate-gates", "gates"})
        for job in ("plan: network/staging", "generate-gates"):
            ended = first.run_only(job)
            self.assertEqual(ended.passed, {job}, ended.output)
        second = first.artifacts("generate-gates") / "gates.gitlab-ci.yml"
        gate = read_as_gitlab([second])[str(second)]["apply: network/staging"]
        self.assertEqual(gate["variables"]["STATELANE_APPLIED"], {"value": self.before, "expand": False}
                         if isinstance(gate["variables"]["STATELANE_APPLIED"], dict) else self.before)


class SecondStage(Stages):

    def test_only_states_that_change_have_gates_and_their_applies_take_the_plans_of_the_first_stage(self):
        self.apply_by_hand("network/staging", "network/production", "iam/staging")
        self.repository.commit("smaller subnets", {**self.change("modules/network/main.tf", *SMALLER_SUBNETS),
                                                   "iam/staging/more.tf": "locals {\n  unused = 1\n}\n"})
        self.repository.push()
        first = self.generate(self.before)
        plans = ["plan: iam/staging", "plan: network/production", "plan: network/staging"]
        self.assertEqual(set(first.jobs), {*plans, "generate-gates", "gates"})
        for job in [*plans, "generate-gates"]:
            ended = first.run_only(job)
            self.assertEqual(ended.passed, {job}, ended.output)
        second = first.artifacts("generate-gates") / "gates.gitlab-ci.yml"
        self.assertEqual(schema_errors([second]), [])
        document = read_as_gitlab([second])[str(second)]
        applies = ["apply: network/production", "apply: network/staging"]
        self.assertEqual([name for name in document if name.startswith("apply: ")], applies)
        self.assertEqual(document[applies[1]]["needs"], [{"pipeline": "1000", "job": "plan: network/staging", "artifacts": True}])
        self.assertIn("#   iam/staging\n", second.read_text())

        # gitlab-ci-local has no other pipelines to take artifacts from: they are put where the runner would put them.
        shutil.copytree(first.artifacts("plan: network/staging") / ".statelane", self.repository.directory / ".statelane")
        root = document["variables"]["STATELANE_ROOT_PIPELINE"]
        stored = (self.states / "network-staging.tfstate").read_text()
        self.run_in_job("run", "apply", "network/staging", CI_PIPELINE_ID="1002", STATELANE_ROOT_PIPELINE=root)
        self.assertNotEqual((self.states / "network-staging.tfstate").read_text(), stored)

    def test_without_changes_the_second_stage_says_so(self):
        self.apply_by_hand("iam/staging")
        self.repository.commit("nothing", {"iam/staging/more.tf": "locals {\n  unused = 1\n}\n"})
        self.repository.push()
        first = self.generate(self.before)
        for job in ["plan: iam/staging", "generate-gates"]:
            first.run_only(job)
        second = PipelineRunner(self.repository.directory, first.artifacts("generate-gates") / "gates.gitlab-ci.yml", self.environment)
        self.assertEqual(set(second.jobs), {"nothing-to-do"})
        self.assertEqual(second.run().exit_code, 0)
        self.assertIn("none of 1 plans has changes", second.log("nothing-to-do"))

    def test_plans_of_another_pipeline_are_left_out(self):
        planned = self.run_in_job("run", "plan", "iam/staging", CI_PIPELINE_ID="7")
        self.assertEqual(planned.returncode, 0)
        made = self.run_in_job("generate", "--from-plans", ".statelane", CI_PIPELINE_ID="8", CI_COMMIT_BEFORE_SHA=self.before)
        self.assertIn("1 plans of another commit or pipeline are left out", made.stderr)
        self.assertIn("no plan was made", made.stdout)

    def test_what_makes_no_sense_is_refused(self):
        for arguments, code in [(["--from-plans", ".statelane"], 3), (["--from-plans", "absent"], 3), (["--from-plans", ".", "--all"], 2)]:
            self.assertEqual(self.run_in_job("generate", *arguments, check=False, CI_PIPELINE_ID="").returncode, code, arguments)


class Drift(Stages):

    def test_states_that_have_drifted_are_warnings_and_stand_in_one_table(self):
        self.apply_by_hand("iam/staging")
        child = self.scratch / "drift.yml"
        made = self.run_in_job("generate", "--drift", "--state", "iam/*", "--output", str(child), CI_PIPELINE_SOURCE="schedule")
        self.assertIn("2 of 16 states are compared with the world", made.stderr)
        self.assertEqual(schema_errors([child]), [])
        pipeline = PipelineRunner(self.repository.directory, child, self.environment, self.variables)
        self.assertEqual(set(pipeline.jobs), {"drift: iam/production", "drift: iam/staging", "drift-summary"})
        ended = pipeline.run()
        self.assertEqual((ended.passed, ended.tolerated), ({"drift: iam/staging"}, {"drift: iam/production", "drift-summary"}), ended.output)
        self.assertIn("1 of 2 states has drifted", pipeline.log("drift-summary"))
        self.assertFalse((self.states / "iam-production.tfstate").exists())
        self.assertFalse((pipeline.artifacts("drift: iam/staging") / ".statelane/iam--staging/plan.bin").exists())

    def test_lanes_outside_terraform_are_named_and_not_counted(self):
        made = self.run_in_job("generate", "--drift", CI_PIPELINE_SOURCE="schedule")
        self.assertTrue(made.stderr.endswith("15 of 16 states are compared with the world\n"
                                             "not compared, since these lanes are outside Terraform: deploy/api\n"), made.stderr)
        made = self.run_in_job("generate", "--drift", "--state", "deploy/*", CI_PIPELINE_SOURCE="schedule")
        self.assertIn("nothing to do: only lanes outside Terraform are in this part", made.stdout)

    def test_a_schedule_may_take_one_part_of_the_states(self):
        parts = []
        for part in ("1/2", "2/2"):
            made = self.run_in_job("generate", STATELANE_OPT_DRIFT="true", STATELANE_OPT_DRIFT_ROTATION=part, CI_PIPELINE_SOURCE="schedule")
            parts.append({line for line in made.stdout.splitlines() if line.startswith('"drift: ')})
        self.assertEqual((len(parts[0] & parts[1]), len(parts[0] | parts[1])), (0, 15))
        self.assertTrue(parts[0] and parts[1])
        for arguments in (["--drift", "--drift-rotation", "3/2"], ["--drift-rotation", "1/2"], ["--drift", "HEAD"], ["--drift", "--jobs", "shell"]):
            self.assertEqual(statelane("generate", *arguments, cwd=self.repository.directory, env=self.environment, check=False).returncode, 2, arguments)


if __name__ == "__main__":
    unittest.main()
