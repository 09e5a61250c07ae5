"""Progress: what GitHub is the authority for and is written back into the file."""

from collections.abc import Mapping
from dataclasses import field

from backlog_sync.core import body as body_block
from backlog_sync.core import record, rollup
from backlog_sync.core.card import names_written_status
from backlog_sync.core.facts import Criterion, Phase, WorkItem
from backlog_sync.core.fields import STATUS
from backlog_sync.core.marker import Base
from backlog_sync.core.matching import Match, Matches, match_items, with_issues
from backlog_sync.core.model import DesiredItem, DesiredState, IssueRef
from backlog_sync.core.normalize import fold, hash_value
from backlog_sync.core.observed import ObservedIssue, ObservedState
from backlog_sync.core.option_names import as_declared
from backlog_sync.core.planned_values import with_issue_values
from backlog_sync.core.rollup import Sum
from backlog_sync.core.states import NOT_PLANNED, OPEN, desired_state, is_closed, observed_state
from backlog_sync.core.status_conflicts import contested, statuses
from backlog_sync.core.ticks import merge as merge_ticks
from backlog_sync.core.unknown_words import understood, unknown_status_stays
from backlog_sync.dataclass import dataclass

DROPPED = "Not planned"
"""The status of an issue that was closed as not planned; a file may have its own word for it."""


@dataclass(frozen=True, slots=True)
class ItemProgress:
    """The progress to write back for one item; None and empty mean: do not change the file.

    `status` is the board's word ("Todo", "In Progress", "Done"), or `DROPPED` for an issue that was
    closed as not planned or as a duplicate. `ticks` maps the index of a criterion (as in
    `DesiredItem.criteria`) to whether it is ticked. `initial` means that the status is the initial
    one, `closed` that the issue is closed. An initial status, or a `roll_up` with nothing done,
    adds no line to a file; it only corrects an existing one. `replaces` is the author's own unknown
    word that the status replaces.
    """

    key: str
    issue: IssueRef | None = None
    url: str | None = None
    status: str | None = None
    ticks: Mapping[int, bool] = field(default_factory=dict)
    roll_up: Sum | None = None
    initial: bool = False
    closed: bool = False
    replaces: str = ""


def measure(
    desired: DesiredState, observed: ObservedState, known: Matches | None = None
) -> tuple[ItemProgress, ...]:
    """Return the progress of each item that has an issue, in document order.

    A status or tick that the file itself changed since the last apply is left out: it waits for a
    sync. Raises nothing.
    """
    observed = as_declared(desired, observed)
    desired = understood(desired, observed)
    known = with_issues(known, observed) if known else match_items(desired, observed)
    matches = known.by_key
    first = first_status(observed)
    issues = {key: match.issue for key, match in matches.items()}
    planned = with_issue_values(desired, issues)
    work_items = [work_item(item, issues.get(item.key), first) for item in planned.items]
    sums = rollup.sums(rollup.outline(work_items))
    return tuple(
        _item(item, matches[item.key], desired, observed, first, sums.get(item.key))
        for item in desired.items
        if item.key in matches
    )


def first_status(observed: ObservedState) -> str:
    """Return the board's first status, which every board item starts with."""
    for board_field in observed.project.fields if observed.project else ():
        if board_field.name == STATUS and board_field.options:
            return board_field.options[0].name
    return "Todo"


def _item(
    item: DesiredItem,
    match: Match,
    desired: DesiredState,
    observed: ObservedState,
    first: str,
    roll_up: Sum | None,
) -> ItemProgress:
    issue = match.issue
    base = match.parts.marker.base if match.parts.marker else Base()
    lines = lines_of(item, match, desired)
    keys = list(body_block.boxes(lines))
    merged = merge_ticks(lines, match.parts.lines, base).merged
    places = body_block.criteria_places(item.block, mentions=desired.settings.mentions)
    ticks = {
        index: merged[keys[nth]]
        for index, (nth, entry) in enumerate(zip(places, item.criteria, strict=True))
        if nth < len(keys) and merged[keys[nth]] != entry.done
    }
    status = status_of(issue, first)
    keeps_own_word = unknown_status_stays(item, issue, base)
    waits = (
        keeps_own_word
        or _file_moved(item, issue, base)
        or _status_waits(item, issue, first)
        or contested(item, issue, base, statuses(observed))
    )
    return ItemProgress(
        key=item.key,
        issue=_ref(issue, observed),
        url=None if observed.sandbox else issue.url,
        status=None if waits else status,
        ticks=ticks if match.is_trusted else {},
        roll_up=roll_up,
        initial=status == first,
        closed=observed_state(issue) != OPEN,
        replaces="" if waits else item.unknown.get(STATUS, ""),
    )


def source_of(item: DesiredItem, desired: DesiredState) -> str:
    """Return the hash of the file's text for an item's body."""
    source = body_block.source_name(item.place.path, desired.sources)
    mentions = desired.settings.mentions
    return body_block.source_hash(item.block, source=source, mentions=mentions)


def lines_of(item: DesiredItem, match: Match, desired: DesiredState) -> tuple[str, ...]:
    """Return the lines that an item should have in its issue, ignoring changes on GitHub."""
    source = body_block.source_name(item.place.path, desired.sources)
    return body_block.as_applied(
        body_block.render(item.block, source=source, mentions=desired.settings.mentions),
        match.parts.lines,
        match.parts.marker.base if match.parts.marker else Base(),
        source_of(item, desired),
    )


def _ref(issue: ObservedIssue, observed: ObservedState) -> IssueRef:
    """Name an issue as a file does: with its repository only if that is not the target."""
    repository = (
        None if issue.repository == observed.repository.name_with_owner else issue.repository
    )
    return IssueRef(issue.number, None if observed.sandbox else repository, observed.sandbox)


def status_of(issue: ObservedIssue, first: str) -> str:
    """Return the word for an issue's progress; `first` is the initial status."""
    state = observed_state(issue)
    if state != OPEN:
        return DROPPED if state == NOT_PLANNED else "Done"
    value = issue.card.values.get(STATUS) if issue.card else None
    return str(value) if value else first


def word_of(item: DesiredItem, issue: ObservedIssue | None, first: str) -> str:
    """Return the word for an item's progress: of its issue, of the file if only that has one.

    An open issue that is on no board has no status of its own.
    """
    if issue is not None and (issue.card is not None or issue.state == "closed"):
        return status_of(issue, first)
    return str(item.board.get(STATUS) or first)


def _status_waits(item: DesiredItem, issue: ObservedIssue, first: str) -> bool:
    """Return whether the file's own status stays, because it is not on GitHub yet.

    It was changed in the file and waits for a sync, or there is no board that could have it.
    """
    if observed_state(issue) != OPEN or is_closed(item.fields.get("state")):
        return False
    value = record.comparable(issue.card.values.get(STATUS) if issue.card else None)
    if value is None:
        return item.status is not None
    file_status = next((v for name, v in item.board.items() if fold(name) == fold(STATUS)), None)
    if file_status is None or fold(str(file_status)) == fold(str(value)):
        return False
    if record.was_written(record.written(issue.card), STATUS, file_status):
        return False
    base = (record.decode(issue.card) or {}).get(STATUS)
    if base is None:
        return fold(str(value)) == fold(first)
    return record.base_of(base) != hash_value(record.comparable(file_status))


def _file_moved(item: DesiredItem, issue: ObservedIssue, base: Base) -> bool:
    """Return whether the file's state was changed since the last apply and waits for a sync."""
    current_state = observed_state(issue)
    file_state = (
        desired_state(str(item.fields["state"]), current_state) if "state" in item.fields else None
    )
    if file_state is None or file_state == current_state or "state" not in base.hashes:
        return False
    if "state" in base.pending and issue.state_reason != "reopened":
        return True
    if is_closed(file_state) and names_written_status(item, issue.card):
        return False
    file_hash = hash_value(file_state)
    return base.hashes["state"] != file_hash and file_hash not in base.written.atoms.get(
        "state", ()
    )


def work_item(item: DesiredItem, issue: ObservedIssue | None, first: str) -> WorkItem:
    """Return an item for the roll-up: its phase, its points and its criteria.

    `issue` is None for one that is not on GitHub: then only the file has its progress. `first` is
    the initial status.
    """
    if issue is None:
        state = item.fields.get("state")
        closed, dropped = is_closed(state), state == NOT_PLANNED
    else:
        closed, dropped = issue.state == "closed", observed_state(issue) == NOT_PLANNED
    status = word_of(item, issue, first)
    if closed:
        phase = Phase.DROPPED if dropped else Phase.DONE
    else:
        phase = Phase.TODO if fold(status) == fold(first) else Phase.DOING
    return WorkItem(
        key=item.key,
        kind=item.kind,
        title=item.title,
        parent=item.parent,
        phase=phase,
        points=item.points,
        criteria=len(item.criteria),
        ticked=sum(criterion.done for criterion in item.criteria),
        checklist=tuple(Criterion(criterion.text, criterion.done) for criterion in item.criteria),
    )
