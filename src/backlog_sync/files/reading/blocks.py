"""Gather values that continue on the lines below their key: prose, check lists, names."""

from backlog_sync.core.checkboxes import IN_VALUE
from backlog_sync.core.diagnostics import Place
from backlog_sync.files.node_values import criteria_of
from backlog_sync.files.outline import Kind, Line
from backlog_sync.files.reading.drafts import Block, MarkdownDraft, Point
from backlog_sync.files.reading.record import CRITERIA, TASKS, Record
from backlog_sync.files.reading.titles import recognize
from backlog_sync.files.scenario import begins_scenario, continues_scenario, step
from backlog_sync.files.vocabulary import TEXT_FIELDS
from backlog_sync.files.yaml.nodes import Scalar

_LONGEST = 4000
"""Maximum length of a scenario's text, in characters; the rest is cut off."""


class Blocks:
    """The currently open block, if any, and the lines that it takes."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.open: Block | None = None

    @property
    def in_criteria(self) -> bool:
        """Whether a list of acceptance criteria is open."""
        return self.open is not None and self.open.field == CRITERIA

    @property
    def in_scenario(self) -> bool:
        """Whether a Given/When/Then scenario is open."""
        return self.open is not None and self.open.scenario

    def begin(self, block: Block) -> None:
        """Open a block, after handing what the previous one gathered to its item."""
        self.end()
        self.open = block

    def begin_at_key(self, item: MarkdownDraft, text: str, place: Place, line: Line) -> None:
        """Open criteria that begin next to their key: `Acceptance: it floats; it is dry`."""
        self.begin(Block(CRITERIA, item, text=[text], key_indent=line.indent, place=place,
                         key_line=line))  # fmt: skip

    def leave_key(self) -> None:
        """End criteria that begin next to their key: the text that follows is not part of them."""
        if self.open and self.open.key_line:
            self.end()

    def end(self) -> None:
        """Close the block and hand what it gathered to its item."""
        block, self.open = self.open, None
        if block is None:
            return
        if block.field == TASKS:
            return
        if block.key_line:
            for each in criteria_of(Scalar(" ".join(block.text), 0, 0)):
                entry = Point(each.text, each.done, place=block.place, line=block.key_line)
                self.record.criterion(block.draft, entry)
        elif block.field == CRITERIA:
            for entry in () if block.boxed else block.plain:
                self.record.criterion(block.draft, entry)
        elif any(line.strip() for line in block.text):
            self.record.take_block(block, block.place or block.draft.place)

    def take(self, line: Line, block: Block, *, glued: bool) -> bool:
        """Take a line into the open block; return False if it does not belong to the block.

        `glued` is True if no blank line precedes the line.
        """
        if block.field == TASKS:
            return False
        if block.key_line:
            return self._continue_key(line, block, glued=glued)
        if block.field == CRITERIA:
            if block.scenario or begins_scenario(line.text):
                return self._step(line, block, glued=glued)
            return self._criteria_line(line, block, glued=glued)
        if block.withheld:
            inside = line.indent > block.key_indent or (glued and line.kind is not Kind.LIST)
            if not inside and not (glued and not block.place):
                self.end()
                return False
            block.text.append(line.text)
            self.record.note(line, "metadata", block.draft, "it stays in the file")
            return True
        if block.field in TEXT_FIELDS:
            if line.kind is Kind.LIST and block.text and not block.heading and glued:
                self.end()
                return False
            block.text.append(self.record.raw(line, block.draft))
        else:
            named = recognize(line.text) if block.field == "depends_on" else None
            block.text.append(named.key if named and named.key else line.text)
        block.place = block.place or self.record.place(line, line.at)
        self.record.note(line, "metadata", block.draft, block.field)
        return True

    def _continue_key(self, line: Line, block: Block, *, glued: bool) -> bool:
        """Append a line below criteria that begin next to their key to the last of them."""
        if not glued or line.kind is not Kind.TEXT:
            self.end()
            return False
        block.text.append(line.text)
        self.record.note(line, "checklist", block.draft)
        return True

    def _step(self, line: Line, block: Block, *, glued: bool) -> bool:
        """Take a line of a scenario: a step extends its text, any other line is a detail."""
        text = step(line.text)
        last = block.plain[-1] if block.plain else None
        if begins_scenario(line.text) or last is None:
            block.scenario, block.step = True, line.row
            block.plain.append(Point(text, line=line))
        elif continues_scenario(line.text) or (
            glued and line.kind is Kind.TEXT and block.step == line.row - 1
        ):
            block.step = line.row
            last.text = f"{last.text} {text}"[:_LONGEST]
        elif (
            line.kind is Kind.LIST
            and last.line.kind is Kind.LIST
            and line.indent <= last.line.indent
        ):
            block.plain.append(Point(text, line=line))
        else:
            return self.detail(line)
        self.record.note(line, "checklist", block.draft, "a step of a scenario")
        return True

    def detail(self, line: Line) -> bool:
        """Keep a line below a scenario's steps in the description, without its check box."""
        assert self.open is not None
        draft = self.open.draft
        raw = self.record.raw(line, draft)
        if line.box is not None:
            raw = IN_VALUE.sub("", raw, count=1)
        draft.add_text(raw)
        self.record.note(line, "description", draft, "a detail of a scenario")
        return True

    def _criteria_line(self, line: Line, block: Block, *, glued: bool) -> bool:
        if line.kind is Kind.LIST:  # plain bullets come here only if there are boxes
            self.record.note(line, "checklist", block.draft, "a detail or a group of the criteria")
            return True
        taken = block.draft.criteria if block.boxed else block.plain
        last = taken[-1] if taken else None
        assert last is None or isinstance(last, Point)
        listed = glued and not block.boxed and self._is_listed(line, last)
        wrapped = listed and last is not None and line.text[0].islower()
        if last and glued and (wrapped or line.indent > last.line.indent):
            last.text = f"{last.text} {line.text}"
        elif listed:
            block.plain.append(Point(line.text, line=line))
        else:
            if last and not block.heading and line.indent <= last.line.indent:
                self.end()
            return False
        self.record.note(line, "checklist", block.draft)
        return True

    def _is_listed(self, line: Line, last: Point | None) -> bool:
        """Return whether a line without a bullet is a criterion: each is indented below the key."""
        if last is not None:
            listed = (
                last.line.kind is Kind.TEXT and self.record.lines[line.row - 1].kind is Kind.TEXT
            )
            return listed and line.indent == last.line.indent
        key = self.record.lines[line.row - 1]
        return key.kind is Kind.TEXT and line.indent > key.indent and key.text.endswith((":", "："))
