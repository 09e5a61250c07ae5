"""Values that a run wrote into the file, recorded next to the base until a sync reads them there.

Progress is written into the file, and the file may not arrive for days: in an unmerged pull
request, in an outdated clone, in a report that is never committed. Until a sync reads the value,
neither it nor the base means that the file changed.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from backlog_sync.core import body as body_block
from backlog_sync.core.marker import Base, Written
from backlog_sync.core.normalize import fold, fold_set

MOST = 8
"""The most values of one field that are kept, the newest.

Each was written without being read by a sync yet: the one open pull request, a report now and then.
A board's text field has room for about 1,000 characters, and a state has three values.
"""


class Unread:
    """The record of one issue while its fields are merged: values that were read are removed."""

    def __init__(self, written: Written) -> None:
        self._atoms = dict(written.atoms)
        self._sets = {name: dict(members) for name, members in written.sets.items()}

    def reads(self, name: str, desired_hash: str) -> bool:
        """Return whether the file contains what a run wrote for a field; then that is settled."""
        was_written = desired_hash in self._atoms.get(name, ())
        if was_written:
            self.drop(name)
        return was_written

    def drop(self, name: str) -> None:
        """Forget what was written for a field: the file has changed since."""
        self._atoms.pop(name, None)

    def members(self, name: str, desired: Iterable[str]) -> None:
        """Remove from a set what the file says about its members now."""
        desired_names = fold_set(desired)
        written = self._sets.get(name, {})
        self._sets[name] = {
            m: done for m, done in written.items() if (fold(m) in desired_names) != done
        }

    def remaining(self, names: Collection[str], ticks: Mapping[str, bool]) -> Written:
        """Return what is still unread of these fields."""
        return Written(
            atoms={name: hashes for name, hashes in self._atoms.items() if name in names},
            sets={n: members for n, members in self._sets.items() if n in names and members},
            ticks=ticks,
        )


def followed(
    base: Iterable[str], desired: Iterable[str], written: Mapping[str, bool]
) -> tuple[str, ...]:
    """Return the base of a set, with the members that a run wrote and the file contains."""
    base_members, desired_members = fold_set(base), fold_set(desired)
    for member, is_member in written.items():
        name = fold(member)
        if is_member and name in desired_members:
            base_members.setdefault(name, member)
        elif not is_member and name not in desired_members:
            base_members.pop(name, None)
    return tuple(base_members.values())


def with_written(body: str, written: Written) -> str:
    """Return the body with these values recorded in its marker; unchanged if they are."""
    parts = body_block.split(body)
    assert parts.marker is not None
    base = parts.marker.base
    merged = _added(base, written)
    if merged == base.written:
        return body
    marker = replace(parts.marker, base=replace(base, written=merged))
    return body_block.join(replace(parts, marker=marker))


def _added(base: Base, written: Written) -> Written:
    """Return the record with these values; those that match the base need none."""
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
