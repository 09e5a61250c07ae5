"""People with browsers: what they do shows in both APIs, in the form that browsers leave."""

from typing import Any

import pytest

from github_sandbox.actors import Person, from_browser
from github_sandbox.problems import RefusalError
from tests.sandbox.conftest import World

HOME = "/repos/octo-org/widgets"


def shown(world: World, number: int = 1) -> dict[str, Any]:
    """An issue as REST tells it."""
    found: dict[str, Any] = world.send("GET", f"{HOME}/issues/{number}").json()
    return found


def test_a_browser_sends_crlf() -> None:
    """Whatever the line ends were."""
    assert from_browser("a\nb\r\nc\rd") == "a\r\nb\r\nc\r\nd"


def test_editing_a_body_turns_its_lines_into_crlf(world: World) -> None:
    """The API keeps what it was sent; a person's edit changes every line end."""
    world.issue("One", body="a\nb")
    ada = Person(world.sandbox, "ada")
    assert shown(world)["body"] == "a\nb"
    world.wait(60)
    ada.edit(1, title="Two", body="a\nb\nc")
    assert (shown(world)["title"], shown(world)["body"]) == ("Two", "a\r\nb\r\nc")
    assert shown(world)["updated_at"] == "2026-01-05T12:01:00Z"


def test_ticking_a_box_by_its_text(world: World) -> None:
    """Only that box changes; a box that is not there is told."""
    world.issue("One", body="## Criteria\n\n- [ ] first\n* [ ] second\n- [X] third")
    ada = Person(world.sandbox, "ada")
    ada.tick(1, "second")
    ada.tick(1, "third", done=False)
    assert shown(world)["body"].split("\r\n")[2:] == ["- [ ] first", "* [x] second", "- [ ] third"]
    with pytest.raises(ValueError, match="fourth"):
        ada.tick(1, "fourth")


def test_closing_reopening_labelling_commenting_assigning(world: World) -> None:
    """What a person does to an issue."""
    world.issue("One")
    world.issue("Two")
    world.send("POST", f"{HOME}/milestones", {"title": "M0"})
    ada = Person(world.sandbox, "ada")
    ada.create_label("epic")
    ada.label(1, "bug", "epic")
    ada.unlabel(1, "bug")
    ada.comment(1, "Well\ndone")
    ada.assign(1, "ada", "grace")
    ada.set_milestone(1, "M0")
    ada.close(1, "duplicate", duplicate_of=2)
    found = shown(world)
    assert [label["name"] for label in found["labels"]] == ["epic"]
    assert [user["login"] for user in found["assignees"]] == ["ada", "grace"]
    assert found["milestone"]["title"] == "M0"
    assert (found["state"], found["state_reason"]) == ("closed", "duplicate")
    ada.reopen(1)
    ada.set_milestone(1, None)
    assert (shown(world)["state"], shown(world)["milestone"]) == ("open", None)
    comments = world.send("GET", f"{HOME}/issues/1/comments").json()
    assert comments[0]["body"] == "Well\r\ndone"
    assert comments[0]["user"]["login"] == "ada"


def test_working_on_the_board(world: World) -> None:
    """Values go by the names that a person sees."""
    project = world.board()
    world.issue("One")
    points = world.field(project, "Points", "NUMBER")
    ada = Person(world.sandbox, "ada")
    ada.add_card(1)
    ada.set_value(1, "Status", "In Progress")
    ada.set_value(1, "Points", 5)
    assert (ada.value(1, "status"), ada.value(1, "Points")) == ("In Progress", 5)
    ada.set_value(1, "Status", None)
    assert ada.value(1, "Status") is None
    ada.archive_card(1)
    with pytest.raises(RefusalError, match="archived"):
        ada.set_value(1, "Points", 8)
    with pytest.raises(KeyError):
        ada.set_value(1, "Nope", 8)
    assert points["dataType"] == "NUMBER"


def test_rearranging_and_removing(world: World) -> None:
    """Parents, blockers, transfer and deletion."""
    for name in ("one", "two", "three"):
        world.issue(name)
    world.sandbox.ensure_repository("octo-org/gadgets")
    boss = Person(world.sandbox, "boss", permission="admin", repository="octo-org/widgets")
    boss.put_below(3, 1)
    boss.put_below(3, 2)
    boss.block(2, 1)
    assert shown(world, 3)["parent_issue_url"].endswith("/issues/2")
    assert shown(world, 2)["issue_dependencies_summary"]["blocked_by"] == 1
    moved = boss.transfer(3, "octo-org/gadgets")
    assert moved.number == 1
    boss.delete(2)
    assert world.send("GET", f"{HOME}/issues/2").status == 410


def test_a_person_may_do_what_the_permission_allows(world: World) -> None:
    """A reader opens issues and edits the own ones only."""
    world.issue("One")
    eve = Person(world.sandbox, "eve", permission="read")
    own = eve.open_issue("Hers", "text\n")
    eve.edit(own.number, title="Still hers")
    with pytest.raises(RefusalError, match="not accessible"):
        eve.edit(1, title="Mine now")
    with pytest.raises(RefusalError, match="not accessible"):
        eve.label(own.number, "bug")
    assert shown(world, own.number)["author_association"] == "NONE"


TALK = """
query($number: Int!) {
  repository(owner: "octo-org", name: "widgets") {
    discussion(number: $number) {
      title body closed isAnswered url author { login }
      comments(last: 10) {
        totalCount
        nodes {
          body authorAssociation isMinimized url
          replies(last: 10) { totalCount nodes { body author { login } } }
        }
      }
    }
  }
}
"""


def test_people_talk_in_discussions(world: World) -> None:
    """Numbers are of the issues' series; answers stand below comments; one may be chosen."""
    world.issue("One")
    ada = Person(world.sandbox, "ada")
    grace = Person(world.sandbox, "grace", permission="read")
    talk = grace.start_discussion("Fees", "Too high?")
    first = grace.discuss(talk, "Who pays?")
    ada.discuss(talk, "The city.", reply_to=first)
    ada.discuss(talk, "Thanks")
    world.issue("Three")
    assert (talk.number, shown(world, 3)["title"]) == (2, "Three")
    found = world.ask(TALK, number=2)["repository"]["discussion"]
    assert (found["title"], found["author"]["login"]) == ("Fees", "grace")
    assert found["url"].endswith("/octo-org/widgets/discussions/2")
    asked, thanks = found["comments"]["nodes"]
    assert [asked["authorAssociation"], thanks["authorAssociation"]] == ["NONE", "MEMBER"]
    assert asked["replies"]["nodes"] == [{"body": "The city.", "author": {"login": "ada"}}]
    assert thanks["replies"]["totalCount"] == 0
    assert not found["isAnswered"]
    with pytest.raises(RefusalError):
        grace.choose_answer(first)
    ada.choose_answer(first)
    assert world.ask(TALK, number=2)["repository"]["discussion"]["isAnswered"]
    assert world.refused(TALK, number=1)["type"] == "NOT_FOUND"
