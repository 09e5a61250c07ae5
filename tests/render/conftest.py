"""Plans as literals, for everything that is drawn from a plan."""

import pytest

from backlog_sync.core.change_kinds import Action, ChangeKind
from backlog_sync.core.changes import Change, FieldChange
from backlog_sync.core.diagnostics import Place, Warned
from backlog_sync.core.plan import (
    Deferred,
    Digests,
    FieldNote,
    Orphan,
    Plan,
    PlanItem,
    Unread,
    Verdict,
)
from tests.render.build import change, values

TREE = """\
epic|epic-1|Checkout that never loses a cart
feature|feature-1.1|Carts survive a restart
story|story-1.1.1|Keep a cart for thirty days|5|High
story|story-1.1.2|Merge the carts of two devices after signing in|8|High
story|story-1.1.3|Tell the buyer when a price in the cart has changed|3|Medium
feature|feature-1.2|Payment in one step
story|story-1.2.1|Pay with a stored card and one confirmation|8|High
story|story-1.2.2|Explain a declined card in words that people understand|3|Medium
feature|feature-1.3|Receipts
story|story-1.3.1|Send a receipt within a minute|2|Medium
story|story-1.3.2|Download every receipt of a year as one archive for the accountant|5|Low
epic|epic-2|Search that finds what people mean
feature|feature-2.1|Spelling
story|story-2.1.1|Forgive one wrong letter in a word|5|High
story|story-2.1.2|Suggest the word that was meant|3|Medium
feature|feature-2.2|日本語の検索と並べ替え
story|story-2.2.1|ひらがなとカタカナを同じ言葉として扱う|5|Medium
story|story-2.2.2|Sort by reading|2|Low
feature|feature-2.3|Speed
story|story-2.3.1|Answer within 200 ms at the 99th percentile|8|High
epic|epic-3|Operations
feature|feature-3.1|Alerts
story|story-3.1.1|Page one person, not everybody|3|High
story|story-3.1.2|Link every alert to its runbook|2|Medium
"""


def first_sync() -> Plan:
    """A plan that creates everything: three epics with what is below them."""
    items: list[PlanItem] = []
    changes: list[Change] = []
    above: dict[str, str] = {}
    parents = {"epic": None, "feature": "epic", "story": "feature"}
    for name in ("epic", "feature", "story", "priority:high", "priority:medium", "priority:low"):
        changes.append(
            change(
                Action.CREATE,
                ChangeKind.LABEL,
                name,
                name,
                "used",
                fields={"color": FieldChange(None, "5319e7")},
            )
        )
    for title, due in (("Spring release", "2026-03-31"), ("Summer release", "2026-06-30")):
        changes.append(
            change(
                Action.CREATE,
                ChangeKind.MILESTONE,
                title,
                title,
                "declared",
                fields={"due": FieldChange(None, due)},
            )
        )
    changes.append(
        change(Action.CREATE, ChangeKind.PROJECT, "octo-org/Shop", "octo-org/Shop", "declared")
    )
    for name, field in (
        ("Priority", FieldChange([], ["High", "Medium", "Low"])),
        ("Story Points", FieldChange(None, "number")),
    ):
        key = "options" if name == "Priority" else "type"
        changes.append(
            change(Action.CREATE, ChangeKind.FIELD, name, name, "declared", fields={key: field})
        )
    for row in TREE.splitlines():
        kind, key, title, *rest = row.split("|")
        above[kind] = key
        parent_kind = parents[kind]
        parent = above[parent_kind] if parent_kind else None
        points = float(rest[0]) if rest else None
        items.append(PlanItem(key, kind, title, parent, None, points=points))
        changes.append(
            change(
                Action.CREATE,
                ChangeKind.ISSUE,
                key,
                title,
                "declared",
                fields={
                    "labels": FieldChange([], [kind]),
                    "body": FieldChange(None, "As a buyer, I want it.\n\n- [ ] It works"),
                },
            )
        )
        if parent:
            changes.append(
                change(Action.LINK, ChangeKind.SUB_ISSUE, key, title, "declared", other=parent)
            )
        if rest:
            changes += values(
                key,
                title,
                "declared",
                Priority=FieldChange(None, rest[1]),
                Story_Points=FieldChange(None, points),
            )
    changes.append(
        change(
            Action.LINK,
            ChangeKind.DEPENDENCY,
            "story-1.2.1",
            "Pay with a stored card and one confirmation",
            "declared",
            other="story-1.1.1",
        )
    )
    return Plan("octo-org/widgets", "octo-org/Shop", tuple(changes), tuple(items))


BODY_BEFORE = """\
As a buyer, I want to pay with a card that I stored before, so that I need not type it again.

### Acceptance criteria

- [ ] A stored card is offered first
- [ ] One confirmation is enough
- [x] The security code is asked again after ninety days
- [ ] A receipt follows
"""
BODY_AFTER = """\
As a buyer, I want to pay with a card that I stored earlier, so that I need not type it again.

### Acceptance criteria

- [x] A stored card is offered first
- [x] One confirmation is enough
- [x] The security code is asked again after ninety days
- [ ] A receipt follows within one minute
- [ ] Nothing is charged twice
"""


def changed() -> Plan:
    """A plan with something of everything: drift, updates, closes, conflicts, deferrals."""
    items = [
        PlanItem("epic-1", "epic", "Checkout that never loses a cart", None, "#1"),
        PlanItem("feature-1.1", "feature", "Carts survive a restart", "epic-1", "#2"),
        PlanItem(
            "story-1.1.1", "story", "Keep a cart for ninety days", "feature-1.1", "#3", None, 8
        ),
        PlanItem("story-1.1.2", "story", "Merge carts", "feature-1.1", "#4", None, 8),
        PlanItem("feature-1.2", "feature", "Payment in one step", "epic-1", "#5"),
        PlanItem(
            "story-1.2.1",
            "story",
            "Pay with a stored card and one confirmation",
            "feature-1.2",
            "#6",
            None,
            8,
        ),
        PlanItem("story-1.2.3", "story", "Pay by invoice", "feature-1.2", None, None, 3),
        PlanItem("epic-2", "epic", "Search that finds what people mean", None, "#9"),
        PlanItem("story-2.1", "story", "Sort by reading", "epic-2", "#10", None, 2),
    ]
    update, create = Action.UPDATE, Action.CREATE
    issue = ChangeKind.ISSUE
    changes = [
        change(create, ChangeKind.LABEL, "invoice", "invoice", "used"),
        change(
            update,
            ChangeKind.LABEL,
            "epic",
            "epic",
            "declared",
            fields={"color": FieldChange("ededed", "5319e7")},
        ),
        change(
            update,
            ChangeKind.FIELD,
            "Priority",
            "Priority",
            "declared",
            fields={"options": FieldChange(["High", "Low"], ["High", "Low", "Urgent"])},
        ),
        change(
            update,
            issue,
            "story-1.1.1",
            "Keep a cart for ninety days",
            "changed in the file",
            ref="#3",
            fields={
                "title": FieldChange("Keep a cart for thirty days", "Keep a cart for ninety days"),
                "labels": FieldChange(["story", "shop", "draft"], ["story", "shop", "invoice"]),
                "milestone": FieldChange("Spring release", None),
            },
            drifted=("milestone",),
        ),
        *values(
            "story-1.1.1",
            "Keep a cart for ninety days",
            "changed in the file",
            "#3",
            Story_Points=FieldChange(5.0, 8.0),
            Sprint=FieldChange(None, "Sprint 2"),
        ),
        change(
            update,
            issue,
            "story-1.2.1",
            "Pay with a stored card and one confirmation",
            "changed in the file",
            ref="#6",
            fields={"body": FieldChange(BODY_BEFORE, BODY_AFTER)},
        ),
        change(
            Action.LINK,
            ChangeKind.SUB_ISSUE,
            "story-1.2.1",
            "Pay with a stored card and one confirmation",
            "moved",
            ref="#6",
            other="feature-1.2",
        ),
        change(
            Action.UNLINK,
            ChangeKind.DEPENDENCY,
            "story-1.2.1",
            "Pay with a stored card and one confirmation",
            "dropped from the file",
            ref="#6",
            other="story-1.1.2",
        ),
        change(create, issue, "story-1.2.3", "Pay by invoice", "declared"),
        change(
            Action.LINK,
            ChangeKind.SUB_ISSUE,
            "story-1.2.3",
            "Pay by invoice",
            "declared",
            other="feature-1.2",
        ),
        change(
            Action.LINK,
            ChangeKind.DEPENDENCY,
            "story-1.2.3",
            "Pay by invoice",
            "declared",
            other="octo-org/ledger#12",
        ),
        change(
            Action.CLOSE,
            issue,
            "story-2.1",
            "Sort by reading",
            "the file says Done since the last sync",
            ref="#10",
            fields={"state": FieldChange("open", "closed")},
        ),
    ]
    return Plan(
        "octo-org/widgets",
        "octo-org/4",
        tuple(changes),
        tuple(items),
        drift=(
            FieldNote(
                "story-1.1.1",
                "Keep a cart for ninety days",
                "milestone",
                Verdict.DRIFT,
                "somebody set it on GitHub",
                "#3",
                None,
                None,
                "Spring release",
            ),
            FieldNote(
                "epic-1",
                "Checkout that never loses a cart",
                "title",
                Verdict.DRIFT,
                "owned by GitHub",
                "#1",
                "Checkout that never loses a cart",
                "Checkout that never loses a cart",
                "Checkout",
            ),
        ),
        conflicts=(
            FieldNote(
                "story-1.1.2",
                "Merge carts",
                "Story Points",
                Verdict.CONFLICT,
                "both changed since the last sync (it was 5)",
                "#4",
                5,
                8,
                13,
            ),
        ),
        orphans=(Orphan("story-1.1.9", "#8", "Print a cart", "gone from the file"),),
        unread=(Unread("story-9", "#7", "Fold a cart", "ROADMAP.md:62", '"### *": story'),),
        deferred=(
            Deferred(
                ChangeKind.FIELD,
                "Sprint",
                "this server cannot add iterations to a field that exists",
                "add Sprint 7 on the board by hand",
            ),
        ),
        warnings=(
            Warned(
                "the title is longer than most lists show",
                "long-title",
                "shorten it",
                Place("ROADMAP.md", 62, 3),
            ),
        ),
        digests=Digests("a", "b", "c", "d"),
    )


def unchanged() -> Plan:
    """A plan with nothing to do."""
    whole = first_sync()
    return Plan(whole.repository, whole.project, (), whole.items)


@pytest.fixture
def plans() -> dict[str, Plan]:
    """Every literal plan by name."""
    return {"first_sync": first_sync(), "changed": changed(), "unchanged": unchanged()}
