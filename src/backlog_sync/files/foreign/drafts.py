"""Items of files that were not written for us: what is gathered of one, and how they hang together.

Every reader of such a file fills drafts; `assemble` makes parsed items of them.
"""

from dataclasses import dataclass, field

from backlog_sync.core.diagnostics import Diagnostic, Place, Severity
from backlog_sync.files.parsed import LineNote
from backlog_sync.files.validation import shown
from backlog_sync.files.words import RANKS

_TOLD = 5
"""How many places one finding names before it only counts."""


@dataclass(frozen=True, slots=True)
class Ref:
    """Another item as the file names it.

    `kind` is what the key said it to be, '' for any; `declares` tells that naming it is enough
    for it to be there.
    """

    word: str
    place: Place
    kind: str = ""
    declares: bool = False


@dataclass(slots=True, eq=False)
class Draft:
    """An item as it is read, or a milestone or sprint that may hold items.

    `group` is "milestone" or "sprint", empty for an item. `raw_id` and `aliases` are the ids and
    titles under which others name it; `local` tells that its id may count within its parent, and
    `scope` is the wrapper that it stands in, such as taskmaster's tag. `parents`, `depends`,
    `blocks` and `members` are names to be looked up; `within` is the group that it belongs to,
    `named_within` whether only by name. `siblings` numbers the list that a group stands in, and
    `bare` tells that a group says no more than GitHub's milestones do. `implied` tells an item
    that others only name; `shelved` is the key of a list of what nobody plans to do.
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
    bare: bool = False
    named_within: bool = False
    shelved: str = ""
    fields: dict[str, object] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    parents: list[Ref] = field(default_factory=list)
    depends: list[Ref] | None = None
    blocks: list[Ref] = field(default_factory=list)
    members: list[Ref] = field(default_factory=list)
    within: "Draft | None" = None
    key: str | None = None

    @property
    def rank(self) -> int:
        """How deep its kind stands."""
        return RANKS.get(self.kind, 4)

    def put(self, name: str, value: object, place: Place) -> None:
        """Say a field, unless it was said already."""
        if name not in self.fields:
            self.fields[name] = value
            self.places[name] = place


@dataclass(slots=True)
class Findings:
    """What is told of a file; findings of one sort become one diagnostic."""

    path: str
    notes: list[LineNote] = field(default_factory=list)
    _warned: dict[tuple[str, str], list[tuple[Place, str]]] = field(default_factory=dict)
    _hints: dict[tuple[str, str], str] = field(default_factory=dict)

    def warn(self, place: Place, slug: str, what: str, sample: str, hint: str = "") -> None:
        """Add a warning: `what` is said once for all samples."""
        self._warned.setdefault((slug, what), []).append((place, shown(sample)))
        self._hints.setdefault((slug, what), hint)

    def skip(self, place: Place, reason: str) -> None:
        """Note a line that gives no item."""
        self.notes.append(LineNote(place.line, "skipped", reason=reason))

    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """The warnings, each sort once, at its first place."""
        told = []
        for (slug, what), found in self._warned.items():
            samples = list(dict.fromkeys(sample for _, sample in found))
            listed = ", ".join(f"'{sample}'" for sample in samples[:_TOLD])
            if len(samples) > _TOLD:
                listed += " …"
            times = f" ({len(found)} times)" if len(found) > 1 else ""
            message = f"{what}{times}: {listed}"
            hint = self._hints[slug, what]
            told.append(Diagnostic(min(found)[0], slug, message, hint, Severity.WARNING))
        return tuple(told)
