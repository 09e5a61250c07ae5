"""The figures of release notes, computed again from the simulator's raw issues in plain words."""

import random
from dataclasses import dataclass
from datetime import date

import pytest

from backlog_sync.engine.ports import ReadScope
from backlog_sync.reports.gather import gather
from backlog_sync.reports.release_notes import release_notes
from github_sandbox.actors import Person
from github_sandbox.models import Account, Issue
from tests.surface.conftest import REPOSITORY, World

PEOPLE = ("ann", "bo", "cy")


@dataclass
class Planned:
    """What the file says of one item; `milestone` is its own, or that of what is above."""

    key: str
    kind: str
    parent: "Planned | None" = None
    milestone: str = ""
    points: int = 0


def planned(rng: random.Random) -> list[Planned]:
    """Two epics with a feature each, stories with and without tasks, bugs and chores."""
    items: list[Planned] = []

    def add(kind: str, parent: Planned | None, *, points: bool = False) -> Planned:
        own = rng.choice(("", "", "v1", "v2"))
        milestone = own or (parent.milestone if parent else "")
        size = rng.choice((0, 1, 2, 3, 5)) if points else 0
        items.append(Planned(f"i{len(items)}", kind, parent, milestone, size))
        return items[-1]

    for _ in range(2):
        epic = add("epic", None)
        feature = add("feature", epic)
        for parent in (epic, feature, feature):
            story = add("story", parent, points=True)
            if rng.random() < 0.5:
                story.points = 0
                for _ in range(rng.randint(1, 2)):
                    add("task", story, points=True)
        add(rng.choice(("bug", "chore", "task")), rng.choice((epic, feature)), points=True)
    return items


def written(items: list[Planned]) -> str:
    """The items as a backlog."""

    def lines(parent: Planned | None, indent: str) -> list[str]:
        below = [one for one in items if one.parent is parent]
        text: list[str] = []
        for one in below:
            text += [f"{indent}- id: {one.key}", f"{indent}  title: Title {one.key}"]
            text += [f"{indent}  kind: {one.kind}"]
            text += [f"{indent}  milestone: {one.milestone}"] if one.milestone else []
            text += [f"{indent}  story_points: {one.points}"] if one.points else []
            children = lines(one, indent + "    ")
            text += [f"{indent}  items:", *children] if children else []
        return text

    return "\n".join(["items:", *lines(None, "  "), ""])


def expected(world: World, items: list[Planned], milestone: str) -> dict[str, object]:
    """By entry: its points, merged pull requests and people; and how many entries are open."""
    store, home = world.sandbox.store, world.sandbox.repository(REPOSITORY)
    issues = store.issues[home.id].values()
    raw = {one.key: next(i for i in issues if i.title == f"Title {one.key}") for one in items}
    parents = {one.parent.key for one in items if one.parent}

    def is_done(one: Planned) -> bool:
        issue = raw[one.key]
        return issue.state == "CLOSED" and issue.state_reason == "COMPLETED"

    def is_part(one: Planned) -> bool:
        above = one.parent
        if above is None or above.kind in ("epic", "feature"):
            return False
        dropped = raw[above.key].state == "CLOSED" and not is_done(above)
        return above.milestone == one.milestone and not dropped

    def merged(issue: Issue) -> list[Issue]:
        pulls = [store.get(Issue, number) for number in issue.closing_pulls]
        return [pull for pull in pulls if pull.merged_at]

    found: dict[str, object] = {"open": 0}
    for one in items:
        heading = one.kind in ("epic", "feature") and one.key in parents
        if heading or is_part(one) or one.milestone != milestone:
            continue
        found["open"] = int(str(found["open"])) + (raw[one.key].state == "OPEN")
        if not is_done(one):
            continue
        parts = [one, *(each for each in items if each.parent is one and is_part(each))]
        pulls = [pull for each in parts for pull in merged(raw[each.key])]
        people = {store.get(Account, pull.author).login for pull in pulls if pull.author}
        people = people or {
            store.get(Account, login).login for each in parts for login in raw[each.key].assignees
        }
        leaves = [each for each in parts if each.key not in parents and is_done(each)]
        points = sum(each.points for each in leaves)
        found[one.key] = (points, {pull.number for pull in pulls}, people)
    return found


@pytest.mark.parametrize("seed", range(4))
def test_the_notes_of_a_milestone_are_what_is_on_github(world: World, seed: int) -> None:
    """Whatever people close, drop, reopen, merge and assign: entries, sums, open ones agree."""
    rng = random.Random(seed)
    items = planned(rng)
    world.write(written(items))
    world.sync()
    desired = world.desired()
    people = [Person(world.sandbox, name, repository=REPOSITORY) for name in PEOPLE]
    scope = ReadScope.for_backlog(desired, full=True, pull_requests=True)
    seen = 0
    for _ in range(8):
        for _ in range(8):
            number, person = rng.randint(1, len(items)), rng.choice(people)
            match rng.randrange(5):
                case 0:
                    text = rng.choice(("closes", "see"))
                    pull = person.open_pull_request("Change", f"{text} #{number}")
                    if rng.random() < 0.8:
                        person.merge(pull.number)
                case 1:
                    person.assign(number, rng.choice(PEOPLE))
                case 2:
                    person.close(number, "not_planned")
                case 3 if person.issue(number).state == "CLOSED":
                    person.reopen(number)
                case _:
                    person.close(number)
        observed = world.tracker(read_only=True).observe(scope)
        facts = gather(desired, observed, today=date.fromisoformat(world.today))
        for milestone in ("v1", "v2"):
            notes = release_notes(facts, milestone)
            found: dict[str, object] = {
                entry.item.key: (
                    entry.points,
                    {int(pull.ref[1:]) for pull in entry.pull_requests},
                    set(entry.people),
                )
                for entry in notes.entries
            }
            assert {"open": len(notes.open), **found} == expected(world, items, milestone)
            seen += len(found)
    assert seen > 5
