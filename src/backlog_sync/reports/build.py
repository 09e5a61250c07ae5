"""Build the report from the facts: every part calculated once, from the same roll-up."""

from collections.abc import Iterator, Sized

from backlog_sync.core import rollup
from backlog_sync.core.facts import Facts, Phase
from backlog_sync.core.rollup import Outline
from backlog_sync.reports.evidence import merged_open, unproven
from backlog_sync.reports.feedback import open_questions, unseen
from backlog_sync.reports.forecast import Draws, forecast, pace
from backlog_sync.reports.health import judge_whole
from backlog_sync.reports.history import history
from backlog_sync.reports.load import load, shortages, unread_capacities
from backlog_sync.reports.milestones import milestone_reports, overlaps
from backlog_sync.reports.period import period
from backlog_sync.reports.quarters import quarters
from backlog_sync.reports.reviews import noted, reviews
from backlog_sync.reports.risks import register, unplaced
from backlog_sync.reports.schedule import schedule
from backlog_sync.reports.sprint import sprint_progress
from backlog_sync.reports.values import Forecast, Health, Report, Schedule


def build_report(facts: Facts, draws: Draws, *, seed: int) -> Report:
    """Return the whole report. Raises nothing.

    `draws` is a random source created with `seed`: `random.Random(seed)`. The same facts and seed
    produce the same report.
    """
    tree = rollup.outline(facts.items)
    total = rollup.total(tree)
    foreseen = forecast(tree, facts.milestones, facts.today, draws, seed)
    planned = schedule(tree, facts.milestones, facts.planning, facts.today, pace(facts, tree))
    milestones = milestone_reports(tree, facts.milestones, foreseen, planned, facts.today)
    workload = load(tree, planned, facts.milestones, facts.planning, facts.today)
    health, why = judge_whole(
        total,
        [(one.sum.name, one.health, one.why) for one in milestones],
        dated=any(one.due and one.health is not Health.DONE for one in milestones),
    )
    return Report(
        facts=facts,
        total=total,
        sums=rollup.sums(tree),
        groups=rollup.groups(tree, [one.title for one in facts.milestones]),
        health=health,
        why=why,
        milestones=milestones,
        history=history(tree, facts.today),
        forecast=foreseen,
        schedule=planned,
        quarters=quarters(tree, facts.milestones, planned),
        load=workload,
        shortages=shortages(workload),
        risks=register(facts.items, facts.planning.risks),
        overlaps=overlaps(tree, milestones, facts.today) if facts.planning.one_at_a_time else (),
        reviews=reviews(tree, facts.planning, facts.reviewed, facts.today),
        questions=open_questions(facts.items, facts.planning, facts.conversations),
        review_notes=noted(facts.items, facts.planning),
        unproven=unproven(tree),
        merged_open=merged_open(tree),
        period=period(facts, tree, milestones),
        points=tree.points,
        hours=tree.hours,
        sprints=sprint_progress(facts, tree),
        notes=(*facts.unseen, *_notes(facts, tree, foreseen, planned)),
    )


def _notes(facts: Facts, tree: Outline, foreseen: Forecast, planned: Schedule) -> Iterator[str]:
    """Yield the caveats of the figures, in addition to unestimated items."""
    remaining = tree.open(leaf.key for leaf in tree.leaves)
    missing = [key for key in remaining if key not in tree.points]
    if tree.points and missing and foreseen.unit == "items" and not foreseen.reason:
        yield f"The forecast counts items: {_items(missing)} of those left without points."
    done = [leaf for leaf in tree.leaves if leaf.phase is Phase.DONE and leaf.closed is None]
    if done:
        yield f"{_items(done)} done on an unknown date; not in the pace of any week."
    guesses = [row for row in planned.rows if row.by == "guess"]
    if guesses and (planned.edges or planned.links):
        unknown = [row for row in guesses if row.key not in tree.points]
        if unknown:
            have = "has" if len(unknown) == 1 else "have"
            yield f"{_items(unknown)} {have} no estimate; scheduled as one day each."
        if len(unknown) < len(guesses):
            yield "No pace yet to turn points into days; scheduled as one day per item on average."
    if tree.hours and (without_hours := [key for key in remaining if key not in tree.hours]):
        yield f"{_items(without_hours)} left without hours; not in the load."
    early = [
        key
        for key, item in tree.items.items()
        if item.phase is Phase.DONE and tree.below[key] != (key,) and tree.open(tree.below[key])
    ]
    if early:
        yield f"Closed, though something below is open: {', '.join(early)}."
    waiting = [key for key in remaining if tree.items[key].waits_for]
    if waiting:
        yield f"{_items(waiting)} waiting for issues elsewhere, whose dates are not known."
    if facts.since is not None and facts.before is None:
        yield (
            f"No history of the file before {facts.since}: removed items, moved dates, changed "
            "priorities and new risks are not shown."
        )
    yield from unplaced(facts.items, facts.planning.risks)
    yield from unread_capacities(facts.items)
    yield from unseen(facts.conversations)


def _items(members: Sized) -> str:
    return f"{len(members)} item{'' if len(members) == 1 else 's'}"
