"""This machine: git, tokens, locks, clocks."""
