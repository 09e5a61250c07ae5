"""A bare `#` in our YAML that swallows what was meant: a colour, a number, the end of a title."""

import re
from collections.abc import Iterator

from backlog_sync.core.diagnostics import Diagnostic, Severity
from backlog_sync.files.source import Lines
from backlog_sync.files.validation import shown
from backlog_sync.files.vocabulary import listed
from backlog_sync.files.yaml.nodes import ListNode, MapNode, Node, Scalar

_BEHIND_KEY = re.compile(r":[ \t]+(#(?:[0-9a-fA-F]{3,8}|\d{1,9})\b[^\r\n]{0,200})")
"""A key whose whole value is a comment that looks like a colour or a number."""

_BEHIND_TEXT = re.compile(r"[ \t]+(#[^\W_][^\r\n]{0,200})")
"""A comment right behind a text, written as no comment is: without a blank behind the sign."""

_TEXTS = listed("title|description|goal|text|as_a|i_want|so_that|summary|name|user_story")
"""Keys of running text; behind other values a comment is likely to be one."""


def find_hashes(text: str, path: str, root: Node, lines: Lines) -> Iterator[Diagnostic]:
    """Tell of values that end where a `#` was meant to be part of them."""
    open_: list[tuple[str, Node]] = [("", root)]
    while open_:
        name, node = open_.pop()
        match node:
            case ListNode():
                open_ += [(name, each) for each in node.items if not each.shared]
            case MapNode():
                for entry in node.entries:
                    if entry.own and not entry.value.shared:
                        open_.append((entry.key.value, entry.value))
                        empty = isinstance(entry.value, Scalar) and entry.value.is_null
                        swallowed = _BEHIND_KEY.match(text, entry.key.end)
                        if empty and swallowed:
                            word = swallowed[1].split()[0]
                            yield _told(path, entry.key, swallowed[1], word, lines)
            case Scalar():
                if name in _TEXTS and not node.style and not node.is_null:
                    swallowed = _BEHIND_TEXT.match(text, node.end)
                    if swallowed:
                        whole = f"{node.value} {swallowed[1].rstrip()}"
                        yield _told(path, node, swallowed[1], whole, lines)


def _told(path: str, node: Scalar, lost: str, whole: str, lines: Lines) -> Diagnostic:
    message = f"'{shown(lost.strip())}' is a comment here, and no part of the value"
    hint = f"if it is part of it, write it in quotes: '{shown(whole)}'"
    place = lines.place(path, node.start)
    return Diagnostic(place, "comment-in-value", message, hint, Severity.WARNING)
