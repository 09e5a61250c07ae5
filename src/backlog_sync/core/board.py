"""The board: the project, the cards, and the values on them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from backlog_sync.core import normalize, record
from backlog_sync.core.board_fields import BUILT_IN, FieldPlan
from backlog_sync.core.card import NO_ISSUE, CardDiff, DesiredCard, IssueStatus, diff_card
from backlog_sync.core.change_kinds import ChangeKind
from backlog_sync.core.changes import (
    AddToBoard,
    Change,
    CreateBoard,
    ForgetValues,
    LinkBoard,
    RefreshRecord,
    SetBoardValue,
)
from backlog_sync.core.definition_base import Carrier
from backlog_sync.core.definitions import DefinitionPlan
from backlog_sync.core.diagnostics import Warned
from backlog_sync.core.fields import STATUS
from backlog_sync.core.issue_fields import replaced_fields
from backlog_sync.core.locations import elsewhere, same_owner
from backlog_sync.core.matching import Matches
from backlog_sync.core.model import BoardValue, DesiredItem, DesiredState, ProjectSpec
from backlog_sync.core.normalize import fold
from backlog_sync.core.observed import (
    BoardItem,
    ObservedBoardField,
    ObservedIssue,
    ObservedProject,
    ObservedState,
)
from backlog_sync.core.option_names import as_named, used_options
from backlog_sync.core.option_values import option_words, spelled_options
from backlog_sync.core.options import PLAIN, PlanOptions
from backlog_sync.core.plan import Deferred
from backlog_sync.core.pull_status import evidence_of
from backlog_sync.core.relative_iterations import is_relative, named_iteration, remedy, why_unclear
from backlog_sync.core.restore_iterations import restorations
from backlog_sync.core.states import is_closed
from backlog_sync.core.views import kept_entries, new_views, plan_views
from backlog_sync.core.words import RELATIVE
from backlog_sync.dataclass import dataclass

MOST_FIELDS = 50
"""Fields that a board may have (reported, not documented)."""

_LONGEST_TEXT = 1_024
"""Characters that a text field takes; one more is refused (recorded 2023, not documented)."""
_NOTHING: Mapping[str, BoardValue] = {}

_KINDS = frozenset(
    {
        ChangeKind.PROJECT,
        ChangeKind.FIELD,
        ChangeKind.VIEW,
        ChangeKind.PROJECT_ITEM,
        ChangeKind.FIELD_VALUE,
    }
)


@dataclass(slots=True)
class BoardPlan:
    """What to do about the board as a whole (`changes`), and about the items' cards (`cards`)."""

    desired: DesiredState
    observed: ObservedState
    fields: FieldPlan
    options: PlanOptions = PLAIN
    name: str | None = None
    changes: list[Change] = field(default_factory=list)
    cards: list[Change] = field(default_factory=list)
    deferred: list[Deferred] = field(default_factory=list)
    warnings: list[Warned] = field(default_factory=list)
    active: bool = False

    def item(
        self,
        item: DesiredItem,
        issue: ObservedIssue | None,
        *,
        issue_status: IssueStatus = NO_ISSUE,
        private: Mapping[str, BoardValue] = _NOTHING,
        kept: Collection[str] = (),
        reopens: bool = False,
    ) -> CardDiff:
        """Plan the board item and the values of one item; return its notes.

        `reopens` is whether the plan reopens its issue.
        The card's record also holds the `private` entries, and keeps those that are `kept`.
        """
        if not self.active:
            return CardDiff()
        card = as_named(issue.card, self.fields.renamed) if issue and issue.card else None
        if card is None and not self._takes(item):
            return CardDiff()
        ref = self.observed.ref(issue) if issue else None
        closed = _is_over(item, None if reopens else issue)
        diff = diff_card(
            item,
            ref,
            card,
            self._with_entries(self._desired_values(item, card, closed=closed), private, kept),
            ownership=self.desired.settings.ownership,
            options=self.options,
            issue_status=issue_status,
            **self._evidence(issue),
        )
        if card is not None and card.archived:
            if diff.values:
                names = ", ".join(diff.values)
                reason = f"its board item is archived and takes no values ({names})"
                self._defer(item, reason, "restore the item on the board, or leave it")
            return CardDiff()
        waits = () if issue else (item.key,)
        if card is None:
            reason = "belongs on the board"
            self.cards.append(AddToBoard(item.key, item.title, reason, ref, waits))
        record_value = card.values.get(record.NAME) if card else None
        observed_record = record_value if isinstance(record_value, str) else ""
        last_name = next(reversed(diff.values), None) if not diff.forgotten else None
        for name, (before, after) in diff.values.items():
            self.cards.append(
                SetBoardValue(
                    item.key,
                    item.title,
                    diff.reasons[name],
                    ref,
                    waits,
                    name=name,
                    before=before,
                    after=after,
                    restores=name in diff.drifted,
                    body=diff.record if name == last_name else None,
                    body_seen=observed_record if name == last_name else None,
                )
            )
        if diff.record is not None and last_name is None:
            reason = "the record of what was applied follows"
            if diff.forgotten:
                reason = self._why_forgotten(diff.forgotten)
            write = ForgetValues if diff.forgotten else RefreshRecord
            texts = {"body": diff.record, "body_seen": observed_record}
            self.cards.append(write(item.key, item.title, reason, ref, waits, **texts))
        return diff

    def _takes(self, item: DesiredItem) -> bool:
        """Return whether GitHub adds an issue to the board, and report it if not.

        Its API adds only issues of the board's owner to a board ("The Issue or Pull Request must
        belong to a repository owned by …", reported; GitHub's own action adds drafts instead),
        while people can add any on the page. A board of another owner than the target is tried.
        """
        target = self.observed.repository.name_with_owner
        repository = elsewhere(item, target, self.desired.repository) or target
        project, spec = self.observed.project, self.desired.project
        owner = project.owner if project else spec.owner if spec else ""
        if same_owner(repository, target) or same_owner(repository, owner):
            return True
        reason = f"GitHub's API adds no issues of {repository} to a board of {owner}"
        self._defer(item, reason, "add it on the board's page; then its values are synced")
        return False

    def _why_forgotten(self, names: Sequence[str]) -> str:
        replaced = replaced_fields(self.desired)
        moved = ", ".join(name for name in names if fold(name) in replaced)
        dropped = ", ".join(name for name in names if fold(name) not in replaced)
        reasons = [f"now set on the issue, left as it is on the board: {moved}"] if moved else []
        if dropped:
            reasons.append(f"no longer in the file, left as it is on the board: {dropped}")
        return "; ".join(reasons)

    def close(self, keys: Collection[str]) -> None:
        """Set no Status of these items, which are closed: the board's own workflow sets Done."""
        cards: list[Change] = []
        for card in self.cards:
            if not (isinstance(card, SetBoardValue) and card.key in keys and self._is_status(card)):
                cards.append(card)
            elif card.body is not None:
                about = card.key, card.title, "the record of what was applied follows"
                ends = card.ref, card.waits_for
                seen = card.body_seen or ""
                cards.append(RefreshRecord(*about, *ends, body=card.body, body_seen=seen))
        self.cards = cards

    def _is_status(self, card: SetBoardValue) -> bool:
        return fold(card.name) == fold(STATUS)

    @staticmethod
    def _with_entries(
        desired: DesiredCard, private: Mapping[str, BoardValue], kept: Collection[str]
    ) -> DesiredCard:
        if not private and not kept:
            return desired
        return replace(desired, kept=desired.kept | {*kept}, entries=private)

    def _desired_values(
        self, item: DesiredItem, card: BoardItem | None, *, closed: bool
    ) -> DesiredCard:
        """Return the item's values by the board's own field names, as the board spells them.

        The card of a `closed` item stays in its iteration when time passes.
        """
        values: dict[str, BoardValue] = {}
        kept: set[str] = set()
        relative: set[str] = set()
        status = self.fields.get(STATUS)
        start = {status.name: status.options[0].name} if status and status.options else {}
        for name, desired_value in item.board.items():
            board_field = self.fields.get(name)
            if board_field is None:
                self._unknown(item, name, desired_value)
                kept.add(name)
                continue
            follows_date = is_relative(desired_value)
            if closed and follows_date and _has_value(card, board_field.name):
                kept.add(board_field.name)
                continue
            settable, after = self._spelled(item, board_field, desired_value)
            if settable:
                values[board_field.name] = after
                relative |= {board_field.name} if follows_date else set()
            else:
                kept.add(board_field.name)
        for name, value in start.items():
            if name in values or name in kept:
                continue
            # No status is declared: a new card gets the first; its record stays for a later one.
            if card is None or self._unfinished(card, name):
                values[name] = value
            else:
                kept.add(name)
        noted = self._noted(item, card, values)
        return DesiredCard(values, frozenset(kept), noted, start, relative=frozenset(relative))

    def _evidence(self, issue: ObservedIssue | None) -> dict[str, Any]:
        """Return what pull requests mean for an issue's status, as `diff_card` takes it."""
        board_field = self.fields.get(STATUS)
        if issue is None or board_field is None or not self.desired.settings.pull_requests:
            return {}
        order = [option.name for option in board_field.options]
        places = {self.observed.repository.name_with_owner: self.observed.permissions}
        places |= {o.repository.name_with_owner: o.permissions for o in self.observed.others}
        permissions = places.get(issue.repository, {})
        evidence = evidence_of(issue, self.desired.settings, self.observed.viewer, permissions)
        if evidence is not None:
            named = [
                name for name in order if normalize.fold(name) == normalize.fold(evidence.status)
            ]
            evidence = replace(evidence, status=named[0]) if named else None
        return {"evidence": evidence, "status": board_field.name, "order": order}

    def warn_unmapped(self) -> None:
        """Report statuses in `pull_requests` that are not options of the board."""
        board_field = self.fields.get(STATUS) if self.active else None
        options = {normalize.fold(o.name) for o in board_field.options} if board_field else set()
        for key, status in self.desired.settings.pull_requests.items():
            if board_field is not None and normalize.fold(status) not in options:
                reason = f"{STATUS} has no option {status!r}, which `pull_requests: {key}` names"
                hint = "declare the field with this option, or name another one"
                self.deferred.append(Deferred(ChangeKind.FIELD, board_field.name, reason, hint))

    def _noted(
        self, item: DesiredItem, card: BoardItem | None, values: Mapping[str, BoardValue]
    ) -> dict[str, BoardValue]:
        """Return the status of a card whose word in the file is unknown: moves count from it."""
        status = self.fields.get(STATUS)
        if status is None or STATUS not in item.unknown or status.name in values or card is None:
            return {}
        value = card.values.get(status.name)
        return {status.name: value} if value is not None else {}

    def _unfinished(self, card: BoardItem, name: str) -> bool:
        """Return whether a run stopped before it set the values of a card that it had made."""
        recorded = self.fields.get(record.NAME) is not None
        return recorded and card.values.get(name) is None and record.NAME not in card.values

    def _unknown(self, item: DesiredItem, name: str, value: BoardValue) -> None:
        """Report a value without a field; to empty what is not there needs nothing."""
        deferred_names = {deferred.key for deferred in self.fields.deferred}
        if value is not None and name not in deferred_names:
            self._defer(item, f"the board has no field {name!r}", "declare it under project.fields")

    def _spelled(
        self, item: DesiredItem, board_field: ObservedBoardField, value: BoardValue
    ) -> tuple[bool, BoardValue]:
        """Return a value as the board spells it; False (and a deferral) if it cannot be set."""
        if board_field.type == "multi_select":
            return self._chosen(item, board_field, value)
        if value is None:
            return True, None
        if board_field.type == "iteration" and is_relative(value):
            return self._relative(item, board_field, str(value))
        if board_field.type in ("single_select", "iteration"):
            folded = normalize.fold(_text(value))
            option = next(
                (o.name for o in board_field.options if normalize.fold(o.name) == folded), None
            )
            if option is None:
                reason = f"{board_field.name} has no option {_text(value)!r}"
                self._defer(item, reason, "declare the field with this option, or add it there")
            return option is not None, option
        if board_field.type == "number":
            if not isinstance(value, int | float):
                self._defer(
                    item, f"{board_field.name} takes a number, not {value!r}", "give a number"
                )
                return False, None
            return True, normalize.number(value)
        text = _text(value)
        if board_field.type == "text" and len(text) > _LONGEST_TEXT:
            reason = (
                f"{board_field.name} has {len(text):,} characters,"
                f" and a text field takes {_LONGEST_TEXT:,}"
            )
            self._defer(item, reason, "shorten it, or move it into the item's description")
            return False, None
        return True, text

    def _chosen(
        self, item: DesiredItem, board_field: ObservedBoardField, value: BoardValue
    ) -> tuple[bool, BoardValue]:
        """Return several options as the board spells them; False (and a deferral) if one is new."""
        words = option_words(board_field.type, value)
        spelled, unknown = spelled_options(board_field.options, words)
        if unknown:
            names = ", ".join(map(repr, unknown))
            self._defer(
                item,
                f"{board_field.name} has no option {names}, so that none of its options is set",
                "declare the field with this option, or add it there",
            )
        return not unknown, spelled

    def _relative(
        self, item: DesiredItem, board_field: ObservedBoardField, word: str
    ) -> tuple[bool, BoardValue]:
        """Return the iteration that a word means now; False (and a deferral) if there is none."""
        options, today = board_field.options, self.observed.today
        iteration = named_iteration(word, options, today)
        if iteration is None:
            reason = why_unclear(word, board_field.name, options, today)
            addable = self.fields.addable.get(normalize.fold(board_field.name), ())
            self._defer(item, reason, remedy(word, options, today, addable))
        return iteration is not None, iteration.name if iteration else None

    def _defer(self, item: DesiredItem, reason: str, hint: str) -> None:
        self.deferred.append(Deferred(ChangeKind.FIELD_VALUE, item.key, reason, hint))

    def restore_iterations(self) -> None:
        """Plan to set the iterations again that an interrupted run cleared."""
        changes, warnings = restorations(self.observed)
        self.changes += changes
        self.warnings += warnings

    def define(self, carrier: Carrier) -> DefinitionPlan:
        """Plan what the file declares of the board itself and of its views."""
        spec, project = self.desired.project, self.observed.project
        if not self.active or spec is None or blocked_reason(project) is not None:
            return DefinitionPlan(record=kept_entries(carrier))
        if project is None:
            project = self.observed.template
        plan, deferred = plan_views(spec, project, self.fields, carrier, self.options)
        self.deferred += deferred
        if self.observed.project is None:
            # A new board gets its texts with its creation, and its views have ids only then.
            changes = [c for c in plan.changes if c.kind is not ChangeKind.PROJECT]
            record = {key: ("", *entry[1:]) for key, entry in plan.record.items()}
            plan = DefinitionPlan(changes=changes, record=record, moved=plan.moved)
        self.changes += new_views(spec, self.observed, self.fields)
        return plan

    def keep_record(self) -> None:
        """Make the field for the record with the first values; without it, keep none."""
        record_field = self.fields.get(record.NAME)
        if record_field is not None and record_field.type == record.FIELD.type:
            return
        values = any(isinstance(c, SetBoardValue) for c in self.cards)
        if values and self._has_room(record_field):
            self.fields.plan(record.FIELD, ())
            self.changes.append(self.fields.changes[-1])
            return
        self.cards = [
            replace(c, body=None, body_seen=None) if isinstance(c, SetBoardValue) else c
            for c in self.cards
            if not isinstance(c, ForgetValues | RefreshRecord)
        ]

    def _has_room(self, record_field: ObservedBoardField | None) -> bool:
        """Return whether the board can have the field for the record; note it if not."""
        if record_field is not None:
            kind = record_field.type
            reason = f"it is {kind}, not text, so that no record is kept of what was applied"
            hint = f"rename the board's field {record_field.name!r}"
        elif len(self.fields.known) >= MOST_FIELDS:
            reason = f"the board has {MOST_FIELDS} fields, so that no record is kept"
            hint = "remove a field that nobody uses"
        else:
            return True
        self.deferred.append(Deferred(ChangeKind.FIELD, record.NAME, reason, hint))
        return False

    def permitted(self, changes: list[Change]) -> tuple[list[Change], list[Deferred]]:
        """Return the changes without those of a board that cannot be changed, and one that says so.

        If nothing would change on such a board, nothing is reported.
        """
        reason = blocked_reason(self.observed.project)
        withheld = [change for change in changes if change.kind in _KINDS]
        if not self.active or reason is None or not withheld:
            return changes, []
        kept = [change for change in changes if change.kind not in _KINDS]
        count = sum(1 for change in withheld if not change.is_refresh)
        if not count:
            return kept, []
        what = f"{reason}; {count} {'change' if count == 1 else 'changes'} would be due there"
        return kept, [Deferred(ChangeKind.PROJECT, self.name or "", what, blocked_hint(reason))]


def _is_over(item: DesiredItem, issue: ObservedIssue | None) -> bool:
    """Return whether the issue is closed or the file calls the item done."""
    return (issue is not None and issue.state == "closed") or is_closed(item.fields.get("state"))


def _text(value: BoardValue) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _has_value(card: BoardItem | None, name: str) -> bool:
    return card is not None and card.values.get(name) is not None


_CLOSED, _READ_ONLY = "the board is closed", "this token may look at the board, but not change it"


def blocked_reason(project: ObservedProject | None) -> str | None:
    """Return why a board that was found cannot be changed; None if it can."""
    if project is None:
        return None
    if project.closed:
        return _CLOSED
    return None if project.writable else _READ_ONLY


def blocked_hint(reason: str) -> str:
    """Return what would help."""
    if reason == _CLOSED:
        return "reopen it on GitHub, name another one, or use --project none"
    return "give BACKLOG_PROJECT_TOKEN write access to the board, or use --project none"


def plan_board(
    desired: DesiredState, observed: ObservedState, matches: Matches, options: PlanOptions = PLAIN
) -> BoardPlan:
    """Return the changes of the board itself: make it, link it, add fields and options."""
    fields = FieldPlan(
        observed.capabilities,
        options.extend_iterations,
        observed.iteration_cards,
        today=observed.today,
        issue_fields=frozenset(normalize.fold(each.name) for each in desired.issue_fields),
    )
    plan = BoardPlan(desired, observed, fields, options)
    plan.restore_iterations()
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
        plan.changes.append(
            CreateBoard(str(spec), _title(spec), "no board has this title", definition=spec)
        )
        template = observed.template
        plan.fields.see(BUILT_IN if template is None else template.fields)
    else:
        plan.name = f"{project.owner}/{project.number}"
        # GitHub shows a board only on its own repositories owner.
        owner = observed.repository.name_with_owner.partition("/")[0]
        if not project.linked and normalize.fold(owner) == normalize.fold(project.owner):
            reason = "not shown on the repository yet"
            plan.changes.append(LinkBoard(str(spec), _title(spec), reason, definition=spec))
        plan.fields.see(project.fields)
    cards = [issue.card for issue in observed.issues if issue.card is not None]
    issues = {key: match.issue for key, match in matches.by_key.items()}
    for definition in spec.fields:
        used = used_options(desired.items, definition.name)
        words: set[str] = set()
        if used.intersection(RELATIVE):
            unfinished = [
                item for item in desired.items if not _is_over(item, issues.get(item.key))
            ]
            words = used_options(unfinished, definition.name).intersection(RELATIVE)
        plan.fields.plan(definition, used, cards, words)
    plan.changes += plan.fields.changes
    plan.deferred += plan.fields.deferred
    plan.warn_unmapped()
    plan.warnings += plan.fields.warnings
    return plan


def _title(spec: ProjectSpec) -> str:
    return spec.title or str(spec.number)
