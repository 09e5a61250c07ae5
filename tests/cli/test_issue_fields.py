"""Issue fields on the command line: the plan, what people decide, what goes back into the file."""

import json
from pathlib import Path

import pytest

from github_sandbox.actors import Person
from github_sandbox.app import Sandbox
from tests.cli.conftest import BACKLOG, Backlog

DECLARED = BACKLOG.replace(
    """\
  fields:
    Priority: {type: single_select, options: [High, Low]}
    Story Points: {type: number}
""",
    """\
ownership: {priority: github, Areas: github}
issue_fields:
  Priority: {type: single_select, options: [High, Low]}
  Story Points: number
  Areas: {type: multi_select, options: [web, api]}
""",
).replace(
    "            story_points: 5\n", "            story_points: 5\n            Areas: [web]\n"
)


@pytest.fixture
def boss(server: Sandbox, folder: Path) -> Person:
    """An owner of the organization, and a file that declares issue fields."""
    (folder / "backlog.yaml").write_text(DECLARED, "utf-8")
    return Person(server, "boss", permission="admin", repository="octo-org/shop")


def test_the_plan_names_what_is_missing_and_the_flag_that_creates_it(
    backlog: Backlog, boss: Person
) -> None:
    """One line without the flag; with it, the fields are definitions of the plan."""
    out = backlog("plan").out
    assert "octo-org has no such issue fields" in out
    assert "--create-issue-fields" in out
    with_flag = backlog("plan", "--create-issue-fields").out
    assert "+ issue fields Story Points (number), Areas (web, api)" in with_flag
    ran = backlog("sync", "--create-issue-fields", "--yes")
    assert ran.code == 0, ran.err
    number = boss.find("Keep a cart for thirty days").number
    found = [boss.issue_field_value(number, name) for name in ("Priority", "Story Points", "Areas")]
    assert found == ["High", 5.0, ("web",)]
    assert backlog("plan", "--check").code == 0
    (board,) = boss.sandbox.store.projects[boss.repository.owner].values()
    columns = {column.name for column in boss.sandbox.store.fields[board.id].values()}
    assert columns >= {"Priority", "Story Points", "Areas"}


def test_what_people_set_goes_into_the_file_and_stays(
    backlog: Backlog, boss: Person, folder: Path
) -> None:
    """A sync writes it back; the next one reads it there, and nothing is set back."""
    assert backlog("sync", "--create-issue-fields", "--yes").code == 0
    number = boss.find("Keep a cart for thirty days").number
    boss.set_issue_field(number, "Priority", "Low")
    boss.set_issue_field(number, "Areas", ("web", "api"))
    assert backlog("sync", "--yes").code == 0
    text = (folder / "backlog.yaml").read_text("utf-8")
    assert "priority: Low" in text
    assert "Areas: [web, api]" in text
    boss.set_issue_field(number, "Priority", "High")
    assert backlog("sync", "--yes").code == 0
    assert "priority: High" in (folder / "backlog.yaml").read_text("utf-8")
    assert boss.issue_field_value(number, "Areas") == ("web", "api")
    assert backlog("sync", "--yes").code == 0  # the label of the priority follows the file
    assert backlog("plan", "--check").code == 0
    assert boss.issue_field_value(number, "Priority") == "High"


def test_a_private_field_that_github_owns_is_followed_again_and_again(
    backlog: Backlog, boss: Person, folder: Path
) -> None:
    """What a sync wrote into the file is not the file's own change when people go on."""
    boss.add_issue_field("Team", "SINGLE_SELECT", "Red", "Blue", "Green", visibility="ORG_ONLY")
    file = folder / "backlog.yaml"
    text = DECLARED.replace("{priority: github,", "{priority: github, Team: github,")
    text = text.replace("issue_fields:\n", "issue_fields:\n  Team:\n")
    file.write_text(
        text.replace("Areas: [web]\n", "Areas: [web]\n            Team: Red\n"), "utf-8"
    )
    assert backlog("sync", "--create-issue-fields", "--yes").code == 0
    number = boss.find("Keep a cart for thirty days").number
    for team in ("Blue", "Green", "Red"):
        boss.set_issue_field(number, "Team", team)
        ran = backlog("sync", "--yes")
        assert ran.code == 0, ran.out
        assert f"Team: {team}" in file.read_text("utf-8")
        assert boss.issue_field_value(number, "Team") == team


def test_doctor_lists_them(backlog: Backlog, boss: Person) -> None:
    """Missing ones with what creates them."""
    out = backlog("doctor").out
    assert "missing in the organization: Story Points, Areas" in out
    boss.add_issue_field("Story Points", "TEXT")
    boss.add_issue_field("Areas", "MULTI_SELECT", "web")
    out = " ".join(backlog("doctor").out.split())
    assert "missing in the organization: Areas (api)" in out
    assert "Story Points is text in the organization, number in the file" in out
    assert boss.issue_field("Priority").name == "Priority"


def test_reports_show_what_people_plan_on_the_issue(
    backlog: Backlog, boss: Person, folder: Path
) -> None:
    """Priority, points and dates that the file leaves to GitHub, with the same sums everywhere."""
    file = folder / "backlog.yaml"
    text = file.read_text("utf-8").replace("            story_points: 5\n", "")
    text = text.replace("  Story Points: number\n", "  Story Points: number\n  Target date: date\n")
    file.write_text(text, "utf-8")
    assert backlog("sync", "--create-issue-fields", "--yes").code == 0
    before = json.loads(backlog("report", "--format", "json").out)
    number = boss.find("Keep a cart for thirty days").number
    boss.set_issue_field(number, "Story Points", 8)
    boss.set_issue_field(number, "Target date", "2027-05-01")
    boss.set_issue_field(number, "Priority", "Low")
    asked = len(boss.sandbox.log)
    after = json.loads(backlog("report", "--format", "json").out)
    assert len(boss.sandbox.log) - asked <= 4
    (item,) = [each for each in after["items"] if each["title"] == "Keep a cart for thirty days"]
    assert (item["points"], item["target"], item["priority"]) == (8, "2027-05-01", "Low")
    assert after["total"]["points_total"] == before["total"]["points_total"] + 8


def test_undo_restores_them(backlog: Backlog, boss: Person, folder: Path) -> None:
    """As every other value that a run wrote over."""
    assert backlog("sync", "--create-issue-fields", "--yes").code == 0
    number = boss.find("Keep a cart for thirty days").number
    file = folder / "backlog.yaml"
    file.write_text(file.read_text("utf-8").replace("story_points: 5", "story_points: 3"), "utf-8")
    assert backlog("sync", "--yes").code == 0
    assert boss.issue_field_value(number, "Story Points") == 3.0
    ran = backlog("undo", "--yes")
    assert ran.code == 0, ran.err
    assert boss.issue_field_value(number, "Story Points") == 5.0
