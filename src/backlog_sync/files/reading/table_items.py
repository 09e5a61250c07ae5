"""Tables as the walk meets them: rows that are items, overviews, claims, or plain text."""

import re
from dataclasses import replace

from backlog_sync.files.anchors import MetaLine, RowSpan
from backlog_sync.files.fill import Taken
from backlog_sync.files.inline import plain
from backlog_sync.files.outline import Line, Node, table_rows
from backlog_sync.files.reading.claims import read_summary
from backlog_sync.files.reading.drafts import MarkdownDraft, Point
from backlog_sync.files.reading.metadata import Pair
from backlog_sync.files.reading.runs import BELOW
from backlog_sync.files.reading.scope import Scope, Walk
from backlog_sync.files.reading.sections import Role
from backlog_sync.files.reading.tables import Row
from backlog_sync.files.sentences import is_sentence
from backlog_sync.files.values import parse_status
from backlog_sync.files.vocabulary import RANKS, is_empty_word, kind_of

_CUT = re.compile(r"<br[ ]?/?>|;[ ]|[ ]•[ ]")
"""What stands between criteria in one cell."""


class TableReader:
    """Reads tables as the walk meets them."""

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self.record = walk.record
        self.unsure: dict[tuple[str, ...], list[MarkdownDraft]] = {}

    def read(self, node: Node, scope: Scope) -> None:
        """Read a whole table."""
        self.walk.sentence = None
        lines = list(self.record.lines[node.first : node.end])
        item = scope.owner
        tables = self.walk.choices.tables
        rows = tables.items.get(node.first)
        overview = tables.overviews.get(node.first)
        of_parts = node.first in tables.parts
        told = rows is None and (of_parts or overview is None)
        summary = read_summary(table_rows(lines)) if told else None
        if overview:
            self.record.overviews += overview
        if summary:
            self.record.summaries += summary
            self._note_all(lines, "claim", None, "a summary table")
            return
        if rows and self._holds_items(item, scope):
            self._rows(lines, rows, overview or (), scope)
        elif overview is not None and not (of_parts and item):
            self._note_all(lines, "overview", None, "it tells more of items that stand elsewhere")
        elif item and scope.closed != Role.RISKS.value:
            self.walk.blocks.end()
            item.parted = True
            for each in lines:
                item.say(self.record.raw(each, item))
            item.parted = True
            self._note_all(lines, "description", item, "")
        else:
            self._note_all(
                lines, "skipped", None, scope.closed or "a table without columns of items"
            )

    def end(self) -> None:
        """Give rows below equal headers one kind: tasks, if some of them are for their section."""
        for drafts in self.unsure.values():
            if any(draft.kind == "task" for draft in drafts):
                for draft in drafts:
                    draft.kind = "task"

    def _note_all(
        self, lines: list[Line], rule: str, item: MarkdownDraft | None, reason: str
    ) -> None:
        for line in lines:
            self.record.note(line, rule, item, reason)

    def _holds_items(self, item: MarkdownDraft | None, scope: Scope) -> bool:
        if scope.closed:
            return False
        section = scope.section
        if item is None:
            return section is None or not section.inside(Role.RISKS, Role.ELSE, Role.NAVIGATION)
        return item.rank < RANKS["story"]

    def _rows(
        self, lines: list[Line], rows: tuple[Row, ...], overview: tuple[Row, ...], scope: Scope
    ) -> None:
        self.walk.blocks.end()
        by_line = {row.line.row: row for row in rows}
        known = {row.line.row for row in overview}
        for number, line in enumerate(lines):
            row = by_line.get(line.row)
            if line.row in known:
                self.record.note(
                    line, "overview", None, "it tells more of an item that stands elsewhere"
                )
            elif row is None:
                reason = (
                    "the header of a table of items" if number < 2 else "no item: empty, or sums"
                )
                self.record.note(line, "table", None, reason)
            else:
                self.record.note(line, "table-row", self._row(row, scope))

    def _row(self, row: Row, scope: Scope) -> MarkdownDraft:
        item = scope.owner
        kind = _named_kind(row) or row.kind
        typed = row.typed
        if item is not None and RANKS[kind] <= item.rank:
            kind = BELOW.get(item.rank, "task")
        elif not row.sure and _is_ordinal(typed.number) and (item is not None or scope.status):
            kind = "task"  # a row of a part of the work, which nothing makes a story
        if typed.number and typed.word.name == typed.word.kind and typed.word.kind != kind:
            typed = replace(typed, number=None)
        said = (pair.value.strip() for pair in row.pairs if pair.field == "status")
        told = any(word and not is_empty_word(word) for word in said)
        status = typed.status or (parse_status(scope.status) if scope.status and not told else None)
        draft = self.walk.add(kind, typed, typed.title, row.line, row.title_at, status, scope)
        draft.row = RowSpan(row.title_at, row.title_end, row.issue)
        if not row.sure and _is_ordinal(typed.number):
            self.unsure.setdefault(row.header, []).append(draft)
        draft.hints = row.hints
        if row.issue:
            draft.fields["issue"] = row.issue
        if is_sentence(typed.title):
            draft.fields["user_story"] = typed.title
        if row.body:
            draft.say(row.body)
        for pair in row.pairs:
            self._cell(row.line, pair, draft)
        for name, text in row.rest:
            draft.say(f"**{name}**: {text}")
        return draft

    def _cell(self, line: Line, pair: Pair, draft: MarkdownDraft) -> None:
        draft.cells.append(MetaLine(pair, line.row))
        value = plain(pair.value)
        if not value or (is_empty_word(value) and pair.field != "status"):
            return
        if pair.field in ("acceptance_criteria", "definition_of_done"):
            place = self.record.place(line, pair.start)
            for text in _CUT.split(pair.value):
                if text.strip(" -•"):
                    self.record.criterion(draft, Point(text.strip(" -•"), place=place, line=line))
            return
        if self.record.take(draft, pair, line) in (Taken.UNKNOWN, Taken.UNREAD):
            draft.say(f"**{pair.key}**: {pair.value}")
        elif pair.field in ("epic", "feature"):
            draft.parents = [replace(ref, column=True) for ref in draft.parents]
            draft.stood_alone = True


def _is_ordinal(number: str | None) -> bool:
    """Whether a number only counts the rows."""
    return number is None or number.isdecimal()


def _named_kind(row: Row) -> str | None:
    """The kind that a cell names: `Bug`, `História de usuário`."""
    named = next((pair for pair in row.pairs if pair.field == "kind"), None)
    return kind_of(plain(named.value)) if named else None
