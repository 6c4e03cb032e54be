"""`formdigits jobs`: the jobs of the queue as a table."""

from __future__ import annotations

import click


@click.command(help="List the jobs of the queue, the newest first.\n\nExit codes: 0; 3 the database cannot be reached.")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, metavar="N", help="How many.")
def jobs(*, limit: int) -> None:
    import sys
    import time

    from rich.console import Console
    from rich.table import Table

    from workers.database.jobs import queued_jobs
    from workers.database.queue.ledger import page_counts
    from workers.database.store import open_store
    from workers.job import WAITING

    store = open_store()
    found = page_counts(store)
    table = Table("job", "state", "since", "pages", "done", "failed", "unmatched", "duplicate", "queue", box=None)
    for job in queued_jobs(store, limit):
        of = found.get(job.id, {})
        total = sum(of.values())
        counts = (
            total,
            total - of.get(WAITING, 0),
            *(of.get(name, 0) for name in ("failed", "unmatched", "duplicate")),
        )
        since = time.strftime("%Y-%m-%d %H:%M", time.localtime(job.created))
        table.add_row(job.id, job.state, since, *(f"{count:,}" for count in counts), job.queue or "")
    Console(width=None if sys.stdout.isatty() else 120).print(table)
