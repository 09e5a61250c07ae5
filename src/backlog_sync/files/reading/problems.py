"""Warn about what a roadmap's author probably did not mean: typos, and lines that are not read."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace

from backlog_sync.core.checkboxes import GLUED, MISTAKEN
from backlog_sync.core.diagnostics import Diagnostic, Fix, Place, warning
from backlog_sync.files.dates import parse_date
from backlog_sync.files.near import is_surely
from backlog_sync.files.outline import Form, Kind, Node, Outline
from backlog_sync.files.reading.choices import Choices
from backlog_sync.files.reading.record import Record
from backlog_sync.files.statuses import meanings
from backlog_sync.files.suggestions import advice, date_for, fix_of
from backlog_sync.files.validation import shown
from backlog_sync.files.vocabulary import field_of, is_priority, near_key, near_type

_NUMBERED = re.compile(
    r"(?P<word>[^\W\d_]{3,20})[ ](?:#?\d[\d.]*[a-z]?(?=[ ]?[:：—–-])|[(]\d{4}-\d\d?-\d\d?\b)"
)
"""A word before a number and a title, or before a date: it heads an item if it is a type."""


_PLAIN_KEY = re.compile(r"(?P<key>[^\W\d_]{3,20}): (?P<value>\S.*)")
"""A line that is a plain key of one word with its value."""

_DATE = re.compile(
    r"(?<![\w./-])(?:20\d\d([-/])\d{1,2}\1\d{1,2}|\d{1,2}[.]\d{1,2}[.]20\d\d)(?![\w/-]|[.]\d)"
)
"""A whole date in figures, except `03/04/2027`, whose day may be either number."""

_DUE = re.compile(r"(?:[(\[📅⏳🛫]|\b(?:by|due|until|deadline))[^()\[\]]{0,12}$", re.IGNORECASE)
"""What precedes the date of a task: other tasks may be about dates (`Reject 2026-02-30`)."""

_FEW = 3
"""Maximum number of headings listed in one message: enough to find the place."""


def problems(path: str, outline: Outline, record: Record, choices: Choices) -> Iterator[Diagnostic]:
    """Report open code blocks, malformed boxes, near misses, wrong dates, and bullets left out."""
    yield from _unclosed(path, outline)
    yield from _boxes(path, outline)
    yield from _dates(path, outline)
    yield from _type_words(path, choices)
    yield from _keys(path, record)
    yield from _plain_keys(path, outline, record)
    yield from _bullets(path, record, choices)


def _unclosed(path: str, outline: Outline) -> Iterator[Diagnostic]:
    for row in outline.unclosed:
        lost = sum(line.kind is Kind.CODE for line in outline.lines[row:])
        count = "1 line is" if lost == 1 else f"{lost} lines are"
        message = f"this code block is never closed: {count} read as code"
        yield warning(Place(path, row + 1), "open-code-block", message, "close it with a line ```")


def _boxes(path: str, outline: Outline) -> Iterator[Diagnostic]:
    for node in outline.root.walk():
        if node.form is not Form.ENTRY or node.box is not None or node.text[:1] != "[":
            continue
        match = MISTAKEN.match(node.text)
        if match and not node.text.startswith("](", match.end() - 1):
            message = f"'{shown(node.text[:40])}' looks like a check box, but is not one"
            done = "[x]" if re.search("[xX✓yYvV]", match[0]) else "[ ]"
            text = node.text[match.end() :].strip()
            hint = f"write `- {done} {shown(text)}`"
            problem = warning(Place(path, node.first + 1), "malformed-box", message, hint)
            fix = Fix(match[0].rstrip(), done if match["gap"] else f"{done} ")
            yield replace(problem, fix=fix)
    for line in outline.lines:
        match = GLUED.match(line.text) if line.kind in (Kind.TEXT, Kind.LIST) else None
        if match and not line.marker:
            message = f"'{shown(line.text[:40])}' looks like a check box, but is not one"
            spaced = f"{match['marker']} {match['box']}"
            hint = f"write `{spaced} {shown(line.text[match.end() :].strip())}`"
            problem = warning(Place(path, line.row + 1), "malformed-box", message, hint)
            yield replace(problem, fix=Fix(match[0], spaced))


def _dates(path: str, outline: Outline) -> Iterator[Diagnostic]:
    """Report dates that no calendar has, in headings and as the due dates of tasks."""
    for node in outline.root.walk():
        if node.form is not Form.SECTION and node.box is None:
            continue
        line = outline.lines[node.first]
        for match in _DATE.finditer(outline.text, line.at, line.end):
            is_due = node.form is Form.SECTION or _DUE.search(outline.text, line.at, match.start())
            if not is_due or parse_date(match[0]):
                continue
            meant = date_for(match[0])
            message = f"'{match[0]}' is not a date"
            place = Place(path, line.row + 1, match.start() - line.start + 1)
            problem = warning(place, "invalid-date", message, advice(meant))
            yield replace(problem, fix=fix_of(meant, match[0]))


def _type_words(path: str, choices: Choices) -> Iterator[Diagnostic]:
    for section in choices.by_row.values():
        match = _NUMBERED.match(section.node.text) if section.title.typed is None else None
        meant = near_type(match["word"]) if match else None
        if match and meant:
            message = f"'{match['word']}' is not a type of an item, so this heading is not an item"
            place = Place(path, section.node.first + 1)
            problem = warning(place, "near-type", message, f"write `{meant.capitalize()}`")
            yield replace(problem, fix=Fix(match["word"], meant.capitalize()))


def _keys(path: str, record: Record) -> Iterator[Diagnostic]:
    """Report bold keys of items that nearly match a known key."""
    for draft in record.drafts:
        for meta in draft.meta:
            pair = meta.pair
            if pair.field is not None or not pair.bold or " " in pair.key.strip():
                continue
            yield from _near_key(Place(path, meta.line + 1), pair.key, pair.value)


def _plain_keys(path: str, outline: Outline, record: Record) -> Iterator[Diagnostic]:
    """Report plain keys that nearly match a known key, if they are next to metadata or fit it."""
    rules = {note.line: note.rule for note in record.notes}
    for note in record.notes:
        if note.rule not in ("description", "bullet") or note.draft is None:
            continue
        match = _PLAIN_KEY.fullmatch(outline.lines[note.line - 1].text)
        neighbors = (rules.get(note.line - 1), rules.get(note.line + 1))
        beside = note.rule == "description" and "metadata" in neighbors
        if match and (beside or _fits_meant(match["key"], match["value"])):
            yield from _near_key(Place(path, note.line), match["key"], match["value"])


_FIGURES = ("sprint", "story_points", "estimate", "effort", "estimate_hours", "issue", "progress")
"""Fields whose value may be a number."""


def _fits(field: str, value: str) -> bool:
    """Return whether a value can only be one of a certain field: a number, a date, a status."""
    if field == "status":
        return len(value.split()) <= _FEW and bool(meanings(value))
    if field == "priority":
        return is_priority(value)
    if field in ("target", "start"):
        return parse_date(value) is not None
    return field in _FIGURES and re.match(r"#?\d", value) is not None


def _fits_meant(key: str, value: str) -> bool:
    """Return whether a value fits the field that a misspelled key means."""
    meant = near_key(key, lambda field: _fits(field, value))
    return meant is not None and _fits(field_of(meant) or "", value)


def _near_key(place: Place, key: str, value: str) -> Iterator[Diagnostic]:
    """Report a key if it nearly matches a known one."""
    if meant := near_key(key, lambda field: _fits(field, value)):
        message = f"'{shown(key)}' is not a known key: it stays in the text"
        spelled = meant.capitalize() if key[:1].isupper() else meant
        problem = warning(place, "near-key", message, f"write `{spelled}`")
        yield replace(problem, fix=Fix(key, spelled) if is_surely(key, meant) else None)


def _bullets(path: str, record: Record, choices: Choices) -> Iterator[Diagnostic]:
    """Report bullets below times, phases and statuses that were only listed."""
    bullets = (note for note in record.notes if note.rule == "bullet" and note.draft is None)
    left = [note for note in bullets if "bullets items" in note.reason]
    if not left or choices.bullets:
        return
    headings = _headings(choices, [note.line - 1 for note in left])
    named = ", ".join(f"'{shown(each)}'" for each in headings[:_FEW])
    more = " …" if len(headings) > _FEW else ""
    below = "one heading" if len(headings) == 1 else f"{len(headings)} headings"
    count = "1 bullet" if len(left) == 1 else f"{len(left)} bullets"
    message = f"{count} below {below} ({named}{more}) {'is' if len(left) == 1 else 'are'} not taken"
    front = "`backlog: {bullets: items}` into the front matter"
    hint = f"to read them as items, use `--bullets items`, or put {front}"
    yield warning(Place(path, left[0].line), "bullets-left-out", message, hint)


def _headings(choices: Choices, rows: Sequence[int]) -> list[str]:
    """Return the headings right above some rows, in order."""
    titles: dict[int, str] = {}
    starts = sorted(choices.by_row)
    for row in rows:
        at = bisect_left(starts, row)
        if at:
            node: Node = choices.by_row[starts[at - 1]].node
            titles[node.first] = node.text
    return list(titles.values())
