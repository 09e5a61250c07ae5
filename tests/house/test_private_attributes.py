"""Nothing relies on the private attributes of a library: they change without notice."""

import ast
import re
from collections.abc import Iterator, Set

import pytest

from tests.house import sources

NAMED_TUPLE = frozenset({"_asdict", "_fields", "_make", "_replace"})
"""Public in spite of their underscore: a field may have any other name."""

PRIVATE = re.compile(r"_[A-Za-z]\w*")
MANGLED = re.compile(r"_[A-Z]\w*__\w+")
"""How Python stores an attribute that begins with two underscores: no other way leads there."""

_BY_NAME = frozenset({"getattr", "setattr", "delattr", "hasattr"})


def own_names(tree: ast.Module) -> set[str]:
    """Return the private attributes that the module's own classes define."""
    names: set[str] = set()
    for definition in ast.walk(tree):
        if not isinstance(definition, ast.ClassDef):
            continue
        for node in ast.walk(definition):
            if isinstance(node, ast.FunctionDef):
                names.add(node.name)
            elif isinstance(node, ast.Attribute) and is_own(node.value):
                if isinstance(node.ctx, ast.Store):
                    names.add(node.attr)
            elif isinstance(node, ast.AnnAssign | ast.Assign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                names.update(target.id for target in targets if isinstance(target, ast.Name))
    return names


def is_own(value: ast.expr) -> bool:
    """Whether this is the object itself, its class, or itself as its parent sees it."""
    if isinstance(value, ast.Call):
        return isinstance(value.func, ast.Name) and value.func.id == "super"
    return isinstance(value, ast.Name) and value.id in ("self", "cls")


def foreign(tree: ast.Module, inherited: Set[str] = frozenset()) -> Iterator[tuple[int, str]]:
    """Return each use of a private attribute that is not the module's own, with its line.

    An object may use those of its own parents, too, which are among the `inherited`.
    """
    own = own_names(tree) | NAMED_TUPLE
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            known = node.attr in own or (is_own(node.value) and node.attr in inherited)
            if PRIVATE.fullmatch(node.attr) and not known:
                yield node.lineno, node.attr
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            if MANGLED.fullmatch(node.value):
                yield node.lineno, node.value
        elif isinstance(node, ast.ImportFrom):
            parts = [*(node.module or "").split("."), *(alias.name for alias in node.names)]
            private = [part for part in parts if PRIVATE.fullmatch(part)]
            yield from ((node.lineno, part) for part in private)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            names = [a.value for a in node.args[1:2] if isinstance(a, ast.Constant)]
            if node.func.id in _BY_NAME and names and PRIVATE.fullmatch(str(names[0])):
                yield node.lineno, str(names[0])


def test_no_private_attribute_of_a_library_is_used() -> None:
    """In no module of the product or of the simulator."""
    trees = {
        file.relative_to(sources.SOURCE): sources.tree(sources.text(file))
        for file in sources.modules()
    }
    inherited = set().union(*map(own_names, trees.values()))
    found = [
        f"{file}:{line}: {name}"
        for file, tree in trees.items()
        for line, name in foreign(tree, inherited)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("response._content = b''", ["_content"]),
        ("self._parents._pool", ["_pool"]),
        ("setattr(github, '_Requester__connectionClass', x)", ["_Requester__connectionClass"]),
        ("name = '_Requester__connectionClass'", ["_Requester__connectionClass"]),
        ("getattr(click, '_compat')", ["_compat"]),
        ("from click._compat import strip_ansi", ["_compat"]),
        ("from rich.console import _STD_STREAMS", ["_STD_STREAMS"]),
        ("line._replace(text=x)", []),
        ("self._parents, cls._parents, super()._parents()", []),
        ("class A(Response):\n    def b(self): return self._content", ["_content"]),
        ("class A:\n    def _b(self): ...\ndef f(a): a._b()", []),
        ("x.__name__, __version__", []),
    ],
)
def test_a_private_attribute_is_noticed(text: str, found: list[str]) -> None:
    """Read, set, by its name, mangled, or imported; what is our own is not."""
    assert sorted({name for _, name in foreign(ast.parse(text), {"_parents"})}) == found
