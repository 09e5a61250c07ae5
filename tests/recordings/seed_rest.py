"""Put the simulator into the state that a case of REST requests begins with.

The state is derived from the recorded answers: whatever an answer shows before a request of the
case itself created it was there at the beginning, as the first such answer shows it. Paths name
things that no answer shows. What answers only count (comments, sub-issues, further pages of a
list) is filled up with things that have no name in the recording.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal, TypeAlias
from urllib.parse import parse_qs, unquote, urlsplit

from github_sandbox import faults, relations
from github_sandbox.access import Permission
from github_sandbox.models import Account, Comment, Issue, IssueType, Label, Milestone, Repository
from tests.recordings.exchanges import Case, Exchange
from tests.recordings.world import World, date_of, moment_of

Shown: TypeAlias = Mapping[str, Any]
Key: TypeAlias = tuple[str, str, str]
"""What a thing is: its kind, its repository in lower case, its name or number there."""

_FIRST_MOMENT: Final = datetime(2026, 6, 1, 12, tzinfo=UTC)
"""When a case without dates takes place."""

_REPOSITORY: Final = re.compile(r"/repos/([^/?]+/[^/?]+)")
_ADDRESS: Final = re.compile(
    r"/repos/(?P<repo>[^/]+/[^/]+)"
    r"(?:/(?P<kind>issues/comments|issues|milestones|labels)/(?P<name>[^/]+))?$"
)
_CREATING: Final = re.compile(r"/(issues|labels|milestones|comments)$")
_KINDS: Final = {
    "issues": "issue",
    "labels": "label",
    "milestones": "milestone",
    "issues/comments": "comment",
    None: "repository",
}
_RELATIONS: Final = ("sub_issues", "dependencies/blocked_by", "dependencies/blocking")


@dataclass(slots=True)
class _Found:
    """What the answers of a case show: each thing as it was first shown."""

    things: dict[Key, Shown] = field(default_factory=dict)
    accounts: dict[str, Shown] = field(default_factory=dict)
    created: set[Key] = field(default_factory=set)
    owners: dict[str, str] = field(default_factory=dict)
    types: dict[str, Shown] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    numbers: dict[int, str] = field(default_factory=dict)
    related: dict[tuple[Key, str], list[Key]] = field(default_factory=dict)
    linked_later: set[int] = field(default_factory=set)
    pages: dict[tuple[str, str], int] = field(default_factory=dict)
    viewer: str | None = None
    permission: Permission = "admin"

    def of(self, kind: str) -> Iterator[tuple[Key, Shown]]:
        """Return the things of a kind that were there at the beginning."""
        for key, shown in self.things.items():
            if key[0] == kind and key not in self.created:
                yield key, shown


def seed(case: Case) -> World:
    """Return a simulator in the state that the case begins with."""
    found = _Found()
    for exchange in case.exchanges:
        _read(found, exchange)
    dates = (date_of(exchange.headers) for exchange in case.exchanges)
    world = World.at(min(filter(None, dates), default=_FIRST_MOMENT))
    _Builder(world, found).build()
    _write_requests(world, case)
    return world


def before(world: World, exchange: Exchange) -> None:
    """Let happen what is not the case's own doing: numbers taken by others, limits reached."""
    if exchange.status in (403, 429):
        world.fail_next(_limit(exchange))
    creating = exchange.method == "POST" and _CREATING.search(exchange.path)
    number = _created_number(exchange) if creating else None
    if number is not None:
        owner, _, name = (_REPOSITORY.search(exchange.path) or ["", ""])[1].partition("/")
        repository = world.sandbox.store.repository(owner, name)
        assert repository is not None
        if exchange.path.endswith("/issues"):
            repository.next_number = max(repository.next_number, number)
        elif exchange.path.endswith("/milestones"):
            repository.next_milestone = max(repository.next_milestone, number)


def _limit(exchange: Exchange) -> faults.Fault:
    """Return the limit that was answered."""
    status, wait = exchange.status, exchange.headers.get("retry-after")
    if exchange.headers.get("x-ratelimit-remaining") == "0":
        return faults.primary_limit(status=status)
    if wait is None or wait.isdigit():
        return faults.secondary_limit(status=status, retry_after=float(wait) if wait else None)
    return faults.secondary_limit(status=status, retry_after=8, dated=True)


def _created_number(exchange: Exchange) -> int | None:
    """Return the number of the thing that a request created."""
    location = exchange.headers.get("location", "")
    shown = exchange.body.get("number") if isinstance(exchange.body, dict) else None
    last = location.rpartition("/")[2]
    return shown if isinstance(shown, int) else int(last) if last.isdigit() else None


# ---- what the answers show -----------------------------------------------------------------


def _read(found: _Found, exchange: Exchange) -> None:
    path = urlsplit(exchange.path).path.removeprefix("/api/v3")
    full_name = _of_path(found, path)
    body = exchange.body
    if path == "/user" and isinstance(body, dict):
        found.viewer = body["login"]
    if full_name is not None:
        _note_repository(found, full_name, path, exchange)
    _note_created(found, full_name, path, exchange)
    if exchange.is_graphql:
        _note_variables(found, exchange)
    for shown in _objects(body):
        _note(found, shown)
    _note_relations(found, path, exchange)
    _note_pages(found, full_name, path, exchange)


def _of_path(found: _Found, path: str) -> str | None:
    match = _REPOSITORY.search(path)
    if match:
        return match[1].lower()
    by_id = re.search(r"/repositories/(\d+)", path)
    return found.numbers.get(int(by_id[1])) if by_id else None


def _note_repository(found: _Found, full_name: str, path: str, exchange: Exchange) -> None:
    """Note the repository of a path, under that name, and the things that the path names."""
    named = _REPOSITORY.search(path)
    if named is None:
        return
    if path == f"/repos/{named[1]}" and isinstance(exchange.body, dict):
        shown_as = _REPOSITORY.search(str(exchange.body.get("url", "")))
        if shown_as and exchange.status == 200:
            found.aliases[shown_as[1].lower()] = full_name
            found.things.setdefault(("repository", full_name, named[1]), exchange.body)
            found.numbers[exchange.body["id"]] = full_name
            permissions = exchange.body.get("permissions")
            if permissions:
                found.permission = _highest(permissions)
    found.things.setdefault(("repository", full_name, named[1]), {})
    if exchange.status >= 400:
        return
    for pattern, kind in (
        (r"^/repos/[^/]+/[^/]+/issues/(\d+)", "issue"),
        (r"/milestones/(\d+)", "milestone"),
        (r"^/repos/[^/]+/[^/]+/labels/([^/]+)$", "label"),
    ):
        match = re.search(pattern, path)
        if match and exchange.body is None:
            name = unquote(match[1])
            key = (kind, full_name, name.lower())
            found.things.setdefault(key, {"name": name} if kind == "label" else {})


def _note_variables(found: _Found, exchange: Exchange) -> None:
    """Note what the variables of a GraphQL document name: a repository, a comment."""
    variables = exchange.request.get("variables") or {}
    if {"owner", "name"} <= variables.keys():
        name = f"{variables['owner']}/{variables['name']}"
        found.things.setdefault(("repository", name.lower(), name), {})
    subject = (variables.get("input") or {}).get("subjectId")
    if subject:
        home = "somebody/something"
        found.things.setdefault(("repository", home, home), {})
        comment = {"node_id": subject, "issue_url": f"/repos/{home}/issues/1"}
        found.things.setdefault(("comment", home, "1"), comment)


def _highest(permissions: Mapping[str, bool]) -> Permission:
    names: tuple[tuple[str, Permission], ...] = (
        *(("admin", "admin"), ("maintain", "maintain"), ("push", "write")),
        *(("triage", "triage"), ("pull", "read")),
    )
    return next((level for name, level in names if permissions.get(name)), "none")


def _note_created(found: _Found, full_name: str | None, path: str, exchange: Exchange) -> None:
    """Note what this request creates, unless it was there before."""
    if full_name is None or exchange.status >= 400:
        return
    if exchange.method == "POST" and exchange.status == 201 and _CREATING.search(path):
        address = exchange.headers.get("location", "")
        if isinstance(exchange.body, dict):
            address = exchange.body["url"]
        key = _key(found, address)
        if key is not None and key not in found.things:
            found.created.add(key)
    if isinstance(exchange.request, dict):
        for name in exchange.request.get("labels", ()):
            key = ("label", full_name, str(name).lower())
            if key not in found.things:
                found.created.add(key)


def _objects(value: Any) -> Iterator[Shown]:
    if isinstance(value, dict):
        yield value
        for each in value.values():
            yield from _objects(each)
    elif isinstance(value, list):
        for each in value:
            yield from _objects(each)


def _key(found: _Found, url: str) -> Key | None:
    match = _ADDRESS.search(url)  # a label's address may have an unescaped question mark
    if match is None:
        return None
    full_name = match["repo"].lower()
    full_name = found.aliases.get(full_name, full_name)
    kind = _KINDS[match["kind"]]
    name = match["repo"] if kind == "repository" else unquote(match["name"]).lower()
    return kind, full_name, name


def _note(found: _Found, shown: Shown) -> None:
    """Note one thing, if it was not shown before."""
    if isinstance(shown.get("login"), str):
        known = found.accounts.get(shown["login"].lower(), {})
        if len(shown) > len(known):
            found.accounts[shown["login"].lower()] = shown
        return
    key = _key(found, str(shown.get("url", "")))
    if key is None:
        return
    if key[0] == "repository":
        _note_owner(found, key, shown)
        return
    if key[0] == "issue" and isinstance(shown.get("type"), dict):
        found.types.setdefault(shown["type"]["name"].lower(), shown["type"])
    if key[0] == "issue" and "type" in shown:
        found.owners.setdefault(key[1].partition("/")[0], "Organization")
    first = found.things.get(key)
    if key not in found.created and not first and "id" in shown:
        found.things[key] = shown


def _note_owner(found: _Found, key: Key, shown: Shown) -> None:
    owner = shown.get("owner")
    if isinstance(owner, dict):
        found.owners[key[1].partition("/")[0]] = owner["type"]
    existing = next((k for k in found.things if k[:2] == key[:2]), key)
    if not found.things.get(existing):
        found.things[existing] = shown
    if isinstance(shown.get("id"), int):
        found.numbers.setdefault(shown["id"], key[1])


def _note_relations(found: _Found, path: str, exchange: Exchange) -> None:
    """Note the related issues that a list shows before the case changes them."""
    if exchange.method == "POST" and path.endswith("/blocked_by"):
        known = {shown.get("id") for shown in found.things.values()}
        found.linked_later |= {exchange.request["issue_id"]} - known
    for relation in _RELATIONS:
        parent = _key(found, path.removesuffix(f"/{relation}"))
        if parent is None or not path.endswith(relation) or exchange.method != "GET":
            continue
        found.things.setdefault(parent, {})
        keys = [_key(found, each["url"]) for each in exchange.body]
        found.related.setdefault((parent, relation), [key for key in keys if key])


def _note_pages(found: _Found, full_name: str | None, path: str, exchange: Exchange) -> None:
    """Note how many elements a list has at least, by its link to the last page."""
    match = re.search(r'<([^>]*)>; rel="last"', exchange.headers.get("link", ""))
    if match and full_name is not None:
        query = parse_qs(urlsplit(match[1]).query)
        by_id = re.search(r"/repositories/(\d+)", match[1])
        if by_id:
            found.numbers.setdefault(int(by_id[1]), full_name)
        size = int(query.get("per_page", ["30"])[0])
        found.pages[full_name, path.rpartition("/")[2]] = (int(query["page"][0]) - 1) * size + 1


# ---- the state -----------------------------------------------------------------------------


class _Builder:
    """Creates what was found in an empty simulator."""

    def __init__(self, world: World, found: _Found) -> None:
        self.world, self.found = world, found
        self.store = world.sandbox.store
        self.repositories: dict[str, Repository] = {}
        self.labels: dict[Key, Label] = {}
        self.milestones: dict[Key, Milestone] = {}
        self.issues: dict[Key, Issue] = {}

    def build(self) -> None:
        """Create all things, in an order in which each finds those that it refers to."""
        for shown in self.found.accounts.values():
            self.account(shown)
        for (_, full_name, name), shown in self.found.of("repository"):
            self.repository(full_name, name, shown)
        for number, full_name in self.found.numbers.items():
            self.world.ids.setdefault(number, self.repositories[full_name].id)
        for key, shown in self.found.of("label"):
            self.label(key, shown)
        for key, shown in self.found.of("milestone"):
            self.milestone(key, shown)
        for key, shown in sorted(self.found.of("issue"), key=lambda each: int(each[0][2])):
            self.issue(key, shown)
        for key, shown in sorted(self.found.of("comment"), key=lambda each: int(each[0][2])):
            self.comment(key, shown)
        self.relate()
        self.fill_up()
        self.world.log_in(self.viewer(), permission=self.found.permission)
        self.store.commit()

    def viewer(self) -> str:
        """Return who sends the requests: who is shown as such, or who created something."""
        if self.found.viewer:
            return self.found.viewer
        people = (a.login for a in self.store.accounts.values() if a.kind == "User")
        return next(people, "somebody")

    def account(self, shown: Shown) -> Account:
        """Return the account that is shown."""
        existing = self.store.accounts.get(shown["login"].lower())
        if existing is not None:
            return existing
        kind = shown.get("type", "User")
        assert kind in ("User", "Organization", "Bot")
        return self.world.create(
            Account, shown, kind=kind, login=shown["login"], name=shown.get("name")
        )

    def owner(self, login: str) -> Account:
        """Return the owner of a repository, with the issue types that were shown."""
        account = self.store.accounts.get(login.lower())
        kind = self.found.owners.get(login.lower(), "User")
        if account is None:
            account = self.account({"login": login, "type": kind})
        if account.kind == "Organization" and account.id not in self.store.types:
            for shown in self.found.types.values():
                self.world.create(
                    IssueType,
                    shown,
                    owner=account.id,
                    name=shown["name"],
                    color=shown["color"].upper(),
                    description=shown["description"],
                )
        return account

    def repository(self, full_name: str, name: str, shown: Shown) -> None:
        """Create a repository, with no labels."""
        login, _, own_name = name.partition("/")
        self.repositories[full_name] = self.world.create(
            Repository,
            shown,
            owner=self.owner(login).id,
            name=own_name,
            description=shown.get("description"),
            is_private=shown.get("private", False),
            is_archived=shown.get("archived", False),
            has_issues=shown.get("has_issues", True),
        )

    def label(self, key: Key, shown: Shown) -> None:
        """Create a label."""
        self.labels[key] = self.world.create(
            Label,
            shown,
            repository=self.repositories[key[1]].id,
            name=shown["name"],
            color=shown.get("color", "ededed"),
            description=shown.get("description"),
            is_default=shown.get("default", False),
        )

    def milestone(self, key: Key, shown: Shown) -> None:
        """Create a milestone."""
        repository = self.repositories[key[1]]
        self.milestones[key] = self.world.create(
            Milestone,
            shown,
            repository=repository.id,
            number=int(key[2]),
            title=shown.get("title", f"Milestone {key[2]}"),
            description=shown.get("description"),
            due_on=shown.get("due_on"),
            state=_state(shown),
            closed_at=_moment(shown, "closed_at"),
            creator=self.person(shown, "creator"),
        )
        repository.next_milestone = max(repository.next_milestone, int(key[2]) + 1)

    def person(self, shown: Shown, name: str) -> int | None:
        """Return the number of the account in a part."""
        return self.account(shown[name]).id if shown.get(name) else None

    def issue(self, key: Key, shown: Shown) -> Issue:
        """Create an issue or a pull request; what the case itself creates is left out."""
        repository = self.repositories[key[1]]
        labels = [
            self.labels.get(("label", key[1], _name(each))) for each in _list(shown, "labels")
        ]
        milestone = None
        if shown.get("milestone"):
            milestone = self.milestones.get(
                ("milestone", key[1], str(shown["milestone"]["number"]))
            )
        types = self.store.types.get(repository.owner, {}).values()
        kind = shown.get("type") or {}
        issue = self.world.create(
            Issue,
            shown,
            repository=repository.id,
            number=int(key[2]),
            title=shown.get("title", f"Issue {key[2]}"),
            body=shown.get("body") or "",
            state=_state(shown),
            state_reason=shown["state_reason"].upper() if shown.get("state_reason") else None,
            closed_at=_moment(shown, "closed_at"),
            author=self.person(shown, "user"),
            labels=[label.id for label in labels if label],
            assignees=[self.account(each).id for each in _list(shown, "assignees")],
            milestone=milestone.id if milestone else None,
            issue_type=next((t.id for t in types if t.name == kind.get("name")), None),
            is_pull="pull_request" in shown,
            closed_by=self.person(shown, "closed_by"),
            locked=shown.get("locked", False),
            lock_reason=shown.get("active_lock_reason"),
        )
        self.issues[key] = issue
        repository.next_number = max(repository.next_number, issue.number + 1)
        return issue

    def comment(self, key: Key, shown: Shown) -> None:
        """Create a comment on the issue that its address names."""
        parent = _key(self.found, str(shown.get("issue_url", "")))
        if parent is None:
            return
        issue = self.issues.get(parent) or self.issue(parent, {})
        self.world.create(
            Comment,
            shown,
            issue=issue.id,
            body=shown.get("body", ""),
            author=self.person(shown, "user"),
        )

    # ---- relations and numbers of things -------------------------------------------------

    def relate(self) -> None:
        """Link issues as the lists showed them first."""
        for (parent, relation), others in self.found.related.items():
            for other in others:
                first, second = self.issues.get(parent), self.issues.get(other)
                if first and second and relation == "sub_issues":
                    self.untouched(relations.attach, first, second)
                elif first and second and relation == "dependencies/blocked_by":
                    self.untouched(relations.block, first, second)

    def untouched(self, link: Callable[..., None], first: Issue, second: Issue) -> None:
        """Link two issues without a trace in their times."""
        times = first.updated_at, second.updated_at
        link(self.store, first, second)
        first.updated_at, second.updated_at = times

    def fill_up(self) -> None:
        """Create what answers only count."""
        for key, issue in list(self.issues.items()):
            self.find_parent(issue, self.found.things.get(key, {}))
        for key, issue in list(self.issues.items()):
            shown = self.found.things.get(key, {})
            self.fill_comments(issue, shown.get("comments", 0))
            listed = {relation for thing, relation in self.found.related if thing == key}
            summary = {} if "sub_issues" in listed else shown.get("sub_issues_summary") or {}
            for index in range(summary.get("total", 0) - len(issue.sub_issues)):
                child = self.another(issue, closed=index < summary["completed"])
                self.untouched(relations.attach, issue, child)
            counts = shown.get("issue_dependencies_summary") or {}
            if "dependencies/blocked_by" in listed:
                counts = {**counts, "total_blocked_by": 0}
            for index in range(counts.get("total_blocked_by", 0) - len(issue.blocked_by)):
                blocker = self.another(issue, closed=index >= counts["blocked_by"])
                self.untouched(relations.block, issue, blocker)
            own = len(issue.blocking) + (shown.get("id") in self.found.linked_later)
            for index in range(counts.get("total_blocking", 0) - own):
                blocked = self.another(issue, closed=index >= counts["blocking"])
                self.untouched(relations.block, blocked, issue)
        for (full_name, pages_of), count in self.found.pages.items():
            repository = self.repositories[full_name]
            if pages_of == "issues":
                for _ in range(count - len(self.store.issues.get(repository.id, {}))):
                    self.another_in(repository)
            elif pages_of == "labels":
                for index in range(count - len(self.store.labels.get(repository.id, {}))):
                    name = f"zz {index}"  # after those that the recording names
                    self.label(("label", full_name, name), {"name": name})

    def find_parent(self, issue: Issue, shown: Shown) -> None:
        """Put an issue below the parent whose address it shows."""
        parent = _key(self.found, shown.get("parent_issue_url") or "")
        if parent is not None and issue.parent is None:
            self.untouched(
                relations.attach, self.issues.get(parent) or self.issue(parent, {}), issue
            )

    def fill_comments(self, issue: Issue, count: int) -> None:
        """Create comments until there are as many as the issue counts."""
        missing = count - len(self.store.comments.get(issue.id, {}))
        for _ in range(missing):
            self.store.create(Comment, issue=issue.id, body="Another one", author=issue.author)

    def another(self, issue: Issue, *, closed: bool) -> Issue:
        """Create an issue that the recording does not name, beside this one."""
        return self.another_in(self.store.get(Repository, issue.repository), closed=closed)

    def another_in(self, repository: Repository, *, closed: bool = False) -> Issue:
        """Create an issue that the recording does not name; it is older than those that it does."""
        long_ago = self.world.clock() - timedelta(days=10_000)
        moment = long_ago.strftime("%Y-%m-%dT%H:%M:%SZ")
        used = self.store.issues.get(repository.id, {})
        return self.store.create(
            Issue,
            repository=repository.id,
            number=next(n for n in range(10_001, 20_000) if n not in used),
            title="Another one",
            author=self.owner(self.store.get(Account, repository.owner).login).id,
            state="CLOSED" if closed else "OPEN",
            created_at=moment,
            updated_at=moment,
        )


def _list(shown: Shown, name: str) -> list[Shown]:
    return shown.get(name) or []


def _name(shown: Shown) -> str:
    return str(shown["name"]).lower()


def _state(shown: Shown) -> Literal["OPEN", "CLOSED"]:
    return "CLOSED" if shown.get("state") == "closed" else "OPEN"


def _moment(shown: Shown, name: str) -> str | None:
    return moment_of(shown[name]) if shown.get(name) else None


# ---- requests that were not recorded -------------------------------------------------------


def _write_requests(world: World, case: Case) -> None:
    """Write the bodies of requests where a suite recorded none."""
    names: list[str] = []
    for exchange in case.exchanges:
        if exchange.source != "octokit-rb" or exchange.method not in ("POST", "PATCH", "PUT"):
            continue
        location = exchange.headers.get("location", "")
        on_issue = re.search(r"/issues/\d+/labels$", exchange.path)
        if on_issue:
            world.written[exchange.step] = {"labels": names[-1:] or ["bug"]}
        elif exchange.path.endswith("/issues"):
            world.written[exchange.step] = {"title": "An issue", "body": "With a text"}
        elif exchange.path.endswith("/labels"):
            names.append(unquote(location.rpartition("/")[2]))
            world.written[exchange.step] = {"name": names[-1], "color": "efefef"}
        else:
            world.written[exchange.step] = {"color": "ffdd33"}
