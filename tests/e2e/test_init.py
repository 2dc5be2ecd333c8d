"""`init` in repositories as people have them: it shows, writes when told, and overwrites nothing by itself."""
from harness import EndToEndTest, run, statelane, statelane_binary
from pipelines import PipelineRunner
from readers import read_as_gitlab, schema_errors

BACKEND = 'terraform {\n  backend "s3" {\n    bucket = "states"\n    key    = "network"\n  }\n}\n'
FOREIGN_DEFAULTS = """variables: {TF_ROOT: network, GIT_STRATEGY: none, A: a, B: b, C: c, D: d}
default:
  tags: [prod]
  after_script: [exit 1]
  hooks: {pre_get_sources_script: [exit 1]}
  services: [docker:dind]
  artifacts: {paths: [network]}
before_script:
  - cd $TF_ROOT
  - terraform init
cache: {paths: [network/.terraform]}
stages: [validate, plan, apply]
validate: {stage: validate, rules: [{when: always}], script: [terraform validate]}
"""
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
        self.assertTrue(result.stdout.startswith("--- /dev/null\n+++ b/.gitlab-ci.yml\n@@ -0,0 +1,45 @@\n+# The parent pipeline"))
        self.assertEqual(result.stderr,
                         "1 state found\n"
                         "hint: put an image with statelane, git, a shell and Terraform in place of "
                         "registry.example.com/tools/statelane:1 (--image)\n"
                         "hint: nothing is written yet; statelane init --write does it\n"
                         "hint: this only plans; once its plans are right, statelane init --gates adds the manual applies\n")
        self.assertFalse(self.parent.exists())

    def test_applies_of_states_that_gitlab_keeps_are_advised_a_token_that_outlives_them(self):
        (self.directory / "network/main.tf").write_text('terraform {\n  backend "http" {}\n}\n')
        advice = ("hint: an apply that the server ends can no longer save a state that GitLab keeps (network), since the job's token "
                  "ends with it: give applies TF_HTTP_USERNAME and TF_HTTP_PASSWORD of a project access token (role Maintainer, scope "
                  "api), as protected and masked variables\n")
        self.assertIn(advice, self.init("--write", "--gates", *IMAGE).stderr)
        linted = statelane("lint", cwd=self.directory, env=self.environment)
        self.assertEqual(linted.stderr, advice)
        for password, is_advised in (("token-of-the-job", True), ("glpat-1", False)):
            variables = {**self.environment, "CI_JOB_TOKEN": "token-of-the-job", "TF_HTTP_PASSWORD": password}
            self.assertEqual(statelane("lint", cwd=self.directory, env=variables).stderr, advice if is_advised else "")

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
        existing = "stages: [check, ship]\n# ours\ntest:\n  stage: check\n  only: [main]\n  script: [make]"
        self.parent.write_text(existing)
        self.init("--write", *IMAGE)
        self.assertEqual(self.parent.read_text(),
                         existing + "\n\ninclude:\n  - local: .gitlab/statelane.gitlab-ci.yml\n")
        self.assertEqual(schema_errors([self.included]), [])
        document = read_as_gitlab([self.included])[str(self.included)]
        self.assertEqual(document["statelane-generate"]["stage"], "check")
        self.assertEqual(document["statelane-lanes"]["stage"], "ship")
        self.assertEqual(self.init("--write", *IMAGE).stderr, "1 state found\neverything is as init would write it\n")

    def read_included(self):
        return read_as_gitlab([self.included])[str(self.included)]

    def test_the_two_jobs_take_of_foreign_defaults_only_what_every_job_needs(self):
        self.parent.write_text(FOREIGN_DEFAULTS)
        told = self.init("--write", *IMAGE).stderr
        document = self.read_included()
        self.assertEqual(document["statelane-generate"]["inherit"], {"default": ["tags", "retry"]})
        self.assertEqual(document["statelane-generate"]["variables"],
                         {"GIT_DEPTH": "0", "GIT_STRATEGY": "fetch", "GIT_CHECKOUT": "true"})
        self.assertEqual(document["statelane-lanes"]["inherit"], {"default": False, "variables": False})
        self.assertIn('hint: the tags of "default" do not reach the child\'s jobs: give them in the file that '
                      "pipeline.templates names, .statelane: {tags: [prod]}\n", told)
        self.assertIn("hint: variables of the pipeline do not reach the child's jobs: those that Terraform needs belong in the "
                      "file that pipeline.templates names, .statelane: {variables: …} (TF_ROOT, GIT_STRATEGY, A, B, C and 1 more)\n",
                      told)

    def test_what_foreign_defaults_do_in_their_directory_breaks_no_job(self):
        """Executed: the file lies where GitLab looks for it."""
        self.parent.write_text(FOREIGN_DEFAULTS)
        self.init("--write", *IMAGE)
        environment = {**self.environment, "PATH": f"{statelane_binary().parent}:{self.environment['PATH']}"}
        run(["git", "add", "-A"], cwd=self.directory, env=environment)
        run(["git", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "1"], cwd=self.directory, env=environment)
        runner = PipelineRunner(self.directory, self.parent, environment,
                                {"CI_DEFAULT_BRANCH": "main", "CI_COMMIT_BRANCH": "main", "CI_PIPELINE_SOURCE": "push",
                                 "CI_COMMIT_BEFORE_SHA": "0" * 40})
        result = runner.run_only("statelane-generate")
        self.assertEqual(result.passed, {"statelane-generate"}, result.output)
        self.assertTrue((runner.artifacts("statelane-generate") / "statelane.gitlab-ci.yml").exists())

    def test_pipelines_of_the_default_branch_are_never_cancelled_where_that_changes_nothing_else(self):
        self.parent.write_text("test:\n  only: [main]\n  script: [make]\nwork:\n  rules: [{when: always}]\n  script: [make]\n")
        self.init("--write", *IMAGE)
        self.assertEqual(self.read_included()["workflow"], {"rules": [
            {"if": "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH", "auto_cancel": {"on_new_commit": "none"}}, {"when": "always"}]})
        # An older server refuses what it does not know.
        self.init("--write", "--force", "--gitlab-version", "16.5", *IMAGE)
        self.assertNotIn("workflow", self.read_included())
        self.assertIs(self.read_included()["statelane-generate"]["interruptible"], False)

    def test_where_a_workflow_would_start_other_jobs_too_it_is_said_what_to_write(self):
        self.parent.write_text("test:\n  script: [make]\n")
        told = self.init("--write", *IMAGE).stderr
        self.assertNotIn("workflow", self.read_included())
        self.assertTrue(told.startswith(
            ".gitlab-ci.yml: warning: a newer commit may cancel a pipeline of the default branch, and then nobody plans what the "
            "older one merged\n"
            "hint: write: workflow: {rules: [{if: '$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH', auto_cancel: {on_new_commit: none}}, "
            "{when: always}]}\n"
            'hint: and, since these jobs would then run in merge requests too, give them "only: [branches, tags]": test\n'), told)

    def test_what_is_included_from_elsewhere_may_have_a_workflow(self):
        self.parent.write_text("include:\n  - template: Jobs/Build.gitlab-ci.yml\ntest:\n  stage: check\n  only: [main]\n  script: [make]\n")
        told = self.init("--write", *IMAGE).stderr
        self.assertNotIn("workflow", self.read_included())
        self.assertEqual(self.read_included()["statelane-generate"]["stage"], "check")
        self.assertIn("hint: look at what is included from elsewhere too: it may have a workflow\n", told)

    def test_rules_of_a_workflow_get_an_entry_that_starts_nothing_else(self):
        def told(rule):
            self.parent.write_text(f"workflow:\n  rules:\n    - {rule}\ntest:\n  script: [make]\n")
            result = self.init("--write", "--force", *IMAGE)
            self.assertNotIn("workflow", self.read_included())
            return result.stderr

        warning = (".gitlab-ci.yml:3:7: warning: a newer commit may cancel the pipeline that this entry starts on the default "
                   "branch, and then nobody plans what the older one merged\n")
        text = told("if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH\n    - if: $CI_MERGE_REQUEST_IID")
        self.assertTrue(text.startswith(warning), text)
        self.assertIn("hint: add to this entry: auto_cancel: {on_new_commit: none}\n", text)
        text = told("if: $CI_COMMIT_BRANCH || $CI_MERGE_REQUEST_IID\n      variables: {A: b}")
        self.assertIn("hint: write before this entry, with its other keys: - {if: '$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH && "
                      "($CI_COMMIT_BRANCH || $CI_MERGE_REQUEST_IID)', auto_cancel: {on_new_commit: none}}\n", text)
        self.assertIn("hint: write before this entry: - {if: '$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH', ", told("when: always"))
        for safe in ("if: $CI_MERGE_REQUEST_IID\n    - auto_cancel: {on_new_commit: none}",
                     "when: always\n  auto_cancel: {on_new_commit: none}"):
            self.assertNotIn("cancel", told(safe).partition("1 state found")[0])

    def test_a_workflow_that_never_starts_the_jobs_is_an_error_with_the_line_to_write(self):
        self.parent.write_text("workflow:\n  rules:\n    - if: $CI_PIPELINE_SOURCE == \"web\"\n    - when: never\n"
                               "test:\n  script: [make]\n")
        result = self.init("--write", *IMAGE, check=False)
        self.assertEqual(result.returncode, 1)
        for text in (".gitlab-ci.yml:3:5: error: these workflow:rules start no pipeline for a push to the default branch, so that no "
                     "state would be planned or applied there\n",
                     ".gitlab-ci.yml:3:5: error: these workflow:rules start no pipeline for a merge request, so that no state would "
                     "be planned before it is merged\n",
                     "hint: begin the list with: - {if: '$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH', auto_cancel: {on_new_commit: none}}\n"
                     "hint: your own jobs without rules of theirs run in these pipelines too then\n",
                     "hint: begin the list with: - if: '$CI_PIPELINE_SOURCE == \"merge_request_event\"'\n"):
            self.assertIn(text, result.stderr)

    def test_where_no_merge_request_starts_a_pipeline_pushes_are_planned(self):
        self.parent.write_text("workflow:\n  auto_cancel: {on_new_commit: none}\n  rules:\n    - if: $CI_COMMIT_BRANCH\n"
                               "test:\n  script: [make]\n")
        told = self.init("--write", *IMAGE).stderr
        for job in ("statelane-generate", "statelane-lanes"):
            self.assertEqual(self.read_included()[job]["rules"],
                             [{"if": '$CI_PIPELINE_SOURCE == "push" && $CI_COMMIT_BRANCH'},
                              {"if": "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"}])
        self.assertIn("hint: no merge request starts a pipeline here: pushes to branches are planned instead\n", told)

    def test_a_job_of_the_same_name_is_an_error_and_nothing_is_written(self):
        existing = "statelane-lanes:\n  script: [make]\n"
        self.parent.write_text(existing)
        result = self.init("--write", *IMAGE, check=False)
        self.assertEqual((result.returncode, self.parent.read_text(), self.included.exists()), (1, existing, False))
        self.assertEqual(result.stderr.splitlines()[0],
                         '.gitlab-ci.yml:1:1: error: "statelane-lanes" is a job here already, and GitLab would mix the included '
                         "one into it")
        self.assertIn("hint: give it another name or take it out: init writes a job of that name\n", result.stderr)

    def test_jobs_of_ours_that_somebody_added_to_are_not_overwritten(self):
        self.init("--write", *IMAGE)
        self.parent.write_text(self.parent.read_text() + "\ntest:\n  script: [make]\n")
        result = self.init("--gates", "--write", "--force", *IMAGE, check=False)
        self.assertEqual(result.returncode, 1)
        self.assertIn("test:", self.parent.read_text())

    def test_apply_branches_of_the_configuration_start_the_jobs_too(self):
        (self.directory / ".statelane.yml").write_text(
            'version: 1\nstates: {rules: [{match: network, apply: {branches: [main, "release/*"]}}]}\n')
        self.parent.write_text("test:\n  only: [main]\n  script: [make]\n")
        self.init("--write", *IMAGE)
        rules = self.read_included()["statelane-generate"]["rules"]
        self.assertEqual([rule["if"] for rule in rules[1:]], ["$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH",
                                                              r"$CI_COMMIT_BRANCH =~ /\Arelease\/[^\/]*\z/"])
        self.assertEqual(len(self.read_included()["workflow"]["rules"]), 3)

    def test_a_file_that_gitlab_cannot_read_is_left_alone(self):
        self.parent.write_text("test:\n\tscript: [make]\n")
        result = self.init("--write", *IMAGE, check=False)
        self.assertEqual((result.returncode, self.included.exists()), (1, False))
        self.assertIn(".gitlab-ci.yml:2:", result.stderr)

    def test_the_parent_of_many_states_names_the_files_that_hold_them_all(self):
        for number in range(520):
            (self.directory / f"states/s{number:03}").mkdir(parents=True)
            (self.directory / f"states/s{number:03}/main.tf").write_text(BACKEND.replace("network", f"n{number}"))
        self.init("--write", "--gates", *IMAGE)
        self.assertEqual(schema_errors([self.parent]), [])
        document = read_as_gitlab([self.parent])[str(self.parent)]
        self.assertEqual(document["statelane-generate"]["script"],
                         ["statelane generate --report --output statelane.gitlab-ci.yml --children 2 --files 3"])
        self.assertEqual(document["statelane-generate"]["artifacts"]["paths"],
                         ["statelane.gitlab-ci.yml", "statelane-*.gitlab-ci.yml"])
        named = [[one["artifact"] for one in document[job]["trigger"]["include"]]
                 for job in ("statelane-lanes-1", "statelane-lanes-2")]
        statelane("generate", "--all", "--output", "statelane.gitlab-ci.yml", "--children", "2", "--files", "3", cwd=self.directory,
                  env=self.environment)
        self.assertEqual(sorted(name for files in named for name in files),
                         sorted(path.name for path in self.directory.glob("statelane*.gitlab-ci.yml")))

    def test_a_list_of_includes_gets_one_entry_more_and_the_difference_is_a_patch(self):
        existing = "# ours\ninclude:\n  - local: other.yml  # theirs\n\ntest:\n  only: [main]\n  script: [make]\n"
        self.parent.write_text(existing)
        shown = self.init(*IMAGE)
        self.assertEqual(self.parent.read_text(), existing)
        run(["git", "apply", "-"], cwd=self.directory, env=self.environment, input=shown.stdout)
        self.assertEqual(self.parent.read_text(),
                         existing.replace("theirs\n", "theirs\n  - local: .gitlab/statelane.gitlab-ci.yml\n"))
        self.assertEqual(schema_errors([self.included]), [])
        self.assertEqual(self.init("--write", *IMAGE).stderr, "1 state found\neverything is as init would write it\n")

    def use_gitlab_state(self):
        (self.directory / "network/main.tf").write_text('terraform {\n  backend "http" {}\n}\n')

    def test_the_include_of_gitlabs_removed_template_is_replaced_and_the_state_keeps_its_name(self):
        self.use_gitlab_state()
        existing = ("include:\n  - local: ours.yml\n  # theirs\n  - template: Terraform.gitlab-ci.yml\n\n"
                    "variables:\n  TF_STATE_NAME: main\n  TF_ROOT: ${CI_PROJECT_DIR}/network\n")
        self.parent.write_text(existing)
        (self.directory / "ours.yml").write_text("{}\n")
        told = self.init("--write", *IMAGE).stderr
        self.assertEqual(self.parent.read_text(),
                         existing.replace("- template: Terraform.gitlab-ci.yml", "- local: .gitlab/statelane.gitlab-ci.yml"))
        self.assertEqual((self.directory / ".statelane.yml").read_text(),
                         "# The names under which GitLab keeps the states.\nversion: 1\nstates:\n  rules:\n"
                         '    - {match: "network", gitlab_state: "main"}\n')
        for hint in ("in place of Terraform.gitlab-ci.yml the child has a plan and an apply job for each state; fmt, validate and "
                     "destroy have none",
                     "policies that add scans or other jobs see the parent pipeline only, not the child",
                     "who may not lock a state that GitLab keeps (developers) still plans in merge requests: nothing is locked there"):
            self.assertIn(f"hint: {hint}\n", told)
        self.assertEqual(self.init("--write", *IMAGE).stderr.splitlines()[-1], "everything is as init would write it")

    def test_components_of_several_states_become_one_include(self):
        self.use_gitlab_state()
        (self.directory / "dns").mkdir()
        (self.directory / "dns/main.tf").write_text('terraform {\n  backend "http" {}\n}\n')
        component = "gitlab.com/components/opentofu/full-pipeline@1.0.0"
        self.parent.write_text("stages: [validate, deploy]\ninclude:\n" + "".join(
            f"  - component: {component}\n    inputs:\n      root_dir: {name}\n      state_name: {name}-production\n"
            for name in ("network", "dns")) + "test: {stage: validate, rules: [{when: always}], script: [make]}\n")
        (self.directory / ".statelane.yml").write_text("version: 1\n")
        told = self.init("--write", *IMAGE).stderr
        self.assertEqual(self.parent.read_text(),
                         "stages: [validate, deploy]\ninclude:\n  - local: .gitlab/statelane.gitlab-ci.yml\n"
                         "test: {stage: validate, rules: [{when: always}], script: [make]}\n")
        for name in ("network", "dns"):
            self.assertIn("hint: the state keeps its name in GitLab by this entry of states.rules in .statelane.yml: "
                          f'- {{match: "{name}", gitlab_state: "{name}-production"}}\n', told)

    def test_what_is_nothing_without_the_old_include_is_named(self):
        self.parent.write_text("include:\n  template: Terraform/Base.gitlab-ci.yml\nvariables: {TF_ROOT: $DIRECTORY}\n"
                               "fmt:\n  extends: .terraform:fmt\ncheck:\n  stage: validate\n  script: [make]\n")
        result = self.init("--write", *IMAGE, check=False)
        self.assertEqual(result.returncode, 1)
        self.assertIn('.gitlab-ci.yml:1:1: error: the include of GitLab\'s own jobs cannot be replaced in this form without touching '
                      "what is there\n", result.stderr)
        self.assertIn('hint: write it as: include: [{local: ".gitlab/statelane.gitlab-ci.yml"}]\n', result.stderr)
        self.assertIn('.gitlab-ci.yml:4:1: error: "fmt" is nothing without ".terraform:fmt", which comes with the include that is '
                      "replaced\n", result.stderr)
        self.assertIn('hint: take it out: each state has a job "plan: STATE" and a job "apply: STATE" in the child\n', result.stderr)
        self.assertIn("hint: the directory or the state's name of Terraform/Base.gitlab-ci.yml depends on variables: give states that "
                      "GitLab keeps their names with gitlab_state in .statelane.yml\n", result.stderr)
        self.parent.write_text("include:\n- template: Terraform.latest.gitlab-ci.yml\ncheck:\n  stage: validate\n  script: [make]\n")
        result = self.init("--write", "--force", *IMAGE, check=False)
        self.assertIn('error: "check" is in a stage that came with the include that is replaced\n', result.stderr)
        self.assertIn("hint: write: stages: [validate, test, build, deploy, cleanup]\n", result.stderr)

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
        result = self.init("--write", *IMAGE, check=False)
        self.assertEqual((result.returncode, self.parent.read_text()), (1, "include: [other.yml]\n"))
        self.assertIn('.gitlab-ci.yml:1:1: error: one more file cannot be added to "include" in this form without touching what is '
                      "there\n", result.stderr)
        self.assertIn('hint: write it as: include: ["other.yml", {local: ".gitlab/statelane.gitlab-ci.yml"}]\n', result.stderr)
        self.parent.write_text("{test: {script: [make]}}\n")
        result = self.init("--write", "--force", *IMAGE, check=False)
        self.assertEqual((result.returncode, self.parent.read_text()), (1, "{test: {script: [make]}}\n"))
        self.assertIn('.gitlab-ci.yml: error: an "include" cannot be added to this file without touching what is there\n'
                      'hint: write at its top level: include: [{local: ".gitlab/statelane.gitlab-ci.yml"}]\n', result.stderr)

    def test_a_configuration_is_written_only_when_asked_for(self):
        self.init("--write", *IMAGE)
        self.assertFalse((self.directory / ".statelane.yml").exists())
        self.init("--write", "--with-config", *IMAGE)
        self.assertTrue((self.directory / ".statelane.yml").read_text().startswith("# How Statelane reads this repository."))

    def test_a_version_that_is_none_and_a_bare_repository_are_refused(self):
        refused = self.init("--gitlab-version", "new", check=False)
        self.assertEqual((refused.returncode, refused.stderr),
                         (2, 'statelane: error: "new" is no version of GitLab\nhint: as 17.0 is\n'))
        run(["git", "init", "-q", "--bare", self.scratch / "bare"], cwd=self.scratch, env=self.environment)
        refused = statelane("-C", self.scratch / "bare", "init", cwd=self.scratch, env=self.environment, check=False)
        self.assertEqual((refused.returncode, refused.stderr),
                         (3, "statelane: error: a bare repository has no files to write\n"))
