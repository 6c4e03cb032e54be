"""What is print, or a part of a number, on a page without a template: it is never believed."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from extractor.finding import find_fields
from extractor.finding.printed.row_numbers import counted_up
from extractor.finding.rulings.broken_rulings import goes_on
from extractor.finding.rulings.page_rulings import find_rulings
from extractor.values import Box, DoubtKind, Points
from tests.test_finding import comb, frame, lettered, sheet, text


def quads(*boxes: tuple[float, float, float, float]) -> list[Points]:
    return [Box(*box).corners for box in boxes]


@pytest.mark.parametrize(("size", "printed"), [(0.7, True), (1.9, False)])
def test_a_number_of_the_size_of_the_print_near_by_is_in_doubt(size: float, printed: bool) -> None:
    page = lettered(sheet())
    frame(page, (300, 400, 120, 70))
    text(page, "7", (345, 455), size=size)
    (field,) = find_fields(page, labels=False)
    assert (DoubtKind.PRINT in [doubt.kind for doubt in field.doubts]) is printed


def test_what_is_paler_than_the_print_is_a_pen() -> None:
    page = lettered(sheet())
    frame(page, (300, 400, 120, 70))
    cv2.putText(page, "7", (345, 455), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 120, 2, cv2.LINE_AA)
    (field,) = find_fields(page, labels=False)
    assert field.doubts == ()


def test_numbers_that_count_up_in_a_column_or_a_row_are_told() -> None:
    column = quads(*((100, 100 + 60 * row, 80, 60) for row in (0, 1, 3)))
    assert counted_up(column, ["1", "2", "4"]) == [3, 3, 3]
    assert counted_up(column, ["1", "2", "3"]) == [2, 2, 0]
    assert counted_up(column, ["5", "5", "3"]) == [0, 0, 0]
    row = quads(*((100 + 80 * k, 100, 80, 60) for k in range(3)))
    assert counted_up(row, ["7", "8", "9"]) == [3, 3, 3]


def test_fields_of_other_sizes_are_no_column() -> None:
    assert counted_up(quads((100, 100, 80, 60), (100, 160, 200, 60)), ["1", "2"]) == [0, 0]


def test_a_comb_that_goes_on_beside_what_was_found_of_it_is_told() -> None:
    page = lettered(sheet())
    comb(page, (300, 400, 160, 54), 4)
    _, rulings = find_rulings(page, max(page.shape))
    assert not goes_on(Box(301, 401, 158, 52), 4, rulings)
    assert goes_on(Box(301, 401, 118, 52), 3, rulings)
    assert goes_on(Box(421, 401, 38, 52), None, rulings)
    (whole,) = find_fields(page, labels=False)
    assert whole.cells == 4
    assert whole.doubts == ()


def test_a_ruling_that_is_broken_runs_no_cells_of_a_table_together() -> None:
    page = lettered(sheet())
    for row in range(3):
        for column in range(3):
            frame(page, (200 + 220 * column, 500 + 80 * row, 220, 80))
    page[570:590, 500:540] = 255
    found = find_fields(page, labels=False)
    assert len(found) == 9
    assert {field.cells for field in found} == {None}


def test_grain_is_no_row_of_dashes() -> None:
    page = lettered(sheet())
    frame(page, (300, 500, 260, 180))
    grain = np.random.default_rng(3).normal(0, 1, page.shape)
    grain = cv2.GaussianBlur(grain, (0, 0), 1.2)
    grainy = np.clip(page - 4 + 45 * grain, 0, 255).astype(np.uint8)
    assert all(field.cells is None for field in find_fields(grainy, labels=False))


@pytest.mark.parametrize("side", [34, 52])
def test_squared_paper_has_no_places_for_numbers(side: int) -> None:
    page = sheet()
    for at in range(60, min(page.shape) - 60, side):
        cv2.line(page, (at, 60), (at, page.shape[0] - 60), 150, 2)
    for at in range(60, page.shape[0] - 60, side):
        cv2.line(page, (60, at), (page.shape[1] - 60, at), 150, 2)
    assert find_fields(page, labels=False) == ()


def test_a_grid_for_tally_marks_is_left_out_and_the_combs_beside_it_are_found() -> None:
    page = lettered(sheet())
    for row in range(18):
        for column in range(12):
            frame(page, (80 + 46 * column, 300 + 22 * row, 46, 22))
    comb(page, (80 + 46 * 12, 300, 180, 60), 3)
    comb(page, (80 + 46 * 12, 300 + 18 * 22, 180, 22), 3)
    assert [field.cells for field in find_fields(page, labels=False)] == [3, 3]


def test_printed_numbers_in_the_cells_of_a_row_are_in_doubt_and_digits_are_not() -> None:
    page = lettered(sheet())
    comb(page, (100, 400, 600, 44), 10)
    comb(page, (100, 600, 600, 60), 10)
    for cell in range(10):
        text(page, str(cell), (122 + 60 * cell, 429), size=0.7)
        text(page, str(cell), (118 + 60 * cell, 650 + 5 * (cell % 3)), size=1.2 + 0.2 * (cell % 2))
    upper, lower = find_fields(page, labels=False)
    assert [doubt.kind for doubt in upper.doubts] == [DoubtKind.PRINT]
    assert lower.doubts == ()


def test_boxes_of_a_table_are_no_comb_where_some_are_nearly_square() -> None:
    page = lettered(sheet())
    left = 100
    for width in (150, 131, 131, 146):
        for row in range(3):
            frame(page, (left, 400 + 100 * row, width, 100))
        left += width
    assert {field.cells for field in find_fields(page, labels=False)} == {None}


def test_a_box_with_a_picture_in_it_is_in_doubt() -> None:
    page = lettered(sheet())
    frame(page, (300, 400, 160, 100))
    cv2.circle(page, (380, 450), 28, 150, cv2.FILLED)
    (field,) = find_fields(page, labels=False)
    assert [doubt.kind for doubt in field.doubts] == [DoubtKind.PRINT]


def test_printed_headings_of_a_table_are_no_fields_and_what_is_written_in_it_is() -> None:
    page = lettered(sheet())
    for row in range(4):
        for column in range(5):
            frame(page, (200 + 130 * column, 300 + 60 * row, 130, 60))
    for column, words in enumerate("abcde"):
        text(page, words, (258 + 130 * column, 338), size=0.7)
    text(page, "7", (240, 412), size=1.5, thick=3)
    found = find_fields(page, labels=False)
    assert len(found) == 15
    assert all(field.doubts == () for field in found)


def test_a_part_of_a_comb_whose_cells_stand_apart_is_told() -> None:
    page = lettered(sheet())
    for cell in range(3):
        frame(page, (300 + 50 * cell, 400, 40, 54))
    _, rulings = find_rulings(page, max(page.shape))
    assert not goes_on(Box(301, 401, 138, 52), 3, rulings, gap=12)
    assert goes_on(Box(301, 401, 88, 52), 2, rulings, gap=12)
    assert goes_on(Box(401, 401, 38, 52), None, rulings, gap=12)
