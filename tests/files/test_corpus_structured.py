"""Plans that real teams wrote in YAML, JSON and CSV, held against counts made by hand."""

from pathlib import Path

import pytest

from backlog_sync.core.model import IssueRef
from backlog_sync.core.progress import ItemProgress
from backlog_sync.files.load import load
from backlog_sync.files.write.progress import write_back
from tests.files.corpus_table import CORPUS, MANIFEST, Row, counted, read, rows

needs_corpus = pytest.mark.skipif(not MANIFEST.exists(), reason="the corpus is not on this machine")

_TOOLS = ("g01", "g04", "g05", "g07", "b08")

LONG_TITLES = frozenset({"g05"})
"""Titles beyond GitHub's limit: the author's to shorten."""

PLANS = [
    row
    for row in rows()
    if row.code in _TOOLS or (row.rules.startswith("R8") and row.path.name[0] != "c")
]


def is_broken(row: Row) -> bool:
    """Whether the file's syntax is broken, as its author left it."""
    return row.rules == "R8x"


@needs_corpus
@pytest.mark.parametrize("row", PLANS, ids=lambda row: row.code)
def test_only_broken_files_and_other_files_have_errors(row: Row) -> None:
    """What can be read can be synchronised; a broken file tells the place, another kind why."""
    loaded = read(row)
    slugs = {found.slug for found in loaded.errors}
    if is_broken(row):
        assert slugs & {"invalid-yaml", "invalid-json"}
        some = any(counted(row, loaded).values())
        assert some == any(found.slug == "recovered" for found in loaded.diagnostics)
        assert loaded.desired is None
    elif not any(row.expected.values()):
        assert [found.slug for found in loaded.diagnostics] == ["not-a-backlog"]
        assert "looked for" in loaded.diagnostics[0].message
    elif row.code not in LONG_TITLES:
        assert not slugs
        assert loaded.desired is not None


@needs_corpus
@pytest.mark.parametrize(
    "row", [row for row in PLANS if not is_broken(row)], ids=lambda row: row.code
)
def test_progress_goes_into_real_plans_and_they_read_the_same(row: Row, tmp_path: Path) -> None:
    """Issues and statuses are written, a second time changes nothing, nothing else is said."""
    file = tmp_path / row.path.name
    file.write_bytes(row.path.read_bytes())
    loaded = load([file], root=tmp_path)
    progress = [
        ItemProgress(key, IssueRef(number, sandbox=True), status="Done" if number % 3 else None)
        for number, key in enumerate(loaded.keys, 1)
    ]
    for change in write_back(loaded, progress):
        file.write_bytes(change.after)
    again = load([file], root=tmp_path)
    assert counted(row, again) == counted(row, loaded)
    assert not any(change.is_written for change in write_back(again, progress))
    before, after = row.path.read_bytes(), file.read_bytes()
    assert before.count(b"\r\n") == 0 or b"\n" not in after.replace(b"\r\n", b"")
    assert before.endswith(b"\n") == after.endswith(b"\n")


@needs_corpus
def test_statuses_join_their_epics() -> None:
    """A file of statuses speaks of the items of the epics beside it, key by key."""
    epics = next(CORPUS.glob("a03-*.md"))
    status = next(CORPUS.glob("b08-*.yaml"))
    together = load([epics, status], root=CORPUS)
    alone = load([epics], root=CORPUS)
    assert together.inventory.counts == alone.inventory.counts
    assert together.desired is not None
    said = [item.status for item in together.desired.items]
    assert said.count("done") == 14
    assert None not in said
