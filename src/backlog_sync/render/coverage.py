"""How much of a repository was read, in words."""

from collections.abc import Mapping
from types import MappingProxyType

from backlog_sync.core.model import Coverage
from backlog_sync.render.escape import clean
from backlog_sync.render.words import counted


def covered(coverage: Coverage, others: Mapping[str, Coverage] = MappingProxyType({})) -> str:
    """One clause about what was read, such as "33 issues read", of other repositories too."""
    told = [_covered(coverage)]
    told += [f"{clean(name)}: {_covered(other)}" for name, other in others.items()]
    return "; ".join(told)


def _covered(coverage: Coverage) -> str:
    if coverage.complete:
        return f"{counted(coverage.issues_read, 'issue')} read"
    if not coverage.by_number:
        return f"{counted(coverage.issues_read, 'issue')} read, not all"
    named = f"{counted(coverage.by_number, 'issue')} by number"
    others = max(0, coverage.total - coverage.by_number)
    if coverage.since is None:
        looked = max(0, coverage.issues_read - coverage.by_number)
        return f"{named}; of {others:,} others {looked:,} looked at"
    day, _, time = coverage.since.partition("T")
    return f"{named}; of {others:,} others those looked at that were touched since {day} {time[:5]}"
