"""Build GraphQL documents for single requests from `queries/*.graphql`.

A document is looked up by the class of its answer in `generated_answers`, which has its name. If
the name of a variable or an alias ends in 0, it can be repeated with other numbers.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Final, Generic, TypeVar, cast

from graphql import (
    DefinitionNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    NameNode,
    Node,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    VariableDefinitionNode,
    Visitor,
    VisitorAction,
    parse,
    print_ast,
    visit,
)

from backlog_sync.core.observed import Capabilities
from backlog_sync.dataclass import dataclass

FILES: Final = ("fragments.graphql", "reads.graphql", "mutations.graphql")
ALL: Final[frozenset[str]] = frozenset()
"""No hidden fields, for a server that has them all."""

OPTIONAL: Final[Mapping[str, tuple[str, ...]]] = {
    "activity": ("cardUpdated",),
    "close_done": ("childState", "childReason", "openIssues"),
    "issue_fields": ("issueFields", "issueFieldValues", "ProjectV2ItemIssueFieldValue"),
    "pull_requests": ("closedByPullRequestsReferences", "linkedBranches"),
    "multi_select": (
        "ProjectV2MultiSelectField",
        "ProjectV2ItemFieldMultiSelectValue",
        "customFieldTypes",
    ),
    "doctor": ("workflows",),
    "arranged_views": ("restId", "groupByFields", "verticalGroupByFields", "sortByFields"),
}
"""Fields, by their aliases, that only some runs need: what `ReadScope.uses` names is read.

The name of a type hides the fragments on it.
"""

T = TypeVar("T")
Data_co = TypeVar("Data_co", covariant=True)
AnyNode = TypeVar("AnyNode", bound=Node)


@dataclass(frozen=True, slots=True)
class Document(Generic[Data_co]):
    """A GraphQL document whose answer is of type `Data_co`, and its text."""

    node: DocumentNode
    text: str


def document(kind: type[T], hidden: frozenset[str] = ALL) -> Document[T]:
    """Return the operation whose answer has this type, with the fragments that it uses.

    `hidden` are the names of fields and types that the server does not have, or that the backlog
    does not use; they are left out.
    """
    return _single(kind.__name__, hidden)


def repeated(kind: type[T], count: int, hidden: frozenset[str] = ALL) -> Document[T]:
    """Return the operation with `count` copies of the fields and variables that end in 0.

    The copies end in 0, 1 and so on, see `nth`; with a count of 0 they are left out.
    """
    return _repeated(kind.__name__, count, hidden)


def batch(names: Sequence[str], hidden: frozenset[str] = ALL) -> Document[Mapping[str, object]]:
    """Return one mutation that runs the named ones in order, without hidden fields.

    The n-th field has the alias `m<n>` and takes its input from `$i<n>`. GitHub runs the fields
    of a mutation one after the other, as the GraphQL specification demands.
    """
    return _joined("Batch", tuple(names), hidden)


def talks_at(discussions: Sequence[bool]) -> Document[Mapping[str, object]]:
    """Return a query for issues and discussions with their comments, each with alias `at<n>`.

    `discussions` has one value per place: True for a discussion, False for an issue.
    """
    parts = tuple("DiscussionTalksAt" if each else "TalksAt" for each in discussions)
    return _joined("TalksAt", parts, ALL)


def nth(
    data: Mapping[str, object] | None,
    stem: str,
    index: int,
    kind: type[T],  # noqa: ARG001 - for the type checker
) -> T | None:
    """Return the copy `<stem><index>` of a repeated field of this type, if the data has it."""
    return data.get(f"{stem}{index}") if data else None  # type: ignore[return-value]


def unused_fields(uses: Collection[str]) -> frozenset[str]:
    """Return the aliases of the optional fields that a run which `uses` only these leaves out."""
    return frozenset(name for part, names in OPTIONAL.items() if part not in uses for name in names)


def hidden_fields(able: Capabilities) -> frozenset[str]:
    """Return the names of the fields that a server with these capabilities does not have."""
    groups = (
        (able.sub_issues, ("parent", "subIssues")),
        (able.dependencies, ("blockedBy",)),
        (able.issue_types, ("issueType", "issueTypes")),
        (able.boards, ("projectItems",)),
        (able.creation_policy, ("issueCreationPolicy", "viewerCanCreateIssues")),
        (able.pull_requests, OPTIONAL["pull_requests"]),
        (able.multi_select, OPTIONAL["multi_select"]),
    )
    return frozenset(name for supported, names in groups if not supported for name in names)


def names() -> tuple[str, ...]:
    """Return the names of all operations, in file order."""
    return tuple(name for name, text in _texts().items() if not text.startswith("fragment"))


def is_mutation(name: str) -> bool:
    """Return whether the operation with this name writes."""
    return _operation(name).operation is OperationType.MUTATION


# ---- copies --------------------------------------------------------------------------------

# Printing a document takes longer than the rest of a request that we do, and a run sends the same
# few documents again and again.


@cache
def _single(name: str, hidden: frozenset[str]) -> Document[Any]:
    return _with_fragments(_operation(name, hidden), hidden)


@cache
def _repeated(name: str, count: int, hidden: frozenset[str]) -> Document[Any]:
    operation = _operation(name, hidden)
    variables = _numbered_variables(operation)

    class Repeat(Visitor):
        def enter_selection_set(self, node: SelectionSetNode, *_: object) -> SelectionSetNode:
            selections: list[SelectionNode] = []
            for one in node.selections:
                if _is_numbered(one):
                    selections += [_copy(one, variables, n) for n in range(count)]
                else:
                    selections.append(one)
            return SelectionSetNode(selections=tuple(selections))

    return _with_fragments(
        OperationDefinitionNode(
            operation=operation.operation,
            name=operation.name,
            variable_definitions=(
                *(v for v in operation.variable_definitions or () if v not in variables),
                *(_copy(v, variables, n) for n in range(count) for v in variables),
            ),
            directives=(),
            selection_set=visit(operation.selection_set, Repeat()),
        ),
        hidden,
    )


@lru_cache(maxsize=256)
def _joined(name: str, parts: tuple[str, ...], hidden: frozenset[str]) -> Document[Any]:
    """Return one operation with the numbered fields of each part, renumbered in order."""
    operations = [_operation(part, hidden) for part in parts]
    fields = [one for one in operations[0].selection_set.selections if not _is_numbered(one)]
    variables: list[VariableDefinitionNode] = []
    for n, operation in enumerate(operations):
        numbered = _numbered_variables(operation)
        variables += [_copy(variable, numbered, n) for variable in numbered]
        fields += [
            _copy(one, numbered, n)
            for one in operation.selection_set.selections
            if _is_numbered(one)
        ]
    return _with_fragments(
        OperationDefinitionNode(
            operation=operations[0].operation,
            name=NameNode(value=name),
            variable_definitions=tuple(variables),
            directives=(),
            selection_set=SelectionSetNode(selections=tuple(fields)),
        ),
        hidden,
    )


def _is_numbered(selection: SelectionNode) -> bool:
    alias = selection.alias if isinstance(selection, FieldNode) else None
    return alias is not None and alias.value.endswith("0")


def _numbered_variables(operation: OperationDefinitionNode) -> tuple[VariableDefinitionNode, ...]:
    variables = operation.variable_definitions or ()
    return tuple(v for v in variables if v.variable.name.value.endswith("0"))


def _copy(node: AnyNode, variables: Sequence[VariableDefinitionNode], number: int) -> AnyNode:
    """Return the node with the 0 at the end of its alias and variables replaced by the number."""
    numbered = {variable.variable.name.value for variable in variables}
    if isinstance(node, FieldNode) and node.alias:
        numbered.add(node.alias.value)

    class Renumber(Visitor):
        def enter_name(self, name: NameNode, *_: object) -> NameNode | None:
            return NameNode(value=f"{name.value[:-1]}{number}") if name.value in numbered else None

    return cast("AnyNode", visit(node, Renumber()))


# ---- reading -------------------------------------------------------------------------------


class _Hide(Visitor):
    """Removes fields, and fragments on types."""

    def __init__(self, names: frozenset[str]) -> None:
        super().__init__()
        self.names = names

    def enter_field(self, node: FieldNode, *_: object) -> VisitorAction:
        names = {node.name.value, node.alias.value if node.alias else ""}
        return self.REMOVE if names & self.names else None

    def enter_inline_fragment(self, node: InlineFragmentNode, *_: object) -> VisitorAction:
        kind = node.type_condition
        return self.REMOVE if kind is not None and kind.name.value in self.names else None


_DEFINITION = re.compile(r"^(query|mutation|fragment) (\w+)", re.MULTILINE)


@cache
def _texts() -> Mapping[str, str]:
    """Return the text of each definition by its name; a run parses only those that it sends."""
    texts: dict[str, str] = {}
    folder = files("backlog_sync.github_api") / "queries"
    for name in FILES:
        text = (folder / name).read_text(encoding="utf-8")
        begins = list(_DEFINITION.finditer(text))
        ends = [*(each.start() for each in begins[1:]), len(text)]
        texts |= {
            begin[2]: text[begin.start() : end] for begin, end in zip(begins, ends, strict=True)
        }
    return texts


@cache
def _definition(name: str, hidden: frozenset[str]) -> DefinitionNode:
    whole = parse(_texts()[name], no_location=True)
    definition: DefinitionNode = visit(whole, _Hide(hidden)).definitions[0]
    return definition


def _operation(name: str, hidden: frozenset[str] = ALL) -> OperationDefinitionNode:
    definition = _definition(name, hidden)
    assert isinstance(definition, OperationDefinitionNode)
    return definition


def _fragment(name: str, hidden: frozenset[str]) -> FragmentDefinitionNode:
    definition = _definition(name, hidden)
    assert isinstance(definition, FragmentDefinitionNode)
    return definition


def _with_fragments(operation: OperationDefinitionNode, hidden: frozenset[str]) -> Document[Any]:
    used: dict[str, FragmentDefinitionNode] = {}
    todo: list[OperationDefinitionNode | FragmentDefinitionNode] = [operation]

    class Spreads(Visitor):
        def enter_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> None:
            name = node.name.value
            if name not in used:
                used[name] = _fragment(name, hidden)
                todo.append(used[name])

    while todo:
        visit(todo.pop(), Spreads())
    node = DocumentNode(definitions=(operation, *(used[n] for n in sorted(used))))
    return Document(node, print_ast(node))
