"""Read key-value metadata (rule 3) in all the ways in which people write it.

`**K**: v`, `**K:** v`, `**K: v.**`, `- K: v`, `K1: v | K2: v`.
"""

import re
from dataclasses import replace

from backlog_sync.dataclass import dataclass
from backlog_sync.files.outline import Kind, Line
from backlog_sync.files.vocabulary import WORK, bare_word, field_of, listed, topics

_KEY_LENGTH = 60
_REMARK = re.compile(r"[ ]?[(（][^()（）]{1,80}[)）](?=[ ]?[:：])")
_STOPPED = re.compile(r"[ ]?\([^()]{1,80}\)\.|\.")
_LABEL_HEAD = re.compile(r"[ ][—–-][ ]|[ ]?\(")
_COLONS = (":", "：")
_SIGN = re.compile("[:：]")
_BLANKS = re.compile(r"[ \t]*")
_PLAIN = listed("plain_keys")
"""Fields whose keys count without bold marks; others begin sentences as well: `Link: …`."""

_DOTTED_KEYS = listed("dotted_keys")
"""Keys that may end with a period: `**Goal.** Parcels wait in lockers.`"""


@dataclass(frozen=True, slots=True)
class Pair:
    """A key and its value on one line.

    `field` is None for an unknown key. `prefix` is the part of the line before the key, `joint` is
    between key and value, `closing` follows the value; together they are the author's style.
    `start` and `end` are the offsets of the value. `cell` is True for a table cell.
    """

    key: str
    field: str | None
    value: str
    start: int
    end: int
    prefix: str
    joint: str
    closing: str = ""
    bold: bool = False
    cell: bool = False


def meant_field(key: str) -> str | None:
    """Return the field that a key names; definitions of done and scenarios are criteria."""
    field = field_of(key)
    return "acceptance_criteria" if field in ("definition_of_done", "scenarios") else field


_ITALIC = re.compile(r"([*_])(?=[^\W_])([^*_:：]{1,60})(?:[:：]\1|\1[:：])")
"""A key in italics, with its colon inside or after them."""


def parse_pairs(text: str, line: Line, *, plain_keys: bool) -> tuple[Pair, ...]:
    """Return the metadata on a line of a source's text; empty if there is none.

    `plain_keys` is True if known keys without bold marks count on this line.
    """
    if line.kind not in (Kind.TEXT, Kind.LIST) or line.box is not None or not line.text:
        return ()
    end = line.at + len(line.text)
    if text[end - 1] == "\\" and end == line.end:
        end -= 1
    prefix = text[line.start : line.at]
    pair = (
        _bold(text, line.at, end, prefix)
        or _italic(text, line.at, end, prefix)
        or (_unmarked(text, line.at, end, prefix) if plain_keys else None)
    )
    if pair is None:
        return ()
    pairs = [pair]
    while " | " in pairs[-1].value and len(pairs) < 12:
        further = _next(text, pairs[-1], prefix)
        if further is None:
            break
        pairs[-1:] = further
    return tuple(pairs)


def _next(text: str, pair: Pair, prefix: str) -> tuple[Pair, Pair] | None:
    """Split a pair at its first bar that another key follows; return None if there is none."""
    bar = text.index(" | ", pair.start, pair.end)
    at = _behind_blanks(text, bar + 3, pair.end)
    second = _bold(text, at, pair.end, prefix) or _unmarked(text, at, pair.end, prefix)
    if second is None:
        return None
    return _cut(text, pair, bar), second


def _cut(text: str, pair: Pair, end: int) -> Pair:
    start = min(pair.start, end)
    while end > start and text[end - 1] in " \t":
        end -= 1
    return replace(pair, value=text[start:end], start=start, end=end, closing="")


def _bold(text: str, at: int, end: int, prefix: str) -> Pair | None:
    mark = text[at : at + 2]
    if mark not in ("**", "__"):
        return None
    close = text.find(mark, at + 2, min(end, at + 2 + _KEY_LENGTH + 400))
    if close < 0:
        return None
    inner = text[at + 2 : close]
    behind = close + 2
    if inner.rstrip()[-1:] in _COLONS and inner.strip(" :："):
        key = inner.rstrip()[:-1].rstrip()
        return _pair(text, at + 2, key, behind, end, prefix + mark)
    if inner.endswith(".") and meant_field(inner[:-1]) in _DOTTED_KEYS and behind < end:
        return _pair(text, at + 2, inner[:-1], behind, end, prefix + mark)
    if inner.endswith(".") or text[end - 1] == ".":
        label = _head_of_label(inner, text[behind:end])
        if label is not None:
            return _pair(text, at + 2, label, end, end, prefix + mark)
    remark = _REMARK.match(text, behind, end)  # `**Success criteria** (what must be true):`
    colon = _behind_blanks(text, remark.end() if remark else behind, end)
    if text[colon : colon + 1] in _COLONS and colon < end:
        pair = _pair(text, at + 2, inner.rstrip(), colon + 1, end, prefix + mark)
        remark_text = remark[0] if remark else ""
        return pair and replace(
            pair, joint=pair.joint.replace(remark_text, "")
        )  # the remark is not part of the style
    if " " in inner and meant_field(inner) == "acceptance_criteria" and text[behind:colon] == " ":
        return _pair(text, at + 2, inner, behind, end, prefix + mark)  # `**Done when** it floats`
    return _all_bold(text, at, close, end, prefix)


def _italic(text: str, at: int, end: int, prefix: str) -> Pair | None:
    """Read `*K:* v`, only for known keys, because many sentences begin with emphasis."""
    match = _ITALIC.match(text, at, end)
    if match is None or meant_field(match[2].rstrip()) is None:
        return None
    return _pair(text, at + 1, match[2].rstrip(), match.end(), end, prefix + match[1])


def _head_of_label(label: str, behind: str) -> str | None:
    """Return the key of a label that ends with a period above a list: `**Scope — the rest.**`.

    Only words for work and for criteria count: other bold lines are headings and sentences.
    """
    if behind and not _STOPPED.fullmatch(behind):
        return None
    key = _LABEL_HEAD.split(label, maxsplit=1)[0].rstrip(" .")
    known = topics(key) & WORK or meant_field(key) == "acceptance_criteria"
    return key if known else None


def _all_bold(text: str, at: int, close: int, end: int, prefix: str) -> Pair | None:
    """Read `**K: v.**`, only for known keys, because a bold sentence is not metadata."""
    inner = text[at + 2 : close]
    colon = _colon(inner)
    if colon < 0 or meant_field(inner[:colon]) is None:
        return None
    if text[close + 2 : end].strip(" .") and meant_field(inner[:colon]) != "status":
        return None
    stop = close
    while stop > at and text[stop - 1] in " .":
        stop -= 1
    pair = _pair(text, at + 2, inner[:colon].rstrip(), at + 2 + colon + 1, stop, prefix + "**")
    return pair and replace(pair, closing=text[pair.end : close + 2])


def _unmarked(text: str, at: int, end: int, prefix: str) -> Pair | None:
    inner = text[at : min(end, at + _KEY_LENGTH)]
    colon = _colon(inner)
    if colon < 1 or not inner[0].isalpha() or meant_field(inner[:colon]) not in _PLAIN:
        return None
    behind = at + colon + 1
    if behind < end and inner[colon] == ":" and text[behind] not in " \t":
        return None
    return _pair(text, at, inner[:colon].rstrip(), behind, end, prefix, bold=False)


def _colon(inner: str) -> int:
    match = _SIGN.search(inner)
    return match.start() if match else -1


def _behind_blanks(text: str, at: int, end: int) -> int:
    """Return the offset of the first character from `at` that is not a blank; at most `end`."""
    blanks = _BLANKS.match(text, at, end)
    return blanks.end() if blanks else at


def _pair(
    text: str, at: int, key: str, behind: int, end: int, prefix: str, *, bold: bool = True
) -> Pair | None:
    if len(key) > _KEY_LENGTH or not bare_word(key):
        return None
    start = _behind_blanks(text, behind, end)
    joint = text[at + len(key) : start]
    return Pair(key, meant_field(key), text[start:end], start, end, prefix, joint, bold=bold)
