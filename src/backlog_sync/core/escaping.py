"""Texts in quotes that show whatever is invisible, and start nothing where they are shown.

JSON and a double-quoted scalar of YAML have one escape in common, `\\uXXXX`, so that the value is
the same to the letter for whoever reads the file, and a terminal, an editor or a workflow runner
that shows it raw finds nothing to obey.
"""

import json
import re
import unicodedata
from typing import Final

_JOINERS: Final = frozenset("\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}")
_SUSPECT: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_NONE: Final = frozenset("\ufffe\uffff")
_BEYOND: Final = re.compile(r"[^ -~\n]|##(?=\[)")


def is_suspect(character: str) -> bool:
    """Whether a character is invisible or moves others: controls, bidirectional marks, halves.

    The joiners of scripts and emoji are not.
    """
    if character in _JOINERS:
        return False
    return unicodedata.category(character) in _SUSPECT or character in _NONE


def is_inert(text: str) -> bool:
    """Whether a text can stand as it is, line breaks and tabs aside."""
    return "##[" not in text and not any(is_suspect(c) for c in text if c not in "\n\t")


def quoted(text: str) -> str:
    """Give a text in double quotes, as both YAML and JSON read it.

    Beyond the first plane they have no escape in common; nothing there moves what is beside it.
    """
    literal = json.dumps(text, ensure_ascii=False)
    return _BEYOND.sub(
        lambda match: _escaped(match) if match.group() <= "\uffff" else match[0], literal
    )


def json_text(value: object, *, indent: int | None = 2, ascii_only: bool = False) -> str:
    """Give a value as JSON without one raw suspect character, and without `##[`."""
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    return _BEYOND.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    matched = match.group()
    if matched == "##":
        return "#\\u0023"
    return json.dumps(matched)[1:-1] if is_suspect(matched) else matched
