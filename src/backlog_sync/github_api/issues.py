"""Read issues: all of a repository, those with given numbers, the latest."""

import dataclasses
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, Generic, TypedDict, TypeVar

from backlog_sync.core.observed import Coverage, IssueLink, ObservedIssue
from backlog_sync.core.reading import CachedIssues, may_have_marker
from backlog_sync.dataclass import dataclass
from backlog_sync.errors import AccessError, RefusedError
from backlog_sync.github_api import generated_answers as answered
from backlog_sync.github_api import parse
from backlog_sync.github_api.answers import Answer, Fault, required
from backlog_sync.github_api.documents import document, nth, repeated
from backlog_sync.github_api.parallel import in_parallel
from backlog_sync.github_api.reader import PageSize, Query, Reader

PAGE: Final = 100
"""Issues per request: the most that a page, or `nodes(ids:)`, takes."""

_LOOKS: Final = 3
"""Pages of recently updated issues that a run reads if it does not read everything."""

_LONG: Final = 40
"""Pages of a list above which runs with a cache list a share each: too many for one run."""

R = TypeVar("R", bound=Mapping[str, object])


class OfRepository(TypedDict, Generic[R]):
    """The data that a query for one repository returns."""

    repository: R | None


class _List(TypedDict):
    """A repository with one page of issues."""

    issues: answered.IssuePage


@dataclass(frozen=True, slots=True)
class Issues:
    """Reads issues of `owner/name`; `hidden` are fields that the server does not have."""

    reader: Reader
    owner: str
    name: str
    hidden: frozenset[str]

    def read(
        self,
        first_page: answered.IssuePage,
        size: PageSize,
        numbers: Sequence[int] | None,
        since: float | None,
        cached: CachedIssues | None = None,
    ) -> tuple[list[ObservedIssue], Coverage]:
        """Return issues sorted by number, each once, and what the read covers.

        `first_page` is the first page of the list. `numbers` are the ones that the files name;
        None reads all issues, or only the `cached` ones and all that were updated since. Named
        issues are read directly if that takes fewer requests than the list. Other issues are then
        returned only if they have one of our markers and are on the few pages that were updated
        after `since` (seconds since the epoch), or last.
        """
        total = int(first_page["totalCount"])
        listed = {int(node["number"]): node for node in parse.nodes(first_page)}
        if numbers is not None:
            unlisted = [number for number in numbers if number not in listed]
            if fewer_by_number(total - len(listed), len(unlisted)):
                by_number = self.by_number(unlisted)
                if len(by_number) == len(unlisted):
                    touched, reached = self._touched(since, _LOOKS if since is not None else 1)
                    nodes = {**listed, **touched, **by_number}
                    return self.named(numbers, nodes, total, since=since if reached else None)
        elif cached is not None and (part := self._cached(cached, listed, total)) is not None:
            return part
        return self._all(first_page, size)

    # ---- all -----------------------------------------------------------------------------

    def _all(
        self, first_page: answered.IssuePage, size: PageSize
    ) -> tuple[list[ObservedIssue], Coverage]:
        by_id: dict[str, answered.IssueFields] = {}
        page, withheld = first_page, 0
        while True:
            listed = page["nodes"] or ()
            withheld += sum(1 for node in listed if not node)
            for node in parse.nodes(page):
                by_id[node["id"]] = node
            after = parse.cursor(page)
            if after is None:
                break
            left = _ceiling(int(page["totalCount"]) - len(by_id))
            answer = self.reader.query(
                document(answered.IssuesPage, self.hidden),
                {**self._names(), "after": after},
                size,
                follow=max(0, left - 1),
            )
            page = self._listed(answer)
        return self.whole(by_id, int(page["totalCount"]), withheld=withheld)

    def whole(
        self, nodes: Mapping[str, answered.IssueFields], total: int, *, withheld: int
    ) -> tuple[list[ObservedIssue], Coverage]:
        """Return the issues of a list that was read to its end, sorted, and what it covers.

        `nodes` has them by id; `withheld` is how many of its places were null.
        """
        complete = not withheld and len(nodes) >= total
        issues = sorted(map(self.issue, nodes.values()), key=lambda issue: issue.number)
        return issues, Coverage(complete, len(nodes), total, updated=_newest(nodes.values()))

    # ---- those that are named ------------------------------------------------------------

    def by_number(self, numbers: Sequence[int]) -> dict[int, answered.IssueFields]:
        """Read issues by number, with several requests at once; return their nodes by number.

        Deleted or transferred issues and pull requests are absent.
        """
        parts = [numbers[start : start + PAGE] for start in range(0, len(numbers), PAGE)]
        size = PageSize()
        nodes: dict[int, answered.IssueFields] = {}
        for part in in_parallel(lambda part: self._part(part, size), parts):
            nodes |= part
        return nodes

    def _part(self, numbers: Sequence[int], size: PageSize) -> dict[int, answered.IssueFields]:
        nodes: dict[int, answered.IssueFields] = {}
        remaining = list(numbers)

        def ask(count: int) -> Query[answered.IssuesByNumber]:
            variables = {f"number{n}": number for n, number in enumerate(remaining[:count])}
            query = repeated(answered.IssuesByNumber, len(variables), self.hidden)
            return query, {**self._names(), **variables}

        while remaining:
            answer, count = self.reader.query_some(ask, len(remaining), size)
            data = repository_of(answer, f"{self.owner}/{self.name}")
            home = str(data["nameWithOwner"])
            for n, number in enumerate(remaining[:count]):
                node = nth(data, "number", n, answered.IssueFields)
                if node and (node["number"], node["repository"]["nameWithOwner"]) == (number, home):
                    nodes[number] = node
            del remaining[:count]
        return nodes

    def named(
        self,
        numbers: Sequence[int],
        nodes: Mapping[int, answered.IssueFields],
        total: int,
        *,
        looked_at: Collection[int] = (),
        since: float | None = None,
        cached: bool = False,
    ) -> tuple[list[ObservedIssue], Coverage]:
        """Return the named issues and others with one of our markers, sorted, and what was read.

        `nodes` has issues by number; `looked_at` are numbers of others, which have no marker.
        """
        requested = set(numbers)
        issues = [
            self.issue(node)
            for number, node in sorted(nodes.items())
            if number in requested or may_have_marker(node["body"] or "")
        ]
        return issues, Coverage(
            complete=False,
            issues_read=len(nodes.keys() | set(looked_at)),
            total=total,
            by_number=len(requested),
            since=_iso(since) if since is not None else None,
            cached=cached,
            updated=_newest(nodes.values()),
        )

    def _cached(
        self, cached: CachedIssues, listed: Mapping[int, answered.IssueFields], total: int
    ) -> tuple[list[ObservedIssue], Coverage] | None:
        """Return the issues with a marker, and what the read covers; None if all must be read.

        The cache is not trusted: all that it names must exist and have a marker, unless they were
        updated since, and there must not be more issues than those created since explain (others
        were moved here). Pages of the list that are saved must be more than those that are read.
        """
        unlisted = [number for number in cached.numbers if number not in listed]
        pages = _ceiling(total - len(listed)) - _ceiling(len(unlisted))
        if not cached.numbers or pages < 1:
            return None
        by_number = self.by_number(unlisted)
        if len(by_number) < len(unlisted):
            return None
        touched, reached = self._touched(cached.since, pages)
        nodes = {**listed, **touched, **by_number}
        created = sum(node["createdAt"] >= _iso(cached.since) for node in touched.values())
        is_true = all(
            number in touched or may_have_marker(nodes[number]["body"] or "")
            for number in cached.numbers
        )
        if not reached or not is_true or total > cached.total + created:
            return None
        again, to = self._listed_again(cached, total, len(touched))
        known = nodes.keys() | set(cached.numbers)
        if any(number not in known and may_have_marker(body) for number, body in again.items()):
            return None
        issues, coverage = self.named(
            cached.numbers, nodes, total, looked_at=again.keys(), since=cached.since, cached=True
        )
        return issues, dataclasses.replace(coverage, reached=to)

    def _listed_again(
        self, cached: CachedIssues, total: int, touched: int
    ) -> tuple[dict[int, str], str | None]:
        """Read a share of the list; return the bodies by number, and how far that got.

        A place in the list is the time of an issue's last update, so that any later run can go on
        there. The `touched` issues at its end were read already.
        """
        bodies: dict[int, str] = {}
        if _ceiling(total) <= _LONG or cached.share * _ceiling(total) < 1:
            return bodies, None
        size, after, most = PageSize(), None, 1.0
        variables = {**self._names(), "since": _iso(cached.reached), "direction": "ASC"}
        last = _iso(cached.reached)
        while len(bodies) < most:
            answer = self.reader.query(
                document(answered.IssuesTouched, self.hidden), {**variables, "after": after}, size
            )
            page = self._listed(answer)
            for node in parse.nodes(page):
                bodies[int(node["number"])] = node["body"] or ""
                last = node["updatedAt"]
            after = parse.cursor(page)
            if after is None or last >= _iso(cached.since):
                return bodies, ""
            most = cached.share * (int(page["totalCount"]) - touched)
        return bodies, last

    def _touched(
        self, since: float | None, most: int
    ) -> tuple[dict[int, answered.IssueFields], bool]:
        """Return recently updated issues by number, and whether these are all since that time.

        At most so many pages are read.
        """
        nodes: dict[int, answered.IssueFields] = {}
        size, after = PageSize(), None
        variables = {**self._names(), "since": _iso(since) if since is not None else None}
        for _ in range(most):
            page_variables = {**variables, "after": after}
            answer = self.reader.query(
                document(answered.IssuesTouched, self.hidden), page_variables, size
            )
            page = self._listed(answer)
            nodes |= {int(node["number"]): node for node in parse.nodes(page)}
            after = parse.cursor(page)
            if after is None:
                return nodes, True
        return nodes, False

    # ---- one -----------------------------------------------------------------------------

    def by_id(self, ids: Sequence[str]) -> dict[str, ObservedIssue]:
        """Read issues by node id, without their cards; deleted ones are absent."""
        query = document(answered.IssuesById, self.hidden)
        size = PageSize()

        def part(part_ids: Sequence[str]) -> list[answered.IssueFields | None]:
            nodes: list[answered.IssueFields | None] = []
            remaining = list(part_ids)
            while remaining:
                answer, count = self.reader.query_some(
                    lambda count: (query, {"ids": remaining[:count]}), len(remaining), size
                )
                # For an id that no longer resolves, the node is null and has its own fault.
                nodes += answer.whole["nodes"]
                del remaining[:count]
            return nodes

        parts = [ids[start : start + PAGE] for start in range(0, len(ids), PAGE)]
        return {
            node["id"]: self.issue(node)
            for nodes in in_parallel(part, parts)
            for node in nodes
            if node and "id" in node
        }

    def issue(self, node: answered.IssueFields) -> ObservedIssue:
        """Return an issue with all its blockers; further pages of them are read."""
        issue = parse.issue(node)
        after = parse.cursor(node.get("blockedBy"))
        more: list[IssueLink] = []
        while after is not None:
            variables = {"id": issue.id, "after": after}
            answer = self.reader.query(document(answered.BlockersPage), variables)
            page = required(answer.whole["node"], "issue")["blockedBy"]
            more.extend(parse.link(node, node["state"]) for node in parse.nodes(page))
            after = parse.cursor(page)
        return dataclasses.replace(issue, blocked_by=(*issue.blocked_by, *more)) if more else issue

    def _listed(self, answer: Answer[OfRepository[_List]]) -> answered.IssuePage:
        return repository_of(answer, f"{self.owner}/{self.name}")["issues"]

    def _names(self) -> dict[str, object]:
        return {"owner": self.owner, "name": self.name}


def repository_of(answer: Answer[OfRepository[R]], name: str) -> R:
    """Return the repository in an answer, or raise if it is missing or was renamed."""
    data = answer.data.get("repository") if answer.data else None
    return usable(data, name, answer.fault("repository") or next(iter(answer.faults), None))


def usable(data: R | None, name: str, fault: Fault | None) -> R:
    """Return the data of a repository, or raise if it is missing or was renamed."""
    if not data:
        raise _no_repository(name, fault)
    current_name = data.get("nameWithOwner")
    if current_name is not None and str(current_name).lower() != name.lower():
        raise RefusedError(
            f"{name} is now called {current_name}",
            slug="renamed",
            hint=f"name it as it is: `repository: {current_name}`, or --repo {current_name}",
        )
    return data


def _no_repository(name: str, fault: Fault | None) -> AccessError | RefusedError:
    if fault is None or fault.type == "NOT_FOUND":
        return AccessError(
            f"{name}: it does not exist, or this token may not see it",
            slug="no-repository",
            hint="check the name (--repo OWNER/NAME), and that the token reaches this repository",
        )
    if fault.type in ("FORBIDDEN", "INSUFFICIENT_SCOPES"):
        return AccessError(
            f"{name}: this token may not read it: {fault.message}",
            hint="a token needs read and write access to the repository's issues",
        )
    return RefusedError(
        f"GitHub did not carry out the query for {name}: {fault.message}",
        hint="an older GitHub Enterprise Server may lack sub-issues, dependencies or issue types",
    )


def fewer_by_number(remaining: int, unlisted: int) -> bool:
    """Return whether reading so many issues by number beats reading the rest of the list.

    Reading by number takes one more request, for those that were updated last.
    """
    return _ceiling(remaining) > _ceiling(unlisted) + 1


def _newest(nodes: Iterable[answered.IssueFields]) -> str:
    """Return when the issue that was updated last was updated; "" if there is none."""
    return max((node["updatedAt"] for node in nodes), default="")


def _ceiling(count: int) -> int:
    """Return how many requests it takes to read this many issues."""
    return -(-count // PAGE)


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
