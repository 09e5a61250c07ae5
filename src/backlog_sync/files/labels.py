"""Determine the labels of items, and define labels and milestones."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from backlog_sync.core.diagnostics import Diagnostic, warning
from backlog_sync.core.model import LabelDef, MilestoneDef, Settings
from backlog_sync.core.words import priority_label
from backlog_sync.files.documents.settings import SettingsDocument
from backlog_sync.files.entries import Entry
from backlog_sync.files.near import Near
from backlog_sync.files.validation import shown
from backlog_sync.files.vocabulary import is_priority

_STYLES: Mapping[str, tuple[str, str]] = {
    "epic": ("5319e7", "A large body of work"),
    "feature": ("1d76db", "Something that users can see"),
    "story": ("0e8a16", "What somebody wants, and why"),
    "task": ("c5def5", "A piece of work"),
    "bug": ("d73a4a", "Something that does not work"),
    "spike": ("fbca04", "A question to answer"),
    "chore": ("bfd4f2", "Work that nobody sees"),
}
"""The default look of the labels of kinds."""

_PRIORITY_COLORS: Mapping[str, str] = {
    word: color
    for color, words in {
        "b60205": "critical highest urgent p0", "d93f0b": "high p1", "fbca04": "medium p2",
        "0e8a16": "low lowest p3",
    }.items()
    for word in words.split()
}  # fmt: skip


class Labels:
    """The labels of one backlog."""

    def __init__(
        self,
        document: SettingsDocument,
        settings: Settings,
        is_priority: Callable[[str], bool] = is_priority,
    ) -> None:
        self._settings, self._is_priority = settings, is_priority
        self._declared = {label.name.casefold(): label for label in document.labels}
        self._spellings: dict[str, str | None] = {}
        for label in document.labels:
            for alias in label.aliases:
                self._spellings.setdefault(alias.casefold(), label.name)
            self._spellings[label.name.casefold()] = label.name
        for spelling, meant in document.label_map.items():
            self._spellings[spelling.casefold()] = meant

    def of(self, entry: Entry) -> tuple[str, ...] | None:
        """Return the labels of an item (kind, own, priority), or None if it declares none."""
        declared, _ = entry.declared("labels")
        names: list[str | None] = [self._settings.kind_labels.get(entry.parsed.kind)]
        names += [self.spelled(label) for label in entry.words("labels")]
        names.append(self._priority(entry, [name for name in names if name]))
        unique: dict[str, str] = {}
        for name in names:
            if name:
                unique.setdefault(name.casefold(), self.spelled(name) or name)
        return tuple(unique.values()) if unique or declared else None

    def spelled(self, name: str) -> str | None:
        """Return the label for a spelling; None if `label_map` maps it to no label."""
        plain = name.strip().strip("`").strip()
        return self._spellings.get(plain.casefold(), plain)

    def _priority(self, entry: Entry, names: list[str]) -> str | None:
        prefix, priority = self._settings.priority_label, entry.text("priority")
        if prefix is None or priority is None:
            return None
        if prefix and any(name.casefold().startswith(prefix.casefold()) for name in names):
            return None
        label = priority_label(prefix, priority)
        if not self._is_priority(priority) and label.casefold() not in self._declared:
            return None
        return label

    def definitions(self, used: Iterable[str]) -> tuple[LabelDef, ...]:
        """Return every declared label, then every other label that is used.

        A declared one has the declared color and description; of the others, those of kinds and
        priorities have the defaults for when they are created.
        """
        by_name: dict[str, LabelDef] = {}
        for folded, label in self._declared.items():
            by_name[folded] = LabelDef(label.name, label.color, label.description, label.aliases)
        for name in used:
            by_name.setdefault(name.casefold(), LabelDef(name, declared=False))
        return tuple(self._styled(label) for label in by_name.values())

    def _styled(self, label: LabelDef) -> LabelDef:
        color, description = self._style(label.name)
        return replace(
            label, new_color=label.color or color, new_description=label.description or description
        )

    def _style(self, name: str) -> tuple[str | None, str | None]:
        folded = name.casefold()
        for kind, label in self._settings.kind_labels.items():
            if label is not None and label.casefold() == folded:
                return _STYLES[kind]
        prefix = self._settings.priority_label
        if prefix and folded.startswith(prefix.casefold()):
            value = folded.removeprefix(prefix.casefold())
            return _PRIORITY_COLORS.get(value), f"Priority: {value}"
        return None, None


class Milestones:
    """The milestones of one backlog."""

    def __init__(self, document: SettingsDocument, periods: Mapping[str, str]) -> None:
        self._declared = {each.title.casefold(): each for each in document.milestones}
        self._periods = periods

    def of(self, entry: Entry) -> tuple[bool, str | None]:
        """Return whether an item declares or inherits a milestone, and which.

        An empty one is not inherited by the items below.
        """
        for at in entry.upward():
            if "milestone" in at.parsed.document.model_fields_set:
                title = at.parsed.document.milestone
                if title is not None and title.strip():
                    return True, self._spelled(title)
                return (True, None) if at is entry else (False, None)
        title = entry.text("milestone")
        return title is not None, self._spelled(title) if title else None

    def _spelled(self, title: str) -> str:
        declared = self._declared.get(title.strip().casefold())
        return declared.title if declared else title.strip()

    def definitions(self, used: Iterable[str]) -> tuple[MilestoneDef, ...]:
        """Return every declared milestone, then every other one that is used.

        One that a roadmap names after a period is due at its end, unless declared otherwise.
        """
        by_title = {
            each.title: MilestoneDef(each.title, each.due, each.description)
            for each in self._declared.values()
        }
        for title in used:
            due = self._periods.get(title)
            by_title.setdefault(title, MilestoneDef(title, due, declared=False))
        return tuple(by_title.values())


# ---- near misses of declared names -----------------------------------------------------------

_ALIKE = 0.75
"""The least similarity of a misspelled setting: one wrong letter in four is accepted."""

_DIGITS = re.compile(r"\d+")


def near_misses(document: SettingsDocument, entries: Sequence[Entry]) -> Iterator[Diagnostic]:
    """Yield one warning for each milestone, label and team that is almost a declared one."""
    labels = [
        *(each.name for each in document.labels),
        *(alias for each in document.labels for alias in each.aliases),
        *document.label_map,
    ]
    for field, what, declared in (
        ("milestone", "milestone", [each.title for each in document.milestones]),
        ("labels", "label", labels if document.labels else []),
        ("team", "team", list(document.planning.teams)),
    ):
        if declared:
            yield from _of_field(field, what, declared, entries)


def _of_field(
    field: str, what: str, declared: Sequence[str], entries: Sequence[Entry]
) -> Iterator[Diagnostic]:
    known = {name.strip().casefold() for name in declared}
    near = Near(declared)
    seen: set[str] = set()
    for entry in entries:
        for word in entry.words(field):
            name = word.strip("` ").casefold()
            if not name or name in known or name in seen:
                continue
            seen.add(name)
            meant = near.to(name)
            if meant is not None and _is_slip(name, meant.strip().casefold()):
                message = f"'{shown(word)}' is not a declared {what}"
                hint = f"did you mean '{meant}'? Otherwise declare it, too"
                yield warning(entry.place(field), "undeclared", message, hint)


def _is_slip(word: str, meant: str) -> bool:
    """Return whether a word is another one with a typo, not a different word.

    `Beta 2` is not a typo of `Beta`, and of `area:roof` only the part after the colon counts.
    """
    if _DIGITS.sub("", word).strip() == _DIGITS.sub("", meant).strip():
        return False
    prefix, sign, rest = word.partition(":")
    other, _, end = meant.partition(":")
    if sign and prefix == other:
        word, meant = rest, end
    swapped = len(word) > 2 and sorted(word) == sorted(meant)
    return swapped or SequenceMatcher(None, word, meant).ratio() >= _ALIKE
