"""Carry a sprint over: what is open moves to another one, in the files or on the board."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import field, replace

from backlog_sync.core.change_kinds import ChangeKind
from backlog_sync.core.changes import Change, SetBoardValue
from backlog_sync.core.facts import Iteration
from backlog_sync.core.fields import Owner
from backlog_sync.core.model import DesiredItem, DesiredState
from backlog_sync.core.normalize import fold
from backlog_sync.core.observed import BoardItem, ObservedIssue
from backlog_sync.core.plan import Deferred, Plan
from backlog_sync.core.pull import Take, TakeValue
from backlog_sync.core.relative_iterations import is_relative
from backlog_sync.core.rollup import Outline
from backlog_sync.core.sprints import SprintField
from backlog_sync.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class RollMove:
    """An item that moves: on the `board`, in the `file`, or in both; `ref` is its issue, if any."""

    key: str
    title: str
    ref: str | None
    before: str
    board: bool
    file: bool


@dataclass(frozen=True, slots=True)
class Roll:
    """What `sprint roll` does: `moves` to `target`; `name` is that of the field.

    `by_itself` maps the keys of open items that the next sync moves to their word in the file, such
    as `@current`. `left` are open ones that cannot be moved now, with the reason and what helps.
    """

    name: str
    target: Iteration
    moves: tuple[RollMove, ...] = ()
    by_itself: Mapping[str, str] = field(default_factory=dict)
    left: tuple[Deferred, ...] = ()

    @property
    def changes(self) -> tuple[Change, ...]:
        """The values to set on the board."""
        return tuple(
            SetBoardValue(
                key=move.key,
                title=move.title,
                reason=f"still open in {move.before}",
                ref=move.ref,
                name=self.name,
                before=move.before,
                after=self.target.name,
            )
            for move in self.moves
            if move.board
        )

    def takes(self, keys: Collection[str]) -> tuple[Take, ...]:
        """Return the values to write into the files, of these items only."""
        what = TakeValue(self.target.name)
        return tuple(
            Take(move.key, move.title, move.ref or "", self.name, what)
            for move in self.moves
            if move.file and move.key in keys
        )


def roll(
    desired: DesiredState,
    tree: Outline,
    issues: Mapping[str, ObservedIssue],
    sprints: SprintField,
    sources: Sequence[Iteration],
    target: Iteration,
    plan: Plan,
) -> Roll:
    """Return how the open items of these sprints move to another one.

    The owner of the field gets the value: the file, or the board, which the file follows. An item
    without a value in the file is only on the board, one without a board item only in the file.
    `plan` is what a sync would do: a value that waits for it is left alone.
    """
    names = {fold(each.name) for each in sources}
    waiting = {c.key for c in plan.changes if isinstance(c, SetBoardValue) and not c.restores
               and fold(c.name) == fold(sprints.name)}  # fmt: skip
    waiting |= {note.key for note in plan.conflicts if fold(note.name) == fold(sprints.name)}
    moves: list[RollMove] = []
    by_itself: dict[str, str] = {}
    left: list[Deferred] = []
    for item in desired.items:
        work = tree.items[item.key]
        if fold(work.sprint or "") not in names or not _is_open(tree, item.key):
            continue
        value, issue = sprints.declared(item), issues.get(item.key)
        card = issue.card if issue else None
        if is_relative(value):
            by_itself[item.key] = str(value)
            continue
        why = _why_not(item, work.held, card, sprints, waiting)
        if why is not None:
            left.append(Deferred(ChangeKind.FIELD_VALUE, item.key, *why))
            continue
        on_board = card is not None and (sprints.owner is Owner.GITHUB or value is None)
        in_file = value is not None
        moves.append(RollMove(item.key, item.title, work.ref, work.sprint or "", on_board, in_file))
    return Roll(sprints.name, target, tuple(moves), by_itself, tuple(left))


def without_place(planned: Roll, reasons: Mapping[str, str]) -> Roll:
    """Return the roll without values for files that cannot express them, for these reasons by key.

    What is on the board, too, moves only there.
    """
    moves = (
        replace(move, file=False) if move.key in reasons else move
        for move in planned.moves
        if move.board or move.key not in reasons
    )
    left = (
        Deferred(
            ChangeKind.FIELD_VALUE, key, f"the file is not changed: {why}", "change it by hand"
        )
        for key, why in reasons.items()
    )
    return replace(planned, moves=tuple(moves), left=(*planned.left, *left))


def _is_open(tree: Outline, key: str) -> bool:
    """Return whether there is work left: of a parent, also below it."""
    return bool(tree.open((key,)) and tree.open(tree.below[key]))


def _why_not(
    item: DesiredItem,
    held: str,
    card: BoardItem | None,
    sprints: SprintField,
    waiting: Collection[str],
) -> tuple[str, str] | None:
    """Return why an item cannot be moved, and what helps; None if it can."""
    if held:
        return held, "`backlog plan` shows what it needs"
    if card is not None and card.archived:
        hint = "restore the item on the board"
        return "its board item is archived and takes no values", hint
    if sprints.owner is Owner.GITHUB and card is not None and item.key in waiting:
        why = f"the file says {sprints.declared(item)}, which waits for a sync"
        return why, "run `backlog sync` first"
    return None
