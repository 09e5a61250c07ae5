"""What `sprint roll` moves, as JSON of version 1."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final, Literal

from backlog_sync.core.facts import Facts
from backlog_sync.core.roll import Roll
from backlog_sync.dataclass import dataclass
from backlog_sync.reports.render_sprint import IterationJson, iteration_json

FORMAT_VERSION: Final = 1
"""Raised when a key of `sprint roll --format json` goes or changes its meaning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RollMoveJson:
    """An item that moves: on the `board`, in the `file`, or in both.

    `result` is that of setting the board's value (applied, skipped, stale, failed, not_reached),
    null if nothing was sent.
    """

    key: str
    issue: str | None
    title: str
    before: str
    after: str
    board: bool
    file: bool
    result: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RollWordJson:
    """An item that the next sync moves, because the file has a word such as `@current`."""

    key: str
    issue: str | None
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RollLeftJson:
    """An open item that cannot be moved now, and what helps."""

    key: str
    issue: str | None
    reason: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RollJson:
    """What is moved to a sprint. `files` are the paths that were written."""

    format_version: Literal[1]
    field: str
    to: IterationJson
    moves: tuple[RollMoveJson, ...]
    by_itself: tuple[RollWordJson, ...]
    left: tuple[RollLeftJson, ...]
    files: tuple[str, ...]


def roll_json(
    rollover: Roll, facts: Facts, results: Mapping[str, str], paths: Sequence[str]
) -> dict[str, Any]:
    """Return the moves as plain values, with the results by key."""
    refs = {item.key: item.ref for item in facts.items}
    return asdict(
        RollJson(
            format_version=FORMAT_VERSION,
            field=rollover.name,
            to=iteration_json(rollover.target, facts),
            moves=tuple(
                RollMoveJson(
                    key=move.key,
                    issue=move.ref,
                    title=move.title,
                    before=move.before,
                    after=rollover.target.name,
                    board=move.board,
                    file=move.file,
                    result=results.get(move.key),
                )
                for move in rollover.moves
            ),
            by_itself=tuple(
                RollWordJson(key=key, issue=refs[key], word=word)
                for key, word in rollover.by_itself.items()
            ),
            left=tuple(
                RollLeftJson(key=one.key, issue=refs[one.key], reason=one.reason, hint=one.hint)
                for one in rollover.left
            ),
            files=tuple(paths),
        )
    )
