"""A backlog to look at, and one of any size: what the report's pictures and bars are made from."""

import random
from datetime import date, timedelta
from typing import Any

from backlog_sync.core.facts import Before, Facts, Link, MilestoneFact, Phase, WorkItem
from backlog_sync.core.planning import Capacity, PlanningSettings, Risk

TODAY = date(2026, 6, 15)
"""A Monday."""

_REPOSITORY = "octo-org/tool-library"
_PHASES = {"x": Phase.DONE, ">": Phase.DOING, " ": Phase.TODO, "-": Phase.DROPPED}
_STATUS = {"x": "Done", ">": "In Progress", " ": "Todo", "-": "Not planned"}

# Mark, key, title, parent, points, hours, added and closed (days before today), what it waits for.
_STORIES = """
x photo     | Take a picture of each tool | shelf | 3 | 10 | 160 | 128 |
x search    | Find a tool by what it is for | shelf | 5 | 22 | 160 | 121 | photo
x state     | See what is out and what is in | shelf | 3 | 12 | 160 | 112 | search
x manual    | Read a tool's manual | shelf | 2 | 6 | 158 | 105 |
x tags      | Print tags for the drawers | shelf | 2 | 5 | 150 | 96 |
x donate    | Offer a tool to the library | gifts | 3 | 11 | 150 | 91 |
x check     | Check a given tool for safety | gifts | 5 | 18 | 150 | 84 | donate
- value     | Estimate what a tool is worth | gifts | 3 | 9 | 140 | 60 |
x reserve   | Reserve a tool for a weekend | lend | 5 | 20 | 140 | 77 | state
x hand-out  | Hand a tool out with its tag | lend | 3 | 12 | 140 | 70 | reserve
x return    | Take a tool back and note its state | lend | 5 | 16 | 140 | 58 | hand-out
x renew     | Keep a tool for one more week | lend | 2 | 8 | 130 | 49 | hand-out
x queue     | Wait in line for a popular tool | lend | 5 | 20 | 130 | 36 | reserve
> remind    | Be reminded the day before | care | 3 | 14 | 120 | | return
x damage    | Report damage with a picture | care | 3 | 12 | 120 | 24 | return
> repair    | Send a tool to the repair bench | care | 5 | 24 | 120 | | damage
  clean     | Ask for a tool to be cleaned | care | 1 | 4 | 100 | |
x join      | Join with a library card | join-up | 3 | 12 | 90 | 14 |
> verify    | Confirm an address by post | join-up | 5 | 18 | 90 | | join
  family    | Share one membership in a household | join-up | 5 | 20 | 90 | | verify
x consent   | Agree to the house rules | join-up | 2 | 6 | 90 | 9 | join
  fee       | Pay the yearly fee online | fees | 8 | 40 | 85 | | verify
  reduced   | Ask for a reduced fee | fees | 3 | 12 | 85 | | fee
  late      | Pay for a late return | fees | 5 | 20 | 80 | | fee, remind
  receipt   | Get a receipt for the tax office | fees | | | 20 | | fee
  refund    | Get a deposit back within a day | fees | 5 | 24 | 80 | | late
  second    | Open the second branch | branches | 8 | 60 | 70 | | refund
  van       | Move tools between branches by van | branches | 8 | 48 | 70 | | second
  stock     | Count the stock of every branch | branches | 5 | 30 | 60 | | second
  hours     | Show each branch's opening hours | branches | 2 | 8 | 60 | |
  volunteers | Plan the volunteers' evening shifts | branches | | | 18 | | second
  figures   | See loans by month and by tool | insight | 5 | 24 | 60 | | stock
  idle      | Find tools that nobody borrows | insight | 3 | 16 | 60 | | figures
  grant     | Write the yearly report for the city | insight | 3 | 20 | 40 | | figures
"""
_TEAM = {
    "shelf": ("catalogue-team", "catalogue"),
    "gifts": ("catalogue-team", "catalogue"),
    "lend": ("lending-team", "lending"),
    "care": ("lending-team", "lending"),
    "join-up": ("platform-team", "members"),
    "fees": ("platform-team", "members"),
    "branches": ("branch-team", "network"),
    "insight": ("branch-team", "network"),
}
_SKILLS = {"fees": ("payments",), "branches": ("logistics",), "insight": ("data",)}
_MILESTONE = {
    "catalogue": "Catalogue opens",
    "lending": "Lending runs",
    "members": "Memberships",
    "network": "Two branches",
}


def facts(**more: Any) -> Facts:
    """A tool library's backlog half a year in: four epics, 46 items, some of everything."""
    items = (*_tops(), *_stories())
    told: dict[str, Any] = {
        "title": "Neighbourhood tool library",
        "repository": _REPOSITORY,
        "today": TODAY,
        "items": _in_order(items),
        "milestones": (
            MilestoneFact("Catalogue opens", date(2026, 3, 31), closed=True),
            MilestoneFact("Lending runs", date(2026, 6, 30), was_due=date(2026, 6, 12)),
            MilestoneFact("Memberships", date(2026, 10, 16)),
            MilestoneFact("Two branches", date(2026, 12, 11)),
        ),
        "planning": PlanningSettings(
            velocity=8,
            hours_per_week=32,
            teams=(
                Capacity("catalogue-team", 24),
                Capacity("lending-team", 32),
                Capacity("platform-team", 24),
                Capacity("branch-team", 40),
            ),
            skills=(Capacity("payments", 4), Capacity("logistics", 24)),
            one_at_a_time=True,
            review_days=60,
        ),
        "board": "octo-org/7",
        "links": (
            Link("repository", _REPOSITORY, f"https://github.com/{_REPOSITORY}"),
            Link("board", "octo-org/7", "https://github.com/orgs/octo-org/projects/7"),
            Link("file", "ROADMAP.md", f"https://github.com/{_REPOSITORY}/blob/HEAD/ROADMAP.md"),
        ),
        "since": date(2026, 5, 18),
        "before": _before(items),
        "reviewed": {
            **{item.key: _day(30) for item in items},
            "network": _day(75),
            "fees": _day(64),
            "late": _day(61),
        },
        "unseen": ("The git history is shallow: nothing is known from before 2026-01-05.",),
    }
    return Facts(**{**told, **more})


def _tops() -> tuple[WorkItem, ...]:
    """The epics and features."""
    law = Risk(
        "The payment provider's review takes longer than a month",
        "likely",
        "high",
        mitigation="Hand in the papers in June",
        contingency="Open with bank transfer only",
        owner="platform-team",
        external=True,
    )
    lease = Risk(
        "The lease of the second branch is signed late",
        "60 %",
        "very high",
        contingency="Start with a pick-up point in the town hall",
        owner="branch-team",
        external=True,
    )
    bench = Risk("Spare parts are out of stock", "medium", "low", mitigation="Keep ten of each")
    epics = (
        ("catalogue", "Everybody finds the right tool", "A tool is found in a minute", ()),
        ("lending", "Tools go out and come back", "Nine of ten tools come back in time", (bench,)),
        ("members", "Members join and pay online", "No cash at the counter", (law,)),
        ("network", "Two branches share their tools", "Twice the tools for a member", (lease,)),
    )
    features = (
        ("shelf", "The shelf online", "catalogue"),
        ("gifts", "Given tools", "catalogue"),
        ("lend", "Lending desk", "lending"),
        ("care", "Care for tools", "lending"),
        ("join-up", "Joining", "members"),
        ("fees", "Fees", "members"),
        ("branches", "Branches", "network"),
        ("insight", "Insight", "network"),
    )
    made = [
        WorkItem(
            key,
            "epic",
            title,
            ref=f"#{n}",
            url=_url(n),
            status="Done" if key == "catalogue" else "In Progress",
            phase=Phase.DONE if key == "catalogue" else Phase.DOING,
            goal=goal,
            risks=risks,
            milestone=_MILESTONE[key],
            added=_day(165),
            closed=_day(84) if key == "catalogue" else None,
            blocked_by=("members",) if key == "network" else (),
        )
        for n, (key, title, goal, risks) in enumerate(epics, 1)
    ]
    made += [
        WorkItem(
            key,
            "feature",
            title,
            parent=parent,
            ref=f"#{n}",
            url=_url(n),
            team=_TEAM[key][0],
            milestone=_MILESTONE[parent],
            added=_day(164),
        )
        for n, (key, title, parent) in enumerate(features, 5)
    ]
    return tuple(made)


def _stories() -> tuple[WorkItem, ...]:
    return tuple(_story(n, line) for n, line in enumerate(_STORIES.strip("\n").splitlines(), 13))


def _story(number: int, line: str) -> WorkItem:
    mark, rest = line[0], line[1:]
    key, title, parent, points, hours, added, closed, waits = (
        part.strip() for part in rest.split("|")
    )
    team, epic = _TEAM[parent]
    over = mark in "x-"
    criteria = 2 + number % 3
    return WorkItem(
        key,
        "story",
        title,
        parent=parent,
        ref=f"#{number}",
        url=_url(number),
        status=_STATUS[mark],
        phase=_PHASES[mark],
        points=float(points) if points else None,
        hours=float(hours) if hours else None,
        priority=("High", "Medium", "Low")[number % 3],
        milestone=_MILESTONE[epic],
        labels=("story", f"area:{epic}"),
        assignees=(team,) if mark in ">x" else (),
        team=team,
        audience="members" if epic == "members" else None,
        skills=_SKILLS.get(parent, ()),
        target=date(2026, 6, 19) if key == "repair" else None,
        added=_day(int(added)),
        closed=_day(int(closed)) if over else None,
        blocked_by=tuple(part.strip() for part in waits.split(",") if part.strip()),
        criteria=criteria,
        ticked=criteria if mark == "x" else 1 if mark == ">" else 0,
    )


def _before(items: tuple[WorkItem, ...]) -> Before:
    """How the file stood four weeks ago: without the newest two, with one that left it since."""
    then = {item.key: item for item in items if item.added is None or item.added < _day(28)}
    then["stamps"] = WorkItem("stamps", "story", "Collect stamps for loans", added=_day(140))
    due = {"Lending runs": MilestoneFact("Lending runs", date(2026, 6, 12))}
    return Before(_day(28), then, due)


def _in_order(items: tuple[WorkItem, ...]) -> tuple[WorkItem, ...]:
    """The items in document order, parents before children."""
    below: dict[str | None, list[WorkItem]] = {}
    for item in items:
        below.setdefault(item.parent, []).append(item)
    found: list[WorkItem] = []
    left = below.get(None, [])[::-1]
    while left:
        found.append(left.pop())
        left += below.get(found[-1].key, [])[::-1]
    return tuple(found)


def big(count: int) -> Facts:
    """So many items: epics of 50 with five features each, on two years, a third of them linked."""
    rng = random.Random(8)
    items: list[WorkItem] = []
    while len(items) < count:
        place = len(items)
        epic, feature = place // 50, place % 50 // 10
        top, middle = f"e{epic}", f"e{epic}-{feature}"
        kind, parent, key = "story", middle, f"s{place}"
        if place % 50 == 0:
            kind, parent, key = "epic", "", top
        elif place % 10 == 1 or place % 50 == 10:
            kind, parent, key = "feature", top, f"f{place}"
            middle = key
        elif items[-1].kind == "feature":
            parent = items[-1].key
        else:
            parent = items[-1].parent or top
        mark = rng.choice("xxxx>     -") if kind == "story" else " "
        leaf = kind == "story"
        items.append(
            WorkItem(
                key,
                kind,
                f"{kind.capitalize()} {place}: lend, return and repair what members need",
                parent=parent or None,
                ref=f"#{place + 1}",
                url=_url(place + 1),
                status=_STATUS[mark] if leaf else None,
                phase=_PHASES[mark],
                points=float(rng.choice((1, 2, 3, 5, 8))) if leaf and rng.random() < 0.9 else None,
                hours=float(rng.choice((4, 8, 16))) if leaf and rng.random() < 0.7 else None,
                priority=rng.choice(("High", "Medium", "Low")) if leaf else None,
                milestone=f"Release {1 + epic % 20}",
                team=f"team-{epic % 5}",
                assignees=(f"team-{epic % 5}",) if mark == ">" else (),
                added=_day(rng.randrange(200, 700)),
                closed=_day(rng.randrange(200)) if mark in "x-" else None,
                blocked_by=(items[-1].key,) if leaf and place % 3 == 0 else (),
                risks=(Risk("It may take longer", "high", "40 %"),) if place % 50 == 0 else (),
                criteria=3,
                ticked=3 if mark == "x" else 0,
            )
        )
    due = tuple(MilestoneFact(f"Release {n}", _day(160 - 40 * n)) for n in range(1, 21))
    return Facts(
        "A very large backlog",
        _REPOSITORY,
        TODAY,
        tuple(items),
        due,
        PlanningSettings(teams=tuple(Capacity(f"team-{n}", 400) for n in range(5))),
        since=_day(30),
    )


def _day(back: int) -> date:
    return TODAY - timedelta(days=back)


def _url(number: int) -> str:
    return f"https://github.com/{_REPOSITORY}/issues/{number}"
