"""Which issues a backlog needs to be read: those that it names, or all there are."""

import pytest

from backlog_sync.core.model import IssueRef
from backlog_sync.core.reading import may_have_marker, numbers_of
from tests.core.builders import item, managed

HERE = "octo-org/widgets"


def test_every_item_with_a_number_is_enough() -> None:
    """Each number once, in order; what is not synced needs none."""
    items = [item("b", issue=7), item("a", issue=3), item("c", issue=7), item("d", sync=False)]
    assert numbers_of(items, HERE, sandbox=False) == {"": (3, 7)}


@pytest.mark.parametrize(
    "ref", [None, IssueRef(5, sandbox=True), IssueRef(5, "octo-org/other")], ids=str
)
def test_one_without_a_number_here_needs_everything(ref: IssueRef | None) -> None:
    """Its issue may be there under any number."""
    items = [item("a", issue=3), item("b", issue=ref)]
    assert numbers_of(items, HERE, sandbox=False) == {}


def test_numbers_of_the_sandbox_count_there() -> None:
    """And only there."""
    items = [item("a", issue="sandbox#3")]
    assert numbers_of(items, HERE, sandbox=True) == {"": (3,)}
    assert numbers_of(items, HERE, sandbox=False) == {}


def test_in_a_fork_bare_numbers_say_nothing() -> None:
    """The file names another repository than the one that is looked at."""
    items = [item("a", issue=3)]
    assert numbers_of(items, HERE, sandbox=False, declared="octo-org/Widgets") == {"": (3,)}
    assert numbers_of(items, "ann/widgets", sandbox=False, declared=HERE) == {}


def test_items_of_other_repositories_do_not_count() -> None:
    """They belong to another run."""
    items = [item("a", issue=3), item("b", repository="octo-org/other")]
    assert numbers_of(items, HERE, sandbox=False) == {"": (3,)}


def test_a_backlog_without_items_needs_everything() -> None:
    """Or nobody would see that all of it was lost."""
    assert numbers_of([], HERE, sandbox=False) == {}
    assert numbers_of([item("a", sync=False)], HERE, sandbox=False) == {}


def test_our_issues_bear_a_sign() -> None:
    """Whatever is in them; others do not."""
    assert may_have_marker(managed(item("a", "A title"), 3).body)
    assert not may_have_marker("The backlog:end of <!-- all --> things")
