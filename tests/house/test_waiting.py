"""All waiting is in `waiting.py`, on a clock that its caller gives it."""

import ast
from collections.abc import Iterator

import pytest

from tests.house import sources

OWNER = "waiting.py"
CLOCK = "local/clock.py"
"""The real time, which `waiting.py` is given in a run of the command or the action."""


def waits(text: str) -> Iterator[str]:
    """Yield each call of a sleep, and each import or use of `tenacity` or of the real sleep."""
    for node in sources.nodes(text):
        if isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else ast.unparse(called)
            if name.lstrip("_") in ("sleep", "idle"):
                yield f"{ast.unparse(called)}()"
        elif isinstance(node, ast.Attribute) and sources.last_names(node) == "time.sleep":
            yield ast.unparse(node)
        elif isinstance(node, ast.ImportFrom):
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            yield from sorted(n for n in names if n == "time.sleep" or n.startswith("tenacity"))
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("tenacity"))


def test_nothing_waits_but_the_one_owner_of_waiting() -> None:
    """A pause or a retry belongs into `waiting.py`, as a policy that has the reason for it."""
    found = {
        file.relative_to(sources.PACKAGE).as_posix(): list(waits(sources.text(file)))
        for file in sources.modules(sources.PACKAGE)
    }
    assert {name for name, lines in found.items() if lines} == {OWNER, CLOCK}
    assert set(found[CLOCK]) == {"time.sleep()", "time.sleep"}


@pytest.mark.parametrize(
    "code",
    [
        "import time\ntime.sleep(1)",
        "from time import sleep",
        "clock.sleep(min(pause, 20))",
        "self._sleep(1)",
        "self._idle(1)",
        "import tenacity",
        "from tenacity import Retrying",
        "def f(sleep=time.sleep): ...",
    ],
)
def test_each_way_to_wait_is_seen(code: str) -> None:
    """Called, passed on as a default, or through the library."""
    assert list(waits(code))
