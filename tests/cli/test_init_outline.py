"""`backlog init --from`: what it shows of a plan, what it asks, and what it writes."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from backlog_sync.cli.screen import Screen
from tests.cli.conftest import Backlog

ROADMAP = """\
# Ferry

What the harbour office planned in spring.

## Epic 1: Booking

### Story 1.1: Book a crossing ✅

**Points:** 3

- [x] Pays by card
- [ ] Gets a ticket

### Story 1.2: Move a crossing

## Next

- Tell the skipper
- Share a cabin

## Later

- Sell coffee

## Glossary

| Word | Meaning |
|------|---------|
| Berth | A place |
| Quay | A wall |
"""

BELOW_NEXT = '"## Next": {items: task}'


@pytest.fixture
def roadmap(folder: Path) -> Path:
    """A roadmap with bullets below times, and with a table of something else."""
    (folder / "backlog.yaml").unlink()
    file = folder / "ROADMAP.md"
    file.write_text(ROADMAP, encoding="utf-8")
    return file


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """A terminal: what somebody answers, and what they were asked."""
    given: list[str] = []

    def choose(_: Screen, question: str, offered: tuple[str, ...], default: str) -> str:
        said = given.pop(0) if given else default
        assert said in (*offered, default), question
        return said

    monkeypatch.setattr(Screen, "can_ask", lambda _: True)
    monkeypatch.setattr(Screen, "choose", choose)
    monkeypatch.setattr(Screen, "ask", lambda _, question: given.pop(0) == "yes")
    yield given
    assert not given


def test_the_outline_shows_items_doubts_and_what_was_left(backlog: Backlog, roadmap: Path) -> None:
    """Kind, title, key, done mark and criteria of each item; the rest by its reason."""
    told = backlog("init", "--from", "ROADMAP.md").err
    assert "  epic Booking" in told
    done = next(line for line in told.splitlines() if "Book a crossing" in line)
    assert done.startswith("  ✓ story")
    assert done.endswith("1/2 criteria · story-1.1")
    assert "3 bullets below 'Next' and 1 more heading are not taken" in told
    assert BELOW_NEXT in told
    assert "taken: 7 of 18 lines" in told
    assert "outside of any item (line 3)" in told
    assert "something else" in told
    assert "\x1b" not in told
    assert all(len(line) <= 80 for line in told.split("ROADMAP.md stays")[0].splitlines())


def test_without_a_terminal_nothing_is_changed(backlog: Backlog, roadmap: Path) -> None:
    """The safe reading counts; the lines that would change it are comments of the settings."""
    ran = backlog("init", "--from", "ROADMAP.md")
    assert roadmap.read_text(encoding="utf-8") == ROADMAP
    assert not Path("backlog").exists()
    assert f"  #   {BELOW_NEXT}\n" in ran.out
    roadmap.write_text(ran.out + ROADMAP, encoding="utf-8")
    assert backlog("lint", "ROADMAP.md").code == 0


def test_long_lists_are_folded(backlog: Backlog, folder: Path) -> None:
    """A tree of many items keeps its first ones, and counts the others."""
    tasks = "".join(f"- [ ] Paint cabin {number}\n" for number in range(60))
    (folder / "PLAN.md").write_text(f"## Sprint 1: Cabins\n\n{tasks}", encoding="utf-8")
    told = backlog("init", "--from", "PLAN.md").err
    assert "… 48 more tasks" in told
    assert "Paint cabin 59" not in told
    assert "Paint cabin 59" in backlog("init", "--from", "PLAN.md", "-v").err


def test_an_answer_is_written_where_roadmaps_share_their_settings(
    backlog: Backlog, roadmap: Path, answers: list[str]
) -> None:
    """Without a yes the roadmap stays as it is, and the next run reads it as it was meant."""
    answers += ["task", "no"]
    ran = backlog("init", "--from", "ROADMAP.md")
    assert ran.code == 0, ran.err
    assert roadmap.read_text(encoding="utf-8") == ROADMAP
    assert BELOW_NEXT in Path("backlog/config.yaml").read_text(encoding="utf-8")
    found = json.loads(backlog("lint", "ROADMAP.md", "--format", "json").out)
    assert found["inventory"]["task"] == 3
    assert "now: 1 epic, 2 stories, 3 tasks" in ran.err


def test_an_answer_goes_into_front_matter_with_a_yes(
    backlog: Backlog, roadmap: Path, answers: list[str]
) -> None:
    """Front matter that is there keeps every byte, and the answer stands in it."""
    front = "---\nbacklog:\n  repository: octo-org/ferry  # ours\n---\n"
    roadmap.write_text(front + ROADMAP, encoding="utf-8")
    answers += ["story", "yes"]
    assert backlog("init", "--from", "ROADMAP.md").code == 0
    text = roadmap.read_text(encoding="utf-8")
    assert text.endswith(ROADMAP)
    assert "  repository: octo-org/ferry  # ours\n" in text
    assert not Path("backlog").exists()
    found = json.loads(backlog("lint", "ROADMAP.md", "--format", "json").out)
    assert found["inventory"]["story"] == 5


def test_no_is_what_a_bare_return_means(
    backlog: Backlog, roadmap: Path, answers: list[str]
) -> None:
    """Nobody who only looks changes anything."""
    assert backlog("init", "--from", "ROADMAP.md").code == 0
    assert roadmap.read_text(encoding="utf-8") == ROADMAP
    assert not Path("backlog").exists()


def test_headings_of_a_code_are_asked_for_their_kind(
    backlog: Backlog, folder: Path, answers: list[str]
) -> None:
    """What no word says is read by its form, and can be said in one line."""
    plan = "".join(f"## FRY-{n}: Rope {n}\n\n**Points:** 2\n\n" for n in range(10, 13))
    (folder / "PLAN.md").write_text(plan, encoding="utf-8")
    answers += ["task", "no"]
    ran = backlog("init", "--from", "PLAN.md")
    assert "such as 'FRY-10: Rope 10' are read as" in ran.err
    assert '"## *": task' in Path("backlog/config.yaml").read_text(encoding="utf-8")
    found = json.loads(backlog("lint", "PLAN.md", "--format", "json").out)
    assert found["inventory"]["task"] == 3


def test_an_answer_about_a_list_of_another_tool_has_no_front_matter(
    backlog: Backlog, folder: Path, answers: list[str]
) -> None:
    """It goes where the files of the repository share their settings, and counts at once."""
    text = "epics: [{title: Sail}]\nextras:\n  - {title: Rig}\n  - {title: Hoist}\n"
    (folder / "plan.yaml").write_text(text)
    answers += ["task"]
    ran = backlog("init", "--from", "plan.yaml")
    assert ran.code == 0, ran.err
    assert answers == []
    said = Path("backlog/config.yaml").read_text(encoding="utf-8")
    assert '"key extras": {items: task}' in said
    assert Path("plan.yaml").read_text() == text
    assert "Hoist" in Path("backlog/backlog.yaml").read_text()


# ---- what becomes of it --------------------------------------------------------------------


def states(backlog: Backlog, path: str) -> object:
    """What a plan against nothing would create: titles, kinds, bodies and parents."""
    ran = backlog("plan", path, "--repo", "octo-org/ferry", "--sandbox", "--format", "json")
    assert ran.code == 0, ran.err
    return json.loads(ran.out)["summary"]


def test_a_roadmap_becomes_yaml_and_markdown_again(backlog: Backlog, roadmap: Path) -> None:
    """`--to` converts, and the plans of all three are the same."""
    assert backlog("init", "--from", "ROADMAP.md", "--to", "yaml", "--output", "f.yaml").code == 0
    ran = backlog("init", "--from", "f.yaml", "--to", "markdown", "--output", "again.md")
    assert ran.code == 0, ran.err
    assert states(backlog, "ROADMAP.md") == states(backlog, "f.yaml") == states(backlog, "again.md")
    assert "## Epic: Booking" in Path("again.md").read_text(encoding="utf-8")
    assert roadmap.read_text(encoding="utf-8") == ROADMAP


def test_what_markdown_cannot_say_is_named(backlog: Backlog, folder: Path) -> None:
    """Nothing is written where something would be lost."""
    (folder / "r.yaml").write_text(
        "version: 1\nstories:\n  - {id: a-1, title: A, labels: ['at sea, at night']}\n"
    )
    ran = backlog("init", "--from", "r.yaml", "--to", "markdown", "--output", "r.md")
    assert ran.code == 1
    assert "'a-1' (labels)" in ran.err
    assert not Path("r.md").exists()


def test_usage_of_init_from(backlog: Backlog, roadmap: Path) -> None:
    """The name of the new file fits its syntax; files without --from mean nothing."""
    assert backlog("init", "ROADMAP.md").code == 2
    assert backlog("init", "--to", "yaml").code == 2
    wrong = ("init", "--from", "ROADMAP.md", "--to", "markdown", "--output", "x.yaml")
    assert backlog(*wrong).code == 2


# ---- lint and plan -------------------------------------------------------------------------


def test_lint_says_in_one_line_what_was_not_taken(backlog: Backlog, roadmap: Path) -> None:
    """How much, and how to take it; nothing of it where all was taken."""
    lines = backlog("lint", "ROADMAP.md").out.splitlines()
    told = [line for line in lines if line.startswith("taken: ")]
    assert len(told) == 1
    assert "taken: 7 of 18 lines; 3 bullets were not taken as items: '--bullets items'" in told[0]
    roadmap.write_text("## Epic 1: Booking\n\n### Story 1.1: Book\n", encoding="utf-8")
    assert "taken:" not in backlog("lint", "ROADMAP.md").out


def test_a_plan_ends_with_bullets_that_may_be_items(backlog: Backlog, roadmap: Path) -> None:
    """Only bullets are counted, not prose or tables; without such bullets nothing is printed."""
    plan = ("plan", "ROADMAP.md", "--repo", "octo-org/ferry", "--sandbox")
    told = " ".join(backlog(*plan).err.split())
    assert "taken" not in told
    explain = "`backlog lint ROADMAP.md --explain` shows which"
    assert f"3 bullets are not in this plan; {explain}, `--bullets items` adds them." in told
    roadmap.write_text(
        ROADMAP.split("## Next", maxsplit=1)[0] + "## Glossary\n\nProse.\n", encoding="utf-8"
    )
    assert "not in this plan" not in backlog(*plan).err


def test_explain_shows_every_line_beside_its_verdict(backlog: Backlog, roadmap: Path) -> None:
    """All lines in order, those of items and those that were not taken told apart, in the width."""
    shown = backlog("lint", "ROADMAP.md", "--explain").out.splitlines()
    count = len(ROADMAP.splitlines())
    assert [line.split()[0] for line in shown[:count]] == [str(n + 1) for n in range(count)]
    assert all(len(line) <= 80 for line in shown[:count])
    assert "│ ### Story 1.1: Book a crossing" in shown[6]
    assert "typed-heading story-1.1" in shown[6]
    assert "! - Tell the skipper" in shown[17]
    assert "not taken: '--bullets items' takes it" in shown[17]


def test_explain_as_json_has_a_verdict_for_each_line(backlog: Backlog, roadmap: Path) -> None:
    """Scripts get path, line, rule, key, reason and verdict, and the sums."""
    found = json.loads(backlog("lint", "ROADMAP.md", "--explain", "--format", "json").out)
    assert set(found["lines"][0]) == {"path", "line", "rule", "key", "reason", "verdict"}
    assert found["read"]["lines"] == len(found["lines"]) == 18
    assert found["read"]["taken"] == 7
    left = [each for each in found["read"]["left"] if each["verdict"] == "not taken"]
    assert sum(each["lines"] for each in left) == 7
    assert left[0]["first"]["path"] == "ROADMAP.md"


def test_explain_in_colour_makes_what_was_left_stand_out(backlog: Backlog, roadmap: Path) -> None:
    """Only the number is dim in a line that was not taken; without colour nothing is styled."""
    ran = backlog("lint", "ROADMAP.md", "--explain", "--color", "always")
    line = next(each for each in ran.out.splitlines() if "Tell the skipper" in each)
    assert "\x1b[33m- Tell the skipper" in line
    assert line.count("\x1b[2m") == 1
    assert "\x1b" not in backlog("lint", "ROADMAP.md", "--explain").out
