"""GitLab's API for merge requests and their notes beside that for deployments, on the loopback interface, for one test.

Follows GitLab's documentation: `GET repository/commits/:sha/merge_requests` takes a job's token, notes do not; notes are shown by
pages with `x-next-page`, by `updated_at` where that is asked for; only its author edits a note; artifacts by ref and job name are
those of the newest pipeline that succeeded, or 404.
"""
import json
import re
from urllib.parse import parse_qs, unquote, urlsplit

from deployments_server import DeploymentsServer, Handler

USERS = {"bot-token": 7, "mallory-token": 66}


class ReviewsServer(DeploymentsServer):
    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.http.RequestHandlerClass = ReviewsHandler
        self.merge_requests = {}  # commit: [{"iid", "sha", "state", "target_branch", …}]
        self.notes = {}  # number: [{"id", "body", "author", "updated_at"}]
        self.artifacts = {}  # (number, job, path): text
        self.refused = {}  # "commits", "notes", "artifacts": the status that each of these requests gets
        self.garbled = set()  # the same: what is answered is no list

    def merge(self, number, head, commit, target="main", state="merged"):
        """What GitLab knows of a commit of the target branch once a merge request is merged."""
        self.merge_requests.setdefault(commit, []).append(
            {"iid": number, "sha": head, "state": state, "target_branch": target, "squash_commit_sha": None})

    def add_note(self, number, body, token="bot-token"):
        notes = self.notes.setdefault(number, [])
        notes.append({"id": 1000 + len(notes), "body": body.rstrip(), "author": {"id": USERS[token]}, "system": False,
                      "updated_at": self.now()})
        return notes[-1]


class ReviewsHandler(Handler):
    def serve(self):
        owner = self.server.owner
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        rest = url.path.removeprefix("/api/v4/projects/77")
        kind = next((name for name, pattern in PATHS.items() if re.fullmatch(pattern, rest)), None)
        if not kind:
            return super().serve()
        owner.requests.append(f"{self.command} {rest}")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        token = self.headers.get("PRIVATE-TOKEN")
        if kind in owner.garbled:
            return self.reply(200, "nothing that was asked for")
        if kind in owner.refused:
            return self.reply(owner.refused[kind], {"message": "refused"}, {"Retry-After": "0"})
        if token not in USERS and (kind in ("notes", "user") or self.headers.get("JOB-TOKEN") not in owner.tokens["JOB-TOKEN"]):
            return self.reply(401, {"message": "401 Unauthorized"})
        match = re.fullmatch(PATHS[kind], rest)
        if kind == "user":
            return self.reply(200, {"id": USERS[token]})
        if kind == "commits":
            return self.reply_page(owner.merge_requests.get(match[1], []), query)
        if kind == "artifacts":
            text = owner.artifacts.get((int(match[1]), query["job"], unquote(match[2])))
            return self.reply(200, text) if text else self.reply(404, {"message": "404 Not Found"})
        self.serve_notes(int(match[1]), match[2], token, query, body)

    do_GET = do_POST = do_PUT = serve

    def serve_notes(self, number, identity, token, query, body):
        owner = self.server.owner
        if self.command == "GET":
            notes = sorted(owner.notes.get(number, []), key=lambda note: note[query["order_by"]] if "updated_at" in query["order_by"] else 0,
                           reverse=query["sort"] == "desc")
            return self.reply_page(notes, query)
        text = json.loads(body)["body"]
        if self.command == "POST":
            return self.reply(201, owner.add_note(number, text, token))
        [note] = [note for note in owner.notes[number] if note["id"] == int(identity)]
        if note["author"]["id"] != USERS[token]:
            return self.reply(403, {"message": "403 Forbidden"})
        note.update(body=text.rstrip(), updated_at=owner.now())
        self.reply(200, note)


PATHS = {"commits": r"/repository/commits/(\w+)/merge_requests", "notes": r"/merge_requests/(\d+)/notes(?:/(\d+))?",
         "artifacts": r"/jobs/artifacts/refs%2Fmerge-requests%2F(\d+)%2Fhead/raw/(.+)", "user": "/api/v4/user"}
