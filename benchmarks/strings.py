"""Strings wholly right, each picture one field, with the shipped int8 model.

    python -m benchmarks.strings [--mistakes]

`cheque_amounts`, `photo_strings` and `pen_strings` are measured only: no weight was trained on them. The constants of
calibration are fitted on a third of each, which is left out here. `nist_hsf` is a page whose fields are found without a
template; a field counts as found within 15 pixels of its true place.

Some labels are not what is written. Those found by eye are in training/data/wrong_labels.csv; figures are with them put
right, and a last line tells them by the labels as they are. Only strings that were read otherwise than labelled have
been looked at. All is told without and with the second reader.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.data import needed
from extractor.documents import open_pages
from extractor.options import ReadOptions
from extractor.reading import Reader, make_reader
from extractor.recognizer.choice import Recognizers
from extractor.recognizer.second_reader import second_reader_file
from extractor.values import FieldStatus, Reading
from training.command import run
from training.ctc.string_sets import STRING_SETS, Entry, entries
from training.evaluation.measures import expected_calibration_error

ROOT = Path(__file__).resolve().parents[1]
BATCH = 50


@dataclass(frozen=True)
class Outcome:
    """One string: its label and what was read."""

    label: str
    reading: Reading

    @property
    def right(self) -> bool:
        return self.reading.value == self.label

    @property
    def accepted(self) -> bool:
        return self.reading.status is FieldStatus.ACCEPTED


def tell(name: str, outcomes: list[Outcome]) -> None:
    """A line with accuracy, acceptance and calibration."""
    right = np.array([one.right for one in outcomes])
    accepted = [one for one in outcomes if one.accepted]
    wrong = sum(not one.right for one in accepted)
    error = expected_calibration_error(np.array([one.reading.confidence for one in outcomes]), right)
    print(
        f"{name}: {right.sum()} of {len(right)} strings right ({right.mean():.1%}), {len(accepted)} accepted "
        f"({len(accepted) / len(right):.0%}), {wrong} of those wrong; expected calibration error {error:.3f}"
    )


def strings(reader: Reader, name: str) -> list[tuple[Entry, Outcome]]:
    """The strings of one data set that nothing was fitted on."""
    found: list[tuple[Entry, Outcome]] = []
    chosen = [entry for entry in entries(needed(name)) if not entry.calibrates]
    for start in range(0, len(chosen), BATCH):
        part = chosen[start : start + BATCH]
        pages = [page for entry in part for page in open_pages(str(entry.picture))]
        results = reader.read(pages)
        found += [(e, Outcome(e.written, r.readings[0])) for e, r in zip(part, results, strict=True)]
    return found


def page_without_template(reader: Reader) -> list[Outcome]:
    """The digit fields of the one page of `nist_hsf`: found, and read right."""
    truth = json.loads((needed("nist_hsf") / "truth.json").read_text(encoding="utf-8"))["pages"]["nist_hsf_a"]
    pages = list(open_pages(str(needed("nist_hsf") / "nist_hsf_a.png")))
    readings = reader.read(pages)[0].readings
    found: list[Outcome] = []
    for entry in truth:
        left, top = entry["box"][:2]
        near = [r for r in readings if abs(r.box[0] - left) < 15 and abs(r.box[1] - top) < 15]
        found += [Outcome(entry["written"], reading) for reading in near[:1]]
    print(f"nist_hsf, no template: {len(found)} of {len(truth)} fields found, {len(readings) - len(found)} others")
    return found


def tell_all(second: bool, mistakes: bool) -> None:
    """Lines for every set, read with or without the `second` reader."""
    recognizers = Recognizers(second=second)
    reader = make_reader((), recognizers, ReadOptions.of(single_field=True))
    everything: list[Outcome] = []
    by_label: list[Outcome] = []
    for name in STRING_SETS:
        found = strings(reader, name)
        for entry, one in found:
            if mistakes and not one.right:
                print(f"  {entry.name}: {one.label} read as {one.reading.written} ({one.reading.confidence:.3f})")
        tell(name, [one for _, one in found])
        everything += [one for _, one in found]
        by_label += [Outcome(entry.label, one.reading) for entry, one in found]
    page = page_without_template(make_reader((), recognizers, ReadOptions()))
    tell("nist_hsf, fields found", page)
    tell("all of these together", everything + page)
    tell("the same by the labels as they are", by_label + page)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mistakes", action="store_true", help="list every string that was not read right")
    options = parser.parse_args()
    print("without the second reader")
    tell_all(False, options.mistakes)
    if second_reader_file() is None:
        print("The second reader is not installed.")
        return
    print("with the second reader")
    tell_all(True, options.mistakes)


if __name__ == "__main__":
    sys.exit(run(main))
