"""Write progress into the files, after recording on GitHub everything that they accept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from backlog_sync import log
from backlog_sync.core.changes import CreateIssue, JsonValue
from backlog_sync.core.escape import clean
from backlog_sync.core.fields import ISSUE_FIELDS, STATUS, Owner, owner_of
from backlog_sync.core.model import DesiredState, IssueRef
from backlog_sync.core.normalize import fold
from backlog_sync.core.plan import FieldNote, FileWrite, Plan, Verdict
from backlog_sync.core.progress import ItemProgress, measure
from backlog_sync.core.pull import Left, Take, TakeCriteria, TakeName, flow_back
from backlog_sync.core.rate import BODY_BATCH
from backlog_sync.core.write_back_record import Flowed, flowed, in_plan
from backlog_sync.dataclass import dataclass
from backlog_sync.errors import BacklogError
from backlog_sync.files.anchors import Anchor
from backlog_sync.files.write.change import FileChange, save
from backlog_sync.files.write.engine import texts_of
from backlog_sync.files.write.new_values import CRITERIA
from backlog_sync.files.write.progress import write_back
from backlog_sync.files.write.pull import Accepted, accept, in_file_words, written_text

if TYPE_CHECKING:
    from backlog_sync.core.matching import Matches
    from backlog_sync.core.observed import ObservedState
    from backlog_sync.engine.ports import Tracker
    from backlog_sync.engine.reconcile import Prepared
    from backlog_sync.engine.record_write_back import Recorded, Unrecorded
    from backlog_sync.files.load import Loaded
    from backlog_sync.files.parsed import ParsedItem

Chosen: TypeAlias = Callable[[str, str], bool]
"""Returns whether a field, by the item's key and the field's name, may be written."""


def _everything(key: str, name: str) -> bool:  # noqa: ARG001 - a `Chosen`
    return True


@dataclass(frozen=True, slots=True)
class Written:
    """The files that were written, the values accepted from GitHub, and what failed.

    `unrecorded` lists by key what was left out because it could not be recorded; `replaced`
    reports the author's own words that progress replaced, `unplaced` the progress that the files
    have no place for. `writes` are the values that were written.
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
    writes: tuple[FileWrite, ...] = ()

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
    writes: tuple[FileWrite, ...] = ()


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
        writes=tuple(w for w in flow.writes if w.path in {change.path for change in saved}),
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
    chosen: Chosen = _everything,
) -> Flow:
    """Record the values for the files on GitHub, and return the files' changes, still unsaved.

    Raises FailedError as `write_back` does.
    """
    accepted, changes = files_after(
        loaded, desired, observed, takes, matches=matches, chosen=chosen
    )
    values = values_after(loaded, desired, observed, changes, matches)
    from backlog_sync.engine.record_write_back import record_written_values  # noqa: PLC0415 - a plan writes nothing

    recorded = record_written_values(values, desired, observed, tracker, matches)
    unrecorded = _decisive(recorded, values)
    if unrecorded:
        without = _Without(desired, recorded, values)
        accepted, changes = files_after(
            loaded, desired, observed, takes, without, matches, chosen=chosen
        )
    denied = any(not why.again for why in recorded.issues.values())
    writes = writes_of(loaded, accepted.loaded, changes)
    return Flow(accepted, changes, unrecorded, recorded.interrupted, denied, writes)


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


def with_writes(loaded: Loaded, prepared: Prepared) -> Prepared:
    """Return the plan with what applying it writes into the files, as far as that is known.

    It is the computation of the write-back itself, with stand-ins for the numbers of new issues,
    of which only what it shows is kept.
    Its notes are in the words of the files. A file that cannot be written is reported when it is
    written.
    """
    prepared = with_file_words(loaded, prepared)
    plan, desired, observed = prepared.plan, prepared.desired, prepared.observed
    takes: tuple[Take, ...] = ()
    if loaded.write_back == "progress":
        takes = flow_back(plan, desired, observed, prepared.matches).takes
    try:
        accepted, changes = files_after(
            loaded,
            desired,
            observed,
            takes,
            matches=prepared.matches,
            new=_expected(prepared),
            preview=True,
        )
    except BacklogError:
        return prepared
    if not plan.has_changes:  # What has no place in a file is not reported again by every run.
        changes = tuple(change for change in changes if change.is_written)
    return replace(prepared, plan=replace(plan, writes=writes_of(loaded, accepted.loaded, changes)))


def with_file_words(loaded: Loaded, prepared: Prepared) -> Prepared:
    """Return the plan with drift and conflicts in the words of the files, for people."""
    plan, desired = prepared.plan, prepared.desired
    drift, conflicts, accepted = (
        tuple(in_file_words(loaded, desired, notes))
        for notes in (plan.drift, plan.conflicts, plan.accepted)
    )
    words = replace(plan, drift=drift, conflicts=conflicts, accepted=accepted)
    return replace(prepared, plan=words)


def _expected(prepared: Prepared) -> list[ItemProgress]:
    """Return the progress of items whose issues the plan creates: numbers after the newest one.

    If nobody else creates issues meanwhile, the write-back has the same text, which is not read
    again.
    """
    sandbox, newest = prepared.observed.sandbox, max(prepared.newest.values(), default=0)
    created = [change for change in prepared.plan.changes if isinstance(change, CreateIssue)]
    return [
        ItemProgress(change.key, IssueRef(number, None if sandbox else change.repository, sandbox))
        for number, change in enumerate(_as_created(created), newest + 1)
    ]


def _as_created(changes: Sequence[CreateIssue]) -> Iterator[CreateIssue]:
    """Yield creations in the order in which they are sent: each after those that it waits for.

    What does not fill a request goes with what had to wait.
    """
    waiting = list(changes)
    while waiting:
        keys = {change.key for change in waiting}
        later = [change for change in waiting if not keys.isdisjoint(change.waits_for)]
        ready = [change for change in waiting if keys.isdisjoint(change.waits_for)]
        if not ready:
            return  # what waits for itself is never created
        full = len(ready) - len(ready) % BODY_BATCH if later else 0
        yield from ready[: full or len(ready)]
        waiting = [*ready[full:], *later] if full else later


def writes_of(
    loaded: Loaded, accepted: Loaded, changes: Sequence[FileChange]
) -> tuple[FileWrite, ...]:
    """Return what these changes of files write, in the words of the files.

    `accepted` is the backlog with the values that were accepted from GitHub.
    """
    shown = _Shown(loaded, accepted)
    return tuple(change.shows or shown.write(change) for change in changes)


class _Shown:
    """What changes of files write, in the words of the files; `accepted` is as for `writes_of`."""

    def __init__(self, loaded: Loaded, accepted: Loaded) -> None:
        self.loaded, self.accepted = loaded, accepted
        self.texts = cache(lambda number: texts_of(loaded.files[number]))
        self.by_path: dict[str, list[str]] = {}
        for key, (number, _) in accepted.keys.items():
            self.by_path.setdefault(accepted.files[number].source.path, []).append(key)

    def preview(self, change: FileChange) -> FileChange:
        """Return a change with what it shows, and without the file as it would be read."""
        return replace(change, shows=self.write(change), parsed=None)

    def write(self, change: FileChange) -> FileWrite:
        """Return what a change writes."""
        numbers = 0
        values: list[FieldNote] = []
        new_texts = None
        for key in self.by_path.get(change.path, ()):
            number, index = self.accepted.keys[key]
            after = change.parsed or self.accepted.files[number]
            new, old = after.items[index], _item(self.loaded, key)
            numbers += old.document.issue != new.document.issue
            for note in _values_written(key, old, new):
                new_texts = new_texts or texts_of(after)
                file, at = self.loaded.keys[key]
                before = written_text(self.texts(file), old, at, note.name)
                now = written_text(new_texts, new, index, note.name)
                values.append(_reworded(note, before, now))
        return FileWrite(change.path, numbers, tuple(values), change.unplaced)


def _item(loaded: Loaded, key: str) -> ParsedItem:
    number, index = loaded.keys[key]
    return loaded.files[number].items[index]


def _values_written(key: str, old: ParsedItem, new: ParsedItem) -> Iterator[FieldNote]:
    """Yield the values of an item that are written, except for its issue's number."""
    before, after = _plain(old), _plain(new)
    for name in dict.fromkeys((*before, *after)):
        if name != "issue" and before.get(name) != after.get(name):
            about = (key, new.document.title, name, Verdict.DRIFT, "")
            yield FieldNote(*about, desired=before.get(name), observed=after.get(name))


def _reworded(note: FieldNote, before: object, after: object) -> FieldNote:
    """Return the note with single values as the file has them."""
    desired, observed = (
        value if isinstance(value, str | int | float) else instead
        for value, instead in ((before, note.desired), (after, note.observed))
    )
    return replace(note, desired=desired, observed=observed)


def _plain(item: ParsedItem) -> dict[str, JsonValue]:
    """Return the values of an item as a plan shows them; criteria as lines with boxes."""
    document = item.document
    values: dict[str, JsonValue] = {}
    if isinstance(item.anchor, Anchor):
        # The sum of what is below an item, which write-back keeps in Markdown, is not a value.
        values |= {
            m.pair.field: m.pair.value for m in item.anchor.meta if m.pair.field == "progress"
        }
    for name, value in (*document, *(document.model_extra or {}).items()):
        match value:
            case None | str() | bool() | int() | float():
                values[name] = value
            case tuple() | list() if all(isinstance(each, str) for each in value):
                values[name] = list(value)
    criteria = document.acceptance_criteria or ()
    values[CRITERIA] = "\n".join(f"- [{'x' if e.done else ' '}] {e.text}" for e in criteria)
    return values


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


def _chosen_part(progress: ItemProgress, chosen: Chosen) -> ItemProgress:
    """Return the part of an item's progress that is chosen."""
    key = progress.key
    return replace(
        progress,
        issue=progress.issue if chosen(key, "issue") else None,
        status=progress.status if chosen(key, "status") else None,
        ticks=progress.ticks if chosen(key, CRITERIA) else {},
        roll_up=progress.roll_up if chosen(key, "progress") else None,
    )


def files_after(
    loaded: Loaded,
    desired: DesiredState,
    observed: ObservedState,
    takes: Sequence[Take] = (),
    without: _Without | None = None,
    matches: Matches | None = None,
    new: Sequence[ItemProgress] = (),
    chosen: Chosen = _everything,
    preview: bool = False,
) -> tuple[Accepted, tuple[FileChange, ...]]:
    """Return the changed files; nothing is saved. Raises FailedError as `write_back` does.

    `new` is progress of items that have no issue yet. Only progress that is `chosen` is written. A
    `preview` does not keep the files as they would be read.
    """
    measured = (*measure(desired, observed, matches), *new)
    measured = tuple(_chosen_part(progress, chosen) for progress in measured)
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
    shown = _Shown(loaded, accepted.loaded).preview if preview else None
    for change in write_back(accepted.loaded, progress, shown):
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
