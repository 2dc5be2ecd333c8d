"""How a release is made: what it holds, that it can be verified by the README's own lines, and how it is published."""
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from harness import SOURCE_DIR, EndToEndTest, clean_environment, require, run

SCRIPT = SOURCE_DIR / ".ci/release"
PERMALINK = "/tools/statelane/-/releases/permalink/latest/downloads/"


class ReleaseServer:
    """GitLab's API for generic packages and releases by job token, and the permanent links to what was released."""

    def __init__(self, refuses=False):
        self.files, self.releases, self.refuses = {}, [], refuses
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (Handler,), {"world": self}))
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.http.server_port}"

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.http.shutdown()
        self.http.server_close()


class Handler(BaseHTTPRequestHandler):
    def answer(self, status, body=b""):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def take(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.world.refuses or self.headers["JOB-TOKEN"] != "job-token":
            return self.answer(403, b'{"message":"403 Forbidden"}')
        package = re.fullmatch(r"/api/v4/projects/34/packages/generic/statelane/[\d.]+/([^/]+)", self.path)
        if self.command == "PUT" and package:
            self.world.files[package[1]] = body
            return self.answer(201, b'{"message":"201 Created"}')
        if self.command == "POST" and self.path == "/api/v4/projects/34/releases":
            self.world.releases.append(json.loads(body))
            return self.answer(201, b"{}")
        return self.answer(404)

    do_PUT = do_POST = take

    def do_GET(self):
        name = self.path.removeprefix(PERMALINK)
        return self.answer(200, self.world.files[name]) if name in self.world.files else self.answer(404)

    def log_message(self, *_arguments):
        pass


class Release(EndToEndTest):
    def setUp(self):
        super().setUp()
        for tool in ("openssl", "curl", "git"):
            require(tool)
        # A copy of its own, with a history that is known.
        self.source = self.scratch / "source"
        (self.source / ".ci").mkdir(parents=True)
        (self.source / ".ci/release").write_bytes(SCRIPT.read_bytes())
        (self.source / "CMakeLists.txt").write_text("project(statelane VERSION 1.2.0 LANGUAGES CXX)\n")
        self.environment = clean_environment(self.scratch / "home")
        self.git("init", "-q", "-b", "main")
        for subject, tag in (("base: older", "v1.1.0"), ("hcl, states: names are read", ""), ("a word without a room", ""), ("cli: <b>`x`", "v1.2.0")):
            self.git("add", "-A")
            self.git("commit", "-q", "--allow-empty", "-m", subject)
            if tag:
                self.git("tag", tag)
        self.packages = self.scratch / "packages"
        self.packages.mkdir()
        (self.packages / "statelane-linux-amd64").write_text("#!/bin/sh\necho statelane 1.2.0\n")
        (self.packages / "statelane_1.2.0_amd64.deb").write_bytes(bytes(range(256)))

    def git(self, *arguments):
        return run(["git", *arguments], cwd=self.source, env=self.environment)

    def release(self, *arguments, **environment):
        return run(["/usr/bin/python3", self.source / ".ci/release", *arguments], cwd=self.scratch,
                   env={**self.environment, **environment}, check=False)

    def make_key(self):
        key = self.scratch / "key.pem"
        run(["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key], cwd=self.scratch, env=self.environment)
        return str(key)

    def publish(self, server, **environment):
        return self.release("publish", self.packages, CI_COMMIT_TAG="v1.2.0", CI_API_V4_URL=f"{server.url}/api/v4",
                            CI_PROJECT_ID="34", CI_JOB_TOKEN="job-token", **environment)

    def read_download(self, server):
        """The README's lines, with this server and this machine's directory in the place of the reader's."""
        [lines] = re.findall(r"^```sh\n(from=.*?)^```$", (SOURCE_DIR / "README.md").read_text(), re.MULTILINE | re.DOTALL)
        lines = lines.replace("https://gitlab.example.com", server.url).replace("sudo install", "install")
        place = self.scratch / "download"
        place.mkdir(exist_ok=True)
        return run(["bash", "-ec", lines.replace("/usr/local/bin", str(place))], cwd=place, env=self.environment, check=False), place

    def test_what_is_published_is_downloaded_and_verified_by_the_lines_of_the_readme(self):
        sealed = self.release("seal", self.packages, STATELANE_SIGNING_KEY=self.make_key())
        self.assertEqual((sealed.returncode, sealed.stderr), (0, ""))
        with ReleaseServer() as server:
            published = self.publish(server)
            self.assertEqual((published.returncode, published.stderr), (0, ""))
            self.assertEqual(published.stdout, "released v1.2.0 with 5 files\n")
            downloaded, place = self.read_download(server)
            self.assertEqual(downloaded.returncode, 0, downloaded.stderr)
            self.assertEqual(downloaded.stdout, "Verified OK\nstatelane-linux-amd64: OK\n")
            self.assertEqual(run([place / "statelane"], cwd=place, env=self.environment).stdout, "statelane 1.2.0\n")
            [release] = server.releases
            self.assertEqual((release["tag_name"], release["name"]), ("v1.2.0", "Statelane 1.2.0"))
            self.assertEqual([link["direct_asset_path"] for link in release["assets"]["links"]],
                             ["/SHA256SUMS", "/SHA256SUMS.sig", "/release.pem", "/statelane-linux-amd64", "/statelane_1.2.0_amd64.deb"])
            self.assertEqual(release["description"], "Changes since v1.1.0\n\n### cli\n\n- <b>`x`\n\n### hcl, states\n\n"
                                                     "- names are read\n\n### other\n\n- a word without a room\n")
            for name, fault in (("statelane-linux-amd64", "FAILED"), ("SHA256SUMS", "Verification")):
                with self.subTest(changed=name):
                    kept = server.files[name]
                    server.files[name] = kept[:-2] + b"x\n"
                    changed, _ = self.read_download(server)
                    self.assertNotEqual(changed.returncode, 0)
                    self.assertIn(fault, changed.stdout + changed.stderr)
                    server.files[name] = kept

    def test_without_a_key_it_is_said_and_nothing_old_stays(self):
        self.release("seal", self.packages, STATELANE_SIGNING_KEY=self.make_key())
        sealed = self.release("seal", self.packages)
        self.assertEqual((sealed.returncode, sealed.stderr.count("\n")), (0, 1))
        self.assertIn("not signed", sealed.stderr)
        self.assertFalse((self.packages / "SHA256SUMS.sig").exists() or (self.packages / "release.pem").exists())

    def test_what_cannot_be_released_is_told(self):
        self.release("seal", self.packages)
        with ReleaseServer(refuses=True) as server:
            refused = self.publish(server)
            self.assertEqual(refused.returncode, 1)
            self.assertRegex(refused.stderr, r"^release: PUT http.*/SHA256SUMS: 403 .*Forbidden")
        with ReleaseServer() as server:
            wrong = self.release("publish", self.packages, CI_COMMIT_TAG="v1.3.0")
            self.assertIn("the tag is v1.3.0, and CMakeLists.txt has the version 1.2.0", wrong.stderr)
            (self.packages / "SHA256SUMS").unlink()
            self.assertIn("has no SHA256SUMS", self.publish(server).stderr)
            self.assertEqual(server.files, {})

    def test_what_is_linked_is_what_is_installed_for_building(self):
        require("dpkg-query")
        script = (SOURCE_DIR / ".ci/install").read_text()
        [names] = re.findall(r'^build_packages="([^"]*)"', script, re.MULTILINE)
        done = run(["/usr/bin/python3", SCRIPT, "sbom", "amd64"], cwd=SOURCE_DIR, env=self.environment, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        document = json.loads(done.stdout)
        found = {re.search(r"deb/debian/(.*)@", reference["referenceLocator"])[1].replace("%2B", "+")
                 for package in document["packages"] for reference in package.get("externalRefs", [])}
        wanted = {name for name in names.split() if name.endswith("-dev") and name != "doctest-dev"}
        self.assertEqual(found - {"libc6-dev", "libstdc++-12-dev", "libgcc-12-dev"}, wanted)
        self.assertEqual(document["spdxVersion"], "SPDX-2.3")
        identifiers = {package["SPDXID"] for package in document["packages"]} | {"SPDXRef-DOCUMENT"}
        self.assertEqual(len(identifiers), len(document["packages"]) + 1)
        for relation in document["relationships"]:
            self.assertLessEqual({relation["spdxElementId"], relation["relatedSpdxElement"]}, identifiers)
        for package in document["packages"]:
            self.assertRegex(package["SPDXID"], r"^SPDXRef-[A-Za-z0-9.-]+$")
            self.assertTrue(package["versionInfo"])
