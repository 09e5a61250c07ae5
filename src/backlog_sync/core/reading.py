"""What must be read before a backlog can be planned: the issues that it names, or all there are."""

from collections.abc import Iterable

from backlog_sync.core import normalize
from backlog_sync.core.model import DesiredItem, IssueRef

_SIGN = "<!-- backlog:"
"""How every line of ours in a body begins, to the letter."""


def speaks_of(
    ref: IssueRef | None, repository: str, *, sandbox: bool, declared: str | None = None
) -> bool:
    """Whether a number in the file speaks of this server and repository.

    `declared` is the repository that the file names: a bare number is one of its issues, and in
    a fork it says nothing.
    """
    if ref is None or ref.sandbox != sandbox:
        return False
    home = ref.repository or (None if ref.sandbox else declared)
    return home is None or normalize.fold(home) == normalize.fold(repository)


def numbers_of(
    items: Iterable[DesiredItem], repository: str, *, sandbox: bool, declared: str | None = None
) -> tuple[int, ...] | None:
    """Give the numbers of all issues of a backlog; None where any of them is not known.

    Then the repository has to be read whole: the issue of that item may be there already.
    """
    numbers: set[int] = set()
    for item in items:
        elsewhere = item.repository is not None and normalize.fold(
            item.repository
        ) != normalize.fold(repository)
        if not item.sync or elsewhere:
            continue
        if not speaks_of(item.issue, repository, sandbox=sandbox, declared=declared):
            return None
        assert item.issue is not None
        numbers.add(item.issue.number)
    return tuple(sorted(numbers)) or None


def bears_sign(body: str) -> bool:
    """Whether a body may hold a marker: most issues of a repository have nothing to do with us."""
    return _SIGN in body
