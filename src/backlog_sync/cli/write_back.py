"""Write progress into the files, after recording on GitHub everything that they accept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from backlog_sync import log
from backlog_sync.core.escape import clean
from backlog_sync.core.fields import ISSUE_FIELDS, STATUS, Owner, owner_of
from backlog_sync.core.matching import Matches
from backlog_sync.core.model import DesiredState, ObservedState
from backlog_sync.core.normalize import fold
from backlog_sync.core.plan import Plan
from backlog_sync.core.progress import ItemProgress, measure
from backlog_sync.core.pull import Left, Take, TakeCriteria, TakeName
from backlog_sync.core.write_back_record import Flowed, flowed, in_plan
from backlog_sync.engine.ports import Tracker
from backlog_sync.engine.reconcile import Prepared
from backlog_sync.engine.record_write_back import Recorded, Unrecorded, put_on_record
from backlog_sync.errors import BacklogError
from backlog_sync.files.load import Loaded
from backlog_sync.files.write.change import FileChange, save
from backlog_sync.files.write.progress import write_back
from backlog_sync.files.write.pull import Accepted, accept


@dataclass(frozen=True, slots=True)
class Written:
    """The files that were written, the values accepted from GitHub, and what failed.

    `unrecorded` lists by key what was left out because it could not be recorded; `replaced`
    reports the author's own words that progress replaced, `unplaced` the progress that the files
    have no place for.
    """

    paths: tuple[str, ...] = ()
    problem: BacklogError | None = None
    taken: tuple[Take, ...] = ()
    left: tuple[Left, ...] = ()
    replaced: tuple[str, ...] = ()
    unplaced: tuple[str, ...] = ()
    unrecorded: Mapping[str, Unrecorded] = field(default_factory=dict)
    interrupted: bool = False
    nothing_to_write: bool = False

    @property
    def again(self) -> bool:
        """Whether another run would write more into the files."""
        return any(why.again for why in self.unrecorded.values())


@dataclass(frozen=True, slots=True)
class Flow:
    """The recorded changes of the files, and what they leave out.

    `denied` means that the token has no permission to record anything in issues.
    """

    accepted: Accepted
    changes: tuple[FileChange, ...]
    unrecorded: Mapping[str, Unrecorded]
    interrupted: bool = False
    denied: bool = False


def write_progress(
    loaded: Loaded,
    desired: DesiredState,
    observed: ObservedState,
    takes: Sequence[Take] = (),
    *,
    tracker: Tracker | None,
    matches: Matches | None = None,
) -> Written:
    """Write progress into the files, and accept GitHub's values of the fields in `takes`.

    Without a tracker nothing more is recorded. Raises nothing, so that everything else is
    still shown.
    """
    try:
        flow = flow_in(loaded, desired, observed, takes, tracker=tracker, matches=matches)
    except BacklogError as error:
        return write_files(Flow(Accepted((), (), (), loaded), (), {}), problem=error)
    return write_files(flow)


def write_files(
    flow: Flow, *, refused: bool = False, problem: BacklogError | None = None
) -> Written:
    """Save the files unless `refused`. Raises nothing: a problem is in the answer."""
    saved: list[FileChange] = []
    try:
        for change in () if refused else flow.changes:
            save(change)
            saved.append(change)
    except BacklogError as error:
        problem = error
    written = Written(
        paths=tuple(change.path for change in saved if change.is_written),
        problem=problem,
        taken=flow.accepted.taken,
        left=flow.accepted.left,
        unrecorded=flow.unrecorded,
        interrupted=flow.interrupted,
        replaced=tuple(each for change in saved for each in change.replaced),
        unplaced=tuple(each for change in saved for each in change.unplaced),
        nothing_to_write=not (flow.changes or flow.unrecorded or problem),
    )
    log.event(
        "write_back.done",
        files=list(written.paths),
        taken=len(written.taken),
        unrecorded=len(written.unrecorded),
        problem=problem.slug if problem else None,
    )
    return written


def flow_in(
    loaded: Loaded,
    desired: DesiredState,
    observed: ObservedState,
    takes: Sequence[Take] = (),
    *,
    tracker: Tracker | None,
    matches: Matches | None = None,
) -> Flow:
    """Record the values for the files on GitHub, and return the files' changes, still unsaved.

    Raises FailedError as `write_back` does.
    """
    accepted, changes = files_after(loaded, desired, observed, takes, matches=matches)
    values = values_after(loaded, desired, observed, changes, matches)
    recorded = put_on_record(values, desired, observed, tracker, matches)
    unrecorded = _decisive(recorded, values)
    if unrecorded:
        without = _Without(desired, recorded, values)
        accepted, changes = files_after(loaded, desired, observed, takes, without, matches)
    denied = any(not why.again for why in recorded.issues.values())
    return Flow(accepted, changes, unrecorded, recorded.interrupted, denied)


def recorded_in(loaded: Loaded, prepared: Prepared, takes: Sequence[Take]) -> Plan:
    """Return the plan with the values for the files recorded in its bodies and cards.

    A body that is written anyway is then not written a second time. Files that cannot be changed
    are reported when they are written.
    """
    desired, observed = prepared.desired, prepared.observed
    try:
        _, changes = files_after(loaded, desired, observed, takes, matches=prepared.matches)
    except BacklogError:
        return prepared.plan
    values = values_after(loaded, desired, observed, changes, prepared.matches)
    return in_plan(prepared.plan, values)


def unrecorded_lines(unrecorded: Mapping[str, Unrecorded]) -> list[str]:
    """Return lines about values that could not be recorded: for each reason, what and a hint."""
    keys: dict[Unrecorded, list[str]] = {}
    for key, why in unrecorded.items():
        keys.setdefault(why, []).append(key)
    lines: list[str] = []
    for why, affected in keys.items():
        names = ", ".join(affected[:3]) + (
            f" and {len(affected) - 3} more" if len(affected) > 3 else ""
        )
        lines.append(f"not written into the files: the progress of {clean(names)}: it could not")
        lines[-1] += f" be put on record on GitHub first ({clean(why.reason)})"
        lines.append(f"hint: {clean(why.hint)}")
    return lines


def values_after(
    loaded: Loaded,
    desired: DesiredState,
    observed: ObservedState,
    changes: Sequence[FileChange],
    matches: Matches | None = None,
) -> dict[str, Flowed]:
    """Return the values from GitHub in the changed files, as a sync would read them."""
    if not changes or loaded.again is None:
        return {}
    after = loaded.again({change.file: change.after for change in changes}).desired
    return flowed(desired, after, observed, matches) if after is not None else {}


def _decisive(recorded: Recorded, values: Mapping[str, Flowed]) -> dict[str, Unrecorded]:
    """Return what must not be written; the status of a closed issue needs no board record."""
    cards = {key: why for key, why in recorded.cards.items() if values[key].needs_card}
    return {**cards, **recorded.issues}


class _Without:
    """Filter that keeps values without a record out of the files."""

    def __init__(
        self, desired: DesiredState, recorded: Recorded, values: Mapping[str, Flowed]
    ) -> None:
        self.ownership = desired.settings.ownership
        self.issues = recorded.issues.keys()
        self.cards = {key for key in recorded.cards if values[key].needs_card} - self.issues

    def progress(self, item_progress: ItemProgress) -> ItemProgress:
        """Return the part of an item's progress that may be written."""
        if item_progress.key in self.issues:
            return ItemProgress(
                item_progress.key,
                issue=item_progress.issue,
                url=item_progress.url,
                roll_up=item_progress.roll_up,
            )
        return (
            replace(item_progress, status=None)
            if item_progress.key in self.cards
            else item_progress
        )

    def takes(self, take: Take) -> bool:
        """Return whether a field may be accepted from GitHub."""
        if take.key in self.issues:
            owned = owner_of(take.name, self.ownership) is Owner.GITHUB
            return not owned and not isinstance(take.what, TakeCriteria)
        return take.key not in self.cards or take.name in ISSUE_FIELDS


def files_after(
    loaded: Loaded,
    desired: DesiredState,
    observed: ObservedState,
    takes: Sequence[Take] = (),
    without: _Without | None = None,
    matches: Matches | None = None,
) -> tuple[Accepted, tuple[FileChange, ...]]:
    """Return the changed files; nothing is saved. Raises FailedError as `write_back` does."""
    measured = measure(desired, observed, matches)
    if without is not None:
        measured = tuple(map(without.progress, measured))
        takes = tuple(filter(without.takes, takes))
    accepted = accept(loaded, desired, takes)
    listed = {take.key for take in accepted.taken if isinstance(take.what, TakeCriteria)}
    words = _new_statuses(accepted.taken)
    progress = [
        replace(
            _without_ticks(item, listed), status=words.get(fold(item.status or ""), item.status)
        )
        for item in measured
    ]
    merged = {change.path: change for change in accepted.changes}
    for change in write_back(accepted.loaded, progress):
        earlier = merged.get(change.path, change)
        merged[change.path] = replace(change, before=earlier.before)
    changed = (c for c in merged.values() if c.is_written or c.unplaced)
    return accepted, tuple(sorted(changed, key=lambda change: change.path))


def _new_statuses(taken: Sequence[Take]) -> dict[str, str]:
    """Return the new name of each status (folded) whose option was accepted as renamed."""
    return {
        fold(take.what.was): take.what.now
        for take in taken
        if isinstance(take.what, TakeName) and take.key == STATUS
    }


def _without_ticks(progress: ItemProgress, listed: set[str]) -> ItemProgress:
    """Return the progress without ticks if the check list was just accepted with its ticks."""
    return replace(progress, ticks={}) if progress.key in listed else progress
