"""The walk over the lines: which item each belongs to, and which rule takes it."""

from dataclasses import replace

from backlog_sync.files.markdown_blocks import Blocks
from backlog_sync.files.markdown_bullets import is_time_heading
from backlog_sync.files.markdown_claims import read_summary, total_counts
from backlog_sync.files.markdown_drafts import Block, Criterion, Draft, MetaLine
from backlog_sync.files.markdown_fields import Taken, is_done_when, is_story_sentence, set_field
from backlog_sync.files.markdown_headings import Headings
from backlog_sync.files.markdown_inline import only_link, plain
from backlog_sync.files.markdown_lines import SILENT, Kind, Line
from backlog_sync.files.markdown_lists import Listed
from backlog_sync.files.markdown_metadata import Pair, parse_pairs
from backlog_sync.files.markdown_outline import Outline, Section
from backlog_sync.files.markdown_record import CRITERIA, Record
from backlog_sync.files.markdown_typed import Typed, parse_title
from backlog_sync.files.markdown_words import (
    LONG_FIELDS,
    RANKS,
    STRUCTURE,
    TEXT_FIELDS,
    bare_word,
    field_of,
)

_TITLE_LINES = 8
_GLUE = (Kind.LIST, Kind.TEXT)
_BELOW = {1: "feature", 2: "story", 3: "task"}


class Reader:
    """Reads the lines of one source into a record."""

    def __init__(
        self, record: Record, headings: Headings, listed: Listed, *, bullets: bool
    ) -> None:
        self.record = record
        self.headings = headings
        self.listed = listed
        self.bullets = bullets
        self.outline = Outline()
        self.blocks = Blocks(record)
        self._sentence: Draft | None = None  # whose user story goes on
        self._title: Draft | None = None  # whose title goes on
        self._glued = False  # no blank line before this one
        self._table = -1  # the last line of the table that was read

    def run(self) -> None:
        """Read all lines."""
        for line in self.record.lines:
            if line.kind is Kind.BLANK:
                self._blank()
            elif line.kind in SILENT:
                self._pause()
                self.record.note(line, line.kind.value, None, "not read")
            elif line.kind is Kind.HEADING:
                self._heading(line)
            elif line.kind is Kind.TABLE:
                self._read_table(line)
            elif line.kind in (Kind.UNDERLINE, Kind.RULE):
                self._rule(line)
            else:
                self._content(line)
            self._glued = line.kind in _GLUE
        self.blocks.end()

    # ---- headings --------------------------------------------------------------------------

    def _heading(self, line: Line) -> None:
        self.blocks.end()
        self.outline.lists.clear()
        self._pause()
        typed = self.headings.items.get(line.row)
        if typed:
            self._typed_heading(line, typed)
            return
        word = bare_word(line.text)
        field = field_of(line.text)
        field = field if field in LONG_FIELDS else None
        structural = word in STRUCTURE
        while self.outline.headings and self.outline.headings[-1].level >= line.level:
            self.outline.headings.pop()
        time = not self.outline.owner() and is_time_heading(line.text)
        above = self.outline.headings[-1] if self.outline.headings else None
        if field is None and above and above.draft is None and above.field == CRITERIA:
            field = CRITERIA  # a group of the criteria
        section = Section(line.level, None, not (field or structural), field, time)
        self.outline.headings.append(section)
        if time and self.bullets and self._has_bullets(line):
            title, status, _ = parse_title(line.text)
            section.draft = self._add("epic", None, title, line, line.at, status, line.level)
            self.record.note(line, "time-heading", section.draft)
            return
        owner = self.outline.owner()
        if field and owner:
            self.blocks.begin(Block(field, owner, heading=True))
            self.record.note(line, "metadata", owner, f"{field} is below this heading")
        else:
            reason = self.headings.refused.get(line.row, "")
            self.record.note(line, "heading", owner if structural else None, reason or "no item")

    def _typed_heading(self, line: Line, typed: Typed) -> None:
        kind = typed.word.kind
        rank = RANKS[kind]
        while self.outline.headings:
            top = self.outline.headings[-1]
            above = top.draft is not None and (typed.dotted or top.draft.rank < rank)
            if top.level < line.level or (top.level == line.level and above and not typed.dotted):
                break
            self.outline.headings.pop()
        if typed.dotted:
            owner = self.outline.owner()
            kind = _BELOW.get(owner.rank, "task") if owner else "story"
        elif typed.word.name == "sprint" and self.outline.parent(rank) is None:
            kind = "epic"
        title = typed.title or typed.word.name.capitalize()
        draft = self._add(kind, typed, title, line, line.at, typed.status, line.level)
        section = Section(line.level, draft, metadata=line.row in self.headings.metadata)
        self.outline.headings.append(section)
        self.record.note(line, "typed-heading", draft)

    def _has_bullets(self, heading: Line) -> bool:
        for index in range(heading.row + 1, len(self.record.lines)):
            line = self.record.lines[index]
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
        draft = Draft(kind, typed, title, line, self.record.place(line, at), level=level)
        draft.index = len(self.record.drafts)
        draft.parent = self.outline.parent(draft.rank)
        draft.last_line = line.row
        if typed:
            named = kind if typed.dotted else None
            draft.key = f"{named}-{typed.number}" if named else typed.key
            if typed.points is not None:
                draft.fields["story_points"] = typed.points
        if status:
            draft.fields["mark"] = status
        draft.places["title"] = draft.place
        self.record.drafts.append(draft)
        return draft

    # ---- pauses ----------------------------------------------------------------------------

    def _pause(self) -> None:
        """A sentence or a title does not go on behind this line."""
        self._sentence = self._title = None

    def _blank(self) -> None:
        self._pause()
        block = self.blocks.open
        if block and block.field != CRITERIA and block.text and not block.heading:
            self.blocks.end()
        if self.blocks.open and self.blocks.open.heading and self.blocks.open.text:
            self.blocks.open.text.append("")
        owner = self.outline.owner()
        if owner:
            owner.parted = True

    def _rule(self, line: Line) -> None:
        self._pause()
        if line.kind is Kind.RULE:
            self.outline.lists = [
                draft for draft in self.outline.lists if draft.indent < line.indent
            ]
            if self.blocks.open and not self.blocks.open.heading:
                self.blocks.end()
        self.record.note(line, line.kind.value)

    def _leave(self, line: Line) -> None:
        """Close the list items that this line is not a part of."""
        while self.outline.lists:
            top = self.outline.lists[-1]
            if line.indent > top.indent:
                break
            if self._glued and self._lazy(line, top):
                break
            self.outline.lists.pop()
            if self.blocks.open and self.blocks.open.draft is top:
                self.blocks.end()

    def _lazy(self, line: Line, top: Draft) -> bool:
        """Whether a line that is not indented still belongs to the list item right above it."""
        if line.kind is not Kind.LIST:
            return not (top.simple and line.text.startswith("**"))
        if line.row in self.listed.items and not self._names_parent(line, top):
            return False
        if line.box is not None:
            return self.blocks.open is not None and self.blocks.open.draft is top
        return top.typed is not None and self._known_keys(line)

    def _known_keys(self, line: Line) -> bool:
        pairs = parse_pairs(self.record.text, line, plain_keys=True)
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
        item = self.outline.owner()
        typed = self.listed.items.get(line.row)
        if typed and not self._is_inside(line, typed) and not self._names_parent(line, item):
            self._list_item(line, typed)
            return
        pairs = parse_pairs(self.record.text, line, plain_keys=self._takes_plain(line, item))
        if pairs and self._metadata(line, pairs, item):
            return
        if line.box is not None:
            self._box(line, item)
        elif self.blocks.open and self.blocks.take(line, self.blocks.open, glued=self._glued):
            pass
        elif item is None:
            self._outside(line)
        elif line.kind is Kind.LIST:
            self._bullet(line, item)
        else:
            self._paragraph(line, item)

    def _is_criterion(self, line: Line) -> bool:
        return line.box is not None and self.blocks.in_criteria

    def _is_inside(self, line: Line, typed: Typed) -> bool:
        """Whether what looks like an item is a criterion or a dependency of the open block."""
        needed = self.blocks.open is not None and self.blocks.open.field == "depends_on"
        return self._is_criterion(line) or (needed and not typed.bold)

    def _takes_plain(self, line: Line, item: Draft | None) -> bool:
        """Whether `K: v` without bold marks is metadata here."""
        if item is None or self.outline.foreign():
            return False
        if self.blocks.in_criteria:
            return False
        if self._title is item and line.kind is Kind.TEXT:
            return True
        if line.kind is Kind.LIST and line.indent > (item.content + 2 if item.content else 1):
            return False  # a detail of what stands above it
        return not item.prose or bool(item.meta and item.meta[-1].line == line.row - 1)

    def _list_item(self, line: Line, typed: Typed) -> None:
        self.blocks.end()
        self._pause()
        draft = self._add(typed.word.kind, typed, typed.title, line, line.at, typed.status)
        self._push(draft, line)
        self.record.note(line, "typed-list", draft)

    def _push(self, draft: Draft, line: Line) -> None:
        draft.indent, draft.content, draft.box = line.indent, line.content, line.box
        if line.box is not None and line.ticked:
            draft.fields["mark"] = "Done"
        self.outline.lists.append(draft)

    def _metadata(self, line: Line, pairs: tuple[Pair, ...], item: Draft | None) -> bool:
        """Take the pairs of a line; False where they are no metadata of an item."""
        claimed = [count for pair in pairs for count in total_counts(pair)]
        if claimed:
            scope = None if self.outline.foreign() else item
            self.record.claims += [(count, line, scope) for count in claimed]
            self.blocks.end()
            self.record.note(line, "claim", scope)
            return True
        if item is None or self.outline.foreign():
            return False
        if pairs[0].field is None and len(pairs) == 1 and self._is_sentence_pair(line):
            return False
        self.blocks.end()
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
                item.places.setdefault(field, self.record.place(line, pair.start))
            if unknown:
                whole = len(pairs) == 1
                item.say(self.record.raw(line, item) if whole else f"**{pair.key}**: {pair.value}")
            told.append(f"{pair.key}: {taken.value}" if taken is not Taken.SET else "")
        item.parted = item.parted or known
        self.record.note(line, "metadata", item, "; ".join(filter(None, told)))
        return True

    def _is_sentence_pair(self, line: Line) -> bool:
        return self.blocks.in_criteria and line.kind is Kind.LIST

    def _take(self, line: Line, pair: Pair, item: Draft) -> tuple[Taken, str | None]:
        if pair.field == CRITERIA:
            if pair.value:
                place = self.record.place(line, pair.start)
                self.record.criterion(item, Criterion(pair.value, False, None, line), place)
                return Taken.SET, None
            if is_done_when(pair.key) and not self._boxes_follow(line):
                return Taken.UNKNOWN, None
            self.blocks.begin(Block(CRITERIA, item))
            return Taken.BLOCK, None
        taken, field = set_field(item, pair)
        if taken is Taken.BLOCK and field:
            self.blocks.begin(Block(field, item))
        elif taken is Taken.SET and field in TEXT_FIELDS:
            self.blocks.begin(Block(field, item, text=[pair.value]))
        return taken, field

    def _boxes_follow(self, line: Line) -> bool:
        """Whether the next list item below a key is a check box."""
        for index in range(line.row + 1, min(line.row + 6, len(self.record.lines))):
            below = self.record.lines[index]
            if below.kind is Kind.LIST:
                return below.box is not None
            if below.kind is not Kind.BLANK:
                return False
        return False

    def _box(self, line: Line, item: Draft | None) -> None:
        block = self.blocks.open if self._is_criterion(line) else None
        self._pause()
        if not line.text:
            self.record.note(line, "skipped", None, "a check box without text")
        elif block or (item and item.rank >= RANKS["task"]):
            draft = block.draft if block else item
            assert draft is not None
            if block:
                block.boxed = True
            entry = Criterion(line.text, line.ticked, line.box, line)
            self.record.criterion(draft, entry, self.record.place(line, line.at))
            self.record.note(line, "checklist", draft)
        elif item is None and self.outline.section and self.outline.section.field == CRITERIA:
            self.record.note(line, "skipped", None, "criteria of no item")
        else:
            self.blocks.end()
            title, status, points = parse_title(line.text)
            draft = self._add("task", None, title or line.text, line, line.at, status)
            if points is not None:
                draft.fields["story_points"] = points
            self._push(draft, line)
            self._title = draft
            self.record.note(line, "task", draft)

    def _outside(self, line: Line) -> None:
        refused = self.listed.refused.get(line.row)
        if (
            line.kind is Kind.LIST
            and not refused
            and self.outline.section
            and self.outline.section.time
        ):
            reason = "below a time or status heading: an item with --bullets items"
            if only_link(line.text) is not None:
                reason = "only a link: navigation"
            self.record.note(line, "bullet", None, reason)
            return
        self.record.note(line, "skipped", None, refused or "outside of any item")

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
            self.record.note(line, "bullet", draft)
        elif kind and only_link(line.text) is not None:
            self.record.note(line, "bullet", None, "only a link: an item with --bullets items")
        else:
            self._paragraph(line, item)

    def _bullet_kind(self, line: Line) -> str | None:
        """The kind of a bullet directly below a time heading, or a phase and the like."""
        section = self.outline.section
        if self.outline.lists or section is None or section.draft is None or not line.text:
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
            self.record.note(line, "title", item)
            return
        self._title = None
        if self.outline.foreign():
            self.record.note(line, "skipped", None, "below a heading that is no part of the item")
        elif self._sentence is item and self._glued and line.kind is Kind.TEXT:
            item.fields["user_story"] = f"{item.fields['user_story']}\n{line.text}"
            self.record.note(line, "user-story", item)
        elif (
            line.kind is not Kind.LIST
            and "user_story" not in item.fields
            and is_story_sentence(line.text)
        ):
            item.fields["user_story"] = line.text
            item.places["user_story"] = self.record.place(line, line.at)
            self._sentence = item
            self.record.note(line, "user-story", item)
        else:
            self._sentence = None
            item.say(self.record.raw(line, item))
            self.record.note(line, "description", item, self.listed.refused.get(line.row, ""))

    def _read_table(self, line: Line) -> None:
        if line.row <= self._table:
            return
        self._pause()
        self._leave(line)
        end = line.row
        while end < len(self.record.lines) and self.record.lines[end].kind is Kind.TABLE:
            end += 1
        rows = list(self.record.lines[line.row : end])
        self._table = end - 1
        summary = read_summary(rows)
        item = self.outline.owner()
        if summary:
            self.record.summaries += summary
        elif item and not self.outline.foreign():
            self.blocks.end()
            for row in rows:
                item.say(self.record.raw(row, item))
        for row in rows:
            if summary:
                self.record.note(row, "claim", None, "a summary table")
            elif item and not self.outline.foreign():
                self.record.note(row, "description", item)
            else:
                self.record.note(row, "skipped", None, "a table outside of any item")
