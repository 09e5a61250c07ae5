"""Putting files right: totals, mojibake and keys, and nothing else."""

from pathlib import Path

import pytest

from backlog_sync.files.load import Loaded, load
from backlog_sync.files.mojibake import repairs
from backlog_sync.files.write.change import save
from backlog_sync.files.write.fix import fix
from tests.files.conftest import LoadText

ROADMAP = (
    "# Plan\r\n\r\n**Total Stories**: 5 (2 Stories)  \r\n**Total Story Points**: 9.5 SP\r\n\r\n"
    "| Epic | Stories |\r\n|---|---|\r\n| Rides | 7 |\r\n| **Total** | **7** |\r\n\r\n"
    "## Epic 1: Rides\r\n\r\n### Story 1.1: A (3 pts)\r\n\r\n### Story 1.2: B (5 pts)"
)
BACKLOG = (
    "# ours\nepics:\n  - title: Rides   # keep\n    stories:\n      - {title: Book}\n"
    "      - title: Pay\n        id: pay\n        tasks: [one, {title: two}]\n"
)


def fixed(loaded: Loaded, tmp_path: Path) -> str:
    """The text of the only file after all steps; a further step finds nothing to do."""
    path = loaded.files[0].source.path
    for _ in range(4):
        changes = fix(loaded, ids=True)
        for change in changes:
            save(change)
        loaded = load([Path(path)], root=tmp_path)
    assert fix(loaded, ids=True) == ()
    return (tmp_path / path).read_bytes().decode()


def test_wrong_totals_become_what_items_come_to(load_text: LoadText, tmp_path: Path) -> None:
    """Lines, brackets and table cells get the numbers of the items; every other byte stays."""
    loaded = load_text(ROADMAP, "ROADMAP.md")
    text = fixed(loaded, tmp_path)
    expected = ROADMAP.replace("5 (2 Stories)", "2 (2 Stories)").replace("9.5 SP", "8 SP")
    assert text == expected.replace("| 7 |", "| 2 |").replace("**7**", "**2**")


def test_totals_of_what_is_elsewhere_stay(load_text: LoadText, tmp_path: Path) -> None:
    """A file that holds nothing of what it counts is not set to nought: it may be elsewhere."""
    text = "# Plan\n\n**Total Stories**: 12\n\n## Epic 1: A\n"
    loaded = load_text(text, "ROADMAP.md")
    assert [found.slug for found in loaded.diagnostics] == ["wrong-total"]
    assert fixed(loaded, tmp_path) == text


def test_totals_wait_until_keys_are_clear(load_text: LoadText, tmp_path: Path) -> None:
    """Where two items have one key, sums are not to be trusted."""
    text = "**Total Stories**: 9\n\n## Story 1: A\n**Key**: a\n\n## Story 2: B\n**Key**: a\n"
    assert fixed(load_text(text, "ROADMAP.md"), tmp_path) == text


@pytest.mark.parametrize("codec", ["cp1252", "mac_roman"])
def test_mojibake_is_what_it_was(codec: str, load_text: LoadText, tmp_path: Path) -> None:
    """Text that was read in another encoding is repaired, and only there."""
    good = "## Epic 1: Café – ‘Ride’ 🚲\n\nWas für ein Rad → ✅  \n"
    spoilt = good.encode().decode(codec)
    loaded = load_text(spoilt, "ROADMAP.md")
    assert fixed(loaded, tmp_path) == good


def test_what_was_spoilt_twice_is_mended_twice() -> None:
    """Mojibake of mojibake becomes the first text at once."""
    spoilt = "Café".encode().decode("cp1252").encode().decode("cp1252")
    assert [text for _, _, text in repairs(f"- {spoilt}\n")] == ["é"]


def test_repaired_text_is_read_again_before_it_is_counted(
    load_text: LoadText, tmp_path: Path
) -> None:
    """A dash that was spoilt hides an item: totals follow the repaired text."""
    good = "**Total Stories**: 9\n\n## Epic 1: A\n\n### Story 1.1 — B\n\n### Story 1.2 — C\n"
    text = fixed(load_text(good.encode().decode("cp1252"), "ROADMAP.md"), tmp_path)
    assert text == good.replace("9", "2")


def test_items_of_yaml_get_the_key_that_they_have(load_text: LoadText, tmp_path: Path) -> None:
    """If asked, mappings without `id:` get their key, so that a new title keeps the issue."""
    loaded = load_text(BACKLOG)
    before = set(loaded.keys)
    assert fix(loaded) == ()
    text = fixed(loaded, tmp_path)
    again = load([Path("backlog.yaml")], root=tmp_path)
    assert set(again.keys) == before
    said = [item.document.id for item in again.files[0].items]
    assert said.count(None) == 1  # a task that is only a text has no place for a key
    assert "# ours\n" in text
    assert "- title: Rides   # keep\n" in text


def test_files_without_faults_stay(load_text: LoadText, tmp_path: Path) -> None:
    """Nothing wrong, nothing changed; a Markdown roadmap gets no keys."""
    text = "## Epic 1: A\n\n### Story: no number\n"
    assert fixed(load_text(text, "ROADMAP.md"), tmp_path) == text
