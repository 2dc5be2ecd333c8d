"""Deleted states: a warning that is seen, or a gate that destroys what they hold, by real Terraform on the files of the commit before."""
import unittest

import test_acceptance
from harness import run, statelane
from states import StateServer, use_state_server

CONFIG = ".statelane.yml"


class DeletedState(test_acceptance.Example):

    def setUp(self):
        super().setUp()
        self.server = self.enterContext(StateServer())
        use_state_server(self.repository.directory, self.server.address)
        self.variables |= {"CI_JOB_TOKEN": "job-token", "CI_API_V4_URL": self.server.address.split("/projects/")[0]}

    def credentials(self):
        return self.server.credentials

    def delete(self, directory, more=None):
        files = self.repository.git("ls-files", directory).splitlines()
        self.repository.commit("delete", {**{file: None for file in files}, **(more or {})})
        self.repository.push()

    def with_destroy_gates(self):
        config = (self.repository.directory / CONFIG).read_text()
        self.assertNotIn("\npipeline:", config)
        return {CONFIG: config + "pipeline: {deleted: destroy-gate}\n"}

    def start(self, files=None):
        self.before = self.repository.commit("the platform as it stands", files)
        self.repository.push()

    def test_a_gate_destroys_the_resources_from_the_files_of_base(self):
        self.start(self.with_destroy_gates())
        self.apply_by_hand("kms/staging", "parameters/staging")
        self.assertNotEqual(self.server.outputs("parameters-staging"), {})
        self.delete("parameters/staging")
        child = self.generate(self.before)
        self.assertEqual(set(child.jobs), {"plan destroy: parameters/staging", "destroy: parameters/staging"})
        planned = child.run()
        self.assertEqual(planned.passed, {"plan destroy: parameters/staging"}, planned.output)
        before = len(self.server.versions("parameters-staging"))
        pressed = child.press("destroy: parameters/staging")
        self.assertEqual(pressed.passed, {"destroy: parameters/staging"}, pressed.output)
        self.assertGreater(len(self.server.versions("parameters-staging")), before)
        self.assertEqual(self.server.versions("parameters-staging")[-1]["resources"], [])
        self.assertEqual(self.server.locks(), {})
        # Nothing of the checkout that it ran on is left, and the repository's own files are untouched.
        self.assertEqual(self.repository.git("status", "--short"), "")

    def test_by_default_a_warning_job_shows_in_the_child(self):
        self.start()
        self.delete("parameters/staging")
        child = self.generate(self.before)
        self.assertEqual(set(child.jobs), {"deleted: parameters/staging"})
        result = child.run()
        self.assertEqual((result.exit_code, result.tolerated), (0, {"deleted: parameters/staging"}), result.output)
        log = child.log("deleted: parameters/staging")
        self.assertIn('the state "parameters/staging" was deleted; its resources stay as they are', log)
        self.assertIn('set "pipeline.deleted" to destroy-gate', log)

    def test_a_state_that_others_still_read_is_not_destroyed(self):
        self.start(self.with_destroy_gates())
        self.delete("network/staging")
        child = self.generate(self.before)
        self.assertEqual(set(child.jobs), {"deleted: network/staging"})
        child.run()
        self.assertIn("still depends on it", child.log("deleted: network/staging"))

    def test_a_move_to_another_place_of_storage_is_told_and_destroys_nothing(self):
        self.start(self.with_destroy_gates())
        old = self.repository.directory / "parameters/staging"
        moved = {f"settings/staging/{file.name}": file.read_text().replace("parameters-staging", "settings-staging")
                 for file in old.iterdir() if file.is_file()}
        self.delete("parameters/staging", moved)
        made = statelane("generate", "HEAD", cwd=self.repository.directory, env=self.environment)
        self.assertIn('the state "parameters/staging" looks moved to "settings/staging"', made.stderr)
        self.assertIn('"deleted: parameters/staging"', made.stdout)
        self.assertNotIn("plan destroy", made.stdout)

    def test_the_files_of_base_are_fetched_when_the_clone_lacks_them(self):
        self.start()
        self.apply_by_hand("kms/staging", "parameters/staging")
        self.delete("parameters/staging")
        clone = self.scratch / "clone"
        run(["git", "clone", "-q", "--depth", "1", f"file://{self.scratch}/origin.git", clone], cwd=self.scratch,
            env=self.environment)
        lacks = run(["git", "cat-file", "-e", self.before], cwd=clone, env=self.environment, check=False)
        self.assertNotEqual(lacks.returncode, 0)
        planned = statelane("run", "plan", "parameters/staging", "--destroy", "--from", self.before, cwd=clone,
                            env={**self.environment, **self.credentials()})
        self.assertRegex(planned.stdout + planned.stderr, r"plan of parameters/staging: \d+ to delete")


if __name__ == "__main__":
    unittest.main()
