"""Words of an author that no vocabulary knows: a status or a priority that only people understand.

Such a word does not become a board value, a label or a state, and no initial value ever replaces it
in the file. When people close the issue or move it on the board, their value replaces it, and the
run reports the word.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from backlog_sync.core import record
from backlog_sync.core.diagnostics import Warned
from backlog_sync.core.fields import STATUS
from backlog_sync.core.marker import Base
from backlog_sync.core.model import DesiredItem, DesiredState, FieldValue, LabelDef
from backlog_sync.core.normalize import fold, hash_value
from backlog_sync.core.observed import ObservedIssue, ObservedState
from backlog_sync.core.states import OPEN, observed_state
from backlog_sync.core.words import PRIORITY, priority_label, unknown_word


def understood(desired: DesiredState, observed: ObservedState) -> DesiredState:
    """Return the desired state with unknown words resolved as options of the observed board.

    Doing it again changes nothing.
    """
    if not any(item.unknown for item in desired.items):
        return desired
    options = {
        name: {fold(option): option for option in _options(observed, name, desired)}
        for name in (STATUS, PRIORITY)
    }
    labels = {fold(label.name): label for label in desired.labels}
    names = [definition.name for definition in desired.issue_fields]
    items = []
    for item in desired.items:
        recognized = {n: w for n, word in item.unknown.items() if (w := options[n].get(fold(word)))}
        label = _label(desired, item, recognized.get(PRIORITY))
        if label is not None:
            labels.setdefault(fold(label.name), label)
        items.append(_known(item, recognized, label, names) if recognized else item)
    return replace(desired, items=tuple(items), labels=tuple(labels.values()))


def _options(observed: ObservedState, name: str, desired: DesiredState) -> Iterator[str]:
    if any(definition.name == name for definition in desired.issue_fields):
        for issue_field in observed.issue_fields or ():
            if fold(issue_field.name) == fold(name):
                yield from (option.name for option in issue_field.options)
        return
    for board_field in observed.project.fields if observed.project else ():
        if fold(board_field.name) == fold(name) and board_field.type == "single_select":
            yield from (option.name for option in board_field.options)


def _label(desired: DesiredState, item: DesiredItem, priority: str | None) -> LabelDef | None:
    """Return the label of a priority, unless the item has one already."""
    prefix = desired.settings.priority_label
    if prefix is None or priority is None:
        return None
    if prefix and any(fold(name).startswith(fold(prefix)) for name in _names(item)):
        return None
    name = priority_label(prefix, priority)
    return LabelDef(name, new_description=f"Priority: {priority.lower()}")


def _names(item: DesiredItem) -> tuple[str, ...]:
    names = item.fields.get("labels")
    return tuple(map(str, names)) if isinstance(names, tuple) else ()


def _known(
    item: DesiredItem,
    recognized: dict[str, str],
    label: LabelDef | None,
    issue_fields: Collection[str],
) -> DesiredItem:
    fields: dict[str, FieldValue] = dict(item.fields)
    if STATUS in recognized:
        fields["state"] = OPEN
    if label is not None:
        fields["labels"] = (*_names(item), label.name)
    unknown = {name: word for name, word in item.unknown.items() if name not in recognized}
    on_issue = {n: word for n, word in recognized.items() if n in issue_fields}
    on_board = {n: word for n, word in recognized.items() if n not in issue_fields}
    return replace(
        item,
        fields=fields,
        board={**item.board, **on_board},
        issue_fields={**item.issue_fields, **on_issue},
        unknown=unknown,
    )


def unknown_status_stays(item: DesiredItem, issue: ObservedIssue, base: Base) -> bool:
    """Return whether the file's unknown status stays, because nobody changed it on GitHub."""
    if STATUS not in item.unknown:
        return False
    state = observed_state(issue)
    if state != OPEN:
        return base.hashes.get("state") in (None, hash_value(state))
    value = record.comparable(issue.card.values.get(STATUS) if issue.card else None)
    recorded = (record.decode(issue.card) or {}).get(STATUS)
    if value is None or recorded is None:
        return True
    return record.base_of(recorded) == hash_value(value)


def is_open_again(item: DesiredItem, issue: ObservedIssue, base: Base) -> bool:
    """Return whether an issue with an unknown word was reopened, so that the next close counts."""
    base_hash = base.hashes.get("state", hash_value(OPEN))
    return STATUS in item.unknown and issue.state == OPEN and base_hash != hash_value(OPEN)


def kept_labels(item: DesiredItem, prefix: str | None, applied: Iterable[str]) -> tuple[str, ...]:
    """Return the applied priority labels of an item whose current priority is unknown."""
    if not prefix or PRIORITY not in item.unknown:
        return ()
    return tuple(name for name in applied if fold(name).startswith(fold(prefix)))


def warnings(desired: DesiredState, observed: ObservedState) -> Iterator[Warned]:
    """Yield one warning for each unknown word, with the valid values."""
    words: dict[tuple[str, str], list[DesiredItem]] = {}
    for item in desired.items:
        for name, word in item.unknown.items() if item.sync else ():
            words.setdefault((name, fold(word)), []).append(item)
    for (name, _), items in words.items():
        declared = desired.project.fields if desired.project else ()
        declared = (*declared, *desired.issue_fields)
        options = [*_options(observed, name, desired)] or [
            o.name
            for definition in declared
            if fold(definition.name) == fold(name)
            for o in definition.options
        ]
        message = unknown_word(name.lower(), items[0].unknown[name], len(items))
        hint = f"valid values: {', '.join(options)}" if options else f"remove {name.lower()}"
        yield Warned(message, f"unknown-{name.lower()}", hint, items[0].place)
