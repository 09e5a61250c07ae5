"""What must be true: who acted last on each field, and what each file said when.

The model knows nothing of how the program decides. It keeps, for each field of each item, which
values of the file nobody typed since a sync read it (`known`), and which value on GitHub both
sides came to (`agreed`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.laws.histories import issue_fields, several
from tests.laws.histories.finishing import Finishing
from tests.laws.histories.paper import Said
from tests.laws.histories.world import AGENT, Place, Seen, Snap

DONE, FAILED, PENDING, REFUSED, PARTLY, INTERRUPTED = 0, 1, 3, 4, 5, 130
CLOSED_WORDS = ("Done", "Not planned")
GITHUB_OWNED = ("status", "sprint", "tick", "assignee", "note", "team")
MEMBERS = ("label", "blocker", "assignee", "area", "platform", "team")
"""Fields of which each member has a place of its own."""
DRIFT_NAMES = {
    "title": {"title"},
    "milestone": {"milestone"},
    "parent": {"parent"},
    "text": {"body"},
    "points": {"Story Points"},
    "priority": {"Priority"},
    "label": {"labels"},
    "blocker": {"blocked_by", "dependencies", "depends_on"},
    "size": {"Size"},
    "start": {"Start date"},
    "area": {"Areas"},
    "platform": {"Platforms"},
}
_VALUES = {"Status": "status", "Story Points": "points", "Priority": "priority", "Sprint": "sprint"}
KIND_LABELS = ("epic", "story")

Name = tuple[str, object]
"""A field of an item in the file: its name, and which member where it is a set."""


@dataclass
class Model:
    """The memory of one history. `numbers` are the issues of items, `strangers` untrusted ones."""

    numbers: dict[str, int] = field(default_factory=dict)
    known: dict[tuple[str, Name], set[object]] = field(default_factory=dict)
    agreed: dict[Place, set[object]] = field(default_factory=dict)
    ours: set[tuple[str, Name]] = field(default_factory=set)
    strangers: set[int] = field(default_factory=set)
    extra: set[int] = field(default_factory=set)
    tokens: dict[int, set[str]] = field(default_factory=dict)
    definitions: dict[Place, set[object]] = field(default_factory=dict)
    pulled: bool = False
    """Whether a pull changed the file since the last sync, which is what puts names on record."""
    reworded: dict[tuple[str, str], str] = field(default_factory=dict)
    unsettled: set[str] = field(default_factory=set)
    declared: set[str] = field(default_factory=set)
    broken: list[str] = field(default_factory=list)
    lost_on_the_way: int = 0
    has_fields: bool = False
    has_options: bool = False
    fields_off: bool = False
    """Whether the file declares issue fields, or board fields with several options, and whether
    the organization has issue fields off now."""
    cleared: dict[Place, object] = field(default_factory=dict)
    """The iterations of cards that a run cleared, and was stopped before it set them again."""
    orders: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The options of each field in the order in which a sync left them."""
    finishing: Finishing = field(default_factory=Finishing)

    # ---- the two sides -----------------------------------------------------------------------

    def uid_of(self, number: object) -> str | None:
        """The item of an issue."""
        return next((uid for uid, n in self.numbers.items() if n == number), None)

    def names(self, snap: Snap, said: Said) -> Iterator[tuple[Name, list[Place]]]:
        """Each field that the file may say, and where it is on GitHub."""
        n = self.numbers[said.uid]
        yield ("title", None), [(n, "title")]
        yield ("milestone", None), [(n, "milestone")]
        yield ("parent", None), [(n, "parent")]
        yield ("status", None), [(n, "state"), (n, "value", "Status")]
        for shown, name in _VALUES.items():
            if name != "status" and not (self.has_fields and shown in issue_fields.NAMES):
                yield (name, None), [(n, "value", shown)]
        if self.has_fields and not self.fields_off:
            for shown, name in issue_fields.NAMES.items():
                yield (name, None), [(n, "field", shown)]
            there = {str(place[2]) for place in snap if place[:2] == (n, "area")}
            for option in sorted(there | set(said.areas or ())):
                yield ("area", option), [(n, "area", option)]
        for text, _ in said.criteria:
            yield ("tick", text), [(n, "tick", text)]
        yield ("text", None), [(n, "text")]
        for place in self.label_places(snap, n, said):
            yield ("label", place[0]), [place[1]]
        blockers = set(said.blockers or ()) | {
            uid
            for place in snap
            if place[:2] == (n, "blocker") and (uid := self.uid_of(place[2])) is not None
        }
        for uid in sorted(blockers):
            if uid in self.numbers and uid in self.declared:
                yield ("blocker", uid), [(n, "blocker", self.numbers[uid])]
        logins = {*(said.assignees or ())} | {
            str(place[2]) for place in snap if place[:2] == (n, "assignee")
        }
        for login in sorted(logins - {AGENT}):
            yield ("assignee", login), [(n, "assignee", login)]
        for what in several.PLACES.values():
            options = {*(getattr(said, f"{what}s") or ())}
            options |= {str(place[2]) for place in snap if place[:2] == (n, what)}
            for option in sorted(options):
                yield (what, option), [(n, what, option)]

    def label_places(self, snap: Snap, n: int, said: Said) -> list[tuple[str, Place]]:
        """Labels that the file or the issue has, by name."""
        by_id = {p[1]: v[0] for p, v in snap.items() if p[0] == "label"}  # type: ignore[index] # a label
        ids = {str(name).lower(): number for number, name in by_id.items()}
        names = {str(by_id[p[2]]) for p in snap if p[:2] == (n, "label")}
        names |= set(said.labels or ())
        return [
            (name, (n, "label", ids[name.lower()])) for name in sorted(names) if name.lower() in ids
        ]

    def says(self, said: Said, name: Name) -> object:
        """What the file says of a field."""
        what, which = name
        match what:
            case "tick":
                return next((done for text, done in said.criteria if text == which), None)
            case "label":
                return which in (said.labels or ()) or which in self.derived(said)
            case "blocker":
                return which in (said.blockers or ())
            case "assignee" | "area" | "platform" | "team":
                return which in (getattr(said, f"{what}s") or ())
            case "text":
                return (said.text, tuple(text for text, _ in said.criteria))
            case _:
                return getattr(said, what)

    def derived(self, said: Said) -> set[str]:
        """Labels that follow from other fields."""
        kind = "epic" if said.uid.startswith("e") else "story"
        return {kind, *([f"priority:{said.priority.lower()}"] if said.priority else ())}

    def matches(self, snap: Snap, said: Said, name: Name) -> bool:
        """Whether GitHub says what the file says; a field that the file leaves out always does."""
        what, which = name
        value = self.says(said, name)
        n = self.numbers[said.uid]
        match what:
            case "status":
                return self._status_matches(snap, n, value)
            case "milestone":
                return value is None or (self.milestone(snap, n) or "") == value
            case "parent":
                above = self.numbers.get(str(value))
                gone = (above, "exists") not in snap
                return value is None or gone or snap.get((n, "parent")) == above
            case "priority" | "size" | "note" | "start" if self.has_fields:
                shown = next(k for k, v in issue_fields.NAMES.items() if v == what)
                return value is None or (snap.get((n, "field", shown)) or "") == value
            case "points" | "priority" | "sprint":
                shown = next(k for k, v in _VALUES.items() if v == what)
                if value is None or not any(p[0] == "board" for p in snap):
                    return True
                return (snap.get((n, "value", shown)) or "") == value
            case "text":
                return self._text_matches(snap, n, said)
            case "tick":
                return snap.get((n, "tick", which)) == value
            case "blocker" | "assignee" | "area" | "platform" | "team" if (
                getattr(said, f"{what}s") is None
            ):
                return True  # the list is not declared any more, and so forgotten
            case "label":
                place = dict(self.label_places(snap, n, said)).get(str(which))
                has = place is not None and snap.get(place) is not None
                return has if value else not has or (said.uid, name) not in self.ours
            case "blocker":
                other = self.numbers.get(str(which))
                if (other, "exists") not in snap:
                    return True
                has = snap.get((n, "blocker", other)) is not None
                return has if value else not has or (said.uid, name) not in self.ours
            case "assignee" | "area" | "platform" | "team":
                has = snap.get((n, what, which)) is not None
                return has if value else not has or (said.uid, name) not in self.ours
            case _:
                return snap.get((n, what)) == value

    @staticmethod
    def milestone(snap: Snap, n: int) -> object:
        """The title of an issue's milestone."""
        number = snap.get((n, "milestone"))
        found = snap.get(("milestone", number))
        return found[0] if isinstance(found, tuple) else None

    @staticmethod
    def _status_matches(snap: Snap, n: int, word: object) -> bool:
        state = str(snap.get((n, "state")))
        if word is None:
            return True
        if state.startswith("CLOSED"):
            dropped = "NOT_PLANNED" in state or "DUPLICATE" in state
            return word == ("Not planned" if dropped else "Done")
        value = snap.get((n, "value", "Status"))
        return word not in CLOSED_WORDS if value is None else value == word

    @staticmethod
    def word(snap: Snap, n: int) -> str:
        """How a file would say the status that an issue has."""
        state = str(snap.get((n, "state")))
        if state.startswith("CLOSED"):
            return "Not planned" if "NOT_PLANNED" in state or "DUPLICATE" in state else "Done"
        return str(snap.get((n, "value", "Status")) or "Todo")

    @staticmethod
    def _text_matches(snap: Snap, n: int, said: Said) -> bool:
        text = str(snap.get((n, "text")) or "")
        if said.text is not None and said.text not in text:
            return False
        boxes = re.findall(r"(?m)^- \[ \] (.*?)\s*$", text)
        wanted = [each for each, _ in said.criteria]
        return [box for box in boxes if box in wanted] == wanted

    # ---- memory ------------------------------------------------------------------------------

    def changed(self, uid: str, name: Name, value: object) -> bool:
        """Whether somebody typed this value into the file since a sync last read it."""
        if value is None:
            return False
        known = self.known.get((uid, name))
        if known is None:
            if name[0] in MEMBERS and self.known.get((uid, ("title", None))):
                return bool(value)
            return True
        return value not in known

    def dirty(self, snap: Snap, place: Place) -> bool:
        """Whether GitHub has another value there than both sides came to."""
        agreed = self.agreed.get(place)
        if agreed is not None and place[1] == "text":
            # Lines that people add within the block go below it, and are no edit of its text.
            now = set(str(snap.get(place)).split("\n"))
            return not any(set(str(each).split("\n")) <= now for each in agreed)
        return agreed is not None and snap.get(place) not in agreed

    def forgot(self, seen: Seen) -> bool:
        """Whether the record of definitions may have gone with an issue that somebody deleted."""
        return any((n, "exists") not in seen.before for n in self.numbers.values())

    def fail(self, seen: Seen, what: str) -> None:
        """Note that a law does not hold."""
        self.broken.append(f"{seen.verb} {' '.join(seen.flags)} (exit {seen.code}): {what}")
