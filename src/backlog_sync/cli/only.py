"""Find the items that `--only` names by key, number or title, and complete them in a shell."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from difflib import get_close_matches
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from backlog_sync.core.escape import clean
from backlog_sync.core.model import DesiredItem, IssueRef
from backlog_sync.core.normalize import fold
from backlog_sync.dataclass import dataclass
from backlog_sync.errors import BacklogError, UsageError
from backlog_sync.files.refs import parse_issue_ref

_MOST = 8
"""Candidates of an ambiguous name that are listed: more do not help to choose."""

_NEAR = 3
"""Items that an unknown name may mean: those with it in their title, else the most similar ones."""


@dataclass(frozen=True, slots=True)
class Choice:
    """An item that can be chosen; things without a title or an issue have only a key."""

    key: str
    title: str = ""
    issue: IssueRef | None = None

    def __str__(self) -> str:
        return f"{self.key}  {clean(self.title)}".rstrip()


def choices_of(items: Iterable[DesiredItem]) -> list[Choice]:
    """Return the items of a backlog as choices."""
    return [Choice(item.key, item.title, item.issue) for item in items]


_HINT = "--only takes a key, an issue number, a title, or the start of a key or title"


def keys_of(
    names: Sequence[str], choices: Sequence[Choice], repository: str, *, hint: str = _HINT
) -> tuple[str, ...]:
    """Return the keys that these names mean: keys, numbers, titles, or unique starts of them.

    `repository` is the one of numbers that name none, `hint` that of the error. Raises `UsageError`
    with everything that is wrong: the candidates of an ambiguous name, the nearest ones of an
    unknown name.
    """
    keys: list[str] = []
    problems: list[str] = []
    for name in names:
        matches = _matches(name, choices, repository)
        if len(matches) == 1:
            keys.append(matches[0].key)
        elif matches:
            problems.append(_ambiguous(name, matches))
        else:
            problems.append(_unknown(name, choices))
    if problems:
        raise UsageError("\n".join(problems), slug="unknown-item", hint=hint)
    return tuple(dict.fromkeys(keys))


def _matches(name: str, choices: Sequence[Choice], repository: str) -> list[Choice]:
    """Return the items that a name may mean; the most exact way of naming them decides."""
    if exact := [choice for choice in choices if choice.key == name]:
        return exact
    if (ref := parse_issue_ref(name)) is not None:
        return [choice for choice in choices if _is_issue(choice.issue, ref, repository)]
    text = _folded(name)
    same = [choice for choice in choices if text in (_folded(choice.key), _folded(choice.title))]
    starts = (c for c in choices if text and _starts(c, text))
    return same or list(starts)


def _starts(choice: Choice, text: str) -> bool:
    return _folded(choice.key).startswith(text) or _folded(choice.title).startswith(text)


def _is_issue(issue: IssueRef | None, ref: IssueRef, repository: str) -> bool:
    """Return whether an item's issue is the named one; a bare number is any of that number."""
    if issue is None or issue.number != ref.number:
        return False
    if ref.sandbox or ref.repository is None:
        return issue.sandbox or not ref.sandbox
    return fold(issue.repository or repository) == fold(ref.repository)


def _folded(text: str) -> str:
    return fold(" ".join(text.split()))


def _ambiguous(name: str, matches: Sequence[Choice]) -> str:
    shown = [str(match) for match in matches[:_MOST]]
    shown += [f"and {len(matches) - _MOST} more"] if len(matches) > _MOST else []
    return "\n".join((f"{clean(name)!r} matches {len(matches)} items:", *shown))


def _unknown(name: str, choices: Sequence[Choice]) -> str:
    """Return that no item has this name, with the nearest ones."""
    text = _folded(name)
    names = {_folded(word): choice for choice in choices for word in (choice.title, choice.key)}
    within = [word for word in names if text and text in word][:_NEAR]
    close = within or get_close_matches(text, names, n=_NEAR)
    nearest = {names[word]: None for word in close}
    what = "has this issue" if parse_issue_ref(name) else "matches"
    message = f"no item {what}: {clean(name)!r}"
    return "\n".join((f"{message}; did you mean", *map(str, nearest))) if nearest else message


def complete(
    context: click.Context,
    parameter: click.Parameter,  # noqa: ARG001 - click's
    incomplete: str,
) -> list[CompletionItem]:
    """Return the keys, or else the titles, that begin like the word on the command line.

    Only the files are read; if that is not possible, nothing is offered.
    """
    from backlog_sync import wiring  # noqa: PLC0415 - only a shell that completes reads files
    from backlog_sync.files.load import load  # noqa: PLC0415 - as above

    with suppress(BacklogError, OSError):
        given = context.params
        # While the option has no value yet, click leaves the paths in `args`.
        paths = given.get("paths") or [arg for arg in context.args if not arg.startswith("-")]
        files = [Path(path) for path in paths]
        desired = load(files, root=wiring.root(paths), bullets=given.get("bullets")).desired
        items = desired.items if desired else ()
        text = _folded(incomplete)
        keys = [i for i in items if _folded(i.key).startswith(text)]
        if keys:
            return [CompletionItem(item.key, help=item.title) for item in keys]
        titled = (item for item in items if _folded(item.title).startswith(text))
        return [CompletionItem(item.title, help=item.key) for item in titled]
    return []
