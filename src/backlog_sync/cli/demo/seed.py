"""Fill the simulator for `backlog sandbox seed`, and show what can be done with the result."""

import shlex
from collections.abc import Sequence
from pathlib import Path

from backlog_sync import wiring
from backlog_sync.cli.demo.history import REPOSITORY, History, play
from backlog_sync.cli.demo.issues import open_issues
from backlog_sync.cli.options import TargetOptions
from backlog_sync.cli.report_facts import today_utc
from backlog_sync.cli.screen import Screen
from backlog_sync.cli.workspace import load_target
from backlog_sync.core.escape import clean
from backlog_sync.errors import ExitCode, UsageError
from backlog_sync.render.diagnostics import diagnostics_text
from backlog_sync.render.words import counted, found_text


def seed_history(screen: Screen, weeks: int, target: str) -> int:
    """Replay this many weeks of the demo's history on this folder's sandbox; return the exit code.

    Its plan is written to the file `target`, which must not exist.
    """
    file = Path(target)
    if file.exists():
        raise UsageError(
            f"{target} already exists; not overwritten", hint="name another file with --output"
        )
    with screen.progress() as bar:
        bar.start("Playing the history", weeks)
        history = History(weeks, today_utc(), advance=bar.advance)
        total = play(wiring.root([target]), file, history)
    issues, played = counted(total, "issue"), counted(weeks, "week")
    screen.result(f"Seeded {REPOSITORY}: {issues}, {played} of history\nCreated {clean(target)}\n")
    _show_next(screen, f"backlog plan {shlex.quote(target)} --sandbox")
    return ExitCode.DONE


def seed_issues(screen: Screen, paths: Sequence[str], total: int, repo: str | None) -> int:
    """Open issues, with the titles of the items in these files; return the exit code."""
    top, titles, declared = wiring.root(paths), [], None
    if paths:
        loaded = load_target(TargetOptions("sandbox seed", paths=tuple(paths), repo=repo), top)
        if loaded.desired is None or loaded.errors:
            problems, look = loaded.diagnostics, screen.look(err=True)
            screen.write_stderr(
                diagnostics_text(problems, look, loaded.texts) + found_text(problems)
            )
            return ExitCode.FAILED
        titles = [item.title for item in loaded.desired.items]
        declared = loaded.desired.repository
    repository = wiring.target_repository(repo, declared, screen.env, top, sandbox=True)
    new, named = open_issues(top, repository, titles, total, today_utc())
    among = f", {named} of them with the title of an item" if named else ""
    screen.result(f"Seeded {clean(repository)}: {counted(new, 'new issue')}{among}\n")
    target = "" if declared == repository else f" --repo {shlex.quote(repository)}"
    files = "".join(f" {shlex.quote(path)}" for path in paths)
    verb = f"plan{files} --adopt" if paths else "init --from-github"
    _show_next(screen, f"backlog {verb}{target} --sandbox")
    return ExitCode.DONE


def _show_next(screen: Screen, command: str) -> None:
    """Show the commands that use what was seeded."""
    screen.info(f"Look at it:  backlog sandbox serve\nUse it:      {command}")
