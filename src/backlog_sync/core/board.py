"""The board: the project, the cards, and the values on them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from backlog_sync.core import normalize
from backlog_sync.core.board_fields import BUILT_IN, STATUS, FieldPlan
from backlog_sync.core.changes import (
    Action,
    Change,
    ChangeKind,
    Deferred,
    FieldChange,
    FieldNote,
    Verdict,
    Warned,
)
from backlog_sync.core.fields import Owner, owner_of
from backlog_sync.core.model import (
    BoardItem,
    BoardValue,
    DesiredItem,
    DesiredState,
    ObservedBoardField,
    ObservedIssue,
    ObservedProject,
    ObservedState,
    ProjectSpec,
)

_KINDS = frozenset(
    {ChangeKind.PROJECT, ChangeKind.FIELD, ChangeKind.PROJECT_ITEM, ChangeKind.FIELD_VALUE}
)


@dataclass(slots=True)
class BoardPlan:
    """What to do about the board as a whole, and a way to ask about each item."""

    desired: DesiredState
    observed: ObservedState
    fields: FieldPlan
    name: str | None = None
    changes: list[Change] = field(default_factory=list)
    deferred: list[Deferred] = field(default_factory=list)
    warnings: list[Warned] = field(default_factory=list)
    active: bool = False

    def item(
        self, item: DesiredItem, issue: ObservedIssue | None
    ) -> tuple[list[Change], list[FieldNote]]:
        """Give the card and value changes of one item, and what is told but left alone."""
        if not self.active:
            return [], []
        card = issue.card if issue else None
        ref = f"#{issue.number}" if issue else None
        waits = () if issue else (item.key,)
        values, notes = self._values(item, card, ref)
        if card is not None and card.archived:
            if values:
                names = ", ".join(values)
                reason = f"its card is archived and takes no values ({names})"
                self._defer(item, reason, "restore the card on the board, or leave it")
            return [], []
        changes: list[Change] = []
        if card is None:
            changes.append(
                Change(
                    action=Action.LINK,
                    kind=ChangeKind.PROJECT_ITEM,
                    key=item.key,
                    title=item.title,
                    reason="belongs on the board",
                    ref=ref,
                    waits_for=waits,
                )
            )
        for name, change in values.items():
            declared = any(normalize.fold(name) == normalize.fold(n) for n in item.board)
            changes.append(
                Change(
                    action=Action.UPDATE,
                    kind=ChangeKind.FIELD_VALUE,
                    key=item.key,
                    title=item.title,
                    reason="declared in the file" if declared else "a new card",
                    ref=ref,
                    fields={name: change},
                    waits_for=waits,
                )
            )
        return changes, notes

    def _values(
        self, item: DesiredItem, card: BoardItem | None, ref: str | None
    ) -> tuple[dict[str, FieldChange], list[FieldNote]]:
        """Give the values to set, by the board's own field names, and those that are GitHub's."""
        values: dict[str, FieldChange] = {}
        notes: list[FieldNote] = []
        for name, wanted in self._wanted(item, new_card=card is None).items():
            known = self.fields.get(name)
            if known is None:
                self._unknown(item, name, wanted)
                continue
            before = card.values.get(known.name) if card else None
            settable, after = self._spelled(item, known, wanted)
            if not settable or _same(before, after):
                continue
            owner = owner_of(name, self.desired.settings.ownership)
            if owner is Owner.FILE or before is None:
                values[known.name] = FieldChange(before, after)
                continue
            notes.append(
                FieldNote(
                    key=item.key,
                    title=item.title,
                    name=known.name,
                    verdict=Verdict.DRIFT,
                    reason="GitHub owns this field",
                    ref=ref,
                    desired=after,
                    observed=before,
                )
            )
        return values, notes

    def _wanted(self, item: DesiredItem, *, new_card: bool) -> Mapping[str, BoardValue]:
        """Give the item's values; a new card starts in the first status unless one is said."""
        status = self.fields.get(STATUS)
        if new_card and STATUS not in item.board and status and status.options:
            return {**item.board, STATUS: status.options[0].name}
        return item.board

    def _unknown(self, item: DesiredItem, name: str, value: BoardValue) -> None:
        """Tell of a value without a field; to empty what is not there needs nothing."""
        told = {deferred.key for deferred in self.fields.deferred}
        if value is not None and name not in told:
            self._defer(item, f"the board has no field {name!r}", "declare it under project.fields")

    def _spelled(
        self, item: DesiredItem, known: ObservedBoardField, value: BoardValue
    ) -> tuple[bool, BoardValue]:
        """Give a value as the board spells it; False (and a deferral) where it cannot be set."""
        if value is None:
            return True, None
        if known.type in ("single_select", "iteration"):
            wanted = normalize.fold(str(value))
            found = next((o.name for o in known.options if normalize.fold(o.name) == wanted), None)
            if found is None:
                reason = f"{known.name} has no option {value!r}"
                self._defer(item, reason, "declare the field with this option, or add it there")
            return found is not None, found
        if known.type == "number":
            if not isinstance(value, int | float):
                self._defer(item, f"{known.name} takes a number, not {value!r}", "give a number")
                return False, None
            return True, normalize.number(value)
        return True, str(value)

    def _defer(self, item: DesiredItem, reason: str, hint: str) -> None:
        self.deferred.append(Deferred(ChangeKind.FIELD_VALUE, item.key, reason, hint))

    def permitted(self, changes: list[Change]) -> tuple[list[Change], list[Deferred]]:
        """Give the changes without those of a board that cannot be changed, and one that says so.

        Where nothing would change on such a board, nothing is told.
        """
        reason = blocked_reason(self.observed.project)
        kept = [change for change in changes if change.kind not in _KINDS]
        if not self.active or reason is None or len(kept) == len(changes):
            return changes, []
        lost = len(changes) - len(kept)
        what = f"{reason}; {lost} {'change' if lost == 1 else 'changes'} would be due there"
        return kept, [Deferred(ChangeKind.PROJECT, self.name or "", what, blocked_hint(reason))]


_CLOSED, _READ_ONLY = "the board is closed", "this token may look at the board, but not change it"


def blocked_reason(project: ObservedProject | None) -> str | None:
    """Give why a board that was found cannot be changed; None where it can."""
    if project is None:
        return None
    if project.closed:
        return _CLOSED
    return None if project.writable else _READ_ONLY


def blocked_hint(reason: str) -> str:
    """Give what would help."""
    if reason == _CLOSED:
        return "reopen it on GitHub, name another one, or use --project none"
    return "give BACKLOG_PROJECT_TOKEN write access to the board, or use --project none"


def _same(before: BoardValue, after: BoardValue) -> bool:
    if isinstance(before, int | float) and isinstance(after, int | float):
        return float(before) == float(after)
    if isinstance(before, str) and isinstance(after, str):
        return before.strip() == after.strip()
    return before == after


def plan_board(desired: DesiredState, observed: ObservedState) -> BoardPlan:
    """Give the changes of the board itself: make it, link it, add fields and options."""
    plan = BoardPlan(desired, observed, FieldPlan(observed.capabilities))
    spec = desired.project
    if spec is None:
        return plan
    plan.name = str(spec)
    if observed.project_problem:
        plan.deferred.append(
            Deferred(
                ChangeKind.PROJECT,
                str(spec),
                observed.project_problem,
                "give BACKLOG_PROJECT_TOKEN rights to the board, or use --project none",
            )
        )
        return plan
    plan.active = True
    project = observed.project
    if project is None:
        plan.changes.append(_project(spec, Action.CREATE, "no board has this title"))
        plan.fields.see(BUILT_IN)
    else:
        plan.name = f"{project.owner}/{project.number}"
        # GitHub shows a board only on repositories of its own owner.
        owner = observed.repository.name_with_owner.partition("/")[0]
        if not project.linked and normalize.fold(owner) == normalize.fold(project.owner):
            plan.changes.append(_project(spec, Action.LINK, "not shown on the repository yet"))
        plan.fields.see(project.fields)
    for definition in spec.fields:
        name = normalize.fold(definition.name)
        used = {
            normalize.fold(str(value))
            for item in desired.items
            for field_name, value in item.board.items()
            if value is not None and normalize.fold(field_name) == name
        }
        plan.fields.plan(definition, used)
    plan.changes += plan.fields.changes
    plan.deferred += plan.fields.deferred
    plan.warnings += plan.fields.warnings
    return plan


def _project(spec: ProjectSpec, action: Action, reason: str) -> Change:
    title = spec.title or str(spec.number)
    return Change(
        action=action,
        kind=ChangeKind.PROJECT,
        key=str(spec),
        title=title,
        reason=reason,
        fields={"title": FieldChange(None, title)} if action is Action.CREATE else {},
        definition=spec,
    )
