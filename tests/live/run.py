"""Run the checks, and show the results as a table without secrets."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import requests

from backlog_sync import __version__
from tests.live.cleanup import sweep
from tests.live.client import Live, UncheckableError
from tests.live.facts import Fact, Group
from tests.live.unchecked import UNCHECKED

HOLDS, FAILS, OPEN = "held", "DID NOT HOLD", "not checked"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result for one fact, and what was seen."""

    fact: Fact
    result: str
    seen: str


def id_of(fact: Fact) -> str:
    """Return the module and the name of the check of a fact."""
    return f"{fact.check.__module__.rpartition('.')[2]}.{fact.check.__name__}"


def check_all(
    facts: Iterable[Fact], live: Live, begins: Callable[[Fact], None] = lambda _: None
) -> list[Verdict]:
    """Check facts one after the other, each with its own things; an interrupt ends the list.

    `begins` is called with each fact before it is checked.
    At the end, it looks for what is left in spite of that: an answer with a new id may be lost.
    """
    verdicts: list[Verdict] = []
    try:
        with live:
            for fact in facts:
                if reason := not_allowed(fact.group, live):
                    verdicts.append(Verdict(fact, OPEN, reason))
                    continue
                begins(fact)
                with live.checking():
                    verdicts.append(_verdict(fact, live))
    except KeyboardInterrupt:
        pass
    sweep(live, live.name(""))
    return verdicts


def not_allowed(group: Group, live: Live) -> str:
    """Return why the checks of a group may not run, and how to allow them; empty if they may."""
    scratch = live.scratch
    of_organization = group in (Group.ORGANIZATION, Group.ORGANIZATION_BOARD)
    ours = scratch.organization.lower() == scratch.owner.lower()
    allowed = {
        Group.REPOSITORY: True,
        Group.BOARD: bool(scratch.board_owner),
        Group.ORGANIZATION: bool(scratch.organization),
        Group.ORGANIZATION_BOARD: bool(scratch.organization)
        and scratch.board_owner.lower() == scratch.organization.lower(),
        Group.BRANCH: bool(scratch.branch),
    }
    if not allowed[group]:
        return group.value
    if of_organization and not ours:
        return "the scratch repository does not belong to BACKLOG_LIVE_ORGANIZATION"
    return ""


def _verdict(fact: Fact, live: Live) -> Verdict:
    try:
        holds, seen = fact.check(live)
    except UncheckableError as reason:
        return Verdict(fact, OPEN, str(reason))
    except requests.RequestException as error:
        return Verdict(fact, OPEN, type(error).__name__)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        return Verdict(fact, OPEN, f"an answer of another shape ({type(error).__name__})")
    return Verdict(fact, HOLDS if holds else FAILS, seen)


# ---- the table -----------------------------------------------------------------------------

_KINDS = {
    "ghp_": "a classic token",
    "github_pat_": "a fine-grained token",
    "ghs_": "a token of an App or a workflow",
    "gho_": "an OAuth token",
    "ghu_": "a user's token of an App",
}


def kind_of(token: str) -> str:
    """Return the kind of a token, which GitHub puts into its first letters."""
    kinds = (kind for prefix, kind in _KINDS.items() if token.startswith(prefix))
    return next(kinds, "a token of another kind")


def about(live: Live, token: str) -> str:
    """Return a line about the server, the repository and the token: all that may be known.

    Raises `UncheckableError` if the repository cannot be read.
    """
    shown = live.repository("isPrivate owner { __typename }")
    owner = "an organization" if shown["owner"]["__typename"] == "Organization" else "a person"
    where = f"{'private' if shown['isPrivate'] else 'public'} repository of {owner}"
    headers = live.rest("GET", "//meta").headers
    version = headers.get("X-GitHub-Enterprise-Version")
    server = f"GitHub Enterprise Server {version}" if version else "github.com or like it"
    day = headers.get("Date", "unknown date")[:16].strip()
    return f"{server}, {where}, {kind_of(token)}, backlog {__version__}, {day}"


def table(verdicts: Sequence[Verdict], hide: Iterable[str]) -> str:
    """Return a Markdown table; each text in `hide` is replaced in what was seen."""
    secrets = sorted(filter(None, hide), key=len, reverse=True)
    rows = ["| fact | tag | result | seen, or why not | used in |", "|---|---|---|---|---|"]
    for each in verdicts:
        seen = _without(each.seen, secrets)
        fact = each.fact
        rows.append(_row(fact.text, fact.tag, each.result, seen, fact.relied_on_by))
    rows += [_row(text, tag, "no check", reason, used) for tag, text, used, reason in UNCHECKED]
    return "\n".join(rows)


def summary(verdicts: Sequence[Verdict], left: Sequence[str]) -> str:
    """Return how many facts held, and what is left behind."""
    results = Counter(verdict.result for verdict in verdicts)
    counts = [f"{results[result]} {result}" for result in (HOLDS, FAILS, OPEN)]
    lines = [f"{', '.join(counts)}; {len(UNCHECKED)} without a check."]
    if left:
        lines.append(f"Left behind, as the token or the API does not delete it: {'; '.join(left)}.")
    return "\n".join(lines)


def _row(*cells: str) -> str:
    return f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _cell(text: str) -> str:
    """Return a text on one line of a table, cut if it is long."""
    return " ".join(text.split())[:200].replace("|", "\\|")


def _without(text: str, secrets: Iterable[str]) -> str:
    for secret in secrets:
        text = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", "…", text, flags=re.IGNORECASE)
    return text
