"""A number that runs over an end of its comb is noticed; what is printed beside many combs is none."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from extractor.fields import FieldImage
from extractor.ink import as_gray
from extractor.segmentation import with_ends
from extractor.segmentation.comb_ends import leaves_comb
from extractor.values import Box

INSIDE = Box(20, 20, 180, 60)

PAPER = np.full((100, 280), 240, np.uint8)


def comb(*strokes: float, block: bool = False) -> FieldImage:
    """A comb of three cells with upright strokes at these places across; with a black block to its left."""
    ink = np.zeros((100, 220), np.uint8)
    for x in strokes:
        cv2.line(ink, (round(x) + 3, 32), (round(x) - 3, 70), 255, 4, cv2.LINE_AA)
    if block:
        ink[25:70, :15] = 255
    return FieldImage(as_gray(ink), INSIDE, (20, 80, 140, 200), np.eye(3), snapped=True)


def test_a_digit_beyond_a_comb_counts_beside_one_in_its_last_cell() -> None:
    over, plain = with_ends(PAPER, [comb(110, 170, 210), comb(50, 110, 170)])
    assert (over.ends, plain.ends) == ((False, True), (False, False))
    assert leaves_comb(over, "_11")
    assert not leaves_comb(over, "1__"), "it stands far from that digit"
    assert not leaves_comb(plain, "111")


@pytest.mark.parametrize(("x", "foot", "beyond"), [(240, 70, True), (240, 45, False), (262, 70, False)])
def test_a_digit_up_to_a_cell_away_counts_and_small_print_does_not(x: int, foot: int, beyond: bool) -> None:
    page = PAPER.copy()
    for at, end in ((170, 70), (x, foot)):
        cv2.line(page, (at + 3, 32), (at - 3, end), 60, 4, cv2.LINE_AA)
    (over,) = with_ends(page, [comb(50, 110, 170)])
    assert over.ends == (False, beyond)
    (blank,) = with_ends(page, [comb(50, 110)])
    assert blank.ends == (False, False), "nothing goes on from a blank cell"


def test_a_digit_across_an_end_counts() -> None:
    assert leaves_comb(comb(110, 198), "_1_")


def test_what_is_printed_beside_combs_is_no_digit() -> None:
    beside_all = with_ends(PAPER, [comb(110, 170, 210) for _ in range(4)])
    assert not any(leaves_comb(field, "_11") for field in beside_all)
    (black,) = with_ends(PAPER, [comb(50, 110, block=True)])
    assert not leaves_comb(black, "11_")
