"""Progress into the files of a backlog, and onto the disk."""

from collections.abc import Callable
from pathlib import Path

import pytest

from backlog_sync.core.model import IssueRef
from backlog_sync.core.progress import ItemProgress
from backlog_sync.errors import FailedError
from backlog_sync.files.load import Loaded, load
from backlog_sync.files.write.change import save
from backlog_sync.files.write.progress import write_back

LoadText = Callable[..., Loaded]

TEXT = "stories:\n- {id: a, title: A, acceptance_criteria: [x]}\n- {id: b, title: B, issue: 7}\n"


def test_only_files_that_change_are_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each with its bytes before and after; keys that no file holds are passed over."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.yaml").write_bytes(b"\xef\xbb\xbfstories:\r\n- {id: a, title: A}\r\n")
    (tmp_path / "b.yaml").write_text("tasks: [{id: b, title: B, issue: 2}]\n")
    loaded = load([Path("a.yaml"), Path("b.yaml")], root=tmp_path)
    progress = [ItemProgress(key, issue=IssueRef(n)) for key, n in (("a", 1), ("b", 2), ("z", 3))]
    changes = write_back(loaded, progress)
    assert [change.path for change in changes] == ["a.yaml"]
    save(changes[0])
    after = (tmp_path / "a.yaml").read_bytes()
    assert after == b"\xef\xbb\xbfstories:\r\n- {id: a, title: A, issue: 1}\r\n"
    again = load([Path("a.yaml"), Path("b.yaml")], root=tmp_path)
    assert write_back(again, progress) == ()


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("progress", "- {id: a, title: A, issue: 3, status: Done, acceptance_criteria: "),
        ("ids", "- {id: a, title: A, issue: 3, acceptance_criteria: [x]}"),
        ("none", None),
    ],
)
def test_the_setting_says_how_much_is_written(
    load_text: LoadText, setting: str, expected: str | None
) -> None:
    """Everything, numbers only, or nothing."""
    loaded = load_text(f"write_back: {setting}\n{TEXT}")
    progress = ItemProgress("a", issue=IssueRef(3), status="Done", ticks={0: True})
    changes = write_back(loaded, [progress])
    if expected is None:
        assert changes == ()
    else:
        assert expected in changes[0].after.decode()


def test_a_sandbox_number_never_replaces_a_real_one(load_text: LoadText) -> None:
    """A trial run must not lose the item's identity; the rest of its progress is written."""
    loaded = load_text(TEXT)
    progress = ItemProgress("b", issue=IssueRef(1, sandbox=True), status="Done")
    text = write_back(loaded, [progress])[0].after.decode()
    assert "issue: 7" in text
    assert "status: Done" in text


def test_saving_refuses_a_file_that_moved_on(load_text: LoadText) -> None:
    """What somebody saved in the meantime stays, and the message names the file as shown."""
    loaded = load_text(TEXT)
    change = write_back(loaded, [ItemProgress("a", issue=IssueRef(3))])[0]
    Path("backlog.yaml").write_text("tasks: [other]\n")
    with pytest.raises(FailedError, match=r"^backlog\.yaml: the file was changed"):
        save(change)
    assert Path("backlog.yaml").read_text() == "tasks: [other]\n"


def test_a_roadmap_is_written_by_its_own_rules(load_text: LoadText) -> None:
    """Markdown goes to the Markdown writer."""
    loaded = load_text("# P\n\n## Epic 1: E\n\n**Goal**: g\n", "ROADMAP.md")
    changes = write_back(loaded, [ItemProgress("epic-1", issue=IssueRef(5))])
    assert b"#5" in changes[0].after
