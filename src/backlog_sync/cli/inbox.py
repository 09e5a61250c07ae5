"""Take the issues that people opened on GitHub into the files: `backlog pull --new`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from backlog_sync import log
from backlog_sync.core.diagnostics import Warned
from backlog_sync.core.escape import flow_list
from backlog_sync.core.inbox import Inbox, NewItem, NotTaken, Taken, choose, unknown_selectors
from backlog_sync.core.normalize import fold
from backlog_sync.core.reading import may_have_marker
from backlog_sync.dataclass import dataclass
from backlog_sync.engine.inbox import observe_inbox
from backlog_sync.errors import RefusedError
from backlog_sync.files.entries import is_roadmap
from backlog_sync.files.issue_forms import FOLDER, issue_forms
from backlog_sync.files.validation import nearest
from backlog_sync.files.write.change import FileChange, save
from backlog_sync.files.write.insert import has_place, insert

if TYPE_CHECKING:
    from pathlib import Path

    from backlog_sync.cli.workspace import Run
    from backlog_sync.core.diagnostics import Place
    from backlog_sync.core.inbox import IssueForm
    from backlog_sync.core.model import DesiredState
    from backlog_sync.core.observed import ObservedState
    from backlog_sync.files.load import Loaded

Chosen: TypeAlias = Callable[[Taken], bool]
"""Returns whether a new issue may be taken."""


@dataclass(frozen=True, slots=True)
class Added:
    """A new item in a file: its key and place there, and the names of fields without a place."""

    taken: Taken
    key: str
    place: Place
    fields_left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewIssues:
    """The result: the new items, the issues that need somebody, and the changes of the files.

    `below` is the heading, list or item that the settings name, None if it does not exist.
    """

    added: tuple[Added, ...] = ()
    left: tuple[NotTaken, ...] = ()
    changes: tuple[FileChange, ...] = ()
    below: str | None = None
    warnings: tuple[Warned, ...] = ()


def find_new(run: Run, chosen: Chosen = lambda _: True) -> NewIssues:
    """Read GitHub and return the files with the new issues in them; nothing is written to disk.

    Raises `RefusedError` if the settings do not name any, or if the files are about another
    repository.
    """
    desired = run.desired
    if desired.repository and fold(desired.repository) != fold(run.target.repository):
        raise RefusedError(
            f"the files are about {desired.repository}, so numbers of {run.target.repository}"
            " would mean other issues there",
            slug="inbox-elsewhere",
            hint="leave out --repo, or change `repository:` in the files",
        )
    forms = issue_forms(run.target.top)
    with run.presenter.reading(run.target.repository):
        observed = observe_inbox(desired, run.tracker, forms)
    if desired.settings.inbox is None:
        label = _usual_label(desired, observed)
        raise RefusedError(
            "the settings do not say which issues are taken into the files",
            slug="no-inbox",
            hint=f"add `inbox: {{labels: {flow_list([label])}, below: Inbox}}` to"
            " the settings; docs/files.md lists what else can select issues",
        )
    new_issues = _placed(run.loaded, observed, forms, chosen)
    warnings = (*_unknown(desired, observed, forms), *_unknown_place(run.loaded, new_issues))
    return replace(new_issues, warnings=warnings)


def save_new(new_issues: NewIssues) -> None:
    """Write the files. Raises `FailedError` if one has changed since it was read."""
    for change in new_issues.changes:
        save(change)
    log.event("inbox.done", files=[c.path for c in new_issues.changes], taken=len(new_issues.added))


def _usual_label(desired: DesiredState, observed: ObservedState) -> str:
    """Return the label that most issues have that are nobody's yet, for an example."""
    of_kinds = {fold(name) for name in desired.settings.kind_labels.values() if name}
    worn = [
        name
        for issue in observed.issues
        if issue.state == "open" and not may_have_marker(issue.body)
        for name in issue.labels
    ]
    others = [name for name in worn if fold(name) not in of_kinds]
    return max(others or worn, key=worn.count, default="idea")


def _unknown(
    desired: DesiredState, observed: ObservedState, forms: Sequence[IssueForm]
) -> Iterator[Warned]:
    """Yield warnings about selectors that cannot select anything, with what may be meant."""
    for selector in unknown_selectors(desired, observed, forms):
        is_form = selector.what == "issue form"
        where = FOLDER if is_form else observed.repository.name_with_owner
        near = nearest(selector.name, selector.known)
        yield Warned(
            f"`inbox` names the {selector.what} {selector.name}, which does not exist in {where}",
            "unknown-selector",
            f"did you mean {near}?" if near else "create it, or change the setting",
        )


def _unknown_place(loaded: Loaded, new_issues: NewIssues) -> Iterator[Warned]:
    """Yield a warning if the place for new items does not exist, and is hardly meant to be added.

    A roadmap gets a heading; other files have none, so that their new items are at the end.
    """
    settings = loaded.settings.inbox
    below = settings.below if settings else None
    known = [key for key in loaded.keys if "." not in key]
    for parsed in loaded.files:
        known += [line.strip("# ") for line in parsed.source.text.splitlines() if line[:1] == "#"]
    if below is None or not new_issues.added or _place(loaded, below) in loaded.keys:
        return
    if any(has_place(parsed, below) for parsed in loaded.files):
        return
    paths = {change.path for change in new_issues.changes}
    near = nearest(below, known)
    if near is None and all(is_roadmap(path) or path.endswith(".org") for path in paths):
        return
    yield Warned(
        f"`inbox` puts new items below {below}, which is not an item"
        f" or a heading of {', '.join(sorted(paths))}",
        "unknown-selector",
        f"did you mean {near}?" if near else "name the key of an item, or leave `below` out",
    )


def _placed(
    loaded: Loaded, observed: ObservedState, forms: Sequence[IssueForm], chosen: Chosen
) -> NewIssues:
    """Return the files with the new issues in them: one level after the other, until none is left.

    So another run would take nothing, unless people open more.
    """
    assert loaded.desired is not None
    settings = loaded.desired.settings.inbox
    below = settings.below if settings else None
    logins = {fold(login): name for name, login in loaded.settings.people.items()}
    place = _place(loaded, below)
    tried: dict[int, NotTaken] = {}
    taken: dict[int, tuple[Taken, list[str]]] = {}
    changes: dict[Path, FileChange] = {}
    one_by_one = False
    while True:
        assert loaded.desired is not None
        inbox = choose(loaded.desired, observed, forms, tried)
        new = [each for each in inbox.taken if chosen(each)]
        if not new:
            break
        by_number = {each.item.issue.number: each for each in new[:1] if one_by_one} or {
            each.item.issue.number: each for each in new
        }
        items = [_named(each.item, logins) for each in by_number.values()]
        inserted = insert(loaded, items, place)
        after = dict(changes)
        for change in inserted.changes:
            first = after.get(change.file, change)
            after[change.file] = replace(change, before=first.before)
        assert loaded.again is not None
        now = loaded.again({file: change.after for file, change in after.items()})
        if inserted.changes and (now.desired is None or now.errors):
            # Together with other files it does not work: find out which one it is.
            if len(items) == 1:
                why = now.errors[0].message if now.errors else "the files could not be read"
                tried[items[0].issue.number] = _untaken(by_number[items[0].issue.number], why)
            one_by_one = True
            continue
        for item, why in inserted.unwritten:
            tried[item.issue.number] = _untaken(by_number[item.issue.number], why)
        for item, _ in inserted.items:
            left = [name for each, name, _ in inserted.left if each.issue == item.issue]
            taken[item.issue.number] = by_number[item.issue.number], left
        loaded, changes = now, after
    return _result(loaded, taken, inbox, changes, below)


def _result(
    loaded: Loaded,
    taken: dict[int, tuple[Taken, list[str]]],
    inbox: Inbox,
    changes: dict[Path, FileChange],
    below: str | None,
) -> NewIssues:
    assert loaded.desired is not None
    items = {item.issue.number: item for item in loaded.desired.items if item.issue is not None}
    added = tuple(
        Added(
            replace(each, item=replace(each.item, kind=items[number].kind)),  # its place decides
            items[number].key,
            items[number].place,
            tuple(left),
        )
        for number, (each, left) in sorted(taken.items())
    )
    written = tuple(change for change in changes.values() if change.is_written)
    there = _place(loaded, below) in loaded.keys or any(
        has_place(parsed, below) for parsed in loaded.files
    )
    return NewIssues(added, inbox.left, written, below if there else None)


def _place(loaded: Loaded, below: str | None) -> str | None:
    """Return the key of the item that has `below` as its title, if nothing else has this name."""
    if below is None or any(has_place(parsed, below) for parsed in loaded.files):
        return below
    items = loaded.desired.items if loaded.desired else ()
    keys = [item.key for item in items if fold(item.title) == fold(below)]
    return keys[0] if len(keys) == 1 and below not in loaded.keys else below


def _untaken(taken: Taken, why: str) -> NotTaken:
    """Return an issue that the files cannot hold."""
    hint = f"write an item of your own with `issue: {taken.item.issue.number}`"
    return NotTaken(taken.item.issue.number, taken.ref, taken.item.title, why, hint)


def _named(item: NewItem, names: dict[str, str]) -> NewItem:
    """Return an item whose assignees are the names that the file has for their logins."""
    logins = item.fields.get("assignees")
    if not isinstance(logins, tuple):
        return item
    people = tuple(names.get(fold(str(login)), str(login)) for login in logins)
    return replace(item, fields={**item.fields, "assignees": people})
