"""`formdigits corrections`: what people said of a job's fields, to train on; and what they changed in a workbook."""

from __future__ import annotations

import click

HELP = """Write the fields of JOB that people have settled as JSON Lines, one field per line: on which page and where
it is, what was read, what it is, by whom and when.

\b
  formdigits corrections JOB -o corrections.jsonl
With --from, what people have changed in a workbook of a job comes back as corrections, and is named. Its rows may be
sorted, filtered and deleted, and columns added; a hidden column says where each row comes from.
  formdigits corrections --from numbers.xlsx --by Ann

Exit codes: 0 written, or all taken; 1 some of the workbook could not be taken (it is named); 2 no such job, no such
workbook, or OUT cannot be written; 3 the database cannot be reached.
"""


@click.command(help=HELP)
@click.argument("job", required=False)
@click.option("-o", "--out", default="-", metavar="OUT", help="File to write (.jsonl); by default standard output.")
@click.option("--from", "workbook", metavar="WORKBOOK", help="Workbook (.xlsx) whose changed cells become corrections.")
@click.option("--by", metavar="NAME", help="With --from: who changed it; by default the name you are logged in by.")
def corrections(job: str | None, *, out: str, workbook: str | None, by: str | None) -> None:
    if workbook is not None:
        from formdigits.actions.corrections import take_workbook

        raise SystemExit(take_workbook(workbook, by, job))
    if job is None:
        raise click.UsageError("give the JOB of which corrections are written, or a workbook by --from")
    from formdigits.actions.report import write_corrections

    write_corrections(job, out)
