"""Rulings of lined paper: without the strokes across them, and none of a table."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from extractor.finding.loose_strings import find_strings
from extractor.finding.rulings.lined_page import lined_paper_rulings
from extractor.values import Gray, Mask

WIDTH, HEIGHT = 1280, 720


def sheet(*lines: tuple[int, int, int, int], pen: int = 3) -> Mask:
    """Ink, 1, along `lines`, each from x, y to x, y."""
    dark = np.zeros((HEIGHT, WIDTH), np.uint8)
    for x0, y0, x1, y1 in lines:
        cv2.line(dark, (x0, y0), (x1, y1), 1, pen)
    return dark


@pytest.mark.parametrize("fall", [0, 20, -40])
def test_a_long_level_stroke_is_a_ruling_and_a_dash_is_not(fall: int) -> None:
    line, dash = (100, 300, 1100, 300 + fall), (100, 100, 180, 100)
    found = lined_paper_rulings(sheet(line, dash))
    assert found[sheet(line) > 0].mean() > 0.95
    assert not found[sheet(dash) > 0].any()


def test_a_stroke_across_a_ruling_stays_whole() -> None:
    line, stroke = (100, 300, 1100, 300), (500, 260, 500, 340)
    found = lined_paper_rulings(sheet(line, stroke))
    assert not found[sheet(stroke) > 0].any()
    assert found[:, 600].any()


def test_a_stroke_that_stands_on_a_ruling_keeps_what_is_above_it() -> None:
    found = lined_paper_rulings(sheet((100, 300, 1100, 300), (500, 240, 500, 300)))
    assert not found[240:297].any()
    assert found[298:303, 500].any()


def test_the_rulings_of_a_table_are_none_and_a_margin_makes_no_table() -> None:
    level = [(100, y, 1100, y) for y in (200, 300)]
    assert not lined_paper_rulings(sheet(*level, *((x, 200, x, 300) for x in (100, 600, 1100)))).any()
    assert lined_paper_rulings(sheet(*level, (300, 20, 300, 700))).any()


def test_tall_digits_between_two_rulings_make_no_table() -> None:
    level = [(100, y, 1100, y) for y in (200, 240)]
    found = lined_paper_rulings(sheet(*level, *((x, 200, x, 240) for x in (300, 340))))
    assert found[200, 600:1000].all()
    assert found[240, 600:1000].all()


@pytest.mark.parametrize("base", [196, 203])
def test_a_number_on_lined_paper_is_found_where_it_touches_the_rulings(base: int) -> None:
    page: Gray = np.full((HEIGHT, WIDTH), 230, np.uint8)
    for y in (150, 200, 250):
        cv2.line(page, (40, y), (1240, y), 90, 2)
    cv2.putText(page, "40715", (300, base), cv2.FONT_HERSHEY_SIMPLEX, 1.6, 40, 4, cv2.LINE_AA)
    (found,) = find_strings(page)
    assert found.box.left < 305
    assert found.box.right > 430
