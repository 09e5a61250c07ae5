"""The project's modules, read and parsed once for all checks that run in a process."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src"
PACKAGE = SOURCE / "backlog_sync"


@cache
def modules(folder: Path = SOURCE) -> tuple[Path, ...]:
    """Return every module below a folder."""
    return tuple(sorted(folder.rglob("*.py")))


@cache
def text(file: Path) -> str:
    """Return the text of a module."""
    return file.read_text("utf-8")


@cache
def tree(source: str) -> ast.Module:
    """Return the syntax tree of a text."""
    return ast.parse(source)


@cache
def nodes(source: str) -> tuple[ast.AST, ...]:
    """Return every node of a text, in the order of `ast.walk`."""
    return tuple(ast.walk(tree(source)))


def last_names(node: ast.Attribute) -> str:
    """Return the last two names of an attribute: `time.sleep` of `self.time.sleep`."""
    owner = node.value
    return f"{getattr(owner, 'attr', getattr(owner, 'id', ''))}.{node.attr}"
