"""A command in the directory of each affected state: order, data, stops, what is left, the local dry run."""
import json
import os
import re
import signal
import subprocess
import time

import harness

BACKEND = 'terraform {{\n  backend "s3" {{\n    bucket = "b"\n    key    = "{}"\n    region = "eu-west-1"\n  }}\n}}\n'
READS = ('data "terraform_remote_state" "{0}" {{\n  backend = "s3"\n'
         '  config  = {{ bucket = "b", key = "{0}", region = "eu-west-1" }}\n}}\n')
MODULE = 'module "m" {\n  source = "../modules/m"\n}\n'


class EachTest(harness.EndToEndTest):
    """The states a ← b ← c (c reads b, b reads a), and the module that c calls."""

    def setUp(self):
        super().setUp()
        harness.require("git")
        self.repository = harness.Repository(self.scratch, self.environment)
        self.directory = self.repository.directory
        self.repository.commit("begin", {"a/main.tf": BACKEND.format("a"),
                                         "b/main.tf": BACKEND.format("b") + READS.format("a"),
                                         "c/main.tf": BACKEND.format("c") + READS.format("b") + MODULE,
                                         "modules/m/main.tf": "locals {}\n"})
        self.repository.push()
        self.seen = self.scratch / "seen"

    def each(self, *arguments, code=0, **more):
        done = harness.statelane("each", *arguments, cwd=self.directory, env={**self.environment, **more}, check=False)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def note(self, script='echo "$STATELANE_STATE" >> "$1"'):
        """The words of a command that notes what it is run for."""
        return ["--", "sh", "-c", script, "sh", str(self.seen)]

    def noted(self):
        lines = self.seen.read_text().splitlines() if self.seen.exists() else []
        self.seen.unlink(missing_ok=True)
        return lines


class ChoiceTest(EachTest):
    def test_the_affected_states_the_named_ones_or_all(self):
        (self.directory / "a/new.tf").write_text("locals {\n  x = 1\n}\n")
        self.each(*self.note())
        self.assertEqual(self.noted(), ["a"])
        self.each("--state", "b", *self.note())
        self.assertEqual(self.noted(), ["b"])
        self.each("--all", *self.note())
        self.assertEqual(self.noted(), ["a", "b", "c"])
        self.each("--dependents", "direct", *self.note())
        self.assertEqual(self.noted(), ["a", "b"])

    def test_each_runs_in_its_own_directory(self):
        told = self.each("--all", "--", "pwd").stdout
        self.assertIn(f"a: pwd\n{self.directory}/a\n", told)
        self.assertIn(f"c: pwd\n{self.directory}/c\n", told)

    def test_modules_that_changed_come_first_or_all_of_them(self):
        (self.directory / "modules/m/main.tf").write_text("locals {\n  x = 1\n}\n")
        where = 'echo "$PWD ${STATELANE_STATE-none}" >> "$1"'
        self.each("--modules", *self.note(where))
        self.assertEqual(self.noted(), [f"{self.directory}/modules/m none", f"{self.directory}/c c"])
        (self.directory / "modules/m/main.tf").write_text("locals {}\n")
        self.each("--modules", "--all", *self.note(where))
        self.assertEqual(len(self.noted()), 4)

    def test_a_state_that_is_gone_is_named_and_nothing_is_run_for_it(self):
        self.repository.commit("drop c", {"c/main.tf": None})
        (self.directory / "a/new.tf").write_text("locals {\n  x = 1\n}\n")
        done = self.each(*self.note())
        self.assertIn("c: the state is gone; nothing is run for it\n", done.stderr)
        self.assertEqual(self.noted(), ["a"])

    def test_another_revision_than_what_is_checked_out_is_refused(self):
        first = self.repository.git("rev-parse", "HEAD")
        second = self.repository.commit("change", {"a/main.tf": BACKEND.format("a") + "locals {\n  x = 1\n}\n"})
        self.each("HEAD", *self.note())
        self.assertEqual(self.noted(), ["a"])
        self.repository.git("checkout", "-q", first)
        done = self.each(f"{first}..{second}", *self.note(), code=2)
        self.assertEqual(done.stderr, f"statelane: error: {second[:12]} is not what is checked out ({first[:12]})\n"
                                      f"hint: git switch --detach {second[:12]}\n")
        self.assertEqual(self.noted(), [])

    def test_nothing_affected_is_no_failure(self):
        self.assertIn("nothing to run: no state is affected\n", self.each(*self.note()).stderr)

    def test_a_bare_repository_has_nowhere_to_run(self):
        done = harness.statelane("each", "HEAD", "--", "true", cwd=self.scratch / "origin.git", env=self.environment,
                                 check=False)
        self.assertEqual((done.returncode, done.stderr),
                         (3, "statelane: error: a bare repository has no directories to run in\n"))


class WordsTest(EachTest):
    def test_what_is_asked_has_to_make_sense(self):
        for words, message in [
                ([], "each needs a command after --\nhint: statelane each -- terraform validate\n"),
                (["--plan", "--", "true"], "--plan takes no command\n"),
                (["--plan", "--config", "x.yml"], "--plan takes no --config: run plan reads .statelane.yml\n"),
                (["--plan", "--modules"], "--plan is for states, and --modules is for commands\n"),
                (["--resume", "--all"], "--resume goes on with what was asked before, and takes no states and no command\n"),
                (["--resume"], "nothing to resume: the last each has left nothing undone, or none has run here\n")]:
            self.assertEqual(self.each(*words, code=2).stderr, "statelane: error: " + message)

    def test_options_after_the_dashes_belong_to_the_command(self):
        self.each("--state", "a", "--", "sh", "-c", 'echo "$@" >> "$0"', str(self.seen), "--all", "--", "--help")
        self.assertEqual(self.noted(), ["--all -- --help"])

    def test_names_are_data(self):
        name = "x$(touch pwned)`touch pwned`;'\" {id}"
        self.repository.commit("hostile", {f"{name}/main.tf": BACKEND.format("hostile")})
        self.each("HEAD", "--", "sh", "-c", 'printf "%s\\n" "$1" "$2" "$STATELANE_STATE" >> "$0"', str(self.seen), "{id}",
                  "in {path}")
        self.assertEqual(self.noted(), [name, "in " + name, name])
        self.assertEqual([path for path in self.directory.rglob("pwned")], [])

    def test_the_instances_of_a_directory_run_in_turn_and_are_told_apart(self):
        self.repository.commit("instances", {
            "app/main.tf": 'terraform {\n  backend "s3" {}\n}\n',
            "app/prod.tfvars": "", "app/prod.s3.tfbackend": 'bucket = "b"\nkey = "prod"\n',
            "app/stage.tfvars": "", "app/stage.s3.tfbackend": 'bucket = "b"\nkey = "stage"\n',
            ".statelane.yml": "states:\n  rules:\n    - match: app\n      instances: \"{instance}.s3.tfbackend\"\n"
                              "      backend_config: [\"{instance}.s3.tfbackend\"]\n"
                              "      var_files: [\"{instance}.tfvars\"]\n"})
        script = 'mkdir busy || exit 1; sleep 0.3; rmdir busy; echo "$2" >> "$1"'
        self.each("--state", "app@*", "--parallel", "4", *self.note(script), "{instance} {path}")
        self.assertEqual(sorted(self.noted()), ["prod app", "stage app"])


class OrderTest(EachTest):
    def test_dependencies_first_or_last(self):
        self.each("--all", "--order", "--parallel", "3", *self.note())
        self.assertEqual(self.noted(), ["a", "b", "c"])
        self.each("--all", "--reverse", "--parallel", "3", *self.note())
        self.assertEqual(self.noted(), ["c", "b", "a"])

    def test_the_order_holds_through_a_state_that_is_not_run(self):
        self.each("--state", "a", "--state", "c", "--reverse", *self.note())
        self.assertEqual(self.noted(), ["c", "a"])

    def test_the_first_failure_stops_what_has_not_begun(self):
        done = self.each("--all", "--order", "--", "sh", "-c", '[ "$STATELANE_STATE" != a ]', code=1)
        self.assertIn("a: failed: exit code 1\n", done.stdout)
        self.assertIn("3 runs: 1 failed, 2 not run\n", done.stdout)

    def test_with_keep_going_only_what_waits_for_it_is_held_back(self):
        done = self.each("--all", "--order", "--keep-going", "--", "sh", "-c", '[ "$STATELANE_STATE" != b ]', code=1)
        self.assertRegex(done.stdout, r"c +held back +- +waits for b\n")
        self.assertIn("3 runs: 1 failed, 1 held back, 1 succeeded\n", done.stdout)
        done = self.each("--all", "--keep-going", "--", "sh", "-c", '[ "$STATELANE_STATE" != b ]', code=1)
        self.assertIn("3 runs: 1 failed, 2 succeeded\n", done.stdout)

    def test_json_has_every_run_and_nothing_else_stands_there(self):
        done = self.each("--all", "--json", "--keep-going", "--", "sh", "-c", 'echo out; exit 0', code=0)
        runs = json.loads(done.stdout)["runs"]
        self.assertEqual([(run["id"], run["result"]) for run in runs],
                         [("a", "succeeded"), ("b", "succeeded"), ("c", "succeeded")])
        self.assertEqual(done.stderr.count("out\n"), 3)

    def test_a_command_that_is_not_there_is_told(self):
        done = self.each("--state", "a", "--", "no-such-program", code=1)
        self.assertIn("a: failed: cannot find", done.stdout)

    def test_a_temporary_directory_that_takes_no_file_is_told(self):
        done = self.each("--state", "a", "--", "true", code=1, TMPDIR="/proc")
        self.assertIn("a: failed: cannot create a file in /proc: No such file or directory\n", done.stdout)

    def test_in_a_job_each_output_is_a_section_that_folds(self):
        done = self.each("--state", "a", "--", "printf", "half a line", GITLAB_CI="true")
        self.assertRegex(done.stdout, "^\x1b\\[0Ksection_start:\\d+:statelane_each_0\\[collapsed=true\\]\n\x1b\\[0K"
                                      "a: printf 'half a line'\nhalf a line\n"
                                      "\x1b\\[0Ksection_end:\\d+:statelane_each_0\n\x1b\\[0K\n")


class StopTest(EachTest):
    SCRIPT = ("n=0; trap 'n=$((n+1))' INT TERM; echo start >> \"$1\"; "
              "i=0; while [ $i -lt 200 ] && [ $n -eq 0 ]; do sleep 0.05; i=$((i+1)); done; sleep 0.8; "
              "echo \"end $n\" >> \"$1\"; exit 1")

    def begin(self, *arguments):
        """Starts it and waits until two commands run."""
        process = subprocess.Popen([harness.statelane_binary(), "each", *arguments], cwd=self.directory,
                                   env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   start_new_session=True)
        deadline = time.monotonic() + 60
        while not self.seen.exists() or self.seen.read_text().count("start") < 2:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)
        return process

    def test_a_stop_reaches_each_command_once_and_the_rest_can_be_resumed(self):
        words = ["--all", "--parallel", "2", *self.note(self.SCRIPT)]
        process = self.begin(*words)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGTERM):
            process.send_signal(number)
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 1)
        self.assertEqual(sorted(self.noted()), ["end 1", "end 1", "start", "start"])
        self.assertRegex(err, r"statelane: asked to stop by signal (TERM|INT); waiting for 2 commands\n")
        self.assertIn("hint: statelane each --resume runs those that have not succeeded\n", err)
        self.assertRegex(out, r"a +failed +[\d.]+ s +stopped: exit code 1\n")
        self.assertRegex(out, r"c +not run")

    def test_where_every_process_is_signalled_none_gets_another_signal(self):
        process = self.begin("--all", "--parallel", "2", *self.note(self.SCRIPT))
        listing = subprocess.run(["ps", "-s", str(process.pid), "-o", "pid="], capture_output=True, text=True, check=True)
        for pid in sorted(map(int, listing.stdout.split()), reverse=True):
            try:
                os.kill(pid, signal.SIGTERM)
            except ProcessLookupError:
                pass
        process.communicate(timeout=60)
        self.assertEqual(sorted(self.noted()), ["end 1", "end 1", "start", "start"])

    def test_resume_runs_what_has_not_succeeded_with_the_same_command(self):
        script = 'echo "$STATELANE_STATE" >> "$1"; [ "$STATELANE_STATE" != b ] || [ -e ../fixed ]'
        self.each("--all", "--order", *self.note(script), code=1)
        self.assertEqual(self.noted(), ["a", "b"])
        self.each("--resume", code=1)
        self.assertEqual(self.noted(), ["b"])
        (self.directory / "fixed").touch()
        self.each("--resume")
        self.assertEqual(self.noted(), ["b", "c"])
        self.each("--resume", code=2)


class RecipeTest(EachTest):
    def test_the_check_of_merge_requests_in_the_readme(self):
        harness.require("terraform")
        readme = (harness.SOURCE_DIR / "README.md").read_text()
        line = re.search(r"^    - (statelane each --modules .*)$", readme, re.MULTILINE).group(1)
        base = self.repository.git("rev-parse", "HEAD")
        head = self.repository.commit("module", {"modules/m/main.tf": "locals {\n  x = local.y\n}\n"})
        words = {"CI": "true", "CI_PIPELINE_SOURCE": "merge_request_event", "CI_MERGE_REQUEST_IID": "7",
                 "CI_MERGE_REQUEST_DIFF_BASE_SHA": base, "CI_COMMIT_SHA": head, "CI_DEFAULT_BRANCH": "main"}
        self.environment["PATH"] = os.pathsep.join([str(harness.statelane_binary().parent), self.environment["PATH"]])
        done = harness.run(["sh", "-c", line], cwd=self.directory, env={**self.environment, **words}, check=False)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn("2 runs: 2 failed\n", done.stdout)
        self.assertIn('A local value with the name "y" has not been declared', done.stdout)


class PlanTest(harness.EndToEndTest):
    def test_plans_of_all_affected_states_and_a_page_and_nothing_that_could_be_applied(self):
        terraform = harness.require("terraform")
        self.environment["PATH"] = os.pathsep.join([os.path.dirname(terraform), self.environment["PATH"]])
        repository = harness.Repository(self.scratch, self.environment)
        state = 'terraform {{\n  backend "local" {{\n    path = "{}/{}.tfstate"\n  }}\n}}\n'
        new = 'resource "terraform_data" "x" {\n  input = "new"\n}\n'
        (self.scratch / "states").mkdir()
        repository.commit("begin", {f"{name}/main.tf": state.format(self.scratch / "states", name) for name in "ab"} | {
            ".gitignore": ".statelane/\n.terraform/\nstatelane.html\n"})
        repository.push()
        (repository.directory / "a/new.tf").write_text(new)
        (repository.directory / "b/new.tf").write_text("locals {\n  x = none.such\n}\noutput \"x\" {\n  value = local.x\n}\n")
        done = harness.statelane("each", "--plan", "--keep-going", "--parallel", "2", cwd=repository.directory,
                                 env=self.environment, check=False)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"a +succeeded")
        self.assertRegex(done.stdout, r"b +failed")
        page = (repository.directory / "statelane.html").read_text()
        self.assertIn("plan: 1 to create", page)
        self.assertIn('<code>terraform_data.x</code></summary><pre tabindex="0">  # terraform_data.x will be created\n', page)
        self.assertIn('<p class="failed">plan failed: Reference to undeclared resource, at new.tf:2</p>', page)
        self.assertLess(page.index('<span class="id">b</span>'), page.index('<span class="id">a</span>'))
        left = sorted(path.name for path in (repository.directory / ".statelane").rglob("*") if path.is_file())
        self.assertNotIn("plan.tfplan", left)
        refused = harness.statelane("run", "apply", "a", cwd=repository.directory, env=self.environment, check=False)
        self.assertEqual(refused.returncode, 125, refused.stdout + refused.stderr)
        self.assertEqual(list((self.scratch / "states").iterdir()), [])


if __name__ == "__main__":
    import unittest
    unittest.main()
