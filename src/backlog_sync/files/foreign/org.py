"""Org files: headings with keywords, priorities, tags, drawers and dates; check boxes below them.

A heading is an item where it has a keyword (`TODO`, `DONE`, those of a `#+TODO:` line) or a
priority, or stands among headings that have one; headings that only hold items are sections. Boxes
are criteria of the item above them, and tasks where there is none. A section that is named as a
part of the plan (`Iteration 2: Boats`) is an epic, and so are its neighbours.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from backlog_sync.core.diagnostics import Diagnostic, Place
from backlog_sync.files.anchors import Keywords, OrgAnchor
from backlog_sync.files.draft import Criterion, Draft, Findings
from backlog_sync.files.fill import Filler, text_pair
from backlog_sync.files.foreign.finish import finished
from backlog_sync.files.foreign.lines import Line, lines_of, priority_of
from backlog_sync.files.foreign.org_text import markdown_of, plain_title
from backlog_sync.files.node_values import leading_title
from backlog_sync.files.parsed import ParsedFile, Source
from backlog_sync.files.statuses import meanings
from backlog_sync.files.values import parse_kind
from backlog_sync.files.vocabulary import TypeWord, field_of, type_word, withheld_kind

ORG = "org"
"""The dialect of an Org file."""

_HEADING = re.compile(r"(\*{1,50})[ \t]+(?=\S)")
_WORD = re.compile(r"([A-Z][A-Z_-]{2,19})(?=[ \t]|$)[ \t]*")
_PRIORITY = re.compile(r"\[#([A-Z0-9]{1,2})\][ \t]*")
_TAGS = re.compile(r"[ \t]+(:(?:[\w@#%]{1,60}:){1,20})[ \t]*$")
_COOKIE = re.compile(r"[ \t]*\[(?:\d{0,3}%|\d{0,4}/\d{0,4})\]")
_SETTING = re.compile(r"#\+(?:SEQ_|TYP_)?TODO:(.*)", re.IGNORECASE)
_BLOCK = re.compile(r"[ \t]*#\+BEGIN_?\w*", re.IGNORECASE)
_BLOCK_END = re.compile(r"[ \t]*#\+END_?\w*", re.IGNORECASE)
_DRAWER = re.compile(r"[ \t]*:([A-Za-z][\w-]{0,40}):[ \t]*$")
_PROPERTY = re.compile(r"[ \t]*:([\w-]{1,60}):[ \t]+(.*\S)")
_PLANNING = re.compile(r"[ \t]*(?:(?:DEADLINE|SCHEDULED|CLOSED):[ \t]*[<\[][^>\]]*[>\]][ \t]*)+$")
_DATE = re.compile(r"(DEADLINE|SCHEDULED):[ \t]*[<\[](\d{4}-\d\d-\d\d)")
_LOG = re.compile(r"[ \t]*- (?:State \"|Note taken on \[|CLOSING NOTE \[|Rescheduled from )")
_BOX = re.compile(r"([ \t]*)(?:[-+]|\d{1,4}[.)])[ \t]+\[([ xX-])\][ \t]+(?=\S)")
_NUMBERED = re.compile(
    r"([^\W\d_]{2,20}(?:[ ][^\W\d_]{2,20})?)[ ]\d{1,4}(?:\.\d{1,4})*(?=$|[ :：.–—-])"
)
_ISSUE = re.compile(r"[ \t]*\(((?:[\w.-]{1,100}(?:/[\w.-]{1,100})?)?#\d{1,9})\)[ \t]*$")
_LISTED = re.compile(r"[-+*][ \t]|\d{1,4}[.)][ \t]")
_ANY_WORD = re.compile(r"(\S{1,30})[ \t]+")
_CLOCK = re.compile(r"(\d{1,4}):([0-5]\d)")

_OPEN = ("TODO", "NEXT", "STARTED", "WAITING", "HOLD", "SOMEDAY", "PROJECT")
_CLOSED = ("DONE", "CANCELLED", "CANCELED")
"""Keywords that count without a `#+TODO:` line, as most people set them up."""

_NONE = "this is not a backlog: no heading has a keyword such as TODO, and there are no check boxes"
_NONE_HINT = "write '* TODO Title', or name your keywords in a line '#+TODO:'"
_EPICS = ("PROJECT", "PROJ")
_DROPPED = ("LOGBOOK", "CLOCK")


@dataclass(slots=True, eq=False)
class _Heading:
    """A heading and the lines below it. `title` and `keyword` are offsets in the file."""

    line: Line
    level: int = 0
    title: int = 0
    word: str = ""
    keyword: tuple[int, int] | None = None
    priority: str = ""
    text: str = ""
    tags: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    children: list["_Heading"] = field(default_factory=list)
    parent: "_Heading | None" = None
    item: bool = False
    part: TypeWord | None = None

    def walk(self) -> Iterator["_Heading"]:
        """All headings below, in document order."""
        open_ = list(reversed(self.children))
        while open_:
            at = open_.pop()
            yield at
            open_.extend(reversed(at.children))


@dataclass(slots=True)
class _Box:
    """A check box, the parts of its line, and the lines over which its text goes on."""

    line: Line
    found: re.Match[str]
    issue: re.Match[str] | None
    more: list[Line] = field(default_factory=list)

    @property
    def indent(self) -> int:
        """How far in it stands."""
        return len(self.found[1].expandtabs(8))

    @property
    def title(self) -> str:
        """Its text as one line."""
        first = self.line.text[self.found.end() : self.issue.start() if self.issue else None]
        return plain_title(" ".join([first.strip(), *(line.text.strip() for line in self.more)]))

    def criterion(self, place: Place) -> Criterion:
        """It as an entry of a check list."""
        at = self.line.start + self.found.start(2)
        return Criterion(self.title, self.found[2] in "xX", at, place)


def parse_org(source: Source) -> ParsedFile:
    """Read an Org file. Raises nothing."""
    lines = list(lines_of(source.text))
    keywords = _keywords(lines)
    top = _outline(lines, keywords)
    _judge(top)
    findings = Findings(source.path)
    reader = _Reader(source, keywords, findings, Filler(findings))
    reader.read(top)
    none = Diagnostic(Place(source.path), "not-a-backlog", _NONE, _NONE_HINT)
    return finished(source, reader.drafts, findings, ORG, none)


# ---- the outline ---------------------------------------------------------------------------


def _keywords(lines: Sequence[Line]) -> Keywords:
    """The keywords that the file declares; else the usual ones, and those that it uses.

    Without a declaration a keyword is a word that names a status, or stands over `CLOSED:`.
    """
    opened: list[str] = []
    closed: list[str] = []
    for line in lines:
        match = _SETTING.match(line.text)
        words = [each.partition("(")[0] for each in match[1].split()] if match else []
        at = words.index("|") if "|" in words else len(words) - 1
        opened += words[: max(at, 0)]
        closed += [word for word in words[max(at, 0) :] if word != "|"]
    if opened or closed:
        return Keywords(tuple(opened), tuple(closed))
    opened, closed = list(_OPEN), list(_CLOSED)
    for line, below in pairwise([*lines, Line(0, "", 0, 0)]):
        heading = _HEADING.match(line.text)
        word = _WORD.match(line.text, heading.end()) if heading else None
        if word is None or word.end() == len(line.text) or word[1] in (*opened, *closed):
            continue
        meant = meanings(word[1])
        if below.text.lstrip().startswith("CLOSED:") or meant & {"done", "cancelled"}:
            closed.append(word[1])
        elif meant:
            opened.append(word[1])
    return Keywords(tuple(opened), tuple(closed))


def _outline(lines: Sequence[Line], keywords: Keywords) -> _Heading:
    """All headings below one that holds the file; lines of a block are none."""
    top = current = _Heading(Line(1, "", 0, 0))
    inside = False
    for line in lines:
        inside, block = _in_block(line, inside=inside)
        mark = None if block else _HEADING.match(line.text)
        if mark is None:
            current.lines.append(line)
            continue
        while current.level >= len(mark[1]) and current.parent is not None:
            current = current.parent
        above, current = current, _heading(line, mark, keywords)
        current.parent = above
        above.children.append(current)
    return top


def _in_block(line: Line, *, inside: bool) -> tuple[bool, bool]:
    """Whether a block is open behind a line, and whether the line is one of a block."""
    block = inside or _BLOCK.match(line.text) is not None
    return block and not _BLOCK_END.match(line.text), block


def _heading(line: Line, mark: re.Match[str], keywords: Keywords) -> _Heading:
    at = mark.end()
    made = _Heading(line, len(mark[1]), line.start + at)
    word = _WORD.match(line.text, at) or _ANY_WORD.match(line.text, at)
    if word is not None and word[1] in (*keywords.open, *keywords.closed):
        made.word, at = word[1], word.end()
        made.keyword = line.span(*word.span(1))
    priority = _PRIORITY.match(line.text, at)
    if priority:
        made.priority, at = priority[1], priority.end()
    tags = _TAGS.search(line.text, at)
    made.tags = tags[1].strip(":").split(":") if tags else []
    made.text = _COOKIE.sub("", line.text[at : tags.start() if tags else None]).strip()
    return made


def _judge(top: _Heading) -> None:
    """What is an item: keywords and priorities say so; where most of a run are, all are."""
    headings = list(top.walk())
    holds: set[int] = set()
    for each in reversed(headings):
        each.item = bool(each.word or each.priority) and bool(each.text)
        if (each.item or id(each) in holds) and each.parent is not None:
            holds.add(id(each.parent))
    for above in (top, *headings):
        named = [each for each in above.children if _part_of(each)]
        if any(id(each) in holds or _boxes(each.lines) for each in named):
            for each in named:
                each.part = _part_of(each)
        run = [each for each in above.children if each.item or id(each) not in holds]
        if sum(each.item for each in run) * 2 > len(run):
            for each in run:
                each.item = bool(each.text) and each.part is None


def _part_of(heading: _Heading) -> TypeWord | None:
    """The word by which a section is a part of the plan: `Iteration 2: Boats`."""
    words = _NUMBERED.match(heading.text)
    return type_word(words[1]) if words and not heading.item else None


def _boxes(lines: Sequence[Line]) -> list[_Box]:
    """Boxes with their continuation lines, those of code blocks not."""
    found: list[_Box] = []
    inside, goes_on = False, False
    for line in lines:
        inside, block = _in_block(line, inside=inside)
        if block:
            continue
        match = _BOX.match(line.text)
        if match is not None:
            found.append(_Box(line, match, _ISSUE.search(line.text, match.end())))
            goes_on = True
        elif goes_on and _goes_on(line, found[-1]):
            found[-1].more.append(line)
        else:
            goes_on = False
    return found


def _goes_on(line: Line, box: _Box) -> bool:
    """Whether a line is text of the box above it: further in, and no list of its own."""
    bare = line.text.lstrip()
    indent = len(line.text[: len(line.text) - len(bare)].expandtabs(8))
    return bool(bare) and indent > box.indent and not _LISTED.match(bare)


# ---- items ---------------------------------------------------------------------------------


@dataclass(slots=True)
class _Reader:
    source: Source
    keywords: Keywords
    findings: Findings
    filler: Filler
    drafts: list[Draft] = field(default_factory=list)

    def read(self, top: _Heading) -> None:
        """Read all items, each behind the one that it stands below."""
        above: dict[int, Draft | None] = {id(top): None}
        self._tasks(top.lines, None)
        for each in top.walk():
            parent = above[id(each.parent)]
            if each.item or each.part:
                above[id(each)] = self._item(each, parent)
                continue
            self.findings.skip(self._place(each.line), "a section")
            above[id(each)] = parent
            self._tasks(each.lines, parent)
        self.filler.efforts.settle(self.findings)

    def _place(self, line: Line) -> Place:
        return Place(self.source.path, line.number, 1)

    def _item(self, heading: _Heading, parent: Draft | None) -> Draft:
        title, rest = leading_title(plain_title(heading.text))
        place = self._place(heading.line)
        kind = "epic" if heading.word in _EPICS and heading.children else "task"
        if heading.part is not None:
            kind = "epic" if heading.part.weak else heading.part.kind
        draft = Draft(parse_kind(heading.word) or kind, title, place)
        draft.parent = parent if parent is not None and parent.rank <= draft.rank else None
        if heading.word and heading.word not in _EPICS:
            ends = heading.word in self.keywords.closed
            told = bool(meanings(heading.word) & {"done", "cancelled"})
            draft.put("status", "Done" if ends and not told else heading.word, place)
        elif heading.part and self._is_done(heading):
            draft.put("status", "Done", place)
        if heading.priority:
            draft.put("priority", priority_of(heading.priority), place)
        if heading.tags:
            draft.put("labels", heading.tags, place)
        draft.say(rest)
        self.drafts.append(draft)
        self._body(heading, draft)
        return draft

    def _is_done(self, part: _Heading) -> bool:
        """Whether all that stands in a part is closed."""
        items = [each for each in part.walk() if each.word]
        return bool(items) and all(each.word in self.keywords.closed for each in items)

    def _body(self, heading: _Heading, draft: Draft) -> None:
        """Dates, drawers, boxes and text below an item's heading."""
        lines, line = heading.lines, heading.line
        below = lines[0].start if lines else line.end
        if lines and _PLANNING.match(lines[0].text):
            for word, day in _DATE.findall(lines[0].text):
                self._take(draft, "target" if word == "DEADLINE" else "start", day, lines[0])
            below, lines = lines[0].after, lines[1:]
        end = _properties(lines)
        drawer, issue = lines[0].after if end else None, None
        for each in lines[1:end]:
            said = _PROPERTY.match(each.text)
            if said is not None:
                self._take(draft, said[1], said[2].strip(), each)
                if field_of(said[1]) == "issue" and issue is None:
                    issue = each.span(*said.span(2))
        lines = list(_without_logs(lines[end:]))
        boxes = _boxes(lines)
        if heading.part is not None:
            self._tasks(lines, draft)
        else:
            for box in boxes:
                self._criterion(draft, box)
        taken = {each.number for box in boxes for each in (box.line, *box.more)}
        draft.say(markdown_of([each.text for each in lines if each.number not in taken]))
        draft.anchor = OrgAnchor(
            heading.title, line.end, self.keywords, heading.keyword, None, drawer, below, issue,
            _marks(draft),
        )  # fmt: skip

    def _take(self, draft: Draft, name: str, value: str, line: Line) -> None:
        """A property; `:EFFORT: 1:30` is hours."""
        place = self._place(line)
        clock = _CLOCK.fullmatch(value)
        known = "id" if name.upper() == "CUSTOM_ID" else field_of(name)
        if clock and (known in ("effort", "estimate") or withheld_kind(name) == "hours"):
            value, known = f"{int(clock[1]) + int(clock[2]) / 60:g}h", "estimate_hours"
        if known is None:
            self.filler.left_out(text_pair(name, value, place))
            return
        words = value.split() if known in ("depends_on", "blocks") and "," not in value else [value]
        for word in words:
            self.filler.take(draft, text_pair(name, word, place), known)

    def _criterion(self, draft: Draft, box: _Box) -> None:
        place = self._place(box.line)
        draft.criteria.append(box.criterion(place))
        draft.places.setdefault("acceptance_criteria", place)

    def _tasks(self, lines: Sequence[Line], parent: Draft | None) -> None:
        """Boxes below a section, or below nothing, are tasks; those further in are criteria."""
        found: list[tuple[_Box, Draft]] = []
        for box in _boxes(lines):
            if found and found[-1][0].indent < box.indent:
                self._criterion(found[-1][1], box)
                continue
            place = self._place(box.line)
            title, rest = leading_title(box.title)
            draft = Draft("task", title, place, parent=parent)
            draft.say(rest)
            draft.put("status", "Done" if box.found[2] in "xX" else "Todo", place)
            if box.issue:
                draft.put("issue", box.issue[1], place)
            self.drafts.append(draft)
            found.append((box, draft))
        for box, draft in found:
            line, at = box.line, box.criterion(draft.place).box
            issue = line.span(*box.issue.span(1)) if box.issue else None
            start, end = line.span(box.found.end(), len(line.text.rstrip()))
            draft.anchor = OrgAnchor(
                start, end, self.keywords, box=at, issue=issue, boxes=_marks(draft)
            )


def _marks(draft: Draft) -> tuple[int, ...]:
    return tuple(each.box for each in draft.criteria if each.box is not None)


# ---- what stands below a heading -----------------------------------------------------------


def _properties(lines: Sequence[Line]) -> int:
    """How many lines the drawer of properties has that lines begin with; 0 where it is none."""
    match = _DRAWER.match(lines[0].text) if lines else None
    if match is None or match[1].upper() != "PROPERTIES":
        return 0
    for count, line in enumerate(lines[1:], 2):
        if line.text.strip().upper() == ":END:":
            return count
        if line.text.strip() and not (_PROPERTY.match(line.text) or _DRAWER.match(line.text)):
            return 0
    return 0


def _without_logs(lines: Sequence[Line]) -> Iterator[Line]:
    """The lines without logs, which are the editor's own."""
    dropped = False
    for line in lines:
        match = _DRAWER.match(line.text)
        if dropped:
            dropped = line.text.strip().upper() != ":END:"
        elif match and match[1].upper() in _DROPPED:
            dropped = True
        elif not _LOG.match(line.text) and not line.text.startswith("CLOCK:"):
            yield line
