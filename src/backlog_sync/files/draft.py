"""What is gathered of an item while a file is read, in every syntax, and what is told of the file.

Every reader fills drafts with `fill.py`; `assemble.py` makes parsed items of them.
"""

from dataclasses import dataclass, field

from backlog_sync.core.diagnostics import Diagnostic, Place, warning
from backlog_sync.core.model import IssueHint
from backlog_sync.files.parsed import LineNote
from backlog_sync.files.validation import shown
from backlog_sync.files.vocabulary import RANKS

_TOLD = 5
"""How many places one finding names before it only counts."""


@dataclass(frozen=True, slots=True)
class Ref:
    """Another item as the file names it.

    `word` is what may be an id, a number, a title or an issue. `kind` is what the key said it to
    be, '' for any, 'group' for a milestone or sprint; `declares` tells that naming it is enough
    `column` that a table names it in each row.
    """

    word: str
    place: Place
    kind: str = ""
    declares: bool = False
    code: str = ""
    column: bool = False


@dataclass(slots=True)
class Criterion:
    """A check-list entry as it is read. `box` is the offset of the sign in its check box.

    `details` are the lines that stand below it, as Markdown.
    """

    text: str
    done: bool = False
    box: int | None = None
    place: Place | None = None
    details: list[str] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Draft:
    """An item as it is read, or a milestone or sprint that may hold items.

    `group` is "milestone" or "sprint", empty for an item. `key` is one that the reader is sure of;
    else it is made from `raw_id`, the id as written. `aliases` are other ids and titles under which
    it is known; `local` tells that its id may count within its parent, and `scope` is the wrapper
    that it stands in, such as taskmaster's tag. `anchor` is where write-back finds it.

    `fields` are values of the item document by name, `places` where each stands; `prose` are lines
    of Markdown for its description, behind what `fields` has of it. `parents`, `depends`, `blocks`
    and `members` are names to be looked up; `depends` is None where the file says nothing.
    `within` is the group that it belongs to, `named_within` whether only by name. `siblings`
    numbers the list that a group stands in, and `bare` tells that a group says no more than
    GitHub's milestones do. `implied` tells an item that others only name, `mention` what only names
    another one and is none itself; `stood_alone` tells that an earlier reader saw no parent above
    it, which its former key says; `former_kind` is the kind that such a reader gave it, where it
    was another one, and `former_title` what it made the key from, where it saw no id. `shelved` is
    the key of a list of what nobody plans to do.
    `hints` are issues that it may be; None looks at the title. What `follows` says nothing of how
    far it is: it is done where what it stands in is.
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
        """How deep its kind stands."""
        return RANKS.get(self.kind, 4)

    def put(self, name: str, value: object, place: Place) -> bool:
        """Say a field; False where it was said already, as the first word counts."""
        if name in self.fields:
            return False
        self.fields[name] = value
        self.places[name] = place
        return True

    def say(self, text: str) -> None:
        """Add a paragraph to what describes it."""
        if text.strip():
            self.prose += ["", text] if self.prose else [text]

    def above(self, other: "Draft") -> bool:
        """Whether it stands somewhere above another, or is it."""
        at: Draft | None = other
        seen: set[int] = set()
        while at is not None and id(at) not in seen:
            seen.add(id(at))
            at = at.parent
        return id(self) in seen


@dataclass(slots=True)
class Findings:
    """What is told of a file; findings of one sort become one diagnostic."""

    path: str
    notes: list[LineNote] = field(default_factory=list)
    _warned: dict[tuple[str, str, str], list[tuple[Place, str]]] = field(default_factory=dict)

    def warn(self, place: Place, slug: str, what: str, sample: str, hint: str = "") -> None:
        """Add a warning: `what` is said once for all samples."""
        self._warned.setdefault((slug, what, hint), []).append((place, shown(sample)))

    def skip(self, place: Place, reason: str) -> None:
        """Note a line that gives no item."""
        self.notes.append(LineNote(place.line, "skipped", reason=reason))

    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """The warnings, each sort once, at its first place."""
        told = []
        for (slug, what, hint), found in self._warned.items():
            samples = list(dict.fromkeys(sample for _, sample in found))
            listed = ", ".join(f"'{sample}'" for sample in samples[:_TOLD])
            if len(samples) > _TOLD:
                listed += " …"
            times = f" ({len(found)} times)" if len(found) > 1 else ""
            told.append(warning(min(found)[0], slug, f"{what}{times}: {listed}", hint))
        return tuple(told)
