"""The field table: the owner of each field, how it is compared, stored on GitHub, and shown.

Nothing else lists the fields: a new row is merged, planned, read, shown and documented.
"""

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum

from backlog_sync.core import normalize
from backlog_sync.core.change_kinds import ChangeKind
from backlog_sync.dataclass import dataclass


class Owner(StrEnum):
    """The side that is authoritative for a field."""

    FILE = "file"
    GITHUB = "github"


class Shape(StrEnum):
    """How a field is merged: as one value, member by member, or line by line."""

    ATOM = "atom"
    SET = "set"
    BLOCK = "block"


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One row of the field table.

    `name` is the field in plans, bases and `ownership:`; for a board field it is its name on the
    board. `carrier` is the kind of change that sets it on GitHub. `key` is the key of the file
    format that declares it, `words` are other names of it under `ownership:`. `comparable`
    normalizes texts for comparing. `read` means that an `ObservedIssue` has it as an attribute of
    that name; other fields are looked up (parent, blockers) or computed (state, body). `type` is
    the data type of a board field, `help` its description in the JSON Schema. `first` fields are
    shown before all others, in the order of the table.
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
              key="sprint", type="iteration", help="Board field Sprint: an iteration's title,"
              ' "@current", "@next" or "@previous".'),
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
"""The board fields that an item may use without declaring them."""
ISSUE_FIELDS: Mapping[str, FieldSpec] = {
    row.name: row for row in _ROWS if row.carrier is not ChangeKind.FIELD_VALUE
}
"""The fields of an issue and of its relations."""
ATOMS = tuple(row for row in _ROWS if row.read and row.shape is Shape.ATOM)
"""The fields with a single value that an issue has directly."""
SETS = tuple(row for row in _ROWS if row.shape is Shape.SET)
"""The fields whose members are merged one by one."""
ISSUE_SETS = tuple(row.name for row in SETS if row.read)
"""The sets that an issue has directly."""
SHOWN_FIRST = tuple(row.name for row in _ROWS if row.first)
BOARD_KEYS: Mapping[str, str] = {name: row.key for name, row in BOARD_FIELDS.items()}
KEYS: Mapping[str, str] = {row.name: row.key for row in _ROWS if row.key}
"""The key of the file format for each field."""
FIELD_WORDS: Mapping[str, str] = {
    word: row.name for row in _ROWS if row.key != "status" for word in (row.key, *row.words) if word
}
"""The fields of each key of the file format; `status` is two fields."""


_MEANINGS: Mapping[str, tuple[str, ...]] = {
    "Priority": ("Priority",),
    "Story Points": ("Story Points", "Effort"),
    "Start": ("Start", "Start date"),
    "Target": ("Target", "Target date"),
}
"""The names of issue fields that a board field of the table can be; GitHub's own among them."""


def issue_field_of(board_field: str, names: Iterable[str]) -> str | None:
    """Return which of these issue fields replaces a board field; None if none does."""
    known = {normalize.fold(name): name for name in names}
    meanings = map(normalize.fold, _MEANINGS.get(board_field, (board_field,)))
    return next((known[name] for name in meanings if name in known), None)


def board_field_of(issue_field: str, names: Iterable[str]) -> str | None:
    """Return the board field that an issue field replaces, given the names of all of them."""
    declared = tuple(names)
    return next(
        (field for field in _MEANINGS if issue_field_of(field, declared) == issue_field), None
    )


def file_key(name: str, issue_fields: Iterable[str] = ()) -> str:
    """Return the key of the file format for a field, given the names of the issue fields."""
    declared = tuple(issue_fields)
    board_field = board_field_of(name, declared) if name in declared else None
    return KEYS.get(board_field or name, name)


def compared(row: FieldSpec, value: object) -> str | None:
    """Return a value of one of the ATOMS in normalized form, for comparing."""
    return row.comparable(value) if isinstance(value, str) and value else None


def owner_of(name: str, ownership: Mapping[str, str]) -> Owner:
    """Return a field's owner: from the settings, else the table, else the file."""
    if name in ownership:
        return Owner(ownership[name])
    row = ISSUE_FIELDS.get(name) or BOARD_FIELDS.get(name)
    return row.owner if row else Owner.FILE
