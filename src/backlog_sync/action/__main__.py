"""Where the action's last step begins: `python -I -m backlog_sync.action`.

Like `wiring`, it reads the environment, once, and hands it on as a value.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from backlog_sync import log, wiring
from backlog_sync.action.context import choose_mode, read_context
from backlog_sync.action.inputs import read_inputs
from backlog_sync.action.job import Job
from backlog_sync.action.messages import linted
from backlog_sync.action.outputs import RunnerOutput, RunResult, remarks_of
from backlog_sync.action.plan_and_drift import show_drift, show_plan
from backlog_sync.action.report import report
from backlog_sync.action.sync import sync
from backlog_sync.cli.crash import write_report
from backlog_sync.cli.main import prepare_streams
from backlog_sync.core.escape import inert
from backlog_sync.credentials import hide_secrets
from backlog_sync.environment import environment
from backlog_sync.errors import BacklogError, ExitCode, of_system
from backlog_sync.files.load import load
from backlog_sync.local.signals import INTERRUPTS
from backlog_sync.render.annotations import Annotation


def main(env: Mapping[str, str], folder: Path) -> int:
    """Run, and turn whatever happens into outputs, a summary and an exit code."""
    prepare_streams()
    log.configure(2 if env.get("RUNNER_DEBUG") == "1" else 0, "text", secrets_out=hide_secrets)
    runner = RunnerOutput(env, _prefix(env, folder))
    try:
        with INTERRUPTS.installed():
            result = run(env, folder, runner)
    except BacklogError as problem:
        result = _failed(problem, runner)
    except KeyboardInterrupt:
        result = _stopped(ExitCode.INTERRUPTED, "Interrupted; the next run goes on.")
    except OSError as error:
        result = _failed(of_system(error), runner)
    except Exception as error:  # the boundary: whatever else escapes is our bug
        place = write_report(error, ["(action)"])
        message = f"this is a bug ({type(error).__name__}); the report follows"
        runner.remark([Annotation("error", "bug", message)])
        if Path(place).is_file():
            runner.log(Path(place).read_text(encoding="utf-8"))
        result = _stopped(ExitCode.BUG, message)
    try:
        runner.end(result)
    except OSError as error:
        return _failed(of_system(error), runner).code
    return result.code


def _failed(problem: BacklogError, runner: RunnerOutput) -> RunResult:
    """Say what stands in the way; what the run came to then."""
    hint = f" ({problem.hint})" if problem.hint else ""
    runner.remark([Annotation("error", problem.slug, problem.message + hint)])
    return _stopped(problem.exit_code, f"{problem.message}{hint}")


def _stopped(code: int, line: str) -> RunResult:
    markdown = f"### Backlog\n\n**Stopped:** {inert(line[:2000])}\n"
    return RunResult(code, line, markdown, {"changed": "false"})


def _prefix(env: Mapping[str, str], folder: Path) -> str:
    """From the top of the repository to the current folder, as annotations need it."""
    workspace = env.get("GITHUB_WORKSPACE")
    if not workspace:
        return ""
    try:
        inside = folder.resolve().relative_to(Path(workspace).resolve()).as_posix()
    except ValueError:
        return ""
    return "" if inside == "." else f"{inside}/"


def run(env: Mapping[str, str], folder: Path, runner: RunnerOutput) -> RunResult:
    """Do what the workflow asks for. Raises `errors.BacklogError` for what stands in the way."""
    inputs = read_inputs(env)
    context = read_context(env, folder)
    mode = choose_mode(inputs.mode, context)
    runner.log(f"mode: {mode}")
    top = wiring.root()
    loaded = load(
        [Path(path) for path in inputs.paths],
        root=top,
        repository=inputs.repository,
        project=inputs.project,
        bullets=inputs.bullets,
    )
    runner.remark(remarks_of(loaded.diagnostics))
    if loaded.desired is None or loaded.errors:
        return linted(loaded, ExitCode.FAILED)
    if mode == "lint":
        return linted(loaded, ExitCode.DONE)
    repository = wiring.target_repository(
        inputs.repository, loaded.desired.repository, environment(env), top, sandbox=False
    )
    job = Job(inputs, context, runner, env, top, loaded, loaded.desired, repository)
    match mode:
        case "sync":
            return sync(job)
        case "report":
            return report(job)
        case "drift":
            return show_drift(job)
        case _:
            return show_plan(job)


if __name__ == "__main__":
    sys.exit(main(os.environ, Path.cwd()))
