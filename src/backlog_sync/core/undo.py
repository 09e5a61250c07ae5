"""Plan the undo of a run: close what it created, and restore what it overwrote if unchanged."""

from collections.abc import Collection, Sequence
from dataclasses import field, replace
from datetime import UTC, datetime

from backlog_sync.core import body as body_block
from backlog_sync.core import record
from backlog_sync.core.board_fields import OPTION, ORDER, in_declared_order
from backlog_sync.core.change_kinds import ChangeKind
from backlog_sync.core.changes import (
    AddDependency,
    Change,
    CloseIssue,
    FieldChange,
    JsonValue,
    LinkSubIssue,
    RefreshBase,
    RefreshRecord,
    RemoveDependency,
    ReopenIssue,
    SetBoardValue,
    UnlinkSubIssue,
    UpdateBoard,
    UpdateBoardField,
    UpdateIssue,
    UpdateLabel,
    UpdateMilestone,
    UpdateView,
)
from backlog_sync.core.definition_base import RECORDED
from backlog_sync.core.diagnostics import Warned
from backlog_sync.core.fields import STATUS
from backlog_sync.core.intents import Intent, by_nonce
from backlog_sync.core.model import (
    BoardFieldDef,
    LabelDef,
    MilestoneDef,
    OptionDef,
    ProjectSpec,
    ViewDef,
)
from backlog_sync.core.normalize import fold, fold_set
from backlog_sync.core.observed import (
    ObservedBoardField,
    ObservedIssue,
    ObservedLabel,
    ObservedMilestone,
    ObservedState,
    ObservedView,
)
from backlog_sync.core.plan import Plan, PlanItem
from backlog_sync.core.restored_base import restored_body
from backlog_sync.core.run_record import AGENT, BODY, PARENT, STATE, Kept, Overwritten, RunRecord
from backlog_sync.core.states import NOT_PLANNED, OPEN, is_closed, observed_state
from backlog_sync.core.undo_state import (
    Present,
    board_part,
    is_record,
    name_of,
    part_of,
    remedy,
    subject_of,
)
from backlog_sync.dataclass import dataclass

_ATOMS = ("title", "milestone", "issue_type")


@dataclass(frozen=True, slots=True)
class Undo:
    """The plan of an undo or a redo, and the identities of what it restores, closes or reopens.

    The plan's warnings list what is left alone, each with its reason.
    """

    plan: Plan
    identities: tuple[str, ...] = ()


def run_keys(run: RunRecord) -> list[str]:
    """Return the keys of the items and the names of the definitions that a run changed."""
    keys = [*(intent.key for intent in run.created), *(value.key for value in run.overwritten)]
    return list(dict.fromkeys(keys))


def undo_plan(observed: ObservedState, run: RunRecord, only: Collection[str] = ()) -> Undo:
    """Return the plan that undoes a run, limited to the keys in `only` if any are given.

    Issues that the run created are closed as not planned, if they are still ours and open. A
    value that it overwrote is restored if it still is what the run wrote. Anything else is left
    alone and listed with its reason.
    """
    undo = _Undo(observed, run, only)
    undo.created()
    undo.overwritten()
    return undo.result()


def redo_plan(observed: ObservedState, run: RunRecord, only: Collection[str] = ()) -> Undo:
    """Return the plan that reopens the issues that an undo of this run closed, as `undo_plan`.

    What the undo restored is a pending change of the file, which the next sync applies.
    """
    undo = _Undo(observed, run, only)
    undo.closed()
    return undo.result()


def closed_by(run: RunRecord | None, observed: ObservedState) -> list[ObservedIssue]:
    """Return the issues that a run created and its undo closed, and that still are closed."""
    if run is None:
        return []
    created, closings = {intent.id for intent in run.created}, _closings(run)
    return [
        issue
        for issue in observed.issues
        if issue.id in created & closings.keys() and observed_state(issue) == NOT_PLANNED
    ]


def closing(issue_id: str, status: str = "") -> str:
    """Return the identity under which a record keeps that an undo closes this issue.

    `status` is the one of its card before: closing it moves the card, and reopening does not.
    """
    return f"close\n{issue_id}\n{status}"


def _closings(run: RunRecord) -> dict[str, str]:
    """Return the issues that an undo of a run closed, by id, with the statuses of their cards."""
    parts = (identity.split("\n", 2) for identity in run.restoring)
    return {part[1]: part[2] for part in parts if part[0] == "close"}


def reopening(refs: Sequence[str], redo: str) -> str:
    """Return what becomes of the issues that an undo closed, and how to go on with them.

    `redo` is the command that reopens them.
    """
    names = ", ".join(refs[:3]) + (f" and {len(refs) - 3} more" if len(refs) > 3 else "")
    them = "it" if len(refs) == 1 else "them"
    return (
        f"Closed by undo: {names}. A sync writes {them} into the file as Not planned. To go on with"
        f" {them}, run `{redo}`, then sync."
    )


@dataclass(slots=True)
class _Restored:
    """The values of one issue or definition to restore, and those that are restored already.

    `values` are to be restored now; `all` also contains those that an earlier, interrupted undo
    has restored: the base is updated for all of them.
    """

    values: list[Overwritten] = field(default_factory=list)
    all: list[Overwritten] = field(default_factory=list)


class _Undo:
    """Builder that collects the changes and warnings of undoing one run."""

    def __init__(self, observed: ObservedState, run: RunRecord, only: Collection[str]) -> None:
        self.observed, self.run, self.only = observed, run, only
        self.present = Present(observed, run)
        self.issues = self.present.issues
        self.changes: list[Change] = []
        self.items: dict[str, PlanItem] = {}
        self.warnings: list[Warned] = []
        self.identities: list[str] = []
        moment = datetime.fromtimestamp(run.at, UTC).strftime("%Y-%m-%d %H:%M UTC")
        self.moment = moment
        nonces = by_nonce(observed.issues)
        # The answer to a creation may have been lost: then its nonce identifies the issue.
        self.intents = [
            replace(intent, id=nonces[intent.nonce].id, number=nonces[intent.nonce].number)
            if intent.number is None and intent.nonce in nonces
            else intent
            for intent in run.created
        ]

    # ---- what was created ----------------------------------------------------------------------

    def created(self) -> None:
        """Close the issues that the run created."""
        for intent in self.intents:
            if intent.number is None or not self._chosen(intent.key):
                continue
            issue = self.issues.get(intent.id or "")
            ref = self.observed.ref(issue) if issue else f"{intent.repository}#{intent.number}"
            problem = _left_alone(issue, intent)
            if issue is None or problem:
                self._leave(f"{intent.title} {problem}: left alone", ref, _HINTS[problem])
                continue
            about = self._about(issue, f"made by the run of {self.moment}, which is undone")
            self.changes.append(CloseIssue(*about, state_reason=NOT_PLANNED))
            self.identities.append(closing(issue.id, _status(issue)))

    def closed(self) -> None:
        """Reopen the issues that an undo of the run closed, and move their cards back."""
        statuses = _closings(self.run)
        keys = {intent.id: intent.key for intent in self.intents}
        for issue in closed_by(replace(self.run, created=tuple(self.intents)), self.observed):
            if self._chosen(keys[issue.id]):
                about = self._about(
                    issue, f"made by the run of {self.moment}, whose undo closed it"
                )
                self.changes.append(ReopenIssue(*about))
                now, before = _status(issue), statuses[issue.id]
                self.identities.append(closing(issue.id, before))
                if issue.card and before not in ("", now):
                    self.changes.append(
                        SetBoardValue(*about, name=STATUS, before=now, after=before)
                    )

    def result(self) -> Undo:
        """Return what was collected."""
        plan = Plan(
            repository=self.observed.repository.name_with_owner,
            project=None,
            changes=tuple(self.changes),
            items=tuple(self.items.values()),
            warnings=tuple(self.warnings),
        )
        return Undo(plan, tuple(self.identities))

    # ---- what was overwritten ------------------------------------------------------------------

    def overwritten(self) -> None:
        """Restore the values that the run overwrote."""
        created = {intent.id for intent in self.intents}
        things: dict[tuple[ChangeKind, str], _Restored] = {}
        for value in self.run.overwritten:
            if value.id in created or not self._chosen(value.key):
                continue
            if value.name == AGENT:
                message = f"{value.after} was assigned, and its work cannot be undone"
                hint = "to stop it, remove it from the issue on GitHub"
                self._leave(message, self._ref(value), hint)
                continue
            thing = things.setdefault((_thing(value.kind), value.id), _Restored())
            if is_record(value) or self.present.is_restored(value):
                thing.all.append(value)
                continue
            reason = self.present.why_not(value)
            if reason is None:
                thing.values.append(value)
                thing.all.append(value)
                self.identities.append(value.identity)
            elif reason:
                message = f"{subject_of(value)} {reason}; left alone"
                hint = remedy(value, reason, self.observed.project)
                self._leave(message, self._ref(value), hint)
        if self.run.truncated:
            message = "the run wrote over more than a record holds; values beyond that stay"
            self._leave(message, None, "`backlog plan` shows where GitHub and the files differ now")
        definitions = [
            value for (kind, _), thing in things.items() if kind in RECORDED for value in thing.all
        ]
        for (kind, id_), thing in things.items():
            issue = self.issues.get(id_)
            if kind is ChangeKind.ISSUE:
                if issue is not None and thing.all:
                    self._issue(issue, thing, definitions)
            elif kind is ChangeKind.FIELD and thing.values:
                self._options(self.present.fields[id_], thing.values)
            elif thing.values:
                self._definition(kind, id_, thing.values)

    def _chosen(self, key: str) -> bool:
        return not self.only or key in self.only

    # ---- changes -------------------------------------------------------------------------------

    def _issue(
        self, issue: ObservedIssue, thing: _Restored, definitions: Sequence[Overwritten]
    ) -> None:
        own = [value for value in thing.values if value.kind is ChangeKind.ISSUE]
        fields: dict[str, FieldChange] = {}
        for value in own:
            if value.name in _ATOMS or value.is_issue_field:
                now = part_of(issue, value)
                fields[value.name] = FieldChange(_json(now), _json(value.before))
        for name in ("labels", "assignees"):
            moved = [value for value in own if value.name == name]
            if moved:
                now_names = tuple(getattr(issue, name))
                fields[name] = FieldChange(list(now_names), _moved(now_names, moved))
        body = self._body(issue, thing, definitions)
        if body is not None and body_block.visible(body) != body_block.visible(issue.body):
            fields[BODY] = FieldChange(body_block.visible(issue.body), body_block.visible(body))
        for value in own:
            self._link(issue, value)
            if value.name == STATE:
                self._state(issue, value)
        if fields:
            about, seen = self._about(issue), issue.body
            self.changes.append(UpdateIssue(*about, fields=fields, body=body, body_seen=seen))
        elif body is not None:
            self.changes.append(RefreshBase(*self._about(issue), body=body, body_seen=issue.body))
        self._card(issue, thing)

    def _body(
        self, issue: ObservedIssue, thing: _Restored, definitions: Sequence[Overwritten]
    ) -> str | None:
        """Return the body to write; None if the present one is up to date."""
        entries = self.present.of_thing[issue.id]
        written = next((value for value in entries if value.name == BODY), None)
        if written is None or written.withheld or written.kind is not ChangeKind.ISSUE:
            return None
        values = [v for v in thing.all if v.kind is ChangeKind.ISSUE and v is not written]
        there = [value for value in definitions if value.repository == issue.repository]
        text = written in thing.all
        body = restored_body(
            issue.body,
            str(written.before or ""),
            text=text,
            values=values,
            definitions=there,
            overwritten=[value for value in entries if value.kind is ChangeKind.ISSUE],
        )
        return None if body_block.same_body(body, issue.body) else body

    def _state(self, issue: ObservedIssue, value: Overwritten) -> None:
        before = str(value.before)
        if before != OPEN and not is_closed(before):
            before = NOT_PLANNED  # the issue that it duplicated is not recorded
        about, now = self._about(issue), observed_state(issue)
        self.changes.append(
            CloseIssue(*about, state_reason=before, was=now if is_closed(now) else None)
            if is_closed(before)
            else ReopenIssue(*about)
        )

    def _link(self, issue: ObservedIssue, value: Overwritten) -> None:
        before = None if value.before is None else str(value.before)
        if value.name == PARENT:
            kept = part_of(issue, value)
            now = None if kept is None else str(kept)
            about = self._about(issue)
            if before is not None:
                self.changes.append(LinkSubIssue(*about, parent=before, replaces=now))
            else:
                parent = str(now)
                self.changes.append(UnlinkSubIssue(*about, parent=parent, parent_name=parent))
        elif value.name == "blocked_by":
            about = self._about(issue)
            if before is not None:
                self.changes.append(AddDependency(*about, blocker=before))
            else:
                self.changes.append(RemoveDependency(*about, blocker=str(value.after)))

    def _card(self, issue: ObservedIssue, thing: _Restored) -> None:
        """Restore the values on a card, and update its record with them."""
        card = issue.card
        on_card = [value for value in thing.all if value.kind is ChangeKind.FIELD_VALUE]
        if card is None or not on_card:
            return
        seen = card.values.get(record.NAME)
        seen = None if seen is None else str(seen)
        written = next((value for value in on_card if is_record(value)), None)
        on_card = [value for value in on_card if value is not written]
        text: str | None = None
        if written is not None and seen is not None:
            before = str(written.before or "")
            names = {value.name for value in on_card} | record.dropped(before, seen)
            text = record.without(seen, before, frozenset(names))
            text = None if text == seen else text
        values = [value for value in on_card if value in thing.values]
        for value in values:
            is_last = value is values[-1]
            self.changes.append(
                SetBoardValue(
                    *self._about(issue),
                    name=value.name,
                    before=card.values.get(value.name),
                    after=value.before,
                    body=text if is_last else None,
                    body_seen=seen if is_last else None,
                )
            )
        if not values and text is not None:
            self.changes.append(RefreshRecord(*self._about(issue), body=text, body_seen=seen))

    def _options(self, board_field: ObservedBoardField, values: Sequence[Overwritten]) -> None:
        """Restore the name, color, description and order of the options of a board field."""
        now = {option.id: option for option in board_field.options}
        orders = [v.before for v in values if v.name == ORDER and isinstance(v.before, tuple)]
        options = [v for v in values if v.name != ORDER]
        pairs = [(now[v.name], v.before) for v in options if isinstance(v.before, tuple)]
        renamed = [(option.name, before[0]) for option, before in pairs if option.name != before[0]]
        styles = [
            (_style(option.color, option.description), _style(*before[1:]), before)
            for option, before in pairs
            if (option.color, option.description) != before[1:]
        ]
        fields: dict[str, FieldChange] = {}
        if renamed:
            names_now, names_before = zip(*renamed, strict=True)
            fields[OPTION] = FieldChange(list(names_now), list(names_before))
        if styles:
            fields["styles"] = FieldChange(
                [f"{before[0]}: {style}" for style, _, before in styles],
                [f"{before[0]}: {style}" for _, style, before in styles],
            )
        if orders:
            names = dict(renamed)
            current = [names.get(option.name, option.name) for option in board_field.options]
            former = [names.get(name, name) for name in orders[0]]
            fields[ORDER] = FieldChange(list(current), in_declared_order(current, former))
        definition = BoardFieldDef(
            board_field.name, board_field.type, tuple(OptionDef(*before) for _, _, before in styles)
        )
        name = board_field.name
        self.changes.append(
            UpdateBoardField(name, name, self._reason, fields=fields, definition=definition)
        )

    def _definition(self, kind: ChangeKind, id_: str, values: Sequence[Overwritten]) -> None:
        """Restore the parts of a label, a milestone, the board or a view."""
        if kind is ChangeKind.VIEW:
            self._view(self.present.views[id_], values)
            return
        if kind is ChangeKind.PROJECT:
            self._board(values)
            return
        thing: ObservedLabel | ObservedMilestone
        thing = (
            self.present.labels[id_] if kind is ChangeKind.LABEL else self.present.milestones[id_]
        )
        name = thing.name if isinstance(thing, ObservedLabel) else thing.title
        fields = {
            value.name: FieldChange(getattr(thing, value.name), _json(value.before))
            for value in values
        }
        renamed = fields.get("name") or fields.get("title")
        title = str(renamed.after) if renamed else name
        repository = self._elsewhere(values[0].repository)
        about = name, title, self._reason, None, (), repository
        self.changes.append(
            UpdateLabel(*about, fields=fields, definition=LabelDef(title))
            if isinstance(thing, ObservedLabel)
            else UpdateMilestone(*about, fields=fields, definition=MilestoneDef(title))
        )

    def _view(self, view: ObservedView, values: Sequence[Overwritten]) -> None:
        fields = {v.name: FieldChange(getattr(view, v.name), _json(v.before)) for v in values}
        title = str(fields["name"].after) if "name" in fields else view.name
        about = view.name, title, self._reason
        self.changes.append(UpdateView(*about, fields=fields, definition=ViewDef(title)))

    def _board(self, values: Sequence[Overwritten]) -> None:
        board = self.observed.project
        if board is None:
            return
        fields = {
            v.name: FieldChange(board_part(board, v.name), _json(v.before or "")) for v in values
        }
        spec = ProjectSpec(board.owner, number=board.number)
        about = str(spec), board.title, self._reason
        self.changes.append(UpdateBoard(*about, fields=fields, definition=spec))

    def _about(
        self, issue: ObservedIssue, reason: str = ""
    ) -> tuple[str, str, str, str | None, tuple[()], str | None]:
        """Return the first values of every change of an issue, and list the issue in the plan."""
        name, ref = name_of(issue), self.observed.ref(issue)
        parent = name_of(issue.parent) if issue.parent else None
        self.items[name] = PlanItem(name, "issue", issue.title, parent, ref, issue.url)
        repository = self._elsewhere(issue.repository)
        return name, issue.title, reason or self._reason, ref, (), repository

    @property
    def _reason(self) -> str:
        return f"written by the run of {self.moment}, which is undone"

    def _elsewhere(self, repository: str | None) -> str | None:
        target = self.observed.repository.name_with_owner
        return None if repository in (None, "", target) else repository

    def _ref(self, value: Overwritten) -> str | None:
        issue = self.issues.get(value.id)
        return self.observed.ref(issue) if issue else None

    def _leave(self, message: str, ref: str | None, hint: str) -> None:
        self.warnings.append(Warned(message, "not-undone", hint, ref=ref))


def _status(issue: ObservedIssue) -> str:
    return str(issue.card.values.get(STATUS) or "") if issue.card else ""


def _thing(kind: ChangeKind) -> ChangeKind:
    """Return the kind of thing that a value belongs to: a card belongs to its issue."""
    return ChangeKind.ISSUE if kind is ChangeKind.FIELD_VALUE else kind


def _moved(names: Sequence[str], values: Sequence[Overwritten]) -> list[str]:
    """Return the names of a set after removing added members and restoring removed ones."""
    members = fold_set(names)
    for value in values:
        if value.before is None:
            members.pop(fold(str(value.after)), None)
        else:
            members.setdefault(fold(str(value.before)), str(value.before))
    return list(members.values())


def _json(value: Kept) -> JsonValue:
    return list(value) if isinstance(value, tuple) else value


def _style(color: str, description: str) -> str:
    return f"{color}, {description}" if description else color


_GONE, _NOT_OURS, _CLOSED = "is gone", "does not carry our marker any more", "is closed already"
_HINTS = {
    _GONE: "look for it in the repository to which it was moved, if it was not deleted",
    _NOT_OURS: "close it on GitHub if nobody needs it",
    _CLOSED: "reopen it on GitHub if it is needed after all",
}
"""Why an issue that a run created is left alone, and what a person may do."""


def _left_alone(issue: ObservedIssue | None, intent: Intent) -> str:
    """Return why an issue must not be closed; empty if it may."""
    if issue is None:
        return _GONE
    marker = body_block.split(issue.body).marker
    if marker is None or marker.nonce != intent.nonce:
        return _NOT_OURS
    return "" if issue.state == "open" else _CLOSED
