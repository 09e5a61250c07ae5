"""Convert a backlog to another syntax, and check that the new text reads as the same backlog."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path

from backlog_sync.core.diagnostics import Diagnostic
from backlog_sync.core.model import DesiredItem, DesiredState
from backlog_sync.errors import FailedError
from backlog_sync.files.load import Loaded, parse_source
from backlog_sync.files.parsed import ReadingOptions
from backlog_sync.files.resolve import Context, resolve
from backlog_sync.files.settings import core_settings, merge_settings, read_settings
from backlog_sync.files.source import source_of
from backlog_sync.files.write.export import Draft, draft_of_all, render
from backlog_sync.files.write.roadmap import Care, roadmap_text, unsaid

SYNTAXES = {"yaml": "backlog.yaml", "markdown": "ROADMAP.md"}

_NAMED = 5
_TRIES = 3
"""The plain form, then titles with escaped characters, then texts below keys."""
_POSITIONAL = frozenset(("holes", "place", "hints"))
"""Fields that depend on where an item is: its place, and numbers in its title, which
become its issue."""


def converted(
    loaded: Loaded, to: str, diagnostics: Sequence[Diagnostic] = (), repository: str | None = None
) -> str:
    """Return the text of the whole backlog in another syntax.

    Raises FailedError, listing the items and fields, if the text would not read as the same
    backlog.
    """
    draft = draft_of_all(loaded, diagnostics, repository)
    desired = loaded.desired
    if desired is None:
        raise _failed(to, [("", "the file as a whole")])
    known = replace(desired, repository=repository or desired.repository)
    if to == "markdown":
        missing = [each for item in draft.items for each in unsaid(item)]
        if missing:
            raise _failed(to, missing)
        text, different = _roadmap(draft, known)
    else:
        text = render(draft)
        different = list(differences(known, _read(text, SYNTAXES[to], known)))
    if different:
        raise _failed(to, different)
    return text


def _roadmap(draft: Draft, known: DesiredState) -> tuple[str, list[tuple[str, str]]]:
    """Convert to a roadmap, and list what it cannot express or would read differently."""
    care = Care()
    text, different = "", list[tuple[str, str]]()
    for _ in range(_TRIES):
        text = roadmap_text(draft, care)
        different = list(differences(known, _read(text, SYNTAXES["markdown"], known)))
        spelled = care.spelled | {key for key, what in different if what == "title"}
        below = {key for key, what in different if what == "body"} - (spelled - care.spelled)
        without = {item.key for item in known.items if item.status is None}
        still = care.open | {key for key, what in different if what == "status"} & without
        if care == (care := Care(care.keyed | below, spelled, still)):
            break
    return text, different


def _read(text: str, path: str, known: DesiredState) -> DesiredState | None:
    """Read a text that has not been saved yet; error messages name `path`."""
    source = source_of(text.encode("utf-8", "replace"), Path(path), path)
    parsed = None if isinstance(source, Diagnostic) else parse_source(source)
    if parsed is None or any(each.is_error for each in parsed.diagnostics):
        return None
    settings, _ = read_settings(parsed)
    document, _ = merge_settings([settings])
    if document.own_fields:
        parsed = parse_source(parsed.source, ReadingOptions(fields=document.own_fields)) or parsed
    core_settings(document)
    return resolve([parsed], document, Context(known.backlog_id, known.sources[:1])).desired


def differences(old: DesiredState, new: DesiredState | None) -> Iterator[tuple[str, str]]:
    """Yield the item key and the field of each difference, except for places and sources."""
    if new is None:
        yield "", "the file as a whole"
        return
    for name in ("backlog_id", "repository", "project", "settings", "planning"):
        if getattr(old, name) != getattr(new, name):
            yield "", name
    if _definitions(old) != _definitions(new):
        yield "", "labels and milestones"
    there = {item.key: item for item in new.items}
    for item in old.items:
        other = there.pop(item.key, None)
        if other is None:
            yield item.key, "the item itself"
            continue
        left, right = _facts(item), _facts(other)
        if item.issue is None and other.issue in {hint.issue for hint in item.hints}:
            right["issue", "issue"] = None
        both = sorted({*left, *right})
        yield from ((item.key, name[1]) for name in both if left.get(name) != right.get(name))
    yield from ((key, "an item too many") for key in there)


def _definitions(state: DesiredState) -> tuple[object, ...]:
    """Return labels and milestones to compare: in no order, and all of them as declared."""
    milestones = {replace(each, declared=True) for each in state.milestones}
    return set(state.labels), milestones


def _facts(item: DesiredItem) -> dict[tuple[str, str], object]:
    """Return the declared values of an item by field."""
    facts: dict[tuple[str, str], object] = {}
    for each in fields(item):
        value = getattr(item, each.name)
        named = value if isinstance(value, Mapping) else {each.name: value}
        if each.name not in _POSITIONAL:
            facts |= {(each.name, name): declared for name, declared in named.items()}
    return facts


def _failed(to: str, different: Sequence[tuple[str, str]]) -> FailedError:
    names = [f"'{key}' ({what})" if key else what for key, what in different[:_NAMED]]
    more = len(different) - _NAMED
    rest = f" and {more} more" if more > 0 else ""
    syntax = "Markdown" if to == "markdown" else "YAML"
    return FailedError(
        f"{syntax} has no place for some of the values: {', '.join(names)}{rest}",
        slug="not-written",
        hint="keep the file as it is, or change what is named",
    )
