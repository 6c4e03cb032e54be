"""From a raw probability to one that means what it says."""

from __future__ import annotations

import math
from dataclasses import dataclass

CERTAIN = 1e-9
"""Probabilities nearer than this to 0 or 1 count as this near, so that they have log-odds."""

LARGEST_ODDS = 40.0
"""Log-odds beyond which a probability cannot be distinguished from 0 or 1."""


@dataclass(frozen=True)
class Calibration:
    """Logistic calibration (J. Platt, 1999) of a free string's raw log-odds x: `slope` * x + `offset`.

    The constants come with the model (its card), fitted on strings that it was not trained on.
    """

    slope: float = 1.0
    offset: float = 0.0

    def apply(self, probability: float) -> float:
        """The calibrated probability, between 0 and 1."""
        p = min(max(probability, CERTAIN), 1 - CERTAIN)
        x = self.slope * math.log(p / (1 - p)) + self.offset
        return 1 / (1 + math.exp(-max(-LARGEST_ODDS, min(LARGEST_ODDS, x))))
