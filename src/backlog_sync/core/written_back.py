"""What a run wrote into the file as GitHub's: kept next to the base until a sync reads it there.

A value of people flows into the file, and the file may stand still for days: in a pull request that
nobody merged yet, in a clone that is behind, in a report that is never committed. Until a sync
reads the value, neither it nor the base tells of a change of the file.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from backlog_sync.core import body as body_block
from backlog_sync.core.model import Base, Written
from backlog_sync.core.normalize import fold, fold_set

MOST = 8
"""Values of one field that are kept, the newest.

Each is of a writing that no sync has read: the one open pull request, a report here and there. A
board's text field has room for about 1,000 characters, and a state has three values.
"""


class Unread:
    """The record of one issue while its fields are merged: what is read is taken out."""

    def __init__(self, written: Written) -> None:
        self._atoms = dict(written.atoms)
        self._sets = {name: dict(members) for name, members in written.sets.items()}

    def reads(self, name: str, desired_hash: str) -> bool:
        """Whether the file says of a field what a run wrote there; then that is over."""
        was_written = desired_hash in self._atoms.get(name, ())
        if was_written:
            self.drop(name)
        return was_written

    def drop(self, name: str) -> None:
        """Forget what was written of a field: the file has moved on."""
        self._atoms.pop(name, None)

    def members(self, name: str, desired: Iterable[str]) -> None:
        """Take out of a set what the file says of its members now."""
        desired_names = fold_set(desired)
        written = self._sets.get(name, {})
        self._sets[name] = {
            m: done for m, done in written.items() if (fold(m) in desired_names) != done
        }

    def remaining(self, names: Collection[str], ticks: Mapping[str, bool]) -> Written:
        """Give what is still unread of these fields."""
        return Written(
            atoms={name: hashes for name, hashes in self._atoms.items() if name in names},
            sets={n: members for n, members in self._sets.items() if n in names and members},
            ticks=ticks,
        )


def followed(
    base: Iterable[str], desired: Iterable[str], written: Mapping[str, bool]
) -> tuple[str, ...]:
    """Give the base of a set, with the members that the file says as a run wrote them."""
    base_members, desired_members = fold_set(base), fold_set(desired)
    for member, is_member in written.items():
        name = fold(member)
        if is_member and name in desired_members:
            base_members.setdefault(name, member)
        elif not is_member and name not in desired_members:
            base_members.pop(name, None)
    return tuple(base_members.values())


def with_written(body: str, written: Written) -> str:
    """Give the body with these values on record in its marker; the same where they are already."""
    parts = body_block.split(body)
    assert parts.marker is not None
    base = parts.marker.base
    merged = _added(base, written)
    if merged == base.written:
        return body
    marker = replace(parts.marker, base=replace(base, written=merged))
    return body_block.join(replace(parts, marker=marker))


def _added(base: Base, written: Written) -> Written:
    """Give the record with these values; what the base says already needs none."""
    recorded = base.written
    atoms = dict(recorded.atoms)
    for name, values in written.atoms.items():
        unread_hashes = atoms.get(name, ())
        new_hashes = tuple(
            v for v in values if v not in unread_hashes and v != base.hashes.get(name)
        )
        if new_hashes:
            atoms[name] = (*unread_hashes, *new_hashes)[-MOST:]
    sets = {name: dict(members) for name, members in recorded.sets.items()}
    for name, members in written.sets.items():
        base_members = fold_set(base.sets.get(name, ()))
        unread_members = sets.setdefault(name, {})
        for member, done in members.items():
            if (fold(member) in base_members) != done:
                unread_members[fold(member)] = done
    ticks = {
        **recorded.ticks,
        **{k: done for k, done in written.ticks.items() if base.ticks.get(k) != done},
    }
    return Written(atoms, {n: members for n, members in sets.items() if members}, ticks)
