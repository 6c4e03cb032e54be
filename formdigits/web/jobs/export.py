"""A job's readings as a file to download."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from extractor.export import FieldColumn, open_sink
from formdigits.web.names import Names
from workers.job import Job
from workers.store import Store


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
    """Writes what was read until now, documents by their names. Raises OutputError.

    Without a template fields differ from page to page; then it is one row a field in any case.
    """
    columns = [FieldColumn(name, kind) for name, kind in job.fields]
    with open_sink(out, fields=columns, long=long or not columns) as sink:
        for result in names.named(store.results(job.id)):
            sink.write(result)
