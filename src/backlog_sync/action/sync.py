"""Sync: apply, where HEAD is what the default branch says; then bring progress back."""

from dataclasses import replace
from pathlib import Path

from backlog_sync import wiring
from backlog_sync.action.job import Job
from backlog_sync.action.messages import (
    LOOK,
    fenced,
    is_creation,
    notes,
    outcome_remarks,
    plan_remarks,
    problem_remark,
    replaced_remarks,
    true_or_false,
    unplaced_remarks,
    unrecorded_remarks,
    violation_remarks,
)
from backlog_sync.action.outputs import RunResult
from backlog_sync.cli.apply import exit_code
from backlog_sync.cli.write_back import Written, recorded_in, write_progress
from backlog_sync.core.changes import Plan, Result
from backlog_sync.core.checkout import superseded
from backlog_sync.core.escape import inert, json_text
from backlog_sync.core.guards import Violation
from backlog_sync.core.pull import Take, flow_back
from backlog_sync.core.saved import SavedPlan, what_moved
from backlog_sync.engine import reconcile
from backlog_sync.engine.executor import Applied
from backlog_sync.engine.ports import Tracker
from backlog_sync.engine.reconcile import Prepared
from backlog_sync.errors import ExitCode
from backlog_sync.local.plan_file import read_plan
from backlog_sync.local.push import WorkTree
from backlog_sync.local.signals import INTERRUPTS
from backlog_sync.render.markdown import plan_markdown
from backlog_sync.render.outcomes import outcomes_text
from backlog_sync.render.text import plan_text


def sync(job: Job) -> RunResult:
    """Apply, where HEAD is what the default branch says; then bring progress back."""
    tree, base = job.tree()
    late = superseded(tree.checkout(base))
    if late:
        line = f"Superseded: {late} now. Nothing was sent."
        outputs = {"changed": "false", "superseded": "true"}
        return RunResult(ExitCode.DONE, line, f"### Backlog sync\n\n**{inert(line)}**\n", outputs)
    job.check_places()
    saved = None
    if job.inputs.saved_plan:
        saved = read_plan(Path(job.inputs.saved_plan))
        job = replace(job, inputs=replace(job.inputs, options=saved.options))
    env = job.environment()
    with job.workspace(env).lock(), job.workspace(env).tracker(read_only=False) as tracker:
        prepared = job.prepare(tracker, env, wait=True)
        plan = prepared.plan
        job.runner.log(plan_text(plan, LOOK))
        standing = [*job.standing(prepared), *_limits(job, prepared, saved)]
        if standing:
            job.runner.remark(violation_remarks(standing, "error", "refused: "))
            line = f"Refused: {standing[0].message}. Nothing was sent."
            markdown = plan_markdown(plan, title="Backlog sync", note=notes(standing))
            return RunResult(
                ExitCode.REFUSED, line, markdown, {**job.outputs(plan), "changed": "false"}
            )
        with INTERRUPTS.held():
            applied, written = _apply(job, prepared, tracker)
    record = job.save_record(prepared)
    result = _synced(job, plan, applied, written, tree, base)
    return replace(result, outputs={**result.outputs, **record})


def _apply(job: Job, prepared: Prepared, tracker: Tracker) -> tuple[Applied, Written]:
    takes: tuple[Take, ...] = ()
    if job.loaded.write_back == "progress":
        takes = flow_back(prepared.plan, job.desired, prepared.observed).takes
    applied = reconcile.apply(
        replace(prepared, plan=recorded_in(job.loaded, prepared, takes)),
        tracker,
        nonces=wiring.nonces(),
        progress=_Quiet(),
        clock=wiring.clock(job.waits),
    )
    ended = applied.stopped or applied.interrupted
    written = write_progress(
        job.loaded, prepared.desired, applied.observed, takes, tracker=None if ended else tracker
    )
    interrupted = applied.interrupted or written.interrupted or INTERRUPTS.asked
    return replace(applied, usage=tracker.usage(), interrupted=interrupted), written


def _synced(
    job: Job, plan: Plan, applied: Applied, written: Written, tree: WorkTree, base: str
) -> RunResult:
    """Bring progress back, and tell what was done."""
    ended = exit_code(plan, applied)
    summary = outcomes_text(applied.outcomes, applied.usage, written.paths, LOOK)
    job.runner.log(summary)
    job.runner.remark(outcome_remarks(applied.outcomes))
    for problem in (applied.stopped, written.problem):
        if problem is not None:
            job.runner.remark([problem_remark(problem)])
    job.runner.remark(plan_remarks(replace(plan, changes=())))
    job.runner.remark(replaced_remarks(written.replaced))
    job.runner.remark(unplaced_remarks(written.unplaced))
    job.runner.remark(unrecorded_remarks(written.unrecorded))
    if (written.problem or written.again) and ended in (ExitCode.DONE, ExitCode.REFUSED):
        ended = ExitCode.PARTLY
    delivered = None if applied.interrupted else job.delivered(written.paths, tree, base)
    if delivered and not delivered.done and ended in (ExitCode.DONE, ExitCode.REFUSED):
        ended = ExitCode.PARTLY
    created = [o for o in applied.outcomes if is_creation(o)]
    changed = any(o.result is Result.APPLIED for o in applied.outcomes) or bool(written.paths)
    lines = summary.splitlines()
    line = next((each for each in lines if each.startswith("Sync: ")), lines[-1])
    if delivered:
        line = f"{line.rstrip('.')}. {delivered.line[:1].upper()}{delivered.line[1:]}."
    outputs = {
        **job.outputs(plan),
        "changed": true_or_false(changed),
        "issues": json_text([_issue_reference(o.ref) for o in created], indent=None),
        "written": "\n".join(written.paths),
        "pull-request": (delivered.pull_request or "") if delivered else "",
    }
    markdown = plan_markdown(plan, title="Backlog sync", note=line, limit=880 * 1024)
    return RunResult(ended, line, markdown + fenced(summary), outputs)


def _limits(job: Job, prepared: Prepared, saved: SavedPlan | None) -> list[Violation]:
    """What this workflow limits beyond the guards: new issues, or one approved plan."""
    plan = prepared.plan
    new = plan.new_issues
    moved = what_moved(saved, job.saved(prepared)) if saved else []
    if moved:
        message = f"the plan is stale: {'; '.join(moved)}"
        return [Violation("stale-plan", message, "plan again, and have that plan approved")]
    digest = plan.digests.plan
    if job.inputs.approve and plan.has_changes and job.inputs.approve != digest:
        message = f"the plan is not the one that was approved: its digest is {digest}"
        return [Violation("not-approved", message, "look at the plan, then approve this digest")]
    if new > job.inputs.max_create and not (job.inputs.approve or saved):
        message = f"{new} issues would be created or adopted, and max-create is"
        message += f" {job.inputs.max_create}"
        hint = f"raise max-create, or approve this plan: {digest}"
        return [Violation("max-create", message, hint)]
    return []


class _Quiet:
    """Nobody watches a bar in a log; satisfies `engine.ports.Progress`."""

    def start(self, title: str, total: int) -> None:
        """Nothing."""

    def advance(self, count: int = 1) -> None:
        """Nothing."""

    def finish(self) -> None:
        """Nothing."""


def _issue_reference(ref: str | None) -> int | str:
    """Give an issue as a list of them names it: its number, elsewhere `owner/repo#12`."""
    number = (ref or "#0").removeprefix("#")
    return int(number) if number.isdecimal() else number
