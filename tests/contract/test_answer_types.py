"""The generated types of GitHub's answers are those of our documents and of GitHub's schema."""

import pytest
from graphql import build_schema, parse

from tests.contract.answer_types import TARGET, Generator, generate
from tests.contract.published import SOURCES, Source, published


@pytest.mark.parametrize("source", SOURCES)
def test_the_generated_types_are_up_to_date(source: Source) -> None:
    """`python -m tests.contract.answer_types` writes them, and gives the same by each source."""
    assert generate(published(source)) == TARGET.read_text(encoding="utf-8")


SCHEMA = build_schema("""
    interface Node { id: ID! }
    type Issue implements Node { id: ID! title: String! parent: Issue labels: LabelConnection }
    type Label implements Node { id: ID! name: String! }
    type LabelConnection { nodes: [Label] pageInfo: String! }
    type Query { node(id: ID!): Node nodes: [Node]! issue: Issue }
""")


@pytest.mark.parametrize(
    ("selected", "declared"),
    [
        ("issue { title }", "issue: IssueWithTitle | None"),
        ("issue { title @include(if: $a) }", "title: NotRequired[str]"),
        ("issue { parent { id } }", "parent: NotRequired[IssueWithId | None]"),
        ("issue { labels { nodes { name } } }", "labels: Nodes[LabelWithName] | None"),
        ("issue { name0: title }", "name0: NotRequired[str]"),
        ("node { ... on Issue { title } }", "title: NotRequired[str]"),
        ("issue { ... on Node { id } }", "id: str"),
        ("node { ...F }", "node: F | None"),
        ("nodes { ...F id }", "title: NotRequired[str]"),
        ("issue { ...F id }", "class QIssue(F):"),
    ],
)
def test_what_an_answer_may_lack_is_not_required(selected: str, declared: str) -> None:
    """Behind a directive, in another type, under other aliases, or hidden from older servers."""
    text = f"query Q {{ {selected} }} fragment F on Issue {{ title }}"
    assert declared in Generator(SCHEMA, parse(text)).module()
