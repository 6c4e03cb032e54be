"""A job's readings as a file to download."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from extractor.export import write_table
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
    write_table(out, names.named(store.results(job.id)), fields=job.fields, long=long)
