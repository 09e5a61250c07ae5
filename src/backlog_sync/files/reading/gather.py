"""Walk over the outline and assign every line to an item, or note why it belongs to none.

What is an item has been decided before; here the lines of each become its fields, criteria and
text.
"""

from dataclasses import replace
from itertools import pairwise

from backlog_sync.files.inline import plain
from backlog_sync.files.outline import Form, Kind, Line, Node, opens_yaml
from backlog_sync.files.reading.boxes import BoxReader
from backlog_sync.files.reading.choices import Choices
from backlog_sync.files.reading.drafts import Block, MarkdownDraft, is_untitled, sets_field
from backlog_sync.files.reading.fenced import read_body
from backlog_sync.files.reading.headings import HeadingReader
from backlog_sync.files.reading.key_lines import KeyReader
from backlog_sync.files.reading.list_entries import EntryReader
from backlog_sync.files.reading.metadata import meant_field, parse_pairs
from backlog_sync.files.reading.record import CRITERIA, Record
from backlog_sync.files.reading.scope import Scope, Walk
from backlog_sync.files.reading.sections import Role, status_of
from backlog_sync.files.reading.table_items import TableReader
from backlog_sync.files.reading.titles import shortened
from backlog_sync.files.sentences import is_sentence, is_story_sentence
from backlog_sync.files.statuses import is_plain_status
from backlog_sync.files.vocabulary import RANKS, TEXT_FIELDS, bare_word

_BOLD_LEVEL = 7
"""The level of bold paragraphs that are titles: below every heading level."""


class Gatherer(Walk):
    """Walk over an outline and fill a record."""

    def __init__(self, record: Record, choices: Choices, most: int) -> None:
        super().__init__(record, choices)
        self.headings = HeadingReader(self)
        self.keys = KeyReader(self)
        self.entries = EntryReader(self, BoxReader(self, self.keys), self.keys)
        self.tables = TableReader(self)
        self.most = most

    def run(self, root: Node, first: MarkdownDraft | None = None) -> bool:
        """Read the whole outline; return False if it contains more items than allowed."""
        scope = Scope().below(first) if first else Scope()
        self.children(root, scope)
        self.blocks.end()
        self.tables.end()
        self.headings.settle_mentions()
        for draft in self.record.drafts:
            story = draft.fields.get("user_story")
            if isinstance(story, str) and is_untitled(draft):
                draft.title = shortened(plain(story.split("\n", 1)[0]))[0]
        return len(self.record.drafts) <= self.most

    def children(self, node: Node, scope: Scope) -> None:
        """Read the direct children of a node, in order."""
        flat: list[MarkdownDraft] = []
        above: MarkdownDraft | None = None
        outer = scope
        parted = self._have_paragraphs(node)
        for child in node.children:
            if child.first <= self.done or len(self.record.drafts) > self.most:
                continue
            if child.form is not Form.TEXT:
                self.blocks.leave_key()
            if child.form is Form.SECTION:
                self.headings.read(child, outer, flat)
                above = None
                continue
            if child.form is Form.TEXT and child.first in self.choices.listed.items:
                scope = self._bold_title(child, outer) or scope
                continue
            glued = self._is_glued(child)
            if not glued:
                self._pause(scope.owner, behind=child)
            if child.form is Form.ENTRY:
                here = scope
                if parted and child.first in self.choices.listed.items:
                    self.blocks.end()
                if above is not None and glued and self._continues_item(child, above):
                    here = scope.below(above)
                above = self.entries.read(child, here, glued=glued) or (
                    above if here is not scope else None
                )
                continue
            here = scope
            yaml = child.form is Form.CODE and opens_yaml(self.lines[child.first])
            if above is not None and (yaml or (parted and child.form is Form.TEXT)):
                here = scope.below(above)
            above = above if parted and here is not scope else None
            if child.form is Form.RULE and (scope.time or scope.planned):
                scope = Scope(chain=scope.chain)  # a footer follows
            scope = self._label(child, scope, outer)
            if scope.labeled and scope is not here:
                continue
            self._other(child, here, glued=glued)

    def _have_paragraphs(self, node: Node) -> bool:
        """Return whether the fields of each list item follow it as unindented paragraphs."""
        followed = [
            above.first in self.choices.listed.items
            for above, below in pairwise(node.children)
            if above.form is Form.ENTRY and below.form is Form.TEXT
        ]
        return len(followed) > 1 and all(followed)

    def _label(self, node: Node, scope: Scope, outer: Scope) -> Scope:
        """Return the scope after a paragraph: a line `Done:` applies to the entries below it.

        After those entries the scope is the `outer` one again.
        """
        if scope.labeled:
            scope = replace(scope, labeled=False, status=outer.status, kind=outer.kind)
        if node.form is not Form.TEXT or node.end > node.first + 1:
            return scope
        if not scope.owner or scope.closed:
            return scope
        line = self.lines[node.first]
        text = line.text.strip("*_ ")
        if text.endswith((":", "：")) or line.text.startswith("**"):
            words = text.rstrip(":：. *_")
            status = status_of(words) if meant_field(words) != CRITERIA else None  # not `Done when`
            if status and is_plain_status(status) and self._is_above_list(node):
                self.blocks.end()
                self.record.note(line, "label", scope.owner, f"what is below it is {status}")
                scope.owner.parted = True
                scope.owner.add_text(self.record.raw(line, scope.owner))
                return replace(scope, kind="", status=status, labeled=True)
        self._open_criteria(node, text, scope.owner)
        return scope

    def _open_criteria(self, node: Node, text: str, item: MarkdownDraft) -> None:
        """Open criteria if the text is a key for them without its colon, right above a list."""
        key = meant_field(bare_word(text)) == CRITERIA and self._is_above_list(node)
        if key and not sets_field(item, CRITERIA):
            self.blocks.begin(Block(CRITERIA, item, key_row=node.first))
            self.record.note(self.lines[node.first], "metadata", item, "criteria are below it")

    def _is_above_list(self, node: Node) -> bool:
        below = self.lines[node.end : node.end + 2]
        first = next((line for line in below if line.kind is not Kind.BLANK), None)
        return first is not None and first.kind is Kind.LIST

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
                ours = self.lines[node.first].kind is Kind.SUMMARY
                self.record.note_node(node, "skipped", None, "our summary" if ours else "a comment")

    def _is_glued(self, node: Node) -> bool:
        return node.first > 0 and self.lines[node.first - 1].kind in (Kind.LIST, Kind.TEXT)

    def _pause(self, owner: MarkdownDraft | None, behind: Node | None = None) -> None:
        """End what a blank line, or anything else that is not text, separates from what follows.

        A node right after code (`behind`) does not start a new paragraph.
        """
        self.sentence = None
        block = self.blocks.open
        if block and block.text and not block.heading:
            self.blocks.end()
        block = self.blocks.open
        if block and block.heading and block.text:
            block.text.append("")
        if owner and not (behind and self.lines[behind.first - 1].kind is Kind.CODE):
            owner.parted = True

    def _continues_item(self, node: Node, above: MarkdownDraft) -> bool:
        """Return whether an entry still belongs to the item in the entry right above it."""
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

    def _text(self, node: Node, scope: Scope, *, glued: bool) -> None:
        for row in range(node.first, node.end):
            self.read_line(self.lines[row], scope, glued=glued or row > node.first)

    def read_line(self, line: Line, scope: Scope, *, glued: bool, reason: str = "") -> None:
        """Read one line of a paragraph, or of an entry that is not an item."""
        if line.kind is Kind.BLANK:
            self._pause(scope.owner)
            return
        if line.kind is not Kind.LIST:
            pairs = parse_pairs(
                self.record.text, line, plain_keys=self.entries.takes_plain(line, scope)
            )
            if pairs and self.keys.read(line, pairs, scope):
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
            if line.kind is not Kind.LIST and self.keys.read_inline(line, item):
                return
            block = self.blocks.open
            if block is None or block.key_row != line.row:  # which is a heading in the issue
                item.add_text(self.record.raw(line, item))
            why = reason or self.choices.listed.refused.get(line.row, "")
            self.record.note(line, "description", item, why)

    def _is_user_story(self, line: Line, item: MarkdownDraft) -> bool:
        """Return whether a line is the user story of the item above; bullets only below stories."""
        if "user_story" in item.fields or not is_story_sentence(line.text):
            return False
        return line.kind is not Kind.LIST or (
            item.rank >= RANKS["story"] and is_sentence(line.text)
        )

    def _bold_title(self, node: Node, scope: Scope) -> Scope | None:
        """Add an item for a bold title on its own line, such as `**A1. Sign in**`.

        What follows belongs to it, as to a heading.
        """
        typed = self.choices.listed.items[node.first]
        line = self.lines[node.first]
        if scope.closed or self.entries.is_inside(line, typed, scope):
            self._text(node, scope, glued=False)
            return None
        self.blocks.end()
        self.sentence = None
        draft = self.add(
            typed.word.kind, typed, typed.title, line, line.at, typed.status, scope, _BOLD_LEVEL
        )
        below = scope.below(draft)
        if typed.sentence:
            draft.title, rest = shortened(typed.title)
            draft.fields["user_story"], draft.places["user_story"] = typed.title, draft.place
            if rest:
                draft.add_text(rest)
            self.record.note_node(node, "user-story", draft, "")
            return below
        self.record.note(line, "bold-title", draft)
        for row in range(node.first + 1, node.end):
            self.read_line(self.lines[row], below, glued=True)
        return below

    def _code(self, node: Node, scope: Scope) -> None:
        """Read code: the body of a story as YAML, or a part of the text."""
        self._pause(scope.owner)
        line = self.lines[node.first]

        if read_body(self, line, scope):
            return
        owner = scope.owner
        if owner is None or scope.closed == Role.RISKS.value:
            self.record.note_node(node, "code", None, "not read")
            return
        block = self.blocks.open
        if block and block.field in TEXT_FIELDS and block.field != CRITERIA and block.text:
            for row in range(node.first, node.end):
                block.text.append(self._raw(row, owner))
        else:
            self.blocks.end()
            owner.parted = not self._is_glued(node)
            for row in range(node.first, node.end):
                owner.add_text(self._raw(row, owner))
        self.record.note_node(node, "code", owner, "a part of the text")

    def _raw(self, row: int, owner: MarkdownDraft) -> str:
        line = self.lines[row]
        indent = " " * max(0, line.indent - owner.content)
        return f"{indent}{self.record.text[line.at : line.end]}".rstrip()

    def _rule(self, node: Node, scope: Scope) -> None:
        self._pause(scope.owner)
        if self.blocks.open and not self.blocks.open.heading:
            self.blocks.end()
        self.record.note_node(node, "rule", None, "")
