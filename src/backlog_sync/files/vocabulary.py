"""THE vocabulary: what keys, headings, columns and values mean, in every syntax and language.

The words are data, in `vocabulary.toml`; they are loaded once, when a file is first read. All are
compared by `key_words`: `storyPoints`, `story_points`, `**Story Points**` are one. What is not in
the table is free text, never a guess.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from backlog_sync.files.near import Near

# ---- spelling ------------------------------------------------------------------------------

LONGEST_KEY = 80
"""No key of a plan is longer; what is, is data."""

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])(?![A-Z]s(?![A-Za-z]))")
_JOINTS = re.compile(r"[\s_\-–—./:：?!*#'’\"`~()（）\[\]|,;=+>]+")
_ACCENTS = re.compile("[\u0300-\u036f]+")
_ODD = re.compile(r"[^\w\s]")
_CUSTOM = "custom field "
_REMARK = re.compile(r"[ \t]*[(（\[][^()（）\[\]]{0,60}[)）\]]$")
_UNITS = re.compile(
    r"\b(?:h|hrs?|d|w|m|days?|weeks?|months?|hours?|minutes?|min|sec|seconds?)\b", re.IGNORECASE
)


@lru_cache(maxsize=8192)
def key_words(key: str) -> str:
    """A key as its words: without case, accents, signs and emoji, with single blanks between."""
    text = key[:LONGEST_KEY]
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    text = _CAMEL.sub(" ", text).casefold()
    if not text.isascii():
        text = without_accents(text)
    plain = _JOINTS.sub(" ", text).strip()
    return plain.removeprefix(_CUSTOM) or plain


def without_accents(text: str) -> str:
    """The letters below their accents; an emoji is a blank."""
    bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", text))
    shown = _ODD.sub(lambda odd: " " if is_decoration(odd[0]) else odd[0], bare)
    return unicodedata.normalize("NFC", shown)


_SIGNS = " \t*_`~!?.,;:#>|+="


def bare_word(text: str) -> str:
    """A text to be compared with another: case-folded, without signs around it, single blanks."""
    if text.isascii():
        return " ".join(text.strip(_SIGNS).casefold().split())
    start, end = 0, len(text)
    while start < end and _is_sign(text[start]):
        start += 1
    while end > start and _is_sign(text[end - 1]):
        end -= 1
    return " ".join(text[start:end].replace("’", "'").casefold().split())


def _is_sign(char: str) -> bool:
    """Whether a character is decoration: punctuation that we strip, blanks, emoji."""
    return char in _SIGNS or unicodedata.category(char) == "Zs" or is_decoration(char)


def is_decoration(char: str) -> bool:
    """Whether a character is an emoji or a part of one; a backtick is none."""
    return char == "\ufe0f" or (
        not char.isascii() and unicodedata.category(char) in ("So", "Sk", "Cf", "Cn")
    )


# ---- the table -----------------------------------------------------------------------------

RANKS = {"epic": 1, "feature": 2, "story": 3, "bug": 3, "spike": 3, "chore": 3, "task": 4}
"""How deep a kind stands; a parent has a smaller rank than its child."""

LONG_FIELDS = frozenset(
    ("acceptance_criteria", "definition_of_done", "scenarios", "goal", "description", "user_story",
     "depends_on", "labels", "risks")
)  # fmt: skip
"""Fields that may go on over the lines below their key."""

TEXT_FIELDS = frozenset(("acceptance_criteria", "goal", "description", "user_story"))
"""Fields that hold prose: new metadata lines stand before them."""


@dataclass(frozen=True, slots=True)
class TypeWord:
    """A word that makes a heading or a list item an item.

    `name` is the English word that keys are made from. `weak` words (phases, sprints) hold items
    only where the document has no epics of its own and the section carries evidence. `unsure`
    words need evidence as codes do, `numbered` ones a number.
    """

    name: str
    kind: str
    weak: bool = False
    unsure: bool = False
    numbered: bool = False


MILESTONE_CODE = TypeWord("m", "epic", weak=True)
"""`M0: Foundations` is a milestone."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The table as it is looked up: everything by `key_words` of its spellings.

    `spelled` are type words as written (case-folded), for patterns. `sections` are plain sets of
    words by their path: `empty`, `topics.noise`, `columns.title`, `withheld.risks`.
    """

    fields: Mapping[str, str]
    types: Mapping[str, TypeWord]
    spelled: Mapping[str, TypeWord]
    kinds: Mapping[str, str]
    lists: Mapping[str, str]
    groups: Mapping[str, str]
    status_lists: Mapping[str, str]
    statuses: Mapping[str, frozenset[str]]
    marks: Mapping[str, str]
    title_marks: frozenset[str]
    topics: Mapping[str, frozenset[str]]
    counted: Mapping[str, str]
    columns: Mapping[str, str]
    risk_columns: Mapping[str, str]
    sections: Mapping[str, frozenset[str]]
    codes: Mapping[str, TypeWord]
    letters: Mapping[str, str]
    foreign_codes: frozenset[str]
    longest_status: int


@cache
def _data() -> dict[str, Any]:
    text = files("backlog_sync.files").joinpath("vocabulary.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def vocabulary() -> Vocabulary:
    """The table, loaded when it is first needed."""
    data = _data()
    statuses = _many(data["statuses"])
    types = list(_types(data["types"]))
    return Vocabulary(
        fields=_by_word(data["fields"]),
        types={key_words(word): made for made, word in types},
        spelled={word.casefold(): made for made, word in types},
        kinds=_by_word(data["kinds"]),
        lists=_by_word(data["lists"]),
        groups=_by_word(data["groups"]),
        status_lists=_by_word(data["status_lists"]),
        statuses=statuses,
        marks={sign: name for name in ("done", "progress", "todo", "cancelled")
               for sign in data["marks"][name].split()},
        title_marks=frozenset(data["marks"]["title"].split()),
        topics=_many(data["topics"]),
        counted=_by_word(data["counted"]),
        columns=_by_word(data["columns"]),
        risk_columns=_by_word(data["risk_columns"]),
        sections=dict(_sections(data)),
        codes={code: TypeWord(code.lower(), kind) for kind in RANKS
               for code in data["codes"].get(kind, "").split()},
        letters={code: kind for kind in RANKS
                 for code in data["codes"].get(f"{kind}_letters", "").split()},
        foreign_codes=frozenset(data["codes"]["foreign"].split()),
        longest_status=max(word.count(" ") + 1 for word in statuses),
    )  # fmt: skip


_Table = Mapping[str, Any]


def _spellings(table: _Table) -> Iterator[tuple[str, str]]:
    """The languages of one entry, and each of its spellings as written."""
    for language, listed in table.items():
        if isinstance(listed, str) and language != "kind":
            for spelling in listed.split("|"):
                yield language, spelling.strip()


def _by_word(tables: _Table) -> dict[str, str]:
    """The entry of each spelling; the first one where two have it."""
    found: dict[str, str] = {}
    for name, table in tables.items():
        for _, spelling in _spellings(table):
            found.setdefault(key_words(spelling), name)
    return found


def _many(tables: _Table) -> dict[str, frozenset[str]]:
    """All entries of each spelling."""
    found: dict[str, frozenset[str]] = {}
    for name, table in tables.items():
        for _, spelling in _spellings(table):
            word = key_words(spelling)
            found[word] = found.get(word, frozenset()) | {name}
    return found


def _types(tables: _Table) -> Iterator[tuple[TypeWord, str]]:
    for name, table in tables.items():
        flags = {flag: bool(table.get(flag)) for flag in ("weak", "unsure", "numbered")}
        made = TypeWord(name, table["kind"], **flags)
        for _, spelling in _spellings(table):
            yield made, spelling


def _sections(data: _Table) -> Iterator[tuple[str, frozenset[str]]]:
    """Every set of words by its path, beside those that are looked up the other way round."""
    for name, words in data["months"].items():
        yield f"months.{name}", frozenset(key_words(word) for word in words.split("|"))
    for name, table in data.items():
        if name in ("fields", "types", "months"):
            continue
        nested = {key: inner for key, inner in table.items() if isinstance(inner, dict)}
        for key, inner in nested.items() or {"": table}.items():
            path = f"{name}.{key}" if key else name
            yield path, frozenset(key_words(word) or word for _, word in _spellings(inner))


@cache
def _languages() -> dict[str, frozenset[str]]:
    """The languages in which each spelling of a field is written."""
    found: dict[str, frozenset[str]] = {}
    for table in _data()["fields"].values():
        for language, spelling in _spellings(table):
            word = key_words(spelling)
            found[word] = found.get(word, frozenset()) | {language}
    return found


def listed(words: str) -> frozenset[str]:
    """A small set of words, written between bars."""
    return frozenset(words.split("|"))


def words_of(path: str) -> frozenset[str]:
    """The words of one part of the table, as `key_words` gives them: `topics.noise`, `empty`."""
    return vocabulary().sections[path]


# ---- keys ----------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def field_of(key: str) -> str | None:
    """The field that a key, a column or a label names; None where it is none that we know.

    A remark behind the key does not count (`Priority (MoSCoW)`) unless it names another unit.
    """
    if len(key) > LONGEST_KEY:
        return None
    known = vocabulary().fields
    found = known.get(key_words(key))
    if found is None and (remark := _REMARK.search(key)) and not _UNITS.search(remark[0]):
        found = known.get(key_words(key[: remark.start()]))
    return found


def languages_of(key: str) -> frozenset[str]:
    """The languages in which a key of a field is written: `tools` for names of programs."""
    return _languages().get(key_words(key), frozenset())


def list_kind(key: str) -> str | None:
    """The kind of what a key or heading for many items holds: `epics`, `Histórias`.

    `any` is a list of items whose kind follows from where they stand; None is no list.
    """
    return vocabulary().lists.get(key_words(key))


def group_kind(key: str) -> str | None:
    """Whether a key is one of lists that part the work by time: `milestone` or `sprint`."""
    return vocabulary().groups.get(key_words(key))


def is_any_list(key: str) -> bool:
    """Whether a key is one of items whose kind follows from where they stand: `items`."""
    return list_kind(key) == "any"


def list_status(key: str) -> str | None:
    """The meaning of the status that all entries of a list share: `done`, `progress`, `todo`."""
    return vocabulary().status_lists.get(key_words(key))


def withheld_kind(key: str) -> str | None:
    """What no issue shows: `risks`, `hours`, `skills`, `team` or `cost`; None for other keys."""
    word = key_words(key)
    field = vocabulary().fields.get(word)
    if field in ("risks", "skills", "team"):
        return field
    if field in ("estimate_hours", "estimate_seconds"):
        return "hours"
    return next((name for name in ("risks", "skills", "team", "hours", "cost")
                 if word in words_of(f"withheld.{name}")), None)  # fmt: skip


def column_of(header: str) -> str | None:
    """What a column is beside a field: `title`, `task`, `story`, `description`, `id`, `foreign`."""
    return vocabulary().columns.get(key_words(header))


def risk_column(header: str) -> str | None:
    """What a column of a register of risks holds: `text`, `likelihood`, `impact`, …"""
    return vocabulary().risk_columns.get(key_words(header))


def counted(word: str) -> str | None:
    """What a word counts: `items`, `epics`, `features`, `stories`, `tasks`, `points`."""
    return vocabulary().counted.get(key_words(word))


# ---- slips of the pen -----------------------------------------------------------------------

_SHORTEST_SLIP = 5
"""A shorter word is near too many others."""

_ALIKE, _TURNED = 0.88, 0.75
"""How alike a slip is to what was meant: `Priorty`; less for the same letters: `Lables`."""


def near_key(key: str) -> str | None:
    """The English key that somebody probably meant by a word that is none: `Lables`, `Prioirty`."""
    word = key_words(key)
    known = vocabulary()
    if word in known.fields or word in known.topics or list_kind(key) or group_kind(key):
        return None
    return _near(word, _near_keys()) if type_word(key) is None else None


def near_type(word: str) -> str | None:
    """The English type word that somebody probably meant: `Stroy`, `Fetaure`."""
    known = type_word(word) or list_kind(word) or field_of(word)
    return None if known else _near(key_words(word), _near_types())


def _near(word: str, among: Near) -> str | None:
    found = among.to(word, _TURNED) if len(word) >= _SHORTEST_SLIP else None
    if found is None or sorted(found) == sorted(word):
        return found
    return among.to(word, _ALIKE)


@cache
def _near_keys() -> Near:
    return Near(_english(_data()["fields"]))


@cache
def _near_types() -> Near:
    return Near(_english(_data()["types"]))


def _english(tables: _Table) -> list[str]:
    return [key_words(word) for table in tables.values()
            for language, word in _spellings(table) if language == "en"]  # fmt: skip


# ---- items ---------------------------------------------------------------------------------


def type_word(text: str) -> TypeWord | None:
    """The type word that a text is as a whole: `Epic`, `Historia de usuario`, `Phase`."""
    return vocabulary().types.get(key_words(text))


def kind_of(text: str) -> str | None:
    """The kind that a value of `type:` says: `Sub-task`, `Defect`, `史诗`; None for other words."""
    word = key_words(text)
    found = vocabulary().kinds.get(word)
    if found is not None:
        return found
    named = vocabulary().types.get(word)
    return named.kind if named and not named.weak else None


def topics(text: str) -> frozenset[str]:
    """What a heading or a key speaks of beside items; empty where it is none that we know.

    Some of `structure`, `tasks`, `quality`, `deliverables`, `risks`, `navigation`, `noise`,
    `shelved`, `summary`, `about`, `term`, `lane`, `plan`, `total`.
    """
    return vocabulary().topics.get(key_words(text), frozenset())


# ---- values --------------------------------------------------------------------------------

_BETWEEN = re.compile(r"[\s/,_–—-]+")
_P_NUMBER = re.compile(r"p\d{1,2}")


@lru_cache(maxsize=1024)
def is_priority(text: str) -> bool:
    """Whether a text is a priority in words that we know: `P1`, `very high`, `P0 - Must have`."""
    head = re.split(r"[(（]", text[:200], maxsplit=1)[0]
    known = words_of("priorities.words") | words_of("priorities.parts")
    parts = {key_words(part) for part in _BETWEEN.split(head)} - words_of("priorities.fillers")
    parts.discard("")
    return bool(parts) and all(part in known or _P_NUMBER.fullmatch(part) for part in parts)


def is_empty_word(text: str) -> bool:
    """Whether a value says that there is none: `None`, `-`, `TBD`, `None (first one)`."""
    head = text[:200].split("(", 1)[0].strip()
    if _is_empty(head):
        return True
    return any(_is_empty(head.split(sign, 1)[0]) for sign in (" - ", " – ", " — ") if sign in head)


def _is_empty(text: str) -> bool:
    bare = text.strip().rstrip(".")
    return (key_words(bare) or bare) in words_of("empty") if bare else False


def is_yes(text: str) -> bool:
    """Whether a value says yes: `true`, `x`, `ja`, `✅`."""
    bare = text.strip()
    return (key_words(bare) or bare) in words_of("yes")


def is_no(text: str) -> bool:
    """Whether a value says no, or nothing: `false`, `0`, `нет`."""
    bare = text.strip()
    return not bare or (key_words(bare) or bare) in words_of("no")


def is_partly(remark: str) -> bool:
    """Whether a remark behind a status says that not all of it is done."""
    return key_words(remark) in words_of("partly")
