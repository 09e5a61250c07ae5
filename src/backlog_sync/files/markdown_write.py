"""Writing progress back into a Markdown roadmap: only the bytes that must change do.

A tick flips one character. A line that is already there gets a new value. A new line stands
behind the item's short metadata, in the style of its neighbours.
"""

from collections.abc import Mapping, Sequence

from backlog_sync.core.model import IssueRef
from backlog_sync.core.progress import ItemProgress, RollUp
from backlog_sync.files.markdown_drafts import Anchor, MetaLine, anchor_of
from backlog_sync.files.markdown_inline import plain
from backlog_sync.files.markdown_lines import default_eol
from backlog_sync.files.markdown_place import Edit, insertion
from backlog_sync.files.markdown_values import parse_issue
from backlog_sync.files.markdown_words import meanings, same_status
from backlog_sync.files.parsed import ParsedFile, ParsedItem

_PLURALS = {"story": "stories"}


def write_roadmap(parsed: ParsedFile, updates: Mapping[int, ItemProgress]) -> str:
    """The text of a roadmap with progress written into it.

    `updates` are by index in `parsed.items`. A second call on the result, read again, with the
    same updates changes nothing. Raises TypeError for items that were not read from Markdown.
    """
    edits: list[Edit] = []
    nouns = _nouns(parsed.items)
    for index in sorted(updates):
        edits += _item_edits(parsed, index, updates[index], nouns[index])
    return apply_edits(parsed.source.text, edits)


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


def format_progress(done: RollUp, noun: str) -> str:
    """`1 of 6 stories, 3 of 24 points (12 %)`."""
    told = f"{done.done} of {done.total} {noun if done.total == 1 else _plural(noun)}"
    if done.points_total:
        unit = "point" if done.points_total == 1 else "points"
        told += f", {done.points_done:g} of {done.points_total:g} {unit}"
    return f"{told} ({done.percent} %)"


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


def _item_edits(parsed: ParsedFile, index: int, progress: ItemProgress, noun: str) -> list[Edit]:
    item = parsed.items[index]
    anchor = anchor_of(item)
    text = parsed.source.text
    edits = _ticks(text, anchor, progress.ticks)
    new: list[tuple[str, str]] = []
    wanted = [
        ("issue", _issue(anchor, progress)),
        ("status", _status(item, anchor, progress)),
        ("progress", _progress(item, anchor, progress, noun)),
    ]
    for field, value in wanted:
        if value is None:
            continue
        present = _line_of(anchor, field)
        if present:
            edits.append(_replacement(text, present, value))
        else:
            new.append((field.capitalize(), value))
    if _box_is_due(item, anchor, progress) and anchor.box is not None:
        edits.append(Edit(anchor.box, anchor.box + 1, "x"))
    return edits + insertion(text, anchor, new, default_eol(anchor.lines)) if new else edits


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
    """The issue to write, None where the file names it already."""
    if progress.issue is None:
        return None
    present = _line_of(anchor, "issue")
    if present and parse_issue(present.pair.value) == progress.issue:
        return None
    return format_issue(progress.issue, progress.url)


def _status(item: ParsedItem, anchor: Anchor, progress: ItemProgress) -> str | None:
    """The status to write, None where the file says the same, or says nothing of it."""
    if not progress.status:
        return None
    present = _line_of(anchor, "status")
    if present:
        said = plain(present.pair.value)
        return None if said and same_status(said, progress.status) else progress.status
    if progress.initial:
        return None
    marked = item.document.status
    if marked and same_status(marked, progress.status):
        return None
    return None if anchor.simple or _box_is_due(item, anchor, progress) else progress.status


def _box_is_due(item: ParsedItem, anchor: Anchor, progress: ItemProgress) -> bool:
    """Whether the item's own check box is to be ticked."""
    if anchor.box is None or not progress.status or _line_of(anchor, "status"):
        return False
    said = item.document.status
    done = bool(meanings(progress.status) & {"done", "cancelled"})
    return done and not (said and same_status(said, progress.status))


def _progress(item: ParsedItem, anchor: Anchor, progress: ItemProgress, noun: str) -> str | None:
    """The progress to write on an epic or a feature, None where the line is right already."""
    done = progress.roll_up
    if done is None or item.kind not in ("epic", "feature"):
        return None
    present = _line_of(anchor, "progress")
    if present is None and not (done.done or done.points_done):
        return None
    told = format_progress(done, noun)
    return None if present and present.pair.value == told else told
