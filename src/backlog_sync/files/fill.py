"""Set the fields of a draft from pairs of key and value, in the same way for every syntax.

A reader makes a `Pair` of a line of metadata, a cell, or an entry of a mapping, and passes it to
`Filler.take`, one by one, or to `Filler.fill`, all pairs of an item at once. `values.py` and
`dates.py` parse the values; values that cannot be parsed become one warning with examples.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field, replace
from enum import Enum
from functools import lru_cache

from backlog_sync.core.diagnostics import Place
from backlog_sync.core.fields import BOARD_FIELDS
from backlog_sync.dataclass import dataclass
from backlog_sync.files.dates import parse_date
from backlog_sync.files.documents.items import ItemDocument
from backlog_sync.files.draft import Draft, Findings, Ref
from backlog_sync.files.inline import plain
from backlog_sync.files.node_values import (
    criteria_of,
    entries_of,
    has_value,
    links_of,
    names_of,
    risks_of,
    text_of,
    titled,
    word_of,
)
from backlog_sync.files.refs import parse_feedback
from backlog_sync.files.sentences import is_story_sentence
from backlog_sync.files.statuses import meanings
from backlog_sync.files.suggestions import (
    NONE,
    Suggestion,
    advice,
    date_for,
    fix_of,
    hours_for,
    issue_for,
    number_for,
    repository_for,
)
from backlog_sync.files.text_criteria import without_criteria
from backlog_sync.files.validation import shown
from backlog_sync.files.values import (
    is_empty,
    parse_estimate,
    parse_hours,
    parse_issue,
    parse_key,
    parse_kind,
    parse_points,
    parse_priority,
    parse_repository,
    parse_status,
)
from backlog_sync.files.vocabulary import (
    RANKS,
    field_of,
    is_empty_word,
    is_no,
    is_priority,
    is_yes,
    key_words,
    withheld_kind,
    words_of,
)
from backlog_sync.files.yaml.nodes import ListNode, MapNode, Node, Scalar

_FIBONACCI = frozenset((0, 0.5, 1, 2, 3, 5, 8, 13, 20, 21, 34, 40, 55, 89, 100))
_BARE = re.compile(r"\d{1,4}(?:\.\d{1,2})?")
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9]{0,14}[-_.]?\d[\w.-]{0,40}")
_NAME = re.compile(r"[\w./:-]+", re.ASCII)
_LONGEST_ID = 80
_EFFORTS = ("estimate", "effort", "estimate_hours", "estimate_seconds")
_STORY_PARTS = ("as_a", "i_want", "so_that")
_SECONDS = 3600
_LONGEST_STATUS = 1_000
"""Characters; a longer status is prose, which is not searched for the date of a status word."""

_LONGEST_STATUS_WORD = 60
"""Characters; a longer unknown status describes what was done: it is text, not a board status."""

_DATED = re.compile(r"(?<=\w)[ _:@-]+\d{4}-\d\d-\d\d$")
"""The date after a status: `done_2026-07-11`."""
_NOTE = re.compile(r"\d{4}-\d\d-\d\d:\s*\S")
_OWN_WORDS = {"task": {"task", "subtask", "todo"}, "story": {"story", "user story"}}
_ANY_WORDS = {"task", "subtask", "todo", "story", "user story", "feature", "epic"}
_VAGUE = ("issue", "item", "ticket", "work item", "card")
"""Words for any item: they are its kind only if no other key declares one."""
_DESCRIBING = {"description", "desc", "details"}
_TITLE_ORDER = {"title": 0, "name": 1, "summary": 2}
"""The order of preference among several titles; other spellings come after these."""


class Taken(Enum):
    """The result of taking a pair.

    An `UNKNOWN` pair has no field: the caller keeps it as text, or reports that it is left out.
    `UNREAD` has been reported and may be kept as text. `WITHHELD` has been reported, or is known to
    stay in the file, and never goes into a text.
    """

    SET = "metadata"
    BELOW = "the value is on the lines below"
    EMPTY = "it says that there is none"
    AGAIN = "given twice; the first one counts"
    OURS = "written by the tool"
    UNREAD = "the value cannot be read"
    WITHHELD = "it stays in the file"
    UNKNOWN = "not a known key"


@dataclass(frozen=True, slots=True)
class Pair:
    """A key of an item as written, its value, and its place."""

    key: str
    value: Node
    place: Place


def text_pair(key: str, text: str, place: Place) -> Pair:
    """Return a pair of a syntax without nodes: a line of Markdown, a cell."""
    return Pair(key, Scalar(text, 0, 0, '"'), place)


def list_pair(key: str, texts: Sequence[str], place: Place) -> Pair:
    """Return a pair whose value is a list, with one entry for each text."""
    items = tuple(Scalar(text, 0, 0, '"') for text in texts)
    return Pair(key, ListNode(items, 0, 0, flow=False), place)


@dataclass(slots=True)
class Efforts:
    """Efforts without a unit, which are judged when all of a file's are known."""

    bare: list[tuple[Draft, float, Place]] = field(default_factory=list)

    def settle(self, findings: Findings) -> None:
        """Use them as points if all of them are on the usual scale of points."""
        if all(value in _FIBONACCI for _, value, _ in self.bare):
            for draft, value, place in self.bare:
                draft.put("story_points", value, place)
            return
        for _, value, place in self.bare:
            findings.warn(
                place, "unknown-unit", "efforts without a unit are left empty", f"{value:g}",
                "write '6h' for hours, or 'story_points:' for points",
            )  # fmt: skip


_Reader = Callable[[str], object | None]
_Keep = Callable[[Pair], None]

_DATE = "write it as 2026-03-31"
_BY_TYPE: dict[str, tuple[_Reader, str, str]] = {
    "number": (parse_points, "number", "write a number, or a word of a declared scale"),
    "date": (parse_date, "date", _DATE),
}
"""The parser, the name and a hint for a board field, by its type."""

_READERS: dict[str, tuple[_Reader, str, str]] = {
    **{row.key: _BY_TYPE[row.type] for row in BOARD_FIELDS.values() if row.type in _BY_TYPE},
    **{name: (lambda text: plain(text) or None, name, "")
       for name in ("audience", "team", "capacity")},
    "priority": (parse_priority, "priority", ""),
    "repository": (parse_repository, "repository", "write owner/name"),
    "issue": (lambda text: str(issue) if (issue := parse_issue(text)) else None, "issue",
              "write its number or address: #14"),
    "start": (lambda text: parse_date(text, last=False), "date", _DATE),
}  # fmt: skip
"""Fields with a single value: the parser of its text, the name, and a hint."""


def own_fields(names: Iterable[str]) -> dict[str, str]:
    """Return the board's own fields by the normalized words of their names.

    Names that every backlog has keep their meaning.
    """
    return {
        words: name for name in names if name not in BOARD_FIELDS
        and (words := key_words(name)).replace(" ", "_") not in ItemDocument.model_fields
    }  # fmt: skip


class Filler:
    """Fills the drafts of one file, and reports what cannot be read once per file.

    `fields` are the names of the board's own fields, which an item sets by name.
    """

    def __init__(self, findings: Findings, fields: Iterable[str] = ()) -> None:
        self.findings = findings
        self._fields = own_fields(fields)
        self.efforts = Efforts()
        self._special: dict[str, Callable[[Draft, str, Pair], Taken]] = {
            **dict.fromkeys(("acceptance_criteria", "definition_of_done"), self._criteria),
            **dict.fromkeys(("depends_on", "blocks"), self._links),
            **dict.fromkeys(("epic", "feature", "story", "parent"), self._parent),
            **dict.fromkeys(("milestone", "sprint"), self._time),
            **dict.fromkeys(("status", "done"), self._status),
            **dict.fromkeys(_EFFORTS, self._effort),
            **dict.fromkeys(("description", "goal"), self._text),
            **dict.fromkeys(("labels", "assignees", "skills"), self._names),
            "scenarios": self._scenarios,
            "url": self._url,
            "user_story": self._story_text,
            "risks": self._risks,
            "sync": self._sync,
            "feedback": self._feedback,
            "review_notes": self._review_notes,
            "previously": self._names,
            "progress": lambda *_: Taken.OURS,
            "id": self._id,
            "kind": self._kind,
        }

    # ---- titles, ids, kinds ----------------------------------------------------------------

    def title_of(self, pairs: Sequence[Pair], kind: str) -> Pair | None:
        """Return the pair with an item's title: the usual keys first, then the kind's own name."""
        titles = [p for p in pairs if field_of(p.key) == "title" and text_of(p.value)]
        if titles:
            return min(titles, key=lambda pair: _TITLE_ORDER.get(key_words(pair.key), 9))
        own = _OWN_WORDS.get(kind, {kind} if kind else _ANY_WORDS)
        wish = _wish(pairs)
        if wish is not None:
            return wish
        for words in (own, {"i want", "want"}, _OWN_WORDS["task"], _DESCRIBING):
            for pair in pairs:
                if key_words(pair.key) in words and _is_text(pair):
                    return pair
        texts = ("description", "user_story", "i_want")
        return next((p for p in pairs if field_of(p.key) in texts and _is_text(p)), None)

    def kind_of(self, pairs: Sequence[Pair], hint: str, *, loose: bool) -> str:
        """Return an item's kind: that of its list, or its own word if the list accepts any kind.

        A bug, a spike or a chore is one in every list. A word for any item (`_type: issue`) defers
        to another key.
        """
        vague = ""
        for pair in pairs:
            if field_of(pair.key) == "kind":
                word = word_of(pair.value)
                meant = parse_kind(word)
                if meant and key_words(word) in _VAGUE:
                    vague = vague or meant
                elif meant and (loose or meant in ("bug", "spike", "chore")):
                    return meant
        if loose and not vague and hint == "story" and _is_titled_by_task(pairs):
            return "task"
        return vague if vague and loose else hint

    def ids_of(self, pairs: Sequence[Pair], kind: str) -> list[str]:
        """Return the ids as written: a code such as `WEB-12` first, `id` before other spellings."""
        ids: list[tuple[bool, int, str]] = []
        for pair in pairs:
            own = _own_id(pair.key)
            if own is None and field_of(pair.key) != "id":
                continue
            text = text_of(pair.value)
            if not text or not isinstance(pair.value, Scalar) or len(text) > _LONGEST_ID:
                continue
            coded = not _CODE.fullmatch(text)
            if own is None:
                order = {"id": 0, "key": 1, "issue key": 1}.get(key_words(pair.key), 3)
                ids.append((coded, order, text))
            elif own == kind or (own == "task" and RANKS.get(kind) == 4):
                ids.append((coded, 2, text))
        return list(dict.fromkeys(text for _, _, text in sorted(ids)))

    def name(self, draft: Draft, pairs: Sequence[Pair]) -> None:
        """Set the id of a draft, and its other ids."""
        ids = self.ids_of(pairs, draft.kind)
        draft.raw_id = ids[0] if ids else None
        draft.aliases += ids[1:]

    # ---- all pairs of an item --------------------------------------------------------------

    def fill(
        self, draft: Draft, pairs: Sequence[Pair], title: Pair | None, keep: _Keep | None = None
    ) -> None:
        """Set the fields of a draft from all pairs of an item; report what is left out.

        `title` is the pair that its title is from. `steps` next to `passes` are checks. Id and kind
        are taken before: see `name`, `kind_of`. `keep`, if given, receives pairs without a field
        and values that cannot be read.
        """
        parts: dict[str, Pair] = {}
        wish = _wish(pairs)
        if wish is not None:
            parts["i_want"] = wish
        checked = any(key_words(pair.key) == "passes" for pair in pairs)
        pairs = sorted(pairs, key=lambda pair: field_of(pair.key) == "effort")  # points count first
        for pair in pairs:
            name = self.meaning(draft, pair)
            if name in _STORY_PARTS:
                parts.setdefault(name, pair)
            elif pair is wish:
                continue
            elif pair is title:
                self._rest_of_title(draft, pair)
            elif name is None and checked and key_words(pair.key) == "steps":
                self._criteria(draft, "acceptance_criteria", pair)
            elif name is None and key_words(pair.key) in words_of("test_cases"):
                self._scenarios(draft, "scenarios", pair)
            elif name == "title" and key_words(pair.key) == "summary":
                self._text(draft, "description", pair)
            elif name in ("id", "kind", "title"):
                if keep and not (name == "kind" and parse_kind(word_of(pair.value))):
                    keep(pair)
            else:
                self._leave(pair, self._put(draft, name, pair), keep)
        self._user_story(draft, parts, title, keep)
        self._criteria_of_text(draft)
        self._fields_of_labels(draft)

    def _fields_of_labels(self, draft: Draft) -> None:
        """Set fields from labels such as `status:done` and `priority: P0`. The labels stay."""
        labels = draft.fields.get("labels")
        for label in labels if isinstance(labels, list) else ():
            key, _, value = str(label).partition(":")
            word, name = value.strip(" :"), field_of(key)
            known = meanings(word) if name == "status" else name == "priority" and is_priority(word)
            if known:
                draft.put(str(name), word, draft.places["labels"])

    def _criteria_of_text(self, draft: Draft) -> None:
        """Take the criteria from the description of an item without a key for them."""
        text = draft.fields.get("description")
        if not isinstance(text, str) or draft.criteria or "scenarios" in draft.fields:
            return
        rest, draft.criteria = without_criteria(text)
        if draft.criteria and rest:
            draft.fields["description"] = rest
        elif draft.criteria:
            del draft.fields["description"]

    def _rest_of_title(self, draft: Draft, pair: Pair) -> None:
        """Add the part of a long text after its title to the description."""
        rest = titled(text_of(pair.value))[1]
        if rest:
            self._text(draft, "description", text_pair(pair.key, rest, pair.place))

    def _leave(self, pair: Pair, taken: Taken, keep: _Keep | None) -> None:
        """Pass a pair that was not taken to `keep`, or report it."""
        if keep is None:
            if taken is Taken.UNKNOWN:
                self.left_out(pair)
        elif taken in (Taken.UNKNOWN, Taken.UNREAD) and not withheld_kind(pair.key):
            keep(pair)

    def left_out(self, pair: Pair) -> None:
        """Report that a key has no field."""
        if not has_value(pair.value):
            return
        rows = [row for row in getattr(pair.value, "items", ()) if isinstance(row, MapNode)]
        hint = "docs/files.md lists the keys that become fields of an issue"
        if rows and rows[0].entries:  # they may be items that nobody declared
            title, key = rows[0].entries[0].key.value, shown(pair.key)
            declared = f"reading: {{key {key}: {{items: story, title: {title}}}}}"
            hint = f"if they are items, put `{declared}` into backlog/config.yaml"
        self.findings.warn(
            pair.place, "left-out", "keys without a field stay in the file only", pair.key, hint
        )

    # ---- one pair --------------------------------------------------------------------------

    def take(self, draft: Draft, pair: Pair, field: str | None = None) -> Taken:
        """Set the field of one pair in a draft.

        `field` overrides the meaning of its key; '' means that it has none.
        """
        taken = self._put(draft, self.meaning(draft, pair) if field is None else field, pair)
        if taken in (Taken.UNREAD, Taken.UNKNOWN) and withheld_kind(pair.key):
            return Taken.WITHHELD
        return taken

    def meaning(self, draft: Draft, pair: Pair) -> str | None:
        """Return the field that a pair means for a draft: `Epic ID` of a story is its parent."""
        own = _own_id(pair.key)
        if own is not None and own != draft.kind and RANKS.get(own, 9) < draft.rank:
            return own
        return "id" if own is not None else self.own_field(pair.key) or field_of(pair.key)

    def _put(self, draft: Draft, name: str | None, pair: Pair) -> Taken:
        name = name or ""
        special = self._special.get(name)
        if special is not None:
            return special(draft, name, pair)
        reader = _READERS.get(name)
        text = word_of(pair.value)
        own = self.own_field(pair.key) == name
        if reader is None and not (own and isinstance(pair.value, Scalar)):
            return Taken.UNKNOWN
        if is_empty(text):
            return Taken.EMPTY
        if reader is None:
            return _set(draft, name, text, pair)
        read, what, hint = reader
        value = read(text)
        if value is None:
            return Taken.EMPTY if name == "priority" else self._unread(pair, what, hint)
        return _set(draft, name, value, pair)

    def own_field(self, key: str) -> str | None:
        """Return the field of this board that a key names; it precedes other meanings."""
        return self._fields.get(key_words(key))

    def _feedback(self, draft: Draft, name: str, pair: Pair) -> Taken:
        """Set the places for feedback; any other value of such a key is a text."""
        words = names_of(pair.value)
        if not words or any(parse_feedback(word) is None for word in words):
            return Taken.UNKNOWN
        return _set(draft, name, words, pair)

    def _review_notes(self, draft: Draft, name: str, pair: Pair) -> Taken:
        """Set notes that begin with a date; if one of them does not, all of them are a text."""
        notes = [text.strip() for text in entries_of(pair.value)]
        if not notes or not all(map(_NOTE.match, notes)):
            return Taken.UNKNOWN
        return _set(draft, name, notes, pair)

    def _sync(self, draft: Draft, name: str, pair: Pair) -> Taken:
        """Set whether the item is synced; a word that is neither yes nor no is a text."""
        word = word_of(pair.value)
        if not word:
            return Taken.EMPTY
        if not (is_yes(word) or is_no(word)):
            return Taken.UNKNOWN
        return _set(draft, name, is_yes(word), pair)

    def _unread(self, pair: Pair, what: str, hint: str = "") -> Taken:
        text = word_of(pair.value)
        meant = _MEANT[what](text) if what in _MEANT else NONE
        if field_of(pair.key) == "start" and what == "date":
            meant = date_for(text, last=False)
        remedy = (advice(meant) or hint, fix_of(meant, text))
        article = "an" if what == "issue" else "a"
        below_zero = what == "number" and _BARE.fullmatch(text.removeprefix("-"))
        what = f"is {'negative' if below_zero else f'not {article} {what}'}; ignored"
        self.findings.warn_of_value(pair.place, "unread-value", what, text, remedy)
        return Taken.UNREAD

    # ---- texts and names -------------------------------------------------------------------

    def _text(self, draft: Draft, name: str, pair: Pair) -> Taken:
        """Set a text; several descriptions are joined in order."""
        text = text_of(pair.value)
        before = draft.fields.get(name)
        if not text or text == before:
            return Taken.EMPTY
        if before is not None and name != "description":
            return Taken.AGAIN
        draft.places.setdefault(name, pair.place)
        draft.fields[name] = f"{before}\n\n{text}" if before else text
        return Taken.SET

    def _names(self, draft: Draft, name: str, pair: Pair) -> Taken:
        names = names_of(pair.value)
        if name == "assignees":
            names = [each.removeprefix("@") for each in names]
        if not names and not isinstance(pair.value, ListNode):
            return Taken.EMPTY
        return _set(draft, name, names, pair)

    def _story_text(self, draft: Draft, _: str, pair: Pair) -> Taken:
        if isinstance(pair.value, MapNode):
            inner = [Pair(e.key.value, e.value, pair.place) for e in pair.value.entries]
            named = {field_of(each.key) or "": each for each in inner}
            parts = {name: named[name] for name in named if name in _STORY_PARTS}
            self._user_story(draft, parts, None)
            return Taken.SET
        text = text_of(pair.value)
        return _set(draft, "user_story", text, pair) if text else Taken.EMPTY

    def _user_story(
        self, draft: Draft, parts: Mapping[str, Pair], title: Pair | None, keep: _Keep | None = None
    ) -> None:
        """Set the story of `as`, `want` and `so`; a single such key is ambiguous and left out."""
        values = {name: text_of(pair.value) for name, pair in parts.items()}
        if values.get("as_a") and values.get("i_want"):
            story = {name: values[name] for name in _STORY_PARTS if values.get(name)}
            whole = ", ".join(story.values())
            wording = whole if is_story_sentence(whole) else story
            draft.put("user_story", wording, parts["as_a"].place)
            return
        for pair in parts.values():
            if pair is not title:
                self._leave(pair, Taken.UNKNOWN, keep)

    # ---- check lists and risks -------------------------------------------------------------

    def _criteria(self, draft: Draft, _: str, pair: Pair) -> Taken:
        criteria = [each for each in criteria_of(pair.value) if not is_empty(each.text)]
        draft.places.setdefault("acceptance_criteria", pair.place)
        for number, each in enumerate(criteria, len(draft.criteria)):
            each.place = draft.places[f"acceptance_criteria.{number}"] = each.place or pair.place
        draft.criteria += criteria
        return Taken.SET if criteria else Taken.EMPTY

    def _scenarios(self, draft: Draft, name: str, pair: Pair) -> Taken:
        """Set the scenarios, which are the check list of an item without another: see `assemble`.

        A name such as `test_login` does not say what to check.
        """
        scenarios = [each for each in criteria_of(pair.value) if not _NAME.fullmatch(each.text)]
        return _set(draft, name, scenarios, pair) if scenarios else Taken.EMPTY

    def _risks(self, draft: Draft, name: str, pair: Pair) -> Taken:
        risks = risks_of(pair.value)
        if risks:
            return _set(draft, name, risks, pair)
        return Taken.EMPTY if is_empty(text_of(pair.value)) else Taken.WITHHELD

    # ---- relations -------------------------------------------------------------------------

    def _links(self, draft: Draft, name: str, pair: Pair) -> Taken:
        links = links_of(pair.value)
        refs = [Ref(link.word, pair.place) for link in links if link.blocks]
        draft.parents += [Ref(link.word, pair.place) for link in links if link.parent]
        if name == "blocks":
            draft.blocks += refs
        else:
            draft.depends = [*(draft.depends or ()), *refs]
            draft.places.setdefault("depends_on", pair.place)
        return Taken.SET if refs else Taken.EMPTY

    def _parent(self, draft: Draft, name: str, pair: Pair) -> Taken:
        kind = "" if name == "parent" else name
        if kind and RANKS[kind] >= draft.rank:
            return Taken.UNKNOWN
        words = entries_of(pair.value)[:1]
        draft.parents += [Ref(word, pair.place, kind) for word in words]
        draft.places.setdefault("parent", pair.place)
        return Taken.SET if words else Taken.EMPTY

    def _time(self, draft: Draft, name: str, pair: Pair) -> Taken:
        """Set a milestone or a sprint; of several the last one, because trackers append them.

        `phaseId: 3` names one that the file declares: it is not a title.
        """
        mapped = isinstance(pair.value, MapNode)
        named = word_of(pair.value) if mapped else ";".join(entries_of(pair.value))
        word = plain(named if mapped else named.rpartition(";")[2])
        if not word or is_empty_word(word):
            return Taken.EMPTY
        draft.parents.append(Ref(word, pair.place, "group"))
        if key_words(pair.key).endswith(" id"):
            return Taken.SET
        title = f"Sprint {word}" if name == "sprint" and _BARE.fullmatch(word) else word
        return _set(draft, name, title, pair)

    # ---- progress and effort ---------------------------------------------------------------

    def _status(self, draft: Draft, name: str, pair: Pair) -> Taken:
        text = word_of(pair.value)
        if len(text) <= _LONGEST_STATUS:
            text = _DATED.sub("", text)
        if not text or isinstance(pair.value, ListNode):
            return Taken.EMPTY
        if name == "done" and is_yes(text):
            return _set(draft, "status", "Done", pair)
        if is_no(text) or is_empty(text):
            return Taken.EMPTY
        word = parse_status(text)
        prose = len(text) > _LONGEST_STATUS_WORD
        if word and ((name == "status" and not prose) or meanings(text)):
            return _set(draft, "status", word, pair)
        return Taken.UNKNOWN

    def _effort(self, draft: Draft, name: str, pair: Pair) -> Taken:
        """Set points, hours, or a word for a declared scale. Other units are left out."""
        text = text_of(pair.value)
        if is_empty(text):
            return Taken.EMPTY
        if name == "estimate_seconds":
            hours = int(text) / _SECONDS if text.isdecimal() and len(text) < 10 else None
        else:
            hours = parse_hours(text) if name == "estimate_hours" else None
        estimate = parse_estimate(text) if name in ("estimate", "effort") else None
        hours = estimate.hours if estimate and estimate.hours is not None else hours
        if hours is not None:
            return _set(draft, "estimate_hours", hours, pair)
        if name == "effort" and _BARE.fullmatch(text):
            self.efforts.bare.append((draft, float(text), pair.place))
            return Taken.SET
        if estimate and estimate.points is not None:
            if isinstance(estimate.points, str) and "story_points" in draft.fields:
                return Taken.UNKNOWN
            return _set(draft, "story_points", estimate.points, pair)
        meant = hours_for(text)
        in_hours = replace(meant, text=f"{meant.text}h") if meant.text else number_for(text)
        remedy = (advice(in_hours) or "write `6h` for hours, a number for points", None)
        what = "is neither points nor hours; ignored"
        self.findings.warn_of_value(pair.place, "unknown-unit", what, text, remedy)
        return Taken.WITHHELD

    # ---- identity --------------------------------------------------------------------------

    def _url(self, draft: Draft, _: str, pair: Pair) -> Taken:
        """Set the issue from a URL, only if it is that of an issue."""
        text = text_of(pair.value)
        issue = parse_issue(text) if "/issues/" in text else None
        return _set(draft, "issue", str(issue), pair) if issue else Taken.UNKNOWN

    def _id(self, draft: Draft, _: str, pair: Pair) -> Taken:
        """Set the id of an item that already has a title: a valid key, or the base of one."""
        text = plain(text_of(pair.value)).strip("`")
        if is_empty(text) or len(text) > _LONGEST_ID:
            return Taken.EMPTY
        if draft.key is None and draft.raw_id is None:
            draft.key, draft.raw_id = parse_key(text), text
            draft.places.setdefault("id", pair.place)
        else:
            draft.aliases.append(text)
        return Taken.SET

    def _kind(self, draft: Draft, _: str, pair: Pair) -> Taken:
        """Set the kind: a bug, a spike or a chore is one even if its heading is a story."""
        meant = parse_kind(word_of(pair.value))
        if meant is None:
            return Taken.UNKNOWN
        if RANKS[meant] == draft.rank:
            draft.kind = meant
        return Taken.SET


_MEANT: Mapping[str, Callable[[str], Suggestion]] = {
    "date": date_for, "number": number_for, "issue": issue_for, "repository": repository_for,
}  # fmt: skip
"""What an unreadable value may mean, by the name of what was expected."""


def _set(draft: Draft, name: str, value: object, pair: Pair) -> Taken:
    return Taken.SET if draft.put(name, value, pair.place) else Taken.AGAIN


def _wish(pairs: Sequence[Pair]) -> Pair | None:
    """Return what a story wants, if `role`, `goal` and `benefit` are next to each other."""
    named = {field_of(pair.key): pair for pair in pairs if _is_text(pair)}
    is_story = named.keys() >= {"as_a", "so_that"} and not named.keys() & {"i_want", "user_story"}
    return named.get("goal") if is_story else None


def _is_titled_by_task(pairs: Sequence[Pair]) -> bool:
    """Return whether a record has its title below `task`."""
    titled = any(field_of(pair.key) == "title" for pair in pairs)
    own = _OWN_WORDS["task"]
    return not titled and any(key_words(p.key) in own and _is_text(p) for p in pairs)


def _is_text(pair: Pair) -> bool:
    return isinstance(pair.value, Scalar) and bool(text_of(pair.value))


@lru_cache(maxsize=1024)
def _own_id(key: str) -> str | None:
    """Return the kind in `epic id`, `story key`, `task number`; None for other keys."""
    kind, _, last = key_words(key).rpartition(" ")
    if last not in ("id", "key", "ref", "number", "no"):
        return None
    kind = {"user story": "story", "us": "story", "subtask": "task"}.get(kind, kind)
    return kind if kind in RANKS else None
