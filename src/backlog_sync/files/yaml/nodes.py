"""YAML as nodes with places: safe to read whatever the file holds.

The parser's events are composed here, under limits of our own, because the library's composer
expands aliases without bound, lets the last of two equal keys win and recurses. Every scalar
stays text: the schema says what is a number, so `5319e7`, `010203`, `no` and `1:30` stay what the
author wrote.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import yaml

from backlog_sync.core.diagnostics import Diagnostic, Place, Severity
from backlog_sync.files.source import Lines
from backlog_sync.files.yaml.errors import explain_yaml_error

MAX_NODES = 100_000
MAX_DEPTH = 60
MAX_MERGE_DEPTH = 5
MAX_KEY_LENGTH = 1024
MAX_TEXT_LENGTH = 200_000

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CORE = "tag:yaml.org,2002:"
_KNOWN_TAGS = {"str", "int", "float", "bool", "null", "timestamp", "seq", "map", "merge"}
_NULLS = {"", "~", "null", "Null", "NULL"}
_UNPRINTABLE = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_PROPERTIES = re.compile(r"(?:[&!]\S*\s+)+")


@dataclass(frozen=True, slots=True, eq=False)
class Scalar:
    """A text. `start` and `end` are its offsets, quotes included, anchors and tags not.

    `style` is empty for a plain scalar, else the character that opens it. `shared` tells that
    an alias stands here: the text itself is elsewhere.
    """

    value: str
    start: int
    end: int
    style: str = ""
    shared: bool = False
    tagged: bool = False
    size: int = 1
    height: int = 1

    @property
    def is_null(self) -> bool:
        """Whether the author left it empty: nothing, `~` or `null`, unquoted."""
        return not self.style and not self.tagged and self.value in _NULLS


@dataclass(frozen=True, slots=True, eq=False)
class ListNode:
    """A sequence; `flow` tells brackets from dashes."""

    items: tuple["Node", ...]
    start: int
    end: int
    flow: bool
    shared: bool = False
    size: int = 1
    height: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A key and its value. `own` is False for what a merge key (`<<`) brought in."""

    key: Scalar
    value: "Node"
    own: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class MapNode:
    """A mapping, merged entries last; `flow` tells braces from indentation.

    `merges` counts the levels of merge keys that made it.
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
        """The value of a key."""
        return next((entry.value for entry in self.entries if entry.key.value == name), None)


Node: TypeAlias = Scalar | ListNode | MapNode


class _Problem(Exception):  # noqa: N818 - never leaves this module
    def __init__(self, offset: int, slug: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.offset = offset
        self.slug = slug
        self.message = message
        self.hint = hint


@dataclass(slots=True)
class _Open:
    """A collection whose end has not come yet."""

    event: Any
    children: list[Node]


def compose(text: str, path: str) -> tuple[Node | None, tuple[Diagnostic, ...]]:
    """Read one YAML document into nodes.

    Gives the root (None for a document of comments only) and no diagnostics, or what is wrong:
    with None where there is no tree, and with a tree of the first values where only keys stand
    twice, so that all else can be checked too. Raises nothing, whatever the text.
    """
    lines = Lines(text)
    composer = _Composer(text, path, lines)
    try:
        root = composer.run()
    except _Problem as problem:
        place = lines.place(path, problem.offset)
        return None, (Diagnostic(place, problem.slug, problem.message, problem.hint),)
    except yaml.YAMLError as error:
        return None, (explain_yaml_error(error, text, path, lines),)
    return root, tuple(composer.duplicates)


def compose_all(text: str, path: str) -> tuple[Node | None, tuple[Diagnostic, ...]]:
    """Read a YAML file of another tool as other programs do, into one tree.

    Of equal keys the last one counts, and is told; lists and mappings of several documents become
    one. What cannot be read of the documents behind the first is told, and left out. Gives None
    where the first cannot be read. Raises nothing, whatever the text.
    """
    lines = Lines(text)
    composer = _Composer(text, path, lines, strict=False)
    told: list[Diagnostic] = []
    try:
        composer.run()
    except (_Problem, yaml.YAMLError) as error:
        told.append(_left_out(error, text, path, lines))
    roots = composer.roots
    told += _other_documents(roots, path, lines)
    return _together(roots), (*composer.duplicates, *told)


def _left_out(error: _Problem | yaml.YAMLError, text: str, path: str, lines: Lines) -> Diagnostic:
    """Why the rest of a file is not read."""
    if isinstance(error, _Problem):
        place, why = lines.place(path, error.offset), error.message
    else:
        fault = explain_yaml_error(error, text, path, lines)
        place, why = fault.place, fault.message
    message = f"the document that holds this line cannot be read and is left out: {why}"
    return Diagnostic(place, "document-left-out", message, "mend it", Severity.WARNING)


def _together(roots: list[Node]) -> Node | None:
    """One tree of the documents that are like the first: entries behind each other.

    Of equal keys the lists are joined, and of other values the first counts.
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
    entries = tuple(_one_entry(found) for found in values.values())
    return replace(first, entries=entries, end=max(first.end, last.end))


def _one_entry(found: list[Entry]) -> Entry:
    first = found[0]
    if len(found) == 1 or not isinstance(first.value, ListNode):
        return first
    lists = [entry.value for entry in found if isinstance(entry.value, ListNode)]
    items = tuple(item for each in lists for item in each.items)
    return replace(first, value=replace(first.value, items=items))


def _other_documents(roots: list[Node], path: str, lines: Lines) -> Iterator[Diagnostic]:
    """Documents that are no part of the tree: they are of another kind than the first."""
    for root in roots[1:]:
        if type(root) is not type(roots[0]):
            message = "this document is of another kind than the first and is left out"
            place = lines.place(path, root.start)
            yield Diagnostic(place, "document-left-out", message, "", Severity.WARNING)


def compose_part(text: str, path: str) -> Node | None:
    """What can be read of a YAML text that is not in order: all that stands before the break.

    Of equal keys the first counts. Gives None where nothing can be read. Raises nothing.
    """
    composer = _Composer(text, path, Lines(text))
    try:
        return composer.run()
    except (_Problem, yaml.YAMLError):
        return composer.rest()


def _start(event: Any) -> int:
    return int(event.start_mark.index)


def _end(event: Any) -> int:
    return int(event.end_mark.index)


class _Composer:
    def __init__(self, text: str, path: str, lines: Lines, *, strict: bool = True) -> None:
        self.text = text
        self.path = path
        self.lines = lines
        self.strict = strict
        self.roots: list[Node] = []
        self.count = 0
        self.anchors: dict[str, Node | None] = {}
        self.stack: list[_Open] = []
        self.root: Node | None = None
        self.duplicates: list[Diagnostic] = []

    def run(self) -> Node | None:
        unprintable = _UNPRINTABLE.search(self.text)
        if unprintable:
            code = f"U+{ord(unprintable[0]):04X}"
            message = f"the character {code} cannot stand in YAML"
            raise _Problem(unprintable.start(), "invalid-yaml", message, "remove it")
        documents = 0
        for event in self._events():
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1 and self.strict:
                    message = "a second YAML document begins here"
                    hint = "a backlog file holds one: put the rest into a file of its own"
                    raise _Problem(_start(event), "invalid-yaml", message, hint)
            elif isinstance(event, yaml.NodeEvent):
                self._node(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                self._close(event)
        return self.root

    def rest(self) -> Node | None:
        """What there is when reading stops: what is open ends here, a key without value goes."""
        while self.stack:
            opened = self.stack[-1]
            if isinstance(opened.event, yaml.MappingStartEvent) and len(opened.children) % 2:
                opened.children.pop()
            try:
                self._close(opened.event)
            except _Problem:
                self.root = None
        return self.root

    def _events(self) -> Iterator[Any]:
        yield from yaml.parse(self.text, Loader=_LOADER)

    def _node(self, event: Any) -> None:
        at = _start(event)
        self._charge(1, at)
        if isinstance(event, yaml.AliasEvent):
            self._add(self._alias(event))
            return
        tag = event.tag
        if tag not in (None, "!") and tag.removeprefix(_CORE) not in _KNOWN_TAGS:
            message = f"the tag {tag.replace(_CORE, '!!')!r} has no meaning here"
            raise _Problem(at, "foreign-tag", message, "remove it: the format needs no tags")
        if event.anchor:
            self.anchors[event.anchor] = None
        if not isinstance(event, yaml.ScalarEvent):
            if len(self.stack) >= MAX_DEPTH:
                message = f"this is nested more than {MAX_DEPTH} levels deep"
                raise _Problem(at, "too-deep", message)
            self.stack.append(_Open(event, []))
            return
        if len(event.value) > MAX_TEXT_LENGTH:
            message = f"this text has more than {MAX_TEXT_LENGTH} characters"
            raise _Problem(at, "too-large", message, "GitHub takes 65536 in a body")
        start = at
        if event.anchor or tag:
            properties = _PROPERTIES.match(self.text, at, _end(event))
            start = properties.end() if properties else _end(event)
        style = event.style if event.style not in (None, "plain") else ""
        node = Scalar(event.value, start, _end(event), style, tagged=tag is not None)
        self._done(event, node)

    def _charge(self, nodes: int, offset: int) -> None:
        self.count += nodes
        if self.count > MAX_NODES:
            message = f"this holds more than {MAX_NODES} values, aliases counted out"
            raise _Problem(offset, "too-large", message, "split the file, or use fewer aliases")

    def _alias(self, event: Any) -> Node:
        at = _start(event)
        if event.anchor not in self.anchors:
            message = f"nothing is anchored as '&{event.anchor}' above"
            raise _Problem(at, "unknown-alias", message, "quote the text if it is not an alias")
        node = self.anchors[event.anchor]
        if node is None:
            raise _Problem(at, "recursive-alias", f"'*{event.anchor}' would contain itself")
        self._charge(node.size, at)
        if len(self.stack) + node.height > MAX_DEPTH:
            raise _Problem(at, "too-deep", f"this is nested more than {MAX_DEPTH} levels deep")
        return replace(node, start=at, end=_end(event), shared=True)

    def _close(self, event: Any) -> None:
        opened = self.stack.pop()
        start, end = _start(opened.event), _end(event)
        flow = bool(opened.event.flow_style)
        height = 1 + max((child.height for child in opened.children), default=0)
        node: Node
        if isinstance(opened.event, yaml.SequenceStartEvent):
            size = 1 + sum(child.size for child in opened.children)
            items = tuple(opened.children)
            node = ListNode(items, start, end, flow, size=size, height=height)
        else:
            entries, merges = self._entries(opened.children)
            size = 1 + sum(1 + entry.value.size for entry in entries)
            node = MapNode(entries, start, end, flow, merges=merges, size=size, height=height)
        self._done(opened.event, node)

    def _done(self, event: Any, node: Node) -> None:
        if event.anchor:
            self.anchors[event.anchor] = node
        self._add(node)

    def _add(self, node: Node) -> None:
        if self.stack:
            self.stack[-1].children.append(node)
        else:
            self.root = node
            self.roots.append(node)

    def _entries(self, children: list[Node]) -> tuple[tuple[Entry, ...], int]:
        """Keys and values of a mapping; its own win over merged ones, earlier over later."""
        own: dict[str, Entry] = {}
        merged: list[tuple[Scalar, Node]] = []
        for key, value in zip(children[::2], children[1::2], strict=True):
            if not isinstance(key, Scalar) or len(key.value) > MAX_KEY_LENGTH:
                raise _Problem(key.start, "invalid-yaml", "a key must be a short text", "quote it?")
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
                raise _Problem(key.start, "too-deep", message, "merge from one mapping instead")
        return tuple(entries.values()), depth

    def _sources(self, key: Scalar, value: Node) -> Iterator[MapNode]:
        for source in value.items if isinstance(value, ListNode) else (value,):
            if not isinstance(source, MapNode):
                message = "'<<' takes a mapping, or a list of mappings"
                hint = "write '<<: *name', with '&name' on a mapping above"
                raise _Problem(key.start, "invalid-yaml", message, hint)
            self._charge(source.size, key.start)
            yield source

    def _duplicate(self, first: Scalar, second: Scalar) -> None:
        before = self.lines.place(self.path, first.start)
        place = self.lines.place(self.path, second.start)
        message = f"'{second.value}' is given twice; the first is at line {before.line}"
        severity = Severity.ERROR if self.strict else Severity.WARNING
        message = message if self.strict else f"{message}, and the last one counts"
        hint = f"remove one; see {before}"
        self.duplicates.append(Diagnostic(place, "duplicate-field", message, hint, severity))


def to_plain(node: Node) -> object:
    """A node as plain values: texts, None, lists, mappings."""
    match node:
        case Scalar():
            return None if node.is_null else node.value
        case ListNode():
            return [to_plain(item) for item in node.items]
        case MapNode():
            return {entry.key.value: to_plain(entry.value) for entry in node.entries}


def places_below(node: Node, path: str, lines: Lines, prefix: str = "") -> dict[str, Place]:
    """The place of every key and list entry below a node, by dotted path.

    A key's place is where the key stands; of what an alias brought in, where the alias stands.
    """
    found: dict[str, Place] = {}
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
        found[dotted] = lines.place(path, start)
        found.update(places_below(child, path, lines, f"{dotted}."))
    return found
