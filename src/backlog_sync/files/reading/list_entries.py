"""Read list entries: items, bullets that may be items, and lines of the item around them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from backlog_sync.files.outline import Form, Kind, Line, Node
from backlog_sync.files.reading.boxes import BoxReader
from backlog_sync.files.reading.choices import planning_prefix
from backlog_sync.files.reading.declared import IGNORE
from backlog_sync.files.reading.drafts import Block, MarkdownDraft
from backlog_sync.files.reading.key_lines import KeyReader
from backlog_sync.files.reading.metadata import Pair, parse_pairs
from backlog_sync.files.reading.record import CRITERIA
from backlog_sync.files.reading.runs import BELOW
from backlog_sync.files.reading.scope import PartReader, Scope, Walk
from backlog_sync.files.reading.sections import is_lead, priority_of_all, role_of
from backlog_sync.files.reading.titles import Typed, linked_text, read_title
from backlog_sync.files.scenario import begins_scenario
from backlog_sync.files.sentences import is_sentence
from backlog_sync.files.values import TRAILING_ISSUE, parse_status, without_remark
from backlog_sync.files.vocabulary import RANKS, WORK, bare_word, is_empty_word, topics

_SEVERAL = 2
"""Minimum number of sections with lists labeled as tasks that make this the file's style."""

_LOW = "an item with --bullets items"
_DECLARE = "`reading:` can declare what it is"
"""What is left to do about a bullet that `--bullets items` does not take."""

_TITLES = ("title", "description")
"""Keys whose value is the title of a record that begins with them."""


class EntryReader(PartReader):
    """Read the entries of lists."""

    def __init__(self, walk: Walk, boxes: BoxReader, keys: KeyReader) -> None:
        super().__init__(walk)
        self.boxes, self.keys = boxes, keys
        self.labeled: dict[int, frozenset[int]] = {}
        self.repeated: dict[int, bool] = {}
        self.rows: dict[str, int] = {}  # the row of the first of the `named` items with each name
        self.named = 0
        self.tasks_labeled = (
            sum(_labels_tasks(section.node, self.lines) for section in self.choices.by_row.values())
            >= _SEVERAL
        )

    def read(self, node: Node, scope: Scope, *, glued: bool) -> MarkdownDraft | None:
        """Pass an entry to the first rule that takes it; return the item that it became, if any."""
        line = self.lines[node.first]
        item = scope.owner
        rule = self.choices.rules.of(node) if self.choices.rules else None
        if rule is not None and rule.what:
            return self._declared(node, rule.what, scope)
        typed = self.choices.listed.items.get(node.first)
        if scope.kind and not typed and self._fits_kind(line, scope):
            return self._bullet_item(node, scope.kind, scope)
        if scope.closed and item is not None and line.box is None:
            self.boxes.as_text(node, scope)
            return None
        if typed and (scope.closed or scope.is_aside()):
            typed = None
        if typed and not self.is_inside(line, typed, scope):
            return self._typed_item(node, typed, scope)
        pairs = parse_pairs(self.record.text, line, plain_keys=self.takes_plain(line, scope))
        if pairs and not self._leads(node, pairs, scope) and self.keys.read(line, pairs, scope):
            self._nested(node, scope)
            if node.children and self.blocks.open and not self.blocks.open.heading:
                self.blocks.end()
            return None
        if line.box is not None:
            return self.boxes.read(node, scope)
        if self.boxes.deliverable(line, scope):
            return self.boxes.task(node, scope)
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

    def _fits_kind(self, line: Line, scope: Scope) -> bool:
        """Return whether an entry is an item of the kind declared for its list, not a field."""
        item = scope.owner
        if item is None:
            return True
        pairs = parse_pairs(self.record.text, line, plain_keys=True)
        return RANKS[scope.kind] > item.rank and not (pairs and pairs[0].field)

    def _leads(self, node: Node, pairs: Sequence[Pair], scope: Scope) -> bool:
        """Return whether a bold word is the title of a requested bullet rather than a key.

        The same holds for the first value of a record: `- Description: …`, with more keys right
        below it.
        """
        section, block = scope.section, self.blocks.open
        if not self.choices.bullets or section is None or len(pairs) > 1:
            return False
        lead = bool(section.leads) and is_lead(pairs[0])
        if not lead and self._titled_by(node) is None:
            return False
        in_block = block is not None and block.draft is scope.owner
        return not in_block and self._bullet_kind(node, scope) is not None

    def _titled_by(self, node: Node) -> Pair | None:
        """Return the first key and value of a record in a list if they are its title."""
        first, *below = self.lines[node.first : node.head]
        pairs = parse_pairs(self.record.text, first, plain_keys=True)
        if len(pairs) != 1 or pairs[0].field not in _TITLES or not pairs[0].value:
            return None
        record = any(parse_pairs(self.record.text, line, plain_keys=True) for line in below)
        return pairs[0] if record else None

    def _in_criteria(self, node: Node, scope: Scope) -> bool:
        """Read an entry as a criterion if a check list is open or if a scenario opens one."""
        line, item = self.lines[node.first], scope.owner
        if self.blocks.open is None and item and self._begins_scenario(line, item, scope):
            self.blocks.begin(Block(CRITERIA, item, key_indent=line.indent))
        block = self.blocks.open
        if block is None or block.field != CRITERIA or block.scenario:
            return False
        return self.boxes.criterion_entry(node, block, scope)

    def _begins_scenario(self, line: Line, item: MarkdownDraft, scope: Scope) -> bool:
        """Return whether a line begins a Given/When/Then scenario of a story without a key."""
        own = scope.section is None or scope.section.node.first <= item.line.row
        return own and item.rank >= RANKS["story"] and begins_scenario(line.text)

    def _declared(self, node: Node, what: str, scope: Scope) -> MarkdownDraft | None:
        """Read an entry as the settings declare it."""
        if what == IGNORE:
            self.record.note_node(node, "declared", None, "the settings ignore it")
            return None
        owner = scope.owner
        if owner is not None and RANKS[what] <= owner.rank:
            what = BELOW.get(owner.rank, "task")
        self.blocks.end()
        return self._bullet_item(node, what, scope)

    def _nested(self, node: Node, scope: Scope) -> None:
        """Read the contents of an entry below its title: further lines, then blocks."""
        for row in range(node.first + 1, node.head):
            self.walk.read_line(self.lines[row], scope, glued=True)
        self.walk.children(node, replace(scope, listed=True))

    def is_inside(self, line: Line, typed: Typed, scope: Scope) -> bool:
        """Return whether what looks like an item is part of the text above."""
        block = self.blocks.open
        criteria = self.blocks.in_criteria
        needed = block is not None and block.field == "depends_on"
        item = scope.owner
        if needed and not typed.bold:
            return True
        if item is not None and not typed.sentence and RANKS[typed.word.kind] <= item.rank:
            return not self._is_sibling(typed, item, scope)
        if typed.sentence and (criteria or needed):
            return True
        if typed.sentence and item is not None and item.rank >= RANKS["story"]:
            return not (line.kind is Kind.TEXT and typed.bold)
        boxed = line.box is not None and criteria
        return boxed or (needed and not typed.bold)

    def _is_sibling(self, typed: Typed, item: MarkdownDraft, scope: Scope) -> bool:
        """Return whether an entry below an item of its rank is another item, not just a mention."""
        section = scope.section
        if section is None or item.line.row != section.node.first or scope.listed:
            return False
        return bool(typed.number) and RANKS[typed.word.kind] == item.rank and not typed.code

    def takes_plain(self, line: Line, scope: Scope) -> bool:
        """Return whether `K: v` without bold marks is metadata on this line."""
        item = scope.owner
        if item is None or scope.closed:
            return False
        if self.blocks.in_criteria and not self._leaves_criteria(line):
            return False
        if item.last_line == line.row - 1 and line.kind is Kind.TEXT:
            return True
        # An entry that is indented further is a detail of the one above it.
        return line.kind is not Kind.LIST or line.indent <= (
            item.content + 2 if item.content else 1
        )

    def _leaves_criteria(self, line: Line) -> bool:
        """Return whether a line is not indented deeper than the key of the open criteria."""
        block = self.blocks.open
        return block is not None and block.key_indent >= line.indent and not block.heading

    def _typed_item(self, node: Node, typed: Typed, scope: Scope) -> MarkdownDraft:
        self.blocks.end()
        self.walk.sentence = None
        line = self.lines[node.first]
        title = read_title(line.text, entry=True)
        entry_typed = title.typed if title.typed and not typed.sentence else None
        name = entry_typed.title if entry_typed else typed.title
        status = typed.status or title.status
        points = typed.points if typed.points is not None else title.points
        draft = self.walk.add(
            typed.word.kind,
            replace(typed, title=name, points=points),
            name,
            line,
            line.at,
            status,
            scope,
        )
        self.walk.note_entry(draft, node)
        self.walk.further_title(
            node, draft, title if entry_typed else replace(title, rest="", text=name)
        )
        if typed.sentence and is_sentence(line.text):
            draft.fields["user_story"] = name
            draft.places["user_story"] = draft.place
        self.record.note(line, "user-story" if typed.sentence else "typed-list", draft)
        self.walk.body_of(node, draft, scope)
        return draft

    def _outside(self, node: Node, scope: Scope) -> None:
        line = self.lines[node.first]
        refused = self.choices.listed.refused.get(node.first)
        if scope.section and scope.section.person and self.choices.sections.items:
            refused = refused or "a person's duties, not an item"
        timed = scope.time or scope.planned
        linked = linked_text(line.text) is not None
        silent = refused or scope.listed or scope.closed or linked or self._is_aside(node)
        silent = silent or not line.text or is_empty_word(line.text)
        bare = self.choices.bare and not silent
        if scope.lane and not silent and self._repeats(scope):
            self.record.note_node(
                node, "overview", None, "it adds details to items declared elsewhere"
            )
            return
        if (scope.lane or bare) and self.choices.bullets and not silent:
            self._bullet_item(node, (scope.section and scope.section.group) or "task", scope)
            return
        if not refused and (timed or bare) and not scope.closed:
            remedy = _DECLARE if self.choices.bullets else _LOW
            reason = _LOW if bare else f"below a time, phase or status heading: {remedy}"
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

    def _repeats(self, scope: Scope) -> bool:
        """Return whether most entries of a lane and its sibling lanes name items from above."""
        section = scope.section
        board = section.parent if section is not None else None
        if section is None or board is None:
            return False
        if id(board) not in self.repeated:
            first = board.node.first
            for draft in self.record.drafts[self.named :]:
                self.rows.setdefault(_name(draft.title), draft.line.row)
            self.named = len(self.record.drafts)
            names = [_name(node.text) for lane in board.children for node in lane.node.entries]
            again = sum(self.rows.get(name, first) < first for name in names)
            self.repeated[id(board)] = again > 1 and again * 2 > len(names)
        return self.repeated[id(board)]

    def _bullet(self, node: Node, scope: Scope, *, glued: bool) -> MarkdownDraft | None:
        """Read an entry that is not an item by itself, or is one with low confidence."""
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
        self.walk.read_line(line, scope, glued=glued, reason=_LOW if kind else "")
        self._nested(node, scope)
        return None

    def _bullet_item(self, node: Node, kind: str, scope: Scope) -> MarkdownDraft:
        line = self.lines[node.first]
        named = self._titled_by(node)
        prefix = None if named else planning_prefix(line.text)
        text = named.value if named else prefix.text if prefix else line.text
        linked = linked_text(text)
        if linked is not None:
            issue = TRAILING_ISSUE.search(text[-400:])
            text = linked + (issue[0] if issue else "")
        parts = read_title(text, entry=True)
        parts = (
            replace(parts, text=parts.typed.title) if parts.typed and parts.typed.title else parts
        )
        at = named.start if named else line.at
        draft = self.walk.add(kind, None, parts.text or line.text, line, at, parts.status, scope)
        if scope.status:
            draft.mark = draft.mark or parse_status(scope.status)
        ranked = priority_of_all(scope.section) if scope.lane and scope.section else None
        if ranked:
            draft.put("priority", ranked, draft.place)
        self.walk.note_entry(draft, node)
        if prefix and prefix.priority:
            draft.fields["priority"] = prefix.priority
            draft.places["priority"] = draft.place
        if prefix and prefix.quarter:
            draft.add_text(f"Planned for {prefix.quarter}.")
            draft.parted = True
        self.walk.further_title(node, draft, parts)
        self.record.note(line, "bullet", draft)
        self.walk.body_of(node, draft, scope)
        return draft

    def _bullet_kind(self, node: Node, scope: Scope) -> str | None:
        """Return the kind of a bullet directly below a time heading, a phase and the like."""
        section, item = scope.section, scope.owner
        line = self.lines[node.first]
        if scope.listed or section is None or item is None:
            return None
        if item.line.row != section.node.first:
            parted = (
                self.choices.bullets
                and self.holds_tasks(item)
                and not (scope.field or scope.closed)
            )
            parted = parted and not self._is_aside(node)
            return "task" if parted and section.role is None else None
        if node.first in self.choices.listed.refused or scope.closed:
            return None
        if not line.text or is_empty_word(line.text):
            return None
        if self._is_aside(node):
            return None
        linked = linked_text(line.text) is not None
        if scope.planned:
            return "task" if planning_prefix(line.text) else None
        if scope.time or section.node.first in self.choices.sections.containers:
            return None if linked else "task"
        metadata = section.node.first in self.choices.sections.metadata
        if item.weak and metadata and linked:
            return "feature"
        if self.holds_tasks(item) and not linked and not _is_result(line.text, scope):
            parts = line.text.startswith("**") and bool(node.entries)
            return "feature" if parts else "task"
        return None

    def _is_aside(self, node: Node) -> bool:
        """Return whether the label above a list says that it is not work: `**Exit criteria:**`."""
        above = node.parent
        if above is not None and above.first not in self.labeled:
            rows = _aside_entries(above, self.lines, others=self.tasks_labeled)
            self.labeled[above.first] = frozenset(rows)
        return above is not None and node.first in self.labeled[above.first]


def _name(text: str) -> str:
    """Return the part of a title that all mentions of an item share: no remark, no number."""
    title = read_title(text, entry=True)
    return bare_word(without_remark(title.typed.title if title.typed else title.text))


def _is_result(text: str, scope: Scope) -> bool:
    """Return whether a bullet describes the result of a milestone within a sprint.

    A sprint contains tasks rather than milestones, so such a milestone is near and its bullets are
    results. A bullet with a status is work.
    """
    phases = [item.typed for item in scope.chain[-2:] if item.typed and item.typed.word.weak]
    if len(phases) < 2:
        return False
    sprint, milestone = (RANKS[typed.word.kind] for typed in phases)
    return milestone < sprint and read_title(text).status is None


def _aside_entries(node: Node, lines: tuple[Line, ...], *, others: bool) -> Iterator[int]:
    """Yield the rows of entries below labels that are not about work.

    If lists of the file are labeled as tasks (`others`), every other label is about something else.
    """
    aside = False
    for child in node.children:
        if child.form is Form.ENTRY:
            if aside:
                yield child.first
            continue
        label = lines[child.end - 1].text if child.form is Form.TEXT else ""
        word = bare_word(label)
        other = others and label.rstrip("*_ ").endswith((":", "：")) and not topics(word) & WORK
        aside = bool(word) and (other or role_of(word) is not None)


def _labels_tasks(node: Node, lines: tuple[Line, ...]) -> bool:
    """Return whether a label in a section says that the list right below it contains tasks."""
    return any(
        one.form is Form.TEXT and other.form is Form.ENTRY and other.box is None
        and lines[one.end - 1].text.rstrip("*_ ").endswith((":", "："))
        and bool(topics(bare_word(lines[one.end - 1].text)) & WORK)
        for one, other in pairwise(node.children)
    )  # fmt: skip
