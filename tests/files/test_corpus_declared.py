"""Plans of the corpus that are read as meant once their settings say how.

`DECLARED` holds lines of settings of ours, by the code of the file; with them its row of the table
is exact. `OTHERWISE` says of the others why no line of settings gives the figures of the manifest.
"""

from pathlib import Path

import pytest

from backlog_sync.files.load import CONFIG, load
from tests.files.corpus_table import MANIFEST, counted, rows

DECLARED = {
    "c06": '"## *": feature\n"- *": ignore',
    "c08": '"# *": {items: task}\n"## *": {items: task}',
    "d02": '"## Current Projects": feature',
    "e01": '"### By *": feature',
    "f02": '"key productBacklog": {items: story, type: ignore}',
    "f04": '"key done_when": ignore',
    "f07": '"key items": {items: task, acceptance: ignore}',
    "f12": '"key features": {acceptance_criteria: ignore}',
    "f20": "root: {items: task}",
}

OTHERWISE = {
    "a04": "its hand count takes rows for tasks and rows with a heading for stories",
    "a05": "it numbers 85 tickets, and its hand count has 93; it takes no criteria either",
    "a10": "its hand count takes only boxes for criteria, not the bullets below the same key",
    "a11": "its hand count is rough, as its note says",
    "a14": "its hand count takes two criteria that a semicolon parts for one",
    "b03": "its hand count takes the boxes of a list of manual tests for criteria, too",
    "b05": "its hand count has 20 criteria of the 35 that its stories number",
    "b09": "its hand count is rough, and a file whose YAML is broken is read as far as it goes",
    "c02": "its hand count is rough, as its note says",
    "d07": "its hand count takes the bullets of reports, notes and criteria for tasks, too",
    "e03": "its hand count takes issues to close as duplicates for tasks, too",
    "e05": "its hand count is rough: it takes parts of reports for items",
    "e07": "its hand count has an id once that two stories have, by a slip of its author",
    "e08": "its hand count takes all criteria of a cell for one",
    "e10": "its hand count leaves out three of 76 lines of criteria",
    "f06": "it numbers 22 stories, and its hand count has 20",
    "f13": "its hand count takes every 'id' for a task, those of 'deferred' and of steps too",
    "f16": "its hand count takes the criteria inside descriptions for text, as its note says",
    "g09": "its hand count takes a summary for an epic, and no line of criteria for one",
}

_MOST = 5
"""So many lines are few enough for somebody to write."""

ROWS = {row.code: row for row in rows()}

needs_corpus = pytest.mark.skipif(not MANIFEST.exists(), reason="the corpus is not on this machine")


@needs_corpus
@pytest.mark.parametrize("code", DECLARED)
def test_a_few_lines_of_settings_give_what_was_counted(code: str, tmp_path: Path) -> None:
    """No more than five, none of them for nothing."""
    row, lines = ROWS[code], DECLARED[code].splitlines()
    assert len(lines) <= _MOST
    (tmp_path / CONFIG).parent.mkdir()
    (tmp_path / CONFIG).write_text("\n  ".join(("reading:", *lines)) + "\n")
    file = tmp_path / row.path.name
    file.write_bytes(row.path.read_bytes())
    loaded = load([file], root=tmp_path, bullets=row.bullets)
    assert counted(row, loaded) == row.expected
    assert not {each.slug for each in loaded.diagnostics} & {"unused-reading", "invalid-reading"}


@needs_corpus
def test_each_file_is_exact_or_says_why() -> None:
    """By itself, with a few lines, or for a reason."""
    for code, row in ROWS.items():
        if code not in (*DECLARED, *OTHERWISE):
            loaded = load([row.path], root=row.path.parent, bullets=row.bullets)
            assert counted(row, loaded) == row.expected, code
