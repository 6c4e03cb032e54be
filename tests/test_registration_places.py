"""Registration takes no place for the form's that is one among several, and loses no second form without a word."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from extractor.geometry import transform
from extractor.reading import Reader
from extractor.recognizer.choice import load_model
from extractor.registration import follow, register
from extractor.template import Landmarks, Template, load_template, template_yaml
from extractor.values import FieldStatus, Page
from tests.forms import FORM, blank_sheet, lay

LEFT, TOP, WIDE, HIGH = 120, 300, 80, 60
COLUMNS, ROWS = 6, 5


def table(marks: bool = False) -> Template:
    """A form whose fields are five rows of a table, with or without marks at its corners."""
    corners = [[40, 40], [760, 40], [700, 1060], [40, 1060]] if marks else []
    return Template.model_validate(
        {
            "formdigits": 1,
            "form": "table",
            "page": {"width": 800, "height": 1100},
            "landmarks": {"marks": corners, "mark_size": 24 if marks else None},
            "fields": [
                {"name": f"f{row}_{column}", "box": [LEFT + WIDE * column, TOP + HIGH * row, WIDE, HIGH]}
                for row in range(ROWS)
                for column in range(COLUMNS)
            ],
        }
    )


def printed(form: Template, above: int = 0, below: int = 0, down: int = 0) -> NDArray[np.uint8]:
    """The sheet of `form`, its table `down` pixels lower, with more rows `above` and `below`; the rows above are
    headed by numbers."""
    sheet = blank_sheet(template=form.model_copy(update={"fields": ()}))
    for row in range(-above, ROWS + below):
        for column in range(COLUMNS):
            corner = (LEFT + WIDE * column, TOP + down + HIGH * row)
            cv2.rectangle(sheet, corner, (corner[0] + WIDE, corner[1] + HIGH), 60, 2)
            if row < 0:
                spot = (corner[0] + 28, corner[1] + 38)
                cv2.putText(sheet, str(column + 1), spot, cv2.FONT_HERSHEY_SIMPLEX, 0.8, 40, 2, cv2.LINE_AA)
    return sheet


def test_a_table_that_stands_alone_is_in_its_place() -> None:
    found = register(lay(printed(table()), degrees=1).image, [table()])
    assert found is not None
    assert found.margin > 0.5
    assert not found.is_near_tie


@pytest.mark.parametrize(("above", "below"), [(1, 0), (0, 1), (2, 2)])
def test_a_table_that_goes_on_by_a_row_is_a_near_tie(above: int, below: int) -> None:
    found = register(lay(printed(table(), above, below), degrees=1).image, [table()])
    assert found is not None
    assert found.is_near_tie


def test_marks_tell_which_rows_of_a_table_are_the_forms() -> None:
    warp = lay(printed(table(marks=True), 1, 1), degrees=1)
    found = register(warp.image, [table(marks=True)])
    assert found is not None
    assert not found.is_near_tie


def test_a_table_that_lies_a_row_aside_of_its_marks_is_a_near_tie() -> None:
    found = register(lay(printed(table(marks=True), down=HIGH), degrees=1).image, [table(marks=True)])
    assert found is None or found.is_near_tie


@pytest.mark.parametrize("edges", [True, False])
def test_what_is_the_same_turned_round_is_a_near_tie_unless_the_edges_of_the_paper_tell(edges: bool) -> None:
    sheet = printed(table())
    found = register(sheet if edges else sheet[TOP - 60 : TOP + HIGH * ROWS + 60], [table()])
    assert found is not None
    assert found.is_near_tie is not edges


@pytest.mark.parametrize("step", [30, 40, 60])
def test_squared_paper_is_no_form(step: int) -> None:
    sheet = np.full((1100, 800), 245, np.uint8)
    sheet[step // 2 :: step] = 150
    sheet[:, step // 2 :: step] = 150
    assert register(sheet, [FORM]) is None
    found = register(sheet, [table()])
    assert found is None or found.is_near_tie


@pytest.mark.parametrize("degrees", [0.0, 2.0])
def test_print_beside_the_boxes_tells_which_rows_are_the_forms(tmp_path: Path, degrees: float) -> None:
    blank = printed(table(), 1, 1)
    rng = np.random.default_rng(4)
    for y in [80, 140, *range(760, 1060, 60)]:
        text = "".join(rng.choice(list("abdefghkmnorstuvwxyz  "), 30))
        cv2.putText(blank, text, (60, y), cv2.FONT_HERSHEY_SIMPLEX, 0.8, 40, 2, cv2.LINE_AA)
    cv2.imwrite(str(tmp_path / "blank.png"), blank)
    (tmp_path / "form.yaml").write_text(
        template_yaml(table().model_copy(update={"landmarks": Landmarks(reference="blank.png")})), encoding="utf-8"
    )
    # Another issue of the form: its words are others, but for those in the table.
    other = printed(table(), 1, 1)
    other[:200], other[900:] = blank[:200], blank[900:]
    warp = lay(other, degrees=degrees)
    found = register(warp.image, [load_template(tmp_path / "form.yaml")])
    assert found is not None
    points = table().fields[0].box.corners
    assert np.abs(transform(found.matrix, points) - transform(warp.matrix, points)).max() < 8
    assert not found.is_near_tie


@pytest.mark.parametrize("axis", [0, 1])
def test_a_second_form_in_the_picture_is_told(axis: int) -> None:
    both = np.concatenate([blank_sheet(), printed(table())], axis=axis)
    found = register(both, [FORM, table()])
    assert found is not None
    assert found.beside is not None
    assert {found.template.form, found.beside.template.form} == {"test-form", "table"}


def test_a_second_sheet_of_the_same_form_is_told() -> None:
    found = register(np.concatenate([blank_sheet(), blank_sheet()], axis=1), [FORM])
    assert found is not None
    assert found.beside is not None
    assert found.beside.template.form == "test-form"
    assert found.beside.beside is None


def test_a_wide_margin_is_no_second_form() -> None:
    found = register(np.pad(blank_sheet(), ((0, 0), (0, 900)), constant_values=235), [FORM])
    assert found is not None
    assert found.beside is None
    assert not found.more


def test_both_forms_of_a_picture_are_read_where_they_lie() -> None:
    both = np.concatenate([blank_sheet(), blank_sheet()], axis=1)
    reader = Reader((FORM,), load_model())
    (result,) = reader.read([Page("both.png", 1, both)])
    (beside,) = result.beside
    assert not result.reason
    apart = np.array(beside.readings[0].quad) - np.array(result.readings[0].quad)
    assert np.abs(np.abs(apart) - (blank_sheet().shape[1], 0)).max() < 4
    assert len(beside.readings) == len(result.readings)


def test_what_is_shown_of_one_sheet_says_that_there_is_another() -> None:
    both = np.concatenate([blank_sheet(), blank_sheet()], axis=1)
    result, _ = Reader((FORM,), load_model()).read_and_observe(Page("both.png", 1, both))
    assert "another form" in result.reason


def test_numbers_of_columns_that_lie_in_fields_are_not_accepted() -> None:
    form = table(marks=True)
    # Another issue of the form, with a row of headings where the first row of fields was.
    sheet = printed(form, above=1, down=HIGH)
    (result,) = Reader((form,), load_model(), accept=0.6).read([Page("page.png", 1, sheet)])
    assert sum(reading.value == str(k % COLUMNS + 1) for k, reading in enumerate(result.readings[:COLUMNS])) == COLUMNS
    assert {reading.status for reading in result.readings[:COLUMNS]} == {FieldStatus.REVIEW}


def test_what_is_known_of_a_place_goes_along_as_the_sheet_is_followed() -> None:
    both = np.concatenate([blank_sheet(), blank_sheet()], axis=1)
    found = register(both, [FORM])
    assert found is not None
    followed = follow(both, found)
    assert followed.beside is not None
    assert followed.margin == pytest.approx(found.margin)
