"""On a laptop: the work tree, the index, a revision, as a hook before a push; and replayed history."""
import json

import harness

BACKEND = 'terraform {{\n  backend "s3" {{\n    bucket = "b"\n    key    = "{}"\n  }}\n}}\n'


class LocalTest(harness.EndToEndTest):
    def setUp(self):
        super().setUp()
        harness.require("git")
        self.repository = harness.Repository(self.scratch, self.environment)
        files = {f"{name}/main.tf": BACKEND.format(name) for name in ("a", "b", "c")}
        self.repository.commit("begin", {**files, ".gitignore": "*.log\n", "c/main.tf": BACKEND.format("c")
                                         + 'module "m" {\n  source = "../modules/m"\n}\n', "modules/m/main.tf": "# m\n"})
        self.repository.push()
        self.git = self.repository.git

    def write(self, path, text):
        file = self.repository.directory / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def statelane(self, *arguments, check=True, **more):
        return harness.statelane(*arguments, cwd=self.repository.directory, env={**self.environment, **more},
                                 check=check)

    def affected(self, *arguments, **more):
        answer = json.loads(self.statelane("affected", "--json", *arguments, **more).stdout)
        return [entry["id"] for entry in answer["affected"]]


class SharedAddressTest(LocalTest):
    WARNING = (".statelane.yml: warning: {} is set, and gives 2 states one address: a, b\n"
               "hint: take it out of the project's variables, or scope it to environments; gitlab_state and backend_config in "
               ".statelane.yml name each state's place\n")

    def test_a_variable_that_gives_several_states_one_address_is_told_of(self):
        for name in ("a", "b"):
            self.write(f"{name}/main.tf", 'terraform {\n  backend "http" {}\n}\n')
        self.write(".gitlab-ci.yml", "test: {script: [make]}\n")
        for variable in ("TF_STATE_NAME", "TF_ADDRESS", "TF_HTTP_ADDRESS"):
            for command in ("generate", "lint"):
                told = self.statelane(command, **{variable: "main"}, check=False).stderr
                self.assertIn(self.WARNING.format(variable), told)
        self.assertNotIn("one address", self.statelane("generate").stderr)
        address = "-backend-config=address=https://gitlab.example.com/api/v4/projects/1/terraform/state/main"
        self.assertIn(".statelane.yml: warning: TF_CLI_ARGS_init is set, and gives 2 states one place in their backend: a, b\n",
                      self.statelane("generate", TF_CLI_ARGS_init=address).stderr)
        self.assertNotIn("one place", self.statelane("generate", TF_CLI_ARGS_init="-backend-config=retry_max=1").stderr)
        self.write("b/main.tf", 'terraform {\n  backend "http" {}\n}\n')
        self.write(".statelane.yml", 'states: {rules: [{match: "**", gitlab_state: "{slug}"}]}\n')
        self.assertIn("one address", self.statelane("generate", TF_STATE_NAME="main").stderr)
        self.write("b/main.tf", BACKEND.format("b"))
        self.assertNotIn("one address", self.statelane("generate", TF_STATE_NAME="main").stderr)


class ConfigurationTest(LocalTest):
    NOTE = "note: .statelane.yml of the work tree is not read here; --config .statelane.yml uses it\n"

    def test_another_configuration_is_tried_out_on_commits_and_one_that_is_not_read_is_told(self):
        self.write("a/main.tf", BACKEND.format("a") + "locals {\n  x = 1\n}\n")
        self.git("commit", "-qam", "a")
        self.assertEqual(self.affected("HEAD"), ["a"])
        self.write(".statelane.yml", "states:\n  exclude: [a]\n")
        self.assertIn(self.NOTE, self.statelane("affected", "HEAD").stderr)
        self.assertEqual(self.affected("HEAD"), ["a"])
        self.assertEqual(self.affected("HEAD", "--config", ".statelane.yml"), [])
        self.assertNotIn("note:", self.statelane("affected", "HEAD", "--config", ".statelane.yml").stderr)
        self.assertNotIn("note:", self.statelane("affected").stderr)
        self.assertNotIn("note:", self.statelane("affected", "HEAD", CI="true", CI_COMMIT_SHA="HEAD").stderr)
        self.assertIn(self.NOTE, self.statelane("list", "--rev", "HEAD").stderr)
        self.assertEqual(self.statelane("list", "--ids", "--rev", "HEAD", "--config", ".statelane.yml").stdout, "b\nc\n")
        self.assertEqual(self.statelane("list", "--ids", "--rev", "HEAD").stdout, "a\nb\nc\n")
        self.git("add", "-A")
        self.git("commit", "-qm", "the configuration")
        self.assertNotIn("note:", self.statelane("affected", "HEAD").stderr)
        history = json.loads(self.statelane("affected", "--history", "3", "--json", "--config", ".statelane.yml").stdout)
        self.assertEqual([step["affected"] for step in history["commits"]], [[], [], ["b", "c"]])

    def test_a_configuration_that_cannot_be_read_is_told(self):
        done = self.statelane("list", "--config", "none.yml", check=False)
        self.assertEqual((done.returncode, done.stderr), (2, "statelane: error: --config none.yml: there is no such file\n"))
        done = self.statelane("list", "--config", "a", check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("statelane: error: --config a: ", done.stderr)

    def test_a_pipeline_is_not_made_of_a_configuration_that_its_jobs_do_not_read(self):
        self.write("other.yml", "states:\n  exclude: [b]\n")
        self.assertIn("plan: b", self.statelane("generate", "--all").stdout)
        self.assertNotIn("plan: b", self.statelane("generate", "--all", "--config", "other.yml").stdout)
        done = self.statelane("generate", "--all", "--config", "other.yml", check=False, CI="true")
        self.assertEqual((done.returncode, done.stderr), (2, "statelane: error: generate takes no --config in a job: the "
                                                             "pipeline's own jobs read .statelane.yml\n"))


class TreesTest(LocalTest):
    def test_uncommitted_and_untracked_files_count_and_ignored_ones_do_not(self):
        self.write("a/main.tf", BACKEND.format("a") + "# changed\nlocals {\n  x = 1\n}\n")
        self.write("b/new.tf", "locals {}\n")
        self.write("c/debug.log", "noise")
        self.assertEqual(self.affected(), ["a", "b"])

    def test_staged_is_what_would_be_committed(self):
        self.write("a/main.tf", BACKEND.format("a") + "locals {\n  x = 1\n}\n")
        self.git("add", "a/main.tf")
        self.write("b/new.tf", "locals {}\n")
        self.assertEqual(self.affected("--staged"), ["a"])
        self.assertEqual(self.affected(), ["a", "b"])
        self.assertEqual(self.affected("--head", "HEAD"), [])
        # What happens to the file afterwards is no part of the commit.
        self.write("a/main.tf", BACKEND.format("a"))
        self.assertEqual(self.affected("--staged"), ["a"])
        self.assertEqual(self.affected(), ["b"])
        answer = json.loads(self.statelane("affected", "--json", "--staged").stdout)
        self.assertEqual(answer["head"], {"commit": None, "tree": "index"})

    def test_staged_deletions_moves_links_and_modes_are_those_of_git(self):
        self.git("rm", "-q", "a/main.tf")
        (self.repository.directory / "b/main.tf").chmod(0o755)
        (self.repository.directory / "c/link").symlink_to("../modules")
        self.git("add", "b/main.tf", "c/link")
        self.assertEqual(self.affected("--staged"), ["a", "b", "c"])
        commit = self.repository.commit("the same, committed")
        self.assertEqual(self.affected(commit), ["a", "b", "c"])

    def test_staged_leaves_out_what_is_only_intended_and_refuses_conflicts(self):
        self.write("b/new.tf", "")
        self.git("add", "--intent-to-add", "b/new.tf")
        self.assertEqual(self.affected("--staged"), [])
        self.git("rm", "-q", "--cached", "b/new.tf")
        self.git("checkout", "-q", "-b", "one")
        self.repository.commit("one", {"a/x.tf": "locals {\n  one = 1\n}\n"})
        self.git("checkout", "-q", "main")
        self.repository.commit("two", {"a/x.tf": "locals {\n  two = 2\n}\n"})
        harness.run(["git", "merge", "-q", "one"], cwd=self.repository.directory, env=self.environment, check=False)
        done = self.statelane("affected", "--staged", check=False)
        self.assertEqual(done.returncode, 3)
        self.assertIn("the index has unmerged paths: a/x.tf", done.stderr)
        self.assertIn("hint: resolve the conflict and git add the file", done.stderr)

    def test_a_path_outside_the_repository_is_refused(self):
        done = self.statelane("inputs", "--of", "/etc/passwd", check=False)
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stderr, 'statelane: error: "/etc/passwd" is outside the repository\n')

    def test_a_glob_that_no_state_matches_gives_a_pipeline_that_says_so(self):
        text = self.statelane("generate", "--state", "none*").stdout
        self.assertIn('STATELANE_REASON: {value: "no state matches what was asked for", expand: false}\n', text)

    def test_a_default_branch_that_nobody_knows_is_asked_for(self):
        alone = self.scratch / "alone"
        harness.run(["git", "init", "-q", "-b", "trunk", alone], cwd=self.scratch, env=self.environment)
        harness.run(["git", "commit", "-q", "--allow-empty", "-m", "begin"], cwd=alone, env=self.environment)
        done = harness.statelane("affected", cwd=alone, env=self.environment, check=False)
        self.assertEqual((done.returncode, done.stderr),
                         (3, "statelane: error: no commit to compare with: the default branch is not known\n"
                             "hint: git remote set-head origin --auto asks origin for it\n"
                             "hint: name a commit with --base\n"
                             "hint: or take every state, without gates: --on-missing-base all\n"))

    def test_other_commands_read_the_index_too(self):
        self.write("d/main.tf", BACKEND.format("d"))
        self.git("add", "d/main.tf")
        (self.repository.directory / "d/main.tf").unlink()
        listed = json.loads(self.statelane("list", "--json", "--staged").stdout)
        self.assertEqual([state["id"] for state in listed["states"]], ["a", "b", "c", "d"])
        self.assertEqual(len(json.loads(self.statelane("list", "--json").stdout)["states"]), 3)

    def test_a_sub_directory_and_a_git_environment_change_nothing(self):
        self.write("a/more.tf", "locals {}\n")
        done = self.statelane("-C", "modules/m", "affected", "--json", GIT_DIR=str(self.scratch / "elsewhere"),
                              GIT_INDEX_FILE=str(self.scratch / "nothing"))
        self.assertEqual([entry["id"] for entry in json.loads(done.stdout)["affected"]], ["a"])


class ConfigurationTest(LocalTest):
    """A change of `.statelane.yml` touches the states whose lane it changes, and no others."""

    def change(self, before, after, files=None):
        for path, text in {".statelane.yml": before, **(files or {})}.items():
            self.write(path, text)
        self.git("add", "--all")
        self.git("commit", "-q", "--allow-empty", "-m", "before")
        self.repository.commit("after", {".statelane.yml": after})
        return self.affected("HEAD")

    def rule(self, match, text):
        return f"states:\n  rules:\n    - match: {match}\n      {text}\n"

    def test_comments_order_gates_and_edges_touch_nothing(self):
        self.assertEqual(self.change("version: 1\n", "# noted\nversion: 1\n"), [])
        self.assertEqual(self.change("version: 1\n", self.rule("a", "depends_on: [b]")), [])
        self.assertEqual(self.change("version: 1\n", self.rule("a", "apply: {branches: [main, live]}")), [])
        self.assertEqual(self.change("version: 1\n", "pipeline: {order: strict, expire_in: 1 day}\n"), [])

    def test_tool_job_and_variable_files_touch_the_states_of_the_rule(self):
        self.assertEqual(self.change("version: 1\n", self.rule("a", "tool: tofu")), ["a"])
        self.assertEqual(self.change("version: 1\n", self.rule("'[ab]'", "job: {tags: [prod]}")), ["a", "b"])
        self.assertEqual(self.change("version: 1\n", self.rule("b", "var_files: [../common.tfvars]"),
                                     {"common.tfvars": "x = 1\n"}), ["b"])

    def test_inputs_touch_those_that_now_read_a_file_or_no_longer_do(self):
        files = {"policies/p.json": "{}\n", "none/.keep": ""}
        self.assertEqual(self.change("version: 1\n", self.rule("a", "inputs: [../policies/**]"), files), ["a"])
        self.assertEqual(self.change(self.rule("a", "inputs: [../policies/**]"),
                                     self.rule("b", "inputs: [../policies/**]")), ["a", "b"])
        self.assertEqual(self.change("version: 1\n", self.rule("a", "inputs: [../nothing/**]")), [])
        self.assertEqual(self.change("version: 1\n", "global_inputs: [policies/p.json]\n"), ["a", "b", "c"])

    def test_ignored_included_and_excluded_directories(self):
        files = {"a/docs/page.txt": "x\n", "d/other.tf": "locals {}\n"}
        self.assertEqual(self.change("version: 1\n", "ignore: ['a/docs/**']\n", files), ["a"])
        self.assertEqual(self.change("version: 1\n", "states: {include: [d]}\n"), ["d"])
        self.assertEqual(self.change("version: 1\n", "states: {exclude: [b]}\n"), ["b"])

    def test_a_configuration_that_is_no_file_is_an_error_with_its_name(self):
        (self.repository.directory / ".statelane.yml").mkdir()
        self.write(".statelane.yml/x", "1")
        done = self.statelane("affected", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn(".statelane.yml: error: cannot be read: it is not a file", done.stderr)

    def test_a_configuration_may_be_a_link(self):
        self.write("ci/lanes.yml", "states: {exclude: [b]}\n")
        (self.repository.directory / ".statelane.yml").symlink_to("ci/lanes.yml")
        self.assertEqual(self.affected(), ["b"])
        (self.repository.directory / "ci/lanes.yml").unlink()
        done = self.statelane("affected", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn(".statelane.yml: error: the link leads to no file\n", done.stderr)


class MovesTest(LocalTest):
    def test_a_move_that_keeps_the_identity_is_one_state(self):
        self.git("mv", "a", "moved")
        self.repository.commit("move")
        answer = json.loads(self.statelane("affected", "HEAD", "--json").stdout)
        self.assertEqual([(entry["id"], entry["change"], entry.get("from")) for entry in answer["affected"]],
                         [("moved", "moved", "a")])

    def test_a_move_that_changes_the_identity_says_what_it_would_orphan(self):
        self.repository.commit("more files", {"a/one.tf": "locals {\n  one = 1\n}\n", "a/two.tf": "locals {}\n"})
        self.repository.push()
        self.git("mv", "a", "moved")
        for commit in (False, True):
            self.write("moved/main.tf", BACKEND.format("moved"))
            if commit:
                self.repository.commit("move")
            done = self.statelane("affected", "--json", *(["HEAD"] if commit else []))
            changes = {entry["id"]: entry for entry in json.loads(done.stdout)["affected"]}
            self.assertEqual({name: entry["change"] for name, entry in changes.items()},
                             {"a": "deleted", "moved": "added"})
            self.assertEqual(changes["moved"]["orphans"], "a")
            self.assertIn("moved/main.tf:2:1: warning: moved has the files of a but not its stored state: "
                          'key "a" became "moved"; applied like this it would make everything anew, and orphan the '
                          "resources of a\n", done.stderr)
            self.assertIn("hint: keep the backend's settings as they were, or move the stored state first: "
                          "terraform init -migrate-state\n", done.stderr)
        text = self.statelane("affected", "HEAD").stdout
        self.assertIn("moved  added, would orphan the resources of a\n", text)

    def test_a_move_to_a_place_of_which_only_a_part_is_known_is_told_as_another_backend(self):
        self.repository.commit("more files", {"a/main.tf": BACKEND.format("old-${var.x}"), "a/one.tf": "locals {\n  one = 1\n}\n",
                                              "a/two.tf": "locals {}\n"})
        self.git("mv", "a", "moved")
        self.repository.commit("move", {"moved/main.tf": BACKEND.format("new-${var.x}")})
        said = self.statelane("affected", "HEAD").stderr
        self.assertIn("warning: moved has the files of a but not its stored state: the backend is another one; applied like this",
                      said)


class WhyTest(LocalTest):
    def test_why_is_a_tree_and_why_not_names_what_came_near(self):
        self.write("modules/m/main.tf", "locals {}\n")
        self.write("a/README.md", "text\n")
        tree = self.statelane("why", "c").stdout
        self.assertEqual(tree, "c  modified\n└─ in a module called at c/main.tf:8\n   └─ modules/m/main.tf changed\n")
        self.assertEqual(self.statelane("why", "a").stdout,
                         "a  not affected\n  none of the 2 changed paths is an input of it\n"
                         "  near: a/README.md is documentation or a test, which counts only where something reads it\n")
        answer = json.loads(self.statelane("why", "./a", "--json").stdout)
        self.assertEqual((answer["schema"], answer["state"], answer["affected"]), ("statelane/why/1", "a", None))
        self.assertEqual(answer["near"], [{"path": "a/README.md", "why": "documentation", "input": "a"}])

    def test_why_of_an_unknown_state_suggests_and_exits_with_two(self):
        done = self.statelane("why", "aa", check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn('unknown state "aa"', done.stderr)


class DependentsTest(LocalTest):
    """a has two outputs; b reads one of them, c the other, d depends on b."""

    def setUp(self):
        super().setUp()
        reads = ('data "terraform_remote_state" "{0}" {{\n  backend = "s3"\n  config = {{ bucket = "b", key = "{0}" }}\n}}\n'
                 "locals {{\n  x = data.terraform_remote_state.{0}.outputs.{1}\n}}\n")
        self.outputs = ("resource \"vpc\" \"main\" {\n  cidr = %d\n}\noutput \"vpc\" {\n  value = vpc.main.id\n}\n"
                        "resource \"log\" \"main\" {\n  days = %d\n}\noutput \"log\" {\n  value = log.main.id\n}\n")
        self.repository.commit("edges", {
            "a/outputs.tf": self.outputs % (1, 1), "b/reads.tf": reads.format("a", "vpc"),
            "c/reads.tf": reads.format("a", "log"), "d/main.tf": BACKEND.format("d") + reads.format("b", "any")})
        self.repository.push()

    def answer(self, *arguments):
        answer = json.loads(self.statelane("affected", "--json", *arguments).stdout)
        lanes = {entry["id"]: entry["change"] for entry in answer["affected"]}
        return lanes, answer["dependents"], answer["untouched"]

    def test_dependents_are_named_and_those_that_read_nothing_changed_are_named_apart(self):
        self.write("a/outputs.tf", self.outputs % (2, 1))
        self.assertEqual(self.answer(), ({"a": "modified"}, ["b", "c", "d"], ["c"]))
        self.write("a/outputs.tf", self.outputs % (1, 2))
        self.assertEqual(self.answer(), ({"a": "modified"}, ["b", "c", "d"], ["b", "d"]))
        self.write("a/outputs.tf", self.outputs % (2, 2))
        self.assertEqual(self.answer(), ({"a": "modified"}, ["b", "c", "d"], []))

    def test_dependents_run_on_request(self):
        self.write("a/outputs.tf", self.outputs % (2, 1))
        self.assertEqual(self.answer("--dependents", "direct"),
                         ({"a": "modified", "b": "dependent", "c": "dependent"}, ["d"], []))
        self.assertEqual(self.answer("--dependents", "all")[0],
                         {"a": "modified", "b": "dependent", "c": "dependent", "d": "dependent"})

    def test_untouched_dependents_are_left_out_on_request(self):
        self.write("a/outputs.tf", self.outputs % (2, 1))
        self.assertEqual(self.answer("--drop-untouched-dependents"), ({"a": "modified"}, ["b", "d"], ["c"]))
        self.assertEqual(self.answer("--drop-untouched-dependents", "--dependents", "all"),
                         ({"a": "modified", "b": "dependent", "d": "dependent"}, [], ["c"]))

    def test_whatever_the_syntax_does_not_tell_touches_all(self):
        for path, text in (("a/terraform.tfvars", "x = 1\n"), ("a/provider.tf", 'provider "x" {}\n'),
                           ("a/extra.json", "{}\n"), (".terraform-version", "1.9.0\n")):
            self.write(path, text)
            self.assertEqual(self.answer()[2], [], path)
            (self.repository.directory / path).unlink()


class ExitCodesTest(LocalTest):
    def code(self, *arguments):
        return self.statelane("affected", *arguments, check=False).returncode

    def test_exit_code_tells_none_some_and_faults(self):
        self.assertEqual(self.code("--exit-code"), 0)
        self.write("a/more.tf", "locals {}\n")
        self.assertEqual((self.code("--exit-code"), self.code()), (1, 0))
        self.write(".statelane.yml", "version: 2\nnonsense: true\n")
        self.assertEqual((self.code("--exit-code"), self.code()), (4, 1))

    def test_a_file_that_stopped_parsing_selects_its_state_and_fails_only_when_strict(self):
        self.write("a/main.tf", BACKEND.format("a") + "locals {\n  x = \n}\n")
        self.assertEqual(self.affected(), ["a"])
        self.assertEqual((self.code(), self.code("--strict"), self.code("--strict", "--exit-code")), (0, 1, 4))
        self.assertIn("a/main.tf:8:7: warning: ", self.statelane("affected").stderr)

    def test_a_file_that_parses_again_is_no_fault(self):
        self.repository.commit("broken", {"a/main.tf": BACKEND.format("a") + "locals {\n  x = \n}\n"})
        self.repository.commit("mended", {"a/main.tf": BACKEND.format("a")})
        done = self.statelane("affected", "HEAD", "--strict", "--json")
        self.assertEqual([entry["id"] for entry in json.loads(done.stdout)["affected"]], ["a"])
        self.assertNotIn("a/main.tf", done.stderr)

    def test_unclaimed_files_are_named_and_fail_when_asked(self):
        self.write("lost/main.tf", "locals {}\n")
        done = self.statelane("affected", "--json")
        self.assertEqual(json.loads(done.stdout)["unclaimed"], ["lost/main.tf"])
        self.assertIn("lost/main.tf: warning: changed, but no state reads it, in base or head\n", done.stderr)
        failed = self.statelane("affected", "--fail-on-unclaimed", check=False)
        self.assertEqual(failed.returncode, 1)
        self.assertIn("lost/main.tf: error: changed, but no state reads it", failed.stderr)

    def test_a_file_that_base_or_head_reads_is_not_unclaimed(self):
        self.repository.commit("last call of the module is gone", {"c/main.tf": BACKEND.format("c"),
                                                                   "modules/m/main.tf": "locals {}\n"})
        self.assertEqual(self.statelane("affected", "HEAD", "--fail-on-unclaimed", check=False).returncode, 0)
        self.repository.commit("nobody calls it", {"modules/m/main.tf": "# nobody\n"})
        self.assertEqual(self.statelane("affected", "HEAD", "--fail-on-unclaimed", check=False).returncode, 1)


class HookTest(LocalTest):
    """The hook of the README, with a real git."""

    def setUp(self):
        super().setUp()
        readme = (harness.SOURCE_DIR / "README.md").read_text(encoding="utf-8")
        script = readme.partition("# .git/hooks/pre-push")[2].partition("```")[0]
        self.assertIn("statelane affected", script)
        hook = self.repository.directory / ".git/hooks/pre-push"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text("#!/bin/sh\n# .git/hooks/pre-push" + script)
        hook.chmod(0o755)
        tools = self.scratch / "tools"
        tools.mkdir()
        (tools / "statelane").symlink_to(harness.statelane_binary())
        self.environment["PATH"] = f"{tools}:{self.environment['PATH']}"

    def push(self, *arguments):
        return harness.run(["git", "push", "-q", *arguments], cwd=self.repository.directory, env=self.environment,
                           check=False)

    def test_a_push_shows_what_it_touches(self):
        self.repository.commit("change", {"b/more.tf": "locals {}\n"})
        done = self.push("origin", "HEAD")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("b  modified", done.stderr)
        self.assertNotIn("a  modified", done.stderr)

    def test_the_work_tree_is_no_part_of_a_push(self):
        self.repository.commit("change", {"b/more.tf": "locals {}\n"})
        self.write("a/more.tf", "locals {}\n")
        self.assertNotIn("a  modified", self.push("origin", "HEAD").stderr)

    def test_a_fault_or_a_file_that_nobody_reads_stops_the_push(self):
        self.repository.commit("lost", {"lost/main.tf": "locals {}\n"})
        done = self.push("origin", "HEAD")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("lost/main.tf", done.stderr)
        self.assertNotEqual(self.git("rev-parse", "origin/main"), self.git("rev-parse", "HEAD"))

    def test_a_new_branch_and_a_deleted_one(self):
        self.repository.branch("topic")
        self.repository.commit("change", {"a/more.tf": "locals {}\n"})
        done = self.push("origin", "topic")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("a  modified", done.stderr)
        gone = self.push("origin", ":topic")
        self.assertEqual((gone.returncode, "modified" in gone.stderr), (0, False))


class HistoryTest(LocalTest):
    def setUp(self):
        super().setUp()
        self.repository.commit("one state", {"a/more.tf": "locals {}\n"})
        self.repository.commit("a module", {"modules/m/main.tf": "locals {}\n"})
        self.repository.commit("layout only", {"a/more.tf": "\nlocals {}  # said\n"})

    def history(self, *arguments, cwd=None):
        done = harness.statelane("affected", "--json", *arguments, cwd=cwd or self.repository.directory,
                                 env=self.environment)
        return json.loads(done.stdout), done.stderr

    def test_each_commit_is_what_affected_says_of_it(self):
        answer, _ = self.history("--history", "10")
        commits = self.git("rev-list", "--first-parent", "HEAD").split()
        self.assertEqual([step["commit"] for step in answer["commits"]], commits)
        for step in answer["commits"]:
            self.assertEqual(step["affected"], self.affected(step["commit"]))
        self.assertEqual(answer["commits"][-1]["parent"], None)
        self.assertTrue(answer["complete"])

    def test_totals_against_all_states_and_globs_of_directories(self):
        answer, _ = self.history("--history", "3")
        module = answer["commits"][1]
        self.assertEqual((module["affected"], module["plans"], module["states"]), (["c"], 1, 3))
        self.assertEqual(module["directory_globs"], {"plans": 0, "missed": ["c"]})
        self.assertEqual(answer["totals"], {"commits": 3, "plans": 2, "all_states": 9,
                                            "directory_globs": {"plans": 2, "missed": 1}, "unread": 0})
        table = self.statelane("affected", "--history", "3").stdout
        self.assertIn("3 commits, 2 plans\n", table)
        self.assertIn("a module", table)
        counted, _ = self.history("--history", "1", "--no-ignore-format")
        self.assertEqual(counted["commits"][0]["affected"], ["a"])

    def test_it_goes_along_first_parents_from_the_commit_that_is_named(self):
        self.repository.branch("topic")
        self.repository.commit("on a branch", {"b/more.tf": "locals {}\n"})
        self.git("checkout", "-q", "main")
        self.git("merge", "-q", "--no-ff", "-m", "merge", "topic")
        answer, _ = self.history("--history", "2")
        self.assertEqual([step["affected"] for step in answer["commits"]], [["b"], []])
        named, _ = self.history("--history", "1", "HEAD^2")
        self.assertEqual(named["commits"][0]["affected"], ["b"])

    def test_a_shallow_clone_replays_what_it_has_and_says_so(self):
        self.repository.push()
        clone = self.scratch / "shallow"
        harness.run(["git", "clone", "-q", "--depth", "3", f"file://{self.scratch}/origin.git", clone],
                    cwd=self.scratch, env=self.environment)
        answer, said = self.history("--history", "10", cwd=clone)
        self.assertEqual((len(answer["commits"]), answer["complete"]), (2, False))
        self.assertIn("2 of 10 commits are here: ", said)

    def test_a_hand_written_pipeline_is_asked_what_it_would_have_missed(self):
        jobs = "".join(f"plan {name}:\n  script: [cd {name}, terraform plan]\n  only: {{changes: ['{name}/**/*']}}\n"
                       for name in ("a", "c"))
        self.repository.commit("a pipeline", {".gitlab-ci.yml": jobs})
        self.repository.commit("a module", {"modules/m/main.tf": "locals {\n  y = 1\n}\n"})
        self.repository.commit("two states", {"a/more.tf": "locals {\n  y = 1\n}\n", "b/more.tf": "locals {}\n"})
        answer, _ = self.history("--history", "4")
        states, module, pipeline, before = answer["commits"]
        self.assertEqual(module["affected"], ["c"])
        self.assertEqual(module["pipeline"], {"plans": 0, "missed": ["c"]})
        self.assertEqual((states["affected"], states["pipeline"]), (["a", "b"], {"plans": 1, "missed": []}))
        self.assertEqual(pipeline["pipeline"], {"plans": 0, "missed": []})
        self.assertNotIn("pipeline", before)
        self.assertEqual(answer["totals"]["pipeline"], {"plans": 1, "missed": 1})
        table = self.statelane("affected", "--history", "4").stdout
        self.assertIn("missed by .gitlab-ci.yml:\n  " + module["commit"][:12] + "  c\n", table)

    def test_a_range_is_refused(self):
        done = self.statelane("affected", "--history", "3", "HEAD~1..HEAD", check=False)
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stderr, "statelane: error: --history takes one commit, not a range\n"
                                      "hint: name the newest commit to replay\n")
