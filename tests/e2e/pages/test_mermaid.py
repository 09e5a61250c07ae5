"""Mermaid itself, in a real browser, draws what reports say in its language."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from backlog_sync.core.facts import MilestoneFact
from backlog_sync.reports.mermaid import dependencies, items_timeline, milestones_timeline
from tests.contract.packages import package
from tests.e2e.browser import browser as run_browser
from tests.e2e.browser import chromium
from tests.reporting.builders import day, facts, item, made, sample

pytestmark = pytest.mark.skipif(
    chromium() is None, reason="there is no Chromium here (Debian: apt-get install chromium)"
)

TITLES = (
    "<script>alert(1)</script>",
    'Section 3: the "end" #1; {x} [y] | `z`',
    "2026-01-01 review",
    "style a: b#c; end",
    "עברית و العربية 🚲",
    "title",
    "click me: call()",
    "A & B <br/> \\n &lt;",
    "end",
    "done",
    "@ana fixes #12",
    "graph TD; a-->b",
    "🚲: x",
    "accTitle: y",
    '"""',
    "classDef x fill:#fff;",
    '%%{init: {"theme":"dark"}}%%',
    "javascript:alert(1)",
    "x" * 59,
)
DRAW = """async (source) => {
  mermaid.initialize({startOnLoad: false});
  await mermaid.parse(source);
  const drawn = await mermaid.render('drawn', source);
  document.body.innerHTML = drawn.svg;
  const found = document.querySelectorAll(
    'text[class*=taskText], text[class*=sectionTitle], .nodeLabel');
  return [...found].map((e) => e.textContent.trim());
}"""


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """A page with Mermaid; whatever it complains of fails the test."""
    script = package("mermaid") / "dist" / "mermaid.min.js"
    trouble: list[str] = []
    with run_browser() as running:
        made_page = running.new_page()
        made_page.on("console", lambda message: trouble.append(message.text))
        made_page.on("pageerror", lambda error: trouble.append(str(error)))
        made_page.on("dialog", lambda dialog: trouble.append(dialog.message))
        made_page.set_content("<body></body>")
        made_page.add_script_tag(path=script)
        yield made_page
    assert trouble == []


def test_mermaid_draws_every_title_as_it_is(page: Page) -> None:
    """As a bar, a section and a node: no title is obeyed, and each is shown whole."""
    chain = [
        item(f"k{n}", title=title, hours=4, blocked_by=(f"k{n - 1}",) if n else ())
        for n, title in enumerate(TITLES)
    ]
    given = made(facts(*chain))
    assert page.evaluate(DRAW, dependencies(given)[0]) == list(TITLES)
    assert set(TITLES) <= set(page.evaluate(DRAW, items_timeline(given)[0]))
    sections = [
        item(f"k{n}", milestone=title, hours=4)
        for n, title in enumerate(TITLES)
        if len(title) <= 26
    ]
    due = tuple(MilestoneFact(one.milestone or "", day(-9)) for one in sections)
    drawn = page.evaluate(DRAW, milestones_timeline(made(facts(*sections, milestones=due))))
    assert {one.milestone for one in sections} <= set(drawn)


def test_mermaid_draws_the_sample(page: Page) -> None:
    """Milestones with work, likely end and due day; items; what waits for what."""
    given = made(sample())
    drawn = page.evaluate(DRAW, milestones_timeline(given))
    assert (drawn.count("due"), drawn.count("85% likely"), drawn.count("work")) == (3, 3, 3)
    assert "Pay a deposit" in page.evaluate(DRAW, items_timeline(given)[0])
    assert "Riders pay online" in page.evaluate(DRAW, dependencies(given)[0])
