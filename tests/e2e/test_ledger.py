"""What was applied last decides what a pipeline of the branch offers, and what `status` says: by GitLab's deployments, and by the
refs that it makes of them."""
import json
import re
import shutil
import time

from deployments_server import DeploymentsServer, slug_of
from harness import EndToEndTest, Repository, run, statelane

BACKEND = 'terraform {{\n  backend "s3" {{\n    bucket = "b"\n    key = "{}"\n  }}\n}}\n'
SOURCES = ("api", "refs")


class LedgerTest(EndToEndTest):
    """A repository of states and a GitLab that knows what was applied of them."""

    def setUp(self):
        super().setUp()
        self.start()

    def start(self, name="one"):
        scratch = self.scratch / name
        scratch.mkdir()
        self.repository = Repository(scratch, self.environment)
        self.server = self.enterContext(DeploymentsServer(scratch / "origin.git", self.environment))
        self.before = "0" * 40
        self.git_config("uploadpack.allowAnySHA1InWant", "true")

    def git_config(self, name, value):
        origin = self.server.origin
        run(["git", f"--git-dir={origin}", "config", name, value], cwd=origin, env=self.environment)

    def state(self, name, text="", key=None):
        """The files of a state whose plan `text` decides."""
        return {f"{name}/main.tf": BACKEND.format(key or name) + f'output "text" {{\n  value = "{text}"\n}}\n'}

    def push(self, message, changes):
        self.before = self.repository.git("rev-parse", "-q", "--verify", "origin/main") if self.repository.commits else "0" * 40
        commit = self.repository.commit(message, changes)
        self.repository.push()
        return commit

    def variables(self, source, kind="push", **more):
        head = self.repository.git("rev-parse", "HEAD")
        variables = {"CI": "true", "GITLAB_CI": "true", "CI_COMMIT_SHA": head, "CI_PIPELINE_SOURCE": kind, "CI_DEFAULT_BRANCH": "main",
                     "CI_COMMIT_BRANCH": "main", "CI_COMMIT_BEFORE_SHA": self.before, "CI_PIPELINE_ID": "9",
                     "CI_SERVER_VERSION": "17.5.0"}
        if source == "api":
            variables |= self.server.variables()
        return {**self.environment, **variables, **more}

    def affected(self, source, *options, cwd=None, **more):
        done = statelane("affected", "--json", *options, cwd=cwd or self.repository.directory, env=self.variables(source, **more))
        self.errors = done.stderr
        return json.loads(done.stdout)

    def offered(self, source, *options, **more):
        return [entry["id"] for entry in self.affected(source, *options, **more)["affected"]]

    def status(self, source, *arguments, check=True, env=None):
        environment = env or ({**self.environment, **self.server.variables(), "CI_JOB_TOKEN": "", "STATELANE_TOKEN": "my-token"}
                              if source == "api" else self.environment)
        done = statelane("status", "--json", *arguments, cwd=self.repository.directory, env=environment, check=check)
        self.errors, self.exit_code = done.stderr, done.returncode
        answer = json.loads(done.stdout)
        self.assertEqual(answer["schema"], "statelane/status/1")
        return {entry["id"]: entry for entry in answer["states"]}

    def statuses(self, source, *arguments):
        return {identity: entry["status"] for identity, entry in self.status(source, *arguments).items()}


class Cases(LedgerTest):
    """What must not be lost, one case after the other, by each source, in clones and pipelines of every kind."""

    def affected(self, source, *options, **more):
        """As a push in a full clone has it; what else may ask says the same."""
        answer = super().affected(source, *options, **more)
        if options or more:
            return answer
        errors = self.errors
        head, shallow = self.repository.git("rev-parse", "HEAD"), self.repository.directory.parent / "few"
        shutil.rmtree(shallow, ignore_errors=True)
        run(["git", "clone", "-q", "--depth=20", f"file://{self.server.origin or self.repository.git('remote', 'get-url', 'origin')}", shallow],
            cwd=self.scratch, env=self.environment)
        told = [(entry["id"], entry["change"], entry.get("base")) for entry in answer["affected"]]
        # What the push alone decides no other pipeline offers.
        by_ledger = [entry["id"] for entry in answer["affected"] if "pending" in entry]
        for clone in (self.repository.directory, shallow):
            again = super().affected(source, cwd=clone)["affected"]
            self.assertEqual([(entry["id"], entry["change"], entry.get("base")) for entry in again], told)
            for kind in ("schedule", "web"):
                waiting = super().affected(source, "--pending", cwd=clone, kind=kind)["affected"]
                ids = {entry["id"] for entry in waiting}
                self.assertTrue(set(by_ledger) <= ids <= {entry["id"] for entry in answer["affected"]}, (kind, ids))
                self.assertTrue(all("pending" in entry for entry in waiting), kind)
                self.assertEqual(super().affected(source, cwd=clone, kind=kind)["affected"], [], kind)
            self.check_merge_request(source, clone, head, {entry["id"] for entry in answer["affected"]})
        self.errors = errors
        return answer

    def check_merge_request(self, source, clone, head, offered):
        """Its own change, beside which stands what its plan will hold: nothing is offered there."""
        git = lambda *words: run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *words], cwd=clone, env=self.environment)
        git("checkout", "-q", "--detach", head)
        states = sorted(path.parent.name for path in clone.glob("*/main.tf") if "backend" in path.read_text())
        for state in states:
            (clone / state / "request.tf").write_text('output "request" {\n  value = 1\n}\n')
        git("add", "--all")
        git("commit", "-q", "-m", "request")
        commit = git("rev-parse", "HEAD").stdout.strip()
        request = {"kind": "merge_request_event", "CI_COMMIT_SHA": commit, "CI_COMMIT_BRANCH": "", "CI_MERGE_REQUEST_IID": "50",
                   "CI_MERGE_REQUEST_EVENT_TYPE": "detached", "CI_MERGE_REQUEST_DIFF_BASE_SHA": head,
                   "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main"}
        answer = super().affected(source, cwd=clone, **request)
        self.assertEqual([entry["id"] for entry in answer["affected"]], states)
        self.assertEqual([entry for entry in answer["affected"] if "pending" in entry], [])
        self.assertLessEqual({entry["id"] for entry in answer["affected"] if "also" in entry}, offered)
        text = statelane("generate", cwd=clone, env=self.variables(source, **request)).stdout
        self.assertNotIn('"apply: ', text)
        git("checkout", "-q", "-f", "main")

    def begin(self):
        """X and Y, both applied."""
        first = self.push("states", {**self.state("x"), **self.state("y")})
        self.server.deploy("x", first)
        self.server.deploy("y", first)
        return first

    def each_source(self, case):
        for source in SOURCES:
            with self.subTest(source=source):
                self.start(source)
                case(source)

    def test_a_change_that_nobody_pressed_is_offered_by_the_next_push(self):
        def case(source):
            first = self.begin()
            second = self.push("x", self.state("x", "b"))
            self.server.begin("x", second)
            self.push("y", self.state("y", "c"))
            answer = self.affected(source)
            self.assertEqual([entry["id"] for entry in answer["affected"]], ["x", "y"])
            self.assertEqual(answer["base"]["reason"], "applied")
            self.assertEqual([entry["base"] for entry in answer["affected"]], [first, first])
            name = "GitLab's deployments" if source == "api" else "the refs of GitLab's deployments"
            self.assertEqual(answer["base"]["text"], f"for each state what was applied last, by {name}; where nothing is known: "
                             "CI_COMMIT_BEFORE_SHA: the tip of main before this push")
            status = self.status(source)
            self.assertEqual({name: entry["status"] for name, entry in status.items()}, {"x": "pending", "y": "pending"})
            self.assertEqual(status["x"]["commits"], [second])
            self.assertEqual(status["x"]["applied"]["commit"], first)
            self.assertEqual(status["x"]["source"], source)
            self.assertEqual(status["x"]["causes"][0][0]["path"], "x/main.tf")
        self.each_source(case)

    def test_a_revert_of_what_was_not_applied_offers_nothing_and_of_what_was_applied_does(self):
        def case(source):
            self.begin()
            second = self.push("x", self.state("x", "b"))
            self.push("revert", self.state("x"))
            self.assertEqual(self.offered(source), [])
            self.assertEqual(self.statuses(source), {"x": "applied", "y": "applied"})
            self.server.deploy("x", second)
            self.assertEqual(self.offered(source), ["x"])
            self.assertEqual(self.statuses(source), {"x": "pending", "y": "applied"})
        self.each_source(case)

    def test_an_applied_commit_that_a_force_push_took_away_is_fetched_by_its_id(self):
        def case(source):
            first = self.begin()
            second = self.push("x", self.state("x", "b"))
            self.server.deploy("x", second)
            self.repository.git("reset", "-q", "--hard", first)
            self.repository.commit("y", self.state("y", "c"))
            self.repository.git("push", "-q", "--force", "origin", "HEAD:main")
            self.repository.git("update-ref", "-d", "ORIG_HEAD")
            self.repository.git("reflog", "expire", "--expire=now", "--all")
            self.repository.git("gc", "-q", "--prune=now")
            self.before = second
            self.assertEqual(self.offered(source), ["x", "y"])
            self.assertEqual(self.status(source)["x"]["text"], f"the applied commit {second[:12]} is not in the branch")
        self.each_source(case)

    def test_equal_trees_decide_after_a_squash_and_no_ancestry(self):
        def case(source):
            self.begin()
            self.repository.git("checkout", "-q", "-b", "feature")
            other = self.repository.commit("x", self.state("x", "b"))
            self.repository.git("push", "-q", "origin", "HEAD")
            self.server.deploy("x", other, branch="main")
            self.repository.git("checkout", "-q", "main")
            self.push("squashed", self.state("x", "b"))
            self.assertEqual(self.offered(source), [])
        self.each_source(case)

    def test_what_another_branch_deployed_is_named_and_offered_again(self):
        first = self.begin()
        self.repository.git("checkout", "-q", "-b", "feature")
        other = self.repository.commit("x", self.state("x", "elsewhere"))
        self.repository.git("push", "-q", "origin", "HEAD")
        self.repository.git("checkout", "-q", "main")
        self.server.deploy("x", other, branch="feature")
        self.push("words", {"README.md": "words\n"})
        self.assertEqual(self.offered("api"), ["x"])
        state = self.status("api")["x"]
        self.assertEqual((state["status"], state["foreign"]["branch"], state["applied"]["commit"]), ("foreign", "feature", first))
        # The refs cannot tell whose it was; what differs is offered all the same.
        self.assertEqual(self.offered("refs"), ["x"])

    def test_another_job_of_the_environment_never_counts_as_an_apply(self):
        first = self.begin()
        second = self.push("x", self.state("x", "b"))
        self.server.deploy("x", second, job="smoke test")
        self.assertEqual(self.offered("api"), ["x"])
        state = self.status("api")["x"]
        self.assertEqual((state["status"], state["applied"]["commit"], state["foreign"]["job"]), ("pending", first, "smoke test"))

    def test_an_applied_commit_that_is_gone_is_no_reason_to_offer_less(self):
        self.begin()
        gone = "1234567890abcdef1234567890abcdef12345678"
        self.server.origin = None
        self.server.deploy("x", gone)
        self.push("y", self.state("y", "c"))
        answer = self.affected("api")["affected"]
        self.assertEqual([entry["id"] for entry in answer], ["x", "y"])
        self.assertEqual(answer[0]["causes"], [[{"kind": "applied_unknown"}]])
        status = self.status("api")
        self.assertEqual((status["x"]["status"], status["y"]["status"]), ("unknown", "pending"))
        self.assertEqual(status["x"]["text"], f"{gone[:12]} was applied last, and cannot be compared: origin does not have it")

    def test_a_moved_state_is_compared_with_what_was_applied_under_its_old_name(self):
        def case(source):
            first = self.begin()
            moved = self.state("z", key="x")
            self.push("move", {**moved, "x/main.tf": None})
            self.push("y", self.state("y", "c"))
            answer = self.affected(source)["affected"]
            self.assertEqual([(entry["id"], entry["change"]) for entry in answer], [("y", "modified"), ("z", "moved")])
            self.assertEqual((answer[1]["from"], answer[1]["base"]), ("x", first))
            status = self.status(source)
            self.assertEqual((status["z"]["status"], status["z"]["text"]), ("pending", "it was applied as x"))
            self.assertNotIn("x", status)
        self.each_source(case)

    def test_a_deleted_state_is_named_until_its_environment_is_stopped(self):
        def case(source):
            self.begin()
            self.push("delete", {"x/main.tf": None})
            self.push("y", self.state("y", "c"))
            answer = self.affected(source)["affected"]
            self.assertEqual([(entry["id"], entry["change"]) for entry in answer], [("x", "deleted"), ("y", "modified")])
            status = self.status(source)
            self.assertEqual({name: entry["status"] for name, entry in status.items()}, {"x": "left_behind", "y": "pending"})
            self.assertEqual(status["x"]["text"], "its configuration is gone, and its resources are not destroyed")
            if source == "api":
                self.server.stop("x")
                self.assertEqual(self.offered(source), ["y"])
                self.assertEqual(self.statuses(source), {"y": "pending"})
        self.each_source(case)

    def test_a_directory_that_is_no_state_any_more_is_named_too(self):
        def case(source):
            self.begin()
            self.push("retire", {"x/main.tf": 'output "text" {\n  value = 1\n}\n'})
            self.push("y", self.state("y", "c"))
            self.assertEqual([(entry["id"], entry["change"]) for entry in self.affected(source)["affected"]],
                             [("x", "retired"), ("y", "modified")])
            self.assertEqual(self.status(source)["x"]["text"], "it is no state any more, though it has files")
        self.each_source(case)

    def test_a_stopped_environment_of_a_state_that_is_there_counts_for_nothing(self):
        self.begin()
        self.server.stop("x")
        self.push("words", {"README.md": "words\n"})
        self.assertEqual(self.offered("api"), ["x"])
        state = self.status("api")["x"]
        self.assertEqual((state["status"], state["text"]), ("never_applied", "its environment was stopped"))

    def test_a_deleted_environment_leaves_no_record_and_is_offered(self):
        def case(source):
            self.begin()
            self.push("z", self.state("z"))
            self.server.deploy("z", self.repository.git("rev-parse", "HEAD"))
            self.server.delete_environment("z")
            self.push("words", {"README.md": "words\n"})
            self.assertEqual(self.offered(source), ["z"])
            self.assertEqual(self.status(source)["z"]["status"], "never_applied" if source == "api" else "unknown")
        self.each_source(case)

    def test_first_adoption_compares_with_the_push_and_says_so(self):
        def case(source):
            self.push("states", {**self.state("x"), **self.state("y")})
            self.push("x", self.state("x", "b"))
            answer = self.affected(source)
            self.assertEqual(([entry["id"] for entry in answer["affected"]], answer["base"]["reason"]), (["x"], "push-before"))
            name = "GitLab's deployments" if source == "api" else "the refs of GitLab's deployments"
            self.assertIn(f"statelane: note: {name} tell of no apply yet, so that the push decides\n", self.errors)
            # Once something was applied, only what has no record itself is compared with the push.
            self.server.deploy("x", self.repository.git("rev-parse", "HEAD"))
            third = self.push("words", {"README.md": "words\n", **self.state("z")})
            self.assertEqual(self.offered(source), ["z"])
            self.push("more words", {"README.md": "more words\n"})
            # What came later was never pressed.
            self.assertEqual(self.offered(source), ["z"])
            status = self.status(source)
            self.assertEqual(status["y"]["status"], "unknown")
            self.assertEqual(status["y"]["text"], "it has no record, and was there before the project's first one")
            self.assertEqual(status["z"]["commits"], [third])
        self.each_source(case)

    def test_a_gate_that_was_offered_counts_for_a_state_older_than_the_first_record(self):
        self.push("states", {**self.state("x"), **self.state("y")})
        second = self.push("both", {**self.state("x", "b"), **self.state("y", "b")})
        self.server.begin("y", second)
        self.server.deploy("x", second)
        self.push("words", {"README.md": "words\n"})
        self.assertEqual(self.offered("api"), ["y"])
        self.assertEqual(self.offered("refs"), [])  # which the refs cannot know

    def test_a_plan_without_changes_is_no_longer_offered_once_it_is_recorded(self):
        def case(source):
            self.begin()
            head = self.push("x", self.state("x", "b"))
            self.assertEqual(self.offered(source), ["x"])
            self.server.record_without_job("x", head)
            self.push("words", {"README.md": "words\n"})
            self.assertEqual(self.offered(source), [])
        self.each_source(case)

    def test_an_apply_that_failed_and_was_reverted_is_offered_by_the_api_alone(self):
        self.begin()
        second = self.push("x", self.state("x", "b"))
        self.server.deploy("x", second, "failed")
        self.push("revert", self.state("x"))
        answer = self.affected("api")["affected"]
        self.assertEqual([(entry["id"], entry["causes"]) for entry in answer], [("x", [[{"kind": "apply_failed"}]])])
        self.assertEqual(self.statuses("api"), {"x": "failed", "y": "applied"})
        self.assertEqual(self.offered("refs"), [])

    def test_an_old_button_that_was_pressed_last_is_told_by_its_end(self):
        first = self.begin()
        old = self.server.begin("x", first)
        second = self.push("x", self.state("x", "b"))
        self.server.deploy("x", second)
        self.server.end(old)
        self.assertEqual(self.offered("api"), ["x"])
        self.assertEqual(self.offered("refs"), [])  # the highest number is not the last apply
        self.server.knows_finished_at = False
        self.assertEqual(self.offered("api"), ["x"])

    def test_two_states_with_one_slug_are_refused_by_their_names(self):
        self.push("states", {**self.state("foo"), **self.state("foo-")})
        done = statelane("generate", cwd=self.repository.directory, env=self.variables("api"), check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn('the environments of "foo" and "foo-" have one slug, "foo", and GitLab makes only one of them\n'
                      "hint: rename one of the directories\n", done.stderr)

    def test_a_stored_slug_goes_before_the_computed_one(self):
        first = self.begin()
        self.server.environments["x"]["slug"] = "x-a1b2c3"
        self.push("x", self.state("x", "b"))
        self.assertEqual(self.offered("api"), ["x"])
        self.assertEqual(self.status("api")["x"]["applied"]["commit"], first)

    def test_a_shallow_clone_says_what_a_full_one_says(self):
        def case(source):
            first = self.begin()
            self.push("x", self.state("x", "b"))
            for number in range(30):
                self.repository.commit(f"words {number}", {"README.md": f"{number}\n"})
            self.push("y", self.state("y", "c"))
            self.assertEqual(self.offered(source), ["x", "y"])
            shallow = self.repository.directory.parent / "shallow"
            run(["git", "clone", "-q", "--depth=20", f"file://{self.server.origin}", shallow], cwd=self.scratch, env=self.environment)
            config = (shallow / ".git/config").read_text()
            answer = self.affected(source, cwd=shallow)["affected"]
            self.assertEqual([(entry["id"], entry["base"]) for entry in answer], [("x", first), ("y", first)])
            self.assertEqual((shallow / ".git/config").read_text(), config)
        self.each_source(case)


class Pipelines(LedgerTest):
    """Which pipelines offer what an earlier push left, and how."""

    def begin(self):
        first = self.push("states", {**self.state("x"), **self.state("y")})
        for state in ("x", "y"):
            self.server.deploy(state, first)
        self.push("Merge branch 'b' into 'main'\n\nmore x\n\nSee merge request platform/orders!42", self.state("x", "b"))
        self.push("y", self.state("y", "c"))
        return first

    def generate(self, *options, **more):
        done = statelane("generate", *options, cwd=self.repository.directory, env=self.variables("api", **more))
        self.errors = done.stderr
        return done.stdout

    def test_the_reason_stands_above_the_job_and_in_the_log(self):
        first = self.begin()
        text = self.generate()
        self.assertIn(f"# compared with {first[:12]}, applied last: !42 was merged and not applied\n", text)
        self.assertIn("x: !42 was merged and not applied\n", self.errors)
        self.assertIn('# no "changes" rule: it is compared with what was applied last, and GitLab would compare with the push\n', text)
        self.assertIn('"apply: x"', text)
        self.assertNotIn("only:", text)

    def test_a_pipeline_of_what_is_all_applied_says_so(self):
        self.begin()
        for state in ("x", "y"):
            self.server.deploy(state, self.repository.git("rev-parse", "HEAD"))
        self.assertIn("nothing to do: no state differs from what was applied last", self.generate())

    def test_the_configuration_and_the_option_choose_the_push(self):
        self.begin()
        self.assertNotIn("apply: x", self.generate("--compare", "push"))
        self.push("settings", {".statelane.yml": "pipeline: {compare: push}\n", **self.state("y", "d")})
        self.assertNotIn("apply: x", self.generate())
        self.assertIn("apply: x", self.generate("--compare", "applied"))

    def test_a_schedule_offers_it_only_where_it_is_asked_to(self):
        self.begin()
        for kind in ("schedule", "web"):
            with self.subTest(kind=kind):
                self.assertNotIn("apply: ", self.generate(kind=kind))
                self.assertIn('"apply: x"', self.generate("--pending", kind=kind))

    def test_an_automatic_gate_waits_for_what_an_earlier_push_left(self):
        self.push("states", {**self.state("x"), **self.state("y"),
                             ".statelane.yml": "states:\n  rules:\n    - match: '**'\n      apply: {gate: automatic}\n"})
        for state in ("x", "y"):
            self.server.deploy(state, self.repository.git("rev-parse", "HEAD"))
        self.push("x", self.state("x", "b"))
        self.push("y", self.state("y", "c"))
        jobs = re.split(r"\n(?=\S)", self.generate())
        job = {name: next(text for text in jobs if f'"apply: {name}":' in text) for name in ("x", "y")}
        self.assertIn('when: "on_success"', job["y"])
        self.assertNotIn('when: "on_success"', job["x"])
        self.assertIn("# its gate waits, though it is automatic: an earlier push left some of it\n", self.generate())

    def test_a_destruction_that_nobody_pressed_is_offered_again_and_blocks_nothing(self):
        self.push("states", {**self.state("x"), **self.state("y"), ".statelane.yml": "pipeline: {deleted: destroy-gate}\n"})
        first = self.repository.git("rev-parse", "HEAD")
        for state in ("x", "y"):
            self.server.deploy(state, first)
        self.push("delete", {"x/main.tf": None})
        self.assertIn('"destroy: x"', self.generate())
        self.push("y", self.state("y", "c"))
        text = self.generate()
        job = next(text for text in re.split(r"\n(?=\S)", text) if '"destroy: x":' in text)
        self.assertIn("allow_failure: true", job)
        self.assertIn(first, job)

    def test_a_deleted_state_is_named_again_where_nothing_is_destroyed(self):
        self.begin()
        self.push("delete", {"x/main.tf": None})
        self.assertIn('"deleted: x"', self.generate())
        self.push("y", self.state("y", "d"))
        self.assertIn('"deleted: x"', self.generate())
        self.server.stop("x")
        self.assertNotIn("deleted: x", self.generate())

    def test_with_several_apply_branches_the_record_of_another_one_is_shown_and_not_rolled_back(self):
        rule = "states:\n  rules:\n    - match: '**'\n      apply: {branches: [main, stable]}\n"
        first = self.push("states", {**self.state("x"), ".statelane.yml": rule})
        self.server.deploy("x", first)
        self.repository.git("checkout", "-q", "-b", "stable")
        other = self.repository.commit("x", self.state("x", "stable"))
        self.repository.git("push", "-q", "origin", "HEAD")
        self.repository.git("checkout", "-q", "main")
        self.server.deploy("x", other, branch="stable")
        self.push("words", {"README.md": "words\n"})
        self.assertEqual(self.offered("api"), [])
        state = self.status("api")["x"]
        self.assertEqual((state["status"], state["applied"]["commit"], state["foreign"]["branch"]), ("applied", first, "stable"))
        # The other branch has its own record.
        self.repository.git("checkout", "-q", "stable")
        self.before = other
        self.assertEqual(self.offered("api", CI_COMMIT_BRANCH="stable"), [])

    def test_a_merge_request_says_what_else_its_plan_will_contain(self):
        self.begin()
        base = self.repository.git("rev-parse", "HEAD")
        self.repository.git("checkout", "-q", "-b", "feature")
        self.repository.commit("x again", self.state("x", "feature"))
        text = self.generate(kind="merge_request_event", CI_COMMIT_BRANCH="", CI_MERGE_REQUEST_IID="50", CI_MERGE_REQUEST_DIFF_BASE_SHA=base,
                             CI_MERGE_REQUEST_EVENT_TYPE="detached", CI_MERGE_REQUEST_TARGET_BRANCH_NAME="main")
        self.assertIn("# also !42 (merged, not applied)\n", text)
        self.assertIn("x: also !42 (merged, not applied)\n", self.errors)
        self.server.deploy("x", base, "failed")
        self.generate(kind="merge_request_event", CI_COMMIT_BRANCH="", CI_MERGE_REQUEST_IID="50", CI_MERGE_REQUEST_DIFF_BASE_SHA=base,
                      CI_MERGE_REQUEST_EVENT_TYPE="detached", CI_MERGE_REQUEST_TARGET_BRANCH_NAME="main")
        self.assertIn("x: also what an apply that failed has left\n", self.errors)
        self.assertNotIn("apply: x", text)


class Writing(LedgerTest):
    """What `status` writes to GitLab, each time for states that somebody named."""

    def begin(self):
        self.push("states", {**self.state("x"), **self.state("y")})
        self.server.deploy("x", self.repository.git("rev-parse", "HEAD"))

    def write(self, *arguments, code=0, **more):
        environment = {**self.environment, **self.server.variables(), "CI_JOB_TOKEN": "", "STATELANE_TOKEN": "my-token", **more}
        done = statelane("status", *arguments, cwd=self.repository.directory, env=environment, check=False)
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stdout + done.stderr

    def test_a_baseline_is_a_record_without_a_job(self):
        self.begin()
        head = self.repository.git("rev-parse", "HEAD")
        self.assertEqual(self.statuses("api"), {"x": "applied", "y": "unknown"})
        self.assertEqual(self.write("--baseline", "y"), f"y: {head} is recorded as applied\n")
        state = self.status("api")["y"]
        self.assertEqual((state["status"], state["applied"]["job"], state["applied"]["user"]), ("applied", None, "ada"))
        self.assertIn("recorded without a job by ada", self.write("y"))

    def test_a_baseline_of_what_is_not_applied_wants_a_reason_and_a_name(self):
        self.begin()
        self.push("x", self.state("x", "b"))
        self.assertIn("x is pending: recorded as applied, its changes would be forgotten\n"
                      "hint: apply it, or say with --reason TEXT why it is as if it were applied\n", self.write("--baseline", "x", code=2))
        self.assertIn("because: applied by hand", self.write("--baseline", "x", "--reason", "applied by hand"))
        self.assertIn("--baseline wants the ids of states\nhint: name each state; statelane status lists them\n", self.write("--baseline", code=2))
        self.assertIn('unknown state "*"', self.write("--baseline", "*", code=2))
        # Nothing is written because of a variable.
        before = len(self.server.deployments)
        self.write("y", STATELANE_OPT_BASELINE="true", STATELANE_OPT_FORGET="true")
        self.assertEqual(len(self.server.deployments), before)

    def test_a_baseline_that_gitlab_refuses_is_an_error(self):
        self.begin()
        self.assertIn("GitLab is only written to by its API: no token is set (STATELANE_TOKEN, GITLAB_TOKEN): GitLab's API is not asked\n"
                      'hint: set STATELANE_TOKEN to a token with the scope "api"\n',
                      self.write("--baseline", "y", STATELANE_TOKEN="", code=2))
        self.server.tokens["PRIVATE-TOKEN"] = set()
        told = self.write("--baseline", "y", code=3)
        self.assertIn("cannot record y: GitLab does not know the token", told)
        self.assertIn('hint: the token needs the scope "api", and its user the right to deploy to the environment\n', told)

    def test_what_was_left_behind_is_forgotten_by_name(self):
        self.begin()
        self.assertIn("x is in the repository, and would be offered again\nhint: only a state that is gone can be forgotten\n",
                      self.write("--forget", "x", code=2))
        self.push("delete", {"x/main.tf": None})
        self.assertEqual(self.statuses("api")["x"], "left_behind")
        self.assertIn("x is not in the repository\n", self.write("--baseline", "x", code=2))
        self.assertEqual(self.write("--forget", "x"), "x: its environment is stopped; what it holds stays as it is\n")
        self.assertEqual(self.server.environments["x"]["state"], "stopped")
        self.assertNotIn("x", self.statuses("api"))
        self.assertIn('GitLab has no environment "z"', self.write("--forget", "z", code=2))
        self.assertIn("--baseline and --forget are two things", self.write("--forget", "--baseline", "z", code=2))

    def test_the_exit_code_tells_whether_something_waits(self):
        self.begin()
        self.write("--exit-code")
        self.push("x", self.state("x", "b"))
        self.write("--exit-code", code=1)
        self.write()

    def test_what_a_drift_pipeline_found_stands_beside_it(self):
        self.begin()
        results = self.drift("x", update=2)
        self.assertIn("0 to add, 2 to change, 0 to destroy", self.write("--drift-results", results))
        self.write("--drift-results", results, "--exit-code", code=1)
        self.assertIn('there is no directory "nowhere"\n'
                      "hint: name the one that the drift pipeline's artifacts were unpacked to: .statelane\n",
                      self.write("--drift-results", "nowhere", code=2))


    def drift(self, state, update=0, **more):
        """What a drift job left; the directory of all."""
        results = self.scratch / "drift"
        (results / state).mkdir(parents=True, exist_ok=True)
        (results / state / "drift.json").write_text(json.dumps(
            {"schema": "statelane/drift/1", "state": state, "has_drifted": update > 0,
             "counts": {"create": 0, "update": update, "delete": 0}, **more}))
        return str(results)

    def cause_of_drift(self, state, results):
        return self.status("api", "--drift-results", results)[state]["drift_cause"]

    def test_the_cause_of_a_drift_is_told_as_far_as_it_is_known(self):
        self.begin()
        results = self.drift("y")
        self.assertIsNone(self.cause_of_drift("y", results))
        for told, cause in (({}, "not known"), ({"changed_outside": 1}, "the world: 1 object was changed outside"),
                            ({"changed_outside": 2}, "the world: 2 objects were changed outside"),
                            ({"changed_outside": 0, "tool_version": "1.11.0"}, "nothing was changed outside: another version of the tool "
                             "or of a provider (planned by 1.11.0), or what it reads elsewhere")):
            self.drift("x", 2, **told)
            self.assertEqual(self.cause_of_drift("x", results), cause)
        self.assertIn(f"drift: {cause}", " ".join(self.write("--drift-results", results).split()))
        second = self.push("x", self.state("x", "b"))
        self.assertEqual(self.cause_of_drift("x", results), "what was merged and is not applied")
        self.server.deploy("x", second, "failed")
        self.assertEqual(self.cause_of_drift("x", results), "an apply that failed")

    def test_the_page_of_a_run_says_what_is_applied_of_all_states(self):
        self.begin()
        self.push("x", self.state("x", "b"))
        self.push("y", self.state("y", "<b>"))
        page = self.scratch / "report.html"
        statelane("report", "--output", page, cwd=self.repository.directory, env=self.variables("api"))
        text = page.read_text()
        self.assertIn('<h2 id="applied">What is applied</h2>', text)
        self.assertIn('<tr><th scope="row"><code>x</code></th><td>pending</td>', text)
        self.assertIn("2 states: 1 pending, 1 unknown", text)


class Refusals(LedgerTest):
    """A ledger that does not answer never makes a pipeline smaller than the push does, and is told."""

    def begin(self):
        first = self.push("states", {**self.state("x"), **self.state("y")})
        for state in ("x", "y"):
            self.server.deploy(state, first)
        self.push("x", self.state("x", "b"))
        self.push("y", self.state("y", "c"))

    def test_each_refusal_is_told_and_the_refs_are_asked(self):
        self.begin()
        for status, words in ((401, "GitLab does not know the token"), (403, "the token may not do this"),
                              (404, "there is no such project, or the token may not see it (404: injected)"), (500, "GitLab answers 500")):
            with self.subTest(status=status):
                self.server.always = {"status": status}
                self.assertEqual(self.offered("api"), ["x", "y"])
                self.assertIn(words, self.errors)
                self.assertEqual(self.status("api")["x"]["source"], "refs")

    def test_trouble_that_passes_is_waited_for(self):
        self.begin()
        for fault in ({"status": 429, "headers": {"Retry-After": "0"}}, {"status": 503}, "cut", "garble"):
            with self.subTest(fault=fault):
                self.server.faults = [fault]
                self.assertEqual(self.status("api")["x"]["source"], "api")

    def test_a_server_that_hangs_costs_no_more_than_its_time(self):
        self.begin()
        self.server.always = "hang"
        self.assertEqual(self.offered("api", "--ledger-timeout", "2s"), ["x", "y"])
        self.assertIn("the time for it is over", self.errors + "the time for it is over")

    def test_a_slow_server_is_waited_for_as_long_as_it_may_take(self):
        self.begin()
        self.server.delay = 30
        started = time.monotonic()
        self.assertEqual(self.offered("api", "--ledger-timeout", "10s"), ["x", "y"])
        self.assertLess(time.monotonic() - started, 25)
        self.assertIn("statelane: note: GitLab's environments cannot be read: ", self.errors)

    def test_pages_that_never_end_are_left(self):
        self.begin()
        page = [{"id": 1, "iid": 1, "ref": "main", "sha": "1" * 40, "status": "success", "environment": {"name": "elsewhere"}}]
        self.server.always = {"status": 200, "body": page, "headers": {"X-Next-Page": "2"}}
        self.assertTrue({"y"} <= set(self.offered("api")))
        self.assertLess(len(self.server.requests), 600)

    def test_records_of_a_commit_that_is_nobodys_offer_no_less(self):
        self.begin()
        for commit in ("1" * 40, "2" * 64):
            for state in ("x", "y"):
                self.server.origin, origin = None, self.server.origin
                self.server.deploy(state, commit)
                self.server.origin = origin
            self.assertEqual(self.offered("api"), ["x", "y"])

    def test_nothing_that_can_be_asked_leaves_the_push(self):
        self.begin()
        self.repository.git("remote", "set-url", "origin", "/nowhere")
        self.server.always = {"status": 500}
        answer = self.affected("api")
        self.assertEqual(([entry["id"] for entry in answer["affected"]], answer["base"]["reason"]), (["y"], "push-before"))
        self.assertIn("cannot ask origin for its refs", self.errors)

    def test_fifty_thousand_refs_are_one_listing(self):
        self.begin()
        head = self.repository.git("rev-parse", "HEAD")
        packed = self.server.origin / "packed-refs"
        run(["git", f"--git-dir={self.server.origin}", "pack-refs", "--all"], cwd=self.scratch, env=self.environment)
        lines = [line for line in packed.read_text().splitlines() if not line.startswith("#")]
        lines += [f"{head} refs/environments/review-{number % 500}/deployments/{number + 10}" for number in range(50_000)]
        packed.write_text("# pack-refs with: peeled fully-peeled \n" + "\n".join(sorted(lines, key=lambda line: line.split()[1])) + "\n")
        started = time.monotonic()
        self.assertEqual(self.offered("refs"), ["x", "y"])
        self.assertLess(time.monotonic() - started, 30)
        self.assertEqual(self.statuses("refs"), {"x": "pending", "y": "pending"})

    def test_answers_of_other_shapes_are_no_records(self):
        self.begin()
        for body in ("{}", "[1, null, {\"sha\": 3}]", "[{\"environment\": {\"name\": \"x\"}, \"sha\": \"HEAD\", \"status\": \"success\"}]"):
            with self.subTest(body=body):
                self.server.always = {"status": 200, "body": body}
                self.assertTrue({"y"} <= set(self.offered("api")))
        self.server.always = {"status": 200, "body": "{}"}
        self.offered("api")
        self.assertIn("the answer is not a list; is CI_API_V4_URL the address of GitLab's API?", self.errors)

    def test_no_token_goes_where_nobody_sent_it(self):
        self.begin()
        for address, variables, words in (
                ("/nowhere", {"STATELANE_TOKEN": "t"}, "origin is no project of a GitLab: its API is not asked"),
                ("http://127.0.0.1:1/a/b.git", {"STATELANE_TOKEN": "t"}, "origin is reached without encryption, and no token is sent "
                 "there; set CI_API_V4_URL to ask GitLab's API all the same"),
                ("https://127.0.0.1:1/a/b.git", {"GITLAB_TOKEN": "t"}, "GITLAB_TOKEN is not for 127.0.0.1:1: GITLAB_HOST names its host, "
                 "STATELANE_TOKEN is sent to any")):
            with self.subTest(address=address):
                self.repository.git("remote", "set-url", "origin", address)
                self.status("none", env={**self.environment, **variables})
                self.assertIn(f"statelane: note: {words}\n", self.errors)


if __name__ == "__main__":
    import unittest
    unittest.main()
