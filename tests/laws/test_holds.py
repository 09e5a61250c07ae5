"""Laws of what is held: each hold has a remedy, and nothing is written that nobody needs.

Files and repositories are generated: numbers that lead nowhere, to pull requests, to issues of
other backlogs, of people, of strangers and of other repositories, blocks that are broken.
"""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from backlog_sync.core.change_kinds import Action, ChangeKind
from backlog_sync.core.changes import Change
from backlog_sync.core.drift import find_drift
from backlog_sync.core.guards import check
from backlog_sync.core.holds import IDENTITY
from backlog_sync.core.model import (
    BoardFieldDef,
    BoardValue,
    DesiredItem,
    DesiredState,
    FieldValue,
    IssueRef,
    LabelDef,
    MilestoneDef,
    OptionDef,
    ProjectSpec,
    Settings,
)
from backlog_sync.core.observed import ObservedIssue, ObservedState
from backlog_sync.core.only import narrow
from backlog_sync.core.plan import Plan
from backlog_sync.core.planner import build_plan
from tests.core.builders import (
    REPOSITORY,
    STRANGER,
    board,
    desired,
    issue,
    item,
    link,
    managed,
    observed,
)

KEYS = ("a", "b", "c", "d")
GONE = ("it was deleted", "it is a pull request", "there is none of this number")
REFS = (
    IssueRef(1),
    IssueRef(1),
    IssueRef(1),
    IssueRef(2),
    IssueRef(7),
    IssueRef(8),
    IssueRef(1, "octo-org/other"),
    IssueRef(2, "Octo-Org/Widgets"),
    IssueRef(1, sandbox=True),
    IssueRef(2, sandbox=True),
    IssueRef(9, sandbox=True),
)
LABELS = ("used", "declared", "kind")


@st.composite
def files(draw: st.DrawFn) -> DesiredState:
    """A file of up to four items, most of them with a number."""
    made: list[DesiredItem] = []
    for key in draw(st.lists(st.sampled_from(KEYS), unique=True, max_size=4)):
        fields: dict[str, FieldValue] = draw(
            st.fixed_dictionaries(
                {},
                optional={
                    "labels": st.lists(st.sampled_from(LABELS), max_size=2, unique=True).map(tuple),
                    "milestone": st.sampled_from(["M1", "M2", None]),
                    "blocked_by": st.sampled_from(
                        [(), ("#7",), (f"{REPOSITORY}#1",), ("octo-org/other#1",)]
                    ),
                    "state": st.sampled_from(["open", "closed"]),
                },
            )
        )
        values: dict[str, BoardValue] = draw(
            st.fixed_dictionaries({}, optional={"Story Points": st.sampled_from([None, 1, 2])})
        )
        made.append(
            item(
                key,
                draw(st.sampled_from([f"Title of {key}", "Another title"])),
                issue=draw(st.none() | st.sampled_from(REFS)),
                parent=draw(st.sampled_from([None, *(each.key for each in made)])),
                sync=draw(st.sampled_from([True, True, True, False])),
                board=values,
                **fields,  # type: ignore[arg-type] # fields of items
            )
        )
    fields_of_board = (
        BoardFieldDef("Story Points", "number", declared=draw(st.booleans())),
        BoardFieldDef("Team", "single_select", (OptionDef("A"),), declared=draw(st.booleans())),
    )
    spec = ProjectSpec("octo-org", title="Widgets", fields=fields_of_board)
    used = {str(n) for each in made for n in each.fields.get("labels") or ()}  # type: ignore[union-attr] # names
    titles = {str(each.fields["milestone"]) for each in made if each.fields.get("milestone")}
    return desired(
        *made,
        backlog_id=draw(st.sampled_from(["ROADMAP.md", "docs/ROADMAP.md"])),
        repository=draw(st.sampled_from([None, REPOSITORY, "octo-org/upstream"])),
        project=draw(st.sampled_from([None, spec])),
        labels=(
            LabelDef("declared"),
            *(LabelDef(name, declared=False) for name in sorted(used - {"declared"})),
        ),
        milestones=tuple(
            MilestoneDef(title, declared=title == "M1") for title in sorted(titles | {"M1"})
        ),
        settings=Settings(
            adopt=draw(st.booleans()),
            create_done=draw(st.booleans()),
            ignore_issues=draw(st.sampled_from([(), (1,), (2, 3)])),
        ),
    )


@st.composite
def repositories(draw: st.DrawFn) -> ObservedState:
    """A repository with up to four issues, of whoever they are."""
    issues: list[ObservedIssue] = []
    for number in draw(
        st.lists(st.sampled_from([1, 2, 3, 4]), unique=True, max_size=4).map(sorted)
    ):
        key = draw(st.sampled_from(KEYS))
        ours = managed(item(key), number)
        issues.append(
            draw(
                st.sampled_from(
                    [
                        ours,
                        replace(ours, body=ours.body.replace('"ROADMAP.md"', '"other"')),
                        replace(ours, body=ours.body + "\n" + ours.body),
                        replace(ours, author=STRANGER),
                        replace(ours, author=None),
                        replace(ours, state="closed"),
                        replace(ours, title="Renamed by people"),
                        issue(number, f"Title of {key}"),
                        issue(number, "Theirs"),
                    ]
                )
            )
        )
    sandbox = draw(st.booleans())
    named = [f"{REPOSITORY}#{number}" for number in (1, 2, 3, 7, 8, 9)]
    return observed(
        *issues,
        project=draw(st.sampled_from([None, board(), board(linked=False)])),
        sandbox=sandbox,
        embedded=sandbox and draw(st.booleans()),
        unreachable={
            name: draw(st.sampled_from(GONE)) for name in draw(st.sets(st.sampled_from(named)))
        },
        elsewhere=draw(st.sampled_from([{}, {f"{REPOSITORY}#8": link(5, "octo-org/other")}])),
        labels=(),
        milestones=(),
    )


def numbered(wanted: DesiredState, there: ObservedState, plan: Plan) -> list[str]:
    """The items whose number this server reads, and which is not of another sandbox."""
    ignored = " ".join(w.message for w in plan.warnings if w.slug == "other-sandbox")
    return [
        each.key
        for each in wanted.items
        if each.issue is not None
        and each.sync
        and (there.sandbox if each.issue.sandbox else not there.embedded)
        and f"{each.issue}" not in ignored.replace(",", "").split()
        and not (each.fields.get("state") == "closed" and each.key not in _told(plan))
    ]


def _told(plan: Plan) -> set[str]:
    return {note.key for note in plan.conflicts} | {i.key for i in plan.items if i.ref}


@settings(max_examples=400, deadline=None)
@given(files(), repositories())
def test_every_hold_names_its_remedy(wanted: DesiredState, there: ObservedState) -> None:
    """In the plan and in drift; none of it is what decides fields, and no item is both."""
    plan = build_plan(wanted, there)
    held = [note for note in plan.conflicts if note.name == IDENTITY]
    for note in held:
        assert note.is_hold
        assert note.reason
        assert note.hint
        assert "--on-conflict" not in note.hint
    assert not {note.key for note in held} & {change.key for change in plan.changes}
    found = find_drift(plan, wanted, there)
    questions = (*found.vanished, *found.transferred, *found.suspicious)
    assert all(each.hint for each in questions)
    told = {each.key for each in questions} | {note.key for note in found.plan.conflicts}
    assert {note.key for note in held} <= told


@settings(max_examples=400, deadline=None)
@given(files(), repositories())
def test_nothing_is_done_while_every_number_is_held(
    wanted: DesiredState, there: ObservedState
) -> None:
    """Whatever the file declares besides, and whatever waits is told."""
    plan = build_plan(wanted, there)
    held = {note.key for note in plan.conflicts if note.name == IDENTITY}
    keys = numbered(wanted, there, plan)
    if keys and held.issuperset(keys):
        assert plan.changes == ()


@settings(max_examples=400, deadline=None)
@given(files(), repositories(), st.sampled_from(KEYS))
def test_no_definition_is_made_that_nobody_needs(
    wanted: DesiredState, there: ObservedState, only: str
) -> None:
    """Labels, milestones and fields are declared or used; a board is made for a card."""
    plan = build_plan(wanted, there)
    _needs_its_definitions(plan.changes)
    if only in {each.key for each in wanted.items}:
        _needs_its_definitions(narrow(plan, wanted, there, [only]).changes)


def _needs_its_definitions(changes: tuple[Change, ...]) -> None:
    issues = [c for c in changes if c.kind is ChangeKind.ISSUE]
    cards = [c for c in changes if c.kind in (ChangeKind.PROJECT_ITEM, ChangeKind.FIELD_VALUE)]
    values = {name for card in cards for name in card.fields}
    for change in changes:
        match change.definition:
            case LabelDef(name=name, declared=False) if change.action is Action.CREATE:
                after = [c.fields["labels"].after for c in issues if "labels" in c.fields]
                assert any(isinstance(names, list) and name in names for names in after)
            case MilestoneDef(title=title, declared=False):
                after = [c.fields["milestone"].after for c in issues if "milestone" in c.fields]
                assert title in after
            case ProjectSpec():
                assert cards
            case BoardFieldDef(name=name, declared=declared):
                assert declared or name in values
            case _:
                pass


@settings(max_examples=300, deadline=None)
@given(files(), repositories())
def test_the_embedded_simulator_ignores_numbers_of_real_servers(
    wanted: DesiredState, there: ObservedState
) -> None:
    """The plan is that of the same file without them; one warning lists what was ignored."""
    here = replace(there, sandbox=True, embedded=True)
    bare = replace(
        wanted,
        items=tuple(
            replace(
                each,
                issue=each.issue if each.issue and each.issue.sandbox else None,
                fields={
                    name: () if name == "blocked_by" else value
                    for name, value in each.fields.items()
                },
            )
            for each in wanted.items
        ),
        settings=replace(wanted.settings, ignore_issues=()),
    )
    plan, same = build_plan(wanted, here), build_plan(bare, here)
    assert plan.changes == same.changes
    assert (plan.conflicts, plan.deferred) == (same.conflicts, same.deferred)
    slugs = [each.slug for each in plan.warnings]
    assert slugs.count("real-numbers") == (wanted != bare and _names_any(wanted))
    assert "foreign-numbers" not in {v.slug for v in check(plan, wanted, here)}


def _names_any(wanted: DesiredState) -> bool:
    named = any(each.issue and not each.issue.sandbox for each in wanted.items)
    blocked = any(each.fields.get("blocked_by") for each in wanted.items)
    return bool(named or blocked or wanted.settings.ignore_issues)
