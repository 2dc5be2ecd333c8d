"""A repository as a value: what a commit holds, and what lies in the work tree beside it. Knows git and nothing else."""
import os
import posixpath
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import harness

DATE = "2024-01-01T00:00:00Z"


@dataclass
class World:
    """Paths are relative to the repository's root. A submodule is a directory with files of its own, by their paths in it."""
    files: dict = field(default_factory=dict)  # path: text
    links: dict = field(default_factory=dict)  # path: target, as the link holds it
    executables: set = field(default_factory=set)
    submodules: dict = field(default_factory=dict)  # directory: {path in it: text}
    untracked: dict = field(default_factory=dict)  # what earlier applies left, and git ignores

    def copy(self):
        submodules = {directory: dict(files) for directory, files in self.submodules.items()}
        return World(dict(self.files), dict(self.links), set(self.executables), submodules, dict(self.untracked))

    def put(self, path, text):
        """Writes a file; below a submodule's directory it becomes a file of the submodule."""
        for directory, files in self.submodules.items():
            if path.startswith(directory + "/"):
                files[path[len(directory) + 1:]] = text
                return
        self.files[path] = text

    def text(self, path):
        """The text at a path, through links; nothing where no file is."""
        for _ in range(20):
            for directory, files in self.submodules.items():
                if path.startswith(directory + "/"):
                    return files.get(path[len(directory) + 1:])
            if path in self.files:
                return self.files[path]
            followed = self.follow_first_link(path)
            if followed is None:
                return None
            path = followed
        return None

    def follow_first_link(self, path):
        parts = path.split("/")
        for length in range(1, len(parts) + 1):
            link = "/".join(parts[:length])
            if link in self.links:
                target = posixpath.normpath(posixpath.join(posixpath.dirname(link), self.links[link]))
                return "/".join([target, *parts[length:]])
        return None

    def remove(self, path):
        for held in (self.files, self.links):
            held.pop(path, None)
        for directory, files in self.submodules.items():
            if path.startswith(directory + "/"):
                files.pop(path[len(directory) + 1:], None)
        self.executables.discard(path)

    def paths(self):
        """Every path that a commit can change, sorted."""
        inside = [f"{directory}/{path}" for directory, files in self.submodules.items() for path in files]
        return sorted([*self.files, *self.links, *inside])

    def directories(self):
        found = {""}
        for path in self.paths():
            while path := posixpath.dirname(path):
                found.add(path)
        return sorted(found)


class Checkout:
    """A git repository whose work tree is rewritten for each world that is committed to it."""

    def __init__(self, directory, environment):
        self.directory = Path(directory)
        self.environment = {**environment, "GIT_AUTHOR_DATE": DATE, "GIT_COMMITTER_DATE": DATE}
        self.directory.mkdir(parents=True)
        self.git("init", "-q", "--template=", "-b", "main")

    def git(self, *arguments, inside=""):
        return harness.run(["git", *arguments], cwd=self.directory / inside, env=self.environment).stdout.strip()

    def commit(self, world, message):
        """Leaves the work tree as a clone of this commit has it, and returns the commit's id."""
        self.clear()
        for path, text in [*world.files.items(), *world.untracked.items()]:
            self.write(path, text, path in world.executables)
        for path, target in world.links.items():
            (self.directory / path).parent.mkdir(parents=True, exist_ok=True)
            os.symlink(target, self.directory / path)
        for directory, files in world.submodules.items():
            self.commit_submodule(directory, files, message)
        if world.submodules:
            self.write(".gitmodules", "".join(f'[submodule "{name}"]\n\tpath = {name}\n\turl = ../{name}.git\n'
                                              for name in sorted(world.submodules)), False)
        self.git("add", "--all")
        self.git("-c", "commit.gpgsign=false", "commit", "-q", "--allow-empty", "-m", message)
        if ".gitattributes" in {posixpath.basename(path) for path in world.files}:
            self.check_out_again()
        return self.git("rev-parse", "HEAD")

    def clear(self):
        for entry in self.directory.iterdir():
            if entry.name == ".git":
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()

    def write(self, path, text, executable):
        file = self.directory / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())
        if executable:
            file.chmod(0o755)

    def commit_submodule(self, directory, files, message):
        for path, text in files.items():
            self.write(f"{directory}/{path}", text, False)
        # The same text makes the same commit, since name and date are fixed: a submodule moves only with its files.
        self.git("init", "-q", "--template=", "-b", "main", inside=directory)
        self.git("add", "--all", inside=directory)
        self.git("commit", "-q", "--allow-empty", "-m", "files", inside=directory)

    def check_out_again(self):
        """Attributes act when git writes a file, so what was written before the commit does not show them."""
        for path in self.git("ls-files", "-z").split("\0"):
            file = self.directory / path
            if path and file.is_file() and not file.is_symlink():
                file.unlink()
        self.git("checkout", "-q", "--force", "HEAD", "--", ".")
