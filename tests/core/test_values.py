"""What the core hands on are values: they are declared frozen, and take no attribute by mistake.

Type checkers refuse to change them; at run time, `backlog_sync.dataclass` leaves that to slots.
"""

import dataclasses
import importlib
import pkgutil
from collections.abc import Iterator

from backlog_sync import core

FILLED = {
    "board.BoardPlan",
    "board_fields.FieldPlan",
    "definitions.DefinitionPlan",
    "issue_fields.IssueFieldPlan",
    "matching._Shared",
    "rate._Window",
    "reporting.load._Part",
    "run_record.Values",
    "undo._Restored",
}
"""What is filled step by step, inside of the one function that makes it."""


def classes() -> Iterator[tuple[str, type]]:
    """All dataclasses of the core, with their names below it."""
    for module in pkgutil.walk_packages(core.__path__, f"{core.__name__}."):
        for name, each in vars(importlib.import_module(module.name)).items():
            if (
                isinstance(each, type)
                and each.__module__ == module.name
                and dataclasses.is_dataclass(each)
            ):
                yield f"{module.name.removeprefix(f'{core.__name__}.')}.{name}", each


def test_what_the_core_declares_is_a_value() -> None:
    """A class with fields is a dataclass, whatever it is used for."""
    for module in pkgutil.walk_packages(core.__path__, f"{core.__name__}."):
        for name, each in vars(importlib.import_module(module.name)).items():
            if isinstance(each, type) and each.__module__ == module.name:
                fields = vars(each).get("__annotations__")
                assert not fields or dataclasses.is_dataclass(each), (module.name, name)


def test_values_are_frozen_and_have_slots() -> None:
    """All but a few that are put together step by step; and all have slots."""
    found = dict(classes())
    assert len(found) > 100
    assert [name for name, each in found.items() if "__slots__" not in vars(each)] == []
    hashes = {name: vars(each).get("__hash__", "own") for name, each in found.items()}
    thawed = {name for name, own in hashes.items() if own is None}  # nothing else has no hash
    assert thawed <= FILLED
