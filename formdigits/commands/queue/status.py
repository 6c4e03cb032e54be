"""`formdigits status`: how far jobs are."""

from __future__ import annotations

import click

HELP = """Say how far JOB is: pages, speed, time left, failures. Without JOB, all unfinished jobs.

Exit codes: 0 said; 1 with --watch, the job was cancelled; 2 no such job; 3 the broker or the database cannot be reached
(what the database knows is said all the same).
"""


@click.command(help=HELP)
@click.argument("job", required=False)
@click.option("--watch", is_flag=True, help="Show a bar until the job is over.")
def status(job: str | None, *, watch: bool) -> None:
    if watch and job is None:
        raise click.UsageError("--watch needs the JOB to watch; 'formdigits jobs' lists them")
    from formdigits.actions.queue.status import OUTAGE_S, follow, overview, show
    from workers.database.jobs import queued_job
    from workers.database.store import open_store
    from workers.queue.dispatch import Broker, sweep

    store, broker = open_store(patience_s=OUTAGE_S), Broker()
    if job is None:
        overview(store, broker)
    else:
        queued_job(store, job)
        if watch and (code := follow(store, broker, job)) is not None:
            raise SystemExit(code)
        show(store, job)
    broker.check()
    sweep(store, broker)
