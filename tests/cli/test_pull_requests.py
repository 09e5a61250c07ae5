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


NOTES = """\
# v1

Due 2026-03-31. 2 items, 8 points, 2 pull requests, 2 people.

## Stories

- Keep a *cart* ([#1]({home}/issues/1)) in [#5]({home}/pull/5) by ann

## Bugs

- Merging loses carts ([#2]({home}/issues/2)) in [#6]({home}/pull/6) by bo
"""


def test_release_notes_of_a_milestone(backlog: Backlog, folder: Path, server: Sandbox) -> None:
    """Done items by kind, in a file and in a draft; a second run changes nothing on GitHub."""
    (folder / "backlog.yaml").write_text(
        """\
version: 1
id: shop
repository: octo-org/shop
milestones: [{title: v1, due: 2026-03-31}]
stories:
  - {id: a, title: Keep a *cart*, milestone: v1, story_points: 5}
  - {id: b, kind: bug, title: Merging loses carts, milestone: v1, story_points: 3}
  - {id: c, title: Empty a cart, milestone: v1}
  - {id: d, title: Share a cart}
""",
        "utf-8",
    )
    assert backlog("sync", "--yes").code == 0
    ann, bo = (Person(server, name, repository="octo-org/shop") for name in ("ann", "bo"))
    for number, person in ((1, ann), (2, bo)):
        ann.merge(person.open_pull_request("Change", f"closes #{number}").number)
    ann.close(4)
    (folder / "notes").mkdir()
    options = ("--milestone", "V1", "--format", "notes")
    printed = backlog("report", *options)
    assert printed.code == 0, printed.err
    home = printed.out.partition("[#1](")[2].partition("/issues/1")[0]
    assert printed.out == NOTES.format(home=home).replace("*", "\\*")
    assert "Still open: 1 item" in printed.err
    kept = ("--release", "v1.0.0", "--output", "notes/v1.md")
    created = backlog("report", *options, *kept)
    assert created.code == 0, created.err
    assert (folder / "notes" / "v1.md").read_text("utf-8") == printed.out
    assert "The draft release v1.0.0 was created" in created.err + created.out
    (draft,) = server.store.releases[server.repository("octo-org/shop").id].values()
    assert (draft.name, draft.is_draft) == ("v1", True)
    assert printed.out.removeprefix("# v1").strip() in (draft.body or "")
    assert "# v1" not in (draft.body or "").split("\n")
    before = len(server.log)
    again = backlog("report", *options, *kept)
    assert "is up to date" in again.err + again.out
    assert not any(entry.writes for entry in server.log[before:])
    since = backlog("report", "--no-write-back", "--since", "30d", "--release", "weekly", "-q")
    assert since.code == 0, since.err
    (_, weekly) = server.store.releases[server.repository("octo-org/shop").id].values()
    assert weekly.name == "weekly"
    assert "# Done since " in (weekly.body or "")
    limited = backlog("report", "--milestone", "v1", "--no-write-back", "--format", "json")
    assert [i["key"] for i in json.loads(limited.out)["items"]] == ["a", "b", "c"]


def test_release_notes_of_nothing_are_refused(backlog: Backlog, folder: Path) -> None:
    """Without a milestone or date, of an unknown one, or into a file of another kind."""
    (folder / "backlog.yaml").write_text(f"{TEXT}  - {{title: E, milestone: Spring}}\n", "utf-8")
    neither = backlog("report", "--sandbox", "--format", "notes")
    assert neither.code == 2
    assert "--milestone TITLE" in neither.err
    assert "--since" in neither.err
    wrong = backlog("report", "--sandbox", "--release", "v1", "--milestone", "Sprng")
    assert wrong.code == 2
    assert "did you mean 'Spring'?" in wrong.err
    spring = ("--milestone", "Spring", "--format", "notes")
    for name in ("notes.html", "notes/"):
        page = backlog("report", "--sandbox", *spring, "--output", name)
        assert page.code == 2, page.out
        assert "*.md" in page.err
    tag = backlog("report", "--sandbox", *spring, "--release", "no tag")
    assert tag.code == 2
    assert "not a tag" in tag.err
