"""The shipped program is one static file that needs nothing else: it runs where there is only a shell and Terraform."""
import os
import re
import shutil
import subprocess
import unittest

from harness import EndToEndTest, Repository, SOURCE_DIR, demand, require, run, statelane_binary
from runs import BACKEND, ONE_RESOURCE

EXAMPLE = SOURCE_DIR / "fixtures/ecs-platform"


def is_static(program):
    headers = subprocess.run(["readelf", "--program-headers", program], capture_output=True, text=True, check=True).stdout
    return "INTERP" not in headers


class StaticProgram(EndToEndTest):
    """A test of the program where it is static, as the pipeline builds it; elsewhere there is nothing to test."""

    def setUp(self):
        super().setUp()
        if not is_static(statelane_binary()):
            self.skipTest("the program under test is not static")


class Symbols(StaticProgram):

    def test_nothing_is_loaded_when_it_runs(self):
        """Name services, converters and locales would be loaded as shared libraries, of another glibc perhaps."""
        symbols = run([require("nm"), statelane_binary()], cwd=self.scratch, env=self.environment, check=False).stdout
        for trap in ("getpwnam", "getgrnam", "getaddrinfo_a", "__gethostbyname", "gethostbyname2", "__nss_lookup",
                     "__nss_module_load", "__gconv_load_library"):
            self.assertNotRegex(symbols, rf"(?m) [TtWw] {re.escape(trap)}(_r)?$")


class BareRoot:
    """A root file system with a shell, Terraform and the program; what else it has, each kind of image says."""

    PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    PROGRAMS = "/usr/local/bin"  # where an image's own programs lie
    FILES = {}

    def setUp(self):
        super().setUp()
        demand(os.getuid() == 0, "root, who may change the root directory")
        self.root = self.scratch / "root"
        for directory in ("bin", "dev", "tmp"):
            (self.root / directory).mkdir(parents=True)
        for name, minor in (("null", "3"), ("urandom", "9")):
            made = run(["mknod", "-m", "666", self.root / "dev" / name, "c", "1", minor], cwd="/", env=self.environment, check=False)
            demand(made.returncode == 0, "permission to make a device")
        for path, text in self.FILES.items():
            file = self.root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        self.install_shell()
        self.install(require("terraform"), f"{self.PROGRAMS}/terraform")
        self.install(statelane_binary(), f"{self.PROGRAMS}/statelane")

    def install_shell(self):
        self.install(require("busybox"), "/bin/busybox")
        for name in ("sh", "ls", "cat", "test"):
            (self.root / "bin" / name).symlink_to("busybox")

    def install(self, program, place):
        self.put(program, place)
        needed = subprocess.run(["ldd", program], capture_output=True, text=True).stdout
        for library in re.findall(r"(/\S+) \(0x", needed):
            self.put(library, library)

    def put(self, file, place):
        target = self.root / place.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        try:
            os.link(os.path.realpath(file), target)  # Terraform is large.
        except OSError:
            shutil.copy(file, target)

    def install_git(self):
        git = f"{self.PATH.rpartition(':')[2]}/git"
        self.install(require("git"), git)
        (self.root / f"{git}-upload-pack".lstrip("/")).symlink_to(git)

    def run_inside(self, *arguments, directory="/project", check=True, **variables):
        environment = {"PATH": self.PATH, "HOME": "/tmp", "CHECKPOINT_DISABLE": "1", **variables}
        assignments = [f"{name}={value}" for name, value in environment.items()]
        # The program `chroot` is found outside, the rest inside.
        script = f'cd {directory} && while [ "$1" != -- ]; do export "$1"; shift; done; shift; exec "$@"'
        return run(["chroot", self.root, "/bin/sh", "-c", script, "sh", *assignments, "--", *arguments], cwd="/",
                   env={"PATH": os.environ["PATH"]}, check=check)

    def move_inside(self, repository):
        shutil.copytree(repository.directory, self.root / "project", symlinks=True)

    def test_it_needs_no_library(self):
        shown = self.run_inside("statelane", "--version", directory="/")
        self.assertRegex(shown.stdout, r"^statelane \d")

    def check_compiler(self):
        repository = Repository(self.scratch, self.environment, EXAMPLE)
        before = repository.commit("the platform as it stands")
        module = repository.directory / "modules/network/main.tf"
        head = repository.commit("change", {"modules/network/main.tf": module.read_text() + 'output "more" {\n  value = 1\n}\n'})
        self.move_inside(repository)
        for arguments, variables in ((["affected", "HEAD"], {}), (["list"], {}), (["generate", "HEAD"], {}),
                                     (["generate"], {"CI": "true", "CI_COMMIT_SHA": head, "CI_COMMIT_BEFORE_SHA": before,
                                                     "CI_COMMIT_BRANCH": "main", "CI_COMMIT_REF_NAME": "main",
                                                     "CI_DEFAULT_BRANCH": "main", "CI_PIPELINE_SOURCE": "push", "CI_PIPELINE_ID": "1"})):
            inside = self.run_inside("statelane", *arguments, **variables)
            outside = run([statelane_binary(), *arguments], cwd=repository.directory, env={**self.environment, **variables})
            self.assertEqual(inside.stdout, outside.stdout, arguments)
            self.assertIn("network/staging", inside.stdout)

    def test_the_compiler_works_without_git(self):
        self.check_compiler()

    def test_the_compiler_works_with_git(self):
        self.install_git()
        self.check_compiler()

    def start_project(self):
        """A repository with a state, moved inside with its origin; returns it and a job at its head."""
        repository = Repository(self.scratch, self.environment)
        backend = BACKEND.replace('"http" {}', '"local" {\n    path = "/tmp/net.tfstate"\n  }')
        head = repository.commit("net", {"net/main.tf": backend + ONE_RESOURCE,
                                         ".statelane.yml": "states: {rules: [{match: net, local_state: kept}]}\n"})
        repository.push()
        self.move_inside(repository)
        shutil.copytree(self.scratch / "origin.git", self.root / "tmp/origin.git")
        run(["git", "-C", self.root / "project", "remote", "set-url", "origin", "/tmp/origin.git"], cwd="/", env=self.environment)
        return repository, {"CI": "true", "CI_COMMIT_SHA": head, "CI_COMMIT_BEFORE_SHA": "0" * 40, "CI_COMMIT_BRANCH": "main",
                            "CI_DEFAULT_BRANCH": "main", "CI_PIPELINE_SOURCE": "parent_pipeline", "CI_PIPELINE_ID": "1"}

    def check_applied(self, applied):
        self.assertIn("Apply complete!", applied.stdout)
        self.assertTrue((self.root / "tmp/net.tfstate").exists())

    def test_the_job_helper_works_and_says_what_it_cannot_tell_without_git(self):
        _repository, job = self.start_project()
        self.run_inside("statelane", "run", "plan", "net", **job)
        refused = self.run_inside("statelane", "run", "apply", "net", check=False, **job)
        self.assertEqual(refused.returncode, 125, refused.stdout + refused.stderr)
        self.assertIn("it cannot be told whether this commit is still the newest", refused.stderr)
        self.assertIn("use an image with git", refused.stderr)
        self.check_applied(self.run_inside("statelane", "run", "apply", "net", "--newest-commit", "off", **job))

    def test_the_job_helper_asks_the_git_that_is_there_for_the_newest_commit(self):
        self.install_git()
        repository, job = self.start_project()
        self.run_inside("statelane", "run", "plan", "net", **job)
        run(["git", "-C", repository.directory, "remote", "set-url", "origin", self.root / "tmp/origin.git"], cwd="/",
            env=self.environment)
        text = (repository.directory / "net/main.tf").read_text()
        repository.commit("another", {"net/main.tf": text + 'output "o" {\n  value = 1\n}\n'})
        repository.push()
        refused = self.run_inside("statelane", "run", "apply", "net", check=False, **job)
        self.assertEqual(refused.returncode, 125, refused.stdout + refused.stderr)
        self.assertIn("branch main has moved on, and what this state depends on differs there: net/main.tf", refused.stderr)
        repository.commit("and back", {"net/main.tf": text})
        repository.push()
        self.check_applied(self.run_inside("statelane", "run", "apply", "net", **job))


class BusyboxRoot(BareRoot, StaticProgram):
    """Nothing but /bin: no user is known, no name service, no locale."""

    PATH = PROGRAMS = "/bin"


class AlpineRoot(BareRoot, StaticProgram):
    """Alpine's own settings, which no glibc would read."""

    FILES = {
        "etc/alpine-release": "3.20.3\n",
        "etc/os-release": 'NAME="Alpine Linux"\nID=alpine\n',
        "etc/passwd": "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n",
        "etc/group": "root:x:0:root\n",
        "etc/hosts": "127.0.0.1 localhost\n",
        "etc/resolv.conf": "nameserver 192.0.2.1\n",
    }


class DebianRoot(BareRoot, StaticProgram):
    """Debian's shell and settings, among them a name service whose module is not there."""

    FILES = {
        "etc/debian_version": "12.11\n",
        "etc/passwd": "root:x:0:0:root:/root:/bin/bash\n",
        "etc/group": "root:x:0:\n",
        "etc/nsswitch.conf": "passwd: systemd files\ngroup: systemd files\nhosts: mymachines dns files\n",
        "etc/resolv.conf": "nameserver 192.0.2.1\n",
        "etc/locale.gen": "en_US.UTF-8 UTF-8\n",
    }

    def install_shell(self):
        self.install(require("dash"), "/bin/sh")
        for name in ("ls", "cat", "test"):
            self.install(require(name), f"/bin/{name}")

    def run_inside(self, *arguments, **named):
        return super().run_inside(*arguments, LC_ALL="en_US.UTF-8", LANGUAGE="en", **named)


if __name__ == "__main__":
    unittest.main()
