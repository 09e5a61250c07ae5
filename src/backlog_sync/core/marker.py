"""The marker that identifies an issue, and its base: what was last applied to the issue."""

from collections.abc import Mapping
from dataclasses import field
from typing import TypeAlias

from backlog_sync.dataclass import dataclass

DefinitionBase: TypeAlias = tuple[str, ...]
"""What was last applied to a label or milestone: what it is known by on GitHub ("" until it is
made), then a hash per part, "" for one that the file does not declare."""


@dataclass(frozen=True, slots=True)
class Written:
    """Values that runs wrote into the file from GitHub, and that no sync has read there yet.

    Until a sync reads them, these values count like the base: a file that contains them did not
    change. `atoms` contains the hashes of each field, oldest first, `sets` and `ticks` whether a
    member or a ticked box was added or removed.
    """

    atoms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sets: Mapping[str, Mapping[str, bool]] = field(default_factory=dict)
    ticks: Mapping[str, bool] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.atoms or self.sets or self.ticks)


@dataclass(frozen=True, slots=True)
class Base:
    """What was last applied to one issue.

    `hashes` holds a hash per atomic field, `sets` the members of each set that we applied,
    `lines` a hash for every line of the managed block and `ticks` whether each check box (by
    the hash of its text) was ticked. A field that is missing here was never applied.
    `pending` names fields intended in the same write but set by a later request. `order` holds a
    hash of the key of each item below it, in the file's order. `definitions` are the entries of
    the repository's labels and milestones, in the one issue that carries them. `written` stands
    next to the base, not in its place. `finish` is the record of `close_done`: "c" if it
    was closed with everything in it done, "o" if it was reopened and had open items since.
    """

    hashes: Mapping[str, str] = field(default_factory=dict)
    sets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lines: tuple[str, ...] = ()
    ticks: Mapping[str, bool] = field(default_factory=dict)
    pending: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    definitions: Mapping[str, DefinitionBase] = field(default_factory=dict)
    written: Written = field(default_factory=Written)
    finish: str = ""


READER = 2
"""The version of the reader; increased when files produce other items, titles or texts."""


@dataclass(frozen=True, slots=True)
class Marker:
    """The hidden marker that identifies an issue: backlog identity, key, nonce, and base.

    If a key moved from one item to another, issues of both have it: the `generation` says which one
    is later. `reader` is the version of the reader that produced the text.
    """

    backlog: str
    key: str
    nonce: str = ""
    base: Base = field(default_factory=Base)
    generation: int = 0
    reader: int = READER
