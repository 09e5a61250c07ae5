"""Decide about a file as a whole before its lines are assigned to items."""

import re
from collections.abc import Sequence
from dataclasses import field, replace

from backlog_sync.core.keys import is_key
from backlog_sync.dataclass import dataclass
from backlog_sync.files.outline import Form, Node
from backlog_sync.files.reading.declared import Declared
from backlog_sync.files.reading.entries import Listed
from backlog_sync.files.reading.numbered import Numbered
from backlog_sync.files.reading.runs import Chosen
from backlog_sync.files.reading.sections import Section
from backlog_sync.files.reading.tables import Tables
from backlog_sync.files.reading.titles import Title, read_title
from backlog_sync.files.vocabulary import bare_word, listed

_CODE = re.compile(r"(?:\*\*|`)?(([A-Z]{1,3})\d{2,5}[a-z]?)(?:\*\*|`)?[:.)]?[ ]+(?=\S)")
_TAG = re.compile(r"\[([A-Z]{1,3}\d{0,4})\][ ]+(?=\S)")
_PARENT = re.compile(r"US(\d{1,4})$")
_NEEDS = re.compile(
    r"[ ]?\((?:depends[ ]on|blocked[ ]by|after|requires|needs)[ :]+([^()]{1,200})\)$", re.IGNORECASE
)
_GROUPS = listed("plan_headings")


@dataclass(slots=True)
class Choices:
    """What the file as a whole says about its headings, lists and tables.

    `bullets` is True if bullets below times, phases and statuses are items. `planned` maps headings
    above planned bullets to their kinds. `numbered` are the boxes of a numbered plan. `parts` is
    True if the file declares only epics, which then serve as phases. `coded` is True if the check
    boxes that are tasks carry codes; `codes` are the letters of all codes in front of boxes. `bare`
    is True if the file contains only plain bullets: those are the work if bullets are requested.
    `rules` are declared in the settings.
    """

    sections: Chosen
    listed: Listed
    tables: Tables
    by_row: dict[int, Section]
    planned: dict[int, str] = field(default_factory=dict)
    numbered: dict[int, Numbered] = field(default_factory=dict)
    parts: bool = False
    bullets: bool = False
    bare: bool = False
    coded: bool = False
    codes: frozenset[str] = frozenset()
    rules: Declared = field(default_factory=lambda: Declared({}))


@dataclass(frozen=True, slots=True)
class BoxTitle:
    """The title of a task with its key, the item that it names, and what it depends on, if any."""

    title: Title
    key: str | None = None
    parent: str | None = None
    needs: str | None = None


def box_title(text: str, codes: frozenset[str] = frozenset()) -> BoxTitle:
    """Read `T015 [P] [US1] Add the hold`: key `t015`, for the story US1.

    `codes` are the known letters of codes, so that `P95 below 200 ms` does not begin with one.
    """
    rest, key, parent = text, None, None
    match = _CODE.match(rest[:60])
    if match and match[2] in codes:
        key = match[1].lower() if is_key(match[1].lower()) else None
        rest = rest[match.end() :]
        tag = _TAG.match(rest[:40])
        while tag:
            named = _PARENT.match(tag[1])
            parent = f"US-{named[1]}" if named else parent
            rest = rest[tag.end() :]
            tag = _TAG.match(rest[:40])
    needs = _NEEDS.search(rest[-220:])
    if needs:
        rest = rest[: -len(needs[0])]
    title = read_title(rest, entry=True)
    if title.typed and title.typed.title:
        title = replace(title, text=title.typed.title)
    if not title.text:
        return BoxTitle(replace(read_title(text), text=text))
    return BoxTitle(title, key, parent, needs[1] if needs else None)


def numbered_title(text: str, numbered: Numbered) -> BoxTitle:
    """Return the title of a numbered box, without its number."""
    parts = box_title(text[len(numbered.number) :].lstrip(".) "))
    return replace(parts, key=numbered.key)


def box_codes(root: Node) -> frozenset[str]:
    """Return the letters of the codes in front of check boxes: `T` for `T1`, `T2`.

    A single code counts only if its number begins with a zero.
    """
    numbers: dict[str, set[str]] = {}
    for node in root.walk():
        match = _CODE.match(node.text[:60]) if node.box is not None else None
        if match:
            numbers.setdefault(match[2], set()).add(match[1].removeprefix(match[2]))
    return frozenset(
        letters
        for letters, suffixes in numbers.items()
        if len(suffixes) > 1 or any(number.startswith("0") for number in suffixes)
    )


def are_coded(root: Node) -> bool:
    """Return whether most check boxes of a file carry a code such as `T001`."""
    boxes = [node for node in root.walk() if node.box is not None]
    coded = sum(_CODE.match(node.text[:60]) is not None for node in boxes)
    return coded >= _FEWEST and coded * 2 > len(boxes)


_FEWEST = 5
"""Minimum number of codes that count as the numbering of a file's tasks."""


def planned_headings(sections: Sequence[Section]) -> dict[int, str]:
    """Return the headings above bullets with their own priority or quarter, and the kind of each.

    The heading directly above is a feature if an epic is above it, else an epic. Groupings such as
    `Milestones` and the title of the document are neither.
    """
    kinds: dict[int, str] = {}
    for section in sections:
        if not any(_is_planned(child) for child in section.node.children):
            continue
        above = section.parent
        if above and above.level > 1 and bare_word(above.node.text) not in _GROUPS:
            kinds[above.node.first] = "epic"
            kinds[section.node.first] = "feature"
        else:
            kinds[section.node.first] = "epic"
    return kinds


def _is_planned(node: Node) -> bool:
    if node.form is not Form.ENTRY or node.indent or node.box is not None:
        return False
    return planning_prefix(node.text) is not None


# ---- prefixes of planned bullets -------------------------------------------------------------

_QUARTER = r"Q[1-4](?:[ ]20\d\d)?"
_CODED = re.compile(
    rf"(?:(?P<early>{_QUARTER})[ ]?[-–—:][ ]?)?"
    rf"`(?:(?P<quarter>{_QUARTER})[ ]?[-–—:][ ]?)?"
    r"(?:(?P<must>[MSCW]|Must|Should|Could|Won't)[ ]?)?(?:\(?(?P<priority>P[0-5])\)?)?`"
    r"[ ]?[:：–—-]?[ ]*",
    re.IGNORECASE,
)
_BRACKETED = re.compile(
    rf"[\[(](?:(?P<quarter>{_QUARTER})|(?P<priority>P[0-5])|(?P<must>Must|Should|Could|Won't))[\])]"
    r"[ ]?[:：–—-]?[ ]*",
    re.IGNORECASE,
)
_MOSCOW = {"m": "Must", "s": "Should", "c": "Could", "w": "Won't"}


@dataclass(frozen=True, slots=True)
class Prefix:
    """The text after a planning prefix, and the values of the prefix."""

    text: str
    priority: str | None
    quarter: str | None


def planning_prefix(text: str) -> Prefix | None:
    """Split a planning prefix off a bullet; return None if it does not have one."""
    match = _CODED.match(text[:60]) or _BRACKETED.match(text[:60])
    if match is None or not (match["must"] or match["priority"] or match["quarter"]):
        return None
    rest = text[match.end() :].strip()
    if not rest:
        return None
    must = match["must"]
    priority = match["priority"]
    word = _MOSCOW.get(must.lower(), must) if must else None
    early = match.groupdict().get("early")
    return Prefix(rest, (priority or "").upper() or word, match["quarter"] or early)
