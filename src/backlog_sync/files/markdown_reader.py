"""The walk over the lines: which item each belongs to, and which rule takes it."""

from dataclasses import dataclass, replace
from typing import NamedTuple

from backlog_sync.core.diagnostics import Place
from backlog_sync.files.markdown_bullets import is_time_heading
from backlog_sync.files.markdown_claims import Count, TableRow, read_summary, total_counts
from backlog_sync.files.markdown_drafts import Block, Criterion, Draft, MetaLine
from backlog_sync.files.markdown_fields import Taken, is_done_when, is_story_sentence, set_field
from backlog_sync.files.markdown_headings import Headings
from backlog_sync.files.markdown_inline import only_link, plain
from backlog_sync.files.markdown_lines import SILENT, Kind, Line
from backlog_sync.files.markdown_lists import Listed
from backlog_sync.files.markdown_metadata import Pair, parse_pairs
from backlog_sync.files.markdown_typed import Typed, parse_title, recognise
from backlog_sync.files.markdown_values import parse_dependencies, parse_names
from backlog_sync.files.markdown_words import (
    LONG_FIELDS,
    RANKS,
    STRUCTURE,
    TEXT_FIELDS,
    bare_word,
    field_of,
)
from backlog_sync.files.parsed import Source

_TITLE_LINES = 8
_GLUE = (Kind.LIST, Kind.TEXT)
_BELOW = {1: "feature", 2: "story", 3: "task"}
_CRITERIA = "acceptance_criteria"


class Note(NamedTuple):
    """Which rule took a line."""

    line: int
    rule: str
    draft: Draft | None
    reason: str


@dataclass(slots=True)
class _Section:
    """An open heading: the item that it is, or what it means for the item above it.

    `foreign` tells that what stands below speaks of something else than that item.
    """

    level: int
    draft: Draft | None = None
    foreign: bool = False
    field: str | None = None
    time: bool = False
    metadata: bool = False


class Reader:
    """Reads the lines of one source into drafts, claims and notes."""

    def __init__(
        self,
        source: Source,
        lines: tuple[Line, ...],
        headings: Headings,
        listed: Listed,
        *,
        bullets: bool,
    ) -> None:
        self.path = source.path
        self.text = source.text
        self.lines = lines
        self.headings = headings
        self.listed = listed
        self.bullets = bullets
        self.drafts: list[Draft] = []
        self.notes: list[Note] = []
        self.claims: list[tuple[Count, Line, Draft | None]] = []
        self.summaries: list[TableRow] = []
        self._open: list[_Section] = []
        self._lists: list[Draft] = []
        self._block: Block | None = None
        self._sentence: Draft | None = None  # whose user story goes on
        self._title: Draft | None = None  # whose title goes on
        self._glued = False  # no blank line before this one
        self._table = -1  # the last line of the table that was read

    def run(self) -> None:
        """Read all lines."""
        for line in self.lines:
            if line.kind is Kind.BLANK:
                self._blank()
            elif line.kind in SILENT:
                self._pause()
                self._note(line, line.kind.value, None, "not read")
            elif line.kind is Kind.HEADING:
                self._heading(line)
            elif line.kind is Kind.TABLE:
                self._read_table(line)
            elif line.kind in (Kind.UNDERLINE, Kind.RULE):
                self._rule(line)
            else:
                self._content(line)
            self._glued = line.kind in _GLUE
        self._end_block()

    # ---- where a line stands ---------------------------------------------------------------

    def place(self, line: Line, offset: int) -> Place:
        """The place of an offset on a line."""
        return Place(self.path, line.row + 1, offset - line.start + 1)

    def _note(self, line: Line, rule: str, draft: Draft | None = None, reason: str = "") -> None:
        self.notes.append(Note(line.row + 1, rule, draft, reason))

    @property
    def _section(self) -> _Section | None:
        return self._open[-1] if self._open else None

    def _owner(self) -> Draft | None:
        """The item that a line belongs to."""
        if self._lists:
            return self._lists[-1]
        return next((s.draft for s in reversed(self._open) if s.draft), None)

    def _foreign(self) -> bool:
        """Whether the line stands below a heading that speaks of something else."""
        if self._lists:
            return False
        for section in reversed(self._open):
            if section.draft:
                return False
            if section.foreign:
                return True
        return False

    def _parent(self, rank: int) -> Draft | None:
        for draft in reversed(self._lists):
            if draft.rank < rank:
                return draft
        return next(
            (s.draft for s in reversed(self._open) if s.draft and s.draft.rank < rank), None
        )

    # ---- headings --------------------------------------------------------------------------

    def _heading(self, line: Line) -> None:
        self._end_block()
        self._lists.clear()
        self._pause()
        typed = self.headings.items.get(line.row)
        if typed:
            self._typed_heading(line, typed)
            return
        word = bare_word(line.text)
        field = field_of(line.text)
        field = field if field in LONG_FIELDS else None
        structural = word in STRUCTURE
        while self._open and self._open[-1].level >= line.level:
            self._open.pop()
        time = not self._owner() and is_time_heading(line.text)
        above = self._open[-1] if self._open else None
        if field is None and above and above.draft is None and above.field == _CRITERIA:
            field = _CRITERIA  # a group of the criteria
        section = _Section(line.level, None, not (field or structural), field, time)
        self._open.append(section)
        if time and self.bullets and self._has_bullets(line):
            title, status, _ = parse_title(line.text)
            section.draft = self._add("epic", None, title, line, line.at, status, line.level)
            self._note(line, "time-heading", section.draft)
            return
        owner = self._owner()
        if field and owner:
            self._begin_block(Block(field, owner, heading=True))
            self._note(line, "metadata", owner, f"{field} is below this heading")
        else:
            reason = self.headings.refused.get(line.row, "")
            self._note(line, "heading", owner if structural else None, reason or "no item")

    def _typed_heading(self, line: Line, typed: Typed) -> None:
        kind = typed.word.kind
        rank = RANKS[kind]
        while self._open:
            top = self._open[-1]
            above = top.draft is not None and (typed.dotted or top.draft.rank < rank)
            if top.level < line.level or (top.level == line.level and above and not typed.dotted):
                break
            self._open.pop()
        if typed.dotted:
            owner = self._owner()
            kind = _BELOW.get(owner.rank, "task") if owner else "story"
        elif typed.word.name == "sprint" and self._parent(rank) is None:
            kind = "epic"
        title = typed.title or typed.word.name.capitalize()
        draft = self._add(kind, typed, title, line, line.at, typed.status, line.level)
        section = _Section(line.level, draft, metadata=line.row in self.headings.metadata)
        self._open.append(section)
        self._note(line, "typed-heading", draft)

    def _has_bullets(self, heading: Line) -> bool:
        for index in range(heading.row + 1, len(self.lines)):
            line = self.lines[index]
            if line.kind is Kind.HEADING:
                return False
            if line.kind is Kind.LIST and only_link(line.text) is None:
                return True
        return False

    def _add(
        self,
        kind: str,
        typed: Typed | None,
        title: str,
        line: Line,
        at: int,
        status: str | None,
        level: int = 0,
    ) -> Draft:
        """A new item; its parent is the nearest open item of a smaller rank."""
        draft = Draft(kind, typed, title, line, self.place(line, at), level=level)
        draft.index = len(self.drafts)
        draft.parent = self._parent(draft.rank)
        draft.last_line = line.row
        if typed:
            named = kind if typed.dotted else None
            draft.key = f"{named}-{typed.number}" if named else typed.key
            if typed.points is not None:
                draft.fields["story_points"] = typed.points
        if status:
            draft.fields["mark"] = status
        draft.places["title"] = draft.place
        self.drafts.append(draft)
        return draft

    # ---- pauses ----------------------------------------------------------------------------

    def _pause(self) -> None:
        """A sentence or a title does not go on behind this line."""
        self._sentence = self._title = None

    def _blank(self) -> None:
        self._pause()
        block = self._block
        if block and block.field != _CRITERIA and block.text and not block.heading:
            self._end_block()
        if self._block and self._block.heading and self._block.text:
            self._block.text.append("")
        owner = self._owner()
        if owner:
            owner.parted = True

    def _rule(self, line: Line) -> None:
        self._pause()
        if line.kind is Kind.RULE:
            self._lists = [draft for draft in self._lists if draft.indent < line.indent]
            if self._block and not self._block.heading:
                self._end_block()
        self._note(line, line.kind.value)

    def _leave(self, line: Line) -> None:
        """Close the list items that this line is not a part of."""
        while self._lists:
            top = self._lists[-1]
            if line.indent > top.indent:
                break
            if self._glued and self._lazy(line, top):
                break
            self._lists.pop()
            if self._block and self._block.draft is top:
                self._end_block()

    def _lazy(self, line: Line, top: Draft) -> bool:
        """Whether a line that is not indented still belongs to the list item right above it."""
        if line.kind is not Kind.LIST:
            return not (top.simple and line.text.startswith("**"))
        if line.row in self.listed.items and not self._names_parent(line, top):
            return False
        if line.box is not None:
            return self._block is not None and self._block.draft is top
        return top.typed is not None and self._known_keys(line)

    def _known_keys(self, line: Line) -> bool:
        pairs = parse_pairs(self.text, line, plain_keys=True)
        return bool(pairs) and pairs[0].field is not None

    def _names_parent(self, line: Line, item: Draft | None) -> bool:
        """Whether `- Epic: name` below an item names its epic."""
        typed = self.listed.items.get(line.row)
        return (
            item is not None
            and typed is not None
            and typed.number is None
            and typed.word.kind in ("epic", "feature")
            and RANKS[typed.word.kind] < item.rank
            and self._glued
        )

    # ---- content ---------------------------------------------------------------------------

    def _content(self, line: Line) -> None:
        self._leave(line)
        item = self._owner()
        typed = self.listed.items.get(line.row)
        if typed and not self._is_inside(line, typed) and not self._names_parent(line, item):
            self._list_item(line, typed)
            return
        pairs = parse_pairs(self.text, line, plain_keys=self._takes_plain(line, item))
        if pairs and self._metadata(line, pairs, item):
            return
        if line.box is not None:
            self._box(line, item)
        elif self._block and self._block_line(line, self._block):
            pass
        elif item is None:
            self._outside(line)
        elif line.kind is Kind.LIST:
            self._bullet(line, item)
        else:
            self._paragraph(line, item)

    def _is_criterion(self, line: Line) -> bool:
        return line.box is not None and self._block is not None and self._block.field == _CRITERIA

    def _is_inside(self, line: Line, typed: Typed) -> bool:
        """Whether what looks like an item is a criterion or a dependency of the open block."""
        needed = self._block is not None and self._block.field == "depends_on"
        return self._is_criterion(line) or (needed and not typed.bold)

    def _takes_plain(self, line: Line, item: Draft | None) -> bool:
        """Whether `K: v` without bold marks is metadata here."""
        if item is None or self._foreign():
            return False
        if self._block and self._block.field == _CRITERIA:
            return False
        if self._title is item and line.kind is Kind.TEXT:
            return True
        if line.kind is Kind.LIST and line.indent > (item.content + 2 if item.content else 1):
            return False  # a detail of what stands above it
        return not item.prose or bool(item.meta and item.meta[-1].line == line.row - 1)

    def _list_item(self, line: Line, typed: Typed) -> None:
        self._end_block()
        self._pause()
        draft = self._add(typed.word.kind, typed, typed.title, line, line.at, typed.status)
        self._push(draft, line)
        self._note(line, "typed-list", draft)

    def _push(self, draft: Draft, line: Line) -> None:
        draft.indent, draft.content, draft.box = line.indent, line.content, line.box
        if line.box is not None and line.ticked:
            draft.fields["mark"] = "Done"
        self._lists.append(draft)

    def _metadata(self, line: Line, pairs: tuple[Pair, ...], item: Draft | None) -> bool:
        """Take the pairs of a line; False where they are no metadata of an item."""
        claimed = [count for pair in pairs for count in total_counts(pair)]
        if claimed:
            scope = None if self._foreign() else item
            self.claims += [(count, line, scope) for count in claimed]
            self._end_block()
            self._note(line, "claim", scope)
            return True
        if item is None or self._foreign():
            return False
        if pairs[0].field is None and len(pairs) == 1 and self._is_sentence_pair(line):
            return False
        self._end_block()
        self._pause()
        known = len(pairs) > 1 and any(pair.field for pair in pairs)
        item.parted = item.parted or known
        told = []
        for pair in pairs:
            taken, field = self._take(line, pair, item)
            unknown = taken is Taken.UNKNOWN
            known = known or not unknown
            item.meta.append(MetaLine(replace(pair, field=None) if unknown else pair, line.row))
            if field:
                item.places.setdefault(field, self.place(line, pair.start))
            if unknown:
                whole = len(pairs) == 1
                item.say(self._raw(line, item) if whole else f"**{pair.key}**: {pair.value}")
            told.append(f"{pair.key}: {taken.value}" if taken is not Taken.SET else "")
        item.parted = item.parted or known
        self._note(line, "metadata", item, "; ".join(filter(None, told)))
        return True

    def _is_sentence_pair(self, line: Line) -> bool:
        return self._block is not None and self._block.field == _CRITERIA and line.kind is Kind.LIST

    def _take(self, line: Line, pair: Pair, item: Draft) -> tuple[Taken, str | None]:
        if pair.field == _CRITERIA:
            if pair.value:
                place = self.place(line, pair.start)
                self._criterion(item, Criterion(pair.value, False, None, line), place)
                return Taken.SET, None
            if is_done_when(pair.key) and not self._boxes_follow(line):
                return Taken.UNKNOWN, None
            self._begin_block(Block(_CRITERIA, item))
            return Taken.BLOCK, None
        taken, field = set_field(item, pair)
        if taken is Taken.BLOCK and field:
            self._begin_block(Block(field, item))
        elif taken is Taken.SET and field in TEXT_FIELDS:
            self._begin_block(Block(field, item, text=[pair.value]))
        return taken, field

    def _boxes_follow(self, line: Line) -> bool:
        """Whether the next list item below a key is a check box."""
        for index in range(line.row + 1, min(line.row + 6, len(self.lines))):
            below = self.lines[index]
            if below.kind is Kind.LIST:
                return below.box is not None
            if below.kind is not Kind.BLANK:
                return False
        return False

    def _box(self, line: Line, item: Draft | None) -> None:
        block = self._block if self._is_criterion(line) else None
        self._pause()
        if not line.text:
            self._note(line, "skipped", None, "a check box without text")
        elif block or (item and item.rank >= RANKS["task"]):
            draft = block.draft if block else item
            assert draft is not None
            if block:
                block.boxed = True
            entry = Criterion(line.text, line.ticked, line.box, line)
            self._criterion(draft, entry, self.place(line, line.at))
            self._note(line, "checklist", draft)
        elif item is None and self._section and self._section.field == _CRITERIA:
            self._note(line, "skipped", None, "criteria of no item")
        else:
            self._end_block()
            title, status, points = parse_title(line.text)
            draft = self._add("task", None, title or line.text, line, line.at, status)
            if points is not None:
                draft.fields["story_points"] = points
            self._push(draft, line)
            self._title = draft
            self._note(line, "task", draft)

    def _criterion(self, draft: Draft, entry: Criterion, place: Place) -> None:
        draft.places[f"{_CRITERIA}.{len(draft.criteria)}"] = place
        draft.places.setdefault(_CRITERIA, place)
        draft.criteria.append(entry)

    def _outside(self, line: Line) -> None:
        refused = self.listed.refused.get(line.row)
        if line.kind is Kind.LIST and not refused and self._section and self._section.time:
            reason = "below a time or status heading: an item with --bullets items"
            if only_link(line.text) is not None:
                reason = "only a link: navigation"
            self._note(line, "bullet", None, reason)
            return
        self._note(line, "skipped", None, refused or "outside of any item")

    # ---- text of an item -------------------------------------------------------------------

    def _bullet(self, line: Line, item: Draft) -> None:
        """A list item that is no item itself, or one of low confidence (rule 7)."""
        kind = self._bullet_kind(line)
        if kind and self.bullets:
            title, status, points = parse_title(only_link(line.text) or line.text)
            draft = self._add(kind, None, title or line.text, line, line.at, status)
            if points is not None:
                draft.fields["story_points"] = points
            self._push(draft, line)
            self._title = draft
            self._note(line, "bullet", draft)
        elif kind and only_link(line.text) is not None:
            self._note(line, "bullet", None, "only a link: an item with --bullets items")
        else:
            self._paragraph(line, item)

    def _bullet_kind(self, line: Line) -> str | None:
        """The kind of a bullet directly below a time heading, or a phase and the like."""
        section = self._section
        if self._lists or section is None or section.draft is None or not line.text:
            return None
        if line.row in self.listed.refused:
            return None
        linked = only_link(line.text) is not None
        if section.time:
            return None if linked else "task"
        if section.draft.weak and (section.metadata or not linked):
            return "feature"
        return None

    def _paragraph(self, line: Line, item: Draft) -> None:
        goes_on = self._title is item and item.last_line == line.row - 1
        if goes_on and line.kind is Kind.TEXT and line.row - item.line.row < _TITLE_LINES:
            item.title = f"{item.title} {plain(line.text)}".strip()
            item.last_line = line.row
            self._note(line, "title", item)
            return
        self._title = None
        if self._foreign():
            self._note(line, "skipped", None, "below a heading that is no part of the item")
        elif self._sentence is item and self._glued and line.kind is Kind.TEXT:
            item.fields["user_story"] = f"{item.fields['user_story']}\n{line.text}"
            self._note(line, "user-story", item)
        elif (
            line.kind is not Kind.LIST
            and "user_story" not in item.fields
            and is_story_sentence(line.text)
        ):
            item.fields["user_story"] = line.text
            item.places["user_story"] = self.place(line, line.at)
            self._sentence = item
            self._note(line, "user-story", item)
        else:
            self._sentence = None
            item.say(self._raw(line, item))
            self._note(line, "description", item, self.listed.refused.get(line.row, ""))

    def _raw(self, line: Line, item: Draft) -> str:
        """A line as it is written, without the indentation of the item that holds it."""
        begin = line.at
        if line.kind is Kind.LIST:
            begin = (
                line.start
                + len(self.text[line.start : line.at])
                - len(self.text[line.start : line.at].lstrip(" \t"))
            )
        body = self.text[begin : line.end].rstrip()
        return " " * max(0, min(line.indent - item.content, 40)) + body

    def _read_table(self, line: Line) -> None:
        if line.row <= self._table:
            return
        self._pause()
        self._leave(line)
        end = line.row
        while end < len(self.lines) and self.lines[end].kind is Kind.TABLE:
            end += 1
        rows = list(self.lines[line.row : end])
        self._table = end - 1
        summary = read_summary(rows)
        item = self._owner()
        if summary:
            self.summaries += summary
        elif item and not self._foreign():
            self._end_block()
            for row in rows:
                item.say(self._raw(row, item))
        for row in rows:
            if summary:
                self._note(row, "claim", None, "a summary table")
            elif item and not self._foreign():
                self._note(row, "description", item)
            else:
                self._note(row, "skipped", None, "a table outside of any item")

    # ---- blocks ----------------------------------------------------------------------------

    def _begin_block(self, block: Block) -> None:
        self._end_block()
        self._block = block

    def _end_block(self) -> None:
        """Give what a block gathered to its item."""
        block, self._block = self._block, None
        if block is None:
            return
        if block.field == _CRITERIA:
            for entry in () if block.boxed else block.plain:
                self._criterion(block.draft, entry, self.place(entry.line, entry.line.at))
            return
        value = "\n".join(block.text).strip()
        if not value:
            return
        draft = block.draft
        match block.field:
            case "depends_on":
                if draft.depends is None:
                    draft.depends = list(parse_dependencies(", ".join(filter(None, block.text))))
            case "labels":
                names = (name for line in block.text for name in parse_names(line))
                draft.fields.setdefault("labels", tuple(dict.fromkeys(names)))
            case _:
                draft.fields[block.field] = value

    def _block_line(self, line: Line, block: Block) -> bool:
        """Take a line into the open block; False where it ends the block."""
        if block.field == _CRITERIA:
            return self._criteria_line(line, block)
        if block.field in TEXT_FIELDS:
            if line.kind is Kind.LIST and block.text and not block.heading and self._glued:
                self._end_block()
                return False
            block.text.append(self._raw(line, block.draft))
        else:
            named = recognise(line.text) if block.field == "depends_on" else None
            block.text.append(named.key if named and named.key else line.text)
        item = block.draft
        item.places.setdefault(block.field, self.place(line, line.at))
        self._note(line, "metadata", item, block.field)
        return True

    def _criteria_line(self, line: Line, block: Block) -> bool:
        last = block.draft.criteria[-1] if block.boxed else None
        if not block.boxed and block.plain:
            last = block.plain[-1]
        if line.kind is not Kind.LIST:
            if last and self._glued and line.indent > last.line.indent:
                last.text = f"{last.text} {line.text}"
                self._note(line, "checklist", block.draft)
                return True
            if last and not block.heading and line.indent <= last.line.indent:
                self._end_block()
            return False
        if block.boxed or (last and line.indent > last.line.indent):
            self._note(line, "checklist", block.draft, "a detail or a group of the criteria")
            return True
        block.plain.append(Criterion(line.text, False, None, line))
        self._note(line, "checklist", block.draft)
        return True
