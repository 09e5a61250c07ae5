"""Issue fields of the organization, the whole way: file, plan, issue, board, and back."""

from dataclasses import replace
from pathlib import Path

import pytest

from backlog_sync.core import body as body_block
from backlog_sync.core.change_kinds import ChangeKind
from backlog_sync.core.changes import CreateIssue, UpdateIssue
from backlog_sync.core.fields import Owner
from backlog_sync.core.options import PlanOptions
from backlog_sync.core.plan import Result
from github_sandbox.access import Grant
from github_sandbox.actors import Person
from github_sandbox.features import Features, enterprise
from github_sandbox.messages import Request, Response
from tests.surface.conftest import BOARD, REPOSITORY, World, of_kind, reasons

FIELDS = """\
issue_fields:
  Priority: {type: single_select}
  Size: number
  Areas: multi_select
  Start date: date
  Notes: text
"""
ITEMS = """\
epics:
  - id: e
    title: E
    stories:
      - id: a
        title: A
        priority: High
        Size: 3
        Areas: [web, docs]
        start: 2027-03-31
        Notes: hello
      - {id: b, title: B, Areas: "api", priority: low}
      - {id: c, title: C}
"""
ITEM = "stories: [{id: a, title: A, priority: High}]\n"
Value = str | tuple[str, ...]
NAMES = ("Priority", "Size", "Areas", "Start date", "Notes")


@pytest.fixture
def fields(world: World) -> World:
    """An organization with GitHub's four fields, and three more that everybody sees."""
    boss = Person(world.sandbox, "boss", permission="admin", repository=REPOSITORY)
    boss.add_issue_field("Notes", "TEXT")
    boss.add_issue_field("Areas", "MULTI_SELECT", "web", "api", "docs")
    boss.add_issue_field("Size", "NUMBER")
    return world


def values(world: World, title: str) -> tuple[object, ...]:
    """An issue's values of the five fields."""
    number = world.ann.find(title).number
    return tuple(world.ann.issue_field_value(number, name) for name in NAMES)


def operations(world: World) -> list[str]:
    """What was sent so far."""
    return [entry.operation or entry.method for entry in world.sandbox.log]


# ---- created, silent, changed ----------------------------------------------------------------


def test_values_are_created_with_the_issue_and_shown_on_the_board(fields: World) -> None:
    """No request more than without them; the second run has nothing to do."""
    fields.write(BOARD.replace("}", ", views: []}") + FIELDS + ITEMS)
    plan = fields.plan()
    assert plan.deferred == ()
    (created,) = [c for c in plan.changes if isinstance(c, CreateIssue) and c.key == "a"]
    shown = {name: created.fields[name].after for name in NAMES}
    assert shown == {
        "Priority": "High",
        "Size": 3,
        "Areas": ["docs", "web"],
        "Start date": "2027-03-31",
        "Notes": "hello",
    }
    fields.sync()
    assert values(fields, "A") == ("High", 3.0, ("web", "docs"), "2027-03-31", "hello")
    assert values(fields, "B") == ("Low", None, ("api",), None, None)
    assert values(fields, "C") == (None,) * 5
    columns = {f.name for f in fields.observe().project.fields}  # type: ignore[union-attr]  # there is one
    assert columns >= set(NAMES)
    assert "Start" not in columns
    assert fields.plan().deferred == ()  # an issue without values is no sign of another field


def test_without_a_declaration_nothing_is_asked_and_nothing_is_set(fields: World) -> None:
    """The same file without it uses fields of the board."""
    fields.write(BOARD + ON_BOARD)
    fields.sync()
    assert values(fields, "T") == (None,) * 5
    assert fields.ann.value(fields.ann.find("T").number, "Priority") == "High"


def test_changes_in_the_file_are_set_and_cleared(fields: World) -> None:
    """Few requests: one read and one write for all values, then the bodies."""
    fields.write(FIELDS + ITEMS)
    fields.sync()
    fields.edit("priority: High", "priority: Urgent")
    fields.edit("Areas: [web, docs]", "Areas: [api]")
    fields.edit("        Notes: hello\n", '        Notes: ""\n')
    before = len(fields.sandbox.log)
    fields.sync()
    assert values(fields, "A") == ("Urgent", 3.0, ("api",), "2027-03-31", None)
    assert len(fields.sandbox.log) - before <= 9  # two plans among them
    fields.edit("        Size: 3\n", "")
    forgotten = [c for c in fields.plan().changes if "Size" in c.reason]
    assert [c.reason for c in forgotten] == ["no longer in the file, left as it is on GitHub: Size"]
    fields.sync()
    assert values(fields, "A")[1] == 3.0


def test_what_people_change_is_drift_and_is_set_back(fields: World) -> None:
    """Options that they add are theirs; those of the file that they removed come back."""
    fields.write(FIELDS + ITEMS)
    fields.sync()
    number = fields.ann.find("A").number
    fields.ann.set_issue_field(number, "Priority", "Low")
    fields.ann.set_issue_field(number, "Areas", ("api", "web"))
    plan = fields.plan()
    assert [(note.name, note.observed) for note in plan.drift] == [
        ("Priority", "Low"),
        ("Areas", ["api", "web"]),
    ]
    assert plan.reverted == {("a", "Priority"), ("a", "Areas")}
    fields.sync()
    assert values(fields, "A")[:3] == ("High", 3.0, ("web", "api", "docs"))


def test_pull_takes_what_people_changed(fields: World) -> None:
    """Into the keys that the file has for it; the next plan is empty."""
    fields.write(FIELDS + ITEMS)
    fields.sync()
    number = fields.ann.find("A").number
    fields.ann.set_issue_field(number, "Priority", "Low")
    fields.ann.set_issue_field(number, "Start date", "2027-04-01")
    fields.ann.set_issue_field(number, "Size", 5)
    fields.ann.set_issue_field(fields.ann.find("B").number, "Areas", None)
    left = fields.pull()
    assert "priority: Low" in fields.text
    assert "start: 2027-04-01" in fields.text
    assert "Size: 5" in fields.text
    assert left == []
    fields.run()
    assert not fields.plan().has_changes
    assert values(fields, "A")[:2] == ("Low", 5.0)


@pytest.mark.parametrize("visibility", ["ALL", "ORG_ONLY"])
def test_pull_takes_the_options_that_people_took_away(fields: World, visibility: str) -> None:
    """Some of them, or all; also of a field whose base is on the card."""
    boss = Person(fields.sandbox, "boss", permission="admin", repository=REPOSITORY)
    boss.add_issue_field("Teams", "MULTI_SELECT", "red", "blue", visibility=visibility)
    fields.write(
        BOARD
        + "issue_fields: [Teams]\nitems:\n  - {kind: task, id: t, title: T, Teams: [red, blue]}\n"
    )
    fields.sync()
    number = fields.ann.find("T").number
    fields.ann.set_issue_field(number, "Teams", ("blue",))
    assert fields.pull() == []
    assert "Teams: [blue]" in fields.text
    fields.run()
    assert fields.ann.issue_field_value(number, "Teams") == ("blue",)
    fields.ann.set_issue_field(number, "Teams", None)
    assert fields.pull() == []
    assert "blue" not in fields.text
    fields.run()
    assert fields.ann.issue_field_value(number, "Teams") is None
    assert not fields.plan().has_changes


@pytest.mark.parametrize("owner", ["file", "github"])
def test_pull_takes_no_option_that_the_file_would_not_know(fields: World, owner: str) -> None:
    """The file would not be valid any more; the reason says what to declare first."""
    fields.write(
        f"ownership: {{Effort: {owner}, Areas: {owner}}}\n"
        "issue_fields:\n"
        "  Effort: {type: single_select, options: [High, Low]}\n"
        "  Areas: {type: multi_select, options: [web]}\n"
        "items:\n  - {kind: task, id: t, title: T, Effort: High, Areas: [web]}\n"
    )
    fields.sync()
    text, number = fields.text, fields.ann.find("T").number
    fields.ann.set_issue_field(number, "Effort", "Medium")
    fields.ann.set_issue_field(number, "Areas", ("web", "api"))
    left = fields.pull()
    assert left[0] == "add 'Medium' to the options of Effort under 'issue_fields' first"
    assert ["'api'" in reason for reason in left[1:]] == ([True] if owner == "github" else [])
    assert fields.text == text
    fields.edit("[High, Low]", "[High, Medium, Low]")
    fields.pull()
    assert "Effort: Medium" in fields.text


def test_both_sides_changed(fields: World) -> None:
    """A conflict is held; either side can be let win."""
    fields.write(FIELDS + ITEMS)
    fields.sync()
    number = fields.ann.find("A").number
    fields.ann.set_issue_field(number, "Priority", "Low")
    fields.edit("priority: High", "priority: Urgent")
    plan = fields.plan()
    assert [(note.name, note.is_hold) for note in plan.conflicts] == [("Priority", False)]
    fields.options = PlanOptions(on_conflict=Owner.FILE)
    fields.run()
    assert values(fields, "A")[0] == "Urgent"


def test_a_field_that_github_owns(fields: World) -> None:
    """What people set stays, and nobody's later word is lost."""
    fields.write("ownership: {priority: github}\n" + FIELDS + ITEMS)
    fields.sync()
    number = fields.ann.find("A").number
    fields.ann.set_issue_field(number, "Priority", "Low")
    plan = fields.plan()
    assert [note.observed for note in plan.drift] == ["Low"]
    assert not plan.has_changes
    fields.edit("priority: High", "priority: Urgent")
    assert [note.name for note in fields.plan().conflicts] == ["Priority"]


def test_a_value_that_moved_since_it_was_read_is_not_overwritten(fields: World) -> None:
    """It is read again right before it is written."""
    fields.write(FIELDS + ITEMS)
    fields.sync()
    fields.edit("priority: High", "priority: Urgent")
    prepared, tracker = fields.prepared(), fields.tracker()
    number = fields.ann.find("A").number
    fields.ann.set_issue_field(number, "Priority", "Medium")
    from backlog_sync.engine.apply import apply  # noqa: PLC0415 - for this test alone
    from tests.engine.memory import Watcher  # noqa: PLC0415 - as above

    applied = apply(prepared, tracker, nonces=lambda: "0" * 16, progress=Watcher())
    stale = [o.reason for o in applied.outcomes if o.result is Result.STALE]
    assert "the priority was changed since it was read" in stale[0]
    assert values(fields, "A")[0] == "Medium"


# ---- what cannot be done ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("features", "reason"),
    [
        (enterprise("3.19"), "this server has no issue fields"),
        (
            replace(Features(), issue_fields_enabled=False),
            "GitHub shows no issue fields of octo-org",
        ),
    ],
)
def test_a_server_without_them(fields: World, features: Features, reason: str) -> None:
    """One line says why; everything else is synced, and the second run is silent."""
    fields.sandbox.features = features
    fields.write(FIELDS + ITEMS)
    told = [d for d in fields.plan().deferred if d.kind is ChangeKind.ISSUE_FIELD]
    assert len(told) == 1
    assert told[0].reason.startswith(reason)
    assert told[0].hint
    fields.sync()
    fields.sandbox.features = Features()
    fields.sync()
    assert values(fields, "A")[:2] == ("High", 3.0)


def test_a_person_has_none(tmp_path: Path) -> None:
    """Only organizations do."""
    world = World(tmp_path, owner="User")
    world.write(FIELDS + ITEMS)
    assert "is not an organization" in reasons(world.plan())[0]
    world.sync()


def test_a_token_that_may_not_write_them(fields: World) -> None:
    """GitHub would drop the values: the plan says so, and nothing pretends that they are set."""
    fields.sandbox.tokens["triage"] = Grant("ann", "triage", scopes=None)
    fields.token = "triage"
    fields.write(FIELDS + ITEMS)
    assert any("drops their values" in reason for reason in reasons(fields.plan()))


def test_a_right_that_is_lost_and_comes_back(fields: World) -> None:
    """What the file changed meanwhile is set then, and is neither drift nor a conflict."""
    fields.sandbox.tokens["triage"] = Grant("ann", "triage", scopes=None)
    fields.write(FIELDS + ITEMS)
    fields.sync()
    fields.token = "triage"
    fields.edit("priority: High", "priority: Urgent")
    plan = fields.plan()
    assert any("drops their values" in reason for reason in reasons(plan))
    assert (plan.drift, plan.conflicts) == ((), ())
    fields.run()
    assert values(fields, "A")[0] == "High"
    fields.token = "a-token"
    plan = fields.plan()
    assert (plan.drift, plan.conflicts) == ((), ())
    fields.run()
    assert values(fields, "A") == ("Urgent", 3.0, ("web", "docs"), "2027-03-31", "hello")


def test_missing_fields_and_options_are_created_only_on_demand(fields: World) -> None:
    """Without the flag one line names it; with it, fields and options are created, ids kept."""
    fields.write(
        "issue_fields: {Priority: {options: [High, Someday]}, Team size: number,"
        " Area: {type: single_select, options: [web, api]}}\n"
        "items:\n  - {kind: task, id: t, title: T, priority: Someday, Area: api, Team size: 4}\n"
    )
    fields.write(fields.text.split("widgets\n", 1)[1])
    other = fields.ann.open_issue("Another")
    fields.ann.set_issue_field(other.number, "Priority", "High")
    told = [(d.key, d.hint) for d in fields.plan().deferred]
    assert [key for key, _ in told] == ["Priority", "Team size, Area"]
    assert all("--create-issue-fields" in hint for _, hint in told)
    fields.run()
    assert not fields.plan().has_changes
    fields.options = PlanOptions(create_issue_fields=True)
    kinds = [c.action.value for c in of_kind(fields.plan(), ChangeKind.ISSUE_FIELD)]
    assert kinds == ["update", "create", "create"]
    fields.sync()
    number = fields.ann.find("T").number
    found = [fields.ann.issue_field_value(number, n) for n in ("Priority", "Area", "Team size")]
    assert found == ["Someday", "api", 4.0]
    assert fields.ann.issue_field_value(other.number, "Priority") == "High"


def test_a_mistyped_value_is_no_option_of_the_organization(fields: World) -> None:
    """With the flag, only declared options are added; the plan shows those that there are."""
    fields.write(
        "issue_fields: [Priority, Areas]\n"
        "items: [{kind: task, id: t, title: T, priority: Hihg, Areas: [web, wbe]}]\n"
    )
    fields.options = PlanOptions(create_issue_fields=True)
    plan = fields.plan()
    assert of_kind(plan, ChangeKind.ISSUE_FIELD) == []
    first, second = plan.deferred
    assert first.reason.startswith("it has no option 'Hihg'")
    assert first.hint.startswith("Priority has Urgent, High, Medium, Low; to add another one")
    assert second.reason.startswith("it has no option 'wbe'")
    fields.sync()
    assert fields.ann.issue_field_value(fields.ann.find("T").number, "Areas") is None


def test_a_field_is_not_created_without_type_or_options(fields: World) -> None:
    """Each has a line of its own that says what to declare."""
    fields.write(
        "issue_fields: {Sise: , Team: single_select}\n"
        "items: [{kind: task, id: t, title: T, Sise: 3}]\n"
    )
    fields.options = PlanOptions(create_issue_fields=True)
    plan = fields.plan()
    assert of_kind(plan, ChangeKind.ISSUE_FIELD) == []
    assert [(d.key, d.reason) for d in plan.deferred] == [
        ("Sise", "it cannot be created without a type"),
        ("Team", "it cannot be created without options"),
    ]


def test_who_may_not_create_fields_is_told_and_the_rest_is_synced(fields: World) -> None:
    """Even if the refusal is the first write of a run; without the flag all else is done."""
    fields.sandbox.tokens["member"] = Grant("ann", "write", scopes=None)
    fields.token = "member"
    fields.write(
        "issue_fields: {Cost: number}\n"
        "items:\n  - {kind: task, id: t, title: T, Cost: 3}\n  - {kind: task, id: u, title: U}\n"
    )
    fields.options = PlanOptions(create_issue_fields=True)
    fields.run()
    fields.edit("title: U", "title: Another")
    failed = [o for o in fields.run().outcomes if o.change.kind is ChangeKind.ISSUE_FIELD]
    assert [o.reason.partition(" (")[0] for o in failed] == [
        "only an admin of the organization can do this"
    ]
    assert fields.ann.find("Another").state == "OPEN"
    fields.options = PlanOptions()
    fields.sync()
    assert fields.ann.find("T").state == "OPEN"


# ---- private fields --------------------------------------------------------------------------


def marker(world: World, title: str) -> str:
    """The hidden marker of an issue."""
    return world.ann.find(title).body.partition("backlog:end")[2]


def test_a_public_issue_does_not_tell_of_a_private_field(fields: World) -> None:
    """Its base is on the board; drift is found by it."""
    boss = Person(fields.sandbox, "boss", permission="admin", repository=REPOSITORY)
    boss.add_issue_field("Risk", "SINGLE_SELECT", "Red", "Green", visibility="ORG_ONLY")
    fields.write(
        BOARD + "issue_fields: [Risk]\nitems: [{kind: task, id: t, title: T, Risk: Red}]\n"
    )
    fields.sync()
    assert "Risk" not in marker(fields, "T")
    number = fields.ann.find("T").number
    assert "@Risk" in str(fields.ann.value(number, "Backlog record"))
    fields.ann.set_issue_field(number, "Risk", "Green")
    assert [note.name for note in fields.plan().drift] == ["Risk"]
    fields.sync()
    fields.edit("Risk: Red", "Risk: Green")
    fields.sync()
    assert fields.ann.issue_field_value(number, "Risk") == "Green"
    fields.edit("title: T,", "title: Again,")
    fields.sync()
    assert "Risk" not in marker(fields, "Again")


def test_a_private_field_without_a_board_is_never_overwritten(fields: World) -> None:
    """Nothing is on record: a value that differs is a conflict with what to do."""
    boss = Person(fields.sandbox, "boss", permission="admin", repository=REPOSITORY)
    boss.add_issue_field("Risk", "SINGLE_SELECT", "Red", "Green", visibility="ORG_ONLY")
    fields.write("issue_fields: [Risk]\nitems: [{kind: task, id: t, title: T, Risk: Red}]\n")
    fields.sync()
    number = fields.ann.find("T").number
    fields.ann.set_issue_field(number, "Risk", "Green")
    (conflict,) = fields.plan().conflicts
    assert "--on-conflict decides" in conflict.reason
    fields.run()
    assert fields.ann.issue_field_value(number, "Risk") == "Green"
    fields.options = PlanOptions(on_conflict=Owner.FILE)
    fields.run()
    assert fields.ann.issue_field_value(number, "Risk") == "Red"


def test_options_of_a_private_field_are_recorded_on_the_card(fields: World) -> None:
    """Those that people took away are drift, those that the file dropped are removed."""
    boss = Person(fields.sandbox, "boss", permission="admin", repository=REPOSITORY)
    boss.add_issue_field("Teams", "MULTI_SELECT", "red", "blue", "green", visibility="ORG_ONLY")
    fields.write(
        BOARD
        + "issue_fields: [Teams]\nitems: [{kind: task, id: t, title: T, Teams: [red, blue]}]\n"
    )
    fields.sync()
    number = fields.ann.find("T").number
    fields.ann.set_issue_field(number, "Teams", ("red", "green"))
    assert [(note.name, note.observed) for note in fields.plan().drift] == [
        ("Teams", ["green", "red"])
    ]
    fields.sync()
    assert fields.ann.issue_field_value(number, "Teams") == ("red", "blue", "green")
    fields.edit("[red, blue]", "[blue]")
    fields.sync()
    assert fields.ann.issue_field_value(number, "Teams") == ("blue", "green")
    assert "Teams" not in marker(fields, "T")


@pytest.mark.parametrize(
    ("kind", "said", "first", "then"),
    [("SINGLE_SELECT", "red", "blue", "green"), ("MULTI_SELECT", "[red]", ("blue",), ("green",))],
)
def test_a_private_field_that_github_owns(
    fields: World, kind: str, said: str, first: Value, then: Value
) -> None:
    """The file follows again and again; what it was given by a run is not its own change."""
    boss = Person(fields.sandbox, "boss", permission="admin", repository=REPOSITORY)
    boss.add_issue_field("Team", kind, "red", "blue", "green", visibility="ORG_ONLY")
    fields.write(
        BOARD + "ownership: {Team: github}\nissue_fields: [Team]\n"
        f"items: [{{kind: task, id: t, title: T, Team: {said}}}]\n"
    )
    fields.sync()
    number = fields.ann.find("T").number
    for value in (first, then, first):
        fields.ann.set_issue_field(number, "Team", value)
        plan = fields.plan()
        assert plan.conflicts == ()
        assert [note.name for note in plan.drift] == ["Team"]
        assert not [c for c in plan.changes if isinstance(c, UpdateIssue)]
        fields.pull()
        fields.run()
        assert fields.ann.issue_field_value(number, "Team") == value
    assert "Team" not in marker(fields, "T")


def test_who_sees_a_new_field_is_declared(fields: World) -> None:
    """Of a new one it is set, of an existing one a difference is reported and left as it is."""
    fields.write(
        "issue_fields:\n"
        "  Risk: {type: text, visibility: all}\n"
        "  Cost: {type: number, visibility: members}\n"
        "  Size: {type: number, visibility: members}\n"
        "items: [{kind: task, id: t, title: T, Risk: low, Cost: 3, Size: 1}]\n"
    )
    fields.options = PlanOptions(create_issue_fields=True)
    (left,) = fields.plan().deferred
    assert "everybody sees it, the file says 'visibility: members'" in left.reason
    assert "'visibility: all'" in left.hint
    fields.run()
    seen_by = [fields.ann.issue_field(name).visibility for name in ("Risk", "Cost", "Size")]
    assert seen_by == ["ALL", "ORG_ONLY", "ALL"]
    assert "Risk" in marker(fields, "T")
    assert "Cost" not in marker(fields, "T")
    assert not fields.plan().has_changes


# ---- from the board to the issue -------------------------------------------------------------

ON_BOARD = "items: [{kind: task, id: t, title: T, priority: High}, {kind: task, id: u, title: U}]\n"


def test_board_values_move_to_the_issue_once_it_is_declared(fields: World) -> None:
    """The board's own field is left alone and reported, never doubled."""
    fields.write(BOARD + ON_BOARD)
    fields.sync()
    fields.write(BOARD + "issue_fields: [Priority]\n" + ON_BOARD)
    plan = fields.plan()
    (update,) = [c for c in plan.changes if isinstance(c, UpdateIssue)]
    assert update.reason == "moves from the board to the issue"
    assert any("a field of its own with this name" in reason for reason in reasons(plan))
    fields.run()
    number = fields.ann.find("T").number
    assert fields.ann.issue_field_value(number, "Priority") == "High"
    assert fields.ann.value(number, "Priority") == "High"
    assert not fields.plan().has_changes


def test_board_values_stay_on_record_until_the_issue_field_exists(fields: World) -> None:
    """Declared and missing: nothing is forgotten; then they move, and a column shows them.

    The way out that the plan names is to rename the board's own field.
    """
    items = ON_BOARD.replace("priority: High", "Cost: 3")
    own = BOARD.replace("}", ", fields: {Cost: number}}")
    own = own.replace("{Cost: number}", "{Cost: {type: number}}")
    fields.write(own + items)
    fields.sync()
    declared = BOARD + "issue_fields: {Cost: number}\n" + items
    fields.write(declared)
    plan = fields.plan()
    assert not plan.has_changes
    assert plan.changes == ()
    assert any("no issue field of this name" in reason for reason in reasons(plan))
    fields.options = PlanOptions(create_issue_fields=True)
    plan = fields.plan()
    assert any("now set on the issue" in change.reason for change in plan.changes)
    fields.sync()
    number = fields.ann.find("T").number
    assert fields.ann.issue_field_value(number, "Cost") == 3.0
    (left,) = [d for d in fields.plan().deferred if d.kind is ChangeKind.FIELD]
    assert left.hint.startswith("rename or delete the board's field")
    store = fields.sandbox.store
    (board,) = store.projects[fields.ann.repository.owner].values()
    (column,) = [c for c in store.fields[board.id].values() if c.name == "Cost"]
    column.name = "Old cost"
    (shown,) = [c for c in fields.plan().changes if c.kind is ChangeKind.FIELD]
    assert shown.reason == "shows the issue field"
    fields.sync()
    assert {c.name for c in store.fields[board.id].values()} >= {"Cost", "Old cost"}
    assert fields.ann.value(number, "Old cost") == 3.0


def test_a_later_word_on_the_board_is_not_lost(fields: World) -> None:
    """Somebody changed the board's value: it is held until somebody decides; the file's wins it."""
    fields.write(BOARD + ON_BOARD.replace("title: U", "title: U, priority: Medium"))
    fields.sync()
    first, second = (fields.ann.find(title).number for title in ("T", "U"))
    fields.ann.set_value(first, "Priority", "Medium")
    fields.write(BOARD + "issue_fields: [Priority]\n" + ON_BOARD.replace("U}", "U, priority: Low}"))
    (conflict,) = fields.plan().conflicts
    assert "the board shows 'Medium'" in conflict.reason
    fields.run()
    found = [fields.ann.issue_field_value(number, "Priority") for number in (first, second)]
    assert found == [None, "Low"]
    assert [note.key for note in fields.plan().conflicts] == ["t"]
    fields.options = PlanOptions(on_conflict=Owner.FILE)
    fields.run()
    assert fields.ann.issue_field_value(first, "Priority") == "High"
    assert fields.ann.value(first, "Priority") == "Medium"


def test_a_value_that_people_set_before_is_not_overwritten(fields: World) -> None:
    """Not on record, and not the file's: a conflict."""
    fields.write("items: [{kind: task, id: t, title: T}]\n")
    fields.sync()
    number = fields.ann.find("T").number
    fields.ann.set_issue_field(number, "Priority", "Low")
    fields.write(
        "issue_fields: [Priority]\nitems: [{kind: task, id: t, title: T, priority: High}]\n"
    )
    (conflict,) = fields.plan().conflicts
    assert (conflict.desired, conflict.observed) == ("High", "Low")
    fields.run()
    assert fields.ann.issue_field_value(number, "Priority") == "Low"
    fields.edit("priority: High", "priority: Low")
    fields.run()
    base = body_block.split(fields.issue("T").body).marker
    assert base is not None
    assert "Priority" in base.base.hashes


# ---- requests, other formats, the way back -----------------------------------------------------


def test_only_declared_fields_are_asked_for(fields: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the declaration, no document names them, and the header is not sent."""
    seen: list[tuple[str, bool]] = []
    handle = fields.sandbox.handle

    def watched(request: Request) -> Response:
        preview = request.header("GraphQL-Features") == "issue_fields,repo_issue_fields"
        seen.append((request.body.decode(), preview))
        return handle(request)

    monkeypatch.setattr(fields.sandbox, "handle", watched)
    fields.write(BOARD + ON_BOARD)
    fields.sync()
    assert seen
    assert not [text for text, preview in seen if "issueField" in text or preview]
    seen.clear()
    fields.write(BOARD + "issue_fields: [Priority]\n" + ON_BOARD)
    fields.run()
    assert all(preview for text, preview in seen if '"query"' in text)
    assert any("issueFieldValues" in text for text, _ in seen)


ROADMAP = f"""\
---
backlog:
  repository: {REPOSITORY}
  issue_fields:
    Priority: single_select
    Size: number
    Areas: multi_select
    Start date: date
    Notes: text
---
# Plan

## Epic 1: E

### Story 1.1: A

**Priority**: High
**Size**: 3
**Areas**: web, docs
**Start**: 2027-03-31
**Notes**: hello

Some text.
"""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ROADMAP.md", ROADMAP),
        (
            "plan.csv",
            "id,type,title,priority,Size,Areas,start,Notes\n"
            '1,story,A,High,3,"web, docs",2027-03-31,hello\n',
        ),
    ],
)
def test_markdown_and_csv_set_them_too(fields: World, name: str, text: str) -> None:
    """By the usual keys and columns, and by name."""
    fields.put(name, text)
    if name.endswith("csv"):
        (fields.folder / "backlog").mkdir()
        settings = f"version: 1\nrepository: {REPOSITORY}\n{FIELDS}"
        (fields.folder / "backlog" / "config.yaml").write_text(settings)
    fields.sync()
    assert values(fields, "A") == ("High", 3.0, ("web", "docs"), "2027-03-31", "hello")


def test_points_of_reports_come_from_issue_fields(fields: World) -> None:
    """An item's points are those of the issue field that replaces the board's."""
    boss = Person(fields.sandbox, "boss", permission="admin", repository=REPOSITORY)
    boss.add_issue_field("Story Points", "NUMBER")
    fields.write("issue_fields: {Story Points: number}\n"
                 "items: [{kind: task, id: t, title: T, story_points: 5}]\n")  # fmt: skip
    fields.sync()
    assert [item.points for item in fields.plan().items] == [5]
    assert fields.ann.issue_field_value(1, "Story Points") == 5.0


def test_an_undeclared_issue_field_on_the_board_is_named(fields: World) -> None:
    """A column that people added looks like a field of the board; the refusal says what to do."""
    fields.write(f"{BOARD}issue_fields: {{Priority: {{}}}}\n{ITEM}")
    fields.sync()
    fields.write(BOARD + ITEM)
    applied = fields.run()
    (failed,) = (each for each in applied.outcomes if each.result is Result.FAILED)
    assert "Priority may be an issue field of the organization: declare it" in failed.reason
    fields.write(f"{BOARD}issue_fields: {{Priority: {{}}}}\n{ITEM}")
    fields.sync()
