"""Labels, milestones and issue types: what is declared, and nothing else, comes about."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from backlog_sync.core import body as body_block
from backlog_sync.core.change_kinds import ChangeKind
from backlog_sync.core.drift import find_drift
from backlog_sync.core.fields import Owner
from backlog_sync.core.options import PlanOptions
from backlog_sync.core.plan import Plan, Verdict
from backlog_sync.core.planner import build_plan
from backlog_sync.engine.apply import apply
from backlog_sync.engine.reconcile import observe_and_plan
from backlog_sync.render.canvas import Look
from backlog_sync.render.markdown import plan_markdown
from backlog_sync.render.text import plan_text
from github_sandbox import repositories
from github_sandbox.models import Label, Milestone
from tests.engine.memory import Watcher
from tests.surface.conftest import BOARD, REPOSITORY, World, of_kind

# ---- labels ----------------------------------------------------------------------------------

STORY = "stories: [{id: a, title: A, labels: [Big]}]\nkind_labels: false\n"


def labels(world: World) -> dict[str, Label]:
    """The repository's labels by name."""
    home = world.sandbox.repository(REPOSITORY)
    return {label.name: label for label in world.sandbox.store.labels[home.id].values()}


def test_a_label_is_made_as_declared(world: World) -> None:
    """Colour and description as the file says; a colour of digits stays one."""
    world.write('labels: [{name: Big, color: "010203", description: Much work}]\n' + STORY)
    world.sync()
    made = labels(world)["Big"]
    assert (made.color, made.description) == ("010203", "Much work")
    assert world.issue("A").labels == ("Big",)


def test_an_alias_is_renamed_and_never_doubled(world: World) -> None:
    """A label known by an alias, whatever its case, gets its name; its issues keep it."""
    world.ann.create_label("bIgGiEs", "ff0000", "Old words")
    other = world.ann.open_issue("Somebody's", labels=("bIgGiEs",))
    world.write("labels: [{name: Big, aliases: [Biggies, Huge]}]\n" + STORY)
    (change,) = of_kind(world.plan(), ChangeKind.LABEL)
    assert (change.key, change.title, list(change.fields)) == ("bIgGiEs", "Big", ["name"])
    world.sync()
    assert "bIgGiEs" not in labels(world)
    assert (labels(world)["Big"].color, labels(world)["Big"].description) == ("ff0000", "Old words")
    assert world.issue("Somebody's").labels == ("Big",)
    assert other.number != world.issue("A").number


def test_two_definitions_do_not_share_an_alias(world: World) -> None:
    """One label that two definitions know by an alias is renamed once; the other is made."""
    world.ann.create_label("old")
    world.write(
        "labels: [{name: Big, aliases: [old]}, {name: Large, aliases: [old, Big]}]\n" + STORY
    )
    world.sync()
    assert {"Big", "Large"} <= set(labels(world))
    assert "old" not in labels(world)


def test_name_and_alias_both_there_are_kept_and_told(world: World) -> None:
    """Nothing is merged or deleted; the plan says so."""
    world.ann.create_label("Big")
    world.ann.create_label("Huge")
    world.write("labels: [{name: Big, aliases: [huge]}]\n" + STORY)
    plan = world.plan()
    assert of_kind(plan, ChangeKind.LABEL) == []
    assert [(w.slug, w.message, w.hint) for w in plan.warnings] == [
        (
            "double-label",
            "the label Huge exists next to Big; both are kept",
            "label the issues of Huge with Big on GitHub, and delete Huge there",
        )
    ]
    world.run()
    assert {"Big", "Huge"} <= set(labels(world))


def test_another_case_is_no_change(world: World) -> None:
    """GitHub keeps the first spelling of a label; a file that writes another asks for nothing."""
    world.ann.create_label("BIG", "AABBCC")
    world.write("labels: [{name: big, color: aabbcc}]\n" + STORY)
    assert of_kind(world.plan(), ChangeKind.LABEL) == []
    world.sync()
    assert "BIG" in labels(world)
    assert world.issue("A").labels == ("BIG",)


def test_colour_and_description_follow_the_declaration_alone(world: World) -> None:
    """What is declared is set, what is not stays; an empty description is declared."""
    world.ann.create_label("Big", "ff0000", "Theirs")
    world.write(STORY)
    world.sync()
    assert (labels(world)["Big"].color, labels(world)["Big"].description) == ("ff0000", "Theirs")
    world.edit("stories:", 'labels: [{name: Big, color: 00FF00, description: ""}]\nstories:')
    world.sync()
    assert (labels(world)["Big"].color, labels(world)["Big"].description) == ("00ff00", None)


# ---- milestones ------------------------------------------------------------------------------


def milestones(world: World) -> dict[str, Milestone]:
    """The repository's milestones by title."""
    home = world.sandbox.repository(REPOSITORY)
    found = world.sandbox.store.milestones.get(home.id, {})
    return {each.title: each for each in found.values()}


@pytest.mark.parametrize("day", ["2026-03-31", "2026-07-01", "2026-03-08", "2026-11-01"])
def test_a_due_day_survives_github_s_floor(world: World, day: str) -> None:
    """In winter, in summer, and on the days on which the clocks change."""
    world.write(
        f"milestones: [{{title: M1, due: {day}}}]\nstories: [{{id: a, title: A, milestone: M1}}]\n"
    )
    world.sync()
    assert (milestones(world)["M1"].due_on or "")[:10] == day
    assert (milestones(world)["M1"].due_on or "")[11:] == "00:00:00Z"
    assert world.issue("A").milestone == "M1"


def test_a_closed_milestone_is_found_and_stays_closed(world: World) -> None:
    """A milestone of that title, closed already, is used and neither made again nor opened."""
    home = world.sandbox.repository(REPOSITORY)
    store = world.sandbox.store
    there = repositories.create_milestone(store, world.ann.viewer, home, title="M1", state="CLOSED")
    world.write("stories: [{id: a, title: A, milestone: M1}]\n")
    assert of_kind(world.plan(), ChangeKind.MILESTONE) == []
    world.sync()
    assert world.issue("A").milestone == "M1"
    assert [m.id for m in milestones(world).values()] == [there.id]
    assert milestones(world)["M1"].state == "CLOSED"


def test_a_milestone_s_day_and_words_change(world: World) -> None:
    """Each part follows its declaration; one that the file does not declare stays."""
    world.write(
        "milestones: [{title: M1, due: 2026-03-31, description: First}]\n"
        "stories: [{id: a, title: A, milestone: M1}]\n"
    )
    world.sync()
    world.edit("due: 2026-03-31, description: First", "due: 2026-04-30")
    world.sync()
    assert (milestones(world)["M1"].due_on or "")[:10] == "2026-04-30"
    assert milestones(world)["M1"].description == "First"


def test_a_milestone_is_taken_off(world: World) -> None:
    """An emptied milestone is cleared on the issue; the milestone itself stays."""
    world.write("stories: [{id: a, title: A, milestone: M1}]\n")
    world.sync()
    world.edit("milestone: M1", "milestone: null")
    world.sync()
    assert world.issue("A").milestone is None
    assert "M1" in milestones(world)


# ---- issue types -----------------------------------------------------------------------------

KINDS = """\
items:
  - {kind: feature, id: f, title: F}
  - {kind: bug, id: b, title: B}
  - {kind: story, id: s, title: S}
"""


def test_kinds_find_their_types_whatever_the_case(world: World) -> None:
    """`feature` is the organisation's `Feature`; a kind without a type has none, and no word."""
    world.write(KINDS)
    world.sync()
    assert world.issue("F").issue_type == "Feature"
    assert world.issue("B").issue_type == "Bug"
    assert world.issue("S").issue_type is None
    assert world.plan().deferred == ()


def test_a_user_s_repository_has_no_types(user_world: World) -> None:
    """Then kinds are labels only, quietly."""
    user_world.write(KINDS)
    user_world.sync()
    assert user_world.issue("F").issue_type is None
    assert user_world.plan().deferred == ()


def test_types_can_be_named_and_switched_off(world: World) -> None:
    """A kind may have a type of another name, or none; `false` switches all of them off."""
    world.write("issue_types: {story: Task, bug: false}\n" + KINDS)
    world.sync()
    assert world.issue("S").issue_type == "Task"
    assert world.issue("B").issue_type is None
    other = World(world.folder)
    other.write("issue_types: false\n" + KINDS)
    other.sync()
    assert {each.issue_type for each in other.observe().issues} == {None}


def test_an_item_of_another_kind_changes_its_type(world: World) -> None:
    """From one type to another; and where the new kind has none, ours is taken away."""
    world.write(KINDS)
    world.sync()
    world.edit("kind: bug", "kind: feature")
    world.sync()
    assert world.issue("B").issue_type == "Feature"
    world.edit("kind: feature, id: b", "kind: chore, id: b")
    world.sync()
    assert world.issue("B").issue_type is None


def test_a_type_that_is_switched_off_later_is_left(world: World) -> None:
    """Switching types off leaves what is there, and forgets that it was ours."""
    world.write(KINDS)
    world.sync()
    world.edit("items:", "issue_types: false\nitems:")
    world.run()
    assert world.issue("F").issue_type == "Feature"
    assert world.plan().changes == ()


def test_a_type_that_the_organisation_withdrew_stays(world: World) -> None:
    """A type that is no longer offered is neither set nor taken away."""
    world.write(KINDS)
    world.sync()
    store = world.sandbox.store
    owner = store.accounts["octo-org"]
    next(t for t in store.types[owner.id].values() if t.name == "Bug").is_enabled = False
    assert world.plan().changes == ()
    assert world.issue("B").issue_type == "Bug"


def test_a_type_that_somebody_took_away_comes_back(world: World) -> None:
    """The kind is the file's: what was changed on GitHub is told and set back."""
    world.write(KINDS)
    world.sync()
    home = world.sandbox.repository(REPOSITORY)
    for issue in world.sandbox.store.issues[home.id].values():
        issue.issue_type = None
    plan = world.plan()
    assert {(note.key, note.name) for note in plan.drift} == {
        ("f", "issue_type"),
        ("b", "issue_type"),
    }
    world.run()
    assert world.issue("F").issue_type == "Feature"


# ---- what people change ----------------------------------------------------------------------

DEFINED = """\
labels:
  - {name: Big, color: "010203", description: Much work}
milestones:
  - {title: Beta, due: 2027-03-31, description: For friends}
epics:
  - {id: e, title: E, milestone: Beta, labels: [Big], stories: [{id: a, title: A, labels: [Big]}]}
"""

EDITS: dict[str, tuple[Callable[[World], object], tuple[str, str, str, str | None]]] = {
    "due": (
        lambda w: w.ann.edit_milestone("Beta", due_on="2027-04-30"),
        ("milestone", "due", "2027-03-31", "2027-04-30"),
    ),
    "no due date": (
        lambda w: w.ann.edit_milestone("Beta", due_on=None),
        ("milestone", "due", "2027-03-31", None),
    ),
    "milestone's description": (
        lambda w: w.ann.edit_milestone("Beta", description="For all"),
        ("milestone", "description", "For friends", "For all"),
    ),
    "title": (
        lambda w: w.ann.edit_milestone("Beta", title="Public beta"),
        ("milestone", "title", "Beta", "Public beta"),
    ),
    "color": (
        lambda w: w.ann.edit_label("Big", color="ff0000"),
        ("label", "color", "010203", "ff0000"),
    ),
    "label's description": (
        lambda w: w.ann.edit_label("Big", description=""),
        ("label", "description", "Much work", ""),
    ),
    "name": (lambda w: w.ann.rename_label("Big", "Huge"), ("label", "name", "Big", "Huge")),
}
EVERY = pytest.mark.parametrize("edit", EDITS)


def notes(plan: Plan) -> list[tuple[str, str, object, object]]:
    """What drifted of definitions, both sides."""
    told = [n for n in plan.drift if n.is_definition]
    assert len(told) == len(plan.drift)
    return [(n.kind.value, n.name, n.desired, n.observed) for n in told]


@EVERY
def test_a_changed_definition_is_drift_and_set_back(world: World, edit: str) -> None:
    """The first sync records it: the plan tells both values, sync reverts it and says so."""
    world.write(DEFINED)
    world.sync()
    act, told = EDITS[edit]
    act(world)
    prepared = world.prepared()
    assert notes(prepared.plan) == [told]
    assert prepared.plan.conflicts == ()
    (change,) = [c for c in prepared.plan.changes if not c.is_refresh]
    assert change.drifted == (told[1],)
    found = find_drift(prepared.plan, prepared.desired, prepared.observed)
    assert (found.counts["drift"], found.counts["pending"]) == (1, 0)
    assert "(reverts drift)" in plan_text(prepared.plan, Look(width=100))
    assert "sync reverts it" in plan_markdown(prepared.plan)
    world.sync()
    assert (labels(world)["Big"].color, labels(world)["Big"].description) == ("010203", "Much work")
    assert list(milestones(world)) == ["Beta"]
    beta = milestones(world)["Beta"]
    assert ((beta.due_on or "")[:10], beta.description) == ("2027-03-31", "For friends")


@EVERY
def test_a_changed_definition_is_pulled_whole(world: World, edit: str) -> None:
    """The file takes it, references too; then a sync has nothing to write but records."""
    world.write(DEFINED)
    world.sync()
    act, _ = EDITS[edit]
    act(world)
    assert world.pull() == []
    plan = world.plan()
    assert (plan.drift, plan.conflicts) == ((), ())
    assert [c for c in plan.changes if not c.is_refresh] == []
    world.sync()
    assert len(milestones(world)) == 1
    assert len([n for n in labels(world) if n in ("Big", "Huge")]) == 1


def test_a_renamed_milestone_is_pulled_with_its_references(world: World) -> None:
    """Definition, defaults and items, in whatever case; comments and all else stay."""
    world.write(
        "milestones: [Beta]   # the next one\ndefaults: {milestone: beta}\n"
        "stories:\n  - {id: a, title: A, milestone: 'Beta'}   # soon\n  - {id: b, title: B}\n"
    )
    world.sync()
    world.ann.edit_milestone("Beta", title="Public beta")
    assert world.pull() == []
    assert world.text.split("\n", 2)[2] == (
        "milestones: [Public beta]   # the next one\ndefaults: {milestone: Public beta}\n"
        "stories:\n  - {id: a, title: A, milestone: 'Public beta', issue: sandbox#1}   # soon\n"
        "  - {id: b, title: B, issue: sandbox#2}\n"
    )
    world.sync()
    assert list(milestones(world)) == ["Public beta"]
    assert {world.issue(title).milestone for title in "AB"} == {"Public beta"}


def test_what_the_run_renames_back_makes_nothing_stale(world: World) -> None:
    """An item leaves the renamed milestone in the same run: both changes come about."""
    world.write(DEFINED)
    world.sync()
    world.ann.edit_milestone("Beta", title="Public beta")
    world.edit("title: E, milestone: Beta", "title: E, milestone: Next")
    world.sync()
    assert set(milestones(world)) == {"Beta", "Next"}
    assert world.issue("E").milestone == "Next"


def test_both_sides_changed_a_date(world: World) -> None:
    """A conflict, held; all else is applied, and either side can be chosen."""
    world.write(DEFINED)
    world.sync()
    world.ann.edit_milestone("Beta", due_on="2027-04-30")
    world.edit("2027-03-31", "2027-05-31")
    plan = world.plan()
    (note,) = plan.conflicts
    assert (note.kind.value, note.key, note.name) == ("milestone", "Beta", "due")
    assert [c for c in plan.changes if not c.is_refresh] == []
    decided = build(world, Owner.FILE)
    (change,) = [c for c in decided.changes if not c.is_refresh]
    assert change.fields["due"].after == "2027-05-31"
    assert [n.name for n in build(world, Owner.GITHUB).accepted] == ["due"]


def build(world: World, winner: Owner) -> Plan:
    """The plan of a run that is told who wins."""
    prepared = world.prepared()
    return build_plan(prepared.desired, prepared.observed, PlanOptions(on_conflict=winner))


def test_a_change_of_the_file_is_none_of_people(world: World) -> None:
    """Pushed as the file's own change, and recorded by the same run."""
    world.write(DEFINED)
    world.sync()
    world.edit("2027-03-31", "2027-05-31")
    world.edit('"010203"', '"0000ff"')
    plan = world.plan()
    assert plan.drift == ()
    assert {c.reason for c in plan.changes if not c.is_refresh} == {"changed in the file"}
    world.sync()
    world.ann.edit_milestone("Beta", due_on="2027-06-30")
    assert notes(world.plan()) == [("milestone", "due", "2027-05-31", "2027-06-30")]


def older(world: World) -> None:
    """Take the record of definitions out of all markers: an older version wrote them."""
    for issue in world.observe().issues:
        parts = body_block.split(issue.body)
        assert parts.marker is not None
        base = replace(parts.marker.base, definitions={})
        body = body_block.join(replace(parts, marker=replace(parts.marker, base=base)))
        world.ann.edit(issue.number, body=body)


def test_an_older_backlog_gets_its_record_with_the_next_write(world: World) -> None:
    """An unchanged sync writes nothing; the next change of the first issue brings the record."""
    world.write(DEFINED)
    world.sync()
    older(world)
    assert world.plan().changes == ()
    world.edit("title: E,", "title: Epic,")
    world.sync()
    world.ann.edit_milestone("Beta", due_on="2027-06-30")
    assert notes(world.plan()) == [("milestone", "due", "2027-03-31", "2027-06-30")]


def test_without_a_record_both_values_are_told_and_the_file_is_enforced(world: World) -> None:
    """It differs: neither the file's change nor drift; pull takes it only where GitHub wins."""
    world.write(DEFINED)
    world.sync()
    older(world)
    world.ann.edit_milestone("Beta", due_on="2027-06-30")
    prepared = world.prepared()
    (note,) = prepared.plan.drift
    assert (note.verdict, note.desired, note.observed) == (
        Verdict.DIFFERS,
        "2027-03-31",
        "2027-06-30",
    )
    found = find_drift(prepared.plan, prepared.desired, prepared.observed)
    assert (found.counts["drift"], found.counts["pending"]) == (1, 0)
    text = plan_text(prepared.plan, Look(width=100))
    assert "differs  it is not recorded who changed it; sync sets what the file" in text
    (left,) = world.pull()
    assert "--on-conflict github" in left
    assert "2027-03-31" in world.text
    world.sync()
    assert (milestones(world)["Beta"].due_on or "")[:10] == "2027-03-31"
    world.ann.edit_milestone("Beta", due_on="2027-07-31")
    assert [n.verdict for n in world.plan().drift] == [Verdict.DRIFT]


def test_a_first_sync_tells_no_drift(world: World) -> None:
    """Labels that are there already and look otherwise: what is declared is set."""
    world.ann.create_label("Big", "ff0000", "Theirs")
    world.write(DEFINED)
    assert world.plan().drift == ()
    world.sync()
    assert labels(world)["Big"].color == "010203"


def test_the_next_issue_carries_the_record_where_the_first_one_is_gone(world: World) -> None:
    """The carrier's item leaves the file: its record counts, and another issue takes it over."""
    world.write(
        "milestones: [{title: Beta, due: 2027-03-31}]\n"
        "stories: [{id: a, title: A, milestone: Beta}, {id: b, title: B, milestone: Beta}]\n"
    )
    world.sync()
    world.edit("{id: a, title: A, milestone: Beta, issue: sandbox#1}, ", "")
    world.ann.edit_milestone("Beta", due_on="2027-06-30")
    assert notes(world.plan()) == [("milestone", "due", "2027-03-31", "2027-06-30")]
    world.sync()
    assert record(world, "B")
    world.ann.edit_milestone("Beta", title="Gamma")
    assert notes(world.plan()) == [("milestone", "title", "Beta", "Gamma")]
    world.sync()


def record(world: World, title: str) -> Mapping[str, tuple[str, ...]]:
    """The record that an issue carries."""
    marker = body_block.split(world.issue(title).body).marker
    assert marker is not None
    return marker.base.definitions


def test_one_issue_carries_the_record_and_others_none(world: World) -> None:
    """It tells hashes and numbers, and nothing of a board."""
    world.write(DEFINED + BOARD)
    world.sync()
    assert len(record(world, "E")) == 4
    assert record(world, "A") == {}
    told = json.dumps(dict(record(world, "E")))
    assert "Beta" not in told
    assert "Widgets" not in told


def test_a_definition_that_could_not_be_made_is_not_recorded(world: World) -> None:
    """The run is cut between the definitions and the issues: nothing claims a milestone."""
    world.write(DEFINED)
    world.sync()
    world.edit("- {title: Beta,", "- {title: Next, due: 2027-12-31}\n  - {title: Beta,")
    loaded, tracker = world.load(), world.tracker()
    assert loaded.desired is not None
    prepared = observe_and_plan(loaded.desired, tracker, PlanOptions(only=("a",)))
    assert [c for c in prepared.plan.changes if c.kind is ChangeKind.MILESTONE] == []
    apply(prepared, tracker, nonces=lambda: "0" * 16, progress=Watcher())
    assert len(record(world, "E")) == 4
    world.sync()
    assert len(record(world, "E")) == 5
    assert all(entry[0] for entry in record(world, "E").values())


def test_a_date_that_follows_from_a_name_is_declared_by_hand(world: World) -> None:
    """What is used and not declared is known by its name; a rename goes to its references."""
    world.write("stories: [{id: a, title: A, milestone: Beta, labels: [ui]}]\n")
    world.sync()
    world.ann.edit_milestone("Beta", title="Gamma", due_on="2027-01-31")
    world.ann.rename_label("ui", "UI/UX")
    assert notes(world.plan()) == [
        ("label", "name", "ui", "UI/UX"),
        ("milestone", "title", "Beta", "Gamma"),
    ]
    assert world.pull() == []
    assert "milestone: Gamma" in world.text
    assert 'labels: ["UI/UX"]' in world.text or "labels: [UI/UX]" in world.text
    world.sync()
    assert list(milestones(world)) == ["Gamma"]


def test_the_label_of_a_kind_is_renamed_in_the_settings(world: World) -> None:
    """Nothing in the file names it until `kind_labels` does: then it is taken, else it says how."""
    world.write("stories: [{id: a, title: A}]\n")
    world.sync()
    world.ann.rename_label("story", "User story")
    (left,) = world.pull()
    assert "kind_labels: {story: …}" in left
    world.sync()
    assert world.issue("A").labels == ("story",)
    world.edit("stories:", "kind_labels: {story: story}\nstories:")
    world.sync()
    world.ann.rename_label("story", "User story")
    assert world.pull() == []
    assert "kind_labels: {story: User story}" in world.text
    world.sync()
