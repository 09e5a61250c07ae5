"""Checks of labels, milestones and releases."""

import re
from urllib.parse import quote

from backlog_sync.core.emoji_names import is_only_emoji
from tests.live.client import Live, messages
from tests.live.facts import Seen, fact, refusal

# ---- labels --------------------------------------------------------------------------------


@fact("[R]", "a label of emoji only is refused with 422", "core/emoji_names.py")
def emoji_label(live: Live) -> Seen:
    """Try to create one."""
    name = "\U0001f41b \U0001f9ea"
    assert is_only_emoji(name)
    answer = live.label(name)
    return answer.status_code == 422 and "native emoji" in answer.text, refusal(answer)


@fact("[?]", "names of labels are unique, whatever their case", "core/normalize.py")
def label_case(live: Live) -> Seen:
    """Create two that differ in case."""
    live.label(live.name("label"))
    answer = live.label(live.name("label").upper())
    return answer.status_code == 422 and "already_exists" in answer.text, refusal(answer)


@fact("[R]", "GraphQL refuses a label whose name exists as already taken or existing",
      "github_api/send.py")  # fmt: skip
def label_taken(live: Live) -> Seen:
    """Create one again."""
    label = live.label(live.name("taken")).json()
    repository = live.repository("id")["id"]
    values = {"repositoryId": repository, "name": label["name"], "color": "ededed"}
    message = messages(live.try_to("createLabel", **values))
    return bool(re.search("already (been taken|exists?)", message)), message or "accepted"


@fact("[?]", "a label can be renamed to another case of its name", "core/definitions.py")
def label_renamed(live: Live) -> Seen:
    """Rename one, and look for it under both names."""
    name = live.name("case")
    label = live.label(name).json()
    renamed = live.mutate("updateLabel", "label { name }", id=label["node_id"], name=name.upper())
    found = live.rest("GET", f"/labels/{quote(name, safe='')}").status_code
    same = renamed["label"]["name"] == name.upper()
    return same and found == 200, f"{'new' if same else 'old'} case, HTTP {found} for the old one"


@fact("[?]", "the color of a label is read in lower case, however it was written",
      "core/definitions.py")  # fmt: skip
def label_color(live: Live) -> Seen:
    """Create one with capitals in its color."""
    color = live.label(live.name("color"), color="ABCDEF").json().get("color")
    return color == "abcdef", f"{color}"


@fact("[R]", "a label's name has at most 50 characters, its description 100", "files/lint.py")
def label_lengths(live: Live) -> Seen:
    """Create one that just fits, and two that do not."""
    name = live.name("x").ljust(50, "x")
    fits = live.label(name, description="x" * 100)
    longer = live.label(name[:-2] + "yyy")
    told = live.label(live.name("long"), description="x" * 101)
    statuses = [answer.status_code for answer in (fits, longer, told)]
    return statuses == [201, 422, 422], f"HTTP {statuses}"


@fact("[R]", "labels that an issue has can be added, and others removed, without an error",
      "github_api/send.py")  # fmt: skip
def labels_again(live: Live) -> Seen:
    """Add one label twice, and remove it twice."""
    label = live.label(live.name("again")).json()["node_id"]
    issue = live.issue("with a label")["node_id"]
    target = {"labelableId": issue, "labelIds": [label]}
    answers = [
        live.try_to(name, **target)
        for name in ("addLabelsToLabelable",) * 2 + ("removeLabelsFromLabelable",) * 2
    ]
    refused = sum(bool(answer.get("errors")) for answer in answers)
    return not refused, f"{refused} of {len(answers)} refused"


# ---- milestones ----------------------------------------------------------------------------


@fact("[?]", "titles of milestones are unique", "github_api/milestones.py")
def milestone_title(live: Live) -> Seen:
    """Create two with one title."""
    made = live.milestone()
    answer = live.rest("POST", "/milestones", {"title": made["title"]})
    if answer.status_code == 201:
        live.later("a milestone", lambda: live.deleted(f"/milestones/{answer.json()['number']}"))
    return answer.status_code == 422 and "already_exists" in answer.text, refusal(answer)


@fact("[?]", "a milestone that is due at noon UTC keeps its date", "github_api/milestones.py")
def milestone_due(live: Live) -> Seen:
    """Create two: GitHub floors the time to midnight, in winter and in summer."""
    days = ("2031-01-31", "2031-07-31")
    due = [live.milestone(day, due_on=f"{day}T12:00:00Z")["due_on"] for day in days]
    return [str(each)[:10] for each in due] == list(days), ", ".join(map(str, due))


@fact("[?]", "`milestoneId: null` removes the milestone of an issue", "github_api/mutate.py")
def milestone_removed(live: Live) -> Seen:
    """Set one, and remove it with GraphQL."""
    made = live.milestone("to remove")
    issue = live.issue("with a milestone", milestone=made["number"])
    fields = "issue { milestone { number } }"
    left = live.mutate("updateIssue", fields, id=issue["node_id"], milestoneId=None)["issue"]
    return left == {"milestone": None}, f"{left}"


@fact("[?]", "an open issue can go into a closed milestone", "core/close_done.py")
def closed_milestone(live: Live) -> Seen:
    """Close a milestone and put an issue into it."""
    made = live.milestone("closed")
    closed = live.rest("PATCH", f"/milestones/{made['number']}", {"state": "closed"}).json()
    issue = live.issue("in a closed milestone")
    fields = "issue { state milestone { number } }"
    values = {"id": issue["node_id"], "milestoneId": made["node_id"]}
    shown = live.mutate("updateIssue", fields, **values)["issue"]
    inside = shown["milestone"] == {"number": made["number"]}
    holds = closed["state"] == "closed" and inside and shown["state"] == "OPEN"
    return holds, f"{closed['state']} milestone, {shown['state']} issue, inside: {inside}"


@fact("[?]", "closing a milestone leaves its open issues open", "core/close_done.py")
def milestone_closed(live: Live) -> Seen:
    """Close a milestone that has an open issue."""
    made = live.milestone("to close")
    issue = live.issue("in a milestone", milestone=made["number"])
    closed = live.rest("PATCH", f"/milestones/{made['number']}", {"state": "closed"}).json()
    shown = live.rest("GET", f"/issues/{issue['number']}").json()
    states = closed["state"], shown["state"]
    return states == ("closed", "open"), f"{states[0]} milestone, {states[1]} issue"


@fact("[?]", "`due_on: null` removes the date of a milestone", "github_api/milestones.py")
def due_removed(live: Live) -> Seen:
    """Create one with a date, and remove it."""
    made = live.milestone("without a date", due_on="2031-01-31T12:00:00Z")
    changed = live.rest("PATCH", f"/milestones/{made['number']}", {"due_on": None}).json()
    return bool(made["due_on"]) and changed["due_on"] is None, f"{changed['due_on']}"


# ---- releases ------------------------------------------------------------------------------


@fact("[D]", "a draft release is listed, has no tag, and stays a draft if its text is changed",
      "github_api/releases.py")  # fmt: skip
def draft_release(live: Live) -> Seen:
    """Create one, look for its tag, change it, and list it."""
    draft = live.draft("draft", body="Notes").json()
    found = live.rest("GET", f"/releases/tags/{draft['tag_name']}").status_code
    live.rest("PATCH", f"/releases/{draft['id']}", {"body": "Better notes"})
    listed = live.rest("GET", "/releases?per_page=100").json()
    shown = [(each["draft"], each["body"]) for each in listed if each["id"] == draft["id"]]
    holds = found == 404 and shown == [(True, "Better notes")]
    return holds, f"HTTP {found} for the tag, listed as {shown}"


@fact("[R]", "several drafts may have one tag, so one is looked for before it is created",
      "github_api/releases.py")  # fmt: skip
def drafts_share_a_tag(live: Live) -> Seen:
    """Create two."""
    live.draft("twins")
    answer = live.draft("twins")
    return answer.status_code == 201, refusal(answer)


@fact("[R]", "the text of a release has at most 125,000 characters", "engine/releases.py")
def release_length(live: Live) -> Seen:
    """Try one more, and so many."""
    longer, longest = (live.draft("long", body="x" * (125_000 + more)) for more in (1, 0))
    holds = (longer.status_code, longest.status_code) == (422, 201)
    return holds, f"{refusal(longer)}; HTTP {longest.status_code}"
