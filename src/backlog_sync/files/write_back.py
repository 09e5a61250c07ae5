"""Progress from GitHub into the files."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from backlog_sync.core.fields import STATUS
from backlog_sync.core.normalize import fold
from backlog_sync.core.progress import DROPPED, ItemProgress
from backlog_sync.errors import FailedError
from backlog_sync.files.entries import is_roadmap
from backlog_sync.files.load import Loaded
from backlog_sync.files.parsed import ParsedFile, ParsedItem
from backlog_sync.files.refs import parse_issue_ref
from backlog_sync.files.source import encode, replace_file
from backlog_sync.files.statuses import is_plain_status, meanings
from backlog_sync.files.validation import shown
from backlog_sync.files.yaml.write import write_yaml


@dataclass(frozen=True, slots=True)
class FileChange:
    """A file's bytes before and after; `path` is how it is shown to the user.

    `replaced` tells of each word of the author's own, which meant nothing to us, that progress
    takes the place of.
    """

    path: str
    file: Path
    before: bytes
    after: bytes
    replaced: tuple[str, ...] = ()


def write_back(loaded: Loaded, progress: Sequence[ItemProgress]) -> tuple[FileChange, ...]:
    """What the files become when they say what GitHub knows; only files that change.

    Nothing is written to disk: `save` does that. The setting `write_back` decides how much is
    told. Progress of keys that the files do not hold is passed over. Raises FailedError where a
    file cannot take it without changing what it says.
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
        wanted = _told(loaded, loaded.files[number].items[index], each, boards)
        by_file.setdefault(number, {})[index] = wanted
    changes = []
    for number, updates in sorted(by_file.items()):
        parsed = loaded.files[number]
        text = _write(parsed, dict(sorted(updates.items())))
        after = encode(parsed.source, text)
        if after != parsed.source.raw:
            source = parsed.source
            replaced = tuple(_replaced(parsed, updates))
            changes.append(FileChange(source.path, source.file, source.raw, after, replaced))
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


def _told(
    loaded: Loaded, item: ParsedItem, progress: ItemProgress, boards: Mapping[str, str]
) -> ItemProgress:
    """What of an item's progress goes into the file.

    A number of the sandbox never takes the place of a real one, and a status none of a word that
    already stands for it.
    """
    if loaded.write_back == "ids":
        progress = ItemProgress(progress.key, issue=progress.issue, url=progress.url)
    document = item.document
    if _is_said(document.status, progress.status, boards.get(progress.key)):
        progress = replace(progress, status=None)
    known = parse_issue_ref(document.issue or "")
    if known is not None and not known.sandbox and progress.issue and progress.issue.sandbox:
        return replace(progress, issue=None, url=None)
    return progress


def _boards(loaded: Loaded) -> dict[str, str]:
    """What the statuses of the files are on the board, by key."""
    items = loaded.desired.items if loaded.desired else ()
    said = ((item.key, item.board.get(STATUS)) for item in items)
    return {key: status for key, status in said if isinstance(status, str)}


def _is_said(word: str | None, status: str | None, option: str | None) -> bool:
    """Whether a file says a status in a word that says more: `In review` where it is in progress.

    `option` is what the file's word is on the board.
    """
    if not word or not status or not option or is_plain_status(word):
        return False
    return fold(option) == fold(status)


def _write(parsed: ParsedFile, updates: dict[int, ItemProgress]) -> str:
    if parsed.dialect:
        from backlog_sync.files.foreign.write import write_foreign  # noqa: PLC0415 - as above

        return write_foreign(parsed, updates)
    if is_roadmap(parsed.source.path):
        from backlog_sync.files.markdown.write import write_roadmap  # noqa: PLC0415 - as above

        return write_roadmap(parsed, updates)
    return write_yaml(parsed, updates)


def save(change: FileChange) -> None:
    """Replace the file at once, keeping its rights and links.

    Raises FailedError where it was changed since it was read, or cannot be written.
    """
    if change.before == change.after:
        return
    try:
        replace_file(change.file, change.before, change.after)
    except FailedError as error:
        message = error.message.replace(str(change.file), change.path, 1)
        raise FailedError(message, slug=error.slug, hint=error.hint) from error
