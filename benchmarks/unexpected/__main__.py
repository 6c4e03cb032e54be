"""What is believed of pages that hold something unexpected.

    python -m benchmarks.unexpected [--only KIND] [--sheets N] [--seed N] [--mistakes] [--keep FOLDER]

Sheets of the two sample forms are filled in by writers of the MNIST test set, spoilt in one way after another (kinds,
each in several strengths, by fixed seeds), scanned, and read with the templates of the samples, without their rules
and with them. Affected are the fields that what was done concerns; the others tell what it costs elsewhere. Accepted
wrong is what should not be: a value, a blank or a struck field that is not what a person sees there.

At the end (`--only found`) forms of other layouts are drawn and photographed, with dirt at corners, out of focus, pale
or bent, and their fields are found without a template: whole, or made up where there is none.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2

from benchmarks.unexpected import found_fields, habits, ink, paper, places, templateless
from benchmarks.unexpected.sheets import COMBS, OPEN, Case, Sheet, right_values, scanned, sheets
from extractor.documents.negative import black_on_white
from extractor.reading import Reader
from extractor.recognizer.choice import load_model
from extractor.template import Template, load_template
from extractor.values import FieldStatus, Page, PageResult, PageStatus
from samples.generator.digits import NoDigitsError, load_digits

TEMPLATES = Path(__file__).resolve().parents[2] / "samples" / "templates"


@dataclass(frozen=True)
class Kind:
    """One kind of spoilt page: in which strengths, on sheets of which forms."""

    name: str
    spoil: Callable[[Sheet, str], Case]
    strengths: tuple[str, ...]
    forms: tuple[str, ...] = (OPEN, COMBS)


KINDS = (
    Kind("clean", lambda sheet, _: Case(scanned(sheet), sheet.form, right_values(sheet), frozenset()), ("",)),
    Kind("struck", ink.struck, ("one", "thin", "aslant", "twice", "zigzag")),
    Kind(
        "marked",
        ink.marked,
        ("point", "minus", "minus after", "dash", "slash", "brackets", "percent"),
        (OPEN,),
    ),
    Kind("pointless", ink.pointless, ("none", "gap"), (OPEN,)),
    Kind("faint", ink.faint, ("70 %", "50 %", "35 %", "25 %", "15 %")),
    Kind("ringed", habits.ringed, ("pen", "pale")),
    Kind("ticked", habits.ticked, ("behind", "before")),
    Kind("worded", habits.worded, tuple(habits.WORDS)),
    Kind("tailed", habits.tailed, ("straight", "looped")),
    Kind("punched", habits.punched, ("black", "white")),
    Kind("past the box", ink.past_the_box, ("right", "left", "below", "above")),
    Kind("covered", paper.covered, ("finger", "tape", "glare", "torn", "fluid")),
    Kind("streaked", paper.streaked, ("thin dark", "thick dark", "faint", "white")),
    Kind("small", paper.small, ("16 px", "12 px", "10 px", "8 px", "blur 2", "blur 3", "blur 4")),
    Kind("row aside", places.row_aside, ("lower", "higher")),
    Kind("two sheets", places.two_sheets, ("beside", "above", "same beside")),
    Kind("squared paper", places.squared_paper, ("5 mm", "8 mm", "lined")),
    Kind("negative", paper.negative, ("plain", "dithered")),
)

WITHOUT_TEMPLATE = Kind("no template", templateless.drawn, templateless.STRENGTHS)
"""Read without a template, and so without rules: wrong is an accepted value that nobody wrote."""


@dataclass
class Tally:
    """Fields counted: all, of the right value, to review, accepted, accepted wrong."""

    fields: int = 0
    right: int = 0
    review: int = 0
    accepted: int = 0
    wrong: int = 0

    def add(self, status: FieldStatus | None, value: str, right: frozenset[str]) -> bool:
        """Counts one field, None where its page was not read; whether it was accepted wrong."""
        self.fields += 1
        good = status is not None and value in right
        taken = status not in (None, FieldStatus.REVIEW)
        self.right += good
        self.review += not taken
        self.accepted += taken
        self.wrong += taken and not good
        return taken and not good

    def __str__(self) -> str:
        return f"{self.fields:6}{self.right:7}{self.review:8}{self.accepted:9}{self.wrong:7}"


def counted(cases: Sequence[Case], results: Sequence[PageResult], mistakes: bool) -> tuple[Tally, Tally]:
    """The affected fields, and the others."""
    affected, others = Tally(), Tally()
    for number, (case, whole) in enumerate(zip(cases, results, strict=True)):
        result = _sheet(case, whole)
        other_form = result.status is PageStatus.READ and result.form != case.form
        readings = {reading.field: reading for reading in result.readings}
        for name, right in case.right.items():
            reading = readings.get(name)
            tally = affected if name in case.affected else others
            status, value = (None, "") if reading is None else (reading.status, reading.value)
            if tally.add(status, value, right) and mistakes and reading is not None:
                print(
                    f"    page {number} {name}: {reading.written} = {value or reading.status} "
                    f"({reading.confidence:.4f}), right: {', '.join(sorted(right)) or 'nothing'}"
                )
        if other_form:
            affected.wrong += sum(r.status is FieldStatus.ACCEPTED for r in result.readings)
    return affected, others


def _sheet(case: Case, result: PageResult) -> PageResult:
    """The sheet in the picture that the case is about: the one of its form on which the most is written."""
    mine = [one for one in (result, *result.beside) if one.form == case.form]
    return max(mine, key=lambda one: sum(bool(reading.value) for reading in one.readings), default=result)


def counted_found(cases: Sequence[Case], results: Sequence[PageResult], mistakes: bool) -> Tally:
    """The fields with writing, and what was found of them without a template."""
    tally = Tally()
    for number, (case, result) in enumerate(zip(cases, results, strict=True)):
        for status, written, good in templateless.judged(case, result):
            if tally.add(status, written, frozenset({written}) if good else frozenset()) and mistakes:
                print(f"    page {number}: {written} ({status}) stands in no field")
    tally.fields = sum(any(right) for case in cases for right in case.right.values())
    return tally


def read(forms: Sequence[Template], cases: Sequence[Case], reader: Reader) -> list[PageResult]:
    return [result for k, case in enumerate(cases) for result in reader.read([_page(k, case)])]


def _page(number: int, case: Case) -> Page:
    """The page as its file would be opened."""
    return Page(f"page {number}", 1, black_on_white(case.image))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", help="this kind alone")
    parser.add_argument("--sheets", type=int, default=12, help="sheets for each strength of a kind")
    parser.add_argument("--seed", type=int, default=19)
    parser.add_argument("--mistakes", action="store_true", help="list what is accepted wrong")
    parser.add_argument("--keep", type=Path, help="write the pages into this folder")
    options = parser.parse_args()
    try:
        digits = load_digits()
    except NoDigitsError as error:
        sys.exit(str(error))
    forms = [load_template(TEMPLATES / f"{name}.yaml") for name in ("tally", "expenses")]
    plain = [form.model_copy(update={"rules": ()}) for form in forms]
    model = load_model()
    print(f"{'':46}  {'affected':^37}  {'others of these pages':^37}")
    heads = f"{'fields':>6}{'right':>7}{'review':>8}{'accepted':>9}{'wrong':>7}"
    print(f"{'kind':16}{'strength':14}{'rules':16}  {heads}  {heads}")
    for kind in KINDS:
        if options.only and kind.name != options.only:
            continue
        for strength in kind.strengths:
            cases = [kind.spoil(s, strength) for s in sheets(digits, options.sheets, options.seed, kind.forms)]
            keep(options.keep, kind, strength, cases)
            for rules, templates in (("without rules", plain), ("with rules", forms)):
                results = read(templates, cases, Reader(templates, model))
                affected, others = counted(cases, results, options.mistakes and rules == "without rules")
                print(f"{kind.name:16}{strength:14}{rules:16}  {affected}  {others}", flush=True)
    for strength in WITHOUT_TEMPLATE.strengths if options.only in (None, WITHOUT_TEMPLATE.name) else ():
        made = sheets(digits, options.sheets, options.seed, WITHOUT_TEMPLATE.forms)
        cases = [WITHOUT_TEMPLATE.spoil(sheet, strength) for sheet in made]
        keep(options.keep, WITHOUT_TEMPLATE, strength, cases)
        found = counted_found(cases, read((), cases, Reader((), model, finding=True)), options.mistakes)
        print(f"{WITHOUT_TEMPLATE.name:16}{strength:14}{'':16}  {found}", flush=True)
    if options.only in (None, "found", *found_fields.KINDS):
        found_fields.report(digits, options.sheets, options.seed, options.only, model)
    return 0


def keep(folder: Path | None, kind: Kind, strength: str, cases: Sequence[Case]) -> None:
    """Writes the pages of one strength into `folder`, if there is one."""
    if folder is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    for number, case in enumerate(cases):
        cv2.imwrite(str(folder / f"{kind.name}-{strength}-{number}.png".replace(" ", "_")), case.image)


if __name__ == "__main__":
    sys.exit(main())
