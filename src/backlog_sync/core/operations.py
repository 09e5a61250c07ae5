"""Operations: what the executor asks an adapter to do, with every id already known.

An adapter batches neighbouring operations as it likes, keeps their order, and answers each with
a `Reply`. It never resends an operation whose result is unknown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from backlog_sync.core.model import BoardFieldDef, BoardValue, ObservedBoardField


@dataclass(frozen=True, slots=True)
class Over:
    """What is written, and what stood there when that was decided.

    It is written over that, and over nothing else: an adapter looks right before it sends.
    """

    seen: "Value"
    wanted: "Value"


@dataclass(frozen=True, slots=True)
class CreateLabel:
    """Make a label; color is six hex digits. Without a repository's id it is the target's."""

    name: str
    color: str
    description: str
    repository_id: str | None = None


@dataclass(frozen=True, slots=True)
class UpdateLabel:
    """Rename or restyle a label; None leaves a part unchanged."""

    id: str
    name: Over | None = None
    color: Over | None = None
    description: Over | None = None

    @property
    def parts(self) -> dict[str, Over]:
        """What it writes, by the name of the part."""
        return _said(name=self.name, color=self.color, description=self.description)


@dataclass(frozen=True, slots=True)
class CreateMilestone:
    """Make a milestone; `due` is an ISO date. Without a repository's name it is the target's."""

    title: str
    due: str | None = None
    description: str | None = None
    repository: str | None = None


@dataclass(frozen=True, slots=True)
class UpdateMilestone:
    """Change a milestone by its number; None leaves a part unchanged."""

    id: str
    number: int
    due: Over | None = None
    description: Over | None = None
    repository: str | None = None
    title: Over | None = None

    @property
    def parts(self) -> dict[str, Over]:
        """What it writes, by the name of the part."""
        return _said(due=self.due, description=self.description, title=self.title)


@dataclass(frozen=True, slots=True)
class CreateProject:
    """Make a board, and show it on a repository where one is given."""

    owner_id: str
    title: str
    repository_id: str | None = None


@dataclass(frozen=True, slots=True)
class CloseProject:
    """Close a board; it keeps all that it holds, and can be opened again."""

    project_id: str


@dataclass(frozen=True, slots=True)
class LinkProject:
    """Show an existing board on the repository."""

    project_id: str
    repository_id: str


@dataclass(frozen=True, slots=True)
class CreateBoardField:
    """Add a field to a board."""

    project_id: str
    definition: BoardFieldDef


@dataclass(frozen=True, slots=True)
class AddOptions:
    """Add options to a single-select field: all options are sent, the existing with their ids.

    `seen` holds (id, name, color, description) of those that are there, `existing` the same
    styled as they are to be: an option that somebody adds meanwhile would be taken away.
    """

    project_id: str
    field_id: str
    seen: tuple[tuple[str, str, str, str], ...]
    existing: tuple[tuple[str, str, str, str], ...]
    new: tuple[tuple[str, str, str], ...]

    @property
    def parts(self) -> dict[str, Over]:
        """What it writes, by the name of the part."""
        added = tuple(("", *option) for option in self.new)
        return {"options": Over(self.seen, (*self.existing, *added))}


@dataclass(frozen=True, slots=True)
class CreateIssue:
    """Make an issue with all that one call can set. `nonce` is in the body, to find it again."""

    repository_id: str
    key: str
    nonce: str
    title: str
    body: str
    label_ids: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    milestone_id: str | None = None
    issue_type: str | None = None
    parent_id: str | None = None
    project_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UpdateIssue:
    """Change title, body, milestone or type; None leaves a part unchanged.

    Where the milestone or the type that is wanted is None, the issue has none afterwards.
    `milestone_id` is what is sent for the title of the milestone.
    """

    id: str
    title: Over | None = None
    body: Over | None = None
    milestone: Over | None = None
    issue_type: Over | None = None
    milestone_id: str | None = None

    @property
    def parts(self) -> dict[str, Over]:
        """What it writes, by the name of the part."""
        return _said(
            title=self.title, body=self.body, milestone=self.milestone, issue_type=self.issue_type
        )


@dataclass(frozen=True, slots=True)
class CloseIssue:
    """Close with a reason: completed, not_planned, or duplicate, then with the id of the other.

    `seen` is the state that it had, "open" or such a reason.
    """

    id: str
    reason: str = "completed"
    duplicate_of: str | None = None
    seen: str = "open"

    @property
    def parts(self) -> dict[str, Over]:
        """What it writes, by the name of the part."""
        return {"state": Over(self.seen, self.reason)}


@dataclass(frozen=True, slots=True)
class ReopenIssue:
    """Open again what was closed, with the reason that was `seen`."""

    id: str
    seen: str = "completed"

    @property
    def parts(self) -> dict[str, Over]:
        """What it writes, by the name of the part."""
        return {"state": Over(self.seen, "open")}


@dataclass(frozen=True, slots=True)
class ChangeLabels:
    """Add and remove labels of one issue, leaving all others."""

    id: str
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangeAssignees:
    """Add and remove assignees of one issue by login, leaving all others."""

    id: str
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AddSubIssue:
    """Put an issue below a parent, taking it from the parent that it was seen below, if any."""

    parent_id: str
    child_id: str
    taken_from: str | None = None

    @property
    def parts(self) -> dict[str, Over]:
        """What it writes over; GitHub itself refuses a second parent."""
        return {"parent": Over(self.taken_from, self.parent_id)} if self.taken_from else {}


@dataclass(frozen=True, slots=True)
class RemoveSubIssue:
    """Take an issue out from below its parent."""

    parent_id: str
    child_id: str


@dataclass(frozen=True, slots=True)
class MoveSubIssue:
    """Put a sub-issue directly behind a sibling, or in front of one; exactly one is given."""

    parent_id: str
    child_id: str
    after_id: str | None = None
    before_id: str | None = None


@dataclass(frozen=True, slots=True)
class AddBlocker:
    """Mark one issue as blocked by another."""

    blocked_id: str
    blocker_id: str


@dataclass(frozen=True, slots=True)
class RemoveBlocker:
    """Remove the mark that one issue is blocked by another."""

    blocked_id: str
    blocker_id: str


@dataclass(frozen=True, slots=True)
class AddCard:
    """Put an issue on a board."""

    project_id: str
    issue_id: str


@dataclass(frozen=True, slots=True)
class SetValue:
    """Set one board value; `type` as in `BoardFieldDef`; None clears it.

    For single_select and iteration, `option_id` is what is sent and `value` is its name. `seen`
    is what stood there; on a card that this run made (`fresh`) there was nobody else.
    """

    project_id: str
    item_id: str
    field_id: str
    type: str
    value: BoardValue
    option_id: str | None = None
    seen: BoardValue = None
    fresh: bool = False

    @property
    def parts(self) -> dict[str, Over]:
        """What it writes over, by the field."""
        return {} if self.fresh else {self.field_id: Over(self.seen, self.value)}


@dataclass(frozen=True, slots=True)
class PutComment:
    """Create or update our one comment on an issue or pull request, and be there only once.

    It is known by its hidden `mark` (letters, digits, `.`, `_`, `-`), by being ours and by not
    having been edited by anybody else; where it is there it is changed, else it is made. `id` is
    the issue's.
    """

    id: str
    mark: str
    body: str


@dataclass(frozen=True, slots=True)
class PutStatus:
    """Create or update our status update of a day on the board.

    It is known by its hidden `mark` (as `PutComment`'s), by being ours, and by `day`, the day in
    UTC as an ISO date. `status` is GitHub's word for it, None for none.
    """

    project_id: str
    mark: str
    day: str
    status: str | None
    body: str


Operation: TypeAlias = (
    CreateLabel
    | UpdateLabel
    | CreateMilestone
    | UpdateMilestone
    | CreateProject
    | CloseProject
    | LinkProject
    | CreateBoardField
    | AddOptions
    | CreateIssue
    | UpdateIssue
    | CloseIssue
    | ReopenIssue
    | ChangeLabels
    | ChangeAssignees
    | AddSubIssue
    | RemoveSubIssue
    | MoveSubIssue
    | AddBlocker
    | RemoveBlocker
    | AddCard
    | SetValue
    | PutComment
    | PutStatus
)


@dataclass(frozen=True, slots=True)
class Done:
    """The server said yes.

    `id` is the node id of the thing made or changed; `number` and `url` if it has them.
    `card_id` is the board item that a create made; `fields` are the fields of a new board, or
    the one field that was made or changed; `older` is the number of an older open board of the
    new one's title; `missing` names what the server silently did not set (labels, assignees,
    issue_type, parent, milestone).
    """

    id: str = ""
    number: int | None = None
    url: str | None = None
    card_id: str | None = None
    fields: tuple[ObservedBoardField, ...] = ()
    older: int | None = None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """The server said no, and nothing was changed."""

    message: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Stale:
    """Something else is there by now than what was read: it was not written over."""

    message: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """The answer was lost: it may or may not have happened. Read back before anything else."""

    message: str


@dataclass(frozen=True, slots=True)
class NotSent:
    """An earlier fault ended the run before this was sent."""

    message: str


Reply: TypeAlias = Done | Refused | Stale | Unknown | NotSent

Value: TypeAlias = BoardValue | tuple[tuple[str, ...], ...]
"""What can be in a part of something: a value, or all options of a field."""

Standing: TypeAlias = Mapping[str, Value]
"""What is in the parts of one thing, by their names."""


def _said(**parts: Over | None) -> dict[str, Over]:
    return {name: over for name, over in parts.items() if over is not None}
