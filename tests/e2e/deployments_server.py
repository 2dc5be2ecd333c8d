"""GitLab's API for the deployments and environments of one project, on the loopback interface, for one test.

Follows GitLab's documentation of both, its finder's refusals and its pagination: at most 100 a page, `x-next-page` empty on the
last one; the order `finished_at` needs a filter by it and the reverse, and the status success; who may not read gets 401, 403
or 404. As GitLab does, a deployment that succeeds leaves a ref in the repository: `refs/environments/SLUG/deployments/IID`.
"""
import hashlib
import json
import re
import threading
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from harness import run

PROJECT = re.compile(r"/api/v4/projects/(?:77|platform%2Forders)(?P<rest>/.*)")
START = datetime(2024, 1, 1, tzinfo=timezone.utc)


def slug_of(name):
    """lib/gitlab/slug/environment.rb, written down a second time."""
    slug = re.sub(r"[^a-z0-9]", "-", name.lower())
    if not re.match(r"[a-z]", slug):
        slug = f"env-{slug}"
    slug = re.sub(r"-+", "-", slug)
    if len(slug) > 24 or slug != name:
        number, digits = int(hashlib.sha256(name.encode()).hexdigest(), 16), ""
        while number:
            number, digit = divmod(number, 36)
            digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
        slug = slug[:17]
        return slug + ("" if slug.endswith("-") else "-") + digits[-6:]
    return slug.removesuffix("-")


class DeploymentsServer:
    """`faults` are taken one a request, before anything else: {"status", "headers", "body"}, "hang", "cut" or "garble"."""

    def __init__(self, origin=None, environment=None):
        self.origin, self.environment = origin, environment  # a bare repository, and how git is run
        self.environments = {}  # name: {"id", "name", "slug", "state"}
        self.deployments = []
        self.issues = []  # as posted: {"iid", "state", "title", "description", "labels"}
        self.open_merge_requests = []  # their numbers; a job's token may not ask for them
        self.requests = []
        self.tokens = {"JOB-TOKEN": {"deployments-token"}, "PRIVATE-TOKEN": {"my-token"}}
        self.faults = []
        self.always = None  # the same fault with each request
        self.knows_finished_at = True
        self.delay = 0
        self.released = threading.Event()
        self.clock = 0
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.http.owner = self
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.released.set()
        self.http.shutdown()
        self.http.server_close()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.http.server_port}/api/v4"

    def variables(self, **more):
        """What a job of the project has."""
        return {"CI_API_V4_URL": self.url, "CI_PROJECT_ID": "77", "CI_JOB_TOKEN": "deployments-token", **more}

    def now(self):
        self.clock += 1
        return self.time_text()

    def time_text(self):
        return (START + timedelta(minutes=self.clock)).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def open_environment(self, name):
        slug = slug_of(name)
        environment = self.environments.setdefault(
            name, {"id": 500 + len(self.environments), "name": name, "slug": slug, "state": "available", "tier": "other",
                   "created_at": self.time_text()})
        environment["state"] = "available"
        return environment

    def begin(self, state, commit, branch="main", job=None, environment=None):
        """A gate that can be pressed: its record, with the number that it is given now."""
        name = environment or state
        record = {"id": 9000 + len(self.deployments), "iid": 1 + len(self.deployments), "ref": branch, "sha": commit,
                  "status": "blocked", "created_at": self.now(), "environment": self.open_environment(name),
                  "user": {"id": 1, "username": "ada"}, "archived": False,
                  "deployable": {"id": 70 + len(self.deployments), "name": job or f"apply: {state}", "status": "manual",
                                 "started_at": None, "finished_at": None,
                                 "pipeline": {"id": 5, "web_url": "https://gitlab.example.com/platform/orders/-/pipelines/5"}}}
        record["updated_at"] = record["created_at"]
        self.deployments.append(record)
        return record

    def end(self, record, status="success", started=True):
        """What became of it."""
        record["status"] = status
        record["updated_at"] = self.now()
        if record["deployable"]:
            record["deployable"].update(finished_at=record["updated_at"], started_at=record["created_at"] if started else None)
        if status == "success":
            self.write_ref(record)
        return record

    def deploy(self, state, commit, status="success", **more):
        return self.end(self.begin(state, commit, **more), status)

    def record_without_job(self, environment, commit, status="success", branch="main"):
        record = self.begin(environment, commit, branch)
        record["deployable"] = None
        return self.end(record, status)

    def write_ref(self, record):
        if self.origin:
            name = f"refs/environments/{record['environment']['slug']}/deployments/{record['iid']}"
            run(["git", f"--git-dir={self.origin}", "update-ref", name, record["sha"]], cwd=self.origin, env=self.environment)

    def stop(self, name):
        self.environments[name]["state"] = "stopped"

    def delete_environment(self, name):
        del self.environments[name]
        for record in [record for record in self.deployments if record["environment"]["name"] == name]:
            self.deployments.remove(record)
            if self.origin and record["status"] == "success":
                ref = f"refs/environments/{record['environment']['slug']}/deployments/{record['iid']}"
                run(["git", f"--git-dir={self.origin}", "update-ref", "-d", ref], cwd=self.origin, env=self.environment)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def serve(self):
        try:
            self.answer()
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # who asked did not wait

    def answer(self):
        owner = self.server.owner
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        owner.requests.append(f"{self.command} {self.path}")
        owner.released.wait(owner.delay)
        if owner.faults or owner.always:
            return self.fault(owner.faults.pop(0) if owner.faults else owner.always)
        url = urlsplit(self.path)
        match = PROJECT.fullmatch(url.path)
        if not any(self.headers.get(name) in tokens for name, tokens in owner.tokens.items()):
            return self.reply(401, {"message": "401 Unauthorized"})
        if not match:
            return self.reply(404, {"message": "404 Project Not Found"})
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        rest = match["rest"]
        if self.command == "GET" and rest == "/environments":
            found = sorted(owner.environments.values(), key=lambda one: one["name"])
            return self.reply_page([one for one in found if query.get("name", one["name"]) == one["name"]], query)
        if self.command == "GET" and rest == "/deployments":
            return self.list_deployments(query)
        if self.command == "GET" and rest == "/merge_requests":
            if self.headers.get("JOB-TOKEN"):
                return self.reply(403, {"message": "403 Forbidden"})
            return self.reply_page([{"iid": number, "state": "opened"} for number in owner.open_merge_requests], query)
        if re.match(r"/issues(/|$)", rest):
            return self.serve_issues(rest, {name: values[0] for name, values in parse_qs(body.decode()).items()}, query)
        if self.command == "POST" and rest == "/deployments":
            return self.create(json.loads(body))
        if stop := re.fullmatch(r"/environments/(\d+)/stop", rest):
            return self.stop(int(stop[1]))
        self.reply(404, {"message": "404 Not Found"})

    do_GET = do_POST = do_PUT = serve

    def list_deployments(self, query):
        owner = self.server.owner
        order = query.get("order_by", "id")
        by_end = [name for name in query if name.startswith("finished_")]
        if not owner.knows_finished_at and (by_end or order == "finished_at"):
            return self.reply(400, {"error": "order_by does not have a valid value"})
        if bool(by_end) != (order == "finished_at") or (by_end and query.get("status") != "success"):
            return self.reply(400, {"message": "400 Bad request - `finished_at` filter and `finished_at` sorting must be paired"})
        key = {"finished_at": lambda one: self.end_of(one), "updated_at": lambda one: one["updated_at"]}.get(order, lambda one: one["id"])
        found = [one for one in owner.deployments if query.get("status", one["status"]) == one["status"] and
                 query.get("environment", one["environment"]["name"]) == one["environment"]["name"] and
                 one["updated_at"] > query.get("updated_after", "")]
        self.reply_page(sorted(found, key=key, reverse=query.get("sort", "asc") == "desc"), query)

    def serve_issues(self, rest, form, query):
        """Listed by label and state, made, and changed."""
        issues = self.server.owner.issues
        if self.headers.get("JOB-TOKEN"):
            return self.reply(403, {"message": "403 Forbidden"})
        if self.command == "GET":
            found = [one for one in issues if query["labels"] in one["labels"] and one["state"] == query["state"]]
            return self.reply_page([{"id": 100 + one["iid"], **one} for one in found], query)
        if self.command == "POST":
            issues.append({"iid": 1 + len(issues), "state": "opened", "title": form["title"], "description": form["description"],
                           "labels": [form["labels"]]})
            return self.reply(201, issues[-1])
        issue = issues[int(rest.rsplit("/", 1)[1]) - 1]
        issue["description"] = form["description"]
        if form.get("state_event") == "close":
            issue["state"] = "closed"
        self.reply(200, issue)

    @staticmethod
    def end_of(record):
        return record["deployable"]["finished_at"] if record["deployable"] else record["updated_at"]

    def create(self, wanted):
        owner = self.server.owner
        missing = {"environment", "sha", "ref", "tag", "status"} - set(wanted)
        if missing:
            return self.reply(400, {"error": f"{sorted(missing)[0]} is missing"})
        self.reply(201, owner.record_without_job(wanted["environment"], wanted["sha"], wanted["status"], wanted["ref"]))

    def stop(self, identity):
        for environment in self.server.owner.environments.values():
            if environment["id"] == identity:
                environment["state"] = "stopped"
                return self.reply(200, environment)
        self.reply(404, {"message": "404 Environment Not Found"})

    def reply_page(self, entries, query):
        size, page = min(int(query.get("per_page", 20)), 100), int(query.get("page", 1))
        has_next = page * size < len(entries)
        self.reply(200, entries[(page - 1) * size:page * size], {"X-Next-Page": str(page + 1) if has_next else ""})

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
