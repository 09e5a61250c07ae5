"""The report's page in a real browser: quiet, readable by all, whole at every width."""

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request

from backlog_sync.core.facts import Facts, MilestoneFact, WorkItem
from backlog_sync.reports.page.html import page_html, pictures
from backlog_sync.reports.values import Report
from backlog_sync.reports.view import Audience
from tests.contract.packages import package
from tests.e2e.browser import browser as run_browser
from tests.e2e.browser import chromium
from tests.reporting import sample
from tests.reporting.builders import made

pytestmark = pytest.mark.skipif(
    chromium() is None, reason="there is no Chromium here (Debian: apt-get install chromium)"
)

FULL = os.environ.get("BACKLOG_BARS") == "full"
WIDTHS = (360, 1024, 1600)
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)> \' & " {{ 7*7 }}',
    "👩‍👩‍👧 🚲 $x^2$ and $unclosed",
    "\u202eعنوان من اليمين \u2067إلى اليسار",
    "W" * 256,
    "日本語の検索と並べ替え" * 23,
    "\x00\x1b[31m]]> --> </title></style>",
    "url(#010110) fill: #010111",
)
"""Titles that try to be more than titles."""
OUTSIDE = """() => {
  const wide = document.documentElement.scrollWidth > innerWidth ? ['the page'] : [];
  return wide.concat([...document.querySelectorAll('body *')].filter((e) => {
    const box = e.getBoundingClientRect();
    return box.width && (box.right > innerWidth + 1 || box.left < -1)
      && !e.closest('.scroll') && !e.closest('svg');
  }).map((e) => e.outerHTML.slice(0, 120)));
}"""
OVERLAPS = """() => {
  const over = (list) => list.flatMap((a, i) => list.slice(i + 1).filter((b) => {
    const [p, q] = [a.getBoundingClientRect(), b.getBoundingClientRect()];
    return p.width && q.width && p.left < q.right - 1 && q.left < p.right - 1
      && p.top < q.bottom - 1 && q.top < p.bottom - 1;
  }).map((b) => a.textContent.slice(0, 60) + ' | ' + b.textContent.slice(0, 60)));
  const all = (selector) => [...document.querySelectorAll(selector)];
  return [
    ...over(all('header > *, main > section')),
    ...over(all('.answer')),
    ...all('.answer, .head, .pc, .board > div').flatMap((e) => over([...e.children])),
    ...all('svg.chart').flatMap((e) => over([...e.querySelectorAll('text')])),
  ];
}"""
CUT = """() => [...document.querySelectorAll('svg.chart')].flatMap((svg) => {
  const frame = svg.getBoundingClientRect();
  return [...svg.querySelectorAll('text')].filter((e) => {
    const box = e.getBoundingClientRect();
    return box.left < frame.left - 1 || box.right > frame.right + 1
      || box.top < frame.top - 1 || box.bottom > frame.bottom + 1;
  }).map((e) => svg.querySelector('title').textContent + ': ' + e.textContent);
})"""
TABLES_THAT_SCROLL = """() => [...document.querySelectorAll('.scroll:has(table)')]
  .filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.getAttribute('aria-label'))"""
AXE = """async () => (await axe.run(document, {resultTypes: ['violations']})).violations.map(
  (v) => v.id + ': ' + v.nodes.map((n) => n.html.slice(0, 100) + n.failureSummary).join(' | '))"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all tests here."""
    with run_browser() as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh page; whatever it says, asks for or sends fails the test."""
    trouble: list[str] = []
    asked: list[str] = []

    def note(sent: Request) -> None:
        asked.append(sent.url)

    with browser.new_context() as context:
        opened = context.new_page()
        opened.on("console", lambda message: trouble.append(message.text))
        opened.on("pageerror", lambda error: trouble.append(str(error)))
        opened.on("dialog", lambda dialog: trouble.append(dialog.message))
        opened.on("request", note)
        yield opened
    assert trouble == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


@pytest.fixture(scope="module")
def report() -> Report:
    """The report of the sample."""
    return made(sample.facts())


def show(page: Page, html: str, folder: Path, *, width: int = 1024, theme: str = "light") -> None:
    """Open the page from a file, as people do."""
    path = folder / "report.html"
    path.write_text(html, "utf-8")
    page.set_viewport_size({"width": width, "height": 740})
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    page.goto(path.as_uri())


def hostile() -> Facts:
    """Facts in which every word of people is hostile."""
    told = sample.facts()
    items: list[WorkItem] = []
    for place, item in enumerate(told.items):
        bad = HOSTILE[place % len(HOSTILE)]
        risks = tuple(replace(risk, text=bad, mitigation=bad, owner=bad) for risk in item.risks)
        items.append(
            replace(
                item,
                title=bad,
                risks=risks,
                goal=bad,
                status=item.status and bad[:40],
                team=item.team and bad[:60],
                milestone=item.milestone and HOSTILE[0],
                url="javascript:alert(1)" if place % 2 else item.url,
                priority=bad,
            )
        )
    due = (MilestoneFact(HOSTILE[0], sample.TODAY),)
    return replace(told, items=tuple(items), title=HOSTILE[1], milestones=due, unseen=HOSTILE)


@pytest.mark.parametrize("audience", list(Audience) if FULL else ["leaders", "engineering"])
def test_nothing_leaves_its_place(
    page: Page, report: Report, tmp_path: Path, audience: Audience
) -> None:
    """The page never scrolls sideways, no two parts cover each other, no chart cuts a word."""
    show(page, page_html(report, Audience(audience)), tmp_path)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 740})
        found = [page.evaluate(look) for look in (OUTSIDE, OVERLAPS, CUT)]
        assert found == [[], [], []], width
        if width == min(WIDTHS):  # there a table is rows of facts, and needs no scrolling
            assert page.evaluate(TABLES_THAT_SCROLL) == []
    assert "<" not in page.locator("body").inner_text()


def test_paper_shows_everything_on_one_width(page: Page, report: Report, tmp_path: Path) -> None:
    """Printed, it is light, every epic is unfolded, and nothing is wider than the paper."""
    show(page, page_html(report, Audience.ENGINEERING), tmp_path, width=720, theme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.get_by_text("Check a given tool for safety", exact=True).last.is_visible()


def test_axe_finds_nothing(page: Page, report: Report, tmp_path: Path) -> None:
    """axe-core sees no violation, contrasts among them, in light and dark, wide and narrow."""
    axe = (package("axe-core") / "axe.min.js").read_text("utf-8")
    show(page, page_html(report, Audience.ENGINEERING), tmp_path)
    page.evaluate(axe)  # past the page's policy, which lets no script in
    assert page.evaluate(AXE) == []
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(AXE) == []
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate(AXE) == []


@pytest.mark.parametrize("width", [360, 1024])
def test_the_first_screen_answers(page: Page, report: Report, tmp_path: Path, width: int) -> None:
    """When, how much and what is at risk stand on the first screen."""
    show(page, page_html(report, Audience.LEADERS), tmp_path, width=width)
    assert report.forecast is not None
    for words in (str(report.forecast.at_85), f"{report.total.percent}%", report.risks[0].text):
        box = page.get_by_text(words, exact=False).locator("visible=true").first.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 740, words


def test_the_contents_follow_the_reader(page: Page, report: Report, tmp_path: Path) -> None:
    """Beside the page they stay open; above it they fold, and name the section that is read."""
    show(page, page_html(report, Audience.ENGINEERING), tmp_path, width=1600)
    contents = page.get_by_role("navigation", name="Contents")
    contents.get_by_role("link", name="Risks").click()
    current = contents.locator("[aria-current]")
    assert current.all_inner_texts() == ["Risks"]
    assert contents.get_by_role("link", name="Overview").is_visible()
    page.set_viewport_size({"width": 360, "height": 740})
    assert not contents.get_by_role("link", name="Overview").is_visible()
    contents.locator("summary").click()
    contents.get_by_role("link", name="Milestones").click()
    assert not contents.get_by_role("link", name="Overview").is_visible()
    heading = page.get_by_role("heading", name="Milestones", exact=True).bounding_box()
    summary = contents.locator("summary").bounding_box()
    assert heading is not None
    assert summary is not None
    assert summary["y"] == pytest.approx(1, abs=1)
    assert heading["y"] >= summary["y"] + summary["height"]
    assert "Milestones" in contents.locator("summary").inner_text()


def test_parts_of_charts_show_their_sentence(page: Page, report: Report, tmp_path: Path) -> None:
    """On hover and on focus; arrow keys go on, Escape ends it. The list below has every one."""
    show(page, page_html(report, Audience.ENGINEERING), tmp_path)
    tip = page.locator(".tooltip")
    graph = page.locator("section:has(#graph-h) svg")
    graph.locator(".tip").nth(1).hover()
    assert "Pay the yearly fee online: Todo; waits for Confirm an address by post" in (
        tip.inner_text()
    )
    page.mouse.move(0, 0)
    assert not tip.is_visible()
    plan = page.locator("section:has(#timeline-h) .broad svg").first
    plan.locator("[tabindex='0']").focus()
    assert tip.inner_text().startswith("Catalogue opens: done, 23 of 23 points")
    page.keyboard.press("ArrowDown")
    assert tip.inner_text().startswith("Lending runs: off track")
    page.keyboard.press("Escape")
    assert not tip.is_visible()
    told = page.locator("section:has(#timeline-h) .text").first.locator("li").all_text_contents()
    assert len(told) == plan.locator(".tip").count()
    sizes = page.evaluate(
        "[...document.querySelectorAll('svg.chart text')]"
        ".map((e) => parseFloat(getComputedStyle(e).fontSize))"
    )
    assert min(sizes) >= 12  # readable without zoom


def test_hostile_titles_are_only_titles(page: Page, tmp_path: Path) -> None:
    """Markup, quotes, emoji, right-to-left and 256 characters without a space break nothing."""
    show(page, page_html(made(hostile()), Audience.ENGINEERING), tmp_path)
    for width in (1024, 360):
        page.set_viewport_size({"width": width, "height": 740})
        assert [page.evaluate(look) for look in (OUTSIDE, OVERLAPS)] == [[], []], width
    assert page.locator("img, iframe, a[href^=javascript]").count() == 0
    assert page.locator("script").count() == 1  # the page's own
    heading = page.locator("h1").inner_text()
    assert heading == " ".join(HOSTILE[1].split())
    shown = page.locator("#epics ~ details td a, #epics ~ details td bdi").all_inner_texts()
    assert HOSTILE[0] in shown
    assert HOSTILE[4] in shown


def test_the_page_holds_no_address_but_the_issues(report: Report) -> None:
    """Nothing in it is fetched; its only addresses are links to issues and names of XML."""
    page = page_html(report, Audience.ENGINEERING)
    left = re.sub(r'href="https://github\.com/[^"]+"|xmlns="[^"]+"', "", page)
    assert "//" not in left
    assert page == page_html(made(sample.facts()), Audience.ENGINEERING)
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_pictures_stand_alone_in_both_themes(page: Page, report: Report, tmp_path: Path) -> None:
    """The SVG files for Markdown are whole, and take the reader's theme."""
    found = pictures(report)
    assert set(found) == {"progress.svg", "burn-up.svg"}
    for name, (_, svg) in found.items():
        (tmp_path / name).write_text(svg, "utf-8")
        colors = set()
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
            page.goto((tmp_path / name).as_uri())
            colors.add(page.evaluate("getComputedStyle(document.querySelector('text')).fill"))
        assert len(colors) == 2


def test_a_very_large_backlog_stays_small(page: Page, tmp_path: Path) -> None:
    """5,000 items: at most 2 MB, and the browser shows it and opens an epic at once."""
    html = page_html(made(sample.big(5000)), Audience.ENGINEERING)
    assert len(html.encode()) <= 2_000_000
    show(page, html, tmp_path)
    page.locator("#epics ~ details summary").nth(3).click()
    assert page.locator("#epics ~ details").nth(3).locator("td").first.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
