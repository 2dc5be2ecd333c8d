"""Terraform itself is asked what it opens and what it plans, and the program must know all of it."""
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parent.parent / "e2e")]

import generator
import harness
import judge
import run
import terraform

OPENED, PLANNED = 1, 5001  # where the seeds of the two questions start
COUNT = 60


class Generator(unittest.TestCase):
    def test_every_kind_occurs_among_the_seeds_of_the_suite(self):
        for first in (OPENED, PLANNED):
            kinds = set().union(*(generator.make_pair(seed).kinds for seed in generator.choose_seeds(COUNT, first)))
            self.assertEqual(sorted(set(generator.KINDS) - kinds), [])

    def test_a_seed_makes_the_same_pair_in_every_process(self):
        told = "import generator, hashlib; p = generator.make_pair(9); print(repr(p.base), repr(p.head), p.change)"
        ones = {subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True,
                               cwd=Path(__file__).parent, env={"PYTHONPATH": f"{Path(__file__).parent}:{harness.E2E_DIR}",
                                                               "PYTHONHASHSEED": str(number)}).stdout
                for number in (1, 2)}
        self.assertEqual(len(ones), 1)


class Walks(harness.EndToEndTest):
    def test_each_link_on_the_way_and_its_end_are_needed(self):
        repository = self.scratch / "repository"
        (repository / "real/deep").mkdir(parents=True)
        (repository / "real/deep/x.json").write_text("{}")
        (repository / "lead").symlink_to("real/deep")
        (repository / "file").symlink_to("lead/x.json")
        for path, expected in (("file", [("file", "link"), ("lead", "link"), ("real/deep/x.json", "file")]),
                               ("lead/../deep/./none", [("lead", "link"), ("real/deep/none", "absent")]),
                               ("../repository//real", [("real", "directory")]),
                               ("..", [])):
            with self.subTest(path):
                self.assertEqual(list(terraform.walk(f"{repository}/{path}", str(repository))), expected)

    def test_what_git_ignores_and_tests_are_no_misses(self):
        rules = judge.Rules(generator.make_pair(1).base)
        for path in (".git/HEAD", "a/.terraform/x", "a/terraform.tfstate", "a/one.tftest.hcl"):
            self.assertTrue(rules.is_exempt(path, "file"), path)
        for path in ("a/main.tf", "a/terraform.tfvars", "a/tests"):
            self.assertFalse(rules.is_exempt(path, "file"), path)


class Oracle(unittest.TestCase):
    """Skipped where there is no Terraform, or nothing may be traced: neither can be installed everywhere."""

    def setUp(self):
        harness.statelane_binary()
        harness.require("ruby")
        if not shutil.which("terraform"):
            self.skipTest("SKIPPED: terraform is absent")

    def check(self, question, first):
        def judge_one(seed, matcher):
            return run.judge_seed(seed, (question,), matcher)
        total, _ = run.judge_all(judge_one, generator.choose_seeds(COUNT, first))
        self.assertEqual(total.failures, [])
        self.assertEqual([str(each) for each in total.misses], [])
        self.assertGreaterEqual(total.judged, COUNT)
        return total

    def test_whatever_terraform_opens_is_an_input(self):
        if not terraform.can_trace():
            self.skipTest("SKIPPED: strace is absent or may not trace")
        self.assertGreater(self.check("opened", OPENED).opened, 10 * COUNT)

    def test_where_plans_differ_the_state_is_affected(self):
        self.assertGreater(self.check("planned", PLANNED).selected, COUNT // 3)


if __name__ == "__main__":
    unittest.main()
