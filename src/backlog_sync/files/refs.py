"""Parse references to issues, repositories and boards in files and flags."""

import re

from backlog_sync.core.model import IssueRef, ProjectSpec
from backlog_sync.core.planning import FeedbackRef
from backlog_sync.errors import UsageError

OWNER_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9-]{0,38}$"
REPOSITORY_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}$"

_REPOSITORY = re.compile(REPOSITORY_PATTERN[1:-1])
_OWNER = re.compile(OWNER_PATTERN[1:-1])
_ADDRESS = re.compile(
    r"https?://[^/\s]{1,255}/(?P<repository>[^/\s]{1,40}/[^/\s]{1,100})/(?P<sort>issues|discussions)"
    r"/(?P<number>[0-9]{1,12})(?:[/?#]\S{0,200})?"
)
_SHORT = re.compile(r"(?:(?P<repository>[^#]*)#)?(?P<number>[0-9]{1,12})(?P<sort>)")
_LINK = re.compile(r"\[[^\]]{0,100}\]\((?P<target>[^)\s]{1,500})\)")


def parse_issue_ref(text: str) -> IssueRef | None:
    """Read `42`, `#42`, `owner/repo#42`, an issue's URL, a link to one, or `sandbox#14`.

    Returns None for anything else.
    """
    ref = _parse(text)
    return ref[0] if ref and ref[1] != "discussions" else None


def parse_feedback(text: str) -> FeedbackRef | None:
    """Read what `parse_issue_ref` reads, or the URL of a discussion; None for anything else."""
    ref, sort = _parse(text) or (None, "")
    if ref is None or ref.sandbox:
        return None
    return FeedbackRef(ref.number, ref.repository, discussion=sort == "discussions")


def _parse(text: str) -> tuple[IssueRef, str] | None:
    """Return the reference in a text, and the type of page in its URL."""
    link = _LINK.fullmatch(text.strip())
    text = link["target"] if link else text.strip()
    match = _ADDRESS.fullmatch(text) or _SHORT.fullmatch(text)
    if match is None or not int(match["number"]):
        return None
    number, repository = int(match["number"]), match["repository"] or None
    if repository == "sandbox":
        return IssueRef(number, sandbox=True), ""
    if repository is not None and not is_repository(repository):
        return None
    return IssueRef(number, repository), match["sort"]


def is_repository(text: str) -> bool:
    """Return whether a text is `owner/name`."""
    return _REPOSITORY.fullmatch(text) is not None


def check_repository(text: str) -> str:
    """Return the repository of a flag. Raises UsageError for anything but `owner/name`."""
    if not is_repository(text):
        raise UsageError(f"'{text}' is not a repository", hint="write owner/name")
    return text


def parse_project(text: str) -> ProjectSpec | None:
    """Return the board of a flag: `OWNER/TITLE`, `OWNER/NUMBER`, or None for `none`.

    Raises UsageError for anything else.
    """
    if text.strip().casefold() == "none":
        return None
    owner, sign, board = text.strip().partition("/")
    board = board.strip()
    if not sign or not board or not _OWNER.fullmatch(owner):
        raise UsageError(
            f"'{text}' does not name a board", hint="write OWNER/TITLE, OWNER/NUMBER or none"
        )
    if board.isascii() and board.isdecimal() and len(board) <= 9 and int(board):
        return ProjectSpec(owner=owner, number=int(board))
    return ProjectSpec(owner=owner, title=board)
