"""What is held, as people meet it: one refusal, a remedy each, no command that was just run."""

import json
from pathlib import Path

import pytest

from backlog_sync.cli.commands import sync as syncing
from backlog_sync.cli.commands import undo as undoing
from github_sandbox.actors import Person
from github_sandbox.app import Sandbox
from tests.cli.conftest import BACKLOG, Backlog

ROADMAP = "# Shop\n\n## Epic 1: Checkout\n\n### Story 1.1: Keep carts\n\n### Story 1.2: Pay later\n"
HERE = ("--sandbox", "--repo", "octo-org/shop")


@pytest.fixture
def ann(server: Sandbox) -> Person:
    """Somebody at work in the repository."""
    return Person(server, "ann", repository="octo-org/shop", permission="admin")


def unfolded(text: str) -> str:
    """Wrapped lines as one."""
    return " ".join(text.split())


# ---- a moved file ----------------------------------------------------------------------------


def test_a_moved_file_is_one_refusal(backlog: Backlog, folder: Path) -> None:
    """With numbers in it: one reason, one remedy that works, and nothing offered that does not."""
    (folder / "ROADMAP.md").write_text(ROADMAP, "utf-8")
    assert backlog("sync", "ROADMAP.md", *HERE).code == 0
    (folder / "docs").mkdir()
    (folder / "ROADMAP.md").rename(folder / "docs/ROADMAP.md")
    for verb, code in (("plan", 0), ("sync", 4), ("drift", 3), ("pull", 4)):
        ran = backlog(verb, "docs/ROADMAP.md", *HERE)
        told = unfolded(ran.out + ran.err)
        assert ran.code == code, told
        assert told.count("belongs to the backlog") == 1
        assert told.count("items exist under another identity") == 1
        assert "`backlog: {id: ROADMAP.md}` into the front matter of docs/ROADMAP.md" in told
        assert "--on-conflict" not in told
        if verb != "pull":
            assert "if the file was moved, run `backlog sync docs/ROADMAP.md" in told
    moved = (folder / "docs/ROADMAP.md").read_bytes()
    ran = backlog("sync", "docs/ROADMAP.md", *HERE, "-y", "--no-write-back")
    assert ran.code == 4
    assert (folder / "docs/ROADMAP.md").read_bytes() == moved
    (folder / "docs/ROADMAP.md").write_bytes(moved.replace(b"\n", b"\r\n"))
    ran = backlog("sync", "docs/ROADMAP.md", *HERE, "-y")
    assert ran.code == 0
    assert "3 to update" in ran.out
    front = b"---\nbacklog:\n  id: ROADMAP.md\n---\n\n"
    written = (folder / "docs/ROADMAP.md").read_bytes()
    assert written == (front + moved).replace(b"\n", b"\r\n")


def test_a_moved_file_is_asked_about_and_a_copy_is_not(
    backlog: Backlog, folder: Path, typed: list[str]
) -> None:
    """A no is a refusal; a yes writes `id:` into settings that exist. A copy is another backlog."""
    old, new = folder / "backlog.yaml", folder / "my plan: 2.yaml"
    assert backlog("sync", "backlog.yaml", *HERE).code == 0
    new.write_bytes(old.read_bytes())
    for command in (("sync", "-y"), ("plan",)):
        ran = backlog(command[0], str(new), *HERE, *command[1:])
        assert "another identity" in ran.err
        assert "if the file was moved, put `id: backlog.yaml` at the top" in unfolded(ran.err)
    assert new.read_bytes() == old.read_bytes()

    old.unlink()
    text = new.read_bytes()
    typed += ["n", "y"]
    refused = backlog("sync", str(new), *HERE)
    assert (refused.code, new.read_bytes()) == (4, text)
    agreed = backlog("sync", str(new), *HERE)
    assert agreed.code == 0, agreed.err
    assert b"\nid: backlog.yaml\n" in new.read_bytes()
    assert "No changes" in backlog("plan", str(new), *HERE).out


# ---- deleted issues, pull requests, other backlogs ---------------------------------------------


def test_each_number_that_leads_nowhere_has_its_own_line(
    backlog: Backlog, folder: Path, server: Sandbox, ann: Person
) -> None:
    """A deleted issue, a pull request, another backlog's issue: in plan, sync, drift and pull."""
    for n in range(1, 7):
        ann.open_issue(f"Story {n}")
    ann.open_pull_request("Not an issue", "")
    (folder / "other.yaml").write_text(
        "version: 1\nrepository: octo-org/shop\nstories: [{id: x, title: Theirs, issue: 6}]\n",
        "utf-8",
    )
    assert backlog("sync", "other.yaml", "--yes").code == 0
    numbers = {1: 1, 2: 2, 3: 3, 4: 4, 5: 7, 6: 6}
    items = "".join(f"  - {{id: s{n}, title: Story {n}, issue: {m}}}\n" for n, m in numbers.items())
    file = folder / "backlog.yaml"
    file.write_text(f"version: 1\nrepository: octo-org/shop\nstories:\n{items}", "utf-8")
    ann.delete(1)
    remedies = (
        "its issue was deleted",
        "take its number out of the file to have a new issue created",
        "its number is that of a pull request",
        "write the number of an issue, or take it out to have a new issue created",
        "its issue belongs to the backlog 'other.yaml'",
        "correct its number, or take its number out of the file",
    )
    for verb, code in (("plan", 0), ("sync", 4), ("drift", 3), ("pull", 4)):
        ran = backlog(verb, *(["--yes"] if verb == "sync" else []))
        told = unfolded(ran.out)
        assert ran.code == code, told + ran.err
        for remedy in remedies:
            assert remedy in told, (verb, remedy)
        assert "--on-conflict" not in told + ran.err
    held = json.loads(backlog("pull", "--format", "json").out)["held"]
    assert {note["key"] for note in held} == {"s1", "s5", "s6"}
    assert all(note["hint"] for note in held)
    file.write_text(
        file.read_text("utf-8").replace(", issue: 1}", "}").replace(", issue: 7}", "}")
        .replace(", issue: 6}", "}").replace("Story 6", "Another story"), "utf-8"
    )  # fmt: skip
    assert backlog("sync", "--yes", "--adopt").code == 0


def test_pull_does_not_offer_what_was_just_run(
    backlog: Backlog, folder: Path, server: Sandbox, ann: Person
) -> None:
    """`--on-conflict` is offered for fields, and only where it was not given."""
    file = folder / "backlog.yaml"
    file.write_text(
        "version: 1\nrepository: octo-org/shop\nstories: [{id: a, title: A}, {id: b, title: B}]\n",
        "utf-8",
    )
    assert backlog("sync", "--yes").code == 0
    ann.edit(1, title="A of GitHub")
    file.write_text(file.read_text("utf-8").replace("title: A,", "title: A of the file,"), "utf-8")
    ran = backlog("pull")
    assert (ran.code, ran.err.count("--on-conflict github")) == (4, 1)
    ran = backlog("pull", "--on-conflict", "github")
    assert (ran.code, "--on-conflict" in ran.err) == (0, False)
    file.write_text(file.read_text("utf-8").replace("sandbox#2", "77"), "utf-8")
    ran = backlog("pull", "--on-conflict", "github")
    assert (ran.code, "--on-conflict" in ran.err) == (4, False)
    assert "1 item held" in ran.err


# ---- the wrong repository ----------------------------------------------------------------------


def test_the_wrong_repository_gets_nothing(
    backlog: Backlog, folder: Path, server: Sandbox, ann: Person
) -> None:
    """No label, milestone, board or issue, declared or not, whatever some numbers lead to."""
    text = BACKLOG.replace("id: keep\n", "id: keep\n            issue: 7\n")
    (folder / "backlog.yaml").write_text(
        text.replace("id: merge\n", "id: merge\n            issue: 8\n"), "utf-8"
    )
    ran = backlog("sync", "--yes")
    assert ran.code == 4
    assert "error[foreign-numbers] refused: 2 of 2 issue numbers in the file" in ran.err
    assert not any(entry.writes for entry in server.log)
    for _ in range(8):
        ann.open_issue("Something else")
    assert backlog("sync", "--yes").code == 4
    assert not any(entry.writes for entry in server.log)


def test_a_file_without_items_makes_no_board(
    backlog: Backlog, folder: Path, server: Sandbox
) -> None:
    """What is declared is made, a board is not; it comes with the first card."""
    head = BACKLOG.partition("epics:")[0]
    (folder / "backlog.yaml").write_text(head, "utf-8")
    plan = json.loads(backlog("plan", "--format", "json").out)
    assert [(c["kind"], c["key"]) for c in plan["changes"]] == [("milestone", "Spring")]
    (folder / "backlog.yaml").write_text(BACKLOG, "utf-8")
    plan = json.loads(backlog("plan", "--format", "json").out)
    assert "project" in {c["kind"] for c in plan["changes"]}


# ---- a first sync ------------------------------------------------------------------------------


def test_a_first_sync_that_adopts_asks(
    backlog: Backlog, folder: Path, server: Sandbox, ann: Person
) -> None:
    """As one that creates does; later adoptions go ahead."""
    for title in ("Alpha", "Beta", "Gamma"):
        ann.open_issue(title)
    file = folder / "backlog.yaml"
    head = "version: 1\nrepository: octo-org/shop\nstories:\n"
    file.write_text(f"{head}  - {{id: a, title: Alpha, issue: 1}}\n", "utf-8")
    ran = backlog("sync")
    assert ran.code == 4
    assert "error[needs-yes] refused: this is the first sync and would adopt 1 issue in" in ran.err
    assert not any(entry.writes for entry in server.log)
    file.write_text(f"{head}  - {{id: a, title: Alpha}}\n  - {{id: d, title: Delta}}\n", "utf-8")
    assert "would create 1 and adopt 1 issues in" in backlog("sync", "--adopt").err
    assert backlog("sync", "--adopt", "--yes").code == 0
    with file.open("a", encoding="utf-8") as out:
        out.write("  - {id: b, title: Beta, issue: 2}\n")
    assert backlog("sync").code == 0


# ---- undo --------------------------------------------------------------------------------------


def test_undo_takes_every_flag_of_sync() -> None:
    """A command line is repeated with another verb."""

    def names(command: object) -> set[str]:
        return {name for each in command.params for name in each.opts}  # type: ignore[attr-defined] # click's

    assert names(syncing.command) <= names(undoing.command)


def test_undo_with_the_flags_of_the_sync(backlog: Backlog, folder: Path) -> None:
    """It closes what that run created; a dry run shows it, one key closes one."""
    (folder / "ROADMAP.md").write_text(ROADMAP, "utf-8")
    flags = ("ROADMAP.md", *HERE, "--project", "octo-org/B", "--bullets", "list", "--yes",
             "--adopt", "--no-write-back", "--prune", "close", "--on-conflict", "file",
             "--force", "mass-change")  # fmt: skip
    assert backlog("sync", *flags).code == 0
    shown = backlog("undo", *flags, "--dry-run")
    assert shown.code == 0
    assert "3 to close" in shown.out
    assert "Sync:" not in shown.out
    ran = backlog("undo", *flags, "--only", "story-1.1")
    assert (ran.code, "1 to close" in ran.out) == (0, True)
    ran = backlog("undo", *flags)
    assert (ran.code, "2 to close" in ran.out) == (0, True)
    assert "nothing to do" in backlog("undo", *flags).err


# ---- placeholders of a template ----------------------------------------------------------------

TEMPLATE = """\
# Shop

## Epic 1: Checkout

### Story 1.1: Keep carts

- [ ] {criterion}

## Epic 2: {title}

### Story 2.1: Pay by card
"""


def _swap(file: Path, was: str, now: str) -> None:
    text = file.read_text("utf-8")
    assert was in text
    file.write_text(text.replace(was, now), "utf-8")


def _planned(backlog: Backlog, *more: str) -> dict[str, list[str]]:
    """What a plan does by title, its held items under `held`."""
    plan = json.loads(backlog("plan", "ROADMAP.md", *HERE, "--format", "json", *more).out)
    found: dict[str, list[str]] = {}
    for change in plan["changes"]:
        if change["kind"] in ("issue", "sub_issue") and change["fields"]:
            found.setdefault(change["title"], []).append(change["action"])
    held = [note["key"] for note in plan["conflicts"]]
    return found | ({"held": held} if held else {})


def test_a_placeholder_holds_its_item_and_no_other(backlog: Backlog, folder: Path) -> None:
    """It is told with its place and what to do; filled in, it gets its issue and what is below."""
    file = folder / "ROADMAP.md"
    file.write_text(TEMPLATE.format(title="[Epic title]", criterion="`go <name>` works"), "utf-8")
    ran = backlog("sync", "ROADMAP.md", *HERE)
    told = unfolded(ran.out)
    assert ran.code == 4
    assert "'[Epic title]' (ROADMAP.md:9:4) is a placeholder of a template" in told
    assert "fill it in, or remove the item" in told
    assert _planned(backlog) == {"held": ["epic-2"]}
    assert backlog("sync", "ROADMAP.md", *HERE, "--only", "epic-1").code == 0
    _swap(file, "[Epic title]", "Payment")
    assert _planned(backlog) == {"Payment": ["create"], "Pay by card": ["link"]}
    assert backlog("sync", "ROADMAP.md", *HERE).code == 0
    assert _planned(backlog) == {}


def test_an_issue_whose_item_gets_a_placeholder_is_left_alone(
    backlog: Backlog, folder: Path
) -> None:
    """It is no orphan, also for `--prune`, and is known again under another title."""
    file = folder / "ROADMAP.md"
    file.write_text(TEMPLATE.format(title="Payment", criterion="works"), "utf-8")
    assert backlog("sync", "ROADMAP.md", *HERE).code == 0
    _swap(file, "works", "[Criterion 1]")
    _swap(file, "Keep carts", "Save carts")
    _swap(file, "Payment", "[Title]")
    held = {"held": ["epic-2", "story-1.1"]}
    for more in ((), ("--prune", "close")):
        found = _planned(backlog, *more)
        assert found | {"held": sorted(found["held"])} == held
    assert backlog("sync", "ROADMAP.md", *HERE).code == 4
    _swap(file, "[Criterion 1]", "works again")
    _swap(file, "[Title]", "Payments")
    assert _planned(backlog) == {"Save carts": ["update"], "Payments": ["update"]}
    assert backlog("sync", "ROADMAP.md", *HERE).code == 0
    assert _planned(backlog) == {}


def test_a_file_of_placeholders_alone_is_refused(backlog: Backlog, folder: Path) -> None:
    """Nothing in it is anybody's plan yet."""
    text = "## Epic 1: [Epic title]\n\n### Story 1.1: [Story title]\n"
    (folder / "ROADMAP.md").write_text(text, "utf-8")
    ran = backlog("sync", "ROADMAP.md", *HERE)
    assert ran.code == 1
    assert (ran.out + ran.err).count(": error[placeholder] ") == 2


# ---- what is done and was never made -----------------------------------------------------------


def test_an_open_story_below_a_done_feature_hangs_below_the_epic(
    backlog: Backlog, folder: Path
) -> None:
    """Until the feature is open again: then it is made, and the story goes there."""
    file = folder / "ROADMAP.md"
    text = "# R\n\n## Epic 1: E\n\n### Feature 1.1: F\n\n**Status**: Done\n\n#### Story 1.1.1: S\n"
    file.write_text(text, "utf-8")
    assert _planned(backlog) == {"E": ["create"], "S": ["create", "link"]}
    assert backlog("sync", "ROADMAP.md", *HERE).code == 0
    assert _planned(backlog) == {}
    _swap(file, "Done", "In Progress")
    assert _planned(backlog) == {"F": ["create", "link"], "S": ["link"]}
    assert backlog("sync", "ROADMAP.md", *HERE).code == 0
    assert _planned(backlog) == {}
