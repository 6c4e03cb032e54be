"""Names of found fields: the right print for each field, and good names from it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.finding import find_fields
from extractor.finding.found_field import Shape
from extractor.finding.naming import identifier, name_fields
from extractor.recognizer.second_reader import second_reader
from extractor.template.model import FIELD_NAME
from extractor.values import Box, Gray

PAGE = 1754


def phrase(text: str, left: float, top: float) -> tuple[str, Box]:
    return text, Box(left, top, 11 * len(text), 16)


def names(boxes: list[Box], phrases: list[tuple[str, Box]], shapes: list[Shape] | None = None) -> list[str]:
    texts = {box: text for text, box in phrases}
    shapes = shapes or ["box"] * len(boxes)
    return name_fields(boxes, shapes, list(texts), PAGE, lambda places: [texts[one] for one in places])


def test_the_label_to_the_left_comes_before_the_one_above() -> None:
    box = Box(400, 500, 200, 50)
    assert names([box], [phrase("Ward", 300, 517), phrase("Polling station", 400, 470)]) == ["ward"]


def test_without_one_to_the_left_the_label_above_counts() -> None:
    assert names([Box(400, 500, 200, 50)], [phrase("Date", 410, 475)]) == ["date"]


def test_a_caption_below_counts_where_there_is_no_other() -> None:
    assert names([Box(400, 500, 200, 50)], [phrase("month", 450, 556)]) == ["month"]


def test_cells_of_a_table_are_named_by_row_and_column() -> None:
    boxes = [Box(400 + 200 * c, 500 + 60 * r, 198, 58) for r in range(2) for c in range(2)]
    phrases = [phrase(text, 420 + 200 * k, 470) for k, text in enumerate(("Hours", "Km"))]
    phrases += [phrase(text, 250, 520 + 60 * k) for k, text in enumerate(("Monday", "Tuesday"))]
    assert names(boxes, phrases) == ["monday_hours", "monday_km", "tuesday_hours", "tuesday_km"]


def test_a_label_belongs_to_the_nearest_field_only() -> None:
    boxes = [Box(400, 500, 100, 50), Box(600, 500, 100, 50)]
    assert names(boxes, [phrase("Date", 330, 517)]) == ["date", "field_02"]


def test_the_ruling_beside_a_number_leaves_the_name_to_the_number() -> None:
    boxes = [Box(300, 500, 400, 45), Box(720, 500, 150, 50)]
    found = names(boxes, [phrase("Margaret", 180, 520)], ["ruling", "comb"])
    assert found == ["margaret_2", "margaret"]


def test_what_is_written_inside_a_field_is_no_label() -> None:
    assert names([Box(400, 500, 400, 50)], [phrase("Smith", 450, 515)]) == ["field_01"]


def test_equal_labels_are_numbered() -> None:
    boxes = [Box(400, 500, 100, 50), Box(400, 700, 100, 50)]
    assert names(boxes, [phrase("Total", 320, 517), phrase("Total", 320, 717)]) == ["total", "total_2"]


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("1. Jumlah Pemilih", "jumlah_pemilih"),
        ("A. Größe (cm)", "groe_cm"),
        ("12 345", "n_12_345"),
        ("…", ""),
        ("Total votes (A + B):", "total_votes_a_b"),
    ],
)
def test_labels_become_names(label: str, name: str) -> None:
    assert identifier(label) == name


@given(st.text(max_size=120))
def test_every_label_gives_a_name_that_a_template_allows_or_none(label: str) -> None:
    name = identifier(label)
    assert name == "" or (FIELD_NAME.fullmatch(name) and len(name) <= 42)


def labelled() -> Gray:
    page = np.full((PAGE, 1240), 255, np.uint8)
    for row, text in enumerate(("Station", "Voters")):
        cv2.putText(page, text, (150, 640 + 150 * row), cv2.FONT_HERSHEY_DUPLEX, 1.0, 0, 2, cv2.LINE_AA)
        cv2.rectangle(page, (400, 600 + 150 * row), (700, 660 + 150 * row), 0, 2)
    return page


def test_labels_name_fields_and_without_a_reader_they_are_numbered(monkeypatch: pytest.MonkeyPatch) -> None:
    if second_reader() is None:
        pytest.skip("the second reader is not installed")
    assert [field.name for field in find_fields(labelled())] == ["station", "voters"]
    monkeypatch.setattr("extractor.finding.naming.print_reader.second_reader", lambda: None)
    assert [field.name for field in find_fields(labelled())] == ["field_01", "field_02"]


def test_what_holds_no_letters_leaves_the_label_to_the_next() -> None:
    box, dirt, label = Box(400, 500, 200, 50), Box(350, 517, 30, 14), Box(280, 517, 60, 16)
    texts = {dirt: "...", label: "Ward"}
    assert name_fields([box], ["box"], [dirt, label], PAGE, lambda places: [texts[one] for one in places]) == ["ward"]
