"""Every figure of a report's JSON, worked out again from its items and nothing of the tool."""

import json
import os
import random
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from backlog_sync.reports.render_json import report_json
from tests.reporting.builders import generated, made, sample

SEEDS = 1_000 if os.environ.get("BACKLOG_BARS") == "full" else 25


class Told:
    """A report's JSON, read by somebody who knows only its documentation."""

    def __init__(self, raw: str) -> None:
        self.data: dict[str, Any] = json.loads(raw)
        self.items: dict[str, dict[str, Any]] = {one["key"]: one for one in self.data["items"]}
        self.parents = {
            key: one["parent"] if one["parent"] in self.items else None
            for key, one in self.items.items()
        }
        self.leaves = [key for key in self.items if key not in self.parents.values()]
        self.live = [key for key in self.leaves if self.items[key]["phase"] != "dropped"]
        self.points = self.counted("points")
        self.hours = self.counted("hours")

    def chain(self, key: str) -> list[str]:
        """The item and all above it, nearest first."""
        found, at = [], self.parents[key]
        while at is not None:
            found.append(at)
            at = self.parents[at]
        return [key, *found]

    def below(self, key: str) -> list[str]:
        """The live leaves at or below an item."""
        return [leaf for leaf in self.live if key in self.chain(leaf)]

    def counted(self, name: str) -> dict[str, float]:
        """What each live leaf counts with, as the documentation says it."""
        found: dict[str, float] = {}
        for leaf in self.live:
            for key in self.chain(leaf):
                mine = self.below(key)
                own = self.items[key][name]
                if key == leaf and own is not None:
                    found[leaf] = own
                    break
                if key != leaf and any(self.has(one, name, key) for one in mine):
                    break  # somebody below has an estimate: this leaf has none
                if own is not None and self.items[key]["phase"] != "dropped":
                    found[leaf] = own / len(mine)
                    break
        return found

    def has(self, leaf: str, name: str, top: str) -> bool:
        """Whether something below `top` on the way to this leaf has an estimate that counts."""
        way = self.chain(leaf)
        inner = way[: way.index(top)]
        return any(
            self.items[key][name] is not None and self.items[key]["phase"] != "dropped"
            for key in inner
        )

    def check(self, found: dict[str, Any], keys: Iterable[str]) -> None:
        """A sum has exactly these items, and every figure follows from them."""
        keys = [key for key in self.live if key in set(keys)]
        done = [key for key in keys if self.items[key]["phase"] == "done"]
        points = sum(self.points.get(key, 0) for key in keys)
        points_done = sum(self.points.get(key, 0) for key in done)
        if "items" in found:
            assert sorted(found["items"]) == sorted(keys)
        assert (found["done"], found["total"]) == (len(done), len(keys))
        assert found["points_total"] == pytest.approx(points, abs=1e-5)
        assert found["points_done"] == pytest.approx(points_done, abs=1e-5)
        assert found["criteria"] == sum(self.items[key]["criteria"] for key in keys)
        assert found["ticked"] == sum(self.items[key]["ticked"] for key in keys)
        if "unestimated" in found:
            bare = [key for key in keys if self.points and key not in self.points]
            assert sorted(found["unestimated"]) == sorted(bare)
        part = points_done / points if points else len(done) / max(1, len(keys))
        whole = 100 if keys and len(done) == len(keys) else min(99, int(100 * part + 1e-7))
        assert found["percent"] == whole


@pytest.mark.parametrize("seed", range(-1, SEEDS))
def test_every_sum_follows_from_the_items(seed: int) -> None:
    """The whole, items, milestones, quarters, groups; and history, forecast, load, period."""
    given = made(generated(random.Random(seed)) if seed >= 0 else sample())
    told = Told(json.dumps(report_json(given, ())))
    data = told.data
    told.check(data["total"], told.live)
    assert sorted(data["unestimated"]) == sorted(data["total"]["unestimated"])
    for key, one in told.items.items():
        if key not in told.leaves:
            mine = [told.items[leaf] for leaf in told.below(key)]
            criteria = sum(leaf["criteria"] for leaf in mine)
            told.check(
                {**one, "criteria": criteria, "ticked": sum(leaf["ticked"] for leaf in mine)},
                told.below(key),
            )
        if key in told.live:
            assert one["counted_points"] == pytest.approx(told.points.get(key))
            assert one["counted_hours"] == pytest.approx(told.hours.get(key))
    for one in data["milestones"]:
        told.check(one, [k for k in told.live if told.items[k]["milestone"] == one["title"]])
    _groups(told)
    _over_time(told)
    _planned(told)


def _groups(told: Told) -> None:
    def first(key: str, name: str, kind: bool = False) -> str:
        for at in told.chain(key):
            one = told.items[at]
            if one["kind"] == name if kind else one[name]:
                return at if kind else str(one[name])
        return ""

    names: dict[str, Callable[[str], list[str]]] = {
        "epic": lambda key: [first(key, "epic", kind=True)],
        "feature": lambda key: [first(key, "feature", kind=True)],
        "team": lambda key: [first(key, "team")],
        "milestone": lambda key: [told.items[key]["milestone"] or ""],
        "label": lambda key: told.items[key]["labels"] or [""],
    }
    for name, of in names.items():
        sums = told.data["groups"][name]
        assert {one["name"] for one in sums} == {each for key in told.live for each in of(key)}
        for one in sums:
            told.check(one, [key for key in told.live if one["name"] in of(key)])


def _over_time(told: Told) -> None:
    data, left = told.data, [k for k in told.live if told.items[k]["phase"] != "done"]
    if data["history"]:
        last = data["history"][-1]
        assert last["day"] == data["today"]
        assert (last["total"], last["done"]) == (data["total"]["total"], data["total"]["done"])
        assert last["points"] == pytest.approx(data["total"]["points_total"], abs=1e-5)
    forecast = data["forecast"]
    worth = told.points if forecast["unit"] == "points" else dict.fromkeys(left, 1)
    assert forecast["left"] == pytest.approx(sum(worth[key] for key in left), abs=1e-5)
    for title, one in forecast["milestones"].items():
        mine = [key for key in left if told.items[key]["milestone"] == title]
        assert one["left"] == pytest.approx(sum(worth[key] for key in mine), abs=1e-5)
        assert not one["at_85"] or one["at_50"] <= one["at_85"]
    period = data["period"]
    assert period["points_done"] == pytest.approx(
        sum(told.points.get(key, 0) for key in period["done"]), abs=1e-5
    )
    for key in period["done"]:
        assert told.items[key]["phase"] == "done"
        assert told.items[key]["closed"] >= period["since"]


def _planned(told: Told) -> None:
    data, rows = told.data, {row["key"]: row for row in told.data["schedule"]["rows"]}
    left = {k for k in told.live if told.items[k]["phase"] != "done"}
    assert set(rows) in (left, set())
    for before, after in data["schedule"]["edges"] if rows else ():
        assert rows[before]["first"] <= rows[after]["first"]
    assert all(rows[key]["critical"] for key in data["schedule"]["path"])
    for one in data["quarters"]:
        told.check(one, one["items"])
    twice = Counter(key for one in data["quarters"] for key in one["items"])
    assert set(twice.values()) <= {1}
    hours = sum(n for key, n in told.hours.items() if key in left)
    for whose in ("team", "skill"):
        for quarterly in (True, False):
            mine = [
                one
                for one in data["load"]
                if one["whose"] == whose and ("Q" in one["period"]) is quarterly
            ]
            assert sum(one["hours"] for one in mine) == pytest.approx(
                hours, abs=0.01 * (len(mine) + 1)
            )
    for risk in data["risks"]:
        known = risk["likelihood"] and risk["impact"]
        assert risk["exposure"] == (risk["likelihood"] * risk["impact"] if known else None)
