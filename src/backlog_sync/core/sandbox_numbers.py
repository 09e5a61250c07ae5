"""Issue numbers in a file that the simulator of this run ignores.

A sandbox has its own numbers (`sandbox#14`). After a reset, and in another clone, they lead to
other issues or to none. The embedded simulator ignores numbers of real servers.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from enum import Enum, auto

from backlog_sync.core import normalize
from backlog_sync.core.diagnostics import Warned
from backlog_sync.core.issue_index import IssueIndex, title_mark
from backlog_sync.core.locations import Location
from backlog_sync.core.model import DesiredItem, DesiredState, IssueRef
from backlog_sync.core.observed import ObservedState
from backlog_sync.dataclass import dataclass

_SHOWN = 8
"""References listed in one message before it says how many more there are."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """The items whose `sandbox#n` does not count, by key; `deleted` are those of this sandbox."""

    refs: Mapping[str, IssueRef]
    deleted: frozenset[str] = frozenset()


def forgotten(
    items: Sequence[DesiredItem], location: Location, observed: ObservedState, index: IssueIndex
) -> Forgotten:
    """Return the numbers that another sandbox wrote, or whose issue was deleted here.

    A number is this sandbox's if its issue has the key or title of the item. If it leads to another
    item's issue, or to an unmanaged one, the other numbers decide.
    """
    if not observed.sandbox:
        return Forgotten({})
    numbered = {item.key: item for item in items if item.issue and item.issue.sandbox}
    keys = {item.key for item in items}
    leads = {key: _leads_to(item, index, location, keys) for key, item in numbered.items()}
    counts = Counter(leads.values())
    right, wrong = counts[_Leads.OWN], counts[_Leads.NOWHERE] + counts[_Leads.ANOTHER]
    refs: dict[str, IssueRef] = {}
    deleted: set[str] = set()
    for key, item in numbered.items():
        assert item.issue is not None
        gone = item.issue.number not in index.by_number
        if gone and f"{location.name}#{item.issue.number}" in observed.elsewhere:
            continue
        is_trusted = {
            _Leads.OWN: True,
            _Leads.LOOSE: right >= wrong,
            _Leads.ANOTHER: right > wrong,
            _Leads.NOWHERE: False,
        }
        if not is_trusted[leads[key]]:
            refs[key] = item.issue
            deleted |= {key} if gone and right > wrong else set()
    return Forgotten(refs, frozenset(deleted))


class _Leads(Enum):
    """Where the number of an item leads."""

    OWN = auto()
    ANOTHER = auto()
    LOOSE = auto()
    NOWHERE = auto()


def _leads_to(
    item: DesiredItem, index: IssueIndex, location: Location, keys: Collection[str]
) -> _Leads:
    assert item.issue is not None
    issue = index.by_number.get(item.issue.number)
    if issue is None:
        return _Leads.NOWHERE
    parts, same = index.parts[issue.number], index.applied_title(issue) == title_mark(item.title)
    if parts.problem:
        is_own = any(claim.key == item.key for claim in parts.claims) or not parts.claims
        return _Leads.OWN if is_own else _Leads.NOWHERE
    if same or (parts.marker is not None and parts.marker.key == item.key):
        return _Leads.OWN
    if parts.marker is None:
        return _Leads.LOOSE
    if parts.marker.backlog != location.backlog_id:
        return _Leads.NOWHERE
    return _Leads.ANOTHER if parts.marker.key in keys else _Leads.LOOSE


def number_warnings(
    desired: DesiredState, observed: ObservedState, refs: Sequence[IssueRef]
) -> list[Warned]:
    """Return one warning for the numbers of another sandbox, and one for those of a real server."""
    warnings: list[Warned] = []
    if refs:
        names = _listed(sorted(set(map(str, refs)), key=_by_number))
        message = f"no such issues in this sandbox (deleted, or from before a reset): {names}"
        hint = "keep them: sync creates new issues and writes their numbers into the files"
        warnings.append(Warned(message, "other-sandbox", hint))
    ignored = dict.fromkeys(real_numbers(desired)) if observed.embedded else {}
    if ignored:
        message = f"the sandbox ignores numbers of real issues: {_listed(list(ignored))}"
        hint = "keep them: a sync with GitHub uses them"
        warnings.append(Warned(message, "real-numbers", hint))
    return warnings


def real_numbers(desired: DesiredState) -> Iterator[str]:
    """Yield every number of a real server that the files name, wherever they do."""
    keys = {item.key for item in desired.items}
    for item in desired.items:
        if item.issue is not None and not item.issue.sandbox:
            yield str(item.issue)
        yield from (str(hint.issue) for hint in item.hints if hint.sure and not hint.issue.sandbox)
        blockers = item.fields.get("blocked_by")
        declared = [str(ref) for ref in blockers] if isinstance(blockers, tuple) else []
        yield from (ref for ref in (*declared, item.parent or "") if ref not in keys and "#" in ref)
    yield from (f"#{number}" for number in desired.settings.ignore_issues)


def _by_number(ref: str) -> tuple[str, int]:
    name, _, number = ref.rpartition("#")
    return normalize.fold(name), int(number)


def _listed(refs: Sequence[str]) -> str:
    more = f" and {len(refs) - _SHOWN} more" if len(refs) > _SHOWN else ""
    return ", ".join(refs[:_SHOWN]) + more
