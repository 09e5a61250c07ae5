"""Messages of the action: annotations and summaries of findings and outcomes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from backlog_sync.action.outputs import RunResult
from backlog_sync.cli.write_back import unrecorded_lines
from backlog_sync.core.budget import Budget
from backlog_sync.core.change_kinds import Action, ChangeKind
from backlog_sync.core.changes import Change
from backlog_sync.core.escape import code, inert
from backlog_sync.core.guards import Violation
from backlog_sync.core.plan import Deferred, FieldNote, Outcome, Plan, Result
from backlog_sync.engine.executor import Applied
from backlog_sync.engine.record_write_back import Unrecorded
from backlog_sync.errors import BacklogError, BudgetError, PartialError
from backlog_sync.files.load import Loaded
from backlog_sync.render.annotations import Annotation
from backlog_sync.render.canvas import Look
from backlog_sync.render.words import counted

if TYPE_CHECKING:
    from backlog_sync.core.changes import Change

LOOK = Look(width=120, uncut=True)


def linted(loaded: Loaded, code_: int) -> RunResult:
    """Return the result of a lint run, with its findings in the summary."""
    errors = len(loaded.errors)
    warnings = len(loaded.diagnostics) - errors
    line = f"Lint: {counted(errors, 'error')}, {counted(warnings, 'warning')}."
    rows = [
        f"| {code(str(d.place))} | {d.severity.value} | {inert(d.message[:300])} |"
        f" {inert(d.hint[:300])} |\n"
        for d in sorted(loaded.diagnostics)[:500]
    ]
    head = f"### Backlog lint\n\n**{line}**\n"
    table = "\n| where | what | message | hint |\n| --- | --- | --- | --- |\n" if rows else ""
    more = len(loaded.diagnostics) - len(rows)
    tail = f"\n{more} more; `backlog lint` shows all of them.\n" if more else ""
    return RunResult(code_, line, head + table + "".join(rows) + tail, {"changed": "false"})


def is_creation(outcome: Outcome) -> bool:
    """Return whether an outcome is a created issue."""
    change = outcome.change
    created = change.kind is ChangeKind.ISSUE and change.action is Action.CREATE
    return created and outcome.result is Result.APPLIED


def outcome_remarks(outcomes: Sequence[Outcome]) -> list[Annotation]:
    """Return annotations of failed changes as errors, of held, skipped, stale ones as warnings."""
    kinds = {
        Result.FAILED: "error",
        Result.STALE: "warning",
        Result.SKIPPED: "warning",
        Result.HELD: "warning",
    }
    return [
        Annotation(
            kinds[o.result],
            o.result.value.replace("_", " "),
            f"{o.change.action.value} {o.change.title or o.change.key}: {o.reason}",
        )
        for o in outcomes
        if o.result in kinds
    ]


def problem_remark(problem: BacklogError) -> Annotation:
    """Return an error as an annotation of the run."""
    hint = f" ({problem.hint})" if problem.hint else ""
    return Annotation("error", problem.slug, problem.message + hint)


def ends_within(applied: Applied, budget: Budget) -> bool:
    """Return whether a run with a budget only ended because that, or GitHub's limit, is spent.

    Something was done, so that the next run has less to do, and nothing failed.
    """
    stopped = applied.stopped
    spent = isinstance(stopped, BudgetError) or (
        budget.limited and isinstance(stopped, PartialError) and stopped.slug == "rate-limit"
    )
    results = {outcome.result for outcome in applied.outcomes}
    fine = {Result.APPLIED, Result.HELD, Result.NOT_REACHED}
    return spent and Result.APPLIED in results and results <= fine


def left_remark(stopped: BacklogError, left: int) -> Annotation:
    """Return the notice about what a run left to the next one, and when that can go on."""
    hint = (stopped.hint or "").replace("run the same command again", "the next run continues")
    return Annotation(
        "notice", "left", f"{counted(left, 'change')} left: {stopped.message} ({hint})"
    )


ABOUT_TOKENS = frozenset(
    {"read-only", "board-not-writable", "board-out-of-reach", "repository-out-of-reach"}
)
"""Guards about this job's tokens. A plan's job only reads; the sync's job has its own tokens."""

_HINTS = {
    "read-only": "give the job `permissions: issues: write`, or `token` one that writes issues",
    "board-out-of-reach": (
        "give `project-token`, or `app-id` and `app-private-key`, that reach it,"
        " or say `project: none`"
    ),
    "repository-out-of-reach": (
        "the workflow's own token can access only its own repository: give `token` one that reaches"
        " all that the files name, or keep these items in the file with `sync: false`"
    ),
}


def in_workflow(violation: Violation) -> Violation:
    """Return the guard with a hint that names inputs and permissions instead of options."""
    return replace(violation, hint=_HINTS.get(violation.slug, violation.hint))


_WORDS = (
    ("BACKLOG_PROJECT_TOKEN", "`project-token`"),
    ("use --project none", "say `project: none`"),
    ("use --extend-iterations", "run `backlog sync --extend-iterations` on your own machine"),
)
"""Pairs of the command line's words for something and a workflow's words for it."""


def plan_in_workflow(plan: Plan) -> Plan:
    """Return the plan with its deferred work explained in words of a workflow."""
    return replace(plan, deferred=tuple(map(_deferred_in_workflow, plan.deferred)))


def _deferred_in_workflow(deferred: Deferred) -> Deferred:
    reason, hint = deferred.reason, deferred.hint
    for option, workflow_word in _WORDS:
        reason, hint = reason.replace(option, workflow_word), hint.replace(option, workflow_word)
    return replace(deferred, reason=reason, hint=hint)


def notes(standing: Sequence[Violation]) -> str:
    """Return one line with the guards that refuse a plan; "" if none do."""
    if not standing:
        return ""
    return "Sync refuses this: " + "; ".join(violation.message for violation in standing)


def true_or_false(value: object) -> str:
    """Return "true" or "false", as outputs have it."""
    return "true" if value else "false"


_LOG_BYTES = 96 * 1024
"""Bytes of a log in a summary, so that it fits below a plan of 880 KiB: GitHub drops over 1 MiB."""


def fenced(text: str) -> str:
    """Return text in a code fence that it cannot close: no mention, reference or Markdown in it."""
    shown = text.encode("utf-8", "replace")[:_LOG_BYTES].decode("utf-8", "ignore")
    fence = "`" * 3
    while fence in shown:
        fence += "`"
    return f"\n{fence}text\n{shown.rstrip()}\n{fence}\n"


_ITEMS = (
    ChangeKind.ISSUE,
    ChangeKind.SUB_ISSUE,
    ChangeKind.DEPENDENCY,
    ChangeKind.PROJECT_ITEM,
    ChangeKind.FIELD_VALUE,
)


def plan_remarks(plan: Plan) -> list[Annotation]:
    """Return conflicts and drift as warnings, deferred work and changed items as notices."""
    places = {item.key: item.place for item in plan.items}
    remarks = [
        Annotation(
            "warning",
            kind,
            f"{note.name} of {note.title or note.key} ({_about(note)}): {note.reason}"
            + (f" ({note.hint})" if note.hint else ""),
            None if note.is_definition else places.get(note.key),
        )
        for kind, notes in (("conflict", plan.conflicts), ("drift", plan.drift))
        for note in notes
    ]
    reasons = dict.fromkeys((deferred.reason, deferred.hint) for deferred in plan.deferred)
    remarks += [
        Annotation("notice", "deferred", reason + (f" ({hint})" if hint else ""))
        for reason, hint in reasons
    ]
    return remarks + _change_remarks(plan)


def replaced_remarks(words: Iterable[str]) -> list[Annotation]:
    """Return a warning for each of the author's own words that progress replaced."""
    return [Annotation("warning", "status-replaced", each) for each in words]


def unplaced_remarks(messages: Iterable[str]) -> list[Annotation]:
    """Return a warning for each piece of progress that the files have no place for."""
    return [Annotation("warning", "no-place", each) for each in messages]


def _about(note: FieldNote) -> str:
    return note.kind.value if note.is_definition else note.ref or note.key


def violation_remarks(violations: Sequence[Violation], kind: str, before: str) -> list[Annotation]:
    """Return an annotation for each guard that refuses a plan."""
    return [Annotation(kind, v.slug, f"{before}{v.message} ({v.hint})") for v in violations]


def unrecorded_remarks(unrecorded: Mapping[str, Unrecorded]) -> list[Annotation]:
    """Return warnings about values that could not be recorded, one for each reason."""
    lines = unrecorded_lines(unrecorded)
    pairs = zip(lines[::2], lines[1::2], strict=True)
    return [Annotation("warning", "unrecorded", f"{what} ({hint})") for what, hint in pairs]


def _change_remarks(plan: Plan) -> list[Annotation]:
    by_key: dict[str, list[Change]] = defaultdict(list)
    for change in plan.changes:
        if change.kind in _ITEMS and not change.is_refresh:
            by_key[change.key].append(change)
    remarks = []
    for item in plan.items:
        changes = by_key.get(item.key)
        if not changes or item.place is None:
            continue
        actions = {c.action for c in changes if c.kind is ChangeKind.ISSUE} or {Action.UPDATE}
        words = ", ".join(sorted(action.value for action in actions))
        fields = sorted({n for c in changes if c.action is not Action.CREATE for n in c.fields})
        field_names = f": {', '.join(fields)}" if fields and Action.CREATE not in actions else ""
        remarks.append(
            Annotation(
                "notice",
                f"backlog: {words}",
                f"{words} {item.ref or item.title}{field_names}",
                item.place,
            )
        )
    return remarks
