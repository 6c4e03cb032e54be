"""Newton's method for the few weights of a convex loss, such as that of logistic regression."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

MOST_STEPS = 50
SMALLEST_STEP, CLOSE_ENOUGH = 1e-9, 1e-6


def least(
    start: NDArray[np.float64],
    loss: Callable[[NDArray[np.float64]], float],
    slopes: Callable[[NDArray[np.float64]], tuple[NDArray[np.float64], NDArray[np.float64]]],
) -> NDArray[np.float64]:
    """The weights, shape (k,), at which `loss` is least, from `start` on, with steps halved until they help. `slopes`
    gives the gradient, shape (k,), and the curvature, shape (k, k), at some weights."""
    weights = start
    for _ in range(MOST_STEPS):
        gradient, curvature = slopes(weights)
        step = -np.linalg.solve(curvature, gradient)
        now = loss(weights)
        while loss(weights + step) > now and float(np.abs(step).max()) > SMALLEST_STEP:
            step /= 2
        weights = weights + step
        if float(np.abs(step).max()) < CLOSE_ENOUGH:
            break
    return weights
