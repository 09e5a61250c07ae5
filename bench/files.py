"""How long reading takes: `python -m bench.files [FILE …]`.

The bars, in seconds of processor time: one for a damaged file and for a line of 64 KB, two for a
megabyte of one thing. Named files, and those in named folders, are held to one second a megabyte; a
twentieth is allowed to each of them, because a run's own cost counts more than a few bytes.
"""

import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from backlog_sync.files.load import load
from tests.files import test_foreign_hostile, test_hostile
from tests.files.test_foreign import FAMILIES
from tests.laws.test_markdown_roadmap import DEGENERATE, UNITS

FLOOR = 0.05
COUNT = 300
RUNS = 2
SUFFIXES = (".md", ".yaml", ".yml", ".json", ".csv")

Sample = tuple[str, str, bytes]
Kind = tuple[Callable[[], Iterator[Sample]], Callable[[bytes], float]]


def took(folder: Path, name: str, raw: bytes) -> float:
    """Seconds of the fastest of a few readings."""
    file = folder / name
    file.write_bytes(raw)
    best = float("inf")
    for _ in range(RUNS):
        began = time.process_time()
        load([file], root=folder)
        best = min(best, time.process_time() - began)
    file.unlink()
    return best


def damaged() -> Iterator[Sample]:
    """What the tests read too: damage, soup, noise, bombs; the seed is the name."""
    for seed in range(COUNT):
        rng = random.Random(seed)  # noqa: S311 - no secret
        name, make = rng.choice(test_hostile.NAMES), rng.choice(test_hostile.MAKERS)
        yield f"hostile {seed}", name, make(rng)
    for seed, family in zip(range(COUNT), sorted(FAMILIES) * COUNT, strict=False):
        name, text, *_ = FAMILIES[family]
        told = test_foreign_hostile.mutated(random.Random(seed), text)  # noqa: S311 - no secret
        yield f"{family} {seed}", name, told.encode("utf-8", "surrogatepass")


def long_lines() -> Iterator[Sample]:
    """Lines of 64 KB."""
    for unit in UNITS:
        for lead in ("", "# ", "- ", "**Status**: ", "**Depends on**: ", "|-|-|\n| "):
            text = "## Epic 1: Rides\n" + lead + unit * (65_536 // len(unit)) + "\n"
            yield f"{lead!r} {unit!r}", "roadmap.md", text.encode()


def repeated() -> Iterator[Sample]:
    """One thing very often: a megabyte, or as many lines as a roadmap may have."""
    for unit in DEGENERATE:
        count = min(1_000_000 // len(unit), 49_000 // unit.count("\n"))
        yield repr(unit), "roadmap.md", (unit * count).encode()


def real(paths: Iterable[Path]) -> Iterator[Sample]:
    """Files of people."""
    for path in paths:
        inside = sorted(path.iterdir()) if path.is_dir() else [path]
        for file in inside:
            if file.suffix in SUFFIXES:
                yield str(file), file.name, file.read_bytes()


def main() -> int:
    """Measure and print the slowest of each kind; 1 if a bar was missed."""
    kinds: dict[str, Kind] = {
        "damaged files": (damaged, lambda _: 1.0),
        "lines of 64 KB": (long_lines, lambda _: 1.0),
        "one thing very often": (repeated, lambda _: 2.0),
    }
    if sys.argv[1:]:
        given = [Path(word) for word in sys.argv[1:]]
        kinds = {"your files": (lambda: real(given), lambda raw: max(FLOOR, len(raw) / 1e6))}
    missed = False
    with tempfile.TemporaryDirectory() as folder:
        for kind, (samples, bar) in kinds.items():
            worst, told = 0.0, ""
            for what, name, raw in samples():
                seconds = took(Path(folder), name, raw)
                share = seconds / bar(raw)
                if share > worst:
                    worst, told = share, f"{seconds * 1000:8.1f} ms  {what[:80]}"
            print(f"{kind:22}{worst:5.0%} of the bar by the slowest: {told}")
            missed |= worst > 1
    return int(missed)


if __name__ == "__main__":
    raise SystemExit(main())
