"""Names of the guards that refuse a plan, for options and messages."""

FORCEABLE = (
    "backlog-moved",
    "empty-backlog",
    "foreign-numbers",
    "issues-restricted",
    "mass-change",
    "reading-changed",
)
"""Guards that somebody who knows better may override, by these names."""

FINAL = (
    "archived",
    "board-not-writable",
    "board-out-of-reach",
    "disabled",
    "incomplete-read",
    "locked",
    "no-issues",
    "read-only",
    "repository-out-of-reach",
)
"""Guards that nobody overrides: what they miss would not come true either."""
