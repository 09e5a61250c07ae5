"""Find out whether creations arrived: lists lag, answers get lost, processes die.

A creation that is in doubt is looked for by its nonce, in lists and never by search, until it is
seen or until enough time has passed that it cannot arrive any more: GitHub ends a request
after 10 s (its documentation), and a list may lag behind for a while.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from backlog_sync.core.intents import Intent, by_nonce
from backlog_sync.core.locations import in_order
from backlog_sync.core.normalize import fold
from backlog_sync.core.observed import ObservedIssue, ObservedState
from backlog_sync.engine.ports import Clock, Journal, Tracker

WINDOW = 90.0
"""Seconds after a creation was sent in which its issue may still appear; see above."""

_NEWEST = 100
"""One page of GitHub's list: far more than the five issues of a batch in doubt."""


def look_for(
    tracker: Tracker, nonces: Mapping[str, str], *, clock: Clock | None, until: float
) -> dict[str, ObservedIssue]:
    """Return the issues with these nonces; poll until all are seen or the time is up.

    `nonces` maps each nonce to the repository to look in, "" being the target. `until` is in
    seconds since the epoch; without a clock the lists are read once. Raises as the tracker
    does.
    """
    issues: dict[str, ObservedIssue] = {}

    def look() -> dict[str, ObservedIssue]:
        names = sorted({nonces[nonce] for nonce in nonces if nonce not in issues})
        recent = by_nonce(tracker.recent(_NEWEST, names)) if names else {}
        issues.update((nonce, one) for nonce, one in recent.items() if nonce in nonces)
        return issues

    if clock is None:
        return look()
    # Commands that only read files load this module too, and never wait.
    from backlog_sync.waiting import poll  # noqa: PLC0415

    return poll(
        look,
        lambda issues: len(issues) == len(nonces),
        clock=clock.now,
        sleep=clock.sleep,
        until=until,
    )


def recall(
    observed: ObservedState, tracker: Tracker, journal: Journal, clock: Clock | None
) -> ObservedState:
    """Return the observation with every issue that this machine created, listed yet or not.

    What GitHub confirmed is read by its id, which no list has to show: if that leads nowhere, the
    issue was deleted. With a clock, creations in doubt are waited for, and the journal records the
    result of each; without one nothing is waited for and nothing is recorded.
    """
    intents = journal.open_intents()
    if not intents or not observed.whole:
        return observed
    listed = by_nonce(observed.issues)
    ids = {issue.id for issue in observed.issues}
    visible = [i for i in intents if i.nonce in listed or i.id in ids]
    hidden = [i for i in intents if i not in visible]
    recovered, deleted = _reread(hidden, observed, tracker)
    if clock is not None:
        journal.close([intent.nonce for intent in (*visible, *deleted)])
        if doubtful := [intent for intent in hidden if intent.id is None]:
            recovered |= _wait_for(doubtful, tracker, journal, clock)
    issues = [*observed.issues, *(i for i in recovered.values() if i.id not in ids)]
    target = observed.repository.name_with_owner
    return replace(observed, issues=in_order(issues, target))


def _reread(
    hidden: Sequence[Intent], observed: ObservedState, tracker: Tracker
) -> tuple[dict[str, ObservedIssue], list[Intent]]:
    """Read confirmed creations by id; return those that exist, and those that are deleted."""
    ids = [intent.id for intent in hidden if intent.id is not None]
    issues = tracker.reread(ids) if ids else {}
    target = observed.repository.name_with_owner
    nonces = by_nonce(issues.values())
    confirmed = {
        i.id: nonces[i.nonce]
        for i in hidden
        if i.id is not None
        and i.nonce in nonces
        and nonces[i.nonce].id == i.id
        and fold(nonces[i.nonce].repository) == fold(i.repository or target)
    }
    return confirmed, [i for i in hidden if i.id is not None and i.id not in issues]


def _wait_for(
    doubtful: Sequence[Intent], tracker: Tracker, journal: Journal, clock: Clock
) -> Mapping[str, ObservedIssue]:
    """Look for these until seen or until they cannot arrive any more; return the found, by id.

    The wait is bounded even if a wrong clock wrote the journal: all were sent before now.
    """
    start = clock.now()
    deadline = max(intent.at for intent in doubtful) + WINDOW
    until = min(deadline, start + WINDOW)
    nonces = {intent.nonce: intent.repository for intent in doubtful}
    issues = look_for(tracker, nonces, clock=clock, until=until)
    journal.close([intent.nonce for intent in doubtful if intent.nonce in issues])
    journal.close([intent.nonce for intent in doubtful if intent.nonce not in issues])
    return {issue.id: issue for issue in issues.values()}
