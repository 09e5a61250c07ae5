"""Names say what a variable holds: not that something was found, told, said or made."""

import ast
from collections.abc import Iterator

from tests.house import sources

VAGUE = frozenset({"found", "told", "wanted", "made", "said", "looked", "believed"})
"""Participles that name the step that a value came from, and not the value."""


def vague_names(source: str) -> Iterator[tuple[int, str]]:
    """Yield each variable, parameter and attribute with such a name, with its line."""
    for node in sources.nodes(source):
        match node:
            case ast.arg(arg=name) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                pass
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                pass
            case _:
                continue
        if name.strip("_") in VAGUE:
            yield node.lineno, name


def test_no_variable_is_named_for_the_step_that_made_it() -> None:
    """No module of the program has a vague name."""
    names = {
        f"{file.relative_to(sources.ROOT)}:{line}: {name}"
        for file in sources.modules()
        for line, name in vague_names(sources.text(file))
    }
    assert names == set()


def test_each_form_of_a_name_is_seen() -> None:
    """A variable, a parameter, a field, an attribute and what a pattern binds are names."""
    source = """
class Reader:
    told: list[str]

    def read(self, wanted: str, *, made: int) -> None:
        self._told = [found for found in wanted]
        match made:
            case [found, *told]:
                match = found
"""
    lines = [(3, "told"), (5, "wanted"), (5, "made"), (6, "_told"), (6, "found"), (8, "found"),
             (8, "told")]  # fmt: skip
    assert sorted(vague_names(source)) == sorted(lines)
