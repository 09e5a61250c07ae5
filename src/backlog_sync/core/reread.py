"""What a newer version of the tool reads otherwise than the one that wrote the issues."""

from collections.abc import Iterable, Sequence

from backlog_sync.core import body as body_block
from backlog_sync.core.changes import Change, FieldChange, UpdateIssue
from backlog_sync.core.marker import READER
from backlog_sync.core.matching import Matches
from backlog_sync.core.model import DesiredState
from backlog_sync.core.normalize import fold_set
from backlog_sync.core.plan import Plan
from backlog_sync.dataclass import dataclass

_EXAMPLES = 3
_LONGEST = 60
"""Characters of a title in a message: enough to know it by."""


@dataclass(frozen=True, slots=True)
class Reread:
    """Managed items that would get another title, kind or text, with how many there are in all.

    `examples` are a few of them in words, those with another title first.
    """

    count: int
    managed: int
    examples: tuple[str, ...]


def reread(
    plan: Plan, desired: DesiredState, matches: Matches, *, share: float, least: int
) -> Reread | None:
    """Return what is read otherwise if it is more than a share of at least so many managed items.

    Only items count whose marker has an older version of the reading. Where as many have the
    present one, the difference was let through already: what changes now, people changed.
    """
    kinds = fold_set(label for label in desired.settings.kind_labels.values() if label)
    changed = {c.key: c for c in plan.changes if _is_reread(c, kinds)}
    managed = sum(1 for item in plan.items if item.ref)
    if managed < least or len(changed) <= share * managed:
        return None
    markers = {key: match.parts.marker for key, match in matches.by_key.items()}
    readers = {key: marker.reader for key, marker in markers.items() if marker}
    present = sum(reader >= READER for reader in readers.values())
    managed = sum(item.key in readers for item in plan.items)
    older = [c for c in changed.values() if readers.get(c.key, READER) < READER]
    if managed < least or len(older) <= share * managed or present > share * managed:
        return None
    return Reread(len(older), managed, _examples(older))


def _is_reread(change: Change, kinds: Iterable[str]) -> bool:
    """Return whether an issue gets another title, kind or text from this reader."""
    return isinstance(change, UpdateIssue) and any(
        name not in change.drifted and _differs(name, field, kinds)
        for name, field in change.fields.items()
    )


def _differs(name: str, field: FieldChange, kinds: Iterable[str]) -> bool:
    match name, field.before, field.after:
        case "title", _, _:
            return True
        case "issue_type", str(), str():
            return True
        case "body", str(before), str(after):
            return _hashes(before) != _hashes(after)
        case "labels", list(before), list(after):
            old, new = (fold_set(map(str, names)) for names in (before, after))
            gone, come = old.keys() - new.keys(), new.keys() - old.keys()
            return not gone.isdisjoint(kinds) and not come.isdisjoint(kinds)
        case _:
            return False


def _hashes(text: str) -> tuple[str, ...]:
    """Return the hashes of a text's lines; a tick is progress, and none of the text."""
    return body_block.line_hashes(tuple(text.split("\n")))


def _examples(changes: Sequence[Change]) -> tuple[str, ...]:
    first = sorted(changes, key=lambda change: "title" not in change.fields)
    return tuple(map(_example, first[:_EXAMPLES]))


def _example(change: Change) -> str:
    title = change.fields.get("title")
    if title is not None:
        return f"'{_short(title.before)}' → '{_short(title.after)}'"
    kind = "labels" in change.fields or "issue_type" in change.fields
    return f"{'another kind' if kind else 'another text'} of '{_short(change.title)}'"


def _short(text: object) -> str:
    words = str(text)
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"
