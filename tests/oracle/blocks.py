"""Blocks of a configuration, written in HCL's own syntax or as JSON. Expressions are HCL texts in both."""
import json
from dataclasses import dataclass, field


@dataclass
class Literal:
    """A value that stands for itself, where an expression is not allowed or not meant."""
    value: object


@dataclass
class Keyword:
    """A bare word of the native syntax: a type, a reference in `depends_on`."""
    word: str


@dataclass
class Block:
    type: str
    labels: list = field(default_factory=list)
    body: dict = field(default_factory=dict)  # name: expression text, Literal, Keyword or Block
    comment: str = ""


def quote(text):
    """A text as an HCL string without templates."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return '"' + escaped.replace("${", "$${").replace("%{", "%%{") + '"'


def write_literal(value):
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + ", ".join(write_literal(each) for each in value) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{quote(key)} = {write_literal(each)}" for key, each in value.items()) + " }"
    return "null" if value is None else str(value)


def write_native(blocks):
    return "\n".join(write_block(block, "") for block in blocks)


def write_block(block, indent):
    labels = "".join(f" {quote(label)}" for label in block.labels)
    lines = [f"{indent}# {block.comment}\n"] if block.comment else []
    lines.append(f"{indent}{block.type}{labels} {{\n")
    for name, value in block.body.items():
        if isinstance(value, Block):
            lines.append(write_block(value, indent + "  "))
        elif isinstance(value, Literal):
            lines.append(f"{indent}  {name} = {write_literal(value.value)}\n")
        else:
            lines.append(f"{indent}  {name} = {value.word if isinstance(value, Keyword) else value}\n")
    return "".join([*lines, f"{indent}}}\n"])


def write_json(blocks):
    document = {}
    for block in blocks:
        add_json(document, block)
    return json.dumps(document, indent=2) + "\n"


def add_json(parent, block):
    place = parent.setdefault(block.type, {})
    for label in block.labels:
        place = place.setdefault(label, {})
    for name, value in block.body.items():
        if isinstance(value, Block):
            add_json(place, value)
        elif isinstance(value, Literal):
            place[name] = escape_templates(value.value)
        else:
            place[name] = value.word if isinstance(value, Keyword) else "${" + value + "}"


def escape_templates(value):
    if isinstance(value, str):
        return value.replace("${", "$${").replace("%{", "%%{")
    if isinstance(value, list):
        return [escape_templates(each) for each in value]
    if isinstance(value, dict):
        return {key: escape_templates(each) for key, each in value.items()}
    return value
