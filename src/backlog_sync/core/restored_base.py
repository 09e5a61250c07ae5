"""What is on record after an undo: the base moves back with the values that are restored.

Then the next plan shows what was undone as pending changes of the file. If the base stayed, it
would look as if somebody had changed these values on GitHub.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from backlog_sync.core import body as body_block
from backlog_sync.core.change_kinds import ChangeKind
from backlog_sync.core.definition_base import (
    ENTRY_PARTS,
    RECORDED,
    VISIBILITY_KEY,
    entry_key,
    is_state_key,
)
from backlog_sync.core.marker import Base, DefinitionBase, Marker, Written
from backlog_sync.core.normalize import fold, fold_set
from backlog_sync.core.run_record import Overwritten
from backlog_sync.core.written_back import MOST

_T = TypeVar("_T")


def restored_body(
    now: str,
    before: str,
    *,
    text: bool,
    values: Sequence[Overwritten],
    definitions: Sequence[Overwritten],
    overwritten: Sequence[Overwritten],
) -> str:
    """Return the body to write: as it was in `before` for what is restored, else as it is now.

    `text` says that the visible text is restored too. `values` are the issue's other restored
    values, `definitions` the restored parts of labels and milestones of its repository, of which
    one issue carries the base. `overwritten` are all values of the issue that the run wrote over:
    what it dropped from the base without writing anything is back too.
    """
    parts, old_parts = body_block.split(now), body_block.split(before)
    if parts.marker is None:
        return before if text else now
    if text and old_parts.marker is None:
        return before
    old_base = old_parts.marker.base if old_parts.marker else Base()
    base = _restored_base(parts.marker.base, old_base, values, definitions, overwritten)
    if not text:
        return body_block.join(replace(parts, marker=replace(parts.marker, base=base)))
    assert old_parts.marker is not None
    base = _restored_text(base, old_base)
    marker: Marker = replace(old_parts.marker, base=base)
    return body_block.join(replace(old_parts, marker=marker))


def _restored_base(
    base: Base,
    old_base: Base,
    values: Sequence[Overwritten],
    definitions: Sequence[Overwritten],
    overwritten: Sequence[Overwritten],
) -> Base:
    names = {value.name for value in values}
    members = {value.name for value in values if value.is_member}
    # All options of an issue field are one value: it is as before, or as the run left it.
    whole = {value.name for value in overwritten if value.is_issue_field}
    kept = {n: (old_base if n in names else base).sets.get(n, ()) for n in whole}
    sets = {
        name: _restored_members(
            base.sets.get(name, ()),
            old_base.sets.get(name, ()),
            [value for value in values if value.name == name],
            {fold(value.member) for value in overwritten if value.name == name},
            pending=name in old_base.pending,
        )
        for name in {*base.sets, *old_base.sets} - whole
    } | kept
    atoms = (names - members) | set(old_base.hashes.keys() - base.hashes.keys())
    return replace(
        base,
        hashes=_as_before(base.hashes, old_base.hashes, atoms),
        sets={name: entries for name, entries in sets.items() if entries},
        pending=tuple(sorted({*base.pending, *(n for n in old_base.pending if n in names)})),
        definitions=_restored_definitions(base.definitions, old_base.definitions, definitions),
        written=_joined(_written_of(old_base.written, atoms, members), base.written),
    )


def _restored_text(base: Base, old_base: Base) -> Base:
    """Return a base whose text is that of another one."""
    source = frozenset({body_block.SOURCE})
    return replace(
        base,
        hashes=_as_before(base.hashes, old_base.hashes, source),
        lines=old_base.lines,
        ticks=old_base.ticks,
        written=_joined(
            Written(atoms=_only(old_base.written.atoms, source), ticks=old_base.written.ticks),
            base.written,
        ),
    )


def _restored_members(
    base: Sequence[str],
    old_base: Sequence[str],
    restored: Iterable[Overwritten],
    overwritten: Collection[str],
    *,
    pending: bool,
) -> tuple[str, ...]:
    """Return the members on record: without those that the undo takes away, with those back.

    If they were `pending`, one that is taken away was never there before: if it stayed on record,
    its removal by the undo would look like one by people.
    """
    members, old_members = fold_set(base), fold_set(old_base)
    members |= {m: name for m, name in old_members.items() if m not in {*members, *overwritten}}
    for value in restored:
        name = fold(value.member)
        if value.before is None and (pending or name not in old_members):
            members.pop(name, None)
        elif value.before is not None and name in old_members:
            members.setdefault(name, old_members[name])
    return tuple(sorted(members.values()))


def _restored_definitions(
    entries: Mapping[str, DefinitionBase],
    old_entries: Mapping[str, DefinitionBase],
    restored: Sequence[Overwritten],
) -> dict[str, DefinitionBase]:
    """Return the entries of labels and milestones, with the restored parts as before.

    Entries that the run dropped, because the file no longer uses them, are back too; those of
    labels and milestones that it created stay, as these do.
    """
    known = {entry[0] for entry in entries.values()}
    dropped = {
        key: entry
        for key, entry in old_entries.items()
        if entry[0] not in known and not is_state_key(key)
    }
    result = {**dropped, **entries}
    for value in restored:
        if value.kind not in RECORDED:
            continue
        if value.name in ("name", "title"):
            key, old_key = (
                entry_key(value.kind, str(side)) for side in (value.after, value.before)
            )
            result.pop(key, None)
            if old_key in old_entries:
                result[old_key] = old_entries[old_key]
            continue
        if value.kind is ChangeKind.PROJECT and value.name == "public":
            result.pop(VISIBILITY_KEY, None)
            if VISIBILITY_KEY in old_entries:
                result[VISIBILITY_KEY] = old_entries[VISIBILITY_KEY]
            continue
        if value.name not in ENTRY_PARTS[value.kind]:
            continue  # what `close_done` recorded stays: an undo is the last word about a state
        index = ENTRY_PARTS[value.kind].index(value.name) + 1
        for key, entry in result.items():
            old_entry = old_entries.get(key)
            if key == entry_key(value.kind, value.key) and old_entry is not None:
                result[key] = (*entry[:index], old_entry[index], *entry[index + 1 :])
    return result


def _as_before(new: Mapping[str, _T], old: Mapping[str, _T], names: Iterable[str]) -> dict[str, _T]:
    restored = set(names)
    kept = {name: value for name, value in new.items() if name not in restored}
    return kept | _only(old, restored)


def _only(values: Mapping[str, _T], names: Iterable[str]) -> dict[str, _T]:
    chosen = set(names)
    return {name: value for name, value in values.items() if name in chosen}


def _written_of(written: Written, atoms: Iterable[str], sets: Iterable[str]) -> Written:
    return Written(atoms=_only(written.atoms, atoms), sets=_only(written.sets, sets))


def _joined(old: Written, new: Written) -> Written:
    """Return what runs wrote into the file by either record: it is still in the file."""
    atoms = dict(old.atoms)
    for name, hashes in new.atoms.items():
        known = atoms.get(name, ())
        atoms[name] = (*known, *(each for each in hashes if each not in known))[-MOST:]
    sets = {
        name: {**old.sets.get(name, {}), **new.sets.get(name, {})}
        for name in {**old.sets, **new.sets}
    }
    return Written(atoms, sets, {**old.ticks, **new.ticks})
