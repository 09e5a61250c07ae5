"""Write a title into a line of text so that it is read as it is, with as few escapes as possible.

Titles come from GitHub, where anybody may have written them: `- [ ] x`, `Epic 3: y (done)`.
"""

import re
from collections.abc import Mapping
from typing import TypeAlias

from backlog_sync.core.escape import is_suspect
from backlog_sync.files.reading.titles import read_title

Shell: TypeAlias = tuple[str, str]
"""What is before and after a title on its line: `**Story**: `, or bold marks."""

_SIGN = re.compile(r"[!-/:-@\[-`{-~]|[^\w\s]")
_PLAIN, _BACKSLASH, _REFERENCE = range(3)
"""The ways to write a sign: as it is, behind a backslash, or as a character reference."""

_OPENS_BLOCK = re.compile(
    r"^(\d{0,9})([-+*.)](?=[ \t])|#(?=#{0,5}[ \t])|[>|]|`(?=``)|~(?=~~)|\[(?=[ xX-]\]))"
)
"""A sign at the start of a text that begins a list, a heading, a quote, a table, code or a box."""


def written_title(
    title: str,
    shell: Shell = ("", ""),
    *,
    wholly: bool = False,
    entry: bool = False,
    cell: bool = False,
    first: bool = False,
) -> str:
    """Return the text for a title: of an `entry` of a list, or in a `cell` of a table.

    `first` is whether it begins a text, where a sign may begin another block. `wholly` escapes all
    signs.
    """
    signs = [sign for sign in dict.fromkeys(title) if _SIGN.match(sign)]
    references = dict.fromkeys(signs, _REFERENCE)
    if wholly:
        return _escaped(title, references, letter=True)

    def is_read(ways: Mapping[str, int], *, letter: bool) -> bool:
        return _is_read(_escaped(title, ways, letter=letter), title, shell, entry=entry)

    ways = {sign: _least(sign, cell=cell) for sign in signs}
    letter = False
    if not is_read(ways, letter=False):
        least, ways = ways, references
        letter = not is_read(ways, letter=False)
        for sign in signs:
            for way in range(least[sign], _REFERENCE):
                other = {**ways, sign: way}
                if (way == _PLAIN or sign.isascii()) and is_read(other, letter=letter):
                    ways = other
                    break
    text = _escaped(title, ways, letter=letter)
    return _OPENS_BLOCK.sub(r"\1\\\2", text) if first else text


def _least(sign: str, *, cell: bool) -> int:
    """Return the least that a sign needs: a tag hides what follows it, some signs themselves."""
    if is_suspect(sign):
        return _REFERENCE
    return _BACKSLASH if sign == "<" or (cell and sign == "|") else _PLAIN


def _escaped(title: str, ways: Mapping[str, int], *, letter: bool) -> str:
    """Return a title with its signs in these ways; its first `letter` may be a reference, too."""

    def written(sign: re.Match[str]) -> str:
        way = ways.get(sign[0], _PLAIN)
        return (sign[0], f"\\{sign[0]}", f"&#{ord(sign[0])};")[way]

    text = _SIGN.sub(written, title)
    return f"&#{ord(title[0])};{text[1:]}" if letter and title[:1].isalnum() else text


def _is_read(text: str, title: str, shell: Shell, *, entry: bool) -> bool:
    parts = read_title(f"{shell[0]}{text}{shell[1]}", entry=entry)
    name = parts.typed.title if parts.typed and parts.typed.title else parts.text
    marks = (parts.status, parts.points, parts.priority, parts.issue)
    return name == title and marks == (None, None, None, None) and not (parts.hints or parts.rest)
