"""Segmentation gives every symbol a candidate of its own, made as MNIST was made."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from extractor.fields import as_single_field, locate
from extractor.segmentation import mnist_crop, segment_comb, segment_string
from extractor.segmentation.slant import slant, upright
from extractor.segmentation.writing_doubts import leaves_box
from extractor.template import Template
from tests.forms import FORM, blank_sheet

HERE = np.eye(3)


def write(image: np.ndarray, text: str, left: int, base: int) -> None:
    cv2.putText(image, text, (left, base), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 25, 3, cv2.LINE_AA)


@given(arrays(np.uint8, st.tuples(st.integers(1, 60), st.integers(1, 60))))
def test_a_crop_fits_the_box_and_is_centred_by_mass(ink: np.ndarray) -> None:
    soft = mnist_crop(ink)
    assert soft.shape == (28, 28)
    assert soft.dtype == np.uint8
    assert max(cv2.boundingRect(soft)[2:]) <= 20
    # Faint ink at the edge may be lost when it is averaged; full ink shows where the symbol was put.
    crop = mnist_crop(np.where(ink > 127, 255, 0).astype(np.uint8))
    left, top, width, height = cv2.boundingRect(crop)
    if crop.any():
        moments = cv2.moments(crop)
        x, y = moments["m10"] / moments["m00"], moments["m01"] / moments["m00"]
        # A lopsided symbol may be pushed against the frame; any other lies within a pixel of the middle.
        if left > 0 and left + width < 28:
            assert abs(x - 13.5) <= 1.0
        if top > 0 and top + height < 28:
            assert abs(y - 13.5) <= 1.0


def test_each_cell_of_a_comb_gives_one_candidate_and_blank_cells_none() -> None:
    sheet = blank_sheet()
    write(sheet, "7", 498, 248)
    write(sheet, "2", 556, 250)
    lattice = segment_comb(locate(sheet, HERE, FORM.fields[0]))
    assert lattice.comb
    assert [c.crop is None for c in lattice.candidates] == [True, False, False]
    assert lattice.crops.shape == (2, 28, 28)


def test_a_digit_that_leans_into_the_next_cell_stays_with_its_own() -> None:
    sheet = blank_sheet()
    cv2.line(sheet, (440, 250), (487, 208), 25, 4, cv2.LINE_AA)
    lattice = segment_comb(locate(sheet, HERE, FORM.fields[0]))
    assert [c.crop is None for c in lattice.candidates] == [False, True, True]


def test_a_digit_grown_together_with_a_line_that_was_left_is_still_a_digit() -> None:
    sheet = blank_sheet()
    write(sheet, "2", 556, 250)
    field = locate(sheet, HERE, FORM.fields[0])
    top, left = round(field.inside.top), round(field.inside.left)
    ink = field.ink.copy()
    # The line above the box, too broad to be taken for one, and the stroke that joins them.
    ink[max(0, top - 6) : top + 2, : left + round(field.inside.width)] = 255
    middle = round(field.cells[2] + field.cells[3]) // 2
    ink[top : round(field.inside.bottom) - 12, middle - 2 : middle + 3] = 255
    lattice = segment_comb(replace(field, ink=ink))
    assert [c.crop is None for c in lattice.candidates] == [True, True, False]


def test_dirt_in_a_cell_is_no_symbol() -> None:
    sheet = blank_sheet()
    for x, y in [(430, 215), (470, 240), (520, 222)]:
        cv2.circle(sheet, (x, y), 2, 30, cv2.FILLED)
    lattice = segment_comb(locate(sheet, HERE, FORM.fields[0]))
    assert all(c.crop is None for c in lattice.candidates)


def test_a_path_of_single_candidates_reads_separate_digits() -> None:
    image = np.full((70, 320), 235, np.uint8)
    for i, digit in enumerate("40716"):
        write(image, digit, 20 + 56 * i, 52)
    lattice = segment_string(as_single_field(image))
    whole = [c for c in lattice.candidates if c.box.height > 0.8 * lattice.line_height]
    lefts = sorted({round(c.box.left) for c in whole if c.box.width > 0.1 * lattice.line_height})
    scale = as_single_field(image).ink.shape[0] / 70
    for i in range(5):
        assert any(abs(left - (20 + 56 * i) * scale) < 12 * scale for left in lefts)


def test_touching_digits_can_be_parted() -> None:
    image = np.full((70, 200), 235, np.uint8)
    cv2.circle(image, (60, 35), 20, 25, 4, cv2.LINE_AA)
    cv2.circle(image, (102, 35), 20, 25, 4, cv2.LINE_AA)
    field = as_single_field(image)
    lattice = segment_string(field)
    scale = field.ink.shape[0] / 70
    middle = 81 * scale
    ends_there = [c for c in lattice.candidates if c.start == 0 and abs(c.box.right - middle) < 8 * scale]
    assert ends_there, [c.box for c in lattice.candidates]


@pytest.mark.parametrize("shear", [-0.6, -0.3, 0.0, 0.3, 0.6])
def test_slant_is_estimated_and_corrected(shear: float) -> None:
    image = np.zeros((80, 300), np.uint8)
    for x in range(60, 260, 40):
        cv2.line(image, (x, 70), (x, 10), 255, 4, cv2.LINE_AA)
        cv2.line(image, (x, 40), (x + 14, 40), 255, 4, cv2.LINE_AA)
    leaning, _ = upright(image, -shear)
    assert slant(leaning) == pytest.approx(shear, abs=0.12)


def test_blank_and_hopeless_pictures_give_lattices_without_candidates() -> None:
    noise = np.random.default_rng(3).integers(0, 255, (100, 400), np.uint8)
    assert segment_string(as_single_field(np.full((60, 200), 240, np.uint8))).nodes == 1
    lattice = segment_string(as_single_field(noise))
    assert lattice.nodes == 1 or len(lattice.candidates) > 0


@pytest.mark.parametrize(
    ("left", "alone", "beside_another"),
    [(400, False, False), (478, False, False), (488, False, True), (494, True, True), (506, False, False)],
    ids=["inside", "touching", "more inside", "more outside", "outside"],
)
def test_a_digit_across_the_side_of_a_box_is_told(left: int, alone: bool, beside_another: bool) -> None:
    tree = FORM.model_dump()
    free = {**tree["fields"][2], "name": "next", "box": (500, 450, 200, 70)}
    for fields, expected in ((tree["fields"], alone), ([*tree["fields"], free], beside_another)):
        form = Template.model_validate({**tree, "fields": fields})
        sheet = blank_sheet(template=form)
        write(sheet, "40", 150, 500)
        write(sheet, "2", left, 500)
        assert leaves_box(locate(sheet, HERE, form.fields[2], form.fields)) is expected
