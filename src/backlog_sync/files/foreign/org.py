"""Org files: headings with keywords, priorities, tags, drawers and dates; check boxes below them.

A heading is an item where it has a keyword (`TODO`, `DONE`, those of a `#+TODO:` line) or a
priority, or stands among headings that have one; headings that only hold items are sections. Boxes
are criteria of the item above them, and tasks where there is none.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from backlog_sync.core.diagnostics import Diagnostic, Place
from backlog_sync.files.anchors import Keywords, OrgAnchor
from backlog_sync.files.assemble import assemble
from backlog_sync.files.draft import Criterion, Draft, Findings
from backlog_sync.files.fill import Filler, text_pair
from backlog_sync.files.foreign.org_text import markdown_of, plain_title
from backlog_sync.files.node_values import leading_title
from backlog_sync.files.parsed import ParsedFile, Source
from backlog_sync.files.statuses import meanings
from backlog_sync.files.values import parse_kind
from backlog_sync.files.vocabulary import field_of, withheld_kind

ORG = "org"
"""The dialect of an Org file."""

_LINES = re.compile(r"([^\r\n]*)(\r\n|\n|\r|\Z)")
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
_ISSUE = re.compile(r"[ \t]*\(((?:[\w.-]{1,100}(?:/[\w.-]{1,100})?)?#\d{1,9})\)[ \t]*$")
_CLOCK = re.compile(r"(\d{1,4}):([0-5]\d)")

_OPEN = ("TODO", "NEXT", "STARTED", "WAITING", "HOLD", "SOMEDAY", "PROJECT")
_CLOSED = ("DONE", "CANCELLED", "CANCELED")
"""Keywords that count without a `#+TODO:` line, as most people set them up."""

_PRIORITIES = {"A": "High", "B": "Medium", "C": "Low"}
_EPICS = ("PROJECT", "PROJ")
_DROPPED = ("LOGBOOK", "CLOCK")


@dataclass(slots=True, eq=False)
class _Heading:
    """A heading and the lines below it."""

    number: int
    level: int
    start: int
    title: int
    end: int
    word: str = ""
    word_at: tuple[int, int] | None = None
    priority: str = ""
    text: str = ""
    tags: tuple[str, ...] = ()
    lines: list["_Line"] = field(default_factory=list)
    children: list["_Heading"] = field(default_factory=list)
    parent: "_Heading | None" = None
    item: bool = False


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    text: str
    start: int
    after: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def parse_org(source: Source) -> ParsedFile:
    """Read an Org file. Raises nothing."""
    lines = [
        _Line(number, match[1], match.start(), match.end())
        for number, match in enumerate(_LINES.finditer(source.text), 1)
        if match[0]
    ]
    keywords = _keywords(lines)
    top = _outline(lines, keywords)
    _judge(top)
    findings = Findings(source.path)
    reader = _Reader(source, keywords, findings, Filler(findings))
    reader.read(top)
    done = assemble(reader.drafts, findings)
    told = findings.diagnostics()
    if not done.items:
        message = "this is not a backlog: no heading has a keyword such as TODO, and there are no "
        message += "check boxes"
        hint = "write '* TODO Title', or name your keywords in a line '#+TODO:'"
        told = (*told, Diagnostic(Place(source.path), "not-a-backlog", message, hint))
    notes = tuple(sorted(findings.notes, key=lambda note: note.line))
    return ParsedFile(
        source, items=done.items, diagnostics=told, notes=notes, dialect=ORG, periods=done.periods
    )


# ---- the outline ---------------------------------------------------------------------------


def _keywords(lines: Sequence[_Line]) -> Keywords:
    """The keywords that the file declares; else the usual ones, and those that it uses."""
    opened: list[str] = []
    closed: list[str] = []
    for line in lines:
        match = _SETTING.match(line.text)
        words = [each.partition("(")[0] for each in match[1].split()] if match else []
        if "|" in words:
            at = words.index("|")
            opened, closed = opened + words[:at], closed + words[at + 1 :]
        elif words:
            opened, closed = opened + words[:-1], closed + words[-1:]
    if opened or closed:
        return Keywords(tuple(opened), tuple(closed))
    return _used(lines)


def _used(lines: Sequence[_Line]) -> Keywords:
    """Keywords without a declaration: words that name a status, or that stand over `CLOSED:`."""
    opened, closed = dict.fromkeys(_OPEN), dict.fromkeys(_CLOSED)
    for at, line in enumerate(lines):
        heading = _HEADING.match(line.text)
        word = _WORD.match(line.text, heading.end()) if heading else None
        if word is None or word.end() == len(line.text) or word[1] in (*opened, *closed):
            continue
        meant = meanings(word[1])
        below = lines[at + 1].text.lstrip() if at + 1 < len(lines) else ""
        if below.startswith("CLOSED:") or meant & {"done", "cancelled"}:
            closed[word[1]] = None
        elif meant:
            opened[word[1]] = None
    return Keywords(tuple(opened), tuple(closed))


def _outline(lines: Sequence[_Line], keywords: Keywords) -> _Heading:
    """All headings below one that holds the file; lines of a block are none."""
    top = current = _Heading(1, 0, 0, 0, 0)
    inside = False
    for line in lines:
        if inside or _BLOCK.match(line.text):
            inside = not _BLOCK_END.match(line.text)
            current.lines.append(line)
            continue
        mark = _HEADING.match(line.text)
        if mark is None:
            current.lines.append(line)
            continue
        level = len(mark[1])
        above = current
        while above.level >= level and above.parent is not None:
            above = above.parent
        current = _heading(line, mark, keywords)
        current.parent = above
        above.children.append(current)
    return top


def _heading(line: _Line, mark: re.Match[str], keywords: Keywords) -> _Heading:
    at = mark.end()
    word = _WORD.match(line.text, at) or re.compile(r"(\S{1,30})[ \t]+").match(line.text, at)
    known = word is not None and word[1] in (*keywords.open, *keywords.closed)
    made = _Heading(line.number, len(mark[1]), line.start, line.start + at, line.end)
    if word is not None and known:
        made.word, at = word[1], word.end()
        made.word_at = (line.start + word.start(1), line.start + word.end(1))
    priority = _PRIORITY.match(line.text, at)
    if priority:
        made.priority, at = priority[1], priority.end()
    tags = _TAGS.search(line.text, at)
    made.tags = tuple(tags[1].strip(":").split(":")) if tags else ()
    made.text = _COOKIE.sub("", line.text[at : tags.start() if tags else None]).strip()
    return made


def _walk(top: _Heading) -> Iterator[_Heading]:
    """All headings in document order."""
    open_ = list(reversed(top.children))
    while open_:
        at = open_.pop()
        yield at
        open_.extend(reversed(at.children))


def _judge(top: _Heading) -> None:
    """What is an item: keywords and priorities say so; where most of a run are, all are."""
    headings = list(_walk(top))
    holds: set[int] = set()
    for each in reversed(headings):
        each.item = bool(each.word or each.priority) and bool(each.text)
        if (each.item or id(each) in holds) and each.parent is not None:
            holds.add(id(each.parent))
    for above in (top, *headings):
        run = [each for each in above.children if each.item or id(each) not in holds]
        if sum(each.item for each in run) * 2 > len(run):
            for each in run:
                each.item = bool(each.text)


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
        for each in _walk(top):
            parent = above[id(each.parent)]
            if not each.item:
                self.findings.skip(self._place(each.number), "a section")
                above[id(each)] = parent
                self._tasks(each.lines, parent)
                continue
            above[id(each)] = self._item(each, parent)
        self.filler.efforts.settle(self.findings)

    def _place(self, number: int) -> Place:
        return Place(self.source.path, number, 1)

    def _item(self, heading: _Heading, parent: Draft | None) -> Draft:
        title, rest = leading_title(plain_title(heading.text))
        place = self._place(heading.number)
        kind = "epic" if heading.word in _EPICS and heading.children else "task"
        draft = Draft(parse_kind(heading.word) or kind, title, place)
        draft.parent = parent if parent is not None and parent.rank <= draft.rank else None
        if heading.word and heading.word not in _EPICS:
            draft.put("status", self._status(heading.word), place)
        if heading.priority:
            draft.put("priority", _PRIORITIES.get(heading.priority, "Low"), place)
        if heading.tags:
            draft.put("labels", list(heading.tags), place)
        draft.say(rest)
        self.drafts.append(draft)
        self._body(heading, draft)
        return draft

    def _status(self, word: str) -> str:
        """A keyword as a status: one that closes is done, whatever it is called."""
        if word in self.keywords.closed and not meanings(word) & {"done", "cancelled"}:
            return "Done"
        return word

    def _body(self, heading: _Heading, draft: Draft) -> None:
        """Dates, drawers, boxes and text below an item's heading."""
        body = _Body(heading)
        body.read()
        for name, value, number in body.pairs:
            self._take(draft, name, value, number)
        boxes = []
        for box in body.boxes:
            place = self._place(box.line.number)
            draft.criteria.append(Criterion(box.title, box.ticked, box.at, place))
            draft.places.setdefault("acceptance_criteria", place)
            boxes.append(box.at)
        draft.say(markdown_of(body.text))
        draft.anchor = OrgAnchor(
            heading.title, heading.end, self.keywords, heading.word_at, None, body.drawer,
            body.below, body.issue, tuple(boxes),
        )  # fmt: skip

    def _take(self, draft: Draft, name: str, value: str, number: int) -> None:
        """A property; `:EFFORT: 1:30` is hours."""
        place = self._place(number)
        clock = _CLOCK.fullmatch(value)
        known = "id" if name.upper() == "CUSTOM_ID" else field_of(name)
        if clock and (known in ("effort", "estimate") or withheld_kind(name) == "hours"):
            value, known = f"{int(clock[1]) + int(clock[2]) / 60:g}h", "estimate_hours"
        pair = text_pair(name, value, place)
        if known is None:
            self.filler.left_out(pair)
            return
        words = value.split() if known in ("depends_on", "blocks") and "," not in value else [value]
        for word in words:
            self.filler.take(draft, text_pair(name, word, place), known)

    def _tasks(self, lines: Sequence[_Line], parent: Draft | None) -> None:
        """Boxes below a section, or below nothing, are tasks; those further in are criteria."""
        open_: list[tuple[int, Draft, list[int]]] = []
        first = len(self.drafts)
        for box in _boxes(lines):
            while open_ and open_[-1][0] >= box.indent:
                open_.pop()
            place = self._place(box.line.number)
            if open_:
                _, draft, boxes = open_[-1]
                draft.criteria.append(Criterion(box.title, box.ticked, box.at, place))
                draft.places.setdefault("acceptance_criteria", place)
                boxes.append(box.at)
                continue
            open_.append((box.indent, *self._task(box, place, parent)))
        for draft in self.drafts[first:]:
            if isinstance(draft.anchor, _Loose):
                draft.anchor = draft.anchor.fixed(self.keywords)

    def _task(self, box: "_Box", place: Place, parent: Draft | None) -> tuple[Draft, list[int]]:
        title, rest = leading_title(box.title)
        draft = Draft("task", title, place, parent=parent)
        draft.say(rest)
        draft.put("status", "Done" if box.ticked else "Todo", place)
        if box.issue:
            draft.put("issue", box.issue, place)
        loose = _Loose(box)
        draft.anchor = loose
        self.drafts.append(draft)
        return draft, loose.boxes


class _Loose:
    """The anchor of a task that is a box, while boxes below it are still found."""

    def __init__(self, box: "_Box") -> None:
        self.box = box
        self.boxes: list[int] = []

    def fixed(self, keywords: Keywords) -> OrgAnchor:
        """The anchor when all are found."""
        box = self.box
        return OrgAnchor(
            box.text_at, box.end, keywords, box=box.at, issue=box.issue_at,
            boxes=tuple(self.boxes),
        )  # fmt: skip


# ---- what stands below a heading -----------------------------------------------------------


@dataclass(slots=True)
class _Box:
    """A check box with its text, which may go on over further lines."""

    line: _Line
    indent: int
    at: int
    text_at: int
    end: int
    ticked: bool
    words: list[str]
    issue: str = ""
    issue_at: tuple[int, int] | None = None

    @property
    def title(self) -> str:
        """Its text as one line."""
        return plain_title(" ".join(self.words))


def _box(line: _Line) -> _Box | None:
    match = _BOX.match(line.text)
    if match is None:
        return None
    issue = _ISSUE.search(line.text, match.end())
    text = line.text[match.end() : issue.start() if issue else None].strip()
    made = _Box(
        line, len(match[1].expandtabs(8)), line.start + match.start(2),
        line.start + match.end(), line.start + len(line.text.rstrip()), match[2] in "xX", [text],
    )  # fmt: skip
    if issue:
        made.issue = issue[1]
        made.issue_at = (line.start + issue.start(1), line.start + issue.end(1))
    return made


def _boxes(lines: Sequence[_Line]) -> Iterator[_Box]:
    """Boxes with their continuation lines, those of code blocks not."""
    current: _Box | None = None
    inside = False
    for line in lines:
        if inside or _BLOCK.match(line.text):
            inside = not _BLOCK_END.match(line.text)
            continue
        made = _box(line)
        if made is not None:
            if current is not None:
                yield current
            current = made
        elif current is not None and _goes_on(line, current):
            current.words.append(line.text.strip())
        elif current is not None:
            yield current
            current = None
    if current is not None:
        yield current


def _goes_on(line: _Line, box: _Box) -> bool:
    """Whether a line is text of the box above it: further in, and no list of its own."""
    bare = line.text.lstrip()
    indent = len(line.text[: len(line.text) - len(bare)].expandtabs(8))
    return bool(bare) and indent > box.indent and not re.match(r"[-+*][ \t]|\d{1,4}[.)][ \t]", bare)


class _Body:
    """The lines below an item's heading, each once."""

    def __init__(self, heading: _Heading) -> None:
        self.lines = heading.lines
        self.pairs: list[tuple[str, str, int]] = []
        self.boxes: list[_Box] = []
        self.text: list[str] = []
        self.drawer: int | None = None
        self.issue: tuple[int, int] | None = None
        self.below = self.lines[0].start if self.lines else heading.end

    def read(self) -> None:
        """Part the lines."""
        at = self._planning(0)
        at = self._properties(at)
        rest = self._without_drawers(at)
        self.boxes = list(_boxes(rest))
        taken = self._taken(rest)
        self.text = [line.text for line in rest if line.number not in taken]

    def _planning(self, at: int) -> int:
        """The line of dates right below the heading."""
        if at < len(self.lines) and _PLANNING.match(self.lines[at].text):
            line = self.lines[at]
            for word, day in _DATE.findall(line.text):
                name = "target" if word == "DEADLINE" else "start"
                self.pairs.append((name, day, line.number))
            self.below = line.after
            return at + 1
        return at

    def _properties(self, at: int) -> int:
        """The drawer of properties."""
        match = _DRAWER.match(self.lines[at].text) if at < len(self.lines) else None
        if match is None or match[1].upper() != "PROPERTIES":
            return at
        found: list[tuple[str, str, int]] = []
        issue: tuple[int, int] | None = None
        for end in range(at + 1, len(self.lines)):
            line = self.lines[end]
            if line.text.strip().upper() == ":END:":
                self.drawer, self.issue = self.lines[at].after, issue
                self.pairs += found
                return end + 1
            said = _PROPERTY.match(line.text)
            if said is None and line.text.strip() and not _DRAWER.match(line.text):
                break
            if said is not None:
                found.append((said[1], said[2].strip(), line.number))
                if field_of(said[1]) == "issue" and issue is None:
                    issue = (line.start + said.start(2), line.start + said.end(2))
        return at

    def _without_drawers(self, at: int) -> list[_Line]:
        """The lines without logs, which are the editor's own."""
        kept, dropped = [], False
        for line in self.lines[at:]:
            match = _DRAWER.match(line.text)
            if dropped:
                dropped = line.text.strip().upper() != ":END:"
            elif match and match[1].upper() in _DROPPED:
                dropped = True
            elif not _LOG.match(line.text) and not line.text.startswith("CLOCK:"):
                kept.append(line)
        return kept

    def _taken(self, lines: Sequence[_Line]) -> set[int]:
        """The lines of boxes."""
        taken: set[int] = set()
        by_number = {box.line.number: len(box.words) for box in self.boxes}
        for at, line in enumerate(lines):
            count = by_number.get(line.number)
            if count:
                taken |= {each.number for each in lines[at : at + count]}
        return taken
