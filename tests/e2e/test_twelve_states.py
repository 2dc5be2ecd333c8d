"""Twelve states through one pipeline: planned, their gates pressed in random order, a plan retried, and a merge request.

Each has a resource of a provider with a process of its own, of two versions, from a mirror in the file system; a half of
them has committed a dependency lock file. What one of them wants is refused by its provider.
"""
import random
import unittest

from harness import EndToEndTest, Repository, clean_environment, require, run, statelane_binary
from pipelines import PipelineRunner
from providers import SOURCE, Mirror, build_provider
from readers import schema_errors
from runs import WithOpenTofu
from states import StateServer

STATES = [f"states/s{number:02}" for number in range(1, 13)]
LOCKED = STATES[:6]
REFUSED = STATES[8]
VERSIONS = ("1.0.0", "1.1.0")
SEED = 7


def version_of(state):
    return VERSIONS[STATES.index(state) % 2]


def requirements(version):
    return ('terraform {\n  required_providers {\n    slow = {\n'
            f'      source  = "{SOURCE}"\n      version = "{version}"\n    }}\n  }}\n}}\n')


class TwelveStates(EndToEndTest):
    tool = "terraform"

    @classmethod
    def setUpClass(cls):
        cls.program = build_provider()

    def setUp(self):
        super().setUp()
        require("terraform")
        self.server = self.enterContext(StateServer())
        mirror = Mirror(self.scratch, self.program)
        for version in VERSIONS:
            mirror.release(version, version)
        mirror.go.touch()
        self.environment = clean_environment(self.scratch / "home", [statelane_binary().parent], **mirror.environment)
        self.repository = Repository(self.scratch, self.environment)
        self.before = self.repository.commit("first", {".gitignore": ".terraform/\n.statelane/\n", ".statelane.yml": (
            f'version: 1\nstates:\n  rules:\n    - {{match: "**", tool: {self.tool}}}\n')})
        self.repository.push()
        self.head = self.commit()

    def commit(self):
        locks = {version: self.lock_file(version) for version in VERSIONS}
        head = self.repository.commit("states", {
            **{f"{state}/main.tf": self.configuration(state) for state in STATES},
            **{f"{state}/.terraform.lock.hcl": locks[version_of(state)] for state in LOCKED}})
        self.repository.push()
        return head

    def lock_file(self, version):
        directory = self.scratch / version
        directory.mkdir()
        (directory / "main.tf").write_text(requirements(version))
        run([self.tool, "init", "-input=false"], cwd=directory, env=self.environment)
        return (directory / ".terraform.lock.hcl").read_text()

    def configuration(self, state):
        address = f"{self.server.address}/{state.split('/')[1]}"
        lock = f'    lock_address = "{address}/lock"\n    unlock_address = "{address}/lock"\n    lock_method = "POST"\n    unlock_method = "DELETE"\n'
        return (requirements(version_of(state)) + f'terraform {{\n  backend "http" {{\n    address = "{address}"\n{lock}  }}\n}}\n'
                'resource "terraform_data" "a" {\n  input = 1\n}\n'
                f'resource "slow_thing" "b" {{\n  name = "{"fail" if state == REFUSED else "b"}"\n}}\n')

    def child(self, **more):
        job = {"CI": "true", "CI_COMMIT_SHA": self.head, "CI_COMMIT_BEFORE_SHA": self.before, "CI_COMMIT_BRANCH": "main", "CI_COMMIT_REF_NAME": "main",
               "CI_DEFAULT_BRANCH": "main", "CI_PIPELINE_SOURCE": "push", "CI_PIPELINE_ID": "1000", **more}
        file = self.scratch / "child.yml"
        run([statelane_binary(), "generate", "--output", file], cwd=self.repository.directory, env={**self.environment, **job})
        self.assertEqual(schema_errors([file]), [])
        api = {"CI_API_V4_URL": self.server.address.split("/projects/")[0], "CI_JOB_TOKEN": "job-token", "CI_PROJECT_ID": "42"}
        return PipelineRunner(self.repository.directory, file, self.environment,
                              {"CI_DEFAULT_BRANCH": "main", "CI_COMMIT_BEFORE_SHA": self.before, "STATELANE_ROOT_PIPELINE": "1000", **api,
                               **{name: value for name, value in more.items() if name.startswith("CI_MERGE_REQUEST")}}, timeout=400)

    def resources(self, state):
        return {each["type"] for each in self.server.versions(state.split("/")[1])[-1]["resources"]}

    def applied(self):
        return {state for state in STATES if self.server.versions(state.split("/")[1])}

    def test_gates_are_pressed_in_random_order_and_each_changes_its_state_alone(self):
        child = self.child()
        planned = child.run()
        self.assertEqual(planned.passed, {f"plan: {state}" for state in STATES}, planned.output)
        self.assertEqual(self.applied(), set())
        # Only the job's token could free their locks.
        self.assertNotIn("POST lock", [request for request, _, _ in self.server.requests()])
        retried = STATES[3]
        self.assertEqual(child.retry(f"plan: {retried}").passed, {f"plan: {retried}"})
        order = random.Random(SEED).sample(STATES, len(STATES))
        for number, state in enumerate(order, 1):
            pressed = child.press(f"apply: {state}")
            (self.assertNotEqual if state == REFUSED else self.assertEqual)(pressed.passed, {f"apply: {state}"}, pressed.output)
            self.assertEqual(self.applied(), set(order[:number]))
            self.assertEqual(self.resources(state), {"terraform_data"} if state == REFUSED else {"terraform_data", "slow_thing"})
        self.assertIn("the cloud does not want this thing", child.log(f"apply: {REFUSED}"))
        self.assertIn("statelane: done until then: 1 created", child.log(f"apply: {REFUSED}"))
        self.assertEqual(self.server.locks(), {})
        # The button again: its plan is stale, and the state stays as it is.
        again = child.press(f"apply: {order[0]}")
        self.assertEqual(again.failed, {f"apply: {order[0]}"})
        self.assertEqual(len(self.server.versions(order[0].split("/")[1])), 1)

    def test_a_merge_request_plans_without_gates_and_locks_and_writes_nothing(self):
        child = self.child(CI_PIPELINE_SOURCE="merge_request_event", CI_MERGE_REQUEST_IID="3", CI_MERGE_REQUEST_DIFF_BASE_SHA=self.before)
        self.assertEqual(set(child.jobs), {f"plan: {state}" for state in STATES})
        planned = child.run()
        self.assertEqual(planned.passed, set(child.jobs), planned.output)
        self.assertEqual({request for request, _, _ in self.server.requests()}, {"GET state"})


class TwelveStatesWithOpenTofu(WithOpenTofu, TwelveStates):
    pass


if __name__ == "__main__":
    unittest.main()
