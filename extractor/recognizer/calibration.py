"""From a raw probability to one that means what it says."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Calibration:
    """Logistic calibration (J. Platt, 1999) of a free string's raw log-odds x: `slope` * x + `offset`.

    The constants come with the model (its card), fitted on strings that it was not trained on.
    """

    slope: float = 1.0
    offset: float = 0.0

    def apply(self, probability: float) -> float:
        """The calibrated probability, between 0 and 1."""
        p = min(max(probability, 1e-9), 1 - 1e-9)
        x = self.slope * math.log(p / (1 - p)) + self.offset
        return 1 / (1 + math.exp(-max(-40.0, min(40.0, x))))


@dataclass(frozen=True)
class LineCalibration:
    """How probabilities of strings that were read whole become calibrated ones: of those that one `glance` was enough
    for, and of those seen from several `sides`.
    """

    glance: Calibration = Calibration()
    sides: Calibration = Calibration()


KINDS = tuple(kind.name for kind in fields(LineCalibration))
"""What a line model's card calls the two."""
