"""`formdigits export`: a job's readings as a table, at any time."""

from __future__ import annotations

import click

HELP = """Write what has been read of JOB so far to OUT; the ending chooses the format.

Exit codes: 0 written; 2 no such job, or OUT cannot be written; 3 the database cannot be reached.
"""


@click.command(help=HELP)
@click.argument("job")
@click.option(
    "-o", "--out", required=True, metavar="OUT", help="File to write: .xlsx, .csv, .json or .jsonl; - is CSV."
)
@click.option("--long", is_flag=True, help="One row per field, with confidence and place, instead of one per page.")
def export(job: str, *, out: str, long: bool) -> None:
    from extractor.export import check_writable
    from formdigits.actions.queue.export import write
    from workers.database.jobs import queued_job
    from workers.database.store import open_store

    check_writable(out)
    store = open_store()
    write(store, queued_job(store, job), out, long=long)
