"""What changes in a file, as text."""

import difflib

from rich.text import Text

from backlog_sync.core.escape import clean
from backlog_sync.render.canvas import Look, paint


def diff_text(path: str, before: str, after: str, look: Look) -> str:
    """A unified diff of one file."""
    styles = {"+": "green", "-": "red", "@": "cyan"}
    name = clean(path)
    diff = difflib.unified_diff(
        before.splitlines(), after.splitlines(), f"a/{name}", f"b/{name}", n=1, lineterm=""
    )
    lines = []
    for index, line in enumerate(diff):
        style = "bold" if index < 2 else styles.get(line[:1], "")
        lines.append(Text(line[:1] + clean(line[1:]), style))
    wide = Look(width=10_000, color=look.color, ascii=look.ascii)
    return paint(lines, wide)
