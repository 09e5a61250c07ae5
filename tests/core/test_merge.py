"""Base, desired, observed: every row of the rules of ownership."""

import pytest

from backlog_sync.core.body import line_hashes
from backlog_sync.core.changes import JsonValue
from backlog_sync.core.fields import Owner, owner_of
from backlog_sync.core.merge import merge_atom, merge_block, merge_set, merge_ticks
from backlog_sync.core.normalize import hash_value
from backlog_sync.core.plan import Verdict

FILE, GITHUB = Owner.FILE, Owner.GITHUB


@pytest.mark.parametrize(
    ("owner", "base", "want", "have", "verdict", "after"),
    [
        # both agree
        (FILE, "a", "a", "a", Verdict.IN_SYNC, None),
        (GITHUB, "a", "a", "a", Verdict.IN_SYNC, None),
        (FILE, "-", "a", "a", Verdict.IN_SYNC, None),
        (FILE, "a", "b", "b", Verdict.CONVERGED, None),
        (GITHUB, "a", "b", "b", Verdict.CONVERGED, None),
        # only the file moved
        (FILE, "a", "b", "a", Verdict.PUSH, "b"),
        (GITHUB, "a", "b", "a", Verdict.PUSH, "b"),
        (FILE, "a", None, "a", Verdict.PUSH, None),
        # only GitHub moved
        (FILE, "a", "a", "b", Verdict.DRIFT, "a"),
        (GITHUB, "a", "a", "b", Verdict.DRIFT, None),
        # both moved, differently
        (FILE, "a", "b", "c", Verdict.CONFLICT, None),
        (GITHUB, "a", "b", "c", Verdict.CONFLICT, None),
        # nothing on record
        (FILE, "-", "a", "b", Verdict.PUSH, "a"),
        (GITHUB, "-", "a", "b", Verdict.DRIFT, None),
    ],
)
def test_an_atomic_field(
    owner: Owner, base: str, want: JsonValue, have: JsonValue, verdict: Verdict, after: JsonValue
) -> None:
    """Who moved decides; where GitHub alone moved, the owner decides; both is a conflict.

    `-` stands for nothing on record; `after` is what is written, None for nothing unless the
    file emptied the field.
    """
    diff = merge_atom(
        owner=owner, base=None if base == "-" else hash_value(base), desired=want, observed=have
    )
    assert diff.verdict is verdict
    assert diff.write == (after is not None or (want is None and verdict is Verdict.PUSH))
    assert diff.after == (after if diff.write else have)


@pytest.mark.parametrize("owner", [FILE, GITHUB])
def test_what_was_intended_and_not_yet_set_is_pending(owner: Owner) -> None:
    """A value that a stopped run did not set is pushed and is no drift, whoever owns it."""
    diff = merge_atom(owner=owner, base=hash_value("a"), desired="a", observed="b", pending=True)
    assert (diff.verdict, diff.after, diff.write) == (Verdict.PUSH, "a", True)


@pytest.mark.parametrize(
    ("owner", "base", "want", "have", "add", "remove", "drifted"),
    [
        (FILE, "", "a", "", "a", "", ""),
        (FILE, "a", "a", "a", "", "", ""),
        (FILE, "a", "a", "a x", "", "", ""),  # people's members stay
        (FILE, "a", "a b", "a x", "b", "", ""),
        (FILE, "a b", "a", "a b x", "", "b", ""),  # ours, dropped from the file
        (FILE, "a", "", "a x", "", "a", ""),  # emptied in the file
        (FILE, "a b", "a", "a", "", "", ""),  # dropped, and gone already
        (FILE, "a", "a", "x", "a", "", "a"),  # taken away by people: enforced and told
        (GITHUB, "a", "a", "x", "", "", "a"),  # taken away by people: stays away
        (GITHUB, "", "a", "x", "a", "", ""),
        (GITHUB, "a", "a b", "a", "b", "", ""),
        (GITHUB, "a b", "a", "a b", "", "b", ""),
        (FILE, "", "", "a x", "", "", ""),  # a lost base removes nothing
        (FILE, "", "a", "x y", "a", "", ""),
        (FILE, "A", "a", "A", "", "", ""),  # case does not count
        (FILE, "Epic", "", "EPIC", "", "EPIC", ""),
    ],
)
def test_a_set(
    owner: Owner, base: str, want: str, have: str, add: str, remove: str, drifted: str
) -> None:
    """Declared members are enforced, ours that were dropped go, everyone else's stay."""
    diff = merge_set(owner=owner, base=base.split(), desired=want.split(), observed=have.split())
    assert (diff.add, diff.remove, diff.drifted) == (
        tuple(add.split()),
        tuple(remove.split()),
        tuple(drifted.split()),
    )
    left = {name.casefold() for name in (*have.split(), *diff.add)} - {
        name.casefold() for name in diff.remove
    }
    assert {name.casefold() for name in diff.after} == left
    assert diff.write == bool(diff.add or diff.remove)


@pytest.mark.parametrize("owner", [FILE, GITHUB])
def test_members_that_were_not_yet_set_are_not_taken_away(owner: Owner) -> None:
    """A member that a stopped run did not add is added and is no drift."""
    diff = merge_set(owner=owner, base=["a"], desired=["a"], observed=[], pending=True)
    assert (diff.add, diff.drifted) == (("a",), ())
    diff = merge_set(
        owner=owner, base="abc", desired="abc", observed="a", pending=True, removed=["B"]
    )
    assert diff.drifted == ("b",)
    assert sorted(diff.add) == (["b", "c"] if owner is FILE else ["c"])


@pytest.mark.parametrize(
    ("base", "want", "have", "after"),
    [
        (False, False, False, False),
        (False, True, False, True),  # ticked in the file
        (False, False, True, True),  # ticked on GitHub
        (False, True, True, True),
        (True, True, True, True),
        (True, False, True, False),  # unticked in the file
        (True, True, False, False),  # unticked on GitHub
        (True, False, False, False),
        (None, False, True, True),  # nothing on record: a tick on either side counts
        (None, True, False, True),
        (None, False, False, False),
        (False, False, None, False),  # a new criterion
        (None, True, None, True),
        (True, False, None, False),
    ],
)
def test_a_tick(base: bool | None, want: bool, have: bool | None, after: bool) -> None:
    """The side that moved away from the base wins; nobody's tick is lost without one."""

    def known(value: bool | None) -> dict[str, bool]:
        return {} if value is None else {"k": value}

    assert merge_ticks({"k": want}, known(have), known(base), {}) == {"k": after}


def test_boxes_that_the_file_does_not_have_are_not_merged() -> None:
    """A box of people is no business of the merge."""
    assert merge_ticks({}, {"k": True}, {"k": False}, {}) == {}


@pytest.mark.parametrize(
    ("base", "want", "have", "verdict", "write", "moved"),
    [
        ("a b", "a b", "a b", Verdict.IN_SYNC, False, ""),
        ("a", "a b", "a b", Verdict.CONVERGED, False, ""),
        ("-", "a", "a", Verdict.IN_SYNC, False, ""),
        ("a b", "a c", "a b", Verdict.PUSH, True, ""),  # the file changed
        ("a b", "a", "a b", Verdict.PUSH, True, ""),  # the file dropped a line
        ("a b", "a b", "a", Verdict.DRIFT, True, ""),  # people took one away
        ("a b", "a b", "a x b", Verdict.DRIFT, True, "x"),  # people added one
        ("a b", "a b", "a bb", Verdict.DRIFT, True, "bb"),  # people edited one
        ("a b", "a b", "b a", Verdict.DRIFT, True, ""),  # people moved one
        ("a b", "a b", "a a b", Verdict.DRIFT, True, "a"),  # people doubled one
        ("a b", "a c", "a b x", Verdict.PUSH, True, "x"),  # both, but nothing in dispute
        ("a b", "a c", "a x", Verdict.CONFLICT, False, ""),  # both, and ours is gone
        ("a b", "a c", "a", Verdict.CONFLICT, False, ""),
        ("-", "a", "x", Verdict.PUSH, True, "x"),  # nothing on record: all is kept below
        ("-", "a", "", Verdict.PUSH, True, ""),
    ],
)
def test_a_block(
    base: str, want: str, have: str, verdict: Verdict, write: bool, moved: str
) -> None:
    """Lines of people move below and are never dropped; a line in dispute holds the block."""
    diff = merge_block(
        desired=tuple(want.split()),
        observed=tuple(have.split()),
        base=() if base == "-" else line_hashes(tuple(base.split())),
    )
    assert (diff.verdict, diff.write, diff.moved_below) == (verdict, write, tuple(moved.split()))


def test_the_blank_lines_and_ticks_of_a_block_are_no_change() -> None:
    """Only what a line says counts; ticks have their own rule."""
    diff = merge_block(
        desired=("- [ ] a", "", "b"),
        observed=("", "* [x] a", "b  "),
        base=line_hashes(("- [ ] a", "b")),
    )
    assert diff.verdict is Verdict.IN_SYNC


@pytest.mark.parametrize(
    ("name", "owner"),
    [
        ("title", FILE),
        ("body", FILE),
        ("issue_type", FILE),
        ("labels", FILE),
        ("milestone", FILE),
        ("parent", FILE),
        ("blocked_by", FILE),
        ("Priority", FILE),
        ("Story Points", FILE),
        ("Target", FILE),
        ("state", GITHUB),
        ("assignees", GITHUB),
        ("Status", GITHUB),
        ("Sprint", GITHUB),
    ],
)
def test_fields_belong_to_whom_the_contract_says(name: str, owner: Owner) -> None:
    """The file owns what was planned, GitHub owns what happens; the settings may turn it round."""
    assert owner_of(name, {}) is owner
    other = FILE if owner is GITHUB else GITHUB
    assert owner_of(name, {name: other.value}) is other
