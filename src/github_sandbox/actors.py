"""Simulate people who use GitHub's web pages, for tests, demonstrations and scripts.

They act on the store under the same rules as clients, and write what a browser sends: a text area
ends its lines with CRLF.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any, Literal

from github_sandbox import (
    board_views,
    boards,
    discussions,
    issue_fields,
    issues,
    pull_requests,
    relations,
    repositories,
)
from github_sandbox.access import Grant, Permission, Viewer
from github_sandbox.app import Sandbox
from github_sandbox.models import (
    Account,
    Comment,
    Discussion,
    DiscussionComment,
    Field,
    Issue,
    IssueField,
    Item,
    Label,
    Milestone,
    Project,
    Repository,
    View,
)

_BOX = re.compile(r"^(?P<head>\s*[-*+] \[)[ xX](?P<tail>\] (?P<text>.*?))\s*$")


def from_browser(text: str) -> str:
    """Return a text as a browser's text area sends it: every line ends with CRLF."""
    return re.sub(r"\r\n|\r|\n", "\r\n", text)


class Person:
    """A person with a browser.

    `repository` (`owner/name`) is needed if the sandbox contains more than one. Issues are named
    by number. Methods raise `problems.RefusalError` if GitHub would refuse, and KeyError or
    ValueError if the object of the action does not exist.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        login: str,
        *,
        permission: Permission = "write",
        repository: str | None = None,
    ) -> None:
        self.sandbox = sandbox
        self.account = sandbox.ensure_user(login, permission=permission)
        self.viewer = Viewer(self.account, Grant(login, permission))
        self._repository = repository

    # ---- finding things --------------------------------------------------------------------

    @property
    def repository(self) -> Repository:
        """The repository that this person works in."""
        if self._repository:
            return self.sandbox.repository(self._repository)
        (only,) = {r.id: r for r in self.sandbox.store.repositories.values()}.values()
        return only

    def issue(self, number: int) -> Issue:
        """Return the issue or pull request with this number."""
        return self.sandbox.store.issues[self.repository.id][number]

    def find(self, which: str) -> Issue:
        """Return an issue by its number, with or without `#`, else the last one with this title."""
        number = which.removeprefix("#")
        if number.isdecimal():
            return self.issue(int(number))
        every = self.sandbox.store.issues.get(self.repository.id, {}).values()
        matches = [issue for issue in every if issue.title == which]
        if not matches:
            raise KeyError(which)
        return matches[-1]

    def has_label(self, name: str) -> bool:
        """Return whether the repository has a label with this name, ignoring case."""
        return name.lower() in self.sandbox.store.labels.get(self.repository.id, {})

    def project(self, title: str | None = None) -> Project:
        """Return the board with this title, or else the only board of the repository's owner."""
        owned = self.sandbox.store.projects.get(self.repository.owner, {}).values()
        (project,) = [p for p in owned if title is None or p.title == title]
        return project

    def card(self, number: int, project: str | None = None) -> Item:
        """Return an issue's card on a board."""
        cards = self.sandbox.store.cards.get(self.issue(number).id, {})
        return cards[self.project(project).id]

    def value(
        self, number: int, field: str, project: str | None = None
    ) -> str | float | tuple[str, ...] | None:
        """Return a card's value: text, number, date, or the names of options or an iteration."""
        stored = self.card(number, project).values.get(str(self._field(field, project).id))
        if stored is None:
            return None
        definition = self._field(field, project)
        if definition.data_type == "MULTI_SELECT":
            chosen = stored["value"]
            return tuple(o["name"] for o in definition.options if o["id"] in chosen)
        for choice in (*definition.options, *definition.iterations):
            if choice["id"] == stored["value"]:
                return str(choice.get("name") or choice.get("title"))
        shown: str | float = stored["value"]
        return shown

    def _field(self, name: str, project: str | None) -> Field:
        field = boards.find_field(self.sandbox.store, self.project(project), name)
        if field is None:
            raise KeyError(name)
        return field

    def _labels(self, names: tuple[str, ...]) -> list[Label]:
        table = self.sandbox.store.labels[self.repository.id]
        return [table[name.lower()] for name in names]

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self.sandbox.lock:
            try:
                yield
            finally:
                self.sandbox.store.commit()

    # ---- issues ----------------------------------------------------------------------------

    def open_issue(
        self, title: str, body: str = "", *, labels: tuple[str, ...] = (), form: bool = False
    ) -> Issue:
        """Open an issue; with `form`, by an issue form, whose labels everybody's issues get."""
        with self._transaction():
            new = issues.NewIssue(
                title=title, body=from_browser(body), labels=self._labels(labels), from_form=form
            )
            return issues.create(self.sandbox.store, self.viewer, self.repository, new)

    def open_pull_request(
        self, title: str, body: str = "", *, head: str = "", draft: bool = False
    ) -> Issue:
        """Open a pull request; it shares its series of numbers with issues.

        `head` is a branch, or `owner:branch` for one in a fork.
        """
        with self._transaction():
            return pull_requests.open_pull_request(
                self.sandbox.store,
                self.viewer,
                self.repository,
                title=title,
                body=from_browser(body),
                head=head,
                draft=draft,
            )

    def mark_ready(self, number: int, *, ready: bool = True) -> Issue:
        """Mark a draft of a pull request as ready for review, or make it a draft again."""
        with self._transaction():
            pull = self.issue(number)
            return pull_requests.edit(self.sandbox.store, self.viewer, pull, draft=not ready)

    def merge(self, number: int) -> Issue:
        """Merge a pull request, which closes the issues that its text names."""
        with self._transaction():
            return pull_requests.merge(self.sandbox.store, self.viewer, self.issue(number))

    def link_branch(self, number: int, name: str | None = None) -> str:
        """Create a branch for an issue and return its name."""
        with self._transaction():
            return pull_requests.link_branch(
                self.sandbox.store, self.viewer, self.issue(number), name
            )

    def edit(self, number: int, *, title: str | None = None, body: str | None = None) -> Issue:
        """Change title or body."""
        changes: dict[str, str] = {}
        if title is not None:
            changes["title"] = title
        if body is not None:
            changes["body"] = from_browser(body)
        with self._transaction():
            return issues.edit(self.sandbox.store, self.viewer, self.issue(number), changes)

    def tick(self, number: int, text: str, *, done: bool = True) -> Issue:
        """Check the box in front of this text, or uncheck it with `done=False`."""
        lines = re.split(r"\r\n|\n", self.issue(number).body)
        for index, line in enumerate(lines):
            match = _BOX.match(line)
            if match and match["text"].strip() == text.strip():
                lines[index] = f"{match['head']}{'x' if done else ' '}{match['tail']}"
                return self.edit(number, body="\n".join(lines))
        raise ValueError(f"#{number} has no box in front of {text!r}")

    def close(
        self,
        number: int,
        reason: Literal["completed", "not_planned", "duplicate"] = "completed",
        *,
        duplicate_of: int | None = None,
    ) -> Issue:
        """Close an issue with a reason."""
        other = self.issue(duplicate_of) if duplicate_of else None
        with self._transaction():
            return issues.close(
                self.sandbox.store, self.viewer, self.issue(number), reason.upper(), other
            )

    def reopen(self, number: int) -> Issue:
        """Reopen an issue."""
        with self._transaction():
            return issues.reopen(self.sandbox.store, self.viewer, self.issue(number))

    def label(self, number: int, *names: str) -> Issue:
        """Add existing labels to an issue."""
        with self._transaction():
            return issues.change_labels(
                self.sandbox.store, self.viewer, self.issue(number), add=self._labels(names)
            )

    def unlabel(self, number: int, *names: str) -> Issue:
        """Remove labels from an issue."""
        with self._transaction():
            return issues.change_labels(
                self.sandbox.store, self.viewer, self.issue(number), remove=self._labels(names)
            )

    def create_label(self, name: str, color: str = "ededed", description: str = "") -> Label:
        """Create a label."""
        with self._transaction():
            return repositories.create_label(
                self.sandbox.store, self.viewer, self.repository, name, color, description
            )

    def rename_label(self, name: str, new_name: str) -> Label:
        """Rename a label."""
        return self.edit_label(name, new_name=new_name)

    def edit_label(
        self,
        name: str,
        *,
        new_name: str | None = None,
        color: str | None = None,
        description: str | None = None,
    ) -> Label:
        """Change the name, color or description of a label."""
        with self._transaction():
            (label,) = self._labels((name,))
            return repositories.update_label(
                self.sandbox.store,
                self.viewer,
                label,
                name=new_name,
                color=color,
                description=description,
            )

    def edit_milestone(self, which: str, /, **changes: str | None) -> Milestone:
        """Change a milestone's title, description, state or `due_on` (a date; None removes it)."""
        (milestone,) = [m for m in self._milestones() if m.title == which]
        due = changes.get("due_on")
        if due is not None:
            changes["due_on"] = f"{due}T12:00:00Z"
        with self._transaction():
            return repositories.update_milestone(
                self.sandbox.store, self.viewer, milestone, changes
            )

    def _milestones(self) -> list[Milestone]:
        return list(self.sandbox.store.milestones.get(self.repository.id, {}).values())

    def rename_repository(self, name: str) -> None:
        """Rename the repository; needs admin."""
        full_name = self.sandbox.store.full_name(self.repository)
        self.viewer.require(full_name, "admin")
        self.sandbox.rename_repository(full_name, name)
        if self._repository:
            self._repository = f"{full_name.partition('/')[0]}/{name}"

    def archive_repository(self, *, archived: bool = True) -> None:
        """Archive the repository, which makes it read-only, or unarchive it; needs admin."""
        self.viewer.require(self.sandbox.store.full_name(self.repository), "admin")
        with self._transaction():
            self.repository.is_archived = archived
            self.sandbox.store.touch(self.repository)

    def change_repository(self, **changes: bool | str) -> None:
        """Change what the repository allows (attributes of the record); needs admin."""
        self.viewer.require(self.sandbox.store.full_name(self.repository), "admin")
        with self._transaction():
            for name, value in changes.items():
                setattr(self.repository, name, value)
            self.sandbox.store.touch(self.repository)

    def assign(self, number: int, *logins: str) -> Issue:
        """Assign people and agents; unknown people are created."""
        accounts: list[Account] = [
            repositories.ensure_account(self.sandbox.store, n) for n in logins
        ]
        accounts = [
            a if a.permission != "none" or a.is_agent else self.sandbox.ensure_user(a.login)
            for a in accounts
        ]
        with self._transaction():
            return issues.change_assignees(
                self.sandbox.store, self.viewer, self.issue(number), add=accounts
            )

    def unassign(self, number: int, *logins: str) -> Issue:
        """Take people and agents off an issue."""
        store = self.sandbox.store
        accounts = [account for account in store.accounts.values() if account.login in logins]
        with self._transaction():
            return issues.change_assignees(store, self.viewer, self.issue(number), remove=accounts)

    def set_milestone(self, number: int, title: str | None) -> Issue:
        """Set the milestone of an issue by title; None removes it."""
        milestone: Milestone | None = None
        if title is not None:
            (milestone,) = [m for m in self._milestones() if m.title == title]
        with self._transaction():
            return issues.edit(
                self.sandbox.store, self.viewer, self.issue(number), {"milestone": milestone}
            )

    def edit_comment(self, number: int, comment: int, body: str) -> Comment:
        """Edit a comment."""
        with self._transaction():
            record = self.sandbox.store.comments[self.issue(number).id][comment]
            return issues.edit_comment(self.sandbox.store, self.viewer, record, from_browser(body))

    def comment(self, number: int, body: str) -> Comment:
        """Comment on an issue."""
        with self._transaction():
            return issues.comment(
                self.sandbox.store, self.viewer, self.issue(number), from_browser(body)
            )

    def start_discussion(self, title: str, body: str = "") -> Discussion:
        """Start a discussion; it shares its series of numbers with issues."""
        with self._transaction():
            return discussions.start(
                self.sandbox.store, self.viewer, self.repository, title, from_browser(body)
            )

    def discuss(
        self, discussion: Discussion, body: str, reply_to: DiscussionComment | None = None
    ) -> DiscussionComment:
        """Comment on a discussion, or reply to one of its comments."""
        with self._transaction():
            return discussions.add_comment(
                self.sandbox.store, self.viewer, discussion, from_browser(body), reply_to
            )

    def choose_answer(self, answer: DiscussionComment) -> Discussion:
        """Mark a comment as the answer to its discussion; needs triage."""
        with self._transaction():
            return discussions.choose(self.sandbox.store, self.viewer, answer)

    def put_below(self, number: int, parent: int) -> None:
        """Make an issue a sub-issue of another one, replacing its current parent."""
        with self._transaction():
            relations.add_sub_issue(
                self.sandbox.store,
                self.viewer,
                self.issue(parent),
                self.issue(number),
                replace_parent=True,
            )

    def block(self, number: int, blocker: int) -> None:
        """Mark an issue as blocked by another one."""
        with self._transaction():
            relations.add_blocker(
                self.sandbox.store, self.viewer, self.issue(number), self.issue(blocker)
            )

    def unblock(self, number: int, blocker: int) -> None:
        """Unmark an issue as blocked by another one."""
        with self._transaction():
            relations.remove_blocker(
                self.sandbox.store, self.viewer, self.issue(number), self.issue(blocker)
            )

    def take_out(self, number: int) -> None:
        """Remove an issue from its parent, or raise ValueError if it has none."""
        issue = self.issue(number)
        if issue.parent is None:
            raise ValueError(f"#{number} has no parent")
        parent = self.sandbox.store.records[issue.parent]
        assert isinstance(parent, Issue)
        with self._transaction():
            relations.remove_sub_issue(self.sandbox.store, self.viewer, parent, issue)

    def delete(self, number: int) -> None:
        """Delete an issue permanently; needs admin."""
        with self._transaction():
            issues.delete(self.sandbox.store, self.viewer, self.issue(number))

    def transfer(self, number: int, repository: str) -> Issue:
        """Transfer an issue to another repository of the same owner."""
        target = self.sandbox.repository(repository)
        with self._transaction():
            return issues.transfer(self.sandbox.store, self.viewer, self.issue(number), target)

    # ---- boards ----------------------------------------------------------------------------

    def add_card(self, number: int, project: str | None = None) -> Item:
        """Add an issue to a board."""
        with self._transaction():
            return boards.add_content(
                self.sandbox.store, self.viewer, self.project(project), self.issue(number)
            )

    def set_value(
        self,
        number: int,
        field: str,
        value: str | float | tuple[str, ...] | None,
        *,
        project: str | None = None,
    ) -> Item:
        """Set a value on an issue's card, options and iterations by name; None clears it."""
        board, item = self.project(project), self.card(number, project)
        definition = self._field(field, project)
        store = self.sandbox.store
        with self._transaction():
            if value in (None, ()):
                return boards.clear_value(store, self.viewer, board, item, definition)
            assert value is not None
            value_input = boards.value_input(definition, value)
            return boards.set_value(store, self.viewer, board, item, definition, value_input)

    def issue_field(self, name: str) -> IssueField:
        """Return the issue field of the organization with this name."""
        field = issue_fields.find(self.sandbox.store, self.repository.owner, name)
        if field is None:
            raise KeyError(name)
        return field

    def add_issue_field(
        self, name: str, data_type: str, *options: str, visibility: str = "ALL"
    ) -> IssueField:
        """Add an issue field to the organization, which needs admin."""
        store = self.sandbox.store
        with self._transaction():
            return issue_fields.create_field(
                store,
                self.viewer,
                store.get(Account, self.repository.owner),
                name=name,
                data_type=data_type,
                visibility=visibility,
                options=[{"name": option, "color": "GRAY"} for option in options],
            )

    def set_issue_field(
        self, number: int, name: str, value: str | float | tuple[str, ...] | None
    ) -> None:
        """Set an issue field of an issue, options by name; None clears it."""
        store = self.sandbox.store
        with self._transaction():
            change = issue_fields.named_change(store, self.issue_field(name), value)
            issue_fields.set_values(store, self.viewer, self.issue(number), [change])

    def issue_field_value(self, number: int, name: str) -> str | float | tuple[str, ...] | None:
        """Return the value of an issue field of an issue, options by name."""
        store, issue, field = self.sandbox.store, self.issue(number), self.issue_field(name)
        value: str | float | list[int] | None = issue.field_values.get(str(field.id))
        if not isinstance(value, list):
            return value
        names = tuple(option.name for option in issue_fields.chosen(store, issue, field))
        return names if field.data_type == "MULTI_SELECT" else names[0]

    def rename_option(
        self, field: str, name: str, new_name: str, *, project: str | None = None
    ) -> None:
        """Rename an option of a board field; its cards keep it."""
        definition = self._field(field, project)
        options = [
            {**option, "name": new_name if option["name"] == name else option["name"]}
            for option in definition.options
        ]
        with self._transaction():
            boards.update_field(
                self.sandbox.store,
                self.viewer,
                definition,
                name=None,
                options=options,
                iterations=None,
                several=definition.data_type == "MULTI_SELECT",
            )

    def edit_view(
        self,
        name: str,
        *,
        new_name: str | None = None,
        layout: str | None = None,
        filter_query: str | None = None,
        project: str | None = None,
    ) -> View:
        """Change a view of a board; the layout is table, board or roadmap."""
        views = board_views.views_of(self.sandbox.store, self.project(project))
        (view,) = [each for each in views if each.name == name]
        with self._transaction():
            return board_views.update_view(
                self.sandbox.store,
                self.viewer,
                view,
                name=new_name,
                layout=f"{layout.upper()}_LAYOUT" if layout else None,
                filter_query=filter_query,
                fields=None,
            )

    def add_view(self, name: str, layout: str = "table", *, project: str | None = None) -> View:
        """Create a view of a board, as "New view" does."""
        board, kind = self.project(project), f"{layout.upper()}_LAYOUT"
        store, viewer = self.sandbox.store, self.viewer
        with self._transaction():
            return board_views.create_view(
                store, viewer, board, name=name, layout=kind, fields=None
            )

    def delete_view(self, name: str, *, project: str | None = None) -> None:
        """Delete a view of a board."""
        views = board_views.views_of(self.sandbox.store, self.project(project))
        (view,) = [each for each in views if each.name == name]
        with self._transaction():
            board_views.delete_view(self.sandbox.store, self.viewer, view)

    def add_board(self, owner: str, title: str) -> Project:
        """Create a board."""
        store = self.sandbox.store
        with self._transaction():
            return boards.create_project(
                store, self.viewer, store.accounts[owner], title, self.repository
            )

    def edit_board(self, *, project: str | None = None, **changes: Any) -> Project:
        """Change title, short_description, readme, public or closed of a board."""
        board = self.project(project)
        with self._transaction():
            return boards.update_project(self.sandbox.store, self.viewer, board, changes)

    def order_options(
        self, field: str, names: Sequence[str], *, project: str | None = None
    ) -> None:
        """Put all options of a board field into this order; cards keep their values."""
        definition = self._field(field, project)
        options = sorted(definition.options, key=lambda option: names.index(option["name"]))
        with self._transaction():
            boards.update_field(
                self.sandbox.store,
                self.viewer,
                definition,
                name=None,
                options=options,
                iterations=None,
                several=definition.data_type == "MULTI_SELECT",
            )

    def add_iteration(self, field: str, title: str, *, project: str | None = None) -> None:
        """Add an iteration after the last one in the board's settings.

        Unlike the API, the page of the settings keeps the ids of the others, and so the cards'
        values.
        """
        definition = self._field(field, project)
        last = max(definition.iterations, key=lambda each: str(each["start"]))
        start = date.fromisoformat(last["start"]) + timedelta(days=last["duration"])
        with self._transaction():
            boards.add_iteration(self.sandbox.store, definition, title, start, last["duration"])

    def archive_card(
        self, number: int, *, archived: bool = True, project: str | None = None
    ) -> Item:
        """Archive or unarchive an issue's card."""
        board, item = self.project(project), self.card(number, project)
        with self._transaction():
            return boards.set_archived(
                self.sandbox.store, self.viewer, board, item, archived=archived
            )
