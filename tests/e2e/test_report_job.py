"""The job that the generated pipeline has for its report: the page is its artifact, the note is its merge request's."""
from notes_server import NotesServer
from pipelines import PipelineRunner
from readers import read_as_gitlab, schema_errors
from test_acceptance import SMALLER_SUBNETS, Example
from harness import statelane
from states import use_local_state


class ReportJob(Example):
    def setUp(self):
        super().setUp()
        states = self.scratch / "states"
        states.mkdir()
        use_local_state(self.repository.directory, states)
        self.before = self.repository.commit("the platform as it stands")
        self.head = self.repository.commit("network: smaller subnets", self.change("modules/network/main.tf", *SMALLER_SUBNETS))
        self.repository.push()

    def generate_report(self, *arguments, **variables):
        """Writes the pipeline as the pre-stage would, has it checked, and returns its file."""
        child = self.scratch / "child.yml"
        job = {"CI": "true", "GITLAB_CI": "true", "CI_COMMIT_SHA": self.head, "CI_DEFAULT_BRANCH": "main", "CI_PIPELINE_ID": "1000",
               "CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": "main", "CI_COMMIT_BEFORE_SHA": self.before, **variables}
        statelane("generate", "--report", "--output", child, *arguments, cwd=self.repository.directory,
                  env={**self.environment, **job})
        files = sorted(self.scratch.glob("child*.yml"))
        self.assertEqual(schema_errors(files), [])
        self.documents = list(read_as_gitlab(files).values())
        return child

    def test_after_the_plans_the_page_is_an_artifact_and_the_merge_request_has_its_note(self):
        merge_request = {"CI_MERGE_REQUEST_IID": "12", "CI_MERGE_REQUEST_PROJECT_ID": "34"}
        child = self.generate_report(CI_PIPELINE_SOURCE="merge_request_event", CI_COMMIT_BRANCH="",
                                     CI_MERGE_REQUEST_DIFF_BASE_SHA=self.before, **merge_request)
        with NotesServer() as server:
            runner = PipelineRunner(self.repository.directory, child, self.environment,
                                    {**self.variables, **merge_request, "CI_API_V4_URL": server.url(),
                                     "STATELANE_NOTE_TOKEN": "bot-token"})
            result = runner.run()
            [note] = server.written_by_bot()
        jobs = {"plan: network/production", "plan: network/staging", "report"}
        self.assertEqual((result.passed, set(runner.jobs)), (jobs, jobs), result.output)
        self.assertIn("<details><summary><code>network/staging</code> planned +5 ~0 −0</summary>\n", note)
        self.assertIn("wrote a note to merge request !12\n", runner.log("report"))
        page = (runner.artifacts("report") / ".statelane/report.html").read_text()
        self.assertIn("planned +5 ~0 −0", page)

    def test_without_a_token_there_is_the_page_alone_and_a_note_that_fails_fails_nothing(self):
        child = self.generate_report()
        runner = PipelineRunner(self.repository.directory, child, self.environment, self.variables)
        result = runner.run()
        self.assertEqual(result.passed, {"plan: network/production", "plan: network/staging", "report"}, result.output)
        self.assertIn("no note: this is not the pipeline of a merge request\n", runner.log("report"))
        refused = {"CI_API_V4_URL": "https://127.0.0.1:1/api", "CI_MERGE_REQUEST_IID": "12", "CI_MERGE_REQUEST_PROJECT_ID": "34",
                   "STATELANE_NOTE_TOKEN": "bot-token", "STATELANE_OPT_NOTE_TIMEOUT": "1ms"}
        runner = PipelineRunner(self.repository.directory, child, self.environment, {**self.variables, **refused})
        result = runner.run()
        self.assertEqual((result.exit_code, result.tolerated), (0, {"report"}), result.output)
        self.assertTrue((runner.artifacts("report") / ".statelane/report.html").exists())

    def test_each_of_several_children_reports_on_its_own_lanes(self):
        self.generate_report("--children", "2", "--all")
        reports = [document["report"]["variables"] for document in self.documents if "report" in document]
        for number, variables in enumerate(reports, 1):
            self.assertEqual(variables["STATELANE_OPT_NOTE_KEY"], f"report-{number}")
            self.assertEqual(variables["STATELANE_OPT_ALL"], {"value": "true", "expand": False})
        [only] = reports  # the second child has nothing to do
        self.assertEqual(len(only["STATELANE_STATES"]["value"].split("\n")), 16)

    def test_jobs_without_the_helper_and_pipelines_without_lanes_have_none(self):
        self.generate_report("--jobs", "shell")
        self.assertNotIn("report", self.documents[0])
        self.generate_report("--base", self.head)
        self.assertEqual([name for name in self.documents[0] if name == "report"], [])
