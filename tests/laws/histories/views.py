"""The board's views and texts in histories: what people do on the board, and what a file declares.

One start in seven declares three views, a description and the visibility; all others have a board
with the views that every new one gets, which are nobody's but people's, or no board.
"""

import random
import re
from collections import Counter
from typing import TYPE_CHECKING

from github_sandbox import board_views
from github_sandbox.models import Project, View
from github_sandbox.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.laws.histories.model import Model
    from tests.laws.histories.people import Crowd
    from tests.laws.histories.world import Place, Seen

KINDS = ("view", "project")
"""What their places begin with; then comes the id, and the part."""

SETTINGS = """\
{indent}  description: What we build
{indent}  public: false
{indent}  views:
{indent}    - {{name: Bugs, layout: table, filter: "label:bug"}}
{indent}    - {{name: Work, layout: board}}
{indent}    - {{name: Plan, layout: roadmap}}
"""

THEMES = (
    "view_rename view_layout view_filter view_add file:view_layout file:view_filter sync pull sync",
    "view_delete view_rename view_add view_filter file:view_add file:view_gone sync sync plan",
    "board_text board_public view_layout file:board_text sync pull report sync",
    "view_rename view_layout delete file:add close file:view_layout report_on_branch merge sync",
)
"""What a history with views is about."""

_VIEW = re.compile(r"(?m)^ *- \{name: (?P<name>[^,}]+), layout:[^}]*\}\n")


def is_used(number: int) -> bool:
    """Whether the start with this number declares views; it has a board and no issue fields."""
    return number % 5 == 2 and number % 3 != 0


def snap(store: Store, board: Project) -> "Iterator[tuple[Place, object]]":
    """What can be seen of a board itself and of its views."""
    yield ("project", board.id, "description"), board.short_description or ""
    yield ("project", board.id, "public"), board.public
    for view in board_views.views_of(store, board):
        yield ("view", view.id, "name"), view.name
        yield ("view", view.id, "layout"), view.layout.removesuffix("_LAYOUT").lower()
        yield ("view", view.id, "filter"), view.filter or ""


def doubled(seen: "Seen") -> list[str]:
    """The names of which the tool made a view although there was one."""
    views = {p: value for p, value in seen.after.items() if p[::2] == ("view", "name")}
    counts = Counter(views.values())
    names = {views[place] for place in seen.made & views.keys() if place not in seen.before}
    return sorted(str(name) for name in names if counts[name] > 1)


def judge(model: "Model", seen: "Seen", place: "Place", old: object, new: object) -> None:
    """What people changed is set back only as drift, and what they renamed is not made anew."""
    told = any(each.get("kind") == place[0] for each in seen.plan.get("drift", ()))
    if new is None or told or "--on-conflict" in seen.flags:
        return
    agreed = model.definitions.get(place)
    if old is None and place[::2] == ("view", "name") and not model.pulled:
        known = {p: v for p, v in model.definitions.items() if p[::2] == place[::2] and new in v}
        renamed = [p for p, values in known.items() if seen.before.get(p, new) not in values]
        lost = any((n, "state") not in seen.before for n in model.numbers.values())
        if renamed and not lost:  # else the record may have gone with an issue
            model.fail(seen, f"the view {new!r} was made anew, and people had renamed it")
    elif old is not None and agreed is not None and old not in agreed:
        model.fail(seen, f"{place}: people's {old!r} became {new!r} without a drift line")


def is_in_file(text: str, place: "Place", value: object) -> bool:
    """Whether a file has this value of a view or of the board."""
    return place[0] in KINDS and str(value).lower() in text.lower()


# ---- what people do ---------------------------------------------------------------------------


def _views(crowd: "Crowd") -> list[View]:
    board = crowd.world.board()
    return board_views.views_of(crowd.world.sandbox.store, board) if board else []


def _rename(crowd: "Crowd", dice: random.Random, _: int) -> str:
    view = dice.choice(_views(crowd))
    old, crowd.count = view.name, crowd.count + 1
    crowd.ann.edit_view(old, new_name=f"{old.split(' ')[0]} {crowd.count}")
    return f"ann renames the view {old} to {view.name}"


def _layout(crowd: "Crowd", dice: random.Random, _: int) -> str:
    view, layout = dice.choice(_views(crowd)), dice.choice(["table", "board", "roadmap"])
    crowd.bob.edit_view(view.name, layout=layout)
    return f"bob makes the view {view.name} a {layout}"


def _filter(crowd: "Crowd", dice: random.Random, _: int) -> str:
    view, query = dice.choice(_views(crowd)), dice.choice(["is:open", "label:ui", ""])
    crowd.ann.edit_view(view.name, filter_query=query)
    return f"ann filters the view {view.name} by {query!r}"


def _add(crowd: "Crowd", dice: random.Random, _: int) -> str:
    crowd.count += 1
    name = dice.choice(["Mine", "Late"]) + f" {crowd.count}"
    crowd.bob.add_view(name, dice.choice(["table", "board"]))
    return f"bob adds the view {name}"


def _delete(crowd: "Crowd", dice: random.Random, _: int) -> str:
    name = dice.choice(_views(crowd)).name
    crowd.bob.delete_view(name)
    return f"bob deletes the view {name}"


def _text(crowd: "Crowd", _: random.Random, __: int) -> str:
    crowd.count += 1
    crowd.ann.edit_board(short_description=f"What we built {crowd.count}")
    return f"ann changes the board's description to What we built {crowd.count}"


def _public(crowd: "Crowd", _: random.Random, __: int) -> str:
    board = crowd.world.board()
    if board is None:
        return ""
    crowd.bob.edit_board(public=not board.public)
    return f"bob makes the board {'public' if board.public else 'private'}"


ACTS: "dict[str, Callable[[Crowd, random.Random, int], str]]" = {
    "view_rename": _rename,
    "view_layout": _layout,
    "view_filter": _filter,
    "view_add": _add,
    "view_delete": _delete,
    "board_text": _text,
    "board_public": _public,
}


# ---- what people write into a file ------------------------------------------------------------


def edited(text: str, what: str, dice: random.Random, count: int) -> tuple[str, str]:
    """The file's text with other views or another description, and what was done in words."""
    found = list(_VIEW.finditer(text))
    if what == "board_text":
        new = re.sub(r"(?m)^( *description: )What we .*$", rf"\g<1>What we plan {count}", text)
        return new, f"in the file, the board is what we plan {count} now"
    if not found:
        return text, ""
    view = dice.choice(found)
    line, name = view[0], view["name"]
    match what:
        case "view_layout":
            layout = dice.choice(["table", "board", "roadmap"])
            new_line = re.sub(r"layout: \w+", f"layout: {layout}", line)
        case "view_filter":
            query = dice.choice(["is:open", "label:api"])
            new_line = re.sub(r", filter: (?:\"[^\"]*\"|[^,}]*)", "", line)
            new_line = new_line.replace("}\n", f', filter: "{query}"}}\n')
        case "view_add":
            indent = line[: line.index("-")]
            new_line = f"{line}{indent}- {{name: New {count}, layout: table}}\n"
        case _:
            new_line = "" if len(found) > 1 else line
    words = new_line.strip() or f"no view {name}"
    return text.replace(line, new_line, 1), f"in the file there is {words!r} now"


FILE = ("view_layout", "view_filter", "view_add", "view_gone", "board_text")
"""The edits of a file."""
