"""Inputs of the action, which arrive as `INPUT_…` in the environment."""

import re
from collections.abc import Callable, Mapping
from typing import Final, TypeVar

from backlog_sync.cli.requests import TAG
from backlog_sync.core.budget import Budget
from backlog_sync.core.fields import Owner
from backlog_sync.core.guard_names import FORCEABLE
from backlog_sync.core.options import PLAIN, PlanOptions
from backlog_sync.dataclass import dataclass
from backlog_sync.errors import UsageError

MODES: Final = ("plan", "sync", "drift", "report", "inbox", "lint")
AUDIENCES: Final = ("everybody", "leaders", "product", "engineering")
DELIVERIES: Final = ("commit", "pull-request", "none")

T = TypeVar("T")
_DIGEST: Final = re.compile("[0-9a-f]{64}")
_BRANCH: Final = re.compile(r"(?!.*(?:\.\.|//|@\{|\.lock(?:/|\Z)))[A-Za-z0-9][A-Za-z0-9._/-]{0,99}")
_YES_NO: Final = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Inputs:
    """The checked inputs. `mode` is None if the event decides.

    `max_create` is the highest number of new issues without an approval, `budget` what a sync may
    spend, `approve` the digest of
    the approved plan, `saved_plan` the file of a saved plan, `progress` how progress is delivered,
    and `branch` the branch of its pull request; `inbox_branch` is that of the pull request with new
    issues. `audience` and `since` specify the content of a
    report, the three of `report_…` where it goes besides the summary: a folder, an issue's title,
    the number of an issue or pull request. `milestone` limits it; `release_notes` is the file for
    the notes, `draft_release` the tag of the draft release with them.
    """

    mode: str | None
    paths: tuple[str, ...]
    repository: str | None
    project: str | None
    bullets: str | None
    options: PlanOptions
    force: tuple[str, ...]
    max_create: int
    budget: Budget
    approve: str | None
    saved_plan: str | None
    progress: str
    branch: str
    inbox_branch: str
    comment: bool
    check: bool
    drift_issue: bool
    status_update: bool
    audience: str
    since: str | None
    report_folder: str | None
    report_issue: str | None
    report_comment: int | None
    milestone: str | None
    release_notes: str | None
    draft_release: str | None
    app_id: str | None
    app_key: str | None


def _number(value: str) -> int | None:
    return int(value) if value.isascii() and value.isdigit() and int(value) else None


def read_inputs(env: Mapping[str, str]) -> Inputs:
    """Read the inputs. Raises `UsageError` with all problems in them."""
    faults: list[str] = []

    def text(name: str) -> str | None:
        return env.get(f"INPUT_{name}", "").strip() or None

    def lines(name: str) -> tuple[str, ...]:
        raw = env.get(f"INPUT_{name}", "").splitlines()
        return tuple(line.strip() for line in raw if line.strip())

    def checked(name: str, parse: Callable[[str], T | None], default: T, expected: str) -> T:
        value = text(name)
        parsed = default if value is None else parse(value)
        if parsed is None:
            faults.append(f"{name.lower().replace('_', '-')}: {value!r} is not {expected}")
            return default
        return parsed

    def one_of(name: str, choices: tuple[str, ...], default: str) -> str:
        expected = f"one of {', '.join(choices)}"
        return checked(name, lambda v: v if v in choices else None, default, expected)

    def yes(name: str, *, default: bool) -> bool:
        return checked(name, lambda v: _YES_NO.get(v.lower()), default, "true or false")

    def branch(name: str, default: str) -> str:
        expected = "the name of a branch"
        return checked(name, lambda v: v if _BRANCH.fullmatch(v) else None, default, expected)

    mode = one_of("MODE", ("auto", *MODES), "auto")
    conflict = one_of("ON_CONFLICT", ("hold", "file", "github"), "hold")
    force = lines("FORCE")
    faults += [
        f"force: {slug!r} is not one of {', '.join(FORCEABLE)}"
        for slug in force
        if slug not in FORCEABLE
    ]
    inputs = Inputs(
        mode=None if mode == "auto" else mode,
        paths=lines("PATHS"),
        repository=text("REPOSITORY"),
        project=text("PROJECT"),
        bullets=one_of("BULLETS", ("items", "list"), "list") if text("BULLETS") else None,
        options=PlanOptions(
            on_conflict=None if conflict == "hold" else Owner(conflict),
            prune=yes("PRUNE", default=False),
            only=lines("ONLY"),
            adopt=yes("ADOPT", default=False),
        ),
        force=force,
        max_create=checked(
            "MAX_CREATE", lambda v: int(v) if v.isascii() and v.isdigit() else None, 50, "a number"
        ),
        budget=Budget(
            checked("BUDGET_POINTS", _number, 0, "a number of points") or None,
            checked("BUDGET_CREATIONS", _number, 0, "a number of issues and comments") or None,
        ),
        approve=checked(
            "APPROVE",
            lambda v: v if _DIGEST.fullmatch(v) else None,
            "",
            "a digest of 64 hex digits",
        )
        or None,
        saved_plan=text("SAVED_PLAN"),
        progress=one_of("PROGRESS", DELIVERIES, "commit"),
        branch=branch("BRANCH", "backlog/progress"),
        inbox_branch=branch("INBOX_BRANCH", "backlog/inbox"),
        comment=yes("COMMENT", default=True),
        check=yes("CHECK", default=False),
        drift_issue=yes("DRIFT_ISSUE", default=False),
        status_update=yes("STATUS_UPDATE", default=False),
        audience=one_of("AUDIENCE", AUDIENCES, AUDIENCES[0]),
        since=text("SINCE"),
        report_folder=text("REPORT_FOLDER"),
        report_issue=text("REPORT_ISSUE"),
        report_comment=checked("REPORT_COMMENT", _number, 0, "a number of an issue or pull request")
        or None,
        milestone=text("MILESTONE"),
        release_notes=checked(
            "RELEASE_NOTES",
            lambda v: v if v.lower().endswith(".md") else None,
            "",
            "the name of a file *.md",
        )
        or None,
        draft_release=checked(
            "DRAFT_RELEASE", lambda v: v if TAG.fullmatch(v) else None, "", "a tag"
        )
        or None,
        app_id=text("APP_ID"),
        app_key=text("APP_PRIVATE_KEY"),
    )
    if inputs.saved_plan and inputs.options != PLAIN:
        faults.append(
            "saved-plan contains the plan: only, on-conflict, adopt and prune would change it"
        )
    of_notes = {"release-notes": inputs.release_notes, "draft-release": inputs.draft_release}
    if not (inputs.milestone or inputs.since):
        faults += [
            f"{name}: needs milestone, or since" for name, value in of_notes.items() if value
        ]
    if bool(inputs.app_id) != bool(inputs.app_key):
        faults.append("app-id and app-private-key belong together: one of them is missing")
    if faults:
        raise UsageError(
            "; ".join(faults),
            slug="bad-input",
            hint="docs/action.md lists the inputs and their values",
        )
    return inputs
