"""How confidences are spread, and when those of a job are so otherwise that what was learned before does not count."""

from __future__ import annotations

from collections.abc import Sequence
from math import log

STEPS = (
    *(0.9998, 0.9995, 0.999, 0.998, 0.995, 0.99, 0.98, 0.97, 0.96, 0.95, 0.94, 0.93, 0.92, 0.91, 0.9),
    *(0.88, 0.86, 0.84, 0.82, 0.8, 0.75, 0.7, 0.65, 0.6, 0.55, 0.5, 0.4, 0.3, 0.2),
)
"""Falling confidences between which readings are counted; below the last all are one."""

COARSE = (0.999, 0.99, 0.95, 0.9, 0.7, 0.5)
"""The steps between which the readings of two jobs are compared."""

OTHERWISE = 0.25
"""From this index on, what is read has changed: the customary limit (N. Siddiqi, Credit Risk Scorecards, 2006)."""

ENOUGH_FIELDS = 200
"""Fields with which a part of a job is compared: with so many, chance gives an index of some 0.05."""


def population_stability(before: Sequence[float], counts: Sequence[int]) -> float:
    """The population stability index of `counts` against the shares `before`, both by `STEPS`: 0 where they are alike,
    above `OTHERWISE` where they surely are not. It is the sum of both Kullback-Leibler divergences."""
    expected, found = _coarse(before), _coarse(counts)
    total = sum(found)
    index = 0.0
    for one, other in zip(expected, found, strict=True):
        # Half a field where there is none, so that there is a logarithm.
        share, seen = max(one, 0.5 / ENOUGH_FIELDS), max(other, 0.5) / total
        index += (seen - share) * log(seen / share)
    return index


def _coarse(parts: Sequence[float]) -> list[float]:
    sums, start = [], 0
    for edge in COARSE:
        end = STEPS.index(edge) + 1
        sums.append(sum(parts[start:end]))
        start = end
    return [*sums, sum(parts[start:])]
