"""Reading the sandbox's pages as a browser does, without one."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass(slots=True)
class Seen:
    """What a page holds: elements with their attributes, and the words that are shown."""

    elements: list[tuple[str, list[tuple[str, str | None]]]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    @property
    def tags(self) -> list[str]:
        """The names of all elements."""
        return [tag for tag, _ in self.elements]

    @property
    def words(self) -> str:
        """All text, its spaces made one."""
        return " ".join("".join(self.texts).split())

    @property
    def links(self) -> list[str]:
        """Where its links lead."""
        return [
            value or ""
            for tag, attributes in self.elements
            if tag == "a"
            for name, value in attributes
            if name == "href"
        ]

    @property
    def handlers(self) -> list[str]:
        """Attributes that would run something or style something."""
        return [
            name
            for _, attributes in self.elements
            for name, _ in attributes
            if name.startswith("on") or name in ("style", "srcdoc")
        ]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen = Seen()
        self.within = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.seen.elements.append((tag, attrs))
        self.seen.texts.append(" " if tag not in ("b", "bdi", "strong", "em", "code", "s") else "")
        self.within = tag

    def handle_endtag(self, tag: str) -> None:
        """Note its end."""
        del tag
        self.within = ""

    def handle_data(self, data: str) -> None:
        """Note what is shown."""
        if self.within not in ("script", "style"):
            self.seen.texts.append(data)


def seen(html: object) -> Seen:
    """What a page, or a part of one, shows."""
    reader = _Reader()
    reader.feed(str(html))
    reader.close()
    return reader.seen
