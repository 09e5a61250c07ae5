"""The backlog file of a history: how people edit it, and what it says, read by rules of its own.

Nothing here uses the program's readers. A file is preamble, then blocks: an item's first line to
the line before the next item. Items are known by `uid`, which no file shows.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

_YAML_ITEM = re.compile(r"( *)- id: (\S+)$")
_MD_ITEM = re.compile(r"(##|###) (Epic|Story) ([\d.]+): (.*)$")
_MD_META = re.compile(r"\*\*([A-Za-z ]+)\*\*: *(.*?) *$")
_MD_BOX = re.compile(r"- \[([ xX])\] (.*?) *$")
NAMES = {
    "status": "Status",
    "points": "Story Points",
    "milestone": "Milestone",
    "priority": "Priority",
    "sprint": "Sprint",
    "labels": "Labels",
    "blockers": "Depends on",
    "assignees": "Assignees",
    "issue": "Issue",
    "size": "Size",
    "note": "Notes",
    "start": "Start date",
    "areas": "Areas",
    "platforms": "Platforms",
    "teams": "Teams",
}
YAML_NAMES = {
    "platforms": "Platforms",
    "teams": "Teams",
    "points": "story_points",
    "blockers": "depends_on",
    "size": "Size",
    "note": "Notes",
    "areas": "Areas",
}
SETS = ("labels", "blockers", "assignees", "areas", "platforms", "teams")


@dataclass(frozen=True)
class Said:
    """What the file says of one item; None is: it does not say. Blockers are uids."""

    uid: str
    key: str
    title: str
    parent: str | None
    status: str | None = None
    points: float | None = None
    milestone: str | None = None
    priority: str | None = None
    sprint: str | None = None
    labels: tuple[str, ...] | None = None
    blockers: tuple[str, ...] | None = None
    assignees: tuple[str, ...] | None = None
    issue: int | None = None
    text: str | None = None
    criteria: tuple[tuple[str, bool], ...] = ()
    size: float | None = None
    note: str | None = None
    start: str | None = None
    areas: tuple[str, ...] | None = None
    platforms: tuple[str, ...] | None = None
    teams: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Fresh:
    """An item that somebody is about to write."""

    uid: str
    title: str
    values: tuple[tuple[str, object], ...] = ()
    text: str | None = None
    criteria: tuple[tuple[str, bool], ...] = ()


class Paper:
    """One backlog file: `text` as it is on disk with LF, `uids` its items in order."""

    def __init__(self, syntax: str, path: str, text: str, uids: list[str]) -> None:
        self.syntax, self.path = syntax, path
        self.text, self.uids = text, uids
        self.made = 10

    @property
    def is_yaml(self) -> bool:
        """Whether it is YAML, not Markdown."""
        return self.syntax == "yaml"

    def copy(self) -> "Paper":
        """The same file, to be edited apart."""
        made = Paper(self.syntax, self.path, self.text, list(self.uids))
        made.made = self.made
        return made

    # ---- blocks ------------------------------------------------------------------------------

    def blocks(self) -> tuple[list[str], list[list[str]]]:
        """The lines before the first item, and those of each item."""
        head: list[str] = []
        found: list[list[str]] = []
        item = _YAML_ITEM if self.is_yaml else _MD_ITEM
        for line in self.text.split("\n"):
            if item.match(line):
                found.append([])
            if self.is_yaml and line == _LOOSE:
                continue  # said again when the text is put together
            (found[-1] if found else head).append(line)
        assert len(found) == len(self.uids), (self.uids, self.text)
        return head, found

    def put(self, head: list[str], blocks: list[list[str]]) -> None:
        """Set the text from blocks."""
        if self.is_yaml:
            _nest(blocks)
        self.text = "\n".join(line for block in (head, *blocks) for line in block)

    @staticmethod
    def is_epic(block: list[str]) -> bool:
        """Whether a block is an epic's."""
        return block[0].startswith(("  - id: e", "## Epic", "### Epic"))

    def key_of(self, block: list[str]) -> str:
        """The key that the program will give an item."""
        if self.is_yaml:
            match = _YAML_ITEM.match(block[0])
            assert match
            return match[2]
        match = _MD_ITEM.match(block[0])
        assert match
        return f"{match[2].lower()}-{match[3]}"

    @property
    def is_named(self) -> bool:
        """Whether the file gives its backlog a name, so that it can move."""
        return re.search(r"(?m)^ *id: ", self.text.split("labels:")[0]) is not None

    def name(self, name: str) -> None:
        """Give the backlog a name."""
        line = re.search(r"(?m)^( *)version: 1$", self.text)
        assert line
        self.text = self.text.replace(line[0], f"{line[0]}\n{line[1]}id: {name}", 1)

    # ---- reading -----------------------------------------------------------------------------

    def read(self) -> dict[str, Said]:
        """What the file says of each item."""
        _, blocks = self.blocks()
        keys = [self.key_of(block) for block in blocks]
        by_key = dict(zip(keys, self.uids, strict=True))
        found: dict[str, Said] = {}
        above: list[tuple[int, str]] = []
        trees = self._trees() if self.is_yaml else [None] * len(blocks)
        for uid, key, block, tree in zip(self.uids, keys, blocks, trees, strict=True):
            level = _level(block)
            while above and above[-1][0] >= level:
                above.pop()
            said = _of_yaml(tree) if tree is not None else _of_markdown(block)
            blockers = said.pop("blockers", None)
            if blockers is not None:
                assert isinstance(blockers, tuple)
                said["blockers"] = tuple(by_key.get(each, f"?{each}") for each in blockers)
            found[uid] = Said(uid=uid, key=key, parent=above[-1][1] if above else None, **said)  # type: ignore[arg-type] # as read
            above.append((level, uid))
        return found

    def _trees(self) -> list[dict[str, object] | None]:
        whole = yaml.load(self.text, Loader=yaml.CSafeLoader)

        def walk(epics: list[dict[str, object]]) -> Iterator[dict[str, object]]:
            for epic in epics:
                yield epic
                stories = epic.get("stories") or []
                assert isinstance(stories, list)
                yield from stories

        return [*walk(whole["epics"]), *walk(whole.get("stories") or [])]

    def rematch(self, before: "Paper") -> None:
        """Know the items again after the tool wrote: by number, by title, by key."""
        old, new = before.read(), self._named_blocks()
        by: dict[tuple[str, object], str] = {
            **{("key", each.key): uid for uid, each in old.items()},
            **{("title", each.title): uid for uid, each in old.items()},
            **{("issue", each.issue): uid for uid, each in old.items() if each.issue},
        }
        found: list[str] = []
        for names in new:
            uid = next((by[name] for name in names if by.get(name) not in (None, *found)), None)
            assert uid is not None, (names, self.text)
            found.append(uid)
        self.uids = found

    def _named_blocks(self) -> list[list[tuple[str, object]]]:
        _, blocks = self.blocks()
        trees = self._trees() if self.is_yaml else [None] * len(blocks)
        named: list[list[tuple[str, object]]] = []
        for block, tree in zip(blocks, trees, strict=True):
            said = _of_yaml(tree) if tree is not None else _of_markdown(block)
            names = [(name, said[name]) for name in ("issue", "title") if said.get(name)]
            named.append([*names, ("key", self.key_of(block))])
        return named

    # ---- editing as people do ----------------------------------------------------------------

    def set(self, uid: str, name: str, value: object) -> None:
        """Write a field of an item, or with None take it out."""
        head, blocks = self.blocks()
        block = blocks[self.uids.index(uid)]
        if name == "title":
            _set_title(block, str(value), self.is_yaml)
        elif self.is_yaml:
            _set_yaml(block, YAML_NAMES.get(name, name), self._as_yaml(name, value))
        else:
            _set_markdown(block, NAMES[name], self._as_markdown(name, value))
        self.put(head, blocks)

    def _key(self, uid: object) -> str:
        _, blocks = self.blocks()
        return self.key_of(blocks[self.uids.index(str(uid))])

    def _as_yaml(self, name: str, value: object) -> str | None:
        if value is None:
            return None
        if name in SETS:
            assert isinstance(value, tuple)
            each = [self._key(v) if name == "blockers" else str(v) for v in value]
            return f"[{', '.join(each)}]"
        return json.dumps(value) if str(value).startswith("@") else str(value)

    def _as_markdown(self, name: str, value: object) -> str | None:
        if value is None:
            return None
        if value == ():
            return "None"
        if name == "blockers":
            assert isinstance(value, tuple)
            return ", ".join("Story " + self._key(v).rpartition("-")[2] for v in value)
        if name == "assignees":
            assert isinstance(value, tuple)
            return ", ".join(f"@{v}" for v in value)
        if name in ("labels", "areas", "platforms", "teams"):
            assert isinstance(value, tuple)
            return ", ".join(value)
        return f"#{value}" if name == "issue" else str(value)

    def tick(self, uid: str, text: str, done: bool) -> None:
        """Tick a criterion, or take the tick away."""
        self.set_criteria(
            uid, tuple((t, done if t == text else d) for t, d in self.read()[uid].criteria)
        )

    def set_criteria(self, uid: str, criteria: tuple[tuple[str, bool], ...]) -> None:
        """Write the list of criteria; only lines that change are touched."""
        before = dict(self.read()[uid].criteria)
        head, blocks = self.blocks()
        block = blocks[self.uids.index(uid)]
        lines, start = _take_criteria(block, self.is_yaml)
        inner = " " * (_level(block) + 4) if self.is_yaml else ""
        kept = dict(zip(before, lines, strict=True))
        new = [
            kept[text]
            if before.get(text) == done
            else [inner + _criterion(text, done, self.is_yaml)]
            for text, done in criteria
        ]
        flat = [line for each in new for line in each]
        if flat and start is None:
            start = _begin_criteria(block, self.is_yaml)
        if start is not None:
            block[start:start] = flat
        self.put(head, blocks)

    def set_text(self, uid: str, text: str) -> None:
        """Write the user story."""
        head, blocks = self.blocks()
        block = blocks[self.uids.index(uid)]
        if self.is_yaml:
            _set_yaml(block, "user_story", text)
        else:
            place = next((n for n, line in enumerate(block) if line.startswith("As a ")), None)
            if place is None:
                _begin_text(block, text)
            else:
                block[place] = text
        self.put(head, blocks)

    def add(self, fresh: Fresh, place: int) -> None:
        """Write a new story at a place among the items, never before the first epic."""
        head, blocks = self.blocks()
        self.made += 1
        indent = " " * (6 if self.is_epic(blocks[place - 1]) else _level(blocks[place - 1]))
        block = (
            [f"{indent}- id: {fresh.uid}", f"{indent}  title: {json.dumps(fresh.title)}"]
            if self.is_yaml
            else [f"### Story 9.{self.made}: {fresh.title}", ""]
        )
        blocks.insert(place, block)
        self.uids.insert(place, fresh.uid)
        self._tidy(blocks)
        self.put(head, blocks)
        for name, value in fresh.values:
            self.set(fresh.uid, name, value)
        if fresh.text:
            self.set_text(fresh.uid, fresh.text)
        if fresh.criteria:
            self.set_criteria(fresh.uid, fresh.criteria)

    def _tidy(self, blocks: list[list[str]]) -> None:
        """Blank lines between Markdown items; one line end at the end."""
        for n, block in enumerate(blocks):
            while block[-1] == "":
                block.pop()
            if n + 1 == len(blocks) or not self.is_yaml:
                block.append("")

    def remove(self, uid: str) -> None:
        """Take an item out, and what depends on it."""
        for other, said in self.read().items():
            if said.blockers and uid in said.blockers:
                self.set(other, "blockers", tuple(b for b in said.blockers if b != uid) or None)
        head, blocks = self.blocks()
        place = self.uids.index(uid)
        del blocks[place], self.uids[place]
        self._tidy(blocks)
        self.put(head, blocks)

    def move(self, uid: str, place: int) -> None:
        """Move an item to another place, maybe below another epic."""
        head, blocks = self.blocks()
        old = self.uids.index(uid)
        block = blocks.pop(old)
        self.uids.pop(old)
        place = min(max(place, 1), len(blocks))
        blocks.insert(place, block)
        self.uids.insert(place, uid)
        if self.is_yaml:
            level = 6 if self.is_epic(blocks[place - 1]) else _level(blocks[place - 1])
            block[:] = _indented(block, level - _level(block))
        self._tidy(blocks)
        self.put(head, blocks)

    def renumber(self) -> None:
        """Number Markdown stories in their order; in YAML rename the last story's key."""
        said = self.read()
        blockers = {uid: each.blockers for uid, each in said.items() if each.blockers}
        head, blocks = self.blocks()
        if self.is_yaml:
            uid = self.uids[-1]
            old = said[uid].key
            if self.is_epic(blocks[-1]):
                return
            blocks[-1][0] = blocks[-1][0].replace(f"- id: {old}", f"- id: {old}x")
            if said[uid].issue is None:
                inner = " " * (_level(blocks[-1]) + 2)
                blocks[-1].insert(1, f"{inner}previously: [{old}]")
        else:
            epic = story = 0
            for block in blocks:
                match = _MD_ITEM.match(block[0])
                assert match
                epic, story = (epic + 1, 0) if match[2] == "Epic" else (epic, story + 1)
                number = str(epic) if match[2] == "Epic" else f"{epic}.{story}"
                block[0] = f"{match[1]} {match[2]} {number}: {match[4]}"
        self.put(head, blocks)
        for uid, each in blockers.items():
            self.set(uid, "blockers", each)


# ---- YAML -------------------------------------------------------------------------------------


_LOOSE = "stories:"
"""What stands above stories that are below no epic."""


def _level(block: list[str]) -> int:
    """How deep an item is: its indentation, or the number of its heading's marks."""
    line = block[0]
    return line.index(" ") if line.startswith("#") else len(line) - len(line.lstrip(" "))


def _indented(block: list[str], more: int) -> list[str]:
    if more < 0:
        return [line[-more:] for line in block]
    return [" " * more + line if line else line for line in block]


def _nest(blocks: list[list[str]]) -> None:
    """Say `stories:` wherever items below it follow, and nowhere else."""
    loose = False
    for n, block in enumerate(blocks):
        if not block[0].startswith("  - id: e"):
            if _level(block) == 2 and not loose:
                loose = True
                blocks[n - 1].append(_LOOSE)
            continue
        nested = n + 1 < len(blocks) and _level(blocks[n + 1]) == 6
        if "    stories:" in block and not nested:
            block.remove("    stories:")
        elif "    stories:" not in block and nested:
            block.append("    stories:")


def _of_yaml(tree: dict[str, object]) -> dict[str, object]:
    def words(name: str) -> tuple[str, ...] | None:
        value = tree.get(name)
        return None if value is None else tuple(str(v) for v in value)  # type: ignore[attr-defined] # a list

    def word(name: str) -> str | None:
        value = tree.get(name)
        return None if value is None else str(value)

    criteria: list[tuple[str, bool]] = []
    for each in tree.get("acceptance_criteria") or ():  # type: ignore[attr-defined] # a list
        if isinstance(each, dict):
            criteria.append((str(each["text"]), bool(each.get("done"))))
        else:
            criteria.append((str(each), False))
    points, size = tree.get("story_points"), tree.get("Size")
    issue = re.search(r"\d+$", str(tree.get("issue") or ""))
    return {
        "title": str(tree["title"]),
        "status": word("status"),
        "points": None if points is None else float(str(points)),
        "milestone": word("milestone"),
        "priority": word("priority"),
        "sprint": word("sprint"),
        "labels": words("labels"),
        "blockers": words("depends_on"),
        "assignees": words("assignees"),
        "issue": int(issue[0]) if issue else None,
        "text": word("user_story"),
        "criteria": tuple(criteria),
        "size": None if size is None else float(str(size)),
        "note": word("Notes"),
        "start": word("start"),
        "areas": words("Areas"),
        "platforms": words("Platforms"),
        "teams": words("Teams"),
    }


def _set_yaml(block: list[str], name: str, value: str | None) -> None:
    inner = " " * (len(block[0]) - len(block[0].lstrip(" ")) + 2)
    places = [n for n, line in enumerate(block) if line.startswith(f"{inner}{name}:")]
    if places:
        end = places[0] + 1
        while end < len(block) and block[end].startswith(f"{inner} "):
            end += 1
        block[places[0] : end] = [] if value is None else [f"{inner}{name}: {value}"]
    elif value is not None:
        block.insert(2, f"{inner}{name}: {value}")


# ---- Markdown ---------------------------------------------------------------------------------

_OF_NAMES = {shown.lower(): name for name, shown in NAMES.items()}


def _of_markdown(block: list[str]) -> dict[str, object]:
    match = _MD_ITEM.match(block[0])
    assert match
    said: dict[str, object] = {"title": match[4].strip()}
    criteria: list[tuple[str, bool]] = []
    for line in block[1:]:
        box, meta = _MD_BOX.match(line), _MD_META.match(line)
        if box:
            criteria.append((box[2], box[1] != " "))
        elif line.startswith("As a "):
            said["text"] = line.strip()
        elif meta and (name := _OF_NAMES.get(meta[1].lower())):
            said[name] = _markdown_value(name, meta[2])
    said["criteria"] = tuple(criteria)
    return said


def _markdown_value(name: str, value: str) -> object:
    parts = tuple(part.strip().lstrip("@") for part in value.split(",") if part.strip(" -"))
    parts = () if value.lower() == "none" else parts
    if name == "blockers":
        return tuple(part.lower().replace(" ", "-") for part in parts)
    if name in SETS:
        return parts
    if name in ("points", "size"):
        return float(value) if value else None
    if name in ("note", "start"):
        return value or None  # a line without a value declares nothing
    if name == "issue":
        match = re.search(r"#(\d+)", value)
        return int(match[1]) if match else None
    return value


def _set_markdown(block: list[str], name: str, value: str | None) -> None:
    metas = [n for n, line in enumerate(block) if _MD_META.match(line) and not line.endswith("**:")]
    for n in metas:
        match = _MD_META.match(block[n])
        assert match
        if match[1] == name:
            tail = block[n][len(block[n].rstrip()) :]
            if value is None:
                del block[n]
            else:
                block[n] = f"**{name}**: {value}{tail}"
            return
    if value is None:
        return
    if metas:
        block.insert(metas[-1] + 1, f"**{name}**: {value}")
        if not block[metas[-1]].endswith("  "):
            block[metas[-1]] += "  "
    else:
        block[1:2] = ["", f"**{name}**: {value}", ""]


def _begin_text(block: list[str], text: str) -> None:
    """Below the metadata."""
    metas = [n for n, line in enumerate(block) if _MD_META.match(line) and not line.endswith("**:")]
    place = metas[-1] + 1 if metas else 1
    block[place:place] = ["", text]


# ---- both -------------------------------------------------------------------------------------


def _set_title(block: list[str], title: str, is_yaml: bool) -> None:
    if is_yaml:
        place = next(n for n, line in enumerate(block) if line.lstrip().startswith("title:"))
        indent = block[place][: len(block[place]) - len(block[place].lstrip())]
        block[place] = f"{indent}title: {json.dumps(title, ensure_ascii=False)}"
    else:
        match = _MD_ITEM.match(block[0])
        assert match
        block[0] = f"{match[1]} {match[2]} {match[3]}: {title}"


def _criterion(text: str, done: bool, is_yaml: bool) -> str:
    if not is_yaml:
        return f"- [{'x' if done else ' '}] {text}"
    return f"- {{text: {text}, done: true}}" if done else f"- {text}"


def _take_criteria(block: list[str], is_yaml: bool) -> tuple[list[list[str]], int | None]:
    """Cut the lines of criteria out; give them by criterion, and where they stood."""
    found: list[list[str]] = []
    start: int | None = None
    inner = " " * (_level(block) + 4) if is_yaml else ""
    inside = not is_yaml
    n = 0
    while n < len(block):
        line = block[n]
        if is_yaml and line.strip() == "acceptance_criteria:":
            inside, start = True, n + 1
        elif inside and (line.startswith(inner) if is_yaml else _MD_BOX.match(line)):
            if is_yaml and not line.startswith(f"{inner}- "):
                found[-1].append(line)
            else:
                found.append([line])
            start = n if start is None else start
            del block[n]
            continue
        elif is_yaml:
            inside = False
        elif start is None and line.startswith("**Acceptance Criteria**"):
            start = n + 2
        n += 1
    return found, min(start, len(block)) if start is not None else None


def _begin_criteria(block: list[str], is_yaml: bool) -> int:
    while block[-1] == "":
        block.pop()
    inner = " " * (_level(block) + 2)
    block += [f"{inner}acceptance_criteria:"] if is_yaml else ["", "**Acceptance Criteria**:", ""]
    start = len(block)
    block.append("")
    return start


def without_progress(paper: Paper) -> list[str]:
    """The lines that no sync may touch: all but status, issue, progress, ticks and the like."""
    return [line.rstrip() for line in paper.text.split("\n") if not _PROGRESS.match(line)]


_PROGRESS = re.compile(
    r"\s*(\*\*(Status|Issue|Progress|Assignees|Sprint|Notes|Teams)\*\*:"
    r"|(status|issue|assignees|sprint|Notes|Teams):"
    r"|- \[[ xX]\] |          |$)"
)
