"""Who owns what a change touches, by CODEOWNERS as GitLab reads it."""
import json

import harness

STATE = 'terraform {{\n  backend "s3" {{\n    bucket = "b"\n    key    = "{}"\n    region = "eu-west-1"\n  }}\n}}\n'
OWNERS = "* @all\n[Network]\n/network/ @net\n^[Modules]\n/modules/ @platform\n"


class OwnersTest(harness.EndToEndTest):
    def setUp(self):
        super().setUp()
        harness.require("git")
        self.repository = harness.Repository(self.scratch, self.environment)
        self.repository.commit("begin", {
            "network/main.tf": STATE.format("network") + 'module "m" {\n  source = "../modules/m"\n}\n',
            "app/main.tf": STATE.format("app"), "modules/m/main.tf": "locals {}\n", ".gitlab/CODEOWNERS": OWNERS})
        self.repository.push()
        self.repository.branch("change")

    def owners(self, *arguments, code=0):
        done = harness.statelane("owners", *arguments, cwd=self.repository.directory, env=self.environment, check=False)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def test_who_is_not_asked_because_only_a_module_changed_is_named(self):
        self.repository.commit("module", {"modules/m/main.tf": "locals {\n  a = 1\n}\n"})
        self.assertEqual(self.owners().stdout, "STATE    OWNERS                NOT ASKED\n"
                                               "network  @all, @net (Network)  @net\n")
        answer = json.loads(self.owners("--json").stdout)
        self.assertEqual((answer["schema"], answer["file"]), ("statelane/owners/1", ".gitlab/CODEOWNERS"))
        [state] = answer["states"]
        self.assertEqual(state["not_asked"], ["@net"])
        self.assertEqual(state["owners"][1], {"section": "Network", "optional": False, "approvals": 1, "owners": ["@net"], "line": 3})
        note = harness.statelane("report", "--format", "markdown", cwd=self.repository.directory, env=self.environment).stdout
        self.assertIn("- **GitLab did not ask** <code>&#64;net</code>\n", note)

    def test_whose_own_file_changed_is_asked(self):
        self.repository.commit("network", {"network/new.tf": "locals {\n  a = 1\n}\n"})
        self.assertEqual(self.owners().stdout, "STATE    OWNERS                NOT ASKED\n"
                                               "network  @all, @net (Network)  -\n")

    def test_the_file_of_the_branch_that_is_merged_into_counts(self):
        self.repository.commit("a change that makes its author the owner", {
            ".gitlab/CODEOWNERS": "* @author\n", "modules/m/main.tf": "locals {\n  a = 1\n}\n"})
        self.assertIn("@net", self.owners().stdout)
        self.assertNotIn("@author", self.owners().stdout)

    def test_the_first_place_counts(self):
        self.repository.git("checkout", "-q", "main")
        self.repository.commit("root", {"CODEOWNERS": "* @root\n"})
        self.repository.push()
        self.assertIn("@root", self.owners("app").stdout)
        self.assertNotIn("@all", self.owners("app").stdout)

    def test_states_that_are_asked_for_need_not_be_affected(self):
        self.assertEqual(self.owners("app").stdout, "STATE  OWNERS  NOT ASKED\napp    @all    @all\n")
        self.assertIn("unknown state", self.owners("ap", code=2).stderr)

    def test_nothing_affected_and_no_file_are_told(self):
        self.assertIn("no state is affected\n", self.owners().stderr)
        self.repository.git("checkout", "-q", "main")
        self.repository.commit("nobody", {".gitlab/CODEOWNERS": None})
        self.repository.push()
        done = self.owners("app")
        self.assertEqual(done.stdout, "")
        self.assertEqual(done.stderr, "nobody owns anything: there is no CODEOWNERS file where GitLab looks for it\n")


if __name__ == "__main__":
    import unittest
    unittest.main()
