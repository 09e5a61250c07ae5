"""The sandbox's pages in a real browser: quiet, whole, and what a visitor does there counts."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from github_sandbox.actors import Person
from github_sandbox.app import Sandbox
from tests.cli.conftest import Backlog
from tests.contract.packages import package, why_missing
from tests.e2e.browser import browser as run_browser
from tests.e2e.browser import chromium

pytestmark = pytest.mark.skipif(
    chromium() is None, reason="there is no Chromium here (Debian: apt-get install chromium)"
)

ROADMAP = Path(__file__).parents[3] / "examples" / "roadmap.md"
REPOSITORY = "octo-org/pedal-works"
ISSUES = f"/_sandbox/repos/{REPOSITORY}"
BOARD = "/_sandbox/boards/octo-org/1"
STORY = "See the free stands of an evening"
CRITERION = "Full evenings are shown, and marked as full"
CUT = """() => [...document.querySelectorAll('main *')].filter((e) => {
  const style = getComputedStyle(e);
  const hides = style.overflowX === 'hidden' && !e.matches('.hidden, progress');
  const box = e.getBoundingClientRect();
  return (hides && e.scrollWidth > e.clientWidth + 1)
    || (box.right > innerWidth + 1 && !e.closest('.scroll, pre, .views'));
}).map((e) => e.outerHTML.slice(0, 120))"""
OVERLAPS = """() => [
  ...document.querySelectorAll('.line, .card, .foot, .head, .row, .bar-title, .next'),
].filter((e) => {
  const boxes = [...e.children].map((c) => c.getBoundingClientRect()).filter((b) => b.width);
  return boxes.some((a, i) => boxes.slice(i + 1).some((b) =>
    a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1));
}).map((e) => e.outerHTML.slice(0, 120))"""


AXE = """async () => (await axe.run(document, {resultTypes: ['violations']})).violations.map(
  (v) => v.id + ': ' + v.nodes.map((n) => n.html.slice(0, 100) + n.failureSummary).join(' | '))"""


@dataclass(slots=True)
class Visit:
    """A page in the browser, and what it should not have done."""

    page: Page
    url: str
    trouble: list[str] = field(default_factory=list)

    def goto(self, path: str) -> Page:
        """Go to a page of the sandbox."""
        self.page.goto(self.url + path)
        return self.page


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all tests here."""
    with run_browser() as running:
        yield running


@pytest.fixture
def synced(folder: Path, backlog: Backlog, server: Sandbox) -> Sandbox:
    """A sandbox with the example roadmap on it, which is in the current folder."""
    server.ensure_repository(REPOSITORY)
    shutil.copyfile(ROADMAP, folder / "roadmap.md")
    ran = backlog("sync", "roadmap.md", "--yes")
    assert ran.code == 0, ran.err
    return server


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A profile of its own, closed before the server is."""
    with browser.new_context() as made:
        yield made


@pytest.fixture
def visit(synced: Sandbox, context: BrowserContext) -> Visit:
    """A visitor; messages on the console, errors and foreign requests are noted as trouble."""
    del synced
    return watched(context)


def watched(context: BrowserContext) -> Visit:
    """A new page whose trouble is noted."""
    page = context.new_page()
    visit = Visit(page, os.environ["GITHUB_API_URL"])
    page.on("console", lambda message: visit.trouble.append(message.text))
    page.on("pageerror", lambda error: visit.trouble.append(str(error)))
    page.on("dialog", lambda dialog: visit.trouble.append(dialog.message))

    def note(url: str) -> None:
        if not url.startswith(f"{visit.url}/"):
            visit.trouble.append(url)

    page.on("request", lambda request: note(request.url))
    return visit


def number(sandbox: Sandbox, title: str) -> int:
    """The number of the issue with this title."""
    issues = sandbox.store.issues[sandbox.repository(REPOSITORY).id].values()
    return next(issue.number for issue in issues if issue.title == title)


def test_what_a_visitor_does_comes_back_into_the_file(
    visit: Visit, synced: Sandbox, backlog: Backlog, folder: Path
) -> None:
    """Tick a criterion, move a card, close a story: `backlog report` writes exactly that."""
    before = (folder / "roadmap.md").read_text("utf-8")
    page = visit.goto("/")
    page.get_by_role("link", name=REPOSITORY).click()
    page.get_by_role("link", name=STORY).click()
    page.evaluate("window.same = true")
    page.get_by_role("checkbox", name=CRITERION).click()
    page.get_by_role("checkbox", name=CRITERION, checked=True).wait_for()
    assert page.get_by_role("status").inner_text() == "Changed the box."
    assert page.evaluate("window.same")  # nothing loaded the page again
    page.locator("#assign summary").click()
    page.get_by_label("Another login").fill("grace")
    page.get_by_role("button", name="Assign", exact=True).click()
    page.get_by_text("@grace").wait_for()
    page.get_by_role("link", name="Pedal Works", exact=True).first.click()
    page.evaluate("window.same = true")
    move_cards(page, synced)
    set_cells(page)
    assert "backlog report roadmap.md --sandbox" in page.inner_text("#next")
    page.get_by_role("link", name="Swap a shift").click()
    page.get_by_role("button", name="Close as completed").click()
    page.get_by_text("Closed as completed").wait_for()
    assert visit.trouble == []
    ran = backlog("report", "roadmap.md")
    assert ran.code == 0, ran.err
    after = (folder / "roadmap.md").read_text("utf-8")
    assert f"- [x] {CRITERION}" in after
    told = [line for line in after.splitlines() if line not in before.splitlines()]
    assert any("In Progress" in line for line in told)
    assert any("Done" in line for line in told)


def move_cards(page: Page, sandbox: Sandbox) -> None:
    """Move three cards: with the menu, with the keyboard, and with the mouse."""
    stand, shift, tool = (
        f"#{card_id(sandbox, title)}"
        for title in ("Reserve a stand", "Take a shift", "Borrow a tool by its tag")
    )
    page.locator(f"{stand} summary").click()
    page.keyboard.press("Escape")
    assert page.locator(".menu[open]").count() == 0
    page.locator(f"{stand} summary").click()
    page.locator(stand).get_by_role("button", name="In Progress").click()
    page.locator(f'[data-name="In Progress"] > {stand}').wait_for()
    title = page.locator(f"{shift} .title")
    title.focus()
    page.keyboard.press("ArrowDown")
    assert not title.evaluate("e => e === document.activeElement")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+ArrowRight")
    page.locator(f'[data-name="In Progress"] > {shift}').wait_for()
    page.get_by_text("Moved “Take a shift” to In Progress.").wait_for()
    assert page.locator(f"{shift} .title").evaluate("e => e === document.activeElement")
    lane = page.locator(".cells", has=page.locator(tool))
    page.locator(tool).drag_to(lane.locator('[data-name="Done"]'))
    page.get_by_text("Moved “Borrow a tool by its tag” to Done.").wait_for()
    moved = [event.detail["value"] for event in sandbox.events if event.actor == "visitor"
             and event.action == "project_value_set"]  # fmt: skip
    assert moved == ["In Progress", "In Progress", "Done"]
    assert page.locator(f'[data-name="Done"] > {tool}').is_visible()


def set_cells(page: Page) -> None:
    """Set values of a card in the table: with the mouse and with the keyboard."""
    assert page.evaluate("window.same")
    page.get_by_role("link", name="Table").click()
    row = page.get_by_role("row", name="Take a shift")
    row.get_by_role("link", name="Story Points").click()
    page.keyboard.type("13")
    page.keyboard.press("Enter")
    page.get_by_text("Set Story Points.").wait_for()
    value = row.get_by_role("link", name="Story Points: 13")
    assert value.evaluate("e => e === document.activeElement")
    page.keyboard.press("Enter")
    page.keyboard.type("99")
    page.keyboard.press("Escape")
    assert value.evaluate("e => e === document.activeElement")
    row.get_by_role("link", name="Status: In Progress").click()
    row.get_by_label("Status", exact=True).select_option(label="Done")
    row.get_by_role("link", name="Status: Done").wait_for()
    row.get_by_role("link", name="Assignees: none").click()
    row.get_by_label("Assignees", exact=True).select_option("grace")
    row.get_by_role("link", name="Assignees: Assigned to grace").wait_for()
    page.evaluate("window.same = true")
    page.get_by_role("link", name="All cards").click()


def card_id(sandbox: Sandbox, title: str) -> str:
    """The id that the board's page gives to the card of this issue."""
    home = sandbox.repository(REPOSITORY)
    issue = sandbox.store.issues[home.id][number(sandbox, title)]
    (card,) = sandbox.store.cards[issue.id].values()
    return f"card-{card.id}"


def furnish(sandbox: Sandbox) -> None:
    """Make the pages as awkward as people can."""
    ada = Person(sandbox, "ada", repository=REPOSITORY)
    one, other = number(sandbox, STORY), number(sandbox, "Swap a shift")
    ada.create_label("<img src=x onerror=alert(1)>", "000000")
    ada.label(one, "<img src=x onerror=alert(1)>", "bug", "help wanted", "good first issue")
    ada.edit(other, title="W" * 256)
    ada.assign(one, "grace", "a-login-of-thirty-nine-characters-long-x")
    ada.comment(
        one,
        "<script>alert(1)</script> ![x](http://127.0.0.1:9/x.png)\n\n"
        f"| {'wide | ' * 40}\n|{'---|' * 40}\n\n```\n{'long ' * 100}\n```\n\n{'x' * 300}\n\n"
        "\u202eright to left\n\n- [x] done\n",
    )
    ada.close(one)
    (board,) = sandbox.store.projects[sandbox.store.accounts["octo-org"].id].values()
    for column in sandbox.store.fields[board.id].values():
        if column.name == "Status":
            column.options += [
                {"id": f"o{n}", "name": f"{n} {'x' * 40}", "color": "PINK", "description": ""}
                for n in range(5)
            ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1024, 1600])
def test_pages_are_quiet_and_whole(
    browser: Browser, synced: Sandbox, width: int, scheme: str
) -> None:
    """No message, no foreign request, nothing cut, nothing over another, and axe finds nothing."""
    furnish(synced)
    story = number(synced, STORY)
    axe = "" if why_missing() else (package("axe-core") / "axe.min.js").read_text("utf-8")
    with browser.new_context(
        viewport={"width": width, "height": 800},
        color_scheme="dark" if scheme == "dark" else "light",
    ) as context:
        visit = watched(context)
        for path in (
            "/_sandbox/",
            f"{ISSUES}?state=all",
            f"{ISSUES}/issues/{story}",
            f"{ISSUES}/issues/1",
            f"{ISSUES}/milestones",
            f"{ISSUES}/milestones/1",
            f"{ISSUES}/dependencies",
            f"{ISSUES}/labels",
            BOARD,
            f"{BOARD}?view=3",
            f"{BOARD}?view=4",
            "/_sandbox/log",
        ):
            page = visit.goto(path)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
            assert page.evaluate(CUT) == [], path
            assert page.evaluate(OVERLAPS) == [], path
            if axe and (width, scheme) in ((360, "dark"), (1600, "light")):
                page.evaluate(axe)  # past the page's policy, which lets no script in
                assert page.evaluate(AXE) == [], path
        ground = visit.page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert ground == ("rgb(13, 17, 23)" if scheme == "dark" else "rgb(244, 246, 249)")
        visit.goto(BOARD).emulate_media(media="print")  # paper is light and shows all columns
        assert visit.page.evaluate("getComputedStyle(document.body).backgroundColor") == (
            "rgb(255, 255, 255)"
        )
        assert visit.page.evaluate(CUT) == []
        assert visit.trouble == []


def test_the_keyboard_is_enough(visit: Visit, synced: Sandbox) -> None:
    """Tab reaches a box, which shows that it is reached; the space bar ticks it."""
    page = visit.goto(f"{ISSUES}/issues/{number(synced, STORY)}")
    box = page.get_by_role("checkbox", name=CRITERION)
    for _ in range(40):
        page.keyboard.press("Tab")
        if box.evaluate("e => e === document.activeElement"):
            break
    assert box.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    page.keyboard.press("Space")
    checked = page.get_by_role("checkbox", name=CRITERION, checked=True)
    checked.wait_for()
    page.get_by_text("Changed the box.").wait_for()
    assert checked.evaluate("e => e === document.activeElement")


def test_no_script_is_needed(browser: Browser, synced: Sandbox) -> None:
    """With scripts switched off a box can be ticked all the same."""
    with browser.new_context(java_script_enabled=False) as context:
        visit = watched(context)
        page = visit.goto(f"{ISSUES}/issues/{number(synced, STORY)}")
        page.get_by_role("checkbox", name=CRITERION).click()
        assert page.get_by_role("checkbox", name=CRITERION).is_checked()


def test_a_page_looks_again_when_something_happened(visit: Visit, synced: Sandbox) -> None:
    """What a client does shows by itself; while a card is being moved, the page only says so."""
    story = number(synced, STORY)
    visit.page.clock.install()
    page = visit.goto(f"{ISSUES}/issues/{story}")
    ada = Person(synced, "ada", repository=REPOSITORY)
    ada.close(story)
    page.clock.run_for(2100)
    page.get_by_text("Closed as completed").wait_for()
    page = visit.goto(BOARD)
    page.locator(".menu summary").first.click()
    ada.reopen(story)
    page.clock.run_for(2100)
    page.get_by_text("load the page again").wait_for()
    assert visit.trouble == []


def test_a_page_of_somebody_else_cannot_press_a_button(
    context: BrowserContext, synced: Sandbox
) -> None:
    """What its form asks for is refused, and not done."""
    url, story = os.environ["GITHUB_API_URL"], number(synced, STORY)
    page = context.new_page()
    page.set_content(
        f'<form method="post" action="{url}{ISSUES}/issues/{story}/close">'
        '<button name="reason" value="completed">Win</button></form>'
    )
    with page.expect_navigation() as went:
        page.get_by_role("button").click()
    answer = went.value
    assert answer is not None
    assert answer.status == 403
    home = synced.repository(REPOSITORY)
    assert synced.store.issues[home.id][story].state == "OPEN"
