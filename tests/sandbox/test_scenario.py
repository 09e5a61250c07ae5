"""People who work while a client does: each deed of a script, when it is due, what came of it."""

from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import TypeAdapter, ValidationError

from github_sandbox.actors import Person
from github_sandbox.app import Sandbox
from github_sandbox.clock import START, VirtualClock
from github_sandbox.scenario import AnyStep, Script
from tests.sandbox.conftest import REPOSITORY, World

HOME = f"/repos/{REPOSITORY}"
STEPS: TypeAdapter[tuple[AnyStep, ...]] = TypeAdapter(tuple[AnyStep, ...])


def script(*steps: dict[str, Any]) -> Script:
    """People who do these steps; who acts, and when, may be left out: ana, at once."""
    return Script(STEPS.validate_python([{"who": "ana", **_at_once(step)} for step in steps]))


def _at_once(step: dict[str, Any]) -> dict[str, Any]:
    timed = {"before_request", "after"} & step.keys()
    return step if timed else {"after": 0, **step}


def shown(world: World, number: int = 1) -> dict[str, Any]:
    """An issue as REST tells it, after whoever had something to do before."""
    found: dict[str, Any] = world.send("GET", f"{HOME}/issues/{number}").json()
    return found


def problems(world: World) -> list[str | None]:
    """What went wrong with each deed."""
    assert world.sandbox.actors is not None
    return [deed.problem for deed in world.sandbox.actors.actions]


def test_a_script_is_played_without_a_client() -> None:
    """Each step has its own time, in seconds or in days and hours; the clock ends where asked."""
    clock = VirtualClock()
    sandbox = Sandbox(clock=clock)
    sandbox.ensure_repository(REPOSITORY)
    Person(sandbox, "ana").open_issue("One")
    played = script(
        {"do": "comment", "issue": 1, "body": "late", "after": "1d 2h"},
        {"do": "comment", "issue": 1, "body": "early", "after": "3h"},
        {"do": "comment", "issue": 1, "body": "another day", "after": "2d"},
    )
    played.play(sandbox, clock, until=86_400.0 * 2 - 1)
    times = [action.at for action in played.actions]
    assert times == ["2026-01-05T15:00:00Z", "2026-01-06T14:00:00Z"]
    assert clock() - START == timedelta(days=2, seconds=-1)
    for wrong in ("3 days", "d", "", "-1d"):
        with pytest.raises(ValidationError, match="after"):
            script({"do": "reopen", "issue": 1, "after": wrong})


def test_deeds_are_done_before_a_request_or_after_some_time(world: World) -> None:
    """Each once; the first request after it was set is number 1; seconds are the clock's."""
    world.issue("One")
    world.sandbox.actors = script(
        {"do": "edit", "issue": 1, "title": "At request 2", "before_request": 2},
        {"do": "edit", "issue": 1, "title": "After a minute", "after": 60},
    )
    assert shown(world)["title"] == "One"
    assert shown(world)["title"] == "At request 2"
    world.wait(59)
    assert shown(world)["title"] == "At request 2"
    world.wait(1)
    assert shown(world)["title"] == "After a minute"
    Person(world.sandbox, "bo").edit(1, title="Later")
    assert shown(world)["title"] == "Later"
    told = world.send("GET", "/_sandbox/people").json()["deeds"]
    assert [(deed["before_request"], deed["do"], deed["issue"]) for deed in told] == [
        (3, "edit", 1),
        (5, "edit", 1),
    ]
    assert told[0]["at"] == "2026-01-05T12:00:00Z"


def test_people_write_and_tick_and_talk(world: World) -> None:
    """Title, body, a line below it, boxes, comments; an issue may be named by its title."""
    world.issue("One", body="- [ ] first\n- [x] second")
    world.sandbox.actors = script(
        {"do": "tick", "issue": "One", "text": "first"},
        {"do": "tick", "issue": "#1", "text": "second", "done": False},
        {"do": "edit", "issue": 1, "append": "A note"},
        {"do": "comment", "issue": 1, "body": "Hm"},
        {"do": "edit", "issue": 1, "title": "Two"},
        {"do": "open", "title": "Three", "body": "New", "labels": ["bug"]},
    )
    found = shown(world)
    assert found["body"] == "- [x] first\r\n- [ ] second\r\nA note"
    assert (found["title"], found["comments"]) == ("Two", 1)
    assert shown(world, 2)["labels"][0]["name"] == "bug"
    assert shown(world, 2)["user"]["login"] == "ana"
    assert problems(world) == [None] * 6


def test_people_close_label_assign_and_arrange(world: World) -> None:
    """State and reason, labels that are made on the way, people, milestone, parent, blocker."""
    for title in ("One", "Two", "Three"):
        world.issue(title)
    world.send("POST", f"{HOME}/milestones", {"title": "M0"})
    world.sandbox.actors = script(
        {"do": "label", "issue": 1, "add": ["bug", "own"]},
        {"do": "label", "issue": 1, "remove": ["bug"]},
        {"do": "assign", "issue": 1, "logins": ["ana", "bo"]},
        {"do": "milestone", "issue": 1, "title": "M0"},
        {"do": "put_below", "issue": 1, "parent": "Two"},
        {"do": "block", "issue": 1, "by": 3},
        {"do": "close", "issue": 1, "reason": "duplicate", "duplicate_of": 2},
        {"do": "close", "issue": 2},
        {"do": "reopen", "issue": 2},
    )
    found = shown(world)
    assert [label["name"] for label in found["labels"]] == ["own"]
    assert [user["login"] for user in found["assignees"]] == ["ana", "bo"]
    assert found["milestone"]["title"] == "M0"
    assert found["parent_issue_url"].endswith("/issues/2")
    assert found["issue_dependencies_summary"]["blocked_by"] == 1
    assert (found["state"], found["state_reason"]) == ("closed", "duplicate")
    assert shown(world, 2)["state_reason"] == "reopened"
    assert problems(world) == [None] * 9


def test_people_work_on_boards(world: World) -> None:
    """A card is added, set by the names that people see, cleared, archived."""
    project = world.board("Widgets")
    world.field(project, "Points", "NUMBER")
    world.issue("One")
    world.sandbox.actors = script(
        {"do": "add_card", "issue": 1},
        {"do": "set", "issue": 1, "field": "Status", "value": "In Progress"},
        {"do": "set", "issue": 1, "field": "Points", "value": "5", "board": "Widgets"},
        {"do": "set", "issue": 1, "field": "Status", "value": None},
        {"do": "archive", "issue": 1},
        {"do": "set", "issue": 1, "field": "Points", "value": "x"},
        {"do": "set", "issue": 1, "field": "Status", "value": "Nope"},
    )
    shown(world)
    ana = Person(world.sandbox, "ana")
    assert (ana.value(1, "Points"), ana.value(1, "Status")) == (5, None)
    assert ana.card(1).is_archived
    assert problems(world)[:5] == [None] * 5
    assert all(problem and "there is no such thing" in problem for problem in problems(world)[5:])


def test_people_take_things_away(world: World) -> None:
    """Deleted, transferred, renamed, archived: each needs the right to it."""
    for title in ("One", "Two", "Three"):
        world.issue(title)
    world.sandbox.ensure_repository("octo-org/gadgets")
    at = {"repository": REPOSITORY}
    boss = {**at, "permission": "admin", "who": "boss"}
    world.sandbox.actors = script(
        {"do": "delete", "issue": 1, **at},
        {"do": "delete", "issue": 1, **boss},
        {"do": "transfer", "issue": 2, "to": "octo-org/gadgets", **at},
        {"do": "rename", "label": "bug", "to": "defect", **at},
        {"do": "archive_repository", **boss},
        {"do": "edit", "issue": 3, "title": "x", **at},
        {"do": "archive_repository", "archived": False, **boss},
        {"do": "rename", "to": "gears", **boss},
    )
    assert world.send("GET", f"{HOME}/issues/1").status == 301
    assert world.send("GET", "/repos/octo-org/gears/issues/1").status == 410
    assert world.send("GET", "/repos/octo-org/gears/issues/2").status == 301
    assert world.send("GET", "/repos/octo-org/gears/labels/defect").status == 200
    refused = [problem for problem in problems(world) if problem]
    assert refused == [
        "Resource not accessible by personal access token",
        "Repository was archived so is read-only.",
    ]


def test_people_restrict_the_repository(world: World) -> None:
    """Issues off, only for collaborators, locked, disabled; each needs admin."""
    at = {"repository": REPOSITORY, "do": "change_repository"}
    boss = {**at, "permission": "admin", "who": "boss"}
    world.sandbox.actors = script(
        {"issues": False, **at},
        {"issues": False, "creation": "collaborators_only", **boss},
        {"locked": True, "disabled": True, "issues": True, **boss, "before_request": 2},
    )
    assert world.send("GET", f"{HOME}/issues").status == 410
    assert world.send("POST", f"{HOME}/issues", {"title": "x"}).status == 403
    home = world.sandbox.repository(REPOSITORY)
    assert (home.creation_policy, home.is_locked, home.is_disabled) == (
        "COLLABORATORS_ONLY",
        True,
        True,
    )
    assert problems(world)[0] == "Resource not accessible by personal access token"


def test_what_cannot_be_done_disturbs_nobody(world: World) -> None:
    """An issue that is not there, a box that is not there: told, and the server goes on."""
    world.issue("One")
    world.sandbox.actors = script(
        {"do": "close", "issue": 99},
        {"do": "close", "issue": "No such title"},
        {"do": "tick", "issue": 1, "text": "nothing"},
        {"do": "close", "issue": 1, "repository": "octo-org/nope"},
    )
    assert shown(world)["state"] == "open"
    assert all(problems(world))


@pytest.mark.parametrize(
    "step",
    [
        {"do": "close", "issue": 1},
        {"do": "close", "issue": 1, "after": 0, "before_request": 1},
        {"do": "tickle", "issue": 1, "after": 0},
        {"do": "tick", "issue": 1, "after": 0},
        {"do": "close", "issue": 1, "after": -1},
    ],
)
def test_a_step_that_makes_no_sense_is_refused(step: dict[str, Any]) -> None:
    """Without a time, with two, with an unknown deed, with something missing."""
    with pytest.raises(ValidationError):
        STEPS.validate_python([{"who": "ana", **step}])


def test_every_kind_of_deed_is_tried_here() -> None:
    """No deed of the script is left without a test."""
    steps = get_args(get_args(AnyStep)[0])
    known = {word for step in steps for word in get_args(step.model_fields["do"].annotation)}
    source = Path(__file__).read_text("utf-8")
    assert {name for name in known if f'"do": "{name}"' not in source} == set()
