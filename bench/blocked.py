"""The same as `bench.compare` on a server with a lower limit: `python -m bench.blocked`.

GitHub documents 80 creations per minute, but users report blocks after 20. So this server accepts
20, and then refuses all creations for 60 seconds; its refusals do not say how long. 33 items with
everything may take 150 seconds, with at most one refusal, and a run that adds 12 more none.
"""

import argparse
import shutil
import sys
from pathlib import Path
from typing import Final

from bench.compare import ADDED, FIRST, Runner, described, measured, table
from github_sandbox.limits import Limits

ITEMS: Final = 33
SECONDS: Final = 150.0
A_MINUTE: Final = 20
BLOCK_SECONDS: Final = 60


def limits() -> Limits:
    """Return the limits of the server."""
    return Limits(creations_per_minute=A_MINUTE, block_seconds=BLOCK_SECONDS)


def missed(ours: Runner) -> list[str]:
    """Return the bars that this program missed."""
    first, later = ours.costs[FIRST], ours.costs[ADDED]
    bars = {
        f"{ITEMS} items took {first.ran.seconds:.0f} s, not {SECONDS:.0f}": first.ran.seconds
        <= SECONDS,
        f"{first.refused} requests were refused": first.refused <= 1,
        f"{later.refused} requests of the next run were refused": later.refused == 0,
    }
    return [bar for bar, holds in bars.items() if not holds]


def main() -> int:
    """Measure and print; 1 if a bar was missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--before", type=Path)
    asked = parser.parse_args()
    if shutil.which("gh") is None:
        print("gh is not installed: apt-get install gh", file=sys.stderr)
        return 2
    block = f"blocks for {BLOCK_SECONDS} s after {A_MINUTE} creations a minute"
    print(described(f"a server that {block}"))
    found = measured(ITEMS, (FIRST, ADDED), limits, asked.before)
    print(f"\n### {ITEMS} items\n", *table((FIRST, ADDED), found), sep="\n")
    bad = missed(found[1])
    print("", *bad, sep="\n")
    return int(bool(bad))


if __name__ == "__main__":
    raise SystemExit(main())
