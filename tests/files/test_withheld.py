"""Risks, hours, skills, teams and capacity reach no body, in whatever syntax they are written."""

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backlog_sync.files.withheld import without_withheld
from tests.files.conftest import LoadText

KEYS = {
    "risks": (
        "Risk", "Risks", "Main risks", "Technical risks & mitigations", "Mitigation", "Risiko",
        "Risiken", "Riesgos", "Riscos", "Risques", "Rischi", "Risico's", "Ryzyka", "Риски", "风险",
        "リスク", "위험", "⚠️ Risk 1",
    ),
    "skills": (
        "Skills", "Skills needed", "Required skills", "Fähigkeiten", "Habilidades", "Compétences",
        "Competenze", "Vaardigheden", "Umiejętności", "Навыки", "技能", "スキル",
    ),
    "team": (
        "Team", "Responsible team", "Squad", "Equipo", "Equipe", "Équipe", "Zespół", "Команда",
        "团队", "チーム", "팀",
    ),
    "capacity": (
        "Team Capacity", "Team capability", "Team requirements", "Staffing", "Headcount",
        "Teamkapazität", "Capacidad del equipo",
    ),
    "estimate_hours": (
        "Effort", "Hours", "Estimated effort", "Time", "Duration", "Aufwand", "Esfuerzo", "Esforço",
        "Temps estimé", "Czas", "Трудозатраты", "工时", "時間", "시간",
    ),
}  # fmt: skip
"""Keys by the field that they name, in the languages of the vocabulary."""

TIMES = ("12h", "~3 days", "2-3 weeks", "5 person-days", "40 Stunden", "8 horas", "3 PT", "6 часов")


def value(rng: random.Random, field: str) -> str:
    """A value of a field, with a word that is found again wherever it comes to stand."""
    return f"{rng.choice(TIMES)} (secret)" if field == "estimate_hours" else "secret, of Ann"


def lines_of(rng: random.Random, field: str, key: str) -> list[str]:
    """One of the ways in which people write a field that no rule reads."""
    told = value(rng, field)
    forms = [
        [f"{key}: {told}"], [f"**{key}**: {told}"], [f"**{key}:** {told}"], [f"- {key}: {told}"],
        [f"* *{key}*: {told}"], [f"> {key}: {told}"], [f"{key}：{told}"], [f"**{key}** — {told}"],
        [f"- {key}: {told}", "  - and a secret detail"],
        [f"{key}: {told} | **Zone**: shown"],
    ]  # fmt: skip
    if field != "estimate_hours":
        forms += [
            [f"{key}:", "- secret one", "- secret two", "  going on, secret"],
            [f"- **{key}**:", "  - secret one", "  - secret two"],
            [f"**{key}**", "", "- secret one", "", "- secret two"],
            ["| Field | Value |", "|---|---|", f"| {key} | {told} |", "| Zone | shown |"],
        ]
    if field == "risks":
        forms += [
            ["| Risk | Likelihood | Mitigation |", "|:--|--|--|", "| secret | high | secret |"],
            [f"| {key} | Owner |", "|---|---|", "| secret | secret |"],
            [f"**{key}**:", "", "A secret of two lines,", "still secret"],
        ]
    if field != "risks":
        forms += [[f"| Part | {key} |", "|---|---|", f"| shown | {told} |"]]
    return rng.choice(forms)


def _roadmap(text: str) -> str:
    return f"# R\n\n## Epic 1: E\n\n### Story 1.1: S\n\n{text}\n"


def _listed(text: str) -> str:
    inner = text.replace("\n", "\n  ")
    return f"# R\n\n## Epic 1: E\n\n- **Story 1.1**: S\n\n  {inner}\n"


def _yaml(text: str) -> str:
    inner = text.replace("\n", "\n      ")
    return f"version: 1\nstories:\n  - title: S\n    description: |\n      {inner}\n"


def _json(text: str) -> str:
    return json.dumps({"userStories": [{"title": "S", "status": "todo", "description": text}]})


def _csv(text: str) -> str:
    quoted = text.replace('"', '""')
    return f'Title,Status,Points,Description\nS,Todo,3,"{quoted}"\n'


SYNTAXES = {
    "heading": ("ROADMAP.md", _roadmap),
    "list": ("ROADMAP.md", _listed),
    "yaml": ("backlog.yaml", _yaml),
    "json": ("plan.json", _json),
    "csv": ("plan.csv", _csv),
}


@pytest.mark.parametrize("syntax", SYNTAXES)
@pytest.mark.parametrize("field", KEYS)
def test_no_body_tells_what_is_withheld(load_text: LoadText, syntax: str, field: str) -> None:
    """Lines, lists, sections and tables stay in the file; the text around them does not."""
    rng = random.Random(f"{syntax} {field}")
    name, make = SYNTAXES[syntax]
    for key in KEYS[field]:
        told = "\n".join(lines_of(rng, field, key))
        text = make(f"Opening words.\n\n{told}\n\nClosing words.")
        found = load_text(text, name).desired
        assert found is not None
        body = json.dumps([str(part) for part in found.items[-1].block], ensure_ascii=False)
        assert "secret" not in body, (told, body)
        assert "Opening words." in body, (told, body)
        assert "Closing words." in body, (told, body)
        assert ("shown" in told) == ("shown" in body), (told, body)


@pytest.mark.parametrize("field", KEYS)
def test_what_is_published_stays(field: str) -> None:
    """`publish` names what may be read by everybody: then every byte of a text stays."""
    rng = random.Random(field)
    for key in KEYS[field]:
        text = "Opening.\n\n" + "\n".join(lines_of(rng, field, key)) + "\n\nClosing."
        assert without_withheld(text, (field,)) == text
        assert "secret" not in without_withheld(text, set(KEYS) - {field})


@pytest.mark.parametrize(
    "text",
    [
        "The team of the shop opens the door.",
        "Effort: Medium",
        "Impact: riders save time",
        "Team page: add a link",
        "Time: 10:30 to 11",
        "See https://example.com/team: the page",
        "```yaml\nteam: web\nrisks: none\n```",
        "| Task | State |\n|---|---|\n| Risk register | open |",
        "- [ ] Look at the risk of a fall\n- [ ] Hours are shown",
    ],
)
def test_other_text_keeps_every_byte(text: str) -> None:
    """Sentences, code, sizes and tables of other things are no fields."""
    assert without_withheld(text, ()) == text


@settings(deadline=None)
@given(st.text(alphabet="ab :|-*#>\n`RisksTeam0h", max_size=300))
def test_whatever_the_text_lines_only_go(text: str) -> None:
    """No line is made up, and filtering twice is filtering once."""
    once = without_withheld(text, ())
    assert without_withheld(once, ()) == once
    if "|" not in text:
        assert set(once.split("\n")) <= {*text.split("\n"), ""}


def test_pull_never_drops_what_is_withheld(load_text: LoadText) -> None:
    """A description of which lines are withheld is not written over by GitHub's version of it."""
    from backlog_sync.core.pull import Take, TakeText  # noqa: PLC0415 - for this test alone
    from backlog_sync.files.write.pull import accept  # noqa: PLC0415 - as above

    loaded = load_text(_yaml("Shown.\n\nTeam: secret"))
    assert loaded.desired is not None
    key = loaded.desired.items[0].key
    done = accept(loaded, loaded.desired, [Take(key, "S", "#1", "description", TakeText("New."))])
    assert done.changes == ()
    assert "not published" in done.left[0].reason
