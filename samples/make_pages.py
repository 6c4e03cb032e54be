"""Fills in the sample forms and scans them: `python -m samples.make_pages [FOLDER]`."""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from functools import cache
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from pdf2image import convert_from_path

from samples.generator import delivery, exam, expenses, register, tally
from samples.generator.answers import Answer
from samples.generator.answers import exam as exam_answers
from samples.generator.answers import expenses as expense_answers
from samples.generator.answers import register as register_answers
from samples.generator.answers import tally as tally_answers
from samples.generator.digits import Digits, NoDigitsError, load_digits
from samples.generator.filling import Hand, Picture, Writing, decorate
from samples.generator.glyph import DPI
from samples.generator.output import dpi_of, write, write_tablet
from samples.generator.plan import EXAMS, SAMPLES, Sample
from samples.generator.scanner import Scan, photograph, scan
from samples.generator.sheet import PrintedField, Sheet

HERE = Path(__file__).parent
TRUTH = ("file", "page", "form", "field", "value", "written", "note")
DESIGNS = {
    **{tally.FORM: tally.draw, expenses.FORM: expenses.draw, register.FORM: register.draw},
    "delivery-note": delivery.draw,
}
CODED = {exam.FORM: exam.draw, "separator": exam.draw_separator}
"""Forms of which each sheet has its own barcode."""


@cache
def printed(form: str, code: str = "") -> tuple[Picture, list[PrintedField]]:
    """The blank form on white paper, shape (height, width, 3) at 300 dpi, with its barcode if it has one, and its
    fields."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "form.pdf"
        sheet: Sheet = CODED[form](path, code) if code else DESIGNS[form](path)
        (image,) = convert_from_path(path, DPI, size=(2480, 3508))
    return np.asarray(image.convert("RGB")), sheet.fields


def fill(sample: Sample, digits: Digits, rng: np.random.Generator) -> tuple[Writing, dict[str, Answer]]:
    """What stands on the page of `sample`, as ink and as answers by field."""
    _, fields = printed(sample.form, sample.code)
    if sample.form not in DESIGNS:
        answers = exam_answers(fields, sample.code, rng) if sample.form == exam.FORM else {}
    elif sample.form == tally.FORM:
        answers = tally_answers(fields, sample.hand.unused, rng, mistake=sample.mistake)
    elif sample.form == register.FORM:
        answers = register_answers(fields, rng, skipped=sample.skipped)
    else:
        answers = expense_answers(fields, sample.hand.unused, rng, whole_hours=sample.whole_hours)
    writing = Writing(sample.hand, digits, rng)
    for field in fields if answers else ():
        writing.field(field, answers[field.name])
    decorate(writing, sample.form, answers)
    return writing, answers


def make_page(sample: Sample, digits: Digits) -> tuple[Picture, Writing, dict[str, Answer]]:
    """The page of `sample` as scanned, its ink, and its answers."""
    rng = sample.rng
    writing, answers = fill(sample, digits, rng)
    sheet = writing.on(printed(sample.form, sample.code)[0])
    if isinstance(sample.scan, Scan):
        return scan(sheet, sample.scan, rng), writing, answers
    return photograph(sheet, sample.scan, rng), writing, answers


def make_pages(folder: Path, digits: Digits) -> None:
    """Write every sample below `folder`: `scans/`, `other/` and `truth.csv`, and `exams/` with a truth of its own."""
    _write_pages(folder, "scans", SAMPLES, folder / "truth.csv", digits)
    _write_pages(folder, "exams", EXAMS, folder / "exams" / "truth.csv", digits)
    make_others(folder / "other", digits)


def _write_pages(folder: Path, name: str, plan: Sequence[Sample], truth: Path, digits: Digits) -> None:
    """The pages of `plan` in the folder `name` below `folder`, and what is written on them."""
    (folder / name).mkdir(parents=True, exist_ok=True)
    rows: list[tuple[str | int, ...]] = []
    for file, group in groupby(plan, key=lambda sample: sample.file):
        samples = list(group)
        path = folder / name / file
        made = [make_page(sample, digits) for sample in samples]
        if file.endswith("_tablet.pdf"):
            write_tablet(path, HERE / "forms" / "expenses.pdf", made[0][1])
        else:
            pages = [page for page, _, _ in made]
            dpi = [s.scan.dpi if isinstance(s.scan, Scan) else dpi_of(p) for s, p in zip(samples, pages, strict=True)]
            write(path, pages, [sample.turned for sample in samples], dpi)
        for sample, (_, _, answers) in zip(samples, made, strict=True):
            rows += [
                (f"{name}/{file}", sample.page, sample.form, field, answer.value, answer.written, answer.note)
                for field, answer in answers.items()
            ]
        print(f"{path.name}: {path.stat().st_size // 1024} KB", file=sys.stderr)
    with truth.open("w", newline="", encoding="utf-8") as stream:
        table = csv.writer(stream, lineterminator="\n")
        table.writerow(TRUTH)
        table.writerows(rows)


def make_others(folder: Path, digits: Digits) -> None:
    """Two pages that are none of the forms: another form, and an empty sheet."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(7)
    paper, fields = printed("delivery-note")
    writing = Writing(Hand(331, (26, 26, 30)), digits, rng)
    for field in fields:
        number = str(int(rng.integers(1, 200)))
        writing.field(field, Answer(number, number))
    how = Scan(dpi=150, mode="bilevel", skew=0.6, noise=7.0, threshold=172)
    write(folder / "delivery_note.png", [scan(writing.on(paper), how, rng)], [0], [how.dpi])
    how = Scan(dpi=100, specks=3, noise=1.0)
    write(folder / "blank_sheet.jpg", [scan(np.full_like(paper, 255), how, rng)], [0], [how.dpi])


if __name__ == "__main__":
    try:
        make_pages(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE, load_digits())
    except NoDigitsError as problem:
        sys.exit(f"No digits to write with: {problem}")
