"""Read broken YAML as far as possible: each bad line is corrected, or neutralized, and reported.

A correction keeps to its line, so that the lines of everything else stay what they are.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from backlog_sync.core.diagnostics import Diagnostic, Fix, Place
from backlog_sync.dataclass import dataclass
from backlog_sync.files.validation import shown
from backlog_sync.files.yaml.nodes import Node, compose, compose_part

_BUDGET = 2_000_000
"""Characters that all readings of one file may process in total, after the first."""

_MOST_TRIES = 60
_TRIES_FOR_A_LINE = 3
"""Each try composes the whole file again: more tries would make a broken file slow to report."""
_COLON = re.compile(r": (?=\S)")
_LEAD = re.compile(r"[ \t]*(?:- +)*(?:[\w .-]{1,60}:[ ]+)?")
_BREAK = re.compile(r"\r\n|\n|\r")
_SLUG = "invalid-yaml"
_NO_BREAK = "\u00a0"


@dataclass(frozen=True, slots=True)
class Repaired:
    """What could be read of a broken text: its nodes, the text that they are from, the faults."""

    root: Node | None
    text: str
    faults: tuple[Diagnostic, ...]


def read_broken(text: str, path: str, first: tuple[Diagnostic, ...]) -> Repaired:
    """Return the readable content of a broken YAML text, and a diagnostic for each bad line.

    `first` are the diagnostics of `compose`. A line is replaced by the first of its corrections
    after which reading goes on behind it, which is the hint; without one it is neutralized. If
    nothing can be repaired, returns the content before the break. Raises nothing.
    """
    lines, breaks = _BREAK.split(text), _BREAK.findall(text)
    by_row: dict[int, Diagnostic] = {}
    tries: dict[int, int] = {}
    left = min(_MOST_TRIES, max(2, _BUDGET // (len(text) + 1)))
    faults = first
    while left > 0 and faults and faults[0].slug == _SLUG and "document" not in faults[0].message:
        fault = faults[0]
        at = fault.place.line - 1
        if at >= len(lines) or tries.get(at, 0) >= _TRIES_FOR_A_LINE:
            break
        for row, corrected in _corrections(lines, at) if at not in tries else ():
            left -= 1
            changed = [*lines[:row], corrected, *lines[row + 1 :]]
            after = compose(_joined(changed, breaks), path)[1]
            if left > 0 and not (
                after and after[0].slug == _SLUG and after[0].place.line <= at + 1
            ):
                place = fault.place if row == at else Place(path, row + 1)
                by_row.setdefault(
                    row, _with_hint(replace(fault, place=place), lines[row], corrected)
                )
                lines, faults = changed, after
                break
        else:
            tries[at] = tries.get(at, 0) + 1
            by_row.setdefault(at, fault)
            lines[at] = _repaired(lines[at], tries[at])
            faults = compose(_joined(lines, breaks), path)[1]
            left -= 1
    for each in faults:
        by_row.setdefault(each.place.line - 1, each)
    current = _joined(lines, breaks)
    return Repaired(compose_part(current, path), current, tuple(sorted(by_row.values())))


def _with_hint(fault: Diagnostic, line: str, corrected: str) -> Diagnostic:
    """Return the diagnostic of a line with its correction as the hint."""
    before, after = line.lstrip(), corrected.lstrip()
    if before != after:
        hint = f"write `{shown(after)}`"
        return replace(fault, hint=hint, fix=Fix(line, corrected, whole=True))
    indent = len(corrected) - len(after)
    hint = f"indent it with {indent} spaces, no tabs" if "\t" in line else (
        f"indent it with {indent} spaces: entries of one list or mapping begin in the same column"
    )  # fmt: skip
    near = "\t" in line or abs(len(line) - len(corrected)) == 1
    message = "wrong indentation" if "tab" not in fault.message else "a tab in the indentation"
    fix = Fix(line, corrected, whole=True) if near else None
    return replace(fault, message=message, hint=hint, fix=fix)


# ---- corrections ---------------------------------------------------------------------------

_MAPPED = re.compile(r"(?P<lead>[ \t]*(?:- +)*(?:[\w.-]+|\w[\w .-]{0,40}):[ ]+)(?P<value>\S.*)")
_LISTED = re.compile(r"(?P<lead>[ \t]*(?:- +)+)(?P<value>\S.*)")
_TIGHT = re.compile(r"(?P<lead>[ \t]*(?:- +)*[A-Za-z_]{2,30}:)(?P<value>[^\s/:].*)")
_TIGHT_DASH = re.compile(r"(?P<lead>[ \t]*-)(?P<value>[A-Za-z_]{2,30}:.*)")
_NO_COLON = re.compile(
    r"(?P<lead>[ \t]*(?:- +)*(?:id|kind|title|goal|description|status|priority|milestone|target))"
    r"[ ]+(?P<value>[^\s:].*)"
)
_LOGIN = re.compile(r"@[A-Za-z0-9][A-Za-z0-9-]{0,38}")
_REMARK = re.compile(r"[ \t]+#.*$|[ \t]+$")
_COLUMNS = 4
"""Columns before a line that are tried for it: those of the lines above, the nearest first."""


def _corrections(lines: Sequence[str], at: int) -> Iterator[tuple[int, str]]:
    """Yield what may be meant by a line, or by the line above if the fault only shows here."""
    line = lines[at]
    for form, sign in ((_TIGHT_DASH, " "), (_TIGHT, " "), (_NO_COLON, ": ")):
        for row in (at - 1, at) if at else (at,):
            match = form.fullmatch(lines[row])
            if match:
                yield row, f"{match['lead']}{sign}{match['value']}"
    for form in (_MAPPED, _LISTED):
        match = form.fullmatch(line)
        if match and not (form is _LISTED and _MAPPED.fullmatch(line)):
            closed = _closed(match["value"])
            yield at, f"{match['lead']}{closed or _quoted(match['value'])}"
    body = line.lstrip(" \t")
    if body and not body.startswith("#"):
        for column in _columns(lines, at):
            if (column and column != len(line) - len(body)) or "\t" in line[:column]:
                yield at, " " * column + body


def _closed(value: str) -> str | None:
    """Return a mapping in braces with the brace that is missing at its end; None for others."""
    remark = _REMARK.search(value)
    inner = value[: remark.start()] if remark else value
    if not (inner.startswith("{") and ": " in inner) or inner.count("{") != inner.count("}") + 1:
        return None
    return None if inner.endswith(",") else f"{inner}}}{remark[0] if remark else ''}"


def _quoted(value: str) -> str:
    """Return a value in quotes, without those that it has, and with a comment kept behind it."""
    remark = _REMARK.search(value)
    if remark:
        return _quoted(value[: remark.start()]) + remark[0]
    inner = value
    if _LOGIN.fullmatch(value):
        return value[1:]
    if value[0] in "\"'" and (
        len(value) < 2 or value[-1] == value[0] or value.count(value[0]) == 1
    ):
        inner = value[1:].removesuffix(value[0])
    if '"' in inner or "\\" in inner:
        return "'" + inner.replace("'", "''") + "'"
    return f'"{inner}"'


def _columns(lines: Sequence[str], at: int) -> list[int]:
    """Return the columns in which the keys and the dashes above begin, the nearest first."""
    columns: dict[int, None] = {}
    for line in reversed(lines[max(0, at - 20) : at]):
        body = line.lstrip(" ")
        if body and not body.startswith(("#", "\t")):
            dash = len(line) - len(body)
            inner = dash + len(body) - len(body.removeprefix("-").lstrip(" "))
            text = body.rstrip()
            own = (inner + 2, inner, dash) if text.endswith(":") else (inner, dash)
            columns.update(dict.fromkeys(own))
    return list(columns)[:_COLUMNS]


# ---- lines that nothing corrects -----------------------------------------------------------


def _joined(lines: list[str], breaks: list[str]) -> str:
    return "".join(line + end for line, end in zip(lines, [*breaks, ""], strict=True))


def _repaired(line: str, attempt: int) -> str:
    """Return a repaired line: with its missing value, without stray quotes, or blanked."""
    lead = _LEAD.match(line)
    at = lead.end() if lead else 0
    if attempt == 1 and _COLON.search(line, at):
        return line[:at] + _COLON.sub(f":{_NO_BREAK}", line[at:])
    if attempt <= 2 and line[at : at + 1] in ('"', "'", "`", "@", "%", "*", "&", "!", "[", "{"):
        return line[:at] + "“" + re.sub(r"[\"'`]", "”", line[at + 1 :])
    return " " * len(line)
