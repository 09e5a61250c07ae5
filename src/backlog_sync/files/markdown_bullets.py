"""Rule 7: headings that name a time, a phase or a status, below which bullets may be items."""

import re

from backlog_sync.files.markdown_words import bare_word, meanings, words

_TIME = re.compile(
    r"\d{4}[ ]?[-/]?[ ]?[QH][1-4]"
    r"|[QH][1-4](?:[ ]?[-–/][ ]?[QH][1-4])?[ ,/-]{1,2}\d{4}"
    r"|20\d\d\+?(?=$|[ ]?[-–—:])",
    re.IGNORECASE,
)
_TERMS = words(
    "now|next|later|short term|short-term|mid term|mid-term|medium term|long term|long-term|"
    "corto plazo|medio plazo|largo plazo|curto prazo|médio prazo|longo prazo|court terme|"
    "moyen terme|long terme|kurzfristig|mittelfristig|langfristig|短期|中期|長期|长期"
)


def is_time_heading(text: str) -> bool:
    """Whether a heading names a time (`2025 Q4 - MVP`), a term (`Later`) or a status."""
    word = bare_word(text[:200])
    if word in _TERMS or _TIME.match(word):
        return True
    return len(word.split()) < 4 and bool(meanings(word))
