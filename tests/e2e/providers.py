"""A small provider under the real go-plugin (stand_ins/provider), from a mirror in the file system."""
import os
import platform
import shutil
import subprocess
import zipfile
from pathlib import Path

from harness import BUILD_DIR, STAND_INS, demand, require
from runs import BACKEND, RunTest

GOCODE = Path("/usr/share/gocode")
SOURCE = "registry.example.com/test/slow"
CONFIGURATION = f'''terraform {{
  required_providers {{
    slow = {{
      source  = "{SOURCE}"
      version = "1.0.0"
    }}
  }}
}}
''' + BACKEND + '''
resource "slow_thing" "a" {
  name = "a"
}
resource "terraform_data" "after" {
  depends_on = [slow_thing.a]
}
'''


def build_provider():
    """The provider's program; built once for each build directory."""
    go = require("go")
    demand((GOCODE / "src/github.com/hashicorp/go-plugin").is_dir() and (GOCODE / "src/google.golang.org/grpc").is_dir(),
           "golang-github-hashicorp-go-plugin-dev with golang-google-grpc-dev")
    program = BUILD_DIR / "tests/e2e/terraform-provider-slow"
    source = STAND_INS / "provider/main.go"
    if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
        program.parent.mkdir(parents=True, exist_ok=True)
        unfinished = program.with_suffix(f".{os.getpid()}")
        subprocess.run([go, "build", "-trimpath", "-o", unfinished, source], check=True,
                       env={**os.environ, "GO111MODULE": "off", "GOPATH": str(GOCODE), "CGO_ENABLED": "0"})
        unfinished.rename(program)
    return program


class Mirror:
    """A mirror of providers in the file system, `directory`, with what a tool needs to use it and that provider."""

    def __init__(self, scratch, program):
        self.program = program
        self.directory = scratch / "mirror"
        self.settings = scratch / "terraform.rc"
        self.settings.write_text(f'provider_installation {{\n  filesystem_mirror {{\n    path = "{self.directory}"\n  }}\n}}\n')
        self.go = scratch / "provider-go"
        self.record = scratch / "provider-record"
        self.environment = {"TF_CLI_CONFIG_FILE": str(self.settings), "SLOW_PROVIDER_GO": str(self.go),
                            "SLOW_PROVIDER_RECORD": str(self.record)}

    def package(self, version):
        machine = {"x86_64": "amd64", "aarch64": "arm64"}[platform.machine()]
        return self.directory / SOURCE / f"terraform-provider-slow_{version}_linux_{machine}.zip"

    def release(self, version, notes=""):
        """Puts a version into the mirror, packed as a registry serves it: what lies unpacked there is never cached."""
        package = self.package(version)
        package.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(package, "w") as archive:
            archive.write(self.program, f"terraform-provider-slow_v{version}")
            archive.writestr("NOTES", notes)


class ProviderTest(RunTest):
    """The state `net` has a resource of that provider, of which the mirror has version 1.0.0."""

    @classmethod
    def setUpClass(cls):
        cls.program = build_provider()

    def setUp(self):
        super().setUp()
        self.mirror = Mirror(self.scratch, self.program)
        self.mirror.release("1.0.0")
        self.go, self.record = self.mirror.go, self.mirror.record
        self.environment = {**self.environment, **self.mirror.environment}
        self.commit({"net/main.tf": CONFIGURATION,
                     ".statelane.yml": f"version: 1\nstates: {{rules: [{{match: net, tool: {self.tool}}}]}}\n"})

    def clone(self, name):
        """The checkout of another job."""
        copy = self.scratch / name
        subprocess.run(["git", "clone", "-q", self.scratch / "origin.git", copy], check=True, env=self.environment)
        return copy

    def clone_with_artifacts(self, name="applying"):
        copy = self.clone(name)
        shutil.copytree(self.artifact(""), copy / ".statelane/net")
        return copy

    def lock(self):
        """Commits the dependency lock file."""
        self.terraform("init", "-backend=false", "-input=false")
        text = (self.project / "net/.terraform.lock.hcl").read_text()
        shutil.rmtree(self.project / "net/.terraform")
        self.commit({"net/.terraform.lock.hcl": text})

    @property
    def cached(self):
        return list((self.project / ".statelane/cache/plugins").rglob("terraform-provider-slow*"))


def descendants(root):
    """The processes below `root` and itself, the highest id first."""
    found, pending = set(), [root]
    while pending:
        pid = pending.pop()
        found.add(pid)
        for task in Path("/proc").glob(f"{pid}/task/*/children"):
            pending.extend(int(child) for child in task.read_text().split())
    return sorted(found, reverse=True)
