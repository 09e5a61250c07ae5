"""Issue numbers in the title of an item that has no `issue:`, which may name an issue it has."""

import re
from collections.abc import Iterator
from dataclasses import replace

from backlog_sync.core.model import IssueHint, IssueRef
from backlog_sync.files.parsed import ParsedItem
from backlog_sync.files.vocabulary import any_of, bare_word, vocabulary

_LONGEST = 2000
_REPOSITORY = r"[\w.-]{1,40}/[\w.-]{1,100}"
_ADDRESS = r"<?https?://[\w.:-]{1,200}/[\w.-]{1,40}/[\w.-]{1,100}/issues/\d{1,9}(?:[/?#][^\s()<>]{0,300})?>?"
_LOOKS = re.compile(
    rf"\[[^\[\]\n]{{0,200}}\]\((?P<link>{_ADDRESS})\)"
    r"|(?P<other>!?\[[^\[\]\n]{0,200}\]\([^()\n]{0,800}\))"
    rf"|(?P<address>{_ADDRESS})"
    rf"|(?<![\w/#&.\\-])(?P<there>{_REPOSITORY})?#(?P<number>\d{{1,9}})(?!\w)",
    re.ASCII,
)
_PARTS = re.compile(rf"/(?P<there>{_REPOSITORY})/issues/(?P<number>\d{{1,9}})", re.ASCII)
_CODE = re.compile(r"`[^`\n]{1,400}`")
_ANOTHER = re.compile(rf"\b{any_of('patterns.other_numbers')}\.?[ :*_~]{{0,6}}$", re.I)
"""What precedes a number of another issue, or of none: `depends on #3`."""

_CALLED = frozenset(("issue", "github issue", "ticket"))
_OPENING, _CLOSING, _APART = "([{", ")]}", "·|—–"


def issue_hints(text: str) -> tuple[IssueHint, ...]:
    """Return the issues that the text of a heading, a check box or a cell may name as the item's.

    `text` is as written, Markdown included. A link, an address and a number that is set apart
    (in brackets, in bold, between signs) are `sure`. Left out are numbers of pull requests and
    of other issues that the item depends on, and the item's own number (`Epic #1`).
    """
    by_issue: dict[IssueRef, IssueHint] = {}
    for hint in _hints(_CODE.sub(lambda code: " " * len(code[0]), text[:_LONGEST])):
        known = by_issue.get(hint.issue)
        if known is None or (hint.sure and not known.sure):
            by_issue[hint.issue] = hint
    return tuple(by_issue.values())


def hints_of(item: ParsedItem) -> tuple[IssueHint, ...]:
    """Return the hints of an item as it was read, each with its remedy in the item's syntax."""
    hints = issue_hints(item.document.title) if item.hints is None else item.hints
    return tuple(replace(hint, remedy=_remedy(item, hint)) for hint in hints)


def _remedy(item: ParsedItem, hint: IssueHint) -> str:
    where = "title"
    if getattr(item.anchor, "row", None) is not None:
        where, place = "row", f"{hint.issue} into a column 'Issue'"
    elif getattr(item.anchor, "front", 0) < 0:
        place = f"'**Issue**: {hint.issue}' on a line below it"
    else:
        place = f"'issue: {str(hint.issue).removeprefix('#')}'"
    out = f"take {hint.written!r} out of the {where}"
    return f"To adopt it, write {place} and {out}; to create another issue, only {out}."


def cell_hints(name: str, text: str) -> tuple[IssueHint, ...]:
    """Return the issue in a table cell below the header `name`, if it is all that is there."""
    text = text.strip()
    if len(text) > _LONGEST or not _LOOKS.fullmatch(text):
        return ()
    return tuple(_hints(f"{name}: {text}"))


def _hints(text: str) -> Iterator[IssueHint]:
    for match in _LOOKS.finditer(text):
        if match["other"] or _is_another(text[max(0, match.start() - 60) : match.start()]):
            continue
        parts = _PARTS.search(match[0]) if match["link"] or match["address"] else match
        if parts is not None and int(parts["number"]):
            issue = IssueRef(int(parts["number"]), parts["there"])
            yield IssueHint(issue, match[0], sure=parts is not match or _is_set_apart(text, match))


def _is_another(before: str) -> bool:
    """Return whether the words before a number show that it is not the item's issue."""
    before = before[max(before.rfind(sign) for sign in _OPENING) + 1 :]
    if _ANOTHER.search(before):
        return True
    words = bare_word(before).split()
    counted = vocabulary().spelled
    return bool(words) and words[-1] in counted and words[-1] not in (*_CALLED, "bug")


def _is_set_apart(text: str, match: re.Match[str]) -> bool:
    """Return whether a number is in brackets, in bold, between signs, or called an issue."""
    before, after = text[max(0, match.start() - 60) : match.start()], text[match.end() :][:60]
    if before.endswith("**") and after.startswith("**"):
        return True
    before, after = before.rstrip(" *_"), after.lstrip(" *_")
    if bare_word(before[max(before.rfind(sign) for sign in _OPENING) + 1 :]) in _CALLED:
        return True
    if before[-1:] in (*_OPENING,) and after[:1] in (*_CLOSING,):
        return True
    return before[-1:] in (*_APART,) and after[:1] in ("", *_APART)
