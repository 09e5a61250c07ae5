"""Every row of the ownership rules: who moved, who owns the field, and what a sync does of it."""

from dataclasses import dataclass, replace

import pytest

from backlog_sync.core import body as body_block
from backlog_sync.core import record
from backlog_sync.core.change_kinds import ChangeKind
from backlog_sync.core.fields import Owner
from backlog_sync.core.model import BoardValue, Settings
from backlog_sync.core.observed import BoardItem
from backlog_sync.core.options import PlanOptions
from backlog_sync.core.plan import FieldNote, Plan, Verdict
from backlog_sync.core.planner import build_plan
from tests.core.builders import BOARD, backlog, board, desired, item, managed, observed, select

OMITTED = "(omitted)"
NOTHING = "(nothing on record)"


@dataclass(frozen=True, slots=True)
class Row:
    """Base, file, GitHub; the verdict, and what GitHub holds after the sync."""

    base: object
    file: object
    github: object
    verdict: str
    after: object


# What holds of every field of one value; `old`, `new` and `other` are three different values.
OF_FILE = [
    Row("old", "old", "old", "in_sync", "old"),
    Row("old", "new", "old", "push", "new"),
    Row("old", "old", "other", "drift", "old"),  # told, and set back
    Row("old", "new", "new", "converged", "new"),
    Row("old", "new", "other", "conflict", "other"),
    Row("old", None, "old", "push", None),  # emptied
    Row("old", OMITTED, "old", "forget", "old"),  # dropped: forgotten, not cleared
    Row("old", OMITTED, "other", "forget", "other"),
    Row(NOTHING, "new", "other", "push", "new"),
    Row(NOTHING, OMITTED, "other", "unmanaged", "other"),
    Row(NOTHING, None, "other", "push", None),
]
OF_GITHUB = [
    Row("old", "old", "old", "in_sync", "old"),
    Row("old", "new", "old", "push", "new"),
    Row("old", "old", "other", "drift", "other"),  # told, and left
    Row("old", "new", "new", "converged", "new"),
    Row("old", "new", "other", "conflict", "other"),
    Row("old", OMITTED, "other", "forget", "other"),
    Row(NOTHING, "new", "other", "drift", "other"),
    Row(NOTHING, OMITTED, "other", "unmanaged", "other"),
    Row(NOTHING, "new", None, "push", "new"),
]


def verdict_of(plan: Plan, name: str) -> str:
    """What the plan says of one field."""
    notes = [n for n in (*plan.drift, *plan.conflicts) if n.name == name]
    if notes:
        return notes[0].verdict.value
    if any(name in change.fields for change in plan.changes):
        return "push"
    told = [c for c in plan.changes if c.action.value == "forget" and name in c.reason]
    if told:
        return "forget"
    return "quiet"


def fits(verdict: str, told: str) -> bool:
    """In sync, converged and unmanaged are all quiet."""
    return told == ("quiet" if verdict in ("in_sync", "converged", "unmanaged") else verdict)


def written(plan: Plan, name: str, now: object) -> object:
    """What GitHub holds of a field after the plan."""
    for change in plan.changes:
        if name in change.fields:
            return change.fields[name].after
    return now


# ---- board values ----------------------------------------------------------------------------

THREE: dict[str, dict[str, object]] = {
    "Priority": {"old": "High", "new": "Low", "other": "Mid"},
    "Story Points": {"old": 1, "new": 2, "other": 3},
    "Target": {"old": "2027-01-01", "new": "2027-02-02", "other": "2027-03-03"},
    "Note": {"old": "a", "new": "b", "other": "c"},
    "Sprint": {"old": "S1", "new": "S2", "other": "S3"},
    "Status": {"old": "In Progress", "new": "Blocked", "other": "Done"},
}
TYPES = {"Target": "date", "Note": "text"}


def world(name: str, row: Row) -> tuple[dict[str, BoardValue], BoardItem]:
    """The item's values and its card."""
    values = THREE[name]

    def meant(word: object) -> BoardValue:
        return values.get(str(word)) if word is not None else None  # type: ignore[return-value] # a value

    there: dict[str, BoardValue] = {}
    if row.github is not None:
        there[name] = meant(row.github)
    if row.base is not NOTHING:
        there[record.NAME] = record.encode({name: record.entry(meant(row.base))})
    else:
        there[record.NAME] = record.encode({})
    file = {} if row.file == OMITTED else {name: meant(row.file)}
    return file, BoardItem("C_1", there)


def board_plan(name: str, row: Row, settings: Settings, options: PlanOptions) -> Plan:
    """The plan of one item with one value."""
    file, card = world(name, row)
    fields = (
        select("Status", "Todo", "In Progress", "Blocked", "Done"),
        select("Priority", "High", "Mid", "Low"),
        select("Sprint", "S1", "S2", "S3", type="iteration"),
        replace(select("Target"), type="date"),
        replace(select("Note"), type="text"),
    )
    there = managed(item("a"), 1, card=card)
    project = board(*fields)
    return build_plan(
        desired(item("a", board=file), project=BOARD, settings=settings),
        observed(there, project=project),
        options,
    )


def rows() -> list[tuple[str, Owner, Row]]:
    """Every row for every board field, under its own owner and the other one."""
    return [
        (name, owner, row)
        for name in THREE
        for owner, table in ((Owner.FILE, OF_FILE), (Owner.GITHUB, OF_GITHUB))
        for row in table
        # a Status is never emptied by a file, and what it does not say stays on record
        if not (name == "Status" and row.file in (None, OMITTED))
    ]


@pytest.mark.parametrize(("name", "owner", "row"), rows())
def test_a_board_value(name: str, owner: Owner, row: Row) -> None:
    """Who moved decides; where GitHub alone moved, the owner decides; both is a conflict."""
    plan = board_plan(name, row, Settings(ownership={name: owner.value}), PlanOptions())
    told = verdict_of(plan, name)
    assert fits(row.verdict, told), (row, told)
    values = THREE[name]
    now = values.get(str(row.github)) if row.github else None
    expected = values.get(str(row.after)) if row.after else None
    assert written(plan, name, now) == expected
    assert not any(c.kind is ChangeKind.ISSUE for c in plan.changes), "a value rewrites no body"


@pytest.mark.parametrize("name", THREE)
@pytest.mark.parametrize("owner", list(Owner))
def test_a_conflict_of_board_values_is_decided(name: str, owner: Owner) -> None:
    """For the file it is pushed; for GitHub it is for the file to say."""
    row = Row("old", "new", "other", "conflict", "")
    settings = Settings(ownership={name: owner.value})
    plan = board_plan(name, row, settings, PlanOptions(on_conflict=Owner.FILE))
    assert (verdict_of(plan, name), plan.conflicts) == ("push", ())
    assert written(plan, name, None) == THREE[name]["new"]
    plan = board_plan(name, row, settings, PlanOptions(on_conflict=Owner.GITHUB))
    assert [(n.name, n.observed) for n in plan.accepted] == [(name, THREE[name]["other"])]
    assert (plan.changes, plan.conflicts) == ((), ())


def test_a_status_that_was_not_said_keeps_its_record() -> None:
    """So that the file's first word is a change, and one that people moved is a conflict."""
    start = BoardItem("C_1", {"Status": "Todo", record.NAME: '{"Status":"Todo"}'})
    there = managed(item("a"), 1, card=start)
    state = observed(there, project=board())
    assert build_plan(desired(item("a"), project=BOARD), state).changes == ()
    said = desired(item("a", board={"Status": "Done"}), project=BOARD)
    assert written(build_plan(said, state), "Status", None) == "Done"
    moved = replace(start, values={**start.values, "Status": "In Progress"})
    both = build_plan(said, observed(replace(there, card=moved), project=board()))
    assert [n.name for n in both.conflicts] == ["Status"]


# ---- fields of the issue ---------------------------------------------------------------------

ATOMS: dict[str, dict[str, str]] = {
    "title": {"old": "Old", "new": "New", "other": "Other"},
    "milestone": {"old": "M1", "new": "M2", "other": "M3"},
}


def atom_rows() -> list[tuple[str, Owner, Row]]:
    """Every row that can be of a title and of a milestone."""
    return [
        (name, owner, row)
        for name in ATOMS
        for owner, table in ((Owner.FILE, OF_FILE), (Owner.GITHUB, OF_GITHUB))
        for row in table
        if row.base is not NOTHING
        and not (name == "title" and (row.file in (None, OMITTED) or row.github is None))
    ]


@pytest.mark.parametrize(("name", "owner", "row"), atom_rows())
def test_a_field_of_the_issue(name: str, owner: Owner, row: Row) -> None:
    """The same rules, with the base in the issue's own marker."""
    values = ATOMS[name]

    def made(word: object) -> dict[str, str | None]:
        if word == OMITTED:
            return {}
        return {name: None if word is None else values[str(word)]}

    (there,) = backlog(item("a", **made(row.base)))  # type: ignore[arg-type] # fields
    now = made(row.github)[name]
    there = replace(there, **{name: now})  # type: ignore[arg-type] # its fields
    wanted = item("a", **made(row.file))  # type: ignore[arg-type] # fields
    settings = Settings(ownership={name: owner.value})
    plan = build_plan(desired(wanted, settings=settings), observed(there))
    told = verdict_of(plan, name)
    assert fits(row.verdict, told), (row, told)
    expected = None if row.after is None else values[str(row.after)]
    assert written(plan, name, now) == expected


SETS = [
    # base, file, github, after, drift
    ("a b", "a b", "a b", "a b", ""),
    ("a", "a c", "a", "a c", ""),  # added in the file
    ("a b", "a", "a b", "a", ""),  # dropped by the file: ours goes
    ("a", "a", "a x", "a x", ""),  # somebody else's stays
    ("a", "a", "x", "a x", "a"),  # taken away by people: told, and set back
    ("a b", "a", "a", "a", ""),  # both took it away
    ("", "a", "x", "a x", ""),  # nothing on record: nothing is removed
    ("a", "", "a x", "x", ""),  # emptied
    ("a", OMITTED, "a x", "a x", ""),  # omitted: forgotten, all stay
]


@pytest.mark.parametrize("name", ["labels", "assignees"])
@pytest.mark.parametrize(("base", "file", "github", "after", "drift"), SETS)
def test_a_set(name: str, base: str, file: str, github: str, after: str, drift: str) -> None:
    """Ours are enforced and taken back, everyone else's stay; GitHub owns the assignees."""

    def made(words: str) -> dict[str, tuple[str, ...]]:
        return {} if words == OMITTED else {name: tuple(words.split())}

    (there,) = backlog(item("a", **made(base)))  # type: ignore[arg-type] # fields
    there = replace(there, **made(github))  # type: ignore[arg-type] # its fields
    plan = build_plan(
        desired(item("a", **made(file)), settings=Settings(ownership={name: "file"})),  # type: ignore[arg-type] # fields
        observed(there),
    )
    assert written(plan, name, sorted(github.split())) == sorted(after.split())
    assert [n.name for n in plan.drift] == ([name] if drift else [])
    owned = build_plan(
        desired(item("a", **made(file)), settings=Settings(ownership={name: "github"})),  # type: ignore[arg-type] # fields
        observed(there),
    )
    left = sorted(set(after.split()) - set(drift.split()))
    assert written(owned, name, sorted(github.split())) == left


def test_a_conflict_of_texts_is_decided() -> None:
    """The file's text is written, people's lines move below; or GitHub's is for the file to say."""
    (there,) = backlog(item("a", text="one\ntwo"))
    there = replace(there, body=there.body.replace("two", "theirs"))
    wanted = desired(item("a", text="one\nours"))
    held = build_plan(wanted, observed(there))
    assert ([n.name for n in held.conflicts], held.changes) == (["body"], ())
    plan = build_plan(wanted, observed(there), PlanOptions(on_conflict=Owner.FILE))
    (change,) = plan.changes
    parts = body_block.split(change.body or "")
    assert "ours" in parts.lines
    assert "theirs" in parts.after
    plan = build_plan(wanted, observed(there), PlanOptions(on_conflict=Owner.GITHUB))
    assert ([n.name for n in plan.accepted], plan.changes) == (["body"], ())


def test_a_note_tells_both_sides() -> None:
    """What the file says, what GitHub says, and why."""
    row = Row("old", "new", "other", "conflict", "")
    (note,) = board_plan("Priority", row, Settings(), PlanOptions()).conflicts
    assert note == FieldNote(
        key="a",
        title="Title of a",
        name="Priority",
        verdict=Verdict.CONFLICT,
        reason="changed in the file and on GitHub",
        ref="#1",
        desired="Low",
        observed="Mid",
    )


# ---- the record ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value", [None, 3, 2.5, "High", "x" * 5000, "#looks like a hash", "a\nb", "Größe 🚀", '"q"']
)
def test_what_a_record_holds_compares_as_the_value(value: BoardValue) -> None:
    """Long and odd texts stand as hashes; nothing is mistaken for another."""
    text = record.encode({"F": record.entry(value)})
    read = record.decode(BoardItem("", {record.NAME: text}))
    assert read is not None
    assert record.base_of(read["F"]) == record.base_of(record.entry(value))
    assert record.base_of(read["F"]) != record.base_of(record.entry("else"))
    assert len(text) <= record.LONGEST


def test_a_record_is_bounded() -> None:
    """Fifty long fields: the longest are hashed, what finds no room counts as never applied."""
    values = {f"Field {n:02d}": record.entry("y" * 70) for n in range(50)}
    text = record.encode(values)
    assert len(text) <= record.LONGEST
    read = record.decode(BoardItem("", {record.NAME: text}))
    assert read
    assert all(record.base_of(v) == record.base_of("y" * 70) for v in read.values())


@pytest.mark.parametrize("text", ["", "Todo", "[]", '{"a":[1]}', '{"a":true}', "{" * 5000, "null"])
def test_what_is_no_record_is_none(text: str) -> None:
    """People may write anything into a field of the board."""
    assert record.decode(BoardItem("", {record.NAME: text})) is None


def test_a_record_that_people_spoilt_takes_nothing_away() -> None:
    """The file's own values are set again; what people moved stays."""
    values: dict[str, BoardValue] = {"Priority": "Low", "Status": "Done", record.NAME: "oops"}
    there = managed(item("a"), 1, card=BoardItem("C_1", values))
    wanted = desired(item("a", board={"Priority": "High", "Status": "In Progress"}), project=BOARD)
    plan = build_plan(wanted, observed(there, project=board()))
    assert [tuple(c.fields) for c in plan.changes] == [("Priority",)]
    assert [n.name for n in plan.drift] == ["Status"]
