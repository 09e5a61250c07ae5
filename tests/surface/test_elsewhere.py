"""Items whose issues are in other repositories of the owner: made, found again, held, written."""

from dataclasses import replace

import pytest

from backlog_sync.cli.write_back import files_after
from backlog_sync.core import body as body_block
from backlog_sync.core.change_kinds import Action, ChangeKind
from backlog_sync.core.drift import find_drift
from backlog_sync.core.only import narrow
from backlog_sync.core.options import PlanOptions
from backlog_sync.core.planner import build_plan
from backlog_sync.core.progress import measure
from backlog_sync.core.pull import pull
from backlog_sync.engine.apply import apply
from backlog_sync.engine.reconcile import observe_and_plan
from backlog_sync.files.load import load
from backlog_sync.files.write.change import save
from backlog_sync.files.write.progress import write_back
from backlog_sync.render.canvas import Look
from backlog_sync.render.markdown import plan_markdown
from backlog_sync.render.text import plan_text
from github_sandbox.access import Grant
from github_sandbox.actors import Person
from tests.engine.memory import Watcher
from tests.surface.conftest import BOARD, REPOSITORY, World, of_kind

OTHER = "octo-org/gadgets"
ITEMS = """\
epics:
  - id: pairing
    title: Pair a phone
    stories:
      - {id: app, title: App asks, labels: [ui], milestone: Spring}
      - id: radio
        title: Radio answers
        repository: octo-org/gadgets
        labels: [radio]
        milestone: Spring
        acceptance_criteria: [It answers, It forgets]
        story_points: 5
      - {id: late, title: App waits, depends_on: [radio]}
milestones: [{title: Spring, due: 2027-03-31}]
labels: [{name: radio, color: 00ff00}]
"""


@pytest.fixture
def there(world: World) -> Person:
    """Ann in the other repository, where somebody wrote an issue."""
    ann = world.at(OTHER)
    ann.open_issue("Of the gadgets")
    return ann


@pytest.fixture
def synced(world: World, there: Person) -> Person:
    """The items, synced."""
    world.write(BOARD + ITEMS)
    world.sync()
    return there


def conflicts(world: World) -> dict[str, str]:
    """What is held, by key, with the reason."""
    return {note.key: f"{note.reason}; {note.hint}" for note in world.plan().conflicts}


def made(world: World) -> list[str]:
    """Keys of the issues that a run would make."""
    changes = of_kind(world.plan(), ChangeKind.ISSUE)
    return [change.key for change in changes if change.action is Action.CREATE]


# ---- the way there and back ------------------------------------------------------------------


def test_an_issue_elsewhere_has_its_parent_blockers_and_card(world: World, synced: Person) -> None:
    """It is made there with that repository's labels and milestone; what holds it is here."""
    radio = world.issue("Radio answers")
    assert (radio.repository, radio.number) == (OTHER, 2)
    assert (set(radio.labels), radio.milestone) == ({"story", "radio"}, "Spring")
    assert radio.parent is not None
    assert (radio.parent.repository, radio.parent.number) == (REPOSITORY, 1)
    (blocker,) = world.issue("App waits").blocked_by
    assert blocker.id == radio.id
    state = world.observe()
    below = {each.id: each.title for each in state.issues}
    (epic,) = [each for each in state.issues if each.title == "Pair a phone"]
    assert [below[id_] for id_ in epic.children] == ["App asks", "Radio answers", "App waits"]
    assert synced.value(2, "Story Points") == 5


def test_labels_and_milestones_are_made_where_they_are_used(world: World, synced: Person) -> None:
    """The other repository gets what its items use; declared ones stand in the target too."""
    state = world.observe()
    (other,) = state.others
    named = {label.name: label.color for label in other.labels}
    assert (named["radio"], "ui" in named, "story" in named) == ("00ff00", False, True)
    assert [(m.title, m.due) for m in other.milestones] == [("Spring", "2027-03-31")]
    assert {"ui", "epic", "radio"} <= {label.name for label in state.labels}


def test_the_number_is_written_with_its_repository(world: World, synced: Person) -> None:
    """On a real server the file says `owner/repo#n`; on the sandbox `sandbox#n`; both are found."""
    assert "issue: sandbox#2" in world.text
    loaded = world.desired()
    real = replace(world.observe(), sandbox=False)
    named = {each.key: str(each.issue) for each in measure(loaded, real)}
    assert (named["app"], named["radio"]) == ("#2", "octo-org/gadgets#2")


def test_progress_flows_back_and_drift_is_told(world: World, synced: Person) -> None:
    """A tick and a title there are as good as here."""
    synced.tick(2, "It answers")
    synced.edit(2, title="Radio listens")
    found = find_drift(world.plan(), world.desired(), world.prepared().observed)
    assert {(note.key, note.name, note.ref) for note in found.plan.drift} == {
        ("radio", "title", "octo-org/gadgets#2"),
        ("radio", "acceptance_criteria", "octo-org/gadgets#2"),
    }
    world.run()
    assert world.issue("Radio answers").number == 2
    assert "[x] It answers" in world.text or "done: true" in world.text


def test_a_close_there_closes_here(world: World, synced: Person) -> None:
    """The file's word for it is written back, and the roll-up counts it."""
    synced.close(2, "completed")
    world.report()
    assert "status: Done" in world.text


def test_reading_by_number_asks_each_repository_for_its_own(world: World, synced: Person) -> None:
    """Hundreds of issues of theirs are not listed; what was read is told for each repository."""
    for n in range(260):
        synced.open_issue(f"Theirs {n}")
    prepared = world.prepared()
    assert prepared.plan.changes == ()
    (other,) = prepared.observed.others
    assert not other.coverage.complete
    assert other.coverage.by_number == 1
    assert prepared.plan.others == {OTHER: other.coverage}


def test_only_takes_the_definitions_of_that_repository_along(world: World, there: Person) -> None:
    """With the item, its parent, and the labels of both, each where it belongs."""
    world.write(ITEMS)
    prepared = world.prepared()
    plan = narrow(prepared.plan, prepared.desired, prepared.observed, ["radio"])
    assert [(c.kind, c.key, c.repository) for c in plan.changes if c.kind is ChangeKind.LABEL] == [
        (ChangeKind.LABEL, "epic", None),
        (ChangeKind.LABEL, "radio", OTHER),
        (ChangeKind.LABEL, "story", OTHER),
    ]
    assert {c.key for c in of_kind(plan, ChangeKind.ISSUE)} == {"pairing", "radio"}


def test_pull_takes_what_was_changed_there(world: World, synced: Person) -> None:
    """Title, milestone and criteria of an issue elsewhere go into the file in its own words."""
    synced.edit(2, title="Radio listens")
    synced.set_milestone(2, None)
    synced.tick(2, "It answers")
    prepared = world.prepared()
    loaded = world.load()
    pulled = pull(prepared.plan, prepared.desired, prepared.observed)
    assert {(take.name, take.ref) for take in pulled.takes} == {
        ("title", "octo-org/gadgets#2"),
        ("milestone", "octo-org/gadgets#2"),
    }
    _, changes = files_after(loaded, prepared.desired, prepared.observed, pulled.takes)
    for change in changes:
        save(change)
    assert "title: Radio listens" in world.text
    assert world.plan().drift == ()


# ---- whose issue it is -----------------------------------------------------------------------


def test_a_backlog_of_that_repository_is_none_of_ours(world: World, there: Person) -> None:
    """The same file name, the same keys and titles there: not taken, not told, not closed."""
    world.write(ITEMS)
    world.sync()
    ours = world.issue("Radio answers")
    marker = body_block.split(ours.body).marker
    assert marker is not None
    assert marker.backlog == f"{world.observe().repository.id}:backlog.yaml"
    plain = body_block.join(
        replace(
            body_block.split(ours.body),
            marker=replace(marker, backlog="backlog.yaml", key="app", nonce="a" * 16),
        )
    )
    theirs = there.open_issue("App asks, theirs", body=plain)
    plan = world.plan()
    assert (plan.changes, plan.orphans, plan.conflicts) == ((), (), ())
    prune = build_plan(world.desired(), world.observe(), PlanOptions(prune=True))
    assert all(str(theirs.number) not in (c.ref or "") for c in prune.changes)


def test_an_item_that_was_moved_in_the_file_is_held(world: World, there: Person) -> None:
    """Its issue is still where it was: told, never made again, and never closed as an orphan."""
    world.write("stories: [{id: a, title: A}, {id: b, title: B, repository: octo-org/gadgets}]\n")
    world.sync()
    world.write(
        "stories: [{id: a, title: A, repository: octo-org/gadgets},"
        " {id: b, title: B, repository: octo-org/gadgets}]\n"
    )
    assert made(world) == []
    assert "transfer it to octo-org/gadgets" in conflicts(world)["a"]
    state = world.observe()
    pruned = build_plan(world.desired(), state, PlanOptions(prune=True))
    assert [c for c in pruned.changes if c.action is Action.CLOSE] == []


def test_a_number_of_where_it_was_before_is_held(world: World, synced: Person) -> None:
    """The file still names the old place: nothing is made in the new one."""
    world.write(
        'stories: [{id: x, title: X, repository: octo-org/gadgets, issue: "octo-org/widgets#9"}]\n'
    )
    wanted = world.desired()
    state = replace(world.observe(), sandbox=False)
    plan = build_plan(wanted, state)
    assert of_kind(plan, ChangeKind.ISSUE) == []
    (held,) = [note for note in plan.conflicts if note.key == "x"]
    assert "transfer it to octo-org/gadgets" in held.hint


def test_a_transferred_issue_is_taken_when_its_number_is_written(
    world: World, there: Person
) -> None:
    """Moved on GitHub and in the file: held until the number says so, then known by its marker."""
    world.write("stories: [{id: a, title: A}, {id: b, title: B}]\n")
    world.sync()
    moved = world.ann.transfer(1, OTHER)
    world.write("stories: [{id: a, title: A, repository: octo-org/gadgets}, {id: b, title: B}]\n")
    assert made(world) == []
    assert f"write `issue: octo-org/gadgets#{moved.number}`" in conflicts(world)["a"]
    world.write(
        "stories: [{id: a, title: A, repository: octo-org/gadgets,"
        f" issue: 'sandbox#{moved.number}'}}, {{id: b, title: B}}]\n"
    )
    world.sync()
    world.write("stories: [{id: a, title: A, repository: octo-org/gadgets}, {id: b, title: B}]\n")
    assert world.plan().changes == ()


# ---- what may be done there ------------------------------------------------------------------


def test_without_rights_there_nothing_is_sent(world: World, there: Person) -> None:
    """A token that may only read the other repository: refused before anything is made."""
    world.write(ITEMS)
    world.sandbox.tokens["workflow"] = Grant("ann", "write", repositories=(REPOSITORY,))
    world.token = "workflow"
    (violation,) = world.prepared().violations
    assert violation.slug == "read-only"
    assert "may only read octo-org/gadgets" in violation.message
    Person(world.sandbox, "owner", repository=OTHER, permission="admin").archive_repository()
    world.token = "a-token"
    (violation,) = world.prepared().violations
    assert (violation.slug, violation.final) == ("archived", True)
    assert violation.message == "octo-org/gadgets is archived"


def test_a_repository_that_is_not_there_is_told(world: World) -> None:
    """Its items are deferred with the reason, those of the target are planned, a sync refuses."""
    world.write(ITEMS)
    prepared = world.prepared()
    assert made(world) == ["pairing", "app", "late"]
    (deferred,) = [d for d in prepared.plan.deferred if d.key == "radio"]
    assert "octo-org/gadgets, which is out of reach: it does not exist" in deferred.reason
    assert deferred.hint == "use a token that can read and write octo-org/gadgets"
    (violation,) = prepared.violations
    assert (violation.slug, violation.final) == ("repository-out-of-reach", True)


def test_a_trial_in_another_repository_makes_nothing_elsewhere(world: World, there: Person) -> None:
    """With another target than the file's own, items elsewhere wait; else they were made twice."""
    world.write(ITEMS)
    wanted = replace(world.desired(), repository="octo-org/real")
    prepared = observe_and_plan(wanted, world.tracker(read_only=True))
    assert prepared.observed.others == ()
    created = of_kind(prepared.plan, ChangeKind.ISSUE)
    assert [c.key for c in created] == ["pairing", "app", "late"]
    (deferred,) = [d for d in prepared.plan.deferred if d.key == "radio"]
    assert "which the file does not name" in deferred.reason
    assert deferred.hint == "run it without --repo, for octo-org/real"


def test_people_are_asked_for_where_the_item_is(world: World, there: Person) -> None:
    """Somebody who can be assigned in the target alone is deferred elsewhere."""
    world.write(
        "stories: [{id: a, title: A, assignees: [ann]},"
        " {id: b, title: B, repository: octo-org/gadgets, assignees: [nobody-there]}]\n"
    )
    reasons = [d.reason for d in world.plan().deferred]
    assert reasons == ["nobody-there cannot be assigned in octo-org/gadgets"]


def test_two_machines_at_once_make_one_issue_there(world: World, there: Person) -> None:
    """The second one of two first syncs closes what it made beside the other's."""
    world.write(ITEMS)
    wanted = world.desired()
    first, second = world.tracker(), world.tracker()
    one, two = observe_and_plan(wanted, first), observe_and_plan(wanted, second)
    for prepared, tracker in ((one, first), (two, second)):
        apply(prepared, tracker, nonces=lambda: f"{next(world.numbers):016x}", progress=Watcher())
    titles = [i.title for i in world.observe().issues if i.state == "open"]
    assert titles.count("Radio answers") == 1
    world.sync()


# ---- what people see -------------------------------------------------------------------------


def test_a_plan_says_where(world: World, there: Person) -> None:
    """As text and as Markdown: which issues, labels and milestones are made elsewhere."""
    world.write(ITEMS)
    plan = world.plan()
    text = plan_text(plan, Look())
    assert "in  octo-org/gadgets" in text
    assert "labels      in octo-org/gadgets: radio, story" in text
    page = plan_markdown(plan)
    assert "create in <code>octo-org/gadgets</code>" in page
    assert "milestone in <code>octo-org/gadgets</code>: <code>Spring</code>" in page


def test_a_markdown_roadmap_names_a_repository(world: World, there: Person) -> None:
    """`**Repository**:` below a heading; a word that is no repository says nothing."""
    file = world.folder / "ROADMAP.md"
    file.write_text(
        "---\nbacklog:\n  repository: octo-org/widgets\n---\n# Roadmap\n\n## Epic 1: Pair\n\n"
        "### Story 1.1: Radio answers\n\n**Repository**: `octo-org/gadgets`\n\n"
        "### Story 1.2: App asks\n\n**Repository**: the usual one\n",
        "utf-8",
    )
    loaded = load([file], root=world.folder)
    assert not loaded.errors
    assert loaded.desired is not None
    assert [item.repository for item in loaded.desired.items] == [None, OTHER, None]
    tracker = world.tracker()
    prepared = observe_and_plan(loaded.desired, tracker)
    applied = apply(
        prepared, tracker, nonces=lambda: f"{next(world.numbers):016x}", progress=Watcher()
    )
    real = replace(applied.observed, sandbox=False)
    for change in write_back(loaded, measure(loaded.desired, real)):
        save(change)
    written = file.read_text("utf-8")
    assert "**Issue**: [octo-org/gadgets#2](" in written
    again = load([file], root=world.folder).desired
    assert again is not None
    assert [str(item.issue) for item in again.items] == ["#1", "octo-org/gadgets#2", "#2"]
    assert build_plan(again, replace(world.observe(again), sandbox=False)).changes == ()
