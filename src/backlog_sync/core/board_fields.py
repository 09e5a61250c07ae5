"""The fields of a board: what is missing, what differs, and what must not be touched."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import field, replace

from backlog_sync.core import normalize, record
from backlog_sync.core.change_kinds import ChangeKind
from backlog_sync.core.changes import (
    CreateBoardField,
    ExtendIterations,
    FieldChange,
    UpdateBoardField,
)
from backlog_sync.core.diagnostics import Warned
from backlog_sync.core.fields import STATUS
from backlog_sync.core.iterations import (
    SET_AGAIN,
    NewIteration,
    as_options,
    can_be_added,
    counted_cards,
    iterations_of,
    missing_iterations,
    named_cards,
)
from backlog_sync.core.model import BoardFieldDef, OptionDef
from backlog_sync.core.observed import (
    BoardItem,
    Capabilities,
    IterationCards,
    ObservedBoardField,
    ObservedOption,
)
from backlog_sync.core.option_names import Renamed, renamed_options
from backlog_sync.core.option_values import SELECTS
from backlog_sync.core.plan import Deferred, FieldNote, Verdict
from backlog_sync.core.relative_iterations import iterations_for
from backlog_sync.dataclass import dataclass

OPTION = "option"
"""The part of a field under which renamed options are reported."""
ORDER = "order"
"""The part of a field under which the order of its options is reported and recorded."""
_UNARCHIVE = "unarchive them first to keep it"
RENAMED = "renamed on GitHub"
_REORDERED = "the options are in another order"
BUILT_IN = (
    ObservedBoardField(
        "",
        STATUS,
        "single_select",
        (
            ObservedOption("", "Todo", "GREEN", "This item hasn't been started"),
            ObservedOption("", "In Progress", "YELLOW", "This is actively being worked on"),
            ObservedOption("", "Done", "PURPLE", "This has been completed"),
        ),
    ),
)
"""What a new board has from the start and values can be set of, as github.com makes it."""

GITHUB_FIELDS = (
    "Title",
    "Assignees",
    "Labels",
    "Linked pull requests",
    "Milestone",
    "Repository",
    "Reviewers",
    "Parent issue",
    "Sub-issues progress",
)
"""The fields of every board whose values come from the issue."""

CLOSED_STATUS = "Done"
"""What the workflow "Item closed" of a new board sets the status of a closed issue to."""


@dataclass(slots=True)
class FieldPlan:
    """The fields as they will be, by folded name, and what has to happen for it.

    `extend` adds missing iterations, also those that words such as `@next` need on the date
    `today` (ISO); then `iteration_cards` are the cards that have one, by the id of the field.
    `addable` gives those that it adds or would add, by the field's folded name. `renamed` gives by
    field the file's name of each option (folded) that people renamed. `shown` are issue fields that
    this plan shows on the board, `issue_fields` the folded names of those that the file declares.
    """

    capabilities: Capabilities
    extend: bool = False
    iteration_cards: Mapping[str, IterationCards] = field(default_factory=dict)
    today: str = ""
    addable: dict[str, tuple[NewIteration, ...]] = field(default_factory=dict)
    known: dict[str, ObservedBoardField] = field(default_factory=dict)
    changes: list[CreateBoardField | UpdateBoardField | ExtendIterations] = field(
        default_factory=list
    )
    deferred: list[Deferred] = field(default_factory=list)
    warnings: list[Warned] = field(default_factory=list)
    drift: list[FieldNote] = field(default_factory=list)
    renamed: dict[str, dict[str, str]] = field(default_factory=dict)
    shown: list[ObservedBoardField] = field(default_factory=list)
    issue_fields: frozenset[str] = frozenset()

    def see(self, fields: Collection[ObservedBoardField]) -> None:
        """Take the fields that are there."""
        self.known |= {normalize.fold(board_field.name): board_field for board_field in fields}

    def get(self, name: str) -> ObservedBoardField | None:
        """Return a field by its name; GitHub ignores case here."""
        return self.known.get(normalize.fold(name))

    def columns(self) -> list[ObservedBoardField]:
        """Return all fields that a view can show, except those of every board."""
        return [*self.known.values(), *self.shown]

    def plan(
        self,
        definition: BoardFieldDef,
        used: Collection[str],
        cards: Collection[BoardItem] = (),
        words: Collection[str] = (),
    ) -> None:
        """Plan what one definition asks for; `used` are the values that items have of it.

        The records of `cards` say which options people renamed. `words` are those for an iteration
        that open items have, such as `@next`.
        """
        board_field = self.get(definition.name)
        if definition.type == "multi_select" and not self.capabilities.multi_select:
            self._defer(
                definition.name,
                "boards of this server have no fields with several options, so neither the field"
                " nor its values are set",
                "declare it as single_select or text, or wait for a newer server",
            )
        elif board_field is None:
            self._create(definition, words)
        elif board_field.type != definition.type:
            message = f"the board's {board_field.name} is {board_field.type}"
            message += f", the file says {definition.type}"
            hint = f"declare {definition.name} as {board_field.type}, or under another name"
            self.warnings.append(Warned(message, "field-type", hint))
        elif definition.type in SELECTS:
            renames = renamed_options(definition, board_field, used, cards)
            synced = any(record.NAME in card.values for card in cards)
            self._options(definition, board_field, used, renames, synced=synced)
        elif definition.type == "iteration":
            self._iterations(definition, board_field, words)

    def _create(self, definition: BoardFieldDef, words: Collection[str]) -> None:
        names = [option.name for option in definition.options]
        if definition.type == "iteration" and not definition.start:
            self._defer(
                definition.name,
                "an iteration field cannot be created without a start date",
                f"declare it: {definition.name}: {{type: iteration, start: …, duration: 14}}",
            )
            return
        if definition.type in SELECTS and not names:
            self._defer(
                definition.name,
                "the board has no such field, and it cannot be created without options",
                f"declare them: {definition.name}: {{type: {definition.type}, options: […]}}, or"
                " create the field on the board",
            )
            return
        iterations = iterations_of(definition)
        later = self._needed(definition, as_options(iterations), words)
        self.addable[normalize.fold(definition.name)] = later
        if self.extend and later:
            iterations = (*iterations, *later)
            definition = replace(definition, count=len(iterations))
        self._change(
            CreateBoardField,
            definition,
            "the board has no such field",
            {"options" if names else "type": FieldChange(None, names or definition.type)},
        )
        options = [ObservedOption("", name) for name in names]
        options += as_options(iterations)
        created = ObservedBoardField("", definition.name, definition.type, tuple(options))
        self.see([created])

    def _options(
        self,
        definition: BoardFieldDef,
        board_field: ObservedBoardField,
        used: Collection[str],
        renames: Sequence[Renamed],
        *,
        synced: bool,
    ) -> None:
        """Add what is missing, rename back, restyle and reorder what differs; remove nothing.

        `synced` is whether a run set values on the board before, so that a difference is news.
        """
        board_field = self._renamed(board_field, renames)
        existing = {normalize.fold(option.name): option for option in board_field.options}
        missing = [
            option
            for option in definition.options
            if normalize.fold(option.name) not in existing
            and (definition.declared or _is_used(definition, option, used))
        ]
        styled = [
            (observed, declared)
            for declared in (definition.options if definition.declared else ())
            if (observed := existing.get(normalize.fold(declared.name)))
            and _differs(observed, declared)
        ]
        current = [option.name for option in board_field.options]
        declared_names = [o.name for o in definition.options] if definition.declared else []
        ordered = in_declared_order(current, declared_names)
        if not (missing or styled or renames or ordered != current):
            return
        if not self.capabilities.option_ids:
            self._defer(
                board_field.name,
                "this server cannot keep the ids of options, so that sending them would clear the"
                " field on every card",
                "add or change the options on the board's own page",
            )
            return
        fields: dict[str, FieldChange] = {}
        if renames:
            fields[OPTION] = FieldChange([n.now for n in renames], [n.was for n in renames])
        new_order = in_declared_order([*current, *(o.name for o in missing)], declared_names)
        if missing:
            fields["options"] = FieldChange(list(current), list(new_order))
        if ordered != current:
            fields[ORDER] = FieldChange(list(current), list(ordered))
            if synced:
                self._note_order(board_field.name, current, ordered)
        if styled:
            fields["styles"] = FieldChange(
                [
                    _style(observed.name, observed.color, observed.description)
                    for observed, _ in styled
                ],
                [
                    _style(
                        observed.name,
                        declared.color or observed.color,
                        _description(declared.description, observed.description),
                    )
                    for observed, declared in styled
                ],
            )
        reasons = [RENAMED] if renames else []
        reasons += ["options are missing"] if missing else []
        reasons += [_REORDERED] if ordered != current else []
        reason = "; ".join(reasons) or "declared in the file"
        target = replace(definition, name=board_field.name)
        self._change(UpdateBoardField, target, reason, fields, (OPTION,) if renames else ())
        options = {option.name: option for option in board_field.options}
        after = (options.get(name) or ObservedOption("", name) for name in new_order)
        self.see([replace(board_field, options=tuple(after))])

    def _note_order(self, name: str, observed: Sequence[str], desired: Sequence[str]) -> None:
        """Report options that are in another order than the file declares."""
        self.drift.append(
            FieldNote(
                key=name,
                title=name,
                name=ORDER,
                verdict=Verdict.DIFFERS,
                reason="it is not recorded who changed it; sync sets the order that the file"
                " declares",
                desired=list(desired),
                observed=list(observed),
                kind=ChangeKind.FIELD,
            )
        )

    def _renamed(
        self, board_field: ObservedBoardField, renames: Sequence[Renamed]
    ) -> ObservedBoardField:
        """Report renamed options; give the field with the names that the file has for them."""
        if not renames:
            return board_field
        for rename in renames:
            self.drift.append(
                FieldNote(
                    key=board_field.name,
                    title=board_field.name,
                    name=OPTION,
                    verdict=Verdict.DRIFT,
                    reason=RENAMED,
                    desired=rename.was,
                    observed=rename.now,
                    kind=ChangeKind.FIELD,
                )
            )
        file_names = {normalize.fold(rename.now): rename.was for rename in renames}
        self.renamed[board_field.name] = file_names
        options = (
            replace(option, name=file_names.get(normalize.fold(option.name), option.name))
            for option in board_field.options
        )
        board_field = replace(board_field, options=tuple(options))
        self.see([board_field])
        return board_field

    def _needed(
        self, definition: BoardFieldDef, options: Sequence[ObservedOption], words: Collection[str]
    ) -> tuple[NewIteration, ...]:
        """Return the iterations to add to these, so that the words mean one today."""
        return iterations_for(words, definition.name, options, self.today, definition.duration)

    def _iterations(
        self, definition: BoardFieldDef, board_field: ObservedBoardField, words: Collection[str]
    ) -> None:
        """Add missing iterations if that was asked for: sending any clears them on every card."""
        missing = missing_iterations(definition, board_field.options)
        fits = can_be_added(missing, board_field.options)
        added = missing if fits else ()
        added += self._needed(definition, (*board_field.options, *as_options(added)), words)
        if missing and not (self.extend and fits):
            self._defer_iterations(board_field.name, missing, fits=fits)
        cards = self.iteration_cards.get(board_field.id, IterationCards())
        if cards.problem is not None and added:
            self._defer(
                board_field.name,
                f"{cards.problem}, so no iterations are added: the value of such a card would be"
                " lost",
                "run it again, or add iterations in the board's settings",
            )
            return
        self.addable[normalize.fold(definition.name)] = added
        if self.extend and added:
            self._extend(definition, board_field, added, cards)

    def _defer_iterations(self, name: str, missing: Sequence[NewIteration], *, fits: bool) -> None:
        days = ", ".join(start for _, start, _ in missing[:3])
        more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
        hint = "change the iterations in the board's settings"
        if fits:
            hint += (
                ", or use --extend-iterations: it saves the iteration of every card, adds the"
                " missing ones, and sets the values again"
            )
        self._defer(
            name,
            f"the board's iterations differ from the file's (from {days}{more}); sent again,"
            " they would clear the field on every card",
            hint,
        )

    def _extend(
        self,
        definition: BoardFieldDef,
        board_field: ObservedBoardField,
        new: Sequence[NewIteration],
        cleared: IterationCards,
    ) -> None:
        """Add iterations; say how many cards get their value again, and which cannot."""
        name, cards = board_field.name, cleared.cards
        current = [option.name for option in board_field.options]
        fields = {
            "iterations": FieldChange(list(current), current + [title for title, _, _ in new])
        }
        count = sum(not card.archived for card in cards)
        if count:
            fields["values"] = FieldChange(counted_cards(count), SET_AGAIN)
        archived = [card for card in cards if card.archived]
        if archived:
            message = f"archived cards take no values and will lose their {name}:"
            message += f" {named_cards(archived)}"
            self.warnings.append(Warned(message, "archived-card", _UNARCHIVE))
        if not cleared.archived_listed:
            message = f"this server does not list archived cards: those with a {name} will lose it"
            self.warnings.append(Warned(message, "archived-card", _UNARCHIVE))
        reason = "the board lacks iterations that the file declares or needs"
        target = replace(definition, name=name)
        self.changes.append(
            ExtendIterations(
                name, name, reason, fields=fields, definition=target, added=tuple(new), cards=count
            )
        )
        self.see([replace(board_field, options=(*board_field.options, *as_options(new)))])

    def _change(
        self,
        make: type[CreateBoardField] | type[UpdateBoardField],
        definition: BoardFieldDef,
        reason: str,
        fields: dict[str, FieldChange],
        drifted: tuple[str, ...] = (),
    ) -> None:
        self.changes.append(
            make(
                definition.name,
                definition.name,
                reason,
                fields=fields,
                drifted=drifted,
                definition=definition,
            )
        )

    def _defer(self, name: str, reason: str, hint: str) -> None:
        self.deferred.append(Deferred(ChangeKind.FIELD, name, reason, hint))


def in_declared_order(names: Sequence[str], declared: Sequence[str]) -> list[str]:
    """Return the names of options in the order in which a file declares them.

    An option that is not declared stays behind the one that it is behind now.
    """
    positions = {normalize.fold(name): n for n, name in enumerate(declared)}
    place = -1
    places: list[int] = []
    for name in names:
        place = positions.get(normalize.fold(name), place)
        places.append(place)
    return [name for _, name in sorted(zip(places, names, strict=True), key=lambda pair: pair[0])]


def _is_used(definition: BoardFieldDef, option: OptionDef, used: Collection[str]) -> bool:
    """Return whether an undeclared option is needed; a board has its own words for progress."""
    return definition.name != STATUS and normalize.fold(option.name) in used


def _differs(observed: ObservedOption, declared: OptionDef) -> bool:
    color_differs = declared.color is not None and declared.color != observed.color
    description_differs = (
        declared.description is not None
        and declared.description.strip() != observed.description.strip()
    )
    return color_differs or description_differs


def _description(declared: str | None, observed: str) -> str:
    return observed if declared is None else declared


def _style(name: str, color: str, description: str) -> str:
    return f"{name}: {color}, {description}" if description else f"{name}: {color}"
