"""Items whose title contains the number of an issue that they do not declare.

Creating an issue for such an item could make a duplicate. If it is clear that the number is the
item's issue, it is matched; if not, the item is held until the file says which one is meant.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from backlog_sync.core.holds import Hold
from backlog_sync.core.locations import Location
from backlog_sync.core.model import DesiredItem, IssueHint
from backlog_sync.core.observed import ObservedIssue
from backlog_sync.core.reading import is_about


def named_by_hints(
    items: Iterable[DesiredItem],
    location: Location,
    issues: Mapping[int, ObservedIssue],
    taken: Collection[int],
    marked: Collection[int],
) -> dict[str, ObservedIssue]:
    """Return the issues that items without one clearly name in their titles, by key.

    An issue is clearly named if its number is set apart, the title names no other, no other item
    names it, nobody has it and it has no marker. Arguments as for `held_by_hints`.
    """
    sure = {
        item.key: [n for n, hint in _local_hints(item, location).items() if hint.sure]
        for item in items
    }
    counts = Counter(number for numbers in sure.values() for number in numbers)
    return {
        key: issues[numbers[0]]
        for key, numbers in sure.items()
        if len(numbers) == 1
        and counts[numbers[0]] == 1
        and numbers[0] in issues
        and numbers[0] not in (*taken, *marked)
    }


def held_by_hints(
    items: Iterable[DesiredItem],
    location: Location,
    issues: Mapping[int, ObservedIssue],
    taken: Collection[int],
    marked: Collection[int],
) -> dict[str, Hold]:
    """Return why items without an issue are held for the issues that their titles name.

    `items` are to be created. `taken` are the numbers of other items' issues, `marked` those with a
    marker. A number that may be something else holds its item only if there is an issue that it
    could adopt.
    """
    hints_by_item = {item.key: _local_hints(item, location) for item in items}
    item_counts = Counter(number for hints in hints_by_item.values() for number in hints)
    held: dict[str, Hold] = {}
    for key, hints in hints_by_item.items():
        adoptable = {n: h for n, h in hints.items() if n in issues and n not in (*taken, *marked)}
        sure = {n: h for n, h in hints.items() if h.sure}
        for number, hint in (adoptable or sure).items():
            why = ""
            if len(adoptable or sure) > 1:
                numbers = ", ".join(f"#{other}" for other in sorted(adoptable or sure))
                why = f" Its title names more than one issue ({numbers})."
            elif number not in issues:
                why = f" {location.name} has no issue with this number."
            elif number in taken:
                why = " It is the issue of another item."
            elif number in marked:
                why = " It carries the marker of another item or backlog."
            elif item_counts[number] > 1:
                why = f" {item_counts[number]} items name it."
            reason = f"looks like {hint.issue}: adopt {hint.issue}?{why}"
            held[key] = Hold(reason, hint.remedy, str(hint.issue), issues.get(number))
            break
    return held


def _local_hints(item: DesiredItem, location: Location) -> dict[int, IssueHint]:
    """Return an item's hints for a repository, by number."""
    return {
        hint.issue.number: hint
        for hint in reversed(item.hints)
        if is_about(hint.issue, location.name, sandbox=False, declared=location.declared)
    }
