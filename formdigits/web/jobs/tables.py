"""A job's readings as a file to download."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path

from extractor.export import FieldColumn, open_sink
from extractor.values import Kind, PageResult
from formdigits.web.names import Names
from workers.database.store import Store
from workers.job import Job


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


def write(store: Store, job: Job, names: Names, out: Path, *, long: bool) -> None:
    """Writes what was read until now, documents by their names. Raises OutputError."""
    write_results(names.named(store.results(job.id)), job.fields, out, long=long)


def write_results(
    results: Iterable[PageResult], fields: Sequence[tuple[str, Kind]], out: Path, *, long: bool = False
) -> None:
    """Writes `results` with columns for `fields`. Raises OutputError.

    Without a template fields differ from page to page; then it is one row per field in any case.
    """
    columns = [FieldColumn(name, kind) for name, kind in fields]
    with open_sink(out, fields=columns, long=long or not columns) as sink:
        for result in results:
            sink.write(result)
