"""Sync a backlog file with GitHub issues and boards."""

__version__ = "0.1.0"
