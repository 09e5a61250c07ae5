"""Where an item stands in its file: what a reader notes of each, so that writers find it again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the readers, which have these types, make anchors
    from backlog_sync.files.outline import Keywords, Line
    from backlog_sync.files.reading.metadata import Pair
    from backlog_sync.files.yaml.nodes import MapNode, Scalar


@dataclass(frozen=True, slots=True)
class MetaLine:
    """A pair of metadata and the index of the line that holds it.

    One that is `aside` stands below a heading of its own, where a status is not the item's.
    """

    pair: Pair
    line: int
    aside: bool = False


@dataclass(frozen=True, slots=True)
class RowSpan:
    """Where the title stands in a table row: offsets, and the issue behind it."""

    start: int
    end: int
    issue: str | None = None


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where an item of a Markdown file stands.

    `lines` are all lines of the file. `title` is the index of the last line of the title, `body`
    that of the last line of a paragraph that begins behind it. `list_` tells a list item from a
    heading; `content` is the column where a list item's text begins.
    `boxes` hold, for each criterion, the offset of the character in its check box, None where it
    has none; `box` is that of the item itself.
    `cells` are the table cells that speak of the item, `row` the place of its title where it is a
    table row. `shared` is the type word of an item whose heading holds another one too. `front`
    is the row that closes the front matter of a file that is one item, else -1. `keywords` are
    those of an Org file.
    """

    lines: tuple[Line, ...]
    title: int
    body: int
    list_: bool
    content: int
    meta: tuple[MetaLine, ...]
    boxes: tuple[int | None, ...]
    box: int | None = None
    cells: tuple[MetaLine, ...] = ()
    row: RowSpan | None = None
    shared: str = ""
    front: int = -1
    keywords: Keywords | None = None


@dataclass(frozen=True, slots=True)
class NodeAnchor:
    """Where an item of YAML, JSON or front matter is: its mapping, or the text that is all of it.

    `boxes` are the offsets of the check boxes of its criteria, if these are below front matter.
    """

    node: MapNode | Scalar
    boxes: tuple[int | None, ...] = ()


@dataclass(frozen=True, slots=True)
class StatusAnchor:
    """Where the status stands in a file of statuses."""

    node: Scalar


@dataclass(frozen=True, slots=True)
class RowAnchor:
    """Where an item of CSV or TSV stands: its row, and the column of its title, -1 for none."""

    row: int
    title: int


@dataclass(frozen=True, slots=True)
class TodoAnchor:
    """Where a task of a `todo.txt` stands: its line, what says that it is done, its `issue:`."""

    start: int
    end: int
    done: tuple[int, int] | None
    issue: tuple[int, int] | None
