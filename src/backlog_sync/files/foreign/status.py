"""Read BMAD's `sprint-status.yaml`: a mapping of keys to statuses, with or without its epics."""

import re
from collections.abc import Container

from backlog_sync.core.diagnostics import Place
from backlog_sync.files.anchors import StatusAnchor
from backlog_sync.files.draft import Draft, Findings
from backlog_sync.files.fill import Filler
from backlog_sync.files.foreign.finish import finished
from backlog_sync.files.foreign.join import STATUS
from backlog_sync.files.node_values import text_of
from backlog_sync.files.parsed import ParsedFile, Source
from backlog_sync.files.source import Lines
from backlog_sync.files.vocabulary import key_words
from backlog_sync.files.yaml.nodes import Entry, MapNode, Node, Scalar

_SECTIONS = ("development status", "sprint status", "story status", "statuses")
_EPIC = re.compile(r"epic-(\d{1,4}(?:[.-]\d{1,4})?[a-z]?|[a-z]{1,3})")
_STORY = re.compile(r"(\d{1,4}(?:\.\d{1,4})?[a-z]?|[a-z]{1,3})[-.](\d{1,4}[a-z]?)(?:-(.{1,150}))?")
_DEEPER = re.compile(r"(\d{1,4}[a-z]?)-(.{1,150})")
_OTHER = re.compile(r"epic-[\w.-]{1,10}-retrospective")


def parse_sprint_status(source: Source, root: Node) -> ParsedFile | None:
    """Read a status file; return None if it is another file.

    Keys such as `epic-3` and `3-2-user-login` become epics and stories, with titles from the words
    of the key. Raises nothing.
    """
    section = _section(root)
    if section is None:
        return None
    lines, findings = Lines(source.text), Findings(source.path)
    drafts: list[Draft] = []
    epics: dict[str, Draft] = {}
    for entry in section.entries:
        place = lines.place(source.path, entry.key.start)
        draft = _draft(entry, place, epics, {each.raw_id for each in drafts})
        if draft is None:
            other = _OTHER.fullmatch(entry.key.value)
            findings.skip(place, "a retrospective is not an item" if other else "no key")
        else:
            drafts.append(draft)
    return finished(source, drafts, Filler(findings), STATUS) if drafts else None


def _section(root: Node) -> MapNode | None:
    """Return the mapping of statuses."""
    if not isinstance(root, MapNode):
        return None
    for entry in root.entries:
        if key_words(entry.key.value) in _SECTIONS and isinstance(entry.value, MapNode):
            return entry.value
    return None


def _draft(
    entry: Entry, place: Place, epics: dict[str, Draft], taken: Container[str | None]
) -> Draft | None:
    word, value = entry.key.value.strip(), entry.value
    if not isinstance(value, Scalar) or _OTHER.fullmatch(word):
        return None
    epic, story = _EPIC.fullmatch(word), _STORY.fullmatch(word)
    if epic:
        number = epic[1]
        draft = epics[number] = Draft("epic", f"Epic {number.upper()}", place)
    elif story and (story[1][0].isdigit() or story[1] in epics):
        number, words = _numbered(story, taken)
        title = words.replace("-", " ").replace("_", " ").strip()
        draft = Draft("story", title[:1].upper() + title[1:], place, parent=epics.get(story[1]))
    else:
        return None
    draft.raw_id, draft.key, draft.anchor = number, f"{draft.kind}-{number}", StatusAnchor(value)
    draft.places["id"] = place
    if text_of(value):
        draft.put("status", text_of(value), place)
    return draft


def _numbered(story: re.Match[str], taken: Container[str | None]) -> tuple[str, str]:
    """Return a story's number and words: `0-6-1-more-tests` is 0.6.1 only if 0.6 is another."""
    number, words = f"{story[1]}.{story[2]}", story[3] or ""
    while number in taken and (deeper := _DEEPER.fullmatch(words)):
        number, words = f"{number}.{deeper[1]}", deeper[2]
    return number, words or f"Story {number}"
