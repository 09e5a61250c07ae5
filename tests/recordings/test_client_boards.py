"""What our client reads in the recorded GraphQL answers is what they say."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
import requests
from requests.adapters import BaseAdapter

from backlog_sync.core.model import ProjectSpec
from backlog_sync.core.operations import AddCard, Done, Operation, Refused, Reply, SetValue
from backlog_sync.core.redaction import Secrets
from backlog_sync.github_api import generated_answers as answered
from backlog_sync.github_api import parse
from backlog_sync.github_api.answers import Answer, read_faults
from backlog_sync.github_api.boards import Boards
from backlog_sync.github_api.clients import Clients
from backlog_sync.github_api.documents import document
from backlog_sync.github_api.reader import Reader
from backlog_sync.github_api.session import connect
from backlog_sync.github_api.transport import PolicySession
from backlog_sync.waiting import Patience
from tests.recordings.exchanges import RECORDINGS, WITHOUT, Exchange, exchanges

pytestmark = pytest.mark.skipif(not RECORDINGS.exists(), reason=WITHOUT)

_NOW = 1_700_000_000.0
_RENAMED = {"userOrOrganization": "repositoryOwner"}


def graphql() -> Iterator[Exchange]:
    """Every recorded exchange with the GraphQL API."""
    for source in ("github-project", "pygithub"):
        yield from (each for each in exchanges(source) if each.is_graphql)


class Recorded(BaseAdapter):
    """Answers each request with the next of these."""

    def __init__(self, *replies: tuple[Mapping[str, str], Any]) -> None:
        super().__init__()
        self.replies = list(replies)

    def send(
        self, request: requests.PreparedRequest, *args: Any, **kwargs: Any
    ) -> requests.Response:
        """Answer one request."""
        del args, kwargs
        headers, body = self.replies.pop(0)
        response = requests.Response()
        response.status_code = 200
        response.headers.update(headers)
        response._content = json.dumps(body).encode()
        response.url, response.request = str(request.url), request
        return response

    def close(self) -> None:
        """Nothing to close."""


def clients(*replies: tuple[Mapping[str, str], Any]) -> Clients:
    """Our clients, on a session that is answered with these."""
    url = "https://api.github.com"
    session = PolicySession(
        api_url=url,
        graphql_url=f"{url}/graphql",
        credential=None,
        read_only=False,
        user_agent="recorded",
        secrets=Secrets(),
        adapter=Recorded(*replies),
    )
    patience = Patience(clock=lambda: _NOW, sleep=lambda _: None, limit=0.0)
    return Clients(session, api_url=url, patience=patience)


def read(exchange: Exchange, body: Any = None) -> Answer[Any]:
    """The recorded answer as our client gives it to its readers."""
    own = clients((exchange.headers, exchange.body if body is None else body))
    return own.graphql(document(answered.Viewer), {})


def test_every_answer_is_read_whole() -> None:
    """Data and errors as they were sent; none of them is taken for a limit or for overload."""
    for exchange in graphql():
        answer = read(exchange)
        assert answer.data == exchange.body.get("data"), exchange.name
        assert answer.wait is None, exchange.name
        errors = exchange.body.get("errors", [])
        assert len(answer.faults) == len(errors), exchange.name
        for fault, error in zip(answer.faults, errors, strict=True):
            assert fault.message == error["message"]
            assert fault.type == error.get("type", "")
            assert list(fault.path) == error["path"]
            assert fault.code == error.get("extensions", {}).get("code", "")
            assert not fault.limited
            assert not fault.heavy


def test_the_kinds_of_errors_are_told_apart() -> None:
    """What is missing, what is refused, and a document that is invalid as a whole."""
    seen = {
        (fault.type, fault.code, exchange.body.get("data") is None)
        for exchange in graphql()
        for fault in read_faults(exchange.body.get("errors"))
    }
    assert seen == {
        ("NOT_FOUND", "", False),
        ("UNPROCESSABLE", "", False),
        ("", "argumentLiteralsIncompatible", True),
    }


# ---- writing -------------------------------------------------------------------------------

_SETTING = re.compile(
    r'(\w+): (?:update|clear)ProjectV2ItemFieldValue\(input: \{[^}]*?fieldId: "([^"]+)"'
)


def replies_to(exchange: Exchange) -> list[Reply]:
    """What becomes of our operations if a server answers them as it answered the recorded ones."""
    aliases = [alias for alias, _ in _SETTING.findall(exchange.query)]
    names = {alias: f"m{n}" for n, alias in enumerate(aliases)}
    operations: list[Operation] = [
        SetValue("P", "C", id_, "text", "x", fresh=True)
        for _, id_ in _SETTING.findall(exchange.query)
    ]
    if "addProjectV2ItemById" in exchange.query:
        names = {"addProjectV2ItemById": "m0"}
        operations = [AddCard("P", exchange.request["variables"]["contentId"])]
    tracker = connect(
        api_url="https://api.github.com",
        repository="octo-org/widgets",
        token="recorded",
        read_only=False,
        adapter=Recorded((exchange.headers, renamed(exchange.body, names))),
        clock=lambda: _NOW,
        sleep=lambda _: None,
    )
    return [reply for _, reply in tracker.apply(operations)]


def _confirmed(payload: Any) -> Any:
    """A payload, with the card that our document asks for if the recorded one asked for none."""
    bare = payload == {"clientMutationId": None}
    return {"projectV2Item": {"id": "PVTI_1"}} if bare else payload


def renamed(body: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """An answer with other aliases at its top."""
    data = body.get("data")
    parts: dict[str, Any] = {}
    if data is not None:
        parts["data"] = {names.get(key, key): _confirmed(value) for key, value in data.items()}
    if "errors" in body:
        parts["errors"] = [
            {**error, "path": [names.get(step, step) for step in error["path"]]}
            for error in body["errors"]
        ]
    return parts


def test_what_became_of_each_change_is_understood() -> None:
    """Done where GitHub confirmed it, refused with its reason where it did not; never unknown."""
    counted = {"done": 0, "refused": 0, "cards": 0}
    for exchange in exchanges("github-project"):
        if not re.search(r"FieldValue\(input|addProjectV2ItemById", exchange.query):
            continue
        replies = replies_to(exchange)
        errors = exchange.body.get("errors", [])
        for reply in replies:
            if isinstance(reply, Done):
                counted["done"] += 1
                counted["cards"] += reply.card_id is not None
            else:
                (error,) = errors
                code = error.get("type") or error["extensions"]["code"]
                assert reply == Refused(error["message"], code), exchange.name
                counted["refused"] += 1
    assert counted == {"done": 43, "refused": 2, "cards": 11}


# ---- boards, fields and cards --------------------------------------------------------------


def shown_boards() -> list[tuple[Exchange, dict[str, Any]]]:
    """The answers with a board and its fields."""
    found = []
    for exchange in exchanges("github-project"):
        owner = (exchange.body.get("data") or {}).get("userOrOrganization") or {}
        if "fields" in (owner.get("projectV2") or {}):
            found.append((exchange, owner["projectV2"]))
    return found


def in_our_shape(board: Mapping[str, Any]) -> dict[str, Any]:
    """A recorded board with what our own document asks for besides."""
    unseen = {"color": "GRAY", "description": ""}
    fields = [
        {
            **field,
            "options": [{**unseen, **option} for option in field.get("options", ())],
            **({"configuration": _with_ids(field["configuration"])} if _plan(field) else {}),
        }
        for field in board["fields"]["nodes"]
    ]
    more = {"number": 2, "public": False, "closed": False, "viewerCanUpdate": True}
    return {**more, "repositories": {"nodes": []}, **board, "fields": {"nodes": fields}}


def _plan(field: Mapping[str, Any]) -> Any:
    return field.get("configuration")


def _with_ids(plan: Mapping[str, Any]) -> dict[str, Any]:
    def named(iterations: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        return [{"id": each["title"], **each} for each in iterations]

    return {
        **plan,
        "iterations": named(plan["iterations"]),
        "completedIterations": named(plan["completedIterations"]),
    }


def board_of(exchange: Exchange, board: Mapping[str, Any] | None) -> Any:
    """What our client finds where a board was asked for by its number."""
    owner = {"__typename": "Organization", "id": "O_1", "login": "acme", "projectV2": board}
    body = renamed(exchange.body, _RENAMED) | {"data": {"repositoryOwner": owner}}
    own = clients((exchange.headers, body))
    answer = own.graphql(document(answered.Board), {})
    boards = Boards(Reader(own, Patience(clock=lambda: _NOW, sleep=lambda _: None, limit=0.0)))
    number = exchange.request["variables"]["number"]
    return boards.from_answer(ProjectSpec("acme", number=number), answer, "R_1")


def test_a_board_is_read_with_all_its_fields() -> None:
    """Names, types, options and iterations in their order; built-in fields are not settable."""
    for exchange, shown in shown_boards():
        project = board_of(exchange, in_our_shape(shown)).project
        assert (project.id, project.title, project.url) == (
            shown["id"],
            shown["title"],
            shown["url"],
        )
        for field, own in zip(shown["fields"]["nodes"], project.fields, strict=True):
            assert (own.id, own.name, own.type) == (
                field["id"],
                field["name"],
                field["dataType"].lower(),
            )
            if "options" in field:
                names = [option["name"] for option in field["options"]]
                assert [option.name for option in own.options] == names
            if plan := _plan(field):
                past = [each["startDate"] for each in plan["completedIterations"]]
                current = [each["startDate"] for each in plan["iterations"]]
                assert [option.start for option in own.options] == [*current, *reversed(past)]
        settable = {field.name for field in project.fields if field.type in parse.WRITABLE}
        assert settable == {"Status", "Text", "Number", "Date", "Single select", "Iteration"}


def test_a_board_that_is_missing_is_named() -> None:
    """The error below the owner is the board's, and the owner's id is known all the same."""
    missing = [each for each in exchanges("github-project") if "project-not-found" in each.case]
    assert missing
    for exchange in missing:
        found = board_of(exchange, None)
        assert (found.project, found.owner_id) == (None, "O_1")
        assert found.problem == "acme has no project number 99999, or this token may not see it"


def cards() -> Iterator[dict[str, Any]]:
    """Every card that an answer shows."""

    def within(value: Any) -> Iterator[dict[str, Any]]:
        if isinstance(value, dict):
            if "fieldValues" in value:
                yield value
            for each in value.values():
                yield from within(each)
        elif isinstance(value, list):
            for each in value:
                yield from within(each)

    for exchange in exchanges("github-project"):
        yield from within(exchange.body.get("data"))


def test_values_of_every_type_are_read() -> None:
    """Text, number, date, option and iteration; an option by its name, as our document asks."""
    seen: dict[str, set[object]] = {}
    for card in cards():
        values = [value for value in card["fieldValues"]["nodes"] if "field" in value]
        names = [value["field"]["id"] for value in values]
        aliased = {
            f"field{n}": {**value, "name": value.get("optionId")} for n, value in enumerate(values)
        }
        shown: Any = {**card, **aliased}
        own = parse.card(shown, names)
        assert (own.id, own.archived) == (card["id"], card["isArchived"])
        for value in values:
            kind = value["__typename"].removeprefix("ProjectV2ItemField").removesuffix("Value")
            key = {"SingleSelect": "optionId", "Iteration": "title"}.get(kind, kind.lower())
            assert own.values[value["field"]["id"]] == value[key]
            seen.setdefault(kind, set()).add(value[key])
    assert seen.keys() == {"Text", "Number", "Date", "SingleSelect", "Iteration"}
    assert seen["Date"] == {"2020-01-01", "2020-02-02"}


def test_pages_end_where_githubs_end() -> None:
    """No page has another one after it, whatever its cursor; content is an issue, a pull request or
    a draft.
    """
    pages = [
        owner["projectV2"]["items"]
        for exchange in exchanges("github-project")
        if (owner := (exchange.body.get("data") or {}).get("userOrOrganization"))
        and "items" in (owner["projectV2"] or {})
    ]
    assert {page["pageInfo"]["endCursor"] for page in pages} == {None, "MQ", "Mg", "MjAx"}
    assert [parse.cursor(page) for page in pages] == [None] * len(pages)
