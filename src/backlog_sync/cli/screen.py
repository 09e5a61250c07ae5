"""Output of a run: standard output for the result, standard error for everything else."""

import shutil
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, TextIO

import click

from backlog_sync import __version__, log
from backlog_sync.cli.options import OutputOptions
from backlog_sync.core.diagnostics import Severity
from backlog_sync.core.escape import clean
from backlog_sync.credentials import hide_secrets
from backlog_sync.environment import Environment, environment
from backlog_sync.render.canvas import Look
from backlog_sync.render.diffs import diff_text
from backlog_sync.render.message import message_text

if TYPE_CHECKING:
    from backlog_sync.cli.progress import Bar
    from backlog_sync.core.guards import Violation
    from backlog_sync.files.load import Loaded
    from backlog_sync.files.write.change import FileChange

_LONG = 5.0
"""Seconds of waiting that pass without a message."""
_WIDEST = 140
"""Columns beyond which the right edge would be too far from its title."""


def open_screen(output_options: OutputOptions) -> "Screen":
    """Return the screen of a run, and start its log as the options ask for it."""
    screen = Screen(output_options, environment())
    start_log(screen)
    return screen


def start_log(screen: "Screen") -> None:
    """Start the log of a run as its options ask for it."""
    options = screen.output_options
    log.configure(
        options.verbose,
        options.log_format,
        secrets_out=hide_secrets,
        color=screen.look(err=True).color,
        width=shutil.get_terminal_size((80, 24)).columns if sys.stderr.isatty() else None,
    )
    context = click.get_current_context(silent=True)
    log.event("run.started", verb=context.info_name if context else None, version=__version__)


def log_files(loaded: "Loaded") -> None:
    """Log what was read of the files."""
    errors = len(loaded.errors)
    log.event(
        "files.loaded",
        files=len(loaded.files),
        items=sum(loaded.inventory.counts.values()),
        errors=errors,
        warnings=len(loaded.diagnostics) - errors,
    )


def look_of(stream: TextIO) -> Look:
    """Return the width and the characters of a stream, without color."""
    try:
        "→…█✓∅│├└".encode(stream.encoding)
        plain = False
    except (UnicodeEncodeError, LookupError):
        plain = True
    width = min(shutil.get_terminal_size((80, 24)).columns, _WIDEST)
    return Look(width=width, ascii=plain, uncut=not stream.isatty())


class Screen:
    """Standard output and standard error of one run."""

    def __init__(self, output_options: OutputOptions, env: Environment) -> None:
        self.output_options = output_options
        self.env = env

    def look(self, *, err: bool = False) -> Look:
        """Return how text for standard output (or standard error) looks."""
        stream = sys.stderr if err else sys.stdout
        as_json = err and self._logs_json
        return replace(
            look_of(stream),
            color=self._color(terminal=stream.isatty()) and not as_json,
            full=self.output_options.verbose > 0,
            guides=stream.isatty() and not self.env.dumb,
            uncut=not stream.isatty() or as_json,
        )

    @property
    def _logs_json(self) -> bool:
        """Whether standard error contains only JSON."""
        return self.output_options.log_format == "json"

    def _color(self, *, terminal: bool) -> bool:
        if self.output_options.color != "auto":
            return self.output_options.color == "always"
        return terminal and not self.env.no_color and not self.env.dumb

    def result(self, text: str) -> None:
        """Print a part of the result."""
        click.echo(text, nl=False, color=True)

    def info(self, text: str) -> None:
        """Print a line on standard error, unless quiet."""
        if not self.output_options.quiet:
            self.write_stderr(text)

    def write_stderr(self, text: str) -> None:
        """Print a line on standard error, quiet or not; a closed stream does not end the run."""
        if log.message(text):
            return
        with suppress(OSError):
            click.echo(text if text.endswith("\n") else text + "\n", nl=False, err=True, color=True)

    def warn(self, slug: str, message: str, hint: str = "") -> None:
        """Print a warning on standard error, quiet or not."""
        self._message(Severity.WARNING, slug, message, hint)

    def warn_of_progress(self, replaced: Iterable[str], unplaced: Iterable[str]) -> None:
        """Print warnings about words that progress replaced, and progress without a place."""
        for slug, messages in (("status-replaced", replaced), ("no-place", unplaced)):
            for message in messages:
                self.warn(slug, message)

    def refuse(self, slug: str, why: str, hint: str) -> None:
        """Print why nothing was sent, and what to do."""
        self._message(Severity.ERROR, slug, f"refused: {why}; nothing was sent", hint)

    def would_refuse(self, violations: "Iterable[Violation]") -> None:
        """Print why a sync would send nothing, and what to do."""
        for violation in violations:
            self.warn(
                violation.slug, f"sync would refuse this: {violation.message}", violation.hint
            )

    def _message(self, severity: Severity, slug: str, message: str, hint: str) -> None:
        self.write_stderr(message_text(severity, slug, message, hint, self.look(err=True)))

    def difference(self, change: "FileChange", *, err: bool = False) -> None:
        """Show how a file changes."""
        before, after = (raw.decode("utf-8-sig") for raw in (change.before, change.after))
        text = diff_text(change.path, before, after, self.look(err=err))
        if err:
            self.write_stderr(text.rstrip("\n"))
        else:
            self.result(text)

    def waits(self, seconds: float) -> None:
        """Print that a request waits, if the wait is long enough to be noticed."""
        if seconds >= _LONG:
            until = time.strftime("%H:%M:%S", time.localtime(time.time() + seconds))
            self.info(f"waiting {seconds:.0f} s before the next request, until {until}")

    @property
    def is_watched(self) -> bool:
        """Whether a person reads standard output."""
        return sys.stdout.isatty()

    def can_ask(self) -> bool:
        """Return whether a person at a terminal can be asked."""
        return sys.stdin.isatty() and sys.stderr.isatty()

    def ask(self, question: str) -> bool:
        """Ask a yes-or-no question on standard error; the default is no."""
        with self._own_line():
            return click.confirm(question, default=False, err=True)

    def choose(self, question: str, answers: Sequence[str], default: str) -> str:
        """Ask on standard error for one of several words, with a default."""
        choice = click.Choice([*dict.fromkeys((*answers, default))], case_sensitive=False)
        with self._own_line():
            return str(click.prompt(question, type=choice, default=default, err=True))

    @contextmanager
    def _own_line(self) -> Iterator[None]:
        """End the line of a question that is interrupted, so that what follows has its own."""
        try:
            yield
        except click.Abort:
            self.write_stderr("")
            raise

    def answer(self, question: str, default: str) -> str:
        """Ask on standard error for a line of text, with a default."""
        with self._own_line():
            return str(click.prompt(question, default=default, err=True)).strip()

    def reading(self, repository: str) -> AbstractContextManager[object]:
        """Show a spinner on standard error while GitHub is read; only on a terminal."""
        return self.busy(f"Reading {clean(repository)} …")

    def busy(self, text: str) -> AbstractContextManager[object]:
        """Show a spinner with this text on standard error; only on a terminal."""
        if not self._shows_progress():
            return nullcontext()
        from backlog_sync.cli.progress import spinner  # noqa: PLC0415 - only for a person who waits

        return spinner(text, color=self._color(terminal=True))

    def _shows_progress(self) -> bool:
        quiet = self.output_options.quiet or self._logs_json or self.env.dumb
        return sys.stderr.isatty() and not quiet

    def progress(self) -> "Bar":
        """Return a progress bar on standard error; without a terminal, a line each minute."""
        from backlog_sync.cli.progress import Bar  # noqa: PLC0415 - only long work has one

        shown = self._shows_progress()
        return Bar(
            shown=shown,
            color=self._color(terminal=sys.stderr.isatty()),
            info=None if shown else self.info,
        )
