"""The samples are what they say: forms where their templates have them, pages that open, sums that agree."""

from __future__ import annotations

import csv
import shutil
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from pdf2image import convert_from_path
from PIL import Image
from stdnum import luhn

from extractor.registration import register
from extractor.template import Template, load_template
from samples.generator.digits import NoDigitsError, load_digits
from samples.generator.plan import SAMPLES
from samples.make_forms import make_forms
from samples.make_pages import make_page

FORMS = ("tally.yaml", "expenses.yaml", "register.yaml")
PageKey = tuple[str, int]
Row = dict[str, str]
poppler = pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="drawing a form needs poppler's pdftoppm")


@pytest.fixture(scope="module")
def templates(samples: Path) -> dict[str, Template]:
    found = [load_template(samples / "templates" / name) for name in FORMS]
    return {template.form: template for template in found}


@pytest.fixture(scope="module")
def truth(samples: Path) -> dict[PageKey, list[Row]]:
    """The rows of each page."""
    pages: dict[PageKey, list[Row]] = defaultdict(list)
    with (samples / "truth.csv").open(newline="", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            pages[row["file"], int(row["page"])].append(row)
    return dict(pages)


def test_forms_and_templates_are_as_their_program_makes_them(samples: Path, tmp_path: Path) -> None:
    make_forms(tmp_path)
    names = [*(Path(name).stem for name in FORMS), "exam"]
    for name in (*(f"forms/{one}.pdf" for one in names), *(f"templates/{one}.yaml" for one in names)):
        assert (tmp_path / name).read_bytes() == (samples / name).read_bytes(), name


@poppler
@pytest.mark.parametrize("name", ["tally", "expenses", "register"])
def test_every_box_and_mark_is_printed_where_the_template_has_it(samples: Path, name: str) -> None:
    template = load_template(samples / "templates" / f"{name}.yaml")
    (image,) = convert_from_path(samples / "forms" / f"{name}.pdf", 254, size=(2100, 2970), grayscale=True)
    form = np.asarray(image)  # One pixel to a unit of the template.
    for x, y in template.landmarks.marks:
        half = int((template.landmarks.mark_size or 0) / 2)
        around = form[int(y) - half - 5 : int(y) + half + 5, int(x) - half - 5 : int(x) + half + 5]
        assert (around[7:-7, 7:-7] < 40).all()
        assert (around[0] > 220).all()
        assert (around[:, -1] > 220).all()
    for field in template.all_fields:
        left, top, width, height = (int(v) for v in field.box)
        for x in np.linspace(left, left + width, (field.cells or 1) + 1).astype(int):
            line = form[top + 5 : top + height - 5, x - 2 : x + 3]
            assert (line.min(1) < 130).all(), f"{field.name}: no line at x = {x}"
        for y in (top, top + height):
            line = form[y - 2 : y + 3, left + 5 : left + width - 5]
            assert (line.min(0) < 130).all(), f"{field.name}: no line at y = {y}"
        for k in range(field.cells or 1):
            step = width // (field.cells or 1)
            inside = form[top + 6 : top + height - 6, left + k * step + 6 : left + (k + 1) * step - 6]
            assert (inside > 200).all(), f"{field.name}: something is printed inside"


def test_truth_has_every_field_of_every_page(truth: dict[PageKey, list[Row]], templates: dict[str, Template]) -> None:
    for page, rows in truth.items():
        (form,) = {row["form"] for row in rows}
        assert [row["field"] for row in rows] == [field.name for field in templates[form].all_fields], page


def test_there_are_enough_pages_of_every_sort(truth: dict[PageKey, list[Row]]) -> None:
    forms = [rows[0]["form"] for rows in truth.values()]
    assert min(forms.count("polling-tally"), forms.count("time-expenses")) >= 12
    assert forms.count("outpatient-register") >= 6
    assert len(forms) == len(SAMPLES) >= 28
    pages = {file: sum(other == file for other, _ in truth) for file, _ in truth}
    for ending in (".pdf", ".tif"):
        assert any(file.endswith(ending) and count > 1 for file, count in pages.items()), ending
    for word in ("upside_down", "turned", "phone"):
        assert any(word in file for file in pages), word


def test_every_page_of_the_truth_opens_and_no_scan_is_left_out(samples: Path, truth: dict[PageKey, list[Row]]) -> None:
    pages: dict[str, int] = {}
    for path in sorted((samples / "scans").iterdir()):
        if path.suffix == ".pdf":
            with pikepdf.open(path) as pdf:
                pages[f"scans/{path.name}"] = len(pdf.pages)
                continue
        with Image.open(path) as image:
            count = getattr(image, "n_frames", 1)
            for frame in range(count):
                image.seek(frame)
                image.load()
                assert min(image.size) > 1100
                assert path.suffix != ".tif" or image.info["compression"] == "group4"
            pages[f"scans/{path.name}"] = count
    assert {(file, page) for file, count in pages.items() for page in range(1, count + 1)} == set(truth)


def test_scanned_pdf_pages_are_one_jpeg_each(samples: Path) -> None:
    with pikepdf.open(samples / "scans" / "mixed_batch.pdf") as pdf:
        for page in pdf.pages:
            (image,) = page.resources["/XObject"].values()
            assert image["/Filter"] == "/DCTDecode"


def test_sums_agree_on_all_pages_but_the_one_that_says_so(
    truth: dict[PageKey, list[Row]], templates: dict[str, Template]
) -> None:
    broken = {}
    for page, rows in truth.items():
        values = {row["field"]: Decimal(row["value"]) for row in rows if row["value"] and "/" not in row["value"]}
        lines = {
            (row["field"].split(".")[0], row["field"].split(".")[1])
            for row in rows
            if row["written"].strip("_") and "." in row["field"]
        }
        counts = {table: Decimal(sum(other == table for other, _ in lines)) for table, _ in lines}
        rules = [
            rule for rule in templates[rows[0]["form"]].all_rules if set(rule.names) - rule.may_be_blank <= set(values)
        ]
        assert rules
        if wrong := [r for r in rules if not r.holds({**dict.fromkeys(r.may_be_blank), **values, **counts})]:
            broken[page] = wrong
    noted = {page for page, rows in truth.items() if any(row["note"] for row in rows)}
    assert set(broken) == noted
    assert len(noted) == 1
    ((rule,),) = broken.values()
    (row,) = (row for page in noted for row in truth[page] if row["note"])
    assert rule.text.startswith(f"{row['field']} = ")


def test_values_are_what_the_ink_means(truth: dict[PageKey, list[Row]], templates: dict[str, Template]) -> None:
    seen = set()
    for row in (row for rows in truth.values() for row in rows):
        (field,) = (f for f in templates[row["form"]].all_fields if f.name == row["field"])
        written, form = row["written"], field.format
        seen |= set(written)
        assert not field.cells or len(written) == field.cells
        digits = written.strip("X-_")
        if not digits:
            meaning = form.struck if "X" in written else form.dash if "-" in written else form.blank
            zero = f"{Decimal(0):.{form.decimals or 0}f}"
            assert row["value"] == {"zero": zero, "missing": ""}[meaning]
        elif form.kind.is_number:
            assert Decimal(row["value"]) == Decimal(digits)
            assert form.min is None or form.min <= Decimal(row["value"])
            assert form.max is None or Decimal(row["value"]) <= form.max
            assert len(row["value"].partition(".")[2]) == (form.decimals or 0)
        else:
            assert row["value"] == digits
            assert form.check != "luhn" or luhn.is_valid(digits)
    assert {"X", "-", "_", "."} <= seen


def test_the_other_pages_are_neither_form(samples: Path, templates: dict[str, Template]) -> None:
    paths = sorted((samples / "other").iterdir())
    assert len(paths) == 2
    for path in paths:
        with Image.open(path) as image:
            assert register(np.asarray(image.convert("L")), list(templates.values())) is None, path.name


def test_all_of_it_is_small(samples: Path) -> None:
    assert sum(path.stat().st_size for path in (samples / "scans").iterdir()) < 6_000_000
    assert sum(path.stat().st_size for path in (samples / "other").iterdir()) < 100_000


@poppler
def test_a_page_comes_out_the_same_again(samples: Path, truth: dict[PageKey, list[Row]]) -> None:
    try:
        digits = load_digits()
    except NoDigitsError as error:
        pytest.skip(str(error))
    sample = next(sample for sample in SAMPLES if sample.file == "tally_bilevel.png")
    first, _, answers = make_page(sample, digits)
    second, _, _ = make_page(sample, digits)
    # Sums of floats differ in their last bit with the number of threads and where memory lies: a pixel may cross over.
    assert (first != second).mean() < 1e-5
    rows = truth["scans/tally_bilevel.png", 1]
    assert [(row["field"], row["value"], row["written"]) for row in rows] == [
        (name, answer.value, answer.written) for name, answer in answers.items()
    ]
    # The form's print is drawn with the fonts of this machine: the page need only be nearly the one that is kept.
    with Image.open(samples / "scans" / sample.file) as image:
        kept = np.asarray(image.convert("L"))
    assert kept.shape == first.shape
    assert (kept != first).mean() < 0.02
