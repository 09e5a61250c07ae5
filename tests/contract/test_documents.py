"""Our GraphQL documents against GitHub's own schema, and what each costs."""

import json
from functools import cache
from importlib.resources import files
from pathlib import Path

import pytest
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    build_ast_schema,
    parse,
    validate,
)

from backlog_sync.core.observed import Capabilities
from backlog_sync.core.rate import BODY_BATCH, SMALL_BATCH
from backlog_sync.github_api import generated_answers as answers
from backlog_sync.github_api.documents import (
    batch,
    document,
    hidden_fields,
    is_mutation,
    names,
    repeated,
    talks_at,
    unused_fields,
)
from tests.contract.published import SOURCES, published

COSTS = Path(__file__).with_name("costs.json")
WIDEST = 100
"""The largest page, which is what a variable `$first` may hold."""
TOGETHER = ("RepositoriesAt", "IssuePagesAt", "RecentIssuesAt")
"""Reads of several repositories, of 200 issues in all."""


@cache
def documents() -> dict[str, DocumentNode]:
    """Every document that can be sent: the named ones, and those put together at run time."""
    usual = unused_fields(())
    built = {name: document(getattr(answers, name), usual) for name in names()}
    optional = ("Overview", "OverviewWithBoard", "IssuesPage", "MilestonesPage", "IssuesStanding")
    for name in optional:
        built[f"{name}, optional fields"] = document(getattr(answers, name))
    writes = [name for name in names() if is_mutation(name)]
    for name in writes:
        size = (
            BODY_BATCH
            if name in ("CreateIssue", "CreateIssueOnBoard", "UpdateIssue")
            else SMALL_BATCH
        )
        built[f"{name} x {size}"] = batch([name] * size, usual)
    built["every mutation"] = batch(writes, usual)
    built["every mutation, optional fields"] = batch(writes)
    built["BoardItems, no field"] = repeated(answers.BoardItems, 0, usual)
    built["BoardItems, 50 fields"] = repeated(answers.BoardItems, 50, usual)
    built["BoardItems, 50 fields, optional fields"] = repeated(answers.BoardItems, 50)
    built["CardsOf, 50 fields"] = repeated(answers.CardsOf, 50, usual)
    built["Users x 20"] = repeated(answers.Users, 20)
    built["Assignable x 50"] = repeated(answers.Assignable, 50)
    built["Permissions x 50"] = repeated(answers.Permissions, 50)
    built["IssuesAt x 50"] = repeated(answers.IssuesAt, 50)
    built["TalksAt, 5 issues and 5 discussions"] = talks_at([False, True] * 5)
    built["IssuesByNumber x 100"] = repeated(answers.IssuesByNumber, 100, usual)
    built["IssueNumbersAt x 100"] = repeated(answers.IssueNumbersAt, 100, usual)
    built["TouchedAt x 10"] = repeated(answers.TouchedAt, 10, usual)
    for name in TOGETHER:
        built[f"{name} x 20, 10 issues each"] = repeated(getattr(answers, name), 20, usual)
    built["CheckupsAt x 20"] = repeated(answers.CheckupsAt, 20, usual)
    least = hidden_fields(Capabilities(False, False, False, False)) | usual
    for name in ("Overview", "IssuesPage", *TOGETHER, "IssuesById", "IssuesTouched"):
        built[f"{name}, older server"] = document(getattr(answers, name), least)
    built["IssuesByNumber x 100, older server"] = repeated(answers.IssuesByNumber, 100, least)
    built["CreateIssue, older server"] = batch(["CreateIssue"], least)
    return {name: one.node for name, one in built.items()}


@pytest.fixture(scope="module", params=SOURCES)
def schema(request: pytest.FixtureRequest) -> GraphQLSchema:
    """GitHub's published schema with what it gained since, by one source after the other."""
    return published(request.param)


@pytest.mark.parametrize("name", documents())
def test_documents_are_valid_on_github(schema: GraphQLSchema, name: str) -> None:
    """Each document, also those put together at run time, is one that GitHub accepts."""
    assert validate(schema, documents()[name]) == []


def test_documents_are_valid_on_the_sandbox() -> None:
    """The simulated GitHub's own schema takes every document too."""
    folder = files("github_sandbox")
    sandbox = build_ast_schema(parse((folder / "schema.graphql").read_text("utf-8")))
    faults = {name: validate(sandbox, one) for name, one in documents().items()}
    assert {name: found for name, found in faults.items() if found} == {}


def test_costs_are_what_is_written_down() -> None:
    """Points and nodes of each document, by GitHub's formula, are those in `costs.json`."""
    found = costs()
    assert json.loads(COSTS.read_text()) == found


def test_an_unchanged_run_is_cheap() -> None:
    """A thousand issues and their board cost a small part of a workflow's 1,000 points an hour."""
    found = costs()
    points = {name: one["points"] for name, one in found.items()}
    whole = points["OverviewWithBoard"] + 9 * points["IssuesPage"] + 10 * points["BoardItems"]
    assert whole <= 60
    assert all(one["nodes"] <= 500_000 for one in found.values())


def costs() -> dict[str, dict[str, int]]:
    """What each document costs."""
    return {
        name: cost(one, 10 if name.endswith(", 10 issues each") else WIDEST)
        for name, one in documents().items()
    }


def cost(tree: DocumentNode, widest: int = WIDEST) -> dict[str, int]:
    """GitHub's formula: each connection costs one request for each parent; 100 are a point."""
    fragments = {
        one.name.value: one for one in tree.definitions if isinstance(one, FragmentDefinitionNode)
    }
    requests = nodes = 0

    def walk(selections: SelectionSetNode, parents: int) -> None:
        nonlocal requests, nodes
        for one in selections.selections:
            if isinstance(one, FragmentSpreadNode):
                walk(fragments[one.name.value].selection_set, parents)
                continue
            below = parents
            for argument in one.arguments or () if isinstance(one, FieldNode) else ():
                if argument.name.value in ("first", "last"):
                    fixed = isinstance(argument.value, IntValueNode)
                    size = int(argument.value.value) if fixed else widest  # type: ignore[attr-defined] # an IntValueNode
                    requests += parents
                    nodes += parents * size
                    below = parents * size
            inner = getattr(one, "selection_set", None)
            if inner:
                walk(inner, below)

    for one in tree.definitions:
        if isinstance(one, OperationDefinitionNode):
            walk(one.selection_set, 1)
    return {"points": max(1, round(requests / 100)), "nodes": nodes}


if __name__ == "__main__":
    COSTS.write_text(json.dumps(costs(), indent=2) + "\n")
