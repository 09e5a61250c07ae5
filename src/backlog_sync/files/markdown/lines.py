"""A Markdown text as lines: what each is, and where exactly it stands.

This is no Markdown renderer. It knows as much of CommonMark as it takes to tell a heading, a list
item, a table row and a paragraph from code, comments and front matter, and it keeps every offset
and line ending, because files are written back byte for byte. It looks at each line once.
"""

import re
from enum import Enum
from typing import NamedTuple

TAB = 4
"""Columns between tab stops, by CommonMark."""

_BREAK = re.compile(r"\r\n|\n|\r")
_MARKER = re.compile(r"([-*+]|\d{1,9}[.)])(?=[ \t]|$)")
_BOX = re.compile(r"\[([ xX])\]\*?(?=[ \t]|$)")
_HASHES = re.compile(r"#{1,6}(?=[ \t]|$)")
_FENCE = re.compile(r"`{3,}|~{3,}")
_UNDERLINED = 120
_SUMMARY_START = "<!-- backlog:summary -->"
_SUMMARY_END = "<!-- /backlog:summary -->"


class Kind(Enum):
    """What a line is."""

    BLANK = "blank"
    FRONT = "front matter"
    CODE = "code"
    COMMENT = "comment"
    SUMMARY = "summary"
    HEADING = "heading"
    UNDERLINE = "underline"
    RULE = "rule"
    TABLE = "table"
    QUOTE = "quote"
    LIST = "list"
    TEXT = "text"


_PARAGRAPH = (Kind.TEXT, Kind.LIST, Kind.QUOTE)  # what a line of text may go on from

SILENT = (Kind.FRONT, Kind.CODE, Kind.COMMENT, Kind.SUMMARY)
"""Lines in which nothing is read."""


class Line(NamedTuple):
    """One line; `row` counts from 0. Offsets are in characters of the source's text.

    `start` to `end` is the line without its line ending `eol`. `indent` counts columns. `text` is
    its content, without indentation, heading marks, list marker, check box and trailing blanks;
    it begins at offset `at`. `level` is a heading's level, `marker` a list item's marker,
    `content` the column where a list item's content begins, and `box` the offset of the character
    inside its check box.
    """

    row: int
    start: int
    end: int
    eol: str
    kind: Kind
    indent: int = 0
    text: str = ""
    at: int = 0
    level: int = 0
    marker: str = ""
    content: int = 0
    box: int | None = None
    ticked: bool = False

    @property
    def next(self) -> int:
        """The offset where the next line begins."""
        return self.end + len(self.eol)


def is_hard(text: str, line: Line) -> bool:
    """Whether a line ends with a hard break: two spaces, or a backslash."""
    return text.endswith(("  ", "\\"), line.start, line.end)


def default_eol(lines: tuple[Line, ...]) -> str:
    """The line ending that a new line of this file takes where its neighbour has none."""
    return next((line.eol for line in lines if line.eol), "\n")


def scan_lines(text: str) -> tuple[Line, ...]:
    """Cut a text into lines and say what each is. Raises nothing, whatever the text."""
    return _Scanner(text).run()


def columns(text: str, start: int, end: int) -> tuple[int, int]:
    """The width of the blanks from `start`, in columns, and the offset behind them."""
    width = 0
    at = start
    while at < end:
        char = text[at]
        if char == " ":
            width += 1
        elif char == "\t":
            width += TAB - width % TAB
        else:
            break
        at += 1
    return width, at


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.spans = _spans(text)
        self.lines: list[Line] = []
        self.contents: list[int] = []  # where the content of each open list item begins
        self.fence = ""
        self.fence_content = 0
        self.comment_end = ""
        self.last_summary = text.rfind(_SUMMARY_END)
        self.front_end = self._front_matter()
        self.table = False

    def run(self) -> tuple[Line, ...]:
        for index, (start, end, eol) in enumerate(self.spans):
            self.lines.append(self._line(index, start, end, eol))
        return tuple(self.lines)

    def _front_matter(self) -> int:
        """The number of lines that the front matter takes, its two fences counted."""
        if not self.spans or self._stripped(0) != "---":
            return 0
        for index in range(1, len(self.spans)):
            if self._stripped(index) in ("---", "..."):
                return index + 1
        return 0

    def _stripped(self, index: int) -> str:
        start, end, _ = self.spans[index]
        return self.text[start:end].rstrip()

    def _line(self, index: int, start: int, end: int, eol: str) -> Line:
        indent, at = columns(self.text, start, end)
        body = self.text[at:end].rstrip()
        if index < self.front_end:
            return Line(index, start, end, eol, Kind.FRONT, indent, body, at)
        silent = self._silent(indent, body)
        if silent is not None:
            return Line(index, start, end, eol, silent, indent, body, at)
        if not body:
            self.table = False
            return Line(index, start, end, eol, Kind.BLANK)
        if self._is_table(index, body):
            self._leave(indent)
            return Line(index, start, end, eol, Kind.TABLE, indent, body, at)
        if self._is_code(indent):
            return Line(index, start, end, eol, Kind.CODE, indent, body, at)
        return self._block(Line(index, start, end, eol, Kind.TEXT, indent, body, at))

    def _silent(self, indent: int, body: str) -> Kind | None:
        """Comments and fences, whose content is not read."""
        if self.comment_end:
            kind = Kind.SUMMARY if self.comment_end == _SUMMARY_END else Kind.COMMENT
            if self.comment_end in body:
                self.comment_end = ""
            return kind
        if self.fence:
            if body and indent < self.fence_content:
                self.fence = ""  # the list item that held the fence has ended
            else:
                run = _FENCE.match(body)
                if run and run[0].startswith(self.fence) and run.end() == len(body):
                    self.fence = ""
                return Kind.CODE
        run = _FENCE.match(body) if body[:1] in ("`", "~") else None
        if run and not (run[0][0] == "`" and "`" in body[run.end() :]):
            self._leave(indent)
            self.fence = run[0]
            self.fence_content = self.contents[-1] if self.contents else 0
            return Kind.CODE
        if body.startswith("<!--"):
            self._leave(indent)
            if body.casefold() == _SUMMARY_START:
                closed = self.spans[len(self.lines)][0] < self.last_summary
                self.comment_end = _SUMMARY_END if closed else ""
                return Kind.SUMMARY
            self.comment_end = "" if "-->" in body[4:] else "-->"
            return Kind.COMMENT
        return None

    def _is_table(self, index: int, body: str) -> bool:
        """A table begins where a line of dashes and bars follows a line with bars."""
        if "|" not in body:
            self.table = False
        elif not self.table and index + 1 < len(self.spans):
            start, end, _ = self.spans[index + 1]
            self.table = _is_delimiter(self.text[start:end])
        return self.table

    def _is_code(self, indent: int) -> bool:
        """Four columns outside of any list, where no paragraph goes on."""
        if indent < TAB:
            return False
        before = self.lines[-1].kind if self.lines else Kind.BLANK
        if before not in _PARAGRAPH:
            self._leave(indent)
        return not self.contents and before not in _PARAGRAPH

    def _leave(self, indent: int) -> None:
        """Close the list items that do not reach as far as this indentation."""
        while self.contents and self.contents[-1] > indent:
            self.contents.pop()

    def _block(self, line: Line) -> Line:
        text = line.text
        before = self.lines[-1].kind if self.lines else Kind.BLANK
        hashes = _HASHES.match(text) if text[0] == "#" and line.indent < TAB else None
        if hashes:
            self.contents.clear()
            title, at = _heading(self.text, line, hashes.end())
            return line._replace(kind=Kind.HEADING, level=hashes.end(), text=title, at=at)
        if text[0] in "=-" and len(text) > 1 and not text.strip(text[0]):
            underline = self._underline(line)
            if underline:
                return underline
        if text[0] in "-*_" and _is_rule(text):
            self.contents.clear()
            return line._replace(kind=Kind.RULE)
        marker = _MARKER.match(text)
        if marker:
            return self._item(line, marker[0])
        if before not in _PARAGRAPH:
            self._leave(line.indent)
        return line._replace(kind=Kind.QUOTE) if text[0] == ">" else line

    def _underline(self, line: Line) -> Line | None:
        """Make the one line above a heading, where it is a paragraph of its own."""
        above = self.lines[-1] if self.lines else None
        if above is None or above.kind is not Kind.TEXT or above.indent >= TAB or line.indent:
            return None
        further = self.lines[-2].kind if len(self.lines) > 1 else Kind.BLANK
        if further not in (Kind.BLANK, Kind.FRONT, Kind.RULE, Kind.UNDERLINE, Kind.HEADING):
            return None
        if len(above.text) > _UNDERLINED or above.text.startswith(("**", "__")):
            return None
        self.contents.clear()
        level = 1 if line.text[0] == "=" else 2
        self.lines[-1] = above._replace(kind=Kind.HEADING, level=level)
        return line._replace(kind=Kind.UNDERLINE)

    def _item(self, line: Line, marker: str) -> Line:
        behind = line.at + len(marker)
        width, at = columns(self.text, behind, line.end)
        content = line.indent + len(marker) + (width if 0 < width <= TAB else 1)
        while self.contents and self.contents[-1] > line.indent:
            self.contents.pop()
        self.contents.append(content)
        box = _BOX.match(self.text, at, line.end) if self.text.startswith("[", at) else None
        if box:
            _, at = columns(self.text, box.end(), line.end)
        return Line(
            line.row,
            line.start,
            line.end,
            line.eol,
            Kind.LIST,
            line.indent,
            self.text[at : line.end].rstrip(),
            min(at, line.end),
            marker=marker,
            content=content,
            box=box.start(1) if box else None,
            ticked=box is not None and box[1] != " ",
        )


def _spans(text: str) -> list[tuple[int, int, str]]:
    """Start, end and ending of every line; a text that ends with a line ending has no more."""
    spans = []
    start = 0
    for match in _BREAK.finditer(text):
        spans.append((start, match.start(), match[0]))
        start = match.end()
    if start < len(text):
        spans.append((start, len(text), ""))
    return spans


def _heading(text: str, line: Line, marks: int) -> tuple[str, int]:
    """A heading's text without its marks, and where it begins."""
    _, at = columns(text, line.at + marks, line.end)
    title = text[at : line.end].rstrip()
    bare = title.rstrip("#")
    if bare != title and (not bare or bare[-1] in " \t"):
        title = bare.rstrip()
    return title, at


def _is_delimiter(line: str) -> bool:
    row = line.strip()
    return "-" in row and "|" in row and not row.strip("|:- \t")


def _is_rule(text: str) -> bool:
    marks = text.replace(" ", "").replace("\t", "")
    return len(marks) > 2 and marks[0] in "-*_" and not marks.strip(marks[0])
