"""Requests: the settings of a run, from options of the command or inputs of a workflow."""

import re
from datetime import date
from typing import Final

from backlog_sync.core.options import PLAIN, PlanOptions
from backlog_sync.core.saved import SavedPlan
from backlog_sync.dataclass import dataclass
from backlog_sync.reports.view import Audience

TAG: Final = re.compile(r"(?!.*(?:\.\.|//|@\{|\.lock(?:/|\Z)))[A-Za-z0-9][A-Za-z0-9+._/-]{0,99}")
"""The tags that a release may get: fewer than Git allows (`git help check-ref-format`)."""


@dataclass(frozen=True, slots=True)
class SyncRequest:
    """The settings of a sync.

    `force` names the guards to override, `approve` is the digest of the plan that was approved,
    `saved` a plan to apply exactly; without `write` the files stay unchanged. `yes` answers every
    question.
    """

    options: PlanOptions = PLAIN
    force: tuple[str, ...] = ()
    approve: str | None = None
    saved: SavedPlan | None = None
    write: bool = True
    yes: bool = False

    @property
    def may_set_id(self) -> bool:
        """Whether the identity of a moved file may be written into it, and another plan be made."""
        return self.write and self.approve is None and self.saved is None


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """The settings of a report: its content, whether it `writes` progress, and where it goes.

    `destination` is a file or folder, `issue` the title of one to keep up to date, `comment` the
    number of an issue or pull request. `milestone` limits it to the items in there. `release` is
    the tag of a draft release whose text are the notes; `notes` means that they are needed for
    anything else.
    """

    today: date
    since: date | None = None
    bullets: str | None = None
    seed: int = 1
    items_for: str | None = None
    milestone: str | None = None
    audience: Audience = Audience.EVERYBODY
    writes: bool = False
    destination: str | None = None
    issue: str | None = None
    comment: int | None = None
    status_update: bool = False
    notes: bool = False
    release: str | None = None

    @property
    def publishes(self) -> bool:
        """Whether the report is also posted to GitHub."""
        places = (self.issue, self.comment, self.release)
        return self.status_update or any(place is not None for place in places)
