"""What comes before and between two jobs: leftovers, other artifacts, applies that ended half-way, poor clones, no git."""
import os
import shutil
import subprocess
import unittest
from pathlib import Path

from runs import BACKEND, ONE_RESOURCE, RunTest, WithOpenTofu

RULES = "version: 1\nstates: {{rules: [{{match: '**', tool: {}}}]}}\n"


def two(command):
    """The second resource is created where `command` succeeds."""
    return (ONE_RESOURCE + 'resource "terraform_data" "b" {\n  depends_on = [terraform_data.a]\n'
            f'  provisioner "local-exec" {{ command = "{command}" }}\n}}\n')


class Sequences(RunTest):

    def setUp(self):
        super().setUp()
        (self.project / ".git/info/exclude").unlink()
        self.commit({".gitignore": ".terraform/\n.statelane/\n", ".statelane.yml": RULES.format(self.tool)})

    def job(self, **more):
        return super().job(**{"STATELANE_OPT_ALLOW_EMPTY_STATE": "1", **more})

    def clone(self, name, *options, states=("net",)):
        """The checkout of another job, with the artifacts of the plans of `states`."""
        copy = self.scratch / name
        subprocess.run(["git", "clone", "-q", *options, f"file://{self.scratch / 'origin.git'}", copy], check=True, env=self.environment)
        for state in states:
            shutil.copytree(self.artifact("").parent / state, copy / ".statelane" / state)
        return copy

    def test_what_an_earlier_job_left_of_another_backend_is_forgotten(self):
        other = self.scratch / "other.tfstate"
        self.commit({"net/main.tf": f'terraform {{\n  backend "local" {{ path = "{other}" }}\n}}\n' + ONE_RESOURCE})
        self.assertEqual(self.terraform("init").returncode, 0)
        self.assertEqual(self.terraform("apply", "-auto-approve").returncode, 0)
        kept = other.read_bytes()
        self.commit({"net/main.tf": BACKEND + ONE_RESOURCE})
        self.plan()
        applying = self.clone("applying")
        shutil.copytree(self.project / "net/.terraform", applying / "net/.terraform")
        file = applying / "net/.terraform/terraform.tfstate"
        file.write_text(file.read_text().replace("/net", "/elsewhere"))
        self.apply(directory=applying)
        self.assertEqual(self.resources(), {"terraform_data.a"})
        self.assertEqual((self.server.versions("elsewhere"), other.read_bytes()), ([], kept))

    def test_two_states_among_one_jobs_artifacts_are_each_applied_as_planned(self):
        address = f"{self.server.address}/app"
        self.commit({"app/main.tf": f'terraform {{\n  backend "http" {{ address = "{address}" }}\n}}\n' + ONE_RESOURCE.replace('"a"', '"b"')})
        env = {name: value for name, value in self.job().items() if not name.startswith("TF_HTTP_LOCK") and not name.startswith("TF_HTTP_UNLOCK")}
        self.plan(env=env)
        self.run_to_end("plan", "app", env=env)
        both = self.clone("both", states=("net", "app"))
        swapped = self.clone("swapped", states=("net",))
        shutil.copytree(both / ".statelane/app", swapped / ".statelane/net", dirs_exist_ok=True)
        self.assertIn("refused to apply net: ", self.apply(directory=swapped, env=env, code=125).log)
        self.run_to_end("apply", "app", directory=both, env=env)
        self.assertEqual(self.server.versions("net"), [])
        self.apply(directory=both, env=env)
        names = {state: {each["name"] for each in self.server.versions(state)[-1]["resources"]} for state in ("net", "app")}
        self.assertEqual(names, {"net": {"a"}, "app": {"b"}})

    def test_an_apply_that_ended_half_way_is_planned_anew(self):
        self.commit({"net/main.tf": BACKEND + two("exit 3")})
        self.plan()
        ended = self.apply(directory=self.clone("first"), code=1)
        self.assertIn("statelane: done until then: 1 created\n  created   terraform_data.a\n", ended.log)
        again = self.apply(directory=self.clone("again"), code=125)
        self.assertIn("the state has changed since this plan was made, so the plan can no longer be applied", again.log)
        self.commit({"net/main.tf": BACKEND + two("true")})
        self.plan()
        self.apply(directory=self.clone("mended"))
        self.assertEqual(self.resources(), {"terraform_data.a", "terraform_data.b"})
        self.assertIn("plan of net: no changes", self.plan().log)
        self.assertIn("there is nothing to apply", self.apply(directory=self.clone("last")).log)
        self.assertEqual(self.server.locks(), {})

    def test_clones_of_depth_one(self):
        planning = self.clone("planning", "--depth", "1", states=())
        self.plan(directory=planning)
        shutil.copytree(planning / ".statelane/net", self.artifact(""))
        self.apply(directory=self.clone("applying", "--depth", "1"))
        self.assertEqual(self.resources(), {"terraform_data.a"})

    def test_without_git_all_is_done_but_what_only_git_can_tell(self):
        place = self.scratch / "without-git"
        place.mkdir()
        for directory in reversed(self.job()["PATH"].split(os.pathsep)):
            for program in Path(directory).iterdir() if os.path.isdir(directory) else ():
                if program.name != "git" and not (place / program.name).exists():
                    (place / program.name).symlink_to(program)
        (place / self.tool).unlink()
        (place / self.tool).symlink_to(shutil.which(self.tool))
        env = self.job(PATH=str(place))
        self.plan(env=env)
        refused = self.apply(env=env, code=125)
        self.assertIn("it cannot be told whether this commit is still the newest", refused.log)
        self.assertIn("hint: use an image with git and let the job fetch from its remote", refused.log)
        self.assertEqual(self.server.versions("net"), [])
        self.apply("--newest-commit", "off", env=env)
        self.assertEqual(self.resources(), {"terraform_data.a"})


class SequencesWithOpenTofu(WithOpenTofu, Sequences):
    pass


if __name__ == "__main__":
    unittest.main()
