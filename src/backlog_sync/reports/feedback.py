"""Open questions: what people ask where feedback is collected, and nobody answered yet."""

import re
from collections.abc import Iterable, Iterator, Sequence

from backlog_sync.core.checkboxes import OPEN_QUESTION
from backlog_sync.core.facts import Conversation, Remark, WorkItem
from backlog_sync.core.normalize import unify_newlines
from backlog_sync.core.planning import PlanningSettings
from backlog_sync.reports.values import Question

_FENCE = re.compile(r"[ \t]*(```+|~~~+)")
_ASKS = re.compile(r"[?？؟][\"'”’»)*_]{0,3}[ \t]*\Z")
_LEAD = re.compile(r"[ \t]*(?:#{1,6}|[-*+]|\d{1,3}[.)])[ \t]+")
_OURS = "<!-- backlog:"
"""What a comment of this tool begins with: a report is not a feedback."""
_LONGEST = 300
"""Characters quoted of a comment: a report quotes, the link leads to the rest."""


def open_questions(
    items: Iterable[WorkItem], planning: PlanningSettings, conversations: Iterable[Conversation]
) -> tuple[Question, ...]:
    """Return the open questions of the plan and of the items, place by place in document order."""
    by_ref = {one.ref: one for one in conversations}
    named = [("", ref) for ref in planning.feedback]
    named += [(item.key, ref) for item in items for ref in item.feedback]
    return tuple(
        question for key, ref in named if ref in by_ref for question in _questions(key, by_ref[ref])
    )


def unseen(conversations: Iterable[Conversation]) -> Iterator[str]:
    """Yield a sentence for each place that was not read, or not to its end."""
    for one in conversations:
        if one.missing:
            yield f"The feedback in {one.ref} is out of reach: {one.missing}."
        elif one.cut:
            yield f"The feedback in {one.ref} is long: only its last comments were read."


def _questions(key: str, one: Conversation) -> Iterator[Question]:
    """Open boxes of the first text, and questions of comments, of what is not settled."""
    if one.settled:
        return
    place = {"item": key, "ref": str(one.ref), "title": one.title}
    for line in _lines(one.text):
        if box := OPEN_QUESTION.fullmatch(line):
            yield Question(**place, text=_short(box[1]), url=one.url)
    for thread in one.threads:
        for at, remark in enumerate(thread):
            if not remark.hidden and not _answered(remark, thread[at + 1 :]):
                for text in _asked(remark.text):
                    day = remark.at[:10]
                    yield Question(**place, text=text, by=remark.author, at=day, url=remark.url)


def _answered(question: Remark, later: Sequence[Remark]) -> bool:
    """Return whether somebody else who may write to the repository said anything after it."""
    return any(
        one.trusted and one.author != question.author and not _is_ours(one.text) for one in later
    )


def _asked(text: str) -> Iterator[str]:
    """Yield the lines of a comment that end with a question mark."""
    if _is_ours(text):
        return
    for line in _lines(text):
        if _ASKS.search(line):
            yield _short(_LEAD.sub("", line, count=1))


def _is_ours(text: str) -> bool:
    return text.lstrip().startswith(_OURS)


def _lines(text: str) -> Iterator[str]:
    """The lines that somebody says themselves: no code, no quotes."""
    fence = ""
    for line in unify_newlines(text).split("\n"):
        mark = _FENCE.match(line)
        if mark and (not fence or mark[1].startswith(fence)):
            fence = "" if fence else mark[1]
        elif not fence and not line.lstrip().startswith(">"):
            yield line


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _LONGEST else words[: _LONGEST - 1] + "…"
