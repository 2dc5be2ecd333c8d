"""generate --static: a committed pipeline of all states, read by every reader, and the check that it is up to date."""
import unittest

from harness import SOURCE_DIR, EndToEndTest, Repository, statelane
from pipelines import PipelineRunner
from readers import read_as_gitlab, schema_errors

EXAMPLE = SOURCE_DIR / "fixtures/ecs-platform"


class Static(EndToEndTest):

    def setUp(self):
        super().setUp()
        self.repository = Repository(self.scratch, self.environment, EXAMPLE)
        self.repository.commit("first")
        self.repository.push()

    def generate(self, *arguments, env=None):
        return statelane("generate", "--static", *arguments, cwd=self.repository.directory, env=env or self.environment, check=False)

    def write(self, keyword):
        file = self.repository.directory / f"{keyword}.gitlab-ci.yml"
        made = self.generate("--changes", keyword, "--output", file.name)
        self.assertEqual(made.returncode, 0, made.stderr)
        return file

    def test_every_reader_accepts_both_keywords(self):
        files = [self.write("only"), self.write("rules")]
        self.assertEqual(schema_errors(files), [])
        documents = read_as_gitlab(files)
        lanes = None
        for file in files:
            document = documents[str(file)]
            names = {name for name in document if name.startswith(("plan: ", "apply: "))}
            self.assertEqual(len(names), 34)
            self.assertIn(lanes, (None, names))
            lanes = names
            self.assertNotIn("default", document)
        for name in lanes:
            self.assertEqual([rule["allow_failure"] for rule in documents[str(files[1])][name]["rules"] if "when" in rule],
                             [False] if name.startswith("apply") else [])
        self.repository.commit("lanes")
        # gitlab-ci-local evaluates `rules` and knows nothing of `only`.
        runner = PipelineRunner(self.repository.directory, files[0], self.environment)
        self.assertEqual(set(runner.jobs), lanes)
        variables = {"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": "main", "CI_DEFAULT_BRANCH": "main"}
        PipelineRunner(self.repository.directory, files[1], self.environment, variables)

    def test_check_says_whether_the_committed_file_is_up_to_date(self):
        file = self.write("only")
        check = ["--changes", "only", "--output", file.name, "--check"]
        result = self.generate(*check)
        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, "", f"{file.name} is up to date\n"))
        self.repository.commit("lanes")
        inside = {**self.environment, "CI": "true", "CI_COMMIT_SHA": self.repository.git("rev-parse", "HEAD"), "CI_PIPELINE_SOURCE": "push",
                  "CI_SERVER_VERSION": "18.6.0", "CI_JOB_IMAGE": "other:2", "CI_DEFAULT_BRANCH": "main"}
        self.assertEqual(self.generate(*check, env=inside).returncode, 0)

        kept = file.read_text()
        self.repository.commit("a module", {"iam/staging/more.tf": 'module "more" {\n  source = "../../modules/more"\n}\n',
                                            "modules/more/main.tf": "locals {}\n"})
        result = self.generate(*check)
        self.assertEqual(result.returncode, 1)
        self.assertIn('+      - "modules/more/**/*"\n', result.stdout)
        self.assertLess(len(result.stdout.splitlines()), 42)
        self.assertIn(f"{file.name} is out of date\nhint: statelane generate --static --changes only --output {file.name}\n", result.stderr)
        self.assertEqual(file.read_text(), kept)
        self.write("only")
        self.assertEqual(self.generate(*check).returncode, 0)

    def test_a_file_that_is_not_there_is_out_of_date(self):
        result = self.generate("--output", "absent.yml", "--check")
        self.assertEqual(result.returncode, 1)
        self.assertIn("absent.yml cannot be read", result.stderr)

    def test_what_makes_no_sense_is_a_usage_error(self):
        for arguments, message in [(["--check"], "--check needs the file to check"), (["--changes", "none"], "--changes only or --changes rules"),
                                   (["HEAD"], "compares no commits"), (["--state", "iam/*"], "is for all states")]:
            result = self.generate(*arguments)
            self.assertEqual(result.returncode, 2, arguments)
            self.assertIn(message, result.stderr)
        result = statelane("generate", "--check", cwd=self.repository.directory, env=self.environment, check=False)
        self.assertEqual((result.returncode, "--check goes with --static" in result.stderr), (2, True))

    def test_it_does_not_change_with_the_commit(self):
        first = self.write("rules").read_text()
        self.repository.commit("comment", {"iam/staging/more.tf": "# words\n"})
        self.assertEqual(self.write("rules").read_text(), first)


if __name__ == "__main__":
    unittest.main()
