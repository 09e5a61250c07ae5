"""No module imports itself in the end, and a command loads only what it uses."""

import ast
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

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


# ---- what a command loads --------------------------------------------------------------------

PLANS = {f"backlog_sync.core.{name}" for name in ("changes", "observed", "operations", "plan")}
SENDS = {
    "backlog_sync.core.operations",
    *(f"backlog_sync.engine.{name}" for name in ("apply", "executor", "record_write_back", "undo")),
    *(f"backlog_sync.github_api.{name}" for name in ("mutate", "send")),
    "backlog_sync.local.plan_file",
}
CLIENTS = {"gql", "graphql", "http.client", "requests", "tenacity", "tomllib", "urllib.request"}
ALWAYS = {
    "backlog_sync.reports",
    "github",
    "jinja2",
    "jwt",
    "matplotlib",
    "rich.console",
    "structlog",
}
ITEMS = ALWAYS - {"backlog_sync.reports", "rich.console"} | {
    "backlog_sync.reports.build",
    "backlog_sync.reports.page",
}
READERS = {f"backlog_sync.files.foreign.{name}" for name in ("csv", "structured", "todotxt")}
UNUSED = {
    "backlog_sync.core.doctor",
    "backlog_sync.files.write.structured",
    "backlog_sync.render.drift",
    "github_sandbox.rest",
}
LOADED = {
    "lint": (148, 189, ALWAYS | PLANS | CLIENTS | READERS | {"filelock"}),
    "plan --sandbox": (323, 550, ALWAYS | SENDS | READERS | UNUSED),
    "ready --offline": (256, 213, ITEMS | CLIENTS | {"backlog_sync.github_api"}),
    "show --sandbox epic-1": (336, 550, ITEMS | SENDS),
}
"""By command: the most modules of ours and of libraries that it may load, about 5% above what it
loads, and modules that it never needs; docs/bench.md has what a start takes."""


@pytest.mark.parametrize("command", LOADED)
def test_a_command_loads_only_what_it_uses(command: str, tmp_path: Path) -> None:
    """Counted in a process of its own on the reference roadmap."""
    shutil.copy(sources.ROOT / "examples" / "roadmap.md", tmp_path)
    code = (
        "import atexit, sys\n"
        "atexit.register(lambda: print('|', *sys.modules))\n"
        "from backlog_sync.cli.main import main\n"
        "main()\n"
    )
    homes = {f"XDG_{kind}_HOME": str(tmp_path / kind) for kind in ("STATE", "CACHE")}
    done = subprocess.run(
        [sys.executable, "-c", code, *command.split(), "roadmap.md"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=tmp_path,
        env=os.environ | homes,
        check=True,
    )
    loaded = set(done.stdout.rpartition("|")[2].split())
    tops = Counter(name.partition(".")[0] for name in loaded)
    ours = tops["backlog_sync"] + tops["github_sandbox"]
    libraries = sum(tops.values()) - ours - sum(tops[name] for name in sys.stdlib_module_names)
    most_ours, most_libraries, never = LOADED[command]
    assert not loaded & never
    assert 50 < ours <= most_ours
    assert 50 < libraries <= most_libraries
