"""Adapters for this machine: git, tokens, locks, clocks, files of state."""
