"""Options that verbs share, and what they come to."""

import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import wraps
from typing import Any, TypeAlias

import click

from backlog_sync.core.fields import Owner
from backlog_sync.core.guards import FINAL, FORCEABLE
from backlog_sync.core.options import PLAIN, PlanOptions

Command: TypeAlias = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class OutputOptions:
    """How a run speaks: colour ("auto", "always", "never"), quiet, how verbose, log format."""

    color: str = "auto"
    quiet: bool = False
    verbose: int = 0
    log_format: str = "text"


@dataclass(frozen=True, slots=True)
class TargetOptions:
    """What a run is about: the files, the target, the server."""

    paths: tuple[str, ...] = ()
    repo: str | None = None
    project: str | None = None
    sandbox: bool = False
    bullets: str | None = None


@dataclass(frozen=True, slots=True)
class SyncOptions:
    """What plan there is to be, and who said yes to it.

    `saved` is the file of a plan to apply, `out` the file to save one in, `approve` the digest of
    the plan that was approved, `force` the guards to override.
    """

    options: PlanOptions = PLAIN
    saved: str | None = None
    out: str | None = None
    approve: str | None = None
    force: tuple[str, ...] = ()


def _collected(command: Command, name: str, kind: type[Any]) -> Command:
    """Let a command get the options that are the fields of a data class as one value."""

    @wraps(command)
    def gathered(**values: Any) -> Any:
        chosen = {field.name: values.pop(field.name) for field in fields(kind)}
        return command(**{name: kind(**chosen)}, **values)

    return gathered


def plan_options(command: Command) -> Command:
    """Add --only, --on-conflict, --prune, --adopt and --force: the command gets `options`, `force`.

    All but --force are one value: what planning is asked for.
    """

    outer = _collected(command, "options", PlanOptions)
    for option in (
        click.option("--force", multiple=True, metavar="SLUG", callback=_forced,
                     help="Override the guard of this name (" + ", ".join(FORCEABLE)
                     + "). May be repeated."),
        click.option("--adopt", is_flag=True,
                     help="Take unmanaged issues that have exactly the title of an item."),
        click.option("--prune", type=click.Choice(["close"]),
                     callback=lambda _, __, value: value == "close",
                     help="Close issues whose items are gone from the files, as not planned."),
        click.option("--on-conflict", type=click.Choice(["file", "github"]),
                     callback=lambda _, __, value: Owner(value) if value else None,
                     help="Whose value counts where both sides changed a field; else it is held."),
        click.option("--only", multiple=True, metavar="KEY",
                     help="Only this item and what it needs: its parents and definitions."
                     " May be repeated."),
    ):  # fmt: skip
        outer = option(outer)
    return outer


def as_for_sync(command: Command) -> Command:
    """Let a verb take sync's other options, so that a command line can be repeated with it.

    They say how a plan is made or what is written into files, and have no part in what the verb
    does.
    """
    for name in ("--plan", "--approve", "--force", "--prune", "--on-conflict"):
        command = click.option(name, multiple=True, hidden=True, expose_value=False)(command)
    for name in ("--adopt", "--no-write-back", "--check"):
        command = click.option(name, is_flag=True, hidden=True, expose_value=False)(command)
    return command


def _forced(
    context: click.Context,  # noqa: ARG001 - click's
    option: click.Parameter,  # noqa: ARG001 - click's
    value: tuple[str, ...],
) -> tuple[str, ...]:
    for slug in value:
        if slug in FINAL:
            raise click.BadParameter(f"{slug!r} cannot be overridden: it would not come true.")
        if slug not in FORCEABLE:
            raise click.BadParameter(f"{slug!r} is no guard; there are {', '.join(FORCEABLE)}.")
    return value


def output_options(command: Command) -> Command:
    """Add --color, -q, -v and --log-format: the command gets them as `output_options`."""

    outer = _collected(command, "output_options", OutputOptions)
    for option in (
        click.option("--log-format", type=click.Choice(["text", "json"]), default="text",
                     help="How log lines on standard error look."),
        click.option("-v", "--verbose", count=True,
                     help="Show every field of new items, and log; -vv logs every request."),
        click.option("-q", "--quiet", is_flag=True, help="Only the last line, and errors."),
        click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto",
                     help="Colour; by default on a terminal where NO_COLOR is not set."),
    ):  # fmt: skip
        outer = option(outer)
    return outer


_ADDRESS = re.compile(r"https?://[^/\s]+/([^/\s]+/[^/\s]+?)(?:\.git)?/?")


def named_repository(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    """Take a repository's address, copied from a browser, for its name."""
    address = _ADDRESS.fullmatch(value.strip()) if value else None
    return address[1] if address else value


def paths_argument(command: Command) -> Command:
    """Add PATH…"""
    return click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path())(command)


def bullets_option(command: Command) -> Command:
    """Add --bullets."""
    return click.option(
        "--bullets", type=click.Choice(["items", "list"]),
        help="Whether bullets below a time or status heading become items.",
    )(command)  # fmt: skip


def target_options(command: Command) -> Command:
    """Add PATH…, --repo, --project, --sandbox and --bullets: the command gets them as `target`."""

    outer = _collected(command, "target", TargetOptions)
    for option in (
        bullets_option,
        click.option("--sandbox", is_flag=True,
                     help="Use the simulated GitHub in .backlog/sandbox; no token, no network."),
        click.option("--project", metavar="OWNER/NUMBER|OWNER/TITLE|none",
                     help="The Projects v2 board; wins over the file."),
        click.option("--repo", metavar="OWNER/NAME", callback=named_repository,
                     help="The repository; wins over the file."),
        paths_argument,
    ):  # fmt: skip
        outer = option(outer)
    return outer


def format_option(*choices: str) -> Callable[[Command], Command]:
    """Add --format with these choices, the first by default."""
    return click.option(
        "--format", "output", type=click.Choice(choices), default=choices[0], show_default=True,
        help="What standard output holds.",
    )  # fmt: skip
