"""What the commands `report` and `corrections` do."""

from __future__ import annotations

from pathlib import Path

import click

from extractor.errors import InputError, OutputError
from extractor.export.draft import Draft, check_place, write_whole
from extractor.export.draft import telling as told_of
from formdigits import messages
from formdigits.reports.words import lines
from workers.database.jobs import find_job
from workers.database.review.corrections import corrections_of, line
from workers.database.review.report import report_of
from workers.database.store import Store, open_store
from workers.job import Job
from workers.review.forms import forms_of


def write_report(job: str, out: str | None) -> None:
    """Prints the report, or writes it to `out`. Raises InputError, OutputError or ServiceError."""
    ending = "" if out is None else Path(out).suffix.lower()
    if out is not None:
        if ending not in (".pdf", ".png"):
            raise OutputError(f"The output name '{out}' must end in .pdf or .png.")
        check_place(Path(out))
    store = open_store()
    found = _job(store, job)
    figures = report_of(store, found.id)
    if out is None:
        for text in lines(figures):
            click.echo(text)
        return
    # Imported here: it takes its time.
    from formdigits.reports.drawing import drawn

    write_whole(Path(out), drawn(figures, found, "pdf" if ending == ".pdf" else "png"))
    messages.say(f"The report is in {out}.")


def write_corrections(job: str, out: str) -> None:
    """Writes what people have settled as JSON Lines, `-` for standard output. Raises the same."""
    store = open_store()
    found = _job(store, job)
    settled = (
        (line(one) + "\n").encode("utf-8", "backslashreplace")
        for one in corrections_of(store, forms_of(store, found.id), found.id)
    )
    if out == "-":
        for text in settled:
            click.echo(text, nl=False)
        return
    count = 0
    draft = Draft(Path(out))
    try:
        with told_of(Path(out)), draft.path.open("wb") as file:
            for text in settled:
                count += file.write(text) > 0
        draft.publish()
    finally:
        draft.discard()
    messages.say(f"{messages.counted(count, 'field')} that people have settled: {out}.")


def _job(store: Store, job: str) -> Job:
    found = find_job(store, job)
    if found is None:
        raise InputError(f"There is no job {job}; 'formdigits jobs' lists those of the queue, the web page all.")
    return found
