"""Find the present values of what a run overwrote, and why a former value cannot be restored."""

from backlog_sync.core import body as body_block
from backlog_sync.core import record
from backlog_sync.core.board import blocked_hint, blocked_reason
from backlog_sync.core.board_fields import ORDER
from backlog_sync.core.change_kinds import ChangeKind
from backlog_sync.core.fields import STATUS
from backlog_sync.core.issue_fields import value_of
from backlog_sync.core.iterations import PENDING_HINT
from backlog_sync.core.normalize import fold, fold_set
from backlog_sync.core.observed import (
    IssueLink,
    ObservedBoardField,
    ObservedIssue,
    ObservedOther,
    ObservedProject,
    ObservedState,
)
from backlog_sync.core.run_record import (
    BODY,
    ITERATIONS,
    PARENT,
    STATE,
    Kept,
    Overwritten,
    RunRecord,
    same,
    text_digest,
)
from backlog_sync.core.states import exact_state

_WORDS = {"issue_type": "type", "blocked_by": "dependencies", BODY: "text", "due": "due date"}
"""The words for parts in messages."""

_ON_BOARD = (ChangeKind.PROJECT, ChangeKind.FIELD, ChangeKind.VIEW, ChangeKind.FIELD_VALUE)
_NAMED = (ChangeKind.LABEL, ChangeKind.MILESTONE)
_NAMES = ("name", "title")
"""Things that issues use by name, and the parts that hold it."""

_LONGEST = 60
"""Characters of a value in a message: together they fit a line of 80 columns."""


_OF_ISSUES = (ChangeKind.ISSUE, ChangeKind.FIELD_VALUE)


class Present:
    """The present values of everything that a run overwrote."""

    def __init__(self, observed: ObservedState, run: RunRecord) -> None:
        self.observed, self.run = observed, run
        self.issues = {issue.id: issue for issue in observed.issues}
        self.of_thing: dict[str, list[Overwritten]] = {}
        for value in run.overwritten:
            self.of_thing.setdefault(value.id, []).append(value)
        self._renamed = [v for v in run.overwritten if v.kind in _NAMED and v.name in _NAMES]
        places: list[ObservedState | ObservedOther] = [observed, *observed.others]
        self.labels = {label.id: label for place in places for label in place.labels}
        self.milestones = {m.id: m for place in places for m in place.milestones}
        fields = observed.project.fields if observed.project else ()
        self.fields = {board_field.id: board_field for board_field in fields}
        self._fields_by_name = {fold(board_field.name): board_field for board_field in fields}
        views = observed.project.views if observed.project else ()
        self.views = {view.id: view for view in views}
        links = {link for issue in observed.issues for link in (issue.parent, *issue.blocked_by)}
        self._refs = {fold(name_of(link)) for link in (*observed.issues, *links) if link}

    def is_restored(self, value: Overwritten) -> bool:
        """Return whether an earlier undo restored this value already."""
        if value.identity not in self.run.restoring or value.withheld:
            return False
        known, now = self._now(value)
        return known and self._equals(value, now, value.before)

    def why_not(self, value: Overwritten) -> str | None:
        """Return why a value is not restored; None if it is, "" if it is as before already."""
        if value.withheld:
            return "held a token, so it was not kept"
        if value.kind is ChangeKind.FIELD and value.name == ITERATIONS:
            return _EXTENDED
        gone = self._unreachable(value)
        if gone:
            return gone
        known, now = self._now(value)
        if not known:
            return "is gone"
        if self._equals(value, now, value.after):
            return self._why_left_with_state(value) or self._impossible(value)
        if self._equals(value, now, value.before):
            return ""
        if self._is_cleared(value, now):
            return _CLEARED
        return f"changed since: {shown(value, now)}"

    def _is_cleared(self, value: Overwritten, now: Kept) -> bool:
        """Return whether an interrupted run cleared an iteration and did not set it again."""
        if now is not None or value.kind is not ChangeKind.FIELD_VALUE:
            return False
        card, board_field = self.issues[value.id].card, self._fields_by_name.get(fold(value.name))
        return any(
            board_field is not None
            and saved.field_id == board_field.id
            and any(card is not None and each.id == card.id for each in saved.cards)
            for saved in self.observed.saved_iterations
        )

    def _why_left_with_state(self, value: Overwritten) -> str | None:
        """Return why a status is left alone if the state of its issue was changed; else None."""
        if value.kind is not ChangeKind.FIELD_VALUE or value.name != STATUS:
            return None
        states = (v for v in self.of_thing[value.id] if v.name == STATE)
        state = next((v for v in states if v.kind is ChangeKind.ISSUE), None)
        if state is None or self.is_restored(state) or self.why_not(state) is None:
            return None
        return "goes with the state of the issue, which was changed since"

    def _unreachable(self, value: Overwritten) -> str:
        """Return why a value on the board cannot be read or set; "" if it can."""
        if value.is_issue_field and self.observed.issue_fields is None:
            return _FIELD_NOT_READ
        if value.kind not in _ON_BOARD:
            return ""
        if self.observed.project is None:
            return _BOARD_NOT_READ
        return blocked_reason(self.observed.project) or ""

    def _impossible(self, value: Overwritten) -> str | None:
        """Return why the former value cannot be restored; None if it can."""
        before = value.before
        if before is None or value.kind not in (ChangeKind.ISSUE, ChangeKind.FIELD_VALUE):
            return None
        repository = value.repository
        if value.kind is ChangeKind.FIELD_VALUE:
            board_field = self._fields_by_name.get(fold(value.name))
            options = before if isinstance(before, tuple) else (str(before),)
            gone = [each for each in options if board_field and not self._has(board_field, each)]
            return f"was {_quoted(gone[0])}, an option that is gone" if gone else None
        if value.is_issue_field:
            return self._option_that_is_gone(value)
        if value.name == "labels" and fold(str(before)) not in self._label_names(repository):
            return f"had {_quoted(before)}, a label that is gone"
        if value.name == "milestone" and str(before).strip() not in self._titles(repository):
            return f"was {_quoted(before)}, a milestone that is gone"
        if value.name in (PARENT, "blocked_by") and fold(str(before)) not in self._refs:
            return f"had {before}, which is gone or not read"
        return None

    def _option_that_is_gone(self, value: Overwritten) -> str | None:
        """Return why the former value of an issue field cannot be restored; None if it can."""
        fields = self.observed.issue_fields or ()
        known = next((each for each in fields if fold(each.name) == fold(value.name)), None)
        if known is None:
            return "was in an issue field that is gone"
        names = {fold(option.name) for option in known.options}
        before = value.before if isinstance(value.before, tuple) else (str(value.before),)
        gone = [name for name in before if names and fold(name) not in names]
        return f"was {_quoted(gone[0])}, an option that is gone" if gone else None

    def _has(self, board_field: ObservedBoardField, name: str) -> bool:
        """Return whether a field takes a value: any if it has no options, else the names of its."""
        if not board_field.options:
            return True
        names = {fold(option.name) for option in board_field.options}
        names |= {
            fold(value.before[0])
            for value in self.of_thing.get(board_field.id, ())
            if value.kind is ChangeKind.FIELD
            and value.name not in (ORDER, ITERATIONS)
            and isinstance(value.before, tuple)
            and self._comes_back(value)
        }
        return fold(name) in names

    def _label_names(self, repository: str) -> set[str]:
        observed = self._place(repository)
        restored = self._former_names(ChangeKind.LABEL)
        return {fold(label.name) for label in observed.labels} | set(map(fold, restored))

    def _titles(self, repository: str) -> set[str]:
        observed = self._place(repository)
        restored = self._former_names(ChangeKind.MILESTONE)
        return {milestone.title.strip() for milestone in observed.milestones} | restored

    def _former_names(self, kind: ChangeKind) -> set[str]:
        """Return the names to restore of labels or milestones."""
        return {
            str(value.before).strip()
            for value in self._renamed
            if value.kind is kind and self._comes_back(value)
        }

    def _comes_back(self, value: Overwritten) -> bool:
        return self.why_not(value) is None

    def _place(self, repository: str) -> ObservedState | ObservedOther:
        others = (o for o in self.observed.others if o.repository.name_with_owner == repository)
        return next(others, self.observed)

    # ---- present values ------------------------------------------------------------------------

    def _now(self, value: Overwritten) -> tuple[bool, Kept]:
        """Return whether the thing still exists, and its present value."""
        match value.kind:
            case ChangeKind.LABEL:
                label = self.labels.get(value.id)
                return label is not None, getattr(label, value.name, None)
            case ChangeKind.MILESTONE:
                milestone = self.milestones.get(value.id)
                return milestone is not None, getattr(milestone, value.name, None)
            case ChangeKind.PROJECT:
                board = self.observed.project
                known = board is not None and board.id == value.id
                return known, board_part(board, value.name) if board and known else None
            case ChangeKind.VIEW:
                view = self.views.get(value.id)
                return view is not None, getattr(view, value.name, None)
            case ChangeKind.FIELD:
                board_field = self.fields.get(value.id)
                if value.name == ORDER and board_field is not None:
                    return True, _order(board_field, value)
                for option in board_field.options if board_field else ():
                    if option.id == value.name:
                        return True, (option.name, option.color, option.description)
                return False, None
            case ChangeKind.FIELD_VALUE:
                issue = self.issues.get(value.id)
                card = issue.card if issue else None
                known = card is not None and not card.archived
                return known, card.values.get(value.name) if card else None
        issue = self.issues.get(value.id)
        return issue is not None, part_of(issue, value) if issue else None

    @staticmethod
    def _equals(value: Overwritten, now: Kept, side: Kept) -> bool:
        if isinstance(now, tuple) and isinstance(side, tuple) and value.kind in _OF_ISSUES:
            return sorted(now) == sorted(side)  # options that were chosen have no order
        if value.kind is ChangeKind.FIELD_VALUE:
            return record.comparable(now) == record.comparable(side)
        if value.is_issue_field:
            return same(value.name, now, side)
        if value.name == BODY and value.kind is ChangeKind.ISSUE:
            digest = value.after if side is value.after else text_digest(str(side or ""))
            return text_digest(str(now)) == digest
        return same(value.name, now, side)


def _order(board_field: ObservedBoardField, value: Overwritten) -> tuple[str, ...]:
    """Return the present order of the options whose order a run changed, by their names."""
    sides = (side for side in (value.before, value.after) if isinstance(side, tuple))
    reordered = {name for side in sides for name in side}
    return tuple(option.name for option in board_field.options if option.name in reordered)


def board_part(board: ObservedProject, name: str) -> str:
    """Return description or readme of a board, or "true" if it is public and that is asked for."""
    return str(board.public).lower() if name == "public" else str(getattr(board, name))


def is_record(value: Overwritten) -> bool:
    """Return whether a value is the record of a card, which is updated with the card's values."""
    on_card = value.kind is ChangeKind.FIELD_VALUE
    return on_card and value.name == record.NAME and not value.withheld


def part_of(issue: ObservedIssue, value: Overwritten) -> Kept:
    """Return the present value of a part of an issue; of a set, the member if it is included."""
    if value.is_member:
        names = (
            [name_of(link) for link in issue.blocked_by]
            if value.name == "blocked_by"
            else getattr(issue, value.name)
        )
        member = value.after if value.before is None else value.before
        return member if fold(str(member)) in fold_set(names) else None
    if value.name == PARENT:
        return name_of(issue.parent) if issue.parent else None
    if value.name == STATE:
        return exact_state(issue)
    if value.is_issue_field:
        now = value_of(issue, value.name)
        return tuple(now) if isinstance(now, list) else now
    part: Kept = getattr(issue, value.name)
    return part


def name_of(link: IssueLink | ObservedIssue) -> str:
    """Return the name of an issue: `owner/repo#n`."""
    return f"{link.repository}#{link.number}"


# ---- words -------------------------------------------------------------------------------------


def subject_of(value: Overwritten) -> str:
    """Return the subject of a message: the thing, and the name of its value."""
    part = _WORDS.get(value.name, value.name)
    if value.kind is ChangeKind.PROJECT:
        return f"the {'visibility' if value.name == 'public' else part} of the board"
    if value.kind in (ChangeKind.LABEL, ChangeKind.MILESTONE, ChangeKind.VIEW):
        return f"the {part} of the {value.kind.value} {value.title or value.key}"
    if value.kind is ChangeKind.FIELD and value.name == ITERATIONS:
        return f"the iterations of {value.key}"
    if value.kind is ChangeKind.FIELD and value.name == ORDER:
        return f"the order of the options of {value.key}"
    if value.kind is ChangeKind.FIELD:
        name = value.after[0] if isinstance(value.after, tuple) else value.name
        return f"the option {name} of {value.key}"
    return f"{value.title}: {part}"


_CLEARED = "was cleared by an interrupted run"
_FIELD_NOT_READ = "is an issue field that is not read"
_BOARD_NOT_READ = "is on a board that is not read"
_EXTENDED = "were extended: sending them again would clear them on every card"
_REMEDIES = {
    _CLEARED: PENDING_HINT,
    _FIELD_NOT_READ: "declare it under `issue_fields`",
    _BOARD_NOT_READ: "name the board of that run with --project",
    _EXTENDED: "remove the new ones in the settings of the field on GitHub",
}


def remedy(value: Overwritten, reason: str, project: ObservedProject | None) -> str:
    """Return what a person can do about a value that is not restored for this reason."""
    if reason in _REMEDIES:
        return _REMEDIES[reason]
    if reason and reason == blocked_reason(project):
        return blocked_hint(reason)
    if value.withheld:
        return "set it by hand on GitHub"
    if value.name == BODY and value.kind is ChangeKind.ISSUE:
        return "GitHub keeps the earlier text: see “edited” at the top of it"
    if value.before in (None, ""):
        return f"to undo it all the same, remove {_in_words(value.after)} on GitHub"
    return f"to have it back, set {_in_words(value.before)} on GitHub"


def _in_words(value: Kept) -> str:
    parts = value if isinstance(value, tuple) else (str(value),)
    return _quoted(", ".join(part for part in parts if part))


def shown(value: Overwritten, now: Kept) -> str:
    """Return the present value in a few words."""
    if value.name == BODY and value.kind is ChangeKind.ISSUE:
        lines = body_block.visible(str(now)).splitlines()
        return f"now {len(lines)} {'line' if len(lines) == 1 else 'lines'}"
    return "now empty" if now in (None, "") else f"now {_in_words(now)}"


def _quoted(value: Kept) -> str:
    text = " ".join(str(value).split())
    return f"“{text[: _LONGEST - 1]}…”" if len(text) > _LONGEST else f"“{text}”"
