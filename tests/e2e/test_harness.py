"""The harness itself: environment, absent tools, scratch repositories, GitLab's readers, the stand-in for ecs-cli."""
import json
import os
import subprocess
import sys
import textwrap
import unittest
from unittest import mock

from harness import E2E_DIR, STAND_INS, CommandFailed, EndToEndTest, Repository, clean_environment, require, run
from readers import UnreadableByGitLab, read_as_gitlab, schema_errors


class Environment(EndToEndTest):

    def test_nothing_of_the_user_s_settings_gets_through(self):
        with mock.patch.dict(os.environ, TF_CLI_CONFIG_FILE="/elsewhere", GIT_DIR="/elsewhere", LANG="de_DE"):
            environment = clean_environment(self.scratch)
        seen = run(["env"], cwd=self.scratch, env=environment).stdout
        self.assertNotIn("/elsewhere", seen)
        self.assertNotIn("de_DE", seen)
        self.assertIn(f"HOME={self.scratch}\n", seen)

    def test_a_failing_program_fails_the_test_with_its_output(self):
        with self.assertRaisesRegex(CommandFailed, "(?s)ended with 3.*reason"):
            run(["sh", "-c", "echo reason >&2; exit 3"], cwd=self.scratch, env=self.environment)


class AbsentTools(EndToEndTest):

    def test_skip_the_test_on_a_laptop(self):
        with mock.patch.dict(os.environ, CI="false"), self.assertRaisesRegex(unittest.SkipTest, "no-such-tool"):
            require("no-such-tool")

    def test_fail_the_test_under_ci(self):
        with mock.patch.dict(os.environ, CI="true"), self.assertRaisesRegex(AssertionError, "no-such-tool"):
            require("no-such-tool")

    def test_give_their_file_an_exit_code_of_its_own(self):
        self.assertEqual(self.exit_code_of("raise unittest.SkipTest('absent')"), 77)
        self.assertEqual(self.exit_code_of("pass"), 0)
        self.assertEqual(self.exit_code_of("raise AssertionError"), 1)

    def exit_code_of(self, test_body):
        test = self.scratch / "test_example.py"
        test.write_text(textwrap.dedent(f"""
            import unittest
            class Example(unittest.TestCase):
                def test_one(self):
                    {test_body}
                def test_another(self):
                    pass
            """))
        command = [sys.executable, E2E_DIR / "run_test_file.py", test]
        return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode


class Repositories(EndToEndTest):

    def test_commits_write_and_delete_files(self):
        repository = Repository(self.scratch, self.environment)
        repository.commit("first", {"network/main.tf": "# one\n", "docs/ü.md": "x\n"})
        repository.commit("second", {"network/main.tf": None})
        self.assertEqual(repository.git("ls-files", "-z"), "docs/ü.md\0")

    def test_same_commits_have_the_same_ids_wherever_they_are_made(self):
        ids = set()
        for place in ("here", "there"):
            (self.scratch / place).mkdir()
            repository = Repository(self.scratch / place, self.environment)
            repository.commit("first", {"a": "1\n"})
            ids.add(repository.commit("second", {"a": "2\n"}))
        self.assertEqual(len(ids), 1)

    def test_origin_knows_its_default_branch(self):
        repository = Repository(self.scratch, self.environment)
        first = repository.commit("first", {"a": "1\n"})
        repository.push()
        repository.branch("feature")
        repository.commit("second", {"a": "2\n"})
        self.assertEqual(repository.git("rev-parse", "origin/HEAD"), first)

    def test_starts_as_a_copy_of_a_fixture(self):
        fixture = self.scratch / "fixture"
        fixture.mkdir()
        (fixture / "main.tf").write_text("# example\n")
        repository = Repository(self.scratch, self.environment, fixture)
        repository.commit("first")
        self.assertEqual(repository.git("show", "HEAD:main.tf"), "# example")


class GitLabReaders(EndToEndTest):

    def write(self, text):
        path = self.scratch / "pipeline.yml"
        path.write_text(textwrap.dedent(text))
        return str(path)

    def assert_unreadable(self, text, fault):
        with self.assertRaisesRegex(UnreadableByGitLab, fault):
            read_as_gitlab([self.write(text)])

    def test_parser_keeps_the_types_that_gitlab_sees(self):
        path = self.write('job: {script: ["echo"], variables: {A: 1_000, B: "1_000", C: 010, D: yes}}\n')
        variables = read_as_gitlab([path])[path]["job"]["variables"]
        self.assertEqual(variables, {"A": 1000, "B": "1_000", "C": 8, "D": True})

    def test_parser_refuses_a_key_that_is_no_string(self):
        self.assert_unreadable("on: {script: [echo]}\n", "/true: the key is TrueClass true")
        self.assert_unreadable("job: {1_000: x}\n", "/job/1000: the key is Integer 1000")

    def test_parser_refuses_symbols_dates_and_keys_given_twice(self):
        self.assert_unreadable("job: :symbol\n", "/job: the value is Symbol :symbol")
        self.assert_unreadable("job: 2024-01-01\n", "unspecified class: Date")
        self.assert_unreadable("job: {}\njob: {}\n", 'line 2: the key "job" is given twice')

    def test_schema_accepts_a_pipeline_with_references(self):
        path = self.write("""
            .lib: {script: [echo lib]}
            job: {script: [!reference [.lib, script], echo job], artifacts: {paths: [a], access: maintainer}}
            """)
        self.assertEqual(schema_errors([path]), [])

    def test_schema_catches_a_typo(self):
        path = self.write("job: {script: [echo], artifcats: {paths: [a]}}\n")
        self.assertEqual(len(schema_errors([path])), 1)
        self.assertIn("artifcats", schema_errors([path])[0])


class EcsCliStandIn(EndToEndTest):

    def test_records_each_call_and_exits_as_told(self):
        require("jq")
        record = self.scratch / "calls"
        environment = clean_environment(self.scratch, [STAND_INS], ECS_CLI_RECORD=str(record))
        run(["ecs-cli", "compose", "--file", 'a "b"\\\n$c', "ps"], cwd=self.scratch, env=environment)
        environment["ECS_CLI_EXIT"] = "7"
        failed = run(["ecs-cli", "compose", "up"], cwd=self.scratch, env=environment, check=False)
        self.assertEqual(failed.returncode, 7)
        calls = [json.loads(line) for line in record.read_text().splitlines()]
        self.assertEqual(calls, [["compose", "--file", 'a "b"\\\n$c', "ps"], ["compose", "up"]])


if __name__ == "__main__":
    unittest.main()
