"""Which commit a run speaks for."""

from dataclasses import replace

from backlog_sync.core.checkout import Checkout, astray, superseded

TIP = "a" * 40
HERE = Checkout(head=TIP, branch="main", default="main", tip="".join([*TIP]), follows=True)
OLD = replace(HERE, head="b" * 40, follows=False)


def test_the_tip_of_the_default_branch_is_what_was_agreed_on() -> None:
    """Whatever branch it is called here."""
    for checkout in (HERE, replace(HERE, branch="feature"), replace(HERE, branch=None)):
        assert (superseded(checkout), astray(checkout)) == ("", "")


def test_an_older_commit_has_nothing_to_do() -> None:
    """The run for the newer one does all of it."""
    assert superseded(OLD) == "bbbbbbbbb is checked out, and main is at aaaaaaaaa"
    assert "there is no main" in superseded(replace(OLD, tip=None))


def test_another_branch_is_astray() -> None:
    """With its name, or that there is none."""
    assert astray(replace(OLD, branch="try")) == (
        "this is bbbbbbbbb on try, and main is at aaaaaaaaa"
    )
    assert "on no branch" in astray(replace(OLD, branch=None))
    assert "there is no main" in astray(replace(OLD, branch="try", tip=None))


def test_the_default_branch_is_behind_or_ahead_of_its_origin() -> None:
    """Behind is told; commits that are not pushed yet are what somebody is about to push."""
    assert astray(OLD) == "main is behind: at origin it is at aaaaaaaaa"
    assert astray(replace(OLD, follows=True)) == ""
    assert astray(replace(OLD, tip=None)) == ""
