"""Files that look like a backlog and are none: what they are instead, and what was looked for."""

from collections.abc import Callable

from backlog_sync.core.diagnostics import Diagnostic, Place
from backlog_sync.files.validation import shown
from backlog_sync.files.vocabulary import key_words
from backlog_sync.files.yaml.nodes import ListNode, MapNode, Node, Scalar

_LOOKED_FOR = (
    "lists of epics, features, stories, tasks or issues with titles, below keys such as "
    "'epics', 'user_stories' or 'milestones'"
)
_LISTED = 6


def not_a_backlog(root: Node | None, path: str) -> Diagnostic:
    """Why a file holds no items: what it seems to be, what it holds, what was looked for."""
    other = seems(root)
    what = f"this is not a backlog: it looks like {other}" if other else "this is not a backlog"
    holds = _holds(root)
    message = f"{what}; looked for {_LOOKED_FOR}{holds}"
    hint = "name the file that holds the plan, or write one with 'backlog init'"
    return Diagnostic(Place(path), "not-a-backlog", message, hint)


def _holds(root: Node | None) -> str:
    if isinstance(root, MapNode) and root.entries:
        names = [f"'{shown(entry.key.value)}'" for entry in root.entries[:_LISTED]]
        more = " …" if len(root.entries) > _LISTED else ""
        return f", found {', '.join(names)}{more}"
    if isinstance(root, ListNode):
        return f", found a list of {len(root.items)} entries of another kind"
    return ""


def seems(root: Node | None) -> str:
    """What another tool's file this looks like; empty where it looks like none that we know."""
    if isinstance(root, MapNode):
        names = {key_words(entry.key.value) for entry in root.entries}
        return next((what for what, test in _MAPPINGS if test(names, root)), "")
    if isinstance(root, ListNode):
        entries = [each for each in root.items if isinstance(each, MapNode)]
        if any("hosts" in _names(each) for each in entries):
            return "an Ansible playbook"
    return ""


def _names(node: Node | None) -> set[str]:
    if not isinstance(node, MapNode):
        return set()
    return {key_words(entry.key.value) for entry in node.entries}


def _inner(root: MapNode, name: str) -> set[str]:
    """All keys one level below a mapping's entries, or a list's."""
    value = root.get(name)
    nodes: list[Node] = []
    if isinstance(value, MapNode):
        nodes = [entry.value for entry in value.entries]
    elif isinstance(value, ListNode):
        nodes = list(value.items)
    return {word for node in nodes for word in _names(node)}


def _is_text(root: MapNode, name: str) -> bool:
    return isinstance(root.get(name), Scalar)


_MAPPINGS: tuple[tuple[str, Callable[[set[str], MapNode], bool]], ...] = (
    ("a Compose file", lambda names, root: "services" in names
     and bool(_inner(root, "services") & {"image", "build", "ports", "depends on", "volumes"})),
    ("a GitHub workflow", lambda names, root: "jobs" in names
     and ("on" in names or "runs on" in _inner(root, "jobs"))),
    ("a GitLab pipeline", lambda names, _: "stages" in names and "image" in names),
    ("a GitHub action", lambda names, _: {"runs", "name"} <= names),
    ("an issue form", lambda names, root: {"name", "body"} <= names
     and isinstance(root.get("body"), ListNode)),
    ("a Dependabot configuration", lambda names, root: "updates" in names
     and "package ecosystem" in _inner(root, "updates")),
    ("a package manifest", lambda names, root: "name" in names and bool(
        names & {"scripts", "dev dependencies", "main", "exports", "bin", "workspaces"})
     and not isinstance(root.get("dependencies"), ListNode)),
    ("an OpenAPI description", lambda names, _: bool(names & {"openapi", "swagger"})),
    ("an AsyncAPI description", lambda names, _: "asyncapi" in names),
    ("a Kubernetes object", lambda names, _: {"api version", "kind"} <= names),
    ("a CloudFormation template", lambda names, _: "awstemplate format version" in names
     or "aws template format version" in names),
    ("a JSON Schema", lambda names, root: "properties" in names
     and (_is_text(root, "$schema") or _is_text(root, "type"))),
    ("an editor's list of tasks", lambda names, root: "tasks" in names
     and bool(_inner(root, "tasks") & {"command", "problem matcher"})),
    ("a Taskfile", lambda names, root: "tasks" in names
     and bool(_inner(root, "tasks") & {"cmds", "cmd"})),
    ("a pre-commit configuration", lambda names, root: "repos" in names
     and "hooks" in _inner(root, "repos")),
    ("a compiler's configuration", lambda names, _: "compiler options" in names),
    ("a site's configuration", lambda names, _: "site name" in names),
    ("a tool's configuration", lambda names, _: len(
        names & {"schedule", "providers", "limits", "observe", "standards", "settings", "plugins",
                 "rules", "extends", "config", "env", "defaults", "options", "logging", "cache"}
    ) >= 2),
)  # fmt: skip
"""What a mapping looks like, by its keys; the first that fits."""
