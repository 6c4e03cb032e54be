"""Calibration finds the curve that the outcomes were drawn from, and measures how far confidence is from truth."""

from __future__ import annotations

import numpy as np
import pytest

from extractor.recognizer import Calibration
from training.evaluation.measures import expected_calibration_error
from training.logistic import Raw, fit


@pytest.mark.parametrize(("slope", "offset"), [(1.0, 0.0), (0.5, -1.0), (1.6, 1.2)])
def test_the_curve_behind_the_outcomes_is_found(slope: float, offset: float) -> None:
    rng = np.random.default_rng(3)
    raw = rng.uniform(0.01, 0.99, 20_000)
    truth = np.array([Calibration(slope, offset).apply(p) for p in raw])
    found = fit(Raw(raw, rng.random(len(raw)) < truth))
    assert found.slope == pytest.approx(slope, abs=0.08)
    assert found.offset == pytest.approx(offset, abs=0.08)


def test_a_curve_never_falls() -> None:
    raw = np.linspace(0.05, 0.95, 200)
    assert fit(Raw(raw, raw < 0.5)).slope > 0


def test_a_clean_split_does_not_run_to_infinity() -> None:
    raw = np.linspace(0.05, 0.95, 100)
    found = fit(Raw(raw, raw > 0.5))
    assert np.isfinite([found.slope, found.offset]).all()


def test_the_calibration_error_is_the_gap_between_saying_and_being_right() -> None:
    right = np.array([True] * 9 + [False])
    assert expected_calibration_error(np.full(10, 0.9), right) == pytest.approx(0.0, abs=1e-9)
    assert expected_calibration_error(np.full(10, 0.5), right) == pytest.approx(0.4, abs=1e-9)
