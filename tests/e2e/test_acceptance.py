"""The product's acceptance: the example repository, a commit to it, the generated child pipeline run by gitlab-ci-local, and the
states that really change, by real git and real Terraform."""
import json

from deployments_server import DeploymentsServer
from harness import SOURCE_DIR, EndToEndTest, Repository, clean_environment, require, run, statelane, statelane_binary
from pipelines import JobCannotStart, PipelineRunner
from readers import read_as_gitlab, schema_errors
from states import StateServer, use_local_state, use_state_server

EXAMPLE = SOURCE_DIR / "fixtures/ecs-platform"
STAND_INS = SOURCE_DIR / "tests/e2e/stand_ins"
SMALLER_SUBNETS = ("  subnet_newbits = 4\n", "  subnet_newbits = 5\n")


class Example(EndToEndTest):
    """The example repository with its networks applied, and a commit on top."""

    def setUp(self):
        super().setUp()
        require("terraform")
        self.environment = clean_environment(self.scratch / "home", [STAND_INS, statelane_binary().parent])
        self.repository = Repository(self.scratch, self.environment, EXAMPLE)
        self.variables = {"CI_DEFAULT_BRANCH": "main", "CI_PIPELINE_ID": "1000"}

    def apply_by_hand(self, *directories):
        environment = {**self.environment, **self.credentials()}
        for directory in directories:
            for arguments in (["init", "-input=false"], ["apply", "-input=false", "-auto-approve"]):
                run([require("terraform"), f"-chdir={directory}", *arguments], cwd=self.repository.directory, env=environment)

    def credentials(self):
        return {}

    def change(self, path, old, new):
        """The text of a file with one piece replaced."""
        text = (self.repository.directory / path).read_text()
        self.assertIn(old, text)
        return {path: text.replace(old, new)}

    def generate(self, before):
        """Runs the parent's generating job, checks the YAML with every reader, and returns the runner of the child."""
        parent = PipelineRunner(self.repository.directory, self.repository.directory / ".gitlab-ci.yml", self.environment,
                                {**self.variables, "CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BEFORE_SHA": before})
        result = parent.run_only("generate")
        self.assertEqual(result.passed, {"generate"}, result.output)
        child = parent.artifacts("generate") / "statelane.gitlab-ci.yml"
        self.assertEqual(schema_errors([child]), [])
        self.document = read_as_gitlab([child])[str(child)]
        return PipelineRunner(self.repository.directory, child, self.environment,
                              {**self.variables, "CI_COMMIT_BEFORE_SHA": before, "STATELANE_ROOT_PIPELINE": "1000"})


class OnDisk(Example):
    """States are files."""

    def setUp(self):
        super().setUp()
        self.states = self.scratch / "states"
        self.states.mkdir()
        use_local_state(self.repository.directory, self.states)
        self.before = self.repository.commit("the platform as it stands")
        self.repository.push()

    def outputs(self, name):
        file = self.states / f"{name}.tfstate"
        return {key: value["value"] for key, value in json.loads(file.read_text())["outputs"].items()} if file.exists() else None

    def commit_smaller_subnets(self, more=None):
        change = self.change("modules/network/main.tf", *SMALLER_SUBNETS)
        self.repository.commit("network: smaller subnets", {**change, **(more or {})})
        self.repository.push()

    def test_a_shared_module_is_planned_and_one_gate_changes_one_state(self):
        self.apply_by_hand("network/staging", "network/production")
        staging, production = self.outputs("network-staging"), self.outputs("network-production")
        self.commit_smaller_subnets()
        child = self.generate(self.before)
        plans = {"plan: network/production", "plan: network/staging"}
        applies = {"apply: network/production", "apply: network/staging"}
        self.assertEqual(set(child.jobs), plans | applies)

        planned = child.run()
        self.assertEqual((planned.passed, planned.not_run), (plans, applies), planned.output)
        self.assertEqual(self.outputs("network-staging"), staging)
        counts = json.loads((child.artifacts("plan: network/staging") / ".statelane/network--staging/plan.json").read_text())
        self.assertEqual((counts["create"], counts["delete"]), (4, 4))

        pressed = child.press("apply: network/staging")
        self.assertEqual(pressed.passed, {"apply: network/staging"}, pressed.output)
        self.assertNotEqual(self.outputs("network-staging"), staging)
        self.assertEqual(self.outputs("network-production"), production)
        # What the commit does not touch was never planned.
        self.assertFalse((self.states / "iam-staging.tfstate").exists())

    def test_dependent_applies_run_in_order_and_a_plan_with_old_outputs_is_refused(self):
        self.apply_by_hand("network/staging", "network/production", "load-balancer/staging")
        balancer = "load-balancer/staging/main.tf"
        self.commit_smaller_subnets({balancer: (self.repository.directory / balancer).read_text() + '\noutput "checked" {\n  value = true\n}\n'})
        child = self.generate(self.before)
        child.run()
        balancers = self.outputs("load-balancer-staging")
        with self.assertRaises(JobCannotStart):
            child.press("apply: load-balancer/staging")
        self.assertEqual(child.press("apply: network/staging").passed, {"apply: network/staging"})
        # The plan was made with the subnets as they were: it is refused, and the remedy named.
        refused = child.press("apply: load-balancer/staging")
        self.assertEqual(refused.failed, {"apply: load-balancer/staging"}, refused.output)
        self.assertIn("retry the plan job", child.log("apply: load-balancer/staging"))
        self.assertEqual(self.outputs("load-balancer-staging"), balancers)
        self.assertEqual(child.retry("plan: load-balancer/staging").passed, {"plan: load-balancer/staging"})
        applied = child.press("apply: load-balancer/staging")
        self.assertEqual(applied.passed, {"apply: load-balancer/staging"}, applied.output)
        self.assertEqual(len(self.outputs("load-balancer-staging")["subnet_cidrs"]), 2)
        self.assertNotEqual(self.outputs("load-balancer-staging"), balancers)

    def test_nothing_affected_is_one_job_that_says_why(self):
        self.repository.commit("a readme", {"modules/network/README.md": "words\n"})
        child = self.generate(self.before)
        self.assertEqual(len(child.jobs), 1)
        result = child.run()
        self.assertEqual((result.exit_code, result.failed), (0, frozenset()), result.output)

    def test_a_lane_outside_terraform_runs_its_commands_behind_its_gate(self):
        compose = "deploy/api/docker-compose.yml"
        self.repository.commit("release", {compose: (self.repository.directory / compose).read_text() + "# next\n"})
        self.repository.push()
        record = self.scratch / "ecs-cli.jsonl"
        self.environment["ECS_CLI_RECORD"] = str(record)
        child = self.generate(self.before)
        self.assertEqual(set(child.jobs), {"plan: deploy/api", "apply: deploy/api"})
        result = child.run()
        self.assertEqual(result.passed, {"plan: deploy/api"}, result.output)
        self.assertEqual([json.loads(line)[-3:] for line in record.read_text().splitlines()],
                         [["ps", "--cluster", "orders-production-cluster"]])
        pressed = child.press("apply: deploy/api")
        self.assertEqual(pressed.passed, {"apply: deploy/api"}, pressed.output)
        self.assertIn("up", json.loads(record.read_text().splitlines()[-1]))

    def test_the_same_commits_give_the_same_bytes(self):
        self.commit_smaller_subnets()
        texts = {statelane("generate", "HEAD", cwd=self.repository.directory, env=self.environment).stdout for _ in range(2)}
        self.assertEqual(len(texts), 1)


class OnStateServer(Example):
    """States lie on an HTTP server that behaves like GitLab's; the job's token opens it."""

    def setUp(self):
        super().setUp()
        self.server = self.enterContext(StateServer())
        use_state_server(self.repository.directory, self.server.address)
        self.variables |= {"CI_JOB_TOKEN": "job-token", "CI_API_V4_URL": self.server.address.split("/projects/")[0]}
        self.before = self.repository.commit("the platform as it stands")
        self.repository.push()

    def credentials(self):
        return self.server.credentials

    def test_pressed_gate_changes_the_stored_state_and_leaves_no_lock(self):
        self.apply_by_hand("network/staging", "network/production")
        versions = len(self.server.versions("network-staging"))
        self.repository.commit("network: smaller subnets", self.change("modules/network/main.tf", *SMALLER_SUBNETS))
        self.repository.push()
        child = self.generate(self.before)
        planned = child.run()
        self.assertEqual(planned.passed, {"plan: network/production", "plan: network/staging"}, planned.output)
        self.assertEqual(len(self.server.versions("network-staging")), versions)
        pressed = child.press("apply: network/staging")
        self.assertEqual(pressed.passed, {"apply: network/staging"}, pressed.output)
        self.assertGreater(len(self.server.versions("network-staging")), versions)
        self.assertEqual(len(self.server.versions("network-production")), versions)
        self.assertEqual(self.server.locks(), {})


class OnLedger(OnDisk):
    """GitLab keeps what was applied, and the jobs ask it by their own token."""

    def setUp(self):
        super().setUp()
        self.gitlab = self.enterContext(DeploymentsServer(self.scratch / "origin.git", self.environment))
        self.variables |= self.gitlab.variables()

    def test_a_change_that_nobody_applied_is_offered_by_the_next_push_and_applied_there(self):
        networks = ("network/staging", "network/production")
        self.apply_by_hand(*networks)
        for state in networks:
            self.gitlab.deploy(state, self.before)
        self.commit_smaller_subnets()
        forgotten = self.repository.git("rev-parse", "HEAD")
        lost = self.generate(self.before)
        self.assertIn("apply: network/staging", lost.jobs)
        for state in networks:
            self.gitlab.begin(state, forgotten)

        balancer = "load-balancer/staging/main.tf"
        self.repository.commit("unrelated", {"modules/network/README.md": "words\n", balancer: (
            self.repository.directory / balancer).read_text() + '\noutput "checked" {\n  value = true\n}\n'})
        self.repository.push()
        child = self.generate(forgotten)
        self.assertLessEqual({"apply: network/staging", "apply: network/production", "apply: load-balancer/staging"}, set(child.jobs))
        before = self.outputs("network-staging")
        child.run()
        pressed = child.press("apply: network/staging")
        self.assertEqual(pressed.passed, {"apply: network/staging"}, pressed.output)
        self.assertNotEqual(self.outputs("network-staging"), before)
        # GitLab records it; the next pipeline offers what is left.
        self.gitlab.deploy("network/staging", self.repository.git("rev-parse", "HEAD"))
        last = self.repository.git("rev-parse", "HEAD")
        self.repository.commit("words", {"modules/network/README.md": "more words\n"})
        self.repository.push()
        jobs = set(self.generate(last).jobs)
        self.assertIn("apply: network/production", jobs)
        self.assertNotIn("apply: network/staging", jobs)
