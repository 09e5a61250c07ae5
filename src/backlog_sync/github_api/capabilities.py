"""Detect a server's capabilities by introspection: older ones lack fields and inputs.

GitHub Enterprise Server 3.17 and 3.18 have no sub-issues, dependencies or issue types; 3.19 has
dependencies (its OpenAPI descriptions). Versions are not compared: the schema is queried.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import cast

from backlog_sync.core.observed import Capabilities
from backlog_sync.github_api.answers import Answer
from backlog_sync.github_api.generated_answers import Features, Inputs


def is_foreign(answer: Answer[object]) -> bool:
    """Return whether the server refused a query because its schema does not allow it.

    Such faults have no `type` (GitHub puts a code into `extensions`), and there is no data.
    """
    plain = [f for f in answer.faults if not (f.type or f.limited or f.heavy)]
    return answer.data is None and bool(plain) and len(plain) == len(answer.faults)


def of_inputs(data: Inputs) -> Capabilities:
    """Return the capabilities that follow from the inputs, which every first query asks for."""
    create = _names(data.get("createIssueInput"), "inputFields")
    option = _names(data.get("optionInput"), "inputFields")
    close = _names(data.get("closeIssueInput"), "inputFields")
    return Capabilities(
        create_below_parent=create is None or "parentIssueId" in create,
        create_with_type=create is None or "issueTypeId" in create,
        create_on_board=create is None or "projectV2Ids" in create,
        option_ids=option is None or "id" in option,
        duplicates=close is None or "duplicateIssueId" in close,
        # A server that cannot create views has no such input at all.
        views=_names(data.get("viewInput"), "inputFields") is not None,
        multi_select=_has_multi_select(data),
        link_events=data.get("linkEvent") is not None,
    )


def _has_multi_select(data: Inputs) -> bool:
    """Return whether boards have fields with several options (github.com since 2026-07-27 [R]).

    Only an answer to `Features` says whether they can be read by the names that this tool knows.
    """
    kinds = _names(data.get("customFieldTypes"), "enumValues")
    if kinds is not None and "MULTI_SELECT" not in kinds:
        return False
    read = (("multiSelectField", "multiSelectOptions"), ("multiSelectValue", "options"))
    return all(
        alias not in data or name in (_names(data.get(alias), "fields") or ())  # type: ignore[arg-type]  # only in `Features`
        for alias, name in read
    )


def has_issue_fields(data: Inputs) -> bool:
    """Return whether issues can be created with values of issue fields.

    An answer to the query `Features` also says whether they can be read.
    """
    create = _names(data.get("createIssueInput"), "inputFields")
    issue = _names(data.get("issue"), "fields")  # type: ignore[arg-type]  # only in `Features`
    return (create is None or "issueFields" in create) and (
        issue is None or "issueFieldValues" in issue
    )


def of_features(answer: Features | None) -> Capabilities:
    """Return the capabilities that follow from the answer to the query `Features`."""
    data = answer or cast("Features", {})
    issue = _names(data.get("issue"), "fields") or frozenset()
    repository = _names(data.get("repository"), "fields") or frozenset()
    able = replace(
        of_inputs(data),
        sub_issues={"parent", "subIssues"} <= issue,
        dependencies="blockedBy" in issue,
        issue_types="issueType" in issue and "issueTypes" in repository,
        boards="projectsV2" in repository,
        suggested_actors="suggestedActors" in repository,
        creation_policy={"issueCreationPolicy", "viewerCanCreateIssues"} <= repository,
        pull_requests={"closedByPullRequestsReferences", "linkedBranches"} <= issue,
    )
    return replace(
        able,
        link_events=able.link_events and able.dependencies,
        create_below_parent=able.create_below_parent and able.sub_issues,
        create_with_type=able.create_with_type and able.issue_types,
        create_on_board=able.create_on_board and able.boards,
    )


def _names(kind: Mapping[str, object] | None, member: str) -> frozenset[str] | None:
    """Return the names of a type's fields or inputs; None if the server does not list them."""
    if not isinstance(kind, dict) or not isinstance(kind.get(member), list):
        return None
    return frozenset(str(entry["name"]) for entry in kind[member])
