"""`backlog sprint` and `sprint roll`: what a sprint comes to, and carrying it over."""

import json
import os
import random
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from backlog_sync import wiring
from backlog_sync.core.pull import Take, TakeValue
from backlog_sync.files.load import load
from backlog_sync.files.write.pull import accept
from github_sandbox.actors import Person
from github_sandbox.app import Sandbox
from github_sandbox.server import serve
from tests.cli.conftest import Backlog, Ran
from tests.house.generated import ROOT

PLAN = """\
version: 1
repository: octo-org/shop
project:
  owner: octo-org
  title: Shop
  views: []
  fields:
    Story Points: {type: number}
    Sprint: {type: iteration, start: 2026-01-05, duration: 14, count: 4}
stories:
  - {id: keep, title: Keep a cart, story_points: 5, sprint: Sprint 1, assignees: [ann]}
  - {id: card, title: Pay by card, story_points: 8, sprint: Sprint 1}   # the bank is slow
  - {id: mail, title: Send a receipt, story_points: 3, sprint: Sprint 2}
  - {id: chat, title: Answer questions, story_points: 1, sprint: "@current"}
  - {id: gift, title: Gift cards, story_points: 2}
  - {id: wish, title: Wish list, story_points: 8}
"""
MARKDOWN = """\
---
backlog:
  repository: octo-org/shop
  project:
    owner: octo-org
    title: Shop
    views: []
    fields:
      Sprint: {type: iteration, start: 2026-01-05, duration: 14, count: 4}
---
# Shop

## Story 1: Keep a cart

* Sprint:  Sprint 1

## Story 2: Pay by card

* Sprint:  Sprint 1
"""
FILE_OWNS = PLAN.replace("stories:", "ownership: {sprint: file}\nstories:")
KEEP, CARD, MAIL, CHAT, GIFT = range(1, 6)


class Clock:
    """The clock of the tool and of the simulator."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def at(self, day: str) -> None:
        """Time passes until this day."""
        self.seconds = datetime.fromisoformat(f"{day}T12:00:00+00:00").timestamp()

    def now(self) -> float:
        """The time for the tool."""
        return self.seconds

    def sleep(self, seconds: float) -> None:
        """Wait."""
        self.seconds += seconds

    def __call__(self) -> datetime:
        """The time for the simulator."""
        return datetime.fromtimestamp(self.seconds, UTC)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock, on the first day of the first sprint."""
    own = Clock()
    own.at("2026-01-05")
    monkeypatch.setattr(wiring, "clock", lambda *_: own)
    return own


@pytest.fixture
def ann(folder: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Person]:
    """Somebody on a simulated GitHub that the environment points at."""
    monkeypatch.setenv("XDG_STATE_HOME", str(folder / "state"))
    (folder / "backlog.yaml").unlink()
    with Sandbox(None, clock=clock, sleep=clock.sleep) as sandbox:
        sandbox.ensure_repository("octo-org/shop")
        with serve(sandbox) as running:
            monkeypatch.setenv("GITHUB_API_URL", running.url)
            monkeypatch.setenv("GH_TOKEN", "a-token")
            yield Person(sandbox, "ann", repository="octo-org/shop", permission="admin")


def begin(backlog: Backlog, folder: Path, text: str = PLAN, name: str = "backlog.yaml") -> Path:
    """Sync a file for the first time."""
    (folder / name).write_text(text, encoding="utf-8")
    ran = backlog("sync", "--yes", name)
    assert ran.code == 0, ran.err
    return folder / name


def commit(folder: Path, day: str) -> None:
    """Commit the files on a day."""
    when = f"{day}T13:00:00Z"
    who = ("-c", "user.name=ann", "-c", "user.email=ann@example.com")
    env = os.environ | {"GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when}
    for words in (["init", "-q"], ["add", "*.*"], [*who, "commit", "-qm", "Plan"]):
        subprocess.run(["git", *words], cwd=folder, env=env, check=True)


def parsed(ran: Ran, name: str) -> dict[str, Any]:
    """The JSON that a command printed; it follows the schema in the docs."""
    assert ran.code == 0, ran.err
    told: dict[str, Any] = json.loads(ran.out)
    schema = json.loads((ROOT / "docs" / "schema" / f"{name}.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(schema).validate(told)
    return told


def sums(told: dict[str, Any]) -> dict[str, list[str]]:
    """The items of each sum of the sprint."""
    one = told["sprint"]
    return {name: one[name]["items"] for name, part in one.items() if isinstance(part, dict)}


# ---- show ----------------------------------------------------------------------------------


def test_a_sprint_shows_what_was_planned_added_done_and_carried_over(
    backlog: Backlog, folder: Path, ann: Person, clock: Clock
) -> None:
    """The history of the file tells what was planned; closing dates tell what was done."""
    file = begin(backlog, folder)
    commit(folder, "2026-01-05")
    clock.at("2026-01-14")
    ann.close(KEEP)
    clock.at("2026-01-19")
    ann.set_value(CARD, "Sprint", "Sprint 2")
    assert backlog("sync", "--yes").code == 0
    commit(folder, "2026-01-19")
    clock.at("2026-01-22")
    text = file.read_text("utf-8")
    file.write_text(text.replace("points: 2", "points: 2, sprint: Sprint 2"), "utf-8")
    ann.close(CARD)
    assert backlog("sync", "--yes").code == 0
    told = parsed(backlog("sprint", "--format", "json"), "sprint")
    assert (told["sprint"]["name"], told["sprint"]["days_left"]) == ("Sprint 2", 11)
    assert sums(told) == {
        "all": ["card", "mail", "chat", "gift"],
        "planned": ["card", "mail", "chat"],
        "added": ["gift"],
        "carried": ["card", "chat"],
        "moved": [],
        "done": ["card"],
        "left": ["mail", "chat", "gift"],
    }
    assert (told["velocity"]["points"], told["velocity"]["over"]) == (5, 1)
    after = told["next"]
    assert (after["name"], after["room"], after["carried"]["points"]) == ("Sprint 3", 5, 6)
    assert told["notes"] == []
    text = backlog("sprint").out
    assert "  added             1       2  after its first day\n" in text
    assert "  Sprint 1  2026-01-18  1 of 1      5 of 5\n" in text
    assert "  ! 1 point too many\n" in text
    assert backlog("sprint", "-q").out.endswith(
        " 1 of 4 items done, 8 of 14 points, 11 days left\n"
    )
    assert backlog("sprint", "@previous", "-q").out.endswith("5 of 5 points, over\n")


def test_without_history_what_was_created_by_the_first_day_was_planned(
    backlog: Backlog, folder: Path, ann: Person, clock: Clock
) -> None:
    """And the answer says so: no repository has the files, or the sprint is only on the board."""
    begin(backlog, folder)
    clock.at("2026-01-20")
    told = parsed(backlog("sprint", "--format", "json"), "sprint")
    assert sums(told)["planned"] == ["mail"]
    assert "does not reach back to 2026-01-19" in told["notes"][0]
    commit(folder, "2026-01-19")
    ann.set_value(GIFT, "Sprint", "Sprint 2")
    told = parsed(backlog("sprint", "--format", "json"), "sprint")
    assert sums(told)["planned"] == ["mail", "gift"]
    assert told["notes"][0].startswith("The sprint of 1 item is only on the board")


def test_the_files_alone_are_enough(backlog: Backlog, folder: Path, clock: Clock) -> None:
    """Before there is a board its iterations are those that the file declares."""
    (folder / "backlog.yaml").write_text(PLAN, "utf-8")
    ran = backlog("sprint", "--offline", "--format", "json")
    told = parsed(ran, "sprint")
    assert (told["source"], sums(told)["all"]) == ("files", ["keep", "card", "chat"])


@pytest.mark.parametrize(
    ("today", "said"),
    [
        ("2026-01-01", "No sprint is running on 2026-01-01; Sprint 1 is the next one."),
        ("2026-03-02", "No sprint is running on 2026-03-02; Sprint 4 was the last one."),
    ],
)
def test_between_sprints_the_nearest_is_shown(
    backlog: Backlog, folder: Path, clock: Clock, today: str, said: str
) -> None:
    """With a sentence that says so."""
    (folder / "backlog.yaml").write_text(PLAN, "utf-8")
    clock.at(today)
    assert said in backlog("sprint", "--offline").out


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (("Sprnt 2",), "there is no sprint 'Sprnt 2'", "did you mean 'Sprint 2'?"),
        (("@next",), "no sprint comes after Sprint 4", "--extend-iterations"),
        (("rol",), "no command `backlog sprint rol`", "did you mean `backlog sprint roll`?"),
        (("--nam", "x"), "`backlog sprint show` has no option --nam", "did you mean --name?"),
        (("--name",), "--name needs a value", "--name NAME"),
    ],
)
def test_a_wrong_word_is_an_error_with_what_was_meant(
    backlog: Backlog, folder: Path, clock: Clock, words: tuple[str, ...], message: str, hint: str
) -> None:
    """Of sprints, commands and options."""
    (folder / "backlog.yaml").write_text(PLAN, "utf-8")
    clock.at("2026-02-20")
    ran = backlog("sprint", *words)
    assert ran.code == 2
    assert message in ran.err
    assert hint in ran.err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("stories: [{title: Pay by card}]\n", "there is no board"),
        ("project: {owner: o, title: B}\nstories: [{title: A}]\n", "has no field with iterations"),
    ],
)
@pytest.mark.parametrize("command", [("sprint",), ("sprint", "roll")])
def test_without_iterations_it_says_how_to_declare_them(
    backlog: Backlog, folder: Path, ann: Person, text: str, message: str, command: tuple[str, ...]
) -> None:
    """The hint is a line for the file."""
    (folder / "backlog.yaml").write_text("repository: octo-org/shop\n" + text, "utf-8")
    ran = backlog(*command)
    assert (ran.code, message in ran.err) == (2, True)
    assert "Sprint: {type: iteration, start: 2026-01-05, duration: 14, count: 6}" in ran.err

    (folder / "backlog.yaml").rename(folder / "plan.yaml")
    (folder / "ROADMAP.md").write_text("# Plan\n\n## Story: Pay by card\n", "utf-8")
    ran = backlog(*command, "ROADMAP.md", "--repo", "octo-org/shop")
    assert "in ROADMAP.md, settings are below `backlog:` in its front matter" in ran.err


# ---- roll ----------------------------------------------------------------------------------


def board(ann: Person) -> list[object]:
    """The sprint of each card, in the order of the issues."""
    return [ann.value(number, "Sprint") for number in (KEEP, CARD, MAIL, CHAT, GIFT)]


def test_the_board_is_changed_and_the_file_follows(
    backlog: Backlog, folder: Path, ann: Person, clock: Clock
) -> None:
    """A preview changes nothing; a roll sets only these values; an undo takes them back."""
    file = begin(backlog, folder)
    before = file.read_bytes()
    clock.at("2026-01-20")
    ann.close(KEEP)
    previewed = backlog("sprint", "roll", "--dry-run")
    assert "Sprint  Sprint 1 → Sprint 2" in previewed.out
    assert (
        "\n+  - {id: card, title: Pay by card, story_points: 8, sprint: Sprint 2" in previewed.out
    )
    assert "#4 moves without it: the file says @current" in previewed.err
    said = backlog("sprint").out
    assert (
        "! 1 item is still open in Sprint 1: `backlog sprint roll` moves it to Sprint 2\n" in said
    )
    assert "! 1 item is still open in Sprint 1: `backlog sync` moves it to Sprint 2\n" in said
    assert (file.read_bytes(), board(ann)[CARD - 1]) == (before, "Sprint 1")
    told = parsed(backlog("sprint", "roll", "--format", "json"), "sprint-roll")
    (move,) = told["moves"]
    assert (move["key"], move["board"], move["file"], move["result"]) == (
        "card", True, True, "applied",
    )  # fmt: skip
    assert [each["word"] for each in told["by_itself"]] == ["@current"]
    assert told["files"] == ["backlog.yaml"]
    assert board(ann) == ["Sprint 1", "Sprint 2", "Sprint 2", "Sprint 1", None]
    moved = b"story_points: 8, sprint: Sprint 1", b"story_points: 8, sprint: Sprint 2"
    assert file.read_bytes() == before.replace(*moved)  # nothing else, not even that #1 is done
    assert "Nothing to move" in backlog("sprint", "roll").out
    assert backlog("sync", "--yes").code == 0
    assert board(ann) == ["Sprint 1", "Sprint 2", "Sprint 2", "Sprint 2", None]
    assert backlog("plan").out.startswith("✓ No changes")


def test_a_roll_can_be_undone(backlog: Backlog, folder: Path, ann: Person, clock: Clock) -> None:
    """It is a run like a sync."""
    begin(backlog, folder)
    clock.at("2026-01-20")
    ann.close(KEEP)
    assert backlog("sprint", "roll").code == 0
    assert board(ann)[:2] == ["Sprint 1", "Sprint 2"]
    assert backlog("undo", "--yes").code == 0
    assert board(ann)[:2] == ["Sprint 1", "Sprint 1"]


def test_if_only_the_files_are_left_to_change_a_roll_names_the_sync(
    backlog: Backlog, folder: Path, ann: Person, clock: Clock
) -> None:
    """As after one that was interrupted when the board had its values."""
    begin(backlog, folder)
    behind = "The files are behind GitHub: `backlog sync` updates them."
    assert behind not in " ".join(backlog("sprint", "roll").out.split())
    ann.set_value(KEEP, "Sprint", "Sprint 2")
    assert behind in " ".join(backlog("sprint", "roll").out.split())
    assert backlog("sync", "--yes").code == 0
    assert behind not in " ".join(backlog("sprint", "roll").out.split())


def test_the_current_sprint_moves_only_if_the_next_is_named(
    backlog: Backlog, folder: Path, ann: Person, clock: Clock
) -> None:
    """Without --to, it says what would."""
    begin(backlog, folder)
    said = "`backlog sprint roll --to @next` moves what is open now in Sprint 1 to Sprint 2"
    assert said in " ".join(backlog("sprint", "roll").out.split())
    assert backlog("sprint", "roll", "--to", "@next").code == 0
    assert board(ann) == ["Sprint 2", "Sprint 2", "Sprint 2", "Sprint 1", None]
    over = backlog("sprint", "roll", "Sprint 2")  # short for --to
    assert (over.code, over.out) == (0, "Nothing to move: nothing else is open in a sprint before"
                                        " Sprint 2.\n")  # fmt: skip


def test_a_file_that_owns_the_sprint_is_changed_and_sync_sets_the_board(
    backlog: Backlog, folder: Path, ann: Person, clock: Clock
) -> None:
    """The roll sends nothing, and writes only these values; what only the board has moves there."""
    file = begin(backlog, folder, FILE_OWNS)
    before = file.read_bytes()
    clock.at("2026-01-20")
    ann.set_value(GIFT, "Sprint", "Sprint 1")
    ran = backlog("sprint", "roll", "--yes")
    assert (ran.code, "Run `backlog sync` to set these" in ran.err) == (0, True)
    assert file.read_bytes() == before.replace(b"sprint: Sprint 1", b"sprint: Sprint 2")
    assert board(ann) == ["Sprint 1", "Sprint 1", "Sprint 2", "Sprint 1", "Sprint 2"]
    assert backlog("sync", "--yes").code == 0
    assert board(ann) == ["Sprint 2"] * 5
    assert backlog("plan").out.startswith("✓ No changes")


@pytest.mark.parametrize("owner", ["github", "file"])
def test_a_roadmap_in_markdown_keeps_its_style(
    backlog: Backlog, folder: Path, ann: Person, clock: Clock, owner: str
) -> None:
    """Whoever owns the field."""
    text = MARKDOWN.replace("---\n#", f"  ownership: {{sprint: {owner}}}\n---\n#")
    file = begin(backlog, folder, text, "ROADMAP.md")
    before = file.read_bytes()
    clock.at("2026-01-20")
    assert backlog("sprint", "roll").code == 0
    assert file.read_bytes() == before.replace(b":  Sprint 1", b":  Sprint 2")
    assert backlog("sync", "--yes").code == 0
    assert [ann.value(number, "Sprint") for number in (1, 2)] == ["Sprint 2"] * 2


def test_what_waits_or_takes_no_value_is_left_with_a_remedy(
    backlog: Backlog, folder: Path, ann: Person, clock: Clock
) -> None:
    """A change of the file comes first; an archived card and a held item stay as they are."""
    file = begin(backlog, folder)
    clock.at("2026-01-20")
    text = file.read_text("utf-8").replace("8, sprint: Sprint 1", "8, sprint: Sprint 4")
    file.write_text(text + '  - {id: new, title: "[Title]", sprint: Sprint 1}\n', "utf-8")
    ann.archive_card(KEEP)
    told = parsed(backlog("sprint", "roll", "--format", "json"), "sprint-roll")
    assert (told["moves"], told["files"]) == ([], [])
    assert {each["key"]: each["hint"] for each in told["left"]} == {
        "keep": "restore the item on the board",
        "card": "run `backlog sync` first",
        "new": "`backlog plan` shows what it needs",
    }
    assert "the file says Sprint 4, which waits for a sync" in " ".join(
        backlog("sprint", "roll").out.split()
    )
    assert board(ann)[:2] == ["Sprint 1", "Sprint 1"]


SYNTAXES = {
    "lines": (
        "ROADMAP.md",
        "# Plan\n\n### Story 1.1: Order\n**Sprint**: S 1  \n**Status**: Todo\n",
    ),
    "bullets": ("ROADMAP.md", "# Plan\n\n- **Story 1.1**: Order\n  - Sprint: S 1\n"),
    "table": (
        "ROADMAP.md",
        "# Plan\n\n## Phase 1: A\n\n| # | Task | Sprint |\n|---|---|---|\n| 1.1 | Order | S 1 |\n",
    ),
    "yaml": ("backlog.yaml", "stories:\r\n  - title: Order\r\n    sprint: S 1  # as it is\r\n"),
    "foreign": ("plan.yaml", "stories:\n  - name: Order\n    sprint: S 1\n    acceptance: [a]\n"),
    "json": ("plan.json", '{"userStories": [{"title": "Order", "sprint": "S 1", "points": 3}]}'),
    "csv": ("plan.csv", "Title,Status,Sprint,Points\nOrder,To Do,S 1,3\nDraw,To Do,S 2,5"),
}


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_every_syntax_keeps_all_other_bytes(folder: Path, syntax: str) -> None:
    """Only the title of the sprint changes."""
    name, text = SYNTAXES[syntax]
    (folder / name).write_bytes(text.encode())
    loaded = load([folder / name], root=folder, repository="o/r", project="o/B", bullets=None)
    assert loaded.desired is not None
    (item,) = [each for each in loaded.desired.items if each.title == "Order"]
    take = Take(item.key, item.title, "", "Sprint", TakeValue("S 2"))
    accepted = accept(loaded, loaded.desired, [take])
    assert accepted.left == ()
    assert accepted.changes[0].after == text.replace("S 1", "S 2").encode()


def test_a_syntax_without_a_place_for_it_moves_only_on_the_board(
    backlog: Backlog, folder: Path, ann: Person, clock: Clock
) -> None:
    """Its file stays as it is, and the answer names the item."""
    (folder / "backlog").mkdir()
    settings = PLAN.partition("stories:")[0]
    (folder / "backlog" / "config.yaml").write_text(settings, "utf-8")
    text = "#+TITLE: Plan\n* TODO Keep a cart\n:PROPERTIES:\n:SPRINT: Sprint 1\n:END:\n"
    file = begin(backlog, folder, text, "plan.org")
    before = file.read_bytes()
    clock.at("2026-01-20")
    told = parsed(backlog("sprint", "roll", "plan.org", "--format", "json"), "sprint-roll")
    (move,), (left,) = told["moves"], told["left"]
    assert (move["board"], move["file"], move["result"]) == (True, False, "applied")
    assert left["reason"].startswith("the file is not changed: ")
    assert (file.read_bytes(), ann.value(1, "Sprint")) == (before, "Sprint 2")


def test_nothing_moves_into_a_sprint_that_is_over(
    backlog: Backlog, folder: Path, ann: Person, clock: Clock
) -> None:
    """After the last one, the hint says how to add another."""
    begin(backlog, folder)
    clock.at("2026-03-10")
    for words in ((), ("--to", "Sprint 2")):
        ran = backlog("sprint", "roll", *words)
        assert (ran.code, "nothing is moved to a sprint that is over" in ran.err) == (2, True)
    assert "--extend-iterations" in backlog("sprint", "roll").err


def test_a_file_that_may_not_be_written_is_not(
    backlog: Backlog, folder: Path, ann: Person, clock: Clock
) -> None:
    """The board is, if it owns the field; a file that owns it refuses."""
    file = begin(backlog, folder, "write_back: none\n" + PLAN)
    before = file.read_bytes()
    clock.at("2026-01-20")
    assert backlog("sprint", "roll", "--project", "octo-org/Shop").code == 0
    assert (file.read_bytes(), board(ann)[CARD - 1]) == (before, "Sprint 2")
    file.write_text("write_back: none\n" + FILE_OWNS, "utf-8")
    ran = backlog("sprint", "roll")
    assert (ran.code, "write_back: none" in ran.err) == (4, True)


def test_nothing_is_sent_without_a_yes(
    backlog: Backlog, folder: Path, ann: Person, clock: Clock, typed: list[str]
) -> None:
    """On a terminal it asks."""
    typed += ["y", "n"]
    (folder / "backlog.yaml").write_text(PLAN, "utf-8")
    assert backlog("sync").code == 0
    clock.at("2026-01-20")
    ran = backlog("sprint", "roll")
    assert (ran.code, "nothing was changed" in ran.err) == (4, True)
    assert board(ann)[:2] == ["Sprint 1", "Sprint 1"]


# ---- rolls among what else happens ---------------------------------------------------------

TITLES = [f"Sprint {n}" for n in range(1, 5)]
STARTS = ["2026-01-05", "2026-01-19", "2026-02-02", "2026-02-16"]
FIRST_SEED, SEEDS = 0, 1
"""Each takes a second; raise SEEDS to look for more."""


def values(file: Path) -> dict[int, str | None]:
    """The sprint of each item in the file, by the number of its issue."""
    stories = yaml.safe_load(file.read_text("utf-8"))["stories"]
    return {int(str(each["issue"]).rpartition("#")[2]): each.get("sprint") for each in stories}


@pytest.mark.parametrize("owner", ["github", "file"])
@pytest.mark.parametrize("seed", range(FIRST_SEED, FIRST_SEED + SEEDS))
def test_a_roll_moves_only_what_is_open_in_earlier_sprints(
    backlog: Backlog, folder: Path, ann: Person, clock: Clock, owner: str, seed: int
) -> None:
    """Whatever people and the file did before; a second one is silent, and a sync agrees."""
    rng = random.Random(seed)
    text = (FILE_OWNS if owner == "file" else PLAN).replace("count: 4", "count: 5")
    file = begin(backlog, folder, text)
    numbers = range(KEEP, GIFT + 2)
    closed: set[int] = set()
    for nth, start in enumerate(STARTS[1:], 1):
        for number in rng.sample(numbers, 3):
            if rng.random() < 0.4:
                ann.close(number)
                closed.add(number)
            elif rng.random() < 0.6:
                ann.set_value(number, "Sprint", rng.choice([None, *TITLES]))
        if rng.random() < 0.5:
            assert backlog("sync", "--yes").code in (0, 4)  # a roll may contradict what people did
        clock.at(start)
        to = rng.choice([(), ("--to", "@next")])
        target = TITLES[nth] if not to else [*TITLES, "Sprint 5"][nth + 1]
        earlier = TITLES[: nth + bool(to)]
        boards = {number: ann.value(number, "Sprint") for number in numbers}
        told = parsed(backlog("sprint", "roll", *to, "--format", "json"), "sprint-roll")
        moved = {int(each["issue"][1:]): each for each in told["moves"]}
        left = {int(each["issue"][1:]) for each in (*told["left"], *told["by_itself"])}
        filed = values(file)
        for number in numbers:
            move = moved.get(number)
            on_board = target if move and move["board"] else boards[number]
            assert ann.value(number, "Sprint") == on_board
            if move:
                assert move["before"] in earlier
                assert number not in closed
                assert not move["file"] or filed[number] == target
            elif number not in closed | left:
                ours = owner == "file" and filed[number] not in (None, "@current")
                assert (filed[number] if ours else boards[number]) not in earlier
        again = parsed(backlog("sprint", "roll", *to, "--format", "json"), "sprint-roll")
        assert (again["moves"], again["files"]) == ([], [])
    assert backlog("sync", "--yes", "--on-conflict", owner).code == 0
    for number, value in values(file).items():
        if value not in (None, "@current"):
            assert ann.value(number, "Sprint") in (value, None)  # None: people cleared it
    assert backlog("plan").out.startswith("✓ No changes")
