"""`formdigits read`: read here and now, and continue where an interrupted run stopped."""

from __future__ import annotations

from contextlib import ExitStack

import click

from formdigits.commands import shared_options

HELP = """Read the forms in INPUT (files or folders, with their sub-folders) and write one row per page.

\b
Forms need a template that says where their fields are:
  formdigits read scans/ -t form.yaml -o numbers.xlsx
For several forms mixed in one folder give -t several times, or a folder of templates:
  formdigits read scans/ -t templates/ -o numbers.csv
Pictures of one number each need no template:
  formdigits read amounts/ --single-field -o amounts.csv
Without either, boxes and combs with handwritten digits are found on each page, one row per field:
  formdigits read scans/ -o found.csv

The ending of -o chooses the format. Without -o, standard output gets CSV, or a terminal the first rows.
Files are PNG, JPEG, HEIC, AVIF, WebP, BMP, TIFF or PDF. Other pictures and documents in a folder are rows with the
status failed; all else that is in it is counted at the end.
A run that was interrupted continues where it stopped when the same command is given again.

Exit codes: 0 all pages read; 1 some could not be read (they are named); 2 wrong usage; 3 the job database cannot be
used; 130 stopped by Ctrl-C.
"""


@click.command(help=HELP)
@click.argument("inputs", metavar="INPUT…", nargs=-1, required=True)
@shared_options.templates
@click.option(
    "-o", "--out", metavar="OUT", help="File to write: .xlsx, .csv, .json or .jsonl; - is CSV on standard output."
)
@shared_options.single_field
@shared_options.accept
@shared_options.max_error
@shared_options.processes
@shared_options.engine
@click.option("--model", metavar="DIR", help="Folder of a model of your own, preferred to those that are shipped.")
@click.option("--long", is_flag=True, help="One row per field, with confidence and place, instead of one per page.")
@click.option("--overlay", metavar="DIR", help="Folder for a picture of each page with what was read drawn on it.")
@click.option(
    "--crops", metavar="DIR", help="Folder for the 28x28 crop of every symbol, with a table for 'formdigits train'."
)
@click.option("--restart", is_flag=True, help="Begin anew instead of continuing an interrupted run.")
@click.option("-v", "--verbose", is_flag=True, help="Say more about pages that failed unexpectedly.")
def read(
    *,
    inputs: tuple[str, ...],
    templates: tuple[str, ...],
    out: str | None,
    single_field: bool,
    accept: float,
    max_error: float | None,
    processes: int | None,
    engine: str,
    model: str | None,
    long: bool,
    overlay: str | None,
    crops: str | None,
    restart: bool,
    verbose: bool,
) -> None:
    from extractor.options import ReadOptions
    from workers.early import early_process

    options = ReadOptions.of(
        templates, single_field=single_field, accept=accept, max_error=max_error, engine=engine, model=model
    )
    with ExitStack() as stack:
        # Before the imports below, which take as long as those of the process that reads.
        early = stack.enter_context(early_process(verbose=verbose)) if processes != 1 else None
        from formdigits.actions.read import read_to_table

        code = read_to_table(
            inputs,
            options,
            out=out,
            long=long,
            processes=processes,
            overlay=overlay,
            crops=crops,
            restart=restart,
            verbose=verbose,
            early=early,
        )
    raise SystemExit(code)
