"""Merging a branch's file, as git does with lines."""

from difflib import SequenceMatcher


def merged(base: str, ours: str, theirs: str) -> str | None:
    """Our text with what changed from the base to theirs; None where both changed a place."""
    if ours == base:
        return theirs
    old, mine, new = (text.split("\n") for text in (base, ours, theirs))
    places: dict[int, int] = {}
    for block in SequenceMatcher(None, old, mine, autojunk=False).get_matching_blocks():
        for n in range(block.size):
            places[block.a + n] = block.b + n
    result = list(mine)
    changes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    for kind, start, end, low, high in reversed(changes):
        if kind == "equal":
            continue
        around = range(max(start - 1, 0), min(end + 1, len(old)))
        there = [places.get(n) for n in around]
        first = there[0]
        if first is None or there != list(range(first, first + len(there))):
            return None
        at = places[start] if start in places else places[start - 1] + 1
        result[at : at + end - start] = new[low:high]
    return "\n".join(result)
