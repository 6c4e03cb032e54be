"""`formdigits retry`: the failed pages of a job once more."""

from __future__ import annotations

import click

HELP = """Read the failed pages of JOB again, and whatever a cancelled job had left.

A file whose pages all failed is opened anew: put a better scan in its place first.

Exit codes: 0 taken up, or nothing to do; 2 no such job; 3 the broker or the database cannot be reached.
"""


@click.command(help=HELP)
@click.argument("job")
def retry(job: str) -> None:
    from formdigits import messages
    from workers.database.jobs import queued_job
    from workers.database.queue.ledger import retry as take_up
    from workers.database.store import open_store
    from workers.queue.dispatch import Broker, sweep

    store, broker = open_store(), Broker()
    queued_job(store, job)
    broker.check()
    number = take_up(store, job)
    sweep(store, broker)
    messages.say(
        f"{messages.counted(number, 'page')} of job {job} taken up again." if number else "There is nothing to retry."
    )
