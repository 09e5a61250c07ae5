"""What is said of items that are held: why, and what to do about it, from the values at hand."""

from dataclasses import replace

import pytest

from backlog_sync.core import holds
from backlog_sync.core.diagnostics import Place
from backlog_sync.core.guards import check
from backlog_sync.core.holds import Hold
from backlog_sync.core.model import Hole
from backlog_sync.core.planner import build_plan
from tests.core.builders import (
    BACKLOG,
    REPOSITORY,
    STRANGER,
    desired,
    issue,
    item,
    link,
    managed,
    observed,
)

THERE = issue(5)
STRANGE = issue(5, author=STRANGER)
HOLE = Hole("[Title]", Place("b.yaml", 3, 5))


@pytest.mark.parametrize(
    ("hold", "remedy"),
    [
        (holds.missing("#5", REPOSITORY, ""), "take it out of the file"),
        (holds.missing("#5", REPOSITORY, "there is none of this number"), "correct the number"),
        (holds.missing("#5", REPOSITORY, "it was deleted"), "take its number out of the file"),
        (holds.missing("#5", REPOSITORY, "it is a pull request"), "the number of an issue"),
        (holds.transferred("#5", link(8, "o/r"), REPOSITORY), f"back to {REPOSITORY}"),
        (holds.of_another_repository("o/r#5", "o/r", REPOSITORY), "--repo o/r"),
        (holds.of_another_backlog("#5", THERE, desired(), "x", same=False), "correct its number"),
        (holds.of_another_backlog("#5", THERE, desired(), "x", same=True), "{id: x}"),
        (holds.taken_twice("#5", THERE), "out of one of the two"),
        (holds.broken("#5", THERE, "it is broken"), "`<!-- backlog:`"),
        (holds.untrusted("#5", STRANGE), "`trusted_authors: [stranger]`"),
        (holds.untrusted("#5", issue(5, author=None)), "`issue: 5`"),
        (holds.several(["#5", "#6"], THERE), "write `issue:`"),
        (holds.several_of_one_key(["#5", "#6"], THERE), "write `issue:`"),
        (holds.reversed_parents("#1", "#9", "#3"), "take #3 out from below #1"),
        (holds.left_behind("o/r#5", None, REPOSITORY), f"transfer it to {REPOSITORY}"),
        (holds.unfilled([HOLE], None, None), "fill it in"),
        (holds.unfilled([HOLE] * 5, None, None), "fill them in"),
        (holds.unfilled([replace(HOLE, above=True)], None, None), "fill that in"),
        (holds.astray("o/r#5", THERE), "`issue: o/r#5`"),
    ],
)
def test_each_hold_says_what_to_do(hold: Hold, remedy: str) -> None:
    """The remedy names the number, repository, account or identity that it is about."""
    assert hold.reason
    assert remedy in hold.hint


@pytest.mark.parametrize(
    ("sources", "id_", "told"),
    [
        (("docs/ROADMAP.md",), "docs/ROADMAP.md", "`backlog: {id: ROADMAP.md}` into the front"),
        (("plans/b.yaml",), "plans/b.yaml", "put `id: ROADMAP.md` at the top of plans/b.yaml"),
        (("b.yaml",), "chosen", "write `id: ROADMAP.md` again in place of `id: chosen`"),
    ],
)
def test_the_identity_is_set_in_the_words_of_the_file(
    sources: tuple[str, ...], id_: str, told: str
) -> None:
    """Front matter of a roadmap, the top of a YAML file, or the identity that it says already."""
    assert told in holds.set_id(desired(sources=sources, backlog_id=id_), BACKLOG)
    assert '"my plan.md"' in holds.set_id(desired(sources=sources, backlog_id=id_), "my plan.md")


# ---- a moved file ----------------------------------------------------------------------------


def test_a_moved_file_with_numbers_is_refused_once() -> None:
    """Whether all of its items have numbers, some, or none."""
    keys = ("a", "b", "c", "d")
    there = observed(*(managed(item(key), n) for n, key in enumerate(keys, 1)))
    for numbered in range(5):
        items = (item(k, issue=n if n <= numbered else None) for n, k in enumerate(keys, 1))
        wanted = desired(*items, backlog_id="docs/ROADMAP.md", sources=("docs/ROADMAP.md",))
        plan = build_plan(wanted, there)
        (found,) = check(plan, wanted, there)
        assert found.slug == "backlog-moved"
        assert "`backlog: {id: ROADMAP.md}`" in found.hint
        assert bool(plan.changes) == (numbered == 0)


# ---- numbers of another repository -----------------------------------------------------------


@pytest.mark.parametrize(
    ("right", "gone", "refused"), [(0, 1, True), (1, 1, False), (1, 2, True), (3, 2, False)]
)
def test_most_numbers_must_be_there(right: int, gone: int, refused: bool) -> None:
    """A repository that lacks more of the file's numbers than it has gets nothing."""
    known = [item(f"k{n}", issue=n) for n in range(1, right + 1)]
    lost = [item(f"g{n}", issue=90 + n) for n in range(gone)]
    wanted = desired(*known, *lost, item("new"))
    there = observed(*(managed(each, n) for n, each in enumerate(known, 1)))
    found = check(build_plan(wanted, there), wanted, there)
    assert [each.slug for each in found] == (["foreign-numbers"] if refused else [])
    if refused:
        assert f"{gone} of {gone + right} issue numbers" in found[0].message
        assert "--force foreign-numbers" in found[0].hint


def test_a_number_that_is_somebody_else_s_counts_beside_one_that_is_not_there() -> None:
    """One is missing, the other an issue of another title: nothing says that this is right."""
    wanted = desired(item("a", issue=7), item("b", issue=8))
    there = observed(issue(8, "Something of theirs"))
    assert [v.slug for v in check(build_plan(wanted, there), wanted, there)] == ["foreign-numbers"]
    alone = desired(item("b", issue=8))
    assert check(build_plan(alone, there), alone, there) == ()
    renamed = observed(issue(8, "Title of b"))
    assert check(build_plan(wanted, renamed), wanted, renamed) == ()


def test_an_item_that_is_known_by_its_marker_says_that_the_repository_is_right() -> None:
    """A number that was mistyped refuses nothing where the others are known without theirs."""
    items = (item("a"), item("b"), item("c", issue=99))
    there = observed(managed(items[0], 1), managed(items[1], 2))
    plan = build_plan(desired(*items), there)
    assert check(plan, desired(*items), there) == ()
    assert [note.key for note in plan.conflicts] == ["c"]


def test_the_identity_goes_into_the_first_file() -> None:
    """By its form, whatever the others are."""
    several = desired(sources=("one.md", "two.yaml"), backlog_id="one.md")
    assert "front matter of one.md" in holds.set_id(several, BACKLOG)
    other = desired(sources=("two.yaml", "one.md"), backlog_id="two.yaml")
    assert "at the top of two.yaml" in holds.set_id(other, BACKLOG)
