#!/usr/bin/python3
"""Fails on any include between rooms, or of a third-party header, that the house does not allow.

usage: check_layering.py SOURCE_DIRECTORY
"""
import pathlib
import re
import sys

ROOMS = {
    "base": [],
    "process": ["base"],
    "repo": ["base", "process"],
    "yaml": ["base"],
    "config": ["base", "yaml"],
    "hcl": ["base"],
    "terraform": ["base", "hcl", "yaml", "repo/tree.hpp", "repo/links.hpp"],
    "terragrunt": ["base", "hcl", "terraform", "repo/tree.hpp", "repo/links.hpp"],
    "facts": ["base", "terraform"],
    # Folding a state's expressions needs what the state knows of names.
    "states": ["base", "config", "terraform", "terragrunt", "facts", "repo/tree.hpp", "repo/links.hpp", "gitlab/names.hpp",
               "hcl/fold.hpp", "hcl/value.hpp", "hcl/alternatives.hpp", "hcl/convert.hpp", "hcl/text_pieces.hpp",
               "hcl/syntax.hpp"],
    "impact": ["base", "facts", "states", "repo/change_set.hpp"],
    "gitlab": ["base", "yaml"],
    "comparison": ["base", "config", "terraform", "facts", "states", "impact", "gitlab", "repo", "applied"],
    "pipeline": ["base", "yaml", "config", "states", "impact", "gitlab"],
    "lint": ["base", "yaml", "config", "states", "gitlab", "repo/tree.hpp", "terraform/file_names.hpp"],
    "emit": ["base", "yaml", "states", "impact", "pipeline", "lint", "applied", "comparison", "batch"],
    "http": ["base", "process"],
    "applied": ["base", "gitlab", "http", "repo"],
    "runner": ["base", "process", "gitlab", "http"],
    "batch": ["base", "process", "runner/stop_policy.hpp"],
}
# Header prefix → where it may stand: a room's .cpp files, or one file.
THIRD_PARTY = {
    "git2": ["repo"],
    "zlib.h": ["repo"],
    "pcre2.h": ["gitlab"],
    "yaml-cpp/": ["yaml", "terraform"],
    "CLI/": ["cli"],
    "nlohmann/": ["hcl", "emit", "runner", "applied", "http"],
    "event2/": ["http"],
    "openssl/": ["base", "http"],
}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def allowed_between_rooms(room, header):
    """Whether a file of `room` may include the project's header `header`."""
    if room == "cli" or header.split("/")[0] == room:
        return True
    return any(header == entry or header.startswith(entry + "/") for entry in ROOMS[room])


def faults_of(path, source):
    """Yields a sentence for each include of `path` that the table does not allow."""
    room = path.relative_to(source).parts[0]
    for kind, header in INCLUDE.findall(path.read_text()):
        if kind == '"':
            if not allowed_between_rooms(room, header):
                yield f"{path}: room {room} may not include {header}"
            continue
        for prefix, places in THIRD_PARTY.items():
            if header.startswith(prefix) and (room not in places or path.suffix == ".hpp"):
                yield f"{path}: <{header}> belongs in the .cpp files of {', '.join(places)}"


def main():
    """Checks every source file below the given directory."""
    source = pathlib.Path(sys.argv[1]).resolve() / "src"
    files = sorted(p for p in source.rglob("*") if p.suffix in (".hpp", ".cpp", ".c"))
    unknown = {p.relative_to(source).parts[0] for p in files} - set(ROOMS) - {"cli"}
    faults = [f"src/{room} is no room of the house" for room in sorted(unknown)]
    for path in files:
        if path.relative_to(source).parts[0] not in unknown:
            faults.extend(faults_of(path, source))
    print("\n".join(faults) or f"{len(files)} files keep to the table")
    return 1 if faults or not files else 0


if __name__ == "__main__":
    sys.exit(main())
