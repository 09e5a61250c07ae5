"""Show the issues that were taken into the files, and those that need somebody."""

from collections.abc import Sequence

from backlog_sync.core.escape import code, inert
from backlog_sync.core.inbox import NotTaken, Taken
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


def inbox_to_json(
    taken: Sequence[tuple[Taken, str, str, int | None, Sequence[str]]],
    left: Sequence[NotTaken],
    written: Sequence[str],
) -> dict[str, object]:
    """Return the same as plain values; each new issue with its key, path, line and left fields."""
    return {
        "format_version": 1,
        "taken": [
            {
                "number": each.item.issue.number,
                "ref": each.ref,
                "key": key,
                "title": each.item.title,
                "kind": each.item.kind,
                "below": each.item.parent,
                "reason": each.reason,
                "path": path,
                "line": line,
                "fields_left": list(fields),
            }
            for each, key, path, line, fields in taken
        ],
        "left": [
            {
                "number": each.number,
                "ref": each.ref,
                "title": each.title,
                "reason": each.reason,
                "hint": each.hint or None,
            }
            for each in left
        ],
        "files": list(written),
    }
