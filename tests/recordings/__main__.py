"""Print the table over the recordings: `python -m tests.recordings [-v] [part of a name]`."""

import sys

from tests.recordings.exchanges import RECORDINGS, SOURCES, WITHOUT
from tests.recordings.listed import rest
from tests.recordings.table import compared, lines, rows


def main(arguments: list[str]) -> int:
    """Print the table, and with -v (or a part of a name) each difference that is not listed."""
    if not RECORDINGS.exists():
        print(WITHOUT)
        return 0
    names = [each for each in arguments if not each.startswith("-")]
    table = rows()
    if arguments:
        for source in SOURCES:
            for each in compared(source):
                left = rest(each.exchange, each.differences, "key")
                if not left or not all(name in each.exchange.name for name in names):
                    continue
                print(f"{each.exchange.name}  {each.exchange.method} {each.exchange.path}")
                for difference in left:
                    print(f"    {difference}")
    print("\n".join(lines(table)))
    return 1 if any(row.different for row in table) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
