"""Where the pages are."""

HOME = "/_sandbox/"
"""The first page; all others are below it."""
