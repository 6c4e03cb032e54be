"""`formdigits submit`: give a job to the workers."""

from __future__ import annotations

import click

from formdigits.commands import shared_options

HELP = """Give the forms in INPUT (files or folders, with their sub-folders) to the workers, and print the job's id.

\b
  formdigits submit scans/ -t form.yaml                          returns at once
  formdigits submit scans/ -t form.yaml --wait -o numbers.xlsx   waits, and writes the table

Without a template or --single-field, fields with handwritten digits are found on each page, as 'read' does.

The template travels with the job: editing it later changes nothing. Every worker must be able to read the files by
the same paths. The same files submitted again make no new job: the id of the job that has them is printed.

Exit codes: 0 accepted, and with --wait all read; 1 with --wait, some pages could not be read; 2 wrong usage; 3 the
broker or the database cannot be reached.
"""


@click.command(help=HELP)
@click.argument("inputs", metavar="INPUT…", nargs=-1, required=True)
@shared_options.templates
@shared_options.single_field
@shared_options.accept
@shared_options.max_error
@click.option("--symbols", is_flag=True, help="Keep every symbol with its place, crop and probability, for JSON.")
@click.option("--queue", default="formdigits", show_default=True, metavar="NAME", help="Queue for the job.")
@click.option(
    "--priority",
    type=click.Choice(["low", "normal", "high"]),
    default="normal",
    show_default=True,
    help="Jobs of a higher one are read first; those of one take turns, small ones before.",
)
@click.option("--again", is_flag=True, help="Also read what other jobs have read already.")
@click.option("--wait", is_flag=True, help="Wait until it is read, with a progress bar.")
@click.option("-o", "--out", metavar="OUT", help="With --wait: file to write (.xlsx, .csv, .json, .jsonl; - is CSV).")
@click.option("--long", is_flag=True, help="With -o: one row per field, with confidence and place.")
def submit(
    *,
    inputs: tuple[str, ...],
    templates: tuple[str, ...],
    single_field: bool,
    accept: float,
    max_error: float | None,
    symbols: bool,
    queue: str,
    priority: str,
    again: bool,
    wait: bool,
    out: str | None,
    long: bool,
) -> None:
    if out and not wait:
        raise click.UsageError("-o needs --wait; without it, 'formdigits export JOB -o OUT' writes the table later")
    from extractor.options import ReadOptions
    from formdigits.actions.queue.submit import submit_job
    from workers.job import PRIORITIES

    options = ReadOptions.of(templates, single_field=single_field, accept=accept, max_error=max_error, symbols=symbols)
    raise SystemExit(
        submit_job(
            inputs, options, queue=queue, priority=PRIORITIES[priority], again=again, wait=wait, out=out, long=long
        )
    )
