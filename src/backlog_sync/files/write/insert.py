"""Add new items to a file of any syntax, and verify the result by reading it again.

A syntax offers forms, the best one first: a copy of an item next to the place, then the usual form
of the file, then plain ones. The first form is taken that reads as the new items and leaves
everything else as it was; the other fields are then set as in any item.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from backlog_sync.core import normalize
from backlog_sync.core.diagnostics import Place
from backlog_sync.core.inbox import NewItem
from backlog_sync.dataclass import dataclass
from backlog_sync.files.anchors import Anchor, RowAnchor, StatusAnchor, TodoAnchor
from backlog_sync.files.cards import CARD
from backlog_sync.files.entries import is_roadmap
from backlog_sync.files.load import Loaded, Parse, parse_source
from backlog_sync.files.outline import grouped
from backlog_sync.files.parsed import ParsedFile, ParsedItem
from backlog_sync.files.statuses import meanings
from backlog_sync.files.vocabulary import RANKS, bare_word
from backlog_sync.files.write.change import FileChange, change_of
from backlog_sync.files.write.edits import apply_edits
from backlog_sync.files.write.engine import rejoined, reread, same_item, written
from backlog_sync.files.write.insert_forms import Below, Form
from backlog_sync.files.write.new_values import (
    NOT_IN_PLACE,
    Link,
    NewValue,
    UnwritableError,
    Value,
    document_value,
    is_set,
    same_issue,
)

_BY_PLACE = frozenset(("milestone", "labels", "priority", "sprint", "start", "target", "status"))
"""Fields that an item may have from the section or the list that it is in."""


@dataclass(frozen=True, slots=True)
class Added:
    """A file with new items in it, read again.

    `items` are the new items with their indices, `unwritten` those that have no place, with the
    reasons; `left` are the names of fields that have none. `places` maps the old index of each item
    to its new one.
    """

    parsed: ParsedFile
    items: tuple[tuple[NewItem, int], ...] = ()
    unwritten: tuple[tuple[NewItem, str], ...] = ()
    left: tuple[tuple[NewItem, str, str], ...] = ()
    places: Mapping[int, int] | None = None


def add(
    parsed: ParsedFile, new: Sequence[NewItem], below: Below = None, parse: Parse | None = None
) -> Added:
    """Add items to a file; `parse` reads the result.

    Items that the file cannot express at that place are left out, with the reason.
    """
    if _links(parsed.source.text):
        return _add(parsed, new, below, parse or parse_source)
    given = {each.issue: each for each in new}
    bare = [replace(each, url=None) for each in new]
    added = _add(parsed, bare, below, parse or parse_source)
    return replace(
        added,
        items=tuple((given[each.issue], index) for each, index in added.items),
        unwritten=tuple((given[each.issue], why) for each, why in added.unwritten),
        left=tuple((given[each.issue], name, why) for each, name, why in added.left),
    )


def _add(parsed: ParsedFile, new: Sequence[NewItem], below: Below, parse: Parse) -> Added:
    """Add items together; if that is not possible, in parts."""
    same = {index: index for index in range(len(parsed.items))}
    if not new:
        return Added(parsed, places=same)
    parts = [new[: len(new) // 2], new[len(new) // 2 :]]
    why = NOT_IN_PLACE
    try:
        # Where the place decides, a story may also become a feature or an epic, at last.
        for strict in (True, False) if isinstance(below, int) else (True,):
            for text, parents in _texts(parsed, new, below):
                try:
                    return _written(parsed, new, text, parents, parse, strict=strict)
                except _MisreadError as misread:
                    why = str(misread) if why == NOT_IN_PLACE else why
                    if 0 < len(misread.items) < len(new):
                        rest = [each for each in new if each not in misread.items]
                        return _in_parts(parsed, (rest, misread.items), below, parse)
                except UnwritableError as reason:
                    why = str(reason) if why == NOT_IN_PLACE else why
    except UnwritableError as reason:
        return Added(parsed, unwritten=tuple((each, str(reason)) for each in new), places=same)
    if len(new) == 1:
        return Added(parsed, unwritten=((new[0], why),), places=same)
    return _in_parts(parsed, parts, below, parse)


def _in_parts(
    parsed: ParsedFile, parts: Sequence[Sequence[NewItem]], below: Below, parse: Parse
) -> Added:
    """Add some items, and then the others to the result."""
    whole = Added(parsed, places={index: index for index in range(len(parsed.items))})
    for part in parts:
        now = whole.places or {}
        there = now[below] if isinstance(below, int) else below
        added = _add(whole.parsed, part, there, parse)
        later = added.places or {}
        whole = Added(
            added.parsed,
            (*((each, later[at]) for each, at in whole.items), *added.items),
            (*whole.unwritten, *added.unwritten),
            (*whole.left, *added.left),
            {old: later[at] for old, at in now.items()},
        )
    return whole


class _MisreadError(UnwritableError):
    """Raised if some of several items are not read as intended, with these items."""

    def __init__(self, why: str, items: Sequence[NewItem]) -> None:
        super().__init__(why)
        self.items = items


@dataclass(frozen=True, slots=True)
class Inserted:
    """The changes of files that add new items to a backlog; `items` have their new places."""

    changes: tuple[FileChange, ...] = ()
    items: tuple[tuple[NewItem, Place], ...] = ()
    unwritten: tuple[tuple[NewItem, str], ...] = ()
    left: tuple[tuple[NewItem, str, str], ...] = ()


def insert(loaded: Loaded, new: Sequence[NewItem], below: str | None = None) -> Inserted:
    """Return the changes that add items to a backlog: each below its parent, the others `below`.

    That is the key of an item, or the name of a heading or list in one of the files; without one,
    the first file that can be written gets the heading. Nothing is written to disk.
    """
    files, keys = list(loaded.files), dict(loaded.keys)
    done: list[tuple[NewItem, int, int]] = []
    unwritten: list[tuple[NewItem, str]] = []
    left: list[tuple[NewItem, str, str]] = []
    for key, group in grouped(new, lambda item: item.parent or below).items():
        at = keys.get(key) if key is not None else None
        if at is None and any(item.parent for item in group):
            unwritten += ((item, "its parent is not in the files") for item in group)
            continue
        numbers = [at[0]] if at is not None else _in_turn(files, key)
        rest: Sequence[NewItem] = group
        reasons: dict[int, str] = {}
        for number in numbers:
            added = add(files[number], rest, at[1] if at is not None else key, loaded.parse)
            places = added.places or {}
            files[number] = added.parsed
            keys = {k: (n, places[i] if n == number else i) for k, (n, i) in keys.items()}
            done = [(item, n, places[i] if n == number else i) for item, n, i in done]
            done += ((item, number, index) for item, index in added.items)
            left += added.left
            reasons = {item.issue.number: why for item, why in added.unwritten} | reasons
            rest = [item for item, _ in added.unwritten]
            if not rest:
                break
        unwritten += ((item, reasons[item.issue.number]) for item in rest)
    changes = tuple(
        replace(change_of(old.source, now.source.text), parsed=now)
        for old, now in zip(loaded.files, files, strict=True)
        if old is not now
    )
    items = tuple((item, files[number].items[index].place) for item, number, index in done)
    return Inserted(changes, items, tuple(unwritten), tuple(left))


def _in_turn(files: Sequence[ParsedFile], name: str | None) -> list[int]:
    """Return the files to try: those with this heading or list first, those without items last.

    So a file with only settings gets no items as long as the plan next to it can take them.
    """
    return sorted(
        range(len(files)),
        key=lambda number: (not has_place(files[number], name), not files[number].items),
    )


def has_place(parsed: ParsedFile, name: str | None) -> bool:
    """Return whether a file has a heading or a list with this name."""
    lines = parsed.source.text.splitlines()
    return name is not None and any(bare_word(line) == bare_word(name) for line in lines)


def _texts(
    parsed: ParsedFile, new: Sequence[NewItem], below: Below
) -> Iterator[tuple[str, frozenset[int | None]]]:
    """Yield the texts that a file may have with new items, each once, and where they are then."""
    signs = len(new) == 1 and not new[0].title.replace(" ", "").isalnum()
    tried = set()
    for form in _forms(parsed, below, new[0].kind):
        for wholly in (False, True) if signs else (False,):
            try:
                text = apply_edits(parsed.source.text, form.edits(new, wholly))
            except UnwritableError:
                if len(new) == 1:
                    raise
                continue  # one of them is the reason
            if text not in tried:
                tried.add(text)
                yield text, form.parents


def _forms(parsed: ParsedFile, below: Below, kind: str) -> Iterator[Form]:
    """Return the forms of a file's syntax. Raises UnwritableError if it cannot take items."""
    anchor = next((each.anchor for each in parsed.items if each.anchor is not None), None)
    if parsed.dialect == CARD:
        raise UnwritableError("the file is one item")
    if isinstance(anchor, StatusAnchor):
        raise UnwritableError("this file contains only statuses")
    if is_roadmap(parsed.source.path) or parsed.source.path.lower().endswith(".org"):
        from backlog_sync.files.write.insert_lines import LineForms  # noqa: PLC0415 - as below

        return LineForms(parsed).forms(below, kind)
    if isinstance(anchor, RowAnchor):
        from backlog_sync.files.write.insert_rows import row_forms  # noqa: PLC0415 - as below

        return row_forms(parsed, below, kind)
    if isinstance(anchor, TodoAnchor):
        from backlog_sync.files.write.insert_rows import todo_forms  # noqa: PLC0415 - as below

        return todo_forms(parsed, below)
    from backlog_sync.files.write.insert_nodes import NodeForms  # noqa: PLC0415 - one per file

    return NodeForms(parsed).forms(below, kind)


# ---- one try ---------------------------------------------------------------------------------


def _written(
    parsed: ParsedFile,
    new: Sequence[NewItem],
    text: str,
    parents: frozenset[int | None],
    parse: Parse,
    *,
    strict: bool,
) -> Added:
    """Read a text with new items. Raises UnwritableError unless they are read as intended."""
    read = reread(parsed, text, parse)
    first = _first_new(parsed, read, len(new))
    places = {old: old if old < first else old + len(new) for old in range(len(parsed.items))}
    read = rejoined(parsed, read, places)
    _check_others(parsed, read, places)
    assignments = [
        (first + number, value)
        for number, each in enumerate(new)
        for value in _values(parsed, read.items[first + number], each)
    ]
    result = written(read, assignments, parse)
    above = {None if each is None else places[each] for each in parents}
    reasons = [
        _misread(result.parsed, first + number, each, above, strict=strict)
        for number, each in enumerate(new)
    ]
    if any(reasons):
        wrong = [each for each, why in zip(new, reasons, strict=True) if why]
        raise _MisreadError(next(filter(None, reasons)), wrong)
    names = [(new[index - first], value.name, why) for (index, value), why in result.left]
    indices = tuple((each, first + number) for number, each in enumerate(new))
    return Added(result.parsed, indices, (), tuple(names), places)


def _first_new(parsed: ParsedFile, read: ParsedFile, count: int) -> int:
    """Return the index of the first new item: all items before and after it are as they were."""
    if len(read.items) != len(parsed.items) + count:
        raise UnwritableError(NOT_IN_PLACE)
    pairs = zip(parsed.items, read.items, strict=False)
    differ = (at for at, (old, now) in enumerate(pairs) if old.document != now.document)
    return next(differ, len(parsed.items))


def _check_others(parsed: ParsedFile, read: ParsedFile, places: Mapping[int, int]) -> None:
    """Raise UnwritableError if anything else in the file is read differently."""
    if (read.dialect, read.settings, read.periods) != (
        parsed.dialect, parsed.settings, parsed.periods
    ):  # fmt: skip
        raise UnwritableError(NOT_IN_PLACE)
    counts, before = (
        (len(each.risks), each.loose_criteria, sum(d.is_error for d in each.diagnostics))
        for each in (read, parsed)
    )
    if counts != before:
        raise UnwritableError(NOT_IN_PLACE)
    for old, index in places.items():
        above = parsed.items[old].parent
        parent = None if above is None else places[above]
        if not same_item(parsed.items[old], read.items[index], parent):
            raise UnwritableError(NOT_IN_PLACE)


def _twins(parsed: ParsedFile, index: int) -> bool:
    """Return whether another item would get the same key from its title and its parent."""
    item = parsed.items[index]
    same = (item.document.id, item.document.title, item.parent)
    alike = ((each.document.id, each.document.title, each.parent) for each in parsed.items)
    return sum(each == same for each in alike) > 1


def _values(parsed: ParsedFile, item: ParsedItem, new: NewItem) -> Iterator[NewValue]:
    """Yield what is set at an item once it is there: only fields that items like it have."""
    yield NewValue("issue", Link(new.issue, new.url))
    for name, value in new.fields.items():
        if _is_usual(parsed, item, name):
            yield NewValue(name, _value(value))


def _links(text: str) -> bool:
    """Return whether a file links the numbers of issues, or has none yet."""
    return _LINKED.search(text) is not None or _BARE.search(text) is None


_LINKED = re.compile(r"\[#\d{1,9}\]\(")
_BARE = re.compile(r"(?<![\w&/\[])#\d{1,9}\b")


def _is_usual(parsed: ParsedFile, item: ParsedItem, name: str) -> bool:
    """Return whether items of the same form have a field of their own in the file."""
    if not isinstance(item.anchor, Anchor) or item.anchor.row is not None:
        return True  # the keys and columns of the file decide
    if item.anchor.list_ and not item.anchor.meta:
        return False  # a list of plain entries, or in a style that could not be copied
    alike = (
        each.anchor for each in parsed.items
        if isinstance(each.anchor, Anchor) and each.anchor.list_ == item.anchor.list_
    )  # fmt: skip
    return any(meta.pair.field == name for anchor in alike for meta in anchor.meta)


def _value(value: object) -> Value:
    if isinstance(value, list | tuple):
        return tuple(str(each) for each in value)
    return value if isinstance(value, str | int | float) else None


def _misread(
    parsed: ParsedFile, index: int, new: NewItem, parents: set[int | None], *, strict: bool
) -> str:
    """Return why an item is not read as wanted, or has something else, too; empty if it is."""
    item = parsed.items[index]
    document = item.document
    if normalize.title(document.title) != normalize.title(new.title):
        return "its title would be read as something else"
    if not same_issue(document.issue, new.issue):
        return "its number has no place there"
    if item.parent not in parents or not item.confident:
        return NOT_IN_PLACE
    if document.status and meanings(document.status) & {"done", "cancelled"}:
        return "everything there has ended"
    if strict and RANKS[item.kind] < min(RANKS[new.kind], RANKS["story"]):
        return "it would be read as something that holds others: name an item or list in `below`"
    if _twins(parsed, index):
        return "an item with the same title is there"
    for name in document.model_fields_set - {"title", "issue", "kind", "previously", *_BY_PLACE}:
        value = document_value(document, name)
        if name in new.fields:
            wrong = not is_set(document, NewValue(name, _value(new.fields[name])))
        else:
            wrong = bool(value) and value != document.title
        if wrong:
            return NOT_IN_PLACE
    return ""
