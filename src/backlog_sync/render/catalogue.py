"""Explain every slug: what it means, why it matters, an example, and how to fix it.

The entries are data, in `catalogue.toml`; they are loaded only if something is explained.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from functools import cache
from importlib.resources import files
from pathlib import PurePosixPath
from typing import Any

from rich.text import Text

from backlog_sync.core.escape import clean
from backlog_sync.dataclass import dataclass
from backlog_sync.render.canvas import Look, paint, paragraph, stacked

AREAS = {
    "file": "lint, and every command that reads files",
    "plan": "warning of a plan",
    "guard": "nothing is sent",
    "run": "message of a command",
}
"""Where a message comes from."""

_SEVERITIES = {"both": "error or warning"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A slug and what it means; `severity` is `error`, `warning` or `both`.

    `wrong` is the text of a file (called `file`) that has the problem, `right` one that does not;
    `also` and `right_also` are other files that the example needs. The commands are run with
    `arguments`, by default the file. `unshown` says why a problem of files has no example.
    """

    slug: str
    severity: str
    title: str
    why: str
    fix: str
    area: str = "file"
    file: str = "backlog.yaml"
    wrong: str | None = None
    right: str = ""
    also: Mapping[str, str] = field(default_factory=dict)
    arguments: Sequence[str] | None = None
    right_file: str | None = None
    right_also: Mapping[str, str] | None = None
    right_arguments: Sequence[str] | None = None
    unshown: str = ""

    @property
    def severity_words(self) -> str:
        """The severity as words."""
        return _SEVERITIES.get(self.severity, self.severity)

    def wrong_files(self) -> dict[str, str]:
        """Return the files of the wrong example by path; a file without text does not exist."""
        own = {self.file: self.wrong} if self.wrong else {}
        return {**own, **self.also}

    def right_files(self) -> dict[str, str]:
        """Return the files of the right example by path."""
        also = self.also if self.right_also is None else self.right_also
        return {self.right_file or self.file: self.right, **also}


@cache
def catalogue() -> Mapping[str, Entry]:
    """Return all entries by slug, in the order of the file."""
    import tomllib  # noqa: PLC0415 - only for what is explained

    text = files("backlog_sync.render").joinpath("catalogue.toml").read_text("utf-8")
    entries: dict[str, dict[str, Any]] = tomllib.loads(text)
    return {slug: Entry(slug=slug, **entry) for slug, entry in entries.items()}


def nearest_slugs(word: str) -> list[str]:
    """Return the slugs that were probably meant, the most similar one first."""
    from difflib import get_close_matches  # noqa: PLC0415 - only for a typing error

    folded = word.lower().replace("_", "-").replace(" ", "-")
    parts = [slug for slug in catalogue() if folded in slug.split("-")]
    return [*dict.fromkeys([*get_close_matches(folded, catalogue(), n=3), *parts[:3]])]


def entry_text(entry: Entry, look: Look) -> str:
    """Return what a slug means, why it matters, a wrong and a right example, and the fix."""
    style = "yellow" if entry.severity == "warning" else "red"
    head = Text().append(entry.slug, f"bold {style}")
    head.append(f"  {entry.severity_words} {look.glyphs.dot} {AREAS[entry.area]}", "dim")
    sections = [
        [head, *paragraph(f"{entry.title}. {entry.why}", look, Text())],
        *(_example("wrong", each) for each in _listings(entry.wrong_files(), entry)),
        *(_example("right", each) for each in _listings(entry.right_files(), entry)),
        paragraph(entry.fix, look, Text().append("fix: ", "cyan")),
    ]
    return paint(stacked(sections), look)


def _listings(texts: Mapping[str, str], entry: Entry) -> Iterator[tuple[str, str]]:
    return iter(texts.items()) if entry.wrong is not None else iter(())


def _example(word: str, listing: tuple[str, str]) -> list[Text]:
    name, text = listing
    style = {"wrong": "red", "right": "green"}[word]
    lines = [Text(f"    {clean(line)}") for line in text.rstrip("\n").split("\n")]
    return [Text().append(word, style).append(f" ({name})", "dim"), *lines]


def entry_json(entry: Entry) -> dict[str, object]:
    """Return an entry as a mapping for scripts."""
    return {
        "slug": entry.slug,
        "severity": entry.severity_words,
        "title": entry.title,
        "why": entry.why,
        "fix": entry.fix,
        "wrong": entry.wrong_files() if entry.wrong is not None else None,
        "right": entry.right_files() if entry.wrong is not None else None,
    }


def entry_markdown(entry: Entry, output: str = "") -> str:
    """Return an entry as Markdown, without its heading; `output` is what the wrong example prints.

    Fences are longer than any of the example, so that code blocks in a roadmap stay inside.
    """
    parts = [entry.why]
    if entry.wrong is not None:
        parts += _listings_markdown(entry.wrong_files())
        parts += [f"```text\n{output.rstrip()}\n```"] if output else []
    parts.append(f"**Fix:** {entry.fix}")
    if entry.wrong is not None:
        parts += _listings_markdown(entry.right_files())
    return "\n\n".join(parts)


_FENCES = {".md": "markdown", ".yaml": "yaml", ".json": "json"}


def _listings_markdown(texts: Mapping[str, str]) -> Iterator[str]:
    for name, text in texts.items():
        language = _FENCES.get(PurePosixPath(name).suffix, "text")
        fence = "`" * (4 if "```" in text else 3)
        yield f"`{name}`:\n\n{fence}{language}\n{text.rstrip()}\n{fence}"
