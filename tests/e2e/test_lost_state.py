"""A state that is stored in the job is lost with it: no gate, and no apply in CI, unless its directory is kept."""
import json
import unittest

from harness import run, statelane_binary
from runs import BACKEND, ONE_RESOURCE, RunTest

LOCAL = 'terraform {\n  backend "local" {}\n}\n'
LOCK_FILE = "# This file is maintained automatically by \"terraform init\".\n"
HINT = ('hint: give the state a backend, or write "local_state: kept" in its rule of .statelane.yml where the directory outlives '
        "the job\n")


class LostState(RunTest):

    def generate(self, *arguments, **more):
        """The child of a push to the default branch, read back, and what was said."""
        env = self.job(CI_PIPELINE_SOURCE="push", CI_COMMIT_BEFORE_SHA=self.first, CI_JOB_IMAGE="tools:1", **more)
        ended = run([statelane_binary(), "generate", *arguments], cwd=self.project, env=env)
        return ended.stdout, ended.stderr

    def local(self, rule="", **more):
        self.commit({"net/main.tf": LOCAL + ONE_RESOURCE, **({".statelane.yml": rule} if rule else {}), **more})

    def test_a_local_backend_a_lock_file_and_an_included_directory_have_no_gate(self):
        self.commit({"net/main.tf": LOCAL + ONE_RESOURCE, "locked/main.tf": ONE_RESOURCE,
                     "locked/.terraform.lock.hcl": LOCK_FILE, "named/main.tf": ONE_RESOURCE,
                     "kept/main.tf": BACKEND + ONE_RESOURCE,
                     "deploy/run": "x\n",
                     ".statelane.yml": 'states:\n  include: [named, deploy]\n  rules:\n'
                                       '    - match: deploy\n      commands: {plan: ["true"], apply: ["true"]}\n'})
        text, said = self.generate()
        self.assertIn("no gate: the state's backend is local, so that what it stores is lost with the job", text)
        self.assertIn("no gate: the state has no backend, so that what it stores is lost with the job", text)
        for name, gate in (("net", False), ("locked", False), ("named", False), ("kept", True), ("deploy", True)):
            self.assertIn(f'"plan: {name}":', text)
            self.assertEqual(f'"apply: {name}":' in text, gate, name)
        self.assertIn("warning: 3 states have no backend that keeps what is stored when the job is gone, so they have no "
                      "gate: locked, named, net", said)
        self.assertIn('or write "local_state: kept" in its rule where the directory outlives the job', said)

    def test_a_directory_that_outlives_the_job_has_its_gate(self):
        self.local('states: {rules: [{match: net, local_state: kept}]}\n')
        text, said = self.generate()
        self.assertIn('"apply: net":', text)
        self.assertNotIn("no backend", said)
        self.plan()
        self.apply("--allow-empty-state")
        self.local('states: {rules: [{match: "*", local_state: kept}, {match: net, local_state: lost}]}\n')
        self.assertNotIn('"apply: net":', self.generate()[0])

    def test_static_pipelines_and_second_stages_have_none_either(self):
        self.local()
        self.assertNotIn('"apply: net":', self.generate("--static")[0])
        self.assertIn("no gate: the state's backend is local", self.generate("--static")[0])
        self.assertNotIn('"generate-gates":', self.generate("--gates-for", "changed")[0])
        self.assertNotIn('"apply: net":', self.generate("--jobs", "shell")[0])

    def test_in_a_job_it_is_refused_with_the_fix_and_the_variable(self):
        self.local()
        planned = self.plan()
        lost = "its backend is local, so that what an apply stores is lost with the job"
        self.assertIn(f"statelane: {lost}: this is applied only with --allow-local-state", planned.log)
        refused = self.apply(code=125)
        self.assertIn(f"refused to apply net: {lost}", refused.log)
        self.assertIn(HINT, refused.log)
        self.assertIn("start the job with the variable STATELANE_OPT_ALLOW_LOCAL_STATE=true", refused.log)
        passed = self.apply("--allow-empty-state", env=self.job(STATELANE_OPT_ALLOW_LOCAL_STATE="true"))
        self.assertIn(f"--allow-local-state lets this pass: {lost}", passed.log)

    def test_lint_finds_it_in_a_pipeline_of_ones_own(self):
        self.local(**{".gitlab-ci.yml": "apply:\n  resource_group: net\n  script: [cd net, terraform apply plan.bin]\n"})
        found = run([statelane_binary(), "lint"], cwd=self.project, env=self.environment, check=False).stdout
        self.assertIn("what this apply stores is lost with the job: the backend of net is local", found)
        self.assertIn('give the state a backend that keeps it, or write "local_state: kept" in its rule of .statelane.yml where the '
                      "directory outlives the job", found)

    def test_outside_of_ci_a_local_state_is_applied(self):
        self.local()
        laptop = {key: value for key, value in self.job().items() if key != "CI"}
        self.plan(env=laptop)
        self.apply("--newest-commit", "off", env=laptop)

    def test_what_init_settles_on_counts(self):
        """A job may write the backend itself, or take it away."""
        (self.project / "net/elsewhere_override.tf").write_text(LOCAL)
        self.plan()
        self.assertIn("its backend is local", self.apply(code=125).log)

    def test_the_list_says_it(self):
        self.commit({"net/main.tf": LOCAL + ONE_RESOURCE, "locked/main.tf": ONE_RESOURCE, "locked/.terraform.lock.hcl": LOCK_FILE})
        text = run([statelane_binary(), "list"], cwd=self.project, env=self.environment).stdout
        self.assertRegex(text, r"locked +lock file +no backend: stored in the job, lost")
        self.assertRegex(text, r"net +backend block +local net/terraform.tfstate: stored in the job, lost")
        states = json.loads(run([statelane_binary(), "list", "--json"], cwd=self.project, env=self.environment).stdout)["states"]
        self.assertEqual([each["lost_with_job"] for each in states], [True, True])

    def test_the_plan_says_what_the_gate_will_ask(self):
        self.commit({"README": "the state is older than this\n"})
        planned = self.plan()
        empty = "the state is empty though it is no new one: the plan would create everything again"
        self.assertIn(f"statelane: {empty}: this is applied only with --allow-empty-state, or start the job with the "
                      "variable STATELANE_OPT_ALLOW_EMPTY_STATE=true", planned.log)
        self.assertIn(f"refused to apply net: {empty}", self.apply(code=125).log)


class NoInstance(RunTest):

    def test_a_rule_for_instances_makes_no_workspace_of_an_empty_name(self):
        self.commit({"net/main.tf": LOCAL + ONE_RESOURCE,
                     ".statelane.yml": 'states:\n  rules:\n    - match: "*"\n      instances: "env/{instance}.tfvars"\n'
                                       '      workspace: "app-{instance}"\n      local_state: kept\n'})
        refused = self.run_to_end("plan", "net", code=2)
        self.assertIn('no file below net matches "env/{instance}.tfvars", and so it has no lane\n', refused.log)
        self.assertNotIn("workspace select", refused.log)
        self.assertFalse((self.project / "net/terraform.tfstate.d").exists())


    def test_a_workspace_with_the_name_of_an_instance_is_none_where_there_is_no_instance(self):
        self.commit({"net/main.tf": LOCAL + ONE_RESOURCE,
                     ".statelane.yml": 'states: {rules: [{match: net, workspace: "app-{instance}", local_state: kept}]}\n'})
        planned = self.plan()
        self.assertIn('net has no instance, and so no workspace "app-{instance}"\n', planned.log)
        self.assertIn("hint: its lane stays in the default workspace\n", planned.log)
        self.assertNotIn("workspace select", planned.log)


class JobToken(RunTest):

    def reads(self, config):
        return (BACKEND + ONE_RESOURCE + 'data "terraform_remote_state" "other" {\n  backend = "http"\n  config = {\n'
                + "".join(f"    {line}\n" for line in config) + "  }\n}\n")

    def refused(self, *config):
        self.commit({"net/main.tf": self.reads(config)})
        return self.plan(code=125).log

    def test_it_goes_to_its_own_gitlab_only(self):
        elsewhere = self.refused('address = "https://state.example.com/other"')
        self.assertIn("refused to run net: net/main.tf:7 has https://state.example.com/other without a password of its "
                      "own, and Terraform would send it the job's token", elsewhere)
        self.assertIn("give that state's configuration a username and a password from a variable of the project; "
                      "-backend-config=password=... would keep the token in the plan file", elsewhere)
        self.assertIn("STATELANE_OPT_ALLOW_JOB_TOKEN=true", elsewhere)
        self.assertEqual(self.server.requests(), [])
        self.assertIn("without a password", self.refused('address = "https://state.example.com/other"', 'username = "me"'))
        self.assertIn("an address that is not known here", self.refused('address = timestamp()'))

    def test_it_goes_to_no_lock_elsewhere(self):
        own = f'    address = "{self.server.address}/net"\n'
        self.commit({"net/main.tf": 'terraform {\n  backend "http" {\n' + own +
                                    '    lock_address = "https://locks.example.com/net"\n  }\n}\n' + ONE_RESOURCE})
        self.assertIn("https://locks.example.com/net without a password of its own", self.plan(code=125).log)
        self.commit({"net/main.tf": BACKEND + ONE_RESOURCE})
        self.assertIn("TF_HTTP_LOCK_ADDRESS is https://locks.example.com/net, and Terraform would send it the job's token",
                      self.plan(env=self.job(TF_HTTP_LOCK_ADDRESS="https://locks.example.com/net"), code=125).log)

    def test_reads_below_its_own_api_or_with_a_password_are_as_they_were(self):
        self.commit({"other/main.tf": BACKEND + 'output "a" {\n  value = 1\n}\n',
                     "net/main.tf": self.reads([f'address = "{self.server.address}/other"'])})
        other = f"{self.server.address}/other"
        env = self.job(TF_HTTP_ADDRESS=other, TF_HTTP_LOCK_ADDRESS=f"{other}/lock", TF_HTTP_UNLOCK_ADDRESS=f"{other}/lock")
        self.run_to_end("plan", "other", env=env)
        self.run_to_end("apply", "other", env=env)
        self.plan()
        for password in ("not-the-token", ""):
            log = self.run_to_end("plan", "net", env=self.job(TF_HTTP_USERNAME="me", TF_HTTP_PASSWORD="other"), code=1).log
            self.assertNotIn("refused to run", log)

    def test_a_token_that_the_user_hands_on_is_kept_from_others_too(self):
        self.commit({"net/main.tf": self.reads(['address = "https://state.example.com/other"'])})
        env = self.job(TF_HTTP_USERNAME="gitlab-ci-token", TF_HTTP_PASSWORD="job-token")
        self.assertIn("refused to run net", self.plan(env=env, code=125).log)


if __name__ == "__main__":
    unittest.main()
