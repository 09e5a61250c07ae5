"""Hostile files: never a traceback, never more work than they are long.

`HOSTILE_FILES` sets how many are tried; the seed is fixed, so a failure can be had again.
"""

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from backlog_sync.core.model import IssueRef
from backlog_sync.core.progress import ItemProgress
from backlog_sync.errors import FailedError
from backlog_sync.files.load import Loaded, load
from backlog_sync.files.write.progress import write_back
from tests.growth import grows_like

COUNT = int(os.environ.get("HOSTILE_FILES", "300"))
BLOCK = 50

_SEED = """version: 1
id: w
repository: o/r
project: {owner: o, title: T, fields: {Priority: {type: single_select, options: [High, Low]}}}
labels: [{name: epic, color: "5319e7", aliases: [Epics]}]
milestones: [{title: M, due: 2027-03-31}]
points: {S: 2}
defaults: {story: {priority: Low}}
people: {Ada: ada}
epics:
  - id: e
    title: E
    milestone: M
    features:
      - title: F
        stories:
          - id: s
            title: S
            user_story: {as_a: x, i_want: y}
            story_points: S
            acceptance_criteria: ["[ ] a", {text: b, done: true}]
            depends_on: [t, o/r#3]
            risks: [{text: r}]
            tasks: [a, b]
            issue: 4
  - id: t
    title: T
    status: Done
"""
_TOKENS = [
    *"{}[]:-?,&*!|>'\"%@`#~<=",
    ": ", "- ", "? ", " #", "\n", "\r\n", "\r", "\t", "\n\n", "  ", "\0", "\x07", "\x85", "\u2028",
    "\ufeff", "\u202e", "☃", "😀", "<<: *a", "&a ", "*a", "!!python/object:x ", "!!binary ",
    "!<x> ",
    "---\n", "...\n", "%YAML 1.1\n", "null", "~", "true", "no", "1e999", ".nan", ".inf", "0x1F",
    "5319e7", "010203", "1:30", "-1", "9" * 400, "2027-02-30", "sandbox#0", "#0", "o/r#" + "9" * 30,
    "epics:", "stories:", "items:", "tasks:", "include: ['**/*']", "include: [../*]", "title:",
    "kind: ", "id: ", "depends_on: ", "sync: ", "[" * 80, "{a: " * 80, "- " * 80, "a" * 5000,
    "[Title]", "{{title}}", "ðŸ“Š", "[x", "(" * 200, "](", "[a](" * 50, "\\u0000", "\\ud800", "\\",
]  # fmt: skip


def _mutated(rng: random.Random) -> bytes:
    """A backlog with some damage: tokens put in, spans taken out, doubled or swapped."""
    text = _SEED
    for _ in range(rng.randint(1, 12)):
        at = rng.randrange(len(text) + 1)
        to = min(len(text), at + rng.randint(0, 40))
        match rng.randrange(5):
            case 0 | 1:
                text = text[:at] + rng.choice(_TOKENS) + text[at:]
            case 2:
                text = text[:at] + text[to:]
            case 3:
                text = text[:to] + text[at:to] * rng.randint(1, 30) + text[to:]
            case _:
                text = text[:at] + rng.choice(_TOKENS) + text[to:]
    return text.encode("utf-8", "replace")


def _soup(rng: random.Random) -> bytes:
    """Tokens without any sense."""
    tokens = rng.choices(_TOKENS, k=rng.randint(1, 400))
    return "".join(tokens).encode("utf-8", "replace")


def _noise(rng: random.Random) -> bytes:
    """Bytes, some of them valid."""
    raw = bytearray(_SEED.encode())
    for _ in range(rng.randint(1, 20)):
        raw[rng.randrange(len(raw))] = rng.randrange(256)
    return bytes(raw)


def _repeated(rng: random.Random) -> bytes:
    """One thing, very often."""
    token = rng.choice(_TOKENS) + rng.choice(_TOKENS)
    text: str = token * rng.randint(1, max(1, 200_000 // len(token)))
    return (rng.choice(["", "title: ", "epics:\n- title: x\n  goal: "]) + text).encode()


def _aliases(rng: random.Random) -> bytes:
    """Anchors, aliases and merges, wild."""
    lines = ["a0: &a0 {title: x}"]
    for n in range(1, rng.randint(2, 40)):
        names = ", ".join(f"*a{rng.randrange(n + rng.randint(0, 1))}" for _ in range(9))
        form = rng.choice(["[{}]", "{{<<: [{}]}}", "{{k: [{}]}}", "\n  <<: [{}]\n  title: y"])
        lines.append(f"a{n}: &a{n} " + form.format(names))
    lines.append(rng.choice(["epics: *a1", "epics: [*a0]", "items: *a0", "stories: [{<<: *a0}]"]))
    return "\n".join(lines).encode()


MAKERS: list[Callable[[random.Random], bytes]] = [
    _mutated,
    _mutated,
    _soup,
    _noise,
    _repeated,
    _aliases,
]
NAMES = ["b.yaml", "b.yaml", "b.yaml", "b.json", "b.md"]


@pytest.mark.parametrize("block", range((COUNT + BLOCK - 1) // BLOCK))
def test_no_file_brings_a_traceback(
    block: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a file holds: diagnostics; and progress can be written or is refused."""
    monkeypatch.chdir(tmp_path)
    for number in range(block * BLOCK, min(COUNT, (block + 1) * BLOCK)):
        rng = random.Random(number)
        name = rng.choice(NAMES)
        raw = rng.choice(MAKERS)(rng)
        (tmp_path / name).write_bytes(raw)
        loaded = load([Path(name)], root=tmp_path)
        for diagnostic in loaded.diagnostics:
            assert diagnostic.place.line >= 1, number
            assert diagnostic.message, number
        if not loaded.errors:
            _write_back(loaded)
        (tmp_path / name).unlink()


@pytest.mark.parametrize("name", sorted({*NAMES}))
def test_one_thing_repeated_takes_work_in_proportion(name: str, tmp_path: Path) -> None:
    """Four times as much of anything, alone, as a title or a goal, is about four times the work."""
    for place, token in enumerate(_TOKENS):
        lead = ["", "title: ", "epics:\n- title: x\n  goal: "][place % 3]
        files = []
        for size in (8_000, 32_000):
            file = tmp_path / str(size) / name
            file.parent.mkdir(exist_ok=True)
            file.write_text(lead + token * (size // len(token)), "utf-8")
            files.append(file)
        grows_like(lambda file: load([file], root=file.parent), *files, times=4)


def _write_back(loaded: Loaded) -> None:
    """Write progress for every item; only a file that cannot take it soundly may say no."""
    progress = [
        ItemProgress(key, issue=IssueRef(number + 1), status="Done", ticks={0: True})
        for number, key in enumerate(loaded.keys)
    ]
    try:
        write_back(loaded, progress)
    except FailedError as error:
        if error.slug != "write-back":
            raise
