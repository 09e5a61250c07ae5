"""Parse YAML backlogs into items. JSON is a subset of YAML and is read the same way."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import field, replace
from functools import lru_cache

from pydantic import ValidationError

from backlog_sync.core.diagnostics import Diagnostic, Fix, Place, warning
from backlog_sync.core.fields import BOARD_KEYS
from backlog_sync.dataclass import dataclass
from backlog_sync.files.anchors import NodeAnchor
from backlog_sync.files.documents.items import CHILD_LISTS, LISTS, ItemDocument
from backlog_sync.files.documents.settings import SettingsDocument
from backlog_sync.files.key_suggestions import title_key, top_key, value_for
from backlog_sync.files.parsed import LineNote, ParsedFile, ParsedItem, Source
from backlog_sync.files.source import Lines
from backlog_sync.files.suggestions import advice
from backlog_sync.files.validation import explain, right_level, shown, unknown_field
from backlog_sync.files.vocabulary import listed
from backlog_sync.files.yaml.nodes import (
    Entry,
    ListNode,
    MapNode,
    Node,
    Scalar,
    compose,
    places_below,
    to_plain,
)

_UNTITLED = "(no title)"
_ANY = "story"
"""The title and the kind of items without one, which are reported: others may refer to them."""

_ITS_OWN = {"id", "issue", "status", "Status", "previously"}
"""Keys that belong to one item only: a merge key does not copy them into another item."""


def parse_yaml(source: Source) -> ParsedFile:
    """Read a YAML or JSON backlog.

    Return every item that can be read, the settings as plain values with their places, and all
    diagnostics. Unknown keys of items stay in the documents, because only the settings determine
    which board fields exist. Raise nothing, whatever the file contains.
    """
    return read_nodes(source, *compose(source.text, source.path))


def read_nodes(
    source: Source, root: Node | None, diagnostics: tuple[Diagnostic, ...]
) -> ParsedFile:
    """Read the nodes of a backlog in our own format; `diagnostics` are those of composing them."""
    if root is None:
        return ParsedFile(source, diagnostics=diagnostics or (_nothing(source),))
    reader = _Reader(source, Lines(source.text))
    if not isinstance(root, MapNode):
        place = reader.place(root)
        hint = "begin with 'version: 1' and a list such as 'epics:'"
        problem = Diagnostic(place, "wrong-type", "a backlog must be a mapping", hint)
        return ParsedFile(source, diagnostics=(*diagnostics, problem))
    settings: dict[str, object] = {}
    places: dict[str, Place] = {}
    for entry in root.entries:
        name = entry.key.value
        if name in LISTS:
            reader.read_list(name, entry, parent=None)
            continue
        settings[name] = to_plain(entry.value)
        places[name] = reader.place(entry.key)
        places.update(places_below(entry.value, source.path, reader.lines, f"{name}."))
    reader.check_settings_keys(settings, places, {e.key.value for e in root.entries})
    if " #" in source.text:
        reader.diagnostics += find_hashes(source.text, source.path, root, reader.lines)
    return ParsedFile(
        source,
        items=tuple(reader.items),
        settings=settings,
        settings_places=places,
        diagnostics=(*diagnostics, *reader.diagnostics),
        notes=tuple(reader.notes),
    )


def _nothing(source: Source) -> Diagnostic:
    hint = "run 'backlog init' to create one"
    return Diagnostic(Place(source.path), "empty-file", "the file does not contain a backlog", hint)


@dataclass(slots=True)
class _Reader:
    source: Source
    lines: Lines
    items: list[ParsedItem] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    notes: list[LineNote] = field(default_factory=list)

    def place(self, node: Node) -> Place:
        return self.lines.place(self.source.path, node.start)

    def report(self, node: Node, slug: str, message: str, hint: str = "") -> None:
        self.diagnostics.append(Diagnostic(self.place(node), slug, message, hint))

    def check_settings_keys(
        self, settings: dict[str, object], places: Mapping[str, Place], given: Collection[str]
    ) -> None:
        """Report unknown top-level keys; `given` are all of them, those of lists included."""
        for name in [name for name in settings if name not in SettingsDocument.model_fields]:
            value = settings.pop(name)
            known = (*SettingsDocument.model_fields, *LISTS)
            meant = top_key(name, value, given)
            hint = meant.hint or right_level(name, value, SettingsDocument)
            if meant.key and not hint:
                is_text = isinstance(value, str)
                hint = advice(value_for(meant.key, value), meant.key) if is_text else ""
                hint = hint or f"write `{meant.key}:`"
            problem = unknown_field(places[name], name, known, hint)
            fix = Fix(name, meant.key) if meant.sure else None
            self.diagnostics.append(replace(problem, fix=fix))

    def read_list(self, name: str, entry: Entry, parent: int | None) -> None:
        """Read one of the lists that contain items."""
        value = entry.value
        if isinstance(value, Scalar) and value.is_null:
            return
        if not isinstance(value, ListNode):
            text = value.value if isinstance(value, Scalar) else "…"
            hint = f"begin each item with '- ', as in `- title: {shown(text)}`"
            self.report(entry.key, "wrong-type", f"'{name}' must be a list", hint)
            if isinstance(value, MapNode) and not value.shared and value.get("title"):
                self._read_item(value, name, parent)
            return
        if value.shared or not entry.own:
            self._shared(value)
            return
        for node in value.items:
            self._read_item(node, name, parent)

    def _shared(self, node: Node) -> None:
        message = "items cannot be aliases"
        self.report(node, "shared-item", message, "write them out: each becomes its own issue")

    def _read_item(self, node: Node, name: str, parent: int | None) -> None:
        if not isinstance(node, ListNode) and node.shared:
            self._shared(node)
        elif isinstance(node, MapNode):
            self._read_mapping(node, name, parent)
        elif isinstance(node, Scalar) and name == "tasks" and node.value.strip():
            document = ItemDocument(title=node.value)
            self._add(document, "task", node, node, parent, {"title": self.place(node)})
        elif isinstance(node, Scalar) and node.is_null:
            self.report(node, "empty-value", f"an entry of '{name}' is empty", "remove the '-'")
        else:
            self._read_other(node, name, parent)

    def _read_other(self, node: Scalar | ListNode, name: str, parent: int | None) -> None:
        """Report an entry that is not a mapping; a text is still the title that others refer to."""
        message = f"an entry of '{name}' must be a mapping"
        text = node.value.strip() if isinstance(node, Scalar) else ""
        written = self.source.text[node.start : node.end]
        hint = f"write `- title: {shown(written)}`" if text else "write `- title: …`"
        fix = Fix(written, f"title: {written}") if text and "\n" not in written else None
        place = self.place(node)
        self.diagnostics.append(Diagnostic(place, "wrong-type", message, hint, fix=fix))
        if isinstance(node, Scalar) and text:
            document = ItemDocument(title=text)
            self._add(document, LISTS[name] or _ANY, node, node, parent, {"title": place})

    def _read_mapping(self, node: MapNode, name: str, parent: int | None) -> None:
        plain = {name: to_plain(entry.value) for name, entry in _fields(node)}
        places = _Places(node, self.source.path, self.lines)
        start = node.entries[0].key if not node.flow and node.entries else node
        document = self._document(plain, places, self.place(start), LISTS[name])
        kind = self._kind(node, name, document)
        index = len(self.items)
        self._add(document, kind or _ANY, node, start, parent, places)
        for entry in self._lists(node, kind):
            self.read_list(entry.key.value, entry, index)

    def _document(
        self, plain: dict[str, object], places: Mapping[str, Place], here: Place, kind: str
    ) -> ItemDocument:
        """Return an item without its invalid values, so that they hide nothing else.

        An item without a title gets the text of the key that was written for it, if there is one:
        that key is reported as unknown, with what was meant.
        """
        try:
            return ItemDocument.model_validate(plain)
        except ValidationError as error:

            def place_of(path: tuple[str, ...]) -> Place | None:
                return places.get(".".join(path)) if path else here

            meant = title_key(plain, kind) if "title" not in plain else None
            valid = {**plain}
            for detail in error.errors(include_url=False, include_context=False):
                valid.pop(str(detail["loc"][0]), None)
            if "title" not in valid:
                unknown = f"untitled-{here.line}-{here.column}"
                title = {"title": plain[meant] if meant else _UNTITLED}
                valid = {**({} if meant else {"id": unknown}), **valid, **title}
            for each in explain(error, ItemDocument, place_of):
                if not (meant and each.slug == "missing-field" and "'title'" in each.message):
                    self.diagnostics.append(each)
            return ItemDocument.model_validate(valid)

    def _kind(self, node: MapNode, name: str, document: ItemDocument) -> str | None:
        """Return the item's kind: its own `kind:`, else the kind of the list that contains it.

        None if neither names one.
        """
        if document.kind is not None:
            return document.kind
        if not LISTS[name] and node.get("kind") is None:
            start = node.entries[0].key if node.entries else node
            hint = "add one of: epic, feature, story, task, bug, spike, chore"
            self.report(start, "missing-field", "'kind' is missing", hint)
        return LISTS[name] or None

    def _lists(self, node: MapNode, kind: str | None) -> Iterator[Entry]:
        """Yield the lists below an item; report and skip those that its kind does not allow."""
        allowed = CHILD_LISTS[kind] if kind else tuple(LISTS)
        for entry in node.entries:
            name = entry.key.value
            if name not in LISTS:
                continue
            if name in allowed:
                yield entry
            else:
                message = f"'{name}' is not allowed below a {kind}"
                hint = f"allowed below it: {', '.join(allowed)}"
                self.report(entry.key, "wrong-nesting", message, hint)

    def _add(
        self,
        document: ItemDocument,
        kind: str,
        node: MapNode | Scalar,
        start: Node,
        parent: int | None,
        places: Mapping[str, Place],
    ) -> None:
        place = self.place(start)
        self.notes.append(LineNote(place.line, "yaml", item=len(self.items)))
        self.items.append(
            ParsedItem(
                document=document,
                kind=kind,
                place=place,
                parent=parent,
                places=places,
                anchor=NodeAnchor(node),
            )
        )


def _fields(node: MapNode) -> Iterator[tuple[str, Entry]]:
    """Yield the fields of an item with their canonical names."""
    names = {entry.key.value for entry in node.entries}
    for entry in node.entries:
        written = entry.key.value
        if written not in LISTS and (entry.own or written not in _ITS_OWN):
            meant = BOARD_KEYS.get(written, written)
            yield (written if meant in names else meant), entry


@dataclass(frozen=True, slots=True, eq=False)
class _Places(Mapping[str, Place]):
    """The places of an item's values, found when one is looked up.

    Few are: only messages name them. Those of all items would take as much memory as their values.
    """

    node: MapNode
    path: str
    lines: Lines

    def __getitem__(self, name: str) -> Place:
        return _places(self.node, self.path, self.lines)[name]

    def __iter__(self) -> Iterator[str]:
        return iter(_places(self.node, self.path, self.lines))

    def __len__(self) -> int:
        return len(_places(self.node, self.path, self.lines))


@lru_cache(1)  # one item after the other is looked at; a single one may have thousands of values
def _places(node: MapNode, path: str, lines: Lines) -> dict[str, Place]:
    """Return the place of each value of an item."""
    places: dict[str, Place] = {}
    for name, entry in _fields(node):
        places[name] = lines.place(path, entry.key.start)
        places.update(places_below(entry.value, path, lines, f"{name}."))
    return places


# ---- values that a `#` cuts off --------------------------------------------------------------

_BEHIND_KEY = re.compile(r":[ \t]+(#(?:[0-9a-fA-F]{3,8}|\d{1,9})\b[^\r\n]{0,200})")
"""A key whose whole value is a comment that looks like a color or a number."""

_BEHIND_TEXT = re.compile(r"[ \t]+(#[^\W_][^\r\n]{0,200})")
"""A `#` right after a text, with no blank behind the sign: people do not write comments like that.
"""

_TEXTS = listed("texts")
"""Keys of running text. After other values a comment is more likely to be meant as one."""


def find_hashes(text: str, path: str, root: Node, lines: Lines) -> Iterator[Diagnostic]:
    """Report values that end at a `#` that was probably meant to be part of them."""
    open_: list[tuple[str, Node]] = [("", root)]
    while open_:
        name, node = open_.pop()
        match node:
            case ListNode():
                open_ += [(name, each) for each in node.items if not each.shared]
            case MapNode():
                for entry in node.entries:
                    if entry.own and not entry.value.shared:
                        open_.append((entry.key.value, entry.value))
                        empty = isinstance(entry.value, Scalar) and entry.value.is_null
                        swallowed = _BEHIND_KEY.match(text, entry.key.end)
                        if empty and swallowed:
                            word = swallowed[1].split()[0]
                            yield _cut_off(path, entry.key, swallowed[1], word, lines)
            case Scalar():
                if name in _TEXTS and not node.style and not node.is_null:
                    swallowed = _BEHIND_TEXT.match(text, node.end)
                    if swallowed:
                        whole = f"{node.value} {swallowed[1].rstrip()}"
                        yield _cut_off(path, node, swallowed[1], whole, lines)


def _cut_off(path: str, node: Scalar, comment: str, whole: str, lines: Lines) -> Diagnostic:
    message = f"'{shown(comment.strip())}' is a comment here, not part of the value"
    hint = f"if it belongs to the value, write it in quotes: '{shown(whole)}'"
    place = lines.place(path, node.start)
    return warning(place, "comment-in-value", message, hint)
