"""Presenter of a workflow run: annotations, outputs, the step summary, delivered files."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path

from backlog_sync import wiring
from backlog_sync.action.context import Context
from backlog_sync.action.delivery import MERGE_IT, Delivered, Opener, Proposal, deliver, propose
from backlog_sync.action.inputs import Inputs
from backlog_sync.action.messages import (
    ABOUT_TOKENS,
    LOOK,
    ends_within,
    fenced,
    in_workflow,
    is_creation,
    left_remark,
    linted,
    notes,
    outcome_remarks,
    plan_in_workflow,
    plan_remarks,
    problem_remark,
    replaced_remarks,
    true_or_false,
    unplaced_remarks,
    unrecorded_remarks,
    violation_remarks,
)
from backlog_sync.action.outputs import RunnerOutput, RunResult, remarks_of
from backlog_sync.cli.inbox import NewIssues
from backlog_sync.cli.report_output import report_files
from backlog_sync.cli.requests import ReportRequest
from backlog_sync.cli.workspace import Run
from backlog_sync.cli.write_back import Written
from backlog_sync.core.drift import Drift
from backlog_sync.core.escape import inert, json_text
from backlog_sync.core.guards import Violation
from backlog_sync.core.observed import ObservedState
from backlog_sync.core.operations import Done, PutComment
from backlog_sync.core.plan import Plan, Result
from backlog_sync.core.plan_json import count_left, plan_to_json
from backlog_sync.credentials import APP_INPUTS
from backlog_sync.engine.executor import Applied
from backlog_sync.engine.ports import Progress, TimeLeft
from backlog_sync.engine.reconcile import Prepared
from backlog_sync.environment import Environment, environment
from backlog_sync.errors import BacklogError, ExitCode, FailedError, RefusedError
from backlog_sync.files.load import Loaded
from backlog_sync.local.json_lines import PRIVATE
from backlog_sync.local.push import WorkTree
from backlog_sync.local.state import safe_name, write_whole
from backlog_sync.render.annotations import Annotation
from backlog_sync.render.bounded import COMMENT_BYTES
from backlog_sync.render.drift import drift_text
from backlog_sync.render.inbox import END, inbox_markdown, inbox_text
from backlog_sync.render.markdown import drift_markdown, plan_markdown
from backlog_sync.render.outcomes import outcomes_line, outcomes_text
from backlog_sync.render.text import plan_text
from backlog_sync.render.view import drift_line, summary_line
from backlog_sync.render.words import counted
from backlog_sync.reports.render_markdown import report_markdown
from backlog_sync.reports.render_notes import notes_markdown
from backlog_sync.reports.render_text import report_text
from backlog_sync.reports.values import Report

_COUNTS = ("create", "update", "close", "reopen", "link", "unlink", "adopt", "forget", "conflict",
           "drift", "unchanged")  # fmt: skip
_ABOUT_INBOX = (
    "Issues that people opened and that the setting `inbox` asks for, as `backlog pull --new` reads"
    " them: their number, title and fields. Their text stays in the issues. Once this is merged, a"
    " sync adopts them."
)
_LONG_WAIT = 5.0
"""Seconds of waiting that pass without a line in the log."""


class Workflow:
    """The runner of a workflow as a run's presenter; satisfies `cli.presenter.Presenter`.

    `line`, `page` (the summary, rendered from the line) and `outputs` are the result; `failed`
    is set if something that was required could not be posted, `continues` if the run only ended
    because its budget is spent.
    """

    def __init__(
        self, inputs: Inputs, context: Context, runner: RunnerOutput, env: Mapping[str, str]
    ) -> None:
        self.inputs = inputs
        self.context = context
        self.runner = runner
        self.env = self._environment(env)
        self.line = ""
        self.page: Callable[[str], str] = str
        self.outputs: dict[str, str] = {}
        self.failed = False
        self.continues = False
        self.checkout: tuple[WorkTree, str] | None = None

    def _environment(self, env: Mapping[str, str]) -> Environment:
        """Return the environment, with the App of the inputs for the board if one is set.

        Without a token in the inputs the App is used for everything.
        """
        read = replace(environment(env), on_token=self.runner.mask)
        if not self.inputs.app_id or not self.inputs.app_key:
            return read
        app = dict(zip(APP_INPUTS, (self.inputs.app_id, self.inputs.app_key), strict=True))
        return replace(read, board_app=app) if read.token else replace(read, app=app)

    @property
    def updates_board(self) -> bool:
        """Whether a status update is posted to the board; never for a pull request."""
        return self.inputs.status_update and not self.context.is_pull_request

    def result(self, code: int) -> RunResult:
        """Return the result of the run."""
        continues = self.continues and code == ExitCode.PARTLY
        return RunResult(code, self.line, self.page(self.line), self.outputs, continues)

    def waits(self, seconds: float) -> None:
        """Print that a request waits, if the wait is long enough to be noticed."""
        if seconds >= _LONG_WAIT:
            self.runner.log(f"waiting {seconds:.0f} s before the next request")

    def reading(self, repository: str) -> AbstractContextManager[object]:  # noqa: ARG002 - a terminal's
        """Show nothing: nobody watches a log."""
        return nullcontext()

    def progress(self) -> AbstractContextManager[Progress]:
        """Show nothing: nobody watches a bar in a log."""
        return nullcontext(_Quiet())

    def unreadable(self, loaded: Loaded) -> None:
        """Annotate the errors of files, which end the run."""
        self.files(loaded)
        ended = linted(loaded, ExitCode.FAILED)
        self.line, self.page, self.outputs = (
            ended.line,
            lambda _: ended.markdown,
            {"changed": "false"},
        )

    def files(self, loaded: Loaded) -> None:
        """Annotate the findings of lint."""
        self.runner.remark(remarks_of(loaded.diagnostics))

    # ---- the checkout --------------------------------------------------------------------------

    def open_checkout(self, top: Path) -> tuple[WorkTree, str]:
        """Return the checkout and the default branch.

        Raises `FailedError` if the default branch is not known.
        """
        tree = WorkTree(top, token=self.env.token, server_url=self.context.server_url)
        base = self.context.default_branch or tree.default_branch()
        if base is None:
            raise FailedError(
                "the default branch of this repository is not known",
                slug="no-default-branch",
                hint="neither the event nor `git ls-remote --symref origin HEAD` names it",
            )
        self.checkout = tree, base
        return self.checkout

    def check_places(self, run: Run) -> None:
        """Raise `RefusedError` if a file is outside the checkout: its progress would be lost."""
        if self.inputs.progress == "none":
            return
        top = run.target.top.resolve()
        sources = [file.source for file in run.loaded.files]
        outside = [s.path for s in sources if not s.file.resolve().is_relative_to(top)]
        if outside:
            raise RefusedError(
                f"outside of the repository that is checked out: {', '.join(outside)}",
                slug="outside-repository",
                hint="use files inside the repository, or set `progress: none`",
            )

    def deliver(self, run: Run, paths: Sequence[str], code: int) -> int:
        """Deliver written files to the default branch; if that fails, the run is partly done."""
        delivered = self._delivered(run, paths) if paths and self.checkout else None
        self.outputs["pull-request"] = (delivered.pull_request or "") if delivered else ""
        return code if delivered is None else self._told(delivered, code)

    def _told(self, delivered: Delivered, code: int) -> int:
        """Show what was delivered; if that failed, the run is partly done."""
        self.outputs["pull-request"] = delivered.pull_request or ""
        self.continues &= delivered.done
        self.runner.remark(delivered.remarks)
        self.line = f"{self.line.rstrip('.')}. {delivered.line[:1].upper()}{delivered.line[1:]}."
        unfinished = not delivered.done and code in (ExitCode.DONE, ExitCode.REFUSED)
        return ExitCode.PARTLY if unfinished else code

    def inbox(self, run: Run, new_issues: NewIssues) -> int:
        """Show the new issues, and propose the files with them as a pull request."""
        assert self.checkout is not None
        tree, base = self.checkout
        taken = [each.taken for each in new_issues.added]
        self.runner.log(inbox_text(taken, new_issues.left, new_issues.below, LOOK, written=True))
        self.runner.remark(Annotation("warning", w.slug, w.message) for w in new_issues.warnings)
        paths = [change.path for change in new_issues.changes]
        self.line = f"Inbox: {counted(len(taken), 'new issue')}."
        self.page = lambda line: (
            f"### Backlog inbox\n\n{inbox_markdown(taken, new_issues.left, note=inert(line))}"
        )
        self.outputs = {"changed": true_or_false(bool(paths)), "written": "\n".join(paths)}
        if not paths:
            self.outputs["pull-request"] = ""
            return ExitCode.DONE
        note = f"{_ABOUT_INBOX}\n\n{MERGE_IT}\n\n{END}"
        body = inbox_markdown(taken, new_issues.left, note=note)
        title = f"Take {counted(len(taken), 'new issue')} into the plan"
        proposal = Proposal(self.inputs.inbox_branch, title, body)
        files = [change.file for change in new_issues.changes]
        try:
            delivered = propose(tree, files, base=base, proposal=proposal, opener=self._opener(run))
        except BacklogError as problem:
            line = f"the files could not be proposed: {problem.message}"
            delivered = Delivered(False, line, (problem_remark(problem),))
        return self._told(delivered, ExitCode.DONE)

    def _delivered(self, run: Run, paths: Sequence[str]) -> Delivered:
        assert self.checkout is not None
        tree, base = self.checkout
        try:
            return deliver(
                tree,
                [Path(path).resolve() for path in paths],
                how=self.inputs.progress,
                base=base,
                branch=self.inputs.branch,
                opener=self._opener(run),
            )
        except BacklogError as problem:
            line = f"progress could not be brought back: {problem.message}"
            return Delivered(False, line, (problem_remark(problem),))

    def _opener(self, run: Run) -> Opener:
        """Return what opens a pull request in the repository of the workflow."""

        def opener(head: str, into: str, title: str, body: str) -> str | None:
            repository = self.context.repository or run.target.repository
            target = wiring.Target(repository, self.env, run.target.top, waits=self.waits)
            with wiring.tracker(target, read_only=False) as tracker:
                return tracker.open_pull_request(head=head, base=into, title=title, body=body)

        return opener

    # ---- plan ----------------------------------------------------------------------------------

    def unfinished(self, message: str, hint: str) -> None:
        """Log a warning about what an interrupted run left."""
        self.runner.log(f"warning[interrupted-run] {message}\n    hint: {hint}")

    def unwritten(self, problem: BacklogError) -> None:
        """Raise the problem: the files are what a workflow delivers."""
        raise problem

    def worded(self, prepared: Prepared) -> Prepared:
        """Return the plan and its guards with hints that name inputs and permissions."""
        violations = tuple(map(in_workflow, prepared.violations))
        return replace(prepared, plan=plan_in_workflow(prepared.plan), violations=violations)

    def overridden(self, violation: Violation) -> None:
        """Name a guard that `force` overrides."""
        self.runner.log(f"warning[{violation.slug}] overridden by `force`: {violation.message}")

    def plan(self, run: Run, prepared: Prepared, standing: Sequence[Violation]) -> None:
        """Show a plan in the log, annotations, the summary, outputs, and on the pull request."""
        plan = prepared.plan
        self.runner.log(plan_text(plan, LOOK))
        self.runner.remark(plan_remarks(plan))
        standing = [v for v in standing if v.slug not in ABOUT_TOKENS]
        self.runner.remark(violation_remarks(standing, "warning", "sync would refuse this: "))
        self._comment(run, plan, standing)
        pending = plan.has_changes or bool(plan.conflicts or plan.drift)
        self._set_outputs(run, plan, changed=pending)
        self.line = summary_line(plan)
        self.page = lambda _: plan_markdown(plan, note=notes(standing))

    def saved(self, out: Path) -> None:
        """Name the saved plan, which `saved-plan` takes, as an output."""
        self.outputs["saved-plan"] = str(out)

    def _set_outputs(self, run: Run, plan: Plan, *, changed: bool) -> None:
        """Set the outputs of every mode that plans: counts, the digest, the plan as a file."""
        counts = plan.summary()
        self.outputs |= {name: str(counts[name]) for name in _COUNTS}
        self.outputs |= {"digest": plan.digests.plan, "changed": true_or_false(changed)}
        if path := self.temp_file(run, "plan"):
            text = json_text(plan_to_json(plan), indent=1, ascii_only=True)
            path.write_text(text + "\n", encoding="utf-8")
            self.outputs["plan"] = str(path)

    def temp_file(self, run: Run, kind: str, suffix: str = ".json") -> Path | None:
        """Return a file in the runner's temporary folder; None if no such folder exists."""
        if self.context.temp is None:
            return None
        return self.context.temp / f"backlog-{kind}-{safe_name(run.desired.backlog_id)}{suffix}"

    def _comment(self, run: Run, plan: Plan, standing: Sequence[Violation]) -> None:
        """Keep one comment on the pull request up to date, if this run may write."""
        pull = self.context.pull
        if pull is None or not self.inputs.comment:
            return
        if pull.fork:
            self.runner.log("a pull request from a fork: no comment, the summary has the plan")
            return
        mark = f"plan-{safe_name(run.desired.backlog_id)}"
        body = plan_markdown(plan, limit=COMMENT_BYTES, note=notes(standing))
        try:
            with wiring.tracker(run.target, read_only=False) as tracker:
                ((_, reply),) = tracker.apply([PutComment(pull.node_id, mark, body)])
        except BacklogError as problem:
            self.runner.remark([Annotation("warning", "no-comment", problem.message)])
            return
        if not isinstance(reply, Done):
            reason = getattr(reply, "message", "its answer was lost")
            hint = "the job needs `pull-requests: write`"
            message = f"the comment could not be written: {reason} ({hint})"
            self.runner.remark([Annotation("warning", "no-comment", message)])

    # ---- sync ----------------------------------------------------------------------------------

    def superseded(self, why: str) -> None:
        """Print that a newer commit has its own run."""
        self.line = f"Superseded: {why} now. Nothing was sent."
        self.page = lambda line: f"### Backlog sync\n\n**{inert(line)}**\n"
        self.outputs = {"changed": "false", "superseded": "true"}

    def moved(self, run: Run, violations: Sequence[Violation], *, yes: bool) -> bool:  # noqa: ARG002 - a terminal's
        """Leave the identity of a moved file to a person."""
        return False

    def plan_to_apply(self, run: Run, prepared: Prepared) -> None:  # noqa: ARG002 - a terminal's
        """Show a plan in the log before it is applied."""
        self.runner.log(plan_text(prepared.plan, LOOK))

    def consent(self, run: Run, prepared: Prepared, *, approved: bool) -> Violation | None:  # noqa: ARG002 - a terminal's
        """Limit how many issues are created or adopted without an approval."""
        new, most = prepared.plan.new_issues, self.inputs.max_create
        if new <= most or approved or self.inputs.saved_plan:
            return None
        message = f"{new} issues would be created or adopted, and max-create is {most}"
        hint = f"raise max-create, or approve this plan: {prepared.plan.digests.plan}"
        return Violation("max-create", message, hint)

    def refused(self, run: Run, prepared: Prepared, violations: Sequence[Violation]) -> None:
        """Annotate why nothing was sent."""
        self.runner.remark(violation_remarks(violations, "error", "refused: "))
        self.line = f"Refused: {violations[0].message}. Nothing was sent."
        plan = prepared.plan
        self.page = lambda _: plan_markdown(plan, title="Backlog sync", note=notes(violations))
        self._set_outputs(run, prepared.plan, changed=False)

    def synced(self, run: Run, prepared: Prepared, applied: Applied, written: Written) -> None:
        """Show what was done, and annotate what was not."""
        plan = prepared.plan
        summary = outcomes_text(applied.outcomes, applied.usage, written.writes, LOOK)
        self.runner.log(summary)
        self.runner.remark(outcome_remarks(applied.outcomes))
        left = count_left(applied.outcomes)
        self.continues = written.problem is None and ends_within(applied, self.inputs.budget)
        problems = (None if self.continues else applied.stopped, written.problem)
        self.runner.remark(problem_remark(problem) for problem in problems if problem is not None)
        if self.continues and applied.stopped is not None:
            self.runner.remark([left_remark(applied.stopped, left)])
        self.runner.remark(plan_remarks(replace(plan, changes=())))
        self._remark_written(written)
        self.runner.remark(unrecorded_remarks(written.unrecorded))
        created = [o for o in applied.outcomes if is_creation(o)]
        done = any(o.result is Result.APPLIED for o in applied.outcomes)
        self.line = outcomes_line(applied.outcomes, applied.usage)
        self._set_outputs(run, plan, changed=done or bool(written.paths))
        self.outputs |= {
            "issues": json_text([_issue_reference(o.ref) for o in created], indent=None),
            "written": "\n".join(written.paths),
            "pull-request": "",
            "left": str(left),
        }
        self._save_record(run, prepared)
        self.page = lambda line: (
            plan_markdown(plan, title="Backlog sync", note=line, limit=880 * 1024) + fenced(summary)
        )

    def _save_record(self, run: Run, prepared: Prepared) -> None:
        """Write the record of the run into a file that `undo --from` takes, as an output.

        A run that wrote nothing has no record.
        """
        text = prepared.journal.record_text() if prepared.journal else ""
        path = self.temp_file(run, "undo", ".jsonl")
        if path is not None and text:
            write_whole(path, text.encode(), mode=PRIVATE)
            self.outputs["undo-record"] = str(path)

    def _remark_written(self, written: Written) -> None:
        self.runner.remark(replaced_remarks(written.replaced))
        self.runner.remark(unplaced_remarks(written.unplaced))

    # ---- drift and report ----------------------------------------------------------------------

    def drift(self, run: Run, prepared: Prepared, drift: Drift) -> None:
        """Show drift in the log, annotations and the summary."""
        self.runner.log(drift_text(drift, LOOK))
        self.runner.remark(plan_remarks(drift.plan))
        self.line = drift_line(drift)
        self.page = lambda _: drift_markdown(drift)
        self._set_outputs(run, prepared.plan, changed=bool(drift))
        self.outputs["drift"] = str(len(drift.plan.drift))

    def board_left_out(self, problem: str) -> None:
        """Annotate why the board was not read."""
        message = f"board left out: {problem}"
        self.runner.remark([Annotation("notice", "board", message)])

    def written(
        self,
        run: Run,  # noqa: ARG002 - a terminal's
        observed: ObservedState,  # noqa: ARG002 - a terminal's
        written: Written,
        *,
        denied: bool,
    ) -> None:
        """Annotate what could not be written into the files."""
        if not denied or self.inputs.progress != "none":
            self.runner.remark(unrecorded_remarks(written.unrecorded))
        self._remark_written(written)

    def report(self, report: Report, request: ReportRequest, written: Written | None) -> None:
        """Show the report in the log and the summary, and write its folder."""
        paths = written.paths if written else ()
        self.runner.log(report_text(report, LOOK))
        if request.destination is not None:
            folder = Path(request.destination)
            for file, text in report_files(report, request.audience, paths).items():
                write_whole(folder / file, text.encode())
            self.runner.log(f"report: {folder}")
        if self.inputs.release_notes is not None and report.release is not None:
            notes = Path(self.inputs.release_notes)
            write_whole(notes, notes_markdown(report.release).encode())
            self.runner.log(f"release notes: {notes}")
        self.line = f"Report: {counted(len(paths), 'file')} changed."
        markdown = report_markdown(report, request.audience)
        self.page = lambda line: f"{markdown}\n{inert(line)}\n"
        self.outputs = {"changed": true_or_false(bool(paths)), "written": "\n".join(paths)}

    @contextmanager
    def posting(self, *, required: bool = False) -> Iterator[None]:
        """Annotate what could not be posted; the rest of the run continues."""
        try:
            yield
        except BacklogError as problem:
            self.failed |= required
            kind = "error" if required else "warning"
            self.runner.remark([replace(problem_remark(problem), kind=kind)])

    def posted(self, text: str) -> None:
        """Show where something was posted."""
        self.runner.log(text)


class _Quiet:
    """Shows no progress; satisfies `engine.ports.Progress`."""

    def start(self, title: str, total: int, left: TimeLeft | None = None) -> None:
        """Show nothing."""

    def advance(self, count: int = 1) -> None:
        """Show nothing."""

    def finish(self) -> None:
        """Show nothing."""


def _issue_reference(ref: str | None) -> int | str:
    """Return the reference for a list of issues: the number, or `owner/repo#12` elsewhere."""
    number = (ref or "#0").removeprefix("#")
    return int(number) if number.isdecimal() else number
