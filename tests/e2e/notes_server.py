"""GitLab's API for the notes of one merge request, on the loopback interface, for one test.

Follows GitLab's documentation of notes, pagination, and status codes: a page holds at most 100 notes, `x-next-page` is
empty on the last one; who may not do a thing gets 401, 403 or 404; only its author edits a note; a note has at most
1,000,000 characters, and none of the blanks at its end.
"""
import json
import re
import ssl
import threading
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

NOTES = re.compile(r"/api/v4/projects/34/merge_requests/12/notes(?:/(?P<id>\d+))?")
MOST_CHARACTERS = 1_000_000
TOKENS = {
    "bot-token": None,
    "read-token": (403, {"error": "insufficient_scope", "scope": "api",
                         "error_description": "The request requires higher privileges than provided by the access token."}),
    "stranger-token": (404, {"message": "404 Project Not Found"}),
}


def user(token):
    """Whose a token is, as GitLab shows users: an access token's is a user of its own."""
    return {"id": zlib.crc32(token.encode()), "username": token, "state": "active"}


class NotesServer:
    """`faults` are taken one a request, before anything else: {"status", "headers", "body"}, "cut", "hang" or "garble"."""

    def __init__(self, certificate=None, context=None):
        self.notes = []  # {"id", "body", "author", "system"}
        self.requests = []  # "GET", "POST" …
        self.connections = 0  # accepted, whatever became of them
        self.seen_tokens = []  # with each request
        self.seen_headers = set()
        self.faults = []
        self.drops_next_page = False  # a proxy that leaves only the Link header
        self.released = threading.Event()
        if certificate:
            context = context or ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
        self.http = Server(self, context)
        self.scheme = "https" if certificate else "http"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.released.set()
        self.http.shutdown()
        self.http.server_close()

    def url(self, host="127.0.0.1"):
        return f"{self.scheme}://{host}:{self.http.server_port}/api/v4"

    def add(self, body, author="bot-token", system=False):
        note = {"id": 1000 + len(self.notes), "body": body, "author": author, "system": system}
        self.notes.append(note)
        return note

    def written_by_bot(self):
        return [note["body"] for note in self.notes if note["author"] == "bot-token"]


class Server(ThreadingHTTPServer):
    """TLS begins in the thread of the connection, so that a client that goes away hinders no other."""

    daemon_threads = True

    def __init__(self, owner, context):
        self.owner, self.context = owner, context
        super().__init__(("127.0.0.1", 0), Handler)

    def get_request(self):
        self.owner.connections += 1
        return super().get_request()

    def finish_request(self, request, client_address):
        if not self.context:
            return super().finish_request(request, client_address)
        try:
            with self.context.wrap_socket(request, server_side=True) as stream:
                super().finish_request(stream, client_address)
        except OSError:
            pass  # the client refused, which the test sees by itself

    def handle_error(self, *_arguments):
        """Nothing, likewise."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def serve(self):
        owner = self.server.owner
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        owner.seen_headers.update(self.headers)
        owner.seen_tokens.append(self.headers.get("PRIVATE-TOKEN"))
        owner.requests.append(self.command if NOTES.match(self.path) else f"{self.command} {self.path}")
        if owner.faults:
            return self.fault(owner.faults.pop(0))
        url = urlsplit(self.path)
        match = NOTES.fullmatch(url.path)
        refused = TOKENS.get(self.headers.get("PRIVATE-TOKEN"), (401, {"message": "401 Unauthorized"}))
        if refused:
            return self.reply(*refused)
        if url.path == "/api/v4/user":
            return self.reply(200, user(self.headers["PRIVATE-TOKEN"]))
        if not match:
            return self.reply(404, {"message": "404 Not Found"})
        if self.command == "GET":
            return self.list({name: values[0] for name, values in parse_qs(url.query).items()})
        self.write(match["id"], json.loads(body)["body"])

    do_GET = do_POST = do_PUT = serve

    def list(self, query):
        notes = self.server.owner.notes
        size, page = min(int(query["per_page"]), 100), int(query["page"])
        has_next = page * size < len(notes)
        headers = {} if self.server.owner.drops_next_page else {"X-Next-Page": str(page + 1) if has_next else ""}
        if has_next:
            headers["Link"] = f'<{self.server.owner.url()}/next?page={page + 1}>; rel="next"'
        shown = [{**note, "author": user(note["author"])} for note in notes[(page - 1) * size:page * size]]
        self.reply(200, shown, headers)

    def write(self, identity, text):
        owner = self.server.owner
        if len(text) > MOST_CHARACTERS:
            return self.reply(400, {"message": {"note": [f"is too long (maximum is {MOST_CHARACTERS} characters)"]}})
        if self.command == "POST":
            return self.reply(201, owner.add(text.rstrip(), self.headers["PRIVATE-TOKEN"]))
        [note] = [note for note in owner.notes if note["id"] == int(identity)]
        if note["author"] != self.headers["PRIVATE-TOKEN"]:
            return self.reply(403, {"message": "403 Forbidden"})
        note["body"] = text.rstrip()
        self.reply(200, note)

    def fault(self, fault):
        if fault == "hang":
            self.server.owner.released.wait()
        elif fault == "cut":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"[")
        elif fault == "garble":
            self.wfile.write(b"220 mail.example.com ESMTP\r\n")
        else:
            return self.reply(fault["status"], fault.get("body", {"message": "injected"}), fault.get("headers", {}))
        self.close_connection = True

    def reply(self, status, body, headers=None):
        text = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(text)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_arguments):
        """Nothing: a test asks for `requests`."""
