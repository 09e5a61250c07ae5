"""Represent a file as nested nodes with their positions, without interpreting them.

Every syntax creates one. `reading` decides what a node means (an item, a criterion, a field, plain
text), and does not know which syntax the node is from.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import field
from enum import Enum
from typing import NamedTuple, TypeVar

from backlog_sync.dataclass import dataclass

K = TypeVar("K")
V = TypeVar("V")
TAB = 4
"""Columns between tab stops (CommonMark)."""

_BREAK = re.compile(r"\r\n|\n|\r")


class Form(Enum):
    """The syntactic form of a node."""

    DOCUMENT = "document"
    SECTION = "section"
    ENTRY = "entry"
    TABLE = "table"
    KEY = "key"
    TEXT = "text"
    CODE = "code"
    QUOTE = "quote"
    RULE = "rule"
    COMMENT = "comment"


@dataclass(frozen=True, slots=True)
class Keywords:
    """The keywords of an Org file, for open and for closed items."""

    open: tuple[str, ...]
    closed: tuple[str, ...]


class Property(NamedTuple):
    """A value from an item's syntax: a key, its value, and its place."""

    key: str
    value: str
    row: int
    start: int
    end: int


@dataclass(slots=True, eq=False)
class Node:
    """A part of a file.

    `first` is the row of its first line, `head` the row after its title and `end` the row after its
    last line, all from 0. `text` is its title as written, at offset `at`; it is empty for a `TEXT`.
    `level` is that of a heading. `box` is the offset of the character in its check box.
    `properties` are values from its syntax besides the text, `marked` is whether those make it
    work.
    """

    form: Form
    first: int
    end: int
    text: str = ""
    at: int = 0
    head: int = 0
    level: int = 0
    indent: int = 0
    content: int = 0
    box: int | None = None
    ticked: bool = False
    properties: list[Property] = field(default_factory=list)
    marked: bool = False
    parent: "Node | None" = None
    children: list["Node"] = field(default_factory=list)

    def add(self, child: "Node") -> "Node":
        """Add a node below this one."""
        child.parent = self
        self.children.append(child)
        return child

    def walk(self) -> Iterator["Node"]:
        """Yield this node and all nodes below it, in document order."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(reversed(node.children))

    def above(self) -> Iterator["Node"]:
        """Yield the ancestors of this node, the innermost first."""
        node = self.parent
        while node is not None:
            yield node
            node = node.parent

    @property
    def entries(self) -> list["Node"]:
        """Return the list entries directly below."""
        return [child for child in self.children if child.form is Form.ENTRY]


class Kind(Enum):
    """The form of a line."""

    BLANK = "blank"
    FRONT = "front matter"
    CODE = "code"
    COMMENT = "comment"
    SETTINGS = "settings"
    SUMMARY = "summary"
    HEADING = "heading"
    UNDERLINE = "underline"
    RULE = "rule"
    TABLE = "table"
    QUOTE = "quote"
    LIST = "list"
    TEXT = "text"


SILENT = (Kind.FRONT, Kind.CODE, Kind.COMMENT, Kind.SETTINGS, Kind.SUMMARY)
"""Lines that are not read."""


class Line(NamedTuple):
    """One line; `row` counts from 0. Offsets are in characters of the source's text.

    `start` to `end` is the line without its line ending `eol`. `indent` counts columns. `text` is
    its content, without indentation, heading marks, list marker, check box and trailing blanks; it
    begins at offset `at`. `level` is a heading's level, `marker` a list item's marker, `content`
    the column where a list item's content begins, and `box` the offset of the character inside its
    check box. `cells` are those of a table row in HTML.
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
    cells: tuple[str, ...] = ()

    @property
    def next(self) -> int:
        """Return the offset where the next line begins."""
        return self.end + len(self.eol)


class Outline(NamedTuple):
    """A text as lines and as a tree; `unclosed` are rows of fences that are never closed.

    `text` is the text to read: that of the file, with the marks of another syntax replaced by
    Markdown's, character by character. `as_markdown` converts a line of its prose for an issue.
    `keywords` are those of an Org file.
    """

    lines: tuple[Line, ...]
    root: Node
    text: str
    unclosed: tuple[int, ...] = ()
    keywords: Keywords | None = None
    as_markdown: Callable[[str], str] = str


def grouped(values: Iterable[V], key: Callable[[V], K]) -> dict[K, list[V]]:
    """Return the values in groups by the result of a key function, in order."""
    groups: dict[K, list[V]] = {}
    for value in values:
        groups.setdefault(key(value), []).append(value)
    return groups


def opens_yaml(line: Line) -> bool:
    """Return whether a line opens a fenced block of YAML."""
    if line.kind is not Kind.CODE or not line.text.startswith(("```", "~~~")):
        return False
    return line.text.strip("`~ \t").casefold() in ("yaml", "yml")


def is_hard(text: str, line: Line) -> bool:
    """Return whether a line ends with a hard break: two spaces, or a backslash."""
    return text.endswith(("  ", "\\"), line.start, line.end)


def default_eol(lines: tuple[Line, ...]) -> str:
    """Return the line ending for a new line in this file if its neighbor has none."""
    return next((line.eol for line in lines if line.eol), "\n")


def columns(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the width of the blanks from `start`, in columns, and the offset after them."""
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


def line_spans(text: str) -> list[tuple[int, int, str]]:
    """Return the start, end and ending of every line; there is none after a final line ending."""
    spans = []
    start = 0
    for match in _BREAK.finditer(text):
        spans.append((start, match.start(), match[0]))
        start = match.end()
    if start < len(text):
        spans.append((start, len(text), ""))
    return spans


def settle_nodes(root: Node, lines: tuple[Line, ...]) -> None:
    """Set the values of nodes from their first lines, and the ends of sections."""
    for node in root.walk():
        if node.form in (Form.SECTION, Form.ENTRY):
            line = lines[node.first]
            node.text, node.at, node.indent, node.content = (
                line.text, line.at, line.indent, line.content,
            )  # fmt: skip
            node.box, node.ticked = line.box, line.ticked
    _close(root, len(lines))


def _close(root: Node, count: int) -> None:
    """End every section where the next one of its level or a higher one begins."""
    stack = [root]
    for node in root.walk():
        if node.form is not Form.SECTION:
            continue
        while len(stack) > 1 and stack[-1].level >= node.level:
            stack.pop().end = node.first
        stack.append(node)
    for node in stack:
        node.end = count
