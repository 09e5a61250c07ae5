"""Record the slugs of the messages that the program makes while a test runs."""

import ast
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from inspect import signature
from typing import Any

import pytest

from backlog_sync.cli.screen import Screen
from backlog_sync.core.diagnostics import Diagnostic, Warned
from backlog_sync.core.guards import Violation
from backlog_sync.core.operations import Refused
from backlog_sync.errors import BacklogError
from backlog_sync.render.annotations import Annotation
from github_sandbox.errors import SandboxError
from tests.house import sources

MAKERS: tuple[tuple[type[object], str, str], ...] = (
    (Diagnostic, "__init__", "slug"),
    (Violation, "__init__", "slug"),
    (Warned, "__init__", "slug"),
    (Refused, "__init__", "code"),
    (Annotation, "__init__", "title"),
    (BacklogError, "__init__", "self"),
    (SandboxError, "__init__", "slug"),
    (Screen, "_message", "slug"),
)
"""What makes messages: a class, its method, and the argument with the slug (`self` for a class)."""


@contextmanager
def recorded_slugs() -> Iterator[set[str]]:
    """Collect the slugs of all messages that are made until the end of the context."""
    slugs: set[str] = set()
    with pytest.MonkeyPatch.context() as patch:
        for owner, method, argument in MAKERS:
            with suppress(TypeError):
                owner()  # a data class gets its `__init__` when it is first called
            patch.setattr(owner, method, _recording(getattr(owner, method), argument, slugs))
        yield slugs


def _recording(make: Callable[..., None], argument: str, slugs: set[str]) -> Callable[..., None]:
    bind = signature(make).bind

    @wraps(make)
    def recording(*args: Any, **named: Any) -> None:
        make(*args, **named)
        value = bind(*args, **named).arguments.get(argument)
        slugs.add(value.slug if isinstance(value, BacklogError) else str(value))

    return recording


def neighbors(test: str) -> set[str]:
    """Return the tests in the file of a test, itself included, as `FILE::NAME`."""
    file = test.partition("::")[0]
    body = sources.tree(sources.text(sources.ROOT / file)).body
    return {f"{file}::{node.name}" for node in body if isinstance(node, ast.FunctionDef)}
