"""`--prune close` and issues whose text is still somewhere in the files."""

import random
from pathlib import Path

import pytest

from backlog_sync.core.change_kinds import Action
from backlog_sync.core.drift import drift_to_json, find_drift
from backlog_sync.core.options import PlanOptions
from backlog_sync.core.plan import Plan
from backlog_sync.engine.reconcile import observe_and_plan
from backlog_sync.render.canvas import Look
from backlog_sync.render.drift import drift_text
from tests.surface.conftest import World

HEAD = "# Plan\n\n## Epic 1: House of Ann\n\n### Story 1.1: Paint the walls\n"
STORY = "### Story 1.2: Lock the garden door\n"
WORDS = ("garden", "door", "Türen", "lock", "für", "Ann", "开门", "v2", "night", "shift", "box")


def pruned(world: World) -> Plan:
    """What a run with `--prune close` would do."""
    options = PlanOptions(prune=True)
    return observe_and_plan(world.desired(), world.tracker(read_only=True), options).plan


def closed(plan: Plan) -> list[str]:
    """The titles of the issues that a plan closes."""
    return [change.title for change in plan.changes if change.action is Action.CLOSE]


def synced(world: World, title: str = "Lock the garden door") -> str:
    """Sync the file with a second story, and give its text without that story."""
    world.put("ROADMAP.md", f"{HEAD}\n### Story 1.2: {title}\n")
    world.sync()
    return world.text[: world.text.index("### Story 1.2")]


def forms(title: str) -> list[str]:
    """Lines that hold a title and make no item."""
    return [
        f"## Ideas\n\n- {title}\n",
        f"## Ideas\n\nLater we may still {title}, or not.\n",
        f"<!-- {title} -->\n",
        f"<!--\n### Story 1.2: {title}\n-->\n",
        f"```\n{title}\n```\n",
        f"| Idea | Note |\n|---|---|\n| {title} | later |\n",
        f"~~{title}~~\n",
        f"**{title.upper()}**\n",
        f"## Risks\n\n- **{title}** (5 pts)\n",
        "## Ideas\n\n" + title.replace(" ", "\n", 1) + "\n",
    ]


@pytest.mark.parametrize("seed", range(3))
def test_what_is_still_in_the_file_is_not_closed(world: World, seed: int) -> None:
    """Whatever line holds the title of an issue without an item, the issue stays open."""
    rng = random.Random(seed)
    title = " ".join(rng.sample(WORDS, rng.randint(2, 5)))
    rest = synced(world, title)
    for form in forms(title):
        world.put("ROADMAP.md", f"{rest}\n{form}")
        plan = pruned(world)
        assert closed(plan) == [], form
        (left,) = plan.unread
        assert left.place.startswith(str(world.file)), form
        assert plan.orphans == ()
    world.put("ROADMAP.md", rest)
    assert closed(pruned(world)) == [title]


def test_it_is_told_where(world: World) -> None:
    """Path and line, so that it can be taken out if it is meant to go."""
    rest = synced(world)
    world.put("ROADMAP.md", f"{rest}\n- Lock the garden door\n")
    (left,) = pruned(world).unread
    line = world.text.rstrip().count("\n") + 1
    assert left.place == f"{world.file}:{line}"
    assert world.plan().unread == (left,)


@pytest.mark.parametrize(
    ("form", "reading"),
    [
        ("## Ideas\n\n### Lock the garden door\n", '"### Lock the garden door": story'),
        ("## Ideas\n\n- Lock the garden door\n", '"## Ideas": {items: story}'),
        (
            "## Ideas\n\n| No | Idea |\n|---|---|\n| 7 | Lock the garden door |\n",
            '"table Idea": {items: story, title: "Idea"}',
        ),
        ("Later we may lock the garden door.\n", ""),
    ],
)
def test_the_line_of_settings_that_would_keep_it_is_told(
    world: World, form: str, reading: str
) -> None:
    """By the shape of its line and the kind of its issue; nothing for a sentence."""
    rest = synced(world)
    world.put("ROADMAP.md", f"{rest}\n{form}")
    (left,) = world.plan().unread
    assert left.reading == reading
    assert left.hint == (f"to keep it: `reading: {{{reading}}}`" if reading else "")


def test_several_headings_of_one_level_are_one_line_of_settings(world: World) -> None:
    """The pattern of the level, with the kind of the issues."""
    rest = synced(world)
    world.put("ROADMAP.md", f"{rest}{STORY}\n### Story 1.3: Mend the roof\n")
    world.sync()
    ideas = "## Ideas\n\n#### Lock the garden door\n\n#### Mend the roof\n"
    world.put("ROADMAP.md", f"{rest}\n{ideas}")
    assert [left.reading for left in world.plan().unread] == ['"#### *": story'] * 2


def test_a_line_that_another_item_has_is_read(world: World) -> None:
    """Of two items with one title one was taken out: an orphan, and nothing that is not read."""
    text = "# Plan\n\n## Epic 1: House\n\n### Story 1.1: Paint it\n\n## Epic 2: Shed\n\n"
    world.put("ROADMAP.md", f"{text}### Story 2.1: Paint it\n")
    world.sync()
    world.put("ROADMAP.md", world.text[: world.text.index("### Story 2.1")])
    plan = world.plan()
    assert plan.unread == ()
    (left,) = plan.orphans
    assert left.title == "Paint it"
    (left,) = pruned(world).orphans
    assert (
        left.reason == f"its title is still in the file ({world.file}:7), where another item has it"
    )


def test_it_is_no_drift(world: World) -> None:
    """Nothing moved apart: it is told, and `drift` finds nothing."""
    rest = synced(world)
    world.put("ROADMAP.md", f"{rest}\n## Ideas\n\n- Lock the garden door\n")
    prepared = world.prepared()
    drift = find_drift(prepared.plan, prepared.desired, prepared.observed)
    told = [(each["key"], each["place"]) for each in drift_to_json(drift)["no_longer_read"]]
    assert told == [("story-1.2", prepared.plan.unread[0].place)]
    assert not drift
    shown = drift_text(drift, Look(width=100))
    assert "no longer read as an item" in shown
    assert "No drift." in shown


def test_the_title_that_it_had_counts_too(world: World) -> None:
    """An issue that people retitled is known by the title in the file."""
    rest = synced(world)
    world.ann.edit(world.issue("Lock the garden door").number, title="Something else")
    world.put("ROADMAP.md", f"{rest}\n## Ideas\n\n- Lock the garden door\n")
    assert closed(pruned(world)) == []
    world.put("ROADMAP.md", rest)
    assert closed(pruned(world)) == ["Something else"]


def test_its_key_counts_too(world: World) -> None:
    """`Story 1.2` somewhere in the text is its item's, unless another item has that number."""
    rest = synced(world)
    world.put("ROADMAP.md", f"{rest}\n## Notes\n\nStory 1.2 waits for the summer.\n")
    assert closed(pruned(world)) == []
    world.put("ROADMAP.md", f"{rest}\n## Notes\n\nStory 1.20 and Story 1.2.3 wait.\n")
    assert closed(pruned(world)) == ["Lock the garden door"]
    third = "### Story 1.3: Mend the roof\n"
    world.put("ROADMAP.md", f"{rest}\n{STORY}\n{third}")
    world.sync()
    head, _, tail = world.text.partition("### Story 1.2")
    renumbered = "### Story 1.2" + tail[tail.index("### Story 1.3") + len("### Story 1.3") :]
    world.put("ROADMAP.md", head + renumbered)
    assert closed(pruned(world)) == ["Lock the garden door"]


def test_yaml_and_csv(tmp_path: Path) -> None:
    """A commented item, a key of another list, a row without a type: each is a line of a file."""
    item = "  - {id: garden-door, title: Lock the garden door}\n"
    text = "version: 1\nstories:\n  - {id: walls, title: Paint the walls}\n"
    for number, left in enumerate((f"  # - {item.strip(' -')}", "  # garden-door is for later\n")):
        world = World(tmp_path / str(number))
        world.folder.mkdir()
        world.put("backlog.yaml", text + item)
        world.sync()
        kept = world.text[: world.text.index("  - {id: garden")]
        world.put("backlog.yaml", kept + left)
        assert closed(pruned(world)) == []
        world.put("backlog.yaml", kept)
        assert closed(pruned(world)) == ["Lock the garden door"]


def test_a_part_of_another_title_is_not_its_text(world: World) -> None:
    """`Login page` is not still there because `Login page for guests` is an item."""
    rest = synced(world, "Login page")
    world.put("ROADMAP.md", f"{rest}\n### Story 1.4: Login page for guests\n")
    assert closed(pruned(world)) == ["Login page"]


def test_a_summary_of_ours_is_not_the_authors_text(world: World) -> None:
    """The block that we keep up to date still names an epic that has just been taken out."""
    text = "# Plan\n\n<!-- backlog:summary -->\n<!-- /backlog:summary -->\n\n## Epic 1: House\n\n"
    shed = "## Epic 2: Garden shed\n\n### Story 2.1: Mend the roof\n"
    world.put("ROADMAP.md", f"{text}### Story 1.1: Paint it\n\n{shed}")
    world.sync()
    world.ann.close(world.issue("Paint it").number)
    world.run()
    assert world.text.count("Garden shed") == 2
    world.put("ROADMAP.md", world.text[: world.text.index("## Epic 2")])
    assert sorted(closed(pruned(world))) == ["Garden shed", "Mend the roof"]
