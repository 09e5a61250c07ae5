"""Markdown roadmaps: read, and written back where they stand."""
