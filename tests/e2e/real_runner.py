"""Runs a child pipeline under a real gitlab-runner (STATELANE_RUNNER) with the shell executor: what pipelines.py does with
gitlab-ci-local, whose reading of the pipeline is used. The server is as much of GitLab as one job at a time needs."""
import gzip
import io
import itertools
import json
import os
import re
import shutil
import subprocess
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import pipelines
from harness import demand, run
from readers import read_as_gitlab

TOKEN = "glrt-test"
NUMBERS = itertools.count(1001)


def runner_binary():
    found = shutil.which(os.environ.get("STATELANE_RUNNER", "gitlab-runner"))
    demand(found, "gitlab-runner (STATELANE_RUNNER)")
    return found


def listed(value):
    return [] if value is None else value if isinstance(value, list) else [value]


class Handler(BaseHTTPRequestHandler):
    """The runner's API: app/services and lib/api/ci/runner.rb of GitLab."""
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, code, body=b"", **headers):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(code)
        for name, value in {"Content-Type": "application/json", **headers, "Content-Length": str(len(data))}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if code != 204:
            self.wfile.write(data)

    def body(self):
        if self.headers.get("Transfer-Encoding", "") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        data = b""
        while size := int(self.rfile.readline(), 16):
            data += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return data

    def handle_request(self):
        body, url, job = self.body(), urlparse(self.path), self.server.job
        rest = re.fullmatch(r"/api/v4/jobs/(\d+)(/\w+)?", url.path)
        if url.path == "/api/v4/jobs/request":
            payload, job["payload"] = job["payload"], None
            return self.answer(201, payload) if payload else self.answer(204)
        if not rest:
            return self.answer(200, {"id": 1, "token": TOKEN, "token_expires_at": None})
        if rest[2] == "/trace":
            job["trace"] += body
            return self.answer(202, b"202", Job_Status="running", Range=f"0-{len(job['trace'])}")
        if rest[2] == "/artifacts" and self.command == "GET":
            return self.answer(200, self.server.archives[int(rest[1])], Content_Type="application/zip")
        if rest[2] == "/artifacts":
            return self.upload(job, body, parse_qs(url.query).get("artifact_type", ["archive"])[0])
        state = json.loads(body or b"{}")
        if state.get("state") in ("success", "failed"):
            job["state"] = state["state"]
        return self.answer(200, b"200", Job_Status="running")

    do_GET = do_POST = do_PUT = do_PATCH = handle_request

    def upload(self, job, body, kind):
        boundary = re.search(r'boundary="?([^";]+)', self.headers["Content-Type"])[1].encode()
        data = body.split(b"--" + boundary)[1].split(b"\r\n\r\n", 1)[1][:-2]
        if kind == "archive":
            self.server.archives[job["id"]] = data
        elif kind == "dotenv":
            lines = gzip.decompress(data).decode().splitlines()
            job["dotenv"].update(line.split("=", 1) for line in lines if "=" in line)
        self.answer(201, {"message": "201 Created"})


class RealRunner(pipelines.PipelineRunner):

    def __init__(self, repository_dir, pipeline_yaml, environment, variables=None, timeout=120):
        self.binary = runner_binary()
        super().__init__(repository_dir, pipeline_yaml, environment, variables, timeout)
        code, text, errors = self._gitlab_ci_local("--preview")
        assert code == 0, errors
        file = self.directory / pipelines.STATE_DIR / "preview.yml"
        file.write_text(text[text.index("---\n"):])
        self.specs = read_as_gitlab([file])[str(file)]
        self.place = Path(os.path.realpath(self.directory.parent)) / "runner"
        self.finished = {}  # by name: what the server knows of the last run
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads, self.server.archives = True, {}
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def log(self, job):
        return re.sub(r"\x1b\[[0-9;]*[mK]|section_\w+:\d+:[^\r]*\r", "", self.finished[job]["trace"].decode(errors="surrogateescape"))

    def artifacts(self, job):
        directory = self.place / f"artifacts-{self.finished[job]['id']}"
        if not directory.exists():
            zipfile.ZipFile(io.BytesIO(self.server.archives[self.finished[job]["id"]])).extractall(directory)
        return directory

    def _run(self, *arguments):
        pressed = [argument.removeprefix("--manual=") for argument in arguments if argument.startswith("--manual=")]
        named = [argument for argument in arguments if not argument.startswith("--")]
        wanted = named or [name for name, job in self.jobs.items() if job["when"] not in ("manual", "never") or name in pressed]
        ended = {"success": set(), "failed": set(), "tolerated": set()}

        def is_ready(name):
            return bool(named) or all(each in self.passed | ended["tolerated"] for each in self._before(name))
        while name := next(filter(is_ready, wanted), None):
            wanted.remove(name)
            state = self._run_job(name)
            tolerated = state == "failed" and self.jobs[name].get("allow_failure")
            ended["tolerated" if tolerated else state].add(name)
            self.passed |= {name} if state == "success" else set()
        done = set().union(*ended.values())
        return pipelines.PipelineRun(1 if ended["failed"] else 0, frozenset(ended["success"]), frozenset(ended["failed"]), frozenset(ended["tolerated"]),
                                     frozenset(self.jobs) - done, "".join(self.log(name) for name in done))

    def _before(self, name):
        """What a job waits for, and takes artifacts of: what it needs, or all earlier stages."""
        if self.jobs[name].get("needs") is not None:
            return [need["job"] for need in self.jobs[name]["needs"] if need["job"] in self.jobs]
        stages = self.specs["stages"]
        return [each for each, job in self.jobs.items()
                if stages.index(job["stage"]) < stages.index(self.jobs[name]["stage"]) and job["when"] != "manual"]

    def _run_job(self, name):
        job = {"id": next(NUMBERS), "trace": b"", "state": None, "dotenv": {}}
        job["payload"] = self._payload(name, job["id"])
        self.server.job = job
        self.place.mkdir(exist_ok=True)
        settings = self.place / "config.toml"
        environment = [f"{key}={value}" for key, value in self.environment.items() if key != "HOME"]
        settings.write_text(f'concurrent = 1\ncheck_interval = 1\n[[runners]]\nname = "test"\nurl = "http://127.0.0.1:{self.server.server_address[1]}"\n'
                            f'token = "{TOKEN}"\nexecutor = "shell"\nshell = "bash"\nbuilds_dir = "{self.place}/builds"\n'
                            f'cache_dir = "{self.place}/cache"\nenvironment = {json.dumps(environment)}\n[runners.feature_flags]\nFF_TIMESTAMPS = false\n')
        command = [self.binary, "run-single", "-c", settings, "-r", "test", "--max-builds", "1"]
        ended = subprocess.run([str(word) for word in command], cwd=self.place, timeout=self.timeout, stdin=subprocess.DEVNULL, capture_output=True,
                               env={**self.environment, "SHELL": "/bin/bash"})
        assert job["state"], ended.stderr.decode(errors="replace") + job["trace"].decode(errors="replace")
        self.finished[name] = job
        return job["state"]

    def _variables(self, name, number):
        git = lambda *words: run(["git", *words], cwd=self.directory, env=self.environment).stdout.strip()
        branch = git("rev-parse", "--abbrev-ref", "HEAD")
        environment = self.specs[name].get("environment")
        known = {"CI": "true", "CI_COMMIT_SHA": git("rev-parse", "HEAD"), "CI_COMMIT_BRANCH": branch, "CI_COMMIT_REF_NAME": branch, "CI_COMMIT_REF_SLUG": branch,
                 "CI_PROJECT_ID": "42", "CI_PROJECT_PATH": "platform/orders", "CI_PROJECT_NAME": "orders", "CI_PIPELINE_ID": "1000",
                 "CI_SERVER_VERSION": "19.3.0", "CI_JOB_ID": str(number), "CI_JOB_NAME": name, "CI_JOB_STAGE": self.jobs[name]["stage"]}
        if environment:
            known["CI_ENVIRONMENT_NAME"] = environment if isinstance(environment, str) else environment["name"]
        own = {**(self.specs.get("variables") or {}), **(self.specs[name].get("variables") or {})}
        for need in self._before(name):
            known.update(self.finished.get(need, {}).get("dotenv", {}))
        plain = {key: value.get("value", "") if isinstance(value, dict) else value for key, value in own.items()}
        return {**known, **plain, **self.variables}

    def _payload(self, name, number):
        spec, variables = self.specs[name], self._variables(name, number)
        steps = [{"name": "script", "script": listed(spec.get("before_script")) + listed(spec.get("script")), "timeout": self.timeout,
                  "when": "on_success", "allow_failure": False}]
        if spec.get("after_script"):
            steps.append({"name": "after_script", "script": listed(spec["after_script"]), "timeout": self.timeout, "when": "always", "allow_failure": True})
        kept = spec.get("artifacts") or {}
        artifacts = [{"name": "", "untracked": False, "paths": kept["paths"], "exclude": kept.get("exclude"), "when": kept.get("when", "on_success"),
                      "artifact_type": "archive", "artifact_format": "zip"}] if kept.get("paths") else []
        artifacts += [{"name": f"{kind}.json", "paths": listed(paths), "when": "always", "artifact_type": kind, "artifact_format": "gzip"}
                      for kind, paths in (kept.get("reports") or {}).items()]
        caches = [{"key": re.sub(r"\W", "-", json.dumps(each.get("key", "default"))), "untracked": False, "policy": each.get("policy", "pull-push"),
                   "paths": each["paths"], "when": "on_success"} for each in listed(spec.get("cache")) if each.get("paths")]
        needed = [self.finished[need] for need in self._before(name) if need in self.finished and self.finished[need]["id"] in self.server.archives]
        return {
            "id": number, "token": "job-token", "allow_git_fetch": True,
            "job_info": {"id": number, "name": name, "stage": self.jobs[name]["stage"], "project_id": 42, "project_name": "orders"},
            "git_info": {"repo_url": f"file://{self.directory}", "ref": variables["CI_COMMIT_BRANCH"], "sha": variables["CI_COMMIT_SHA"], "before_sha": "0" * 40,
                         "ref_type": "branch", "refspecs": ["+refs/heads/*:refs/remotes/origin/*"], "depth": 0},
            "runner_info": {"timeout": self.timeout}, "image": None, "services": [], "credentials": [], "steps": steps, "artifacts": artifacts, "cache": caches,
            "variables": [{"key": key, "value": str(value), "public": True, "file": False, "masked": False, "raw": False} for key, value in variables.items()],
            "dependencies": [{"id": each["id"], "name": "needed", "token": "job-token", "artifacts_file":
                              {"filename": "artifacts.zip", "size": len(self.server.archives[each["id"]])}} for each in needed],
            "features": {"trace_sections": True, "failure_reasons": ["script_failure", "runner_system_failure", "job_execution_timeout", "unknown_failure"]},
        }
