"""`list`, `inputs` and `graph`: what they print, for people and as JSON, and what they say of what they do not know."""
import json

from harness import EndToEndTest, Repository, statelane

STATE = """terraform {{
  backend "gcs" {{
    bucket = "states"
    prefix = "{prefix}"
  }}
}}
"""

READ = """
data "terraform_remote_state" "{name}" {{
  backend = "gcs"
  config = {{
    bucket = "states"
    prefix = "{name}"
  }}
}}
"""

FILES = {
    "net/main.tf": STATE.format(prefix="net") + READ.format(name="dns"),
    "dns/main.tf": STATE.format(prefix="dns") + READ.format(name="net") + READ.format(name="elsewhere"),
    "app/main.tf": STATE.format(prefix="app") + """
module "labels" {
  source = "../modules/labels"
}

variable "name" {}

locals {
  policy = file("../policies/${var.name}.json")
}
""",
    "app/env/prod.tfvars": "size = 1\n",
    "app/env/test.tfvars": "size = 1\n",
    "modules/labels/main.tf": "output \"x\" {\n  value = 1\n}\n",
    "modules/unused/main.tf": "output \"x\" {\n  value = 1\n}\n",
    "policies/kms.json": "{}\n",
}


class Questions(EndToEndTest):

    def setUp(self):
        super().setUp()
        self.repository = Repository(self.scratch, self.environment)
        self.repository.commit("everything", FILES)

    def ask(self, *arguments, cwd=None):
        done = statelane(*arguments, cwd=cwd or self.repository.directory, env=self.environment)
        return done.stdout, done.stderr

    def ask_json(self, *arguments):
        return json.loads(self.ask(*arguments, "--json")[0])

    def test_list_tells_states_and_why_what_it_left_out_and_what_nobody_reads(self):
        out, err = self.ask("list")
        for row in (r"STATE +REASON +BACKEND +INPUTS", r"app +backend block +gcs .*states.*app +1 module, 1 pattern",
                    r"dns +backend block +gcs .*states.*dns +-", r"net +backend block +gcs .*states.*net +-"):
            self.assertRegex(out, rf"(?m)^{row}$")
        self.assertIn("\nleft out, no backend block and no lock file, and no state calls it as a module:\n  modules/unused\n",
                      out)
        self.assertIn("\nno state's input:\n  modules/unused/main.tf\n", out)
        self.assertIn("app/main.tf:2:1: warning: app has one backend, and its lane does not load env/prod.tfvars, "
                      "env/test.tfvars\n", err)

    def test_list_as_json_has_the_fixed_keys_and_counts(self):
        answer = self.ask_json("list", "--rev", "HEAD")
        self.assertEqual(list(answer), ["schema", "states", "left_out", "unclaimed"])
        self.assertEqual(answer["schema"], "statelane/list/1")
        app = answer["states"][0]
        self.assertEqual({key: app[key] for key in ("id", "dir", "instance", "kind", "reason", "reason_at", "backend")},
                         {"id": "app", "dir": "app", "instance": None, "kind": "terraform", "reason": "backend_block",
                          "reason_at": {"file": "app/main.tf", "line": 2},
                          "backend": {"type": "gcs", "bucket": "states", "prefix": "app"}})
        self.assertEqual(app["inputs"], {"own_directory": 1, "module_directory": 1, "pattern": 1, "lock_file": 1,
                                         "version_pin": 1})
        self.assertEqual([entry["dir"] for entry in answer["left_out"]], ["modules/unused"])
        self.assertEqual(answer["unclaimed"], ["modules/unused/main.tf"])

    def test_objects_that_git_replaces_are_named(self):
        self.repository.commit("more", {"policies/kms.json": "1\n"})
        self.repository.git("replace", "HEAD", "HEAD~1")
        self.assertIn(".git/refs/replace: warning: objects that git replaces here (git replace, grafts) are compared as they "
                      "were before\nhint: compare with git's own answer: GIT_NO_REPLACE_OBJECTS=1 git diff; git replace -d "
                      "takes one back\n", self.ask("affected", "HEAD")[1])

    def test_inputs_tells_modules_files_patterns_and_what_is_not_known(self):
        answer = self.ask_json("inputs", "app")
        self.assertEqual(list(answer), ["schema", "state", "modules", "files", "patterns", "unknown"])
        self.assertEqual(answer["schema"], "statelane/inputs/1")
        self.assertEqual(answer["modules"], ["modules/labels"])
        self.assertEqual(answer["files"], ["app/env/prod.tfvars", "app/env/test.tfvars", "app/main.tf",
                                           "modules/labels/main.tf", "policies/kms.json"])
        self.assertIn("app/**/*", answer["patterns"])
        self.assertIn("modules/labels/**/*", answer["patterns"])
        self.assertEqual(answer["unknown"],
                         [{"file": "app/main.tf", "line": 15,
                           "what": "part of a path is not known: var.name is fixed by no variable file"}])
        out = self.ask("inputs", ".", cwd=self.repository.directory / "app")[0]
        self.assertTrue(out.startswith("modules:\n  modules/labels\n"))
        self.assertIn("not known:\n  app/main.tf:15: part of a path is not known", out)

    def test_inputs_of_a_path_tells_its_readers_also_before_it_exists(self):
        self.assertEqual(self.ask_json("inputs", "--of", "policies/new.json"),
                         {"schema": "statelane/inputs-of/1", "path": "policies/new.json", "states": ["app"]})
        self.assertEqual(self.ask("inputs", "--of", "modules/labels/x.tf")[0], "app\n")
        out, err = self.ask("inputs", "--of", "docs/x.md")
        self.assertEqual(out, "")
        self.assertIn("note: docs/x.md is no state's input\n", err)

    def test_graph_tells_edges_circles_and_what_nothing_answers(self):
        answer = self.ask_json("graph")
        self.assertEqual(list(answer), ["schema", "states", "edges", "cycles", "unmatched"])
        self.assertEqual(answer["schema"], "statelane/graph/1")
        self.assertEqual(answer["states"], ["app", "dns", "net"])
        self.assertEqual(answer["edges"], [
            {"from": "dns", "to": "net", "kind": "remote_state", "file": "dns/main.tf", "line": 8},
            {"from": "net", "to": "dns", "kind": "remote_state", "file": "net/main.tf", "line": 8}])
        self.assertEqual(answer["cycles"], [["dns", "net"]])
        self.assertEqual(answer["unmatched"], [{"state": "dns", "file": "dns/main.tf", "line": 16,
                                                "what": "gcs bucket=\"states\" prefix=\"elsewhere\""}])
        out, err = self.ask("graph")
        self.assertTrue(out.startswith("app\ndns\n  depends on net (remote_state, dns/main.tf:8)\n"
                                       "net\n  depends on dns (remote_state, net/main.tf:8)\n"), out)
        self.assertIn("warning: states depend on each other in a circle: dns -> net -> dns\n", err)
        self.assertIn("dns/main.tf:16: note: dns reads a state that is not in this repository: "
                      "gcs bucket=\"states\" prefix=\"elsewhere\"\n", err)

    def test_work_tree_commit_and_bare_clone_answer_alike(self):
        bare = self.scratch / "bare.git"
        self.repository.git("clone", "-q", "--bare", ".", str(bare))
        answers = {self.ask("list", "--json")[0], self.ask("list", "--json", "--rev", "HEAD")[0],
                   self.ask("-C", str(bare), "list", "--json", "--rev", "HEAD", cwd=self.scratch)[0]}
        self.assertEqual(len(answers), 1)
