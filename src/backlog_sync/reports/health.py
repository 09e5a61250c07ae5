"""The health of a milestone, or of the whole: one rule, with its reason in words."""

from collections.abc import Iterable
from datetime import date

from backlog_sync.core.rollup import Sum
from backlog_sync.reports.values import Forecast, Health

_WORST = (Health.OFF_TRACK, Health.AT_RISK, Health.UNKNOWN, Health.ON_TRACK, Health.DONE)


def judge(
    total: Sum,
    due: date | None,
    today: date,
    *,
    closed: bool = False,
    forecast: Forecast | None = None,
    ends: date | None = None,
) -> tuple[Health, str]:
    """Return a milestone's health and a sentence with the reason.

    The remaining work and the due date decide first. Then the forecast: on track if the probability
    of meeting the date is at least 85%, off track if below 50%. Without a forecast, the end of the
    schedule (`ends`), which assumes unlimited people, can only put the date at risk.
    """
    open_count = total.total - total.done
    if closed or (total.total and not open_count):
        open_ = f", with {_items(open_count)} still open" if open_count else ""
        return Health.DONE, f"{'Closed' if closed else 'All items are done'}{open_}."
    if not total.total:
        return Health.UNKNOWN, "Empty."
    if due is None:
        return Health.UNKNOWN, f"No due date; {_items(open_count)} left."
    if due < today:
        days = (today - due).days
        return Health.OFF_TRACK, f"Due {_days(days)} ago; {_items(open_count)} left."
    if forecast is not None and not forecast.reason:
        return _judge_by_forecast(forecast, due)
    if ends is not None and ends > due:
        return Health.AT_RISK, (
            f"Due {due}, but dependencies push the end to {ends}, {_days((ends - due).days)} later."
        )
    return Health.UNKNOWN, f"{_items(open_count)} left; due {due}."


def _judge_by_forecast(forecast: Forecast, due: date) -> tuple[Health, str]:
    if forecast.at_85 is not None and forecast.at_85 <= due:
        return Health.ON_TRACK, f"85% likely by {forecast.at_85}; due {due}."
    by = f"only by {forecast.at_85}" if forecast.at_85 else "in more than ten years"
    why = f"Due {due}, but 85% likely {by}."
    even_odds = forecast.at_50 is not None and forecast.at_50 <= due
    return Health.AT_RISK if even_odds else Health.OFF_TRACK, why


def judge_whole(
    total: Sum, parts: Iterable[tuple[str, Health, str]], *, dated: bool = False
) -> tuple[Health, str]:
    """Return the whole plan's health: that of its worst milestone (title, health, why).

    `dated` means that an unfinished milestone has a due date. Milestones that are unknown or done
    decide only if there are no others.
    """
    if total.total and total.done == total.total:
        return Health.DONE, "All is done."
    unfinished = [part for part in parts if part[1] is not Health.DONE]
    judged = [part for part in unfinished if part[1] is not Health.UNKNOWN] or unfinished
    if not judged or (len(judged) > 1 and judged[0][1] is Health.UNKNOWN):
        count = _items(total.total - total.done)
        if dated:
            return Health.UNKNOWN, f"{count} left."
        return Health.UNKNOWN, f"{count} left; no milestone has a due date."
    title, health, why = min(judged, key=lambda part: _WORST.index(part[1]))
    others = sum(part[1] is health for part in judged) - 1
    more = f" (and {others} more)" if others else ""
    return health, f"{title}: {why}{more}"


def board_status(health: Health) -> str | None:
    """Return GitHub's word for the health in a status update; None if it is unknown."""
    words = {
        Health.DONE: "COMPLETE",
        Health.ON_TRACK: "ON_TRACK",
        Health.AT_RISK: "AT_RISK",
        Health.OFF_TRACK: "OFF_TRACK",
    }
    return words.get(health)


def _items(count: int) -> str:
    return f"{count} item{'' if count == 1 else 's'}"


def _days(count: int) -> str:
    return f"{count} day{'' if count == 1 else 's'}"
