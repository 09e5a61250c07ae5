"""Operations: what the executor asks an adapter to do, with every id already known.

An adapter batches neighbouring operations as it likes, keeps their order, and answers each with
a `Reply`. It never resends an operation whose result is unknown.
"""

from collections.abc import Mapping
from typing import TypeAlias

from backlog_sync.core.model import BoardFieldDef, BoardValue, IssueFieldValue
from backlog_sync.core.observed import ObservedBoardField, ObservedIssueField, ObservedView
from backlog_sync.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Overwrite:
    """A value to write, and the value that it replaces, as it was when that was decided.

    Nothing else may be overwritten: an adapter reads the present value right before it sends.
    """

    seen: "Value"
    planned: "Value"


@dataclass(frozen=True, slots=True)
class CreateLabel:
    """Create a label; color is six hex digits. Without a repository's id, use the target."""

    name: str
    color: str
    description: str
    repository_id: str | None = None


@dataclass(frozen=True, slots=True)
class UpdateLabel:
    """Rename or restyle a label; None leaves a part unchanged."""

    id: str
    name: Overwrite | None = None
    color: Overwrite | None = None
    description: Overwrite | None = None

    @property
    def parts(self) -> dict[str, Overwrite]:
        """The values that it writes, by the name of the part."""
        return _present(name=self.name, color=self.color, description=self.description)


@dataclass(frozen=True, slots=True)
class CreateMilestone:
    """Create a milestone; `due` is an ISO date. Without a repository's name, use the target."""

    title: str
    due: str | None = None
    description: str | None = None
    repository: str | None = None


@dataclass(frozen=True, slots=True)
class UpdateMilestone:
    """Change a milestone by its number; None leaves a part unchanged."""

    id: str
    number: int
    due: Overwrite | None = None
    description: Overwrite | None = None
    repository: str | None = None
    title: Overwrite | None = None
    state: Overwrite | None = None

    @property
    def parts(self) -> dict[str, Overwrite]:
        """The values that it writes, by the name of the part."""
        parts = {"due": self.due, "description": self.description, "title": self.title}
        return _present(**parts, state=self.state)


@dataclass(frozen=True, slots=True)
class CreateIssueField:
    """Add an issue field to an organization."""

    owner_id: str
    definition: BoardFieldDef


@dataclass(frozen=True, slots=True)
class AddIssueFieldOptions:
    """Add options to an issue field: all options are sent, existing ones with their ids.

    `seen` are the existing options by id, as in `AddOptions`.
    """

    organization: str
    field_id: str
    seen: tuple[tuple[str, str, str, str], ...]
    new: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class FieldInput:
    """A value of an issue field to set; `value` is None to clear it.

    For selects, `option_ids` are sent, and `value` is the name or are the names of the options.
    """

    field_id: str
    name: str
    type: str
    value: IssueFieldValue
    option_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SetIssueFields:
    """Set values of issue fields of one issue; `seen` are those that they replace, by name."""

    id: str
    values: tuple[FieldInput, ...]
    seen: Mapping[str, IssueFieldValue]

    @property
    def parts(self) -> dict[str, Overwrite]:
        """The values that it writes, by the name of the field."""
        return {field_part(v.name): Overwrite(self.seen.get(v.name), v.value) for v in self.values}


@dataclass(frozen=True, slots=True)
class ShowIssueField:
    """Show an issue field as a column of a board."""

    project_id: str
    field_id: str


@dataclass(frozen=True, slots=True)
class CreateProject:
    """Create a board, and link it to a repository if one is given."""

    owner_id: str
    title: str
    repository_id: str | None = None


@dataclass(frozen=True, slots=True)
class CopyProject:
    """Create a board as a copy of another one, without its issues and drafts."""

    template_id: str
    owner_id: str
    title: str


@dataclass(frozen=True, slots=True)
class UpdateProject:
    """Change description, readme or visibility ("true" if it is public) of a board.

    None leaves a part unchanged. People cannot have edited a board that this run created (`fresh`).
    """

    id: str
    description: Overwrite | None = None
    readme: Overwrite | None = None
    public: Overwrite | None = None
    fresh: bool = False

    @property
    def values(self) -> dict[str, Overwrite]:
        """The values that it writes, by the name of the part."""
        return _present(description=self.description, readme=self.readme, public=self.public)

    @property
    def parts(self) -> dict[str, Overwrite]:
        """What it overwrites, by the name of the part."""
        return {} if self.fresh else self.values


@dataclass(frozen=True, slots=True)
class CloseProject:
    """Close a board; it keeps its content and can be reopened."""

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
    """Add or reorder options of a board field: all are sent, existing ones with their ids.

    `type` is single_select or multi_select. `seen` contains (id, name, color, description) of the
    existing options, `existing` the same in their desired style. `order` names all options in their
    desired order; without it the new ones come last. An option that somebody adds in the meantime
    would be removed.
    """

    project_id: str
    field_id: str
    seen: tuple[tuple[str, str, str, str], ...]
    existing: tuple[tuple[str, str, str, str], ...]
    new: tuple[tuple[str, str, str], ...]
    order: tuple[str, ...] = ()
    type: str = "single_select"

    @property
    def planned(self) -> tuple[tuple[str, str, str, str], ...]:
        """All options in their desired order and style; a new one has no id."""
        options = (*self.existing, *(("", *option) for option in self.new))
        places = {name: place for place, name in enumerate(self.order)}
        return tuple(sorted(options, key=lambda option: places.get(option[1], len(places))))

    @property
    def parts(self) -> dict[str, Overwrite]:
        """The values that it writes, by the name of the part."""
        return {"options": Overwrite(self.seen, self.planned)}


@dataclass(frozen=True, slots=True)
class SetIterations:
    """Replace the iterations of a field, which gives each a new id and clears them on all cards.

    `seen` contains (id, title, start, days) of the existing iterations. All are sent again with
    the `added` ones (title, start, days); `duration` is the field's own length in days.
    """

    project_id: str
    field_id: str
    seen: tuple[tuple[str, str, str, str], ...]
    added: tuple[tuple[str, str, str], ...]
    duration: int

    @property
    def iterations(self) -> tuple[tuple[str, str, str], ...]:
        """All iterations (title, start, days) in the order of their start dates."""
        return tuple(sorted((*(each[1:] for each in self.seen), *self.added), key=lambda i: i[1]))

    @property
    def parts(self) -> dict[str, Overwrite]:
        """The values that it writes, by the name of the part."""
        return {"iterations": Overwrite(self.seen, tuple(("", *each) for each in self.iterations))}


@dataclass(frozen=True, slots=True)
class ArrangedView:
    """What only REST can set while it creates a view, and where: `board` is the path of its board.

    The fields are those of REST, by their numbers. `names` are the arranged parts.
    """

    board: str
    names: tuple[str, ...]
    filter: str | None = None
    visible: tuple[int, ...] = ()
    group_by: tuple[int, ...] = ()
    column_by: tuple[int, ...] = ()
    sort_by: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class CreateView:
    """Create a view; `layout` is table, board or roadmap. Without fields GitHub chooses some.

    One that is `arranged` is sent with REST. If the server does not take that, the view is created
    without it, and `unarranged` are the names of what it lacks.
    """

    project_id: str
    name: str
    layout: str
    field_ids: tuple[str, ...] = ()
    arranged: ArrangedView | None = None
    unarranged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UpdateView:
    """Change name, layout or filter of a view; None leaves a part unchanged.

    Its visible fields are never sent: new ones hide the built-in Type column ([R]). People cannot
    have edited a view that this run created (`fresh`).
    """

    id: str
    name: Overwrite | None = None
    layout: Overwrite | None = None
    filter: Overwrite | None = None
    fresh: bool = False

    @property
    def values(self) -> dict[str, Overwrite]:
        """The values that it writes, by the name of the part."""
        return _present(name=self.name, layout=self.layout, filter=self.filter)

    @property
    def parts(self) -> dict[str, Overwrite]:
        """What it overwrites, by the name of the part."""
        return {} if self.fresh else self.values


@dataclass(frozen=True, slots=True)
class CreateIssue:
    """Create an issue with all that one call can set.

    `nonce` is in the body, to find it again, and so is the name of the `backlog`.
    """

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
    field_values: tuple[FieldInput, ...] = ()
    backlog: str = ""


@dataclass(frozen=True, slots=True)
class UpdateIssue:
    """Change title, body, milestone or type; None leaves a part unchanged.

    If the new milestone or type is None, it is removed from the issue. `milestone_id` is sent
    for the title of the milestone.
    """

    id: str
    title: Overwrite | None = None
    body: Overwrite | None = None
    milestone: Overwrite | None = None
    issue_type: Overwrite | None = None
    milestone_id: str | None = None

    @property
    def parts(self) -> dict[str, Overwrite]:
        """The values that it writes, by the name of the part."""
        return _present(
            title=self.title, body=self.body, milestone=self.milestone, issue_type=self.issue_type
        )


@dataclass(frozen=True, slots=True)
class CloseIssue:
    """Close an issue as completed, not_planned or duplicate, then with the id of the other issue.

    `seen` is the state that it had: "open", or the reason of a closed one.
    """

    id: str
    reason: str = "completed"
    duplicate_of: str | None = None
    seen: str = "open"

    @property
    def parts(self) -> dict[str, Overwrite]:
        """The values that it writes, by the name of the part."""
        return {"state": Overwrite(self.seen, self.reason)}


@dataclass(frozen=True, slots=True)
class ReopenIssue:
    """Reopen an issue that was closed with the reason `seen`."""

    id: str
    seen: str = "completed"

    @property
    def parts(self) -> dict[str, Overwrite]:
        """The values that it writes, by the name of the part."""
        return {"state": Overwrite(self.seen, "open")}


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


AGENT_PART = "agent:"
"""Before the folded login of an agent that was ever assigned, in the standing of an issue."""


@dataclass(frozen=True, slots=True)
class AssignAgent:
    """Assign an agent to an issue, which starts paid work, unless it was ever assigned to it."""

    id: str
    login: str

    @property
    def parts(self) -> dict[str, Overwrite]:
        """The assignment, which must not exist yet."""
        login = self.login.lower()
        return {f"{AGENT_PART}{login}": Overwrite(None, login)}


@dataclass(frozen=True, slots=True)
class AddSubIssue:
    """Put an issue below a parent, and remove it from the parent that it was seen below, if any."""

    parent_id: str
    child_id: str
    taken_from: str | None = None

    @property
    def parts(self) -> dict[str, Overwrite]:
        """The parent that it replaces, if any; GitHub itself refuses a second parent."""
        return {"parent": Overwrite(self.taken_from, self.parent_id)} if self.taken_from else {}


@dataclass(frozen=True, slots=True)
class RemoveSubIssue:
    """Remove an issue from its parent."""

    parent_id: str
    child_id: str


@dataclass(frozen=True, slots=True)
class MoveSubIssue:
    """Put a sub-issue directly after a sibling, or before one; exactly one is given."""

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

    For selects and iterations, `option_ids` are sent and `value` is the name or are the names.
    `seen` is the value that it replaces; a card that this run created (`fresh`) cannot have edits
    by others.
    """

    project_id: str
    item_id: str
    field_id: str
    type: str
    value: BoardValue
    option_ids: tuple[str, ...] = ()
    seen: BoardValue = None
    fresh: bool = False

    @property
    def parts(self) -> dict[str, Overwrite]:
        """What it overwrites, by the id of the field."""
        return {} if self.fresh else {self.field_id: Overwrite(self.seen, self.value)}


@dataclass(frozen=True, slots=True)
class PutComment:
    """Create or update our only comment with a mark on an issue or pull request.

    It is recognized by its hidden `mark` (letters, digits, `.`, `_`, `-`), if we wrote it and
    nobody else edited it. `id` is the issue's.
    """

    id: str
    mark: str
    body: str


@dataclass(frozen=True, slots=True)
class PutStatus:
    """Create or update our status update of a day on the board.

    It is recognized by its hidden `mark` (as in `PutComment`), if we wrote it, and by `day`, the
    date in UTC in ISO format. `status` is GitHub's word for it, None for no status.
    """

    project_id: str
    mark: str
    day: str
    status: str | None
    body: str


@dataclass(frozen=True, slots=True)
class PutRelease:
    """Create the draft release of a tag, or change the text of the one with this `number`.

    `title` is only for a new one. `body` begins with `mark`, by which a draft is recognized.
    """

    tag: str
    title: str
    body: str
    mark: str
    number: int | None = None


Operation: TypeAlias = (
    CreateLabel
    | UpdateLabel
    | CreateMilestone
    | UpdateMilestone
    | CreateIssueField
    | AddIssueFieldOptions
    | CreateProject
    | CopyProject
    | UpdateProject
    | CloseProject
    | LinkProject
    | CreateBoardField
    | AddOptions
    | SetIterations
    | ShowIssueField
    | CreateView
    | UpdateView
    | CreateIssue
    | UpdateIssue
    | SetIssueFields
    | CloseIssue
    | ReopenIssue
    | ChangeLabels
    | ChangeAssignees
    | AssignAgent
    | AddSubIssue
    | RemoveSubIssue
    | MoveSubIssue
    | AddBlocker
    | RemoveBlocker
    | AddCard
    | SetValue
    | PutComment
    | PutStatus
    | PutRelease
)


@dataclass(frozen=True, slots=True)
class Done:
    """The server accepted the operation.

    `id` is the node id of the created or changed thing; `number` and `url` are set if it has
    them. `card_id` is the board item of a new issue; `fields` and `views` are those of a new
    board, or the one field or view that was created or changed; `older` is the number of an older
    open board with the title of the new one; `missing` lists what the server silently did not set
    (labels, assignees, issue_type, parent, milestone, and issue fields by name). `issue_field` is
    the one that was created or changed.
    """

    id: str = ""
    number: int | None = None
    url: str | None = None
    card_id: str | None = None
    fields: tuple[ObservedBoardField, ...] = ()
    views: tuple[ObservedView, ...] = ()
    older: int | None = None
    missing: tuple[str, ...] = ()
    issue_field: ObservedIssueField | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """The server refused the operation, and nothing was changed."""

    message: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Stale:
    """The value was changed after it was read, so it was not overwritten."""

    message: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """The answer was lost: the operation may or may not have happened. Read back first."""

    message: str


@dataclass(frozen=True, slots=True)
class NotSent:
    """The operation was not sent, because an earlier fault ended the run."""

    message: str


Reply: TypeAlias = Done | Refused | Stale | Unknown | NotSent

Value: TypeAlias = IssueFieldValue | tuple[tuple[str, ...], ...]
"""The content of a part of something: a value, or all options of a field."""

Standing: TypeAlias = Mapping[str, Value]
"""The values of the parts of one thing, by their names."""


def field_part(name: str) -> str:
    """Return the name of the part of an issue that holds its value of an issue field."""
    return f"field:{name.casefold()}"


def _present(**parts: Overwrite | None) -> dict[str, Overwrite]:
    return {name: over for name, over in parts.items() if over is not None}
