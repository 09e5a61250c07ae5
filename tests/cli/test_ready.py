"""`backlog ready` and `backlog show`: what can be started now, and one item whole."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from github_sandbox.actors import Person
from github_sandbox.app import Sandbox
from tests.cli.conftest import Backlog, Ran
from tests.house.generated import ROOT

KEEP, MERGE, PAY = "Keep a cart for thirty days", "Merge the carts of two devices", "Pay by card"
MORE = f"""\
      - id: pay
        title: {PAY}
        labels: [money]
        stories:
          - {{id: card, title: Type the number of a card, assignees: [ann], priority: High}}
          - {{id: later, title: Pay later, start: 2999-01-01}}
wip: {{In Progress: {{limit: 1, per_person: 1}}}}
"""


@pytest.fixture
def ann(server: Sandbox) -> Person:
    """Somebody who may write."""
    return Person(server, "ann", repository="octo-org/shop", permission="admin")


@pytest.fixture
def synced(backlog: Backlog, folder: Path, ann: Person) -> Person:
    """The backlog with a second feature after its first sync; its stories are #4, #5, #6 and #7."""
    file = folder / "backlog.yaml"
    file.write_text(file.read_text(encoding="utf-8") + MORE, encoding="utf-8")
    ran = backlog("sync", "--yes")
    assert ran.code == 0, ran.err
    return ann


def parsed(ran: Ran, command: str) -> dict[str, Any]:
    """The JSON that a command printed; it follows the schema in the docs."""
    assert ran.code == 0, ran.err
    told: dict[str, Any] = json.loads(ran.out)
    schema = json.loads((ROOT / "docs" / "schema" / f"{command}.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(schema).validate(told)
    return told


def ready(backlog: Backlog, *options: str) -> dict[str, Any]:
    """What is ready, in progress and waiting."""
    return parsed(backlog("ready", "--format", "json", *options), "ready")


def keys(rows: list[dict[str, Any]]) -> list[str]:
    """The keys of rows."""
    return [row["key"] for row in rows]


def shown(backlog: Backlog, name: str, *options: str) -> dict[str, Any]:
    """One item."""
    return parsed(backlog("show", name, "--format", "json", *options), "show")


# ---- ready ---------------------------------------------------------------------------------


def test_what_is_ready_follows_github(backlog: Backlog, synced: Person) -> None:
    """Blockers of the file and of people, status, and what was closed; the file is not changed."""
    told = ready(backlog)
    assert (told["source"], keys(told["ready"])) == ("github", ["keep", "card"])
    assert keys(told["waiting"]) == ["merge", "later"]
    (blocker,) = told["waiting"][0]["blocked_by"]
    assert (blocker["key"], blocker["issue"], blocker["status"]) == ("keep", "#4", "Todo")
    assert told["waiting"][1]["start"] == "2999-01-01"
    stranger = synced.open_issue("Somebody else's")
    synced.block(6, stranger.number)
    synced.set_value(4, "Status", "In Progress")
    told = ready(backlog)
    assert keys(told["ready"]) == []
    assert keys(told["in_progress"]) == ["keep"]
    (blocker,) = told["waiting"][1]["blocked_by"]
    assert (blocker["key"], blocker["issue"]) == (None, f"#{stranger.number}")
    synced.close(stranger.number)
    synced.close(4)
    assert keys(ready(backlog)["ready"]) == ["card", "merge"]


def test_a_blocked_parent_blocks_what_is_below_it(backlog: Backlog, synced: Person) -> None:
    """The other parent's stories wait, and the answer names the one through which."""
    synced.block(3, 2)  # paying waits for the carts
    told = ready(backlog)
    assert keys(told["ready"]) == ["keep"]
    waiting = {row["key"]: row["blocked_by"] for row in told["waiting"]}
    assert [(one["key"], one["through"]) for one in waiting["card"]] == [("carts", "pay")]
    text = " ".join(backlog("ready", "--blocked").out.split())
    assert "waits for #2 Carts survive a restart (Todo, blocks all of #3)" in text


def test_the_list_can_be_narrowed(backlog: Backlog, synced: Person) -> None:
    """By person, label, milestone, kind and number; the first ones stay the first."""
    assert keys(ready(backlog, "--assignee", "Ann")["ready"]) == ["card"]
    assert keys(ready(backlog, "--assignee", "@ann")["ready"]) == ["card"]
    assert keys(ready(backlog, "--assignee", "none")["ready"]) == ["keep"]
    assert keys(ready(backlog, "--milestone", "spring", "--limit", "1")["ready"]) == ["keep"]
    assert keys(ready(backlog, "--kind", "story")["ready"]) == ["keep", "card"]
    assert keys(ready(backlog, "--label", "priority:high")["ready"]) == ["keep", "card"]
    ran = backlog("ready", "--kind", "epic")
    assert ran.out == "No open item matches.\n"
    assert keys(ready(backlog, "--assignee", "@me")["ready"]) == []


@pytest.mark.parametrize(
    ("options", "hint"),
    [
        (("--label", "story2"), "did you mean 'story'?"),
        (("--team", "Red"), "no item has a team"),
        (("--milestone", "Autumn"), "valid values: Spring"),
    ],
)
def test_a_name_that_no_item_has_is_an_error(
    backlog: Backlog, folder: Path, options: tuple[str, str], hint: str
) -> None:
    """With what was meant: an empty list would look as if nothing were ready."""
    ran = backlog("ready", "--offline", *options)
    assert ran.code == 2
    assert hint in ran.err


def test_of_many_names_the_first_are_listed(backlog: Backlog, folder: Path) -> None:
    """The schema, which other hints name, does not contain them."""
    labels = "".join(f"  - {{title: Item {n}, labels: [l{n:02}]}}\n" for n in range(12))
    (folder / "backlog.yaml").write_text(f"stories:\n{labels}", "utf-8")
    ran = backlog("ready", "--offline", "--label", "backend")
    assert "hint: valid values: l00, l01, " in ran.err
    assert " l09 and 3 more\n" in ran.err


def test_too_much_in_progress_and_what_nobody_touches_is_reported(
    backlog: Backlog, synced: Person
) -> None:
    """As warnings: the exit code stays 0, and a person sees the same words."""
    for number in (4, 6):
        synced.set_value(number, "Status", "In Progress")
        synced.assign(number, "ann")
    assert ready(backlog)["wip"] == [
        {"status": "In Progress", "limit": 1, "per_person": 1, "count": 2, "known": True,
         "over": True, "people": {"ann": 2}, "people_over": ["ann"]}
    ]  # fmt: skip
    synced.issue(4).updated_at = "2020-01-01T00:00:00Z"
    synced.card(4).updated_at = "2020-02-01T00:00:00Z"
    told = ready(backlog)
    assert told["in_progress"][0]["updated"] == "2020-02-01"
    assert [row["stale_days"] is None for row in told["in_progress"]] == [False, True]
    ran = backlog("ready")
    assert ran.code == 0
    assert "! In Progress: 2 of at most 1, 1 too many" in ran.out
    assert "! In Progress: ann has 2 of at most 1" in ran.out
    assert re.search(r"! #4  \d+ days overdue; no update for \d+ days", ran.out)
    assert backlog("ready", "-q").out == "0 ready, 2 in progress, 2 waiting\n"


def test_a_limit_of_an_unknown_status_is_named(backlog: Backlog, synced: Person) -> None:
    """It would never be exceeded."""
    file = Path("backlog.yaml")
    text = file.read_text(encoding="utf-8").replace("wip: {In Progress:", "wip: {In Progres:")
    file.write_text(text, encoding="utf-8")
    ran = backlog("ready")
    assert "! In Progres: the board has no such status, only Todo, In Progress, Done" in ran.out


# ---- without GitHub ------------------------------------------------------------------------


def test_without_a_token_the_files_are_enough(
    backlog: Backlog, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says so, and progress is as far as the files say; nobody knows who `@me` is."""
    monkeypatch.setenv("GH_CONFIG_DIR", str(folder))
    monkeypatch.setattr("backlog_sync.local.git.gh_token", lambda _: None)
    ran = backlog("ready", "--format", "json")
    told = parsed(ran, "ready")
    assert (told["source"], keys(told["ready"]), keys(told["waiting"])) == (
        "files", ["keep"], ["merge"],
    )  # fmt: skip
    assert "Only the files were read (there is no token for github.com)" in ran.err
    ran = backlog("ready", "--assignee", "@me")
    assert (ran.code, "GitHub was not asked who you are" in ran.err) == (2, True)
    assert shown(backlog, "merge")["difference"] is None


def test_without_a_repository_the_files_are_enough(backlog: Backlog, folder: Path) -> None:
    """A status of the file is what an item has reached; a done one blocks nothing."""
    file = folder / "backlog.yaml"
    text = file.read_text(encoding="utf-8").replace("repository: octo-org/shop\n", "")
    file.write_text(text.replace("story_points: 5", "status: Done"), encoding="utf-8")
    assert keys(ready(backlog)["ready"]) == ["merge"]
    file.write_text(text.replace("story_points: 5", "status: In Progress"), encoding="utf-8")
    told = ready(backlog, "--offline")
    assert (keys(told["ready"]), keys(told["in_progress"])) == ([], ["keep"])
    assert backlog("ready", "--offline").out.startswith("Nothing can be started now.\n")


def test_a_file_with_errors_ends_the_run(backlog: Backlog, folder: Path) -> None:
    """As every command that reads it."""
    (folder / "backlog.yaml").write_text("version: 1\nepics: 3\n", encoding="utf-8")
    ran = backlog("ready", "--offline")
    assert (ran.code, ran.out) == (1, "")
    assert "backlog.yaml:2" in ran.err


# ---- show ----------------------------------------------------------------------------------


def test_an_item_is_shown_whole(backlog: Backlog, synced: Person) -> None:
    """Its plan, its issue, what it is connected with, and what a sync would change."""
    synced.tick(4, "The cart is there after a restart")
    synced.edit(4, title="Keep a cart")
    for name in ("4", "#4", "octo-org/shop#4", KEEP, "Keep a"):
        assert shown(backlog, name)["key"] == "keep"
    told = shown(backlog, "keep")
    assert told["line"] == 21
    assert (told["ready"], told["points"], told["priority"]) == (True, 5, "High")
    assert (told["issue"]["issue"], told["issue"]["state"]) == ("#4", "open")
    assert [(row["done"], row["in_file"]) for row in told["criteria"]] == [
        (True, False), (False, False),
    ]  # fmt: skip
    assert keys(told["parents"]) == ["carts", "checkout"]
    assert keys(told["blocks"]) == ["merge"]
    assert [note["field"] for note in told["difference"]["drift"]] == [
        "title",
        "acceptance_criteria",
    ]
    text = backlog("show", "keep").out
    assert "[x] The cart is there after a restart (ticked only on GitHub)" in text
    assert "keep it: `backlog pull --only keep --field title`" in text
    assert backlog("show", "keep", "-q").out.split() == [*KEEP.split(), "#4", "Todo"]


def test_blockers_and_children_are_shown_with_their_state(backlog: Backlog, synced: Person) -> None:
    """Also those that only GitHub has, and sub-issues that are not in the plan."""
    for done in (False, True):
        extra = synced.open_issue("Not in the plan")
        synced.put_below(extra.number, 2)
        if done:
            synced.close(extra.number)
    synced.block(5, 6)
    told = shown(backlog, "merge")
    assert [(one["key"], one["open"], one["on_github_only"]) for one in told["blocked_by"]] == [
        ("keep", True, False), ("card", True, True),
    ]  # fmt: skip
    assert not told["ready"]
    told = shown(backlog, "carts")
    assert keys(told["children"]) == ["keep", "merge"]
    assert told["progress"] == {
        "items": 2, "done": 0, "points": 13, "points_done": 0, "not_in_plan": 2,
        "not_in_plan_closed": 1,
    }  # fmt: skip
    text = " ".join(backlog("show", "carts").out.split())
    assert "0 of 2 items done; 2 sub-issues not in the plan, 1 closed" in text
    assert "linked on GitHub only" in backlog("show", "merge").out


def test_an_item_without_differences_says_so(backlog: Backlog, synced: Person) -> None:
    """The last line of a person's text."""
    assert backlog("show", "merge").out.endswith("✓ The file and GitHub agree.\n")
    assert shown(backlog, "merge")["difference"] == {
        "changes": [], "drift": [], "conflicts": [], "deferred": [],
    }  # fmt: skip


def test_an_unknown_name_gets_the_nearest_ones(backlog: Backlog, folder: Path) -> None:
    """An issue that is no item's, a part of a title, and what several titles begin with."""
    assert "no item has this issue: '#99'" in backlog("show", "#99", "--offline").err
    ran = backlog("show", "of two devices", "--offline")
    assert ran.code == 2
    assert f"merge  {MERGE}" in ran.err
