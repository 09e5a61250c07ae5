"""Check boxes in text: the only place that knows which characters go between the brackets.

A pattern's first group is that character, except in `BODY_LINE`; `is_ticked` reads it.
"""

import re
from typing import Final

_GITHUB: Final = r"\[([ xX])\]"
"""What GitHub renders as a box (GFM specification, 5.3), and what our own files declare."""
_WRITTEN: Final = r"\[([ xX✓✔])\]"
"""What people write in their own plans: a check mark counts as a box, too."""

GITHUB: Final = re.compile(_GITHUB)
WRITTEN: Final = re.compile(_WRITTEN)

ANY: Final = re.compile(r"\[([ xX✓✔✅~/-])\]")
"""Also half-done and canceled boxes of some tools: they express a status, not a criterion."""

BODY_LINE: Final = re.compile(rf"^(\s{{0,12}}(?:[-*+]|\d{{1,9}}[.)]) ){_GITHUB} (.*)$")
"""A line of an issue's body that GitHub renders with a box: before it, the character, its text.

Bodies are rebuilt from these groups byte by byte, so one space follows the marker and the box.
"""

OPEN_QUESTION: Final = re.compile(r"[ \t]*(?:[-*+]|\d{1,3}[.)])[ \t]+\[ \][ \t]+(\S.*)")
"""A line with an open box in somebody's text, with any spacing; its group is the text."""

BEFORE_TEXT: Final = re.compile(rf"{_WRITTEN}\*?(?=[ \t]|$)")
"""The box at the start of a list entry; a footnote's asterisk may follow it."""

BARE_ROW: Final = re.compile(r"(?=\[[ xX]\][ \t]+\S)")
"""A row that starts with a box but has no bullet; only characters that prose never uses there."""

IN_TITLE: Final = re.compile(rf"{_GITHUB}[ ]+(?=\S)")
"""The box of a heading, `### [x] Sign in`; other characters are read as a status word."""

IN_VALUE: Final = re.compile(rf"{_WRITTEN}\s*")
"""The box at the start of a value or a cell of another tool's file, with what follows it."""

IN_OWN_FILE: Final = re.compile(rf"{_GITHUB}\s+")
"""The box of a criterion in our own format, as its JSON Schema documents it."""

IN_ORG: Final = re.compile(r"\[([ xX-])\][ \t]+(?=\S)")
"""A box in Org; `[-]` is one whose sub-items are partly done (The Org Manual, "Checkboxes")."""

MISTAKEN: Final = re.compile(
    r"\[(?P<mark>[ ]{0,3}|[xX✓][ ]|[ ][xX✓][ ]?|[ ]?[yYvV][ ]?(?=\][ ]))\](?P<gap>[ ]?)(?=\S)"
    r"|\[[xX ]\](?=[^\s(\[])"
)
"""A mistyped check box: `[]`, `[x ]`, `[ x ]`, `[y]`, `[v]`, `[ ]text`."""

GLUED: Final = re.compile(rf"(?P<marker>[-+]|\d{{1,3}}[.)])(?P<box>{_WRITTEN})(?=[ \t]+\S)")
"""A check box without a space after its list marker: `-[ ] text`, which Markdown reads as text."""


def is_ticked(box: "re.Match[str]") -> bool:
    """Return whether the box of a match is ticked."""
    return box[1] != " "
