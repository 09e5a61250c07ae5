"""Progress into files whose items are lines of their own: Org and todo.txt."""

from collections.abc import Iterator, Mapping, Sequence

from backlog_sync.files.foreign.org import Keywords, OrgAnchor
from backlog_sync.files.foreign.todotxt import TodoAnchor
from backlog_sync.files.statuses import meanings
from backlog_sync.files.yaml.edit import Edit


def todo_edits(
    text: str, anchor: TodoAnchor, status: str | None, issue: str | None
) -> Iterator[Edit]:
    """What makes a task say its issue, and that it is done or no longer is.

    There is no word for what is in progress: such a task only loses its `x`.
    """
    if status is not None:
        ended = bool(meanings(status) & {"done", "cancelled"})
        if ended and anchor.done is None:
            yield Edit(anchor.start, anchor.start, "x ")
        elif not ended and anchor.done is not None:
            yield Edit(*anchor.done, "")
    if issue is not None and anchor.issue is not None:
        yield Edit(*anchor.issue, issue)
    elif issue is not None:
        end = anchor.start + len(text[anchor.start : anchor.end].rstrip())
        yield Edit(end, end, f" issue:{issue}")


def org_edits(
    text: str, anchor: OrgAnchor, status: str | None, issue: str | None, ticks: Mapping[int, bool]
) -> Iterator[Edit]:
    """What makes an item of an Org file say its issue, its status, and its ticked boxes."""
    if status is not None:
        yield from _status(text, anchor, status)
    if issue is not None:
        yield from _issue(text, anchor, issue)
    for index, done in ticks.items():
        if 0 <= index < len(anchor.boxes):
            yield from _tick(text, anchor.boxes[index], done=done)


def _status(text: str, anchor: OrgAnchor, status: str) -> Iterator[Edit]:
    if anchor.box is not None:
        yield from _tick(text, anchor.box, done=bool(meanings(status) & {"done", "cancelled"}))
        return
    word = keyword_for(anchor.keywords, status)
    if word is None:
        return
    if anchor.keyword is None:
        yield Edit(anchor.title, anchor.title, f"{word} ")
    elif text[anchor.keyword[0] : anchor.keyword[1]] != word:
        yield Edit(*anchor.keyword, word)


def keyword_for(keywords: Keywords, status: str) -> str | None:
    """The keyword of a file that means a status; None where it has none for it."""
    meant = meanings(status)
    same = [word for word in (*keywords.open, *keywords.closed) if meanings(word) & meant]
    if same:
        return same[0]
    fallback: Sequence[str] = keywords.closed if meant & {"done", "cancelled"} else ()
    return next(iter(fallback), None)


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
