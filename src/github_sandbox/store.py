"""Store the state of the simulated GitHub, with indexes for fast lists."""

import base64
import dataclasses
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from github_sandbox.errors import SandboxError
from github_sandbox.journal import Journal
from github_sandbox.models import (
    KINDS,
    Account,
    Comment,
    Discussion,
    DiscussionComment,
    Event,
    Field,
    Issue,
    IssueField,
    IssueFieldOption,
    IssueType,
    Item,
    Label,
    Milestone,
    Project,
    Record,
    Release,
    Repository,
    StatusUpdate,
    View,
    Workflow,
    node_prefix,
)
from github_sandbox.problems import no_node
from github_sandbox.restore import records_of

R = TypeVar("R", bound=Record)

EVENTS_KEPT = 10_000
"""Events to keep; at twice as many the older half is dropped."""

FIRST_ID = 1_000_001
"""The first number of records; they fit GraphQL's 32-bit Int, as `databaseId` needs."""

MOMENT = "%Y-%m-%dT%H:%M:%SZ"
"""GitHub's format of times."""

_FIELD_NAMES = {
    name: tuple(field.name for field in dataclasses.fields(kind)) for name, kind in KINDS.items()
}


def make_node_id(prefix: str, number: int) -> str:
    """Return an opaque node id in GitHub's style: the prefix of the kind and the packed number."""
    packed = base64.urlsafe_b64encode(number.to_bytes(6, "big")).decode().rstrip("=")
    return f"{prefix}_kwDO{packed}"


class Store:
    """All records, in memory, and on disk if a folder is given.

    `clock` returns the time (aware, any zone). Writers change records, then call `touch` or `mark`;
    `commit` writes everything marked to the journal. Raises `errors.SandboxError` if the state in
    the folder cannot be read or written.
    """

    def __init__(self, folder: Path | None, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.records: dict[int, Record] = {}
        self.by_node: dict[str, Record] = {}
        self.accounts: dict[str, Account] = {}
        self.types: dict[int, dict[int, IssueType]] = {}
        self.issue_fields: dict[int, dict[int, IssueField]] = {}
        self.issue_field_options: dict[int, dict[int, IssueFieldOption]] = {}
        self.repositories: dict[tuple[int, str], Repository] = {}
        self.labels: dict[int, dict[str, Label]] = {}
        self.milestones: dict[int, dict[int, Milestone]] = {}
        self.issues: dict[int, dict[int, Issue]] = {}
        self.comments: dict[int, dict[int, Comment]] = {}
        self.discussions: dict[int, dict[int, Discussion]] = {}
        self.replies: dict[tuple[int, int | None], list[DiscussionComment]] = {}
        self.projects: dict[int, dict[int, Project]] = {}
        self.status_updates: dict[int, list[StatusUpdate]] = {}
        self.fields: dict[int, dict[int, Field]] = {}
        self.views: dict[int, dict[int, View]] = {}
        self.workflows: dict[int, dict[int, Workflow]] = {}
        self.items: dict[int, dict[int, Item]] = {}
        self.cards: dict[int, dict[int, Item]] = {}
        self.releases: dict[int, dict[int, Release]] = {}
        self.events: list[Event] = []
        self._next_id = FIRST_ID
        self._marked: dict[int, Record] = {}
        self._dropped: list[int] = []
        self._journal = Journal(folder) if folder else None
        if self._journal:
            self._load(self._journal)

    def _load(self, journal: Journal) -> None:
        try:
            loaded, highest = journal.load()
            for record in records_of(loaded, highest):
                self._index(record)
            self._next_id = max(FIRST_ID, highest + 1)
            if journal.length:
                journal.fold(self._dump(self.records.values()), self._next_id - 1)
        except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
            journal.close()
            raise journal.damaged(error) from None
        except SandboxError:
            journal.close()
            raise

    @staticmethod
    def _dump(records: Iterable[Record]) -> list[tuple[str, dict[str, Any]]]:
        dumped = []
        for record in records:
            kind = type(record).__name__
            dumped.append((kind, {name: getattr(record, name) for name in _FIELD_NAMES[kind]}))
        return dumped

    # ---- time ------------------------------------------------------------------------------

    def now(self) -> str:
        """Return the current time, as GitHub prints it."""
        # as MOMENT has it, and twice as fast as strftime: every record and event has its time
        return self.clock().astimezone(UTC).isoformat(timespec="seconds")[:-6] + "Z"

    # ---- writing ---------------------------------------------------------------------------

    def create(self, kind: type[R], /, **values: Any) -> R:
        """Create a record with a new number; it is marked for the next commit."""
        number = self._next_id
        self._next_id += 1
        now = self.now()
        values = {"created_at": now, "updated_at": now} | values
        record = kind(id=number, node_id=make_node_id(node_prefix(kind, values), number), **values)
        self._index(record)
        self._marked[number] = record
        return record

    def mark(self, *records: Record) -> None:
        """Mark records as changed, without changing their `updated_at`."""
        for record in records:
            self._marked[record.id] = record

    def touch(self, *records: Record) -> None:
        """Mark records as changed, and set their `updated_at`."""
        now = self.now()
        for record in records:
            record.updated_at = now
            self._marked[record.id] = record

    def drop(self, record: Record) -> None:  # noqa: PLR0912 - one case per kind
        """Delete a record permanently."""
        self._marked.pop(record.id, None)
        self._dropped.append(record.id)
        self.records.pop(record.id, None)
        self.by_node.pop(record.node_id, None)
        match record:
            case Issue():
                self.issues[record.repository].pop(record.number, None)
            case Label():
                self.labels[record.repository].pop(record.name.lower(), None)
            case Milestone():
                self.milestones[record.repository].pop(record.number, None)
            case Comment():
                self.comments[record.issue].pop(record.id, None)
            case View():
                self.views[record.project].pop(record.number, None)
            case Workflow():
                self.workflows[record.project].pop(record.number, None)
            case Field():
                self.fields[record.project].pop(record.id, None)
            case StatusUpdate():
                self.status_updates[record.project].remove(record)
            case Release():
                self.releases[record.repository].pop(record.id, None)
            case Project():
                self.projects[record.owner].pop(record.number, None)
            case IssueType():
                self.types[record.owner].pop(record.id, None)
            case IssueField():
                self.issue_fields[record.owner].pop(record.id, None)
            case IssueFieldOption():
                self.issue_field_options[record.field].pop(record.id, None)
            case Item():
                self.items[record.project].pop(record.id, None)
                if record.content is not None:
                    self.cards[record.content].pop(record.project, None)
            case _:
                raise TypeError(f"{type(record).__name__} is never removed")

    def event(self, actor: Account, action: str, subject: Record, **detail: Any) -> None:
        """Record an event."""
        self.create(Event, actor=actor.login, action=action, subject=subject.node_id, detail=detail)

    def commit(self) -> None:
        """Write everything that changed since the last commit to the journal."""
        if len(self.events) > 2 * EVENTS_KEPT:
            self._forget_events()
        if self._journal and (self._marked or self._dropped):
            self._journal.append(self._dump(self._marked.values()), self._dropped)
            if self._journal.is_long:
                self._journal.fold(self._dump(self.records.values()), self._next_id - 1)
        self._marked = {}
        self._dropped = []

    def _forget_events(self) -> None:
        """Drop the oldest events, but not their records."""
        old = self.events[:-EVENTS_KEPT]
        del self.events[:-EVENTS_KEPT]
        for event in old:
            self.records.pop(event.id, None)
            self.by_node.pop(event.node_id, None)
            self._marked.pop(event.id, None)
        self._dropped += [event.id for event in old]

    def close(self) -> None:
        """Commit, fold the journal into the snapshot, and close the files."""
        try:
            self.commit()
            if self._journal and self._journal.length:
                self._journal.fold(self._dump(self.records.values()), self._next_id - 1)
        finally:
            journal, self._journal = self._journal, None
            if journal:
                journal.close()

    # ---- indexes ---------------------------------------------------------------------------

    def _index(self, record: Record) -> None:  # noqa: PLR0912 - one case per kind
        self.records[record.id] = record
        self.by_node[record.node_id] = record
        match record:
            case Event():
                self.events.append(record)
            case Issue():
                self.issues.setdefault(record.repository, {})[record.number] = record
            case Item():
                self.items.setdefault(record.project, {})[record.id] = record
                if record.content is not None:
                    self.cards.setdefault(record.content, {})[record.project] = record
            case Account():
                self.accounts[record.login.lower()] = record
            case Label():
                self.labels.setdefault(record.repository, {})[record.name.lower()] = record
            case Milestone():
                self.milestones.setdefault(record.repository, {})[record.number] = record
            case Comment():
                self.comments.setdefault(record.issue, {})[record.id] = record
            case Discussion():
                self.discussions.setdefault(record.repository, {})[record.number] = record
            case DiscussionComment():
                below = (record.discussion, record.reply_to)
                self.replies.setdefault(below, []).append(record)
            case Release():
                self.releases.setdefault(record.repository, {})[record.id] = record
            case Project():
                self.projects.setdefault(record.owner, {})[record.number] = record
            case StatusUpdate():
                self.status_updates.setdefault(record.project, []).append(record)
            case Field():
                self.fields.setdefault(record.project, {})[record.id] = record
            case View():
                self.views.setdefault(record.project, {})[record.number] = record
            case Workflow():
                self.workflows.setdefault(record.project, {})[record.number] = record
            case IssueType():
                self.types.setdefault(record.owner, {})[record.id] = record
            case IssueField():
                self.issue_fields.setdefault(record.owner, {})[record.id] = record
            case IssueFieldOption():
                self.issue_field_options.setdefault(record.field, {})[record.id] = record
            case Repository():
                for name in (*record.former_names, record.name):
                    self.repositories[record.owner, name.lower()] = record

    def rename_label(self, label: Label, name: str) -> None:
        """Rename a label in the index and on the record."""
        table = self.labels[label.repository]
        table.pop(label.name.lower(), None)
        label.name = name
        table[name.lower()] = label

    def rename_repository(self, repository: Repository, name: str) -> None:
        """Rename a repository; the old name redirects to it until it is reused."""
        repository.former_names.append(repository.name)
        repository.name = name
        self._index(repository)
        self.mark(repository)

    # ---- reading ---------------------------------------------------------------------------

    def get(self, kind: type[R], number: int) -> R:
        """Return the record with this number, which must exist."""
        record = self.records[number]
        assert isinstance(record, kind)
        return record

    def all(self, kind: type[R], numbers: Iterable[int]) -> list[R]:
        """Return the records with these numbers, in that order."""
        return [self.get(kind, number) for number in numbers]

    def node(self, kind: type[R], node_id: str) -> R:
        """Return the record with this node id, or raise `RefusalError` if it has another kind."""
        record = self.by_node.get(node_id)
        if record is None or isinstance(record, Event):
            raise no_node(node_id)
        if not isinstance(record, kind):
            raise no_node(node_id, kind.typename if kind.typename != "Record" else kind.__name__)
        return record

    def issue(self, node_id: str) -> Issue:
        """Return the issue with this node id, or raise `RefusalError`, also for a pull request."""
        record = self.node(Issue, node_id)
        if record.is_pull:
            raise no_node(node_id, "Issue")
        return record

    def repository(self, owner: str, name: str) -> Repository | None:
        """Return the repository with this current or former name."""
        account = self.accounts.get(owner.lower())
        return self.repositories.get((account.id, name.lower())) if account else None

    def full_name(self, repository: Repository) -> str:
        """Return `owner/name` of a repository."""
        return f"{self.get(Account, repository.owner).login}/{repository.name}"
