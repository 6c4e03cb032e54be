"""The one way from pages to readings: every page gets one result, whatever it is."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from extractor.errors import TemplateError
from extractor.ink import as_gray
from extractor.options import ReadOptions
from extractor.reading import NEGATIVE, Reader, open_reader
from extractor.recognizer.choice import load_model
from extractor.template import Template
from extractor.values import FailedPage, FieldStatus, Kind, Page, PageResult, PageStatus
from tests.forms import FORM, blank_sheet, lay

# Strokes of digits as a pen draws them, in a unit square; enough to test the way through, not the recogniser.
SHAPES = {
    "0": [[(0.5, 0.05), (0.2, 0.3), (0.2, 0.7), (0.5, 0.95), (0.8, 0.7), (0.8, 0.3), (0.5, 0.05)]],
    "1": [[(0.5, 0.05), (0.5, 0.95)]],
    "4": [[(0.35, 0.05), (0.15, 0.55), (0.85, 0.55)], [(0.65, 0.25), (0.62, 0.95)]],
    "7": [[(0.15, 0.1), (0.8, 0.1), (0.4, 0.95)]],
    "X": [[(0.1, 0.1), (0.9, 0.9)], [(0.9, 0.1), (0.1, 0.9)]],
}


def pen(sheet: np.ndarray, text: str, field: int, size: float = 34) -> None:
    """Writes `text` into the cells of a field, one symbol a cell; a space leaves the cell empty."""
    box = FORM.fields[field].box
    pitch = box.width / (FORM.fields[field].cells or len(text))
    for i, symbol in enumerate(text):
        for stroke in SHAPES.get(symbol, []):
            left, top = box.left + pitch * (i + 0.5) - size / 2, box.top + box.height / 2 - size / 2
            points = np.array([(left + x * size, top + y * size) for x, y in stroke])
            cv2.polylines(sheet, [np.round(points * 16).astype(np.int32)], False, 30, 3, cv2.LINE_AA, 4)


def filled() -> np.ndarray:
    sheet = blank_sheet()
    pen(sheet, "X47", 0)
    pen(sheet, "1074", 1)
    pen(sheet, "4107", 2, size=44)
    pen(sheet, "   ", 3)
    return sheet


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader((FORM,), load_model(), accept=0.9)


def values(result: PageResult) -> dict[str, str]:
    return {reading.field: reading.value for reading in result.readings}


def test_a_number_with_a_digit_across_the_line_to_the_next_field_is_never_accepted() -> None:
    tree = FORM.model_dump()
    # The 7 of "4107" is written over the line between the two.
    boxes = {"free": (100, 450, 350, 70), "next": (450, 450, 250, 70)}
    fields = [{**tree["fields"][2], "name": name, "box": box} for name, box in boxes.items()]
    form = Template.model_validate({**tree, "fields": [*tree["fields"][:2], *fields]})
    sheet = blank_sheet(template=form)
    pen(sheet, "4107", 2, size=44)
    (result,) = Reader((form,), load_model(), accept=0.9).read([Page("a.png", 1, sheet)])
    status = {reading.field: reading.status for reading in result.readings}
    assert status["free"] is status["next"] is FieldStatus.REVIEW


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_a_page_is_read_whichever_way_it_lies(reader: Reader, turns: int) -> None:
    result = reader.read([Page("a.png", 1, lay(filled(), turns=turns, degrees=1.0).image)])[0]
    assert result.status is PageStatus.READ
    assert values(result) == {"votes": "47", "paper": "1074", "free": "4107", "low": ""}
    assert result.readings[0].written == "X47"
    assert result.readings[3].status is FieldStatus.BLANK


def test_every_page_has_its_result_in_order(reader: Reader) -> None:
    pages = [
        Page("a.png", 1, filled()),
        FailedPage("b.pdf", 3, "the file is encrypted"),
        Page("c.png", 1, np.full((900, 700), 255, np.uint8)),
        Page("d.png", 1, lay(filled(), turns=2).image),
    ]
    results = reader.read(pages)
    assert [(r.file, r.page) for r in results] == [(p.file, p.number) for p in pages]
    assert [r.status for r in results] == [PageStatus.READ, PageStatus.FAILED, PageStatus.UNMATCHED, PageStatus.READ]
    assert results[1].reason == "the file is encrypted"
    assert results[2].reason


def test_pages_read_together_say_the_same_as_alone(reader: Reader) -> None:
    pages = [Page("a.png", i, lay(filled(), turns=i % 4, degrees=i / 2).image) for i in range(1, 6)]
    assert reader.read(pages) == [reader.read([page])[0] for page in pages]


def test_no_pages_are_no_results(reader: Reader) -> None:
    assert reader.read([]) == []


def test_results_survive_the_way_through_plain_data(reader: Reader) -> None:
    result = reader.read([Page("a.png", 1, filled())])[0]
    assert PageResult.from_dict(result.to_dict()) == result


def test_boxes_lie_where_the_fields_are_on_the_page_as_it_came_in(reader: Reader) -> None:
    result = reader.read([Page("a.png", 1, filled())])[0]
    for reading, field in zip(result.readings, FORM.fields, strict=True):
        assert np.abs(np.array(reading.box) - np.array(field.box)).max() <= 4


def test_a_picture_can_be_one_field() -> None:
    reader = open_reader(ReadOptions.of(single_field=True))
    assert reader.fields == (("value", Kind.DIGITS),)
    image = np.full((70, 260), 235, np.uint8)
    for i, digit in enumerate("4107"):
        for stroke in SHAPES[digit]:
            points = np.array([(25 + 56 * i + x * 40, 14 + y * 42) for x, y in stroke])
            cv2.polylines(image, [np.round(points * 16).astype(np.int32)], False, 40, 3, cv2.LINE_AA, 4)
    blank = np.full((70, 260), 235, np.uint8)
    first, second = reader.read([Page("a.png", 1, image), Page("b.png", 1, blank)])
    assert first.readings[0].value == "4107"
    assert second.readings[0].value == ""
    assert second.readings[0].status is FieldStatus.BLANK


def test_a_negative_that_is_not_turned_round_is_told(reader: Reader) -> None:
    (result,) = reader.read([Page("a.png", 1, as_gray(255 - filled()))])
    assert (result.status, result.reason) == (PageStatus.UNMATCHED, NEGATIVE)


def test_without_a_template_fields_with_digits_are_found_on_the_page() -> None:
    reader = open_reader(ReadOptions())
    assert reader.fields == ()
    page, blank = reader.read([Page("a.png", 1, filled()), Page("b.png", 1, np.full((900, 700), 255, np.uint8))])
    found = {reading.value for reading in page.readings}
    assert {"47", "1074"} <= found
    assert page.status is PageStatus.READ
    # The empty comb and the sheet's own marks hold no digits.
    assert len(page.readings) <= 3
    assert blank.status is PageStatus.UNMATCHED
    assert "-t" in blank.reason


def test_a_missing_template_is_named(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="no template"):
        open_reader(ReadOptions.of([tmp_path / "none.yaml"]))


def test_two_templates_of_one_name_are_refused(samples: Path) -> None:
    path = str(samples / "templates" / "tally.yaml")
    with pytest.raises(TemplateError, match="name of its own"):
        open_reader(ReadOptions.of([path, path]))
