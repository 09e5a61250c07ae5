"""Tables as the walk meets them: rows that are items, overviews, claims, or plain text."""

from dataclasses import replace

from backlog_sync.files.anchors import MetaLine, RowSpan
from backlog_sync.files.markdown.claims import read_summary
from backlog_sync.files.markdown.drafts import Criterion, Draft
from backlog_sync.files.markdown.fields import Taken, set_field
from backlog_sync.files.markdown.inline import plain
from backlog_sync.files.markdown.lines import Line
from backlog_sync.files.markdown.metadata import Pair
from backlog_sync.files.markdown.record import CRITERIA
from backlog_sync.files.markdown.sentences import is_sentence
from backlog_sync.files.markdown.tables import Row
from backlog_sync.files.markdown.walk import BELOW, Walk
from backlog_sync.files.words import RANKS, TYPES, bare_word, is_empty_word


def read_table(walk: Walk, line: Line) -> None:
    """Read the whole table that a line begins."""
    end = walk.choices.tables.ends.get(line.row)
    if end is None:
        return
    walk.pause()
    walk.leave(line)
    lines = list(walk.record.lines[line.row : end])
    item = walk.outline.owner()
    foreign = walk.outline.foreign()
    rows = walk.choices.tables.items.get(line.row)
    overview = walk.choices.tables.overviews.get(line.row)
    summary = read_summary(lines) if rows is None and overview is None else None
    if summary:
        walk.record.summaries += summary
        _note_all(walk, lines, "claim", None, "a summary table")
    elif overview is not None:
        walk.record.overviews += overview
        _note_all(walk, lines, "overview", None, "it tells more of items that stand elsewhere")
    elif rows is not None and _holds_items(walk, item, foreign=foreign):
        _rows(walk, lines, rows, item)
    elif item and not foreign:
        walk.blocks.end()
        for each in lines:
            item.say(walk.record.raw(each, item))
        _note_all(walk, lines, "description", item, "")
    else:
        _note_all(walk, lines, "skipped", None, "a table without columns of items")


def _note_all(walk: Walk, lines: list[Line], rule: str, item: Draft | None, reason: str) -> None:
    for line in lines:
        walk.record.note(line, rule, item, reason)


def _holds_items(walk: Walk, item: Draft | None, *, foreign: bool) -> bool:
    if item is None:
        return not walk.outline.speaks_of_else()
    return item.rank < RANKS["story"] and not foreign


def _rows(walk: Walk, lines: list[Line], rows: tuple[Row, ...], item: Draft | None) -> None:
    walk.blocks.end()
    by_line = {row.line.row: row for row in rows}
    for number, line in enumerate(lines):
        row = by_line.get(line.row)
        if row is None:
            reason = "the header of a table of items" if number < 2 else "no item: empty, or sums"
            walk.record.note(line, "table", None, reason)
            continue
        walk.record.note(line, "table-row", _row(walk, row, item))


def _row(walk: Walk, row: Row, item: Draft | None) -> Draft:
    kind = _named_kind(row) or row.kind
    if item is not None and RANKS[kind] <= item.rank:
        kind = BELOW.get(item.rank, "task")
    typed = row.typed
    if typed.number and typed.word.name == typed.word.kind and typed.word.kind != kind:
        typed = replace(typed, number=None)
    draft = walk.add(kind, typed, typed.title, row.line, row.title_at, typed.status)
    draft.row = RowSpan(row.title_at, row.title_end, row.issue)
    draft.hints = row.hints
    if row.issue:
        draft.fields["issue"] = row.issue
    if is_sentence(typed.title):
        draft.fields["user_story"] = typed.title
    for pair in row.pairs:
        _cell(walk, row.line, pair, draft)
    for name, text in row.rest:
        draft.say(f"**{name}**: {text}")
    return draft


def _named_kind(row: Row) -> str | None:
    """The kind that a cell names: `Bug`, `História de usuário`."""
    named = next((pair for pair in row.pairs if pair.field == "kind"), None)
    word = TYPES.get(bare_word(plain(named.value))) if named else None
    return word.kind if word else None


def _cell(walk: Walk, line: Line, pair: Pair, draft: Draft) -> None:
    draft.cells.append(MetaLine(pair, line.row))
    value = plain(pair.value)
    if not value or (is_empty_word(value) and pair.field != "status"):
        return
    place = walk.record.place(line, pair.start)
    if pair.field == CRITERIA:
        for text in pair.value.replace("<br/>", "<br>").split("<br>"):
            if text.strip(" -•"):
                entry = Criterion(text.strip(" -•"), False, None, line)
                walk.record.criterion(draft, entry, place)
        return
    taken, field = set_field(draft, pair)
    if field:
        draft.places.setdefault(field, place)
    if taken is Taken.UNKNOWN:
        draft.say(f"**{pair.key}**: {pair.value}")
