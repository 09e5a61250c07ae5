"""Connect items across files: by id, by a status file, and by file names.

ccpm has `epic.md`, and its tasks next to it in numbered files.
"""

import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath

from backlog_sync.core.diagnostics import warning
from backlog_sync.core.keys import suggest_key
from backlog_sync.files.cards import CARD, is_epic_file, numbered_file
from backlog_sync.files.draft import NAME_ONE, Findings
from backlog_sync.files.parsed import ParsedFile, ParsedItem

STATUS = "sprint-status"
"""The dialect of a status file."""

_NUMBER = re.compile(r"#?0*(\d{1,9})(?:\.md)?", re.IGNORECASE)
_ZEROS = re.compile(r"(?<![\d])0+(?=\d)")
_NAMED = 5
"""Items listed in one message before it says how many more there are."""


def _with_value(item: ParsedItem, name: str, value: object) -> ParsedItem:
    """Return an item with a field that another file declares for it."""
    document = item.document.model_copy(update={name: value})
    document.model_fields_set.add(name)
    return replace(item, document=document, alone=item.alone or item.document)


# ---- cards of a folder ---------------------------------------------------------------------


def join_cards(files: Sequence[ParsedFile]) -> tuple[ParsedFile, ...]:
    """Let the cards of a folder refer to each other by number, and belong to the folder's epic."""
    folders: dict[str, dict[str, str]] = {}
    for parsed in files:
        if parsed.dialect == CARD and parsed.items:
            name = "epic" if is_epic_file(parsed.source.path) else _number(parsed.source.path)
            key = parsed.items[0].document.id
            if name and key:
                folders.setdefault(_folder(parsed), {})[name] = key
    return tuple(
        replace(parsed, items=(_joined(parsed, folders.get(_folder(parsed), {})),))
        if parsed.dialect == CARD and len(parsed.items) == 1 else parsed
        for parsed in files
    )  # fmt: skip


def _folder(parsed: ParsedFile) -> str:
    return str(PurePath(parsed.source.path).parent)


def _number(word: str) -> str | None:
    match = _NUMBER.fullmatch(PurePath(word).name)
    return match[1] if match else None


def _joined(parsed: ParsedFile, names: Mapping[str, str]) -> ParsedItem:
    """Return a card below its folder's epic, with the keys of the cards that it numbers."""
    item = parsed.items[0]
    links = item.document.depends_on
    if links:
        keys = tuple(names.get(_number(word) or "", word) for word in links)
        item = _with_value(item, "depends_on", keys)
    numbered = numbered_file(parsed.source.path) is not None
    if numbered and item.parent_key is None and "epic" in names:
        item = replace(item, parent_key=names["epic"])
    return item


# ---- items of one file that name those of another ------------------------------------------


def join_items(files: Sequence[ParsedFile]) -> tuple[ParsedFile, ...]:
    """Look up items that a file refers to in the other files; report those that do not exist."""
    if not any(item.missing for parsed in files for item in parsed.items):
        return tuple(files)
    known = {item.document.id for parsed in files for item in parsed.items if item.document.id}
    return tuple(_found(parsed, known) for parsed in files)


def _found(parsed: ParsedFile, known: Container[str]) -> ParsedFile:
    findings = Findings(parsed.source.path)
    items = []
    for item in parsed.items:
        changed = item
        for each in item.missing:
            key = next((k for k in (each.word, suggest_key(each.word)) if k and k in known), None)
            if key is None or key == item.document.id:
                findings.warn(each.place, each.slug, each.what, each.word, NAME_ONE)
            elif not each.above:
                links = (*(changed.document.depends_on or ()), key)
                changed = _with_value(changed, "depends_on", links)
            elif changed.parent is None and changed.parent_key is None:
                changed = replace(changed, parent_key=key)
        items.append(changed)
    diagnostics = (*parsed.diagnostics, *findings.diagnostics())
    return replace(parsed, items=tuple(items), diagnostics=diagnostics)


# ---- status files next to the items they are about -----------------------------------------


def join_status(files: Sequence[ParsedFile]) -> tuple[ParsedFile, ...]:
    """Apply the statuses of status files to the items of the other files.

    A status goes to the item with its key, `epic-3` or `story-3.2`, however the number is written;
    the entry of the status file is then not an item. If no other file contains items, nothing
    changes.
    """
    statuses: dict[str, ParsedItem] = {}
    first: dict[str, ParsedItem] = {}
    for parsed in files:
        for item in parsed.items:
            if item.document.id:
                by_key = statuses if parsed.dialect == STATUS else first
                by_key.setdefault(_plain(item), item)
    if not statuses or not first:
        return tuple(files)
    return tuple(
        _without_items(parsed, first) if parsed.dialect == STATUS
        else replace(parsed, items=tuple(
            _with_status(item, statuses) if first.get(_plain(item)) is item else item
            for item in parsed.items
        ))
        for parsed in files
    )  # fmt: skip


def _plain(item: ParsedItem) -> str:
    """Return a key without zeros before its numbers: `story-00.1` is `story-0.1`."""
    return _ZEROS.sub("", (item.document.id or "").casefold())


def _with_status(item: ParsedItem, statuses: Mapping[str, ParsedItem]) -> ParsedItem:
    status = statuses.get(_plain(item))
    if status is None or not status.document.status:
        return item
    if "status" in item.document.model_fields_set:
        return item
    places = {**item.places, "status": status.place}
    return replace(_with_value(item, "status", status.document.status), places=places)


def _without_items(parsed: ParsedFile, known: Container[str]) -> ParsedFile:
    """Return a status file without items of its own, because other files contain them."""
    lost = [item for item in parsed.items if _plain(item) not in known]
    diagnostics = parsed.diagnostics
    if lost:
        names = ", ".join(f"'{item.document.id}'" for item in lost[:_NAMED])
        message = f"{len(lost)} statuses do not match any item of the other files: {names}"
        hint = "correct these ids, or remove their lines"
        diagnostics = (*diagnostics, warning(lost[0].place, "unknown-key", message, hint))
    reason = "status of an item in another file"
    notes = (replace(note, item=None, reason=reason) if note.item is not None else note
             for note in parsed.notes)  # fmt: skip
    return replace(parsed, items=(), diagnostics=diagnostics, notes=tuple(notes))
