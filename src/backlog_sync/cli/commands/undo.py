"""`backlog undo`."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from backlog_sync import wiring
from backlog_sync.cli.options import (
    OutputOptions,
    TargetOptions,
    as_for_sync,
    budget_options,
    command_line,
    complete_items,
    format_option,
    output_options,
    target_options,
)
from backlog_sync.core.change_kinds import ChangeKind
from backlog_sync.core.changes import CloseIssue
from backlog_sync.core.escape import clean
from backlog_sync.core.guards import Violation, rights
from backlog_sync.core.plan import Plan, Result
from backlog_sync.core.plan_json import outcomes_to_json, plan_to_json
from backlog_sync.core.undo import closed_by, closing, redo_plan, reopening, run_keys, undo_plan
from backlog_sync.dataclass import dataclass
from backlog_sync.engine.undo import apply_redo, apply_undo, observe_for_undo, with_other_issues
from backlog_sync.errors import ExitCode, RefusedError, UsageError
from backlog_sync.local.signals import INTERRUPTS
from backlog_sync.render.json import dump
from backlog_sync.render.words import counted

if TYPE_CHECKING:
    from backlog_sync.cli.screen import Screen
    from backlog_sync.cli.workspace import Run
    from backlog_sync.core.budget import Budget
    from backlog_sync.core.observed import ObservedState
    from backlog_sync.core.run_record import RunRecord
    from backlog_sync.engine.executor import Applied
    from backlog_sync.engine.ports import Journal


@click.command(
    "undo",
    epilog="\b\nExamples:\n  backlog undo\n  backlog undo --list\n"
    "  backlog undo --redo\n  backlog undo --run 12 --dry-run\n  backlog undo ROADMAP.md --sandbox",
)
@target_options("undo")
@click.option("--run", "number", type=click.IntRange(min=1), metavar="N",
              help="Undo this run instead of the last one; --list shows the numbers.")  # fmt: skip
@click.option("--from", "source", metavar="FILE",
              help="Undo the run of this record: the action's output undo-record.")  # fmt: skip
@click.option("--list", "listing", is_flag=True, help="List the runs that are kept and stop.")
@click.option("--redo", is_flag=True,
              help="Take an undo back: reopen the issues that it closed. The next sync applies the"
              " rest.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Show what would change and stop.")
@click.option("--only", multiple=True, metavar="ITEM", shell_complete=complete_items,
              help="Undo only what was done to this item: a key, an issue number, a title, or the"
              " start of a key or title. May be repeated.")  # fmt: skip
@budget_options
@as_for_sync
@click.option("-y", "--yes", is_flag=True, help="Skip the confirmation.")
@format_option("text", "json")
@output_options
def command(
    *,
    target: TargetOptions,
    number: int | None,
    source: str | None,
    listing: bool,
    redo: bool,
    dry_run: bool,
    only: tuple[str, ...],
    budget: Budget,
    yes: bool,
    output: str,
    output_options: OutputOptions,
) -> int:
    """Undo the last run: restore what it changed, and close what it created.

    The changes are shown first. A value is restored only if it still is what that run wrote;
    whatever people changed since is left alone and listed. Created issues are closed as not
    planned; --redo, then sync, goes on with them. Nothing is deleted: labels, milestones, the
    board, its views and comments stay, and so do the files. Options of the sync, such as --prune,
    are accepted and have no effect here.
    """
    from backlog_sync.cli.terminal import open_terminal
    from backlog_sync.cli.workspace import workspace
    from backlog_sync.local.run_files import read_given_record

    if redo and listing:
        raise UsageError("--redo and --list exclude each other", hint="use one of them")
    if sum((number is not None, source is not None, listing)) > 1:
        raise UsageError("--run, --from and --list exclude each other", hint="use one of them")
    given = read_given_record(Path(source)) if source is not None else None
    terminal = open_terminal(output_options, output)
    reads = dry_run or listing
    with workspace(target, terminal, read_only=reads, budget=budget) as opened:
        opened.lock(files=False)
        undo = _Undo(
            terminal, opened, output, only, redo=redo, dry_run=dry_run, yes=yes or target.sandbox
        )
        return undo.show_list() if listing else undo(number, given, source)


@dataclass(frozen=True, slots=True)
class _Undo:
    screen: Screen
    opened: Run
    output: str
    only: tuple[str, ...]
    redo: bool
    dry_run: bool
    yes: bool

    def __call__(self, number: int | None, given: RunRecord | None, source: str | None) -> int:
        """Show what a run changed, and undo it; return the exit code."""
        from backlog_sync.cli.commands.sync import exit_code
        from backlog_sync.cli.only import Choice, choices_of, keys_of

        observed = self._observe()
        journal = self.opened.journals(observed)
        observed = replace(observed, saved_iterations=journal.saved_iterations())
        self.opened.warn_of_pending(observed.saved_iterations)
        run = _checked(given, observed) if given else self._run(journal, number, observed)
        if run is None and self.redo:
            return self._nothing("no undo on this machine closed an issue that is still closed")
        if run is None:
            return self._nothing("no run is known on this machine that changed anything")
        if run.undone and number is None and not self.redo:
            why = f"the last run, of {_moment(run)}, is undone already (earlier ones: --list)"
            return self._nothing(why)
        items = {choice.key: choice for choice in choices_of(self.opened.desired.items)}
        choices = [items.get(key, Choice(key)) for key in run_keys(run)]
        only = keys_of(self.only, choices, self.opened.target.repository)
        observed = with_other_issues(observed, run, self.opened.tracker)
        undo = (redo_plan if self.redo else undo_plan)(observed, run, only)
        if not undo.plan.changes:
            return self._unchanged(undo.plan, run)
        self._show(undo.plan, run)
        if self.dry_run:
            return ExitCode.DONE
        if not self._confirmed(undo.plan, rights(observed.repository)):
            return ExitCode.REFUSED
        with INTERRUPTS.held(), self.screen.progress() as bar:
            apply = apply_redo if self.redo else partial(apply_undo, whole=not self.only)
            applied = apply(
                undo,
                run,
                self.opened.desired,
                observed,
                tracker=self.opened.tracker,
                nonces=wiring.nonces(),
                progress=bar,
                journal=None if given else journal,
            )
        applied = replace(applied, interrupted=applied.interrupted or INTERRUPTS.asked)
        self._report(undo.plan, applied)
        closed = [o.ref or "" for o in applied.outcomes
                  if isinstance(o.change, CloseIssue) and o.result is Result.APPLIED]  # fmt: skip
        if closed and self.output == "text":
            again = ("--from", source) if source else ()
            self._note(reopening(closed, command_line("undo", *again, "--redo")))
        if self.redo and self.output == "text":
            self._note(f"Run `{clean(command_line('sync'))}` to go on with them.")
        return exit_code(undo.plan, applied)

    def show_list(self) -> int:
        """List the recorded runs."""
        journal = self.opened.journals(self._observe(issues=False))
        runs = [run for n in journal.run_numbers() if (run := journal.run(n)) is not None]
        if self.output == "json":
            self.screen.result(dump({"format_version": 1, "runs": [_run_json(r) for r in runs]}))
            return ExitCode.DONE
        if not runs:
            self.screen.info(
                f"no runs are kept on this machine for {self.opened.target.repository}"
            )
            return ExitCode.DONE
        from backlog_sync.render.canvas import paint, table_lines

        columns, look = (
            ("Run", "Began", "Backlog", "Changed", "Created", "State"),
            self.screen.look(),
        )
        rows = map(_row, reversed(runs))
        numbers = ("Run", "Changed", "Created")
        self.screen.result(paint(table_lines(columns, rows, look, numbers=numbers, indent=0), look))
        return ExitCode.DONE

    @property
    def _name(self) -> str:
        return "Redo" if self.redo else "Undo"

    # ---- parts ---------------------------------------------------------------------------------

    def _observe(self, *, issues: bool = True) -> ObservedState:
        with self.screen.reading(self.opened.target.repository):
            if not issues:
                return self.opened.tracker.definitions(None, None)
            return observe_for_undo(self.opened.desired, self.opened.tracker)

    def _run(
        self, journal: Journal, number: int | None, observed: ObservedState
    ) -> RunRecord | None:
        if self.redo and number is None:
            runs = (journal.run(each) for each in reversed(journal.run_numbers()))
            return next((run for run in runs if closed_by(run, observed)), None)
        run = journal.run(number)
        if run is None and number is not None:
            kept = ", ".join(map(str, journal.run_numbers())) or "none"
            raise UsageError(
                f"there is no run {number} of {observed.repository.name_with_owner} on this"
                f" machine; kept: {kept}",
                slug="no-run",
                hint="`backlog undo --list` shows the runs that can be undone",
            )
        return run

    def _note(self, text: str) -> None:
        from backlog_sync.render.canvas import wrapped

        self.screen.info(wrapped(text, self.screen.look(err=True)))

    def _nothing(self, why: str) -> int:
        self._note(f"{why}: nothing to do")
        if self.output == "json":
            self.screen.result(dump(plan_to_json(Plan(self.opened.target.repository, None, ()))))
        return ExitCode.DONE

    def _unchanged(self, plan: Plan, run: RunRecord) -> int:
        """Report that nothing can be undone, and list what is left alone."""
        for warning in plan.warnings:
            ref = f"{warning.ref}: " if warning.ref else ""
            self.screen.info(clean(f"{ref}{warning.message} ({warning.hint})"))
        why = "created nothing that is open, and changed nothing that is still as it left it"
        if self.redo:
            why = "has no issue that an undo closed and that is still closed"
        self.screen.info(f"the run of {_moment(run)} {why}: nothing to do")
        if self.output == "json":
            self.screen.result(dump(plan_to_json(plan)))
        return ExitCode.DONE

    def _show(self, plan: Plan, run: RunRecord) -> None:
        from backlog_sync.render.text import plan_text

        if self.dry_run and self.output == "json":
            self.screen.result(dump(plan_to_json(plan)))
        elif self.output == "text" or not self.yes:
            # The title says once what is the reason of each closing.
            changes = (
                replace(c, reason="") if c.kind is ChangeKind.ISSUE else c for c in plan.changes
            )
            title = f"{self._name} of the run of {_moment(run)}"
            look = self.screen.look(err=self.output != "text")
            shown = plan_text(replace(plan, changes=tuple(changes)), look, title=title)
            (self.screen.result if self.output == "text" else self.screen.write_stderr)(shown)

    def _confirmed(self, plan: Plan, violations: list[Violation]) -> bool:
        """Return whether the undo may go ahead; if not, the reason has been printed."""
        for violation in violations:
            self.screen.refuse(violation.slug, violation.message, violation.hint)
        if violations or self.yes:
            return not violations
        count = counted(len(plan.changes), "change")
        if self.screen.can_ask():
            agreed = self.screen.ask(f"Make {count} in {clean(plan.repository)}?")
            if not agreed:
                self.screen.write_stderr("Canceled; nothing was changed.")
            return agreed
        why = f"this makes {count}, and there is no terminal to ask on"
        self.screen.refuse("needs-yes", why, "look at the plan above, then run the same with --yes")
        return False

    def _report(self, plan: Plan, applied: Applied) -> None:
        from backlog_sync.cli.main import print_error
        from backlog_sync.render.outcomes import outcomes_text

        if self.output == "json":
            outcomes, stopped = applied.outcomes, applied.stopped
            envelope = outcomes_to_json(plan, outcomes, applied.usage, (), stopped=stopped)
            self.screen.result(dump(envelope))
        else:
            look = self.screen.look()
            text = outcomes_text(applied.outcomes, applied.usage, (), look, run=self._name)
            self.screen.result("\n" + text)
        if applied.stopped is not None:
            print_error(applied.stopped)


def _checked(given: RunRecord, observed: ObservedState) -> RunRecord:
    """Return a record from a file, if it is about this repository; else raise `RefusedError`.

    It is unknown how far an earlier undo of it came, so whatever is as it was before the run
    counts as restored.
    """
    repository = observed.repository
    if given.repository_id != repository.id:
        raise RefusedError(
            f"the file is the record of a run on {clean(given.repository)}, and this is about"
            f" {repository.name_with_owner}; nothing was sent",
            slug="other-repository",
            hint=f"name that repository: --repo {clean(given.repository)}",
        )
    values = {value.identity for value in given.overwritten}
    closed = {closing(intent.id) for intent in given.created if intent.id}
    return replace(given, restoring=frozenset(values | closed))


def _moment(run: RunRecord) -> str:
    return datetime.fromtimestamp(run.at, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _created(run: RunRecord) -> int:
    return sum(intent.number is not None for intent in run.created)


def _changed(run: RunRecord) -> int:
    """Return how many issues, labels, milestones and board fields a run changed."""
    return len({value.id for value in run.overwritten})


def _row(run: RunRecord) -> tuple[str, ...]:
    began = _moment(run).removesuffix(" UTC")
    counts = (str(_changed(run)), str(_created(run)))
    return (str(run.number), began, clean(run.backlog), *counts, "undone" if run.undone else "")


def _run_json(run: RunRecord) -> dict[str, Any]:
    return {
        "run": run.number,
        "began": datetime.fromtimestamp(run.at, UTC).isoformat(timespec="seconds"),
        "backlog": run.backlog,
        "repository": run.repository,
        "changed": _changed(run),
        "created": _created(run),
        "undone": run.undone,
    }
