"""One run of the action: load, look, decide by mode, tell."""

import json
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from backlog_sync import wiring
from backlog_sync.action.context import Context, choose_mode, read_context
from backlog_sync.action.delivery import Delivered, deliver
from backlog_sync.action.inputs import Inputs, read_inputs
from backlog_sync.action.remarks import plan_remarks, violation_remarks
from backlog_sync.action.telling import Ended, Remark, Voice, remarks_of
from backlog_sync.action.words import (
    fenced,
    is_creation,
    linted,
    notes,
    outcome_remarks,
    problem_remark,
    word,
)
from backlog_sync.cli.loading import Ready
from backlog_sync.cli.recalling import make_report, read_since, today_utc
from backlog_sync.cli.reconciling import exit_code
from backlog_sync.cli.writing import Written, files_after, write_progress
from backlog_sync.core.changes import Action, Plan, Result
from backlog_sync.core.drift import Drift, find_drift
from backlog_sync.core.guards import Violation
from backlog_sync.core.model import DesiredState, ObservedState
from backlog_sync.core.operations import Done, PutComment
from backlog_sync.core.plan_json import plan_to_json
from backlog_sync.core.pull import Take, flow_back
from backlog_sync.core.reporting.values import Report
from backlog_sync.engine import reconcile
from backlog_sync.engine.executor import Applied
from backlog_sync.engine.ports import Tracker, Wanted
from backlog_sync.engine.reconcile import Prepared
from backlog_sync.engine.tracking import DRIFT, DRIFT_TITLE, Tracking, track
from backlog_sync.errors import BacklogError, FailedError
from backlog_sync.files.load import Loaded, load
from backlog_sync.files.write_back import save
from backlog_sync.github_api import rest
from backlog_sync.local.push import WorkTree
from backlog_sync.local.signals import INTERRUPTS
from backlog_sync.local.state import safe_name
from backlog_sync.render.canvas import Look
from backlog_sync.render.drift import drift_text
from backlog_sync.render.inert import inert
from backlog_sync.render.markdown import (
    drift_line,
    drift_markdown,
    plan_markdown,
    summary_line,
)
from backlog_sync.render.outcomes import outcomes_text
from backlog_sync.render.paper import COMMENT_BYTES
from backlog_sync.render.report_markdown import report_markdown
from backlog_sync.render.report_text import report_text
from backlog_sync.render.report_words import Audience
from backlog_sync.render.text import plan_text
from backlog_sync.render.words import counted

DONE, FAILED, PENDING, REFUSED, PARTLY = 0, 1, 3, 4, 5
_LOOK = Look(width=120, color=False, ascii=False, full=False)
_COUNTS = ("create", "update", "close", "reopen", "link", "unlink", "adopt", "forget", "conflict",
           "drift", "unchanged")  # fmt: skip


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
    made = _Run(inputs, context, voice, env, top, loaded, loaded.desired, repository)
    match mode:
        case "sync":
            return made.sync()
        case "report":
            return made.report()
        case "drift":
            return made.drift()
        case _:
            return made.plan()


@dataclass(frozen=True, slots=True)
class _Run:
    """A run whose files are without errors."""

    inputs: Inputs
    context: Context
    voice: Voice
    env: Mapping[str, str]
    top: Path
    loaded: Loaded
    desired: DesiredState
    repository: str

    # ---- plan and drift ----------------------------------------------------------------------

    def plan(self) -> Ended:
        """Show what a sync would do; nothing of the backlog is changed."""
        env = self._environment()
        with self._tracker(env, read_only=True) as tracker:
            prepared = self._prepare(tracker, env)
        plan = prepared.plan
        self.voice.log(plan_text(plan, _LOOK))
        self.voice.remark(plan_remarks(plan))
        standing = self._standing(prepared)
        self.voice.remark(violation_remarks(standing, "warning", "sync would refuse this: "))
        pending = plan.has_changes or bool(plan.conflicts or plan.drift)
        self._comment(env, plan, standing)
        outputs = {**self._outputs(plan), "changed": word(pending)}
        ended = PENDING if pending and self.inputs.check else DONE
        return Ended(ended, summary_line(plan), plan_markdown(plan, note=notes(standing)), outputs)

    def drift(self) -> Ended:
        """Show what moved apart, and keep one issue of it up to date where that is asked for."""
        env = self._environment()
        with self._tracker(env, read_only=not self.inputs.drift_issue) as tracker:
            prepared = self._prepare(tracker, env, full=True)
            found = find_drift(prepared.plan, self.desired, prepared.observed)
            self.voice.log(drift_text(found, _LOOK))
            self.voice.remark(plan_remarks(found.plan))
            tracked = self._track(tracker, prepared, found) if self.inputs.drift_issue else True
        outputs = {
            **self._outputs(prepared.plan),
            "drift": str(len(found.plan.drift)),
            "changed": word(bool(found)),
        }
        ended = PENDING if found and self.inputs.check else DONE if tracked else FAILED
        return Ended(ended, drift_line(found), drift_markdown(found), outputs)

    def _track(self, tracker: Tracker, prepared: Prepared, found: Drift) -> bool:
        """Keep the tracking issue up to date; whether that went well."""
        wanted = Tracking(
            DRIFT,
            safe_name(self.desired.backlog_id),
            DRIFT_TITLE,
            drift_markdown(found, limit=COMMENT_BYTES),
        )
        try:
            ref = track(
                tracker, prepared.observed, wanted, open_=bool(found), nonce=wiring.nonces()()
            )
        except BacklogError as problem:
            self.voice.remark([problem_remark(problem)])
            return False
        self.voice.log(f"tracking issue: {ref or 'none is needed'}")
        return True

    def _comment(self, env: wiring.Environment, plan: Plan, standing: Sequence[Violation]) -> None:
        """Keep one comment on the pull request up to date, where this run may write."""
        pull = self.context.pull
        if pull is None or not self.inputs.comment:
            return
        if pull.fork:
            self.voice.log("a pull request from a fork: no comment, the summary has the plan")
            return
        mark = f"plan-{safe_name(self.desired.backlog_id)}"
        body = plan_markdown(plan, limit=COMMENT_BYTES, note=notes(standing))
        try:
            with self._tracker(env, read_only=False) as tracker:
                ((_, reply),) = tracker.apply([PutComment(pull.node_id, mark, body)])
        except BacklogError as problem:
            self.voice.remark([Remark("warning", "no-comment", problem.message)])
            return
        if not isinstance(reply, Done):
            told = getattr(reply, "message", "its answer was lost")
            hint = "the job needs `pull-requests: write`"
            message = f"the comment could not be written: {told} ({hint})"
            self.voice.remark([Remark("warning", "no-comment", message)])

    # ---- sync --------------------------------------------------------------------------------

    def sync(self) -> Ended:
        """Apply, where HEAD is what the default branch says; then bring progress back."""
        tree, base = self._tree()
        head, tip = tree.head(), tree.tip(base)
        if head != tip:
            what = f"{base} is at {tip[:9]}" if tip else f"there is no {base}"
            line = f"Superseded: {head[:9]} is checked out, {what} now. Nothing was sent."
            outputs = {"changed": "false", "superseded": "true"}
            return Ended(DONE, line, f"### Backlog sync\n\n**{inert(line)}**\n", outputs)
        env = self._environment()
        with (
            wiring.alone(self.top, env, self.repository, sandbox=False),
            self._tracker(env, read_only=False) as tracker,
        ):
            prepared = self._prepare(tracker, env, wait=True)
            plan = prepared.plan
            self.voice.log(plan_text(plan, _LOOK))
            standing = [*self._standing(prepared), *self._limits(plan)]
            if standing:
                self.voice.remark(violation_remarks(standing, "error", "refused: "))
                line = f"Refused: {standing[0].message}. Nothing was sent."
                markdown = plan_markdown(plan, title="Backlog sync", note=notes(standing))
                return Ended(REFUSED, line, markdown, {**self._outputs(plan), "changed": "false"})
            with INTERRUPTS.held():
                applied, written = self._apply(prepared, tracker)
        return self._synced(plan, applied, written, tree, base)

    def _apply(self, prepared: Prepared, tracker: Tracker) -> tuple[Applied, Written]:
        applied = reconcile.apply(
            prepared,
            tracker,
            nonces=wiring.nonces(),
            progress=_Quiet(),
            clock=wiring.clock(self._waits),
        )
        takes: tuple[Take, ...] = ()
        if self.loaded.write_back == "progress":
            takes = flow_back(prepared.plan, self.desired, prepared.observed).takes
        written = write_progress(self.loaded, self.desired, applied.observed, takes)
        return replace(applied, interrupted=applied.interrupted or INTERRUPTS.asked), written

    def _synced(
        self, plan: Plan, applied: Applied, written: Written, tree: WorkTree, base: str
    ) -> Ended:
        """Bring progress back, and tell what was done."""
        ended = exit_code(plan, applied)
        told = outcomes_text(applied.outcomes, applied.usage, written.paths, _LOOK)
        self.voice.log(told)
        self.voice.remark(outcome_remarks(applied.outcomes))
        for problem in (applied.stopped, written.problem):
            if problem is not None:
                self.voice.remark([problem_remark(problem)])
        self.voice.remark(plan_remarks(replace(plan, changes=())))
        if written.problem and ended in (DONE, REFUSED):
            ended = PARTLY
        delivered = None if applied.interrupted else self._delivered(written.paths, tree, base)
        if delivered and not delivered.done and ended in (DONE, REFUSED):
            ended = PARTLY
        made = [o for o in applied.outcomes if is_creation(o)]
        changed = any(o.result is Result.APPLIED for o in applied.outcomes) or bool(written.paths)
        lines = told.splitlines()
        line = next((each for each in lines if each.startswith("Sync: ")), lines[-1])
        if delivered:
            line = f"{line} {delivered.line[:1].upper()}{delivered.line[1:]}."
        outputs = {
            **self._outputs(plan),
            "changed": word(changed),
            "issues": json.dumps([int((o.ref or "#0").lstrip("#")) for o in made]),
            "written": "\n".join(written.paths),
            "pull-request": (delivered.pull_request or "") if delivered else "",
        }
        markdown = plan_markdown(plan, title="Backlog sync", note=line, limit=880 * 1024)
        return Ended(ended, line, markdown + fenced(told), outputs)

    def _limits(self, plan: Plan) -> list[Violation]:
        """What this workflow limits beyond the guards: new issues, or one approved plan."""
        creates = plan.summary()[Action.CREATE.value]
        digest = plan.digests.plan
        if self.inputs.approve and plan.has_changes and self.inputs.approve != digest:
            message = f"the plan is not the one that was approved: its digest is {digest}"
            return [
                Violation("not-approved", message, "look at the plan, then approve this digest")
            ]
        if creates > self.inputs.max_create and not self.inputs.approve:
            message = (
                f"{creates} issues would be created, and max-create is {self.inputs.max_create}"
            )
            hint = f"raise max-create, or approve this plan: {digest}"
            return [Violation("max-create", message, hint)]
        return []

    # ---- report ------------------------------------------------------------------------------

    def report(self) -> Ended:
        """Write progress into the files and bring it back; the issues are not changed."""
        env = self._environment()
        with self._tracker(env, read_only=True) as tracker:
            observed = tracker.observe(Wanted.for_backlog(self.desired))
        _, changes = files_after(self.loaded, self.desired, observed)
        made = self._report(observed)
        self.voice.log(report_text(made, _LOOK))
        if observed.project_problem:
            message = f"the board was left out: {observed.project_problem}"
            self.voice.remark([Remark("notice", "board", message)])
        paths = tuple(change.path for change in changes)
        for change in changes:
            save(change)
        delivered = None
        if not self.context.is_pull_request:
            tree, base = self._tree()
            if tree.head() == tree.tip(base):
                delivered = self._delivered(paths, tree, base)
        line = f"Report: {counted(len(paths), 'file')} changed."
        if delivered:
            line = f"{line} {delivered.line[:1].upper()}{delivered.line[1:]}."
        outputs = {
            "changed": word(bool(paths)),
            "written": "\n".join(paths),
            "pull-request": (delivered.pull_request or "") if delivered else "",
        }
        code_ = PARTLY if delivered and not delivered.done else DONE
        markdown = report_markdown(made, Audience(self.inputs.audience))
        return Ended(code_, line, f"{markdown}\n{inert(line)}\n", outputs)

    def _report(self, observed: ObservedState) -> Report:
        """The report of today, and of the time that the inputs ask for."""
        today = today_utc()
        return make_report(
            Ready(self.loaded, self.desired, self.repository, self.top),
            observed,
            today=today,
            since=read_since(self.inputs.since, today) if self.inputs.since else None,
            bullets=self.inputs.bullets,
        )

    # ---- what they share ---------------------------------------------------------------------

    def _environment(self) -> wiring.Environment:
        """The environment, with the App's token for the board where there is an App."""
        env = wiring.environment(self.env)
        if not self.inputs.app_id or not self.inputs.app_key or env.project_token:
            return env
        token = rest.app_token(
            _server(env), self.inputs.app_id, self.inputs.app_key, self.repository, now=time.time()
        )
        self.voice.mask(token)
        return replace(env, project_token=token)

    def _tracker(
        self, env: wiring.Environment, *, read_only: bool
    ) -> AbstractContextManager[Tracker]:
        return wiring.tracker(
            self.repository,
            env,
            top=self.top,
            sandbox=False,
            read_only=read_only,
            waits=self._waits,
        )

    def _waits(self, seconds: float) -> None:
        if seconds >= 5:
            self.voice.log(f"waiting {seconds:.0f} s before the next request")

    def _prepare(
        self, tracker: Tracker, env: wiring.Environment, *, wait: bool = False, full: bool = False
    ) -> Prepared:
        return reconcile.observe_and_plan(
            self.desired,
            tracker,
            self.inputs.options,
            journals=wiring.journals(self.top, env, sandbox=False),
            clock=wiring.clock(self._waits) if wait else None,
            memory=wiring.cache(self.top, env, self.repository, sandbox=False),
            full=full,
        )

    def _standing(self, prepared: Prepared) -> list[Violation]:
        """The guards that refuse the plan, but those that are overridden."""
        force = self.inputs.force
        return [v for v in prepared.violations if v.final or v.slug not in force]

    def _tree(self) -> tuple[WorkTree, str]:
        """The checkout, and the branch that counts. Raises `FailedError` where it is not known."""
        env = wiring.environment(self.env)
        tree = WorkTree(self.top, token=env.token, server_url=self.context.server_url)
        base = self.context.default_branch or tree.default_branch()
        if base is None:
            raise FailedError(
                "the default branch of this repository is not known",
                slug="no-default-branch",
                hint="neither the event nor `git ls-remote --symref origin HEAD` names it",
            )
        return tree, base

    def _delivered(self, paths: Sequence[str], tree: WorkTree, base: str) -> Delivered | None:
        """Bring written files back, told; None where nothing was written."""
        if not paths:
            return None
        env = wiring.environment(self.env)

        def opener(head: str, into: str, title: str, body: str) -> str | None:
            token, _ = wiring.find_token(env)
            where = self.context.repository or self.repository
            return rest.open_pull_request(
                _server(env), token, where, head=head, base=into, title=title, body=body
            )

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
        self.voice.remark(delivered.remarks)
        return delivered

    def _outputs(self, plan: Plan) -> dict[str, str]:
        """What every mode that plans gives: counts, the digest, the plan as a file."""
        counts = plan.summary()
        outputs = {name: str(counts[name]) for name in _COUNTS}
        outputs["digest"] = plan.digests.plan
        if self.context.temp is not None:
            path = self.context.temp / f"backlog-plan-{safe_name(self.desired.backlog_id)}.json"
            text = json.dumps(plan_to_json(plan), indent=1, ensure_ascii=True)
            path.write_text(text + "\n", encoding="utf-8")
            outputs["plan"] = str(path)
        return outputs


class _Quiet:
    """Nobody watches a bar in a log; satisfies `engine.ports.Progress`."""

    def start(self, title: str, total: int) -> None:
        """Nothing."""

    def advance(self, count: int = 1) -> None:
        """Nothing."""

    def finish(self) -> None:
        """Nothing."""


def _server(env: wiring.Environment) -> rest.Server:
    return rest.Server(env.api_url, dict(env.proxies), env.ca_bundle or True)
