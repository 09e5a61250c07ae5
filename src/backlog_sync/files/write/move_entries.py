"""Moving items of a YAML backlog: entries of block lists, with their comments above them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from backlog_sync.files.anchors import YamlAnchor
from backlog_sync.files.documents.items import LISTS
from backlog_sync.files.parsed import ParsedFile
from backlog_sync.files.write.pieces import Piece, Span
from backlog_sync.files.write.wanted import CannotSay
from backlog_sync.files.yaml.nodes import Entry, ListNode, MapNode, Node, Scalar, compose

_UNUSUAL = "the list is written in an unusual way"
_LEAD = re.compile(r" *(?:- +)+")


@dataclass(frozen=True, slots=True)
class _Home:
    """The list that an item is in: its entry, and the place of the item in it."""

    entry: Entry
    nodes: ListNode
    at: int


def span_of(parsed: ParsedFile, index: int) -> Span:
    """Return the lines of an item. Raises CannotSay if it does not have lines of its own."""
    return _span(parsed.source.text, _home(parsed, index))


def pieces_below(parsed: ParsedFile, index: int, parent: int | None) -> list[Piece]:
    """Return the file's text with an item moved to the end of its parent's list of that name.

    Raises CannotSay if the lists are not written with a dash and lines of their own.
    """
    text = parsed.source.text
    home = _home(parsed, index)
    span = _span(text, home)
    name = home.entry.key.value
    target = _root(parsed) if parent is None else _node(parsed, parent)
    if not isinstance(target, MapNode) or target.flow or target.shared:
        raise CannotSay("its new parent is not written as a mapping over several lines")
    gone = Piece(span.start, span.end, "")
    if len(home.nodes.items) == 1:
        begin = _line(text, home.entry.key.start)
        if text[begin : home.entry.key.start].strip():
            raise CannotSay(_UNUSUAL)
        gone = Piece(begin, span.end, "")
    there = next((e for e in target.entries if e.key.value == name and e.own), None)
    column = _column(text, home.nodes.items[home.at].start)
    if there is None:
        indent = _key_indent(text, target)
        at = _end(text, target)
        lead = f"{indent}{name}:{_break(text)}"
        chunk = lead + _shifted(text[span.start : span.end], len(indent) + 2 - column)
    else:
        nodes = there.value
        if not isinstance(nodes, ListNode) or nodes.flow or nodes.shared or not nodes.items:
            raise CannotSay("its new parent's list is not written with dashes")
        last = _span(text, _Home(there, nodes, len(nodes.items) - 1))
        at = last.end
        shift = _column(text, nodes.items[0].start) - column
        chunk = _shifted(text[span.start : span.end], shift)
    if not chunk.endswith("\n"):
        chunk += _break(text)
    before = text[:at]
    if before and not before.endswith("\n"):
        chunk = _break(text) + chunk
    if gone.start < at < gone.end:
        raise CannotSay(_UNUSUAL)
    moved = Piece(span.start, span.end, chunk)
    if at <= gone.start:
        return [Piece(0, at), moved, Piece(at, gone.start), Piece(gone.end, len(text))]
    return [Piece(0, gone.start), Piece(gone.end, at), moved, Piece(at, len(text))]


# ---- nodes -------------------------------------------------------------------------------------


def _root(parsed: ParsedFile) -> MapNode:
    root, _ = compose(parsed.source.text, parsed.source.path)
    if not isinstance(root, MapNode):
        raise CannotSay(_UNUSUAL)
    return root


def _node(parsed: ParsedFile, index: int) -> MapNode | Scalar:
    anchor = parsed.items[index].anchor
    assert isinstance(anchor, YamlAnchor)
    return anchor.node


def _home(parsed: ParsedFile, index: int) -> _Home:
    wanted = _node(parsed, index).start
    for home in _homes(_root(parsed)):
        if home.nodes.items[home.at].start == wanted:
            return home
    raise CannotSay(_UNUSUAL)


def _homes(top: MapNode) -> Iterator[_Home]:
    todo: list[MapNode] = [top]
    while todo:
        for entry in todo.pop().entries:
            if entry.key.value not in LISTS or not entry.own:
                continue
            if isinstance(entry.value, ListNode) and not entry.value.shared:
                for at, node in enumerate(entry.value.items):
                    yield _Home(entry, entry.value, at)
                    todo += [node] if isinstance(node, MapNode) else []


# ---- lines -------------------------------------------------------------------------------------


def _span(text: str, home: _Home) -> Span:
    """Return the lines of an entry, the comment lines right above it among them."""
    if home.nodes.flow:
        raise CannotSay("the list is written in brackets")
    starts = [_begin(text, node) for node in home.nodes.items]
    if len(set(starts)) != len(starts):
        raise CannotSay(_UNUSUAL)
    follows = home.at + 1 < len(starts)
    end = starts[home.at + 1] if follows else _end(text, home.nodes.items[home.at])
    return Span(starts[home.at], end, home.nodes.start)


def _begin(text: str, node: Node) -> int:
    line = _line(text, node.start)
    if not _LEAD.fullmatch(text[line : node.start]) or text[line : node.start].count("-") != 1:
        raise CannotSay(_UNUSUAL)
    while line:
        above = _line(text, line - 1)
        if not text[above:line].lstrip(" ").startswith("#"):
            break
        line = above
    return line


def _end(text: str, node: Node) -> int:
    """Return where the line behind a node's text begins; blank lines and comments stay there."""
    last = node.end
    while last > node.start and text[last - 1] in " \t\r\n":
        last -= 1
    found = text.find("\n", last)
    return len(text) if found < 0 else found + 1


def _line(text: str, at: int) -> int:
    return text.rfind("\n", 0, at) + 1


def _column(text: str, at: int) -> int:
    """Return the column of the dash in front of an entry."""
    line = _line(text, at)
    return text.index("-", line) - line


def _key_indent(text: str, node: MapNode) -> str:
    """Return the blanks before the keys of a mapping, dashes counted as blanks."""
    for entry in node.entries:
        if entry.own:
            line = _line(text, entry.key.start)
            return " " * (entry.key.start - line)
    raise CannotSay(_UNUSUAL)


def _break(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _shifted(chunk: str, columns: int) -> str:
    """Return lines moved to the right, or to the left if all of them have the room."""
    lines = chunk.splitlines(keepends=True)
    if columns >= 0:
        return "".join(f"{' ' * columns}{line}" if line.strip() else line for line in lines)
    blank = " " * -columns
    if any(line.strip() and not line.startswith(blank) for line in lines):
        raise CannotSay(_UNUSUAL)
    return "".join(line.removeprefix(blank) for line in lines)
