"""Logistic calibration (J. Platt, 1999): from raw log-odds that a string is right to a probability."""

from __future__ import annotations

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
