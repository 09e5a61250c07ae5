"""Resolve what items depend on: keys and issues; report dangling and circular references."""

import re
from collections.abc import Sequence
from dataclasses import replace

from backlog_sync.core.diagnostics import Diagnostic, Fix, warning
from backlog_sync.core.graph import cycles
from backlog_sync.core.model import IssueRef
from backlog_sync.core.normalize import fold
from backlog_sync.files.entries import Entry
from backlog_sync.files.near import Near, is_surely
from backlog_sync.files.refs import parse_issue_ref
from backlog_sync.files.suggestions import NONE, advice, fix_of, issue_for
from backlog_sync.files.validation import shown

_DIGITS = re.compile(r"\d+")


class Dependencies:
    """The blockers of every item of a backlog."""

    def __init__(self, entries: Sequence[Entry], repository: str | None) -> None:
        self._repository = repository
        self._by_key = {entry.key: entry for entry in entries}
        self._titled: dict[str, list[str]] = {}
        for entry in entries:
            self._titled.setdefault(fold(entry.parsed.document.title), []).append(entry.key)
        self._near = Near((*self._titled, *self._by_key))
        self._by_issue: dict[tuple[str, int], Entry] = {}
        self.diagnostics: list[Diagnostic] = []
        self._edges: dict[str, list[str]] = {}
        self._previous: dict[str, Entry] = {}
        for entry in entries:
            for key in entry.parsed.document.previously:
                self._previous.setdefault(key, entry)
            claimed = parse_issue_ref(entry.parsed.document.issue or "")
            if claimed is not None:
                self._by_issue.setdefault(self._whole(claimed, entry), entry)
        self._blockers = {entry.key: self._read(entry) for entry in entries}
        self._report_cycles()

    def of(self, entry: Entry) -> tuple[str, ...] | None:
        """Return what blocks an item, keys and `owner/repo#n`; None if it declares nothing."""
        return self._blockers.get(entry.key)

    def _read(self, entry: Entry) -> tuple[str, ...] | None:
        declared, _ = entry.declared("depends_on")
        if not declared:
            return None
        blockers: dict[str, None] = {}
        edges = self._edges.setdefault(entry.key, [])
        for index, word in enumerate(entry.words("depends_on")):
            other = self._find(word, entry)
            if other is not None:
                edges.append(other.key)
                if other.synced or not entry.synced:
                    blockers[other.key] = None
                else:
                    self.diagnostics.append(_not_synced(entry, index, other))
            elif issue := self._issue(word, entry):
                blockers[issue] = None
            else:
                message = f"'{shown(word)}' is not the key of an item"
                hint, fix = self._meant(word, entry)
                where = f"depends_on.{index}"
                problem = entry.problem(where, "dangling-dependency", message, hint)
                self.diagnostics.append(replace(problem, fix=fix))
        return tuple(blockers)

    def _find(self, word: str, entry: Entry) -> Entry | None:
        """Return the item that a word names: by key, by a former key, or by its issue's number."""
        folded = word.casefold()
        item = self._by_key.get(word) or self._by_key.get(folded) or self._previous.get(word)
        if item is not None or "#" not in word:
            return item
        issue = parse_issue_ref(word)
        return self._by_issue.get(self._whole(issue, entry)) if issue else None

    def _whole(self, issue: IssueRef, entry: Entry) -> tuple[str, int]:
        """Return an issue with its repository; a number without one is in the item's own."""
        home = "sandbox" if issue.sandbox else issue.repository
        return fold(home or entry.text("repository") or self._repository or ""), issue.number

    def _meant(self, word: str, entry: Entry) -> tuple[str, Fix | None]:
        """Return what may have been meant: an item of that title, an issue, or a similar key.

        A key that differs only in its number is not a help.
        """
        titled = self._titled.get(fold(word), ())
        if len(titled) == 1:
            fix = Fix(word, titled[0]) if titled[0] != entry.key else None
            return f"write `{titled[0]}`, the key of the item with that title", fix
        if titled:
            return f"several items have that title: write the key of one: {', '.join(titled)}", None
        issue = issue_for(word)
        if issue is not NONE:
            quoted = replace(issue, text=f"'{issue.text}'" if issue.text[:1] == "#" else issue.text)
            return advice(quoted), fix_of(quoted, word)
        near = self._near.to(fold(word))
        if near in self._titled:
            return f"write `{self._titled[near][0]}`, the key of '{shown(near)}'", None
        if near and _DIGITS.sub("", near) != _DIGITS.sub("", word.casefold()):
            fix = Fix(word, near) if is_surely(word, near) else None
            return f"write `{near}`" if fix else f"did you mean '{near}'?", fix
        return "name an item by its key, or an issue as '#12' or 'owner/repo#12'", None

    def _issue(self, word: str, entry: Entry) -> str | None:
        """Return an issue elsewhere as `owner/repo#n`; the default is the item's repository."""
        if "#" not in word and "/" not in word:
            return None
        issue = parse_issue_ref(word)
        if issue is None or issue.sandbox:
            return None
        repository = issue.repository or entry.text("repository") or self._repository
        return f"{repository}#{issue.number}" if repository else f"#{issue.number}"

    def _report_cycles(self) -> None:
        for cycle in cycles(self._edges):
            entry = self._by_key[cycle[0]]
            names = " -> ".join((*cycle, cycle[0]))
            message = f"circular dependency: {names}"
            if len(cycle) == 1:
                message = f"'{cycle[0]}' depends on itself"
            hint = "remove one of the dependencies"
            place = entry.place("depends_on")
            self.diagnostics.append(Diagnostic(place, "cyclic-dependency", message, hint))


def _not_synced(entry: Entry, index: int, other: Entry) -> Diagnostic:
    message = f"'{other.key}' stays in the file, so this cannot wait for it on GitHub"
    hint = "remove `sync: false` from it or from what contains it, or remove this dependency"
    return warning(entry.place(f"depends_on.{index}"), "unsynced-dependency", message, hint)
