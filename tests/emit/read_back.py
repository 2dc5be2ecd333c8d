"""Reads YAML with PyYAML and compares it with JSON: same values, same types, same order of keys.

usage: read_back.py (FILE.yml FILE.json)...
"""
import json
import sys

import yaml


def differences(read, meant, place):
    if type(read) is not type(meant):
        return [f"{place}: {read!r} instead of {meant!r}"]
    if isinstance(meant, dict):
        if list(read) != list(meant):
            return [f"{place}: keys {list(read)!r} instead of {list(meant)!r}"]
        return [found for key in meant for found in differences(read[key], meant[key], f"{place}/{key!r}")]
    if isinstance(meant, list):
        if len(read) != len(meant):
            return [f"{place}: {len(read)} items instead of {len(meant)}"]
        return [found for index, item in enumerate(meant) for found in differences(read[index], item, f"{place}/{index}")]
    return [] if read == meant else [f"{place}: {read!r} instead of {meant!r}"]


class Loader(yaml.CSafeLoader):
    """Knows GitLab's `!reference [job, keyword]`: its path."""


Loader.add_constructor("!reference", lambda loader, node: loader.construct_sequence(node))


def main():
    found = []
    for yaml_path, json_path in zip(sys.argv[1::2], sys.argv[2::2]):
        with open(yaml_path, encoding="utf-8", newline="") as file:
            read = yaml.load(file, Loader)
        with open(json_path, encoding="utf-8") as file:
            found += differences(read, json.load(file), "")
    print("\n".join(found[:20]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
