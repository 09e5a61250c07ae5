"""Set fields of items in a Markdown roadmap, changing only the bytes that must change.

A tick flips one character. An existing line or cell gets a new value. The number of an issue
follows the title of a list item or a row. Other new lines follow the item's short metadata, in the
style of its neighbors. The result is read again before anything is written, so that an edit that
would be misread is not made.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property

from backlog_sync.core.model import IssueRef
from backlog_sync.core.rollup import Sum
from backlog_sync.files.anchors import Anchor, MetaLine
from backlog_sync.files.inline import plain
from backlog_sync.files.outline import Kind, Line, default_eol
from backlog_sync.files.parsed import ParsedFile, ParsedItem
from backlog_sync.files.statuses import is_status_word, trailing_status
from backlog_sync.files.syntax.cells import split_cells
from backlog_sync.files.values import (
    BRACKETED_ISSUE,
    TRAILING_ISSUE,
    parse_dependencies,
    parse_issue,
)
from backlog_sync.files.vocabulary import bare_word, field_of, is_empty_word
from backlog_sync.files.write.checklist import rewritten
from backlog_sync.files.write.edits import Edit
from backlog_sync.files.write.language import Wording, wording_of
from backlog_sync.files.write.new_values import (
    CRITERIA,
    LISTS,
    NO_PLACE,
    TEXTS,
    Link,
    Status,
    Ticks,
    UnwritableError,
    Value,
    same_issue,
)
from backlog_sync.files.write.own_words import Texts
from backlog_sync.files.write.place import goes_on, insertion
from backlog_sync.files.write.prose import Prose, new_prose
from backlog_sync.files.write.summary import summary_edits

_KEYS = {"story_points": "Story Points", "user_story": "User Story"}
_PLURALS = {"story": "stories"}
_TITLE_POINTS = re.compile(r"[(\[](\d+(?:[.,]\d+)?)(?=\s*(?:pts?|points?|sp)\b)", re.IGNORECASE)
_CODED = re.compile(r"`[^`]{1,100}`")
_EMPTY = "None"
_CLOSING = re.compile(r"[*_~`]*(?:\]\([^()\n]{0,800}\))?[*_~`]*")
"""What may close a title; its number follows, as in `**[Pay online](pay.md)** (#14)`."""

_PROGRESS = re.compile(
    r"\d+(?: of \d+ \w+(?:, [\d.e+]+ of [\d.e+]+ points?)?|/\d+(?:, [\d.e+]+/[\d.e+]+ SP)?)"
    r" \(\d+ %\)$|$"
)
"""A value that `format_progress` wrote, in either form, or none: no words of the author."""

_PROSE = "its status is a text, which only its author changes"
_LONGEST_STATUS = 120
"""Characters; a longer status is prose about the work, not a word for its state."""


class RoadmapWriter:
    """Sets fields of the items of one roadmap.

    `apart` are fields that are misread at their first place: the number of a list item then gets
    its own line. The status of a heading follows the title in brackets, because a line below it
    might turn the heading into an item of another kind.
    """

    tick = "x"

    def __init__(self, parsed: ParsedFile, apart: Collection[tuple[int, str]] = ()) -> None:
        self.parsed, self.apart = parsed, apart
        self.text = parsed.source.text
        # An item that a column only names has no anchor: `set` reports it before using this one.
        placed = [item.anchor for item in parsed.items if isinstance(item.anchor, Anchor)]
        self.anchors = [item.anchor if isinstance(item.anchor, Anchor) else placed[0]
                        for item in parsed.items]  # fmt: skip
        self.wording: Wording = wording_of(self.anchors)
        self.texts = Texts(len(parsed.items), self._text)
        self.edits: list[Edit] = []
        self.new: dict[int, list[tuple[str, str]]] = {}
        self.columns: dict[int, str] = {}
        self.sums: dict[int, Sum] = {}

    def set(self, index: int, field: str, value: Value) -> None:
        """Set one field of an item. Raises UnwritableError, without an edit, if it has no place."""
        item, anchor = self.parsed.items[index], self.anchors[index]
        if item.anchor is None:
            raise UnwritableError(NO_PLACE)
        if isinstance(value, Link):
            self._issue(index, item, anchor, value)
        elif isinstance(value, Status):
            self._status(index, item, anchor, value)
        elif isinstance(value, Sum):
            self._progress(index, item, anchor, value)
        elif isinstance(value, Ticks) or field == CRITERIA:
            self.edits += rewritten(self.text, anchor.boxes, item.document, value, self.tick)
        elif field == "title":
            self._title(item, anchor, str(value))
        elif field in TEXTS and not isinstance(value, tuple):
            self._prose(index, field, str(value) if value is not None else "")
        elif isinstance(value, tuple):
            self._list(index, field, [each for each in value if isinstance(each, str)])
        else:
            self._value(index, field, value)

    def finish(self) -> list[Edit]:
        """Return the edits for all fields that were set; new lines of an item go together."""
        edits = [*self.edits]
        for index, new in self.new.items():
            anchor = self.anchors[index]
            if anchor.front >= 0:
                edits.append(_front_lines(anchor, new))
            else:
                edits += insertion(self.text, anchor, new, default_eol(anchor.lines))
        if not self.anchors:
            return edits
        lines = self.anchors[0].lines
        edits += status_columns(lines, self.columns, self.wording.key("status"))
        return edits + summary_edits(self.text, lines, self.parsed.items, self.sums)

    # ---- lines and cells -------------------------------------------------------------------

    def _line(self, index: int, key: str, value: str) -> None:
        """Add a line of metadata. Raises UnwritableError if there is no room for one."""
        if self.anchors[index].row is not None:
            raise UnwritableError("the table has no column for it")
        self.new.setdefault(index, []).append((key, value))

    def _replace(self, anchor: Anchor, meta: MetaLine, value: str) -> None:
        pair = meta.pair
        gap = "" if pair.start and self.text[pair.start - 1] in " \t" else " "
        if pair.cell:
            value = value.replace("|", "/")
        elif anchor.front >= 0:
            value = _scalar(value)
        glued = pair.joint.strip() or (pair.start == pair.end and value)
        self.edits.append(Edit(pair.start, pair.end, gap + value if glued else value))

    def _key(self, anchor: Anchor, field: str) -> str:
        """Return the key of a new line; in a heading of two items it names the outer one."""
        if anchor.shared:
            return f"{anchor.shared.capitalize()} {field.capitalize()}"
        return self.wording.key(field)

    # ---- progress --------------------------------------------------------------------------

    def _issue(self, index: int, item: ParsedItem, anchor: Anchor, link: Link) -> None:
        reference = format_issue(link.issue, link.url)
        cells = _those(anchor.cells, "issue")
        for meta in cells:
            if parse_issue(plain(meta.pair.value)) != link.issue:
                self._replace(anchor, meta, reference)
        self._own_issue(index, item, anchor, link, has_cell=bool(cells))

    def _own_issue(
        self, index: int, item: ParsedItem, anchor: Anchor, link: Link, *, has_cell: bool
    ) -> None:
        """Write the issue at the item itself; `has_cell` is whether a cell has it already."""
        number = format_issue(link.issue, link.url)
        present = _first(anchor.meta, "issue")
        if present is not None:
            if parse_issue(present.pair.value) != link.issue:
                self._replace(anchor, present, number)
        elif has_cell or same_issue(item.document.issue, link.issue):
            return
        elif anchor.row is not None:
            row = anchor.row
            known = TRAILING_ISSUE.search(self.text[row.start : row.end]) if row.issue else None
            self._behind(row.start + known.start() if known else row.end, row.end, number)
        elif self._is_listed(index):
            self._behind(*self._title_end(item, anchor), number)
        else:
            self._line(index, self._key(anchor, "issue"), number)

    def _is_listed(self, index: int) -> bool:
        """Return whether an item is on a line of a list, which the number is added to."""
        anchor = self.anchors[index]
        row = self.parsed.items[index].place.line - 1
        return (
            anchor.list_
            and (index, "issue") not in self.apart
            and anchor.lines[row].kind is Kind.LIST
        )

    def _title_end(self, item: ParsedItem, anchor: Anchor) -> tuple[int, int]:
        """Return where a title ends on its last line, and where the number after it ends.

        Signs for status and points follow that.
        """
        line = anchor.lines[anchor.title]
        end = line.at + len(line.text)
        title = item.document.title
        for known in (title, title.rsplit(None, 1)[-1]):
            at = self.text.find(known, line.at, end)
            if at >= 0:
                end = at + len(known)
                break
        closing = _CLOSING.match(self.text, end, line.end)
        end = closing.end() if closing else end
        number = BRACKETED_ISSUE.match(self.text, end, line.end)
        return end, number.end() if number else end

    def _behind(self, start: int, end: int, number: str) -> None:
        """Add a number after a title, or replace the existing one."""
        self.edits.append(Edit(start, end, f" ({number})", order=-1))

    def _status(self, index: int, item: ParsedItem, anchor: Anchor, status: Status) -> None:
        same = status.matches(item.document.status)
        cells = _those(anchor.cells, "status")
        for meta in cells:
            text = plain(meta.pair.value)
            blank = not text or is_empty_word(text)
            if not (status.initial or same) if blank else not status.matches(text):
                self._replace(anchor, meta, self.wording.status(status.word))
        self._own_status(index, item, anchor, status, has_cell=bool(cells))

    def _own_status(
        self, index: int, item: ParsedItem, anchor: Anchor, status: Status, *, has_cell: bool
    ) -> None:
        """Write the status at the item itself; `has_cell` is whether a cell has it already."""
        same = status.matches(item.document.status)
        present = _first(anchor.meta, "status")
        if present is not None:
            if not status.matches(plain(present.pair.value)):
                if goes_on(anchor, present) or len(present.pair.value) > _LONGEST_STATUS:
                    raise UnwritableError(_PROSE)
                self._replace(anchor, present, self.wording.status(status.word))
        elif not (has_cell or status.initial or same):
            self._new_status(index, anchor, status)
        if anchor.box is not None and status.ends and not same and self.text[anchor.box] == " ":
            self.edits.append(Edit(anchor.box, anchor.box + 1, "x"))

    def _new_status(self, index: int, anchor: Anchor, status: Status) -> None:
        """Add a status to an item without one; a check box, if there is one, shows its end."""
        word = self.wording.status(status.word)
        title = anchor.lines[anchor.title]
        if (index, "status") in self.apart and title.kind is Kind.HEADING:
            self._behind_heading(title, word)
        elif anchor.row is not None:
            self.columns[self.parsed.items[index].place.line - 1] = word
        elif anchor.box is None:
            self._line(index, self._key(anchor, "status"), word)
        elif not status.ends:
            if self.text[anchor.box] != " ":
                raise UnwritableError("its box is ticked, and only its author may untick it")
            self._line(index, self._key(anchor, "status"), word)

    def _behind_heading(self, line: Line, word: str) -> None:
        """Add a status after a heading, or replace the existing one."""
        end = line.at + len(line.text)
        known = trailing_status(line.text)
        start = line.at + known.start if known else end
        if known and not is_status_word(self.text[start:end].strip(" ()")):
            raise UnwritableError(_PROSE)
        self.edits.append(Edit(start, end, f" ({word})"))

    def _progress(self, index: int, item: ParsedItem, anchor: Anchor, done: Sum) -> None:
        """Write the progress of an epic or feature, unless the author describes it otherwise."""
        self.sums[index] = done
        if item.kind not in ("epic", "feature") or anchor.row is not None:
            return
        present = _first(anchor.meta, "progress")
        text = format_progress(done, self._counted[index], self.wording.language)
        if present is None:
            if done.done or done.points_done:
                self._line(index, self._key(anchor, "progress"), text)
        elif present.pair.value != text and _PROGRESS.match(present.pair.value):
            self._replace(anchor, present, text)

    @cached_property
    def _counted(self) -> list[str]:
        return _nouns(self.parsed.items)

    # ---- title and single values -----------------------------------------------------------

    def _title(self, item: ParsedItem, anchor: Anchor, title: str) -> None:
        old = item.document.title
        line = anchor.lines[anchor.title]
        start, end = (anchor.row.start, anchor.row.end) if anchor.row else (line.start, line.end)
        if anchor.front >= 0:
            start, end = 0, anchor.lines[anchor.front].start
        if self.text.count(old, start, end) != 1:
            raise UnwritableError("the title is not written in one piece")
        at = self.text.index(old, start, end)
        self.edits.append(Edit(at, at + len(old), title))

    def _lines_with(self, anchor: Anchor, name: str) -> list[MetaLine]:
        """Return the lines and cells of a field; of an estimate if the points come from it."""
        places = (*anchor.meta, *anchor.cells)
        lines = _those(places, name)
        return lines or (_those(places, "estimate") if name == "story_points" else [])

    def _text(self, index: int, name: str) -> str:
        """Return the text of a line or cell of a field; empty without one."""
        lines = self._lines_with(self.anchors[index], name)
        return lines[0].pair.value if lines and self.parsed.items[index].anchor else ""

    def _value(self, index: int, name: str, value: str | float | None) -> None:
        text = self.texts.new(index, name, value)
        if "\n" in text or "\r" in text:
            raise UnwritableError("a field of one line cannot hold several")
        anchor = self.anchors[index]
        lines = self._lines_with(anchor, name)
        for meta in lines:
            self._replace(anchor, meta, self.texts.like(meta.pair.value, name, value))
        if lines:
            return
        line = anchor.lines[anchor.title]
        points = _TITLE_POINTS.search(self.text, line.start, line.end)
        if points and text and name == "story_points":
            self.edits.append(Edit(*points.span(1), text))
        elif text:
            self._line(index, _key_of(name), text)
        else:
            raise UnwritableError("inherited, or written with other values on one line")

    # ---- lists of words --------------------------------------------------------------------

    def _list(self, index: int, name: str, members: Sequence[str]) -> None:
        if name not in LISTS:
            raise UnwritableError("it is not a list")
        anchor = self.anchors[index]
        lines = self._lines_with(anchor, name)
        if len(lines) > 1:
            raise UnwritableError("it is written in more than one place")
        if not lines:
            if members:
                key = _key_of(name)
                self._line(index, key, ", ".join(members))
            return
        old = lines[0].pair.value
        if not old:
            raise UnwritableError("it goes on over the lines below")
        if name == "depends_on":
            written = _references(self.parsed.items[index], old)
            words = [written.get(each, each) for each in members]
        else:
            words = [f"`{each}`" if _CODED.search(old) else each for each in members]
        pair = lines[0].pair
        if self.text.startswith("[", pair.start) and anchor.front >= 0:
            self.edits.append(Edit(pair.start, pair.end, f"[{', '.join(words)}]"))
        else:
            self._replace(anchor, lines[0], ", ".join(words) if words else _EMPTY)

    # ---- prose -----------------------------------------------------------------------------

    def _prose(self, index: int, name: str, new: str) -> None:
        anchor = self.anchors[index]
        old = getattr(self.parsed.items[index].document, name)
        if old is not None and not isinstance(old, str):
            raise UnwritableError("it is written in parts")
        new_lines = new.replace("\r\n", "\n").split("\n") if new else []
        if old:
            filled = [meta for meta in self._lines_with(anchor, name) if meta.pair.value]
            if len(filled) > 1:
                raise UnwritableError("it is written in more than one place")
            prose = Prose(self.parsed, index, anchor, filled[0] if filled else None)
            self.edits += prose.change(old.split("\n"), new_lines)
        elif name != "description" and len(new_lines) == 1:
            self._line(index, _key_of(name), new_lines[0])
        elif name != "description":
            raise UnwritableError("there is no place for a new text of several lines")
        else:
            self.edits.append(new_prose(anchor, new_lines))


def _key_of(field: str) -> str:
    """Return the key of a new line for a field."""
    return _KEYS.get(field, field.replace("_", " ").capitalize())


def _references(item: ParsedItem, value: str) -> dict[str, str]:
    """Return how a line of dependencies names each of its items."""
    parts = [each.written for each in parse_dependencies(value)]
    keys = item.document.depends_on or ()
    if len(parts) != len(keys):
        raise UnwritableError("some of what it names is not clear")
    return dict(zip(keys, parts, strict=True))


def _those(metas: Sequence[MetaLine], field: str) -> list[MetaLine]:
    return [meta for meta in metas if meta.pair.field == field]


def _first(metas: Sequence[MetaLine], field: str) -> MetaLine | None:
    return next((meta for meta in metas if meta.pair.field == field), None)


# ---- front matter ------------------------------------------------------------------------------


def _front_lines(anchor: Anchor, new: Sequence[tuple[str, str]]) -> Edit:
    """Return the edit that adds lines of front matter before its closing fence."""
    fence = anchor.lines[anchor.front]
    eol = fence.eol or default_eol(anchor.lines)
    lines = [f"{key.lower()}: {_scalar(value)}{eol}" for key, value in new]
    return Edit(fence.start, fence.start, "".join(lines))


def _scalar(value: str) -> str:
    """Return a value as a YAML scalar."""
    plain_scalar = value[:1].isalnum() and not any(sign in value for sign in (": ", " #"))
    return value if plain_scalar else f'"{value}"'


# ---- the text of progress ----------------------------------------------------------------------


def format_issue(issue: IssueRef, url: str | None) -> str:
    """Return an issue as a roadmap names it: `[#14](url)`, `sandbox#14`."""
    if issue.sandbox or not url or any(char in url for char in " ()\r\n"):
        return str(issue)
    return f"[{issue}]({url})"


def format_progress(done: Sum, noun: str, language: str = "en") -> str:
    """Return `1 of 6 stories, 3 of 24 points (12 %)`; not in English: `1/6, 3/24 SP (12 %)`."""
    if language != "en":
        points = f", {done.points_done:g}/{done.points:g} SP" if done.points else ""
        return f"{done.done}/{done.total}{points} ({done.percent} %)"
    things = noun if done.total == 1 else _PLURALS.get(noun, f"{noun}s")
    text = f"{done.done} of {done.total} {things}"
    if done.points:
        unit = "point" if done.points == 1 else "points"
        text += f", {done.points_done:g} of {done.points:g} {unit}"
    return f"{text} ({done.percent} %)"


def _nouns(items: Sequence[ParsedItem]) -> list[str]:
    """Return the noun for what is counted below each item: its leaves' kind, "item" if mixed."""
    parents = {item.parent for item in items}
    kinds: list[set[str]] = [set() for _ in items]
    for index, item in enumerate(items):
        if index in parents:
            continue
        above, seen = item.parent, {index}
        while above is not None and above not in seen:
            seen.add(above)
            kinds[above].add(item.kind)
            above = items[above].parent
    return [next(iter(below)) if len(below) == 1 else "item" for below in kinds]


# ---- a new column of statuses ----------------------------------------------------------------

_DASHES = 3
"""The fewest dashes that every Markdown parser accepts for a column."""


def status_columns(lines: Sequence[Line], words: Mapping[int, str], name: str) -> Iterator[Edit]:
    """Yield the edits that put these words, by row of the file, into a last column `name`."""
    left = dict(words)
    while left:
        first = last = next(iter(left))
        while first and lines[first - 1].kind is Kind.TABLE:
            first -= 1
        while last + 1 < len(lines) and lines[last + 1].kind is Kind.TABLE:
            last += 1
        cells = {row: left.pop(row, "") for row in range(first + 2, last + 1)}
        yield from _column(lines[first : last + 1], cells, name)


def _column(table: Sequence[Line], words: Mapping[int, str], name: str) -> Iterator[Edit]:
    """Add a column to one table; if it exists, extend the rows that end before it."""
    names = [field_of(bare_word(plain(cell.text))) for cell in split_cells(table[0])]
    has_one = "status" in names
    width = names.index("status") if has_one else len(names)
    lasts = [line.text.removesuffix("|").rpartition("|")[2] for line in table]
    closed = table[0].text.endswith("|")
    blank = " " if lasts[0].startswith(" ") else ""
    aligned = closed and len(set(map(len, lasts))) == 1
    room = max(map(len, (name, *words.values()))) if aligned else 0
    for number, line in enumerate(table):
        word = name if number == 0 else words.get(line.row, "")
        if has_one and (number < 2 or not word):
            continue
        cell = _cell(word.ljust(room), blank, closed=closed)
        if number == 1:
            edge = " " if lasts[1].startswith(" ") else ""
            dashes = "-" * max(_DASHES, room + 2 * (len(blank) - len(edge)))
            cell = _cell(dashes, edge, closed=closed)
        gap = _cell(" " * room, blank, closed=closed) * max(0, width - len(split_cells(line)))
        at = _end(line, width, closed=closed)
        yield Edit(at, at, gap + cell, order=1)


def _cell(value: str, blank: str, *, closed: bool) -> str:
    """Return one more cell, with the bar that belongs to it."""
    return f"{blank}{value}{blank}|" if closed else f"{blank}|{blank}{value}".rstrip()


def _end(line: Line, width: int, *, closed: bool) -> int:
    """Return where a row ends: before cells without a header, as from bars inside a text."""
    cells = split_cells(line)
    if len(cells) <= width:
        return line.at + len(line.text)
    return line.at + line.text.rindex("|", 0, cells[width].start - line.at) + closed
