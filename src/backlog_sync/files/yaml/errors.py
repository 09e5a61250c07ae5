"""Broken YAML in our own words: where, what, and what to do."""

import tomllib
from importlib.resources import files
from typing import NamedTuple

import yaml

from backlog_sync.core.diagnostics import Diagnostic
from backlog_sync.files.source import Lines


class _Words(NamedTuple):
    message: str
    hint: str = ""
    at_context: bool = False


_LOOK = "check the quotes and the indentation of this line and of the one above"


def _words(told: str) -> _Words | None:
    """What a problem means in our own words."""
    data = files("backlog_sync.files.yaml").joinpath("errors.toml").read_text(encoding="utf-8")
    for problem in tomllib.loads(data)["problems"]:
        if any(part in told for part in problem.pop("parts")):
            return _Words(**problem)
    return None


def explain_yaml_error(error: yaml.YAMLError, text: str, path: str, lines: Lines) -> Diagnostic:
    """What a parser's error means to the author, at the place that helps most."""
    if not isinstance(error, yaml.MarkedYAMLError):
        reason = getattr(error, "reason", None) or "it cannot be read"
        message = f"this is not YAML: {reason}"
        return Diagnostic(lines.place(path, 0), "invalid-yaml", message, _LOOK)
    told = f"{error.problem or ''} {error.context or ''}"
    offset = error.problem_mark.index if error.problem_mark else 0
    words = _character(told, text, offset)
    if words is None:
        words = _words(told)
    if words is None:
        why = error.problem or error.context or "cannot be read"
        words = _Words(f"this is not YAML: {why}", _LOOK)
    if words.message.startswith("another '-'") and _after_box(text, offset):
        words = _Words("a check box without quotes", 'write "[ ] text", with the quotes')
    if words.at_context and error.context_mark:
        offset = error.context_mark.index
    return Diagnostic(lines.place(path, min(offset, len(text))), "invalid-yaml", *words[:2])


def _character(told: str, text: str, offset: int) -> _Words | None:
    if "cannot start any token" not in told:
        return None
    at = text[offset : offset + 1]
    if at == "\t":
        return _Words("a tab where YAML takes only spaces", "indent with spaces")
    return _Words(f"'{at}' cannot begin a value", "put quotes around the text")


def _after_box(text: str, offset: int) -> bool:
    before = text[max(0, offset - 6) : offset].rstrip()
    return before.endswith(("[ ]", "[x]", "[X]", "[]"))
