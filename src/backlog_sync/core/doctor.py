"""Checks of whether a sync would work here: ok, limited, or blocked."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from enum import StrEnum

from backlog_sync.core.board import blocked_hint, blocked_reason
from backlog_sync.core.guards import WRITERS, restriction, rights
from backlog_sync.core.iterations import OTHER_BOARD_HINT, PENDING_HINT, pending_text
from backlog_sync.core.model import BoardFieldDef, ProjectSpec
from backlog_sync.core.normalize import fold
from backlog_sync.core.observed import (
    Capabilities,
    ObservedIssueField,
    ObservedProject,
    ObservedRepository,
    SavedIterations,
)
from backlog_sync.core.option_values import SELECTS
from backlog_sync.core.view_arrangement import differences
from backlog_sync.core.views import BY_HAND
from backlog_sync.dataclass import dataclass

_FEW = 100
"""Points or requests below which the rest of the hour may not be enough."""


class Health(StrEnum):
    """The result of a check; only `error` would stop a sync."""

    OK = "ok"
    LESS = "warning"
    ERROR = "error"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Check:
    """One line: what was checked, the result, and what to do about it."""

    name: str
    health: Health
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Allowance:
    """The remaining rate limit of the hour; `resets_at` is an ISO time."""

    limit: int
    remaining: int
    resets_at: str


@dataclass(frozen=True, slots=True)
class Examination:
    """What a server reports about itself, a token and a repository.

    `scopes` are those of a classic token, None for any other. `allowance` is None if the server has
    no rate limit. `others` are the other repositories that contain items, `out_of_reach` maps those
    that cannot be read to the reason. `issue_fields` are those of the organization, None if it has
    none to offer; `issue_fields_problem` says why not, if that is known.
    """

    viewer: str
    repository: ObservedRepository
    scopes: tuple[str, ...] | None = None
    allowance: Allowance | None = None
    capabilities: Capabilities = field(default_factory=Capabilities)
    issue_types: tuple[str, ...] | None = None
    project: ObservedProject | None = None
    project_problem: str | None = None
    board_viewer: str | None = None
    others: tuple[ObservedRepository, ...] = ()
    out_of_reach: Mapping[str, str] = field(default_factory=dict)
    issue_fields: tuple[ObservedIssueField, ...] | None = None
    issue_fields_problem: str | None = None


def checks_of(
    examination: Examination,
    declared: ProjectSpec | None,
    issue_fields: tuple[BoardFieldDef, ...] = (),
) -> tuple[Check, ...]:
    """Return the checks of the server; `declared` is the declared board, if any.

    `issue_fields` are the declared ones; if there are none, they are not checked.
    """
    return (
        *_repository(examination.repository),
        _issues(examination.repository),
        *(check for other in examination.others for check in _other(other)),
        *(_out_of_reach(name, why) for name, why in examination.out_of_reach.items()),
        _allowance(examination.allowance),
        *_features(examination),
        *_several_options(examination, declared),
        *_issue_fields(examination, issue_fields),
        _board(examination, declared),
        *_by_hand(examination.project, declared),
    )


def _repository(repository: ObservedRepository) -> tuple[Check, ...]:
    """Check what `sync` would refuse; that issues are switched off has its own line."""
    name, may = repository.name_with_owner, repository.permission.lower()
    refused = tuple(
        Check("repository", Health.ERROR, violation.message, violation.hint)
        for violation in rights(repository)
        if violation.slug != "no-issues"
    )
    return refused or (_access(repository, name, may),)


def _access(repository: ObservedRepository, name: str, may: str) -> Check:
    if repository.permission == "TRIAGE":
        return Check(
            "repository",
            Health.LESS,
            f"{name}: triage access",
            "GitHub drops labels, milestones and types of new issues without write access",
        )
    kind = "an organization's" if repository.owner_type == "Organization" else "a user's"
    return Check("repository", Health.OK, f"{name}, {may} access, {kind}")


def _issues(repository: ObservedRepository) -> Check:
    if not repository.has_issues:
        hint = "switch them on in the repository's settings"
        return Check("issues", Health.ERROR, "switched off", hint)
    writable = repository.permission in WRITERS and not repository.archived
    restricted = restriction(repository) if writable else None
    if restricted:
        return Check("issues", Health.ERROR, *restricted)
    only = ", only collaborators create them" if repository.collaborators_only else ""
    return Check("issues", Health.OK, f"switched on{only}")


def _other(repository: ObservedRepository) -> tuple[Check, ...]:
    """Check another repository with items; of its issues only that they are turned on."""
    issues = _issues(repository)
    name = repository.name_with_owner
    message = issues.message if name in issues.message else f"{name}: {issues.message}"
    off = (replace(issues, message=message),) if issues.health is Health.ERROR else ()
    return (*_repository(repository), *off)


def _out_of_reach(name: str, why: str) -> Check:
    hint = "use a token that reaches it, or keep its items in the file with `sync: false`"
    return Check("repository", Health.ERROR, f"{name}: {why}", hint)


def _allowance(allowance: Allowance | None) -> Check:
    if allowance is None:
        return Check("rate limit", Health.OK, "this server has none")
    message = f"{allowance.remaining} of {allowance.limit} points left until {allowance.resets_at}"
    if allowance.remaining < _FEW:
        hint = "a sync may have to wait, or to be run again later"
        return Check("rate limit", Health.LESS, message, hint)
    return Check("rate limit", Health.OK, message)


def _features(examination: Examination) -> tuple[Check, ...]:
    """Check the server's features; a sync works without them, but defers what needs them."""
    capabilities = examination.capabilities
    older = "a later GitHub Enterprise Server has it; until then it is deferred"
    lines = [
        _feature("sub-issues", capabilities.sub_issues, older),
        _feature("dependencies", capabilities.dependencies, older),
    ]
    if capabilities.issue_types and examination.issue_types is None:
        owner = "a user's repository has none; kinds are labels"
        lines.append(Check("issue types", Health.OK, owner))
    elif capabilities.issue_types:
        names = ", ".join(examination.issue_types or ()) or "none is defined; kinds are labels"
        lines.append(Check("issue types", Health.OK, names))
    else:
        lines.append(_feature("issue types", False, "kinds are labels on this server"))
    if not capabilities.boards:
        lines.append(_feature("Projects", False, "use --project none"))
    elif not capabilities.option_ids:
        less = "options of a field cannot be added without clearing it on every board item"
        hint = "add options on the board's own page"
        lines.append(Check("Projects", Health.LESS, less, hint))
    else:
        lines.append(_feature("Projects", True, ""))
    return tuple(lines)


def _several_options(examination: Examination, declared: ProjectSpec | None) -> tuple[Check, ...]:
    """Check that a board can have the declared fields with several options."""
    fields = declared.fields if declared else ()
    names = ", ".join(each.name for each in fields if each.type == "multi_select")
    able = examination.capabilities
    if not names or not able.boards or able.multi_select:
        return ()
    less = f"{names}: boards of this server have no fields with several options"
    hint = "declare them as single_select or text, or wait for a newer server"
    return (Check("multi-select", Health.LESS, less, hint),)


def _issue_fields(
    examination: Examination, declared: tuple[BoardFieldDef, ...]
) -> tuple[Check, ...]:
    """Check that the organization has the declared issue fields."""
    if not declared:
        return ()
    fields = examination.issue_fields
    names = ", ".join(definition.name for definition in declared)
    if fields is None:
        why = examination.issue_fields_problem or "GitHub shows none here to this token"
        hint = "declare them under `project.fields` instead, to have them on the board"
        return (Check("issue fields", Health.LESS, f"{names}: {why}", hint),)
    known = {fold(each.name): each for each in fields}
    there = [(each, known[fold(each.name)]) for each in declared if fold(each.name) in known]
    missing = [each.name for each in declared if fold(each.name) not in known]
    missing += [f"{each.name} ({less})" for each, field in there if (less := _lacks(each, field))]
    wrong = [(each, field) for each, field in there if each.type not in ("", field.type)]
    checks: list[Check] = []
    if missing:
        message = f"missing in the organization: {', '.join(missing)}"
        hint = "`backlog sync --create-issue-fields` creates them (needs an organization admin)"
        checks.append(Check("issue fields", Health.LESS, message, hint))
    if wrong:
        message = ", ".join(
            f"{each.name} is {field.type} in the organization, {each.type} in the file"
            for each, field in wrong
        )
        hint = "change 'type:' under 'issue_fields', or use another name"
        checks.append(Check("issue fields", Health.LESS, message, hint))
    return tuple(checks) or (Check("issue fields", Health.OK, names),)


def _lacks(definition: BoardFieldDef, field: ObservedIssueField) -> str:
    """Return the declared options that an issue field of the organization lacks."""
    existing = {fold(option.name) for option in field.options}
    names = [option.name for option in definition.options if fold(option.name) not in existing]
    return ", ".join(names) if field.type in SELECTS else ""


def _feature(name: str, supported: bool, hint: str) -> Check:
    if supported:
        return Check(name, Health.OK, "supported")
    return Check(name, Health.LESS, "not on this server", hint)


def _board(examination: Examination, declared: ProjectSpec | None) -> Check:
    if declared is None:
        return Check("board", Health.SKIPPED, "none is declared")
    if examination.project_problem:
        hint = "set BACKLOG_PROJECT_TOKEN to a token that reaches it, or use --project none"
        return Check("board", Health.ERROR, f"{declared}: {examination.project_problem}", hint)
    if examination.project is None:
        return Check("board", Health.OK, f"{declared} does not exist yet; sync creates it")
    name = f"{examination.project.owner}/{examination.project.number} {examination.project.title}"
    reason = blocked_reason(examination.project)
    if reason:
        return Check("board", Health.ERROR, f"{name}: {reason}", blocked_hint(reason))
    by = f", by {examination.board_viewer}" if examination.board_viewer else ""
    return Check("board", Health.OK, f"{name}, read and write{by}")


def _by_hand(project: ObservedProject | None, declared: ProjectSpec | None) -> tuple[Check, ...]:
    """Return what sync cannot set on a board: its workflows, and most of its views."""
    if declared is None or project is None:
        return ()
    clicks = (
        f"{', '.join(view.name for view in project.views)}: {BY_HAND}",
        f"group and sort those that exist in their menus; workflows: {project.url}/workflows",
    )
    views = (Check("views", Health.OK, *clicks), *_unarranged(project, declared))
    if project.workflows is None:
        return views
    off = [name for name in WORKFLOWS if project.workflows.get(name) is False]
    if not off:
        return *views, Check("workflows", Health.OK, "all that a backlog uses are on")
    worst = Health.LESS if WORKFLOWS[0] in off else Health.OK
    hint = f"turn on what you want at {project.url}/workflows"
    return *views, Check("workflows", worst, f"off: {', '.join(off)}", hint)


def _unarranged(project: ObservedProject, declared: ProjectSpec) -> Iterator[Check]:
    """Yield each declared view that is not grouped or sorted as the file says."""
    existing = {fold(view.name): view for view in reversed(project.views)}
    for view in declared.views or ():
        observed = existing.get(fold(view.name))
        if observed is None:
            continue
        for menu, named, current in differences(view, observed):
            message = f"{view.name}: {menu} is {current}, the file says {named}"
            hint = f"set it in the view's menu at {project.url}/views/{observed.number}"
            yield Check("views", Health.LESS, message, hint)


def iteration_checks(
    saved: Sequence[SavedIterations], project: ObservedProject | None
) -> tuple[Check, ...]:
    """Return a check for each field whose iterations an interrupted run did not set again.

    `project` is the declared board; only a sync with the right one can set them.
    """
    return tuple(
        Check(
            "iterations",
            Health.LESS,
            pending_text(each),
            PENDING_HINT
            if project is not None and project.id == each.project_id
            else OTHER_BOARD_HINT,
        )
        for each in saved
    )


WORKFLOWS = (
    "Item closed",
    "Item reopened",
    "Item added to project",
    "Auto-add sub-issues to project",
    "Pull request merged",
)
"""The built-in workflows that a backlog uses; without the first, closed items keep their Status."""


def is_healthy(checks: tuple[Check, ...]) -> bool:
    """Return whether nothing would stop a sync."""
    return all(check.health is not Health.ERROR for check in checks)
