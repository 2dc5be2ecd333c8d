#!/usr/bin/python3
"""Lists every message of the program that no test shows whole; fails when there is one.

usage: find_unshown.py SOURCE_DIRECTORY

A message is a string literal below src/ that reads like words. Literals that stand side by side are one, as they are for
the compiler; `{}` of a format stands for any text. It is shown where a test expects all of it: in a string of a test
program, in a golden file or a scenario's answer, in what the README says that a command prints. What a test only passes
in as input counts too, which a script cannot tell apart.

exceptions.txt beside this script lists words of other programs, which are looked for and never printed, and words that
are no message. It has no place for messages without a test; entries that are no exceptions any more are named.
"""
import ast
import pathlib
import re
import sys

# No messages: what these hold is pages and scripts as wholes, which tests run.
NO_MESSAGES = re.compile(r"src/cli/(completion_|man_page)|src/emit/(report_|parent_pipeline)")
MOST_FILLED = 400  # characters of a field
HOLE = "\x00"  # What a test's own format fills in.
CPP_TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|(?P<raw>R"(?P<mark>[^(\s]*)\((?P<rawtext>.*?)\)(?P=mark)")|"(?P<text>(?:[^"\\\n]|\\.)*)"'
    r"|'(?:[^'\\\n]|\\.)+'|(?P<directive>^[ \t]*#[^\n]*)|(?P<space>\s+)|(?P<other>.)", re.DOTALL | re.MULTILINE)
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
FIELD = re.compile(r"(?<!\{)\{[^{}]*\}(?!\})")
WORD = re.compile(r"(?<![\w./-])[A-Za-z][a-z']+(?![\w/=-])")


def unescape(text):
    """The characters that a C++ literal stands for."""
    def one(match):
        code = match[1]
        if code[0] == "x":
            return chr(int(code[1:], 16))
        return ESCAPES.get(code, code)
    return re.sub(r"\\(x[0-9a-fA-F]+|.)", one, text, flags=re.DOTALL)


def literals_of_cpp(text):
    """Yields (line, characters) for each literal, those side by side as one."""
    start, pieces = 0, []
    for match in CPP_TOKEN.finditer(text):
        if match["text"] is not None or match["raw"] is not None:
            start = start if pieces else match.start()
            pieces.append(match["rawtext"] if match["raw"] is not None else unescape(match["text"]))
        elif pieces and match["other"]:
            yield text.count("\n", 0, start) + 1, "".join(pieces)
            pieces = []


def literals_of_python(text):
    """The strings of a Python file; what a format fills in is a hole."""
    tree = ast.parse(text)
    docstrings = {id(node.body[0].value) for node in ast.walk(tree)
                  if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and node.body and isinstance(node.body[0], ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(part.value if isinstance(part, ast.Constant) else HOLE for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


def is_message(literal):
    """Whether it reads like words, at least two of them."""
    bare = FIELD.sub(" ", literal)
    return " " in bare.strip() and len(WORD.findall(bare)) >= 2


def expected_texts(source):
    """All that tests expect, as one text; NUL bytes part what does not stand together."""
    texts = []
    for file in sorted((source / "tests").rglob("*")):
        if "node_modules" in file.parts or not file.is_file():
            continue
        if file.suffix in (".cpp", ".hpp"):
            texts.extend(text for _, text in literals_of_cpp(file.read_text(errors="replace")))
        elif file.suffix == ".py":
            texts.extend(literals_of_python(file.read_text()))
        elif "goldens" in file.parts:
            texts.append(file.read_text(errors="replace"))
    texts.extend(file.read_text() for file in sorted((source / "fixtures/scenarios").rglob("*.md")))
    texts.extend(block for block in re.findall(r"^```console\n(.*?)^```", (source / "README.md").read_text(), re.DOTALL | re.MULTILINE))
    return "\n\x01\n".join(texts)


def stand_in_order(parts, text):
    """Whether `text` has all the parts one after the other, with at most MOST_FILLED characters for each field between."""
    ends, room = None, 0
    for index, part in enumerate(parts):
        room += MOST_FILLED if index else 0
        if not part:
            continue
        found, at = set(), text.find(part)
        while at >= 0:
            if ends is None or any(0 <= at - end <= room for end in ends):
                found.add(at + len(part))
            at = text.find(part, at + 1)
        if not found:
            return False
        ends, room = found, 0
    return True


def is_shown(line, expected):
    """Whether one text of `expected` has all of the line, with any text where it has a field."""
    parts = [part.replace("{{", "{").replace("}}", "}") for part in FIELD.split(line)]
    longest = max(parts, key=len)
    at = expected.find(longest)
    while at >= 0:
        begin = max(expected.rfind("\x01", 0, at) + 1, at - 2000)
        end = expected.find("\x01", at)
        text = expected[begin:min(end if end >= 0 else len(expected), at + 2000)]
        if len(parts) == 1 or stand_in_order(parts, text):
            return True
        at = expected.find(longest, at + 1)
    return False


def main():
    """Prints the messages that are not shown, with their place."""
    source = pathlib.Path(sys.argv[1]).resolve()
    expected = expected_texts(source)
    count, unshown = 0, []
    for file in sorted((source / "src").rglob("*.[ch]pp")):
        name = file.relative_to(source).as_posix()
        if NO_MESSAGES.match(name):
            continue
        for number, literal in literals_of_cpp(file.read_text()):
            lines = [line.strip() for line in literal.splitlines() if is_message(line)]
            count += len(lines)
            unshown.extend((f"{name}:{number}", line) for line in lines if not is_shown(line, expected))
    excused = set((pathlib.Path(__file__).parent / "exceptions.txt").read_text().splitlines())
    excused = {line for line in excused if line and not line.startswith("## ")}
    faults = [f"{place}: {line}" for place, line in unshown if line not in excused]
    for line in sorted(excused - {line for _, line in unshown}):
        print(f"exceptions.txt: no exception any more: {line}")
    print("\n".join([*faults, f"{count} messages, {len(excused)} excused"]))
    return 1 if faults or not count else 0


if __name__ == "__main__":
    sys.exit(main())
