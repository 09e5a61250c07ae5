"""What a line that is no heading and no table is to the item above it."""

from dataclasses import replace

from backlog_sync.files.anchors import MetaLine
from backlog_sync.files.markdown.boxes import box_title, numbered_title
from backlog_sync.files.markdown.claims import total_counts
from backlog_sync.files.markdown.drafts import Block, Criterion, Draft
from backlog_sync.files.markdown.fields import (
    Taken,
    is_done_when,
    is_story_sentence,
    set_field,
    status_word,
)
from backlog_sync.files.markdown.inline import only_link, plain
from backlog_sync.files.markdown.lines import Kind, Line
from backlog_sync.files.markdown.metadata import Pair, parse_pairs
from backlog_sync.files.markdown.outline import Section
from backlog_sync.files.markdown.prefix import Prefix, planning_prefix
from backlog_sync.files.markdown.record import CRITERIA, TASKS
from backlog_sync.files.markdown.sentences import is_sentence
from backlog_sync.files.markdown.typed import Typed, parse_title
from backlog_sync.files.markdown.walk import BELOW, Walk
from backlog_sync.files.words import (
    DELIVERABLE_WORDS,
    DONE_WORDS,
    RANKS,
    TASK_WORDS,
    TEXT_FIELDS,
    bare_word,
)

_TITLE_LINES = 8
_BOLD_LEVEL = 7
"""A bold paragraph that is a title stands below every heading."""

_LOW = "an item with --bullets items"


def read_content(walk: Walk, line: Line) -> None:
    """Give a line to the first rule that takes it."""
    walk.leave(line)
    item = walk.outline.owner()
    typed = walk.choices.listed.items.get(line.row)
    if typed and line.kind is Kind.LIST and walk.outline.speaks_of_else():
        typed = None
    if typed and not _is_inside(walk, line, typed, item) and not walk.names_parent(line, item):
        _typed_item(walk, line, typed)
        return
    pairs = parse_pairs(walk.record.text, line, plain_keys=_takes_plain(walk, line, item))
    if pairs and _metadata(walk, line, pairs, item):
        return
    if line.box is not None:
        _box(walk, line, item)
    elif _deliverable(walk, line, item):
        _task(walk, line)
    elif walk.blocks.open and walk.blocks.take(line, walk.blocks.open, glued=walk.glued):
        pass
    elif item is None:
        _outside(walk, line)
    elif line.kind is Kind.LIST:
        _bullet(walk, line, item)
    else:
        _paragraph(walk, line, item)


def _is_inside(walk: Walk, line: Line, typed: Typed, item: Draft | None) -> bool:
    """Whether what looks like an item is a part of what stands above it."""
    block = walk.blocks.open
    needed = block is not None and block.field == "depends_on"
    if typed.sentence and (walk.blocks.in_criteria or needed):
        return True
    if typed.sentence and item is not None and item.rank >= RANKS["story"]:
        # only a story beside it in one list, or a bold title below another, is none above it
        return not (line.kind is Kind.TEXT and typed.bold)
    boxed = line.box is not None and walk.blocks.in_criteria
    return boxed or (needed and not typed.bold)


def _takes_plain(walk: Walk, line: Line, item: Draft | None) -> bool:
    """Whether `K: v` without bold marks is metadata here."""
    if item is None or walk.outline.foreign():
        return False
    if walk.blocks.in_criteria:
        return False
    if walk.title is item and line.kind is Kind.TEXT:
        return True
    if line.kind is Kind.LIST and line.indent > (item.content + 2 if item.content else 1):
        return False  # a detail of what stands above it
    return not item.prose or bool(item.meta and item.meta[-1].line == line.row - 1)


def _typed_item(walk: Walk, line: Line, typed: Typed) -> None:
    walk.blocks.end()
    walk.pause()
    kind = typed.word.kind
    if line.kind is Kind.TEXT:
        _bold_title(walk, line, typed)
        return
    draft = walk.add(kind, typed, typed.title, line, line.at, typed.status)
    walk.push(draft, line)
    if typed.sentence and is_sentence(line.text):
        draft.fields["user_story"] = typed.title
        draft.places["user_story"] = draft.place
    walk.record.note(line, "user-story" if typed.sentence else "typed-list", draft)


def _bold_title(walk: Walk, line: Line, typed: Typed) -> None:
    """`**A1. Sign in**` on a line of its own: what follows belongs to it, as to a heading."""
    walk.outline.lists.clear()
    headings = walk.outline.headings
    while headings and headings[-1].level >= _BOLD_LEVEL:
        headings.pop()
    draft = walk.add(typed.word.kind, typed, typed.title, line, line.at, typed.status, _BOLD_LEVEL)
    headings.append(Section(_BOLD_LEVEL, draft))
    walk.record.note(line, "bold-title", draft)


# ---- metadata ------------------------------------------------------------------------------


def _metadata(walk: Walk, line: Line, pairs: tuple[Pair, ...], item: Draft | None) -> bool:
    """Take the pairs of a line; False where they are no metadata of an item."""
    claimed = [count for pair in pairs for count in total_counts(pair)]
    if claimed:
        scope = None if walk.outline.foreign() else item
        walk.record.claims += [(count, line, scope) for count in claimed]
        walk.blocks.end()
        walk.record.note(line, "claim", scope)
        return True
    if item is None or walk.outline.foreign():
        return False
    if pairs[0].field is None and len(pairs) == 1:
        if walk.blocks.in_criteria and line.kind is Kind.LIST:
            return False
        word = bare_word(pairs[0].key)
        if not pairs[0].value and _is_tasks_key(walk, line, word, item):
            return _tasks_key(walk, line, item)
        if not pairs[0].value and word in DONE_WORDS and _boxes_follow(walk, line):
            pairs = (replace(pairs[0], field=CRITERIA),)
    if walk.blocks.in_scenario and all(pair.field is None for pair in pairs):
        return walk.blocks.detail(line)
    if not (walk.blocks.in_tasks and walk.blocks.open and walk.blocks.open.draft is not item):
        walk.blocks.end()
    walk.pause()
    known = len(pairs) > 1 and any(pair.field for pair in pairs)
    item.parted = item.parted or known
    told = []
    for pair in pairs:
        target, named = _of_outer(pair, item)
        taken, field = _take(walk, line, named, target)
        unknown = taken is Taken.UNKNOWN
        known = known or not unknown
        target.meta.append(MetaLine(replace(named, field=None) if unknown else named, line.row))
        if field:
            target.places.setdefault(field, walk.record.place(line, pair.start))
        if unknown:
            whole = len(pairs) == 1
            item.say(walk.record.raw(line, item) if whole else f"**{pair.key}**: {pair.value}")
        told.append(f"{pair.key}: {taken.value}" if taken is not Taken.SET else "")
    item.parted = item.parted or known
    walk.record.note(line, "metadata", item, "; ".join(filter(None, told)))
    return True


def _of_outer(pair: Pair, item: Draft) -> tuple[Draft, Pair]:
    """`**Phase Issue**: #3` in a heading of two items speaks of the outer one."""
    outer = item.outer
    if outer is not None and outer.typed is not None and pair.field is None:
        word, _, rest = bare_word(pair.key).partition(" ")
        if word == outer.typed.word.name and rest in ("issue", "status", "progress"):
            return outer, replace(pair, field=rest)
    return item, pair


def _take(walk: Walk, line: Line, pair: Pair, item: Draft) -> tuple[Taken, str | None]:
    if pair.field == CRITERIA:
        if pair.value:
            place = walk.record.place(line, pair.start)
            walk.record.criterion(item, Criterion(pair.value, False, None, line), place)
            return Taken.SET, None
        if is_done_when(pair.key) and not _boxes_follow(walk, line):
            return Taken.UNKNOWN, None
        walk.blocks.begin(Block(CRITERIA, item))
        return Taken.BLOCK, None
    taken, field = set_field(item, pair)
    if taken is Taken.BLOCK and field:
        walk.blocks.begin(Block(field, item))
    elif taken is Taken.SET and field in TEXT_FIELDS:
        walk.blocks.begin(Block(field, item, text=[pair.value]))
    return taken, field


def _is_tasks_key(walk: Walk, line: Line, word: str, item: Draft) -> bool:
    """`**Tasks:**` above boxes; above a milestone's deliverables also without any."""
    if word in TASK_WORDS and _boxes_follow(walk, line):
        return True
    return item.weak and (word in TASK_WORDS or word in DELIVERABLE_WORDS)


def _tasks_key(walk: Walk, line: Line, item: Draft) -> bool:
    walk.pause()
    walk.blocks.begin(Block(TASKS, item))
    walk.record.note(line, "metadata", item, "tasks are below this key")
    return True


def _boxes_follow(walk: Walk, line: Line) -> bool:
    """Whether the next list item below a key is a check box."""
    lines = walk.record.lines
    for index in range(line.row + 1, min(line.row + 6, len(lines))):
        below = lines[index]
        if below.kind is Kind.LIST:
            return below.box is not None
        if below.kind is not Kind.BLANK:
            return False
    return False


# ---- boxes ---------------------------------------------------------------------------------


def _box(walk: Walk, line: Line, item: Draft | None) -> None:
    block = walk.blocks.open
    walk.pause()
    if not line.text:
        walk.record.note(line, "skipped", None, "a check box without text")
    elif walk.blocks.in_scenario:
        walk.blocks.detail(line)
    elif block and block.field == CRITERIA:
        block.boxed = True
        _criterion(walk, line, block.draft)
    elif item and _holds_criteria(walk, item) and box_title(line.text).key is None:
        _criterion(walk, line, item)
    elif item is None and walk.outline.section and walk.outline.section.field == CRITERIA:
        walk.record.loose.append(walk.record.place(line, line.at))
        walk.record.note(line, "checklist", None, "of the plan as a whole: it goes to no issue")
    elif item is None and walk.outline.speaks_of_else():
        walk.record.note(line, "skipped", None, "below a heading that speaks of something else")
    else:
        _task(walk, line)


def _holds_criteria(walk: Walk, item: Draft) -> bool:
    """Whether boxes below an item without a key are its check list: not where they are tasks.

    Phases, sprints, milestones and epics hold tasks; stories, features and tasks hold criteria.
    A box with a code of its own is a task wherever it stands.
    """
    if item.rank >= RANKS["task"]:
        return True
    block = walk.blocks.open
    if block and block.field == TASKS and block.draft is item:
        return False
    if item.outer is not None:
        return False
    if item.typed is None:
        return item.front >= 0
    return not item.weak and item.rank > RANKS["epic"]


def _criterion(walk: Walk, line: Line, draft: Draft) -> None:
    entry = Criterion(line.text, line.ticked, line.box, line)
    walk.record.criterion(draft, entry, walk.record.place(line, line.at))
    walk.record.note(line, "checklist", draft)


def _task(walk: Walk, line: Line) -> None:
    block = walk.blocks.open
    if block is None or block.field != TASKS:
        walk.blocks.end()
    number = walk.choices.numbered.get(line.row)
    told = numbered_title(line.text, number) if number else box_title(line.text)
    kind = _group_kind(walk) if number and "." not in number else "task"
    section = walk.outline.section
    above = section.status if section and not line.ticked else None
    status = told.status or (status_word(above) if above else None)
    draft = walk.add(kind, None, told.title, line, line.at, status)
    draft.key = told.key
    draft.parent_name = told.parent
    if told.points is not None:
        draft.fields["story_points"] = told.points
    walk.push(draft, line)
    walk.title = draft
    walk.record.note(line, "task", draft)


def _group_kind(walk: Walk) -> str:
    """The kind of a numbered box that holds others."""
    owner = walk.outline.owner()
    return BELOW.get(owner.rank, "task") if owner else "epic"


def _deliverable(walk: Walk, line: Line, item: Draft | None) -> bool:
    """Whether a bullet without a box is a task: one of a milestone's deliverables."""
    block = walk.blocks.open
    return (
        block is not None
        and block.field == TASKS
        and block.draft is item
        and item.weak
        and line.kind is Kind.LIST
        and bool(line.text)
    )


# ---- bullets and text ----------------------------------------------------------------------


def _outside(walk: Walk, line: Line) -> None:
    refused = walk.choices.listed.refused.get(line.row)
    section = walk.outline.section
    if line.kind is Kind.LIST and not refused and section and (section.time or section.planned):
        reason = f"below a time, phase or status heading: {_LOW}"
        if only_link(line.text) is not None:
            reason = "only a link: navigation"
        walk.record.note(line, "bullet", None, reason)
        return
    if line.kind is Kind.LIST and only_link(line.text) is not None:
        refused = refused or "only a link: navigation"
    walk.record.note(line, "skipped", None, refused or "outside of any item")


def _bullet(walk: Walk, line: Line, item: Draft) -> None:
    """A list item that is no item itself, or one of low confidence (rule 7)."""
    kind = _bullet_kind(walk, line)
    if kind and walk.choices.bullets:
        prefix = planning_prefix(line.text)
        text = prefix.text if prefix else line.text
        title, status, points = parse_title(only_link(text) or text)
        draft = walk.add(kind, None, title or line.text, line, line.at, status)
        if points is not None:
            draft.fields["story_points"] = points
        if prefix:
            _prefixed(draft, prefix)
        walk.push(draft, line)
        walk.title = draft
        walk.record.note(line, "bullet", draft)
    elif kind and only_link(line.text) is not None:
        walk.record.note(line, "bullet", None, f"only a link: {_LOW}")
    else:
        if kind and not item.prose:
            item.parted = True
        _paragraph(walk, line, item, _LOW if kind else "")


def _prefixed(draft: Draft, prefix: Prefix) -> None:
    if prefix.priority:
        draft.fields["priority"] = prefix.priority
        draft.places["priority"] = draft.place
    if prefix.quarter:
        draft.say(f"Planned for {prefix.quarter}.")
        draft.parted = True


def _bullet_kind(walk: Walk, line: Line) -> str | None:
    """The kind of a bullet directly below a time heading, or a phase and the like."""
    section = walk.outline.section
    if walk.outline.lists or section is None or section.draft is None or not line.text:
        return None
    if line.row in walk.choices.listed.refused:
        return None
    linked = only_link(line.text) is not None
    if section.planned:
        return "task" if planning_prefix(line.text) else None
    if section.time:
        return None if linked else "task"
    if section.draft.weak and (section.metadata or not linked):
        return "feature"
    return None


def _paragraph(walk: Walk, line: Line, item: Draft, reason: str = "") -> None:
    goes_on = walk.title is item and item.last_line == line.row - 1
    if goes_on and line.kind is Kind.TEXT and line.row - item.line.row < _TITLE_LINES:
        item.title = f"{item.title} {plain(line.text)}".strip()
        item.last_line = line.row
        walk.record.note(line, "title", item)
        return
    walk.title = None
    if walk.outline.foreign():
        walk.record.note(line, "skipped", None, "below a heading that is no part of the item")
    elif walk.sentence is item and walk.glued and line.kind is Kind.TEXT:
        item.fields["user_story"] = f"{item.fields['user_story']}\n{line.text}"
        walk.record.note(line, "user-story", item)
    elif _is_user_story(line, item):
        item.fields["user_story"] = line.text
        item.places["user_story"] = walk.record.place(line, line.at)
        walk.sentence = item
        walk.record.note(line, "user-story", item)
    else:
        walk.sentence = None
        item.say(walk.record.raw(line, item))
        reason = reason or walk.choices.listed.refused.get(line.row, "")
        walk.record.note(line, "description", item, reason)


def _is_user_story(line: Line, item: Draft) -> bool:
    """Whether a line is the user story of the item above it; a bullet only of a story."""
    if "user_story" in item.fields or not is_story_sentence(line.text):
        return False
    return line.kind is not Kind.LIST or (item.rank >= RANKS["story"] and is_sentence(line.text))
