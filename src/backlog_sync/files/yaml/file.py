"""YAML backlogs into parsed items. JSON is YAML, and is read the same way."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pydantic import ValidationError

from backlog_sync.core.diagnostics import Diagnostic, Place
from backlog_sync.core.fields import BOARD_KEYS
from backlog_sync.files.anchors import YamlAnchor
from backlog_sync.files.documents.items import CHILD_LISTS, LISTS, ItemDocument
from backlog_sync.files.documents.settings import SettingsDocument
from backlog_sync.files.parsed import LineNote, ParsedFile, ParsedItem, Source
from backlog_sync.files.source import Lines
from backlog_sync.files.validation import did_you_mean, explain, shown
from backlog_sync.files.yaml.hashes import find_hashes
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

_ITS_OWN = {"id", "issue", "status", "Status", "previously"}
"""What belongs to one item: a merge key does not bring it into another."""


def parse_yaml(source: Source) -> ParsedFile:
    """Read a YAML or JSON backlog.

    Gives every item that can be read, the settings as plain values with their places, and all
    diagnostics. Unknown keys of items stay in the documents, because only the settings say which
    board fields there are. Raises nothing for what the file holds.
    """
    root, diagnostics = compose(source.text, source.path)
    if root is None:
        if not diagnostics:
            diagnostics = (_nothing(source),)
        return ParsedFile(source, diagnostics=diagnostics)
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
    reader.check_settings_keys(settings, places)
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
    hint = "'backlog init' writes a first one"
    return Diagnostic(Place(source.path), "empty-file", "the file holds no backlog", hint)


@dataclass(slots=True)
class _Reader:
    source: Source
    lines: Lines
    items: list[ParsedItem] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    notes: list[LineNote] = field(default_factory=list)

    def place(self, node: Node) -> Place:
        return self.lines.place(self.source.path, node.start)

    def tell(self, node: Node, slug: str, message: str, hint: str = "") -> None:
        self.diagnostics.append(Diagnostic(self.place(node), slug, message, hint))

    def check_settings_keys(self, settings: dict[str, object], places: Mapping[str, Place]) -> None:
        """Tell unknown keys here, with the lists of items among what may be meant."""
        for name in [name for name in settings if name not in SettingsDocument.model_fields]:
            del settings[name]
            known = (*SettingsDocument.model_fields, *LISTS)
            message = f"'{shown(name)}' is not a field"
            hint = did_you_mean(name, known)
            self.diagnostics.append(Diagnostic(places[name], "unknown-field", message, hint))

    def read_list(self, name: str, entry: Entry, parent: int | None) -> None:
        """Read one of the lists that hold items."""
        value = entry.value
        if isinstance(value, Scalar) and value.is_null:
            return
        if not isinstance(value, ListNode):
            self.tell(entry.key, "wrong-type", f"'{name}' must be a list", "begin items with '- '")
            return
        if value.shared or not entry.own:
            self._shared(value)
            return
        for node in value.items:
            self._read_item(node, name, parent)

    def _shared(self, node: Node) -> None:
        message = "items cannot be aliases"
        self.tell(node, "shared-item", message, "write them out: each becomes its own issue")

    def _read_item(self, node: Node, name: str, parent: int | None) -> None:
        if not isinstance(node, ListNode) and node.shared:
            self._shared(node)
        elif isinstance(node, MapNode):
            self._read_mapping(node, name, parent)
        elif isinstance(node, Scalar) and name == "tasks" and node.value.strip():
            document = ItemDocument(title=node.value)
            self._add(document, "task", node, node, parent, {"title": self.place(node)})
        elif isinstance(node, Scalar) and node.is_null:
            self.tell(node, "empty-value", f"an entry of '{name}' is empty", "remove the '-'")
        else:
            hint = "write '- title: …'"
            self.tell(node, "wrong-type", f"an entry of '{name}' must be a mapping", hint)

    def _read_mapping(self, node: MapNode, name: str, parent: int | None) -> None:
        plain, places = self._values(node)
        document: ItemDocument | None = None
        try:
            document = ItemDocument.model_validate(plain)
        except ValidationError as error:
            here = self.place(node.entries[0].key if node.entries else node)
            known = {path: place for path, place in places.items() if path}

            def place_of(path: tuple[str, ...]) -> Place | None:
                return known.get(".".join(path)) if path else here

            self.diagnostics.extend(explain(error, ItemDocument, place_of))
        kind = self._kind(node, name, document)
        index = parent
        if document is not None and kind is not None:
            start = node.entries[0].key if not node.flow and node.entries else node
            index = len(self.items)
            self._add(document, kind, node, start, parent, places)
        for entry in self._lists(node, kind):
            self.read_list(entry.key.value, entry, index)

    def _values(self, node: MapNode) -> tuple[dict[str, object], dict[str, Place]]:
        """The fields of an item by their own names, and where each stands."""
        plain: dict[str, object] = {}
        places: dict[str, Place] = {}
        names = {entry.key.value for entry in node.entries}
        for entry in node.entries:
            written = entry.key.value
            if written in LISTS or (written in _ITS_OWN and not entry.own):
                continue
            meant = BOARD_KEYS.get(written, written)
            name = written if meant in names else meant
            plain[name] = to_plain(entry.value)
            places[name] = self.place(entry.key)
            places.update(places_below(entry.value, self.source.path, self.lines, f"{name}."))
        return plain, places

    def _kind(self, node: MapNode, name: str, document: ItemDocument | None) -> str | None:
        """The item's kind: its own word, else what the list holds."""
        if document is not None and document.kind is not None:
            return document.kind
        if not LISTS[name] and node.get("kind") is None:
            start = node.entries[0].key if node.entries else node
            hint = "add one of: epic, feature, story, task, bug, spike, chore"
            self.tell(start, "missing-field", "'kind' is missing", hint)
        return LISTS[name] or None

    def _lists(self, node: MapNode, kind: str | None) -> Iterator[Entry]:
        """The lists below an item; those that cannot stand there are told and left out."""
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
                self.tell(entry.key, "wrong-nesting", message, hint)

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
                anchor=YamlAnchor(node),
            )
        )
