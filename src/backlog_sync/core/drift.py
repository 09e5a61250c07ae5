"""Report differences: drift, changes of the file that are pending, and anomalies.

It is the plan, read as a report: what a sync would set back or push, and next to it the issues
whose identity is in question.
"""

from collections.abc import Collection, Iterator
from dataclasses import asdict, field, replace
from typing import Any

from backlog_sync.core import body as body_block
from backlog_sync.core import holds
from backlog_sync.core.change_kinds import DEFINITIONS, ChangeKind
from backlog_sync.core.changes import (
    AdoptIssue,
    Change,
    CloseDuplicate,
    UpdateBoard,
    UpdateBoardField,
    UpdateIssue,
    UpdateLabel,
    UpdateMilestone,
    UpdateView,
)
from backlog_sync.core.fields import STATUS
from backlog_sync.core.holds import COPIED, IDENTITY, Hold
from backlog_sync.core.issue_index import is_trusted
from backlog_sync.core.locations import elsewhere, locations
from backlog_sync.core.matching import Matches, match_items
from backlog_sync.core.model import DesiredItem, DesiredState
from backlog_sync.core.normalize import fold
from backlog_sync.core.observed import Coverage, ObservedState
from backlog_sync.core.plan import FieldNote, Plan, Verdict
from backlog_sync.core.plan_json import (
    FORMAT_VERSION,
    change_to_json,
    coverage_to_json,
    note_to_json,
    others_to_json,
    unread_to_json,
)
from backlog_sync.core.progress import ItemProgress, measure
from backlog_sync.core.states import is_closed
from backlog_sync.dataclass import dataclass

TICKS = "acceptance_criteria"


@dataclass(frozen=True, slots=True)
class Finding:
    """An issue or an item that is not as it should be: which, why, and what to do about it."""

    key: str
    ref: str | None
    title: str
    reason: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Drift:
    """All that moved apart. `plan` holds drift, what is pending, conflicts and orphans.

    `reverted` is the drift that a sync reverts. Of the plan's changes those are left out that only
    revert drift or close second issues. What is no longer read as an item is reported and does not
    count: nothing of it moved apart.
    """

    plan: Plan
    duplicates: tuple[Finding, ...] = ()
    vanished: tuple[Finding, ...] = ()
    transferred: tuple[Finding, ...] = ()
    suspicious: tuple[Finding, ...] = ()
    coverage: Coverage = field(default_factory=Coverage)
    reverted: frozenset[tuple[str, str]] = frozenset()

    @property
    def counts(self) -> dict[str, int]:
        """How many of each; pending counts the changes that a sync would make."""
        return {
            "drift": len(self.plan.drift),
            "pending": sum(1 for change in self.plan.changes if not change.is_refresh),
            "conflicts": len(self.plan.conflicts),
            "orphans": len(self.plan.orphans),
            "duplicates": len(self.duplicates),
            "vanished": len(self.vanished),
            "transferred": len(self.transferred),
            "suspicious": len(self.suspicious),
        }

    def __bool__(self) -> bool:
        return any(self.counts.values())


def find_drift(plan: Plan, desired: DesiredState, observed: ObservedState) -> Drift:
    """Read a plan as a report of what moved apart."""
    matches = match_items(desired, observed)
    titles = {item.key: item.title for item in desired.items}
    gone = [(key, _finding(key, titles, hold)) for key, hold in matches.gone]
    moved = {key for key, _ in gone if _is_moved(key, desired, observed)}
    suspicious = tuple(_suspicious(desired, observed, matches))
    differing = {(n.kind, n.key, n.name) for n in plan.drift if n.verdict is Verdict.DIFFERS}
    reported = {key for key, _ in gone} | {finding.key for finding in suspicious}
    return Drift(
        plan=replace(
            plan,
            changes=tuple(c for change in plan.changes for c in _pending(change, differing)),
            drift=(*plan.drift, *_progress(plan, desired, observed)),
            conflicts=tuple(
                n for n in plan.conflicts if n.name != IDENTITY or n.key not in reported
            ),
            warnings=tuple(w for w in plan.warnings if w.slug != "copied-marker"),
        ),
        duplicates=tuple(
            Finding(key, observed.ref(issue), issue.title, f"a second open issue of {key}")
            for key, issue in matches.doubles
        ),
        vanished=tuple(finding for key, finding in gone if key not in moved),
        transferred=tuple(finding for key, finding in gone if key in moved),
        suspicious=suspicious,
        coverage=observed.coverage,
        reverted=plan.reverted,
    )


def of_item(drift: Drift, key: str) -> Drift:
    """Return the part of a report that is about one item."""

    def own(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
        return tuple(finding for finding in findings if finding.key == key)

    plan = drift.plan
    refs = {item.ref for item in plan.items if item.key == key and item.ref}
    return replace(
        drift,
        plan=replace(
            plan,
            changes=tuple(c for c in plan.changes if c.key == key and c.kind not in DEFINITIONS),
            items=tuple(replace(i, parent=None) for i in plan.items if i.key == key),
            drift=tuple(n for n in plan.drift if n.key == key and not n.is_definition),
            conflicts=tuple(n for n in plan.conflicts if n.key == key and not n.is_definition),
            accepted=tuple(n for n in plan.accepted if n.key == key and not n.is_definition),
            deferred=tuple(d for d in plan.deferred if d.key == key),
            warnings=tuple(w for w in plan.warnings if w.ref in refs),
            orphans=(),
            unread=(),
            writes=(),
        ),
        duplicates=own(drift.duplicates),
        vanished=own(drift.vanished),
        transferred=own(drift.transferred),
        suspicious=own(drift.suspicious),
    )


def _pending(
    change: Change, differing: Collection[tuple[ChangeKind, str, str]]
) -> Iterator[Change]:
    """Yield the fields that the file changes: neither reverted drift nor plain differences."""
    if change.is_refresh or isinstance(change, CloseDuplicate):
        return
    excluded = {n for n in change.fields if (change.kind, change.key, n) in differing}
    excluded.update(change.drifted)
    fields = {n: f for n, f in change.fields.items() if n not in excluded}
    if not excluded:
        yield change
    elif fields and isinstance(change, _OF_SEVERAL):
        yield replace(change, fields=fields, drifted=())


_OF_SEVERAL = (
    UpdateLabel
    | UpdateMilestone
    | UpdateBoard
    | UpdateBoardField
    | UpdateView
    | UpdateIssue
    | AdoptIssue
)
"""Changes of several fields, of which some may be set back."""


def _progress(plan: Plan, desired: DesiredState, observed: ObservedState) -> Iterator[FieldNote]:
    """Report progress that people made on GitHub and the file does not know of."""
    items = {item.key: item for item in desired.items}
    reported = {note.key for note in plan.drift if note.name in ("state", STATUS)}
    matched = match_items(desired, observed).by_key
    for progress in measure(desired, observed):
        item, ref = items[progress.key], matched[progress.key].ref
        if progress.ticks:
            ticks = [progress.ticks.get(n, entry.done) for n, entry in enumerate(item.criteria)]
            in_file = f"{sum(entry.done for entry in item.criteria)} of {len(ticks)} ticked"
            yield _note(item, ref, TICKS, in_file, f"{sum(ticks)} of {len(ticks)} ticked")
        if progress.status and item.key not in reported and _is_news(item, progress):
            yield _note(item, ref, "status", item.status, progress.status)


def _is_news(item: DesiredItem, progress: ItemProgress) -> bool:
    """Return whether a file does not say an item's status, in whatever words."""
    file_status = next((v for name, v in item.board.items() if fold(name) == fold(STATUS)), None)
    if file_status is not None and fold(str(file_status)) == fold(str(progress.status)):
        return False
    if progress.closed and is_closed(item.fields.get("state")):
        return False
    return not (progress.initial and item.status is None)


def _note(
    item: DesiredItem, ref: str | None, name: str, desired: str | None, observed: str
) -> FieldNote:
    return FieldNote(
        key=item.key,
        title=item.title,
        name=name,
        verdict=Verdict.DRIFT,
        reason="GitHub owns it; `backlog report` writes it into the file",
        ref=ref,
        desired=desired,
        observed=observed,
        flows=True,
    )


def _finding(key: str, titles: dict[str, str], hold: Hold) -> Finding:
    return Finding(key, hold.ref, titles.get(key, key), hold.reason, hold.hint)


def _is_moved(key: str, desired: DesiredState, observed: ObservedState) -> bool:
    item = next(candidate for candidate in desired.items if candidate.key == key)
    if item.issue is None:
        return False
    target = observed.repository.name_with_owner
    repository = elsewhere(item, target, desired.repository) or target
    return f"{repository}#{item.issue.number}" in observed.elsewhere


def _suspicious(
    desired: DesiredState, observed: ObservedState, matches: Matches
) -> Iterator[Finding]:
    """Find markers that are not trusted: unreadable, of strangers, copied."""
    copied = {issue.id: key for key, issue in matches.copies if issue.state == "open"}
    claimed = {match.issue.id for match in matches.by_key.values()}
    trusted = desired.settings.trusted_authors
    for location in locations(desired, observed):
        for issue in location.issues:
            if issue.number in location.ignored:
                continue
            ref = observed.ref(issue)
            parts = body_block.split(issue.body)
            marker = parts.marker
            if parts.problem:
                ours = [claim.key for claim in parts.claims if claim.backlog == location.backlog_id]
                if ours or not parts.claims:
                    key = ours[0] if ours else ""
                    hold = holds.broken(ref, issue, parts.problem)
                    yield Finding(key, ref, issue.title, parts.problem, hold.hint)
            elif marker is None or marker.backlog != location.backlog_id:
                continue
            elif issue.id in copied:
                why = "its block was copied from another issue"
                yield Finding(marker.key, ref, issue.title, why, COPIED)
            elif issue.id not in claimed and not is_trusted(issue, observed.viewer, trusted):
                author = issue.author.login if issue.author else "an account that is gone"
                why = f"it was opened by {author}, who is not trusted"
                hint = holds.untrusted(ref, issue).hint
                yield Finding(marker.key, ref, issue.title, why, hint)


def drift_to_json(drift: Drift) -> dict[str, Any]:
    """Return the report as plain values."""
    plan, covered = drift.plan, drift.coverage
    return {
        "format_version": FORMAT_VERSION,
        "target": {"repository": plan.repository, "project": plan.project},
        "summary": drift.counts,
        "drift": [note_to_json(note) for note in plan.drift],
        "pending": [change_to_json(c) for c in plan.changes if not c.is_refresh],
        "conflicts": [note_to_json(note) for note in plan.conflicts],
        "orphans": [asdict(orphan) for orphan in plan.orphans],
        "duplicates": [asdict(finding) for finding in drift.duplicates],
        "vanished": [asdict(finding) for finding in drift.vanished],
        "transferred": [asdict(finding) for finding in drift.transferred],
        "suspicious": [asdict(finding) for finding in drift.suspicious],
        "coverage": coverage_to_json(covered),
        **unread_to_json(plan),
        **others_to_json(plan),
    }
