"""Labels, milestones and issue types: what is declared, and nothing else, comes about."""

import pytest

from backlog_sync.core.changes import ChangeKind
from backlog_sync.sandbox import places
from backlog_sync.sandbox.models import Label, Milestone
from tests.surface.conftest import REPOSITORY, World, of_kind

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
    assert [w.message for w in plan.warnings] == [
        "the label Huge is there beside Big; both are kept"
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
    assert (milestones(world)["M1"].due_on or "")[11:] in ("07:00:00Z", "08:00:00Z")
    assert world.issue("A").milestone == "M1"


def test_a_closed_milestone_is_found_and_stays_closed(world: World) -> None:
    """A milestone of that title, closed already, is used and neither made again nor opened."""
    home = world.sandbox.repository(REPOSITORY)
    store = world.sandbox.store
    there = places.create_milestone(store, world.ann.viewer, home, title="M1", state="CLOSED")
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
