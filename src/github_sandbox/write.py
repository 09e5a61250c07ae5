"""The GraphQL mutations: from an input to the store, and back as a payload."""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias, TypeVar
from urllib.parse import urlsplit

from github_sandbox import boards, issues, relations, repositories
from github_sandbox.context import Context
from github_sandbox.models import (
    Account,
    Comment,
    Field,
    Issue,
    IssueType,
    Item,
    Label,
    Milestone,
    Project,
    Record,
    Repository,
    StatusUpdate,
)
from github_sandbox.problems import RefusalError, no_node

R = TypeVar("R", bound=Record)
Input: TypeAlias = dict[str, Any]
Payload: TypeAlias = dict[str, Any]
Mutation: TypeAlias = Callable[[Context, Input], Payload]


def _nodes(ctx: Context, kind: type[R], ids: Sequence[str] | None) -> list[R]:
    return [ctx.store.node(kind, node_id) for node_id in ids or ()]


def _maybe(ctx: Context, kind: type[R], node_id: str | None) -> R | None:
    return ctx.store.node(kind, node_id) if node_id is not None else None


def _repository(ctx: Context, node_id: str) -> Repository:
    found = ctx.store.node(Repository, node_id)
    if not ctx.viewer.sees(found, ctx.store.full_name(found)):
        raise no_node(node_id)
    return found


def _issue(ctx: Context, node_id: str) -> Issue:
    found = ctx.store.issue(node_id)
    _repository(ctx, ctx.store.get(Repository, found.repository).node_id)
    return found


def _project(ctx: Context, node_id: str) -> Project:
    found = ctx.store.node(Project, node_id)
    ctx.viewer.require_projects()
    return found


NO_CLASSIC = (
    "Projects (classic) is being deprecated in favor of the new Projects experience, see:"
    " https://github.blog/changelog/2024-05-23-sunset-notice-projects-classic/."
)
"""What GitHub answers where the boards of old are asked for."""


# ---- issues --------------------------------------------------------------------------------


def create_issue(ctx: Context, given: Input) -> Payload:
    """createIssue."""
    parent = given.get("parentIssueId")
    if given.get("projectIds"):
        raise RefusalError("UNPROCESSABLE", NO_CLASSIC)
    new = issues.NewIssue(
        title=given["title"],
        body=given.get("body") or "",
        labels=_nodes(ctx, Label, given.get("labelIds")),
        assignees=_nodes(ctx, Account, given.get("assigneeIds")),
        milestone=_maybe(ctx, Milestone, given.get("milestoneId")),
        issue_type=_maybe(ctx, IssueType, given.get("issueTypeId")),
        parent=_issue(ctx, parent) if parent else None,
        projects=[_project(ctx, node_id) for node_id in given.get("projectV2Ids") or ()],
    )
    repository = _repository(ctx, given["repositoryId"])
    return {"issue": issues.create(ctx.store, ctx.viewer, repository, new)}


def update_issue(ctx: Context, given: Input) -> Payload:
    """updateIssue: what is absent stays; a null milestone or type is taken away."""
    changes: dict[str, Any] = {
        name: given[name] for name in ("title", "body", "state") if given.get(name) is not None
    }
    if given.get("labelIds") is not None:
        changes["labels"] = _nodes(ctx, Label, given["labelIds"])
    if given.get("assigneeIds") is not None:
        changes["assignees"] = _nodes(ctx, Account, given["assigneeIds"])
    if "milestoneId" in given:
        changes["milestone"] = _maybe(ctx, Milestone, given["milestoneId"])
    if "issueTypeId" in given:
        changes["issue_type"] = _maybe(ctx, IssueType, given["issueTypeId"])
    return {"issue": issues.edit(ctx.store, ctx.viewer, _issue(ctx, given["id"]), changes)}


def close_issue(ctx: Context, given: Input) -> Payload:
    """closeIssue."""
    issue = _issue(ctx, given["issueId"])
    other = given.get("duplicateIssueId")
    duplicate_of = _issue(ctx, other) if other else None
    reason = given.get("stateReason") or "COMPLETED"
    return {"issue": issues.close(ctx.store, ctx.viewer, issue, reason, duplicate_of)}


def reopen_issue(ctx: Context, given: Input) -> Payload:
    """reopenIssue."""
    return {"issue": issues.reopen(ctx.store, ctx.viewer, _issue(ctx, given["issueId"]))}


def delete_issue(ctx: Context, given: Input) -> Payload:
    """deleteIssue."""
    return {"repository": issues.delete(ctx.store, ctx.viewer, _issue(ctx, given["issueId"]))}


def transfer_issue(ctx: Context, given: Input) -> Payload:
    """transferIssue."""
    moved = issues.transfer(
        ctx.store,
        ctx.viewer,
        _issue(ctx, given["issueId"]),
        _repository(ctx, given["repositoryId"]),
        create_labels=bool(given.get("createLabelsIfMissing")),
    )
    return {"issue": moved}


def update_issue_issue_type(ctx: Context, given: Input) -> Payload:
    """updateIssueIssueType."""
    issue_type = _maybe(ctx, IssueType, given.get("issueTypeId"))
    issue = _issue(ctx, given["issueId"])
    return {"issue": issues.set_type(ctx.store, ctx.viewer, issue, issue_type)}


def add_labels(ctx: Context, given: Input) -> Payload:
    """addLabelsToLabelable."""
    issue = _issue(ctx, given["labelableId"])
    labels = _nodes(ctx, Label, given["labelIds"])
    return {"labelable": issues.change_labels(ctx.store, ctx.viewer, issue, add=labels)}


def remove_labels(ctx: Context, given: Input) -> Payload:
    """removeLabelsFromLabelable."""
    issue = _issue(ctx, given["labelableId"])
    labels = _nodes(ctx, Label, given["labelIds"])
    return {"labelable": issues.change_labels(ctx.store, ctx.viewer, issue, remove=labels)}


def add_assignees(ctx: Context, given: Input) -> Payload:
    """addAssigneesToAssignable."""
    issue = _issue(ctx, given["assignableId"])
    users = _nodes(ctx, Account, given["assigneeIds"])
    return {"assignable": issues.change_assignees(ctx.store, ctx.viewer, issue, add=users)}


def remove_assignees(ctx: Context, given: Input) -> Payload:
    """removeAssigneesFromAssignable."""
    issue = _issue(ctx, given["assignableId"])
    users = _nodes(ctx, Account, given["assigneeIds"])
    return {"assignable": issues.change_assignees(ctx.store, ctx.viewer, issue, remove=users)}


def _issue_at(ctx: Context, url: str) -> Issue:
    """The issue whose page has this address."""
    parts = urlsplit(url).path.strip("/").split("/")
    if len(parts) == 4 and parts[2] == "issues" and parts[3].isdigit():
        repository = ctx.store.repository(parts[0], parts[1])
        if repository is not None:
            found = repositories.issue_by_number(ctx.store, repository, int(parts[3]))
            if found is not None:
                return found
    raise RefusalError("NOT_FOUND", f"Could not resolve to an issue with the URL of '{url}'.")


def add_sub_issue(ctx: Context, given: Input) -> Payload:
    """addSubIssue."""
    parent = _issue(ctx, given["issueId"])
    if given.get("subIssueId") is not None:
        child = _issue(ctx, given["subIssueId"])
    elif given.get("subIssueUrl") is not None:
        child = _issue_at(ctx, given["subIssueUrl"])
    else:
        raise RefusalError("UNPROCESSABLE", "You must provide a subIssueId or a subIssueUrl")
    replace = bool(given.get("replaceParent"))
    relations.add_sub_issue(ctx.store, ctx.viewer, parent, child, replace_parent=replace)
    return {"issue": parent, "subIssue": child}


def remove_sub_issue(ctx: Context, given: Input) -> Payload:
    """removeSubIssue."""
    parent, child = _issue(ctx, given["issueId"]), _issue(ctx, given["subIssueId"])
    relations.remove_sub_issue(ctx.store, ctx.viewer, parent, child)
    return {"issue": parent, "subIssue": child}


def reprioritize_sub_issue(ctx: Context, given: Input) -> Payload:
    """reprioritizeSubIssue."""
    parent, child = _issue(ctx, given["issueId"]), _issue(ctx, given["subIssueId"])
    after, before = given.get("afterId"), given.get("beforeId")
    relations.reprioritise(
        ctx.store,
        ctx.viewer,
        parent,
        child,
        after=_issue(ctx, after) if after else None,
        before=_issue(ctx, before) if before else None,
    )
    return {"issue": parent}


def add_blocked_by(ctx: Context, given: Input) -> Payload:
    """addBlockedBy."""
    blocked, blocker = _issue(ctx, given["issueId"]), _issue(ctx, given["blockingIssueId"])
    relations.add_blocker(ctx.store, ctx.viewer, blocked, blocker)
    return {"issue": blocked, "blockingIssue": blocker}


def remove_blocked_by(ctx: Context, given: Input) -> Payload:
    """removeBlockedBy."""
    blocked, blocker = _issue(ctx, given["issueId"]), _issue(ctx, given["blockingIssueId"])
    relations.remove_blocker(ctx.store, ctx.viewer, blocked, blocker)
    return {"issue": blocked, "blockingIssue": blocker}


def add_comment(ctx: Context, given: Input) -> Payload:
    """addComment."""
    subject = ctx.store.node(Issue, given["subjectId"])
    made = issues.comment(ctx.store, ctx.viewer, subject, given["body"])
    return {"subject": subject, "commentEdge": {"cursor": made.node_id, "node": made}}


def update_issue_comment(ctx: Context, given: Input) -> Payload:
    """updateIssueComment."""
    comment = ctx.store.node(Comment, given["id"])
    return {"issueComment": issues.edit_comment(ctx.store, ctx.viewer, comment, given["body"])}


# ---- repositories and owners ---------------------------------------------------------------


def create_label(ctx: Context, given: Input) -> Payload:
    """createLabel."""
    repository = _repository(ctx, given["repositoryId"])
    label = repositories.create_label(
        ctx.store, ctx.viewer, repository, given["name"], given["color"], given.get("description")
    )
    return {"label": label}


def update_label(ctx: Context, given: Input) -> Payload:
    """updateLabel."""
    label = repositories.update_label(
        ctx.store,
        ctx.viewer,
        ctx.store.node(Label, given["id"]),
        name=given.get("name"),
        color=given.get("color"),
        description=given.get("description"),
    )
    return {"label": label}


def delete_label(ctx: Context, given: Input) -> Payload:
    """deleteLabel."""
    repositories.delete_label(ctx.store, ctx.viewer, ctx.store.node(Label, given["id"]))
    return {}


def create_issue_type(ctx: Context, given: Input) -> Payload:
    """createIssueType."""
    made = repositories.create_issue_type(
        ctx.store,
        ctx.viewer,
        ctx.store.node(Account, given["ownerId"]),
        name=given["name"],
        color=given.get("color"),
        description=given.get("description"),
        is_enabled=given["isEnabled"],
    )
    return {"issueType": made}


# ---- boards --------------------------------------------------------------------------------


def create_project(ctx: Context, given: Input) -> Payload:
    """createProjectV2."""
    owner = ctx.store.node(Account, given["ownerId"])
    home = given.get("repositoryId")
    repository = _repository(ctx, home) if home else None
    made = boards.create_project(ctx.store, ctx.viewer, owner, given["title"], repository)
    return {"projectV2": made}


def update_project(ctx: Context, given: Input) -> Payload:
    """updateProjectV2."""
    changes = {
        "title": given.get("title"),
        "short_description": given.get("shortDescription"),
        "readme": given.get("readme"),
        "public": given.get("public"),
        "closed": given.get("closed"),
    }
    project = _project(ctx, given["projectId"])
    return {"projectV2": boards.update_project(ctx.store, ctx.viewer, project, changes)}


def link_project(ctx: Context, given: Input) -> Payload:
    """linkProjectV2ToRepository."""
    project = _project(ctx, given["projectId"])
    repository = _repository(ctx, given["repositoryId"])
    return {"repository": boards.link_repository(ctx.store, ctx.viewer, project, repository)}


def create_field(ctx: Context, given: Input) -> Payload:
    """createProjectV2Field."""
    made = boards.create_field(
        ctx.store,
        ctx.viewer,
        _project(ctx, given["projectId"]),
        name=given["name"],
        data_type=given["dataType"],
        options=given.get("singleSelectOptions"),
        iterations=given.get("iterationConfiguration"),
    )
    return {"projectV2Field": made}


def update_field(ctx: Context, given: Input) -> Payload:
    """updateProjectV2Field."""
    changed = boards.update_field(
        ctx.store,
        ctx.viewer,
        ctx.store.node(Field, given["fieldId"]),
        name=given.get("name"),
        options=given.get("singleSelectOptions"),
        iterations=given.get("iterationConfiguration"),
    )
    return {"projectV2Field": changed}


def add_item(ctx: Context, given: Input) -> Payload:
    """addProjectV2ItemById."""
    project = _project(ctx, given["projectId"])
    content = ctx.store.by_node.get(given["contentId"])
    if content is None:
        raise no_node(given["contentId"])
    if not isinstance(content, Issue):
        raise RefusalError("VALIDATION", "contentID must refer to an Issue or a Pull Request.")
    return {"item": boards.add_content(ctx.store, ctx.viewer, project, content)}


def add_draft(ctx: Context, given: Input) -> Payload:
    """addProjectV2DraftIssue."""
    project = _project(ctx, given["projectId"])
    body = given.get("body") or ""
    made = boards.add_draft(ctx.store, ctx.viewer, project, given["title"], body)
    return {"projectItem": made}


def _card(ctx: Context, given: Input) -> tuple[Project, Item]:
    return _project(ctx, given["projectId"]), ctx.store.node(Item, given["itemId"])


def set_value(ctx: Context, given: Input) -> Payload:
    """updateProjectV2ItemFieldValue."""
    project, item = _card(ctx, given)
    field = ctx.store.node(Field, given["fieldId"])
    changed = boards.set_value(ctx.store, ctx.viewer, project, item, field, given["value"])
    return {"projectV2Item": changed}


def clear_value(ctx: Context, given: Input) -> Payload:
    """clearProjectV2ItemFieldValue."""
    project, item = _card(ctx, given)
    field = ctx.store.node(Field, given["fieldId"])
    return {"projectV2Item": boards.clear_value(ctx.store, ctx.viewer, project, item, field)}


def _archiving(*, archived: bool) -> Mutation:
    def mutate(ctx: Context, given: Input) -> Payload:
        project, item = _card(ctx, given)
        changed = boards.set_archived(ctx.store, ctx.viewer, project, item, archived=archived)
        return {"item": changed}

    return mutate


def delete_item(ctx: Context, given: Input) -> Payload:
    """deleteProjectV2Item."""
    project, item = _card(ctx, given)
    return {"deletedItemId": boards.delete_item(ctx.store, ctx.viewer, project, item)}


_STATUS_PARTS = {
    "body": "body",
    "status": "status",
    "startDate": "start_date",
    "targetDate": "target_date",
}


def _said(given: Input) -> dict[str, Any]:
    return {name: given[sent] for sent, name in _STATUS_PARTS.items() if sent in given}


def create_status_update(ctx: Context, given: Input) -> Payload:
    """createProjectV2StatusUpdate."""
    project = _project(ctx, given["projectId"])
    made = boards.create_status_update(ctx.store, ctx.viewer, project, _said(given))
    return {"statusUpdate": made}


def update_status_update(ctx: Context, given: Input) -> Payload:
    """updateProjectV2StatusUpdate."""
    update = ctx.store.node(StatusUpdate, given["statusUpdateId"])
    ctx.viewer.require_projects()
    return {"statusUpdate": boards.edit_status_update(ctx.store, ctx.viewer, update, _said(given))}


MUTATIONS: dict[str, Mutation] = {
    "addAssigneesToAssignable": add_assignees,
    "addBlockedBy": add_blocked_by,
    "addComment": add_comment,
    "addLabelsToLabelable": add_labels,
    "addProjectV2DraftIssue": add_draft,
    "addProjectV2ItemById": add_item,
    "addSubIssue": add_sub_issue,
    "archiveProjectV2Item": _archiving(archived=True),
    "clearProjectV2ItemFieldValue": clear_value,
    "closeIssue": close_issue,
    "createIssue": create_issue,
    "createIssueType": create_issue_type,
    "createLabel": create_label,
    "createProjectV2": create_project,
    "createProjectV2Field": create_field,
    "createProjectV2StatusUpdate": create_status_update,
    "deleteIssue": delete_issue,
    "deleteLabel": delete_label,
    "deleteProjectV2Item": delete_item,
    "linkProjectV2ToRepository": link_project,
    "removeAssigneesFromAssignable": remove_assignees,
    "removeBlockedBy": remove_blocked_by,
    "removeLabelsFromLabelable": remove_labels,
    "removeSubIssue": remove_sub_issue,
    "reopenIssue": reopen_issue,
    "reprioritizeSubIssue": reprioritize_sub_issue,
    "transferIssue": transfer_issue,
    "unarchiveProjectV2Item": _archiving(archived=False),
    "updateIssue": update_issue,
    "updateIssueComment": update_issue_comment,
    "updateIssueIssueType": update_issue_issue_type,
    "updateLabel": update_label,
    "updateProjectV2": update_project,
    "updateProjectV2Field": update_field,
    "updateProjectV2ItemFieldValue": set_value,
    "updateProjectV2StatusUpdate": update_status_update,
}
