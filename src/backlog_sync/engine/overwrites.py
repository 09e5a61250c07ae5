"""Report to the journal what a request is about to overwrite, before it is sent."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import InitVar, field, replace

from backlog_sync.core import record
from backlog_sync.core.board_fields import CLOSED_STATUS, ORDER
from backlog_sync.core.change_kinds import ChangeKind
from backlog_sync.core.changes import Change
from backlog_sync.core.fields import STATUS
from backlog_sync.core.operations import (
    AddBlocker,
    AddOptions,
    AddSubIssue,
    AssignAgent,
    ChangeAssignees,
    ChangeLabels,
    CloseIssue,
    Operation,
    RemoveBlocker,
    RemoveSubIssue,
    ReopenIssue,
    SetIssueFields,
    SetValue,
    UpdateIssue,
    UpdateLabel,
    UpdateMilestone,
    UpdateProject,
    UpdateView,
)
from backlog_sync.core.run_record import AGENT, BODY, PARENT, Kept, Overwritten, text_digest
from backlog_sync.dataclass import dataclass
from backlog_sync.engine.ports import Journal
from backlog_sync.engine.registry import Registry
from backlog_sync.engine.resolve import moves


@dataclass(slots=True)
class Overwrites:
    """Reports the values that the operations of some changes overwrite.

    Issues that this run created are left out: an undo closes them and restores nothing in them.
    """

    journal: Journal | None
    registry: Registry
    waiting: InitVar[Sequence[tuple[Change, Operation]]]
    _changes: dict[int, Change] = field(default_factory=dict)
    _existed: set[str] = field(default_factory=set)
    _names: dict[str, str] = field(default_factory=dict)

    def __post_init__(self, waiting: Sequence[tuple[Change, Operation]]) -> None:
        if self.journal is not None:
            self._changes = {id(operation): change for change, operation in waiting}
            self._existed = {issue.id for issue in self.registry.observed.issues}

    def before(self, operations: Sequence[Operation]) -> None:
        """Report what these operations are about to overwrite; it is on disk when this returns."""
        if self.journal is None:
            return
        entries = [entry for operation in operations for entry in self._entries(operation)]
        if entries:
            self.journal.overwrite(entries)

    def refused(self, operation: Operation) -> None:
        """Report that an operation overwrote nothing after all."""
        if self.journal is not None and (entries := list(self._entries(operation))):
            self.journal.unwritten(entries)

    def _entries(self, operation: Operation) -> Iterator[Overwritten]:
        change = self._changes[id(operation)]
        match operation:
            case UpdateLabel() | UpdateMilestone():
                kind = change.kind
                for name, over in operation.parts.items():
                    yield self._entry(change, kind, operation.id, name, over.seen, over.planned)
            case UpdateProject() | UpdateView():
                for name, over in operation.parts.items():
                    yield self._entry(
                        change, change.kind, operation.id, name, over.seen, over.planned
                    )
            case AddOptions():
                for seen, written in zip(operation.seen, operation.existing, strict=True):
                    if seen != written:
                        option = (ChangeKind.FIELD, operation.field_id, seen[0])
                        yield self._entry(change, *option, seen[1:], written[1:])
                yield from self._order(change, operation)
            case SetValue():
                yield from self._value(change, operation)
            case CloseIssue():
                yield from self._issue(change, operation)
                yield from self._closed_status(change)
            case _:
                yield from self._issue(change, operation)

    def _order(self, change: Change, operation: AddOptions) -> Iterator[Overwritten]:
        """Yield the order of the options that a run leaves in the field, by their new names."""
        before = [option[1] for option in operation.existing]
        after = [option[1] for option in operation.planned if option[0]]
        if before != after:
            field = (ChangeKind.FIELD, operation.field_id, ORDER)
            yield self._entry(change, *field, tuple(before), tuple(after))

    def _value(self, change: Change, operation: SetValue) -> Iterator[Overwritten]:
        name = next(iter(change.fields), record.NAME)
        issue = self.registry.issues.get(change.key)
        if issue is not None and issue.id in self._existed:
            kind = ChangeKind.FIELD_VALUE
            yield self._entry(change, kind, issue.id, name, operation.seen, operation.value)

    def _closed_status(self, change: Change) -> Iterator[Overwritten]:
        """Yield the status that the board's own workflow is about to overwrite."""
        issue = self.registry.find_issue(change.key)
        status = issue.card.values.get(STATUS) if issue and issue.card else None
        if issue is not None and issue.id in self._existed and status not in (None, CLOSED_STATUS):
            kind = ChangeKind.FIELD_VALUE
            yield self._entry(change, kind, issue.id, STATUS, status, CLOSED_STATUS)

    def _issue(self, change: Change, operation: Operation) -> Iterator[Overwritten]:
        id_, parts = self._parts(change, operation)
        if id_ in self._existed:
            for name, before, after in parts:
                entry = self._entry(change, ChangeKind.ISSUE, id_, name, before, after)
                member = change.other if name == "blocked_by" else before or after
                yield replace(entry, member=str(member)) if entry.is_member else entry

    def _parts(
        self, change: Change, operation: Operation
    ) -> tuple[str, list[tuple[str, object, object]]]:
        """Return the id of an issue, and what an operation overwrites in it."""
        match operation:
            case UpdateIssue() | CloseIssue() | ReopenIssue():
                return operation.id, [
                    (name, over.seen, _after(name, over.planned))
                    for name, over in operation.parts.items()
                ]
            case SetIssueFields():
                values = operation.values
                return operation.id, [(v.name, operation.seen.get(v.name), v.value) for v in values]
            case ChangeLabels():
                return operation.id, _members("labels", *moves(change, "labels"))
            case ChangeAssignees(add=add, remove=remove):
                return operation.id, _members("assignees", add, remove)
            case AssignAgent(login=login):
                return operation.id, _members(AGENT, [login], [])
            case AddSubIssue():
                above = operation.taken_from
                before = self._name(above) if above else None
                return operation.child_id, [(PARENT, before, self._name(operation.parent_id))]
            case RemoveSubIssue():
                return operation.child_id, [(PARENT, self._name(operation.parent_id), None)]
            case AddBlocker():
                blocker = self._name(operation.blocker_id)
                return operation.blocked_id, [("blocked_by", None, blocker)]
            case RemoveBlocker():
                blocker = self._name(operation.blocker_id)
                return operation.blocked_id, [("blocked_by", blocker, None)]
        return "", []

    def _entry(
        self, change: Change, kind: ChangeKind, id_: str, name: str, before: object, after: object
    ) -> Overwritten:
        repository = self.registry.repository(change.repository).name_with_owner
        key, title = change.key, change.title
        return Overwritten(kind, id_, name, _kept(before), _kept(after), key, title, repository)

    def _name(self, issue_id: str) -> str:
        """Return the reference of an issue: `owner/repo#n`."""
        if issue_id not in self._names:
            issues = (*self.registry.observed.issues, *self.registry.issues.values())
            self._names = {id_: ref for ref, id_ in self.registry.by_ref.items()}
            self._names |= {issue.id: f"{issue.repository}#{issue.number}" for issue in issues}
        return self._names.get(issue_id, issue_id)


def _members(
    name: str, added: Iterable[str], removed: Iterable[str]
) -> list[tuple[str, object, object]]:
    """Return what adding and removing members of a set overwrites."""
    members: list[tuple[str, object, object]] = [(name, None, member) for member in added]
    return [*members, *((name, member, None) for member in removed)]


def _after(name: str, written: object) -> object:
    """Return a written value as the journal keeps it: of a body only its digest."""
    return text_digest(str(written)) if name == BODY else written


def _kept(value: object) -> Kept:
    if isinstance(value, tuple | list):
        return tuple(map(str, value))
    return value if isinstance(value, str | int | float) or value is None else str(value)
