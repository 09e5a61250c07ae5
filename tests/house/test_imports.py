"""No module imports itself in the end, late imports and those for types included."""

import ast
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from tests.house import sources


def modules() -> dict[str, Path]:
    """Return every module by its dotted name."""
    found = {}
    for file in sources.modules():
        parts = file.relative_to(sources.SOURCE).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


def imported(file: Path, known: Mapping[str, Path]) -> Iterator[str]:
    """Return the project's modules that a file imports anywhere."""
    for node in sources.nodes(sources.text(file)):
        if isinstance(node, ast.ImportFrom) and node.module and node.module in known:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield whole if whole in known else node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)


def cycle(graph: Mapping[str, set[str]]) -> list[str]:
    """Return one circle of imports, if there is any."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_import_leads_back() -> None:
    """Neither an import in a function nor one for a type checker closes a circle."""
    known = modules()
    graph = {name: set(imported(file, known)) - {name} for name, file in known.items()}
    assert len(graph) > 300
    assert cycle(graph) == []


def test_a_cycle_is_noticed() -> None:
    """Also one that goes round through a third module."""
    assert set(cycle({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": set()})) == {"a", "b", "c"}
