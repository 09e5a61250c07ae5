"""Release notes as Markdown: a text that people publish, and may edit before.

All words of people are inert, as in a report. People are named without notifying them, unless the
settings allow mentions.
"""

import re
from collections.abc import Iterator

from backlog_sync.core.escape import readable
from backlog_sync.core.facts import PullRequestFact, WorkItem
from backlog_sync.render.words import counted
from backlog_sync.reports.values import ReleaseEntry, ReleaseGroup, ReleaseNotes
from backlog_sync.reports.view import figure

HEADINGS = {
    "epic": "Epics",
    "feature": "Features",
    "story": "Stories",
    "bug": "Bugs",
    "task": "Tasks",
    "spike": "Spikes",
    "chore": "Chores",
}

_ADDRESS = re.compile(r"https?://[^\s<>()\[\]]+")
_LOGIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,99})")


def notes_markdown(notes: ReleaseNotes, *, titled: bool = True, with_open: bool = False) -> str:
    """Return the notes, `titled` or not; `with_open` lists what is still open, too."""
    lines = [f"# {readable(notes.title)}", ""] if titled else []
    lines += [_summary(notes), ""]
    paragraph = " ".join(re.split(r"\n\s*\n", notes.description.strip())[0].split())
    if paragraph:
        lines += [readable(paragraph), ""]
    for kind, groups in notes.kinds.items():
        lines += [f"## {HEADINGS[kind]}", ""]
        for group in groups:
            lines += _group(group, mentions=notes.mentions)
    if with_open and notes.open:
        lines += ["## Still open", "", *(f"- {_name(item)}" for item in notes.open), ""]
    return "\n".join(lines)


def _summary(notes: ReleaseNotes) -> str:
    """Return one sentence each: when, and how much by how many people."""
    day = f"Finished on {notes.finished}. " if notes.finished else ""
    if not day and notes.due:
        day = f"Due {notes.due}. "
    if not notes.entries:
        return f"{day}Nothing is done."
    parts = [counted(len(notes.entries), "item")]
    points = sum(entry.points for entry in notes.entries)
    parts += [f"{figure(points)} point{'' if points == 1 else 's'}"] if points else []
    entries = [*notes.entries, *_containers(notes)]
    pulls = {pull.ref for entry in entries for pull in entry.pull_requests}
    parts += [counted(len(pulls), "pull request")] if pulls else []
    people = {login for entry in entries for login in entry.people}
    parts += [counted(len(people), "person", "people")] if people else []
    return f"{day}{', '.join(parts)}."


def _containers(notes: ReleaseNotes) -> Iterator[ReleaseEntry]:
    """Yield the epics and features that are done with pull requests of their own."""
    for groups in notes.kinds.values():
        yield from (g.container for g in groups if g.container and g.container.pull_requests)


def _group(group: ReleaseGroup, *, mentions: bool) -> Iterator[str]:
    above = group.container
    if above is not None:
        named = bool(above.pull_requests)  # its assignees did not do what is below it
        yield f"### {_line(above, mentions=mentions) if named else _name(above.item)}"
        yield ""
    yield from (f"- {_line(entry, mentions=mentions)}" for entry in group.entries)
    yield ""


def _line(entry: ReleaseEntry, *, mentions: bool) -> str:
    """Return the title with its issue, its pull requests and its people."""
    text = _name(entry.item)
    if entry.pull_requests:
        text += f" in {', '.join(map(_pull_request, entry.pull_requests))}"
    if entry.people:
        text += f" by {', '.join(_person(login, mentions=mentions) for login in entry.people)}"
    return text


def _name(item: WorkItem) -> str:
    """Return the title, with its issue if it has one."""
    number = f" ({_link(item.ref, item.url)})" if item.ref else ""
    return readable(item.title) + number


def _pull_request(pull: PullRequestFact) -> str:
    return _link(pull.ref, pull.url)


def _link(ref: str, url: str | None) -> str:
    """Return a link: in a file of a repository GitHub makes none of a bare number."""
    return f"[{ref}]({url})" if url and _ADDRESS.fullmatch(url) else readable(ref)


def _person(login: str, *, mentions: bool) -> str:
    return f"@{login}" if mentions and _LOGIN.fullmatch(login) else readable(login)
