"""Define what every reader returns: items with their places, ready to be resolved."""

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path

from backlog_sync.core.diagnostics import Diagnostic, Place
from backlog_sync.core.model import IssueHint
from backlog_sync.dataclass import dataclass
from backlog_sync.files.documents.items import ItemDocument, RiskDocument


@dataclass(frozen=True, slots=True)
class Source:
    """A file as read: `path` as shown to the user, `text` decoded with line endings kept.

    `raw` are the bytes on disk; `bom` is whether they began with a UTF-8 byte order mark, which
    `text` does not contain.
    """

    path: str
    file: Path
    raw: bytes
    text: str
    bom: bool = False


@dataclass(frozen=True, slots=True)
class Missing:
    """A reference to an item that its own file does not contain: it may be in another file.

    `slug` and `what` are the warning if it is in none.
    """

    word: str
    place: Place
    slug: str
    what: str
    above: bool = False


@dataclass(frozen=True, slots=True)
class ParsedItem:
    """One item of one file.

    `document` contains what was declared; its key may be None (the resolver makes one). `parent` is
    the index of the parent in the same file; `parent_key` names one that is elsewhere. `places`
    maps each declared field to its place, check-list entries as `acceptance_criteria.0`. `anchor`
    is opaque: the reader's own note for write-back. `confident` is False for entries that are only
    listed unless requested. `hints` are issue numbers in the title as written; None: the title of
    the document is as written. `missing` are references that its file does not contain, to look up
    in the others. An item that `follows` does not declare its state: it is done if its section is.
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
    """The document without values from other files; None if there are none."""
    follows: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """A total that a document states, to compare with the computed one.

    `what` is features, stories, points …; `scope` is the index of the item that it is about,
    `items` is the range of items of its section (both None: the whole document). `rows` are the
    items above a total row; `sure` is whether nothing else can be meant. `start` and `end` are
    offsets of the number in `Source.text`.
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
    """For `lint --explain`: which rule matched a line, or why it was skipped."""

    line: int
    rule: str
    item: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """How a file is to be read, from flags and settings.

    `bullets` makes items of plain bullets below times, phases and statuses; `declared` are the
    lines of `reading:`, `fields` the names of the board's own fields.
    """

    bullets: bool = False
    declared: tuple[tuple[str, object], ...] = ()
    fields: tuple[str, ...] = ()


DEFAULTS = ReadingOptions()
"""How a file is read without flags and settings."""


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """The result of reading one file. `settings` is the raw mapping, not yet validated.

    `dialect` is empty for our own YAML and for Markdown roadmaps; otherwise it names the reader of
    a file in another format. `periods` are the last dates of milestones that are named after a
    period. `loose_criteria` counts check-list entries of the plan as a whole. `risks` are those in
    a risk register of the file. `options` is how it was read.
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
    options: ReadingOptions = DEFAULTS


@dataclass(frozen=True, slots=True)
class ListedRisk:
    """A risk of a register; `about` is its reference to items, as written."""

    risk: RiskDocument
    about: str | None = None
