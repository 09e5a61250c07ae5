"""Simulate servers with fewer features, such as older GitHub Enterprise Servers."""

import re
from dataclasses import dataclass, fields
from typing import Any

from github_sandbox.api_versions import FIRST, VERSIONS


@dataclass(frozen=True, slots=True)
class Features:
    """The features of a server. By default it has all of them, like github.com.

    `create_with_parent`, `create_with_type` and `create_with_board` are inputs of `createIssue`;
    `option_ids` are ids in the input of single-select options, `view_writes` mutations for views,
    `view_arrangement` grouping and sorting of a new view in REST, `user_views_by_login` the path of
    a person's board with the login instead of the id, `creation_policy` who may create issues,
    `archived_cards` an argument that lists them,
    `multi_select` board fields with several options, `link_events` removed links in the timeline.
    `issue_fields` are those of organizations; if they exist but are not `enabled`, there are none,
    and values are dropped. Without `foreign_cards` the API adds no issue of another owner to an
    organization's board, as reported of github.com, and only the page does. Without
    `foreign_blockers` no issue is blocked by one of another owner. `api_versions` are those of the
    REST API that it accepts, the first one by default.
    """

    sub_issues: bool = True
    dependencies: bool = True
    issue_types: bool = True
    projects: bool = True
    create_with_parent: bool = True
    create_with_type: bool = True
    create_with_board: bool = True
    option_ids: bool = True
    view_writes: bool = True
    view_arrangement: bool = True
    user_views_by_login: bool = True
    creation_policy: bool = True
    archived_cards: bool = True
    multi_select: bool = True
    link_events: bool = True
    issue_fields: bool = True
    issue_fields_enabled: bool = True
    suggested_actors: bool = True
    foreign_cards: bool = True
    foreign_blockers: bool = True
    api_versions: tuple[str, ...] = VERSIONS

    @property
    def missing(self) -> frozenset[str]:
        """The names of the missing features."""
        return frozenset(f.name for f in fields(self) if not getattr(self, f.name))


def enterprise(version: str) -> Features:
    """Return the features of a GitHub Enterprise Server; raise KeyError for an unknown version.

    Source: the OpenAPI descriptions of these versions, which have no paths for sub-issues, issue
    types or (before 3.19) dependencies. GraphQL is assumed to lack the same features.
    """
    return _ENTERPRISE[version]


_WITHOUT: dict[str, Any] = {
    "api_versions": (FIRST,),
    "sub_issues": False,
    "issue_types": False,
    "create_with_parent": False,
    "create_with_type": False,
    "create_with_board": False,
    "option_ids": False,
    "view_writes": False,
    "view_arrangement": False,
    "creation_policy": False,
    "archived_cards": False,
    "multi_select": False,
    "link_events": False,
    "issue_fields": False,
    "suggested_actors": False,
}
_ENTERPRISE = {
    "3.17": Features(**_WITHOUT, dependencies=False),
    "3.18": Features(**_WITHOUT, dependencies=False),
    "3.19": Features(**_WITHOUT),
}

_SCHEMA_PARTS: dict[str, tuple[str, ...]] = {
    "sub_issues": (
        "Issue.parent",
        "Issue.subIssues",
        "Issue.subIssuesSummary",
        "Mutation.addSubIssue",
        "Mutation.removeSubIssue",
        "Mutation.reprioritizeSubIssue",
        "CreateIssueInput.parentIssueId",
    ),
    "dependencies": (
        "Issue.blockedBy",
        "Issue.blocking",
        "Issue.issueDependenciesSummary",
        "Mutation.addBlockedBy",
        "Mutation.removeBlockedBy",
    ),
    "issue_types": (
        "Issue.issueType",
        "Repository.issueType",
        "Repository.issueTypes",
        "Organization.issueTypes",
        "Mutation.createIssueType",
        "Mutation.deleteIssueType",
        "Mutation.updateIssueIssueType",
        "CreateIssueInput.issueTypeId",
        "UpdateIssueInput.issueTypeId",
        "IssueFilters.type",
    ),
    "projects": (
        "User.projectV2",
        "User.projectsV2",
        "Organization.projectV2",
        "Organization.projectsV2",
        "Repository.projectV2",
        "Repository.projectsV2",
        "Issue.projectItems",
        "CreateIssueInput.projectV2Ids",
    ),
    "create_with_parent": ("CreateIssueInput.parentIssueId",),
    "create_with_type": ("CreateIssueInput.issueTypeId",),
    "create_with_board": ("CreateIssueInput.projectV2Ids",),
    "creation_policy": ("Repository.issueCreationPolicy", "Repository.viewerCanCreateIssues"),
    "suggested_actors": ("Repository.suggestedActors",),
    "option_ids": ("ProjectV2SingleSelectFieldOptionInput.id",),
    "archived_cards": (),
    "multi_select": (
        "ProjectV2CustomFieldType.MULTI_SELECT",
        "ProjectV2FieldType.MULTI_SELECT",
        "ProjectV2FieldConfiguration.ProjectV2MultiSelectField",
        "ProjectV2ItemFieldValue.ProjectV2ItemFieldMultiSelectValue",
        "CreateProjectV2FieldInput.multiSelectOptions",
        "UpdateProjectV2FieldInput.multiSelectOptions",
        "ProjectV2FieldValue.multiSelectOptionIds",
        "ProjectV2MultiSelectFieldOptionInput",
        "ProjectV2MultiSelectField",
        "ProjectV2MultiSelectFieldOption",
        "ProjectV2ItemFieldMultiSelectValue",
    ),
    "link_events": (
        "IssueTimelineItemsItemType.BLOCKED_BY_REMOVED_EVENT",
        "IssueTimelineItems.BlockedByRemovedEvent",
        "BlockedByRemovedEvent",
    ),
    "view_writes": (
        "Mutation.createProjectV2View",
        "Mutation.updateProjectV2View",
        "Mutation.deleteProjectV2View",
        "CreateProjectV2ViewInput",
        "UpdateProjectV2ViewInput",
        "DeleteProjectV2ViewInput",
    ),
    "issue_fields": (
        "Issue.issueFieldValues",
        "Repository.issueFields",
        "Organization.issueFields",
        "Mutation.createIssueField",
        "Mutation.createProjectV2IssueField",
        "Mutation.deleteIssueField",
        "Mutation.setIssueFieldValue",
        "Mutation.updateIssueField",
        "CreateIssueInput.issueFields",
    ),
}
_PATHS: dict[str, tuple[str, ...]] = {
    "sub_issues": ("/sub_issue", "/sub_issues", "/parent"),
    "dependencies": ("/dependencies",),
    "issue_types": ("/issue-types",),
    "projects": ("/projectsV2",),
    "issue_fields": ("/issue-fields", "/issue-field-values"),
}


_HEAD = re.compile(r"(?:type|input|interface|enum|union) (\w+)")
_FIELD = re.compile(r"  (?:\| )?(\w+)(?:[(:]|$)")


def prune(schema: str, features: Features) -> str:
    """Return the schema's text without what is missing: one field, value or member per line."""
    missing = {name for feature in features.missing for name in _SCHEMA_PARTS.get(feature, ())}
    lines: list[str] = []
    owner = ""
    for line in schema.splitlines():
        if head := _HEAD.match(line):
            owner = head[1]
            if not features.projects:
                line = line.replace("ProjectV2Owner & ", "")  # noqa: PLW2901 - the line without it
        field = _FIELD.match(line)
        name = f"{owner}.{field[1]}" if field else ""
        board = not features.projects and name.startswith("Mutation.") and "ProjectV2" in name
        if not features.archived_cards:
            line = line.replace("archivedStates: [ProjectV2ItemArchivedState!], ", "")  # noqa: PLW2901 - the line without it
        if name not in missing and not board and owner not in missing:
            lines.append(line)
    return "\n".join(lines)


def serves(features: Features, path: str) -> bool:
    """Return whether a REST path exists on such a server."""
    return not any(part in path for feature in features.missing for part in _PATHS.get(feature, ()))
