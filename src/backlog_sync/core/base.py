"""Encode and decode the marker: one hidden comment with identity, nonce and base.

It is compact JSON in which no text can end the comment that contains it.
"""

import json
import re
from collections.abc import Mapping
from sys import intern

from backlog_sync.core.marker import Base, DefinitionBase, Marker, Written
from backlog_sync.core.order import HASH

VERSION = 1
ENTRY = 3
"""The parts of a definition's entry: its identity on GitHub, and two hashes."""

_HASH_LINE = 6
"""Hex digits of a criterion's hash: enough to distinguish the few hundred of one issue."""
_HASH_TICK = 8
"""Hex digits of a ticked criterion's hash; more than for a line, because a collision ticks."""
_HALF = re.compile(r"\\u[dD][89a-fA-F]")
_HEX = re.compile(r"[0-9a-f+-]*")
_MAX = 60_000
"""The most characters of a base: a body has 65,536 on GitHub, and the base is only a part of it."""
_MOST = 1_000_000
"""The largest number in a base (issue numbers and counts); a larger one is damage or an attack."""
_ENCODE = json.JSONEncoder(separators=(",", ":")).encode


def encode(marker: Marker) -> str:
    """Return the text of a marker: deterministic, ASCII, without `--`, `<` or `>`."""
    base = marker.base
    record = {
        "v": VERSION,
        "id": marker.backlog,
        "key": marker.key,
        "n": marker.nonce,
        "g": marker.generation,
        "r": marker.reader,
        "h": dict(sorted(base.hashes.items())),
        "s": {name: sorted(members) for name, members in sorted(base.sets.items())},
        "l": "".join(base.lines),
        "t": _signed(base.ticks),
        "p": sorted(base.pending),
        "o": "".join(base.order),
        "d": {key: _trimmed(entry) for key, entry in sorted(base.definitions.items())},
        "w": _written_record(base.written),
        "c": base.finish,
    }
    text = _ENCODE({name: value for name, value in record.items() if value or name == "v"})
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("--", "-\\u002d")


def _written_record(written: Written) -> dict[str, object]:
    """Return the record of written values, with the same keys as the base."""
    record: dict[str, object] = {
        "h": {name: list(hashes) for name, hashes in sorted(written.atoms.items())},
        "s": {
            name: [
                f"{'+' if is_member else '-'}{member}"
                for member, is_member in sorted(members.items())
            ]
            for name, members in sorted(written.sets.items())
        },
        "t": _signed(written.ticks),
    }
    return {name: value for name, value in record.items() if value}


def _signed(ticks: Mapping[str, bool]) -> str:
    return "".join(f"{key}{'+' if done else '-'}" for key, done in sorted(ticks.items()))


def decode(text: str) -> Marker | None:
    """Parse a marker; return None unless this tool wrote it.

    Names, which many issues share, are kept in memory once; `intern` takes nothing but text.
    """
    if len(text) > _MAX:
        return None
    try:
        record = json.loads(text)
        if not text.isascii() or _HALF.search(text):
            # Half a surrogate pair is a ValueError here, and would be one at every output.
            json.dumps(record, ensure_ascii=False).encode()
        if not isinstance(record, dict) or record.get("v") != VERSION:
            return None
        return Marker(
            backlog=intern(record["id"]),
            key=_text(record["key"]),
            nonce=_text(record.get("n", "")),
            generation=_count(record.get("g", 0)),
            reader=_count(record.get("r", 0)),
            base=Base(
                hashes={intern(k): _text(v) for k, v in record.get("h", {}).items()},
                sets={intern(k): tuple(map(intern, v)) for k, v in record.get("s", {}).items()},
                lines=_chunks(_text(record.get("l", "")), _HASH_LINE),
                ticks=_ticks(record.get("t", "")),
                pending=tuple(map(intern, record.get("p", ()))),
                order=_chunks(_text(record.get("o", "")), HASH),
                definitions={intern(k): _entry(v) for k, v in record.get("d", {}).items()},
                written=_written(record["w"]) if "w" in record else Written(),
                finish=_text(record.get("c", "")),
            ),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _trimmed(entry: DefinitionBase) -> list[str]:
    """Remove the empty parts at the end of an entry."""
    parts = list(entry)
    while parts and not parts[-1]:
        parts.pop()
    return parts


def _entry(value: object) -> DefinitionBase:
    if not isinstance(value, list) or len(value) > ENTRY:
        raise TypeError
    parts = tuple(map(_text, value))
    return (*parts, *[""] * (ENTRY - len(parts)))


def _written(record: Mapping[str, object]) -> Written:
    atoms, sets = (_lists(record.get(name, {})) for name in "hs")
    if any(member[:1] not in ("+", "-") for members in sets.values() for member in members):
        raise ValueError
    return Written(
        atoms=atoms,
        sets={name: {m[1:]: m[0] == "+" for m in members} for name, members in sets.items()},
        ticks=_ticks(record.get("t", "")),
    )


def _lists(value: object) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, dict):
        raise TypeError
    return {intern(name): tuple(map(_text, members)) for name, members in value.items()}


def _ticks(text: object) -> dict[str, bool]:
    chunks = _chunks(_text(text), _HASH_TICK + 1)
    if any(chunk[-1] not in "+-" for chunk in chunks):
        raise ValueError
    return {chunk[:-1]: chunk[-1] == "+" for chunk in chunks}


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < _MOST:
        raise TypeError
    return value


def _chunks(text: str, size: int) -> tuple[str, ...]:
    if len(text) % size or not _HEX.fullmatch(text):
        raise ValueError
    return tuple(text[i : i + size] for i in range(0, len(text), size))
