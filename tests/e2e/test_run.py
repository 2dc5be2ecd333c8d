"""`statelane run`, each verb and option, on real Terraform and a state server."""
import json
import os
import signal
import subprocess
import time
import zipfile
from pathlib import Path

from harness import demand, run, statelane_binary
from runs import BACKEND, ONE_RESOURCE, Running, RunTest


class Verbs(RunTest):

    def test_the_reviewed_plan_is_applied_once(self):
        self.plan()
        self.apply()
        self.assertEqual(self.resources(), {"terraform_data.a"})
        again = self.apply(code=125)
        self.assertIn("the state has changed since this plan was made", again.log)

    def test_a_state_is_destroyed_by_a_plan_that_was_made_for_it_and_by_no_other(self):
        self.plan()
        self.apply()
        self.assertIn("this is a destroy job", self.run_to_end("destroy", "net", code=125).log)
        planned = self.plan("--destroy")
        self.assertIn("plan of net: 1 to delete", planned.log)
        self.assertIn("this is no destroy job", self.apply(code=125).log)
        self.run_to_end("destroy", "net")
        self.assertEqual(self.resources(), set())

    def test_a_state_that_is_gone_is_destroyed_with_the_files_of_the_commit_that_had_it(self):
        self.commit({"net/main.tf": BACKEND + 'module "m" {\n  source = "../modules/m"\n}\n',
                     "modules/m/main.tf": ONE_RESOURCE})
        self.plan()
        self.apply("--allow-empty-state")
        had_it = self.repository.git("rev-parse", "HEAD")
        self.commit({"net/main.tf": None, "modules/m/main.tf": None, "README": "nothing left\n"})
        self.assertIn("unknown state", self.run_to_end("plan", "net", "--destroy", code=2).log)
        self.plan("--destroy", "--from", had_it)
        self.run_to_end("destroy", "net", "--from", had_it)
        self.assertEqual(self.resources(), set())
        self.assertFalse((self.project / ".statelane/private").exists())
        self.assertFalse((self.project / "net/main.tf").exists())

    def test_a_state_whose_backend_another_one_has_now_is_not_destroyed(self):
        backend = f'terraform {{\n  backend "http" {{\n    address = "{self.server.address}/shared"\n  }}\n}}\n'
        had_it = self.commit({"net/main.tf": backend + ONE_RESOURCE})
        self.plan()
        self.apply("--allow-empty-state")
        self.commit({"net/main.tf": None, "network/main.tf": backend + ONE_RESOURCE})
        self.assertIn("applied only with --allow-still-used", self.plan("--destroy", "--from", had_it).log)
        refused = self.run_to_end("destroy", "net", "--from", had_it, code=125)
        self.assertIn("state 'network' has, or may have, the same backend", refused.log)
        self.run_to_end("destroy", "net", "--from", had_it, "--allow-still-used")

    def test_files_of_a_commit_are_of_no_use_to_a_local_state(self):
        had_it = self.commit({"net/main.tf": 'terraform {\n  backend "local" {}\n}\n' + ONE_RESOURCE})
        self.assertIn("--from needs a backend", self.plan("--destroy", "--from", had_it, code=2).log)

    def test_drift_is_told_by_the_exit_code_and_leaves_nothing_to_apply(self):
        self.plan()
        self.apply()
        self.run_to_end("drift", "net")
        self.commit({"net/main.tf": BACKEND + ONE_RESOURCE.replace("1", "2")})
        drifted = self.run_to_end("drift", "net", code=2)
        self.assertIn("plan of net: 1 to update", drifted.log)
        self.assertEqual(sorted(file.name for file in (self.project / ".statelane/net").iterdir() if file.suffix != ".txt"),
                         ["applied.json", "drift.json"])


class Options(RunTest):

    def test_every_option_has_its_variable(self):
        planned = self.plan("--lock", env=self.job(STATELANE_OPT_DETAILED_EXITCODE="1", STATELANE_OPT_LOCK_TIMEOUT="90s"), code=2)
        self.assertIn("-lock-timeout=90s", planned.log)
        self.assertIn("-lock=false", self.plan(env=self.job(STATELANE_OPT_LOCK="false")).log)
        self.assertIn("-lock=false", self.plan("--no-lock").log)
        self.assertIn("-lock-timeout", self.plan("--lock", env=self.job(CI_MERGE_REQUEST_IID="3")).log)
        self.assertIn('--lock-timeout takes a span of time (90, 5m, 200ms), not "soon"', self.plan("--lock-timeout", "soon", code=2).log)

    def test_outputs_are_handed_on(self):
        self.commit({"net/main.tf": BACKEND + 'output "zone" {\n  value = "eu-1"\n}\noutput "n" {\n  value = 3\n}\n'})
        self.plan()
        self.apply("--output", "zone", "--output", "COUNT=n")
        self.assertEqual(self.artifact("outputs.env").read_text(), "zone=eu-1\nCOUNT=3\n")

    def test_what_cannot_be_handed_on_is_told_before_the_apply(self):
        self.plan()
        refused = self.apply("--output", "my-out", code=1)
        self.assertIn("'my-out' is no name of a variable; write VARIABLE=my-out", refused.log)
        self.assertIn("the plan leaves no such output", self.apply("--output", "my_out", code=1).log)
        self.assertEqual(self.server.versions("net"), [])
        self.assertEqual(self.server.versions("net"), [])

    def test_the_jobs_page_links_to_the_whole_texts(self):
        page = "https://gitlab.example.com/p/-/jobs/9"
        for verb, text in (("plan", "plan.txt"), ("apply", "apply.txt")):
            self.run_to_end(verb, "net", env=self.job(CI_JOB_URL=page))
            [link] = json.loads(self.artifact("annotations.json").read_text())["statelane"]
            self.assertEqual(link["external_link"]["url"], f"{page}/artifacts/file/.statelane/net/{text}")
            self.assertGreater(self.artifact(text).stat().st_size, 0)

    def test_a_plan_lives_as_long_as_its_artifact(self):
        self.commit({".statelane.yml": "pipeline: {expire_in: 2 hrs 30 min}\n"})
        self.plan()
        metadata = json.loads(self.artifact("meta.json").read_text())
        self.assertEqual(metadata["expires"] - metadata["created"], 9000)


class Guards(RunTest):

    def test_an_empty_state_that_was_there_before_is_refused(self):
        self.commit({"net/main.tf": BACKEND + ONE_RESOURCE.replace("1", "2")})
        self.before = self.first
        self.plan()
        self.assertIn("the state is empty though it is no new one", self.apply(code=125).log)
        self.apply(env=self.job(STATELANE_OPT_ALLOW_EMPTY_STATE="1"))

    def test_a_new_state_is_empty_by_right(self):
        self.before = self.first
        self.commit({"net/main.tf": None, "other/main.tf": BACKEND + ONE_RESOURCE})
        self.run_to_end("plan", "other")
        self.run_to_end("apply", "other")

    def test_more_deletes_than_configured_are_refused(self):
        self.commit({".statelane.yml": 'states: {rules: [{match: "**", max_destroy: 1}]}\n',
                     "net/main.tf": BACKEND + ONE_RESOURCE + ONE_RESOURCE.replace('"a"', '"b"')})
        self.plan()
        self.apply("--allow-empty-state")
        self.commit({"net/main.tf": BACKEND})
        self.assertIn("the plan deletes or replaces 2 resources, and max_destroy is 1: it is applied only with --allow-destroy", self.plan().log)
        self.assertIn("the plan deletes or replaces 2 resources, and max_destroy is 1\n", self.apply(code=125).log)
        passed = self.apply("--allow-destroy")
        self.assertIn("statelane: --allow-destroy lets this pass: ", passed.log)
        self.assertIn("statelane: net is applied: 2 destroyed\n", passed.log)

    def test_a_deploy_freeze_is_kept_by_applies_only(self):
        frozen = self.job(CI_DEPLOY_FREEZE="true")
        self.plan(env=frozen)
        self.assertIn("a deploy freeze is on (CI_DEPLOY_FREEZE is set)", self.apply(env=frozen, code=125).log)
        self.apply("--allow-freeze", env=frozen)

    def test_a_job_without_a_branch_says_that_it_cannot_tell_which_commit_is_newest(self):
        self.plan()
        refused = self.apply("--allow-branch", env=self.job(CI_COMMIT_BRANCH=""), code=125)
        self.assertIn("no branch is known (CI_COMMIT_BRANCH)", refused.log)
        self.assertEqual(self.server.versions("net"), [])

    def test_an_old_button_is_dead_when_the_states_inputs_have_changed_since(self):
        self.plan()
        old = self.job()
        commit = old["CI_COMMIT_SHA"]
        self.commit({"README": "words\n"})
        self.repository.git("checkout", "-q", "--detach", commit)
        self.apply(env=old)
        self.plan(env=old)

        self.repository.git("checkout", "-q", "main")
        self.commit({"net/main.tf": BACKEND + ONE_RESOURCE.replace("1", "2")})
        self.plan(env=self.job())
        older = self.job()
        self.commit({"net/main.tf": BACKEND + ONE_RESOURCE.replace("1", "3")})
        self.repository.git("checkout", "-q", "--detach", older["CI_COMMIT_SHA"])
        refused = self.apply(env=older, code=125)
        self.assertIn("branch main has moved on, and what this state depends on differs there: net/main.tf", refused.log)
        self.apply("--newest-commit", "off", env=older)

    def test_an_apply_is_refused_where_the_branch_has_moved_on_to_what_cannot_be_fetched(self):
        self.plan()
        old, origin, other = self.job(), self.repository.directory.parent / "origin.git", self.scratch / "other"
        self.repository.push()
        for arguments in (["clone", "-q", origin, other], ["-C", other, "commit", "-q", "--allow-empty", "-m", "later"],
                          ["-C", other, "mv", "net", "moved"], ["-C", other, "commit", "-q", "-m", "last"],
                          ["-C", other, "push", "-q", "origin", "HEAD"]):
            run(["git", *arguments], cwd=self.scratch, env=self.environment)
        tree = run(["git", "rev-parse", "main^{tree}"], cwd=origin, env=self.environment).stdout.strip()
        (origin / "objects" / tree[:2] / tree[2:]).unlink()
        self.assertIn("statelane: error: refused to apply net: it cannot be told whether this commit is still the newest: "
                      "the tip of the branch cannot be fetched\n"
                      "hint: when origin answers again, start this job again\n",
                      self.apply(env={**old, "STATELANE_OPT_RETRY_WAIT": "1ms"}, code=125).log)

    def test_an_output_that_no_file_refers_to_may_change(self):
        """The records of earlier applies say what has changed; only what the configuration reads counts."""
        address = f"{self.server.address}/up"
        reader = (f'data "terraform_remote_state" "up" {{\n  backend = "http"\n  config = {{\n    address = "{address}"\n'
                  '    username = "x"\n    password = "job-token"\n  }\n}\n'
                  'resource "terraform_data" "a" {\n  input = data.terraform_remote_state.up.outputs.vpc\n}\n')
        up = f'terraform {{\n  backend "http" {{\n    address = "{address}"\n  }}\n}}\noutput "vpc" {{\n  value = "v%d"\n}}\noutput "zone" {{\n  value = "z%d"\n}}\n'
        self.commit({"up/main.tf": up % (1, 1), "net/main.tf": BACKEND + reader})
        self.run_to_end("plan", "up")
        self.run_to_end("apply", "up")  # Its outputs alone make no state look suddenly empty.
        for outputs, code in (((1, 2), 0), ((2, 2), 125)):
            self.commit({"up/main.tf": up % outputs})
            self.run_to_end("plan", "up")
            self.plan()
            self.run_to_end("apply", "up")
            refused = self.apply("--allow-empty-state", code=code)
        self.assertIn("output 'vpc' of state 'up' has changed since the plan read it", refused.log)


class GitLabState(RunTest):
    """The state lies in the job's own project, and nothing but a pattern says under which name."""

    def job(self, **more):
        job = super().job(**more)
        return {name: value for name, value in job.items() if not name.startswith("TF_HTTP_") or name in more}

    def test_the_name_is_made_by_the_configured_pattern_and_the_token_stays_in_the_environment(self):
        self.commit({".statelane.yml": 'states: {rules: [{match: "**", gitlab_state: "{slug}-state"}]}\n'})
        self.plan()
        self.apply("--allow-empty-state")
        self.assertEqual(len(self.server.versions("net-state")), 1)
        self.assertIn(("POST lock", "net-state", 200), self.server.requests())
        self.assertIn(("DELETE lock", "net-state", 200), self.server.requests())
        for file in (self.project / "net/.terraform").rglob("*"):
            if file.is_file():
                self.assertNotIn(b"job-token", file.read_bytes())
        self.assertNotIn(b"job-token", b"".join(members_of(self.artifact("plan.bin"))))

    def test_a_name_or_an_address_that_is_set_wins(self):
        self.commit({".statelane.yml": 'states: {rules: [{match: "**", gitlab_state: "{slug}"}]}\n'})
        self.plan(env=self.job(TF_STATE_NAME="named"))
        self.plan(env=self.job(TF_HTTP_ADDRESS=f"{self.server.address}/addressed", STATELANE_OPT_LOCK="false"))
        self.assertEqual({name for _request, name, _status in self.server.requests()}, {"named", "addressed"})

    def test_two_states_of_one_name_are_refused(self):
        self.commit({".statelane.yml": 'states: {rules: [{match: "**", gitlab_state: one}]}\n', "dns/main.tf": BACKEND})
        ended = self.plan(code=1)
        self.assertIn('statelane: error: the gitlab_state of net, "one", is that of dns too\n'
                      'hint: "{slug}" in .statelane.yml gives each state a name of its own\n', ended.log)

    def test_a_name_that_is_longer_than_gitlab_takes_is_refused(self):
        name = "x" * 256
        self.commit({".statelane.yml": f'states: {{rules: [{{match: "**", gitlab_state: {name}}}]}}\n'})
        self.assertIn(f'statelane: error: the gitlab_state of net, "{name}", is longer than 255 characters\n'
                      "hint: shorten it in .statelane.yml\n", self.plan(code=1).log)

    def test_without_a_pattern_no_name_is_derived(self):
        self.plan(code=1)
        self.assertEqual(self.server.requests(), [])


class FirstProcess(RunTest):
    """The helper as process 1 of a container."""

    def start_as_first(self, *arguments):
        demand(os.getuid() == 0, "root, who may make a process namespace")
        process = subprocess.Popen(["unshare", "--fork", "--pid", "--mount-proc", statelane_binary(), "run", *arguments],
                                   cwd=self.project, env=self.job(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT)
        self.running.append(Running(process))
        return self.running[-1]

    def test_it_reaps_orphans_and_passes_on_one_interrupt(self):
        orphan = "(sleep 0.01 & ) ; (sh -c 'exit 3' & )"
        self.commit({"net/main.tf": BACKEND + f'''
resource "terraform_data" "a" {{
  provisioner "local-exec" {{
    command = "{orphan}; echo ready-in-apply; while [ ! -e {self.scratch}/go ]; do sleep 0.01; done"
  }}
}}
'''})
        self.plan()
        applying = self.start_as_first("apply", "net", "--allow-empty-state")
        applying.wait_for("ready-in-apply")
        first = children_of(applying.process.pid)[0]
        deadline = time.monotonic() + 20
        while zombies := [pid for pid in children_of(first) if state_of(pid) == "Z"]:
            self.assertLess(time.monotonic(), deadline, f"not reaped: {zombies}")
        os.kill(first, signal.SIGTERM)
        ended = applying.finish()
        self.assertEqual(ended.code, 1, ended.log)
        self.assertIn("'apply' was interrupted once and ended by itself", ended.log)
        self.assertNotIn("Two interrupts", ended.log)
        self.assertEqual((self.resources(), self.server.locks()), ({"terraform_data.a"}, {}))


def members_of(archive):
    with zipfile.ZipFile(archive) as opened:
        return [opened.read(name) for name in opened.namelist()]


def children_of(pid):
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def state_of(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""
