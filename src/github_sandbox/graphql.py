"""Serve GitHub's GraphQL API: parse, validate, compute the cost, execute, and format errors."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from graphql import (
    BREAK,
    ArgumentNode,
    DocumentNode,
    ExecutionResult,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLSyntaxError,
    InlineFragmentNode,
    ListValueNode,
    Node,
    ObjectFieldNode,
    OperationDefinitionNode,
    OperationType,
    TypeInfo,
    TypeInfoVisitor,
    ValueNode,
    VariableNode,
    Visitor,
    build_client_schema,
    build_schema,
    execute_sync,
    parse,
    print_ast,
    validate,
    visit,
)

from github_sandbox.context import Context, Info
from github_sandbox.cost import NODE_LIMIT, Cost, measure
from github_sandbox.features import Features, prune
from github_sandbox.models import typename
from github_sandbox.problems import RefusalError
from github_sandbox.read import TYPES
from github_sandbox.store import MOMENT
from github_sandbox.write import MUTATIONS, Mutation


@dataclass(frozen=True, slots=True)
class Prepared:
    """A parsed and validated document; `errors` are in the format of the response."""

    document: DocumentNode | None
    errors: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Call:
    """An executable call: its operation, its name, its mutations, its cost.

    `mutated` are the mutations in order, `fields` the names of their results.
    """

    schema: GraphQLSchema
    document: DocumentNode
    name: str | None
    variables: dict[str, Any]
    mutated: tuple[str, ...]
    fields: list[str]
    cost: Cost

    @property
    def mutations(self) -> int:
        """The number of mutations in the call."""
        return len(self.mutated)


ALL = Features()


def _parse_moment(value: Any) -> str:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        raise ValueError(f'Could not coerce value "{value}" to DateTime') from None
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment.strftime(MOMENT)


def _parse_date(value: Any) -> str:
    try:
        return date.fromisoformat(str(value)[:10]).isoformat()
    except ValueError:
        raise ValueError(f'Could not coerce value "{value}" to Date') from None


def _literal(parser: Callable[[Any], str]) -> Callable[..., str]:
    """Return a parser of literals in the document, from a parser of values."""
    return lambda node, _=None: parser(node.value)


def _mutation_resolver(mutate: Mutation) -> Any:
    def resolve(_: Any, info: Info, input: dict[str, Any]) -> dict[str, Any]:  # noqa: A002 - the schema's name
        if info.path.key in info.context.failing:
            raise RefusalError("UNPROCESSABLE", "Something went wrong with this one.")
        payload = mutate(info.context, input)
        return {"clientMutationId": input.get("clientMutationId"), **payload}

    return resolve


@cache
def schema(features: Features = ALL) -> GraphQLSchema:
    """Return the sandbox's schema with its resolvers, for a server with these features."""
    folder = files("github_sandbox")
    # Both say the same, and tests validate it: that takes half as long again as reading it. What
    # introspection says of the whole schema is read in a third of the time that its text takes.
    if features.missing:
        text = folder.joinpath("schema.graphql").read_text("utf-8")
        built = build_schema(prune(text, features), no_location=True, assume_valid=True)
    else:
        known = json.loads(folder.joinpath("schema.json").read_text("utf-8"))
        built = build_client_schema(known, assume_valid=True)
    for name, parser in (("DateTime", _parse_moment), ("Date", _parse_date)):
        scalar = built.type_map[name]
        assert isinstance(scalar, GraphQLScalarType)
        # in graphql-core, the parser of a scalar from a text schema is set by assignment
        scalar.parse_value = parser  # type: ignore[method-assign]  # as graphql-core documents
        scalar.coerce_input_value = parser  # of variables, since 3.3
        scalar.parse_literal = _literal(parser)  # type: ignore[method-assign]  # the same
    for name, table in TYPES.items():
        kind = built.type_map.get(name)
        if kind is None and features.missing:
            continue  # this server does not have the type
        assert isinstance(kind, GraphQLObjectType)
        for field_name, field in kind.fields.items():
            field.resolve = table.get(field_name)
    mutation = built.mutation_type
    assert mutation is not None
    for field_name, field in mutation.fields.items():
        field.resolve = _mutation_resolver(MUTATIONS[field_name])
    return built


def warm(features: Features = ALL) -> None:
    """Build the schema now, once per process: the first request does not have to wait for it."""
    prepare("{ viewer { login } }", features)


# ---- faults in GitHub's words --------------------------------------------------------------

_REWORDED: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (
        re.compile(r"Cannot query field '(?P<field>\w+)' on type '(?P<type>\w+)'"),
        "Field '{field}' doesn't exist on type '{type}'",
        "undefinedField",
    ),
    (
        re.compile(r"Unknown argument '(?P<argument>\w+)' on field '\w+\.(?P<field>\w+)'"),
        "Field '{field}' doesn't accept argument '{argument}'",
        "argumentNotAccepted",
    ),
    (
        re.compile(r"Field '(?P<field>\w+)' is not defined by type '(?P<type>\w+)'"),
        "InputObject '{type}' doesn't accept argument '{field}'",
        "argumentNotAccepted",
    ),
    (  # graphql-core 3.3 says it in other words
        re.compile(
            r"Expected value of type '(?P<type>\w+)!?'"
            r" not to include unknown field '(?P<field>\w+)'"
        ),
        "InputObject '{type}' doesn't accept argument '{field}'",
        "argumentNotAccepted",
    ),
    (
        re.compile(r"Unknown type '(?P<type>\w+)'"),
        "{type} isn't a defined input type",
        "variableRequiresValidType",
    ),
)


def _extension_names(parts: dict[str, str]) -> dict[str, str]:
    """Return parts of a message under the names in GitHub's `extensions`."""
    return {f"{name}Name": value for name, value in parts.items()}


def _locations(error: GraphQLError) -> list[dict[str, int]]:
    return [
        {"line": location.line, "column": location.column} for location in error.locations or ()
    ]


def _step(node: Node) -> str | None:
    """Return what a node adds to the path of an invalid part of a document."""
    match node:
        case OperationDefinitionNode():
            name = f" {node.name.value}" if node.name else ""
            return f"{node.operation.value}{name}"
        case FragmentDefinitionNode():
            return f"fragment {node.name.value}"
        case InlineFragmentNode():
            return f"... on {node.type_condition.name.value}" if node.type_condition else "..."
        case FragmentSpreadNode():
            return f"... {node.name.value}"
        case FieldNode():
            return (node.alias or node.name).value
        case ArgumentNode() | ObjectFieldNode():
            return node.name.value
    return None


class _Place(Visitor):
    """Finds a node in a document: what it is in, and which types its arguments expect there."""

    def __init__(self, node: Node, types: TypeInfo) -> None:
        super().__init__()
        self.faulty = node
        self.types = types
        self.ancestors: list[Node] = []
        self.expected: dict[Node, tuple[object, object]] = {}

    def enter(self, node: Node, _key: Any, parent: Any, _path: Any, ancestors: list[Any]) -> Any:
        """Stop at the node, with the place it is at."""
        if isinstance(node, ArgumentNode | ObjectFieldNode):
            kinds = (self.types.get_input_type(), self.types.get_parent_input_type())
            self.expected[node] = kinds
        if node is not self.faulty:
            return None
        self.ancestors = [each for each in (*ancestors, parent) if isinstance(each, Node)]
        return BREAK

    @property
    def path(self) -> list[str]:
        """The path that GitHub gives to a fault of the document: it begins with the operation."""
        return [step for each in (*self.ancestors, self.faulty) if (step := _step(each))]


def _place_of(error: GraphQLError, document: DocumentNode, features: Features) -> _Place | None:
    if not error.nodes:
        return None
    types = TypeInfo(schema(features))
    place = _Place(error.nodes[0], types)
    visit(document, TypeInfoVisitor(types, place))
    return place if place.ancestors else None  # graphql-core copies some nodes


def _bad_literal(place: _Place) -> dict[str, Any] | None:
    """Return GitHub's error for a literal of another type than expected (recorded 2023).

    The location is that of the field or the input object that the argument is in. None if the
    fault is not that of a literal.
    """
    chain = place.ancestors
    while chain and isinstance(chain[-1], ListValueNode):
        chain = chain[:-1]
    holder = chain[-1] if chain else None
    literal = isinstance(place.faulty, ValueNode) and not isinstance(place.faulty, VariableNode)
    if not literal or not isinstance(holder, ArgumentNode | ObjectFieldNode):
        return None
    around, (expected, input_object) = chain[-2], place.expected[holder]
    in_field = isinstance(holder, ArgumentNode)
    kind, shown = ("Field", _step(around)) if in_field else ("InputObject", input_object)
    shown = str(shown).rstrip("!")
    name, start = holder.name.value, around.loc.start_token if around.loc else None
    return {
        "path": place.path,
        "extensions": {
            "code": "argumentLiteralsIncompatible",
            "typeName": kind,
            "argumentName": name,
        },
        "locations": [{"line": start.line, "column": start.column}] if start else [],
        "message": (
            f"Argument '{name}' on {kind} '{shown}' has an invalid value"
            f" ({print_ast(holder.value)}). Expected type '{expected}'."
        ),
    }


_MISSING = "to include required field"
"""What graphql-core says of an input object that lacks a part: not a fault of a literal."""


def _invalid(error: GraphQLError, document: DocumentNode, features: Features) -> dict[str, Any]:
    """Return an error of the document, with GitHub's message if it is known."""
    place = _place_of(error, document, features)
    if place and _MISSING not in error.message and (fault := _bad_literal(place)):
        return fault
    fault = {"path": place.path} if place else {}
    message = error.message
    for pattern, words, code in _REWORDED:
        match = pattern.match(error.message)
        if match:
            fault["extensions"] = {"code": code, **_extension_names(match.groupdict())}
            message = words.format(**match.groupdict())
            break
    return {**fault, "locations": _locations(error), "message": message}


def _failed(error: GraphQLError) -> dict[str, Any]:
    """Return the error of a field during execution, or raise a bug of the sandbox itself."""
    cause = error.original_error
    if isinstance(cause, RefusalError):
        return {
            "type": cause.type,
            "path": error.path,
            "locations": _locations(error),
            "message": cause.message,
        }
    if cause is not None:
        raise cause
    return {"path": error.path, "locations": _locations(error), "message": error.message}


# ---- the call ------------------------------------------------------------------------------


_SAME_SHAPE = "because they return conflicting types"
"""GitHub allows `state` of an issue and of a pull request in one selection, and gh sends that."""


@lru_cache(maxsize=256)
def prepare(text: str, features: Features = ALL) -> Prepared:
    """Parse and validate a document; the result is cached, as clients repeat their documents."""
    try:
        document = parse(text)
    except GraphQLSyntaxError as error:
        fault = {"locations": _locations(error), "message": error.message}
        return Prepared(None, (fault,))
    errors = [
        error
        for error in validate(schema(features), document, max_errors=100)
        if _SAME_SHAPE not in error.message
    ]
    return Prepared(document, tuple(_invalid(error, document, features) for error in errors))


def _operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode | None:
    operations = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
    if name is None:
        return operations[0] if len(operations) == 1 else None
    return next((o for o in operations if o.name and o.name.value == name), None)


def _refuse(message: str, **more: Any) -> dict[str, Any]:
    return {"errors": [{"message": message, **more}]}


def read_call(body: Any, features: Features = ALL) -> Call | dict[str, Any]:
    """Return the call in a request's JSON, or the response that refuses it."""
    if not isinstance(body, dict) or not isinstance(body.get("query"), str):
        return _refuse("A query attribute must be specified and must be a string.")
    prepared = prepare(body["query"], features)
    if prepared.document is None or prepared.errors:
        return {"errors": list(prepared.errors)}
    name = body.get("operationName") or None
    operation = _operation(prepared.document, name)
    if operation is None:
        return _refuse(f'No operation named "{name}"' if name else "An operation name is required")
    variables = body.get("variables") or {}
    fragments = {
        d.name.value: d
        for d in prepared.document.definitions
        if isinstance(d, FragmentDefinitionNode)
    }
    cost = measure(operation, fragments, variables)
    if cost.nodes > NODE_LIMIT:
        return {
            "data": None,
            **_refuse(
                f"This query requests up to {cost.nodes:,} possible nodes which exceeds the"
                f" maximum limit of {NODE_LIMIT:,}.",
                type="MAX_NODE_LIMIT_EXCEEDED",
            ),
        }
    top: list[FieldNode] = []
    if operation.operation is OperationType.MUTATION:
        top = [n for n in operation.selection_set.selections if isinstance(n, FieldNode)]
    return Call(
        schema(features),
        prepared.document,
        operation.name.value if operation.name else None,
        variables,
        tuple(node.name.value for node in top),
        [node.alias.value if node.alias else node.name.value for node in top],
        cost,
    )


def run(call: Call, ctx: Context) -> dict[str, Any]:
    """Execute a call: mutations one after the other; one may fail without the others."""
    result = execute_sync(
        call.schema,
        call.document,
        variable_values=call.variables,
        operation_name=call.name,
        context_value=ctx,
        type_resolver=lambda record, *_: typename(record),
    )
    assert isinstance(result, ExecutionResult)
    if result.data is None and all(e.path is None for e in result.errors or ()) and result.errors:
        return {
            "errors": [
                {"locations": _locations(error), "message": error.message}
                for error in result.errors
            ]
        }
    response: dict[str, Any] = {"data": result.data}
    if result.errors:
        response["errors"] = [_failed(error) for error in result.errors]
    return response
