"""Describe in words how much of a repository was read."""

from collections.abc import Mapping
from types import MappingProxyType

from backlog_sync.core.observed import Coverage
from backlog_sync.render.words import counted


def coverage_text(coverage: Coverage, others: Mapping[str, Coverage] = MappingProxyType({})) -> str:
    """Return a clause about what was read, such as "33 issues read", for each repository."""
    clauses = [_coverage_of_one(coverage)]
    clauses += [f"{name}: {_coverage_of_one(other)}" for name, other in others.items()]
    return "; ".join(clauses)


def _coverage_of_one(coverage: Coverage) -> str:
    if coverage.complete:
        return f"{counted(coverage.issues_read, 'issue')} read"
    if not coverage.by_number:
        return f"{counted(coverage.issues_read, 'issue')} read, not all"
    source = "cached number" if coverage.cached else "number"
    by_number = f"{counted(coverage.by_number, 'issue')} by {source}"
    others = max(0, coverage.total - coverage.by_number)
    if coverage.since is None:
        checked = max(0, coverage.issues_read - coverage.by_number)
        return f"{by_number}; of {others:,} others {checked:,} checked"
    day, _, time = coverage.since.partition("T")
    since = f"{day} {time[:5]}"
    return f"{by_number}; of {others:,} others those updated since {since}"
