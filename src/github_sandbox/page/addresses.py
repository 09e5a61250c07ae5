"""Define the addresses of the pages, and those of GitHub's web pages that lead to them."""

import re

HOME = "/_sandbox/"
"""The home page; all others are below it."""

WEB_BOARD = re.compile(
    r"/(?:orgs|users)/(?P<owner>[^/]+)/projects/(?P<number>\d{1,9})(?:/views/(?P<view>\d{1,6}))?/?"
)
_API = "repos|users|orgs|user|search|api|app|apps|installation|projects|_sandbox"
"""First parts of the API's paths; nobody on GitHub can have one of them as a login."""

WEB_REPOSITORY = re.compile(
    rf"/(?P<name>(?!(?:{_API})/)[^/]+/[^/]+)"
    r"(?:/(?:(?P<kind>issues|milestone)(?:/(?P<number>\d{1,9}))?|(?P<list>milestones|labels)))?/?"
)


def is_web_page(path: str) -> bool:
    """Return whether a path is one of GitHub's web pages that has a page here."""
    return bool(WEB_BOARD.fullmatch(path) or WEB_REPOSITORY.fullmatch(path))
