"""Plan and drift: look, tell, and keep what tells of it up to date; the backlog is not changed."""

from collections.abc import Sequence

from backlog_sync import wiring
from backlog_sync.action.job import Job
from backlog_sync.action.messages import (
    ABOUT_TOKENS,
    DONE,
    FAILED,
    LOOK,
    PENDING,
    notes,
    plan_remarks,
    problem_remark,
    violation_remarks,
    word,
)
from backlog_sync.action.outputs import Ended, Remark
from backlog_sync.action.report import make, tell_board
from backlog_sync.core.changes import Plan
from backlog_sync.core.drift import Drift, find_drift
from backlog_sync.core.guards import Violation
from backlog_sync.core.operations import Done, PutComment
from backlog_sync.engine.notices import DRIFT, DRIFT_TITLE, Tracking, track
from backlog_sync.engine.ports import Tracker
from backlog_sync.engine.reconcile import Prepared
from backlog_sync.errors import BacklogError
from backlog_sync.local.state import safe_name
from backlog_sync.render.bounded import COMMENT_BYTES, TRACKING_BYTES
from backlog_sync.render.drift import drift_text
from backlog_sync.render.markdown import drift_line, drift_markdown, plan_markdown, summary_line
from backlog_sync.render.text import plan_text


def show_plan(job: Job) -> Ended:
    """Show what a sync would do; nothing of the backlog is changed."""
    env = job.environment()
    with job.tracker(env, read_only=True) as tracker:
        prepared = job.prepare(tracker, env)
    plan = prepared.plan
    job.voice.log(plan_text(plan, LOOK))
    job.voice.remark(plan_remarks(plan))
    standing = [v for v in job.standing(prepared) if v.slug not in ABOUT_TOKENS]
    job.voice.remark(violation_remarks(standing, "warning", "sync would refuse this: "))
    pending = plan.has_changes or bool(plan.conflicts or plan.drift)
    _comment(job, env, plan, standing)
    outputs = {
        **job.outputs(plan),
        **job.put_aside(prepared),
        "changed": word(pending),
    }
    ended = PENDING if pending and job.inputs.check else DONE
    return Ended(ended, summary_line(plan), plan_markdown(plan, note=notes(standing)), outputs)


def show_drift(job: Job) -> Ended:
    """Show what moved apart, and keep one issue of it up to date where that is asked for."""
    env = job.environment()
    writes = job.inputs.drift_issue or job.tells_board
    with job.tracker(env, read_only=not writes) as tracker:
        prepared = job.prepare(tracker, env, full=True)
        found = find_drift(prepared.plan, job.desired, prepared.observed)
        job.voice.log(drift_text(found, LOOK))
        job.voice.remark(plan_remarks(found.plan))
        tracked = _track(job, tracker, prepared, found) if job.inputs.drift_issue else True
        if job.tells_board:
            tell_board(job, tracker, prepared.observed, make(job, prepared.observed))
    outputs = {
        **job.outputs(prepared.plan),
        "drift": str(len(found.plan.drift)),
        "changed": word(bool(found)),
    }
    ended = PENDING if found and job.inputs.check else DONE if tracked else FAILED
    return Ended(ended, drift_line(found), drift_markdown(found), outputs)


def _track(job: Job, tracker: Tracker, prepared: Prepared, found: Drift) -> bool:
    """Keep the tracking issue up to date; whether that went well."""
    wanted = Tracking(
        DRIFT,
        safe_name(job.desired.backlog_id),
        DRIFT_TITLE,
        drift_markdown(found, limit=TRACKING_BYTES),
    )
    try:
        ref = track(tracker, prepared.observed, wanted, open_=bool(found), nonce=wiring.nonces()())
    except BacklogError as problem:
        job.voice.remark([problem_remark(problem)])
        return False
    job.voice.log(f"tracking issue: {ref or 'none is needed'}")
    return True


def _comment(job: Job, env: wiring.Environment, plan: Plan, standing: Sequence[Violation]) -> None:
    """Keep one comment on the pull request up to date, where this run may write."""
    pull = job.context.pull
    if pull is None or not job.inputs.comment:
        return
    if pull.fork:
        job.voice.log("a pull request from a fork: no comment, the summary has the plan")
        return
    mark = f"plan-{safe_name(job.desired.backlog_id)}"
    body = plan_markdown(plan, limit=COMMENT_BYTES, note=notes(standing))
    try:
        with job.tracker(env, read_only=False) as tracker:
            ((_, reply),) = tracker.apply([PutComment(pull.node_id, mark, body)])
    except BacklogError as problem:
        job.voice.remark([Remark("warning", "no-comment", problem.message)])
        return
    if not isinstance(reply, Done):
        told = getattr(reply, "message", "its answer was lost")
        hint = "the job needs `pull-requests: write`"
        message = f"the comment could not be written: {told} ({hint})"
        job.voice.remark([Remark("warning", "no-comment", message)])
