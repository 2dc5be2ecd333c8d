"""--jobs shell: jobs that call Terraform alone, and the scripts of all templates, in small shells."""
import json
import subprocess
import unittest

from harness import SOURCE_DIR, EndToEndTest, Repository, require, require_module, run, statelane
from pipelines import PipelineRunner
from readers import gitlab_loader, schema_errors
from runs import WithOpenTofu
from state_server import PASSWORD
from states import StateServer

EXAMPLE = SOURCE_DIR / "fixtures/ecs-platform"

# Names that a shell, GitLab or the runner would take apart.
ODD_DIRECTORY = "it's $HOME `id`; %X% [a] *"
ODD_ID = ODD_DIRECTORY.replace("%", "%25")
ODD_VARIABLES = 'val "ues" $(id).tfvars'
ODD_FILES = {
    f"{ODD_DIRECTORY}/main.tf": '''
terraform {
  backend "local" {}
}

variable "word" {
  type = string
}

resource "terraform_data" "a" {
  count = 3
  input = "${var.word} \\"actions\\":[\\"create\\"]"
}

output "word" {
  value = terraform_data.a[0].output
}

variable "fixed" {}

output "fixed" {
  value = var.fixed
}
''',
    f"{ODD_DIRECTORY}/{ODD_VARIABLES}": 'word = "odd"\n',
    ".statelane.yml": f"""
version: 1
states:
  rules:
    - match: "it's*"
      local_state: kept
      var_files: ['{ODD_VARIABLES}']
      backend_config: ["back end.tfbackend", "workspace_dir=it's $HOME"]
      variables: {{TF_VAR_fixed: "it's $HOME `id` \\"x\\""}}
    - match: "deploy"
      commands: {{plan: ["printf", "%s\\n", "it's $HOME", "two  words"], apply: ["touch", "deployed $x"]}}
  include: ["deploy"]
""",
    "deploy/compose.yml": "a: 1\n",
}


def load(file):
    yaml = require_module("yaml")
    return yaml.load(file.read_text(), gitlab_loader(yaml))


def flatten(document, script):
    """The lines of a script after `!reference`."""
    lines = []
    for line in script:
        if isinstance(line, list) and line[0] == "!reference":
            lines += flatten(document, document[line[1]][line[2]])
        else:
            lines.append(line)
    return lines


def effective(document, name, keyword):
    """A job's keyword after `extends`; maps are merged."""
    job = document[name]
    below = job.get("extends", [])
    value = None
    for other in [below] if isinstance(below, str) else below:
        found = effective(document, other, keyword)
        value = {**value, **found} if isinstance(value, dict) and isinstance(found, dict) else found if found is not None else value
    own = job.get(keyword)
    return {**value, **own} if isinstance(value, dict) and isinstance(own, dict) else own if own is not None else value


def script_of(document, name):
    script = effective(document, name, "script")
    return "\n".join(flatten(document, script)) + "\n" if script else None


class Shell(EndToEndTest):

    def setUp(self):
        super().setUp()
        self.repository = Repository(self.scratch, self.environment)

    def generate(self, *arguments):
        file = self.scratch / "child.yml"
        statelane("generate", *arguments, "--output", file, cwd=self.repository.directory, env=self.environment)
        return file


class Scripts(Shell):

    def test_scripts_of_all_templates_are_what_small_shells_and_shellcheck_accept(self):
        file = self.scratch / "templates.yml"
        statelane("templates", "--eject", file, cwd=self.repository.directory, env=self.environment)
        document = load(file)
        scripts = {name: script_of(document, name) for name in document}
        scripts = {name: script for name, script in scripts.items() if script}
        self.assertGreater(len(scripts), 12)
        for number, (name, script) in enumerate(sorted(scripts.items())):
            path = self.scratch / f"{number}.sh"
            path.write_text(script)
            for checker in ([require("dash"), "-n"], [require("busybox"), "sh", "-n"], [require("shellcheck"), "--shell=sh"]):
                checked = subprocess.run([*checker, path], capture_output=True, text=True)
                self.assertEqual((checked.returncode, checked.stdout, checked.stderr), (0, "", ""), name)

    def test_an_ejected_file_is_taken_as_the_repositorys_own_templates(self):
        self.repository.commit("first", {"a/main.tf": 'terraform {\n  backend "local" {}\n}\n', ".statelane.yml": "pipeline: {templates: ci/lanes.yml}\n"})
        (self.repository.directory / "ci").mkdir()
        statelane("templates", "--eject", "ci/lanes.yml", cwd=self.repository.directory, env=self.environment)
        self.repository.commit("templates")
        shown = statelane("templates", cwd=self.repository.directory, env=self.environment)
        self.assertIn("# ci/lanes.yml:", shown.stdout)
        self.assertNotIn("# built in", shown.stdout)
        self.assertEqual(schema_errors([self.generate("--all")]), [])
        again = statelane("templates", "--eject", "ci/lanes.yml", cwd=self.repository.directory, env=self.environment, check=False)
        self.assertEqual((again.returncode, "is there already" in again.stderr), (3, True))


class ShellRun(Shell):
    """The jobs of one pipeline, each run by busybox's shell."""

    def generate_all(self, **more):
        environment = {**self.environment, "CI": "true", "CI_COMMIT_SHA": self.repository.git("rev-parse", "HEAD"), "CI_PIPELINE_SOURCE": "push",
                       "CI_COMMIT_BEFORE_SHA": self.before, "CI_COMMIT_BRANCH": "main", "CI_DEFAULT_BRANCH": "main", "CI_COMMIT_REF_NAME": "main"}
        self.file = self.scratch / "child.yml"
        statelane("generate", "--all", "--jobs", "shell", "--output", self.file, cwd=self.repository.directory, env={**environment, **more})
        self.document = load(self.file)

    def run_job(self, name, check=True, **more):
        variables = {key: value["value"] if isinstance(value, dict) else value
                     for key, value in effective(self.document, name, "variables").items()}
        script = self.scratch / "job.sh"
        script.write_text(script_of(self.document, name))
        return run([require("busybox"), "sh", "-e", script], cwd=self.repository.directory, env={**self.environment, **variables, **more}, check=check)


class Acceptance(ShellRun):
    """A state whose names would all be dangerous in a script, planned and applied by busybox's shell."""

    def setUp(self):
        super().setUp()
        require("terraform")
        self.stored = self.scratch / "stored.tfstate"
        files = {**ODD_FILES, f"{ODD_DIRECTORY}/back end.tfbackend": f'path = "{self.stored}"\n'}
        self.before = self.repository.commit("first", {"README.md": "words\n"})
        self.repository.commit("states", files)
        self.repository.push()
        self.generate_all()

    def test_every_reader_accepts_it(self):
        self.assertEqual(schema_errors([self.file]), [])
        names = {"plan: deploy", "apply: deploy", f"plan: {ODD_ID}", f"apply: {ODD_ID}"}
        self.assertEqual(set(PipelineRunner(self.repository.directory, self.file, self.environment).jobs), names)

    def test_plan_and_apply_with_busybox(self):
        planned = self.run_job(f"plan: {ODD_ID}", TF_VAR_fixed="of the project")
        self.assertIn("3 to add", planned.stdout)
        results = next(path for path in (self.repository.directory / ".statelane").iterdir() if (path / "plan.bin").exists())
        self.assertEqual(json.loads((results / "plan.json").read_text()), {"create": 3, "update": 0, "delete": 0})
        self.assertIn("terraform_data.a[0]", (results / "plan.txt").read_text())
        self.assertEqual(list((self.repository.directory / ".statelane/private").iterdir()), [])
        self.assertFalse(self.stored.exists())
        frozen = self.run_job(f"apply: {ODD_ID}", check=False, CI_DEPLOY_FREEZE="true")
        self.assertEqual((frozen.returncode, "deploy freeze" in frozen.stderr), (1, True))
        self.run_job(f"apply: {ODD_ID}")
        self.assertEqual(json.loads(self.stored.read_text())["outputs"]["fixed"]["value"], "it's $HOME `id` \"x\"")
        self.assertIn("odd ", json.loads(self.stored.read_text())["outputs"]["word"]["value"])

        variables = self.repository.directory / ODD_DIRECTORY / ODD_VARIABLES
        variables.write_text('word = "other"\n')
        self.run_job(f"plan: {ODD_ID}", CI_MERGE_REQUEST_IID="1")
        self.assertEqual(json.loads((results / "plan.json").read_text()), {"create": 0, "update": 3, "delete": 0})
        (results / "plan.bin").unlink()
        missing = self.run_job(f"apply: {ODD_ID}", check=False)
        self.assertEqual((missing.returncode, "retry the plan job" in missing.stderr), (1, True))

    def test_a_plan_that_fails_fails_the_job(self):
        (self.repository.directory / ODD_DIRECTORY / "broken.tf").write_text("locals {\n")
        self.assertNotEqual(self.run_job(f"plan: {ODD_ID}", check=False).returncode, 0)

    def test_a_lane_outside_terraform_runs_its_own_words(self):
        planned = self.run_job("plan: deploy")
        self.assertEqual(planned.stdout, "it's $HOME\ntwo  words\n")
        self.run_job("apply: deploy")
        self.assertTrue((self.repository.directory / "deploy" / "deployed $x").exists())


class GitLabState(ShellRun):
    """A state that GitLab keeps, with the job's own token."""

    tool = "terraform"

    def setUp(self):
        super().setUp()
        require("terraform")
        self.server = self.enterContext(StateServer())
        self.builds = self.scratch / "builds"
        self.before = self.repository.commit("first", {"README.md": "words\n"})
        self.commit_state('resource "terraform_data" "a" {}\n')

    def commit_state(self, more, rule="", files=None):
        rule = f'{{match: net, tool: {self.tool}, gitlab_state: "{{slug}} 1"{rule}}}'
        self.repository.commit("state", {"net/main.tf": 'terraform {\n  backend "http" {}\n}\n' + more, **(files or {}),
                                         ".statelane.yml": f"version: 1\nstates: {{rules: [{rule}]}}\n"})
        self.repository.push()
        self.generate_all()

    def run_job(self, name, check=True, **more):
        job = {"CI_API_V4_URL": self.server.root + "/api/v4", "CI_PROJECT_ID": "42", "CI_JOB_TOKEN": PASSWORD, "CI_JOB_ID": "77",
               "CI_BUILDS_DIR": str(self.builds), "CI_SHARED_ENVIRONMENT": "true", "TF_HTTP_RETRY_MAX": "0"}
        return super().run_job(name, check, **{**job, **more})

    def test_jobs_sign_in_and_their_plans_take_no_lock(self):
        self.run_job("plan: net")
        self.assertNotIn("POST lock", [request for request, _, _ in self.server.requests()])
        self.run_job("apply: net")
        self.assertEqual([each["name"] for each in self.server.versions("net 1")[-1]["resources"]], ["a"])
        self.assertEqual(self.server.locks(), {})

    def test_a_user_of_the_project_is_taken_and_locks(self):
        self.run_job("plan: net", **self.server.credentials, CI_JOB_TOKEN="another")
        self.assertIn(("POST lock", "net 1", 200), self.server.requests())

    def test_what_is_set_names_the_state(self):
        self.run_job("plan: net", TF_STATE_NAME="other")
        self.run_job("apply: net", TF_STATE_NAME="other")
        self.assertEqual((len(self.server.versions("other")), self.server.versions("net 1")), (1, []))

    def test_the_token_goes_to_no_other_server(self):
        self.commit_state('data "terraform_remote_state" "up" {\n  backend = "http"\n  config = {\n    address = "https://state.example.com/up"\n  }\n}\n')
        refused = self.run_job("plan: net", check=False)
        self.assertEqual((refused.returncode, refused.stderr, self.server.requests()),
                         (125, "refused: https://state.example.com/up has no password of its own, and Terraform would send it the job's token\n", []))

    def test_variable_files_beat_the_environment_in_both_jobs(self):
        self.commit_state('variable "x" { type = string }\nresource "terraform_data" "a" { input = var.x }\n',
                          ", var_files: [prod.tfvars]", {"net/prod.tfvars": 'x = "prod"\n'})
        self.run_job("plan: net", TF_VAR_x="common")
        self.run_job("apply: net", TF_VAR_x="common")
        self.assertIn('"prod"', json.dumps(self.server.versions("net 1")[-1]))

    def test_a_state_that_cannot_be_saved_is_kept_and_found(self):
        self.run_job("plan: net")
        self.server.steer(fail={"POST state": 500})
        self.assertEqual(self.run_job("apply: net", check=False).returncode, 1)
        self.server.steer()
        kept = self.builds / ".statelane-unsaved/42/net/77.tfstate"
        self.assertEqual(kept.stat().st_mode & 0o777, 0o600)
        refused = self.run_job("plan: net", check=False)
        self.assertEqual(refused.returncode, 125)
        self.assertRegex(refused.stderr, r"refused: job 77 could not save the state \(lineage [0-9a-f-]+, serial \d, unverified\), which is kept on this runner\n"
                         rf"store it: {self.tool} -chdir='net' state push '{kept}'; or remove the file\n"
                         "to go on all the same: STATELANE_OPT_ALLOW_UNSAVED_STATE=true\n")
        self.run_job("plan: net", CI_MERGE_REQUEST_IID="1")
        self.run_job("plan: net", STATELANE_OPT_ALLOW_UNSAVED_STATE="true")
        address = f"{self.server.address}/net%201"
        run([self.tool, "-chdir=net", "state", "push", kept], cwd=self.repository.directory,
            env={**self.environment, **self.server.credentials, "TF_HTTP_ADDRESS": address})
        found = self.run_job("plan: net")
        self.assertIn(f"the state that an earlier job could not save is stored now: {kept} is removed\n", found.stdout)
        self.assertFalse(kept.exists())


class GitLabStateWithOpenTofu(WithOpenTofu, GitLabState):
    pass


if __name__ == "__main__":
    unittest.main()
