"""Execute GraphQL mutations: map inputs to the store, and results to payloads."""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias, TypeVar
from urllib.parse import urlsplit

from github_sandbox import (
    board_views,
    boards,
    deletions,
    issue_fields,
    issues,
    pull_requests,
    relations,
    repositories,
)
from github_sandbox.context import AGENTS_PREVIEW, Context
from github_sandbox.models import (
    Account,
    Comment,
    Field,
    Issue,
    IssueField,
    IssueType,
    Item,
    Label,
    Milestone,
    Project,
    Record,
    Repository,
    StatusUpdate,
    View,
)
from github_sandbox.problems import RefusalError, no_node
from github_sandbox.read_issues import linked_branch

R = TypeVar("R", bound=Record)
Input: TypeAlias = dict[str, Any]
Payload: TypeAlias = dict[str, Any]
Mutation: TypeAlias = Callable[[Context, Input], Payload]


def _nodes(ctx: Context, kind: type[R], ids: Sequence[str] | None) -> list[R]:
    return [ctx.store.node(kind, node_id) for node_id in ids or ()]


def _maybe(ctx: Context, kind: type[R], node_id: str | None) -> R | None:
    return ctx.store.node(kind, node_id) if node_id is not None else None


def _repository(ctx: Context, node_id: str) -> Repository:
    repository = ctx.store.node(Repository, node_id)
    if not ctx.viewer.sees(repository, ctx.store.full_name(repository)):
        raise no_node(node_id)
    return repository


def _issue(ctx: Context, node_id: str) -> Issue:
    issue = ctx.store.issue(node_id)
    _repository(ctx, ctx.store.get(Repository, issue.repository).node_id)
    return issue


def _project(ctx: Context, node_id: str) -> Project:
    project = ctx.store.node(Project, node_id)
    ctx.viewer.require_projects()
    return project


NO_CLASSIC = (
    "Projects (classic) is being deprecated in favor of the new Projects experience, see:"
    " https://github.blog/changelog/2024-05-23-sunset-notice-projects-classic/."
)
"""GitHub's answer to requests for classic projects."""


# ---- issues --------------------------------------------------------------------------------


def create_issue(ctx: Context, args: Input) -> Payload:
    """createIssue."""
    parent = args.get("parentIssueId")
    if args.get("projectIds"):
        raise RefusalError("UNPROCESSABLE", NO_CLASSIC)
    new = issues.NewIssue(
        title=args["title"],
        body=args.get("body") or "",
        labels=_nodes(ctx, Label, args.get("labelIds")),
        assignees=_nodes(ctx, Account, args.get("assigneeIds")),
        milestone=_maybe(ctx, Milestone, args.get("milestoneId")),
        issue_type=_maybe(ctx, IssueType, args.get("issueTypeId")),
        parent=_issue(ctx, parent) if parent else None,
        projects=[_project(ctx, node_id) for node_id in args.get("projectV2Ids") or ()],
        field_values=_field_values(ctx, args.get("issueFields")),
    )
    repository = _repository(ctx, args["repositoryId"])
    for project in new.projects:
        _require_own(ctx, project, repository)
    return {"issue": issues.create(ctx.store, ctx.viewer, repository, new)}


def _field_values(
    ctx: Context, given: Sequence[dict[str, Any]] | None
) -> list[issue_fields.Change]:
    """Return the values of issue fields in an input; where the feature is off, none are set."""
    if not (ctx.issue_fields and "issue_fields" in ctx.previews):
        return []
    return [issue_fields.change_of(ctx.store, each) for each in given or ()]


def set_issue_field_value(ctx: Context, args: Input) -> Payload:
    """setIssueFieldValue."""
    issue = _issue(ctx, args["issueId"])
    issue_fields.set_values(ctx.store, ctx.viewer, issue, _field_values(ctx, args["issueFields"]))
    return {"issue": issue}


def update_issue(ctx: Context, args: Input) -> Payload:
    """updateIssue: absent values stay unchanged; a null milestone or type is removed."""
    changes: dict[str, Any] = {
        name: args[name] for name in ("title", "body", "state") if args.get(name) is not None
    }
    if args.get("labelIds") is not None:
        changes["labels"] = _nodes(ctx, Label, args["labelIds"])
    if args.get("assigneeIds") is not None:
        changes["assignees"] = _nodes(ctx, Account, args["assigneeIds"])
    if "milestoneId" in args:
        changes["milestone"] = _maybe(ctx, Milestone, args["milestoneId"])
    if "issueTypeId" in args:
        changes["issue_type"] = _maybe(ctx, IssueType, args["issueTypeId"])
    return {"issue": issues.edit(ctx.store, ctx.viewer, _issue(ctx, args["id"]), changes)}


def close_issue(ctx: Context, args: Input) -> Payload:
    """closeIssue."""
    issue = _issue(ctx, args["issueId"])
    other = args.get("duplicateIssueId")
    duplicate_of = _issue(ctx, other) if other else None
    reason = args.get("stateReason") or "COMPLETED"
    return {"issue": issues.close(ctx.store, ctx.viewer, issue, reason, duplicate_of)}


def reopen_issue(ctx: Context, args: Input) -> Payload:
    """reopenIssue."""
    return {"issue": issues.reopen(ctx.store, ctx.viewer, _issue(ctx, args["issueId"]))}


def delete_issue(ctx: Context, args: Input) -> Payload:
    """deleteIssue."""
    return {"repository": issues.delete(ctx.store, ctx.viewer, _issue(ctx, args["issueId"]))}


def transfer_issue(ctx: Context, args: Input) -> Payload:
    """transferIssue."""
    moved = issues.transfer(
        ctx.store,
        ctx.viewer,
        _issue(ctx, args["issueId"]),
        _repository(ctx, args["repositoryId"]),
        create_labels=bool(args.get("createLabelsIfMissing")),
    )
    return {"issue": moved}


def update_issue_issue_type(ctx: Context, args: Input) -> Payload:
    """updateIssueIssueType."""
    issue_type = _maybe(ctx, IssueType, args.get("issueTypeId"))
    issue = _issue(ctx, args["issueId"])
    return {"issue": issues.set_type(ctx.store, ctx.viewer, issue, issue_type)}


def add_labels(ctx: Context, args: Input) -> Payload:
    """addLabelsToLabelable."""
    issue = _issue(ctx, args["labelableId"])
    labels = _nodes(ctx, Label, args["labelIds"])
    return {"labelable": issues.change_labels(ctx.store, ctx.viewer, issue, add=labels)}


def remove_labels(ctx: Context, args: Input) -> Payload:
    """removeLabelsFromLabelable."""
    issue = _issue(ctx, args["labelableId"])
    labels = _nodes(ctx, Label, args["labelIds"])
    return {"labelable": issues.change_labels(ctx.store, ctx.viewer, issue, remove=labels)}


def add_assignees(ctx: Context, args: Input) -> Payload:
    """addAssigneesToAssignable; without the preview's header an agent is not a node [?]."""
    issue = _issue(ctx, args["assignableId"])
    users = _nodes(ctx, Account, args["assigneeIds"])
    agent = next((user for user in users if user.is_agent), None)
    if agent is not None and AGENTS_PREVIEW not in ctx.previews:
        raise no_node(agent.node_id)
    return {"assignable": issues.change_assignees(ctx.store, ctx.viewer, issue, add=users)}


def remove_assignees(ctx: Context, args: Input) -> Payload:
    """removeAssigneesFromAssignable."""
    issue = _issue(ctx, args["assignableId"])
    users = _nodes(ctx, Account, args["assigneeIds"])
    return {"assignable": issues.change_assignees(ctx.store, ctx.viewer, issue, remove=users)}


def _issue_at(ctx: Context, url: str) -> Issue:
    """Return the issue whose page has this address."""
    parts = urlsplit(url).path.strip("/").split("/")
    if len(parts) == 4 and parts[2] == "issues" and parts[3].isdigit():
        repository = ctx.store.repository(parts[0], parts[1])
        if repository is not None:
            issue = repositories.issue_by_number(ctx.store, repository, int(parts[3]))
            if issue is not None:
                return issue
    raise RefusalError("NOT_FOUND", f"Could not resolve to an issue with the URL of '{url}'.")


def create_linked_branch(ctx: Context, args: Input) -> Payload:
    """createLinkedBranch."""
    issue = _issue(ctx, args["issueId"])
    name = pull_requests.link_branch(ctx.store, ctx.viewer, issue, args.get("name"))
    return {"issue": issue, "linkedBranch": linked_branch(issue, name)}


def add_sub_issue(ctx: Context, args: Input) -> Payload:
    """addSubIssue."""
    parent = _issue(ctx, args["issueId"])
    if args.get("subIssueId") is not None:
        child = _issue(ctx, args["subIssueId"])
    elif args.get("subIssueUrl") is not None:
        child = _issue_at(ctx, args["subIssueUrl"])
    else:
        raise RefusalError("UNPROCESSABLE", "You must provide a subIssueId or a subIssueUrl")
    replace = bool(args.get("replaceParent"))
    relations.add_sub_issue(ctx.store, ctx.viewer, parent, child, replace_parent=replace)
    return {"issue": parent, "subIssue": child}


def remove_sub_issue(ctx: Context, args: Input) -> Payload:
    """removeSubIssue."""
    parent, child = _issue(ctx, args["issueId"]), _issue(ctx, args["subIssueId"])
    relations.remove_sub_issue(ctx.store, ctx.viewer, parent, child)
    return {"issue": parent, "subIssue": child}


def reprioritize_sub_issue(ctx: Context, args: Input) -> Payload:
    """reprioritizeSubIssue."""
    parent, child = _issue(ctx, args["issueId"]), _issue(ctx, args["subIssueId"])
    after, before = args.get("afterId"), args.get("beforeId")
    relations.reprioritise(
        ctx.store,
        ctx.viewer,
        parent,
        child,
        after=_issue(ctx, after) if after else None,
        before=_issue(ctx, before) if before else None,
    )
    return {"issue": parent}


def add_blocked_by(ctx: Context, args: Input) -> Payload:
    """addBlockedBy."""
    blocked, blocker = _issue(ctx, args["issueId"]), _issue(ctx, args["blockingIssueId"])
    relations.add_blocker(ctx.store, ctx.viewer, blocked, blocker, any_owner=ctx.foreign_blockers)
    return {"issue": blocked, "blockingIssue": blocker}


def remove_blocked_by(ctx: Context, args: Input) -> Payload:
    """removeBlockedBy."""
    blocked, blocker = _issue(ctx, args["issueId"]), _issue(ctx, args["blockingIssueId"])
    relations.remove_blocker(ctx.store, ctx.viewer, blocked, blocker)
    return {"issue": blocked, "blockingIssue": blocker}


def add_comment(ctx: Context, args: Input) -> Payload:
    """addComment."""
    subject = ctx.store.node(Issue, args["subjectId"])
    comment = issues.comment(ctx.store, ctx.viewer, subject, args["body"])
    return {"subject": subject, "commentEdge": {"cursor": comment.node_id, "node": comment}}


def update_issue_comment(ctx: Context, args: Input) -> Payload:
    """updateIssueComment."""
    comment = ctx.store.node(Comment, args["id"])
    return {"issueComment": issues.edit_comment(ctx.store, ctx.viewer, comment, args["body"])}


def minimize_comment(ctx: Context, args: Input) -> Payload:
    """minimizeComment: the reason is read back in lower case with hyphens, as on GitHub."""
    reason = args["classifier"].lower().replace("_", "-")
    comment = ctx.store.node(Comment, args["subjectId"])
    return {"minimizedComment": issues.minimize(ctx.store, ctx.viewer, comment, reason)}


def unminimize_comment(ctx: Context, args: Input) -> Payload:
    """unminimizeComment."""
    comment = ctx.store.node(Comment, args["subjectId"])
    return {"unminimizedComment": issues.minimize(ctx.store, ctx.viewer, comment, None)}


# ---- repositories and owners ---------------------------------------------------------------


def create_label(ctx: Context, args: Input) -> Payload:
    """createLabel."""
    repository = _repository(ctx, args["repositoryId"])
    label = repositories.create_label(
        ctx.store, ctx.viewer, repository, args["name"], args["color"], args.get("description")
    )
    return {"label": label}


def update_label(ctx: Context, args: Input) -> Payload:
    """updateLabel."""
    label = repositories.update_label(
        ctx.store,
        ctx.viewer,
        ctx.store.node(Label, args["id"]),
        name=args.get("name"),
        color=args.get("color"),
        description=args.get("description"),
    )
    return {"label": label}


def delete_label(ctx: Context, args: Input) -> Payload:
    """deleteLabel."""
    repositories.delete_label(ctx.store, ctx.viewer, ctx.store.node(Label, args["id"]))
    return {}


def create_issue_type(ctx: Context, args: Input) -> Payload:
    """createIssueType."""
    issue_type = repositories.create_issue_type(
        ctx.store,
        ctx.viewer,
        ctx.store.node(Account, args["ownerId"]),
        name=args["name"],
        color=args.get("color"),
        description=args.get("description"),
        is_enabled=args["isEnabled"],
    )
    return {"issueType": issue_type}


def delete_issue_type(ctx: Context, args: Input) -> Payload:
    """deleteIssueType."""
    issue_type = ctx.store.node(IssueType, args["issueTypeId"])
    deletions.delete_issue_type(ctx.store, ctx.viewer, issue_type)
    return {}


def _require_issue_fields(ctx: Context) -> None:
    if not ctx.issue_fields:
        raise RefusalError("UNPROCESSABLE", "Issue fields are not enabled for this organization")


def create_issue_field(ctx: Context, args: Input) -> Payload:
    """createIssueField."""
    _require_issue_fields(ctx)
    field = issue_fields.create_field(
        ctx.store,
        ctx.viewer,
        ctx.store.node(Account, args["ownerId"]),
        name=args["name"],
        data_type=args["dataType"],
        description=args.get("description"),
        visibility=args.get("visibility"),
        options=args.get("options") or (),
    )
    return {"issueField": field}


def update_issue_field(ctx: Context, args: Input) -> Payload:
    """updateIssueField: its options have no ids, so that all of them are made again."""
    _require_issue_fields(ctx)
    field = issue_fields.update_field(
        ctx.store,
        ctx.viewer,
        ctx.store.node(IssueField, args["id"]),
        name=args.get("name"),
        description=args.get("description"),
        visibility=args.get("visibility"),
        options=args.get("options"),
    )
    return {"issueField": field}


def delete_issue_field(ctx: Context, args: Input) -> Payload:
    """deleteIssueField."""
    _require_issue_fields(ctx)
    field = ctx.store.node(IssueField, args["fieldId"])
    deletions.delete_issue_field(ctx.store, ctx.viewer, field)
    return {}


# ---- boards --------------------------------------------------------------------------------


def create_project(ctx: Context, args: Input) -> Payload:
    """createProjectV2."""
    owner = ctx.store.node(Account, args["ownerId"])
    repository_id = args.get("repositoryId")
    repository = _repository(ctx, repository_id) if repository_id else None
    project = boards.create_project(ctx.store, ctx.viewer, owner, args["title"], repository)
    return {"projectV2": project}


def update_project(ctx: Context, args: Input) -> Payload:
    """updateProjectV2."""
    changes = {
        "title": args.get("title"),
        "short_description": args.get("shortDescription"),
        "readme": args.get("readme"),
        "public": args.get("public"),
        "closed": args.get("closed"),
    }
    project = _project(ctx, args["projectId"])
    return {"projectV2": boards.update_project(ctx.store, ctx.viewer, project, changes)}


def delete_project(ctx: Context, args: Input) -> Payload:
    """deleteProjectV2."""
    deletions.delete_project(ctx.store, ctx.viewer, _project(ctx, args["projectId"]))
    return {}


def copy_project(ctx: Context, args: Input) -> Payload:
    """copyProjectV2."""
    copy = board_views.copy_project(
        ctx.store,
        ctx.viewer,
        _project(ctx, args["projectId"]),
        ctx.store.node(Account, args["ownerId"]),
        args["title"],
        drafts=bool(args.get("includeDraftIssues")),
    )
    return {"projectV2": copy}


def _visible_fields(ctx: Context, args: Input) -> list[Field] | None:
    ids = (args.get("configuration") or {}).get("visibleFieldIds")
    return None if ids is None else _nodes(ctx, Field, ids)


def create_view(ctx: Context, args: Input) -> Payload:
    """createProjectV2View."""
    view = board_views.create_view(
        ctx.store,
        ctx.viewer,
        _project(ctx, args["projectId"]),
        name=args["name"],
        layout=args["layout"],
        fields=_visible_fields(ctx, args),
    )
    return {"projectV2View": view}


def update_view(ctx: Context, args: Input) -> Payload:
    """updateProjectV2View."""
    view = board_views.update_view(
        ctx.store,
        ctx.viewer,
        ctx.store.node(View, args["viewId"]),
        name=args.get("name"),
        layout=args.get("layout"),
        filter_query=args.get("filter"),
        fields=_visible_fields(ctx, args),
    )
    return {"projectV2View": view}


def delete_view(ctx: Context, args: Input) -> Payload:
    """deleteProjectV2View."""
    view = ctx.store.node(View, args["viewId"])
    return {"deletedViewId": board_views.delete_view(ctx.store, ctx.viewer, view)}


def link_project(ctx: Context, args: Input) -> Payload:
    """linkProjectV2ToRepository."""
    project = _project(ctx, args["projectId"])
    repository = _repository(ctx, args["repositoryId"])
    return {"repository": boards.link_repository(ctx.store, ctx.viewer, project, repository)}


def create_field(ctx: Context, args: Input) -> Payload:
    """createProjectV2Field."""
    field = boards.create_field(
        ctx.store,
        ctx.viewer,
        _project(ctx, args["projectId"]),
        name=args["name"],
        data_type=args["dataType"],
        options=args.get(_options_input(args["dataType"])),
        iterations=args.get("iterationConfiguration"),
    )
    return {"projectV2Field": field}


def _options_input(data_type: str) -> str:
    return "multiSelectOptions" if data_type == "MULTI_SELECT" else "singleSelectOptions"


def create_issue_field_column(ctx: Context, args: Input) -> Payload:
    """createProjectV2IssueField."""
    _require_issue_fields(ctx)
    project = _project(ctx, args["projectId"])
    field = ctx.store.node(IssueField, args["issueFieldId"])
    return {"projectV2Field": boards.show_issue_field(ctx.store, ctx.viewer, project, field)}


def update_field(ctx: Context, args: Input) -> Payload:
    """updateProjectV2Field."""
    several = args.get("multiSelectOptions")
    changed = boards.update_field(
        ctx.store,
        ctx.viewer,
        ctx.store.node(Field, args["fieldId"]),
        name=args.get("name"),
        options=several or args.get("singleSelectOptions"),
        iterations=args.get("iterationConfiguration"),
        several=bool(several),
    )
    return {"projectV2Field": changed}


def add_item(ctx: Context, args: Input) -> Payload:
    """addProjectV2ItemById."""
    project = _project(ctx, args["projectId"])
    content = ctx.store.by_node.get(args["contentId"])
    if content is None:
        raise no_node(args["contentId"])
    if not isinstance(content, Issue):
        raise RefusalError("VALIDATION", "contentID must refer to an Issue or a Pull Request.")
    _require_own(ctx, project, ctx.store.get(Repository, content.repository))
    return {"item": boards.add_content(ctx.store, ctx.viewer, project, content)}


def _require_own(ctx: Context, project: Project, repository: Repository) -> None:
    """Refuse an issue of another owner on an organization's board, in GitHub's reported words."""
    owner = ctx.store.get(Account, project.owner)
    if ctx.foreign_cards or repository.owner == owner.id or owner.kind != "Organization":
        return
    raise RefusalError(
        "VALIDATION",
        "Unable to add the item. The Issue or Pull Request must belong to a repository owned by"
        f" {owner.login}",
    )


def add_draft(ctx: Context, args: Input) -> Payload:
    """addProjectV2DraftIssue."""
    project = _project(ctx, args["projectId"])
    body = args.get("body") or ""
    assignees = _nodes(ctx, Account, args.get("assigneeIds"))
    item = boards.add_draft(ctx.store, ctx.viewer, project, args["title"], body, assignees)
    return {"projectItem": item}


def _card(ctx: Context, args: Input) -> tuple[Project, Item]:
    return _project(ctx, args["projectId"]), ctx.store.node(Item, args["itemId"])


def set_value(ctx: Context, args: Input) -> Payload:
    """updateProjectV2ItemFieldValue."""
    project, item = _card(ctx, args)
    field = ctx.store.node(Field, args["fieldId"])
    changed = boards.set_value(ctx.store, ctx.viewer, project, item, field, args["value"])
    return {"projectV2Item": changed}


def clear_value(ctx: Context, args: Input) -> Payload:
    """clearProjectV2ItemFieldValue."""
    project, item = _card(ctx, args)
    field = ctx.store.node(Field, args["fieldId"])
    return {"projectV2Item": boards.clear_value(ctx.store, ctx.viewer, project, item, field)}


def _archiving(*, archived: bool) -> Mutation:
    def mutate(ctx: Context, args: Input) -> Payload:
        project, item = _card(ctx, args)
        changed = boards.set_archived(ctx.store, ctx.viewer, project, item, archived=archived)
        return {"item": changed}

    return mutate


def delete_item(ctx: Context, args: Input) -> Payload:
    """deleteProjectV2Item."""
    project, item = _card(ctx, args)
    return {"deletedItemId": boards.delete_item(ctx.store, ctx.viewer, project, item)}


_STATUS_PARTS = {
    "body": "body",
    "status": "status",
    "startDate": "start_date",
    "targetDate": "target_date",
}


def _status_values(args: Input) -> dict[str, Any]:
    return {name: args[sent] for sent, name in _STATUS_PARTS.items() if sent in args}


def create_status_update(ctx: Context, args: Input) -> Payload:
    """createProjectV2StatusUpdate."""
    project = _project(ctx, args["projectId"])
    update = boards.create_status_update(ctx.store, ctx.viewer, project, _status_values(args))
    return {"statusUpdate": update}


def update_status_update(ctx: Context, args: Input) -> Payload:
    """updateProjectV2StatusUpdate."""
    update = ctx.store.node(StatusUpdate, args["statusUpdateId"])
    ctx.viewer.require_projects()
    return {
        "statusUpdate": boards.edit_status_update(
            ctx.store, ctx.viewer, update, _status_values(args)
        )
    }


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
    "copyProjectV2": copy_project,
    "createIssue": create_issue,
    "createIssueField": create_issue_field,
    "createIssueType": create_issue_type,
    "createLabel": create_label,
    "createLinkedBranch": create_linked_branch,
    "createProjectV2": create_project,
    "createProjectV2Field": create_field,
    "createProjectV2IssueField": create_issue_field_column,
    "createProjectV2StatusUpdate": create_status_update,
    "createProjectV2View": create_view,
    "deleteIssue": delete_issue,
    "deleteIssueField": delete_issue_field,
    "deleteIssueType": delete_issue_type,
    "deleteLabel": delete_label,
    "deleteProjectV2": delete_project,
    "deleteProjectV2Item": delete_item,
    "deleteProjectV2View": delete_view,
    "linkProjectV2ToRepository": link_project,
    "minimizeComment": minimize_comment,
    "removeAssigneesFromAssignable": remove_assignees,
    "removeBlockedBy": remove_blocked_by,
    "removeLabelsFromLabelable": remove_labels,
    "removeSubIssue": remove_sub_issue,
    "reopenIssue": reopen_issue,
    "reprioritizeSubIssue": reprioritize_sub_issue,
    "setIssueFieldValue": set_issue_field_value,
    "transferIssue": transfer_issue,
    "unarchiveProjectV2Item": _archiving(archived=False),
    "unminimizeComment": unminimize_comment,
    "updateIssue": update_issue,
    "updateIssueComment": update_issue_comment,
    "updateIssueField": update_issue_field,
    "updateIssueIssueType": update_issue_issue_type,
    "updateLabel": update_label,
    "updateProjectV2": update_project,
    "updateProjectV2Field": update_field,
    "updateProjectV2ItemFieldValue": set_value,
    "updateProjectV2StatusUpdate": update_status_update,
    "updateProjectV2View": update_view,
}
