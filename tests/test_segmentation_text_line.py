"""A string as a line: digits of one height, upright, on a level baseline."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from extractor.fields import as_single_field
from extractor.ink import as_gray
from extractor.segmentation.text_line import HEIGHT, MOST_COLUMNS, TEXT, text_line_of
from extractor.values import Gray


def number(text: str = "40718", scale: float = 1.6, turn: float = 0.0, lean: float = 0.0) -> Gray:
    """A photographed number: grey, a shadow over it, printed-like digits some 35 pixels high."""
    page = np.full((110, 360), 225, np.uint8)
    cv2.putText(page, text, (40, 75), cv2.FONT_HERSHEY_SIMPLEX, scale, 60, 3, cv2.LINE_AA)
    matrix = cv2.getRotationMatrix2D((180.0, 55.0), turn, 1.0)
    matrix[0, 1] -= lean
    matrix[0, 2] += lean * 55
    page = as_gray(cv2.warpAffine(page, matrix, (360, 110), borderValue=225.0))
    return (page * np.linspace(0.6, 1, 360)[None]).astype(np.uint8)


def rows_of(line: Gray) -> tuple[int, int]:
    inked = np.flatnonzero((line > 100).any(1))
    return int(inked[0]), int(inked[-1])


@pytest.mark.parametrize("scale", [0.5, 1.0, 2.0])
def test_digits_come_to_one_height_whatever_theirs_is(scale: float) -> None:
    line = text_line_of(as_single_field(number(scale=scale, text="4071")))
    assert line is not None
    assert line.shape[0] == HEIGHT
    top, bottom = rows_of(line)
    assert abs(bottom - top + 1 - TEXT) <= 3
    assert abs((top + bottom) / 2 - HEIGHT / 2) <= 2


def test_one_long_stroke_does_not_make_the_digits_small() -> None:
    page = np.full((200, 420), 225, np.uint8)
    cv2.putText(page, "45000", (70, 120), cv2.FONT_HERSHEY_SIMPLEX, 1.9, 60, 4, cv2.LINE_AA)
    usual = text_line_of(as_single_field(page))
    cv2.line(page, (45, 60), (45, 145), 60, 5, cv2.LINE_AA)
    beside_a_long_one = text_line_of(as_single_field(page))
    assert usual is not None
    assert beside_a_long_one is not None
    heights = [rows_of(line[:, -45:]) for line in (usual, beside_a_long_one)]
    high, as_high = (bottom - top + 1 for top, bottom in heights)
    assert as_high > 0.85 * high


def test_a_rising_baseline_is_levelled() -> None:
    line = text_line_of(as_single_field(number(turn=5)))
    assert line is not None
    top, bottom = rows_of(line)
    assert bottom - top <= TEXT + 4


def test_leaning_digits_are_put_upright() -> None:
    straight, leaning = (
        text_line_of(as_single_field(number(text="11111"))),
        text_line_of(as_single_field(number("11111", lean=0.5))),
    )
    assert straight is not None
    assert leaning is not None
    # Upright strokes leave more columns free.
    free = [float((line > 100).any(0).mean()) for line in (straight, leaning)]
    assert abs(free[0] - free[1]) < 0.12


def test_another_view_is_larger_or_leans() -> None:
    field = as_single_field(number())
    usual, larger = text_line_of(field), text_line_of(field, size=1.2)
    assert usual is not None
    assert larger is not None
    assert larger.shape[1] > 1.1 * usual.shape[1]
    leaning = text_line_of(field, lean=0.3)
    assert leaning is not None
    assert leaning.shape[1] != usual.shape[1]


def test_a_line_reaches_to_small_zeros_at_its_end_but_not_to_a_speck_beyond_them() -> None:
    page = np.full((120, 420), 225, np.uint8)
    cv2.putText(page, "40", (20, 95), cv2.FONT_HERSHEY_SIMPLEX, 2.6, 60, 4, cv2.LINE_AA)
    large = text_line_of(as_single_field(page))
    for left in (150, 185, 220):
        cv2.ellipse(page, (left, 85), (10, 11), 0, 0, 360, 60, 3, cv2.LINE_AA)
    zeros = text_line_of(as_single_field(page))
    cv2.circle(page, (380, 90), 3, 60, -1)
    speck = text_line_of(as_single_field(page))
    assert large is not None
    assert zeros is not None
    assert speck is not None
    assert zeros.shape[1] > large.shape[1] + 25
    assert abs(speck.shape[1] - zeros.shape[1]) <= 2


def test_bare_paper_gives_no_line() -> None:
    assert text_line_of(as_single_field(np.full((60, 200), 210, np.uint8))) is None


def test_a_very_long_string_is_squeezed() -> None:
    page = np.full((40, 2600), 230, np.uint8)
    cv2.putText(page, "8" * 90, (10, 32), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 50, 2, cv2.LINE_AA)
    line = text_line_of(as_single_field(page))
    assert line is not None
    assert line.shape[1] <= MOST_COLUMNS
