"""Write progress from GitHub to the files."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from backlog_sync.core.fields import STATUS
from backlog_sync.core.normalize import fold
from backlog_sync.core.progress import DROPPED, ItemProgress
from backlog_sync.errors import FailedError
from backlog_sync.files.documents.items import ItemDocument
from backlog_sync.files.entries import own_statuses
from backlog_sync.files.load import Loaded, Parse
from backlog_sync.files.parsed import ParsedFile, ParsedItem
from backlog_sync.files.refs import parse_issue_ref
from backlog_sync.files.statuses import is_plain_status, meanings
from backlog_sync.files.validation import shown
from backlog_sync.files.vocabulary import key_words
from backlog_sync.files.write.change import FileChange, change_of
from backlog_sync.files.write.engine import Written, written
from backlog_sync.files.write.new_values import (
    CRITERIA,
    Link,
    NewValue,
    Status,
    Ticks,
    UnwritableFileError,
)

_NOUNS = {
    "issue": ("issue number", "issue numbers"),
    "status": ("status", "statuses"),
    CRITERIA: ("ticked criterion", "ticked criteria"),
}
_NAMED = 3
"""How many items without a place are listed by name; the rest are counted."""


def write_back(
    loaded: Loaded,
    progress: Sequence[ItemProgress],
    preview: Callable[[FileChange], FileChange] | None = None,
) -> tuple[FileChange, ...]:
    """Return the file changes that write progress, with the fields that have no place.

    Each becomes what `preview` makes of it before the next file is read again. Nothing is written
    to disk: `save` does that. The setting `write_back` decides which fields are written. Progress
    of unknown keys is ignored. Raises FailedError if a file cannot be written without changing
    something else in it.
    """
    if loaded.write_back == "none":
        return ()
    by_file: dict[int, dict[int, ItemProgress]] = {}
    dropped, boards = _dropped_word(loaded.files), _boards(loaded)
    for each in progress:
        place = loaded.keys.get(each.key)
        if place is None:
            continue
        number, index = place
        if each.status == DROPPED:
            each = replace(each, status=dropped)  # noqa: PLW2901 - the same in the file's own word
        update = _to_write(loaded, loaded.files[number].items[index], each, boards)
        by_file.setdefault(number, {})[index] = update
    changes = []
    for number, updates in sorted(by_file.items()):
        parsed = loaded.files[number]
        result = put(parsed, dict(sorted(updates.items())), loaded.parse)
        change = replace(
            change_of(parsed.source, result.parsed.source.text),
            replaced=tuple(_replaced(parsed, updates)),
            unplaced=tuple(_unplaced(result)),
            parsed=result.parsed,
        )
        if change.is_written or change.unplaced:
            changes.append(preview(change) if preview else change)
    return tuple(changes)


def _replaced(parsed: ParsedFile, updates: Mapping[int, ItemProgress]) -> Iterator[str]:
    for index, progress in sorted(updates.items()):
        if progress.replaces and progress.status:
            item = parsed.items[index]
            why = "was closed" if progress.closed else "was moved on the board"
            yield (
                f"{item.places.get('status', item.place)}: the status '{shown(progress.replaces)}' "
                f"is now '{progress.status}': {progress.issue} {why} on GitHub"
            )


def _dropped_word(files: Sequence[ParsedFile]) -> str:
    """Return the first word that these files use for cancelled items."""
    for parsed in files:
        for item in parsed.items:
            word = item.document.status
            if word and meanings(word) == {"cancelled"}:
                return word.strip()
    return DROPPED


def _to_write(
    loaded: Loaded, item: ParsedItem, progress: ItemProgress, boards: Mapping[str, str]
) -> ItemProgress:
    """Return the part of an item's progress that goes into the file.

    An issue number of the sandbox never replaces a real one, and a status never replaces a word
    that already means the same.
    """
    if loaded.write_back == "ids":
        progress = ItemProgress(progress.key, issue=progress.issue, url=progress.url)
    document = item.document
    own = key_words(document.status or "") in own_statuses(loaded.settings)
    if _is_as_precise(document.status, progress.status, boards.get(progress.key), own=own):
        progress = replace(progress, status=None)
    known = parse_issue_ref(document.issue or "")
    if known is not None and not known.sandbox and progress.issue and progress.issue.sandbox:
        return replace(progress, issue=None, url=None)
    return progress


def _boards(loaded: Loaded) -> dict[str, str]:
    """Return the board status of each item's status in the files, by key."""
    items = loaded.desired.items if loaded.desired else ()
    statuses = ((item.key, item.board.get(STATUS)) for item in items)
    return {key: status for key, status in statuses if isinstance(status, str)}


def _is_as_precise(word: str | None, status: str | None, option: str | None, *, own: bool) -> bool:
    """Return whether a file's status is at least as precise: `In review` if it is in progress.

    `option` is the board status of the file's word; `own` is whether the settings declare it.
    """
    if not word or not status or not option or (is_plain_status(word) and not own):
        return False
    return fold(option) == fold(status)


# ---- one file ----------------------------------------------------------------------------------


def put(
    parsed: ParsedFile, updates: Mapping[int, ItemProgress], parse: Parse | None = None
) -> Written:
    """Write progress to one file; `updates` are by the index of the item, `parse` reads the result.

    A second call on the result, with the same updates, changes nothing. Raises FailedError if the
    file cannot be written.
    """
    documents = {index: parsed.items[index].document for index in updates}
    assignments = [(i, w) for i, each in updates.items() for w in wanted_of(each, documents[i])]
    try:
        return written(parsed, assignments, parse)
    except UnwritableFileError as why:
        path = parsed.source.path
        raise FailedError(
            f"{path}: progress cannot be written into this file: {why}",
            slug="write-back",
            hint=f"make a backlog of it with 'backlog init --from {path}'",
        ) from why


def wanted_of(progress: ItemProgress, document: ItemDocument) -> Iterator[NewValue]:
    """Yield the fields to set for an item's progress."""
    if progress.issue is not None:
        yield NewValue("issue", Link(progress.issue, progress.url))
    if progress.status:
        yield NewValue("status", Status(progress.status, progress.initial))
    entries = document.acceptance_criteria or ()
    for index, done in progress.ticks.items():
        if 0 <= index < len(entries) and entries[index].done != done:
            yield NewValue(CRITERIA, Ticks({index: done}))
    if progress.roll_up is not None:
        yield NewValue("progress", progress.roll_up)


def _unplaced(result: Written) -> Iterator[str]:
    """Yield a message for all fields of one sort that have no place for the same reason."""
    by_reason: dict[tuple[str, str], list[str]] = {}
    for (index, unplaced), why in result.left:
        document = result.parsed.items[index].document
        name = document.id or shown(document.title)
        by_reason.setdefault((unplaced.name, why), []).append(name)
    for (field, why), keys in by_reason.items():
        if field in _NOUNS:
            one, many = _NOUNS[field]
            subject = f"1 {one} has" if len(keys) == 1 else f"{len(keys)} {many} have"
            names = ", ".join(keys[:_NAMED]) + (" …" if len(keys) > _NAMED else "")
            yield f"{subject} no place in {result.parsed.source.path} ({names}): {why}"
