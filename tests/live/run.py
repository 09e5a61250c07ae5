"""Run the checks, and show the results as a table without secrets."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import requests

from tests.live.checks import UNCHECKED, Fact
from tests.live.client import Live, UncheckableError

HOLDS, FAILS, OPEN = "holds", "DOES NOT HOLD", "not checked"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result for one fact, and what was seen."""

    fact: Fact
    result: str
    seen: str


def check_all(facts: Iterable[Fact], open_live: Callable[[], Live]) -> list[Verdict]:
    """Check facts one after the other, each with its own things; an interrupt ends the list."""
    verdicts: list[Verdict] = []
    try:
        for fact in facts:
            with open_live() as live:
                verdicts.append(_verdict(fact, live))
    except KeyboardInterrupt:
        pass
    return verdicts


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


def table(verdicts: Iterable[Verdict], hide: Iterable[str]) -> str:
    """Return a Markdown table; each text in `hide` is replaced in it."""
    rows = ["| fact | tag | result | seen | used in |", "|---|---|---|---|---|"]
    rows += [
        f"| {v.fact.text} | {v.fact.tag} | {v.result} | {_cell(v.seen)} | {v.fact.relied_on_by} |"
        for v in verdicts
    ]
    rows += [f"| {text} | {tag} | no check yet | | {used} |" for tag, text, used in UNCHECKED]
    shown = "\n".join(rows)
    for secret in filter(None, hide):
        shown = shown.replace(secret, "…")
    return shown


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())[:200]
