"""Which commit a run speaks for, and whether the default branch still says the same."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Checkout:
    """What git says: the commit and the branch of HEAD, the default branch and its tip at `origin`.

    `branch` is None where HEAD is on none, `tip` where the default branch is not there. `follows`
    says that the tip is HEAD or in HEAD's history.
    """

    head: str
    branch: str | None
    default: str
    tip: str | None
    follows: bool = False


def superseded(checkout: Checkout) -> str:
    """Say why a workflow's run has nothing to do; "" where HEAD is the default branch's tip.

    An older run that is late would undo what the newer commit says, and the run for that one does
    all of it.
    """
    if checkout.head == checkout.tip:
        return ""
    return f"{checkout.head[:9]} is checked out, and {_default(checkout)}"


def astray(checkout: Checkout) -> str:
    """Say in what way these files may not be the backlog that was agreed on; "" where they are.

    Commits that are not pushed yet are what somebody is about to push.
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
