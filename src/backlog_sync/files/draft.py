"""Collect the data of an item, and the findings of a file, while reading it in any syntax.

Every reader fills drafts with `fill.py`; `assemble.py` turns them into parsed items.
"""

from dataclasses import field, replace
from typing import TypeAlias

from backlog_sync.core.diagnostics import Diagnostic, Fix, Place, warning
from backlog_sync.core.model import IssueHint
from backlog_sync.dataclass import dataclass
from backlog_sync.files.parsed import LineNote
from backlog_sync.files.validation import shown
from backlog_sync.files.vocabulary import RANKS

_MOST_VALUES = 20
"""Values of one sort that are reported one by one: a file of another tool may have hundreds."""

Remedy: TypeAlias = tuple[str, Fix | None]
"""What to write instead: the hint, and the correction if nothing else can be meant."""

NAME_ONE = "write the id or the title of an item, or an issue such as `#12`"
"""The hint of references to items that do not exist."""

_LISTED = 5
"""How many places one finding lists before it only counts them."""


@dataclass(frozen=True, slots=True)
class Ref:
    """A reference to another item as the file writes it.

    `word` may be an id, a number, a title or an issue. `kind` is the kind that the key implies, ''
    for any, 'group' for a milestone or sprint. `declares` is whether a reference is enough to
    create the item, `column` whether a table has it in each row.
    """

    word: str
    place: Place
    kind: str = ""
    declares: bool = False
    code: str = ""
    column: bool = False


@dataclass(slots=True)
class Criterion:
    """A check-list entry as read. `box` is the offset of the character in its check box.

    `details` are the lines below it, as Markdown.
    """

    text: str
    done: bool = False
    box: int | None = None
    place: Place | None = None
    details: list[str] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Draft:
    """An item as read, or a milestone or sprint that may contain items.

    `group` is "milestone" or "sprint", empty for an item. `key` is a certain key; otherwise, the
    key is made from `raw_id`, the id as written. `aliases` are its other ids and titles; `local` is
    whether its id may be local to its parent, and `scope` is the wrapper that contains it, such as
    taskmaster's tag. Write-back finds the item by `anchor`.

    `fields` are values of the item document by name, `places` are their places; `prose` are lines
    of Markdown for its description, after the one in `fields`. `parents`, `depends`, `blocks` and
    `members` are names to look up; `depends` is None if the file does not declare any. `within` is
    the group that it belongs to, `named_within` is whether only by name. `siblings` numbers the
    list that contains a group, and `bare` is whether a group has only the fields of GitHub's
    milestones. `implied` is whether other items only refer to it, `mention` whether it only refers
    to another item and is not an item itself. `stood_alone` is whether an earlier version saw no
    parent above it, as its former key shows; `former_kind` is a different kind that it had then,
    and `former_title` the title that its key was made from without an id. `shelved` is the key of a
    list of work that is not planned. `hints` are issues that it may be; None means that the title
    is searched. An item that `follows` does not declare its state: it is done if the section that
    contains it is.
    """

    kind: str
    title: str
    place: Place
    anchor: object = None
    parent: "Draft | None" = None
    raw_id: str | None = None
    group: str = ""
    scope: str = ""
    local: bool = False
    aliases: list[str] = field(default_factory=list)
    siblings: int = 0
    implied: bool = False
    mention: bool = False
    stood_alone: bool = False
    former_kind: str = ""
    former_title: str = ""
    bare: bool = False
    named_within: bool = False
    shelved: str = ""
    follows: bool = False
    fields: dict[str, object] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    criteria: list[Criterion] = field(default_factory=list)
    prose: list[str] = field(default_factory=list)
    parents: list[Ref] = field(default_factory=list)
    depends: list[Ref] | None = None
    blocks: list[Ref] = field(default_factory=list)
    members: list[Ref] = field(default_factory=list)
    within: "Draft | None" = None
    key: str | None = None
    hints: tuple[IssueHint, ...] | None = None

    @property
    def rank(self) -> int:
        """Return the depth of its kind."""
        return RANKS.get(self.kind, 4)

    def put(self, name: str, value: object, place: Place) -> bool:
        """Set a field; return False if it is already set, because the first value counts."""
        if name in self.fields:
            return False
        self.fields[name] = value
        self.places[name] = place
        return True

    def add_text(self, text: str) -> None:
        """Add a paragraph to its description."""
        if text.strip():
            self.prose += ["", text] if self.prose else [text]

    def above(self, other: "Draft") -> bool:
        """Return whether it is an ancestor of another draft, or that draft itself."""
        at: Draft | None = other
        seen: set[int] = set()
        while at is not None and id(at) not in seen:
            seen.add(id(at))
            at = at.parent
        return id(self) in seen


@dataclass(slots=True)
class Findings:
    """The findings of a file; those of one sort become one diagnostic."""

    path: str
    notes: list[LineNote] = field(default_factory=list)
    _warned: dict[tuple[str, str, str], list[tuple[Place, str]]] = field(default_factory=dict)
    _values: dict[tuple[str, str], list[Diagnostic]] = field(default_factory=dict)

    def warn(self, place: Place, slug: str, what: str, sample: str, hint: str = "") -> None:
        """Add a warning: `what` is the same for all samples."""
        self._warned.setdefault((slug, what, hint), []).append((place, shown(sample)))

    def warn_of_value(self, place: Place, slug: str, what: str, value: str, remedy: Remedy) -> None:
        """Add a warning of a value, with what to write instead of it."""
        problem = warning(place, slug, f"'{shown(value)}' {what}", remedy[0])
        self._values.setdefault((slug, what), []).append(replace(problem, fix=remedy[1]))

    def skip(self, place: Place, reason: str) -> None:
        """Note a line that is not an item."""
        self.notes.append(LineNote(place.line, "skipped", reason=reason))

    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Return the warnings, one for each sort, at its first place."""
        diagnostics = [each for warnings in self._values.values() for each in _few(warnings)]
        for (slug, what, hint), places in self._warned.items():
            samples = list(dict.fromkeys(sample for _, sample in places))
            listed = ", ".join(f"'{sample}'" for sample in samples[:_LISTED])
            if len(samples) > _LISTED:
                listed += " …"
            times = f" ({len(places)} times)" if len(places) > 1 else ""
            diagnostics.append(warning(min(places)[0], slug, f"{what}{times}: {listed}", hint))
        return tuple(diagnostics)


def _few(warnings: list[Diagnostic]) -> list[Diagnostic]:
    """Return the findings of one sort; of many the first ones, and how many more there are."""
    if len(warnings) <= _MOST_VALUES:
        return warnings
    last = warnings[_MOST_VALUES - 1]
    more = len(warnings) - _MOST_VALUES
    return [*warnings[: _MOST_VALUES - 1], replace(last, message=f"{last.message} ({more} more)")]
