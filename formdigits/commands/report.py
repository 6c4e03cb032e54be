"""`formdigits report`: a job in figures."""

from __future__ import annotations

import click

HELP = """Say how much of JOB was read without a person, what people found, and how often what was accepted is wrong;
with -o as one page of PDF or PNG.

Exit codes: 0; 2 no such job, or OUT cannot be written; 3 the database cannot be reached.
"""


@click.command(help=HELP)
@click.argument("job")
@click.option("-o", "--out", metavar="OUT", help="File to write: .pdf or .png.")
def report(job: str, *, out: str | None) -> None:
    from formdigits.actions.report import write_report

    write_report(job, out)
