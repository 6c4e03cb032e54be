"""`formdigits corrections`: what people said of a job's fields, to train on."""

from __future__ import annotations

import click

HELP = """Write the fields of JOB that people have settled as JSON Lines, one field per line: on which page and where
it is, what was read, what it is, by whom and when.

Exit codes: 0 written; 2 no such job, or OUT cannot be written; 3 the database cannot be reached.
"""


@click.command(help=HELP)
@click.argument("job")
@click.option("-o", "--out", default="-", metavar="OUT", help="File to write (.jsonl); by default standard output.")
def corrections(job: str, *, out: str) -> None:
    from formdigits.actions.report import write_corrections

    write_corrections(job, out)
