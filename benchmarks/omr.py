"""OMRChecker's own sample sheets, read by its own templates: values as that program prints them, and what differs.

python -m benchmarks.omr
"""

from __future__ import annotations

import csv
import json
import time

from benchmarks.data import needed
from extractor.documents import open_pages
from extractor.reading import Reader
from extractor.recognizer.card import SHIPPED
from extractor.recognizer.choice import Recognizers
from extractor.template.omrchecker import import_omrchecker
from extractor.values import FieldStatus


def main() -> None:
    folder = needed("omr")
    model = Recognizers("litert").of(SHIPPED)
    right = differ = total = 0
    spent = 0.0
    with (folder / "expected.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        sheet = folder / row["file"]
        place = next(parent for parent in sheet.parents if (parent / "template.json").is_file())
        template = import_omrchecker(place / "template.json", place.name).template
        page = next(iter(open_pages(str(sheet))))
        began = time.process_time()
        result = Reader([template], model).read([page])[0]
        spent += time.process_time() - began
        print(f"{row['file']}: {result.status.value}, fit {result.fit:.2f}")
        read = {one.field: one for one in result.readings}
        for name, wanted in json.loads(row["values"]).items():
            total += 1
            one = read.get(name)
            if one is None:
                print(f"  {name}: expected {wanted!r}, not read")
                continue
            accepted = one.status is not FieldStatus.REVIEW
            right += one.value == wanted
            differ += accepted and one.value != wanted
            if one.value != wanted or not accepted:
                what = "accepted" if accepted else f"review ({'; '.join(one.notes) or f'{one.confidence:.3f}'})"
                print(f"  {name}: expected {wanted!r}, read {one.value!r}, {what}")
    print(f"{right} of {total} values as expected; {differ} accepted that differ; {spent / len(rows):.2f} s per page")


if __name__ == "__main__":
    main()
