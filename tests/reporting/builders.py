"""Facts that reports are made from: one backlog to look at, and generated ones."""

import random
from datetime import date, timedelta
from typing import Any

from backlog_sync.core.facts import (
    Before,
    Conversation,
    Facts,
    MilestoneFact,
    Phase,
    Remark,
    WorkItem,
)
from backlog_sync.core.planning import (
    Capacity,
    FeedbackRef,
    PlanningSettings,
    ReviewNote,
    Risk,
    Step,
)
from backlog_sync.reports.build import build_report
from backlog_sync.reports.values import Report

TODAY = date(2026, 3, 16)
"""A Monday."""

DONE, DOING, TODO, DROPPED = Phase.DONE, Phase.DOING, Phase.TODO, Phase.DROPPED


def item(key: str, kind: str = "story", **more: Any) -> WorkItem:
    """An item whose title is its key, where nothing else is said."""
    return WorkItem(key, kind, **{"title": key.capitalize(), **more})


def facts(*items: WorkItem, **more: Any) -> Facts:
    """Facts of these items, on a Monday."""
    told: dict[str, Any] = {"title": "Widgets", "repository": "octo-org/widgets", "today": TODAY}
    return Facts(**{**told, "items": items, **more})


def made(given: Facts, seed: int = 7) -> Report:
    """The report of these facts."""
    return build_report(given, random.Random(seed), seed=seed)


def day(back: int) -> date:
    """So many days before today."""
    return TODAY - timedelta(days=back)


def sample() -> Facts:
    """A bicycle workshop's backlog in the middle of its work, with some of everything."""
    done = [
        item(
            f"d{n}",
            title=title,
            parent=parent,
            phase=DONE,
            points=points,
            hours=points * 4,
            milestone="Opening",
            labels=("story", "priority:high"),
            added=day(120 - n),
            closed=day(80 - 8 * n),
            criteria=2,
            ticked=2,
            ref=f"#{20 + n}",
            status="Done",
        )
        for n, (title, parent, points) in enumerate(
            [
                ("Show opening hours", "shop", 3),
                ("List what is in stock", "shop", 5),
                ("Take a booking", "book", 8),
                ("Confirm a booking by mail", "book", 3),
                ("Change a booking", "book", 5),
                ("Sign in with a code", "shop", 2),
                ("Print a job card", "book", 3),
                ("Say when a bike is ready", "book", 3),
                ("Ask how it went", "book", 1),
            ]
        )
    ]
    items = (
        item(
            "opening",
            "epic",
            title="Workshop opens online",
            milestone="Opening",
            team="Web",
            goal="Riders book a repair without calling",
            audience="riders",
            ref="#1",
        ),
        item(
            "shop", "feature", title="Shop window", parent="opening", milestone="Opening", ref="#2"
        ),
        *[one for one in done if one.parent == "shop"],
        item("book", "feature", title="Bookings", parent="opening", milestone="Opening", ref="#3"),
        *[one for one in done if one.parent == "book"],
        item(
            "remind",
            title="Remind riders the day before",
            parent="book",
            milestone="Opening",
            points=3,
            hours=12,
            phase=DOING,
            status="In Progress",
            criteria=4,
            ticked=1,
            ref="#14",
            added=day(100),
            labels=("story",),
            priority="High",
            assignees=("ana",),
        ),
        item(
            "pay",
            "epic",
            title="Riders pay online",
            milestone="Payments",
            team="Web",
            ref="#4",
            blocked_by=("book",),
            goal="No cash at the counter",
            risks=(
                Risk(
                    "The bank's review takes longer than a month",
                    "likely",
                    "high",
                    mitigation="Apply now",
                    contingency="Open with transfer only",
                    owner="ana",
                    external=True,
                ),
            ),
        ),
        item(
            "deposit",
            title="Pay a deposit",
            parent="pay",
            milestone="Payments",
            points=8,
            hours=40,
            skills=("payments",),
            ref="#15",
            added=day(100),
            priority="High",
            labels=("story", "priority:high"),
        ),
        item(
            "refund",
            title="Get the deposit back",
            parent="pay",
            milestone="Payments",
            points=5,
            hours=24,
            blocked_by=("deposit",),
            skills=("payments",),
            ref="#16",
            added=day(100),
        ),
        item(
            "receipt",
            title="Receipt by mail",
            parent="pay",
            milestone="Payments",
            blocked_by=("deposit",),
            ref="#17",
            added=day(12),
        ),
        item(
            "cash",
            title="Count the till",
            parent="pay",
            milestone="Payments",
            points=2,
            phase=DROPPED,
            closed=day(9),
            added=day(90),
            ref="#18",
            status="Not planned",
        ),
        item(
            "fleet",
            "epic",
            title="Firms lease a fleet",
            milestone="Fleet",
            team="Field",
            capacity="1-2 people of the workshop",
            audience="firms",
            review_notes=(ReviewNote(date(2026, 1, 9), "Still wanted"),),
            ref="#5",
        ),
        item(
            "contract",
            title="Sign a lease",
            parent="fleet",
            milestone="Fleet",
            points=8,
            hours=60,
            blocked_by=("refund",),
            skills=("law", "payments"),
            ref="#30",
            added=day(60),
            risks=(Risk("Insurers say no", "25%", "5", mitigation="Ask two"),),
        ),
        item(
            "pickup",
            title="Pick bikes up at the firm",
            parent="fleet",
            milestone="Fleet",
            points=13,
            hours=80,
            blocked_by=("contract",),
            ref="#31",
            added=day(60),
            target=date(2026, 9, 30),
        ),
    )
    then = {one.key: one for one in items if one.key not in ("receipt", "contract")} | {
        "contract": item("contract", target=date(2026, 8, 1), priority="High"),
        "stamps": item("stamps", title="Loyalty stamps"),
    }
    return facts(
        *items,
        milestones=(
            MilestoneFact("Opening", date(2026, 3, 31)),
            MilestoneFact("Payments", date(2026, 4, 3), was_due=date(2026, 3, 20)),
            MilestoneFact("Fleet", date(2026, 12, 18)),
        ),
        planning=PlanningSettings(
            velocity=6,
            teams=(
                Capacity("Web", 20, (Step(date(2026, 4, 1), 60, "1.5 people"),)),
                Capacity("Field", 40),
            ),
            skills=(Capacity("payments", 10),),
            one_at_a_time=True,
            review_days=90,
            feedback=(FeedbackRef(40),),
            review_notes=(ReviewNote(date(2026, 2, 27), "Leasing comes last"),),
        ),
        since=date(2026, 2, 16),
        before=Before(
            date(2026, 2, 16), then, {"Payments": MilestoneFact("Payments", date(2026, 3, 20))}
        ),
        conversations=(
            Conversation(
                FeedbackRef(40),
                "What do you miss?",
                "https://github.com/octo-org/widgets/issues/40",
                "- [ ] Do firms want it?",
                threads=((Remark("bo", False, "Is cash gone?", "2026-03-02T09:00:00Z"),),),
            ),
        ),
        reviewed={"fleet": day(100), "deposit": day(20)},
        board="octo-org/4",
    )


def generated(rng: random.Random, most: int = 40) -> Facts:
    """Facts of a random backlog, with every kind of gap."""
    items: list[WorkItem] = []
    titles = ["Alpha", "Beta", "Gamma"]
    for n in range(rng.randrange(most + 1)):
        parents = [one.key for one in items if one.kind in ("epic", "feature")]
        phase = rng.choice(list(Phase))
        added = day(rng.randrange(200)) if rng.random() < 0.8 else None
        over = phase in (Phase.DONE, Phase.DROPPED) and rng.random() < 0.9
        items.append(
            item(
                f"k{n}",
                rng.choice(["epic", "feature", "story", "task"]),
                parent=rng.choice(parents) if parents and rng.random() < 0.7 else None,
                phase=phase,
                points=rng.choice([None, 1, 2, 3, 5, 0.5]),
                hours=rng.choice([None, None, 4, 12.5]),
                milestone=rng.choice([None, *titles]),
                labels=tuple(rng.sample(["a", "b", "c"], rng.randrange(3))),
                team=rng.choice([None, None, "Red", "Blue"]),
                skills=tuple(rng.sample(["x", "y"], rng.randrange(3))),
                added=added,
                closed=day(rng.randrange(100)) if over else None,
                start=day(rng.randrange(-60, 30)) if rng.random() < 0.2 else None,
                target=day(rng.randrange(-200, 30)) if rng.random() < 0.3 else None,
                blocked_by=tuple(
                    one.key for one in rng.sample(items, min(len(items), rng.randrange(2)))
                ),
                criteria=3,
                ticked=rng.randrange(4),
            )
        )
    return facts(
        *items,
        milestones=tuple(
            MilestoneFact(title, rng.choice([None, day(rng.randrange(-90, 30))]))
            for title in titles[: rng.randrange(4)]
        ),
        since=day(30),
    )
