"""`backlog sync`."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from backlog_sync import wiring
from backlog_sync.cli.options import (
    OutputOptions,
    TargetOptions,
    budget_options,
    format_option,
    output_options,
    plan_options,
    target_options,
)
from backlog_sync.cli.requests import SyncRequest
from backlog_sync.core.checkout import superseded
from backlog_sync.core.digests import SHORT_DIGEST
from backlog_sync.core.guards import Violation
from backlog_sync.core.options import PLAIN, PlanOptions
from backlog_sync.core.plan import Plan, Result
from backlog_sync.core.pull import Take, TakeValue, flow_back
from backlog_sync.core.saved import save_plan, what_moved
from backlog_sync.engine.apply import apply
from backlog_sync.errors import ExitCode
from backlog_sync.local.signals import INTERRUPTS

if TYPE_CHECKING:
    from backlog_sync.cli.presenter import Presenter
    from backlog_sync.cli.workspace import Run
    from backlog_sync.cli.write_back import Written
    from backlog_sync.core.budget import Budget
    from backlog_sync.engine.executor import Applied
    from backlog_sync.engine.reconcile import Prepared


def _digest(context: click.Context, option: click.Parameter, value: str | None) -> str | None:  # noqa: ARG001 - click's
    """Return the digits of a digest in lower case; refuse what cannot be one."""
    digits = value.strip().lower() if value is not None else None
    if digits is not None and not re.fullmatch(f"[0-9a-f]{{{SHORT_DIGEST},64}}", digits):
        raise click.BadParameter(
            f"{value!r} is not a digest: use at least the first {SHORT_DIGEST} digits of the one"
            " that `backlog plan` prints."
        )
    return digits


@click.command(
    "sync", epilog="\b\nExamples:\n  backlog sync ROADMAP.md --sandbox\n  backlog sync --yes"
)
@target_options("sync")
@click.option("--dry-run", is_flag=True, help="Show the plan and stop, like `backlog plan`.")
@click.option("--check", is_flag=True, help="With --dry-run: exit with 3 if there are changes.")
@plan_options
@click.option("--plan", "saved", metavar="FILE", type=click.Path(dir_okay=False),
              help="Apply exactly this saved plan (`plan --out`); refuse if anything changed"
              " since.")  # fmt: skip
@click.option("--approve", metavar="DIGEST", callback=_digest,
              help="Skip the confirmation if the plan has this digest (printed by `plan`; in a"
              " workflow all 64 digits); refuse any other plan.")  # fmt: skip
@budget_options
@click.option("--no-write-back", is_flag=True, help="Do not change the files.")
@click.option("-y", "--yes", is_flag=True,
              help="Skip the confirmation, and assign all agents instead of one.")  # fmt: skip
@format_option("text", "json")
@output_options
def command(
    *,
    target: TargetOptions,
    options: PlanOptions,
    force: tuple[str, ...],
    saved: str | None,
    approve: str | None,
    budget: Budget,
    dry_run: bool,
    check: bool,
    no_write_back: bool,
    yes: bool,
    output: str,
    output_options: OutputOptions,
) -> int:
    """Apply the files to GitHub and write progress back into them.

    Shows the plan first and asks for confirmation. Without a terminal, a first sync, or one that
    creates more than 50 issues, needs --yes.
    """
    if check and not dry_run:
        raise click.UsageError("--check only looks: add --dry-run.")
    if saved and (options != PLAIN or dry_run):
        raise click.UsageError(
            "--plan FILE contains the plan: options that would change it are not allowed."
        )
    from backlog_sync.cli.commands.plan import show_plan
    from backlog_sync.cli.terminal import open_terminal
    from backlog_sync.cli.workspace import workspace
    from backlog_sync.local.plan_file import read_plan

    terminal = open_terminal(output_options, output, yes=yes or target.sandbox or bool(saved))
    plan_file = read_plan(Path(saved)) if saved else None
    options = plan_file.options if plan_file else replace(options, all_agents=yes)
    request = SyncRequest(options, force, approve, plan_file, write=not no_write_back, yes=yes)
    with workspace(target, terminal, read_only=dry_run, budget=budget) as run:
        if dry_run:
            return show_plan(run, terminal, options, force=force, out=None, check=check)
        if terminal.env.workflow and not target.sandbox:
            late = superseded(wiring.repository_here(run.target.top, terminal.env).checkout())
            if late:
                terminal.superseded(late)
                return ExitCode.DONE
        return sync(run, terminal, request)


def sync(run: Run, presenter: Presenter, request: SyncRequest) -> int:
    """Plan, guard, ask, apply, write back and deliver; return the exit code."""
    run.lock(files=request.write and run.loaded.write_back != "none")
    prepared = _plan(run, request)
    if request.may_set_id and presenter.moved(run, prepared.violations, yes=request.yes):
        prepared = _plan(run, request)
    presenter.plan_to_apply(run, prepared)
    violations = _violations(run, prepared, request)
    if not violations and prepared.plan.has_changes:
        denied = presenter.consent(run, prepared, approved=request.approve is not None)
        violations = [denied] if denied else []
    if violations:
        presenter.refused(run, prepared, violations)
        return ExitCode.REFUSED
    with INTERRUPTS.held():
        applied, written = apply_and_write(run, presenter, prepared, request)
        presenter.synced(run, prepared, applied, written)
    code = _exit_code(prepared.plan, applied, written)
    return code if applied.interrupted else presenter.deliver(run, written.paths, code)


def _plan(run: Run, request: SyncRequest) -> Prepared:
    """Return the plan with what it writes; nothing that a cache says is acted on."""
    from backlog_sync.cli.write_back import with_file_words, with_writes

    show = with_writes if request.write else with_file_words
    # The digests of a saved plan are compared with those of a full read.
    cached = request.saved is None
    prepared = show(run.loaded, run.plan(request.options, wait=True, cached=cached))
    plan, is_cached = prepared.plan, prepared.observed.coverage.cached
    if is_cached and (plan.has_changes or plan.writes or prepared.violations):
        prepared = show(run.loaded, run.plan(request.options, wait=True, full=True))
    return prepared


def _violations(run: Run, prepared: Prepared, request: SyncRequest) -> list[Violation]:
    """Return what refuses this plan: guards, or else a saved or approved plan that differs."""
    standing = run.standing(prepared, request.force)
    if standing:
        return standing
    if request.saved:
        now = save_plan(prepared.plan, prepared.desired, prepared.observed, request.options)
        moved = what_moved(request.saved, now)
        if moved:
            why = f"the plan is stale: {'; '.join(moved)}"
            return [Violation("stale-plan", why, "plan again, and save or approve that plan")]
    digest, approved = prepared.plan.digests.plan, request.approve
    if approved is None or not prepared.plan.has_changes or approved == digest:
        return []
    if not digest.startswith(approved):
        why = f"the plan is not the one that was approved: its digest is {digest}"
        return [Violation("not-approved", why, "look at the plan, then approve this digest")]
    if run.presenter.env.workflow:
        # Whoever can push could search for another plan that begins with the same digits.
        why = "in a workflow a plan is approved by all 64 digits of its digest"
        return [Violation("not-approved", why, f"look at the plan, then approve {digest}")]
    return []


def apply_and_write(
    run: Run, presenter: Presenter, prepared: Prepared, request: SyncRequest
) -> tuple[Applied, Written]:
    """Apply the plan and write back. An interrupt stops applying, but never the write-back."""
    from backlog_sync.cli.write_back import Written, recorded_in, write_progress

    takes: tuple[Take, ...] = ()
    if request.write and run.loaded.write_back == "progress":
        matches = prepared.matches
        takes = flow_back(prepared.plan, prepared.desired, prepared.observed, matches).takes
    if request.write and prepared.plan.changes:
        # Bodies and cards that are written anyway also record what goes into the files.
        prepared = replace(prepared, plan=recorded_in(run.loaded, prepared, takes))
    with presenter.progress() as progress:
        applied = apply(
            prepared, run.tracker, nonces=wiring.nonces(), progress=progress, clock=run.clock
        )
    written = Written()
    if request.write:
        ended = applied.stopped or applied.interrupted
        written = write_progress(
            run.loaded,
            prepared.desired,
            applied.observed,
            takes,
            tracker=None if ended else run.tracker,
            matches=applied.matches,
        )
    interrupted = applied.interrupted or written.interrupted or INTERRUPTS.asked
    return replace(applied, usage=run.tracker.usage(), interrupted=interrupted), written


def _exit_code(plan: Plan, applied: Applied, written: Written) -> int:
    """Return the exit code of applying and writing back."""
    code = exit_code(plan, applied)
    if code == ExitCode.DONE and not _all_accepted(plan, written):
        code = ExitCode.REFUSED
    unfinished = written.problem or written.again
    return ExitCode.PARTLY if unfinished and code in (ExitCode.DONE, ExitCode.REFUSED) else code


def exit_code(plan: Plan, applied: Applied) -> int:
    """Return the exit code of applying; the worst result decides."""
    if applied.interrupted:
        return ExitCode.INTERRUPTED
    results = {outcome.result for outcome in applied.outcomes}
    done = Result.APPLIED in results
    if applied.stopped is not None:
        return ExitCode.PARTLY if done else applied.stopped.exit_code
    if results - {Result.APPLIED, Result.HELD}:
        return ExitCode.PARTLY if done or results == {Result.STALE} else ExitCode.FAILED
    return ExitCode.REFUSED if plan.conflicts else ExitCode.DONE


def _all_accepted(plan: Plan, written: Written) -> bool:
    """Return whether the files contain every value for which GitHub's side won."""
    names = {"state": "Status"}
    taken = {(take.key, take.name) for take in written.taken}
    body = {take.key for take in written.taken if not isinstance(take.what, TakeValue)}
    leftovers = {(leftover.key, leftover.name) for leftover in written.left}
    return all(
        (note.key, names.get(note.name, note.name)) in taken
        or (note.name == "body" and note.key in body and (note.key, "body") not in leftovers)
        for note in plan.accepted
    )
