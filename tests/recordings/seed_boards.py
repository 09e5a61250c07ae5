"""Put the simulator into the state that a case of GraphQL requests about a board begins with.

The board, its cards and what is on them are derived from the recorded answers: a card that an
answer shows was there at the beginning, unless it is the answer of the request that adds it.
"""

import re
from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, TypeAlias, TypeVar

from graphql import FieldNode, ObjectValueNode, OperationDefinitionNode, parse

from github_sandbox import boards
from github_sandbox.models import Account, Field, Issue, Item, Project, Record
from tests.recordings.exchanges import Case, Exchange, exchanges
from tests.recordings.world import World, date_of

Shown: TypeAlias = Mapping[str, Any]
R = TypeVar("R", bound=Record)

SOURCE: Final = "github-project"
_VIEWER: Final = "person0"
"""Who recorded the cases, as the answers name them."""

_ADDING: Final = ("addProjectV2ItemById", "addProjectV2DraftIssue")
_PAGE_OF_ISSUE: Final = re.compile(r"/(?P<repo>[^/]+/[^/]+)/(?P<kind>issues|pull)/\d+$")

_KINDS: Final = {
    "ProjectV2ItemFieldTextValue": ("text", "text"),
    "ProjectV2ItemFieldNumberValue": ("number", "number"),
    "ProjectV2ItemFieldDateValue": ("date", "date"),
    "ProjectV2ItemFieldSingleSelectValue": ("option", "optionId"),
    "ProjectV2ItemFieldIterationValue": ("iteration", "iterationId"),
}
"""How a value is stored, and under which key an answer shows it, by its type."""


@dataclass(slots=True)
class _Found:
    """What the answers of a case show: each thing as it was first shown."""

    board: Shown | None = None
    cards: dict[str, Shown] = field(default_factory=dict)
    added: set[str] = field(default_factory=set)
    contents: dict[str, Shown] = field(default_factory=dict)
    before: int = 0


def seed(case: Case) -> World:
    """Return a simulator in the state that the case begins with."""
    found = _Found()
    for exchange in case.exchanges:
        _read(found, exchange)
    moment = next(filter(None, (date_of(each.headers) for each in case.exchanges)))
    world = World.at(moment)
    world.log_in(_VIEWER)
    login = next(filter(None, (_variables(each).get("owner") for each in case.exchanges)))
    owner = world.sandbox.ensure_organization(str(login))
    for exchange in case.exchanges:
        asked = str(_variables(exchange).get("id"))
        if asked in _contents() and "errors" not in exchange.body:
            found.contents.setdefault(asked, _contents()[asked])
    contents = {id_: _content(world, shown) for id_, shown in found.contents.items()}
    if found.board is not None or found.before:
        number = next(filter(None, (_variables(each).get("number") for each in case.exchanges)))
        _Board(world, owner, found, contents).build(int(number))
    return world


def _variables(exchange: Exchange) -> Shown:
    variables: Shown = exchange.request.get("variables") or {}
    return variables


# ---- what the answers show -----------------------------------------------------------------


def _read(found: _Found, exchange: Exchange) -> None:
    data = exchange.body.get("data") or {}
    adding = any(data.get(name) for name in _ADDING)
    for shown in _objects(data):
        if "fields" in shown and found.board is None:
            found.board = shown
        if "fieldValues" in shown:
            if adding and shown["id"] not in found.cards:
                found.added.add(shown["id"])
            found.cards.setdefault(shown["id"], shown)
        if "url" in shown and "number" in shown and "id" in shown:
            found.contents.setdefault(shown["id"], shown)
    after = _variables(exchange).get("after")
    if after:
        found.before = int(b64decode(f"{after}=="))


@cache
def _contents() -> Mapping[str, Shown]:
    """Return issues and pull requests of all cases: one case asks for one that it does not show."""
    found = _Found()
    for exchange in exchanges(SOURCE):
        _read(found, exchange)
    return found.contents


def _objects(value: Any) -> Iterator[Shown]:
    if isinstance(value, dict):
        yield value
        for each in value.values():
            yield from _objects(each)
    elif isinstance(value, list):
        for each in value:
            yield from _objects(each)


# ---- building the state --------------------------------------------------------------------


def _content(world: World, shown: Shown) -> Issue:
    """Create an issue or a pull request of an answer, in its repository."""
    place = _PAGE_OF_ISSUE.search(shown["url"])
    assert place is not None
    repository = world.sandbox.ensure_repository(place["repo"])
    author = world.sandbox.ensure_user(shown["author"]["login"])
    repository.next_number = max(repository.next_number, shown["number"] + 1)
    return _create(
        world,
        Issue,
        shown,
        repository=repository.id,
        number=shown["number"],
        title=shown["title"],
        author=author.id,
        is_pull=place["kind"] == "pull",
    )


def _create(world: World, kind: type[R], shown: Shown, /, **values: Any) -> R:
    """Create a record for one of an answer, whose node id it stands for from now on."""
    record = world.create(kind, shown, **values)
    world.same({"id": shown["id"]}, {"id": record.node_id})
    return record


@dataclass(slots=True)
class _Board:
    """Builds the board of a case."""

    world: World
    owner: Account
    found: _Found
    contents: Mapping[str, Issue]
    fields: dict[str, Field] = field(default_factory=dict)

    def build(self, number: int) -> None:
        """Create the board with its fields and cards."""
        shown = self.found.board or _any_board()
        viewer = self.world.sandbox.store.accounts[_VIEWER]
        project = _create(
            self.world,
            Project,
            shown,
            owner=self.owner.id,
            number=number,
            title=shown["title"],
            creator=viewer.id,
        )
        for each in shown["fields"]["nodes"]:
            self.fields[each["id"]] = self._field(project, each)
        names = {one.name: one.node_id for one in self.fields.values()}
        for raw, name in _raw_fields().items():
            self.world.nodes[raw] = names[name]
        for position in range(self.found.before):
            self._unseen_card(project, position)
        for id_, card in self.found.cards.items():
            if id_ not in self.found.added:
                self._card(project, card)

    def _field(self, project: Project, shown: Shown) -> Field:
        setup = shown.get("configuration") or {}
        iterations = [*setup.get("iterations", ()), *setup.get("completedIterations", ())]
        return _create(
            self.world,
            Field,
            shown,
            project=project.id,
            name=shown["name"],
            data_type=shown["dataType"],
            options=[
                {"id": each["id"], "name": each["name"], "color": "GRAY", "description": ""}
                for each in shown.get("options", ())
            ],
            iterations=[
                {
                    "id": each.get("id", f"{place:08x}"),
                    "title": each["title"],
                    "start": each["startDate"],
                    "duration": each["duration"],
                }
                for place, each in enumerate(iterations)
            ],
            iteration_setup={"duration": setup["duration"], "start_day": setup["startDay"]}
            if setup
            else {},
        )

    def _card(self, project: Project, shown: Shown) -> None:
        content = shown["content"]
        issue = self.contents.get(content["id"])
        creator = self.world.sandbox.store.accounts[_VIEWER]
        item = _create(
            self.world,
            Item,
            shown,
            project=project.id,
            position=project.next_position,
            content=issue.id if issue else None,
            draft_title=None if issue else content["title"],
            is_archived=shown["isArchived"],
            creator=creator.id,
        )
        project.next_position += 1
        for value in shown["fieldValues"]["nodes"]:
            self._value(item, value)

    def _value(self, item: Item, shown: Shown) -> None:
        own = self.fields.get((shown.get("field") or {}).get("id", ""))
        if own is not None and own.data_type in boards.CUSTOM_TYPES:
            kind, key = _KINDS[shown["__typename"]]
            item.values[str(own.id)] = {
                "kind": kind,
                "value": shown[key],
                "created_at": item.created_at,
                "updated_at": item.updated_at,
            }

    def _unseen_card(self, project: Project, position: int) -> None:
        """Create a card of an earlier page, which the case does not show."""
        store = self.world.sandbox.store
        shown = next(iter(self.contents.values()))
        issue = store.create(
            Issue, repository=shown.repository, number=position + 1, title="Unseen"
        )
        store.create(Item, project=project.id, position=position, content=issue.id)
        project.next_position = position + 1


def _any_board() -> Shown:
    """Return the board as another case shows it: all cases are about the same one."""
    for exchange in exchanges(SOURCE):
        for shown in _objects(exchange.body):
            if "fields" in shown:
                return shown
    raise LookupError("no answer shows the board")


# ---- ids that stand in the documents -------------------------------------------------------


@cache
def _raw_fields() -> Mapping[str, str]:
    """Return which field an id in a document means, by its name.

    The documents have the service's own ids, the answers stand-ins for them. The value that is
    set tells its field; all cases are about the same board.
    """
    fields = _any_board()["fields"]["nodes"]
    named: dict[str, str] = {}
    for exchange in exchanges(SOURCE):
        for alias, id_, value in _settings(exchange.query):
            name = _field_of(fields, alias, value) if value else None
            if name is not None:
                named.setdefault(id_, name)
    return named


def _settings(document: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yield the alias, the field's id and the value of each value that a document sets."""
    if "fieldId" not in document:
        return
    for definition in parse(document).definitions:
        assert isinstance(definition, OperationDefinitionNode)
        for node in definition.selection_set.selections:
            assert isinstance(node, FieldNode)
            (argument,) = node.arguments or ()
            given = _plain(argument.value)
            yield (node.alias or node.name).value, given["fieldId"], given.get("value", {})


def _plain(value: Any) -> Any:
    """Return a literal of a document as a plain value; None for a variable."""
    if isinstance(value, ObjectValueNode):
        return {each.name.value: _plain(each.value) for each in value.fields}
    return getattr(value, "value", None)


def _field_of(fields: Iterable[Shown], alias: str, value: Mapping[str, str]) -> str | None:
    """Return the name of the field that takes this value, by the alias if there are several."""
    ((kind, given),) = value.items()
    if kind == "singleSelectOptionId":
        taking = [f for f in fields if any(o["id"] == given for o in f.get("options", ()))]
    else:
        types = {"text": ("TEXT", "TITLE"), "iterationId": ("ITERATION",)}
        taking = [f for f in fields if f["dataType"] in types.get(kind, (kind.upper(),))]
    taking.sort(key=lambda f: (f["name"].lower() != alias.lower(), f["dataType"] == "TITLE"))
    return taking[0]["name"] if taking else None
