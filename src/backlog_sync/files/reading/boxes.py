"""Read check boxes: tasks, criteria with their details, and boxes that only mark progress."""

from backlog_sync.files.draft import Ref
from backlog_sync.files.node_values import without_hash
from backlog_sync.files.outline import Form, Kind, Line, Node
from backlog_sync.files.reading.choices import BoxTitle, box_title, numbered_title
from backlog_sync.files.reading.drafts import Block, MarkdownDraft, Point
from backlog_sync.files.reading.key_lines import KeyReader
from backlog_sync.files.reading.metadata import parse_pairs
from backlog_sync.files.reading.record import CRITERIA, TASKS
from backlog_sync.files.reading.runs import BELOW
from backlog_sync.files.reading.scope import PartReader, Scope, Walk
from backlog_sync.files.reading.sections import Role
from backlog_sync.files.scenario import begins_scenario
from backlog_sync.files.values import parse_status
from backlog_sync.files.vocabulary import RANKS, is_empty_word, topics


class BoxReader(PartReader):
    """Read entries with a check box, and entries of criteria and task lists."""

    def __init__(self, walk: Walk, keys: KeyReader) -> None:
        super().__init__(walk)
        self.keys = keys

    def read(self, node: Node, scope: Scope) -> MarkdownDraft | None:
        """Read an entry with a check box; return its item if it is one."""
        line = self.lines[node.first]
        item = scope.owner
        block = self.blocks.open
        self.walk.sentence = None
        if not line.text or (item is None and is_empty_word(line.text)):
            self.record.note(line, "skipped", None, "a check box without text")
        elif node.first in self.choices.listed.mentions and item is None:
            self.record.note(line, "overview", None, self.choices.listed.refused[node.first])
            self._skip_below(node)
        elif scope.closed and not (block and block.field == CRITERIA):
            self.as_text(node, scope)
        elif self.blocks.in_scenario:
            self.blocks.detail(line)
        elif node.first in self.choices.numbered:
            return self.task(node, scope)
        elif item is self.walk.whole is not None and not self.blocks.in_criteria:
            self.as_text(node, scope)
        elif block and block.field == CRITERIA and not self._is_coded(line):
            block.boxed = True
            self._criterion(node, block.draft, scope)
        elif item and self._holds_criteria(item, scope) and self._key(line) is None:
            self._criterion(node, item, scope)
        elif item is None and scope.field == CRITERIA:
            self.record.loose.append(self.record.place(line, line.at))
            self.record.note(
                line, "checklist", None, "of the plan as a whole: it is not added to any issue"
            )
            self._skip_below(node)
        elif item is None and (scope.is_aside() or self._is_aside(line, scope)):
            self.record.note(line, "skipped", None, "below a heading about something else")
        else:
            return self.task(node, scope)
        return None

    def _key(self, line: Line) -> str | None:
        """Return the code that a box carries, such as `t015`."""
        return box_title(line.text, self.choices.codes).key

    def _is_coded(self, line: Line) -> bool:
        """Return whether a box carries a code, as the tasks of the file do."""
        return self.choices.coded and self._key(line) is not None

    def _is_aside(self, line: Line, scope: Scope) -> bool:
        """Return whether a box outside all items is not a task: the file declares other items.

        The same holds for a box without a code if the tasks of the file carry codes.
        """
        if self.choices.coded and self._key(line) is None:
            return True
        section = scope.section
        if section is None or scope.time or scope.tasks or section.structural or section.group:
            return False
        firm = any(
            not (t.word.weak or t.dotted or self.choices.by_row[row].node.marked)
            for row, t in self.choices.sections.items.items()
        )
        chapters = [section, *(each for each in section.above() if each.level > 1)]
        words = (word for each in chapters for word in _words_of(each.word))
        return firm and not any("tasks" in topics(word) for word in words)

    def as_text(self, node: Node, scope: Scope) -> None:
        """Add an entry that is not an item, field or criterion to its owner's text, if any."""
        owner = scope.owner
        if owner is None or scope.closed == Role.RISKS.value:
            self.record.note_node(node, "skipped", None, f"below a heading of {scope.closed}")
            return
        for row in range(node.first, node.end):
            line = self.lines[row]
            if line.kind is Kind.BLANK:
                owner.parted = True
            else:
                owner.add_text(self.record.raw(line, owner))
        self.record.note_node(node, "description", owner, f"below a heading of {scope.closed}")

    def _skip_below(self, node: Node) -> None:
        rest = self.lines[node.first + 1 : node.end]
        self.record.note_lines(rest, "skipped", None, "part of the text above")

    def _holds_criteria(self, item: MarkdownDraft, scope: Scope) -> bool:
        """Return whether boxes below an item without a key are its criteria rather than tasks."""
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
        """Read a criterion and the details nested in it."""
        line = self.lines[node.first]
        text = without_hash(line.text) if draft.front >= 0 else line.text
        entry = Point(text, line.ticked, line.box, line=line)
        self.record.criterion(draft, entry)
        self.record.note(line, "checklist", draft)
        self._further_criterion(node, entry, draft)
        self._details(node, entry, draft, scope)

    def _further_criterion(self, node: Node, entry: Point, draft: MarkdownDraft) -> None:
        """Read the other lines of a criterion; a bold known field belongs to the item instead."""
        left = False
        for row in range(node.first + 1, node.head):
            line = self.lines[row]
            pairs = parse_pairs(self.record.text, line, plain_keys=False)
            if pairs and (left or pairs[0].field):
                self.keys.take_all(line, pairs, draft)
                left = True
            elif left:
                draft.add_text(self.record.raw(line, draft))
                self.record.note(line, "description", draft)
            else:
                entry.text = f"{entry.text} {line.text}"
                self.record.note(line, "checklist", draft)

    def _details(self, node: Node, entry: Point, draft: MarkdownDraft, scope: Scope) -> None:
        """Read the nodes nested in a criterion: boxes are criteria too, all others its details."""
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

    def criterion_entry(self, node: Node, block: Block, scope: Scope) -> bool:
        """Read a plain bullet below a criteria key; return False if it is not a criterion."""
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

    def task(self, node: Node, scope: Scope) -> MarkdownDraft:
        """Add a task with everything that its line says about it."""
        line = self.lines[node.first]
        block = self.blocks.open
        if block is None or block.field != TASKS:
            self.blocks.end()
        numbered = self.choices.numbered.get(node.first)
        parts: BoxTitle = (
            numbered_title(line.text, numbered)
            if numbered
            else box_title(line.text, self.choices.codes)
        )
        kind = "task"
        if numbered and "." not in numbered.number.removesuffix(".0"):
            kind = BELOW.get(scope.owner.rank, "task") if scope.owner else "epic"
        above = scope.status if not line.ticked else None
        status = parts.title.status or (parse_status(above) if above else None)
        draft = self.walk.add(kind, None, parts.title.text, line, line.at, status, scope)
        draft.key = parts.key
        if node.box is not None and self.record.text.startswith("*", node.box + 2):
            draft.put("labels", ["optional"], draft.place)
        if parts.parent:
            draft.parents.append(Ref(parts.parent, draft.place))
        if numbered:
            draft.parent = self.walk.by_number.get(numbered.above, draft.parent)
            self.walk.by_number[numbered.number] = draft
        if parts.needs:
            draft.depends = [Ref(parts.needs, draft.place)]
        self.walk.note_entry(draft, node)
        self.walk.further_title(node, draft, parts.title)
        self.record.note(line, "task", draft)
        self.walk.body_of(node, draft, scope)
        return draft

    def deliverable(self, line: Line, scope: Scope) -> bool:
        """Return whether a bullet without a box is a task: one of a milestone's deliverables."""
        block = self.blocks.open
        item = scope.owner
        return (
            block is not None
            and item is not None
            and block.field == TASKS
            and block.draft is item
            and self.holds_tasks(item)
            and bool(line.text)
        )


def _words_of(word: str) -> tuple[str, ...]:
    """Return the words that may name a heading's topic: `task breakdown`, `breakdown`."""
    word = word.partition(" (")[0]
    parts = word.split()
    return (word, " ".join(parts[-2:]), *parts[-1:])
