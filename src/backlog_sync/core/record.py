"""The base of a card's values: a text field on the board that tells what was last applied.

It lives on the board and not in the issue, so that a private board's values stay private. Its
text is JSON by field name, such as `{"Priority":"High","Story Points":3}`; a value that is too
long stands as `#` and a hash.
"""

import json
from collections.abc import Mapping
from typing import TypeAlias

from backlog_sync.core import normalize
from backlog_sync.core.model import BoardFieldDef, BoardItem, BoardValue

NAME = "Backlog record"
FIELD = BoardFieldDef(NAME, "text")
LONGEST = 1_000
"""Characters in a record: a text field is known to take 1,024 (reported, not documented)."""

_LONG_VALUE = 80
_SIGN = "#"
_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

Record: TypeAlias = Mapping[str, BoardValue]
"""What was last applied, by field name: a value, or `#` and its hash."""


def decode(card: BoardItem | None) -> Record | None:
    """Read a card's record; None where there is none, or where it is not one of ours."""
    text = card.values.get(NAME) if card else None
    if not isinstance(text, str) or len(text) > 2 * LONGEST:
        return None
    try:
        read = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(read, dict) or not all(_is_plain(value) for value in read.values()):
        return None
    return read


def _is_plain(value: object) -> bool:
    return value is None or (isinstance(value, str | int | float) and not isinstance(value, bool))


def encode(record: Record) -> str:
    """Give the text of a record, at most `LONGEST` characters.

    The longest values give way to their hashes first; what still finds no room is left out, and
    counts as never applied.
    """
    kept = dict(sorted(record.items()))
    if len(text := _json(kept)) <= LONGEST:
        return text
    for name in sorted(kept, key=lambda name: (-len(_json(kept[name])), name)):
        if len(_json(kept)) <= LONGEST:
            break
        kept[name] = kept[name] if _is_hash(kept[name]) else _hashed(kept[name])
    while len(_json(kept)) > LONGEST:
        kept.popitem()
    return _json(kept)


def _json(value: object) -> str:
    return _ENCODE(value)


def entry(value: BoardValue) -> BoardValue:
    """Give what a record holds of a value: itself, or its hash where it is no short plain text."""
    value = comparable(value)
    if isinstance(value, str) and (
        len(value) > _LONG_VALUE or value.startswith(_SIGN) or not value.isprintable()
    ):
        return _hashed(value)
    return value


def _hashed(value: BoardValue) -> str:
    return f"{_SIGN}{normalize.hash_value(value)}"


def _is_hash(value: BoardValue) -> bool:
    return isinstance(value, str) and value.startswith(_SIGN)


def base_of(value: BoardValue) -> str:
    """Give the hash by which a record's entry is compared."""
    return str(value)[len(_SIGN) :] if _is_hash(value) else normalize.hash_value(comparable(value))


def comparable(value: BoardValue) -> BoardValue:
    """Give a value as it is compared: texts trimmed, empty ones as nothing, 3.0 as 3."""
    if isinstance(value, str):
        return value.strip() or None
    return normalize.number(value) if isinstance(value, int | float) else None


def without(text: str, before: str, names: frozenset[str]) -> str:
    """Give a record with what it says of these fields as it was in the record before."""
    new = decode(BoardItem("", {NAME: text})) or {}
    old = decode(BoardItem("", {NAME: before})) or {}
    kept = {name: value for name, value in new.items() if name not in names}
    return encode(kept | {name: value for name, value in old.items() if name in names})
