"""GitHub's published GraphQL schema with what it gained since.

There are two sources. The npm package `@octokit/graphql-schema` with `additions.graphql`, our own
list, is there for everybody; a schema and an overlay beside the checkout are fuller. What we say
of GitHub must be true by each of them. What none of them has yet is in
`additions_unpublished.graphql`.
"""

from functools import cache
from pathlib import Path
from typing import Literal

import pytest
from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    build_ast_schema,
    extend_schema,
    parse,
)

from tests.contract.packages import package

SHARED = Path(__file__).parents[2].parent / "shared" / "github"
ADDITIONS = Path(__file__).with_name("additions.graphql")
UNPUBLISHED = Path(__file__).with_name("additions_unpublished.graphql")
Source = Literal["package", "overlay"]
SOURCES: tuple[Source, ...] = ("package", "overlay") if SHARED.is_dir() else ("package",)


@cache
def _extended(base: Path, more: Path | None) -> GraphQLSchema:
    # GitHub's SDL has deprecated required arguments, which graphql-core would not take.
    built = build_ast_schema(parse(base.read_text("utf-8"), no_location=True), assume_valid=True)
    if more is None:
        return built
    text = more.read_text("utf-8") + ARGUMENTS_OF
    whole = extend_schema(built, parse(text, no_location=True), assume_valid=True)
    _add_arguments(whole)
    if "ProjectV2MultiSelectField" not in whole.type_map:
        unpublished = parse(UNPUBLISHED.read_text("utf-8"), no_location=True)
        whole = extend_schema(whole, unpublished, assume_valid=True)
    return whole


ARGUMENTS_OF = """
enum ProjectV2ItemArchivedState { ARCHIVED NOT_ARCHIVED }
"""
"""Types that only arguments use which existing fields gained: SDL cannot add an argument."""


def _add_arguments(schema: GraphQLSchema) -> None:
    """Add the arguments that existing fields gained (docs.github.com/graphql, changelog)."""
    board, states = schema.type_map["ProjectV2"], schema.type_map["ProjectV2ItemArchivedState"]
    assert isinstance(board, GraphQLObjectType)
    assert isinstance(states, GraphQLEnumType)
    listed = GraphQLList(GraphQLNonNull(states))
    board.fields["items"].args["archivedStates"] = GraphQLArgument(listed)


def published(source: Source) -> GraphQLSchema:
    """GitHub's schema by this source; skips the test where that source is not there."""
    if source == "package":
        return _extended(package("@octokit/graphql-schema") / "schema.graphql", ADDITIONS)
    if not SHARED.is_dir():
        pytest.skip("there is no fuller schema beside this checkout")
    return _extended(SHARED / "schema.graphql", SHARED / "overlay.graphql")


def bare() -> GraphQLSchema:
    """The package's schema alone, as it was before the additions."""
    return _extended(package("@octokit/graphql-schema") / "schema.graphql", None)
