"""`todo.txt`: one task a line, with its signs for done, priority, dates, projects and contexts."""

import re
from pathlib import PurePath

from backlog_sync.core.diagnostics import Diagnostic, Place
from backlog_sync.files.anchors import TodoAnchor
from backlog_sync.files.draft import Draft, Findings
from backlog_sync.files.fill import Filler, text_pair
from backlog_sync.files.foreign.finish import finished
from backlog_sync.files.node_values import leading_title
from backlog_sync.files.parsed import ParsedFile, Source
from backlog_sync.files.vocabulary import field_of, key_words

TODO_TXT = "todo.txt"
"""The dialect of such a file."""

_NAME = re.compile(r"(?:.*[-_. ])?todo\.txt", re.IGNORECASE)
_LINE = re.compile(r"[^\r\n]+")
_HEAD = re.compile(
    r"(?P<done>[xX][ \t]+)?(?:\d{4}-\d\d-\d\d[ \t]+){0,2}(?:\((?P<priority>[A-Z])\)[ \t]+)?"
    r"(?:\d{4}-\d\d-\d\d[ \t]+){0,2}"
)
_TAG = re.compile(r"(?<!\S)[+@]([^\W_](?:[\w./-]*\w)?)(?!\S)")
_PAIR = re.compile(r"(?<!\S)([A-Za-z][\w-]{0,30}):(?!//)([^\s:][^\s]{0,200})(?!\S)")
_SKIPPED = re.compile(r"(?:#+[ \t]|[-=_*]{3,}$)")
_BULLET = re.compile(r"[-*•][ \t]+")

_KEYS = {
    "due": "target", "t": "start", "p": "depends_on", "dep": "depends_on", "after": "depends_on",
    "pri": "priority", "rec": "", "h": "", "uuid": "",
}  # fmt: skip
"""What tools write as `key:value`; those that mean nothing to us go from the title all the same."""

_PRIORITIES = {"A": "High", "B": "Medium", "C": "Low"}


def is_todo_txt(path: str) -> bool:
    """Whether a file is one of such tasks, by its name: `todo.txt`, `work.todo.txt`."""
    return _NAME.fullmatch(PurePath(path).name) is not None


def parse_todo_txt(source: Source) -> ParsedFile:
    """Read a `todo.txt`: each line is a task. Raises nothing."""
    findings = Findings(source.path)
    filler = Filler(findings)
    drafts = []
    for number, start, end in _lines(source.text):
        place = Place(source.path, number, 1)
        draft = _task(source.text, start, end, place, filler)
        if draft is None:
            findings.skip(place, "no task")
        else:
            drafts.append(draft)
    filler.efforts.settle(findings)
    message = "this is not a backlog: it holds no lines that are tasks"
    none = Diagnostic(Place(source.path), "not-a-backlog", message, "write one a line")
    return finished(source, drafts, findings, TODO_TXT, none)


def _lines(text: str) -> list[tuple[int, int, int]]:
    """Lines that hold something: number, start, end."""
    found, number, counted = [], 1, 0
    for match in _LINE.finditer(text):
        gap = text[counted : match.start()]
        number += gap.count("\n") + gap.count("\r") - gap.count("\r\n")
        counted = match.start()
        if match[0].strip():
            found.append((number, match.start(), match.end()))
    return found


def _task(text: str, start: int, end: int, place: Place, filler: Filler) -> Draft | None:
    line = text[start:end]
    if _SKIPPED.match(line):
        return None
    at = len(line) - len(line.lstrip())
    bullet = _BULLET.match(line, at)
    at = bullet.end() if bullet else at
    head = _HEAD.match(line, at)
    assert head is not None
    pairs = [m for m in _PAIR.finditer(line, head.end()) if _field(m[1]) is not None]
    tags = list(_TAG.finditer(line, head.end()))
    title = _without(line, head.end(), [match.span() for match in (*pairs, *tags)])
    if not any(char.isalnum() for char in title):
        return None
    short, rest = leading_title(title)
    draft = Draft("task", short, place)
    draft.say(rest)
    done = head.span("done") if head["done"] else None
    issue = next((m.span(2) for m in pairs if _field(m[1]) == "issue"), None)
    draft.anchor = TodoAnchor(
        start + at, end, done and (start + done[0], start + done[1]),
        issue and (start + issue[0], start + issue[1]),
    )  # fmt: skip
    if done:
        draft.put("status", "Done", place)
    if head["priority"]:
        draft.put("priority", _PRIORITIES.get(head["priority"], "Low"), place)
    if tags:
        draft.put("labels", list(dict.fromkeys(match[1] for match in tags)), place)
    for match in pairs:
        _take(draft, match[1], match[2], place, filler)
    return draft


def _field(key: str) -> str | None:
    """The field of a key; empty for one that means nothing to us, None for what is no key."""
    known = _KEYS.get(key_words(key))
    return field_of(key) if known is None else known


def _take(draft: Draft, key: str, value: str, place: Place, filler: Filler) -> None:
    field = _field(key)
    if not field:
        return
    value = _PRIORITIES.get(value, value) if field == "priority" else value
    for word in value.split(",") if field in ("depends_on", "labels") else (value,):
        filler.take(draft, text_pair(key, word, place), field)


def _without(line: str, at: int, spans: list[tuple[int, int]]) -> str:
    """A line from an offset on without these spans, in single blanks."""
    parts = []
    for start, end in sorted(spans):
        parts.append(line[at:start])
        at = max(at, end)
    return " ".join(" ".join([*parts, line[at:]]).split())
