"""Use case: read the issues that people opened, with who may write and who put labels on them."""

from collections.abc import Sequence
from dataclasses import replace

from backlog_sync.core.inbox import IssueForm, authors_to_ask, issues_to_ask
from backlog_sync.core.lookups import Questions
from backlog_sync.core.model import DesiredState
from backlog_sync.core.observed import ObservedState
from backlog_sync.engine.ports import ReadScope, Tracker


def observe_inbox(
    desired: DesiredState, tracker: Tracker, forms: Sequence[IssueForm] = ()
) -> ObservedState:
    """Return GitHub's state with all that choosing new issues takes. Sends no write.

    The timeline is read only for issues of people who may not write. Raises `errors.BacklogError`
    if GitHub could not be read.
    """
    observed = tracker.observe(ReadScope.for_backlog(desired, full=True))
    if authors := authors_to_ask(desired, observed):
        observed = tracker.look_up(observed, Questions(authors=authors))
    if ids := issues_to_ask(desired, observed, forms):
        triaged = tracker.look_up(observed, Questions(triage=ids)).triaged
        observed = replace(observed, triaged=triaged)
    return observed
