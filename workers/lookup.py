"""Jobs of every kind as they are looked at: those of `read`, of the queue and of the web page alike."""

from __future__ import annotations

from sqlalchemy import select

from workers.database import reading
from workers.job import Job, job_of
from workers.schema import jobs
from workers.store import Store


def find_job(store: Store, job: str) -> Job | None:
    """The job with that id."""
    with reading(store.engine) as connection:
        row = connection.execute(select(jobs).where(jobs.c.id == job)).mappings().first()
    return None if row is None else job_of(row)


def list_jobs(store: Store, limit: int, before: float | None = None) -> list[Job]:
    """At most `limit` jobs, the newest first; with `before`, those that were created before that time."""
    query = select(jobs).order_by(jobs.c.created.desc()).limit(limit)
    if before is not None:
        query = query.where(jobs.c.created < before)
    with reading(store.engine) as connection:
        return [job_of(row) for row in connection.execute(query).mappings()]
