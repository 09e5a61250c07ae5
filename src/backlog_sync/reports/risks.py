"""The risk register: the file's words mapped to a scale from 1 to 5, and exposure as their product.

If words are used, low, medium and high are 2, 3 and 4, with 1 and 5 for the extremes. A number from
1 to 5 without a unit is the scale itself, as is `4/5`. A percentage is mapped by fifths: up to 20%
is 1, above 80% is 5; a fraction below 1 is read as a percentage.
"""

import math
import re
import unicodedata
from collections.abc import Iterable

from backlog_sync.core.facts import Phase, WorkItem
from backlog_sync.core.planning import Risk
from backlog_sync.reports.values import RegisteredRisk

_WORDS = {
    1: """very low, very unlikely, rare, remote, negligible, insignificant, trivial, vl
          muy bajo, muy baja, muito baixo, muito baixa, raro, rara, insignificante
          très faible, très bas, négligeable, sehr gering, sehr niedrig, vernachlässigbar
          molto basso, molto bassa, zeer laag, очень низкий, очень низкая
          很低, 极低, 非常に低い""",
    2: """low, unlikely, minor, small, l, bajo, baja, poco probable, menor, baixo, baixa
          pouco provável, faible, bas, basse, peu probable, mineur, gering, niedrig
          unwahrscheinlich, klein, basso, bassa, laag, низкий, низкая, низкое, 低, 低い, 小, 🟢""",
    3: """medium, moderate, mid, med, possible, average, m, medio, media, posible, moderado
          moderada, médio, média, possível, moyen, moyenne, modéré, modérée, mittel, möglich
          mäßig, gemiddeld, средний, средняя, среднее, 中, 中等, 中程度, 🟡, 🟠""",
    4: """high, likely, probable, major, large, serious, h, alto, alta, probable, mayor, provável
          maior, élevé, élevée, haut, haute, fort, forte, majeur, hoch, wahrscheinlich, groß
          hoog, высокий, высокая, высокое, 高, 高い, 大, 🔴""",
    5: """very high, very likely, almost certain, certain, critical, severe, catastrophic, extreme
          vh, muy alto, muy alta, crítico, crítica, muito alto, muito alta, casi seguro
          très élevé, très élevée, critique, sehr hoch, kritisch, fast sicher, molto alto
          molto alta, critico, critica, zeer hoog, kritiek, очень высокий, очень высокая
          критический, критическая, 很高, 极高, 严重, 非常に高い, 致命的""",
}
_NUMBER = re.compile(r"(\d{1,6}(?:[.,]\d{1,6})?)\s*(%|/\s*5)?\Z")


def _plain(word: str) -> str:
    """Return the word without case, accents, or surrounding signs."""
    folded = unicodedata.normalize("NFKD", word.casefold())
    unaccented = "".join(sign for sign in folded if not unicodedata.combining(sign))
    return " ".join(unaccented.replace("-", " ").replace("_", " ").split()).strip(" .:*\ufe0f")


_SCALE = {
    _plain(word): value
    for value, words in _WORDS.items()
    for line in words.splitlines()
    for word in line.split(",")
}


def level(word: str | None) -> int | None:
    """Return the place of a word or number on the scale, None if it has none."""
    plain = _plain(word) if word else ""
    if plain in _SCALE:
        return _SCALE[plain]
    number = _NUMBER.match(plain)
    if number is None:
        return None
    value = float(number[1].replace(",", "."))
    if number[2] == "%":
        return _level_of_percent(value) if value <= 100 else None
    if 0 < value < 1:
        return _level_of_percent(100 * value)
    return int(value) if value in (1, 2, 3, 4, 5) else None


def _level_of_percent(percent: float) -> int:
    return max(1, math.ceil(percent / 20))


def register(items: Iterable[WorkItem], whole: Iterable[Risk] = ()) -> tuple[RegisteredRisk, ...]:
    """Return every risk of the items and of the `whole`: open ones first, the highest on top.

    Risks without an exposure are last.
    """
    registered = [_registered(risk, None) for risk in whole]
    registered += [_registered(risk, item) for item in items for risk in item.risks]
    return tuple(sorted(registered, key=lambda risk: (not risk.open, -(risk.exposure or 0))))


def _registered(risk: Risk, item: WorkItem | None) -> RegisteredRisk:
    likelihood, impact = level(risk.likelihood), level(risk.impact)
    return RegisteredRisk(
        text=risk.text,
        item=item.key if item else "",
        milestone=item.milestone if item else None,
        likelihood=likelihood,
        impact=impact,
        exposure=likelihood * impact if likelihood and impact else None,
        mitigation=risk.mitigation,
        contingency=risk.contingency,
        owner=risk.owner,
        external=risk.external,
        open=item is None or item.phase not in (Phase.DONE, Phase.DROPPED),
    )


def unplaced(items: Iterable[WorkItem], whole: Iterable[Risk] = ()) -> tuple[str, ...]:
    """Return a sentence for each word that is not on the scale."""
    sentences: dict[str, None] = {}
    risks = [("the plan", risk) for risk in whole]
    risks += [(item.key, risk) for item in items for risk in item.risks]
    for subject, risk in risks:
        for name, word in (("likelihood", risk.likelihood), ("impact", risk.impact)):
            if word and level(word) is None:
                sentences[
                    f"The {name} {word!r} of a risk of {subject} has no place on the scale; "
                    "use 1 to 5, a percentage, or low, medium, high."
                ] = None
    return tuple(sentences)
