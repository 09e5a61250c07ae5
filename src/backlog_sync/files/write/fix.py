"""Fix what `lint --fix` can fix: mojibake, misspelled keys and values, totals, missing keys.

Only the bytes that are wrong change. One step at a time: repaired text may be read differently, so
totals and keys are fixed after the files have been read again.
"""

import re
from operator import itemgetter

from backlog_sync.core.diagnostics import Fix, Place
from backlog_sync.files.anchors import NodeAnchor
from backlog_sync.files.load import Loaded
from backlog_sync.files.mojibake import repairs
from backlog_sync.files.parsed import ParsedFile
from backlog_sync.files.source import Lines
from backlog_sync.files.totals import WrongTotal
from backlog_sync.files.write.change import FileChange, change_of
from backlog_sync.files.write.edits import Edit, apply_edits
from backlog_sync.files.write.engine import written
from backlog_sync.files.write.new_values import NewValue

_UNCLEAR = frozenset(("duplicate-key", "cyclic-parents", "unknown-parent", "too-large"))

_BROKEN = ("invalid-yaml", "invalid-json")


def fix(loaded: Loaded) -> tuple[FileChange, ...]:
    """Return the next fixes, as file changes; empty if there is nothing left to fix.

    Nothing is written to disk. First mojibake is repaired, line by line; then keys and values in
    which only one thing can be meant. Then totals that a document states are set to those of its
    items, unless keys are ambiguous or no items of that kind were read (they may be in another
    file), and items in our own YAML format get their key as `id:`, which keeps their issues.
    """
    repaired = [_without_mojibake(parsed) for parsed in loaded.files]
    if any(repaired):
        return _changes(loaded.files, repaired)
    if corrected := _corrected(loaded):
        return corrected
    wrong = _fixable_totals(loaded)
    clear = _is_clear(loaded)
    texts = []
    for number, parsed in enumerate(loaded.files):
        claims = {
            total.claim.start: Edit(total.claim.start, total.claim.end, f"{total.computed:g}")
            for at, total in wrong
            if at == number
        }
        text = apply_edits(parsed.source.text, list(claims.values()))
        # Only our own YAML format has a place for keys.
        ours = not parsed.dialect and any(isinstance(i.anchor, NodeAnchor) for i in parsed.items)
        ours &= not any(each.slug in _BROKEN for each in parsed.diagnostics)
        if clear and not claims and ours:
            assignments = [
                (index, NewValue("id", key))
                for key, (file, index) in loaded.keys.items()
                if file == number
                and parsed.items[index].document.id is None
                and "id" not in parsed.items[index].places  # an invalid one is for a person
            ]
            text = written(parsed, sorted(assignments, key=itemgetter(0))).parsed.source.text
        texts.append(text)
    return _changes(loaded.files, texts)


def _corrected(loaded: Loaded) -> tuple[FileChange, ...]:
    """Return the corrections that findings carry, each of a key or a value."""
    texts = []
    for parsed in loaded.files:
        edits: list[Edit] = []
        for edit in sorted(_corrections(loaded, parsed), key=lambda edit: (edit.start, -edit.end)):
            if not edits or edit.start >= edits[-1].end:  # the next step corrects the others
                edits.append(edit)
        texts.append(apply_edits(parsed.source.text, edits))
    return _changes(loaded.files, texts)


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


def _without_mojibake(parsed: ParsedFile) -> str:
    """Return the text without mojibake; empty if it has none."""
    edits = [Edit(start, end, text) for start, end, text in repairs(parsed.source.text)]
    return apply_edits(parsed.source.text, edits) if edits else ""


def _changes(files: tuple[ParsedFile, ...], texts: list[str]) -> tuple[FileChange, ...]:
    both = zip(files, texts, strict=True)
    changes = (change_of(parsed.source, text or parsed.source.text) for parsed, text in both)
    return tuple(change for change in changes if change.is_written)
