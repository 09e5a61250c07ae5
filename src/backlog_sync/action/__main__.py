"""Entry point of the action's last step: `python -I -m backlog_sync.action`.

Like `wiring`, it reads the environment once and passes it on as a value.
"""

import os
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from click.exceptions import Exit

from backlog_sync import __version__, log, wiring
from backlog_sync.action.context import choose_mode, read_context
from backlog_sync.action.inputs import read_inputs
from backlog_sync.action.messages import linted
from backlog_sync.action.outputs import RunnerOutput, RunResult
from backlog_sync.action.presenter import Workflow
from backlog_sync.cli.commands.drift import show_drift
from backlog_sync.cli.commands.plan import show_plan
from backlog_sync.cli.commands.report import publish, report
from backlog_sync.cli.commands.sync import sync
from backlog_sync.cli.crash import write_report
from backlog_sync.cli.inbox import find_new, save_new
from backlog_sync.cli.main import prepare_streams
from backlog_sync.cli.options import TargetOptions
from backlog_sync.cli.report_facts import make_report, read_since, today_utc
from backlog_sync.cli.requests import ReportRequest, SyncRequest
from backlog_sync.cli.workspace import Run, load_target, workspace
from backlog_sync.core.budget import UNLIMITED
from backlog_sync.core.checkout import superseded
from backlog_sync.core.escape import inert
from backlog_sync.credentials import hide_secrets
from backlog_sync.errors import BacklogError, ExitCode, of_system
from backlog_sync.local.plan_file import read_plan
from backlog_sync.local.signals import INTERRUPTS
from backlog_sync.render.annotations import Annotation
from backlog_sync.reports.view import Audience


def main(env: Mapping[str, str], folder: Path) -> int:
    """Run the action, and turn whatever happens into outputs, a summary and an exit code."""
    began = time.monotonic()
    prepare_streams()
    log.configure(2 if env.get("RUNNER_DEBUG") == "1" else 0, "text", secrets_out=hide_secrets)
    runner = RunnerOutput(env, _prefix(env, folder))
    try:
        with INTERRUPTS.installed():
            result = run(env, folder, runner)
    except BacklogError as problem:
        result = _failed(problem, runner)
    except KeyboardInterrupt:
        result = _stopped(ExitCode.INTERRUPTED, "Interrupted; the next run continues.")
    except OSError as error:
        result = _failed(of_system(error), runner)
    except Exception as error:  # the boundary: whatever else escapes is our bug
        place = write_report(error, ["(action)"])
        message = f"this is a bug ({type(error).__name__}); the report follows"
        runner.remark([Annotation("error", "bug", message)])
        if Path(place).is_file():
            runner.log(Path(place).read_text(encoding="utf-8"))
        result = _stopped(ExitCode.BUG, message)
    log.event("run.finished", exit_code=result.code, seconds=round(time.monotonic() - began, 3))
    try:
        runner.end(result)
    except OSError as error:
        return _failed(of_system(error), runner).code
    return ExitCode.DONE if result.continues else result.code


def _failed(problem: BacklogError, runner: RunnerOutput) -> RunResult:
    """Annotate the error that ended the run, and return the result."""
    hint = f" ({problem.hint})" if problem.hint else ""
    runner.remark([Annotation("error", problem.slug, problem.message + hint)])
    return _stopped(problem.exit_code, f"{problem.message}{hint}")


def _stopped(code: int, line: str) -> RunResult:
    markdown = f"### Backlog\n\n**Stopped:** {inert(line[:2000])}\n"
    return RunResult(code, line, markdown, {"changed": "false"})


def _prefix(env: Mapping[str, str], folder: Path) -> str:
    """Return the path from the top of the repository to the current folder, for annotations."""
    workspace = env.get("GITHUB_WORKSPACE")
    if not workspace:
        return ""
    try:
        inside = folder.resolve().relative_to(Path(workspace).resolve()).as_posix()
    except ValueError:
        return ""
    return "" if inside == "." else f"{inside}/"


def run(env: Mapping[str, str], folder: Path, runner: RunnerOutput) -> RunResult:
    """Do what the workflow asks for. Raises `errors.BacklogError` if something prevents it."""
    inputs = read_inputs(env)
    context = read_context(env, folder)
    mode = choose_mode(inputs.mode, context)
    runner.log(f"mode: {mode}")
    log.event("run.started", verb=mode, version=__version__)
    options = TargetOptions(
        mode, inputs.paths, inputs.repository, inputs.project, bullets=inputs.bullets
    )
    workflow = Workflow(inputs, context, runner, env)
    if mode == "lint":
        loaded = load_target(options, wiring.root())
        workflow.files(loaded)
        return linted(loaded, ExitCode.FAILED if loaded.errors else ExitCode.DONE)
    try:
        budget = inputs.budget if mode == "sync" else UNLIMITED
        with workspace(options, workflow, budget=budget) as opened:
            return workflow.result(_MODES[mode](opened, workflow))
    except Exit as ended:
        return workflow.result(ended.exit_code)


def _plan(run: Run, workflow: Workflow) -> int:
    inputs = workflow.inputs
    out = workflow.temp_file(run, "saved")
    return show_plan(run, workflow, inputs.options, force=inputs.force, out=out, check=inputs.check)


def _sync(run: Run, workflow: Workflow) -> int:
    """Apply if HEAD is the tip of the default branch; then deliver progress."""
    tree, base = workflow.open_checkout(run.target.top)
    late = superseded(tree.checkout(base))
    if late:
        workflow.superseded(late)
        return ExitCode.DONE
    workflow.check_places(run)
    inputs = workflow.inputs
    saved, options = None, inputs.options
    if inputs.saved_plan:
        saved = read_plan(Path(inputs.saved_plan))
        options = saved.options
    run.read_only = False
    return sync(run, workflow, SyncRequest(options, inputs.force, inputs.approve, saved))


def _inbox(run: Run, workflow: Workflow) -> int:
    """Propose new issues for the files if HEAD is the tip of the default branch.

    Nothing of the event is used but the branch: whoever caused it, the files and GitHub's state
    decide.
    """
    tree, base = workflow.open_checkout(run.target.top)
    late = superseded(tree.checkout(base))
    if late:
        workflow.superseded(late)
        return ExitCode.DONE
    workflow.check_places(run)
    new_issues = find_new(run)
    save_new(new_issues)
    return workflow.inbox(run, new_issues)


def _drift(run: Run, workflow: Workflow) -> int:
    inputs = workflow.inputs
    run.read_only = not (inputs.drift_issue or workflow.updates_board)
    prepared, drift = show_drift(
        run, workflow, full=True, complete=False, tracked=inputs.drift_issue
    )
    if workflow.updates_board:
        # Only the status update, which is about everything.
        request = replace(
            _report_request(workflow),
            milestone=None,
            notes=False,
            issue=None,
            comment=None,
            release=None,
        )
        report = make_report(run, prepared.observed, request)
        publish(run, workflow, prepared.observed, report, request)
    if drift and inputs.check:
        return ExitCode.PENDING
    return ExitCode.FAILED if workflow.failed else ExitCode.DONE


def _report(run: Run, workflow: Workflow) -> int:
    """Report; write and record progress only if it would be delivered to the branch."""
    writes = False
    if not workflow.context.is_pull_request:
        tree, base = workflow.open_checkout(run.target.top)
        writes = tree.head() == tree.tip(base)
    request = replace(_report_request(workflow), writes=writes)
    run.read_only = not (writes or request.publishes)
    return report(run, workflow, request)


def _report_request(workflow: Workflow) -> ReportRequest:
    inputs, today = workflow.inputs, today_utc()
    return ReportRequest(
        today,
        since=read_since(inputs.since, today) if inputs.since else None,
        bullets=inputs.bullets,
        audience=Audience(inputs.audience),
        destination=inputs.report_folder,
        issue=inputs.report_issue,
        comment=inputs.report_comment,
        milestone=inputs.milestone,
        notes=inputs.release_notes is not None,
        release=None if workflow.context.is_pull_request else inputs.draft_release,
        status_update=workflow.updates_board,
    )


_MODES = {"plan": _plan, "sync": _sync, "drift": _drift, "report": _report, "inbox": _inbox}


if __name__ == "__main__":
    sys.exit(main(os.environ, Path.cwd()))
