"""A small client for checks: it creates things under one name, and takes them away again."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import requests

from backlog_sync.github_api.session import graphql_url_for

if TYPE_CHECKING:
    from graphql import GraphQLSchema

PREFIX: Final = "backlog-live-check"
"""What everything begins with that a check creates."""

TIMEOUT: Final = 30.0
"""Seconds for one request; GitHub itself gives up after 10."""

BETWEEN_WRITES: Final = 1.0
"""Seconds before each write: GitHub's documentation asks for one between changes."""

BETWEEN_CREATIONS: Final = 3.0
"""Seconds before each new issue, which notifies people: GitHub's own clients wait that long."""

ISSUE_FIELDS: Final = "issue_fields,repo_issue_fields"
"""What GitHub's own clients name in `GraphQL-Features` when they use issue fields."""

TRIES: Final = 15
"""How often to look, a second apart, for what GitHub does a moment later."""

_LIMITS: Final = ("rate limit", "submitted too quickly", "abuse detection")
_GRAPHQL_LIMITS: Final = ("RATE_LIMITED", "RATE_LIMIT")


class UncheckableError(Exception):
    """A check could not be made: a permission, a feature or an answer is missing."""


@dataclass(frozen=True, slots=True)
class Scratch:
    """Where checks may create things; what is empty is not to be used."""

    repository: str
    board_owner: str = ""
    organization: str = ""
    branch: str = ""

    @property
    def owner(self) -> str:
        """The owner of the repository."""
        return self.repository.partition("/")[0]

    def private(self) -> Iterator[str]:
        """Yield the names that nobody else needs to see."""
        yield from (self.repository, self.repository.partition("/")[2], self.owner)
        yield from filter(None, (self.board_owner, self.organization, self.branch))


class Live:
    """What the checks may use on a server, and what they created there.

    `session` carries the token; nothing but it knows it. Leaving `checking` takes away what a check
    created, leaving the context what several checks shared, also after an error or an interrupt.
    `left` lists what could not be taken away. `pull` is the pull request of this run, and `schema`
    the server's, as soon as a check needs them. `pause` waits for some seconds; `nonce` is in every
    name.
    """

    def __init__(
        self,
        session: requests.Session,
        api_url: str,
        scratch: Scratch,
        pause: Callable[[float], None] = lambda _: None,
        nonce: str = "0",
    ) -> None:
        self.session, self.api_url, self.scratch = session, api_url, scratch
        self.pause, self.nonce = pause, nonce
        self.left: list[str] = []
        self._shared = ExitStack()
        self._cleanup = ExitStack()
        self._board: dict[str, Any] | None = None
        self.pull: dict[str, Any] | None = None
        self.schema: GraphQLSchema | None = None

    def __enter__(self) -> "Live":
        return self

    def __exit__(self, *_: object) -> None:
        self._shared.close()

    @contextmanager
    def checking(self) -> Iterator[None]:
        """Take away at the end what is created inside."""
        with ExitStack() as self._cleanup:
            yield

    def name(self, text: str) -> str:
        """Return a name for something new."""
        return f"{PREFIX} {self.nonce} {text}"

    # ---- requests --------------------------------------------------------------------------

    def rest(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> requests.Response:
        """Send a REST request; `path` is below the repository, or from the root with `//`."""
        if method != "GET":
            self.pause(BETWEEN_WRITES)
        home = "" if path.startswith("//") else f"/repos/{self.scratch.repository}"
        url = f"{self.api_url}{home}{path.replace('//', '/', 1)}"
        answer = self.session.request(method, url, json=body, headers=headers, timeout=TIMEOUT)
        if answer.status_code in (403, 429) and _limited(answer.text):
            raise UncheckableError("a rate limit; run the checks again later")
        return answer

    def graphql(self, query: str, features: str = "", /, **variables: Any) -> dict[str, Any]:
        """Return the answer to a GraphQL document, with its errors.

        `features` are for the header `GraphQL-Features`.
        """
        if query.startswith("mutation"):
            self.pause(BETWEEN_WRITES)
        answer = self.session.post(
            graphql_url_for(self.api_url),
            json={"query": query, "variables": variables},
            headers={"GraphQL-Features": features} if features else None,
            timeout=TIMEOUT,
        )
        if answer.status_code != requests.codes.ok:
            raise UncheckableError(f"GraphQL answered HTTP {answer.status_code}")
        shown: dict[str, Any] = answer.json()
        errors = shown.get("errors") or ()
        if any(e.get("type") in _GRAPHQL_LIMITS or _limited(str(e)) for e in errors):
            raise UncheckableError("a rate limit; run the checks again later")
        return shown

    def data(self, query: str, features: str = "", /, **variables: Any) -> Any:
        """Return the data of an answer; raise `UncheckableError` if it has errors."""
        answer = self.graphql(query, features, **variables)
        if answer.get("errors"):
            raise UncheckableError(f"GraphQL: {messages(answer)}")
        return answer["data"]

    def node(self, node_id: str, fields: str, features: str = "", /, **variables: Any) -> Any:
        """Return fields of a node; `fields` begins with `... on` its type.

        A variable is its type and its value.
        """
        declared = "".join(f", ${name}: {kind}" for name, (kind, _) in variables.items())
        values = {name: value for name, (_, value) in variables.items()}
        query = f"query($id: ID!{declared}) {{ node(id: $id) {{ {fields} }} }}"
        return self.data(query, features, id=node_id, **values)["node"]

    def mutate(self, name: str, fields: str, features: str = "", /, **values: Any) -> Any:
        """Return the payload of a mutation; raise `UncheckableError` if it is refused."""
        answer = self.try_to(name, fields, features, **values)
        payload = (answer.get("data") or {}).get("it")
        if answer.get("errors") or payload is None:
            raise UncheckableError(f"{name}: {messages(answer) or 'no answer'}")
        return payload

    def try_to(
        self, name: str, fields: str = "clientMutationId", features: str = "", /, **values: Any
    ) -> dict[str, Any]:
        """Return the answer to a mutation, whose payload is `data.it`, with its errors."""
        kind = f"{name[0].upper()}{name[1:]}Input!"
        query = f"mutation($input: {kind}) {{ it: {name}(input: $input) {{ {fields} }} }}"
        return self.graphql(query, features, input=values)

    def type_of(self, name: str) -> set[str] | None:
        """Return the fields, inputs or values that a type has on this server; None without it."""
        shown = self.data(
            "query($name: String!) { __type(name: $name)"
            " { fields { name } inputFields { name } enumValues { name } } }",
            name=name,
        )["__type"]
        if shown is None:
            return None
        return {each["name"] for part in shown.values() for each in part or ()}

    @property
    def waited(self) -> int:
        """For how many seconds `until` looks, without the time of its requests."""
        return TRIES - 1

    def until(self, read: Callable[[], Any], wanted: Callable[[Any], bool]) -> Any:
        """Return what is read once it is as wanted, or at the last try."""
        for _ in range(TRIES - 1):
            if wanted(value := read()):
                return value
            self.pause(1.0)
        return read()

    # ---- cleaning up -----------------------------------------------------------------------

    def later(
        self,
        thing: str,
        delete: Callable[[], bool],
        instead: Callable[[], bool] | None = None,
        *,
        shared: bool = False,
    ) -> None:
        """Delete something at the end, whatever happens, or else close it and list it in `left`."""

        def undo() -> None:
            if not _works(delete):
                closed = instead is not None and _works(instead)
                self.left.append(f"{thing}, {'closed' if closed else 'unchanged'}")

        (self._shared if shared else self._cleanup).callback(undo)

    def deleted(self, path: str) -> bool:
        """Delete something with REST; return whether it is gone."""
        return self.rest("DELETE", path).status_code in (204, 404)

    def done(self, name: str, **values: Any) -> bool:
        """Send a mutation; return whether it was accepted, or its node is gone already."""
        errors = self.try_to(name, **values).get("errors") or ()
        return all(error.get("type") == "NOT_FOUND" for error in errors)

    # ---- things in the repository ----------------------------------------------------------

    def created(self, path: str, /, **body: Any) -> dict[str, Any]:
        """Create something with REST; raise `UncheckableError` if that is refused."""
        answer = self.rest("POST", path, body)
        if answer.status_code != requests.codes.created:
            raise UncheckableError(f"POST {path} answered HTTP {answer.status_code}")
        shown: dict[str, Any] = answer.json()
        return shown

    def issue(self, title: str = "An issue", /, **more: Any) -> dict[str, Any]:
        """Create an issue. At the end it is deleted, or closed if the token may not do that."""
        self.pause(BETWEEN_CREATIONS)
        made = self.created("/issues", title=self.name(title), **more)
        self.delete_later(made["number"], made["node_id"])
        return made

    def delete_later(self, number: int, node_id: str) -> None:
        """Delete an issue at the end, or close it."""
        self.later(
            f"issue #{number}",
            lambda: self.done("deleteIssue", issueId=node_id),
            lambda: self.rest("PATCH", f"/issues/{number}", {"state": "closed"}).ok,
        )

    def new_issue(self, title: str, fields: str, features: str = "", /, **values: Any) -> Any:
        """Create an issue with GraphQL and return fields of it; it is deleted like any other."""
        self.pause(BETWEEN_CREATIONS)
        issue = self.mutate(
            "createIssue",
            f"issue {{ number it: id {fields} }}",
            features,
            repositoryId=self.repository("id")["id"],
            title=self.name(title),
            **values,
        )["issue"]
        self.delete_later(issue["number"], issue["it"])
        return issue

    def label(self, name: str, /, **more: Any) -> requests.Response:
        """Try to create a label; if it is created, it is deleted at the end."""
        answer = self.rest("POST", "/labels", {"name": name, "color": "ededed", **more})
        if answer.status_code == requests.codes.created:
            path = f"/labels/{quote(answer.json()['name'], safe='')}"
            self.later("a label", lambda: self.deleted(path))
        return answer

    def milestone(self, text: str = "milestone", /, **more: Any) -> dict[str, Any]:
        """Create a milestone; it is deleted at the end."""
        made = self.created("/milestones", title=self.name(text), **more)
        self.later("a milestone", lambda: self.deleted(f"/milestones/{made['number']}"))
        return made

    def draft(self, text: str, /, **more: Any) -> requests.Response:
        """Try to create a draft release; if it is created, it is deleted at the end."""
        name = self.name(text)
        values = {"tag_name": name.replace(" ", "-"), "name": name, "draft": True, **more}
        answer = self.rest("POST", "/releases", values)
        if answer.status_code == requests.codes.created:
            path = f"/releases/{answer.json()['id']}"
            self.later("a draft release", lambda: self.deleted(path))
        return answer

    def repository(self, fields: str, features: str = "", /, **variables: Any) -> Any:
        """Return fields of the repository; a variable is its type and its value."""
        owner, _, name = self.scratch.repository.partition("/")
        declared = "".join(f", ${each}: {kind}" for each, (kind, _) in variables.items())
        shown = self.data(
            f"query($owner: String!, $name: String!{declared}) {{"
            f" repository(owner: $owner, name: $name) {{ {fields} }} }}",
            features,
            owner=owner,
            name=name,
            **{each: value for each, (_, value) in variables.items()},
        )["repository"]
        if shown is None:
            raise UncheckableError("the repository cannot be read")
        return shown

    # ---- boards ----------------------------------------------------------------------------

    def owner_id(self, login: str) -> str:
        """Return the node id of a user or an organization."""
        owner = self.data(
            "query($login: String!) { repositoryOwner(login: $login) { id } }", login=login
        )["repositoryOwner"]
        if owner is None:
            raise UncheckableError("there is no such account, or this token may not see it")
        return str(owner["id"])

    @property
    def board(self) -> dict[str, Any]:
        """The board of this run, which is created when the first check asks for it."""
        if self._board is None:
            owner = self.owner_id(self.scratch.board_owner)
            board = self.mutate(
                "createProjectV2",
                f"projectV2 {{ {BOARD} }}",
                ownerId=owner,
                title=self.name("board"),
            )["projectV2"]
            self.delete_board_later(board["id"], shared=True)
            self._board = {**board, "owner": owner}
        return self._board

    def delete_board_later(self, board_id: str, *, shared: bool = False) -> None:
        """Delete a board at the end, or close it."""
        self.later(
            "a board",
            lambda: self.done("deleteProjectV2", projectId=board_id),
            lambda: self.done("updateProjectV2", projectId=board_id, closed=True),
            shared=shared,
        )

    def card(self, content_id: str) -> str:
        """Add an issue to the board and return the id of its card."""
        added = self.mutate(
            "addProjectV2ItemById", "item { id }", projectId=self.board["id"], contentId=content_id
        )
        return str(added["item"]["id"])

    def field(self, text: str, data_type: str, fields: str = "", /, **more: Any) -> Any:
        """Create a field of the board and return its id, its name and other fields of it."""
        return self.mutate(
            "createProjectV2Field",
            f"projectV2Field {{ ... on ProjectV2FieldCommon {{ id name }} {fields} }}",
            projectId=self.board["id"],
            name=self.name(text),
            dataType=data_type,
            **more,
        )["projectV2Field"]

    def set_value(self, card: str, field_id: str, **value: Any) -> dict[str, Any]:
        """Try to set a value of a card."""
        return self.try_to(
            "updateProjectV2ItemFieldValue",
            projectId=self.board["id"],
            itemId=card,
            fieldId=field_id,
            value=value,
        )

    def value(self, card: str, field_name: str) -> Any:
        """Return what a card has in a field of the board, or None."""
        shown = self.node(
            card,
            "... on ProjectV2Item { it: fieldValueByName(name: $name) {"
            " ... on ProjectV2ItemFieldSingleSelectValue { name }"
            " ... on ProjectV2ItemFieldIterationValue { title }"
            " ... on ProjectV2ItemFieldNumberValue { number }"
            " ... on ProjectV2ItemFieldDateValue { date }"
            " ... on ProjectV2ItemFieldTextValue { text } } }",
            name=("String!", field_name),
        )["it"]
        return next(iter(shown.values()), None) if shown else None


BOARD: Final = (
    "id number"
    " fields(first: 50) { nodes { ... on ProjectV2FieldCommon { id name dataType }"
    " ... on ProjectV2SingleSelectField { options { id name } } } }"
    " views(first: 10) { nodes { name layout } }"
    " workflows(first: 50) { nodes { name enabled } }"
)
"""What is read of a new board."""


def messages(answer: dict[str, Any]) -> str:
    """Return the messages of the errors of a GraphQL answer."""
    return "; ".join(str(error.get("message")) for error in answer.get("errors") or ())


def _limited(text: str) -> bool:
    return any(words in text.lower() for words in _LIMITS)


def _works(act: Callable[[], bool]) -> bool:
    try:
        return act()
    except (requests.RequestException, UncheckableError, ValueError):
        return False
