"""Cells that stand apart, guides printed in them, lines that lean or are faint, pencil: what reaches the network."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from extractor.fields import FieldImage, locate, locate_all
from extractor.segmentation import segment_comb
from extractor.template import Template
from extractor.values import Gray

ROWS = 6
APART = Template.model_validate(
    {
        "formdigits": 1,
        "form": "apart",
        "page": {"width": 600, "height": 700},
        "fields": [
            {"name": f"row_{i}", "box": [200, 60 + 90 * i, 220, 60], "cells": 3, "gap": 20} for i in range(ROWS)
        ],
    }
)
PLACED = [(np.eye(3), field) for field in APART.fields]


def sheet(*, line: int = 90, guides: int | None = None, shift: int = 0) -> Gray:
    """The empty form `shift` pixels lower and to the right, inside a table with heavy lines; `guides` are the segments
    of an 8 printed in each cell, of that grey."""
    image = np.full((700, 600), 245, np.uint8)
    for field in APART.fields:
        box = field.box
        cv2.rectangle(image, (90, int(box.top) - 14), (440, int(box.bottom) + 16), 20, 3)
        for cell in field.cell_boxes:
            left, top = round(cell.left) + shift, round(cell.top) + shift
            cv2.rectangle(image, (left, top), (left + round(cell.width), top + round(cell.height)), line, 2)
            if guides is not None:
                for y in (14, 30):
                    cv2.rectangle(image, (left + 18, top + y), (left + 42, top + y + 16), guides, 3)
    return image


def write(image: Gray, row: int, text: str, grey: int = 30) -> None:
    """One digit in each cell; a blank leaves it empty."""
    for cell, digit in zip(APART.fields[row].cell_boxes, text, strict=True):
        if digit != " ":
            at = (round(cell.left) + 16, round(cell.bottom) - 14)
            cv2.putText(image, digit, at, cv2.FONT_HERSHEY_SIMPLEX, 1.2, grey, 3, cv2.LINE_AA)


def written(field: FieldImage) -> str:
    return "".join("_" if candidate.crop is None else "d" for candidate in segment_comb(field).candidates)


@pytest.mark.parametrize("line", [90, 222])
@pytest.mark.parametrize("shift", [0, 9])
def test_cells_apart_are_snapped_to_their_own_lines_rather_than_to_a_tables(line: int, shift: int) -> None:
    image = sheet(line=line, shift=shift)
    write(image, 0, "47 ")
    field = locate(image, *PLACED[0])
    assert field.snapped
    assert np.abs(np.array(field.quad) - APART.fields[0].box.corners - shift).max() < 3.0
    scale = field.inside.width / APART.fields[0].box.width
    assert field.gap == pytest.approx(20 * scale, abs=3 * scale)
    assert written(field) == "dd_"


def test_guides_in_the_cells_are_no_ink_and_what_is_written_over_them_stays() -> None:
    image = sheet(guides=185)
    for row, text in enumerate(["   ", " 47", "  5", "   ", " 22", "   "]):
        write(image, row, text)
    fields = locate_all(image, PLACED)
    assert [written(field) for field in fields] == ["___", "_dd", "__d", "___", "_dd", "___"]
    # By itself a field cannot tell guides from writing.
    assert written(locate(image, *PLACED[0])) != "___"


def test_the_same_digit_in_every_cell_is_no_guide() -> None:
    image = sheet()
    for row in range(ROWS):
        write(image, row, "888")
    assert {written(field) for field in locate_all(image, PLACED)} == {"ddd"}


def test_pencil_is_ink_where_nothing_darker_is_and_what_shines_through_is_not_where_a_pen_wrote() -> None:
    pencil, pen = sheet(line=225), sheet(line=225)
    for row in range(ROWS):
        write(pencil, row, " 36", grey=205)
        write(pen, row, " 36", grey=205 if row == 0 else 30)
    assert [written(field) for field in locate_all(pencil, PLACED)] == ["_dd"] * ROWS
    assert [written(field) for field in locate_all(pen, PLACED)] == ["___", *["_dd"] * (ROWS - 1)]


def test_blurred_strokes_of_a_coarse_picture_are_not_taken_for_grain() -> None:
    image = sheet(line=120)
    for row, text in enumerate(["X47", "9X3", "82X", "6X5", "X21", "0X8"]):
        write(image, row, text, grey=90)
    scale = 0.22
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    noise = np.random.default_rng(0).normal(0, 1.5, small.shape)
    small = np.clip(cv2.GaussianBlur(small, (0, 0), 0.7) + noise, 0, 255).astype(np.uint8)
    fields = locate_all(small, [(np.diag((scale, scale, 1.0)), f) for f in APART.fields])
    assert {written(field) for field in fields} == {"ddd"}


def test_a_blank_page_with_grain_holds_no_ink() -> None:
    grain = np.random.default_rng(2).normal(0, 5, (700, 600))
    image = np.clip(sheet() + grain, 0, 255).astype(np.uint8)
    assert {written(field) for field in locate_all(image, PLACED)} == {"___"}


@pytest.mark.parametrize("degrees", [-2.5, 2.5])
def test_a_field_that_leans_is_put_upright_and_its_lines_go(degrees: float) -> None:
    image = sheet(line=40)
    write(image, 2, " 47")
    box = APART.fields[2].box
    middle = (box.left + box.width / 2, box.top + box.height / 2)
    turn = cv2.getRotationMatrix2D(middle, degrees, 1.0)
    leaning = cv2.warpAffine(image, turn, (600, 700), borderValue=245)
    field = locate(leaning, *PLACED[2])
    assert written(field) == "_dd"
    true = cv2.transform(box.corners[None], turn)[0]
    assert np.abs(np.array(field.quad) - true).max() < 4.0


def test_lines_of_a_coarse_picture_are_taken_away_whole() -> None:
    image = sheet(line=60)
    write(image, 1, " 47")
    small = cv2.resize(image, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    coarse = np.diag((0.25, 0.25, 1.0))
    assert written(locate(small, coarse, APART.fields[1])) == "_dd"


def test_the_relief_of_the_paper_is_no_pencil_where_others_are_written_in() -> None:
    image = sheet(line=150)
    for row in range(ROWS):
        write(image, row, " 36", grey=140 if row == 0 else 224)
    assert [written(field) for field in locate_all(image, PLACED)] == ["_dd", *["___"] * (ROWS - 1)]
