"""What `import formdigits` gives: pages read in this process, as the values that everything else works with too."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pandas as pd

from extractor import reading as extractor_reading
from extractor.documents import find_documents
from extractor.errors import InputError
from extractor.export.rows import TABLE_FIELD_COLUMNS, Columns
from extractor.export.table_rows import tables_of
from extractor.options import ReadOptions
from extractor.reading import Reader
from extractor.records import in_records
from extractor.table_lines import LINE_COLUMN, column_of
from extractor.values import RECORD, Kind, PageResult
from workers.chunk import count, do_task
from workers.work import Outcome, PageKey, Trace, chunked

NUMBER_COLUMNS = {"page", LINE_COLUMN, "confidence", "left", "top", "width", "height"}
"""Columns that hold numbers in every frame; columns of fields do by the kind of the field."""

log = logging.getLogger(__name__)


def open_reader(
    templates: Sequence[str | Path] = (),
    *,
    single_field: bool = False,
    accept: float = 0.99,
    engine: str = "litert",
    model: str | Path | None = None,
    symbols: bool = False,
) -> Reader:
    """A reader with its templates and model loaded, for pages that the caller has as arrays: see `Reader.read`.

    `templates`: template files, or folders of them; without any, fields are found on each page.
    `single_field`: every picture is one field, called `value`; goes without templates.
    `accept`: readings with at least this probability (0 to 1) are accepted, the others go to review.
    `engine`: `litert`, or `keras` for a GPU (needs TensorFlow).
    `model`: the folder of a model of one's own.
    `symbols`: readings have their `symbols`, each with place, 28x28 crop and probability; strings take longer then.

    Raises InputError, TemplateError or ModelError.
    """
    options = ReadOptions.of(
        templates, single_field=single_field, accept=accept, engine=engine, model=model, symbols=symbols
    )
    return extractor_reading.open_reader(options)


def read(
    inputs: str | Path | Sequence[str | Path],
    templates: Sequence[str | Path] = (),
    *,
    single_field: bool = False,
    accept: float = 0.99,
    engine: str = "litert",
    model: str | Path | None = None,
    symbols: bool = False,
) -> Iterator[PageResult]:
    """Reads documents page by page, in natural order, as the results are asked for: a few pages are in memory at once.

    `inputs` are files, or folders with all that is below them; the rest is as for `open_reader`. A page that cannot be
    read is a result as well: its `status` is not `READ`, and its `reason` says why. Nothing is kept.

    Raises InputError, TemplateError or ModelError at once, before the first page.
    """
    reader = open_reader(
        templates, single_field=single_field, accept=accept, engine=engine, model=model, symbols=symbols
    )
    return _results(reader, find_documents([inputs] if isinstance(inputs, str | Path) else inputs))


def _results(reader: Reader, documents: Sequence[str]) -> Iterator[PageResult]:
    pages = (PageKey(number, file, page) for number, file in enumerate(documents) for page in range(1, count(file) + 1))
    for task in chunked(pages):
        for events in do_task(task, reader):
            yield from (event.result for event in events if isinstance(event, Outcome))
            for event in events:
                if isinstance(event, Trace):
                    log.debug("%s", event.text)


def to_frame(results: Iterable[PageResult], *, long: bool = False, table: str | None = None) -> pd.DataFrame:
    """A table with the columns of the CSV: one row per page, with `long` one row per field, or with the name of a
    `table` of the form one row per filled line of it.

    Fields have their columns in the order in which they were read first. Columns of numbers are numbers, missing where
    a field is blank or holds none; all other values are text, with their leading zeros.
    """
    pages = list(in_records(results))
    kinds: dict[str, Kind] = {RECORD: Kind.BARCODE} if any(page.record is not None for page in pages) else {}
    for page in pages:
        for reading in page.readings:
            kinds.setdefault(column_of(reading.field), reading.kind)
    columns = Columns(list(kinds.items()), long) if table is None else tables_of(list(kinds.items())).get(table)
    if columns is None:
        raise InputError(
            f"No page that was read has a table '{table}'; give the name of a table of the form's template."
        )
    rows = [[cell.text for cell in row] for page in pages for row in columns.rows(page)]
    frame = pd.DataFrame(rows, columns=list(columns.header), dtype="str")
    numbers = NUMBER_COLUMNS & set(TABLE_FIELD_COLUMNS if long else ("page", LINE_COLUMN) if table else ("page",))
    start = "" if table is None else f"{table}."
    numbers |= set() if long else {name.removeprefix(start) for name, kind in kinds.items() if kind.is_number}
    for name in frame.columns:
        if name in numbers:
            frame[name] = pd.to_numeric(frame[name].replace("", None), errors="coerce").convert_dtypes()
        elif kinds.get(start + name) is Kind.MARK and not long:
            frame[name] = _ticks(frame[name])
    return frame


def _ticks(column: pd.Series) -> pd.Series:
    """A column of bubbles as numbers where their labels are numbers, such as 1 and 0 of boxes to tick."""
    numbers = pd.to_numeric(column.replace("", None), errors="coerce").convert_dtypes()
    return numbers if bool((numbers.notna() | (column == "")).all()) else column
