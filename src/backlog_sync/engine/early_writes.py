"""Writes that need not wait for the last creation: views, links, board values, and bodies."""

from collections.abc import Sequence
from typing import Final, Protocol, TypeAlias

from backlog_sync.core.changes import (
    AddDependency,
    AddToBoard,
    Change,
    CreateIssue,
    CreateView,
    ForgetValues,
    LinkSubIssue,
    RefreshBase,
    RefreshRecord,
    SetBoardValue,
    claim_of,
)
from backlog_sync.core.rate import BODY_BATCH, SMALL_BATCH
from backlog_sync.engine.registry import Registry

BoardWrite: TypeAlias = SetBoardValue | ForgetValues | RefreshRecord

_VALUES_AT_ONCE: Final = 3 * SMALL_BATCH
"""Values and records to send at once: of three requests at most the last one is not quite full."""


class Stages(Protocol):
    """The stages of a run that can be sent in parts."""

    @property
    def registry(self) -> Registry:
        """What the run knows of GitHub."""
        ...

    def settled(self, change: Change) -> bool:
        """Return whether the outcome of a change is known."""
        ...

    def links(self, changes: Sequence[Change]) -> None:
        """Create views that could wait, and make links."""
        ...

    def values(self, changes: Sequence[BoardWrite]) -> None:
        """Set board values."""
        ...

    def updates(self, changes: Sequence[RefreshBase]) -> None:
        """Change bodies."""
        ...

    def second_writes(
        self, created: Sequence[CreateIssue], changes: Sequence[Change]
    ) -> list[RefreshBase]:
        """Return the refreshes that record in new issues what was set after their creation."""
        ...


class EarlyWrites:
    """What can be sent for issues that exist before all issues do.

    Only full requests are sent, so that all of it takes no more requests than at the end. Views are
    sent anyway: a board should not lack them for long. Issues that the run also closes are left
    out: a workflow of the board may set their Status.
    """

    def __init__(
        self,
        run: Stages,
        created: Sequence[CreateIssue],
        links: Sequence[Change],
        values: Sequence[BoardWrite],
        changes: Sequence[Change],
    ) -> None:
        self._run = run
        self._links = list(links)
        self._claims: dict[str, list[Change]] = {}
        for change in changes:
            key, name = claim_of(change)
            if name:
                self._claims.setdefault(key, []).append(change)
        early = {c.key: c for c in created if all(map(_is_link, self._claims.get(c.key, ())))}
        recorded = run.registry.observed.capabilities.link_events
        self._bodies = {
            key: change
            for key, change in early.items()
            if not recorded and any(isinstance(c, AddDependency) for c in self._claims.get(key, ()))
        }
        self._cards: dict[str, list[BoardWrite]] = {}
        for change in values:
            if change.key in early:
                self._cards.setdefault(change.key, []).append(change)

    def send(self) -> bool:
        """Send views, and what fills requests; return whether anything was sent."""
        return self._send_links() or self._send_values() or self._send_bodies()

    def _send_links(self) -> bool:
        issues = self._run.registry.issues.keys()
        self._links = [change for change in self._links if not self._run.settled(change)]
        views = [change for change in self._links if isinstance(change, CreateView)]
        others = [change for change in self._links if not isinstance(change, CreateView)]
        links = [change for change in others if {change.key, change.other} <= issues]
        ready = [*views, *links][:SMALL_BATCH]
        if not views and len(ready) < SMALL_BATCH:
            return False
        self._run.links(ready)
        return True

    def _send_values(self) -> bool:
        issues = self._run.registry.issues
        ready: list[str] = []
        count = 0
        for key, writes in self._cards.items():
            if key not in issues or issues[key].card is None:
                continue
            records = sum(isinstance(c, SetBoardValue) and c.body is not None for c in writes)
            count += len(writes) + records
            if count > _VALUES_AT_ONCE:
                self._run.values([write for key in ready for write in self._cards.pop(key)])
                return True
            ready.append(key)
        return False

    def _send_bodies(self) -> bool:
        claims, settled = self._claims, self._run.settled
        ready = [key for key in self._bodies if all(map(settled, claims[key]))][:BODY_BATCH]
        if len(ready) < BODY_BATCH:
            return False
        created = [self._bodies.pop(key) for key in ready]
        links = [change for key in ready for change in claims[key]]
        self._run.updates(self._run.second_writes(created, links))
        return True


def _is_link(change: Change) -> bool:
    return isinstance(change, AddDependency | AddToBoard | LinkSubIssue)
