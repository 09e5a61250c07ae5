"""What is gathered of an item while its lines are read, and where it can be written back."""

import dataclasses
from dataclasses import dataclass

from backlog_sync.core.diagnostics import Place
from backlog_sync.core.model import IssueHint
from backlog_sync.files.anchors import Anchor, MetaLine, RowSpan
from backlog_sync.files.markdown.dependencies import Dependency
from backlog_sync.files.parsed import ParsedItem
from backlog_sync.files.reading.titles import Typed
from backlog_sync.files.syntax.markdown import Line
from backlog_sync.files.vocabulary import RANKS


@dataclass(slots=True)
class Criterion:
    """A check-list entry as it is read."""

    text: str
    done: bool
    box: int | None
    line: Line
    details: list[str] = dataclasses.field(default_factory=list)


@dataclass(slots=True, eq=False)
class Draft:
    """An item as it is read. `level` is 0 for list items, `indent` -1 for headings.

    `outer` is the item that stands in the same heading (`Phase 3: User Story 1 — …`). `cells` are
    table cells that speak of it; `row` is set where it is a row of a table itself, `front` (the
    row of the closing fence) where it is a file whose front matter tells of it. `hints` are
    issue numbers in the cells of its row.
    """

    kind: str
    typed: Typed | None
    title: str
    line: Line
    place: Place
    parent: "Draft | None" = None
    key: str | None = None
    level: int = 0
    indent: int = -1
    content: int = 0
    index: int = -1
    last_line: int = 0
    fields: dict[str, object] = dataclasses.field(default_factory=dict)
    places: dict[str, Place] = dataclasses.field(default_factory=dict)
    meta: list[MetaLine] = dataclasses.field(default_factory=list)
    criteria: list[Criterion] = dataclasses.field(default_factory=list)
    prose: list[str] = dataclasses.field(default_factory=list)
    parted: bool = False
    depends: list[Dependency] | None = None
    parent_name: str | None = None
    box: int | None = None
    outer: "Draft | None" = None
    cells: list[MetaLine] = dataclasses.field(default_factory=list)
    row: "RowSpan | None" = None
    front: int = -1
    hints: tuple[IssueHint, ...] = ()

    def say(self, text: str) -> None:
        """Add a line of free text; a blank line or metadata before it begins a paragraph."""
        if self.parted and self.prose:
            self.prose.append("")
        self.parted = False
        self.prose.append(text)

    @property
    def rank(self) -> int:
        """How deep its kind stands."""
        return RANKS[self.kind]

    @property
    def simple(self) -> bool:
        """Whether it is a check box that became a task."""
        return self.typed is None and self.box is not None

    @property
    def weak(self) -> bool:
        """Whether it is a phase, a milestone, a sprint or the like."""
        return self.typed is not None and self.typed.word.weak


@dataclass(slots=True)
class Block:
    """A field whose value goes on over the lines below its key.

    `plain` are entries without a box, which count where the block has no boxes. `scenario` tells
    that they are told as Given/When/Then; `step` is the row of the last step.
    """

    field: str
    draft: Draft
    heading: bool = False
    text: list[str] = dataclasses.field(default_factory=list)
    plain: list[Criterion] = dataclasses.field(default_factory=list)
    boxed: bool = False
    scenario: bool = False
    step: int = -1
    key_indent: int = -1


def anchor_of(item: ParsedItem) -> Anchor:
    """The anchor of an item that was read from Markdown."""
    if not isinstance(item.anchor, Anchor):
        raise TypeError("this item was not read from Markdown")
    return item.anchor
