"""The example's child pipeline as a golden file, read by every reader, and the clear refusals of generate."""
import os
import unittest

from harness import SOURCE_DIR, EndToEndTest, Repository, run, statelane, statelane_binary
from pipelines import PipelineRunner
from readers import read_as_gitlab, schema_errors

EXAMPLE = SOURCE_DIR / "fixtures/ecs-platform"
GOLDEN = SOURCE_DIR / "tests/e2e/goldens/ecs-platform.gitlab-ci.yml"


class Golden(EndToEndTest):

    def test_the_examples_child_pipeline_is_the_golden_file(self):
        made = self.scratch / "made.yml"
        run(["bash", SOURCE_DIR / ".ci/generate_example", statelane_binary(), made], cwd=self.scratch, env=self.environment)
        if os.environ.get("STATELANE_REWRITE"):
            GOLDEN.write_text(made.read_text())
        self.assertEqual(made.read_text(), GOLDEN.read_text())

    def test_every_reader_accepts_it(self):
        self.assertEqual(schema_errors([GOLDEN]), [])
        document = read_as_gitlab([GOLDEN])[str(GOLDEN)]
        self.assertEqual(document["plan: network/staging"]["variables"]["STATELANE_STATE"], {"value": "network/staging", "expand": False})
        repository = Repository(self.scratch, self.environment, EXAMPLE)
        repository.commit("first")
        repository.push()
        jobs = set(PipelineRunner(repository.directory, GOLDEN, self.environment).jobs)
        self.assertEqual(jobs, {name for name in document if name.startswith(("plan: ", "apply: "))})

    def test_the_projects_own_pipeline_and_the_examples_parent_pass_the_schema(self):
        self.assertEqual(schema_errors([SOURCE_DIR / ".gitlab-ci.yml", EXAMPLE / ".gitlab-ci.yml"]), [])


class Refusals(EndToEndTest):
    """One clear message, the right exit code, nothing half written."""

    def setUp(self):
        super().setUp()
        self.repository = Repository(self.scratch, self.environment, EXAMPLE)
        self.repository.commit("first")

    def ask(self, *arguments, cwd=None):
        return statelane(*arguments, cwd=cwd or self.repository.directory, env=self.environment, check=False)

    def assert_refused(self, result, exit_code, message):
        self.assertEqual((result.returncode, result.stdout), (exit_code, ""), result.stderr)
        self.assertIn(message, result.stderr)

    def test_outside_a_repository(self):
        self.assert_refused(self.ask("list", cwd=self.scratch), 3, "not in a git repository")

    def test_unknown_revision(self):
        self.assert_refused(self.ask("affected", "no-such-branch"), 2, 'unknown revision "no-such-branch"')

    def test_unknown_command_and_state(self):
        self.assert_refused(self.ask("afected"), 2, 'did you mean "affected"?')
        self.assert_refused(self.ask("inputs", "network/stagng"), 2, 'did you mean "network/staging"?')

    def test_output_that_cannot_be_written_leaves_what_was_there(self):
        self.repository.commit("second", {"network/staging/extra.tf": "locals {\n  extra = 1\n}\n"})
        target = self.scratch / "absent" / "child.yml"
        self.assert_refused(self.ask("generate", "HEAD", "--output", str(target)), 3, "cannot write")
        self.assertFalse(target.parent.exists())

    def test_a_broken_configuration_names_its_place_and_writes_nothing(self):
        kept = self.scratch / "child.yml"
        kept.write_text("kept\n")
        self.repository.commit("broken", {".statelane.yml": "version: 1\nstats: {}\n"})
        result = self.ask("generate", "HEAD", "--output", str(kept))
        self.assert_refused(result, 1, '.statelane.yml:2:')
        self.assertIn('did you mean "states"?', result.stderr)
        self.assertEqual(kept.read_text(), "kept\n")

    def test_a_file_that_cannot_be_parsed_is_a_warning_and_its_state_is_selected(self):
        self.repository.commit("broken", {"network/staging/extra.tf": 'locals {\n  extra = "\n}\n'})
        result = self.ask("affected", "HEAD")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("network/staging/extra.tf:2:", result.stderr)
        self.assertIn("network/staging", result.stdout)
        self.assertEqual(self.ask("affected", "HEAD", "--strict").returncode, 1)


if __name__ == "__main__":
    unittest.main()
