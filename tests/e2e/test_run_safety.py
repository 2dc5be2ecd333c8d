"""What `statelane run` promises about plans and secrets: only what was reviewed is applied, once, and secrets stay where they are."""
import os
import shutil
import threading
from random import Random

from harness import run
from runs import BACKEND, ONE_RESOURCE, RunTest

CANARY = "canary-7f3a9"


class Tampering(RunTest):

    def setUp(self):
        super().setUp()
        self.plan()

    def refuse(self, message, **job):
        refused = self.apply(code=125, env=self.job(**job))
        self.assertIn(message, refused.log)
        self.assertIn("\nhint: ", refused.log)
        self.assertEqual(self.server.versions("net"), [])

    def test_one_flipped_byte_in_any_artifact_is_refused(self):
        messages = {"plan.bin": "the plan file is not the one that was planned",
                    "plan.txt": "plan.txt is not what was written with the plan",
                    "plan.json": "plan.json is not what was written with the plan",
                    "review.json": "review.json is not what was written with the plan",
                    "certificate.json": "certificate.json is not what was written with the plan",
                    "meta.json": "the plan's metadata (meta.json) "}
        self.assertEqual({file.name for file in self.artifact("").iterdir()}, set(messages))
        for name, message in messages.items():
            file = self.artifact(name)
            whole = file.read_bytes()
            for at in (0, len(whole) // 2, len(whole) - 1):
                with self.subTest(artifact=name, at=at):
                    file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1:])
                    self.refuse(message)
            file.write_bytes(whole)
        self.apply()

    def test_one_flipped_bit_anywhere_in_any_artifact_is_refused(self):
        """Twenty bits; two hundred with STATELANE_ALL_BITS=1."""
        count = 200 if os.environ.get("STATELANE_ALL_BITS") else 20
        files = sorted(self.artifact("").iterdir())
        random = Random(17)
        refused = 0
        for turn in range(count):
            file = files[turn % len(files)]
            whole = file.read_bytes()
            bit = random.randrange(len(whole) * 8)
            damaged = bytearray(whole)
            damaged[bit // 8] ^= 1 << bit % 8
            with self.subTest(artifact=file.name, bit=bit):
                file.write_bytes(damaged)
                self.refuse(f"{file.name}" if file.name != "plan.bin" else "the plan file is not the one that was planned")
                refused += 1
            file.write_bytes(whole)
        print(f"{refused} of {count} flipped bits refused")
        self.apply()

    def test_one_flipped_byte_in_what_another_apply_left_is_refused(self):
        self.commit({"dns/main.tf": BACKEND.replace("http", "local") + ONE_RESOURCE,
                     ".statelane.yml": "states: {rules: [{match: dns, local_state: kept}]}\n"})
        self.plan()
        self.run_to_end("plan", "dns")
        self.run_to_end("apply", "dns")
        record = self.project / ".statelane/dns/applied.json"
        whole = record.read_bytes()
        for at in (0, len(whole) // 2, len(whole) - 1):
            with self.subTest(at=at):
                record.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1:])
                self.refuse("the record of an apply (applied.json) is damaged")

    def test_artifacts_of_another_state_are_refused(self):
        self.commit({"dns/main.tf": BACKEND.replace("http", "local") + ONE_RESOURCE})
        self.run_to_end("plan", "dns")
        shutil.rmtree(self.artifact(""))
        shutil.copytree(self.project / ".statelane/dns", self.artifact(""))
        self.refuse("the plan is of state 'dns', not of 'net'")

    def test_artifacts_of_an_older_commit_are_refused(self):
        older = self.repository.git("rev-parse", "HEAD")
        self.commit({"README": "words\n"})
        self.refuse(f"the plan was made for commit {older[:12]}, and this job is at ")

    def test_artifacts_of_another_root_pipeline_are_refused(self):
        self.refuse("the plan was made in pipeline 7, and this job belongs to pipeline 8", STATELANE_ROOT_PIPELINE="8")

    def test_a_plan_file_of_another_state_beside_the_right_metadata_is_refused(self):
        self.commit({"dns/main.tf": BACKEND.replace("http", "local") + ONE_RESOURCE})
        self.plan()
        self.run_to_end("plan", "dns")
        shutil.copy(self.project / ".statelane/dns/plan.bin", self.artifact("plan.bin"))
        self.refuse("the plan file is not the one that was planned")


class Secrets(RunTest):

    def test_secrets_are_in_terraforms_plan_file_and_nowhere_else(self):
        self.commit({
            ".statelane.yml": 'states: {rules: [{match: "**", after_plan: ["test", "-s", "{plan_json}"]}]}\n',
            "net/main.tf": BACKEND + f'''
variable "set" {{
  sensitive = true
}}
variable "written" {{
  sensitive = true
  default   = "{CANARY}-variable"
}}
resource "terraform_data" "a" {{
  input            = 1  # Terraform shows it again as an output of the resource, whether it is sensitive or not.
  triggers_replace = [var.set, var.written]
}}
output "o" {{
  sensitive = true
  value     = [terraform_data.a.triggers_replace, "{CANARY}-output"]
}}
'''})
        secret = {"TF_VAR_set": f"{CANARY}-set", "TF_CLI_ARGS_plan": f"-var written={CANARY}-argument"}
        logs = [self.plan(env=self.job(**secret)).log]
        self.assertIn(CANARY.encode(), b"".join(self.unzip(self.artifact("plan.bin"))))
        logs.append(self.apply("--allow-empty-state", "--output", "o", env=self.job(**secret), code=1).log)
        self.assertIn("cannot write output 'o' as a variable: it is sensitive", logs[-1])
        self.assertEqual(self.resources(), set())
        logs.append(self.apply("--allow-empty-state", env=self.job(**secret)).log)
        logs.append(self.run_to_end("drift", "net", env=self.job(TF_VAR_set=f"{CANARY}-other"), code=2).log)
        logs.append(self.plan("--destroy", env=self.job(**secret)).log)
        self.server.steer(fail={"POST state": 500})
        logs.append(self.run_to_end("destroy", "net", env=self.job(**secret), code=1).log)
        for log in logs:
            self.assertNotIn(CANARY, log)
            self.assertNotIn("job-token", log)
        seen = 0
        for file in self.project.rglob("*"):
            # Terraform's own: the plan, the sources, and the state that it could not store.
            if not file.is_file() or file.name in ("plan.bin", "main.tf", "errored.tfstate") or ".git" in file.parts:
                continue
            seen += 1
            text = file.read_bytes()
            self.assertNotIn(CANARY.encode(), text, file)
            self.assertNotIn(b"job-token", text, file)
        self.assertGreater(seen, 4)
        self.assertEqual(self.artifact("errored.tfstate").stat().st_mode & 0o777, 0o600)

    @staticmethod
    def unzip(file):
        import zipfile
        with zipfile.ZipFile(file) as archive:
            return [archive.read(name) for name in archive.namelist()]


class Race(RunTest):
    """Ten jobs with a working copy each, all of one state, each with a change of its own."""

    PAIRS = 10

    def test_racing_pairs_are_serialised_and_every_plan_that_is_not_stale_creates_once(self):
        self.commit({"net/main.tf": BACKEND + "".join(
            f'resource "terraform_data" "p{number}" {{}}\n' for number in range(self.PAIRS))})
        results, lock = [], threading.Lock()

        def race(number):
            copy = self.scratch / f"copy-{number}"
            run(["git", "clone", "-q", self.scratch / "origin.git", copy], cwd=self.scratch, env=self.environment)
            env = self.job(TF_CLI_ARGS_plan=f"-target=terraform_data.p{number}", STATELANE_OPT_LOCK_TIMEOUT="5m",
                           STATELANE_OPT_ALLOW_EMPTY_STATE="1", STATELANE_OPT_ALLOW_INCOMPLETE="1")
            while True:
                planned = self.start("plan", "net", directory=copy, env=env).finish()
                applied = self.start("apply", "net", directory=copy, env=env).finish() if planned.code == 0 else planned
                with lock:
                    results.append((number, planned, applied))
                if applied.code not in (1, 125) or "the state has changed since this plan was made" not in applied.log:
                    return

        threads = [threading.Thread(target=race, args=(number,)) for number in range(self.PAIRS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        # A plan with a target is applied, and its job fails all the same.
        applied = [each for each in results if "statelane: net is applied" in each[2].log]
        for _number, planned, ended in results:
            self.assertEqual(planned.code, 0, planned.log)
            self.assertIn(ended.code, (1, 125), ended.log)
            done = "statelane: net is applied" in ended.log
            self.assertEqual(ended.log.count("Creation complete after"), 1 if done else 0, ended.log)
        self.assertEqual(sorted(number for number, *_ in applied), list(range(self.PAIRS)))
        self.assertEqual(self.resources(), {f"terraform_data.p{number}" for number in range(self.PAIRS)})
        versions = self.server.versions("net")
        serials = [version["serial"] for version in versions]
        self.assertEqual(serials, sorted(set(serials)))
        self.assertEqual({version["lineage"] for version in versions}, {versions[0]["lineage"]})
        self.assertEqual(self.server.locks(), {})
        self.assertNotIn(409, [status for request, _name, status in self.server.requests() if request == "POST state"])
