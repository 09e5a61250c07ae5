"""Normalize values of both sides before they are compared."""

import json
from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2s

from backlog_sync.core.emoji_names import with_emoji

_ATOM = (str, float, int)
_ENCODE = json.JSONEncoder(ensure_ascii=True, sort_keys=True).encode


def digest(text: str, size: int = 12) -> str:
    """Return the first `size` hex digits of the text's BLAKE2 hash."""
    return blake2s(text.encode("utf-8", "surrogatepass")).hexdigest()[:size]


def hash_value(value: object) -> str:
    """Return a short hash of a plain value (text, number, None, or a list of these)."""
    if value is None or isinstance(value, _ATOM):
        return _hash_atom(value)
    return digest(_ENCODE(value))


@lru_cache(20_000, typed=True)
def _hash_atom(value: str | float | None) -> str:
    return digest(_ENCODE(value))


def unify_newlines(text: str) -> str:
    """Turn CRLF and lone CR into LF: GitHub's web editor saves CRLF."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def same_text(text: str, other: str, *, caseless: bool = False, trimmed: bool = True) -> bool:
    """Return whether two texts are the same on GitHub, apart from how they end their lines.

    GitHub trims most texts, and ignores case in some.
    """
    if caseless:
        return fold(text) == fold(other)
    text, other = unify_newlines(text), unify_newlines(other)
    return text.strip() == other.strip() if trimmed else text == other


def title(text: str) -> str:
    """Trim and collapse white space as GitHub does in titles."""
    return " ".join(text.split())


@lru_cache(10_000)
def fold(name: str) -> str:
    """Return a label, type or login name in the form for comparing: GitHub ignores case.

    A shortcode and its emoji are one name: GitHub shows them alike.
    """
    return with_emoji(name).strip().casefold()


def fold_set(names: Iterable[str]) -> dict[str, str]:
    """Map each name's folded form to the name; the first spelling is kept."""
    result: dict[str, str] = {}
    for name in names:
        result.setdefault(fold(name), name)
    return result


def number(value: float) -> float:
    """Return whole numbers as int, so that 3 and 3.0 print and compare alike."""
    return int(value) if float(value).is_integer() else float(value)
