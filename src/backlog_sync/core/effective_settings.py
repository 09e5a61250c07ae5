"""Settings that change who is trusted, assigned or what is published: a plan shows them."""

from collections.abc import Mapping

from backlog_sync.core.changes import JsonValue
from backlog_sync.core.model import Settings


def in_force(settings: Settings) -> Mapping[str, JsonValue]:
    """Return the settings that differ from the default, by their names in the file."""
    values, defaults = _by_name(settings), _by_name(Settings())
    return {name: value for name, value in values.items() if value != defaults[name]}


def _by_name(settings: Settings) -> dict[str, JsonValue]:
    return {
        "trusted_authors": list(settings.trusted_authors),
        "agents": list(settings.agents),
        "ownership": [f"{name}: {owner}" for name, owner in sorted(settings.ownership.items())],
        "mentions": settings.mentions,
        "publish": list(settings.publish),
        "write_back": settings.write_back,
    }
