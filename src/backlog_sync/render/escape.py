"""Foreign text made harmless: what came from GitHub or a file, on its way to a terminal or log.

A title is one line of plain characters here. Control characters (and with them every ANSI
sequence), bidirectional marks, invisible characters and lone surrogates are shown as escapes;
`::` and `##[`, which a workflow runner reads as commands (the second anywhere in a line), are
broken by a zero-width space.
"""

import re

from backlog_sync.core.escaping import is_suspect

ZERO_WIDTH_SPACE = "\N{ZERO WIDTH SPACE}"

_NAMED = {"\n": "\\n", "\r": "\\r", "\t": " "}
_PLAIN = re.compile(r"[ -~]*\Z")
_COMMANDS = re.compile(r":(?=:)|##(?=\[)")


def visible(value: str) -> str:
    """One line of text with everything invisible or active shown as an escape."""
    if _PLAIN.match(value):
        return value
    return "".join(_visible(character) for character in value)


def clean(value: str) -> str:
    """One line of text without anything that a terminal or a runner would obey."""
    return _COMMANDS.sub(lambda match: match.group() + ZERO_WIDTH_SPACE, visible(value))


def unbroken(value: str) -> str:
    """One line of text as data: as `clean`, with the colons of a command, which begins a line."""
    return visible(value).replace("##[", f"##{ZERO_WIDTH_SPACE}[")


def split_lines(value: str) -> list[str]:
    """The lines of a text; CR LF, CR and LF end a line."""
    return re.split(r"\r\n|\r|\n", value)


def _visible(character: str) -> str:
    if character in _NAMED:
        return _NAMED[character]
    if not is_suspect(character):
        return character
    number = ord(character)
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
