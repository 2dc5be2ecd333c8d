"""Other merge requests that change the same states, by the refs that GitLab has of them and by its list of open ones."""
import json

import harness
from deployments_server import DeploymentsServer

STATE = 'terraform {{\n  backend "s3" {{\n    bucket = "b"\n    key    = "{}"\n    region = "eu-west-1"\n  }}\n}}\n'
MODULE = 'module "m" {\n  source = "../modules/m"\n}\n'
CHANGED = "locals {\n  a = 1\n}\n"


class MergeRequests(harness.EndToEndTest):
    """The states net and app; net calls a module. A change of net is checked out."""

    def setUp(self):
        super().setUp()
        harness.require("git")
        self.repository = harness.Repository(self.scratch, self.environment)
        self.git = self.repository.git
        self.base = self.repository.commit("begin", {"net/main.tf": STATE.format("net") + MODULE, "app/main.tf": STATE.format("app"),
                                                     "modules/m/main.tf": "locals {}\n"})
        self.repository.push()

    def request(self, number, changes, onto="main"):
        """Pushes a merge request's head as GitLab keeps it, and forgets it here."""
        self.git("checkout", "-q", "-B", "request", onto)
        head = self.repository.commit(f"request {number}", changes)
        self.git("push", "-q", "origin", f"HEAD:refs/merge-requests/{number}/head")
        self.git("checkout", "-q", "main")
        self.git("branch", "-q", "-D", "request")
        return head

    def change(self):
        self.git("checkout", "-q", "-b", "change", "main")
        self.repository.commit("mine", {"net/new.tf": CHANGED})

    def affected(self, *arguments, **more):
        done = harness.statelane("affected", "--merge-requests", *arguments, cwd=self.repository.directory,
                                 env={**self.environment, **more})
        return done

    def collisions(self, **more):
        answer = json.loads(self.affected("--json", **more).stdout)["merge_requests"]
        return {one["merge_request"]: {state["id"]: state["path"] for state in one["states"]} for one in answer["same_states"]}, answer

    def test_one_that_changes_the_module_of_a_state_and_none_that_changes_another(self):
        self.request(3, {"modules/m/main.tf": CHANGED})
        self.request(4, {"app/new.tf": CHANGED})
        self.change()
        found, answer = self.collisions()
        self.assertEqual(found, {"!3": {"net": "modules/m/main.tf"}})
        self.assertEqual(answer["looked"], 2)
        told = self.affected()
        self.assertIn("\nother merge requests change these too; once one is merged the other's plan is old:\n"
                      "  !3  net, through modules/m/main.tf\n\n2 other merge requests looked at, 1 of them on the same states\n",
                      told.stdout)
        self.assertIn("note: which merge requests are open was not asked (STATELANE_TOKEN): closed ones may be among those named\n",
                      told.stderr)

    def test_what_is_merged_in_any_way_is_none(self):
        merged = self.request(3, {"net/a.tf": CHANGED})
        self.git("merge", "-q", "--no-ff", "-m", "merge !3", merged)
        self.request(5, {"net/b.tf": CHANGED}, onto=self.base)
        self.repository.commit("squashed !5", {"net/b.tf": CHANGED})
        self.repository.push()
        self.request(6, {"net/c.tf": CHANGED})
        self.change()
        found, answer = self.collisions()
        self.assertEqual((list(found), answer["looked"]), (["!6"], 1))

    def test_ones_own_is_none(self):
        self.change()
        self.git("push", "-q", "origin", "HEAD:refs/merge-requests/9/head")
        self.request(3, {"net/a.tf": CHANGED})
        self.git("checkout", "-q", "change")
        self.assertEqual(list(self.collisions(CI_MERGE_REQUEST_IID="9")[0]), ["!3"])

    def test_where_gitlab_tells_which_are_open_the_others_are_not_named(self):
        self.request(3, {"net/a.tf": CHANGED})
        self.request(4, {"net/b.tf": CHANGED})
        self.change()
        with DeploymentsServer() as server:
            server.open_merge_requests = [4]
            place = {"CI_API_V4_URL": server.url, "CI_PROJECT_ID": "77"}
            found, answer = self.collisions(**place, STATELANE_TOKEN="my-token")
            by_job = self.collisions(**place, CI_JOB_TOKEN="deployments-token")[0]
        self.assertEqual((list(found), answer["remarks"]), (["!4"], []))
        self.assertEqual(list(by_job), ["!4", "!3"])

    def test_no_more_than_fifty_and_where_it_stopped_is_told(self):
        head = self.request(1, {"net/a.tf": CHANGED})
        for number in range(2, 61):
            self.git("push", "-q", "origin", f"{head}:refs/merge-requests/{number}/head")
        self.change()
        found, answer = self.collisions()
        self.assertEqual(answer["looked"], 50)
        self.assertIn("10 merge requests older than !11 were not looked at", answer["remarks"])
        self.assertNotIn("!10", found)

    def test_what_cannot_be_looked_at_is_told_and_never_none(self):
        self.request(3, {"net/a.tf": CHANGED})
        self.change()
        self.git("remote", "set-url", "origin", str(self.scratch / "nowhere"))
        answer = self.collisions()[1]
        self.assertEqual(len(answer["remarks"]), 1)
        self.assertIn("other merge requests were not looked at: ", answer["remarks"][0])
        self.assertIsNone(answer["looked"])
        self.assertTrue(self.affected().stdout.endswith("\nother merge requests were not looked at\n"))

    def test_in_a_shallow_clone_the_same_is_found(self):
        self.request(3, {"net/a.tf": CHANGED})
        self.change()
        self.git("push", "-q", "origin", "change")
        clone = self.scratch / "shallow"
        harness.run(["git", "clone", "-q", "--depth", "1", "-b", "change", f"file://{self.scratch}/origin.git", clone], cwd=self.scratch,
                    env=self.environment)
        done = harness.statelane("affected", "HEAD", "--merge-requests", "--json", cwd=clone, env=self.environment)
        [one] = json.loads(done.stdout)["merge_requests"]["same_states"]
        self.assertEqual(one, {"merge_request": "!3", "states": [{"id": "net", "path": "net/a.tf"}]})

    def test_without_a_default_branch_nothing_is_looked_at_and_that_is_told(self):
        self.change()
        done = self.affected("HEAD", "--json", CI_DEFAULT_BRANCH="trunk")
        answer = json.loads(done.stdout)["merge_requests"]
        self.assertEqual(answer["remarks"], ["other merge requests were not looked at: the default branch is not here"])

    def test_the_note_and_the_page_name_them(self):
        self.request(3, {"modules/m/main.tf": CHANGED})
        self.change()
        note = harness.statelane("report", "--format", "markdown", "--merge-requests", cwd=self.repository.directory,
                                 env=self.environment).stdout
        self.assertIn("- **<code>&#33;3 also changes it, through modules/m/main.tf</code>**", note)


if __name__ == "__main__":
    import unittest
    unittest.main()
