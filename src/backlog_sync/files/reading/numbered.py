"""Numbered plans: `1.` or `## 1.` above `1.1`, as the task lists of spec tools have them."""

import re
from collections.abc import Container
from dataclasses import dataclass

from backlog_sync.files.outline import Form, Node

_NUMBER = re.compile(r"(\d{1,4})(?:\.0)?[.)]?[ ]+(?=\S)")
_PART = re.compile(r"(\d{1,4})\.\d{1,4}(?:\.\d{1,4})?[.)]?[ ]+(?=\S)")
_PLAN_NUMBER = re.compile(r"(\d{1,4}(?:\.\d{1,4}){0,3})[.)]?[ \t]+(?=\S)")
_ENOUGH = 2
"""Two numbered parts make a scheme; one is a number that happens to be there."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """A box or a heading of a numbered plan: its number, its key, the number that holds it."""

    number: str
    key: str
    above: str = ""


def numbered_boxes(root: Node) -> dict[int, Numbered]:
    """Boxes and headings of a numbered plan, by row.

    `- [ ] 1. Store` or `## 1. Store` above `- [ ] 1.1 Open the file`. Empty if numbers stand
    twice.
    """
    found = _numbered_plan(root)
    if not found:
        return {row: Numbered(n, f"task-{n}") for row, n in _numbered_below(root).items()}
    numbers = set(found.values())
    return {
        row: Numbered(n, f"{'task' if '.' in n else 'epic'}-{n}", _above(n, numbers))
        for row, n in found.items()
    }


def _above(number: str, numbers: Container[str]) -> str:
    """The nearest shorter number of a plan that is there: `1.2` of `1.2.1`; empty for none."""
    above = number.rpartition(".")[0]
    while above and above not in numbers:
        above = above.rpartition(".")[0]
    return above


def _numbered_plan(root: Node) -> dict[int, str]:
    """The numbers of a plan that has nothing else: nearly all boxes are numbered, each once."""
    found: dict[int, str] = {}
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
        found[node.first] = match[1]
    deep = [number for number in numbers if "." in number]
    held = all(number.partition(".")[0] in numbers for number in deep)
    return found if len(deep) > _ENOUGH and held and numbered * 4 >= boxes * 3 else {}


def _numbered_below(root: Node) -> dict[int, str]:
    """The numbers of boxes that are below one another, next to whatever else the file holds."""
    found: dict[int, str] = {}
    parts = 0
    for node in root.walk():
        if node.form is not Form.ENTRY or node.box is None:
            continue
        above = node.parent
        outer = found.get(above.first) if above is not None and above.form is Form.ENTRY else None
        part = _PART.match(node.text[:20])
        whole = _NUMBER.match(node.text[:20])
        if part and outer is not None and part[1] == outer.split(".")[0]:
            found[node.first] = part[0].rstrip(" .)")
            parts += 1
        elif whole and outer is None:
            found[node.first] = whole[0].rstrip(" .)")
    unique = len(set(found.values())) == len(found)
    return found if unique and parts >= _ENOUGH else {}
