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
    NamedTypeNode,
    NameNode,
    NonNullTypeNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    parse,
    visit,
)

FILES: Final = ("fragments.graphql", "reads.graphql", "mutations.graphql")


def document(name: str) -> DocumentNode:
    """The operation of that name with the fragments it uses. Raises KeyError for no such name."""
    return _with_fragments(_library()[0][name])


def batch(names: Sequence[str]) -> DocumentNode:
    """One mutation that runs the named ones in order.

    The field of the n-th stands under the alias `m<n>` and takes its input from `$i<n>`: GitHub
    runs the fields of a mutation one after the other, as the GraphQL specification demands.
    """
    fields, variables = [], []
    for index, name in enumerate(names):
        operation = _library()[0][name]
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
        )
    )


def repeated(name: str, stem: str, count: int) -> DocumentNode:
    """The named query with its field `<stem>0`, and the variable of that name, `count` times.

    The copies are called `<stem>0`, `<stem>1` and so on; with a count of 0 the field is left out.
    """
    operation = _library()[0][name]
    wanted = f"{stem}0"

    def copies(node: FieldNode) -> list[FieldNode]:
        return [_renamed(node, wanted, f"{stem}{i}") for i in range(count)]

    class Repeat(Visitor):
        def enter_selection_set(self, node: SelectionSetNode, *_: object) -> SelectionSetNode:
            selections: list[SelectionNode] = []
            for one in node.selections:
                if isinstance(one, FieldNode) and one.alias and one.alias.value == wanted:
                    selections.extend(copies(one))
                else:
                    selections.append(one)
            return SelectionSetNode(selections=tuple(selections))

    text = NonNullTypeNode(type=NamedTypeNode(name=NameNode(value="String")))
    kept = [v for v in _variables(operation) if v.variable.name.value != wanted]
    added = [
        VariableDefinitionNode(
            variable=VariableNode(name=NameNode(value=f"{stem}{i}")),
            type=text,
            default_value=None,
            directives=(),
        )
        for i in range(count)
    ]
    return _with_fragments(
        OperationDefinitionNode(
            operation=operation.operation,
            name=operation.name,
            variable_definitions=(*kept, *added),
            directives=(),
            selection_set=visit(operation.selection_set, Repeat()),
        )
    )


def names() -> tuple[str, ...]:
    """The names of all operations, in file order."""
    return tuple(_library()[0])


def is_mutation(name: str) -> bool:
    """Whether the operation of that name writes."""
    return _library()[0][name].operation is OperationType.MUTATION


def _variables(operation: OperationDefinitionNode) -> tuple[VariableDefinitionNode, ...]:
    return tuple(operation.variable_definitions or ())


def _renamed(node: FieldNode, old: str, new: str) -> FieldNode:
    class Rename(Visitor):
        def enter_name(self, name: NameNode, *_: object) -> NameNode | None:
            return NameNode(value=new) if name.value == old else None

    renamed = visit(node, Rename())
    assert isinstance(renamed, FieldNode)
    return renamed


@cache
def _library() -> tuple[dict[str, OperationDefinitionNode], dict[str, FragmentDefinitionNode]]:
    operations: dict[str, OperationDefinitionNode] = {}
    fragments: dict[str, FragmentDefinitionNode] = {}
    folder = files("backlog_sync.github_api") / "queries"
    for name in FILES:
        text = (folder / name).read_text(encoding="utf-8")
        for definition in parse(text, no_location=True).definitions:
            if isinstance(definition, OperationDefinitionNode) and definition.name:
                operations[definition.name.value] = definition
            elif isinstance(definition, FragmentDefinitionNode):
                fragments[definition.name.value] = definition
    return operations, fragments


def _with_fragments(operation: OperationDefinitionNode) -> DocumentNode:
    _, fragments = _library()
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
