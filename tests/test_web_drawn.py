"""Digits drawn in the browser are read: MNIST's, traced as strokes. 200 of them: python -m benchmarks.drawn_digits."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import BrowserContext

from benchmarks.drawn_digits import measure
from benchmarks.strokes import strokes
from tests.web_site import WebServer


def drawn(lines: list[list[tuple[float, float]]]) -> np.ndarray:
    """The strokes as a thin picture of MNIST's size, five times as large."""
    image = np.zeros((140, 140), np.uint8)
    for line in lines:
        points = np.rint(np.array([*line, line[-1]]) * 5).astype(np.int32)
        cv2.polylines(image, [points], False, (255,), 1)
    return image


@pytest.mark.parametrize("shape", ["one", "ring", "cross", "dot"])
def test_strokes_follow_the_ink_from_end_to_end(shape: str) -> None:
    image = np.zeros((28, 28), np.uint8)
    if shape == "one":
        cv2.line(image, (14, 4), (14, 23), (255,), 3)
    elif shape == "ring":
        cv2.circle(image, (14, 14), 8, (255,), 3)
    elif shape == "cross":
        cv2.line(image, (5, 14), (23, 14), (255,), 3)
        cv2.line(image, (14, 5), (14, 23), (255,), 3)
    else:
        cv2.circle(image, (14, 14), 1, (255,), -1)
    lines = strokes(image)
    assert len(lines) <= {"one": 1, "ring": 1, "cross": 8, "dot": 1}[shape]
    reach = cv2.dilate(drawn(lines), np.ones((25, 25), np.uint8))
    ink = cv2.resize(image, (140, 140), interpolation=cv2.INTER_NEAREST) > 128
    assert (reach[ink] > 0).mean() > 0.97
    inside = cv2.dilate(ink.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    assert inside[drawn(lines) > 0].all()


@pytest.mark.slow
def test_digits_that_are_drawn_on_the_sheet_are_read(
    web: WebServer, context: BrowserContext, data_folder: Path
) -> None:
    if not (data_folder / "mnist").is_dir():
        pytest.skip(f"no MNIST in {data_folder}")
    page = context.new_page()
    page.goto(web.url)
    results = measure(page, 15)
    # The ninth is a five whose end touches its belly, so that its ridge is that of a six.
    assert sum(label == read for label, read in results) >= 14, results
