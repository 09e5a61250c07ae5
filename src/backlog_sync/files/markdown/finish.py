"""From drafts to parsed items: what the document says once all of it is known."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from backlog_sync.core.diagnostics import Diagnostic, Place, Severity
from backlog_sync.core.model import IssueHint
from backlog_sync.files.anchors import Anchor, MetaLine
from backlog_sync.files.documents.items import CriterionDocument, ItemDocument
from backlog_sync.files.hints import issue_hints
from backlog_sync.files.inline import plain
from backlog_sync.files.markdown.claims import Count, TableRow, name_key
from backlog_sync.files.markdown.drafts import Draft
from backlog_sync.files.markdown.fields import set_field
from backlog_sync.files.markdown.parts import WHOLE, Part, Parts
from backlog_sync.files.markdown.period import find_period, whole_period
from backlog_sync.files.markdown.record import Record
from backlog_sync.files.markdown.values import without_issue
from backlog_sync.files.parsed import Claim, LineNote, ParsedItem
from backlog_sync.files.reading.entries import is_sentence
from backlog_sync.files.reading.tables import Row, bare_number, merged_pairs
from backlog_sync.files.syntax.markdown import Kind, Line
from backlog_sync.files.vocabulary import MILESTONE_CODE, RANKS, bare_word, is_empty_word


@dataclass(frozen=True, slots=True)
class Finished:
    """What a file gave, beside its settings."""

    items: tuple[ParsedItem, ...]
    claims: tuple[Claim, ...]
    diagnostics: tuple[Diagnostic, ...]
    notes: tuple[LineNote, ...]
    periods: Mapping[str, str]
    loose: int


class Names:
    """The items of a file by key, number and title."""

    def __init__(self, drafts: Iterable[Draft]) -> None:
        self.by_number: dict[str, list[Draft]] = {}
        self.by_title: dict[str, list[Draft]] = {}
        self.by_key: dict[str, list[Draft]] = {}
        self.by_kind: dict[str, list[Draft]] = {}
        self.other: dict[str, Draft] = {}
        for draft in drafts:
            if draft.typed and draft.typed.number:
                self.by_number.setdefault(draft.typed.number.lower(), []).append(draft)
                kind = draft.kind if draft.row else draft.typed.word.kind
                bare = f"{kind} {bare_number(draft.typed.number)}"
                self.by_kind.setdefault(bare, []).append(draft)
            if draft.key:
                self.by_key.setdefault(draft.key, []).append(draft)
            self.by_title.setdefault(bare_word(draft.title), []).append(draft)

    def numbered(self, number: str) -> Draft | None:
        """The one item with this number."""
        return _only(self.by_number.get(number.lower(), []))

    def of_row(self, row: Row) -> Draft | None:
        """The one item that a row of an overview speaks of."""
        typed = row.typed
        found = _only(self.by_key.get(typed.key, [])) if typed.key else None
        if found is None and typed.number:
            found = _only(self.by_kind.get(f"{row.kind} {bare_number(typed.number)}", []))
        if found is None:
            found = _only(self.by_title.get(bare_word(typed.title), []))
        if found and typed.number:
            self.other.setdefault(typed.number.lower(), found)
        return found

    def keyed(self, key: str) -> Draft | None:
        """The one item with a key, or with the number that a table gives it."""
        return _only(self.by_key.get(key, [])) or self.other.get(key)

    def titled(self, title: str) -> Draft | None:
        """The one item with this title, or with the key that the title begins with."""
        found = _only(self.by_title.get(bare_word(title), []))
        if found:
            return found
        key = name_key(title)
        return _only(self.by_key.get(key, [])) if key else None


def _only(found: list[Draft]) -> Draft | None:
    return found[0] if len(found) == 1 else None


def finish(record: Record) -> Finished:
    """Make items of what was read; give dependencies, parents and totals their items."""
    _clear_repeated_codes(record.drafts)
    for draft in record.drafts:
        _take_issue(draft)
    names = Names(record.drafts)
    diagnostics: list[Diagnostic] = []
    for row in record.overviews:
        found = names.of_row(row)
        if found is not None:
            _merge(record, row, found)
    for draft in record.drafts:
        if draft.parent is None:
            draft.parent = _numbered_parent(draft, names) or _named_parent(draft, names)
    if record.loose and record.drafts:
        diagnostics.append(_loose(record.loose))
    shared = {draft.outer.index for draft in record.drafts if draft.outer}
    items = tuple(_item(draft, names, record, shared, diagnostics) for draft in record.drafts)
    return Finished(
        items=items,
        claims=tuple(_claims(record, names)),
        diagnostics=tuple(diagnostics),
        periods=dict(record.periods),
        loose=len(record.loose) if record.drafts else 0,
        notes=tuple(
            LineNote(note.line, note.rule, note.draft.index if note.draft else None, note.reason)
            for note in record.notes
        ),
    )


def _loose(places: list[Place]) -> Diagnostic:
    """The warning for criteria that no item takes."""
    count = len(places)
    told = "1 criterion belongs" if count == 1 else f"{count} criteria belong"
    hint = "put them below an item to have them on its issue"
    message = f"{told} to the plan as a whole, and to no issue"
    return Diagnostic(places[0], "loose-criteria", message, hint, Severity.WARNING)


def _clear_repeated_codes(drafts: Iterable[Draft]) -> None:
    """Codes of boxes that stand twice are no keys; of other items the first has the key."""
    counts = Counter(draft.key for draft in drafts)
    first: set[str] = set()
    for draft in drafts:
        if not draft.key or counts[draft.key] < 2:
            continue
        if draft.simple or draft.key in first:
            draft.key = None
        else:
            first.add(draft.key)


def _take_issue(draft: Draft) -> None:
    """Take the number behind a list item's title for its issue: write-back puts it there."""
    title, issue = without_issue(draft.title)
    if draft.line.kind is Kind.LIST and issue in (draft.fields.get("issue", issue), None):
        draft.title = title
        if issue is not None:
            draft.fields["issue"] = issue
        story, named = without_issue(str(draft.fields.get("user_story", "")))
        if named is not None and named == issue:
            draft.fields["user_story"] = story


def _merge(record: Record, row: Row, draft: Draft) -> None:
    """What an overview says of an item: the item's own words count first."""
    for pair in merged_pairs(row):
        draft.cells.append(MetaLine(pair, row.line.row))
        value = plain(pair.value)
        if pair.field in ("epic", "feature") and value and not is_empty_word(value):
            draft.parent_name = draft.parent_name or value
        taken = pair.field in draft.fields or (pair.field == "depends_on" and draft.depends)
        if not value or is_empty_word(value) or taken:
            continue
        _, field = set_field(draft, pair)
        if field:
            draft.places.setdefault(field, record.place(row.line, pair.start))


def _numbered_parent(draft: Draft, names: Names) -> Draft | None:
    """`Story 1.2.3` whose section is closed belongs to what is numbered 1.2, else to 1."""
    number = draft.typed.number if draft.typed else None
    while number and "." in number:
        number = number.rsplit(".", 1)[0]
        above = [
            other
            for other in names.by_number.get(number.lower(), [])
            if other.rank < draft.rank and other.index < draft.index
        ]
        if above:
            ranks = Counter(other.rank for other in above)
            nearest = max(above, key=lambda other: other.rank)
            return nearest if ranks[nearest.rank] == 1 else None
    return None


def _named_parent(draft: Draft, names: Names) -> Draft | None:
    found = names.titled(draft.parent_name) if draft.parent_name else None
    if found and found.rank < draft.rank and found.index < draft.index:
        return found
    return None


def _item(
    draft: Draft, names: Names, record: Record, shared: Set[int], diagnostics: list[Diagnostic]
) -> ParsedItem:
    values = dict(draft.fields)
    mark = values.pop("mark", None)
    if mark is not None:
        values.setdefault("status", mark)
        draft.places.setdefault("status", draft.place)
    kind = str(values.pop("kind", draft.kind))
    kind = kind if RANKS[kind] == draft.rank else draft.kind
    key = values.pop("id", None) or draft.key
    if key:
        values["id"] = key
    values["title"] = draft.title
    if draft.typed and "user_story" not in values and is_sentence(draft.title):
        values["user_story"] = draft.title
    milestone = _own_milestone(draft)
    if milestone:
        values.setdefault("milestone", milestone)
        period = find_period(milestone)
        if period:
            record.periods.setdefault(milestone, period.end)
    named = whole_period(str(values.get("milestone") or ""))
    if named:
        record.periods.setdefault(named.text, named.end)
    description = _description(draft)
    if description:
        values["description"] = description
    if draft.criteria:
        values["acceptance_criteria"] = tuple(
            CriterionDocument(text=entry.text, done=entry.done) for entry in draft.criteria
        )
    if draft.depends is not None:
        values["depends_on"] = tuple(_dependencies(draft, names, diagnostics))
    return ParsedItem(
        document=ItemDocument.model_validate(values),
        kind=kind,
        place=draft.place,
        parent=draft.parent.index if draft.parent else None,
        places=draft.places,
        anchor=_anchor(draft, record.lines, shared),
        hints=_hints(draft, record.lines),
    )


def _hints(draft: Draft, lines: tuple[Line, ...]) -> tuple[IssueHint, ...] | None:
    """Issue numbers in a heading, in a list item's title, or in the cells of a row."""
    if draft.front >= 0:
        return None
    if draft.row is not None:
        return draft.hints
    return issue_hints(" ".join(line.text for line in lines[draft.line.row : draft.last_line + 1]))


def _own_milestone(draft: Draft) -> str | None:
    """`## M0: Foundations` is a milestone, and an epic in it."""
    typed = draft.typed
    if typed is None or (typed.word is not MILESTONE_CODE and typed.word.name != "milestone"):
        return None
    return (
        plain(draft.line.text)
        if not typed.status
        else f"{(draft.key or '').upper()}: {draft.title}"
    )


def _description(draft: Draft) -> str:
    written = str(draft.fields.get("description") or "")
    prose = "\n".join(draft.prose).strip("\n")
    return "\n\n".join(filter(None, (written, prose)))


def _dependencies(draft: Draft, names: Names, diagnostics: list[Diagnostic]) -> Iterable[str]:
    place = draft.places.get("depends_on", draft.place)
    for dependency in draft.depends or ():
        if dependency.target is not None:
            known = names.keyed(dependency.target)
            yield known.key if known and known.key else dependency.target
            continue
        found = names.numbered(dependency.number) if dependency.number else None
        found = found or names.titled(dependency.written)
        if found and found.key and found is not draft:
            yield found.key
            continue
        what, hint = "names no item of this file", "write keys or numbers: Story 1.2, #14"
        if dependency.either:
            what, hint = "names alternatives", "name the one that must be done before"
        message = f"'{dependency.written[:80]}' {what}"
        told = Diagnostic(place, "unclear-dependency", message, hint, Severity.WARNING)
        diagnostics.append(told)


def _anchor(draft: Draft, lines: tuple[Line, ...], shared: Set[int]) -> Anchor:
    listed = draft.level == 0
    last = draft.last_line
    if not listed and last + 1 < len(lines) and lines[last + 1].kind.value == "underline":
        last += 1
    return Anchor(
        lines=lines,
        title=last,
        list_=listed,
        content=draft.content,
        meta=tuple(draft.meta),
        boxes=tuple(entry.box for entry in draft.criteria),
        box=draft.box,
        simple=draft.simple,
        cells=tuple(draft.cells),
        row=draft.row,
        front=draft.front,
        shared=draft.typed.word.name if draft.typed and draft.index in shared else "",
    )


def _claims(record: Record, names: Names) -> Iterable[Claim]:
    rows = {line.row for _, line, _ in record.claims} | {r.line.row for r in record.summaries}
    parts = Parts(record.lines, record.drafts, rows)
    for count, line, item in record.claims:
        part = parts.of(line, item)
        if part is not None:
            yield _claim(record, line, count, part, sure=count.sure)
    for table in _tables(record.summaries):
        named = [_row_scope(row, names) for row in table]
        below = tuple(index for index in named if index is not None)
        whole = all(row.total or index is not None for row, index in zip(table, named, strict=True))
        for row, index in zip(table, named, strict=True):
            part = Part(scope=index)
            if row.total:
                found = parts.of(row.line, None)
                part = found or (WHOLE if below else part)
                if found is None and not below:
                    continue
            elif index is None:
                continue
            for count in row.counts:
                claim = _claim(record, row.line, count, part, sure=not row.total or whole)
                yield replace(claim, rows=below if row.total else ())


def _claim(record: Record, line: Line, count: Count, part: Part, *, sure: bool) -> Claim:
    place = record.place(line, count.start)
    return Claim(
        place, count.what, count.value, count.start, count.end, part.scope, part.items, sure=sure
    )


def _tables(rows: Sequence[TableRow]) -> Iterable[list[TableRow]]:
    """Rows that stand one below the other are of one table."""
    table: list[TableRow] = []
    for row in rows:
        if table and row.line.row != table[-1].line.row + 1:
            yield table
            table = []
        table.append(row)
    if table:
        yield table


def _row_scope(row: TableRow, names: Names) -> int | None:
    if row.total:
        return None
    found = {draft.index for name in row.names if name and (draft := names.titled(name))}
    return found.pop() if len(found) == 1 else None
