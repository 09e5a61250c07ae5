"""What one GraphQL schema says that another one does not say."""

from collections.abc import Iterator
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    is_required_argument,
    is_required_input_field,
    is_specified_scalar_type,
    print_ast,
)


def differences(ours: GraphQLSchema, theirs: GraphQLSchema) -> Iterator[str]:
    """Every place where ours says what theirs does not."""
    for name, kind in ours.type_map.items():
        if name.startswith("__") or is_specified_scalar_type(kind):
            continue
        known = theirs.type_map.get(name)
        if known is None:
            yield f"{name}: no such type"
        elif known.__class__.__name__ != kind.__class__.__name__:
            yield f"{name}: is {known.__class__.__name__}"
        else:
            yield from type_differences(name, kind, known)


def type_differences(name: str, ours: GraphQLNamedType, theirs: Any) -> Iterator[str]:
    """Where one type differs."""
    match ours:
        case GraphQLEnumType():
            for value in ours.values.keys() - theirs.values.keys():
                yield f"{name}.{value}: no such value"
        case GraphQLUnionType():
            known = {member.name for member in theirs.types}
            for member in ours.types:
                if member.name not in known:
                    yield f"{name}: {member.name} is no member"
        case GraphQLInputObjectType():
            yield from input_differences(name, ours, theirs)
        case GraphQLObjectType() | GraphQLInterfaceType():
            known = {interface.name for interface in theirs.interfaces}
            for interface in ours.interfaces:
                if interface.name not in known:
                    yield f"{name}: does not implement {interface.name}"
            for field_name, field in ours.fields.items():
                yield from field_differences(
                    f"{name}.{field_name}", field, theirs.fields.get(field_name)
                )


def input_differences(
    name: str, ours: GraphQLInputObjectType, theirs: GraphQLInputObjectType
) -> Iterator[str]:
    """Where an input differs; a field that must be given may not be missing in ours."""
    for field_name, field in ours.fields.items():
        yield from value_differences(f"{name}.{field_name}", field, theirs.fields.get(field_name))
    for field_name, known in theirs.fields.items():
        if is_required_input_field(known) and field_name not in ours.fields:
            yield f"{name}.{field_name}: must be given, and is missing"


def field_differences(place: str, ours: GraphQLField, theirs: GraphQLField | None) -> Iterator[str]:
    """Where a field differs in its type or its arguments."""
    if theirs is None:
        yield f"{place}: no such field"
        return
    if str(ours.type) != str(theirs.type):
        yield f"{place}: is {theirs.type}, not {ours.type}"
    for name, argument in ours.args.items():
        yield from value_differences(f"{place}({name})", argument, theirs.args.get(name))
    for name, known in theirs.args.items():
        if is_required_argument(known) and name not in ours.args:
            yield f"{place}({name}): must be given, and is missing"


def value_differences(
    place: str,
    ours: GraphQLArgument | GraphQLInputField,
    theirs: GraphQLArgument | GraphQLInputField | None,
) -> Iterator[str]:
    """Where an argument or an input's field differs in its type or its default."""
    if theirs is None:
        yield f"{place}: no such argument"
        return
    if str(ours.type) != str(theirs.type):
        yield f"{place}: is {theirs.type}, not {ours.type}"
    if written_default(ours) != written_default(theirs):
        yield f"{place}: defaults to {written_default(theirs)}, not {written_default(ours)}"


def written_default(value: GraphQLArgument | GraphQLInputField) -> str | None:
    """A default as it is written in the schema, None where there is none."""
    if value.ast_node is not None:
        node = value.ast_node.default_value
    else:  # read from what introspection says
        node = value.default.literal if value.default else None
    return print_ast(node) if node else None
