"""What must be read before a backlog can be planned: the issues that it names, or all there are."""

from collections.abc import Iterable

from backlog_sync.core import normalize
from backlog_sync.core.locations import elsewhere, why_left_alone
from backlog_sync.core.model import DesiredItem, IssueRef

_SIGN = "<!-- backlog:"
"""How every line of ours in a body begins, to the letter."""


def counts(ref: IssueRef, *, sandbox: bool, plain: bool = True) -> bool:
    """Whether a server reads a number: `sandbox#14` is read by a simulated one only.

    `plain` says that numbers of real servers are read, which the simulator inside this process
    does not.
    """
    return sandbox if ref.sandbox else plain


def speaks_of(
    ref: IssueRef | None,
    repository: str,
    *,
    sandbox: bool,
    plain: bool = True,
    declared: str | None = None,
) -> bool:
    """Whether a number in the file speaks of this server and repository; see `counts`.

    `declared` is the repository that the file names: a bare number is one of its issues, and in
    a fork it says nothing.
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
    other: str | None = None,
) -> tuple[int, ...] | None:
    """Give the numbers of a backlog's issues in one repository: the target, or an `other`.

    None where any number is not known, of whatever repository: then all are read whole, for the
    issue of that item may be there already, or where it was before. None too where there is none.
    """
    numbers: set[int] = set()
    for item in items:
        repository = elsewhere(item, target, declared)
        if not item.sync or (repository and why_left_alone(repository, target, declared)):
            continue
        home = repository or declared
        if not speaks_of(
            item.issue, repository or target, sandbox=sandbox, plain=plain, declared=home
        ):
            return None
        if normalize.fold(repository or "") == normalize.fold(other or ""):
            assert item.issue is not None
            numbers.add(item.issue.number)
    return tuple(sorted(numbers)) or None


def bears_sign(body: str) -> bool:
    """Whether a body may hold a marker: most issues of a repository have nothing to do with us."""
    return _SIGN in body
