"""Completion as a person meets it: in real shells, on a terminal, with the states of a real repository."""
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time

from harness import EndToEndTest, clean_environment, require, run, statelane, statelane_binary

BACKEND = 'terraform {{\n  backend "local" {{\n    path = "/states/{}"\n  }}\n}}\n'
PATIENCE = 20  # seconds until an answer that does not come is a failure


class Terminal:
    """A program on a pseudo terminal, fed with keys."""

    def __init__(self, command, cwd, env, columns=0):
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.process = subprocess.Popen(command, cwd=cwd, env=env, stdin=slave, stdout=slave, stderr=slave,
                                        start_new_session=True)
        os.close(slave)
        self.seen = ""

    def read_until(self, pattern):
        """Reads what the shell shows until `pattern` is there."""
        deadline = time.monotonic() + PATIENCE
        while not re.search(pattern, self.seen):
            ready, _, _ = select.select([self.master], [], [], max(0, deadline - time.monotonic()))
            if not ready:
                raise AssertionError(f"no {pattern!r} in {self.seen!r}")
            self.seen += os.read(self.master, 65536).decode(errors="replace")

    def type(self, keys):
        self.seen = ""
        os.write(self.master, keys.encode())

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.master)


class Completion(EndToEndTest):
    """What Tab adds to a line. The line is printed by `echo` in place of being run."""

    def setUp(self):
        super().setUp()
        self.environment = clean_environment(self.scratch / "home", [statelane_binary().parent], TERM="dumb")
        self.directory = self.scratch / "repository"
        run(["git", "init", "-q", "-b", "main", self.directory], cwd=self.scratch, env=self.environment)
        for state in ("dns", "network/production", "network/staging"):
            (self.directory / state).mkdir(parents=True)
            (self.directory / state / "main.tf").write_text(BACKEND.format(state))
        (self.directory / "dns/main.tf").write_text('terraform {\n  backend "s3" {}\n}\n')
        for instance in ("prod", "staging"):
            (self.directory / f"dns/{instance}.tfbackend").write_text(f'bucket = "b"\nkey = "{instance}"\n')
        self.assertEqual(statelane("list", "--ids", cwd=self.directory, env=self.environment).stdout.split(),
                         ["dns@prod", "dns@staging", "network/production", "network/staging"])

    def script(self, shell):
        path = self.scratch / f"completion.{shell}"
        path.write_text(statelane("completion", shell, cwd=self.directory, env=self.environment).stdout)
        return path

    def bash(self, line, breaks=None):
        """The words that bash has after Tab; `breaks` are the characters at which it parts words."""
        terminal = Terminal([require("bash"), "--norc", "--noprofile", "-i"], self.directory, self.environment)
        self.addCleanup(terminal.close)
        if breaks:
            terminal.type(f"COMP_WORDBREAKS={breaks}\n")
        terminal.type(f"PS1=; bind 'set bell-style none'; source {self.script('bash')}; echo rea''dy\n")
        terminal.read_until("ready\r?\n")
        # The line is run after Tab, as a function of the same name that shows its words.
        terminal.type("statelane() { if [[ $* == *--remembered* ]]; then command statelane \"$@\"; else printf '<%s>' \"$@\"; echo '!'; fi; }\n"
                      f"{line}\t\n")
        terminal.read_until("<[^\n]*!\r?\n")
        return re.findall("<([^>']*)>", re.findall("<[^\n]*!\r?\n", terminal.seen)[-1])

    def test_bash_completes_commands_options_and_their_values(self):
        self.assertEqual(self.bash("statelane affe"), ["affected"])
        self.assertEqual(self.bash("statelane run appl"), ["run", "apply"])
        self.assertEqual(self.bash("statelane affected --on-m"), ["affected", "--on-missing-base"])
        self.assertEqual(self.bash("statelane affected --dependents dir"), ["affected", "--dependents", "direct"])
        self.assertEqual(self.bash("statelane affected --dependents=dir"), ["affected", "--dependents=direct"])
        self.assertEqual(self.bash("statelane --color alw"), ["--color", "always"])

    def test_bash_completes_states_wherever_it_parts_words(self):
        self.assertEqual(self.bash("statelane why network/p"), ["why", "network/production"])
        self.assertEqual(self.bash("statelane why dns@p"), ["why", "dns@prod"])
        self.assertEqual(self.bash("statelane run plan dns@s"), ["run", "plan", "dns@staging"])
        self.assertEqual(self.bash("statelane affected --state=dns@p"), ["affected", "--state=dns@prod"])
        self.assertEqual(self.bash("statelane why dns@p", breaks="$' '"), ["why", "dns@prod"])

    def test_states_are_those_of_the_last_run(self):
        for arguments in (["add", "-A"], ["-c", "user.name=x", "-c", "user.email=x@y", "commit", "-q", "-m", "states"]):
            run(["git", *arguments], cwd=self.directory, env=self.environment)
        (self.directory / "new").mkdir()
        (self.directory / "new/main.tf").write_text('terraform {\n  backend "local" {}\n}\n')
        remembered = ["list", "--remembered"]
        self.assertNotIn("new\n", statelane(*remembered, cwd=self.directory, env=self.environment).stdout)
        listed = statelane("list", "--ids", cwd=self.directory, env=self.environment).stdout
        self.assertIn("\nnew\n", listed)
        self.assertEqual(statelane(*remembered, cwd=self.directory, env=self.environment).stdout, listed)
        statelane("list", "--rev", "HEAD^0", cwd=self.directory, env=self.environment)
        self.assertEqual(statelane(*remembered, cwd=self.directory, env=self.environment).stdout, listed)
        statelane("affected", "HEAD", cwd=self.directory, env=self.environment)
        self.assertNotIn("new\n", statelane(*remembered, cwd=self.directory, env=self.environment).stdout)
        self.assertEqual(statelane(*remembered, "--no-cache", cwd=self.directory, env=self.environment).stdout, listed)

    def test_bash_asks_in_the_directory_of_the_line(self):
        (self.directory / "other").mkdir()
        self.assertEqual(self.bash("statelane -C other why network/s"), ["-C", "other", "why", "network/staging"])

    def fish(self, line):
        """What fish offers for a line."""
        done = run([require("fish"), "--no-config", "-c", f"source {self.script('fish')}; complete -C '{line}'"],
                   cwd=self.directory, env=self.environment)
        return [offer.split("\t")[0] for offer in done.stdout.splitlines()]

    def test_fish_completes_commands_options_values_and_states(self):
        self.assertIn("affected", self.fish("statelane a"))
        self.assertEqual(self.fish("statelane run "), ["apply", "destroy", "drift", "drift-summary", "plan"])
        self.assertEqual(self.fish("statelane affected --on-m"), ["--on-missing-base"])
        self.assertEqual(self.fish("statelane affected --dependents d"), ["direct"])
        self.assertEqual(self.fish("statelane --color never why dns@"), ["dns@prod", "dns@staging"])
        self.assertEqual(self.fish("statelane run plan network/p"), ["network/production"])

    def zsh(self, line):
        """The line as zsh has it after Tab."""
        terminal = Terminal([require("zsh"), "-f", "-i"], self.directory, self.environment)
        self.addCleanup(terminal.close)
        functions = self.scratch / "functions"
        functions.mkdir(exist_ok=True)
        (functions / "_statelane").write_text(self.script("zsh").read_text())
        terminal.type(f"PS1=; fpath=({functions} $fpath); autoload -U compinit; compinit -D -u; echo rea''dy\n")
        terminal.read_until("ready\r?\n")
        terminal.type("show() { print -r -- \"<$BUFFER>\"; zle kill-buffer }; zle -N show; bindkey '^X' show; echo rea''dy\n")
        terminal.read_until("ready\r?\n")
        terminal.type(f"{line}\t\x18")
        terminal.read_until("<[^\n]*>")
        return re.findall("<([^\n]*)>", terminal.seen)[-1].rstrip()

    def test_zsh_completes_commands_options_values_and_states(self):
        self.assertEqual(self.zsh("statelane affe"), "statelane affected")
        self.assertEqual(self.zsh("statelane run appl"), "statelane run apply")
        self.assertEqual(self.zsh("statelane affected --on-m"), "statelane affected --on-missing-base=")
        self.assertEqual(self.zsh("statelane affected --dependents=dir"), "statelane affected --dependents=direct")
        self.assertEqual(self.zsh("statelane why network/p"), "statelane why network/production")
        (self.directory / "other").mkdir()
        self.assertEqual(self.zsh("statelane -C other why network/s"), "statelane -C other why network/staging")
        self.assertEqual(self.zsh("statelane run plan dns@s"), "statelane run plan dns@staging")

    def test_the_man_page_has_no_warnings(self):
        page = statelane("man", cwd=self.directory, env=self.environment).stdout
        done = run([require("groff"), "-man", "-Tutf8", "-wall", "-z"], cwd=self.directory, env=self.environment, input=page)
        self.assertEqual(done.stderr, "")
