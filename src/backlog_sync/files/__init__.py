"""Backlog files to desired state, and progress back into their bytes."""
