"""`python -m tests.live`: check facts about GitHub in a scratch repository."""

import os
import sys

import requests

from backlog_sync.core.addresses import PUBLIC_API
from tests.live.checks import FACTS
from tests.live.client import PREFIX, Live
from tests.live.run import FAILS, check_all, table

HELP = f"""\
These checks need a scratch repository, in which they create issues, labels and milestones named
"{PREFIX}…". All of it is taken away again; issues are closed if the token may not delete them.

  export BACKLOG_LIVE_REPOSITORY=you/scratch   a repository without anything of value
  export BACKLOG_LIVE_TOKEN=…                  a token that reads and writes issues there
  export GITHUB_API_URL=…                      another server, if it is not github.com
  python -m tests.live

The table contains neither the token nor the name of the repository, so it can be sent in an issue.
"""


def main() -> int:
    """Run all checks and print the table; return 1 if a fact does not hold."""
    repository = os.environ.get("BACKLOG_LIVE_REPOSITORY", "")
    token = os.environ.get("BACKLOG_LIVE_TOKEN", "")
    if not (repository and token):
        print(HELP, end="")
        return 2
    session = requests.Session()
    session.trust_env = False
    session.headers["Authorization"] = f"Bearer {token}"
    session.headers["Accept"] = "application/vnd.github+json"
    url = os.environ.get("GITHUB_API_URL", PUBLIC_API).rstrip("/")
    verdicts = check_all(FACTS, lambda: Live(session, url, repository))
    print(table(verdicts, hide=(token, repository, repository.partition("/")[0])))
    if len(verdicts) < len(FACTS):
        print(f"\ninterrupted: {len(FACTS) - len(verdicts)} facts were not checked")
    return int(any(verdict.result == FAILS for verdict in verdicts))


if __name__ == "__main__":
    sys.exit(main())
