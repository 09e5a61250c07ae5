"""Status words that the settings declare: `reading: {statuses: {Shipped: Done}}`."""

from collections.abc import Mapping
from dataclasses import replace

from backlog_sync.files.documents.settings import SettingsDocument
from backlog_sync.files.parsed import ParsedItem
from backlog_sync.files.vocabulary import key_words

STATUSES = "statuses"


def own_statuses(settings: SettingsDocument) -> dict[str, str]:
    """The statuses that words of the files mean, by the word as keys are compared."""
    said = settings.reading.get(STATUSES)
    words = said.items() if isinstance(said, Mapping) else ()
    return {key_words(word): str(status) for word, status in words}


def as_meant(item: ParsedItem, statuses: Mapping[str, str]) -> ParsedItem:
    """The item with the status that its own word is declared to mean."""
    meant = statuses.get(key_words(item.document.status or ""))
    if meant is None:
        return item
    return replace(item, document=item.document.model_copy(update={"status": meant}))
