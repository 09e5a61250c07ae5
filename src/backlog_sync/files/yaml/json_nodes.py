"""Read JSON into nodes with places, the same nodes as for YAML; read broken JSON up to the break.

YAML's parser rejects some valid JSON (escaped surrogates), and Python's JSON parser keeps no
places.
"""

import json
import re
from math import inf

from backlog_sync.core.diagnostics import Diagnostic
from backlog_sync.files.yaml.nodes import Builder, ListNode, Node, Problem, Scalar

_BLANK = re.compile(r"[ \t\r\n]*")
_MOST_BROKEN = 20
"""Number of broken lines reported per file; the lines after the last of them are not read."""

_LINE = re.compile(r"[^\r\n]+")
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\.)*"')
_WORD = re.compile(r"-?(?:0|[1-9]\d{0,400})(?:\.\d{1,400})?(?:[eE][+-]?\d{1,9})?|true|false|null")


def compose_json(
    text: str, path: str, *, strict: bool = True
) -> tuple[Node | None, tuple[Diagnostic, ...]]:
    """Read JSON into nodes.

    Return the root and no diagnostics; for broken JSON, return what is before the break (None if
    that is nothing) and the diagnostics. Of two equal keys, the later one is reported as an error
    and left out. If not `strict`, the last one counts, as in other programs, and the report is a
    warning. Raise nothing, whatever the text.
    """
    reader = _Reader(text, path, strict=strict)
    try:
        root: Node | None = reader.run()
    except Problem as problem:
        root = reader.rest(reader.at)
        reader.report(problem)
    return root, tuple(reader.diagnostics)


def compose_json_lines(text: str, path: str) -> tuple[ListNode | None, tuple[Diagnostic, ...]]:
    """Read JSON Lines, one value per line, into one list.

    Report a broken line and continue with the next one. Return None if no line contains a value.
    Raise nothing, whatever the text.
    """
    reader = _Reader(text, path, strict=False)
    values: list[Node] = []
    for match in _LINE.finditer(text):
        if not match[0].strip():
            continue
        try:
            values.append(reader.line(match.start(), match.end()))
        except Problem as problem:
            reader.report(problem)
            if problem.slug == "too-large" or len(reader.diagnostics) >= _MOST_BROKEN:
                break
    root = ListNode(tuple(values), 0, len(text), flow=False) if values else None
    return root, tuple(reader.diagnostics)


class _Reader(Builder):
    """Build nodes from JSON: from a whole file, or line by line."""

    longest_key = inf

    def __init__(self, text: str, path: str, *, strict: bool) -> None:
        super().__init__(text, path, strict=strict)
        self.at = 0
        self.end = len(text)
        self.whole = True

    def run(self) -> Node:
        self._value()
        while self.stack:
            self._step()
        self._skip()
        if self.at < self.end:
            raise self._wrong("there is text after the end of the JSON value", "remove it")
        return self.roots[-1]

    def line(self, start: int, end: int) -> Node:
        """Read the single value of a line."""
        self.at, self.end, self.stack = start, end, []
        self.whole = False
        return self.run()

    def _step(self) -> None:
        """Read the next entry of the open list or mapping, or its end."""
        top = self.stack[-1]
        closer = "}" if top.mapping else "]"
        self._skip()
        if self._here(closer):
            self.at += 1
            self.close(self.at)
            return
        if top.children:
            if not self._here(","):
                hint = f"write ',' before the next entry, or '{closer}' after the last one"
                raise self._wrong(f"a ',' or '{closer}' was expected here", hint)
            self.at += 1
            self._skip()
            if self._here(closer):
                raise self._wrong(f"there is a ',' before '{closer}'", "remove it")
        if top.mapping:
            self.add(self._string("a key in double quotes was expected here"))
            self._skip()
            if not self._here(":"):
                raise self._wrong("a ':' was expected here", "write ':' after the key")
            self.at += 1
        self._value()

    def _value(self) -> None:
        self._skip()
        self.charge(1, self.at)
        char = self.text[self.at : min(self.at + 1, self.end)]
        if char in ("{", "["):
            self.open(self.at, mapping=char == "{", flow=True)
            self.at += 1
            return
        if char == '"':
            self.add(self._string(""))
            return
        word = _WORD.match(self.text, self.at)
        if word is None:
            hint = "write a number, a text in double quotes, true, false, null, [ or {"
            raise self._wrong("a value was expected here", hint)
        self.add(Scalar(word[0], self.at, len(word[0])))
        self.at = word.end()

    def _string(self, message: str) -> Scalar:
        if not self._here('"'):
            raise self._wrong(message, "write the key in double quotes")
        match = _STRING.match(self.text, self.at)
        if match is None:
            message = "a string is opened here and not closed on the same line"
            hint = "close it with '\"'; the file may be cut off here"
            raise self._wrong(message, hint)
        plain = match[0][1:-1] if "\\" not in match[0] else self._unescaped(match[0])
        start, self.at = self.at, match.end()
        return Scalar(plain, start, match.end() - start, '"')

    def _unescaped(self, text: str) -> str:
        try:
            value: str = json.loads(text)
        except ValueError:
            raise self._wrong(
                "this string contains an escape sequence that is not valid JSON",
                r"write \\ for a backslash, and four digits after \u",
            ) from None
        return value.encode("utf-8", "replace").decode()

    def _skip(self) -> None:
        blank = _BLANK.match(self.text, self.at, self.end)
        self.at = blank.end() if blank else self.at

    def _here(self, char: str) -> bool:
        return self.text.startswith(char, self.at, self.end)

    def _wrong(self, message: str, hint: str) -> Problem:
        if self.at >= self.end:
            what = "file" if self.whole else "line"
            end = len(self.text.rstrip()) if self.whole else self.end
            return Problem(
                end, "invalid-json", f"the {what} ends before its JSON does",
                "the end is missing: close the open brackets and quotes, or get the file again",
            )  # fmt: skip
        return Problem(self.at, "invalid-json", message, hint)
