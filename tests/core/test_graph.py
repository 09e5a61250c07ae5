"""Cycles, order and depth."""

from hypothesis import given
from hypothesis import strategies as st

from backlog_sync.core.graph import cycles, levels, parents_first


def test_a_graph_without_cycles_has_none() -> None:
    """A diamond is not a cycle."""
    assert cycles({"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": []}) == ()


def test_a_cycle_is_named_whole_from_its_first_key() -> None:
    """The cycle starts at the key that the document names first, and follows the edges."""
    assert cycles({"x": ["c"], "a": ["b"], "b": ["c"], "c": ["a"]}) == (("a", "b", "c"),)


def test_a_key_that_waits_for_itself_is_a_cycle() -> None:
    """One edge back to the same key is the shortest cycle."""
    assert cycles({"a": ["a"]}) == (("a",),)


def test_each_knot_is_told_once_in_document_order() -> None:
    """Two cycles that share no key are two answers; a knot of many cycles is one."""
    edges = {"a": ["b"], "b": ["a", "a2"], "a2": ["a"], "z": ["y"], "y": ["z"]}
    assert cycles(edges) == (("a", "b"), ("z", "y"))


def test_targets_that_are_no_keys_are_ignored() -> None:
    """What points outside of the graph cannot close a cycle."""
    assert cycles({"a": ["gone"]}) == ()


def test_long_chains_do_not_exhaust_the_stack() -> None:
    """Ten thousand keys in a ring are one cycle."""
    ring = {str(n): [str((n + 1) % 10_000)] for n in range(10_000)}
    assert len(cycles(ring)[0]) == 10_000


def test_parents_come_first_and_order_is_kept_otherwise() -> None:
    """A child that stands before its parent moves behind it, nothing else moves."""
    assert parents_first({"b": "a", "a": None, "c": None}) == ("a", "b", "c")


def test_cyclic_parents_are_left_out_with_all_below_them() -> None:
    """Who is their own ancestor has no place in the order."""
    parents = {"a": "b", "b": "a", "below": "a", "fine": None}
    assert parents_first(parents) == ("fine",)


def test_levels_count_from_one() -> None:
    """A key without a parent, or with one that is elsewhere, stands on level 1."""
    assert levels({"a": None, "b": "a", "c": "b", "d": "elsewhere"}) == {
        "a": 1,
        "b": 2,
        "c": 3,
        "d": 1,
    }


@given(st.dictionaries(st.sampled_from("abcdefg"), st.none() | st.sampled_from("abcdefg")))
def test_order_is_complete_and_sound(parents: dict[str, str | None]) -> None:
    """Each key appears at most once, behind its parent; only cyclic ones are missing."""
    order = parents_first(parents)
    assert len(set(order)) == len(order)
    for key in order:
        parent = parents[key]
        assert parent not in parents or order.index(parent) < order.index(key)
    edges = {key: [parent] if parent else [] for key, parent in parents.items()}
    if not cycles(edges):
        assert set(order) == set(parents)
