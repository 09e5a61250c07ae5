"""Read an Org text into an outline and lines, with its keywords, drawers and dates.

Inline markup that Markdown writes differently is rewritten in place, character by character: a line
of the outline is as long as the line of the file, so every offset is also an offset in the file.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from backlog_sync.core.checkboxes import IN_ORG
from backlog_sync.files.outline import (
    Form,
    Keywords,
    Kind,
    Line,
    Node,
    Outline,
    Property,
    columns,
    line_spans,
    settle_nodes,
)
from backlog_sync.files.statuses import meanings
from backlog_sync.files.values import parse_kind, priority_of
from backlog_sync.files.vocabulary import field_of

STARS = re.compile(r"(\*{1,50})[ \t]+(?=\S)")
"""The stars that begin a heading."""

PLANNING = re.compile(
    r"[ \t]*(?:(?:DEADLINE|SCHEDULED|CLOSED):[ \t]*[<\[][^>\]]*[>\]](?:--<[^>]*>)?[ \t]*)+$"
)
"""The line of dates right below a heading."""

_WORD = re.compile(r"(\S{1,30})(?:[ \t]+|$)")
_KEYWORD = re.compile(r"([A-Z][A-Z_-]{2,19})[ \t]+")
_PRIORITY = re.compile(r"\[#([A-Z0-9]{1,2})\][ \t]*")
_TAGS = re.compile(r"[ \t]+:((?:[\w@#%]{1,60}:){1,20})[ \t]*$")
_COOKIE = re.compile(r"\[(?:\d{0,3}%|\d{0,4}/\d{0,4})\]")
_SETTING = re.compile(r"#\+(?:SEQ_|TYP_)?TODO:(.*)", re.IGNORECASE)
_BEGIN = re.compile(r"([ \t]*)#\+BEGIN_?(\w*)[ \t]*([\w+-]*)", re.IGNORECASE)
_END = re.compile(r"([ \t]*)#\+END_?\w*", re.IGNORECASE)
_REMARK = re.compile(
    r"[ \t]*(?:#(?:[ \t]|$|\+\w+:)|CLOCK:|- (?:State \"|Note taken on \[|CLOSING NOTE \[|"
    r"Rescheduled from ))"
)
"""A comment, a setting, or a log entry that the editor wrote."""

_DRAWER = re.compile(r"[ \t]*:([A-Za-z][\w-]{0,40}):[ \t]*$")
_PROPERTY = re.compile(r"[ \t]*:([\w-]{1,60}):[ \t]+(.*\S)")
_DATE = re.compile(r"(DEADLINE|SCHEDULED):[ \t]*[<\[](\d{4}-\d\d-\d\d)")
_CLOCK = re.compile(r"(\d{1,4}):([0-5]\d)")
_RULE = re.compile(r"[ \t]*-{5,}[ \t]*$")
_ROW_RULE = re.compile(r"[ \t]*\|-[-+|]*[ \t]*$")
_MARKER = re.compile(r"[ \t]*([-+]|(?<=[ \t])\*|\d{1,4}[.)])(?:[ \t]+|$)")
_KEY = re.compile(r"^([ \t]*)\*([^*:\n]{1,60})(?::\*|\*:)(?=[ \t]|$)")
_TERM = re.compile(r"(?<=\S) ::(?=[ \t])")
_LINK = re.compile(r"\[\[([^\[\]\n]{1,500})\](?:\[([^\[\]\n]{1,300})\])?\]")
_TARGET = re.compile(r"\]\(<([^<>]{1,500})>\)")
_CODE = re.compile(r"(?<![\w=~])([=~])(?=\S)([^=~\n]{1,200}?)(?<=\S)\1(?![\w=~])")
_BOLD = re.compile(r"(?<![\w*])\*(?=\S)([^*\n]{1,300}?)(?<=\S)\*(?![\w*])")
_ITALIC = re.compile(r"(?<![\w/:])/(?=[^\s/])([^/\n]{1,300}?)(?<=[^\s/])/(?![\w/])")
_EXAMPLE = re.compile(r"([ \t]*): (.*\S)")

_CODED = ("SRC", "EXAMPLE", "")
_LOGS = ("LOGBOOK", "CLOCK")
_PROJECTS = ("PROJECT", "PROJ")
_DEEPEST = 30
"""Maximum nesting of lists; deeper entries become siblings."""

_OPEN = ("TODO", "NEXT", "STARTED", "WAITING", "HOLD", "SOMEDAY", "PROJECT")
_CLOSED = ("DONE", "CANCELLED", "CANCELED")
"""Keywords that are recognized without a `#+TODO:` line: the usual setup."""


def read_outline(text: str) -> Outline:
    """Return the outline of an Org text. Raise nothing, whatever the text."""
    return _Builder(text).build()


def as_markdown(text: str) -> str:
    """Return a line of prose of the outline, with Org's emphasis as Markdown."""
    text = _TARGET.sub(r"](\1)", text)
    if "`" in text or "](" in text:
        return text
    return _ITALIC.sub(r"*\1*", _BOLD.sub(r"**\1**", text))


def _in_place(text: str) -> str:
    """Return links, code and keys in Markdown's notation, padded with blanks to the same length."""
    return _CODE.sub(r"`\2`", _LINK.sub(_link, _KEY.sub(_key, text)))


def _key(key: re.Match[str]) -> str:
    """Return a bold key of a known field without its asterisks: Markdown's bold would be longer."""
    return f"{key[1]}{key[2]}:  " if field_of(key[2]) else key[0]


def _link(link: re.Match[str]) -> str:
    target, shown = link[1], link[2]
    text = f"[{shown}](<{target}>)" if shown and "://" in target else shown or target
    return text.ljust(len(link[0]))


class _Builder:
    """Read the rows in a single pass; nest the contents of headings and entries below them.

    `base` is the indentation of the text below a heading, -1 before it begins. `head` is True while
    dates and properties are allowed, `logged` while a drawer of logs is open. `commented` is the
    level of a heading that is commented out.
    """

    def __init__(self, text: str) -> None:
        self.spans = line_spans(text)
        self.rows = [text[start:end] for start, end, _ in self.spans]
        self.keywords = _keywords(self.rows)
        self.lines: list[Line] = []
        self.written: list[str] = []
        self.root = self.section = Node(Form.DOCUMENT, 0, len(self.rows))
        self.entries: list[Node] = []  # entries that are open, below the section
        self.block: Node | None = None
        self.used = self.commented = 0
        self.base = -1
        self.head = self.logged = False

    def build(self) -> Outline:
        for row, raw in enumerate(self.rows):
            self._take(row, raw)
            self.used = row + 1 if raw.strip() else self.used
        self._leave(0)
        lines = tuple(self.lines)
        settle_nodes(self.root, lines)
        text = "".join(
            written + line.eol for written, line in zip(self.written, lines, strict=True)
        )
        return Outline(lines, self.root, text, (), self.keywords, as_markdown)

    def _take(self, row: int, raw: str) -> None:
        stars, begin = STARS.match(raw), _BEGIN.match(raw)
        if self.block is not None:
            self._in_block(row, raw, self.block)
        elif stars and not 0 < self.commented < len(stars[1]):
            self._heading(row, raw, stars)
        elif self.commented or (not begin and self._is_metadata(row, raw)):
            self._line(row, raw, Kind.COMMENT if self.commented else Kind.SETTINGS)
        elif not raw.strip():
            self._line(row, raw, Kind.BLANK)
        elif begin:
            form = Form.COMMENT if begin[2].upper() == "COMMENT" else Form.CODE
            fence = f"{begin[1]}```{begin[3]}" if begin[2].upper() in _CODED else ""
            self.block = self._add(form, self._line(row, fence, Kind.CODE))
        else:
            self._body(row, raw)
            self.head = False

    def _body(self, row: int, raw: str) -> None:
        marker = _MARKER.match(raw)
        if _RULE.match(raw):
            self._add(Form.RULE, self._line(row, raw, Kind.RULE))
        elif marker:
            self._entry(row, raw, marker)
        elif not (raw.lstrip().startswith("|") and self._is_row(row, raw)):
            self._text(row, raw)

    # ---- lines and nodes -----------------------------------------------------------------------

    def _line(self, row: int, written: str, kind: Kind, at: int = -1) -> Line:
        """Add a line; its indentation is relative to the text of its section."""
        start, end, eol = self.spans[row]
        indent, first = columns(self.rows[row], 0, end - start)
        if self.base < 0 and kind not in (Kind.BLANK, Kind.COMMENT, Kind.SETTINGS):
            self.base = indent
        at = first if at < 0 else at
        indent = max(0, indent - max(0, self.base))
        written = written.ljust(end - start)
        line = Line(row, start, end, eol, kind, indent, written[at:].rstrip(), start + at)
        self.lines.append(line)
        self.written.append(written)
        return line

    def _add(self, form: Form, line: Line) -> Node:
        self._leave(line.indent)
        node = Node(form, line.row, line.row + 1, head=line.row + 1, indent=line.indent)
        return (self.entries[-1] if self.entries else self.section).add(node)

    def _leave(self, indent: int) -> None:
        """Close the entries that do not contain a line with this indentation."""
        while self.entries and (self.entries[-1].indent >= indent or len(self.entries) == _DEEPEST):
            self.entries.pop().end = self.used

    def _last(self, form: Form, row: int) -> Node | None:
        """Return the last node if a row continues it: it has this form and ends right above."""
        here = self.entries[-1] if self.entries else self.section
        last = here.children[-1] if here.children else None
        return last if last and last.form is form and last.end == row else None

    # ---- headings ------------------------------------------------------------------------------

    def _heading(self, row: int, raw: str, stars: re.Match[str]) -> None:
        self._leave(0)
        at, level = stars.end(), len(stars[1]) + 1  # the title of the document has level 1
        word = _WORD.match(raw, at)
        self.commented = level - 1 if word and word[1] == "COMMENT" else 0
        if self.commented:
            self._line(row, raw, Kind.COMMENT)
            return
        while self.section.level >= level and self.section.parent is not None:
            self.section = self.section.parent
        node = Node(Form.SECTION, row, row + 1, head=row + 1, level=level)
        self.section = self.section.add(node)
        if word and word[1] in (*self.keywords.open, *self.keywords.closed):
            self._add_field(*self._meaning(word[1]), row, word)
            at = word.end()
        priority = _PRIORITY.match(raw, at)
        if priority:
            self._add_field("priority", priority_of(priority[1]), row, priority)
            at = priority.end()
        node.marked = bool(node.properties) and at < len(raw)
        tags = _TAGS.search(raw, at)
        if tags:
            self._add_field("labels", ", ".join(tags[1].strip(":").split(":")), row, tags)
            raw = raw[: tags.start()]
        title = _COOKIE.sub(lambda cookie: " " * len(cookie[0]), _in_place(raw[at:]))
        line = self._line(row, raw[:at] + title, Kind.HEADING, at)
        self.lines[row] = line._replace(level=level)
        self.base, self.head, self.logged = -1, True, False

    def _meaning(self, word: str) -> tuple[str, str]:
        """Return the meaning of a keyword: a status, or a kind if the keyword only names a kind."""
        statuses = meanings(word)
        kind = "epic" if word in _PROJECTS else None if statuses else parse_kind(word)
        if kind:
            return "kind", kind
        ends = word in self.keywords.closed and not statuses & {"done", "cancelled"}
        return "status", "Done" if ends else word

    def _add_field(
        self, key: str, value: str, row: int, match: re.Match[str], group: int = 1
    ) -> None:
        start = self.spans[row][0]
        field = Property(key, value, row, start + match.start(group), start + match.end(group))
        self.section.properties.append(field)

    def _is_metadata(self, row: int, raw: str) -> bool:
        """Return whether a line belongs to a drawer or to the dates, or is a remark."""
        drawer = _DRAWER.match(raw)
        entry = _PROPERTY.match(raw) if self.head else None
        if drawer:
            self.logged = drawer[1].upper() in _LOGS
        elif self.logged:
            return True
        elif entry:
            clock = _CLOCK.fullmatch(entry[2]) if entry[1].upper() == "EFFORT" else None
            key = "id" if entry[1].upper() == "CUSTOM_ID" else entry[1]
            hours = f"{int(clock[1]) + int(clock[2]) / 60:g}h" if clock else ""
            self._add_field("estimate_hours" if clock else key, hours or entry[2], row, entry, 2)
        elif self.head and PLANNING.match(raw):
            for date in _DATE.finditer(raw):
                key = "target" if date[1] == "DEADLINE" else "start"
                self._add_field(key, date[2], row, date, 2)
        else:
            return _REMARK.match(raw) is not None
        return True

    # ---- what is below them ----------------------------------------------------------------

    def _in_block(self, row: int, raw: str, block: Node) -> None:
        end = _END.match(raw)
        fenced = self.lines[block.first].text
        self._line(row, f"{end[1]}```" if end and fenced else "" if end else raw, Kind.CODE)
        block.end = block.head = row + 1
        self.block = None if end else block

    def _is_row(self, row: int, raw: str) -> bool:
        """Take a row of a table; return False if there is no rule below the header."""
        table, rule = self._last(Form.TABLE, row), _ROW_RULE.match(raw)
        begins = not rule and _ROW_RULE.match("".join(self.rows[row + 1 : row + 2]))
        if table is None and not begins:
            return False
        written = _in_place(raw)
        if table and rule:  # a rule further down only separates rows
            first = row == table.first + 1
            written = raw.replace("+", "|") if first else re.sub("[-+]", " ", raw)
        line = self._line(row, written, Kind.TABLE)
        table = table or self._add(Form.TABLE, line)
        table.end = row + 1
        return True

    def _entry(self, row: int, raw: str, marker: re.Match[str]) -> None:
        start, box = self.spans[row][0], IN_ORG.match(raw, marker.end())
        at = box.end() if box else marker.end()
        text = _TERM.sub(":  ", _in_place(raw[at:]), count=1)
        line = self._line(row, raw[:at] + text, Kind.LIST, at)
        ticked = box is not None and box[1] in "xX"
        self.lines[row] = line._replace(
            marker=marker[1], content=line.indent + marker.end() - marker.start(1),
            box=start + box.start(1) if box else None, ticked=ticked,
        )  # fmt: skip
        node = self._add(Form.ENTRY, line)
        if box:
            span = start + box.start(1), start + box.end(1)
            node.properties.append(Property("status", "Done" if ticked else "Todo", row, *span))
        self.entries.append(node)

    def _text(self, row: int, raw: str) -> None:
        """Take a line of a paragraph, or one that continues the title of an entry."""
        example = _EXAMPLE.match(raw)
        written = f"{example[1]}`{example[2]}`" if example else _in_place(raw)
        line = self._line(row, written, Kind.TEXT)
        self._leave(line.indent)
        entry, paragraph = self.entries[-1:], self._last(Form.TEXT, row)
        if entry and entry[0].head == row and not entry[0].children:
            entry[0].head = row + 1
        elif paragraph is not None:
            paragraph.end = paragraph.head = row + 1
        else:
            self._add(Form.TEXT, line)


def _keywords(rows: Sequence[str]) -> Keywords:
    """Return the keywords that the file declares; else the usual ones and those that it uses.

    Without a declaration, a keyword is a word that names a status or that is above `CLOSED:`.
    """
    opened: list[str] = []
    closed: list[str] = []
    for match in filter(None, map(_SETTING.match, rows)):
        words = [each.partition("(")[0] for each in match[1].split()]
        at = words.index("|") if "|" in words else max(len(words) - 1, 0)
        opened += words[:at]
        closed += [word for word in words[at:] if word != "|"]
    if opened or closed:
        return Keywords(tuple(opened), tuple(closed))
    opened, closed = list(_OPEN), list(_CLOSED)
    for raw, below in pairwise([*rows, ""]):
        stars = STARS.match(raw)
        word = _KEYWORD.match(raw, stars.end()) if stars else None
        if word is None or word[1] in (*opened, *closed):
            continue
        meant = meanings(word[1])
        if below.lstrip().startswith("CLOSED:") or meant & {"done", "cancelled"}:
            closed.append(word[1])
        elif meant:
            opened.append(word[1])
    return Keywords(tuple(opened), tuple(closed))
