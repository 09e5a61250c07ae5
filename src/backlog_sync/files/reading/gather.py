"""The walk over the outline: every line is given to an item, or told why it is not.

What is an item was decided before; here its lines become its fields, criteria and text.
"""

from dataclasses import replace

from backlog_sync.core.diagnostics import Place
from backlog_sync.files.anchors import MetaLine
from backlog_sync.files.dates import find_period, leading_period
from backlog_sync.files.draft import Ref
from backlog_sync.files.fill import Taken
from backlog_sync.files.inline import plain
from backlog_sync.files.node_values import unhashed
from backlog_sync.files.outline import Form, Node
from backlog_sync.files.reading.blocks import Blocks
from backlog_sync.files.reading.choices import BoxTitle, Choices, box_title, numbered_title
from backlog_sync.files.reading.claims import total_counts
from backlog_sync.files.reading.declared import IGNORE
from backlog_sync.files.reading.drafts import Block, MarkdownDraft, Point
from backlog_sync.files.reading.fenced import opens_yaml
from backlog_sync.files.reading.fenced_body import read_body
from backlog_sync.files.reading.metadata import Pair, meant_field, parse_pairs
from backlog_sync.files.reading.prefix import planning_prefix
from backlog_sync.files.reading.record import CRITERIA, TASKS, WITHHELD, Record
from backlog_sync.files.reading.runs import BELOW
from backlog_sync.files.reading.scope import Scope
from backlog_sync.files.reading.sections import Role, Section
from backlog_sync.files.reading.table_items import TableReader
from backlog_sync.files.reading.titles import (
    Title,
    Typed,
    linked_text,
    parse_title,
    read_title,
    recognise,
    shortened,
)
from backlog_sync.files.scenario import begins_scenario
from backlog_sync.files.sentences import is_sentence, is_story_sentence
from backlog_sync.files.syntax.markdown import Kind, Line
from backlog_sync.files.values import TRAILING_ISSUE, parse_status
from backlog_sync.files.vocabulary import (
    LONG_FIELDS,
    RANKS,
    TEXT_FIELDS,
    bare_word,
    list_kind,
    topics,
    withheld_kind,
)

_LOW = "an item with --bullets items"
_OF_THE_ITEM = frozenset(("status", "issue", "progress"))
"""Fields that say nothing of an item where they stand below another heading."""

_CLOSING = (Role.IGNORED, Role.NAVIGATION, Role.RISKS, Role.ELSE, Role.NOISE, Role.QUALITY)
"""Roles of headings below which nothing is an item."""

_WORK = frozenset(("tasks", "deliverables"))
_BOLD_LEVEL = 7
"""A bold paragraph that is a title stands below every heading."""

_GOES_ON = TEXT_FIELDS - {CRITERIA}
"""Fields whose text may go on over the lines below, with or without a beginning beside the key."""

_EFFORTS = ("estimate", "effort")
"""What goes on below these may tell hours, which no issue shows."""

_TEXT = (Taken.UNKNOWN, Taken.UNREAD)
"""What is kept in the text of an item as it is written."""

_MOST_TITLE_LINES = 8
"""A title does not go on over more lines than these: what does is a paragraph."""


class Gatherer:
    """Walks over an outline and fills a record."""

    def __init__(self, record: Record, choices: Choices, most: int) -> None:
        self.record = record
        self.choices = choices
        self.lines = record.lines
        self.blocks = Blocks(record)
        self.tables = TableReader(self)
        self.most = most
        self.done = -1  # the last row that was read out of order
        self.whole: MarkdownDraft | None = None  # the item that the file is
        self.sentence: MarkdownDraft | None = None
        self.drafts_by_row: dict[int, MarkdownDraft] = {}
        self.by_number: dict[str, MarkdownDraft] = {}  # boxes of a numbered plan

    def run(self, root: Node, first: MarkdownDraft | None = None) -> bool:
        """Read everything; False where it holds more items than are taken."""
        scope = Scope().below(first) if first else Scope()
        self.children(root, scope)
        self.blocks.end()
        self.tables.end()
        self._mentions()
        for draft in self.record.drafts:
            story = draft.fields.get("user_story")
            if isinstance(story, str) and _is_untitled(draft):
                draft.title = shortened(plain(story.split("\n", 1)[0]))[0]
        return len(self.record.drafts) <= self.most

    # ---- order ---------------------------------------------------------------------------------

    def children(self, node: Node, scope: Scope) -> None:
        """Read what stands directly in a node, in order."""
        flat: list[MarkdownDraft] = []
        above: MarkdownDraft | None = None
        outer = scope
        for child in node.children:
            if child.first <= self.done or len(self.record.drafts) > self.most:
                continue
            if child.form is Form.SECTION:
                self._section(child, outer, flat)
                above = None
                continue
            if child.form is Form.TEXT and child.first in self.choices.listed.items:
                scope = self._bold_title(child, outer) or scope
                continue
            glued = self._is_glued(child)
            if not glued:
                self._pause(scope.owner)
            if child.form is Form.ENTRY:
                here = scope
                if above is not None and glued and self._goes_on(child, above):
                    here = scope.below(above)
                above = self._entry(child, here, glued=glued) or (
                    above if here is not scope else None
                )
                continue
            here = scope
            if (
                above is not None
                and child.form is Form.CODE
                and opens_yaml(self.lines[child.first])
            ):
                here = scope.below(above)
            above = None
            if child.form is Form.RULE and (scope.time or scope.planned):
                scope = Scope(chain=scope.chain)  # a footer follows
            scope = self._label(child, scope)
            if scope.kind and scope is not here:
                continue
            self._other(child, here, glued=glued)

    def _label(self, node: Node, scope: Scope) -> Scope:
        """The scope behind a paragraph: `Stories:` alone names what the entries below it are."""
        kind = ""
        if (
            node.form is Form.TEXT
            and node.end == node.first + 1
            and scope.owner
            and not scope.closed
        ):
            line = self.lines[node.first]
            text = line.text.strip("*_ ")
            if text.endswith((":", "：")) or line.text.startswith("**"):
                kind = list_kind(text) or ""
            if self._opens_criteria(node, text, scope.owner):
                return scope
        if kind not in ("story", "bug") or not scope.owner:
            kind = ""
        if not kind:
            return replace(scope, kind="") if scope.kind and scope.owner else scope
        self.blocks.end()
        self.record.note(self.lines[node.first], "label", scope.owner, f"each entry is a {kind}")
        return replace(scope, kind=kind)

    def _opens_criteria(self, node: Node, text: str, item: MarkdownDraft) -> bool:
        """Whether a line is a key of criteria without its colon, right above a list."""
        below = [
            line for line in self.lines[node.end : node.end + 2] if line.kind is not Kind.BLANK
        ]
        if not below or below[0].kind is not Kind.LIST:
            return False
        if meant_field(bare_word(text)) != CRITERIA or is_told(item, CRITERIA):
            return False
        self.blocks.begin(Block(CRITERIA, item))
        self.record.note(self.lines[node.first], "metadata", item, "criteria are below it")
        return True

    def _other(self, node: Node, scope: Scope, *, glued: bool) -> None:
        match node.form:
            case Form.TEXT | Form.QUOTE:
                self._text(node, scope, glued=glued)
            case Form.TABLE:
                self.tables.read(node, scope)
            case Form.CODE:
                self._code(node, scope)
            case Form.RULE:
                self._rule(node, scope)
            case _:
                self._pause(scope.owner)
                self._note_rows(node, "", None, "not read")

    def _is_glued(self, node: Node) -> bool:
        return node.first > 0 and self.lines[node.first - 1].kind in (Kind.LIST, Kind.TEXT)

    def _pause(self, owner: MarkdownDraft | None) -> None:
        """A blank line, or something else than text, stands before what follows."""
        self.sentence = None
        block = self.blocks.open
        if block and block.field != CRITERIA and block.text and not block.heading:
            self.blocks.end()
        block = self.blocks.open
        if block and block.heading and block.text:
            block.text.append("")
        if owner:
            owner.parted = True

    def _goes_on(self, node: Node, above: MarkdownDraft) -> bool:
        """Whether an entry still speaks of the item in the entry right above it."""
        typed = self.choices.listed.items.get(node.first)
        if typed is not None:
            return typed.number is None and RANKS[typed.word.kind] < above.rank
        block = self.blocks.open
        if node.box is not None:
            return block is not None and block.draft is above and block.field == CRITERIA
        if above.typed is None:
            return False
        pairs = parse_pairs(self.record.text, self.lines[node.first], plain_keys=True)
        return bool(pairs) and pairs[0].field is not None

    def _note_rows(self, node: Node, rule: str, draft: MarkdownDraft | None, reason: str) -> None:
        for row in range(node.first, node.end):
            if self.lines[row].kind is not Kind.BLANK:
                line = self.lines[row]
                self.record.note(line, rule or line.kind.value, draft, reason)

    # ---- sections ------------------------------------------------------------------------------

    def _section(self, node: Node, scope: Scope, flat: list[MarkdownDraft]) -> None:
        self.blocks.end()
        self.sentence = None
        section = self.choices.by_row[node.first]
        if scope.closed == Role.NOISE.value:
            scope = replace(scope, closed="")
        typed = self.choices.sections.items.get(node.first)
        if typed is not None:
            self._item_section(node, section, typed, scope, flat)
        elif node.first in self.choices.sections.mentions:
            flat.clear()
            self._mention(node)
        else:
            flat.clear()
            self._plain_section(node, section, scope)
        if node.head > node.first + 1:
            self._note_underline(node)

    def _note_underline(self, node: Node) -> None:
        for row in range(node.first + 1, node.head):
            self.record.note(self.lines[row], self.lines[row].kind.value)

    def _item_section(
        self, node: Node, section: Section, typed: Typed, scope: Scope, flat: list[MarkdownDraft]
    ) -> None:
        line = self.lines[node.first]
        chain = scope.chain
        rank = RANKS[typed.word.kind]
        while flat and (typed.dotted or flat[-1].rank >= rank or _are_alike(flat[-1], typed)):
            flat.pop()
        scope = replace(scope, chain=(*chain, *flat))
        kind = self._kind(typed, scope, section)
        if scope.status and not typed.status:
            typed = replace(typed, status=parse_status(scope.status))
        title = typed.title or typed.word.name.capitalize() or section.title.text
        draft = self.add(kind, typed, plain(title), line, line.at, typed.status, scope, node.level)
        self._told(draft, section.title)
        if not typed.dotted:
            flat.append(draft)
        self._plan(draft, typed, section)
        inner = self._inner(draft, typed)
        below = replace(scope, section=section).below(draft)
        if inner:
            draft = self._inner_item(line, draft, inner, below, node.level)
            below = below.below(draft)
        self.record.note(line, "typed-heading", draft)
        self.children(node, below)

    def _kind(self, typed: Typed, scope: Scope, section: Section) -> str:
        owner = scope.chain[-1] if scope.chain else None
        kind = typed.word.kind
        if typed.dotted:
            if owner is None:
                return "epic" if section.holds() and not section.metadata else "story"
            if owner.kind == "epic" and not owner.weak and owner.typed:
                return "story"
            return BELOW.get(owner.rank, "task")
        if typed.inferred and owner and RANKS[kind] <= owner.rank:
            return BELOW.get(owner.rank, "task")
        if typed.word.weak and scope.parent(RANKS[kind]) is None:
            if owner and owner.weak and owner.rank == RANKS[kind]:
                return BELOW[owner.rank]
            if kind == "feature":
                return "epic"  # a sprint or a week of no phase
        return kind

    def _told(self, draft: MarkdownDraft, title: Title) -> None:
        """What a title says beside its words."""
        if title.points is not None:
            draft.fields.setdefault("story_points", title.points)
        if title.priority is not None:
            draft.fields.setdefault("priority", title.priority)
            draft.places.setdefault("priority", draft.place)
        if title.issue is not None:
            draft.fields.setdefault("issue", title.issue)
            draft.places.setdefault("issue", draft.place)
        if title.hints:
            draft.hints = title.hints
        if title.rest:
            draft.say(title.rest)
            draft.parted = True

    def _plan(self, draft: MarkdownDraft, typed: Typed, section: Section) -> None:
        """A phase or a level with a quarter in its heading is planned for it."""
        if not draft.weak or typed.word.name in ("milestone", "m", "sprint", "week"):
            return
        period = find_period(section.node.text)
        if period:
            draft.fields["milestone"] = period.text
            self.record.periods.setdefault(period.text, period.end)

    def _inner(self, draft: MarkdownDraft, typed: Typed) -> Typed | None:
        """The item that a phase's title names: `Phase 3: User Story 1 — Book a stand`."""
        if not draft.weak or not typed.number:
            return None
        inner = recognise(typed.title)
        if inner is None or inner.word.weak or inner.code or inner.dotted or inner.bare:
            return None
        return (
            inner if inner.number and inner.title and RANKS[inner.word.kind] > draft.rank else None
        )

    def _inner_item(
        self, line: Line, outer: MarkdownDraft, typed: Typed, scope: Scope, level: int
    ) -> MarkdownDraft:
        told = read_title(typed.title)
        draft = self.add(
            typed.word.kind, replace(typed, title=told.text), told.text, line, line.at,
            typed.status or told.status, scope, level,
        )  # fmt: skip
        self._told(draft, replace(told, rest=""))
        draft.outer = outer
        return draft

    def _plain_section(self, node: Node, section: Section, scope: Scope) -> None:
        """A heading that is no item: what it means for what stands below it."""
        line = self.lines[node.first]
        owner = scope.owner
        inner = replace(scope, section=section, tasks=False, listed=False, lane=False)
        field = section.field
        if field is None and scope.field == CRITERIA:
            field = CRITERIA  # a group of the criteria
        done = "quality" in topics(line.text) or section.role is Role.QUALITY
        if field is None and done and _first_list_is_boxed(node):
            field = CRITERIA  # of the item above, or of the plan as a whole
        container = self.choices.sections.containers.get(node.first)
        planned = self.choices.planned.get(node.first)
        if container and (not owner or owner.weak):
            self._container(node, section, scope, container, "container")
            return
        if planned and (not owner or planned == "feature"):
            inner = replace(inner, planned=True)
            if self.choices.bullets:
                self._container(node, section, replace(inner), planned, "planned-bullets")
                return
        if not owner and (section.time or self._is_refused_phase(section)):
            inner = replace(inner, time=True)
            if section.status:
                inner = replace(inner, status=section.status)
            if section.lane or scope.lane:
                inner = replace(inner, lane=not self._declares_items())
            elif self._holds(section):
                self._container(node, section, inner, "epic", "time-heading")
                return
        if field and owner and not is_told(owner, field):
            self.blocks.begin(Block(field, owner, heading=True))
            self.record.note(line, "metadata", owner, f"{field} is below this heading")
            self.children(node, replace(inner, field=field))
            self.blocks.end()
            return
        if owner and topics(section.word) & (_WORK if owner.weak else {"tasks"}):
            self.blocks.begin(Block(TASKS, owner, heading=True))
            self.record.note(line, "heading", owner, "boxes below it are tasks")
            self.children(node, replace(inner, tasks=True))
            return
        self._other_section(node, section, inner, field)

    def _other_section(self, node: Node, section: Section, scope: Scope, field: str | None) -> None:
        line = self.lines[node.first]
        owner = scope.owner
        reason = self.choices.sections.refused.get(node.first, "") or "no item"
        closed = scope.closed
        if section.group and self.choices.rules and self._is_declared(node):
            scope = replace(scope, kind=section.group)
        if section.role in _CLOSING and field is None:
            closed = closed if closed == Role.RISKS.value else section.role.value
        if (
            owner is not None
            and closed != Role.RISKS.value
            and not section.structural
            and not section.group
        ):
            owner.parted = True
            owner.say(f"**{plain(line.text)}**")
            owner.parted = True
        self.record.note(line, "heading", owner, reason)
        self.children(node, replace(scope, closed=closed, field=field))

    def _is_declared(self, node: Node) -> bool:
        """Whether the settings say what stands below a heading: `{items: task}`."""
        rule = self.choices.rules.of(node)
        return rule is not None and bool(rule.items)

    def _container(self, node: Node, section: Section, scope: Scope, kind: str, rule: str) -> None:
        """A heading that what stands below it makes an item."""
        line = self.lines[node.first]
        title, status, _ = parse_title(line.text)
        if kind == "epic" and scope.chain:
            kind = BELOW.get(scope.chain[-1].rank, "task")
        draft = self.add(kind, None, title, line, line.at, status, scope, node.level)
        period = leading_period(title)
        if period and kind == "epic":
            draft.fields["milestone"] = title
            self.record.periods.setdefault(title, period.end)
        self.record.note(line, rule, draft)
        below = Scope(draft, (*scope.chain, draft), section, time=scope.time, planned=scope.planned,
                      status=scope.status)  # fmt: skip
        self.children(node, below)

    def _is_refused_phase(self, section: Section) -> bool:
        """Whether a phase or step is no item only because it carries nothing but bullets."""
        if section.node.first not in self.choices.sections.refused or self.choices.bullets:
            return False
        typed = section.title.typed
        return typed is not None and typed.word.weak

    def _holds(self, section: Section) -> bool:
        """Whether a heading that names a time holds what makes it an item."""
        if section.boxes:
            return True
        return bool(self.choices.bullets and section.bullets and not self._declares_items())

    def _declares_items(self) -> bool:
        """Whether headings of the file are items of their own, or phases that hold work."""
        return any(
            not typed.word.weak or self.choices.by_row[row].holds()
            for row, typed in self.choices.sections.items.items()
        )

    # ---- second mentions -----------------------------------------------------------------------

    def _mention(self, node: Node) -> None:
        """A section that speaks of an item of another one: its lines are told, not read."""
        for row in range(node.first, node.end):
            line = self.lines[row]
            if line.kind is not Kind.BLANK:
                self.record.note(
                    line, "overview", None, "it tells more of an item that stands elsewhere"
                )

    def _mentions(self) -> None:
        """Give what second mentions say to their items, where those do not say it themselves."""
        for row, best in self.choices.sections.mentions.items():
            draft = self.drafts_by_row.get(best)
            if draft is None:
                continue
            for child in self.choices.by_row[row].node.children:
                if child.form in (Form.TEXT, Form.ENTRY):
                    self._mention_pairs(child, draft)
        self._mentioned_boxes()

    def _mentioned_boxes(self) -> None:
        """A ticked box that only names an item tells that it is done, if nothing else does."""
        by_key = {draft.typed.key: draft for draft in self.record.drafts if draft.typed}
        for row, typed in self.choices.listed.mentions.items():
            draft = by_key.get(typed.key) if typed.key else None
            told = draft is None or draft.mark or "status" in draft.fields
            if draft is not None and not told and self.lines[row].ticked:
                draft.mark = "Done"

    def _mention_pairs(self, node: Node, draft: MarkdownDraft) -> None:
        for row in range(node.first, node.head):
            for pair in parse_pairs(self.record.text, self.lines[row], plain_keys=True):
                if pair.field and pair.value and not is_told(draft, pair.field):
                    self.record.take(draft, pair, self.lines[row])

    # ---- items ---------------------------------------------------------------------------------

    def add(
        self,
        kind: str,
        typed: Typed | None,
        title: str,
        line: Line,
        at: int,
        status: str | None,
        scope: Scope,
        level: int = 0,
    ) -> MarkdownDraft:
        """A new item; its parent is the nearest item around it of a smaller rank."""
        place = self.record.place(line, at)
        draft = MarkdownDraft(kind, title, place, line=line, typed=typed, level=level)
        draft.index = len(self.record.drafts)
        draft.parent = scope.parent(draft.rank)
        draft.last_line = line.row
        if typed:
            draft.key = (
                f"{kind}-{typed.number}"
                if (typed.dotted or typed.inferred) and typed.number
                else typed.key
            )
            if typed.points is not None:
                draft.fields["story_points"] = typed.points
            if typed.priority is not None:
                draft.fields["priority"] = typed.priority
        draft.mark = status
        draft.places["title"] = draft.place
        self.record.drafts.append(draft)
        self.drafts_by_row[line.row] = draft
        return draft

    def _listed(self, draft: MarkdownDraft, node: Node) -> None:
        """Note where an item in a list stands."""
        line = self.lines[node.first]
        draft.indent, draft.content, draft.box = line.indent, line.content, line.box
        if line.box is not None and line.ticked:
            draft.mark = "Done"

    # ---- entries -------------------------------------------------------------------------------

    def _entry(self, node: Node, scope: Scope, *, glued: bool) -> MarkdownDraft | None:
        """Give an entry to the first rule that takes it; gives the item that it became."""
        line = self.lines[node.first]
        item = scope.owner
        rule = self.choices.rules.of(node) if self.choices.rules else None
        if rule is not None and rule.what:
            return self._declared(node, rule.what, scope)
        typed = self.choices.listed.items.get(node.first)
        if scope.kind and not typed and (item is None or RANKS[scope.kind] > item.rank):
            return self._bullet_item(node, scope.kind, scope)
        if scope.closed and item is not None and line.box is None:
            self._as_text(node, scope)
            return None
        if typed and (scope.closed or self._speaks_of_else(scope)):
            typed = None
        if typed and not self._is_inside(line, typed, scope):
            return self._typed_item(node, typed, scope)
        pairs = parse_pairs(self.record.text, line, plain_keys=self._takes_plain(line, scope))
        if pairs and self._metadata(line, pairs, scope):
            self._nested(node, scope)
            if node.children and self.blocks.open and not self.blocks.open.heading:
                self.blocks.end()
            return None
        if line.box is not None:
            return self._box(node, scope)
        if self._deliverable(line, scope):
            return self._task(node, scope)
        if self._in_criteria(node, scope):
            return None
        block = self.blocks.open
        if block and self.blocks.take(line, block, glued=glued):
            self._nested(node, scope)
            return None
        if item is None:
            self._outside(node, scope)
            return None
        return self._bullet(node, scope, glued=glued)

    def _in_criteria(self, node: Node, scope: Scope) -> bool:
        """Take an entry as a criterion, if a check list is open or a scenario opens one."""
        line, item = self.lines[node.first], scope.owner
        if self.blocks.open is None and item and self._begins_scenario(line, item, scope):
            self.blocks.begin(Block(CRITERIA, item, key_indent=line.indent))
        block = self.blocks.open
        if block is None or block.field != CRITERIA or block.scenario:
            return False
        return self._criterion_entry(node, block, scope)

    def _begins_scenario(self, line: Line, item: MarkdownDraft, scope: Scope) -> bool:
        """Whether a Given/When/Then stands below a story without a key of its own."""
        own = scope.section is None or scope.section.node.first <= item.line.row
        return own and item.rank >= RANKS["story"] and begins_scenario(line.text)

    def _declared(self, node: Node, what: str, scope: Scope) -> MarkdownDraft | None:
        """An entry as the settings declare it."""
        if what == IGNORE:
            self._note_rows(node, "declared", None, "the settings ignore it")
            return None
        owner = scope.owner
        if owner is not None and RANKS[what] <= owner.rank:
            what = BELOW.get(owner.rank, "task")
        self.blocks.end()
        return self._bullet_item(node, what, scope)

    def _nested(self, node: Node, scope: Scope) -> None:
        """What stands in an entry below its title: further lines, then blocks."""
        for row in range(node.first + 1, node.head):
            self._line(self.lines[row], scope, glued=True)
        self.children(node, replace(scope, listed=True))

    def _speaks_of_else(self, scope: Scope) -> bool:
        section = scope.section
        return section is not None and section.inside(Role.RISKS, Role.ELSE, Role.NAVIGATION)

    def _is_inside(self, line: Line, typed: Typed, scope: Scope) -> bool:
        """Whether what looks like an item is a part of what stands above it."""
        block = self.blocks.open
        criteria = self.blocks.in_criteria
        needed = block is not None and block.field == "depends_on"
        item = scope.owner
        if needed and not typed.bold:
            return True
        if item is not None and not typed.sentence and RANKS[typed.word.kind] <= item.rank:
            return not self._stands_beside(typed, item, scope)
        if typed.sentence and (criteria or needed):
            return True
        if typed.sentence and item is not None and item.rank >= RANKS["story"]:
            return not (line.kind is Kind.TEXT and typed.bold)
        boxed = line.box is not None and criteria
        return boxed or (needed and not typed.bold)

    def _stands_beside(self, typed: Typed, item: MarkdownDraft, scope: Scope) -> bool:
        """Whether an entry below an item of its rank is another item, and no mere mention."""
        section = scope.section
        if section is None or item.line.row != section.node.first or scope.listed:
            return False
        return bool(typed.number) and RANKS[typed.word.kind] == item.rank and not typed.code

    def _takes_plain(self, line: Line, scope: Scope) -> bool:
        """Whether `K: v` without bold marks is metadata here."""
        item = scope.owner
        if item is None or scope.closed:
            return False
        if self.blocks.in_criteria and not self._leaves_criteria(line):
            return False
        if item.last_line == line.row - 1 and line.kind is Kind.TEXT:
            return True
        # What is indented further is a detail of what stands above it.
        return line.kind is not Kind.LIST or line.indent <= (
            item.content + 2 if item.content else 1
        )

    def _leaves_criteria(self, line: Line) -> bool:
        """Whether a line stands no deeper than the key of the open criteria."""
        block = self.blocks.open
        return block is not None and block.key_indent >= line.indent and not block.heading

    def _typed_item(self, node: Node, typed: Typed, scope: Scope) -> MarkdownDraft:
        self.blocks.end()
        self.sentence = None
        line = self.lines[node.first]
        title = read_title(line.text, entry=True)
        told = title.typed if title.typed and not typed.sentence else None
        name = told.title if told else typed.title
        status = typed.status or title.status
        points = typed.points if typed.points is not None else title.points
        draft = self.add(
            typed.word.kind,
            replace(typed, title=name, points=points),
            name,
            line,
            line.at,
            status,
            scope,
        )
        self._listed(draft, node)
        self._further_title(node, draft, title if told else replace(title, rest="", text=name))
        if typed.sentence and is_sentence(line.text):
            draft.fields["user_story"] = name
            draft.places["user_story"] = draft.place
        self.record.note(line, "user-story" if typed.sentence else "typed-list", draft)
        self._body_of(node, draft, scope)
        return draft

    def _further_title(self, node: Node, draft: MarkdownDraft, title: Title) -> None:
        """The next lines of an entry: they go on with its title, or with the body that it began."""
        self._told(draft, title)
        draft.last_line = node.first
        if title.rest:
            draft.parted = False
            return
        for row in range(node.first + 1, min(node.head, node.first + _MOST_TITLE_LINES)):
            line = self.lines[row]
            if parse_pairs(self.record.text, line, plain_keys=True) or is_story_sentence(line.text):
                break
            if line.indent < node.content and line.text.startswith("**"):
                break
            draft.title = f"{draft.title} {plain(line.text)}".strip()
            draft.last_line = row
            self.record.note(line, "title", draft)
        draft.title, rest = shortened(draft.title)
        if rest:
            draft.say(rest)
            draft.parted = False

    def _body_of(self, node: Node, draft: MarkdownDraft, scope: Scope) -> None:
        """What stands in an entry that is an item."""
        inner = replace(scope.below(draft), listed=True)
        for row in range(draft.last_line + 1, node.head):
            line = self.lines[row]
            outer = draft.simple and line.indent < node.content and line.text.startswith("**")
            self._line(line, scope if outer else inner, glued=True)
        self.children(node, inner)

    # ---- boxes ---------------------------------------------------------------------------------

    def _box(self, node: Node, scope: Scope) -> MarkdownDraft | None:
        line = self.lines[node.first]
        item = scope.owner
        block = self.blocks.open
        self.sentence = None
        if not line.text:
            self.record.note(line, "skipped", None, "a check box without text")
        elif node.first in self.choices.listed.mentions and item is None:
            self.record.note(line, "overview", None, self.choices.listed.refused[node.first])
            self._skip_below(node)
        elif scope.closed and not (block and block.field == CRITERIA):
            self._as_text(node, scope)
        elif self.blocks.in_scenario:
            self.blocks.detail(line)
        elif node.first in self.choices.numbered:
            return self._task(node, scope)
        elif item is self.whole is not None and not self.blocks.in_criteria:
            self._as_text(node, scope)
        elif block and block.field == CRITERIA and not self._is_coded(line):
            block.boxed = True
            self._criterion(node, block.draft, scope)
        elif item and self._holds_criteria(item, scope) and box_title(line.text).key is None:
            self._criterion(node, item, scope)
        elif item is None and scope.field == CRITERIA:
            self.record.loose.append(self.record.place(line, line.at))
            self.record.note(line, "checklist", None, "of the plan as a whole: it goes to no issue")
            self._skip_below(node)
        elif item is None and (self._speaks_of_else(scope) or self._is_aside(line, scope)):
            self.record.note(line, "skipped", None, "below a heading that speaks of something else")
        else:
            return self._task(node, scope)
        return None

    def _is_coded(self, line: Line) -> bool:
        """Whether a box carries a code, as the tasks of the file do."""
        return self.choices.coded and box_title(line.text).key is not None

    def _is_aside(self, line: Line, scope: Scope) -> bool:
        """Whether a box outside of all items is none, because the file has items of its own.

        So is one without a code where the tasks of the file carry codes.
        """
        if self.choices.coded and box_title(line.text).key is None:
            return True
        section = scope.section
        if section is None or scope.time or scope.tasks or section.structural or section.group:
            return False
        firm = any(not t.word.weak and not t.dotted for t in self.choices.sections.items.values())
        chapters = [section, *(each for each in section.above() if each.level > 1)]
        words = (word for each in chapters for word in _words_of(each.word))
        return firm and not any("tasks" in topics(word) for word in words)

    def _as_text(self, node: Node, scope: Scope) -> None:
        """What is no item, field or criterion: the owner's text; without one it is not taken."""
        owner = scope.owner
        if owner is None or scope.closed == Role.RISKS.value:
            self._note_rows(node, "skipped", None, f"below a heading of {scope.closed}")
            return
        for row in range(node.first, node.end):
            line = self.lines[row]
            if line.kind is Kind.BLANK:
                owner.parted = True
            else:
                owner.say(self.record.raw(line, owner))
        self._note_rows(node, "description", owner, f"below a heading of {scope.closed}")

    def _skip_below(self, node: Node) -> None:
        for row in range(node.first + 1, node.end):
            if self.lines[row].kind is not Kind.BLANK:
                self.record.note(self.lines[row], "skipped", None, "a part of what stands above it")

    def _holds_criteria(self, item: MarkdownDraft, scope: Scope) -> bool:
        """Whether boxes below an item without a key are its check list, and no tasks."""
        if item.rank >= RANKS["task"]:
            return True
        block = self.blocks.open
        if scope.tasks or (block and block.field == TASKS and block.draft is item):
            return False
        if item.outer is not None:
            return False
        if item.typed is None:
            return item.front >= 0
        if item.typed.dotted and item.rank == RANKS["epic"]:
            return False
        if (item.typed.dotted or item.typed.inferred) and item.rank < RANKS["story"]:
            return item.line.row in self.choices.sections.metadata
        return not item.weak and item.rank > RANKS["epic"]

    def _criterion(self, node: Node, draft: MarkdownDraft, scope: Scope) -> None:
        """A criterion, with the details that stand in it."""
        line = self.lines[node.first]
        text = unhashed(line.text) if draft.front >= 0 else line.text
        entry = Point(text, line.ticked, line.box, line=line)
        self.record.criterion(draft, entry)
        self.record.note(line, "checklist", draft)
        self._further_criterion(node, entry, draft)
        self._details(node, entry, draft, scope)

    def _further_criterion(self, node: Node, entry: Point, draft: MarkdownDraft) -> None:
        """The further lines of a criterion; a bold field that we know speaks of the item."""
        left = False
        for row in range(node.first + 1, node.head):
            line = self.lines[row]
            pairs = parse_pairs(self.record.text, line, plain_keys=False)
            if pairs and (left or pairs[0].field):
                self._take_all(line, pairs, draft)
                left = True
            elif left:
                draft.say(self.record.raw(line, draft))
                self.record.note(line, "description", draft)
            else:
                entry.text = f"{entry.text} {line.text}"
                self.record.note(line, "checklist", draft)

    def _details(self, node: Node, entry: Point, draft: MarkdownDraft, scope: Scope) -> None:
        """Nested boxes are criteria of their own; all else stays below the one that it details."""
        for child in node.children:
            if child.form is Form.ENTRY and child.box is not None:
                self._criterion(child, draft, scope)
                continue
            for row in range(child.first, child.end):
                line = self.lines[row]
                if line.kind is Kind.BLANK:
                    continue
                width = max(0, line.indent - node.content)
                body = self.record.text[line.start : line.end].strip()
                entry.details.append(" " * min(width, 20) + body)
                self.record.note(line, "checklist", draft, "a detail of the criterion above")

    def _criterion_entry(self, node: Node, block: Block, scope: Scope) -> bool:
        """A plain bullet below a criteria key."""
        line = self.lines[node.first]
        if begins_scenario(line.text) or block.scenario:
            return False
        if block.boxed:
            return False
        if not block.heading and block.key_indent >= 0 and line.indent < block.key_indent:
            self.blocks.end()
            return False
        entry = Point(line.text, line=line)
        self._further_criterion(node, entry, block.draft)
        if any(child.form is Form.ENTRY and child.box is not None for child in node.children):
            self.record.note(line, "checklist", block.draft, "a group of the criteria")
            block.boxed = True
            for child in node.children:
                if child.form is Form.ENTRY:
                    self._criterion(child, block.draft, scope)
            return True
        block.plain.append(entry)
        self.record.note(line, "checklist", block.draft)
        self._details(node, entry, block.draft, scope)
        return True

    def _task(self, node: Node, scope: Scope) -> MarkdownDraft:
        line = self.lines[node.first]
        block = self.blocks.open
        if block is None or block.field != TASKS:
            self.blocks.end()
        numbered = self.choices.numbered.get(node.first)
        text, pairs = self._inline_pairs(line)
        told: BoxTitle = numbered_title(text, numbered) if numbered else box_title(text)
        kind = "task"
        if numbered and "." not in numbered.number.removesuffix(".0"):
            kind = BELOW.get(scope.owner.rank, "task") if scope.owner else "epic"
        above = scope.status if not line.ticked else None
        status = told.title.status or (parse_status(above) if above else None)
        draft = self.add(kind, None, told.title.text, line, line.at, status, scope)
        draft.key = told.key
        if node.box is not None and self.record.text.startswith("*", node.box + 2):
            draft.put("labels", ["optional"], draft.place)
        if told.parent:
            draft.parents.append(Ref(told.parent, draft.place))
        if numbered:
            draft.parent = self.by_number.get(numbered.above, draft.parent)
            self.by_number[numbered.number] = draft
        if told.needs:
            draft.depends = [Ref(told.needs, draft.place)]
        self._listed(draft, node)
        self._further_title(node, draft, told.title)
        for pair in pairs:
            self._take(line, pair, draft)
        self.record.note(line, "task", draft)
        self._body_of(node, draft, scope)
        return draft

    def _inline_pairs(self, line: Line) -> tuple[str, tuple[Pair, ...]]:
        """The title of an entry, and the fields behind a bar: `Sign in | Estimate: 3 pts`."""
        bar = line.text.find(" | ")
        if bar < 0:
            return line.text, ()
        rest = line._replace(text=line.text[bar + 3 :], at=line.at + bar + 3, box=None)
        pairs = parse_pairs(self.record.text, rest, plain_keys=True)
        if not pairs or not pairs[0].field:
            return line.text, ()
        return line.text[:bar], pairs

    def _deliverable(self, line: Line, scope: Scope) -> bool:
        """Whether a bullet without a box is a task: one of a milestone's deliverables."""
        block = self.blocks.open
        item = scope.owner
        return (
            block is not None
            and item is not None
            and block.field == TASKS
            and block.draft is item
            and item.weak
            and bool(line.text)
        )

    # ---- bullets -------------------------------------------------------------------------------

    def _outside(self, node: Node, scope: Scope) -> None:
        line = self.lines[node.first]
        refused = self.choices.listed.refused.get(node.first)
        timed = scope.time or scope.planned
        linked = linked_text(line.text) is not None
        if scope.lane and self.choices.bullets and not (refused or scope.listed or linked):
            self._bullet_item(node, "task", scope)
            return
        if not refused and timed and not scope.closed:
            reason = f"below a time, phase or status heading: {_LOW}"
            if linked:
                reason = "only a link: navigation"
            self.record.note(line, "bullet", None, reason)
        else:
            if linked:
                refused = refused or "only a link: navigation"
            self.record.note(
                line, "skipped", None, refused or scope.closed or "outside of any item"
            )
        self._nested(node, scope)

    def _bullet(self, node: Node, scope: Scope, *, glued: bool) -> MarkdownDraft | None:
        """An entry that is no item itself, or one of low confidence."""
        line = self.lines[node.first]
        item = scope.owner
        assert item is not None
        kind = self._bullet_kind(node, scope)
        linked = linked_text(line.text) is not None
        if kind and self.choices.bullets:
            return self._bullet_item(node, kind, scope)
        if kind and linked:
            self.record.note(line, "bullet", None, f"only a link: {_LOW}")
            self._nested(node, scope)
            return None
        if kind and not item.prose:
            item.parted = True
        self._line(line, scope, glued=glued, reason=_LOW if kind else "")
        self._nested(node, scope)
        return None

    def _bullet_item(self, node: Node, kind: str, scope: Scope) -> MarkdownDraft:
        line = self.lines[node.first]
        prefix = planning_prefix(line.text)
        text = prefix.text if prefix else line.text
        linked = linked_text(text)
        if linked is not None:
            issue = TRAILING_ISSUE.search(text[-400:])
            text = linked + (issue[0] if issue else "")
        told = read_title(text, entry=True)
        told = replace(told, text=told.typed.title) if told.typed and told.typed.title else told
        draft = self.add(kind, None, told.text or line.text, line, line.at, told.status, scope)
        if scope.status:
            draft.mark = draft.mark or parse_status(scope.status)
        self._listed(draft, node)
        if prefix and prefix.priority:
            draft.fields["priority"] = prefix.priority
            draft.places["priority"] = draft.place
        if prefix and prefix.quarter:
            draft.say(f"Planned for {prefix.quarter}.")
            draft.parted = True
        self._further_title(node, draft, told)
        self.record.note(line, "bullet", draft)
        self._body_of(node, draft, scope)
        return draft

    def _bullet_kind(self, node: Node, scope: Scope) -> str | None:
        """The kind of a bullet directly below a time heading, or a phase and the like."""
        section, item = scope.section, scope.owner
        line = self.lines[node.first]
        if scope.listed or section is None or item is None:
            return None
        if item.line.row != section.node.first:
            parted = self.choices.bullets and item.weak and not (scope.field or scope.closed)
            return "task" if parted and section.role is None else None
        if not line.text or node.first in self.choices.listed.refused or scope.closed:
            return None
        linked = linked_text(line.text) is not None
        if scope.planned:
            return "task" if planning_prefix(line.text) else None
        if scope.time or section.node.first in self.choices.sections.containers:
            return None if linked else "task"
        metadata = section.node.first in self.choices.sections.metadata
        if item.weak and metadata and linked:
            return "feature"
        if item.weak and not linked:
            parts = line.text.startswith("**") and bool(node.entries)
            return "feature" if parts else "task"
        return None

    # ---- text ----------------------------------------------------------------------------------

    def _text(self, node: Node, scope: Scope, *, glued: bool) -> None:
        for row in range(node.first, node.end):
            self._line(self.lines[row], scope, glued=glued or row > node.first)

    def _line(self, line: Line, scope: Scope, *, glued: bool, reason: str = "") -> None:
        """One line of a paragraph, or of an entry that is no item."""
        if line.kind is Kind.BLANK:
            self._pause(scope.owner)
            return
        if line.kind is not Kind.LIST:
            pairs = parse_pairs(self.record.text, line, plain_keys=self._takes_plain(line, scope))
            if pairs and self._metadata(line, pairs, scope):
                return
            block = self.blocks.open
            if block and self.blocks.take(line, block, glued=glued):
                return
        item = scope.owner
        if item is None:
            self.record.note(line, "skipped", None, scope.closed or "outside of any item")
        elif scope.closed == Role.RISKS.value:
            self.record.note(line, "skipped", None, f"below a heading of {scope.closed}")
        elif self.sentence is item and glued and line.kind is not Kind.LIST:
            item.fields["user_story"] = f"{item.fields['user_story']}\n{line.text}"
            self.record.note(line, "user-story", item)
        elif self._is_user_story(line, item):
            item.fields["user_story"] = line.text.lstrip("> ")
            item.places["user_story"] = self.record.place(line, line.at)
            self.sentence = item
            self.record.note(line, "user-story", item)
        else:
            self.sentence = None
            item.say(self.record.raw(line, item))
            told = reason or self.choices.listed.refused.get(line.row, "")
            self.record.note(line, "description", item, told)

    def _is_user_story(self, line: Line, item: MarkdownDraft) -> bool:
        """Whether a line is the user story of the item above it; a bullet only of a story."""
        if "user_story" in item.fields or not is_story_sentence(line.text):
            return False
        return line.kind is not Kind.LIST or (
            item.rank >= RANKS["story"] and is_sentence(line.text)
        )

    def _bold_title(self, node: Node, scope: Scope) -> Scope | None:
        """`**A1. Sign in**` on a line of its own: what follows belongs to it, as to a heading."""
        typed = self.choices.listed.items[node.first]
        line = self.lines[node.first]
        if scope.closed or self._is_inside(line, typed, scope):
            self._text(node, scope, glued=False)
            return None
        self.blocks.end()
        self.sentence = None
        draft = self.add(
            typed.word.kind, typed, typed.title, line, line.at, typed.status, scope, _BOLD_LEVEL
        )
        self.record.note(line, "bold-title", draft)
        below = scope.below(draft)
        for row in range(node.first + 1, node.end):
            self._line(self.lines[row], below, glued=True)
        return below

    def _code(self, node: Node, scope: Scope) -> None:
        """Code: the body of a story as YAML, or a part of the text."""
        self._pause(scope.owner)
        line = self.lines[node.first]

        if read_body(self, line, scope):
            return
        owner = scope.owner
        if owner is None or scope.closed == Role.RISKS.value:
            self._note_rows(node, "code", None, "not read")
            return
        block = self.blocks.open
        if block and block.field in TEXT_FIELDS and block.field != CRITERIA and block.text:
            for row in range(node.first, node.end):
                block.text.append(self._raw(row, owner))
        else:
            self.blocks.end()
            owner.parted = True
            for row in range(node.first, node.end):
                owner.say(self._raw(row, owner))
            owner.parted = True
        self._note_rows(node, "code", owner, "a part of the text")

    def _raw(self, row: int, owner: MarkdownDraft) -> str:
        line = self.lines[row]
        width = min(line.indent, owner.content)
        return self.record.text[line.start : line.end].expandtabs(4)[width:].rstrip()

    def _rule(self, node: Node, scope: Scope) -> None:
        self._pause(scope.owner)
        if self.blocks.open and not self.blocks.open.heading:
            self.blocks.end()
        self._note_rows(node, "rule", None, "")

    # ---- metadata ------------------------------------------------------------------------------

    def _metadata(self, line: Line, pairs: tuple[Pair, ...], scope: Scope) -> bool:
        """Take the pairs of a line; False where they are no metadata of an item."""
        item = scope.owner
        claimed = [count for pair in pairs for count in total_counts(pair)]
        if claimed:
            target = None if scope.closed or self._is_aside_of(item, scope) else item
            self.record.claims += [(count, line, target) for count in claimed]
            self.blocks.end()
            self.record.note(line, "claim", target)
            return True
        if item is None or scope.closed:
            return False
        if pairs[0].field is None and len(pairs) == 1:
            if self.blocks.in_criteria and line.kind is Kind.LIST:
                return False
            word = bare_word(pairs[0].key)
            if not pairs[0].value and self._is_tasks_key(line, word, item):
                self.sentence = None
                self.blocks.begin(Block(TASKS, item))
                self.record.note(line, "metadata", item, "tasks are below this key")
                return True
            if not pairs[0].value and "quality" in topics(word) and self._boxes_follow(line):
                pairs = (replace(pairs[0], field=CRITERIA),)
        if self.blocks.in_scenario and all(pair.field is None for pair in pairs):
            return self.blocks.detail(line)
        block = self.blocks.open
        if not (block and block.field == TASKS and block.draft is not item):
            self.blocks.end()
        self.sentence = None
        self._take_all(line, pairs, item, aside=self._is_aside_of(item, scope))
        return True

    def _is_aside_of(self, item: MarkdownDraft | None, scope: Scope) -> bool:
        """Whether a line stands below a heading of its own, that is no item, within an item."""
        section = scope.section
        if item is None or section is None or scope.listed or item.level <= 0:
            return False
        return section.node.first > item.line.row and not section.structural

    def _take_all(
        self, line: Line, pairs: tuple[Pair, ...], item: MarkdownDraft, *, aside: bool = False
    ) -> None:
        """Take pairs; below a heading of its own (`aside`) a status is not the item's."""
        known = len(pairs) > 1 and any(pair.field for pair in pairs)
        item.parted = item.parted or known
        told = []
        for pair in pairs:
            target, named = self._of_outer(pair, item)
            if aside and named.field in _OF_THE_ITEM:
                named = replace(named, field=None)
            taken = self._take(line, named, target)
            unknown = taken in _TEXT
            known = known or not unknown
            said = replace(named, field=None) if unknown else named
            target.meta.append(MetaLine(said, line.row, aside))
            if unknown:
                whole = len(pairs) == 1
                item.say(self.record.raw(line, item) if whole else f"**{pair.key}**: {pair.value}")
            told.append(f"{pair.key}: {taken.value}" if taken is not Taken.SET else "")
        item.parted = item.parted or known
        self.record.note(line, "metadata", item, "; ".join(filter(None, told)))

    def _of_outer(self, pair: Pair, item: MarkdownDraft) -> tuple[MarkdownDraft, Pair]:
        """`**Phase Issue**: #3` in a heading of two items speaks of the outer one."""
        outer = item.outer
        if outer is not None and outer.typed is not None and pair.field is None:
            word, _, rest = bare_word(pair.key).partition(" ")
            if word == outer.typed.word.name and rest in ("issue", "status", "progress"):
                return outer, replace(pair, field=rest)
        return item, pair

    def _take(self, line: Line, pair: Pair, item: MarkdownDraft) -> Taken:
        place = self.record.place(line, pair.start)
        if pair.field == "title" and pair.value and _is_untitled(item):
            item.title, item.places["title"] = plain(pair.value), place
            return Taken.SET
        if pair.field == CRITERIA:
            if pair.value:
                self.record.criterion(item, Point(pair.value, place=place, line=line))
                return Taken.SET
            if "quality" in topics(pair.key) and not self._boxes_follow(line):
                return Taken.UNKNOWN
            self.blocks.begin(Block(CRITERIA, item, key_indent=line.indent))
            return Taken.BELOW
        if pair.field in _GOES_ON or (pair.field in LONG_FIELDS and not pair.value):
            return self._begin(line, pair, item, place if pair.value else None)
        taken = self.record.take(item, pair, line)
        if pair.field in _EFFORTS or withheld_kind(pair.key):
            field = pair.field or WITHHELD
            self.blocks.begin(
                Block(field, item, key_indent=line.indent, withheld=True,
                      place=place if pair.value else None)
            )  # fmt: skip
        return taken

    def _begin(self, line: Line, pair: Pair, item: MarkdownDraft, place: Place | None) -> Taken:
        """Open the block of a field that goes on below its key; a text may begin beside it."""
        assert pair.field is not None
        if is_told(item, pair.field):
            return Taken.AGAIN
        text = [pair.value] if pair.value else []
        self.blocks.begin(Block(pair.field, item, text=text, key_indent=line.indent, place=place))
        return Taken.SET if pair.value else Taken.BELOW

    def _is_tasks_key(self, line: Line, word: str, item: MarkdownDraft) -> bool:
        """`**Tasks:**` above boxes; above a milestone's deliverables also without any."""
        if "tasks" in topics(word) and self._boxes_follow(line):
            return True
        return item.weak and bool(topics(word) & _WORK)

    def _boxes_follow(self, line: Line) -> bool:
        """Whether the next list item below a key is a check box."""
        for below in self.lines[line.row + 1 : line.row + 6]:
            if below.kind is Kind.LIST:
                return below.box is not None
            if below.kind is not Kind.BLANK:
                return False
        return False


def is_told(draft: MarkdownDraft, field: str) -> bool:
    """Whether an item says a field of its own, which counts before what is said elsewhere."""
    if field == "depends_on":
        return draft.depends is not None
    return field != "description" and field in draft.fields


def _are_alike(item: MarkdownDraft, typed: Typed) -> bool:
    """Whether two headings carry the same word: `Sprint 2` never stands below `Sprint 1`."""
    return item.typed is not None and item.typed.word.name == typed.word.name


def _is_untitled(item: MarkdownDraft) -> bool:
    """Whether a heading or an entry holds no more than the code of its item: `### US-001`."""
    numbered = item.typed is not None and item.typed.number is not None
    return numbered and item.title == plain(item.line.text).strip()


def _words_of(word: str) -> tuple[str, ...]:
    """What may say what a heading speaks of: `detailed task breakdown (all)`, `task breakdown`."""
    word = word.partition(" (")[0]
    parts = word.split()
    return (word, " ".join(parts[-2:]), *parts[-1:])


def _first_list_is_boxed(node: Node) -> bool:
    """Whether the first list below a heading, or below a part of it, is one of check boxes."""
    for child in node.children:
        if child.form is Form.ENTRY:
            return child.box is not None
        if child.form is Form.SECTION and any(each.form is Form.ENTRY for each in child.children):
            return _first_list_is_boxed(child)
    return False
