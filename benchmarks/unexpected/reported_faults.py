"""Every page that was once read wrongly and believed, and whether it is right now.

    python -m benchmarks.unexpected.reported_faults [--only 03] [--second]

The pages lie in `faults`, beside the folder of the data sets; each of its folders shows one kind of fault, and its
README.md says what is right there. Printed is one line for each folder, and what is wrong; the exit code is 1 then.
"""

from __future__ import annotations

import argparse
import csv
import sys
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.data import DATA
from extractor.documents import find_documents, open_pages
from extractor.reading import Reader
from extractor.recognizer.choice import Model, Recognizers, load_model
from extractor.recognizer.second_reader import SecondReader
from extractor.reference import blank_form, draft_template
from extractor.template import Template, load_template
from extractor.values import FieldStatus, Page, PageResult, PageStatus, Reading

FAULTS = DATA.parent / "faults"

SAMPLES = Path(__file__).resolve().parents[2] / "samples"


@dataclass
class Faults:
    """The pages of one folder, and how they are read: by the templates beside them, else by those of the samples."""

    folder: Path
    model: Model
    second: Callable[[], SecondReader | None]

    def results(self, only: str = "*", *, template: bool = True) -> Iterator[tuple[str, PageResult]]:
        """The file's name and the result of every sheet."""
        reader = self.reader(template=template)
        for file in sorted(self.folder.glob(only)):
            if file.suffix != ".yaml" and not file.name.endswith("blank.png"):
                for result in reader.read([*open_pages(str(file))]):
                    yield from ((file.name, one) for one in (result, *result.beside))

    def reader(self, *, template: bool = True) -> Reader:
        files = sorted(self.folder.glob("*.yaml")) or sorted((SAMPLES / "templates").glob("*.yaml"))
        forms = [load_template(file) for file in files if template]
        finding = not template and not self.folder.name.startswith("15")
        return Reader(forms, self.model, finding=finding, second=self.second)


def truths() -> dict[str, dict[str, str]]:
    """What the sample pages say, by the number of their station or employee."""
    pages: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    with (SAMPLES / "truth.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            pages[row["file"], row["page"]][row["field"]] = row["value"]
    return {page.get("station") or page.get("employee") or "": page for page in pages.values()}


def accepted(result: PageResult) -> Iterator[Reading]:
    return (one for one in result.readings if one.status is FieldStatus.ACCEPTED and one.value)


def wrongly(file: str, result: PageResult, right: Mapping[str, str]) -> Iterator[str]:
    """What is accepted, or blank, and not `right`; fields that are not in it are empty."""
    for one in result.readings:
        if one.status is not FieldStatus.REVIEW and one.value != right.get(one.field, ""):
            yield f"{file} {one.field}: {one.value or 'blank'} ({one.confidence:.3f}), right: {right.get(one.field)}"


def believed(file: str, result: PageResult, names: Iterable[str]) -> Iterator[str]:
    """Which of these fields did not go to review."""
    for name in names:
        if result[name].status is not FieldStatus.REVIEW:
            yield f"{file} {name}: {result[name].written} = {result[name].value} ({result[name].confidence:.3f})"


def of_sample(fault: Faults, station: str, only: str = "*") -> Iterator[str]:
    """What is accepted wrong of pages that show that sample."""
    seen = [(file, one) for file, one in fault.results(only) if one.status is PageStatus.READ]
    if not seen:
        yield "nothing was read"
    for file, one in seen:
        yield from wrongly(file, one, truths()[station])


def lost_points(fault: Faults) -> Iterator[str]:
    for file, one in fault.results("expenses*"):
        yield from wrongly(file, one, truths()[one["employee"].value])
    for file, one in fault.results("gap*"):
        written = [r for r in one.readings if r.field.startswith("amount") and r.value not in ("", "0.00")]
        yield from believed(file, one, [r.field for r in written])
        if len(written) < 4:
            yield f"{file}: of four amounts {len(written)} are seen"


def row_off(fault: Faults) -> Iterator[str]:
    marks = {"a01": "2", "a02": "2", "a03": "1", "a04": "2", "a05": "1", "a09": "3", "a11": "4"}
    marks |= {"b07": "2", "b09": "3", "b12": "2", "awarded": "31"}
    for file, one in fault.results():
        if one.status is PageStatus.READ:
            yield from wrongly(file, one, marks)


def struck(fault: Faults) -> Iterator[str]:
    names = [f"km_{n}" for n in (1, 2, 3, 6)] + [f"amount_{n}" for n in range(1, 7)]
    for file, one in fault.results():
        yield from believed(file, one, names)


def dropped_marks(fault: Faults) -> Iterator[str]:
    for file, one in fault.results():
        yield from believed(file, one, [f"km_{n}" for n in range(1, 7)])


def past_the_box(fault: Faults) -> Iterator[str]:
    for file, one in fault.results():
        yield from believed(file, one, ("amount_1",) if file.startswith("amount") else ("km_4", "km_5"))


def left_out(fault: Faults) -> Iterator[str]:
    files = find_documents([str(fault.folder)])
    if len(files) != len(list(fault.folder.iterdir())):
        yield f"{len(files)} files of the folder are opened"
    results = list(fault.results())
    for file, one in results:
        yield from wrongly(file, one, truths()[one["station"].value] if one.readings else {})
    if [one.status for _, one in results] != [PageStatus.READ] * len(files):
        yield f"{[(file, one.status.value) for file, one in results]}"


def second_form(fault: Faults) -> Iterator[str]:
    forms = set()
    for file, one in fault.results():
        forms.add(one.form)
        number = one["station" if one.form == "polling-tally" else "employee"].value
        yield from wrongly(file, one, truths()[number])
    if len(forms) != 2:
        yield f"read: {forms}"


def print_read(fault: Faults) -> Iterator[str]:
    written = {
        "riau-reference.png": ["32", "140", "172"],
        "kalimantan_utara_contoh.png": ["99", "187", "286", "5"],
        "sheet2.jpeg": ["5", "5", "5", "5", "3", "3", "13"],
    }
    for file, one in fault.results(template=False):
        left = [*written[file]]
        for reading in sorted(one.readings, key=lambda r: r.status is FieldStatus.REVIEW):
            if reading.value in left:
                left.remove(reading.value)
            elif reading.status is FieldStatus.ACCEPTED:
                yield f"{file}: {reading.written} ({reading.confidence:.3f}) is written nowhere"
        if len(left) > len(written[file]) // 2:
            yield f"{file}: not found {left}"


def coarse_pdf(fault: Faults) -> Iterator[str]:
    widths = [one.image.shape[1] for one in open_pages(str(fault.folder / "tiny.pdf")) if isinstance(one, Page)]
    if widths != [1439]:
        yield f"drawn {widths} pixels wide"
    yield from of_sample(fault, "0078")


def negatives(fault: Faults) -> Iterator[str]:
    yield from of_sample(fault, "0068", "neg.png")
    yield from of_sample(fault, "387318", "*.tif")


def blanks(fault: Faults) -> Iterator[str]:
    written = {
        "sheet1.jpeg": {"q2a": "3", "q2t": "3", "q3a": "1", "q3t": "1", "q4a": "4", "q4t": "4", "total": "8"},
        "sheet2.jpeg": {"q2a": "5", "q2t": "5", "q3a": "5", "q3t": "5", "q4a": "3", "q4t": "3", "total": "13"},
    }
    for file, one in fault.results():
        yield from wrongly(file, one, written[file])
        empty = [r for r in one.readings if r.field not in written[file] and r.field not in ("q1a", "q1t")]
        unsure = [r.field for r in empty if r.status is not FieldStatus.BLANK]
        if unsure:
            yield f"{file}: not blank {unsure}"


def looped_twos(fault: Faults) -> Iterator[str]:
    for file, one in fault.results(template=False):
        if any(r.value != "2" for r in accepted(one)):
            yield f"{file}: {one['value'].value}"


def single_boxes(fault: Faults) -> Iterator[str]:
    """Boxes are made up where they are wider or higher than those of the score card, or have cells."""
    template = _drafted(fault.folder / "yahtzee_flat.jpg")
    sizes = np.array([field.box[2:] for field in template.all_fields], np.float64)
    usual = np.median(sizes, 0)
    if any(field.cells for field in template.all_fields):
        yield f"{sum(bool(field.cells) for field in template.all_fields)} boxes are combs"
    if (odd := int((np.abs(sizes / usual - 1) > 0.2).any(1).sum())) > 0:
        yield f"{odd} of {len(sizes)} boxes are made up"
    if len(sizes) < 30:
        yield f"only {len(sizes)} boxes"


def one_photograph(fault: Faults) -> Iterator[str]:
    template = _drafted(fault.folder / "sheet.jpg")
    if [field.cells for field in template.all_fields] != [3, 3, 3]:
        yield f"fields of {[field.cells for field in template.all_fields]} cells"
    for _, one in fault.results(template=False):
        if sorted(r.value for r in accepted(one)) != ["132", "57"]:
            yield f"accepted {[r.value for r in accepted(one)]}"


def _drafted(file: Path) -> Template:
    (page,) = (one for one in open_pages(str(file)) if isinstance(one, Page))
    template = draft_template(blank_form([page.image]).image, "form", "form.png", dpi=200).template
    assert template is not None
    return template


def unmatched(fault: Faults) -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for file, one in fault.results():
            if one.status is not PageStatus.UNMATCHED:
                yield f"{file}: {one.status.value}, {one.form} {one.fit:.2f}"


CHECKS: dict[str, Callable[[Faults], Iterator[str]]] = {
    "01": lost_points,
    "02": row_off,
    "03": struck,
    "04": dropped_marks,
    "05": past_the_box,
    "06": left_out,
    "07": second_form,
    "08": lambda fault: of_sample(fault, "0068"),
    "09": lambda fault: of_sample(fault, "0068"),
    "10": print_read,
    "12": coarse_pdf,
    "13": negatives,
    "14": blanks,
    "15": looped_twos,
    "16": single_boxes,
    "17": unmatched,
    "18": unmatched,
    "28": one_photograph,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", help="this folder, by its number")
    parser.add_argument("--second", action="store_true", help="with the second reader")
    options = parser.parse_args()
    if not FAULTS.is_dir():
        sys.exit(f"There is no {FAULTS}; set FORMDIGITS_DATA to the folder beside it.")
    model, bad = load_model(), 0
    second = Recognizers().second if options.second else lambda: None
    for folder in sorted(one for one in FAULTS.iterdir() if one.is_dir()):
        if options.only in (None, folder.name[:2]):
            found = list(CHECKS[folder.name[:2]](Faults(folder, model, second)))
            print(f"{folder.name:52}{'WRONG' if found else 'right'}", *found, sep="\n    " if found else "", flush=True)
            bad += bool(found)
    print(f"{bad} folders are not right.")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
