"""The commit that a run is about, and whether the default branch has newer ones."""

from backlog_sync.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Checkout:
    """The commit and branch of HEAD, and the default branch with its tip at `origin`.

    `branch` is None if HEAD is detached, `tip` if the default branch is not in this clone.
    `follows` means that the tip is HEAD or in HEAD's history.
    """

    head: str
    branch: str | None
    default: str
    tip: str | None
    follows: bool = False


def superseded(checkout: Checkout) -> str:
    """Return why a workflow's run has nothing to do; "" if HEAD is the default branch's tip.

    A late run of an older commit would undo what the newer commit declares, and the run for the
    newer one covers everything.
    """
    if checkout.head == checkout.tip:
        return ""
    return f"{checkout.head[:9]} is checked out, and {_default(checkout)}"


def astray(checkout: Checkout) -> str:
    """Return why these files may not be the agreed backlog; "" if they are.

    Unpushed commits do not count: somebody is about to push them.
    """
    if checkout.head == checkout.tip:
        return ""
    if checkout.branch != checkout.default:
        where = f"on {checkout.branch}" if checkout.branch else "on no branch"
        return f"this is {checkout.head[:9]} {where}, and {_default(checkout)}"
    if checkout.tip and not checkout.follows:
        return f"{checkout.default} is behind: at origin it is at {checkout.tip[:9]}"
    return ""


def _default(checkout: Checkout) -> str:
    if checkout.tip is None:
        return f"there is no {checkout.default}"
    return f"{checkout.default} is at {checkout.tip[:9]}"
