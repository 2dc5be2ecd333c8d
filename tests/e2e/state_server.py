#!/usr/bin/python3
"""A server for Terraform states that behaves like GitLab's, on the loopback interface only.

usage: state_server.py [PORT]        0, the default, takes any free port

Prints `ready PORT` and serves until it is terminated. Any user may enter with the password `job-token`.

  GET, POST, DELETE  /api/v4/projects/ID/terraform/state/NAME[?ID=LOCK]
  POST, DELETE       /api/v4/projects/ID/terraform/state/NAME/lock

A request is named by its method and object: "GET state", "POST state", "POST lock", "DELETE lock". Tests steer by
  PUT /control       {"fail": {"POST state": 500}, "hold": ["POST state"]}: from now on such requests are answered with
                     that status and no effect (0: the connection is closed
                     without an answer); are held, before any effect, until a later PUT no longer names them
  GET /control       {"requests": [{"request", "name", "status"}], "versions": {NAME: [state]}, "locks": {NAME: lock}}
  GET /control/held  answers as soon as some request is held
"""
import base64
import binascii
import contextlib
import json
import re
import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

PASSWORD = "job-token"
STATE_PATH = re.compile(r"/api/v4/projects/\d+/terraform/state/(?P<name>[^/]+)(?P<lock>/lock)?")


class Memory:
    """All that the server remembers; `changed` guards it and tells of each change."""

    def __init__(self):
        self.changed = threading.Condition()
        self.requests = []
        self.versions = {}  # A name without a version is known too: a lock was taken before the first state.
        self.locks = {}
        self.fail = {}
        self.hold = []
        self.held = 0

    def steer(self, fail, hold):
        with self.changed:
            self.fail, self.hold = fail, hold
            self.changed.notify_all()

    def report(self):
        with self.changed:
            versions = {name: [json.loads(text) for text in texts] for name, texts in self.versions.items()}
            return json.dumps({"requests": self.requests, "versions": versions, "locks": self.locks}).encode()

    def wait_until_held(self):
        with self.changed:
            self.changed.wait_for(lambda: self.held > 0)

    def wait_until_released(self, request):
        with self.changed:
            if request in self.hold:
                self.held += 1
                self.changed.notify_all()
                self.changed.wait_for(lambda: request not in self.hold)
                self.held -= 1

    def answer(self, request, name, lock_id, body):
        """The status and the body that GitLab would answer with; the request's effect is made here."""
        if request in self.fail:
            return self.fail[request], b"injected fault"
        effects = {
            "GET state": self.read_state,
            "POST state": self.write_state,
            "DELETE state": self.delete_state,
            "POST lock": self.lock,
            "DELETE lock": self.unlock,
        }
        effect = effects.get(request)
        return effect(name, lock_id, body) if effect else (405, b"")

    def read_state(self, name, _lock_id, _body):
        if name not in self.versions:
            return 404, b'{"message":"404 Not Found"}'
        versions = self.versions[name]
        return (200, versions[-1]) if versions else (204, b"")

    def write_state(self, name, lock_id, body):
        holder = self.locks.get(name)
        if holder and holder["ID"] != lock_id:
            return 409, json.dumps(holder).encode()
        self.versions.setdefault(name, []).append(body)
        return 200, b""

    def delete_state(self, name, _lock_id, _body):
        self.versions.pop(name, None)
        return 200, b""

    def lock(self, name, _lock_id, body):
        self.versions.setdefault(name, [])
        if name in self.locks:
            return 409, json.dumps(self.locks[name]).encode()
        self.locks[name] = json.loads(body)
        return 200, b""

    def unlock(self, name, _lock_id, body):
        """Without an id, as `terraform force-unlock` asks, any lock opens."""
        holder = self.locks.get(name)
        wanted = json.loads(body).get("ID") if body else None
        if holder and wanted not in (None, holder["ID"]):
            return 409, json.dumps(holder).encode()
        self.locks.pop(name, None)
        return 200, b""


class Handler(BaseHTTPRequestHandler):
    """One connection: reads requests, lets the server's memory answer them."""

    protocol_version = "HTTP/1.1"

    def handle(self):
        with contextlib.suppress(ConnectionError):  # A Terraform that is killed resets its connection.
            super().handle()

    def serve(self):
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if url.path.startswith("/control"):
            return self.reply(200, self.control(url.path, body))
        match = STATE_PATH.fullmatch(url.path)
        if not match:
            return self.reply(404)
        lock_id = parse_qs(url.query).get("ID", [None])[0]
        request = f"{self.command} {'lock' if match['lock'] else 'state'}"
        status, answer = self.handle_state(request, unquote(match["name"]), lock_id, body)
        if status == 0:
            self.close_connection = True
            return self.connection.shutdown(socket.SHUT_RDWR)
        self.reply(status, answer)

    do_GET = do_POST = do_PUT = do_DELETE = serve

    def handle_state(self, request, name, lock_id, body):
        memory = self.server.memory
        record = {"request": request, "name": name, "status": None}
        with memory.changed:
            memory.requests.append(record)
        memory.wait_until_released(request)
        with memory.changed:
            answer = memory.answer(request, name, lock_id, body) if self.is_authorized() else (401, b"")
            record["status"] = answer[0]
        return answer

    def control(self, path, body):
        memory = self.server.memory
        if path == "/control/held":
            memory.wait_until_held()
        elif self.command == "PUT":
            wish = json.loads(body)
            memory.steer(wish.get("fail", {}), wish.get("hold", []))
        return memory.report()

    def is_authorized(self):
        scheme, _, credentials = self.headers.get("Authorization", "").partition(" ")
        try:
            return scheme == "Basic" and base64.b64decode(credentials).decode().endswith(f":{PASSWORD}")
        except (binascii.Error, UnicodeDecodeError):
            return False

    def reply(self, status, body=b""):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments):
        """Nothing: the records are asked for by /control."""


def main():
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 0), Handler)
    server.memory = Memory()
    print("ready", server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
