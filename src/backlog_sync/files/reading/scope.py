"""Where a node of an outline stands, and what the parts of a walk over it share."""

from dataclasses import dataclass
from typing import Protocol

from backlog_sync.files.reading.blocks import Blocks
from backlog_sync.files.reading.choices import Choices
from backlog_sync.files.reading.drafts import MarkdownDraft
from backlog_sync.files.reading.record import Record
from backlog_sync.files.reading.sections import Section
from backlog_sync.files.reading.titles import Typed
from backlog_sync.files.syntax.markdown import Line


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a node stands.

    `owner` is the item that lines belong to, `chain` the items that it stands in, outermost
    first. `section` is the heading above, `closed` why nothing is read below it; `field` is the
    field that the heading names. `listed` tells that the node stands in a list entry; `kind` is
    that of the entries below a label such as `Stories:`.
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

    def below(self, draft: MarkdownDraft) -> "Scope":
        """The scope of what stands in an item."""
        return Scope(draft, (*self.chain, draft), self.section)

    def parent(self, rank: int) -> MarkdownDraft | None:
        """The innermost item of a smaller rank."""
        return next((each for each in reversed(self.chain) if each.rank < rank), None)


class Walk(Protocol):
    """A walk over an outline, as the readers of tables and fenced blocks know it."""

    record: Record
    choices: Choices
    blocks: Blocks
    done: int
    sentence: MarkdownDraft | None

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
