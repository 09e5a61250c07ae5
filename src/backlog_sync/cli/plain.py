"""Messages on their way to a terminal, without loading what draws plans."""


def plain(message: str) -> str:
    """A message with its own line breaks, and every other control or format character escaped.

    Lines after the first are indented, so that no foreign line can begin like one of ours or
    like a workflow command.
    """
    return "\n    ".join("".join(map(_shown, line)) for line in message.split("\n"))


def _shown(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode()
