"""Counts and numbers in words."""


def counted(count: int, one: str, many: str | None = None) -> str:
    """A count with its noun: "1 link", "30 links"."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def number(value: float) -> str:
    """A number without a needless fraction: 5, 2.5."""
    return f"{value:.10g}"
