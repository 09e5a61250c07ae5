"""The GraphQL documents: read from `queries/*.graphql`, put together for one request."""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Final

from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    NameNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    VisitorAction,
    parse,
    visit,
)

FILES: Final = ("fragments.graphql", "reads.graphql", "mutations.graphql")
ALL: Final[frozenset[str]] = frozenset()
"""Nothing hidden: what a server knows that has everything."""


def document(name: str, hidden: frozenset[str] = ALL) -> DocumentNode:
    """The operation of that name with the fragments it uses. Raises KeyError for no such name.

    `hidden` are names of fields that the server does not know, which are left out.
    """
    return _with_fragments(_library(hidden)[0][name], hidden)


def batch(names: Sequence[str], hidden: frozenset[str] = ALL) -> DocumentNode:
    """One mutation that runs the named ones in order, without hidden fields.

    The field of the n-th stands under the alias `m<n>` and takes its input from `$i<n>`: GitHub
    runs the fields of a mutation one after the other, as the GraphQL specification demands.
    """
    fields, variables = [], []
    for index, name in enumerate(names):
        operation = _library(hidden)[0][name]
        (field,) = operation.selection_set.selections
        assert isinstance(field, FieldNode)
        variable = VariableNode(name=NameNode(value=f"i{index}"))
        argument = ArgumentNode(name=NameNode(value="input"), value=variable)
        fields.append(
            FieldNode(
                alias=NameNode(value=f"m{index}"),
                name=field.name,
                arguments=(argument,),
                directives=(),
                selection_set=field.selection_set,
            )
        )
        variables.append(
            VariableDefinitionNode(
                variable=variable,
                type=_variables(operation)[0].type,
                default_value=None,
                directives=(),
            )
        )
    return _with_fragments(
        OperationDefinitionNode(
            operation=OperationType.MUTATION,
            name=NameNode(value="Batch"),
            variable_definitions=tuple(variables),
            directives=(),
            selection_set=SelectionSetNode(selections=tuple(fields)),
        ),
        hidden,
    )


def issues_at(count: int) -> DocumentNode:
    """A query for so many issues by `$owner<n>`, `$name<n>` and `$number<n>`, each as `at<n>`."""
    return _each_at("IssuesAt", ["issue(number: $number{}) {{ ...IssueLink }}"] * count)


def talks_at(discussions: Sequence[bool]) -> DocumentNode:
    """A query for issues and discussions with what is said in them, each as `at<n>`.

    `discussions` tells of each whether it is one; variables as of `issues_at`.
    """
    return _each_at("TalksAt", [_DISCUSSION_TALK if each else _ISSUE_TALK for each in discussions])


_ISSUE_TALK = "talk: issue(number: $number{}) {{ ...IssueTalk }}"
_DISCUSSION_TALK = "talk: discussion(number: $number{}) {{ ...DiscussionTalk }}"


def _each_at(name: str, wanted: Sequence[str]) -> DocumentNode:
    """A query of that name for a field of the repository `$owner<n>/$name<n>` each."""
    variables = " ".join(
        f"$owner{n}: String!, $name{n}: String!, $number{n}: Int!" for n in range(len(wanted))
    )
    fields = "\n".join(
        f"at{n}: repository(owner: $owner{n}, name: $name{n}) {{ {field.format(n)} }}"
        for n, field in enumerate(wanted)
    )
    text = f"query {name}({variables}) {{ rateLimit {{ cost }} {fields} }}"
    (operation,) = parse(text, no_location=True).definitions
    assert isinstance(operation, OperationDefinitionNode)
    return _with_fragments(operation, ALL)


@cache
def repeated(name: str, stem: str, count: int, hidden: frozenset[str] = ALL) -> DocumentNode:
    """The named query with its field `<stem>0`, and the variable of that name, `count` times.

    The copies are called `<stem>0`, `<stem>1` and so on; with a count of 0 the field is left out.
    """
    operation = _library(hidden)[0][name]
    original = f"{stem}0"

    def copies(node: FieldNode) -> list[FieldNode]:
        return [_renamed(node, original, f"{stem}{i}") for i in range(count)]

    class Repeat(Visitor):
        def enter_selection_set(self, node: SelectionSetNode, *_: object) -> SelectionSetNode:
            selections: list[SelectionNode] = []
            for selection in node.selections:
                if (
                    isinstance(selection, FieldNode)
                    and selection.alias
                    and selection.alias.value == original
                ):
                    selections.extend(copies(selection))
                else:
                    selections.append(selection)
            return SelectionSetNode(selections=tuple(selections))

    (kind,) = (v.type for v in _variables(operation) if v.variable.name.value == original)
    others = [v for v in _variables(operation) if v.variable.name.value != original]
    added = [
        VariableDefinitionNode(
            variable=VariableNode(name=NameNode(value=f"{stem}{i}")),
            type=kind,
            default_value=None,
            directives=(),
        )
        for i in range(count)
    ]
    return _with_fragments(
        OperationDefinitionNode(
            operation=operation.operation,
            name=operation.name,
            variable_definitions=(*others, *added),
            directives=(),
            selection_set=visit(operation.selection_set, Repeat()),
        ),
        hidden,
    )


def names() -> tuple[str, ...]:
    """The names of all operations, in file order."""
    return tuple(_library(ALL)[0])


def is_mutation(name: str) -> bool:
    """Whether the operation of that name writes."""
    return _library(ALL)[0][name].operation is OperationType.MUTATION


def _variables(operation: OperationDefinitionNode) -> tuple[VariableDefinitionNode, ...]:
    return tuple(operation.variable_definitions or ())


def _renamed(node: FieldNode, old: str, new: str) -> FieldNode:
    class Rename(Visitor):
        def enter_name(self, name: NameNode, *_: object) -> NameNode | None:
            return NameNode(value=new) if name.value == old else None

    renamed = visit(node, Rename())
    assert isinstance(renamed, FieldNode)
    return renamed


class _Hide(Visitor):
    """Takes fields out."""

    def __init__(self, names: frozenset[str]) -> None:
        super().__init__()
        self.names = names

    def enter_field(self, node: FieldNode, *_: object) -> VisitorAction:
        return self.REMOVE if node.name.value in self.names else None


@cache
def _library(
    hidden: frozenset[str],
) -> tuple[dict[str, OperationDefinitionNode], dict[str, FragmentDefinitionNode]]:
    operations: dict[str, OperationDefinitionNode] = {}
    fragments: dict[str, FragmentDefinitionNode] = {}
    folder = files("backlog_sync.github_api") / "queries"
    for name in FILES:
        text = (folder / name).read_text(encoding="utf-8")
        for definition in visit(parse(text, no_location=True), _Hide(hidden)).definitions:
            if isinstance(definition, OperationDefinitionNode) and definition.name:
                operations[definition.name.value] = definition
            elif isinstance(definition, FragmentDefinitionNode):
                fragments[definition.name.value] = definition
    return operations, fragments


def _with_fragments(operation: OperationDefinitionNode, hidden: frozenset[str]) -> DocumentNode:
    _, fragments = _library(hidden)
    used: dict[str, FragmentDefinitionNode] = {}
    todo: list[OperationDefinitionNode | FragmentDefinitionNode] = [operation]

    class Spreads(Visitor):
        def enter_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> None:
            name = node.name.value
            if name not in used:
                used[name] = fragments[name]
                todo.append(fragments[name])

    while todo:
        visit(todo.pop(), Spreads())
    return DocumentNode(definitions=(operation, *(used[n] for n in sorted(used))))
