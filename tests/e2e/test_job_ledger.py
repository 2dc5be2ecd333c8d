"""What plan and apply jobs ask GitLab of earlier applies, and what they tell it, by real Terraform."""
from deployments_server import DeploymentsServer
from runs import BACKEND, ONE_RESOURCE, RunTest

TWO_RESOURCES = ONE_RESOURCE + 'resource "terraform_data" "b" {}\n'


class JobLedger(RunTest):

    def setUp(self):
        super().setUp()
        self.gitlab = self.enterContext(DeploymentsServer(self.scratch / "origin.git", self.environment))

    def job(self, **more):
        return super().job(**{**self.server.credentials, **self.gitlab.variables(), "CI_ENVIRONMENT_NAME": "net",
                              "CI_ENVIRONMENT_SLUG": "net", **more})

    def test_an_old_button_is_refused_where_a_newer_commit_was_applied(self):
        self.plan()
        second = self.commit({"net/main.tf": BACKEND + TWO_RESOURCES})
        self.gitlab.deploy("net", second)
        old = self.job(CI_COMMIT_SHA=self.first)
        self.repository.git("checkout", "-q", self.first)
        refused = self.run_to_end("apply", "net", "--newest-commit", "off", env=old, code=125)
        self.assertIn(f"commit {second[:12]} was applied since by ada at 2024-01-01T00:02:00.000Z, and this job's commit does not contain "
                      "it: net/main.tf differs", refused.log)
        self.assertEqual(self.resources(), set())
        self.apply("--newest-commit", "off", "--allow-applied-since", env=old)
        self.assertEqual(self.resources(), {"terraform_data.a"})

    def test_what_was_applied_when_the_pipeline_was_written_is_no_later_apply(self):
        # A force push took the applied commit away.
        gone = self.commit({"net/main.tf": BACKEND + TWO_RESOURCES})
        self.gitlab.deploy("net", gone)
        self.repository.git("reset", "-q", "--hard", self.first)
        self.repository.git("push", "-q", "--force", "origin", "HEAD:main")
        self.plan()
        self.run_to_end("apply", "net", code=125)
        self.apply(env=self.job(STATELANE_APPLIED=gone))

    def test_an_older_commit_that_was_applied_is_what_an_apply_comes_after(self):
        self.plan()
        self.apply()
        self.gitlab.deploy("net", self.first)
        self.commit({"net/main.tf": BACKEND + TWO_RESOURCES})
        self.plan()
        self.apply()

    def test_a_ledger_that_cannot_be_read_refuses_nothing_and_is_told(self):
        self.plan()
        self.gitlab.always = {"status": 403}
        told = self.apply(env=self.job(CI_ENVIRONMENT_SLUG="net-a1b2c3"))
        self.assertIn("statelane: the slug of the environment is net-a1b2c3, not net: without a token nobody finds its refs\n", told.log)
        self.assertIn("net is applied", told.log)

    def test_what_cannot_be_told_is_said(self):
        self.plan()
        gone = "1234567890abcdef1234567890abcdef12345678"
        self.gitlab.origin = None
        self.gitlab.deploy("net", gone)
        told = self.apply()
        self.assertIn(f"commit {gone[:12]} was applied since by ada at 2024-01-01T00:02:00.000Z; whether this job's commit contains it "
                      "cannot be told: ", told.log)
        self.gitlab.always = {"status": 403}
        self.commit({"net/main.tf": BACKEND + TWO_RESOURCES})
        self.plan()
        self.repository.git("remote", "set-url", "origin", "/nowhere")
        told = self.apply("--newest-commit", "off")
        self.assertIn("whether another commit was applied since cannot be told\n", told.log)

    def test_a_plan_with_targets_is_refused_and_with_the_option_its_job_fails_afterwards(self):
        self.plan()
        self.apply()
        self.commit({"net/main.tf": BACKEND + TWO_RESOURCES + 'resource "terraform_data" "c" {}\n'})
        self.plan(env=self.job(TF_CLI_ARGS_plan="-target=terraform_data.b"))
        refused = self.run_to_end("apply", "net", "--allow-empty-state", code=125)
        self.assertIn("the plan is not complete (targets, or deferred changes), and GitLab would take all of it for applied", refused.log)
        failed = self.run_to_end("apply", "net", "--allow-incomplete", "--allow-empty-state", code=1)
        self.assertIn("statelane: what the plan left out is not applied: this job fails, so that GitLab records no success and the "
                      "state is offered again\n", failed.log)
        self.assertEqual(self.resources(), {"terraform_data.a", "terraform_data.b"})

    def test_a_new_state_is_applied_on_an_empty_backend_where_gitlab_knows_that_it_is_new(self):
        self.gitlab.deploy("other", self.first)
        self.commit({"new/main.tf": BACKEND + ONE_RESOURCE})
        self.before = self.commit({"README.md": "words\n"})
        # By the push the state is an old one.
        self.commit({"README.md": "more words\n"})
        self.run_to_end("plan", "new")
        self.run_to_end("apply", "new", env=self.job(CI_JOB_TOKEN="unknown"), code=125)
        self.run_to_end("apply", "new")

    def record(self, **more):
        """A plan that has nothing to do, made where it may be recorded."""
        return self.plan(env=self.job(**{"STATELANE_RECORD": "true", **more})).log

    def test_a_plan_without_changes_is_recorded_as_applied(self):
        self.plan()
        self.apply()
        head = self.commit({"net/README.md": "words\n"})
        self.assertIn("statelane: the plan has no changes: the commit is recorded as applied\n", self.record())
        [record] = self.gitlab.deployments
        self.assertEqual((record["environment"]["name"], record["sha"], record["ref"], record["status"], record["deployable"]),
                         ("net", head, "main", "success", None))

    def test_it_is_recorded_nowhere_else(self):
        self.plan()
        self.apply()
        for name, variables in {"merge request": {"CI_MERGE_REQUEST_IID": "3"}, "another branch": {"CI_COMMIT_BRANCH": "topic"},
                                "another environment": {"CI_ENVIRONMENT_NAME": "other"}, "nobody says so": {"STATELANE_RECORD": ""},
                                "no refresh": {"TF_CLI_ARGS_plan": "-refresh=false"},
                                "targets": {"TF_CLI_ARGS_plan": "-target=terraform_data.a"}}.items():
            with self.subTest(name):
                log = self.record(**variables)
                self.assertNotIn("is recorded as applied", log)
                if name == "nobody says so":
                    self.assertIn("statelane: the plan has no changes, and GitLab is not told so: the plan has not the environment of the "
                                  "apply (plan_environment), or what it reads is not applied; the state is offered again until its apply "
                                  "is pressed\n", log)
                self.assertEqual(self.gitlab.deployments, [])
        self.repository.git("push", "-q", "origin", f"{self.commit({'x': 'y'})}:refs/heads/main")
        self.repository.git("checkout", "-q", self.first)
        self.assertIn("this is not the newest commit of the branch", self.record(CI_COMMIT_SHA=self.first))
        self.assertEqual(self.gitlab.deployments, [])


if __name__ == "__main__":
    import unittest
    unittest.main()
