"""What files say of each other's items: by id, and cards of one folder by the names of files.

ccpm has `epic.md`, and its tasks beside it by their numbers.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath

from backlog_sync.core.keys import suggest_key
from backlog_sync.files.cards import CARD, is_epic_file, numbered_file
from backlog_sync.files.draft import Findings
from backlog_sync.files.parsed import ParsedFile, ParsedItem

_NUMBER = re.compile(r"#?0*(\d{1,9})(?:\.md)?", re.IGNORECASE)


def join_cards(files: Sequence[ParsedFile]) -> tuple[ParsedFile, ...]:
    """Let the cards of a folder name each other by number, and belong to the folder's epic."""
    folders: dict[str, dict[str, str]] = {}
    for parsed in files:
        if parsed.dialect == CARD and parsed.items:
            name = "epic" if is_epic_file(parsed.source.path) else _plain(parsed.source.path)
            key = parsed.items[0].document.id
            if name and key:
                folders.setdefault(_folder(parsed), {})[name] = key
    return tuple(
        replace(parsed, items=(_joined(parsed, folders.get(_folder(parsed), {})),))
        if parsed.dialect == CARD and len(parsed.items) == 1 else parsed
        for parsed in files
    )  # fmt: skip


# ---- items of one file that name those of another ------------------------------------------


def join_items(files: Sequence[ParsedFile]) -> tuple[ParsedFile, ...]:
    """Find in the other files what items name and their own file does not hold; tell the rest."""
    if not any(item.missing for parsed in files for item in parsed.items):
        return tuple(files)
    known = {
        item.document.id: item for parsed in files for item in parsed.items if item.document.id
    }
    return tuple(_found(parsed, known) for parsed in files)


def _found(parsed: ParsedFile, known: Mapping[str, ParsedItem]) -> ParsedFile:
    findings = Findings(parsed.source.path)
    items = []
    for item in parsed.items:
        changed = item
        for each in item.missing:
            key = next((k for k in (each.word, suggest_key(each.word)) if k and k in known), None)
            if key is None or key == item.document.id:
                findings.warn(each.place, each.slug, each.what, each.word)
            elif not each.above:
                changed = _waiting(changed, key)
            elif changed.parent is None and changed.parent_key is None:
                changed = replace(changed, parent_key=key)
        items.append(changed)
    told = (*parsed.diagnostics, *findings.diagnostics())
    return replace(parsed, items=tuple(items), diagnostics=told)


def _waiting(item: ParsedItem, key: str) -> ParsedItem:
    """An item that waits for one more."""
    links = tuple(item.document.depends_on or ())
    document = item.document.model_copy(update={"depends_on": (*links, key)})
    document.model_fields_set.add("depends_on")
    return replace(item, document=document, alone=item.alone or item.document)


# ---- names of files ------------------------------------------------------------------------


def _folder(parsed: ParsedFile) -> str:
    return str(PurePath(parsed.source.path).parent)


def _plain(word: str) -> str | None:
    match = _NUMBER.fullmatch(PurePath(word).name)
    return match[1] if match else None


def _joined(parsed: ParsedFile, names: Mapping[str, str]) -> ParsedItem:
    """A card with the keys of its neighbours for their numbers, below the folder's epic."""
    item = parsed.items[0]
    links = item.document.depends_on
    if links:
        keys = tuple(names.get(_plain(word) or "", word) for word in links)
        document = item.document.model_copy(update={"depends_on": keys})
        item = replace(item, document=document, alone=item.document)
    numbered = numbered_file(parsed.source.path) is not None
    if numbered and item.parent_key is None and "epic" in names:
        item = replace(item, parent_key=names["epic"])
    return item
