"""Leave out labels that GitHub would refuse to create, and say what to do."""

from dataclasses import replace

from backlog_sync.core.change_kinds import ChangeKind
from backlog_sync.core.emoji_names import is_only_emoji, with_word
from backlog_sync.core.locations import elsewhere
from backlog_sync.core.model import DesiredItem, DesiredState
from backlog_sync.core.normalize import fold
from backlog_sync.core.observed import ObservedState
from backlog_sync.core.plan import Deferred


def without_refused(
    desired: DesiredState, observed: ObservedState
) -> tuple[DesiredState, tuple[Deferred, ...]]:
    """Return the backlog without labels that cannot be created, and a line for each of them.

    GitHub refuses a label of emoji only, but one that exists (older ones do) is used.
    """
    names = {label.name for label in desired.labels} | {
        str(label) for item in desired.items for label in _labels(item)
    }
    refused = {fold(name): name for name in sorted(names) if is_only_emoji(name)}
    if not refused:
        return desired, ()
    target = observed.repository.name_with_owner
    existing = {fold(target): {fold(label.name) for label in observed.labels}} | {
        fold(other.repository.name_with_owner): {fold(label.name) for label in other.labels}
        for other in observed.others
    }
    left_out: set[str] = set()

    def usable(item: DesiredItem) -> DesiredItem:
        place = fold(elsewhere(item, target, desired.repository) or target)
        absent = {
            fold(str(label))
            for label in _labels(item)
            if fold(str(label)) in refused and fold(str(label)) not in existing.get(place, ())
        }
        if not absent:
            return item
        left_out.update(absent)
        labels = tuple(str(label) for label in _labels(item) if fold(str(label)) not in absent)
        return replace(item, fields={**item.fields, "labels": labels})

    items = tuple(map(usable, desired.items))
    here = existing[fold(target)]
    undeclarable = {name for name in refused if name not in here}
    left_out |= undeclarable & {fold(label.name) for label in desired.labels}
    deferred = tuple(
        Deferred(
            ChangeKind.LABEL,
            refused[name],
            "GitHub does not create a label of emoji only",
            f"add a word, such as {with_word(refused[name])!r}",
        )
        for name in sorted(left_out)
    )
    labels = tuple(label for label in desired.labels if fold(label.name) not in undeclarable)
    return replace(desired, items=items, labels=labels), deferred


def _labels(item: DesiredItem) -> tuple[object, ...]:
    labels = item.fields.get("labels")
    return labels if isinstance(labels, tuple) else ()
