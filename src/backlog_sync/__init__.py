"""A backlog file, kept true on GitHub."""

__version__ = "0.1.0"
