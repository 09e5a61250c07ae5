"""Decide which sections are items: by runs of siblings, never one by one.

Headings with the same type word, family of codes or numbering are a run. If some of a run are
clearly items, all of them are; a run without evidence does not contain items.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from itertools import dropwhile

from backlog_sync.dataclass import dataclass
from backlog_sync.files.inline import plain
from backlog_sync.files.outline import grouped
from backlog_sync.files.reading.declared import IGNORE, Declared
from backlog_sync.files.reading.numbered import Numbered
from backlog_sync.files.reading.record import CRITERIA
from backlog_sync.files.reading.sections import APART, Role, Section, is_priority_of_run
from backlog_sync.files.reading.titles import Typed, strip_number
from backlog_sync.files.statuses import meanings
from backlog_sync.files.values import without_remark
from backlog_sync.files.vocabulary import (
    RANKS,
    bare_word,
    field_of,
    listed,
    topics,
    type_word,
    vocabulary,
)

BELOW = {1: "feature", 2: "story", 3: "task"}
"""The kind below each rank if nothing names one."""

_TYPES = vocabulary().spelled
_NAMES = {word.name for word in _TYPES.values()}

_NO_EVIDENCE = "neither it nor its neighbors have metadata or check boxes"
_PAIR = 2
_PLANS = listed("about_plans")
"""Words for a plan as a whole: `# Sprint 1 - Plan` is the title of a document."""

_VERSIONS = frozenset(("version", "release"))
"""Words for published versions: done if the next ones are planned under another heading.
"""

_FEWEST = 3
"""Minimum count of different numbers after a letter that mark items: a lone `S3` is a bucket.
"""

_SILENT = (Role.NAVIGATION, Role.QUALITY, Role.RISKS, Role.ELSE, Role.SUMMARY, Role.NOISE)


@dataclass(slots=True)
class Chosen:
    """Sections that are items, and why similar ones are not; all by row.

    `mentions` are sections about an item that another section declares; `criteria` are mentions
    that define when the item is done; `parting` are sections that only divide a lane.
    """

    items: dict[int, Typed] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)
    keys: set[str] = field(default_factory=set)
    metadata: set[int] = field(default_factory=set)
    mentions: dict[int, int] = field(default_factory=dict)
    criteria: dict[int, int] = field(default_factory=dict)
    containers: dict[int, str] = field(default_factory=dict)
    parting: set[int] = field(default_factory=set)


class SectionChooser:
    """Choose among all sections of a file at once.

    If `bullets`, plain bullets are evidence for a phase. `planned` is True if something other than
    headings shows what is an item: bullets with priorities or quarters, rows with numbers, boxes
    with codes.
    """

    def __init__(
        self,
        sections: Sequence[Section],
        rules: Declared,
        numbers: Mapping[int, Numbered],
        *,
        bullets: bool,
        planned: bool,
    ) -> None:
        self.planned = planned
        self.numbers = numbers
        self.rules = rules
        self.sections = sections
        self.bullets = bullets
        self.chosen = Chosen(metadata={s.node.first for s in sections if s.metadata})
        self.typed = [(s, s.title.typed) for s in sections if s.title.typed]
        alike = grouped(sections, lambda section: (section.level, section.word))
        self.recurring = {
            heading for heading, run in alike.items() if len({id(s.parent) for s in run}) > 1
        }
        """Headings such as `Backend` in each sprint: they divide the work and are not items."""

    def run(self) -> Chosen:
        """Choose the sections that are items."""
        self._firm()
        self._coded()
        self._dotted()
        self._numbered()
        self._weak()
        self._released()
        self._one_kind()
        self._repeated()
        self._grouped()
        self._marked()
        self._planned()
        self._prioritized()
        self._containers()
        self._declared()
        self._find_criteria()
        return self.chosen

    def _declared(self) -> None:
        """Apply what the settings declare, which takes precedence over everything inferred."""
        for section in self.sections if self.rules else ():
            row = section.node.first
            rule = self.rules.of(section.node)
            closed = any(a.role is Role.IGNORED for a in section.above())
            if (rule and rule.what) or closed or section.level in self.rules.levels:
                self.chosen.items.pop(row, None)
                self.chosen.mentions.pop(row, None)
                self.chosen.containers.pop(row, None)
            if closed or (rule and rule.what == IGNORE):
                section.role = Role.IGNORED
            elif rule and rule.what in RANKS:
                section.role, section.field = None, None
                self.chosen.items[row] = _as_declared(section, rule.what)
            if rule and rule.items:
                section.group = rule.items

    def _take(self, section: Section, typed: Typed) -> None:
        section.role = None
        self.chosen.items[section.node.first] = typed
        self.chosen.refused.pop(section.node.first, None)
        if typed.key:
            self.chosen.keys.add(typed.key)

    def _refuse(self, section: Section, reason: str) -> None:
        self.chosen.refused.setdefault(section.node.first, reason)

    def _is_item(self, section: Section) -> bool:
        return section.node.first in self.chosen.items

    # ---- by type word ------------------------------------------------------------------------

    def _firm(self) -> None:
        """Take headings whose type word only items have: it is enough evidence."""
        keys = {
            t.key
            for _, t in self.typed
            if t.key and not (t.word.weak or t.code or t.dotted or t.bare)
        }
        for section, typed in self.typed:
            if typed.word.weak or typed.code or typed.dotted:
                continue
            if typed.bare and typed.key in keys:
                self._refuse(section, f"it only mentions {typed.key}")
            elif section.inside(Role.RISKS) or any(s.role is Role.ELSE for s in section.above()):
                self._refuse(section, "below a heading about something else")
            elif typed.word.kind == "task" and section.rows:  # its rows are the tasks
                self._take(section, typed.of_kind("story"))
            else:
                self._take(section, typed)

    def _coded(self) -> None:
        """Take codes of an unknown family if one of them has evidence."""
        coded = [(s, t) for s, t in self.typed if t.code and not t.dotted]
        coded = [(s, t) for s, t in coded if not s.inside(*_SILENT[1:4])]
        runs = grouped(coded, lambda each: (each[1].word.name, each[0].level))
        for (_, level), run in runs.items():
            vouched = any(s.metadata or s.holds() or s.items for s, _ in run) or any(
                s.stories for (_, other), each in runs.items() if other == level for s, _ in each
            )
            enough = len(run) > 1 and all(s.prose or s.bullets or s.children for s, _ in run)
            if _is_padded(run[0][1]):
                vouched = vouched or enough
            elif _is_letter(run[0][0]):
                vouched = (vouched or enough) and len({t.number for _, t in run}) >= _FEWEST
                enough = False
                run = [(s, _as_part(s, t)) for s, t in run]  # noqa: PLW2901 - the same, as parts
            self._settle(run, vouched or enough, _NO_EVIDENCE)

    def _dotted(self) -> None:
        """Take headings with only a number (`1.1 Sign in`) if siblings have evidence.

        Numbers below numbers only divide the text, unless they carry a plan.
        """
        dotted = [(s, t) for s, t in self.typed if t.dotted]
        dotted = [(s, t) for s, t in dotted if not s.inside(Role.RISKS, Role.NAVIGATION)]
        runs = grouped(dotted, lambda each: (each[0].level, _family(each[0])))
        explicit = {s.level for s, t in self.typed if not t.dotted and self._is_item(s)}
        for (level, family), run in sorted(runs.items(), key=lambda each: each[0][0]):
            if family and level in explicit:  # chapters next to items that have a word or a code
                self._settle(
                    run,
                    False,
                    "headings of this level are items if they have a type word or a code",
                )
                continue
            above = [each for s, _ in run for each in s.above()]
            nested = any(self._is_item(a) and _is_dotted(a) for a in above)
            apart = self._has_phases() and not any(map(_is_phase, above))
            evident = [s for s, _ in run if (s.planned if apart else s.metadata)]
            vouched = bool(evident) or any(s.holds() and not nested for s, _ in run)
            enough = len(run) > 1 and all(t.status or s.title.hints for s, t in run)
            self._settle(run, vouched or enough, _NO_EVIDENCE)

    def _has_phases(self) -> bool:
        """Return whether phases contain the work: then a chapter needs evidence of planning."""
        return any(_is_phase(section) and section.boxes for section in self.sections)

    def _numbered(self) -> None:
        """Take `## 1. Setup` above boxes `1.1`, `1.2` as their parent."""
        plan = [s for s in self.sections if s.node.first in self.numbers]
        run = [(s, self.numbers[s.node.first].number) for s in plan]
        if not plan:
            run = [(s, number) for s in self.sections if (number := _number_of_boxes(s))]
            if len(run) < _PAIR or len({number for _, number in run}) < len(run):
                return
        for section, number in run:
            title = section.title
            typed = Typed(
                _TYPES["epic"], number, strip_number(title.text), status=title.status, inferred=True
            )
            self._take(section, typed)

    def _settle(self, run: Sequence[tuple[Section, Typed]], vouched: bool, reason: str) -> None:
        for section, typed in run:
            if vouched:
                self._take(section, typed)
            else:
                self._refuse(section, reason)

    def _weak(self) -> None:
        """Take phases, sprints and milestones if the document has no other epics or features."""
        firm = {
            t.word.kind for _, t in self.typed if not (t.word.weak or t.code or t.dotted or t.bare)
        }
        weak = ((s, t) for s, t in self.typed if t.word.weak)
        for name, run in grouped(weak, lambda each: each[1].word.name).items():
            rank = RANKS[run[0][1].word.kind]
            if any(RANKS[kind] <= rank for kind in firm):
                why = (
                    f"a {name} does not contain items if the document has its own epics or features"
                )
                self._settle(run, False, why)
            elif name == "step" and not self.bullets:
                self._settle(run, False, "steps are items only with --bullets items")
            else:
                self._weak_run(run, rank)

    def _weak_run(self, run: Sequence[tuple[Section, Typed]], rank: int) -> None:
        inner = [(s, t) for s, t in run if not s.inside(*_SILENT)]
        if not self._are_parts(inner):
            inner = [
                (s, t)
                for s, t in inner
                if not any(_outranks(a.title.typed, rank) for a in s.above())
            ]
        with_status = sum(
            typed.status is not None or s.title.status is not None for s, typed in inner
        )
        vouched = (
            any(self._carries(section) for section, _ in inner) or with_status * 2 > len(inner) > 1
        )
        for section, typed in run:
            if (section, typed) not in inner:
                self._refuse(section, "it is part of the text above")
            elif _is_about(typed.title):
                self._refuse(section, "it is the plan itself, not a part of it")
            elif vouched:
                self._take(section, typed)
            else:
                self._refuse(section, "its section does not have metadata, check boxes or items")

    def _released(self) -> None:
        """Mark versions as done if they precede the heading above the planned ones."""
        lanes = {id(s) for s in self.sections if s.status and meanings(s.status) == {"todo"}}
        last: dict[tuple[str, int], int] = {}  # the row of the last such heading of a level
        for section, typed in self.typed if lanes else ():
            for lane in section.above():
                if id(lane) in lanes and typed.word.name in _VERSIONS:
                    key = (typed.word.name, lane.level)
                    last[key] = max(last.get(key, 0), lane.node.first)
        for section, typed in self.typed if last else ():
            levels = range(1, section.level + 1)
            before = any(
                section.node.first < last.get((typed.word.name, level), 0) for level in levels
            )
            statuses = (typed.status, *(each.status for each in (section, *section.above())))
            if before and not any(statuses):
                self._mark_done(section, typed)

    def _mark_done(self, section: Section, typed: Typed) -> None:
        if self._is_item(section) and section.title.status is None:
            self._take(section, replace(typed, status="Done"))

    def _are_parts(self, run: Sequence[tuple[Section, Typed]]) -> bool:
        """Return whether milestones and the like number the parts of sprints: `M1.0` there."""
        numbers = {typed.number for _, typed in run if typed.number and typed.title}
        within_items = all(any(self._is_item(a) for a in section.above()) for section, _ in run)
        return within_items and len(numbers) == len(run) > 1

    def _carries(self, section: Section) -> bool:
        if self.bullets and section.bullets:
            return True
        if section.metadata or section.holds() or section.items:
            return True
        if section.title.typed and not section.title.typed.word.weak:
            return True
        return any(
            self._carries(child) for child in section.children if not _is_rival(section, child)
        )

    def _one_kind(self) -> None:
        """Make codes of several families on one level one kind: `[F-001]` next to `[R-001]`."""
        coded = ((s, t) for s, t in self._numbers() if t.word.name not in _NAMES and not t.dotted)
        for run in grouped(coded, lambda each: each[0].level).values():
            if len({typed.word.name for _, typed in run}) < 2:
                continue
            kind = Counter(typed.word.kind for _, typed in run).most_common(1)[0][0]
            for section, typed in run:
                if typed.word.kind != kind:
                    self.chosen.items[section.node.first] = typed.of_kind(kind)

    def _numbers(self) -> list[tuple[Section, Typed]]:
        """Return the sections that are items with a number."""
        items = ((s, self.chosen.items.get(s.node.first)) for s in self.sections)
        return [(section, typed) for section, typed in items if typed and typed.number]

    # ---- second mentions ---------------------------------------------------------------------

    def _repeated(self) -> None:
        """Let the richest of several headings for one item declare it; the others are mentions."""
        same = grouped(
            self._numbers(), lambda each: (each[1].word.name, str(each[1].number).lower())
        )
        for run in same.values():
            if len(run) < 2:
                continue
            sections = [section for section, _ in run]
            if sections[0] is self.sections[0] and all(
                sections[0] in s.above() for s in sections[1:]
            ):
                first = sections.pop(0)  # the title of the document, which one part repeats
                del self.chosen.items[first.node.first]
                self._refuse(first, "the title of the document, which a part below repeats")
            best = max(sections, key=lambda each: (_weight(each), -each.node.first))
            for each in sections:
                if each is best:
                    continue
                if best in each.above() and not each.boxes:
                    del self.chosen.items[each.node.first]
                    self._refuse(each, "the item above has the same number")
                elif _alike(each.title.text, best.title.text) or self._is_overview(each, best):
                    self._mention(each, best)

    def _is_overview(self, each: Section, best: Section) -> bool:
        """Return whether a phase or sprint is only listed in an overview."""
        weak = self.chosen.items[each.node.first].word.weak
        return weak and each.parent is not best.parent and not each.metadata

    def _mention(self, section: Section, best: Section) -> None:
        del self.chosen.items[section.node.first]
        self.chosen.mentions[section.node.first] = best.node.first
        self._refuse(section, "it refers to an item declared elsewhere")

    def _find_criteria(self) -> None:
        """Note criteria sections: `Phase 1 complete when` below `Success criteria`."""
        rows = {(t.word.name, t.number): s.node.first for s, t in self.typed if self._is_item(s)}
        for section, typed in self.typed:
            row = rows.get((typed.word.name, typed.number)) if typed.number else None
            if row is not None and not self._is_item(section) and section.inside(Role.QUALITY):
                self.chosen.criteria[section.node.first] = row

    # ---- without a type word -----------------------------------------------------------------

    def _grouped(self) -> None:
        """Take headings directly below a heading for their kind if one of them is planned."""
        for above in self.sections:
            if above.group is None or above.inside(*_SILENT):
                continue
            run = [s for s in above.children if self._is_plain(s) and not s.rows]
            boxed = above.group != "task" and any(
                s.boxes for s in run
            )  # below tasks the boxes are not tasks themselves
            if (boxed or any(s.planned for s in run)) and not any(map(self._is_item, run)):
                for section in run:
                    self._take(section, _untyped(section, above.group))

    def _marked(self) -> None:
        """Take headings that the syntax marks as work, and their siblings if most are marked."""
        marked = [s for s in self.sections if s.node.marked]
        holders = {id(above) for section in marked for above in section.above()}
        candidates = (s for s in self.sections if s.node.marked or id(s) not in holders)
        for run in grouped(candidates, lambda s: id(s.parent)).values() if marked else ():
            most = sum(s.node.marked for s in run) * 2 > len(run)
            for section in run:
                if section.node.marked or (most and self._is_plain(section)):
                    section.node.marked = True
                    kinds = [each.value for each in section.node.properties if each.key == "kind"]
                    if not self._is_item(section):
                        self._take(section, _untyped(section, kinds[0] if kinds else "task"))

    def _planned(self) -> None:
        """Take siblings if most of them have fields that only planned items have.

        In a backlog without other items, siblings that share a form are items too.
        """
        records = self._are_records()
        plain_ones = [s for s in self.sections if s.level > 1 and self._is_plain(s)]
        for run in grouped(plain_ones, lambda s: (id(s.parent), s.level)).values():
            likely = (s for s in run if s.planned or s.sentences == 1 or (records and s.formed))
            evident = [s for s in likely if not s.rows]
            if any(s.sentences > 1 for s in run):
                continue
            if len(evident) < 2 or len(evident) * 2 < len(run):
                continue
            level = (s for s in self.sections if s.level == run[0].level)
            firm = any(self._is_item(s) and not self._is_inferred(s) for s in level)
            if firm and not any(self._is_item(a) for a in run[0].above()):
                continue
            kind = "story" if any(s.stories for s in evident) else "feature"
            if all(s.formed for s in evident) and not any(s.planned for s in evident):
                kind = "task"
            if any(self._is_item(child) for s in run for child in s.children):
                kind = "epic"
            for section in run:
                self._take(section, _untyped(section, kind))

    def _are_records(self) -> bool:
        """Return whether the title names a backlog and most sections share one form."""
        if self.chosen.items or any(s.holds() for s in self.sections):
            return False
        first, *others = self.sections or (None,)
        formed = sum(s.formed for s in others)
        return first is not None and formed * 2 > len(others) and _names_work(first.word)

    def _is_inferred(self, section: Section) -> bool:
        return self.chosen.items[section.node.first].inferred

    def _prioritized(self) -> None:
        """Take `### P1: Logs` next to `### P0: Traces` if the plan consists of such headings."""
        run = [s for s in self.sections if s.title.prioritized and not s.inside(*_SILENT)]
        if self.chosen.items or len(run) < _PAIR or len({s.level for s in run}) > 1:
            return
        for section in run:
            self._take(section, _untyped(section, "epic"))

    def _containers(self) -> None:
        """Find headings without a type word that have check boxes, or describe rows, below them."""
        if self.chosen.items:
            self._parts_of_phases()
            return
        levels = {s.level for s in self.sections if s.sentences > 1}
        stories = [s for s in self.sections if s.sentences and s.level in levels]
        holders = [s for s in self.sections if self._holds_work(s) or s in stories]
        self._lanes()
        holders = [s for s in holders if self._may_hold(s)]
        described = [s for s in holders if s.prose]
        if len(described) * 2 <= len(holders):
            holders = [s for s in holders if s.boxes or not s.holds()]
        if len(holders) >= _PAIR:
            self._contain(holders)
        if not self.bullets or self.planned or any(s.boxes for s in self.sections):
            return
        if parts := self._parts_of_lanes():
            words = Counter(section.word for section in parts)
            self.chosen.parting.update(s.node.first for s in parts if words[s.word] > 1)
            self._contain([s for s in parts if words[s.word] == 1])
            return
        timed = [s for s in self.sections if s.time and not s.lane and s.bullets]
        timed = [s for s in timed if not s.inside(*_SILENT)]
        if timed:
            runs = {(id(s.parent), s.level) for s in timed}
            listed = [s for s in self.sections if (id(s.parent), s.level) in runs]
        else:
            listed = list(self.sections)
        listed = [s for s in listed if s.bullets and not s.time and self._may_hold(s)]
        if any(s.wishes > 1 for s in listed):
            listed = [s for s in listed if s.wishes]  # text next to stories describes them
        if timed or len(listed) >= _PAIR:
            self._contain(listed)

    def _holds_work(self, section: Section) -> bool:
        """Return whether a heading has work below it, or below parts with recurring names."""
        parts = (each for each in section.children if (each.level, each.word) in self.recurring)
        return section.holds() or any(each.holds() for each in parts)

    def _parts_of_lanes(self) -> list[Section]:
        """Return the headings above bullets in lanes for work that is done or still to do.

        If a file separates the two, its work is listed there and nowhere else.
        """
        parts: list[Section] = []
        statuses = set()
        for lane in self.sections:
            if lane.status and lane.lane and not lane.inside(*_SILENT):
                parts += [s for s in lane.children if s.bullets and not s.lane and s.role is None]
                statuses.add(meanings(lane.status))
        return parts if len(statuses) >= _PAIR and len(parts) >= _PAIR else []

    def _parts_of_phases(self) -> None:
        """Find headings that divide the work of a phase; those above bullets only on request.

        If items of this level have words or codes, or the boxes have, other headings only order
        them. If most of a run describe items that they list in tables, their bullets are
        descriptions too.
        """
        if self.planned:
            return
        explicit = {s.level for s in self.sections if self._is_item(s)}
        runs: dict[int, list[Section]] = defaultdict(list)
        for section in self.sections:
            above = self._phase_above(section)
            held = section.boxes or section.bullets
            if above and held and section.level not in explicit and self._may_hold(section):
                runs[above.node.first].append(section)
        for run in runs.values():
            boxed = [s for s in run if s.boxes]
            parts = boxed or (run if self.bullets else [])
            if len(parts) < _PAIR or any(s.time for s in parts):
                continue
            if not boxed and sum(s.tables > 0 for s in parts) * 2 > len(parts):
                for section in parts:
                    self._take(section, _untyped(section, "feature"))
            else:
                self._contain(parts)

    def _phase_above(self, section: Section) -> Section | None:
        """Return the phase that a heading is part of; headings in between have no other content."""
        above = section.parent
        while above and not self._is_item(above) and not (above.holds() or above.bullets):
            above = above.parent
        item = above and self.chosen.items.get(above.node.first)
        return above if item and item.word.weak else None

    def _may_hold(self, section: Section) -> bool:
        """Return whether a heading without a type word could be a part of the work.

        In a lane it only divides the contents, unless the lane belongs to a phase.
        """
        if not self._is_plain(section) or section.level < _PAIR:
            return False
        recurs = (section.level, section.word) in self.recurring
        if recurs or section.lane or is_priority_of_run(section):
            return False
        above = section.above()
        lane = any(each.lane and not _is_plan(each) for each in above)
        return not lane or any(self._is_item(each) for each in above)

    def _lanes(self) -> None:
        """Treat all sibling headings with work from the first lane on as lanes if most are.

        Work is boxes and rows; requested bullets count only if there are neither. A heading before
        the first lane may explain how to read them.
        """
        for siblings in grouped(self.sections, lambda section: id(section.parent)).values():
            run = [s for s in siblings if s.holds()]
            if not run and self.bullets:
                run = [s for s in siblings if s.bullets]
            run = list(dropwhile(lambda s: not s.lane, run))
            lanes = sum(s.lane for s in run)
            if lanes >= _PAIR and (lanes + sum(map(_is_plan, run))) * 2 > len(run):
                for section in filter(self._is_plain, run):
                    section.lane = section.time = True

    def _contain(self, sections: Sequence[Section]) -> None:
        for section in sections:
            self.chosen.containers[section.node.first] = "epic"

    def _is_plain(self, section: Section) -> bool:
        """Return whether a heading without a type word could be an item."""
        if (section.title.typed or section.node.marked) and self._is_item(section):
            return False
        if section.node.first in self.chosen.mentions or section.inside(*_SILENT):
            return False
        if section.group or section.structural or section.field or not section.title.text:
            return False
        if any(above.field == CRITERIA for above in section.above()):
            return False  # `AC 1` below `Acceptance criteria` is a part of that field
        word = bare_word(section.node.text)
        return field_of(word) is None and type_word(word) is None


_WORKS = frozenset(("plan", "tasks", "structure", "matters", "lane", "shelved"))


def _names_work(title: str) -> bool:
    """Return whether a document's title is about work: `Backlog`, `Ideas for the garden`."""
    return any(topics(word) & _WORKS for word in (title, *title.split()))


def _is_plan(lane: Section) -> bool:
    """Return whether a lane is the plan itself, with work in its parts: `Backlog (unscheduled)`."""
    return "plan" in topics(bare_word(without_remark(lane.word)))


def _is_about(title: str) -> bool:
    """Return whether a title names the plan itself or describes it: `Overview: the data`."""
    if _PLANS.issuperset(map(bare_word, APART.split(title))):
        return True
    first = re.split(r"[:：—–]", title, maxsplit=1)[0]
    return "about" in topics(title) or "about" in topics(bare_word(first))


def _named(typed: Typed) -> tuple[str, str]:
    """Return the word and the number of an item."""
    return typed.word.name, (typed.number or "").lower()


def _family(section: Section) -> int:
    """Return the id of the section above a run of numbers; 0 if that section has a type."""
    parent = section.parent
    return 0 if parent and parent.title.typed else id(parent)


def _is_dotted(section: Section) -> bool:
    return section.title.typed is not None and section.title.typed.dotted


def _is_phase(section: Section) -> bool:
    return section.title.typed is not None and section.title.typed.word.weak


def _is_letter(section: Section) -> bool:
    """Return whether a heading begins with a letter and a number: `S3`, but not the code `S-3`."""
    typed = section.title.typed
    text = bare_word(section.node.text)
    return (
        typed is not None
        and len(typed.word.name) == 1
        and text.startswith(typed.word.name + str(typed.number))
    )


def _is_padded(typed: Typed) -> bool:
    """Return whether a number has leading zeros: `T0001` counts items, `S3` may be a bucket."""
    return typed.number is not None and typed.number.startswith("0") and len(typed.number) > _PAIR


def _as_declared(section: Section, kind: str) -> Typed:
    """Return a section as an item of its declared kind; a number that it has keeps its key."""
    typed = section.title.typed
    if typed is not None and typed.word.kind == kind and not typed.dotted:
        return typed
    return replace(_untyped(section, kind), title=typed.title if typed else section.title.text)


def _as_part(section: Section, typed: Typed) -> Typed:
    """Return a lettered heading with its kind: epics at the top, below items the usual kind."""
    if typed.word.name.upper() in vocabulary().letters or any(
        a.title.typed for a in section.above()
    ):
        return typed
    return typed.of_kind("epic")


def _untyped(section: Section, kind: str) -> Typed:
    title = section.title
    worded = title.typed is not None and not title.typed.dotted  # with a word for another kind
    text = plain(section.node.text) if worded or not title.text else title.text
    return Typed(
        _TYPES[kind], None, text, status=title.status, points=title.points,
        priority=title.priority, inferred=True,
    )  # fmt: skip


_BOX_NUMBER = re.compile(r"(?:\*\*)?([A-Z]|\d{1,4})\.\d{1,4}(?![^\W_])")


def _number_of_boxes(section: Section) -> str | None:
    """Return the number of a heading that all its check boxes carry: `## 1. Setup` above `1.1`."""
    boxes = [child.text for child in section.node.children if child.box is not None]
    numbers = {match[1] if (match := _BOX_NUMBER.match(text)) else "" for text in boxes}
    typed = section.title.typed
    lead = re.match(r"(\d{1,4})[.):]?[ ]", section.node.text)
    if typed or not lead or numbers != {lead[1]}:
        return None
    return lead[1]


def _is_rival(section: Section, child: Section) -> bool:
    """Return whether a part is itself a phase or the like of the same rank or a higher one."""
    above, below = section.title.typed, child.title.typed
    if above is None or below is None or not below.word.weak or child.holds() or child.metadata:
        return False
    if above.number and (below.number or "").startswith(f"{above.number}."):
        return False  # `Milestone 1.2` is a part of `Phase 1`
    return RANKS[below.word.kind] <= RANKS[above.word.kind]


def _outranks(typed: Typed | None, rank: int) -> bool:
    return typed is not None and not typed.dotted and RANKS[typed.word.kind] > rank


def _weight(section: Section) -> int:
    """Return how much content is below a heading."""
    below = sum(_weight(child) + 5 for child in section.children)
    return section.boxes + section.bullets + section.rows + section.prose + section.items + below


def _alike(left: str, right: str) -> bool:
    """Return whether two titles are the same, or one begins with the other."""
    a, b = bare_word(left), bare_word(right)
    return a == b or a.startswith(b) or b.startswith(a)
