"""Files that look like a backlog and are none: what they are instead, and what was looked for."""

from backlog_sync.core.diagnostics import Diagnostic, Place
from backlog_sync.files.validation import shown
from backlog_sync.files.vocabulary import key_words, lookalikes
from backlog_sync.files.yaml.nodes import ListNode, MapNode, Node, Scalar

_LOOKED_FOR = (
    "lists of epics, features, stories, tasks or issues with titles, below keys such as "
    "'epics', 'user_stories' or 'milestones'"
)
_LISTED = 6
"""Keys listed in one message: enough to recognize the file."""


def not_a_backlog(root: Node | None, path: str) -> Diagnostic:
    """Why a file holds no items: what it seems to be, what it holds, what was looked for."""
    other = seems(root)
    what = f"this is not a backlog: it looks like {other}" if other else "this is not a backlog"
    holds = ""
    if isinstance(root, MapNode) and root.entries:
        names = [f"'{shown(entry.key.value)}'" for entry in root.entries[:_LISTED]]
        holds = f", found {', '.join(names)}{' …' if len(root.entries) > _LISTED else ''}"
    elif isinstance(root, ListNode):
        holds = f", found a list of {len(root.items)} entries of another kind"
    message = f"{what}; looked for {_LOOKED_FOR}{holds}"
    hint = "name the file that holds the plan, or write one with 'backlog init'"
    return Diagnostic(Place(path), "not-a-backlog", message, hint)


def seems(root: Node | None) -> str:
    """What another tool's file this looks like; empty where it looks like none that we know."""
    for name, signs in lookalikes().items():
        if any(all(_has(root, sign) for sign in way.split(" + ")) for way in signs):
            return name
    return ""


def _has(root: Node | None, sign: str) -> bool:
    """Whether a file has a sign: `jobs`, one of `cmd|run`, two of `2 of a|b|c`.

    `jobs > runs on` is a key below those of `jobs` (of the file, where nothing stands before),
    `body: list` and `type: text` tell what a key holds, and `not` the contrary.
    """
    if sign.startswith("not "):
        return not _has(root, sign[4:])
    if ": " in sign:
        key, _, form = sign.partition(": ")
        value = root.get(key) if isinstance(root, MapNode) else None
        return isinstance(value, ListNode if form == "list" else Scalar)
    above, deep, names = sign.rpartition("> ")
    count, _, names = names.rpartition(" of ")
    found: set[str] = set()
    if not deep:
        found = _names(root)
    elif not above:
        found = _below(root if isinstance(root, ListNode) else None)
    elif isinstance(root, MapNode):
        found = _below(root.get(above.strip()))
    return len(found & set(names.split("|"))) >= int(count or 1)


def _names(node: Node | None) -> set[str]:
    return {key_words(e.key.value) for e in node.entries} if isinstance(node, MapNode) else set()


def _below(node: Node | None) -> set[str]:
    """All keys one level below a mapping's entries, or a list's."""
    if isinstance(node, MapNode):
        return {word for entry in node.entries for word in _names(entry.value)}
    items = node.items if isinstance(node, ListNode) else ()
    return {word for each in items for word in _names(each)}
