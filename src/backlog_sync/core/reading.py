"""What must be read before a backlog can be planned: the issues that it names, or all of them."""

from collections.abc import Iterable

from backlog_sync.core import normalize
from backlog_sync.core.locations import elsewhere, why_left_alone
from backlog_sync.core.model import DesiredItem, IssueRef
from backlog_sync.dataclass import dataclass

_SIGN = "<!-- backlog:"
"""The beginning of each of our lines in a body."""


@dataclass(frozen=True, slots=True)
class CachedIssues:
    """The issues that may have a marker, of a repository that an earlier run read completely.

    It comes from a cache, so it only says which issues to read: nothing is created, changed or
    closed because of it. `repository_id` is the node id of the repository, `numbers` are those of
    the issues with a marker, and `total` is how many issues there were. Every update until `since`
    (seconds since the epoch) is covered. All are listed again little by little, from the one that
    was not updated for longest: runs have `reached` those of this time, and the next one reads this
    `share` of the rest.
    """

    repository_id: str
    numbers: tuple[int, ...]
    total: int
    since: float
    reached: float = 0.0
    share: float = 0.0


def counts(ref: IssueRef, *, sandbox: bool, plain: bool = True) -> bool:
    """Return whether a number is read: `sandbox#14` only by the simulator.

    `plain` means that numbers of real servers are read, which the embedded simulator does not do.
    """
    return sandbox if ref.sandbox else plain


def is_about(
    ref: IssueRef | None,
    repository: str,
    *,
    sandbox: bool,
    plain: bool = True,
    declared: str | None = None,
) -> bool:
    """Return whether a number in the file is one of this server and repository; see `counts`.

    `declared` is the repository that the file names: a bare number is one of its issues, and in a
    fork it says nothing.
    """
    if ref is None or not counts(ref, sandbox=sandbox, plain=plain):
        return False
    home = ref.repository or (None if ref.sandbox else declared)
    return home is None or normalize.fold(home) == normalize.fold(repository)


def numbers_of(
    items: Iterable[DesiredItem],
    target: str,
    *,
    sandbox: bool,
    plain: bool = True,
    declared: str | None = None,
) -> dict[str, tuple[int, ...]]:
    """Return the numbers of a backlog's issues by the folded name of their repository.

    The target's name is "". Repositories that are not there have to be read completely: those
    without items, and all if any number is unknown, because the issue of that item may already
    exist, or where it was before.
    """
    numbers: dict[str, set[int]] = {}
    for item in items:
        repository = elsewhere(item, target, declared)
        if not item.sync or (repository and why_left_alone(repository, target, declared)):
            continue
        home = repository or declared
        if not is_about(
            item.issue, repository or target, sandbox=sandbox, plain=plain, declared=home
        ):
            return {}
        assert item.issue is not None
        numbers.setdefault(normalize.fold(repository or ""), set()).add(item.issue.number)
    return {name: tuple(sorted(there)) for name, there in numbers.items()}


def may_have_marker(body: str) -> bool:
    """Return whether a body may contain a marker: most issues of a repository have none."""
    return _SIGN in body
