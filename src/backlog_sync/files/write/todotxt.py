"""Set progress in a `todo.txt`: `x` before a task, `issue:` after it."""

from backlog_sync.files.anchors import TodoAnchor
from backlog_sync.files.parsed import ParsedFile
from backlog_sync.files.write.edits import Edit
from backlog_sync.files.write.new_values import (
    NO_PLACE,
    Link,
    Status,
    UnwritableError,
    Value,
    has_progress,
)
from backlog_sync.files.write.own_words import Texts


class TodoWriter:
    """Sets progress in one `todo.txt` file."""

    def __init__(self, parsed: ParsedFile) -> None:
        self.parsed = parsed
        self.edits: list[Edit] = []
        self.texts = Texts(0, lambda _index, _field: "")

    def set(self, index: int, field: str, value: Value) -> None:  # noqa: ARG002 - values say it
        """Set one field of an item. Raises UnwritableError, without an edit, if it has no place."""
        item = self.parsed.items[index]
        if has_progress(item.document, value):
            return
        if not isinstance(item.anchor, TodoAnchor):
            raise UnwritableError(NO_PLACE)
        if isinstance(value, Status):
            if item.document.status or not value.initial:
                self._status(item.anchor, value)
        elif isinstance(value, Link):
            self._issue(item.anchor, value)
        else:
            raise UnwritableError("the file has no key for it")

    def _status(self, anchor: TodoAnchor, status: Status) -> None:
        """Set or remove the `x` of a task; `todo.txt` has no word for work in progress."""
        if status.ends and anchor.done is None:
            self.edits.append(Edit(anchor.start, anchor.start, "x "))
        elif not status.ends and anchor.done is not None:
            self.edits.append(Edit(*anchor.done, ""))
        elif not status.ends:
            raise UnwritableError("a todo.txt can only say that something is done")

    def _issue(self, anchor: TodoAnchor, link: Link) -> None:
        text = self.parsed.source.text[anchor.start : anchor.end]
        end = anchor.start + len(text.rstrip())
        behind = Edit(end, end, f" issue:{link.number}")
        self.edits.append(Edit(*anchor.issue, link.number) if anchor.issue else behind)

    def finish(self) -> list[Edit]:
        """Return the edits for all fields that were set."""
        return self.edits
