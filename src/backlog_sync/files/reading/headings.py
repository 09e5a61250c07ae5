"""Read headings: items, containers, fields of the item above, or mentions of another item."""

from dataclasses import replace

from backlog_sync.files.dates import find_period, leading_period
from backlog_sync.files.inline import plain
from backlog_sync.files.outline import Form, Line, Node
from backlog_sync.files.reading.drafts import Block, MarkdownDraft, sets_field, take_title
from backlog_sync.files.reading.metadata import parse_pairs
from backlog_sync.files.reading.record import CRITERIA, TASKS
from backlog_sync.files.reading.runs import BELOW
from backlog_sync.files.reading.scope import PartReader, Scope
from backlog_sync.files.reading.sections import Role, Section, is_list, is_priority_of_run
from backlog_sync.files.reading.titles import Typed, parse_title, read_title, recognize
from backlog_sync.files.values import parse_status, without_remark
from backlog_sync.files.vocabulary import RANKS, WORK, bare_word, topics

_CLOSING = (Role.IGNORED, Role.NAVIGATION, Role.RISKS, Role.ELSE, Role.NOISE, Role.QUALITY)
"""Roles of headings below which nothing is an item."""


class HeadingReader(PartReader):
    """Read sections of an outline."""

    def read(self, node: Node, scope: Scope, flat: list[MarkdownDraft]) -> None:
        """Read a section; `flat` are the items of the preceding sections on its level."""
        self.blocks.end()
        self.walk.sentence = None
        section = self.choices.by_row[node.first]
        if scope.closed == Role.NOISE.value:
            scope = replace(scope, closed="")
        typed = self.choices.sections.items.get(node.first)
        if typed is not None:
            self._item_section(node, section, typed, scope, flat)
        elif node.first in self.choices.sections.mentions:
            flat.clear()
            self.record.note_node(
                node, "overview", None, "it adds details to an item declared elsewhere"
            )
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
        apart = typed.dotted or node.marked
        while flat and (apart or flat[-1].rank >= rank or _are_alike(flat[-1], typed)):
            flat.pop()
        scope = replace(scope, chain=(*chain, *flat))
        kind = self._kind(typed, scope, section)
        if scope.status and not typed.status:
            typed = replace(typed, status=parse_status(scope.status))
        title = typed.title or typed.word.name.capitalize() or section.title.text
        if typed.bare and is_list(bare_word(without_remark(title))):
            title = plain(node.text)  # `Sprint 1 milestones`
        draft = self.walk.add(kind, typed, title, line, line.at, typed.status, scope, node.level)
        take_title(draft, section.title)
        self.record.take_syntax_fields(draft, node)
        if node.marked:
            draft.parent = scope.parent(draft.rank + 1)
        if not apart:
            flat.append(draft)
        self._plan(draft, typed, section)
        inner = self._inner(draft, typed)
        below = replace(scope, section=section).below(draft)
        if inner:
            draft = self._inner_item(line, draft, inner, below, node.level)
            below = below.below(draft)
        self.record.note(line, "typed-heading", draft)
        if section.group and self.choices.rules and self._is_declared(node):
            below = replace(below, kind=section.group)
        self.walk.children(node, below)

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
                return "epic"  # a sprint or a week outside any phase
        return kind

    def _plan(self, draft: MarkdownDraft, typed: Typed, section: Section) -> None:
        """Set the milestone of a phase or level whose heading contains a quarter."""
        if not draft.weak or typed.word.name in ("milestone", "m", "sprint", "week"):
            return
        period = find_period(section.node.text)
        if period:
            draft.fields["milestone"] = period.text
            self.record.periods.setdefault(period.text, period.end)

    def _inner(self, draft: MarkdownDraft, typed: Typed) -> Typed | None:
        """Return the item that a phase's title names: `Phase 3: User Story 1 — Book a stand`."""
        if not draft.weak or not typed.number:
            return None
        inner = recognize(typed.title)
        if inner is None or inner.word.weak or inner.code or inner.dotted or inner.bare:
            return None
        return (
            inner if inner.number and inner.title and RANKS[inner.word.kind] > draft.rank else None
        )

    def _inner_item(
        self, line: Line, outer: MarkdownDraft, typed: Typed, scope: Scope, level: int
    ) -> MarkdownDraft:
        parts = read_title(typed.title)
        draft = self.walk.add(
            typed.word.kind, replace(typed, title=parts.text), parts.text, line, line.at,
            typed.status or parts.status, scope, level,
        )  # fmt: skip
        section_priority = scope.section.title.priority if scope.section else None
        take_title(draft, replace(parts, rest="", priority=parts.priority or section_priority))
        draft.outer = outer
        return draft

    def _plain_section(self, node: Node, section: Section, scope: Scope) -> None:
        """Read a heading that is not an item: decide what it means for the nodes below it."""
        line = self.lines[node.first]
        owner = scope.owner
        lane = scope.lane and node.first in self.choices.sections.parting
        inner = replace(scope, section=section, tasks=False, listed=False, lane=lane)
        field = section.field
        if field is None and scope.field == CRITERIA:
            field = CRITERIA  # a group of the criteria
        done = "quality" in topics(line.text) or section.role is Role.QUALITY
        if field is None and done and _first_list_is_boxed(node):
            field = CRITERIA  # of the item above, or of the plan as a whole
        judged_item = self.walk.drafts_by_row.get(
            self.choices.sections.criteria.get(node.first, -1)
        )
        if judged_item is not None:
            owner, field = judged_item, CRITERIA
            inner = replace(inner, owner=judged_item, closed="")
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
        ranked = self._is_ranked_list(section, scope)
        if not owner and (section.time or ranked or self._is_refused_phase(section)):
            inner = replace(inner, time=True)
            if section.status:
                inner = replace(inner, status=section.status)
            if section.lane or scope.lane or ranked:
                inner = replace(inner, lane=True)
            elif self._holds(section):
                self._container(node, section, inner, "epic", "time-heading")
                return
        if field and owner and not sets_field(owner, field):
            self.blocks.begin(Block(field, owner, heading=True))
            self.record.note(line, "metadata", owner, f"{field} is below this heading")
            self.walk.children(node, replace(inner, field=field))
            self.blocks.end()
            return
        if owner and topics(section.word) & (WORK if self.holds_tasks(owner) else {"tasks"}):
            self.blocks.begin(Block(TASKS, owner, heading=True))
            self.record.note(line, "heading", owner, "boxes below it are tasks")
            self.walk.children(node, replace(inner, tasks=True))
            return
        self._other_section(node, section, inner, field)

    def _other_section(self, node: Node, section: Section, scope: Scope, field: str | None) -> None:
        line = self.lines[node.first]
        owner = scope.owner
        reason = self.choices.sections.refused.get(node.first, "") or "no item"
        closed = scope.closed
        if section.group and self.choices.rules and self._is_declared(node):
            scope = replace(scope, kind=section.group)
        elif section.group and not owner and not self.choices.sections.items:
            scope = replace(scope, time=True, lane=True)  # `Bugs` above bullets
        if section.role in _CLOSING and field is None:
            closed = closed if closed == Role.RISKS.value else section.role.value
        if (
            owner is not None
            and closed != Role.RISKS.value
            and not section.structural
            and not section.group
        ):
            owner.parted = True
            owner.add_text(f"**{plain(line.text)}**")
            owner.parted = True
        self.record.note(line, "heading", owner, reason)
        self.walk.children(node, replace(scope, closed=closed, field=field))

    def _is_declared(self, node: Node) -> bool:
        """Return whether the settings declare what is below a heading: `{items: task}`."""
        rule = self.choices.rules.of(node)
        return rule is not None and bool(rule.items)

    def _container(self, node: Node, section: Section, scope: Scope, kind: str, rule: str) -> None:
        """Add an item for a heading that is an item only because of what is below it."""
        line = self.lines[node.first]
        title, status, _ = parse_title(line.text)
        if kind == "epic" and scope.chain:
            kind = BELOW.get(scope.chain[-1].rank, "task")
        status = status or (parse_status(scope.status) if scope.status else None)
        draft = self.walk.add(kind, None, title, line, line.at, status, scope, node.level)
        self.record.take_syntax_fields(draft, node)
        period = leading_period(title)
        if period and kind == "epic":
            draft.fields["milestone"] = title
            self.record.periods.setdefault(title, period.end)
        self.record.note(line, rule, draft)
        below = Scope(draft, (*scope.chain, draft), section, time=scope.time, planned=scope.planned,
                      status=scope.status)  # fmt: skip
        self.walk.children(node, below)

    def _is_ranked_list(self, section: Section, scope: Scope) -> bool:
        """Return whether a heading ranks the bullets below it.

        `P2 - Extensions` does if the file has other items. `Must have` does in a lane, or if
        nothing else is an item; otherwise it describes those items.
        """
        if not section.bullets:
            return False
        if section.title.prioritized:
            return self._declares_items()
        choices = self.choices
        others = choices.sections.items or choices.listed.items or choices.tables.items
        return is_priority_of_run(section) and (scope.lane or not others)

    def _is_refused_phase(self, section: Section) -> bool:
        """Return whether a phase or step is not an item only because it has nothing but bullets."""
        if section.node.first not in self.choices.sections.refused or self.choices.bullets:
            return False
        if section.inside(Role.QUALITY):
            return False
        typed = section.title.typed
        return typed is not None and typed.word.weak

    def _holds(self, section: Section) -> bool:
        """Return whether a heading that names a time contains enough to be an item."""
        if section.boxes:
            return True
        return bool(self.choices.bullets and section.bullets and not self._declares_items())

    def _declares_items(self) -> bool:
        """Return whether headings of the file are items, or phases that contain work."""
        return any(
            not typed.word.weak or self.choices.by_row[row].holds()
            for row, typed in self.choices.sections.items.items()
        )

    def settle_mentions(self) -> None:
        """Copy fields from repeated mentions to their items, unless those set them themselves."""
        for row, best in self.choices.sections.mentions.items():
            draft = self.walk.drafts_by_row.get(best)
            if draft is None:
                continue
            for child in self.choices.by_row[row].node.children:
                if child.form in (Form.TEXT, Form.ENTRY):
                    self._mention_pairs(child, draft)
        self._mentioned_boxes()

    def _mentioned_boxes(self) -> None:
        """Mark an item as done if a ticked box only names it and nothing else sets its status."""
        by_key = {draft.typed.key: draft for draft in self.record.drafts if draft.typed}
        for row, typed in self.choices.listed.mentions.items():
            draft = by_key.get(typed.key) if typed.key else None
            has_status = draft is None or draft.mark or "status" in draft.fields
            if draft is not None and not has_status and self.lines[row].ticked:
                draft.mark = "Done"

    def _mention_pairs(self, node: Node, draft: MarkdownDraft) -> None:
        for row in range(node.first, node.head):
            for pair in parse_pairs(self.record.text, self.lines[row], plain_keys=True):
                if pair.field and pair.value and not sets_field(draft, pair.field):
                    self.record.take(draft, pair, self.lines[row])


def _are_alike(item: MarkdownDraft, typed: Typed) -> bool:
    """Return whether two headings have the same type word: `Sprint 2` is never below `Sprint 1`."""
    return item.typed is not None and item.typed.word.name == typed.word.name


def _first_list_is_boxed(node: Node) -> bool:
    """Return whether the first list below a heading, or below a part of it, has check boxes."""
    for child in node.children:
        if child.form is Form.ENTRY:
            return child.box is not None
        if child.form is Form.SECTION and any(each.form is Form.ENTRY for each in child.children):
            return _first_list_is_boxed(child)
    return False
