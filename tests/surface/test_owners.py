"""Items in repositories of several owners: what GitHub allows is done, the rest is deferred."""

from dataclasses import replace

import pytest

from backlog_sync.cli.commands import sync
from backlog_sync.core.change_kinds import ChangeKind
from backlog_sync.core.plan import Result
from backlog_sync.errors import ExitCode
from github_sandbox import boards, relations
from github_sandbox.actors import Person
from tests.surface.conftest import BOARD, World, reasons, said

THERE = "cat-org/gadgets"
NO_SUB_ISSUE = (
    "GitHub has no sub-issues across owners: this is in cat-org/gadgets, its parent in"
    " octo-org/widgets"
)
NO_CARD = "GitHub's API adds no issues of cat-org/gadgets to a board of octo-org"
NO_BLOCKER = (
    "GitHub refused this dependency across owners: Target issue must belong to the same owner; it"
    " stays in the file; take it out of `depends_on`, or move one of the issues to a repository of"
    " octo-org or cat-org"
)
NO_FIELD = "these are fields of octo-org, so issues of cat-org have none of them"
ITEMS = """\
issue_fields: {Priority: {}}
epics:
  - id: pairing
    title: Pair a phone
    priority: Low
    features:
      - id: radio
        title: Radio answers
        repository: cat-org/gadgets
        labels: [radio]
        milestone: Spring
        priority: High
        story_points: 5
        stories:
          - {id: antenna, title: Antenna, repository: cat-org/gadgets}
      - {id: late, title: App waits, depends_on: [radio], story_points: 2}
milestones: [{title: Spring, due: 2027-03-31}]
labels: [{name: radio, color: 00ff00}]
"""


@pytest.fixture
def there(world: World) -> Person:
    """Ann in the repository of another owner, on a server that keeps boards to their owners."""
    world.sandbox.features = replace(world.sandbox.features, foreign_cards=False)
    return world.at(THERE)


def test_what_github_allows_across_owners_is_done(world: World, there: Person) -> None:
    """Labels, milestones, sub-issues within an owner, blockers; the next plan is empty."""
    world.write(BOARD + ITEMS)
    world.sync()
    radio, antenna = world.issue("Radio answers"), world.issue("Antenna")
    assert (radio.repository, antenna.repository) == (THERE, THERE)
    assert (set(radio.labels), radio.milestone) == ({"feature", "radio", "priority:high"}, "Spring")
    assert antenna.parent is not None
    assert antenna.parent.id == radio.id
    assert [each.id for each in world.issue("App waits").blocked_by] == [radio.id]
    assert (radio.parent, radio.card, radio.issue_type, dict(radio.field_values)) == (
        None,
        None,
        None,
        {},
    )
    assert world.issue("Pair a phone").field_values == {"Priority": "Low"}
    assert "issue: sandbox#1" in world.text
    there.edit(radio.number, title="Radio hears")
    (drift,) = world.plan().drift
    assert (drift.key, drift.name) == ("radio", "title")


def test_what_github_does_not_allow_is_deferred_with_the_reason(
    world: World, there: Person
) -> None:
    """The parent, the cards and the issue field, in the plan before and after a sync."""
    world.write(BOARD + ITEMS)
    plan = world.plan()
    assert {(d.kind, d.key, d.reason) for d in plan.deferred} == {
        (ChangeKind.SUB_ISSUE, "radio", NO_SUB_ISSUE),
        (ChangeKind.FIELD_VALUE, "radio", NO_CARD),
        (ChangeKind.FIELD_VALUE, "antenna", NO_CARD),
        (ChangeKind.ISSUE_FIELD, "Priority", NO_FIELD),
    }
    world.sync()
    assert world.plan().deferred == plan.deferred


def test_a_card_that_people_added_is_filled(world: World, there: Person) -> None:
    """On its page a board takes issues of anybody; their values are synced from then on."""
    world.write(BOARD + ITEMS)
    world.sync()
    sandbox, radio = world.sandbox, there.find("Radio answers")
    with sandbox.lock:
        boards.add_content(sandbox.store, world.ann.viewer, world.ann.project(), radio)
    assert {change.kind for change in world.plan().changes} == {ChangeKind.FIELD_VALUE}
    world.sync()
    card = world.issue("Radio answers").card
    assert card is not None
    assert card.values["Story Points"] == 5
    assert [d.key for d in world.plan().deferred if d.reason == NO_CARD] == ["antenna"]


def test_an_owner_out_of_reach_refuses_the_sync(world: World) -> None:
    """A token that does not reach the other owner: reported in the plan, and nothing is sent."""
    world.write(BOARD + ITEMS)
    prepared = world.prepared()
    assert [v.slug for v in prepared.violations] == ["repository-out-of-reach"]
    assert THERE in prepared.violations[0].message
    assert any(THERE in reason for reason in reasons(prepared.plan))


def test_a_dependency_that_github_refuses_is_held(world: World, there: Person) -> None:
    """With a remedy. Everything else is done, and the next run says the same and nothing more."""
    world.sandbox.features = replace(world.sandbox.features, foreign_blockers=False)
    world.write(BOARD + ITEMS)
    first, second = world.run(), world.run()
    for applied in (first, second):
        held = [o for o in applied.outcomes if o.result is not Result.APPLIED]
        assert {(o.result, o.change.key, o.reason) for o in held} == {
            (Result.HELD, "late", NO_BLOCKER)
        }
        assert sync.exit_code(world.plan(), applied) == ExitCode.DONE
    assert {o.result for o in second.outcomes} == {Result.HELD}
    assert (world.plan().drift, world.plan().conflicts, world.pull()) == ((), (), [])
    assert said(world.text, "late")["depends_on"] == ["radio"]
    world.edit("depends_on: [radio], ", "")
    world.sync()


def test_a_dependency_within_an_owner_that_github_refuses_has_failed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No rule is known by which each run would fail at it."""
    monkeypatch.setattr(relations, "MAX_BLOCKERS", 0)
    world.write("stories: [{id: a, title: A}, {id: b, title: B, depends_on: [a]}]\n")
    (result,) = {o.result for o in world.run().outcomes} - {Result.APPLIED}
    assert result is Result.FAILED


# ---- together with other features ------------------------------------------------------------


def test_what_is_finished_closes_across_owners(world: World, there: Person) -> None:
    """`close_done` counts the items below in the file, which are no sub-issues on GitHub."""
    world.write("close_done: true\n" + BOARD + ITEMS)
    world.run()
    there.close(world.issue("Antenna").number)
    world.run()
    assert world.issue("Radio answers").state == "closed"
    assert world.issue("Pair a phone").state == "open"
    world.ann.close(world.issue("App waits").number)
    world.run()
    assert world.issue("Pair a phone").state == "closed"
    world.run()
    assert world.plan().changes == ()
    there.reopen(world.issue("Antenna").number)
    world.run()
    assert {world.issue(title).state for title in ("Radio answers", "Pair a phone")} == {"open"}
    world.run()
    assert world.plan().changes == ()


def test_ownership_and_pull_are_the_same_everywhere(world: World, there: Person) -> None:
    """A label that GitHub owns stays, a title that the file owns is drift, which a pull accepts."""
    world.write("ownership: {labels: github}\n" + BOARD + ITEMS)
    world.run()
    radio, late = world.issue("Radio answers"), world.issue("App waits")
    there.edit(radio.number, title="Radio hears")
    there.create_label("loud")
    there.label(radio.number, "loud")
    there.unlabel(radio.number, "radio")
    with world.sandbox.lock:
        relations.remove_blocker(
            world.sandbox.store,
            world.ann.viewer,
            world.ann.issue(late.number),
            there.issue(radio.number),
        )
    plan = world.plan()
    assert {(d.key, d.name) for d in plan.drift} == {
        ("radio", "title"),
        ("radio", "labels"),
        ("late", "blocked_by"),
    }
    assert world.pull() == []
    assert said(world.text, "radio")["title"] == "Radio hears"
    assert said(world.text, "radio")["labels"] == ["loud"]
    assert said(world.text, "late")["depends_on"] == []
    world.sync()
    assert set(world.issue("Radio hears").labels) == {"feature", "loud", "priority:high"}
