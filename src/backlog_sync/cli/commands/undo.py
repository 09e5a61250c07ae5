"""`backlog undo`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from backlog_sync import wiring
from backlog_sync.cli.options import (
    OutputOptions,
    TargetOptions,
    as_for_sync,
    format_option,
    output_options,
    target_options,
)
from backlog_sync.core.changes import Plan, Result
from backlog_sync.core.escape import clean
from backlog_sync.core.guards import Violation, rights
from backlog_sync.core.plan_json import outcomes_to_json, plan_to_json
from backlog_sync.core.undo import undo_plan
from backlog_sync.engine.executor import apply_plan
from backlog_sync.engine.ports import ReadScope, Tracker
from backlog_sync.errors import ExitCode
from backlog_sync.local.signals import INTERRUPTS
from backlog_sync.render.json import dump

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backlog_sync.cli.screen import Screen
    from backlog_sync.core.intents import Intent
    from backlog_sync.core.model import ObservedState


@click.command(
    "undo",
    epilog="\b\nExamples:\n  backlog undo\n  backlog undo ROADMAP.md --repo me/demo --sandbox",
)
@target_options
@click.option("--dry-run", is_flag=True, help="Show what would be closed and stop.")
@click.option("--only", multiple=True, metavar="KEY",
              help="Close only the issue of this item. May be repeated.")  # fmt: skip
@as_for_sync
@click.option("--yes", is_flag=True, help="Skip the confirmation.")
@format_option("text", "json")
@output_options
def command(
    *,
    target: TargetOptions,
    dry_run: bool,
    only: tuple[str, ...],
    yes: bool,
    output: str,
    output_options: OutputOptions,
) -> int:
    """Close what the last run created, by this machine's record of it; nothing else.

    The issues are shown first, and closed as not planned. Nothing is deleted; labels, milestones
    and the board stay. The files stay as they are. The flags of the sync that is undone can be
    repeated: those that say how a plan is made change nothing here.
    """
    from backlog_sync.cli.apply import check_keys, exit_code
    from backlog_sync.cli.screen import open_screen
    from backlog_sync.cli.workspace import open_workspace
    from backlog_sync.render.outcomes import outcomes_text
    from backlog_sync.render.text import plan_text

    screen = open_screen(output_options)
    workspace = open_workspace(target, screen)
    with workspace.lock(files=False), workspace.tracker(read_only=dry_run) as tracker:
        with screen.waiting(f"Reading {workspace.repository}"):
            observed = tracker.observe(ReadScope())
        journal = workspace.journals()(observed)
        last_run = journal.last_run()
        began, created = last_run or (0.0, ())
        check_keys([intent.key for intent in created], only if created else ())
        intents = [intent for intent in created if not only or intent.key in only]
        observed = _with_others(observed, intents, tracker)
        plan = undo_plan(observed, intents, began)
        if not plan.changes:
            for warning in plan.warnings:
                screen.info(f"{warning.ref}: {clean(warning.message)}")
            screen.info("the last run on this machine created nothing that is open: nothing to do")
            return ExitCode.DONE
        if dry_run and output == "json":
            screen.result(dump(plan_to_json(plan)))
        elif output == "text" or not (yes or target.sandbox):
            shown = plan_text(plan, screen.look(err=output != "text"))
            (screen.result if output == "text" else screen.write_stderr)(shown)
        if dry_run:
            return ExitCode.DONE
        if not _confirmed(screen, plan, rights(observed.repository), yes=yes or target.sandbox):
            return ExitCode.REFUSED
        with INTERRUPTS.held(), screen.progress() as bar:
            applied = apply_plan(
                plan,
                workspace.desired,
                observed,
                tracker=tracker,
                nonces=wiring.nonces(),
                progress=bar,
            )
        applied = replace(applied, interrupted=applied.interrupted or INTERRUPTS.asked)
        done = all(outcome.result is Result.APPLIED for outcome in applied.outcomes)
        if done and len(intents) == len(created):
            journal.forget_last_run()
    if output == "json":
        screen.result(dump(outcomes_to_json(plan, applied.outcomes, applied.usage, ())))
    else:
        screen.result("\n" + outcomes_text(applied.outcomes, applied.usage, (), screen.look()))
    return exit_code(plan, applied)


def _with_others(
    observed: ObservedState, intents: Sequence[Intent], tracker: Tracker
) -> ObservedState:
    """The observation with what was made in other repositories, read by its ids."""
    ids = [intent.id for intent in intents if intent.repository and intent.id]
    issues = (*observed.issues, *(tracker.reread(ids).values() if ids else ()))
    return replace(observed, issues=issues)


def _confirmed(screen: Screen, plan: Plan, violations: list[Violation], *, yes: bool) -> bool:
    """Whether it may go ahead; why not was told."""
    for violation in violations:
        screen.refuse(violation.slug, violation.message, violation.hint)
    if violations or yes:
        return not violations
    if screen.can_ask():
        agreed = screen.ask(f"Close these {len(plan.changes)} in {clean(plan.repository)}?")
        if not agreed:
            screen.write_stderr("backlog: nothing was sent")
        return agreed
    why = f"this closes {len(plan.changes)} issues, and there is no terminal to ask on"
    screen.refuse("needs-yes", why, "look at the plan above, then run the same with --yes")
    return False
