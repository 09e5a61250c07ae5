"""Counts and numbers in words."""


def counted(count: int, singular: str, plural: str | None = None) -> str:
    """A count with its noun: "1 link", "30 links"."""
    return f"{count} {singular if count == 1 else plural or singular + 's'}"


def number(value: float) -> str:
    """Return a number without a needless fraction: 5, 2.5."""
    return f"{value:.10g}"
