"""The recorded exchanges: what is in them, which are in scope, and what kind they are."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

RECORDINGS: Final = Path(__file__).parents[2].parent / "shared" / "github" / "recordings"
SOURCES: Final = ("github-project", "hub4j", "octokit-rb", "pygithub")
WITHOUT: Final = f"the recordings are not on this machine ({RECORDINGS})"
"""Why tests are skipped."""

KINDS: Final = (
    *("issues", "labels", "milestones", "comments", "sub-issues", "dependencies"),
    *("board", "limits", "look-ups"),
)
"""The rows of the table."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and GitHub's answer; names of headers are in lower case."""

    source: str
    case: str
    step: int
    method: str
    path: str
    request: Any
    status: int
    headers: Mapping[str, str]
    body: Any

    @property
    def name(self) -> str:
        """Where the exchange is: source, case and step."""
        return f"{self.source}/{self.case}:{self.step}"

    @property
    def is_graphql(self) -> bool:
        """Whether it went to the GraphQL API."""
        return self.path.endswith("/graphql")

    @property
    def query(self) -> str:
        """The GraphQL document, empty for REST."""
        return str(self.request.get("query", "")) if isinstance(self.request, dict) else ""


@dataclass(frozen=True, slots=True)
class Case:
    """The exchanges of one recorded test, in order."""

    source: str
    name: str
    exchanges: tuple[Exchange, ...]


@cache
def exchanges(source: str) -> tuple[Exchange, ...]:
    """Return all exchanges of a file; none where the recordings are not on this machine."""
    path = RECORDINGS / f"{source}.jsonl"
    if not path.exists():
        return ()
    with path.open(encoding="utf-8") as lines:
        return tuple(Exchange(**{**json.loads(line), "source": source}) for line in lines)


def cases(source: str) -> list[Case]:
    """Return the cases of a file, with the exchanges in scope only."""
    by_name: dict[str, list[Exchange]] = {}
    for exchange in exchanges(source):
        if out_of_scope(exchange) is None:
            by_name.setdefault(exchange.case, []).append(exchange)
    return [Case(source, name, tuple(_in_order(steps))) for name, steps in by_name.items()]


def _in_order(steps: list[Exchange]) -> list[Exchange]:
    """Return exchanges by step; by date where a case mixes two recordings of the same test."""
    if len({each.step for each in steps}) == len(steps):
        return sorted(steps, key=lambda each: each.step)
    return sorted(steps, key=lambda each: parsedate_to_datetime(each.headers["date"]))


_OUT_OF_SCOPE: Final = (
    ("searches", re.compile(r"^/search/")),
    ("enterprise lists", re.compile(r"^/enterprises/")),
    ("commits", re.compile(r"/commits(/|$)")),
    ("contents", re.compile(r"/contents(/|$)")),
    ("events", re.compile(r"/events(/|$)")),
    ("reviews and code of pull requests", re.compile(r"/pulls(/|$)")),
    ("classic projects", re.compile(r"^/orgs/[^/]+/projects$")),
    ("all repositories of the service", re.compile(r"^/repositories$")),
)
"""Rules by path, from the recordings' README."""

_OTHER_DOCUMENTS: Final = (
    ("lists of discussions", re.compile(r"discussions\(")),
    ("reviews and code of pull requests", re.compile(r"disablePullRequestAutoMerge")),
    ("following", re.compile(r"followOrganization")),
)
"""Rules by GraphQL document."""


def out_of_scope(exchange: Exchange) -> str | None:
    """Return which rule puts an exchange out of scope; None for one in scope."""
    path = exchange.path.partition("?")[0]
    for reason, pattern in _OUT_OF_SCOPE:
        if pattern.search(path):
            return reason
    if exchange.is_graphql and exchange.source != "github-project":
        text = json.dumps([exchange.request, exchange.body])
        for reason, pattern in _OTHER_DOCUMENTS:
            if pattern.search(text):
                return reason
    return None


_LIMITED: Final = re.compile(r"AbuseLimit|RateLimit")
_KIND_OF_PATH: Final = (
    ("limits", re.compile(r"^/rate_limit$")),
    ("sub-issues", re.compile(r"/sub_issues?(/|$)|/parent$")),
    ("dependencies", re.compile(r"/dependencies/")),
    ("labels", re.compile(r"/labels(/|$)")),
    ("milestones", re.compile(r"/milestones(/|$)")),
    ("comments", re.compile(r"/comments(/|$)")),
    ("issues", re.compile(r"/issues(/|$)")),
)


def kind(exchange: Exchange) -> str:
    """Return the row of the table that an exchange belongs to."""
    if exchange.source == "github-project":
        return "board"
    path = exchange.path.partition("?")[0]
    if _LIMITED.search(exchange.case) and (exchange.status in (403, 429) or path == "/rate_limit"):
        return "limits"
    for name, pattern in _KIND_OF_PATH:
        if pattern.search(path):
            return name
    if "inimizeComment" in exchange.query:
        return "comments"
    return "look-ups"
