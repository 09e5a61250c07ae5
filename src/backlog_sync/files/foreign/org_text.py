"""Org's markup as Markdown."""

import re
from collections.abc import Sequence

_BEGIN = re.compile(r"([ \t]*)#\+BEGIN_?(\w*)[ \t]*([\w+-]*)", re.IGNORECASE)
_END = re.compile(r"[ \t]*#\+END_?(\w*)", re.IGNORECASE)
_COMMENT = re.compile(r"[ \t]*#(?:[ \t]|$|\+\w+:)")
_EXAMPLE = re.compile(r"([ \t]*): (.*)")
_LINK = re.compile(r"\[\[([^\[\]\n]{1,500})\](?:\[([^\[\]\n]{1,300})\])?\]")
_CODE = re.compile(r"(?<![\w=~])([=~])(?=\S)([^=~\n]{1,200}?)(?<=\S)\1(?![\w=~])")
_BOLD = re.compile(r"(?<![\w*])\*(?=\S)([^*\n]{1,300}?)(?<=\S)\*(?![\w*])")
_ITALIC = re.compile(r"(?<![\w/:])/(?=[^\s/])([^/\n]{1,300}?)(?<=[^\s/])/(?![\w/])")
_CODED = ("SRC", "EXAMPLE", "")


def markdown_of(lines: Sequence[str]) -> str:
    """Lines of Org as Markdown: blocks of code as fences, links and emphasis."""
    out: list[str] = []
    fenced = False
    for line in lines:
        begin = None if fenced else _BEGIN.match(line)
        if begin is not None and begin[2].upper() in _CODED:
            fenced = True
            out.append(f"```{begin[3]}")
        elif fenced and _END.match(line):
            fenced = False
            out.append("```")
        elif fenced:
            out.append(line)
        elif (example := _EXAMPLE.match(line)) is not None:
            out.append(f"    {example[2]}")
        elif not _COMMENT.match(line) and not _END.match(line) and begin is None:
            out.append(_inline(line))
    if fenced:
        out.append("```")
    return "\n".join(out).strip("\n")


def plain_title(text: str) -> str:
    """A line as a title: links by what they show, code in back-ticks."""
    shown = _LINK.sub(lambda link: link[2] or link[1], text)
    return " ".join(_CODE.sub(r"`\2`", shown).split())


def _inline(line: str) -> str:
    if not any(sign in line for sign in "[=~*/"):
        return line
    line = _LINK.sub(_link, line)
    line = _CODE.sub(r"`\2`", line)
    if "`" in line or "](" in line:
        return line
    return _ITALIC.sub(r"*\1*", _BOLD.sub(r"**\1**", line))


def _link(link: re.Match[str]) -> str:
    target, shown = link[1], link[2]
    if "://" not in target:
        return shown or target
    return f"[{shown}]({target})" if shown else f"<{target}>"
