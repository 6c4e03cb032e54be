"""A blank form comes out of filled copies; a template is drafted from it and written so that it reads back the same."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from extractor.alphabet import symbols
from extractor.geometry import transform
from extractor.ink import as_gray
from extractor.reference import blank_form, draft_template, flatten
from extractor.reference.blank import lay as lay_on
from extractor.reference.corner_marks import corner_marks
from extractor.reference.draft_names import field_names
from extractor.reference.flat import straighten
from extractor.reference.square import off_square, ruling_segments, squaring
from extractor.registration.features import find_features
from extractor.template import Format, Template, load_template, template_yaml
from extractor.template.model import FIELD_NAME, RESERVED, TemplateField
from extractor.values import Box, Kind
from tests.forms import FORM, blank_sheet, lay
from tests.test_registration_reference import filled, lettered, on_desk


def copies(count: int) -> list[NDArray[np.uint8]]:
    """Filled copies of the test form, each scanned a little differently."""
    rng = np.random.default_rng(4)
    sheet = lettered(FORM)
    made = []
    for seed in range(count):
        warp = lay(filled(sheet, seed), degrees=float(rng.uniform(-2, 2)), tilt=float(rng.uniform(0, 0.01)))
        grain = rng.normal(0, 3, warp.image.shape)
        made.append(np.clip(warp.image * rng.uniform(0.85, 1.0) + grain, 0, 255).astype(np.uint8))
    return made


def ink_in_fields(image: NDArray[np.uint8]) -> float:
    """The share of dark pixels inside the fields of a picture that shows the test form where it is registered."""
    from extractor.registration import register

    found = register(image, [FORM])
    assert found is not None
    flat = cv2.warpPerspective(
        image, found.matrix, (800, 1100), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderValue=255
    )
    parts = []
    for field in FORM.fields:
        box, count = field.box, field.cells or 1
        for i in range(count):
            left = box.left + box.width * i / count
            parts.append(
                flat[round(box.top) + 6 : round(box.bottom) - 6, round(left) + 6 : round(left + box.width / count) - 6]
            )
    return float(np.mean([(part < 150).mean() for part in parts]))


def test_what_filled_copies_share_has_the_print_and_not_the_writing() -> None:
    pages = copies(7)
    blank = blank_form(pages)
    assert blank.used == tuple(range(7))
    assert ink_in_fields(pages[0]) > 0.08
    assert ink_in_fields(blank.image) < 0.015


def test_turned_copies_are_laid_on_the_others() -> None:
    pages = copies(4)
    pages[1] = np.ascontiguousarray(np.rot90(pages[1]))
    pages[3] = np.ascontiguousarray(np.rot90(pages[3], 2))
    blank = blank_form(pages)
    assert blank.used == (0, 1, 2, 3)
    assert ink_in_fields(blank.image) < 0.04


def test_filled_registers_are_laid_on_each_other_and_not_a_row_aside() -> None:
    rng = np.random.default_rng(3)
    copies = []
    for scale, shift in ((1.0, 0), (1.05, 24)):
        page = np.full((1000, 760), 250, np.uint8)
        cv2.putText(page, "Register of visits", (60, 60), cv2.FONT_HERSHEY_SIMPLEX, 1.1, 20, 2)
        for y in range(120, 961, 30):
            cv2.line(page, (60, y), (700, y), 60, 2)
        for y in range(150, 940, 30):
            for x in range(80, 660, 110):
                words = str(rng.integers(10, 9999))
                cv2.putText(page, words, (x + int(rng.integers(30)), y + 24), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 30, 2)
        matrix = np.array(((scale, 0, shift), (0, scale, shift)))
        copies.append(as_gray(cv2.warpAffine(page, matrix, (830, 1090), borderValue=250)))
    one, other = copies
    matrix = lay_on(one, find_features(one), other, find_features(other))
    assert matrix is not None
    ends = np.array(((60.0, 60.0), (700.0, 60.0), (60.0, 940.0), (700.0, 940.0)))
    assert np.abs(transform(matrix, ends) - (1.05 * ends + 24)).max() < 4


def test_a_page_of_another_form_is_left_out() -> None:
    pages = copies(4)
    stranger = np.full((1100, 800), 245, np.uint8)
    for y in range(60, 1060, 45):
        cv2.putText(stranger, f"other words {y * 7919}", (70, y), cv2.FONT_HERSHEY_DUPLEX, 0.9, 30, 2, cv2.LINE_AA)
    blank = blank_form([*pages, stranger])
    assert blank.left_out == (4,)


def test_no_copy_is_an_error_of_the_caller() -> None:
    with pytest.raises(ValueError, match="at least one"):
        blank_form([])


def test_a_scan_that_fills_the_picture_is_not_touched() -> None:
    page = blank_sheet()
    assert flatten(page) is page


def test_a_photographed_sheet_is_made_rectangular() -> None:
    warp = on_desk(blank_sheet(), [(420, 260), (1010, 300), (1060, 1240), (330, 1180)], (1400, 1500))
    flat = flatten(warp.image)
    assert flat.shape[0] < 1200
    assert flat.shape[1] < 900
    # Paper to the edges: the desk is gone but for a rim.
    assert np.median(flat) > 200
    assert (flat[40:-40, 40:-40] < 130).mean() < 0.1


@pytest.mark.parametrize("degrees", [-4.0, 1.3, 12.0])
def test_a_leaning_scan_is_straightened(degrees: float) -> None:
    image = straighten(lay(blank_sheet(), degrees=degrees).image)
    drafted = draft_template(image, "x", "x.png", dpi=200)
    assert drafted.template is not None
    for field, plain in zip(drafted.template.fields, FORM.fields, strict=True):
        assert field.box.height == pytest.approx(plain.box.height, abs=7)


def test_a_level_scan_is_not_touched() -> None:
    page = blank_sheet()
    assert straighten(page) is page


def test_corner_marks_are_found_where_they_are() -> None:
    marks = corner_marks(blank_sheet(2.0))
    assert marks is not None
    centres, side = marks
    assert side == pytest.approx(48, abs=3)
    wanted = 2.0 * np.array(FORM.landmarks.marks)
    assert len(centres) == 4
    assert np.linalg.norm(centres[:, None] - wanted[None], axis=2).min(1).max() < 2


def test_a_form_without_marks_has_none() -> None:
    assert corner_marks(lettered()) is None


def test_a_draft_finds_the_fields_of_the_form(tmp_path: Path) -> None:
    image = blank_sheet(2.0)
    drafted = draft_template(image, "drafted", "blank.png", dpi=200)
    assert drafted.template is not None
    found = {field.cells: field.box for field in drafted.template.fields if field.cells == 4}
    wanted = next(field.box for field in FORM.fields if field.cells == 4)
    assert np.abs(np.array(found[4]) - 2 * np.array(wanted)).max() < 8
    assert len(drafted.template.fields) == len(FORM.fields)
    assert len(drafted.template.landmarks.marks) == 4


@pytest.mark.parametrize(("width", "kept"), [(90, True), (70, False)], ids=["cells for numbers", "cells for tallies"])
def test_a_table_is_drafted_where_its_cells_are_wide_enough_for_numbers(width: int, kept: bool) -> None:
    image = np.full((1100, 800), 245, np.uint8)
    cv2.rectangle(image, (60, 60), (300, 110), 60, 2)
    for index in range(48):
        left, top = 60 + width * (index % 6), 200 + 50 * (index // 6)
        cv2.rectangle(image, (left, top), (left + width, top + 50), 60, 2)
    drafted = draft_template(image, "x", "x.png", dpi=200)
    assert drafted.template is not None
    # The box above the table is a field in any case.
    assert len(drafted.template.all_fields) == (49 if kept else 1)
    assert drafted.left_out == (0 if kept else 48)


def test_a_page_without_boxes_gives_no_draft() -> None:
    assert draft_template(np.full((1100, 800), 250, np.uint8), "x", "x.png", dpi=200).template is None


@given(st.lists(st.text(max_size=60), max_size=12))
def test_every_label_becomes_a_name_that_a_template_allows(labels: list[str]) -> None:
    names = field_names(labels)
    assert len(names) == len(set(names)) == len(labels)
    for name in names:
        assert FIELD_NAME.fullmatch(name)
        assert name not in RESERVED


TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20).filter(
    lambda text: text.strip() == text
)


def _is_alphabet(text: str) -> bool:
    """Whether a template takes `text` for an alphabet, which has no spaces and no ranges that are none."""
    try:
        return bool(symbols(text))
    except ValueError:
        return False


ALPHABETS = TEXTS.filter(_is_alphabet)
SIZES = st.floats(1, 50).map(lambda v: round(v, 1))
FORMATS = st.one_of(
    st.builds(
        lambda kind, low, more: Format(kind=kind, digits=(low, low + more), min=Decimal(low), max=Decimal("9.5")),
        st.sampled_from([Kind.INTEGER, Kind.AMOUNT, Kind.DECIMAL]),
        st.integers(1, 9),
        st.integers(0, 4),
    ),
    st.builds(lambda order, blank: Format(kind=Kind.DATE, order=order, blank=blank), st.just("mdy"), st.just("zero")),
    st.builds(lambda values: Format(values=tuple(values), check="luhn"), st.lists(TEXTS, min_size=1, max_size=3)),
    st.builds(lambda: Format(pattern=r"\d{2}: [#'\"]?", decimals=2, dash="zero")),
)


@settings(max_examples=60)
@given(
    form=TEXTS,
    formats=st.lists(FORMATS, min_size=1, max_size=4),
    sizes=st.tuples(SIZES, SIZES),
    alphabet=ALPHABETS,
    rules=st.booleans(),
)
def test_a_template_written_reads_back_the_same(  # noqa: PLR0917
    tmp_path_factory: pytest.TempPathFactory,
    form: str,
    formats: list[Format],
    sizes: tuple[float, float],
    alphabet: str,
    rules: bool,
) -> None:
    fields = tuple(
        TemplateField(
            name=f"yes_{i}",
            box=Box(i + 0.1, 1, *sizes),
            cells=i or None,
            format=one,
            # Numbers and dates are written in digits.
            alphabet=alphabet if i and one.kind is Kind.DIGITS else "0-9",
        )
        for i, one in enumerate(formats)
    )
    tree = {
        "formdigits": 1,
        "form": form,
        "page": {"width": 100.5, "height": 200},
        "landmarks": {"marks": [(1, 2.5), (90, 2), (90, 190)], "mark_size": 4.5},
        "fields": [field.model_dump() for field in fields],
        "rules": ["yes_0 <= 5 - yes_0"] if rules else [],
    }
    template = Template.model_validate(tree)
    path = tmp_path_factory.mktemp("written") / "form.yaml"
    path.write_text(template_yaml(template), encoding="utf-8")
    assert load_template(path).model_dump() == template.model_dump()


@pytest.mark.parametrize(
    "name", ["yes", "null", "on", "1e3", "a: b", "# x", "- x", "'", '"', "{a}", "2024-01-01", "ß, é"]
)
def test_names_that_yaml_would_take_for_something_else_are_quoted(name: str) -> None:
    tree = {**FORM.model_dump(), "form": name, "rules": []}
    assert yaml.safe_load(template_yaml(Template.model_validate(tree)))["form"] == name


@pytest.mark.slow
def test_thirteen_filled_tally_scans_give_the_form(data_folder: Path) -> None:
    scans = sorted((data_folder / "tally_c1").glob("*.png"))
    pages = [np.asarray(cv2.imread(str(scan), cv2.IMREAD_GRAYSCALE), np.uint8) for scan in scans]
    blank = blank_form(pages)
    assert blank.left_out == ()
    drafted = draft_template(blank.image, "c1", "c1.png", dpi=200)
    assert drafted.template is not None
    assert sorted(field.cells for field in drafted.template.fields if field.cells) == [2, 2, 3, 3, 3, 3, 3, 4]
    assert len(drafted.template.landmarks.marks) == 4


def test_a_form_is_made_square_by_its_rulings() -> None:
    sheet = np.full((900, 1200), 245, np.uint8)
    for k in range(9):
        cv2.line(sheet, (150, 150 + 75 * k), (1050, 150 + 75 * k), 60, 2)
        cv2.line(sheet, (150 + 112 * k, 150), (150 + 112 * k, 750), 60, 2)
    seen = np.array([(90, 70), (1120, 10), (1190, 880), (20, 830)], np.float32)
    outer = np.array([(0, 0), (1200, 0), (1200, 900), (0, 900)], np.float32)
    image = cv2.warpPerspective(sheet, cv2.getPerspectiveTransform(outer, seen), (1200, 900), borderValue=245)
    image = image.astype(np.uint8)
    matrix = squaring(image)
    assert matrix is not None
    flat = cv2.warpPerspective(image, matrix, (1200, 900), borderValue=245).astype(np.uint8)
    assert off_square(ruling_segments(image)) > 2.0
    assert off_square(ruling_segments(flat)) < 0.6
