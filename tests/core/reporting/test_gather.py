"""The facts of a report: what the file plans, what GitHub knows, what git remembers."""

from dataclasses import replace
from datetime import date

from backlog_sync.core.facts import Facts, Phase
from backlog_sync.core.model import Hole, MilestoneDef
from backlog_sync.core.observed import ObservedMilestone
from backlog_sync.core.rollup import outline, sums, total
from backlog_sync.reports.gather import Remembered, gather
from tests.core.builders import BOARD, STRANGER, desired, item, link, managed, observed

TODAY = date(2026, 3, 10)
STORY = item("s", "Story", labels=("story",), assignees=("ada",), criteria={"a": False, "b": True})


def of(facts: Facts, key: str) -> dict[str, object]:
    """What is known of one item."""
    (found,) = [each for each in facts.items if each.key == key]
    return {name: getattr(found, name) for name in found.__slots__}


def test_what_github_knows_stands_before_what_the_file_says() -> None:
    """Labels and people as they are there; days by the issue; ticks of both."""
    there = managed(
        STORY, 4, labels=("Story", "more"), assignees=("bob",), state="closed",
        created_at="2026-01-02T03:04:05Z", closed_at="2026-02-03T04:05:06Z",
    )  # fmt: skip
    known = of(gather(desired(STORY), observed(there), today=TODAY), "s")
    assert (known["labels"], known["assignees"]) == (("Story", "more"), ("bob",))
    assert (known["added"], known["closed"]) == (date(2026, 1, 2), date(2026, 2, 3))
    assert (known["ref"], known["url"]) == ("#4", there.url)
    assert known["ticked"] == 1
    again = replace(there, state="open", labels=(), assignees=())
    known = of(gather(desired(STORY), observed(again), today=TODAY), "s")
    assert (known["labels"], known["assignees"], known["closed"]) == (("story",), ("ada",), None)


def test_boxes_that_people_wrote_count_if_the_file_has_no_criteria() -> None:
    """Of authors who may write, outside of code and of our block; nobody else's ticks are read."""
    boxes = "- [x] fast\n- [ ] small\n\n```\n- [x] code\n```\n"
    plain = item("p", "Plain", issue=5)
    made = managed(plain, 5)
    there = replace(made, body=f"{boxes}\n{made.body}\n\n1. [X] below\n")
    known = of(gather(desired(plain), observed(there), today=TODAY), "p")
    assert (known["ticked"], known["criteria"]) == (2, 3)
    assert [each.text for each in known["checklist"]] == ["fast", "small", "below"]  # type: ignore[attr-defined]
    theirs = replace(there, author=STRANGER)
    known = of(gather(desired(plain), observed(theirs), today=TODAY), "p")
    assert (known["ticked"], known["criteria"]) == (0, 0)
    own = managed(STORY, 4)
    known = of(
        gather(desired(STORY), observed(replace(own, body=boxes + own.body)), today=TODAY), "s"
    )
    assert (known["ticked"], known["criteria"]) == (1, 2)


def test_sub_issues_that_are_not_items_are_counted_by_state() -> None:
    """Of inner items and of leaves; the sums have them next to what is planned."""
    epic, story = item("e", "Epic", kind="epic"), item("s", "Story", parent="e")
    there = observed(
        replace(
            managed(epic, 1), children=("I_2", "I_7", "I_8"), child_states={"I_7": "completed"}
        ),
        replace(managed(story, 2, parent=link(1)), children=("I_9",)),
    )
    facts = gather(desired(epic, story), there, today=TODAY)
    assert [(each.outside, each.outside_closed) for each in facts.items] == [(2, 1), (1, 0)]
    tree = outline(facts.items)
    whole, of_epic = total(tree), sums(tree)["e"]
    assert (whole.not_in_plan, whole.not_in_plan_closed, whole.total) == (3, 1, 1)
    assert (of_epic.not_in_plan, of_epic.not_in_plan_closed) == (3, 1)


def test_addresses_lead_to_github_or_to_the_simulator_s_pages() -> None:
    """The repository, the board, the files and the issues; the simulator shows no files."""
    there = observed(managed(STORY, 4), project=BOARD)
    plan = desired(STORY, sources=("docs/My plan.md",))
    facts = gather(plan, there, today=TODAY)
    home = "https://github.com/octo-org/widgets"
    assert [(link.kind, link.url) for link in facts.links if link.kind != "board"] == [
        ("repository", home),
        ("file", f"{home}/blob/HEAD/docs/My%20plan.md"),
    ]
    served = gather(plan, there, today=TODAY, pages="http://127.0.0.1:8123/")
    assert [link.url for link in served.links if link.kind != "board"] == [
        "http://127.0.0.1:8123/octo-org/widgets",
        None,
    ]
    assert str(of(served, "s")["url"]).startswith("http://127.0.0.1:8123/octo-org/widgets/issues")


def test_a_report_is_named_after_the_board_or_the_document() -> None:
    """A heading that is an item is none of the document; without any it is the repository."""

    def title(text: str, **more: object) -> str:
        return gather(desired(**more, texts=(("R.md", text),)), observed(), today=TODAY).title

    assert title("---\na: b\n# c\n---\n\n# Shop roadmap #\n\n# Other\n") == "Shop roadmap"
    assert title("Text\n\n# Shop\n") == "octo-org/widgets"
    epic = replace(item("e"), place=replace(item("e").place, path="R.md", line=1))
    plan = replace(desired(epic), texts=(("R.md", "# Epic: E\n"),))
    assert gather(plan, observed(), today=TODAY).title == "octo-org/widgets"


def test_an_item_without_an_issue_is_what_the_file_says() -> None:
    """Git knows since when it is there."""
    day = date(2025, 12, 1)
    facts = gather(desired(STORY), observed(), today=TODAY, remembered=Remembered({"s": day}))
    known = of(facts, "s")
    assert (known["ref"], known["added"], known["labels"]) == (None, day, ("story",))


def test_blockers_are_ours_or_somebody_else_s() -> None:
    """A number that is an item's issue goes by its key; others are waited for outside."""
    items = (item("a"), item("b", blocked_by=("a", "octo-org/widgets#1", "octo-org/other#5")))
    facts = gather(desired(*items), observed(managed(items[0], 1)), today=TODAY)
    assert of(facts, "b")["blocked_by"] == ("a", "a")
    assert of(facts, "b")["waits_for"] == ("octo-org/other#5",)


def test_blockers_that_only_github_has_are_known_with_their_state() -> None:
    """Each once: not what the file declares, and none elsewhere that is known to be closed."""
    other = "octo-org/other"
    items = (item("a"), item("b", blocked_by=("a", f"{other}#5", f"{other}#6")), item("c"))
    found = (link(5, other, "open"), link(6, other, "closed"))
    more = (link(7, other, "open"), link(8, other, "closed"))
    there = observed(
        managed(items[0], 1),
        managed(items[1], 2, blocked_by=(link(1), link(3), link(4), *found, *more)),
        managed(items[2], 3, state="closed"),
    )
    known = of(gather(desired(*items), there, today=TODAY), "b")
    assert known["blocked_by"] == ("a",)
    assert known["waits_for"] == (f"{other}#5",)
    assert known["linked"] == ("c", "#4", f"{other}#7")


def test_an_item_that_is_not_on_github_is_as_far_as_the_file_says() -> None:
    """Its status there, and whether it is held."""
    hole = Hole("<title>", item("a").place)
    items = (item("a", board={"Status": "In Progress"}), replace(item("b"), holes=(hole,)))
    facts = gather(desired(*items), observed(), today=TODAY)
    assert [one.phase for one in facts.items] == [Phase.DOING, Phase.TODO]
    assert "placeholder" in str(of(facts, "b")["held"])


def test_milestones_have_the_file_s_day_or_github_s() -> None:
    """A day that is none is no day; one that is closed there is closed."""
    wanted = desired(milestones=(
        MilestoneDef("A", "2026-04-01"), MilestoneDef("B"), MilestoneDef("C", "soon"),
        MilestoneDef("D"),
    ))  # fmt: skip
    there = observed(milestones=(
        ObservedMilestone("1", 1, "a", due="2027-01-01"),
        ObservedMilestone("2", 2, "B", due="2026-05-01T00:00:00Z", state="closed"),
    ))  # fmt: skip
    found = gather(wanted, there, today=TODAY).milestones
    assert [(each.title, each.due, each.closed) for each in found] == [
        ("A", date(2026, 4, 1), False), ("B", date(2026, 5, 1), True), ("C", None, False),
        ("D", None, False),
    ]  # fmt: skip


def test_what_cannot_be_seen_is_told() -> None:
    """By git, of the board, of other repositories."""
    there = observed(project_problem="no rights", out_of_reach={"octo-org/away": "not found"})
    facts = gather(
        desired(STORY, project=BOARD), there, today=TODAY, remembered=Remembered(unseen=("git",))
    )
    assert facts.unseen == (
        "git", "The board is out of reach: no rights.",
        "octo-org/away is out of reach: not found.",
    )  # fmt: skip
    assert (facts.title, facts.board) == ("Widgets", "octo-org/Widgets")
    assert gather(desired(STORY), there, today=TODAY).title == "octo-org/widgets"


def test_the_file_of_then_is_held_against_now_by_number() -> None:
    """A key may have been changed meanwhile; without a day nothing is compared."""
    there = observed(managed(STORY, 4))
    old = desired(item("old-key", "Old words", issue=4), item("gone"),
                  milestones=(MilestoneDef("A", "2026-01-01"),))  # fmt: skip
    now = desired(replace(STORY, issue=item("x", issue=4).issue))
    then = Remembered(then=old)
    facts = gather(now, there, today=TODAY, since=date(2026, 2, 1), remembered=then)
    assert facts.before is not None
    assert sorted(facts.before.items) == ["gone", "s"]
    assert facts.before.items["s"].title == "Old words"
    assert facts.before.milestones["A"].due == date(2026, 1, 1)
    assert gather(now, there, today=TODAY, remembered=then).before is None


def test_ticks_of_github_and_of_the_file_both_count() -> None:
    """A box that was ticked there shows here before the file says it."""
    there = managed(STORY, 4)
    ticked = replace(there, body=there.body.replace("- [ ] a", "- [x] a"))
    assert ticked.body != there.body
    assert of(gather(desired(STORY), observed(there), today=TODAY), "s")["ticked"] == 1
    assert of(gather(desired(STORY), observed(ticked), today=TODAY), "s")["ticked"] == 2
