"""The sandbox's GraphQL schema says nothing that GitHub's published schema does not say."""

import pytest
from graphql import GraphQLSchema, build_ast_schema, parse, validate

from github_sandbox.graphql import schema as sandbox_schema
from tests.contract.differences import differences
from tests.contract.published import SHARED, SOURCES, bare, published


@pytest.fixture(params=SOURCES)
def theirs(request: pytest.FixtureRequest) -> GraphQLSchema:
    """GitHub's schema, by one source after the other."""
    return published(request.param)


def test_every_name_means_what_it_means_on_github(theirs: GraphQLSchema) -> None:
    """Each type, field, argument, default, nullability and enum value is GitHub's own."""
    assert list(differences(sandbox_schema(), theirs)) == []


def test_a_difference_would_be_found(theirs: GraphQLSchema) -> None:
    """The comparison is not blind: a field of another type is named."""
    ours = build_ast_schema(
        parse(
            "type Query { viewer: User nothing: Int rateLimit(dryRun: Boolean = true): Int }"
            "type User { id: Int }"
        )
    )
    found = list(differences(ours, theirs))
    assert "Query.viewer: is User!, not User" in found
    assert "Query.nothing: no such field" in found
    assert "User.id: is ID!, not Int" in found
    assert "Query.rateLimit(dryRun): defaults to false, not true" in found


def test_our_list_of_additions_says_nothing_of_its_own() -> None:
    """What we wrote down as added since is in the fuller schema too, word for word in meaning."""
    assert list(differences(published("package"), published("overlay"))) == []


def test_our_list_of_additions_holds_what_is_used_and_no_more() -> None:
    """Without it something of the sandbox's would be unknown; each type in it is used."""
    missing = list(differences(sandbox_schema(), bare()))
    assert "Issue.blockedBy: no such field" in missing
    assert "CreateIssueInput.projectV2Ids: no such argument" in missing
    added = published("package").type_map.keys() - bare().type_map.keys()
    assert added - sandbox_schema().type_map.keys() == set()


def test_queries_of_our_kind_are_valid_on_both() -> None:
    """The sample reads and writes that GitHub's schema takes are taken by the sandbox.

    Setting issue fields is not modelled; everything else is.
    """
    github = published("overlay")
    document = parse((SHARED / "sample-queries.graphql").read_text("utf-8"))
    assert validate(github, document) == []
    missing = [error.message for error in validate(sandbox_schema(), document)]
    assert [message for message in missing if "IssueFieldValue" not in message] == []
