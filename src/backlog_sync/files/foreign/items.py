"""The fields of one item of a structured file: pairs of key and value into a draft."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from backlog_sync.core.diagnostics import Place
from backlog_sync.files.board import parse_date
from backlog_sync.files.foreign.drafts import Draft, Findings, Ref
from backlog_sync.files.foreign.values import (
    LONGEST_TITLE,
    criteria_of,
    names_of,
    status_word,
    text_of,
    word_of,
    words_of,
)
from backlog_sync.files.foreign.words import (
    FALSE_WORDS,
    KIND_WORDS,
    TITLE_ORDER,
    TRUE_WORDS,
    field_named,
    key_words,
)
from backlog_sync.files.markdown.values import parse_estimate, parse_hours, parse_points
from backlog_sync.files.refs import parse_issue_ref
from backlog_sync.files.words import RANKS, is_empty_word, meanings
from backlog_sync.files.yaml.nodes import ListNode, MapNode, Node, Scalar

_FIBONACCI = frozenset((0, 0.5, 1, 2, 3, 5, 8, 13, 20, 21, 34, 40, 55, 89, 100))
_BARE = re.compile(r"\d{1,4}(?:\.\d{1,2})?")
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9]{0,14}[-_.]?\d[\w.-]{0,40}")
_TEXTS = ("goal", "team", "audience")
_WORDS = ("labels", "assignees", "skills")
_PARTS = ("as_a", "i_want", "so_that")
_SECONDS = 3600
_OWN_WORDS = {"task": {"task", "subtask", "todo"}, "story": {"story", "user story"}}
_ANY_WORDS = {"task", "subtask", "todo", "story", "user story", "feature", "epic"}
_NO_PRIORITY = ("no priority", "not set", "unset", "undefined")


@dataclass(frozen=True, slots=True)
class Pair:
    """A key of an item, its value, and where the key stands."""

    key: str
    value: Node
    place: Place


@dataclass(slots=True)
class Estimates:
    """Efforts without a unit, to be judged when all of the file are known."""

    bare: list[tuple[Draft, float, Place]] = field(default_factory=list)

    def settle(self, findings: Findings) -> None:
        """Take them for points where all of them stand on the usual scale of points."""
        if all(value in _FIBONACCI for _, value, _ in self.bare):
            for draft, value, place in self.bare:
                draft.put("story_points", value, place)
            return
        for _, value, place in self.bare:
            findings.warn(
                place, "unknown-unit", "efforts without a unit are left empty", f"{value:g}",
                "write '6h' for hours, or 'story_points:' for points",
            )  # fmt: skip


class Filler:
    """Fills drafts from pairs; what has no field is told once for the file."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.estimates = Estimates()
        self._special: dict[str, Callable[[Draft, str, Pair], None]] = {
            "acceptance_criteria": self._criteria,
            "definition_of_done": self._criteria,
            "scenarios": self._criteria,
            "depends_on": self._links,
            "blocks": self._links,
            "epic": self._parent,
            "feature": self._parent,
            "story": self._parent,
            "parent": self._parent,
            "milestone": self._time,
            "sprint": self._time,
            "status": self._status,
            "done": self._status,
            "priority": self._priority,
            "story_points": self._effort,
            "estimate": self._effort,
            "effort": self._effort,
            "estimate_hours": self._effort,
            "estimate_seconds": self._effort,
            "issue": self._issue,
            "url": self._url,
            "start": self._date,
            "target": self._date,
            "description": self._describe,
            "user_story": self._story_text,
        }

    # ---- titles, ids, kinds ----------------------------------------------------------------

    def title_of(self, pairs: Sequence[Pair], kind: str) -> Pair | None:
        """The pair that holds an item's title: the usual keys first, then the kind's own name."""
        found = [p for p in pairs if field_named(p.key) == "title" and text_of(p.value)]
        for name in TITLE_ORDER:
            for pair in found:
                if key_words(pair.key) == name:
                    return pair
        if found:
            return found[0]
        own = _OWN_WORDS.get(kind, {kind} if kind else _ANY_WORDS)
        for wanted in (own, {"i want", "want"}, {"description", "desc", "details"}):
            for pair in pairs:
                words = key_words(pair.key)
                if words in wanted and isinstance(pair.value, Scalar) and text_of(pair.value):
                    return pair
        return next(
            (p for p in pairs if field_named(p.key) in ("description", "user_story", "i_want")
             and isinstance(p.value, Scalar) and text_of(p.value)), None,
        )  # fmt: skip

    def kind_of(self, pairs: Sequence[Pair], hint: str, *, loose: bool) -> str:
        """An item's kind: the list's, or its own word where the list takes any kind.

        A bug, a spike or a chore is one in every list.
        """
        for pair in pairs:
            if field_named(pair.key) == "kind":
                meant = KIND_WORDS.get(key_words(word_of(pair.value)))
                if meant and (loose or meant in ("bug", "spike", "chore")):
                    return meant
        return hint

    def ids_of(self, pairs: Sequence[Pair], kind: str) -> list[str]:
        """The ids as written: a code such as `WEB-12` first, `id` before any other spelling."""
        found: list[tuple[bool, int, str]] = []
        for pair in pairs:
            words, text = key_words(pair.key), text_of(pair.value)
            if not text or not isinstance(pair.value, Scalar) or len(text) > 80:
                continue
            own = _own_id(words)
            if own is not None:
                if own == kind or (own == "task" and RANKS.get(kind) == 4):
                    found.append((not _CODE.fullmatch(text), 2, text))
            elif field_named(pair.key) == "id":
                order = {"id": 0, "key": 1, "issue key": 1}.get(words, 3)
                found.append((not _CODE.fullmatch(text), order, text))
        return list(dict.fromkeys(text for _, _, text in sorted(found)))

    def name(self, draft: Draft, pairs: Sequence[Pair]) -> None:
        """Give a draft its id, and the other ids under which it is known."""
        ids = self.ids_of(pairs, draft.kind)
        draft.raw_id = ids[0] if ids else None
        draft.aliases += ids[1:]

    # ---- fields ----------------------------------------------------------------------------

    def fill(self, draft: Draft, pairs: Sequence[Pair], title: Pair | None) -> None:
        """Put what the pairs say into the draft."""
        parts: dict[str, Pair] = {}
        whole = title is not None and len(text_of(title.value)) <= LONGEST_TITLE
        for pair in pairs:
            name = self._meaning(draft, pair)
            if name in _PARTS:
                parts.setdefault(name, pair)
            elif pair is title and (whole or name == "title"):
                continue
            elif name is None:
                self._left_out(pair)
            elif name not in ("id", "kind", "title"):
                self._field(draft, name, pair)
            elif name == "title" and key_words(pair.key) == "summary":
                self._field(draft, "description", pair)
        self._user_story(draft, parts, title)
        criteria = draft.fields.get("acceptance_criteria")
        scenarios = draft.fields.pop("scenarios", None)
        if scenarios and not criteria:
            place = draft.places.get("scenarios", draft.place)
            draft.fields["acceptance_criteria"] = scenarios
            draft.places["acceptance_criteria"] = place

    def _meaning(self, draft: Draft, pair: Pair) -> str | None:
        own = _own_id(key_words(pair.key))
        if own is not None and own != draft.kind and RANKS.get(own, 9) < draft.rank:
            return own
        return "id" if own is not None else field_named(pair.key)

    def _left_out(self, pair: Pair) -> None:
        if isinstance(pair.value, Scalar) and pair.value.is_null:
            return
        self.findings.warn(
            pair.place, "left-out", "keys without a field of ours stay in the file only", pair.key
        )

    def _field(self, draft: Draft, name: str, pair: Pair) -> None:
        special = self._special.get(name)
        text = text_of(pair.value)
        if special is not None:
            special(draft, name, pair)
        elif name in _TEXTS:
            if text:
                draft.put(name, text, pair.place)
        elif name in _WORDS:
            draft.put(name, list(names_of(pair.value)), pair.place)
        else:
            self._left_out(pair)

    def _links(self, draft: Draft, name: str, pair: Pair) -> None:
        refs = [Ref(word, pair.place) for word in words_of(pair.value)]
        if name == "blocks":
            draft.blocks += refs
        else:
            draft.depends = [*(draft.depends or ()), *refs]
            draft.places.setdefault("depends_on", pair.place)

    def _priority(self, draft: Draft, name: str, pair: Pair) -> None:
        text = word_of(pair.value)
        if text and not is_empty_word(text) and key_words(text) not in _NO_PRIORITY:
            draft.put(name, text, pair.place)

    def _issue(self, draft: Draft, name: str, pair: Pair) -> None:
        text = text_of(pair.value)
        if text and parse_issue_ref(text):
            draft.put(name, text, pair.place)
        elif text and not is_empty_word(text):
            self._unread(pair, name)

    def _describe(self, draft: Draft, _: str, pair: Pair) -> None:
        """Several texts that describe become one, in order."""
        text = text_of(pair.value)
        before = draft.fields.get("description")
        if not text or text == before:
            return
        draft.places.setdefault("description", pair.place)
        draft.fields["description"] = f"{before}\n\n{text}" if before else text

    def _story_text(self, draft: Draft, _: str, pair: Pair) -> None:
        if isinstance(pair.value, MapNode):
            inner = [Pair(e.key.value, e.value, pair.place) for e in pair.value.entries]
            parts = {name: each for each in inner if (name := field_named(each.key)) in _PARTS}
            self._user_story(draft, {str(k): v for k, v in parts.items()}, None)
        elif text_of(pair.value):
            draft.put("user_story", text_of(pair.value), pair.place)

    def _user_story(self, draft: Draft, parts: dict[str, Pair], title: Pair | None) -> None:
        """`as`, `want` and `so`; alone, such a short key may mean anything and is left out."""
        said = {name: text_of(pair.value) for name, pair in parts.items()}
        if said.get("as_a") and said.get("i_want"):
            story = {name: said[name] for name in _PARTS if said.get(name)}
            draft.put("user_story", story, parts["as_a"].place)
            return
        for pair in parts.values():
            if pair is not title:
                self._left_out(pair)

    def _criteria(self, draft: Draft, name: str, pair: Pair) -> None:
        entries = list(criteria_of(pair.value))
        if name == "scenarios":
            if "scenarios" not in draft.fields:
                draft.fields["scenarios"] = entries
                draft.places["scenarios"] = pair.place
            return
        before = draft.fields.get("acceptance_criteria")
        draft.places.setdefault("acceptance_criteria", pair.place)
        draft.fields["acceptance_criteria"] = [*(before if isinstance(before, list) else ()),
                                               *entries]  # fmt: skip

    def _url(self, draft: Draft, _: str, pair: Pair) -> None:
        """An address names the item's issue only where it is that of an issue."""
        text = text_of(pair.value)
        if "/issues/" in text and parse_issue_ref(text):
            draft.put("issue", text, pair.place)
        else:
            self._left_out(pair)

    def _parent(self, draft: Draft, name: str, pair: Pair) -> None:
        kind = "" if name == "parent" else name
        if kind and RANKS[kind] >= draft.rank:
            self._left_out(pair)
            return
        for word in words_of(pair.value)[:1]:
            if not is_empty_word(word):
                draft.parents.append(Ref(word, pair.place, kind))

    def _time(self, draft: Draft, name: str, pair: Pair) -> None:
        if isinstance(pair.value, MapNode):
            words = [word_of(pair.value)]
        else:
            words = [word for word in words_of(pair.value) if not is_empty_word(word)]
        if not words or not words[-1]:
            return
        word = words[-1]
        if name == "sprint" and _BARE.fullmatch(word):
            word = f"Sprint {word}"
        draft.parents.append(Ref(words[-1], pair.place, "group"))
        draft.put(name, word, pair.place)

    def _status(self, draft: Draft, name: str, pair: Pair) -> None:
        text = word_of(pair.value)
        if not text or isinstance(pair.value, ListNode):
            return
        folded = text.casefold()
        if folded in TRUE_WORDS and name == "done":
            draft.put("status", "Done", pair.place)
        elif folded in FALSE_WORDS or (name == "done" and folded in TRUE_WORDS):
            return
        elif name == "status" or meanings(text):
            draft.put("status", status_word(text), pair.place)

    def _effort(self, draft: Draft, name: str, pair: Pair) -> None:
        """Points, hours, or a word for a declared scale. What has another unit is left empty."""
        text, place = text_of(pair.value), pair.place
        if not text or is_empty_word(text):
            return
        if name == "estimate_seconds":
            if text.isdecimal() and len(text) < 10:
                draft.put("estimate_hours", int(text) / _SECONDS, place)
            return
        if name == "story_points":
            points = parse_points(text)
            if points is not None:
                draft.put("story_points", points, place)
            return
        hours = parse_hours(text) if name == "estimate_hours" else parse_estimate(text).hours
        if hours is not None:
            draft.put("estimate_hours", hours, place)
            return
        if name == "effort" and _BARE.fullmatch(text):
            self.estimates.bare.append((draft, float(text), place))
            return
        points = parse_estimate(text).points
        if points is not None and name != "estimate_hours":
            draft.put("story_points", points, place)
            return
        self.findings.warn(
            place, "unknown-unit", "estimates that are neither points nor hours are left empty",
            text, "write '6h' for hours, a number for points",
        )  # fmt: skip

    def _date(self, draft: Draft, name: str, pair: Pair) -> None:
        text = text_of(pair.value)
        if not text or is_empty_word(text):
            return
        day = parse_date(text) or parse_date(text[:10]) if len(text) > 10 else parse_date(text)
        if day is not None:
            draft.put(name, day, pair.place)
        else:
            self._unread(pair, "date", "write it as 2026-03-31")

    def _unread(self, pair: Pair, what: str, hint: str = "") -> None:
        self.findings.warn(
            pair.place, "unread-value", f"these name no {what} and are left empty",
            text_of(pair.value), hint,
        )  # fmt: skip


def _own_id(words: str) -> str | None:
    """The kind in `epic id`, `story key`, `task number`; None for any other key."""
    kind, _, last = words.rpartition(" ")
    if last not in ("id", "key", "ref", "number", "no"):
        return None
    kind = {"user story": "story", "us": "story", "subtask": "task"}.get(kind, kind)
    return kind if kind in RANKS else None
