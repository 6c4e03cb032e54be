"""Field images are snapped to the printed lines, and cleaned of them without losing strokes."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from extractor.fields import as_single_field, locate
from extractor.fields.rulings import without_ruling
from extractor.registration import register
from extractor.values import Points
from tests.forms import FORM, blank_sheet, lay

VOTES = FORM.fields[0]


def straight(shift: tuple[float, float] = (0, 0)) -> Points:
    matrix = np.eye(3)
    matrix[:2, 2] = shift
    return matrix


@pytest.mark.parametrize("shift", [(0, 0), (5, 0), (-5, 3), (0, -6), (7, 7)])
def test_boxes_are_snapped_when_the_global_fit_is_a_little_off(shift: tuple[int, int]) -> None:
    field = locate(blank_sheet(), straight(shift=shift), VOTES)
    assert field.snapped
    corners = np.array(field.quad)
    true = VOTES.box.corners
    assert np.abs(corners - true).max() < 2.0


@pytest.mark.parametrize("field", FORM.fields, ids=lambda f: f.name)
def test_an_empty_field_holds_no_ink_once_its_lines_are_gone(field) -> None:
    image = locate(blank_sheet(2.0), np.diag((2.0, 2.0, 1.0)), field)
    inside = image.inside
    edge = 4
    part = image.ink[
        round(inside.top) + edge : round(inside.bottom) - edge, round(inside.left) + edge : round(inside.right) - edge
    ]
    assert (part > 127).mean() < 0.002


def test_a_stroke_across_a_cell_line_stays_whole() -> None:
    sheet = blank_sheet()
    # A level stroke over the line between the first and the second cell.
    cv2.line(sheet, (450, 230), (510, 226), 20, 4, cv2.LINE_AA)
    field = locate(sheet, straight(), VOTES)
    count, _ = cv2.connectedComponents((field.ink > 127).astype(np.uint8))
    rows = slice(round(field.inside.top) + 5, round(field.inside.bottom) - 5)
    count, _, stats, _ = cv2.connectedComponentsWithStats((field.ink[rows] > 127).astype(np.uint8))
    assert max(stats[1:, cv2.CC_STAT_WIDTH], default=0) >= 55 * field.inside.width / VOTES.box.width
    assert count - 1 <= 3


@pytest.mark.parametrize("grey", [150, 190])
def test_pen_along_or_across_a_pale_line_is_not_taken_away_with_it(grey: int) -> None:
    free, blank = FORM.fields[2], np.full((1100, 800), 245, np.uint8)
    cv2.rectangle(blank, (100, 450), (500, 520), grey, 2)
    penned = blank.copy()
    # The stem of a 7 on the box's right side, and a 0 across its left.
    cv2.line(penned, (500, 462), (500, 506), 30, 4, cv2.LINE_AA)
    cv2.ellipse(penned, (100, 485), (14, 22), 0, 0, 360, 30, 4, cv2.LINE_AA)
    with_pen, without = (locate(sheet, straight(), free) for sheet in (penned, blank))
    assert not (without.ink > 127).any()
    left, right = (np.s_[:, max(0, round(x) - 4) : round(x) + 5] for x in (with_pen.inside.left, with_pen.inside.right))
    assert (with_pen.ink[right] > 127).any(1).sum() > 40
    assert (with_pen.ink[left] > 127).any(1).sum() > 8
    assert cv2.connectedComponents((with_pen.ink > 127).astype(np.uint8))[0] - 1 == 2


def test_quads_follow_the_page_when_it_lies_upside_down() -> None:
    warp = lay(blank_sheet(), turns=2)
    registration = register(warp.image, [FORM])
    assert registration is not None
    quad = np.array(locate(warp.image, registration.matrix, VOTES).quad)
    true = cv2.perspectiveTransform(VOTES.box.corners.reshape(-1, 1, 2), warp.matrix).reshape(-1, 2)
    assert np.abs(quad - true).max() < 3.0


def test_a_watermark_is_no_ink_and_faint_pencil_is() -> None:
    sheet = blank_sheet()
    cv2.circle(sheet, (450, 230), 20, 222, cv2.FILLED)
    cv2.line(sheet, (510, 210), (510, 250), 165, 3, cv2.LINE_AA)
    field = locate(sheet, straight(), VOTES)
    first, second = field.cells[:2], field.cells[1:3]
    rows = slice(round(field.inside.top) + 6, round(field.inside.bottom) - 6)
    assert (field.ink[rows, round(first[0]) + 6 : round(first[1]) - 6] > 127).sum() == 0
    assert (field.ink[rows, round(second[0]) + 6 : round(second[1]) - 6] > 127).sum() > 60


def test_ruled_lines_under_a_number_are_taken_away() -> None:
    image = np.full((60, 300), 230, np.uint8)
    cv2.putText(image, "4071", (40, 42), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 30, 3, cv2.LINE_AA)
    cv2.line(image, (0, 52), (299, 55), 110, 1, cv2.LINE_AA)
    field = as_single_field(image)
    bottom = round(47 * field.ink.shape[0] / 60)
    assert (field.ink[bottom:] > 127).mean() < 0.002
    assert (field.ink[:bottom] > 127).mean() > 0.05


@pytest.mark.parametrize("shape", [(1, 1), (1, 5000), (5000, 1), (2, 3), (27, 90), (900, 40)])
def test_a_picture_of_any_shape_is_a_field(shape: tuple[int, int]) -> None:
    field = as_single_field(np.full(shape, 200, np.uint8))
    assert field.ink.ndim == 2
    assert max(field.ink.shape) <= 4096


def test_the_soft_edges_of_a_black_line_go_with_it_where_pencil_counts_as_ink() -> None:
    ink = np.zeros((100, 60), np.uint8)
    ink[:, 26:35] = 255
    stroke = ink.copy()
    cv2.line(stroke, (6, 20), (18, 80), (255,), 3)
    cv2.line(stroke, (2, 50), (58, 50), (255,), 3)
    without_ruling(stroke.T, 255 - stroke.T, 30.0, 5.0, over=0.0)
    # Nothing is left of the line, nor of its edges; what stands beside it and what crosses it stays.
    assert not stroke[60:, 24:37].any()
    assert stroke[49:52, 26:35].all()
    assert (stroke[:, :24] > 0).sum() > 150
