"""Show the issues that were taken into the files, and those that need somebody."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Literal

from backlog_sync.core.diagnostics import Place
from backlog_sync.core.escape import code, inert
from backlog_sync.core.inbox import NotTaken, Taken
from backlog_sync.dataclass import dataclass
from backlog_sync.render.bounded import COMMENT_BYTES, BoundedText, cut, table
from backlog_sync.render.canvas import Look, paint, stacked
from backlog_sync.render.issue_lists import issue_list
from backlog_sync.render.view import Listed
from backlog_sync.render.words import counted


def inbox_text(
    taken: Sequence[Taken],
    left: Sequence[NotTaken],
    below: str | None,
    look: Look,
    *,
    written: bool,
) -> str:
    """Return the new issues that are `written` into the files, or would be, and the others."""
    place = f"below {below}" if below else "at the end"
    rows = [
        Listed(each.item.title, f"{each.item.kind}  {each.ref}", _reason(each, f"; {place}"))
        for each in taken
    ]
    count = counted(len(rows), "new issue")
    note = f"{count} in the files" if written else f"{count} for the files"
    new = issue_list("Inbox", note, rows, look, "+", "green")
    others = [Listed(each.title, each.ref, each.reason, each.hint) for each in left]
    untaken = issue_list("Not taken", "somebody has to decide", others, look)
    return paint(stacked([new, untaken]), look) if rows or others else ""


def _reason(taken: Taken, place: str = "") -> str:
    return taken.reason + (f"; below {taken.parent_ref}" if taken.parent_ref else place)


END = "<!-- backlog:end-of-inbox -->"
"""The last line of our part of a pull request's text."""


def inbox_markdown(
    taken: Sequence[Taken], left: Sequence[NotTaken], *, note: str = "", limit: int = COMMENT_BYTES
) -> str:
    """Return both lists as GitHub Markdown of at most `limit` bytes; `note` is trusted."""
    text = BoundedText(limit - 1_000)
    title = counted(len(taken), "new issue")
    text.add(
        table(
            f"**{title}**" if taken else "**No new issues**",
            ("issue", "title", "kind", "why"),
            [
                (
                    _linked(each),
                    inert(cut(each.item.title)),
                    each.item.kind,
                    inert(cut(_reason(each))),
                )
                for each in taken
            ],
        )
    )
    text.add(
        table(
            "Not taken: somebody has to decide",
            ("issue", "title", "why", "what to do"),
            [
                (
                    code(each.ref),
                    *(inert(cut(word)) for word in (each.title, each.reason, each.hint)),
                )
                for each in left
            ],
        )
    )
    more = f"\n{text.left_out} more are not shown.\n" if text.left_out else ""
    return "".join((*text.parts, more, f"\n{note}\n" if note else "")).lstrip("\n")


def _linked(taken: Taken) -> str:
    """Return the number of an issue, which leads to it."""
    if taken.item.url is None:
        return code(taken.ref)
    return f"[{inert(taken.ref)}](<{taken.item.url}>)"


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenJson:
    """A new item: its issue, and where it is. `below` is the key of the item that it is below.

    `fields_left` are the fields that have no place in the file.
    """

    number: int
    ref: str
    key: str
    title: str
    kind: str
    below: str | None
    reason: str
    path: str
    line: int
    fields_left: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftJson:
    """An issue that a selector means and that was not taken; `hint` is what would change that."""

    number: int
    ref: str
    title: str
    reason: str
    hint: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxJson:
    """What was taken into the files, and what was not; `files` are those that were written."""

    format_version: Literal[1]
    taken: tuple[TakenJson, ...]
    left: tuple[LeftJson, ...]
    files: tuple[str, ...]


def inbox_to_json(
    taken: Sequence[tuple[Taken, str, Place, Sequence[str]]],
    left: Sequence[NotTaken],
    written: Sequence[str],
) -> dict[str, object]:
    """Return the same as plain values; each new issue with its key, place and fields left."""
    return asdict(
        InboxJson(
            format_version=1,
            taken=tuple(
                TakenJson(
                    number=each.item.issue.number,
                    ref=each.ref,
                    key=key,
                    title=each.item.title,
                    kind=each.item.kind,
                    below=each.item.parent,
                    reason=each.reason,
                    path=place.path,
                    line=place.line or 1,
                    fields_left=tuple(fields),
                )
                for each, key, place, fields in taken
            ),
            left=tuple(
                LeftJson(
                    number=each.number,
                    ref=each.ref,
                    title=each.title,
                    reason=each.reason,
                    hint=each.hint or None,
                )
                for each in left
            ),
            files=tuple(written),
        )
    )
