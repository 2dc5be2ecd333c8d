"""The schema for editors and the program's own reader say the same of a configuration."""
import json
import re
import resource
import subprocess
import time

from harness import SOURCE_DIR, EndToEndTest, require_module, run, statelane, statelane_binary

SCHEMA = json.loads((SOURCE_DIR / "templates/config.schema.json").read_text())
WHOLE = """version: 1
states:
  include: ["legacy/*"]
  exclude: ["examples/**"]
  rules:
    - match: "services/*"
      instances: "env/{instance}/terraform.tfvars"
      var_files: ["../../common.tfvars"]
      backend_config: ["env/{instance}/backend.tfvars"]
      variables: {TF_VAR_region: eu-central-1, TF_VAR_none: ""}
      workspace: "{instance}"
      inputs: ["../../policies/**"]
      depends_on: ["network/{instance}"]
      tool: tofu
      gitlab_state: "{slug}"
      job: {image: {name: "tools/tofu:1.9", entrypoint: [""]}, tags: [prod]}
      apply: {branches: [main], gate: blocking}
      after_plan: ["conftest", "test", "{plan_json}"]
      max_destroy: 5
      after: {production: staging}
      local_state: kept
    - match: "deploy/*"
      commands: {plan: ["ecs-cli", "compose", "ps"], apply: ["ecs-cli", "compose", "service", "up"]}
ignore: ["docs/**"]
global_inputs: [".terraform-version"]
pipeline: {changes: only, order: parallel, dependents: none, deleted: destroy-gate, expire_in: 7 days, templates: ci/lanes.yml}
gitlab: {version: "17.0"}
"""
ACCEPTED = ["", "version: 1", WHOLE, "states: {rules: [{match: a, apply: {branches: []}}]}", "states: {rules: []}",
            "states: {rules: [{match: a, instances: [staging, production], backend_config: ['key={id}']}]}",
            "pipeline: {changes: none, order: strict, dependents: all, deleted: destroy-gate, gates_for: changed, jobs: shell}"]
REFUSED = ["version: 2", "version: '1'", "[]", "states: []", "states: {include: legacy}", "states: {include: [1]}",
           "states: {include: ['']}", "states: {rules: [{}]}", "states: {rules: [{match: a, tool: 1}]}",
           "states: {rules: [{match: a, gitlab_state: a/b}]}", "states: {rules: [{match: a, instances: env}]}", "states: {rules: [{match: a, job: x}]}",
           "states: {rules: [{match: a, instances: []}]}", "states: {rules: [{match: a, instances: [a/b]}]}", "states: {rules: [{match: a, instances: [a, a]}]}",
           "states: {rules: [{match: a, variables: {REGION: x}}]}", "states: {rules: [{match: a, variables: {TF_VAR_x: 1}}]}",
           "states: {rules: [{match: a, apply: {gate: maybe}}]}", "states: {rules: [{match: a, max_destroy: -1}]}",
           "states: {rules: [{match: a, max_destroy: 1.5}]}", "states: {rules: [{match: a, local_state: keep}]}", "states: {rules: [{match: a, commands: {plan: [x]}}]}",
           "states: {rules: [{match: a, commands: {plan: [x], apply: []}}]}", "ignore: x", "global_inputs: {a: b}",
           "pipeline: {changes: always}", "pipeline: {order: 1}", "pipeline: {dependents: some}",
           "pipeline: {deleted: destroy}", "pipeline: {gates_for: all}", "pipeline: {jobs: bash}", "pipeline: {expire_in: 7}", "pipeline: {templates: ''}",
           "gitlab: {version: 17.0}", "gitlab: {version: new}"]


def objects(schema, path=()):
    """Every map of the schema whose keys are closed, with the keys and list items that lead to it."""
    if "$ref" in schema:
        schema = SCHEMA["definitions"][schema["$ref"].rsplit("/", 1)[1]]
    if schema.get("additionalProperties") is False:
        yield path, schema
    for key, value in schema.get("properties", {}).items():
        yield from objects(value, (*path, key))
    if isinstance(schema.get("items"), dict):
        yield from objects(schema["items"], (*path, 0))


def nest(path, value):
    """`value` at the end of a path of keys and list items."""
    for step in reversed(path):
        value = [value] if step == 0 else {step: value}
    return value


class Configuration(EndToEndTest):
    """A repository with a configuration and nothing else."""

    def setUp(self):
        super().setUp()
        self.yaml = require_module("yaml")
        self.directory = self.scratch / "repository"
        run(["git", "init", "-q", "-b", "main", self.directory], cwd=self.scratch, env=self.environment)

    def read(self, text, **options):
        """What the program says of a configuration."""
        (self.directory / ".statelane.yml").write_text(text)
        return statelane("list", cwd=self.directory, env=self.environment, check=False, **options)


class ConfigSchema(Configuration):
    def validator(self):
        return require_module("jsonschema").Draft7Validator(SCHEMA)

    def test_the_schema_is_one(self):
        require_module("jsonschema").Draft7Validator.check_schema(SCHEMA)

    def test_both_accept_the_same(self):
        for text in ACCEPTED:
            with self.subTest(text=text):
                self.assertEqual(list(self.validator().iter_errors(self.yaml.safe_load(text))), [])
                result = self.read(text)
                self.assertEqual(result.returncode, 0, result.stderr)

    def test_both_refuse_the_same(self):
        for text in REFUSED:
            with self.subTest(text=text):
                self.assertNotEqual(list(self.validator().iter_errors(self.yaml.safe_load(text))), [])
                result = self.read(text)
                self.assertEqual(result.returncode, 1, result.stderr)
                self.assertRegex(result.stderr, r"(?m)^\.statelane\.yml:1:\d+: error: [^\n]+\n    1 \| .*\n      \| *\^")

    def test_both_know_the_same_keys_in_every_map(self):
        seen = 0
        for path, schema in objects(SCHEMA):
            with self.subTest(path=path):
                result = self.read(self.yaml.safe_dump(nest(path, {"no_such_key": 1}), default_flow_style=True))
                known = re.search(r"hint: known keys: (.*)", result.stderr)
                self.assertIsNotNone(known, result.stderr)
                self.assertEqual(sorted(known[1].split(", ")), sorted(schema["properties"]))
                seen += 1
        self.assertEqual(seen, 7)

    def test_the_starter_configuration_is_accepted_as_it_is_and_with_everything_switched_on(self):
        text = statelane("init", "--with-config", "--write", cwd=self.directory, env=self.environment) and \
            (self.directory / ".statelane.yml").read_text()
        self.assertEqual(self.yaml.safe_load(text), {"version": 1})
        everything = "\n".join(line[2:] if re.match(r"# [ a-z]+[a-z_]+:|# +- match", line) else line
                               for line in text.splitlines())
        self.assertEqual(list(self.validator().iter_errors(self.yaml.safe_load(everything))), [])
        self.assertGreater(len(self.yaml.safe_load(everything)), 4)
        result = self.read(everything)
        self.assertEqual(result.returncode, 0, result.stderr)


class HostileConfig(Configuration):
    """Files made to take time or memory are refused within bounds."""

    def refuse(self, text, message):
        (self.directory / ".statelane.yml").write_text(text)

        def bound():
            resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
            resource.setrlimit(resource.RLIMIT_DATA, (1 << 30, 1 << 30))

        sanitized = "ASAN_OPTIONS" in self.environment
        start = time.monotonic()
        done = subprocess.run([statelane_binary(), "list"], cwd=self.directory, env=self.environment, text=True,
                              capture_output=True, preexec_fn=None if sanitized else bound)
        self.assertEqual(done.returncode, 1, done.stderr[:500])
        self.assertIn(message, done.stderr)
        self.assertLess(len(done.stderr), 4000)
        self.assertLess(time.monotonic() - start, 60)

    def test_deep_nesting(self):
        self.refuse("ignore: " + "[" * 1_000_000, "error:")
        self.refuse("ignore: " + "[" * 5_000 + "]" * 5_000, "error: nested deeper than 100 levels")
        self.refuse("ignore: " + "[" * 150 + "]" * 150, "error: nested deeper than 100 levels")
        self.refuse("".join(" " * level + "a:\n" for level in range(150)), "error: nested deeper than 100 levels")

    def test_aliases_in_millions(self):
        levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
        levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
        self.refuse("\n".join(levels), "more than 300000 values, aliases counted each time")

    def test_duplicate_keys(self):
        self.refuse("ignore: [a]\nignore: [b]\n", '"ignore" stands here twice, and the one in line 1 is dropped')

    def test_a_hundred_megabytes(self):
        self.refuse("ignore:\n" + "- docs\n" * 15_000_000, "error:")
