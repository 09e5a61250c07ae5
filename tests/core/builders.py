"""Short ways to write desired and observed states down."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import chain, repeat
from typing import Any

from backlog_sync.core import body as body_block
from backlog_sync.core import record
from backlog_sync.core.change_kinds import Action, ChangeKind
from backlog_sync.core.definition_base import unrecorded
from backlog_sync.core.diagnostics import Place
from backlog_sync.core.model import (
    BoardValue,
    CheckItem,
    Checklist,
    DesiredItem,
    DesiredState,
    FieldValue,
    IssueRef,
    LabelDef,
    MilestoneDef,
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
from backlog_sync.core.planner import build_plan

REPOSITORY = "octo-org/widgets"
VIEWER = Actor("U_me", "me", "OWNER")
STRANGER = Actor("U_stranger", "stranger", "NONE")
BACKLOG = "ROADMAP.md"


def item(
    key: str,
    title: str | None = None,
    *,
    kind: str = "story",
    parent: str | None = None,
    issue: int | str | IssueRef | None = None,
    criteria: Mapping[str, bool] | None = None,
    text: str | None = None,
    board: Mapping[str, BoardValue] | None = None,
    sync: bool = True,
    previously: tuple[str, ...] = (),
    repository: str | None = None,
    line: int = 1,
    **fields: FieldValue,
) -> DesiredItem:
    """An item; its criteria are given as a mapping from text to tick."""
    block: list[Prose | Checklist] = []
    if text is not None:
        block.append(Prose("description", "Description", text))
    if criteria is not None:
        entries = tuple(CheckItem(words, done) for words, done in criteria.items())
        block.append(Checklist("acceptance_criteria", "Acceptance criteria", entries))
    if isinstance(issue, int):
        issue = IssueRef(issue)
    elif isinstance(issue, str):
        name, _, number = issue.partition("#")
        sandbox = name == "sandbox"
        issue = IssueRef(int(number), None if sandbox else name, sandbox)
    return DesiredItem(
        key=key,
        kind=kind,
        place=Place(BACKLOG, line),
        fields={"title": title or f"Title of {key}", "body": tuple(block), **fields},
        board=board or {},
        parent=parent,
        issue=issue,
        sync=sync,
        previously=previously,
        repository=repository,
    )


def desired(*items: DesiredItem, **more: Any) -> DesiredState:
    """A backlog of these items, with the labels and milestones that they use."""
    labels = {str(n): None for i in items for n in _names(i.fields.get("labels"))}
    milestones = {str(i.fields["milestone"]): None for i in items if i.fields.get("milestone")}
    parts: dict[str, Any] = {
        "backlog_id": BACKLOG,
        "items": items,
        "labels": tuple(LabelDef(name) for name in labels),
        "milestones": tuple(MilestoneDef(title) for title in milestones),
        "sources": (BACKLOG,),
    }
    return DesiredState(**{**parts, **more})


def _names(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else ()


def issue(number: int, title: str = "A title", **more: Any) -> ObservedIssue:
    """An issue that we opened and that has nothing of ours in it."""
    parts: dict[str, Any] = {
        "id": f"I_{number}",
        "number": number,
        "repository": REPOSITORY,
        "url": f"https://github.com/{REPOSITORY}/issues/{number}",
        "title": title,
        "body": "",
        "author": VIEWER,
    }
    return ObservedIssue(**{**parts, **more})


def link(number: int, repository: str = REPOSITORY, state: str = "") -> IssueLink:
    """An issue as another one sees it."""
    prefix = "I" if repository == REPOSITORY else repository.replace("/", "_")
    return IssueLink(f"{prefix}_{number}", number, repository, state)


def managed(wanted: DesiredItem, number: int, **more: Any) -> ObservedIssue:
    """An issue as a sync of this one item leaves it, without a record of definitions.

    `more` is what came to be different.

    A parent and blockers are given as links.
    """
    plan = build_plan(desired(replace(wanted, issue=None, board={})), observed())
    (made,) = [c for c in plan.changes if c.kind is ChangeKind.ISSUE and c.action is Action.CREATE]
    assert made.body is not None
    after = {name: field.after for name, field in made.fields.items()}
    labels = after.get("labels", ())
    return issue(
        number,
        **{
            "title": str(after["title"]),
            "body": unrecorded(body_block.with_nonce(made.body, f"{number:016x}")),
            "labels": tuple(labels) if isinstance(labels, list) else (),
            "milestone": after.get("milestone"),
            **more,
        },
    )


def backlog(*items: DesiredItem, start: int = 1) -> tuple[ObservedIssue, ...]:
    """The issues of a synced backlog, numbered in order; parents and blockers are in place."""
    numbers = {each.key: start + n for n, each in enumerate(items)}
    found: list[ObservedIssue] = []
    for each in items:
        plan = build_plan(desired(*(replace(i, issue=None, board={}) for i in items)), observed())
        (made,) = [
            c
            for c in plan.changes
            if c.kind is ChangeKind.ISSUE and c.action is Action.CREATE and c.key == each.key
        ]
        assert made.body is not None
        after = {name: field.after for name, field in made.fields.items()}
        labels = after.get("labels", ())
        blockers = _names(each.fields.get("blocked_by"))
        found.append(
            issue(
                numbers[each.key],
                str(after["title"]),
                body=unrecorded(body_block.with_nonce(made.body, f"{numbers[each.key]:016x}")),
                labels=tuple(labels) if isinstance(labels, list) else (),
                milestone=after.get("milestone"),
                parent=link(numbers[each.parent]) if each.parent else None,
                blocked_by=tuple(link(numbers[str(b)]) for b in blockers),
            )
        )
    return tuple(found)


def by_reader(issues: Iterable[ObservedIssue], *readers: int) -> tuple[ObservedIssue, ...]:
    """The issues with markers of these versions of the reading; the last goes on."""
    changed = []
    for each, reader in zip(issues, chain(readers, repeat(readers[-1])), strict=False):
        parts = body_block.split(each.body)
        assert parts.marker is not None
        parts = replace(parts, marker=replace(parts.marker, reader=reader))
        changed.append(replace(each, body=body_block.join(parts)))
    return tuple(changed)


def observed(*issues: ObservedIssue, **more: Any) -> ObservedState:
    """A repository with these issues, and every label and milestone that they carry."""
    labels = {name: None for i in issues for name in i.labels}
    milestones = {i.milestone: None for i in issues if i.milestone}
    parts: dict[str, Any] = {
        "repository": ObservedRepository("R_1", REPOSITORY, "O_1", "Organization"),
        "viewer": VIEWER,
        "issues": issues,
        "labels": tuple(ObservedLabel(f"L_{n}", n, "ededed") for n in labels),
        "milestones": tuple(
            ObservedMilestone(f"M_{n}", n, title) for n, title in enumerate(milestones, 1)
        ),
    }
    return ObservedState(**{**parts, **more})


BOARD = ProjectSpec("octo-org", title="Widgets")


def board(*fields: ObservedBoardField, **more: Any) -> ObservedProject:
    """A board with a Status, a Priority, Story Points, the record, and these fields."""
    known = (
        select("Status", "Todo", "In Progress", "Done"),
        select("Priority", "High", "Low"),
        ObservedBoardField("F_points", "Story Points", "number"),
        ObservedBoardField("F_record", record.NAME, "text"),
    )
    parts: dict[str, Any] = {
        "id": "P_1",
        "number": 4,
        "title": "Widgets",
        "owner": "octo-org",
        "url": "https://github.com/orgs/octo-org/projects/4",
        "fields": (*known, *fields),
    }
    return ObservedProject(**{**parts, **more})


def select(name: str, *options: str, type: str = "single_select") -> ObservedBoardField:  # noqa: A002 - the model's word
    """A field with options."""
    found = tuple(ObservedOption(f"{name}:{o}", o, "GRAY") for o in options)
    return ObservedBoardField(f"F_{name}", name, type, found)


def card(number: int, **values: BoardValue) -> BoardItem:
    """A card; `Story_Points` stands for `Story Points`."""
    return BoardItem(f"C_{number}", {name.replace("_", " "): v for name, v in values.items()})
