"""Reports and roll-ups take priority, points and dates from where the backlog keeps them."""

from dataclasses import replace

from backlog_sync.core.model import (
    BoardFieldDef,
    DesiredState,
    IssueFieldValue,
    PlanningFields,
    Settings,
)
from backlog_sync.core.planned_values import with_issue_values
from tests.core.builders import desired, issue, item

FIELDS = (
    BoardFieldDef("Priority", "single_select"),
    BoardFieldDef("Effort", "number"),
    BoardFieldDef("Start date", "date"),
    BoardFieldDef("Target date", "date"),
)
ON_ISSUE: dict[str, IssueFieldValue] = {
    "Priority": "High",
    "Effort": 8.0,
    "Start date": "2027-01-04",
    "Target date": "2027-02-01",
}


def planned(
    wanted: DesiredState, values: dict[str, IssueFieldValue]
) -> tuple[str | None, float | None, str | None, str | None]:
    """The first item's priority, points, start and target, with these values on its issue."""
    on_github = replace(issue(1), field_values=values)
    first = with_issue_values(wanted, {wanted.items[0].key: on_github}).items[0]
    return first.planning.priority, first.points, first.planning.start, first.planning.target


def backlog(
    values: dict[str, IssueFieldValue], planning: PlanningFields, *, of_github: bool = False
) -> DesiredState:
    """One item with these values of the four fields."""
    owner = {field.name: "github" for field in FIELDS} if of_github else {}
    one = replace(item("a", "A"), issue_fields=values, planning=planning)
    return replace(desired(one, issue_fields=FIELDS), settings=Settings(ownership=owner))


def test_what_the_file_does_not_declare_is_as_on_the_issue() -> None:
    """Also the points of a roll-up."""
    assert planned(backlog({}, PlanningFields()), ON_ISSUE) == (
        "High",
        8.0,
        "2027-01-04",
        "2027-02-01",
    )
    assert planned(backlog({}, PlanningFields()), {}) == (None, None, None, None)


def test_what_the_file_declares_counts_as_long_as_it_owns_the_field() -> None:
    """By the usual keys, or by the names of the fields."""
    said = ("Low", 3.0, "2027-03-01", "2027-04-01")
    values: dict[str, IssueFieldValue] = dict(zip(ON_ISSUE, said, strict=True))
    usual = PlanningFields(priority="Low", start="2027-03-01", target="2027-04-01")
    for planning in (usual, PlanningFields()):
        assert planned(backlog(values, planning), ON_ISSUE) == said
        githubs = planned(backlog(values, planning, of_github=True), ON_ISSUE)
        assert githubs == ("High", 8.0, "2027-01-04", "2027-02-01")


def test_a_word_of_the_file_that_no_option_has_is_shown() -> None:
    """It is the author's, and no value of the issue takes its place."""
    unknown = backlog({}, PlanningFields(priority="Someday"))
    assert planned(unknown, ON_ISSUE) == ("Someday", 8.0, "2027-01-04", "2027-02-01")


def test_without_declared_fields_nothing_is_read() -> None:
    """A field of the board's or of somebody else's is not one of the backlog."""
    plain = desired(replace(item("a", "A"), planning=PlanningFields(priority="Low")))
    assert planned(plain, ON_ISSUE) == ("Low", None, None, None)
