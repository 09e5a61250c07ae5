"""Complete the drafts with what a Markdown file says elsewhere, and set their anchors.

Overviews and totals that name items, marks in titles, milestones; the last step before the drafts
are assembled.
"""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from backlog_sync.core.keys import is_key
from backlog_sync.core.model import IssueHint, IssueRef
from backlog_sync.dataclass import dataclass
from backlog_sync.files.anchors import Anchor, MetaLine
from backlog_sync.files.dates import find_period
from backlog_sync.files.hints import issue_hints
from backlog_sync.files.inline import plain
from backlog_sync.files.node_values import leading_title
from backlog_sync.files.outline import Kind, Line
from backlog_sync.files.parsed import Claim
from backlog_sync.files.reading.claims import Count, TableRow, name_key
from backlog_sync.files.reading.drafts import MarkdownDraft, Point, sets_field
from backlog_sync.files.reading.record import Record
from backlog_sync.files.reading.tables import MERGED, Name, Row, names_of
from backlog_sync.files.reading.titles import recognize
from backlog_sync.files.sentences import is_sentence
from backlog_sync.files.statuses import meanings
from backlog_sync.files.values import singular, without_issue
from backlog_sync.files.vocabulary import MILESTONE_CODE, bare_word, field_of, listed

_LETTERED = re.compile(r"[A-Z]\d{1,4}(?:\.\d{1,3})?")
_CODE = re.compile(r"[A-Z][A-Z0-9]{0,9}-?\d{1,6}(?:\.\d{1,6}){0,5}")


class Known:
    """The items of a file by key, number and title, each only if it is unique."""

    def __init__(self, drafts: Iterable[MarkdownDraft]) -> None:
        self._by_name: dict[Name, list[MarkdownDraft]] = {}
        for draft in drafts:
            typed = draft.typed
            kind = draft.kind if draft.row or typed is None else typed.word.kind
            for name in names_of(draft.title, draft.key, typed, kind):
                self._by_name.setdefault(name, []).append(draft)

    def first(self, names: Iterable[Name]) -> MarkdownDraft | None:
        """Return the item of the first name that only one item has."""
        matches = (self._by_name.get(name, []) for name in names)
        return next((each[0] for each in matches if len(each) == 1), None)

    def titled(self, title: str) -> MarkdownDraft | None:
        """Return the only item with this title, or with the key that the title begins with."""
        return self.first((("title", bare_word(title)), ("key", name_key(title) or "")))


def settle(record: Record) -> Known:
    """Complete the drafts from the rest of the file, and set their anchors."""
    if record.keywords:
        _settle_org(record.drafts)
    _clear_repeated_keys(record)
    for draft in record.drafts:
        _take_issue(draft)
    led = _take_leads(record.drafts)
    known = Known(record.drafts)
    for row in record.overviews:
        item = known.first(row.known_by)
        if item is not None:
            _merge(record, row, item)
            typed = row.typed
            if typed.number and typed.joined:  # its own rows name it so: `F001`
                item.aliases.append(f"{typed.word.name}{typed.number}")
    record.filler.efforts.settle(record.findings)
    shared = {id(draft.outer) for draft in record.drafts if draft.outer}
    for draft in record.drafts:
        draft.follows = _follows(draft)
        _settle(record, draft)
        sure = led.get(draft.index)
        draft.hints = draft.hints and tuple(
            replace(hint, sure=hint.sure or hint.issue == sure) for hint in draft.hints
        )
        word = draft.typed.word.name if draft.typed and id(draft) in shared else ""
        if not draft.line.cells:  # nothing is written into an HTML table
            draft.anchor = replace(_anchor(draft, record.lines, word), keywords=record.keywords)
    return known


def _settle_org(drafts: Sequence[MarkdownDraft]) -> None:
    """Settle the drafts of an Org file: the first sentence of each is its title.

    Parts keep their words, and are done if everything below them is done.
    """
    states: dict[int, list[bool]] = {}
    for draft in reversed(drafts):
        states_below = states.pop(id(draft), [])
        if "status" in draft.fields:
            states_below.append(bool(meanings(str(draft.fields["status"])) & {"done", "cancelled"}))
        elif draft.weak and states_below and all(states_below):
            draft.fields["status"] = "Done"
        if draft.weak and draft.level:
            draft.title = plain(draft.line.text)
            draft.key = draft.key if "id" in draft.places else None
        draft.title, rest = leading_title(draft.title)
        draft.prose[:0] = [rest, ""] if rest and draft.prose else [rest] if rest else []
        states.setdefault(id(draft.parent), []).extend(states_below)


def key_elsewhere(word: str) -> str | None:
    """Return the key that a dependency names if another file has it: `Story 1.2`, `US-12`."""
    text = singular(word)
    if _LETTERED.fullmatch(text):
        return text.lower()
    typed = recognize(text)
    if typed and typed.key and not typed.bare:
        return typed.key
    if _CODE.fullmatch(text) and is_key(text.lower()):
        return text.lower()
    named = is_key(text) and not text[0].isdigit() and any(sign in text for sign in "-.")
    return text if named else None


def _clear_repeated_keys(record: Record) -> None:
    """Keep a repeated key only for its first item; repeated codes of boxes are not keys."""
    inferred = [draft for draft in record.drafts if draft.key and "id" not in draft.places]
    counts = Counter(draft.key for draft in inferred)
    first: set[str] = set()
    for draft in inferred:
        assert draft.key is not None
        if counts[draft.key] < 2:
            continue
        if draft.simple or draft.key in first:
            what = "these numbers are used twice, so keys are generated from the titles"
            hint = "number each item once"
            record.findings.warn(draft.place, "repeated-number", what, draft.key, hint)
            draft.key = None
        else:
            first.add(draft.key)


def _take_issue(draft: MarkdownDraft) -> None:
    """Read the number after a list item's title as its issue: write-back puts it there."""
    title, issue = without_issue(draft.title)
    if draft.line.kind is not Kind.LIST or issue not in (draft.fields.get("issue", issue), None):
        return
    draft.title = title
    if issue is not None:
        draft.fields["issue"] = issue
    story, named = without_issue(str(draft.fields.get("user_story", "")))
    if named is not None and named == issue:
        draft.fields["user_story"] = story


_LED = re.compile(r"#(\d{1,9})(?:[ ]?[:.)—–-])?[ ]+(?=\S)")


def _take_leads(drafts: Sequence[MarkdownDraft]) -> dict[int, IssueRef]:
    """Return the issues that list items begin with (`#28 Sign in`), removed from their titles.

    Numbers that may count the entries are not issues.
    """
    listed = [draft for draft in drafts if draft.line.kind is Kind.LIST and draft.row is None]
    leads = {draft.index: match for draft in listed if (match := _LED.match(draft.line.text))}
    numbers = [int(match[1]) for match in leads.values()]
    if not numbers or min(numbers) <= len(numbers) or len(set(numbers)) < len(numbers):
        return {}
    for at, match in leads.items():
        title = drafts[at].title
        drafts[at].title = title.removeprefix(match[0].rstrip()).lstrip()
        drafts[at].former_title = f"#{match[1]} {drafts[at].title}" if title else ""
    return {at: IssueRef(int(match[1])) for at, match in leads.items()}


def _merge(record: Record, row: Row, draft: MarkdownDraft) -> None:
    """Copy fields from an overview row to its item; the item's own fields take precedence."""
    merged = MERGED.union(row.columns.own.values())
    if not row.line.cells:  # nothing is written into an HTML table
        draft.cells += [MetaLine(each, row.line.row) for each in row.pairs if each.field in merged]
    own, pairs = record.filler.own_field, row.other_pairs(record.path)
    named = [(pair, own(pair.key) or field_of(pair.key) or "") for pair in pairs]
    new = [pair for pair, name in named if name in merged and not sets_field(draft, name)]
    record.filler.fill(draft, new, None, lambda _: None)


def _follows(draft: MarkdownDraft) -> bool:
    """Return whether an item does not set its own progress; `Status: none` does not either.

    A story below an epic or a feature has its own progress: they may be closed before it.
    """
    above = draft.parent if isinstance(draft.parent, MarkdownDraft) else None
    if draft.typed and above and above.typed and not above.weak:
        return False
    has_status = "status" in draft.fields or any(meta.pair.field == "status" for meta in draft.meta)
    return draft.mark is None and not has_status and not _is_open(draft)


def _is_open(draft: MarkdownDraft) -> bool:
    """Return whether an item shows its own progress, by its box or a criterion's box."""
    points = (each.line for each in draft.criteria if isinstance(each, Point) and not each.done)
    return draft.box is not None or any(line.box is not None for line in points)


def _settle(record: Record, draft: MarkdownDraft) -> None:
    """Set the fields that a title contains unless a field of the item sets them."""
    draft.hints = _hints(draft, record.lines)
    draft.parents = [ref for ref in draft.parents if ref.kind != "group" and not draft.parent]
    if draft.mark is not None:
        draft.put("status", draft.mark, draft.place)
    if draft.typed and is_sentence(draft.title):
        draft.put("user_story", draft.title, draft.place)
    milestone = _own_milestone(draft)
    if milestone and draft.put("milestone", milestone, draft.place):
        period = find_period(milestone)
        if period:
            record.periods.setdefault(milestone, period.end)


def _hints(draft: MarkdownDraft, lines: tuple[Line, ...]) -> tuple[IssueHint, ...] | None:
    """Return the issue numbers in a heading, in a list item's title, or in the cells of a row."""
    if draft.front >= 0:
        return None
    if draft.row is not None:
        return draft.hints
    return issue_hints(" ".join(line.text for line in lines[draft.line.row : draft.last_line + 1]))


def _own_milestone(draft: MarkdownDraft) -> str | None:
    """Return the milestone of an epic such as `## M0: Foundations`, which is both."""
    typed = draft.typed
    if typed is None or (typed.word is not MILESTONE_CODE and typed.word.name != "milestone"):
        return None
    if typed.status:
        return f"{(draft.key or '').upper()}: {draft.title}"
    return plain(draft.line.text)


def _anchor(draft: MarkdownDraft, lines: tuple[Line, ...], shared: str) -> Anchor:
    listed = draft.level == 0
    last = draft.last_line
    if not listed and last + 1 < len(lines) and lines[last + 1].kind is Kind.UNDERLINE:
        last += 1
    return Anchor(
        lines=lines,
        title=last,
        body=max(last, draft.body_end),
        list_=listed,
        content=draft.content,
        meta=tuple(draft.meta),
        boxes=tuple(entry.box for entry in draft.criteria),
        box=draft.box,
        cells=tuple(draft.cells),
        row=draft.row,
        front=draft.front,
        shared=shared,
    )


# ---- totals --------------------------------------------------------------------------------


def claims_of(record: Record, names: Known) -> Iterable[Claim]:
    """Yield the totals that the file states, each with the part that it counts."""
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
                counted_part = parts.of(row.line, None)
                part = counted_part or (WHOLE if below else part)
                if counted_part is None and not below:
                    continue
            elif index is None:
                continue
            for count in row.counts:
                claim = _claim(record, row.line, count, part, sure=not row.total or whole)
                yield replace(claim, rows=below if row.total else ())


def _claim(record: Record, line: Line, count: Count, part: "Part", *, sure: bool) -> Claim:
    place = record.place(line, count.start)
    return Claim(
        place, count.what, count.value, count.start, count.end, part.scope, part.items, sure=sure
    )


def _tables(rows: Sequence[TableRow]) -> Iterable[list[TableRow]]:
    """Group the rows into tables: adjacent rows belong to the same table."""
    table: list[TableRow] = []
    for row in rows:
        if table and row.line.row != table[-1].line.row + 1:
            yield table
            table = []
        table.append(row)
    if table:
        yield table


def _row_scope(row: TableRow, names: Known) -> int | None:
    if row.total:
        return None
    indexes = {draft.index for name in row.names if name and (draft := names.titled(name))}
    return indexes.pop() if len(indexes) == 1 else None


# ---- the part that a claim speaks of ---------------------------------------------------------

_SUMS = listed("sums")
"""Words of headings whose totals count more than what is below them."""

_LABEL = re.compile(r"(?:\*\*|__)([^*_]{1,80})(?:\*\*|__):?|([^\W\d_][^:|*]{0,60}):")
_BACK = 40
"""Number of rows searched upward for the line that a part belongs to, so that it stays cheap."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a claim counts: everything below an item, a range of items by position, or all items."""

    scope: int | None = None
    items: tuple[int, int] | None = None


WHOLE = Part()


class Parts:
    """The sections of a file, to find the part that a line of each is about."""

    def __init__(
        self, lines: Sequence[Line], drafts: Sequence[MarkdownDraft], rows: Collection[int]
    ) -> None:
        self._lines = lines
        self._rows = [draft.line.row for draft in drafts]
        self._of_items = frozenset(self._rows)
        self._items = {d.line.row: d for d in reversed(drafts) if d.level > 0}
        self._above: dict[int, tuple[Line, ...]] = {}
        self._ends: dict[int, int] = {}
        self._first = next((line.row for line in lines if line.kind is Kind.HEADING), -1)
        self._scan(set(rows))

    def _scan(self, rows: Collection[int]) -> None:
        open_: list[Line] = []
        for line in self._lines:
            if line.kind is Kind.HEADING:
                while open_ and open_[-1].level >= line.level:
                    self._ends[open_.pop().row] = line.row
                open_.append(line)
            if line.row in rows:
                self._above[line.row] = tuple(open_)
        self._ends.update((line.row, len(self._lines)) for line in open_)

    def of(self, line: Line, item: MarkdownDraft | None) -> Part | None:
        """Return the part that a claim on a line counts; None if it cannot be determined.

        `item` is the one that the line belongs to.
        """
        if self._is_labeled(line):
            return None
        if item is not None:
            return Part(scope=item.index)
        for heading in reversed(self._above.get(line.row, ())):
            item_above = self._items.get(heading.row)
            if item_above is not None:
                return Part(scope=item_above.index)
            first = bisect_left(self._rows, heading.row)
            last = bisect_right(self._rows, self._ends[heading.row] - 1)
            if first < last:
                return WHOLE if last - first == len(self._rows) else Part(items=(first, last))
            if heading.row != self._first and not _is_summary(heading.text):
                return None
        return WHOLE

    def _is_labeled(self, line: Line) -> bool:
        """Return whether a claim is below a bullet or its own label: `**Sprint 1**`."""
        if line.kind is Kind.TABLE:
            return False
        for row in range(line.row - 1, max(-1, line.row - _BACK), -1):
            above = self._lines[row]
            if above.kind is Kind.HEADING or row in self._of_items:
                return False
            if above.kind is Kind.LIST and above.indent < line.indent:
                return True
            label = _LABEL.fullmatch(above.text) if above.kind in (Kind.TEXT, Kind.LIST) else None
            if label is not None:
                return not _is_summary(label[1] or label[2])
        return False


def _is_summary(text: str) -> bool:
    """Return whether the totals below a heading count more than its own section."""
    heading = bare_word(text)
    return not any(char.isdigit() for char in heading) and bool(_SUMS.intersection(heading.split()))
