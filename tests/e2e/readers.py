"""Other readers of a pipeline file than ours: GitLab's YAML parser and GitLab's JSON schema."""
import json
import os
import subprocess

from harness import BUILD_DIR, E2E_DIR, demand, require, require_module

TOOLS_DIR = E2E_DIR / "tools"


class UnreadableByGitLab(AssertionError):
    """GitLab would refuse the file, or would read something else than its writer meant."""


def require_node_module(name):
    """The directory of a package in tools/node_modules; skips or fails the test where it is absent."""
    require("node")
    directory = TOOLS_DIR / "node_modules" / name
    demand(directory.is_dir(), f"tests/e2e/tools/node_modules/{name}")
    return directory


def read_as_gitlab(paths):
    """{path: document} as GitLab's parser (Psych, YAML 1.1) sees the files."""
    command = [require("ruby"), E2E_DIR / "read_yaml.rb"]
    listed = "".join(f"{path}\n" for path in paths)
    read = subprocess.run(command, input=listed, capture_output=True, encoding="utf-8")
    if read.returncode != 0:
        raise UnreadableByGitLab(read.stderr)
    return json.loads(read.stdout)


def schema_errors(paths):
    """What GitLab's JSON schema finds wrong in the files, a line each."""
    yaml = require_module("yaml")
    validator = require_module("jsonschema").Draft7Validator(gitlab_schema())
    found = []
    for path in paths:
        with open(path, encoding="utf-8") as file:
            document = yaml.load(file, gitlab_loader(yaml))
        for error in sorted(validator.iter_errors(document), key=lambda error: list(map(str, error.absolute_path))):
            found.append(f"{path}: {'/'.join(map(str, error.absolute_path))}: {error.message}")
    return found


def gitlab_loader(yaml):
    """A loader that knows `!reference [job, key]`; the schema describes it as a list that starts with the tag."""
    class Loader(yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader):
        pass

    Loader.add_constructor("!reference", lambda loader, node: ["!reference", *loader.construct_sequence(node)])
    return Loader


def gitlab_schema():
    """The schema, extracted into the build directory when it is not there or the bundle is newer."""
    bundle = require_node_module("gitlab-ci-schema") / "dist/index.js"
    schema = BUILD_DIR / "tests/e2e/ci-schema.json"
    if not schema.exists() or schema.stat().st_mtime < os.stat(bundle).st_mtime:
        schema.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run([require("node"), TOOLS_DIR / "extract_schema.mjs", schema], check=True)
    return json.loads(schema.read_text())
