"""Build the timeline of an issue: its comments, and what else happened to it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from github_sandbox.models import Comment, Event, Issue, Project
from github_sandbox.page.views import Reader, is_internal

_TOGETHER = timedelta(minutes=5)
"""What one person does within it is one entry."""
_MOST = 8
"""Things that one entry lists; of more it says how many."""

_WORDS = {
    "opened": "opened this issue",
    "edited": "edited the text",
    "reopened": "reopened this issue",
    "labelled": "changed the labels",
    "assigned": "changed the assignees",
    "locked": "locked the conversation",
    "unlocked": "unlocked the conversation",
    "transferred": "transferred this issue here",
}
_REASONS = {"COMPLETED": "completed", "NOT_PLANNED": "not planned", "DUPLICATE": "duplicate"}


@dataclass(frozen=True, slots=True)
class Entry:
    """What somebody did, as parts of a sentence; `body` is None unless it is a comment."""

    author: str
    at: str
    words: str
    is_edited: bool = False
    body: str | None = None


def timeline(reader: Reader, issue: Issue) -> tuple[Entry, ...]:
    """Return the timeline of an issue, the oldest entry first."""
    comments = list(reader.store.comments.get(issue.id, {}).values())
    entries = [*_comments(reader, comments), *_events(reader, issue)]
    return tuple(sorted(entries, key=lambda entry: entry.at))


def _comments(reader: Reader, comments: list[Comment]) -> Iterator[Entry]:
    for comment in comments:
        author = reader.login(comment.author)
        edited = comment.last_edited_at is not None
        yield Entry(author, comment.created_at, "commented", edited, comment.body)


def _events(reader: Reader, issue: Issue) -> Iterator[Entry]:
    """Yield what happened, with what one person did in a short time as one entry."""
    subjects = {issue.node_id: ""}
    internal: dict[str, set[str]] = {}
    for project, item in reader.cards(issue):
        subjects[item.node_id] = project.title
        fields = reader.store.fields[project.id].values()
        internal[item.node_id] = {field.name for field in fields if is_internal(field)}
    words: list[str] = []
    first: Event | None = None
    for event in reader.store.events:
        if event.subject not in subjects:
            continue
        if event.detail.get("field") in internal.get(event.subject, ()):
            continue
        text = _text(reader, event)
        if not text:
            continue
        if first and (event.actor != first.actor or _apart(first, event)):
            yield Entry(first.actor, first.created_at, _sentence(words))
            first, words = None, []
        first = first or event
        if text not in words:  # a client that creates an issue on a board adds the card first
            words.insert(0 if event.action == "opened" else len(words), text)
    if first:
        yield Entry(first.actor, first.created_at, _sentence(words))


def _apart(first: Event, event: Event) -> bool:
    start, end = (datetime.fromisoformat(e.created_at) for e in (first, event))
    return end - start > _TOGETHER


def _sentence(words: list[str]) -> str:
    if len(words) > _MOST:
        words = [*words[: _MOST - 1], f"changed {len(words) - _MOST + 1} more things"]
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _text(reader: Reader, event: Event) -> str:
    detail = event.detail
    match event.action:
        case "closed":
            reason = _REASONS.get(str(detail.get("reason", "")).upper(), "")
            return f"closed this as {reason}" if reason else "closed this"
        case "added_to_project":
            project = reader.store.by_node.get(detail["project"])
            return f"added it to {project.title}" if isinstance(project, Project) else ""
        case "project_value_set":
            to = f" to {detail['value']}" if detail.get("value") else ""
            return f"set {detail['field']}{to}"
        case "issue_field_value_set":
            return f"set {', '.join(detail['fields'])}"
        case "sub_issue_added" | "sub_issue_removed" | "blocked_by_added" | "blocked_by_removed":
            other = reader.store.by_node.get(detail.get("child") or detail["blocker"])
            if not isinstance(other, Issue):
                return ""
            verb = "added" if event.action.endswith("added") else "removed"
            kind = "sub-issue" if event.action.startswith("sub") else "blocker"
            return f"{verb} the {kind} #{other.number}"
    return _WORDS.get(event.action, "")
