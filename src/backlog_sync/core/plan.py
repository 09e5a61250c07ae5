"""Plans and outcomes: the ordered changes with notes for people, and the result of each."""

from collections.abc import Collection, Mapping
from dataclasses import field
from enum import StrEnum

from backlog_sync.core.change_kinds import DEFINITIONS, Action, ChangeKind
from backlog_sync.core.changes import AdoptIssue, Change, CreateIssue, JsonValue, claim_of
from backlog_sync.core.diagnostics import Place, Warned
from backlog_sync.core.observed import Coverage
from backlog_sync.dataclass import dataclass

DONE_NOT_CREATED = "done-not-created"
"""The slug of the warning about an item that gets no issue because it is done."""

LINKS = (ChangeKind.SUB_ISSUE, ChangeKind.DEPENDENCY)


class Verdict(StrEnum):
    """The result of comparing base, desired and observed value of one field."""

    IN_SYNC = "in_sync"
    PUSH = "push"
    DRIFT = "drift"
    CONVERGED = "converged"
    CONFLICT = "conflict"
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True)
class FieldNote:
    """A field of an item, or a part of a definition, that is reported as drift or as a conflict.

    `verdict` specifies which; `reason` explains and never decides. `hint` is the remedy for a
    conflict that neither side can win: then all of the item or of its text is held. Both sides of
    a part that `differs` are known, but no record shows who changed it. For a definition, `kind`
    is its kind, `key` its name on GitHub, `title` the one in the file, and `repository` the other
    repository that it is in. GitHub owns a field that `flows`: its value goes into the file.
    `in_file` are `desired` and `observed` in the words of the file, if readers should see those.
    """

    key: str
    title: str
    name: str
    verdict: Verdict
    reason: str
    ref: str | None = None
    base: JsonValue = None
    desired: JsonValue = None
    observed: JsonValue = None
    hint: str = ""
    kind: ChangeKind = ChangeKind.ISSUE
    repository: str | None = None
    flows: bool = False
    in_file: tuple[JsonValue, JsonValue] | None = None

    @property
    def is_hold(self) -> bool:
        """Whether it is a conflict that `--on-conflict` does not decide."""
        return self.verdict is Verdict.CONFLICT and bool(self.hint)

    @property
    def is_definition(self) -> bool:
        """Whether it is about a label, a milestone, the board, its fields or its views."""
        return self.kind in DEFINITIONS


@dataclass(frozen=True, slots=True)
class Orphan:
    """An issue of this backlog whose item is gone from the file."""

    key: str
    ref: str
    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class Unread:
    """An issue of this backlog whose line is still in a file, and no longer read as an item.

    `place` is the line, `reading` what to write below `reading:` to have it read ("" if no such
    line fits).
    """

    key: str
    ref: str
    title: str
    place: str
    reading: str = ""

    @property
    def hint(self) -> str:
        """What to do so that the line is read as an item again."""
        return f"to keep it: `reading: {{{self.reading}}}`" if self.reading else ""


@dataclass(frozen=True, slots=True)
class FileWrite:
    """What a run writes into a file: numbers of new issues, and GitHub's values of items.

    A value's `desired` is what the file has, its `observed` what it gets, both in the file's words.
    `unplaced` describes what the file has no place for.
    """

    path: str
    numbers: int = 0
    values: tuple[FieldNote, ...] = ()
    unplaced: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Deferred:
    """Work that cannot be done with this server, token or owner: what, why, and what would help."""

    kind: ChangeKind
    key: str
    reason: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Digests:
    """SHA-256 (hex) over the canonical form of each input, and of the changes."""

    desired: str
    observed: str
    base: str
    plan: str


@dataclass(frozen=True, slots=True)
class PlanItem:
    """What a reader of the plan needs to know about an item, changed or not: its place in the tree.

    `repository` is where its issue is or will be, None for the target.
    """

    key: str
    kind: str
    title: str
    parent: str | None
    ref: str | None
    url: str | None = None
    points: float | None = None
    place: Place | None = None
    repository: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The ordered, immutable list of changes, with notes.

    `drift` is what people changed on GitHub in fields of the file (whether reverted or held),
    `conflicts` are held fields, `accepted` the fields of both whose value from GitHub goes into
    the files, `items` every item in document order (for grouping). `orphans` are issues whose
    items are gone, `unread` those whose lines still exist. `coverage` is how much of the repository
    was read, `others` the same for other repositories with issues of items. `board_title` is the
    title of an existing board, whose `project` is its owner and number. `writes` are what applying
    it writes into the files, as far as that is known before.
    `in_force` are settings that change who is trusted or what is published.
    """

    repository: str
    project: str | None
    changes: tuple[Change, ...]
    items: tuple[PlanItem, ...] = ()
    drift: tuple[FieldNote, ...] = ()
    conflicts: tuple[FieldNote, ...] = ()
    accepted: tuple[FieldNote, ...] = ()
    orphans: tuple[Orphan, ...] = ()
    unread: tuple[Unread, ...] = ()
    deferred: tuple[Deferred, ...] = ()
    warnings: tuple[Warned, ...] = ()
    digests: Digests = field(default_factory=lambda: Digests("", "", "", ""))
    coverage: Coverage = field(default_factory=Coverage)
    others: Mapping[str, Coverage] = field(default_factory=dict)
    in_force: Mapping[str, JsonValue] = field(default_factory=dict)
    board_title: str = ""
    writes: tuple[FileWrite, ...] = ()

    @property
    def reverted(self) -> frozenset[tuple[str, str]]:
        """The drift that the changes revert, as pairs of a key and the name of the field."""
        return frozenset(
            (key, claimed or name)
            for change in self.changes
            for key, claimed in [claim_of(change)]
            for name in change.drifted
        )

    @property
    def has_changes(self) -> bool:
        """Whether applying it would change anything that people see."""
        return any(not c.is_refresh for c in self.changes)

    @property
    def new_issues(self) -> int:
        """The number of issues that are created or adopted."""
        return sum(isinstance(c, CreateIssue | AdoptIssue) for c in self.changes)

    @property
    def is_first(self) -> bool:
        """Whether it creates the first issues of this backlog: nothing was managed before."""
        adopted = {c.key for c in self.changes if isinstance(c, AdoptIssue)}
        managed = any(item.ref and item.key not in adopted for item in self.items)
        return bool(self.new_issues) and not managed and not self.orphans and not self.unread

    def summary(self) -> dict[str, int]:
        """Return the counts of the changes, and of what is not changed: all can be recomputed."""
        counts = count_changes(self.changes)
        changed = _changed_items(self.changes)
        held = {note.key for note in self.conflicts if not note.is_definition}
        counts["conflict"] = len(self.conflicts)
        counts["drift"] = len(self.drift)
        counts["unchanged"] = sum(
            1 for i in self.items if i.key not in changed and i.key not in held
        )
        return counts


def count_changes(changes: Collection[Change]) -> dict[str, int]:
    """Return what changes add up to, planned or applied.

    Issues count under their action; `update` counts existing issues with any changed field, on the
    issue or on the board, and those that move among their siblings; `link` and `unlink` count
    sub-issues and dependencies; `definitions` counts labels, milestones, boards, board fields and
    views; `refresh` counts updates of the base that people do not see.
    """
    counts = dict.fromkeys((a.value for a in Action), 0)
    touched: dict[str, set[str]] = {a.value: set() for a in Action}
    created = {c.key for c in changes if isinstance(c, CreateIssue)}
    changed = _changed_items(changes)
    counts["definitions"] = counts["refresh"] = 0
    for change in changes:
        if change.is_refresh:
            counts["refresh"] += change.key not in changed
        elif change.kind in DEFINITIONS:
            counts["definitions"] += 1
        elif change.kind in LINKS and not change.is_move:
            counts[change.action.value] += 1
        elif change.kind is ChangeKind.ISSUE:
            touched[change.action.value].add(change.key)
        elif change.key not in created:
            touched[Action.UPDATE.value].add(change.key)
    for name, keys in touched.items():
        counts[name] += len(keys)
    return counts


def _changed_items(changes: Collection[Change]) -> set[str]:
    """Return the keys of the items that changes are about."""
    return {c.key for c in changes if not c.is_refresh and c.kind not in DEFINITIONS}


class Result(StrEnum):
    """The result of one change; HELD if GitHub does not allow it, which people have to settle."""

    APPLIED = "applied"
    HELD = "held"
    SKIPPED = "skipped"
    STALE = "stale"
    FAILED = "failed"
    NOT_REACHED = "not_reached"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A change with its result, and the reason for it."""

    change: Change
    result: Result
    ref: str | None = None
    url: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Usage:
    """The cost of a run: requests by kind, mutations (aliases), GraphQL points."""

    rest: int = 0
    graphql: int = 0
    mutations: int = 0
    points: int = 0

    @property
    def requests(self) -> int:
        """The number of all requests."""
        return self.rest + self.graphql
