"""What the walk over the lines knows: what is open, and how an item is added."""

from dataclasses import dataclass, field

from backlog_sync.files.markdown.blocks import Blocks
from backlog_sync.files.markdown.drafts import Draft
from backlog_sync.files.markdown.headings import Headings
from backlog_sync.files.markdown.lines import Kind, Line
from backlog_sync.files.markdown.lists import Listed
from backlog_sync.files.markdown.metadata import parse_pairs
from backlog_sync.files.markdown.outline import Outline
from backlog_sync.files.markdown.record import Record
from backlog_sync.files.markdown.single import Single
from backlog_sync.files.markdown.tables import Tables
from backlog_sync.files.markdown.typed import Typed
from backlog_sync.files.vocabulary import RANKS

BELOW = {1: "feature", 2: "story", 3: "task"}
"""The kind below a rank, where nothing names it."""


@dataclass(slots=True)
class Choices:
    """What was found out about the file as a whole before its lines are read in order.

    `bullets` makes items of what rule 7 finds; `planned` are headings above planned bullets and
    their kinds; `numbered` are boxes of a numbered plan, `single` is the item that the
    whole file is, if it is one.
    """

    headings: Headings
    listed: Listed
    tables: Tables
    planned: dict[int, str] = field(default_factory=dict)
    numbered: dict[int, str] = field(default_factory=dict)
    bullets: bool = False
    single: Single | None = None

    @property
    def declared(self) -> int:
        """How many items headings, lists and tables declare at least."""
        rows = sum(map(len, self.tables.items.values()))
        return len(self.headings.items) + len(self.listed.items) + rows


class Walk:
    """The state of one reading. `sentence` and `title` are the items whose text goes on."""

    def __init__(self, record: Record, choices: Choices) -> None:
        self.record = record
        self.choices = choices
        self.outline = Outline()
        self.blocks = Blocks(record)
        self.sentence: Draft | None = None
        self.title: Draft | None = None
        self.glued = False  # no blank line before this one
        self.done = -1  # the last line of what was read ahead

    def pause(self) -> None:
        """A sentence or a title does not go on behind this line."""
        self.sentence = self.title = None

    def add(
        self,
        kind: str,
        typed: Typed | None,
        title: str,
        line: Line,
        at: int,
        status: str | None,
        level: int = 0,
    ) -> Draft:
        """A new item; its parent is the nearest open item of a smaller rank."""
        draft = Draft(kind, typed, title, line, self.record.place(line, at), level=level)
        draft.index = len(self.record.drafts)
        draft.parent = self.outline.parent(draft.rank)
        draft.last_line = line.row
        if typed:
            draft.key = f"{kind}-{typed.number}" if typed.dotted else typed.key
            if typed.points is not None:
                draft.fields["story_points"] = typed.points
            if typed.priority is not None:
                draft.fields["priority"] = typed.priority
        if status:
            draft.fields["mark"] = status
        draft.places["title"] = draft.place
        self.record.drafts.append(draft)
        return draft

    def push(self, draft: Draft, line: Line) -> None:
        """Open a list item."""
        draft.indent, draft.content, draft.box = line.indent, line.content, line.box
        if line.box is not None and line.ticked:
            draft.fields["mark"] = "Done"
        self.outline.lists.append(draft)

    def leave(self, line: Line) -> None:
        """Close the list items that this line is not a part of."""
        while self.outline.lists:
            top = self.outline.lists[-1]
            if line.indent > top.indent:
                break
            if self.glued and self._lazy(line, top):
                break
            self.outline.lists.pop()
            if self.blocks.open and self.blocks.open.draft is top:
                self.blocks.end()

    def _lazy(self, line: Line, top: Draft) -> bool:
        """Whether a line that is not indented still belongs to the list item right above it."""
        if line.kind is not Kind.LIST:
            return not (top.simple and line.text.startswith("**"))
        if line.row in self.choices.listed.items and not self.names_parent(line, top):
            return False
        if line.box is not None:
            return self.blocks.open is not None and self.blocks.open.draft is top
        return top.typed is not None and self._known_keys(line)

    def _known_keys(self, line: Line) -> bool:
        pairs = parse_pairs(self.record.text, line, plain_keys=True)
        return bool(pairs) and pairs[0].field is not None

    def names_parent(self, line: Line, item: Draft | None) -> bool:
        """Whether `- Epic: name` below an item names its epic."""
        typed = self.choices.listed.items.get(line.row)
        return (
            item is not None
            and typed is not None
            and typed.number is None
            and not typed.sentence
            and typed.word.kind in ("epic", "feature")
            and RANKS[typed.word.kind] < item.rank
            and self.glued
        )
