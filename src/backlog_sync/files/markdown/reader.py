"""The walk over the lines: headings, and who reads what stands below them."""

from backlog_sync.files.inline import only_link
from backlog_sync.files.markdown.bodies import read_body
from backlog_sync.files.markdown.bullets import is_time_heading
from backlog_sync.files.markdown.content import read_content
from backlog_sync.files.markdown.drafts import Block, Draft
from backlog_sync.files.markdown.fields import is_done_when
from backlog_sync.files.markdown.lines import SILENT, Kind, Line
from backlog_sync.files.markdown.open_single import open_single
from backlog_sync.files.markdown.outline import Section
from backlog_sync.files.markdown.period import find_period, leading_period
from backlog_sync.files.markdown.record import CRITERIA, TASKS, Record
from backlog_sync.files.markdown.rows import read_table
from backlog_sync.files.markdown.typed import Typed, parse_title, recognise
from backlog_sync.files.markdown.walk import BELOW, Choices, Walk
from backlog_sync.files.markdown.words import STRUCTURE, TASK_WORDS, field_of, is_status_word
from backlog_sync.files.vocabulary import LONG_FIELDS, RANKS, bare_word

_GLUE = (Kind.LIST, Kind.TEXT)


def read_lines(record: Record, choices: Choices, *, most: int) -> bool:
    """Read all lines of one source into its record; False where it holds more items than `most`."""
    walk = Walk(record, choices)
    if choices.single:
        open_single(walk, choices.single)
    for line in record.lines:
        if line.row > walk.done:
            _read(walk, line)
        walk.glued = line.kind in _GLUE
        if len(record.drafts) > most:
            return False
    walk.blocks.end()
    return True


def _read(walk: Walk, line: Line) -> None:
    if line.kind is Kind.BLANK:
        _blank(walk)
    elif line.kind in SILENT:
        if not read_body(walk, line):
            walk.pause()
            walk.record.note(line, line.kind.value, None, "not read")
    elif line.kind is Kind.HEADING:
        _heading(walk, line)
    elif line.kind is Kind.TABLE:
        read_table(walk, line)
    elif line.kind in (Kind.UNDERLINE, Kind.RULE):
        _rule(walk, line)
    else:
        read_content(walk, line)


# ---- headings ------------------------------------------------------------------------------


def _heading(walk: Walk, line: Line) -> None:
    walk.blocks.end()
    walk.outline.lists.clear()
    walk.pause()
    typed = walk.choices.headings.items.get(line.row)
    if typed:
        _typed_heading(walk, line, typed)
        return
    word = bare_word(line.text)
    field = field_of(line.text)
    field = field if field in LONG_FIELDS else None
    structural = word in STRUCTURE or word in TASK_WORDS
    outline = walk.outline
    while outline.headings and outline.headings[-1].level >= line.level:
        outline.headings.pop()
    free = not outline.owner()
    time = free and (is_time_heading(line.text) or _is_refused_phase(walk, line))
    above = outline.headings[-1] if outline.headings else None
    if field is None and above and above.draft is None and above.field == CRITERIA:
        field = CRITERIA  # a group of the criteria
    if field is None and is_done_when(line.text) and _boxed(walk, line):
        field = CRITERIA  # of the item above, or of the plan as a whole
    section = Section(line.level, None, not (field or structural), field, time, word=word)
    outline.headings.append(section)
    kind = walk.choices.planned.get(line.row)
    if kind and (free or kind == "feature"):
        section.planned = True
        if walk.choices.bullets:
            _untyped_heading(walk, line, section, kind, "planned-bullets")
            return
    section.status = line.text if time and is_status_word(_without_remark(line.text)) else None
    if time and _holds(walk, line, section):
        _untyped_heading(walk, line, section, "epic", "time-heading")
        return
    owner = outline.owner()
    if field and owner:
        walk.blocks.begin(Block(field, owner, heading=True))
        walk.record.note(line, "metadata", owner, f"{field} is below this heading")
    elif owner and word in TASK_WORDS:
        walk.blocks.begin(Block(TASKS, owner, heading=True))
        walk.record.note(line, "heading", owner, "boxes below it are tasks")
    else:
        reason = walk.choices.headings.refused.get(line.row, "")
        walk.record.note(line, "heading", owner if structural else None, reason or "no item")


def _is_refused_phase(walk: Walk, line: Line) -> bool:
    """Whether a phase, sprint or step is no item only because it carries nothing but bullets."""
    if line.row not in walk.choices.headings.refused or walk.choices.bullets:
        return False
    typed = recognise(line.text)
    return typed is not None and typed.word.weak


def _untyped_heading(walk: Walk, line: Line, section: Section, kind: str, rule: str) -> None:
    """A heading that bullets below it make an item (rule 7)."""
    title, status, _ = parse_title(line.text)
    draft = section.draft = walk.add(kind, None, title, line, line.at, status, line.level)
    period = leading_period(title)
    if period and kind == "epic":
        draft.fields["milestone"] = title
        walk.record.periods.setdefault(title, period.end)
    walk.record.note(line, rule, draft)


def _typed_heading(walk: Walk, line: Line, typed: Typed) -> None:
    kind = typed.word.kind
    rank = RANKS[kind]
    outline = walk.outline
    while outline.headings:
        top = outline.headings[-1]
        above = top.draft is not None and (typed.dotted or top.draft.rank < rank)
        if top.level < line.level or (top.level == line.level and above and not typed.dotted):
            break
        outline.headings.pop()
    if typed.dotted:
        owner = outline.owner()
        kind = BELOW.get(owner.rank, "task") if owner else "story"
    elif typed.word.weak and kind == "feature" and outline.parent(rank) is None:
        kind = "epic"  # a sprint or a week of no phase
    title = typed.title or typed.word.name.capitalize()
    draft = walk.add(kind, typed, title, line, line.at, typed.status, line.level)
    metadata = line.row in walk.choices.headings.metadata
    outline.headings.append(Section(line.level, draft, metadata=metadata))
    _plan(walk, draft, typed)
    inner = _inner(draft, typed)
    if inner:
        draft = _inner_item(walk, line, draft, inner)
    walk.record.note(line, "typed-heading", draft)


def _plan(walk: Walk, draft: Draft, typed: Typed) -> None:
    """A phase or a level with a quarter in its heading is planned for it."""
    if not draft.weak or typed.word.name in ("milestone", "m", "sprint", "week"):
        return
    period = find_period(draft.line.text)
    if period:
        draft.fields["milestone"] = period.text
        walk.record.periods.setdefault(period.text, period.end)


def _inner(draft: Draft, typed: Typed) -> Typed | None:
    """The item that a phase's title names in turn: `Phase 3: User Story 1 — Book a stand`."""
    if not draft.weak or not typed.number:
        return None
    inner = recognise(typed.title)
    if inner is None or inner.word.weak or inner.code or inner.dotted or inner.bare:
        return None
    return inner if inner.number and inner.title and RANKS[inner.word.kind] > draft.rank else None


def _inner_item(walk: Walk, line: Line, outer: Draft, typed: Typed) -> Draft:
    draft = walk.add(typed.word.kind, typed, typed.title, line, line.at, typed.status, line.level)
    draft.outer = outer
    walk.outline.headings.append(Section(line.level, draft))
    return draft


def _holds(walk: Walk, heading: Line, section: Section) -> bool:
    """Whether a heading of rule 7 holds what makes it an item.

    Check boxes do below a time or a term; plain bullets only where they were asked for.
    """
    for index in range(heading.row + 1, len(walk.record.lines)):
        line = walk.record.lines[index]
        if line.kind is Kind.HEADING:
            return False
        if line.kind is Kind.LIST and line.box is not None and section.status is None:
            return True
        if line.kind is Kind.LIST and walk.choices.bullets and only_link(line.text) is None:
            return True
    return False


def _boxed(walk: Walk, heading: Line) -> bool:
    """Whether the first list below a heading is one of check boxes."""
    for line in walk.record.lines[heading.row + 1 : heading.row + 12]:
        if line.kind is Kind.HEADING:
            return False
        if line.kind is Kind.LIST:
            return line.box is not None
    return False


def _without_remark(text: str) -> str:
    return text.split("(", 1)[0]


# ---- pauses --------------------------------------------------------------------------------


def _blank(walk: Walk) -> None:
    walk.pause()
    block = walk.blocks.open
    if block and block.field != CRITERIA and block.text and not block.heading:
        walk.blocks.end()
    if walk.blocks.open and walk.blocks.open.heading and walk.blocks.open.text:
        walk.blocks.open.text.append("")
    owner = walk.outline.owner()
    if owner:
        owner.parted = True


def _rule(walk: Walk, line: Line) -> None:
    walk.pause()
    if line.kind is Kind.RULE:
        walk.outline.lists = [draft for draft in walk.outline.lists if draft.indent < line.indent]
        if walk.blocks.open and not walk.blocks.open.heading:
            walk.blocks.end()
        section = walk.outline.section
        if section and (section.time or section.planned):
            section.draft, section.time, section.planned = None, False, False  # a footer follows
    walk.record.note(line, line.kind.value)
