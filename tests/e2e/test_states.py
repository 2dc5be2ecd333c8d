"""The state server, and the rewriting of an example repository's addresses, by real Terraform."""
import base64
import json
import threading
import unittest
import urllib.error
import urllib.request

from harness import SOURCE_DIR, EndToEndTest, Repository, require, run
from states import StateServer, use_local_state, use_state_server


class Server(EndToEndTest):

    def setUp(self):
        super().setUp()
        self.server = self.enterContext(StateServer())

    def ask(self, method, path, body=None, password="job-token"):
        """(status, body) of one request to the state `net`, as Terraform would send it."""
        credentials = base64.b64encode(f"gitlab-ci-token:{password}".encode()).decode()
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(f"{self.server.address}/{path}", data, method=method,
                                         headers={"Authorization": f"Basic {credentials}"})
        try:
            with urllib.request.urlopen(request) as response:
                return response.status, response.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()

    def test_state_is_absent_then_empty_then_each_version_is_kept(self):
        self.assertEqual(self.ask("GET", "net")[0], 404)
        self.ask("POST", "net/lock", {"ID": "a"})
        self.assertEqual(self.ask("GET", "net")[0], 204)
        self.ask("POST", "net?ID=a", {"serial": 1})
        self.ask("POST", "net?ID=a", {"serial": 2})
        self.assertEqual(self.ask("GET", "net"), (200, b'{"serial": 2}'))
        self.assertEqual(self.server.versions("net"), [{"serial": 1}, {"serial": 2}])

    def test_lock_keeps_others_out(self):
        self.ask("POST", "net/lock", {"ID": "a"})
        self.assertEqual(self.ask("POST", "net/lock", {"ID": "b"}), (409, b'{"ID": "a"}'))
        self.assertEqual(self.ask("POST", "net?ID=b", {"serial": 1})[0], 409)
        self.assertEqual(self.ask("DELETE", "net/lock", {"ID": "b"})[0], 409)
        self.assertEqual(self.ask("DELETE", "net/lock", {"ID": "a"})[0], 200)
        self.assertEqual(self.server.locks(), {})

    def test_wrong_password_changes_nothing(self):
        self.assertEqual(self.ask("POST", "net", {"serial": 1}, password="guess")[0], 401)
        self.assertEqual(self.server.versions("net"), [])

    def test_injected_fault_changes_nothing_and_can_be_withdrawn(self):
        self.server.steer(fail={"POST state": 500})
        self.assertEqual(self.ask("POST", "net", {"serial": 1})[0], 500)
        self.server.steer()
        self.assertEqual(self.ask("POST", "net", {"serial": 2})[0], 200)
        self.assertEqual(self.server.versions("net"), [{"serial": 2}])
        self.assertEqual(self.server.requests(), [("POST state", "net", 500), ("POST state", "net", 200)])

    def test_held_request_has_no_effect_until_released(self):
        self.server.steer(hold=["POST state"])
        writer = threading.Thread(target=self.ask, args=("POST", "net", {"serial": 1}))
        writer.start()
        self.server.wait_until_held()
        self.assertEqual(self.server.versions("net"), [])
        self.assertEqual(self.server.requests(), [("POST state", "net", None)])
        self.server.steer()
        writer.join()
        self.assertEqual(self.server.versions("net"), [{"serial": 1}])


class ExampleRepository(EndToEndTest):
    """load-balancer/staging reads network/staging, dns@staging reads load-balancer/staging."""

    def setUp(self):
        super().setUp()
        self.terraform = require("terraform")
        self.repository = Repository(self.scratch, self.environment, SOURCE_DIR / "fixtures/ecs-platform")

    def apply_chain(self, **variables):
        environment = {**self.environment, **variables}
        self.apply("network/staging", environment)
        self.apply("load-balancer/staging", environment)
        self.apply("dns", environment, ["-backend-config=env/staging/backend.tfvars"],
                   ["-var-file=env/staging/terraform.tfvars"])

    def apply(self, directory, environment, init_options=(), options=()):
        within = self.repository.directory / directory
        run([self.terraform, "init", "-input=false", *init_options], cwd=within, env=environment)
        run([self.terraform, "apply", "-input=false", "-auto-approve", *options], cwd=within, env=environment)

    def test_states_can_lie_on_disk(self):
        states = self.scratch / "states"
        use_local_state(self.repository.directory, states)
        self.apply_chain()
        self.assertEqual(sorted(path.name for path in states.glob("*.tfstate")),
                         ["dns-staging.tfstate", "load-balancer-staging.tfstate", "network-staging.tfstate"])

    def test_states_can_lie_on_a_state_server(self):
        with StateServer() as server:
            use_state_server(self.repository.directory, server.address)
            self.apply_chain(**server.credentials)
            self.assertIn("vpc_id", server.outputs("network-staging"))
            self.assertTrue(server.versions("dns-staging"))
            self.assertEqual(server.locks(), {})


if __name__ == "__main__":
    unittest.main()
