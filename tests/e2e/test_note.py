"""The merge request's note, against a server on the loopback interface that follows GitLab's documented API."""
import re

from certificates import make_certificate
from harness import EndToEndTest, Repository, statelane
from notes_server import NotesServer

STATE = 'terraform {{\n  backend "local" {{ path = "{name}.tfstate" }}\n}}\nlocals {{ size = {size} }}\n'
CANNOT = "statelane: error: cannot write the merge request's note: "
MARK = re.compile(r"<!-- statelane note report -->\n")


class Note(EndToEndTest):
    def setUp(self):
        super().setUp()
        self.repository = Repository(self.scratch, self.environment)
        self.base = self.repository.commit("two states", {f"{name}/main.tf": STATE.format(name=name, size=1) for name in "ab"})
        self.repository.commit("a grows", {"a/main.tf": STATE.format(name="a", size=2)})
        self.server = self.enterContext(NotesServer())
        self.job = {"CI_API_V4_URL": self.server.url(), "CI_MERGE_REQUEST_PROJECT_ID": "34", "CI_MERGE_REQUEST_IID": "12",
                    "CI_JOB_URL": "https://gitlab.example.com/jobs/7", "STATELANE_NOTE_TOKEN": "bot-token"}

    def note(self, *arguments, commit="HEAD", **more):
        """The exit code, and what went to standard error after the page; the token is nowhere."""
        environment = {name: value for name, value in {**self.environment, **self.job, **more}.items() if value is not None}
        result = statelane("report", commit, "--output", "report.html", "--note", *arguments, cwd=self.repository.directory,
                           env=environment, check=False)
        token = environment.get("STATELANE_NOTE_TOKEN", "").strip()
        if token:
            self.assertNotIn(token, result.stdout + result.stderr)
        self.assertTrue((self.repository.directory / "report.html").exists())
        return result.returncode, result.stderr.removeprefix("wrote report.html\n")

    def test_one_note_is_written_then_left_then_brought_up_to_date_in_place(self):
        self.assertEqual(self.note(), (0, "wrote a note to merge request !12\n"))
        [body] = self.server.written_by_bot()
        self.assertRegex(body, MARK)
        self.assertIn("\n### 1 of 2 states affected\n", body)
        self.assertIn("<details><summary><code>a</code> no plan </summary>\n", body)
        self.assertTrue(body.endswith("\n[The whole report](https://gitlab.example.com/jobs/7/artifacts/file/report.html)"))
        self.assertEqual(self.server.requests, ["GET", "POST"])
        # Another job with the same answer is no reason to write.
        self.assertEqual(self.note(CI_JOB_URL="https://gitlab.example.com/jobs/8"),
                         (0, "the note of merge request !12 says so already\n"))
        self.assertEqual(self.server.requests, ["GET", "POST", "GET", "GET /api/v4/user"])
        self.repository.commit("b grows", {"b/main.tf": STATE.format(name="b", size=2)})
        self.assertEqual(self.note(commit=f"{self.base}..HEAD"), (0, "brought the note of merge request !12 up to date\n"))
        [body] = self.server.written_by_bot()
        self.assertIn("\n### 2 of 2 states affected\n", body)
        self.assertEqual(self.server.requests[4:], ["GET", "GET /api/v4/user", "PUT"])

    def test_nothing_affected_starts_no_note_and_mends_one_that_is_there(self):
        self.repository.commit("a word", {"README.md": "two states\n"})
        self.assertEqual(self.note(), (0, "no note: nothing is affected, and merge request !12 has none\n"))
        self.assertEqual(self.server.requests, ["GET"])
        self.server.add("<!-- statelane note report 0 -->\nold")
        self.assertEqual(self.note(), (0, "brought the note of merge request !12 up to date\n"))
        self.assertIn("### 0 of 2 states affected\n\nNothing to plan.\n", self.server.written_by_bot()[0])

    def test_without_a_token_or_a_merge_request_no_one_is_asked(self):
        self.assertEqual(self.note(STATELANE_NOTE_TOKEN=None), (0, "no note: STATELANE_NOTE_TOKEN is not set\n"))
        self.assertEqual(self.note(CI_MERGE_REQUEST_IID=None), (0, "no note: this is not the pipeline of a merge request\n"))
        self.assertEqual(self.server.requests, [])

    def test_a_note_is_found_on_any_page_by_either_header(self):
        for number in range(250):
            self.server.add(f"comment {number}", author="reviewer")
        self.server.add("<!-- statelane note report 0 -->\nold")
        self.assertEqual(self.note(), (0, "brought the note of merge request !12 up to date\n"))
        self.assertEqual(self.server.requests, ["GET", "GET", "GET", "GET /api/v4/user", "PUT"])
        self.server.drops_next_page = True
        self.assertEqual(self.note(), (0, "the note of merge request !12 says so already\n"))
        self.assertEqual(len(self.server.notes), 251)

    def test_notes_of_other_names_authors_and_of_the_system_stay_as_they_are(self):
        others = ["<!-- statelane note reports 0 -->\n", "a quote: <!-- statelane note report 0 -->\n"]
        for body in others:
            self.server.add(body)
        self.server.add("<!-- statelane note report 0 -->\ncopied", author="reviewer")
        self.server.add("<!-- statelane note report 0 -->\n", system=True)
        self.assertEqual(self.note(), (0, "wrote a note to merge request !12\n"))
        self.assertEqual(self.server.requests, ["GET", "GET /api/v4/user", "POST"])
        self.assertEqual(self.note("--note-key", "second"), (0, "wrote a note to merge request !12\n"))
        self.assertEqual([note["body"].split("\n")[0] for note in self.server.notes[4:]],
                         ["<!-- statelane note report -->", "<!-- statelane note second -->"])

    def test_what_gitlab_refuses_is_said_with_what_to_do(self):
        api = 'hint: it needs the scope "api" and a role that may comment: a project access token of a reporter has both\n'
        cases = [
            ("wrong-token", "GitLab does not know the token (401: 401 Unauthorized)\n"
                            "hint: it has expired or was revoked: put a new one into STATELANE_NOTE_TOKEN\n"),
            ("read-token", "the token may not do this (403: The request requires higher privileges than provided by the access "
                           "token.)\n" + api),
            ("stranger-token", "there is no merge request !12 in project 34, or the token may not see it (404: 404 Project Not "
                               "Found)\nhint: the token has to be a member of the project that the merge request goes to\n"),
        ]
        for token, message in cases:
            with self.subTest(token):
                self.assertEqual(self.note(STATELANE_NOTE_TOKEN=token), (3, CANNOT + message))
        answers = [
            ({"status": 422, "body": {"message": {"note": ["is too long"]}}}, 'GitLab answers 422: {"note":["is too long"]}\n'),
            ({"status": 302, "headers": {"Location": "http://127.0.0.1:9/"}, "body": "moved"}, "GitLab answers 302\n"),
            ({"status": 200, "body": "<html>"}, "the answer is not a list of notes\nhint: is CI_API_V4_URL the address of "
                                                "GitLab's API?\n"),
        ]
        for fault, message in answers:
            with self.subTest(message):
                self.server.faults = [fault]
                self.assertEqual(self.note(), (3, CANNOT + message))

    def test_what_passes_is_tried_again(self):
        for fault in [{"status": 429, "headers": {"Retry-After": "0"}}, {"status": 502, "headers": {"Retry-After": "0"}}]:
            with self.subTest(fault["status"]):
                self.server.faults = [fault]
                self.server.notes.clear()
                self.server.requests.clear()
                self.assertEqual(self.note(), (0, "wrote a note to merge request !12\n"))
                self.assertEqual(self.server.requests, ["GET", "GET", "POST"])

    def test_what_lasts_ends_after_the_time_that_was_allowed(self):
        retry = "hint: retry this job: nothing else depends on it\n"
        cases = [
            ({"status": 429, "headers": {"Retry-After": "3600"}}, {}, "GitLab answers 429: injected, and asks to wait 3600 s\n"
             "hint: retry this job later, or allow it more time with --note-timeout\n"),
            ({"status": 503, "body": "down"}, {}, "GitLab answers 503\n" + retry),
            ("cut", {}, "the answer of 127.0.0.1 is cut off\n" + retry),
            ("garble", {}, "the answer of 127.0.0.1 is not HTTP\n" + retry),
            ({"status": 200, "headers": {"Content-Length": "70000000"}}, {},
             "the answer of 127.0.0.1 is larger than 16777216 bytes\n" + retry),
            ("hang", {}, "no answer from 127.0.0.1 within 2000 ms\n" + retry),
            (None, {"CI_API_V4_URL": "http://127.0.0.1:1/api/v4"}, "cannot connect to 127.0.0.1 port 1: Connection refused\n" + retry),
            (None, {"CI_API_V4_URL": "ftp://127.0.0.1/api/v4"},
             '"ftp://127.0.0.1/api/v4/projects/34/merge_requests/12/notes?sort=asc&order_by=created_at&per_page=100&page=1" is not '
             "the address of a web server\n"),
        ]
        for fault, more, message in cases:
            with self.subTest(message):
                # What is too large is asked for again in smaller numbers.
                self.server.faults = [fault] * 3 if fault else []
                code, said = self.note("--note-timeout", "2s", **more)
                self.assertEqual((code, re.sub(r"\b1\d\d\d ms", "2000 ms", said)), (3, CANNOT + message))

    def test_a_host_that_nobody_knows_is_said_to_be_so_or_not_to_answer(self):
        code, said = self.note("--note-timeout", "2s", CI_API_V4_URL="http://gitlab.invalid/api/v4")
        self.assertEqual(code, 3)
        self.assertRegex(said, f"^{CANNOT}(cannot find gitlab.invalid: .+|no answer from gitlab.invalid within 1[0-9]+ ms)\n")

    def test_values_that_cannot_be_right_are_usage_errors(self):
        self.assertEqual(self.note("--note-key", "a--b"), (2, 'statelane: error: "a--b" cannot mark a note\n'
                                                              "hint: take letters, digits, dots, underscores and single dashes\n"))
        self.assertEqual(self.note(CI_MERGE_REQUEST_IID="1/../2"),
                         (2, 'statelane: error: CI_MERGE_REQUEST_IID is "1/../2", and no number\n'))
        self.assertEqual(self.note(STATELANE_NOTE_TOKEN="bot-token\r\nX-Other: 1"),
                         (3, CANNOT + "the request cannot be written: a header holds a line break\n"))
        self.assertEqual(self.note(STATELANE_NOTE_TOKEN="bot-token\n"), (0, "wrote a note to merge request !12\n"))

    def test_a_thousand_states_with_long_names_fit_into_one_note(self):
        names = [f"{number:04}-{'x' * 60}/{'y' * 120}/{'z' * 200}" for number in range(1000)]
        self.repository.commit("many", {f"{name}/main.tf": STATE.format(name=name, size=1) for name in names})
        self.assertEqual(self.note(), (0, "wrote a note to merge request !12\n"))
        self.assertRegex(self.server.written_by_bot()[0], r"\n\d+ states are not shown: GitLab bounds the size of a note\.\n")


class Tls(Note):
    """The same by TLS, with a certificate that only CI_SERVER_TLS_CA_FILE knows."""

    def setUp(self):
        super().setUp()
        self.certificate = make_certificate(self.scratch, "own")
        self.server = self.enterContext(NotesServer(self.certificate))
        self.job.update(CI_API_V4_URL=self.server.url(), CI_SERVER_TLS_CA_FILE=str(self.certificate))

    def test_a_name_of_the_hosts_file_is_found_and_checked(self):
        self.assertEqual(self.note(CI_API_V4_URL=self.server.url("localhost")), (0, "wrote a note to merge request !12\n"))
