"""The report on a terminal and as Markdown: three answers first, for three readers, harmless."""

import json
import math
import os
import random
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from rich.cells import cell_len

from backlog_sync.core.facts import Conversation, Facts, MilestoneFact, Phase, Remark, WorkItem
from backlog_sync.core.planning import Capacity, FeedbackRef, PlanningSettings, ReviewNote, Risk
from backlog_sync.render.bounded import COMMENT_BYTES
from backlog_sync.render.canvas import Look
from backlog_sync.reports.mermaid import dependencies, items_timeline, label, milestones_timeline
from backlog_sync.reports.render_json import report_json
from backlog_sync.reports.render_markdown import Picture, report_markdown
from backlog_sync.reports.render_text import report_text
from backlog_sync.reports.values import Report
from backlog_sync.reports.view import SECTIONS, Audience, Section, priorities
from tests.growth import grows_like
from tests.render.test_markdown import GITHUB, LIVE, hostile, shown
from tests.reporting.builders import DONE, TODAY, day, facts, generated, item, made, sample

GOLDEN = Path(__file__).parent / "golden"
FULL = os.environ.get("BACKLOG_BARS") == "full"
EVERYBODY = list(Audience)


@pytest.fixture(scope="module")
def report() -> Report:
    """A backlog in the middle of its work."""
    return made(sample())


def many(count: int) -> Facts:
    """So many items below epics and features, with everything that takes room or time."""
    rng = random.Random(5)
    items: list[WorkItem] = []
    for epic in range(max(1, count // 50)):
        top, title = f"e{epic}", f"M{epic % 20}"
        before = (f"e{epic - 1}",) if epic % 3 else ()
        items.append(item(top, "epic", team=f"T{epic % 5}", skills=("a",), blocked_by=before))
        for feature in range(5):
            middle = f"{top}-{feature}"
            items.append(item(middle, "feature", parent=top))
            for story in range(9):
                phase = rng.choice(list(Phase))
                key = f"{middle}-{story}"
                items.append(
                    item(
                        key,
                        title=f"{key} 日本語の検索と並べ替え",
                        parent=middle,
                        milestone=title,
                        phase=phase,
                        points=rng.choice([1, 2, 3, 5, 8]),
                        hours=rng.choice([None, 4, 16]),
                        added=day(rng.randrange(400)),
                        closed=day(rng.randrange(200)) if phase is DONE else None,
                        blocked_by=(f"{middle}-{story - 1}",) if story % 2 else (),
                        risks=(Risk("It may fail", "high", "40%"),) if story == 8 else (),
                    )
                )
    due = tuple(MilestoneFact(f"M{n}", day(100 - 60 * n)) for n in range(20))
    return facts(*items, milestones=due, since=day(30))


# ---- on a terminal -------------------------------------------------------------------------


def test_the_most_urgent_work_comes_first() -> None:
    """Words of a scale, `P1`, MoSCoW; words that mean nothing to us behind them, none last."""
    words = ["Low", None, "Whenever", "P1", "medium", "Must have", "Critical"]
    given = facts(*(item(f"i{n}", priority=word) for n, word in enumerate(words)))
    told = list(priorities(made(given)))
    assert told == ["Critical", "P1", "Must have", "medium", "Low", "Whenever", "without one"]
    assert priorities(made(facts(item("a")))) == {}


@pytest.mark.parametrize("audience", EVERYBODY)
def test_golden_text(report: Report, audience: Audience) -> None:
    """Each reader's text is exactly the one that was looked at (BACKLOG_GOLDEN=1 writes it)."""
    path = GOLDEN / f"report-{audience}-80.txt"
    text = report_text(report, Look(width=80), audience)
    if os.environ.get("BACKLOG_GOLDEN") == "1":
        path.write_text(text, "utf-8")
    assert text == path.read_text("utf-8")


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("audience", EVERYBODY)
def test_no_line_is_wider_than_the_terminal(width: int, audience: Audience) -> None:
    """Whatever the titles are, in every script and with colour too."""
    rng = random.Random(width)
    reports = [made(sample()), made(_spoiled(rng)), made(_spoiled(rng, generated(rng)))]
    for one in reports:
        for look in (Look(width=width), Look(width=width, ascii=True, full=True)):
            text = report_text(one, look, audience)
            assert all(cell_len(line) <= width for line in text.splitlines())
        assert re.search(r"\x1b\[", report_text(one, Look(width=width, color=True), audience))


def test_when_how_much_and_what_is_at_risk_come_first(report: Report) -> None:
    """They stand in the first eight lines, for every reader, and what to do next below them."""
    for audience in EVERYBODY:
        first = report_text(report, Look(), audience).splitlines()[:8]
        assert first[6].startswith('Next     Finish "Remind riders the day before" (#14): 4 items')
        assert [line[:9].strip() for line in first if line[:9].strip() in _ANSWERS] == _ANSWERS
        assert "47%" in "".join(first)


_ANSWERS = ["Forecast", "Progress", "Risks"]


def test_the_report_for_everybody_stays_short() -> None:
    """Of many items it shows epics and features, of very many the epics; -v shows all."""
    some, large = made(many(100)), made(many(1_000))
    assert 40 < len(report_text(some, Look()).splitlines()) < 120
    assert "90 items below them (-v lists each)" in report_text(some, Look())
    assert len(report_text(large, Look()).splitlines()) < 250
    assert len(report_text(some, Look(full=True)).splitlines()) > 150


def test_plain_signs_for_plain_terminals(report: Report) -> None:
    """Nothing but ASCII where that is asked for."""
    for audience in EVERYBODY:
        assert report_text(report, Look(ascii=True), audience).isascii()


def test_what_is_not_known_is_said() -> None:
    """An empty backlog has a report too, and one without history says why there is no day."""
    assert "Nothing is left to do." in report_text(made(facts()), Look())
    text = report_text(made(facts(item("a"), item("b", milestone="M"))), Look())
    text = " ".join(text.split())
    assert text.count("needs 4 full weeks of history (0 so far)") == 1
    assert "Possible from 2026-04-13." in text
    assert "not started" in text
    assert "unknown" not in text.lower()


# ---- for whom ------------------------------------------------------------------------------


def test_each_reader_has_other_sections(report: Report) -> None:
    """Leaders decide, product plans, engineering works; what happened since comes first."""
    assert all(parts[0] is Section.SINCE for parts in SECTIONS.values())
    leaders = report_markdown(report, Audience.LEADERS)
    product = report_markdown(report, Audience.PRODUCT)
    engineering = report_markdown(report, Audience.ENGINEERING)
    assert "Print a job card" not in leaders
    assert "Print a job card" in engineering
    assert "### Decisions needed" in leaders
    assert "### Decisions needed" not in engineering
    assert "### Quarters" in product
    assert "### Quarters" not in leaders
    assert "### Critical path" in engineering
    assert "1/4" in engineering  # criteria that are ticked
    assert "1/4" not in product
    for text in (leaders, product, engineering):
        assert (
            text.index("**Forecast**") < text.index("### Since 2026-02-16") < text.index("### Mile")
        )
        assert "### 1 item without points" in text


def test_all_readers_see_the_same_figures(report: Report) -> None:
    """Depth and wording differ, the sums do not."""
    for audience in EVERYBODY:
        for text in (report_text(report, Look(), audience), report_markdown(report, audience)):
            for figure in ("33 of 70 points, 9 of 15 items done", "2026-05-25", "off track"):
                assert figure in text


# ---- as Markdown ---------------------------------------------------------------------------


@pytest.mark.parametrize("audience", EVERYBODY)
def test_golden_markdown(report: Report, audience: Audience) -> None:
    """Each reader's Markdown is exactly the one that was looked at."""
    path = GOLDEN / f"report-{audience}.md"
    text = report_markdown(
        report, audience, pictures=(Picture("Scope and what is done", "burn-up.svg"),)
    )
    if os.environ.get("BACKLOG_GOLDEN") == "1":
        path.write_text(text, "utf-8")
    assert text == path.read_text("utf-8")


def _spoiled(rng: random.Random, given: Facts | None = None) -> Facts:
    """Facts that say foreign text wherever facts can."""
    given = given or sample()
    titles = {one.title: hostile(rng) for one in given.milestones}
    remark = Remark(hostile(rng), trusted=False, text=f"{hostile(rng)}?", at=hostile(rng))
    asked = Conversation(
        FeedbackRef(7, "octo-org/other"),
        hostile(rng),
        hostile(rng),
        f"- [ ] {hostile(rng)}",
        threads=((remark,),),
    )

    def spoil(one: WorkItem) -> WorkItem:
        return replace(
            one,
            title=hostile(rng),
            status=hostile(rng),
            priority=hostile(rng),
            goal=hostile(rng),
            team=rng.choice([None, "@team|x"]),
            milestone=titles.get(one.milestone or "", one.milestone),
            assignees=(hostile(rng),),
            ref=f"#{rng.randrange(99)}",
            waits_for=(hostile(rng),),
            skills=(hostile(rng),),
            audience=rng.choice([None, hostile(rng)]),
            capacity=rng.choice([None, hostile(rng), f"3 {hostile(rng)}"]),
            feedback=(asked.ref,),
            review_notes=(ReviewNote(TODAY, hostile(rng)),),
            risks=tuple(
                Risk(hostile(rng), hostile(rng), "5", hostile(rng), hostile(rng), hostile(rng))
                for _ in range(rng.randrange(2))
            ),
        )

    return replace(
        given,
        title=hostile(rng),
        repository=hostile(rng),
        board=hostile(rng),
        items=tuple(spoil(one) for one in given.items),
        milestones=tuple(replace(one, title=titles[one.title]) for one in given.milestones),
        conversations=(asked,),
        unseen=(hostile(rng),),
    )


_OURS = {"<details>", "</details>", "<summary>", "</summary>", "<b>", "</b>", "<br>", "<sub>"}
_OURS |= {"</sub>", "<code>", "</code>"}


@pytest.mark.parametrize("seed", range(1_000 if FULL else 8))
def test_foreign_text_does_nothing(seed: int) -> None:
    """No mention, reference, link, picture or tag but ours; tables and pictures stay whole."""
    rng = random.Random(seed)
    given = made(_spoiled(rng, generated(rng) if seed % 2 else None))
    for audience in EVERYBODY:
        text = report_markdown(given, audience)
        tokens = GITHUB.parse(text)
        fences = [token for token in tokens if token.type == "fence"]
        assert len(fences) == text.count("```mermaid\n") == text.count("```") // 2
        inner = [child for token in tokens for child in token.children or ()]
        assert not [token for token in inner if token.type in ("link_open", "image", "code_inline")]
        tags = {token.content for token in inner if token.type == "html_inline"}
        blocks = "".join(token.content for token in tokens if token.type == "html_block")
        assert tags | set(re.findall(r"</?\w+[^>]*>", blocks)) <= _OURS
        broken = GITHUB.parse(text.replace("<br>", " "))  # a new line parts words
        found = LIVE.search(shown(broken).replace("&amp;", "&"))
        assert found is None, found
        assert text.count("<details>") == text.count("</details>")
        tables = re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)
        assert all(len({row.count("|") for row in rows.splitlines()}) == 1 for rows in tables)


@pytest.mark.parametrize("limit", [4_000, 20_000, COMMENT_BYTES])
def test_it_is_cut_at_a_row_and_says_so(limit: int) -> None:
    """The answers stay, sections are closed, pictures are whole or not there."""
    text = report_markdown(made(many(800)), Audience.ENGINEERING, limit=limit)
    assert len(text.encode()) <= limit
    assert "more rows do not fit" in text
    assert "**Forecast**" in text
    assert text.count("<details>") == text.count("</details>")
    assert text.count("```") % 2 == 0


def test_reports_take_work_in_proportion_to_their_items() -> None:
    """Every form for every reader; `python -m bench.reports` has the bar for 5,000 items."""

    def everything(given: Facts) -> None:
        found = made(given)
        for audience in EVERYBODY:
            assert report_text(found, Look(), audience)
            assert report_markdown(found, audience)

    grows_like(everything, many(500), many(2_000), times=4)


NUMBERS = (0, -1, 1e300, 1e-300, math.inf, -math.inf, math.nan, None, 3)
DAYS = (date.min, date.max, date(1970, 1, 1), TODAY, date(2999, 1, 1), None)


@pytest.mark.parametrize("seed", range(2_000 if FULL else 15))
def test_no_number_and_no_day_breaks_a_report(seed: int) -> None:
    """Whatever files and clocks say; what is no estimate is named as none."""
    rng = random.Random(seed)
    given = generated(rng, 20)
    items = tuple(
        replace(
            one,
            start=rng.choice(DAYS),
            target=rng.choice(DAYS),
            added=rng.choice(DAYS),
            closed=rng.choice(DAYS),
            points=rng.choice(NUMBERS),
            hours=rng.choice(NUMBERS),
        )
        for one in given.items
    )
    planning = PlanningSettings(
        velocity=rng.choice([None, 1e-9, 1e9]),
        hours_per_week=rng.choice([1e-6, 40]),
        one_at_a_time=True,
        review_days=rng.choice([0, 10**6]),
        teams=(Capacity("Red", 1e9),),
    )
    due = tuple(replace(one, due=rng.choice(DAYS)) for one in given.milestones)
    found = made(
        replace(given, items=items, milestones=due, planning=planning, since=rng.choice(DAYS))
    )
    assert math.isfinite(sum(one.points for one in found.history))
    assert math.isfinite(found.total.points)
    json.dumps(report_json(found, ()))
    for audience in EVERYBODY:
        text = report_text(found, Look(), audience) + report_markdown(found, audience)
        assert not re.search(r"\b(nan|inf)\b", text)


# ---- Mermaid -------------------------------------------------------------------------------


def test_labels_hold_nothing_that_mermaid_reads() -> None:
    """Letters, digits, spaces and entities; the first sign is one, so no word is a keyword."""
    rng = random.Random(3)
    for _ in range(500):
        told = label(hostile(rng))
        assert re.fullmatch(r"(?:#\d+;|[A-Za-z0-9 ]|[^\x00-\x7f])+", told)
        assert not re.match(r"[A-Za-z0-9]", told)
        assert "\n" not in told
    assert label("end") == "#101;nd"
    assert label("x" * 256).endswith("x…")
    assert label(" ") == "#63;"


def test_pictures_stay_small() -> None:
    """GitHub draws no more than 50,000 characters and 500 arrows; the rest is counted."""
    given = made(many(1_000))
    items, hidden = items_timeline(given)
    graph, more = dependencies(given)
    assert items.count(" :") + hidden == len(given.schedule.rows)
    assert graph.count("->") + graph.count("=>") + more == len(given.schedule.links)
    assert max(len(items), len(graph), len(milestones_timeline(given))) < 20_000


def test_without_days_there_is_no_picture() -> None:
    """An empty chart would be an error message."""
    given = made(facts(item("a", phase=DONE), milestones=(MilestoneFact("M"),)))
    assert milestones_timeline(given) == items_timeline(given)[0] == dependencies(given)[0] == ""
    assert "mermaid" not in report_markdown(given, Audience.ENGINEERING)


def test_the_critical_path_is_drawn_first(report: Report) -> None:
    """Thick arrows along it; an epic has another shape; the axis tells days or months."""
    graph, _ = dependencies(report)
    assert "n0 ==> n1" in graph
    assert '(["#66;ookings"])' in graph
    assert "axisFormat %b %Y" in milestones_timeline(report)
    assert "axisFormat %d %b" in items_timeline(report)[0]
    assert f", {TODAY}," in items_timeline(report)[0]


def test_the_documentation_shows_what_is_shown(report: Report) -> None:
    """The page's example is how the report for everybody begins."""
    page = (Path(__file__).parents[2] / "docs" / "reports.md").read_text("utf-8")
    example = page.split("```")[1].strip("\n")
    assert report_text(report, Look()).startswith(example + "\n")
