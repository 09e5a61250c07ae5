"""Compute what the files would contain if GitHub's version of drifted values were accepted."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from backlog_sync.core import body as body_block
from backlog_sync.core import normalize, record
from backlog_sync.core.board_fields import OPTION, ORDER
from backlog_sync.core.change_kinds import ChangeKind
from backlog_sync.core.changes import JsonValue
from backlog_sync.core.fields import ISSUE_SETS, SETS, STATUS, Owner, owner_of
from backlog_sync.core.issue_fields import members_of, private_entry, recorded_members
from backlog_sync.core.locations import locations
from backlog_sync.core.matching import Match, Matches, match_items
from backlog_sync.core.mentions import closed
from backlog_sync.core.model import CheckItem, Checklist, DesiredItem, DesiredState, Prose
from backlog_sync.core.observed import BoardItem, ObservedBoardField, ObservedState
from backlog_sync.core.option_names import as_named
from backlog_sync.core.option_values import members_of_value, option_words
from backlog_sync.core.plan import FieldNote, Plan, Verdict
from backlog_sync.core.progress import first_status, status_of
from backlog_sync.core.relations import REMOVED_BLOCKERS, Links, names_in
from backlog_sync.core.written_back import followed
from backlog_sync.dataclass import dataclass

_SETS = tuple(row.name for row in SETS)
_HEADING = "### "
_BREAKS = re.compile("(?<=[@#-])\u200b")


@dataclass(frozen=True, slots=True)
class TakeValue:
    """A field of one value: `name` as in the field table, or the board field's."""

    value: str | float | None


@dataclass(frozen=True, slots=True)
class TakeMembers:
    """A set: members that people added on GitHub, and ours that they removed."""

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TakeText:
    """A named part of the body: its text, None if it is gone."""

    text: str | None


@dataclass(frozen=True, slots=True)
class TakeCriteria:
    """The acceptance criteria as they are on GitHub."""

    entries: tuple[CheckItem, ...]


@dataclass(frozen=True, slots=True)
class TakeOrder:
    """The items below one, by key, in their order on GitHub."""

    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TakeName:
    """A definition's name on GitHub, for the definition and all references to it."""

    was: str
    now: str


What: TypeAlias = TakeValue | TakeMembers | TakeText | TakeCriteria | TakeName | TakeOrder


@dataclass(frozen=True, slots=True)
class Take:
    """One field of one item, and its new value in the file.

    For a definition, `kind` is its kind, `key` its name in the file, and `ref` is empty. A new name
    is written to all references as well.
    """

    key: str
    title: str
    ref: str
    name: str
    what: What
    kind: ChangeKind = ChangeKind.ISSUE


@dataclass(frozen=True, slots=True)
class Left:
    """A value that cannot be written into a file, and why."""

    key: str
    title: str
    ref: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Pulled:
    """What is written into the files, and what cannot be."""

    takes: tuple[Take, ...] = ()
    left: tuple[Left, ...] = ()


def pull(plan: Plan, desired: DesiredState, observed: ObservedState) -> Pulled:
    """Return GitHub's version of everything that drifted, and of conflicts that GitHub won.

    Members of a set that people removed are removed, because that is drift. Members that they added
    are theirs, and are included only if GitHub owns the set. State, Status and ticks are progress,
    which is written anyway, and are included only if GitHub won.
    """
    return _pulled(plan, desired, observed, plan.drift, tuple(Owner))


def flow_back(
    plan: Plan, desired: DesiredState, observed: ObservedState, matches: Matches | None = None
) -> Pulled:
    """Return what a sync accepts: fields that GitHub owns, and conflicts that GitHub won."""
    ownership = desired.settings.ownership
    drift = [note for note in plan.drift if owner_of(note.name, ownership) is Owner.GITHUB]
    return _pulled(plan, desired, observed, drift, (Owner.GITHUB,), matches)


def _pulled(
    plan: Plan,
    desired: DesiredState,
    observed: ObservedState,
    drift: Iterable[FieldNote],
    owners: Collection[Owner],
    matches: Matches | None = None,
) -> Pulled:
    matches = matches or match_items(desired, observed)
    links = Links(desired, observed, matches)
    notes: dict[str, list[FieldNote]] = {}
    puller = _Puller(set(), first_status(observed), desired.settings.ownership)
    for note in (*drift, *plan.accepted):
        if note.is_definition:
            puller.definition(note, _is_shared(note, desired, observed))
        else:
            notes.setdefault(note.key, []).append(note)
    puller.names = {
        (note.repository, normalize.fold(str(note.observed))): str(note.desired)
        for note in plan.drift
        if note.kind is ChangeKind.LABEL and note.name == "name"
    }
    puller.won |= {(note.key, note.name) for note in plan.accepted if not note.is_definition}
    project = observed.project if desired.project else None
    board_fields = {normalize.fold(each.name): each for each in project.fields} if project else {}
    renamed: dict[str, dict[str, str]] = {}
    for note in plan.drift:
        if note.kind is ChangeKind.FIELD and note.name == OPTION:
            now = normalize.fold(str(note.observed))
            renamed.setdefault(note.title, {})[now] = str(note.desired)
    fields = observed.issue_fields or ()
    several = {normalize.fold(f.name) for f in fields if f.type == "multi_select"}
    for item in desired.items:
        match = matches.by_key.get(item.key)
        if match is None or not item.sync:
            continue
        puller.item(item, match, notes.get(item.key, ()))
        names = (*_SETS, *(n for n in item.issue_fields if normalize.fold(n) in several))
        sets = [n for n in names if owner_of(n, desired.settings.ownership) in owners]
        assignees = item.fields.get("assignees")
        if isinstance(assignees, tuple):
            match = links.with_agents(item, match, list(map(str, assignees)))
        puller.members(item, match, links.observed_links(match.issue), sets)
        card = as_named(match.issue.card, renamed) if match.issue.card else None
        puller.board_members(item, match, card, board_fields, owners)
    return Pulled(tuple(puller.takes), tuple(puller.left))


def _is_shared(note: FieldNote, desired: DesiredState, observed: ObservedState) -> bool:
    """Return whether items of several repositories use a definition."""
    title = normalize.fold(note.title)
    users = [
        location
        for location in locations(desired, observed)
        if title in {normalize.fold(definition.name) for definition in location.labels}
        or title in {normalize.fold(definition.title) for definition in location.milestones}
    ]
    return note.kind in (ChangeKind.LABEL, ChangeKind.MILESTONE) and len(users) > 1


class _Puller:
    def __init__(self, won: set[tuple[str, str]], first: str, ownership: Mapping[str, str]) -> None:
        self.won, self.first, self.ownership = won, first, ownership
        self.names: dict[tuple[str | None, str], str] = {}
        self.takes: list[Take] = []
        self.left: list[Left] = []

    def definition(self, note: FieldNote, shared: bool) -> None:
        """Accept a part of a label, a milestone, the board, one of its fields or views."""
        if note.name == ORDER:
            why = "the order of options is declared in the file; reorder them by hand"
        elif note.verdict is Verdict.DIFFERS:
            why = "it is not recorded who changed it; --on-conflict github takes GitHub's"
        elif shared:
            why = "several repositories have it by this definition; change it by hand"
        else:
            what: What = TakeValue(_plain(note.observed))
            if note.name in _NAMES:
                what = TakeName(str(note.desired), str(note.observed))
            self.takes.append(Take(note.title, note.title, "", note.name, what, note.kind))
            return
        self.left.append(Left(note.title, note.title, note.kind.value, note.name, why))

    def item(self, item: DesiredItem, match: Match, notes: Sequence[FieldNote]) -> None:
        """Accept what the plan notes about one item."""
        for note in notes:
            if note.name in _SETS or (isinstance(note.observed, list) and note.name != "order"):
                continue
            if note.name in ("state", STATUS):
                if (item.key, note.name) in self.won:
                    status = status_of(match.issue, self.first)
                    self._take(item, match, STATUS, TakeValue(status))
                continue
            if note.name == "body":
                self._body(item, match)
            elif note.name == "order":
                keys = note.observed if isinstance(note.observed, list) else []
                self._take(item, match, note.name, TakeOrder(tuple(keys)))
            elif note.name == "parent" and "#" in str(note.observed):
                why = f"{note.observed} is not an item of these files"
                self._leave(item, match, note.name, why)
            elif note.name in _CANNOT_PULL:
                self._leave(item, match, note.name, _CANNOT_PULL[note.name])
            else:
                self._take(item, match, note.name, TakeValue(_plain(note.observed)))

    def members(
        self,
        item: DesiredItem,
        match: Match,
        observed_links: Mapping[str, JsonValue],
        sets: Collection[str],
    ) -> None:
        """Accept the members of sets that people added or removed."""
        base = match.parts.marker.base if match.parts.marker else None
        observed = {
            **{name: getattr(match.issue, name) for name in ISSUE_SETS},
            "labels": self._known_labels(match),
            "blocked_by": names_in(observed_links, "blocked_by"),
        }
        for name in sets:
            declared = item.fields.get(name)
            if name in item.issue_fields:
                declared = tuple(option_words("multi_select", item.issue_fields[name]))
            if not isinstance(declared, tuple) or base is None:
                continue
            shown = observed[name] if name in observed else members_of(match.issue, name)
            declared = tuple(map(str, declared))
            card, known = match.issue.card, (*declared, *shown)
            written, recorded = base.written.sets.get(name, {}), base.sets.get(name)
            if recorded is None and (on_record := recorded_members(card, name, known)) is not None:
                unread = record.written(card)
                written = record.written_members(unread, private_entry(name), known)
                recorded = on_record
            members = self._members(name, recorded or (), declared, shown, written)
            if name in base.pending:
                # Of the others it is not known if they were ever set.
                removed = normalize.fold_set(names_in(observed_links, REMOVED_BLOCKERS))
                known = tuple(n for n in members.remove if normalize.fold(n) in removed)
                members = replace(members, remove=known if name == "blocked_by" else ())
            self._take_members(item, match, name, members)

    def board_members(
        self,
        item: DesiredItem,
        match: Match,
        card: BoardItem | None,
        board_fields: Mapping[str, ObservedBoardField],
        owners: Collection[Owner],
    ) -> None:
        """Accept the options that people added or removed in fields of the board with several."""
        for name, value in item.board.items():
            board_field = board_fields.get(normalize.fold(name))
            if card is None or board_field is None or board_field.type != "multi_select":
                continue
            base = (record.decode(card) or {}).get(board_field.name)
            if owner_of(name, self.ownership) not in owners:
                continue
            declared = tuple(option_words(board_field.type, value))
            shown = members_of_value(card.values.get(board_field.name))
            known = (*declared, *shown)
            written = record.written_members(record.written(card), board_field.name, known)
            base_names = record.members(base, known)
            members = self._members(name, base_names, declared, shown, written)
            self._take_members(item, match, name, members)

    def _members(
        self,
        name: str,
        base: Iterable[str],
        declared: tuple[str, ...],
        shown: tuple[str, ...],
        written: Mapping[str, bool],
    ) -> TakeMembers:
        """Return what people added to a set, if GitHub owns it, and what they took away."""
        desired, current = normalize.fold_set(declared), normalize.fold_set(shown)
        grows = owner_of(name, self.ownership) is Owner.GITHUB
        base_members = normalize.fold_set(
            followed(base, desired.values(), written if grows else {})
        )
        add = (n for n in current if grows and n not in desired and n not in base_members)
        remove = (n for n in desired if n in base_members and n not in current)
        return TakeMembers(tuple(current[n] for n in add), tuple(desired[n] for n in remove))

    def _take_members(
        self, item: DesiredItem, match: Match, name: str, members: TakeMembers
    ) -> None:
        if members.add or members.remove:
            self._take(item, match, name, members)

    def _known_labels(self, match: Match) -> tuple[str, ...]:
        """Return an issue's labels, renamed ones by their names in the file."""
        repositories = {
            normalize.fold(repository or ""): repository for repository, _ in self.names
        }
        repository_name = repositories.get(normalize.fold(match.issue.repository))
        labels = ((repository_name, normalize.fold(label), label) for label in match.issue.labels)
        return tuple(self.names.get((where, name), label) for where, name, label in labels)

    def _body(self, item: DesiredItem, match: Match) -> None:
        """Accept the parts of the body that people edited."""
        parts, foreign = read_parts(item, match.parts.lines)
        for part in item.block:
            current = parts.get(_key(part))
            if isinstance(part, Checklist):
                entries = current if isinstance(current, tuple) else ()
                texts = [_one_line(entry.text) for entry in entries]
                if texts != [_one_line(entry.text) for entry in part.entries]:
                    self._take(item, match, part.name, TakeCriteria(entries))
                continue
            text = current if isinstance(current, str) else None
            if not part.name:
                if _bare(text or "") != _bare(part.text):
                    why = "the template's own text was edited; change the template by hand"
                    self._leave(item, match, "body", why)
                continue
            if (text or "") == closed(normalize.unify_newlines(part.text)).strip():
                continue
            if part.partial:
                why = "the issue has not the whole text of the file; change the file by hand"
                self._leave(item, match, "body", why)
            else:
                self._take(item, match, part.name, TakeText(text))
        if foreign:
            count = f"{len(foreign)} lines" if len(foreign) > 1 else "a line"
            why = f"{count} in the block belong to no part of it; sync moves them below"
            self._leave(item, match, "body", why)

    def _take(self, item: DesiredItem, match: Match, name: str, what: What) -> None:
        take = Take(item.key, item.title, match.ref, name, what)
        if take not in self.takes[-2:]:
            self.takes.append(take)

    def _leave(self, item: DesiredItem, match: Match, name: str, reason: str) -> None:
        self.left.append(Left(item.key, item.title, match.ref, name, reason))


MOVES = ("parent", "order")
"""Fields of items that are not values: where an item is."""
_NAMES = ("title", "name", "option")
"""Parts of a definition that others use to refer to it."""

_CANNOT_PULL = {
    "issue_type": "the type follows the item's kind; change the kind by hand",
    "identity": "it is not clear which issue is meant",
}


def _plain(value: JsonValue) -> str | float | None:
    return value if isinstance(value, str | int | float) and not isinstance(value, bool) else None


# ---- the block, read again -------------------------------------------------------------------


def read_parts(
    item: DesiredItem, lines: tuple[str, ...]
) -> tuple[dict[str, str | tuple[CheckItem, ...]], tuple[str, ...]]:
    """Return the parts of a block by name, and the lines that belong to none."""
    headings = {f"{_HEADING}{_quiet(part.heading)}": part for part in item.block if part.heading}
    texts: dict[str, list[str]] = {}
    foreign: list[str] = []
    current = next((part for part in item.block[:1] if not part.heading), None)
    if current is not None:
        texts[_key(current)] = []
    for line in body_block.without_footer(lines):
        headed = headings.get(_quiet(line.rstrip()))
        if headed is not None and _key(headed) not in texts:
            current = headed
            texts[_key(headed)] = []
        elif current is None:
            foreign += [line] if line.strip() else []
        else:
            texts[_key(current)].append(_quiet(line))
    parts: dict[str, str | tuple[CheckItem, ...]] = {}
    for part in item.block:
        key = _key(part)
        if key not in texts:
            continue
        if isinstance(part, Checklist):
            entries, other_lines = _entries(texts[key], part)
            parts[key] = entries
            foreign += other_lines
        else:
            parts[key] = "\n".join(texts[key]).strip()
    return parts, tuple(foreign)


def _key(part: Prose | Checklist) -> str:
    """Return a part's name, or the heading of a template's own text."""
    return part.name or f"{_HEADING}{part.heading}"


def _bare(text: str) -> tuple[str, ...]:
    """Return the text for detecting edits: lines without ticks and our signs."""
    return body_block.line_hashes(tuple(_quiet(normalize.unify_newlines(text)).split("\n")))


def _entries(lines: Sequence[str], part: Checklist) -> tuple[tuple[CheckItem, ...], list[str]]:
    """Return the boxes, and the lines that are neither boxes nor details in the file."""
    rendered = (
        line for entry in part.entries for line in body_block.detail_lines(entry, mentions=True)
    )
    ours = Counter(_quiet(line).rstrip() for line in rendered)
    boxes: list[CheckItem] = []
    other_lines: list[str] = []
    for line in lines:
        box = body_block.read_box(line)
        if box is not None:
            boxes.append(CheckItem(*box))
        elif ours[line.rstrip()]:
            ours[line.rstrip()] -= 1
        elif line.strip():
            other_lines.append(line)
    return tuple(boxes), other_lines


def _quiet(text: str) -> str:
    """Return a text without the signs that keep it from notifying people."""
    return _BREAKS.sub("", text).replace("&lt;!--", "<!--")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def describe(what: What) -> Iterator[str]:
    """Yield what a take would write into the file, in a few words each."""
    match what:
        case TakeValue(value=value):
            yield "nothing" if value is None else str(value)
        case TakeMembers(add=add, remove=remove):
            yield from (f"+ {name}" for name in add)
            yield from (f"- {name}" for name in remove)
        case TakeText(text=text):
            yield "nothing" if not text else text.split("\n")[0]
        case TakeCriteria(entries=entries):
            yield f"{len(entries)} criteria"
        case TakeName(now=now):
            yield now
        case TakeOrder(keys=keys):
            yield from keys
