"""The table over the corpus: what each file holds by the manifest, and what was found.

`python -m tests.files.corpus_table` prints it; the tests compare the same rows.
"""

import csv
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from pathlib import Path

from backlog_sync.files.load import Loaded, load

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus"
MANIFEST = CORPUS / "manifest.tsv"
COLUMNS = ("epics_or_containers", "features", "stories", "tasks", "checklist_or_ac", "points")
ITEMS = ("epics_or_containers", "features", "stories", "tasks")
_OF_THEIR_OWN = ("bug", "spike", "chore")
"""Kinds that `lint` counts apart and the manifest has no column for."""


@dataclass(frozen=True, slots=True)
class Row:
    """A file of the corpus: its name, the rules that its structure needs, what it holds.

    `expected` are the manifest's figures; a figure that was not counted is left out. `hours` is
    set where the last column counts hours instead of points.
    """

    path: Path
    rules: str
    expected: Mapping[str, float]
    hours: bool

    @property
    def code(self) -> str:
        """The file's short name."""
        return self.path.name[:3].rstrip("-")

    @property
    def bullets(self) -> str:
        """How bullets of low confidence are read: as items where the manifest counts them."""
        return "items" if "R7" in self.rules else "list"


def rows() -> list[Row]:
    """All rows of the manifest; none where the corpus is not on this machine."""
    if not MANIFEST.exists():
        return []
    with MANIFEST.open(encoding="utf-8", newline="") as stream:
        return [_row(each) for each in csv.DictReader(stream, delimiter="\t")]


def _row(cells: Mapping[str, str]) -> Row:
    expected = {name: float(cells[name]) for name in COLUMNS if cells[name].isdecimal()}
    hours = cells["points"].endswith("h")
    if hours:
        expected["points"] = float(cells["points"].rstrip("h"))
    return Row(CORPUS / cells["file"], cells["rules"], expected, hours)


def read(row: Row, bullets: str | None = None) -> Loaded:
    """Load one file of the corpus."""
    return load([row.path], root=row.path.parent, bullets=bullets or row.bullets)


def counted(row: Row, loaded: Loaded) -> dict[str, float]:
    """What was found, in the manifest's words; only what the manifest counts.

    Who counted a file by hand took bugs, spikes and chores for stories or left them out: they are
    stories here unless the manifest has exactly the stories without them.
    """
    inventory = loaded.inventory
    kinds = inventory.counts
    hours = sum(
        float(item.document.estimate_hours or 0) for file in loaded.files for item in file.items
    )
    stories = kinds.get("story", 0)
    if stories != row.expected.get("stories"):
        stories += sum(kinds.get(kind, 0) for kind in _OF_THEIR_OWN)
    found: dict[str, float] = {
        "epics_or_containers": kinds.get("epic", 0),
        "features": kinds.get("feature", 0),
        "stories": stories,
        "tasks": kinds.get("task", 0),
        "checklist_or_ac": inventory.checklist,
        "points": hours if row.hours else inventory.points,
    }
    return {name: found[name] for name in row.expected}


@dataclass(frozen=True, slots=True)
class Score:
    """How one file, or several, were read: all figures right, items right, too many and missed.

    `exact` counts files with every figure right, `items` those with the number of items of each
    kind right; `refused` counts files of which nothing can be synchronised.
    """

    files: int = 0
    exact: int = 0
    items: int = 0
    wrong: int = 0
    missed: int = 0
    refused: int = 0

    def __add__(self, other: "Score") -> "Score":
        return Score(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))


def score(row: Row, loaded: Loaded) -> Score:
    """Compare one file with its row of the manifest."""
    found = counted(row, loaded)
    off = [int(found[name] - row.expected[name]) for name in ITEMS if name in row.expected]
    return Score(
        files=1,
        exact=found == row.expected,
        items=not any(off),
        wrong=sum(max(each, 0) for each in off),
        missed=sum(max(-each, 0) for each in off),
        refused=loaded.desired is None,
    )


def table() -> str:
    """One line for each file, and the sums."""
    lines = []
    total = Score()
    for row in rows():
        loaded = read(row)
        found, this = counted(row, loaded), score(row, loaded)
        total += this
        told = " ".join(_cell(row.expected[name], found[name]) for name in row.expected)
        sign = "=" if this.exact else "≠"
        refused = "  refused" if this.refused else ""
        lines.append(f"{sign} {row.code:4} {row.rules:14} {told}{refused}")
    lines.append(
        f"{total.exact} of {total.files} files exact, items right in {total.items}; "
        f"{total.wrong} items too many, {total.missed} missed, {total.refused} files refused"
    )
    return "\n".join(lines) + "\n"


def _cell(expected: float, found: float) -> str:
    told = f"{found:g}" if expected == found else f"{found:g} (not {expected:g})"
    return f"{told:>6}"


if __name__ == "__main__":
    print(table(), end="")
