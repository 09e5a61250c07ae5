"""Registry of ids: filled from the observation, extended by every creation."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from backlog_sync.core import definition_base, normalize
from backlog_sync.core.change_kinds import ChangeKind
from backlog_sync.core.changes import Change
from backlog_sync.core.fields import ATOMS, ISSUE_SETS
from backlog_sync.core.locations import in_order, locations
from backlog_sync.core.matching import Matches, match_items
from backlog_sync.core.model import BoardValue, DesiredState, IssueFieldValue, ProjectSpec
from backlog_sync.core.observed import (
    BoardItem,
    ObservedBoardField,
    ObservedIssue,
    ObservedIssueField,
    ObservedRepository,
    ObservedState,
    ObservedView,
)
from backlog_sync.core.option_names import as_named
from backlog_sync.dataclass import dataclass


@dataclass(slots=True)
class Registry:
    """Maps names to ids, and keeps the observation up to date with what was applied.

    `labels` and `milestones` are keyed by their repository, None for the target, and their name.
    `twins` are labels, by exact name, that GitHub shows like another one: `:bug:` and its emoji.
    `fresh` are the keys of items whose card this run created. `views` are those of the board by
    folded name. `board_is_new` is whether this run created the board, `shared_board` whether
    another run did so at the same moment.
    `board` specifies which board is meant, `board_url` is the address of its page. `issue_fields`
    are those of the organization, by folded name. `agents` are folded logins of agents that the
    settings allow.
    `undefined` are entries, by repository, of definitions that could not be created or changed.
    """

    observed: ObservedState
    labels: dict[tuple[str | None, str], str] = field(default_factory=dict)
    twins: dict[tuple[str | None, str], str] = field(default_factory=dict)
    milestones: dict[tuple[str | None, str], tuple[str, int]] = field(default_factory=dict)
    board: ProjectSpec | None = None
    project_id: str | None = None
    board_url: str = ""
    fields: dict[str, ObservedBoardField] = field(default_factory=dict)
    views: dict[str, ObservedView] = field(default_factory=dict)
    board_is_new: bool = False
    shared_board: bool = False
    issues: dict[str, ObservedIssue] = field(default_factory=dict)
    by_ref: dict[str, str] = field(default_factory=dict)
    cards: dict[str, str] = field(default_factory=dict)
    fresh: set[str] = field(default_factory=set)
    undefined: dict[str | None, set[str]] = field(default_factory=dict)
    issue_fields: dict[str, ObservedIssueField] = field(default_factory=dict)
    agents: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls, desired: DesiredState, observed: ObservedState, matches: Matches | None = None
    ) -> "Registry":
        """Return the registry of an observation."""
        agents = frozenset(map(normalize.fold, desired.settings.agents))
        registry = cls(observed=observed, board=desired.project, agents=agents)
        for place in locations(desired, observed):
            repository = None if place.is_target else place.name
            for label in place.observed_labels:
                name = normalize.fold(label.name)
                if (repository, name) in registry.labels:
                    registry.twins[repository, label.name] = label.id
                registry.labels.setdefault((repository, name), label.id)
            for milestone in place.observed_milestones:
                registry.milestones[repository, milestone.title.strip()] = (
                    milestone.id,
                    milestone.number,
                )
        registry.issue_fields = {normalize.fold(f.name): f for f in observed.issue_fields or ()}
        if observed.project is not None:
            registry.project_id = observed.project.id
            registry.board_url = observed.project.url
            registry.fields = {f.name: f for f in observed.project.fields}
            registry.put_views(observed.project.views)
        for issue in observed.issues:
            registry.note_issue(issue.repository, issue.number, issue.id)
            for link in (*issue.blocked_by, *([issue.parent] if issue.parent else [])):
                registry.note_issue(link.repository, link.number, link.id)
        for link in observed.elsewhere.values():
            registry.note_issue(link.repository, link.number, link.id)
        for key, match in (matches or match_items(desired, observed)).by_key.items():
            registry.issues[key] = match.issue
            if match.issue.card is not None:
                registry.cards[key] = match.issue.card.id
        return registry

    def note_issue(self, repository: str, number: int, issue_id: str) -> None:
        """Register the id of an issue in any repository."""
        self.by_ref[normalize.fold(f"{repository}#{number}")] = issue_id

    def note_refs(self, refs: Collection[str]) -> None:
        """Register issues that a plan names as `owner/repo#n`: they are not items of the file."""
        known = {issue.id for issue in self.issues.values()}
        for issue in self.observed.issues:
            name = f"{issue.repository}#{issue.number}"
            if name in refs and issue.id not in known:
                self.issues[name] = issue
                if issue.card is not None:
                    self.cards[name] = issue.card.id

    def issue_id(self, ref: str) -> str | None:
        """Return the node id of a key or of `owner/repo#n`."""
        issue = self.issues.get(ref)
        return issue.id if issue else self.by_ref.get(normalize.fold(ref))

    def find_issue(self, ref: str) -> ObservedIssue | None:
        """Return an issue by its key or `owner/repo#n`, in its latest known state."""
        if ref in self.issues:
            return self.issues[ref]
        issue_id = self.issue_id(ref)
        return next((issue for issue in self.observed.issues if issue.id == issue_id), None)

    def value(self, key: str, name: str) -> BoardValue:
        """Return the value of a board field on an item's card."""
        issue = self.issues.get(key)
        return issue.card.values.get(name) if issue and issue.card else None

    def repository(self, name: str | None) -> ObservedRepository:
        """Return an observed repository by its name; the target for None."""
        others = (other.repository for other in self.observed.others)
        return next((r for r in others if r.name_with_owner == name), self.observed.repository)

    def recording(self, body: str, before: str, repository: str | None) -> str:
        """Return the body, recording only those definitions of a repository that were applied."""
        if not definition_base.may_record(body):
            return body
        body = definition_base.without(body, before, self.undefined.get(repository, ()))
        ids = {
            definition_base.entry_key(ChangeKind.LABEL, name): definition_base.short_id(id_)
            for (place, name), id_ in self.labels.items()
            if place == repository
        } | {
            definition_base.entry_key(ChangeKind.MILESTONE, title): str(number)
            for (place, title), (_, number) in self.milestones.items()
            if place == repository
        }
        if repository is None:
            ids |= {
                definition_base.entry_key(ChangeKind.VIEW, view.name): definition_base.short_id(
                    view.id
                )
                for view in self.views.values()
            }
            if self.project_id is not None:
                board = definition_base.short_id(self.project_id)
                ids[definition_base.entry_key(ChangeKind.PROJECT, "")] = board
                ids[definition_base.VISIBILITY_KEY] = board
        return definition_base.with_ids(body, ids)

    def put_views(self, views: Sequence[ObservedView]) -> None:
        """Record views of the board; of two with one name, the first one is meant."""
        for view in views:
            self.views = {name: v for name, v in self.views.items() if v.id != view.id}
            self.views.setdefault(normalize.fold(view.name), view)

    def field_id(self, name: str) -> str | None:
        """Return the id of a board field; GitHub ignores case here."""
        folded = normalize.fold(name)
        return next((f.id for f in self.fields.values() if normalize.fold(f.name) == folded), None)

    def field_number(self, name: str) -> int | None:
        """Return the number by which REST knows a board field."""
        folded = normalize.fold(name)
        fields = (f for f in self.fields.values() if normalize.fold(f.name) == folded)
        return next((each.number for each in fields), None)

    def put_type(self, change: Change) -> None:
        """Record the type that a new issue was given."""
        issue_type = str(change.fields["issue_type"].after)
        self.issues[change.key] = replace(self.issues[change.key], issue_type=issue_type)

    def put_state(self, ref: str, state: str, reason: str) -> None:
        """Record that an issue was closed or reopened; `ref` is its key or `owner/repo#n`."""
        if ref in self.issues:
            self.issues[ref] = replace(self.issues[ref], state=state, state_reason=reason)
            return
        issue_id = self.issue_id(ref)
        changed = (
            replace(issue, state=state, state_reason=reason) if issue.id == issue_id else issue
            for issue in self.observed.issues
        )
        self.observed = replace(self.observed, issues=tuple(changed))

    def put_card(self, key: str, card_id: str) -> None:
        """Record that an item now has a card."""
        self.cards[key] = card_id
        self.fresh.add(key)
        issue = self.issues[key]
        if issue.card is None:
            self.issues[key] = replace(issue, card=BoardItem(card_id))

    def put_update(self, change: Change, body: str | None) -> None:
        """Record the changes of an update to an issue."""
        issue = self.issues[change.key]
        after = {name: field.after for name, field in change.fields.items()}

        def text(name: str, current: str | None) -> str | None:
            if name not in after:
                return current
            return str(after[name]) if after[name] is not None else None

        def members(name: str, current: tuple[str, ...]) -> tuple[str, ...]:
            value = after.get(name)
            return tuple(value) if isinstance(value, list) else current

        values: dict[str, Any] = {
            row.name: text(row.name, getattr(issue, row.name)) for row in ATOMS
        }
        values |= {name: members(name, getattr(issue, name)) for name in ISSUE_SETS}
        values["body"] = body if body is not None else issue.body
        values["field_values"] = self.field_values(issue, after)
        self.issues[change.key] = replace(issue, **values)

    def field_values(
        self, issue: ObservedIssue, after: Mapping[str, object]
    ) -> dict[str, IssueFieldValue]:
        """Return an issue's values of issue fields after a change, without empty ones."""
        values = {normalize.fold(name): (name, v) for name, v in issue.field_values.items()}
        for name, value in after.items():
            known = self.issue_fields.get(normalize.fold(name))
            if known is not None:
                plain = tuple(map(str, value)) if isinstance(value, list) else value
                values[normalize.fold(name)] = known.name, plain  # type: ignore[assignment]  # the values of a plan
        return {name: value for name, value in values.values() if value not in (None, ())}

    def rename_milestone(self, repository: str | None, old: str, new: str) -> None:
        """Record the new title of a milestone, on its issues too."""
        name_with_owner = self.repository(repository).name_with_owner
        for key, issue in self.issues.items():
            if (
                issue.repository == name_with_owner
                and (issue.milestone or "").strip() == old.strip()
            ):
                self.issues[key] = replace(issue, milestone=new)

    def rename_options(self, name: str, names: Mapping[str, str]) -> None:
        """Record new names of a field's options (old names folded), on every card."""
        for key, issue in self.issues.items():
            if issue.card is not None and name in issue.card.values:
                card = as_named(issue.card, {name: names})
                self.put_value(key, name, card.values[name])

    def put_value(self, key: str, name: str, value: BoardValue) -> None:
        """Record a board value that was set."""
        issue = self.issues[key]
        if issue.card is not None:
            card = replace(issue.card, values={**issue.card.values, name: value})
            self.issues[key] = replace(issue, card=card)

    def result(self) -> ObservedState:
        """Return the observation with its issues, new ones too, and board fields as they are now.

        The first option of the Status is where a card starts, so its place in a new order counts.
        """
        changed = {issue.id: issue for issue in self.issues.values()}
        known = {issue.id for issue in self.observed.issues}
        issues = [changed.get(issue.id, issue) for issue in self.observed.issues]
        issues += [issue for issue in self.issues.values() if issue.id not in known]
        target = self.observed.repository.name_with_owner
        project = self.observed.project
        if project is not None:
            fields = tuple(self.fields.get(each.name, each) for each in project.fields)
            project = replace(project, fields=fields)
        return replace(self.observed, issues=in_order(issues, target), project=project)
