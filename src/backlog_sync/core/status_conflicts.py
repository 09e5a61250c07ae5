"""One word in the file is a state and a status: a conflict of one holds the other."""

from backlog_sync.core import record
from backlog_sync.core.fields import STATUS
from backlog_sync.core.marker import Base
from backlog_sync.core.model import DesiredItem
from backlog_sync.core.normalize import fold, hash_value
from backlog_sync.core.observed import ObservedIssue, ObservedState
from backlog_sync.core.states import desired_state, observed_state

_STATUS = fold(STATUS)


def statuses(observed: ObservedState) -> frozenset[str]:
    """Return the board's words for a status, folded."""
    for board_field in observed.project.fields if observed.project else ():
        if board_field.name == STATUS:
            return frozenset(fold(option.name) for option in board_field.options)
    return frozenset()


def contested(item: DesiredItem, issue: ObservedIssue, base: Base, words: frozenset[str]) -> bool:
    """Return whether the author and people on GitHub changed the status differently.

    `words` are the board's.
    """
    file_state = item.fields.get("state")
    status = next((v for n, v in item.board.items() if fold(n) == _STATUS), None)
    if file_state is None and status is None:
        return False
    observed = observed_state(issue)
    base_hash = base.hashes.get("state")
    file_hash = (
        hash_value(desired_state(str(file_state), observed)) if file_state is not None else None
    )
    if file_hash in base.written.atoms.get("state", ()) or (
        status is not None and record.was_written(record.written(issue.card), STATUS, status)
    ):
        return False  # it is a word that a run wrote
    file_moved = None not in (base_hash, file_hash) and file_hash != base_hash
    github_moved = None not in (base_hash, file_hash) and hash_value(observed) not in (
        base_hash,
        file_hash,
    )
    before = (record.decode(issue.card) or {}).get(STATUS)
    if issue.card is not None and None not in (before, status) and fold(str(status)) in words:
        stands = record.comparable(issue.card.values.get(STATUS))
        file_moved |= not _same(status, before)
        github_moved |= not _same(stands, before) and not _same(stands, status)
    return file_moved and github_moved


def _same(value: object, other_value: object) -> bool:
    """Return whether two values of a status are the same; a record may contain a hash."""
    if isinstance(value, str) and isinstance(other_value, str) and fold(value) == fold(other_value):
        return True
    first, second = (
        record.base_of(side) if isinstance(side, str) else hash_value(None)
        for side in (value, other_value)
    )
    return first == second
