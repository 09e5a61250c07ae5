"""Suggest the key that was meant by one that the format does not have."""

import re
from collections.abc import Collection, Iterable, Mapping

from backlog_sync.dataclass import dataclass
from backlog_sync.files.documents.board import ProjectDocument
from backlog_sync.files.documents.items import LISTS, ItemDocument
from backlog_sync.files.documents.settings import SettingsDocument
from backlog_sync.files.near import Near, is_surely
from backlog_sync.files.refs import parse_issue_ref
from backlog_sync.files.suggestions import NONE, Suggestion, date_for, hours_for, number_for
from backlog_sync.files.vocabulary import field_of, key_words, list_kind

_SHOWN = 60
"""Characters of a value to repeat in a hint: a longer one hides what to do."""

_PLAIN = re.compile(r"[\w][^,:#\[\]{}\n]{0,60}")
"""An entry that needs no quotes in brackets."""

_FIGURE = re.compile(r"\d{1,5}(?:[.,]\d{1,2})?")

_ITEM = frozenset(ItemDocument.model_fields)
_SETTINGS = frozenset(SettingsDocument.model_fields)
_KEYS_OF = {
    "definition_of_done": "acceptance_criteria",
    "scenarios": "acceptance_criteria",
    "as_a": "user_story",
    "done": "status",
}
"""Our keys for fields that other tools have."""
_NO_KEY = {
    "blocks": "write `depends_on:` in the item that waits for this one",
    "parent": "put the item below its parent, in a list such as `stories:` or `tasks:`",
    "progress": "leave it out: progress comes from GitHub",
}
_NO_KEY |= dict.fromkeys(("epic", "feature", "story"), _NO_KEY["parent"])


def title_key(plain: Mapping[str, object], kind: str = "") -> str | None:
    """Return the key that was written for a missing `title`: `tilte`, `name`, `story`."""
    texts = [key for key, value in plain.items() if isinstance(value, str) and value.strip()]
    unknown = [key for key in texts if key not in _ITEM]
    near = Near(unknown).to("title", _SLIP) if unknown else None
    named = (key for key in unknown if field_of(key) == "title" or key_words(key) == kind)
    return near or next(named, None)


_SLIP = 0.7
"""The least similarity of a misspelled `title`: `tilte`."""


@dataclass(frozen=True, slots=True)
class Meant:
    """The key that an unknown one means, whether nothing else can be meant, or a hint instead."""

    key: str = ""
    sure: bool = False
    hint: str = ""


def item_key(name: str, value: object, own: Iterable[str] = ()) -> Meant:
    """Return the key of an item that an unknown one means.

    `own` are the names of fields that the settings declare.
    """
    words = key_words(name)
    spelled = words.replace(" ", "_")
    own = tuple(own)
    if spelled in (*_ITEM, *LISTS):
        return Meant(spelled, sure=True)
    same = next((each for each in own if key_words(each) == words), "")
    if same:
        return Meant(same, sure=True)
    field = field_of(name) or ""
    if field in ("estimate", "effort"):
        is_time = isinstance(value, str) and not _FIGURE.fullmatch(value) and hours_for(value).text
        field = "estimate_hours" if is_time else "story_points"
    field = _KEYS_OF.get(field, field)
    if field == "url" and parse_issue_ref(str(value)) is not None:
        field = "issue"
    if field in _ITEM:
        return Meant(field, sure=True)
    if field in _NO_KEY:
        return Meant(hint=_NO_KEY[field])
    kind = list_kind(name)
    if kind is not None:
        return Meant(next((key for key, each in LISTS.items() if each == kind), "items"))
    return _near_key(name, (*own, *_ITEM, *LISTS)) or _setting(name)


def _near_key(name: str, known: Iterable[str]) -> Meant | None:
    near = Near(known).to(name)
    return Meant(near, sure=is_surely(name, near)) if near else None


def _setting(name: str) -> Meant:
    if name not in _SETTINGS:
        return Meant()
    return Meant(hint=f"`{name}:` is a setting: write it at the top of the file, not in an item")


_TOP = {
    **dict.fromkeys(("repo", "github", "github repo", "github repository"), "repository"),
    **dict.fromkeys(("board", "github project", "project board"), "project"),
    **dict.fromkeys(("users", "members", "logins"), "people"),
    **dict.fromkeys(("includes", "files", "import", "imports"), "include"),
    **dict.fromkeys(("scale", "sizes", "point scale"), "points"),
}
"""Keys for our settings that people write, by their words."""


def top_key(name: str, value: object, given: Collection[str]) -> Meant:
    """Return the setting or list that an unknown key at the top of a file means.

    `given` are the keys that the file has.
    """
    meant = _top_key(name, value)
    if meant.key in given:
        return Meant(hint=f"`{meant.key}:` is given too: keep one of them")
    return meant


def _top_key(name: str, value: object) -> Meant:
    words = key_words(name)
    spelled = words.replace(" ", "_")
    known = (*_SETTINGS, *LISTS)
    if spelled in known:
        return Meant(spelled, sure=True)
    if words in _TOP:
        return Meant(_TOP[words], sure=True)
    kind = list_kind(name)
    if kind is not None and isinstance(value, list):
        return Meant(next((key for key, each in LISTS.items() if each == kind), "items"), sure=True)
    plural = next((each for each in known if each.removesuffix("s") == spelled), "")
    if plural and isinstance(value, list):
        return Meant(plural, sure=True)
    if name in _ITEM:
        board = ", or below `project:` if it is the board's"
        board = board if name in ProjectDocument.model_fields else ""
        return Meant(hint=f"write `{name}:` in an item, below its `- title: …`{board}")
    near = _near_key(name, known)
    field = field_of(name)
    if near is None and field in _ITEM:
        return Meant(hint=f"write `{field}:` in an item, below its `- title: …`")
    return near or Meant()


def value_for(key: str, value: object) -> Suggestion:
    """Return what to write as the value of a key, if it is certain; else the value itself."""
    if isinstance(value, list) and all(_PLAIN.fullmatch(str(each)) for each in value):
        value = f"[{', '.join(value)}]"
    if not isinstance(value, str) or "\n" in value:
        return Suggestion("…")
    suggestion = NONE
    if key in ("target", "start", "due"):
        suggestion = date_for(value, last=key != "start")
    elif key == "story_points":
        suggestion = number_for(value)
    elif key == "estimate_hours":
        suggestion = hours_for(value)
    elif key == "assignees":
        suggestion = Suggestion(value.removeprefix("@"))
    elif key == "status" and value.casefold() in ("true", "yes"):
        suggestion = Suggestion("Done", sure=True)
    text = value if len(value) <= _SHOWN else f"{value[: _SHOWN - 1]}…"
    return suggestion if suggestion.text else Suggestion(text)
