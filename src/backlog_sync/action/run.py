"""One run of the action: load, decide by mode."""

from collections.abc import Mapping
from pathlib import Path

from backlog_sync import wiring
from backlog_sync.action.context import choose_mode, read_context
from backlog_sync.action.inputs import read_inputs
from backlog_sync.action.job import Job
from backlog_sync.action.messages import DONE, FAILED, linted
from backlog_sync.action.outputs import Ended, Voice, remarks_of
from backlog_sync.action.plan_and_drift import show_drift, show_plan
from backlog_sync.action.report import report
from backlog_sync.action.sync import sync
from backlog_sync.files.load import load


def run(env: Mapping[str, str], here: Path, voice: Voice) -> Ended:
    """Do what the workflow asks for. Raises `errors.BacklogError` for what stands in the way."""
    inputs = read_inputs(env)
    context = read_context(env, here)
    mode = choose_mode(inputs.mode, context)
    voice.log(f"mode: {mode}")
    top = wiring.root()
    loaded = load(
        [Path(path) for path in inputs.paths],
        root=top,
        repository=inputs.repository,
        project=inputs.project,
        bullets=inputs.bullets,
    )
    voice.remark(remarks_of(loaded.diagnostics))
    if loaded.desired is None or loaded.errors:
        return linted(loaded, FAILED)
    if mode == "lint":
        return linted(loaded, DONE)
    repository = wiring.target_repository(
        inputs.repository, loaded.desired.repository, wiring.environment(env), top, sandbox=False
    )
    job = Job(inputs, context, voice, env, top, loaded, loaded.desired, repository)
    match mode:
        case "sync":
            return sync(job)
        case "report":
            return report(job)
        case "drift":
            return show_drift(job)
        case _:
            return show_plan(job)
