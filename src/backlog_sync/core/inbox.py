"""Choose the issues that people opened on GitHub and that are to be added to a file.

An issue is chosen if a selector of the settings asks for it, or if it is below one of our items.
Anybody can open an issue, and its form puts labels and a type on it in the author's name. So for an
issue of somebody who may not write, only what another person did counts: a label or a milestone
that this person put on it; or that the settings name the author.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from functools import cached_property

from backlog_sync.core import normalize
from backlog_sync.core.import_repository import kind_in_words
from backlog_sync.core.locations import locations
from backlog_sync.core.lookups import authors
from backlog_sync.core.matching import Matches, match_items
from backlog_sync.core.model import DesiredItem, DesiredState, FieldValue, InboxSettings, IssueRef
from backlog_sync.core.normalize import fold
from backlog_sync.core.observed import ObservedIssue, ObservedState
from backlog_sync.core.reading import is_about, may_have_marker
from backlog_sync.core.trust import Trust, logins_to_ask, trust_in
from backlog_sync.dataclass import dataclass

_GHOST = "ghost"
"""The account that GitHub shows for all that were deleted."""
_HOLD_OTHERS = ("epic", "feature")
"""Kinds whose parts are stories; a part of anything else is a task."""


@dataclass(frozen=True, slots=True)
class NewItem:
    """An issue to add to a file as an item; its body stays on GitHub.

    `fields` are its other values by their names in the file format. `parent` is the key of the item
    that it belongs below, None for the place that the settings name.
    """

    issue: IssueRef
    url: str | None
    title: str
    kind: str
    fields: Mapping[str, FieldValue] = field(default_factory=dict)
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class IssueForm:
    """An issue form: its names, and the headings that it writes into the bodies of issues."""

    names: tuple[str, ...]
    headings: tuple[str, ...]

    def wrote(self, body: str) -> bool:
        """Return whether a body has the headings of this form, in order."""
        lines = iter(map(str.strip, body.split("\n")))
        return bool(self.headings) and all(f"### {each}" in lines for each in self.headings)


@dataclass(frozen=True, slots=True)
class Taken:
    """An issue to take, with the reason; `parent_ref` is the issue that it is below, if any."""

    item: NewItem
    ref: str
    reason: str
    parent_ref: str | None = None


@dataclass(frozen=True, slots=True)
class NotTaken:
    """An issue that a selector means and that is not taken: why, and what would change that."""

    number: int
    ref: str
    title: str
    reason: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Inbox:
    """The issues to take, parents before children, and those that need somebody."""

    taken: tuple[Taken, ...] = ()
    left: tuple[NotTaken, ...] = ()


def authors_to_ask(desired: DesiredState, observed: ObservedState) -> dict[str, tuple[str, ...]]:
    """Return the authors of our issues and of new ones whose permission has to be looked up."""
    home = observed.repository.name_with_owner
    opened = [issue.author for issue in observed.issues if _may_be_new(issue, home)]
    new = logins_to_ask(opened, observed.viewer, desired.settings)
    asked = authors(desired, observed)
    return asked | {home: tuple(dict.fromkeys((*asked.get(home, ()), *new)))} if new else asked


def issues_to_ask(
    desired: DesiredState, observed: ObservedState, forms: Sequence[IssueForm] = ()
) -> tuple[str, ...]:
    """Return the ids of strangers' issues of which it counts who put labels on them."""
    return tuple(_Choice(desired, observed, forms).strangers_issues())


def choose(
    desired: DesiredState,
    observed: ObservedState,
    forms: Sequence[IssueForm] = (),
    tried: Mapping[int, NotTaken] | None = None,
) -> Inbox:
    """Return the new issues to take into the files, and those that selectors mean besides.

    `tried` are issues that the files cannot hold, by number. What is below a new item is chosen
    once that is in the files.
    """
    return _Choice(desired, observed, forms, tried or {}).result()


@dataclass(frozen=True, slots=True)
class Unknown:
    """A selector that cannot select anything: what it names, and the names that exist."""

    what: str
    name: str
    known: tuple[str, ...]


def unknown_selectors(
    desired: DesiredState, observed: ObservedState, forms: Sequence[IssueForm] = ()
) -> Iterator[Unknown]:
    """Yield the selectors of the settings that name nothing in the repository."""
    inbox = desired.settings.inbox or InboxSettings()
    kinds: tuple[tuple[str, Sequence[str], Iterable[str]], ...] = (
        ("label", inbox.labels, (label.name for label in observed.labels)),
        ("milestone", inbox.milestones, (each.title for each in observed.milestones)),
        ("issue type", inbox.types, observed.issue_types or ()),
        ("issue form", inbox.forms, (name for form in forms for name in form.names)),
    )
    for what, names, existing in kinds:
        known = tuple(existing)
        there = {fold(name) for name in known}
        yield from (Unknown(what, name, known) for name in names if fold(name) not in there)


def _may_be_new(issue: ObservedIssue, repository: str) -> bool:
    """Return whether an issue can be new to the files; with a marker it is somebody's already."""
    here = issue.repository == repository and issue.state == "open"
    return here and not may_have_marker(issue.body)


class _Choice:
    """Decides about each new issue of one repository."""

    def __init__(
        self,
        desired: DesiredState,
        observed: ObservedState,
        forms: Sequence[IssueForm],
        tried: Mapping[int, NotTaken] | None = None,
    ) -> None:
        self.desired, self.observed, self.forms = desired, observed, forms
        self.settings = desired.settings.inbox or InboxSettings()
        self.tried = tried or {}

    @cached_property
    def matches(self) -> Matches:
        return match_items(self.desired, self.observed)

    @cached_property
    def keys(self) -> dict[str, str]:
        """The keys of items by the ids of their issues."""
        return {match.issue.id: key for key, match in self.matches.by_key.items()}

    @cached_property
    def kinds(self) -> dict[str, str]:
        return {item.key: item.kind for item in self.desired.items}

    @cached_property
    def titles(self) -> dict[str, DesiredItem]:
        titles: dict[str, DesiredItem] = {}
        for item in self.desired.items:
            titles.setdefault(_folded(item.title), item)
        return titles

    @cached_property
    def hinted(self) -> dict[int, DesiredItem]:
        """Items without an issue whose titles name the number of one."""
        return {
            hint.issue.number: item
            for item in self.desired.items
            if item.issue is None and item.key not in self.matches.by_key
            for hint in item.hints
        }

    @cached_property
    def forbidden(self) -> set[int]:
        """Numbers that are in the files, or that the settings ignore."""
        numbers = set(self.desired.settings.ignore_issues)
        for location in locations(self.desired, self.observed):
            if location.is_target:
                numbers |= {
                    item.issue.number
                    for item in location.items
                    if item.issue is not None
                    and is_about(
                        item.issue,
                        location.name,
                        sandbox=self.observed.sandbox,
                        plain=not self.observed.embedded,
                        declared=location.declared,
                    )
                }
        return numbers

    def new(self) -> Iterator[ObservedIssue]:
        """Yield the open issues that are nobody's yet, the oldest first."""
        home = self.observed.repository.name_with_owner
        for issue in sorted(self.observed.issues, key=lambda each: each.number):
            known = issue.number in self.forbidden or issue.id in self.keys
            if not known and _may_be_new(issue, home):
                yield issue

    def trust(self, issue: ObservedIssue) -> Trust:
        return trust_in(
            issue.author, self.observed.viewer, self.desired.settings, self.observed.permissions
        )

    def strangers_issues(self) -> Iterator[str]:
        for issue in self.new():
            if self.trust(issue) is not Trust.TRUSTED and any(self.tags(issue)):
                yield issue.id

    # ---- why -----------------------------------------------------------------------------------

    def tags(self, issue: ObservedIssue) -> tuple[tuple[str, ...], str | None]:
        """Return the labels and the milestone of an issue that are selectors."""
        labels = {fold(name) for name in self.settings.labels}
        worn = tuple(name for name in issue.labels if fold(name) in labels)
        titles = {fold(title) for title in self.settings.milestones}
        return worn, issue.milestone if fold(issue.milestone or "") in titles else None

    def selectors(self, issue: ObservedIssue) -> list[str]:
        """Return what selects an issue if its author is trusted."""
        labels, milestone = self.tags(issue)
        reasons = [f"label {name}" for name in labels]
        reasons += [f"milestone {milestone}"] if milestone else []
        if fold(issue.issue_type or "") in {fold(name) for name in self.settings.types}:
            reasons.append(f"type {issue.issue_type}")
        names = {fold(name) for name in self.settings.forms}
        for form in self.forms:
            if names & {fold(name) for name in form.names} and form.wrote(issue.body):
                reasons.append(f"form {form.names[0]}")
        return reasons

    def asked(self, issue: ObservedIssue) -> str:
        """Return who put a selector on an issue besides its author; empty if nobody did."""
        labels, milestone = self.tags(issue)
        worn = {fold(name) for name in labels}
        author = fold(issue.author.login if issue.author else _GHOST)
        for event in self.observed.triaged.get(issue.id, ()):
            if not event.by_person or fold(event.by) == author:
                continue
            if event.label is not None and fold(event.label) in worn:
                return f"label {event.label} by {event.by}"
            if milestone is not None and event.milestone == milestone:
                return f"milestone {milestone} by {event.by}"
        return ""

    def is_named(self, issue: ObservedIssue) -> bool:
        """Return whether the settings name the author of an issue."""
        logins = {fold(name) for name in self.settings.authors}
        return issue.author is not None and fold(issue.author.login) in logins

    def is_writers(self, issue: ObservedIssue) -> bool:
        """Return whether an issue counts as one of `writers`: apps are named one by one."""
        return self.settings.writers and not (
            issue.author is None or issue.author.login.endswith("[bot]")
        )

    def reason(self, issue: ObservedIssue) -> tuple[str, bool]:
        """Return why the settings mean an issue, "" if they do not, and whether it is taken."""
        login = issue.author.login if issue.author else "a deleted account"
        reasons = self.selectors(issue)
        if issue.parent is not None and issue.parent.id in self.keys:
            reasons.insert(0, "sub-issue")
        if self.trust(issue) is Trust.TRUSTED:
            if not reasons and not (self.is_named(issue) or self.is_writers(issue)):
                return "", False
            return ", ".join((*reasons, f"by {login}")), True
        if self.is_named(issue):
            return f"by {login}", True
        asked = self.asked(issue)
        return (f"{asked}, opened by {login}", True) if asked else (", ".join(reasons), False)

    # ---- what becomes of each --------------------------------------------------------------------

    def result(self) -> Inbox:
        taken: list[Taken] = []
        left: list[NotTaken] = []
        titles: dict[str, str] = {}
        chosen: set[str] = set()
        for issue in self.new():
            reason, is_taken = self.reason(issue)
            if not reason:
                continue
            problem = self.tried.get(issue.number) or self.problem(issue, titles, is_taken=is_taken)
            if problem is not None:
                left.append(problem)
                continue
            titles[_folded(issue.title)] = self.observed.ref(issue)
            chosen.add(issue.id)
            taken.append(self.take(issue, reason))
        by_number = {issue.number: issue for issue in self.observed.issues if issue.id in chosen}
        first = (
            each for each in taken
            if (above := by_number[each.item.issue.number].parent) is None or above.id not in chosen
        )  # fmt: skip
        return Inbox(tuple(first), tuple(left))

    def problem(
        self, issue: ObservedIssue, titles: Mapping[str, str], *, is_taken: bool
    ) -> NotTaken | None:
        """Return why an issue is not taken, None if it is."""
        number, title = issue.number, _folded(issue.title)
        item = self.hinted.get(number)
        if not is_taken:
            reason, hint = self.unasked(issue)
        elif item is not None:
            reason = f"named in the title of the item at {_at(item)}"
            hint = f"to adopt it, write `issue: {number}` there"
        elif (item := self.titles.get(title)) is not None:
            match = self.matches.by_key.get(item.key)
            other = f", which is {match.ref}" if match else ", which has no issue yet"
            reason = f"same title as the item at {_at(item)}{other}"
            hint = f"to adopt it, write `issue: {number}` there"
            if match:
                hint = f"close it as a duplicate of {match.ref}, or change its title"
        elif title in titles:
            reason = f"same title as {titles[title]}, which is taken"
            hint = f"close one as a duplicate of {titles[title]}, or change its title"
        else:
            return None
        return NotTaken(number, self.observed.ref(issue), issue.title, reason, hint)

    def unasked(self, issue: ObservedIssue) -> tuple[str, str]:
        """Return why nobody asked for a stranger's issue, and how to do it."""
        login = issue.author.login if issue.author else ""
        labels, milestone = self.tags(issue)
        reason = f"opened by {login or 'a deleted account'}, who may not write"
        if self.trust(issue) is Trust.UNKNOWN:
            reason = f"opened by {login}, whose permission could not be checked"
        if labels:
            reason += "; no other person put the label on it"
            return reason, f"to ask for it, take the label {labels[0]} off and put it on again"
        if milestone:
            return reason, f"to ask for it, take it out of {milestone} and put it back"
        if self.settings.labels:
            return reason, f"to ask for it, put the label {self.settings.labels[0]} on it"
        return reason, f"to ask for it, add {login} to `authors` under `inbox`" if login else ""

    def take(self, issue: ObservedIssue, reason: str) -> Taken:
        parent = issue.parent
        key = self.keys.get(parent.id) if parent is not None else None
        item = NewItem(
            issue=IssueRef(issue.number, sandbox=self.observed.sandbox),
            url=None if self.observed.sandbox else issue.url,
            title=normalize.title(issue.title),
            kind=self.kind(issue, key),
            fields=self.fields(issue),
            parent=key,
        )
        above = self.observed.ref(parent) if parent is not None and key is not None else None
        return Taken(item, self.observed.ref(issue), reason, above)

    def kind(self, issue: ObservedIssue, parent: str | None) -> str:
        """Return the kind that the type or a label of an issue says, else that of its place."""
        names = self.desired.settings
        own = {
            fold(name): kind
            for by_kind in (names.issue_types, names.kind_labels)
            for kind, name in by_kind.items()
            if name
        }
        words = (issue.issue_type or "", *issue.labels)
        declared = next((own[fold(word)] for word in words if fold(word) in own), None)
        if declared or (declared := kind_in_words(words)):
            return declared
        if parent is not None and self.kinds.get(parent) not in _HOLD_OTHERS:
            return "task"
        return self.settings.kind

    def fields(self, issue: ObservedIssue) -> dict[str, FieldValue]:
        """Return the values of an issue that a file can hold, by their names there."""
        names = self.desired.settings
        prefix = fold(names.priority_label or "")
        of_kinds = {fold(name) for name in names.kind_labels.values() if name}
        labels = [name for name in issue.labels if fold(name) not in of_kinds]
        ranks = [name for name in labels if prefix and fold(name).startswith(prefix)]
        card = issue.card.values if issue.card is not None else {}
        priority = card.get("Priority") or (ranks[0][len(prefix) :].strip() if ranks else None)
        blockers = [self.keys[link.id] for link in issue.blocked_by if link.id in self.keys]
        values: dict[str, FieldValue] = {
            "labels": tuple(name for name in labels if name not in ranks),
            "milestone": issue.milestone,
            "assignees": issue.assignees,
            "priority": priority if isinstance(priority, str) else None,
            "story_points": points if isinstance(points := card.get("Story Points"), int | float)
            else None,
            "depends_on": tuple(blockers),
        }  # fmt: skip
        return {name: value for name, value in values.items() if value not in (None, (), "")}


def _at(item: DesiredItem) -> str:
    return f"{item.place.path}:{item.place.line}"


def _folded(title: str) -> str:
    return fold(normalize.title(title))
