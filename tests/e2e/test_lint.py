"""`statelane lint` on files of a real repository: answers, exit codes, and GitLab's own JSON schema as a cross-check."""
import json
import unittest

from harness import EndToEndTest, Repository, statelane
from readers import schema_errors

STATE = 'terraform {\n  backend "s3" {\n    bucket = "b"\n    key    = "prod"\n  }\n}\nmodule "m" {\n  source = "../../modules/m"\n}\n'
SOUND = """stages: [plan, apply]
.lane:
  image: {name: "hashicorp/terraform:1.11.4", entrypoint: [""]}
  resource_group: prod
  before_script: [cd env/prod, terraform init]
  only: {refs: [main], changes: ["env/prod/**/*", "modules/m/**/*"]}
plan:
  extends: .lane
  stage: plan
  script: [terraform plan -out=plan.bin]
  artifacts: {paths: [env/prod/plan.bin], expire_in: 1 week}
apply:
  extends: .lane
  stage: apply
  needs: [plan]
  script: [terraform apply plan.bin]
  when: manual
  allow_failure: false
  interruptible: false
"""
# What each change makes of the sound pipeline: GitLab's schema refuses it too.
BROKEN = [
    ("  needs: [plan]\n", "  need: [plan]\n"),
    ("expire_in: 1 week", "expires_in: 1 week"),
    ("  when: manual\n", "  when: manually\n"),
    ("  interruptible: false\n", "  retry: 3\n"),
    ("  script: [terraform apply plan.bin]\n", "  script: [1, terraform apply plan.bin]\n"),
    ("  interruptible: false\n", "  cache: {key: a/b, paths: [x]}\n"),
    ("  interruptible: false\n", "  environment: {name: prod, tier: production}\n"),
    ("  interruptible: false\n", "  rules: [{iff: $A}]\n"),
]


class Lint(EndToEndTest):

    def setUp(self):
        super().setUp()
        self.repository = Repository(self.scratch, self.environment)
        self.repository.commit("first", {"env/prod/main.tf": STATE, "modules/m/main.tf": "locals {}\n", ".gitlab-ci.yml": SOUND})

    def lint(self, *arguments):
        return statelane("lint", *arguments, cwd=self.repository.directory, env=self.environment, check=False)

    def write(self, text, name=".gitlab-ci.yml"):
        (self.repository.directory / name).write_text(text, encoding="utf-8")

    def test_nothing_found_is_exit_code_0(self):
        done = self.lint()
        self.assertEqual((done.stdout, done.stderr, done.returncode),
                         ("nothing found in 1 file, 2 jobs and 1 state that they plan or apply\n", "", 0))

    def test_pipelines_of_our_own_have_no_findings(self):
        for jobs in ("helper", "shell"):
            for changes in ("only", "rules"):
                with self.subTest(jobs=jobs, changes=changes):
                    statelane("generate", "--static", "--jobs", jobs, "--changes", changes, "--image", "hashicorp/terraform:1.11.4",
                              "--output", ".gitlab-ci.yml", cwd=self.repository.directory, env=self.environment)
                    done = self.lint()
                    self.assertEqual(done.returncode, 0, done.stdout)
                    self.assertTrue(done.stdout.startswith("nothing found in 1 file, 2 jobs"), done.stdout)

    def test_finding_is_shown_with_its_line_and_the_lines_to_add(self):
        self.write(SOUND.replace(', "modules/m/**/*"', ""))
        done = self.lint()
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stdout, """\
.gitlab-ci.yml:6:24: warning: this list misses 2 inputs of state "env/prod" (jobs "apply" and "plan") [missed-inputs]
    6 |   only: {refs: [main], changes: ["env/prod/**/*"]}
      |                        ^^^^^^^
hint: missed: modules/m (1 file), read in env/prod/main.tf:8
hint: add to this list:
        - "modules/m/**/*"

0 errors and 1 warning in 1 file, 2 jobs and 1 state that they plan or apply
""")

    def test_json_has_its_schema_and_every_key(self):
        self.write(SOUND.replace(', "modules/m/**/*"', ""))
        answer = json.loads(self.lint("--json").stdout)
        self.assertEqual(answer["schema"], "statelane/lint/1")
        self.assertEqual(answer["files"], [".gitlab-ci.yml"])
        self.assertEqual(answer["states"], ["env/prod"])
        (finding,) = answer["findings"]
        self.assertEqual({key: finding[key] for key in ("rule", "severity", "path", "line", "jobs", "state", "add")},
                         {"rule": "missed-inputs", "severity": "warning", "path": ".gitlab-ci.yml", "line": 6,
                          "jobs": ["apply", "plan"], "state": "env/prod", "add": ["modules/m/**/*"]})

    def test_another_file_and_another_revision_can_be_named(self):
        self.write("j: {scirpt: x}\n", "other.yml")
        self.assertIn("[unknown-keyword]", self.lint("other.yml").stdout)
        self.write("j: {scirpt: x}\n")
        self.assertEqual(self.lint("--rev", "HEAD").returncode, 0)
        self.assertEqual(self.lint().returncode, 1)

    def test_file_that_is_not_there_is_an_error(self):
        done = self.lint("no.yml")
        self.assertEqual((done.stdout, done.returncode), ("", 1))
        self.assertIn("there is no file no.yml", done.stderr)

    def test_what_the_schema_refuses_lint_refuses_too(self):
        file = self.repository.directory / ".gitlab-ci.yml"
        self.assertEqual(schema_errors([file]), [])
        for old, new in BROKEN:
            with self.subTest(new=new):
                self.assertIn(old, SOUND)
                self.write(SOUND.replace(old, new))
                self.assertNotEqual(schema_errors([file]), [])
                self.assertIn(": error: ", self.lint().stdout)


if __name__ == "__main__":
    unittest.main()
