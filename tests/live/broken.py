"""For each check, a simulator for which its fact does not hold: every check is able to fail."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, TypeAlias

import pytest

from github_sandbox import (
    api_versions,
    board_views,
    boards,
    issue_fields,
    issues,
    pull_requests,
    relations,
    releases,
    repositories,
)
from github_sandbox.app import Sandbox
from github_sandbox.messages import Request, Response
from github_sandbox.problems import RefusalError
from github_sandbox.rest_call import Call
from github_sandbox.store import Store

Break: TypeAlias = Callable[[pytest.MonkeyPatch], None]


def patched(target: object, name: str, value: object) -> Break:
    """Replace a constant or a function of the simulator."""
    return lambda patch: patch.setattr(target, name, value)


def wrapped(target: object, name: str, around: Callable[..., Any]) -> Break:
    """Call `around` with a function of the simulator and its arguments in place of it."""
    original = getattr(target, name)

    def instead(*args: Any, **kwargs: Any) -> Any:
        return around(original, *args, **kwargs)

    return lambda patch: patch.setattr(target, name, instead)


def answered(about: str, pattern: str, new: str) -> Break:
    """Change the answers to requests whose path or body contains `about`."""
    original = Sandbox.handle

    def handle(sandbox: Sandbox, request: Request) -> Response:
        answer = original(sandbox, request)
        if about not in f"{request.method} {request.path} {request.body.decode()}":
            return answer
        changed = re.sub(pattern, new, answer.body.decode()).encode()
        return replace(answer, body=changed)

    return lambda patch: patch.setattr(Sandbox, "handle", handle)


def _ignore(*_: Any, **__: Any) -> None:
    """Do nothing."""


def _refused(*_: Any, **__: Any) -> RefusalError:
    return RefusalError("UNPROCESSABLE", "No.")


def _refuse(*_: Any, **__: Any) -> None:
    raise _refused()


def _creating_without(name: str, value: object) -> Break:
    """Create issues without a part of what was asked for."""

    def around(create: Callable[..., Any], store: Store, viewer: Any, home: Any, new: Any) -> Any:
        return create(store, viewer, home, replace(new, **{name: value}))

    return wrapped(issues, "create", around)


def _editing_without(name: str) -> Break:
    """Change issues, but not this part of them."""

    def around(edit: Callable[..., Any], *args: Any) -> Any:
        *rest, changes = args
        return edit(*rest, {part: value for part, value in changes.items() if part != name})

    return wrapped(issues, "edit", around)


def _touching(change: Callable[..., None], store: Store, *args: Any) -> None:
    """Move `updated_at` of what is first in a change."""
    change(store, *args)
    store.touch(args[0])


def _closed_once(close: Callable[..., Any], store: Store, viewer: Any, issue: Any, *a: Any) -> Any:
    if issue.state == "CLOSED":
        _refuse()
    return close(store, viewer, issue, *a)


def _labelled_once(change: Callable[..., Any], *args: Any, **sets: Any) -> Any:
    before = list(args[2].labels)
    changed = change(*args, **sets)
    if changed.labels == before:
        _refuse()
    return changed


def _open_milestones_only(edit: Callable[..., Any], *args: Any) -> Any:
    milestone = args[-1].get("milestone")
    if milestone is not None and milestone.state == "CLOSED":
        _refuse()
    return edit(*args)


def _closing_its_issues(update: Callable[..., Any], store: Store, *args: Any) -> Any:
    changed = update(store, *args)
    for issue in store.issues[changed.repository].values():
        issue.state = "CLOSED"
    return changed


def _another_card(add: Callable[..., Any], store: Store, viewer: Any, *pair: Any) -> Any:
    store.cards.get(pair[1].id, {}).clear()
    return add(store, viewer, *pair)


def _cleared_once(clear: Callable[..., Any], *args: Any) -> Any:
    item, field = args[-2:]
    if str(field.id) not in item.values:
        _refuse()
    return clear(*args)


def _not_in_the_past(set_value: Callable[..., Any], *args: Any) -> Any:
    chosen = args[-1].get("iterationId")
    if any(each["id"] == chosen and each["start"] < "2026" for each in args[-2].iterations):
        _refuse()
    return set_value(*args)


def _exact(find: Callable[..., Any], store: Store, project: Any, name: str) -> Any:
    found = find(store, project, name)
    return found if found and found.name == name else None


def _options_by_name(make: Callable[..., Any], field: Any, options: Any) -> Any:
    ids = {option["name"]: option["id"] for option in field.options}
    return make(field, [{"id": ids.get(option["name"]), **option} for option in options])


def _options_without_ids(make: Callable[..., Any], field: Any, options: Any) -> Any:
    return make(field, [{**option, "id": None} for option in options])


def _iterations_by_title(change: Callable[..., None], store: Store, field: Any, setup: Any) -> None:
    ids = {each["title"]: each["id"] for each in field.iterations}
    change(store, field, setup)
    for each in field.iterations:
        each["id"] = ids.get(each["title"], each["id"])


def _renamed_copy(copy: Callable[..., Any], *args: Any) -> Any:
    field = copy(*args)
    field.name += "!"
    return field


def _without_filter(update: Callable[..., Any], *args: Any, **values: Any) -> Any:
    return update(*args, **{**values, "filter_query": None})


def _seen_by_all(create: Callable[..., Any], *args: Any, **values: Any) -> Any:
    return create(*args, **{**values, "visibility": "ALL"})


def _only_set(change: Callable[..., None], store: Store, issue: Any, changes: Any) -> None:
    change(store, issue, [pair for pair in changes if pair[1] is not None])


def _issue_options(known: Callable[[Any, Any], dict[str, Any]]) -> Break:
    """Replace the options of an issue field with other ids than those that were sent."""

    def around(change: Callable[..., None], store: Store, field: Any, options: Any) -> None:
        ids = known(store, field)
        change(store, field, [{**option, "id": ids.get(option["name"])} for option in options])

    return wrapped(issue_fields, "_replace_options", around)


def _ids(store: Store, field: Any) -> dict[str, int]:
    return {option.name: option.id for option in issue_fields.options_of(store, field)}


def _one_draft(create: Callable[..., Any], store: Store, viewer: Any, home: Any, new: Any) -> Any:
    if store.releases.get(home.id):
        raise RefusalError("UNPROCESSABLE", "Validation Failed")
    return create(store, viewer, home, new)


def _sent_order(store: Store, field: Any) -> list[Any]:
    return list(store.issue_field_options.get(field.id, {}).values())


_UNARCHIVED: Final = patched(boards, "set_archived", lambda store, viewer, board, item, **_: item)
_TAKEN: Final = patched(repositories, "already_taken", _refused)

BREAKS: Final[dict[str, Break]] = {
    "api_checks.unknown_version": answered("/labels", r"(?i)x-github-api-version", "version"),
    "api_checks.our_version": wrapped(
        api_versions, "choose", lambda choose, request, _: choose(request, ["2026-03-10"])
    ),
    "api_checks.next_version": patched(api_versions, "DROPPED", ()),
    "api_checks.unknown_feature": answered("viewer { id }", r"^\{", '{"errors":[{}],'),
    "api_checks.aliases": answered("m2: updateIssue", r'"m2":.*?\}\}', '"m2":null'),
    "api_checks.many_aliases": answered("m19: updateIssue", r'"m19":.*?\}\}', '"m19":null'),
    "api_checks.invalid_document": answered("noSuchInput", r'"extensions":\{[^}]*\},', ""),
    "api_checks.valid_documents": answered("__schema", '"linkedBranches"', '"branches"'),
    "api_checks.simulated_schema": answered("__schema", '"ROADMAP_LAYOUT"', '"ROADMAP"'),
    "api_checks.not_found": answered("999999999", "NOT_FOUND", "MISSING"),
    "definition_checks.emoji_label": patched(repositories, "is_only_emoji", lambda _: False),
    "definition_checks.label_case": _TAKEN,
    "definition_checks.label_renamed": patched(Store, "rename_label", _ignore),
    "definition_checks.label_color": patched(repositories, "_checked_color", str),
    "definition_checks.label_lengths": patched(repositories, "check_length", _ignore),
    "definition_checks.labels_again": wrapped(issues, "change_labels", _labelled_once),
    "definition_checks.milestone_title": _TAKEN,
    "definition_checks.milestone_due": patched(
        repositories, "normalise_due", lambda _: "2031-01-30T08:00:00Z"
    ),
    "definition_checks.milestone_removed": _editing_without("milestone"),
    "definition_checks.closed_milestone": _editing_without("milestone"),
    "definition_checks.milestone_closed": wrapped(
        repositories, "update_milestone", _closing_its_issues
    ),
    "definition_checks.due_removed": answered("/milestones", '"due_on":null', '"due_on":"2031"'),
    "definition_checks.label_taken": _TAKEN,
    "issue_checks.longest_body": patched(issues, "MAX_BODY", 70_000),
    "issue_checks.longest_title": patched(issues, "MAX_TITLE", 300),
    "issue_checks.trimmed_title": patched(issues, "checked_title", str),
    "issue_checks.same_body": answered("... on Issue { body }", "<!--", "&lt;!--"),
    "issue_checks.line_ends": answered("with CRLF", "Three", "3"),
    "definition_checks.draft_release": answered("/releases?", '"draft":true', '"draft":false'),
    "definition_checks.drafts_share_a_tag": wrapped(releases, "create", _one_draft),
    "definition_checks.release_length": patched(releases, "check_length", _ignore),
    "issue_checks.all_at_once": _creating_without("milestone", None),
    "issue_checks.duplicate": answered(
        "masked: stateReason", r'"masked":"\w+"', '"masked":"DUPLICATE"'
    ),
    "issue_checks.states_again": wrapped(issues, "close", _closed_once),
    "issue_checks.changed_since": answered("filterBy: {since", r'"nodes":\[.*?\]', '"nodes":[]'),
    "issue_checks.deleted_issue": answered("/issues/1", "deleted", "disabled"),
    "issue_checks.creation_policy": answered("issueCreationPolicy", '"ALL"', '"SOME"'),
    "issue_checks.issues_off": patched(Call, "require_issues", _ignore),
    "issue_checks.suggested_actors": answered("suggestedActors", '"User"', '"Mannequin"'),
    "issue_checks.suggested_agents": answered("suggestedActors", '"Bot"', '"Mannequin"'),
    "issue_checks.types_of_people": answered("issueTypes", '"issueTypes":null', '"issueTypes":{}'),
    "relation_checks.second_parent": answered("addSubIssue", "only have one", "have one"),
    "relation_checks.replaced_parent": answered(
        "replaceParent", r'"parent":\{[^}]*\}', '"parent":null'
    ),
    "relation_checks.links_again": answered("addBlockedBy", "already been taken", "not new"),
    "relation_checks.deepest": patched(relations, "MAX_LEVELS", 9),
    "relation_checks.untouched": wrapped(relations, "attach", _touching),
    "relation_checks.reordered": patched(relations, "reprioritise", _ignore),
    "pull_checks.closing_reference": patched(pull_requests, "_CLOSES", re.compile("(?!)")),
    "pull_checks.closed_reference": answered("includeClosedPrs: true", "CLOSED", "OPEN"),
    "pull_checks.second_pull": answered("/pulls", "already exists", "is there"),
    "pull_checks.linked_branch": patched(pull_requests, "link_branch", lambda *args: args[-1]),
    "board_checks.first_view": patched(boards, "FIRST_VIEW", "Table"),
    "board_checks.status_options": patched(boards, "STATUS_OPTIONS", boards.STATUS_OPTIONS[::-1]),
    "board_checks.workflows": patched(
        boards, "WORKFLOWS", {**boards.WORKFLOWS, boards.ITEM_CLOSED: False}
    ),
    "board_checks.found_by_title": answered("projectsV2(first: 12", r'"number":\d+', '"number":0'),
    "board_checks.texts": answered("shortDescription", r"\\n", " "),
    "board_checks.linked": patched(boards, "link_repository", lambda *args: args[-1]),
    "board_checks.most_fields": patched(boards, "MAX_FIELDS", 55),
    "board_checks.card_again": wrapped(boards, "add_content", _another_card),
    "board_checks.created_on_board": _creating_without("projects", ()),
    "board_checks.archived_cards": _UNARCHIVED,
    "board_checks.archived_of_issue": _UNARCHIVED,
    "board_checks.archived_again": _UNARCHIVED,
    "board_checks.archived_value": _UNARCHIVED,
    "board_checks.done_when_closed": patched(boards, "content_closed", _ignore),
    "board_checks.longest_text": patched(boards, "MAX_TEXT", 2_000),
    "board_checks.plain_values": answered("fieldValueByName", r'"number":0\.1', '"number":0'),
    "board_checks.cleared_again": wrapped(boards, "clear_value", _cleared_once),
    "board_checks.status_updates": answered(
        "statusUpdates(first: 5)", r"\[(\{.*?\}),(\{.*?\})\]", r"[\2,\1]"
    ),
    "board_checks.field_case": wrapped(boards, "find_field", _exact),
    "board_field_checks.options_with_ids": wrapped(boards, "_make_options", _options_without_ids),
    "board_field_checks.options_without_ids": wrapped(boards, "_make_options", _options_by_name),
    "board_field_checks.most_options": patched(boards, "MAX_OPTIONS", 60),
    "board_field_checks.iteration_input": answered(
        "ProjectV2Iteration", r'"inputFields":\[', '"inputFields":[{"name":"id"},'
    ),
    "board_field_checks.iterations_again": wrapped(boards, "_set_iterations", _iterations_by_title),
    "board_field_checks.completed_iterations": answered(
        "completed", r'("completedIterations":)\[(\{.*?\}),(\{.*?\})\]', r"\1[\3,\2]"
    ),
    "board_field_checks.completed_iteration_set": wrapped(boards, "set_value", _not_in_the_past),
    "board_checks.copied": wrapped(boards, "copy_field", _renamed_copy),
    "view_checks.view_created": patched(board_views, "_checked_fields", lambda *_: []),
    "view_checks.view_updated": wrapped(board_views, "update_view", _without_filter),
    "view_checks.view_inputs": answered(
        "CreateProjectV2ViewInput",
        r'"inputFields":\[',
        '"inputFields":[{"name":"groupByFieldId","type":{"inputFields":null}},',
    ),
    "view_checks.view_grouping": answered(
        "groupByFields", r'"groupByFields":\{[^}]*\}', '"groupByFields":null'
    ),
    "view_checks.rest_view": answered("/views", '"filter":"is:open"', '"filter":null'),
    "view_checks.rest_grouping": answered("/views", r'"group_by":\[\d+\]', '"group_by":[]'),
    "view_checks.most_views": patched(board_views, "MAX_VIEWS", 55),
    "board_field_checks.multi_select_names": answered(
        "ProjectV2FieldValue", "multiSelectOptionIds", "multiOptionIds"
    ),
    "board_field_checks.multi_select_value": patched(boards, "clear_value", lambda *a: a[3]),
    "board_field_checks.multi_select_options": wrapped(
        boards, "_make_options", _options_without_ids
    ),
    "organization_checks.default_fields": patched(issue_fields, "DEFAULT_FIELDS", ()),
    "organization_checks.visibility": wrapped(issue_fields, "create_field", _seen_by_all),
    "organization_checks.visible_to_all": answered("createIssueField", '"ALL"', '"ORG_ONLY"'),
    "organization_checks.all_values": patched(issue_fields, "set_values", _ignore),
    "organization_checks.created_with_values": _creating_without("field_values", ()),
    "organization_checks.value_deleted": wrapped(issue_fields, "store_values", _only_set),
    "organization_checks.option_order": patched(issue_fields, "options_of", _sent_order),
    "organization_checks.options_with_ids": _issue_options(lambda *_: {}),
    "organization_checks.options_without_ids": _issue_options(_ids),
    "organization_checks.most_options": patched(issue_fields, "MAX_OPTIONS", 200),
    "organization_checks.untouched": wrapped(issue_fields, "store_values", _touching),
    "organization_checks.column": answered("ProjectV2ItemIssueFieldValue", '"One"', '"Two"'),
    "organization_checks.issue_type": _editing_without("issue_type"),
}
"""How to break each fact, by the name of its check."""
