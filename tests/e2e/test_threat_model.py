"""What a merge request may do: each sentence of the README's page has its test here, and the page has no others."""
import json
import re
import unittest

from harness import SOURCE_DIR, run, statelane_binary
from notes_server import NotesServer
from pipelines import PipelineRunner
from readers import read_as_gitlab
from runs import BACKEND, ONE_RESOURCE, RunTest

S3 = 'terraform {{\n  backend "s3" {{\n    bucket = "b"\n    key    = "{}"\n  }}\n}}\n'
LOCK_FILE = "# a lock file\n"
CONFIG = """states:
  rules:
    - match: net
      tool: {tool}
      job: {{image: "{image}"}}
      max_destroy: {most}
      apply: {{branches: [{branches}]}}
pipeline: {{templates: lanes.yml}}
"""
PARENT = """
generate:
  variables: {{STATELANE_OPT_CONFIG_FROM: "{}"}}
  script: ['echo "had $SECRET"', statelane generate -o child.yml]
  artifacts: {{paths: [child.yml]}}
lanes: {{needs: [generate], trigger: {{include: [{{artifact: child.yml, job: generate}}]}}}}
"""
TEMPLATES = '.statelane-plan:\n  before_script: [echo {}]\n'


def config(tool="terraform", image="tools:1", most=5, branches="main"):
    return CONFIG.format(tool=tool, image=image, most=most, branches=branches)


class ThreatModel(RunTest):
    """`main` has a configuration, and the branch `feature` another one that is not merged."""

    def setUp(self):
        super().setUp()
        self.base = self.commit({".statelane.yml": config(), "lanes.yml": TEMPLATES.format("good")})

    def feature(self, changes=None, **settings):
        self.repository.branch("feature")
        self.commit({".statelane.yml": config(**settings), "net/more.tf": "# more\nlocals {\n  a = 1\n}\n", **(changes or {})})

    def merge_request(self, **more):
        return {**self.job(CI_COMMIT_BRANCH="", CI_COMMIT_REF_NAME="feature", CI_PIPELINE_SOURCE="merge_request_event",
                           CI_MERGE_REQUEST_IID="12", CI_MERGE_REQUEST_TARGET_BRANCH_NAME="main",
                           CI_MERGE_REQUEST_SOURCE_BRANCH_NAME="feature", CI_MERGE_REQUEST_DIFF_BASE_SHA=self.base,
                           CI_JOB_IMAGE="tools:1"), **more}

    def push(self, branch="feature", **more):
        return self.job(CI_COMMIT_BRANCH=branch, CI_COMMIT_REF_NAME=branch, CI_PIPELINE_SOURCE="push", CI_JOB_IMAGE="tools:1",
                        CI_COMMIT_BEFORE_SHA=self.base, **more)

    def generate(self, env, *arguments, code=0):
        ended = run([statelane_binary(), "generate", *arguments], cwd=self.project, env=env, check=False)
        self.assertEqual(ended.returncode, code, ended.stderr)
        return ended.stdout, ended.stderr

    def test_the_page_has_a_test_for_each_of_its_sentences(self):
        text = (SOURCE_DIR / "README.md").read_text()
        page = text.split("### What a merge request may do\n")[1].split("\n### ")[0]
        leads = re.findall(r"^- \*\*(.*?)\*\*", page, re.MULTILINE | re.DOTALL)
        self.assertEqual([re.sub(r"\s+", " ", lead) for lead in leads], [
            "The pipeline file is the first thing to protect.",
            "A plan runs what the commit says.",
            "`--config-from target` takes what is executed from the target branch.",
            "`--config-from default` takes it from the default branch, and with it where to apply.",
            "What a state is and reads stays the commit's own",
            "Nothing is guessed.",
            "A change of what is executed is told",
            "Merge requests have no gates",
            "No artifact of another pipeline is believed.",
            "No cache leads upwards.",
            "Variables given by hand beat those of files"])

    def test_who_controls_what_in_each_kind_of_pipeline(self):
        """The page's table, row by row: whose files the child shows, who has the environment's variables, who gets gates."""
        page = (SOURCE_DIR / "README.md").read_text().split("### What a merge request may do\n")[1].split("\n- ")[0]
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines() if line.startswith("| of ")]
        def scoped(**settings):
            return {".statelane.yml": config(**settings).replace("{templates: ", "{plan_environment: access, templates: ")}

        self.feature(scoped(image="own:1"))
        merge_request, pushed = self.merge_request(), self.push(CI_COMMIT_REF_PROTECTED="false")
        fork = self.merge_request(CI_PROJECT_ID="77", CI_MERGE_REQUEST_SOURCE_PROJECT_ID="77", CI_MERGE_REQUEST_PROJECT_ID="42")
        self.commit(scoped(image="own:2", branches="main, feature"))
        granted = [self.merge_request(CI_COMMIT_SHA=self.repository.git("rev-parse", "HEAD")),
                   self.push(CI_COMMIT_REF_PROTECTED="false")]
        self.repository.git("checkout", "-q", "main")
        self.commit({**scoped(image="merged:1"), "net/more.tf": "locals {\n  b = 2\n}\n"})
        protected = self.push("main", CI_COMMIT_REF_PROTECTED="true")
        seen = {}
        for kind, env in {"of a fork": fork, "of a merge request": merge_request, "of a branch that is not protected": pushed,
                          "granting merge request": granted[0], "granting branch": granted[1],
                          "of a protected branch": protected}.items():
            text = self.generate(env)[0]
            [image] = set(re.findall(r'"((?:own|merged):\d)"', text))
            (self.scratch / "child.yml").write_text(text)
            [child] = read_as_gitlab([self.scratch / "child.yml"]).values()
            seen[kind] = (image, "environment" in child["plan: net"], "apply: net" in child)
        self.assertEqual(seen, {
            "of a fork": ("own:1", False, False),
            "of a merge request": ("own:1", False, False),
            "granting merge request": ("own:2", False, False),
            "of a branch that is not protected": ("own:1", False, False),
            "granting branch": ("own:2", True, True),
            "of a protected branch": ("merged:1", True, True)})
        self.assertEqual(rows, [
            ["of a fork", "whoever owns the fork", "what the fork's own project has", "none"],
            ["of a merge request", "whoever may push its source branch", "variables that are not protected", "none"],
            ["of a branch that is not protected", "whoever may push it", "variables that are not protected",
             "where its own `apply.branches` says so"],
            ["of a protected branch", "whoever may merge or push there",
             "protected variables, scoped to environments too", "on the apply branches"]])

    def test_the_pipeline_file_is_the_first_thing_to_protect(self):
        """One merge request under its own pipeline file, which drops the option, and under one that it does not write."""
        self.feature(image="evil:1")
        variables = {name: value for name, value in self.merge_request().items() if name.startswith("CI_")}
        child = {}
        for whose, option in (("its own", ""), ("another project's", "target")):
            file = self.scratch / "parent.yml"
            file.write_text(PARENT.format(option))
            parent = PipelineRunner(self.project, file, self.environment, {**variables, "SECRET": "of-the-job"})
            self.assertEqual(parent.run_only("generate").passed, {"generate"})
            child[whose] = (parent.artifacts("generate") / "child.yml").read_text()
            # What its jobs have is had by whatever its script calls.
            self.assertIn("had of-the-job", parent.log("generate"))
        self.assertIn("evil:1", child["its own"])
        self.assertNotIn("evil:1", child["another project's"])
        self.assertEqual(child["another project's"].count("STATELANE_OPT_CONFIG_FROM"), 1)

    def test_a_plan_runs_what_the_commit_says(self):
        self.feature({"net/evil": "#!/bin/sh\necho evil-ran\nexit 7\n"}, tool="./evil", image="evil:1")
        (self.project / "net/evil").chmod(0o755)
        text = self.generate(self.merge_request())[0]
        self.assertIn('"evil:1"', text)
        self.assertIn("evil-ran", self.plan(env=self.merge_request(), code=7).log)

    def test_config_from_target_takes_what_is_executed_from_the_target_branch(self):
        self.feature({"lanes.yml": TEMPLATES.format("evil")}, tool="./evil", image="evil:1")
        text, said = self.generate(self.merge_request(), "--config-from", "target")
        self.assertNotIn("evil", text)
        self.assertIn("echo good", text)
        self.assertIn(f'STATELANE_OPT_CONFIG_FROM: "target@{self.base}"', text)
        line = ('what is executed is taken from main, and differs here: job of "net", the file lanes.yml, tool of "net"')
        self.assertIn(f"note: {line}\n", said)
        self.assertIn(f"# What jobs execute:\n#   {line}", text)
        # The variable does the same, also in the jobs of the child, with the commit that is pinned there.
        self.assertEqual(self.generate(self.merge_request(STATELANE_OPT_CONFIG_FROM="target"))[0], text)
        planned = self.plan(env=self.merge_request(STATELANE_OPT_CONFIG_FROM=f"target@{self.base}"))
        self.assertIn(f"statelane: what is executed is taken from {self.base[:12]}, and differs here: ", planned.log)
        self.assertIn("terraform plan", planned.log)
        # In a merge request's pipeline the branch's apply settings count for nothing anyhow; elsewhere it has no target.
        self.assertIn('"evil:1"', self.generate(self.push(), "--config-from", "target")[0])

    def test_the_component_has_an_input_for_it(self):
        text = (SOURCE_DIR / "templates/statelane/template.yml").read_text()
        self.assertIn('STATELANE_OPT_CONFIG_FROM: "$[[ inputs.config_from ]]"', text)
        self.assertIn('options: ["", target, default]', text)

    def test_config_from_default_takes_it_from_the_default_branch_and_with_it_where_to_apply(self):
        self.feature(image="evil:1", most=99, branches="main, feature")
        granted = self.generate(self.push())[0]
        self.assertIn('"apply: net":', granted)
        text, said = self.generate(self.push(), "--config-from", "default")
        self.assertNotIn('"apply: net":', text)
        self.assertNotIn("evil:1", text)
        self.assertIn('differs here: apply.branches of "net", job of "net", max_destroy of "net"', said)
        env = self.push(STATELANE_OPT_CONFIG_FROM=f"default@{self.base}")
        self.plan(env=env)
        self.assertIn("the state is applied on main, and this job is on feature", self.apply(env=env, code=125).log)
        # On the default branch itself its own configuration counts, as it is in the commit.
        self.repository.git("checkout", "-q", "main")
        self.commit({".statelane.yml": config(image="newer:1"), "net/more.tf": "locals {\n  a = 2\n}\n"})
        own = self.generate(self.push("main"), "--config-from", "default")[0]
        self.assertIn("newer:1", own)
        self.assertNotIn("STATELANE_OPT_CONFIG_FROM", own)

    def test_what_a_state_is_and_reads_stays_the_commits_own(self):
        self.feature({"new/main.tf": S3.format("new"), "policies/a.json": "{}\n",
                      "net/evil": "#!/bin/sh\necho own-file-ran\nexit 7\n",
                      ".statelane.yml": config().replace("max_destroy", 'inputs: ["../policies/**"]\n      max_destroy')})
        text = self.generate(self.merge_request(), "--config-from", "target")[0]
        self.assertIn('"plan: new":', text)
        self.commit({"policies/a.json": "[]\n"})
        inputs = run([statelane_binary(), "inputs", "net"], cwd=self.project, env=self.environment).stdout
        self.assertIn("policies/a.json", inputs)

    def test_nothing_is_guessed(self):
        self.repository.git("checkout", "-q", "main")
        self.commit({".statelane.yml": "states: {rules: [{match: net, tol: x}]}\n"})
        self.feature()
        said = self.generate(self.merge_request(), "--config-from", "target", code=1)[1]
        self.assertIn('what is executed cannot be taken from main, whose .statelane.yml has errors: unknown key "tol" in a rule', said)
        self.assertIn("hint: mend it on that branch first\n", said)
        said = self.generate(self.merge_request(CI_MERGE_REQUEST_TARGET_BRANCH_NAME="gone"), "--config-from", "target", code=3)[1]
        self.assertIn("what is executed cannot be taken from gone: ", said)
        self.assertIn('--config-from takes target or default, not "other"',
                      self.generate(self.merge_request(), "--config-from", "other", code=2)[1])

    def test_templates_are_bounded(self):
        self.feature({"lanes.yml": "#" * 2097153})
        self.assertIn('"lanes.yml" is larger than 2097152 bytes', self.generate(self.merge_request(), code=1)[1])

    def test_a_change_of_what_is_executed_is_told(self):
        server = self.enterContext(NotesServer())
        self.feature({"lanes.yml": TEMPLATES.format("evil")}, tool="./evil")
        text, said = self.generate(self.merge_request())
        for entry in ('tool of "net"', "the file lanes.yml"):
            self.assertIn(f"note: changed by this merge request: {entry}\n", said)
            self.assertIn(f"#   changed by this merge request: {entry}\n", text)
        env = self.merge_request(CI_API_V4_URL=server.url(), CI_MERGE_REQUEST_PROJECT_ID="34", STATELANE_NOTE_TOKEN="bot-token")
        run([statelane_binary(), "report", "--output", "report.html", "--note"], cwd=self.project, env=env)
        page = (self.project / "report.html").read_text()
        self.assertIn("What jobs execute is changed here, beside what Terraform runs", page)
        self.assertIn("<code>tool of &quot;net&quot;</code>", page)
        [note] = server.written_by_bot()
        self.assertIn("**What jobs execute is changed here**, beside what Terraform runs:", note)
        self.assertIn("<code>the file lanes.yml</code>", note)

    def test_a_file_that_the_configuration_calls_is_told_too(self):
        self.repository.git("checkout", "-q", "main")
        rule = 'states: {rules: [{match: net, after_plan: ["./check.sh", "{plan_json}"]}]}\n'
        self.base = self.commit({".statelane.yml": rule, "net/check.sh": "exit 0\n"})
        self.repository.branch("feature")
        self.commit({"net/check.sh": "exit 1\n"})
        self.assertIn("note: changed by this merge request: the file net/check.sh\n", self.generate(self.merge_request())[1])

    def test_merge_requests_have_no_gates(self):
        self.feature(branches="main, feature")
        self.assertNotIn('"apply: net":', self.generate(self.merge_request())[0])
        self.plan(env=self.merge_request())
        self.assertIn("this is a merge request pipeline, and its code is not merged yet",
                      self.apply(env=self.merge_request(), code=125).log)

    def test_no_artifact_of_another_pipeline_is_believed(self):
        self.feature()
        self.plan(env=self.merge_request())
        log = self.apply(env=self.push("main", STATELANE_ROOT_PIPELINE="8"), code=125).log
        self.assertIn("the plan was made in pipeline 7, and this job belongs to pipeline 8", log)
        planned = self.repository.git("rev-parse", "HEAD")
        self.commit({"net/more.tf": "locals {\n  c = 3\n}\n"})
        log = self.apply(env=self.push("main"), code=125).log
        self.assertIn(f"the plan was made for commit {planned[:12]}, and this job is at ", log)

    def test_a_note_that_somebody_else_forged_is_not_believed(self):
        server = self.enterContext(NotesServer())
        self.feature()
        self.plan(env=self.merge_request())
        env = self.merge_request(CI_API_V4_URL=server.url(), CI_MERGE_REQUEST_PROJECT_ID="34", STATELANE_NOTE_TOKEN="bot-token")
        report = [statelane_binary(), "report", "--output", "report.html", "--note"]
        run(report, cwd=self.project, env=env)
        [own] = server.written_by_bot()
        server.notes.clear()
        server.add(own.replace("net", "harmless"), author="somebody")
        run(report, cwd=self.project, env=env)
        self.assertEqual(server.written_by_bot(), [own])
        self.assertEqual(server.notes[0]["body"], own.replace("net", "harmless"))

    def test_no_cache_leads_upwards(self):
        self.feature({"net/.terraform.lock.hcl": LOCK_FILE, "bare/main.tf": S3.format("bare")})
        prefixes = {}
        for name, env in {"merge request": self.merge_request(), "unprotected": self.push(CI_COMMIT_REF_PROTECTED="false"),
                          "protected": self.push(CI_COMMIT_REF_PROTECTED="true")}.items():
            text = self.generate(env)[0]
            [prefixes[name]] = re.findall(r'"?prefix"?: "(.*)"', text)
            self.assertEqual(len(re.findall(r'policy: "pull-push"', text)), 1)
            self.assertEqual(len(re.findall(r'policy: "pull"', text)), 1)
            self.assertNotIn("unlocked", text)
        self.assertEqual(len(set(prefixes.values())), 3, prefixes)
        static = self.generate(self.push(), "--static")[0]
        self.assertIn('prefix: "statelane-providers-net-$CI_COMMIT_REF_PROTECTED-$CI_PIPELINE_SOURCE"', static)
        self.assertEqual(static.count("prefix:"), 1)

    def test_what_lies_in_a_cache_is_not_run_without_a_lock_file(self):
        cached = self.project / ".statelane/cache/plugins/registry.terraform.io/hashicorp/null/9.9.9/linux_amd64/x"
        cached.parent.mkdir(parents=True)
        cached.write_text("poison\n")
        self.plan()
        self.assertFalse(cached.exists())

    def test_variables_given_by_hand_beat_those_of_files_and_the_command_line_beats_both(self):
        self.feature(image="evil:1")
        env = self.merge_request(STATELANE_OPT_CONFIG_FROM="")
        self.assertIn("evil:1", self.generate(env)[0])
        self.assertNotIn("evil:1", self.generate(env, "--config-from", "target")[0])


if __name__ == "__main__":
    unittest.main()
