"""The report's page and charts without a browser: any facts, cuts that are told, an extra."""

import builtins
import json
import random
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import igraph
import pytest

import backlog_sync.reports.page
from backlog_sync import wiring
from backlog_sync.core.facts import Criterion
from backlog_sync.errors import UsageError
from backlog_sync.render.json import dump
from backlog_sync.reports.charts.burn_up import burn_up
from backlog_sync.reports.charts.graph import _layout, dependencies
from backlog_sync.reports.charts.palette import Color
from backlog_sync.reports.charts.svg import short
from backlog_sync.reports.charts.timeline import timeline
from backlog_sync.reports.page import html
from backlog_sync.reports.page.html import page_html
from backlog_sync.reports.render_json import report_json
from backlog_sync.reports.view import Audience
from tests.growth import grows_like
from tests.reporting import sample
from tests.reporting.builders import facts, generated, item, made


def test_any_facts_give_a_page() -> None:
    """Nothing, one item, a circle, and random backlogs with every kind of gap: always a page."""
    lone = facts(item("a"))
    circle = facts(item("a", blocked_by=("b",)), item("b", blocked_by=("a",)))
    rng = random.Random(3)
    for given in (facts(), lone, circle, *(generated(rng) for _ in range(4))):
        for audience in (Audience.ENGINEERING, Audience.PRODUCT):
            page = page_html(made(given), audience)
            assert page.rstrip().endswith("</html>")
            assert "None" not in re.sub(r"<[^>]+>", "", page)


def test_epics_show_what_is_below_them_by_audience() -> None:
    """Engineers see every item, product those with something below, leaders no epics."""
    report = made(sample.facts())
    pages = {audience: page_html(report, audience) for audience in Audience}
    epics = {audience: page.partition('id="epics"')[2] for audience, page in pages.items()}
    assert "Agree to the house rules" in epics[Audience.ENGINEERING]
    assert "Agree to the house rules" not in epics[Audience.PRODUCT]
    assert "Lending desk" in epics[Audience.PRODUCT]
    assert not epics[Audience.LEADERS]


def test_criteria_stand_below_their_items(monkeypatch: pytest.MonkeyPatch) -> None:
    """Word for word and inert, ticked ones told from open ones; counted where they do not fit."""
    words = Criterion("It says <b>no</b> & why", done=True), Criterion("It asks again", done=False)
    report = made(
        facts(item("e", kind="epic"), item("a", parent="e", criteria=2, ticked=1, checklist=words))
    )
    epics = page_html(report).partition('id="epics"')[2]
    assert "1 of 2 criteria" in epics
    assert "It says &lt;b&gt;no&lt;/b&gt; &amp; why" in epics
    assert epics.index('aria-label="done"') < epics.index('aria-label="open"')
    assert "It asks again" not in page_html(report, Audience.PRODUCT)
    monkeypatch.setattr(html, "LIMIT", len(page_html(report).encode()) - 1)
    less = page_html(report)
    assert "It asks again" not in less
    assert "Criteria are only counted" in less
    told = json.loads(dump(report_json(report, ())))["items"][1]
    assert told["checklist"] == [
        {"text": "It says <b>no</b> & why", "done": True},
        {"text": "It asks again", "done": False},
    ]


def test_a_page_that_would_be_too_large_tells_what_it_leaves_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The size holds; every item is either shown in its epic or counted as not shown."""
    monkeypatch.setattr(html, "LIMIT", 400_000)
    report = made(sample.big(1000))
    page = page_html(report)
    assert len(page.encode()) <= 400_000
    epics = page.partition('id="epics"')[2]
    shown = len(re.findall(r'class="i\d"', epics))
    hidden = sum(int(found) for found in re.findall(r"(\d+) more items? not shown, so", epics))
    tops = len(re.findall("<details", epics))
    assert hidden > 0
    assert shown + hidden + tops == len(report.facts.items)


def test_big_backlogs_take_their_room() -> None:
    """5,000 items: the page with all its charts in at most 2 MB."""
    assert len(page_html(made(sample.big(5000))).encode()) <= html.LIMIT


def test_a_page_takes_work_in_proportion_to_its_items() -> None:
    """Four times the items are about four times the work; `python -m bench.reports` has a bar."""
    grows_like(lambda given: page_html(made(given)), sample.big(750), sample.big(3000), times=4)


def _words(svg: str) -> int:
    """How many texts of a chart begin as the titles here do."""
    return len(re.findall(r"<text[^>]*>K\d", svg))


def test_charts_say_what_they_leave_out() -> None:
    """The timeline and the graph hold at most 40, and count the rest."""
    chain = [item(f"k{n}", hours=8, blocked_by=(f"k{n - 1}",) if n else ()) for n in range(100)]
    report = made(facts(*chain))
    drawn, hidden = timeline(report, items=True)
    assert drawn is not None
    assert (_words(drawn.svg), hidden) == (40, 60)
    graph, left_out = dependencies(report)
    assert graph is not None
    assert (_words(graph.svg), left_out) == (40, 60)


def test_arrows_pass_a_point_in_each_layer() -> None:
    """In a graph of several parts too, an arrow's points lie between its own two ends."""
    edges = [(0, 1), (1, 2), (0, 2), (3, 4), (4, 5), (5, 6), (3, 6), (7, 2)]
    spots, routes = _layout(8, edges)
    assert any(routes)
    for (first, second), route in zip(edges, routes, strict=True):
        along = [spots[first], *route, spots[second]]
        steps = {round(b[0] - a[0]) for a, b in pairwise(along)}
        assert len(steps) == 1


def test_igraph_never_gets_what_it_reads_outside_its_memory_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Arrows over several layers are given to it in one connected part alone, or as single steps.

    igraph 1.0.0 reads where nothing of its own is otherwise, which may end the process.
    """
    lay_out = igraph.Graph.layout_sugiyama

    def checked(graph: igraph.Graph, layers: list[int] | None = None, **more: int) -> igraph.Layout:
        if layers is None:
            assert graph.is_connected(mode="weak")
        else:
            assert all(abs(layers[a] - layers[b]) <= 1 for a, b in graph.get_edgelist())
        return lay_out(graph, layers, **more)

    monkeypatch.setattr(igraph.Graph, "layout_sugiyama", checked)
    for seed in range(30):
        rng = random.Random(seed)
        count = rng.randint(2, 30)
        pairs = [(rng.randrange(count), rng.randrange(count)) for _ in range(rng.randint(0, 40))]
        spots, routes = _layout(count, [(a, b) for a, b in pairs if a != b])
        assert (len(spots), len(routes)) == (count, sum(a != b for a, b in pairs))


def test_a_chart_is_the_same_each_time_and_takes_its_colors_from_the_page() -> None:
    """No day, no program, no color of its own; a title that looks like a color stays a title."""
    bad = f"{Color.INK.paint} <metadata> url(#x)"
    told = sample.facts()
    report = made(replace(told, items=tuple(replace(one, title=bad) for one in told.items)))
    drawn, _ = timeline(report, items=True)
    assert drawn is not None
    assert drawn == timeline(report, items=True)[0]
    told_of = re.sub(r">[^<]*<", "><", drawn.svg)
    assert not re.search(r"#[0-9a-f]{6}|matplotlib|<metadata|font-family", told_of)
    assert short(bad, 36).replace("<", "&lt;").replace(">", "&gt;") in drawn.svg


def test_a_burn_up_needs_two_days() -> None:
    """Where nothing is known of two days there is no chart."""
    assert burn_up(made(facts())) is None


def test_titles_are_cut_by_the_room_they_take() -> None:
    """Wide characters count twice, and nothing invisible is left."""
    assert short("日本語の検索", 7) == "日本語…"
    assert "\u202e" not in short("a\u202eb", 30)


def test_without_the_extra_one_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The missing library and the pip command; no traceback."""
    found = builtins.__import__

    def without(
        name: str,
        scope: Mapping[str, Any] | None = None,
        locals_: Mapping[str, Any] | None = None,
        wanted: Sequence[str] = (),
        level: int = 0,
    ) -> Any:
        if name.partition(".")[0] == "matplotlib":
            raise ModuleNotFoundError("No module named 'matplotlib'", name="matplotlib")
        return found(name, scope, locals_, wanted, level)

    monkeypatch.setattr("backlog_sync.reports.page", backlog_sync.reports.page)  # as before after
    for name in [name for name in sys.modules if name.startswith("backlog_sync.reports.")]:
        if ".page" in name or ".charts" in name:
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr("backlog_sync.reports.page.html", raising=False)
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(UsageError) as caught:
        wiring.page()
    assert "matplotlib" in caught.value.message
    assert caught.value.hint == "pip install 'backlog-sync[report]'"


def test_heavy_libraries_stay_out_until_a_page_is_asked_for() -> None:
    """The report's command loads neither matplotlib nor igraph."""
    look = (
        "import sys, backlog_sync.cli.main, backlog_sync.cli.commands.report; "
        "print({'matplotlib', 'igraph', 'numpy', 'jinja2'} & sys.modules.keys())"
    )
    ran = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"
