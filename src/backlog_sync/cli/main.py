"""The command `backlog`: its verbs, each loaded when called, and the only error boundary."""

import atexit
import codecs
import errno
import gc
import os
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

import click

from backlog_sync import __version__, log
from backlog_sync.cli.usage import Commands, explained
from backlog_sync.errors import BacklogError, ExitCode, of_system
from backlog_sync.local.signals import INTERRUPTS

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

VERBS = {
    "demo": "Try it: a plan with ten weeks of history, no token needed.",
    "init": "Create a backlog: empty, from a plan, or from a repository.",
    "lint": "Check backlog files, offline.",
    "plan": "Show what sync would do. Read-only.",
    "sync": "Apply the files to GitHub and write progress back.",
    "ready": "Show what can be started now, and what waits. Read-only.",
    "show": "Show one item whole, with its state on GitHub. Read-only.",
    "sprint": "Show the sprint with velocity and what fits next, or carry it over.",
    "drift": "Show what changed on GitHub and what is pending. Read-only.",
    "pull": "Accept drifted values from GitHub into the files.",
    "undo": "Undo the last run: restore what it changed, close what it created.",
    "report": "Write progress into the files and show a report.",
    "doctor": "Check files, token, permissions and board.",
    "sandbox": "Run, fill or reset the GitHub simulator.",
    "schema": "Print the JSON Schema of the file format.",
    "completion": "Print the completion script for bash, zsh or fish.",
}
"""Every verb with the line that `backlog --help` shows; its module has the verb's name."""


class Backlog(Commands):
    """A group that imports a verb's module only when the verb is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's
        """Return the verbs in the order in which users meet them."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's
        """Return the command of a verb; None for a word that is not a verb."""
        if cmd_name not in VERBS:
            return None
        command = import_module(f"backlog_sync.cli.commands.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Invoke the command as click does, but print no empty line to a JSON log on interrupt."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            _print_stderr("")
            raise click.Abort from None

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem[str]]":
        """Complete the verbs from the table above, and options as click does."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415 - only for a shell

        verbs = [
            CompletionItem(verb, help=line)
            for verb, line in VERBS.items()
            if verb.startswith(incomplete)
        ]
        return verbs + super(click.Group, self).shell_complete(ctx, incomplete)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        """List the verbs from the table above: their modules stay unloaded."""
        with formatter.section("Commands"):
            formatter.write_dl(list(VERBS.items()))

    def main(  # type: ignore[override]  # click's has two overloads; ours always exits
        self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any
    ) -> NoReturn:
        """Run the command, and turn whatever happens into an exit code and at most a few lines."""
        arguments = list(sys.argv[1:] if args is None else args)
        prepare_streams()
        extra["standalone_mode"] = False
        log.stop()  # a process may call the command more than once
        began = time.monotonic()
        code = _bounded(lambda: super(Backlog, self).main(arguments, prog_name, **extra), arguments)
        log.event("run.finished", exit_code=code, seconds=round(time.monotonic() - began, 3))
        _silence(sys.stderr)  # Python exits with 120 if a last line cannot be written
        sys.exit(code)


def prepare_streams() -> None:
    """Set up the standard streams to write UTF-8, even in an ASCII locale, and never fail on it.

    A stream that was closed before the start is replaced by the null device.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            nowhere = Path(os.devnull).open(mode, encoding="utf-8")  # noqa: SIM115 - for good
            setattr(sys, name, nowhere)
    for stream in (sys.stdout, sys.stderr):
        if not isinstance(stream, TextIOWrapper):
            continue
        if codecs.lookup(stream.encoding).name == "ascii":
            stream.reconfigure(encoding="utf-8", errors="replace")
        else:
            stream.reconfigure(errors="replace")


def _bounded(run: Any, arguments: Sequence[str]) -> int:
    """Run, report every error on standard error, and return the exit code."""
    try:
        with INTERRUPTS.installed():
            code = run()
            sys.stdout.flush()
        return code if isinstance(code, int) else ExitCode.DONE
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        _print_stderr(error.message)
        return error.exit_code
    except click.ClickException as error:
        print_error(explained(error, _root_context(), arguments))
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        _print_stderr("Interrupted. Run it again to continue.")
        return ExitCode.INTERRUPTED
    except BacklogError as error:
        print_error(error)
        return error.exit_code
    except OSError as error:
        if error.errno is None:
            return _bug(error, arguments)
        _silence(sys.stdout)
        if error.errno == errno.EPIPE:
            return ExitCode.FAILED
        problem = of_system(error)
        print_error(problem)
        return problem.exit_code
    except Exception as error:
        return _bug(error, arguments)


def _root_context() -> click.Context:
    return click.Context(cli, info_name="backlog", **cli.context_settings)


def print_error(error: BacklogError) -> None:
    """Print an error's message and hint on standard error."""
    if log.message(error.message, "error", slug=error.slug, hint=error.hint):
        return
    from backlog_sync.cli.screen import look_of  # noqa: PLC0415 - only if there is an error
    from backlog_sync.core.diagnostics import Severity  # noqa: PLC0415 - the same
    from backlog_sync.render.message import message_text  # noqa: PLC0415 - the same

    look = replace(look_of(sys.stderr), color=log.colors())
    text = message_text(Severity.ERROR, error.slug, error.message, error.hint or "", look)
    _print_stderr(text.removesuffix("\n"))


def _print_stderr(line: str) -> None:
    """Print a line on standard error; ignore a closed stream."""
    if log.message(line):
        return
    with suppress(OSError):
        click.echo(line, err=True, color=True)


def _silence(stream: TextIO) -> None:
    """Redirect a stream to the null device if it cannot be flushed any more."""
    try:
        stream.flush()
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())


def _bug(error: BaseException, arguments: Sequence[str]) -> int:
    from backlog_sync.cli.crash import write_report  # noqa: PLC0415 - only if there is a bug

    place = write_report(error, arguments)
    _print_stderr(
        f"backlog: this is a bug ({type(error).__name__}); a report to send is in {place}"
    )
    return ExitCode.BUG


@click.group(
    cls=Backlog,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="\b\nTry it without a token:\n  backlog demo\n  backlog sync ROADMAP.md --sandbox",
)
@click.version_option(__version__, "-V", "--version", prog_name="backlog")
def cli() -> None:
    """Keep a plan file and GitHub in sync: Terraform for your backlog."""


def collect_rarely() -> None:
    """Run the cyclic garbage collector less often: the many values of a backlog have no cycles.

    Looking through them took a fifth of the time of planning 10,000 items, and that of modules a
    tenth of `lint`. Loading modules makes half of the first 400,000. At the end of the process
    nothing is looked through: all of it is freed anyway.
    """
    gc.set_threshold(400_000, 20, 100)
    atexit.register(gc.freeze)


def main() -> NoReturn:
    """Run the installed command; this is its entry point."""
    collect_rarely()
    # looking for plugins reads the metadata of every installed package
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    INTERRUPTS.process_ends = True
    cli.main(prog_name="backlog")
