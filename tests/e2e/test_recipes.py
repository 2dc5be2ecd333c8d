"""The recipes of the README, as they stand there."""
import json
import os
import re
import shutil

import harness
from test_ledger import LedgerTest

STATE = 'terraform {{\n  backend "local" {{\n    path = "{}"\n  }}\n}}\nresource "terraform_data" "x" {{\n  input = 1\n}}\n'
README = (harness.SOURCE_DIR / "README.md").read_text()


def block(language, first):
    """The fenced block that begins so."""
    return re.search(rf"^```{language}\n({re.escape(first)}.*?)^```$", README, re.MULTILINE | re.DOTALL).group(1)


def yaml_block(first):
    return harness.require_module("yaml").safe_load(block("yaml", first))


class PolicyAndCost(harness.EndToEndTest):
    def setUp(self):
        super().setUp()
        terraform = harness.require("terraform")
        self.repository = harness.Repository(self.scratch, self.environment)
        self.directory = self.repository.directory
        self.tools = self.scratch / "tools"
        self.tools.mkdir()
        script = block("sh", "#!/bin/sh\n# ci/after-plan.sh\n")
        rule = block("yaml", "states:\n  rules:\n    - match: \"**\"\n      after_plan:")
        self.repository.commit("begin", {"app/main.tf": STATE.format(self.scratch / "app.tfstate"), "ci/after-plan.sh": script,
                                         ".statelane.yml": rule, ".gitignore": ".statelane/\n.terraform*\n"})
        self.environment["PATH"] = os.pathsep.join([str(self.tools), os.path.dirname(terraform), self.environment["PATH"]])
        self.environment["CI_PROJECT_DIR"] = str(self.directory)

    def tool(self, name, code):
        """A stand-in that keeps the plan it is given, with the words it is called by."""
        file = self.tools / name
        file.write_text(f'#!/bin/sh\nfor last; do :; done\ncp "$last" "{self.scratch}/{name}.json"\n'
                        f'echo "$@" > "{self.scratch}/{name}.words"\nexit {code}\n')
        file.chmod(0o755)

    def plan(self):
        return harness.statelane("run", "plan", "app", cwd=self.directory, env=self.environment, check=False)

    def test_the_policy_decides_and_the_estimate_informs(self):
        self.tool("conftest", 0)
        self.tool("infracost", 1)
        done = self.plan()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("no estimate\n", done.stdout)
        for name in ("conftest", "infracost"):
            [change] = json.loads((self.scratch / f"{name}.json").read_text())["resource_changes"]
            self.assertEqual(change["address"], "terraform_data.x")
        self.assertTrue((self.scratch / "conftest.words").read_text().startswith(f"test --policy {self.directory}/policy "))

    def test_a_policy_that_refuses_leaves_nothing_to_apply(self):
        self.tool("conftest", 1)
        self.tool("infracost", 0)
        done = self.plan()
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("the check after the plan failed; the plan is not kept", done.stdout)
        self.assertEqual(list(self.directory.glob(".statelane/*/plan.bin")), [])
        self.assertFalse((self.scratch / "infracost.json").exists())


class DriftIssue(LedgerTest):
    """One issue for the whole fleet, opened, kept up to date and closed again."""

    def drift(self, update, outside):
        directory = self.repository.directory / ".statelane/x"
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "drift.json").write_text(json.dumps({"schema": "statelane/drift/1", "state": "x", "has_drifted": update > 0, "counts":
                                                          {"create": 0, "update": update, "delete": 0}, "changed_outside": outside}))

    def run_recipe(self, code=0):
        harness.require("curl")
        tools = os.pathsep.join([os.path.dirname(harness.statelane_binary()), os.environ["PATH"]])
        environment = self.variables("api", kind="schedule", CI_PIPELINE_URL="https://gitlab.example.com/p/-/pipelines/9", ISSUE_TOKEN="my-token",
                                     PATH=tools)
        job = yaml_block("# ci/lanes.yml\n")[".statelane-drift-summary"]
        done = harness.run(["sh", "-e", "-c", "\n".join(job["script"])], cwd=self.repository.directory, env=environment, check=False)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertNotIn("my-token", done.stdout + done.stderr)

    def test_there_is_one_issue_as_long_as_something_needs_a_person(self):
        first = self.push("states", {**self.state("x"), "ci/drift-issue.sh": block("sh", "#!/bin/sh\n# ci/drift-issue.sh\n")})
        self.server.deploy("x", first)
        self.drift(0, 0)
        self.run_recipe()
        self.assertEqual(self.server.issues, [])
        self.drift(2, 1)
        self.run_recipe(code=2)
        self.run_recipe(code=2)
        [issue] = self.server.issues
        self.assertEqual((issue["title"], issue["state"]), ("States that need a person", "opened"))
        self.assertIn("From https://gitlab.example.com/p/-/pipelines/9", issue["description"])
        self.assertIn("the world: 1 object was changed", " ".join(issue["description"].split()))
        self.drift(0, 0)
        self.run_recipe()
        self.assertEqual(issue["state"], "closed")
        # What nobody applied is told in a new one.
        self.push("x", self.state("x", "b"))
        self.run_recipe()
        self.assertEqual([one["state"] for one in self.server.issues], ["closed", "opened"])
        self.assertIn("was merged and not applied", " ".join(self.server.issues[1]["description"].split()))

    def test_what_gitlab_refuses_fails_the_job(self):
        first = self.push("states", {**self.state("x"), "ci/drift-issue.sh": block("sh", "#!/bin/sh\n# ci/drift-issue.sh\n")})
        self.server.deploy("x", first)
        self.drift(1, 1)
        self.server.tokens["PRIVATE-TOKEN"] = set()
        self.run_recipe(code=22)


class PreCommit(harness.EndToEndTest):
    """Each hook, and that pre-commit itself accepts them where it is installed."""

    def setUp(self):
        super().setUp()
        yaml = harness.require_module("yaml")
        self.hooks = {hook["id"]: hook for hook in yaml.safe_load((harness.SOURCE_DIR / ".pre-commit-hooks.yaml").read_text())}
        self.repository = harness.Repository(self.scratch, self.environment)
        state = 'terraform {\n  backend "s3" {\n    bucket = "b"\n    key    = "a"\n  }\n}\n'
        self.repository.commit("begin", {"a/main.tf": state, ".gitlab-ci.yml": "test:\n  script: [make]\n"})

    def run_hook(self, name, changed):
        hook = self.hooks[name]
        self.assertRegex(changed, hook["files"])
        self.repository.git("add", "--all")
        words = [harness.statelane_binary(), *hook["entry"].split()[1:]]
        return harness.run(words, cwd=self.repository.directory, env=self.environment, check=False)

    def test_the_readme_names_each_hook(self):
        named = re.findall(r"- id: (\S+)", block("yaml", "repos:\n"))
        self.assertEqual(sorted(named), sorted(self.hooks))

    def test_a_sound_change_passes_and_names_its_states(self):
        (self.repository.directory / "a/more.tf").write_text("locals {\n  x = 1\n}\n")
        done = self.run_hook("statelane-affected", "a/more.tf")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("a  modified", done.stdout)

    def test_infrastructure_that_nobody_reads_and_a_faulty_file_fail(self):
        (self.repository.directory / "lost").mkdir()
        (self.repository.directory / "lost/x.tf").write_text("locals {\n  x = 1\n}\n")
        self.assertEqual(self.run_hook("statelane-affected", "lost/x.tf").returncode, 1)
        shutil.rmtree(self.repository.directory / "lost")
        (self.repository.directory / "a/main.tf").write_text("locals {")
        self.assertEqual(self.run_hook("statelane-affected", "a/main.tf").returncode, 1)

    def test_a_pipeline_that_gitlab_refuses_fails(self):
        self.assertEqual(self.run_hook("statelane-lint", ".gitlab-ci.yml").returncode, 0)
        (self.repository.directory / ".gitlab-ci.yml").write_text("test:\n  script: [make]\n  retry: 9\n")
        self.assertEqual(self.run_hook("statelane-lint", ".gitlab-ci.yml").returncode, 1)


if __name__ == "__main__":
    import unittest
    unittest.main()
