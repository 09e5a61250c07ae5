"""The base of a card's values: a text field on the board that says what was last applied.

It lives on the board and not in the issue, so that a private board's values stay private. Its
text is JSON by field name, such as `{"Areas":["api","web"],"Priority":"High","Story Points":3}`; a
value that is too long stands as `#` and a hash. Under `@` and its name stands an issue field that
only members of the organization see, if everybody sees the issue. Under `#` stand, by field name,
the values that runs wrote into the file and that no sync has read there yet; of several options
each one, with `+` if it was added or `-` if it was taken away.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TypeAlias, TypeVar

from backlog_sync.core import normalize
from backlog_sync.core.fields import STATUS
from backlog_sync.core.model import BoardFieldDef, BoardValue
from backlog_sync.core.normalize import fold, fold_set
from backlog_sync.core.observed import BoardItem
from backlog_sync.core.words import RECORD
from backlog_sync.core.written_back import MOST

NAME = RECORD
FIELD = BoardFieldDef(NAME, "text")
PULL = "#pr"
"""The entry of what pull requests meant last: a signature, and the status that it set."""
LONGEST = 1_000
"""Characters in a record: a text field takes 1,024 (recorded 2023, not documented)."""

_LONG_VALUE = 80
"""Characters from which a value is stored as its hash: cards show the record to people."""
_SIGN = "#"
_FEW = 20
"""Records that are kept as read: the one of a card is looked at several times in a row."""
_T = TypeVar("_T")
_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

Record: TypeAlias = Mapping[str, BoardValue]
"""What was last applied, by field name: a value, or `#` and its hash; of several options each."""

Unread: TypeAlias = Mapping[str, Sequence[BoardValue]]
"""Values by field name, the oldest first; each as in a record."""

_NOTHING: Unread = {}


def decode(card: BoardItem | None) -> Record | None:
    """Read a card's record; None if there is none, or if this tool did not write it."""
    parts = _read(card)
    return parts[0] if parts else None


def written(card: BoardItem | None) -> Unread:
    """Return what runs wrote into the file of a card's values, and no sync has read there yet."""
    parts = _read(card)
    return parts[1] if parts else _NOTHING


def _read(card: BoardItem | None) -> tuple[Record, Unread] | None:
    text = card.values.get(NAME) if card else None
    return _read_text(text) if isinstance(text, str) and len(text) <= 2 * LONGEST else None


@lru_cache(_FEW)
def _read_text(text: str) -> tuple[Record, Unread] | None:
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(values, dict) or not all(
        _is_plain(value) or _is_members(value) or (name == _SIGN and _is_unread(value))
        for name, value in values.items()
    ):
        return None
    unread = values.get(_SIGN)
    record = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in values.items()
        if not isinstance(value, dict)
    }
    return record, unread if isinstance(unread, dict) else _NOTHING


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, str) or type(value) in (int, float)


def _is_members(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(m, str) for m in value)


def _is_unread(value: object) -> bool:
    return isinstance(value, dict) and all(
        isinstance(unread, list) and all(map(_is_plain, unread)) for unread in value.values()
    )


def encode(record: Record, unread: Unread = _NOTHING) -> str:
    """Return the text of a record, at most `LONGEST` characters.

    The longest values give way to their hashes first; what still finds no room is left out, and
    counts as never applied.
    """
    kept = dict(sorted(record.items()))
    unread_part = {name: list(values) for name, values in sorted(unread.items()) if values}
    more = {_SIGN: unread_part} if unread_part else {}  # a field of that name has no record then
    if len(text := _json({**kept, **more})) <= LONGEST:
        return text
    for name in sorted(kept, key=lambda name: (-len(_json(kept[name])), name)):
        if len(_json({**kept, **more})) <= LONGEST:
            break
        kept[name] = _shortened(kept[name])
    while kept and len(_json({**kept, **more})) > LONGEST:
        kept.popitem()
    return _json({**kept, **more})


Flow: TypeAlias = BoardValue | Mapping[str, bool]
"""What a run writes into the file of a field: its value, or which of several options it now has."""


def with_written(card: BoardItem, values: Mapping[str, Flow]) -> str | None:
    """Return the text of a card's record with these values as written into the file.

    None if the record has no room for them.
    """
    base, unread = decode(card) or {}, dict(written(card))
    for name, value in values.items():
        if isinstance(value, Mapping):
            unread[name] = _with_members(base.get(name), unread, name, value)
            continue
        unread_values, new_entry = tuple(unread.get(name, ())), entry(value)
        # The word for a status also means a state, which is not in the base of the card.
        same = name != STATUS and name in base and base_of(base[name]) == base_of(new_entry)
        if not same and new_entry not in unread_values:
            unread[name] = (*unread_values, new_entry)[-MOST:]
    text = encode(base, unread)
    return text if len(text) <= LONGEST else None


def _json(value: object) -> str:
    return _ENCODE(value)


def entry(value: BoardValue) -> BoardValue:
    """Return the entry of a value in a record: itself, or its hash if it is not a short text."""
    if isinstance(value, tuple):
        return tuple(map(_name_entry, value)) or None
    value = comparable(value)
    return _hashed(value) if isinstance(value, str) and _is_long(value) else value


def _is_long(text: str) -> bool:
    return len(text) > _LONG_VALUE or text.startswith(_SIGN) or not text.isprintable()


def members(value: BoardValue, known: Iterable[str]) -> tuple[str, ...]:
    """Return the options of an entry; of those stored as hashes the ones that are `known`.

    A single value, from before the field had several, is one option.
    """
    by_hash = {_hashed_name(name): name for name in known}
    entries = value if isinstance(value, tuple) else () if value is None else (str(value),)
    names = (by_hash.get(each, "") if _is_hash(each) else each for each in entries)
    return tuple(filter(None, names))


def written_members(unread: Unread, name: str, known: Iterable[str]) -> dict[str, bool]:
    """Return the options that runs added to the file (True) or took away and no sync has read."""
    entries = [str(each) for each in unread.get(name, ()) if str(each)[:1] in ("+", "-")]
    by_entry = {each[1:]: each[0] == "+" for each in entries}
    known = tuple(known)
    return {m: has for each, has in by_entry.items() for m in members((each,), known)}


def unread_entries(written: Mapping[str, bool]) -> list[str]:
    """Return the entries of options that are not read yet, the inverse of `written_members`."""
    return [f"{'+' if has else '-'}{_name_entry(name)}" for name, has in written.items()]


def _with_members(
    base: BoardValue, unread: Unread, name: str, flow: Mapping[str, bool]
) -> list[str]:
    """Return the unread entries of a field after these options were written into the file."""
    applied, written_now = fold_set(members(base, flow)), fold_set(flow)
    before = written_members(unread, name, flow).items()
    kept = {member: has for member, has in before if fold(member) not in written_now}
    news = {member: has for member, has in flow.items() if (fold(member) in applied) != has}
    return unread_entries({**kept, **news})


def _name_entry(name: str) -> str:
    return _hashed_name(name) if _is_long(name) else name


def _hashed_name(name: str) -> str:
    """Return the hash of an option's name, of which GitHub ignores the case."""
    return f"{_SIGN}{normalize.hash_value(fold(name))}"


def _shortened(value: BoardValue) -> BoardValue:
    """Return a value or entry as its hash; of several options each."""
    if isinstance(value, tuple):
        return tuple(each if _is_hash(each) else _hashed_name(each) for each in value)
    return value if _is_hash(value) else _hashed(value)


def _hashed(value: BoardValue) -> str:
    return f"{_SIGN}{normalize.hash_value(value)}"


def _is_hash(value: BoardValue) -> bool:
    return isinstance(value, str) and value.startswith(_SIGN)


def base_of(value: BoardValue) -> str:
    """Return the hash by which a record's entry is compared."""
    return str(value)[len(_SIGN) :] if _is_hash(value) else normalize.hash_value(comparable(value))


def comparable(value: BoardValue) -> str | float | None:
    """Return a value as it is compared: texts trimmed, empty ones as nothing, 3.0 as 3.

    Several options are one text here; `members` gives each.
    """
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, tuple):
        return ", ".join(value) or None
    return normalize.number(value) if isinstance(value, (int, float)) else None


def was_written(unread: Unread, name: str, value: BoardValue) -> bool:
    """Return whether this value of a field, in whatever case, is among those that runs wrote."""
    desired = entry(value)
    return any(
        base_of(unread_value) == base_of(desired)
        or (
            isinstance(unread_value, str)
            and isinstance(desired, str)
            and fold(unread_value) == fold(desired)
        )
        for unread_value in unread.get(name, ())
    )


def without(text: str, before: str, names: frozenset[str]) -> str:
    """Return a record with what it says of these fields as it was in the record before."""
    if STATUS in names:
        names |= {PULL}
    new_card, old_card = (BoardItem("", {NAME: record_text}) for record_text in (text, before))
    return encode(
        _restored(decode(new_card) or {}, decode(old_card) or {}, names),
        _restored(written(new_card), written(old_card), names),
    )


def dropped(before: str, after: str) -> set[str]:
    """Return the fields that a record no longer speaks of, and another one before it did."""
    old_card, new_card = (BoardItem("", {NAME: record_text}) for record_text in (before, after))
    return set(decode(old_card) or {}) - set(decode(new_card) or {})


def _restored(new: Mapping[str, _T], old: Mapping[str, _T], names: frozenset[str]) -> dict[str, _T]:
    kept = {name: value for name, value in new.items() if name not in names}
    return kept | {name: value for name, value in old.items() if name in names}
