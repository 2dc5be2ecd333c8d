"""Kinds of plan, each made in one clone and applied in another: as reviewed, or refused before anything is done.

    plan_kinds.py [--tool terraform|tofu] [KIND …]

A kind is what was applied before, what is planned now, and what is expected: that the state then holds these resources
and the bare tool finds nothing more to do (`applied`), or a sentence with which the plan or the apply ends while the
state stays as it was.
"""
import argparse
import dataclasses
import json
import shutil
import subprocess
import sys

from runs import BACKEND, RunTest


def thing(name, body="input = 1", **more):
    extra = "".join(f"  {key} = {value}\n" for key, value in more.items())
    return f'resource "terraform_data" "{name}" {{\n  {body}\n{extra}}}\n'


LIFECYCLE = 'resource "terraform_data" "a" {{\n  input = {}\n  lifecycle {{\n    {}\n  }}\n}}\n'
MODULE = {"modules/m/main.tf": 'variable "x" { default = 1 }\nresource "terraform_data" "in" { input = var.x }\noutput "o" { value = terraform_data.in.output }\n'}
TOKEN = 'variable "token" {\n  type = string\n  ephemeral = true\n}\n'


@dataclasses.dataclass(frozen=True)
class Kind:
    now: str
    before: str = ""
    kept: tuple = ("a",)          # names of the resources in the state after it
    files: dict = dataclasses.field(default_factory=dict)
    rule: str = ""                # more of the state's rule
    env: dict = dataclasses.field(default_factory=dict)
    options: tuple = ()           # of `run plan`
    plan: str = ""                # with which the plan ends
    apply: str = ""               # with which the apply ends
    is_done: bool = True          # nothing is left to do afterwards
    may_differ: bool = False      # an apply that ends so has done a part


A, B = thing("a"), thing("b")
KINDS = {
    "create": Kind(A),
    "create several": Kind(A + B, kept=("a", "b")),
    "update": Kind(thing("a", "input = 2"), A),
    "delete": Kind(B, A + B, kept=("b",)),
    "delete all": Kind("", A, kept=()),
    "replace": Kind(thing("a", "triggers_replace = 2"), thing("a", "triggers_replace = 1")),
    "replace, created first": Kind(LIFECYCLE.format("2\n  triggers_replace = 2", "create_before_destroy = true"),
                                   LIFECYCLE.format("1\n  triggers_replace = 1", "create_before_destroy = true")),
    "replace asked for": Kind(A, A, env={"TF_CLI_ARGS_plan": "-replace=terraform_data.a"}),
    "replace triggered by": Kind(thing("b", "input = 2") + LIFECYCLE.format(1, "replace_triggered_by = [terraform_data.b]"),
                                 B + LIFECYCLE.format(1, "replace_triggered_by = [terraform_data.b]"), kept=("a", "b")),
    "count grows": Kind(thing("a", "count = 3"), thing("a", "count = 1")),
    "count shrinks": Kind(thing("a", "count = 1"), thing("a", "count = 3")),
    "count to for_each": Kind(thing("a", 'for_each = toset(["x"])') + "moved {\n  from = terraform_data.a[0]\n  to = terraform_data.a[\"x\"]\n}\n", thing("a", "count = 1")),
    "for_each changes": Kind(thing("a", 'for_each = toset(["y", "z"])'), thing("a", 'for_each = toset(["x", "y"])')),
    "odd keys": Kind(thing("a", 'for_each = toset(["it\'s $HOME", "ü \\"q\\""])')),
    "move": Kind(B + "moved {\n  from = terraform_data.a\n  to = terraform_data.b\n}\n", A, kept=("b",)),
    "move and update": Kind(thing("b", "input = 2") + "moved {\n  from = terraform_data.a\n  to = terraform_data.b\n}\n", A, kept=("b",)),
    "move into a module": Kind('module "m" { source = "../modules/m" }\nmoved {\n  from = terraform_data.a\n  to = module.m.terraform_data.in\n}\n', A, kept=("in",), files=MODULE),
    "module": Kind('module "m" { source = "../modules/m" }\n', kept=("in",), files=MODULE),
    "module for each": Kind('module "m" {\n  source = "../modules/m"\n  for_each = toset(["p", "q"])\n  x = each.key\n}\n', kept=("in",), files=MODULE),
    "module removed": Kind(A, 'module "m" { source = "../modules/m" }\n' + A, files=MODULE),
    "forget": Kind("removed {\n  from = terraform_data.a\n  lifecycle { destroy = false }\n}\n" + B, A + B, kept=("b",)),
    "removed and destroyed": Kind("removed {\n  from = terraform_data.a\n  lifecycle { destroy = true }\n}\n" + B, A + B, kept=("b",)),
    "import": Kind('import {\n  to = terraform_data.a\n  id = "an-id"\n}\n' + thing("a", "")),
    "import and update": Kind('import {\n  to = terraform_data.a\n  id = "an-id"\n}\n' + A),
    "import for each": Kind('import {\n  for_each = { x = "1", y = "2" }\n  to = terraform_data.a[each.key]\n  id = each.value\n}\n' + thing("a", 'for_each = toset(["x", "y"])')),
    "remote state": Kind('data "terraform_remote_state" "s" {\n  backend = "local"\n  config = { path = "${path.module}/up.tfstate" }\n}\n' + thing("a", "input = data.terraform_remote_state.s.outputs.o"),
                         files={"net/up.tfstate": '{"version": 4, "terraform_version": "1.5.0", "serial": 1, "lineage": "l", "outputs": {"o": {"value": 7, "type": "number"}}, "resources": []}\n'}),
    "data read while it is applied": Kind('data "terraform_remote_state" "s" {\n  backend = "local"\n  config = { path = "${path.module}/up.tfstate" }\n  depends_on = [terraform_data.a]\n}\noutput "o" { value = data.terraform_remote_state.s.outputs.o }\n' + A,
                                          files={"net/up.tfstate": '{"version": 4, "terraform_version": "1.5.0", "serial": 1, "lineage": "l", "outputs": {"o": {"value": 7, "type": "number"}}, "resources": []}\n'}),
    "outputs only": Kind(A + 'output "o" { value = 2 }\n', A + 'output "o" { value = 1 }\n'),
    "output removed": Kind(A, A + 'output "o" { value = 1 }\n'),
    "sensitive output": Kind(A + 'output "o" {\n  value = "secret"\n  sensitive = true\n}\n'),
    "no changes": Kind(A, A),
    "known after apply": Kind(A + thing("b", "input = terraform_data.a.id"), kept=("a", "b")),
    "time stamps": Kind(thing("a", "input = plantimestamp()\n  lifecycle { ignore_changes = [input] }")),
    "ephemeral variable": Kind(TOKEN + A, rule="var_files: [prod.tfvars]", files={"net/prod.tfvars": 'token = "t"\n'}),
    "variable files": Kind('variable "x" {}\n' + thing("a", "input = var.x"), rule="var_files: [prod.tfvars]", files={"net/prod.tfvars": 'x = "p"\n'}, env={"TF_VAR_x": "other"}),
    "check that fails": Kind(A + 'check "c" {\n  assert {\n    condition = terraform_data.a.id == "x"\n    error_message = "no"\n  }\n}\n'),
    "precondition that fails": Kind('variable "x" { default = 1 }\n' + LIFECYCLE.format(1, 'precondition {\n      condition = var.x == 2\n      error_message = "no"\n    }'), kept=(), plan="Resource precondition failed"),
    "postcondition that fails": Kind(LIFECYCLE.format(1, 'postcondition {\n      condition = self.id == "x"\n      error_message = "no"\n    }'), apply="Resource postcondition failed", may_differ=True),
    "variable that is refused": Kind('variable "x" {\n  default = 1\n  validation {\n    condition = var.x == 2\n    error_message = "no"\n  }\n}\n' + A, kept=(), plan="Invalid value for variable"),
    "prevented from being destroyed": Kind(LIFECYCLE.format("2\n  triggers_replace = 2", "prevent_destroy = true"), LIFECYCLE.format("1\n  triggers_replace = 1", "prevent_destroy = true"), plan="nstance cannot be destroyed"),
    "changes ignored": Kind(LIFECYCLE.format(2, "ignore_changes = all"), LIFECYCLE.format(1, "ignore_changes = all")),
    "provisioner": Kind('resource "terraform_data" "a" {\n  provisioner "local-exec" { command = "echo hello" }\n}\n'),
    "provisioner that fails": Kind('resource "terraform_data" "a" {\n  provisioner "local-exec" { command = "exit 3" }\n}\n', apply="local-exec provisioner error", may_differ=True),
    "file": Kind(thing("a", 'input = filesha256("${path.module}/f")'), files={"net/f": "f\n"}),
    "directory of the checkout": Kind(thing("a", 'input = "${path.cwd}/f"'), kept=(), files={"net/f": "f\n"}, apply="the plan holds the directory of its checkout"),
    "target": Kind(A + B, kept=(), env={"TF_CLI_ARGS_plan": "-target=terraform_data.a"}, apply="the plan is not complete (targets, or deferred changes)"),
    "refresh only": Kind(A, A, env={"TF_CLI_ARGS_plan": "-refresh-only"}),
    "destroy": Kind(A, A, kept=(), options=("--destroy",), is_done=False),
    "function of the built-in provider": Kind('terraform {\n  required_providers {\n    terraform = { source = "terraform.io/builtin/terraform" }\n  }\n}\n' + thing("a", 'input = provider::terraform::encode_expr("x")')),
}
SAMPLE = ("replace", "move and update", "forget", "import", "ephemeral variable", "postcondition that fails", "target", "destroy")


class KindTest(RunTest):
    def setUp(self):
        super().setUp()
        (self.project / ".git/info/exclude").unlink()
        self.commit({".gitignore": ".terraform/\n.statelane/\n"})

    def try_kind(self, kind):
        """Raises where it is neither applied as planned nor refused in time; returns what became of it."""
        rule = f"{{match: net, tool: {self.tool}{', ' if kind.rule else ''}{kind.rule}}}"
        config = {".statelane.yml": f"version: 1\nstates:\n  rules:\n    - {rule}\n", **kind.files}
        env = {"STATELANE_OPT_ALLOW_EMPTY_STATE": "1"}
        if kind.before:
            self.commit({"net/main.tf": BACKEND + kind.before, **config})
            self.plan(env=self.job(**env))
            self.apply(env=self.job(**env))
        self.commit({"net/main.tf": BACKEND + kind.now + "# now\n", **config})
        stored = self.server.versions("net")
        planned = self.plan(*kind.options, env=self.job(**env, **kind.env), code=None)
        if kind.plan:
            self.assertNotEqual(planned.code, 0, planned.log)
            self.assertIn(kind.plan, planned.log)
            self.assertEqual(self.server.versions("net"), stored)
            return "refused by the plan"
        self.assertEqual(planned.code, 0, planned.log)
        copy = self.second_checkout()
        verb = "destroy" if "--destroy" in kind.options else "apply"
        ended = self.run_to_end(verb, "net", directory=copy, env=self.job(**env, **kind.env), code=None)
        self.assertEqual(self.server.locks(), {})
        if kind.apply:
            self.assertNotEqual(ended.code, 0, ended.log)
            self.assertIn(kind.apply, ended.log)
            if not kind.may_differ:
                self.assertEqual(self.server.versions("net"), stored, ended.log)
            return "fails as told" if kind.may_differ else "refused before anything is done"
        self.assertEqual(ended.code, 0, ended.log)
        self.assertEqual({name.split(".")[1] for name in self.resources() if name.startswith("terraform_data.")}, set(kind.kept), ended.log)
        if kind.is_done:
            again = self.plan("--detailed-exitcode", env=self.job(**env), code=None)
            self.assertEqual(again.code, 0, again.log)
        return "applied"

    def second_checkout(self):
        copy = self.scratch / "applying"
        subprocess.run(["git", "clone", "-q", self.scratch / "origin.git", copy], check=True, env=self.environment)
        shutil.copytree(self.artifact(""), copy / ".statelane/net")
        return copy


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--tool", default="terraform")
    arguments.add_argument("kinds", nargs="*")
    wish = arguments.parse_args()
    KindTest.tool = wish.tool
    bad = []
    for name in wish.kinds or KINDS:
        trial = KindTest()
        try:
            trial.setUp()
            result = trial.try_kind(KINDS[name])
        except Exception as error:  # Every kind is reported.
            result = f"WRONG: {error}"
            bad.append(name)
        finally:
            trial.doCleanups()
        print(f"{name:34} {result}", flush=True)
    print(json.dumps({"kinds": len(wish.kinds or KINDS), "wrong": bad}), flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
