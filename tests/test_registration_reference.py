"""Forms without marks are found by the picture of the blank form or by their printed boxes, and never guessed."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from extractor.errors import TemplateError
from extractor.registration import register
from extractor.registration.patches import Aligned
from extractor.registration.sheet_outline import find_sheet, find_sheets
from extractor.template import Landmarks, Template, load_template, template_yaml
from tests.forms import FORM, HEIGHT, WIDTH, Warp, lay
from tests.forms import blank_sheet as plain_sheet

CORNERS = np.array([(420.0, 200.0), (660.0, 360.0), (100.0, 450.0), (500.0, 520.0), (120.0, 960.0)])

BOXES = FORM.model_copy(update={"landmarks": Landmarks(), "form": "boxes"})
"""The test form without anything but its boxes."""


def lettered(form: Template = BOXES, words: int = 1) -> NDArray[np.uint8]:
    """The blank form with print between its boxes; `words` chooses which."""
    sheet = plain_sheet(template=form)
    rng = np.random.default_rng(words)
    for y in [60, 110, 160, *range(560, 880, 40), 1000, 1050]:
        text = "".join(rng.choice(list("abdefghkmnorstuvwxyz  "), 34))
        cv2.putText(sheet, text, (60, y), cv2.FONT_HERSHEY_SIMPLEX, 0.8, 40, 2, cv2.LINE_AA)
    for field in form.fields:
        where = (round(field.box.left) - 90, round(field.box.bottom) - 15)
        cv2.putText(sheet, field.name, where, cv2.FONT_HERSHEY_SIMPLEX, 0.7, 40, 2, cv2.LINE_AA)
    return sheet


def filled(sheet: NDArray[np.uint8], seed: int = 5) -> NDArray[np.uint8]:
    """`sheet` with pen strokes in the boxes of the test form."""
    out = sheet.copy()
    rng = np.random.default_rng(seed)
    for field in FORM.fields:
        box = field.box
        for i in range(field.cells or 4):
            step = box.width / (field.cells or 4)
            across, down = rng.uniform(0.08, 0.42), rng.uniform(0.68, 0.9)
            spot = (round(box.left + step * (i + across)), round(box.top + box.height * down))
            digit, size = str(rng.integers(0, 10)), float(rng.uniform(0.9, 1.4))
            cv2.putText(out, digit, spot, cv2.FONT_HERSHEY_SIMPLEX, size, 70, 3, cv2.LINE_AA)
    return out


@pytest.fixture
def pictured(tmp_path: Path) -> Template:
    """The form known by its picture alone, at half the template's resolution."""
    half = cv2.resize(lettered(), (WIDTH // 2 * 2 * 3 // 4, HEIGHT * 3 // 4), interpolation=cv2.INTER_AREA)
    cv2.imwrite(str(tmp_path / "blank.png"), half)
    form = FORM.model_copy(update={"landmarks": Landmarks(reference="blank.png"), "form": "pictured"})
    (tmp_path / "form.yaml").write_text(template_yaml(form), encoding="utf-8")
    return load_template(tmp_path / "form.yaml")


def worst(found: NDArray[np.float64], true: NDArray[np.float64]) -> float:
    a, b = (cv2.perspectiveTransform(CORNERS.reshape(-1, 1, 2), m) for m in (found, true))
    return float(np.linalg.norm(a - b, axis=-1).max())


def on_desk(page: NDArray[np.uint8], corners: list[tuple[int, int]], size: tuple[int, int]) -> Warp:
    """The page lying on a dark, grainy desk, its corners at `corners` of a photograph of `size`."""
    height, width = page.shape
    flat = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    matrix = cv2.getPerspectiveTransform(flat, np.array(corners, np.float32))
    grain = np.random.default_rng(3).normal(90, 12, (size[1] // 4, size[0] // 4))
    desk = cv2.resize(np.clip(grain, 0, 255).astype(np.uint8), size, interpolation=cv2.INTER_LINEAR)
    laid = cv2.warpPerspective(page, matrix, size, flags=cv2.INTER_AREA)
    paper = cv2.warpPerspective(np.full_like(page, 255), matrix, size, flags=cv2.INTER_NEAREST)
    return Warp(np.where(paper > 0, laid, desk).astype(np.uint8), np.asarray(matrix, np.float64))


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
@pytest.mark.parametrize(("degrees", "tilt"), [(0.0, 0.0), (-15.0, 0.0), (7.0, 0.06)])
def test_a_picture_of_the_blank_form_is_enough(pictured: Template, turns: int, degrees: float, tilt: float) -> None:
    warp = lay(filled(lettered()), turns=turns, degrees=degrees, tilt=tilt)
    found = register(warp.image, [pictured])
    assert found is not None
    assert worst(found.matrix, warp.matrix) < 2.5


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
@pytest.mark.parametrize(("degrees", "tilt"), [(0.0, 0.0), (-15.0, 0.0), (7.0, 0.06)])
def test_printed_boxes_alone_are_enough(turns: int, degrees: float, tilt: float) -> None:
    warp = lay(filled(lettered()), turns=turns, degrees=degrees, tilt=tilt)
    found = register(warp.image, [BOXES])
    assert found is not None
    assert worst(found.matrix, warp.matrix) < 2.5


@pytest.mark.parametrize("scale", [0.6, 2.0])
def test_scale_does_not_matter(pictured: Template, scale: float) -> None:
    page = cv2.resize(filled(lettered()), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    for form in (pictured, BOXES):
        found = register(page, [form])
        assert found is not None, form.form
        assert worst(found.matrix, np.diag((scale, scale, 1.0))) < 2.5 * max(1.0, scale)


def test_a_cropped_scan_is_found(pictured: Template) -> None:
    page = filled(lettered())[70:, 60:]
    shift = np.array(((1, 0, -60), (0, 1, -70), (0, 0, 1.0)))
    for form in (pictured, BOXES):
        found = register(page, [form])
        assert found is not None, form.form
        assert worst(found.matrix, shift) < 2.5


def test_a_photograph_on_a_desk_with_strong_perspective_is_found(pictured: Template) -> None:
    warp = on_desk(filled(lettered()), [(420, 260), (1010, 330), (1190, 1240), (180, 1100)], (1400, 1500))
    for form in (pictured, BOXES):
        found = register(warp.image, [form])
        assert found is not None, form.form
        assert worst(found.matrix, warp.matrix) < 5


def test_the_outline_of_a_sheet_on_a_desk_is_found_within_a_hundredth() -> None:
    corners = [(420, 260), (1010, 330), (1190, 1240), (180, 1100)]
    outline = find_sheet(on_desk(lettered(), corners, (1400, 1500)).image)
    assert outline is not None
    away = np.linalg.norm(outline[:, None] - np.array(corners)[None], axis=2)
    assert away.min(0).max() < 15


def test_every_outline_that_a_sheet_may_have_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    page = cv2.resize(filled(lettered()), None, fx=2, fy=2)
    photo = on_desk(page, [(720, 560), (1410, 730), (1590, 1840), (480, 1700)], (2400, 2600))
    # Such as the bright part of a sheet that a shadow crosses.
    wrong = np.array([(100.0, 100), (400, 100), (400, 300), (100, 300)])
    monkeypatch.setattr("extractor.registration.reduced_page.find_sheets", lambda image: [wrong])
    assert register(photo.image, [BOXES]) is None
    monkeypatch.setattr("extractor.registration.reduced_page.find_sheets", lambda image: [wrong, *find_sheets(image)])
    found = register(photo.image, [BOXES])
    assert found is not None
    assert worst(found.matrix, photo.matrix @ np.diag((2, 2, 1.0))) < 5


def test_a_sheet_half_in_the_shadow_keeps_its_own_outline() -> None:
    corners = [(420, 260), (1010, 330), (1190, 1240), (180, 1100)]
    image = on_desk(lettered(), corners, (1400, 1500)).image
    image[:, 700:] = (0.6 * image[:, 700:]).astype(np.uint8)
    outlines = find_sheets(image)
    away = [np.linalg.norm(one[:, None] - np.array(corners)[None], axis=2).min(0).max() for one in outlines]
    assert len(outlines) > 1
    assert min(away) < 25


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_page_without_edges_has_no_outline(level: int) -> None:
    assert find_sheet(np.full((1000, 700), level, np.uint8)) is None


def test_marks_cut_off_by_the_scanner_are_made_up_for_by_the_boxes() -> None:
    page = plain_sheet()[70:1030, 70:730]
    found = register(page, [FORM])
    assert found is not None
    assert worst(found.matrix, np.array(((1, 0, -70), (0, 1, -70), (0, 0, 1.0)))) < 2.5


def moved_boxes() -> Template:
    """The same words, other places for the boxes."""
    tree = BOXES.model_dump()
    places = [(80, 620, 180, 60), (500, 700, 240, 60), (330, 250, 400, 70), (520, 930, 180, 60)]
    tree["form"] = "moved"
    tree["fields"] = [{**f, "box": p} for f, p in zip(tree["fields"], places, strict=True)]
    return Template.model_validate(tree)


def test_another_form_with_the_same_words_is_unmatched(pictured: Template) -> None:
    page = lettered(moved_boxes())
    assert register(page, [pictured]) is None
    assert register(page, [BOXES]) is None


def test_other_words_around_the_same_boxes_are_the_same_form(pictured: Template) -> None:
    sheet = lettered(words=1)
    other = lettered(words=2)
    sheet[:190] = other[:190]
    found = register(lay(sheet, degrees=2).image, [pictured])
    assert found is not None


def test_of_several_pictures_the_right_one_is_taken(pictured: Template, tmp_path: Path) -> None:
    forms = [pictured]
    for number in range(2, 8):
        form = moved_boxes().model_copy(
            update={"form": f"other {number}", "landmarks": Landmarks(reference=f"other_{number}.png")}
        )
        cv2.imwrite(str(tmp_path / f"other_{number}.png"), lettered(form, words=number))
        forms.append(form.found_in(tmp_path))
    for form, words in ((pictured, 1), (forms[4], 5)):
        page = lettered(form.model_copy(update={"landmarks": Landmarks()}), words=words)
        found = register(lay(page, turns=1, degrees=3).image, forms)
        assert found is not None
        assert found.template.form == form.form


@pytest.mark.parametrize(
    "page",
    [
        np.full((1100, 800), 255, np.uint8),
        np.random.default_rng(1).integers(0, 255, (1100, 800), np.uint8),
        np.tile(np.kron([[0, 255], [255, 0]], np.ones((20, 20))), (25, 20)).astype(np.uint8),
        np.full((5, 5), 200, np.uint8),
    ],
    ids=["white", "noise", "checkers", "tiny"],
)
def test_pages_without_the_form_are_unmatched(pictured: Template, page: NDArray[np.uint8]) -> None:
    assert register(page, [pictured, BOXES]) is None


def test_a_table_of_equal_boxes_is_not_taken_for_the_form() -> None:
    page = np.full((1100, 800), 245, np.uint8)
    for y in range(100, 1000, 60):
        for x in range(80, 720, 60):
            cv2.rectangle(page, (x, y), (x + 60, y + 60), 60, 1)
    found = register(page, [BOXES])
    # Its lines are everywhere; what must not happen is a match that is sure of itself where no box stands free.
    assert found is None or found.fit < 0.9


def pale_table(tmp_path: Path) -> tuple[Template, NDArray[np.uint8]]:
    """A form with a table of equal cells in pale lines, of which those without headings are fields, and its sheet."""
    sheet = np.full((HEIGHT, WIDTH), 255, np.uint8)
    cv2.putText(sheet, "Daily counts", (80, 70), cv2.FONT_HERSHEY_SIMPLEX, 1.3, 30, 3, cv2.LINE_AA)
    fields = []
    for row in range(12):
        for column in range(7):
            left, top = 80 + 90 * column, 110 + 70 * row
            cv2.rectangle(sheet, (left, top), (left + 90, top + 70), 185, 2)
            if row and column:
                box = (left, top, 90, 70)
                fields.append({**FORM.fields[0].model_dump(), "name": f"f{row}_{column}", "box": box, "cells": None})
            elif row or column:
                word = f"{'gate' if row else 'hour'} {row + column}"
                cv2.putText(sheet, word, (left + 8, top + 45), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 30, 2, cv2.LINE_AA)
    cv2.imwrite(str(tmp_path / "table.png"), sheet)
    tree = {**FORM.model_dump(by_alias=True), "form": "table", "fields": fields, "rules": [], "lists": {}}
    tree["landmarks"] = {"reference": "table.png"}
    tree["fields"] = [{**f, "format": {"kind": "digits"}} for f in fields]
    return Template.model_validate(tree).found_in(tmp_path), sheet


def penned(sheet: NDArray[np.uint8], form: Template) -> NDArray[np.uint8]:
    out = sheet.copy()
    for i, field in enumerate(form.fields):
        spot = (round(field.box.left) + 10, round(field.box.bottom) - 12)
        cv2.putText(out, str(97 * i % 900 + 10), spot, cv2.FONT_HERSHEY_SIMPLEX, 1.3, 30, 4, cv2.LINE_AA)
    return out


@pytest.mark.parametrize("turns", [0, 2])
def test_a_table_in_pale_lines_under_dark_pen_is_not_found_a_cell_aside(tmp_path: Path, turns: int) -> None:
    form, sheet = pale_table(tmp_path)
    warp = lay(penned(sheet, form), turns=turns, degrees=1.5)
    found = register(warp.image, [form])
    # Where the headings do not say for sure which cell is which, no form is better than a wrong one.
    assert found is None or worst(found.matrix, warp.matrix) < 8
    assert found is not None or turns


def test_lines_too_pale_for_the_reduced_page_are_seen_closer(monkeypatch: pytest.MonkeyPatch) -> None:
    scale = 2.7
    page = np.full((round(HEIGHT * scale), round(WIDTH * scale)), 245, np.uint8)
    for mark in FORM.landmarks.marks:
        low, high = ([round(scale * (v + step)) for v in mark] for step in (-12, 12))
        cv2.rectangle(page, low, high, 15, cv2.FILLED)
    for field in FORM.fields:
        for cell in field.cell_boxes:
            low, high = ([round(scale * v) for v in corner] for corner in (cell[:2], (cell.right, cell.bottom)))
            cv2.rectangle(page, low, high, 60 if field.box.top < 420 else 200, 1)
    found = register(page, [FORM])
    assert found is not None
    assert found.fit > 0.95
    assert worst(found.matrix, np.diag((scale, scale, 1.0))) < 3
    monkeypatch.setattr("extractor.registration.search._look_closer", lambda view, closer, fitting: None)
    reduced = register(page, [FORM])
    assert reduced is None or reduced.fit < 0.8


@pytest.mark.parametrize(("inside", "share"), [(20, 1.0), (12, 1.0), (5, 0.5), (1, 0.1)])
def test_print_outside_the_picture_is_no_excuse_where_it_is_most_of_the_form(inside: int, share: float) -> None:
    boxes, beside = np.ones(8, bool), np.arange(20) < inside
    seen = np.r_[boxes, beside]
    # Whatever lies in the picture agrees.
    aligned = Aligned(np.eye(3), agreeing=seen, inside=seen, telling=np.r_[boxes, np.zeros(20, bool)])
    assert aligned.share == 1.0
    assert aligned.others == pytest.approx(share)


def test_a_reference_that_is_no_picture_is_told_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "blank.png").write_bytes(b"not a picture")
    form = FORM.model_copy(update={"landmarks": Landmarks(reference="blank.png")})
    (tmp_path / "form.yaml").write_text(template_yaml(form), encoding="utf-8")
    with pytest.raises(TemplateError, match="cannot be read"):
        register(lettered(), [load_template(tmp_path / "form.yaml")])


def test_a_missing_reference_is_told_with_its_line(tmp_path: Path) -> None:
    form = FORM.model_copy(update={"landmarks": Landmarks(reference="gone.png")})
    (tmp_path / "form.yaml").write_text(template_yaml(form), encoding="utf-8")
    with pytest.raises(TemplateError, match=r"line \d+: there is no reference picture .*gone.png"):
        load_template(tmp_path / "form.yaml")


def test_real_scans_are_found_by_their_boxes_alone(data_folder: Path, samples: Path) -> None:
    template = load_template(samples / "templates" / "c1_ppwp_2019.yaml")
    bare = template.model_copy(update={"landmarks": Landmarks()})
    for scan in sorted((data_folder / "tally_c1").glob("*.png"))[::3]:
        image = cv2.imread(str(scan), cv2.IMREAD_GRAYSCALE)
        found, by_marks = register(image, [bare]), register(image, [template])
        assert found is not None, scan.name
        assert by_marks is not None
        boxes = np.array([f.box.corners for f in template.fields]).reshape(-1, 1, 2)
        a, b = (cv2.perspectiveTransform(boxes, r.matrix) for r in (found, by_marks))
        assert np.linalg.norm(a - b, axis=-1).max() < 8, scan.name


@pytest.mark.parametrize("degrees", [-15.0, 0.0, 4.0])
def test_a_long_comb_is_not_found_one_cell_off(degrees: float) -> None:
    tree = BOXES.model_dump()
    tree["fields"] = [
        {"name": "long", "box": (60, 200, 600, 50), "cells": 12},
        {"name": "short", "box": (60, 600, 150, 50), "cells": 3},
    ]
    form = Template.model_validate(tree)
    warp = lay(plain_sheet(template=form), degrees=degrees)
    found = register(warp.image, [form])
    assert found is not None
    assert worst(found.matrix, warp.matrix) < 5


def test_a_vignetted_scan_has_no_outline() -> None:
    page = lettered()
    y, x = np.mgrid[-1 : 1 : page.shape[0] * 1j, -1 : 1 : page.shape[1] * 1j]
    assert find_sheet((page * (1 - 0.06 * (x + y) ** 2)).astype(np.uint8)) is None
