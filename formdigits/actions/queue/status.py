"""How far a job is: once, or until it has ended."""

from __future__ import annotations

import time

import click

from extractor.errors import ExitCode, ServiceError
from formdigits import messages
from formdigits.actions.queue.export import tell
from formdigits.progress import Progress, clock
from workers.database.jobs import queued_job, queued_jobs, state_of
from workers.database.queue.ledger import looked_at, page_counts, speed, was_begun
from workers.database.store import Store
from workers.job import CANCELLED, FINISHED, QUEUED, WAITING
from workers.queue.dispatch import Broker, sweep

STATUS_EVERY_S = 0.5
SWEEP_S = 5.0
OUTAGE_S = 30.0
"""How long the database may be away while somebody looks on."""

LONELY_S = 10.0
"""When to say that no worker seems to be there."""


def follow(store: Store, broker: Broker, job: str) -> ExitCode | None:
    """Shows the job's progress until it is over. None when it has come to its end; an exit code otherwise.

    The broker may go away meanwhile; so may the database, for as long as `store` has patience.
    """
    started = swept = time.monotonic()
    told = False
    try:
        with Progress() as shown:
            while True:
                state = state_of(store, job)
                if state == QUEUED:
                    shown.update("files", *looked_at(store, job))
                else:
                    found = page_counts(store, job).get(job, {})
                    total = sum(found.values())
                    shown.failed = found.get("failed", 0)
                    shown.update("pages", total - found.get(WAITING, 0), total)
                if state == FINISHED:
                    return None
                if state == CANCELLED:
                    messages.say(f"Job {job} was cancelled.")
                    return ExitCode.SOME_UNREAD
                now = time.monotonic()
                if now - swept > SWEEP_S:
                    swept = now
                    _sweep(store, broker)
                if not told and now - started > LONELY_S:
                    told = True
                    if not was_begun(store, job):
                        messages.say("No worker has taken it yet; start one with 'formdigits worker'.")
                time.sleep(STATUS_EVERY_S)
    except KeyboardInterrupt:
        messages.say(
            f"The job goes on; 'formdigits status {job} --watch' shows it again, 'formdigits cancel {job}' stops it."
        )
        return ExitCode.INTERRUPTED


def show(store: Store, job: str) -> None:
    """One look at one job, on standard output, its counts and failures on standard error."""
    of = queued_job(store, job)
    counts = store.counts(job)
    rate = speed(store, job)
    left = counts.pages - counts.done
    pace = (
        f", {rate:.1f} pages/s, {clock(left / rate)} left"
        if rate and left and of.state not in (FINISHED, CANCELLED)
        else ""
    )
    share = f" ({counts.done / counts.pages:.0%})" if counts.pages else ""
    click.echo(f"Job {job}: {of.state}, {counts.done:,} of {messages.counted(counts.pages, 'page')}{share}{pace}")
    for one in of.options.versions:
        click.echo(f"Form {one.form}: read by version {one.number} of what was learned of it")
    if of.state == QUEUED:
        seen, files = looked_at(store, job)
        click.echo(f"Files looked at: {seen:,} of {files:,}")
    tell(store, job, counts)


def overview(store: Store, broker: Broker) -> None:
    """Every job that is not over, and what waits in the broker."""
    active = [job for job in queued_jobs(store) if job.state not in (FINISHED, CANCELLED)]
    found = page_counts(store) if active else {}
    for job in active:
        of = found.get(job.id, {})
        total = sum(of.values())
        click.echo(
            f"Job {job.id}: {job.state}, {total - of.get(WAITING, 0):,} of {messages.counted(total, 'page')}, "
            f"{speed(store, job.id):.1f} pages/s"
        )
    if not active:
        click.echo("No job is waiting or running.")
    for queue in sorted({job.queue or "" for job in active}):
        click.echo(f"Queue {queue}: {messages.counted(broker.length(queue), 'chunk')} waiting in the broker")


def _sweep(store: Store, broker: Broker) -> None:
    try:
        sweep(store, broker)
    except ServiceError:
        # The workers find it as well; what is away comes back.
        return
