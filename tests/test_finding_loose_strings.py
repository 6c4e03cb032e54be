"""Strings of ink on plain or lined paper: all of each, and none that is part of something else."""

from __future__ import annotations

import cv2
import numpy as np

from extractor.finding.loose_strings import find_strings
from extractor.values import Gray

WIDTH, HEIGHT = 1280, 720


def paper(*words: tuple[str, int, int], scale: float = 1.6) -> Gray:
    """White paper with words, each at its left and baseline in pixels, some 22 x `scale` pixels high."""
    page = np.full((HEIGHT, WIDTH), 230, np.uint8)
    for text, left, base in words:
        cv2.putText(page, text, (left, base), cv2.FONT_HERSHEY_SIMPLEX, scale, 40, 4, cv2.LINE_AA)
    return page


def test_each_row_of_ink_is_one_string() -> None:
    first, second = find_strings(paper(("40715", 100, 200), ("862", 700, 500)))
    assert first.box.left < 105
    assert first.box.right > 230
    assert second.box.left < 705
    assert second.box.right > 770


def test_a_digit_much_smaller_than_its_neighbours_belongs_to_the_string() -> None:
    page = paper(("4", 100, 200), ("15", 150, 200), scale=0.9)
    cv2.putText(page, "9", (128, 200), cv2.FONT_HERSHEY_SIMPLEX, 0.55, 40, 2, cv2.LINE_AA)
    (found,) = find_strings(page)
    assert found.box.left < 105
    assert found.box.right > 180


def test_what_touches_a_ruling_leaves_no_half_of_a_number() -> None:
    page = paper(("0701", 100, 200), ("2017", 235, 200))
    # Through the last two digits: with them it is one piece of ink, and none that is a symbol.
    cv2.line(page, (290, 185), (700, 185), 40, 4)
    assert find_strings(page) == ()


def test_what_stands_in_the_cells_of_a_table_is_no_number_on_plain_paper() -> None:
    page = paper(*((digit, 108 + 50 * place, 196) for place, digit in enumerate("4071")))
    for x in range(95, 300, 50):
        cv2.line(page, (x, 150), (x, 210), 40, 3)
    for y in (150, 210):
        cv2.line(page, (95, y), (295, y), 40, 3)
    assert find_strings(page) == ()
