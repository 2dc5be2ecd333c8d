"""The shipped program is one static file that needs nothing else: it runs where there is only a shell and Terraform."""
import os
import re
import shutil
import subprocess

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
        for trap in ("getpwnam", "getgrnam", "getaddrinfo_a", "gethostbyname", "__nss_lookup", "__nss_module_load", "__gconv_load_library"):
            self.assertNotRegex(symbols, rf"(?m) [TtWw] {re.escape(trap)}(_r)?$")


class BareRoot(StaticProgram):
    """A root file system with busybox, Terraform and the program."""

    def setUp(self):
        super().setUp()
        demand(os.getuid() == 0, "root, who may change the root directory")
        self.root = self.scratch / "root"
        (self.root / "bin").mkdir(parents=True)
        (self.root / "dev").mkdir()
        (self.root / "tmp").mkdir()
        self.install(require("busybox"))
        self.install(require("terraform"))
        self.install(statelane_binary(), "statelane")
        for name in ("sh", "ls", "cat", "test"):
            (self.root / "bin" / name).symlink_to("busybox")
        made = run(["mknod", "-m", "666", self.root / "dev/null", "c", "1", "3"], cwd="/", env=self.environment, check=False)
        demand(made.returncode == 0, "permission to make a device")

    def install(self, program, name=None):
        shutil.copy(program, self.root / "bin" / (name or os.path.basename(program)))
        needed = subprocess.run(["ldd", program], capture_output=True, text=True).stdout
        for library in re.findall(r"(/\S+) \(0x", needed):
            target = self.root / library.lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(library, target)

    def run_inside(self, *arguments, directory="/project", check=True, **variables):
        environment = {"PATH": "/bin", "HOME": "/tmp", "CHECKPOINT_DISABLE": "1", **variables}
        script = f'cd {directory} && exec "$0" "$@"'
        return run(["chroot", self.root, "/bin/sh", "-c", script, *arguments], cwd="/", env={**environment, "PATH": "/bin:/usr/bin:/usr/sbin:/sbin"}, check=check)

    def repository(self, fixture=None):
        repository = Repository(self.scratch, self.environment, fixture)
        return repository

    def move_inside(self, repository):
        shutil.copytree(repository.directory, self.root / "project", symlinks=True)

    def test_it_needs_no_library(self):
        shown = self.run_inside("/bin/statelane", "--version", directory="/")
        self.assertRegex(shown.stdout, r"^statelane \d")

    def test_the_compiler_works(self):
        repository = self.repository(EXAMPLE)
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

    def test_the_job_helper_works_and_says_what_it_cannot_tell_without_git(self):
        repository = self.repository()
        backend = BACKEND.replace('"http" {}', '"local" {\n    path = "/tmp/net.tfstate"\n  }')
        head = repository.commit("net", {"net/main.tf": backend + ONE_RESOURCE})
        self.move_inside(repository)
        job = {"CI": "true", "CI_COMMIT_SHA": head, "CI_COMMIT_BEFORE_SHA": "0" * 40, "CI_COMMIT_BRANCH": "main",
               "CI_DEFAULT_BRANCH": "main", "CI_PIPELINE_SOURCE": "parent_pipeline", "CI_PIPELINE_ID": "1"}
        self.run_inside("statelane", "run", "plan", "net", **job)
        refused = self.run_inside("statelane", "run", "apply", "net", check=False, **job)
        self.assertEqual(refused.returncode, 125, refused.stdout + refused.stderr)
        self.assertIn("it cannot be told whether this commit is still the newest", refused.stderr)
        self.assertIn("use an image with git", refused.stderr)
        applied = self.run_inside("statelane", "run", "apply", "net", "--newest-commit", "off", **job)
        self.assertIn("Apply complete!", applied.stdout)
        self.assertTrue((self.root / "tmp/net.tfstate").exists())
