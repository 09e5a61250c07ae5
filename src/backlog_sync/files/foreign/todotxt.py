"""Read `todo.txt`: one task per line, with its syntax for done, priority, dates and projects."""

import re
from collections import Counter

from backlog_sync.core.diagnostics import Diagnostic, Place
from backlog_sync.files.anchors import TodoAnchor
from backlog_sync.files.draft import Draft, Findings
from backlog_sync.files.fill import Filler, text_pair
from backlog_sync.files.foreign.finish import finished
from backlog_sync.files.node_values import leading_title
from backlog_sync.files.outline import line_spans
from backlog_sync.files.parsed import ParsedFile, Source
from backlog_sync.files.values import priority_of
from backlog_sync.files.vocabulary import field_of, key_words

TODO_TXT = "todo.txt"
"""The dialect of such a file."""

_HEAD = re.compile(
    r"(?P<lead>[ \t]*(?:[-*•][ \t]+)?)(?P<done>[xX][ \t]+)?(?:\d{4}-\d\d-\d\d[ \t]+){0,2}"
    r"(?:\((?P<priority>[A-Z])\)[ \t]+)?(?:\d{4}-\d\d-\d\d[ \t]+){0,2}"
)
_TAG = re.compile(r"(?<!\S)[+@]([^\W_](?:[\w./-]*\w)?)(?!\S)")
_PAIR = re.compile(r"(?<!\S)([A-Za-z][\w-]{0,30}):(?!//)([^\s:][^\s]{0,200})(?!\S)")
_SKIPPED = re.compile(r"(?:#+[ \t]|[-=_*]{3,}$)")

_KEYS = {
    "due": "target", "t": "start", "p": "parent", "dep": "depends_on", "after": "depends_on",
    "pri": "priority", "rec": "", "h": "", "uuid": "",
}  # fmt: skip
"""What tools write as `key:value`; unknown pairs are removed from the title, too."""


def parse_todo_txt(source: Source) -> ParsedFile:
    """Read a `todo.txt`: each line is a task. Raises nothing."""
    findings = Findings(source.path)
    filler = Filler(findings)
    drafts = []
    lines = [(start, source.text[start:end]) for start, end, _ in line_spans(source.text)]
    titles = Counter(_titled(line).casefold() for _, line in lines)
    for number, (start, line) in enumerate(lines, 1):
        if not line.strip():
            continue
        place = Place(source.path, number, 1)
        whole = titles[_titled(line).casefold()] > 1
        draft = _task(line, start, place, filler, whole=whole)
        if draft is None:
            findings.skip(place, "no task")
        else:
            drafts.append(draft)
    message = "this is not a backlog: it holds no lines that are tasks"
    none = Diagnostic(Place(source.path), "not-a-backlog", message, "write one per line")
    return finished(source, drafts, filler, TODO_TXT, none)


def _titled(text: str) -> str:
    head = _HEAD.match(text)
    return _title(text[head.end() :], whole=False) if head else ""


def _task(text: str, start: int, place: Place, filler: Filler, *, whole: bool) -> Draft | None:
    """Return the task of a line; its title is the `whole` text if another has the same words."""
    head = _HEAD.match(text)
    if head is None or _SKIPPED.match(text):
        return None
    pairs = [m for m in _PAIR.finditer(text, head.end()) if _field(m[1]) is not None]
    tags = list(_TAG.finditer(text, head.end()))
    title = _title(text[head.end() :], whole=whole)
    if not any(char.isalnum() for char in title):
        return None
    short, rest = leading_title(title)
    draft = Draft("task", short, place)
    draft.add_text(rest)
    done = (start + head.start("done"), start + head.end("done")) if head["done"] else None
    issues = ((start + m.start(2), start + m.end(2)) for m in pairs if _field(m[1]) == "issue")
    draft.anchor = TodoAnchor(start + head.end("lead"), start + len(text), done, next(issues, None))
    if done:
        draft.put("status", "Done", place)
    if head["priority"]:
        draft.put("priority", priority_of(head["priority"]), place)
    if tags:
        draft.put("labels", list(dict.fromkeys(match[1] for match in tags)), place)
    for match in pairs:
        _take(draft, match[1], match[2], place, filler)
    return draft


def _title(text: str, *, whole: bool) -> str:
    """Return a task without its pairs, and without the tags at its start and end.

    Tags inside the sentence are part of it; with `whole`, all of them are.
    """
    words = [word for word in text.split() if not _is_known_pair(word)]
    plain = [at for at, word in enumerate(words) if not _TAG.fullmatch(word)]
    if plain and not whole:
        words = words[plain[0] : plain[-1] + 1]
    return " ".join(words) if plain else ""


def _is_known_pair(word: str) -> bool:
    pair = _PAIR.fullmatch(word)
    return pair is not None and _field(pair[1]) is not None


def _field(key: str) -> str | None:
    """Return the field of a key; empty if it is unknown, None if it is not a key."""
    known = _KEYS.get(key_words(key))
    return field_of(key) if known is None else known


def _take(draft: Draft, key: str, value: str, place: Place, filler: Filler) -> None:
    field = _field(key)
    if not field:
        return
    if field == "priority" and value in ("A", "B", "C"):
        value = priority_of(value)
    for word in value.split(",") if field in ("depends_on", "labels") else (value,):
        filler.take(draft, text_pair(key, word, place), field)
