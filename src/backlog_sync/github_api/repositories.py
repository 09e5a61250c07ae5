"""Read several repositories together: with aliases, and with several requests at once.

A repository that cannot be read concerns only itself: its place in the answer is null, with a fault
at its alias (GitHub's documentation of GraphQL errors), and the others are complete.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import Final, TypeVar

from backlog_sync.core.observed import Coverage, ObservedIssue
from backlog_sync.core.reading import may_have_marker
from backlog_sync.dataclass import dataclass
from backlog_sync.errors import AccessError, BacklogError, RefusedError
from backlog_sync.github_api import generated_answers as answered
from backlog_sync.github_api import parse
from backlog_sync.github_api.answers import Answer
from backlog_sync.github_api.documents import ALL, nth, repeated
from backlog_sync.github_api.issues import PAGE, Issues, fewer_by_number, usable
from backlog_sync.github_api.parallel import in_parallel
from backlog_sync.github_api.reader import PageSize, Query, Reader

MOST: Final = 20
"""Repositories per request, with their labels and milestones: about a point of GitHub's limit."""

_BODIES: Final = 10
"""Repositories per request of which the bodies of 100 issues are read: some megabytes at most."""

_TOGETHER: Final = 200
"""Issues of several repositories per request: two of our pages, far from GitHub's 500,000 nodes.

Each issue has up to 330 nodes. GitHub ends a request after 10 s; then this is halved.
"""

_LEAST: Final = 10
"""Issues of a repository to ask for first, however few the files name there."""

_ROOM: Final = 5
"""More issues than the files name, for some that they do not, are asked for in steps of this."""

_UNKNOWN: Final = 20
"""Issues of a repository to ask for first if the files do not name them by number."""

D = TypeVar("D", bound=Mapping[str, object])


@dataclass(frozen=True, slots=True)
class Part:
    """What one request reads of one repository: `variables` are those besides its name.

    `first` is how many issues that may be; 0 if the document does not ask for a number of them.
    """

    name: str
    first: int = 0
    variables: Mapping[str, object] = field(default_factory=dict)

    def named(self, number: int, most: int) -> dict[str, object]:
        """Return the variables as those of the alias with this number."""
        owner, _, name = self.name.partition("/")
        values = {"owner": owner, "name": name, **self.variables}
        if self.first:
            values["first"] = min(self.first, most)
        return {f"{stem}{number}": value for stem, value in values.items()}


@dataclass(frozen=True, slots=True)
class Failed:
    """Why a repository could not be read."""

    error: BacklogError


def read_parts(
    reader: Reader,
    kind: type[object],
    data_of: type[D],
    parts: Sequence[Part],
    hidden: frozenset[str] = ALL,
    most: int = MOST,
) -> list[tuple[Part, D | Failed]]:
    """Read all parts with as few requests as their sizes allow, and return each with its data.

    `kind` is the operation, which is repeated, `data_of` the type of what it reads of a
    repository. Requests get smaller when the server complains. Raises what `Reader` raises,
    except for what concerns a single repository.
    """
    size = PageSize(_TOGETHER)

    def ask(group: Sequence[Part]) -> list[tuple[Part, D | Failed]]:
        done: list[tuple[Part, D | Failed]] = []
        while len(done) < len(group):
            done += _request(reader, kind, data_of, group[len(done) :], hidden, size)
        return done

    groups = list(_groups(parts, size.value, most))
    return [one for group in in_parallel(ask, groups) for one in group]


def _request(
    reader: Reader,
    kind: type[object],
    data_of: type[D],
    parts: Sequence[Part],
    hidden: frozenset[str],
    size: PageSize,
) -> list[tuple[Part, D | Failed]]:
    """Send one request for as many parts as fit; if all of it is refused, one for each part."""
    taken: Sequence[Part] = ()

    def build(issues: int) -> Query[object]:
        nonlocal taken
        # Parts without a size of their own are halved when issues are.
        most = max(1, len(parts) * issues // _TOGETHER)
        taken = next(_groups(parts, issues, most))
        variables: dict[str, object] = {}
        for n, part in enumerate(taken):
            variables |= part.named(n, issues)
        return repeated(kind, len(taken), hidden), variables

    try:
        answer, _ = reader.query_some(build, _TOGETHER, size)
    except (AccessError, RefusedError) as error:
        if len(taken) == 1:
            return [(taken[0], Failed(error))]
    else:
        if len(taken) == 1 or answer.data is not None:
            return [(part, _data(part, n, answer, data_of)) for n, part in enumerate(taken)]
    alone = (_request(reader, kind, data_of, [part], hidden, size) for part in taken)
    return [one for each in alone for one in each]


def _data(part: Part, n: int, answer: Answer[object], data_of: type[D]) -> D | Failed:
    """Return what the answer has of a part, or why it has nothing."""
    whole = next((fault for fault in answer.faults if not fault.path), None)
    data: Mapping[str, object] | None = answer.data  # type: ignore[assignment]  # a repeated query's
    try:
        return usable(nth(data, "at", n, data_of), part.name, answer.fault(f"at{n}") or whole)
    except (AccessError, RefusedError) as error:
        return Failed(error)


def _groups(parts: Sequence[Part], issues: int, most: int) -> Iterator[Sequence[Part]]:
    """Yield the parts in groups of at most so many issues and repositories, at least one each."""
    start, total = 0, 0
    for n, part in enumerate(parts):
        if n > start and (total + part.first > issues or n - start >= most):
            yield parts[start:n]
            start, total = n, 0
        total += part.first
    if parts:
        yield parts[start:]


# ---- definitions and issues ----------------------------------------------------------------


@dataclass(slots=True)
class Contents:
    """A repository's labels, milestones and issue types, and its issues as far as needed."""

    data: answered.RepositoriesAtRepository
    issues: Issues
    numbers: Sequence[int] | None
    page: answered.IssuePage
    listed: dict[str, answered.IssueFields] = field(default_factory=dict)
    withheld: int = 0
    by_number: dict[int, answered.IssueFields] = field(default_factory=dict)
    touched: frozenset[int] | None = None

    def take(self, page: answered.IssuePage) -> None:
        """Add a page of the list."""
        self.page = page
        self.withheld += sum(1 for node in page["nodes"] or () if not node)
        self.listed |= {node["id"]: node for node in parse.nodes(page)}

    @property
    def unlisted(self) -> list[int]:
        """The numbers that the files name and the pages so far do not contain."""
        listed = {int(node["number"]) for node in self.listed.values()}
        return [number for number in self.numbers or () if number not in listed]

    @property
    def is_named(self) -> bool:
        """Whether the named issues were read instead of the whole list."""
        return self.touched is not None

    def result(self) -> tuple[list[ObservedIssue], Coverage]:
        """Return the issues sorted by number, and what was read; more blockers are read here."""
        total = int(self.page["totalCount"])
        if self.touched is None or self.numbers is None:
            return self.issues.whole(self.listed, total, withheld=self.withheld)
        nodes = {int(node["number"]): node for node in self.listed.values()} | self.by_number
        return self.issues.named(self.numbers, nodes, total, looked_at=self.touched | set(nodes))


def read_contents(
    reader: Reader, numbers: Mapping[str, Sequence[int] | None], hidden: frozenset[str]
) -> dict[str, Contents | Failed]:
    """Return the contents of repositories by the names that `numbers` has for them.

    The values of `numbers` are the issues that the files name, None for all. As with the target,
    issues are read by number if that takes fewer requests than the list.
    """
    contents: dict[str, Contents | Failed] = {}
    first = read_parts(
        reader,
        answered.RepositoriesAt,
        answered.RepositoriesAtRepository,
        list(_first_parts(numbers)),
        hidden,
    )
    for part, data in first:
        if isinstance(data, Failed):
            contents[part.name] = data
            continue
        owner, _, name = part.name.partition("/")
        issues = Issues(reader, owner, name, hidden)
        new = Contents(data, issues, numbers[part.name], data["issues"])
        new.take(data["issues"])
        contents[part.name] = new
    _read_named(reader, contents, hidden)
    _read_pages(reader, contents, hidden)
    return contents


def _first_parts(numbers: Mapping[str, Sequence[int] | None]) -> Iterator[Part]:
    """Yield what to read first: a few more issues than the files name, all pages if that fits."""
    parts = []
    for name, named in numbers.items():
        known = _UNKNOWN if named is None else len(named) + _ROOM - len(named) % _ROOM
        parts.append(Part(name, first=min(PAGE, max(_LEAST, known))))
    for group in _groups(parts, _TOGETHER, MOST):
        more = max(1, _TOGETHER // sum(part.first for part in group))
        yield from (replace(part, first=min(PAGE, part.first * more)) for part in group)


def _read_named(
    reader: Reader, contents: dict[str, Contents | Failed], hidden: frozenset[str]
) -> None:
    """Read the named issues where that takes fewer requests, and which were updated last."""
    asked = {
        name: one.unlisted
        for name, one in _readable(contents)
        if one.numbers is not None
        and fewer_by_number(int(one.page["totalCount"]) - PAGE, len(one.unlisted))
    }
    _read_numbers(reader, contents, asked, hidden)
    named = [
        Part(name)
        for name, one in _readable(contents)
        if name in asked and len(one.by_number) == len(asked[name])
    ]
    marked: dict[str, list[int]] = {}
    for part, data in read_parts(
        reader, answered.TouchedAt, answered.TouchedAtRepository, named, most=_BODIES
    ):
        one = contents[part.name]
        if isinstance(data, Failed):
            contents[part.name] = data
        elif isinstance(one, Contents):
            nodes = parse.nodes(data["issues"])
            one.touched = frozenset(int(node["number"]) for node in nodes)
            known = {int(node["number"]) for node in one.listed.values()} | one.by_number.keys()
            ours = (n["number"] for n in nodes if may_have_marker(n["body"] or ""))
            marked[part.name] = [number for number in ours if number not in known]
    _read_numbers(reader, contents, marked, hidden)


def _read_numbers(
    reader: Reader,
    contents: dict[str, Contents | Failed],
    asked: Mapping[str, Sequence[int]],
    hidden: frozenset[str],
) -> None:
    """Read issues by number; deleted or transferred issues and pull requests are left out."""
    parts = [Part(name, variables={"number": n}) for name, there in asked.items() for n in there]
    for part, data in read_parts(
        reader, answered.IssueNumbersAt, answered.IssueNumbersAtRepository, parts, hidden, PAGE
    ):
        one = contents[part.name]
        if isinstance(data, Failed):
            contents[part.name] = data
        elif isinstance(one, Contents) and (node := data["issue"]):
            number, home = part.variables["number"], data["nameWithOwner"]
            if (node["number"], node["repository"]["nameWithOwner"]) == (number, home):
                one.by_number[node["number"]] = node


def _read_pages(
    reader: Reader, contents: dict[str, Contents | Failed], hidden: frozenset[str]
) -> None:
    """Read the pages after the first of all that are to be read whole."""
    while parts := [
        Part(name, min(PAGE, max(_LEAST, int(one.page["totalCount"]) - len(one.listed))), after)
        for name, one in _readable(contents)
        if not one.is_named and (after := _after(one.page))
    ]:
        for part, data in read_parts(
            reader, answered.IssuePagesAt, answered.IssuePagesAtRepository, parts, hidden
        ):
            one = contents[part.name]
            if isinstance(data, Failed):
                contents[part.name] = data
            elif isinstance(one, Contents):
                one.take(data["issues"])


def _after(page: answered.IssuePage) -> dict[str, object] | None:
    """Return the variable for the page after this one; None if there is none."""
    after = parse.cursor(page)
    return None if after is None else {"after": after}


def _readable(contents: Mapping[str, Contents | Failed]) -> Iterator[tuple[str, Contents]]:
    return ((name, one) for name, one in contents.items() if isinstance(one, Contents))


# ---- the latest issues ---------------------------------------------------------------------


def newest(
    reader: Reader, names: Iterable[str], count: int, hidden: frozenset[str]
) -> tuple[ObservedIssue, ...]:
    """Return the issues created last in each repository, newest first; at most 100 each.

    Raises the error of the first repository that cannot be read.
    """
    parts = [Part(name, max(1, min(count, PAGE)), {"after": None}) for name in names]
    return tuple(issue for _, _, page in _recent(reader, parts, hidden) for issue in page)


def created_after(
    reader: Reader, numbers: Mapping[str, int], hidden: frozenset[str]
) -> tuple[ObservedIssue, ...]:
    """Return the issues with a higher number than this one in each repository, newest first.

    Raises the error of the first repository that cannot be read.
    """
    newer: list[ObservedIssue] = []
    each = max(_UNKNOWN, min(PAGE, _TOGETHER // max(1, len(numbers))))
    parts = [Part(name, each, {"after": None}) for name in numbers]
    seen: dict[str, int] = {}
    while parts:
        more: list[Part] = []
        for part, page, issues in _recent(reader, parts, hidden):
            above = [issue for issue in issues if issue.number > numbers[part.name]]
            newer += above
            seen[part.name] = seen.get(part.name, 0) + len(issues)
            if len(above) == len(issues) and (after := _after(page)):
                left = int(page["totalCount"]) - seen[part.name]
                more.append(Part(part.name, min(PAGE, max(_LEAST, left)), after))
        parts = more
    return tuple(newer)


def _recent(
    reader: Reader, parts: Sequence[Part], hidden: frozenset[str]
) -> Iterator[tuple[Part, answered.IssuePage, list[ObservedIssue]]]:
    for part, data in read_parts(
        reader, answered.RecentIssuesAt, answered.RecentIssuesAtRepository, parts, hidden
    ):
        if isinstance(data, Failed):
            raise data.error
        owner, _, name = part.name.partition("/")
        issues = Issues(reader, owner, name, hidden)
        page = data["issues"]
        yield part, page, [issues.issue(node) for node in parse.nodes(page)]
