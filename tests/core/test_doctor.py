"""What `doctor` says of a server, a token, a repository and a board."""

from dataclasses import replace

import pytest

from backlog_sync.core.doctor import Allowance, Check, Examination, Health, checks_of, is_healthy
from backlog_sync.core.model import BoardFieldDef, OptionDef, ProjectSpec, ViewDef
from backlog_sync.core.observed import (
    Capabilities,
    ObservedIssueField,
    ObservedOption,
    ObservedProject,
    ObservedRepository,
    ObservedView,
)
from tests.core.builders import BOARD, board

HERE = ObservedRepository("R_1", "octo-org/widgets", "O_1", "Organization")
SEEN = Examination("me", HERE, issue_types=("Bug", "Task"), project=board())


def line(name: str, wanted: ProjectSpec | None = None, **more: object) -> Check:
    """The last line of this name, with what is different from a server where all is well."""
    seen = replace(SEEN, **more)  # type: ignore[arg-type] # the fields of an examination
    return [check for check in checks_of(seen, wanted) if check.name == name][-1]


@pytest.mark.parametrize(
    ("different", "health", "said"),
    [
        ({}, Health.OK, "an organization's"),
        ({"owner_type": "User"}, Health.OK, "a user's"),
        ({"archived": True}, Health.ERROR, "is archived"),
        ({"disabled": True}, Health.ERROR, "is disabled by GitHub"),
        ({"locked": True}, Health.ERROR, "is locked"),
        ({"permission": "READ"}, Health.ERROR, "may only read octo-org/widgets (read)"),
        ({"permission": "TRIAGE"}, Health.LESS, "triage access"),
        ({"permission": "MAINTAIN"}, Health.OK, "maintain access"),
    ],
)
def test_a_repository_is_held_against_what_a_sync_needs(
    different: dict[str, object], health: Health, said: str
) -> None:
    """What only reads or is archived stops a sync, less than write access is told."""
    there = replace(HERE, **different)  # type: ignore[arg-type] # the fields of a repository
    told = line("repository", repository=there)
    assert told.health is health
    assert said in told.message
    assert bool(told.hint) == (health is not Health.OK)


def test_other_repositories_have_lines_of_their_own() -> None:
    """One that is fine, one whose issues are switched off, one that cannot be read."""
    other = replace(HERE, name_with_owner="octo-org/other", has_issues=False)
    found = checks_of(
        replace(SEEN, others=(other,), out_of_reach={"octo-org/away": "not found"}), None
    )
    told = [(check.health, check.message) for check in found if check.name == "repository"]
    assert [message.partition(":")[0].partition(",")[0] for _, message in told] == [
        "octo-org/widgets", "octo-org/other", "octo-org/away"
    ]  # fmt: skip
    assert [health for health, _ in told] == [Health.OK, Health.OK, Health.ERROR]
    issues = [check.message for check in found if check.name == "issues"]
    assert issues == ["switched on", "octo-org/other: switched off"]
    assert not is_healthy(found)
    fine = checks_of(replace(SEEN, others=(replace(other, has_issues=True),)), None)
    assert len([check for check in fine if check.name == "issues"]) == 1
    assert is_healthy(fine)


@pytest.mark.parametrize(
    ("left", "health"), [(100, Health.OK), (99, Health.LESS), (0, Health.LESS)]
)
def test_a_short_rest_of_the_hour_is_told(left: int, health: Health) -> None:
    """Below a hundred points a sync may have to wait."""
    told = line("rate limit", allowance=Allowance(5000, left, "2026-01-01T12:00:00Z"))
    assert (told.health, told.message) == (
        health, f"{left} of 5000 points left until 2026-01-01T12:00:00Z"
    )  # fmt: skip
    assert line("rate limit").message == "this server has none"


@pytest.mark.parametrize(
    ("name", "more", "health", "said"),
    [
        ("sub-issues", {}, Health.OK, "supported"),
        ("sub-issues", {"sub_issues": False}, Health.LESS, "not on this server"),
        ("dependencies", {"dependencies": False}, Health.LESS, "not on this server"),
        ("issue types", {}, Health.OK, "Bug, Task"),
        ("issue types", {"issue_types": False}, Health.LESS, "not on this server"),
        ("Projects", {}, Health.OK, "supported"),
        ("Projects", {"option_ids": False}, Health.LESS, "cannot be added without clearing it"),
        ("Projects", {"boards": False}, Health.LESS, "not on this server"),
    ],
)
def test_what_a_server_lacks_is_less_and_no_error(
    name: str, more: dict[str, bool], health: Health, said: str
) -> None:
    """A sync works without it, and defers what needs it."""
    told = line(name, capabilities=Capabilities(**more))
    assert (told.health, said in told.message) == (health, True)


def test_issue_types_may_be_defined_or_not() -> None:
    """An organization may have defined none, a user's repository can have none."""
    assert "none is defined" in line("issue types", issue_types=()).message
    assert "a user's repository has none" in line("issue types", issue_types=None).message


@pytest.mark.parametrize(
    ("project", "problem", "health", "said"),
    [
        (board(), None, Health.OK, "octo-org/4 Widgets, read and write"),
        (None, None, Health.OK, "sync creates it"),
        (None, "not found", Health.ERROR, "not found"),
        (board(closed=True), None, Health.ERROR, "the board is closed"),
    ],
)
def test_a_declared_board_is_held_against_what_a_sync_needs(
    project: ObservedProject | None, problem: str | None, health: Health, said: str
) -> None:
    """It is there and open, or will be made; out of reach or closed stops a sync."""
    told = line("board", BOARD, project=project, project_problem=problem)
    assert told.health is health
    assert said in told.message
    assert line("board").health is Health.SKIPPED
    assert line("board", BOARD, board_viewer="bot").message.endswith(", by bot")


@pytest.mark.parametrize(
    ("off", "health"), [("Item closed", Health.LESS), ("Item reopened", Health.OK)]
)
def test_what_is_left_to_click_is_listed(off: str, health: Health) -> None:
    """Views that sync cannot group, and the workflows that are off, with the address."""
    there = replace(
        board(), views=(ObservedView("V_1", 1, "View 1", "table"),), workflows={off: False}
    )
    views, workflows = (line(name, BOARD, project=there) for name in ("views", "workflows"))
    assert views.message.startswith("View 1: sync does not slice")
    assert (workflows.message, workflows.health) == (f"off: {off}", health)
    assert there.url in workflows.hint


def test_a_view_that_only_people_can_group_is_named_with_its_page() -> None:
    """If the file declares it otherwise than the board has it."""
    there = replace(
        board(),
        views=(ObservedView("V_2", 2, "Bugs", "table", arrangement=(("sort_by", ("Title",)),)),),
    )
    wanted = replace(BOARD, views=(ViewDef("bugs", arrangement=(("sort_by", ("Title desc",)),)),))
    click = line("views", wanted, project=there)
    assert click.message == "bugs: Sort by is Title, the file says Title desc"
    assert (click.health, f"{there.url}/views/2" in click.hint) == (Health.LESS, True)


def test_issue_fields_that_are_there_are_listed() -> None:
    """By the names in the file, also if they have options."""
    size = BoardFieldDef("Size", "single_select", (OptionDef("S"),))
    field = ObservedIssueField("F_1", "size", "single_select", (ObservedOption("1", "S"),))
    seen = replace(SEEN, issue_fields=(field,))
    (check,) = [c for c in checks_of(seen, None, (size,)) if c.name == "issue fields"]
    assert (check.health, check.message) == (Health.OK, "Size")
