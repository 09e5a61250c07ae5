"""Pages and pictures that are made from the code are up to date."""

import pytest

from tests.house.generated import GENERATED, ROOT


@pytest.mark.parametrize("name", GENERATED)
def test_generated_page_is_up_to_date(name: str) -> None:
    """The committed file is what the code gives; `python -m tests.house.generated` writes it."""
    assert (ROOT / name).read_text(encoding="utf-8") == GENERATED[name]()
