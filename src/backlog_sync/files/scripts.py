"""Recognize characters of scripts that are written without spaces between words."""


def is_cjk(text: str) -> bool:
    """Return whether a text begins with a kana, an ideograph or a Hangul syllable.

    A pattern of these ranges takes as long to compile as thousands of such comparisons.
    """
    return (
        "\u3040" <= (first := text[:1]) <= "\u30ff"
        or "\u3400" <= first <= "\u9fff"
        or "\uac00" <= first <= "\ud7af"
    )
