"""`python -m tests.live`: check facts about GitHub in a scratch repository."""

import os
import signal
import sys
from collections.abc import Sequence

import requests

from backlog_sync.core.addresses import PUBLIC_API
from backlog_sync.local.clock import SystemClock, fresh
from tests.live.checks import FACTS
from tests.live.cleanup import sweep
from tests.live.client import PREFIX, Live, Scratch, UncheckableError
from tests.live.facts import Fact
from tests.live.run import FAILS, about, check_all, id_of, summary, table

HELP = f"""\
These checks need a scratch repository, in which they create issues, labels and milestones named
"{PREFIX} …". All of it is taken away again; what cannot be deleted is closed and listed.
They take about ten minutes, since they wait between writes.

  export BACKLOG_LIVE_REPOSITORY=you/scratch   a repository without anything of value
  export BACKLOG_LIVE_TOKEN=…                  a token that reads and writes issues there
  python -m tests.live [WORD…]                 only facts whose text or module has one of the words
  python -m tests.live --clean                 take away what a killed run left behind

Optional, each for more checks:

  export BACKLOG_LIVE_BOARD_OWNER=you          where boards may be created and deleted
  export BACKLOG_LIVE_ORGANIZATION=your-org    the repository's owner, if issue fields and issue
                                               types may be created and deleted there
  export BACKLOG_LIVE_BRANCH=topic             a branch from which a pull request may be opened
  export GITHUB_API_URL=…                      another server, if it is not github.com

The table contains neither the token nor these names, so it can be sent in an issue.
"""


def main(words: Sequence[str] = ()) -> int:
    """Run the checks and print the table; return 1 if a fact does not hold."""
    names = ("REPOSITORY", "BOARD_OWNER", "ORGANIZATION", "BRANCH")
    scratch = Scratch(*(os.environ.get(f"BACKLOG_LIVE_{name}", "").strip() for name in names))
    token = os.environ.get("BACKLOG_LIVE_TOKEN", "").strip()
    if not (scratch.repository and token):
        print(HELP, end="")
        return 2
    session = requests.Session()
    session.trust_env = False
    session.headers["Authorization"] = f"Bearer {token}"
    session.headers["Accept"] = "application/vnd.github+json"
    url = os.environ.get("GITHUB_API_URL", PUBLIC_API).rstrip("/")
    live = Live(session, url, scratch, SystemClock().sleep, fresh()[:6])
    # A stopped job cleans up like an interrupted one.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if list(words) == ["--clean"]:
        return clean(live)
    facts = selected(words)
    if not facts:
        print(f"No fact has the words: {' '.join(words)}")
        return 2
    return report(live, token, facts)


def clean(live: Live) -> int:
    """Take away what earlier runs left behind, and list it."""
    found = sweep(live, state="all")
    print(f"Found: {', '.join(found) or 'nothing'}.")
    print(f"Still there: {', '.join(live.left) or 'nothing'}.")
    return int(bool(live.left))


def selected(words: Sequence[str]) -> list[Fact]:
    """Return the facts whose text, check or modules have one of the words; all without words."""
    folded = [word.lower() for word in words]

    def text_of(fact: Fact) -> str:
        return f"{fact.text} {id_of(fact)} {fact.relied_on_by} {fact.group.name}".lower()

    return [fact for fact in FACTS if not folded or any(word in text_of(fact) for word in folded)]


def report(live: Live, token: str, facts: list[Fact]) -> int:
    """Check facts and print the table; return 1 if one does not hold, and 2 if none is checked."""
    try:
        heading = about(live, token)
    except (UncheckableError, requests.RequestException) as error:
        why = error if isinstance(error, UncheckableError) else type(error).__name__
        print(f"Nothing was checked, because the repository cannot be read: {why}")
        return 2

    def begins(fact: Fact) -> None:
        print(f"{facts.index(fact) + 1}/{len(facts)} {fact.text}", file=sys.stderr)

    verdicts = check_all(facts, live, begins)
    print(f"{heading}\n\n{table(verdicts, hide=(token, *live.scratch.private()))}\n")
    print(summary(verdicts, live.left))
    if len(verdicts) < len(facts):
        print(f"Interrupted: {len(facts) - len(verdicts)} facts were not checked.")
    return int(any(verdict.result == FAILS for verdict in verdicts))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
