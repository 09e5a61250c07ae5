"""Check boxes in text: the one place that knows which signs stand between the brackets.

A pattern's first group is the sign, except in `BODY_LINE`; `is_ticked` reads it.
"""

import re
from typing import Final

_GITHUB: Final = r"\[([ xX])\]"
"""What GitHub draws as a box (GFM specification, 5.3), and what our own files declare."""
_WRITTEN: Final = r"\[([ xX✓✔])\]"
"""What people write in plans of their own: a tick is a box as well."""

GITHUB: Final = re.compile(_GITHUB)
WRITTEN: Final = re.compile(_WRITTEN)

ANY: Final = re.compile(r"\[([ xX✓✔✅~/-])\]")
"""Also half-done and canceled ones, which some tools write: they tell a status, not a criterion."""

BODY_LINE: Final = re.compile(rf"^(\s{{0,12}}(?:[-*+]|\d{{1,9}}[.)]) ){_GITHUB} (.*)$")
"""A line of an issue's body that GitHub draws with a box: before it, the sign, its text.

Bodies are rebuilt from these groups to the byte, so one space follows the marker and the box.
"""

OPEN_QUESTION: Final = re.compile(r"[ \t]*(?:[-*+]|\d{1,3}[.)])[ \t]+\[ \][ \t]+(\S.*)")
"""A line of somebody's text with an open box, spaced as they like; its group is the text."""

BEFORE_TEXT: Final = re.compile(rf"{_WRITTEN}\*?(?=[ \t]|$)")
"""The box at the start of a list entry; a footnote's star may follow it."""

BARE_ROW: Final = re.compile(r"(?=\[[ xX]\][ \t]+\S)")
"""A row that starts with a box and has no bullet; of a sign in prose nobody means that."""

IN_TITLE: Final = re.compile(rf"{_GITHUB}[ ]+(?=\S)")
"""The box of a heading, `### [x] Sign in`; with other signs it is read as the words of a status."""

IN_VALUE: Final = re.compile(rf"{_WRITTEN}\s*")
"""The box at the start of a value or a cell of another tool's file, with what follows it."""

IN_OWN_FILE: Final = re.compile(rf"{_GITHUB}\s+")
"""The box of a criterion in our own format, as its JSON Schema documents it."""

IN_ORG: Final = re.compile(r"\[([ xX-])\][ \t]+(?=\S)")
"""A box in Org; `[-]` is one whose sub-items are partly done (The Org Manual, "Checkboxes")."""

MISTAKEN: Final = re.compile(
    r"\[(?P<mark>[ ]{0,3}|[xX✓][ ]|[ ][xX✓])\](?P<gap>[ ]?)(?=\S)|\[[xX ]\](?=[^\s(\[])"
)
"""What was meant as a check box: `[]`, `[x ]`, `[ ]text`."""


def is_ticked(box: "re.Match[str]") -> bool:
    """Return whether the box of a match is ticked."""
    return box[1] != " "
