"""What stops a first sync: found by the plan, before anything is sent."""

from typing import Any

import pytest

from backlog_sync.core.change_kinds import ChangeKind
from backlog_sync.core.changes import CreateLabel
from backlog_sync.core.plan import Result
from github_sandbox.access import Grant
from github_sandbox.features import Features
from tests.surface.conftest import REPOSITORY, World, reasons

PLAIN = "kind_labels: {story: null}\n"
FILE = "stories:\n  - {id: a, title: A}\n"


@pytest.mark.parametrize(
    ("change", "slug"),
    [
        ({"is_archived": True}, "archived"),
        ({"is_disabled": True}, "disabled"),
        ({"is_locked": True}, "locked"),
        ({"has_issues": False}, "no-issues"),
        ({"creation_policy": "COLLABORATORS_ONLY"}, "read-only"),
    ],
)
def test_a_repository_in_which_nothing_can_be_created(
    world: World, change: dict[str, Any], slug: str
) -> None:
    """Each state refuses the plan, with what to do; an unchanged backlog is not refused."""
    world.write(FILE)
    for name, value in change.items():
        setattr(world.sandbox.repository(REPOSITORY), name, value)
    world.token = "reader"
    if slug == "read-only":
        world.sandbox.tokens["reader"] = Grant("bob", "read")
    (found,) = world.prepared().violations
    assert found.slug == slug
    assert found.final
    assert found.hint
    assert not any(entry.writes for entry in world.sandbox.log)


def test_a_token_that_may_write_but_not_create(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only a plan that creates issues is refused; who knows better may override it."""
    world.write(FILE)
    world.sync()
    monkeypatch.setattr("github_sandbox.repositories.may_create_issues", lambda *_: False)
    world.edit("title: A", "title: B")
    assert world.prepared().violations == ()
    world.write(FILE + "  - {id: c, title: C}\n")
    (found,) = world.prepared().violations
    assert (found.slug, found.final) == ("issues-restricted", False)
    assert "may not create issues in octo-org/widgets" in found.message
    assert "--force issues-restricted" in found.hint
    world.sandbox.repository(REPOSITORY).creation_policy = "COLLABORATORS_ONLY"
    (found,) = world.prepared().violations
    assert found.message.startswith("only collaborators may create issues")


def test_an_older_server_does_not_say_who_may_create(world: World) -> None:
    """Nothing is refused for what is not known."""
    world.sandbox.features = Features(creation_policy=False)
    world.write(FILE)
    world.sync()
    assert world.issue("A").number == 1


def test_an_old_label_with_a_shortcode_is_used(world: World) -> None:
    """No second one is created, on issues neither, and the next run changes nothing."""
    world.ann.create_label(":bug: Bug")
    world.write(PLAIN + "stories:\n  - {id: a, title: A, labels: [🐛 bug, ✨ new]}\n")
    world.sync()
    assert [label.name for label in world.observe().labels if "ug" in label.name] == [
        "bug",
        ":bug: Bug",
    ]
    assert sorted(world.issue("A").labels) == [":bug: Bug", "✨ new"]
    world.edit("[🐛 bug, ✨ new]", "[✨ new]")
    world.sync()
    assert world.issue("A").labels == ("✨ new",)


def test_a_label_that_exists_twice_is_reported_and_removed_right(world: World) -> None:
    """Both stay; of an issue, the one that it has is removed."""
    world.write(PLAIN + "stories:\n  - {id: a, title: A, labels: [🐛 bug]}\n")
    world.sync()
    world.ann.create_label(":bug: bug")
    world.ann.label(1, ":bug: bug")
    (warned,) = world.plan().warnings
    assert warned.message == (
        "the label :bug: bug exists next to 🐛 bug, which GitHub shows alike; both are kept"
    )
    assert world.plan().changes == ()
    world.ann.unlabel(1, "🐛 bug")
    assert world.plan().changes == ()
    world.edit(", labels: [🐛 bug]", ", labels: []")
    world.run()
    assert world.issue("A").labels == ()


def test_a_label_of_emoji_only_is_left_out_and_told(world: World) -> None:
    """Everything else is synced; the plan says which word would do, and stays silent else."""
    world.write(
        PLAIN + "labels: [{name: 🚧, color: ff0000}]\n"
        "stories:\n  - {id: a, title: A, labels: [🐛, ✨ new]}\n"
    )
    plan = world.plan()
    assert [(d.kind, d.key, d.hint) for d in plan.deferred] == [
        (ChangeKind.LABEL, "🐛", "add a word, such as '🐛 bug'"),
        (ChangeKind.LABEL, "🚧", "add a word, such as '🚧 construction'"),
    ]
    assert reasons(plan) == ["GitHub does not create a label of emoji only"]
    assert [c.title for c in plan.changes if isinstance(c, CreateLabel)] == ["✨ new"]
    applied = world.sync()
    assert {outcome.result for outcome in applied.outcomes} == {Result.APPLIED}
    assert world.issue("A").labels == ("✨ new",)
    assert len(world.plan().deferred) == 2


def test_an_old_label_of_emoji_only_is_used(world: World) -> None:
    """Labels made before GitHub refused them are still there, as shortcodes."""
    world.ann.create_label(":bug:")
    world.write(PLAIN + "stories:\n  - {id: a, title: A, labels: [🐛]}\n")
    assert world.plan().deferred == ()
    world.sync()
    assert world.issue("A").labels == (":bug:",)
