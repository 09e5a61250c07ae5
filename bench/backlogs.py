"""The same backlog as a file of ours, and as the list that a loop works through."""

from dataclasses import dataclass

REPOSITORY = "octo-org/widgets"
PROJECT = "octo-org/Widgets Backlog"
KINDS = ("epic", "feature", "story")
_COLOURS = ("5319e7", "1d76db", "0e8a16", "b60205")
_PRIORITIES = ("High", "Medium", "Low")


@dataclass(frozen=True)
class Item:
    """One item; `depth` is 0 for an epic, 1 for a feature, 2 for a story."""

    key: str
    title: str
    depth: int
    criteria: tuple[str, ...]
    milestone: str
    priority: str
    points: int

    @property
    def labels(self) -> tuple[str, ...]:
        """Its labels."""
        return KINDS[self.depth], f"priority:{self.priority.lower()}"

    @property
    def body(self) -> str:
        """The text that a loop gives it."""
        return f"As a rider, I want it.\n\n### Acceptance criteria\n\n{self._boxes()}"

    def _boxes(self) -> str:
        return "\n".join(f"- [ ] {text}" for text in self.criteria)


def items(count: int, more: int = 0) -> list[Item]:
    """So many items: of every eleven one is an epic, three are features, the rest stories.

    `more` are added at the end, as a team does later: the first ones stay as they are.
    """
    made: list[Item] = []
    for n in range(count + more):
        depth = 0 if n % 11 == 0 else 1 if n % 11 in (1, 4, 7) else 2
        made.append(
            Item(
                key=f"{KINDS[depth]}-{n}",
                title=f"Let riders take ride {n}",
                depth=depth,
                criteria=tuple(f"criterion {c} of ride {n}" for c in range(3)),
                milestone=f"M{min(2, n * 3 // count)}",
                priority=_PRIORITIES[n % 3],
                points=n % 5 + 1,
            )
        )
    return made


def labels() -> dict[str, str]:
    """Colours by name."""
    names = (*KINDS, *(f"priority:{name.lower()}" for name in _PRIORITIES))
    return {name: _COLOURS[n % len(_COLOURS)] for n, name in enumerate(names)}


def flat(found: list[Item]) -> str:
    """A file that says what a loop does, and no more: issues, labels, milestones."""
    lines = [*_head(), "items:"]
    for item in found:
        lines += _fields(item, "  ", kind=True)
    return "\n".join(lines) + "\n"


def tree(found: list[Item]) -> str:
    """A file that says everything: hierarchy, what waits for what, a board with three fields."""
    lines = [
        *_head(),
        "project:",
        "  owner: octo-org",
        "  title: Widgets Backlog",
        "  fields:",
        "    Priority: {type: single_select, options: [High, Medium, Low]}",
        "    Story Points: {type: number}",
        "    Target: {type: date}",
        "epics:",
    ]
    below = ("features", "stories")
    last: Item | None = None
    for item in found:
        pad = "  " + "    " * item.depth
        if last is not None and item.depth > last.depth:
            lines.append(f"{pad[:-2]}{below[item.depth - 1]}:")
        lines += _fields(item, pad, kind=False)
        lines += [f"{pad}  priority: {item.priority}", f"{pad}  story_points: {item.points}"]
        if item.depth == 0:
            lines.append(f"{pad}  target: 2027-03-31")
        if last is not None and item.depth == last.depth == 2:
            lines.append(f"{pad}  depends_on: [{last.key}]")
        last = item
    return "\n".join(lines) + "\n"


def _head() -> list[str]:
    named = [f'  - {{name: "{name}", color: "{colour}"}}' for name, colour in labels().items()]
    return ["version: 1", f"repository: {REPOSITORY}", "labels:", *named]


def _fields(item: Item, pad: str, *, kind: bool) -> list[str]:
    said = [
        f"{pad}- id: {item.key}",
        f"{pad}  title: {item.title}",
        f"{pad}  milestone: {item.milestone}",
        f"{pad}  user_story: As a rider, I want it.",
        f"{pad}  acceptance_criteria:",
        *(f"{pad}    - {text}" for text in item.criteria),
    ]
    if kind:
        # A loop has no board: the priority is a label like any other.
        said += [f"{pad}  kind: {KINDS[item.depth]}", f'{pad}  labels: ["{item.labels[1]}"]']
    return said
