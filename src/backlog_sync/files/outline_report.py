"""Report the outline as read, and its doubtful parts with settings that would change them."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby, takewhile

from backlog_sync.core.accounts import BULLETS_FLAG, Account, AccountedLine, Branch, Doubt, Verdict
from backlog_sync.dataclass import dataclass
from backlog_sync.files.account import HEADING_LEFT, TABLE_LEFT, heading
from backlog_sync.files.entries import is_roadmap
from backlog_sync.files.foreign.structured import TREE
from backlog_sync.files.foreign.tree import LIST_LEFT
from backlog_sync.files.inline import plain
from backlog_sync.files.load import Loaded, parse_source
from backlog_sync.files.outline import Form, Node
from backlog_sync.files.parsed import ParsedFile, ParsedItem, ReadingOptions
from backlog_sync.files.reading.declared import Declared
from backlog_sync.files.statuses import meanings
from backlog_sync.files.vocabulary import bare_word, field_of, list_status

_NAMED = 5
"""The most headings to declare one by one; for more, a pattern is used."""

_LONGEST = 60
"""Characters; a longer title is matched by its beginning."""

_KINDS = ("epic", "feature", "story", "task")
_SMALL = ("task", "story", "feature")
_WEAK = "neither it nor its neighbors"


# ---- the tree ------------------------------------------------------------------------------


def branches(loaded: Loaded) -> tuple[Branch, ...]:
    """Return the items as a tree, in the order of the files."""
    by_key = {
        key: _branch(key, loaded.files[at[0]].items[at[1]]) for key, at in loaded.keys.items()
    }
    for key, parent in loaded.parents.items():
        by_key[parent].below.append(by_key[key])
    return tuple(branch for key, branch in by_key.items() if key not in loaded.parents)


def _branch(key: str, item: ParsedItem) -> Branch:
    document = item.document
    criteria = document.acceptance_criteria or ()
    done = bool(document.status) and "done" in meanings(str(document.status))
    ticked = sum(each.done for each in criteria)
    title = " ".join(document.title.split())
    return Branch(item.kind, title, key, done, len(criteria), ticked)


# ---- doubtful parts ------------------------------------------------------------------------


def doubts(loaded: Loaded, accounts: Sequence[Account]) -> tuple[Doubt, ...]:
    """Return the doubtful parts of the files, the most important of each first.

    Each answer was tried: if it would not change anything, there is no doubt.
    """
    parts: list[Doubt] = []
    for parsed, each in zip(loaded.files, accounts, strict=True):
        if is_roadmap(parsed.source.path) and not parsed.dialect:
            parts += _File(parsed, each).doubts()
        elif parsed.dialect == TREE:
            parts += _File(parsed, each).doubts_of_lists()
    return tuple(parts)


@dataclass(frozen=True, slots=True)
class _Way:
    """A way to declare a part: patterns, for what they match or for what is below.

    Without patterns, the setting that makes items of all bullets.
    """

    patterns: Sequence[str]
    below: bool = False
    column: str = ""

    def settings(self, kind: str) -> dict[str, object]:
        """Return the settings that declare these parts as a kind."""
        if not self.patterns:
            return {"bullets": "items"}
        column = {"title": self.column} if self.column else {}
        declaration = {"items": kind, **column} if self.below or column else kind
        return {"reading": dict.fromkeys(self.patterns, declaration)}


@dataclass(frozen=True, slots=True)
class _Part:
    """Lines that may be meant differently: their place, description, question, and ways."""

    lines: Sequence[AccountedLine]
    what: str
    question: str
    now: str
    kinds: Sequence[str]
    ways: Sequence[_Way]
    must_gain: bool = True


class _File:
    """Finds the doubtful parts of one file, and tries the settings that would change them."""

    def __init__(self, parsed: ParsedFile, account: Account) -> None:
        self.parsed = parsed
        self.lines = account.lines
        self.declared = Declared(dict(parsed.options.declared))
        self.heads = [(line, head) for line in self.lines if line.rule in _HEADS
                      and (head := heading(line.text))]  # fmt: skip

    def doubts(self) -> Iterator[Doubt]:
        """Yield the parts that an answer would change, the most important first."""
        parts = (*self._bullets(), *self._weak(), *self._guessed(), *self._containers(),
                 *self._tables())  # fmt: skip
        yield from filter(None, map(self._tried, parts))

    def doubts_of_lists(self) -> Iterator[Doubt]:
        """Yield the doubts about lists of YAML or JSON with too little evidence."""
        yield from filter(None, map(self._tried, self._lists()))

    def _lists(self) -> Iterator[_Part]:
        """Yield lists that could contain items by their shape."""
        by_key: dict[str, list[AccountedLine]] = {}
        for line in self.lines:
            begin = _KEY.match(line.text) if line.reason.endswith(LIST_LEFT) else None
            if begin is not None and repr(begin[1]) in line.reason:
                by_key.setdefault(begin[1], []).append(line)
        for key, lines in list(by_key.items())[:_NAMED]:
            entries = f"the entries of '{_short(key)}'"
            yield _Part(
                lines[:1],
                f"{entries} are not taken as items",
                f"Are {entries} items?",
                "no",
                ("story", "task", "feature", "epic"),
                [_Way([f"key {key}"], below=True)],
            )

    def _tried(self, part: _Part) -> Doubt | None:
        """Return the doubt with the narrowest way that is nearly as good as the best one."""
        kind = part.kinds[0]
        gains = [(way, gain) for way in part.ways
                 if (gain := self._gain(way.settings(kind))) is not None
                 and (gain > 0 or not part.must_gain)]  # fmt: skip
        if not gains:
            return None
        best = max(gain for _, gain in gains)
        way, gain = next(each for each in gains if each[1] >= min(best, best * _MOST))
        kinds = part.kinds if way.patterns else ("items",)
        answers = {kind: way.settings(kind) for kind in kinds}
        path, line = self.parsed.source.path, part.lines[0].number
        return Doubt(path, line, part.what, part.question, part.now, len(part.lines), gain, answers)

    def _gain(self, settings: Mapping[str, object]) -> int | None:
        """Return how many more items these settings produce; None if they change nothing."""
        options = self.parsed.options
        reading = settings.get("reading", {})
        assert isinstance(reading, Mapping)
        tried = ReadingOptions(options.bullets or settings.get("bullets") == "items",
                      (*reading.items(), *options.declared))  # fmt: skip
        again = parse_source(self.parsed.source, tried)
        if again is None or _shape(again) == _shape(self.parsed):
            return None
        return len(again.items) - len(self.parsed.items)

    # ---- the parts -------------------------------------------------------------------------

    def _bullets(self) -> Iterator[_Part]:
        """Yield bullets that become items only through a setting."""
        bullets = [line for line in self.lines if line.rule in ("bullet", "description")]
        for left in (
            [line for line in bullets if BULLETS_FLAG in line.reason],
            [line for line in self.lines if line.verdict is Verdict.LEFT
             and line.rule in ("skipped", "bullet") and BULLETS_FLAG not in line.reason
             and _BULLET.match(line.text)],
        ):  # fmt: skip
            if left:
                yield self._left_bullets(left)

    def _left_bullets(self, left: Sequence[AccountedLine]) -> _Part:
        above = self._above(left)
        below = f"below {_named([title for _, title in above])}" if above else "of the file"
        flagged = BULLETS_FLAG in left[0].reason
        ways = [_Way(()) if flagged else _Way(["- *"])]
        if above and len(above) <= _NAMED:
            ways.insert(0, _Way([_pattern(*each) for each in above], below=True))
        elif above:
            level = min(level for level, _ in above)
            ways.insert(0, _Way([f"{'#' * level} *"], below=True))
        return _not_taken(left, f"{_count(left, 'bullet')} {below}", _SMALL, ways)

    def _tables(self) -> Iterator[_Part]:
        """Yield tables whose columns do not show that their rows are items."""
        by_column: dict[str, list[AccountedLine]] = {}
        for rows in _runs(self.lines, TABLE_LEFT):
            column = _title_column(rows[0].text)
            if column and len(rows) > 2:
                by_column.setdefault(column, []).extend(rows[2:])
        for column, rows in sorted(by_column.items(), key=lambda each: -len(each[1]))[:_NAMED]:
            if len(rows) < _FEWEST:
                continue
            what = f"{_count(rows, 'row')} below a table's column '{_short(column)}'"
            yield _not_taken(rows, what, _SMALL, [_Way([f"table {column}"], column=column)])

    def _weak(self) -> Iterator[_Part]:
        """Yield headings that look like items without other evidence."""
        above = False
        for lines, what, way in self._heads_that(
            lambda line, title: (
                line.key is None
                and (
                    line.reason.startswith(_WEAK)
                    or (line.reason == HEADING_LEFT and not list_status(bare_word(title)))
                )
            )
        ):
            if lines[0].reason == HEADING_LEFT and len(lines) < _FEWEST:
                continue  # the title of the file
            kinds = ("story", "epic")
            if lines[0].reason == HEADING_LEFT and not above:
                kinds = ("epic", "story")
                above = True  # what is deeper is inside
            part = _not_taken(lines, what, (*kinds, "feature", "task"), [way])
            yield replace(part, must_gain=False)

    def _containers(self) -> Iterator[_Part]:
        """Yield headings without a type that contain items."""
        for lines, what, way in self._heads_that(
            lambda line, _: line.verdict is Verdict.FRAME and line.rule == "heading"
        ):
            if len(lines) >= _FEWEST:
                yield _Part(
                    lines,
                    f"{what} hold items and are none",
                    f"The {what} hold items. Are they items too?",
                    "no",
                    ("epic", "feature", "story"),
                    [way],
                )

    def _guessed(self) -> Iterator[_Part]:
        """Yield headings that are items although none of their words names a kind."""
        kinds = {item.place.line: item.kind for item in self.parsed.items}
        for lines, what, way in self._heads_that(
            lambda line, title: line.number in kinds and _is_guess(line.rule, title)
        ):
            now, *others = {kinds[line.number] for line in lines}
            if len(lines) >= _FEWEST and not others:
                yield _Part(
                    lines,
                    f"{what} are read as {_plural(now)}: no word says what they are",
                    f"The {what} are read as {_plural(now)}. What are they?",
                    now,
                    [kind for kind in (*_KINDS, "ignore") if kind != now],
                    [way],
                    must_gain=False,
                )

    def _heads_that(
        self, fits: Callable[[AccountedLine, str], bool]
    ) -> Iterator[tuple[list[AccountedLine], str, _Way]]:
        """Yield headings by level, without those that the settings already declare."""
        by_level: dict[int, list[tuple[AccountedLine, str]]] = defaultdict(list)
        for line, (level, title) in self.heads:
            node = Node(Form.SECTION, line.number - 1, line.number, text=title, level=level)
            if fits(line, title) and self.declared.of(node) is None:
                by_level[level].append((line, title))
        for level, heads in by_level.items():
            lines, titles = [line for line, _ in heads], [title for _, title in heads]
            what = f"{_count(lines, 'heading')} such as '{_short(titles[0])}'"
            yield lines, what, self._way(level, titles)

    def _way(self, level: int, titles: Sequence[str]) -> _Way:
        """Return one pattern for a level if all of it is meant, otherwise one for each title."""
        all_of_level = sum(head[0] == level for _, head in self.heads)
        if all_of_level == len(titles) or len(titles) > _NAMED:
            return _Way([f"{'#' * level} {_common(titles, whole=all_of_level == len(titles))}*"])
        return _Way([_pattern(level, title) for title in titles])

    def _above(self, lines: Iterable[AccountedLine]) -> list[tuple[int, str]]:
        """Return the headings directly above some lines, in order, each once."""
        numbers = [line.number for line, _ in self.heads]
        above = (bisect_left(numbers, line.number) for line in lines)
        return list(dict.fromkeys(self.heads[at - 1][1] for at in above if at))


_KEY = re.compile(r"[ ]*(?:-[ ]+)?[\"']?([^\"':]+)[\"']?[ ]*:")
"""The key at the beginning of a line of YAML or JSON."""

_BULLET = re.compile(r"[ ]{0,3}(?:[-*+]|\d{1,3}[.)])[ ]+\S")

_FEWEST = 2
"""The fewest headings or rows that form a run."""

_MOST = 0.8
"""The least share of the best result that a narrower pattern must have, because some are links."""

_NO_TITLES = frozenset(("id", "no", "nr", "key", "status", "priority"))

_HEADS = frozenset(
    ("heading", "typed-heading", "time-heading", "planned-bullets", "container", "overview",
     "skipped", "metadata")
)  # fmt: skip


def _is_guess(rule: str, title: str) -> bool:
    from backlog_sync.files.reading.titles import read_title  # noqa: PLC0415 - for roadmaps only

    if rule in ("time-heading", "planned-bullets", "container"):
        return True
    typed = read_title(title).typed
    return typed is None or typed.code or typed.dotted


def _title_column(header: str) -> str:
    """Return the column that likely contains titles: by its name, else the first one with words."""
    cells = [plain(cell.strip()) for cell in header.strip().strip("|").split("|")]
    lettered = [cell for cell in cells if any(sign.isalpha() for sign in cell)]
    words = [cell for cell in lettered if cell.casefold() not in _NO_TITLES]
    titled = (cell for cell in words if field_of(bare_word(cell)) == "title")
    return next(titled, words[0] if words else "")


def _shape(parsed: ParsedFile) -> list[tuple[str, int]]:
    return [(item.kind, item.place.line) for item in parsed.items]


def _runs(lines: Sequence[AccountedLine], reason: str) -> Iterator[list[AccountedLine]]:
    """Yield runs of consecutive lines that were skipped for a reason."""
    for fits, group in groupby(lines, key=lambda line: line.reason == reason):
        if fits:
            yield list(group)


def _pattern(level: int, title: str) -> str:
    """Return a pattern for one heading; a star in its title only matches itself."""
    cut = title if len(title) <= _LONGEST else title[:_LONGEST].rstrip() + "*"
    return f"{'#' * level} {cut}"


def _common(titles: Sequence[str], *, whole: bool) -> str:
    """Return the common beginning of all titles, if a pattern must distinguish them."""
    signs = zip(min(titles), max(titles), strict=False)
    same = "".join(sign for sign, _ in takewhile(lambda pair: pair[0] == pair[1], signs))
    return "" if whole else same.rstrip("0123456789")


def _not_taken(
    lines: Sequence[AccountedLine], what: str, kinds: Sequence[str], ways: Sequence[_Way]
) -> _Part:
    """Return a part for lines that are not items now."""
    statement = f"{what} {_is(lines)} not taken as {_items(lines)}"
    question = f"{_is(lines).capitalize()} the {what} {_items(lines)}?"
    return _Part(lines, statement, question, "no", kinds, ways)


# ---- words ---------------------------------------------------------------------------------


def _named(titles: Sequence[str]) -> str:
    """Return the first title, and how many more there are."""
    if len(titles) == 1:
        return f"'{_short(titles[0])}'"
    more = len(titles) - 1
    return f"'{_short(titles[0])}' and {more} more heading{'s' if more > 1 else ''}"


def _short(title: str) -> str:
    text = plain(title)
    return text if len(text) <= _LONGEST // 2 else text[: _LONGEST // 2 - 1].rstrip() + "…"


def _count(lines: Sequence[object], noun: str) -> str:
    return f"{len(lines)} {noun}{'' if len(lines) == 1 else 's'}"


def _is(lines: Sequence[object]) -> str:
    return "is" if len(lines) == 1 else "are"


def _items(lines: Sequence[object]) -> str:
    return "an item" if len(lines) == 1 else "items"


def _plural(kind: str) -> str:
    return "stories" if kind == "story" else f"{kind}s"


def merged(answers: Iterable[Mapping[str, object]]) -> dict[str, object]:
    """Return several answers as one; what a heading is and what it contains are combined."""
    settings: dict[str, object] = {}
    reading: dict[str, dict[str, object]] = {}
    for answer in answers:
        patterns = answer.get("reading")
        for pattern, declared in patterns.items() if isinstance(patterns, Mapping) else ():
            both = declared if isinstance(declared, Mapping) else {"kind": declared}
            reading.setdefault(pattern, {}).update(both)
        settings |= {name: value for name, value in answer.items() if name != "reading"}
    for pattern, declared in reading.items():
        of_level = reading.get(f"{pattern.partition(' ')[0]} *", {})
        if pattern.startswith("#") and "kind" in of_level:
            declared.setdefault("kind", of_level["kind"])
    lines = {pattern: declared["kind"] if declared.keys() == {"kind"} else declared
             for pattern, declared in reading.items()}  # fmt: skip
    return settings | ({"reading": lines} if lines else {})
