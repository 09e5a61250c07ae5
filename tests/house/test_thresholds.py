"""A number that decides something says why it is that number."""

import ast
import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house import sources

_SIMPLE = (
    ast.Constant,
    ast.BinOp,
    ast.UnaryOp,
    ast.Tuple,
    ast.operator,
    ast.unaryop,
    ast.expr_context,
)
"""What the value of a threshold consists of: numbers and sums of them."""


def unexplained(source: str) -> list[str]:
    """Return the names of numeric constants of a module that neither text nor comment explains.

    A text below several assignments in a row explains all of them.
    """
    lines, body = source.splitlines(), sources.tree(source).body
    names: list[str] = []
    for index, node in enumerate(body):
        targets = list(_targets(node))
        if targets and not _has_comment(lines, node) and not _has_text(body[index:]):
            names += targets
    return names


def _targets(node: ast.stmt) -> Iterator[str]:
    """Yield the constants that an assignment gives a number to."""
    if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
        return
    parts = list(ast.walk(node.value))
    numbers = [p for p in parts if isinstance(p, ast.Constant) and type(p.value) in (int, float)]
    if not numbers or not all(isinstance(part, _SIMPLE) for part in parts):
        return
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    for name in (n for target in targets for n in ast.walk(target) if isinstance(n, ast.Name)):
        if name.id.strip("_").isupper():
            yield name.id


def _has_comment(lines: list[str], node: ast.stmt) -> bool:
    above = lines[node.lineno - 2] if node.lineno > 1 else ""
    return "#" in lines[node.lineno - 1] or above.startswith("#")


def _has_text(body: list[ast.stmt]) -> bool:
    """Whether a text stands below the first statement, or below those directly after it."""
    for node, following in itertools.pairwise(body):
        if isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant):
            return True
        adjacent = following.lineno == (node.end_lineno or node.lineno) + 1
        if not (isinstance(following, ast.Assign | ast.AnnAssign) and adjacent):
            return False
    return False


@pytest.mark.parametrize(
    "path",
    sources.modules(sources.PACKAGE),
    ids=lambda path: str(path.relative_to(sources.PACKAGE)),
)
def test_thresholds_are_explained(path: Path) -> None:
    """Each numeric constant of a module has a text or a comment that says why."""
    assert unexplained(sources.text(path)) == []


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("_MOST = 5\n", ["_MOST"]),
        ("_MOST = 5\n_LEAST = 2\n", ["_MOST", "_LEAST"]),
        ("_MOST: Final = 60 * 60\nx = 1\n", ["_MOST"]),
        ("_MOST, _LEAST = 5, 2\n", ["_MOST", "_LEAST"]),
        ('_MOST = 5\n"""GitHub takes no more."""\n', []),
        ('_MOST = 5\n_LEAST = 2\n"""Bounds that GitHub documents."""\n', []),
        ("_MOST = 5  # GitHub takes no more\n", []),
        ("# GitHub takes no more\n_MOST = 5\n", []),
        ("version = 5\n_FLAG = True\n_NAME = 'a'\n", []),
    ],
)
def test_a_bare_number_is_found(source: str, names: list[str]) -> None:
    """The check finds numbers without a reason, and only these."""
    assert unexplained(source) == names
