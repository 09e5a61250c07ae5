"""`backlog doctor`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from backlog_sync import wiring
from backlog_sync.cli.options import Voice, Where, format_option, target_options, voice_options
from backlog_sync.core.doctor import Check, Examination, Health, checks_of, is_healthy
from backlog_sync.engine.ports import ReadScope
from backlog_sync.errors import BacklogError
from backlog_sync.local import git
from backlog_sync.render.json import dump
from backlog_sync.render.words import counted

if TYPE_CHECKING:
    from backlog_sync.cli.screen import Screen
    from backlog_sync.core.model import DesiredState
    from backlog_sync.files.load import Loaded


@click.command(
    "doctor",
    epilog="\b\nExamples:\n  backlog doctor\n"
    "  backlog doctor ROADMAP.md --repo octo-org/widgets --format json",
)
@target_options
@format_option("text", "json")
@voice_options
def command(
    *,
    paths: tuple[str, ...],
    repo: str | None,
    project: str | None,
    sandbox: bool,
    bullets: str | None,
    output: str,
    color: str,
    quiet: bool,
    verbose: int,
    log_format: str,
) -> int:
    """Check files, git, token, rights, board and server: each line ok, or what to do.

    Exits 1 where something would stop a sync. Nothing is changed, and no token is printed.
    """

    return doctor(
        Where(paths, repo, project, sandbox, bullets),
        Voice(color, quiet, verbose, log_format),
        output=output,
    )


def doctor(where: Where, voice: Voice, *, output: str) -> int:
    """Look at everything and tell it; 1 where something would stop a sync."""
    from backlog_sync.cli.screen import Screen
    from backlog_sync.render.doctor import checkup_json, checkup_text

    screen = Screen(voice, wiring.environment())
    wiring.configure_logging(voice.verbose, voice.log_format)
    top = wiring.root()
    loaded, about_files = _files(where, top)
    checks = [about_files, *_git(top)]
    checks += _server(where, screen, top, loaded)
    found = tuple(checks)
    if output == "json":
        screen.result(dump(checkup_json(found)))
    else:
        screen.result(checkup_text(found, screen.look()))
    return 0 if is_healthy(found) else 1


def _files(where: Where, top: Path) -> tuple[Loaded | None, Check]:
    """The backlog, as far as it can be read."""
    from backlog_sync.cli.workspace import count_findings
    from backlog_sync.files.load import load

    try:
        loaded = load(
            [Path(path) for path in where.paths],
            root=top,
            repository=where.repo,
            project=where.project,
            bullets=where.bullets,
        )
    except BacklogError as error:
        return None, _failed("files", error)
    names = ", ".join(parsed.source.path for parsed in loaded.files) or "no file could be read"
    items = sum(loaded.inventory.counts.values())
    told = f"{names}: {counted(items, 'item')}, {count_findings(loaded.diagnostics)}"
    if loaded.errors:
        return loaded, Check("files", Health.ERROR, told, "`backlog lint` shows each with a place")
    if loaded.diagnostics:
        return loaded, Check("files", Health.OK, told, "`backlog lint` shows them")
    return loaded, Check("files", Health.OK, told)


def _git(top: Path) -> list[Check]:
    """Where git says that we are; a sync works without it."""
    if git.top_level(top) is None:
        return [Check("git", Health.SKIPPED, "this folder is in no git work tree")]
    remote, branch = git.origin(top), git.branch(top)
    where = f"origin is {remote.repository} on {remote.host}" if remote else "no remote origin"
    if branch is None:
        hint = "a sync from a branch is easier to understand later"
        return [Check("git", Health.LESS, f"{where}, no branch is checked out", hint)]
    return [Check("git", Health.OK, f"{where}, branch {branch}")]


def _server(where: Where, screen: Screen, top: Path, loaded: Loaded | None) -> list[Check]:
    """The token and what it reaches; what cannot be looked at is skipped with a reason."""
    env = screen.env
    wanted = loaded.desired if loaded else None
    checks: list[Check] = []
    try:
        source = "the sandbox takes any" if where.sandbox else wiring.find_token(env)[1]
    except BacklogError as error:
        return [_failed("token", error), _skipped("without a token nothing can be asked")]
    try:
        repository = wiring.target_repository(
            where.repo, wanted.repository if wanted else None, env, top, sandbox=where.sandbox
        )
    except BacklogError as error:
        checks.append(Check("token", Health.OK, f"{source}; not tried"))
        return [*checks, _failed("repository", error)]
    project = wanted.project if wanted else None
    try:
        with wiring.examiner(
            repository,
            env,
            top=top,
            sandbox=where.sandbox,
            board_owner=project.owner if project else None,
            others=ReadScope.for_backlog(wanted).others(repository) if wanted else (),
        ) as examiner:
            seen = examiner.examine(ReadScope.for_backlog(wanted) if wanted else ReadScope())
    except BacklogError as error:
        host = "the sandbox" if where.sandbox else wiring.web_host(env.api_url)
        checks.append(Check("token", Health.OK, f"{source}; whose it is could not be asked"))
        return [*checks, _failed(host, error)]
    checks.append(_token(seen, source))
    if env.project_token and not where.sandbox:
        told = f"BACKLOG_PROJECT_TOKEN, {seen.board_viewer}"
        checks.append(Check("board token", Health.OK, told))
    return [*checks, *checks_of(seen, project), *_unread(wanted)]


def _token(seen: Examination, source: str) -> Check:
    told = f"{source}, {seen.viewer}"
    if seen.scopes is not None:
        told += f" (scopes: {', '.join(seen.scopes) or 'none'})"
    return Check("token", Health.OK, told)


def _unread(wanted: DesiredState | None) -> list[Check]:
    """What could not be looked at because the files are not clear."""
    if wanted is not None:
        return []
    return [_skipped("which board is declared is not clear before the files are")]


def _failed(name: str, error: BacklogError) -> Check:
    return Check(name, Health.ERROR, error.message, error.hint or "")


def _skipped(why: str) -> Check:
    return Check("the rest", Health.SKIPPED, why)
