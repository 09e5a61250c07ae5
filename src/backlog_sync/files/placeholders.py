"""Find unfilled template placeholders in an item's title, goal, user story and criteria.

Code is ignored: `lock --name <name>` is how a command is called.
"""

import re
from collections.abc import Iterator, Sequence

from backlog_sync.core.diagnostics import Diagnostic, Severity
from backlog_sync.core.model import Hole
from backlog_sync.files.entries import Entry
from backlog_sync.files.validation import shown
from backlog_sync.files.vocabulary import any_of, field_of, key_words, words_of

_HEAD = 4_000
"""Characters of a text to search: a form to fill in is shorter."""

_WORDS = rf"(?:{any_of('patterns.holes')}|criterion \d|insert [^\]}}]{{0,40}}|your [^\]}}]{{0,40}})"
_PLACEHOLDER = re.compile(
    rf"\[{_WORDS}\](?!\()|\{{\{{\s*{_WORDS}\s*\}}\}}|<{_WORDS}>", re.IGNORECASE
)
_TAG = re.compile(
    r"\[(?:user )?(?:story|epic|feature|task|bug|spike|chore)\][ ]+(?=[^\W_])", re.IGNORECASE
)
"""`[Story] Pay online` begins with a tag, not with a placeholder."""

_WHOLE = re.compile(r"\[[^\W\d_][^\]]{0,80}\]")
_FENCED = re.compile(r"^[ \t]{0,12}(`{3,9}|~{3,9})[^\n]*\n(?:.*?^[ \t]{0,12}\1|.*)", re.M | re.S)
_TICKED = re.compile(r"(?<!`)(`{1,9})(?!`)[^`]{1,400}\1(?!`)")


def find_placeholders(entries: Sequence[Entry]) -> Iterator[Diagnostic]:
    """Report each placeholder: its item is held; if every item has one, all are rejected."""
    by_entry = [(entry, _own(entry)) for entry in entries]
    severity = Severity.WARNING if any(not holes for _, holes in by_entry) else Severity.ERROR
    for _, holes in by_entry:
        for hole in holes.values():
            message = f"'{hole.text}' is a placeholder of a template"
            hint = "fill it in, or remove the item"
            yield Diagnostic(hole.place, "placeholder", message, hint, severity)


def holes_of(entry: Entry) -> tuple[Hole, ...]:
    """Return the placeholders to fill in before an item can be synced.

    An item whose key is made from the title of an item above it waits for that title.
    """
    own = tuple(_own(entry).values())
    at = entry
    while at.parsed.document.id is None and at.parent is not None:
        at = at.parent
    if own or at is entry or at.parsed.document.id is not None:
        return own
    title = _own(at).get("title")
    return (Hole(title.text, title.place, above=True),) if title else ()


def _own(entry: Entry) -> dict[str, Hole]:
    """Return the placeholders of an item, by the field that contains them."""
    return {name: Hole(shown(text), entry.place(name)) for name, text in _texts(entry)}


def _texts(entry: Entry) -> Iterator[tuple[str, str]]:
    document = entry.parsed.document
    title = _without_code(document.title)
    tag = _TAG.match(title)
    title = title[tag.end() :] if tag else title
    story = document.user_story or ""
    parts = [story] if isinstance(story, str) else [text or "" for _, text in story]
    goal = _without_code(document.goal or "")
    criteria = enumerate(document.acceptance_criteria or ())
    for name, match in (
        ("title", _WHOLE.fullmatch(title) or _PLACEHOLDER.search(title) or _names_itself(title)),
        ("user_story", _PLACEHOLDER.search(_without_code("\n".join(parts)))),
        ("goal", _WHOLE.fullmatch(goal)),
        *((f"acceptance_criteria.{at}", _PLACEHOLDER.fullmatch(_without_code(criterion.text)))
          for at, criterion in criteria),
    ):  # fmt: skip
        if match:
            yield name, match[0]


def _names_itself(title: str) -> re.Match[str] | None:
    """Return the match if a title is the word for a title, or means none: `Titre`, `TBD`."""
    bare = title.strip("*_ ")
    empty = field_of(bare) == "title" or key_words(bare) in words_of("empty")
    return re.fullmatch(r".+", title, re.DOTALL) if empty else None


def _without_code(text: str) -> str:
    """Return the beginning of a text with its code replaced by a character."""
    head = text.strip()[:_HEAD]
    return _TICKED.sub("`", _FENCED.sub("`", head)) if "`" in head or "~~~" in head else head
