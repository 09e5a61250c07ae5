"""The repositories that contain the issues of items: the target and others, of any owner.

Each repository is matched, labeled and numbered separately. The marker of an issue in another
repository names the target, too: that repository may have its own backlog with the same name.
"""

from collections.abc import Iterable, Mapping, Sequence

from backlog_sync.core.model import DesiredItem, DesiredState, LabelDef, MilestoneDef
from backlog_sync.core.normalize import fold
from backlog_sync.core.observed import (
    ObservedIssue,
    ObservedLabel,
    ObservedMilestone,
    ObservedRepository,
    ObservedState,
)
from backlog_sync.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Location:
    """One repository: what the files declare for it, and what was observed of it.

    `backlog_id` is the name of the backlog in its markers, `declared` the repository of numbers
    without one. `labels` and `milestones` are those that its items use; in the target, all that the
    files declare. `ignored` are numbers of issues to leave alone.
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
    agents: Sequence[str]
    permissions: Mapping[str, str]
    ignored: frozenset[int]

    @property
    def name(self) -> str:
        """The repository's full name."""
        return self.repository.name_with_owner


def elsewhere(item: DesiredItem, target: str, declared: str | None) -> str | None:
    """Return the other repository that an item names; None for an item in the target.

    `declared` is the repository that the files are about: what they say of it applies to whatever
    repository a run has as its target.
    """
    repository = item.repository
    if repository is None or fold(repository) in (fold(target), fold(declared or target)):
        return None
    return repository


def owner_of_repository(name: str) -> str:
    """Return the login of the owner of `owner/name`, also of `owner/name#1`."""
    return name.partition("/")[0]


def same_owner(one: str, other: str) -> bool:
    """Return whether two repositories belong to the same person or organization."""
    return one == other or fold(owner_of_repository(one)) == fold(owner_of_repository(other))


def why_left_alone(repository: str, target: str, declared: str | None) -> tuple[str, str] | None:
    """Return why a run about `target` does nothing in another repository, and what would help.

    None if it may write there.

    A trial in a repository other than the files' own must not create issues in real ones: the real
    run would create them again.
    """
    if declared is None or fold(declared) != fold(target):
        return (
            f"it belongs to {repository}, and this run is about {target},"
            " which the file does not name",
            f"run it without --repo, for {declared}"
            if declared
            else f"write `repository: {target}` into the file",
        )
    return None


def others_of(items: Iterable[DesiredItem], target: str, declared: str | None) -> tuple[str, ...]:
    """Return the other repositories that a run about `target` has to read, each once."""
    repositories: dict[str, str] = {}
    for item in items:
        repository = elsewhere(item, target, declared) if item.sync else None
        if repository is not None and not why_left_alone(repository, target, declared):
            repositories.setdefault(fold(repository), repository)
    return tuple(sorted(repositories.values(), key=fold))


def locations(desired: DesiredState, observed: ObservedState) -> tuple[Location, ...]:
    """Return the target, followed by every other repository that was read."""
    target = observed.repository.name_with_owner
    if not observed.others:
        target_items: Sequence[DesiredItem] = desired.items
        if any(item.repository for item in target_items):
            home = desired.repository
            target_items = [i for i in target_items if elsewhere(i, target, home) is None]
        return (_target(desired, observed, target_items, observed.issues),)
    items: dict[str, list[DesiredItem]] = {}
    for item in desired.items:
        repository = elsewhere(item, target, desired.repository)
        items.setdefault(fold(repository) if repository else "", []).append(item)
    issues: dict[str, list[ObservedIssue]] = {}
    for issue in observed.issues:
        issues.setdefault(fold(issue.repository), []).append(issue)
    all_locations = [_target(desired, observed, items.get("", ()), issues.get(fold(target), ()))]
    for other in observed.others:
        name = fold(other.repository.name_with_owner)
        other_items = items.get(name, ())
        labels, titles = _label_names(other_items), _milestone_titles(other_items)
        all_locations.append(
            Location(
                repository=other.repository,
                backlog_id=f"{observed.repository.id}:{desired.backlog_id}",
                declared=other.repository.name_with_owner,
                is_target=False,
                items=other_items,
                issues=issues.get(name, ()),
                labels=[d for d in desired.labels if fold(d.name) in labels],
                milestones=[m for m in desired.milestones if m.title.strip() in titles],
                observed_labels=other.labels,
                observed_milestones=other.milestones,
                unassignable=other.unassignable,
                agents=other.agents,
                permissions=other.permissions,
                ignored=frozenset(),
            )
        )
    return tuple(all_locations)


def in_order(issues: Iterable[ObservedIssue], target: str) -> tuple[ObservedIssue, ...]:
    """Return issues in the order of an observation: by number, the target's first."""
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
        labels=_target_labels(desired, items),
        milestones=_target_milestones(desired, items),
        observed_labels=observed.labels,
        observed_milestones=observed.milestones,
        unassignable=observed.unassignable,
        agents=observed.agents,
        permissions=observed.permissions,
        ignored=frozenset(() if observed.embedded else desired.settings.ignore_issues),
    )


def _target_labels(desired: DesiredState, items: Sequence[DesiredItem]) -> Sequence[LabelDef]:
    """Return the target's labels: declared ones, and those that its items use."""
    if len(items) == len(desired.items):
        return desired.labels
    used_names = _label_names(items)
    return [label for label in desired.labels if label.declared or fold(label.name) in used_names]


def _target_milestones(
    desired: DesiredState, items: Sequence[DesiredItem]
) -> Sequence[MilestoneDef]:
    if len(items) == len(desired.items):
        return desired.milestones
    used_titles = _milestone_titles(items)
    return [m for m in desired.milestones if m.declared or m.title.strip() in used_titles]


def _label_names(items: Iterable[DesiredItem]) -> set[str]:
    label_names: set[str] = set()
    for item in items:
        labels = item.fields.get("labels")
        if item.sync and isinstance(labels, tuple):
            label_names.update(fold(str(name)) for name in labels)
    return label_names


def _milestone_titles(items: Iterable[DesiredItem]) -> set[str]:
    return {str(item.fields.get("milestone") or "").strip() for item in items if item.sync}
