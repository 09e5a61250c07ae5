"""The outline of a file: what stands below what, and where. It knows no meaning.

Every syntax gives one. What a node says (an item, a criterion, a field, plain text) is decided
by `reading`, which does not know which syntax the node came from.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum


class Form(Enum):
    """What a node is in its syntax."""

    DOCUMENT = "document"
    SECTION = "section"
    LABEL = "label"
    ENTRY = "entry"
    TABLE = "table"
    ROW = "row"
    KEY = "key"
    TEXT = "text"
    CODE = "code"
    QUOTE = "quote"
    RULE = "rule"
    COMMENT = "comment"


@dataclass(slots=True, eq=False)
class Node:
    """A part of a file.

    `first` is the row of its first line, `head` the row behind its own title and `end` the row
    behind its last line, all from 0. `text` is its title as written, beginning at `at`; for a
    `TEXT` it is empty. `level` is that of a heading. `group` numbers the list that an entry
    stands in, or the table of a row. `box` is the offset of the character in its check box.
    """

    form: Form
    first: int
    end: int
    text: str = ""
    at: int = 0
    head: int = 0
    level: int = 0
    group: int = 0
    indent: int = 0
    content: int = 0
    box: int | None = None
    ticked: bool = False
    parent: "Node | None" = None
    children: list["Node"] = field(default_factory=list)

    def add(self, child: "Node") -> "Node":
        """Put a node below this one."""
        child.parent = self
        self.children.append(child)
        return child

    def walk(self) -> Iterator["Node"]:
        """All nodes below, in document order, and this one first."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(reversed(node.children))

    def above(self) -> Iterator["Node"]:
        """The nodes that this one stands in, the innermost first."""
        node = self.parent
        while node is not None:
            yield node
            node = node.parent

    @property
    def entries(self) -> list["Node"]:
        """The list entries directly below."""
        return [child for child in self.children if child.form is Form.ENTRY]

    @property
    def sections(self) -> list["Node"]:
        """The sections and labels directly below."""
        return [child for child in self.children if child.form in (Form.SECTION, Form.LABEL)]
