"""Trees and blobs of a git repository, read through one `git cat-file --batch` and remembered by id."""
import subprocess

DIRECTORY, LINK, SUBMODULE = "40000", "120000", "160000"


class Objects:
    """The objects of one repository, for a `with` statement."""

    def __init__(self, directory, environment):
        self.directory, self.environment = directory, environment
        self.trees = {}
        self.blobs = {}

    def __enter__(self):
        self.process = subprocess.Popen(["git", "cat-file", "--batch"], cwd=self.directory, env=self.environment,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return self

    def __exit__(self, *_error):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()

    def _read(self, name):
        self.process.stdin.write(name.encode() + b"\n")
        self.process.stdin.flush()
        head = self.process.stdout.readline().split()
        assert len(head) == 3, f"git has no {name}: {head}"
        size = int(head[2])
        return self.process.stdout.read(size + 1)[:size]

    def blob(self, identity):
        if identity not in self.blobs:
            self.blobs[identity] = self._read(identity)
        return self.blobs[identity]

    def files(self, commit):
        """{path as bytes: (mode, id)} of everything in a commit but directories."""
        tree = self._read(commit).split(b"\n", 1)[0].split()[1].decode()
        return dict(self._flatten(tree))

    def _flatten(self, tree):
        if tree not in self.trees:
            found = []
            for mode, name, identity in self._entries(tree):
                if mode == DIRECTORY:
                    found += [(name + b"/" + path, entry) for path, entry in self._flatten(identity)]
                else:
                    found.append((name, (mode, identity)))
            self.trees[tree] = found
        return self.trees[tree]

    def _entries(self, tree):
        data, at = self._read(tree), 0
        while at < len(data):
            space, end = data.index(b" ", at), data.index(b"\0", at)
            yield data[at:space].decode(), data[space + 1:end], data[end + 1:end + 21].hex()
            at = end + 21
