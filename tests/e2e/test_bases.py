"""Each kind of pipeline finds its base in the clones that GitLab's runner makes; real git says what is right."""
import json
import subprocess

import harness

STATES = 10
ZEROS = "0" * 40
DEPTHS = (1, 20, 50)


def stream(commits):
    """For `git fast-import`: (branch, parents, {path: text}) each, marked :1, :2, …"""
    out = []
    for mark, (branch, parents, files) in enumerate(commits, 1):
        out.append(f"commit refs/heads/{branch}\nmark :{mark}\ncommitter A <a@example.com> {1700000000 + mark} +0000\n"
                   f"data 1\nc\n")
        out += [f"{word} :{parent}\n" for word, parent in zip(["from"] + ["merge"] * 9, parents)]
        for path, text in files.items():
            out.append(f"M 100644 inline {path}\ndata {len(text)}\n{text}\n")
    return "".join(out).encode()


class Origin:
    """A server's repository: `main` with 61 commits, `topic` from main's 31st with 25, and `topic` once rewritten.

    Commit number i of a branch changes the state i mod 10 and no other.
    """

    def __init__(self, scratch, environment):
        self.directory, self.environment = scratch / "origin.git", environment
        harness.run(["git", "init", "-q", "--bare", "-b", "main", self.directory], cwd=scratch, env=environment)
        self.git("config", "uploadpack.allowAnySHA1InWant", "true")
        self.commits = []
        backends = {f"stacks/s{n}/backend.tf": 'terraform {\n  backend "s3" {\n    bucket = "b"\n'
                    f'    key    = "s{n}"\n  }}\n}}\n' for n in range(STATES)}
        marks = {"main0": self.add("main", [], backends)}
        self.grow(marks, "main", 1, 60, "main0")
        self.grow(marks, "topic", 1, 25, "main30")
        self.grow(marks, "rewritten", 1, 5, "main35")
        marks["merged"] = self.add("merged", [marks["main60"], marks["topic25"]],
                                   {f"stacks/s{n}/topic.tf": f'locals {{\n  topic = "{n}"\n}}\n' for n in range(1, 10)})
        subprocess.run(["git", "fast-import", "--quiet", f"--export-marks={scratch}/marks"], cwd=self.directory,
                       env=environment, input=stream(self.commits), check=True)
        ids = dict(line.split() for line in (scratch / "marks").read_text().splitlines())
        self.ids = {name: ids[f":{mark}"] for name, mark in marks.items()}

    def add(self, branch, parents, files):
        self.commits.append((branch, parents, files))
        return len(self.commits)

    def grow(self, marks, branch, first, last, start):
        name = "topic" if branch == "rewritten" else branch
        parent = marks[start]
        for number in range(first, last + 1):
            parent = self.add(branch, [parent], {f"stacks/s{number % STATES}/{name}.tf":
                                              f'locals {{\n  {name} = "{branch} {number}"\n}}\n'})
            marks[f"{branch}{number}"] = parent

    def git(self, *arguments):
        return harness.run(["git", *arguments], cwd=self.directory, env=self.environment).stdout.strip()

    def touched(self, base, head):
        """The states between two commits, or from nothing, by git's own word."""
        base = base or self.git("hash-object", "-t", "tree", "/dev/null")
        names = self.git("diff", "--name-only", "--no-renames", base, head).splitlines()
        return sorted({name.rpartition("/")[0] for name in names})


class CloneTest(harness.EndToEndTest):
    """A server's repository, and clones of it as runners make them."""

    def setUp(self):
        super().setUp()
        harness.require("git")
        self.origin = Origin(self.scratch, self.environment)
        self.clones = 0

    def runner_clone(self, depth, head, branch=None):
        """What GitLab's runner makes of one commit: no branch but the pipeline's own, HEAD detached."""
        self.clones += 1
        clone = self.scratch / f"clone{self.clones}"
        clone.mkdir()
        refs = [f"+{head}:refs/pipelines/1"]
        if branch:
            refs.append(f"+refs/heads/{branch}:refs/remotes/origin/{branch}")
        for command in (["init", "-q"], ["remote", "add", "origin", f"file://{self.origin.directory}"],
                        ["fetch", "-q", "--no-tags", "--depth", depth, "origin", *refs],
                        ["checkout", "-f", "-q", head]):
            harness.run(["git", *command], cwd=clone, env=self.environment)
        return clone

    def variables(self, source, head, **more):
        return {"CI": "true", "CI_PIPELINE_SOURCE": source, "CI_COMMIT_SHA": head, "CI_DEFAULT_BRANCH": "main",
                "CI_COMMIT_BEFORE_SHA": ZEROS, **more}

    def push(self, branch, before, head):
        return self.variables("push", head, CI_COMMIT_BRANCH=branch, CI_COMMIT_BEFORE_SHA=before)

    def affected(self, clone, variables, *arguments):
        done = self.run_affected(clone, variables, *arguments, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def run_affected(self, clone, variables, *arguments, path=None):
        environment = {**self.environment, **variables}
        if path is not None:
            environment["PATH"] = str(path)
        return harness.statelane("affected", *arguments, cwd=clone, env=environment, check=False)


class BasesTest(CloneTest):
    def check(self, variables, base, reason, branch=None):
        """In clones of each depth the base is this one, and the states those that git tells."""
        head = variables["CI_COMMIT_SHA"]
        for depth in DEPTHS:
            with self.subTest(depth=depth):
                clone = self.runner_clone(depth, head, branch)
                answer = self.affected(clone, variables)
                self.assertEqual((answer["base"]["commit"], answer["base"]["reason"]), (base, reason))
                self.assertEqual(answer["head"]["commit"], head)
                self.assertEqual([entry["id"] for entry in answer["affected"]], self.origin.touched(base, head))
                self.assertTrue(answer["base"]["text"])

    def test_a_merge_request_starts_at_its_diff_base(self):
        ids = self.origin.ids
        self.check(self.variables("merge_request_event", ids["topic25"], CI_MERGE_REQUEST_IID="1",
                                  CI_MERGE_REQUEST_EVENT_TYPE="detached",
                                  CI_MERGE_REQUEST_DIFF_BASE_SHA=ids["main30"],
                                  CI_MERGE_REQUEST_TARGET_BRANCH_SHA=""), ids["main30"], "mr-diff-base")

    def test_rule_7_merged_results_and_trains_start_at_the_target_branch(self):
        ids = self.origin.ids
        for event in ("merged_result", "merge_train"):
            self.check(self.variables("merge_request_event", ids["merged"], CI_MERGE_REQUEST_IID="1",
                                      CI_MERGE_REQUEST_EVENT_TYPE=event,
                                      CI_COMMIT_BEFORE_SHA=ids["merged"],
                                      CI_MERGE_REQUEST_DIFF_BASE_SHA=ids["main30"],
                                      CI_MERGE_REQUEST_TARGET_BRANCH_SHA=ids["main60"]), ids["main60"], "mr-target")

    def test_a_push_to_the_default_branch_starts_at_its_old_tip(self):
        ids = self.origin.ids
        for before in ("main59", "main35", "main2"):
            self.check(self.push("main", ids[before], ids["main60"]), ids[before], "push-before", "main")

    def test_a_forced_push_to_the_default_branch_is_tree_against_tree(self):
        ids = self.origin.ids
        self.check(self.push("main", ids["topic25"], ids["main60"]), ids["topic25"], "push-before", "main")

    def test_the_very_first_push_starts_at_nothing(self):
        self.check(self.push("main", ZEROS, self.origin.ids["main60"]), None, "empty-tree", "main")

    def test_a_push_to_a_branch_starts_at_its_old_tip(self):
        ids = self.origin.ids
        for before in ("topic24", "topic4", "main30"):
            self.check(self.push("topic", ids[before], ids["topic25"]), ids[before], "push-before", "topic")

    def test_a_rewritten_branch_starts_where_it_left_the_default_branch(self):
        ids = self.origin.ids
        self.origin.git("update-ref", "refs/heads/topic", ids["rewritten5"])
        self.check(self.push("topic", ids["topic25"], ids["rewritten5"]), ids["main35"], "merge-base", "topic")

    def test_a_new_branch_starts_where_it_left_the_default_branch(self):
        ids = self.origin.ids
        self.assertEqual(self.origin.git("merge-base", ids["topic25"], ids["main60"]), ids["main30"])
        self.check(self.push("topic", ZEROS, ids["topic25"]), ids["main30"], "merge-base", "topic")

    def test_what_changes_nothing_by_itself_has_no_base_unless_somebody_says_what_to_do(self):
        head = self.origin.ids["main60"]
        clone = self.runner_clone(1, head, "main")
        kinds = [self.variables(source, head, CI_COMMIT_BRANCH="main")
                 for source in ("schedule", "web", "api", "trigger", "pipeline", "chat")]
        kinds.append(self.variables("push", head, CI_COMMIT_TAG="v1"))
        for variables in kinds:
            with self.subTest(source=variables["CI_PIPELINE_SOURCE"]):
                answer = self.affected(clone, variables)
                self.assertEqual((answer["base"]["commit"], answer["base"]["reason"]), (None, "none"))
                self.assertEqual(answer["affected"], [])
                self.assertIn("changes nothing by itself", answer["base"]["text"])
        everything = self.affected(clone, {**kinds[0], "STATELANE_OPT_ALL": "true"})
        self.assertEqual(len(everything["affected"]), STATES)
        one = self.affected(clone, {**kinds[1], "STATELANE_OPT_STATE": "stacks/s3"})
        self.assertEqual([entry["id"] for entry in one["affected"]], ["stacks/s3"])

    def test_on_a_laptop_the_base_is_the_merge_base_with_the_default_branch(self):
        ids = self.origin.ids
        for depth in (None, 3):
            clone = self.scratch / f"laptop{depth}"
            options = ["--depth", str(depth), "--no-single-branch"] if depth else []
            harness.run(["git", "clone", "-q", *options, f"file://{self.origin.directory}", clone], cwd=self.scratch,
                        env=self.environment)
            harness.run(["git", "checkout", "-q", "topic"], cwd=clone, env=self.environment)
            answer = self.affected(clone, {})
            self.assertEqual((answer["base"]["commit"], answer["base"]["reason"]), (ids["main30"], "merge-base"))
            self.assertEqual(answer["head"], {"commit": None, "tree": "work_tree"})
            self.assertEqual([entry["id"] for entry in answer["affected"]],
                             self.origin.touched(ids["main30"], ids["topic25"]))

    def test_on_the_default_branch_with_nothing_to_compare_it_says_what_to_ask(self):
        clone = self.scratch / "laptop"
        harness.run(["git", "clone", "-q", self.origin.directory, clone], cwd=self.scratch, env=self.environment)
        done = self.run_affected(clone, {})
        self.assertEqual(done.returncode, 0)
        self.assertIn("statelane affected HEAD", done.stderr)

    def test_a_repository_without_a_commit_is_compared_with_nothing(self):
        clone = self.scratch / "unborn"
        (clone / "one").mkdir(parents=True)
        (clone / "one/main.tf").write_text('terraform {\n  backend "local" {}\n}\n')
        harness.run(["git", "init", "-q"], cwd=clone, env=self.environment)
        answer = self.affected(clone, {})
        self.assertEqual((answer["base"]["commit"], answer["base"]["reason"]), (None, "empty-tree"))
        self.assertEqual([(entry["id"], entry["change"]) for entry in answer["affected"]], [("one", "added")])

    def test_a_single_commit_is_compared_with_its_first_parent_though_the_clone_ends_there(self):
        ids = self.origin.ids
        clone = self.runner_clone(1, ids["merged"])
        answer = self.affected(clone, {}, ids["merged"])
        self.assertEqual((answer["base"]["commit"], answer["base"]["reason"]), (ids["main60"], "parent"))
        symmetric = self.affected(self.runner_clone(1, ids["topic25"]), {}, f"{ids['main60']}...{ids['topic25']}")
        self.assertEqual(symmetric["base"]["commit"], ids["main30"])

    def test_rule_7_a_named_base_that_the_clone_lacks_is_fetched_by_its_id(self):
        ids = self.origin.ids
        variables = self.push("main", ids["main59"], ids["main60"])
        for option in ("--base", "--since"):
            answer = self.affected(self.runner_clone(1, ids["main60"]), variables, option, ids["main10"])
            self.assertEqual((answer["base"]["commit"], answer["base"]["reason"]), (ids["main10"], "explicit"))


class MissingBaseTest(CloneTest):
    """Where the base cannot be had the answer is an error with the fix, or every state without gates."""

    def refuse(self, clone, variables, *expected, path=None, arguments=()):
        done = self.run_affected(clone, variables, *arguments, path=path)
        self.assertEqual((done.returncode, done.stdout), (3, ""), done.stderr)
        for text in expected:
            self.assertIn(text, done.stderr)
        wide = self.run_affected(clone, variables, "--on-missing-base", "all", "--json", *arguments, path=path)
        self.assertEqual(wide.returncode, 0, wide.stderr)
        answer = json.loads(wide.stdout)
        self.assertEqual(len(answer["affected"]), STATES)
        self.assertEqual(answer["base"]["commit"], None)
        for text in expected[:1]:
            self.assertIn(text, answer["base"]["text"])

    def test_rule_6_a_base_that_nobody_has(self):
        head, gone = self.origin.ids["main60"], "1234567890" * 4
        self.refuse(self.runner_clone(1, head, "main"), self.push("main", gone, head),
                    f"{gone} is not in this clone and cannot be fetched: origin does not have it",
                    'hint: set GIT_DEPTH: "0" in the job, so that the history is there\nhint: name a commit with --base\n'
                    "hint: or take every state, without gates: --on-missing-base all\n")

    def test_a_remote_that_cannot_be_reached(self):
        ids = self.origin.ids
        clone = self.runner_clone(20, ids["topic25"], "topic")
        harness.run(["git", "remote", "set-url", "origin", "file:///nonexistent"], cwd=clone, env=self.environment)
        self.refuse(clone, self.push("topic", ZEROS, ids["topic25"]),
                    "the branch main is not in this clone: cannot ask origin for the branch main: ")
        self.refuse(clone, self.push("topic", ids["main30"], ids["topic25"]),
                    f"{ids['main30']} is not in this clone and cannot be fetched: '/nonexistent'")

    def test_a_default_branch_that_origin_does_not_have(self):
        ids = self.origin.ids
        self.refuse(self.runner_clone(20, ids["topic25"], "topic"),
                    {**self.push("topic", ZEROS, ids["topic25"]), "CI_DEFAULT_BRANCH": "trunk"},
                    "origin has no branch trunk")

    def test_a_clone_without_a_remote(self):
        ids = self.origin.ids
        clone = self.runner_clone(20, ids["main60"], "main")
        harness.run(["git", "remote", "remove", "origin"], cwd=clone, env=self.environment)
        self.refuse(clone, self.push("main", ids["main2"], ids["main60"]),
                    f"{ids['main2']} is not in this clone and cannot be fetched: 'origin' does not appear to be a git")

    def test_a_remote_that_does_not_answer_in_time(self):
        ids = self.origin.ids
        clone = self.runner_clone(1, ids["main60"], "main")
        harness.run(["git", "remote", "set-url", "origin", "ssh://example.invalid/r"], cwd=clone, env=self.environment)
        slow = {"GIT_SSH_COMMAND": "sleep 600;", "STATELANE_OPT_FETCH_TIMEOUT": "1"}
        self.refuse(clone, {**self.push("main", ids["main2"], ids["main60"]), **slow},
                    "cannot be fetched: git fetch gave no answer in 1 s")

    def test_no_git_program(self):
        ids = self.origin.ids
        clone = self.runner_clone(1, ids["main60"], "main")
        empty = self.scratch / "empty"
        empty.mkdir()
        self.refuse(clone, self.push("main", ids["main2"], ids["main60"]),
                    f"{ids['main2']} is not in this clone and cannot be fetched: cannot find the program 'git' on PATH",
                    "install git in the job's image", path=empty)

    def test_rule_6_a_fallback_that_is_the_head_itself_is_not_nothing(self):
        head = self.origin.ids["main60"]
        self.refuse(self.runner_clone(20, head, "topic"), self.push("topic", ZEROS, head),
                    "the merge base with main is the head itself")

    def test_variables_that_are_missing(self):
        head = self.origin.ids["main60"]
        clone = self.runner_clone(20, head, "main")
        self.refuse(clone, self.push("main", "", head), "CI_COMMIT_BEFORE_SHA is not set")
        self.refuse(clone, self.variables("merge_request_event", head, CI_MERGE_REQUEST_EVENT_TYPE="detached"),
                    "CI_MERGE_REQUEST_DIFF_BASE_SHA is not set")

    def test_rule_6_generate_without_a_base_plans_every_state_and_applies_none(self):
        head, gone = self.origin.ids["main60"], "1234567890" * 4
        clone = self.runner_clone(1, head, "main")
        done = harness.statelane("generate", "--on-missing-base", "all", cwd=clone,
                                 env={**self.environment, **self.push("main", gone, head)})
        self.assertEqual(done.stdout.count('"plan: '), STATES)
        self.assertNotIn('"apply: ', done.stdout)
