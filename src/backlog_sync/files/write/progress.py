"""Progress from GitHub into the files."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from backlog_sync.core.progress import DROPPED, ItemProgress
from backlog_sync.errors import FailedError
from backlog_sync.files.documents.items import ItemDocument
from backlog_sync.files.load import Loaded
from backlog_sync.files.parsed import ParsedFile
from backlog_sync.files.refs import parse_issue_ref
from backlog_sync.files.validation import shown
from backlog_sync.files.words import meanings
from backlog_sync.files.write.change import FileChange, change_of
from backlog_sync.files.write.edits import Edit, apply_edits
from backlog_sync.files.write.engine import Writer, by_item, misread, read_again, writer_of
from backlog_sync.files.write.wanted import (
    CRITERIA,
    NOT_IN_PLACE,
    CannotSay,
    Link,
    Status,
    Ticks,
    Wanted,
)

_NOUNS = {"issue": "issue number", "status": "status", CRITERIA: "ticked criterion"}
_PLURALS = {"status": "statuses", CRITERIA: "ticked criteria"}
_ROUNDS = 4
"""How often a file is written anew without what was read otherwise."""

_NAMED = 3
"""How many items without a place are named; the rest are counted."""


def write_back(loaded: Loaded, progress: Sequence[ItemProgress]) -> tuple[FileChange, ...]:
    """What the files become when they say what GitHub knows; files that change or cannot say it.

    Nothing is written to disk: `save` does that. The setting `write_back` decides how much is
    told. Progress of keys that the files do not hold is passed over. Raises FailedError where a
    file cannot take it without changing what it says.
    """
    if loaded.write_back == "none":
        return ()
    by_file: dict[int, dict[int, ItemProgress]] = {}
    dropped = _dropped_word(loaded.files)
    for each in progress:
        place = loaded.keys.get(each.key)
        if place is None:
            continue
        number, index = place
        if each.status == DROPPED:
            each = replace(each, status=dropped)  # noqa: PLW2901 - the same in the file's own word
        wanted = _told(loaded, loaded.files[number], index, each)
        by_file.setdefault(number, {})[index] = wanted
    changes = []
    for number, updates in sorted(by_file.items()):
        parsed = loaded.files[number]
        result = put(parsed, dict(sorted(updates.items())))
        change = replace(
            change_of(parsed.source, result.text),
            replaced=tuple(_replaced(parsed, updates)),
            unplaced=tuple(_unplaced(parsed.source.path, result)),
        )
        if change.is_written or change.unplaced:
            changes.append(change)
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
    """The word that these files have for what will not be done: the first that is used."""
    for parsed in files:
        for item in parsed.items:
            word = item.document.status
            if word and meanings(word) == {"cancelled"}:
                return word.strip()
    return DROPPED


def _told(loaded: Loaded, parsed: ParsedFile, index: int, progress: ItemProgress) -> ItemProgress:
    """What of an item's progress goes into the file.

    A number of the sandbox never takes the place of a real one.
    """
    if loaded.write_back == "ids":
        progress = ItemProgress(progress.key, issue=progress.issue, url=progress.url)
    known = parse_issue_ref(parsed.items[index].document.issue or "")
    if known is not None and not known.sandbox and progress.issue and progress.issue.sandbox:
        return replace(progress, issue=None, url=None)
    return progress


# ---- one file ----------------------------------------------------------------------------------


@dataclass(slots=True)
class Put:
    """A file with progress in it: its edits, and by field and reason the keys left without."""

    text: str
    edits: list[Edit] = field(default_factory=list)
    unplaced: dict[tuple[str, str], list[str]] = field(default_factory=dict)


def put(parsed: ParsedFile, updates: Mapping[int, ItemProgress]) -> Put:
    """Put progress into one file; `updates` are by index in its items.

    A second call on the result, read again, with the same updates changes nothing. A number that
    cannot be read on an item's own line gets one of its own, and what reads otherwise then is
    left out. Raises FailedError where the result would not read as the same backlog.
    """
    documents = {index: parsed.items[index].document for index in updates}
    asked = [(i, w) for i, each in updates.items() for w in _wanted(each, documents[i])]
    apart: set[int] = set()
    left: set[tuple[int, str]] = set()
    try:
        for _ in range(_ROUNDS):
            result, done = _written(parsed, asked, apart, left)
            if result.text == parsed.source.text:
                return result
            read = read_again(parsed, result.text)
            if len(read.items) != len(parsed.items) and not apart:
                apart = set(updates)
                continue
            wrong = misread(parsed, read, by_item(done))
            if not wrong:
                return result
            left |= {place for place in wrong if place[0] in apart}
            apart |= {index for index, _ in wrong}
    except CannotSay as error:
        raise _refused(parsed, str(error)) from error
    raise _refused(parsed, NOT_IN_PLACE)


def _wanted(progress: ItemProgress, document: ItemDocument) -> Iterator[Wanted]:
    if progress.issue is not None:
        yield Wanted("issue", Link(progress.issue, progress.url))
    if progress.status:
        yield Wanted("status", Status(progress.status, progress.initial))
    entries = document.acceptance_criteria or ()
    for index, done in progress.ticks.items():
        if 0 <= index < len(entries) and entries[index].done != done:
            yield Wanted(CRITERIA, Ticks({index: done}))
    if progress.roll_up is not None:
        yield Wanted("progress", progress.roll_up)


def _written(
    parsed: ParsedFile,
    asked: Sequence[tuple[int, Wanted]],
    apart: set[int],
    left: set[tuple[int, str]],
) -> tuple[Put, list[tuple[int, Wanted]]]:
    """Write once; fields in `left` are given up."""
    writer = writer_of(parsed, apart)
    result, done = Put(parsed.source.text), []
    for index, wanted in asked:
        gone = (index, wanted.name) in left
        why = NOT_IN_PLACE if gone else _set(writer, index, wanted)
        if not why:
            done.append((index, wanted))
            continue
        item = parsed.items[index].document
        keys = result.unplaced.setdefault((wanted.name, why), [])
        keys.append(item.id or shown(item.title))
    result.edits = writer.finish()
    result.text = apply_edits(parsed.source.text, result.edits)
    return result, done


def _set(writer: Writer, index: int, wanted: Wanted) -> str:
    """Set a field, or say why it has no place."""
    try:
        writer.set(index, wanted.name, wanted.value)
    except CannotSay as why:
        return str(why)
    return ""


def _unplaced(path: str, result: Put) -> Iterator[str]:
    for (name, why), keys in result.unplaced.items():
        if name in _NOUNS:
            noun = _NOUNS[name]
            one = len(keys) == 1
            told = f"1 {noun} has" if one else f"{len(keys)} {_PLURALS.get(name, f'{noun}s')} have"
            names = ", ".join(keys[:_NAMED]) + (" …" if len(keys) > _NAMED else "")
            yield f"{path}: {told} no place in it ({names}): {why}"


def _refused(parsed: ParsedFile, why: str) -> FailedError:
    path = parsed.source.path
    hint = "write the items as plain mappings, one key a line"
    if parsed.dialect:
        hint = f"make a backlog of it with 'backlog init --from {path}'"
    return FailedError(
        f"{path}: progress cannot be written into this file: {why}", slug="write-back", hint=hint
    )
