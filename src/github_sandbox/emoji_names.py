"""Recognize names that GitHub refuses because they are nothing but emoji."""


def is_only_emoji(name: str) -> bool:
    """Return whether a name has emoji and spaces, and nothing else."""
    if name.isascii() or any(letter.isalpha() for letter in name):
        return False
    import emoji  # noqa: PLC0415 - its table takes longer to load than a request to answer

    return bool(name.strip()) and not emoji.replace_emoji(name, "").strip()
