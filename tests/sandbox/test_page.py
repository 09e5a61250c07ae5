"""The pages for people: what they show, whom they answer, and what a visitor can do."""

import re
from urllib.parse import urlencode

import pytest

from github_sandbox.actors import Person
from github_sandbox.faults import Fault, FaultPlan
from github_sandbox.messages import Request, Response
from github_sandbox.page import colors
from tests.sandbox.conftest import World
from tests.sandbox.pages import Seen, seen

HOST = "127.0.0.1:8123"
ISSUES = "/_sandbox/repos/octo-org/widgets"
BOARD = "/_sandbox/boards/octo-org/1"
LONG = "W" * 256
HOSTILE = [
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "{{ 7 * 7 }}{% raw %}",
    "</style></title></script><b>",
    "&lt;b&gt; &amp;",
    "\u202etxt.exe\u202c \u05e9\u05dc\u05d5\u05dd",
    "javascript:alert(1)",
    "half \ud800 a pair",
    LONG,
]


def get(world: World, path: str, **headers: str) -> Response:
    """What a browser gets that has no token."""
    return world.sandbox.handle(
        Request("GET", path, {"Host": HOST, "Accept": "text/html"} | headers)
    )


def look(world: World, path: str) -> Seen:
    """A page that must be there."""
    response = get(world, path)
    assert response.status == 200
    return seen(response.body.decode())


def press(world: World, path: str, headers: dict[str, str] | None = None, **form: str) -> Response:
    """A form as a browser sends it from one of our own pages."""
    own = {
        "Host": HOST,
        "Origin": f"http://{HOST}",
        "Sec-Fetch-Site": "same-origin",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    sent = {name: value for name, value in (own | (headers or {})).items() if value}
    return world.sandbox.handle(Request("POST", path, sent, urlencode(form).encode()))


def furnish(world: World) -> tuple[str, dict[str, str]]:
    """Three issues with a parent, on a board with points; gives the Status field's options."""
    epic = world.issue("Checkout", body="- [ ] one\n- [x] two\n\n<!-- backlog:end {} -->")
    story, other = world.issue("Keep a cart"), world.issue("Merge carts")
    for child in (story, other):
        world.ask(
            "mutation($i: AddSubIssueInput!) { addSubIssue(input: $i) { issue { id } } }",
            i={"issueId": epic, "subIssueId": child},
        )
    board = world.board()
    points = world.field(board, "Story Points", "NUMBER")
    for issue, value in ((story, 5), (other, 3.5)):
        world.set_value(board, world.card(board, issue), points["id"], number=value)
    world.card(board, epic)
    project = world.sandbox.store.projects[world.sandbox.store.accounts["octo-org"].id][1]
    status = next(f for f in world.sandbox.store.fields[project.id].values() if f.name == "Status")
    return board, {option["name"]: option["id"] for option in status.options}


# ---- who gets what -------------------------------------------------------------------------


def test_a_browser_at_the_root_is_led_to_the_pages_and_a_client_is_not(world: World) -> None:
    """Who asks for HTML is redirected; everybody else has GitHub's API there."""
    led = get(world, "/")
    assert (led.status, led.headers["Location"]) == (303, "/_sandbox/")
    assert get(world, "/_sandbox").headers["Location"] == "/_sandbox/"
    for accept in ("*/*", "application/vnd.github+json", "application/json"):
        answer = world.send("GET", "/", headers={"Accept": accept})
        assert "current_user_url" in answer.json()


def test_pages_are_not_part_of_the_api(world: World) -> None:
    """They are not counted, not logged, not limited and not spoiled by faults."""
    world.sandbox.faults = FaultPlan({1: Fault("bad_gateway")})
    world.sandbox.limits.per_hour = 0
    assert get(world, "/_sandbox/").status == 200
    assert world.sandbox.log == []


def test_every_page_bars_what_is_not_its_own(world: World) -> None:
    """The policy names one nonce, new for each page, and nothing from elsewhere."""
    furnish(world)
    nonces = set()
    for path in ("/_sandbox/", ISSUES, f"{ISSUES}/issues/1", BOARD, "/_sandbox/log", "/_sandbox/x"):
        response = get(world, path)
        policy = response.headers["Content-Security-Policy"]
        match = re.search(r"style-src 'nonce-([\w-]{16,})'", policy)
        assert match
        assert policy == (
            f"default-src 'none'; style-src 'nonce-{match[1]}'; script-src 'nonce-{match[1]}';"
            " img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none';"
            " frame-ancestors 'none'"
        )
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        nonces.add(match[1])
        page = seen(response.body.decode())
        own = [dict(a)["nonce"] for tag, a in page.elements if tag in ("script", "style")]
        assert own == [match[1]] * 2
    assert len(nonces) == 6


def test_other_names_that_lead_here_are_refused(world: World) -> None:
    """A name of somebody else that leads to 127.0.0.1 shows nothing; our own names do."""
    for host in ("evil.example", "127.0.0.1.evil.example:8123", "", "[", "10.0.0.1:80"):
        assert get(world, "/_sandbox/", Host=host).status == 421
    for host in ("localhost:8123", "[::1]:8123", "127.0.0.1"):
        assert get(world, "/_sandbox/", Host=host).status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/_sandbox/nothing",
        "/_sandbox/repos/octo-org/gone",
        f"{ISSUES}/issues/99",
        f"{ISSUES}/issues/%00",
        "/_sandbox/boards/octo-org/7",
        "/_sandbox/boards/nobody/1",
        "/_sandbox/../etc/passwd",
        "/_sandbox/templates/base.html",
    ],
)
def test_what_is_not_there_is_told(world: World, path: str) -> None:
    """A page says so and gives a way back."""
    response = get(world, path)
    assert response.status == 404
    assert "/_sandbox/" in seen(response.body.decode()).links


def test_a_pull_request_has_no_page(world: World) -> None:
    """Only issues are shown."""
    Person(world.sandbox, "ada").open_pull_request("Change")
    assert get(world, f"{ISSUES}/issues/1").status == 404
    assert "Change" not in look(world, f"{ISSUES}?state=all").words


def test_a_moved_issue_is_shown_where_it_is_now(world: World) -> None:
    """The old address leads to the issue's page in its new repository."""
    world.sandbox.ensure_repository("octo-org/other")
    world.issue("Wanders")
    Person(world.sandbox, "ada", permission="admin", repository="octo-org/widgets").transfer(
        1, "octo-org/other"
    )
    assert "/_sandbox/repos/octo-org/other" in look(world, f"{ISSUES}/issues/1").links


def test_a_head_request_has_no_body(world: World) -> None:
    """The head is that of the page."""
    asked = Request("HEAD", "/_sandbox/", {"Host": HOST})
    response = world.sandbox.handle(asked)
    assert (response.status, response.body) == (200, b"")


# ---- what pages show -----------------------------------------------------------------------


def test_the_first_page_lists_repositories_and_boards(world: World) -> None:
    """With their counts and the way to each."""
    furnish(world)
    page = look(world, "/_sandbox/")
    assert {ISSUES, BOARD, "/_sandbox/log"} <= set(page.links)
    assert "3 open 0 closed" in page.words
    assert "3 cards" in page.words


def test_an_empty_sandbox_says_what_to_do(world: World) -> None:
    """Also a repository and a log with nothing in them are pages."""
    assert "No issues yet" in look(world, ISSUES).words
    assert "No requests since" in look(world, "/_sandbox/log").words


def test_issues_are_a_tree_by_state(world: World) -> None:
    """A closed issue is below its open parent, which is shown for its sake; counts are exact."""
    furnish(world)
    Person(world.sandbox, "ada").close(2)
    opened, closed = look(world, ISSUES), look(world, f"{ISSUES}?state=closed")
    assert "Keep a cart" not in opened.words
    assert "Checkout" in closed.words
    assert "Merge carts" not in closed.words
    assert "Open 2 Closed 1 All 3" in opened.words
    assert "1/2" in opened.words
    assert "Keep a cart" in look(world, f"{ISSUES}?state=all").words


def test_a_long_list_has_pages(world: World) -> None:
    """Whole trees stay together; a page that is not there is the last one."""
    person = Person(world.sandbox, "ada")
    for number in range(130):
        person.open_issue(f"Issue {number}.")
    assert "Page 1 of 2" in look(world, ISSUES).words
    last = look(world, f"{ISSUES}?page=9")
    assert "Issue 129." in last.words
    assert "Issue 99." not in last.words
    for odd in ("0", "-1", "x", "", "9" * 30):
        assert get(world, f"{ISSUES}?page={odd}").status == 200


def test_an_issue_is_shown_with_everything_around_it(world: World) -> None:
    """Text, labels, milestone, parent, sub-issues, blockers, values on the board, comments."""
    furnish(world)
    world.send("POST", "/repos/octo-org/widgets/milestones", {"title": "Spring"})
    ada = Person(world.sandbox, "ada")
    ada.label(2, "bug")
    ada.set_milestone(2, "Spring")
    ada.assign(2, "grace")
    ada.block(2, 3)
    ada.comment(2, "Well **done**")
    story = look(world, f"{ISSUES}/issues/2").words
    for part in ("Checkout", "Keep a cart #2", "bug", "Spring", "@grace", "Blocked by Merge carts",
                 "Story Points 5", "Well done"):  # fmt: skip
        assert part in story
    epic = look(world, f"{ISSUES}/issues/1")
    assert "Sub-issues 0/2 Keep a cart" in epic.words
    assert "backlog:end" not in epic.words


def test_a_board_has_columns_with_points(world: World) -> None:
    """Cards stand below their Status with the sum of their points; the whole is told above."""
    _, options = furnish(world)
    press(world, f"{BOARD}/move", card=card_of(world, 2), status=options["In Progress"])
    page = look(world, f"{BOARD}?group=none").words
    assert "3 cards 8.5 Story Points" in page
    assert "No status 2 cards 3.5" in page
    assert "In Progress 1 card 5" in page
    assert "Done 0 cards 0" in page


def test_a_card_shows_a_value_and_its_label_once(world: World) -> None:
    """A label that only repeats a value of the card is not shown; the issue's page has both."""
    board, _ = furnish(world)
    high = {"name": "High", "color": "RED", "description": ""}
    world.field(board, "Priority", "SINGLE_SELECT", singleSelectOptions=[high])
    ada = Person(world.sandbox, "ada")
    ada.set_value(2, "Priority", "High")
    ada.create_label("priority:high", "ff0000")
    ada.label(2, "priority:high", "bug")
    page = look(world, BOARD).words
    assert "High bug" in page
    assert "priority:high" not in page
    assert "priority:high" in look(world, f"{ISSUES}/issues/2").words


def test_a_board_has_a_lane_for_each_epic_and_an_outline(world: World) -> None:
    """The epic is the head of its lane; what is below it can be shown alone, filters apply."""
    furnish(world)
    person = Person(world.sandbox, "ada")
    person.open_issue("Lonely")
    person.add_card(4)
    page = look(world, BOARD)
    assert "Checkout #1 0/2" in page.words
    assert page.words.index("Keep a cart") < page.words.index("Other items")
    assert page.words.rindex("Lonely") > page.words.index("Other items")
    (outline,) = {link for link in page.links if "under=" in link}
    assert "Lonely" not in look(world, outline).words
    assert "Below Checkout" in look(world, outline).words
    found = look(world, f"{BOARD}?q=lonely").words
    assert "Lonely" in found
    assert "Merge carts" not in found
    assert "No cards match" in look(world, f"{BOARD}?q=label:none-such").words
    for odd in ("x", "-1", "9" * 20, "1", ""):
        assert get(world, f"{BOARD}?under={odd}").status == 200


def test_what_programs_keep_on_a_board_is_not_shown(world: World) -> None:
    """The record of `backlog` is on no card, in no table, on no issue and in no timeline."""
    board, _ = furnish(world)
    record = world.field(board, "Backlog record", "TEXT")
    card = world.card(board, world.issue("Recorded"))
    world.set_value(board, card, record["id"], text='{"Status":"Todo"}')
    store = world.sandbox.store
    (view,) = store.views[store.projects[store.accounts["octo-org"].id][1].id].values()
    view.fields = list(store.fields[view.project])
    for path in (BOARD, f"{BOARD}?view=1", f"{ISSUES}/issues/4", f"{ISSUES}?state=all"):
        page = look(world, path).words
        assert "Recorded" in page
        assert "Backlog record" not in page
        assert '{"Status"' not in page


def test_milestones_have_pages(world: World) -> None:
    """Due date, how far away it is, progress by issues and points, and the issues themselves."""
    furnish(world)
    world.send(
        "POST",
        "/repos/octo-org/widgets/milestones",
        {"title": "Spring", "due_on": "2020-03-01T00:00:00Z", "description": "Open the doors"},
    )
    ada = Person(world.sandbox, "ada")
    for number in (2, 3):
        ada.set_milestone(number, "Spring")
    ada.close(2)
    every = look(world, f"{ISSUES}/milestones")
    assert "Spring Due 2020-03-01" in every.words
    assert "days overdue Open the doors" in every.words
    assert f"{ISSUES}/milestones/1" in every.links
    one = look(world, f"{ISSUES}/milestones/1").words
    for part in ("Issues 50% 1/2", "Points 62% 5/8", "Open 1 Merge carts", "Closed 1 Keep a cart"):
        assert part in one
    assert get(world, f"{ISSUES}/milestones/2").status == 404


def test_dependencies_have_a_page(world: World) -> None:
    """What is blocked by what, what can start, and a graph from the left to the right."""
    assert "Nothing is blocked" in look(world, f"{ISSUES}/dependencies").words
    furnish(world)
    ada = Person(world.sandbox, "ada")
    ada.block(2, 3)
    ada.block(1, 2)
    ada.block(1, 3)
    page = look(world, f"{ISSUES}/dependencies")
    assert "Blocked 2 Checkout #1 blocked by Keep a cart #2 Merge carts #3" in page.words
    graph = [dict(attributes) for tag, attributes in page.elements if tag == "rect"]
    columns = [int(str(box["x"])) for box in graph if box["width"] != "4"]
    assert columns[0] > columns[1] > columns[2]
    ada.close(3)
    assert (
        "Can start: everything before it is closed 1 Keep a cart"
        in look(world, f"{ISSUES}/dependencies").words
    )
    ada.block(3, 1)  # a circle, which the sandbox accepts
    assert "Closed 1 Merge carts" in look(world, f"{ISSUES}/dependencies").words


def test_labels_lead_to_their_issues(world: World) -> None:
    """With how many there are; the list of issues takes the same filter."""
    furnish(world)
    Person(world.sandbox, "ada").label(2, "good first issue")
    page = look(world, f"{ISSUES}/labels")
    assert "good first issue Good for newcomers 1 open 1 in all" in page.words
    found = look(world, next(link for link in page.links if "good+first" in link)).words
    assert "Keep a cart" in found
    assert "Merge carts" not in found


def test_a_timeline_says_who_did_what(world: World) -> None:
    """What one person did at a time is one sentence, between the comments."""
    _, options = furnish(world)
    ada = Person(world.sandbox, "ada")
    ada.comment(2, "First")
    ada.edit(2, body="More")
    ada.label(2, "bug")
    press(world, f"{BOARD}/move", card=card_of(world, 2), status=options["Done"])
    page = look(world, f"{ISSUES}/issues/2").words
    assert "ada edited the text and changed the labels" in page
    assert "visitor set Status to Done" in page
    assert "opened this issue, added it to Widgets and set Story Points" in page
    epic = look(world, f"{ISSUES}/issues/1").words
    assert "added the sub-issue #2, added the sub-issue #3" in epic


def test_each_page_names_the_next_command(world: World) -> None:
    """A sync of nothing; a plan; and after a visitor's change, the report that writes it back."""
    assert "backlog sync ROADMAP.md --sandbox" in look(world, "/_sandbox/").words
    world.issue("One", body="- [ ] one\n\n*Managed from `docs/the plan.md`; edit there.*\n")
    assert "backlog plan 'docs/the plan.md' --sandbox" in look(world, ISSUES).words
    press(world, f"{ISSUES}/issues/1/tick", box=box(world, "one"))
    page = look(world, f"{ISSUES}/issues/1")
    command = "backlog report 'docs/the plan.md' --sandbox"
    assert f"{command} Copy the command writes your change into the file" in page.words
    assert command in [dict(a).get("data-copy") for tag, a in page.elements if tag == "button"]
    Person(world.sandbox, "ada").edit(1, body="*Managed from `--help`; edit there.*\n")
    assert "backlog report --sandbox" in look(world, ISSUES).words


def test_addresses_of_github_lead_to_the_pages(world: World) -> None:
    """A browser is led on from what the API calls `html_url`; a client is not."""
    furnish(world)
    for path, page in (
        ("/octo-org/widgets", ISSUES),
        ("/octo-org/widgets/issues", ISSUES),
        ("/octo-org/widgets/issues/2", f"{ISSUES}/issues/2"),
        ("/octo-org/widgets/milestone/1", f"{ISSUES}/milestones/1"),
        ("/octo-org/widgets/labels", f"{ISSUES}/labels"),
        ("/orgs/octo-org/projects/1", BOARD),
        ("/orgs/octo-org/projects/1/views/3", f"{BOARD}?view=3"),
        ("/users/octo-org/projects/1", BOARD),
    ):
        assert get(world, path).headers["Location"] == page
    assert get(world, "/repos/octo-org/widgets/issues/2").status == 401
    assert world.send("GET", "/octo-org/widgets/issues/2").status == 404


def test_a_full_column_shows_its_first_cards(world: World) -> None:
    """The sum is that of all of them, and all can be asked for."""
    furnish(world)
    person = Person(world.sandbox, "ada")
    for number in range(105):
        person.open_issue(f"Issue {number}.")
        person.add_card(number + 4)
    page = look(world, BOARD)
    assert "No status 107 cards" in page.words  # without the epic, which is a lane
    assert "Issue 104." not in page.words
    assert f"{BOARD}?show=all" in page.links
    assert "Issue 104." in look(world, f"{BOARD}?show=all").words


def test_the_log_tells_requests_and_totals(world: World) -> None:
    """Method, path, operation, points, status, and their sums."""
    world.ask("query Who { viewer { login } }")
    world.send("GET", "/repos/octo-org/gone")
    page = look(world, "/_sandbox/log").words
    assert "Requests 2 REST 1 GraphQL 1 Mutations 0 Writes 0 Points 2 Refused 1" in page
    assert "POST /graphql Who" in page
    assert "GET /repos/octo-org/gone 1 404" in page


def test_the_version_grows_with_what_happens(world: World) -> None:
    """So that a page knows when to look again; looking changes nothing."""

    def version() -> dict[str, int]:
        found: dict[str, int] = get(world, "/_sandbox/version").json()
        return found

    world.issue("One")
    before = version()
    assert version() == before
    world.send("GET", "/rate_limit")
    read = version()
    assert (read["things"], read["requests"]) == (before["things"], before["requests"] + 1)
    Person(world.sandbox, "ada").close(1)
    assert version()["things"] > read["things"]


# ---- hostile text --------------------------------------------------------------------------


PAGES = (
    "/_sandbox/",
    f"{ISSUES}?state=all",
    f"{ISSUES}/issues/2",
    f"{ISSUES}/milestones/1",
    f"{ISSUES}/labels",
    f"{ISSUES}/dependencies",
    BOARD,
    "/_sandbox/log",
)


def call_everything(world: World, text: str) -> None:
    """Give this text to everything that people can name."""
    store = world.sandbox.store
    home = world.sandbox.repository("octo-org/widgets")
    project = store.projects[store.accounts["octo-org"].id][1]
    issue = store.issues[home.id][2]
    issue.title = issue.body = project.title = text
    for comment in store.comments[issue.id].values():
        comment.body = text
    for milestone in store.milestones[home.id].values():
        milestone.title = text
    for label in store.labels[home.id].values():
        label.name = label.description = text
    for field in store.fields[project.id].values():
        for option in field.options:
            option["name"] = option["description"] = text


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_whatever_people_write_is_text(world: World, text: str) -> None:
    """In titles, bodies, labels, comments, boards and options: no element comes of it."""
    _, options = furnish(world)
    world.send("POST", "/repos/octo-org/widgets/milestones", {"title": "Spring"})
    ada = Person(world.sandbox, "ada")
    ada.label(2, "bug")
    ada.set_milestone(2, "Spring")
    ada.comment(2, "x")
    press(world, f"{BOARD}/move", card=card_of(world, 2), status=options["Done"])
    call_everything(world, "x")
    plain = {path: look(world, path).tags for path in PAGES}
    call_everything(world, text)
    shown = " ".join(text.encode("utf-8", "replace").decode().split())
    for path, tags in plain.items():
        page = look(world, path)
        assert page.tags == tags
        assert not page.handlers
        assert all(link.startswith(("/_sandbox/", "#", "?")) for link in page.links)
        assert path == "/_sandbox/log" or shown in page.words


def test_a_request_is_told_as_text_too(world: World) -> None:
    """What a client put into its path or its operation's name cannot act on the log's page."""
    world.send("GET", "/<script>alert(1)</script>?\"'")
    page = look(world, "/_sandbox/log")
    assert page.tags.count("script") == 1
    assert "<script>alert(1)</script>" in page.words


def test_every_colour_of_a_label_can_be_read() -> None:
    """On light pages and on dark ones; what is no colour is gray."""
    for number in range(0, 1 << 24, 65_521):
        for surface in (colors.LIGHT, colors.DARK):
            ground, ink = colors.inks(f"{number:06x}", surface)
            assert colors.contrast(ground, ink) >= 4.5
    assert colors.rules(["red;}body{display:none"]) == colors.rules(["EDEDED"])


# ---- what a visitor can do -----------------------------------------------------------------


def card_of(world: World, number: int) -> str:
    """The number of an issue's card."""
    store = world.sandbox.store
    issue = store.issues[world.sandbox.repository("octo-org/widgets").id][number]
    (card,) = store.cards[issue.id].values()
    return str(card.id)


def body(world: World, number: int = 1) -> str:
    """An issue's text as the API has it."""
    return str(world.send("GET", f"/repos/octo-org/widgets/issues/{number}").json()["body"])


def box(world: World, name: str) -> str:
    """What the page of the first issue sends for the box with this name."""
    return next(
        str(found["value"])
        for tag, attributes in look(world, f"{ISSUES}/issues/1").elements
        for found in [dict(attributes)]
        if tag == "button" and found.get("aria-label") == name
    )


def test_a_visitor_ticks_a_box(world: World) -> None:
    """As somebody else, with a browser's line ends; the page says so and leads on."""
    furnish(world)
    done = press(world, f"{ISSUES}/issues/1/tick", box=box(world, "one"))
    assert (done.status, done.headers["Location"]) == (303, f"{ISSUES}/issues/1?did=ticked")
    assert body(world).startswith("- [x] one\r\n- [x] two\r\n")
    page = look(world, done.headers["Location"]).words
    assert "Ticked. You did that as visitor." in page
    assert "last edited by visitor" in page
    press(world, f"{ISSUES}/issues/1/tick", box=box(world, "two"))
    assert body(world).startswith("- [x] one\r\n- [ ] two\r\n")


def test_pressing_twice_ticks_once(world: World) -> None:
    """The second of a double click changes nothing."""
    furnish(world)
    order = box(world, "one")
    for _ in range(2):
        assert press(world, f"{ISSUES}/issues/1/tick", box=order).status == 303
    assert [e.action for e in world.sandbox.events if e.actor == "visitor"] == ["edited"]


def test_a_page_that_is_out_of_date_ticks_nothing(world: World) -> None:
    """The box has moved: the visitor is told to look again."""
    furnish(world)
    order = box(world, "one")
    Person(world.sandbox, "ada").edit(1, body="above\n- [ ] one")
    stale = press(world, f"{ISSUES}/issues/1/tick", box=order)
    assert stale.status == 409
    assert f"{ISSUES}/issues/1" in seen(stale.body.decode()).links
    assert body(world) == "above\r\n- [ ] one"


def test_a_visitor_closes_and_reopens(world: World) -> None:
    """With the reason of the button; a reason that no button has is refused."""
    furnish(world)
    issue = f"{ISSUES}/issues/2"
    for reason in ("completed", "not_planned"):
        assert press(world, f"{issue}/close", reason=reason).status == 303
        shown = world.send("GET", "/repos/octo-org/widgets/issues/2").json()
        assert (shown["state"], shown["state_reason"]) == ("closed", reason)
        assert press(world, f"{issue}/reopen").status == 303
        assert world.send("GET", "/repos/octo-org/widgets/issues/2").json()["state"] == "open"
    assert press(world, f"{issue}/close", reason="duplicate").status == 400
    assert {e.actor for e in world.sandbox.events if e.action in ("closed", "reopened")} == {
        "visitor"
    }


def test_a_visitor_moves_a_card(world: World) -> None:
    """The API sees the new Status; what is moved is where the page goes on."""
    _, options = furnish(world)
    card = card_of(world, 2)
    moved = press(world, f"{BOARD}/move", card=card, status=options["Done"])
    assert moved.headers["Location"] == f"{BOARD}?did=moved#card-{card}"
    assert Person(world.sandbox, "ada").value(2, "Status") == "Done"


def test_a_card_is_moved_on_what_was_asked_for(world: World) -> None:
    """The page goes on with the same filter; the issue's page moves the card, too."""
    _, options = furnish(world)
    card, project = card_of(world, 2), board_id(world)
    moved = press(world, f"{BOARD}/move?q=cart&odd=1", card=card, status=options["Done"])
    assert moved.headers["Location"] == f"{BOARD}?q=cart&did=moved#card-{card}"
    todo, path = options["Todo"], f"{ISSUES}/issues/2/move"
    moved = press(world, path, board=project, card=card, status=todo)
    assert moved.headers["Location"] == f"{ISSUES}/issues/2?did=moved"
    assert Person(world.sandbox, "ada").value(2, "Status") == "Todo"
    assert press(world, path, board="1", card=card, status=todo).status == 400


def board_id(world: World) -> str:
    """The number of the board."""
    return str(world.sandbox.store.projects[world.sandbox.store.accounts["octo-org"].id][1].id)


def test_a_visitor_assigns_and_comments(world: World) -> None:
    """Somebody known or new; nobody whose name cannot be one, and no empty comment."""
    furnish(world)
    issue = f"{ISSUES}/issues/2"
    assert press(world, f"{issue}/assign", login="@grace", on="1").status == 303
    assert press(world, f"{issue}/comment", body="Well\nsaid").status == 303
    page = look(world, issue).words
    assert "@grace" in page
    assert "visitor commented on" in page
    assert "Assigned to grace" in look(world, BOARD).words
    assert press(world, f"{issue}/assign", login="grace", on="0").status == 303
    assert "Nobody" in look(world, issue).words
    for login, on in (("a b", "1"), ("", "1"), ("grace", "2"), ("<b>", "1")):
        assert press(world, f"{issue}/assign", login=login, on=on).status == 400
    assert press(world, f"{issue}/comment", body=" ").status == 400
    assert [e.actor for e in world.sandbox.events if e.action == "assigned"] == ["visitor"] * 2


def test_a_visitor_sets_values_of_a_card(world: World) -> None:
    """Of each kind, from board and issue; an empty one clears; what is not a value is refused."""
    board, options = furnish(world)
    world.field(board, "Target", "DATE")
    card, fields = card_of(world, 2), world.sandbox.store.fields[int(board_id(world))]
    ids = {field.name: str(field.id) for field in fields.values()}
    person = Person(world.sandbox, "ada")
    for name, value, seen_value in (
        ("Status", options["Done"], "Done"),
        ("Story Points", "2.5", 2.5),
        ("Target", "2026-04-01", "2026-04-01"),
        ("Target", "", None),
    ):
        saved = press(world, f"{BOARD}/move?view=1", card=card, field=ids[name], value=value)
        assert saved.headers["Location"] == f"{BOARD}?view=1&did=saved#card-{card}"
        assert person.value(2, name) == seen_value
    home, path, points = board_id(world), f"{ISSUES}/issues/2/move", ids["Story Points"]
    assert press(world, path, board=home, card=card, field=points, value="8").status == 303
    assert person.value(2, "Story Points") == 8
    for name, value, status in (
        ("Status", "nope", 409),
        ("Story Points", "nan", 400),
        ("Story Points", "many", 400),
        ("Target", "2026-02-30", 400),
        ("Labels", "bug", 400),
    ):
        refused = press(world, f"{BOARD}/move", card=card, field=ids[name], value=value)
        assert refused.status == status, name
    assert press(world, f"{BOARD}/move", card=card, field="1", value="x").status == 409
    assert person.value(2, "Story Points") == 8


def test_cards_that_cannot_be_moved_are_told(world: World) -> None:
    """Gone, archived, to a column that is none, or a number that is none."""
    _, options = furnish(world)
    done, card = options["Done"], card_of(world, 2)
    assert press(world, f"{BOARD}/move", card=card, status="nope").status == 409
    assert press(world, f"{BOARD}/move", card="1", status=done).status == 409
    assert press(world, f"{BOARD}/move", card="x", status=done).status == 400
    assert press(world, f"{BOARD}/move", card=card).status == 400
    Person(world.sandbox, "ada").archive_card(2)
    assert press(world, f"{BOARD}/move", card=card, status=done).status == 409


def test_an_archived_repository_refuses_visitors_too(world: World) -> None:
    """Its pages have no buttons, and a form that is sent all the same is refused in words."""
    furnish(world)
    order = box(world, "one")
    world.sandbox.repository("octo-org/widgets").is_archived = True
    assert look(world, f"{ISSUES}/issues/1").tags.count("button") == 1  # copies the next command
    refused = press(world, f"{ISSUES}/issues/1/tick", box=order)
    assert refused.status == 422
    assert "archived" in seen(refused.body.decode()).words


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": f"https://{HOST}"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Host": "evil.example", "Origin": "http://evil.example"},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/json"},
        {"Content-Type": ""},
    ],
)
def test_forms_of_other_pages_are_refused(world: World, headers: dict[str, str]) -> None:
    """Whatever else is true of them, nothing is changed."""
    _, options = furnish(world)
    order, card, start = box(world, "one"), card_of(world, 2), len(world.sandbox.events)
    for path, form in (
        (f"{ISSUES}/issues/1/tick", {"box": order}),
        (f"{ISSUES}/issues/1/close", {"reason": "completed"}),
        (f"{ISSUES}/issues/1/assign", {"login": "grace", "on": "1"}),
        (f"{ISSUES}/issues/1/comment", {"body": "x"}),
        (f"{BOARD}/move", {"card": card, "status": options["Done"]}),
    ):
        assert press(world, path, headers, **form).status in (403, 415, 421)
    assert len(world.sandbox.events) == start
    assert "visitor" not in world.sandbox.store.accounts


def test_a_form_that_is_too_long_is_refused(world: World) -> None:
    """Ours have a few words."""
    furnish(world)
    assert press(world, f"{ISSUES}/issues/1/close", reason="x" * 5000).status == 415


@pytest.mark.parametrize("verb", ["tick", "close", "reopen"])
def test_looking_never_changes_anything(world: World, verb: str) -> None:
    """What a form does cannot be asked for with a link; a page takes no form."""
    furnish(world)
    start = len(world.sandbox.events)
    assert get(world, f"{ISSUES}/issues/1/{verb}?reason=completed").status == 405
    assert press(world, f"{ISSUES}/issues/1").status == 405
    assert len(world.sandbox.events) == start


def test_a_word_in_the_address_is_not_repeated(world: World) -> None:
    """The page says only what it knows of."""
    furnish(world)
    page = look(world, f"{ISSUES}/issues/1?did=<b>hacked</b>")
    assert "hacked" not in page.words
