"""Convert inline Markdown to plain text. Every pattern is bounded: long lines stay fast."""

import re
from html import unescape

_LINK = re.compile(r"!?\[([^\[\]\n]{0,400})\]\([^()\n]{0,800}\)")
_COMMENT = re.compile(r"<!--[^<>]{0,400}-->")
_STAR = re.compile(r"(?<![\w*\\])\*([^*\s](?:[^*]{0,300}[^*\s])?)\*(?![\w*])")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_LINK_ONLY = re.compile(r"\[([^\[\]\n]{1,400})\]\([^()\n]{0,800}\)")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_SPACES = re.compile(r"[ \t]+")


def plain(text: str) -> str:
    """Return a title or a short value as plain text.

    Bold and italic marks, comments, escapes and hard breaks are removed; a link is replaced by its
    text, and `&amp;` by `&`. Backticks stay, because GitHub shows them in titles as code.
    """
    if not text.isalnum():
        text = text.rstrip().removesuffix("\\")
        if "<!--" in text:
            text = _COMMENT.sub("", text)
        if "](" in text:
            text = _LINK.sub(r"\1", text)
        text = _outside_code(text)
        if "\\" in text:
            text = _ESCAPE.sub(r"\1", text)
        text = _SPACES.sub(" ", text)
    return text.strip()


def is_all_bold(text: str) -> bool:
    """Return whether a line is one bold text and nothing else."""
    return len(text) > 4 and text.startswith("**") and text.find("**", 2) == len(text) - 2


def _outside_code(text: str) -> str:
    """Return a text with bold and italic marks removed and entities decoded, except in code."""
    if "*" not in text and "__" not in text and "&" not in text:
        return text
    parts = text.split("`")
    if len(parts) % 2 == 0:  # a backtick that is never closed does not begin code
        parts = [text]
    for index in range(0, len(parts), 2):
        part = parts[index].replace("**", "")
        if part.startswith("__") and part.endswith("__") and len(part) > 4:
            part = part[2:-2]
        parts[index] = _ENTITY.sub(_meant, _STAR.sub(r"\1", part))
    return "`".join(parts)


def _meant(entity: re.Match[str]) -> str:
    return unescape(entity[0])


def only_link(text: str) -> str | None:
    """Return the text of a link if there is nothing else, otherwise None."""
    match = _LINK_ONLY.fullmatch(text.strip().strip("*"))
    return match[1] if match else None
