"""The CI/CD component: GitLab would accept both documents, and its jobs generate the child pipeline."""
import json
import re
import shutil

from harness import SOURCE_DIR, STAND_INS, EndToEndTest, Repository, clean_environment, require, require_module, run, statelane_binary
from pipelines import PipelineRunner
from readers import read_as_gitlab, schema_errors

TEMPLATE = SOURCE_DIR / "templates/statelane/template.yml"
EXAMPLE = SOURCE_DIR / "fixtures/ecs-platform"


def documents():
    """The two documents of the template, as text."""
    return TEMPLATE.read_text().split("\n---\n")


def fill_in(text, values):
    return re.sub(r"\$\[\[ *inputs\.(\w+) *\]\]", lambda found: values[found[1]], text)


class Image(EndToEndTest):

    def test_the_dockerfile_copies_what_the_release_preset_builds_and_starts_a_shell(self):
        text = (SOURCE_DIR / ".ci/Dockerfile").read_text()
        lines = [line for line in text.splitlines() if line and not line.startswith("#")]
        words = [line.split(maxsplit=1) for line in lines]
        self.assertLessEqual({instruction for instruction, _rest in words}, {"ARG", "FROM", "RUN", "COPY", "ENTRYPOINT", "CMD"})
        declared = {rest.partition("=")[0] for instruction, rest in words if instruction == "ARG"}
        self.assertEqual(set(re.findall(r"\$\{(\w+)\}", text)), declared)
        presets = json.loads((SOURCE_DIR / "CMakePresets.json").read_text())
        self.assertIn("release", [preset["name"] for preset in presets["configurePresets"]])
        self.assertIn(["COPY", "build/release/src/statelane /usr/local/bin/statelane"], words)
        # GitLab's runner starts a shell in the image: an entry point of Terraform's would take its words.
        self.assertIn(["ENTRYPOINT", "[]"], words)
        script = self.scratch / "run.sh"
        script.write_text("#!/bin/sh\n" + "\n".join(rest for instruction, rest in words if instruction == "RUN") + "\n")
        run([require("shellcheck"), script], cwd=self.scratch, env=self.environment)


class Component(EndToEndTest):

    def inputs(self):
        return require_module("yaml").safe_load(documents()[0])["spec"]["inputs"]

    def test_every_input_is_described_used_and_known(self):
        head, body = documents()
        inputs = self.inputs()
        self.assertEqual(set(re.findall(r"\$\[\[ *inputs\.(\w+) *\]\]", body)), set(inputs))
        for name, described in inputs.items():
            self.assertTrue(described["description"].endswith("."), name)
            self.assertLessEqual(set(described), {"description", "default", "options"})
        self.assertNotIn("$[[", head)

    def test_the_jobs_are_valid_with_the_defaults_and_with_every_input_given(self):
        given = {"image": "tools/statelane:1", "generate_stage": "a b", "lanes_stage": "c", "prefix": "infra: ", "depth": "50",
                 "apply_condition": '$CI_COMMIT_BRANCH =~ /^release/ || $CI_COMMIT_BRANCH == "main"', "workflow": ".workflow",
                 "arguments": "--dependents all --changes 'rules'", "strategy": "mirror", "expire_in": "2 days", "config_from": "target"}
        inputs = self.inputs()
        self.assertEqual(set(given), set(inputs))
        defaults = {name: described.get("default", given[name]) for name, described in inputs.items()}
        for values, prefix in ((defaults, ""), (given, "infra: ")):
            file = self.scratch / "body.yml"
            file.write_text(fill_in(documents()[1], values))
            jobs = read_as_gitlab([file])[str(file)]
            self.assertEqual(list(jobs), [values["workflow"], f"{prefix}generate", f"{prefix}lanes"])
            condition = values["apply_condition"]
            self.assertEqual(jobs[values["workflow"]]["rules"],
                             [{"if": condition, "auto_cancel": {"on_new_commit": "none"}}, {"when": "always"}])
            for job in (f"{prefix}generate", f"{prefix}lanes"):
                self.assertEqual([rule["if"] for rule in jobs[job]["rules"]],
                                 ['$CI_PIPELINE_SOURCE == "merge_request_event"', condition])
            self.assertEqual(jobs[f"{prefix}lanes"]["trigger"]["include"][0]["job"], f"{prefix}generate")
            self.assertEqual(jobs[f"{prefix}generate"]["variables"]["GIT_DEPTH"], values["depth"])
            self.assertEqual(schema_errors([file]), [])
            with self.subTest("rules 7, 10 and 32"):
                writer, starter = jobs[f"{prefix}generate"], jobs[f"{prefix}lanes"]
                self.assertEqual(writer["artifacts"], {"paths": ["statelane.gitlab-ci.yml"], "expire_in": values["expire_in"]})
                self.assertEqual(starter["trigger"]["include"][0]["artifact"], "statelane.gitlab-ci.yml")
                self.assertEqual(writer["inherit"], {"default": ["tags", "retry"]})
                self.assertEqual(starter["inherit"], {"default": False, "variables": False})
                self.assertIs(writer["interruptible"], False)
        head = self.scratch / "head.yml"
        head.write_text(documents()[0])
        self.assertEqual(list(read_as_gitlab([head])[str(head)]), ["spec"])

    def parent_of(self, text):
        """The runner of a repository with this parent, as a function of what GitLab says of the pipeline."""
        environment = clean_environment(self.scratch / "home", [STAND_INS, statelane_binary().parent])
        repository = Repository(self.scratch, environment)
        shutil.copytree(TEMPLATE.parent, repository.directory / "templates/statelane")
        repository.commit("parent", {"parent.yml": text})
        parent = repository.directory / "parent.yml"
        return lambda **variables: PipelineRunner(repository.directory, parent, environment, {"CI_DEFAULT_BRANCH": "main", **variables})

    def test_alone_it_is_a_pipeline_of_merge_requests_and_of_the_default_branch(self):
        """GitLab has its own stages then: .pre, build, test, deploy, .post."""
        run_for = self.parent_of("include:\n  - local: templates/statelane/template.yml\n    inputs: {image: 'tools/statelane:1'}\n")
        for variables in ({"CI_PIPELINE_SOURCE": "merge_request_event", "CI_COMMIT_BRANCH": ""},
                          {"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": "main"}):
            self.assertEqual(set(run_for(**variables).jobs), {"generate", "lanes"}, variables)

    def test_a_pipeline_that_includes_it_generates_the_child(self):
        environment = clean_environment(self.scratch / "home", [STAND_INS, statelane_binary().parent])
        repository = Repository(self.scratch, environment, EXAMPLE)
        (repository.directory / "templates").mkdir()
        shutil.copytree(TEMPLATE.parent, repository.directory / "templates/statelane")
        parent = repository.directory / "parent.yml"
        parent.write_text("stages: [deploy]\ndefault: {before_script: [exit 1], after_script: [exit 1]}\ninclude:\n  - local: templates/statelane/template.yml\n"
                          '    inputs: {image: "tools/statelane:1", prefix: "infra-", arguments: "--changes none"}\n')
        before = repository.commit("the platform as it stands")
        module = repository.directory / "modules/network/main.tf"
        repository.commit("change", {"modules/network/main.tf": module.read_text() + 'output "more" {\n  value = 1\n}\n'})
        runner = PipelineRunner(repository.directory, parent, environment,
                                {"CI_DEFAULT_BRANCH": "main", "CI_COMMIT_BRANCH": "main", "CI_PIPELINE_ID": "1", "CI_PIPELINE_SOURCE": "push",
                                 "CI_COMMIT_BEFORE_SHA": before})
        self.assertEqual(set(runner.jobs), {"infra-generate", "infra-lanes"})
        result = runner.run_only("infra-generate")
        self.assertEqual(result.passed, {"infra-generate"}, result.output)
        child = runner.artifacts("infra-generate") / "statelane.gitlab-ci.yml"
        jobs = read_as_gitlab([child])[str(child)]
        self.assertIn("plan: network/staging", jobs)
        self.assertNotIn("only:", child.read_text())
        self.assertEqual(schema_errors([child]), [])
