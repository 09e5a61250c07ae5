"""Record where each item is in its file, so that writers find it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backlog_sync.dataclass import dataclass

if TYPE_CHECKING:  # the readers, which have these types, create anchors
    from backlog_sync.files.outline import Keywords, Line
    from backlog_sync.files.reading.metadata import Pair
    from backlog_sync.files.yaml.nodes import MapNode, Scalar


@dataclass(frozen=True, slots=True)
class MetaLine:
    """A pair of metadata and the index of its line.

    One that is `aside` is below its own heading, where a status is not the item's.
    """

    pair: Pair
    line: int
    aside: bool = False


@dataclass(frozen=True, slots=True)
class RowSpan:
    """The title in a table row: its offsets, and the issue after it."""

    start: int
    end: int
    issue: str | None = None


@dataclass(frozen=True, slots=True)
class Anchor:
    """The position of an item in a Markdown file.

    `lines` are all lines of the file. `title` is the index of the last line of the title, `body`
    that of the last line of a paragraph that begins after it. `list_` is whether the item is a list
    item, not a heading; `content` is the column where a list item's text begins. `boxes` contains,
    for each criterion, the offset of the character in its check box, None without one; `box` is
    that of the item itself. `cells` are the table cells about the item, `row` is the place of its
    title in a table row. `shared` is the type word of an item whose heading contains another one,
    too. `front` is the row that closes the front matter of a file that is one item, otherwise -1.
    `keywords` are those of an Org file.
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
    """The position of a status in a status file."""

    node: Scalar


@dataclass(frozen=True, slots=True)
class RowAnchor:
    """The position of an item in CSV or TSV: its row, and the column of its title, -1 for none."""

    row: int
    title: int


@dataclass(frozen=True, slots=True)
class TodoAnchor:
    """The position of a task in a `todo.txt`: its line, its done mark, and its `issue:`."""

    start: int
    end: int
    done: tuple[int, int] | None
    issue: tuple[int, int] | None
