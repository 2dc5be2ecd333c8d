"""The pipeline runner: hand-written child pipelines, run by gitlab-ci-local, with real Terraform where it matters."""
import textwrap
import unittest

from harness import EndToEndTest, Repository, require
from pipelines import JobCannotStart, PipelineRunner, PipelineTimedOut
from readers import read_as_gitlab, schema_errors
from states import EXAMPLE_ADDRESS, StateServer, use_state_server


class PipelineTest(EndToEndTest):

    def setUp(self):
        super().setUp()
        self.repository = Repository(self.scratch, self.environment)

    def pipeline(self, text, **options):
        """The pipeline of this YAML on the repository's newest commit."""
        self.yaml = self.scratch / "child.yml"
        self.yaml.write_text(textwrap.dedent(text))
        return PipelineRunner(self.repository.directory, self.yaml, self.environment, **options)


class Jobs(PipelineTest):

    def setUp(self):
        super().setUp()
        self.head = self.repository.commit("first", {"network/main.tf": "# one\n"})
        self.repository.push()

    def test_outcomes_are_told_apart(self):
        pipeline = self.pipeline("""
            good: {script: ["echo ' PASS  waiting'"]}
            bad: {script: [exit 3]}
            tolerated: {script: [exit 3], allow_failure: true}
            bad afterwards: {script: ["true"], after_script: [exit 4]}
            waiting: {script: [echo ran], when: manual}
            after bad: {script: [echo ran], needs: [bad]}
            """)
        run = pipeline.run()
        self.assertEqual(run.passed, {"good", "bad afterwards"})
        self.assertEqual(run.failed, {"bad"})
        self.assertEqual(run.tolerated, {"tolerated"})
        self.assertEqual(run.not_run, {"waiting", "after bad"})
        self.assertEqual(run.exit_code, 1)

    def test_job_runs_in_a_copy_of_the_repository_with_its_history(self):
        pipeline = self.pipeline("""
            where:
              script:
                - git rev-parse HEAD
                - test "$PWD" = "$CI_PROJECT_DIR" && test "$CI_COMMIT_SHA" = "$(git rev-parse HEAD)"
                - git diff --quiet HEAD && echo changed > network/main.tf
            """)
        self.assertEqual(pipeline.run().passed, {"where"})
        self.assertIn(self.head, pipeline.log("where"))
        self.assertEqual(self.repository.git("status", "--short"), "")

    def test_job_sees_predefined_given_and_unexpanded_variables(self):
        pipeline = self.pipeline("""
            "plan: a":
              variables: {LITERAL: {value: "$HOME %A% $$x", expand: false}}
              script: ['echo "$CI_JOB_NAME|$CI_PIPELINE_SOURCE|$CI_DEFAULT_BRANCH|$CI_COMMIT_BEFORE_SHA|$LITERAL"']
            """, variables={"CI_COMMIT_BEFORE_SHA": self.head})
        pipeline.run()
        self.assertIn(f"plan: a|parent_pipeline|main|{self.head}|$HOME %A% $$x", pipeline.log("plan: a"))

    def test_artifacts_in_a_hidden_directory_reach_only_jobs_that_need_them(self):
        pipeline = self.pipeline("""
            "plan: a":
              script: [mkdir -p .statelane/a, echo plan > .statelane/a/plan.bin, echo x > .statelane/a/other]
              artifacts: {paths: [.statelane/a/plan.bin]}
            with: {needs: ["plan: a"], script: [cat .statelane/a/plan.bin, test ! -e .statelane/a/other]}
            without: {needs: [], script: [test ! -e .statelane]}
            """)
        self.assertEqual(pipeline.run().passed, {"plan: a", "with", "without"})
        self.assertTrue((pipeline.artifacts("plan: a") / ".statelane/a/plan.bin").exists())

    def test_cache_is_kept_from_run_to_run_until_its_key_file_changes(self):
        text = """
            "plan: a":
              cache: {key: {files: [network/.terraform.lock.hcl], prefix: network}, paths: [.statelane/cache/]}
              script: [cat .statelane/cache/x || echo miss, mkdir -p .statelane/cache, echo hit > .statelane/cache/x]
            """
        self.repository.commit("lock", {"network/.terraform.lock.hcl": "# one\n"})
        self.assertIn("\nmiss\n", self.log_of_run(text))
        self.assertIn("\nhit\n", self.log_of_run(text))
        self.repository.commit("lock", {"network/.terraform.lock.hcl": "# two\n"})
        self.assertIn("\nmiss\n", self.log_of_run(text))

    def log_of_run(self, text):
        pipeline = self.pipeline(text)
        pipeline.run()
        return pipeline.log("plan: a")

    def test_generating_job_can_run_alone_and_its_artifact_be_run_as_the_child(self):
        parent = self.pipeline("""
            generate: {script: ['echo "inner: {script: [echo]}" > child.yml'], artifacts: {paths: [child.yml]}}
            lanes: {needs: [generate], trigger: {include: [{artifact: child.yml, job: generate}], strategy: depend}}
            """)
        run = parent.run_only("generate")
        self.assertEqual((run.passed, run.not_run), ({"generate"}, {"lanes"}))
        child = PipelineRunner(self.repository.directory, parent.artifacts("generate") / "child.yml", self.environment)
        self.assertEqual(child.run().passed, {"inner"})

    def test_odd_names_can_be_pressed_and_their_logs_read(self):
        names = ["apply: a b", "apply: a", "apply: wéird/'q' \"d\"; a,b=c [x]: {y}", "apply: " + 30 * "long/name-"]
        jobs = "".join(f"{yaml_string(name)}: {{script: [echo ran], when: manual}}\n" for name in names)
        pipeline = self.pipeline(jobs)
        self.assertEqual(pipeline.run_and_press(names).passed, set(names))
        for name in names:
            self.assertEqual(pipeline.press(name).passed, {name})
            self.assertIn("\nran\n", pipeline.log(name))

    def test_cyclic_needs_are_killed(self):
        pipeline = self.pipeline("x: {script: [echo], needs: [y]}\ny: {script: [echo], needs: [x]}\n", timeout=3)
        with self.assertRaises(PipelineTimedOut):
            pipeline.run()


class Buttons(PipelineTest):

    def setUp(self):
        super().setUp()
        self.repository.commit("first", {"a": "1\n"})
        self.repository.push()

    def test_only_manual_jobs_of_the_pipeline_have_one(self):
        pipeline = self.pipeline("auto: {script: [echo]}\n")
        for name in ("auto", "absent"):
            with self.assertRaises(JobCannotStart):
                pipeline.press(name)
            with self.assertRaises(JobCannotStart):
                pipeline.run_and_press([name])

    def test_waits_for_what_the_job_needs(self):
        pipeline = self.pipeline("""
            plan: {script: ['test "$(cat a)" = 2']}
            apply: {script: [echo], when: manual, needs: [plan]}
            """)
        with self.assertRaises(JobCannotStart):
            pipeline.press("apply")
        pipeline.run()
        with self.assertRaises(JobCannotStart):
            pipeline.press("apply")


def backend(name):
    """A state kept by GitLab, as the example repositories write it."""
    return f"""
        terraform {{
          backend "http" {{
            address        = "{EXAMPLE_ADDRESS}/{name}"
            lock_address   = "{EXAMPLE_ADDRESS}/{name}/lock"
            unlock_address = "{EXAMPLE_ADDRESS}/{name}/lock"
            lock_method    = "POST"
            unlock_method  = "DELETE"
            retry_wait_min = 1
          }}
        }}
        """


TWO_STATES = {
    "net/backend.tf": backend("net"),
    "net/main.tf": """
        resource "terraform_data" "net" { input = "one" }
        output "cidr" { value = terraform_data.net.output }
        """,
    "app/backend.tf": backend("app"),
    "app/upstream.tf": f"""
        data "terraform_remote_state" "net" {{
          backend = "http"
          config  = {{
            address = "{EXAMPLE_ADDRESS}/net"
          }}
        }}
        """,
    "app/main.tf": """
        resource "terraform_data" "app" { input = data.terraform_remote_state.net.outputs.cidr }
        output "cidr" { value = terraform_data.app.output }
        """,
}

# `app` is planned only when `net` is applied: its plan would otherwise find no outputs. One stage for all, because
# GitLab lets no job need one of a later stage.
CHILD_YAML = """
stages: [lanes]
.terraform:
  stage: lanes
  before_script: [cd "$STATE", terraform init -input=false]
.plan:
  extends: .terraform
  script: [terraform plan -input=false -out=plan.bin]
.apply:
  extends: .terraform
  when: manual
  script: [terraform apply -input=false plan.bin]
"plan: net": {extends: .plan, variables: {STATE: net}, needs: [], artifacts: {paths: [net/plan.bin]}}
"apply: net": {extends: .apply, variables: {STATE: net}, needs: ["plan: net"]}
"plan: app":
  {extends: .plan, variables: {STATE: app}, needs: ["apply: net"], when: manual, artifacts: {paths: [app/plan.bin]}}
"apply: app": {extends: .apply, variables: {STATE: app}, needs: ["plan: app"]}
"""


class ChainOfTwoStates(PipelineTest):
    """Two plan and apply pairs with real Terraform, the second reading the first's outputs."""

    def setUp(self):
        super().setUp()
        require("terraform")
        self.server = self.enterContext(StateServer())
        self.environment.update(self.server.credentials)
        self.repository.commit("first", {path: textwrap.dedent(text) for path, text in TWO_STATES.items()})
        use_state_server(self.repository.directory, self.server.address)
        self.repository.commit("states on the test's server")
        self.repository.push()
        self.chain = self.pipeline(CHILD_YAML)

    def test_yaml_is_what_gitlab_accepts(self):
        self.assertEqual(schema_errors([self.yaml]), [])
        self.assertIn("apply: net", read_as_gitlab([self.yaml])[str(self.yaml)])

    def test_apply_waits_until_it_is_pressed(self):
        run = self.chain.run()
        self.assertEqual((run.exit_code, run.passed), (0, {"plan: net"}), run.output)
        self.assertEqual(run.not_run, {"apply: net", "plan: app", "apply: app"})
        self.assertEqual(self.server.versions("net"), [])

    def test_pressed_apply_changes_its_state_and_no_other(self):
        self.chain.run()
        run = self.chain.press("apply: net")
        self.assertEqual(run.passed, {"apply: net"}, run.output)
        self.assertEqual(self.server.outputs("net"), {"cidr": "one"})
        self.assertEqual(self.server.versions("app"), [])
        self.assertNotIn("app", [name for _request, name, _status in self.server.requests()])

    def test_whole_chain_carries_outputs_along(self):
        run = self.chain.run_and_press(["apply: net", "plan: app", "apply: app"])
        self.assertEqual(run.passed, set(self.chain.jobs), run.output)
        self.assertEqual(self.server.outputs("app"), {"cidr": "one"})
        self.assertEqual(self.server.locks(), {})

    def test_apply_that_cannot_write_its_state_fails(self):
        self.chain.run()
        self.server.steer(fail={"POST state": 500})
        run = self.chain.press("apply: net")
        self.assertEqual((run.exit_code, run.failed), (1, {"apply: net"}))
        self.assertIn("Failed to save state", self.chain.log("apply: net"))


def yaml_string(text):
    """The text in YAML's double quotes."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


if __name__ == "__main__":
    unittest.main()
