"""One way to set a field of an item, whatever the file's syntax, and the proof that it reads so.

A writer gives the edits; the result is read again, and only what is read as it was meant is kept.
"""

from collections import deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeAlias

from backlog_sync.core.diagnostics import Diagnostic
from backlog_sync.files.anchors import Anchor, RowAnchor, TodoAnchor
from backlog_sync.files.documents.items import ItemDocument
from backlog_sync.files.load import parse_source
from backlog_sync.files.parsed import ParsedFile, ParsedItem
from backlog_sync.files.source import encode, source_of
from backlog_sync.files.write.edits import Edit, apply_edits
from backlog_sync.files.write.structured import NodeWriter
from backlog_sync.files.write.wanted import (
    CRITERIA,
    NOT_IN_PLACE,
    CannotSay,
    Ticks,
    Unwritable,
    Value,
    Wanted,
    says,
)

_READINGS = 24
"""How often a file is read again at most, however many items it has.

One reading does where all is read as meant, about six where some fields have no place: it shows
which are read wrongly. Halves are tried only if it does not: a field that hides in 2^n others
takes two readings for each of the n halvings, and 24 find one among 4,000.
"""

_HALVINGS = 1
"""How often fields that are all read wrongly themselves are parted, so that they do not meet."""


Asked: TypeAlias = tuple[int, Wanted]
"""A field that an item, by its index in the file, is to say."""

Place: TypeAlias = tuple[int, str]
"""An item, by its index, and the name of a field."""


class Writer(Protocol):
    """Sets fields of the items of one file."""

    def set(self, index: int, field: str, value: Value) -> None:
        """Set one field of an item. Raises CannotSay, with nothing done, if it has no place."""

    def finish(self) -> list[Edit]:
        """Return the edits of all that was set."""


def writer_of(parsed: ParsedFile, apart: Collection[Place] = ()) -> Writer:
    """Return the writer of a file's syntax. Raises Unwritable if nothing can be put into it.

    `apart` are those that are read otherwise where they would stand first.
    """
    anchors = (item.anchor for item in parsed.items)
    anchor = next((each for each in anchors if each is not None), None)  # what is named has none
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
    return NodeWriter(parsed)


@dataclass(frozen=True, slots=True)
class Written:
    """A file with fields set, read again; what of them has no place in it, and why."""

    parsed: ParsedFile
    left: tuple[tuple[Asked, str], ...] = ()


def edited(parsed: ParsedFile, asked: Sequence[Asked]) -> ParsedFile:
    """Set all of these fields. Raises CannotSay if one has no place."""
    result = written(parsed, asked)
    for _, why in result.left:
        raise CannotSay(why)
    return result.parsed


def written(parsed: ParsedFile, asked: Sequence[Asked]) -> Written:
    """Set these fields, and leave those that would be read otherwise.

    What was left is tried once more next to what was set, until nothing more can be: doing it
    again changes nothing. Raises Unwritable if nothing can be put into the file.
    """
    search = _Search(parsed)
    left = search.set_all(asked)
    while left and search.parsed is not parsed:
        parsed = search.parsed
        left = search.set_all([each for each, _ in left])
    return Written(search.parsed, tuple(left))


class _Search:
    """Finds the fields that a file cannot say, so that all others are set."""

    def __init__(self, parsed: ParsedFile) -> None:
        self.parsed = parsed
        self.readings = _READINGS

    def set_all(self, asked: Sequence[Asked]) -> list[tuple[Asked, str]]:
        """Set what can be set; give the rest with its reasons."""
        left: list[tuple[Asked, str]] = []
        apart: set[Place] = set()
        groups = deque([(list(asked), 0)])
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
                # Neighbors and the fields of one item are parted.
                halvings += bool(bad)
                one = len({index for index, _ in group}) == 1
                parts = [[each] for each in group] if one else [group[::2], group[1::2]]
                apart -= set(map(_place, group if one else ()))  # alone each may stand first
                groups += ((part, halvings) for part in parts)
            else:
                left += ((each, NOT_IN_PLACE) for each in group)
        return left

    def _try(
        self, asked: Sequence[Asked], apart: set[Place]
    ) -> tuple[list[tuple[Asked, str]], set[Place] | None]:
        """Set all of these if they are read as meant, and give what has no place.

        Else give the fields that are read wrongly: an empty set if that is not to be seen.
        """
        writer = writer_of(self.parsed, apart)
        tried = [(each, _set(writer, *each)) for each in asked]
        unplaced = [(each, why) for each, why in tried if why]
        try:
            text = apply_edits(self.parsed.source.text, writer.finish())
            if text == self.parsed.source.text:
                return unplaced, None
            if not self.readings:
                return unplaced, set()
            self.readings -= 1
            read = read_again(self.parsed, text)
        except Unwritable:
            raise
        except CannotSay:
            return unplaced, set()
        wrong = _misread(self.parsed, read, [each for each, why in tried if not why])
        if wrong is None:
            self.parsed = read
        return unplaced, wrong


def _place(asked: Asked) -> Place:
    index, wanted = asked
    return index, wanted.name


def _set(writer: Writer, index: int, wanted: Wanted) -> str:
    """Set a field, or say why it has no place."""
    try:
        writer.set(index, wanted.name, wanted.value)
    except CannotSay as why:
        return str(why)
    return ""


def read_again(parsed: ParsedFile, text: str) -> ParsedFile:
    """Return the file as it would be read with this text, in the way in which it was read.

    Raises CannotSay where it would not be read at all.
    """
    fresh = source_of(encode(parsed.source, text), parsed.source.file, parsed.source.path)
    read = None if isinstance(fresh, Diagnostic) else parse_source(fresh, parsed.asked)
    if read is None or isinstance(fresh, Diagnostic):
        raise CannotSay(NOT_IN_PLACE)
    if len(read.items) != len(parsed.items):
        return read
    pairs = zip(parsed.items, read.items, strict=True)
    return replace(read, items=tuple(_joined(old, new) for old, new in pairs))


def _joined(old: ParsedItem, new: ParsedItem) -> ParsedItem:
    """An item with what other files say of it, where its own still says no more than before."""
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


def _misread(parsed: ParsedFile, read: ParsedFile, done: Sequence[Asked]) -> set[Place] | None:
    """Return the fields that do not say what is wanted: all of an item that says something else.

    Items that are gone or elsewhere count only if no item says something else: they follow
    from those that do. None if all is as it was meant; an empty set where the file's settings
    have changed, or if there is only something new.
    """
    if (read.dialect, read.settings) != (parsed.dialect, parsed.settings):
        return set()
    wanted: dict[int, list[Wanted]] = {}
    for index, each in done:
        wanted.setdefault(index, []).append(each)
    all_there = len(parsed.items) == len(read.items)
    changed: set[Place] = set()
    moved: set[Place] = set()
    for index, (old, new) in enumerate(_pairs(parsed, read)):
        asked = wanted.get(index, ())
        whole = {(index, each.name) for each in asked} or {(index, "")}
        if new is None:
            moved |= whole
        elif old.kind != new.kind or not _alike(old.document, new.document, asked):
            changed |= whole
        elif all_there and old.parent != new.parent:
            moved |= whole
        else:
            wrong = (each for each in asked if not says(new.document, each, old.document))
            changed |= {(index, each.name) for each in wrong}
    return None if all_there and not changed and not moved else changed or moved


def _pairs(parsed: ParsedFile, read: ParsedFile) -> Iterator[tuple[ParsedItem, ParsedItem | None]]:
    """Yield each item with what became of it: of another number of items, the next of its title."""
    if len(parsed.items) == len(read.items):
        yield from zip(parsed.items, read.items, strict=True)
        return
    titled: dict[str, deque[ParsedItem]] = {}
    for item in read.items:
        titled.setdefault(item.document.title, deque()).append(item)
    for item in parsed.items:
        found = titled.get(item.document.title)
        yield item, found.popleft() if found else None


def _alike(old: ItemDocument, new: ItemDocument, wanted: Sequence[Wanted]) -> bool:
    """Return whether two documents say the same apart from what is wanted."""
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
