"""Write new items into Markdown and Org: headings, list entries, and rows of tables."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, partial

from backlog_sync.core.checkboxes import IN_TITLE
from backlog_sync.core.inbox import NewItem
from backlog_sync.dataclass import dataclass
from backlog_sync.files.anchors import Anchor, MetaLine
from backlog_sync.files.inline import plain
from backlog_sync.files.outline import Form as NodeForm
from backlog_sync.files.outline import Kind, Line, Node
from backlog_sync.files.parsed import ParsedFile, ParsedItem
from backlog_sync.files.reading.titles import recognize, strip_number
from backlog_sync.files.syntax.cells import split_cells, text_at
from backlog_sync.files.vocabulary import RANKS, bare_word, field_of, vocabulary
from backlog_sync.files.write.edits import Edit, behind_line
from backlog_sync.files.write.insert_forms import Below, Form, usual_start
from backlog_sync.files.write.language import wording_of
from backlog_sync.files.write.markdown import format_issue
from backlog_sync.files.write.new_values import UnwritableError
from backlog_sync.files.write.place import metadata_host, styled
from backlog_sync.files.write.titles import Shell, written_title

_DEEPEST = 6
"""Levels of headings in Markdown (CommonMark, "ATX headings")."""

_NUMBER = re.compile(r"\d+")
_CLOSING = re.compile(r"[:.]?(\*\*|__)")
_BAR = re.compile(r"(?<!\\)\|")
_SIMPLE = re.compile(r"[^()\[\]—–;]{1,60}")
"""A value without a remark, which would be copied with its line: `5 pts (after the spike)`."""

_JOINTS = (":", "：", "—", "–", "-")

_Lines = Callable[[NewItem, bool, int], list[str]]
"""Returns the lines of an item: with its title wholly escaped or not, and its number from 0."""


@dataclass(frozen=True, slots=True)
class _Model:
    """An item to copy the form of; `node` is its heading or entry, None for a row of a table."""

    item: ParsedItem
    index: int
    anchor: Anchor
    line: Line
    node: Node | None

    @property
    def form(self) -> NodeForm:
        return self.node.form if self.node is not None else NodeForm.TABLE


class LineForms:
    """Finds the forms of new items in one file of headings, lists and tables."""

    def __init__(self, parsed: ParsedFile) -> None:
        self.parsed, self.text = parsed, parsed.source.text
        self.is_org = parsed.source.path.lower().endswith(".org")
        if self.is_org:
            from backlog_sync.files.syntax.org import read_outline  # noqa: PLC0415 - few are Org
        else:
            from backlog_sync.files.syntax.markdown import read_outline  # noqa: PLC0415 - as above
        outline = read_outline(self.text)
        self.lines, self.root, self.keywords = outline.lines, outline.root, outline.keywords
        forms = (NodeForm.SECTION, NodeForm.ENTRY)
        self.nodes = {node.first: node for node in self.root.walk() if node.form in forms}
        self.sections = [each for each in self.nodes.values() if each.form is NodeForm.SECTION]
        self.models = list(self._models())
        self.by_item = {id(each.item): each for each in self.models}
        self.holders = {item.parent for item in parsed.items}

    def forms(self, below: Below, kind: str) -> Iterator[Form]:
        """Yield the forms for items of a kind at a place, the best one first."""
        if below is None:
            tops = [model for model in self.models if model.item.parent is None]
            yield from self._beside(tops, kind)
            yield from self._in_section(self.root, frozenset((None,)), kind)
        elif isinstance(below, int):
            yield from self._below_item(below, kind)
        else:
            yield from self._below_heading(below.lstrip("#* \t").strip(), kind)

    def _models(self) -> Iterator[_Model]:
        for index, item in enumerate(self.parsed.items):
            row, anchor = item.place.line - 1, item.anchor
            node = self.nodes.get(row)
            if not isinstance(anchor, Anchor) or anchor.front >= 0 or row >= len(self.lines):
                continue
            if anchor.row is not None:
                yield _Model(item, index, anchor, self.lines[row], None)
            elif node is not None:
                yield _Model(item, index, anchor, self.lines[row], node)

    # ---- where -----------------------------------------------------------------------------

    def _below_item(self, index: int, kind: str) -> Iterator[Form]:
        parents = frozenset((index,))
        model = next((each for each in self.models if each.index == index), None)
        inner = [each for each in self.models if each.item.parent == index]
        if model is None or model.node is None:
            yield from self._beside(inner, kind)
            raise UnwritableError("nothing can be below an item that is only named, or a row")
        rows = range(model.node.first, model.node.end)
        yield from self._beside([each for each in inner if each.line.row in rows], kind)
        if model.node.form is NodeForm.SECTION:
            yield from self._in_section(model.node, parents, kind, model.item.kind)
        else:
            yield from self._in_entry(model, model.node, parents)

    def _below_heading(self, name: str, kind: str) -> Iterator[Form]:
        section = self._section(name)
        if section is None:
            yield from self._new_heading(name, kind)
            return
        for index, item in enumerate(self.parsed.items):
            if item.place.line - 1 == section.first:
                yield from self._below_item(index, kind)
                return
        rows = range(section.first, section.end)
        inner = [each for each in self.models if each.line.row in rows]
        there = {each.index for each in inner}
        yield from self._beside([each for each in inner if each.item.parent not in there], kind)
        around = (
            each.index for each in self.models
            if each.node is not None and each.node.first <= section.first < each.node.end
        )  # fmt: skip
        yield from self._in_section(section, frozenset((None, *around)), kind)

    def _section(self, name: str) -> Node | None:
        """Return the first heading with a name, or else with this name behind a number."""
        titles: tuple[Callable[[str], str], ...] = (str, strip_number)
        for title_of in titles:
            for node in self.sections:
                if bare_word(plain(title_of(node.text))) == bare_word(name):
                    return node
        return None

    def _last_row(self, first: int, end: int) -> int:
        """Return the last row with content before an end; a rule there is a border."""
        row = min(end, len(self.lines)) - 1
        while row > first and self.lines[row].kind in (Kind.BLANK, Kind.RULE):
            row -= 1
        return row

    # ---- next to an item -------------------------------------------------------------------

    def _beside(self, siblings: Sequence[_Model], kind: str) -> Iterator[Form]:
        """Yield the forms that follow the last sibling, in the form of one of the same kind."""
        leaves = [each for each in siblings if each.index not in self.holders] or siblings
        if not leaves:
            return
        model = max(leaves, key=lambda each: (each.item.kind == kind, _has_meta(each), each.index))
        others = [each for each in siblings if self._is_next_to(model, each)]
        last = max((model, *others), key=lambda each: each.line.row)
        parents = frozenset((model.item.parent,))
        if last.node is None:
            for lines in self._rows(model, model.item.parent):
                yield self._form(last.line.row, [], lines, parents)
            return
        row, gap = self._last_row(last.node.first, last.node.end), self._gap(siblings)
        number = _NUMBER.match(last.line.marker)
        for lines in self._copies(model, kind, int(number[0]) + 1 if number else 1):
            yield self._form(row, gap, lines, parents)

    def _is_next_to(self, model: _Model, other: _Model) -> bool:
        """Return whether two items are in the same list or table, or are both headings."""
        if model.node is None or other.node is None:
            both = model.node is None and other.node is None
            return both and self.tops[model.line.row] == self.tops[other.line.row]
        section = NodeForm.SECTION
        same = model.node.parent is other.node.parent
        return model.form is other.form and (model.form is section or same)

    def _gap(self, siblings: Sequence[_Model]) -> list[str]:
        """Return the lines between two siblings: blank ones, and a rule if they have one."""
        nodes = [each.node for each in siblings if each.node is not None]
        node = nodes[-1]
        above = self._last_row(-1, node.first)
        between = [self._raw(line).strip() for line in self.lines[above + 1 : node.first]]
        if len(nodes) > 1:
            return between
        first = above < 0 and not self.is_org
        return [""] if node.form is NodeForm.SECTION and (between or first) else []

    # ---- a section without items -------------------------------------------------------------

    def _in_section(
        self, section: Node, parents: frozenset[int | None], kind: str, above: str = ""
    ) -> Iterator[Form]:
        """Yield the forms for the end of a section, as the file has them elsewhere."""
        row = self._last_row(section.first, section.end)
        lead = [] if self.is_org else [""]
        yield from self._usual(row, parents, max(section.level, 1), kind, lead, above)

    def _new_heading(self, name: str, kind: str) -> Iterator[Form]:
        """Yield the forms with a new heading at the end of the file."""
        row = self._last_row(-1, len(self.lines))
        for level in self._levels():
            title = written_title(name)
            head = "*" * (level - 1) if self.is_org else "#" * level
            peers = [node for node in self.sections if node.level == level]
            lead = [*self._border(peers), f"{head} {title}", *([] if self.is_org else [""])]
            yield from self._usual(row, frozenset((None,)), level, kind, lead)

    def _levels(self) -> list[int]:
        """Return the levels for a new section: that below the only title, then that of the title.

        A file that is one item needs the second one.
        """
        tops = [node for node in self.root.children if node.form is NodeForm.SECTION]
        inner = [node.level for top in tops for node in top.children
                 if node.form is NodeForm.SECTION]  # fmt: skip
        levels = [node.level for node in tops]
        if len(tops) != 1 or self.is_org:
            return [Counter(levels).most_common(1)[0][0]] if levels else [2]
        return [Counter(inner).most_common(1)[0][0] if inner else levels[0] + 1, levels[0]]

    def _border(self, sections: Sequence[Node]) -> list[str]:
        """Return the lines before a new section: a rule if most others have one."""
        above = [self.lines[self._above(node)] for node in sections if node.first]
        rules = [self._raw(line) for line in above if line.kind is Kind.RULE]
        if rules and len(rules) * 2 > len(sections):
            return ["", rules[-1], ""]
        glued = self.is_org and not any(
            self.lines[node.first - 1].kind is Kind.BLANK for node in sections if node.first
        )
        return [] if glued else [""]

    def _above(self, node: Node) -> int:
        row = node.first - 1
        while row > 0 and self.lines[row].kind is Kind.BLANK:
            row -= 1
        return row

    def _usual(
        self, row: int, parents: frozenset[int | None], level: int, kind: str,
        lead: Sequence[str], above: str = "",
    ) -> Iterator[Form]:  # fmt: skip
        """Yield the forms of items in a section without any: first that of most other items."""
        for model in self._common(kind, above):
            if model.form is NodeForm.TABLE:
                top = self.tops[model.line.row]
                head = [self._raw(line) for line in self.lines[top : top + 2]]
                for lines in self._rows(model, None, headed=True):
                    yield self._form(row, [], lines, parents, [*lead, *head])
                continue
            gap = [""] if model.form is NodeForm.SECTION and not self.is_org else []
            for lines in self._copies(model, kind, 1, level=level + 1):
                yield self._form(row, gap, lines, parents, lead)
        for mark, before in self._plainest(level + 1):
            gap = [""] if mark.startswith("#") else []
            yield self._form(row, gap, partial(_plainest, mark, before), parents, lead)

    def _common(self, kind: str, above: str) -> list[_Model]:
        """Return an item of each form, the form of most items without others below them first.

        It is one of the same kind if there is one; never a larger one than the item above.
        """
        leaves = [each for each in self.models if each.index not in self.holders]
        fitting = [each for each in leaves if RANKS[each.item.kind] > RANKS.get(above, 0)]
        models: dict[tuple[object, ...], _Model] = {}
        for each in sorted(fitting or leaves, key=lambda e: (e.item.kind == kind, _has_meta(e))):
            models[_shape(each)] = each
        counts = Counter(map(_shape, fitting or leaves))
        return [models[shape] for shape, _ in counts.most_common()]

    def _plainest(self, level: int) -> Iterator[tuple[str, str]]:
        """Yield marks and type words that are read in most files, whatever else they contain."""
        if self.is_org:
            yield self._heading_mark(level), ""
            return
        heading = [(self._heading_mark(level), word) for word in ("{}: ", "Task: ")]
        yield "- [ ] ", ""
        yield from heading[:1] if level <= _DEEPEST else ()
        yield "- ", "**{}**: "
        yield "- [ ] ", "{}: "
        yield from heading[1:] if level <= _DEEPEST else ()

    def _in_entry(
        self, model: _Model, node: Node, parents: frozenset[int | None]
    ) -> Iterator[Form]:
        """Yield the forms for a list below an entry that has none, as another entry has one."""
        row = self._last_row(node.first, node.end)
        body = self._raw(model.line)
        lead = body[: len(body) - len(body.lstrip())]
        lead += " " * max(1, model.line.content - model.line.indent)
        nested = [
            each for each in self.models
            if each.node and each.node.parent
            and each.form is each.node.parent.form is NodeForm.ENTRY
        ]  # fmt: skip
        for each in (*nested[-1:], model):
            for lines in self._copies(each, each.item.kind, 1, lead=lead):
                yield self._form(row, [], lines, parents)

    # ---- the lines of one item ---------------------------------------------------------------

    def _copies(
        self, model: _Model, kind: str, number: int, *, level: int | None = None, lead: str = ""
    ) -> Iterator[_Lines]:
        """Yield copies of an item: with lines of metadata if it has some, with its type word.

        `number` is that of an ordered list. `level` is for a place elsewhere, where an entry is not
        indented, or as far as `lead`.
        """
        if level is not None and model.form is NodeForm.SECTION and level > _DEEPEST:
            return
        for meta in (True, False) if _has_meta(model) and not self.is_org else (False,):
            for at in range(len(self._shells(model, kind))):
                yield partial(self._copy, model, at, meta, number, level, lead)

    def _copy(
        self, model: _Model, nth: int, meta: bool, number: int, level: int | None, lead: str,
        item: NewItem, wholly: bool, at: int,
    ) -> list[str]:  # fmt: skip
        line, entry = model.line, model.form is NodeForm.ENTRY
        shells = self._shells(model, item.kind)
        shell = shells[min(nth, len(shells) - 1)]
        mark = self._mark(line, number + at) if entry else self._heading_mark(level or line.level)
        first = entry and not shell[0] and line.box is None
        title = written_title(item.title, shell, wholly=wholly, entry=entry, first=first)
        lines = [f"{mark}{shell[0]}{title}{shell[1]}"]
        lines += self._meta(model, item) if meta else []
        if not entry or (level is None and not lead):
            return lines
        blank = " " * (len(mark) - len(mark.lstrip()))
        return [f"{lead}{each.removeprefix(blank)}" for each in lines]

    def _heading_mark(self, level: int) -> str:
        if not self.is_org:
            return f"{'#' * level} "
        keyword = self.keywords.open[0] if self.keywords and self.keywords.open else "TODO"
        return f"{'*' * (level - 1)} {keyword} "

    def _mark(self, line: Line, number: int) -> str:
        """Return what precedes the text of an entry like another one: marker, empty box."""
        mark = self.text[line.start : line.at]
        if line.box is not None:
            at = line.box - line.start
            mark = f"{mark[:at]} {mark[at + 1 :].replace('*', '')}"  # without a footnote's sign
        return _NUMBER.sub(str(number), mark, count=1) if line.marker[:1].isdigit() else mark

    def _meta(self, model: _Model, item: NewItem) -> list[str]:
        """Return lines of metadata in the style of another item's.

        Lines of fields that the item has, too, are copied: their values are set later.
        """
        anchor, host = model.anchor, metadata_host(model.anchor)
        assert host is not None
        by_row: dict[int, list[MetaLine]] = {}
        for meta in anchor.meta:
            by_row.setdefault(meta.line, []).append(meta)
        names = {*item.fields, "issue"}
        kept = [
            row for row, metas in sorted(by_row.items())
            if row != anchor.title
            and all(m.pair.field in names and _SIMPLE.fullmatch(m.pair.value) for m in metas)
        ]  # fmt: skip
        lines = [self._raw(self.lines[row]).rstrip() for row in kept]
        if not anchor.list_ and not any(
            m.pair.field == "issue" for row in kept for m in by_row[row]
        ):
            new = [(self._issue_key, format_issue(item.issue, item.url))]
            lines += styled(host, new, host.pair.prefix)
        if self.lines[host.line].kind is not Kind.LIST:
            lines = [f"{each}  " for each in lines[:-1]] + lines[-1:]
        apart = min(by_row) > anchor.title + 1 and not anchor.list_
        return [""] * (apart and bool(lines)) + lines

    @cached_property
    def _issue_key(self) -> str:
        return wording_of([each.anchor for each in self.models]).key("issue")

    def _raw(self, line: Line) -> str:
        return self.text[line.start : line.end]

    def _form(
        self, row: int, gap: Sequence[str], lines_of: _Lines, parents: frozenset[int | None],
        lead: Sequence[str] | None = None,
    ) -> Form:  # fmt: skip
        """Return the form that puts the lines of items after a row, with a gap or `lead` before."""

        def edits(new: Sequence[NewItem], wholly: bool) -> list[Edit]:
            lines = [*(gap if lead is None else lead)]
            for at, item in enumerate(new):
                lines += [*(gap if at else ()), *lines_of(item, wholly, at)]
            return [behind_line(self.text, self.lines[row].start, lines)]

        return Form(edits, parents)

    # ---- around the title ----------------------------------------------------------------------

    def _shells(self, model: _Model, kind: str) -> list[Shell]:
        """Return what stands around a title as in another item, without its number."""
        raw, title = model.line.text, model.item.document.title
        at = raw.find(title)
        before, after = (raw[:at], raw[at + len(title) :]) if at >= 0 else ("", "")
        heading = model.form is NodeForm.SECTION
        box = "[ ] " if heading and IN_TITLE.match(raw) else ""
        closing = _CLOSING.match(after)
        bold = closing[1] if closing and closing[1] in before else ""
        end = self.text[model.line.at + len(raw) : model.line.end].rstrip()
        tail = end if heading and end.strip("# \t") == "" and not self.is_org else ""
        words = list(_words(raw, before, kind))
        outer, inner = (bold, "") if before.startswith(bold) else ("", bold)
        shells = [(f"{box}{outer}{word}{inner}", f"{inner}{outer}{tail}") for word in words]
        shells.append((f"{box}{bold}", f"{bold}{tail}"))
        if not words:
            shells.append((f"{box}{kind.capitalize()}: ", tail))
        return shells

    # ---- rows of tables --------------------------------------------------------------------------

    def _rows(self, model: _Model, parent: int | None, *, headed: bool = False) -> Iterator[_Lines]:
        """Yield copies of a row; `headed` is whether a new table begins with its columns."""
        row = model.anchor.row
        if row is None or model.line.cells:
            return  # in HTML, cells do not have offsets
        bold = next((each for each in ("**", "__") if self.text.endswith(each, 0, row.start)), "")
        for numbered in (False, True):
            for mark in dict.fromkeys((bold, "")):
                yield partial(self._row, model, mark, parent, numbered, headed)

    def _row(
        self, model: _Model, mark: str, parent: int | None, numbered: bool, headed: bool,
        item: NewItem, wholly: bool, _at: int,
    ) -> list[str]:  # fmt: skip
        """Return a row with the title, the kind, and the cells that name the item above.

        `numbered` puts the issue into the first column, for tables that number their rows.
        """
        line, row = model.line, model.anchor.row
        assert row is not None
        top = self.tops[line.row]
        names = [field_of(bare_word(plain(cell.text))) for cell in split_cells(self.lines[top])]
        above = self.parsed.items[parent].document if parent is not None else None
        shared = {above.title, above.id} if above else set()
        values: list[str] = []
        number = format_issue(item.issue, item.url)
        for at, cell in enumerate(split_cells(line)[: len(names)]):
            name = names[at] or ""
            if cell.start <= row.start <= cell.end:
                title = written_title(item.title, (mark, mark), wholly=wholly, cell=True)
                behind = "" if numbered or "issue" in names else f" ({number})"
                values.append(f"{mark}{title}{mark}{behind}")
            elif name == "kind":
                values.append(self._kind_word(model, at, item.kind))
            elif name == "issue" or (numbered and not at):
                values.append(number)
            elif name == "status":
                values.append(usual_start(self.parsed, partial(self._cell_of, model, at)))
            elif name in item.fields:
                values.append(_cell(item.fields[name]))
            else:
                values.append(cell.text if plain(cell.text) in shared else "")
        if headed:
            return [self._laid_out(self.lines[top], self.lines[top + 1], values)]
        return [self._laid_out(line, self.lines[line.row - 1], values)]

    @cached_property
    def tops(self) -> list[int]:
        """Return for each row the first one of its table; the row itself outside of tables."""
        tops: list[int] = []
        for row, line in enumerate(self.lines):
            goes_on = row and line.kind is self.lines[row - 1].kind is Kind.TABLE
            tops.append(tops[-1] if goes_on else row)
        return tops

    def _kind_word(self, model: _Model, at: int, kind: str) -> str:
        """Return the word for a kind that other rows of the table use."""
        alike = (each.item for each in self.models if each.item.kind == kind)
        words = filter(None, map(partial(self._cell_of, model, at), alike))
        return next(words, kind.capitalize())

    def _cell_of(self, model: _Model, at: int, item: ParsedItem) -> str:
        """Return the text of a cell of an item in the same table as another one; else nothing."""
        other = self.by_item.get(id(item))
        if other is None or not self._is_next_to(model, other):
            return ""
        return text_at(split_cells(other.line), at)

    def _laid_out(self, line: Line, other: Line, values: Sequence[str]) -> str:
        """Return a row like another one; columns in which both rows are as wide are filled up."""
        closed, opened = line.text.endswith("|"), line.text.startswith("|")
        widths, others = (
            [len(part) for part in _BAR.split(each.text.removeprefix("|").removesuffix("|"))]
            for each in (line, other)
        )
        blank = " " if line.text.startswith("| ") or not opened else ""
        cells = []
        for at, value in enumerate(values):
            cell = f"{blank}{value}{blank}" if value else blank
            even = at < min(len(widths), len(others)) and widths[at] == others[at]
            cells.append(cell.ljust(widths[at]) if even else cell)
        row = "|".join(cells)
        text = f"|{row}" if opened else row.lstrip()
        return f"{self.text[line.start : line.at]}{text}{'|' if closed else ''}".rstrip()


def _has_meta(model: _Model) -> bool:
    return metadata_host(model.anchor) is not None


def _shape(model: _Model) -> tuple[object, ...]:
    """Return what makes items look alike: heading or entry, its box, whether it is numbered."""
    return model.form, model.line.box is not None, model.line.marker[:1].isdigit()


def _cell(value: object) -> str:
    words = value if isinstance(value, list | tuple) else (value,)
    return ", ".join(
        f"{each:g}" if isinstance(each, float) else str(each) for each in words
    ).replace("|", "/")


def _plainest(mark: str, word: str, item: NewItem, wholly: bool, _at: int) -> list[str]:
    before = word.format(item.kind.capitalize())
    entry = not mark.startswith(("#", "*"))
    title = written_title(item.title, (before, ""), wholly=wholly, entry=entry)
    return [f"{mark}{before}{title}"]


def _words(raw: str, before: str, kind: str) -> Iterator[str]:
    """Yield the word of a kind as another title has one before its number, then that word."""
    typed = recognize(raw)
    if typed is None:
        return
    bare = re.sub(r"^[*_\s]+|[*_\s]+$", "", IN_TITLE.sub("", before))
    if typed.number:
        number = rf"[ _#-]*{re.escape(typed.number)}(?=[^\w.]|$)"
        bare, count = re.subn(number, "", bare, count=1, flags=re.IGNORECASE)
        if not count:
            return
    word = re.match(r"[^\W\d_][\w ]*[^\W_]", bare)
    known = vocabulary().spelled.get(word[0].casefold()) if word else None
    if word is None or known is None:
        return
    joint = bare[word.end() :].strip("*_ ")
    joint = joint if joint in _JOINTS else ":"
    joint = f"{joint} " if joint == ":" else joint if joint == "：" else f" {joint} "
    bold = "**" if "**" in bare[word.end() :] else ""
    other = kind.upper() if word[0].isupper() else kind.capitalize()
    for each in (other if known.kind != kind else word[0], word[0]):
        yield f"{bold}{each}{bold}{joint}"
