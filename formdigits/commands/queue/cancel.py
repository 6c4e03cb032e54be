"""`formdigits cancel`: give a job up."""

from __future__ import annotations

import click

HELP = """Stop JOB: no further chunk is begun, and chunks that are being read are dropped. What was read can be
exported; 'formdigits retry' takes up the rest.

Exit codes: 0 stopped, or ended already; 2 no such job; 3 the database cannot be reached.
"""


@click.command(help=HELP)
@click.argument("job")
def cancel(job: str) -> None:
    from formdigits import messages
    from workers.database.jobs import queued_job
    from workers.database.queue.ledger import cancel as give_up
    from workers.database.store import open_store

    store = open_store()
    state = queued_job(store, job).state
    messages.say(f"Job {job} is cancelled." if give_up(store, job) else f"Job {job} had ended already ({state}).")
