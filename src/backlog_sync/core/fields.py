"""THE field table: who owns a field, how it is compared, what carries it, how it is shown.

Nothing else lists the fields: a new row is merged, planned, read, shown and documented by itself.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from backlog_sync.core import normalize
from backlog_sync.core.changes import ChangeKind


class Owner(StrEnum):
    """Whose word counts where both sides could be right."""

    FILE = "file"
    GITHUB = "github"


class Shape(StrEnum):
    """How a field is merged: as one value, member by member, or line by line."""

    ATOM = "atom"
    SET = "set"
    BLOCK = "block"


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One row of the table.

    `name` is what plans, bases and `ownership:` call the field; for one of the board it is the
    board's name for it. `carrier` is the kind of change that sets it on GitHub. `key` is the word
    of the file format that declares it, `words` are others that mean it under `ownership:`.
    `comparable` gives the form in which two texts are compared. `read` says whether an
    `ObservedIssue` has it as an attribute of that name; all else is looked up (parent, blockers)
    or put together (state, body). `type` is the data type of a board field, `help` its line in
    the JSON Schema. `first` are shown before all others, in the order of the table.
    """

    name: str
    owner: Owner
    shape: Shape
    carrier: ChangeKind
    key: str = ""
    words: tuple[str, ...] = ()
    comparable: Callable[[str], str] = str.strip
    read: bool = False
    type: str = ""
    help: str = ""
    first: bool = False


STATUS = "Status"

_BODY = ("description", "goal", "user_story", "acceptance_criteria")
_ROWS = (
    FieldSpec("title", Owner.FILE, Shape.ATOM, ChangeKind.ISSUE,
              key="title", comparable=normalize.title, read=True, first=True),
    FieldSpec("body", Owner.FILE, Shape.BLOCK, ChangeKind.ISSUE, words=_BODY),
    FieldSpec("issue_type", Owner.FILE, Shape.ATOM, ChangeKind.ISSUE, words=("kind",), read=True),
    FieldSpec("labels", Owner.FILE, Shape.SET, ChangeKind.ISSUE, key="labels", read=True),
    FieldSpec("state", Owner.GITHUB, Shape.ATOM, ChangeKind.ISSUE, key="status", first=True),
    FieldSpec(STATUS, Owner.GITHUB, Shape.ATOM, ChangeKind.FIELD_VALUE,
              key="status", type="single_select", first=True),
    FieldSpec("Priority", Owner.FILE, Shape.ATOM, ChangeKind.FIELD_VALUE,
              key="priority", type="single_select", first=True,
              help="Board field Priority, and the label 'priority:<value>'."),
    FieldSpec("Story Points", Owner.FILE, Shape.ATOM, ChangeKind.FIELD_VALUE,
              key="story_points", type="number", first=True,
              help="Board field Story Points: a number, or a word of the 'points' scale."),
    FieldSpec("Target", Owner.FILE, Shape.ATOM, ChangeKind.FIELD_VALUE,
              key="target", type="date", help="Board field Target: the target date."),
    FieldSpec("Start", Owner.FILE, Shape.ATOM, ChangeKind.FIELD_VALUE,
              key="start", type="date", help="Board field Start: the start date."),
    FieldSpec("Sprint", Owner.GITHUB, Shape.ATOM, ChangeKind.FIELD_VALUE,
              key="sprint", type="iteration", help="Board field Sprint: an iteration's title."),
    FieldSpec("milestone", Owner.FILE, Shape.ATOM, ChangeKind.ISSUE,
              key="milestone", read=True, first=True),
    FieldSpec("assignees", Owner.GITHUB, Shape.SET, ChangeKind.ISSUE, key="assignees", read=True),
    FieldSpec("parent", Owner.FILE, Shape.ATOM, ChangeKind.SUB_ISSUE, words=("hierarchy",)),
    FieldSpec("order", Owner.FILE, Shape.ATOM, ChangeKind.SUB_ISSUE),
    FieldSpec("blocked_by", Owner.FILE, Shape.SET, ChangeKind.DEPENDENCY,
              key="depends_on", words=("dependencies",)),
)  # fmt: skip

BOARD_FIELDS: Mapping[str, FieldSpec] = {
    row.name: row for row in _ROWS if row.carrier is ChangeKind.FIELD_VALUE
}
"""The board's fields that an item may name without declaring them."""
ISSUE_FIELDS: Mapping[str, FieldSpec] = {
    row.name: row for row in _ROWS if row.carrier is not ChangeKind.FIELD_VALUE
}
"""The fields of an issue and of its relations."""
ATOMS = tuple(row for row in _ROWS if row.read and row.shape is Shape.ATOM)
"""Those with one value that an issue has as it is."""
SETS = tuple(row for row in _ROWS if row.shape is Shape.SET)
"""Those whose members are merged one by one."""
ISSUE_SETS = tuple(row.name for row in SETS if row.read)
"""The sets that an issue has as they are."""
SHOWN_FIRST = tuple(row.name for row in _ROWS if row.first)
BOARD_KEYS: Mapping[str, str] = {name: row.key for name, row in BOARD_FIELDS.items()}
KEYS: Mapping[str, str] = {row.name: row.key for row in _ROWS if row.key}
"""The word of the file format that declares a field."""
MEANT: Mapping[str, str] = {
    word: row.name for row in _ROWS if row.key != "status" for word in (row.key, *row.words) if word
}
"""What a word of the file format goes into; `status` is two fields."""


def compared(row: FieldSpec, value: object) -> str | None:
    """Return a value of one of the ATOMS in the form in which it is compared."""
    return row.comparable(value) if isinstance(value, str) and value else None


def owner_of(name: str, ownership: Mapping[str, str]) -> Owner:
    """Return a field's owner: what the settings say, else the table, else the file."""
    if name in ownership:
        return Owner(ownership[name])
    row = ISSUE_FIELDS.get(name) or BOARD_FIELDS.get(name)
    return row.owner if row else Owner.FILE
