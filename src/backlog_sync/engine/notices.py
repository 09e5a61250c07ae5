"""Maintain one status issue: update it in place, close it when it is empty."""

from backlog_sync.core.body import foreign_lines, line_hashes
from backlog_sync.core.normalize import unify_newlines
from backlog_sync.core.observed import ObservedIssue, ObservedState
from backlog_sync.core.operations import (
    CloseIssue,
    CreateIssue,
    Done,
    NotSent,
    Operation,
    Overwrite,
    ReopenIssue,
    UpdateIssue,
)
from backlog_sync.core.preconditions import standing
from backlog_sync.dataclass import dataclass
from backlog_sync.engine.ports import Tracker
from backlog_sync.errors import FailedError, RefusedError

DRIFT, REPORT = "drift", "report"
DRIFT_TITLE = "The backlog and GitHub have drifted apart"

_END = "<!-- backlog:tracking-end "
_HASH = 6
_LONGEST = 65_536
"""The most characters that GitHub accepts in a body."""


@dataclass(frozen=True, slots=True)
class Tracking:
    """Content of the tracking issue: `about` is DRIFT or REPORT, `name` is safe in a comment.

    An existing issue keeps its title, which people may change.
    """

    about: str
    name: str
    title: str
    text: str

    @property
    def mark(self) -> str:
        """The hidden comment that is the first line of the issue's body."""
        return f"<!-- backlog:tracking {self.about} {self.name} -->"

    def body(self, current: str = "") -> str:
        """Return the body with this text; keep all that people wrote into the `current` one."""
        lines = tuple(unify_newlines(self.text).split("\n"))
        inside, written, below = _parts(current)
        foreign = (*foreign_lines(inside, lines, written), *below)
        end = f"{_END}{''.join(line_hashes(lines))} -->"
        return "\n".join((self.mark, *lines, end, *foreign))


def _parts(body: str) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Split a body into the lines of our part, the hashes of the lines written, and the rest."""
    lines = unify_newlines(body).split("\n")[1:]
    ends = [n for n, line in enumerate(lines) if line.startswith(_END)]
    if not ends:
        return tuple(lines), (), ()
    hashes = lines[ends[0]].removeprefix(_END).removesuffix(" -->")
    written = tuple(hashes[n : n + _HASH] for n in range(0, len(hashes), _HASH))
    return tuple(lines[: ends[0]]), written, tuple(lines[ends[0] + 1 :])


def track(
    tracker: Tracker, observed: ObservedState, tracking: Tracking, *, open_: bool, nonce: str
) -> str | None:
    """Create, update, close or reopen the tracking issue; return its ref, None if not needed.

    `observed` is the whole repository: of several tracking issues the oldest counts. It may come
    from the cache if none is created. Raises `RefusedError` if issues are missing from it, and
    `FailedError` if the server refuses.
    """
    coverage, issue = observed.coverage, tracking_issue(observed, tracking.mark)
    if not (coverage.complete or (coverage.cached and (issue or not open_))):
        raise RefusedError(
            "not every issue could be read, so the tracking issue cannot be found",
            slug="incomplete-read",
            hint="run it again; a token must be able to see every issue of the repository",
        )
    body = tracking.body(issue.body if issue else "")
    if len(body) > _LONGEST:
        raise RefusedError(
            f"the tracking issue would have {len(body)} characters; GitHub allows {_LONGEST}",
            slug="no-tracking-issue",
            hint=f"shorten what people wrote into {observed.ref(issue)}" if issue else None,
        )
    operations: list[Operation] = []
    if issue is None:
        if not open_:
            return None
        operations.append(CreateIssue(observed.repository.id, "", nonce, tracking.title, body))
    else:
        if open_ and issue.state == "closed":
            operations.append(ReopenIssue(issue.id, str(standing(issue)["state"])))
        if unify_newlines(issue.body) != body and (open_ or issue.state == "open"):
            operations.append(UpdateIssue(issue.id, body=Overwrite(issue.body, body)))
        if not open_ and issue.state == "open":
            operations.append(CloseIssue(issue.id))
    ref = f"#{issue.number}" if issue else None
    for operation, reply in tracker.apply(operations):
        if not isinstance(reply, Done):
            why = reply.message
            stopped = "" if isinstance(reply, NotSent) else f"{type(operation).__name__}: "
            raise FailedError(
                f"the tracking issue could not be kept up to date: {stopped}{why}",
                slug="no-tracking-issue",
                hint="the token needs the right to write issues (in a job: `issues: write`)",
            )
        if isinstance(operation, CreateIssue):
            ref = f"#{reply.number}"
    return ref


def tracking_issue(observed: ObservedState, mark: str) -> ObservedIssue | None:
    """Return the oldest issue of the acting account whose body begins with this mark."""
    issues = [
        issue
        for issue in observed.issues
        if issue.repository == observed.repository.name_with_owner
        and issue.author is not None
        and issue.author.id == observed.viewer.id
        and issue.body.startswith(mark)
    ]
    return min(issues, key=lambda issue: issue.number, default=None)
