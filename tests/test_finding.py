"""Fields found on pages drawn here, where every box is known: what must be found, and what must not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.finding import FoundField, find_fields
from extractor.ink import as_gray
from extractor.values import Box, Gray

WIDTH, HEIGHT = 1240, 1754
"""A4 at 150 dots an inch."""


def sheet(colour: int = 255) -> Gray:
    return np.full((HEIGHT, WIDTH), colour, np.uint8)


def frame(page: Gray, box: tuple[int, int, int, int], *, ink: int = 0, thick: int = 2) -> None:
    left, top, width, height = box
    cv2.rectangle(page, (left, top), (left + width, top + height), ink, thick)


def comb(page: Gray, box: tuple[int, int, int, int], cells: int, *, ink: int = 0) -> None:
    """A row of joined cells; `cells` must divide the width."""
    frame(page, box, ink=ink)
    left, top, width, height = box
    for x in range(left, left + width, width // cells):
        cv2.line(page, (x, top), (x, top + height), ink, 2)


def text(page: Gray, words: str, at: tuple[int, int], *, size: float = 0.8, thick: int = 2) -> None:
    cv2.putText(page, words, at, cv2.FONT_HERSHEY_SIMPLEX, size, 0, thick, cv2.LINE_AA)


def lettered(page: Gray) -> Gray:
    """`page` with some lines of print, as every form has them."""
    for row in range(4):
        text(page, "Please write one figure in each of the cells below", (150, 120 + 40 * row), size=0.7)
    return page


def turned(page: Gray, degrees: float) -> Gray:
    matrix = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), degrees, 0.8)
    return as_gray(cv2.warpAffine(page, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_AREA, borderValue=255))


def only(found: tuple[FoundField, ...], shape: str) -> list[FoundField]:
    return [field for field in found if field.shape == shape]


def near(box: Box, expected: tuple[float, float, float, float], slack: float = 4) -> bool:
    return all(abs(a - b) <= slack for a, b in zip(box, expected, strict=True))


def test_a_box_is_found_at_the_inside_of_its_rulings() -> None:
    page = lettered(sheet())
    frame(page, (300, 600, 400, 60))
    (field,) = find_fields(page, labels=False)
    assert (field.shape, field.cells, field.cell_gaps, field.name) == ("box", None, (), "field_01")
    assert near(field.box, (302, 602, 397, 57), slack=2)


def test_a_comb_is_one_field_with_its_cells_counted() -> None:
    page = lettered(sheet())
    comb(page, (300, 600, 200, 56), 5)
    (field,) = find_fields(page, labels=False)
    assert (field.shape, field.cells, field.cell_gaps) == ("comb", 5, ())
    assert near(field.box, (301, 601, 198, 54))


def test_separate_cells_at_one_pitch_are_one_comb_with_its_gaps() -> None:
    page = lettered(sheet())
    for k in range(4):
        frame(page, (300 + 60 * k, 600, 44, 56))
    (field,) = find_fields(page, labels=False)
    assert (field.shape, field.cells, len(field.cell_gaps)) == ("comb", 4, 3)
    assert all(abs(gap - 18) <= 3 for gap in field.cell_gaps)


def test_a_box_is_parted_where_dashed_rulings_run_and_not_where_somebody_wrote() -> None:
    page = lettered(sheet())
    for left in (200, 700):
        frame(page, (left, 600, 300, 56))
    for x in (300, 400):
        for y in range(604, 650, 12):
            cv2.line(page, (x, y), (x, y + 5), 0, 2)
    for x in (800, 900):
        cv2.line(page, (x, 612), (x + 2, 646), 0, 3, cv2.LINE_AA)
    assert [field.cells for field in find_fields(page, labels=False)] == [3, None]


def test_groups_of_cells_of_a_date_stay_apart() -> None:
    page = lettered(sheet())
    for left, cells in ((200, 2), (330, 2), (460, 4)):
        comb(page, (left, 600, 40 * cells, 56), cells)
    assert [field.cells for field in find_fields(page, labels=False)] == [2, 2, 4]


def test_a_table_gives_its_cells_row_by_row_and_not_its_headings() -> None:
    page = lettered(sheet())
    for row in range(4):
        for column, (left, width) in enumerate(((200, 250), (450, 180), (630, 180))):
            frame(page, (left, 600 + 60 * row, width, 60))
            if row == 0 or column == 0:
                text(page, ("Place name", "Kilometres", "Expenses")[column], (left + 20, 638 + 60 * row), size=0.7)
    found = find_fields(page, labels=False)
    assert [round(field.box.left / 10) for field in found] == [45, 63] * 3
    assert [field.box.top for field in found] == sorted(field.box.top for field in found)


def test_digits_in_cells_and_crosses_through_them_change_nothing() -> None:
    page = lettered(sheet())
    comb(page, (300, 600, 160, 56), 4)
    text(page, "7", (310, 645), size=1.4, thick=3)
    text(page, "1", (350, 645), size=1.4, thick=3)
    for k in (2, 3):
        cv2.line(page, (303 + 40 * k, 604), (337 + 40 * k, 652), 0, 3, cv2.LINE_AA)
        cv2.line(page, (303 + 40 * k, 652), (337 + 40 * k, 604), 0, 3, cv2.LINE_AA)
    (field,) = find_fields(page, labels=False)
    assert field.cells == 4


def test_writing_in_a_box_does_not_make_it_a_text_frame() -> None:
    page = lettered(sheet())
    frame(page, (300, 600, 400, 60))
    for k, (digit, drop) in enumerate(zip("4073", (0, 4, -3, 6), strict=True)):
        text(page, digit, (330 + 50 * k, 648 + drop), size=1.3, thick=3)
    assert [field.shape for field in find_fields(page, labels=False)] == ["box"]


def test_dotted_and_solid_rulings_after_a_label_are_to_write_on() -> None:
    page = lettered(sheet())
    text(page, "Name", (200, 600))
    for x in range(300, 700, 6):
        cv2.circle(page, (x, 600), 1, 0, -1)
    text(page, "Ward", (200, 800))
    cv2.line(page, (300, 800), (700, 800), 0, 2)
    found = find_fields(page, labels=False)
    assert [field.shape for field in found] == ["ruling", "ruling"]
    for field, bottom in zip(found, (600, 800), strict=True):
        assert abs(field.box.bottom - bottom) <= 4
        assert field.box.height >= 20
        assert abs(field.box.left - 300) <= 8


@pytest.mark.parametrize("what", ["text frame", "page frame", "black bar", "rule below a heading", "letters", "code"])
def test_what_is_no_place_to_write_in_is_not_found(what: str) -> None:
    page = lettered(sheet())
    rng = np.random.default_rng(5)
    match what:
        case "text frame":
            frame(page, (300, 600, 420, 120))
            for row in range(3):
                text(page, "Keep this sheet flat and dry", (330, 635 + 32 * row), size=0.7)
        case "page frame":
            frame(page, (40, 40, WIDTH - 80, HEIGHT - 80), thick=3)
        case "black bar":
            cv2.rectangle(page, (300, 600), (800, 640), 0, -1)
        case "rule below a heading":
            text(page, "Votes for each candidate", (150, 600), size=0.9)
            cv2.line(page, (150, 612), (1100, 612), 0, 3)
        case "letters":
            text(page, "ROOM BOOKED DOORS", (200, 640), size=1.4, thick=3)
        case "code":
            code = np.kron(rng.integers(0, 2, (21, 21), np.uint8) * 255, np.ones((6, 6), np.uint8))
            page[600:726, 900:1026] = code
    assert find_fields(page, labels=False) == ()


def test_an_empty_page_and_a_tiny_one_have_no_fields() -> None:
    assert find_fields(sheet(), labels=False) == ()
    assert find_fields(np.zeros((1, 1), np.uint8)) == ()
    assert find_fields(np.full((30, 5000), 255, np.uint8)) == ()


def test_white_on_black_is_recognised_and_read_alike() -> None:
    page = lettered(sheet())
    comb(page, (300, 600, 200, 56), 5)
    negative = as_gray(cv2.bitwise_not(page))
    assert find_fields(negative, labels=False) == find_fields(page, labels=False)


def form() -> Gray:
    page = lettered(sheet())
    comb(page, (200, 500, 160, 56), 4)
    comb(page, (700, 500, 240, 56), 6)
    frame(page, (200, 700, 500, 60))
    for k in range(3):
        frame(page, (800 + 60 * k, 700, 44, 56))
    return page


@settings(max_examples=8, deadline=None)
@given(degrees=st.floats(-15, 15))
def test_skew_to_fifteen_degrees_changes_nothing(degrees: float) -> None:
    found = find_fields(turned(form(), degrees), labels=False)
    assert [field.cells for field in found] == [4, 6, None, 3]
    assert [field.shape for field in found] == ["comb", "comb", "box", "comb"]


def test_quads_of_a_skewed_page_lie_on_the_turned_boxes() -> None:
    page = form()
    level, skewed = find_fields(page, labels=False), find_fields(turned(page, 9), labels=False)
    matrix = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), 9, 0.8)
    for before, after in zip(level, skewed, strict=True):
        expected = cv2.transform(np.array([before.quad]), matrix)[0]
        assert np.abs(expected - np.array(after.quad)).max() < 4


def test_uneven_light_noise_and_mild_perspective_of_a_photograph_are_borne() -> None:
    rng = np.random.default_rng(3)
    corners = np.array([(0, 0), (WIDTH, 0), (WIDTH, HEIGHT), (0, HEIGHT)], np.float32)
    seen = np.array([(60, 40), (WIDTH - 30, 70), (WIDTH - 70, HEIGHT - 50), (20, HEIGHT - 20)], np.float32)
    photo = cv2.warpPerspective(
        form(), cv2.getPerspectiveTransform(corners, seen), (WIDTH, HEIGHT), borderValue=120
    ).astype(np.float64)
    light = np.linspace(0.9, 0.45, WIDTH)[None, :] * np.linspace(1, 0.8, HEIGHT)[:, None]
    photo = photo * light + rng.normal(0, 3, photo.shape)
    found = find_fields(photo.clip(0, 255).astype(np.uint8), labels=False)
    assert [field.cells for field in found if field.shape != "ruling"] == [4, 6, None, 3]


@pytest.mark.parametrize("ink", [200, 225])
def test_pale_dropout_rulings_are_found(ink: int) -> None:
    page = lettered(sheet())
    comb(page, (300, 600, 200, 56), 5, ink=ink)
    assert [field.cells for field in only(find_fields(page, labels=False), "comb")] == [5]


@pytest.mark.parametrize("scale", [0.5, 2.0, 4.0])
def test_resolution_changes_nothing(scale: float) -> None:
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    page = as_gray(cv2.resize(form(), None, fx=scale, fy=scale, interpolation=how))
    found = find_fields(page, labels=False)
    assert [field.cells for field in found] == [4, 6, None, 3]
    assert near(found[2].box, (202 * scale, 702 * scale, 497 * scale, 57 * scale), slack=3 * max(1, scale))


def test_a_comb_whose_rulings_are_broken_is_completed_from_the_one_above() -> None:
    page = lettered(sheet())
    for row in range(3):
        comb(page, (300, 600 + 90 * row, 160, 56), 4)
    # A stroke over a cell's right side, and a piece of its foot that the scanner lost.
    page[708:730, 376:384] = 255
    page[744:750, 345:372] = 255
    found = find_fields(page, labels=False)
    assert [(field.cells, round(field.box.top / 10)) for field in found] == [(4, 60), (4, 69), (4, 78)]


def test_boxes_with_rounded_corners_are_found() -> None:
    page = lettered(sheet())
    for top in (400, 500, 600):
        radius, (left, width, height) = 10, (300, 300, 60)
        for x0, y0, x1, y1 in (
            (left + radius, top, left + width - radius, top),
            (left + radius, top + height, left + width - radius, top + height),
            (left, top + radius, left, top + height - radius),
            (left + width, top + radius, left + width, top + height - radius),
        ):
            cv2.line(page, (x0, y0), (x1, y1), 0, 2)
        for x, y, start in (
            (left + radius, top + radius, 180),
            (left + width - radius, top + radius, 270),
            (left + width - radius, top + height - radius, 0),
            (left + radius, top + height - radius, 90),
        ):
            cv2.ellipse(page, (x, y), (radius, radius), start, 0, 90, 0, 2)
    boxes = [one for one in find_fields(page, labels=False) if one.shape == "box"]
    assert len(boxes) == 3


def test_unlike_boxes_in_a_frame_are_found_rather_than_the_frame() -> None:
    page = lettered(sheet())
    frame(page, (100, 350, 1000, 260))
    frame(page, (300, 380, 280, 50))
    frame(page, (300, 480, 160, 50))
    frame(page, (800, 480, 220, 50))
    boxes = [one for one in find_fields(page, labels=False) if one.shape == "box"]
    assert sorted(round(one.box.width / 20) for one in boxes) == [8, 11, 14]
