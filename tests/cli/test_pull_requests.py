"""Pull requests in reports: evidence, done items without one, merged ones that leave work open."""

import json
from pathlib import Path

from github_sandbox.actors import Person
from github_sandbox.app import Sandbox
from tests.cli.conftest import Backlog

TEXT = """\
version: 1
repository: octo-org/shop
stories:
  - {id: a, title: Keep a cart}
  - id: b
    title: Merge two carts
    acceptance_criteria: [It merges, It keeps both]
  - {id: c, title: Empty a cart}
  - {id: d, title: Share a cart}
"""


def test_a_report_shows_pull_requests(backlog: Backlog, folder: Path, server: Sandbox) -> None:
    """Number, title, state, author and link in every format; counts can be recomputed."""
    (folder / "backlog.yaml").write_text(TEXT, "utf-8")
    assert backlog("sync", "--yes").code == 0
    ann = Person(server, "ann", repository="octo-org/shop")
    mallory = Person(server, "mallory", permission="read", repository="octo-org/shop")
    keep = ann.open_pull_request("Keep carts on disk", "closes #1")
    merge = ann.open_pull_request("Merge carts", "closes #2")
    ann.merge(merge.number)
    ann.close(3)
    mallory.open_pull_request("Share with @everyone", "closes #4", head="mallory:x", draft=True)
    before = len(server.log)
    told = backlog("report", "--no-write-back", "--format", "json")
    requests = len(server.log) - before
    assert told.code == 0, told.err
    report = json.loads(told.out)
    pulls = {item["key"]: item["pull_requests"] for item in report["items"]}
    assert [(p["ref"], p["state"], p["author"]) for p in pulls["a"]] == [
        (f"#{keep.number}", "open", "ann")
    ]
    assert pulls["a"][0]["url"].endswith(f"/octo-org/shop/pull/{keep.number}")
    assert [(p["state"], p["author"]) for p in pulls["d"]] == [("draft", "mallory")]
    without = [i["key"] for i in report["items"] if i["phase"] == "done" and not pulls[i["key"]]]
    assert report["done_without_pull_request"] == without == ["c"]
    (left,) = report["merged_still_open"]
    assert left == {
        "item": "b",
        "refs": [f"#{merge.number}"],
        "open": False,
        "items": [],
        "criteria": 2,
    }
    ann.reopen(2)
    text = backlog("report", "--no-write-back", "--audience", "engineering").out
    assert "Pull requests" in text
    words = " ".join(text.split())
    assert f'Keep a cart: #{keep.number} "Keep carts on disk", open, by ann (http' in words
    assert "Merged, still open" in text
    assert (
        f"Merge two carts: #{merge.number} was merged; the issue is open, 2 criteria not ticked"
        in words
    )
    assert "Done without a pull request" in text
    page = backlog("report", "--no-write-back", "--format", "html").out
    assert f'/octo-org/shop/pull/{keep.number}" rel="noopener noreferrer"' in page
    assert "Merged, still open" in page
    markdown = backlog("report", "--no-write-back", "--format", "markdown").out
    assert "### Pull requests" in markdown
    assert "@everyone" not in markdown
    assert f"#{keep.number}" not in markdown
    assert requests <= len([entry for entry in server.log if entry.operation]) / 3


def test_without_pull_requests_nothing_is_listed(
    backlog: Backlog, folder: Path, server: Sandbox
) -> None:
    """Where nobody works with pull requests, done items lack nothing."""
    (folder / "backlog.yaml").write_text(TEXT, "utf-8")
    assert backlog("sync", "--yes").code == 0
    Person(server, "ann", repository="octo-org/shop").close(3)
    told = backlog("report", "--no-write-back", "--format", "json")
    assert json.loads(told.out)["done_without_pull_request"] == []
