"""How views are grouped and sorted: GitHub sets that only while a view is created, with REST.

Its GraphQL mutations have no input for it ([R] by introspection in September 2026), and REST cannot
change a view. So a difference of an existing view is something to click, which the plan names.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from backlog_sync.core.normalize import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backlog_sync.core.model import ViewDef
    from backlog_sync.core.observed import ObservedView

ARRANGEMENT = ("group_by", "column_by", "sort_by")
"""The parts of a view that are set only while it is created, apart from its columns."""

_MENU = {"group_by": "Group by", "column_by": "Column by", "sort_by": "Sort by"}
"""GitHub's words for them in the menu of a view."""

_DESCENDING = " desc"
_PAGE = re.compile(r"/((?:orgs|users)/[^/]+)/projects/(\d+)(?:/|$)")

UNGROUPED = ("Title", "Reviewers", "Linked pull requests", "Sub-issues progress")
"""Fields that no view can be grouped by ([D])."""


def sorted_by(name: str) -> tuple[str, str]:
    """Return the field and the direction ("asc" or "desc") in an entry of `sort_by`."""
    if fold(name).endswith(_DESCENDING):
        return name[: -len(_DESCENDING)].rstrip(), "desc"
    return name, "asc"


def board_path(url: str) -> str | None:
    """Return the path of a board in REST, from the address of its page; None for another one."""
    match = _PAGE.search(url)
    return f"/{match[1]}/projectsV2/{match[2]}" if match else None


def differences(view: ViewDef, observed: ObservedView) -> Iterator[tuple[str, str, str]]:
    """Yield GitHub's word for each part that differs, what is declared, and what GitHub has."""
    current = dict(observed.arrangement or ())
    for part, names in view.arrangement if observed.arrangement is not None else ():
        if [*map(_comparable, names)] != [*map(_comparable, current.get(part, ()))]:
            yield _MENU[part], ", ".join(names), ", ".join(current.get(part, ())) or "none"


def words(view: ViewDef) -> str:
    """Return how a view is to be grouped and sorted, as the menu of a view has it."""
    return ", ".join(f"{_MENU[part]}: {', '.join(names)}" for part, names in view.arrangement)


def _comparable(name: str) -> tuple[str, str]:
    field, direction = sorted_by(name)
    return fold(field), direction
