"""Strings wholly right, each picture one field, with the shipped int8 model.

    python -m benchmarks.strings [--mistakes]

`cheque_amounts` and `photo_strings` are measured only: nothing was trained on them. So is `nist_hsf`, a page whose
fields are found without a template; a field counts as found within 15 pixels of its true place.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
from pathlib import Path

from extractor.documents import open_pages
from extractor.reading import ReadOptions, open_reader
from extractor.values import FieldStatus

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("FORMDIGITS_DATA", ROOT.parent / "shared" / "data"))
SETS = {"cheque_amounts": "images", "photo_strings": ""}
BATCH = 50


def page_without_template() -> None:
    """The digit fields of the one page of `nist_hsf`: found, and read right."""
    truth = json.loads((DATA / "nist_hsf" / "truth.json").read_text(encoding="utf-8"))["pages"]["nist_hsf_a"]
    pages = list(open_pages(str(DATA / "nist_hsf" / "nist_hsf_a.png")))
    readings = open_reader(ReadOptions()).read(pages)[0].readings
    found = right = 0
    for entry in truth:
        left, top = entry["box"][:2]
        near = [r for r in readings if abs(r.box[0] - left) < 15 and abs(r.box[1] - top) < 15]
        found += bool(near)
        right += any(reading.value == entry["written"] for reading in near)
    others = len(readings) - found
    print(f"nist_hsf, no template: {found} of {len(truth)} fields found, {right} read right, {others} others")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mistakes", action="store_true", help="list every string that was not read right")
    options = parser.parse_args()
    reader = open_reader(ReadOptions(single_field=True))
    for name, inside in SETS.items():
        with (DATA / name / "labels.csv").open(encoding="utf-8", newline="") as file:
            truth = list(csv.DictReader(file))
        right = accepted = wrong = 0
        for start in range(0, len(truth), BATCH):
            rows = truth[start : start + BATCH]
            pages = [page for row in rows for page in open_pages(str(DATA / name / inside / row["file"]))]
            for row, result in zip(rows, reader.read(pages), strict=True):
                reading = result.readings[0]
                good, took = reading.value == row["label"], reading.status is FieldStatus.ACCEPTED
                right += good
                accepted += took
                wrong += took and not good
                if options.mistakes and not good:
                    print(f"  {row['file']}: {row['label']} read as {reading.written} ({reading.confidence:.3f})")
        share = right / len(truth)
        print(
            f"{name}: {right} of {len(truth)} strings right ({share:.1%}), {accepted} accepted, {wrong} of those wrong"
        )
    page_without_template()


if __name__ == "__main__":
    main()
