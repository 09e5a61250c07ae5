"""Where the issues of items are: the target, or another repository of its owner.

Each repository is matched, labelled and numbered by itself. An issue elsewhere bears a marker that
names the target too: that repository may have a backlog of its own under the same name.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from backlog_sync.core.model import (
    DesiredItem,
    DesiredState,
    LabelDef,
    MilestoneDef,
    ObservedIssue,
    ObservedLabel,
    ObservedMilestone,
    ObservedRepository,
    ObservedState,
)
from backlog_sync.core.normalize import fold


@dataclass(frozen=True, slots=True)
class Location:
    """One repository: what the files want there, and what of it was observed.

    `backlog_id` is how markers there name the backlog, `declared` the repository that a number
    without one speaks of. Of `labels` and `milestones` those are wanted that items there use; in
    the target all that the files declare. `ignored` are numbers of issues to leave alone.
    """

    repository: ObservedRepository
    backlog_id: str
    declared: str | None
    is_target: bool
    items: Sequence[DesiredItem]
    issues: Sequence[ObservedIssue]
    labels: Sequence[LabelDef]
    milestones: Sequence[MilestoneDef]
    observed_labels: Sequence[ObservedLabel]
    observed_milestones: Sequence[ObservedMilestone]
    unassignable: Sequence[str]
    permissions: Mapping[str, str]
    ignored: frozenset[int]

    @property
    def name(self) -> str:
        """The repository's full name."""
        return self.repository.name_with_owner


def elsewhere(item: DesiredItem, target: str, declared: str | None) -> str | None:
    """Give the other repository that an item names; None for one of the target.

    `declared` is the repository that the files are about: what they say of it goes for whatever
    a run takes for it.
    """
    there = item.repository
    if there is None or fold(there) in (fold(target), fold(declared or target)):
        return None
    return there


def why_left_alone(there: str, target: str, declared: str | None) -> str:
    """Say why a run about `target` does nothing in another repository; "" where it does.

    A trial in another repository than the files' own must not make issues in real ones: they
    would be made once more when the files' own turn comes.
    """
    if fold(there.partition("/")[0]) != fold(target.partition("/")[0]):
        return f"it belongs to {there}, of another owner than {target}"
    if declared is None or fold(declared) != fold(target):
        return (
            f"it belongs to {there}, and this run is about {target}, which the file does not name"
        )
    return ""


def others_of(items: Iterable[DesiredItem], target: str, declared: str | None) -> tuple[str, ...]:
    """Give the other repositories that a run about `target` has to read, each once."""
    found: dict[str, str] = {}
    for item in items:
        there = elsewhere(item, target, declared) if item.sync else None
        if there is not None and not why_left_alone(there, target, declared):
            found.setdefault(fold(there), there)
    return tuple(sorted(found.values(), key=fold))


def locations(desired: DesiredState, observed: ObservedState) -> tuple[Location, ...]:
    """Give the target, and behind it every other repository that was read."""
    target = observed.repository.name_with_owner
    if not observed.others:
        here: Sequence[DesiredItem] = desired.items
        if any(item.repository for item in here):
            here = [i for i in here if elsewhere(i, target, desired.repository) is None]
        return (_target(desired, observed, here, observed.issues),)
    items: dict[str, list[DesiredItem]] = {}
    for item in desired.items:
        there = elsewhere(item, target, desired.repository)
        items.setdefault(fold(there) if there else "", []).append(item)
    issues: dict[str, list[ObservedIssue]] = {}
    for issue in observed.issues:
        issues.setdefault(fold(issue.repository), []).append(issue)
    found = [_target(desired, observed, items.get("", ()), issues.get(fold(target), ()))]
    for other in observed.others:
        name = fold(other.repository.name_with_owner)
        there_items = items.get(name, ())
        labels, titles = _label_names(there_items), _milestone_titles(there_items)
        found.append(
            Location(
                repository=other.repository,
                backlog_id=f"{observed.repository.id}:{desired.backlog_id}",
                declared=other.repository.name_with_owner,
                is_target=False,
                items=there_items,
                issues=issues.get(name, ()),
                labels=[d for d in desired.labels if fold(d.name) in labels],
                milestones=[m for m in desired.milestones if m.title.strip() in titles],
                observed_labels=other.labels,
                observed_milestones=other.milestones,
                unassignable=other.unassignable,
                permissions=other.permissions,
                ignored=frozenset(),
            )
        )
    return tuple(found)


def in_order(issues: Iterable[ObservedIssue], target: str) -> tuple[ObservedIssue, ...]:
    """Give issues as an observation holds them: by number, the target's before others'."""
    return tuple(sorted(issues, key=lambda i: (i.repository != target, i.repository, i.number)))


def _target(
    desired: DesiredState,
    observed: ObservedState,
    items: Sequence[DesiredItem],
    issues: Sequence[ObservedIssue],
) -> Location:
    return Location(
        repository=observed.repository,
        backlog_id=desired.backlog_id,
        declared=desired.repository,
        is_target=True,
        items=items,
        issues=issues,
        labels=_labels_here(desired, items),
        milestones=_milestones_here(desired, items),
        observed_labels=observed.labels,
        observed_milestones=observed.milestones,
        unassignable=observed.unassignable,
        permissions=observed.permissions,
        ignored=frozenset(() if observed.embedded else desired.settings.ignore_issues),
    )


def _labels_here(desired: DesiredState, items: Sequence[DesiredItem]) -> Sequence[LabelDef]:
    """Give the target's labels: declared ones, and those that its items use."""
    if len(items) == len(desired.items):
        return desired.labels
    used = _label_names(items)
    return [label for label in desired.labels if label.declared or fold(label.name) in used]


def _milestones_here(desired: DesiredState, items: Sequence[DesiredItem]) -> Sequence[MilestoneDef]:
    if len(items) == len(desired.items):
        return desired.milestones
    used = _milestone_titles(items)
    return [each for each in desired.milestones if each.declared or each.title.strip() in used]


def _label_names(items: Iterable[DesiredItem]) -> set[str]:
    found: set[str] = set()
    for item in items:
        labels = item.fields.get("labels")
        if item.sync and isinstance(labels, tuple):
            found.update(fold(str(name)) for name in labels)
    return found


def _milestone_titles(items: Iterable[DesiredItem]) -> set[str]:
    return {str(item.fields.get("milestone") or "").strip() for item in items if item.sync}
