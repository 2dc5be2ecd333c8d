"""Directory names with everything that YAML, GitLab, its runner or a shell could take for its own: the right directory is planned by
real Terraform, or the name is refused; nothing in a name is ever executed."""
import os
import unittest

from harness import EndToEndTest, Repository, clean_environment, require, run, statelane, statelane_binary
from pipelines import PipelineRunner
from readers import read_as_gitlab, schema_errors

NAMES = [
    "space tab\tnew\nline",
    "it's \"quoted\" \\back\\slash",
    "$(touch canary)",
    "`touch canary`;touch canary;",
    "$$ %CI_COMMIT_SHA% ${CI_COMMIT_SHA} $HOME {{x}} $[[ inputs.x ]]",
    "[x]*?{y,z}#a",
    "- a: b",
    "!tag &anchor *alias",
    "-leading",
    ".hidden",
    "\U0001f680 é",
    "null",
    "plan: x 1/2",
    "long-" + "x" * 245,
    "a@b/'; touch canary; '",
]


class HostileNames(EndToEndTest):

    def setUp(self):
        super().setUp()
        self.environment = clean_environment(self.scratch / "home", [statelane_binary().parent])
        self.repository = Repository(self.scratch, self.environment)

    def configuration(self, mark):
        return (f'terraform {{\n  backend "local" {{\n    path = "{self.scratch}/states/{mark}.tfstate"\n  }}\n}}\n'
                f'output "mark" {{\n  value = "{mark}"\n}}\n')

    def commit_all(self):
        """One commit that adds a state in each directory; returns {id: mark}."""
        before = self.repository.commit("first", {
            "README.md": "none yet\n", ".statelane.yml": 'states: {rules: [{match: "**", local_state: kept}]}\n'})
        marks = {name: f"mark-{number}" for number, name in enumerate(NAMES)}
        head = self.repository.commit("second", {f"{name}/main.tf": self.configuration(mark)
                                                 for name, mark in marks.items()})
        self.repository.push()
        self.variables = {"CI": "true", "CI_COMMIT_SHA": head, "CI_COMMIT_BEFORE_SHA": before, "CI_COMMIT_BRANCH": "main",
                          "CI_DEFAULT_BRANCH": "main", "CI_PIPELINE_SOURCE": "push", "CI_PIPELINE_ID": "1000",
                          "CI_SERVER_VERSION": "18.0.0"}
        return {name.replace("%", "%25").replace("@", "%40"): mark for name, mark in marks.items()}

    def generate(self):
        child = self.scratch / "child.yml"
        statelane("generate", "-o", child, cwd=self.repository.directory, env={**self.environment, **self.variables})
        self.assertEqual(schema_errors([child]), [])
        return child, read_as_gitlab([child])[str(child)]

    def assert_nothing_was_executed(self):
        for directory, _directories, files in os.walk(self.scratch):
            self.assertNotIn("canary", files, directory)

    def test_every_directory_is_planned_as_itself(self):
        require("terraform")
        marks = self.commit_all()
        child, document = self.generate()
        plans = {job["variables"]["STATELANE_STATE"]["value"]: name
                 for name, job in document.items() if name.startswith("plan: ")}
        self.assertEqual(set(plans), set(marks))
        pipeline = PipelineRunner(self.repository.directory, child, self.environment, self.variables, timeout=500)
        result = pipeline.run()
        self.assertEqual(result.passed, set(plans.values()), result.output)
        for state, mark in marks.items():
            slug = document[plans[state]]["variables"]["STATELANE_SLUG"]
            planned = pipeline.artifacts(plans[state]) / ".statelane" / slug / "plan.txt"
            self.assertIn(f'+ mark = "{mark}"', planned.read_text(), state)
        self.assert_nothing_was_executed()

    def test_a_gate_applies_the_directory_that_was_planned(self):
        require("terraform")
        marks = self.commit_all()
        child, document = self.generate()
        state = "$(touch canary)"
        (self.scratch / "states").mkdir()
        pipeline = PipelineRunner(self.repository.directory, child, self.environment, self.variables, timeout=500)
        self.assertEqual(pipeline.run_only(f"plan: {state}").passed, {f"plan: {state}"})
        pressed = pipeline.press(f"apply: {state}")
        self.assertEqual(pressed.passed, {f"apply: {state}"}, pressed.output)
        self.assertEqual([file.name for file in (self.scratch / "states").iterdir()], [f"{marks[state]}.tfstate"])
        self.assert_nothing_was_executed()

    def test_shells_take_each_name_as_one_word(self):
        self.commit_all()
        _child, document = self.generate()
        script = document[".statelane-plan"]["script"]
        asked = self.scratch / "asked"
        stand_in = self.scratch / "bin" / "statelane"
        stand_in.parent.mkdir()
        stand_in.write_text('#!/bin/sh\nfor word; do printf "%s\\0" "$word" >> "$ASKED"; done\n')
        stand_in.chmod(0o755)
        for shell in (["sh", "-e"], ["bash", "-eo", "pipefail"], [require("busybox"), "sh", "-e"]):
            for name, job in document.items():
                if not name.startswith("plan: "):
                    continue
                asked.unlink(missing_ok=True)
                variables = {key: value["value"] if isinstance(value, dict) else str(value)
                             for key, value in job["variables"].items()}
                environment = {**self.environment, **variables, "ASKED": str(asked),
                               "PATH": f"{stand_in.parent}:{self.environment['PATH']}"}
                run([*shell, "-c", "\n".join(script)], cwd=self.scratch, env=environment)
                self.assertEqual(asked.read_bytes().split(b"\0")[:-1],
                                 [b"run", b"plan", b"--", variables["STATELANE_STATE"].encode()])
        self.assert_nothing_was_executed()

    def test_a_name_that_is_not_utf8_is_refused_and_nothing_is_written(self):
        self.commit_all()
        directory = os.fsencode(self.repository.directory) + b"/bad\xff"
        os.mkdir(directory)
        with open(directory + b"/main.tf", "w") as file:
            file.write(self.configuration("bad"))
        self.repository.commit("third")
        child = self.scratch / "child.yml"
        refused = statelane("generate", "HEAD", "-o", child, cwd=self.repository.directory, env=self.environment,
                            check=False)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("is not UTF-8", refused.stderr)
        self.assertIn("hint: rename the directory", refused.stderr)
        self.assertFalse(child.exists())


if __name__ == "__main__":
    unittest.main()
