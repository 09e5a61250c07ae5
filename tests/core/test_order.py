"""The order of siblings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backlog_sync.core.order import Move, moves, record, wanted_order

ROWS = st.lists(st.sampled_from("abcdefgh"), unique=True)


def apply(now: list[str], steps: tuple[Move, ...]) -> list[str]:
    """What GitHub makes of these moves."""
    row = list(now)
    for step in steps:
        row.remove(step.key)
        anchor = row.index(step.after or step.before or "")
        row.insert(anchor + (step.after is not None), step.key)
    return row


def longest_rising(values: list[int]) -> int:
    """The length of a longest rising subsequence, the slow and plain way."""
    best: list[int] = []
    for place, value in enumerate(values):
        best.append(1 + max((best[i] for i in range(place) if values[i] < value), default=0))
    return max(best, default=0)


@given(ROWS, st.randoms(use_true_random=False), st.integers(0, 3))
def test_moves_make_the_order_and_are_the_fewest(now: list[str], dice: object, others: int) -> None:
    """Ours come to stand as wanted, whoever stands between; what stands right stays."""
    wanted = list(now)
    dice.shuffle(wanted)  # type: ignore[attr-defined] # hypothesis' random
    row = list(now)
    for index in range(others):
        row.insert(index * 2, f"theirs-{index}")
    steps = moves(row, wanted)
    assert [key for key in apply(row, steps) if key in set(wanted)] == wanted
    assert len(steps) == len(now) - longest_rising([row.index(key) for key in wanted])
    assert not {step.key for step in steps} & {f"theirs-{n}" for n in range(others)}


@pytest.mark.parametrize(
    ("desired", "now", "base", "wanted"),
    [
        ("abc", "abc", "abc", "abc"),
        ("bac", "abc", "abc", "bac"),  # the file was sorted anew
        ("abc", "cab", "abc", "cab"),  # people sorted on GitHub
        ("bac", "cab", "abc", "bac"),  # both: the file changed since
        ("axbc", "cab", "abc", "caxb"),  # new ones go where the file has them
        ("xabc", "cab", "abc", "xcab"),
        ("ab", "cab", "abc", "ab"),  # dropped from the file
        ("abc", "ba", "ab", "bca"),
        ("abc", "cba", "", "abc"),  # nothing on record
    ],
)
def test_the_file_s_order_counts_where_it_changed(
    desired: str, now: str, base: str, wanted: str
) -> None:
    """What people sorted stays until the file itself is sorted anew."""
    assert "".join(wanted_order(list(desired), list(now), record(base))) == wanted


@given(ROWS, ROWS, ROWS)
def test_an_order_that_was_made_is_kept(
    desired: list[str], now: list[str], base: list[str]
) -> None:
    """After the moves, and with the file's order on record, there is nothing to move."""
    ours = [key for key in desired if key in now]
    wanted = list(wanted_order(ours, now, record(base)))
    assert sorted(wanted) == sorted(ours)
    row = apply(now, moves(now, wanted))
    assert moves(row, wanted_order(ours, row, record(ours))) == ()
