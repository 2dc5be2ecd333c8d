"""Pipelines of random repositories and all goldens, by every reader: GitLab's parser, GitLab's schema, gitlab-ci-local."""
import random
import unittest

from harness import SOURCE_DIR, EndToEndTest, Repository, statelane
from pipelines import PipelineRunner
from readers import read_as_gitlab, schema_errors

GOLDENS = [*sorted((SOURCE_DIR / "tests/emit/goldens").glob("*.yml")), *sorted((SOURCE_DIR / "tests/e2e/goldens").glob("*.yml"))]
PARENTS = ["", "team a/", "x[1]/", "p$q/", "100%A%/", "{y}, z/", "#n/", "it's/", "é/"]
KEYWORDS_OF_PARENT = {"default", "stages", "variables", "workflow"}


def configuration(number, modules, reads):
    text = f'terraform {{\n  backend "s3" {{\n    bucket = "states"\n    key    = "{number}"\n  }}\n}}\n'
    for module in modules:
        text += f'module "m{module}" {{\n  source = "{{up}}modules/m{module}"\n}}\n'
    for other in reads:
        text += (f'data "terraform_remote_state" "r{other}" {{\n  backend = "s3"\n  config = {{\n    bucket = "states"\n'
                 f'    key    = "{other}"\n  }}\n}}\n')
    return text


def random_states(chance):
    """{path: text} of a few states that share modules and read each other."""
    files = {f"modules/m{module}/main.tf": "locals {\n  a = 1\n}\n" for module in range(3)}
    for number in range(chance.randint(2, 9)):
        directory = f"{chance.choice(PARENTS)}s{number}"
        modules = [module for module in range(3) if chance.random() < 0.3]
        reads = [other for other in range(number) if chance.random() < 0.3]
        text = configuration(number, modules, reads)
        files[f"{directory}/main.tf"] = text.replace("{up}", "../" * (directory.count("/") + 1))
    return files


def resolved(document, job):
    """A job's keywords with those of the jobs that it extends, as far as they are not maps."""
    extends = job.get("extends", [])
    keywords = {}
    for name in [extends] if isinstance(extends, str) else extends:
        keywords |= resolved(document, document[name])
    return keywords | job


def needs_of(job):
    """The names that a job needs in its own pipeline; None where it waits for the stages before it."""
    if job.get("needs") is None:
        return None
    needs = [{"job": need} if isinstance(need, str) else need for need in job["needs"]]
    return sorted(need["job"] for need in needs if "pipeline" not in need)


def what_matters(document):
    """{job: (stage, when, names that it needs)} as GitLab would read it."""
    jobs = {}
    for name, value in document.items():
        if name.startswith(".") or name in KEYWORDS_OF_PARENT:
            continue
        job = resolved(document, value)
        jobs[name] = (job["stage"], job.get("when", "on_success"), needs_of(job))
    return jobs


class Readers(EndToEndTest):

    def generate(self, seed):
        """The child pipeline of a random commit to a random repository, with the repository."""
        chance = random.Random(seed)
        scratch = self.scratch / f"random-{seed}"
        scratch.mkdir()
        repository = Repository(scratch, self.environment)
        before = repository.commit("first", random_states(chance))
        files = sorted(repository.git("-c", "core.quotePath=false", "ls-files").splitlines())
        changed = chance.sample(files, chance.randint(1, len(files)))
        changes = {path: None if chance.random() < 0.15 else f"# {seed}\nlocals {{\n  b{seed} = 1\n}}\n" +
                   (repository.directory / path).read_text() for path in changed}
        config = chance.choice(["", "pipeline: {order: strict}\n", "pipeline: {deleted: destroy-gate}\n"])
        head = repository.commit("second", {**changes, ".statelane.yml": f"version: 1\n{config}"})
        repository.push()
        variables = {"CI": "true", "CI_COMMIT_SHA": head, "CI_COMMIT_BEFORE_SHA": before, "CI_COMMIT_BRANCH": "main",
                     "CI_DEFAULT_BRANCH": "main", "CI_PIPELINE_SOURCE": "push", "CI_SERVER_VERSION": "18.0.0"}
        if chance.random() < 0.3:
            variables |= {"CI_PIPELINE_SOURCE": "merge_request_event", "CI_MERGE_REQUEST_IID": "7",
                          "CI_MERGE_REQUEST_DIFF_BASE_SHA": before, "CI_COMMIT_BEFORE_SHA": "0" * 40}
            del variables["CI_COMMIT_BRANCH"]
        child = scratch / "child.yml"
        statelane("generate", "-o", child, "--changes", chance.choice(["only", "rules", "none"]),
                  cwd=repository.directory, env={**self.environment, **variables})
        return child, repository

    def assert_read_alike(self, path, document, repository):
        """gitlab-ci-local finds the same jobs, stages, gates and needs as GitLab's parser."""
        pipeline = PipelineRunner(repository.directory, path, self.environment)
        # A job whose rules do not hold for the repository in front of it is never run, or not listed.
        listed = {name: (job["stage"], job["when"], needs_of(job))
                  for name, job in pipeline.jobs.items() if job["when"] != "never"}
        expected = what_matters(document)
        self.assertEqual(listed, {name: job for name, job in expected.items() if name in listed}, path)
        return len(listed)

    def test_thirty_random_pipelines_and_all_goldens_pass_every_reader(self):
        made = [self.generate(seed) for seed in range(30)]
        paths = [path for path, _repository in made] + GOLDENS
        documents = read_as_gitlab(paths)
        self.assertEqual(schema_errors(paths), [])
        jobs = sum(self.assert_read_alike(path, documents[str(path)], repository) for path, repository in made)
        self.assertGreater(jobs, 50)
        for golden in GOLDENS:
            self.assert_read_alike(golden, documents[str(golden)], made[0][1])


if __name__ == "__main__":
    unittest.main()
