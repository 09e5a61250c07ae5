"""Read a Markdown text into an outline and lines: the kind of each, and its exact offsets.

The block structure is markdown-it-py's. Text inside the blocks is scanned here, because files are
written back byte for byte and its tokens carry no offsets: headings, list markers, check boxes.
"""

import re
from bisect import bisect_right
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from backlog_sync.core.checkboxes import BARE_ROW, BEFORE_TEXT, is_ticked
from backlog_sync.files.outline import (
    SILENT,
    TAB,
    Form,
    Kind,
    Line,
    Node,
    Outline,
    columns,
    line_spans,
    settle_nodes,
)
from backlog_sync.files.syntax.html_tables import html_rows

_DEEPEST = 100
"""Maximum nesting of lists and quotes: markdown-it-py drops what is deeper, and its 20 is too few.
"""

_MARKER = re.compile(r"([-*+•]|\d{1,9}[.)])(?=[ \t]|$)")
"""The marker of a list entry: a bullet, or a number with a dot or a parenthesis."""

_HASHES = re.compile(r"#{1,6}(?=[ \t]|$)")
_DELIMITER = re.compile(r"\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_UNDERLINED = 120
"""Longest heading above dashes; a longer line is a paragraph before a rule without a blank line."""

_SUMMARY_START = "<!-- backlog:summary -->"
_SUMMARY_END = "<!-- /backlog:summary -->"


def scan_lines(text: str) -> tuple[Line, ...]:
    """Split a text into lines and classify each. Raise nothing, whatever the text."""
    return read_outline(text).lines


def read_outline(text: str) -> Outline:
    """Return the outline of a Markdown text. Raise nothing, whatever the text."""
    return _Builder(text).build()


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"maxNesting": _DEEPEST}).enable("table")
    parser.core.ruler.enableOnly(["normalize", "block"])
    return parser


class _Builder:
    """Build the outline from the tokens in a single pass; nest lists and headings."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.spans = line_spans(text)
        self.kinds = [Kind.TEXT] * len(self.spans)
        self.levels: dict[int, int] = {}
        self.markers: set[int] = set()
        self.root = Node(Form.DOCUMENT, 0, len(self.spans))
        self.open: list[Node] = [self.root]  # lists that are open, below the section
        self.section = self.root
        self.details: list[bool] = []
        self.unclosed: list[int] = []
        self.cells: dict[int, tuple[str, ...]] = {}
        rows = (self.text[start:end].lstrip(" \t") for start, end, _ in self.spans)
        self.bare = sum(BARE_ROW.match(row) is not None for row in rows) > 1

    def build(self) -> Outline:
        front = self._front_matter()
        self._parse(front, len(self.spans))
        lines = self._lines()
        settle_nodes(self.root, lines)
        return Outline(lines, self.root, self.text, tuple(self.unclosed))

    def _front_matter(self) -> int:
        """Return the number of lines that the front matter takes, including its two fences."""
        if not self.spans or self._stripped(0) != "---":
            return 0
        for index in range(1, len(self.spans)):
            if self._stripped(index) in ("---", "..."):
                self.kinds[: index + 1] = [Kind.FRONT] * (index + 1)
                return index + 1
        return 0

    def _stripped(self, index: int) -> str:
        start, end, _ = self.spans[index]
        return self.text[start:end].rstrip()

    def _parse(self, first: int, last: int, dedent: int = 0) -> None:
        """Parse the blocks of some rows after removing `dedent` columns of indentation."""
        rows = [self.text[start:end] for start, end, _ in self.spans[first:last]]
        if self.bare:
            rows = [_as_entry(row) for row in rows]
        if dedent:
            rows = [_without_indent(row, dedent) for row in rows]
        skip_inline = 0
        for token in _parser().parse("\n".join(row.replace("\0", " ") for row in rows)):
            handler = _HANDLERS.get(token.type)
            if skip_inline:
                skip_inline += token.nesting if token.type.startswith("blockquote") else 0
                continue
            if token.type == "blockquote_open":
                skip_inline = 1
            if handler is not None:
                handler(self, token, first)

    # ---- blocks ------------------------------------------------------------------------------

    def _here(self) -> Node:
        return self.open[-1] if len(self.open) > 1 else self.section

    def _mark(self, kind: Kind, first: int, end: int) -> None:
        for row in range(first, min(end, len(self.kinds))):
            self.kinds[row] = kind

    def _add(self, form: Form, token: Token, base: int) -> Node:
        first, end = _rows(token, base)
        return self._here().add(Node(form, first, end, head=end))

    def heading(self, token: Token, base: int) -> None:
        """Add a heading; one inside a list or a quote is text."""
        first, end = _rows(token, base)
        level = int(token.tag[1])
        if len(self.open) > 1:
            self._here().add(Node(Form.TEXT, first, end, head=end))
            return
        if token.markup in ("=", "-"):
            if not self._is_underlined(first, end):
                self._here().add(Node(Form.TEXT, first, end - 1, head=end - 1))
                self._mark(Kind.RULE, end - 1, end)
                self._here().add(Node(Form.RULE, end - 1, end, head=end))
                return
            self._mark(Kind.UNDERLINE, end - 1, end)
            if end - first > 2:
                self._here().add(Node(Form.TEXT, first, end - 2, head=end - 2))
                first = end - 2
        self.kinds[first] = Kind.HEADING
        self.levels[first] = level
        while self.section.level >= level and self.section.parent is not None:
            self.section = self.section.parent
        self.section = self.section.add(Node(Form.SECTION, first, end, head=end, level=level))

    def _is_underlined(self, first: int, end: int) -> bool:
        """Return whether a line of dashes makes the one line above it a heading."""
        above = self._stripped(end - 2).strip()
        indented = self.text[self.spans[end - 1][0]] in " \t"
        bold = above.startswith(("**", "__", "|"))
        return end - first == 2 and not (indented or bold) and len(above) <= _UNDERLINED

    def bullets(self, token: Token, base: int) -> None:
        """Open a bullet list; right below a numbered entry its bullets are details of that entry.

        In `1. Export` above an unindented `- as CSV`, CommonMark ends one list and begins another.
        """
        first, end = _rows(token, base)
        above = self._here().children[-1:]
        self.details.append(bool(above) and self._is_detailed(above[0], first))
        if self.details[-1]:
            above[0].end = end
            self.open.append(above[0])

    def _is_detailed(self, above: Node, first: int) -> bool:
        """Return whether a numbered entry ends right above a row."""
        if above.form is not Form.ENTRY or above.end != first or not self._stripped(first - 1):
            return False
        return self._stripped(above.first).lstrip()[:1].isdigit()

    def bullets_close(self, token: Token, base: int) -> None:  # noqa: ARG002 - as all are called
        """Close a bullet list."""
        if self.details.pop():
            self.open.pop()

    def entry(self, token: Token, base: int) -> None:
        """Open a list entry: everything up to its end belongs to it."""
        first, end = _rows(token, base)
        node = Node(Form.ENTRY, first, end, head=first + 1)
        self.markers.add(first)
        self.open.append(self._here().add(node))

    def entry_close(self, token: Token, base: int) -> None:  # noqa: ARG002 - as all are called
        """Close a list entry."""
        self.open.pop()

    def paragraph(self, token: Token, base: int) -> None:
        """Add a paragraph, or the title of the entry that it begins."""
        first, end = _rows(token, base)
        here = self._here()
        if self._is_table(first, end):
            self._mark(Kind.TABLE, first, end)
            here.add(Node(Form.TABLE, first, end, head=first + 2))
            return
        bullets = self._bullets_within(first, end)
        if here.form is Form.ENTRY and here.first == first and not here.children:
            here.head = bullets
        else:
            here.add(Node(Form.TEXT, first, bullets, head=bullets))
        if bullets < end:
            start, stop, _ = self.spans[bullets]
            self._parse(bullets, end, columns(self.text, start, stop)[0])

    def _bullets_within(self, first: int, end: int) -> int:
        """Return the row of the first bullet indented too far to end the paragraph, else `end`."""
        for row in range(first + 1, end):
            start, stop, _ = self.spans[row]
            indented = self.text.startswith(("    ", "\t"), start)
            if indented and self.text[start:stop].lstrip()[:2] in ("- ", "* ", "+ "):
                return row
        return end

    def _is_table(self, first: int, end: int) -> bool:
        """Return whether a paragraph is a table whose delimiter row has too few cells."""
        if end - first < 2 or "|" not in self._stripped(first):
            return False
        row = self._stripped(first + 1).strip()
        return "|" in row and bool(_DELIMITER.match(row))

    def table(self, token: Token, base: int) -> None:
        """Add a table."""
        first, end = _rows(token, base)
        self._mark(Kind.TABLE, first, end)
        self._here().add(Node(Form.TABLE, first, end, head=first + 2))

    def code(self, token: Token, base: int) -> None:
        """Add a fenced code block."""
        first, end = _rows(token, base)
        if not self._is_closed(token, first, end):
            self.unclosed.append(first)
        self._mark(Kind.CODE, first, end)
        self._add(Form.CODE, token, base)

    def _is_closed(self, token: Token, first: int, end: int) -> bool:
        last = self._stripped(end - 1).strip(" \t>")
        return end - first > 1 and last.startswith(token.markup) and not last.strip(token.markup[0])

    def indented(self, token: Token, base: int) -> None:
        """Add indented code; read a list that is code only because of its indentation."""
        first, end = _rows(token, base)
        row = self.text[self.spans[first][0] : self.spans[first][1]]
        before = self._here().children[-1:] if self._here().children else []
        marker = _MARKER.match(row.strip())
        below_text = not before or before[0].form in (Form.TEXT, Form.SECTION)
        if marker and len(self.open) == 1 and below_text:
            width, _ = columns(row, 0, len(row))
            self._parse(first, end, width)
            return
        self._mark(Kind.CODE, first, end)
        self._add(Form.CODE, token, base)

    def html(self, token: Token, base: int) -> None:
        """Add a comment, one of our summaries, an HTML table, or another element, which is text."""
        first, end = _rows(token, base)
        content = token.content.strip()
        if content.casefold().startswith(_SUMMARY_START):
            end = first + 1
            self._mark(Kind.SUMMARY, first, end)
            self._add(Form.COMMENT, token, base)
        elif content.startswith("<!--"):
            self._mark(Kind.COMMENT, first, end)
            self._add(Form.COMMENT, token, base)
        elif (rows := self._html_rows(first, end)) and len(self.open) == 1:
            self._mark(Kind.TABLE, first, end)
            self.cells |= rows
            self._here().add(Node(Form.TABLE, first, end, head=first + 2))
        else:
            self._add(Form.TEXT, token, base)

    def _html_rows(self, first: int, end: int) -> dict[int, tuple[str, ...]]:
        """Return the cells of an HTML table by line; empty unless each row is on its own line."""
        end = min(end, len(self.spans))
        rows = html_rows(self.text, self.spans[first][0], self.spans[end - 1][1])
        starts = [start for start, _, _ in self.spans[first:end]]
        cells_by_row = {first + bisect_right(starts, row.at) - 1: row.cells for row in rows}
        return cells_by_row if len(cells_by_row) == len(rows) else {}

    def rule(self, token: Token, base: int) -> None:
        """Add a thematic break."""
        first, end = _rows(token, base)
        self._mark(Kind.RULE, first, end)
        self._add(Form.RULE, token, base)

    def quote(self, token: Token, base: int) -> None:
        """Add a quote as a single node."""
        first, end = _rows(token, base)
        while end > first + 1 and not self._stripped(end - 1).strip():
            end -= 1
        self._mark(Kind.QUOTE, first, end)
        self._here().add(Node(Form.QUOTE, first, end, head=end))

    # ---- lines -------------------------------------------------------------------------------

    def _lines(self) -> tuple[Line, ...]:
        self._mark_summaries()
        return tuple(self._line(row) for row in range(len(self.spans)))

    def _mark_summaries(self) -> None:
        """Mark the lines between the two comments of a summary."""
        first: int | None = None
        for row, kind in enumerate(self.kinds):
            if kind not in (Kind.SUMMARY, Kind.COMMENT):
                continue
            word = self._stripped(row).strip()
            if word.casefold() == _SUMMARY_START:
                first = row
            elif word == _SUMMARY_END and first is not None:
                self._mark(Kind.SUMMARY, first, row + 1)
                first = None

    def _line(self, row: int) -> Line:
        start, end, eol = self.spans[row]
        kind = self.kinds[row]
        indent, at = columns(self.text, start, end)
        body = self.text[at:end].rstrip()
        if not body and kind not in SILENT:
            return Line(row, start, end, eol, Kind.BLANK)
        line = Line(row, start, end, eol, kind, indent, body, at, cells=self.cells.get(row, ()))
        if row in self.levels:
            return self._heading(line)
        if row in self.markers and kind is not Kind.SUMMARY:
            return self._item(line)
        return line

    def _heading(self, line: Line) -> Line:
        level = self.levels[line.row]
        marks = _HASHES.match(line.text)
        if marks is None:
            return line._replace(level=level)
        _, at = columns(self.text, line.at + marks.end(), line.end)
        title = self.text[at : line.end].rstrip()
        bare = title.rstrip("#")
        if bare != title and (not bare or bare[-1] in " \t"):
            title = bare.rstrip()
        return line._replace(level=level, text=title, at=at)

    def _item(self, line: Line) -> Line:
        marker = _MARKER.match(line.text) or BARE_ROW.match(line.text)
        if marker is None:
            return line
        behind = line.at + marker.end()
        width, at = columns(self.text, behind, line.end)
        content = line.indent + marker.end() + (width if 0 < width <= TAB else 1)
        box = BEFORE_TEXT.match(self.text, at, line.end) if self.text.startswith("[", at) else None
        if box:
            _, at = columns(self.text, box.end(), line.end)
        kind = line.kind if line.kind in SILENT or line.kind is Kind.TABLE else Kind.LIST
        return line._replace(
            kind=kind, text=self.text[at : line.end].rstrip(), at=min(at, line.end),
            marker=marker[0], content=content, box=box.start(1) if box else None,
            ticked=box is not None and is_ticked(box),
        )  # fmt: skip


_HANDLERS = {
    "heading_open": _Builder.heading,
    "bullet_list_open": _Builder.bullets,
    "bullet_list_close": _Builder.bullets_close,
    "list_item_open": _Builder.entry,
    "list_item_close": _Builder.entry_close,
    "paragraph_open": _Builder.paragraph,
    "table_open": _Builder.table,
    "fence": _Builder.code,
    "code_block": _Builder.indented,
    "html_block": _Builder.html,
    "hr": _Builder.rule,
    "blockquote_open": _Builder.quote,
}


def _rows(token: Token, base: int) -> tuple[int, int]:
    first, end = token.map or (0, 0)
    return base + first, base + end


def _as_entry(row: str) -> str:
    """Return a row with a list marker in front of a check box that lacks one."""
    bare = row.lstrip(" \t")
    return f"{row[: len(row) - len(bare)]}- {bare}" if BARE_ROW.match(bare) else row


def _without_indent(row: str, width: int) -> str:
    """Return a row without its first `width` columns of indentation."""
    at = 0
    seen = 0
    while at < len(row) and seen < width and row[at] in " \t":
        seen += 1 if row[at] == " " else TAB - seen % TAB
        at += 1
    return " " * max(0, seen - width) + row[at:]
