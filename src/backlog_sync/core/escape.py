"""Make text from files and from GitHub harmless wherever it is written: the one place for it.

- a terminal or a log: `clean`, `visible`, `unbroken`, `indented`;
- GitHub Markdown and HTML: `inert`, `code`; Markdown that people go on editing: `readable`;
- a workflow command: `command_data`, `command_property`;
- JSON and YAML: `json_text`, `quoted`, `flow_list`;
- a Mermaid diagram: `mermaid`.

A title is one line of plain characters in a terminal: control characters (and with them every ANSI
sequence), bidirectional marks, invisible characters and lone surrogates are shown as escapes.
`::` and `##[`, which a workflow runner reads as commands (the second anywhere in a line), are
broken by a zero-width space.

JSON and a double-quoted scalar of YAML have one escape in common, `\\uXXXX`, so that the value is
exactly the same for whoever reads the file, and a terminal, an editor or a workflow runner
that shows it raw finds nothing to obey.
"""

import json
import re
import unicodedata
from collections.abc import Iterable
from typing import Final

ZERO_WIDTH_SPACE: Final = "\N{ZERO WIDTH SPACE}"

_JOINERS: Final = frozenset("\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}")
_SUSPECT: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_NONE: Final = frozenset("\ufffe\uffff")
_PLAIN: Final = re.compile(r"[ -~]*\Z")


def is_suspect(character: str) -> bool:
    """Return whether a character is invisible or moves others: controls, bidirectional marks.

    The joiners of scripts and emoji are not; lone surrogates are.
    """
    if character in _JOINERS:
        return False
    return unicodedata.category(character) in _SUSPECT or character in _NONE


def is_inert(text: str) -> bool:
    """Return whether a text needs no escape, except for its line breaks and tabs."""
    return "##[" not in text and not any(is_suspect(c) for c in text if c not in "\n\t")


# ---- terminals and logs --------------------------------------------------------------------

_NAMED: Final = {"\n": "\\n", "\r": "\\r", "\t": " "}
_COMMANDS: Final = re.compile(r":(?=:)|##(?=\[)")


def visible(value: str) -> str:
    """Return one line of text with everything invisible or active shown as an escape."""
    if _PLAIN.match(value):
        return value
    return "".join(_visible(character) for character in value)


def clean(value: str) -> str:
    """Return one line of text without anything that a terminal or a runner would obey."""
    return _COMMANDS.sub(lambda match: match.group() + ZERO_WIDTH_SPACE, visible(value))


def unbroken(value: str) -> str:
    """Return one line of text as data: like `clean`, but `::`, which starts a line, stays."""
    return visible(value).replace("##[", f"##{ZERO_WIDTH_SPACE}[")


def split_lines(value: str) -> list[str]:
    """Return the lines of a text; CR LF, CR and LF end a line."""
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


# ---- workflow commands ---------------------------------------------------------------------


def command_data(value: str) -> str:
    """Return the message of a workflow command, escaped as @actions/core's escapeData does."""
    return "%0A".join(unbroken(line).replace("%", "%25") for line in split_lines(value))


def command_property(value: str) -> str:
    """Return a property of a workflow command, escaped as @actions/core's escapeProperty does."""
    return command_data(value).replace(":", "%3A").replace(",", "%2C")


# ---- GitHub Markdown and HTML --------------------------------------------------------------
# GitHub looks for `@mentions`, `#references` and addresses of issues in what Markdown made, not in
# its source, so escaping does not stop them: they are broken by a zero-width space. Every
# character that Markdown or HTML gives a meaning becomes a character reference, which is text in
# both, in a table as in a summary line. (Sources: GitHub's documentation, "Autolinked references
# and URLs", "Mentioning people and teams"; the GFM specification, 2.5 and 6.9.)

_ACTIVE: Final = re.compile(
    r"@(?=\w)"
    r"|#(?=\w)"
    r"|GH-(?=\d)"
    r"|:(?=//)"
    r"|www(?=\.)"
    r"|(?:mailto|xmpp)(?=:)",
    re.IGNORECASE,
)
_MEANING: Final = str.maketrans({each: f"&#{ord(each)};" for each in "\\`*_[]<>|~$!"})


def inert(text: str) -> str:
    """Return one line that is shown as the text, and does nothing, in Markdown and in HTML."""
    broken = _ACTIVE.sub(lambda match: match.group() + ZERO_WIDTH_SPACE, clean(text))
    return broken.replace("&", "&amp;").translate(_MEANING)


_START: Final = re.compile(r"\d{1,9}(?=[.)])|(?=[#>+=-])")
"""What begins a list, a heading or a quotation."""

_SIGN: Final = re.compile(
    r"[\\`*\[\]<~]"
    r"|(?<![^\W_])_|_(?![^\W_])"  # between letters it does not emphasize: snake_case
    r"|#(?=#*\Z)"  # it would close a heading
    r"|&(?=#?\w+;)"
)


def readable(text: str) -> str:
    """Return one line like `inert`, escaped only where Markdown would read it otherwise.

    For a paragraph, a heading or an entry of a list that people edit; not for a table or HTML.
    """
    broken = _ACTIVE.sub(lambda match: match.group() + ZERO_WIDTH_SPACE, clean(text.strip()))
    escaped = _SIGN.sub(lambda match: "&amp;" if match[0] == "&" else "\\" + match[0], broken)
    if escaped.count("$") > 1:  # two may enclose a formula, which a backslash does not prevent
        escaped = escaped.replace("$", "&#36;")
    start = _START.match(escaped)
    return f"{start[0]}\\{escaped[start.end() :]}" if start else escaped


def code(text: str) -> str:
    """Return the same as code: an issue's number, a key, a digest."""
    return f"<code>{inert(text)}</code>"


# ---- JSON, YAML, Mermaid -------------------------------------------------------------------

_WORDS: Final = re.compile(
    r"(?!(?:null|true|false|yes|no|on|off|y|n)$)[a-z](?:[\w ./-]*\w)?", re.ASCII | re.IGNORECASE
)
_BEYOND: Final = re.compile(r"[^ -~\n]|##(?=\[)")


def quoted(text: str) -> str:
    """Return a text in double quotes, as both YAML and JSON read it.

    Beyond the first plane they have no escape in common; nothing there moves what is next to it.
    """
    literal = json.dumps(text, ensure_ascii=False)
    return _BEYOND.sub(
        lambda match: _escaped(match) if match.group() <= "\uffff" else match[0], literal
    )


def flow_list(names: Iterable[str]) -> str:
    """Return names as a list of YAML in brackets, for a setting that a message says to write."""
    return f"[{', '.join(each if _WORDS.fullmatch(each) else quoted(each) for each in names)}]"


def json_text(value: object, *, indent: int | None = 2, ascii_only: bool = False) -> str:
    """Return a value as JSON without one raw suspect character, and without `##[`."""
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    return _BEYOND.sub(_escaped, text)


def mermaid(text: str) -> str:
    """Return one line as a label of a Mermaid diagram: its signs, and its start, as entity codes.

    (Source: Mermaid's documentation, "Entity codes to escape characters".)
    """
    return "".join(_entity(sign, first=not index) for index, sign in enumerate(text))


def _entity(sign: str, *, first: bool) -> str:
    if ord(sign) > 126 or (not first and (sign == " " or sign.isalnum())):
        return sign
    return f"#{ord(sign)};"


def _escaped(match: re.Match[str]) -> str:
    matched = match.group()
    if matched == "##":
        return "#\\u0023"
    return json.dumps(matched)[1:-1] if is_suspect(matched) else matched
