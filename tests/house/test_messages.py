"""Every message has a slug of the catalogue, whose example shows it, and a remedy."""

import re

import pytest

from backlog_sync.render.catalogue import AREAS, catalogue
from tests.house.messages import messages, right_of, slugs_of_the_code, texts_of_the_code, wrong_of

SHOWN = [slug for slug, entry in catalogue().items() if entry.wrong is not None]


@pytest.mark.parametrize("slug", SHOWN)
def test_the_example_has_the_problem_and_the_right_one_has_none(slug: str) -> None:
    """Lint finds the slug in the wrong example, as severe as stated and with a hint."""
    entry = catalogue()[slug]
    found = [each for each in wrong_of(entry) if each.slug == slug]
    assert found
    assert {each.severity.value for each in found} <= set(entry.severity_words.split(" or "))
    assert all(each.hint for each in found)
    assert right_of(entry) == ()


def test_the_catalogue_has_every_slug_of_the_code_and_no_other() -> None:
    """A new slug needs an entry in `render/catalogue.toml`; one that is gone leaves it."""
    used = slugs_of_the_code()
    whole = {slug for slug in used if "*" not in slug}
    patterns = [re.escape(slug).replace(r"\*", "[a-z]+") for slug in used if "*" in slug]
    assert whole - set(catalogue()) == set()
    made = {s for s in catalogue() if any(re.fullmatch(each, s) for each in patterns)}
    assert set(catalogue()) - whole - made - texts_of_the_code() == set()


def test_every_entry_is_complete() -> None:
    """Problems in files have an example, or a reason why none is shown; sentences end."""
    for entry in catalogue().values():
        assert entry.area in AREAS
        assert entry.severity in ("error", "warning", "both")
        assert not entry.title.endswith(".")
        assert entry.why.endswith((".", "?"))
        assert entry.fix.endswith(".")
        shown = entry.wrong is not None
        assert (entry.area == "file") == (shown or bool(entry.unshown)), entry.slug


def test_every_message_has_a_severity_a_place_and_a_remedy() -> None:
    """Each error, warning, refusal, held item and check says what to do: `{}` is filled in."""
    lines = messages()
    assert len(lines) > 250
    for each in lines:
        assert each.severity in ("error", "warning", "as checked"), each
        assert each.place, each
    assert [each for each in lines if not each.remedy] == []
