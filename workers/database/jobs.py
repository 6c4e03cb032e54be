"""The job repository: where a job's row is written, and where jobs of every kind are found."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import Connection, Select, exists, func, insert, or_, select, update

from extractor.errors import InputError
from extractor.options import ReadOptions
from extractor.values import Kind
from workers.database.connection import Database, reading, writing
from workers.database.outcomes import DOUBTFUL
from workers.database.patience import retried
from workers.database.recipes import keep_files
from workers.database.schema import documents, job_forms, jobs, pages, promises
from workers.job import ACTIVE, CANCELLED, ENTERING, NORMAL, RUNNING, FileState, Job, job_of, new_id
from workers.queue.recipe import Recipe
from workers.review.promise import Promise

DOCUMENTS_ASIDE_AT_ONCE = 2000
"""Documents that are written down in one transaction, for which all who write wait."""

log = logging.getLogger(__name__)


def add_job(
    connection: Connection,
    key: str,
    options: ReadOptions,
    fields: Sequence[tuple[str, Kind]],
    *,
    state: str = RUNNING,
    queue: str | None = None,
    recipe: Recipe | None = None,
    home: str | None = None,
    again: bool = False,
    name: str = "",
    forms: Mapping[str, str] | None = None,
    promise: Promise | None = None,
    priority: int = NORMAL,
) -> Job:
    """A new job without documents, its recipe kept with it, as a part of the connection's transaction. `forms` are
    those of the recipe, else as `form_keys` has them."""
    of = recipe.key if recipe else None
    job = Job(new_id(), key, state, options, tuple(fields), time.time(), None, queue, of, home, again, name, priority)
    row = {**asdict(job), "options": options.to_dict(), "fields": [[name, kind.value] for name, kind in fields]}
    connection.execute(insert(jobs).values(row))
    if recipe:
        keep_files(connection, recipe.key, recipe.files)
        forms = recipe.forms
    if forms:
        rows = [{"job": job.id, "form": form, "reads": reads} for form, reads in forms.items()]
        connection.execute(insert(job_forms), rows)
    if promise is not None:
        connection.execute(insert(promises).values(job=job.id, promise=promise.to_dict()))
    return job


def put_aside(
    store: Database,
    recipe: Recipe,
    fields: Sequence[tuple[str, Kind]],
    files: Sequence[FileState],
    *,
    home: str,
    name: str = "",
    promise: Promise | None = None,
    priority: int = NORMAL,
) -> Job:
    """A new job with these documents, to be read on the machine whose state is in `home` by whoever looks after it.

    It is there whole or not at all: of many documents a slice is written at a time, and nobody begins before the last.
    """
    with writing(store.engine) as connection:
        job = add_job(
            connection,
            secrets.token_hex(32),
            recipe.options,
            fields,
            state=ENTERING,
            recipe=recipe,
            home=home,
            name=name,
            priority=priority,
            promise=promise,
        )
    rows = [{"job": job.id, "number": at + 1, "position": at, **one._asdict()} for at, one in enumerate(files)]
    for start in range(0, len(rows), DOCUMENTS_ASIDE_AT_ONCE):
        with writing(store.engine) as connection:
            connection.execute(insert(documents), rows[start : start + DOCUMENTS_ASIDE_AT_ONCE])
    with writing(store.engine) as connection:
        connection.execute(update(jobs).where(jobs.c.id == job.id).values(state=RUNNING))
    return replace(job, state=RUNNING)


def never_entered(store: Database, before: float) -> list[str]:
    """Jobs that were created before that time, and whose documents were not all written down since who did it died."""
    query = select(jobs.c.id).where(jobs.c.state == ENTERING, jobs.c.created < before)
    with reading(store.engine) as connection:
        return list(connection.execute(query).scalars())


def put_aside_here(store: Database, home: str) -> list[Job]:
    """The jobs that were put aside for that machine and are not over, the oldest first."""
    return _found(store, select(jobs).where(jobs.c.home == home, jobs.c.state == RUNNING).order_by(jobs.c.created))


def find_job(store: Database, job: str) -> Job | None:
    """The job with that id."""
    return next(iter(_found(store, select(jobs).where(jobs.c.id == job))), None)


def find_same(store: Database, key: str) -> Job | None:
    """The newest job of that key that was not cancelled."""
    query = select(jobs).where(jobs.c.key == key, jobs.c.state.not_in((CANCELLED, ENTERING)))
    query = query.order_by(jobs.c.created.desc()).limit(1)
    return next(iter(_found(store, query)), None)


def list_jobs(
    store: Database, limit: int, before: float | None = None, *, search: str = "", to_review: bool = False
) -> list[Job]:
    """At most `limit` jobs, the newest first; with `before`, those that were created before that time.

    With `search`, those of which the id, the name or a document's path holds that text, in whatever case; with
    `to_review`, those with fields that a person should look at and nobody has settled.
    """
    query = select(jobs).order_by(jobs.c.created.desc()).limit(limit)
    if before is not None:
        query = query.where(jobs.c.created < before)
    if search:
        file = exists().where(documents.c.job == jobs.c.id, documents.c.file.icontains(search, autoescape=True))
        query = query.where(
            or_(jobs.c.id == search, jobs.c.name.icontains(search, autoescape=True), file),
        )
    if to_review:
        query = query.where(exists().where(pages.c.job == jobs.c.id, DOUBTFUL))
    return _found(store, query)


def rename(store: Database, job: str, name: str) -> None:
    """Gives the job another name, an empty one takes it away."""
    with writing(store.engine) as connection:
        connection.execute(update(jobs).where(jobs.c.id == job).values(name=name))


def open_jobs(store: Database) -> int:
    """How many jobs are not over."""
    query = select(func.count()).select_from(jobs).where(jobs.c.state.in_(ACTIVE))
    with reading(store.engine) as connection:
        return connection.execute(query).scalar_one()


def queued_job(store: Database, job: str) -> Job:
    """The job of the queue with that id. Raises InputError when there is none."""
    found = find_job(store, job)
    if found is None or found.queue is None:
        raise InputError(f"There is no job {job}; 'formdigits jobs' lists those that there are.")
    return found


def queued_jobs(store: Database, limit: int | None = None) -> list[Job]:
    """Jobs of the queue, the newest first."""
    return _found(store, select(jobs).where(jobs.c.queue.is_not(None)).order_by(jobs.c.created.desc()).limit(limit))


def queue_names(store: Database) -> list[str]:
    """The queues that jobs travel in or have, by name."""
    query = select(jobs.c.queue).where(jobs.c.queue.is_not(None)).distinct().order_by(jobs.c.queue)
    with reading(store.engine) as connection:
        return [str(name) for name in connection.execute(query).scalars()]


@retried
def state_of(store: Database, job: str) -> str:
    """The job's state now."""
    with reading(store.engine) as connection:
        return str(connection.execute(select(jobs.c.state).where(jobs.c.id == job)).scalar_one())


def _found(store: Database, query: Select[Any]) -> list[Job]:
    with reading(store.engine) as connection:
        rows = connection.execute(query).mappings().all()
    found = []
    for row in rows:
        try:
            found.append(job_of(row))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            # Whatever is wrong with one, the others are there.
            log.warning("job %s is left out: what is kept of it is damaged (%r)", row["id"], error)
    return found
