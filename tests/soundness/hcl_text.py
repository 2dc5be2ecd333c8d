"""A plain reader of HCL for the oracle: blocks, attributes and the strings in them, by characters alone.

It knows nothing of the program under test. What it cannot make sense of it passes over: generated repositories are
well-behaved, and for others every difference is looked at.

A string is a list of parts, `("text", bytes)` or `("code", bytes)`; code is the source text of an interpolation.
"""
import functools
import re

NAME = re.compile(rb"[A-Za-z_][A-Za-z0-9_-]*")
HEREDOC = re.compile(rb"<<-?([A-Za-z_][A-Za-z0-9_-]*)\r?\n")


def tokens(text):
    """Names, punctuation and strings as (kind, value, line); comments and numbers' digits are left out."""
    at, line = 0, 1
    while at < len(text):
        letter = text[at:at + 1]
        if letter in b"#" or text.startswith(b"//", at):
            at = _end_of_line(text, at)
        elif text.startswith(b"/*", at):
            end = text.find(b"*/", at)
            end = len(text) if end < 0 else end + 2
            line += text.count(b"\n", at, end)
            at = end
        elif letter == b'"':
            parts, end = read_string(text, at + 1)
            yield "string", parts, line
            line += text.count(b"\n", at, end)
            at = end
        elif (match := HEREDOC.match(text, at)):
            end = re.compile(rb"^[ \t]*" + match[1] + rb"[ \t]*\r?$", re.M).search(text, match.end())
            stop = end.start() if end else len(text)
            yield "heredoc", split_template(text[match.end():stop]), line
            end = end.end() if end else len(text)
            line += text.count(b"\n", at, end)
            at = end
        elif (match := NAME.match(text, at)):
            yield "name", match[0], line
            at = match.end()
        else:
            if letter == b"\n":
                line += 1
            if letter not in b" \t\r":
                yield "mark", letter, line
            at += 1


@functools.lru_cache(maxsize=100_000)
def tokens_of(text):
    """The same as a list, kept: interpolations are met once for each call of their module."""
    return list(tokens(text))


def _end_of_line(text, at):
    end = text.find(b"\n", at)
    return len(text) if end < 0 else end


def read_string(text, at):
    """The parts of a quoted string whose first character is at `at`; and where it ends."""
    parts, plain = [], bytearray()
    while at < len(text):
        if text.startswith((b"$${", b"%%{"), at):
            plain += text[at + 1:at + 3]
            at += 3
        elif text.startswith((b"${", b"%{"), at):
            end = _end_of_code(text, at + 2)
            parts += [("text", bytes(plain)), ("code", text[at + 2:end].strip(b"~ \t\n"))]
            plain, at = bytearray(), end + 1
        elif text[at:at + 1] == b"\\":
            plain += {b"n": b"\n", b"t": b"\t", b"r": b"\r"}.get(text[at + 1:at + 2], text[at + 1:at + 2])
            at += 2
        elif text[at:at + 1] in (b'"', b"\n"):
            at += 1
            break
        else:
            plain += text[at:at + 1]
            at += 1
    parts.append(("text", bytes(plain)))
    return [part for part in parts if part != ("text", b"")], at


def _end_of_code(text, at):
    depth = 0
    while at < len(text):
        letter = text[at:at + 1]
        if letter == b'"':
            at = read_string(text, at + 1)[1]
            continue
        if letter == b"{":
            depth += 1
        elif letter == b"}":
            if depth == 0:
                return at
            depth -= 1
        at += 1
    return at


def split_template(text):
    """The parts of a template, which ends where the text ends."""
    parts, at, plain = [], 0, bytearray()
    while at < len(text):
        if text.startswith((b"$${", b"%%{"), at):
            plain += text[at + 1:at + 3]
            at += 3
        elif text.startswith((b"${", b"%{"), at):
            end = _end_of_code(text, at + 2)
            parts += [("text", bytes(plain)), ("code", text[at + 2:end].strip(b"~ \t\n"))]
            plain, at = bytearray(), end + 1
        else:
            plain += text[at:at + 1]
            at += 1
    parts.append(("text", bytes(plain)))
    return [part for part in parts if part != ("text", b"")]


class Block:
    """`type "label" … { attributes and blocks }`; an attribute's value is the list of its tokens."""

    def __init__(self, kind, labels):
        self.kind, self.labels, self.attributes, self.blocks = kind, labels, [], []

    def named(self, name):
        return next((value for key, value in self.attributes if key == name), None)


def parse(text):
    """The body of a file as a Block without a type."""
    return _Parser(list(tokens(text))).body(Block(b"", []), is_root=True)


class _Parser:
    def __init__(self, found):
        self.found, self.at = found, 0

    def peek(self, ahead=0):
        place = self.at + ahead
        return self.found[place][:2] if place < len(self.found) else ("end", b"")

    def body(self, block, is_root=False):
        while self.peek()[0] != "end":
            kind, value = self.peek()
            if (kind, value) == ("mark", b"}"):
                self.at += 1
                if not is_root:
                    break
            elif kind == "name" and self.peek(1) == ("mark", b"=") and self.peek(2) != ("mark", b"="):
                self.at += 2
                block.attributes.append((value, self.expression()))
            elif kind == "name":
                self.block(block)
            else:
                self.at += 1
        return block

    def block(self, parent):
        start = self.at
        self.at += 1
        labels = []
        while self.peek()[0] in ("string", "name"):
            kind, value = self.peek()
            labels.append(value if kind == "name" else b"".join(text for _, text in value))
            self.at += 1
        if self.peek() != ("mark", b"{"):
            self.at = start + 1
            return
        self.at += 1
        parent.blocks.append(self.body(Block(self.found[start][1], labels)))

    def expression(self):
        begin, depth = self.at, 0
        while self.peek()[0] != "end":
            kind, value = self.peek()
            if kind == "mark" and value in b"([{":
                depth += 1
            elif kind == "mark" and value in b")]}":
                if depth == 0:
                    break
                depth -= 1
            elif (kind, value) == ("mark", b"\n") and depth == 0:
                break
            self.at += 1
        return [token for token in self.found[begin:self.at] if token[:2] != ("mark", b"\n")]
