"""Plans of the corpus that are read as meant once their settings say how.

`DECLARED` holds lines of settings of ours, by the code of the file; with them its row of the table
is exact. `OTHERWISE` says of the others why no line of settings gives the figures of the manifest.
"""

from pathlib import Path

import pytest

from backlog_sync.files.load import CONFIG, load
from tests.files.corpus_table import MANIFEST, counted, rows

DECLARED = {
    "d02": '"## Current Projects": feature',
    "e01": '"### By *": feature',
    "f02": '"key productBacklog": {items: story, type: ignore}',
    "f04": '"key done_when": ignore',
    "f07": '"key items": {items: task, acceptance: ignore}',
    "f12": '"key features": {acceptance_criteria: ignore}',
    "f20": "root: {items: task}",
}

OTHERWISE = {
    "b09": "its hand count is rough, and a file whose YAML is broken is read as far as it goes",
    "f13": "its hand count takes every 'id' for a task, those of 'deferred' and of steps too",
    "f16": "its hand count takes the criteria inside descriptions for text, as its note says",
}

_STRUCTURED = (".yaml", ".yml", ".json", ".csv")
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
def test_each_structured_file_is_exact_or_says_why() -> None:
    """By itself, with a few lines, or for a reason."""
    for code, row in ROWS.items():
        if row.path.suffix in _STRUCTURED and code not in (*DECLARED, *OTHERWISE):
            loaded = load([row.path], root=row.path.parent, bullets=row.bullets)
            assert counted(row, loaded) == row.expected, code
