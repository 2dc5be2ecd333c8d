"""Units of Terragrunt are planned and applied through it: with a stand-in that behaves as its versions do, and with the real one."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import time
import unittest

from runs import RunTest

STAND_IN = pathlib.Path(__file__).parent / "stand_ins/units"

# The oldest and the newest of each way to treat signals: section "signals" of Terragrunt's changelogs.
VERSIONS = ["0.55.0", "0.72.9", "0.85.0", "0.86.0", "0.97.1", "0.97.2", "0.99.1", "0.99.2", "1.1.3"]

CONFIG = "version: 1\nstates:\n  rules:\n    - {match: 'live/**', tool: TOOL, local_state: kept}\n"
VPC = 'variable "name" {}\nresource "terraform_data" "a" {\n  input = var.name\n}\noutput "id" {\n  value = "id-${terraform_data.a.output}"\n}\n'
APP = 'variable "id" {}\nresource "terraform_data" "a" {\n  input = var.id\n}\n'
BACKEND = 'terraform {\n  backend "local" {\n    path = "STATES/NAME.tfstate"\n  }\n}\n'

# Terraform as far as signals go: tells those that it gets, and takes its time.
SLOW_TOOL = '''#!/usr/bin/python3
import os, pathlib, signal, sys, time
if "version" in sys.argv[1]: print("Terraform v1.11.4"); sys.exit(0)
if sys.argv[1] not in ("plan", "apply"): sys.exit(0)
log = pathlib.Path(os.environ["TOLD"])
def told(number, _):
    with log.open("a") as file: file.write(signal.Signals(number).name + "\\n")
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP): signal.signal(number, told)
with log.open("a") as file: file.write("begun\\n")
end = time.monotonic() + float(os.environ.get("TAKES", "2.5"))
while time.monotonic() < end:
    time.sleep(0.02)
    print("Still creating...", flush=True)
with log.open("a") as file: file.write("ended\\n")
'''


class Units(RunTest):
    """The units `live/vpc` and `live/app`, which takes the outputs of the first."""

    real = False
    tool = "terraform"

    def setUp(self):
        super().setUp()
        self.states = self.scratch / "states"
        if not self.real:
            self.environment["PATH"] = f"{STAND_IN}:{self.environment['PATH']}"
        with (self.project / ".git/info/exclude").open("a") as exclude:
            exclude.write(".terragrunt-cache/\n")
        self.commit({".statelane.yml": CONFIG.replace("TOOL", self.tool), "modules/vpc/main.tf": VPC, "modules/app/main.tf": APP,
                     **self.unit("vpc", inputs={"name": "one"}),
                     **self.unit("app", dependency="../vpc", mocks={"id": "mock"})})

    def unit(self, name, **said):
        said = {"source": f"../../modules/{name}", **said}
        inputs = dict(said.get("inputs", {}))
        text = f'# unit: {json.dumps(said)}\nterraform {{\n  source = "{said["source"]}"\n}}\n'
        if "dependency" in said:
            mocks = f'  mock_outputs = {json.dumps(said["mocks"])}\n' if "mocks" in said else ""
            text += f'dependency "other" {{\n  config_path = "{said["dependency"]}"\n{mocks}}}\n'
            text += "inputs = { id = dependency.other.outputs.id }\n"
        elif inputs:
            text += f"inputs = {json.dumps(inputs)}\n"
        for hook, code in (("after_hook", said.get("after_hook")),):
            if code:
                text = text.replace("terraform {\n", f'terraform {{\n  {hook} "h" {{\n    commands = ["plan", "apply"]\n'
                                    f'    execute = ["sh", "-c", "exit {code}"]\n  }}\n')
        if said.get("no_run"):
            text += 'exclude {\n  if = true\n  no_run = true\n  actions = ["all"]\n}\n'
        backend = BACKEND.replace("STATES", str(self.states)).replace("NAME", name)
        return {f"live/{name}/terragrunt.hcl": text, f"live/{name}/backend.tf": backend}

    def plan_of(self, name, **more):
        return self.run_to_end("plan", f"live/{name}", **more)

    def apply_of(self, name, **more):
        return self.run_to_end("apply", f"live/{name}", **more)

    def file(self, name, artifact):
        return self.project / f".statelane/live--{name}" / artifact

    def value(self, name):
        state = json.loads((self.states / f"{name}.tfstate").read_text())
        return state["resources"][0]["instances"][0]["attributes"]["input"]["value"]


class OneAfterTheOther:
    """What holds with the stand-in and with the real Terragrunt."""

    def test_a_unit_is_planned_and_what_was_planned_is_applied(self):
        planned = self.plan_of("vpc")
        self.assertIn("plan of live/vpc: 1 to create", planned.log)
        self.assertEqual(self.plan_of("vpc", env=self.job(STATELANE_OPT_DETAILED_EXITCODE="true"), code=2).code, 2)
        shutil.rmtree(self.project / "live/vpc/.terragrunt-cache")
        applied = self.apply_of("vpc")
        self.assertIn("live/vpc is applied: 1 created", applied.log)
        self.assertEqual(self.value("vpc"), "one")
        self.assertIn("no changes", self.plan_of("vpc").log)

    def test_a_plan_with_mock_outputs_is_told_and_not_applied(self):
        planned = self.plan_of("app")
        self.assertIn("planned with mock outputs of a dependency, which has no outputs yet: this is applied only with", planned.log)
        refused = self.apply_of("app", code=125).log
        self.assertIn("it was planned with mock outputs of a dependency, which has no outputs yet", refused)
        self.assertIn("apply the dependency, then retry the plan job", refused)
        self.plan_of("vpc")
        self.apply_of("vpc")
        self.plan_of("app")
        self.apply_of("app")
        self.assertEqual(self.value("app"), "id-one")

    def test_an_output_of_a_dependency_that_has_changed_since_is_refused(self):
        for name in ("vpc", "app"):
            self.plan_of(name)
            if name == "vpc":
                self.apply_of(name)
        old = self.job()
        self.commit(self.unit("vpc", inputs={"name": "two"}))
        self.plan_of("vpc", env=self.job(STATELANE_ROOT_PIPELINE="8"))
        self.apply_of("vpc", env=self.job(STATELANE_ROOT_PIPELINE="8"))
        shutil.rmtree(self.project / ".statelane/live--vpc")  # another pipeline's
        self.repository.git("checkout", "-q", "--detach", old["CI_COMMIT_SHA"])
        refused = self.apply_of("app", env=old, code=125)
        self.assertIn("the unit's input 'id' has another value than when it was planned", refused.log)
        self.assertFalse((self.states / "app.tfstate").exists())

    def test_what_ends_well_without_a_plan_is_no_plan(self):
        self.commit(self.unit("vpc", inputs={"name": "one"}, no_run=True))
        ended = self.plan_of("vpc", code=1)
        self.assertIn("Terragrunt ended with code 0 and did not run 'plan'; nothing was changed", ended.log)
        self.assertIn("look for exclude with no_run, errors that are ignored, and hooks of the unit", ended.log)
        self.assertFalse(self.file("vpc", "meta.json").exists())

    def test_a_hook_that_fails_after_the_tool_is_told_for_what_it_is(self):
        self.commit(self.unit("vpc", inputs={"name": "one"}, after_hook=2))
        ended = self.plan_of("vpc", env=self.job(STATELANE_OPT_DETAILED_EXITCODE="true"), code=1)
        self.assertRegex(ended.log, "Terragrunt ended with code [0-9]+ after 'plan' had succeeded, as a hook may do")
        self.assertFalse(self.file("vpc", "plan.bin").exists())

    def test_what_terragrunt_leaves_of_a_failure_is_told(self):
        self.commit({"modules/vpc/main.tf": VPC + "nonsense\n"})
        ended = self.plan_of("vpc", code=1)
        self.assertIn("Terragrunt ended with code 1 and did not run 'plan'", ended.log)
        self.assertIn("see what Terragrunt says above", ended.log)


class WithStandIn(OneAfterTheOther, Units):

    def start_slow(self, version, unit="vpc", **said):
        tool = self.scratch / "tool" / "terraform"
        tool.parent.mkdir(exist_ok=True)
        tool.write_text(SLOW_TOOL)
        tool.chmod(0o755)
        self.told = self.scratch / "told"
        self.told.unlink(missing_ok=True)
        return {"PATH": f"{tool.parent}:{self.environment['PATH']}", "TOLD": str(self.told), "STAND_IN_VERSION": version,
                "STAND_IN_SECOND": "0.02", "TAKES": "1"}

    def test_every_version_is_called_in_its_own_words(self):
        for version in VERSIONS:
            with self.subTest(version=version):
                self.plan_of("vpc", env=self.job(STAND_IN_VERSION=version))

    def test_settings_that_make_several_units_of_one_do_not_count(self):
        self.plan_of("vpc", env=self.job(TG_FILTER="./other", TG_ALL="true"))

    def test_terraform_gets_one_interrupt_and_ends_whatever_terragrunt_does(self):
        for version in VERSIONS:
            for stop in (signal.SIGINT, signal.SIGTERM):
                with self.subTest(version=version, stop=stop.name):
                    running = self.start("plan", "live/vpc", env=self.job(**self.start_slow(version)))
                    running.wait_for("Still creating")
                    running.signal(stop)
                    ended = running.finish()
                    self.assertEqual(self.told.read_text(), "begun\nSIGINT\nended\n", ended.log)

    def test_terraform_survives_a_terragrunt_that_is_signalled_or_killed(self):
        for version in ("0.72.9", "0.97.1", "1.1.3"):
            for stops in ([signal.SIGTERM], [signal.SIGINT, signal.SIGTERM], [signal.SIGKILL], [signal.SIGQUIT]):
                with self.subTest(version=version, stops=[stop.name for stop in stops]):
                    running = self.start("plan", "live/vpc", env=self.job(**self.start_slow(version)))
                    running.wait_for("Still creating")
                    found = subprocess.run(["pgrep", "-P", str(running.process.pid), "-f", "terragrunt"], capture_output=True, text=True)
                    for stop in stops:
                        os.kill(int(found.stdout.split()[0]), stop)
                    ended = running.finish()
                    self.assertEqual(self.told.read_text(), "begun\nended\n", ended.log)

    def test_a_stop_before_terraform_begins_ends_terragrunt_and_starts_nothing(self):
        slow = self.start_slow("1.1.3")
        tool = self.scratch / "tool/terraform"
        tool.write_text(SLOW_TOOL.replace('if sys.argv[1] not in ("plan", "apply"): sys.exit(0)',
                                          'if sys.argv[1] not in ("plan", "apply"): print("init goes on", flush=True); time.sleep(1); sys.exit(0)'))
        running = self.start("plan", "live/vpc", env=self.job(**slow))
        running.wait_for("init goes on")
        running.signal(signal.SIGTERM)
        ended = running.finish()
        self.assertEqual(ended.code, 143, ended.log)
        self.assertIn("stopped by signal TERM before 'plan' began; nothing was changed", ended.log)
        self.assertFalse(self.told.exists())

    def test_an_error_that_terragrunt_ignores_is_one(self):
        self.commit({**self.unit("vpc", inputs={"name": "one"}, ignore_errors=True),
                     "modules/vpc/main.tf": VPC.replace("var.name", "file(var.name)")})
        self.assertIn("Error", self.plan_of("vpc", code=1).log)

    def test_a_terragrunt_that_is_killed_or_says_no_version_is_told(self):
        tools = self.scratch / "broken"
        tools.mkdir()
        self.environment["PATH"] = f"{tools}:{self.environment['PATH']}"
        for script, told in (("exit 3", "cannot ask terragrunt for its version: "),
                             ('[ "$1" = --version ] && echo "terragrunt version 1.1.3" || kill -KILL $$',
                              "Terragrunt was killed by signal KILL before 'plan' began; nothing was changed")):
            (tools / "terragrunt").write_text(f"#!/bin/sh\n{script}\n")
            (tools / "terragrunt").chmod(0o755)
            self.assertIn(told, self.plan_of("vpc", code=None).log)

    def test_a_tool_that_is_killed_is_no_plan_without_changes(self):
        slow = self.start_slow("1.1.3")
        running = self.start("plan", "live/vpc", env=self.job(**slow))
        running.wait_for("Still creating")
        found = subprocess.run(["pgrep", "-P", str(running.process.pid), "-f", "tool/terraform"], capture_output=True, text=True)
        os.kill(int(found.stdout.split()[0]), signal.SIGKILL)
        self.assertEqual(running.finish().code, 137)


class StandInItself(Units):
    """That the stand-in does with signals what each version was seen to do."""

    def tool_gets(self, version, signals, takes="1.6"):
        told = self.scratch / "told"
        told.unlink(missing_ok=True)
        tool = self.scratch / "slow"
        tool.write_text(SLOW_TOOL)
        tool.chmod(0o755)
        name = "TG_TF_PATH" if version >= "0.85" else "TERRAGRUNT_TFPATH"
        call = ["run", "--", "apply"] if version >= "0.85" else ["apply"]
        process = subprocess.Popen([STAND_IN / "terragrunt", *call], cwd=self.project / "live/vpc", stderr=subprocess.DEVNULL,
                                   env={**self.environment, name: str(tool), "TOLD": str(told), "TAKES": takes,
                                        "STAND_IN_VERSION": version, "STAND_IN_SECOND": "0.04"})
        while not told.exists():
            time.sleep(0.01)
        for number in signals:
            process.send_signal(number)
            time.sleep(0.05)
        code = process.wait()
        if code >= 0:
            time.sleep(0.1)
        return told.read_text().split(), code

    def test_what_the_tool_gets_of_one_signal(self):
        once = ["begun", "SIGTERM", "ended"]
        for version, gets, code in (("0.55.0", once, 0), ("0.72.9", once, 0), ("0.85.0", once, 0), ("0.86.0", ["begun"], 255),
                                    ("0.97.1", ["begun"], 255), ("0.97.2", ["begun", "SIGTERM", "SIGTERM", "ended"], 0),
                                    ("0.99.1", ["begun", "SIGTERM", "SIGTERM", "ended"], 0), ("0.99.2", ["begun", "SIGTERM"], 255),
                                    ("1.1.3", ["begun", "SIGTERM"], 255)):
            with self.subTest(version=version):
                self.assertEqual(self.tool_gets(version, [signal.SIGTERM]), (gets, code))

    def test_what_the_tool_gets_of_the_same_signal_twice(self):
        for version in ("0.72.9", "1.1.3"):
            with self.subTest(version=version):
                self.assertEqual(self.tool_gets(version, [signal.SIGINT] * 2, takes="0.6"), (["begun", "SIGINT", "ended"], 0))

    def test_two_different_signals_kill_it_at_once(self):
        for version in ("0.72.9", "1.1.3"):
            with self.subTest(version=version):
                self.assertEqual(self.tool_gets(version, [signal.SIGINT, signal.SIGTERM])[1], -signal.SIGTERM)


class WithTerragrunt(OneAfterTheOther, Units):

    real = True

    def setUp(self):
        if shutil.which("terragrunt") is None:
            self.skipTest("SKIPPED: Terragrunt is absent")
        super().setUp()


if __name__ == "__main__":
    unittest.main()
