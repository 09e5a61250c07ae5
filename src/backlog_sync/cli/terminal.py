"""Presenter on a terminal: show plans and results, and ask questions."""

from __future__ import annotations

import shlex
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from backlog_sync import wiring
from backlog_sync.cli import moved
from backlog_sync.cli.main import print_error
from backlog_sync.cli.options import OutputOptions, command_line
from backlog_sync.cli.screen import Screen, start_log
from backlog_sync.cli.write_back import Written, files_after, unrecorded_lines
from backlog_sync.core.accounts import BULLETS_FLAG, Verdict
from backlog_sync.core.change_kinds import Action, ChangeKind
from backlog_sync.core.checkout import astray
from backlog_sync.core.digests import SHORT_DIGEST
from backlog_sync.core.escape import clean
from backlog_sync.core.estimate import estimate
from backlog_sync.core.guards import Violation
from backlog_sync.core.plan import Outcome, Plan, Result
from backlog_sync.core.plan_json import outcomes_to_json, plan_to_json
from backlog_sync.environment import Environment, environment
from backlog_sync.errors import BacklogError, FailedError
from backlog_sync.files.account import accounts
from backlog_sync.render.canvas import wrapped
from backlog_sync.render.expected import expected_text
from backlog_sync.render.json import dump
from backlog_sync.render.outcomes import outcomes_text
from backlog_sync.render.text import plan_text, summary_text
from backlog_sync.render.words import counted, found_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from backlog_sync.cli.requests import ReportRequest
    from backlog_sync.cli.workspace import Run
    from backlog_sync.core.drift import Drift
    from backlog_sync.core.observed import ObservedState
    from backlog_sync.engine.executor import Applied
    from backlog_sync.engine.reconcile import Prepared
    from backlog_sync.files.load import Loaded
    from backlog_sync.reports.values import Report

MANY = 50
"""More new issues than this need a confirmation."""

NOT_CONFIRMED = "not-confirmed"


def open_terminal(output_options: OutputOptions, output: str, *, yes: bool = False) -> Terminal:
    """Return the terminal with these options; `output` is the format of the result."""
    terminal = Terminal(output_options, environment(), output, yes=yes)
    start_log(terminal)
    return terminal


class Terminal(Screen):
    """Standard output and error as a run's presenter; satisfies `presenter.Presenter`.

    `output` is the format of the result; with `yes` nobody is asked.
    """

    def __init__(
        self,
        output_options: OutputOptions,
        env: Environment,
        output: str = "text",
        *,
        yes: bool = False,
    ) -> None:
        super().__init__(output_options, env)
        self.output = output
        self.yes = yes

    def unreadable(self, loaded: Loaded) -> None:
        """Show the errors of files that end the run."""
        from backlog_sync.render.diagnostics import diagnostics_text  # noqa: PLC0415 - only for errors

        look = self.look(err=True)
        self.write_stderr(diagnostics_text(loaded.diagnostics, look, loaded.texts))
        self.write_stderr(found_text(loaded.diagnostics, then="nothing was sent"))

    def files(self, loaded: Loaded) -> None:
        """Show how many warnings lint reports about files without errors."""
        if loaded.diagnostics:
            note = counted(len(loaded.diagnostics), "warning")
            them = "it" if len(loaded.diagnostics) == 1 else "them"
            self.info(f"{note} about the files; `backlog lint` shows {them}")

    def _after_undo(self, run: Run, prepared: Prepared) -> None:
        """Show how to reopen issues that the last run's undo closed."""
        observed, last = prepared.observed, None
        with suppress(BacklogError):  # a damaged record is an error of `undo` only
            last = run.journals(observed).run()
        if last is None:
            return
        from backlog_sync.core.undo import closed_by, reopening  # noqa: PLC0415 - after a sync

        if issues := closed_by(last, observed):
            redo = command_line("undo", "--redo")
            text = reopening([observed.ref(issue) for issue in issues], redo)
            self.info("\n" + wrapped(text, self.look(err=True)))

    def _missed(self, loaded: Loaded) -> None:
        """Show in one line the bullets that may have been meant as items, if any."""
        missed = [line for each in accounts(loaded) for line in each.of(Verdict.LEFT)
                  if BULLETS_FLAG in line.reason]  # fmt: skip
        if missed:
            paths = click.get_current_context().params.get("paths", ())
            explain = clean(shlex.join(["backlog", "lint", *paths, "--explain"]))
            bullets = f"{counted(len(missed), 'bullet')} {'is' if len(missed) == 1 else 'are'}"
            text = (
                f"{bullets} not in this plan; `{explain}` shows which, `{BULLETS_FLAG}` adds them."
            )
            self.info("\n" + wrapped(text, self.look(err=True)))

    # ---- plan ----------------------------------------------------------------------------------

    def unfinished(self, message: str, hint: str) -> None:
        """Print a warning about what an interrupted run left."""
        self.warn("interrupted-run", message, hint)

    def worded(self, prepared: Prepared) -> Prepared:
        """Return the plan unchanged: its hints name options already."""
        return prepared

    def overridden(self, violation: Violation) -> None:
        """Name a guard that `--force` overrides."""
        self.warn(violation.slug, f"overridden by --force: {violation.message}")

    def plan(self, run: Run, prepared: Prepared, standing: Sequence[Violation]) -> None:
        """Show a plan that is not applied, and the guards that would refuse it."""
        self._print_plan(prepared.plan)
        self._missed(run.loaded)
        self._after_undo(run, prepared)
        self.would_refuse(moved.hinted(run, standing))
        todo = prepared.plan.has_changes or prepared.plan.writes
        if todo and self.output == "text" and not standing:
            digest = prepared.plan.digests.plan
            short = digest if self.output_options.verbose else digest[:SHORT_DIGEST]
            self.info(f"\nRun `{command_line('sync', planned=True)}` to apply this plan.")
            if prepared.plan.has_changes:
                self.info(f"`--approve {short}` applies exactly this plan without a question.")

    def saved(self, out: Path) -> None:
        """Show how to apply the saved plan."""
        apply = command_line("sync", "--plan", clean(str(out)))
        self.info(f"Saved: `{apply}` applies exactly this plan.")

    def _print_plan(self, plan: Plan) -> None:
        if self.output == "json":
            self.result(dump(plan_to_json(plan)))
        elif self.output_options.quiet:
            self.result(summary_text(plan, self.look()))
        else:
            self.result(plan_text(plan, self.look(), command_line))

    # ---- sync ----------------------------------------------------------------------------------

    def superseded(self, why: str) -> None:
        """Report that a newer commit has its own run."""
        self.write_stderr(f"superseded: {clean(why)}; nothing was sent")
        if self.output == "json":
            self.result(dump({"format_version": 1, "superseded": why}))

    def moved(self, run: Run, violations: Sequence[Violation], *, yes: bool) -> bool:
        """Write the former identity of a moved file into it if a person agrees."""
        return moved.keep_identity(self, run, violations, yes=yes)

    def plan_to_apply(self, run: Run, prepared: Prepared) -> None:
        """Show the plan; if the result is JSON, only if a person will be asked."""
        plan = prepared.plan
        if self.output == "text":
            self._print_plan(plan)
            self._after_undo(run, prepared)
        elif plan.has_changes and not self.yes and self.can_ask():
            self.write_stderr(plan_text(plan, self.look(err=True), command_line))
        if plan.has_changes and not prepared.violations:
            tracker, look = run.tracker, self.look(err=True)
            expected = estimate(plan, lambda count: tracker.waits(count).ahead)
            timed = not prepared.observed.sandbox
            budget = run.target.budget
            self.info(expected_text(expected, tracker.usage(), look, timed=timed, budget=budget))

    def consent(self, run: Run, prepared: Prepared, *, approved: bool) -> Violation | None:
        """Ask for a yes unless it was given already; return why it is missing, None if given."""
        self._warn_astray(run)
        if approved or self.yes:
            return None
        plan = prepared.plan
        if self.can_ask():
            agreed = self.ask(f"Apply this to {clean(plan.repository)}?")
            return None if agreed else Violation(NOT_CONFIRMED, "not confirmed", "answer `y`")
        if not plan.is_first and plan.new_issues <= MANY:
            return None
        what = "this is the first sync and would" if plan.is_first else "this would"
        why = f"{what} {_new(plan)} in {plan.repository}, and there is no terminal to ask on"
        return Violation("needs-yes", why, "look at the plan above, then run the same with --yes")

    def _warn_astray(self, run: Run) -> None:
        """Warn if the files may not be the agreed ones, before anybody is asked.

        If git does not know, or the remote cannot be reached, the run continues.
        """
        if run.target.sandbox or self.env.workflow:
            return
        try:
            reason = astray(wiring.repository_here(run.target.top, self.env).checkout())
        except FailedError:
            return
        if reason:
            self.warn("other-commit", reason, "check out the tip of the default branch, or go on")

    def refused(self, run: Run, prepared: Prepared, violations: Sequence[Violation]) -> None:
        """Show why nothing was sent."""
        for violation in moved.hinted(run, violations):
            if violation.slug == NOT_CONFIRMED:
                self.write_stderr("Canceled; nothing was changed.")
            else:
                self.refuse(violation.slug, violation.message, violation.hint)
        if self.output == "json":
            plan = prepared.plan
            why = "; ".join(violation.message for violation in violations)
            outcomes = tuple(Outcome(c, Result.NOT_REACHED, c.ref, None, why) for c in plan.changes)
            self.result(dump(outcomes_to_json(plan, outcomes, run.tracker.usage(), ())))

    def synced(
        self,
        run: Run,
        prepared: Prepared,
        applied: Applied,
        written: Written,
        *,
        kind: str = "Sync",
    ) -> None:
        """Show what was done, and what was not; `kind` names the run."""
        plan = prepared.plan
        self.warn_of_progress(written.replaced, written.unplaced)
        if self.output == "json":
            envelope = outcomes_to_json(
                plan, applied.outcomes, applied.usage, written.paths, stopped=applied.stopped
            )
            self.result(dump(envelope))
        elif plan.changes or written.paths:
            gap = "" if self.output_options.quiet else "\n"
            text = outcomes_text(
                applied.outcomes,
                applied.usage,
                written.writes,
                self.look(),
                see=_where_to_look(run, plan, applied),
                run=kind,
            )
            self.result(gap + text)
            if run.target.sandbox and run.desired.project is None and _creates(plan):
                board = f"{run.target.repository.partition('/')[0]}/Board"
                self.info(f"Add a board: {clean(command_line('sync', '--project', board))}")
        for leftover in written.left:
            note = f"{leftover.title} ({leftover.ref}): {leftover.name} does not fit the file"
            self.write_stderr(f"{clean(note)}: {clean(leftover.reason)}")
        for problem in (applied.stopped, written.problem):
            if problem is not None:
                print_error(problem)
        for line in unrecorded_lines(written.unrecorded):
            self.write_stderr(line)
        if plan.conflicts and self.output == "text":
            held = counted(len(plan.conflicts), "value")
            self.write_stderr(f"{held} held: decide as shown under 'Needs you', then sync again")
        if applied.interrupted:
            self.write_stderr("Interrupted. Run it again to continue.")

    def deliver(self, run: Run, paths: Sequence[str], code: int) -> int:  # noqa: ARG002 - a workflow's
        """Leave the files where they are, and return the exit code unchanged."""
        return code

    # ---- drift ---------------------------------------------------------------------------------

    def drift(self, run: Run, prepared: Prepared, drift: Drift) -> None:
        """Show drift, and the guards that would refuse a sync."""
        from backlog_sync.core.drift import drift_to_json  # noqa: PLC0415 - only for this command
        from backlog_sync.render.drift import drift_summary, drift_text  # noqa: PLC0415 - the same

        if prepared.observed.project_problem:
            self.board_left_out(prepared.observed.project_problem)
        if self.output == "json":
            self.result(dump(drift_to_json(drift)))
        elif self.output_options.quiet:
            self.result(drift_summary(drift, self.look()))
        else:
            self.result(drift_text(drift, self.look(), command_line))
        # Only guards for what makes everything look new or missing, not those for a sync's writes.
        self.would_refuse(v for v in moved.hinted(run, prepared.violations) if not v.final)

    # ---- report --------------------------------------------------------------------------------

    def board_left_out(self, problem: str) -> None:
        """Show why the board was not read."""
        self.write_stderr(f"board left out: {problem}")

    def unwritten(self, problem: BacklogError) -> None:
        """Warn that the files cannot be written: what is shown does not depend on them."""
        self.warn(problem.slug, problem.message, problem.hint or "")

    def written(self, run: Run, observed: ObservedState, written: Written, *, denied: bool) -> None:
        """Show values that were not written and why; without permission, the whole difference."""
        for line in unrecorded_lines(written.unrecorded):
            self.write_stderr(line)
        if denied:
            for change in files_after(run.loaded, run.desired, observed)[1]:
                self.difference(change, err=True)
        self.warn_of_progress(written.replaced, written.unplaced)

    def report(self, report: Report, request: ReportRequest, written: Written | None) -> None:
        """Show the report, or write it to its destination."""
        # Reports and what draws them are loaded by the verb that has one.
        from backlog_sync.cli.report_output import print_report  # noqa: PLC0415

        print_report(self, self.output, report, request, written)

    def posting(self, *, required: bool = False) -> AbstractContextManager[None]:  # noqa: ARG002 - a workflow's
        """Return a context that lets an error in posting end the run."""
        return nullcontext()

    def posted(self, text: str) -> None:
        """Show where something was posted."""
        self.info(text)


def _new(plan: Plan) -> str:
    """Return how many issues a plan creates and adopts."""
    counts = plan.summary()
    verbs = [action.value for action in (Action.CREATE, Action.ADOPT) if counts[action.value]]
    actions = " and ".join(f"{verb} {counts[verb]}" for verb in verbs)
    return f"{actions} {'issue' if plan.new_issues == 1 else 'issues'}"


def _creates(plan: Plan) -> bool:
    return bool(plan.summary()[Action.CREATE.value])


def _where_to_look(run: Run, plan: Plan, applied: Applied) -> str:
    """Return the address of what was created: the board, or the issues; "" if nothing is new."""
    if not _creates(plan):
        return ""
    pages = None
    if run.target.sandbox:
        from backlog_sync.sandbox_server import served_url  # noqa: PLC0415 - only for it

        pages = served_url(run.target.top)
        if pages is None:
            return "backlog sandbox serve"
    observed = applied.observed
    boards = [o.url for o in applied.outcomes if o.change.kind is ChangeKind.PROJECT and o.url]
    issues = [issue.url.rpartition("/")[0] for issue in observed.issues[:1]]
    address = next(iter([*boards, *([observed.project.url] if observed.project else issues)]), "")
    if pages is None and (urlsplit(address).hostname or "").endswith(".localhost"):
        pages = run.target.env.api_url  # a simulator that is reached by its address
    return f"{pages}{urlsplit(address).path}" if pages else address
