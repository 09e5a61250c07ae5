"""Rule 7: headings that name a time, a phase or a status, below which bullets may be items."""

import re

from backlog_sync.files.markdown.lines import Kind, Line
from backlog_sync.files.markdown.prefix import planning_prefix
from backlog_sync.files.markdown.words import is_status_word, words
from backlog_sync.files.vocabulary import bare_word

_MONTHS = (
    "jan|january|feb|february|mar|march|apr|april|may|jun|june|jul|july|aug|august|sep|september|"
    "oct|october|nov|november|dec|december"
)
_TIME = re.compile(
    r"\d{4}[ ]?[-/]?[ ]?[QH][1-4]"
    r"|[QH][1-4](?:[ ]?[-–/][ ]?[QH][1-4])?[ ,/-]{1,2}\d{4}"
    r"|20\d\d\+?(?=$|[ ]?[-–—:])"
    rf"|(?:{_MONTHS})\.?[ ]20\d\d(?=$|[ ]?[-–—:/])",
    re.IGNORECASE,
)
_REMARK = re.compile(r"[ ]?[(（][^()（）]{0,80}[)）]|[ ][-–—][ ].{0,160}$")
_GROUPS = words(
    "milestones|milestone|roadmap|goals|plan|hitos|marcos|jalons|meilensteine|вехи|план|里程碑|"
    "マイルストーン|ロードマップ|路线图|key milestones|timeline"
)
_TERMS = words(
    "now|next|later|short term|short-term|mid term|mid-term|medium term|long term|long-term|"
    "corto plazo|medio plazo|largo plazo|curto prazo|médio prazo|longo prazo|court terme|"
    "moyen terme|long terme|kurzfristig|mittelfristig|langfristig|breve termine|medio termine|"
    "lungo termine|à court terme|à moyen terme|à long terme|a corto plazo|a medio plazo|"
    "a largo plazo|short-term goals|long-term goals|near term|near-term|future|someday|"
    "短期|中期|長期|长期|단기|중기|장기"
)


def is_time_heading(text: str) -> bool:
    """Whether a heading names a time (`2025 Q4 - MVP`), a term (`Later`) or a status."""
    word = bare_word(text[:200])
    head = bare_word(_REMARK.sub("", text[:200]))
    return bool(head in _TERMS or _TIME.match(word) or is_status_word(head))


def planned_headings(lines: tuple[Line, ...]) -> dict[int, str]:
    """Headings above bullets that carry a priority or a quarter of their own, and their kinds.

    The heading directly above is a feature where one above it is an epic; groupings such as
    `Milestones` and the title of the document are neither.
    """
    found: dict[int, str] = {}
    open_: list[Line] = []
    for line in lines:
        if line.kind is Kind.HEADING:
            while open_ and open_[-1].level >= line.level:
                open_.pop()
            open_.append(line)
        elif open_ and open_[-1].row not in found and _is_planned(line):
            _declare(open_, found)
    return found


def _is_planned(line: Line) -> bool:
    if line.kind is not Kind.LIST or line.indent or line.box is not None:
        return False
    return planning_prefix(line.text) is not None


def _declare(open_: list[Line], found: dict[int, str]) -> None:
    above = open_[-2] if len(open_) > 1 else None
    if above and above.level > 1 and bare_word(above.text) not in _GROUPS:
        found[above.row] = "epic"
        found[open_[-1].row] = "feature"
    else:
        found[open_[-1].row] = "epic"
