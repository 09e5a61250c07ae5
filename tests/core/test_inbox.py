"""Which new issues are taken into the files: never those of strangers that nobody asked for."""

import random
from dataclasses import replace
from typing import Any

import pytest

from backlog_sync.core.diagnostics import Place
from backlog_sync.core.inbox import (
    Inbox,
    IssueForm,
    authors_to_ask,
    choose,
    issues_to_ask,
    unknown_selectors,
)
from backlog_sync.core.model import DesiredItem, DesiredState, InboxSettings, IssueHint, IssueRef
from backlog_sync.core.model import Settings as CoreSettings
from backlog_sync.core.observed import Actor, BoardItem, ObservedIssue, ObservedState, Triaged
from tests.core.builders import desired, issue, item, link, observed

WRITER = Actor("U_ann", "ann", "MEMBER")
TRIAGER = Actor("U_tri", "tri", "COLLABORATOR")
STRANGER = Actor("U_mal", "mallory", "NONE")
PERMISSIONS = {"ann": "WRITE", "tri": "TRIAGE"}
IDEA = InboxSettings(labels=("idea",))
FORM = IssueForm(("bug.yml", "bug", "Bug report"), ("What happened?", "Version"))
OF_FORM = "### What happened?\n\nIt broke.\n\n### Version\n\n1.2\n"


def plan(*items: DesiredItem, inbox: InboxSettings = IDEA, **more: object) -> DesiredState:
    """A backlog with an inbox."""
    settings = CoreSettings(inbox=inbox, **more)  # type: ignore[arg-type] # its own parts
    return desired(*items, settings=settings)


def seen(*issues: ObservedIssue, **more: object) -> ObservedState:
    """GitHub with these issues, and who may write."""
    return replace(observed(*issues), permissions=PERMISSIONS, **more)  # type: ignore[arg-type]


def idea(number: int, title: str = "Export", **more: Any) -> ObservedIssue:
    """An issue of somebody who may write, with the label."""
    return issue(number, title, **{"labels": ("idea",), "author": WRITER, **more})


def numbers(inbox: Inbox) -> list[int]:
    """The issues that are taken."""
    return [each.item.issue.number for each in inbox.taken]


@pytest.mark.parametrize(
    ("inbox", "there"),
    [
        (InboxSettings(labels=("Idea",)), {"labels": ("idea",)}),
        (InboxSettings(milestones=("v2",)), {"milestone": "v2", "labels": ()}),
        (InboxSettings(types=("bug",)), {"issue_type": "Bug", "labels": ()}),
        (InboxSettings(forms=("bug.yml",)), {"body": OF_FORM, "labels": ()}),
        (InboxSettings(forms=("bug report",)), {"body": OF_FORM, "labels": ()}),
        (InboxSettings(writers=True), {"labels": ()}),
        (InboxSettings(authors=("Ann",)), {"labels": ()}),
    ],
)
def test_any_selector_takes_an_issue_of_somebody_who_may_write(
    inbox: InboxSettings, there: dict[str, Any]
) -> None:
    """And without it, it is not even listed."""
    found = choose(plan(inbox=inbox), seen(idea(31, **there)), [FORM])
    assert numbers(found) == [31]
    assert found.taken[0].reason.endswith("by ann")
    assert choose(plan(inbox=inbox), seen(issue(31, author=WRITER)), [FORM]).left == ()
    other = choose(plan(inbox=InboxSettings(labels=("x",))), seen(idea(31, **there)), [FORM])
    assert (other.taken, other.left) == ((), ())


@pytest.mark.parametrize("author", [STRANGER, TRIAGER, None])
def test_what_comes_with_the_opening_takes_no_issue_of_a_stranger(author: Actor | None) -> None:
    """A form puts labels and a type on it in the author's name, whoever that is."""
    inbox = InboxSettings(labels=("idea",), forms=("bug",), types=("Bug",), writers=True)
    opened = idea(31, author=author, body=OF_FORM, issue_type="Bug")
    by = author.login if author else "ghost"
    for events in ((), (Triaged(by, by_person=True, label="idea"),),
                   (Triaged("bot", by_person=False, label="idea"),),
                   (Triaged("tri2", by_person=True, label="other"),)):  # fmt: skip
        found = choose(plan(inbox=inbox), seen(opened, triaged={opened.id: events}), [FORM])
        assert (numbers(found), [each.number for each in found.left]) == ([], [31])
        assert "take the label idea off" in found.left[0].hint


def test_a_label_or_milestone_that_somebody_else_put_there_asks_for_it() -> None:
    """Whoever that was may triage; it counts only as long as it is there."""
    inbox = InboxSettings(labels=("idea",), milestones=("v2",))
    opened = idea(31, author=STRANGER, milestone="v2")
    label = Triaged("tri", by_person=True, label="Idea")
    due = Triaged("tri", by_person=True, milestone="v2")
    for event in (label, due):
        assert numbers(choose(plan(inbox=inbox), seen(opened, triaged={opened.id: (event,)}))) == [
            31
        ]
    gone = replace(opened, labels=(), milestone=None)
    found = choose(plan(inbox=inbox), seen(gone, triaged={opened.id: (label, due)}))
    assert (found.taken, found.left) == ((), ())


def test_a_login_in_the_settings_is_asked_for_by_name() -> None:
    """Of a stranger and of an app; `writers` means neither."""
    app = Actor("B_ci", "ci[bot]", "NONE")
    trusted = {"trusted_authors": ("ci[bot]",)}
    for author in (STRANGER, app):
        opened = issue(31, author=author)
        by_name = plan(inbox=InboxSettings(authors=(author.login,)), **trusted)
        assert numbers(choose(by_name, seen(opened))) == [31]
        all_writers = plan(inbox=InboxSettings(writers=True), **trusted)
        assert choose(all_writers, seen(opened)) == Inbox()


@pytest.mark.parametrize(
    "there",
    [
        {"body": "<!-- backlog:begin -->"},
        {"body": "<!-- backlog:tracking drift x -->"},
        {"state": "closed"},
        {"repository": "octo-org/other"},
    ],
)
def test_what_is_somebody_s_already_is_passed_over(there: dict[str, Any]) -> None:
    """A marker, of whatever backlog; a closed issue; one of another repository."""
    assert choose(plan(), seen(idea(31, **there))) == Inbox()


def test_numbers_in_the_files_and_ignored_ones_are_passed_over() -> None:
    """They are items, or are to be left alone."""
    backlog = plan(item("a", issue=31), ignore_issues=(32,))
    assert choose(backlog, seen(idea(31), idea(32, "Other"))) == Inbox()


def test_duplicates_are_named_with_the_remedy() -> None:
    """By the title of an item with and without an issue, by another new one, by a number."""
    hint = IssueHint(IssueRef(36), "#36")
    backlog = plan(
        item("a", "Export", issue=12, line=4),
        item("b", "Print", line=9),
        replace(item("c", "Sort (#36)"), hints=(hint,)),
    )
    there = seen(
        issue(12, "Export"),
        idea(33, "export "),
        idea(34, "Print"),
        idea(35, "New"),
        idea(36, "Sort it"),
        idea(37, "new"),
    )
    found = choose(backlog, there)
    assert numbers(found) == [35]
    assert {each.number: (each.reason, each.hint) for each in found.left} == {
        33: ("same title as the item at ROADMAP.md:4, which is #12",
             "close it as a duplicate of #12, or change its title"),
        34: ("same title as the item at ROADMAP.md:9, which has no issue yet",
             "to adopt it, write `issue: 34` there"),
        36: ("named in the title of the item at ROADMAP.md:1",
             "to adopt it, write `issue: 36` there"),
        37: ("same title as #35, which is taken",
             "close one as a duplicate of #35, or change its title"),
    }  # fmt: skip


def test_sub_issues_of_items_are_taken_below_them() -> None:
    """Of writers without any selector; those of strangers are listed."""
    backlog = plan(item("e", kind="epic", issue=1), item("s", issue=2))
    found = choose(
        backlog,
        seen(
            issue(1),
            issue(2),
            issue(31, "A", author=WRITER, parent=link(1)),
            issue(32, "B", author=WRITER, parent=link(2)),
            issue(33, "C", author=STRANGER, parent=link(2)),
            issue(34, "D", author=WRITER, parent=link(31)),
        ),
    )
    assert [(t.item.parent, t.item.kind, t.parent_ref) for t in found.taken] == [
        ("e", "story", "#1"), ("s", "task", "#2")
    ]  # fmt: skip
    assert [each.number for each in found.left] == [33]


def test_what_is_below_a_new_item_waits_for_it() -> None:
    """It is taken below it once that is in the files, or at the usual place if it has none."""
    parent, child = idea(31, "A"), idea(32, "B", parent=link(31))
    first = choose(plan(), seen(parent, child))
    assert numbers(first) == [31]
    second = choose(plan(item("a", "A", issue=31)), seen(parent, child))
    assert [(t.item.issue.number, t.item.parent) for t in second.taken] == [(32, "a")]


def test_the_values_of_an_issue_become_fields() -> None:
    """Without the labels that say its kind or its priority."""
    backlog = plan(item("a", issue=1))
    card = BoardItem("C", {"Story Points": 3.0})
    opened = idea(
        31,
        labels=("bug", "idea", "Priority: High"),
        milestone="v2",
        assignees=("bo",),
        card=card,
        blocked_by=(link(1), link(9)),
    )
    (taken,) = choose(backlog, seen(issue(1), opened)).taken
    assert taken.item.kind == "bug"
    assert taken.item.fields == {
        "labels": ("idea",),
        "milestone": "v2",
        "assignees": ("bo",),
        "priority": "High",
        "story_points": 3.0,
        "depends_on": ("a",),
    }


def test_only_what_decides_is_looked_up() -> None:
    """Permissions of members who opened something, and the timelines of strangers' candidates."""
    there = seen(
        idea(31), idea(32, author=STRANGER), idea(33, author=TRIAGER),
        issue(34, author=STRANGER), idea(35, author=STRANGER, state="closed"),
    )  # fmt: skip
    assert authors_to_ask(plan(), there) == {"octo-org/widgets": ("ann", "tri")}
    assert issues_to_ask(plan(), there) == ("I_32", "I_33")


def test_selectors_that_name_nothing_are_found() -> None:
    """A label, a milestone, a type and a form that do not exist."""
    inbox = InboxSettings(labels=("ida",), milestones=("v2",), types=("Bug",), forms=("x", "bug"))
    found = {each.what: each.name for each in unknown_selectors(plan(inbox=inbox), seen(), [FORM])}
    assert found == {"label": "ida", "milestone": "v2", "issue type": "Bug", "issue form": "x"}


def test_nothing_of_strangers_unasked_over_random_repositories() -> None:
    """The rule once more, in other words: a person other than the author did it."""
    people = [WRITER, TRIAGER, STRANGER]
    for seed in range(1_000):
        dice = random.Random(seed)
        opened, events = [], {}
        for number in range(1, dice.randrange(2, 9)):
            author = dice.choice(people)
            one = issue(
                number, f"T{dice.randrange(6)}", author=author,
                labels=("idea",) if dice.random() < 0.6 else (),
                milestone=dice.choice([None, "v2"]),
                body=dice.choice(["", "<!-- backlog:begin -->", OF_FORM]),
                state=dice.choice(["open", "open", "closed"]),
                parent=link(dice.randrange(1, 9)) if dice.random() < 0.3 else None,
            )  # fmt: skip
            opened.append(one)
            events[one.id] = tuple(
                Triaged(dice.choice(people).login, dice.random() < 0.8,
                        **dice.choice([{"label": "idea"}, {"milestone": "v2"}]))
                for _ in range(dice.randrange(3))
            )  # fmt: skip
        inbox = InboxSettings(("idea",), ("bug",), (), ("v2",), writers=dice.random() < 0.5)
        backlog = plan(item("a", "T1", issue=1), item("b", "T2"), inbox=inbox)
        found = choose(backlog, seen(*opened, triaged=events), [FORM])
        taken = numbers(found)
        assert len(taken) == len(set(taken))
        assert not set(taken) & {each.number for each in found.left}
        for one in opened:
            if one.number not in taken or one.author is WRITER:
                continue
            assert one.author is not None
            others = [e for e in events[one.id] if e.by_person and e.by != one.author.login]
            assert any(
                (e.label and "idea" in one.labels) or (e.milestone and one.milestone == "v2")
                for e in others
            ), seed
        for number in taken:
            (one,) = (each for each in opened if each.number == number)
            assert one.state == "open"
            assert "backlog:" not in one.body
            assert one.title not in ("T1", "T2")
        ours = tuple(
            item(f"n{number}", next(o.title for o in opened if o.number == number), issue=number)
            for number in taken
        )
        again = replace(backlog, items=(*backlog.items, *ours))
        more = choose(again, seen(*opened, triaged=events), [FORM])
        assert not set(numbers(more)) & set(taken), Place("again", seed)
