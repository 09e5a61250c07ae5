"""Read broken YAML as far as possible: each bad line is neutralized and reported.

A line is repaired by replacing single characters, so that every offset stays valid.
"""

import re

from backlog_sync.core.diagnostics import Diagnostic
from backlog_sync.files.yaml.nodes import Node, compose, compose_part

_BUDGET = 2_000_000
"""Characters that all readings of one file may process in total, after the first."""

_MOST_TRIES = 24
_TRIES_FOR_A_LINE = 3
"""Each try composes the whole file again: more tries would make a broken file slow to report."""
_COLON = re.compile(r": (?=\S)")
_LEAD = re.compile(r"[ \t]*(?:- +)*(?:[\w .-]{1,60}:[ ]+)?")
_BREAK = re.compile(r"\r\n|\n|\r")
_SLUG = "invalid-yaml"
_NO_BREAK = "\u00a0"


def read_broken(
    text: str, path: str, first: tuple[Diagnostic, ...]
) -> tuple[Node | None, tuple[Diagnostic, ...]]:
    """Return the readable content of a broken YAML text, and a diagnostic for each bad line.

    `first` are the diagnostics of `compose`. If nothing can be repaired, returns the content before
    the break. Raises nothing.
    """
    told = {fault.place.line: fault for fault in reversed(first)}
    tries: dict[int, int] = {}
    lines = _BREAK.split(text)
    breaks = _BREAK.findall(text)
    found = first
    current = text
    if any(line.lstrip(" ").startswith("\t") for line in lines):
        lines = [_untabbed(line) for line in lines]
        current = _joined(lines, breaks)
        found = compose(current, path)[1]
    left = min(_MOST_TRIES, max(2, _BUDGET // (len(text) + 1)))
    while left and found and found[0].slug == _SLUG and "document" not in found[0].message:
        fault = found[0]
        at = fault.place.line - 1
        tries[at] = tries.get(at, 0) + 1
        if at >= len(lines) or tries[at] > _TRIES_FOR_A_LINE:
            break
        told.setdefault(fault.place.line, fault)
        lines[at] = _repaired(lines[at], tries[at])
        current = _joined(lines, breaks)
        found = compose(current, path)[1]
        left -= 1
    return compose_part(current, path), tuple(sorted(told.values()))


def _joined(lines: list[str], breaks: list[str]) -> str:
    return "".join(line + end for line, end in zip(lines, [*breaks, ""], strict=True))


def _untabbed(line: str) -> str:
    """Return a line with each tab of its indentation replaced by a blank."""
    body = line.lstrip(" \t")
    return line[: len(line) - len(body)].replace("\t", " ") + body


def _repaired(line: str, attempt: int) -> str:
    """Return a repaired line: with its missing value, without stray quotes, or blanked."""
    lead = _LEAD.match(line)
    at = lead.end() if lead else 0
    if attempt == 1 and _COLON.search(line, at):
        return line[:at] + _COLON.sub(f":{_NO_BREAK}", line[at:])
    if attempt <= 2 and line[at : at + 1] in ('"', "'", "`", "@", "%", "*", "&", "!", "[", "{"):
        return line[:at] + "“" + re.sub(r"[\"'`]", "”", line[at + 1 :])
    return " " * len(line)
