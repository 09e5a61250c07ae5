"""Parse status phrases such as `Done`, `✅ Complete`, `PRODUCTION READY` or `[x]`.

A phrase is expected at the beginning of a value, or at the end of a heading. In doubt it is not a
status: `Complete redesign`, `Done when …` and `Open source` are not; `not done` and `80% complete`
are not done.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from backlog_sync.core.checkboxes import ANY as ANY_BOX
from backlog_sync.core.checkboxes import is_ticked
from backlog_sync.dataclass import dataclass
from backlog_sync.files.dates import months
from backlog_sync.files.scripts import is_cjk
from backlog_sync.files.vocabulary import is_decoration, key_words, vocabulary, words_of

_HEAD = 200
"""Characters of a value within which a status must begin."""

DONE, PROGRESS, TODO = frozenset(("done",)), frozenset(("progress",)), frozenset(("todo",))
STATUS_WORDS = {"done": "Done", "progress": "In Progress", "todo": "Todo", "cancelled": "Cancelled"}
"""The word for each meaning of a status."""

_STRUCK = frozenset(("done", "cancelled"))
_NONE = frozenset(("none",))

_BOX = re.compile(rf"{ANY_BOX.pattern}(?=\s|$)")
_BOXES = {" ": TODO, "~": PROGRESS, "/": PROGRESS, "-": frozenset(("cancelled",))}
_STRIKE = re.compile(r"~~(?=\S)([^~]{1,300})~~")
_TOKEN = re.compile(r"\d{1,3}[ ]?%|\w+(?:['’]\w+)?", re.UNICODE)
_SHARE = re.compile(r"(\d{1,3})[ ]?%")
_COUNT = re.compile(r"[(（][ ]*(\d{1,4})[ ]?(?:/|of|von|de|из)[ ]?(\d{1,4})[^()（）\d]{0,40}[)）]")
_REMARK = re.compile(r"[(（]([^()（）]{1,60})[)）]")
_APART = re.compile(r"[ \t*_`]*(?:$|[:：,;，；、。.!()（）\[\]|/+&–—~\"“”]|[ \t]-+(?:[ \t]|$)|-\w)")
_ENDINGS = re.compile(r"(?:了|済み?|しました|した|です|됨|했음|함|되었음|입니다)?$")
_LAST_REMARK = re.compile(r"[ ]?[(（\[][ ]*([^()（）\[\]]{1,60})[)）\]][ *_~.]*$")
_STAMP = re.compile(r"(?<=[✅☑✔✓])[ ]\d{4}-\d\d-\d\d$")
"""A date after a sign: `Sign in ✅ 2026-04-06`."""

_SEPARATOR = re.compile(r"[ ][-–—|:·]{1,2}[ ]|[ ]?[–—][ ]?|:[ ]")
_VERSION = re.compile(r"v?\d")
_NUMBERS = r"v?\d[\d\s.,/:–-]*|[\s.,/:–-]+"


@dataclass(frozen=True, slots=True)
class StatusPhrase:
    """A status phrase in a text.

    `meanings` are some of `todo`, `progress`, `done`, `cancelled`. `start` and `end` are its
    offsets in the text, including signs before it.
    """

    meanings: frozenset[str]
    start: int
    end: int
    alone: bool
    """Whether the text contains nothing else."""

    @property
    def done(self) -> bool:
        """Return whether no more work is needed."""
        return bool(self.meanings & _STRUCK) and not self.meanings - _STRUCK


@lru_cache(maxsize=4096)
def status_in(text: str) -> StatusPhrase | None:
    """Return the status phrase at the beginning of a value; None if there is none."""
    head = text[:_HEAD]
    at, marked = _signs(head)
    struck = _STRIKE.match(head, at)
    if struck:
        return _struck(head, struck)
    ticked = _BOX.search(head, 0, at)
    phrase = None if ticked and is_ticked(ticked) else _phrase(head, at)
    if phrase is None:
        return StatusPhrase(marked, 0, at, not head[at:].strip()) if marked else None
    meant, end = phrase
    if meant == DONE:
        meant = _lessened(head[end:])
    return StatusPhrase(meant, 0, end, not _without_remark(head[end:]))


def trailing_status(text: str) -> StatusPhrase | None:
    """Return the status at the end of a title: `Setup — DONE`, `Setup (COMPLETE)`, `Setup ✅`.

    `start` is where the title ends. None if the title ends with other words.
    """
    begin = max(0, len(text) - _HEAD)
    tail = text[begin:].rstrip()
    remark = _LAST_REMARK.search(tail)
    before = tail[: remark.start()] if remark else ""
    for match in (remark, _last(tail), _last(before)):
        remainder = (match[1] if match is remark else tail[match.end() :]).strip() if match else ""
        phrase = status_in(_undated(remainder)) if match and match.start() else None
        if match and phrase and phrase.alone and not _is_adjective(remainder, phrase):
            return StatusPhrase(phrase.meanings, begin + match.start(), len(text), alone=False)
    return _trailing_sign(before or tail, begin, remark[1] if remark else "")


def _last(part: str) -> re.Match[str] | None:
    """Return the last separator before the end of a title."""
    return max(_SEPARATOR.finditer(part), key=lambda match: match.start(), default=None)


def _is_adjective(text: str, phrase: StatusPhrase) -> bool:
    """Return whether a word after a title describes it, not its progress: `Search (new)`."""
    word = _REMARK.sub("", text[: phrase.end])
    return key_words(word) in words_of("weak_statuses") and not word.isupper()


def _trailing_sign(bare: str, begin: int, remark: str) -> StatusPhrase | None:
    """Return the status of a sign after a title: `Setup ✅`, `Setup ✅ (mostly)`."""
    bare = _STAMP.sub("", bare).rstrip("\ufe0f*_ ")
    if not bare[:-1].strip() or bare[-1:] not in vocabulary().title_marks:
        return None
    partly = bool(remark) and key_words(remark) in words_of("partly")
    done = vocabulary().marks[bare[-1]] == "done"
    if remark and not partly and (not done or _without_remark(remark)):
        return None
    meant = PROGRESS if partly else frozenset((vocabulary().marks[bare[-1]],))
    trailing = trailing_status(bare[:-1]) if not partly else None
    start = trailing.start if trailing else len(bare[:-1].rstrip())
    meant = trailing.meanings if trailing else meant
    return StatusPhrase(meant, begin + start, begin + len(bare), alone=False)


@lru_cache(maxsize=1024)
def meanings(status: str) -> frozenset[str]:
    """Return the meanings of a status: some of todo, progress, done, cancelled; or none."""
    phrase = status_in(status)
    if phrase is not None:
        return phrase.meanings
    tokens = [(key_words(match[0]), match.end()) for match in _TOKEN.finditer(status[:_HEAD])]
    meant, _ = _longest(tokens)
    if meant:
        return meant - _NONE
    marks = vocabulary().marks
    sign = next((marks[char] for char in status[:_HEAD] if char in marks), None)
    return frozenset((sign,)) if sign else frozenset()


def is_status_word(text: str) -> bool:
    """Return whether a text is a status and nothing else."""
    meant = vocabulary().statuses.get(key_words(text), _NONE)
    return "none" not in meant


@lru_cache(maxsize=1024)
def is_plain_status(word: str) -> bool:
    """Return whether a status has only its meaning: `Done`, `In Arbeit`; not `In review`."""
    head = key_words(_REMARK.sub("", word[:_HEAD]))
    if not head:
        return bool(meanings(word))
    return is_status_word(head) and head not in words_of("nuances")


def same_status(left: str, right: str) -> bool:
    """Return whether two status words mean the same.

    Unknown words do if they are spelled alike, and so do words that are more precise than their
    meaning: `In review` is another status than `In progress`.
    """
    if is_plain_status(left) and is_plain_status(right):
        return bool(meanings(left) & meanings(right))
    return key_words(left) == key_words(right) or _same_remarked(left, right)


def _same_remarked(left: str, right: str) -> bool:
    """Return whether two longer values mean the same: `Done – shipped in May` and `Done`."""
    heads = [(each, status_in(each)) for each in (left, right)]
    plain = all(phrase and is_plain_status(each[: phrase.end]) for each, phrase in heads)
    return plain and bool(meanings(left) & meanings(right))


# ---- parts ---------------------------------------------------------------------------------


def _signs(head: str) -> tuple[int, frozenset[str]]:
    """Return where the words after signs and boxes begin, and the meanings of these signs."""
    marks, at, meant = vocabulary().marks, 0, frozenset[str]()
    while at < len(head):
        box = _BOX.match(head, at)
        if box:
            meant, at = meant or _BOXES.get(box[1], DONE), box.end()
        elif head[at] in marks:
            meant, at = meant or frozenset((marks[head[at]],)), at + 1
        elif head[at] in ' \t*_`"“(（[' or is_decoration(head[at]):
            at += 1
        else:
            break
    return at, meant


def _struck(head: str, struck: re.Match[str]) -> StatusPhrase | None:
    """Return the status of struck-out text: over, unless another status replaces it."""
    inner, rest = status_in(struck[1]), head[struck.end() :]
    behind = status_in(rest.lstrip(" :–—-→>"))
    if behind is not None:
        return StatusPhrase(behind.meanings, 0, len(head), behind.alone)
    if inner is not None and inner.alone:
        return None
    return StatusPhrase(_STRUCK, 0, struck.end(), not rest.strip())


def _phrase(head: str, at: int) -> tuple[frozenset[str], int] | None:
    """Return the longest status at an offset, with its negation, and where it ends."""
    tokens = [(key_words(match[0]) or match[0], match.end()) for match in _TOKEN.finditer(head, at)]
    if not tokens or head[at : at + 1] != head[_start(head, at) : _start(head, at) + 1]:
        return None
    tokens = tokens[: vocabulary().longest_status + 4]
    share = _SHARE.fullmatch(head[_start(head, at) : tokens[0][1]])
    meant, end = _longest(tokens)
    if not meant:
        meant, end = _turned(tokens)
    if not meant:
        meant, end = _joined(tokens[0])
    if "none" in meant or not meant or not _ends(head, end):
        return None
    if share and meant in (DONE, PROGRESS):
        percent = int(share[1])
        meant = DONE if percent >= 100 else PROGRESS if percent else TODO
    return meant, end


def _start(head: str, at: int) -> int:
    match = _TOKEN.search(head, at)
    return match.start() if match else at


def _longest(tokens: list[tuple[str, int]]) -> tuple[frozenset[str], int]:
    """Return the longest run of words, from the first one on, that is a status."""
    known = vocabulary().statuses
    for count in range(min(len(tokens), vocabulary().longest_status), 0, -1):
        meant = known.get(" ".join(word for word, _ in tokens[:count]))
        if meant:
            return meant, tokens[count - 1][1]
    return frozenset(), 0


def _turned(tokens: list[tuple[str, int]]) -> tuple[frozenset[str], int]:
    """Return the modified status: `not yet done` is to do, `mostly done` is in progress."""
    denied = partly = False
    at = 0
    while before := next(_before(tokens[at:]), None):
        denied, partly = denied or before[0] == "negations", partly or before[0] == "partly"
        at += before[1]
    meant, end = _longest(tokens[at:]) if at else (frozenset[str](), 0)
    if meant & _STRUCK and (denied or partly):
        meant = PROGRESS if partly else TODO
    elif denied:
        meant = frozenset()
    return meant, end


def _before(tokens: list[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    """Yield the words before a status that modify or stress it, the longest first."""
    for count in (3, 2, 1):
        word = " ".join(token for token, _ in tokens[:count])
        for name in ("negations", "partly", "adverbs"):
            if count <= len(tokens) and word in words_of(name):
                yield name, count
        if count == 1 and _SHARE.fullmatch(word):
            yield "partly" if word.rstrip(" %") != "100" else "adverbs", 1


def _joined(token: tuple[str, int]) -> tuple[frozenset[str], int]:
    """Return the status of a word in a language without spaces: `完了しました`, `全部完成`."""
    word, end = token
    known = vocabulary().statuses
    if not is_cjk(word):
        return frozenset(), 0
    lead = max((part for name in ("negations", "adverbs") for part in words_of(name)
                if is_cjk(part) and word.startswith(part) and part != word),
               key=len, default="")  # fmt: skip
    for begin in {0, len(lead)}:
        for length in range(len(word), begin, -1):
            meant = known.get(word[begin:length])
            if meant and _ENDINGS.fullmatch(word[length:]):
                denied = begin > 0 and lead in words_of("negations")
                return (TODO if denied and meant & _STRUCK else meant), end
    return frozenset(), 0


def _ends(head: str, end: int) -> bool:
    """Return whether a phrase is separated from what follows, or only has a remark."""
    if _APART.match(head, end):
        return True
    following = _TOKEN.search(head, end)
    if following is None or head[end : following.start()].strip(" \t*_`"):
        return True
    word = key_words(following[0])
    is_remark = word in words_of("remarks") or word in vocabulary().statuses or word in months()
    return is_remark or bool(_VERSION.match(word))


def _lessened(rest: str) -> frozenset[str]:
    """Return how what follows reduces `done`: `(partially)`, `except for …`, `80%`, `(3/5)`."""
    remark = _REMARK.match(rest.lstrip(" *_"))
    heads = (remark[1], remark[1].split(" ", 1)[0].rstrip(",;:")) if remark else ()
    share, count = _SHARE.search(rest[:60]), _COUNT.search(rest[:60])
    following = [key_words(match[0]) for match in _TOKEN.finditer(rest[:60])]
    lessened = (
        any(key_words(part) in words_of("partly") for part in heads)
        or (share and int(share[1]) < 100)
        or (count and int(count[1]) < int(count[2]))
        or any(word in words_of("exceptions") for word in following[:4])
    )
    return PROGRESS if lessened else DONE


@cache
def _when() -> re.Pattern[str]:
    """Return a pattern for when something was done, or for which version: `Dec 2025`, `in v1.2`."""
    names, before = (
        "|".join(sorted(map(re.escape, words), key=len, reverse=True))
        for words in (months(), words_of("remarks"))
    )
    return re.compile(
        rf"(?:\b(?:{before})[ ])?(?:{_NUMBERS}|\b(?:{names}|q[1-4])\b)", re.IGNORECASE
    )


def _undated(text: str) -> str:
    """Return a remark without the date before it: `2026-08-04 done`; a date stays."""
    day = _DAY.match(text)
    return text[day.end() :] if day else text


_DAY = re.compile(
    r"(?:\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{2,4})[ :,–-]+(?=\w)"
)
"""A date before other words."""


def _without_remark(rest: str) -> str:
    """Return the text after a phrase, without a remark in brackets and signs."""
    plain = _when().sub(" ", _REMARK.sub("", rest, count=1))
    return "".join(char for char in plain if not is_decoration(char)).strip(' \t*_`~.!)]:;,"”')
