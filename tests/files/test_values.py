"""What values say, in every syntax alike."""

import pytest

from backlog_sync.files.dates import (
    date_like,
    find_period,
    leading_period,
    parse_date,
    whole_period,
)
from backlog_sync.files.names import parse_names
from backlog_sync.files.sentences import is_sentence, is_story_sentence
from backlog_sync.files.values import (
    Estimate,
    is_empty,
    parse_dependencies,
    parse_estimate,
    parse_hours,
    parse_issue,
    parse_key,
    parse_kind,
    parse_points,
    parse_priority,
    parse_repository,
    parse_status,
    singular,
)


@pytest.mark.parametrize(
    ("text", "points"),
    [("5", 5), ("5 pts", 5), ("8 story points", 8), ("0,5", 0.5), ("3 (was 5)", 3), ("SP: 3", 3),
     ("**13**", 13), ("13 баллов", 13), ("xl", "XL"), ("Large", "Large"), ("Medium (3)", "Medium"),
     ("5+", None), ("5-8", None), ("~5", None), ("5 days", None), ("3/5", None)],
)  # fmt: skip
def test_points(text: str, points: float | str | None) -> None:
    """A number or a word of a scale; never a number that says something else."""
    assert parse_points(text) == points


@pytest.mark.parametrize(
    ("text", "estimate"),
    [("6h", Estimate(hours=6)), ("1h 30m", Estimate(hours=1.5)), ("90 min", Estimate(hours=1.5)),
     ("40 Stunden", Estimate(hours=40)), ("5", Estimate(5.0)), ("3 SP", Estimate(3.0)),
     ("M", Estimate("M")), ("Small", Estimate("S")), ("XL (big)", Estimate("XL")), ("2 days", None),
     ("2d", None), ("8-10h", None), ("5+", None), ("half", None)],
)  # fmt: skip
def test_estimates(text: str, estimate: Estimate | None) -> None:
    """Points or hours, by their unit; days are neither."""
    assert parse_estimate(text) == estimate


def test_hours() -> None:
    """A bare number where the key says hours."""
    assert [parse_hours(each) for each in ("6", "6.5 h", "2 days", "6-8")] == [6, 6.5, None, None]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2027-03-31", "2027-03-31", "2027-03-31"),
        ("2027-03-31T10:00:00Z", "2027-03-31", "2027-03-31"),
        ("31.03.2027", "2027-03-31", "2027-03-31"),
        ("2027/3/1", "2027-03-01", "2027-03-01"),
        ("Jan 5, 2027", "2027-01-05", "2027-01-05"),
        ("5th January 2027", "2027-01-05", "2027-01-05"),
        ("31. März 2027", "2027-03-31", "2027-03-31"),
        ("5 de enero de 2027", "2027-01-05", "2027-01-05"),
        ("1er février 2027", "2027-02-01", "2027-02-01"),
        ("5 мая 2027", "2027-05-05", "2027-05-05"),
        ("2027年3月31日", "2027-03-31", "2027-03-31"),
        ("2027년 3월", "2027-03-01", "2027-03-31"),
        ("March 2027", "2027-03-01", "2027-03-31"),
        ("2027-02", "2027-02-01", "2027-02-28"),
        ("2027-W12", "2027-03-22", "2027-03-28"),
        ("Q1 2027", "2027-01-01", "2027-03-31"),
        ("H2 2027", "2027-07-01", "2027-12-31"),
        ("2027", "2027-01-01", "2027-12-31"),
        ("13/04/2027", "2027-04-13", "2027-04-13"),
        ("03/31/2027", "2027-03-31", "2027-03-31"),
        ("1 January – 31 March 2027", "2027-01-01", "2027-03-31"),
        ("2027-01-01 to 2027-03-31", "2027-01-01", "2027-03-31"),
        ("by March 2027", "2027-03-01", "2027-03-31"),
        ("03/04/2027", None, None),
        ("end of March 2027", None, None),
        ("2027-02-30", None, None),
        ("2027-W60", None, None),
        ("soon", None, None),
        ("2027-03-31 to 2027-01-01", None, None),
    ],
)
def test_dates(text: str, first: str | None, last: str | None) -> None:
    """What is ambiguous or no day is none."""
    assert (parse_date(text, last=False), parse_date(text)) == (first, last)


def test_periods() -> None:
    """Quarters with a year: in a text, at its beginning, as all of it."""
    found = find_period("Base (Q1 2027)")
    assert found
    assert (found.text, found.start, found.end) == ("Q1 2027", "2027-01-01", "2027-03-31")
    led = leading_period("2027 Q2 - Growth")
    assert led
    assert led.end == "2027-06-30"
    assert whole_period("Q1 2027 - Growth") is None


@pytest.mark.parametrize(
    ("text", "names"),
    [("bug, `urgent`, area: db", ("bug", "urgent", "area: db")), ("`bug` `urgent`", ("bug",
     "urgent")), ("[bug, urgent]", ("bug", "urgent")), ("Ada / Ben", ("Ada", "Ben")),
     ("`a,b`, c", ("a,b", "c")), ("#bug #ui", ("bug", "ui")), ("x; y、z", ("x", "y", "z")),
     ("None", ()), ("**one**, one", ("one",)), ("R&D and Ops", ("R&D and Ops",))],
)  # fmt: skip
def test_names(text: str, names: tuple[str, ...]) -> None:
    """With and without back ticks, in brackets, between any commas."""
    assert parse_names(text) == names


@pytest.mark.parametrize(
    ("text", "issue"),
    [("#14", "#14"), ("14", "#14"), ("[#12](https://github.com/o/r/issues/12)", "#12"),
     ("[the door](https://github.com/o/r/issues/12)", "o/r#12"),
     ("[Log in](https://github.com/o/r/issues/9)", "o/r#9"), ("owner/repo#3", "owner/repo#3"),
     ("sandbox#4", "sandbox#4"), ("<https://github.com/o/r/issues/9>", "o/r#9"),
     ("#14 (done)", "#14"), ("[#7]", "#7"), ("seven", None), ("#0", None)],
)  # fmt: skip
def test_issues(text: str, issue: str | None) -> None:
    """A number, an address, a link."""
    found = parse_issue(text)
    assert (str(found) if found else None) == issue


@pytest.mark.parametrize(
    ("text", "words"),
    [("[R-001, R-002]", ["R-001", "R-002"]), ("`[R-001, R-002]`", ["R-001", "R-002"]),
     ("Story 1.2, Story 1.3", ["Story 1.2", "Story 1.3"]), ("Story 1.1, 1.2", ["Story 1.1",
     "Story 1.2"]), ("T001", ["T001"]), ("Task Group 1", ["Task Group 1"]), ("S2–S4", ["S2", "S3",
     "S4"]), ("T009-T011", ["T009", "T010", "T011"]), ("1.1", ["1.1"]), ("None", []), ("—", []),
     ("#12 and #13", ["#12", "#13"]), ("Epic 1 (sign in), Epic 2", ["Epic 1", "Epic 2"]),
     ("`a-1`, `b-2`", ["a-1", "b-2"]), ("depends on T001", ["T001"]), ("web-12", ["web-12"]),
     ("nach Epic 2", ["Epic 2"]), ("1.1; 1.2、1.3", ["1.1", "1.2", "1.3"])],
)  # fmt: skip
def test_dependencies(text: str, words: list[str]) -> None:
    """Lists, ranges and brackets; a type word goes on to the numbers behind it."""
    assert [each.word for each in parse_dependencies(text)] == words


def test_alternatives_are_marked() -> None:
    """`A or B` is neither."""
    (found,) = parse_dependencies("Epic 1 or Epic 2")
    assert found.either
    assert (singular("Stories 1.2"), singular("Épica 3"), singular("US 12"), singular("x")) == (
        "story 1.2", "epic 3", "US 12", "x",
    )  # fmt: skip


def test_words() -> None:
    """Priorities, statuses, kinds, repositories and keys without what surrounds them."""
    assert parse_priority("🔴 P0 (critical path)") == "P0"
    assert parse_priority("Must - have") == "Must - have"  # only brackets hold a remark
    assert parse_priority("No priority") is None
    assert [parse_status(each) for each in ("✅ Done", "In work (60%)", "✅", "[x]", "[ ]")] == [
        "Done", "In work", "Done", "Done", "Todo",
    ]  # fmt: skip
    assert parse_kind("Bug (minor)") == "bug"
    assert parse_repository("https://github.com/o/r") == "o/r"
    assert parse_repository("the web one") is None
    assert (parse_key("`WEB-1`"), parse_key("no key")) == ("web-1", None)
    assert is_empty("**—**")
    assert not is_empty("0")


@pytest.mark.parametrize(
    "text",
    ["As a rider, I want a bell, so that people hear me", "**As an** admin, I can log in",
     "Como cliente, quiero pagar", "Como cliente, quero pagar", "En tant que client, je veux payer",
     "Als Kunde, möchte ich zahlen", "Как клиент, я хочу платить", "作为客户，我想要付款",
     "顧客として、支払いをしたい", "고객으로서, 결제하고 싶다", "Come cliente, vorrei pagare",
     "Jako klient, chcę płacić", "Als klant, wil ik betalen"],
)  # fmt: skip
def test_user_stories(text: str) -> None:
    """Sentences of twelve languages."""
    assert is_story_sentence(text)
    assert is_sentence(text)
    assert not is_story_sentence("The bell rings")


@pytest.mark.parametrize(
    ("old", "iso", "new"),
    [
        ("31.03.2026", "2026-04-30", "30.04.2026"),
        ("1.3.2026", "2026-04-30", "30.4.2026"),
        ("2026/3/31", "2026-12-03", "2026/12/3"),
        ("March 31, 2026", "2026-12-03", "December 3, 2026"),
        ("Mar 31st, 2026", "2026-04-02", "Apr 2nd, 2026"),
        ("31/Mar/26", "2026-04-30", "30/Apr/26"),
        ("by 31/03/2026", "2026-04-30", "by 30/04/2026"),
        ("March 2026", "2026-04-30", "April 2026"),
        ("2026年3月31日", "2026-04-30", "2026年4月30日"),
        ("31/03/2026", "2026-12-03", "2026-12-03"),
        ("March 2026", "2026-12-03", "2026-12-03"),
        ("31. März 2026", "2026-04-30", "2026-04-30"),
        ("Q1 2026", "2026-04-30", "2026-04-30"),
        ("soon", "2026-04-30", "2026-04-30"),
    ],
)
def test_a_date_is_written_like_another_one(old: str, iso: str, new: str) -> None:
    """In the same form if that form exists for it and is read as the same date, otherwise ISO."""
    assert date_like(old, iso) == new
    assert parse_date(new) == iso
