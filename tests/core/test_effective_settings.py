"""Settings in force: what changes who is trusted or what is published stands in every plan."""

from html import unescape

import pytest

from backlog_sync.core.model import Settings
from backlog_sync.core.plan_json import plan_to_json
from backlog_sync.core.planner import build_plan
from backlog_sync.render.canvas import Look
from backlog_sync.render.markdown import plan_markdown
from backlog_sync.render.text import plan_text
from tests.core.builders import desired, observed

LOOK = Look(width=80, color=False, ascii=True)


def test_nothing_is_told_of_defaults() -> None:
    """A backlog that leaves everything as it is has no such section, in no form."""
    plan = build_plan(desired(settings=Settings()), observed())
    assert "settings" not in plan_to_json(plan)
    assert "in force" not in plan_text(plan, LOOK) + plan_markdown(plan)


@pytest.mark.parametrize(
    ("settings", "name", "words"),
    [
        (Settings(trusted_authors=("mallory", "eve[bot]")), "trusted_authors", "mallory eve[bot]"),
        (Settings(trusted_authors=()), "trusted_authors", ""),
        (Settings(agents=("copilot-swe-agent",)), "agents", "copilot-swe-agent"),
        (Settings(ownership={"title": "github"}), "ownership", "title: github"),
        (Settings(mentions=True), "mentions", "yes"),
        (Settings(publish=("risks", "team")), "publish", "risks team"),
        (Settings(write_back="ids"), "write_back", "ids"),
    ],
)
def test_each_is_shown_everywhere(settings: Settings, name: str, words: str) -> None:
    """Text, Markdown and JSON name the setting and each of its values, also with nothing to do."""
    plan = build_plan(desired(settings=settings), observed())
    assert not plan.changes
    assert list(plan_to_json(plan)["settings"]) == [name]
    for told in (plan_text(plan, LOOK), unescape(plan_markdown(plan))):
        section = told.partition("Settings in force")[2]
        assert name in section
        assert all(word in section for word in words.split())


def test_a_value_cannot_act_on_who_reads_it() -> None:
    """A name with control characters or a mention is broken, as every foreign value is."""
    plan = build_plan(desired(settings=Settings(trusted_authors=("\x1b[31m@all",))), observed())
    assert "\x1b" not in plan_text(plan, LOOK) + plan_markdown(plan)
    assert "@all" not in plan_markdown(plan)
