"""Free strings read whole: all of a batch at a first glance, and those that leave doubt from more sides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from extractor.decoding.lines import Hypothesis, line_hypotheses
from extractor.fields import FieldImage
from extractor.recognizer.lines import LineRecognizer
from extractor.segmentation.line import Line, line_of
from extractor.values import Floats

SURE = 0.97
"""A string as probable as this at the first glance needs no second."""

VIEWS: tuple[dict[str, float], ...] = ({"size": 0.87}, {"lean": 0.2}, {"size": 1.12, "lean": -0.12})
"""The other sides that a doubtful string is looked at from: smaller, leaning to the left, larger and to the right."""

UNSEEN = 1e-4
"""The probability of a string in a view whose likeliest strings do not have it."""


@dataclass(frozen=True)
class Seen:
    """One view of a string: the `line` (None where nothing is written), the log-probabilities of its frames, shape
    (frames, classes + 1), and what they say, best first."""

    line: Line | None
    frames: Floats
    hypotheses: tuple[Hypothesis, ...]


@dataclass(frozen=True)
class LineReading:
    """What a free string may say, best first, nothing where nothing is written. `glance` says that a single view was
    enough to be sure; `first` is that view."""

    hypotheses: tuple[Hypothesis, ...]
    glance: bool
    first: Seen


def is_sure(hypotheses: Sequence[Hypothesis]) -> bool:
    """Whether the likeliest string, or that nothing is written, leaves no doubt."""
    return not hypotheses or bool(np.exp(hypotheses[0].log_probability) >= SURE)


def read_lines(fields: Sequence[FieldImage], recognizer: LineRecognizer) -> list[LineReading]:
    """What is written in each of `fields`, all free strings.

    Strings that are seen from several sides are as probable as the geometric mean over the views says: one view that
    does not agree is enough for doubt.
    """
    first = _seen(fields, recognizer)
    readings = [LineReading(one.hypotheses, glance=True, first=one) for one in first]
    doubtful = [i for i, one in enumerate(first) if not is_sure(one.hypotheses)]
    if not doubtful:
        return readings
    views = [_seen([fields[i] for i in doubtful], recognizer, **view) for view in VIEWS]
    for place, index in enumerate(doubtful):
        sides = [first[index].hypotheses, *(view[place].hypotheses for view in views)]
        readings[index] = LineReading(_agreed(sides), glance=False, first=first[index])
    return readings


def glance_lines(fields: Sequence[FieldImage], sides: Sequence[int], recognizer: LineRecognizer) -> list[LineReading]:
    """One view alone of each of `fields`, from the side that `sides` counts: for the frames of a video, in which a
    doubtful string is seen again and again, from another side each time."""
    found: list[LineReading | None] = [None] * len(fields)
    kinds = [side % (len(VIEWS) + 1) for side in sides]
    for side in sorted(set(kinds)):
        places = [i for i, kind in enumerate(kinds) if kind == side]
        view = VIEWS[side - 1] if side else {}
        for i, one in zip(places, _seen([fields[i] for i in places], recognizer, **view), strict=True):
            found[i] = LineReading(one.hypotheses, is_sure(one.hypotheses), one)
    return [one for one in found if one is not None]


def _seen(
    fields: Sequence[FieldImage], recognizer: LineRecognizer, *, size: float = 1.0, lean: float = 0.0
) -> list[Seen]:
    lines = [line_of(field, size=size, lean=lean) for field in fields]
    frames = recognizer.log_probabilities([line.image for line in lines if line is not None])
    said = iter(zip(frames, line_hypotheses(frames, recognizer.classes), strict=True))
    nothing = Seen(None, np.zeros((0, len(recognizer.classes) + 1), np.float32), ())
    return [nothing if line is None else Seen(line, *next(said)) for line in lines]


def _agreed(views: Sequence[tuple[Hypothesis, ...]]) -> tuple[Hypothesis, ...]:
    by_text: dict[str, Hypothesis] = {}
    total: dict[str, float] = {}
    floor = float(np.log(UNSEEN))
    for count, view in enumerate(views):
        for text in total:
            total[text] += floor
        for option in view:
            by_text.setdefault(option.text, option)
            before = total[option.text] - floor if option.text in total else floor * count
            total[option.text] = before + max(floor, option.log_probability)
    agreed = [Hypothesis(text, total[text] / len(views), by_text[text].frames) for text in total]
    return tuple(sorted(agreed, key=lambda h: -h.log_probability))
