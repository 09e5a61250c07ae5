"""Parse names in a text: labels, people, skills, keys; separated, in backticks or in brackets."""

import re
from functools import lru_cache

from backlog_sync.files.inline import plain
from backlog_sync.files.vocabulary import is_empty_word

_LIMIT = 2000
"""Characters searched for people: a longer value is prose, and patterns stay cheap."""

_QUOTED = re.compile(r"`([^`]{1,100})`|\"([^\"]{1,100})\"")
_HASHTAGS = re.compile(r"#[^\W\d][\w-]{0,60}(?:[ ,]+#[^\W\d][\w-]{0,60})*")
_SPLIT = re.compile(r"[,;，；、\n]|[ ][/|·•][ ]")


@lru_cache(maxsize=1024)
def parse_names(value: str) -> tuple[str, ...]:
    """Return names between commas, semicolons, ` / `, in back ticks or brackets.

    ``bug, `urgent` ``, ``[bug, urgent]``, ``` `bug` `urgent` ``` and `#bug #urgent` are two.
    `None` is an empty tuple.
    """
    text = value[:_LIMIT].strip()
    bare = plain(text).strip("*` ")
    if not bare or is_empty_word(bare):
        return ()
    if text[0] == "[" and text[-1] == "]":
        text = text[1:-1]
    if _HASHTAGS.fullmatch(text):
        return tuple(dict.fromkeys(text.replace("#", " ").replace(",", " ").split()))
    rest = _QUOTED.sub(lambda match: f",{(match[1] or match[2]).replace(',', chr(0))},", text)
    parts = (plain(part).strip("*` ") for part in _SPLIT.split(rest))
    return tuple(dict.fromkeys(part.replace("\0", ",") for part in parts if part))
