"""Generates the types of GitHub's answers: `python -m tests.contract.answer_types` writes them.

Each operation and fragment in `queries/*.graphql` becomes a `TypedDict` that has what it selects.
A key is `NotRequired` if the answer may lack it: behind `@include`, in a part for some types only,
repeated under other aliases, or hidden from a server that does not know the field. GitHub's
published schema says the types; it is read from `node_modules` and not part of the project.

Three generators were tried first. ariadne-codegen 0.19 and turms 2.3 stop at `... on Node` within
an interface (and ariadne-codegen at `__type`), and both make pydantic models, which would fail as
a whole for a server that lacks a field. graphql-codegen 1.0 needs Python 3.12.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Final, TypeAlias, cast

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLCompositeType,
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    get_named_type,
    is_abstract_type,
    parse,
)

from backlog_sync.core.observed import Capabilities
from backlog_sync.github_api.documents import FILES, hidden_fields, unused_fields
from tests.contract.published import published

ROOT = Path(__file__).parents[2]
TARGET = ROOT / "src" / "backlog_sync" / "github_api" / "generated_answers.py"
HIDDEN = hidden_fields(
    Capabilities(
        sub_issues=False, dependencies=False, issue_types=False, boards=False, creation_policy=False
    )
) | unused_fields(())
SCALARS: Final = {
    "Boolean": "bool",
    "Date": "str",
    "DateTime": "str",
    "Float": "float",
    "ID": "str",
    "Int": "int",
    "String": "str",
    "URI": "str",
}
SMALL: Final = 3
"""Leaves that a type is named by, as in `UserWithIdLogin`; a larger one is named by where it is."""

HEAD = '''\
"""What GitHub answers to our documents. Generated: do not edit.

`python -m tests.contract.answer_types` writes this file from `queries/*.graphql` and GitHub's
published schema. Enumerations are `str`: servers of other versions have other values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from typing import NotRequired, TypedDict
else:
    # An answer is a dict, and a real TypedDict takes ten times as long to make: 20 ms in all.
    TypedDict = dict

N = TypeVar("N")


class PageOf(TypedDict):
    hasNextPage: bool
    endCursor: str | None


class Nodes(TypedDict, Generic[N]):
    nodes: list[N | None] | None


class Page(Nodes[N], Generic[N]):
    pageInfo: PageOf
'''
MADE_BY_HAND: Final = {"PageOf"}
"""Fragments that `HEAD` has."""


Place: TypeAlias = tuple[str, ...]
"""The keys that lead to an object, behind the name of the operation or fragment."""


@dataclass
class Shape:
    """A class in the making: its bases, and each key with its type and whether it is there."""

    bases: list[str] = field(default_factory=list)
    keys: dict[str, tuple[str, bool]] = field(default_factory=dict)

    def add(self, key: str, kind: str, required: bool) -> None:
        """Add a key; selected twice, it is there if one of them is."""
        known, was_required = self.keys.get(key, (kind, False))
        assert known == kind, f"{key} is both {known} and {kind}"
        self.keys[key] = (kind, required or was_required)


class Generator:
    """Turns documents into classes, each behind those that it needs."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self.schema = schema
        self.classes: dict[str, str] = {}
        self.operations = [
            d for d in document.definitions if isinstance(d, OperationDefinitionNode)
        ]
        self.fragments = {
            d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)
        }

    def module(self) -> str:
        """Return the text of the whole module."""
        for name in self.fragments:
            self.fragment(name)
        for operation in self.operations:
            assert operation.name is not None
            root = self.schema.get_root_type(operation.operation)
            assert root is not None
            name = operation.name.value
            if operation.operation is OperationType.MUTATION:
                self.payload(name, operation.selection_set.selections[0], root)
            else:
                self.declare(name, operation.selection_set, root)
        return "\n\n".join([HEAD, *self.classes.values()])

    def fragment(self, name: str) -> str:
        """Declare the class of a fragment and return its name."""
        if name not in MADE_BY_HAND and name not in self.classes:
            definition = self.fragments[name]
            self.declare(name, definition.selection_set, self.condition(definition))
        return name

    def payload(self, name: str, only: SelectionNode, root: GraphQLObjectType) -> None:
        """Declare the payload of a mutation under the mutation's name: it is sent in batches."""
        assert isinstance(only, FieldNode)
        assert only.selection_set is not None
        kind = get_named_type(root.fields[only.name.value].type)
        self.declare(name, only.selection_set, cast("GraphQLCompositeType", kind))

    def declare(
        self, name: str, selections: SelectionSetNode, parent: GraphQLCompositeType
    ) -> None:
        """Declare a class with what is selected."""
        shape = Shape()
        self.collect(shape, (name,), selections, parent, required=True)
        self.write(shape, name)

    def collect(
        self,
        shape: Shape,
        place: Place,
        selections: SelectionSetNode,
        parent: GraphQLCompositeType,
        *,
        required: bool,
    ) -> None:
        """Add what is selected of a type to a shape."""
        for one in selections.selections:
            always = required and not one.directives
            if isinstance(one, FieldNode):
                found = self.schema.get_field(parent, one.name.value)
                assert found is not None, f"{parent}.{one.name.value} does not exist"
                key = one.alias.value if one.alias else one.name.value
                repeated = one.alias is not None and key.endswith("0")
                always = always and not HIDDEN & {one.name.value, key} and not repeated
                kind = self.kind(found.type, one.selection_set, (*place, key.rstrip("0")))
                shape.add(key, kind, always)
            elif isinstance(one, InlineFragmentNode):
                inner = self.condition(one) if one.type_condition else parent
                always = always and self.covers(inner, parent)
                self.collect(shape, place, one.selection_set, inner, required=always)
            elif isinstance(one, FragmentSpreadNode):
                name = one.name.value
                inner = self.condition(self.fragments[name])
                if always and self.covers(inner, parent):
                    shape.bases.append(self.fragment(name))
                else:
                    parts = self.fragments[name].selection_set
                    self.collect(shape, (name,), parts, inner, required=False)

    def kind(
        self, output: GraphQLOutputType, selections: SelectionSetNode | None, place: Place
    ) -> str:
        """Return the Python type of a field, `None` included if it is nullable."""
        if isinstance(output, GraphQLNonNull):
            return self.bare(output.of_type, selections, place)
        return f"{self.bare(output, selections, place)} | None"

    def bare(
        self, output: GraphQLOutputType, selections: SelectionSetNode | None, place: Place
    ) -> str:
        """Return the Python type of a value that is not null."""
        if isinstance(output, GraphQLList):
            return f"list[{self.kind(output.of_type, selections, place)}]"
        named = get_named_type(output)
        if isinstance(named, GraphQLScalarType):
            return SCALARS[named.name]
        if isinstance(named, GraphQLEnumType):
            return "str"
        assert selections is not None
        return self.selected(cast("GraphQLCompositeType", named), selections, place)

    def selected(
        self, parent: GraphQLCompositeType, selections: SelectionSetNode, place: Place
    ) -> str:
        """Return the class of an object: a fragment's own, a small one, or one of this place."""
        only = _only(selections)
        while isinstance(only, InlineFragmentNode):  # all that is asked of one type of several
            only = _only(only.selection_set)
        if isinstance(only, FragmentSpreadNode):
            return self.fragment(only.name.value)
        shape = Shape()
        self.collect(shape, place, selections, parent, required=True)
        if _is_connection(shape) and shape.keys.keys() <= {"nodes", "pageInfo"}:
            return _connection(shape)
        leaves = list(_leaves(selections))
        kind = parent.name.lstrip("_")
        if len(leaves) == len(selections.selections) <= SMALL:
            return self.write(shape, f"{kind}With" + "".join(map(_capital, leaves)))
        return self.write(shape, f"{place[0]}{kind}", "".join(map(_capital, place)))

    def write(self, shape: Shape, *names: str) -> str:
        """Add the text of a class and return its name: the first one that no other class has."""
        if _is_connection(shape):
            shape.bases.append(_connection(shape))
            shape.keys.pop("nodes")
            shape.keys.pop("pageInfo", None)
        for name in names:
            text = _class(name, shape)
            if self.classes.setdefault(name, text) == text:
                return name
        raise AssertionError(f"two classes are called {names[-1]}")

    def condition(self, node: InlineFragmentNode | FragmentDefinitionNode) -> GraphQLCompositeType:
        """Return the type that a fragment is about."""
        assert node.type_condition is not None
        return cast("GraphQLCompositeType", self.schema.type_map[node.type_condition.name.value])

    def covers(self, inner: GraphQLCompositeType, outer: GraphQLCompositeType) -> bool:
        """Return whether each object of the outer type is one of the inner type."""
        return self.possible(outer) <= self.possible(inner)

    def possible(self, kind: GraphQLCompositeType) -> set[str]:
        """Return the names of the object types that a type stands for."""
        if is_abstract_type(kind):
            return {one.name for one in self.schema.get_possible_types(kind)}
        return {kind.name}


def _only(selections: SelectionSetNode) -> SelectionNode | None:
    return selections.selections[0] if len(selections.selections) == 1 else None


def _leaves(selections: SelectionSetNode) -> Iterator[str]:
    for one in selections.selections:
        plain = isinstance(one, FieldNode) and not one.alias and not one.directives
        if plain and not one.selection_set and one.name.value not in HIDDEN:  # type: ignore[attr-defined]  # a FieldNode
            yield one.name.value  # type: ignore[attr-defined]  # a FieldNode


def _capital(word: str) -> str:
    word = word.lstrip("_")
    return word[0].upper() + word[1:]


def _is_connection(shape: Shape) -> bool:
    kind, required = shape.keys.get("nodes", ("", False))
    return required and kind.endswith("] | None")


def _connection(shape: Shape) -> str:
    element = shape.keys["nodes"][0].removeprefix("list[").removesuffix(" | None] | None")
    return f"{'Page' if 'pageInfo' in shape.keys else 'Nodes'}[{element}]"


def _required(kind: str, required: bool) -> str:
    return kind if required else f"NotRequired[{kind}]"


def _class(name: str, shape: Shape) -> str:
    lines = [f"    {key}: {_required(*kind)}" for key, kind in shape.keys.items()]
    bases = ", ".join(shape.bases or ["TypedDict"])
    return "\n".join([f"class {name}({bases}):", *(lines or ["    pass"])]) + "\n"


def generate(schema: GraphQLSchema) -> str:
    """Return the text of `generated_answers.py` by this schema."""
    folder = files("backlog_sync.github_api") / "queries"
    text = "\n".join((folder / name).read_text("utf-8") for name in FILES)
    return Generator(schema, parse(text, no_location=True)).module()


if __name__ == "__main__":
    TARGET.write_text(generate(published("package")), encoding="utf-8")
