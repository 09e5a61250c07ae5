"""Carry a sprint over: show the plan, ask, set values on the board, and change the files."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from backlog_sync import wiring
from backlog_sync.cli.commands.sync import exit_code
from backlog_sync.cli.options import command_line
from backlog_sync.cli.sprints import ADD_SPRINTS, iteration_named
from backlog_sync.cli.workspace import workspace
from backlog_sync.cli.write_back import Written, files_after, flow_in, write_files, writes_of
from backlog_sync.core.digests import with_changes
from backlog_sync.core.guards import check
from backlog_sync.core.plan import Result
from backlog_sync.core.pull import Take, flow_back
from backlog_sync.core.roll import Roll, roll, without_place
from backlog_sync.core.rollup import Outline, outline
from backlog_sync.core.sprints import sprint_field
from backlog_sync.engine.apply import apply
from backlog_sync.errors import BacklogError, ExitCode, RefusedError, UsageError
from backlog_sync.local.signals import INTERRUPTS
from backlog_sync.render.canvas import wrapped
from backlog_sync.render.json import dump
from backlog_sync.render.text import plan_text
from backlog_sync.render.words import counted
from backlog_sync.reports.gather import gather
from backlog_sync.reports.render_roll import roll_json
from backlog_sync.reports.sprint import State, current_of, next_of, sprint_of, state_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backlog_sync.cli.options import TargetOptions
    from backlog_sync.cli.terminal import Terminal
    from backlog_sync.cli.workspace import Run
    from backlog_sync.core.facts import Facts, Iteration
    from backlog_sync.engine.executor import Applied
    from backlog_sync.engine.reconcile import Prepared
    from backlog_sync.files.write.change import FileChange


def roll_sprint(target: TargetOptions, terminal: Terminal, to: str | None, *, dry_run: bool) -> int:
    """Move what is open in earlier sprints to the one that `to` names; return the exit code.

    Raises `UsageError` if there is no such sprint, and `errors.BacklogError` as a sync does.
    """
    with workspace(target, terminal, read_only=dry_run) as run:
        if not dry_run:
            run.lock()
        prepared = run.plan(wait=not dry_run)
        if prepared.observed.project_problem:
            terminal.board_left_out(prepared.observed.project_problem)
        today = datetime.fromtimestamp(wiring.clock().now(), UTC).date()
        facts = gather(run.desired, prepared.observed, today=today)
        tree = outline(facts.items)
        rollover = _roll(run, prepared, facts, tree, _into(facts, to, run.desired.sources))
        back = flow_back(prepared.plan, prepared.desired, prepared.observed, prepared.matches)
        is_behind = run.loaded.write_back == "progress" and bool(back.takes)
        prepared, rollover, changes = _planned(run, prepared, rollover)
        if not dry_run and rollover.moves:
            return _apply(run, terminal, prepared, rollover, facts)
        if terminal.output == "json":
            terminal.result(dump(roll_json(rollover, facts, {}, ())))
        else:
            _show(terminal, prepared, rollover, changes, asked=to is not None)
        _about(terminal, rollover, facts, tree, is_behind=is_behind)
        return ExitCode.DONE


def _into(facts: Facts, to: str | None, files: Sequence[str]) -> Iteration:
    """Return the sprint to move to. Raises `UsageError` if there is none, or if it is over."""
    into = iteration_named(facts, to, files)
    if state_of(into, facts.today) is State.OVER:
        hint = ADD_SPRINTS if to is None else "name the current sprint or a later one"
        message = f"{into.name} ended on {into.last}: nothing is moved to a sprint that is over"
        raise UsageError(message, slug="no-such-sprint", hint=hint)
    return into


def _roll(run: Run, prepared: Prepared, facts: Facts, tree: Outline, into: Iteration) -> Roll:
    """Return the moves of what is open in sprints that began before, a running one included."""
    sources = [
        each
        for each in facts.iterations
        if each.first < into.first and state_of(each, facts.today) is not State.COMING
    ]
    field = sprint_field(run.desired, prepared.observed)
    assert field is not None
    matches = prepared.matches.by_key if prepared.matches else {}
    issues = {key: match.issue for key, match in matches.items()}
    return roll(run.desired, tree, issues, field, sources, into, prepared.plan)


def _takes(run: Run, rollover: Roll, keys: Sequence[str]) -> tuple[Take, ...]:
    """Return what goes into the files: what they own, and what follows the board if they let it."""
    follows = run.loaded.write_back == "progress"
    on_board = {move.key for move in rollover.moves if move.board}
    return rollover.takes([key for key in keys if follows or key not in on_board])


def _no_progress(key: str, name: str) -> bool:  # noqa: ARG001 - a `Chosen`
    """Leave out other progress: only the sprint is asked for."""
    return False


def _planned(
    run: Run, prepared: Prepared, rollover: Roll
) -> tuple[Prepared, Roll, tuple[FileChange, ...]]:
    """Return the plan of only these moves with its guards, the moves that files can express, and
    how the files change.

    Raises `RefusedError` if the files own the field and may not be written.
    """
    forbidden = run.loaded.write_back == "none" and not run.read_only
    if forbidden and any(not move.board for move in rollover.moves):
        raise RefusedError(
            "the settings say `write_back: none`, and the sprint of items is only in the files",
            slug="no-write-back",
            hint="take the setting out, or look with --dry-run",
        )
    desired, observed, matches = prepared.desired, prepared.observed, prepared.matches
    keys = [move.key for move in rollover.moves]
    accepted, changes = files_after(
        run.loaded,
        desired,
        observed,
        _takes(run, rollover, keys),
        matches=matches,
        chosen=_no_progress,
    )
    rollover = without_place(rollover, {left.key: left.reason for left in accepted.left})
    keys = [move.key for move in rollover.moves]
    plan = replace(
        prepared.plan,
        changes=rollover.changes,
        items=tuple(item for item in prepared.plan.items if item.key in keys),
        drift=(),
        conflicts=(),
        accepted=(),
        orphans=(),
        unread=(),
        deferred=rollover.left,
        warnings=(),
        digests=with_changes(prepared.plan.digests, rollover.changes, observed),
        in_force={},
        writes=writes_of(run.loaded, accepted.loaded, changes),
    )
    violations = check(plan, desired, observed, matches)
    return replace(prepared, plan=plan, violations=violations), rollover, changes


def _show(
    terminal: Terminal,
    prepared: Prepared,
    rollover: Roll,
    changes: Sequence[FileChange],
    *,
    asked: bool,
) -> None:
    """Show the plan and how the files change."""
    if not (rollover.moves or rollover.left):
        return
    terminal.result(plan_text(prepared.plan, terminal.look(), command_line))
    for change in changes:
        terminal.difference(change)
    terminal.would_refuse(prepared.violations)
    if rollover.moves and not prepared.violations:
        to = ("--to", rollover.target.name) if asked else ()
        terminal.info(f"\nRun `{command_line('sprint roll', *to)}` to apply this.")


def _about(
    terminal: Terminal, rollover: Roll, facts: Facts, tree: Outline, *, is_behind: bool = False
) -> None:
    """Show what moves by itself, and if nothing moves, what else there is to do."""
    into, look = rollover.target, terminal.look(err=True)
    names = {item.key: item.ref or item.key for item in facts.items}
    for word in dict.fromkeys(rollover.by_itself.values()):
        listed = [names[key] for key, own in rollover.by_itself.items() if own == word]
        verb = "moves" if len(listed) == 1 else "move"
        text = f"{', '.join(listed)} {verb} without it: the file says {word}"
        terminal.info(wrapped(text, look))
    if rollover.moves or rollover.left:
        return
    current, following = current_of(facts), next_of(facts)
    nothing = "nothing else" if rollover.by_itself else "nothing"
    text = f"Nothing to move: {nothing} is open in a sprint before {into.name}."
    open_now = [
        leaf.key
        for leaf in tree.leaves
        if current and tree.open((leaf.key,)) and sprint_of(tree, leaf.key) == current.name
    ]
    if current == into and open_now and following:
        again = command_line("sprint roll", "--to", "@next")
        what = counted(len(open_now), "item")
        text += f" `{again}` moves what is open now in {into.name} to {following.name} ({what})."
    if is_behind:  # as after a roll that was interrupted when the board had its values
        text += f" The files are behind GitHub: `{command_line('sync')}` updates them."
    if terminal.output == "text":
        terminal.result(wrapped(text, terminal.look()))


def _apply(run: Run, terminal: Terminal, prepared: Prepared, rollover: Roll, facts: Facts) -> int:
    """Show the plan, ask, apply it, and change the files; return the exit code."""
    terminal.plan_to_apply(run, prepared)
    violations = run.standing(prepared, ())
    if not violations and prepared.plan.has_changes:
        denied = terminal.consent(run, prepared, approved=False)
        violations = [denied] if denied else []
    if violations:
        terminal.refused(run, prepared, violations)
        return ExitCode.REFUSED
    with INTERRUPTS.held():
        with terminal.progress() as progress:
            applied = apply(
                prepared, run.tracker, nonces=wiring.nonces(), progress=progress, clock=run.clock
            )
        written = _write(run, prepared, rollover, applied)
        stopped = applied.interrupted or written.interrupted or INTERRUPTS.asked
        applied = replace(applied, usage=run.tracker.usage(), interrupted=stopped)
        if terminal.output == "json":
            results = {o.change.key: o.result.value for o in applied.outcomes}
            terminal.result(dump(roll_json(rollover, facts, results, written.paths)))
        else:
            terminal.synced(run, prepared, applied, written, kind="Roll")
    if any(not move.board and move.ref for move in rollover.moves) and written.paths:
        terminal.info(f"Run `{command_line('sync')}` to set these sprints on the board.")
    _about(terminal, rollover, facts, outline(facts.items))
    code = exit_code(prepared.plan, applied)
    unfinished = written.problem or written.again
    return ExitCode.PARTLY if unfinished and code == ExitCode.DONE else code


def _write(run: Run, prepared: Prepared, rollover: Roll, applied: Applied) -> Written:
    """Change the files as far as the board was changed. Raises nothing, so that all is shown."""
    done = {o.change.key for o in applied.outcomes if o.result is Result.APPLIED}
    keys = [move.key for move in rollover.moves if not move.board or move.key in done]
    ended = applied.stopped or applied.interrupted
    try:
        flow = flow_in(
            run.loaded,
            prepared.desired,
            applied.observed,
            _takes(run, rollover, keys),
            tracker=None if ended else run.tracker,
            matches=applied.matches,
            chosen=_no_progress,
        )
    except BacklogError as error:
        return Written(problem=error)
    return write_files(flow)
