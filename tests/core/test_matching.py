"""Which issue is which item."""

from dataclasses import replace

import pytest

from backlog_sync.core.body import join, split
from backlog_sync.core.issue_index import is_trusted
from backlog_sync.core.matching import Matches, match_items
from backlog_sync.core.model import DesiredItem, IssueRef, Settings
from backlog_sync.core.observed import Actor, ObservedIssue
from backlog_sync.core.order import record
from backlog_sync.core.planner import build_plan
from backlog_sync.core.reading import is_about
from tests.core.builders import (
    BACKLOG,
    REPOSITORY,
    STRANGER,
    VIEWER,
    backlog,
    desired,
    issue,
    item,
    link,
    managed,
    observed,
)


def match(items: tuple[DesiredItem, ...], *issues: ObservedIssue, **more: object) -> Matches:
    """Match items of the usual backlog."""
    return match_items(desired(*items, **more), observed(*issues))


def numbers(found: Matches) -> dict[str, int]:
    """The issue number of each item that has one."""
    return {key: each.issue.number for key, each in found.by_key.items()}


def test_a_number_in_the_file_claims_its_issue() -> None:
    """Also where its marker has another key: a renumbered item keeps its issue."""
    found = match((item("story-2", issue=7),), managed(item("story-1"), 7))
    assert numbers(found) == {"story-2": 7}
    assert found.by_key["story-2"].reason == "by its number in the file; it was story-1"
    assert not found.by_key["story-2"].adopt


def test_a_number_wins_over_a_marker_elsewhere() -> None:
    """The item's own marker on another issue does not count where the file names one."""
    found = match((item("a", issue=2),), managed(item("a"), 1), managed(item("b"), 2))
    assert numbers(found) == {"a": 2}


def test_an_unmarked_number_is_adopted() -> None:
    """An issue that people wrote is taken on by its number."""
    found = match((item("a", issue=5),), issue(5))
    assert found.by_key["a"].adopt


def foreign(there: ObservedIssue) -> ObservedIssue:
    """The same issue with another backlog's marker."""
    return replace(there, body=there.body.replace(f'"{BACKLOG}"', '"other"'))


@pytest.mark.parametrize(
    ("issues", "reason"),
    [
        ((), "has no issue of its number"),
        ((foreign(managed(item("a"), 5)),), "belongs to the backlog 'other'"),
    ],
)
def test_a_number_that_cannot_be_claimed_holds_the_item(
    issues: tuple[ObservedIssue, ...], reason: str
) -> None:
    """A missing issue, a pull request or another backlog's issue: refused, nothing created."""
    found = match((item("a", issue=5),), *issues)
    assert numbers(found) == {}
    assert reason in found.held["a"].reason
    assert found.held["a"].hint


def test_one_issue_is_not_two_items() -> None:
    """Of items that name one number, the one that the issue is marked for has it, in any order."""
    for items in (
        (item("a", issue=5), item("b", issue=5)),
        (item("b", issue=5), item("a", issue=5)),
    ):
        found = match(items, managed(item("a"), 5))
        assert numbers(found) == {"a": 5}
        assert "another item" in found.held["b"].reason


def test_an_unmarked_issue_that_two_items_name_is_adopted_by_neither() -> None:
    """Which of them is meant cannot be known: both say so."""
    found = match((item("a", issue=5), item("b", issue=5)), issue(5))
    assert numbers(found) == {}
    assert {hold.reason for hold in found.held.values()} == {"another item names the same issue"}
    assert set(found.held) == {"a", "b"}


@pytest.mark.parametrize("issue_ref", ["octo-org/other#5", "octo-org/widget#5"])
def test_a_number_of_another_repository_holds_the_item(issue_ref: str) -> None:
    """Its issue is there: none is made here, unless the item is known here by its marker."""
    found = match((item("a", issue=issue_ref),), issue(5))
    assert numbers(found) == {}
    assert f"--repo {issue_ref.removesuffix('#5')}" in found.held["a"].hint
    renamed = match((item("a", issue=issue_ref),), managed(item("a"), 5))
    assert (numbers(renamed), dict(renamed.held)) == ({"a": 5}, {})
    assert [each.slug for each in renamed.warnings] == ["other-repository"]


def test_a_repository_is_named_in_any_case() -> None:
    """GitHub's names ignore case."""
    assert numbers(match((item("a", issue="Octo-Org/WIDGETS#5"),), issue(5))) == {"a": 5}


@pytest.mark.parametrize(
    ("ref", "sandbox", "embedded", "expected"),
    [
        (IssueRef(5), False, False, True),
        (IssueRef(5), True, True, False),
        (IssueRef(5), True, False, True),
        (IssueRef(5, sandbox=True), True, True, True),
        (IssueRef(5, sandbox=True), True, False, True),
        (IssueRef(5, sandbox=True), False, False, False),
        (None, False, False, False),
    ],
)
def test_each_server_reads_its_own_numbers(
    ref: IssueRef | None, sandbox: bool, embedded: bool, expected: bool
) -> None:
    """The simulator in this process reads no plain ones, a served one does; GitHub no others."""
    plain = not embedded
    assert is_about(ref, "octo-org/widgets", sandbox=sandbox, plain=plain) is expected
    state = observed(issue(5), sandbox=sandbox, embedded=embedded)
    found = match_items(desired(replace(item("a", "New"), issue=ref)), state)
    assert bool(found.by_key) is expected
    assert found.warnings == ()


def test_a_trusted_marker_finds_its_item() -> None:
    """A fresh clone without any number finds everything again, closed issues too."""
    items = (item("a"), item("b"))
    found = match(items, managed(items[0], 3), managed(items[1], 4, state="closed"))
    assert numbers(found) == {"a": 3, "b": 4}


@pytest.mark.parametrize(
    ("author", "trusted"),
    [
        (VIEWER, True),
        (Actor("U_me", "renamed"), True),
        (Actor("U_x", "colleague", "MEMBER"), True),
        (Actor("U_x", "boss", "OWNER"), True),
        (Actor("U_x", "friend", "COLLABORATOR"), True),
        (Actor("B_1", "github-actions[bot]"), True),
        (Actor("U_x", "github-actions"), False),  # a person of the bot's name
        (Actor("U_x", "me"), False),
        (STRANGER, False),
        (Actor("U_x", "drive-by", "CONTRIBUTOR"), False),
        (None, False),
    ],
)
def test_markers_are_believed_by_who_opened_the_issue(author: Actor | None, trusted: bool) -> None:
    """Ourselves, those who belong to the repository, and the workflow's bot; no strangers."""
    there = managed(item("a"), 1, author=author)
    assert is_trusted(there, VIEWER, Settings().trusted_authors) is trusted
    found = match((item("a"),), there)
    assert numbers(found) == ({"a": 1} if trusted else {})
    assert ("a" in found.held) is not trusted


def test_an_untrusted_marker_holds_its_item_until_it_is_ignored() -> None:
    """Nothing is created beside a forged marker; `ignore_issues` releases the item."""
    items = (item("a"),)
    forged = managed(items[0], 9, author=STRANGER)
    held = match(items, forged).held["a"]
    assert "#9 carries this item's marker but was opened by stranger" in held.reason
    assert "`ignore_issues: [9]`" in held.hint
    free = match_items(desired(*items, settings=Settings(ignore_issues=(9,))), observed(forged))
    assert not free.held
    assert not free.by_key


def test_a_forged_marker_beside_the_true_one_changes_nothing() -> None:
    """A stranger cannot hold what has an issue."""
    items = (item("a"),)
    found = match(items, managed(items[0], 1, author=STRANGER), managed(items[0], 2))
    assert (numbers(found), found.held) == ({"a": 2}, {})


def test_an_adopted_issue_of_a_stranger_does_not_hold_the_key_that_it_lost() -> None:
    """The file gave its number to another item: that settles whose it is."""
    there = managed(item("old"), 9, author=STRANGER)
    found = match((item("new", issue=9), item("old")), there)
    assert (numbers(found), found.held) == ({"new": 9}, {})


def test_a_forged_marker_of_a_former_key_holds_too() -> None:
    """A rename must not step around the check."""
    forged = managed(item("old"), 9, author=STRANGER)
    assert "new" in match((item("new", previously=("old",)),), forged).held


def test_a_held_item_does_not_follow_a_title_out_of_its_hold() -> None:
    """An issue left over under its title is no way around an untrusted marker."""
    forged = managed(item("a", "Same"), 9, author=STRANGER)
    found = match((item("a", "Same"),), forged, managed(item("gone", "Same"), 2))
    assert numbers(found) == {}
    assert "a" in found.held


def test_two_items_of_one_title_follow_no_title() -> None:
    """What is not clear is not guessed, now or in the next run."""
    items = (item("a", "Same"), item("b", "Same"))
    there = managed(item("gone", "Same"), 1)
    assert numbers(match(items, there)) == {}
    assert numbers(match(items, there, managed(items[1], 2))) == {"b": 2}


@pytest.mark.parametrize("declared", [(), ("gone", "here")])
def test_several_issues_of_one_title_are_not_guessed(declared: tuple[str, ...]) -> None:
    """An item whose key is new follows no title that two issues have; they stay what they are."""
    there = [managed(item(key, "Same"), n) for n, key in enumerate(("gone", "here"), 1)]
    others = tuple(item(key, f"New words of {key}") for key in declared)
    found = match((item("new", "Same"), *others), *there)
    assert "new" not in found.by_key
    assert len(found.orphans) == 2 - len(declared)


def test_of_two_issues_of_one_title_the_one_whose_item_is_gone_is_meant() -> None:
    """The other one's key is still in the file, with other words."""
    there = [managed(item(key, "Same"), n) for n, key in enumerate(("here", "gone"), 1)]
    found = match((item("new", "Same"), item("here", "Other words")), *there)
    assert numbers(found) == {"new": 2, "here": 1}


def test_an_item_of_a_repository_that_is_not_read_leaves_no_orphan() -> None:
    """Its issue may still be where it was; one whose item is gone for good is an orphan."""
    there = [managed(item(key), n) for n, key in enumerate(("away", "gone"), 1)]
    found = match((item("a"), item("away", repository="octo-org/other")), *there)
    assert [(key, issue.number) for key, issue in found.orphans] == [("gone", 2)]


def test_markers_of_other_backlogs_are_not_ours() -> None:
    """Two backlogs may live in one repository, with equal keys."""
    found = match((item("a"),), foreign(managed(item("a"), 1)))
    assert (numbers(found), found.held, found.orphans) == ({}, {}, ())


@pytest.mark.parametrize("numbered", [False, True])
def test_a_broken_block_holds_its_item(numbered: bool) -> None:
    """A doubled block is neither adopted again nor made a second time."""
    body = managed(item("a"), 5).body
    there = managed(item("a"), 5, body=f"{body}\n{body}")
    found = match((item("a", issue=5 if numbered else None),), there)
    assert numbers(found) == {}
    assert "broken or a second block" in found.held["a"].reason


def test_an_unreadable_block_below_the_item_s_title_holds_it() -> None:
    """Where nothing can be read, the title is reason enough to stop and look."""
    body = managed(item("a"), 5).body.replace('"v":1', '"v":0')
    assert (
        "cannot be read" in match((item("a"),), managed(item("a"), 5, body=body)).held["a"].reason
    )


def test_an_unmarked_namesake_is_told() -> None:
    """An issue that people wrote under the item's title is not taken unasked, but named."""
    found = match((item("a", "Same title"),), issue(5, "Same  title "))
    assert numbers(found) == {}
    assert [(w.slug, w.ref) for w in found.warnings] == [("same-title", "#5")]


def test_a_key_may_be_renamed() -> None:
    """`previously` finds the issue under its former key."""
    found = match((item("new", previously=("old",)),), managed(item("old", "Title"), 1))
    assert numbers(found) == {"new": 1}
    assert found.by_key["new"].reason == "known before as old"


def test_the_present_key_wins_over_a_former_one() -> None:
    """An issue under the new key exists already."""
    found = match(
        (item("new", "X", previously=("old",)),),
        managed(item("old", "A"), 1),
        managed(item("new", "B"), 2),
    )
    assert numbers(found) == {"new": 2}


def test_a_former_key_that_another_item_has_is_left_to_that_item() -> None:
    """Also where that item stands deeper and waits for its issue until its level comes."""
    deeper = item("old", "B", parent="above")
    named = item("new", "A", previously=("old",))
    found = match((item("above", "Above"), deeper, named), managed(item("old", "B"), 1))
    assert numbers(found) == {"old": 1}


def test_a_former_key_that_another_item_has_is_no_way_around_a_marker_not_believed() -> None:
    """The issue of the item below is found by its own key; the one above stays held."""
    deeper = item("old", "B", parent="above")
    named = item("new", "A", previously=("old",))
    mine, forged = managed(item("old", "B"), 1), managed(item("new", "A"), 2, author=STRANGER)
    found = match((item("above", "Above"), deeper, named), mine, forged)
    assert (numbers(found), set(found.held)) == ({"old": 1}, {"new"})


def stories(*titles: str) -> tuple[DesiredItem, ...]:
    """A feature with numbered stories."""
    feature = item("feature-1", "Feature", kind="feature")
    named = (item(f"story-1.{n}", t, parent="feature-1") for n, t in enumerate(titles, 1))
    return (feature, *named)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (("A", "B", "C"), {"A": 2, "B": 3, "C": 4}),
        (("new", "A", "B", "C"), {"A": 2, "B": 3, "C": 4}),
        (("A", "new", "B", "C"), {"A": 2, "B": 3, "C": 4}),
        (("B", "A", "C"), {"A": 2, "B": 3, "C": 4}),
        (("B", "C"), {"B": 3, "C": 4}),
        (("A, reworded", "B", "C"), {"A, reworded": 2, "B": 3, "C": 4}),
        (("A", "A", "B"), {"A": 2, "B": 3}),
    ],
)
def test_issues_follow_their_titles_when_stories_are_renumbered(
    after: tuple[str, ...], expected: dict[str, int]
) -> None:
    """A story is inserted, moved or removed and the rest renumbered: nothing changes hands."""
    items = stories(*after)
    found = match(items, *backlog(*stories("A", "B", "C")))
    first: dict[str, int] = {}
    for each in items[1:]:
        if each.key in found.by_key:
            first.setdefault(each.title, found.by_key[each.key].issue.number)
    assert {title: first.get(title) for title in expected} == expected
    assert "new" not in first
    for each in items[1:]:
        there = found.by_key.get(each.key)
        if there and each.title in ("A", "B", "C") and after != ("A", "A", "B"):
            marker = there.parts.marker
            assert marker is not None
            if marker.key != each.key:
                assert there.reason == f"by its title; it was {marker.key}"


def below(there: list[ObservedIssue], was: tuple[DesiredItem, ...]) -> list[ObservedIssue]:
    """The same issues, with the feature's record of the stories that the file had."""
    keys = [each.key for each in was if each.parent]
    feature, *others = there
    parts = split(feature.body)
    assert parts.marker is not None
    base = replace(parts.marker.base, order=record(keys))
    body = join(replace(parts, marker=replace(parts.marker, base=base)))
    return [replace(feature, body=body), *others]


def generation(there: ObservedIssue, number: int) -> ObservedIssue:
    """The same issue, whose key had so many others before it."""
    parts = split(there.body)
    assert parts.marker is not None
    marker = replace(parts.marker, generation=number)
    return replace(there, body=join(replace(parts, marker=marker)))


def test_a_key_is_that_of_the_issue_that_it_went_to_last() -> None:
    """A story was removed, the next one got its number, was synced, and is retitled now."""
    a, b = backlog(*stories("A")), managed(stories("B")[1], 9, parent=link(1))
    there = below([*a, generation(b, 1)], stories("B"))
    found = match(stories("B, reworded"), *there)
    assert numbers(found) == {"feature-1": 1, "story-1.1": 9}
    assert [(key, each.number) for key, each in found.orphans] == [("story-1.1", 2)]
    assert (found.doubles, found.warnings) == ((), ())


def test_an_issue_without_an_item_lends_its_key_to_nobody() -> None:
    """Its key's later owner moved on by its title: what is inserted there is new."""
    a, b = backlog(*stories("A")), managed(stories("B")[1], 9, parent=link(1))
    there = below([*a, generation(b, 1)], stories("B"))
    found = match(stories("new", "B"), *there)
    assert numbers(found) == {"feature-1": 1, "story-1.2": 9}
    assert found.generations == {"story-1.1": 2}


def test_a_story_in_the_place_of_one_that_was_gone_at_the_last_sync_is_new() -> None:
    """The last story was removed and synced; another one later comes to stand there."""
    there = below(list(backlog(*stories("A", "B"))), stories("A"))
    found = match(stories("A", "C"), *there)
    assert numbers(found) == {"feature-1": 1, "story-1.1": 2}
    assert [each.number for _, each in found.orphans] == [3]
    back = match(stories("A", "B"), *there)
    assert numbers(back) == {"feature-1": 1, "story-1.1": 2, "story-1.2": 3}


def test_a_story_that_moved_below_a_held_feature_keeps_its_issue() -> None:
    """Its old parent's record has dropped it, and the new one could not be given it."""
    there = below(list(backlog(*stories("A", "B"))), stories("A"))
    forged = managed(item("other", "Other"), 9, author=STRANGER)
    feature, first, moved = stories("A", "B")
    items = (feature, item("other", "Other"), first, replace(moved, parent="other"))
    found = match(items, *there, forged)
    assert numbers(found) == {"feature-1": 1, "story-1.1": 2, "story-1.2": 3}
    assert set(found.held) == {"other"}


def test_a_story_that_was_put_below_its_feature_by_a_stopped_run_is_found() -> None:
    """The run stopped before the feature's record, and somebody moved the story meanwhile."""
    feature, first, new = backlog(*stories("A", "B"))
    there = below([feature, first, replace(new, parent=link(2))], stories("A"))
    assert numbers(match(stories("A", "B"), *there))["story-1.2"] == 3


def test_a_story_that_was_there_at_the_last_sync_may_be_retitled() -> None:
    """Also below a feature that is gone since, from which it was moved with its key."""
    there = below(list(backlog(*stories("A", "B"))), stories("A", "B"))
    assert numbers(match(stories("A", "B, reworded"), *there))["story-1.2"] == 3
    other = item("feature-2", "Other", kind="feature")
    moved = replace(stories("A")[1], parent="feature-2")
    assert numbers(match((other, moved), *there)) == {"story-1.1": 2}


def test_a_story_without_a_number_is_found_again_after_its_parents_issue_was_deleted() -> None:
    """The record of what stood below it went with the parent's issue: no second one is made."""
    feature, *stories_there = backlog(*stories("A", "B"))
    items = (replace(stories("A", "B")[0], issue=IssueRef(feature.number)), *stories("A", "B")[1:])
    orphaned = [replace(each, parent=None) for each in stories_there]
    found = match(items, *orphaned)
    assert numbers(found) == {"story-1.1": 2, "story-1.2": 3}
    assert "feature-1" in found.held


@pytest.mark.parametrize("sync", [True, False])
def test_an_item_above_does_not_take_the_issue_of_one_below_it_by_title(sync: bool) -> None:
    """The parent has no issue, so the issue of the item below it stands alone, and is its own."""
    above, below_it = item("k0", "A", sync=sync), item("k1", "A", parent="k0")
    found = match((above, below_it), managed(item("k1", "A"), 1))
    assert numbers(found) == {"k1": 1}


def test_the_issue_of_an_item_that_is_not_synced_is_no_orphan() -> None:
    """Also when the item was moved in the file, which no sync has put on record."""
    there = below(list(backlog(*stories("A", "B"))), stories("A"))
    kept = replace(stories("A", "B")[2], parent=None, sync=False)
    found = match((*stories("A"), kept), *there)
    assert found.orphans == ()


def test_one_title_below_two_features_stays_two_stories() -> None:
    """A feature is inserted with a story whose key and title another feature's story had."""

    def plan(*features: str) -> tuple[DesiredItem, ...]:
        made: list[DesiredItem] = []
        for n, name in enumerate(features, 1):
            made.append(item(f"feature-{n}", name, kind="feature"))
            made.append(item(f"story-{n}.1", "Setup", parent=f"feature-{n}"))
        return tuple(made)

    there = backlog(*plan("A", "B"))
    assert numbers(match(plan("new", "A", "B"), *there)) == {
        "feature-2": 1,
        "story-2.1": 2,
        "feature-3": 3,
        "story-3.1": 4,
    }
    assert numbers(match(plan("B"), *there)) == {"feature-1": 3, "story-1.1": 4}
    after = match(plan("B"), *there)
    assert [each.number for _, each in after.orphans] == [1, 2]
    assert (after.doubles, after.warnings) == ((), ())


def test_what_was_closed_as_a_duplicate_stands_in_nobody_s_way() -> None:
    """Two issues of one item, one closed by an earlier run: renumbered, the other one follows."""
    feature, story = backlog(*stories("A"))
    second = replace(
        managed(stories("A")[1], 9, parent=link(1)), state="closed", state_reason="duplicate"
    )
    found = match(stories("new", "A"), feature, story, second)
    assert numbers(found) == {"feature-1": 1, "story-1.2": 2}


def test_two_issues_of_one_key_and_neither_title_are_not_guessed() -> None:
    """As an older version left them: the item is held, and told what to write."""
    found = match((item("a", "New"),), managed(item("a", "Old"), 1), managed(item("a", "Older"), 2))
    assert numbers(found) == {}
    assert found.held["a"].reason == "#1 and #2 carry its key"
    assert "`issue:` with the number of the right one" in found.held["a"].hint


def test_a_removed_story_is_an_orphan_though_its_key_lives_on() -> None:
    """The issue that lost its item is not called a second one of the item that has its key now."""
    found = match(stories("B", "C"), *backlog(*stories("A", "B", "C")))
    assert [(key, each.number) for key, each in found.orphans] == [("story-1.1", 2)]
    assert found.warnings == ()


def test_a_whole_feature_that_is_renumbered_keeps_its_stories() -> None:
    """A feature is inserted before others: features and their stories follow their titles."""

    def plan(*features: str) -> tuple[DesiredItem, ...]:
        made: list[DesiredItem] = []
        for n, name in enumerate(features, 1):
            made.append(item(f"feature-{n}", name, kind="feature"))
            made += [item(f"story-{n}.{m}", f"{name}{m}", parent=f"feature-{n}") for m in (1, 2)]
        return tuple(made)

    before = backlog(*plan("A", "B"))
    titles = {each.number: each.title for each in before}
    after = plan("New", "A", "B")
    found = match(after, *before)
    assert {
        each.title: titles.get(found.by_key[each.key].issue.number)
        for each in after
        if each.key in found.by_key
    } == {each.title: each.title for each in plan("A", "B")}


def test_titles_are_followed_below_the_same_parent_only() -> None:
    """The same words under another feature are another story."""
    items = (
        item("f1", "One", kind="feature"),
        item("f2", "Two", kind="feature"),
        item("new", "Setup", parent="f2"),
    )
    old = item("old", "Setup", parent="f1")
    found = match(items, *backlog(items[0], items[1], old))
    assert "new" not in found.by_key
    assert [key for key, _ in found.orphans] == ["old"]


def test_a_title_that_people_changed_on_github_is_not_followed() -> None:
    """What counts is the title that we gave an issue, not what somebody made of it."""
    items = (item("a", "A"), item("b", "B"))
    there = [managed(items[0], 1, title="B"), managed(items[1], 2, title="A")]
    assert numbers(match(items, *there)) == {"a": 1, "b": 2}


def test_a_second_open_issue_of_ours_is_a_double() -> None:
    """The lower number is the item's; an open one comes before a closed one."""
    items = (item("a"),)
    found = match(
        items, managed(items[0], 3, state="closed"), *(managed(items[0], n) for n in (5, 4))
    )
    assert numbers(found) == {"a": 4}
    assert [(key, each.number) for key, each in found.doubles] == [("a", 5)]
    assert (found.orphans, found.warnings) == ((), ())


def test_a_copy_of_an_issue_s_text_is_told_and_left_alone() -> None:
    """It has the nonce of what was copied, so that we did not make it: nothing is closed."""
    there = managed(item("a"), 4)
    found = match((item("a"),), there, managed(item("a"), 5, body=there.body))
    assert numbers(found) == {"a": 4}
    assert [(w.slug, w.ref) for w in found.warnings] == [("copied-marker", "#5")]
    assert (found.orphans, found.doubles) == ((), ())


def test_a_copy_that_the_file_names_does_not_close_the_original() -> None:
    """Both have one nonce, so one of them was made by hand: which counts is not ours to say."""
    there = managed(item("a"), 4)
    found = match((item("a", issue=9),), there, managed(item("a"), 9, body=there.body))
    assert numbers(found) == {"a": 9}
    assert found.doubles == ()
    assert [w.ref for w in found.warnings] == ["#4"]


def test_nothing_is_a_double_of_a_closed_issue() -> None:
    """Where the item's issue is closed, a second one that is open may be the one that counts."""
    found = match(
        (item("a", issue=3),), managed(item("a"), 3, state="closed"), managed(item("a"), 5)
    )
    assert numbers(found) == {"a": 3}
    assert (found.doubles, [w.ref for w in found.warnings]) == ((), ["#5"])


def test_the_one_that_the_file_names_stays() -> None:
    """Of two issues of one key, the number decides."""
    found = match((item("a", issue=5),), managed(item("a"), 4), managed(item("a"), 5))
    assert numbers(found) == {"a": 5}
    assert [each.number for _, each in found.doubles] == [4]


def test_open_issues_without_an_item_are_orphans() -> None:
    """Those that are closed need no attention."""
    found = match(
        (), managed(item("b"), 2), managed(item("a"), 1), managed(item("c"), 3, state="closed")
    )
    assert [(key, each.number) for key, each in found.orphans] == [("a", 1), ("b", 2)]


def test_an_item_kept_in_the_file_keeps_its_issue_from_being_an_orphan() -> None:
    """`sync: false` stops the tool from looking, it does not give the issue up."""
    found = match((item("a", sync=False),), managed(item("a"), 1))
    assert (numbers(found), found.orphans) == ({"a": 1}, ())


def test_the_order_of_the_lists_does_not_matter() -> None:
    """GitHub may list issues in any order."""
    items = stories("A", "B", "C")
    there = [*backlog(*items), *backlog(*items, start=11)]
    forward, backward = (match(items, *each) for each in (there, there[::-1]))
    assert numbers(forward) == numbers(backward)
    assert forward.warnings == backward.warnings


# ---- copies, forks, transfers ----------------------------------------------------------------


def copied(original: ObservedIssue, number: int, title: str, **more: object) -> ObservedIssue:
    """An issue into which somebody copied the text of another one."""
    return issue(number, title, body=original.body, **more)


@pytest.mark.parametrize("number", [3, 9])
@pytest.mark.parametrize("state", ["open", "closed"])
def test_a_copied_block_takes_no_item_along(number: int, state: str) -> None:
    """The issue that has the title that we gave it is the original, open or not, older or not."""
    there = replace(managed(item("a"), 5), state=state)
    found = match((item("a"),), there, copied(there, number, "Something else"))
    assert numbers(found) == {"a": 5}
    assert [(key, each.number) for key, each in found.copies] == [("a", number)]
    assert (found.doubles, found.orphans) == ((), ())


def test_a_copy_of_an_adopted_issue_is_known_too() -> None:
    """An adopted issue gets a nonce that only it can have."""
    plan = build_plan(desired(item("a", issue=5)), observed(issue(5, "Title of a")))
    (adopted,) = plan.changes
    there = issue(5, "Title of a", body=adopted.body)
    copy = copied(there, 2, "Title of a")
    found = match((item("a"),), there, copy)
    assert numbers(found) == {"a": 5}
    assert [each.number for _, each in found.copies] == [2]


def test_a_renamed_original_beside_a_copy_that_was_not_is_the_first_one() -> None:
    """Where the titles tell nothing, the lower number is the original."""
    there = replace(managed(item("a"), 5), title="Renamed by people")
    found = match((item("a"),), there, copied(there, 7, "Something else"))
    assert numbers(found) == {"a": 5}


def test_bare_numbers_are_those_of_the_repository_that_the_file_names() -> None:
    """In a fork they say nothing: `issue: 5` of upstream is not the fork's own #5."""
    found = match((item("a", issue=5),), issue(5, "The fork's own"), repository="octo-org/upstream")
    assert numbers(found) == {}
    assert "one of octo-org/upstream" in found.held["a"].reason
    same = match((item("a", issue=5),), managed(item("a"), 5), repository="Octo-Org/Widgets")
    assert numbers(same) == {"a": 5}


def test_a_transferred_issue_is_followed_to_where_it_is() -> None:
    """The item is held and told where its issue went; nothing is made again."""
    state = replace(observed(), elsewhere={f"{REPOSITORY}#5": link(8, "octo-org/other")})
    found = match_items(desired(item("a", issue=5)), state)
    assert "transferred to octo-org/other#8" in found.held["a"].reason
    assert [key for key, _ in found.gone] == ["a"]


def test_a_key_that_its_parent_remembers_is_told_as_gone() -> None:
    """Its issue was deleted while the file had no number for it."""
    epic, story = backlog(item("e", kind="epic"), item("s", parent="e"))
    assert story.parent is not None
    found = match((item("e", kind="epic"), item("s", parent="e")), epic)
    assert [key for key, _ in found.gone] == ["s"]
    assert match((item("e", kind="epic"), item("t", parent="e")), epic).gone == ()


# ---- rule 4 ----------------------------------------------------------------------------------


ADOPT = Settings(adopt=True)


def test_an_unmarked_issue_of_exactly_the_title_is_adopted_on_demand() -> None:
    """Blanks do not count, case does; an issue that another backlog manages is not looked at."""
    there = issue(4, " Title  of a ")
    assert match((item("a"),), there).by_key == {}
    found = match((item("a"),), there, settings=ADOPT)
    assert (numbers(found), found.by_key["a"].adopt) == ({"a": 4}, True)
    assert match((item("a"),), issue(4, "title of a"), settings=ADOPT).by_key == {}
    foreign = build_plan(replace(desired(item("a")), backlog_id="other.md"), observed()).changes[0]
    theirs = issue(4, "Title of a", body=foreign.body)
    assert match((item("a"),), theirs, settings=ADOPT).by_key == {}


def test_an_issue_of_a_stranger_is_not_adopted_by_its_title() -> None:
    """Our mark on it would not be believed later; it is told as a namesake."""
    found = match((item("a"),), issue(4, "Title of a", author=STRANGER), settings=ADOPT)
    assert found.by_key == {}
    assert [w.slug for w in found.warnings] == ["same-title"]


def test_issues_or_items_of_one_title_are_not_guessed() -> None:
    """They are held, with the numbers in question."""
    found = match((item("a"),), issue(4, "Title of a"), issue(5, "Title of a", state="closed"),
                  settings=ADOPT)  # fmt: skip
    assert found.by_key == {}
    assert "(#4, #5)" in found.held["a"].reason
    twice = match((item("a", "T"), item("b", "T")), issue(4, "T"), settings=ADOPT)
    assert set(twice.held) == {"a", "b"}


def test_accounts_can_be_trusted_by_their_ids() -> None:
    """A login may change hands, a node id does not."""
    there = managed(item("a"), 1, author=Actor("U_77", "renamed-by-now", "NONE"))
    assert is_trusted(there, VIEWER, ("U_77",))
    assert not is_trusted(there, VIEWER, ("u_77",))


def test_what_the_file_names_gets_the_item_s_title_whatever_its_own_key_is() -> None:
    """It was another item's, of a key before or behind this one's: the one made first is told."""
    for mine, other in (("a", "b"), ("b", "a")):
        found = match((item(mine, issue=9),), managed(item(mine), 5), managed(item(other), 9))
        assert numbers(found) == {mine: 9}
        assert (found.orphans, found.doubles) == ((), ())
        assert [w.ref for w in found.warnings] == ["#5"]
