"""Where a node of an outline stands, and what the parts of a walk over it share."""

from dataclasses import dataclass
from typing import Protocol

from backlog_sync.files.outline import Line, Node
from backlog_sync.files.reading.blocks import Blocks
from backlog_sync.files.reading.choices import Choices
from backlog_sync.files.reading.drafts import MarkdownDraft
from backlog_sync.files.reading.record import Record
from backlog_sync.files.reading.sections import Role, Section
from backlog_sync.files.reading.titles import Title, Typed


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a node stands.

    `owner` is the item that lines belong to, `chain` the items that it stands in, outermost
    first. `section` is the heading above, `closed` why nothing is read below it; `field` is the
    field that the heading names. `listed` tells that the node stands in a list entry; `kind` is
    that of the entries below, which the settings say; `labelled` tells that `kind` or `status` is
    said by a line above them: `Stories:`, `Done:`.
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
    labelled: bool = False

    def below(self, draft: MarkdownDraft) -> "Scope":
        """The scope of what stands in an item."""
        return Scope(draft, (*self.chain, draft), self.section)

    def parent(self, rank: int) -> MarkdownDraft | None:
        """The innermost item of a smaller rank."""
        return next((each for each in reversed(self.chain) if each.rank < rank), None)

    def speaks_of_else(self) -> bool:
        """Whether a heading above speaks of risks, of else, or of the way through the file."""
        section = self.section
        return section is not None and section.inside(Role.RISKS, Role.ELSE, Role.NAVIGATION)


class Walk(Protocol):
    """A walk over an outline, as the readers of its parts know it."""

    record: Record
    choices: Choices
    blocks: Blocks
    done: int
    sentence: MarkdownDraft | None
    whole: MarkdownDraft | None
    drafts_by_row: dict[int, MarkdownDraft]
    by_number: dict[str, MarkdownDraft]

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
        """Begin an item."""

    def children(self, node: Node, scope: Scope) -> None:
        """Read what stands directly in a node, in order."""

    def read_line(self, line: Line, scope: Scope, *, glued: bool, reason: str = "") -> None:
        """Read one line of a paragraph, or of an entry that is no item."""

    def note_rows(self, node: Node, rule: str, draft: MarkdownDraft | None, reason: str) -> None:
        """Note each line of a node: whose it is, or why it is nobody's."""

    def note_entry(self, draft: MarkdownDraft, node: Node) -> None:
        """Note where in its list an item stands."""

    def further_title(self, node: Node, draft: MarkdownDraft, title: Title) -> None:
        """Read the next lines of an entry that go on with its title, or with its body."""

    def body_of(self, node: Node, draft: MarkdownDraft, scope: Scope) -> None:
        """Read what stands in an entry that is an item."""


class PartReader:
    """What every reader of a part of an outline knows."""

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self.record = walk.record
        self.choices = walk.choices
        self.lines = walk.record.lines
        self.blocks = walk.blocks

    def holds_tasks(self, item: MarkdownDraft) -> bool:
        """Whether an item is made of tasks: it is a phase, or an epic that is used as one."""
        typed = item.typed
        if typed is None or typed.word.weak:
            return item.weak
        epic = typed.word.kind == "epic"
        return epic and (self.choices.parts or len(typed.word.name) == 1)
