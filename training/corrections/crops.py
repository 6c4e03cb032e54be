"""Labelled crops out of corrected fields: the symbols of the value, and what is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from extractor.recognizer.base import CROSS, JUNK
from extractor.segmentation import Candidate, Lattice
from extractor.values import Crops
from training.corrections.spelling import UNLIKE, Spelled
from training.data.epochs import Answers
from training.data.marks import is_one_stroke

PART = (0.2, 0.6)
"""A part of a symbol with a share of its ink between these is none; with less it may be a speck, with more a symbol."""


@dataclass(frozen=True)
class Labelled:
    """Crops, shape (n, 28, 28), and their classes, shape (n,), as indices."""

    crops: Crops
    answers: Answers


def labelled_crops(lattice: Lattice, path: Sequence[Spelled], classes: Sequence[str]) -> Labelled:
    """The symbols and marks of `path`, and candidates beside it that join or cut its symbols: those are junk."""
    crops: list[np.ndarray] = []
    answers: list[int] = []
    place = {name: i for i, name in enumerate(classes)}
    symbols = [one.candidate for one in path if one.name in classes[:-3]]
    for one in path:
        if one.candidate.crop is not None and one.name and (lattice.comb or _is_plausible(one, classes)):
            crops.append(lattice.crops[one.candidate.crop])
            answers.append(place[one.name])
    if not lattice.comb:
        for candidate in lattice.candidates:
            if candidate.crop is not None and _is_none(lattice, candidate, symbols):
                crops.append(lattice.crops[candidate.crop])
                answers.append(place[JUNK])
    return Labelled(np.stack(crops) if crops else np.zeros((0, 28, 28), np.uint8), np.array(answers, np.int64))


def _is_plausible(one: Spelled, classes: Sequence[str]) -> bool:
    """Whether ink of a free string may be learned as what it is said to be: not a dash or a fragment as a symbol, which
    a path takes where the true symbol was lost in cutting, and no cross, which a string has not."""
    lost = one.name in classes[:-3] and one.looks in classes[-3:] and one.log_probability < UNLIKE
    return not lost and one.name != CROSS


def _is_none(lattice: Lattice, candidate: Candidate, symbols: Sequence[Candidate]) -> bool:
    """Whether `candidate` holds two of the `symbols`, or is a part of one that could not be taken for another."""
    within = [s for s in symbols if candidate.start <= s.start and s.end <= candidate.end]
    if len(within) > 1:
        return True
    around = next((s for s in symbols if s.start <= candidate.start and candidate.end <= s.end), None)
    if around is None or (around.start, around.end) == (candidate.start, candidate.end):
        return False
    assert candidate.crop is not None
    share = candidate.ink / max(1.0, around.ink)
    return PART[0] < share < PART[1] and not is_one_stroke(lattice.crops[candidate.crop], 0.2)
