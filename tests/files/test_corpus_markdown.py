"""Roadmaps that real teams wrote in Markdown, held against counts made by hand."""

from collections.abc import Mapping

import pytest

from tests.files.corpus_table import MANIFEST, Row, counted, read, rows

needs_corpus = pytest.mark.skipif(not MANIFEST.exists(), reason="the corpus is not on this machine")
ENOUGH = 38

# Where the count by hand says something else than the file; docs/corpus.md says why.
DIFFERENT: Mapping[str, Mapping[str, float]] = {
    "c01": {"stories": 10, "checklist_or_ac": 122},
    "d02": {"features": 4},
}
ROADMAPS = [row for row in rows() if row.path.suffix == ".md"]


@needs_corpus
@pytest.mark.parametrize("row", ROADMAPS, ids=lambda row: row.code)
def test_real_roadmaps_are_counted_right(row: Row) -> None:
    """Containers, features, stories, tasks, criteria, points and hours are what a person counts."""
    assert counted(row, read(row)) == {**row.expected, **DIFFERENT.get(row.code, {})}


@needs_corpus
def test_most_of_the_corpus_equals_the_manifest() -> None:
    """Of all files, structured ones too, at least 38 are counted exactly as by hand."""
    equal = [row.code for row in rows() if counted(row, read(row)) == row.expected]
    assert len(equal) >= ENOUGH, equal


@needs_corpus
@pytest.mark.parametrize(
    "row", [row for row in ROADMAPS if "R7" in row.rules], ids=lambda row: row.code
)
def test_nothing_of_low_confidence_is_an_item_unasked(row: Row) -> None:
    """Without `--bullets items`, bullets below times, phases and statuses are only listed."""
    loaded = read(row, bullets="list")
    made = {note.rule for note in loaded.notes if note.key}
    assert not made & {"bullet", "time-heading", "planned-bullets"}
    if row.code == "s0":
        listed = [note for note in loaded.notes if note.rule == "bullet" and not note.key]
        assert len([note for note in listed if "an item with" in note.reason]) == 16
        assert not loaded.keys


@needs_corpus
@pytest.mark.parametrize("row", ROADMAPS, ids=lambda row: row.code)
def test_every_line_of_a_real_roadmap_is_explained(row: Row) -> None:
    """`lint --explain` has one line for each line that is not blank, with a rule."""
    loaded = read(row)
    if loaded.files[0].dialect:
        pytest.skip("read by the reader of a tool's own format")
    lines = loaded.files[0].source.text.replace("\r\n", "\n").split("\n")
    told = [note.line for note in loaded.notes]
    assert len(told) == len(set(told))
    assert {number for number, line in enumerate(lines, 1) if line.strip()} <= set(told)
    assert all(note.rule for note in loaded.notes)
