"""The JSON of a report follows the schema that the docs hold."""

import json
import random
from typing import Any

import jsonschema
import pytest

from backlog_sync.core.facts import Facts
from backlog_sync.render.json import dump
from backlog_sync.reports.render_json import report_json
from tests.house.generated import ROOT
from tests.reporting import sample
from tests.reporting.builders import facts, generated, made
from tests.reporting.builders import sample as small

SCHEMA = ROOT / "docs" / "schema" / "report.schema.json"


def faults(given: Facts, spoil: str | None = None) -> list[str]:
    """What a report of these facts has that the schema does not know, or lacks."""
    told: dict[str, Any] = json.loads(dump(report_json(made(given), ("ROADMAP.md",))))
    if spoil is not None:
        told["items"][0][spoil] = ["not", "that"]
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(told)]


def test_reports_follow_the_schema() -> None:
    """Nothing, the samples, and random backlogs with every kind of gap."""
    rng = random.Random(5)
    for given in (facts(), small(), sample.facts(), *(generated(rng) for _ in range(10))):
        assert faults(given) == []


@pytest.mark.parametrize("spoil", ["title", "points", "unheard_of"])
def test_what_does_not_fit_is_found(spoil: str) -> None:
    """A value of another kind, and a name that the schema does not hold."""
    assert faults(small(), spoil) != []
