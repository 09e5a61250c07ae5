"""A claim of a total belongs to the section that it is in; `lint --fix` writes no other number."""

import random
from pathlib import Path

import pytest

from backlog_sync.files.load import load
from backlog_sync.files.write.change import save
from backlog_sync.files.write.fix import fix
from tests.files.conftest import LoadText

LABELS = ("**First**", "**Sprint 1:**", "Second half:", "- Sprint 3")
ALONE = ("## Sprint Planning", "## Release plan", "### Capacity of 2027", "## Team North")
SUMS = ("## Summary", "## Backlog overview", "## Totals", "## Übersicht", "## 概要")


def fixed(load_text: LoadText, tmp_path: Path, text: str) -> str:
    """The text after `lint --fix`, which a second run leaves as it is."""
    load_text(text, "ROADMAP.md")
    for _ in range(3):
        for change in fix(load([Path("ROADMAP.md")], root=tmp_path)):
            save(change)
    return (tmp_path / "ROADMAP.md").read_text("utf-8")


def document(rng: random.Random) -> tuple[str, str]:
    """A roadmap with totals of many kinds, right and wrong, and what a fix makes of it."""
    epics = [[rng.choice((1, 2, 3, 5, 8)) for _ in range(rng.randint(1, 3))] for _ in range(3)]
    whole = sum(map(sum, epics))
    text, right = "# Plan\n\n", "# Plan\n\n"

    def claim(computed: int | None) -> tuple[str, str]:
        value = rng.randint(1, 99)
        tail = rng.choice(("", " SP", " points"))
        line = "**Total Story Points**: {}" + tail + rng.choice(("\n", "  \n"))
        return line.format(value), line.format(value if computed is None else computed)

    def add(before: str, computed: int | None) -> None:
        nonlocal text, right
        wrong, corrected = claim(computed)
        text, right = f"{text}{before}{wrong}\n", f"{right}{before}{corrected}\n"

    if rng.random() < 0.5:
        add("", whole)
    for number, points in enumerate(epics, 1):
        head = f"## Epic {number}: E{number}\n\n"
        if rng.random() < 0.7:
            add(head, sum(points))
            head = ""
        for nth, each in enumerate(points, 1):
            head += f"### Story {number}.{nth}: S{number}{nth}\n\n**Story Points**: {each}\n\n"
        text, right = text + head, right + head
    for _ in range(rng.randint(1, 3)):
        head = f"{rng.choice(ALONE)}\n\n"
        if rng.random() < 0.5:
            head += f"{rng.choice(LABELS)}\n\n" if rng.random() < 0.5 else "### First\n"
        add(head, None)
    if rng.random() < 0.5:
        add(f"{rng.choice(SUMS)}\n\n", whole)
    return text, right


@pytest.mark.parametrize("seed", range(60))
def test_a_total_is_that_of_its_section(seed: int, load_text: LoadText, tmp_path: Path) -> None:
    """Epics get their sum, summaries the document's, sections without items keep every byte."""
    text, right = document(random.Random(seed))
    assert fixed(load_text, tmp_path, text) == right


STORIES = "## Epic 1: A\n\n### Story 1.1: B (3 pts)\n\n## Epic 2: C\n\n### Story 2.1: D (5 pts)\n\n"


@pytest.mark.parametrize(
    "part",
    [
        "**Total Story Points**: 3 (without the extras)",
        "**Total Story Points**: 3 for the pilot",
        "## Summary\n\n**Sprint 1**\n\n**Total Story Points**: 3",
        "## Summary\n\n- Sprint 1\n  - **Total Story Points**: 3",
        "| Sprint | Points |\n|---|---|\n| North | 2 |\n| South | 7 |\n| Total | 9 |",
        "| Epic | Points |\n|---|---|\n| Epic 1 | 3 |\n| Total | 3 |",
        "| Epic | Points |\n|---|---|\n| Epic 1 | 3 |\n| Total | 4 |",
        "| Epic | Points |\n|---|---|\n| Epic 1 | 3 |\n| Epic 2 | 5 |\n| Later | 4 |\n| Sum | 12 |",
    ],
)  # fmt: skip
def test_what_can_be_read_in_two_ways_is_left(
    part: str, load_text: LoadText, tmp_path: Path
) -> None:
    """A remark, a label, rows of something else, a part of the epics: the author decides."""
    for text in (f"# Plan\n\n{part}\n\n{STORIES}", f"# Plan\n\n{STORIES}## Summary\n\n{part}\n"):
        assert fixed(load_text, tmp_path, text) == text


def test_a_total_of_named_rows_is_theirs(load_text: LoadText, tmp_path: Path) -> None:
    """A table that names every epic gets their figures and the sum of them."""
    table = (
        "| Epic | Points |\n|---|---|\n| Epic 1 | {} |\n| Epic 2 | {} |\n| **Total** | **{}** |\n"
    )
    text = f"# Plan\n\n{STORIES}## Epics\n\n" + table
    assert fixed(load_text, tmp_path, text.format(1, 1, 2)) == text.format(3, 5, 8)


def test_the_warning_says_that_it_is_left(load_text: LoadText) -> None:
    """What `--fix` does not write is a warning with both numbers, and says so."""
    text = f"# Plan\n\n**Total Story Points**: 3 (pilot only)\n\n{STORIES}"
    (found,) = load_text(text, "ROADMAP.md").diagnostics
    assert found.slug == "wrong-total"
    assert "says 3 points, but the items add up to 8" in found.message
    assert "leaves it" in found.hint


def test_a_section_of_items_claims_for_itself(load_text: LoadText, tmp_path: Path) -> None:
    """Below a heading that is no item, the items of that section count."""
    text = (
        "# Plan\n\n## Now\n\n**Total Story Points**: {}\n\n### Story 1: A (3 pts)\n\n"
        "## Later\n\n**Total Story Points**: {}\n\n### Story 2: B (5 pts)\n"
    )
    assert fixed(load_text, tmp_path, text.format(8, 8)) == text.format(3, 5)
