"""The documents keep their word: every command in them is run, and what they show is what it prints."""
import json
import os
import re
import unittest

from harness import SOURCE_DIR, EndToEndTest, Repository, clean_environment, run, statelane_binary

EXAMPLE = SOURCE_DIR / "fixtures/ecs-platform"
DOCUMENTS = [SOURCE_DIR / "README.md", *sorted((SOURCE_DIR / "fixtures").glob("*/README.md"))]
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

# Lines that are not run as they stand, and how else they are kept true.
ELSEWHERE = {
    r"bash \.ci/(try|test)": "the pipeline itself runs them",
    r"(from=|curl -fsSL|openssl dgst|sha256sum --check|sudo install)": "test_release.py",
    r"cd YOUR-REPOSITORY$": "the reader's own place",
    r"cmake --preset release": "test_presets_that_are_named_exist",
    r"(cmake --install|cpack) ": "test_packages.py",
    r"statelane generate --output lanes\.gitlab-ci\.yml --children": "test_size.py",
    r"(copy=|find |-e |for |done|do |terraform |export |TF_HTTP|aws |\}|#|$)": "the shell around Terraform: test_acceptance.py does the same",
}


def blocks(document, language):
    """The text of every fenced block of one language."""
    return [text for found, text in FENCE.findall(document.read_text()) if found == language]


def commands(text):
    """The commands of a block: lines that end in a backslash go on, what follows two blanks and # is a comment."""
    joined = text.replace("\\\n", " ")
    return [re.sub(r"\s{2,}#.*$", "", line).strip() for line in joined.splitlines()]


def without_commits(text):
    """Ids of commits follow from every byte of the example, so any others may be shown."""
    return re.sub(r"\b[0-9a-f]{12}\b", "COMMIT", text).rstrip("\n")


class Documents(EndToEndTest):
    """A copy of the example, as a repository with a commit that makes its subnets smaller."""

    def setUp(self):
        super().setUp()
        self.environment = clean_environment(self.scratch / "home", [statelane_binary().parent], PAGER="cat")
        self.repository = Repository(self.scratch, self.environment, EXAMPLE)
        self.repository.commit("the platform as it stands")
        module = self.repository.directory / "modules/network/main.tf"
        self.repository.commit("network: smaller subnets",
                               {"modules/network/main.tf": module.read_text().replace("newbits = 4", "newbits = 5")})
        self.repository.push()

    def shell(self, command):
        return run(["bash", "-c", command], cwd=self.repository.directory, env=self.environment, check=False)

    def test_every_command_of_every_document_runs(self):
        seen = 0
        for document in DOCUMENTS:
            scripts = [text for text in blocks(document, "sh") if not text.startswith("#!")]
            for command in [command for text in scripts for command in commands(text)]:
                if any(re.match(pattern, command) for pattern in ELSEWHERE):
                    continue
                with self.subTest(document=document.name, command=command):
                    self.assertTrue(command.startswith("statelane "), "neither run nor named in ELSEWHERE")
                    result = self.shell(command)
                    self.assertEqual(result.returncode, 0, result.stderr)
                    seen += 1
        self.assertGreater(seen, 10)

    def test_what_is_shown_is_what_is_printed(self):
        shown = [text for document in DOCUMENTS for text in blocks(document, "console")]
        self.assertGreater(len(shown), 0)
        for text in shown:
            for entry in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
                command, _, expected = entry.partition("\n")
                with self.subTest(command=command):
                    result = self.shell(command)
                    self.assertEqual(result.returncode, 0, result.stderr)
                    if os.environ.get("STATELANE_REWRITE") == "1":
                        self.rewrite(command, expected, result.stdout)
                    else:
                        self.assertEqual(without_commits(result.stdout), without_commits(expected))

    def rewrite(self, command, expected, printed):
        """Puts what is printed in place of what is shown."""
        for document in DOCUMENTS:
            text = document.read_text()
            old = f"$ {command}\n{expected}"
            if old in text:
                document.write_text(text.replace(old, f"$ {command}\n{printed.rstrip()}\n"))

    def test_the_hook_lets_a_sound_push_through_and_stops_one_with_a_fault(self):
        [hook] = [text for text in blocks(DOCUMENTS[0], "sh") if text.startswith("#!/bin/sh\n# .git/hooks/pre-push")]
        path = self.repository.directory / ".git/hooks/pre-push"
        path.write_text(hook)
        path.chmod(0o755)
        self.repository.commit("sound", {"network/staging/more.tf": "locals {}\n"})
        self.assertEqual(self.shell("git push -q origin HEAD").returncode, 0)
        self.repository.commit("broken", {"network/staging/more.tf": "locals {\n"})
        stopped = self.shell("git push -q origin HEAD")
        self.assertEqual(stopped.returncode, 1)
        self.assertIn("network/staging/more.tf:", stopped.stderr)

    def test_presets_that_are_named_exist(self):
        presets = json.loads((SOURCE_DIR / "CMakePresets.json").read_text())
        self.assertIn("release", [preset["name"] for preset in presets["configurePresets"]])
        self.assertIn("release", [preset["name"] for preset in presets["buildPresets"]])

    def test_links_within_the_repository_lead_somewhere(self):
        for document in DOCUMENTS:
            text = document.read_text()
            anchors = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
                       for title in re.findall(r"^#+ (.*)$", text, re.MULTILINE)}
            for target in re.findall(r"\]\(([^)\s]+)\)", text):
                if target.startswith("http"):
                    continue
                with self.subTest(document=str(document), target=target):
                    path, _, anchor = target.partition("#")
                    self.assertTrue(not path or (document.parent / path).exists())
                    self.assertTrue(path or anchor in anchors)


class Reference(unittest.TestCase):
    """The README has a line for every command and every option."""

    def test_every_command_and_option_is_in_the_readme(self):
        text = (SOURCE_DIR / "README.md").read_text()
        page = run([statelane_binary(), "man"], cwd=SOURCE_DIR, env={"PATH": os.environ["PATH"]}).stdout
        for command in re.findall(r"^\.SS statelane ([a-z ]+?) \[", page.replace("\\-", "-"), re.MULTILINE):
            with self.subTest(command=command):
                self.assertIn(f"`statelane {command}", text)
        guards = re.compile(r"--allow-|--newest-commit|--ignore-format|--lock$")
        for option in set(re.findall(r"--[a-z][a-z-]+", page.replace("\\-", "-"))):
            if not guards.match(option):
                with self.subTest(option=option):
                    self.assertIn(option, text)
