"""The record of one run: what it created, and every value that it wrote over.

The values are kept so that `backlog undo` can restore them. A value is restored only if what the
run wrote is still there, so both sides are kept: `before` and `after`.
"""

from dataclasses import field, replace
from typing import TypeAlias

from backlog_sync.core import body as body_block
from backlog_sync.core.change_kinds import ChangeKind
from backlog_sync.core.fields import ISSUE_FIELDS
from backlog_sync.core.intents import Intent
from backlog_sync.core.model import BoardValue
from backlog_sync.core.normalize import fold, hash_value, same_text, unify_newlines
from backlog_sync.dataclass import dataclass

BODY = "body"
STATE = "state"
PARENT = "parent"
ITERATIONS = "iterations"
"""The part of a board field under which a run records that it extended the iterations."""

AGENT = "assignees:agent"
"""The part of an issue under which a run records that it assigned an agent, which stays."""

MEMBERS = ("labels", "assignees", "blocked_by")
"""Sets of which each member is its own entry: only that member is added or taken away."""

CASELESS = frozenset({"issue_type", "color", "parent", *MEMBERS})
"""Parts in which GitHub ignores case."""

Kept: TypeAlias = BoardValue
"""A value as a record keeps it: a text, a number, nothing, the names of several options; an
option's name, color, description."""


@dataclass(frozen=True, slots=True)
class Overwritten:
    """One value that a run wrote over, and what it wrote.

    `kind` and `id` (a node id) name the thing: an issue (`ISSUE`, and `FIELD_VALUE` for its card),
    a label, a milestone or a board field. `name` is the part; for an option of a board field it is
    the option's id. A member of a set is only in `before` if it was taken away, only in `after` if
    it was added. The `after` of a body is the digest of its visible text (`text_digest`). `key` is
    the item's key or the definition's name, `repository` the full name of the repository.
    `member` is the name by which the base knows the member of a set: of a blocker, the item's key.
    `withheld` values hold a secret and are not kept.
    """

    kind: ChangeKind
    id: str
    name: str
    before: Kept
    after: Kept
    key: str = ""
    title: str = ""
    repository: str = ""
    member: str = ""
    withheld: bool = False

    @property
    def identity(self) -> str:
        """What this value is known by among all values of a run."""
        member = self.after if self.after is not None else self.before
        member_name = fold(str(member)) if self.is_member or self.name == AGENT else ""
        return "\n".join((self.kind.value, self.id, self.name, member_name))

    @property
    def is_member(self) -> bool:
        """Whether it is one member of a set."""
        return self.kind is ChangeKind.ISSUE and self.name in MEMBERS

    @property
    def is_issue_field(self) -> bool:
        """Whether it is the value of an organization's issue field, whatever its name."""
        return self.kind is ChangeKind.ISSUE and self.name not in (*ISSUE_FIELDS, AGENT)

    def is_of_issue(self, *, outside: str) -> bool:
        """Return whether it is a value of an issue that is not in that repository."""
        of_issue = self.kind in (ChangeKind.ISSUE, ChangeKind.FIELD_VALUE)
        return of_issue and fold(self.repository) != fold(outside)


@dataclass(frozen=True, slots=True)
class RunRecord:
    """What one run did: when it began (seconds since the epoch), on what, and what it changed.

    `number` counts the runs of a repository on this machine; None for a journal of a version that
    did not keep values. `restoring` holds the identities of values that an undo began to restore,
    and of issues that it began to close; `undone` says that an undo finished. `truncated` says that
    the run wrote over more than a record may hold.
    """

    number: int | None
    at: float
    backlog: str = ""
    host: str = ""
    repository: str = ""
    repository_id: str = ""
    created: tuple[Intent, ...] = ()
    overwritten: tuple[Overwritten, ...] = ()
    restoring: frozenset[str] = frozenset()
    undone: bool = False
    truncated: bool = False


@dataclass(slots=True)
class Values:
    """Overwritten values in the order of their first write; later writes of one run join them."""

    writes: dict[str, list[Overwritten]] = field(default_factory=dict)

    def add(self, entry: Overwritten) -> None:
        """Note a write that is about to go out; the same write sent again counts once."""
        writes = self.writes.setdefault(entry.identity, [])
        if entry not in writes:
            writes.append(entry)

    def drop(self, entry: Overwritten) -> None:
        """Note that a write was refused: the value is as it was."""
        writes = self.writes.get(entry.identity, [])
        if entry in writes:
            writes.remove(entry)

    def result(self) -> tuple[Overwritten, ...]:
        """Return one entry for each value that was written: first before, last after."""
        joined: list[Overwritten] = []
        for writes in self.writes.values():
            if not writes:
                continue
            first, last = writes[0], writes[-1]
            entry = _joined(first, last)
            if entry.withheld or not same(entry.name, entry.before, entry.after):
                joined.append(entry)
        return tuple(joined)


def _joined(first: Overwritten, last: Overwritten) -> Overwritten:
    if first is last:
        return first
    return replace(first, after=last.after, withheld=first.withheld or last.withheld)


def same(name: str, value: Kept, other: Kept) -> bool:
    """Return whether two values are one to GitHub, which trims texts and ignores case in some."""
    value, other = ("" if side is None else side for side in (value, other))
    if not (isinstance(value, str) and isinstance(other, str)):
        return value == other
    return same_text(value, other, caseless=name in CASELESS)


def text_digest(body: str) -> str:
    """Return a digest of the visible text of a body, without the hidden marker."""
    parts = body_block.split(body)
    texts = (parts.before, "\n".join(parts.lines), parts.after)
    return hash_value([unify_newlines(text).strip() for text in texts])
