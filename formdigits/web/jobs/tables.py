"""A job's readings as a file to download."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from extractor.export import write_table
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


def write(store: Store, job: Job, forms: Forms, names: Names, out: Path, *, long: bool) -> None:
    """Writes what was read until now, documents by their names. Raises OutputError."""
    results = names.named(store.results(job.id))
    write_table(out, results, fields=job.fields, long=long, forms=forms_shown(store, job.id, forms))
