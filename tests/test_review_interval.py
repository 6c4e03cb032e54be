"""The interval around a measured error rate."""

from __future__ import annotations

from math import comb

import pytest

from workers.review.interval import measured


@pytest.mark.parametrize(
    ("errors", "checked", "low", "high"),
    # R. G. Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998),
    # table I, method 3.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_bounds_are_the_published_ones(errors: int, checked: int, low: float, high: float) -> None:
    rate = measured(errors, checked)
    assert (round(rate.low, 4), round(rate.high, 4)) == (low, high)


@pytest.mark.parametrize("checked", [50, 300])
@pytest.mark.parametrize("true", [0.005, 0.02, 0.1, 0.5])
def test_the_true_rate_is_inside_about_95_times_of_100(checked: int, true: float) -> None:
    inside = sum(
        comb(checked, errors) * true**errors * (1 - true) ** (checked - errors)
        for errors in range(checked + 1)
        if measured(errors, checked).low <= true <= measured(errors, checked).high
    )
    assert inside > 0.91


def test_nothing_checked_says_nothing_and_nonsense_is_refused() -> None:
    rate = measured(0, 0)
    assert (rate.share, rate.low, rate.high) == (0, 0, 1)
    assert measured(5, 5).high == 1
    for errors, checked in ((-1, 5), (6, 5)):
        with pytest.raises(ValueError, match="errors of"):
            measured(errors, checked)
