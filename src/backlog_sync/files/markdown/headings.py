"""Rule 1, second part: which of the headings that look like items are items.

A type word that only items have (`Epic 1`) is enough. Phases, sprints and milestones, codes and
bare numbers need evidence: metadata or check boxes of their own.
"""

import re
from collections.abc import Container, Iterable
from dataclasses import dataclass, field

from backlog_sync.files.markdown.inline import only_link
from backlog_sync.files.markdown.lines import Kind, Line
from backlog_sync.files.markdown.metadata import Pair, parse_pairs
from backlog_sync.files.markdown.typed import Typed, parse_title, recognise
from backlog_sync.files.markdown.values import TRAILING_ISSUE
from backlog_sync.files.words import GROUPS, RANKS, STRUCTURE, TYPES, bare_word, field_of

_NUMBERING = re.compile(r"^\d{1,3}(?:\.\d{1,3}){0,3}[.)]?[ ]+")
_PLANNED = frozenset(
    ("story_points", "estimate", "estimate_hours", "priority", "acceptance_criteria",
     "user_story", "depends_on", "sprint"),
)  # fmt: skip

OURS = frozenset(("issue", "progress"))
"""Fields that write-back adds: they are no evidence of the author's intent."""


@dataclass(slots=True)
class _Section:
    """A heading and what stands directly below it."""

    line: Line
    typed: Typed | None
    metadata: bool = False
    boxes: bool = False
    items: bool = False
    bullets: bool = False
    issue: int = -1
    planned: bool = False
    group: str | None = None
    parent: int = -1
    last: int = 0


@dataclass(slots=True)
class Headings:
    """Which headings are items, by line index, and why the others that look like it are not."""

    items: dict[int, Typed] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)
    keys: set[str] = field(default_factory=set)
    metadata: set[int] = field(default_factory=set)


def choose_headings(
    text: str, lines: tuple[Line, ...], *, bullets: bool, tables: Container[int] = ()
) -> Headings:
    """Look at all headings of a file at once.

    `bullets` lets plain bullets vouch for phases and steps; `tables` are the rows where tables of
    items begin.
    """
    sections = _sections(text, lines, tables)
    found = Headings(metadata={s.line.row for s in sections if s.metadata})
    typed = [(index, s.typed) for index, s in enumerate(sections) if s.typed]
    firm = [t for _, t in typed if not (t.word.weak or t.code or t.dotted or t.bare)]
    kinds = {t.word.kind for t in firm}
    keys = {t.key for t in firm if t.key}
    evident = _evident_groups(sections)
    for index, this in typed:
        section = sections[index]
        reason = ""
        if this.bare and this.key in keys:
            reason = f"it only mentions {this.key}"
        elif this.dotted or this.code:
            if _group(section, this) not in evident:
                reason = "neither it nor its neighbours carry metadata or check boxes"
        elif this.word.weak:
            reason = _weak(index, sections, kinds, bullets=bullets)
        if reason:
            found.refused[section.line.row] = reason
        else:
            found.items[section.line.row] = this
            if this.key:
                found.keys.add(this.key)
    for row, grouped in _grouped(sections).items():
        found.items.setdefault(row, grouped)
    return found


def _sections(text: str, lines: Iterable[Line], tables: Container[int]) -> list[_Section]:
    sections: list[_Section] = []
    open_: list[int] = []
    for line in lines:
        if line.kind is Kind.HEADING:
            while open_ and sections[open_[-1]].line.level >= line.level:
                sections[open_.pop()].last = len(sections)
            parent = open_[-1] if open_ else -1
            open_.append(len(sections))
            word = bare_word(_NUMBERING.sub("", line.text[:80]))
            sections.append(
                _Section(line, recognise(line.text), parent=parent, group=GROUPS.get(word))
            )
        elif sections and line.kind in (Kind.LIST, Kind.TEXT):
            _look(text, line, sections[-1])
            above = sections[-1].parent
            if above >= 0 and sections[above].group and not sections[-1].planned:
                _look_for_plan(text, line, sections[-1])
        elif sections and line.row in tables:
            sections[-1].boxes = True
    for index in open_:
        sections[index].last = len(sections)
    return sections


def _look(text: str, line: Line, section: _Section) -> None:
    """Note what a line says of the heading above it."""
    if line.box is not None:
        section.boxes = True
    elif not (section.metadata or section.items):
        pairs = parse_pairs(text, line, plain_keys=line.kind is Kind.LIST)
        if any(pair.field == "issue" for pair in pairs) or TRAILING_ISSUE.search(line.text[-400:]):
            section.issue = line.row
        section.metadata = any(_is_evidence(pair, line, section) for pair in pairs)
        if not pairs and line.kind is Kind.LIST:
            # what follows is the metadata of a list item, or progress that was written to it
            section.items = recognise(line.text) is not None
            if not line.indent and line.text and only_link(line.text) is None:
                section.bullets = True


def _look_for_plan(text: str, line: Line, section: _Section) -> None:
    """Note whether a section without a type word says what only a planned item says."""
    if section.typed is None and line.box is None:
        pairs = parse_pairs(text, line, plain_keys=line.kind is Kind.LIST)
        section.planned = any(pair.field in _PLANNED for pair in pairs)


def _grouped(sections: list[_Section]) -> dict[int, Typed]:
    """Headings that stand directly below a heading for their kind, where one of them is planned."""
    planned = {section.parent for section in sections if section.planned}
    found = {}
    for section in sections:
        above = sections[section.parent] if section.parent in planned else None
        if above is None or above.group is None or section.typed or field_of(section.line.text):
            continue
        if section.group or bare_word(section.line.text) in STRUCTURE:
            continue
        title, status, points = parse_title(section.line.text)
        if title:
            word = TYPES[above.group]
            found[section.line.row] = Typed(word, None, title, status=status, points=points)
    return found


def _is_evidence(pair: Pair, line: Line, section: _Section) -> bool:
    """Whether a pair shows that the author means an item.

    Write-back puts a status right behind the issue; an author's own stands before it.
    """
    if pair.field == "status":
        return not 0 <= section.issue == line.row - 1
    if pair.field is None:
        first, _, last = bare_word(pair.key).rpartition(" ")
        return first not in TYPES or last not in (*OURS, "status")
    return pair.field not in OURS


def _group(section: _Section, typed: Typed) -> tuple[str, int, int]:
    """Headings that vouch for each other: one prefix, or one parent; and one level."""
    if typed.dotted:
        return "", section.line.level, section.parent
    return typed.word.name, section.line.level, -1


def _evident_groups(sections: list[_Section]) -> set[tuple[str, int, int]]:
    return {
        _group(section, section.typed)
        for section in sections
        if section.typed
        and (section.typed.dotted or section.typed.code)
        and (section.metadata or section.boxes)
    }


def _weak(index: int, sections: list[_Section], kinds: set[str], *, bullets: bool) -> str:
    """Why a phase, sprint or milestone is no item; empty where it is one."""
    section = sections[index]
    assert section.typed is not None
    word = section.typed.word
    rank = RANKS[word.kind]
    if any(RANKS[kind] <= rank for kind in kinds):
        return f"a {word.name} holds no items where the document has its own epics or features"
    if word.name == "step" and not bullets:
        return "steps are items only with --bullets items"
    parent = section.parent
    while parent >= 0:
        above = sections[parent].typed
        if above and not above.dotted and RANKS[above.word.kind] > rank:
            return f"it is a part of the {above.word.kind} above"
        parent = sections[parent].parent
    if bullets and section.bullets:
        return ""
    below = sections[index : section.last]
    if not any(s.metadata or s.boxes or (s.typed and not s.typed.word.weak) for s in below):
        return "its section carries no metadata, check boxes or items"
    return ""
