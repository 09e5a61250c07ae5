"""The managed block of an issue's body: writing it, finding it, changing nothing else."""

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import TypeVar

from backlog_sync.core import base as marker_codec
from backlog_sync.core.checkboxes import BODY_LINE
from backlog_sync.core.marker import Base, Marker
from backlog_sync.core.mentions import closed, quiet
from backlog_sync.core.model import Block, CheckItem, Checklist, Prose
from backlog_sync.core.normalize import digest, hash_value, unify_newlines
from backlog_sync.dataclass import dataclass

BEGIN = "<!-- backlog:begin -->"
CRITERIA = "acceptance_criteria"
SOURCE = "body"
"""Under this name the base contains the hash of the body in the file."""
NEWER = "a newer version of backlog wrote them"
"""The problem of a marker whose version this program does not know."""
_END = "<!-- backlog:end "
_VERSION = re.compile(r'"v":(\d{1,4})\b')
_SIGN = "<!-- backlog:"
_UNBOXED = r"\1\\[\2] \3"
_OWN_COMMENT = re.compile(r"<!--(?=\s{0,8}backlog:)", re.IGNORECASE)
_FOOTER = "*Managed from `"
_CLAIMS = 20
_BODIES = 20_000
"""Bodies that are kept taken apart: the questions before a plan, matching and planning read the
same ones in turn, so that a cache of fewer than all would find none."""
_FEW = 200
"""Results that are kept for a while: the same lines are looked at for one item after another."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class SplitBody:
    """A body taken apart. `before` and `after` are exact; `lines` are the block's, LF, bare.

    `marker` is None if there is none or where what looks like one cannot be trusted; then
    `problem` says why ("" if there is simply none) and `claims` are the markers that can
    still be read in it.
    """

    before: str
    after: str
    lines: tuple[str, ...] = ()
    marker: Marker | None = None
    problem: str = ""
    claims: tuple[Marker, ...] = ()


@lru_cache(_BODIES)
def split(body: str) -> SplitBody:
    """Find the managed block. Exactly one is trusted; anything else is reported as a problem."""
    begins: list[tuple[int, int]] = []
    ends: list[tuple[int, int, str]] = []
    at = body.find(_SIGN)
    while at >= 0:
        offset, until = body.rfind("\n", 0, at) + 1, body.find("\n", at) + 1 or len(body)
        line = body[offset:until]
        bare = line.strip()
        if bare == BEGIN:
            begins.append((offset + line.index(BEGIN), until))
        elif bare.startswith(_END) and bare.endswith("-->"):
            start = offset + line.index(_END)
            ends.append((start, start + len(bare), bare))
        at = body.find(_SIGN, until)
    if not begins and not ends:
        return SplitBody(before=body, after="")
    markers = [_decode_marker(text) for _, _, text in ends[:_CLAIMS]]
    if len(begins) != 1 or len(ends) != 1 or ends[0][0] < begins[0][1]:
        problem = "its body holds a broken or a second block"
    elif markers[0] is None:
        version = _VERSION.search(ends[0][2])
        newer = version is not None and int(version[1]) > marker_codec.VERSION
        problem = NEWER if newer else "the marker in its body cannot be read"
    else:
        inner = unify_newlines(body[begins[0][1] : ends[0][0]])
        return SplitBody(
            before=body[: begins[0][0]],
            after=body[ends[0][1] :],
            lines=tuple(inner.rstrip("\n").split("\n")) if inner.strip() else (),
            marker=markers[0],
        )
    claims = tuple(marker for marker in markers if marker is not None)
    return SplitBody(before=body, after="", problem=problem, claims=claims)


def same_body(body: str, before: str) -> bool:
    """Return whether two bodies differ only in the version of the reader, if at all."""
    return body == before or same_parts(split(body), split(before))


def same_parts(parts: SplitBody, before: SplitBody) -> bool:
    """Return whether two bodies taken apart differ only in the version of the reader, if at all."""
    if (parts.before, parts.after, parts.lines) != (before.before, before.after, before.lines):
        return False
    marker, other = parts.marker, before.marker
    if marker is None or other is None:
        return marker is other
    # The text of a marker has all hashes, so that most of those that differ are not encoded.
    return marker.base.hashes == other.base.hashes and _unversioned(marker) == _unversioned(other)


def _unversioned(marker: Marker) -> str:
    return marker_codec.encode(replace(marker, reader=0))


def _decode_marker(line: str) -> Marker | None:
    return marker_codec.decode(line[len(_END) : -len("-->")].strip())


def join(parts: SplitBody) -> str:
    """Return the whole body again, the block in between."""
    assert parts.marker is not None
    block = "\n".join((BEGIN, *parts.lines, f"{_END}{marker_codec.encode(parts.marker)} -->"))
    return f"{parts.before}{block}{parts.after}"


# ---- writing -------------------------------------------------------------------------------


def render(block: Block, *, source: str, mentions: bool) -> tuple[str, ...]:
    """Return the lines of the block: a part under its heading, then the line that says whose it is.

    `source` is the file's path; boxes stand as the file has them.
    """
    lines = [line for part in block for line in _part(part, mentions)]
    path = " ".join(source.replace("`", "'").split())
    lines.append(f"{_FOOTER}{path}`; edit there, or below this line.*")
    return tuple(lines)


def without_footer(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Return the lines of a block without the one that says whose it is."""
    return tuple(line for line in lines if not is_footer(line))


def is_footer(line: str) -> bool:
    """Return whether a line of a block is the one that says whose it is."""
    return line.startswith(_FOOTER)


def _part(part: Prose | Checklist, mentions: bool) -> list[str]:
    lines: list[str] = []
    if part.heading:
        lines += [f"### {_safe(_one_line(part.heading), mentions)}", ""]
    if isinstance(part, Checklist):
        for entry in part.entries:
            text = _safe(_one_line(entry.text), mentions)
            lines.append(f"- [{'x' if entry.done else ' '}] {text}")
            if entry.details:
                lines += detail_lines(entry, mentions=mentions)
    else:
        text = closed(unify_newlines(part.text))
        if part.text.strip() and not text.strip():
            return []
        lines += _safe(text, mentions).split("\n")
    return [*lines, ""]


def detail_lines(entry: CheckItem, *, mentions: bool) -> list[str]:
    """Return the lines below an entry's box: indented, so that they stay with it, and no boxes."""
    if not entry.details:
        return []
    text = _safe(closed(unify_newlines("\n".join(entry.details))), mentions)
    return [f"  {BODY_LINE.sub(_UNBOXED, line)}" for line in text.split("\n") if line.strip()]


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _safe(text: str, mentions: bool) -> str:
    """Keep text from the file from notifying people, and from forging or hiding a marker."""
    if "<!--" in text:
        text = _OWN_COMMENT.sub("&lt;!--", text)
        opened = text.rfind("<!--")
        if opened >= 0 and text.find("-->", opened + 4) < 0:
            text = text.replace("<!--", "&lt;!--")
    return text if mentions else quiet(text)


# ---- boxes ---------------------------------------------------------------------------------


@lru_cache(_FEW)
def _boxes(lines: tuple[str, ...]) -> tuple[tuple[int, str, bool], ...]:
    """Return index, key and tick of every check box.

    The key is a hash of its text; a second box of the same text has its own key.
    """
    occurrences: dict[str, int] = {}
    entries: list[tuple[int, str, bool]] = []
    for index, line in enumerate(lines):
        match = BODY_LINE.match(line) if "[" in line else None
        if match:
            text = match[3].strip()
            nth = occurrences.get(text, 0)
            occurrences[text] = nth + 1
            key = digest(f"{text}\n{nth}" if nth else text, 8)
            entries.append((index, key, match[2] != " "))
    return tuple(entries)


def boxes(lines: tuple[str, ...]) -> dict[str, bool]:
    """Return every check box by its key, and whether it is ticked."""
    return {key: done for _, key, done in _boxes(lines)}


def read_box(line: str) -> tuple[str, bool] | None:
    """Return the text of a check box and whether it is ticked; None for any other line."""
    match = BODY_LINE.match(line)
    return (match[3].strip(), match[2] != " ") if match else None


def box_texts(lines: tuple[str, ...]) -> dict[str, str]:
    """Return the text of every check box by its key, in order."""
    texts: dict[str, str] = {}
    for index, key, _ in _boxes(lines):
        match = BODY_LINE.match(lines[index])
        texts[key] = match[3].strip() if match else ""
    return texts


def with_ticks(lines: tuple[str, ...], ticks: Mapping[str, bool]) -> tuple[str, ...]:
    """Return the lines with these boxes ticked or unticked; other boxes stay."""
    ticked = list(lines)
    for index, key, done in _boxes(lines):
        if ticks.get(key, done) != done:
            match = BODY_LINE.match(lines[index])
            assert match is not None
            ticked[index] = f"{match[1]}[{' ' if done else 'x'}] {match[3]}"
    return tuple(ticked)


def criteria_places(block: Block, *, mentions: bool) -> tuple[int, ...]:
    """Return the check-box index of each acceptance criterion."""
    lines: list[str] = []
    criteria: list[int] | None = None
    for part in block:
        start = len(lines)
        lines += _part(part, mentions)
        if isinstance(part, Checklist) and part.name == CRITERIA and criteria is None:
            criteria = []
            at = start + (2 if part.heading else 0)
            for entry in part.entries:
                criteria.append(at)
                at += 1 + len(detail_lines(entry, mentions=mentions))
    nth = {index: n for n, (index, _, _) in enumerate(_boxes(tuple(lines)))}
    return tuple(nth[index] for index in criteria or ())


# ---- the source's own text -----------------------------------------------------------------


@lru_cache(_FEW)
def source_name(path: str, sources: tuple[str, ...]) -> str:
    """Return the repository's own name for a file: the path as typed differs from run to run."""
    typed = path.replace("\\", "/").removeprefix("./")
    exact = [s for s in sources if typed == s]
    typed_whole = [s for s in sources if typed.endswith(f"/{s}")]
    typed_below = [s for s in sources if s.endswith(f"/{typed}")]
    candidates = exact or typed_whole or typed_below or sources[:1]
    return max(candidates, key=len, default=typed)


def source_hash(block: Block, *, source: str, mentions: bool) -> str:
    """Return a hash of what the file says, however it is rendered: ticks and headings left out.

    The headings of a template are the author's, so they count.
    """
    parts = [
        [
            part.name,
            [_criterion(entry) for entry in part.entries]
            if isinstance(part, Checklist)
            else unify_newlines(part.text),
            *([_one_line(part.heading)] if part.templated else []),
        ]
        for part in block
    ]
    return hash_value([source, mentions, parts])


def _criterion(entry: CheckItem) -> str | list[str]:
    """Return what a criterion says; without details only its text, as it always was."""
    text = _one_line(entry.text)
    return [text, *entry.details] if entry.details else text


def as_applied(
    desired: tuple[str, ...], observed: tuple[str, ...], base: Base, source: str
) -> tuple[str, ...]:
    """Return the lines that are wanted, in the rendering that stands where neither side moved.

    A tool that renders differently than the one that wrote the block has no reason to write it
    again. `source` is the hash of what the file says.
    """
    if desired == observed or base.hashes.get(SOURCE) != source or not base.lines:
        return desired
    if line_hashes(observed) != base.lines:
        return desired
    keys, ticks = list(boxes(observed)), list(boxes(desired).values())
    if len(keys) != len(ticks):
        return observed
    return with_ticks(observed, dict(zip(keys, ticks, strict=True)))


# ---- lines ---------------------------------------------------------------------------------


@lru_cache(_FEW)
def line_hashes(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Return a short hash per line that holds anything, boxes counted as unticked."""
    return tuple([_line_hash(line) for line in lines if line.strip()])


@lru_cache(_FEW)
def _line_hash(line: str) -> str:
    return digest(_untick(line), 6)


def foreign_lines(
    observed: tuple[str, ...], desired: tuple[str, ...], base: tuple[str, ...]
) -> tuple[str, ...]:
    """Return the lines that people put into the block: neither ours now nor ours before.

    A line counts as often as it is there: a second one like ours is not ours.
    """
    ours = Counter(base) | Counter(line_hashes(desired))
    foreign: list[str] = []
    for line in observed:
        if not line.strip():
            continue
        key = _line_hash(line)
        if ours[key]:
            ours[key] -= 1
        else:
            foreign.append(line)
    return tuple(foreign)


def _untick(line: str) -> str:
    match = BODY_LINE.match(line) if "[" in line else None
    return f"- [ ] {match[3].strip()}" if match else line.rstrip()


def visible(body: str) -> str:
    """Return the body without the tool's hidden comments, for people to read."""
    return "\n".join(
        line
        for line in unify_newlines(body).split("\n")
        if not line.strip().startswith((BEGIN, _END))
    ).strip("\n")


# ---- the marker in a body ------------------------------------------------------------------


def with_nonce(body: str, nonce: str) -> str:
    """Return the body with this nonce in its marker."""
    parts = split(body)
    assert parts.marker is not None
    return join(replace(parts, marker=replace(parts.marker, nonce=nonce)))


def without_claims(body: str, before: str, names: Collection[str]) -> str:
    """Return the body with the base of these fields as it was in the body before.

    For what was planned to be made true, and was not.
    """
    parts = split(body)
    assert parts.marker is not None
    old_marker = split(before).marker
    base, old_base = parts.marker.base, old_marker.base if old_marker else Base()
    restored_base = replace(
        base,
        hashes=_restored(base.hashes, old_base.hashes, names),
        sets=_restored(base.sets, old_base.sets, names),
        order=old_base.order if "order" in names else base.order,
        pending=tuple(sorted({*base.pending, *(n for n in old_base.pending if n in names)})),
        written=replace(
            base.written,
            atoms=_restored(base.written.atoms, old_base.written.atoms, names),
            sets=_restored(base.written.sets, old_base.written.sets, names),
        ),
        finish=old_base.finish if "state" in names else base.finish,
    )
    return join(replace(parts, marker=replace(parts.marker, base=restored_base)))


def with_applied(body: str, applied: Mapping[str, Collection[str]]) -> str:
    """Return a new issue's body with its base after the requests that followed its creation.

    `applied` holds, by field, what they set: members of a set, or any one name for a single value.
    A set claims its made members only. A field that nothing was made of stays pending.
    """
    parts = split(body)
    assert parts.marker is not None
    base = parts.marker.base
    done = {name for name in base.pending if applied.get(name)}
    sets = {
        name: tuple(m for m in members if m in applied[name]) if name in done else members
        for name, members in base.sets.items()
    }
    new_base = replace(base, sets=sets, pending=tuple(n for n in base.pending if n not in done))
    return join(replace(parts, marker=replace(parts.marker, base=new_base)))


def _restored(
    new: Mapping[str, _T], old: Mapping[str, _T], names: Collection[str]
) -> dict[str, _T]:
    kept = {name: value for name, value in new.items() if name not in names}
    return kept | {name: value for name, value in old.items() if name in names}
