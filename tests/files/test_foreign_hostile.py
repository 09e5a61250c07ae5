"""Hostile plans of other tools: never a traceback, never more work than they are long.

`BACKLOG_BARS=full` tries ten thousand; the seeds are fixed, so a failure can be had again.
"""

import os
import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from backlog_sync.core.model import IssueRef
from backlog_sync.core.progress import ItemProgress
from backlog_sync.errors import FailedError
from backlog_sync.files.load import Loaded, load
from backlog_sync.files.write.export import draft_of_files, render
from backlog_sync.files.write.progress import write_back
from tests.files.test_foreign import FAMILIES
from tests.growth import grows_like

COUNT = 10_000 if os.environ.get("BACKLOG_BARS") == "full" else 400
BLOCK = 50

_TOKENS = [
    *"{}[]:-?,;&*!|>'\"%@`#~<=\t", ": ", "- ", "\n", "\r\n", "\r", "\n\n", "  ", "\0", "\x07",
    "\x85", "\u2028", "\ufeff", "\u202e", "☃", "😀", "\\ud83d", "\\u0000", "<<: *a", "&a ", "*a",
    "!!binary ", "---\n", "...\n", "null", "true", "no", "1e999", ".nan", "0x1F", "-1", "9" * 400,
    "sandbox#0", "o/r#" + "9" * 30, "epics:", "stories:", "milestones:", "sprints:", "tasks:",
    "items:", "parent:", "epic:", "depends_on:", "blocks:", "fields:", "done:", "title:", "id:",
    "[" * 80, "{a: " * 80, '{"a":' * 80, "- " * 80, "a" * 5000, "(" * 3000, '"' * 99, "1. " * 50,
    "- [ ] 1.1 ", "## 1. ", "development_status:", "Epic Link,", '"a\nb"', "given: x", "🚀",
]  # fmt: skip


def mutated(rng: random.Random, text: str) -> str:
    """A plan with some damage: tokens put in, spans taken out, doubled, or cut off."""
    for _ in range(rng.randint(1, 10)):
        at = rng.randrange(len(text) + 1)
        to = min(len(text), at + rng.randint(0, 60))
        match rng.randrange(6):
            case 0 | 1:
                text = text[:at] + rng.choice(_TOKENS) + text[at:]
            case 2:
                text = text[:at] + text[to:]
            case 3:
                text = text[:to] + text[at:to] * rng.randint(1, 20) + text[to:]
            case 4:
                text = text[:at] + rng.choice(_TOKENS) + text[to:]
            case _:
                text = text[:at] if rng.random() < 0.2 else text
    return text


def _refusal(do: Callable[[], object]) -> FailedError | None:
    """The refusal that a piece of work ends in; anything else that is raised is a bug."""
    try:
        do()
    except FailedError as refused:
        return refused
    return None


def _written(loaded: Loaded, progress: Sequence[ItemProgress]) -> None:
    for change in write_back(loaded, progress):
        change.file.write_bytes(change.after)


@pytest.mark.parametrize("block", range(COUNT // BLOCK))
def test_damaged_plans_end_in_diagnostics(block: int, tmp_path: Path) -> None:
    """Reading, writing back and converting give a result or a refusal."""
    names = sorted(FAMILIES)
    for seed in range(block * BLOCK, (block + 1) * BLOCK):
        rng = random.Random(seed)
        name, text, *_ = FAMILIES[names[seed % len(names)]]
        file = tmp_path / name
        file.write_bytes(mutated(rng, text).encode("utf-8", "surrogatepass"))
        loaded = load([file], root=tmp_path)
        progress = [
            ItemProgress(key, IssueRef(number), status="Done", ticks={0: True})
            for number, key in enumerate(loaded.keys, 1)
        ]
        refused = _refusal(lambda: _written(loaded, progress))  # noqa: B023 - called at once
        assert refused is None or refused.hint, seed
        again = load([file], root=tmp_path)
        assert len(again.keys) == len(loaded.keys), seed
        refused = _refusal(lambda: render(draft_of_files(loaded, (), None)))  # noqa: B023 - as above
        assert refused is None or loaded.errors, (seed, refused.message)


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_damage_takes_work_in_proportion_to_its_length(family: str, tmp_path: Path) -> None:
    """Four times as much of a thing, wherever it is put in, is about four times the work."""
    name, text, *_ = FAMILIES[family]
    for seed in range(COUNT // BLOCK):
        rng = random.Random(f"{family} {seed}")
        at, token = rng.randrange(len(text) + 1), rng.choice(_TOKENS)
        files = []
        for size in (4_000, 16_000):  # beyond 20,000 characters front matter is read another way
            file = tmp_path / str(size) / name
            file.parent.mkdir(exist_ok=True)
            more = token * (size // len(token))
            file.write_bytes((text[:at] + more + text[at:]).encode("utf-8", "surrogatepass"))
            files.append(file)
        grows_like(lambda file: load([file], root=file.parent), *files, times=4)
