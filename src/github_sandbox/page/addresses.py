"""Define the address of the pages."""

HOME = "/_sandbox/"
"""The home page; all others are below it."""
