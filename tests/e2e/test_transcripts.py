"""Sessions in a shell, as files in goldens/transcripts show them; STATELANE_REWRITE=1 writes what was printed.

A heading begins a case in a fresh repository. A block ```file PATH is written there; in a block ```console each line
that begins with `$ ` is run by sh, and what it prints follows, errors behind results, and its exit code unless it is 0.
`commit MESSAGE` commits everything; `/repository` stands for the repository's directory.
"""
import os
import re
import subprocess

from harness import SOURCE_DIR, EndToEndTest, Repository, clean_environment, statelane_binary

TRANSCRIPTS = SOURCE_DIR / "tests/e2e/goldens/transcripts"
BLOCK = re.compile(r"^```(?P<kind>file|link|console)(?: (?P<path>\S+))?\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
COMMIT = """#!/bin/sh
count=$(($(git rev-list --count --all 2>/dev/null || echo 0) + 1))
export GIT_AUTHOR_DATE="2024-01-01T00:00:$(printf %02d $count)Z"
export GIT_COMMITTER_DATE="$GIT_AUTHOR_DATE"
git add --all && git commit -q -m "$1"
"""


class Transcripts(EndToEndTest):

    def test_each_session_prints_what_its_transcript_shows(self):
        for file in sorted(TRANSCRIPTS.glob("*.md")):
            text = file.read_text()
            cases = re.split(r"^(?=## )", text, flags=re.MULTILINE)
            played = cases[:1] + [self.play(index, case) for index, case in enumerate(cases[1:])]
            if os.environ.get("STATELANE_REWRITE"):
                file.write_text("".join(played))
            for written, case in zip(cases, played):
                with self.subTest(case=f"{file.name}: {written.splitlines()[0]}"):
                    self.assertEqual(case, written)
            self.doCleanups()
            self.setUp()

    def play(self, index, case):
        """The case with what its commands really print."""
        scratch = self.scratch / str(index)
        (scratch / "bin").mkdir(parents=True)
        (scratch / "bin/commit").write_text(COMMIT)
        (scratch / "bin/commit").chmod(0o755)
        self.repository = Repository(scratch, clean_environment(scratch, [scratch / "bin", statelane_binary().parent]))
        return BLOCK.sub(self.play_block, case)

    def play_block(self, block):
        if block["kind"] == "console":
            commands = [line for line in block["text"].splitlines() if line.startswith("$ ")]
            return "```console\n" + "".join(f"{command}\n{self.output_of(command[2:])}" for command in commands) + "```"
        path = self.repository.directory / block["path"]
        path.parent.mkdir(parents=True, exist_ok=True)
        if block["kind"] == "link":
            path.symlink_to(block["text"].strip())
        else:
            path.write_text(block["text"])
        return block[0]

    def output_of(self, command):
        done = subprocess.run(["sh", "-c", command], cwd=self.repository.directory, env=self.repository.environment,
                              stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", errors="replace")
        output = (done.stdout + done.stderr).replace(str(self.repository.directory), "/repository")
        return output + (f"(exit code {done.returncode})\n" if done.returncode else "")
