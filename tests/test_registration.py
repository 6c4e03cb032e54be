"""Registration finds the form however the sheet lies, and never guesses."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.registration import turned
from extractor.ink import as_gray
from extractor.registration import register
from extractor.registration.marks import Squares, match_marks
from extractor.template import Template, load_template
from tests.forms import FORM, HEIGHT, WIDTH, blank_sheet, lay

POINTS = np.array([(60.0, 60.0), (740.0, 60.0), (400.0, 550.0), (60.0, 1040.0), (740.0, 1040.0)])


def worst_distance(found: NDArray[np.float64], true: NDArray[np.float64]) -> float:
    a = cv2.perspectiveTransform(POINTS.reshape(-1, 1, 2), found)
    b = cv2.perspectiveTransform(POINTS.reshape(-1, 1, 2), true)
    return float(np.linalg.norm(a - b, axis=-1).max())


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
@pytest.mark.parametrize(("degrees", "tilt"), [(0.0, 0.0), (3.0, 0.0), (-7.0, 0.0), (1.0, 0.06), (15.0, 0.0)])
def test_every_orientation_skew_and_mild_perspective_is_found(turns: int, degrees: float, tilt: float) -> None:
    warp = lay(blank_sheet(), turns=turns, degrees=degrees, tilt=tilt)
    found = register(warp.image, [FORM])
    assert found is not None
    assert found.fit > 0.8
    assert worst_distance(found.matrix, warp.matrix) < 2.5


@pytest.mark.parametrize("scale", [0.6, 1.0, 2.0, 3.2])
def test_scale_does_not_matter(scale: float) -> None:
    warp = lay(blank_sheet(scale), degrees=1.5)
    found = register(warp.image, [FORM])
    assert found is not None
    true = warp.matrix @ np.diag((scale, scale, 1.0))
    assert worst_distance(found.matrix, true) < 2.5 * max(1.0, scale)


def test_one_covered_mark_is_forgiven() -> None:
    sheet = blank_sheet()
    sheet[1000:, 700:] = 245
    found = register(lay(sheet, degrees=2).image, [FORM])
    assert found is not None


def test_uneven_light_is_forgiven() -> None:
    warp = lay(blank_sheet(), degrees=2)
    shade = np.linspace(1.0, 0.35, warp.image.shape[1])[None, :]
    found = register((warp.image * shade).astype(np.uint8), [FORM])
    assert found is not None
    assert worst_distance(found.matrix, warp.matrix) < 2.5


def other_form() -> Template:
    tree = FORM.model_dump(by_alias=True)
    tree["rules"] = []
    tree["form"] = "other"
    tree["fields"] = [
        {**field, "box": (WIDTH - f.box.right, HEIGHT - f.box.bottom - 100, f.box.width, f.box.height)}
        for field, f in zip(tree["fields"], FORM.fields, strict=True)
    ]
    return Template.model_validate(tree)


def test_a_form_with_the_same_marks_but_other_boxes_is_unmatched() -> None:
    assert register(blank_sheet(template=other_form()), [FORM]) is None


def test_of_several_templates_the_one_that_fits_is_taken() -> None:
    other = other_form()
    for form in (FORM, other):
        found = register(lay(blank_sheet(template=form), turns=2, degrees=1).image, [FORM, other])
        assert found is not None
        assert found.template.form == form.form


@pytest.mark.parametrize(
    "page",
    [
        np.full((1100, 800), 255, np.uint8),
        np.zeros((1100, 800), np.uint8),
        np.random.default_rng(1).integers(0, 255, (1100, 800), np.uint8),
        np.full((3, 3), 200, np.uint8),
        np.full((1, 4000), 200, np.uint8),
    ],
    ids=["white", "black", "noise", "tiny", "thread"],
)
def test_pages_without_the_form_are_unmatched(page: NDArray[np.uint8]) -> None:
    assert register(page, [FORM]) is None


def test_real_tally_scans_are_all_found(data_folder: Path, samples: Path) -> None:
    template = load_template(samples / "templates" / "c1_ppwp_2019.yaml")
    scans = sorted((data_folder / "tally_c1").glob("*.png"))
    assert scans
    for scan in scans:
        image = cv2.imread(str(scan), cv2.IMREAD_GRAYSCALE)
        for way in (image, cv2.rotate(image, cv2.ROTATE_180), cv2.rotate(image, cv2.ROTATE_90_CLOCKWISE)):
            found = register(way, [template])
            assert found is not None, scan.name
            assert found.fit > 0.75, scan.name


def test_a_photograph_turned_a_little_is_not_taken_a_cell_aside(samples: Path) -> None:
    forms = [load_template(samples / "templates" / f"{name}.yaml") for name in ("tally", "expenses")]
    picture = cv2.imread(str(samples / "scans" / "tally_phone.jpg"), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    upright = register(as_gray(picture), forms)
    assert upright is not None
    image, moved = turned(as_gray(picture), 7, 1.0)
    leaning = register(image, forms)
    assert leaning is not None
    assert leaning.template is upright.template
    corners = np.concatenate([field.box.corners for field in upright.template.fields]).reshape(-1, 1, 2)
    expected = cv2.perspectiveTransform(corners, moved @ upright.matrix)
    assert np.abs(cv2.perspectiveTransform(corners, leaning.matrix) - expected).max() < 8


@pytest.mark.filterwarnings("error")
def test_squares_inside_of_each_other_are_no_pair_to_go_by() -> None:
    centres = np.concatenate((POINTS, POINTS))
    squares = Squares(centres, np.array([20.0] * len(POINTS) + [12.0] * len(POINTS)))
    best, *_ = match_marks(squares, POINTS, mark_size=20.0)
    assert best.found == len(POINTS)
    assert match_marks(Squares(centres[[0, 0, 0, 0]], np.full(4, 20.0)), POINTS, mark_size=20.0) == []
