"""Match characters of scripts that are written without spaces between words."""

import re
from typing import Final

CJK: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""One sign of Japanese, Chinese or Korean: kana, ideographs, Hangul syllables."""
