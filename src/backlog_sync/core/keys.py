"""Keys: the identifiers of items in a backlog."""

import hashlib
import re
import unicodedata

KEY_LENGTH = 64
"""The maximum length of a key."""

_KEY = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_SLUG_LENGTH = 30
"""Characters of a title in a generated key: enough to recognize it, short enough to type."""
_HASH_LENGTH = 8
"""Hex digits of a generated key: 32 bits keep a thousand equal slugs apart."""
_PARENT_LENGTH = KEY_LENGTH - _SLUG_LENGTH - _HASH_LENGTH - 2


def is_key(text: str) -> bool:
    """Return whether `text` can be a key: `[a-z0-9][a-z0-9._-]{0,63}`."""
    return _KEY.fullmatch(text) is not None


def slug(text: str, length: int = _SLUG_LENGTH) -> str:
    """Return the ASCII letters and digits of `text`, lower case, joined by hyphens.

    At most `length` characters. Accents are removed; a text in another script gives an empty slug.
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    return words[:length].rstrip("-")


def make_key(title: str, parent: str | None = None) -> str:
    """Return a key for an item whose document has none.

    It is the parent's key (its first 24 characters), the title's slug and eight hex digits of a
    hash, so that a title in any script has one. The hash covers the whole parent's key: two parents
    that begin alike do not give their children the same key.
    """
    normalized = unicodedata.normalize("NFC", title.strip())
    digest = hashlib.sha256(f"{parent or ''}\n{normalized}".encode("utf-8", "replace")).hexdigest()
    parts = [(parent or "")[:_PARENT_LENGTH].rstrip("._-"), slug(title), digest[:_HASH_LENGTH]]
    return "-".join(part for part in parts if part)


def suggest_key(text: str) -> str | None:
    """Return the nearest valid key to a text, or None if nothing is left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    key = re.sub(r"[^a-z0-9._-]+", "-", plain).strip("._-")[:KEY_LENGTH]
    return key if is_key(key) else None
