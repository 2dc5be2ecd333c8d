"""Every shape of clone gives the same answer about the same two commits."""
import json
import os

import harness

BACKEND = 'terraform {{\n  backend "s3" {{\n    bucket = "b"\n    key    = "{}"\n  }}\n}}\n'
DATE = {"GIT_AUTHOR_DATE": "2024-01-01T00:00:00Z", "GIT_COMMITTER_DATE": "2024-01-01T00:00:00Z"}


class ClonesTest(harness.EndToEndTest):
    def setUp(self):
        super().setUp()
        harness.require("git")
        self.environment.update(DATE, GIT_CONFIG_COUNT="2", GIT_CONFIG_KEY_0="protocol.file.allow",
                                GIT_CONFIG_VALUE_0="always", GIT_CONFIG_KEY_1="uploadpack.allowFilter",
                                GIT_CONFIG_VALUE_1="true")
        self.source = self.make_source("source")

    def git(self, *arguments, cwd=None, **more):
        return harness.run(["git", *arguments], cwd=cwd or self.scratch, env={**self.environment, **more}).stdout.strip()

    def make_source(self, name, *options):
        """Five commits: states, a module and its use, a link, a change of the module, a change of a state."""
        place = self.scratch / name
        self.git("init", "-q", "-b", "main", *options, place)
        self.git("config", "uploadpack.allowFilter", "true", cwd=place)
        self.git("config", "uploadpack.allowAnySHA1InWant", "true", cwd=place)

        def commit(files, links=()):
            for path, text in files.items():
                (place / path).parent.mkdir(parents=True, exist_ok=True)
                (place / path).write_text(text, encoding="utf-8")
            for path, target in links:
                (place / path).symlink_to(target)
            self.git("add", "--all", cwd=place)
            self.git("commit", "-q", "-m", "c", cwd=place)

        commit({"a/main.tf": BACKEND.format("a"), "b/main.tf": BACKEND.format("b"), "modules/m/main.tf": "# m\n"})
        commit({"b/module.tf": 'module "m" {\n  source = "../modules/m"\n}\n', "shared/list.json": "[]\n"})
        commit({"c/main.tf": BACKEND.format("c")}, [("c/data", "../shared")])
        commit({"modules/m/main.tf": "locals {\n  m = 1\n}\n", "shared/list.json": "[1]\n"})
        commit({"a/main.tf": BACKEND.format("a") + "locals {\n  a = 1\n}\n"})
        return place

    def clone(self, name, *options, source=None):
        place = self.scratch / name
        self.git("clone", "-q", *options, f"file://{source or self.source}", place)
        return place

    def affected(self, clone, *arguments):
        done = harness.statelane("affected", "--json", *arguments, cwd=clone, env=self.environment)
        answer = json.loads(done.stdout)
        return [(entry["id"], entry["change"]) for entry in answer["affected"]]

    def check(self, clone, base="HEAD~3", head="HEAD"):
        base, head = (self.git("rev-parse", name, cwd=self.source) for name in (base, head))
        self.assertEqual(self.affected(clone, f"{base}..{head}"),
                         [("a", "modified"), ("b", "modified"), ("c", "added")])

    def test_full_bare_packed_alternates_and_linked_work_trees(self):
        self.check(self.source)
        self.check(self.clone("full"))
        self.check(self.clone("bare.git", "--bare"))
        self.check(self.clone("alternates", "--shared"))
        packed = self.clone("packed")
        for command in (["pack-refs", "--all"], ["gc", "-q"], ["commit-graph", "write", "--reachable"],
                        ["multi-pack-index", "write"]):
            self.git(*command, cwd=packed)
        self.check(packed)
        self.git("worktree", "add", "-q", "--detach", self.scratch / "linked", "HEAD~1", cwd=packed)
        self.check(self.scratch / "linked")
        (self.scratch / "linked/c/new.tf").write_text("locals {}\n")
        self.assertEqual(self.affected(self.scratch / "linked", "--base", "HEAD"), [("c", "modified")])

    def test_partial_clones_fetch_what_they_read(self):
        self.check(self.clone("blobless", "--filter=blob:none"))
        self.check(self.clone("blobless-bare", "--filter=blob:none", "--no-checkout"))
        self.check(self.clone("treeless", "--filter=tree:0", "--no-checkout"))

    def test_rule_7_shallow_clones_fetch_the_base(self):
        self.check(self.clone("shallow", "--depth=1"))
        self.check(self.clone("shallow-partial", "--depth=1", "--filter=blob:none", "--no-checkout"))

    def test_sparse_checkouts_miss_nothing(self):
        cone = self.clone("cone", "--sparse")
        self.git("sparse-checkout", "set", "a", cwd=cone)
        patterns = self.clone("patterns", "--no-checkout")
        self.git("sparse-checkout", "set", "--no-cone", "/b/*.tf", cwd=patterns)
        self.git("checkout", "-q", cwd=patterns)
        index = self.clone("index")
        self.git("sparse-checkout", "set", "--cone", "--sparse-index", "a", cwd=index)
        for clone in (cone, patterns, index):
            self.check(clone)
            self.assertEqual(self.affected(clone, "--base", "HEAD"), [])
            self.assertEqual(self.affected(clone, "--base", "HEAD", "--staged"), [])
        (cone / "a/new.tf").write_text("locals {}\n")
        self.assertEqual(self.affected(cone, "--base", "HEAD"), [("a", "modified")])

    def test_a_repository_with_sha_256_and_one_without_a_history_in_common(self):
        sha256 = self.make_source("sha256", "--object-format=sha256")
        self.assertEqual(self.affected(sha256, "HEAD~3..HEAD"), [("a", "modified"), ("b", "modified"), ("c", "added")])
        self.assertEqual(self.affected(sha256, "HEAD"), [("a", "modified")])
        orphan = self.clone("orphan")
        self.git("checkout", "-q", "--orphan", "new", cwd=orphan)
        (orphan / "a/main.tf").unlink()
        self.git("add", "--all", cwd=orphan)
        self.git("commit", "-q", "-m", "orphan", cwd=orphan)
        self.assertEqual(self.affected(orphan, "origin/main..HEAD"), [("a", "deleted")])
        done = harness.statelane("affected", cwd=orphan, env=self.environment, check=False)
        self.assertEqual(done.returncode, 3)
        self.assertIn("there is no common commit with the default branch", done.stderr)

    def test_files_of_another_owner(self):
        if os.geteuid() != 0:
            self.skipTest("only root can give files away")
        other = self.clone("other")
        for directory, names, files in os.walk(other):
            for name in [*names, *files]:
                os.lchown(os.path.join(directory, name), 65534, 65534)
        os.lchown(other, 65534, 65534)
        self.check(other)

    def test_rule_8_a_submodule_that_moves_on_touches_the_states_that_hold_or_call_it(self):
        (self.source / "b/module.tf").write_text('module "s" {\n  source = "../modules/sub"\n}\n')
        (self.source / "c/read.tf").write_text('locals {\n  x = file("../modules/sub/deep/list.json")\n}\n')
        self.git("add", "b/module.tf", "c/read.tf", cwd=self.source)
        for commit in ("1" * 40, "2" * 40):
            self.git("update-index", "--add", "--cacheinfo", f"160000,{commit},modules/sub", cwd=self.source)
            self.git("update-index", "--add", "--cacheinfo", f"160000,{commit},a/sub", cwd=self.source)
            self.git("commit", "-q", "-m", "bump", cwd=self.source)
        self.assertEqual([name for name, _ in self.affected(self.source, "HEAD")], ["a", "b", "c"])
