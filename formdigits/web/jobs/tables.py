"""Readings as files to download."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZIP_DEFLATED, ZipFile

from extractor.export import FieldColumn, write_table
from extractor.export.table_rows import tables_of
from extractor.values import PageResult
from formdigits.web.names import Names
from workers.database.lookup import forms_shown
from workers.database.store import Store
from workers.job import Job
from workers.review.forms import Forms


class Ending(StrEnum):
    """Formats by their endings."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"
    JSONL = "jsonl"


MEDIA = {
    Ending.CSV: "text/csv; charset=utf-8",
    Ending.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Ending.JSON: "application/json",
    Ending.JSONL: "application/x-ndjson",
}

PACKED, PACKED_MEDIA = ".zip", "application/zip"
"""What several files come in."""


def packed(fields: Sequence[FieldColumn], ending: Ending, *, long: bool = False) -> bool:
    """Whether the file holds several: in CSV each of a form's tables is one."""
    return ending is Ending.CSV and not long and bool(tables_of(fields))


def write(
    store: Store,
    job: Job,
    forms: Forms,
    names: Names,
    out: Path,
    *,
    long: bool,
    watch: Callable[[int], None] = lambda _: None,
) -> None:
    """Writes what was read until now, documents by their names. `watch` is called with the number of each page. Raises
    OutputError."""
    results = _watched(names.named(store.results(job.id)), watch)
    write_download(out, results, fields=job.fields, long=long, forms=forms_shown(store, job.id, forms))


def write_download(
    out: Path,
    results: Iterable[PageResult],
    *,
    fields: Sequence[FieldColumn],
    long: bool = False,
    forms: Mapping[str, Sequence[FieldColumn]] | None = None,
) -> None:
    """Writes `results` to `out`; several CSV files into one .zip. Raises OutputError."""
    if out.suffix != PACKED:
        write_table(out, results, fields=fields, long=long, forms=forms)
        return
    with TemporaryDirectory(dir=out.parent) as folder, ZipFile(out, "w", ZIP_DEFLATED) as pack:
        write_table(Path(folder) / f"{out.stem}.csv", results, fields=fields, forms=forms)
        for file in sorted(Path(folder).iterdir()):
            pack.write(file, file.name)


def _watched(results: Iterable[PageResult], watch: Callable[[int], None]) -> Iterator[PageResult]:
    for number, result in enumerate(results, 1):
        watch(number)
        yield result
