"""Issues that an older reading wrote, and items that are called otherwise now."""

import itertools
import random

import pytest

from backlog_sync.core.change_kinds import Action, ChangeKind
from backlog_sync.core.likeness import Likeness, Titles
from backlog_sync.core.matching import Matches, match_items
from backlog_sync.core.model import DesiredItem
from backlog_sync.core.observed import ObservedIssue
from backlog_sync.core.options import PlanOptions
from backlog_sync.core.planner import build_plan
from tests.core.builders import backlog, by_reader, desired, item, managed, observed


def matched(items: list[DesiredItem], *issues: ObservedIssue, reader: int = 0) -> Matches:
    """What is found for items of issues that this version of the reading wrote."""
    return match_items(desired(*items), observed(*by_reader(issues, reader)))


def numbers(found: Matches) -> dict[str, int]:
    """The numbers of the issues by key."""
    return {key: match.issue.number for key, match in found.by_key.items()}


@pytest.mark.parametrize(
    ("old", "new", "likeness"),
    [
        ("Lockers — COMPLETE", "Lockers", Likeness.REDUCED),
        ("Lockers - 100%", "Lockers", Likeness.REDUCED),
        ("Lockers (#11)", "Lockers", Likeness.REDUCED),
        ("[ABC-1] Lockers", "Lockers", Likeness.REDUCED),
        ("US-012 Lockers", "Lockers", Likeness.REDUCED),
        ("Story 1.2: Lockers [P1] — done", "Lockers", Likeness.REDUCED),
        ("Étape 3 : Vestiaires", "Vestiaires", Likeness.REDUCED),
        ("3. Lockers", "Lockers", Likeness.REDUCED),
        ("Lockers: every door gets one", "Lockers", Likeness.REDUCED),
        ("[Lockers](https://example.org/1)", "Lockers", Likeness.SAME),
        ("✅ ~~Lockers~~", "**lockers**", Likeness.SAME),
        ("Lockers for every door", "Lockers", Likeness.BEGUN),
        ("Lockers", "Lockers for every door", Likeness.BEGUN),
        ("Lockers", "Lockers — COMPLETE", Likeness.BEGUN),
        ("Lockers (old)", "Lockers (new)", None),
        ("Lockers", "Lock", None),
        ("Lockers", "Doors", None),
        ("Lockers", "— !", None),
    ],
)
def test_how_sure_two_titles_name_one_thing(old: str, new: str, likeness: Likeness | None) -> None:
    """A title that lost a number, a status or a remark is surer than one that begins alike."""
    assert Titles([(1, old)]).like(new).get(1) == likeness


@pytest.mark.parametrize(
    ("key", "title"),
    [
        ("story-1.2", "Lockers — COMPLETE"),
        ("story-1.2", "Lockers for every door"),
        ("task-1.2", "Lockers"),
        ("story-1.2", "Lockers (#11)"),
        ("epic-lockers-0123abcd", "Story 1.2: Lockers"),
    ],
)
@pytest.mark.parametrize("parent", [None, "hub"])
def test_another_key_and_title_find_the_issue(key: str, title: str, parent: str | None) -> None:
    """Of an older reading, below whatever parent it was; of the present one nothing is guessed."""
    hub = item("hub", "House")
    old, new = item(key, title), item("task-9", "Lockers", parent=parent)
    hub_issue, issue = managed(hub, 1), managed(old, 2)
    assert numbers(matched([hub, new], hub_issue, issue)) == {"hub": 1, "task-9": 2}
    if title != "Lockers" or parent:
        assert "task-9" not in numbers(matched([hub, new], hub_issue, issue, reader=2))


def test_a_key_that_went_to_another_item_is_no_reason() -> None:
    """An item more at the beginning moved all numbers on, and each title lost its status."""
    old = [item(f"story-{n}", f"{name} — DONE") for n, name in enumerate(("Doors", "Walls"), 1)]
    new = [item(f"story-{n}", name) for n, name in enumerate(("Preface", "Doors", "Walls"), 1)]
    found = matched(new, *backlog(*old))
    assert numbers(found) == {"story-2": 1, "story-3": 2}
    assert found.held == {}


def test_what_only_begins_alike_and_whose_key_moved_on_is_held() -> None:
    """Either may be the issue's: nothing is created, retitled or told to be an orphan."""
    old = [item("story-1", "Doors for all rooms")]
    new = [item("story-1", "Preface"), item("story-2", "Doors")]
    there = observed(*by_reader(backlog(*old), 0))
    found = match_items(desired(*new), there)
    assert (numbers(found), found.orphans) == ({}, ())
    assert set(found.held) == {"story-1", "story-2"}
    hold = found.held["story-2"]
    assert "an earlier version of backlog may have made #1 from it" in hold.reason
    assert "write `issue: 1`" in hold.hint
    assert "ignore_issues: [1]" in hold.hint
    plan = build_plan(desired(*new), there, PlanOptions(prune=True))
    assert plan.changes == ()
    numbered = [item("story-1", "Preface"), item("story-2", "Doors", issue=1)]
    assert numbers(match_items(desired(*numbered), there)) == {"story-2": 1}


def test_the_key_decides_where_its_issue_is_free() -> None:
    """A title that only begins as another issue's does not take that one instead."""
    old = [item("story-1", "Doors"), item("story-2", "Paint")]
    found = matched([item("story-2", "Doors for all")], *backlog(*old))
    assert numbers(found) == {"story-2": 2}


def test_more_than_one_candidate_is_held() -> None:
    """Two issues for one item, or two items for one issue."""
    old = [item("a", "Doors (front)"), item("b", "Doors (back)")]
    found = matched([item("c", "Doors")], *backlog(*old))
    assert (numbers(found), set(found.held), found.orphans) == ({}, {"c"}, ())
    assert "one of #1, #2" in found.held["c"].reason
    found = matched([item("c", "Doors"), item("d", "Doors", kind="task")], managed(old[0], 1))
    assert (numbers(found), set(found.held), found.orphans) == ({}, {"c", "d"}, ())


def test_the_parent_tells_two_candidates_apart() -> None:
    """Each epic has an item of that title."""
    epics = [item("e-1", "House"), item("e-2", "Shed")]
    old = [
        *epics,
        item("s-1", "Doors — DONE", parent="e-1"),
        item("s-2", "Doors — DONE", parent="e-2"),
    ]
    new = [*epics, item("t-1", "Doors", parent="e-1"), item("t-2", "Doors", parent="e-2")]
    assert numbers(matched(new, *backlog(*old))) == {"e-1": 1, "e-2": 2, "t-1": 3, "t-2": 4}


def test_an_issue_of_a_deeper_item_is_left_to_it() -> None:
    """A new container that begins alike does not take what a story below has."""
    story = item("story-1", "Doors for all rooms", parent="e-1")
    old = [item("e-1", "House"), story]
    new = [item("doors", "Doors"), *old]
    found = matched(new, *backlog(*old))
    assert numbers(found) == {"e-1": 1, "story-1": 2}
    assert found.held == {}


def test_what_was_dropped_is_no_candidate() -> None:
    """An issue that was closed as not planned, and one whose item was gone at the last sync."""
    dropped = managed(item("a", "Doors — DONE"), 1, state="closed", state_reason="not_planned")
    found = matched([item("b", "Doors")], dropped)
    assert (numbers(found), found.held) == ({}, {})
    done = managed(item("a", "Doors — DONE"), 1, state="closed", state_reason="completed")
    assert numbers(matched([item("b", "Doors")], done)) == {"b": 1}


def test_done_items_that_are_not_created_are_not_held() -> None:
    """There is nothing to be made twice."""
    old = [item("a", "Doors (front)"), item("b", "Doors (back)")]
    found = matched([item("c", "Doors", state="closed")], *backlog(*old))
    assert found.held == {}


NAMES = ("Lockers", "Doors", "Paint the walls", "Heating", "A roof", "Windows")
WORSE = ("{}", "{} — COMPLETE", "{} (#7)", "Story {n}: {}", "{} for all of the house", "✅ {}")


@pytest.mark.parametrize("seed", range(60))
def test_an_upgrade_creates_nothing_that_is_there(seed: int) -> None:
    """Whatever of keys, kinds, numbers and titles is read otherwise: at most it is held."""
    rng = random.Random(seed)
    names = rng.sample(NAMES, rng.randint(2, len(NAMES)))
    old = [
        item(f"story-{n}", rng.choice(WORSE).format(name, n=n)) for n, name in enumerate(names, 1)
    ]
    shift, kind = rng.randint(0, 2), rng.choice(("story", "task"))
    more = [item(f"{kind}-{n}", f"Preface {n}") for n in range(1, shift + 1)]
    read = [
        item(f"{kind}-{n + shift}", name, kind=kind, labels=(kind,))
        for n, name in enumerate(names, 1)
    ]
    wanted, issues = desired(*more, *read), by_reader(backlog(*old), 0)
    found = match_items(wanted, observed(*issues))
    for number, each in enumerate(read, 1):
        assert each.key in found.held or numbers(found)[each.key] == number
    plan = build_plan(wanted, observed(*issues), PlanOptions(prune=True))
    changes = [c for c in plan.changes if c.kind is ChangeKind.ISSUE]
    created = {c.key for c in changes if c.action is Action.CREATE}
    assert created <= {each.key for each in more}
    assert not any(c.action is Action.CLOSE for c in changes)
    assert plan.orphans == ()


def test_it_costs_no_more_than_items_and_issues() -> None:
    """Pairs are never compared: a thousand of each are found at once."""
    count = 1_000
    letters = ["".join(each) for each in itertools.product("abcdefghij", repeat=3)]
    old = [managed(item(f"s-{n}", f"{letters[n]} door — DONE"), n + 1) for n in range(count)]
    new = [item(f"t-{n}", f"{letters[n]} door") for n in range(count)]
    assert numbers(matched(new, *old)) == {f"t-{n}": n + 1 for n in range(count)}
