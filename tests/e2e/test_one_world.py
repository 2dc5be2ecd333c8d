"""Plan and apply are two jobs in two checkouts: what was reviewed is applied, or refused before anything is done."""
import json
import re
import shutil
import subprocess
import unittest

from harness import run, statelane_binary
from runs import BACKEND, ONE_RESOURCE, RunTest, WithOpenTofu

REFUSED = "statelane: error: refused to apply net: "


class OneWorld(RunTest):
    def setUp(self):
        super().setUp()
        (self.project / ".git/info/exclude").unlink()
        self.commit({".gitignore": ".terraform/\n.statelane/\nbuild/\n"})

    def lane(self, configuration, rule="", **files):
        """Commits a state, its rule and files beside it (`prod_tfvars` is `net/prod.tfvars`)."""
        beside = {f"net/{name.replace('_', '.')}": text for name, text in files.items()}
        rule = f"{{match: net, tool: {self.tool}{', ' if rule else ''}{rule}}}"
        self.commit({"net/main.tf": configuration, ".statelane.yml": f"version: 1\nstates:\n  rules:\n    - {rule}\n",
                     **beside})

    def second_checkout(self, name="applying"):
        copy = self.scratch / name
        subprocess.run(["git", "clone", "-q", self.scratch / "origin.git", copy], check=True, env=self.environment)
        shutil.copytree(self.artifact(""), copy / ".statelane/net")
        return copy

    def apply_elsewhere(self, *arguments, prepare=lambda checkout: None, **more):
        """Applies in a checkout of its own; a state that was never applied is no fault here."""
        checkout = self.second_checkout()
        prepare(checkout)
        return self.apply("--allow-empty-state", *arguments, directory=checkout, **more)

    def assert_refused(self, sentence, ended):
        self.assertIn(REFUSED + sentence + "\n", ended.log)
        self.assertEqual((self.resources(), self.server.locks()), (set(), {}))

    def test_variable_files_that_beat_the_environment_do_so_in_both_jobs(self):
        self.lane(BACKEND + 'variable "x" { type = string }\nresource "terraform_data" "a" { input = var.x }\n',
                  "var_files: [prod.tfvars]", prod_tfvars='x = "prod"\n')
        env = self.job(TF_VAR_x="common")
        self.plan(env=env)
        self.apply_elsewhere(env=env)
        self.assertEqual(self.resources(), {"terraform_data.a"})

    def test_ephemeral_variables_are_given_again(self):
        self.lane(BACKEND + 'variable "token" {\n  type = string\n  ephemeral = true\n}\n' + ONE_RESOURCE,
                  "var_files: [prod.tfvars]", prod_tfvars='token = "t"\n')
        self.plan()
        self.apply_elsewhere()
        self.plan("--destroy")
        self.run_to_end("destroy", "net", directory=self.second_checkout("destroying"))
        self.assertEqual(self.resources(), set())

    def test_sources_that_terraform_evaluates_early_have_their_variables(self):
        version = json.loads(run([self.tool, "version", "-json"], cwd=self.scratch, env=self.environment).stdout)["terraform_version"]
        if self.tool == "terraform" and tuple(map(int, version.split("-")[0].split("."))) < (1, 15):
            self.skipTest("SKIPPED: Terraform 1.15 is absent")
        constant = "  const = true\n" if self.tool == "terraform" else ""
        self.commit({"modules/prod/m.tf": 'output "x" { value = 1 }\n'})
        self.lane(BACKEND + ONE_RESOURCE + f'variable "e" {{\n  type = string\n{constant}}}\n'
                  'module "m" { source = "../modules/${var.e}" }\noutput "o" { value = module.m.x }\n',
                  "var_files: [prod.tfvars]", prod_tfvars='e = "prod"\n')
        self.plan()
        self.apply_elsewhere("--output", "o")
        self.plan("--destroy")
        self.run_to_end("destroy", "net", directory=self.second_checkout("destroying"))
        self.assertEqual(self.resources(), set())

    def test_a_file_that_an_earlier_job_made_goes_with_the_plan(self):
        self.lane(BACKEND + 'resource "terraform_data" "a" {\n  input = filesha256("${path.module}/build/f.zip")\n}\n')
        (self.project / "net/build").mkdir()
        (self.project / "net/build/f.zip").write_bytes(b"zip")
        planned = self.plan()
        self.assertIn("statelane: a file that git does not have goes with the plan: net/build/f.zip\n", planned.log)

        def build_anew(checkout):
            (checkout / "net/build").mkdir()
            (checkout / "net/build/f.zip").write_bytes(b"zip of another minute")
        ended = self.apply_elsewhere(prepare=build_anew, code=125)
        self.assert_refused("net/build/f.zip is not the file that was planned with: git does not have it so, and this "
                            "job has one with other bytes", ended)
        shutil.rmtree(self.scratch / "applying")
        self.apply_elsewhere()
        self.assertEqual((self.scratch / "applying/net/build/f.zip").read_bytes(), b"zip")

    def test_a_file_of_the_commit_that_the_plan_writes_anew_goes_with_it(self):
        tool = self.scratch / "bin" / f"packing-{self.tool}"
        tool.parent.mkdir()
        tool.write_text(f'#!/bin/sh\n[ "$1" != plan ] || echo packed > f.zip\nexec {self.tool} "$@"\n')
        tool.chmod(0o755)
        self.lane(BACKEND + 'resource "terraform_data" "a" {\n  provisioner "local-exec" { command = "cat ${path.module}/f.zip" }\n}\n',
                  f_zip="as it was committed\n", other_txt="other\n")
        self.commit({".statelane.yml": f'version: 1\nstates: {{rules: [{{match: net, tool: "{tool}"}}]}}\n'})
        planned = self.plan()
        self.assertIn("statelane: a file that git does not have goes with the plan: net/f.zip\n", planned.log)
        self.assertIn("(local-exec): packed\n", re.sub(r"\x1b\[[0-9;]*m", "", self.apply_elsewhere().log))

    def test_too_much_to_go_with_the_plan_is_told_by_the_plan_job(self):
        (self.project / "net/build").mkdir()
        with open(self.project / "net/build/big", "wb") as file:
            file.truncate(80_000_001)
        ended = self.plan(code=125)
        self.assertIn("refused to plan net: files that git does not have would go with the plan, and they are 80.0 MB",
                      ended.log)
        self.assertFalse(self.artifact("meta.json").exists())
        passed = self.plan("--allow-other-files")
        self.assertIn("statelane: --allow-other-files: files that git does not have do not go with the plan\n", passed.log)

    def test_a_plan_that_holds_its_checkout_is_applied_there_only(self):
        self.lane(BACKEND + 'resource "terraform_data" "a" { input = "${path.cwd}/zone.json" }\n', zone_json="{}\n")
        self.plan()
        ended = self.apply_elsewhere(code=125)
        self.assert_refused(f"the plan holds the directory of its checkout, {self.project}, and this job runs in "
                            f"{self.scratch / 'applying'}", ended)
        self.apply("--allow-empty-state")

    def test_a_file_that_the_plan_makes_outside_of_the_project_is_told_by_the_plan_job(self):
        outside = self.scratch / "f.zip"
        tool = self.scratch / "bin" / "making-terraform"
        tool.parent.mkdir()
        tool.write_text(f'#!/bin/sh\n[ "$1" != plan ] || echo zip > "{outside}"\nexec terraform "$@"\n')
        tool.chmod(0o755)
        self.lane(BACKEND + f'resource "terraform_data" "a" {{ input = "{outside}" }}\n')
        self.commit({".statelane.yml": f'version: 1\nstates: {{rules: [{{match: net, tool: "{tool}"}}]}}\n'})
        ended = self.plan(code=125)
        self.assertIn(f"statelane: error: refused to plan net: the plan made {outside}, outside of the project, where the "
                      "apply job will not have it\n"
                      'hint: give it a place below the state\'s directory, as "${path.module}/build/NAME"\n'
                      "hint: to go on all the same: --allow-other-files, or start the job with the variable "
                      "STATELANE_OPT_ALLOW_OTHER_FILES=true\n", ended.log)

    def test_another_stored_state_is_refused_before_anything_is_done(self):
        address = self.job()["TF_HTTP_ADDRESS"]
        self.lane(BACKEND + ONE_RESOURCE + 'output "x" {\n  value = 1\n}\n')
        self.plan()
        ended = self.apply_elsewhere("--output", "x", env=self.job(TF_HTTP_ADDRESS=address + "-other"), code=125)
        self.assert_refused(f"the plan is of another stored state: its backend's address is '{address}', and here it is "
                            f"'{address}-other'", ended)
        self.assertIn("hint: give both jobs the same backend settings (variables scoped to an environment reach the apply "
                      "only), then retry the plan job\n", ended.log)
        self.assertFalse((self.scratch / "applying/.statelane/net/outputs.env").exists())
        self.assertFalse((self.scratch / "applying/.statelane/net/applied.json").exists())

    def test_whatever_moves_the_state_elsewhere_is_refused(self):
        api, address = self.server.address, self.job()["TF_HTTP_ADDRESS"]
        self.commit({"modules/x": "x\n", ".statelane.yml": f"states: {{rules: [{{match: net, tool: {self.tool}, gitlab_state: net}}]}}\n"})
        bare = {name: value for name, value in self.job().items() if not name.startswith("TF_HTTP_") or name == "TF_HTTP_RETRY_MAX"}
        self.plan(env=bare)
        self.second_checkout()
        for way in ({"TF_STATE_NAME": "net-other"}, {"TF_ADDRESS": f"{api}/net-other"}, {"TF_HTTP_ADDRESS": f"{api}/net-other"},
                    {"TF_CLI_ARGS_init": f"-backend-config=address={api}/net-other"},
                    {"TF_CLI_ARGS": f"-backend-config=address={api}/net-other"}):
            with self.subTest(way=list(way)):
                ended = self.apply("--allow-empty-state", directory=self.scratch / "applying", env={**bare, **way}, code=None)
                if "TF_CLI_ARGS" in way:  # every command gets it, and none but init knows it
                    self.assertNotEqual(ended.code, 0)
                else:
                    self.assert_refused(f"the plan is of another stored state: its backend's address is '{address}', and here it is "
                                        f"'{api}/net-other'", ended)
                    self.assertEqual(ended.code, 125)
                self.assertFalse((self.scratch / "applying/.statelane/net/applied.json").exists())
        self.assertEqual((self.server.versions("net"), self.server.versions("net-other")), ([], []))

    def test_a_variable_of_all_jobs_that_gives_lanes_one_place_is_refused(self):
        place = self.scratch / "states"
        local = 'terraform {\n  backend "local" {}\n}\n' + ONE_RESOURCE
        self.lane(BACKEND + ONE_RESOURCE)
        self.commit({"app/main.tf": BACKEND + ONE_RESOURCE, "disk/a/main.tf": local, "disk/b/main.tf": local})
        address = self.job()["TF_HTTP_ADDRESS"]
        for state, variables, others in (
                ("net", {"TF_STATE_NAME": "net"}, "TF_HTTP_ADDRESS keeps it where others are kept: app"),
                ("disk/a", {"TF_CLI_ARGS_init": f"-backend-config=path={place}/one"}, "TF_CLI_ARGS_init keeps it where others are kept: disk/b")):
            env = self.job(TF_HTTP_ADDRESS=address, **variables)
            child = self.scratch / "child.yml"
            run([statelane_binary(), "generate", "--all", "--output", child], cwd=self.project, env=env)
            shared = re.search(r'"?STATELANE_SHARED"?: "(.*)"', child.read_text())[1]
            ended = self.run_to_end("plan", state, env={**env, "STATELANE_SHARED": shared}, code=125)
            self.assertIn(f"statelane: error: refused to run {state}: {others}\n"
                          "hint: take the variable out of the project's, or scope it to environments; gitlab_state and backend_config in "
                          ".statelane.yml name each state's place\n"
                          "hint: to go on all the same: --allow-other-backend, or start the job with the variable "
                          "STATELANE_OPT_ALLOW_OTHER_BACKEND=true\n", ended.log)
            # A lane that gives it another value has it for itself.
            other = {**env, "STATELANE_SHARED": shared, "TF_HTTP_ADDRESS": address + "-own", "TF_CLI_ARGS_init": ""}
            self.assertNotIn("refused to run", self.start("plan", state, env=other).finish().log)

    def test_what_is_told_of_shared_places_lets_no_secret_be_guessed(self):
        local = 'terraform {\n  backend "local" {}\n}\n' + ONE_RESOURCE
        self.commit({"disk/a/main.tf": local, "disk/b/main.tf": local})
        told = set()
        for pin in (1234, 4321):
            words = f"-backend-config=path={self.scratch}/one -backend-config=token={pin} -var=pin={pin}"
            run([statelane_binary(), "generate", "--all", "--output", self.scratch / "child.yml"], cwd=self.project,
                env=self.job(TF_CLI_ARGS_init=words))
            told.add(re.search(r'"?STATELANE_SHARED"?: "(.*)"', (self.scratch / "child.yml").read_text())[1])
        self.assertEqual(len(told), 1, told)

    def test_another_workspace_is_refused(self):
        place = self.scratch / "states"
        self.lane(f'terraform {{\n  backend "local" {{\n    path = "{place}/net"\n    workspace_dir = "{place}"\n  }}\n}}\n'
                  + ONE_RESOURCE, "local_state: kept")
        self.plan()
        subprocess.run(["terraform", "-chdir=net", "workspace", "new", "blue"], cwd=self.project, check=True,
                       env=self.environment, stdout=subprocess.DEVNULL)
        ended = self.apply_elsewhere(env=self.job(TF_WORKSPACE="blue"), code=125)
        self.assert_refused("the plan is of another stored state: its workspace is 'default', and here it is 'blue'", ended)


class OneWorldWithOpenTofu(WithOpenTofu, OneWorld):
    """OpenTofu evaluates variables early."""

    def test_warnings_before_the_tools_json_are_passed_over(self):
        """A CLI configuration that is not there: OpenTofu says so on standard output."""
        self.lane(BACKEND + ONE_RESOURCE + 'output "o" {\n  value = 1\n}\n')
        env = self.job(TF_CLI_CONFIG_FILE=str(self.scratch / "absent"))
        self.plan(env=env)
        self.apply_elsewhere("--output", "o", env=env)
        self.assertEqual((self.scratch / "applying/.statelane/net/outputs.env").read_text(), "o=1\n")

    def test_targets_and_exclusions_are_told(self):
        self.lane(BACKEND + ONE_RESOURCE + 'resource "terraform_data" "b" {}\n')
        told = "statelane: the plan is not complete"
        for option in ("-target", "-exclude"):
            self.assertIn(told, self.plan(env=self.job(TF_CLI_ARGS_plan=f"{option}=terraform_data.b")).log)
        self.assertNotIn(told, self.plan().log)

    def test_what_is_to_stay_in_place_is_no_failure_of_a_destroy(self):
        self.lane(BACKEND + 'resource "terraform_data" "kept" {\n  lifecycle { destroy = false }\n}\n' + ONE_RESOURCE)
        self.plan()
        self.apply_elsewhere()
        planned = self.plan("--destroy")
        self.assertIn("  forget   terraform_data.kept\n", planned.log)
        self.run_to_end("destroy", "net", directory=self.second_checkout("destroying"))
        self.assertEqual(self.resources(), set())

    def test_a_state_whose_key_a_job_lacks_is_told_as_such(self):
        keys = ('key_provider "pbkdf2" "k" { passphrase = "0123456789abcdef" }\nmethod "aes_gcm" "m" { keys = key_provider.pbkdf2.k }\n'
                'state { method = method.aes_gcm.m }\n')
        self.lane(BACKEND + ONE_RESOURCE)
        self.plan()
        self.apply_elsewhere()
        self.assertIn("the state is not encrypted, and this job takes only encrypted ones", self.plan(env=self.job(TF_ENCRYPTION=keys), code=1).log)
        both = keys.replace("state {", 'method "unencrypted" "u" {}\nstate {\n  fallback { method = method.unencrypted.u }\n ').replace(".m }\n", ".m\n}\n")
        self.lane(BACKEND + ONE_RESOURCE.replace("1", "2"))
        self.plan(env=self.job(TF_ENCRYPTION=both))
        shutil.rmtree(self.scratch / "applying")
        self.apply_elsewhere(env=self.job(TF_ENCRYPTION=both))
        self.assertIn("the state is encrypted, and this job has no key for it", self.plan(code=1).log)

    def test_another_key_is_told_as_such_and_no_values_lie_in_clear(self):
        self.lane('variable "k" { type = string }\nterraform {\n  backend "http" {}\n  encryption {\n'
                  '    key_provider "pbkdf2" "k" { passphrase = var.k }\n'
                  '    method "aes_gcm" "m" { keys = key_provider.pbkdf2.k }\n'
                  '    state { method = method.aes_gcm.m }\n    plan { method = method.aes_gcm.m }\n  }\n}\n'
                  'resource "terraform_data" "a" { input = "canary" }\noutput "o" { value = "canary" }\n')
        env = self.job(TF_VAR_k="0123456789abcdef")
        self.plan(env=env)
        ended = self.apply_elsewhere(env=self.job(TF_VAR_k="another-key-of-16"), code=1)
        self.assertIn("the plan or the state is encrypted with another key than this job has", ended.log)
        self.assertNotIn("damaged", ended.log)
        shutil.rmtree(self.scratch / "applying")
        self.apply_elsewhere(env=env)
        for checkout in (self.project, self.scratch / "applying"):
            for file in (checkout / ".statelane/net").rglob("*"):
                if file.is_file() and file.name != "output.txt":
                    self.assertNotIn(b"canary", file.read_bytes(), file)
        digest = r"[0-9a-f]{64}"
        for name, key in (("meta.json", "outputs"), ("applied.json", "outputs_after")):
            told = json.loads((self.scratch / "applying/.statelane/net" / name).read_text())[key]
            self.assertNotRegex(json.dumps(told), digest, name)

    def test_early_evaluation_reaches_every_command(self):
        state = self.job()["TF_HTTP_ADDRESS"]
        passphrase = ('  encryption {\n    key_provider "pbkdf2" "k" { passphrase = "${var.e}0123456789abcdef" }\n'
                      '    method "aes_gcm" "m" { keys = key_provider.pbkdf2.k }\n'
                      '    state { method = method.aes_gcm.m }\n    plan { method = method.aes_gcm.m }\n  }\n')
        self.commit({"modules/prod/m.tf": 'output "x" { value = 1 }\n'})
        self.lane('variable "e" { type = string }\n'
                  f'terraform {{\n  backend "http" {{ address = "{state}-${{var.e}}" }}\n{passphrase}}}\n'
                  'module "m" { source = "../modules/${var.e}" }\noutput "o" { value = module.m.x }\n' + ONE_RESOURCE,
                  "var_files: [prod.tfvars]", prod_tfvars='e = "prod"\n')
        env = {name: value for name, value in self.job(**self.server.credentials).items() if name != "TF_HTTP_ADDRESS"}
        self.plan(env=env)
        self.apply_elsewhere("--output", "o", env=env)
        self.assertEqual((self.scratch / "applying/.statelane/net/outputs.env").read_text(), "o=1\n")


if __name__ == "__main__":
    unittest.main()
