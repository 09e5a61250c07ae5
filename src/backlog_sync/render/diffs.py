"""Render the changes of a file as a diff."""

import difflib

from backlog_sync.core.escape import clean
from backlog_sync.render.canvas import Look, drawn, paint


def diff_text(path: str, before: str, after: str, look: Look) -> str:
    """Return a unified diff of one file; its lines are never cut, so that it can be applied."""
    from rich.syntax import Syntax  # noqa: PLC0415 - only a run that shows a diff loads its lexers

    name = clean(path)
    lines = difflib.unified_diff(
        before.splitlines(), after.splitlines(), f"a/{name}", f"b/{name}", n=1, lineterm=""
    )
    source = "\n".join(line[:1] + clean(line[1:]) for line in lines)
    syntax = Syntax(source, "diff", theme="ansi_dark", background_color="default")
    whole = Look(width=look.width, color=look.color, ascii=look.ascii, uncut=True)
    return paint(drawn(syntax, whole), whole) if source else ""
