"""Deliver changed files to the repository: as a commit, as a pull request, or not at all."""

from collections.abc import Callable, Sequence
from pathlib import Path

from backlog_sync.dataclass import dataclass
from backlog_sync.errors import BacklogError
from backlog_sync.local.push import Push, Pushed, WorkTree
from backlog_sync.render.annotations import Annotation

TITLE = "Bring progress back from GitHub"
MERGE_IT = "Every run recreates this branch. Merge it, or leave it open: it stays up to date."
_BODY = f"""\
Progress on GitHub: issue numbers, closed issues and ticked boxes, as `backlog` read them.

{MERGE_IT}
"""
_RIGHTS = "does the job have `permissions: contents: write`, and does the checkout reach `origin`?"

Opener = Callable[[str, str, str, str], str | None]
"""Opens a pull request (head, base, title, body); returns its address if it is new."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A pull request: its branch, its title and its text."""

    branch: str
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Delivered:
    """The result of a delivery: success, a line about it, annotations, and a new pull request."""

    done: bool
    line: str
    remarks: tuple[Annotation, ...] = ()
    pull_request: str | None = None


def deliver(
    tree: WorkTree, files: Sequence[Path], *, how: str, base: str, branch: str, opener: Opener
) -> Delivered:
    """Deliver these files to the branch `base`. Raises `BacklogError` if git fails.

    If the branch is protected, a pull request is opened. If it has moved on, it is left alone:
    the run for its new head delivers the progress.
    """
    if how == "none":
        return Delivered(True, "progress stays in this run: progress is none")
    commit = tree.commit(files, TITLE + (" [skip ci]" if how == "commit" else ""))
    if commit is None:
        return Delivered(True, "the repository is up to date")
    if how == "commit":
        pushed = tree.push(commit, base)
        match pushed.result:
            case Pushed.DONE:
                tree.follow(commit)  # so that a later step of this job does not count as superseded
                return Delivered(True, f"progress is on {base} as {commit[:9]}")
            case Pushed.MOVED:
                line = f"{base} has moved on; the run for its new head brings progress with it"
                return Delivered(True, line, (Annotation("notice", "moved", line),))
            case Pushed.FAILED:
                return _failed(pushed, base)
            case Pushed.REFUSED:
                # Checks have to run on a pull request: its commit does not skip them.
                commit = tree.commit(files, TITLE) or commit
    return _propose(tree, commit, base, Proposal(branch, TITLE, _BODY), opener)


def propose(
    tree: WorkTree, files: Sequence[Path], *, base: str, proposal: Proposal, opener: Opener
) -> Delivered:
    """Deliver these files as a pull request to `base`, always. Raises `BacklogError` if git fails.

    Its branch is recreated, so that it has nothing but these changes.
    """
    commit = tree.commit(files, proposal.title)
    if commit is None:
        return Delivered(True, "the repository is up to date")
    return _propose(tree, commit, base, proposal, opener)


def _propose(
    tree: WorkTree, commit: str, base: str, proposal: Proposal, opener: Opener
) -> Delivered:
    branch = proposal.branch
    tip = tree.tip(branch)
    if tip != commit:
        pushed = tree.push(commit, branch, replacing=tip or "")
        if pushed.result is Pushed.MOVED:
            line = f"another run is bringing changes to {branch}"
            return Delivered(True, line, (Annotation("notice", "moved", line),))
        if pushed.result is not Pushed.DONE:
            return _failed(pushed, branch)
    try:
        address = opener(branch, base, proposal.title, proposal.body)
    except BacklogError as problem:
        line = f"{branch} is pushed, but {problem.message}"
        hint = f" ({problem.hint})" if problem.hint else ""
        return Delivered(False, line, (Annotation("error", problem.slug, line + hint),))
    line = f"proposed: {address}" if address else f"the pull request of {branch} is up to date"
    return Delivered(True, line, (), address)


def _failed(pushed: Push, branch: str) -> Delivered:
    words = pushed.words.splitlines()
    why = next((w for w in words if w.startswith(("remote: error", "fatal:", "error:"))), "")
    line = (
        f"changes could not be pushed to {branch}: {why or (words or ['git printed nothing'])[-1]}"
    )
    return Delivered(False, line, (Annotation("error", "not-pushed", f"{line} ({_RIGHTS})"),))
