"""What applying a plan will take: requests, points and time, estimated before it starts.

It counts as the adapter batches: 20 small mutations in a request, 5 with bodies.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from backlog_sync.core.budget import Budget
from backlog_sync.core.change_kinds import Action, ChangeKind
from backlog_sync.core.changes import (
    AdoptIssue,
    Change,
    CloseIssue,
    CreateIssue,
    CreateView,
    ExtendIterations,
    ReopenIssue,
    RestoreIterations,
    UpdateIssue,
)
from backlog_sync.core.fields import ISSUE_FIELDS
from backlog_sync.core.plan import Plan, Usage
from backlog_sync.core.rate import BODY_BATCH, SMALL_BATCH
from backlog_sync.core.view_arrangement import ARRANGEMENT
from backlog_sync.dataclass import dataclass

_READ = 100
"""Issues or cards in a page."""
_TOGETHER = 10
"""Repositories in a request for the ends of their lists, if there are that many."""
_PAGE_POINTS = 5
_REQUEST = 0.4
"""Seconds that a request takes; measured against GitHub by many, more or less."""
_EACH = 0.1
"""Seconds more for each thing that a request makes or changes."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """About so many requests, points of the hour's allowance, and seconds.

    `work` are the seconds for the requests, `after` those of them that follow the last creation.
    `paced` are the seconds that creations take at the pace: what is sent while they wait costs no
    time of its own. `creations` is how many issues and comments are created.
    """

    requests: int
    points: int
    work: float
    paced: float
    after: float = 0.0
    creations: int = 0

    @property
    def seconds(self) -> float:
        """The seconds until the end."""
        return self.seconds_at(1.0)

    def seconds_at(self, speed: float) -> float:
        """Return the seconds until the end if requests take so many times as long as estimated."""
        return max(self.work * speed, self.paced + self.after * speed if self.paced else 0.0)


_TRUSTED = 20.0
"""Seconds of work for which GitHub is taken to be as fast as measured, until they were measured."""
_ENOUGH = 0.2
"""The share of the work after which the speed of an unknown server is known."""


def seconds_left(first: Estimate, left: Estimate, spent: float, *, github: bool) -> float | None:
    """Return the seconds until the end, at the speed so far; None if that is not known yet.

    `first` is what was estimated for all of the work, `left` for the rest. `spent` are the seconds
    since the start without waits. Without `github` nothing is known of the server's speed.
    """
    done = first.work - left.work
    if not github and done < _ENOUGH * first.work:
        return None
    trusted = _TRUSTED if github else 0.0
    speed = (spent + trusted) / (done + trusted) if done + trusted else 1.0
    return left.seconds_at(speed)


def estimate(plan: Plan, paced: Callable[[int], float] = lambda _: 0.0) -> Estimate:
    """Return what applying a plan from now on takes.

    `paced` returns the seconds that so many creations wait to keep the pace; by default none.
    """
    kinds = Counter(change.kind for change in plan.changes)
    issues = [change for change in plan.changes if change.kind is ChangeKind.ISSUE]
    created = {change.key: change for change in issues if isinstance(change, CreateIssue)}
    states = [c for c in issues if isinstance(c, CloseIssue | ReopenIssue)]
    comments = sum("comment" in change.fields for change in states)
    # A new issue that is closed after its creation has its body written once more. Servers whose
    # timelines do not list removed links take more requests: bodies with new links, too.
    rewritten = {change.key for change in states if change.key in created}
    updates = len(issues) - len(created) - len(states) + len(rewritten)
    # What is made below a new issue, or on the board with it, comes with its creation.
    repositories = {item.key: item.repository for item in plan.items}
    follow_ups = Counter(
        c.kind
        for c in plan.changes
        if c.key not in created or c.fields.keys() - _SAME or _crosses(c, repositories)
    )
    values = [change for change in plan.changes if change.kind is ChangeKind.FIELD_VALUE]
    # Values of issue fields, whose names only the organization knows.
    valued = sum(
        1
        for change in issues
        if isinstance(change, UpdateIssue | AdoptIssue)
        and change.fields.keys() - ISSUE_FIELDS.keys() - {"key"}
    )
    value_count = sum(1 + (change.body is not None and bool(change.fields)) for change in values)
    created_in = Counter(change.repository for change in created.values())
    # The end of the list is read, unless nobody else can have created anything there.
    totals = [(_total(plan, there), count) for there, count in created_in.items()]
    pages = _pages([min(total, _READ) + count for total, count in totals if total])
    late_views = _late_views(plan, kinds)
    writes = (
        _labels_and_board(plan, kinds)
        + kinds[ChangeKind.MILESTONE]
        + _board_parts(plan, kinds, late_views)
        + _groups(kinds[ChangeKind.ISSUE_FIELD], SMALL_BATCH)
        + _groups(valued, SMALL_BATCH)
        + _creations(created)
        + _groups(follow_ups[ChangeKind.SUB_ISSUE], SMALL_BATCH)
        + _groups(kinds[ChangeKind.DEPENDENCY] + late_views, SMALL_BATCH)
        + _groups(follow_ups[ChangeKind.PROJECT_ITEM], SMALL_BATCH)
        + comments
        + _groups(len(states), SMALL_BATCH)
        + _groups(updates, BODY_BATCH)
        + _groups(value_count, SMALL_BATCH)
    )
    # What is changed is read again right before each request that changes it.
    closed = sum(change.key not in created for change in states)
    set_again = sum(
        1 + (change.body is not None and bool(change.fields))
        for change in values
        if change.key not in created
    )
    reads = comments + _groups(updates, BODY_BATCH) + _groups(valued, _READ)
    reparented = sum(
        c.kind is ChangeKind.SUB_ISSUE and not c.is_move and c.key not in created
        for c in plan.changes
    )
    reads += sum(_groups(count, SMALL_BATCH) for count in (closed, set_again, reparented))
    reads += sum(map(_for_iterations, plan.changes))
    creations = len(created) + comments
    work = (writes + reads + pages) * _REQUEST + len(plan.changes) * _EACH
    return Estimate(
        requests=writes + reads + pages,
        points=writes + reads + pages * _PAGE_POINTS,
        work=work,
        paced=paced(creations),
        after=2 * _groups(updates, BODY_BATCH) * _REQUEST + updates * _EACH,
        creations=creations,
    )


def runs_within(budget: Budget, expected: Estimate, reading: Usage) -> int:
    """Return about how many runs a plan takes, this one included; each reads GitHub again.

    It is 1 if the budget is enough for all of it. `reading` is what this run has spent so far.
    """
    runs = 1
    if budget.creations is not None:
        runs = max(runs, _groups(expected.creations, budget.creations))
    if budget.points is not None:
        left = budget.points - reading.points - reading.rest
        runs = max(runs, _groups(expected.points, max(1, left)))
    return runs


_SAME = frozenset({"parent"})


def _for_iterations(change: Change) -> int:
    """Return the requests that setting iterations on cards again takes, besides the list's own.

    All cards and the field are read before the list is sent, then to see what was cleared, and in
    the end to check them.
    """
    if not isinstance(change, ExtendIterations | RestoreIterations):
        return 0
    look = max(1, _groups(change.cards, _READ)) + 1
    values = _groups(change.cards, _READ) + _groups(change.cards, SMALL_BATCH)
    return values + (3 * look + 1 if isinstance(change, ExtendIterations) else 2 * look)


def _has_new_board(plan: Plan) -> bool:
    return any(c.kind is ChangeKind.PROJECT and c.action is Action.CREATE for c in plan.changes)


def _labels_and_board(plan: Plan, kinds: Counter[ChangeKind]) -> int:
    """Return the requests for labels and the board; new labels share one with a new board."""
    labels, boards = kinds[ChangeKind.LABEL], kinds[ChangeKind.PROJECT]
    if _has_new_board(plan):
        return _groups(labels + 1, SMALL_BATCH) + boards - 1
    return _groups(labels, SMALL_BATCH) + boards


def _late_views(plan: Plan, kinds: Counter[ChangeKind]) -> int:
    """Return how many views share a request with links: those that every new board gets."""
    views = [c for c in plan.changes if isinstance(c, CreateView) and not c.definition.declared]
    wait = kinds[ChangeKind.DEPENDENCY] and any("columns" in view.fields for view in views)
    return len(views) if wait and _has_new_board(plan) else 0


def _board_parts(plan: Plan, kinds: Counter[ChangeKind], late_views: int) -> int:
    """Return the requests for fields and views; columns need the fields, a filter needs its view.

    Without these, views share a request with the fields; a grouped or sorted one takes its own.
    """
    fields, views = kinds[ChangeKind.FIELD], kinds[ChangeKind.VIEW]
    if late_views:  # a file that declares views gets no others
        return _groups(fields, SMALL_BATCH)
    new_views = [c for c in plan.changes if c.kind is ChangeKind.VIEW and c.action is Action.CREATE]
    plain = [change for change in new_views if not change.fields.keys() & set(ARRANGEMENT)]
    arranged = len(new_views) - len(plain)
    parts = {name for change in plain for name in change.fields}
    if not arranged and not parts & {"columns", "filter"}:
        return _groups(fields + views, SMALL_BATCH)
    requests = _groups(fields, SMALL_BATCH) + _groups(views - arranged, SMALL_BATCH) + arranged
    return requests + ("filter" in parts)


def _pages(counts: Sequence[int]) -> int:
    """Return the requests for the ends of lists with so many issues, which are read together."""
    if len(counts) <= 1:
        return sum(_groups(count, _READ) for count in counts)
    each = max(2 * _READ // len(counts), 2 * _READ // _TOGETHER)
    left = sum(max(0, count - each) for count in counts)
    return _groups(len(counts), _TOGETHER) + _groups(left, 2 * _READ)


def _total(plan: Plan, repository: str | None) -> int:
    """Return how many issues a repository has that the end of its list is read of."""
    coverage = plan.others.get(repository, plan.coverage) if repository else plan.coverage
    return coverage.total


def _crosses(change: Change, repositories: Mapping[str, str | None]) -> bool:
    """Return whether it puts an item below one of another repository: that is its own mutation."""
    links_items = change.kind is ChangeKind.SUB_ISSUE and change.other in repositories
    return links_items and repositories[str(change.other)] != change.repository


def _groups(count: int, size: int) -> int:
    return -(-count // size)


def _creations(created: Mapping[str, Change]) -> int:
    """Return the requests that create issues: what does not fill one goes with the next wave."""
    requests, left = 0, 0
    for _, wave in sorted(_waves(created).items()):
        full, left = divmod(left + wave, BODY_BATCH)
        requests += full or 1
        left = left if full else 0
    return requests + (left > 0)


def _waves(created: Mapping[str, Change]) -> Counter[int]:
    """Return how many issues are made in each wave: a parent comes before what is below it."""
    depth: dict[str, int] = {}
    for key in created:
        for member in reversed(list(_chain(key, created))):
            depth[member] = 1 + max((depth.get(k, 0) for k in created[member].waits_for), default=0)
    return Counter(depth.values())


def _chain(key: str, created: Mapping[str, Change]) -> Iterable[str]:
    """Return an issue to be made and what it waits for, up to the top."""
    visited: set[str] = set()
    todo = [key]
    while todo:
        current = todo.pop()
        if current in created and current not in visited:
            visited.add(current)
            yield current
            todo += created[current].waits_for
