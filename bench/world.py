"""A backlog of any size, and the repository as a sync of it leaves it, made without a server."""

from collections.abc import Callable
from dataclasses import replace

from backlog_sync.core import body as body_block
from backlog_sync.core import record
from backlog_sync.core.change_kinds import Action, ChangeKind
from backlog_sync.core.changes import Change
from backlog_sync.core.diagnostics import Place
from backlog_sync.core.model import (
    BoardFieldDef,
    BoardValue,
    CheckItem,
    Checklist,
    DesiredItem,
    DesiredState,
    IssueRef,
    LabelDef,
    MilestoneDef,
    OptionDef,
    ProjectSpec,
    Prose,
)
from backlog_sync.core.observed import (
    Actor,
    BoardItem,
    IssueLink,
    ObservedBoardField,
    ObservedIssue,
    ObservedLabel,
    ObservedMilestone,
    ObservedOption,
    ObservedProject,
    ObservedRepository,
    ObservedState,
)
from backlog_sync.core.plan import Plan

REPOSITORY = "octo-org/widgets"
VIEWER = Actor("U_me", "me", "OWNER")
KINDS = ("epic", "feature", "story", "task")
PRIORITIES = ("High", "Medium", "Low")


def desired(count: int) -> DesiredState:
    """So many items: epics of nine stories, with criteria, labels, milestones, board values."""
    return DesiredState(
        backlog_id="ROADMAP.md",
        items=tuple(_item(n) for n in range(count)),
        project=ProjectSpec(
            "octo-org",
            title="Widgets",
            fields=(
                BoardFieldDef("Priority", "single_select", tuple(map(OptionDef, PRIORITIES))),
                BoardFieldDef("Story Points", "number"),
            ),
        ),
        labels=tuple(LabelDef(name) for name in (*KINDS, "priority:high")),
        milestones=tuple(MilestoneDef(f"M{n}") for n in range(10)),
        sources=("ROADMAP.md",),
    )


def _item(n: int) -> DesiredItem:
    first = n - n % 10
    kind = "epic" if n == first else "story"
    criteria = tuple(CheckItem(f"criterion {c} of item {n}", c == 0) for c in range(4))
    story = f"As a rider, I want ride number {n}, so that I come home in time.\n\nEvery day."
    return DesiredItem(
        key=f"{kind}-{n}",
        kind=kind,
        place=Place("ROADMAP.md", n * 12 + 1),
        fields={
            "title": f"Let riders take ride number {n}",
            "labels": (kind, "priority:high"),
            "milestone": f"M{n % 10}",
            "blocked_by": (f"story-{n - 1}",) if n % 10 > 1 else (),
            "body": (
                Prose("user_story", "User story", story),
                Checklist("acceptance_criteria", "Acceptance criteria", criteria),
            ),
        },
        board={"Priority": PRIORITIES[n % 3], "Story Points": n % 8 + 1},
        parent=None if n == first else f"epic-{first}",
    )


def empty(spec: DesiredState) -> ObservedState:
    """The repository before the first sync, its board with all fields in place."""
    return ObservedState(
        repository=ObservedRepository("R_1", REPOSITORY, "O_1", "Organization"),
        viewer=VIEWER,
        labels=tuple(ObservedLabel(f"L_{d.name}", d.name, "ededed") for d in spec.labels),
        milestones=tuple(
            ObservedMilestone(f"M_{n}", n, d.title) for n, d in enumerate(spec.milestones, 1)
        ),
        project=ObservedProject(
            id="P_1",
            number=4,
            title="Widgets",
            owner="octo-org",
            url="https://github.com/orgs/octo-org/projects/4",
            fields=(
                _select("Status", "Todo", "In Progress", "Done"),
                _select("Priority", *PRIORITIES),
                ObservedBoardField("F_points", "Story Points", "number"),
                ObservedBoardField("F_record", record.NAME, "text"),
            ),
        ),
    )


def _select(name: str, *options: str) -> ObservedBoardField:
    found = tuple(ObservedOption(f"{name}:{option}", option, "GRAY") for option in options)
    return ObservedBoardField(f"F_{name}", name, "single_select", found)


def synced(spec: DesiredState, before: ObservedState, plan: Plan) -> ObservedState:
    """The repository after the plan of a first sync was applied."""
    numbers = {item.key: n for n, item in enumerate(spec.items, 1)}
    values: dict[str, dict[str, BoardValue]] = {}
    for change in plan.changes:
        if change.kind is ChangeKind.FIELD_VALUE:
            card = values.setdefault(change.key, {})
            for name, field in change.fields.items():
                assert not isinstance(field.after, list)
                card[name] = field.after
            if change.body is not None:
                card[record.NAME] = change.body
    children: dict[str, list[str]] = {}
    for item in spec.items:
        if item.parent:
            children.setdefault(item.parent, []).append(f"I_{numbers[item.key]}")
    made = {c.key: c for c in plan.changes if _creates(c)}
    return replace(
        before,
        issues=tuple(
            _issue(item, made[item.key], numbers, children.get(item.key, ()), values[item.key])
            for item in spec.items
        ),
    )


def _creates(change: Change) -> bool:
    return change.kind is ChangeKind.ISSUE and change.action is Action.CREATE


def _issue(
    item: DesiredItem,
    change: Change,
    numbers: dict[str, int],
    children: "list[str] | tuple[()]",
    values: dict[str, BoardValue],
) -> ObservedIssue:
    assert change.body is not None
    number = numbers[item.key]
    labels, blockers = item.fields["labels"], item.fields["blocked_by"]
    assert isinstance(labels, tuple)
    assert isinstance(blockers, tuple)
    return ObservedIssue(
        id=f"I_{number}",
        number=number,
        repository=REPOSITORY,
        url=f"https://github.com/{REPOSITORY}/issues/{number}",
        title=item.title,
        body=body_block.with_nonce(change.body, f"{number:016x}"),
        author=VIEWER,
        labels=tuple(map(str, labels)),
        milestone=str(item.fields["milestone"]),
        parent=_link(numbers[item.parent]) if item.parent else None,
        blocked_by=tuple(_link(numbers[str(key)]) for key in blockers),
        children=tuple(children),
        card=BoardItem(f"C_{number}", values),
    )


def _link(number: int) -> IssueLink:
    return IssueLink(f"I_{number}", number, REPOSITORY)


def numbered(spec: DesiredState, ref: Callable[[int], IssueRef] = IssueRef) -> DesiredState:
    """The same backlog after its numbers were written back; `ref` makes one of a place from 1."""
    items = tuple(replace(item, issue=ref(n)) for n, item in enumerate(spec.items, 1))
    return replace(spec, items=items)
