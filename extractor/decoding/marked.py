"""What the bubbles of a field say, and what that means under its format."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from extractor.bubbles.bubble_state import LIKELY, SeenBubble, SeenMarks
from extractor.decoding import MOST_ALTERNATIVES, Decoded
from extractor.decoding.meaning import Meaning, judge
from extractor.decoding.written import BLANK, plain
from extractor.template import Format
from extractor.template.mark_group import Marks
from extractor.values import Alternative, Doubt, DoubtKind, Kind

WAYS, WORTH = 4, 1e-4
"""Ways to take the bubbles of one answer that are kept, and how probable one must be."""

SEVERAL = 0.05
"""How much rarer than it looks it is that several bubbles are marked where one may be, before anything is seen."""

WITHDRAWN = Doubt(DoubtKind.STRUCK, "a mark in it may have been taken back", most=0.98)
"""About what is neither plainly marked nor plainly empty beside another mark."""

UNSURE = (0.02, 0.9)
"""Between these a bubble is neither."""


@dataclass(frozen=True)
class _Way:
    """One way to take the bubbles of an answer: which are marked, by their labels, and how probable that is."""

    labels: tuple[str, ...]
    probability: float


def decode_marks(seen: SeenMarks, marks: Marks, form: Format) -> Decoded:
    """The best reading of a field of bubbles."""
    ways = [_ways(answer, marks) for answer in seen.answers]
    best = [own[0] for own in ways]
    meaning = meant(tuple(way.labels for way in best), marks, form)
    confidence = math.prod(way.probability for way in best)
    written = "".join(_as_written(way.labels) for way in best)
    others: dict[str, float] = {}
    for place, own in enumerate(ways):
        for way in own[1:]:
            picked = [*best[:place], way, *best[place + 1 :]]
            other = meant(tuple(one.labels for one in picked), marks, form)
            if other.value and not other.problem and other.value != meaning.value:
                chance = math.prod(one.probability for one in picked)
                others[other.value] = max(others.get(other.value, 0.0), chance)
    left = max(0.0, 1 - confidence)
    scale = min(1.0, left / total) if (total := sum(others.values())) > 0 else 0.0
    ranked = sorted(others.items(), key=lambda one: -one[1])[:MOST_ALTERNATIVES]
    alternatives = tuple(Alternative(value, chance * scale) for value, chance in ranked)
    decoded = Decoded(meaning, written, 0.0 if meaning.problem else confidence, alternatives)
    low, high = UNSURE
    unsure = any(low < one.marked < high for answer in seen.answers for one in answer)
    return decoded.doubted((WITHDRAWN,) if unsure else ())


def _ways(answer: Sequence[SeenBubble], marks: Marks) -> list[_Way]:
    """The ways to take the bubbles of one answer, the most probable first."""
    chances = [min(max(one.marked, 1e-9), 1 - 1e-9) for one in answer]
    unsure = sorted(range(len(answer)), key=lambda i: abs(chances[i] - 0.5))[:6]
    found: list[tuple[float, tuple[int, ...]]] = []
    sure = {i: chances[i] > LIKELY for i in range(len(answer)) if i not in unsure}
    for taken in itertools.product((False, True), repeat=len(unsure)):
        state = sure | dict(zip(unsure, taken, strict=True))
        chance = math.prod(chances[i] if on else 1 - chances[i] for i, on in state.items())
        chosen = tuple(sorted(i for i, on in state.items() if on))
        found.append((chance * (SEVERAL if marks.choose == "one" and len(chosen) > 1 else 1.0), chosen))
    total = sum(chance for chance, _ in found)
    found.sort(key=lambda one: -one[0])
    ways = [_Way(tuple(answer[i].label for i in chosen), chance / total) for chance, chosen in found[:WAYS]]
    return [way for place, way in enumerate(ways) if place == 0 or way.probability > WORTH]


def _as_written(labels: Sequence[str]) -> str:
    if not labels:
        return BLANK
    return labels[0] if len(labels) == 1 else f"({'+'.join(labels)})"


def meant(answers: Sequence[tuple[str, ...]], marks: Marks, form: Format) -> Meaning:
    """What it means that the bubbles of these labels are marked, answer by answer."""
    many = [labels for labels in answers if len(labels) > 1]
    value = "".join(marks.joint.join(labels) if labels else marks.empty for labels in answers)
    if many and marks.choose == "one":
        return Meaning(value=value, problem=f"more than one is marked: {', '.join(many[0])}")
    if not any(answers) and not marks.empty:
        return Meaning(
            missing=form.blank == "missing", void=form.blank == "void", value="0" if form.blank == "zero" else ""
        )
    if not all(answers) and len(answers) > 1 and not marks.empty and not marks.gaps:
        gap = next(place for place, labels in enumerate(answers, start=1) if not labels)
        leading = form.kind.is_number and all(labels for labels in answers[gap:]) and gap == _leading(answers)
        if not leading:
            return Meaning(value=value, problem=f"nothing is marked in place {gap} of {len(answers)}")
    return of_labels(value, form)


def _leading(answers: Sequence[tuple[str, ...]]) -> int:
    """How many answers before the first that is given are empty."""
    return next((place for place, labels in enumerate(answers) if labels), len(answers))


def of_labels(value: str, form: Format) -> Meaning:
    """What the labels of marked bubbles, one after the other, mean under a format."""
    if form.kind is Kind.MARK or (form.kind is Kind.DIGITS and not value.isdigit()):
        return judge(plain(value), form)
    if not value.isdigit():
        return Meaning(value=value, problem=f"'{value}' is not of the kind '{form.kind.value}'")
    return judge(plain(value, comb=form.kind.is_number), form)
