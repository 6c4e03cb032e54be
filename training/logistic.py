"""Logistic calibration (J. Platt, 1999): from raw log-odds that a string is right to a probability; and the choice
among several values by what speaks for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from extractor.recognizer import Calibration
from training.newton import least


@dataclass(frozen=True)
class Raw:
    """What reading strings gave: `raw` probabilities, shape (n,), and whether each string was `right`."""

    raw: NDArray[np.float64]
    right: NDArray[np.bool_]


def fit(outcomes: Raw) -> Calibration:
    """The logistic curve that makes the outcomes most probable; never one that falls."""
    raw = outcomes.raw.clip(1e-9, 1 - 1e-9)
    design = np.c_[np.log(raw / (1 - raw)), np.ones(len(raw))]
    slope, offset = weights_of(design, outcomes.right, np.array((1.0, 0.0)))
    return Calibration(max(0.05, float(slope)), float(offset))


def weights_of(
    design: NDArray[np.float64],
    right: NDArray[np.bool_],
    start: NDArray[np.float64],
    held: float = 1e-3,
    around: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """The weights, shape (k,), of the columns of `design`, shape (n, k), by which `right`, shape (n,), is most
    probable, found from `start` on. `held` keeps them small, or near to the weights `around`: a normal distribution
    whose variance is one over it."""
    # Platt's targets: a little short of 0 and 1, so that a clean split does not run to infinity.
    good, count = right.sum(), len(start)
    middle = np.zeros(count) if around is None else around
    target = np.where(right, (good + 1) / (good + 2), 1 / (len(right) - good + 2))

    def loss(at: NDArray[np.float64]) -> float:
        x = design @ at
        return float((np.logaddexp(0, x) - target * x).sum() + 0.5 * held * ((at - middle) ** 2).sum())

    def slopes(at: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        p = 1 / (1 + np.exp(-(design @ at).clip(-40, 40)))
        gradient = design.T @ (p - target) + held * (at - middle)
        return gradient, (design * (p * (1 - p))[:, None]).T @ design + held * np.eye(count)

    return least(start, loss, slopes)


def choice_weights(
    rows: Sequence[NDArray[np.float64]], places: Sequence[int], around: NDArray[np.float64], held: float = 1e-3
) -> NDArray[np.float64]:
    """The weights, shape (k,), by which of each of `rows`, shape (options, k), that in its place is the most probable
    choice: a conditional logit (D. McFadden, 1974). `held` keeps them near to `around`."""
    if not rows:
        return around
    most, count = max(map(len, rows)), len(around)
    there = np.array([[at < len(row) for at in range(most)] for row in rows])
    table = np.zeros((len(rows), most, count))
    for at, row in enumerate(rows):
        table[at, : len(row)] = row
    taken = table[np.arange(len(rows)), places]

    def shares(weights: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """How probable each option is, and the logarithm of what their odds sum up to."""
        scores = np.where(there, table @ weights, -np.inf)
        top = scores.max(1, keepdims=True)
        parts = np.exp(scores - top)
        total = parts.sum(1, keepdims=True)
        return parts / total, (top + np.log(total))[:, 0]

    def loss(weights: NDArray[np.float64]) -> float:
        apart = 0.5 * held * float(((weights - around) ** 2).sum())
        return float((shares(weights)[1] - taken @ weights).sum()) + apart

    def slopes(weights: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        parts = shares(weights)[0]
        means = (parts[:, :, None] * table).sum(1)
        gradient = (means - taken).sum(0) + held * (weights - around)
        squares = np.einsum("no,nok,nol->kl", parts, table, table) - means.T @ means
        return gradient, squares + held * np.eye(count)

    return least(around, loss, slopes)
