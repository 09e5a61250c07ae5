"""Report: write progress into the files and bring it back; issues get its record and no more."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backlog_sync.action.job import Job
from backlog_sync.action.messages import (
    LOOK,
    replaced_remarks,
    true_or_false,
    unplaced_remarks,
    unrecorded_remarks,
)
from backlog_sync.action.outputs import RunResult
from backlog_sync.cli.publish import publish_to_comment, publish_to_issue, report_files
from backlog_sync.cli.report_facts import make_report, read_since, today_utc
from backlog_sync.cli.write_back import Flow, flow_in
from backlog_sync.core.escape import inert
from backlog_sync.core.model import ObservedState
from backlog_sync.engine import reconcile
from backlog_sync.engine.ports import ReadScope, Tracker
from backlog_sync.engine.status_update import keep_status
from backlog_sync.errors import BacklogError, ExitCode
from backlog_sync.files.write.change import save
from backlog_sync.local.state import safe_name, write_whole
from backlog_sync.render.annotations import Annotation
from backlog_sync.render.words import counted
from backlog_sync.reports.health import board_status
from backlog_sync.reports.render_markdown import report_markdown
from backlog_sync.reports.render_status import report_status
from backlog_sync.reports.render_text import report_text
from backlog_sync.reports.values import Report
from backlog_sync.reports.view import Audience


def report(job: Job) -> RunResult:
    """Write progress into the files and bring it back; issues get its record and no more."""
    env = job.environment()
    inputs = job.inputs
    publishes = bool(job.updates_board or inputs.report_issue or inputs.report_comment)
    # What would not be brought back is not written, and so needs no record.
    tree, base = (None, "") if job.context.is_pull_request else job.tree()
    writes = tree is not None and tree.head() == tree.tip(base)
    flow = None
    with job.workspace(env).tracker(read_only=not (publishes or writes)) as tracker:
        read_scope = ReadScope.for_backlog(job.desired, full=inputs.report_issue is not None)
        observed = reconcile.observe(job.desired, tracker, read_scope)
        report = report_of_today(job, observed, tracker)
        if job.updates_board:
            update_board_status(job, tracker, observed, report)
        _publish(job, tracker, observed, report)
        if writes:
            flow = flow_in(job.loaded, job.desired, observed, tracker=tracker)
    job.runner.log(report_text(report, LOOK))
    if observed.project_problem:
        message = f"the board was left out: {observed.project_problem}"
        job.runner.remark([Annotation("notice", "board", message)])
    paths = _written(job, flow) if flow else ()
    if inputs.report_folder:
        _write_folder(job, inputs.report_folder, report, paths)
    delivered = job.delivered(paths, tree, base) if writes and tree else None
    line = f"Report: {counted(len(paths), 'file')} changed."
    if delivered:
        line = f"{line} {delivered.line[:1].upper()}{delivered.line[1:]}."
    outputs = {
        "changed": true_or_false(bool(paths)),
        "written": "\n".join(paths),
        "pull-request": (delivered.pull_request or "") if delivered else "",
    }
    unfinished = flow and any(why.again for why in flow.unrecorded.values())
    code_ = ExitCode.PARTLY if unfinished or (delivered and not delivered.done) else ExitCode.DONE
    markdown = report_markdown(report, Audience(inputs.audience))
    return RunResult(code_, line, f"{markdown}\n{inert(line)}\n", outputs)


def _written(job: Job, flow: Flow) -> tuple[str, ...]:
    """Write into the files what could be put on record; nothing with a token that only reads."""
    if not flow.denied or job.inputs.progress != "none":
        job.runner.remark(unrecorded_remarks(flow.unrecorded))
    changes = () if flow.denied else flow.changes
    for change in changes:
        save(change)
        job.runner.remark(replaced_remarks(change.replaced))
        job.runner.remark(unplaced_remarks(change.unplaced))
    return tuple(change.path for change in changes if change.is_written)


def _publish(job: Job, tracker: Tracker, observed: ObservedState, report: Report) -> None:
    """Keep the issue and the comment of the report up to date, where the inputs name them."""
    inputs, backlog = job.inputs, job.desired.backlog_id
    audience, title, number = Audience(inputs.audience), inputs.report_issue, inputs.report_comment
    if title:
        with _warned(job):
            ref = publish_to_issue(
                tracker, observed, backlog, report, title=title, audience=audience
            )
            job.runner.log(f"the report stands in {ref}")
    if number:
        with _warned(job):
            publish_to_comment(tracker, backlog, report, number=number, audience=audience)
            job.runner.log(f"the report stands in a comment on #{number}")


def _write_folder(job: Job, name: str, report: Report, written: tuple[str, ...]) -> None:
    """Write the folder of GitHub Pages, below the folder that the run works in."""
    folder = Path(name)
    for file, text in report_files(report, Audience(job.inputs.audience), written).items():
        write_whole(folder / file, text.encode())
    job.runner.log(f"report: {folder}")


@contextmanager
def _warned(job: Job) -> Iterator[None]:
    """What cannot be told is a warning: the progress is brought back all the same."""
    try:
        yield
    except BacklogError as problem:
        hint = f" ({problem.hint})" if problem.hint else ""
        job.runner.remark([Annotation("warning", problem.slug, problem.message + hint)])


def report_of_today(job: Job, observed: ObservedState, tracker: Tracker) -> Report:
    """The report of today, and of the time that the inputs ask for."""
    today = today_utc()
    return make_report(
        job.workspace(),
        observed,
        tracker,
        today=today,
        since=read_since(job.inputs.since, today) if job.inputs.since else None,
        bullets=job.inputs.bullets,
    )


def update_board_status(
    job: Job, tracker: Tracker, observed: ObservedState, report: Report
) -> None:
    """Keep the board's status update of today up to date; a warning where the token may not."""
    with _warned(job):
        keep_status(
            tracker,
            observed,
            mark=safe_name(job.desired.backlog_id),
            day=report.facts.today,
            status=board_status(report.health),
            text=report_status(report),
        )
        job.runner.log("the board's status update is up to date")
