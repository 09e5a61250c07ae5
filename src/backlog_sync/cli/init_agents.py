"""`backlog init --agents`: put what agents need to know of a backlog into AGENTS.md."""

import os
import shlex
from importlib.resources import files
from pathlib import Path

from backlog_sync.cli.screen import Screen
from backlog_sync.core.escape import clean
from backlog_sync.errors import FailedError
from backlog_sync.files.discovery import discover
from backlog_sync.files.source import create_file, replace_file

AGENTS = "AGENTS.md"
"""The file that agents read first (agents.md); some repositories link CLAUDE.md to it."""
BEGIN = "<!-- backlog:agents -->"


def offer_agents(screen: Screen, top: Path, file: Path) -> None:
    """Ask whether the lines go into an AGENTS.md that lacks them; without one, name the option."""
    target = top / AGENTS
    if not target.is_file():
        screen.info(f"If agents work here: `backlog init --agents` writes {AGENTS}")
    elif BEGIN.encode() not in target.read_bytes() and screen.ask(
        f"Add lines for agents to {AGENTS}: which commands to run, and what never to do?"
    ):
        write_agents(screen, top, file)


def write_agents(screen: Screen, top: Path, file: Path) -> None:
    """Append the lines to AGENTS.md, or create it; lines of an earlier run are left alone.

    Raises `FailedError` if it cannot be written.
    """
    target = top / AGENTS
    shown = clean(os.path.relpath(target))
    text = agents_text(top, file)
    if not target.exists() and not target.is_symlink():
        create_file(target, text.encode())
        screen.result(f"{shown}\n")
        return
    _check(target, top, shown)
    before = target.read_bytes()
    if BEGIN.encode() in before:
        again = f"remove the lines from {BEGIN} on to get the present ones"
        screen.info(f"{shown} has lines of backlog already; {again}")
        return
    line_end = "\r\n" if b"\r\n" in before else "\n"
    gap = "" if not before.strip() else line_end if before.endswith(b"\n") else 2 * line_end
    replace_file(target, before, before + (gap + text.replace("\n", line_end)).encode())
    screen.result(f"{shown}\n")


def _check(target: Path, top: Path, shown: str) -> None:
    """Raise `FailedError` for a link that leads nowhere or out of the repository, or a folder."""
    if target.is_file() and top.resolve() in target.resolve().parents:
        return
    raise FailedError(
        f"{shown} is not a file of this repository; nothing was written to it",
        slug="not-a-file",
        hint="remove it, or copy the lines from docs/agents.md to where your agents read them",
    )


def agents_text(top: Path, file: Path) -> str:
    """Return the lines for a backlog file; commands name it if they would find another one."""
    text = files("backlog_sync.cli").joinpath("agents.md").read_text(encoding="utf-8")
    path = Path(os.path.relpath(file, top)).as_posix()
    by_itself = [each.resolve() for each in discover(top, top)[:1]]
    named = "" if file.resolve() in by_itself else f" {shlex.quote(path)}"
    return text.replace(" PLAN", named).replace("ROADMAP.md", path)
