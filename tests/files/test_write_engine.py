"""Many fields in one write: what has no place is found in few readings, all else is set."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from backlog_sync.core.model import IssueRef
from backlog_sync.core.progress import ItemProgress
from backlog_sync.files.load import Parse, parse_roadmap, parse_source
from backlog_sync.files.parsed import ParsedFile, ReadingOptions, Source
from backlog_sync.files.write import engine
from backlog_sync.files.write.progress import put
from tests.growth import grows_like

_MOST = 24
"""How often a file is read again at most."""


@pytest.fixture(name="readings")
def _readings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that are read again."""
    texts: list[str] = []
    read_again = engine.read_again

    def counted(parsed: ParsedFile, text: str, parse: Parse) -> ParsedFile:
        texts.append(text)
        return read_again(parsed, text, parse)

    monkeypatch.setattr(engine, "read_again", counted)
    return texts


def _parsed(text: str, *, bullets: bool = False) -> ParsedFile:
    source = Source("ROADMAP.md", Path("ROADMAP.md"), text.encode(), text)
    return parse_roadmap(source, ReadingOptions(bullets))


def _read(name: str, text: str) -> ParsedFile:
    parsed = parse_source(Source(name, Path(name), text.encode(), text))
    assert parsed is not None
    return parsed


def _numbers(parsed: ParsedFile) -> dict[int, ItemProgress]:
    return {index: ItemProgress("any", IssueRef(100 + index)) for index in range(len(parsed.items))}


def _statuses(parsed: ParsedFile, *words: str) -> dict[int, ItemProgress]:
    return {
        index: ItemProgress("any", status=words[index % len(words)])
        for index in range(len(parsed.items))
    }


@pytest.mark.parametrize("count", [3, 100])
def test_readings_do_not_grow_with_the_items(count: int, readings: list[str]) -> None:
    """Numbers that are not read behind their titles get lines of their own, all at once."""
    stories = (f"{n}. **Ride {n}** - HIGH\n   As a rider, I want {n}\n" for n in range(count))
    parsed = _parsed("## Stories\n\n" + "".join(stories))
    result = put(parsed, _numbers(parsed))
    assert len(parsed.items) == count
    assert not result.left
    assert len(readings) == 2


@pytest.mark.parametrize(
    ("name", "head", "row"),
    [
        ("plan.csv", "Title,Type\n", "Ride,Story\n"),
        ("plan.csv", "Title,Type,Issue,Status\n", "Ride,Story\n"),
        ("plan.md", "| # | Task | Points |\n|---|---|---|\n", "| 1 | Ride | 3 |\n"),
        ("plan.md", "## Stories\n\n", "- Story: Ride\n"),
        ("plan.yaml", "version: 1\nstories:\n", "  - title: Ride\n"),
    ],
)
def test_writing_takes_work_in_proportion(name: str, head: str, row: str) -> None:
    """Four times as many items are about four times the work."""
    small, large = (_read(name, head + row * count) for count in (100, 400))

    def write(parsed: ParsedFile) -> None:
        done = {index: replace(each, status="Done") for index, each in _numbers(parsed).items()}
        assert not put(parsed, done).left

    grows_like(write, small, large, times=4)


@pytest.mark.parametrize("count", [20, 150])
def test_one_field_that_hides_is_found(
    count: int, readings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a reading does not show which field is wrong, halves find it."""
    hidden = count // 3
    misread = engine._misread

    def blind(
        parsed: ParsedFile, read: ParsedFile, done: Sequence[engine.Assignment]
    ) -> set[engine.Place] | None:
        if any(index == hidden for index, _ in done):
            return set()
        return misread(parsed, read, done)

    monkeypatch.setattr(engine, "_misread", blind)
    parsed = _parsed("## Stories\n\n" + "".join(f"- Story: Ride {n}\n" for n in range(count)))
    result = put(parsed, _numbers(parsed))
    assert [index for (index, _), _ in result.left] == [hidden]
    assert len(readings) <= _MOST


@pytest.mark.parametrize("count", [10, 100])
def test_readings_have_a_bound(
    count: int, readings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nothing can be read as meant, the search ends, and every field is reported."""
    monkeypatch.setattr(engine, "_misread", lambda *_: set())
    parsed = _parsed("## Stories\n\n" + "".join(f"- Story: Ride {n}\n" for n in range(count)))
    result = put(parsed, _numbers(parsed))
    assert len(result.left) == count
    assert result.parsed is parsed
    assert len(readings) <= _MOST


_QUARTERS = """# Roadmap

## Winter

- Book a slot
- Cancel a slot

## Spring

- Oil the chain
- Ring the bell
"""


def test_a_heading_that_holds_items_takes_its_status_in_brackets(readings: list[str]) -> None:
    """A line of metadata would make an item of another kind of it."""
    parsed = _parsed(_QUARTERS, bullets=True)
    result = put(parsed, _statuses(parsed, "Done", "In Progress"))
    assert not result.left
    assert len(readings) == 2
    text = result.parsed.source.text
    assert "## Winter (Done)\n\n- Book a slot  \n  **Status**: In Progress\n" in text
    assert "## Spring (In Progress)\n\n- Oil the chain  \n  **Status**: Done\n" in text


def test_a_status_in_brackets_is_replaced() -> None:
    """When the work goes on, the word in the heading does."""
    parsed = _parsed(_QUARTERS, bullets=True)
    first = put(parsed, _statuses(parsed, "In Progress", "Todo")).parsed
    result = put(first, _statuses(parsed, "Done"))
    assert not result.left
    assert "## Winter (Done)\n" in result.parsed.source.text
    assert put(result.parsed, _statuses(parsed, "Done")).parsed is result.parsed


def test_a_column_stands_before_cells_without_a_name() -> None:
    """A bar inside a cell makes a cell too many, which no new column may give a name."""
    head, row = "| # | Task | Notes |", "| 1 | Ride | run `a|b` |"
    parsed = _parsed(f"{head}\n|---|---|---|\n{row}\n| 2 | Park | slowly |\n")
    result = put(parsed, _statuses(parsed, "Done"))
    assert not result.left
    assert result.parsed.source.text == (
        "| # | Task | Notes | Status |\n|---|---|---|---|\n"
        "| 1 | Ride | run `a| Done |b` |\n| 2 | Park | slowly | Done |\n"
    )
