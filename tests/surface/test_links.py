"""Parents, dependencies, people and states: from the file to GitHub and back."""

from dataclasses import replace

import pytest

from backlog_sync.core import body as body_block
from backlog_sync.core.change_kinds import Action, ChangeKind
from backlog_sync.core.drift import find_drift
from backlog_sync.core.marker import Marker
from backlog_sync.render.canvas import Look
from backlog_sync.render.text import plan_text
from github_sandbox.access import Grant
from github_sandbox.features import Features
from tests.surface.conftest import REPOSITORY, World, of_kind, reasons, said

# ---- dependencies ----------------------------------------------------------------------------


def blockers(world: World, title: str) -> set[str]:
    """What blocks an issue, as `owner/repo#n`."""
    return {f"{link.repository}#{link.number}" for link in world.issue(title).blocked_by}


def test_keys_numbers_and_other_repositories_block(world: World) -> None:
    """A key, `#n` and `owner/repo#n`: the last is found in one query, and not asked for again."""
    world.at("octo-org/other").open_issue("Elsewhere")
    theirs = world.ann.open_issue("Theirs")
    world.write(
        "stories:\n"
        "  - {id: a, title: A}\n"
        f'  - {{id: b, title: B, depends_on: [a, "#{theirs.number}", "Octo-Org/Other#1"]}}\n'
        '  - {id: c, title: C, depends_on: ["octo-org/other#1"]}\n'
    )
    world.sync()
    number = world.issue("A").number
    assert blockers(world, "B") == {
        f"{REPOSITORY}#{number}",
        f"{REPOSITORY}#{theirs.number}",
        "octo-org/other#1",
    }
    assert blockers(world, "C") == {"octo-org/other#1"}
    asked = world.log("IssuesAt")
    assert asked == 1
    world.plan()
    assert world.log("IssuesAt") == asked


def test_a_dropped_blocker_is_unlinked_and_others_stay(world: World) -> None:
    """What we linked and the file dropped goes, also elsewhere; what people linked stays."""
    world.at("octo-org/other").open_issue("Elsewhere")
    world.write(
        'stories: [{id: a, title: A}, {id: b, title: B, depends_on: [a, "octo-org/other#1"]}]\n'
    )
    world.sync()
    theirs = world.ann.open_issue("Theirs")
    world.ann.block(world.issue("B").number, theirs.number)
    world.edit('depends_on: [a, "octo-org/other#1"]', "depends_on: []")
    unlinked = of_kind(world.plan(), ChangeKind.DEPENDENCY)
    assert {(c.action, c.other) for c in unlinked} == {
        (Action.UNLINK, "a"),
        (Action.UNLINK, "octo-org/other#1"),
    }
    world.sync()
    assert blockers(world, "B") == {f"{REPOSITORY}#{theirs.number}"}


def marker(world: World, title: str) -> Marker:
    """What is on record in an issue."""
    found = body_block.split(world.issue(title).body).marker
    assert found is not None
    return found


BLOCKED = "stories: [{id: a, title: A}, {id: c, title: C}, {id: b, title: B, depends_on: [a, c]}]\n"


@pytest.mark.parametrize("link_events", [True, False])
def test_a_blocker_that_people_remove_after_the_first_sync_is_drift(
    world: World, link_events: bool
) -> None:
    """Its removal is drift, and sync sets it back.

    If the timeline does not list removed links, the first sync records that it made the link.
    """
    world.sandbox.features = Features(link_events=link_events)
    world.write(BLOCKED)
    world.sync()
    assert marker(world, "B").base.pending == (("blocked_by",) if link_events else ())
    world.ann.unblock(world.issue("B").number, world.issue("A").number)
    prepared = world.prepared()
    (note,) = prepared.plan.drift
    assert (note.key, note.name, note.reason) == ("b", "blocked_by", "taken away on GitHub")
    (link,) = of_kind(prepared.plan, ChangeKind.DEPENDENCY)
    assert (link.other, link.reason, link.drifted) == ("a", "taken away on GitHub", ("blocked_by",))
    report = find_drift(prepared.plan, prepared.desired, prepared.observed)
    assert report.counts["drift"] == 1
    assert report.counts["pending"] == 0
    assert "+ blocked by  a  A  (reverts drift)" in plan_text(prepared.plan, Look(width=100))
    world.sync()
    assert len(blockers(world, "B")) == 2


def test_a_removed_blocker_and_a_new_one_are_told_apart(world: World) -> None:
    """What the file adds in the same commit is its own change, and no drift."""
    world.write(BLOCKED.replace("[a, c]", "[a]"))
    world.sync()
    world.ann.unblock(world.issue("B").number, world.issue("A").number)
    world.edit("depends_on: [a]", "depends_on: [a, c]")
    links = {c.other: (c.reason, c.drifted) for c in of_kind(world.plan(), ChangeKind.DEPENDENCY)}
    assert links == {
        "a": ("taken away on GitHub", ("blocked_by",)),
        "c": ("declared in the file", ()),
    }
    world.sync()


def pending(text: str) -> str:
    """The body as a run left it that ended before its links were on record."""
    parts = body_block.split(text)
    assert parts.marker is not None
    base = replace(parts.marker.base, pending=("blocked_by",))
    return body_block.join(replace(parts, marker=replace(parts.marker, base=base)))


def test_a_link_that_is_not_on_record_yet_waits_for_another_change(world: World) -> None:
    """An older version's record, or a run that was killed: silent, and cleared with the next."""
    world.write(BLOCKED)
    world.sync()
    issue = world.issue("B")
    world.ann.edit(issue.number, body=pending(issue.body))
    assert world.plan().changes == ()
    world.edit("title: B", "title: Better")
    world.sync()
    assert marker(world, "Better").base.pending == ()


def test_a_link_that_was_never_made_is_recorded_by_the_run_that_makes_it(world: World) -> None:
    """It is pending and no drift until then, and drift when it goes after that."""
    world.write(BLOCKED)
    world.sync()
    issue, blocker = world.issue("B"), world.issue("A").number
    world.ann.edit(issue.number, body=pending(issue.body))
    world.ann.unblock(issue.number, blocker)
    world.ann.issue(issue.number).removed_blockers.clear()
    plan = world.plan()
    assert plan.drift == ()
    assert [c.drifted for c in of_kind(plan, ChangeKind.DEPENDENCY)] == [()]
    world.sync()
    world.ann.unblock(issue.number, blocker)
    assert [note.name for note in world.plan().drift] == ["blocked_by"]


def test_what_cannot_be_found_is_deferred(world: World) -> None:
    """A missing issue, a missing repository, a pull request, one out of reach: each is told."""
    pull = world.at("octo-org/other").open_pull_request("A change")
    world.sandbox.ensure_repository("octo-org/hidden", private=True)
    world.at("octo-org/hidden").open_issue("Secret")
    world.sandbox.tokens["limited"] = Grant("ann", "write", repositories=(REPOSITORY,))
    world.token = "limited"
    world.write(
        "stories: [{id: a, title: A, depends_on: ["
        f'"octo-org/other#99", "octo-org/none#1", "octo-org/other#{pull.number}",'
        ' "octo-org/hidden#1", "#77"]}]\n'
    )
    plan = world.plan()
    assert len(plan.deferred) == 5
    assert all("does not exist, or" in r or "was not found in" in r for r in reasons(plan))
    assert of_kind(plan, ChangeKind.DEPENDENCY) == []
    world.run()
    assert blockers(world, "A") == set()
    assert world.plan().changes == ()


# ---- parents ---------------------------------------------------------------------------------


def test_a_parent_that_somebody_changed_is_set_back(world: World) -> None:
    """The hierarchy is the file's: a sub-issue that was moved on GitHub is told and moved back."""
    world.write("epics: [{id: e, title: E, stories: [{id: a, title: A}]}, {id: f, title: F}]\n")
    world.sync()
    world.ann.put_below(world.issue("A").number, world.issue("F").number)
    plan = world.plan()
    assert [(note.key, note.name) for note in plan.drift] == [("a", "parent")]
    world.run()
    assert world.below("E") == ["A"]
    assert world.below("F") == []


def test_a_sub_issue_that_somebody_took_out_is_set_back(world: World) -> None:
    """Below no issue any more: drift, which the change itself says."""
    world.write("epics: [{id: e, title: E, stories: [{id: a, title: A}]}]\n")
    world.sync()
    world.ann.take_out(world.issue("A").number)
    plan = world.plan()
    assert [(note.key, note.name) for note in plan.drift] == [("a", "parent")]
    (link,) = of_kind(plan, ChangeKind.SUB_ISSUE)
    assert (link.drifted, link.reason) == (("parent",), "changed on GitHub")
    world.sync()
    assert world.below("E") == ["A"]


def test_labels_say_why_they_are_set(world: World) -> None:
    """A label that people took off comes back as drift, and not as a change of the file."""
    world.write("stories: [{id: a, title: A, labels: [big, ui]}]\n")
    world.sync()
    world.ann.unlabel(world.issue("A").number, "big")
    (change,) = of_kind(world.plan(), ChangeKind.ISSUE)
    assert (change.reason, change.drifted) == ("taken away on GitHub", ("labels",))
    world.edit("[big, ui]", "[big, ui, api]")
    (change,) = of_kind(world.plan(), ChangeKind.ISSUE)
    assert change.reason == "taken away on GitHub; changed in the file"
    world.sync()


# ---- people ----------------------------------------------------------------------------------


def test_people_are_mapped_added_and_never_taken_away(world: World) -> None:
    """Names become logins; who was assigned by others stays."""
    world.sandbox.ensure_user("grace")
    world.sandbox.ensure_user("linus")
    world.write(
        "people: {Grace Hopper: grace}\nstories: [{id: a, title: A, assignees: [Grace Hopper]}]\n"
    )
    world.sync()
    assert world.issue("A").assignees == ("grace",)
    world.ann.assign(world.issue("A").number, "linus")
    assert world.plan().changes == ()
    world.edit("assignees: [Grace Hopper]", "assignees: [grace, ann]")
    world.sync()
    assert set(world.issue("A").assignees) == {"grace", "linus", "ann"}


def test_who_cannot_be_assigned_is_told(world: World) -> None:
    """Somebody without access, and somebody who does not exist: deferred, the others assigned."""
    world.sandbox.ensure_user("stranger", permission="none")
    world.write("stories: [{id: a, title: A, assignees: [ann, stranger, nobody]}]\n")
    assert reasons(world.plan()) == [
        f"stranger cannot be assigned in {REPOSITORY}",
        f"nobody cannot be assigned in {REPOSITORY}",
    ]
    world.sync()
    assert world.issue("A").assignees == ("ann",)
    world.sandbox.ensure_user("stranger")
    world.sync()
    assert set(world.issue("A").assignees) == {"ann", "stranger"}


# ---- states ----------------------------------------------------------------------------------

ONE = "stories:\n  - id: a\n    title: A\n    status: Todo\n  - {id: b, title: B}\n"


def state(world: World, title: str) -> tuple[str, str | None]:
    """An issue's state and reason."""
    found = world.issue(title)
    return found.state, found.state_reason


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("Done", "completed"),
        ("Won't do", "not_planned"),
        ("Cancelled", "not_planned"),
        ("Not planned", "not_planned"),
        ("Closed", "completed"),
    ],
)
def test_the_word_decides_the_reason(world: World, word: str, reason: str) -> None:
    """A dropped item is closed as not planned, a done one as completed; the word stays."""
    world.write(ONE)
    world.sync()
    world.edit("status: Todo", f'status: "{word}"')
    world.sync()
    assert state(world, "A") == ("closed", reason)
    assert said(world.text, "a")["status"] == word


def test_done_can_become_dropped_and_open_again(world: World) -> None:
    """A closed issue gets another reason where the file says so, and is reopened."""
    world.write(ONE)
    world.sync()
    world.edit("status: Todo", "status: Done")
    world.sync()
    world.edit("status: Done", "status: Won't do")
    (change,) = world.plan().changes[:1]
    assert change.fields["state_reason"].after == "not_planned"
    assert "state" not in change.fields
    world.sync()
    assert state(world, "A") == ("closed", "not_planned")
    world.edit("status: Won't do", "status: In Progress")
    world.sync()
    assert state(world, "A")[0] == "open"


@pytest.mark.parametrize("reason", ["not_planned", "duplicate"])
def test_what_was_dropped_on_github_comes_back_in_the_file_s_words(
    world: World, reason: str
) -> None:
    """Closed as not planned, or as a duplicate: the file's own word for it is written."""
    world.write(ONE + "  - {id: c, title: C, status: Won't do, sync: false}\n")
    world.sync()
    number = world.issue("A").number
    if reason == "duplicate":
        world.ann.close(number, "duplicate", duplicate_of=world.issue("B").number)
    else:
        world.ann.close(number, "not_planned")
    world.report()
    assert said(world.text, "a")["status"] == "Won't do"
    before = world.text
    world.report()
    assert world.text == before
    world.run()
    assert state(world, "A") == ("closed", reason)
    assert world.plan().changes == ()


def test_without_a_word_of_its_own_the_file_gets_github_s(world: World) -> None:
    """No dropped item in the file yet: `Not planned` is written, and reads back as that."""
    world.write(ONE)
    world.sync()
    world.ann.close(world.issue("A").number, "not_planned")
    world.run()
    assert said(world.text, "a")["status"] == "Not planned"
    assert not world.plan().has_changes
    world.sync()
    assert state(world, "A") == ("closed", "not_planned")


def test_done_work_counts_and_dropped_work_does_not_start(world: World) -> None:
    """Items that the file already calls done or dropped are not created."""
    world.write("stories: [{id: a, title: A, status: Won't do}, {id: b, title: B}]\n")
    world.run()
    assert [issue.title for issue in world.observe().issues] == ["B"]
    world.edit("stories:", "create_done: true\nstories:")
    world.sync()
    assert state(world, "A") == ("closed", "not_planned")


def test_a_reopened_issue_is_not_closed_again(world: World) -> None:
    """The file still says dropped; somebody reopened: that is theirs, and is written back."""
    world.write(ONE)
    world.sync()
    world.edit("status: Todo", "status: Won't do")
    world.sync()
    world.ann.reopen(world.issue("A").number)
    assert of_kind(world.plan(), ChangeKind.ISSUE) == []
    world.report()
    assert said(world.text, "a")["status"] == "Todo"


def test_a_parent_that_is_below_its_child_on_github_is_held(world: World) -> None:
    """People turned two issues upside down: the link is held with a remedy, the rest is applied."""
    world.write(
        "epics: [{id: e, title: Epic, stories: [{id: s, title: Story}]}, {id: f, title: Other}]\n"
    )
    world.sync()
    epic, story = world.issue("Epic").number, world.issue("Story").number
    world.ann.take_out(story)
    world.ann.put_below(epic, story)
    world.edit("title: Other", "title: Another")
    plan = world.plan()
    (note,) = plan.conflicts
    assert (note.key, note.name, note.is_hold) == ("s", "parent", True)
    assert f"take #{epic} out from below #{story} on GitHub" in note.hint
    assert [change.key for change in plan.changes] == ["f"]
    world.run()
    world.ann.take_out(epic)
    world.sync()
    assert world.below("Epic") == ["Story"]
