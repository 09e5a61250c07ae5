"""Compose YAML into nodes with places; safe for any input.

The parser's events are composed here, under our own limits, because the library's composer expands
aliases without bound, silently lets the last of two equal keys win, and recurses. Every scalar
stays text: the schema decides what is a number, so `5319e7`, `010203`, `no` and `1:30` stay as the
author wrote them.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from sys import intern
from typing import Any, ClassVar, NamedTuple, TypeAlias

import yaml

from backlog_sync.core.diagnostics import Diagnostic, Place, Severity, warning
from backlog_sync.dataclass import dataclass
from backlog_sync.files.source import Lines

MAX_NODES = 100_000
MAX_DEPTH = 60
MAX_MERGE_DEPTH = 5
MAX_KEY_LENGTH = 1024
MAX_TEXT_LENGTH = 200_000
"""Bounds against files that expand to gigabytes; 1,024 characters for a key are YAML's own limit.
"""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CORE = "tag:yaml.org,2002:"
_KNOWN_TAGS = {"str", "int", "float", "bool", "null", "timestamp", "seq", "map", "merge"}
_NULLS = {"", "~", "null", "Null", "NULL"}
_CONTROL = re.compile("[^\t\n\r\x20-\x7e]")
_PROPERTIES = re.compile(r"(?:[&!]\S*\s+)+")


@dataclass(frozen=True, slots=True, eq=False)
class Scalar:
    """A scalar value, always as text.

    It begins at the offset `start`, and its `length` includes quotes but not anchors and tags (of
    both, the length is the smaller number, which needs no memory of its own: most nodes of a file
    are scalars). `style` is empty for a plain scalar, else the character that opens it. `shared` is
    True if an alias is written here: the text itself is elsewhere.
    """

    value: str
    start: int
    length: int
    style: str = ""
    shared: bool = False
    tagged: bool = False

    size: ClassVar[int] = 1
    height: ClassVar[int] = 1

    @property
    def end(self) -> int:
        """The offset behind it."""
        return self.start + self.length

    @property
    def is_null(self) -> bool:
        """Whether the author left the value empty: nothing, `~` or `null`, unquoted."""
        return not self.style and not self.tagged and self.value in _NULLS


@dataclass(frozen=True, slots=True, eq=False)
class ListNode:
    """A sequence; `flow` is True for brackets, False for dashes."""

    items: tuple["Node", ...]
    start: int
    end: int
    flow: bool
    shared: bool = False
    size: int = 1
    height: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A key and its value. `own` is False if a merge key (`<<`) brought it in."""

    key: Scalar
    value: "Node"
    own: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class MapNode:
    """A mapping, merged entries last; `flow` is True for braces, False for indentation.

    `merges` counts the nested levels of merge keys.
    """

    entries: tuple[Entry, ...]
    start: int
    end: int
    flow: bool
    shared: bool = False
    merges: int = 0
    size: int = 1
    height: int = 1

    def get(self, name: str) -> "Node | None":
        """Return the value of a key, or None if the mapping does not have it."""
        return next((entry.value for entry in self.entries if entry.key.value == name), None)


Node: TypeAlias = Scalar | ListNode | MapNode


class Problem(Exception):  # noqa: N818 - never leaves this package
    """An error that stops the reading of a text: its offset, slug, message and hint."""

    def __init__(self, offset: int, slug: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.offset = offset
        self.slug = slug
        self.message = message
        self.hint = hint


@dataclass(slots=True)
class _Open:
    """An open collection; the `children` of a mapping are keys and values in turn."""

    start: int
    mapping: bool
    flow: bool
    anchor: str | None
    children: list[Node]


class Builder:
    """Build nodes from what a parser reports, under limits and without recursion."""

    longest_key: float = MAX_KEY_LENGTH
    counted, split = "", ""

    def __init__(self, text: str, path: str, *, strict: bool = True) -> None:
        self.text, self.path, self.strict = text, path, strict
        self.lines = Lines(text)
        self.count = 0
        self.anchors: dict[str, Node | None] = {}
        self.stack: list[_Open] = []
        self.roots: list[Node] = []
        self.diagnostics: list[Diagnostic] = []

    def report(self, problem: Problem) -> None:
        """Record a problem as a diagnostic."""
        place = self.lines.place(self.path, problem.offset)
        self.diagnostics.append(Diagnostic(place, problem.slug, problem.message, problem.hint))

    def charge(self, nodes: int, offset: int) -> None:
        """Count nodes. Raise Problem if the file contains too many."""
        self.count += nodes
        if self.count > MAX_NODES:
            message = f"the file has more than {MAX_NODES} values{self.counted}"
            raise Problem(offset, "too-large", message, self.split)

    def check_depth(self, offset: int, more: int = 1) -> None:
        """Raise Problem if this many more levels would be nested too deep."""
        if len(self.stack) + more > MAX_DEPTH:
            message = f"this is nested more than {MAX_DEPTH} levels deep"
            raise Problem(offset, "too-deep", message, "write the values with fewer levels")

    def open(self, start: int, *, mapping: bool, flow: bool, anchor: str | None = None) -> None:
        """Open a list or a mapping."""
        self.check_depth(start)
        self.stack.append(_Open(start, mapping, flow, anchor, []))

    def close(self, end: int) -> None:
        """Close the innermost open list or mapping."""
        top = self.stack.pop()
        height = 1 + max((child.height for child in top.children), default=0)
        node: Node
        if top.mapping:
            entries, merges = self._entries(top.children)
            size = 1 + sum(1 + entry.value.size for entry in entries)
            node = MapNode(
                entries, top.start, end, top.flow, merges=merges, size=size, height=height
            )
        else:
            size = 1 + sum(child.size for child in top.children)
            items = tuple(top.children)
            node = ListNode(items, top.start, end, top.flow, size=size, height=height)
        self.add(node, top.anchor)

    @property
    def expects_key(self) -> bool:
        """Whether the next node is a key: all items have the same few."""
        return bool(self.stack) and self.stack[-1].mapping and not len(self.stack[-1].children) % 2

    def add(self, node: Node, anchor: str | None = None) -> None:
        """Add a node to the innermost open collection."""
        if anchor:
            self.anchors[anchor] = node
        (self.stack[-1].children if self.stack else self.roots).append(node)

    def rest(self, end: int) -> Node | None:
        """Close everything that is open and return the root; drop a last key without a value."""
        while self.stack:
            top = self.stack[-1]
            if top.mapping and len(top.children) % 2:
                top.children.pop()
            with suppress(Problem):  # what cannot be closed is left out
                self.close(end)
        return self.roots[-1] if self.roots else None

    def _entries(self, children: list[Node]) -> tuple[tuple[Entry, ...], int]:
        """Return the entries of a mapping: own ones win over merged ones, earlier over later."""
        own: dict[str, Entry] = {}
        merged: list[tuple[Scalar, Node]] = []
        for key, value in zip(children[::2], children[1::2], strict=True):
            if not isinstance(key, Scalar) or len(key.value) > self.longest_key:
                raise Problem(
                    key.start,
                    "invalid-yaml",
                    "a key must be a short text",
                    "put quotes around it if it is one",
                )
            if key.value == "<<" and not key.style:
                merged.append((key, value))
            elif key.value in own:
                self._duplicate(own[key.value].key, key)
                if not self.strict:
                    own[key.value] = Entry(key, value)
            else:
                own[key.value] = Entry(key, value)
        entries = dict(own)
        depth = 0
        for key, value in merged:
            for source in self._sources(key, value):
                depth = max(depth, source.merges + 1)
                for entry in source.entries:
                    entries.setdefault(entry.key.value, replace(entry, own=False))
            if depth > MAX_MERGE_DEPTH:
                message = f"'<<' is nested more than {MAX_MERGE_DEPTH} levels deep"
                raise Problem(key.start, "too-deep", message, "merge from one mapping instead")
        return tuple(entries.values()), depth

    def _sources(self, key: Scalar, value: Node) -> Iterator[MapNode]:
        for source in value.items if isinstance(value, ListNode) else (value,):
            if not isinstance(source, MapNode):
                message = "'<<' must have a mapping, or a list of mappings, as its value"
                hint = "write '<<: *name', with '&name' on a mapping above"
                raise Problem(key.start, "invalid-yaml", message, hint)
            self.charge(source.size, key.start)
            yield source

    def _duplicate(self, first: Scalar, second: Scalar) -> None:
        before = self.lines.place(self.path, first.start)
        place = self.lines.place(self.path, second.start)
        message = f"'{second.value}' is given twice; the first is at line {before.line}"
        severity = Severity.ERROR if self.strict else Severity.WARNING
        message = message if self.strict else f"{message}, and the last one counts"
        hint = f"remove one; see {before}"
        self.diagnostics.append(Diagnostic(place, "duplicate-field", message, hint, severity))


def compose(text: str, path: str) -> tuple[Node | None, tuple[Diagnostic, ...]]:
    """Read one YAML document into nodes.

    Return the root (None for a document of comments only) and no diagnostics, or the diagnostics
    and what could be read: None if there is no tree; a tree with the first values if the only
    problem is duplicate keys, so that everything else can be checked too. Raise nothing, whatever
    the text.
    """
    composer = _Composer(text, path)
    try:
        root = composer.run()
    except (Problem, yaml.YAMLError) as error:
        return None, (composer.fault(error),)
    return root, tuple(composer.diagnostics)


def compose_all(text: str, path: str) -> tuple[Node | None, tuple[Diagnostic, ...]]:
    """Read a YAML file of another tool into one tree, as other programs read it.

    Of duplicate keys the last one counts, with a warning; lists and mappings of several documents
    are joined. Unreadable documents after the first are reported and left out. Return None as the
    tree if the first cannot be read. Raise nothing, whatever the text.
    """
    composer = _Composer(text, path, strict=False)
    left_out: list[Diagnostic] = []
    try:
        composer.run()
    except (Problem, yaml.YAMLError) as error:
        fault = composer.fault(error)
        message = "the document with this line cannot be read and is left out: "
        left_out.append(
            warning(fault.place, "document-left-out", message + fault.message, "fix it")
        )
    for root in composer.roots[1:]:
        if type(root) is not type(composer.roots[0]):
            place = composer.lines.place(path, root.start)
            message = "this document has another type than the first and is left out"
            hint = "remove it, or move it into another file"
            left_out.append(warning(place, "document-left-out", message, hint))
    return _together(composer.roots), (*composer.diagnostics, *left_out)


def _together(roots: list[Node]) -> Node | None:
    """Join the documents that are of the same type as the first into one tree.

    Lists under the same key are joined; of other values the first counts.
    """
    if len(roots) < 2:
        return roots[0] if roots else None
    first, last = roots[0], roots[-1]
    if isinstance(first, ListNode):
        lists = [root for root in roots if isinstance(root, ListNode)]
        return replace(first, items=tuple(item for root in lists for item in root.items))
    if not isinstance(first, MapNode):
        return first
    values: dict[str, list[Entry]] = {}
    for root in roots:
        for entry in root.entries if isinstance(root, MapNode) else ():
            values.setdefault(entry.key.value, []).append(entry)
    entries = tuple(_one_entry(entries) for entries in values.values())
    return replace(first, entries=entries, end=max(first.end, last.end))


def _one_entry(entries: list[Entry]) -> Entry:
    first = entries[0]
    if len(entries) == 1 or not isinstance(first.value, ListNode):
        return first
    lists = [entry.value for entry in entries if isinstance(entry.value, ListNode)]
    items = tuple(item for each in lists for item in each.items)
    return replace(first, value=replace(first.value, items=items))


def compose_part(text: str, path: str) -> Node | None:
    """Read as much as possible of a YAML text with errors: everything before the break.

    Of duplicate keys the first counts. Return None if nothing can be read. Raise nothing.
    """
    composer = _Composer(text, path)
    try:
        return composer.run()
    except (Problem, yaml.YAMLError):
        return composer.rest(len(text))


def _start(event: Any) -> int:
    return int(event.start_mark.index)


def _end(event: Any) -> int:
    return int(event.end_mark.index)


@cache
def _unprintable() -> re.Pattern[str]:
    """Return a pattern for what YAML does not allow; many files are ASCII and do without it."""
    return re.compile(
        "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
    )


class _Composer(Builder):
    """Build nodes from the events of a YAML parser."""

    counted, split = ", counting what each alias expands to", "split the file, or use fewer aliases"

    def run(self) -> Node | None:
        ascii_only = self.text.isascii()
        unprintable = (_CONTROL if ascii_only else _unprintable()).search(self.text)
        if unprintable:
            code = f"U+{ord(unprintable[0]):04X}"
            message = f"the character {code} is not allowed in YAML"
            raise Problem(unprintable.start(), "invalid-yaml", message, "remove it")
        documents = 0
        for event in yaml.parse(self.text, Loader=_LOADER):
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1 and self.strict:
                    message = "a second YAML document begins here"
                    hint = "a backlog file contains one: put the rest into another file"
                    raise Problem(_start(event), "invalid-yaml", message, hint)
            elif isinstance(event, yaml.NodeEvent):
                self._node(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                self.close(_end(event))
        return self.roots[-1] if self.roots else None

    def fault(self, error: Problem | yaml.YAMLError) -> Diagnostic:
        """Return the diagnostic that explains why reading stopped."""
        if isinstance(error, yaml.YAMLError):
            return explain_yaml_error(error, self.text, self.path, self.lines)
        place = self.lines.place(self.path, error.offset)
        return Diagnostic(place, error.slug, error.message, error.hint)

    def _node(self, event: Any) -> None:
        at = _start(event)
        self.charge(1, at)
        if isinstance(event, yaml.AliasEvent):
            self.add(self._alias(event))
            return
        tag = event.tag
        if tag not in (None, "!") and tag.removeprefix(_CORE) not in _KNOWN_TAGS:
            message = f"the tag {tag.replace(_CORE, '!!')!r} is not supported"
            raise Problem(at, "foreign-tag", message, "remove it: the format needs no tags")
        if event.anchor:
            self.anchors[event.anchor] = None
        if not isinstance(event, yaml.ScalarEvent):
            mapping = isinstance(event, yaml.MappingStartEvent)
            self.open(at, mapping=mapping, flow=bool(event.flow_style), anchor=event.anchor)
            return
        if len(event.value) > MAX_TEXT_LENGTH:
            message = f"this text has more than {MAX_TEXT_LENGTH} characters"
            raise Problem(at, "too-large", message, "GitHub allows 65536 in a body")
        start = at
        if event.anchor or tag:
            properties = _PROPERTIES.match(self.text, at, _end(event))
            start = properties.end() if properties else _end(event)
        style = event.style if event.style not in (None, "plain") else ""
        value = intern(event.value) if self.expects_key else event.value
        node = Scalar(value, start, _end(event) - start, style, tagged=tag is not None)
        self.add(node, event.anchor)

    def _alias(self, event: Any) -> Node:
        at = _start(event)
        if event.anchor not in self.anchors:
            message = f"there is no anchor '&{event.anchor}' above"
            raise Problem(at, "unknown-alias", message, "quote the text if it is not an alias")
        node = self.anchors[event.anchor]
        if node is None:
            message = f"'*{event.anchor}' would contain itself"
            raise Problem(at, "recursive-alias", message, "write the value out instead")
        self.charge(node.size, at)
        self.check_depth(at, node.height)
        if isinstance(node, Scalar):
            return replace(node, start=at, length=_end(event) - at, shared=True)
        return replace(node, start=at, end=_end(event), shared=True)


def to_plain(node: Node) -> object:
    """Return a node as plain values: strings, None, lists, dictionaries."""
    match node:
        case Scalar():
            return None if node.is_null else node.value
        case ListNode():
            return [to_plain(item) for item in node.items]
        case MapNode():
            return {entry.key.value: to_plain(entry.value) for entry in node.entries}


def places_below(node: Node, path: str, lines: Lines, prefix: str = "") -> dict[str, Place]:
    """Return the place of every key and list entry below a node, by dotted path.

    The place of a key is where the key is written; for what an alias brings in, where the alias is.
    """
    places: dict[str, Place] = {}
    children: list[tuple[str, int, Node]] = []
    match node:
        case ListNode():
            children = [(str(n), item.start, item) for n, item in enumerate(node.items)]
        case MapNode():
            children = [(entry.key.value, entry.key.start, entry.value) for entry in node.entries]
        case Scalar():
            pass
    for name, start, child in children:
        dotted = f"{prefix}{name}"
        places[dotted] = lines.place(path, start)
        places.update(places_below(child, path, lines, f"{dotted}."))
    return places


# ---- errors in our own words -----------------------------------------------------------------


class _Words(NamedTuple):
    message: str
    hint: str = ""
    at_context: bool = False


_LOOK = "check the quotes and the indentation of this line and of the one above"


def _words(problem_text: str) -> _Words | None:
    """Return our own message for a parser's problem, or None if it is not a known one."""
    import tomllib  # noqa: PLC0415 - only for a broken file

    data = Path(__file__).with_name("errors.toml").read_text(encoding="utf-8")
    for problem in tomllib.loads(data)["problems"]:
        if any(part in problem_text for part in problem.pop("parts")):
            return _Words(**problem)
    return None


def explain_yaml_error(error: yaml.YAMLError, text: str, path: str, lines: Lines) -> Diagnostic:
    """Explain a parser's error to the author, at the most helpful place."""
    if not isinstance(error, yaml.MarkedYAMLError):
        reason = getattr(error, "reason", None) or "it cannot be read"
        message = f"this is not YAML: {reason}"
        return Diagnostic(lines.place(path, 0), "invalid-yaml", message, _LOOK)
    problem_text = f"{error.problem or ''} {error.context or ''}"
    offset = error.problem_mark.index if error.problem_mark else 0
    words = _character(problem_text, text, offset)
    if words is None:
        words = _words(problem_text)
    if words is None:
        why = error.problem or error.context or "cannot be read"
        words = _Words(f"this is not YAML: {why}", _LOOK)
    if words.message.startswith("wrong indentation") and _after_box(text, offset):
        words = _Words("a check box without quotes", 'write "[ ] text", with the quotes')
    if words.at_context and error.context_mark:
        offset = error.context_mark.index
    return Diagnostic(lines.place(path, min(offset, len(text))), "invalid-yaml", *words[:2])


def _character(problem_text: str, text: str, offset: int) -> _Words | None:
    if "cannot start any token" not in problem_text:
        return None
    at = text[offset : offset + 1]
    if at == "\t":
        return _Words("a tab; YAML only allows spaces here", "indent with spaces")
    return _Words(f"'{at}' cannot begin a value", "put quotes around the text")


def _after_box(text: str, offset: int) -> bool:
    before = text[max(0, offset - 6) : offset].rstrip()
    return before.endswith(("[ ]", "[x]", "[X]", "[]"))
