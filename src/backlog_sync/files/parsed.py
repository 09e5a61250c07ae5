"""What every dialect's reader gives: items with their places, ready to be resolved."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from backlog_sync.core.diagnostics import Diagnostic, Place
from backlog_sync.core.model import IssueHint
from backlog_sync.files.documents.items import ItemDocument, RiskDocument


@dataclass(frozen=True, slots=True)
class Source:
    """A file as read: `path` as shown to the user, `text` decoded with line endings kept.

    `raw` are the bytes on disk; `bom` says that they began with a UTF-8 byte order mark, which
    `text` does not hold.
    """

    path: str
    file: Path
    raw: bytes
    text: str
    bom: bool = False


@dataclass(frozen=True, slots=True)
class Missing:
    """An item that another names and its own file does not hold: it may be in another file.

    `slug` and `what` are the warning where it is in none.
    """

    word: str
    place: Place
    slug: str
    what: str
    above: bool = False


@dataclass(frozen=True, slots=True)
class ParsedItem:
    """One item of one file.

    `document` holds what was declared; its key may be None (the resolver makes one). `parent`
    is the index of the parent in the same file; `parent_key` names one that is elsewhere.
    `places` gives the place of each declared field, check-list entries as
    `acceptance_criteria.0`. `anchor` is opaque: the reader's own note of where to write back.
    `confident` is False for what is only listed unless it was asked for. `hints` are issue
    numbers in the title as it is written; None: the title of the document is. `missing` are what
    it names and its file does not hold, to be looked for in the others; `alone` is the document
    without what those said of it, None if they said nothing. What `follows` says nothing of how
    far it is: it is done where what it is in is.
    """

    document: ItemDocument
    kind: str
    place: Place
    parent: int | None = None
    parent_key: str | None = None
    places: Mapping[str, Place] = field(default_factory=dict)
    anchor: object = None
    confident: bool = True
    hints: tuple[IssueHint, ...] | None = None
    missing: tuple[Missing, ...] = ()
    alone: ItemDocument | None = None
    follows: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """A total that a document states of itself, to be compared with the computed one.

    `what` is features, stories, points …; `scope` is the index of the item that it speaks of,
    `items` the range of items of the section that it is in (both None: the whole document).
    `rows` are the items whose figures a total row is below; `sure` says that nothing else can
    be meant. `start` and `end` are offsets of the number in `Source.text`.
    """

    place: Place
    what: str
    value: float
    start: int
    end: int
    scope: int | None = None
    items: tuple[int, int] | None = None
    rows: tuple[int, ...] = ()
    sure: bool = True


@dataclass(frozen=True, slots=True)
class LineNote:
    """For `lint --explain`: which rule took a line, or why it was skipped."""

    line: int
    rule: str
    item: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """How a file is to be read: what flags and settings say of it.

    `bullets` makes items of plain bullets below times, phases and statuses; `declared` are the
    lines of `reading:`, `fields` the names of the board's own fields.
    """

    bullets: bool = False
    declared: tuple[tuple[str, object], ...] = ()
    fields: tuple[str, ...] = ()


UNASKED = Asked()
"""How a file is read of which nothing is said."""


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """All that one file gave. `settings` is the raw mapping of settings, not yet validated.

    `dialect` is empty for our own YAML and for Markdown roadmaps; else it names the reader of a
    file that was not written for us. `periods` give the last day of milestones that are named
    after a time. `loose_criteria` counts check-list entries of the plan as a whole. `risks` are
    those that a register of the file lists. `asked` is how it was read.
    """

    source: Source
    items: tuple[ParsedItem, ...] = ()
    settings: Mapping[str, object] = field(default_factory=dict)
    settings_places: Mapping[str, Place] = field(default_factory=dict)
    claims: tuple[Claim, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    notes: tuple[LineNote, ...] = ()
    dialect: str = ""
    periods: Mapping[str, str] = field(default_factory=dict)
    loose_criteria: int = 0
    risks: tuple["ListedRisk", ...] = ()
    asked: Asked = UNASKED


@dataclass(frozen=True, slots=True)
class ListedRisk:
    """A risk of a register; `about` is what it names of the items, as written."""

    risk: RiskDocument
    about: str | None = None
