"""Pipelines too large for one file or one child: every file is there, whole, and read by every reader."""
import os
import shlex
import unittest

from harness import SOURCE_DIR, EndToEndTest, Repository, statelane
from readers import read_as_gitlab, schema_errors

PARENT = SOURCE_DIR / "fixtures/several-children/.gitlab-ci.yml"


def state(number):
    return (f'terraform {{\n  backend "s3" {{\n    bucket = "states"\n    key    = "{number}"\n  }}\n}}\n'
            'module "common" {\n  source = "../../../modules/common"\n}\n')


class ManyStates(EndToEndTest):

    def repository(self, count):
        """`count` states that share a module; the newest commit changes it."""
        repository = Repository(self.scratch, self.environment)
        files = {f"accounts/team-{number % 100:02}/state-{number:04}/main.tf": state(number) for number in range(count)}
        before = repository.commit("first", {**files, "modules/common/main.tf": 'variable "a" {}\n'})
        head = repository.commit("second", {"modules/common/main.tf": 'variable "b" {}\n'})
        self.environment.update(CI="true", CI_COMMIT_SHA=head, CI_COMMIT_BEFORE_SHA=before, CI_COMMIT_BRANCH="main",
                                CI_DEFAULT_BRANCH="main", CI_PIPELINE_SOURCE="push", CI_SERVER_VERSION="18.0.0")
        return repository

    def generate(self, repository, *arguments, check=True):
        return statelane("generate", *arguments, cwd=repository.directory, env=self.environment, check=check)

    def made(self, repository):
        return sorted(path.name for path in repository.directory.iterdir() if path.name.startswith("lanes"))

    def test_five_thousand_states_reach_every_reader(self):
        repository = self.repository(5000)
        self.generate(repository, "--output", "lanes.gitlab-ci.yml", "--children", "11", "--files", "2")
        files = [repository.directory / name for name in self.made(repository)]
        self.assertEqual(len(files), 22)
        documents = read_as_gitlab(files)
        jobs = [name for document in documents.values() for name in document]
        self.assertEqual(sum(name.startswith("plan: ") for name in jobs), 5000)
        self.assertEqual(sum(name.startswith("apply: ") for name in jobs), 5000)
        self.assertEqual(len({name for name in jobs if name.startswith(("plan: ", "apply: "))}), 10000)
        self.assertEqual(sum(name == "nothing-to-do" for name in jobs), 1)
        self.assertEqual(schema_errors(files), [])

    def test_too_few_files_are_an_error_that_writes_nothing(self):
        repository = self.repository(500)
        self.environment["CI_SERVER_VERSION"] = "17.2.0"
        refused = self.generate(repository, "--output", "lanes.gitlab-ci.yml", check=False)
        self.assertEqual((refused.returncode, self.made(repository)), (1, []))
        self.assertIn("child 1 of 1 takes 2 files, and the parent includes 1", refused.stderr)
        self.assertIn("generate with --files 3, and let the parent name as many", refused.stderr)

    def test_rule_13_no_parent_gets_near_the_number_of_pipelines_that_gitlab_takes_in_one_tree(self):
        repository = self.repository(1)
        refused = self.generate(repository, "--output", "lanes.yml", "--children", "101", check=False)
        self.assertEqual((refused.returncode, self.made(repository)), (2, []))
        # With a second stage below each of these it is 201 pipelines of 1,000.
        self.generate(repository, "--output", "lanes.yml", "--children", "100")
        self.assertEqual(len(self.made(repository)), 100)

    def test_several_files_do_not_go_to_standard_output(self):
        refused = self.generate(self.repository(1), "--files", "2", check=False)
        self.assertEqual((refused.returncode, refused.stdout), (2, ""))
        self.assertIn("several files cannot go to standard output", refused.stderr)

    def test_all_files_are_written_or_none(self):
        repository = self.repository(1)
        blocked = repository.directory / "lanes-child2.gitlab-ci.yml"
        blocked.mkdir()
        kept = repository.directory / "lanes.gitlab-ci.yml"
        kept.write_text("kept\n")
        refused = self.generate(repository, "-o", "lanes.gitlab-ci.yml", "--children", "3", check=False)
        self.assertEqual(refused.returncode, 3, refused.stderr)
        self.assertRegex(refused.stderr, "cannot write .*lanes-child2.gitlab-ci.yml: it is a directory")
        self.assertEqual(self.made(repository), ["lanes-child2.gitlab-ci.yml", "lanes.gitlab-ci.yml"])
        self.assertEqual(kept.read_text(), "kept\n")

    def test_files_of_an_earlier_run_do_not_stay(self):
        repository = self.repository(1)
        self.generate(repository, "-o", "lanes.gitlab-ci.yml", "--children", "3", "--files", "2")
        self.assertEqual(len(self.made(repository)), 6)
        (repository.directory / "lanes-child9.gitlab-ci.yml").write_text("written by hand\n")
        self.generate(repository, "-o", "lanes.gitlab-ci.yml", "--children", "2")
        self.assertEqual(self.made(repository),
                         ["lanes-child2.gitlab-ci.yml", "lanes-child9.gitlab-ci.yml", "lanes.gitlab-ci.yml"])

    def test_a_name_that_gitlab_does_not_include_is_a_warning(self):
        written = self.generate(self.repository(1), "-o", str(self.scratch / "lanes"))
        self.assertIn("GitLab includes only files whose names end in .yml or .yaml", written.stderr)


class Parent(EndToEndTest):

    def test_the_example_of_a_parent_names_the_files_that_its_command_writes(self):
        self.assertEqual(schema_errors([PARENT]), [])
        parent = read_as_gitlab([PARENT])[str(PARENT)]
        included = [[file["artifact"] for file in job["trigger"]["include"]]
                    for name, job in parent.items() if name.startswith("lanes: ")]
        repository = Repository(self.scratch, self.environment)
        repository.commit("first", {"a/main.tf": state(1)})
        command = shlex.split(parent["generate"]["script"][0])
        self.assertEqual(command[0], "statelane")
        statelane(*command[1:], "--all", cwd=repository.directory, env=self.environment)
        written = sorted(name for name in os.listdir(repository.directory) if name.endswith(".gitlab-ci.yml"))
        self.assertEqual(sorted(name for files in included for name in files), written)
        self.assertEqual([len(files) for files in included], [3, 3])


if __name__ == "__main__":
    unittest.main()
