"""From what a person picked to a job that is read: by the queue's workers where there is a broker, else here."""

from __future__ import annotations

import os
from collections.abc import Sequence

from extractor import reading as extractor_reading
from extractor.errors import InputError, ServiceError
from extractor.options import ReadOptions
from formdigits.actions.queue.submit import as_kept, prepared
from formdigits.web.settings import Settings
from workers.database.jobs import open_jobs, put_aside
from workers.database.queue.ledger import put_in, same_key
from workers.database.store import Store
from workers.job import NORMAL, FileState, Job
from workers.queue.dispatch import Broker, sweep
from workers.sandbox import Sandbox

QUEUE = "formdigits"

MOST_OPEN_JOBS = 1000
"""Jobs that are not over; there are no more of them at once."""


def submit(
    store: Store,
    settings: Settings,
    sandbox: Sandbox,
    documents: Sequence[str],
    options: ReadOptions,
    *,
    name: str = "",
    queue: str = QUEUE,
    priority: int = NORMAL,
) -> Job:
    """The job, accepted: from here on it is read, whatever happens to this server.

    Raises InputError, TemplateError, ModelError or ServiceError, and then there is no job.
    """
    if not documents:
        raise InputError("There is nothing to read; send files, or name a folder.")
    if open_jobs(store) >= MOST_OPEN_JOBS:
        raise ServiceError(f"{MOST_OPEN_JOBS} jobs wait to be read already; begin this one when some are over.")
    # Templates and models are opened beside the server. Through the module, so that what stands in for it in tests is
    # used here as well.
    recipe, fields = sandbox.ask(prepared, options, extractor_reading.open_reader)
    options, recipe, fields, promise = as_kept(
        store, options, recipe, fields, lambda learned: sandbox.ask(prepared, learned, extractor_reading.open_reader)
    )
    files = [FileState.of(file) for file in documents]
    broker = None if settings.local else reachable()
    if broker is None:
        return put_aside(
            store, recipe, fields, files, home=str(settings.home), name=name, promise=promise, priority=priority
        )
    # Whoever sends a file again wants to see it read, though another job has its content.
    key = same_key(recipe, files)
    job = put_in(
        store, recipe, fields, files, queue=queue, key=key, again=True, name=name, promise=promise, priority=priority
    )
    try:
        sweep(store, broker)
    except ServiceError:
        # It is kept, and sent as soon as the broker is back.
        return job
    return job


def reachable() -> Broker | None:
    """The broker, if there is one. Raises ServiceError where FORMDIGITS_BROKER_URL names one that cannot be reached."""
    broker = Broker()
    try:
        broker.check()
    except ServiceError:
        if os.environ.get("FORMDIGITS_BROKER_URL"):
            raise
        return None
    return broker
