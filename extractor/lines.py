"""Free strings read whole: all of a batch at a first glance, and those that leave doubt from more sides."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from extractor.decoding.lines import TINY, Hypothesis, line_hypotheses
from extractor.fields import FieldImage
from extractor.recognizer.lines import LineRecognizer
from extractor.segmentation.line import Writing, writing_of
from extractor.values import Floats, Gray

SURE = 0.99
"""A string as probable as this at the first glance needs no second."""

VIEWS: tuple[dict[str, float], ...] = ({"size": 0.87}, {"lean": 0.2}, {"size": 1.12, "lean": -0.12})
"""The other sides that a doubtful string is looked at from: smaller, leaning to the left, larger and to the right. From
every other side it is the second network that looks, where there is one."""


@dataclass(frozen=True)
class Seen:
    """One view of a string: the `line` (None where nothing is written), the log-probabilities of its frames, shape
    (frames, classes + 1), and what they say, best first."""

    line: Gray | None
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


def read_lines(
    fields: Sequence[FieldImage], recognizer: LineRecognizer, second: LineRecognizer | None = None
) -> list[LineReading]:
    """What is written in each of `fields`, all free strings; `second` gives a second opinion.

    Strings that are seen from several sides are as probable as the mean over the views says.
    """
    writings = [writing_of(field) for field in fields]
    first = _seen(writings, 0, recognizer, second)
    readings = [LineReading(one.hypotheses, glance=True, first=one) for one in first]
    doubtful = [i for i, one in enumerate(first) if not is_sure(one.hypotheses)]
    if not doubtful:
        return readings
    again = [writings[i] for i in doubtful]
    views = [_seen(again, side, recognizer, second) for side in range(1, len(VIEWS) + 1)]
    for place, index in enumerate(doubtful):
        sides = [first[index].hypotheses, *(view[place].hypotheses for view in views)]
        readings[index] = LineReading(_something(_agreed(sides)), glance=False, first=first[index])
    return readings


def glance_lines(
    fields: Sequence[FieldImage],
    sides: Sequence[int],
    recognizer: LineRecognizer,
    second: LineRecognizer | None = None,
) -> list[LineReading]:
    """One view alone of each of `fields`, from the side that `sides` counts: for the frames of a video, in which a
    doubtful string is seen again and again, from another side each time."""
    found: list[LineReading | None] = [None] * len(fields)
    kinds = [side % (len(VIEWS) + 1) for side in sides]
    for side in sorted(set(kinds)):
        places = [i for i, kind in enumerate(kinds) if kind == side]
        views = _seen([writing_of(fields[i]) for i in places], side, recognizer, second)
        for i, one in zip(places, views, strict=True):
            found[i] = LineReading(one.hypotheses, is_sure(one.hypotheses), one)
    return [one for one in found if one is not None]


def _seen(
    writings: Sequence[Writing | None], side: int, recognizer: LineRecognizer, second: LineRecognizer | None
) -> list[Seen]:
    """What each of `writings` looks like from `side`: 0 as it is, then those of VIEWS."""
    view = VIEWS[side - 1] if side else {}
    if second is not None and side % 2:
        recognizer = second
    lines = [None if writing is None else writing.line(**view) for writing in writings]
    frames = recognizer.log_probabilities([line for line in lines if line is not None])
    said = iter(zip(frames, line_hypotheses(frames, recognizer.classes), strict=True))
    nothing = Seen(None, np.zeros((0, len(recognizer.classes) + 1), np.float32), ())
    return [nothing if line is None else Seen(line, *next(said)) for line in lines]


def _something(hypotheses: tuple[Hypothesis, ...]) -> tuple[Hypothesis, ...]:
    """Ink that passes for writing says something, such as a lone 1, unless it is sure that it does not: where that is
    likeliest without being sure, it comes last."""
    if len(hypotheses) < 2 or hypotheses[0].text or is_sure(hypotheses):
        return hypotheses
    return (*hypotheses[1:], hypotheses[0])


def _agreed(views: Sequence[tuple[Hypothesis, ...]]) -> tuple[Hypothesis, ...]:
    """The strings of all `views`, best first, each with the mean of its probabilities there."""
    by_text: dict[str, Hypothesis] = {}
    total: dict[str, float] = {}
    for view in views:
        for option in view:
            by_text.setdefault(option.text, option)
            total[option.text] = total.get(option.text, 0.0) + math.exp(option.log_probability)
    agreed = [
        Hypothesis(text, math.log(max(sum_, TINY) / len(views)), by_text[text].frames) for text, sum_ in total.items()
    ]
    return tuple(sorted(agreed, key=lambda h: -h.log_probability))
