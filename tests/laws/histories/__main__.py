"""`python -m tests.laws.histories SEED [--skip N ...]`: play one history and show it."""

import argparse
import sys

from tests.laws.histories.history import shown, shrunk, tell


def main() -> int:
    """Play it; 1 where a law does not hold."""
    parser = argparse.ArgumentParser(prog="python -m tests.laws.histories")
    parser.add_argument("seed", type=int)
    parser.add_argument("--skip", type=int, action="append", default=[])
    parser.add_argument("--shrink", action="store_true", help="leave out what is not needed")
    asked = parser.parse_args()
    skip = frozenset(asked.skip)
    ended = tell(asked.seed, skip)
    if asked.shrink and ended.broken:
        skip, ended = shrunk(asked.seed)
    sys.stdout.write(f"{ended.first}\n{shown(ended, skip)}\n")
    return 1 if ended.broken else 0


sys.exit(main())
