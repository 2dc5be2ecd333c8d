"""No state is missed and none selected without need, by an oracle that shares nothing with the program."""
import subprocess
import unicodedata

import harness
import repositories
import soundness

STATE = b'terraform {\n  backend "s3" {\n    bucket = "b"\n    key    = "%d"\n  }\n}\n'


class GeneratedRepositories(harness.EndToEndTest):
    def check(self, preset, commits, far_pairs):
        harness.require("git")
        harness.require_module("yaml")
        directory = self.scratch / "repository.git"
        made = soundness.make_repository(directory, self.environment, preset, 7, commits)
        self.assertEqual(len(made), commits + 1)
        differences, affected = soundness.compare_history(directory, self.environment, made, far_pairs=far_pairs)
        self.assertEqual([str(each) for each in differences[:3]], [])
        self.assertGreater(affected, commits)

    def test_two_hundred_changes_of_a_small_repository(self):
        self.check("small", 200, far_pairs=20)

    def test_fifty_changes_of_a_repository_of_instances(self):
        self.check("matrix", 50, far_pairs=10)


class HostileNames(harness.EndToEndTest):
    """Names that no work tree may be able to hold, as commits that nobody checks out."""

    NAMES = [b"a b", b'q"uote', b"it's", b"new\nline", b"tab\there", b"$HOME", b"\xff\xfe bytes", "\u00e9".encode(),
             "e\u0301".encode(), b"at@sign%25", b"{brace}", b"[set]", b"star*", b"back\\slash", b"-dash", b"#hash",
             b"Case", b"/".join([b"d" * 99] * 40)]

    def commit(self, trees):
        harness.require("git")
        harness.require_module("yaml")
        self.directory = self.scratch / "repository.git"
        harness.run(["git", "init", "-q", "--bare", "-b", "main", self.directory], cwd="/", env=self.environment)
        subprocess.run(["git", "fast-import", "--quiet"], cwd=self.directory, env=self.environment,
                       input=repositories.fast_import(trees), check=True)
        listed = harness.run(["git", "rev-list", "--reverse", "main"], cwd=self.directory, env=self.environment)
        return listed.stdout.split()

    def states(self):
        files = {name + b"/main.tf": ("100644", STATE % number) for number, name in enumerate(self.NAMES)}
        files.update({name + b"/data.json": ("100644", b"{}") for name in self.NAMES})
        return files

    def test_a_change_in_a_directory_of_any_name_touches_the_state_there(self):
        trees = [self.states()]
        for name in self.NAMES:
            trees.append({**trees[-1], name + b"/data.json": ("100644", b"[]")})
        commits = self.commit(trees)
        for name, base, head in zip(self.NAMES, commits, commits[1:]):
            with self.subTest(name=name[:40]):
                answer = soundness.ask(self.directory, self.environment, base, head)
                self.assertEqual(answer, {name.replace(b"%", b"%25").replace(b"@", b"%40"): "modified"})
        differences, _ = soundness.compare_history(self.directory, self.environment, commits)
        self.assertEqual([str(each) for each in differences], [])

    def test_a_rename_of_case_only_is_a_move(self):
        before = self.states()
        after = {path.replace(b"Case/", b"case/"): entry for path, entry in before.items()}
        base, head = self.commit([before, after])
        self.assertEqual(soundness.ask(self.directory, self.environment, base, head),
                         {b"case": "moved", b"Case": "moved"})

    def test_modules_and_data_of_any_name_are_followed(self):
        names = [name for name in self.NAMES if not set(b'"\\${}\n\t\xff*[]') & set(name)
                 # Terraform brings what is written into normal form C: such a name cannot be written.
                 and unicodedata.is_normalized("NFC", name.decode())]
        before = {}
        for number, name in enumerate(names):
            before[b"s%d/main.tf" % number] = ("100644", STATE % number + b'\nmodule "m" {\n  source = "../m/' + name
                                               + b'"\n}\n\nlocals {\n  x = file("../data/' + name + b'/f")\n}\n')
            before[b"m/" + name + b"/main.tf"] = ("100644", b"# m")
        trees = [before]
        for name in names:
            trees.append({**trees[-1], b"m/" + name + b"/more.tf": ("100644", b"# m")})
            trees.append({**trees[-1], b"data/" + name + b"/f": ("100644", b"1")})
        commits = self.commit(trees)
        for step, (base, head) in enumerate(zip(commits, commits[1:])):
            self.assertEqual(soundness.ask(self.directory, self.environment, base, head),
                             {b"s%d" % (step // 2): "modified"}, names[step // 2])
