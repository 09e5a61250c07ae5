"""Fix what `lint --fix` can fix: mojibake, misspelled keys and values, totals; and missing ids.

Only the bytes that are wrong change. One step at a time: repaired text may be read differently, so
totals are fixed after the files have been read again, and ids are written last.
"""

import re
from dataclasses import replace

from backlog_sync.core.diagnostics import Fix, Place
from backlog_sync.files.anchors import NodeAnchor
from backlog_sync.files.load import Loaded
from backlog_sync.files.mojibake import repairs
from backlog_sync.files.parsed import ParsedFile
from backlog_sync.files.source import Lines
from backlog_sync.files.totals import WrongTotal
from backlog_sync.files.validation import shown
from backlog_sync.files.write.change import FileChange, change_of
from backlog_sync.files.write.edits import Edit, apply_edits
from backlog_sync.files.write.engine import written
from backlog_sync.files.write.new_values import NewValue

_UNCLEAR = frozenset(("duplicate-key", "cyclic-parents", "unknown-parent", "too-large"))

_BROKEN = ("invalid-yaml", "invalid-json")


def fix(loaded: Loaded, *, ids: bool = False) -> tuple[FileChange, ...]:
    """Return the next fixes, as file changes; empty if there is nothing left to fix.

    Nothing is written to disk. First mojibake is repaired, line by line; then keys and values in
    which only one thing can be meant. Then totals that a document states are set to those of its
    items, unless keys are ambiguous or no items of that kind were read (they may be in another
    file). With `ids`, items in our own YAML format then get their key as `id:`, which keeps their
    issues; nothing is wrong with an item without it.
    """
    mojibake = [
        [Edit(start, end, text) for start, end, text in repairs(parsed.source.text)]
        for parsed in loaded.files
    ]
    totals: list[list[Edit]] = [[] for _ in loaded.files]
    for at, total in _fixable_totals(loaded):
        totals[at].append(Edit(total.claim.start, total.claim.end, f"{total.computed:g}"))
    steps = (mojibake, [_apart(_corrections(loaded, each)) for each in loaded.files], totals)
    for step in steps:
        if changes := _changes(loaded.files, step):
            return changes
    return _with_ids(loaded) if ids and _is_clear(loaded) else ()


def _apart(edits: list[Edit]) -> list[Edit]:
    """Return the edits that do not overlap; the next step corrects the others."""
    apart: list[Edit] = []
    for edit in sorted(edits, key=lambda edit: (edit.start, -edit.end)):
        if not apart or edit.start >= apart[-1].end:
            apart.append(edit)
    return apart


def _with_ids(loaded: Loaded) -> tuple[FileChange, ...]:
    """Return the changes that write keys into YAML files in the tool's format."""
    changes = []
    for number, parsed in enumerate(loaded.files):
        ours = not parsed.dialect and any(isinstance(i.anchor, NodeAnchor) for i in parsed.items)
        if not ours or any(each.slug in _BROKEN for each in parsed.diagnostics):
            continue
        assignments = sorted(
            (index, key)
            for key, (file, index) in loaded.keys.items()
            if file == number
            and parsed.items[index].document.id is None
            and "id" not in parsed.items[index].places  # an invalid one is for a person
        )
        values = [(index, NewValue("id", key)) for index, key in assignments]
        done = written(parsed, values).parsed
        given = {index: item.document.id for index, item in enumerate(done.items)}
        notes = [
            f"{parsed.source.path}:{parsed.items[index].place.line}: id: {key}"
            for index, key in assignments
            if given.get(index) == key  # an item that is only a text has no place for one
        ]
        changes.append(replace(change_of(parsed.source, done.source.text), fixed=tuple(notes)))
    return tuple(change for change in changes if change.is_written)


def _corrections(loaded: Loaded, parsed: ParsedFile) -> list[Edit]:
    """Return an edit for each finding about a file that carries its correction."""
    text, lines = parsed.source.text, Lines(parsed.source.text)
    edits = [
        _edit(text, lines, each.place, each.fix)
        for each in loaded.diagnostics
        if each.fix is not None and each.place.path == parsed.source.path
    ]
    return [edit for edit in edits if edit is not None]


def _edit(text: str, lines: Lines, place: Place, fix: Fix) -> Edit | None:
    """Return the edit for a fix: at its place, or where the rest of the line has it once."""
    at = lines.offset(place)
    at = lines.start(at) if fix.whole else at
    rest = re.split(r"[\r\n]", text[at:], maxsplit=1)[0]
    if fix.whole:
        return Edit(at, at + len(rest), fix.new) if rest == fix.old else None
    if not rest.startswith(fix.old):
        before = r"(?<!\w)" if fix.old[:1].isalnum() else ""
        behind = r"(?!\w)" if fix.old[-1:].isalnum() else ""
        matches = [*re.finditer(f"{before}{re.escape(fix.old)}{behind}", rest)]
        if len(matches) != 1:
            return None
        at += matches[0].start()
    end = at + len(fix.old)
    quote = text[at - 1 : at] if text[at - 1 : at] in ("'", '"') else ""
    return Edit(at, end, fix.new.strip("'") if quote and text[end : end + 1] == quote else fix.new)


def count_fixable(loaded: Loaded) -> int:
    """Return how many of the diagnostics `fix` would remove."""
    spoilt = sum(each.slug == "mojibake" for each in loaded.diagnostics)
    corrected = sum(len(_corrections(loaded, parsed)) for parsed in loaded.files)
    return spoilt + corrected + len(_fixable_totals(loaded))


def _is_clear(loaded: Loaded) -> bool:
    """Return whether it is clear which items there are, and where."""
    return not any(error.slug in _UNCLEAR for error in loaded.errors)


def _fixable_totals(loaded: Loaded) -> list[tuple[int, WrongTotal]]:
    """Return the wrong totals that can only mean the items that were read."""
    return [each for each in loaded.wrong_totals if each[1].sure] if _is_clear(loaded) else []


def _changes(files: tuple[ParsedFile, ...], step: list[list[Edit]]) -> tuple[FileChange, ...]:
    """Return the changes of the files that have edits, each with a line per edit."""
    changes = []
    for parsed, wrong in zip(files, step, strict=True):
        edits = list({edit.start: edit for edit in wrong}.values())  # two totals in one place
        text, lines = parsed.source.text, Lines(parsed.source.text)
        notes = [
            f"{parsed.source.path}:{lines.place('', edit.start).line}: "
            f"{shown(text[edit.start : edit.end])} -> {shown(edit.text)}"
            for edit in edits
        ]
        change = change_of(parsed.source, apply_edits(text, edits) if edits else text)
        changes.append(replace(change, fixed=tuple(notes)))
    return tuple(change for change in changes if change.is_written)
