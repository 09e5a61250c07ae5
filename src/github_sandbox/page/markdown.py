"""Render issue bodies like GitHub: its Markdown as HTML that is safe by construction.

Raw HTML becomes text, images become their alternative text, links go to the web or nowhere, and
comments stay hidden (GitHub's own documentation, "Basic writing and formatting syntax": "Hiding
content with comments"; a line end within a paragraph is shown as one).
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup

TICK_FORM = "ticks"
"""The id of the form for the boxes of an issue."""

_BOX = re.compile(r"((?:[ \t>]|[-*+](?=[ \t])|\d{1,9}[.)](?=[ \t]))*\[)([ xX])(\](?=[ \t]).*)")
_MARK = re.compile(r"\[([ xX])\][ \t]")
_SCHEME = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)
_LINE_END = re.compile(r"\r\n|\r|\n")
_MAX_NAME = 200


# ---- boxes ---------------------------------------------------------------------------------


def _name(line: str) -> str:
    """Return a short name for the text of a box, whether it is checked or not."""
    match = _BOX.match(line)
    text = match[3] if match else ""
    return hashlib.sha256(text.strip().encode("utf-8", "replace")).hexdigest()[:8]


def with_tick(body: str, order: str) -> str | None:
    """Return the body with one box changed: `line-name-1` checks it, `line-name-0` unchecks it.

    None if the line is no longer this box. Nothing else changes.
    """
    number, _, name_and_tick = order.partition("-")
    name, _, done = name_and_tick.partition("-")
    if not re.fullmatch(r"\d{1,6}", number, re.ASCII) or done not in ("0", "1"):
        return None
    starts = [0, *(m.end() for m in _LINE_END.finditer(body))]
    if int(number) >= len(starts):
        return None
    start = starts[int(number)]
    line = _LINE_END.split(body[start:], maxsplit=1)[0]
    match = _BOX.match(line)
    if match is None or _name(line) != name:
        return None
    tick_at = start + match.end(1)
    return f"{body[:tick_at]}{'x' if done == '1' else ' '}{body[tick_at + 1 :]}"


# ---- rules ---------------------------------------------------------------------------------


@lru_cache(maxsize=4)
def _last_end(text: str) -> int:
    """Return the last end of a comment in a text, computed once: otherwise time is quadratic."""
    return text.rfind("-->")


def _inline_comment(state: StateInline, silent: bool) -> bool:
    """Omit a comment within a line."""
    del silent
    if not state.src.startswith("<!--", state.pos) or _last_end(state.src) < state.pos + 2:
        return False
    end = state.src.index("-->", state.pos + 2) + 3
    if end > state.posMax:
        return False
    state.pos = end
    return True


def _block_comment(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Omit a comment that begins a line; as in CommonMark it may contain any lines.

    GitHub does not render text after it on its last line as Markdown; here it is a paragraph.
    """
    first_char = state.bMarks[start] + state.tShift[start]
    if state.is_code_block(start) or not state.src.startswith("<!--", first_char):
        return False
    if silent:
        return True
    line = start
    while line < end and (
        line == start or state.sCount[line] >= state.blkIndent or state.isEmpty(line)
    ):
        first = first_char + 2 if line == start else state.bMarks[line]
        comment_end = state.src.find("-->", first, state.eMarks[line])
        line += 1
        if comment_end >= 0:
            _paragraph_after(
                state, line - 1, state.src[comment_end + 3 : state.eMarks[line - 1]].strip()
            )
            break
    state.line = line
    return True


def _paragraph_after(state: StateBlock, line: int, text: str) -> None:
    if text:
        state.push("paragraph_open", "p", 1).map = [line, line + 1]
        inline = state.push("inline", "", 0)
        inline.map, inline.content, inline.children = [line, line + 1], text, []
        state.push("paragraph_close", "p", -1)


def _find_boxes(state: StateCore) -> None:
    """Add a check box to each list item that begins with `[ ]` or `[x]`.

    As in GitHub's own specification ("Task list items (extension)"), the first paragraph of the
    item must begin with it. This takes linear time, which the plug-in does not.
    """
    lines = state.src.split("\n")
    for above, before, token in zip(state.tokens, state.tokens[1:], state.tokens[2:], strict=False):
        kinds = (above.type, before.type, token.type)
        if kinds != ("list_item_open", "paragraph_open", "inline") or token.map is None:
            continue
        texts = token.children or []
        match = _MARK.match(token.content)
        if match is None or not texts or not texts[0].content.startswith(match[0]):
            continue
        texts[0].content = texts[0].content[len(match[0]) :]
        line = token.map[0]
        box_match = _BOX.match(lines[line])
        words = " ".join("".join(_texts(texts)).split())
        box = Token("task_box", "", 0)
        box.meta = {
            "done": match[1] != " ",
            "text": words[:_MAX_NAME] or "box",
            "order": f"{line}-{_name(lines[line])}" if box_match else None,
        }
        above.attrSet("class", "task-list-item")
        texts.insert(0, box)


def _texts(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type in ("text", "code_inline"):
            yield token.content
        elif token.type in ("softbreak", "hardbreak"):
            yield " "


# ---- rendering -----------------------------------------------------------------------------


class _Renderer(RendererHTML):
    """Renders HTML that escapes all text of an issue."""

    def html_block(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        """Raw HTML is not parsed; should it ever be, it is text."""
        del options, env
        return f"<p>{escapeHtml(tokens[idx].content)}</p>"

    def html_inline(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        """Raw HTML is not parsed; should it ever be, it is text."""
        del options, env
        return escapeHtml(tokens[idx].content)

    def task_box(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        """Render a box: a button of the page's form if it can be changed, else a disabled one."""
        del options
        box = tokens[idx].meta
        text = escapeHtml(box["text"])
        if not env["ticks"] or box["order"] is None:
            checked = " checked" if box["done"] else ""
            return f'<input class="box" type="checkbox" disabled{checked} aria-label="{text}">'
        checked, new_tick = ("true", 0) if box["done"] else ("false", 1)
        return (
            f'<button class="box" form="{TICK_FORM}" name="box" value="{box["order"]}-{new_tick}"'
            f' role="checkbox" aria-checked="{checked}" aria-label="{text}"></button>'
        )

    def link_open(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        """Render a link to the web or to one of these pages; others lead nowhere."""
        del options
        href = str(tokens[idx].attrGet("href") or "")
        page_url = env["sandbox_page"](href)
        if page_url is not None:
            return f'<a href="{escapeHtml(page_url)}">'
        if _SCHEME.match(href):
            return f'<a href="{escapeHtml(href)}" rel="nofollow noopener noreferrer">'
        return f'<a class="nowhere" title="{escapeHtml(href[:_MAX_NAME])}">'

    def image(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """Render the alternative text of an image, which is not loaded."""
        words = self.renderInlineAsText(tokens[idx].children, options, env).strip()
        return f'<span class="picture">{escapeHtml(words or "picture")}</span>'

    def fence(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """Render fenced code, which the keyboard can scroll if it is wider than the page."""
        return _scrolled(super().fence(tokens, idx, options, env))

    def code_block(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        """Render indented code."""
        return _scrolled(super().code_block(tokens, idx, options, env))

    def table_open(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        """Open a table in a box that scrolls if it is wider than the page."""
        return f'<div class="scroll" tabindex="0">{self.renderToken(tokens, idx, options, env)}'

    def table_close(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        """Close a table and its box."""
        return f"{self.renderToken(tokens, idx, options, env)}</div>"


def _scrolled(html: str) -> str:
    return html.replace("<pre>", '<pre tabindex="0">', 1)


@cache
def _parser() -> MarkdownIt:
    options: dict[str, Any] = {"html": False, "linkify": False, "breaks": True, "xhtmlOut": False}
    options["maxNesting"] = 40  # deeper levels are not shown; each one costs time
    md = MarkdownIt("commonmark", options, renderer_cls=_Renderer)
    md.enable(["table", "strikethrough"]).disable(["html_block", "html_inline", "autolink"])
    md.block.ruler.before(
        "html_block",
        "hidden_comment",
        _block_comment,
        {"alt": ["paragraph", "reference", "blockquote"]},
    )
    md.inline.ruler.before("html_inline", "hidden_comment", _inline_comment)
    md.core.ruler.after("inline", "boxes", _find_boxes)
    return md


def _nowhere(href: str) -> None:
    del href


def to_html(
    body: str, *, ticks: bool = False, sandbox_page: Callable[[str], str | None] = _nowhere
) -> Markup:
    """Return the HTML of a body.

    With `ticks`, its boxes are buttons of the form `TICK_FORM`. `sandbox_page` returns our own page
    for the target of a link, None if there is none.
    """
    env = {"ticks": ticks, "sandbox_page": sandbox_page}
    return Markup(_parser().render(body, env))  # noqa: S704 - the renderer escapes every text
