"""One way to set a field of an item, whatever the file's syntax, and the proof that it reads so.

A writer gives the edits; the result is read again, and only what is read as it was meant is kept.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from backlog_sync.core.diagnostics import Diagnostic
from backlog_sync.files.anchors import Anchor, RowAnchor
from backlog_sync.files.documents.items import ItemDocument
from backlog_sync.files.load import parse_roadmap, parse_source
from backlog_sync.files.parsed import ParsedFile, ParsedItem
from backlog_sync.files.source import encode, source_of
from backlog_sync.files.write.edits import Edit, apply_edits
from backlog_sync.files.write.structured import NodeWriter
from backlog_sync.files.write.wanted import (
    CRITERIA,
    NOT_IN_PLACE,
    CannotSay,
    Ticks,
    Value,
    Wanted,
    says,
)


class Writer(Protocol):
    """Sets fields of the items of one file."""

    def set(self, index: int, field: str, value: Value) -> None:
        """Set one field of an item. Raises CannotSay, with nothing done, where it has no place."""

    def finish(self) -> list[Edit]:
        """Give the edits of all that was set."""


def writer_of(parsed: ParsedFile, apart: Collection[int] = ()) -> Writer:
    """Give the writer of a file's syntax. Raises CannotSay where nothing can be written into it.

    `apart` are items whose issue cannot stand on their own line.
    """
    anchor = _anchor(parsed)
    if isinstance(anchor, Anchor):
        from backlog_sync.files.write.markdown import RoadmapWriter  # noqa: PLC0415 - YAML

        return RoadmapWriter(parsed, apart)
    if isinstance(anchor, RowAnchor):
        from backlog_sync.files.write.table import TableWriter  # noqa: PLC0415 - needs neither

        return TableWriter(parsed)
    return NodeWriter(parsed)


def _anchor(parsed: ParsedFile) -> object:
    """The first anchor of a file: all are of one syntax; what is only named has none."""
    return next((item.anchor for item in parsed.items if item.anchor is not None), None)


def edited(parsed: ParsedFile, asked: Sequence[tuple[int, Wanted]]) -> ParsedFile:
    """The file with these fields set, read again. Raises CannotSay where it reads otherwise."""
    writer = writer_of(parsed)
    for index, wanted in asked:
        writer.set(index, wanted.name, wanted.value)
    read = read_again(parsed, apply_edits(parsed.source.text, writer.finish()))
    if misread(parsed, read, by_item(asked)):
        raise CannotSay(NOT_IN_PLACE)
    return read


def by_item(asked: Iterable[tuple[int, Wanted]]) -> dict[int, list[Wanted]]:
    """Give what is wanted of each item."""
    found: dict[int, list[Wanted]] = {}
    for index, wanted in asked:
        found.setdefault(index, []).append(wanted)
    return found


def read_again(parsed: ParsedFile, text: str) -> ParsedFile:
    """The file as it would be read with this text, in the way in which it was read.

    Raises CannotSay where it would not be read at all.
    """
    fresh = source_of(encode(parsed.source, text), parsed.source.file, parsed.source.path)
    read = None if isinstance(fresh, Diagnostic) else parse_source(fresh)
    if read is None or isinstance(fresh, Diagnostic):
        raise CannotSay(NOT_IN_PLACE)
    anchor = _anchor(parsed)
    if len(read.items) != len(parsed.items) and isinstance(anchor, Anchor):
        read = parse_roadmap(fresh, bullets="items")
    if len(read.items) != len(parsed.items):
        return read
    pairs = zip(parsed.items, read.items, strict=True)
    return replace(read, items=tuple(_joined(parsed, old, new) for old, new in pairs))


def _joined(parsed: ParsedFile, old: ParsedItem, new: ParsedItem) -> ParsedItem:
    """An item with the status that another file says of it."""
    place = old.places.get("status")
    if place is None or place.path == parsed.source.path or new.document.status is not None:
        return new
    document = new.document.model_copy(update={"status": old.document.status})
    document.model_fields_set.add("status")
    return replace(new, document=document, places={**new.places, "status": place})


def misread(
    parsed: ParsedFile, read: ParsedFile, wanted: Mapping[int, Sequence[Wanted]]
) -> set[tuple[int, str]]:
    """Give the fields that do not say what is wanted: all of an item that says something else.

    Raises CannotSay where the file holds other items, or other settings.
    """
    same = (read.dialect, read.settings) == (parsed.dialect, parsed.settings)
    if not same or len(read.items) != len(parsed.items):
        raise CannotSay(NOT_IN_PLACE)
    found: set[tuple[int, str]] = set()
    for index, (old, new) in enumerate(zip(parsed.items, read.items, strict=True)):
        asked = wanted.get(index, ())
        moved = (old.kind, old.parent) != (new.kind, new.parent)
        if moved or not _alike(old.document, new.document, asked):
            found |= {(index, each.name) for each in asked} or {(index, "")}
        else:
            wrong = (each for each in asked if not says(new.document, each, old.document))
            found |= {(index, each.name) for each in wrong}
    return found


def _alike(old: ItemDocument, new: ItemDocument, wanted: Sequence[Wanted]) -> bool:
    """Whether two documents say the same apart from what is wanted."""
    if not wanted:
        return old == new
    names = {each.name for each in wanted}
    extra = {name.casefold() for name in names if name not in ItemDocument.model_fields}
    before, after = (
        {
            name: value
            for name, value in document.model_dump().items()
            if name not in names
            and (name in ItemDocument.model_fields or name.casefold() not in extra)
        }
        for document in (old, new)
    )
    ticked = any(isinstance(each.value, Ticks) for each in wanted)
    return before == after and (not ticked or _criteria(old) == _criteria(new))


def _criteria(document: ItemDocument) -> list[str]:
    return [entry.text for entry in getattr(document, CRITERIA) or ()]
