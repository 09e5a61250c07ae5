"""Board fields with several options, the whole way: file, plan, board, and back."""

from dataclasses import replace

import pytest

from backlog_sync.core import record
from backlog_sync.core.change_kinds import ChangeKind
from backlog_sync.core.changes import CreateBoardField, SetBoardValue, UpdateBoardField
from backlog_sync.core.fields import Owner
from backlog_sync.core.observed import ObservedOption
from backlog_sync.core.options import PlanOptions
from github_sandbox.actors import Person
from github_sandbox.features import enterprise
from tests.surface.conftest import BOARD, REPOSITORY, World, of_kind, reasons

SETTINGS = """\
project:
  owner: octo-org
  title: Widgets
  views: []
  fields:
    Areas: {type: multi_select, options: [web, {name: api, color: RED}, docs]}
"""
FILE = (
    SETTINGS
    + """\
stories:
  - {id: a, title: A, Areas: [web, docs]}
  - {id: b, title: B, areas: "API, web"}  # keys and options ignore case
  - {id: c, title: C}
"""
)


def areas(world: World, title: str) -> object:
    """The options that an issue's card has, in the order of the board."""
    return world.ann.value(world.ann.find(title).number, "Areas")


def chosen(world: World, title: str, *options: str) -> None:
    """Choose other options on the board, as a person."""
    world.ann.set_value(world.ann.find(title).number, "Areas", options)


def entry(world: World, title: str) -> object:
    """What the card's record holds of the field."""
    return (record.decode(world.issue(title).card) or {}).get("Areas")


# ---- created, silent, changed ----------------------------------------------------------------


def test_the_field_is_created_and_its_values_are_set(world: World) -> None:
    """In the declared order; the second run has nothing to do."""
    world.write(FILE)
    plan = world.plan()
    assert plan.deferred == ()
    created = [c for c in of_kind(plan, ChangeKind.FIELD) if isinstance(c, CreateBoardField)]
    assert [c.fields["options"].after for c in created] == [["web", "api", "docs"]]
    values = {c.key: c.fields["Areas"] for c in plan.changes if isinstance(c, SetBoardValue)
              and c.name == "Areas"}  # fmt: skip
    assert {key: (f.before, f.after) for key, f in values.items()} == {
        "a": (None, ["docs", "web"]),
        "b": (None, ["api", "web"]),
    }
    world.sync()
    assert [areas(world, title) for title in "ABC"] == [("web", "docs"), ("web", "api"), None]
    assert entry(world, "A") == ("docs", "web")
    project = world.observe().project
    assert project is not None
    (field,) = [each for each in project.fields if each.name == "Areas"]
    assert field.type == "multi_select"
    assert [(o.name, o.color) for o in field.options] == [
        ("web", "GRAY"),
        ("api", "RED"),
        ("docs", "GRAY"),
    ]


def test_changes_in_the_file_are_made_member_by_member(world: World) -> None:
    """What people chose besides stays; the last one of ours that goes empties the field."""
    world.write(FILE)
    world.sync()
    chosen(world, "A", "web", "api", "docs")
    world.edit("Areas: [web, docs]", "Areas: [web]")
    world.sync()
    assert areas(world, "A") == ("web", "api")
    world.edit('areas: "API, web"', "areas: []")
    world.sync()
    assert areas(world, "B") is None
    assert entry(world, "B") is None
    world.edit(", areas: []", "")
    forgotten = [c.reason for c in world.plan().changes if c.key == "b"]
    assert forgotten == ["the record of what was applied follows"]
    world.edit(", Areas: [web]", "")
    left = [c.reason for c in world.plan().changes if c.key == "a"]
    assert left == ["no longer in the file, left as it is on the board: Areas"]
    world.sync()
    assert areas(world, "A") == ("web", "api")


def test_what_people_take_away_is_drift_and_comes_back(world: World) -> None:
    """Drift of the file's own options is set back, those of people are left alone."""
    world.write(FILE)
    world.sync()
    chosen(world, "A", "api", "web")
    plan = world.plan()
    assert [(n.name, n.desired, n.observed) for n in plan.drift] == [
        ("Areas", ["web", "docs"], ["api", "web"])
    ]
    assert plan.reverted == {("a", "Areas")}
    world.sync()
    assert areas(world, "A") == ("web", "api", "docs")
    chosen(world, "A", "api", "web")
    assert world.pull() == []
    assert "- {id: a, title: A, issue: sandbox#1, Areas: [web]}\n" in world.text
    world.sync()
    assert areas(world, "A") == ("web", "api")


def test_options_are_added_with_all_ids_in_the_declared_order(world: World) -> None:
    """No card loses its options, and none that people made is taken away."""
    world.write(FILE)
    world.sync()
    before = {o.name: o.id for o in _field(world)}
    world.edit("options: [web, {name: api, color: RED}, docs]", "options: [ops, docs, web, api]")
    (change,) = of_kind(world.plan(), ChangeKind.FIELD)
    assert isinstance(change, UpdateBoardField)
    assert change.fields["options"].after == ["ops", "docs", "web", "api"]
    world.sync()
    after = _field(world)
    assert [o.name for o in after] == ["ops", "docs", "web", "api"]
    assert {o.name: o.id for o in after if o.name in before} == before
    assert [areas(world, title) for title in "AB"] == [("docs", "web"), ("web", "api")]


def _field(world: World) -> list[ObservedOption]:
    project = world.observe().project
    assert project is not None
    return [o for each in project.fields if each.name == "Areas" for o in each.options]


def test_a_renamed_option_is_renamed_back_or_pulled(world: World) -> None:
    """It is found by the records; a pull writes the new name into all values."""
    world.write(FILE)
    world.sync()
    world.ann.rename_option("Areas", "web", "website")
    (change,) = of_kind(world.plan(), ChangeKind.FIELD)
    assert change.fields["option"].after == ["web"]
    assert world.pull() == []
    assert "options: [website, {name: api, color: RED}, docs]" in world.text
    assert "Areas: [website, docs]}" in world.text
    assert 'areas: "API, website", ' in world.text
    world.sync()
    assert areas(world, "B") == ("website", "api")
    world.ann.rename_option("Areas", "website", "web")
    world.sync()
    assert areas(world, "B") == ("website", "api")


# ---- owned by GitHub -------------------------------------------------------------------------


def test_options_that_github_owns_flow_into_the_file(world: World) -> None:
    """People add and take away; the file follows, in its own way of writing, to the byte."""
    world.write("ownership: {Areas: github}\n" + FILE)
    world.sync()
    before = world.text
    chosen(world, "A", "api", "docs")
    chosen(world, "B", "api")
    plan = world.plan()
    assert plan.changes == ()
    assert world.pull() == []
    expected = before.replace("[web, docs]", "[docs, api]").replace('"API, web"', '"API"')
    assert world.text == expected
    world.sync()
    assert [areas(world, title) for title in "AB"] == [("api", "docs"), ("api",)]
    world.edit("[docs, api]", "[docs]")
    world.sync()
    assert areas(world, "A") == ("docs",)


# ---- what cannot be set ----------------------------------------------------------------------


def test_an_older_server_defers_the_field_in_one_line(world: World) -> None:
    """It says why and what to do; everything else is synced, and the second run is silent."""
    world.sandbox.features = replace(world.sandbox.features, multi_select=False)
    world.write(FILE)
    (reason,) = reasons(world.plan())
    assert reason.startswith("boards of this server have no fields with several options")
    world.sync()
    assert {i.title for i in world.observe().issues} == {"A", "B", "C"}
    world.sandbox.features = enterprise("3.19")
    assert [d.key for d in world.plan().deferred if d.kind is ChangeKind.FIELD] == ["Areas"]


def test_a_token_of_its_own_for_the_board_learns_the_same(world: World) -> None:
    """The board is read by another request, which older servers would refuse as well."""
    world.project_token = "another-token"
    world.write(FILE)
    world.sync()
    assert areas(world, "A") == ("web", "docs")


def test_an_older_server_is_asked_once_by_the_token_for_the_board(world: World) -> None:
    """The request for the board already leaves out what the server does not have."""
    world.sandbox.features = replace(world.sandbox.features, multi_select=False)
    world.project_token = "another-token"
    world.write(FILE)
    assert [d.key for d in world.plan().deferred] == ["Areas"]
    world.sync()


def test_a_field_of_another_type_and_an_option_that_is_gone(world: World) -> None:
    """Neither fails the run; each is reported."""
    world.write(FILE.replace("multi_select", "single_select").replace("[web, docs]", "web")
                .replace('"API, web"', "api"))  # fmt: skip
    world.sync()
    world.write(FILE)
    plan = world.plan()
    assert [w.slug for w in plan.warnings] == ["field-type"]
    assert reasons(plan) == ["Areas has no option 'web, docs'", "Areas has no option 'api, web'"]


# ---- other formats ---------------------------------------------------------------------------

ROADMAP = f"""\
---
backlog:
  repository: {REPOSITORY}
{"".join("  " + line for line in SETTINGS.splitlines(keepends=True))}---
# Plan

## Epic 1: E

### Story 1.1: A

**Areas**: web, docs

Some text.
"""


@pytest.mark.parametrize(
    ("name", "text", "pulled"),
    [
        ("ROADMAP.md", ROADMAP, "**Areas**: docs  \n"),
        (
            "plan.csv",
            'id,type,title,priority,Areas\n1,story,A,High,"web, docs"\n',
            '1,story,A,High,"docs"',
        ),
    ],
)
def test_markdown_and_csv_list_options_in_one_text(
    world: World, name: str, text: str, pulled: str
) -> None:
    """Separated by commas, and written back so."""
    world.put(name, text)
    if name.endswith("csv"):
        (world.folder / "backlog").mkdir()
        settings = f"version: 1\nrepository: {REPOSITORY}\n{SETTINGS}"
        (world.folder / "backlog" / "config.yaml").write_text(settings)
    world.sync()
    assert areas(world, "A") == ("web", "docs")
    chosen(world, "A", "docs")
    assert world.pull() == []
    assert pulled in world.text


def test_conflicting_edits_of_both_sides_are_merged(world: World) -> None:
    """Members have no conflict: each side's change holds, whatever --on-conflict says."""
    world.write(FILE)
    world.sync()
    for side in (None, Owner.FILE, Owner.GITHUB):
        world.options = PlanOptions(on_conflict=side)
        chosen(world, "A", "web", "docs", "api")
        world.edit("Areas: [web, docs]", "Areas: [docs]")
        assert world.plan().conflicts == ()
        world.sync()
        assert areas(world, "A") == ("api", "docs")
        world.edit("Areas: [docs]", "Areas: [web, docs]")
        world.sync()


def test_an_older_board_has_no_column_for_an_issue_field_of_several(world: World) -> None:
    """The values are on the issues all the same, and the plan says why they are only there."""
    boss = Person(world.sandbox, "boss", permission="admin", repository=REPOSITORY)
    boss.add_issue_field("Areas", "MULTI_SELECT", "web", "api")
    world.sandbox.features = replace(world.sandbox.features, multi_select=False)
    world.write(
        BOARD.replace("}", ", views: []}")
        + "issue_fields: [Areas]\nstories: [{id: a, title: A, Areas: web}]\n"
    )
    (reason,) = reasons(world.plan())
    assert "no columns for several options" in reason
    world.sync()
    assert world.ann.issue_field_value(world.ann.find("A").number, "Areas") == ("web",)
    project = world.observe().project
    assert project is not None
    assert "Areas" not in {each.name for each in project.fields}
