"""Broken YAML in our own words: where, what, and what to do."""

from typing import NamedTuple

import yaml

from backlog_sync.core.diagnostics import Diagnostic
from backlog_sync.files.source import Lines


class _Words(NamedTuple):
    message: str
    hint: str = ""
    at_context: bool = False


_QUOTE_COLON = "a value that holds ': ' needs quotes around it"
_INDENT = "entries of one list or mapping begin in the same column"

_LOOK = "check the quotes and the indentation of this line and of the one above"

# The problems that libyaml and PyYAML name, by a part of their text.
_PROBLEMS: tuple[tuple[str, _Words], ...] = (
    ("mapping values are not allowed", _Words("a ':' where no key can stand", _QUOTE_COLON)),
    ("could not find expected ':'", _Words("a key without its ':'", _INDENT, at_context=True)),
    ("did not find expected key", _Words("a key was expected here", _INDENT)),
    ("did not find expected '-'", _Words("another '-' was expected here", _INDENT)),
    ("expected <block end>", _Words("this does not belong to the list or mapping above", _INDENT)),
    ("did not find expected ',' or ']'", _Words("a '[' is opened here and not closed well",
        "close it with ']', put ',' between the entries", at_context=True)),
    ("did not find expected ',' or '}'", _Words("a '{' is opened here and not closed well",
        "close it with '}', put ',' between the entries", at_context=True)),
    ("expected ',' or ']'", _Words("a '[' is opened here and not closed well",
        "close it with ']', put ',' between the entries", at_context=True)),
    ("expected ',' or '}'", _Words("a '{' is opened here and not closed well",
        "close it with '}', put ',' between the entries", at_context=True)),
    ("found unexpected end of stream", _Words("a quote is opened here and never closed",
        "close it, or write an apostrophe in single quotes twice", at_context=True)),
    ("unknown escape character", _Words("'\\' and this letter have no meaning in double quotes",
        "write '\\\\', or use single quotes")),
    ("undefined tag handle", _Words("'!' begins a tag here", "quote the text")),
    ("found unexpected document indicator", _Words("'---' or '...' inside a quoted text",
        "close the quote before it")),
    ("found incompatible YAML document", _Words("this version of YAML is not known",
        "remove the %YAML line")),
    ("did not find expected <document start>", _Words("the file has ended before this",
        "a file holds one mapping: check the indentation and the quotes")),
    ("expected '<document start>'", _Words("the file has ended before this",
        "a file holds one mapping: check the indentation and the quotes")),
    ("while scanning an alias", _Words("'*' begins an alias here", "quote the text")),
    ("while scanning an anchor", _Words("'&' begins an anchor here", "quote the text")),
    ("block scalar", _Words("'|' or '>' begins a text on the next lines", "quote the text")),
    ("directive", _Words("'%' begins a directive here", "quote the text")),
    ("tag", _Words("'!' begins a tag here", "quote the text")),
)  # fmt: skip


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
        words = next((words for part, words in _PROBLEMS if part in told), None)
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
