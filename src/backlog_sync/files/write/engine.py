"""One way to set a field of an item, whatever the file's syntax, and the proof that it reads so.

A writer gives the edits; the result is read again, and only what is read as it was meant is kept.
"""

from collections.abc import Collection, Container, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeAlias

from backlog_sync.core.diagnostics import Diagnostic
from backlog_sync.files.anchors import Anchor, OrgAnchor, RowAnchor, TodoAnchor
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

_ROUNDS = 3
"""How often a file is written anew: as it should be, with numbers on lines, without the rest."""

_HALVINGS = 7
"""How often a half is tried for itself: a file is read again some hundred times at most."""


class Writer(Protocol):
    """Sets fields of the items of one file."""

    def set(self, index: int, field: str, value: Value) -> None:
        """Set one field of an item. Raises CannotSay, with nothing done, where it has no place."""

    def finish(self) -> list[Edit]:
        """Give the edits of all that was set."""


def writer_of(parsed: ParsedFile, apart: Collection[int] = ()) -> Writer:
    """Give the writer of a file's syntax. Raises Unwritable where nothing can be put into it.

    `apart` are items whose issue cannot stand on their own line.
    """
    anchor = _anchor(parsed)
    if isinstance(anchor, Anchor):
        from backlog_sync.files.write.markdown import RoadmapWriter  # noqa: PLC0415 - YAML

        return RoadmapWriter(parsed, apart)
    if isinstance(anchor, RowAnchor):
        from backlog_sync.files.write.table import TableWriter  # noqa: PLC0415 - needs neither

        return TableWriter(parsed)
    if isinstance(anchor, OrgAnchor | TodoAnchor):
        from backlog_sync.files.write.lines import LineWriter  # noqa: PLC0415 - as above

        return LineWriter(parsed)
    return NodeWriter(parsed)


def _anchor(parsed: ParsedFile) -> object:
    """The first anchor of a file: all are of one syntax; what is only named has none."""
    return next((item.anchor for item in parsed.items if item.anchor is not None), None)


Asked: TypeAlias = tuple[int, Wanted]
"""A field that an item, by its index in the file, is to say."""


@dataclass(frozen=True, slots=True)
class Written:
    """A file with fields set, read again; what of them has no place in it, and why."""

    parsed: ParsedFile
    left: tuple[tuple[Asked, str], ...] = ()


def edited(parsed: ParsedFile, asked: Sequence[Asked]) -> ParsedFile:
    """Set all of these fields. Raises CannotSay where one has no place."""
    result = written(parsed, asked)
    for _, why in result.left:
        raise CannotSay(why)
    return result.parsed


def written(parsed: ParsedFile, asked: Sequence[Asked], halvings: int = _HALVINGS) -> Written:
    """Set these fields, and leave those that would be read otherwise.

    Where the whole cannot be read as meant, each half is tried for itself, and so on. Doing it
    again changes nothing. Raises Unwritable where nothing can be put into the file.
    """
    try:
        return _at_once(parsed, asked, set())
    except Unwritable:
        raise
    except CannotSay as why:
        if len(asked) == 1 or not halvings:
            return _alone(parsed, asked, str(why))
    half = len(asked) // 2
    first = written(parsed, asked[:half], halvings - 1)
    second = written(first.parsed, asked[half:], halvings - 1)
    return Written(second.parsed, (*first.left, *second.left))


def _alone(parsed: ParsedFile, asked: Sequence[Asked], why: str) -> Written:
    """What cannot be parted: a number may still have a place on a line of its own."""
    try:
        return _at_once(parsed, asked, {index for index, _ in asked})
    except CannotSay:
        return Written(parsed, tuple((each, why) for each in asked))


def _at_once(parsed: ParsedFile, asked: Sequence[Asked], apart: set[int]) -> Written:
    """Set all together; a number that is not read behind its title goes `apart`."""
    gone: set[tuple[int, str]] = set()
    for _ in range(_ROUNDS):
        writer = writer_of(parsed, apart)
        tried = [(each, _set(writer, *each, gone)) for each in asked]
        left = tuple((each, why) for each, why in tried if why)
        text = apply_edits(parsed.source.text, writer.finish())
        if text == parsed.source.text:
            return Written(parsed, left)
        read = read_again(parsed, text)
        done = [each for each, why in tried if not why]
        wrong = _misread(parsed, read, done)
        if not wrong:
            return Written(read, left)
        if wrong - {(index, wanted.name) for index, wanted in done}:
            break
        gone |= {place for place in wrong if place[0] in apart}
        apart = apart | {index for index, _ in wrong}
    raise CannotSay(NOT_IN_PLACE)


def _set(writer: Writer, index: int, wanted: Wanted, gone: Container[tuple[int, str]]) -> str:
    """Set a field, or say why it has no place."""
    if (index, wanted.name) in gone:
        return NOT_IN_PLACE
    try:
        writer.set(index, wanted.name, wanted.value)
    except CannotSay as why:
        return str(why)
    return ""


def read_again(parsed: ParsedFile, text: str) -> ParsedFile:
    """The file as it would be read with this text, in the way in which it was read.

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


def _misread(parsed: ParsedFile, read: ParsedFile, done: Sequence[Asked]) -> set[tuple[int, str]]:
    """Give the fields that do not say what is wanted: all of an item that says something else.

    Raises CannotSay where the file holds other items, or other settings.
    """
    same = (read.dialect, read.settings) == (parsed.dialect, parsed.settings)
    if not same or len(read.items) != len(parsed.items):
        raise CannotSay(NOT_IN_PLACE)
    wanted: dict[int, list[Wanted]] = {}
    for index, each in done:
        wanted.setdefault(index, []).append(each)
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
