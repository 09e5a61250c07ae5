"""Turn drafts into items: resolve parents and dependencies, judge groups, make keys."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from functools import cached_property
from itertools import pairwise
from typing import TypeAlias

from pydantic import ValidationError

from backlog_sync.core.diagnostics import Place
from backlog_sync.core.graph import cycles
from backlog_sync.core.keys import is_key, make_key, suggest_key
from backlog_sync.dataclass import dataclass
from backlog_sync.files.dates import whole_period
from backlog_sync.files.documents.items import CriterionDocument, ItemDocument
from backlog_sync.files.draft import NAME_ONE, Criterion, Draft, Findings, Ref
from backlog_sync.files.near import Near
from backlog_sync.files.parsed import LineNote, Missing, ParsedItem
from backlog_sync.files.refs import parse_issue_ref
from backlog_sync.files.validation import shown
from backlog_sync.files.values import Named, parse_dependencies, singular
from backlog_sync.files.vocabulary import RANKS, type_word, vocabulary

KeyOf: TypeAlias = Callable[[str], str | None]

_DEEPEST = 100
_ID, _NO, _TITLE = "id", "number", "title"
"""The sorts of names of drafts."""

_FILLED = re.compile(r"(?<![\d])0+(?=\d)")
_WORD_AND_NUMBER = re.compile(
    r"[^\W\d_]{1,20}(?:[ ][^\W\d_]{1,20}){0,2}[ ]\d{1,9}(?:\.\d{1,6}){0,6}(?=$|[\s:：,;(（–—-])"
)
_NUMBERED = re.compile(r"(?:[^\W\d_]{1,20}[-_ ]?)?(\d{1,9}(?:\.\d{1,6}){0,6})")

_NUMBER = re.compile(r"\d{1,9}(?:\.\d{1,6}){0,6}")
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9]{0,14}(?:[-_.][A-Za-z0-9]{1,20}){0,4}[-_]?\d[\w.-]{0,20}")
_TITLE_CODE = re.compile(
    r"(?:^[\[(]?(?P<front>[A-Z][A-Z\d]{0,9}(?:-[A-Z\d]{1,6}){0,2}-\d{1,6}[a-z]?(?:\.\d{1,4})*)"
    r"(?:[\])]|[:：]|[ ][-–—][ ]))"
    r"|(?:[\[(](?P<back>[A-Z]{1,10}-\d{1,6}[a-z]?(?:\.\d{1,4})*)[\])]$)"
)
_PLAIN_CODE = re.compile(r"[A-Z]{1,10}-\d{1,6}[a-z]?(?:\.\d{1,4})*")
"""Codes that were always keys; items with other codes used to get keys from their titles."""

_LEADING_CODE = re.compile(
    r"[\[(]?([A-Za-z][\w.-]{0,30}\d[\w.]{0,10})(?:[\])]?[ ]?[:：–—]|[ ]-)[ ]+(?=\S)"
)
_HEAD = re.compile(r"[\[(]?([\w.-]{1,64})[\])]?(?=$|[\s:,;(–—])")


@dataclass(frozen=True, slots=True)
class Assembled:
    """Items in document order, and the milestones that the file defines.

    `periods` are the last dates of milestones that are named after a period.
    """

    items: tuple[ParsedItem, ...]
    milestones: tuple[tuple[dict[str, object], Place], ...] = ()
    periods: Mapping[str, str] = field(default_factory=dict)


def assemble(drafts: Sequence[Draft], findings: Findings, key_of: KeyOf | None = None) -> Assembled:
    """Turn drafts into items: resolve parents and dependencies, make keys, judge groups.

    `key_of` returns the key of an item in another file that a word names. A reader that passes one
    has already read the ids and items of its file: none are taken from titles and mentions.
    """
    worker = _Assembler(list(drafts), findings, key_of)
    worker.find_parents()
    worker.judge_groups()
    worker.make_keys()
    worker.find_dependencies()
    return Assembled(worker.items(), worker.milestones, worker.periods)


class Names:
    """The drafts of a file by their names: id, number, title."""

    def __init__(self, drafts: Iterable[Draft]) -> None:
        self._by: dict[tuple[str, str], list[Draft]] = {}
        for draft in drafts:
            self.add(draft)

    def add(self, draft: Draft) -> None:
        """Add a draft and its names."""
        aliases = {alias for alias in draft.aliases if is_key(alias.casefold())}
        for word in {draft.raw_id or "", draft.key or "", *aliases} - {""}:
            self._by.setdefault((_ID, _casefolded(word)), []).append(draft)
            self._by.setdefault((_NO, _compact(word)), []).append(draft)
        number = _path_of(draft)
        for word in (number, f"{draft.kind}{number}") if number else ():
            known = self._by.setdefault((_NO, word), [])
            known += [draft] if draft not in known else []
        lettered = (draft.key or "").removeprefix(f"{draft.kind}-")  # `S2` of `Story S2: …`
        if lettered != draft.key and lettered[:1].isalpha() and _CODE.fullmatch(lettered):
            self._by.setdefault((_NO, _compact(lettered)), []).append(draft)
        for title in (draft.title, *draft.aliases):
            self._by.setdefault((_TITLE, _folded(title)), []).append(draft)

    def named(self, word: str, near: Draft, fits: Callable[[Draft], bool]) -> Draft | None:
        """Return the draft whose whole id or title is this word."""
        return self._first(near, fits, (_ID, _casefolded(word)), (_TITLE, _folded(word)))

    def find(self, word: str, near: Draft, fits: Callable[[Draft], bool]) -> Draft | None:
        """Return the draft that a word names: by id, by title, by its beginning, by its number."""
        return self.named(word, near, fits) or self._first(
            near,
            fits,
            (_ID, _casefolded(_head(word))),
            (_NO, _compact(singular(word.strip()))),
            (_NO, _compact(singular(_numbered_head(word)))),
        )

    def _first(
        self, near: Draft, fits: Callable[[Draft], bool], *names: tuple[str, str]
    ) -> Draft | None:
        """Return the nearest draft with the first of the names that any draft has."""
        for sort, text in names:
            drafts = [each for each in self._by.get((sort, text), ()) if text and fits(each)]
            if drafts:
                return min(drafts, key=lambda each: _distance(each, near))
        return None

    def above(self, draft: Draft) -> Draft | None:
        """Return the draft that a longer number is below: `1.2.3` below `1.2`, otherwise below `1`.

        If several have that number, those before it are preferred, and the deepest of them.
        """
        number = _path_of(draft)
        while "." in number:
            number = number.rpartition(".")[0]
            drafts = [
                each for each in self._by.get((_NO, number), ())
                if each.rank < draft.rank and not each.group
            ]  # fmt: skip
            if drafts:
                drafts = [each for each in drafts if each.place < draft.place] or drafts
                nearest = max(drafts, key=lambda each: each.rank)
                ranks = [each.rank for each in drafts]
                return nearest if ranks.count(nearest.rank) == 1 else None
        return None


class _Assembler:
    def __init__(self, drafts: list[Draft], findings: Findings, key_of: KeyOf | None) -> None:
        self.scopes = {draft.scope for draft in drafts if draft.scope}
        for draft in drafts:  # a mention's scope still counts for the keys
            if draft.mention:
                findings.skip(draft.place, "it refers to an item declared elsewhere")
        self.drafts = drafts = [draft for draft in drafts if not draft.mention]
        self.key_of = key_of
        self.findings = findings
        self.milestones: tuple[tuple[dict[str, object], Place], ...] = ()
        self.periods: dict[str, str] = {}
        self.implied: dict[int, list[Draft]] = {}
        self.missing: dict[int, list[Missing]] = {}
        self.declared = {draft.kind for draft in drafts if not draft.group}
        self.former: dict[int, str] = {}
        if key_of is None:
            self._codes(drafts)
        self.names = Names(drafts)

    def _codes(self, drafts: list[Draft]) -> None:
        """Set the code in the title as the id of items without one, unless another item has it."""
        coded = {id(d): code for d in drafts if d.raw_id is None and (code := _code_in(d.title))}
        counts = Counter(code.casefold() for code in coded.values())
        counts.update(d.raw_id.casefold() for d in drafts if d.raw_id is not None)
        for draft in drafts:
            code = coded.get(id(draft))
            if code is not None and counts[code.casefold()] == 1:
                draft.raw_id = code
                if not _PLAIN_CODE.fullmatch(code):
                    self.former[id(draft)] = draft.title
            self._uncode(draft)

    @staticmethod
    def _uncode(draft: Draft) -> None:
        """Remove the code before a dash or a colon from the title of the item that it identifies.

        Also one with a longer code before it (`US-WEB-1` of `WEB-1`), and a word that only counts
        the items, if they have ids of another sort: `Task4`.
        """
        lead = _LEADING_CODE.match(draft.title)
        if lead is None or not draft.raw_id:
            return
        code, own = lead[1].casefold(), draft.raw_id.casefold()
        word = type_word(code.rstrip("0123456789.-_"))
        counts = word is not None and not word.weak and not own.isdecimal()
        if code != own and not code.endswith(f"-{own}") and not counts:
            return
        draft.aliases.append(draft.title)
        draft.title = draft.title[lead.end() :].strip()

    # ---- parents ---------------------------------------------------------------------------

    def find_parents(self) -> None:
        """Resolve references to parents: the deepest item that can contain this one is chosen."""
        for draft in self.drafts:
            above = list(self._named_above(draft))
            for parent in above:
                if draft.parent is None or parent.rank > draft.parent.rank:
                    draft.parent = parent
            for low, high in pairwise(above):
                if low.implied and low.parent is None and high.rank < low.rank:
                    low.parent = high
            alone = self.key_of is not None or not draft.parents
            if draft.parent is None and alone and not draft.local:
                draft.parent = self.names.above(draft)
        self.drafts = [
            each for draft in self.drafts for each in (*self.implied.get(id(draft), ()), draft)
        ]
        self._find_members()

    def _named_above(self, draft: Draft) -> Iterator[Draft]:
        """Yield the items that a draft declares to be above it, the deepest kind first."""
        for ref in sorted(draft.parents, key=lambda ref: -RANKS.get(ref.kind, 0)):
            parent = self._named(ref, below=draft) or self._own(ref, draft)
            parent = parent or self._implied(ref, draft)
            if parent is None:
                continue
            if draft.above(parent):
                self._cyclic(draft, parent, ref)
                continue
            if not parent.group:
                yield parent
                continue
            draft.named_within = draft.within is None
            draft.within = draft.within or parent
            draft.fields.pop(parent.group, None)

    def _cyclic(self, draft: Draft, parent: Draft, ref: Ref) -> None:
        """Report a parent that is below the item itself."""
        chain = [draft, parent]
        while chain[-1] is not draft and chain[-1].parent is not None:
            chain.append(chain[-1].parent)
        self._in_circle(chain, ref)

    def _in_circle(self, chain: list[Draft], ref: Ref) -> None:
        """Report a parent that closes a circle; the chain begins and ends with the same item."""
        names = [shown(each.raw_id or each.title) for each in chain]
        what = "is its own ancestor, so this parent is ignored"
        hint = f"remove one of these parents: {' -> '.join(names)}"
        self.findings.warn_of_value(ref.place, "cyclic-parents", what, names[0], (hint, None))

    def _find_members(self) -> None:
        """Set the parent of items that a group or an item lists by name; report circles."""
        links: dict[tuple[int, int], Ref] = {}
        for draft in self.drafts:
            for ref in draft.members:
                member = self._item(ref.word, draft)
                if member is None:
                    continue
                if not draft.group and member.rank >= draft.rank:
                    links[id(member), id(draft)] = ref
                if member.above(draft):
                    continue
                if draft.group:
                    member.within = member.within or draft
                elif member.parent is None and member.rank > draft.rank:
                    member.parent = draft
        self._report_circles(links)

    def _report_circles(self, links: Mapping[tuple[int, int], Ref]) -> None:
        """Report lists of members that make an item its own ancestor.

        `links` are the entries of those lists by the ids of the member and of the item above it.
        """
        drafts = {str(id(draft)): draft for draft in self.drafts}
        above = {key: [str(id(each.parent))] if each.parent else [] for key, each in drafts.items()}
        for member, lister in links:
            above.get(str(member), []).append(str(lister))
        for cycle in cycles(above) if links else ():
            ways = pairwise((*map(int, cycle), int(cycle[0])))
            at = next((at for at, way in enumerate(ways) if way in links), None)
            if at is not None:
                chain = [drafts[key] for key in (*cycle[at:], *cycle[: at + 1])]
                self._in_circle(chain, links[id(chain[0]), id(chain[1])])

    def _named(self, ref: Ref, below: Draft) -> Draft | None:
        def fits(each: Draft) -> bool:
            if each is below:
                return False
            if ref.kind:
                return bool(each.group) if ref.kind == "group" else each.kind == ref.kind
            return bool(each.group) or each.rank < below.rank or each.kind == below.kind

        return self.names.find(ref.word, below, fits)

    def _own(self, ref: Ref, draft: Draft) -> Draft | None:
        """Return the item itself if it is named as its own parent, of any kind."""
        return None if ref.kind else self.names.find(ref.word, draft, lambda each: each is draft)

    def _implied(self, ref: Ref, below: Draft) -> Draft | None:
        """Return an epic or feature that items only refer to, if the file declares none.

        A code that does not name anything is reported instead.
        """
        word = ref.word.strip()
        holds = ref.kind in ("epic", "feature", "story") and RANKS[ref.kind] < below.rank
        if not holds or not word:
            if ref.kind != "group":
                self._unknown_parent(
                    below, ref, "these parents do not exist, so the items have none"
                )
            return None
        # A roadmap declares its epics, except for columns.
        may_imply = self.key_of is None or ref.column
        known = ref.kind in self.declared or ref.kind == "story" or not may_imply
        if not ref.declares and (known or _CODE.fullmatch(word) or _NUMBER.fullmatch(word)):
            self._unknown_parent(
                below, ref, f"no {ref.kind} has this key, so the items have no parent"
            )
            return None
        implied = Draft(ref.kind, word, ref.place, scope=below.scope, implied=True)
        implied.raw_id = ref.code or None
        if ref.column and ref.code:  # tables of a roadmap had no codes of levels
            implied.former_title = word
        self.implied.setdefault(id(below), []).append(implied)
        self.names.add(implied)
        return implied

    def _unknown_parent(self, draft: Draft, ref: Ref, what: str) -> None:
        self._miss(draft, Missing(ref.word.strip(), ref.place, "unknown-parent", what, above=True))

    def _miss(self, draft: Draft, missing: Missing) -> None:
        """Report a reference that is not in the file, unless another file may contain that id."""
        if _CODE.fullmatch(missing.word):
            self.missing.setdefault(id(draft), []).append(missing)
        else:
            near = self._titles.to(missing.word)
            hint = f"did you mean '{shown(near)}'?" if near else NAME_ONE
            self.findings.warn(missing.place, missing.slug, missing.what, missing.word, hint)

    @cached_property
    def _titles(self) -> Near:
        return Near(draft.title for draft in self.drafts if not draft.implied)

    # ---- groups ----------------------------------------------------------------------------

    def judge_groups(self) -> None:
        """Make milestones or sprints epics only if nothing else contains items.

        Those of one list are treated alike: if one is an epic, all are.
        """
        groups = [draft for draft in self.drafts if draft.group]
        others = [draft for draft in self.drafts if not draft.group]
        held: dict[int, list[Draft]] = {}
        for draft in others:
            for group in _groups_of(draft):
                if not (group.bare and group is draft.within and draft.named_within):
                    held.setdefault(id(group), []).append(draft)
        epics = any(draft.kind == "epic" for draft in others)
        items: set[int] = set()
        lists: set[int] = set()
        for group in sorted(groups, key=lambda each: len(list(_groups_of(each)))):
            roots = [each for each in held.get(id(group), []) if each.parent is None]
            if not others or (roots and not epics):
                lists.add(group.siblings)
                for each in roots:
                    each.parent = group
        defined = []
        for group in groups:
            if group.siblings in lists:
                items.add(id(group))
            if group.group == "milestone":
                defined.append((_definition(group), group.place))
                if id(group) in items:
                    group.put("milestone", group.title, group.place)
        self._hand_down(others, items)
        self.milestones = tuple(defined)
        kept = [draft for draft in self.drafts if not draft.group or id(draft) in items]
        for draft in groups:
            if id(draft) not in items:
                self.findings.skip(draft.place, f"a {draft.group} that parts items, not an item")
        self.drafts = kept

    def _hand_down(self, others: Iterable[Draft], items: set[int]) -> None:
        """Pass the fields of a group that is not an item on to its members."""
        for draft in others:
            for group in _groups_of(draft):
                if id(group) not in items or group.group == "sprint":
                    draft.put(group.group, group.title, group.place)

    # ---- keys ------------------------------------------------------------------------------

    def make_keys(self) -> None:
        """Use ids as keys if possible; numbers are prefixed with the kind's name."""
        taken: set[str] = set()
        counts = Counter((draft.kind, draft.raw_id) for draft in self.drafts)
        for draft in self.drafts:
            if draft.raw_id is None or draft.key is not None:
                continue
            local = draft.local and (draft.kind == "task" or counts[draft.kind, draft.raw_id] > 1)
            key = _key_of(draft, local=local, prefix=draft.scope if len(self.scopes) > 1 else "")
            if key is None:
                self.findings.warn(draft.place, "unusable-id",
                                   "these ids cannot be keys; keys are made from the titles",
                                   draft.raw_id, "use letters, digits, '-', '_' and '.'"
                                   )  # fmt: skip
                continue
            if key in taken and draft.parent is not None and draft.parent.key:
                longer = f"{draft.parent.key}.{key.rpartition('-')[2]}"
                key = longer if is_key(longer) and longer not in taken else key
            if key in taken:
                self.findings.warn(
                    draft.place,
                    "duplicate-key",
                    "several items have these ids; the later ones get keys from their titles",
                    draft.raw_id,
                    "give each its own id",
                )
                continue
            taken.add(key)
            draft.key = key

    # ---- dependencies ----------------------------------------------------------------------

    def find_dependencies(self) -> None:
        """Replace the words of dependencies by keys; report and drop unknown ones."""
        blockers: dict[int, dict[str, None]] = {}
        for draft in self.drafts:
            for ref in draft.depends or ():
                for key in self._blockers(ref, draft):
                    blockers.setdefault(id(draft), {})[key] = None
            for ref in draft.blocks:
                other = self._item(ref.word, draft)
                if other is not None and other is not draft:
                    other.depends = other.depends if other.depends is not None else []
                    blockers.setdefault(id(other), {})[self._key(draft)] = None
        for draft in self.drafts:
            if draft.depends is not None:
                draft.fields["depends_on"] = list(blockers.get(id(draft), ()))

    def _blockers(self, ref: Ref, draft: Draft) -> Iterator[str]:
        """Yield the keys and issues that a name refers to: a single one, or a list of them."""
        if self.names.named(ref.word, draft, lambda each: not each.group) is not None:
            yield from self._blocker(ref.word, ref, draft)
            return
        for named in parse_dependencies(ref.word):
            if named.either:
                what = "these dependencies name alternatives and are left out"
                hint = "name the one that must be done before"
                self.findings.warn(ref.place, "unread-dependency", what, named.written, hint)
            else:
                remarked = self._remarked(named, draft)
                yield from remarked or self._blocker(self._word(named, draft), ref, draft)

    def _item(self, word: str, draft: Draft) -> Draft | None:
        return self.names.find(word, draft, lambda each: not each.group)

    def _word(self, named: Named, draft: Draft) -> str:
        """Return the reference of a part: `1.1` after `Story 1.1.1` may still be a feature."""
        other = named.number and self._item(named.word, draft) is None
        return named.number if other and self._item(named.number, draft) else named.word

    def _remarked(self, named: Named, draft: Draft) -> list[str]:
        """Return the keys that only a remark names: `All of the doors (Story 1.5, Story 1.6)`."""
        if not named.remark or self._known(named.word, draft):
            return []
        words = (inner.word for inner in parse_dependencies(named.remark))
        return [key for word in words if (key := self._known(word, draft))]

    def _known(self, word: str, draft: Draft) -> str | None:
        """Return the key of the item that a word names, here or in another file."""
        item = self._item(word, draft)
        if item is None:
            return self.key_of(word) if self.key_of is not None else None
        return self._key(item)

    def _blocker(self, word: str, ref: Ref, draft: Draft) -> Iterator[str]:
        other = self._item(word, draft)
        if other is not None and other is not draft:
            yield self._key(other)
        elif other is None and ("#" in word or "/issues/" in word) and parse_issue_ref(word):
            yield word.strip()
        elif other is None and self.key_of is not None and (key := self.key_of(word)):
            yield key
        elif other is None:
            what = "these dependencies are not items of this file and are left out"
            self._miss(draft, Missing(word.strip(), ref.place, "unread-dependency", what))

    def _key(self, draft: Draft) -> str:
        """Return the key of a draft; one without an id gets a permanent one."""
        if draft.key is None:
            above = self._key(draft.parent) if draft.parent is not None else None
            draft.key = make_key(draft.title, above)
        return draft.key

    # ---- items -----------------------------------------------------------------------------

    def items(self) -> tuple[ParsedItem, ...]:
        """Return the drafts as parsed items."""
        index = {id(draft): number for number, draft in enumerate(self.drafts)}
        items = []
        for number, draft in enumerate(self.drafts):
            if draft.shelved:
                self.findings.skip(draft.place, f"below '{draft.shelved}': not planned")
                self.findings.warn(draft.place, "not-planned",
                                   f"everything below '{draft.shelved}' is left out",
                                   draft.title, "move what is planned to another place"
                                   )  # fmt: skip
            else:
                self.findings.notes.append(LineNote(draft.place.line, "structured", item=number))
            items.append(
                ParsedItem(
                    document=self._document(draft),
                    kind=draft.kind,
                    place=draft.place,
                    parent=index.get(id(draft.parent)),
                    places={"title": draft.place, **draft.places},
                    anchor=draft.anchor,
                    confident=not draft.shelved,
                    hints=draft.hints,
                    follows=draft.follows,
                    missing=tuple(self.missing.get(id(draft), ())),
                )
            )
        return tuple(items)

    def _set_criteria(self, draft: Draft, plain: dict[str, object]) -> None:
        """Set the check list; scenarios are used if there is no other."""
        scenarios, criteria = plain.pop("scenarios", None), draft.criteria
        if isinstance(scenarios, list) and not criteria:
            place = draft.places.get("scenarios", draft.place)
            draft.places.setdefault("acceptance_criteria", place)
            criteria = [each for each in scenarios if isinstance(each, Criterion)]
        if criteria or "acceptance_criteria" in draft.places:
            plain["acceptance_criteria"] = [
                CriterionDocument(text=each.text, done=each.done, details=tuple(each.details))
                for each in criteria
            ]

    def _had_other(self, draft: Draft) -> bool:
        """Return whether an item with an id had another key before."""
        return bool(id(draft) in self.former or draft.former_title or _former_number(draft))

    def _former_keys(self, draft: Draft) -> Iterator[str]:
        """Yield the different keys that earlier versions made.

        Below an item that had no parent, all keys without an id were different, and so were those
        below a story that only a roadmap's column names, which was not an item.
        """
        if draft.key is not None and not self._had_other(draft):
            return
        whole = [draft]
        while len(whole) < _DEEPEST and (up := whole[-1].parent):
            whole.append(up)
        alone = next((at for at, each in enumerate(whole) if each.stood_alone), len(whole))
        chain = whole[: alone + 1]
        if alone < len(whole) or any(map(self._had_other, chain)):
            yield self._made_key(chain)
        declared = [each for each in whole[1:] if not (each.implied and each.kind == "story")]
        if self.key_of is not None and len(declared) < len(whole) - 1:
            yield self._made_key([draft, *declared])

    def _made_key(self, chain: Sequence[Draft]) -> str:
        """Return the key of an item prefixed with those above it, as an earlier version made it."""
        key: str | None = None
        for each in reversed(chain):
            title = self.former.get(id(each)) or each.former_title
            kept = _former_number(each) or each.key
            key = kept if kept and not title else make_key(title or each.title, key)
        return key or ""

    def _document(self, draft: Draft) -> ItemDocument:
        """Return the document; a value that does not fit its field is reported and left out."""
        plain = dict(draft.fields)
        plain["title"] = draft.title
        self._set_criteria(draft, plain)
        texts = [
            text for text in (plain.get("description"), "\n".join(draft.prose).strip("\n")) if text
        ]
        if texts:
            plain["description"] = "\n\n".join(map(str, texts))
        period = whole_period(str(plain.get("milestone") or ""))
        if period:
            self.periods.setdefault(str(plain["milestone"]), period.end)
        if draft.key is not None:
            plain["id"] = draft.key
        former = list(self._former_keys(draft))
        if former:
            told_before = plain.get("previously")
            known = told_before if isinstance(told_before, list) else []
            plain["previously"] = list(dict.fromkeys((*known, *former)))
        try:
            return ItemDocument.model_validate(plain)
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                name = str(detail["loc"][0]) if detail["loc"] else ""
                if name in plain and name != "title":
                    place = draft.places.get(name, draft.place)
                    self.findings.warn(place, "unread-value",
                                       f"these values do not fit '{name}' and are left out",
                                       str(plain.pop(name)))  # fmt: skip
        return ItemDocument.model_validate(plain)


def _compact(word: str) -> str:
    """Return only the letters and digits of an id: `US-012`, `us 12` and `US12` are equal."""
    return _FILLED.sub(
        "", "".join(char for char in word.casefold() if char.isalnum() or char == ".")
    )


def _path_of(draft: Draft) -> str:
    """Return an item's number, after its parent's if it is local to the parent; or empty."""
    match = _NUMBERED.fullmatch((draft.raw_id or draft.key or "").strip())
    if match is None:
        return ""
    number = _FILLED.sub("", match[1])
    if draft.local and draft.parent is not None and "." not in number and match[1] == draft.raw_id:
        above = _path_of(draft.parent)
        return f"{above}.{number}" if above else number
    return number


def _groups_of(draft: Draft) -> Iterator[Draft]:
    """Yield the groups that contain a draft, the innermost first."""
    at, seen = draft.within, 0
    while at is not None and seen < _DEEPEST:
        yield at
        at, seen = at.within, seen + 1


def _definition(group: Draft) -> dict[str, object]:
    """Return a milestone for the settings."""
    due = group.fields.get("target")
    goal = group.fields.get("goal") or group.fields.get("description")
    milestone = {
        "title": group.title,
        "due": due if isinstance(due, str) else None,
        "description": goal.strip()[:1000] if isinstance(goal, str) else None,
    }
    return {name: value for name, value in milestone.items() if value or name == "title"}


def _key_of(draft: Draft, *, local: bool, prefix: str) -> str | None:
    """Return a key from an id; a number follows the kind's name and the parent's number."""
    assert draft.raw_id is not None
    raw = draft.raw_id.strip()
    if _NUMBER.fullmatch(raw):
        above = _number_of(draft.parent) if local and "." not in raw else ""
        raw = f"{draft.kind}-{above}{raw}"
    if prefix:
        raw = f"{prefix}-{raw}"
    return suggest_key(raw)


def _former_number(draft: Draft) -> str | None:
    """Return the key that an item's number gave it with its former kind; None if unchanged."""
    kind, _, number = (draft.key or "").rpartition("-")
    by_number = kind == draft.kind and _NUMBER.fullmatch(number)
    return f"{draft.former_kind}-{number}" if draft.former_kind and by_number else None


def _number_of(parent: Draft | None) -> str:
    """Return the number in a parent's key with a dot after it; empty if its id is a word."""
    if parent is None or parent.raw_id is None or not _NUMBER.fullmatch(parent.raw_id.strip()):
        return ""
    number = (parent.key or parent.raw_id).rpartition("-")[2].strip()
    return f"{number}." if _NUMBER.fullmatch(number) else ""


def _code_in(title: str) -> str | None:
    match = _TITLE_CODE.search(title[:400])
    code = (match["front"] or match["back"]) if match else None
    return code if code and code.partition("-")[0] not in vocabulary().foreign_codes else None


def _head(word: str) -> str:
    """Return the first word of a remark if it is an id: `E1 (requires it)`, `E1: Title`."""
    match = _HEAD.match(word.strip())
    return match[1] if match and (_CODE.fullmatch(match[1]) or _NUMBER.fullmatch(match[1])) else ""


def _numbered_head(word: str) -> str:
    """Return `Story 1.2` of `Story 1.2: Pay`."""
    match = _WORD_AND_NUMBER.match(word.strip())
    return match[0] if match else ""


def _casefolded(text: str) -> str:
    return text.strip().casefold()


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _distance(draft: Draft, near: Draft) -> tuple[int, int, int]:
    """Return a sort key to choose between equal names: a sibling, the same scope, the same kind."""
    sibling = draft.parent is near.parent and draft.kind == near.kind
    return (not sibling, draft.scope != near.scope, draft.kind != near.kind)
