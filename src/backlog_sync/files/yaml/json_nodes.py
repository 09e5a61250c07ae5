"""JSON as nodes with places, the same nodes that YAML gives; broken JSON as far as it goes.

YAML's parser refuses some of JSON (escaped surrogates), and Python's keeps no places.
"""

import json
import re
from dataclasses import dataclass, field

from backlog_sync.core.diagnostics import Diagnostic, Severity
from backlog_sync.files.source import Lines
from backlog_sync.files.yaml.nodes import (
    MAX_DEPTH,
    MAX_NODES,
    Entry,
    ListNode,
    MapNode,
    Node,
    Scalar,
)

_BLANK = re.compile(r"[ \t\r\n]*")
_MOST_TOLD = 20
"""Broken lines of one file that are told; what stands behind so many is not read."""

_LINE = re.compile(r"[^\r\n]+")
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\.)*"')
_WORD = re.compile(r"-?(?:0|[1-9]\d{0,400})(?:\.\d{1,400})?(?:[eE][+-]?\d{1,9})?|true|false|null")


class _Problem(Exception):  # noqa: N818 - never leaves this module
    def __init__(self, offset: int, slug: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.offset = offset
        self.slug = slug
        self.message = message
        self.hint = hint


@dataclass(slots=True)
class _Open:
    """A list or a mapping whose end has not come yet."""

    start: int
    closer: str
    items: list[Node] = field(default_factory=list)
    entries: dict[str, Entry] = field(default_factory=dict)
    key: Scalar | None = None


def compose_json(
    text: str, path: str, *, strict: bool = True
) -> tuple[Node | None, tuple[Diagnostic, ...]]:
    """Read JSON into nodes.

    Gives the root and no diagnostics; for broken JSON, what stands before the break (None where
    that is nothing) and what is wrong. A later one of two equal keys is told and left out; where
    not `strict`, the last one counts, as for other programs, and that is a warning. Raises
    nothing, whatever the text.
    """
    reader = _Reader(text, path, strict=strict)
    try:
        reader.run()
    except _Problem as problem:
        place = reader.lines.place(path, problem.offset)
        told = Diagnostic(place, problem.slug, problem.message, problem.hint)
        return reader.rest(), (*reader.told, told)
    return reader.root, tuple(reader.told)


def compose_json_lines(text: str, path: str) -> tuple[ListNode | None, tuple[Diagnostic, ...]]:
    """Read lines of JSON, one value in each, into one list.

    A line that is broken is told, and the lines behind it are read all the same; None where no
    line holds a value. Raises nothing, whatever the text.
    """
    reader = _Reader(text, path, strict=False)
    found: list[Node] = []
    for match in _LINE.finditer(text):
        if not match[0].strip():
            continue
        try:
            found.append(reader.line(match.start(), match.end()))
        except _Problem as problem:
            place = reader.lines.place(path, problem.offset)
            told = Diagnostic(place, problem.slug, problem.message, problem.hint)
            reader.told.append(told)
            if problem.slug == "too-large" or len(reader.told) >= _MOST_TOLD:
                break
    root = ListNode(tuple(found), 0, len(text), flow=False) if found else None
    return root, tuple(reader.told)


class _Reader:
    def __init__(self, text: str, path: str, *, strict: bool) -> None:
        self.strict = strict
        self.text = text
        self.path = path
        self.lines = Lines(text)
        self.told: list[Diagnostic] = []
        self.stack: list[_Open] = []
        self.root: Node | None = None
        self.count = 0
        self.at = 0
        self.end = len(text)
        self.whole = True

    def run(self) -> None:
        self._value()
        while self.stack:
            self._step()
        self._skip()
        if self.at < self.end:
            raise self._wrong("nothing can stand behind the end of the JSON value")

    def line(self, start: int, end: int) -> Node:
        """Read the one value that a line holds."""
        self.at, self.end, self.stack, self.root = start, end, [], None
        self.whole = False
        self.run()
        assert self.root is not None
        return self.root

    def rest(self) -> Node | None:
        """What there is when reading stops: open lists and mappings end here."""
        while self.stack:
            self._close()
        return self.root

    def _step(self) -> None:
        """Read one entry of what is open, or its end."""
        top = self.stack[-1]
        self._skip()
        first = not top.items and not top.entries
        if self._here(top.closer):
            self.at += 1
            self._close()
            return
        if not first:
            if not self._here(","):
                raise self._wrong(f"a ',' or '{top.closer}' was expected here")
            self.at += 1
            self._skip()
            if self._here(top.closer):
                raise self._wrong(f"a ',' stands before '{top.closer}'", "remove it")
        if top.closer == "}":
            top.key = self._string("a key in double quotes was expected here")
            self._skip()
            if not self._here(":"):
                raise self._wrong("a ':' was expected here")
            self.at += 1
        self._value()

    def _value(self) -> None:
        self._skip()
        self.count += 1
        if self.count > MAX_NODES:
            raise _Problem(self.at, "too-large", f"this holds more than {MAX_NODES} values")
        char = self.text[self.at : min(self.at + 1, self.end)]
        if char in ("{", "["):
            if len(self.stack) >= MAX_DEPTH:
                message = f"this is nested more than {MAX_DEPTH} levels deep"
                raise _Problem(self.at, "too-deep", message)
            self.stack.append(_Open(self.at, "}" if char == "{" else "]"))
            self.at += 1
            return
        if char == '"':
            self._add(self._string(""))
            return
        word = _WORD.match(self.text, self.at)
        if word is None:
            raise self._wrong("a value was expected here")
        self._add(Scalar(word[0], self.at, word.end()))
        self.at = word.end()

    def _string(self, message: str) -> Scalar:
        if not self._here('"'):
            raise self._wrong(message)
        match = _STRING.match(self.text, self.at)
        if match is None:
            line = self.text[self.at : self.end].split("\n", 1)[0]
            message = "a text is opened here and not closed in its line"
            hint = "close it with '\"'; the file may be cut off here" if len(line) else ""
            raise self._wrong(message, hint)
        plain = match[0][1:-1] if "\\" not in match[0] else self._unescaped(match[0])
        start, self.at = self.at, match.end()
        return Scalar(plain, start, match.end(), '"')

    def _unescaped(self, text: str) -> str:
        try:
            value: str = json.loads(text)
        except ValueError:
            raise self._wrong("this text holds an escape that JSON does not know") from None
        return value.encode("utf-8", "replace").decode()

    def _close(self) -> None:
        top = self.stack.pop()
        node: Node
        if top.closer == "]":
            node = ListNode(tuple(top.items), top.start, self.at, flow=True)
        else:
            node = MapNode(tuple(top.entries.values()), top.start, self.at, flow=True)
        self._add(node)

    def _add(self, node: Node) -> None:
        if not self.stack:
            self.root = node
            return
        top = self.stack[-1]
        if top.closer == "]":
            top.items.append(node)
            return
        assert top.key is not None
        key = top.key
        if key.value in top.entries:
            first = self.lines.place(self.path, top.entries[key.value].key.start)
            place = self.lines.place(self.path, key.start)
            message = f"'{key.value}' is given twice; the first is at line {first.line}"
            severity = Severity.ERROR if self.strict else Severity.WARNING
            message = message if self.strict else f"{message}, and the last one counts"
            self.told.append(Diagnostic(place, "duplicate-field", message, "remove one", severity))
        if key.value not in top.entries or not self.strict:
            top.entries[key.value] = Entry(key, node)

    def _skip(self) -> None:
        blank = _BLANK.match(self.text, self.at, self.end)
        self.at = blank.end() if blank else self.at

    def _here(self, char: str) -> bool:
        return self.text.startswith(char, self.at, self.end)

    def _wrong(self, message: str, hint: str = "") -> _Problem:
        if self.at >= self.end:
            what = "file" if self.whole else "line"
            end = len(self.text.rstrip()) if self.whole else self.end
            return _Problem(
                end, "invalid-json", f"the {what} ends before its JSON does",
                "the end is missing: close what is open, or fetch the file again",
            )  # fmt: skip
        return _Problem(self.at, "invalid-json", message, hint)
