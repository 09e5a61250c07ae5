"""Plan and drift: look, tell, and keep what tells of it up to date; the backlog is not changed."""

from collections.abc import Sequence

from backlog_sync import wiring
from backlog_sync.action.job import Job
from backlog_sync.action.messages import (
    ABOUT_TOKENS,
    LOOK,
    notes,
    plan_remarks,
    problem_remark,
    true_or_false,
    violation_remarks,
)
from backlog_sync.action.outputs import RunResult
from backlog_sync.action.report import report_of_today, update_board_status
from backlog_sync.core.changes import Plan
from backlog_sync.core.drift import Drift, find_drift
from backlog_sync.core.guards import Violation
from backlog_sync.core.operations import Done, PutComment
from backlog_sync.engine.notices import DRIFT, DRIFT_TITLE, Tracking, track
from backlog_sync.engine.ports import Tracker
from backlog_sync.engine.reconcile import Prepared
from backlog_sync.environment import Environment
from backlog_sync.errors import BacklogError, ExitCode
from backlog_sync.local.state import safe_name
from backlog_sync.render.annotations import Annotation
from backlog_sync.render.bounded import COMMENT_BYTES, TRACKING_BYTES
from backlog_sync.render.drift import drift_text
from backlog_sync.render.markdown import drift_markdown, plan_markdown
from backlog_sync.render.text import plan_text
from backlog_sync.render.view import drift_line, summary_line


def show_plan(job: Job) -> RunResult:
    """Show what a sync would do; nothing of the backlog is changed."""
    env = job.environment()
    with job.workspace(env).tracker(read_only=True) as tracker:
        prepared = job.prepare(tracker, env)
    plan = prepared.plan
    job.runner.log(plan_text(plan, LOOK))
    job.runner.remark(plan_remarks(plan))
    standing = [v for v in job.standing(prepared) if v.slug not in ABOUT_TOKENS]
    job.runner.remark(violation_remarks(standing, "warning", "sync would refuse this: "))
    pending = plan.has_changes or bool(plan.conflicts or plan.drift)
    _comment(job, env, plan, standing)
    outputs = {
        **job.outputs(plan),
        **job.save_plan_file(prepared),
        "changed": true_or_false(pending),
    }
    ended = ExitCode.PENDING if pending and job.inputs.check else ExitCode.DONE
    return RunResult(ended, summary_line(plan), plan_markdown(plan, note=notes(standing)), outputs)


def show_drift(job: Job) -> RunResult:
    """Show what moved apart, and keep one issue of it up to date where that is asked for."""
    env = job.environment()
    writes = job.inputs.drift_issue or job.updates_board
    with job.workspace(env).tracker(read_only=not writes) as tracker:
        prepared = job.prepare(tracker, env, full=True)
        drift = find_drift(prepared.plan, job.desired, prepared.observed)
        job.runner.log(drift_text(drift, LOOK))
        job.runner.remark(plan_remarks(drift.plan))
        tracked = _track(job, tracker, prepared, drift) if job.inputs.drift_issue else True
        if job.updates_board:
            update_board_status(
                job, tracker, prepared.observed, report_of_today(job, prepared.observed, tracker)
            )
    outputs = {
        **job.outputs(prepared.plan),
        "drift": str(len(drift.plan.drift)),
        "changed": true_or_false(bool(drift)),
    }
    ended = (
        ExitCode.PENDING
        if drift and job.inputs.check
        else ExitCode.DONE
        if tracked
        else ExitCode.FAILED
    )
    return RunResult(ended, drift_line(drift), drift_markdown(drift), outputs)


def _track(job: Job, tracker: Tracker, prepared: Prepared, drift: Drift) -> bool:
    """Keep the tracking issue up to date; whether that went well."""
    tracking = Tracking(
        DRIFT,
        safe_name(job.desired.backlog_id),
        DRIFT_TITLE,
        drift_markdown(drift, limit=TRACKING_BYTES),
    )
    try:
        ref = track(
            tracker, prepared.observed, tracking, open_=bool(drift), nonce=wiring.nonces()()
        )
    except BacklogError as problem:
        job.runner.remark([problem_remark(problem)])
        return False
    job.runner.log(f"tracking issue: {ref or 'none is needed'}")
    return True


def _comment(job: Job, env: Environment, plan: Plan, standing: Sequence[Violation]) -> None:
    """Keep one comment on the pull request up to date, where this run may write."""
    pull = job.context.pull
    if pull is None or not job.inputs.comment:
        return
    if pull.fork:
        job.runner.log("a pull request from a fork: no comment, the summary has the plan")
        return
    mark = f"plan-{safe_name(job.desired.backlog_id)}"
    body = plan_markdown(plan, limit=COMMENT_BYTES, note=notes(standing))
    try:
        with job.workspace(env).tracker(read_only=False) as tracker:
            ((_, reply),) = tracker.apply([PutComment(pull.node_id, mark, body)])
    except BacklogError as problem:
        job.runner.remark([Annotation("warning", "no-comment", problem.message)])
        return
    if not isinstance(reply, Done):
        reason = getattr(reply, "message", "its answer was lost")
        hint = "the job needs `pull-requests: write`"
        message = f"the comment could not be written: {reason} ({hint})"
        job.runner.remark([Annotation("warning", "no-comment", message)])
