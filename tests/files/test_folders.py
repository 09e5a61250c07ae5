"""A folder as a path: its plans are joined, its documents passed over, its bounds kept."""

from pathlib import Path

import pytest

from backlog_sync.core.model import IssueRef
from backlog_sync.core.progress import ItemProgress
from backlog_sync.files.load import MAX_FILES, Loaded, load
from backlog_sync.files.write.progress import write_back


def made(top: Path, **files: str) -> Path:
    """A folder with these files; `__` in a name stands for a dot, `___` for a slash."""
    for name, text in files.items():
        path = top / name.replace("___", "/").replace("__", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return top


def titles(loaded: Loaded) -> list[str]:
    """The titles of what would be synced."""
    assert loaded.desired is not None, loaded.errors
    return [str(item.fields["title"]) for item in loaded.desired.items]


def slugs(loaded: Loaded) -> list[str]:
    """What was told."""
    return [found.slug for found in loaded.diagnostics]


def card(key: str, title: str, more: str = "") -> str:
    """A card of Backlog.md."""
    return f"---\nid: {key}\ntitle: {title}\nstatus: To Do\n{more}---\n\n## Description\n\nText.\n"


def test_cards_of_a_folder_are_one_backlog(tmp_path: Path) -> None:
    """Parents and dependencies are found across the files; prose beside cards is passed over."""
    made(
        tmp_path,
        backlog___tasks___task_1__md=card("task-1", "Boats"),
        backlog___tasks___task_2__md=card("task-2", "Rent", "parent_task_id: task-1\n"),
        backlog___tasks___task_3__md=card("task-3", "Pay", "dependencies: [task-2, task-9]\n"),
        backlog___docs___notes__md="# Notes\n\n- [ ] no item\n",
        backlog___README__md="# About\n\n- [ ] no item\n",
        backlog___config__yml="project_name: Harbour\nstatuses: [To Do]\n",
    )
    loaded = load([tmp_path / "backlog"], root=tmp_path)
    assert loaded.desired is not None
    boats, rent, pay = loaded.desired.items
    assert (boats.parent, rent.parent) == (None, "task-1")
    assert pay.fields["blocked_by"] == ("task-2",)
    assert loaded.desired.backlog_id == "backlog"
    (told,) = [found for found in loaded.diagnostics if found.slug == "passed-over"]
    assert "notes.md" in told.message
    assert "README" not in told.message
    assert not any("README" in parsed.source.path for parsed in loaded.files)
    (dangling,) = [found for found in loaded.diagnostics if "task-9" in found.message]
    assert (dangling.is_error, Path(dangling.place.path).name) == (False, "task_3.md")


def test_own_records_are_no_items(tmp_path: Path) -> None:
    """`.backlog` contains the cards of another tool, or what runs here recorded."""
    made(
        tmp_path,
        _backlog___tasks___task_1__md=card("task-1", "Rent"),
        _backlog___state___server___run_0001__jsonl='{"id": "boats", "title": "Boats"}\n',
        _backlog___sandbox___state__json='{"items": [{"id": "boats", "title": "Boats"}]}\n',
    )
    (tmp_path / "_backlog").rename(tmp_path / ".backlog")
    loaded = load([tmp_path], root=tmp_path)
    assert titles(loaded) == ["Rent"]
    assert slugs(loaded) == []


EPIC = """---
name: boats
status: backlog
---

# Epic: Boats

## Overview

People rent boats.

## Task Breakdown

- [ ] 001.md - Rent
- [ ] 002.md - Pay

## Acceptance Criteria
- it floats

## Tasks Created
- [ ] 001.md
"""


def numbered(name: str, more: str = "") -> str:
    """A task of ccpm."""
    return (
        f"---\nname: {name}\nstatus: open\n{more}---\n\n# Task: {name}\n\n## Description\nText.\n\n"
        "## Acceptance Criteria\n- one\n\n## Definition of Done\n- [ ] two\n- [x] three\n"
    )


@pytest.fixture
def ccpm(tmp_path: Path) -> Path:
    """Two epics with tasks of the same numbers."""
    return made(
        tmp_path,
        **{
            ".claude___epics___boats___epic__md": EPIC,
            ".claude___epics___boats___001__md": numbered("Rent"),
            ".claude___epics___boats___002__md": numbered("Pay", "depends_on: [001]\n"),
            ".claude___epics___quay___epic__md": EPIC.replace("oats", "uay"),
            ".claude___epics___quay___001__md": numbered("Planks"),
            ".claude___agents___one__md": "# Agent\n\n- [ ] no item\n",
        },
    )


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_tasks_belong_to_the_epic_of_their_folder(ccpm: Path) -> None:
    """Numbers count within a folder; boxes of the epic that name its tasks are no items."""
    for path in (Path(), Path(".claude/epics")):
        loaded = load([path], root=ccpm)
        assert loaded.desired is not None
        found = {item.key: item for item in loaded.desired.items}
        assert sorted(found) == ["boats", "boats-001", "boats-002", "quay", "quay-001"]
        assert found["boats-002"].parent == "boats"
        assert found["boats-002"].fields["blocked_by"] == ("boats-001",)
        assert found["quay-001"].parent == "quay"
        assert [entry.text for entry in found["boats"].criteria] == ["it floats"]
        assert [entry.done for entry in found["boats-001"].criteria] == [False, False, True]
        assert "People rent boats." in str(found["boats"].block)


def test_progress_goes_into_the_file_of_each_item(ccpm: Path) -> None:
    """Every card gets its own number and status, and reads the same afterwards."""
    loaded = load([Path(".claude/epics/boats")], root=ccpm)
    told = [
        ItemProgress(key, IssueRef(number), status="Done", ticks={0: True})
        for number, key in enumerate(sorted(loaded.keys), 1)
    ]
    changes = write_back(loaded, told)
    assert len(changes) == 3
    for change in changes:
        change.file.write_bytes(change.after)
    again = load([Path(".claude/epics/boats")], root=ccpm)
    assert set(again.keys) == set(loaded.keys)
    assert not any(change.is_written for change in write_back(again, told))
    assert [item.issue for item in again.desired.items if item.issue] if again.desired else False


def test_a_folder_of_beads(tmp_path: Path) -> None:
    """`.beads` is read, named or below the folder that is; other hidden folders are not."""
    line = '{"id":"hb-1","title":"Rent","status":"open","issue_type":"task","priority":1}\n'
    made(tmp_path, **{".beads___issues__jsonl": line, ".cache___plan__jsonl": line * 2})
    for path in (Path(".beads"), Path()):
        assert titles(load([path], root=tmp_path)) == ["Rent"]


def test_ids_are_found_across_files_of_any_kind(tmp_path: Path) -> None:
    """Epics in one file, stories in another: parents and dependencies by id."""
    made(
        tmp_path,
        plan___a__csv="Issue key,Issue Type,Summary,Status,Epic Link\nHB-2,Story,Rent,Open,HB-1\n",
        plan___epics__yaml="epics:\n  - {key: HB-1, name: Boats, priority: high}\n",
        plan___tasks__json='{"tasks": [{"id": "HB-3", "title": "Pay", "status": "open",'
        ' "dependencies": ["HB-2", "HB-7"]}]}',
    )
    loaded = load([Path("plan")], root=tmp_path)
    assert loaded.desired is not None
    found = {item.key: item for item in loaded.desired.items}
    assert found["hb-2"].parent == "hb-1"
    assert found["hb-3"].fields["blocked_by"] == ("hb-2",)
    assert [d.slug for d in loaded.diagnostics if "HB-7" in d.message] == ["unread-dependency"]
    alone = load([Path("plan/a.csv")], root=tmp_path)
    assert [d.slug for d in alone.diagnostics if "HB-1" in d.message] == ["unknown-parent"]


def test_a_broken_file_of_a_folder_is_named(tmp_path: Path) -> None:
    """What could be read of it is told, and nothing is synced until it is mended."""
    made(
        tmp_path,
        plan___a__yaml="stories:\n  - {id: S-1, title: Rent, status: open}\n  - {id: S-2, 'b\n",
        plan___b__md=card("task-1", "Boats"),
    )
    loaded = load([Path("plan")], root=tmp_path)
    assert loaded.desired is None
    assert {found.place.path for found in loaded.errors} == {"plan/a.yaml"}


@pytest.mark.parametrize("text", ["", "\0", "{", "a: [", "just: data\n"])
def test_what_is_no_plan_is_passed_over(text: str, tmp_path: Path) -> None:
    """A file that nobody could take for a plan does not stop the folder."""
    made(tmp_path, plan___a__yaml=text, plan___b__md=card("task-1", "Boats"))
    loaded = load([Path("plan")], root=tmp_path)
    assert titles(loaded) == ["Boats"]
    assert "passed-over" in slugs(loaded)


def test_a_folder_without_plans_says_so(tmp_path: Path) -> None:
    """An empty folder, or one of documents only, is an error with what was looked for."""
    made(tmp_path, docs___README__md="# A\n", docs___b__txt="text\n")
    loaded = load([Path("docs")], root=tmp_path)
    assert [found.slug for found in loaded.errors] == ["no-items"]
    assert ".org" in loaded.errors[0].message


def test_a_folder_holds_at_most_so_many_files(tmp_path: Path) -> None:
    """More is an error that names the folder, and nothing of it is read."""
    for number in range(MAX_FILES + 1):
        made(tmp_path, **{f"plan___{number}__md": card(f"task-{number}", "A")})
    loaded = load([Path("plan")], root=tmp_path)
    assert [(found.slug, found.place.path) for found in loaded.errors] == [
        ("too-many-files", "plan")
    ]
    assert loaded.desired is None


def test_links_of_a_folder_lead_nowhere_else(tmp_path: Path) -> None:
    """Links to folders are not followed; a link to a file outside is an error that names it."""
    made(
        tmp_path, outside___a__md=card("task-8", "Outside"), top___plan___b__md=card("task-1", "A")
    )
    plan = tmp_path / "top" / "plan"
    (plan / "more").symlink_to(tmp_path / "outside", target_is_directory=True)
    assert titles(load([plan], root=tmp_path / "top")) == ["A"]
    (plan / "c.md").symlink_to(tmp_path / "outside" / "a.md")
    loaded = load([plan], root=tmp_path / "top")
    assert [found.slug for found in loaded.errors] == ["link-outside"]


def test_archives_are_left_out_and_told(tmp_path: Path) -> None:
    """What a tool has put away is no plan any more; `completed` is, as it is done."""
    made(
        tmp_path,
        plan___archive___a__md=card("task-1", "Away"),
        plan___completed___b__md=card("task-2", "Ready").replace("To Do", "Done"),
        plan___c__md=card("task-3", "Open"),
    )
    loaded = load([Path("plan")], root=tmp_path)
    assert titles(loaded) == ["Open", "Ready"]
    assert any("archive" in d.message for d in loaded.diagnostics if d.slug == "passed-over")
