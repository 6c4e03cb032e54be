"""What is odd about a field's place or writing is noticed, stays with it, and keeps it from being accepted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest

from extractor.documents import open_pages
from extractor.fields import as_single_field
from extractor.ink import as_gray
from extractor.options import ReadOptions
from extractor.reading import Reader, open_reader
from extractor.segmentation.text_line import writing_of
from extractor.segmentation.writing_doubts import stands_beside
from extractor.values import DoubtKind, FieldStatus, Gray, Page, PageResult, Reading

SAMPLES = Path(__file__).parents[1] / "samples"
Spoil = Callable[[Gray, Reading], None]


@cache
def reader() -> Reader:
    return open_reader(
        ReadOptions.of(templates=[str(SAMPLES / "templates" / f"{n}.yaml") for n in ("tally", "expenses")])
    )


@cache
def clean(name: str) -> tuple[Page, PageResult]:
    (page,) = open_pages(str(SAMPLES / "scans" / name))
    assert isinstance(page, Page)
    (result,) = reader().read([page])
    return page, result


def spoilt(name: str, field: str, spoil: Spoil) -> Reading:
    """The field as it is read after `spoil` has drawn on the page."""
    page, before = clean(name)
    assert before[field].status is FieldStatus.ACCEPTED
    assert not before[field].doubts
    image = page.image.copy()
    spoil(image, before[field])
    (result,) = reader().read([Page(page.file, 1, image)])
    return result[field]


def corner(image: Gray, reading: Reading) -> None:
    """A finger over the right half of the field."""
    left, top, width, height = reading.box
    middle = (left + round(0.8 * width), top + height // 2)
    cv2.ellipse(image, middle, (round(0.4 * width), round(1.6 * height)), 20, 0, 360, 150, cv2.FILLED)


def torn(image: Gray, reading: Reading) -> None:
    """Nothing of the sheet is left from the middle of the field on; the lid is there instead."""
    left, top, width, height = reading.box
    image[top - 2 * height :, left + width // 2 :] = 250


def streak(image: Gray, reading: Reading) -> None:
    left, _, width, _ = reading.box
    image[:, left + round(0.45 * width) : left + round(0.45 * width) + 2] = 60


def line_through(image: Gray, reading: Reading) -> None:
    left, top, width, height = reading.box
    middle = top + round(0.52 * height)
    cv2.line(image, (left + width // 12, middle + 3), (left + width * 11 // 12, middle - 3), 40, 3, cv2.LINE_AA)


def across_the_foot(image: Gray, reading: Reading) -> None:
    """Instead of the number two 1s of which more than half hangs below the field and grows together with the ruling
    there."""
    left, top, width, height = reading.box
    image[top + 6 : top + height - 6, left + 6 : left + width - 6] = np.percentile(image, 80)
    for share in (0.2, 0.5):
        x, foot = left + round(share * width), top + height
        cv2.line(image, (x, foot - round(0.3 * height)), (x - 2, foot + round(0.5 * height)), 40, 4, cv2.LINE_AA)


def pale_digit(image: Gray, reading: Reading) -> None:
    """A pale 7 in the last cell, or well behind the number."""
    left, top, width, height = reading.box
    paper = int(np.percentile(image, 80))
    way = np.array([(0.25, 0.3), (0.6, 0.3), (0.4, 0.75)]) * height + (left + width - round(0.8 * height), top)
    cv2.polylines(image, [way.round().astype(np.int32)], False, paper - 45, 4, cv2.LINE_AA)


def broken_across(image: Gray, reading: Reading) -> None:
    """Instead of the number a 7 whose strokes cross the right side of the field apart from each other."""
    left, top, width, height = reading.box
    image[top + 6 : top + height - 6, left + 6 : left + width - 6] = np.percentile(image, 80)
    right, middle = left + width, top + height // 2
    for y, fall in ((middle - 14, 0), (middle + 2, 8)):
        cv2.line(image, (right - 18, y + fall), (right + 12, y), 40, 4, cv2.LINE_AA)
        cv2.line(image, (right - 14, y + fall), (right - 18, y + fall + 8), 40, 4, cv2.LINE_AA)


@pytest.mark.parametrize(
    ("name", "field", "spoil", "kind"),
    [
        ("tally_01.jpg", "votes_5", corner, DoubtKind.COVERED),
        ("tally_01.jpg", "votes_5", torn, DoubtKind.COVERED),
        ("expenses_01.jpg", "km_total", corner, DoubtKind.COVERED),
        ("tally_01.jpg", "votes_4", streak, DoubtKind.STREAK),
        ("expenses_01.jpg", "amount_total", streak, DoubtKind.STREAK),
        ("tally_01.jpg", "received", line_through, DoubtKind.STRUCK),
        ("expenses_01.jpg", "employee", line_through, DoubtKind.STRUCK),
        ("expenses_01.jpg", "hours_6", across_the_foot, DoubtKind.EDGE),
        ("expenses_01.jpg", "hours_6", broken_across, DoubtKind.EDGE),
        ("tally_01.jpg", "votes_8", across_the_foot, DoubtKind.EDGE),
        ("expenses_01.jpg", "employee", pale_digit, DoubtKind.FAINT),
    ],
)
def test_a_field_that_something_is_wrong_with_goes_to_review(
    name: str, field: str, spoil: Spoil, kind: DoubtKind
) -> None:
    reading = spoilt(name, field, spoil)
    assert reading.status is FieldStatus.REVIEW
    if reading.value and not reading.is_forbidden:
        assert kind in {doubt.kind for doubt in reading.doubts}


@pytest.mark.parametrize(
    "name", ["tally_01.jpg", "tally_02.jpg", "tally_phone.jpg", "expenses_01.jpg", "expenses_02.jpg"]
)
def test_clean_pages_raise_no_doubt_about_places_or_strokes(name: str) -> None:
    _, result = clean(name)
    odd = {DoubtKind.COVERED, DoubtKind.EDGE, DoubtKind.FAINT, DoubtKind.STREAK, DoubtKind.STRUCK}
    assert not [r.field for r in result.readings if odd & {doubt.kind for doubt in r.doubts}]


def test_a_sum_that_holds_lifts_the_doubt_about_something_faint_in_a_blank_cell() -> None:
    def first(image: Gray, reading: Reading) -> None:
        pale_digit(image, replace(reading, quad=tuple((x - 0.6 * reading.box[2], y) for x, y in reading.quad)))

    reading = spoilt("tally_01.jpg", "votes_8", first)
    assert {doubt.kind for doubt in reading.doubts} == {DoubtKind.FAINT}
    assert reading.status is FieldStatus.ACCEPTED


@pytest.mark.parametrize(("far", "faint"), [(240, True), (-1, False)])
def test_crumbs_of_a_digit_beside_a_string_are_noticed(far: int, faint: bool) -> None:
    picture = np.full((64, 300), 230, np.uint8)
    for x in (20, 60):
        cv2.line(picture, (x + 6, 8), (x, 56), 40, 5, cv2.LINE_AA)
    for y in (12, 20, 30, 40, 50) if far > 0 else ():
        cv2.line(picture, (far, y), (far + 2, y + 1), 90, 3, cv2.LINE_AA)
    field = as_single_field(picture)
    writing = writing_of(field)
    assert writing is not None
    assert stands_beside(field, writing) is faint


def test_doubts_survive_storing_and_exporting() -> None:
    page, _ = clean("expenses_01.jpg")
    image = page.image.copy()
    streak(image, clean("expenses_01.jpg")[1]["amount_total"])
    (result,) = reader().read([Page(page.file, 1, as_gray(np.ascontiguousarray(image)))])
    assert PageResult.from_dict(result.to_dict()) == result
    assert any("dirt in a scanner" in note for r in result.readings for note in r.notes)
