"""What operations become on the wire, and what is made of the answers."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
import requests

from backlog_sync.core.model import BoardFieldDef, OptionDef
from backlog_sync.core.operations import (
    AddBlocker,
    AddCard,
    AddOptions,
    AddSubIssue,
    ChangeAssignees,
    ChangeLabels,
    CloseIssue,
    CreateBoardField,
    CreateIssue,
    CreateLabel,
    CreateMilestone,
    CreateProject,
    CreateView,
    Done,
    LinkProject,
    NotSent,
    Operation,
    Overwrite,
    Refused,
    RemoveBlocker,
    RemoveSubIssue,
    ReopenIssue,
    Reply,
    SetValue,
    Stale,
    Unknown,
    UpdateIssue,
    UpdateLabel,
    UpdateMilestone,
)
from backlog_sync.core.preconditions import overwrites
from backlog_sync.errors import AccessError, PartialError, RefusedError, UnreachableError
from tests.adapters.fake_server import (
    FakeServer,
    Request,
    Script,
    aliases,
    board,
    data,
    fault,
    issue,
    made,
    page,
    stands,
)
from tests.adapters.fake_server import Reply as Raw


def create(number: int, **parts: Any) -> CreateIssue:
    """An issue to be made."""
    return CreateIssue(
        repository_id="R_1",
        key=f"story-{number}",
        nonce=f"{number:016x}",
        title=f"Title {number}",
        body="body",
        **parts,
    )


def value(number: int) -> SetValue:
    """A board value to be set on a card that this run made."""
    return SetValue("P_1", f"C_{number}", "F_1", "number", float(number), fresh=True)


def yes(request: Request) -> Raw:
    """A server that carries out whatever it is asked."""
    numbers = {alias: int(i.get("title", "0 0").split()[-1]) for alias, i in _inputs(request)}
    if "createIssue" in request.body["query"]:
        return data(**{alias: made(numbers[alias]) for alias in aliases(request)})
    return data(**{alias: {"thing": {"id": "T_1"}} for alias in aliases(request)})


def _inputs(request: Request) -> list[tuple[str, dict[str, Any]]]:
    return list(zip(aliases(request), request.inputs, strict=True))


def partly(*good: int, errors: Sequence[dict[str, Any]]) -> Script:
    """A server that carries out these aliases and answers the others with null."""

    def answer(request: Request) -> Raw:
        whole = yes(request).body
        for alias in aliases(request):
            if int(alias[1:]) not in good:
                whole["data"][alias] = None
        return Raw({**whole, "errors": list(errors)})

    return answer


def run(server: FakeServer, operations: Sequence[Operation]) -> list[Reply]:
    """The replies to operations, in order, each with its own operation."""
    pairs = list(server.tracker().apply(operations))
    assert [operation for operation, _ in pairs] == list(operations)
    return [reply for _, reply in pairs]


# ---- batches ---------------------------------------------------------------------------------


def test_issues_go_five_at_a_time_and_values_twenty(server: FakeServer) -> None:
    """Neighbours of one kind share a request: 5 with bodies, 20 small ones; order is kept."""
    server.answers(*[yes] * 5)
    operations: list[Operation] = [create(n) for n in range(1, 8)]
    operations += [value(n) for n in range(1, 22)]
    operations += [create(8)]
    tracker = server.tracker()
    replies = [reply for _, reply in tracker.apply(operations)]
    assert [len(request.variables) for request in server.seen] == [5, 2, 20, 1, 1]
    assert [r.number for r in replies[:7] if isinstance(r, Done)] == [1, 2, 3, 4, 5, 6, 7]
    assert all(isinstance(reply, Done) for reply in replies)
    usage = tracker.usage()
    assert (usage.graphql, usage.mutations, usage.rest, usage.points) == (5, 29, 0, 5)


def test_replies_come_as_soon_as_they_are_known(server: FakeServer) -> None:
    """Nothing is sent ahead of the one who reads the replies."""
    server.answers(yes)
    replies = server.tracker().apply([create(n) for n in range(1, 8)])
    next(replies)
    assert len(server.seen) == 1


def test_a_created_issue_tells_its_card_and_what_was_dropped(server: FakeServer) -> None:
    """Number, URL and card come back; what GitHub silently did not set is named."""
    operation = create(
        7,
        label_ids=("L_1", "L_2"),
        assignees=("Hubot", "ghost"),
        milestone_id="M_1",
        issue_type="task",
        parent_id="I_1",
        project_ids=("P_1",),
    )
    item = {"id": "C_7", "project": {"id": "P_1"}}
    server.answers(
        Raw({"data": {"user0": None, "user1": {"id": "U_2"}}, "errors": [fault("no", "", "user0")]})
    )
    kinds = page({"id": "IT_1", "name": "Task", "isEnabled": True})
    server.answers(
        data(repository={"issueTypes": kinds}),
        data(m0=made(7, labels=page({"id": "L_1"}), projectItems=page(item))),
    )
    (reply,) = run(server, [operation])
    assert reply == Done(
        id="I_7",
        number=7,
        url="https://github.com/octo-org/widgets/issues/7",
        card_id="C_7",
        missing=("labels", "assignees", "issue_type", "milestone", "parent"),
    )
    assert server.seen[2].inputs == [
        {
            "repositoryId": "R_1",
            "title": "Title 7",
            "body": "body",
            "labelIds": ["L_1", "L_2"],
            "assigneeIds": ["U_2"],
            "projectV2Ids": ["P_1"],
            "milestoneId": "M_1",
            "issueTypeId": "IT_1",
            "parentIssueId": "I_1",
        }
    ]


def test_all_that_was_asked_for_is_not_missing(server: FakeServer) -> None:
    """Nothing is called missing where everything came back."""
    operation = create(7, label_ids=("L_1",), milestone_id="M_1", parent_id="I_1")
    whole = made(7, labels=page({"id": "L_1"}), milestone={"id": "M_1"}, parent={"id": "I_1"})
    server.answers(data(m0=whole))
    assert run(server, [operation]) == [
        Done("I_7", 7, "https://github.com/octo-org/widgets/issues/7")
    ]


def test_an_issue_in_another_repository_is_no_success(server: FakeServer) -> None:
    """A create counts only in the repository that was asked for."""
    server.answers(data(m0=made(7, repository={"id": "R_9"})))
    (reply,) = run(server, [create(7)])
    assert isinstance(reply, Unknown)


def card(**values: Any) -> dict[str, Any]:
    """A card with values in fields, by their ids."""
    shown = ({"name": v, "field": {"id": name}} for name, v in values.items())
    return {"id": "C_1", "fieldValues": page(*shown)}


LOOKS: dict[type, dict[str, Any]] = {
    UpdateIssue: issue(1, milestone={"title": "M"}, issueType={"name": "Task"}),
    CloseIssue: issue(1),
    ReopenIssue: issue(1, state="CLOSED", stateReason="COMPLETED"),
    AddSubIssue: issue(2, parent={"id": "I_9"}),
    UpdateLabel: {"id": "L_1", "name": "a", "color": "FF0000", "description": None},
    SetValue: card(F_1="Low"),
}
"""What stands there as it was read, of what these write over."""


@pytest.mark.parametrize(
    ("operation", "inputs"),
    [
        (UpdateIssue("I_1", title=Overwrite("Title 1", "T")), [{"id": "I_1", "title": "T"}]),
        (
            UpdateIssue("I_1", milestone=Overwrite("M", None), issue_type=Overwrite("Task", None)),
            [{"id": "I_1", "milestoneId": None, "issueTypeId": None}],
        ),
        (CloseIssue("I_1", "not_planned"), [{"issueId": "I_1", "stateReason": "NOT_PLANNED"}]),
        (ReopenIssue("I_1"), [{"issueId": "I_1"}]),
        (
            AddSubIssue("I_1", "I_2", taken_from="I_9"),
            [{"issueId": "I_1", "subIssueId": "I_2", "replaceParent": True}],
        ),
        (RemoveSubIssue("I_1", "I_2"), [{"issueId": "I_1", "subIssueId": "I_2"}]),
        (AddBlocker("I_1", "I_2"), [{"issueId": "I_1", "blockingIssueId": "I_2"}]),
        (RemoveBlocker("I_1", "I_2"), [{"issueId": "I_1", "blockingIssueId": "I_2"}]),
        (
            CreateLabel("a", "ff0000", "d"),
            [{"repositoryId": "R_1", "name": "a", "color": "ff0000", "description": "d"}],
        ),
        (
            UpdateLabel("L_1", color=Overwrite("ff0000", "00ff00")),
            [{"id": "L_1", "color": "00ff00"}],
        ),
        (LinkProject("P_1", "R_1"), [{"projectId": "P_1", "repositoryId": "R_1"}]),
        (AddCard("P_1", "I_1"), [{"projectId": "P_1", "contentId": "I_1"}]),
        (
            SetValue("P_1", "C_1", "F_1", "single_select", "High", ("o1",), seen="Low"),
            [
                {
                    "projectId": "P_1",
                    "itemId": "C_1",
                    "fieldId": "F_1",
                    "value": {"singleSelectOptionId": "o1"},
                }
            ],
        ),
        (
            SetValue("P_1", "C_1", "F_1", "date", None, seen="Low"),
            [{"projectId": "P_1", "itemId": "C_1", "fieldId": "F_1"}],
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_operations_become_githubs_inputs(
    server: FakeServer, operation: Operation, inputs: list[dict[str, Any]]
) -> None:
    """Each operation is sent as the one mutation that does it, and only with what it says."""
    if isinstance(operation, CreateLabel):
        server.answers(data(repository={"id": "R_1", "nameWithOwner": "octo-org/widgets"}))
    if overwrites(operation):
        server.answers(stands(LOOKS[type(operation)]))
    thing = {"id": "T_1", "number": 1, "url": "u", "milestone": None, "issueType": None}
    server.answers(
        lambda r: data(**{alias: {"thing": thing, "issue": thing} for alias in aliases(r)})
    )
    (reply,) = run(server, [operation])
    assert isinstance(reply, Done)
    assert server.seen[-1].inputs == inputs
    assert reply.card_id == ("T_1" if isinstance(operation, AddCard) else None)


def test_labels_and_assignees_change_one_by_one(server: FakeServer) -> None:
    """Members are added and removed, never replaced; logins are resolved in one query, once."""
    people = page({"login": "hubot"})
    labelled = {"labelable": {"labels": page()}}
    server.answers(
        data(m0=labelled, m1=labelled),
        data(user0={"id": "U_1"}, user1={"id": "U_2"}),
        data(m0={"assignable": {"assignees": people}}, m1={"assignable": {"assignees": people}}),
        data(m0={"assignable": {"assignees": people}}),
    )
    tracker = server.tracker()
    operations: list[Operation] = [
        ChangeLabels("I_1", add=("L_1",), remove=("L_2",)),
        ChangeAssignees("I_1", add=("Hubot",), remove=("octocat",)),
    ]
    assert [r for _, r in tracker.apply(operations)] == [Done("I_1"), Done("I_1")]
    assert server.seen[0].inputs == [
        {"labelableId": "I_1", "labelIds": ["L_1"]},
        {"labelableId": "I_1", "labelIds": ["L_2"]},
    ]
    assert server.seen[2].inputs[0] == {"assignableId": "I_1", "assigneeIds": ["U_1"]}
    again = ChangeAssignees("I_2", add=("octocat",))
    assert [r for _, r in tracker.apply([again])] == [Done("I_2", missing=("assignees",))]


def test_people_who_do_not_exist_are_missing(server: FakeServer) -> None:
    """An assignee whom GitHub does not know is left out and named, and needs no request."""
    server.answers(data(user0=None))
    replies = run(server, [ChangeAssignees("I_1", add=("ghost",))])
    assert replies == [Done("I_1", missing=("assignees",))]


def test_a_new_board_brings_its_fields(server: FakeServer) -> None:
    """A board is made on the repository, and what fields it has is read in the same answer."""
    server.answers(data(m0={"projectV2": board(4)}))
    (reply,) = run(server, [CreateProject("O_1", "Widgets", "R_1")])
    assert isinstance(reply, Done)
    assert (reply.id, reply.number) == ("P_4", 4)
    assert [f.name for f in reply.fields] == ["Title", "Status", "Points", "Sprint"]


def test_board_fields_are_made_whole(server: FakeServer) -> None:
    """Options get a colour and a description, iterations follow one another."""
    made_field = {"projectV2Field": {"id": "F_1", "name": "x", "dataType": "TEXT"}}
    server.answers(data(m0=made_field, m1=made_field))
    priority = BoardFieldDef(
        "Priority", "single_select", (OptionDef("High", "RED"), OptionDef("L"))
    )
    sprint = BoardFieldDef("Sprint", "iteration", start="2026-01-05", duration=14, count=2)
    bad = BoardFieldDef("Bad", "iteration", start="soon")
    replies = run(server, [CreateBoardField("P_1", d) for d in (priority, sprint, bad)])
    select, iteration = server.seen[0].inputs
    assert select["singleSelectOptions"] == [
        {"name": "High", "color": "RED", "description": ""},
        {"name": "L", "color": "GRAY", "description": ""},
    ]
    assert iteration["iterationConfiguration"]["iterations"] == [
        {"title": "Sprint 1", "startDate": "2026-01-05", "duration": 14},
        {"title": "Sprint 2", "startDate": "2026-01-19", "duration": 14},
    ]
    assert isinstance(replies[0], Done)
    assert replies[0].fields[0].name == "x"
    assert isinstance(replies[2], Refused)


TODO = (("o1", "Todo", "GRAY", ""),)
STATUS = {
    "id": "F_1",
    "name": "Status",
    "dataType": "SINGLE_SELECT",
    "options": [{"id": "o1", "name": "Todo", "color": "GRAY", "description": ""}],
}


def test_options_are_added_with_the_ids_of_all_others(server: FakeServer) -> None:
    """Existing options are sent with their ids, so that no card loses its value."""
    field = {"projectV2Field": {"id": "F_1", "name": "Status", "dataType": "SINGLE_SELECT"}}
    server.answers(
        data(optionInput={"inputFields": [{"name": "id"}, {"name": "name"}]}),
        stands(STATUS),
        data(m0=field),
    )
    operation = AddOptions("P_1", "F_1", TODO, TODO, (("Done", "", ""),))
    (reply,) = run(server, [operation])
    assert isinstance(reply, Done)
    assert server.seen[2].inputs[0]["singleSelectOptions"] == [
        {"id": "o1", "name": "Todo", "color": "GRAY", "description": ""},
        {"name": "Done", "color": "GRAY", "description": ""},
    ]


def test_options_stay_untouched_where_ids_cannot_be_kept(server: FakeServer) -> None:
    """A server whose schema has no id for options is not asked to change them, once and for all."""
    server.answers(data(optionInput={"inputFields": [{"name": "name"}]}))
    operation = AddOptions("P_1", "F_1", TODO, TODO, (("Done", "", ""),))
    replies = run(server, [operation, operation])
    assert [r.code for r in replies if isinstance(r, Refused)] == ["option-ids", "option-ids"]


def test_a_document_that_is_not_valid_there_is_refused(server: FakeServer) -> None:
    """A server that knows less executes nothing of it: no answer was lost, nothing is unknown."""
    code = {"extensions": {"code": "undefinedField"}}
    refusal = Raw({"errors": [{**fault("Field 'x' doesn't exist"), **code}]})
    server.answers(stands(issue(1)), refusal)
    (reply,) = run(server, [UpdateIssue("I_1", title=Overwrite("Title 1", "New"))])
    assert reply == Refused("Field 'x' doesn't exist", "undefinedField")


def test_a_wrong_literal_or_a_long_text_is_refused_with_githubs_reason(server: FakeServer) -> None:
    """The first one is about the whole document, whose path begins with the operation; the second
    one is about one value, and the other one is set.
    """
    message = "Argument 'date' on InputObject 'ProjectV2FieldValue' has an invalid value"
    literal = {
        "path": ["mutation Batch", "m0", "input", "value", "date"],
        "extensions": {
            "code": "argumentLiteralsIncompatible",
            "typeName": "InputObject",
            "argumentName": "date",
        },
        "locations": [{"line": 1, "column": 9}],
        "message": message,
    }
    server.answers(Raw({"errors": [literal]}))
    refused = Refused(message, "argumentLiteralsIncompatible")
    assert run(server, [value(1), value(2)]) == [refused, refused]
    too_long = "Column value must be a valid value for text column"
    server.answers(partly(1, errors=[fault(too_long, "UNPROCESSABLE", "m0")]))
    replies = run(server, [value(1), value(2)])
    assert replies[0] == Refused(too_long, "UNPROCESSABLE")
    assert isinstance(replies[1], Done)


# ---- writing over what was read --------------------------------------------------------------


def edit(number: int, **parts: Overwrite) -> UpdateIssue:
    """A new body, and more, for an issue as `issue` gives it."""
    return replace(UpdateIssue(f"I_{number}", body=Overwrite("a\nb", "mine")), **parts)  # type: ignore[arg-type] # its parts


def updated(request: Request) -> Raw:
    """A server that changes what it is asked to change."""
    names = ("number", "url", "milestone", "issueType")
    return data(
        **{
            alias: {"issue": {"id": i["id"], **dict.fromkeys(names), "number": 1, "url": "u"}}
            for alias, i in _inputs(request)
        }
    )


LOOK = "IssuesStanding"


def test_each_request_is_preceded_by_a_look_at_what_it_writes_over(server: FakeServer) -> None:
    """Those five, and no others: what waits for the next request is looked at before that one."""
    server.answers(stands(*map(issue, range(1, 6))), updated, stands(issue(6), issue(7)), updated)
    replies = run(server, [edit(n) for n in range(1, 8)])
    assert all(isinstance(reply, Done) for reply in replies)
    assert server.names() == [LOOK, "Batch", LOOK, "Batch"]
    looks = [request.variables["ids"] for request in server.seen[::2]]
    writes = [[i["id"] for i in request.inputs] for request in server.seen[1::2]]
    assert looks == writes


def test_what_moved_is_left_out_and_the_rest_goes(server: FakeServer) -> None:
    """A body that was edited, a title that was changed, an issue that is gone: each says so."""
    theirs = [issue(1, body="a\nb\nnote"), issue(2, title="Theirs"), None, issue(4)]
    server.answers(stands(*theirs), updated)
    wanted = [
        edit(1),
        edit(2, title=Overwrite("Title 2", "Ours")),
        edit(3),
        edit(4, title=Overwrite("Title 4", "Ours")),
    ]
    assert run(server, wanted) == [
        Stale("the body was edited since it was read"),
        Stale("the title was changed since it was read"),
        Stale("the issue is gone"),
        Done("I_4", 1, "u"),
    ]
    assert server.seen[1].inputs == [{"id": "I_4", "title": "Ours", "body": "mine"}]


MOVED: list[tuple[Operation, dict[str, Any] | None, str]] = [
    (
        CloseIssue("I_1"),
        issue(1, state="CLOSED", stateReason="NOT_PLANNED"),
        "the state was changed",
    ),
    (
        ReopenIssue("I_1"),
        issue(1, state="CLOSED", stateReason="NOT_PLANNED"),
        "the state was changed",
    ),
    (AddSubIssue("I_1", "I_2", "I_9"), issue(2, parent={"id": "I_8"}), "the parent was changed"),
    (
        UpdateLabel("L_1", color=Overwrite("ff0000", "00ff00")),
        {"id": "L_1", "name": "a", "color": "0000ff", "description": ""},
        "the color was changed",
    ),
    (
        UpdateMilestone("M_1", 3, description=Overwrite("old", "new")),
        {"id": "M_1", "number": 3, "title": "M", "state": "OPEN", "dueOn": None, "about": "mine"},
        "the description was changed",
    ),
    (
        SetValue("P_1", "C_1", "F_1", "single_select", "High", ("o1",), seen="Low"),
        card(F_1="Middle", F_2="Low"),
        "the value on the board was changed",
    ),
    (SetValue("P_1", "C_1", "F_1", "number", 3.0), None, "the card is gone"),
    (UpdateLabel("L_1", name=Overwrite("a", "b")), None, "the label is gone"),
]


@pytest.mark.parametrize(("operation", "there", "why"), MOVED)
def test_whatever_is_written_over_is_looked_at(
    server: FakeServer, operation: Operation, there: dict[str, Any] | None, why: str
) -> None:
    """States, parents, labels, milestones, values on the board: what moved is left alone."""
    server.answers(stands(there))
    (reply,) = run(server, [operation])
    assert isinstance(reply, Stale)
    assert reply.message.startswith(why)


def test_an_option_that_somebody_added_is_not_taken_away(server: FakeServer) -> None:
    """All options are sent at once: where they are others than were read, none is."""
    more = [*STATUS["options"], {"id": "o2", "name": "Blocked", "color": "RED", "description": ""}]
    able = data(optionInput={"inputFields": [{"name": "id"}, {"name": "name"}]})
    server.answers(able, stands({**STATUS, "options": more}))
    (reply,) = run(server, [AddOptions("P_1", "F_1", TODO, TODO, (("Done", "", ""),))])
    assert reply == Stale("the options were changed since they were read")


def test_nothing_is_sent_where_all_of_it_moved(server: FakeServer) -> None:
    """And what comes after it goes out nevertheless."""
    server.answers(stands(issue(1, body="theirs")), yes)
    assert [type(reply) for reply in run(server, [edit(1), value(1)])] == [Stale, Done]
    assert server.names() == [LOOK, "Batch"]


@pytest.mark.parametrize(
    "trouble",
    [
        Raw({"message": "limit"}, 403, {"Retry-After": "60"}),
        Raw({"message": "You have exceeded a secondary rate limit."}, 429),
        Raw({"data": None, "errors": [fault("API rate limit exceeded", "RATE_LIMITED")]}),
        Raw("<html>", 502),
        Raw('{"data": {"m0": {"iss'),
        requests.exceptions.ConnectionError("reset"),
        requests.exceptions.ConnectTimeout("no line"),
    ],
)
def test_after_any_wait_it_is_looked_at_again(server: FakeServer, trouble: Raw | Exception) -> None:
    """Whatever was waited for: a note that was added meanwhile stays, and the rest goes."""
    noted = issue(1, body="a\nb\nnote")
    server.answers(stands(issue(1), issue(2)), trouble, stands(noted, issue(2)), updated)
    assert [type(reply) for reply in run(server, [edit(1), edit(2)])] == [Stale, Done]
    assert server.slept
    assert [i["id"] for i in server.seen[-1].inputs] == ["I_2"]


def blocked(**parts: Any) -> Raw:
    """The answer to a blocker that was added to issue 1, which tells its texts."""
    return data(m0={"issue": {**issue(1, **parts), "url": "u"}})


BLOCK = AddBlocker("I_1", "I_9")


def test_the_answer_right_before_is_as_good_as_a_look(server: FakeServer) -> None:
    """A blocker was added to the issue that is written next, and the answer told its texts."""
    server.answers(blocked(), updated, blocked(body="theirs"))
    replies = run(server, [BLOCK, edit(1), BLOCK, edit(1)])
    assert [type(reply) for reply in replies] == [Done, Done, Done, Stale]
    assert server.names() == ["Batch", "Batch", "Batch"]


def test_an_answer_before_that_is_none_after_a_wait_or_another_request(server: FakeServer) -> None:
    """A limit strikes the write, or something else is sent first: it is looked at."""
    limit = Raw({"message": "limit"}, 403, {"Retry-After": "60"})
    server.answers(blocked(), limit, stands(issue(1)), updated)
    assert [type(reply) for reply in run(server, [BLOCK, edit(1)])] == [Done, Done]
    server.answers(blocked(), yes, stands(issue(1)), updated)
    assert [type(reply) for reply in run(server, [BLOCK, value(1), edit(1)])] == [Done] * 3


def test_a_look_that_had_to_wait_counts_from_its_answer(server: FakeServer) -> None:
    """The limit strikes the look itself: what it says after the wait is what counts."""
    limit = Raw({"message": "limit"}, 403, {"Retry-After": "60"})
    server.answers(limit, stands(issue(1, body="a\nb\nnote")))
    assert [type(reply) for reply in run(server, [edit(1)])] == [Stale]
    assert server.slept == [60]


def test_a_lost_answer_whose_write_came_through_is_no_edit_of_others(server: FakeServer) -> None:
    """What stands there is what we wrote, whatever its line endings: it is done."""
    server.answers(
        stands(issue(1), issue(2)),
        Raw("<html>", 502),
        stands(issue(1, body="mine\r\n- [ ] b", title="T"), issue(2)),
        updated,
    )
    parts = {"body": Overwrite("a\nb", "mine\n- [ ] b"), "title": Overwrite("Title 1", "T")}
    assert run(server, [edit(1, **parts), edit(2)]) == [Done("I_1"), Done("I_2", 1, "u")]
    assert [i["id"] for i in server.seen[-1].inputs] == ["I_2"]


def test_halves_of_a_request_are_looked_at_one_by_one(server: FakeServer) -> None:
    """What was too much at once goes in two requests, and each has its own look."""
    server.answers(
        stands(*map(issue, range(1, 5))),
        Raw("<html>", 502),
        stands(issue(1), issue(2)),
        updated,
        stands(issue(3, body="theirs"), issue(4)),
        updated,
    )
    replies = run(server, [edit(n) for n in range(1, 5)])
    assert [type(reply) for reply in replies] == [Done, Done, Stale, Done]


def test_what_cannot_be_looked_at_is_not_written(server: FakeServer) -> None:
    """A server that refuses the look: refused, with its words."""
    server.answers(Raw({"data": {"nodes": None}, "errors": [fault("Not for you", "FORBIDDEN")]}))
    (reply,) = run(server, [edit(1)])
    assert isinstance(reply, Refused)
    assert "Not for you" in reply.message


def test_a_limit_on_writes_goes_on_doubling_though_looks_come_through(server: FakeServer) -> None:
    """A look between two refusals does not make the second wait as short as the first."""
    limit = Raw({"message": "You have exceeded a secondary rate limit."}, 403)
    look = stands(issue(1))
    server.answers(look, limit, look, limit, look, updated)
    assert isinstance(run(server, [edit(1)])[0], Done)
    assert server.slept == [60, 120]


# ---- milestones ------------------------------------------------------------------------------


def test_milestones_go_over_rest_with_a_time_that_keeps_the_date(server: FakeServer) -> None:
    """Through PyGithub, with the token, at noon in UTC: the same day in Pacific time."""
    node = {"node_id": "M_1", "number": 3, "html_url": "https://github.com/x"}
    there = {"id": "M_1", "number": 3, "title": "M", "state": "OPEN", "about": ""}
    there["dueOn"] = "2026-03-31T07:00:00Z"
    server.answers(Raw(node, 201), stands(there), Raw(node))
    tracker = server.tracker()
    operations: list[Operation] = [
        CreateMilestone("M", "2026-03-31", "about"),
        UpdateMilestone("M_1", 3, Overwrite("2026-03-31", "2026-04-30")),
    ]
    replies = [reply for _, reply in tracker.apply(operations)]
    assert replies == [Done("M_1", 3, "https://github.com/x")] * 2
    first, _, second = server.seen
    assert (first.method, first.url.split(":443")[-1].split(".com")[-1]) == (
        "POST",
        "/repos/octo-org/widgets/milestones",
    )
    assert first.body == {"title": "M", "due_on": "2026-03-31T12:00:00Z", "description": "about"}
    assert second.method == "PATCH"
    assert second.url.endswith("/milestones/3")
    assert first.headers["Authorization"].startswith("Bearer ")
    assert tracker.usage().rest == 2


def test_a_milestone_that_exists_is_refused_as_such(server: FakeServer) -> None:
    """A title that is taken is a refusal with its code, and what follows goes on."""
    error = {"resource": "Milestone", "code": "already_exists", "field": "title"}
    server.answers(
        Raw({"message": "Validation Failed", "errors": [error]}, 422),
        Raw({"node_id": "M_2", "number": 4}, 201),
    )
    replies = run(server, [CreateMilestone("M"), CreateMilestone("N")])
    assert replies == [
        Refused("Validation Failed; title: already_exists", "already_exists"),
        Done("M_2", 4),
    ]


@pytest.mark.parametrize(
    "trouble",
    [
        Raw("<html>", 502),
        Raw("<html>hello</html>", 201),
        Raw('{"node_id": "M_', 201),
        requests.exceptions.ConnectionError("reset"),
    ],
)
def test_a_lost_answer_to_a_milestone_is_unknown(
    server: FakeServer, trouble: Raw | Exception
) -> None:
    """A milestone whose creation may have happened is not sent again."""
    server.answers(trouble)
    replies = run(server, [CreateMilestone("M"), CreateMilestone("N")])
    assert [type(reply) for reply in replies] == [Unknown, NotSent]
    assert len(server.seen) == 1


def test_a_limit_on_rest_is_waited_out(server: FakeServer) -> None:
    """A secondary limit over REST is waited out and the milestone sent again."""
    limit = Raw({"message": "You have exceeded a secondary rate limit."}, 403)
    server.answers(limit, Raw({"node_id": "M_1", "number": 1}, 201))
    assert run(server, [CreateMilestone("M")]) == [Done("M_1", 1)]
    assert server.slept == [60]


# ---- refusals and limits ---------------------------------------------------------------------


def test_one_refused_alias_does_not_stop_the_others(server: FakeServer) -> None:
    """An alias that is null with an error at its path is refused; the rest stands, and goes on."""
    server.answers(partly(0, 2, errors=[fault("Title is too long", "UNPROCESSABLE", "m1")]), yes)
    replies = run(server, [create(1), create(2), create(3), value(1)])
    assert [type(reply) for reply in replies] == [Done, Refused, Done, Done]
    assert replies[1] == Refused("Title is too long", "UNPROCESSABLE")


def test_a_label_that_exists_says_so(server: FakeServer) -> None:
    """A name that is taken has the same code as over REST."""
    server.answers(data(repository={"id": "R_1", "nameWithOwner": "octo-org/widgets"}))
    error = fault("Name has already been taken", "UNPROCESSABLE", "m0")
    server.answers(partly(errors=[error]))
    assert run(server, [CreateLabel("a", "ff0000", "")]) == [
        Refused("Name has already been taken", "already_exists")
    ]


def test_a_request_that_is_refused_whole_changes_nothing(server: FakeServer) -> None:
    """A document that does not validate runs nothing: every operation of it is refused."""
    server.answers(Raw({"errors": [fault("Variable $i0 was provided invalid value")]}))
    replies = run(server, [create(1), create(2)])
    assert [type(reply) for reply in replies] == [Refused, Refused]


def test_kinds_that_share_a_refused_request_are_sent_apart(server: FakeServer) -> None:
    """Nothing of it ran, and what one kind lacks does not keep the other from being sent."""
    code = {"extensions": {"code": "undefinedField"}}
    refusal = Raw({"errors": [{**fault("Field 'x' doesn't exist"), **code}]})
    server.answers(refusal, refusal, yes)
    replies = run(server, [CreateView("P_1", "Board", "board"), AddBlocker("I_1", "I_2")])
    assert [type(reply) for reply in replies] == [Refused, Done]
    assert [len(aliases(request)) for request in server.seen] == [2, 1, 1]


def test_a_link_that_shares_a_lost_answer_with_a_view_is_left_to_be_sent_again(
    server: FakeServer,
) -> None:
    """The view may exist, so it is not created again; a link may be made twice."""
    server.answers(Raw({"message": "x"}, 500))
    replies = run(server, [CreateView("P_1", "Board", "board"), AddBlocker("I_1", "I_2")])
    assert [type(reply) for reply in replies] == [Unknown, NotSent]


def test_aliases_that_came_too_quickly_are_sent_again(server: FakeServer) -> None:
    """A content limit on some aliases: those alone are sent again, after the wait."""
    errors = [fault("was submitted too quickly", "UNPROCESSABLE", f"m{n}") for n in (1, 2)]
    server.answers(partly(0, errors=errors), yes)
    replies = run(server, [create(1), create(2), create(3)])
    assert [r.number for r in replies if isinstance(r, Done)] == [1, 2, 3]
    assert [i["title"] for i in server.seen[1].inputs] == ["Title 2", "Title 3"]
    assert server.slept == [60]


@pytest.mark.parametrize(
    "limit",
    [
        Raw({"message": "You have exceeded a secondary rate limit."}, 403, {"Retry-After": "5"}),
        Raw({"message": "You have exceeded a secondary rate limit."}, 200, {"Retry-After": "5"}),
        Raw({"message": "slow"}, 429, {"Retry-After": "5"}),
        Raw({"errors": [fault("limit", "RATE_LIMITED")]}, 200, {"Retry-After": "5"}),
    ],
)
def test_creates_are_sent_again_after_a_limit(server: FakeServer, limit: Raw) -> None:
    """A limit means that nothing was executed: even a create goes again once it is over."""
    server.answers(limit, yes)
    replies = run(server, [create(1), create(2)])
    assert [type(reply) for reply in replies] == [Done, Done]
    assert server.slept == [5]


def test_a_limit_beyond_patience_leaves_the_rest_unsent(server: FakeServer) -> None:
    """What is done is told; then the run ends with the time at which to run again."""
    limit = Raw({"message": "limit"}, 403, {"Retry-After": "3600"})
    server.answers(yes, limit)
    replies = server.tracker().apply([create(1), value(1), value(2), create(2)])
    assert isinstance(next(replies)[1], Done)
    with pytest.raises(PartialError) as caught:
        next(replies)
    assert "after 1970-01-12 14:46 UTC" in (caught.value.hint or "")
    assert server.slept == []


# ---- lost answers ----------------------------------------------------------------------------

LOST: list[Raw | Exception] = [
    requests.exceptions.ConnectionError("reset"),
    requests.exceptions.ReadTimeout("hang"),
    requests.exceptions.ChunkedEncodingError("cut"),
    Raw("<html>Bad Gateway</html>", 502),
    Raw("", 504),
    Raw({"message": "Server Error"}, 500),
    Raw("<html>hello</html>", 200),
    Raw('{"data": {"m0": {"iss'),
    Raw({"data": None}),
    Raw({"data": None, "errors": [fault("Something went wrong while executing your query.")]}),
    Raw({"data": {"m0": None, "m1": None}, "errors": [fault("x", "X", "m0", "issue", "labels")]}),
]


@pytest.mark.parametrize("trouble", LOST)
def test_a_create_whose_answer_is_lost_is_never_sent_again(
    server: FakeServer, trouble: Raw | Exception
) -> None:
    """Every alias without a confirmed answer is unknown, all later ones are not sent."""
    server.answers(trouble)
    replies = run(server, [create(1), create(2), value(1), create(3)])
    assert [type(reply) for reply in replies] == [Unknown, Unknown, NotSent, NotSent]
    assert len(server.seen) == 1


def test_a_confirmed_alias_stands_beside_an_unknown_one(server: FakeServer) -> None:
    """In one answer, what is confirmed is done; what is null without a reason is unknown."""
    server.answers(partly(0, errors=[]))
    replies = run(server, [create(1), create(2), value(1)])
    assert [type(reply) for reply in replies] == [Done, Unknown, NotSent]


@pytest.mark.parametrize("trouble", LOST)
def test_what_is_idempotent_is_sent_again(server: FakeServer, trouble: Raw | Exception) -> None:
    """Setting a value twice is setting it once: it is sent again until it is confirmed."""
    server.answers(trouble, yes, yes)
    replies = run(server, [value(1), value(2)])
    server.script.clear()
    assert [type(reply) for reply in replies] == [Done, Done]
    assert server.slept == [1]


def test_a_server_that_stays_silent_leaves_it_unknown(server: FakeServer) -> None:
    """Sending again is bounded; then the result is unknown, and nothing later is sent."""
    server.answers(*[Raw({"message": "x"}, 500)] * 5)
    replies = run(server, [value(1), value(2), create(1)])
    assert [type(reply) for reply in replies] == [Unknown, Unknown, NotSent]


def test_no_connection_means_not_sent(server: FakeServer) -> None:
    """Where no connection was made nothing was sent: even a create is tried again."""
    server.answers(*[requests.exceptions.ConnectTimeout("no")] * 2, yes)
    assert [type(r) for r in run(server, [create(1)])] == [Done]
    server.answers(*[requests.exceptions.ConnectTimeout("no")] * 3)
    with pytest.raises(UnreachableError, match="no connection within 10 s"):
        run(server, [create(1), value(1)])


def test_batches_are_halved_where_the_server_complains(server: FakeServer) -> None:
    """What may be sent again goes in halves, and the next batches stay small and grow slowly."""
    server.answers(Raw("", 502), *[yes] * 4)
    replies = run(server, [value(n) for n in range(1, 41)])
    assert all(isinstance(reply, Done) for reply in replies)
    assert [len(request.variables) for request in server.seen] == [20, 10, 10, 12, 8]


def test_a_link_that_is_there_already_is_done(server: FakeServer) -> None:
    """Its first sending was lost, or somebody else was quicker: what was wanted holds."""
    there = partly(errors=[fault("Issue may not contain duplicate sub-issues", "X", "m0")])
    taken = partly(errors=[fault("Target issue has already been taken", "X", "m0")])
    server.answers(Raw("", 502), there, there, taken)
    assert isinstance(run(server, [AddSubIssue("I_1", "I_2")])[0], Done)
    assert isinstance(run(server, [AddSubIssue("I_1", "I_2")])[0], Done)
    assert isinstance(run(server, [AddBlocker("I_1", "I_2")])[0], Done)


def test_a_parent_that_is_another_one_is_no_link(server: FakeServer) -> None:
    """Only where our own request was lost can the one parent be the one that was wanted."""
    other = partly(errors=[fault("Sub issue may only have one parent", "X", "m0")])
    server.answers(Raw("", 502), other, other)
    assert isinstance(run(server, [AddSubIssue("I_1", "I_2")])[0], Done)
    assert isinstance(run(server, [AddSubIssue("I_1", "I_2")])[0], Refused)


def test_a_token_that_fails_midway_tells_what_was_done_first(server: FakeServer) -> None:
    """What was confirmed is yielded before the error about the token is raised."""
    server.answers(yes, Raw({"message": "Bad credentials"}, 401))
    replies = server.tracker().apply([create(1), value(1)])
    assert isinstance(next(replies)[1], Done)
    with pytest.raises(AccessError, match="Bad credentials"):
        next(replies)


# ---- read only -------------------------------------------------------------------------------


@pytest.mark.parametrize("operation", [create(1), value(1), CreateMilestone("M")])
def test_a_read_only_run_sends_no_write(server: FakeServer, operation: Operation) -> None:
    """Read-only is enforced in the transport: no mutation and no REST write leaves."""
    with pytest.raises(RefusedError, match="must not write"):
        list(server.tracker(read_only=True).apply([operation]))
    assert server.seen == []
