"""Read numbered plans: `1.` or `## 1.` above `1.1`, as in the task lists of spec tools."""

import re
from collections.abc import Container

from backlog_sync.dataclass import dataclass
from backlog_sync.files.outline import Form, Node

_NUMBER = re.compile(r"(\d{1,4})(?:\.0)?[.)]?[ ]+(?=\S)")
_PART = re.compile(r"(\d{1,4})\.\d{1,4}(?:\.\d{1,4})?[.)]?[ ]+(?=\S)")
_PLAN_NUMBER = re.compile(r"(\d{1,4}(?:\.\d{1,4}){0,3})[.)]?[ \t]+(?=\S)")
_ENOUGH = 2
"""Minimum number of numbered parts: two make a scheme, one may be a coincidence."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """A box or a heading of a numbered plan: its number, its key, the number of its parent."""

    number: str
    key: str
    above: str = ""


def numbered_boxes(root: Node) -> dict[int, Numbered]:
    """Return the boxes and headings of a numbered plan, by row.

    `- [ ] 1. Store` or `## 1. Store` above `- [ ] 1.1 Open the file`. Empty if a number occurs
    twice.
    """
    plan = _numbered_plan(root)
    if not plan:
        return {row: Numbered(n, f"task-{n}") for row, n in _numbered_below(root).items()}
    numbers = set(plan.values())
    return {
        row: Numbered(n, f"{'task' if '.' in n else 'epic'}-{n}", _above(n, numbers))
        for row, n in plan.items()
    }


def _above(number: str, numbers: Container[str]) -> str:
    """Return the nearest shorter number in the plan: `1.2` for `1.2.1`; empty if there is none."""
    above = number.rpartition(".")[0]
    while above and above not in numbers:
        above = above.rpartition(".")[0]
    return above


def _numbered_plan(root: Node) -> dict[int, str]:
    """Return the numbers by row if nearly all boxes of the file are numbered, each number once."""
    by_row: dict[int, str] = {}
    numbers: set[str] = set()
    boxes = numbered = 0
    for node in root.walk():
        boxed = node.box is not None
        match = _PLAN_NUMBER.match(node.text[:40]) if boxed or node.form is Form.SECTION else None
        boxes += boxed and not node.indent
        if match is None:
            continue
        if match[1] in numbers or ("." in match[1] and not boxed):
            return {}
        numbers.add(match[1])
        numbered += boxed and not node.indent
        by_row[node.first] = match[1]
    deep = [number for number in numbers if "." in number]
    held = all(number.partition(".")[0] in numbers for number in deep)
    return by_row if len(deep) > _ENOUGH and held and numbered * 4 >= boxes * 3 else {}


def _numbered_below(root: Node) -> dict[int, str]:
    """Return the numbers of nested numbered boxes, whatever else the file contains."""
    by_row: dict[int, str] = {}
    parts = 0
    for node in root.walk():
        if node.form is not Form.ENTRY or node.box is None:
            continue
        above = node.parent
        outer = by_row.get(above.first) if above is not None and above.form is Form.ENTRY else None
        part = _PART.match(node.text[:20])
        whole = _NUMBER.match(node.text[:20])
        if part and outer is not None and part[1] == outer.split(".")[0]:
            by_row[node.first] = part[0].rstrip(" .)")
            parts += 1
        elif whole and outer is None:
            by_row[node.first] = whole[0].rstrip(" .)")
    unique = len(set(by_row.values())) == len(by_row)
    return by_row if unique and parts >= _ENOUGH else {}
