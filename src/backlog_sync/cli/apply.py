"""Plan and sync: show, guard, ask, apply, write back, tell."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

from backlog_sync import wiring
from backlog_sync.cli.main import print_error
from backlog_sync.cli.options import OutputOptions, SyncOptions, TargetOptions
from backlog_sync.cli.screen import Screen, open_screen
from backlog_sync.cli.workspace import Workspace, open_workspace
from backlog_sync.cli.write_back import Written, recorded_in, unrecorded_lines, write_progress
from backlog_sync.core.accounts import Verdict
from backlog_sync.core.changes import Action, ChangeKind, Outcome, Plan, Result, Usage
from backlog_sync.core.checkout import astray, superseded
from backlog_sync.core.escape import clean
from backlog_sync.core.estimate import estimate
from backlog_sync.core.guards import Violation
from backlog_sync.core.options import PlanOptions
from backlog_sync.core.plan_json import outcomes_to_json, plan_to_json
from backlog_sync.core.pull import Take, TakeValue, flow_back
from backlog_sync.core.rate import Pace
from backlog_sync.core.saved import SavedPlan, save_plan, what_moved
from backlog_sync.engine import reconcile
from backlog_sync.engine.executor import Applied
from backlog_sync.engine.ports import Clock, Memory, Tracker
from backlog_sync.engine.reconcile import Journals, Prepared
from backlog_sync.errors import ExitCode, FailedError, UsageError
from backlog_sync.files.account import accounts
from backlog_sync.files.load import Loaded
from backlog_sync.local.plan_file import read_plan, write_plan
from backlog_sync.local.signals import INTERRUPTS
from backlog_sync.render.expected import expected_text
from backlog_sync.render.json import dump
from backlog_sync.render.outcomes import outcomes_text
from backlog_sync.render.outline import not_taken
from backlog_sync.render.text import plan_text, summary_text

MANY = 50
"""More creations than this need a yes."""


def show_plan(
    target: TargetOptions,
    output_options: OutputOptions,
    sync_options: SyncOptions,
    *,
    output: str,
    check: bool,
) -> int:
    """Print the plan; the exit code tells of pending work only where `check` asks for it."""
    screen = open_screen(output_options)
    workspace = open_workspace(target, screen)
    _say_what_was_left(workspace.loaded, screen)
    with workspace.tracker(read_only=True) as tracker:
        journals, memory = workspace.journals(), workspace.memory()
        prepared = _prepare(workspace, sync_options.options, tracker, screen, journals, memory)
    _print_plan(prepared.plan, screen, output)
    if sync_options.out:
        write_plan(Path(sync_options.out), _saved(prepared, sync_options.options))
        screen.info(f"saved: `backlog sync --plan {clean(sync_options.out)}` applies exactly this")
    if prepared.plan.has_changes and output == "text":
        screen.info(f"digest of this plan, for `sync --approve`:\n{prepared.plan.digests.plan}")
    screen.would_refuse(_standing(prepared, sync_options.force, screen))
    return ExitCode.PENDING if check and _pending(prepared.plan) else ExitCode.DONE


def _say_what_was_left(loaded: Loaded, screen: Screen) -> None:
    """Say in one line how much of the files is in no item, where anything is."""
    read = accounts(loaded)
    if any(True for account in read for _ in account.of(Verdict.LEFT)):
        screen.info(clean(not_taken(read)))


def sync(
    target: TargetOptions,
    output_options: OutputOptions,
    sync_options: SyncOptions,
    *,
    output: str,
    write: bool,
    yes: bool,
) -> int:
    """Plan, guard, ask, apply and write back; give the exit code."""
    screen = open_screen(output_options)
    saved = read_plan(Path(sync_options.saved)) if sync_options.saved else None
    options = saved.options if saved else sync_options.options
    workspace = open_workspace(target, screen)
    if screen.env.workflow and not target.sandbox:
        late = superseded(wiring.repository_here(workspace.top, screen.env).checkout())
        if late:
            screen.write_stderr(f"superseded: {clean(late)}; nothing was sent")
            if output == "json":
                screen.result(dump({"format_version": 1, "superseded": late}))
            return ExitCode.DONE
    with (
        workspace.lock(files=write and workspace.loaded.write_back != "none"),
        workspace.tracker(read_only=False) as tracker,
    ):
        memory = workspace.memory()
        run = _Sync(
            screen,
            workspace,
            output,
            write=write,
            yes=yes or target.sandbox or saved is not None,
            options=options,
            saved=saved,
            approve=sync_options.approve,
            force=sync_options.force,
            clock=wiring.clock(screen.waits),
            memory=memory,
            pace=None if target.sandbox else wiring.pace(screen.env, memory.pace()),
        )
        return run(tracker)


@dataclass(frozen=True, slots=True)
class _Sync:
    screen: Screen
    workspace: Workspace
    output: str
    write: bool
    yes: bool
    options: PlanOptions
    saved: SavedPlan | None
    approve: str | None
    force: tuple[str, ...]
    clock: Clock
    memory: Memory
    pace: Pace | None

    def __call__(self, tracker: Tracker) -> int:
        prepared = _prepare(
            self.workspace,
            self.options,
            tracker,
            self.screen,
            self.workspace.journals(),
            self.memory,
            self.clock,
        )
        self._show(prepared.plan)
        if prepared.plan.has_changes and not prepared.violations:
            expected = estimate(prepared.plan, self.pace, now=self.clock.now())
            text = expected_text(expected, tracker.usage(), self.screen.look(err=True))
            self.screen.info(text)
        refused = self._refused(prepared)
        if refused:
            self._envelope_of_nothing(prepared.plan, tracker.usage(), refused)
            return ExitCode.REFUSED
        with INTERRUPTS.held():
            return self._apply(prepared, tracker)

    def _apply(self, prepared: Prepared, tracker: Tracker) -> int:
        """Apply, write back and tell. An interrupt ends the first, and never the others."""
        takes = self._takes(prepared)
        with self.screen.progress() as bar:
            applied = reconcile.apply(
                self._recording(prepared, takes),
                tracker,
                nonces=wiring.nonces(),
                progress=bar,
                clock=self.clock,
            )
        written = self._written(prepared, applied, takes, tracker)
        self.screen.warn_all((*written.replaced, *written.unplaced))
        interrupted = applied.interrupted or written.interrupted or INTERRUPTS.asked
        applied = replace(applied, usage=tracker.usage(), interrupted=interrupted)
        self._report(prepared.plan, applied, written)
        code = exit_code(prepared.plan, applied)
        if code == ExitCode.DONE and not _all_accepted(prepared.plan, written):
            code = ExitCode.REFUSED
        unfinished = written.problem or written.again
        return ExitCode.PARTLY if unfinished and code in (ExitCode.DONE, ExitCode.REFUSED) else code

    def _takes(self, prepared: Prepared) -> tuple[Take, ...]:
        """What the files take over from GitHub."""
        if not self.write or self.workspace.loaded.write_back != "progress":
            return ()
        return flow_back(prepared.plan, prepared.desired, prepared.observed).takes

    def _recording(self, prepared: Prepared, takes: tuple[Take, ...]) -> Prepared:
        """Have the bodies and cards that are written anyway tell what goes into the files."""
        if not self.write or not prepared.plan.changes:
            return prepared
        return replace(prepared, plan=recorded_in(self.workspace.loaded, prepared, takes))

    def _written(
        self, prepared: Prepared, applied: Applied, takes: tuple[Take, ...], tracker: Tracker
    ) -> Written:
        """Progress into the files, and what they take over from GitHub."""
        if not self.write:
            return Written()
        ended = applied.stopped or applied.interrupted
        return write_progress(
            self.workspace.loaded,
            prepared.desired,
            applied.observed,
            takes,
            tracker=None if ended else tracker,
        )

    def _show(self, plan: Plan) -> None:
        """The plan: on standard output, or beside the envelope where somebody will be asked."""
        if self.output == "text":
            _print_plan(plan, self.screen, "text")
        elif plan.has_changes and not self.yes and self.screen.can_ask():
            self.screen.write_stderr(plan_text(plan, self.screen.look(err=True)))

    def _refused(self, prepared: Prepared) -> str:
        """Why nothing may be sent, told; empty where all is well."""
        violations = _standing(prepared, self.force, self.screen)
        for violation in violations:
            self.screen.write_stderr(
                f"backlog: refused ({violation.slug}): {clean(violation.message)}"
            )
            self.screen.write_stderr(f"hint: {clean(violation.hint)}")
        if violations:
            return "; ".join(violation.message for violation in violations)
        moved = what_moved(self.saved, _saved(prepared, self.options)) if self.saved else []
        if moved:
            return self._refuse("stale-plan", f"the plan is stale: {'; '.join(moved)}", _PLAN_AGAIN)
        if not prepared.plan.has_changes:
            return ""
        self._warn_astray()
        if self.approve is not None:
            return self._approved(prepared.plan)
        if self.yes:
            return ""
        if self.screen.can_ask():
            if self.screen.ask(f"Apply this to {clean(prepared.plan.repository)}?"):
                return ""
            self.screen.write_stderr("backlog: nothing was sent")
            return "not confirmed"
        return self._unattended(prepared.plan)

    def _warn_astray(self) -> None:
        """Say where the files may not be the agreed ones, before anybody is asked.

        Git that does not know, or a remote out of reach, is no reason to stop somebody's work.
        """
        if self.workspace.sandbox or self.screen.env.workflow:
            return
        try:
            reason = astray(wiring.repository_here(self.workspace.top, self.screen.env).checkout())
        except FailedError:
            return
        if reason:
            self.screen.write_stderr(f"warning: {clean(reason)}")

    def _approved(self, plan: Plan) -> str:
        """Hold the digest that was approved against this plan's."""
        if self.approve == plan.digests.plan:
            return ""
        why = "the plan is not the one that was approved: its digest is " + plan.digests.plan
        return self._refuse("not-approved", why, "look at it with `backlog plan`, then approve it")

    def _refuse(self, slug: str, why: str, hint: str) -> str:
        self.screen.refuse(slug, why, hint)
        return why

    def _unattended(self, plan: Plan) -> str:
        if not plan.is_first and plan.new_issues <= MANY:
            return ""
        what = "this is the first sync and would" if plan.is_first else "this would"
        reason = f"{what} {_new(plan)} in {clean(plan.repository)}, and there is no terminal to"
        reason += " ask on"
        return self._refuse(
            "needs-yes", reason, "look at the plan above, then run the same with --yes"
        )

    def _envelope_of_nothing(self, plan: Plan, usage: Usage, why: str) -> None:
        if self.output == "json":
            outcomes = tuple(Outcome(c, Result.NOT_REACHED, c.ref, None, why) for c in plan.changes)
            self.screen.result(dump(outcomes_to_json(plan, outcomes, usage, ())))

    def _where_to_look(self, plan: Plan, applied: Applied) -> str:
        """Where people find what was created: the board, or the issues; empty for nothing new."""
        if not plan.summary()[Action.CREATE.value]:
            return ""
        if self.workspace.sandbox:
            return "backlog sandbox serve"
        observed = applied.observed
        boards = [o.url for o in applied.outcomes if o.change.kind is ChangeKind.PROJECT and o.url]
        issues = [issue.url.rpartition("/")[0] for issue in observed.issues[:1]]
        return next(iter([*boards, *([observed.project.url] if observed.project else issues)]), "")

    def _report(self, plan: Plan, applied: Applied, written: Written) -> None:
        if self.output == "json":
            envelope = outcomes_to_json(plan, applied.outcomes, applied.usage, written.paths)
            self.screen.result(dump(envelope))
        elif plan.changes or written.paths:
            look = self.screen.look()
            gap = "" if self.screen.output_options.quiet else "\n"
            text = outcomes_text(
                applied.outcomes,
                applied.usage,
                written.paths,
                look,
                see=self._where_to_look(plan, applied),
            )
            self.screen.result(gap + text)
        for leftover in written.left:
            note = f"{leftover.title} ({leftover.ref}): {leftover.name} cannot be said in the file"
            self.screen.write_stderr(f"{clean(note)}: {clean(leftover.reason)}")
        for problem in (applied.stopped, written.problem):
            if problem is not None:
                print_error(problem)
        for line in unrecorded_lines(written.unrecorded):
            self.screen.write_stderr(line)
        if applied.interrupted:
            self.screen.write_stderr("backlog: interrupted; run it again to go on")


def _new(plan: Plan) -> str:
    """How many issues a plan creates and adopts."""
    counts = plan.summary()
    verbs = [action.value for action in (Action.CREATE, Action.ADOPT) if counts[action.value]]
    actions = " and ".join(f"{verb} {counts[verb]}" for verb in verbs)
    return f"{actions} {'issue' if plan.new_issues == 1 else 'issues'}"


_PLAN_AGAIN = "plan again: `backlog plan --out FILE`"


def _saved(prepared: Prepared, options: PlanOptions) -> SavedPlan:
    return save_plan(prepared.plan, prepared.desired, prepared.observed, options)


def _prepare(
    workspace: Workspace,
    options: PlanOptions,
    tracker: Tracker,
    screen: Screen,
    journals: Journals,
    memory: Memory,
    clock: Clock | None = None,
) -> Prepared:
    check_keys([item.key for item in workspace.desired.items], options.only)
    with screen.waiting(f"Reading {workspace.repository}"):
        return reconcile.observe_and_plan(
            workspace.desired, tracker, options, journals=journals, clock=clock, memory=memory
        )


def check_keys(keys: Sequence[str], only: Sequence[str]) -> None:
    """Raise `UsageError` for a key that no item has."""
    for key in only:
        if key not in keys:
            matches = get_close_matches(key, keys, n=1)
            hint = f"did you mean {matches[0]}?" if matches else "the keys are in `backlog plan -v`"
            raise UsageError(f"no item has the key {clean(key)}", slug="unknown-key", hint=hint)


def _standing(prepared: Prepared, force: tuple[str, ...], screen: Screen) -> tuple[Violation, ...]:
    """The guards that hold; those that are overridden are named."""
    for violation in prepared.violations:
        if violation.slug in force and not violation.final:
            screen.write_stderr(f"overridden ({violation.slug}): {clean(violation.message)}")
    return tuple(v for v in prepared.violations if v.final or v.slug not in force)


def _all_accepted(plan: Plan, written: Written) -> bool:
    """Whether the files say all that GitHub won."""
    names = {"state": "Status"}
    taken = {(take.key, take.name) for take in written.taken}
    body = {take.key for take in written.taken if not isinstance(take.what, TakeValue)}
    leftovers = {(leftover.key, leftover.name) for leftover in written.left}
    return all(
        (note.key, names.get(note.name, note.name)) in taken
        or (note.name == "body" and note.key in body and (note.key, "body") not in leftovers)
        for note in plan.accepted
    )


def _print_plan(plan: Plan, screen: Screen, output: str) -> None:
    if output == "json":
        screen.result(dump(plan_to_json(plan)))
    elif screen.output_options.quiet:
        screen.result(summary_text(plan, screen.look()))
    else:
        screen.result(plan_text(plan, screen.look()))


def _pending(plan: Plan) -> bool:
    return plan.has_changes or bool(plan.conflicts) or bool(plan.drift)


def exit_code(plan: Plan, applied: Applied) -> int:
    """What the run came to, the worst first."""
    if applied.interrupted:
        return ExitCode.INTERRUPTED
    results = {outcome.result for outcome in applied.outcomes}
    done = Result.APPLIED in results
    if applied.stopped is not None:
        return ExitCode.PARTLY if done else applied.stopped.exit_code
    if results - {Result.APPLIED}:
        return ExitCode.PARTLY if done or results == {Result.STALE} else ExitCode.FAILED
    return ExitCode.REFUSED if plan.conflicts else ExitCode.DONE
