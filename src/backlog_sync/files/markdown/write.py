"""Writing progress back into a Markdown roadmap: only the bytes that must change do.

A tick flips one character. A line that is already there gets a new value. A new line stands
behind the item's short metadata, in the style of its neighbours.
"""

import re
from collections.abc import Mapping, Sequence

from backlog_sync.core.model import IssueRef
from backlog_sync.core.progress import ItemProgress
from backlog_sync.core.rollup import Sum
from backlog_sync.files.anchors import Anchor, MetaLine, RowSpan, anchor_of
from backlog_sync.files.inline import plain
from backlog_sync.files.markdown.language import Speech, speech_of
from backlog_sync.files.markdown.place import Edit, insertion
from backlog_sync.files.markdown.summary import summary_edits
from backlog_sync.files.parsed import ParsedFile, ParsedItem
from backlog_sync.files.reading.tables import TRAILING_ISSUE
from backlog_sync.files.statuses import meanings, same_status
from backlog_sync.files.syntax.markdown import default_eol
from backlog_sync.files.values import parse_issue
from backlog_sync.files.vocabulary import is_empty_word

_PLURALS = {"story": "stories"}


def write_roadmap(parsed: ParsedFile, updates: Mapping[int, ItemProgress]) -> str:
    """The text of a roadmap with progress written into it.

    `updates` are by index in `parsed.items`. A second call on the result, read again, with the
    same updates changes nothing. Raises TypeError for items that were not read from Markdown.
    """
    return apply_edits(parsed.source.text, roadmap_edits(parsed, updates))


def roadmap_edits(parsed: ParsedFile, updates: Mapping[int, ItemProgress]) -> list[Edit]:
    """The spans that `write_roadmap` replaces, and what stands there instead."""
    if not parsed.items or not updates:
        return []
    edits: list[Edit] = []
    anchors = [anchor_of(item) for item in parsed.items]
    speech = speech_of(anchors)
    nouns = _nouns(parsed.items)
    for index in sorted(updates):
        edits += _item_edits(parsed, index, updates[index], nouns[index], speech)
    text = parsed.source.text
    return edits + summary_edits(text, anchors[0].lines, parsed.items, updates)


def apply_edits(text: str, edits: Sequence[Edit]) -> str:
    """A text with its spans replaced; edits must not overlap."""
    parts = []
    at = 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.order)):
        parts += [text[at : edit.start], edit.text]
        at = edit.end
    parts.append(text[at:])
    return "".join(parts)


def format_issue(issue: IssueRef, url: str | None) -> str:
    """An issue as a roadmap names it: `[#14](url)`, `sandbox#14`."""
    if issue.sandbox or not url or any(char in url for char in " ()\r\n"):
        return str(issue)
    return f"[{issue}]({url})"


def format_progress(done: Sum, noun: str, language: str = "en") -> str:
    """`1 of 6 stories, 3 of 24 points (12 %)`; in other languages `1/6, 3/24 SP (12 %)`."""
    if language != "en":
        points = f", {done.points_done:g}/{done.points:g} SP" if done.points else ""
        return f"{done.done}/{done.total}{points} ({done.percent} %)"
    told = f"{done.done} of {done.total} {noun if done.total == 1 else _plural(noun)}"
    if done.points:
        unit = "point" if done.points == 1 else "points"
        told += f", {done.points_done:g} of {done.points:g} {unit}"
    return f"{told} ({done.percent} %)"


_PROGRESS = re.compile(
    r"\d+(?: of \d+ \w+(?:, [\d.e+]+ of [\d.e+]+ points?)?|/\d+(?:, [\d.e+]+/[\d.e+]+ SP)?)"
    r" \(\d+ %\)$"
)
"""A value that `format_progress` wrote, in either form."""


def _plural(noun: str) -> str:
    return _PLURALS.get(noun, f"{noun}s")


def _nouns(items: Sequence[ParsedItem]) -> list[str]:
    """What is counted below each item: the kind of its leaves, "item" where they differ."""
    parents = {item.parent for item in items}
    kinds: list[set[str]] = [set() for _ in items]
    for index, item in enumerate(items):
        if index in parents:
            continue
        above, seen = item.parent, {index}
        while above is not None and above not in seen:
            seen.add(above)
            kinds[above].add(item.kind)
            above = items[above].parent
    return [next(iter(found)) if len(found) == 1 else "item" for found in kinds]


def _item_edits(
    parsed: ParsedFile, index: int, progress: ItemProgress, noun: str, speech: Speech
) -> list[Edit]:
    item = parsed.items[index]
    anchor = anchor_of(item)
    text = parsed.source.text
    edits = _ticks(text, anchor, progress.ticks)
    new: list[tuple[str, str]] = []
    wanted = [
        ("issue", _issue(anchor, progress)),
        ("status", _status(item, anchor, progress, speech)),
        ("progress", _progress(item, anchor, progress, noun, speech)),
    ]
    for field, value in wanted:
        edits += _cell_edits(text, anchor, field, progress, speech)
        if value is None:
            continue
        present = _line_of(anchor, field)
        if present:
            shown = _scalar(value) if anchor.front >= 0 else value
            edits.append(_replacement(text, present, shown))
        elif field == "issue" or not _cells(anchor, field):
            new.append((_key(anchor, field, speech), value))
    if _box_is_due(item, anchor, progress) and anchor.box is not None:
        edits.append(Edit(anchor.box, anchor.box + 1, "x"))
    if anchor.row is not None:
        return edits + _title_edits(text, anchor, anchor.row, progress)
    if anchor.front >= 0:
        return edits + _front_edits(anchor, new)
    if _cells(anchor, "issue"):
        new = [(key, value) for key, value in new if key != _key(anchor, "issue", speech)]
    return edits + insertion(text, anchor, new, default_eol(anchor.lines)) if new else edits


def _key(anchor: Anchor, field: str, speech: Speech) -> str:
    """The key of a new line; in a heading of two items the outer one is named."""
    if anchor.shared:
        return f"{anchor.shared.capitalize()} {field.capitalize()}"
    return speech.key(field)


def _front_edits(anchor: Anchor, new: list[tuple[str, str]]) -> list[Edit]:
    """New lines of front matter, before its closing fence."""
    fence = anchor.lines[anchor.front]
    eol = fence.eol or default_eol(anchor.lines)
    lines = [f"{key.lower()}: {_scalar(value)}{eol}" for key, value in new]
    return [Edit(fence.start, fence.start, "".join(lines))] if lines else []


def _scalar(value: str) -> str:
    """A value as YAML takes it."""
    plain_scalar = value[:1].isalnum() and not any(sign in value for sign in (": ", " #"))
    return value if plain_scalar else f'"{value}"'


# ---- tables --------------------------------------------------------------------------------


def _cells(anchor: Anchor, field: str) -> list[MetaLine]:
    return [meta for meta in anchor.cells if meta.pair.field == field]


def _cell_edits(
    text: str, anchor: Anchor, field: str, progress: ItemProgress, speech: Speech
) -> list[Edit]:
    """The cells of a field that say something else than GitHub does."""
    edits = []
    for meta in _cells(anchor, field):
        said = plain(meta.pair.value)
        if field == "issue" and progress.issue and parse_issue(said) != progress.issue:
            told = format_issue(progress.issue, progress.url)
            edits.append(_replacement(text, meta, told))
        if field == "status" and progress.status and _is_other(said, progress):
            edits.append(_replacement(text, meta, _in_cell(speech.status(progress.status))))
    return edits


def _is_other(said: str, progress: ItemProgress) -> bool:
    """Whether a cell says another status; where every item starts, an empty cell is as good."""
    if not said or is_empty_word(said):
        return not progress.initial
    return progress.status is not None and not same_status(said, progress.status)


def _in_cell(value: str) -> str:
    return value.replace("|", "/")


def _title_edits(text: str, anchor: Anchor, row: RowSpan, progress: ItemProgress) -> list[Edit]:
    """A row without a column of issues gets its number behind the title: `Title (#14)`."""
    if progress.issue is None or _cells(anchor, "issue"):
        return []
    if row.issue == str(progress.issue):
        return []
    told = f" ({format_issue(progress.issue, progress.url)})"
    match = TRAILING_ISSUE.search(text[row.start : row.end]) if row.issue else None
    start = row.start + match.start() if match else row.end
    return [Edit(start, row.end, told)]


# ---- lines and boxes -----------------------------------------------------------------------


def _ticks(text: str, anchor: Anchor, ticks: Mapping[int, bool]) -> list[Edit]:
    edits = []
    for entry, done in ticks.items():
        box = anchor.boxes[entry] if 0 <= entry < len(anchor.boxes) else None
        if box is not None and (text[box] != " ") is not done:
            edits.append(Edit(box, box + 1, "x" if done else " "))
    return edits


def _line_of(anchor: Anchor, field: str) -> MetaLine | None:
    return next((meta for meta in anchor.meta if meta.pair.field == field), None)


def _replacement(text: str, meta: MetaLine, value: str) -> Edit:
    pair = meta.pair
    gap = "" if pair.start and text[pair.start - 1] in " \t" else " "
    return Edit(pair.start, pair.end, gap + value if pair.joint.strip() else value)


def _issue(anchor: Anchor, progress: ItemProgress) -> str | None:
    """The issue to write on a line, None where the file names it already."""
    if progress.issue is None or anchor.row is not None:
        return None
    present = _line_of(anchor, "issue")
    if present and parse_issue(present.pair.value) == progress.issue:
        return None
    return format_issue(progress.issue, progress.url)


def _status(item: ParsedItem, anchor: Anchor, progress: ItemProgress, speech: Speech) -> str | None:
    """The status to write, None where the file says the same, or says nothing of it."""
    if not progress.status:
        return None
    present = _line_of(anchor, "status")
    if present:
        said = plain(present.pair.value)
        same = said and same_status(said, progress.status)
        return None if same else speech.status(progress.status)
    if progress.initial or anchor.row is not None or _cells(anchor, "status"):
        return None
    marked = item.document.status
    if marked and same_status(marked, progress.status):
        return None
    boxed = anchor.simple or _box_is_due(item, anchor, progress)
    return None if boxed else speech.status(progress.status)


def _box_is_due(item: ParsedItem, anchor: Anchor, progress: ItemProgress) -> bool:
    """Whether the item's own check box is to be ticked."""
    if anchor.box is None or not progress.status or _line_of(anchor, "status"):
        return False
    said = item.document.status
    done = bool(meanings(progress.status) & {"done", "cancelled"})
    return done and not (said and same_status(said, progress.status))


def _progress(
    item: ParsedItem, anchor: Anchor, progress: ItemProgress, noun: str, speech: Speech
) -> str | None:
    """The progress to write on an epic or a feature, None where the line is right already."""
    done = progress.roll_up
    if done is None or item.kind not in ("epic", "feature") or anchor.row is not None:
        return None
    present = _line_of(anchor, "progress")
    if present is None and not (done.done or done.points_done):
        return None
    if present and present.pair.value and not _PROGRESS.match(present.pair.value):
        return None  # the author's own words, not a line that an earlier run wrote
    told = format_progress(done, noun, speech.language)
    return None if present and present.pair.value == told else told
