"""Strings wholly right, each picture one field, with the shipped int8 model.

    python -m benchmarks.strings [--mistakes]

`cheque_amounts` and `photo_strings` are measured only: nothing was trained on them.
"""

from __future__ import annotations

import argparse
import csv
import os
from pathlib import Path

from extractor.documents import open_pages
from extractor.reading import ReadOptions, open_reader
from extractor.values import FieldStatus

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("FORMDIGITS_DATA", ROOT.parent / "shared" / "data"))
SETS = {"cheque_amounts": "images", "photo_strings": ""}
BATCH = 50


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


if __name__ == "__main__":
    main()
