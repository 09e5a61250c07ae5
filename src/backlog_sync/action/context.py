"""Context of a run: the event, the branch and the pull request, as the runner provides them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from backlog_sync.dataclass import dataclass
from backlog_sync.errors import FailedError, RefusedError

_LARGEST = 64 * 1024 * 1024
"""Bytes of an event file: GitHub caps payloads at 25 MB; escapes may make them longer."""


@dataclass(frozen=True, slots=True)
class Pull:
    """The pull request of an event. `fork` is set if its branch is in another repository.

    A run for a fork has a read-only token and no secrets (GitHub's documentation, "Events that
    trigger workflows", pull_request); the same is true of a run that Dependabot starts.
    """

    number: int
    node_id: str
    fork: bool


@dataclass(frozen=True, slots=True)
class Context:
    """The context that the runner provides. `workspace` is where the repository is checked out.

    `default_branch` is None if the event does not name it; `ref` looks like `refs/heads/main`.
    """

    event: str
    ref: str
    repository: str | None
    workspace: Path
    server_url: str
    temp: Path | None
    default_branch: str | None = None
    pull: Pull | None = None

    @property
    def is_pull_request(self) -> bool:
        """Whether the event is about a pull request."""
        return self.event.startswith("pull_request") or self.event == "merge_group"


def read_context(env: Mapping[str, str], folder: Path) -> Context:
    """Read the runner's variables and the event. Raises `FailedError` for an unreadable event."""
    payload = _payload(env.get("GITHUB_EVENT_PATH", ""))
    server = env.get("GITHUB_SERVER_URL", "").rstrip("/") or "https://github.com"
    repository = env.get("GITHUB_REPOSITORY") or None
    temp = env.get("RUNNER_TEMP")
    return Context(
        event=env.get("GITHUB_EVENT_NAME", ""),
        ref=env.get("GITHUB_REF", ""),
        repository=repository,
        workspace=Path(env.get("GITHUB_WORKSPACE") or folder),
        server_url=server,
        temp=Path(temp) if temp else None,
        default_branch=_text(_object(payload, "repository").get("default_branch")),
        pull=_pull(payload),
    )


def choose_mode(requested: str | None, context: Context) -> str:
    """Return the mode to run: the requested one, or else the one that fits the event.

    Pull requests are planned, pushes to the default branch synced, and schedules look for drift.
    Raises `RefusedError` if a pull request is to be applied, or to get new issues: unmerged files
    are not the plan.
    """
    if requested == "sync" and context.is_pull_request:
        raise RefusedError(
            f"a {context.event} event is never applied",
            slug="not-merged",
            hint="use mode: plan here, and sync on a push to the default branch",
        )
    if requested == "inbox" and context.is_pull_request:
        raise RefusedError(
            f"a {context.event} event takes no new issues: its files are not merged",
            slug="not-merged",
            hint="use mode: inbox on a schedule, or when an issue is labeled",
        )
    if requested is not None:
        return requested
    if context.event == "push" and context.ref == f"refs/heads/{context.default_branch}":
        return "sync"
    return "drift" if context.event == "schedule" else "plan"


def _payload(path: str) -> Mapping[str, Any]:
    if not path:
        return {}
    try:
        with Path(path).open("rb") as file:
            event = json.loads(file.read(_LARGEST))
    except (OSError, ValueError, RecursionError) as error:
        raise FailedError(
            f"the event of this run cannot be read: {error}",
            slug="no-event",
            hint="GITHUB_EVENT_PATH is the runner's to set",
        ) from error
    return event if isinstance(event, dict) else {}


def _pull(payload: Mapping[str, Any]) -> Pull | None:
    pull_request = _object(payload, "pull_request")
    number, node_id = pull_request.get("number"), pull_request.get("node_id")
    if not isinstance(number, int) or not isinstance(node_id, str):
        return None
    # GitHub sends null for a fork that was deleted.
    head = _object(_object(pull_request, "head"), "repo").get("full_name")
    base = _object(_object(pull_request, "base"), "repo").get("full_name")
    return Pull(number, node_id, fork=head is None or head != base)


def _object(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    member = value.get(name)
    return member if isinstance(member, dict) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
