"""Fields of the board with several options in histories: what people choose, and what a file says.

Two starts in five with a board declare two: Platforms are the file's, Teams are GitHub's. Each
option is a member, as a label or an assignee is.
"""

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.laws.histories.people import Crowd

PLACES = {"Platforms": "platform", "Teams": "team"}
"""The word in places and names for an option of each field."""

OPTIONS = {"Platforms": ("web", "ios", "cli"), "Teams": ("core", "ops")}

FIELDS = """\
{indent}    Platforms: {{type: multi_select, options: [web, ios, cli]}}
{indent}    Teams: {{type: multi_select, options: [core, ops]}}
{indent}ownership: {{Teams: github}}
"""

THEMES = (
    "choose_platforms choose_platforms file:platforms file:platforms sync pull sync",
    "choose_teams choose_teams file:teams sync sync report sync_on_branch merge",
    "choose_platforms choose_teams status file:platforms file:teams file:add close sync"
    " pull sync_unwritten behind",
)
"""What a history with such fields may be about."""

EDITS: dict[str, tuple[object, ...]] = {
    "platforms": (("web",), ("ios", "web"), ("cli",), None),
    "teams": (("core",), ("ops", "core"), None),
}
"""What people write into a file."""


def is_used(number: int) -> bool:
    """Whether the start with this number has a board that declares such fields."""
    return number % 3 != 0 and number % 5 in (0, 4)


def values(dice: random.Random) -> list[tuple[str, object]]:
    """The values of a new item."""
    return [
        (name, value)
        for name, choices in EDITS.items()
        if dice.random() < 0.7 and (value := dice.choice(choices)) is not None
    ]


def _chooses(field: str) -> "Callable[[Crowd, random.Random, int], str]":
    """Choose one option more, or one less."""

    def act(crowd: "Crowd", dice: random.Random, n: int) -> str:
        value = crowd.ann.value(n, field)
        chosen = value if isinstance(value, tuple) else ()
        option = dice.choice(OPTIONS[field])
        now = [each for each in OPTIONS[field] if (each in chosen) != (each == option)]
        crowd.ann.set_value(n, field, tuple(now))
        return f"ann sets {field} of #{n} to {', '.join(now) or 'nothing'}"

    return act


ACTS: "dict[str, Callable[[Crowd, random.Random, int], str]]" = {
    "choose_platforms": _chooses("Platforms"),
    "choose_teams": _chooses("Teams"),
}

QUICK = {"choose_platforms": 6, "choose_teams": 6}
"""How often each act is done while a run is under way, in parts of `people.QUICK`."""
