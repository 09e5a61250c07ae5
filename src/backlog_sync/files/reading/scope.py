"""Hold the position of a node in an outline, and what the parts of the walk share."""

import re
from dataclasses import replace

from backlog_sync.dataclass import dataclass
from backlog_sync.files.inline import is_all_bold, plain
from backlog_sync.files.outline import Line, Node
from backlog_sync.files.reading.blocks import Blocks
from backlog_sync.files.reading.choices import Choices
from backlog_sync.files.reading.drafts import MarkdownDraft, take_title
from backlog_sync.files.reading.metadata import parse_pairs
from backlog_sync.files.reading.record import Record
from backlog_sync.files.reading.sections import Role, Section
from backlog_sync.files.reading.titles import Title, Typed, shortened
from backlog_sync.files.sentences import is_story_sentence

_KEY = re.compile(r"[^\W\d_][\w -]{0,30}[:：][ ]")
"""What may be a key without bold marks."""

_MOST_TITLE_LINES = 8
"""Maximum number of lines of a title: a longer text is a paragraph."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The position of a node in the outline.

    `owner` is the item that lines belong to, `chain` the items around the node, outermost first.
    `section` is the heading above. `closed` is the reason why nothing is read below it; `field` is
    the field that the heading names. `listed` is True inside a list entry. `kind` is the kind of
    the entries below, as declared in the settings. `labeled` is True if `status` comes from a line
    above the entries: `Done:`.
    """

    owner: MarkdownDraft | None = None
    chain: tuple[MarkdownDraft, ...] = ()
    section: Section | None = None
    closed: str = ""
    field: str | None = None
    tasks: bool = False
    time: bool = False
    lane: bool = False
    planned: bool = False
    status: str | None = None
    listed: bool = False
    kind: str = ""
    labeled: bool = False

    def below(self, draft: MarkdownDraft) -> "Scope":
        """Return the scope of the contents of an item."""
        return Scope(draft, (*self.chain, draft), self.section)

    def parent(self, rank: int) -> MarkdownDraft | None:
        """Return the innermost item of a smaller rank."""
        return next((each for each in reversed(self.chain) if each.rank < rank), None)

    def is_aside(self) -> bool:
        """Return whether a heading above is about risks, other matters, or navigation."""
        section = self.section
        return section is not None and section.inside(Role.RISKS, Role.ELSE, Role.NAVIGATION)


class Walk:
    """The state of a walk over an outline, and the start of items; `Gatherer` does the walking."""

    def __init__(self, record: Record, choices: Choices) -> None:
        self.record, self.choices, self.lines = record, choices, record.lines
        self.blocks = Blocks(record)
        self.done = -1  # the last row that was read out of order
        self.whole: MarkdownDraft | None = None  # the item that the file is
        self.sentence: MarkdownDraft | None = None
        self.drafts_by_row: dict[int, MarkdownDraft] = {}
        self.by_number: dict[str, MarkdownDraft] = {}  # boxes of a numbered plan

    def children(self, node: Node, scope: Scope) -> None:
        """Read the direct children of a node, in order."""
        raise NotImplementedError

    def read_line(self, line: Line, scope: Scope, *, glued: bool, reason: str = "") -> None:
        """Read one line of a paragraph, or of an entry that is not an item."""
        raise NotImplementedError

    def add(
        self,
        kind: str,
        typed: Typed | None,
        title: str,
        line: Line,
        at: int,
        status: str | None,
        scope: Scope,
        level: int = 0,
    ) -> MarkdownDraft:
        """Add an item; its parent is the nearest item around it of a smaller rank."""
        place = self.record.place(line, at)
        draft = MarkdownDraft(kind, title, place, line=line, typed=typed, level=level)
        draft.index = len(self.record.drafts)
        draft.parent = scope.parent(draft.rank)
        draft.last_line = line.row
        if typed:
            draft.key = (
                f"{kind}-{typed.number}"
                if (typed.dotted or typed.inferred) and typed.number
                else typed.key
            )
            if typed.points is not None:
                draft.fields["story_points"] = typed.points
            if typed.priority is not None:
                draft.fields["priority"] = typed.priority
        draft.mark = status
        draft.places["title"] = draft.place
        self.record.drafts.append(draft)
        self.drafts_by_row[line.row] = draft
        return draft

    def note_entry(self, draft: MarkdownDraft, node: Node) -> None:
        """Record the position of an item in a list."""
        line = self.lines[node.first]
        draft.indent, draft.content, draft.box = line.indent, line.content, line.box
        if line.box is not None and line.ticked:
            draft.mark = "Done"
        self.record.take_syntax_fields(draft, node)

    def further_title(self, node: Node, draft: MarkdownDraft, title: Title) -> None:
        """Read the next lines of an entry: they continue its title, or the body that it began."""
        take_title(draft, title)
        draft.last_line = node.first
        if title.rest or is_all_bold(self.lines[node.first].text):
            draft.parted = False
            draft.body_end = self._end_of_body(node)
            return
        for row in range(node.first + 1, min(node.head, node.first + _MOST_TITLE_LINES)):
            line = self.lines[row]
            if parse_pairs(self.record.text, line, plain_keys=True) or is_story_sentence(line.text):
                break
            if line.indent < node.content and line.text.startswith("**"):
                break
            if _KEY.match(line.text) and _KEY.match(self.lines[node.first].text):
                break  # one of several keys of a record, even if its word is unknown
            draft.title = f"{draft.title} {plain(line.text)}".strip()
            draft.last_line = row
            self.record.note(line, "title", draft)
        draft.title, rest = shortened(draft.title)
        if rest:
            draft.add_text(rest)
            draft.parted = False
            draft.body_end = self._end_of_body(node)

    def _end_of_body(self, node: Node) -> int:
        """Return the last line of a body that begins after its title; fields may follow it."""
        row = node.first
        while row + 1 < node.head:
            if parse_pairs(self.record.text, self.lines[row + 1], plain_keys=True):
                break
            row += 1
        return row

    def body_of(self, node: Node, draft: MarkdownDraft, scope: Scope) -> None:
        """Read the contents of an entry that is an item."""
        inner = replace(scope.below(draft), listed=True)
        for row in range(draft.last_line + 1, node.head):
            line = self.lines[row]
            bold = line.text.startswith("**") and line.indent < node.content
            outer = bold and draft.typed is None
            self.read_line(line, scope if outer else inner, glued=True)
        self.children(node, inner)


class PartReader:
    """The shared state of a reader of a part of the outline."""

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self.record = walk.record
        self.choices = walk.choices
        self.lines = walk.record.lines
        self.blocks = walk.blocks

    def holds_tasks(self, item: MarkdownDraft) -> bool:
        """Return whether an item consists of tasks: a phase, or an epic used as one."""
        typed = item.typed
        if typed is None or typed.word.weak:
            return item.weak
        epic = typed.word.kind == "epic"
        return epic and (self.choices.parts or len(typed.word.name) == 1)
