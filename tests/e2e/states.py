"""Where the states of a test lie: on disk, or on a server that behaves like GitLab's."""
import base64
import json
import re
import subprocess
import sys
import urllib.request

from harness import E2E_DIR
from state_server import PASSWORD

# The convention of the example repositories: one attribute a line, addresses below this.
EXAMPLE_ADDRESS = "https://gitlab.example.com/api/v4/projects/42/terraform/state"
FILES_WITH_ADDRESSES = ("backend.tf", "backend.tfvars", "upstream.tf")


class StateServer:
    """A running state_server.py, for a `with` statement."""

    def __enter__(self):
        command = [sys.executable, E2E_DIR / "state_server.py"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        ready, port = self.process.stdout.readline().split()
        assert ready == "ready"
        self.root = f"http://127.0.0.1:{port}"
        return self

    def __exit__(self, *_error):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()

    @property
    def address(self):
        """What stands before `/NAME` in a state's address."""
        return f"{self.root}/api/v4/projects/42/terraform/state"

    @property
    def credentials(self):
        """The variables with which Terraform may enter."""
        return {"TF_HTTP_USERNAME": "gitlab-ci-token", "TF_HTTP_PASSWORD": PASSWORD}

    def steer(self, fail=None, hold=()):
        """From now on, and instead of what was before: {request: status} to fail, requests to hold."""
        self._control("PUT", body={"fail": fail or {}, "hold": list(hold)})

    def wait_until_held(self):
        """Returns as soon as some request is held; a request counts as sent, but has had no effect."""
        self._control("GET", "/held")

    def requests(self):
        """All requests so far as (request, name, status); the status of a held one is None."""
        return [(each["request"], each["name"], each["status"]) for each in self._control("GET")["requests"]]

    def versions(self, name):
        """Each version of a state that was written, the oldest first."""
        return self._control("GET")["versions"].get(name, [])

    def outputs(self, name):
        """The outputs of the newest version of a state."""
        return {key: output["value"] for key, output in self.versions(name)[-1]["outputs"].items()}

    def locks(self):
        """{name: lock} of the states that are locked."""
        return self._control("GET")["locks"]

    def take_lock(self, name, holder):
        """Opens the lock by force, as `terraform force-unlock` does, and lets somebody else take it."""
        for method, body in (("DELETE", b""), ("POST", json.dumps({"ID": holder}).encode())):
            self._ask(method, f"{name}/lock", body)

    def forget(self, name):
        """Takes a state away, as GitLab's page of states does."""
        self._ask("DELETE", name)

    def _ask(self, method, path, body=None):
        request = urllib.request.Request(f"{self.address}/{path}", body, method=method)
        request.add_header("Authorization", "Basic " + base64.b64encode(f"x:{PASSWORD}".encode()).decode())
        with urllib.request.urlopen(request, timeout=60):
            pass

    def _control(self, method, path="", body=None):
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(f"{self.root}/control{path}", data, method=method)
        with urllib.request.urlopen(request, timeout=60) as response:
            return json.load(response)


def use_state_server(repository_dir, address):
    """Lets the states of an example repository lie on a state server, `StateServer.address`."""
    rewrite_addresses(repository_dir, [(re.escape(EXAMPLE_ADDRESS), address)])


def use_local_state(repository_dir, state_dir):
    """Lets each state NAME of an example repository be the file `state_dir`/NAME.tfstate, which outlives the jobs."""
    config = repository_dir / ".statelane.yml"
    config.write_text(config.read_text().replace("  rules:\n", '  rules:\n    - match: "**"\n      local_state: kept\n'))
    rewrite_addresses(repository_dir, [
        (r'(?m)^ *(lock_address|unlock_address|lock_method|unlock_method|retry_wait_min) *=.*\n', ""),
        (r'(?m)^( *)address *= "(.*)"$', r'\1path = "\2.tfstate"'),
        (r'(?m)^( *backend(?: =)?) "http"', r'\1 "local"'),
        (re.escape(EXAMPLE_ADDRESS), str(state_dir)),
    ])


def rewrite_addresses(repository_dir, substitutions):
    for file in repository_dir.rglob("*"):
        if file.name not in FILES_WITH_ADDRESSES:
            continue
        text = file.read_text()
        for pattern, replacement in substitutions:
            text = re.sub(pattern, replacement, text)
        file.write_text(text)
    left = [file for file in repository_dir.rglob("*.tf*") if file.is_file() and EXAMPLE_ADDRESS in file.read_text()]
    assert not left, f"addresses that no rule rewrote: {left}"
