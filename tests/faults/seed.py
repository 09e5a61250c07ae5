"""What a fault put into our own code is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Seed:
    """A fault: replacements of text that stands exactly once in its file, and who catches it."""

    name: str
    patches: tuple[tuple[str, str, str], ...]
    tests: tuple[str, ...]


def seed(name: str, tests: str, *patches: tuple[str, str, str]) -> Seed:
    """Write a seed down; the tests are separated by blanks."""
    return Seed(name, patches, tuple(tests.split()))
