"""Each failure of Terraform that the job helper explains, made by the real Terraform."""
import json
import zipfile

from runs import BACKEND, ONE_RESOURCE, RunTest


class Messages(RunTest):

    def expect(self, ended, message, fix, place="net"):
        self.assertIn(f"statelane: {place}: {message}", ended.log)
        self.assertIn(f"\n  fix: {fix}", ended.log)

    def expect_refused_plan_file(self, message, fix, code=1):
        self.expect(self.apply("--allow-other-plan", code=code), message, fix)
        self.assertEqual(self.server.versions("net"), [])

    def use_local_state(self, more=""):
        self.state = self.scratch / "net.tfstate"
        backend = BACKEND.replace('"http" {}', f'"local" {{\n    path = "{self.state}"\n  }}')
        self.commit({"net/main.tf": backend + ONE_RESOURCE + more,
                     ".statelane.yml": "states: {rules: [{match: net, local_state: kept}]}\n"})

    def test_a_plan_of_another_version(self):
        self.plan()
        version = json.loads(self.terraform("version", "-json").stdout)["terraform_version"]
        other = version[:-1] + ("8" if version[-1] == "9" else "9")
        self.rewrite_plan(lambda name, data: data.replace(version.encode(), other.encode()) if name == "tfplan" else data)
        self.expect_refused_plan_file(f"the plan was made by Terraform {other}", "use the same image in both jobs", code=125)

    def test_a_plan_file_that_is_cut_off(self):
        self.plan()
        file = self.artifact("plan.bin")
        file.write_bytes(file.read_bytes()[:200])
        self.expect_refused_plan_file("the plan file is damaged, or is no plan file", "retry the plan job")

    def test_a_plan_of_another_lineage(self):
        self.use_local_state()
        self.plan()
        self.apply("--allow-empty-state")
        self.plan("--destroy")
        state = json.loads(self.state.read_text())
        self.state.write_text(json.dumps({**state, "lineage": "00000000-0000-0000-0000-000000000000"}))
        self.expect(self.run_to_end("destroy", "net", code=125),
                    "the plan was made for another state than the backend holds here", "give plan and apply the same backend")

    def test_a_variable_that_is_set_when_the_plan_is_applied(self):
        self.commit({"net/main.tf": BACKEND + ONE_RESOURCE.replace("1", "var.x") + 'variable "x" {}\n'})
        self.plan(env=self.job(TF_VAR_x="1"))
        ended = self.apply("--allow-empty-state", env=self.job(TF_CLI_ARGS_apply="-var=x=2"), code=1)
        self.expect(ended, "a variable is set that differs from the plan's", "set variables in the plan job only")
        self.assertIn("TF_CLI_ARGS_apply=-var=x=... is set", ended.log)  # The value may be a secret.

    def test_a_state_that_is_read_and_was_never_applied(self):
        self.commit({"net/main.tf": BACKEND + 'data "terraform_remote_state" "up" {\n  backend = "local"\n'
                                              '  config = {\n    path = "none.tfstate"\n  }\n}\n'})
        self.expect(self.plan(code=1), "a state that this one reads is empty", "apply that state first", "net/main.tf:4")

    def test_an_output_that_the_other_state_does_not_have(self):
        address = f"{self.server.address}/up"
        self.commit({"up/main.tf": f'terraform {{\n  backend "http" {{\n    address = "{address}"\n  }}\n}}\noutput "a" {{\n  value = 1\n}}\n',
                     "modules/reader/main.tf": 'data "terraform_remote_state" "up" {\n  backend = "http"\n  config = {\n'
                                               f'    address = "{address}"\n    username = "x"\n    password = "job-token"\n  }}\n}}\n'
                                               'output "gone" {\n  value = data.terraform_remote_state.up.outputs.gone\n}\n',
                     "net/main.tf": BACKEND + 'module "reader" {\n  source = "../modules/reader"\n}\n'})
        self.run_to_end("plan", "up")
        self.run_to_end("apply", "up")
        self.expect(self.plan(code=1), "an output that this state reads is not there in the other state",
                    "apply the state that has this output first", "modules/reader/main.tf:10")

    def test_a_lock_of_a_local_state_is_told_with_its_holder(self):
        slow = ('resource "terraform_data" "b" {\n  provisioner "local-exec" {\n'
                f'    command = "echo ready-in-apply; while [ ! -e {self.scratch}/go ]; do sleep 0.01; done"\n  }}\n}}\n')
        self.use_local_state(slow)
        self.plan()
        applying = self.start("apply", "net", "--allow-empty-state")
        applying.wait_for("ready-in-apply")
        ended = self.plan(code=1)
        self.assertRegex(ended.log, r"statelane: net: the state is locked by [0-9a-f-]{36} \(\S+@\S+, OperationTypeApply, since 20")
        self.assertRegex(ended.log, r": terraform -chdir=net force-unlock [0-9a-f-]{36}\n")
        (self.scratch / "go").touch()
        self.assertEqual(applying.finish().code, 0)

    def test_a_server_that_refuses_or_is_not_there(self):
        for fail, message, fix in (({"GET state": 401, "POST lock": 401}, "the state server wants a user and a password", "set TF_HTTP_USERNAME"),
                                   ({"POST lock": 403}, "the state server refuses the user's permission", "GitLab wants the role Maintainer"),
                                   ({"GET state": 0, "POST lock": 0}, "the state server does not answer", "look at the server"),
                                   ({"GET state": 500}, "the state server does not answer, or answers with an error", "look at the server")):
            with self.subTest(fail=fail):
                self.server.steer(fail=fail)
                self.expect(self.plan("--lock", code=1), message, fix)
                self.assertFalse(self.artifact("plan.bin").exists())
                self.server.steer()

    def test_an_artifact_that_has_expired(self):
        refused = self.apply(code=125)
        self.assertIn("the artifact of its plan job is missing or has expired\nhint: retry the plan job", refused.log)

    def rewrite_plan(self, change):
        file = self.artifact("plan.bin")
        with zipfile.ZipFile(file) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        with zipfile.ZipFile(file, "w") as archive:
            for name, data in members.items():
                archive.writestr(name, change(name, data))
