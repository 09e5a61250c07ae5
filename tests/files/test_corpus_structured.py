"""Plans that real teams wrote in YAML, JSON and CSV, held against counts made by hand."""

import csv
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from backlog_sync.core.model import IssueRef
from backlog_sync.core.progress import ItemProgress
from backlog_sync.files.load import Loaded, load
from backlog_sync.files.write_back import write_back

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus"
MANIFEST = CORPUS / "manifest.tsv"
SECONDS_PER_MB = 1.0
FLOOR = 0.05
"""Seconds that a small file may take: what every run costs counts more than its bytes."""

needs_corpus = pytest.mark.skipif(not MANIFEST.exists(), reason="the corpus is not on this machine")

_COLUMNS = ("epics_or_containers", "features", "stories", "tasks", "checklist_or_ac", "points")
_TOOLS = ("g01", "g04", "g05", "g07", "b08")

# Where the count by hand says something else than the file; each reason was looked up there.
DIFFERENT: Mapping[str, Mapping[str, float]] = {
    # 11 issues with `acceptance_criteria:` lists of 26 entries; the count by hand left them out.
    "f03": {"checklist_or_ac": 26},
    # The stories have `tasks:` and `acceptance_criteria:` lists; only stories were counted.
    "f22": {"tasks": 102, "checklist_or_ac": 146},
    # 16 issues with `acceptance_criteria:` lists of 83 entries; the count by hand left them out.
    "g10": {"checklist_or_ac": 83},
    # 13 issues begin before the file breaks off, numbers 109 to 121; the count was a guess.
    "g12": {"stories": 13, "tasks": 7, "checklist_or_ac": 70},
}


@dataclass(frozen=True, slots=True)
class Row:
    """A file of the corpus and what it holds."""

    path: Path
    expected: Mapping[str, float]
    broken: bool


def rows() -> list[Row]:
    """The structured files of the corpus, and the task lists of tools."""
    if not MANIFEST.exists():
        return []
    found = []
    with MANIFEST.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream, delimiter="\t"):
            name, rules = row["file"], row["rules"]
            if not name.startswith(_TOOLS) and (not rules.startswith("R8") or name[0] == "c"):
                continue
            # Hours ("470h") and "-" are no story points.
            expected = {
                each: float(row[each]) if row[each].isdecimal() else 0.0 for each in _COLUMNS
            }
            expected.update(DIFFERENT.get(name[:3], {}))
            found.append(Row(CORPUS / name, expected, rules == "R8x"))
    return found


def read(path: Path) -> Loaded:
    """Load one file of the corpus."""
    return load([path], root=path.parent)


def counted(loaded: Loaded) -> dict[str, float]:
    """What was found, in the words of the manifest."""
    inventory = loaded.inventory
    kinds = inventory.counts
    return {
        "epics_or_containers": kinds.get("epic", 0),
        "features": kinds.get("feature", 0),
        "stories": sum(kinds.get(kind, 0) for kind in ("story", "bug", "spike", "chore")),
        "tasks": kinds.get("task", 0),
        "checklist_or_ac": inventory.checklist,
        "points": inventory.points,
    }


@needs_corpus
@pytest.mark.parametrize("row", rows(), ids=lambda row: row.path.name[:3])
def test_real_plans_are_counted_right(row: Row) -> None:
    """Containers, features, stories, tasks, criteria and points are what a person counts."""
    assert counted(read(row.path)) == row.expected


@needs_corpus
@pytest.mark.parametrize("row", rows(), ids=lambda row: row.path.name[:3])
def test_only_broken_files_and_other_files_have_errors(row: Row) -> None:
    """What can be read can be synchronised; a broken file tells the place, another kind why."""
    loaded = read(row.path)
    slugs = {found.slug for found in loaded.errors}
    if row.broken:
        assert slugs & {"invalid-yaml", "invalid-json"}
        assert any(found.slug == "recovered" for found in loaded.diagnostics)
        assert loaded.desired is None
    elif not any(row.expected.values()):
        assert [found.slug for found in loaded.diagnostics] == ["not-a-backlog"]
        assert "looked for" in loaded.diagnostics[0].message
    elif row.path.name[:3] != "g05":  # titles beyond GitHub's limit are the author's to shorten
        assert not slugs
        assert loaded.desired is not None


def seconds(path: Path) -> float:
    """What reading a file takes of our own time."""
    begun = time.process_time()
    read(path)
    return time.process_time() - begun


@needs_corpus
def test_no_real_plan_is_slow() -> None:
    """Reading takes at most a second per megabyte."""
    for row in rows():
        taken = min(seconds(row.path), seconds(row.path))
        allowed = SECONDS_PER_MB * row.path.stat().st_size / 1e6
        assert taken <= max(allowed, FLOOR), row.path.name


@needs_corpus
@pytest.mark.parametrize(
    "row", [row for row in rows() if not row.broken], ids=lambda row: row.path.name[:3]
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
    assert counted(again) == counted(loaded)
    assert not write_back(again, progress)
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
