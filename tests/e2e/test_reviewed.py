"""A plan after a merge is compared with the one that was reviewed, by real Terraform and a server that behaves like GitLab's."""
import json

from harness import statelane
from reviews_server import ReviewsServer
from runs import BACKEND, ONE_RESOURCE, RunTest

KEY = "a key of the project, protected"
SECOND = 'resource "terraform_data" "b" {\n  input = "two"\n}\n'
THIRD = 'resource "terraform_data" "c" {}\n'


class Reviewed(RunTest):
    def setUp(self):
        super().setUp()
        self.gitlab = self.enterContext(ReviewsServer(self.scratch / "origin.git", self.environment))
        self.plan()
        self.apply()

    def job(self, **more):
        # What is None is not set.
        variables = {**super().job(**self.server.credentials), **self.gitlab.variables(), "STATELANE_REVIEW_KEY": KEY,
                     "STATELANE_NOTE_TOKEN": "bot-token", "STATELANE_NOTE_AUTHOR": "7", "CI_PROJECT_PATH": "platform/orders", **more}
        return {name: value for name, value in variables.items() if value is not None}

    def review(self, number=42, changes=None, token="bot-token", **more):
        """Plans a branch in its merge request, whose note has the certificate; returns its commit."""
        self.repository.git("checkout", "-q", "-B", f"feature-{number}", "main")
        head = self.commit(changes or {"net/main.tf": BACKEND + ONE_RESOURCE + SECOND})
        job = self.job(CI_MERGE_REQUEST_IID=str(number), CI_MERGE_REQUEST_PROJECT_ID="77", CI_COMMIT_BRANCH=None,
                       CI_COMMIT_REF_PROTECTED="true", STATELANE_NOTE_TOKEN=token, **more)
        self.plan(env=job)
        if token:
            statelane("report", "main..HEAD", "--output", "report.html", "--note", cwd=self.project, env=job)
            (self.project / "report.html").unlink()
        return head

    def merge(self, number, head, *how):
        """Brings a branch to main as GitLab does; returns the commit that main is at then."""
        self.repository.git("checkout", "-q", "main")
        self.repository.git(*(how or ("merge", "-q", "--no-ff", "-m", f"Merge\n\nSee merge request platform/orders!{number}", head)))
        if how and "--squash" in how:
            self.repository.git("commit", "-q", "-m", "squashed")
        self.repository.push()
        commit = self.repository.git("rev-parse", "HEAD")
        self.gitlab.merge(number, head, commit)
        return commit

    def says(self, **more):
        """What the plan of main says of the review, without its beginning."""
        lines = self.plan(env=self.job(**more)).log.splitlines()
        found = [index for index, line in enumerate(lines) if "plan reviewed in" in line or "was not reviewed" in line]
        self.assertEqual(len(found), 1, lines)
        told = [lines[found[0]].removeprefix("statelane: ")]
        for line in lines[found[0] + 1:]:
            if not line.startswith("  "):
                break
            told.append(line.strip())
        return told

    def test_an_equal_plan_is_told_in_log_page_and_gate(self):
        head = self.review()
        [note] = self.gitlab.notes[42]
        self.assertIn("\n<!-- statelane certificate {", note["body"])
        self.assertNotIn("two", note["body"])
        self.merge(42, head)
        told = f"equal to the plan reviewed in !42 at {head[:12]}"
        self.assertEqual(self.says(), [told])
        self.assertEqual(json.loads(self.artifact("meta.json").read_text())["may_open_gate"], True)
        self.assertIn(told, statelane("report", "HEAD", cwd=self.project, env=self.job()).stdout)
        self.assertIn(told, statelane("report", "HEAD", "--format", "markdown", cwd=self.project, env=self.job()).stdout.replace("&#33;", "!"))
        self.assertIn(f"statelane: {told}\n", self.apply().log)

    def test_a_gate_opens_by_itself_only_for_the_plan_that_was_reviewed(self):
        self.commit({".statelane.yml": "version: 1\nstates:\n  rules:\n    - match: net\n      apply: {gate: automatic_if_reviewed}\n"
                                       "pipeline: {gates_for: changed}\n"})
        head = self.review()
        commit = self.merge(42, head)
        self.assertEqual(self.says(), [f"equal to the plan reviewed in !42 at {head[:12]}"])
        gates = statelane("generate", "--from-plans", ".statelane", cwd=self.project, env=self.job(CI_COMMIT_BEFORE_SHA=self.first)).stdout
        self.assertIn("# its gate opens by itself: the plan is equal to the one that was reviewed\n", gates)
        self.assertIn('  when: "on_success"\n', gates)
        # One that GitLab does not say to be merged is asked for.
        self.gitlab.merge_requests[commit][0]["state"] = "opened"
        self.plan()
        gates = statelane("generate", "--from-plans", ".statelane", cwd=self.project, env=self.job(CI_COMMIT_BEFORE_SHA=self.first)).stdout
        self.assertIn("# its gate waits: that the plan was reviewed is not proven\n", gates)
        self.assertNotIn("on_success", gates)

    def test_a_plan_that_differs_is_told_address_by_address(self):
        head = self.review()
        # Another change came first.
        self.repository.git("checkout", "-q", "main")
        self.commit({"net/other.tf": THIRD})
        self.merge(42, head)
        self.assertEqual(self.says(), [
            f"not the plan reviewed in !42 at {head[:12]}; they differ:",
            "configuration of terraform_data.c, which was not in the plan that was reviewed",
            "terraform_data.c: create, which was not in the plan that was reviewed"])
        self.assertEqual(json.loads(self.artifact("meta.json").read_text())["may_open_gate"], False)

    def test_what_was_squashed_is_compared_and_what_was_rebased_or_pushed_later_is_stale(self):
        head = self.review()
        self.merge(42, head, "merge", "-q", "--squash", head)
        self.assertEqual(self.says(), [f"equal to the plan reviewed in !42 at {head[:12]}"])
        # A rebased branch has another head, and GitLab says so.
        commit = self.repository.git("rev-parse", "HEAD")
        self.gitlab.merge_requests[commit][0]["sha"] = commit
        self.assertEqual(self.says(), [f"the plan was not reviewed: !42 was merged at {commit[:12]}, and its last plan is of {head[:12]}"])

    def test_two_merge_requests_of_one_commit_are_ambiguous_and_others_do_not_count(self):
        head = self.review()
        commit = self.merge(42, head)
        self.gitlab.merge(5, head, commit, target="staging")
        self.gitlab.merge(6, head, commit, state="closed")
        self.assertEqual(self.says(), [f"equal to the plan reviewed in !42 at {head[:12]}"])
        self.gitlab.merge(43, head, commit)
        self.assertEqual(self.says(), ["the plan was not reviewed: !42 and !43 both brought this commit"])
        self.gitlab.merge_requests.clear()
        self.assertEqual(self.says(), ["the plan was not reviewed: GitLab knows no merge request to main that brought this commit"])

    def test_a_merged_result_and_a_train_are_planned_at_a_commit_of_their_own(self):
        self.repository.git("checkout", "-q", "-B", "result", "main")
        source = "1" * 40
        head = self.review(CI_MERGE_REQUEST_SOURCE_BRANCH_SHA=source)
        commit = self.merge(42, head)
        self.gitlab.merge_requests[commit][0]["sha"] = source
        self.assertEqual(self.says(), [f"equal to the plan reviewed in !42 at {head[:12]}"])

    def test_a_forged_note_is_passed_over(self):
        head = self.review()
        self.merge(42, head)
        body = self.gitlab.notes[42][0]["body"]
        self.gitlab.add_note(42, body.replace('"create"', '"update"'), token="mallory-token")
        self.gitlab.add_note(42, "<!-- statelane certificate {\"schema\":1} -->")
        self.assertEqual(self.says(), [f"equal to the plan reviewed in !42 at {head[:12]}"])
        # Signed by nobody, though the right user's: its values are not believed.
        self.gitlab.notes[42][0]["body"] = body.replace('"protected":true', '"protected":false')
        same = [f"the same addresses and actions as the plan reviewed in !42 at {head[:12]}; values were not compared"]
        self.assertEqual(self.says(), same)
        self.gitlab.notes[42] = [self.gitlab.notes[42][1]]
        self.assertEqual(self.says(), ["the plan was not reviewed: !42 has no certificate of net"])
        # Without an author only the key tells whose a note is.
        nobody = "the plan was not reviewed: !42 has no certificate of net: STATELANE_NOTE_AUTHOR does not say whose notes count"
        self.assertEqual(self.says(STATELANE_NOTE_AUTHOR=None), [nobody])
        self.gitlab.notes[42][0]["body"] = body
        self.assertEqual(self.says(STATELANE_NOTE_AUTHOR=None), [f"equal to the plan reviewed in !42 at {head[:12]}"])
        self.assertEqual(self.says(STATELANE_NOTE_AUTHOR=None, STATELANE_REVIEW_KEY=None), [nobody])

    def test_without_the_key_no_value_is_compared(self):
        head = self.review(STATELANE_REVIEW_KEY=None)
        self.assertNotIn("sha256", self.gitlab.notes[42][0]["body"])
        self.merge(42, head)
        self.assertEqual(self.says(), [
            f"the same addresses and actions as the plan reviewed in !42 at {head[:12]}; values were not compared"])
        self.assertEqual(json.loads(self.artifact("meta.json").read_text())["may_open_gate"], False)

    def test_the_certificate_of_many_notes_is_found_on_a_later_page(self):
        head = self.review()
        self.merge(42, head)
        for number in range(45):
            self.gitlab.add_note(42, f"word {number}", token="mallory-token")
        self.assertEqual(self.says(), [f"equal to the plan reviewed in !42 at {head[:12]}"])

    def test_where_notes_are_not_to_be_had_artifacts_are_asked_and_where_both_are_not_it_is_said(self):
        head = self.review(token=None)
        certificate = self.artifact("certificate.json").read_text()
        self.merge(42, head)
        no_token = {"STATELANE_NOTE_TOKEN": None, "STATELANE_NOTE_AUTHOR": None}
        why = "the plan was not reviewed: !42 has no certificate of net: its notes cannot be read, GitLab does not know the token " \
              "(401: 401 Unauthorized), and STATELANE_NOTE_TOKEN is not set"
        self.assertEqual(self.says(**no_token), [why])
        self.gitlab.artifacts[42, "plan: net", ".statelane/net/certificate.json"] = certificate
        self.assertEqual(self.says(**no_token), [f"equal to the plan reviewed in !42 at {head[:12]}"])
        self.assertEqual(json.loads(self.artifact("meta.json").read_text())["may_open_gate"], False)
        self.gitlab.refused["artifacts"] = 403
        self.assertEqual(self.says(**no_token), [why])

    def test_where_gitlab_does_not_say_the_message_of_the_merge_does_and_opens_no_gate(self):
        head = self.review()
        self.merge(42, head)
        message = "Merge branch 'x'\n\nSee merge request platform/orders!42"
        for status in (403, 404, 429, 500):
            self.gitlab.refused["commits"] = status
            self.assertEqual(self.says(CI_COMMIT_MESSAGE=message), [f"equal to the plan reviewed in !42 at {head[:12]}"])
            self.assertEqual(json.loads(self.artifact("meta.json").read_text())["may_open_gate"], False)
        [told] = self.says(CI_COMMIT_MESSAGE="See merge request other/project!42")
        self.assertTrue(told.startswith("the plan was not reviewed: which merge request brought this commit is not known: GitLab answers 500"))
        self.gitlab.refused["notes"] = 502
        [told] = self.says(CI_COMMIT_MESSAGE=message)
        self.assertIn("its notes cannot be read, GitLab answers 502", told)

    def test_what_cannot_be_told_of_the_merge_request_is_said(self):
        head = self.review()
        self.merge(42, head)
        refused = self.plan(env=self.job(STATELANE_NOTE_AUTHOR="me"), code=None)
        self.assertIn('STATELANE_NOTE_AUTHOR is "me", and no user\'s number', refused.log)
        self.gitlab.garbled = {"notes"}
        self.assertIn("GitLab's answer is no list of notes", self.says()[0])
        self.gitlab.garbled = {"commits"}
        [told] = self.says()
        self.assertIn("GitLab's answer is no list of merge requests", told)
        self.repository.git("checkout", "-q", "main")
        self.commit({"net/more.tf": THIRD})
        [told] = self.says(CI_COMMIT_MESSAGE="See merge request platform/orders!42")
        self.assertIn("; its message names one, and it is no merge whose parents are here", told)

    def test_the_certificate_of_another_merge_request_is_none(self):
        head = self.review(43, token=None)
        self.gitlab.artifacts[42, "plan: net", ".statelane/net/certificate.json"] = self.artifact("certificate.json").read_text()
        self.merge(42, head)
        self.assertEqual(self.says(STATELANE_NOTE_TOKEN=None, STATELANE_NOTE_AUTHOR=None),
                         ["the plan was not reviewed: the certificate in !42 is of !43"])

    def test_nobody_is_asked_where_there_is_nothing_to_apply_and_terraform_does_not_get_the_key(self):
        asked = len(self.gitlab.requests)
        self.plan()
        self.assertFalse([request for request in self.gitlab.requests[asked:] if "merge_requests" in request])
        environment = 'resource "terraform_data" "k" {\n  provisioner "local-exec" { command = "echo \\"key: [$STATELANE_REVIEW_KEY]\\"" }\n}\n'
        self.commit({"net/main.tf": BACKEND + ONE_RESOURCE + environment})
        self.plan()
        self.assertIn("key: []", self.apply().log)
