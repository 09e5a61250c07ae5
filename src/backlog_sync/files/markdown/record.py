"""What the reading of one roadmap gives, line by line."""

from typing import TYPE_CHECKING, NamedTuple

from backlog_sync.core.diagnostics import Place
from backlog_sync.files.markdown.drafts import Criterion, Draft
from backlog_sync.files.parsed import Source
from backlog_sync.files.syntax.markdown import Kind, Line

if TYPE_CHECKING:
    from backlog_sync.files.markdown.claims import Count, TableRow
    from backlog_sync.files.reading.tables import Row

CRITERIA = "acceptance_criteria"
TASKS = "tasks"


class Note(NamedTuple):
    """Which rule took a line."""

    line: int
    rule: str
    draft: Draft | None
    reason: str


class Record:
    """The items, claims and notes of one source, as far as it has been read."""

    def __init__(self, source: Source, lines: tuple[Line, ...]) -> None:
        self.path = source.path
        self.text = source.text
        self.lines = lines
        self.drafts: list[Draft] = []
        self.notes: list[Note] = []
        self.claims: list[tuple[Count, Line, Draft | None]] = []
        self.summaries: list[TableRow] = []
        self.overviews: list[Row] = []
        self.periods: dict[str, str] = {}
        self.loose: list[Place] = []  # criteria of the plan as a whole

    def place(self, line: Line, offset: int) -> Place:
        """The place of an offset on a line."""
        return Place(self.path, line.row + 1, offset - line.start + 1)

    def note(self, line: Line, rule: str, draft: Draft | None = None, reason: str = "") -> None:
        """Note which rule took a line, or why it was skipped."""
        self.notes.append(Note(line.row + 1, rule, draft, reason))

    def criterion(self, draft: Draft, entry: Criterion, place: Place) -> None:
        """Add an entry to an item's check list."""
        draft.places[f"{CRITERIA}.{len(draft.criteria)}"] = place
        draft.places.setdefault(CRITERIA, place)
        draft.criteria.append(entry)

    def raw(self, line: Line, item: Draft) -> str:
        """A line as it is written, without the indentation of the item that holds it."""
        begin = line.at
        if line.kind is Kind.LIST:
            begin = (
                line.start
                + len(self.text[line.start : line.at])
                - len(self.text[line.start : line.at].lstrip(" \t"))
            )
        body = self.text[begin : line.end].rstrip()
        return " " * max(0, min(line.indent - item.content, 40)) + body
