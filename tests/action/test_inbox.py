"""`mode: inbox`: new issues are proposed as a pull request, and the default branch stays."""

import pytest

from github_sandbox.actors import Person
from tests.action.conftest import BACKLOG, REPOSITORY, Place

INBOX = "inbox: {labels: [idea]}\n"
BY_INBOX = {"mode": "inbox", "progress": "commit"}


@pytest.fixture
def sorted_place(place: Place) -> Place:
    """A backlog with an inbox, and somebody who opened an issue with its label."""
    place.commit({"backlog.yaml": INBOX + BACKLOG}, "Take ideas")
    Person(place.hub, "root", repository=REPOSITORY, permission="admin").create_label("idea")
    place.ann.open_issue("Export as CSV | now", labels=("idea",))
    return place


def test_new_issues_are_proposed_and_the_proposal_is_kept_up_to_date(sorted_place: Place) -> None:
    """One branch and one pull request, with its own text; what people write below it stays."""
    place = sorted_place
    before = place.at_remote("main")
    job = place.run("schedule", None, BY_INBOX)
    assert job.code == 0, job.log
    assert place.at_remote("main") == before
    assert 'title: "Export as CSV | now"' in place.at_remote("backlog/inbox:backlog.yaml")
    (pull,) = place.hub.pulls
    assert (pull["head"], pull["base"]) == ("backlog/inbox", "main")
    assert pull["title"] == "Take 1 new issue into the plan"
    assert "| Export as CSV &#124; now | story | label idea, by ann |" in pull["body"]
    assert job.outputs["changed"] == "true"
    assert job.outputs["pull-request"] == f"https://github.test/{REPOSITORY}/pull/1"
    assert "Inbox: 1 new issue." in job.summary

    tip = place.at_remote("backlog/inbox")
    place.hub.pulls[0] = {**pull, "title": "Ideas", "body": pull["body"] + "\n\nLooks good."}
    place.fresh()
    mallory = Person(place.hub, "mallory", repository=REPOSITORY, permission="read")
    opened = mallory.open_issue("::error::$(id) {{ x }}", "- [x] `id`", labels=("idea",), form=True)
    payload = {"action": "labeled", "issue": {"number": opened.number, "title": "--force"}}
    again = place.run("issues", payload, BY_INBOX)
    assert again.code == 0, again.log
    assert place.at_remote("backlog/inbox") == tip
    assert "who may not write" in place.hub.pulls[0]["body"]

    place.ann.label(opened.number, "idea")
    place.ann.unlabel(opened.number, "idea")
    place.ann.label(opened.number, "idea")
    place.fresh()
    place.run("issues", payload, BY_INBOX)
    assert place.at_remote("backlog/inbox:backlog.yaml").count("issue:") == 2
    (pull,) = place.hub.pulls
    assert pull["title"] == "Ideas"
    assert "label idea by ann, opened by mallory" in pull["body"]
    assert pull["body"].endswith("\n\nLooks good.")
    assert place.at_remote("main") == before


def test_nothing_new_is_no_pull_request(place: Place) -> None:
    """And on a pull request's event, files that are not merged get nothing."""
    place.commit({"backlog.yaml": INBOX + BACKLOG}, "Take ideas")
    job = place.run("schedule", None, BY_INBOX)
    assert (job.code, job.outputs["changed"], place.hub.pulls) == (0, "false", [])
    refused = place.run("pull_request", place.proposal(), BY_INBOX)
    assert refused.code == 4
    assert "takes no new issues" in refused.said("error")[0]
