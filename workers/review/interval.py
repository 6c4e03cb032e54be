"""How sure a rate is that was measured on a sample."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist
from typing import NamedTuple


class Rate(NamedTuple):
    """`errors` of `checked`, with the interval, from `low` to `high`, that holds the true rate 95 times of 100."""

    errors: int
    checked: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """The measured rate, 0 where nothing was checked."""
        return self.errors / self.checked if self.checked else 0.0


def measured(errors: int, checked: int, confidence: float = 0.95) -> Rate:
    """The rate with Wilson's score interval, which holds also for few errors, or none.

    Sources: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927);
    recommended for small samples by Brown, Cai and DasGupta, Statistical Science 16 (2001). Raises ValueError unless
    0 <= errors <= checked.
    """
    if not 0 <= errors <= checked:
        raise ValueError(f"{errors} errors of {checked}")
    if not checked:
        return Rate(0, 0, 0.0, 1.0)
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = errors / checked
    middle = (share + z * z / (2 * checked)) / (1 + z * z / checked)
    reach = z * sqrt(share * (1 - share) / checked + z * z / (4 * checked * checked)) / (1 + z * z / checked)
    # Where there are none, or nothing else, the bound is exact; rounding would leave a trace.
    low = 0.0 if errors == 0 else middle - reach
    high = 1.0 if errors == checked else middle + reach
    return Rate(errors, checked, low, high)
