"""Issue fields of the organization: what is missing, which values can be set, and their merge.

An issue has their values itself, as it has its labels: they are created with it, recorded in its
marker, and shown on every board. A backlog uses only those that its settings declare.
"""

from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from datetime import date

from backlog_sync.core import normalize, record
from backlog_sync.core.change_kinds import ChangeKind
from backlog_sync.core.changes import (
    Change,
    CreateIssueField,
    FieldChange,
    JsonValue,
    ShowIssueField,
    UpdateIssueField,
)
from backlog_sync.core.fields import board_field_of
from backlog_sync.core.locations import owner_of_repository, same_owner
from backlog_sync.core.model import (
    ALL,
    MEMBERS,
    BoardFieldDef,
    BoardValue,
    DesiredItem,
    DesiredState,
    IssueFieldValue,
    OptionDef,
)
from backlog_sync.core.normalize import fold
from backlog_sync.core.observed import (
    BoardItem,
    ObservedBoardField,
    ObservedIssue,
    ObservedIssueField,
    ObservedOption,
    ObservedRepository,
    ObservedState,
)
from backlog_sync.core.option_values import SELECTS, members_of_value, option_words, spelled_options
from backlog_sync.core.options import PLAIN, PlanOptions
from backlog_sync.core.plan import Deferred
from backlog_sync.core.trust import WRITE
from backlog_sync.dataclass import dataclass

FLAG = "--create-issue-fields"

_EXAMPLES = 3
_LISTED = 10
"""Values without an option, and options, that one line names; more would not fit on it."""


@dataclass(frozen=True, slots=True)
class FieldTarget:
    """What an item wants of the issue fields.

    `atoms` and `sets` are its values by the declared name, as GitHub spells them. `kept` are names
    of which nothing can be set now: their base stays. `private` are names that the marker must not
    contain. `board` gives the board field that a field replaces.
    """

    atoms: Mapping[str, JsonValue] = field(default_factory=dict)
    sets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    kept: frozenset[str] = frozenset()
    private: frozenset[str] = frozenset()
    board: Mapping[str, str] = field(default_factory=dict)

    @property
    def kept_entries(self) -> tuple[str, ...]:
        """The entries of a card's record that stay.

        They are those of private fields, and those of the board's own fields whose values cannot
        move yet.
        """
        if not self.kept and not self.private:
            return ()
        unmoved = (self.board.get(name, name) for name in self.kept)
        return (*map(private_entry, self.kept | self.private), *unmoved)


NO_FIELDS = FieldTarget()


@dataclass(slots=True)
class IssueFieldPlan:
    """The declared issue fields as they will be, and what has to happen for it.

    `known` are the usable ones by the folded name. `unset` collects by field the values that no
    option has, `elsewhere` the other owners of repositories in which no value can be set.
    """

    desired: DesiredState
    observed: ObservedState
    options: PlanOptions = PLAIN
    known: dict[str, ObservedIssueField] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    deferred: list[Deferred] = field(default_factory=list)
    unset: dict[str, dict[str, None]] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    elsewhere: dict[str, None] = field(default_factory=dict)

    def get(self, name: str) -> ObservedIssueField | None:
        """Return a usable field by its name; GitHub ignores case here."""
        return self.known.get(fold(name))

    def target(self, item: DesiredItem, repository: ObservedRepository) -> FieldTarget:
        """Return what an item wants in its repository.

        Fields belong to an organization: in repositories of another owner they are left alone.
        """
        if not item.issue_fields:
            return NO_FIELDS
        target = self.observed.repository.name_with_owner
        if not same_owner(repository.name_with_owner, target):
            self.elsewhere.setdefault(owner_of_repository(repository.name_with_owner), None)
            return FieldTarget(kept=frozenset(item.issue_fields))
        public = not repository.private
        atoms: dict[str, JsonValue] = {}
        sets: dict[str, tuple[str, ...]] = {}
        kept: set[str] = set()
        private: set[str] = set()
        names = [definition.name for definition in self._definitions]
        for name, value in item.issue_fields.items():
            known = self.get(name)
            if known is None:
                kept.add(name)
                continue
            if known.private and public:
                private.add(name)
            settable, spelled = self._spelled(known, value)
            if not settable:
                kept.add(name)
            elif known.type == "multi_select":
                sets[name] = spelled if isinstance(spelled, tuple) else ()
            else:
                atoms[name] = None if isinstance(spelled, tuple) else spelled
        board = {name: board_field_of(name, names) or name for name in item.issue_fields}
        return FieldTarget(atoms, sets, frozenset(kept), frozenset(private), board)

    def _spelled(
        self, known: ObservedIssueField, value: IssueFieldValue
    ) -> tuple[bool, IssueFieldValue]:
        """Return a value as GitHub spells it; False, and a note, if it cannot be set."""
        if value is None or value in ("", ()):
            return True, None
        if known.type in SELECTS:
            return self._chosen(known, value)
        text = ", ".join(value) if isinstance(value, tuple) else str(value).strip()
        if known.type == "text":
            return True, text
        typed = _number(text) if known.type == "number" else _date(text)
        if typed is None:
            self.unset.setdefault(known.name, {})[text] = None
        return typed is not None, typed

    def _chosen(
        self, known: ObservedIssueField, value: IssueFieldValue
    ) -> tuple[bool, IssueFieldValue]:
        spelled, unknown = spelled_options(known.options, option_words(known.type, value))
        for word in unknown:
            self.unset.setdefault(known.name, {})[word] = None
        if unknown or known.type == "multi_select":
            return not unknown, spelled
        return True, spelled[0]

    def finish(self) -> None:
        """Note the values that cannot be set, one line for each field."""
        declared = {fold(d.name): {fold(o.name) for o in d.options} for d in self._definitions}
        for name, unset in self.unset.items():
            known = self.get(name)
            values = [value for value in unset if fold(value) not in declared.get(fold(name), ())]
            if not values:
                continue  # the missing options are noted already
            words = ", ".join(repr(value) for value in values[:_EXAMPLES])
            more = f" and {len(values) - _EXAMPLES} more" if len(values) > _EXAMPLES else ""
            kind = known.type if known else ""
            reason = f"it takes a {kind}, not {words}{more}"
            hint = f"change the values in the file, or the type of {name} on GitHub"
            if known and kind in SELECTS:
                reason = f"it has no option {words}{more}"
                names = [option.name for option in known.options]
                has = ", ".join(names) if len(names) <= _LISTED else f"{len(names)} options"
                hint = f"{name} has {has}; to add another one, declare it as an option under"
                hint += f" 'issue_fields' and run with {FLAG} (needs an admin)"
            self._defer(name, f"{reason}; these values stay in the file", hint)
        home = owner_of_repository(self.observed.repository.name_with_owner)
        for owner in self.elsewhere:
            fields = ", ".join(definition.name for definition in self._definitions)
            reason = f"these are fields of {home}, so issues of {owner} have none of them"
            hint = f"values of items in repositories of {owner} stay in the file"
            self._defer(fields, reason, hint)

    # ---- the fields themselves -------------------------------------------------------------

    @property
    def _definitions(self) -> tuple[BoardFieldDef, ...]:
        return self.desired.issue_fields

    def plan(self) -> None:
        """Plan the fields: what is missing, and what cannot be used."""
        if not self._definitions:
            return
        if why := self._why_off():
            names = ", ".join(definition.name for definition in self._definitions)
            self._defer(names, *why)
            return
        observed = {fold(each.name): each for each in self.observed.issue_fields or ()}
        for definition in self._definitions:
            known = observed.get(fold(definition.name))
            if known is None:
                self._create(definition)
            elif definition.type not in ("", known.type):
                reason = (
                    f"the organization's field is {known.type}, the file says {definition.type}"
                )
                hint = f"write 'type: {known.type}' under 'issue_fields', or use another name"
                self._defer(definition.name, reason, hint)
            else:
                self._see(definition, known)
                self._visibility(definition, known)
                self._options(definition, known)
        if self.missing:
            owner = self.observed.repository.name_with_owner.partition("/")[0]
            has = "issue field of this name" if len(self.missing) == 1 else "such issue fields"
            hint = f"run with {FLAG} (needs an admin of the organization), or create it there"
            self._defer(", ".join(self.missing), f"{owner} has no {has}", hint)

    def _why_off(self) -> tuple[str, str] | None:
        """Return why no issue field can be used, and what to do; None if they can."""
        repository = self.observed.repository
        owner = repository.name_with_owner.partition("/")[0]
        board = "declare these fields under 'project.fields' instead, to have them on the board"
        if repository.owner_type != "Organization":
            return f"{owner} is not an organization, and only those have issue fields", board
        if self.observed.issue_fields_problem:
            return self.observed.issue_fields_problem, board
        if self.observed.issue_fields is None:
            hint = "ask an owner of the organization whether issue fields are switched on"
            return f"GitHub shows no issue fields of {owner} to this token", hint
        if repository.permission not in WRITE:
            why = f"without write access to {repository.name_with_owner} GitHub drops their values"
            return why, "use a token that may write to the repository"
        return None

    def _see(self, definition: BoardFieldDef, known: ObservedIssueField) -> None:
        self.known[fold(definition.name)] = replace(known, name=definition.name)

    def _create(self, definition: BoardFieldDef) -> None:
        options: tuple[OptionDef, ...] = ()
        if definition.type in SELECTS:
            options = definition.options or tuple(map(OptionDef, self._used(definition)))
        lacks_options = definition.type in SELECTS and not options
        if not self.options.create_issue_fields:
            self.missing.append(definition.name)
            return
        if not definition.type or lacks_options:
            what = "options" if definition.type else "a type"
            hint = f"declare it: {definition.name}: {{type: single_select, options: [High, Low]}}"
            self._defer(definition.name, f"it cannot be created without {what}", hint)
            return
        definition = replace(definition, options=options)
        names = [option.name for option in options]
        fields = {"options" if names else "type": FieldChange(None, names or definition.type)}
        if definition.visibility:
            fields["visibility"] = FieldChange(None, definition.visibility)
        self._change(CreateIssueField, definition, "the organization has no such field", fields)
        observed = tuple(ObservedOption("", name) for name in names)
        # GitHub shows a new field only to members of the organization (REST documentation).
        private = definition.visibility != ALL
        self._see(
            definition, ObservedIssueField("", definition.name, definition.type, observed, private)
        )

    def _visibility(self, definition: BoardFieldDef, known: ObservedIssueField) -> None:
        """Note an existing field that others see than the file declares; it is never changed.

        A change would show or hide its values in every repository of the organization.
        """
        seen_by = MEMBERS if known.private else ALL
        if definition.visibility in ("", seen_by):
            return
        who = "only members of the organization see it" if known.private else "everybody sees it"
        reason = f"{who}, the file says 'visibility: {definition.visibility}'; sync sets this only"
        reason += " for a field that it creates, because it concerns every repository"
        hint = f"change it on the organization's page, or write 'visibility: {seen_by}'"
        self._defer(definition.name, reason, hint)

    def _options(self, definition: BoardFieldDef, known: ObservedIssueField) -> None:
        """Add missing options, with their ids kept; otherwise note them.

        Only declared ones are: a word that an item has may be mistyped.
        """
        if known.type not in SELECTS:
            return
        existing = {fold(option.name) for option in known.options}
        missing = [option for option in definition.options if fold(option.name) not in existing]
        names = [option.name for option in missing]
        if not missing:
            return
        if not self.options.create_issue_fields:
            reason = f"the organization's field has no option {', '.join(map(repr, names))}"
            hint = f"run with {FLAG} (needs an admin), or add it on the organization's page"
            self._defer(definition.name, reason, hint)
            return
        current = [option.name for option in known.options]
        fields = {"options": FieldChange(list(current), current + names)}
        self._change(UpdateIssueField, definition, "options are missing", fields, missing)
        added = tuple(ObservedOption("", name) for name in names)
        self._see(definition, replace(known, options=(*known.options, *added)))

    def _used(self, definition: BoardFieldDef) -> list[str]:
        """Return the values that items have of a field whose options no file declares."""
        words: dict[str, str] = {}
        for item in self.desired.items:
            for word in option_words(definition.type, item.issue_fields.get(definition.name)):
                words.setdefault(fold(word), word)
        return list(words.values())

    def _change(
        self,
        make: type[CreateIssueField] | type[UpdateIssueField],
        definition: BoardFieldDef,
        reason: str,
        fields: Mapping[str, FieldChange],
        options: Iterable[OptionDef] | None = None,
    ) -> None:
        added = definition if options is None else replace(definition, options=tuple(options))
        name = definition.name
        self.changes.append(make(name, name, reason, fields=fields, definition=added))

    def _defer(self, name: str, reason: str, hint: str) -> None:
        self.deferred.append(Deferred(ChangeKind.ISSUE_FIELD, name, reason, hint))

    # ---- the board -------------------------------------------------------------------------

    def columns(
        self, fields: Mapping[str, ObservedBoardField], most: int
    ) -> tuple[list[Change], list[Deferred]]:
        """Return how to show the fields on the board, and the names that its own fields take.

        `fields` are those of the board by folded name. Without board fields of several options, a
        server has no column for such an issue field either.
        """
        changes: list[Change] = []
        deferred: list[Deferred] = []
        room = most - len(fields)
        for definition in self._definitions:
            known = self.get(definition.name)
            if known is None:
                continue
            if known.type == "multi_select" and not self.observed.capabilities.multi_select:
                reason = "boards of this server have no columns for several options; it is set on"
                reason += " the issues only"
                hint = "look at the issues, or wait for a newer server"
                deferred.append(Deferred(ChangeKind.FIELD, definition.name, reason, hint))
                continue
            column = fields.get(fold(definition.name))
            if column is not None:
                if self._is_own(column, definition):
                    reason = "the board has a field of its own with this name, so that the issue"
                    reason += " field is not shown there; this backlog sets the issue field"
                    hint = "rename or delete the board's field, and the next sync shows the other"
                    deferred.append(Deferred(ChangeKind.FIELD, column.name, reason, hint))
            elif len(changes) < room:
                name, reason = definition.name, "shows the issue field"
                changes.append(ShowIssueField(name, name, reason, definition=definition))
        return changes, deferred

    def as_columns(self, changes: Iterable[Change]) -> list[ObservedBoardField]:
        """Return the fields that changes show on the board, as a view can show them."""
        known = (self.get(change.title) for change in changes)
        return [ObservedBoardField("", each.name, each.type) for each in known if each is not None]

    def _is_own(self, column: ObservedBoardField, definition: BoardFieldDef) -> bool:
        """Return whether a column is a field of the board's own, as far as its cards show.

        A column of an issue field looks the same; but its cards show what the issues have.
        """
        for issue in self.observed.issues:
            card = issue.card
            if card is None or column.name in card.shows:
                continue
            has_value = _value_of(issue, definition.name) is not None
            if has_value or card.values.get(column.name) is not None:
                return True
        return False


def plan_issue_fields(
    desired: DesiredState, observed: ObservedState, options: PlanOptions = PLAIN
) -> IssueFieldPlan:
    """Return the plan of the issue fields that the backlog declares; empty if it declares none."""
    plan = IssueFieldPlan(desired, observed, options)
    plan.plan()
    return plan


def replaced_fields(desired: DesiredState) -> frozenset[str]:
    """Return the folded names of the board's fields that declared issue fields replace."""
    names = [definition.name for definition in desired.issue_fields]
    return frozenset(fold(board_field_of(name, names) or name) for name in names)


def value_of(issue: ObservedIssue, name: str) -> JsonValue:
    """Return the value of an issue field as it is compared; several options as a list."""
    value = _value_of(issue, name)
    return list(value) if isinstance(value, tuple) else record.comparable(value)


def _value_of(issue: ObservedIssue, name: str) -> IssueFieldValue:
    values = issue.field_values.items()
    return next((value for known, value in values if fold(known) == fold(name)), None)


def members_of(issue: ObservedIssue, name: str) -> tuple[str, ...]:
    """Return the options that an issue has in a field with several."""
    return members_of_value(_value_of(issue, name))


def private_entry(name: str) -> str:
    """Return the name under which a card's record holds the base of a private field.

    A board may still have a field of its own with the name of the issue field.
    """
    return f"@{name}"


def recorded(card: BoardItem | None, name: str) -> str | None:
    """Return the base of a field that a card's record holds; None if there is none."""
    entry = _entry(card, name)
    return record.base_of(entry[0]) if entry else None


def _entry(card: BoardItem | None, name: str) -> tuple[BoardValue] | None:
    """Return the entry of a field in a card's record, which may be None itself."""
    entries = (record.decode(card) or {}).items()
    return next(((entry,) for known, entry in entries if fold(known) == fold(name)), None)


def recorded_members(
    card: BoardItem | None, name: str, known: Iterable[str]
) -> tuple[str, ...] | None:
    """Return the options that a card's record holds of a private field; None if it holds none.

    Those stored as hashes are among the `known` names.
    """
    entry = _entry(card, private_entry(name))
    return record.members(entry[0], known) if entry else None


def was_written(card: BoardItem | None, name: str, value: JsonValue) -> bool:
    """Return whether the file contains the value of a private field that a run wrote there."""
    return record.was_written(record.written(card), private_entry(name), plain(value))


def plain(value: JsonValue) -> BoardValue:
    """Return a single value as it is recorded."""
    return value if isinstance(value, str | int | float) else None


def on_card(card: BoardItem | None, name: str) -> str | float | None:
    """Return the value that a board's own field has on a card, as it is compared."""
    values = card.values.items() if card else ()
    value = next((value for known, value in values if fold(known) == fold(name)), None)
    return record.comparable(value)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return normalize.number(number) if abs(number) < float("inf") else None


def _date(text: str) -> str | None:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return None
