"""Record what is read from one roadmap, line by line."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from backlog_sync.core.diagnostics import Place
from backlog_sync.files.anchors import MetaLine
from backlog_sync.files.draft import Findings
from backlog_sync.files.fill import Filler, Taken, list_pair, text_pair
from backlog_sync.files.outline import Kind, Line, Node, Outline
from backlog_sync.files.parsed import Source
from backlog_sync.files.reading.drafts import Block, MarkdownDraft, Point
from backlog_sync.files.reading.metadata import Pair
from backlog_sync.files.values import parse_key
from backlog_sync.files.vocabulary import field_of, key_words

if TYPE_CHECKING:
    from backlog_sync.files.reading.claims import Count, TableRow
    from backlog_sync.files.reading.tables import Row

CRITERIA = "acceptance_criteria"
TASKS = "tasks"
WITHHELD = "withheld"

_KEYS = frozenset(("id", "key"))
"""Keys for the item's own key; `Ticket` and the like hold ids of other tools, which stay text."""

_SETS = frozenset(("labels", "assignees", "skills"))
"""Fields for which `None` means an empty list; a field that is absent is left unmanaged."""

_ENTRIES = frozenset(("depends_on", "review_notes", "risks"))
"""Fields whose value has one entry per line."""


class Note(NamedTuple):
    """The rule that took a line, the item it belongs to, and the reason."""

    line: int
    rule: str
    draft: MarkdownDraft | None
    reason: str


class Record:
    """The items, claims and notes of a source that have been read so far."""

    def __init__(self, source: Source, outline: Outline, fields: tuple[str, ...] = ()) -> None:
        self.path = source.path
        self.file = source.file
        self.text = outline.text
        self.lines = outline.lines
        self.keywords = outline.keywords
        self.as_markdown = outline.as_markdown
        self.findings = Findings(source.path)
        self.filler = Filler(self.findings, fields)
        self.drafts: list[MarkdownDraft] = []
        self.notes: list[Note] = []
        self.claims: list[tuple[Count, Line, MarkdownDraft | None]] = []
        self.summaries: list[TableRow] = []
        self.overviews: list[Row] = []
        self.periods: dict[str, str] = {}
        self.loose: list[Place] = []  # criteria of the plan as a whole

    def place(self, line: Line, offset: int) -> Place:
        """Return the place of an offset on a line."""
        return Place(self.path, line.row + 1, offset - line.start + 1)

    def note(
        self, line: Line, rule: str, draft: MarkdownDraft | None = None, reason: str = ""
    ) -> None:
        """Note which rule took a line, or why it was skipped."""
        self.notes.append(Note(line.row + 1, rule, draft, reason))

    def note_lines(
        self, lines: Iterable[Line], rule: str, draft: MarkdownDraft | None, reason: str
    ) -> None:
        """Note the rule that took each line that is not blank."""
        for line in lines:
            if line.kind is not Kind.BLANK:
                self.note(line, rule, draft, reason)

    def note_node(self, node: Node, rule: str, draft: MarkdownDraft | None, reason: str) -> None:
        """Note for each line of a node which item it belongs to, or why it belongs to none."""
        self.note_lines(self.lines[node.first : node.end], rule, draft, reason)

    def take(self, draft: MarkdownDraft, pair: "Pair", line: Line) -> Taken:
        """Set the field of a pair in a draft; return what was done."""
        place = self.place(line, pair.start)
        if pair.field is None:
            return self.filler.take(draft, text_pair(pair.key, pair.value, place), "")
        if pair.field == "id":
            return self._key(draft, pair, place)
        field = pair.field if pair.field != field_of(pair.key) else None
        taken = self.filler.take(draft, text_pair(pair.key, pair.value, place), field)
        if taken is Taken.EMPTY and pair.field in _SETS and pair.value:
            return Taken.SET if draft.put(pair.field, [], place) else Taken.AGAIN
        return taken

    def take_syntax_fields(self, draft: MarkdownDraft, node: Node) -> None:
        """Fill a draft with what the syntax itself says about an item."""
        for key, value, row, start, end in node.properties:
            line, field = self.lines[row], self.filler.own_field(key) or field_of(key)
            draft.meta.append(MetaLine(Pair(key, field, value, start, end, "", ""), row))
            names = field in ("depends_on", "blocks") and "," not in value
            listed = ", ".join(value.split()) if names else value
            pair = text_pair(key, listed, self.place(line, start))
            if field == "id" and draft.key:  # it takes precedence over the key from the title
                draft.aliases.append(draft.key)
                draft.key = None
            if self.filler.take(draft, pair) is Taken.UNKNOWN:
                self.filler.left_out(pair)
            if row != node.first:
                self.note(line, "metadata", draft)

    def _key(self, draft: MarkdownDraft, pair: "Pair", place: Place) -> Taken:
        """Set an item's key; it takes precedence over the one from the title."""
        key = parse_key(pair.value) if key_words(pair.key) in _KEYS else None
        if key is None:
            return Taken.UNKNOWN
        if "id" in draft.places:
            return Taken.AGAIN
        if draft.key:
            draft.aliases.append(draft.key)
        draft.key, draft.places["id"] = key, place
        return Taken.SET

    def take_block(self, block: Block, place: Place) -> None:
        """Fill a draft with the lines below a key; drop lines that continue a withheld value."""
        if block.withheld and (block.field == WITHHELD or block.field in block.draft.fields):
            return
        if block.field in _ENTRIES:
            pair = list_pair(block.field, [line for line in block.text if line.strip()], place)
        else:
            pair = text_pair(block.field, "\n".join(block.text).strip(), place)
        self.filler.take(block.draft, pair, block.field)

    def criterion(self, draft: MarkdownDraft, entry: Point) -> None:
        """Add an entry to an item's check list."""
        place = self.place(entry.line, entry.line.at)
        draft.places[f"{CRITERIA}.{len(draft.criteria)}"] = entry.place = entry.place or place
        draft.places.setdefault(CRITERIA, entry.place)
        draft.criteria.append(entry)

    def raw(self, line: Line, item: MarkdownDraft) -> str:
        """Return a line as written, without the indentation of the item that contains it."""
        begin = line.at
        if line.kind is Kind.LIST:
            begin = (
                line.start
                + len(self.text[line.start : line.at])
                - len(self.text[line.start : line.at].lstrip(" \t"))
            )
        body = self.as_markdown(self.text[begin : line.end].rstrip())
        return " " * max(0, min(line.indent - item.content, 40)) + body
