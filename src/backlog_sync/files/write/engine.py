"""Set fields of items in a file of any syntax, and verify the result by reading it again.

A writer returns the edits. Only edits that are read as intended are kept.
"""

from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Protocol, TypeAlias

from backlog_sync.core.diagnostics import Diagnostic
from backlog_sync.dataclass import dataclass
from backlog_sync.files.anchors import Anchor, RowAnchor, TodoAnchor
from backlog_sync.files.documents.items import ItemDocument
from backlog_sync.files.load import Parse, parse_source
from backlog_sync.files.parsed import ParsedFile, ParsedItem
from backlog_sync.files.source import encode, source_of
from backlog_sync.files.write.edits import Edit, apply_edits
from backlog_sync.files.write.new_values import (
    CRITERIA,
    NOT_IN_PLACE,
    NewValue,
    Ticks,
    UnwritableError,
    UnwritableFileError,
    Value,
    is_set,
)
from backlog_sync.files.write.own_words import Texts

_READINGS = 24
"""The most times that a file is read again, however many items it has.

One reading is enough if everything is read as intended, about six if some fields have no place: the
reading then shows which fields are misread. Only if it does not, the fields are tried in halves:
finding one field among 2^n takes two readings for each of n halvings, so 24 find one among 4,000.
"""

_HALVINGS = 1
"""How often fields that all seem misread are split, to separate those that affect each other."""


Assignment: TypeAlias = tuple[int, NewValue]
"""An item, by its index in the file, and a field with its new value."""

Place: TypeAlias = tuple[int, str]
"""An item, by its index, and the name of a field."""


class Writer(Protocol):
    """Protocol of the writers: sets fields of the items of one file; `texts` are its own."""

    texts: Texts

    def set(self, index: int, field: str, value: Value) -> None:
        """Set one field of an item. Raises UnwritableError, without an edit, if it has no place."""

    def finish(self) -> list[Edit]:
        """Return the edits for all fields that were set."""


def writer_of(parsed: ParsedFile, apart: Collection[Place] = ()) -> Writer:
    """Return the writer of a file's syntax.

    `apart` are the fields that are misread at their first place and get another one. Raises
    UnwritableFileError if the file cannot be written.
    """
    anchors = (item.anchor for item in parsed.items)
    # Items that are only named do not have an anchor.
    anchor = next((each for each in anchors if each is not None), None)
    if isinstance(anchor, Anchor) and anchor.keywords:
        from backlog_sync.files.write.org import OrgWriter  # noqa: PLC0415 - few have one

        return OrgWriter(parsed, apart)
    if isinstance(anchor, Anchor):
        from backlog_sync.files.write.markdown import RoadmapWriter  # noqa: PLC0415 - YAML

        return RoadmapWriter(parsed, apart)
    if isinstance(anchor, RowAnchor):
        from backlog_sync.files.write.table import TableWriter  # noqa: PLC0415 - needs neither

        return TableWriter(parsed)
    if isinstance(anchor, TodoAnchor):
        from backlog_sync.files.write.todotxt import TodoWriter  # noqa: PLC0415 - as above

        return TodoWriter(parsed)
    from backlog_sync.files.write.structured import NodeWriter  # noqa: PLC0415 - not for Markdown

    return NodeWriter(parsed)


def texts_of(parsed: ParsedFile) -> Texts:
    """Return the texts of a file's values; none of a file that cannot be written."""
    try:
        return writer_of(parsed).texts
    except UnwritableFileError:
        return Texts(0, lambda _index, _field: "")


@dataclass(frozen=True, slots=True)
class Written:
    """A file with fields set, read again; the fields that have no place in it, with reasons."""

    parsed: ParsedFile
    left: tuple[tuple[Assignment, str], ...] = ()


def edited(parsed: ParsedFile, assignments: Sequence[Assignment]) -> ParsedFile:
    """Set all of these fields. Raises UnwritableError if one of them has no place."""
    result = written(parsed, assignments)
    for _, why in result.left:
        raise UnwritableError(why)
    return result.parsed


def written(
    parsed: ParsedFile, assignments: Sequence[Assignment], parse: Parse | None = None
) -> Written:
    """Set these fields, and leave out those that would be misread; `parse` reads the result.

    Fields that were left out are tried again next to those that were set, until no more succeed; a
    second call changes nothing. Raises UnwritableFileError if the file cannot be written.
    """
    search = _Search(parsed, parse or parse_source)
    left = search.set_all(assignments)
    while left and search.parsed is not parsed:
        parsed = search.parsed
        left = search.set_all([each for each, _ in left])
    return Written(search.parsed, tuple(left))


class _Search:
    """Finds the fields that the file has no place for, so that all others are set."""

    def __init__(self, parsed: ParsedFile, parse: Parse) -> None:
        self.parsed, self.parse = parsed, parse
        self.readings = _READINGS

    def set_all(self, assignments: Sequence[Assignment]) -> list[tuple[Assignment, str]]:
        """Set the fields that can be set; return the rest with the reasons."""
        left: list[tuple[Assignment, str]] = []
        apart: set[Place] = set()
        groups = deque([(list(assignments), 0)])
        while groups:
            group, halvings = groups.popleft()
            unplaced, wrong = self._try(group, apart)
            if wrong is None:
                left += unplaced
                continue
            bad = [each for each in group if _place(each) in wrong]
            rest = [each for each in group if _place(each) not in wrong]
            if not wrong <= apart and bad:
                apart |= wrong
                groups.appendleft((group, halvings))
            elif bad and rest:
                groups.extendleft(((bad, halvings), (rest, halvings)))
            elif len(group) > 1 and self.readings and (rest or halvings < _HALVINGS):
                # Separate neighbors, and the fields of one item.
                halvings += bool(bad)
                one = len({index for index, _ in group}) == 1
                parts = [[each] for each in group] if one else [group[::2], group[1::2]]
                # When it is tried separately, each field may be at its first place again.
                apart -= set(map(_place, group if one else ()))
                groups += ((part, halvings) for part in parts)
            else:
                left += ((each, NOT_IN_PLACE) for each in group)
        return left

    def _try(
        self, assignments: Sequence[Assignment], apart: set[Place]
    ) -> tuple[list[tuple[Assignment, str]], set[Place] | None]:
        """Set these fields if they are read as intended; return those without a place.

        Otherwise, return the fields that are misread; an empty set if this cannot be determined.
        """
        writer = writer_of(self.parsed, apart)
        tried = [(each, _set(writer, *each)) for each in assignments]
        unplaced = [(each, why) for each, why in tried if why]
        try:
            text = apply_edits(self.parsed.source.text, writer.finish())
            if text == self.parsed.source.text:
                return unplaced, None
            if not self.readings:
                return unplaced, set()
            self.readings -= 1
            read = read_again(self.parsed, text, self.parse)
        except UnwritableFileError:
            raise
        except UnwritableError:
            return unplaced, set()
        wrong = _misread(self.parsed, read, [each for each, why in tried if not why])
        if wrong is None:
            self.parsed = read
        return unplaced, wrong


def _place(assignment: Assignment) -> Place:
    index, field = assignment
    return index, field.name


def _set(writer: Writer, index: int, field: NewValue) -> str:
    """Set a field; return the reason if it has no place, otherwise an empty string."""
    try:
        writer.set(index, field.name, field.value)
    except UnwritableError as why:
        return str(why)
    return ""


def read_again(parsed: ParsedFile, text: str, parse: Parse = parse_source) -> ParsedFile:
    """Return the file as it would be read with this text, with the same reader.

    Raises UnwritableError if it could not be read at all.
    """
    read = reread(parsed, text, parse)
    if len(read.items) != len(parsed.items):
        return read
    return rejoined(parsed, read, {index: index for index in range(len(read.items))})


def reread(parsed: ParsedFile, text: str, parse: Parse) -> ParsedFile:
    """Return the file with this text, without the values that its items have from other files."""
    fresh = source_of(encode(parsed.source, text), parsed.source.file, parsed.source.path)
    read = None if isinstance(fresh, Diagnostic) else parse(fresh, parsed.options)
    if read is None:
        raise UnwritableError(NOT_IN_PLACE)
    return read


def rejoined(parsed: ParsedFile, read: ParsedFile, places: Mapping[int, int]) -> ParsedFile:
    """Add the values from other files again; `places` maps the old index of each item."""
    items = list(read.items)
    for old, index in places.items():
        items[index] = _joined(parsed.items[old], items[index])
    return replace(read, items=tuple(items))


def same_item(old: ParsedItem, now: ParsedItem, parent: int | None) -> bool:
    """Return whether an item is read as before, and below the item with this index."""
    there = (now.document, now.kind, now.parent, now.confident)
    return there == (old.document, old.kind, parent, old.confident)


def _joined(old: ParsedItem, new: ParsedItem) -> ParsedItem:
    """Add values from other files to an item, unless its own file now declares more than before."""
    if old.parent is None and new.parent is None and new.parent_key is None:
        new = replace(new, parent_key=old.parent_key)
    if old.alone is None:
        return new
    fields = {
        name: getattr(old.document, name)
        for name in ItemDocument.model_fields
        if getattr(new.document, name) == getattr(old.alone, name)
        and getattr(old.document, name) != getattr(old.alone, name)
    }
    document = new.document.model_copy(update=fields)
    document.model_fields_set.update(fields)
    places = {name: old.places[name] for name in fields if name in old.places}
    return replace(new, document=document, alone=new.document, places={**new.places, **places})


def _misread(parsed: ParsedFile, read: ParsedFile, done: Sequence[Assignment]) -> set[Place] | None:
    """Return the fields that are not read as intended; all fields of an item with another change.

    Items that are missing or elsewhere count only if no item has a wrong value, because they follow
    from such items. Returns None if everything is as intended; an empty set if the file's settings
    have changed, or if there is only something new.
    """
    if (read.dialect, read.settings) != (parsed.dialect, parsed.settings):
        return set()
    by_item: dict[int, list[NewValue]] = {}
    for index, each in done:
        by_item.setdefault(index, []).append(each)
    all_there = len(parsed.items) == len(read.items)
    changed: set[Place] = set()
    moved: set[Place] = set()
    for index, (old, new) in enumerate(_pairs(parsed, read)):
        assignments = by_item.get(index, ())
        whole = {(index, each.name) for each in assignments} or {(index, "")}
        if new is None:
            moved |= whole
        elif old.kind != new.kind or not _alike(old.document, new.document, assignments):
            changed |= whole
        elif all_there and old.parent != new.parent:
            moved |= whole
        else:
            wrong = (each for each in assignments if not is_set(new.document, each, old.document))
            changed |= {(index, each.name) for each in wrong}
    return None if all_there and not changed and not moved else changed or moved


def _pairs(parsed: ParsedFile, read: ParsedFile) -> Iterator[tuple[ParsedItem, ParsedItem | None]]:
    """Yield each item with its new version; if the number of items differs, match by title."""
    if len(parsed.items) == len(read.items):
        yield from zip(parsed.items, read.items, strict=True)
        return
    titled: dict[str, deque[ParsedItem]] = {}
    for item in read.items:
        titled.setdefault(item.document.title, deque()).append(item)
    for item in parsed.items:
        same_title = titled.get(item.document.title)
        yield item, same_title.popleft() if same_title else None


def _alike(old: ItemDocument, new: ItemDocument, fields: Sequence[NewValue]) -> bool:
    """Return whether two documents are equal except for the fields that were set."""
    if not fields:
        return old == new
    names, known = {each.name for each in fields}, ItemDocument.model_fields
    extra = {name.casefold() for name in names if name not in known}
    before, after = (
        {
            name: value
            for name, value in document.model_dump().items()
            if name not in names and (name in known or name.casefold() not in extra)
        }
        for document in (old, new)
    )
    ticked = any(isinstance(each.value, Ticks) for each in fields)
    return before == after and (not ticked or _criteria(old) == _criteria(new))


def _criteria(document: ItemDocument) -> list[str]:
    return [entry.text for entry in getattr(document, CRITERIA) or ()]
