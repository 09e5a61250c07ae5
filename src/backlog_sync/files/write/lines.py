"""Setting fields of items whose files are lines of text: Org and todo.txt."""

from collections.abc import Iterator, Mapping, Sequence

from backlog_sync.files.anchors import Keywords, OrgAnchor, TodoAnchor
from backlog_sync.files.parsed import ParsedFile
from backlog_sync.files.statuses import meanings
from backlog_sync.files.write.edits import Edit
from backlog_sync.files.write.wanted import NO_PLACE, CannotSay, Link, Status, Ticks, Value, is_told

_NO_KEY = "the file has no key for it"


class LineWriter:
    """Sets progress in one file: signs, keywords, properties and boxes."""

    def __init__(self, parsed: ParsedFile) -> None:
        self.parsed = parsed
        self.text = parsed.source.text
        self.edits: list[Edit] = []

    def set(self, index: int, field: str, value: Value) -> None:  # noqa: ARG002 - values say it
        """Set one field of an item. Raises CannotSay, with nothing done, where it has no place."""
        item = self.parsed.items[index]
        if is_told(item.document, value):
            return
        if isinstance(value, Status) and value.initial and not item.document.status:
            return
        if isinstance(item.anchor, TodoAnchor):
            self.edits += _todo(self.text, item.anchor, value)
        elif isinstance(item.anchor, OrgAnchor):
            self.edits += _org(self.text, item.anchor, value)
        else:
            raise CannotSay(NO_PLACE)

    def finish(self) -> list[Edit]:
        """Give the edits of all that was set."""
        return self.edits


# ---- todo.txt ------------------------------------------------------------------------------


def _todo(text: str, anchor: TodoAnchor, value: Value) -> Iterator[Edit]:
    """There is no word for what is in progress: such a task only loses its `x`."""
    if isinstance(value, Status):
        if value.ends and anchor.done is None:
            yield Edit(anchor.start, anchor.start, "x ")
        elif not value.ends and anchor.done is not None:
            yield Edit(*anchor.done, "")
        elif not value.ends:
            raise CannotSay("a todo.txt tells only what is done")
    elif isinstance(value, Link):
        end = anchor.start + len(text[anchor.start : anchor.end].rstrip())
        known = anchor.issue
        yield Edit(*known, value.number) if known else Edit(end, end, f" issue:{value.number}")
    else:
        raise CannotSay(_NO_KEY)


# ---- Org -----------------------------------------------------------------------------------


def _org(text: str, anchor: OrgAnchor, value: Value) -> Iterator[Edit]:
    if isinstance(value, Status):
        yield from _status(text, anchor, value)
    elif isinstance(value, Link):
        yield from _issue(text, anchor, value.number)
    elif isinstance(value, Ticks):
        yield from _ticks(text, anchor, value.done)
    else:
        raise CannotSay(_NO_KEY)


def _status(text: str, anchor: OrgAnchor, status: Status) -> Iterator[Edit]:
    if anchor.box is not None:
        if not status.ends and text[anchor.box] not in "xX":
            raise CannotSay("a box tells only what is done")
        yield from _tick(text, anchor.box, done=status.ends)
        return
    word = _keyword(anchor.keywords, status)
    if word is None:
        raise CannotSay("the file has no keyword for it")
    if anchor.keyword is None:
        yield Edit(anchor.title, anchor.title, f"{word} ")
    elif text[anchor.keyword[0] : anchor.keyword[1]] != word:
        yield Edit(*anchor.keyword, word)


def _keyword(keywords: Keywords, status: Status) -> str | None:
    """The keyword of a file that means a status; None where it has none for it."""
    meant = meanings(status.word)
    same = [word for word in (*keywords.open, *keywords.closed) if meanings(word) & meant]
    fallback: Sequence[str] = keywords.closed if status.ends else ()
    return next(iter(same or fallback), None)


def _ticks(text: str, anchor: OrgAnchor, ticks: Mapping[int, bool]) -> Iterator[Edit]:
    for index, done in ticks.items():
        if 0 <= index < len(anchor.boxes):
            yield from _tick(text, anchor.boxes[index], done=done)


def _tick(text: str, at: int, *, done: bool) -> Iterator[Edit]:
    if (text[at] in "xX") is not done:
        yield Edit(at, at + 1, "X" if done else " ")


def _issue(text: str, anchor: OrgAnchor, issue: str) -> Iterator[Edit]:
    """The number, behind a box, or as a property in the item's drawer, which may be new."""
    if anchor.box is not None:
        shown = f"#{issue}" if issue.isdecimal() else issue
        behind = (anchor.end, anchor.end, f" ({shown})")
        yield Edit(*anchor.issue, shown) if anchor.issue is not None else Edit(*behind)
        return
    if anchor.issue is not None:
        yield Edit(*anchor.issue, issue)
        return
    line = "\r\n" if "\r\n" in text else "\n"
    if anchor.drawer is not None:
        yield Edit(anchor.drawer, anchor.drawer, f":ISSUE: {issue}{line}")
        return
    drawer = f":PROPERTIES:{line}:ISSUE: {issue}{line}:END:"
    if text[: anchor.below].endswith(("\n", "\r")):
        yield Edit(anchor.below, anchor.below, f"{drawer}{line}")
    else:
        yield Edit(anchor.below, anchor.below, f"{line}{drawer}")
