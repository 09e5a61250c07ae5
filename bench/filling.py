"""Puts a synced backlog, and any number of issues of others, straight into a sandbox's store."""

from dataclasses import replace

from backlog_sync.core import record
from backlog_sync.core.model import DesiredState, IssueRef
from backlog_sync.core.observed import ObservedIssue
from backlog_sync.core.planner import build_plan
from bench import world
from github_sandbox import boards, issues, relations
from github_sandbox.access import Grant, Viewer
from github_sandbox.app import Sandbox
from github_sandbox.models import Field, Issue, Label, Milestone, Project, Repository


def fill(sandbox: Sandbox, spec: DesiredState, *, foreign: int = 0) -> DesiredState:
    """Make the repository as a sync of this backlog leaves it; give the backlog with its numbers.

    The issues of others come first. Nothing goes through the server: it takes a few seconds for
    tens of thousands.
    """
    sandbox.ensure_organization("octo-org")
    home = sandbox.ensure_repository(world.REPOSITORY)
    bare = world.empty(spec)
    synced = world.synced(spec, bare, build_plan(spec, bare))
    with sandbox.lock:
        filler = _Filler(sandbox, home, spec)
        for number in range(1, foreign + 1):
            filler.create(f"Somebody's issue {number}", "It does not work.\n\nPlease help.")
        for there in synced.issues:
            filler.put(there)
        filler.link(synced.issues)
        sandbox.store.commit()
    numbers = {there.number: issue.number for there, issue in filler.made}
    items = (
        replace(item, issue=IssueRef(numbers[n], sandbox=True))
        for n, item in enumerate(spec.items, 1)
    )
    return replace(spec, items=tuple(items))


class _Filler:
    def __init__(self, sandbox: Sandbox, home: Repository, spec: DesiredState) -> None:
        self.store, self.home = sandbox.store, home
        account = sandbox.default_account()
        self.viewer = Viewer(account, Grant(account.login, "admin"))
        known = self.store.labels[home.id]
        self.labels = {
            one.name: known.get(one.name)
            or self.store.create(Label, repository=home.id, name=one.name, color="ededed")
            for one in spec.labels
        }
        self.milestones = {
            one.title: self.store.create(
                Milestone, repository=home.id, number=number, title=one.title
            )
            for number, one in enumerate(spec.milestones, 1)
        }
        home.next_milestone = len(self.milestones) + 1
        self.project = self._board()
        self.fields = {f.name: f for f in self.store.fields[self.project.id].values()}
        self.made: list[tuple[ObservedIssue, Issue]] = []

    def _board(self) -> Project:
        owner = self.store.get(type(self.viewer.account), self.home.owner)
        board = boards.create_project(self.store, self.viewer, owner, "Widgets", self.home)
        for name, kind, options in (
            ("Priority", "SINGLE_SELECT", world.PRIORITIES),
            ("Story Points", "NUMBER", ()),
            (record.NAME, "TEXT", ()),
        ):
            given = [{"name": option, "color": "GRAY", "description": ""} for option in options]
            boards.create_field(
                self.store,
                self.viewer,
                board,
                name=name,
                data_type=kind,
                options=given,
                iterations=None,
            )
        return board

    def create(self, title: str, body: str) -> Issue:
        """Open an issue."""
        new = issues.NewIssue(title=title, body=body)
        return issues.create(self.store, self.viewer, self.home, new)

    def put(self, there: ObservedIssue) -> None:
        """Open an issue of the backlog, with its card and values."""
        issue = self.create(there.title, there.body)
        issue.labels = [self.labels[name].id for name in there.labels]
        issue.milestone = self.milestones[str(there.milestone)].id
        item = boards.add_content(self.store, self.viewer, self.project, issue)
        assert there.card is not None
        for name, value in there.card.values.items():
            assert value is not None
            field: Field = self.fields[name]
            given = boards.value_input(field, value)
            boards.set_value(self.store, self.viewer, self.project, item, field, given)
        self.made.append((there, issue))

    def link(self, synced: tuple[ObservedIssue, ...]) -> None:
        """Put the issues below their parents, and say what waits for what."""
        by_id = {there.id: issue for there, issue in self.made}
        for there in synced:
            issue = by_id[there.id]
            if there.parent:
                relations.attach(self.store, by_id[there.parent.id], issue)
            for link in there.blocked_by:
                relations.add_blocker(self.store, self.viewer, issue, by_id[link.id])
