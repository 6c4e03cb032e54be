"""From what a person picked to a job that is read: by the queue's workers where there is a broker, else here."""

from __future__ import annotations

import os
from dataclasses import dataclass

from extractor import reading as extractor_reading
from extractor.errors import InputError, ServiceError
from extractor.reading import ReadOptions
from formdigits.web.settings import Settings
from workers.database.jobs import put_aside
from workers.database.queue.ledger import put_in, same_key
from workers.database.store import Store
from workers.job import FileState, Job
from workers.queue.dispatch import Broker, sweep
from workers.queue.recipe import make_recipe

QUEUE = "formdigits"


@dataclass(frozen=True)
class Picked:
    """Documents by path, template files, and how to read."""

    documents: tuple[str, ...]
    templates: tuple[str, ...]
    single_field: bool
    accept: float


def submit(store: Store, settings: Settings, picked: Picked) -> Job:
    """The job, accepted: from here on it is read, whatever happens to this server.

    Raises InputError, TemplateError, ModelError or ServiceError, and then there is no job.
    """
    if not picked.documents:
        raise InputError("There is nothing to read; send files, or name a folder.")
    if picked.templates and picked.single_field:
        raise InputError("Give either templates or 'every picture is one number', not both.")
    reader = extractor_reading.open_reader(ReadOptions(picked.templates, picked.single_field, picked.accept))
    recipe = make_recipe(picked.templates, single_field=picked.single_field, accept=picked.accept)
    files = [FileState.of(file) for file in picked.documents]
    broker = None if settings.local else reachable()
    if broker is None:
        return put_aside(store, recipe, reader.fields, files, str(settings.home))
    # Whoever sends a file again wants to see it read, though another job has its content.
    key = same_key(recipe, files)
    job = put_in(store, recipe, reader.fields, files, queue=QUEUE, key=key, again=True)
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
