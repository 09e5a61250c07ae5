"""Issue fields in histories: what people set on an issue, what a file says of it, and its places.

One start in five declares five fields: Priority, Size, Start date and Areas are the file's, Notes
are GitHub's. Where there is a board, only members see Size and Areas, so that their base is on the
cards; without one such a field has no base, and everybody sees them.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from github_sandbox import issue_fields
from github_sandbox.actors import Person
from github_sandbox.models import Issue
from github_sandbox.store import Store

if TYPE_CHECKING:
    from tests.laws.histories.people import Crowd
    from tests.laws.histories.world import Place, World

NAMES = {"Priority": "priority", "Size": "size", "Notes": "note", "Start date": "start"}
"""The field of an item for each issue field with a single value."""

AREAS = "Areas"
OPTIONS = ("web", "api", "docs")

SETTINGS = """\
{indent}issue_fields:
{indent}  Priority: {{type: single_select, options: [High, Low]}}
{indent}  Size: number
{indent}  Notes: text
{indent}  Start date: date
{indent}  Areas: multi_select
{indent}ownership: {{Notes: github}}
"""

THEMES = (
    "field_priority field_size field_start file:priority file:size file:start sync pull",
    "field_note field_note field_areas file:note file:areas sync sync report",
    "field_areas field_areas file:areas file:areas sync pull sync",
    "field_size field_areas field_note field_start file:size file:add close reopen sync"
    " report_on_branch merge sync_unwritten",
    "fields_off fields_on file:priority file:note file:areas file:add field_size sync sync pull",
)
"""What a history with issue fields is about."""

EDITS: dict[str, tuple[object, ...]] = {
    "size": (1, 3, 8),
    "note": ("alpha", "beta", "gamma"),
    "start": ("2027-02-01", "2027-03-01"),
    "areas": (("web",), ("web", "api"), ("api", "docs"), None),
}
"""What people write into a file."""


def is_used(number: int) -> bool:
    """Whether the start with this number declares issue fields."""
    return number % 5 == 1


def create(world: "World", *, board: bool) -> None:
    """Give the organization the fields that it lacks."""
    root = Person(world.sandbox, "root", permission="admin")
    seen_by = "ORG_ONLY" if board else "ALL"
    root.add_issue_field("Size", "NUMBER", visibility=seen_by)
    root.add_issue_field("Notes", "TEXT")
    root.add_issue_field(AREAS, "MULTI_SELECT", *OPTIONS, visibility=seen_by)


def values(dice: random.Random) -> list[tuple[str, object]]:
    """The values of a new item."""
    found: list[tuple[str, object]] = []
    for name, choices in EDITS.items():
        if dice.random() < 0.6 and (value := dice.choice(choices)) is not None:
            found.append((name, value))
    return found


def snap(store: Store, issue: Issue) -> Iterator[tuple["Place", object]]:
    """What can be seen of an issue's fields; each option of several has a place of its own."""
    for field in issue_fields.valued_fields(store, issue):
        chosen = issue_fields.chosen(store, issue, field)
        if field.data_type == "MULTI_SELECT":
            yield from (((issue.number, "area", option.name), True) for option in chosen)
        else:
            value = chosen[0].name if chosen else issue.field_values[str(field.id)]
            yield (issue.number, "field", field.name), value


# ---- what people do ---------------------------------------------------------------------------


def _sets(name: str, *choices: object) -> "Callable[[Crowd, random.Random, int], str]":
    def act(crowd: "Crowd", dice: random.Random, n: int) -> str:
        value = dice.choice(choices)
        crowd.ann.set_issue_field(n, name, value)  # type: ignore[arg-type] # one of the choices
        return f"ann sets {name} of #{n} to {value!r}"

    return act


def _switch(*, on: bool) -> "Callable[[Crowd, random.Random, int], str]":
    def act(crowd: "Crowd", _: random.Random, __: int) -> str:
        sandbox = crowd.world.sandbox
        if sandbox.features.issue_fields_enabled == on:
            return ""
        sandbox.features = replace(sandbox.features, issue_fields_enabled=on)
        return f"issue fields are switched {'on' if on else 'off'}"

    return act


ACTS: "dict[str, Callable[[Crowd, random.Random, int], str]]" = {
    "field_priority": _sets("Priority", "High", "Low", "Urgent", None),
    "field_size": _sets("Size", 1, 2, 13, None),
    "field_note": _sets("Notes", "beta", "delta", None),
    "field_start": _sets("Start date", "2027-03-01", "2027-04-01", None),
    "field_areas": _sets(AREAS, ("web",), ("api", "docs"), OPTIONS, None),
    "fields_off": _switch(on=False),
    "fields_on": _switch(on=True),
}

QUICK = {
    "field_priority": 6, "field_size": 6, "field_note": 6, "field_start": 4, "field_areas": 6,
}  # fmt: skip
"""How often each act is done while a run is under way, in parts of `people.QUICK`."""
