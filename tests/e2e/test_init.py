"""`init` in repositories as people have them: it shows, writes when told, and overwrites nothing by itself."""
from harness import EndToEndTest, run, statelane
from readers import read_as_gitlab, schema_errors

BACKEND = 'terraform {\n  backend "s3" {\n    bucket = "states"\n    key    = "network"\n  }\n}\n'
IMAGE = ("--image", "registry.example.com/tools:1")


class Init(EndToEndTest):
    def setUp(self):
        super().setUp()
        self.directory = self.scratch / "repository"
        run(["git", "init", "-q", "-b", "main", self.directory], cwd=self.scratch, env=self.environment)
        (self.directory / "network").mkdir()
        (self.directory / "network/main.tf").write_text(BACKEND)
        self.parent = self.directory / ".gitlab-ci.yml"
        self.included = self.directory / ".gitlab/statelane.gitlab-ci.yml"

    def init(self, *arguments, check=True):
        return statelane("init", *arguments, cwd=self.directory, env=self.environment, check=check)

    def test_the_first_run_shows_everything_and_writes_nothing(self):
        result = self.init()
        self.assertTrue(result.stdout.startswith("--- /dev/null\n+++ b/.gitlab-ci.yml\n@@ -0,0 +1,46 @@\n+# The parent pipeline"))
        self.assertEqual(result.stderr,
                         "1 state found\n"
                         "hint: put an image with statelane, git, a shell and Terraform in place of "
                         "registry.example.com/tools/statelane:1 (--image)\n"
                         "hint: nothing is written yet; statelane init --write does it\n"
                         "hint: this only plans; once its plans are right, statelane init --gates adds the manual applies\n")
        self.assertFalse(self.parent.exists())

    def test_what_is_written_is_a_parent_pipeline_that_gitlab_accepts(self):
        for version, strategy in (("16.0", "depend"), ("17.0", "depend"), ("18.2", "mirror")):
            with self.subTest(version=version):
                self.init("--write", "--force", "--gitlab-version", version, *IMAGE)
                self.assertEqual(schema_errors([self.parent]), [])
                document = read_as_gitlab([self.parent])[str(self.parent)]
                self.assertEqual(document["statelane-lanes"]["trigger"]["strategy"], strategy)
                self.assertEqual(document["statelane-generate"]["variables"], {"GIT_DEPTH": "0"})
                self.assertEqual(document["statelane-generate"]["script"],
                                 ["statelane generate --no-gates --report --output statelane.gitlab-ci.yml"])
                self.assertEqual("auto_cancel" in document["workflow"]["rules"][1], version != "16.0")
                # Rule 22: what could cancel a merged change's pipeline is not interruptible.
                self.assertEqual(document["statelane-generate"]["interruptible"], version != "16.0")

    def test_rules_7_10_and_32_the_job_that_writes_the_child_has_its_history_and_leaves_that_file_alone(self):
        self.init("--write", *IMAGE)
        document = read_as_gitlab([self.parent])[str(self.parent)]
        writer, trigger = document["statelane-generate"], document["statelane-lanes"]["trigger"]
        self.assertEqual(writer["variables"], {"GIT_DEPTH": "0"})
        # GitLab reads no archive above 5 MB: nothing but the file may lie in it.
        self.assertEqual(writer["artifacts"]["paths"], ["statelane.gitlab-ci.yml"])
        self.assertEqual([(one["artifact"], one["job"]) for one in trigger["include"]],
                         [("statelane.gitlab-ci.yml", "statelane-generate")])
        self.assertEqual(writer["artifacts"]["expire_in"], "1 week")
        self.assertEqual(trigger["forward"], {"yaml_variables": False})

    def test_a_second_run_has_nothing_to_do_and_gates_are_a_step_of_their_own(self):
        self.init("--write", *IMAGE)
        self.assertEqual(self.init("--write", *IMAGE).stderr, "1 state found\neverything is as init would write it\n")
        shown = self.init("--gates", *IMAGE)
        self.assertIn("-    - statelane generate --no-gates --report --output statelane.gitlab-ci.yml\n"
                      "+    - statelane generate --report --output statelane.gitlab-ci.yml\n", shown.stdout)
        before = self.parent.read_text()
        refused = self.init("--gates", "--write", *IMAGE, check=False)
        self.assertEqual((refused.returncode, refused.stdout), (2, ""))
        self.assertEqual(refused.stderr, "statelane: error: .gitlab-ci.yml is there already, and differs\n"
                                         "hint: look at what would change: statelane init\n"
                                         "hint: --force writes it all the same\n")
        self.assertEqual(self.parent.read_text(), before)
        self.init("--gates", "--force", *IMAGE)
        self.assertNotIn("--no-gates", self.parent.read_text())

    def test_an_existing_pipeline_only_grows_by_an_include(self):
        existing = "stages: [check, ship]\n# ours\ntest:\n  stage: check\n  script: [make]"
        self.parent.write_text(existing)
        self.init("--write", *IMAGE)
        self.assertEqual(self.parent.read_text(),
                         existing + "\n\ninclude:\n  - local: .gitlab/statelane.gitlab-ci.yml\n")
        self.assertEqual(schema_errors([self.included]), [])
        document = read_as_gitlab([self.included])[str(self.included)]
        self.assertEqual(document["statelane-generate"]["stage"], "check")
        self.assertEqual(document["statelane-lanes"]["stage"], "ship")
        self.assertNotIn("workflow", document)
        self.assertEqual(self.init("--write", *IMAGE).stderr, "1 state found\neverything is as init would write it\n")

    def test_a_list_of_includes_gets_one_entry_more_and_the_difference_is_a_patch(self):
        existing = "# ours\ninclude:\n  - local: other.yml  # theirs\n\ntest:\n  script: [make]\n"
        self.parent.write_text(existing)
        shown = self.init(*IMAGE)
        self.assertEqual(self.parent.read_text(), existing)
        run(["git", "apply", "-"], cwd=self.directory, env=self.environment, input=shown.stdout)
        self.assertEqual(self.parent.read_text(),
                         existing.replace("theirs\n", "theirs\n  - local: .gitlab/statelane.gitlab-ci.yml\n"))
        self.assertEqual(schema_errors([self.included]), [])
        self.assertEqual(self.init("--write", *IMAGE).stderr, "1 state found\neverything is as init would write it\n")

    def test_jobs_that_plan_states_already_are_named(self):
        self.parent.write_text("plan:\n  script: [terraform -chdir=network plan]\n")
        self.assertIn("hint: jobs in .gitlab-ci.yml plan or apply 1 state already: they go on beside these until you remove "
                      "them\n", self.init().stderr)

    def test_a_repository_without_states_is_told_how_to_name_some(self):
        (self.directory / "network/main.tf").write_text("locals {}\n")
        self.assertTrue(self.init(*IMAGE).stderr.startswith(
            "0 states found\n"
            "hint: no directory has a backend or cloud block, or a committed .terraform.lock.hcl\n"
            "hint: name those that are states all the same under states.include in .statelane.yml\n"
            "hint: for example: states: {include: [\"network\"]}\n"))
        (self.directory / "network/main.tf").unlink()
        self.assertTrue(self.init(*IMAGE).stderr.startswith(
            "0 states found\nhint: there is no Terraform or OpenTofu configuration here\n"))

    def test_an_include_in_another_form_is_left_to_its_owner(self):
        self.parent.write_text("include: [other.yml]\n")
        result = self.init("--write", *IMAGE)
        self.assertEqual(self.parent.read_text(), "include: [other.yml]\n")
        self.assertIn("hint: add to include in .gitlab-ci.yml: - local: .gitlab/statelane.gitlab-ci.yml\n", result.stderr)

    def test_a_configuration_is_written_only_when_asked_for(self):
        self.init("--write", *IMAGE)
        self.assertFalse((self.directory / ".statelane.yml").exists())
        self.init("--write", "--config", *IMAGE)
        self.assertTrue((self.directory / ".statelane.yml").read_text().startswith("# How Statelane reads this repository."))

    def test_a_version_that_is_none_and_a_bare_repository_are_refused(self):
        refused = self.init("--gitlab-version", "new", check=False)
        self.assertEqual((refused.returncode, refused.stderr),
                         (2, 'statelane: error: "new" is no version of GitLab\nhint: as 17.0 is\n'))
        run(["git", "init", "-q", "--bare", self.scratch / "bare"], cwd=self.scratch, env=self.environment)
        refused = statelane("-C", self.scratch / "bare", "init", cwd=self.scratch, env=self.environment, check=False)
        self.assertEqual((refused.returncode, refused.stderr),
                         (3, "statelane: error: a bare repository has no files to write\n"))
