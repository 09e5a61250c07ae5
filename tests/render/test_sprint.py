"""The sprint in reports and on its own: in every format, and never more than words."""

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from backlog_sync.core.facts import Facts, Iteration
from backlog_sync.core.planning import PlanningSettings
from backlog_sync.core.rollup import outline
from backlog_sync.render.canvas import Look
from backlog_sync.reports.charts.burn_down import burn_down
from backlog_sync.reports.ready import ready
from backlog_sync.reports.render_json import report_json
from backlog_sync.reports.render_markdown import report_markdown
from backlog_sync.reports.render_sprint import SprintAnswer, sprint_text
from backlog_sync.reports.render_text import report_text
from backlog_sync.reports.schedule import schedule
from backlog_sync.reports.sprint import fits_next, left_over, sprint, sprint_forecast, velocity
from backlog_sync.reports.view import Audience
from tests.reporting.builders import DOING, DONE, TODAY, day, facts, item, made

HOSTILE = "@ann ::error:: #1 <i>\u202e|x|"


def sprints(current: str = "Four") -> tuple[Iteration, ...]:
    """Three sprints that are over, and one that ends in a week."""
    names = ("One", "Two", "Three", current)
    return tuple(
        Iteration(name, day(49 - 14 * n), day(36 - 14 * n)) for n, name in enumerate(names)
    )


def backlog(current: str = "Four") -> Facts:
    """Ten points in each sprint; the current one has begun."""
    done = [
        item(f"d{n}", sprint=each.name, phase=DONE, closed=each.last, points=10, added=day(60))
        for n, each in enumerate(sprints()[:3])
    ]
    return facts(
        *done,
        item("a", sprint=current, phase=DONE, closed=day(2), points=4, added=day(60)),
        item("b", sprint=current, phase=DOING, points=6, added=day(60)),
        item("c", sprint=current, points=3, added=day(1)),
        item("d", points=20, added=day(60)),
        iterations=sprints(current),
        sprint_field="Sprint",
    )


def test_a_report_has_the_sprint_in_words() -> None:
    """How far it is, how much is left next to an even pace, the velocity and the forecast."""
    text = report_text(made(backlog()), Look(width=100))
    section = text.partition("\nSprint\n")[2].partition("\n\n")[0]
    last = sprints()[3].last
    third = last + timedelta(days=28)
    assert section.splitlines() == [
        "  current    Four: 4 of 13 points, 1 of 3 items done, 1 item added; 7 days left, until"
        f" {last}",
        "  burn-down  9 of 13 points left on day 8; 6.5 at an even pace",
        "  velocity   10 points a sprint (One: 10, Two: 10, Three: 10)",
        f"  forecast   29 points are left: 4 sprints at 10 points each, until"
        f" {third + timedelta(days=14)}.",
    ]


@pytest.mark.parametrize("audience", list(Audience))
def test_without_iterations_there_is_no_sprint(audience: Audience) -> None:
    """Nor a chart; the JSON says null."""
    report = made(replace(backlog(), iterations=(), sprint_field=""))
    assert "\nSprint\n" not in report_text(report, Look(), audience)
    assert "### Sprint" not in report_markdown(report, audience)
    assert burn_down(report) is None
    assert report_json(report, ())["sprints"] is None


def test_in_a_break_only_the_past_is_shown() -> None:
    """The velocity and the forecast; no chart."""
    given = backlog()
    report = made(replace(given, iterations=given.iterations[:3]))
    text = report_text(report, Look())
    assert "\nSprint\n  velocity " in text
    assert burn_down(report) is None


def test_the_chart_says_each_day_in_words() -> None:
    """As many as have passed, today with it."""
    report = made(backlog())
    chart = burn_down(report)
    assert chart is not None
    assert len(chart.tips) == 8
    assert chart.tips[0] == f"{day(7)}: 10 of 10 points left"
    assert chart.tips[-1] == f"{TODAY}: 9 of 13 points left"
    assert "9 of 13 points left on day 8" in chart.text
    assert chart == burn_down(report)


def text_of(given: Facts, look: Look, nth: int = 3) -> str:
    """A sprint, the current one if it is not said, with all that surrounds it, as text."""
    tree = outline(given.items)
    pace = velocity(given, tree)
    answer = ready(given, tree, schedule(tree, (), PlanningSettings(), given.today, None))
    about = sprint(given, tree, given.iterations[nth]), pace, sprint_forecast(given, tree, pace)
    following = fits_next(given, tree, answer, pace)
    whole = SprintAnswer(*about, left_over(given, tree), following, ("A note.",))
    commands = {"roll": "backlog sprint roll", "sync": "backlog sync"}
    return sprint_text(whole, given, tree, look, **commands)


@pytest.mark.parametrize("width", [40, 59, 60, 80, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    """With long titles, several people, and a next sprint; with signs of ASCII alone, too."""
    title = "Pay with a card, a code or cash at any of the machines, whatever the time of the day"
    current = "The sprint in which we open the first of the shops in the north of the city"
    given = backlog(current)
    people = ("ann", "bo", "christina-from-the-north")
    late = item("late", sprint="One", title=title, points=1, assignees=people)
    now = replace(late, key="now", sprint=current, phase=DOING)
    more = Iteration("Five", given.iterations[3].last + timedelta(days=1), day(-30))
    items = (*given.items, late, now, item("free", title=title, points=1, priority="High"))
    given = replace(given, items=items, iterations=(*given.iterations, more))
    text = text_of(given, Look(width=width))
    assert [line for line in text.splitlines() if len(line) > width] == []
    for part in ("By person", "Velocity", "Next: Five", "still open in One", "A note."):
        assert part in " ".join(text.split())
    assert text_of(given, Look(width=width, ascii=True)).isascii()


def test_looking_back_tells_what_was_done_late_from_what_is_open() -> None:
    """Both were left at the end of the sprint; what is next is not shown there."""
    given = backlog()
    late = item("late", sprint="Three", phase=DONE, closed=day(1), points=2, added=day(60))
    still = item("still", sprint="Three", points=3, added=day(60))
    after = Iteration("Five", day(-7), day(-20))
    given = replace(given, items=(*given.items, late, still), iterations=(*given.iterations, after))
    text = text_of(given, Look(width=100), 2)
    assert "left 2 5 not done by its end, 1 of these done since" in " ".join(text.split())
    opened, _, rest = text.partition("\nOpen  1 item\n")[2].partition("\n\n")
    assert ("still" in opened, "late" in opened) == (True, False)
    assert "late" in rest.partition("\nDone after its end  1 item\n")[2]
    assert "\nNext" not in text
    assert "\nNext: Five" in text_of(given, Look(width=100))


def test_a_velocity_of_nothing_is_in_points_if_items_have_points() -> None:
    """And so is the room of the next sprint."""
    given = facts(
        item("a", sprint="Three", points=3, added=day(60)),
        iterations=(*sprints(), Iteration("Five", day(-7), day(-20))),
        sprint_field="Sprint",
    )
    text = text_of(given, Look(width=100))
    assert "Velocity  0 points a sprint" in text
    assert "room for 0 points" in text
    assert "0 points a sprint (Three: 0)" in report_text(made(given), Look(width=100))


def test_the_title_of_a_sprint_is_only_words() -> None:
    """It mentions nobody, links nothing, is no command of a workflow, and stays in its cell."""
    given = backlog(HOSTILE)
    report = made(given)
    markdown = report_markdown(report)
    assert not re.search(r"@ann|#1\b|<i>|\u202e", markdown)
    for text in (markdown, report_text(report, Look()), text_of(given, Look())):
        assert "::error::" not in text
        assert "\u202e" not in text
    chart = burn_down(report)
    assert chart is not None
    assert "<i>" not in chart.svg
    assert json.dumps(report_json(report, ()))
