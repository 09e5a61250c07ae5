"""`backlog init`: a first backlog, from nothing, from plans of other tools, from a repository."""

import json
from pathlib import Path

import pytest

from github_sandbox.actors import Person
from github_sandbox.app import Sandbox
from tests.cli.conftest import Backlog

TARGET = Path("backlog/backlog.yaml")

TABLE = (
    "Issue Type;Issue key;Summary;Epic Link;Story Points;Acceptance Criteria;Fix Version/s\r\n"
    "Epic;W-1;Riders;;;;Spring\r\n"
    'Story;W-2;"Book; and pay";W-1;5;"- one\n- two";Spring\r\n'
    "Story;W-3;Move a booking;W-1;M;;Spring\r\n"
)


def inventory(backlog: Backlog, *paths: str) -> dict[str, float]:
    """What lint counts."""
    ran = backlog("lint", *paths, "--format", "json")
    told: dict[str, float] = json.loads(ran.out)["inventory"]
    return told


def test_init_writes_a_commented_file_that_reads(backlog: Backlog, folder: Path) -> None:
    """Without anything to start from: no items, no errors, and its comments are valid YAML."""
    (folder / "backlog.yaml").unlink()
    ran = backlog("init", "--repo", "octo-org/shop")
    assert (ran.code, ran.out) == (0, f"{TARGET}\n")
    text = TARGET.read_text(encoding="utf-8")
    assert "repository: octo-org/shop\n" in text
    assert backlog("lint").code == 0
    lines = text.split("epics: []\n", 1)[1].splitlines()
    filled = text.split("epics: []", 1)[0] + "epics:\n" + "\n".join(f"  {x[1:]}" for x in lines)
    TARGET.write_text(filled + "\n", encoding="utf-8")
    assert inventory(backlog)["story"] == 2


def test_init_overwrites_nothing(backlog: Backlog, folder: Path) -> None:
    """A file that is there stays, and the error says what to do."""
    TARGET.parent.mkdir()
    TARGET.write_text("mine\n", encoding="utf-8")
    ran = backlog("init")
    assert ran.code == 1
    assert "not overwritten" in ran.err
    assert "--output" in ran.err
    assert TARGET.read_text(encoding="utf-8") == "mine\n"
    (folder / "w.csv").write_bytes(TABLE.encode())
    assert backlog("init", "--from", "w.csv").code == 1
    assert TARGET.read_text(encoding="utf-8") == "mine\n"


def test_init_from_a_table_keeps_what_it_says(backlog: Backlog, folder: Path) -> None:
    """Keys, parents, points and criteria arrive; the table itself is not touched."""
    (folder / "w.csv").write_bytes(TABLE.encode())
    ran = backlog("init", "--from", "w.csv", "--output", "w.yaml", "--repo", "o/w")
    assert ran.code == 0, ran.err
    text = (folder / "w.yaml").read_text(encoding="utf-8")
    assert "repository: o/w" in text
    for line in ("id: w-2", 'title: "Book; and pay"', "story_points: 5", "- one", "milestone: "):
        assert line in text
    found = inventory(backlog, "w.yaml")
    assert [found[k] for k in ("epic", "story", "checklist", "points")] == [1, 2, 2, 5]
    assert (folder / "w.csv").read_bytes() == TABLE.encode()
    assert "is not in 'points:'" in ran.err
    assert "# line 5:" in text


def test_init_keeps_the_identity_of_what_was_synchronised(backlog: Backlog, folder: Path) -> None:
    """A table that was synchronised becomes a backlog that finds the same issues."""
    (folder / "w.csv").write_bytes(TABLE.encode())
    assert backlog("sync", "w.csv", "--repo", "o/w", "--sandbox").code == 0
    assert "sandbox#2" in (folder / "w.csv").read_text(encoding="utf-8")
    assert backlog("init", "--from", "w.csv", "--output", "w.yaml").code == 0
    assert "id: w.csv" in (folder / "w.yaml").read_text(encoding="utf-8")
    ran = backlog("plan", "w.yaml", "--repo", "o/w", "--sandbox", "--format", "json")
    summary = json.loads(ran.out)["summary"]
    assert summary["create"] == summary["adopt"] == summary["close"] == 0


def test_init_leaves_a_roadmap_as_it_is(backlog: Backlog, folder: Path) -> None:
    """Of a Markdown roadmap nothing is converted: the settings for its top are printed."""
    (folder / "ROADMAP.md").write_text("## Epic 1: Riders\n\n### Story 1.1: Book\n")
    ran = backlog("init", "--from", "ROADMAP.md", "--repo", "o/w")
    assert ran.code == 0
    assert ran.out.startswith("---\nbacklog:\n  repository: o/w\n")
    assert not TARGET.exists()
    text = ran.out + (folder / "ROADMAP.md").read_text()
    (folder / "ROADMAP.md").write_text(text)
    found = json.loads(backlog("lint", "ROADMAP.md", "--format", "json").out)
    assert not found["diagnostics"]
    assert found["inventory"]["story"] == 1


def test_init_refuses_what_is_no_plan(backlog: Backlog, folder: Path) -> None:
    """Of a file of another kind nothing is written, and the reason is told."""
    (folder / "c.yaml").write_text("services:\n  web: {image: nginx}\n")
    ran = backlog("init", "--from", "c.yaml")
    assert ran.code == 1
    assert "not-a-backlog" in ran.err
    assert "nothing was written" in ran.err
    assert not TARGET.exists()


def test_init_tells_what_a_broken_file_lost(backlog: Backlog, folder: Path) -> None:
    """A file that breaks off gives what stands before the break, and says so in the new file."""
    (folder / "b.json").write_text(
        '{"epic": 1, "name": "E", "issues": [{"number": 1, "title": "A", "effort": 3}, '
        '{"number": 2, "title": "B", "effort": 5}, {"number": 3, "ti'
    )
    ran = backlog("init", "--from", "b.json")
    assert ran.code == 0
    assert "invalid-json" in ran.err
    assert inventory(backlog, str(TARGET))["story"] == 2
    assert "# line 1: " in TARGET.read_text(encoding="utf-8")


def test_usage_of_init(backlog: Backlog, folder: Path) -> None:
    """Options that do not go together are a usage error, before anything is written."""
    assert backlog("init", "--from", "a.csv", "--from-github").code == 2
    assert backlog("init", "--closed").code == 2
    (folder / "backlog.yaml").unlink()
    assert backlog("init", "--project", "Board").code == 2
    assert not (folder / "backlog").exists()
    assert backlog("init", "--output", "x.txt").code == 2


# ---- from a repository ---------------------------------------------------------------------


@pytest.fixture
def person(server: Sandbox) -> Person:
    """Somebody with a browser in a repository that has seen years of work."""
    someone = Person(server, "ada", repository="octo-org/shop")
    for name in ("epic", "bug", "area: cart"):
        if not someone.has_label(name):
            someone.create_label(name)
    someone.open_issue("Carts", "What we want of carts", labels=("epic",))
    someone.open_issue("Keep a cart", labels=("area: cart",))
    someone.open_issue("Merge carts")
    someone.open_issue("Cart is lost", labels=("bug",))
    someone.open_issue("Old things")
    someone.open_pull_request("Fix it")
    someone.put_below(2, 1)
    someone.put_below(3, 1)
    someone.block(3, 2)
    someone.close(5)
    return someone


def test_a_repository_becomes_a_backlog_that_only_adopts(
    backlog: Backlog, folder: Path, person: Person
) -> None:
    """Every open issue is adopted by its number: nothing is created, renamed or moved."""
    (folder / "backlog.yaml").unlink()
    ran = backlog("init", "--from-github", "--repo", "octo-org/shop")
    assert ran.code == 0, ran.err
    assert inventory(backlog) == {
        **dict.fromkeys(inventory(backlog), 0), "epic": 1, "task": 2, "bug": 1,
    }  # fmt: skip
    plan = json.loads(backlog("plan", "--format", "json").out)
    assert {(c["action"], c["kind"]) for c in plan["changes"]} == {("adopt", "issue")}
    assert plan["summary"]["adopt"] == 4
    assert not plan["conflicts"]
    touched = {name for change in plan["changes"] for name in change["fields"]}
    assert touched <= {"body", "issue_type"}
    assert backlog("sync", "--yes").code == 0
    assert backlog("sync").out.startswith("✓ No changes.")
    assert "What we want of carts" in person.issue(1).body


def test_issues_of_another_backlog_are_left_out(
    backlog: Backlog, folder: Path, person: Person
) -> None:
    """What a backlog manages already is not offered again."""
    assert backlog("sync", "--yes").code == 0
    assert backlog("init", "--from-github", "--repo", "octo-org/shop").code == 0
    text = TARGET.read_text(encoding="utf-8")
    assert "Checkout that never loses a cart" not in text
    assert "Cart is lost" in text


def test_a_repository_without_issues_is_told(backlog: Backlog, server: Sandbox) -> None:
    """Nothing to adopt is an error, not an empty file."""
    ran = backlog("init", "--from-github", "--repo", "octo-org/shop")
    assert ran.code == 1
    assert "no issues to adopt" in ran.err
    assert not TARGET.exists()


# ---- lines for agents ----------------------------------------------------------------------


def test_lines_for_agents_are_appended_once(backlog: Backlog, folder: Path) -> None:
    """To a file of any line endings, with the backlog's path; what people wrote stays."""
    agents = folder / "AGENTS.md"
    agents.write_bytes(b"# Agents\r\n\r\nBe kind.")
    ran = backlog("init", "--agents")
    assert (ran.code, ran.out) == (0, "AGENTS.md\n")
    text = agents.read_bytes()
    assert text.startswith(b"# Agents\r\n\r\nBe kind.\r\n\r\n<!-- backlog:agents -->\r\n## ")
    assert text.endswith(b"\r\n<!-- /backlog:agents -->\r\n")
    assert b"\n" not in text.replace(b"\r\n", b"")
    assert b"`backlog ready --format json`" in text
    assert b"`backlog.yaml`" in text
    ran = backlog("init", "--agents")
    assert (ran.code, ran.out, agents.read_bytes()) == (0, "", text)
    assert "already" in ran.err
    assert backlog("lint").out.splitlines()[-1] == "No problems found."


def test_lines_for_agents_name_a_file_that_is_not_found_by_itself(
    backlog: Backlog, folder: Path
) -> None:
    """With a new backlog, too; a link out of the repository is not followed."""
    (folder / "backlog.yaml").unlink()
    assert backlog("init", "--output", "plans/a b.yaml", "--agents").code == 0
    text = (folder / "AGENTS.md").read_text(encoding="utf-8")
    assert "`backlog show ITEM 'plans/a b.yaml' --format json`" in text
    (folder / "AGENTS.md").unlink()
    (folder / "AGENTS.md").symlink_to("../elsewhere.md")
    ran = backlog("init", "--output", "other.yaml", "--agents")
    assert ran.code == 1
    assert "AGENTS.md is not a file of this repository" in ran.err


def test_lines_for_agents_are_offered_where_agents_have_a_file(
    backlog: Backlog, folder: Path, typed: list[str]
) -> None:
    """On a terminal: a question if there is an AGENTS.md, else the command in one line."""
    (folder / "backlog.yaml").unlink()
    typed += ["new", "none", "none"]
    assert "`backlog init --agents` writes AGENTS.md" in backlog("init").err
    TARGET.unlink()
    (folder / "AGENTS.md").write_text("Be kind.\n", encoding="utf-8")
    typed += ["new", "none", "none", "y"]
    assert backlog("init").out.endswith("AGENTS.md\n")
    assert "backlog/backlog.yaml" in (folder / "AGENTS.md").read_text(encoding="utf-8")
