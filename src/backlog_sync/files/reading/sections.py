"""Gather evidence about sections: what a heading says, and what is directly below it."""

import re
from collections import Counter
from dataclasses import field as field_
from enum import Enum

from backlog_sync.dataclass import dataclass
from backlog_sync.files.inline import plain
from backlog_sync.files.outline import Form, Kind, Line, Node, grouped
from backlog_sync.files.reading.metadata import Pair, meant_field, parse_pairs
from backlog_sync.files.reading.titles import Title, is_boxed, linked_text, read_title, typed_line
from backlog_sync.files.scenario import begins_scenario
from backlog_sync.files.scripts import is_cjk
from backlog_sync.files.sentences import is_sentence, is_story_sentence
from backlog_sync.files.statuses import is_status_word, status_in
from backlog_sync.files.values import without_remark
from backlog_sync.files.vocabulary import (
    LONG_FIELDS,
    any_of,
    bare_word,
    group_kind,
    is_priority,
    key_words,
    list_kind,
    listed,
    topics,
    type_word,
)

_NUMBERING = re.compile(r"^(?:\d{1,3}(?:\.\d{1,3}){0,3}[.)]?|[IVXivx]{1,4}\.|\([a-z\d]\))[ ]+")
_MONTHS = any_of("patterns.months")
_TIME = re.compile(
    r"\d{4}[ ]?[-/]?[ ]?[QH][1-4]"
    r"|[QH][1-4](?:[ ]?[-–/][ ]?[QH][1-4])?[ ,/-]{1,2}\d{4}"
    r"|[QH][1-4]\b"
    r"|20\d\d\+?(?=$|[ ]?[-–—:])"
    rf"|{_MONTHS}\.?[ ]20\d\d(?=$|[ ]?[-–—:/])",
    re.IGNORECASE,
)
_PARTS = re.compile(r" by (?:phase|epic|sprint|priority|milestone|status|story|week|release)s?$")
"""Headings such as `Tests by phase` go through the plan once more."""


class Role(Enum):
    """The topic of a section that is not an item."""

    NAVIGATION = "navigation"
    QUALITY = "a quality list"
    RISKS = "risks"
    ELSE = "something other than items"
    NOISE = "not part of the items"
    IGNORED = "what the settings ignore"
    SUMMARY = "a summary of items declared elsewhere"


@dataclass(slots=True, eq=False)
class Section:
    """A heading and what is directly below it, up to the next heading.

    `word` is the heading in the normalized form of the word tables; `field` is the field that it
    names, `group` the kind of the items that it groups. `boxes`, `bullets` and `rows` count check
    boxes, plain bullets (links and metadata excluded), and rows of tables of items; `tables` counts
    the other tables.

    `metadata` is True if there are pairs that show an item, `planned` if there are fields of
    planned items only, `stories` if there are criteria or a user story; `sentences` counts
    paragraphs that are user stories, `wishes` such bullets. `time` is True if the heading names a
    time, `lane` if it names one without dates (`Next`, `In Progress`), which is not an item; the
    same holds for `person`.

    `leads` are the bold words that bullets begin with (`- **Search:** find …`); `fielded` is True
    if such words are keys of fields. `labels` are the bold words that any paragraph or bullet
    begins with; `formed` is True if the sibling sections have the same ones, so that all share one
    form. `ranks` caches what is known about priorities among the sections directly below.
    """

    node: Node
    title: Title
    word: str
    parent: "Section | None" = None
    field: str | None = None
    group: str | None = None
    role: Role | None = None
    structural: bool = False
    time: bool = False
    lane: bool = False
    status: str | None = None
    boxes: int = 0
    bullets: int = 0
    rows: int = 0
    items: int = 0
    prose: int = 0
    tables: int = 0
    metadata: bool = False
    planned: bool = False
    stories: bool = False
    sentences: int = 0
    wishes: int = 0
    issue: int = -1
    person: bool = False
    leads: list[str] = field_(default_factory=list)
    fielded: bool = False
    labels: set[str] = field_(default_factory=set)
    formed: bool = False
    ranks: tuple[bool, bool] | None = None
    children: list["Section"] = field_(default_factory=list)

    @property
    def level(self) -> int:
        """The heading's level."""
        return self.node.level

    def above(self) -> list["Section"]:
        """Return the sections around it, the innermost first."""
        sections = []
        at = self.parent
        while at is not None:
            sections.append(at)
            at = at.parent
        return sections

    def inside(self, *roles: Role) -> bool:
        """Return whether it, or a section above it, has one of these roles."""
        above = (each.role for each in self.above() if each.role is not Role.NOISE)
        return self.role in roles or any(role in roles for role in above)

    def holds(self) -> bool:
        """Return whether entries that are work are directly below."""
        return bool(self.boxes or self.rows or self.sentences > 1)


_NEAR = 8
"""Number of lines below a heading in which its plan must be: later lines have other topics."""

OURS = frozenset(("issue", "progress"))
"""Fields that write-back adds: they are not evidence of the author's intent."""

_PLANNED = listed("section_evidence")
_STORIES = frozenset(("story_points", "acceptance_criteria", "user_story"))


def bare_heading(text: str) -> str:
    """Return a heading in the form of the word tables: without its numbering."""
    return bare_word(_NUMBERING.sub("", bare_word(text[:160])))


def read_sections(
    text: str, lines: tuple[Line, ...], root: Node, rows: dict[int, int]
) -> list[Section]:
    """Return all sections of a file in order, with their evidence.

    `rows` maps the row of a table's header to the number of its items.
    """
    sections: list[Section] = []
    by_node: dict[int, Section] = {}
    chapters = [node for node in root.children if node.form is Form.SECTION and node.level == 1]
    title = chapters[0] if len(chapters) == 1 else None
    for node in root.walk():
        if node.form is not Form.SECTION:
            continue
        above = by_node.get(id(node.parent)) if node.parent else None
        section = _section(node, above, title_of_all=node is title)
        by_node[id(node)] = section
        if above:
            above.children.append(section)
        sections.append(section)
        for child in node.children:
            _add_evidence(text, lines, child, section, rows)
        if section.holds() and section.role in (Role.NOISE, Role.NAVIGATION):
            section.role = None  # a part of the work with the name of something else
    _count_leads(sections)
    _compare_labels(sections)
    return sections


def _compare_labels(sections: list[Section]) -> None:
    """Mark sections that share a form: `**Why.** …` and `**Cost.** …` below most of them."""
    for run in grouped(sections, lambda section: id(section.parent)).values():
        counts = Counter(label for section in run for label in section.labels)
        form = {label for label, count in counts.items() if count > 1 and count * 2 > len(run)}
        for section in run:
            section.formed = len(form & section.labels) >= _FORM


_FORM = 2
"""Minimum number of shared labels: one that recurs may be a note, two are a form."""


def _count_leads(sections: list[Section]) -> None:
    """Count bullets with a bold lead if the leads are not keys: keys recur in a file."""
    counts = Counter(lead for section in sections for lead in section.leads)
    for section in sections:
        if section.fielded or any(counts[lead] > 1 or topics(lead) for lead in section.leads):
            section.leads.clear()
        section.bullets += len(section.leads)


def _section(node: Node, above: Section | None, *, title_of_all: bool) -> Section:
    title = read_title(node.text)
    word = bare_heading(node.text)
    named = meant_field(word)
    section = Section(node, title, word, above, named if named in LONG_FIELDS else None)
    boxed = is_boxed(node.text)
    section.metadata, section.planned = node.marked, node.marked or boxed
    head = bare_word(without_remark(word))
    named_topics = topics(word) | topics(head)
    group = list_kind(head)
    group = group if "structure" in named_topics or group in _GROUPED else None
    section.group = group if group in ("epic", "feature", "story", "task", "bug") else None
    section.structural = bool(named_topics & {"structure", "tasks", "deliverables"})
    plain_title = title.typed is None or title.typed.dotted
    if not title_of_all and plain_title and not boxed:
        section.role = role_of(word) or (Role.ELSE if topics(head) & _PAST else None)
        section.role = section.role or _role_of_part(head)
    if not title_of_all:
        section.status = status_of(plain(without_remark(_NUMBERING.sub("", node.text))))
        first = APART.split(head, maxsplit=1)[0].strip()
        section.person = names_person(head)
        section.lane = section.status is not None or _is_lane(first) or section.person
    section.time = section.lane or bool("term" in topics(head) or _TIME.match(word))
    return section


_COUNT = re.compile(r"(?:[ ]\d{1,3})?(?:[ ]?[:：—–].*)?$")
"""A number after the topic of a heading, and what follows a colon."""

_OF = re.compile(r"[ ](?:for|from|in|until|für|aus|de|del|da|do|para|pour|per)[ ]", re.IGNORECASE)
"""The words between a topic and what it applies to: `Out of scope for the first release`."""


def _role_of_part(head: str) -> Role | None:
    """Return the role by the beginning of a heading: `Definition of done for the release (May)`."""
    for end in (*(match.start() for match in _OF.finditer(head)), len(head)):
        named = topics(head[:end])
        if "dropped" in named:
            return Role.ELSE
        if "quality" in named and " " in head[:end]:
            return Role.QUALITY
    counted = _COUNT.sub("", head)  # `Checkpoint 1: it builds`
    return Role.QUALITY if counted != head and "quality" in topics(counted) else None


APART = re.compile(r"[ ]?[/,&][ ]?|[ ](?:and|y|e|und|et|i|и)[ ]", re.IGNORECASE)
"""Separators between words with separate meanings: `Planning & retrospective`."""


def _is_lane(head: str) -> bool:
    """Return whether a heading names a time, at most with a word for a list: `Later topics`."""
    word, _, rest = head.partition(" ")
    return "lane" in topics(head) or (bool(rest) and "lane" in topics(word) and is_list(rest))


def names_person(head: str) -> bool:
    """Return whether a heading divides the work by person: `Developer`, `Person 1 - backend`."""
    counted = _COUNTED.match(head)
    return "persons" in topics(counted[1] if counted else head)


_COUNTED = re.compile(r"(.{1,30}?)[ ]#?(?:\d{1,2}|[a-h])(?=$|[ ]?[-–—:])", re.IGNORECASE)
"""A word with a number or letter after it: `person 1`, `member b: search`."""


def status_of(text: str) -> str | None:
    """Return the status that a heading or a label gives to all below it: `Done and tested`.

    `Completed milestones` and `Problemas resueltos` also name the kind of things below.
    """
    first = APART.split(text, maxsplit=1)[0].strip(" :：")
    phrase = status_in(first)
    if phrase and phrase.alone and is_status_word(first[: phrase.end]):  # `Done 2025-06-16`
        return first[: phrase.end]
    word, _, rest = first.partition(" ")
    before, _, last = key_words(first).rpartition(" ")
    for status, named in ((word, rest), (last, before), (bare_word(rest), word), (before, last)):
        if named and is_status_word(status) and is_list(bare_word(named)):
            return status
    return _joined_status(first)


def _joined_status(word: str) -> str | None:
    """Return the status at the start of a heading without blanks: `已完成工作`, completed work."""
    if not (_SHORTEST_JOINED <= len(word) <= _LONGEST_JOINED and all(map(is_cjk, word))):
        return None
    parts = ((word[:at], word[at:].lstrip("的の")) for at in range(len(word) - 1, 0, -1))
    return next((status for status, named in parts if is_list(named) and _is_alone(status)), None)


def _is_alone(text: str) -> bool:
    phrase = status_in(text)
    return phrase is not None and phrase.alone


_SHORTEST_JOINED, _LONGEST_JOINED = 3, 12
"""The length of a status and what has it, in a language without spaces."""


def is_list(word: str) -> bool:
    """Return whether a word names the contents of a list: `tasks`, `milestones`, `ideas`."""
    return bool(list_kind(word) or group_kind(word) or "matters" in topics(word))


_GROUPED = frozenset(("feature", "epic", "bug"))
"""Kinds that a heading names in a single word, whatever the language."""

_PAST = frozenset(("dropped", "told"))

_ROLES = (
    ("risks", Role.RISKS), ("navigation", Role.NAVIGATION), ("quality", Role.QUALITY),
    ("rules", Role.QUALITY), ("aside", Role.ELSE),
    ("dropped", Role.ELSE), ("told", Role.ELSE), ("summary", Role.SUMMARY), ("noise", Role.NOISE),
)  # fmt: skip
"""The role for each topic of a heading, the most certain first."""

_EDGES = frozenset(("risks", "aside", "quality", "rules"))
"""Topics for which the first or last word of a heading is enough."""


def role_of(word: str) -> Role | None:
    """Return the topic of a heading or a label if it is not about work."""
    parts = word.replace("&", " ").replace(",", " ").split()
    if not parts or len(word) > _LONGEST_HEADING:
        return None
    named = topics(word)
    for name, role in _ROLES:
        if name in named:
            return role
    if _PARTS.search(word):
        return Role.SUMMARY
    edges = topics(parts[0]) & (_EDGES - {"quality"})
    edges |= (topics(parts[-1]) | topics(" ".join(parts[-3:]))) & _EDGES
    if "rules" in edges and "rules" not in topics(parts[0]):
        edges -= {"rules"}
    return next((role for name, role in _ROLES if name in edges), None)


_LONGEST_HEADING = 80
"""Maximum length of a heading, in characters; words at the ends of a sentence prove nothing.
"""


def _add_evidence(
    text: str, lines: tuple[Line, ...], node: Node, section: Section, rows: dict[int, int]
) -> None:
    """Note what a node says about the heading above it."""
    if node.form in (Form.TEXT, Form.ENTRY) and (label := _LABEL.match(lines[node.first].text)):
        section.labels.add(bare_word(label[1] or label[2]))
    if node.form is Form.QUOTE and is_sentence(lines[node.first].text.lstrip("> ")):
        section.sentences += 1
    if node.form is Form.TABLE:
        held = rows.get(node.first, 0)
        section.rows += held
        section.tables += not held
    elif node.form is Form.ENTRY:
        _add_entry_evidence(text, lines, node, section)
    elif node.form is Form.TEXT:
        section.prose += 1
        section.items += typed_line(lines[node.first].text) is not None
        section.stories |= is_story_sentence(lines[node.first].text)
        section.sentences += is_sentence(lines[node.first].text)
        for row in range(node.first, node.end):
            _add_pair_evidence(text, lines[row], section, plain=False)


def _add_entry_evidence(text: str, lines: tuple[Line, ...], node: Node, section: Section) -> None:
    if node.box is not None:
        section.boxes += 1
        return
    if begins_scenario(node.text):
        section.planned = section.stories = True
        return
    pairs = _add_pair_evidence(text, lines[node.first], section, plain=True)
    if pairs:
        lead = len(pairs) == 1 and is_lead(pairs[0])
        section.fielded |= not lead
        if lead:
            section.leads.append(bare_word(pairs[0].key))
        return
    section.wishes += is_sentence(node.text)
    if linked_text(node.text) is None and read_title(node.text, entry=True).typed:
        section.items += 1
    if node.text and linked_text(node.text) is None:
        section.bullets += 1
    for child in node.children:
        if child.form is Form.ENTRY and child.box is not None:
            section.boxes += 1


def is_lead(pair: Pair) -> bool:
    """Return whether a bold word may begin a bullet about planned work: `**Search:** find …`."""
    width = len(pair.value) + 2 * sum(map(is_cjk, pair.value[:_SENTENCE]))
    return pair.field is None and pair.bold and width >= _SENTENCE


_LABEL = re.compile(r"\*\*(?:([^*]{1,60})[.:：]\*\*|([^*]{1,60})\*\*(?:[:：]|[ ][—–-][ ]))")
"""The bold words that a paragraph begins with: `**Why.** …`, `**Why**: …`."""

_SENTENCE = 16
"""Minimum width of a sentence; a shorter value belongs to a field. CJK characters count more."""


def _add_pair_evidence(text: str, line: Line, section: Section, *, plain: bool) -> tuple[Pair, ...]:
    pairs = parse_pairs(text, line, plain_keys=plain and line.kind is Kind.LIST)
    for pair in pairs:
        if pair.field == "issue":
            section.issue = line.row
        if section.items and line.kind is Kind.LIST and pair.field is None:
            continue
        section.metadata |= not section.items and _is_evidence(pair, line, section)
        near = line.row - section.node.first <= _NEAR
        section.planned |= near and pair.field in _PLANNED and not _is_ours(pair, line, section)
        section.stories |= pair.field in _STORIES
    return pairs


def _is_ours(pair: Pair, line: Line, section: Section) -> bool:
    """Return whether write-back may have added a pair: a status right after the issue."""
    return pair.field == "status" and 0 <= section.issue == line.row - 1


def _is_evidence(pair: Pair, line: Line, section: Section) -> bool:
    """Return whether a pair shows that the author means an item."""
    if pair.field == "status":
        return not _is_ours(pair, line, section)
    if pair.field is None:
        first, _, last = bare_word(pair.key).rpartition(" ")
        return type_word(first) is None or last not in (*OURS, "status")
    return pair.field not in OURS


def is_priority_heading(section: Section) -> bool:
    """Return whether a heading only names a priority: `High priority`, `P1`.

    A remark after `Must have` explains it; one after another priority is the actual topic.
    """
    head = bare_word(without_remark(section.word))
    if head in _MOSCOW:
        return True
    return "(" not in section.word and is_priority(section.word)


def is_priority_of_run(section: Section) -> bool:
    """Return whether a heading only names a priority, or its siblings do: `Previously noted`.

    What some siblings are, all of them are; a remark after a priority is not a name.
    """
    above = section.parent
    siblings = above.children if above else [section]
    ranks = above.ranks if above and above.ranks is not None else _ranks_in(siblings)
    if above:
        above.ranks = ranks
    among, explained = ranks
    own = explained and _EXPLAINED.split(section.word, maxsplit=1)[0] in _MOSCOW
    return among or own or is_priority_heading(section)


def _ranks_in(run: list[Section]) -> tuple[bool, bool]:
    """Return whether some of a run only name a priority, and whether several explain one."""
    named = [s for s in run if is_priority(bare_word(without_remark(s.word)))]
    among = len(named) > 1 and any(map(is_priority_heading, named))
    return among, sum(_EXPLAINED.split(s.word, maxsplit=1)[0] in _MOSCOW for s in run) > 1


_EXPLAINED = re.compile(r"[ ]?[(:：–—]|[ ]-[ ]")
"""The start of a remark that explains a priority: `Must have (M) – essential for now`."""


def priority_of_all(section: Section) -> str | None:
    """Return the priority that a heading gives to everything below it: `P2 - Extensions`."""
    if section.title.prioritized:
        return section.title.priority
    return plain(without_remark(section.node.text)) if is_priority_of_run(section) else None


_MOSCOW = listed("moscow")
