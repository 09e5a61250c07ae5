"""Read lines of keys and values: fields of the item that they are below."""

from dataclasses import replace

from backlog_sync.core.diagnostics import Place
from backlog_sync.files.anchors import MetaLine
from backlog_sync.files.fill import Taken
from backlog_sync.files.inline import plain
from backlog_sync.files.outline import Kind, Line
from backlog_sync.files.reading.claims import total_counts
from backlog_sync.files.reading.drafts import Block, MarkdownDraft, is_untitled, sets_field
from backlog_sync.files.reading.metadata import Pair
from backlog_sync.files.reading.record import CRITERIA, TASKS, WITHHELD
from backlog_sync.files.reading.scope import PartReader, Scope, Walk
from backlog_sync.files.text_criteria import inline_criteria
from backlog_sync.files.vocabulary import (
    LONG_FIELDS,
    TEXT_FIELDS,
    WORK,
    bare_word,
    topics,
    withheld_kind,
)

_OF_THE_ITEM = frozenset(("status", "issue", "progress"))
"""Fields that do not apply to the item if they are below another heading."""

_GOES_ON = TEXT_FIELDS - {CRITERIA}
"""Fields whose text may continue on the lines below, whether or not it begins next to the key."""

_EFFORTS = ("estimate", "effort")
"""Fields whose following lines may contain hours, which are not shown in any issue."""

_TEXT = (Taken.UNKNOWN, Taken.UNREAD)
"""Results that keep a line in the text of the item as it is written."""


class KeyReader(PartReader):
    """Read metadata, and open the blocks that continue below a key.

    `worked` maps the index of an item to the word of the key above its tasks.
    """

    def __init__(self, walk: Walk) -> None:
        super().__init__(walk)
        self.worked: dict[int, str] = {}

    def read(self, line: Line, pairs: tuple[Pair, ...], scope: Scope) -> bool:
        """Take the pairs of a line; False if they are not metadata of an item."""
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
                self.walk.sentence = None
                self.blocks.begin(Block(TASKS, item))
                self.record.note(line, "metadata", item, "tasks are below this key")
                return True
            if not pairs[0].value and "quality" in topics(word) and self._list_follows(line):
                pairs = (replace(pairs[0], field=CRITERIA),)
        if self.blocks.in_scenario and all(pair.field is None for pair in pairs):
            return self.blocks.detail(line)
        block = self.blocks.open
        if not (block and block.field == TASKS and block.draft is not item):
            self.blocks.end()
        self.walk.sentence = None
        self.take_all(line, pairs, item, aside=self._is_aside_of(item, scope))
        return True

    def read_inline(self, line: Line, item: MarkdownDraft) -> bool:
        """Read criteria that follow a sentence: `Sign in by mail. Acceptance: it opens`."""
        before, criteria = inline_criteria(line.text)
        if not criteria or self.blocks.open is not None or sets_field(item, CRITERIA):
            return False
        item.add_text(before)
        self.record.note(line, "description", item, "with criteria after it")
        self.blocks.begin_at_key(item, criteria, self.record.place(line, line.at), line)
        return True

    def _is_aside_of(self, item: MarkdownDraft | None, scope: Scope) -> bool:
        """Return whether a line within an item is below a subheading that is not an item."""
        section = scope.section
        if item is None or section is None or scope.listed or item.level <= 0:
            return False
        return section.node.first > item.line.row and not section.structural

    def take_all(
        self, line: Line, pairs: tuple[Pair, ...], item: MarkdownDraft, *, aside: bool = False
    ) -> None:
        """Read pairs; below a subheading (`aside`) a status is not that of the item."""
        known = len(pairs) > 1 and any(pair.field for pair in pairs)
        item.parted = item.parted or known
        results = []
        for pair in pairs:
            target, named = self._outer_field(pair, item)
            if own := self.record.filler.own_field(pair.key):
                named = replace(named, field=own)
            if aside and named.field in _OF_THE_ITEM:
                named = replace(named, field=None)
            taken = self.take(line, named, target)
            unknown = taken in _TEXT
            known = known or not unknown
            kept = replace(named, field=None) if unknown else named
            target.meta.append(MetaLine(kept, line.row, aside))
            if unknown:
                whole = len(pairs) == 1
                item.add_text(
                    self.record.raw(line, item) if whole else f"**{pair.key}**: {pair.value}"
                )
            results.append(f"{pair.key}: {taken.value}" if taken is not Taken.SET else "")
        item.parted = item.parted or known
        self.record.note(line, "metadata", item, "; ".join(filter(None, results)))

    def _outer_field(self, pair: Pair, item: MarkdownDraft) -> tuple[MarkdownDraft, Pair]:
        """Return the item and field of a pair; `**Phase Issue**: #3` belongs to the outer item."""
        outer = item.outer
        if outer is not None and outer.typed is not None and pair.field is None:
            word, _, rest = bare_word(pair.key).partition(" ")
            if word == outer.typed.word.name and rest in ("issue", "status", "progress"):
                return outer, replace(pair, field=rest)
        return item, pair

    def take(self, line: Line, pair: Pair, item: MarkdownDraft) -> Taken:
        """Set a field of an item, or open the block below its key; return what was done."""
        place = self.record.place(line, pair.start)
        if pair.field == "title" and pair.value and is_untitled(item):
            item.title, item.places["title"] = plain(pair.value), place
            return Taken.SET
        if pair.field == CRITERIA:
            if pair.value:
                self.blocks.begin_at_key(item, pair.value, place, line)
                return Taken.SET
            if "quality" in topics(pair.key) and not self._list_follows(line, boxed=not item.weak):
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
        """Open the block of a field that continues below its key; a text may begin next to it."""
        assert pair.field is not None
        if sets_field(item, pair.field):
            return Taken.AGAIN
        text = [pair.value] if pair.value else []
        self.blocks.begin(Block(pair.field, item, text=text, key_indent=line.indent, place=place))
        return Taken.SET if pair.value else Taken.BELOW

    def _is_tasks_key(self, line: Line, word: str, item: MarkdownDraft) -> bool:
        """Return whether a key such as `**Tasks:**` is above tasks.

        They are check boxes; below a milestone's deliverables plain bullets count too.
        """
        named, begin = topics(word), word.split(" ", 1)[0]
        if "tasks" in named and self._list_follows(line):
            self.worked.setdefault(item.index, begin)
            return True
        if not (self.holds_tasks(item) and named & WORK):
            return False
        # `Deliverables:` after `Scope:` or `Tasks:` describes their results
        return "tasks" in named or self.worked.setdefault(item.index, begin) == begin

    def _list_follows(self, line: Line, *, boxed: bool = True) -> bool:
        """Return whether a list follows a key; it must have check boxes unless `boxed` is False."""
        for below in self.lines[line.row + 1 : line.row + 6]:
            if below.kind is Kind.LIST:
                return below.box is not None or not boxed
            if below.kind is not Kind.BLANK:
                return False
        return False
