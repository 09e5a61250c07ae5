"""A fenced `yaml` block below a story's heading: the story's fields, read leniently.

People write scenarios with colons and signs in them that no YAML parser takes, so this looks at
lines: keys without indentation, values behind them, entries and folded lines below them.
"""

from dataclasses import dataclass, field

from backlog_sync.files.outline import Kind, Line

_LANGUAGES = ("yaml", "yml")
_QUOTES = "\"'"
_KEY_LENGTH = 40
_MAX_ENTRIES = 500
"""Longer keys are sentences; a longer block is a log or a data file, not settings."""


@dataclass(slots=True)
class Entry:
    """A value, or one entry of a list: its text, and the line where it begins."""

    line: Line
    text: str


@dataclass(slots=True)
class Field:
    """A key of the block, in lower case with blanks for underscores, and what it holds."""

    key: str
    line: Line
    value: str = ""
    entries: list[Entry] = field(default_factory=list)
    text: list[str] = field(default_factory=list)

    @property
    def whole(self) -> str:
        """The value as one text."""
        if self.value:
            return " ".join(filter(None, (self.value, *(t.strip() for t in self.text))))
        return "\n".join(self.text).strip()


def opens_yaml(line: Line) -> bool:
    """Whether a line opens a fenced block of YAML."""
    if line.kind is not Kind.CODE or not line.text.startswith(("```", "~~~")):
        return False
    return line.text.strip("`~ \t").casefold() in _LANGUAGES


def read_fence(lines: tuple[Line, ...], opening: int) -> tuple[list[Field], int]:
    """The fields of the block that a line opens, and the row behind it."""
    end = opening + 1
    while end < len(lines) and lines[end].kind is Kind.CODE:
        end += 1
        if lines[end - 1].text.startswith(("```", "~~~")):
            break
    return _fields(lines[opening + 1 : end]), end


def _fields(lines: tuple[Line, ...]) -> list[Field]:
    fields: list[Field] = []
    folded = False
    for line in lines:
        body = line.text
        if not body or body.startswith(("```", "~~~")):
            continue
        if body.startswith("#") and not (folded and line.indent):
            continue
        if line.indent == 0 and not body.startswith("-"):
            found = _field(line, body)
            if found is None:
                continue
            fields.append(found)
            folded = found.value in ("|", ">", "|-", ">-")
            found.value = "" if folded else found.value
        elif fields:
            _below(fields[-1], line, body, folded=folded)
    return fields


def _field(line: Line, body: str) -> Field | None:
    colon = body.find(":", 0, _KEY_LENGTH)
    if colon < 1 or body[colon + 1 : colon + 2] not in ("", " "):
        return None
    key = body[:colon].replace("_", " ").strip().casefold()
    return Field(key, line, unquoted(body[colon + 1 :]))


def _below(found: Field, line: Line, body: str, *, folded: bool) -> None:
    if folded or not (body.startswith("- ") or found.entries):
        found.text.append(" " * max(0, line.indent - 2) + body)
    elif body.startswith("- ") and (
        not found.entries or line.indent <= found.entries[0].line.indent
    ):
        if len(found.entries) < _MAX_ENTRIES:
            found.entries.append(Entry(line, unquoted(body[2:])))
    else:
        found.entries[-1].text += f" {body}"


def unquoted(text: str) -> str:
    """A scalar without its quotes and without a comment behind it."""
    text = text.strip()
    if text[:1] in _QUOTES and text[:1]:
        end = text.find(text[0], 1)
        if end > 0 and text[end + 1 :].lstrip()[:1] in ("", "#"):
            return text[1:end]
        return text
    return text.split(" #", 1)[0].rstrip() if not text.startswith("#") else ""


def flow_list(text: str) -> list[str]:
    """The members of `[a, b]`; a text without brackets is one."""
    inner = text.strip()
    if inner.startswith("[") and inner.endswith("]"):
        inner = inner[1:-1]
    return [unquoted(part) for part in inner.split(",") if part.strip()]
