"""`backlog doctor`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from backlog_sync import wiring
from backlog_sync.cli.options import (
    OutputOptions,
    TargetOptions,
    format_option,
    output_options,
    target_options,
)
from backlog_sync.core.doctor import (
    Check,
    Examination,
    Health,
    checks_of,
    is_healthy,
    iteration_checks,
)
from backlog_sync.credentials import find_token
from backlog_sync.engine.ports import ReadScope
from backlog_sync.environment import web_host
from backlog_sync.errors import BacklogError, ExitCode
from backlog_sync.local import git
from backlog_sync.render.json import dump
from backlog_sync.render.words import count_findings, counted

if TYPE_CHECKING:
    from pathlib import Path

    from backlog_sync.cli.screen import Screen
    from backlog_sync.core.model import DesiredState
    from backlog_sync.files.load import Loaded


@click.command(
    "doctor",
    epilog="\b\nExamples:\n  backlog doctor\n"
    "  backlog doctor ROADMAP.md --repo octo-org/widgets --format json\n\n"
    "\b\nCredentials, the first that is set is used:\n"
    "  BACKLOG_APP_ID                a GitHub App, with its private key in\n"
    "  BACKLOG_APP_PRIVATE_KEY         this variable (PEM text), or in the file at\n"
    "  BACKLOG_APP_PRIVATE_KEY_FILE    this path\n"
    "  BACKLOG_APP_INSTALLATION_ID   optional; by default that of the repository\n"
    "  GH_TOKEN, GITHUB_TOKEN        a token; else that of `gh auth login`\n"
    "  BACKLOG_PROJECT_TOKEN         a token for the board, whatever the others are",
)
@target_options("doctor")
@format_option("text", "json")
@output_options
def command(*, target: TargetOptions, output: str, output_options: OutputOptions) -> int:
    """Check files, git, token, permissions, board and server.

    Each line says ok or what to do. Exits with 1 if something would stop a sync. Read-only; no
    token is printed.
    """
    from backlog_sync.cli.screen import open_screen
    from backlog_sync.render.doctor import checkup_json, checkup_text

    screen = open_screen(output_options)
    top = wiring.root(target.paths)
    loaded, about_files = _files(target, top)
    checks = [about_files, *_git(top)]
    checks += _server(target, screen, top, loaded)
    all_checks = tuple(checks)
    if output == "json":
        screen.result(dump(checkup_json(all_checks)))
    else:
        screen.result(checkup_text(all_checks, screen.look()))
    return ExitCode.DONE if is_healthy(all_checks) else ExitCode.FAILED


def _files(target: TargetOptions, top: Path) -> tuple[Loaded | None, Check]:
    """Return the backlog, as far as it can be read, and the check of its files."""
    from backlog_sync.cli.workspace import load_target

    try:
        loaded = load_target(target, top)
    except BacklogError as error:
        return None, _failed("files", error)
    names = ", ".join(parsed.source.path for parsed in loaded.files) or "no file could be read"
    items = sum(loaded.inventory.counts.values())
    summary = f"{names}: {counted(items, 'item')}, {count_findings(loaded.diagnostics)}"
    if loaded.errors:
        return loaded, Check(
            "files", Health.ERROR, summary, "`backlog lint` shows each with a place"
        )
    if loaded.diagnostics:
        them = "it" if len(loaded.diagnostics) == 1 else "them"
        return loaded, Check("files", Health.OK, summary, f"`backlog lint` shows {them}")
    return loaded, Check("files", Health.OK, summary)


def _git(top: Path) -> list[Check]:
    """Return the check of the git repository; a sync works without one."""
    if git.top_level(top) is None:
        return [Check("git", Health.SKIPPED, "not a git repository")]
    remote, branch = git.origin(top), git.branch(top)
    origin = f"origin is {remote.repository} on {remote.host}" if remote else "no remote origin"
    if branch is None:
        hint = "check out a branch before a sync"
        return [Check("git", Health.LESS, f"{origin}, no branch is checked out", hint)]
    return [Check("git", Health.OK, f"{origin}, branch {branch}")]


def _server(target: TargetOptions, screen: Screen, top: Path, loaded: Loaded | None) -> list[Check]:
    """Return the checks of the token and its access; skip those that cannot run, with a reason."""
    env = screen.env
    desired = loaded.desired if loaded else None
    checks: list[Check] = []
    try:
        source = "the sandbox takes any" if target.sandbox else find_token(env)[1]
    except BacklogError as error:
        return [_failed("token", error), _skipped("without a token nothing can be asked")]
    try:
        repository = wiring.target_repository(
            target.repo, desired.repository if desired else None, env, top, sandbox=target.sandbox
        )
    except BacklogError as error:
        checks.append(Check("token", Health.OK, f"{source}; not tried"))
        return [*checks, _failed("repository", error)]
    project = desired.project if desired else None
    try:
        place = wiring.Target(
            repository,
            env,
            top,
            sandbox=target.sandbox,
            board_owner=project.owner if project else None,
            others=ReadScope.for_backlog(desired).others(repository) if desired else (),
        )
        with wiring.tracker(place, read_only=True) as tracker:
            examination = tracker.examine(
                ReadScope.for_backlog(desired) if desired else ReadScope()
            )
    except BacklogError as error:
        host = "the sandbox" if target.sandbox else web_host(env.api_url)
        checks.append(Check("token", Health.OK, f"{source}; GitHub did not say whose it is"))
        return [*checks, _failed(host, error)]
    checks.append(_token(examination, source))
    if env.project_token and not target.sandbox:
        account = f"BACKLOG_PROJECT_TOKEN, {examination.board_viewer}"
        checks.append(Check("board token", Health.OK, account))
    fields = desired.issue_fields if desired else ()
    checks += checks_of(examination, project, fields)
    return [*checks, *_iterations(place, examination), *_unread(desired)]


def _iterations(place: wiring.Target, examination: Examination) -> tuple[Check, ...]:
    """Return what an interrupted run left; nothing if it left nothing."""
    try:
        saved = wiring.saved_iterations(place, examination.repository)
    except BacklogError as error:
        return (_failed("local state", error),)
    return iteration_checks(saved, examination.project)


def _token(examination: Examination, source: str) -> Check:
    account = f"{source}, {examination.viewer}"
    if examination.scopes is not None:
        account += f" (scopes: {', '.join(examination.scopes) or 'none'})"
    return Check("token", Health.OK, account)


def _unread(desired: DesiredState | None) -> list[Check]:
    """Return the skipped checks of what the files do not clearly declare."""
    if desired is not None:
        return []
    return [_skipped("which board is declared is not clear before the files are")]


def _failed(name: str, error: BacklogError) -> Check:
    return Check(name, Health.ERROR, error.message, error.hint or "")


def _skipped(why: str) -> Check:
    return Check("the rest", Health.SKIPPED, why)
