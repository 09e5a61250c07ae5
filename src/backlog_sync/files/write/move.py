"""Move items to another parent or among their siblings, and verify the result by reading it.

Whole lines move: an item with everything below it. In YAML, that is an entry of a block list with
the comments above it; in a roadmap, a heading with its section. A move that changes how anything
else is read is not made.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from backlog_sync.dataclass import dataclass
from backlog_sync.files.anchors import NodeAnchor
from backlog_sync.files.documents.items import LISTS
from backlog_sync.files.entries import is_roadmap
from backlog_sync.files.outline import Kind, Line
from backlog_sync.files.parsed import ParsedFile
from backlog_sync.files.source import Lines
from backlog_sync.files.syntax.markdown import scan_lines
from backlog_sync.files.write.edits import Edit, apply_edits
from backlog_sync.files.write.engine import read_again, same_item
from backlog_sync.files.write.new_values import NOT_IN_PLACE, UnwritableError
from backlog_sync.files.write.nodes import Editor
from backlog_sync.files.yaml.nodes import ListNode, MapNode, Node, Scalar, compose

_UNUSUAL = "the list is written in an unusual way"
_LEAD = re.compile(r" *(?:- +)+")
_DEEPEST = 6
"""Levels of headings in Markdown (CommonMark, "ATX headings")."""


@dataclass(frozen=True, slots=True)
class Span:
    """The lines of one item; `container` is the list or section that contains them."""

    start: int
    end: int
    container: int


@dataclass(frozen=True, slots=True)
class Move:
    """A move of lines: `gone` is everything to remove, the text is adapted to its new offset."""

    span: Span
    gone: tuple[int, int]
    at: int
    text: str


@dataclass(frozen=True, slots=True)
class Moved:
    """A file after a move; `places` maps the old index of each item to its new one."""

    parsed: ParsedFile
    places: Mapping[int, int]


def below(parsed: ParsedFile, index: int, parent: int | None) -> Moved:
    """Move an item below another one in the same file; None makes it a top-level item.

    Raises UnwritableError if the file cannot express it.
    """
    at = parent
    while at is not None:
        if at == index:
            raise UnwritableError("an item cannot be below itself")
        at = parsed.items[at].parent
    document = parsed.items[index].document
    if document.id is None and document.issue is None:
        raise UnwritableError("its key would change with its parent; give it an `id:` first")
    move = _lines_of(parsed).below(index, parent)
    span, text = move.span, parsed.source.text
    if move.gone[0] < move.at < move.gone[1]:
        raise UnwritableError(NOT_IN_PLACE)
    line_break = _break(text)
    whole = move.text if move.text.endswith("\n") else move.text + line_break
    if move.at and text[move.at - 1] != "\n":
        whole = line_break + whole
    edits = [Edit(*move.gone, ""), Edit(move.at, move.at, whole)]
    starts = [
        (move.at, 0, start) if span.start <= start < span.end else (start, 1, 0)
        for start in _starts(parsed)
    ]
    return _checked(parsed, edits, starts, {index: parent})


def in_order(parsed: ParsedFile, indices: Sequence[int]) -> Moved:
    """Put siblings into this order; they share the places that they have now.

    Raises UnwritableError if they are not consecutive.
    """
    lines, text = _lines_of(parsed), parsed.source.text
    spans = [lines.span_of(index) for index in indices]
    standing = sorted(spans, key=lambda span: span.start)
    for one, other in pairwise(standing):
        if (one.end, one.container) != (other.start, other.container):
            raise UnwritableError("these items are not one behind the other in the file")
    chunks = [text[span.start : span.end] for span in spans]
    ended = (each if each.endswith(("\n", "\r")) else each + _break(text) for each in chunks)
    first = standing[0].start
    starts = [
        next(
            ((first, n, at) for n, span in enumerate(spans) if span.start <= at < span.end),
            (at, 0, 0),
        )
        for at in _starts(parsed)
    ]
    return _checked(parsed, [Edit(first, standing[-1].end, "".join(ended))], starts, {})


def _lines_of(parsed: ParsedFile) -> "_Headings | _Entries":
    if parsed.dialect:
        raise UnwritableError("this file was written for another tool")
    return _Headings(parsed) if is_roadmap(parsed.source.path) else _Entries(parsed)


def _break(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _checked(
    parsed: ParsedFile,
    edits: Sequence[Edit],
    starts: Sequence[tuple[int, int, int]],
    parents: Mapping[int, int | None],
) -> Moved:
    """Read the moved text; every item must be unchanged, except for the new `parents`.

    `starts` sort the items in the order that they will have in the text.
    """
    read = read_again(parsed, apply_edits(parsed.source.text, edits))
    order = sorted(range(len(parsed.items)), key=lambda index: starts[index])
    places = {old: new for new, old in enumerate(order)}
    if len(read.items) != len(parsed.items) or read.settings != parsed.settings:
        raise UnwritableError(NOT_IN_PLACE)
    for old, item in enumerate(parsed.items):
        parent = parents.get(old, item.parent)
        there = None if parent is None else places[parent]
        if not same_item(item, read.items[places[old]], there):
            raise UnwritableError(NOT_IN_PLACE)
    return Moved(read, places)


def _starts(parsed: ParsedFile) -> list[int]:
    """Return the offset of each item; two items on the same line cannot be distinguished."""
    text = parsed.source.text
    lines = [0]
    lines += [at + 1 for at, sign in enumerate(text) if sign == "\n"]
    starts = [lines[item.place.line - 1] + item.place.column - 1 for item in parsed.items]
    if len(set(starts)) != len(starts):
        raise UnwritableError(NOT_IN_PLACE)
    return starts


# ---- YAML --------------------------------------------------------------------------------------


class _Entries:
    """Moves items of a YAML backlog: entries of block lists, with the comments above them."""

    def __init__(self, parsed: ParsedFile) -> None:
        self.parsed, self.text = parsed, parsed.source.text
        self.lines = Lines(self.text)
        root, _ = compose(self.text, parsed.source.path)
        if not isinstance(root, MapNode):
            raise UnwritableError(_UNUSUAL)
        self.root = root

    def span_of(self, index: int) -> Span:
        """Return the lines of an item; raise UnwritableError if other text is on them."""
        _, nodes, at = self._home(index)
        return self._span(nodes, at)

    def below(self, index: int, parent: int | None) -> Move:
        """Return the move of an item to the end of the list of its new parent.

        The list has the same name as the item's current list. Raises UnwritableError if one of
        the lists is not a block list with its own lines.
        """
        key, nodes, at = self._home(index)
        span = self._span(nodes, at)
        target = self.root if parent is None else self._node(parent)
        if not isinstance(target, MapNode) or target.flow or target.shared:
            raise UnwritableError("its new parent is not written as a mapping over several lines")
        begin = span.start
        if len(nodes.items) == 1:  # the key of an empty list goes with its last entry
            begin = self.lines.start(key.start)
            if self.text[begin : key.start].strip():
                raise UnwritableError(_UNUSUAL)
        there = next((e for e in target.entries if e.key.value == key.value and e.own), None)
        lead, column = "", self._column(nodes)
        if there is None:
            indent = Editor(self.text).indent(target)
            lead = f"{indent}{key.value}:{_break(self.text)}"
            to, column = self._end(target), len(indent) + 2 - column
        else:
            others = there.value
            if not isinstance(others, ListNode) or others.flow or others.shared or not others.items:
                raise UnwritableError("its new parent's list is not written with dashes")
            to = self._span(others, len(others.items) - 1).end
            column = self._column(others) - column
        chunk = _shifted(self.text[span.start : span.end], column)
        return Move(span, (begin, span.end), to, lead + chunk)

    def _node(self, index: int) -> MapNode | Scalar:
        anchor = self.parsed.items[index].anchor
        assert isinstance(anchor, NodeAnchor)
        return anchor.node

    def _home(self, index: int) -> tuple[Scalar, ListNode, int]:
        """Return the list that contains an item, with its key and the item's index in it."""
        start = self._node(index).start
        todo: list[MapNode] = [self.root]
        while todo:
            for entry in todo.pop().entries:
                if entry.key.value not in LISTS or not entry.own:
                    continue
                if isinstance(entry.value, ListNode) and not entry.value.shared:
                    for at, node in enumerate(entry.value.items):
                        if node.start == start:
                            return entry.key, entry.value, at
                        todo += [node] if isinstance(node, MapNode) else []
        raise UnwritableError(_UNUSUAL)

    def _span(self, nodes: ListNode, at: int) -> Span:
        """Return the lines of an entry, with the comment lines directly above it."""
        if nodes.flow:
            raise UnwritableError("the list is written in brackets")
        starts = [self._begin(node) for node in nodes.items]
        if len(set(starts)) != len(starts):
            raise UnwritableError(_UNUSUAL)
        end = starts[at + 1] if at + 1 < len(starts) else self._end(nodes.items[at])
        return Span(starts[at], end, nodes.start)

    def _begin(self, node: Node) -> int:
        line = self.lines.start(node.start)
        lead = self.text[line : node.start]
        if not _LEAD.fullmatch(lead) or lead.count("-") != 1:
            raise UnwritableError(_UNUSUAL)
        while line:
            above = self.lines.start(line - 1)
            if not self.text[above:line].lstrip(" ").startswith("#"):
                break
            line = above
        return line

    def _end(self, node: Node) -> int:
        """Return where the line after a node's text begins; blank lines and comments stay there."""
        last = node.start + len(self.text[node.start : node.end].rstrip(" \t\r\n"))
        line_end = self.text.find("\n", last)
        return len(self.text) if line_end < 0 else line_end + 1

    def _column(self, nodes: ListNode) -> int:
        """Return the column of the dashes of a list."""
        line = self.lines.start(nodes.items[0].start)
        return self.text.index("-", line) - line


def _shifted(chunk: str, columns: int) -> str:
    """Return lines indented by more columns, or by fewer if all of them have the blanks."""
    lines = chunk.splitlines(keepends=True)
    if columns >= 0:
        return "".join(f"{' ' * columns}{line}" if line.strip() else line for line in lines)
    blank = " " * -columns
    if any(line.strip() and not line.startswith(blank) for line in lines):
        raise UnwritableError(_UNUSUAL)
    return "".join(line.removeprefix(blank) for line in lines)


# ---- Markdown ----------------------------------------------------------------------------------


class _Headings:
    """Moves items of a roadmap that are headings, with everything below them."""

    def __init__(self, parsed: ParsedFile) -> None:
        self.parsed, self.text = parsed, parsed.source.text
        self.lines = scan_lines(self.text)

    def span_of(self, index: int) -> Span:
        """Return the section of an item. Raises UnwritableError if the item is not a heading."""
        line = self._heading(index)
        return Span(line.start, self._end(line), line.level)

    def below(self, index: int, parent: int | None) -> Move:
        """Return the move of an item's section to the end of its parent's, adapting its levels.

        Raises UnwritableError if either is not a heading, or if a heading would be too deep.
        """
        if parent is None:
            raise UnwritableError("a heading without a parent has no definite place in a roadmap")
        span, target = self.span_of(index), self._heading(parent)
        at = self._end(target)
        rows = (e.place.line - 1 for e in self.parsed.items if e.parent == parent)
        levels = (self.lines[row].level for row in rows if self.lines[row].kind is Kind.HEADING)
        chunk = self._deeper(span, next(levels, target.level + 1) - span.container)
        eol = _break(self.text)
        chunk = chunk if chunk.endswith("\n") else chunk + eol
        before = self.text[:at].rstrip(" \t")
        lead = "" if not before or before.endswith((f"{eol}{eol}", "\n\n")) else eol
        tail = "" if at == len(self.text) or chunk.endswith(f"{eol}{eol}") else eol
        return Move(span, (span.start, span.end), at, f"{lead}{chunk}{tail}")

    def _heading(self, index: int) -> Line:
        line = self.lines[self.parsed.items[index].place.line - 1]
        if line.kind is not Kind.HEADING or not self.text.startswith("#", line.start):
            raise UnwritableError("only items that are headings can be moved; move it by hand")
        return line

    def _end(self, heading: Line) -> int:
        """Return where the next heading of the same or a higher level begins."""
        below = self.lines[heading.row + 1 :]
        ends = (e.start for e in below if e.kind is Kind.HEADING and e.level <= heading.level)
        return next(ends, self.lines[-1].next)

    def _deeper(self, span: Span, shift: int) -> str:
        """Return a section with its headings moved down by `shift` levels."""
        parts: list[str] = []
        for line in self.lines:
            if not span.start <= line.start < span.end:
                continue
            whole = self.text[line.start : line.next]
            if shift and line.kind is Kind.HEADING:
                level = line.level + shift
                if not (1 <= level <= _DEEPEST and whole.startswith("#" * line.level)):
                    raise UnwritableError("its headings cannot have the level that they need there")
                whole = "#" * level + whole[line.level :]
            parts.append(whole)
        return "".join(parts)
