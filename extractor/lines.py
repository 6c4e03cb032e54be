"""Free strings read whole: all of a batch at a first glance by two networks, and those that leave doubt from more
sides."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from extractor.decoding.lines import TINY, Hypothesis, line_hypotheses
from extractor.fields import FieldImage
from extractor.recognizer.lines import LineRecognizer
from extractor.segmentation.text_line import Writing, writing_of
from extractor.values import Floats, Gray

SIDES: tuple[dict[str, float], ...] = ({}, {"size": 0.87}, {"size": 0.8}, {"size": 1.12, "lean": -0.12})
"""The sides that a string is looked at from: as it is, smaller, smaller still, larger and leaning to the right. From
every other side it is the second network that looks, where there is one."""

GLANCE, ENOUGH = 2, 0.9
"""The sides that a glance takes, and how probable a string must be then to need no more of them: above that, two more
had no more strings of `cheque_amounts` and `photo_strings` right."""

SURE = 0.99
"""Ink that passes for writing says nothing only where that is as probable as this."""


@dataclass(frozen=True)
class Seen:
    """One view of a string: the `line` (None where nothing is written), the log-probabilities of its frames, shape
    (frames, classes + 1), and what they say, best first."""

    line: Gray | None
    frames: Floats
    hypotheses: tuple[Hypothesis, ...]


@dataclass(frozen=True)
class LineReading:
    """What a free string may say, best first, nothing where nothing is written. `glance` says that a glance was enough;
    `first` is its first view."""

    hypotheses: tuple[Hypothesis, ...]
    glance: bool
    first: Seen


def is_sure(hypotheses: Sequence[Hypothesis]) -> bool:
    """Whether the likeliest string, or that nothing is written, needs no more looking at."""
    return not hypotheses or math.exp(hypotheses[0].log_probability) >= ENOUGH


def read_lines(
    fields: Sequence[FieldImage], recognizer: LineRecognizer, second: LineRecognizer | None = None
) -> list[LineReading]:
    """What is written in each of `fields`, all free strings; `second` sees every other side.

    Strings are as probable as the mean over their views says.
    """
    writings = [writing_of(field) for field in fields]
    seen = [list(views) for views in zip(*_looks(writings, range(GLANCE), recognizer, second), strict=True)]
    doubtful = [i for i, views in enumerate(seen) if not is_sure(_agreed(views))]
    more = _looks([writings[i] for i in doubtful], range(GLANCE, len(SIDES)), recognizer, second)
    for i, views in zip(doubtful, zip(*more, strict=True), strict=True):
        seen[i] += views
    return [LineReading(_something(_agreed(views)), len(views) == GLANCE, views[0]) for views in seen]


def glance_lines(
    fields: Sequence[FieldImage],
    sides: Sequence[int],
    recognizer: LineRecognizer,
    second: LineRecognizer | None = None,
) -> list[LineReading]:
    """One view alone of each of `fields`, from the side that `sides` counts: for the frames of a video, in which a
    doubtful string is seen again and again, from another side each time."""
    found: list[LineReading | None] = [None] * len(fields)
    kinds = [side % len(SIDES) for side in sides]
    for side in sorted(set(kinds)):
        places = [i for i, kind in enumerate(kinds) if kind == side]
        views = _seen([writing_of(fields[i]) for i in places], side, recognizer, second)
        for i, one in zip(places, views, strict=True):
            found[i] = LineReading(one.hypotheses, is_sure(one.hypotheses), one)
    return [one for one in found if one is not None]


def _looks(
    writings: Sequence[Writing | None],
    sides: Iterable[int],
    recognizer: LineRecognizer,
    second: LineRecognizer | None,
) -> list[list[Seen]]:
    """What each of `writings` looks like, side by side."""
    return [_seen(writings, side, recognizer, second) for side in sides]


def _seen(
    writings: Sequence[Writing | None], side: int, recognizer: LineRecognizer, second: LineRecognizer | None
) -> list[Seen]:
    """What each of `writings` looks like from that of SIDES."""
    if second is not None and side % 2:
        recognizer = second
    lines = [None if writing is None else writing.line(**SIDES[side]) for writing in writings]
    frames = recognizer.log_probabilities([line for line in lines if line is not None])
    said = iter(zip(frames, line_hypotheses(frames, recognizer.classes), strict=True))
    nothing = Seen(None, np.zeros((0, len(recognizer.classes) + 1), np.float32), ())
    return [nothing if line is None else Seen(line, *next(said)) for line in lines]


def _something(hypotheses: tuple[Hypothesis, ...]) -> tuple[Hypothesis, ...]:
    """Ink that passes for writing says something, such as a lone 1, unless it is sure that it does not: where that is
    likeliest without being sure, it comes last."""
    if len(hypotheses) < 2 or hypotheses[0].text or math.exp(hypotheses[0].log_probability) >= SURE:
        return hypotheses
    return (*hypotheses[1:], hypotheses[0])


def _agreed(views: Sequence[Seen]) -> tuple[Hypothesis, ...]:
    """The strings of all `views`, best first, each with the mean of its probabilities there."""
    by_text: dict[str, Hypothesis] = {}
    total: dict[str, float] = {}
    for view in views:
        for option in view.hypotheses:
            by_text.setdefault(option.text, option)
            total[option.text] = total.get(option.text, 0.0) + math.exp(option.log_probability)
    agreed = [
        Hypothesis(text, math.log(max(sum_, TINY) / len(views)), by_text[text].frames) for text, sum_ in total.items()
    ]
    return tuple(sorted(agreed, key=lambda h: -h.log_probability))
