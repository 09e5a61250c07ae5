"""Histories of people and tool on the simulated GitHub, with the program's own verbs and files.

People close, reopen, tick, untick, edit, unlink and rename; files are edited, moved, reverted, and
lie in pull requests; the tool syncs, reports, pulls and is limited, and people act between any two
of its requests and in its waits. Who acted last on what is kept by a model that knows nothing of
how the program decides (`histories.model`), and the laws are held against every run
(`histories.laws`):

- no last act on GitHub is undone where GitHub owns the field;
- nothing that the file owns is set back without a line of drift in that run's plan;
- no byte of people's is lost, but within the one request that is on its way;
- nobody's word in the file is replaced but by what GitHub says;
- nothing is made twice, nothing deleted, counts and exit codes are true;
- the sync after a sync is silent;
- of people's issues, those that were asked for are taken into the file, each once.

`python -m tests.laws.histories SEED --shrink` plays one again. BACKLOG_BARS=full plays 10,000;
BACKLOG_HISTORIES=2500:5000 plays these.
"""

import os

import pytest

from tests.laws.histories.history import FILE, GAPS, shown, shrunk, tell
from tests.laws.histories.people import USUAL

SAMPLE, FULL, CHUNK = 40, 10_000, 20


def seeds() -> range:
    """The histories to play."""
    asked = os.environ.get("BACKLOG_HISTORIES")
    if asked:
        first, _, last = asked.partition(":")
        return range(int(first), int(last))
    return range(FULL if os.environ.get("BACKLOG_BARS") == "full" else SAMPLE)


CHUNKS = [seeds()[start : start + CHUNK] for start in range(0, len(seeds()), CHUNK)]


@pytest.mark.parametrize("chunk", CHUNKS, ids=lambda chunk: f"{chunk.start}-{chunk.stop - 1}")
def test_nothing_is_taken_away(chunk: range) -> None:
    """Every law holds in every run of these histories."""
    failed = [seed for seed in chunk if tell(seed).broken]
    told = []
    for seed in failed[:2]:
        skip, ended = shrunk(seed)
        told.append(shown(ended, skip))
    assert not failed, f"histories {failed}\n\n" + "\n\n".join(told)


def test_gaps_are_acts() -> None:
    """What is left out exists, and has a reason."""
    assert set(GAPS) <= {*USUAL, *(f"file:{name}" for name in FILE), "meanwhile", "waits"}
    assert all(GAPS.values())
