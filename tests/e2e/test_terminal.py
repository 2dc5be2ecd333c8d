"""What a person sees on a terminal and nobody sees in a pipe: colours, tables that fit, progress, the next command."""
import os

from harness import EndToEndTest, Repository, clean_environment, require, statelane, statelane_binary
from test_completion import Terminal

STATE = 'terraform {{\n  backend "s3" {{\n    bucket = "states"\n    key    = "{0}/terraform.tfstate"\n  }}\n}}\nlocals {{ size = {1} }}\n'
LONG = "environments/production/organisation-network/shared-services"


class Screen(EndToEndTest):
    def setUp(self):
        super().setUp()
        self.repository = Repository(self.scratch, self.environment)
        self.repository.commit("two states", {f"{name}/main.tf": STATE.format(name, 1) for name in ("app", LONG)})
        self.repository.commit("app grows", {"app/main.tf": STATE.format("app", 2)})

    def show(self, *arguments, columns=80, environment=None):
        """Starts the program on a terminal of that width."""
        terminal = Terminal([statelane_binary(), *arguments], self.repository.directory, environment or self.environment, columns)
        self.addCleanup(terminal.close)
        return terminal

    def lines(self, *arguments, until, **how):
        terminal = self.show(*arguments, **how)
        terminal.read_until(until)
        return terminal.seen.replace("\r\n", "\n")

    def test_the_answer_has_colours_and_ends_with_the_next_commands(self):
        shown = self.lines("affected", "HEAD", until=r"generate HEAD\r\n")
        self.assertIn("\x1b[33mmodified\x1b[0m", shown)
        self.assertTrue(shown.endswith("next: statelane why app HEAD\n      statelane generate HEAD\n"), shown)
        piped = statelane("affected", "HEAD", cwd=self.repository.directory, env=self.environment)
        self.assertNotIn("\x1b", piped.stdout + piped.stderr)
        self.assertNotIn("next:", piped.stderr)
        plain = self.lines("affected", "HEAD", until=r"generate HEAD\r\n", environment={**self.environment, "NO_COLOR": "1"})
        self.assertNotIn("\x1b", plain)

    def test_a_list_ends_with_what_to_ask_next(self):
        shown = self.lines("list", until=r"inputs app\r\n")
        self.assertTrue(shown.endswith("\nnext: statelane affected HEAD\n      statelane inputs app\n"), shown)

    def test_tables_fit_the_terminal_and_are_whole_in_a_pipe(self):
        for columns in (80, 60, 40):
            shown = self.lines("list", columns=columns, until=r"inputs app\r\n")
            table = [line.replace("\x1b[1m", "").replace("\x1b[0m", "") for line in shown.split("\n")[:3]]
            self.assertTrue(all(len(line) <= columns for line in table), table)
            # Ids are to be read: what else there is gives way first, and what all backends share is said once.
            self.assertEqual(table[0].split(), ["STATE", "INPUTS"])
            self.assertEqual("…" in table[2], columns < 70)
            self.assertIn(" backend of each: s3 states/…/terraform.tfstate ", " ".join(shown.split()))
        whole = statelane("list", cwd=self.repository.directory, env=self.environment).stdout
        self.assertIn(f"{LONG}  backend block  s3 states/{LONG}/terraform.tfstate  -\n", whole)

    def test_lines_are_broken_between_words_and_the_stems_of_the_tree_go_on(self):
        long = LONG + "/security-groups-of-the-load-balancers.tf"
        self.repository.commit("longer", {long: "locals {}\n"})
        shown = self.lines("why", LONG, "HEAD", columns=60, until=r"changed\x1b\[0m\r\n")
        self.assertTrue(shown.endswith(f"└─ a file of the state's directory\n   └─ \x1b[33m{long}\x1b[0m\n        \x1b[33mchanged\x1b[0m\n"), shown)
        hint = self.lines("why", "shared-services", columns=60, until=r"every state\r\n")
        self.assertIn('\nhint: did you mean\n  "' + LONG + '"?\n', hint)

    def test_a_page_is_not_written_to_a_terminal(self):
        shown = self.lines("report", "HEAD", until=r"as text\r\n")
        self.assertEqual(shown, "statelane: error: a page is nothing to read on a terminal\n"
                                "hint: statelane report --output report.html writes it to a file\n"
                                "hint: --format markdown prints it as text\n")

    def test_a_line_says_how_far_the_commands_of_each_are_and_goes_when_they_write(self):
        shown = self.lines("each", "--all", "--", "sh", "-c", "sleep 0.3; echo out", until=r"2 runs: 2 succeeded\r\n")
        self.assertIn("\x1b[1mapp: sh -c 'sleep 0.3; echo out'\x1b[0m\n0 of 2 done, 1 running\r\x1b[Kout\n", shown)
        self.assertIn("1 of 2 done, 1 running\r\x1b[Kout\n", shown)

    def test_what_nobody_reads_is_named_once(self):
        self.repository.commit("lost", {"lost/main.tf": "locals {}\n"})
        shown = self.lines("affected", "HEAD", until=r"hint: [^:]*\.statelane\.yml\r\n")
        self.assertEqual(shown.count("lost/main.tf"), 1, shown)

    def test_work_that_takes_long_is_shown_and_wiped(self):
        gate, opened, tools = self.scratch / "gate", self.scratch / "opened", self.scratch / "tools"
        os.mkfifo(gate)
        tools.mkdir()
        git = tools / "git"
        git.write_text(f'#!/bin/sh\n[ -e {opened} ] || read -r _ < {gate}\nexec {require("git")} "$@"\n')
        git.chmod(0o755)
        terminal = self.show("affected", "--base", "HEAD~1", environment=clean_environment(self.scratch / "home", [tools]))
        terminal.read_until(r"\rreading states of both sides … 0\.[5-9] s")
        opened.touch()
        gate.write_text("go on\n")
        terminal.read_until(r"next: .*\n")
        self.assertRegex(terminal.seen, r"\r\x1b\[K")

