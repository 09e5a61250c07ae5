"""The board: the project, its fields, the cards, and the values on them."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from backlog_sync.core import normalize
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
    BoardFieldDef,
    BoardValue,
    DesiredItem,
    DesiredState,
    ObservedIssue,
    ObservedState,
    ProjectSpec,
)

STATUS = "Status"
_BUILT_IN = {STATUS: ("Todo", "In Progress", "Done")}
"""What a new board has from the start, and its options (GitHub's documentation)."""


@dataclass(slots=True)
class BoardPlan:
    """What to do about the board as a whole, and a way to ask about each item."""

    desired: DesiredState
    observed: ObservedState
    name: str | None = None
    changes: list[Change] = field(default_factory=list)
    deferred: list[Deferred] = field(default_factory=list)
    warnings: list[Warned] = field(default_factory=list)
    types: dict[str, str] = field(default_factory=dict)
    options: dict[str, dict[str, str]] = field(default_factory=dict)
    active: bool = False

    def item(
        self, item: DesiredItem, issue: ObservedIssue | None
    ) -> tuple[list[Change], list[FieldNote]]:
        """Give the card and value changes of one item, and what is told but left alone."""
        if not self.active:
            return [], []
        card = issue.card if issue else None
        ref = f"#{issue.number}" if issue else None
        changes: list[Change] = []
        notes: list[FieldNote] = []
        if card is None:
            changes.append(
                Change(
                    action=Action.LINK,
                    kind=ChangeKind.PROJECT_ITEM,
                    key=item.key,
                    title=item.title,
                    reason="belongs on the board",
                    ref=ref,
                    waits_for=() if issue else (item.key,),
                )
            )
        elif card.archived:
            self._defer(item, "its card is archived and takes no values", "restore the card")
            return changes, notes
        for name, wanted in self._wanted(item, new_card=card is None).items():
            before = card.values.get(name) if card else None
            settable, after = self._spelled(item, name, wanted)
            if not settable or _same(before, after):
                continue
            owner = owner_of(name, self.desired.settings.ownership)
            if owner is Owner.GITHUB and before is not None:
                notes.append(
                    FieldNote(
                        key=item.key,
                        title=item.title,
                        name=name,
                        verdict=Verdict.DRIFT,
                        reason="GitHub owns this field",
                        ref=ref,
                        desired=after,
                        observed=before,
                    )
                )
                continue
            changes.append(
                Change(
                    action=Action.UPDATE,
                    kind=ChangeKind.FIELD_VALUE,
                    key=item.key,
                    title=item.title,
                    reason="declared in the file" if name in item.board else "a new card",
                    ref=ref,
                    fields={name: FieldChange(before, after)},
                    waits_for=() if issue else (item.key,),
                )
            )
        return changes, notes

    def _wanted(self, item: DesiredItem, *, new_card: bool) -> dict[str, BoardValue]:
        """Give the item's values; a new card starts in the first status unless one is said."""
        wanted = dict(item.board)
        if new_card and STATUS not in wanted and self.options.get(STATUS):
            wanted[STATUS] = next(iter(self.options[STATUS].values()))
        return wanted

    def _spelled(self, item: DesiredItem, name: str, value: BoardValue) -> tuple[bool, BoardValue]:
        """Give a value as the board spells it; False (and a deferral) where it cannot be set."""
        kind = self.types.get(name)
        if kind is None:
            self._defer(item, f"the board has no field {name!r}", "declare it under project.fields")
            return False, None
        if value is None:
            return True, None
        if kind in ("single_select", "iteration"):
            option = self.options[name].get(normalize.fold(str(value)))
            if option is None:
                self._defer(item, f"{name} has no option {value!r}", "add the option to the field")
            return option is not None, option
        if kind == "number":
            if not isinstance(value, int | float):
                self._defer(item, f"{name} takes a number, not {value!r}", "give a number")
                return False, None
            return True, normalize.number(value)
        return True, str(value)

    def _defer(self, item: DesiredItem, reason: str, hint: str) -> None:
        self.deferred.append(Deferred(ChangeKind.FIELD_VALUE, item.key, reason, hint))


def _same(before: BoardValue, after: BoardValue) -> bool:
    if isinstance(before, int | float) and isinstance(after, int | float):
        return float(before) == float(after)
    if isinstance(before, str) and isinstance(after, str):
        return before.strip() == after.strip()
    return before == after


def plan_board(desired: DesiredState, observed: ObservedState) -> BoardPlan:
    """Give the changes of the board itself: make it, link it, add fields and options."""
    plan = BoardPlan(desired, observed)
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
    if observed.project is None:
        plan.changes.append(_project(spec, Action.CREATE, "no board has this title"))
        for name, options in _BUILT_IN.items():
            plan.types[name] = "single_select"
            plan.options[name] = {normalize.fold(o): o for o in options}
    else:
        plan.name = f"{observed.project.owner}/{observed.project.number}"
        if not observed.project.linked:
            plan.changes.append(_project(spec, Action.LINK, "not shown on the repository yet"))
        for known in observed.project.fields:
            plan.types[known.name] = known.type
            plan.options[known.name] = {normalize.fold(o.name): o.name for o in known.options}
    for definition in spec.fields:
        _plan_field(plan, definition)
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


def _plan_field(plan: BoardPlan, definition: BoardFieldDef) -> None:
    name = definition.name
    wanted = [option.name for option in definition.options]
    known = plan.types.get(name)
    if known is not None and known != definition.type:
        plan.warnings.append(
            Warned(f"the board's {name} is {known}, the file says {definition.type}", "field-type")
        )
        return
    now = list(plan.options.get(name, {}).values())
    missing = [o for o in wanted if normalize.fold(o) not in plan.options.get(name, {})]
    if known is None:
        shown = FieldChange(None, missing or definition.type)
        action, reason = Action.CREATE, "the board has no such field"
    elif missing and definition.type == "single_select":
        shown = FieldChange(now, now + missing)
        action, reason = Action.UPDATE, "options are missing"
    else:
        return
    plan.changes.append(
        Change(
            action=action,
            kind=ChangeKind.FIELD,
            key=name,
            title=name,
            reason=reason,
            fields={"options" if missing else "type": shown},
            definition=definition,
        )
    )
    plan.types[name] = definition.type
    names = [title for title, _, _ in iterations_of(definition)] or now + missing
    plan.options[name] = {normalize.fold(o): o for o in names}


def iterations_of(definition: BoardFieldDef) -> tuple[tuple[str, str, int], ...]:
    """Give title, start (ISO date) and length in days of each iteration that a field declares."""
    if definition.type != "iteration" or not definition.start:
        return ()
    length = definition.duration or 14
    first = date.fromisoformat(definition.start)
    return tuple(
        (f"{definition.name} {n + 1}", (first + timedelta(days=n * length)).isoformat(), length)
        for n in range(definition.count or 1)
    )
