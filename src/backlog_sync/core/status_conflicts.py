"""One word in the file says a state and a status: what is in dispute of the one holds the other."""

from backlog_sync.core import record
from backlog_sync.core.fields import STATUS
from backlog_sync.core.model import Base, DesiredItem, ObservedIssue, ObservedState
from backlog_sync.core.normalize import fold, hash_value
from backlog_sync.core.states import desired_state, observed_state


def statuses(observed: ObservedState) -> frozenset[str]:
    """Give the folded words that the board has for a status."""
    for known in observed.project.fields if observed.project else ():
        if known.name == STATUS:
            return frozenset(fold(option.name) for option in known.options)
    return frozenset()


def contested(item: DesiredItem, issue: ObservedIssue, base: Base, words: frozenset[str]) -> bool:
    """Whether the author changed the word, and people moved the issue or its card otherwise.

    `words` are the board's.
    """
    now = observed_state(issue)
    was = base.hashes.get("state")
    wanted = item.fields.get("state")
    said = hash_value(desired_state(str(wanted), now)) if wanted is not None else None
    status = next((v for n, v in item.board.items() if fold(n) == fold(STATUS)), None)
    if said in base.written.atoms.get("state", ()) or (
        status is not None and record.tells(record.written(issue.card), STATUS, status)
    ):
        return False  # it is a word that a run wrote
    file_moved = None not in (was, said) and said != was
    moved = None not in (was, said) and hash_value(now) not in (was, said)
    before = (record.decode(issue.card) or {}).get(STATUS)
    if issue.card is not None and before is not None and fold(str(status)) in words:
        stands = record.comparable(issue.card.values.get(STATUS))
        file_moved |= not _same(status, before)
        moved |= not _same(stands, before) and not _same(stands, status)
    return file_moved and moved


def _same(one: object, other: object) -> bool:
    """Whether two values of a status are the same; a record may hold a hash."""
    if isinstance(one, str) and isinstance(other, str) and fold(one) == fold(other):
        return True
    first, second = (
        record.base_of(each) if isinstance(each, str) else hash_value(None) for each in (one, other)
    )
    return first == second
