"""Resolve parsed files into the desired state: keys, parents, inheritance, labels, board values."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import starmap

from backlog_sync.core.body import source_name
from backlog_sync.core.diagnostics import Diagnostic, Place, warning
from backlog_sync.core.model import (
    DesiredItem,
    DesiredState,
    FieldValue,
    Inventory,
    MilestoneDef,
    ProjectSpec,
)
from backlog_sync.core.normalize import fold
from backlog_sync.dataclass import dataclass
from backlog_sync.files.block import Template, block_of
from backlog_sync.files.board import STATUS, Board, board_of, project_of
from backlog_sync.files.dependencies import Dependencies
from backlog_sync.files.documents.settings import SettingsDocument
from backlog_sync.files.entries import Collected, Entry, collect
from backlog_sync.files.fit import short_title
from backlog_sync.files.hints import hints_of
from backlog_sync.files.labels import Labels, Milestones, near_misses
from backlog_sync.files.parsed import ParsedFile
from backlog_sync.files.placeholders import holes_of
from backlog_sync.files.planning import planning_fields_of, planning_of, with_listed
from backlog_sync.files.refs import parse_feedback, parse_issue_ref
from backlog_sync.files.settings import core_settings, not_feedback
from backlog_sync.files.statuses import meanings
from backlog_sync.files.suggestions import advice, fix_of, issue_for
from backlog_sync.files.validation import shown

_LOGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}(?:_[A-Za-z0-9]{1,20})?(?:\[bot\])?")


@dataclass(frozen=True, slots=True)
class Context:
    """What the resolver needs besides the files.

    `backlog_id` is the identity without an `id:`; `repository` is the target from a flag; `project`
    is the board of a flag, and `project_given` is whether the flag was given (None and True: no
    board). `sources` are paths relative to the repository; `template` is the layout of the bodies.
    `texts` are the files by path.
    """

    backlog_id: str
    sources: tuple[str, ...]
    repository: str | None = None
    project: ProjectSpec | None = None
    project_given: bool = False
    template: Template = ()
    texts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Resolved:
    """The result: `desired` is None if keys or parents are ambiguous.

    `repository` is the one of issues without a repository.
    """

    desired: DesiredState | None
    repository: str | None
    inventory: Inventory
    entries: tuple[Entry, ...]
    diagnostics: tuple[Diagnostic, ...]


_UNCLEAR = frozenset({"duplicate-key", "cyclic-parents", "unknown-parent"})


def resolve(files: Sequence[ParsedFile], settings: SettingsDocument, context: Context) -> Resolved:
    """Return the desired state of all files of a backlog. Raises nothing for their content."""
    collected = collect(files, settings)
    entries = collected.entries
    periods = {title: day for parsed in files for title, day in parsed.periods.items()}
    worker = _Resolver(settings, entries, context, periods)
    items = tuple(worker.item(entry) for entry in entries)
    worker.diagnostics.extend(starmap(_unknown_person, worker.unknown_people.items()))
    worker.diagnostics.extend((*worker.board.warnings(), *near_misses(settings, entries)))
    diagnostics = (*collected.diagnostics, *worker.diagnostics, *worker.dependencies.diagnostics)
    _note(entries, items)
    milestones = worker.milestones.definitions(_members(items, "milestone"))
    inventory = _inventory(files, collected, milestones)
    desired = None
    if not any(each.slug in _UNCLEAR and each.is_error for each in diagnostics):
        synced = tuple(item for entry, item in zip(entries, items, strict=True) if entry.synced)
        desired = worker.state(synced)
        listed = [risk for parsed in files for risk in parsed.risks]
        if listed:
            with_risks, planning = with_listed(listed, desired.items, desired.planning)
            desired = replace(desired, items=with_risks, planning=planning)
    return Resolved(desired, worker.repository, inventory, entries, diagnostics)


class _Resolver:
    def __init__(
        self,
        document: SettingsDocument,
        entries: tuple[Entry, ...],
        context: Context,
        periods: Mapping[str, str],
    ) -> None:
        self.document, self.entries, self.context = document, entries, context
        self.diagnostics: list[Diagnostic] = []
        self.settings = core_settings(document)
        self.board = Board(document, entries)
        self.labels = Labels(document, self.settings, self.board.is_priority)
        self.milestones = Milestones(document, periods)
        self.dependencies = Dependencies(entries, self.repository)
        self.unknown_people: dict[str, list[Place]] = {}
        self.people = {name.casefold(): login for name, login in document.people.items()}

    @property
    def repository(self) -> str | None:
        return self.context.repository or self.document.repository

    def item(self, entry: Entry) -> DesiredItem:
        """Return an item as the model represents it."""
        document = entry.parsed.document
        if not document.title.strip():
            place = entry.place("title")
            hint = "write a title, or remove the item"
            self.diagnostics.append(Diagnostic(place, "empty-title", "the title is empty", hint))
        values, problems = self.board.values(entry)
        issue_fields = {n: v for n, v in values.items() if n.casefold() in self.board.issue_fields}
        board = {n: v for n, v in values.items() if n not in issue_fields}
        unknown = self.board.unknown_words(entry)
        self.diagnostics.extend(problems)
        issue = parse_issue_ref(document.issue) if document.issue else None
        if document.issue and issue is None:
            self.diagnostics.append(_no_issue(entry, document.issue))
        self._check_repository(entry)
        if "feedback" not in self.board.fields:
            self.diagnostics.extend(_no_feedback(entry, document.feedback or ()))
        return DesiredItem(
            key=entry.key,
            kind=entry.parsed.kind,
            place=entry.place(),
            fields=self._fields(entry, unknown),
            board=board,
            parent=entry.parent.key if entry.parent else None,
            issue=issue,
            status=entry.text("status"),
            previously=tuple(document.previously),
            sync=entry.synced,
            repository=entry.text("repository"),
            planning=planning_fields_of(entry),
            hints=() if issue else hints_of(entry.parsed),
            unknown=unknown,
            holes=holes_of(entry),
            issue_fields=issue_fields,
        )

    def _check_repository(self, entry: Entry) -> None:
        """Check an item in another repository: it needs a known target."""
        there, target = entry.text("repository"), self.document.repository
        if there is None or not entry.synced or fold(there) == fold(target or ""):
            return
        if target is not None:
            return
        message = f"its issue is in {shown(there)}, but the repository of all others is not set"
        hint = "put 'repository: owner/name' into the settings too"
        self.diagnostics.append(entry.problem("repository", "other-repository", message, hint))

    def _fields(self, entry: Entry, unknown: Mapping[str, str]) -> dict[str, FieldValue]:
        source = source_name(entry.parsed.place.path, self.context.sources)
        fields: dict[str, FieldValue] = {
            "title": short_title(entry.parsed.document.title),
            "body": block_of(entry, self.document.publish, self.context.template, source),
        }
        labels = self.labels.of(entry)
        if labels is not None:
            fields["labels"] = labels
        declared, milestone = self.milestones.of(entry)
        if declared:
            fields["milestone"] = milestone
        if entry.declared("assignees")[0]:
            fields["assignees"] = self._assignees(entry)
        blockers = self.dependencies.of(entry)
        if blockers is not None:
            fields["blocked_by"] = blockers
        status = entry.text("status")
        if status is not None and STATUS not in unknown:
            fields["state"] = _state(status)
        return fields

    def _assignees(self, entry: Entry) -> tuple[str, ...]:
        """Return the logins; a name that is not a login or in `people` is reported and left out."""
        logins: dict[str, str] = {}
        for index, name in enumerate(entry.words("assignees")):
            login = self.people.get(name.casefold(), name).removeprefix("@")
            if _LOGIN.fullmatch(login):
                logins.setdefault(login.casefold(), login)
                continue
            self.unknown_people.setdefault(name, []).append(entry.place(f"assignees.{index}"))
        return tuple(logins.values())

    def state(self, items: tuple[DesiredItem, ...]) -> DesiredState:
        """Return the desired state of all items."""
        synced = [entry for entry in self.entries if entry.synced]
        fields = tuple(Board(self.document, synced).fields.values())
        project = project_of(self.document, self.repository, fields)
        if self.context.project_given:
            flag = self.context.project
            project = flag and board_of(self.document.project, flag, fields)
        return DesiredState(
            backlog_id=self.document.id or self.context.backlog_id,
            items=items,
            repository=self.document.repository,
            project=project,
            labels=self.labels.definitions(_members(items, "labels")),
            milestones=self.milestones.definitions(_members(items, "milestone")),
            settings=self.settings,
            sources=self.context.sources,
            planning=planning_of(self.document),
            texts=self.context.texts,
            issue_fields=tuple(self.board.issue_fields.values()),
        )


def _unknown_person(name: str, places: Sequence[Place]) -> Diagnostic:
    """Return the warning for a name that is not a login, once for all items that have it."""
    count = f" ({len(places)} items)" if len(places) > 1 else ""
    message = f"'{shown(name)}' is not a login, so nobody is assigned{count}"
    hint = f"map the name in the settings: `people: {{{shown(name)}: LOGIN}}`"
    return warning(min(places), "unknown-person", message, hint)


def _no_issue(entry: Entry, written: str) -> Diagnostic:
    """Return the diagnostic for a text that does not name an issue, with the one it may mean."""
    meant = issue_for(written)
    bare = replace(meant, text=meant.text.removeprefix("#"))
    hint = advice(bare, "issue") or "write `issue: 42`, owner/repo#42, or the issue's address"
    message = f"'{shown(written)}' does not name an issue"
    problem = entry.problem("issue", "invalid-issue", message, hint)
    return replace(problem, fix=fix_of(bare, written))


def _no_feedback(entry: Entry, words: Sequence[str]) -> Iterator[Diagnostic]:
    """Report words that are neither an issue nor a discussion."""
    for index, word in enumerate(words):
        if parse_feedback(word) is None:
            yield entry.problem(f"feedback.{index}", "invalid-feedback", *not_feedback(word))


def _state(status: str) -> str:
    """Return the state of the issue for a status; `closed` if the reason is ambiguous."""
    ends = meanings(status) & {"done", "cancelled"}
    if len(ends) == 2:
        return "closed"
    return {"done": "completed", "cancelled": "not_planned"}.get("".join(ends), "open")


def _note(entries: Sequence[Entry], items: Sequence[DesiredItem]) -> None:
    """Store with each entry what lint needs; an epic that repeats its stories' sum adds nothing."""
    below: dict[str, bool] = {}
    for entry, item in zip(reversed(entries), reversed(items), strict=True):
        milestone = item.fields.get("milestone")
        entry.issue = item.issue
        entry.milestone = milestone if isinstance(milestone, str) else None
        pointed = below.get(entry.key, False)
        entry.counted_points = 0 if pointed else item.points or 0
        if entry.parent is not None and (pointed or item.points):
            below[entry.parent.key] = True


def _members(items: Sequence[DesiredItem], name: str) -> list[str]:
    """Return every text that items have in a field, in order."""
    texts: list[str] = []
    for item in items:
        value = item.fields.get(name)
        if isinstance(value, str):
            texts.append(value)
        elif isinstance(value, tuple):
            texts.extend(str(member) for member in value)
    return texts


def _inventory(
    files: Sequence[ParsedFile], collected: Collected, milestones: Sequence[MilestoneDef]
) -> Inventory:
    """Return the counts of all files' items: with local items, duplicates, and loose criteria."""
    every = [entry.parsed for entry in (*collected.entries, *collected.doubles)]
    points = [each.parsed.document.story_points for each in collected.doubles]
    return Inventory(
        counts=dict(Counter(item.kind for item in every)),
        milestones=len(milestones),
        checklist=sum(parsed.loose_criteria for parsed in files)
        + sum(len(item.document.acceptance_criteria or ()) for item in every),
        points=sum((entry.counted_points for entry in collected.entries), 0.0)
        + sum(each for each in points if isinstance(each, float)),
    )
