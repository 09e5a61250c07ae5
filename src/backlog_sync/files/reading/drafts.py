"""Hold what the Markdown reader gathers for an item, in addition to what every reader gathers."""

import dataclasses

from backlog_sync.core.diagnostics import Place
from backlog_sync.dataclass import dataclass
from backlog_sync.files.anchors import MetaLine, RowSpan
from backlog_sync.files.draft import Criterion, Draft
from backlog_sync.files.inline import plain
from backlog_sync.files.outline import Line
from backlog_sync.files.reading.titles import Title, Typed


@dataclass(slots=True)
class Point(Criterion):
    """A check-list entry and the line where it begins."""

    line: Line = dataclasses.field(kw_only=True)


@dataclass(slots=True, eq=False)
class MarkdownDraft(Draft):
    """An item of a Markdown file.

    `level` is 0 for list items, `indent` -1 for headings. `body_end` is the row where a body ends
    that begins after the title on the same line. `mark` is the status in its title, which counts if
    no field sets one. `outer` is the item in the same heading (`Phase 3: User Story 1 — …`).
    `cells` are table cells about the item. `row` is set if the item is a table row itself; `front`
    is the row of the closing fence if the item is a whole file described by its front matter.
    """

    line: Line = dataclasses.field(kw_only=True)
    typed: Typed | None = None
    level: int = 0
    indent: int = -1
    content: int = 0
    index: int = -1
    last_line: int = 0
    body_end: int = -1
    mark: str | None = None
    parted: bool = False
    box: int | None = None
    meta: list[MetaLine] = dataclasses.field(default_factory=list)
    cells: list[MetaLine] = dataclasses.field(default_factory=list)
    row: RowSpan | None = None
    front: int = -1
    outer: "MarkdownDraft | None" = None

    def add_text(self, text: str) -> None:
        """Add a line of free text; a blank line or metadata before it starts a new paragraph."""
        if self.parted and self.prose:
            self.prose.append("")
        self.parted = False
        self.prose.append(text)

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
    """A field whose value continues on the lines below its key; `place` is where it begins.

    `plain` are entries without a box, which count if the block has no boxes. `scenario` is True if
    they are written as Given/When/Then; `step` is the row of the last step. `withheld` is True if
    the value is not shown in any issue. `key_line` is set for criteria that begin on the line of
    their key, `key_row` is the row of a key without a colon.
    """

    field: str
    draft: MarkdownDraft
    heading: bool = False
    text: list[str] = dataclasses.field(default_factory=list)
    plain: list[Point] = dataclasses.field(default_factory=list)
    boxed: bool = False
    scenario: bool = False
    step: int = -1
    key_indent: int = -1
    place: Place | None = None
    withheld: bool = False
    key_line: Line | None = None
    key_row: int = -1


def take_title(draft: MarkdownDraft, title: Title) -> None:
    """Set the fields that a title contains: points, priority, issue, hints, further text."""
    if title.points is not None:
        draft.fields.setdefault("story_points", title.points)
    if title.priority is not None:
        draft.fields.setdefault("priority", title.priority)
        draft.places.setdefault("priority", draft.place)
    if title.issue is not None:
        draft.fields.setdefault("issue", title.issue)
        draft.places.setdefault("issue", draft.place)
    if title.hints:
        draft.hints = title.hints
    if title.rest:
        draft.add_text(title.rest)
        draft.parted = True


def sets_field(draft: MarkdownDraft, field: str) -> bool:
    """Return whether an item sets a field itself, which takes precedence over other places."""
    if field == "depends_on":
        return draft.depends is not None
    return field != "description" and field in draft.fields


def is_untitled(item: MarkdownDraft) -> bool:
    """Return whether a heading or an entry consists only of the code of its item: `### US-001`."""
    numbered = item.typed is not None and item.typed.number is not None
    return numbered and item.title == plain(item.line.text).strip()
