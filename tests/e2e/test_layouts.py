"""What a lane fixes besides files: variables, settings of backends, workspaces by a list; and gates by promotion."""
import json
import re
import unittest

from harness import require_module, run, statelane, statelane_binary
from readers import gitlab_loader
from runs import RunTest

STATE = '''
terraform {
  backend "local" {}
}

variable "region" {
  default = "nowhere"
}

variable "zones" {
  type = list(string)
}

variable "file" {
  default = "none"
}

output "said" {
  value = "${terraform.workspace} ${var.region} ${join("+", var.zones)} ${var.file}"
}
'''

RULE = '''
states:
  rules:
    - match: net
      instances: [staging, production]
      local_state: kept
      workspace: "w-{instance}"
      backend_config: ["../common.tfbackend", "path=../states/{instance}/{dir}.tfstate"]
      variables: {TF_VAR_region: "eu {instance} $HOME", TF_VAR_zones: '["a", "b"]', TF_VAR_file: variable}
      var_files: ["{instance}.tfvars"]
      after: {production: staging}
'''


class Layouts(RunTest):

    def setUp(self):
        super().setUp()
        self.commit({"net/main.tf": STATE, ".statelane.yml": RULE, "common.tfbackend": 'workspace_dir = "../states/w"\n',
                     "net/staging.tfvars": "\n", "net/production.tfvars": 'file = "file"\n'})

    def output(self, workspace):
        file = next((self.project / "states/w").glob(f"{workspace}/*.tfstate"))
        return json.loads(file.read_text())["outputs"]["said"]["value"]

    def test_the_helper_sets_variables_over_the_environment_and_variable_files_win(self):
        env = self.job(TF_VAR_region="of the job", TF_VAR_file="of the job", TF_VAR_zones="[]")
        for state in ("net@staging", "net@production"):
            self.run_to_end("plan", state, env=env)
            self.run_to_end("apply", state, "--allow-empty-state", env=env)
        self.assertEqual(self.output("w-staging"), "w-staging eu staging $HOME a+b variable")
        self.assertEqual(self.output("w-production"), "w-production eu production $HOME a+b file")

    def test_settings_are_part_of_the_identity(self):
        said = statelane("list", "--json", cwd=self.project, env=self.environment)
        paths = {state["id"]: state["backend"]["path"] for state in json.loads(said.stdout)["states"]}
        self.assertEqual(paths, {"net@production": "states/production/net.tfstate", "net@staging": "states/staging/net.tfstate"})

    def test_the_gate_of_production_waits_for_the_apply_of_staging(self):
        child = self.project / ".statelane/child.yml"
        child.parent.mkdir(exist_ok=True)
        before = self.repository.git("rev-parse", "HEAD~1")
        push = {"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": "main", "CI_DEFAULT_BRANCH": "main"}
        statelane("generate", "--output", child, cwd=self.project, env=self.job(**push, CI_COMMIT_BEFORE_SHA=before))
        yaml = require_module("yaml")
        jobs = yaml.load(child.read_text(), gitlab_loader(yaml))
        graph = run([statelane_binary(), "graph"], cwd=self.project, env=self.environment).stdout
        self.assertIn("net@production\n  is applied after net@staging\n", graph)
        self.assertEqual(jobs["plan: net@production"]["needs"], [])
        self.assertEqual(jobs["apply: net@production"]["needs"],
                         [{"job": "plan: net@production", "artifacts": True}, {"job": "apply: net@staging", "artifacts": True}])
        self.assertEqual(jobs["apply: net@production"]["variables"]["STATELANE_APPLIES_BEFORE"], "net__staging")
        # Only what the commit touches is in the pipeline, and waits for nothing else.
        before = self.repository.git("rev-parse", "HEAD")
        self.commit({"net/production.tfvars": 'file = "other"\n'})
        statelane("generate", "--output", child, cwd=self.project, env=self.job(**push, CI_COMMIT_BEFORE_SHA=before))
        jobs = yaml.load(child.read_text(), gitlab_loader(yaml))
        self.assertNotIn("apply: net@staging", jobs)
        self.assertEqual(jobs["apply: net@production"]["needs"], [{"job": "plan: net@production", "artifacts": True}])

    def test_without_the_record_of_staging_production_is_refused(self):
        env = self.job(STATELANE_APPLIES_BEFORE="net__staging")
        self.run_to_end("plan", "net@production", env=env)
        refused = self.run_to_end("apply", "net@production", "--allow-empty-state", code=125, env=env)
        self.assertRegex(refused.log, r"the apply of 'net__staging', which comes first, left no record")


class PastedRules(RunTest):

    def test_the_rule_that_is_printed_works_at_the_first_try(self):
        self.commit({"net/main.tf": 'terraform {\n  backend "local" {\n    path = "../net.tfstate"\n  }\n}\n'
                                    'variable "x" {}\noutput "x" {\n  value = "${terraform.workspace} ${var.x}"\n}\n',
                     "variables/prod/net.tfvars": "x = 1\n", "variables/test/net.tfvars": "x = 2\n"})
        said = statelane("list", cwd=self.project, env=self.environment).stderr
        rules = re.findall(r"^hint: (- \{match.*)$", said, re.MULTILINE)
        self.assertEqual(len(rules), 1, said)
        self.commit({".statelane.yml": "states:\n  rules:\n" + "".join(f"    {rule}\n" for rule in rules)})
        listed = statelane("list", "--json", cwd=self.project, env=self.environment)
        self.assertEqual(listed.stderr, "")
        self.assertEqual([state["id"] for state in json.loads(listed.stdout)["states"]], ["net@prod", "net@test"])
        self.assertIn('"test 2"', self.run_to_end("plan", "net@test").log)


if __name__ == "__main__":
    unittest.main()
