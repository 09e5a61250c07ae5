"""What every mode of a run needs: the files, the tracker, the checkout, the outputs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from backlog_sync import wiring
from backlog_sync.action.context import Context
from backlog_sync.action.delivery import Delivered, deliver
from backlog_sync.action.inputs import Inputs
from backlog_sync.action.messages import in_workflow, plan_in_workflow, problem_remark
from backlog_sync.action.outputs import RunnerOutput
from backlog_sync.cli.workspace import Workspace, target_of
from backlog_sync.core.changes import Plan
from backlog_sync.core.escape import json_text
from backlog_sync.core.guards import Violation
from backlog_sync.core.model import DesiredState
from backlog_sync.core.plan_json import plan_to_json
from backlog_sync.core.saved import SavedPlan, save_plan
from backlog_sync.credentials import APP_INPUTS
from backlog_sync.engine import reconcile
from backlog_sync.engine.ports import Tracker
from backlog_sync.engine.reconcile import Prepared
from backlog_sync.environment import Environment, environment
from backlog_sync.errors import BacklogError, FailedError, RefusedError
from backlog_sync.files.load import Loaded
from backlog_sync.local.json_lines import PRIVATE
from backlog_sync.local.plan_file import write_plan
from backlog_sync.local.push import WorkTree
from backlog_sync.local.state import safe_name, write_whole

_COUNTS = ("create", "update", "close", "reopen", "link", "unlink", "adopt", "forget", "conflict",
           "drift", "unchanged")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Job:
    """A run whose files are without errors."""

    inputs: Inputs
    context: Context
    runner: RunnerOutput
    env: Mapping[str, str]
    top: Path
    loaded: Loaded
    desired: DesiredState
    repository: str

    @property
    def updates_board(self) -> bool:
        """Whether the board is to be told how things stand; a proposal is not how they stand."""
        return self.inputs.status_update and not self.context.is_pull_request

    def environment(self) -> Environment:
        """The environment, with the App of the inputs for the board if there is one.

        Without a token in the inputs the App is for everything.
        """
        env = replace(environment(self.env), on_token=self.runner.mask)
        if not self.inputs.app_id or not self.inputs.app_key:
            return env
        values = (self.inputs.app_id, self.inputs.app_key)
        app = dict(zip(APP_INPUTS, values, strict=True))
        return replace(env, board_app=app) if env.token else replace(env, app=app)

    def workspace(self, env: Environment | None = None) -> Workspace:
        """The files and the repository, with the environment that its requests are sent in."""
        env = env or environment(self.env)
        target = target_of(self.desired, self.repository, self.top, env, waits=self.waits)
        return Workspace(self.loaded, self.desired, target)

    def waits(self, seconds: float) -> None:
        """Say that a request waits, where the wait is long enough to wonder."""
        if seconds >= 5:
            self.runner.log(f"waiting {seconds:.0f} s before the next request")

    def prepare(
        self, tracker: Tracker, env: Environment, *, wait: bool = False, full: bool = False
    ) -> Prepared:
        """Read and plan; `wait` for what an earlier run left in doubt, `full` for every issue."""
        workspace = self.workspace(env)
        prepared = reconcile.observe_and_plan(
            self.desired,
            tracker,
            self.inputs.options,
            journals=workspace.journals(),
            clock=wiring.clock(self.waits) if wait else None,
            memory=workspace.memory(),
            full=full,
        )
        return replace(prepared, plan=plan_in_workflow(prepared.plan))

    def standing(self, prepared: Prepared) -> list[Violation]:
        """The guards that refuse the plan, but those that are overridden."""
        force = self.inputs.force
        standing = [v for v in prepared.violations if v.final or v.slug not in force]
        return [in_workflow(violation) for violation in standing]

    def check_places(self) -> None:
        """Raise `RefusedError` where progress could not be brought back: a file elsewhere."""
        if self.inputs.progress == "none":
            return
        top = self.top.resolve()
        sources = [file.source for file in self.loaded.files]
        outside = [s.path for s in sources if not s.file.resolve().is_relative_to(top)]
        if outside:
            raise RefusedError(
                f"outside of the repository that is checked out: {', '.join(outside)}",
                slug="outside-repository",
                hint="name files inside of it, or say `progress: none`",
            )

    def tree(self) -> tuple[WorkTree, str]:
        """The checkout, and the branch that counts. Raises `FailedError` where it is not known."""
        env = environment(self.env)
        tree = WorkTree(self.top, token=env.token, server_url=self.context.server_url)
        base = self.context.default_branch or tree.default_branch()
        if base is None:
            raise FailedError(
                "the default branch of this repository is not known",
                slug="no-default-branch",
                hint="neither the event nor `git ls-remote --symref origin HEAD` names it",
            )
        return tree, base

    def delivered(self, paths: Sequence[str], tree: WorkTree, base: str) -> Delivered | None:
        """Bring written files back, told; None where nothing was written."""
        if not paths:
            return None

        def opener(head: str, into: str, title: str, body: str) -> str | None:
            repository = self.context.repository or self.repository
            target = wiring.Target(repository, self.environment(), self.top, waits=self.waits)
            with wiring.tracker(target, read_only=False) as tracker:
                return tracker.open_pull_request(head=head, base=into, title=title, body=body)

        try:
            delivered = deliver(
                tree,
                [Path(path).resolve() for path in paths],
                how=self.inputs.progress,
                base=base,
                branch=self.inputs.branch,
                opener=opener,
            )
        except BacklogError as problem:
            line = f"progress could not be brought back: {problem.message}"
            delivered = Delivered(False, line, (problem_remark(problem),))
        self.runner.remark(delivered.remarks)
        return delivered

    def outputs(self, plan: Plan) -> dict[str, str]:
        """What every mode that plans gives: counts, the digest, the plan as a file."""
        counts = plan.summary()
        outputs = {name: str(counts[name]) for name in _COUNTS}
        outputs["digest"] = plan.digests.plan
        if self.context.temp is not None:
            path = self.context.temp / f"backlog-plan-{safe_name(self.desired.backlog_id)}.json"
            text = json_text(plan_to_json(plan), indent=1, ascii_only=True)
            path.write_text(text + "\n", encoding="utf-8")
            outputs["plan"] = str(path)
        return outputs

    def saved(self, prepared: Prepared) -> SavedPlan:
        """The plan with all that it takes to apply exactly it."""
        return save_plan(prepared.plan, prepared.desired, prepared.observed, self.inputs.options)

    def save_plan_file(self, prepared: Prepared) -> dict[str, str]:
        """The plan in a file that `saved-plan` takes, as an output."""
        if self.context.temp is None:
            return {}
        path = self.context.temp / f"backlog-saved-{safe_name(self.desired.backlog_id)}.json"
        write_plan(path, self.saved(prepared))
        return {"saved-plan": str(path)}

    def save_record(self, prepared: Prepared) -> dict[str, str]:
        """Write the record of the run into a file that `undo --from` takes, as an output.

        There is none for a run that wrote nothing.
        """
        text = prepared.journal.record_text() if prepared.journal else ""
        if self.context.temp is None or not text:
            return {}
        path = self.context.temp / f"backlog-undo-{safe_name(self.desired.backlog_id)}.jsonl"
        write_whole(path, text.encode(), mode=PRIVATE)
        return {"undo-record": str(path)}
