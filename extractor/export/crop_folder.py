"""Every symbol's crop as a picture in a folder, with the table `labels.csv` that training takes."""

from __future__ import annotations

import base64
import csv
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from extractor.export.csvfile import harmless
from extractor.export.draft import page_name, telling, write_whole
from extractor.values import FieldStatus, PageResult, Reading, Symbol

CROP_TABLE = "labels.csv"

CROP_COLUMNS = (
    *("file", "label", "writer", "written", "probability", "status"),
    *("document", "page", "form", "field", "left", "top", "width", "height"),
)


def write_crops(folder: Path, results: Iterable[PageResult]) -> int:
    """Writes the crops of all symbols of `results` into `folder`, in a folder for each page, and returns how many.

    The table has a row for each. `label` is the symbol where its field was accepted, and empty where a person should
    say what it is, or where it is a mark; `writer` is the page, since one page has one writer as a rule. The same pages
    always have the same names, so that a second run replaces the pictures of the first. Raises OutputError.
    """
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(CROP_COLUMNS)
    count = 0
    for result in results:
        name = page_name(result.file, result.page)
        for reading, file, symbol in _crops(result):
            path = folder / name / file
            with telling(path):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(base64.b64decode(symbol.crop))
            label = symbol.written if symbol.in_alphabet and reading.status is FieldStatus.ACCEPTED else ""
            words = (symbol.written, result.file, result.form, reading.field)
            written, document, form, field = map(harmless, words)
            sure = f"{symbol.probability:.4f}"
            place = symbol.box or ("", "", "", "")
            row = (f"{name}/{file}", label, name, written, sure, reading.status.value)
            rows.writerow([*row, document, result.page, form, field, *place])
            count += 1
    write_whole(folder / CROP_TABLE, text.getvalue().encode("utf-8", "backslashreplace"))
    return count


def _crops(result: PageResult) -> Iterator[tuple[Reading, str, Symbol]]:
    """The symbols of a page that have a crop, each with its reading and the name of its picture."""
    for number, reading in enumerate(result.readings, start=1):
        field = re.sub(r"[^\w-]+", "_", reading.field)
        for place, symbol in enumerate(reading.symbols, start=1):
            if symbol.crop:
                yield reading, f"{number:03}-{field}-{place:02}.png", symbol
