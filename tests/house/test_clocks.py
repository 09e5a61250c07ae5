"""No test asks the time or waits for it to pass, and none switches off what measures tests."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house import sources

TESTS = Path(__file__).parents[1]
FILES = sorted(file for file in TESTS.rglob("*.py") if file != Path(__file__))
ALLOWED = {
    ("growth.py", "time.thread_time"): "compares two sizes in one process; no bar in seconds",
    ("faults/test_processes.py", "threading.Timer"): "SIGKILL strikes at moments that nobody chose,"
    " and nothing that is asserted depends on them",
    ("house/test_waiting.py", "time.sleep"): "held as text, to show that the check there finds it",
}
"""What may be used where, and why."""
CLOCKS = {
    "time": ("time", "monotonic", "perf_counter", "process_time", "thread_time", "clock_gettime"),
    "timeit": ("timeit", "repeat", "default_timer", "Timer"),
    "datetime": ("now", "utcnow", "today"),
    "date": ("today",),
    "resource": ("getrusage",),
    "os": ("times",),
    "asyncio": ("sleep",),
    "threading": ("Timer",),
}
WAITS = ("time.sleep",)
MEASURING = tuple(
    f"{module}.{name}" for module in ("sys", "threading") for name in ("settrace", "setprofile")
)
BANNED = {
    *(f"{module}.{name}" for module, names in CLOCKS.items() for name in names),
    *(f"time.{name}_ns" for name in CLOCKS["time"]),
    *WAITS,
    *MEASURING,
}


def used(text: str) -> Iterator[str]:
    """The banned functions that a module names, also in programs that it holds as text."""
    for node in sources.nodes(text):
        if isinstance(node, ast.Attribute):
            yield sources.last_names(node)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            # `import time as t` would hide what is used.
            yield from (f"{a.name}.{n}" for a in node.names if a.asname for n in _names(a.name))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from (name for name in BANNED if f"{name}(" in node.value)


def _names(module: str) -> tuple[str, ...]:
    return CLOCKS.get(module, ("settrace",) if module in ("sys", "threading") else ())


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(TESTS)))
def test_no_test_asks_the_time_or_switches_off_what_measures(file: Path) -> None:
    """Count, or compare two sizes with `tests.growth`; bars in seconds are in `bench`."""
    here = file.relative_to(TESTS).as_posix()
    found = {name for name in used(sources.text(file)) if name in BANNED}
    assert {name for name in found if (here, name) not in ALLOWED} == set()


def test_what_is_allowed_is_used_and_has_a_reason() -> None:
    """An entry goes when its use goes."""
    for (file, name), reason in ALLOWED.items():
        assert name in set(used(sources.text(TESTS / file))), (file, name)
        assert len(reason.split()) > 3


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("import time\nassert time.process_time() < 1", "time.process_time"),
        ("from time import perf_counter_ns", "time.perf_counter_ns"),
        ("import time as t", "time.monotonic"),
        ("import sys\nsys.settrace(None)", "sys.settrace"),
        ("from datetime import datetime\nx = datetime.now(UTC)", "datetime.now"),
        ("import datetime\nx = datetime.datetime.now()", "datetime.now"),
        ("CODE = 'import time; time.sleep(1)'", "time.sleep"),
    ],
)
def test_each_way_to_a_clock_is_seen(code: str, name: str) -> None:
    """Imported by name or under another one, called, or in a program as text."""
    assert name in set(used(code)) & BANNED
