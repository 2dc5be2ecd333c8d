"""What runs leave for each other: where it lies, and that no answer depends on it."""
import os
import subprocess
import unittest

from harness import EndToEndTest, Repository, statelane, statelane_binary

BACKEND = 'terraform {\n  backend "s3" {\n    bucket = "b"\n    key    = "%s"\n  }\n}\n'
STATE = BACKEND + 'module "m" {\n  source = "../modules/m"\n}\nlocals {\n  text = file("${path.module}/a.txt")\n}\n'


class Cache(EndToEndTest):

    def setUp(self):
        super().setUp()
        self.repository = Repository(self.scratch, self.environment)
        files = {f"state-{number}/main.tf": STATE % number for number in range(20)}
        self.base = self.repository.commit("first", {**files, "modules/m/main.tf": "locals {}\n"})
        self.head = self.repository.commit("second", {
            "modules/m/main.tf": 'locals {\n  x = file("${path.module}/x.json")\n}\n',
            "state-3/main.tf": STATE % 3 + "# a comment\n",
            "state-4/main.tf": "broken {",
            "state-5/main.tf": None,
        })

    def ask(self, *arguments, **variables):
        """All that a command says."""
        done = statelane(*arguments, cwd=self.repository.directory, env={**self.environment, **variables}, check=False)
        return done.returncode, done.stdout, done.stderr

    def questions(self):
        return [("list", "--json"), ("list", "--rev", self.base), ("inputs", "state-1", "--json"), ("graph",),
                ("affected", f"{self.base}..{self.head}", "--json")]

    def check_answers(self, *options, **variables):
        for question in self.questions():
            self.assertEqual(self.ask(*question, *options, **variables), self.ask(*question, "--no-cache"), question)

    def test_a_cache_behind_a_link_of_the_repository_is_refused_and_one_behind_a_link_outside_is_not(self):
        elsewhere = self.scratch / "elsewhere"
        elsewhere.mkdir()
        (self.repository.directory / "kept").symlink_to(elsewhere)
        link = self.repository.directory.resolve() / "kept"
        for cache in ["kept", "kept/facts", str(link)]:
            self.assertEqual(self.ask("list", "--cache", cache), (3, "", (
                f"statelane: error: cannot keep a cache in {cache}: {link} is a symbolic link in the repository\n"
                "hint: name another directory with --cache, or leave it out with --no-cache\n")))
            self.assertEqual(list(elsewhere.iterdir()), [])
        (self.scratch / "link").symlink_to(elsewhere)
        self.assertEqual(self.ask("list", "--cache", str(self.scratch / "link"))[0], 0)
        self.assertEqual(len(self.files(elsewhere)), 1)

    def test_what_lies_in_the_place_of_a_kept_file_is_in_nobody_s_way(self):
        cache, victim = self.repository.directory / ".git/statelane", self.scratch / "victim"
        self.ask("list")
        for name in sorted(path.name for path in cache.iterdir()):
            for put in [os.mkfifo, lambda place: place.symlink_to(victim), lambda place: place.symlink_to("/dev/zero"), os.mkdir]:
                victim.write_text("precious")
                place = cache / name
                if place.is_dir() and not place.is_symlink():
                    place.rmdir()
                else:
                    place.unlink(missing_ok=True)
                put(place)
                self.assertEqual(self.ask("list", "--json"), self.ask("list", "--json", "--no-cache"), name)
                self.assertEqual(victim.read_text(), "precious")

    def files(self, directory):
        return sorted(directory.glob("*.facts")) if directory.exists() else []

    def test_it_lies_in_gits_own_directory(self):
        self.ask("list", "--no-cache")
        place = self.repository.directory / ".git/statelane"
        self.assertEqual(self.files(place), [])
        self.check_answers()
        self.assertTrue(self.files(place))
        self.check_answers()
        self.assertEqual(self.repository.git("status", "--porcelain"), "")

    def test_linked_work_trees_share_it(self):
        other = self.scratch / "other"
        self.repository.git("worktree", "add", "-q", "--detach", str(other))
        statelane("list", cwd=other, env=self.environment)
        self.assertTrue(self.files(self.repository.directory / ".git/statelane"))

    def test_an_option_or_a_variable_puts_it_elsewhere(self):
        for number, (options, variables) in enumerate([
                (["--cache", str(self.scratch / "place-0")], {}),
                ([], {"STATELANE_OPT_CACHE": str(self.scratch / "place-1")})]):
            self.check_answers(*options, **variables)
            self.assertTrue(self.files(self.scratch / f"place-{number}"))
        self.assertEqual(self.files(self.repository.directory / ".git/statelane"), [])

    def test_damage_changes_nothing(self):
        place = self.scratch / "cache"
        for damage in (lambda data: data[:len(data) // 2], lambda data: b"", lambda data: data[:200] + b"?" + data[201:],
                       lambda data: data[:-1] + bytes([data[-1] ^ 1]), lambda data: b"\0" * len(data)):
            self.check_answers("--cache", str(place))
            for file in self.files(place):
                file.write_bytes(damage(file.read_bytes()))
            self.check_answers("--cache", str(place))

    def test_without_a_place_to_write_everything_works(self):
        (self.scratch / "file").write_text("")
        self.check_answers("--cache", str(self.scratch / "file/cache"))
        self.check_answers("--cache", "/proc/nowhere")

    def test_runs_at_once_give_the_same_answer(self):
        place = self.scratch / "cache"
        expected = self.ask("list", "--json", "--no-cache")[1]
        runs = [subprocess.Popen([statelane_binary(), "list", "--json", "--cache", place], text=True,
                                 cwd=self.repository.directory, env=self.environment, stdout=subprocess.PIPE,
                                 stderr=subprocess.DEVNULL) for _ in range(6)]
        for process in runs:
            self.assertEqual(process.communicate()[0], expected)
        self.check_answers("--cache", str(place))

    def test_a_changed_file_of_the_same_size_and_time_is_seen(self):
        file = self.repository.directory / "state-1/main.tf"
        self.ask("list")
        times = file.stat()
        file.write_text(file.read_text().replace('key    = "1"', 'key    = "9"'))
        os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
        self.assertIn('"key": "9"', self.ask("list", "--json")[1])
        self.check_answers()


if __name__ == "__main__":
    unittest.main()
