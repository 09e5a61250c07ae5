"""Laws of plan and apply: it settles, and it takes nothing away that is not ours.

Histories are generated: a sync, people at work on GitHub, an edited file, another sync.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from backlog_sync.core import body as body_block
from backlog_sync.core import record
from backlog_sync.core.body import SplitBody
from backlog_sync.core.diagnostics import Place
from backlog_sync.core.fields import Owner
from backlog_sync.core.marker import Base
from backlog_sync.core.model import (
    BoardFieldDef,
    BoardValue,
    DesiredItem,
    DesiredState,
    FieldValue,
    IssueFieldValue,
    IssueRef,
    OptionDef,
    ProjectSpec,
    Settings,
)
from backlog_sync.core.observed import ObservedIssue, ObservedIssueField, ObservedOption
from backlog_sync.core.options import PLAIN, PlanOptions
from backlog_sync.core.plan import Result
from backlog_sync.engine.apply import apply
from backlog_sync.engine.reconcile import observe_and_plan
from backlog_sync.render.view import DONE, change_facts
from tests.core.builders import desired, issue, item
from tests.engine.memory import REPOSITORY, MemoryTracker, Watcher

GADGETS = "octo-org/gadgets"
FAR = "cat-org/gadgets"
KEYS = tuple(f"k{n}" for n in range(5))
TITLES = st.sampled_from(["A", "B", "C", "D", "E", "F", "A  b", "Café"])
LABELS = st.lists(st.sampled_from(["x", "y", "Z", "z", "w"]), max_size=3).map(tuple)
PEOPLE = st.lists(st.sampled_from(["ann", "Bob", "cy"]), max_size=2, unique=True).map(tuple)
TEXTS = st.sampled_from([None, "one", "one\ntwo", "- [ ] box\n- [ ] box", "```\nopen", "<!-- x"])
CRITERIA = st.none() | st.dictionaries(st.sampled_from(["c1", "c2", "c3"]), st.booleans())
BOARD = ProjectSpec(
    "octo-org",
    title="Widgets",
    fields=(
        BoardFieldDef("Priority", "single_select", (OptionDef("High"), OptionDef("Low"))),
        BoardFieldDef("Story Points", "number"),
        BoardFieldDef("Platforms", "multi_select", tuple(map(OptionDef, "pqr"))),
    ),
)


FIELDS = (
    BoardFieldDef("Priority", "single_select"),
    BoardFieldDef("Areas", "multi_select"),
    BoardFieldDef("Risk", "single_select"),
)
ON_GITHUB = (
    ObservedIssueField(
        "IF_1",
        "Priority",
        "single_select",
        tuple(ObservedOption(f"IFO_{n}", n) for n in ("High", "Low")),
    ),
    ObservedIssueField(
        "IF_2", "Areas", "multi_select", tuple(ObservedOption(f"IFO_{n}", n) for n in "xyz")
    ),
    ObservedIssueField(
        "IF_3", "Risk", "single_select", tuple(ObservedOption(f"IFO_{n}", n) for n in "ab"), True
    ),
)
"""Issue fields of the organization; only its members see the last one."""


def with_fields(wanted: DesiredState, declared: bool) -> DesiredState:
    """Keep only values of issue fields, or of the board, of what both may have."""
    items = (
        replace(
            each,
            board={k: v for k, v in each.board.items() if not (declared and k == "Priority")},
            issue_fields=each.issue_fields if declared else {},
        )
        for each in wanted.items
    )
    project = wanted.project
    if project and declared:
        fields = tuple(field for field in project.fields if field.name != "Priority")
        project = replace(project, fields=fields)
    fields = FIELDS if declared else ()
    return replace(wanted, items=tuple(items), project=project, issue_fields=fields)


def keeps_issue_fields(first: DesiredState, second: DesiredState) -> bool:
    """Return whether the second state does not take issue fields for fields of the board.

    The board goes on to show them, and refuses values for them: each sync says so.
    """
    return bool(second.issue_fields or not first.issue_fields)


@st.composite
def items(draw: st.DrawFn) -> tuple[DesiredItem, ...]:
    """Some items, parents before children; blockers only of earlier items."""
    keys = draw(st.lists(st.sampled_from(KEYS), unique=True, max_size=5))
    made: list[DesiredItem] = []
    for index, key in enumerate(keys):
        earlier = st.sampled_from(keys[:index]) if index else st.nothing()
        fields: dict[str, st.SearchStrategy[FieldValue]] = {
            "labels": LABELS,
            "assignees": PEOPLE,
            "milestone": st.sampled_from(["M1", "M2", None]),
            "state": st.sampled_from(["open", "closed", "completed", "not_planned"]),
            "blocked_by": st.lists(earlier, unique=True, max_size=2).map(tuple)
            if index
            else st.just(()),
        }
        declared: Mapping[str, FieldValue] = draw(st.fixed_dictionaries({}, optional=fields))
        board: Mapping[str, BoardValue] = draw(
            st.fixed_dictionaries(
                {},
                optional={
                    "Story Points": st.sampled_from([None, 1, 2.5]),
                    "Priority": st.sampled_from([None, "high", "Low", "None such"]),
                    "Status": st.sampled_from(["Todo", "Done"]),
                    "Platforms": st.sampled_from([None, (), ("P",), ("q", "p"), ("p", "none")]),
                },
            )
        )
        values: Mapping[str, IssueFieldValue] = draw(
            st.fixed_dictionaries(
                {},
                optional={
                    "Priority": st.sampled_from([None, "high", "Low", "None such"]),
                    "Areas": st.lists(st.sampled_from("xyz"), max_size=2).map(tuple),
                    "Risk": st.sampled_from([None, "a", "b"]),
                },
            )
        )
        made.append(
            replace(
                item(
                    key,
                    draw(TITLES),
                    kind=draw(st.sampled_from(["story", "task"])),
                    parent=draw(st.none() | earlier) if index else None,
                    criteria=draw(CRITERIA),
                    text=draw(TEXTS),
                    board=board,
                    sync=draw(st.sampled_from([True, True, True, False])),
                    issue=draw(st.sampled_from([None, None, None, 1, 2, 99])),
                    previously=draw(st.sampled_from([(), (), ("k9",), (KEYS[0],)])),
                    repository=draw(st.sampled_from([None, None, None, GADGETS, FAR])),
                    **declared,  # type: ignore[arg-type] # fields of items
                ),
                issue_fields=values,
            )
        )
    return tuple(made)


BACKLOGS = st.builds(
    lambda made, board, fields, more: with_fields(
        desired(*made, project=BOARD if board else None, settings=more, repository=REPOSITORY),
        fields,
    ),
    items(),
    st.booleans(),
    st.booleans(),
    st.builds(
        Settings,
        create_done=st.booleans(),
        mentions=st.booleans(),
        ownership=st.sampled_from(
            [
                {},
                {},
                {"title": "github", "labels": "github", "body": "github"},
                {
                    "Status": "file",
                    "state": "file",
                    "Priority": "github",
                    "assignees": "file",
                    "Platforms": "github",
                },
            ]
        ),
        adopt=st.booleans(),
    ),
)


def repository(issue_types: tuple[str, ...] | None = None) -> MemoryTracker:
    """A repository in which people wrote two issues, #1 and #2, and another one with two."""
    tracker = MemoryTracker(issue_types=issue_types, issue_fields=ON_GITHUB)
    tracker.add(issue(1, "A", author=None, labels=("human",), body="human above\r\n"))
    tracker.add(issue(2, "Theirs", author=None, state="closed", state_reason="completed"))
    tracker.add(issue(1, "B", id="G_1", author=None, body="human", repository=GADGETS))
    tracker.add(issue(2, "C", id="G_2", body="", repository=GADGETS))
    return tracker


# ---- people --------------------------------------------------------------------------------


def in_block(edit: Callable[[list[str]], list[str]]) -> Callable[[ObservedIssue], ObservedIssue]:
    """Change the lines of the block as people do, in the text."""

    def change(there: ObservedIssue) -> ObservedIssue:
        parts = body_block.split(there.body)
        if parts.marker is None:
            return there
        body = body_block.join(replace(parts, lines=tuple(edit(list(parts.lines)))))
        return replace(there, body=body)

    return change


def of_body(edit: Callable[[str], str]) -> Callable[[ObservedIssue], ObservedIssue]:
    """Change the whole text."""
    return lambda there: replace(there, body=edit(there.body))


def base_lost(there: ObservedIssue) -> ObservedIssue:
    """Leave nothing but identity in the marker."""
    parts = body_block.split(there.body)
    if parts.marker is None:
        return there
    return replace(
        there, body=body_block.join(replace(parts, marker=replace(parts.marker, base=Base())))
    )


def tick_all(there: ObservedIssue) -> ObservedIssue:
    """Tick every box."""
    return replace(there, body=there.body.replace("- [ ]", "- [x]"))


def valued(there: ObservedIssue, **values: IssueFieldValue) -> ObservedIssue:
    """Change values of issue fields."""
    now = {**there.field_values, **values}
    left = {name: value for name, value in now.items() if value not in (None, ())}
    return replace(there, field_values=left)


def carded(there: ObservedIssue, **values: BoardValue) -> ObservedIssue:
    """Change values of the card."""
    if there.card is None:
        return there
    now = {**there.card.values, **values}
    left = {name: value for name, value in now.items() if value is not None}
    return replace(there, card=replace(there.card, values=left))


EDITS: dict[str, Callable[[ObservedIssue], ObservedIssue]] = {
    "title": lambda i: replace(i, title="A human title"),
    "title of another": lambda i: replace(i, title="B"),
    "close": lambda i: replace(i, state="closed", state_reason="completed"),
    "drop": lambda i: replace(i, state="closed", state_reason="not_planned"),
    "reopen": lambda i: replace(i, state="open", state_reason="reopened"),
    "label": lambda i: replace(i, labels=(*i.labels, "human")),
    "unlabel": lambda i: replace(i, labels=()),
    "assign": lambda i: replace(i, assignees=("dee",)),
    "milestone": lambda i: replace(i, milestone=None),
    "orphan": lambda i: replace(i, parent=None),
    "unblock": lambda i: replace(i, blocked_by=()),
    "tick": tick_all,
    "untick": of_body(lambda text: text.replace("- [x]", "- [ ]")),
    "crlf": of_body(lambda text: text.replace("\r\n", "\n").replace("\n", "\r\n")),
    "around": of_body(lambda text: f"human above\r\n{text}\r\nhuman below"),
    "add line": in_block(lambda lines: [*lines[:1], "human line", *lines[1:]]),
    "add box": in_block(lambda lines: ["- [x] human box", *lines]),
    "cut line": in_block(lambda lines: lines[:-1]),
    "empty block": in_block(lambda _: []),
    "turn block": in_block(lambda lines: lines[::-1]),
    "double block": of_body(lambda text: f"{text}\n{text}"),
    "no body": of_body(lambda _: ""),
    "half block": of_body(lambda text: text[: len(text) // 2]),
    "base lost": base_lost,
    "stranger": lambda i: replace(i, author=None),
    "reword box": of_body(lambda text: text.replace("] c1", "] c1.").replace("] c2", "] C2")),
    "move status": lambda i: carded(i, Status="In Progress"),
    "done on the board": lambda i: carded(i, Status="Done"),
    "points": lambda i: carded(i, **{"Story Points": 8}),
    "priority": lambda i: carded(i, Priority="Low"),
    "field": lambda i: valued(i, Priority="Low"),
    "private field": lambda i: valued(i, Risk="b"),
    "options": lambda i: valued(i, Areas=("z",)),
    "clear the fields": lambda i: valued(i, Priority=None, Areas=None, Risk=None),
    "platforms": lambda i: carded(i, Platforms=("q", "r")),
    "clear the card": lambda i: carded(
        i, Status=None, Priority=None, Platforms=None, **{"Story Points": None}
    ),
    "record lost": lambda i: carded(i, **{record.NAME: None}),
    "record spoilt": lambda i: carded(i, **{record.NAME: '{"Status":"Odd","Priority":7}'}),
}


@dataclass(frozen=True, slots=True)
class Edit:
    """Somebody does something to an issue, by its place in the list."""

    place: int
    name: str


WORK = st.lists(
    st.builds(Edit, st.integers(0, 5), st.sampled_from([*sorted(EDITS), "resort"])), max_size=6
)


def work(tracker: MemoryTracker, edits: list[Edit]) -> None:
    """People at work."""
    for edit in edits:
        if tracker.issues:
            there = list(tracker.issues.values())[edit.place % len(tracker.issues)]
            if edit.name == "resort":
                tracker.order[there.id] = list(tracker.children(there.id))[::-1]
                continue
            edited = EDITS[edit.name](there)
            tracker.issues[there.id] = edited
            tracker.know_labels(edited.labels)


def sync(
    tracker: MemoryTracker, wanted: DesiredState, number: int = 0, options: PlanOptions = PLAIN
) -> None:
    """Plan and apply; all must be applied that can be, and the sums are those of the plan."""
    prepared = observe_and_plan(wanted, tracker, options)
    count = iter(range(number * 1000, number * 1000 + 1000))
    done = apply(prepared, tracker, nonces=lambda: f"{next(count):016x}", progress=Watcher())
    applied = [o.change for o in done.outcomes if o.result is Result.APPLIED]
    if len(applied) == len(done.outcomes):
        assert change_facts(applied, DONE) == change_facts(prepared.plan.changes, DONE)


FULL = os.environ.get("BACKLOG_BARS") == "full"
LAW = settings(
    max_examples=10_000 if FULL else 100,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


OPTIONS = st.builds(
    PlanOptions,
    on_conflict=st.sampled_from([None, None, Owner.FILE, Owner.GITHUB]),
    prune=st.booleans(),
)


@LAW
@given(BACKLOGS, WORK, BACKLOGS, WORK, OPTIONS)
def test_after_apply_there_is_nothing_to_do(
    first: DesiredState,
    edits: list[Edit],
    second: DesiredState,
    more: list[Edit],
    options: PlanOptions,
) -> None:
    """For any desired, observed and base: apply, then the plan is empty, refreshes too."""
    assume(keeps_issue_fields(first, second))
    tracker = repository(issue_types=("Story",))
    sync(tracker, first)
    assert left(tracker, first) == []
    work(tracker, edits)
    sync(tracker, second, 1, options)
    assert left(tracker, second, options) == []
    work(tracker, more)
    sync(tracker, second, 2, options)
    assert left(tracker, second, options) == []


def left(
    tracker: MemoryTracker, wanted: DesiredState, options: PlanOptions = PLAIN
) -> list[tuple[object, ...]]:
    """What another run would do."""
    changes = observe_and_plan(wanted, tracker, options).plan.changes
    return [(c.action.value, c.kind.value, c.key, dict(c.fields), c.reason) for c in changes]


def test_an_issue_that_keeps_its_title_displaces_another_at_once() -> None:
    """With titles left to GitHub, what an adopted issue displaces is closed in the same run."""
    made, named = (
        DesiredItem("k2", "story", Place("ROADMAP.md"), {"title": "B", "body": ()}, issue=ref)
        for ref in (None, IssueRef(1))
    )
    tracker = repository(issue_types=("Story",))
    sync(tracker, desired(made, project=None, settings=Settings()))
    later = desired(named, project=None, settings=Settings(ownership={"title": "github"}))
    prune = PlanOptions(prune=True)
    sync(tracker, later, 1, prune)
    assert left(tracker, later, prune) == []


HISTORY = st.lists(st.tuples(BACKLOGS, WORK), min_size=1, max_size=4)


@LAW
@given(HISTORY, BACKLOGS)
def test_nothing_of_people_is_taken_away(
    history: list[tuple[DesiredState, list[Edit]]], last: DesiredState
) -> None:
    """Over whole histories: no byte outside of what we own changes.

    Their text, their lines, their labels, their assignees, their closes, and the values of board
    fields of which no file speaks stay.
    """
    tracker = repository()
    syncs = [*(wanted for wanted, _ in history[1:]), last]
    sync(tracker, history[0][0])
    for number, ((_, edits), wanted) in enumerate(zip(history, syncs, strict=True), 1):
        work(tracker, edits)
        before = dict(tracker.issues)
        sync(tracker, wanted, number)
        for id_, old in before.items():
            kept(old, tracker.issues[id_], wanted)


def kept(old: ObservedIssue, new: ObservedIssue, wanted: DesiredState) -> None:
    """See that a sync left all of people's in an issue as it was."""
    was, now = body_block.split(old.body), body_block.split(new.body)
    if was.marker is None and now.marker is not None:
        assert now.before == (f"{old.body}\n\n" if old.body else "")
    elif was.marker is None:
        assert new.body == old.body
    else:
        assert now.marker is not None
        assert now.before == was.before
        assert now.after.endswith(was.after)
    for line in ("human line", "- [x] human box"):
        assert new.body.count(line) >= old.body.count(line)
    assert {"human"} & set(old.labels) <= set(new.labels)
    assert {"dee"} & set(old.assignees) <= set(new.assignees)
    if old.card is not None and new.card is not None:
        declared = {name for item in wanted.items for name in item.board}
        ours = {*declared, "Status", record.NAME}
        for name in set(old.card.values) - ours:
            assert new.card.values.get(name) == old.card.values[name]


@LAW
@given(BACKLOGS, WORK)
def test_an_unchanged_file_reopens_and_closes_nothing(
    wanted: DesiredState, edits: list[Edit]
) -> None:
    """Whatever people did: the file did not change, so no state moves and no tick is lost.

    Unless the settings give the state to the file, which then sets it back.
    """
    tracker = repository()
    files = wanted.settings.ownership.get("state") == "file"
    sync(tracker, wanted)
    work(tracker, edits)
    before = dict(tracker.issues)
    sync(tracker, wanted, 1)
    for id_, old in before.items():
        new = tracker.issues[id_]
        if body_block.split(old.body).marker is None:
            continue
        assert files or new.state == old.state
        old_boxes = ticked(body_block.split(old.body))
        assert old_boxes <= ticked(body_block.split(new.body)) | moved(new)


def ticked(parts: SplitBody) -> set[str]:
    """The keys of all ticked boxes of a block."""
    return {key for key, done in body_block.boxes(parts.lines).items() if done}


def moved(there: ObservedIssue) -> set[str]:
    """The keys of ticked boxes below the block, where lines of people are moved."""
    lines = tuple(body_block.split(there.body).after.replace("\r\n", "\n").split("\n"))
    return {key for key, done in body_block.boxes(lines).items() if done}


@LAW
@given(BACKLOGS, st.lists(st.integers(0, 5), min_size=1, max_size=3), BACKLOGS)
def test_a_lost_base_removes_nothing(
    first: DesiredState, places: list[int], second: DesiredState
) -> None:
    """Labels, assignees and blockers of an issue whose base is gone can only grow."""
    tracker = repository()
    sync(tracker, first)
    work(tracker, [Edit(place, "base lost") for place in places])
    lost = {
        id_: there
        for id_, there in tracker.issues.items()
        if (marker := body_block.split(there.body).marker) is not None and marker.base == Base()
    }
    sync(tracker, second, 1)
    for id_, old in lost.items():
        new = tracker.issues[id_]
        assert {n.casefold() for n in old.labels} <= {n.casefold() for n in new.labels}
        assert set(old.assignees) <= set(new.assignees)
        assert set(old.blocked_by) <= set(new.blocked_by)
        assert second.settings.ownership.get("state") == "file" or new.state == old.state
