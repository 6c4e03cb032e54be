"""`template new` finds bubbles, boxes to tick and barcodes, and takes nothing else for them."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from pdf2image import convert_from_path

from extractor.barcodes.code_reader import SeenCode
from extractor.bubbles.bubble_search import FoundBubbles, find_bubbles
from extractor.finding import FoundColumn, FoundTable
from extractor.reference import draft_template
from extractor.reference.bubble_draft import beside_codes, draft_codes, in_tables
from extractor.template import load_template, template_yaml
from extractor.template.load import check_template, parse_yaml
from extractor.template.model import SheetCode
from extractor.values import Box, Gray, Kind

poppler = pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="drawing a form needs poppler's pdftoppm")


@poppler
def test_the_sample_is_drafted_with_its_number_questions_ticks_and_code(samples: Path) -> None:
    (image,) = convert_from_path(samples / "forms" / "exam.pdf", 200, size=(1654, 2339), grayscale=True)
    drafted = draft_template(np.asarray(image), "exam", "blank.png", dpi=200).template
    assert drafted is not None
    wanted, scale = load_template(samples / "templates" / "exam.yaml"), 1654 / 2100
    found = {field.name: field for field in drafted.fields}
    assert drafted.sheet is not None
    assert drafted.sheet.code == "X1-*"
    assert found["code"].format.kind is Kind.BARCODE
    assert (len(found["number_1"].bubbles), found["number_1"].format.digits) == (6, (6, 6))
    assert sum(field.format.kind is Kind.MARK and field.marks is None for field in drafted.fields) == 3
    assert [field.cells for field in drafted.fields if field.is_written] == [6, None, 3, 2]
    for number in range(1, 31):
        field = found[f"q{number}"]
        own = next(one for one in wanted.fields if one.name == field.name)
        for one, other in zip(field.bubbles[0], own.bubbles[0], strict=True):
            assert one.label == other.label
            assert np.abs(np.array(one.box) - scale * np.array(other.box)).max() < 3
    node, tree = parse_yaml(template_yaml(drafted), "t")
    assert check_template(node, tree, "t") == drafted


def test_a_code_of_digits_names_no_form_and_its_corners_are_no_boxes_to_tick() -> None:
    def code(text: str) -> SeenCode:
        corners = np.array(((100, 100), (200, 100), (200, 200), (100, 200)), np.float64)
        return SeenCode(text, "QRCode", corners, 1.0)

    fields, by_serial = draft_codes([code("199999-7")], (1000, 1000))
    _, by_form = draft_codes([code("T1-7")], (1000, 1000))
    assert (by_serial, by_form) == (None, SheetCode(code="T1-*"))
    corner = FoundBubbles("tick", Box(105, 105, 20, 20), (20.0, 20.0), 1, "across")
    beside = replace(corner, box=Box(405, 105, 20, 20))
    assert beside_codes([corner, beside], fields) == [beside]


def _page() -> Gray:
    return np.full((2000, 1400), 250, np.uint8)


def test_cells_and_large_letters_are_no_bubbles() -> None:
    page = _page()
    for x in range(5):
        cv2.rectangle(page, (100 + 45 * x, 100), (145 + 45 * x, 150), 40, 2)
    cv2.putText(page, "OOOO QUOTA 0000", (100, 320), cv2.FONT_HERSHEY_SIMPLEX, 2.0, 30, 7, cv2.LINE_AA)
    cv2.rectangle(page, (100, 500), (900, 900), 40, 2)
    assert find_bubbles(page) == []


def test_questions_beside_each_other_and_boxes_below_one_another_are_told_apart() -> None:
    page = _page()
    for row in range(4):
        for x in (*range(100, 340, 60), *range(600, 780, 60)):
            cv2.circle(page, (x, 200 + 70 * row), 16, 60, 2, cv2.LINE_AA)
        cv2.rectangle(page, (1000, 190 + 70 * row), (1028, 218 + 70 * row), 60, 2)
    groups = find_bubbles(page)
    assert [(one.role, one.options) for one in groups] == [("question", 4)] * 4 + [("question", 3)] * 4 + [
        ("tick", 1)
    ] * 4


def test_a_column_of_a_table_with_a_box_in_each_line_is_a_column_of_ticks() -> None:
    page = _page()
    lines = tuple(Box(100, 200 + 60 * line, 700, 60) for line in range(6))
    for line in lines:
        cv2.rectangle(page, (735, round(line.top) + 16), (763, round(line.top) + 44), 60, 2)
    table = FoundTable(
        lines, (FoundColumn("fee", 100, 600, None), FoundColumn("paid", 700, 100, None)), Box(100, 140, 700, 420)
    )
    found = in_tables([table], find_bubbles(page))
    ((fee, paid),) = found.columns
    assert fee is None
    assert paid is not None
    assert paid.marks is not None
    assert (paid.marks.labels, paid.marks.empty) == (("1",), "0")
    assert paid.left == pytest.approx(737, abs=2)
    assert found.beside == ()
