"""Look up the meaning of keys, headings, columns and values, in every syntax and language.

The words are data, in `vocabulary.toml`. All are compared by `key_words`: `storyPoints`,
`story_points`, `**Story Points**` are equal. What is not in the table is free text, never a guess.
A run loads `vocabulary.json`, once, when a file is first read: the same data, with the `key_words`
of each spelling. Making that from the table took a tenth of the time of `lint`.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from backlog_sync.dataclass import dataclass
from backlog_sync.files.near import Near

# ---- spelling ------------------------------------------------------------------------------

LONGEST_KEY = 80
"""Characters of the longest key; longer texts are data."""

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])(?![A-Z]s(?![A-Za-z]))")
_JOINTS = re.compile(r"[\s_\-–—./:：?!*#'’\"`~()（）\[\]|,;=+>]+")
_ACCENTS = re.compile("[\u0300-\u036f]+")
_ODD = re.compile(r"[^\w\s]")
_CUSTOM = "custom field "
_REMARK = re.compile(r"[ \t]*[(（\[][^()（）\[\]]{0,60}[)）\]]$")


@lru_cache(maxsize=8192)
def key_words(key: str) -> str:
    """Return the words of a key: without case, accents, signs and emoji; single blanks between."""
    text = key[:LONGEST_KEY]
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    text = _CAMEL.sub(" ", text).casefold()
    if not text.isascii():
        text = without_accents(text)
    plain = _JOINTS.sub(" ", text).strip()
    return plain.removeprefix(_CUSTOM) or plain


def without_accents(text: str) -> str:
    """Return the letters without their accents; an emoji becomes a blank."""
    bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", text))
    shown = _ODD.sub(lambda odd: " " if is_decoration(odd[0]) else odd[0], bare)
    return unicodedata.normalize("NFC", shown)


_SIGNS = " \t*_`~!?.,;:#>|+="


def bare_word(text: str) -> str:
    """Return a text for comparing: case-folded, without signs around it, with single blanks."""
    if text.isascii():
        return " ".join(text.strip(_SIGNS).casefold().split())
    start, end = 0, len(text)
    while start < end and _is_sign(text[start]):
        start += 1
    while end > start and _is_sign(text[end - 1]):
        end -= 1
    return " ".join(text[start:end].replace("’", "'").casefold().split())


def _is_sign(char: str) -> bool:
    """Return whether a character is decoration: punctuation to strip, a blank, an emoji."""
    return char in _SIGNS or unicodedata.category(char) == "Zs" or is_decoration(char)


def is_decoration(char: str) -> bool:
    """Return whether a character is an emoji or a part of one; a backtick is not."""
    return char == "\ufe0f" or (
        not char.isascii() and unicodedata.category(char) in ("So", "Sk", "Cf", "Cn")
    )


# ---- the table -----------------------------------------------------------------------------

RANKS = {"epic": 1, "feature": 2, "story": 3, "bug": 3, "spike": 3, "chore": 3, "task": 4}
"""The depth of each kind; a parent has a smaller rank than its child."""

TEXT_FIELDS = frozenset(("acceptance_criteria", "goal", "description", "user_story"))
"""Fields that contain prose: new metadata lines are inserted before them."""


@dataclass(frozen=True, slots=True)
class TypeWord:
    """A word that makes a heading or a list item an item.

    `name` is the English word that keys are made from. `weak` words (phases, sprints) are items
    only if the document has no epics and the section has evidence. `unsure` words need evidence as
    codes do, `numbered` ones need a number.
    """

    name: str
    kind: str
    weak: bool = False
    unsure: bool = False
    numbered: bool = False


_FLAGS = ("weak", "unsure", "numbered")

MILESTONE_CODE = TypeWord("m", "epic", weak=True)
"""`M0: Foundations` is a milestone."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The parts of the table other than words, looked up by `key_words` of the spellings.

    `spelled` are type words as written (case-folded), for patterns.
    """

    types: Mapping[str, TypeWord]
    spelled: Mapping[str, TypeWord]
    statuses: Mapping[str, frozenset[str]]
    marks: Mapping[str, str]
    title_marks: frozenset[str]
    topics: Mapping[str, frozenset[str]]
    codes: Mapping[str, TypeWord]
    letters: Mapping[str, str]
    foreign_codes: frozenset[str]
    longest_status: int


_Table = Mapping[str, Any]


@cache
def _loaded() -> Mapping[str, _Table]:
    loaded: Mapping[str, _Table] = json.loads(
        Path(__file__).with_name("vocabulary.json").read_text(encoding="utf-8")
    )
    return loaded


def _data() -> _Table:
    return _loaded()["table"]


def _key_words(word: str) -> str:
    """Return `key_words` of a spelling of the table, which has those that differ from it."""
    compared: str = _loaded()["key_words"].get(word, word)
    return compared


@cache
def vocabulary() -> Vocabulary:
    """Return the table, loaded when it is first needed."""
    types = [
        (word, TypeWord(name, table["kind"], *(bool(table.get(flag)) for flag in _FLAGS)))
        for name, table in _data()["types"].items()
        for word in _spellings(table)
    ]
    statuses = _many("statuses")
    marks, codes = _data()["marks"], _data()["codes"]
    return Vocabulary(
        types={_key_words(word): word_type for word, word_type in types},
        spelled={word.casefold(): word_type for word, word_type in types},
        statuses=statuses,
        marks={sign: name for name in ("done", "progress", "todo", "cancelled")
               for sign in marks[name].split()},
        title_marks=frozenset(marks["title"].split()),
        topics=_many("topics"),
        codes={code: TypeWord(code.lower(), kind) for kind in RANKS
               for code in codes.get(kind, "").split()},
        letters={code: kind for kind in RANKS
                 for code in codes.get(f"{kind}_letters", "").split()},
        foreign_codes=frozenset(codes["foreign"].split()),
        longest_status=max(word.count(" ") + 1 for word in statuses),
    )  # fmt: skip


def _spellings(table: _Table, *, language: str = "") -> Iterator[str]:
    """Yield the spellings of one entry as written, of all languages or of one."""
    for name, listed in table.items():
        if isinstance(listed, str) and name != "kind" and language in ("", name):
            yield from map(str.strip, listed.split("|"))


@cache
def _languages() -> Mapping[str, frozenset[str]]:
    by_word: dict[str, set[str]] = {}
    for table in _data()["fields"].values():
        for language, listed in table.items():
            for word in map(str.strip, listed.split("|")):
                by_word.setdefault(_key_words(word), set()).add(language)
    return {word: frozenset(languages) for word, languages in by_word.items()}


def languages_of(key: str) -> frozenset[str]:
    """Return the languages in which a field's key is written: `tools` for names of programs."""
    return _languages().get(key_words(key), frozenset())


@cache
def by_word(part: str) -> Mapping[str, str]:
    """Return the entry of each spelling in a part of the table; of duplicates the first one."""
    entries = reversed(_data()[part].items())
    return {_key_words(word): name for name, table in entries for word in _spellings(table)}


def _entry(part: str, text: str) -> str | None:
    return by_word(part).get(key_words(text))


def _many(part: str) -> Mapping[str, frozenset[str]]:
    """Return all entries of each spelling in a part of the table."""
    by_word: dict[str, frozenset[str]] = {}
    for name, table in _data()[part].items():
        for word in map(_key_words, _spellings(table)):
            by_word[word] = by_word.get(word, frozenset()) | {name}
    return by_word


@cache
def words_of(path: str) -> frozenset[str]:
    """Return the normalized words of one part of the table: `topics.noise`, `empty`."""
    return frozenset(_key_words(word) or word for word in spelled(path))


@cache
def spelled(path: str) -> tuple[str, ...]:
    """Return the words of one part of the table as written: `scenarios.begin`."""
    part: Any = _data()
    for name in path.split("."):
        part = part[name]
    return tuple(_spellings({"": part} if isinstance(part, str) else part))


def lookalikes() -> Mapping[str, Sequence[str]]:
    """Return files that look like plans but are not, with the signs of each."""
    signs: Mapping[str, Sequence[str]] = _data()["lookalikes"]
    return signs


@cache
def listed(name: str) -> frozenset[str]:
    """Return the fields or words of one of the sets of the table, as written."""
    return frozenset(spelled(f"sets.{name}"))


LONG_FIELDS = listed("long")
"""Fields that may continue on the lines below their key."""


def any_of(path: str) -> str:
    """Return a pattern for any of the words of one part of the table, longer ones first."""
    words = map(re.escape, sorted(spelled(path), key=len, reverse=True))
    return f"(?:{'|'.join(words)})"


@lru_cache(maxsize=4096)
def field_of(key: str) -> str | None:
    """Return the field of a key, a column or a label; None if it is unknown.

    A remark after the key is ignored (`Priority (MoSCoW)`) unless it names another unit.
    """
    if len(key) > LONGEST_KEY:
        return None
    field, remark = _entry("fields", key), _REMARK.search(key)
    if field is None and remark:
        remark_words = key_words(remark[0].casefold()).split()
        apart = words_of("units").isdisjoint(remark_words)
        field = _entry("fields", key[: remark.start()]) if apart else None
    return field


def list_kind(key: str) -> str | None:
    """Return the kind of the items below a key or heading: `epics`, `Histórias`.

    `any` is a list of items whose kind depends on their position; None is not a list.
    """
    return _entry("lists", key)


def group_kind(key: str) -> str | None:
    """Return `milestone` or `sprint` if a key means a list of periods, otherwise None."""
    return _entry("groups", key)


def is_any_list(key: str) -> bool:
    """Return whether a key is a list of items whose kind depends on their position: `items`."""
    return list_kind(key) == "any"


def list_status(key: str) -> str | None:
    """Return the status that all entries of a list share: `done`, `progress`, `todo`."""
    return _entry("status_lists", key)


def withheld_kind(key: str) -> str | None:
    """Return what no issue shows: `risks`, `hours`, `skills`, `team` or `cost`; otherwise None."""
    word = key_words(key)
    field = _entry("fields", key)
    if field in ("risks", "skills", "team"):
        return field
    if field in ("estimate_hours", "estimate_seconds"):
        return "hours"
    return next((name for name in ("risks", "skills", "team", "hours", "cost")
                 if word in words_of(f"withheld.{name}")), None)  # fmt: skip


_COLUMNS = frozenset(("title", "description", "id"))
"""Fields with a column of the same name, if the header has no special meaning in tables."""


def column_of(header: str) -> str | None:
    """Return the role of a column besides fields: `title`, `task`, `story`, `id`, `foreign`."""
    role, named = _entry("columns", header), _entry("fields", header)
    return role or (named if named in _COLUMNS else None)


def risk_column(header: str) -> str | None:
    """Return what a column of a risk register contains: `text`, `likelihood`, `impact`, …"""
    return _entry("risk_columns", header)


def counted(word: str) -> str | None:
    """Return what a word counts: `items`, `epics`, `features`, `stories`, `tasks`, `points`."""
    return _entry("counted", word)


# ---- typos ----------------------------------------------------------------------------------

_SHORTEST_SLIP = 5
"""A shorter word is similar to too many others."""

_ALIKE, _TURNED = 0.88, 0.75
"""The least similarity of a typo: `Priorty`; less for the same letters: `Lables`."""

_WITH_VALUE = 0.7
"""The least similarity of a key whose value fits the field that is meant: `Sprng: 12`."""


def near_key(key: str, fits: Callable[[str], bool] = lambda _: False) -> str | None:
    """Return the English key that was probably meant by an unknown word: `Lables`, `Prioirty`.

    `fits` returns whether the value of the key can be one of a field: then less similarity will do.
    """
    known = _entry("fields", key) or topics(key) or list_kind(key) or group_kind(key)
    if known or type_word(key):
        return None
    if near := _near(key, "fields"):
        return near
    word = key_words(key)
    near = _english("fields", word[:1]).to(word, _WITH_VALUE)
    typo = near is not None and len(word) >= _SHORTEST_SLIP and " " not in word + near
    return near if typo and near and fits(field_of(near) or "") else None


def near_type(word: str) -> str | None:
    """Return the English type word that was probably meant: `Stroy`, `Fetaure`."""
    known = type_word(word) or list_kind(word) or field_of(word)
    return None if known else _near(word, "types")


def _near(text: str, part: str) -> str | None:
    word = key_words(text)
    if len(word) < _SHORTEST_SLIP:
        return None
    for among in (_english(part, word[0]), _english(part)):
        near = among.to(word, _TURNED)
        if near and (sorted(near) == sorted(word) or (near := among.to(word, _ALIKE))):
            return near
    return None


@cache
def _english(part: str, initial: str = "") -> Near:
    """Return the English words of a part; those with one initial are few enough to compare all."""
    words = (_key_words(word) for table in _data()[part].values()
             for word in _spellings(table, language="en"))  # fmt: skip
    return Near(word for word in words if word.startswith(initial))


# ---- items ---------------------------------------------------------------------------------


def type_word(text: str) -> TypeWord | None:
    """Return the type word that a whole text is: `Epic`, `Historia de usuario`, `Phase`."""
    return vocabulary().types.get(key_words(text))


def kind_of(text: str) -> str | None:
    """Return the kind for a value of `type:`: `Sub-task`, `Defect`, `史诗`; None if unknown."""
    named = type_word(text)
    return _entry("kinds", text) or (named.kind if named and not named.weak else None)


WORK = frozenset(("tasks", "deliverables"))
"""Topics of work to do: below them, entries are tasks of a part of the work."""


def topics(text: str) -> frozenset[str]:
    """Return the topics of a heading or a key other than items; empty if unknown.

    Some of `structure`, `tasks`, `quality`, `deliverables`, `risks`, `navigation`, `noise`,
    `shelved`, `summary`, `about`, `term`, `lane`, `plan`, `total`.
    """
    return vocabulary().topics.get(key_words(text), frozenset())


# ---- values --------------------------------------------------------------------------------

_BETWEEN = re.compile(r"[\s/,_–—-]+")
_P_NUMBER = re.compile(r"p\d{1,2}")


@lru_cache(maxsize=1024)
def is_priority(text: str) -> bool:
    """Return whether a text is a known priority: `P1`, `very high`, `P0 - Must have`."""
    head = re.split(r"[(（]", text[:200], maxsplit=1)[0]
    known = words_of("priorities.words") | words_of("priorities.parts")
    parts = {key_words(part) for part in _BETWEEN.split(head)} - words_of("priorities.fillers")
    parts.discard("")
    return bool(parts) and all(part in known or _P_NUMBER.fullmatch(part) for part in parts)


_BRACKETED = re.compile(
    r"[*_]{0,2}[(（]([^()（）]{1,60})[)）](?:[ ][—–-][ ].*|[ .*_]*)$", re.DOTALL
)


def is_empty_word(text: str) -> bool:
    """Return whether a value means none: `None`, `-`, `TBD`, `None (first one)`, `(no)`."""
    bracketed = _BRACKETED.match(text.strip())
    if bracketed:
        return _is_empty(bracketed[1])
    head = text[:200].split("(", 1)[0].strip()
    if _is_empty(head):
        return True
    return any(_is_empty(head.split(sign, 1)[0]) for sign in (" - ", " – ", " — ") if sign in head)


def _is_empty(text: str) -> bool:
    bare = text.strip()
    return bare in ("...", "…") or _is_one_of("empty", bare.rstrip("."))


def is_yes(text: str) -> bool:
    """Return whether a value means yes: `true`, `x`, `ja`, `✅`."""
    return _is_one_of("yes", text.strip())


def is_no(text: str) -> bool:
    """Return whether a value means no, or nothing: `false`, `0`, `нет`."""
    return not text.strip() or _is_one_of("no", text.strip())


def _is_one_of(part: str, text: str) -> bool:
    return bool(text) and (key_words(text) or text) in words_of(part)


def is_partly(remark: str) -> bool:
    """Return whether a remark after a status means that not all of it is done."""
    return key_words(remark) in words_of("partly")
