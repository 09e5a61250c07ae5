"""Read tables during the walk: rows that are items, overviews, claims, or plain text."""

from dataclasses import replace

from backlog_sync.files.anchors import MetaLine, RowSpan
from backlog_sync.files.fill import Pair
from backlog_sync.files.node_values import text_of
from backlog_sync.files.outline import Line, Node
from backlog_sync.files.reading.columns import place_by_order
from backlog_sync.files.reading.drafts import MarkdownDraft
from backlog_sync.files.reading.runs import BELOW
from backlog_sync.files.reading.scope import PartReader, Scope, Walk
from backlog_sync.files.reading.sections import Role
from backlog_sync.files.reading.tables import Row
from backlog_sync.files.sentences import is_sentence
from backlog_sync.files.syntax.cells import text_at
from backlog_sync.files.values import parse_status
from backlog_sync.files.vocabulary import RANKS, field_of, is_empty_word, kind_of


class TableReader(PartReader):
    """Read the tables that the walk encounters."""

    def __init__(self, walk: Walk) -> None:
        super().__init__(walk)
        choices = self.choices
        typed_items = (*choices.sections.items.values(), *choices.listed.items.values())
        self.declared = {typed.word.kind for typed in typed_items}
        self.unsure: dict[tuple[str, ...], list[MarkdownDraft]] = {}

    def read(self, node: Node, scope: Scope) -> None:
        """Read a whole table."""
        self.walk.sentence = None
        lines = list(self.record.lines[node.first : node.end])
        item = scope.owner
        tables = self.choices.tables
        rows = tables.items.get(node.first)
        overview = tables.overviews.get(node.first)
        of_parts = node.first in tables.parts
        summary = tables.summaries.get(node.first)
        if overview:
            self.record.overviews += overview
        if summary and rows is None and (of_parts or overview is None):
            self.record.summaries += summary
            self.record.note_lines(lines, "claim", None, "a summary table")
            return
        if rows and self._holds_items(item, rows, scope):
            self._rows(lines, rows, overview or (), scope)
        elif overview is not None and not (of_parts and item):
            self.record.note_lines(
                lines, "overview", None, "it adds details to items declared elsewhere"
            )
        elif item and scope.closed != Role.RISKS.value:
            self.blocks.end()
            item.parted = True
            for each in lines:
                item.add_text(self.record.raw(each, item))
            item.parted = True
            self.record.note_lines(lines, "description", item, "")
        else:
            self.record.note_lines(
                lines, "skipped", None, scope.closed or "a table without columns of items"
            )

    def end(self) -> None:
        """Make rows below equal headers tasks if any of them are tasks of their section."""
        for drafts in self.unsure.values():
            if any(draft.kind == "task" for draft in drafts):
                for draft in drafts:
                    draft.kind = "task"

    def _holds_items(self, item: MarkdownDraft | None, rows: tuple[Row, ...], scope: Scope) -> bool:
        if scope.closed:
            return False
        section = scope.section
        if item is None:
            return section is None or not section.inside(Role.RISKS, Role.ELSE, Role.NAVIGATION)
        tasks = all(row.sure and row.kind == "task" for row in rows)
        return item.rank < RANKS["task" if tasks else "story"]

    def _rows(
        self, lines: list[Line], rows: tuple[Row, ...], overview: tuple[Row, ...], scope: Scope
    ) -> None:
        """Read the rows that are items; the first note for each line counts."""
        self.blocks.end()
        known = [row.line for row in overview]
        self.record.note_lines(
            known, "overview", None, "it adds details to an item declared elsewhere"
        )
        new = [row for row in rows if row.line not in known]
        drafts = [self._row(row, scope) for row in new]
        for row, draft in zip(new, drafts, strict=True):
            self.record.note(row.line, "table-row", draft)
        place_by_order(rows[0].columns, [row.at for row in new], drafts)
        self.record.note_lines(lines[:2], "table", None, "the header of a table of items")
        self.record.note_lines(lines, "table", None, "not an item: empty, or a total row")

    def _row(self, row: Row, scope: Scope) -> MarkdownDraft:
        named = row.columns.kind_of(row.cells)
        sure, kind = row.sure or bool(named), named or row.kind
        typed = row.typed
        kind = _kind_here(kind, scope, sure=sure or not _is_ordinal(typed.number))
        if typed.number and typed.word.name == typed.word.kind and typed.word.kind != kind:
            typed = replace(typed, number=None)
        statuses = (pair.value.strip() for pair in row.pairs if pair.field == "status")
        has_status = any(word and not is_empty_word(word) for word in statuses)
        status = typed.status or (
            parse_status(scope.status) if scope.status and not has_status else None
        )
        draft = self.walk.add(kind, typed, typed.title, row.line, row.title.start, status, scope)
        draft.row = RowSpan(row.title.start, row.title.end, row.issue)
        if not sure and _is_ordinal(typed.number):
            self.unsure.setdefault(row.header, []).append(draft)
        draft.hints = row.hints
        if row.issue:
            draft.fields["issue"] = row.issue
        if is_sentence(typed.title):
            draft.fields["user_story"] = typed.title
        self._fill(draft, row)
        if draft.key and typed.number:
            _record_former(draft, row, scope)
        return draft

    def _fill(self, draft: MarkdownDraft, row: Row) -> None:
        """Fill a draft from the row's other cells, and set its parents."""

        def keep(pair: Pair) -> None:
            name = row.columns.names[row.columns.keys.index(pair.key)]
            draft.add_text(f"**{name}**: {text_of(pair.value)}")

        draft.cells += [MetaLine(pair, row.line.row) for pair in row.pairs]
        pairs = sorted(
            row.other_pairs(self.record.path), key=lambda pair: field_of(pair.key) is None
        )
        self.record.filler.fill(draft, pairs, None, keep)
        above = row.above(self.record.path)
        above = [replace(ref, declares=ref.kind not in self.declared) for ref in above]
        draft.parents = [replace(ref, column=True) for ref in (*draft.parents, *above)]
        highest = any(ref.kind in ("epic", "feature") for ref in draft.parents)
        draft.stood_alone = highest or bool(above)


def _kind_here(kind: str, scope: Scope, *, sure: bool) -> str:
    """Return the kind of a row in its position: below an item, a kind that the item contains."""
    item = scope.owner
    if item is not None and RANKS[kind] <= item.rank:
        return BELOW.get(item.rank, "task")
    if not sure and (item is not None or scope.status):
        return "task"  # a row of a part of the work, with no sign of a story
    return kind


def _record_former(draft: MarkdownDraft, row: Row, scope: Scope) -> None:
    """Record what an earlier version derived a row's key from, if it saw another kind.

    A number whose kind differed from that of the row was not a key.
    """
    typed, (header, sure) = row.typed, row.former_kind
    named = kind_of(text_at(row.cells, row.columns.column_of("kind")))
    sure = sure or not _is_ordinal(typed.number)
    other = _kind_here(named or header, scope, sure=sure) != header
    if row.unnumbered or (other and typed.word.name == typed.word.kind):
        draft.former_title = typed.title
    elif header != row.kind:
        draft.former_kind = header


def _is_ordinal(number: str | None) -> bool:
    """Return whether a number only counts the rows."""
    return number is None or number.isdecimal()
