"""Jobs of the queue as people handle them: submitted, added to, cancelled, retried, and how far they are."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlalchemy import Connection, and_, delete, exists, func, insert, or_, select, update

from extractor.values import Kind, PageStatus
from workers.database.connection import reading, seconds_now, writing
from workers.database.jobs import add_job
from workers.database.patience import retried
from workers.database.schema import chunks, documents, jobs, pages
from workers.database.store import Store
from workers.job import ACTIVE, CANCELLED, COUNT, DONE, ENTERING, NORMAL, QUEUED, WAITING, FileState, Job
from workers.queue.recipe import Recipe
from workers.review.promise import Promise

FILES_PER_CHUNK = 64
"""Documents that are looked at in one chunk."""

ROWS_AT_ONCE = 2048
"""Documents that go to the database in one transaction, for which all who write wait."""


def same_key(recipe: Recipe, files: Iterable[FileState]) -> str:
    """What makes two submissions the same: recipe, paths, sizes and times."""
    digest = hashlib.sha256(recipe.key.encode())
    for file in files:
        digest.update(json.dumps(file).encode())
    return digest.hexdigest()


def put_in(
    store: Store,
    recipe: Recipe,
    fields: Sequence[tuple[str, Kind]],
    files: Sequence[FileState],
    *,
    queue: str,
    key: str,
    again: bool = False,
    name: str = "",
    promise: Promise | None = None,
    priority: int = NORMAL,
) -> Job:
    """A new job with its documents and the chunks in which they are looked at. It is there whole or not at all: of many
    documents a slice is written at a time, and nobody begins with it before the last.

    With `again`, contents that other jobs have read are no duplicates.
    """
    first, *others = [files[start : start + ROWS_AT_ONCE] for start in range(0, len(files), ROWS_AT_ONCE)] or [[]]
    state = ENTERING if others else QUEUED
    with writing(store.engine) as connection:
        job = add_job(
            connection,
            key,
            recipe.options,
            fields,
            state=state,
            queue=queue,
            recipe=recipe,
            again=again,
            name=name,
            promise=promise,
            priority=priority,
        )
        _add(connection, job.id, first, 0)
    for slice_number, some in enumerate(others, 1):
        with writing(store.engine) as connection:
            _add(connection, job.id, some, slice_number * ROWS_AT_ONCE)
    if others:
        with writing(store.engine) as connection:
            connection.execute(update(jobs).where(jobs.c.id == job.id).values(state=QUEUED))
    return replace(job, state=QUEUED)


def add(store: Store, job: str, files: Sequence[FileState], contents: Sequence[str] = ()) -> None:
    """More documents for a job that is not cancelled, after those that it has; of many a slice at a time."""
    for start in range(0, len(files), ROWS_AT_ONCE):
        some = slice(start, start + ROWS_AT_ONCE)
        with writing(store.engine) as connection:
            wake = update(jobs).where(jobs.c.id == job, jobs.c.state != CANCELLED)
            if connection.execute(wake.values(state=QUEUED, finished=None)).rowcount:
                last = connection.execute(select(func.max(documents.c.number)).where(documents.c.job == job)).scalar()
                _add(connection, job, files[some], last or 0, contents[some])


def _add(
    connection: Connection, job: str, files: Sequence[FileState], after: int, contents: Sequence[str] = ()
) -> None:
    first = next_chunk(connection, job)
    rows = [
        {
            "job": job,
            "number": after + 1 + index,
            "position": after + index,
            "file": file,
            "size": size,
            "modified": modified,
            "content": contents[index] if contents else None,
            "chunk": first + index // FILES_PER_CHUNK,
        }
        for index, (file, size, modified) in enumerate(files)
    ]
    if rows:
        connection.execute(insert(documents), rows)
    sizes = [min(FILES_PER_CHUNK, len(files) - start) for start in range(0, len(files), FILES_PER_CHUNK)]
    new_chunks(connection, job, COUNT, first, sizes)


def new_chunks(connection: Connection, job: str, kind: str, first: int, sizes: Sequence[int]) -> None:
    """Chunks `first`, `first + 1`, … of these sizes, to be sent."""
    rows = [
        {
            "job": job,
            "number": first + index,
            "kind": kind,
            "state": WAITING,
            "tries": 0,
            "claimant": "",
            "lease": 0.0,
            "dispatched": 0.0,
            "size": size,
        }
        for index, size in enumerate(sizes)
    ]
    if rows:
        connection.execute(insert(chunks), rows)


def next_chunk(connection: Connection, job: str) -> int:
    """The number of the job's next chunk."""
    return (connection.execute(select(func.max(chunks.c.number)).where(chunks.c.job == job)).scalar() or 0) + 1


def cancel(store: Store, job: str) -> bool:
    """Gives the job up: no further page is begun. False where it had ended already."""
    with writing(store.engine) as connection:
        stop = update(jobs).where(jobs.c.id == job, jobs.c.state.in_(ACTIVE))
        if not connection.execute(stop.values(state=CANCELLED, finished=time.time())).rowcount:
            return False
        # Whoever is in the middle of one finds out on saving.
        connection.execute(update(chunks).where(chunks.c.job == job, chunks.c.state == WAITING).values(state=DONE))
    return True


def retry(store: Store, job: str) -> int:
    """Takes up the failed pages again, and what a cancelled job has left.

    Returns how many pages that are; a file that nobody has looked at yet counts as one.

    A document of which every page failed is looked at anew, since a better file may be there now.
    """
    mine, ours = pages.c.job == job, documents.c.job == job
    failed = and_(mine, pages.c.status == PageStatus.FAILED.value)
    with writing(store.engine) as connection:
        # The first statement writes, so that SQLite waits for the lock here.
        connection.execute(update(jobs).where(jobs.c.id == job).values(key=jobs.c.key))
        cancelled = connection.execute(select(jobs.c.state).where(jobs.c.id == job)).scalar_one() == CANCELLED
        wanted = or_(failed, and_(mine, pages.c.state == WAITING)) if cancelled else failed
        number = connection.execute(select(func.count()).select_from(pages).where(wanted)).scalar_one()
        other = func.coalesce(pages.c.status, "") != PageStatus.FAILED.value
        hopeless = and_(documents.c.pages > 0, ~exists().where(mine, pages.c.document == documents.c.number, other))
        anew = or_(documents.c.pages.is_(None), hopeless) if cancelled else hopeless
        unseen = select(func.count()).select_from(documents).where(ours, documents.c.pages.is_(None))
        number += connection.execute(unseen).scalar_one() if cancelled else 0
        again = connection.execute(select(documents.c.number).where(ours, anew).order_by(documents.c.position))
        if number:
            _look_again(connection, job, again.scalars().all())
            reset = {"state": WAITING, "status": None, "reason": None, "attempts": 0, "chunk": None}
            connection.execute(update(pages).where(wanted).values(reset))
            connection.execute(update(jobs).where(jobs.c.id == job).values(state=QUEUED, finished=None))
    return number


def _look_again(connection: Connection, job: str, numbers: Sequence[int]) -> None:
    first = next_chunk(connection, job)
    sizes = []
    for start in range(0, len(numbers), FILES_PER_CHUNK):
        some = numbers[start : start + FILES_PER_CHUNK]
        sizes.append(len(some))
        connection.execute(delete(pages).where(pages.c.job == job, pages.c.document.in_(some)))
        unseen = {"pages": None, "content": None, "attempts": 0, "chunk": first + start // FILES_PER_CHUNK}
        these = and_(documents.c.job == job, documents.c.number.in_(some))
        connection.execute(update(documents).where(these).values(unseen))
    new_chunks(connection, job, COUNT, first, sizes)


def speed(store: Store, job: str, window_s: float = 60) -> float:
    """Pages per second in the last `window_s` seconds."""
    with reading(store.engine) as connection:
        now = seconds_now(connection)
        query = select(func.sum(chunks.c.size), func.min(chunks.c.finished)).where(
            chunks.c.job == job, chunks.c.kind != COUNT, chunks.c.finished > now - window_s
        )
        size, since = connection.execute(query).one()
    return float(size or 0) / max(1.0, now - since) if since else 0.0


@retried
def page_counts(store: Store, job: str | None = None) -> dict[str, dict[str, int]]:
    """Pages by status (`waiting` for those to come), by job: quick, for looking again and again."""
    sort = func.coalesce(pages.c.status, WAITING)
    query = select(pages.c.job, sort, func.count()).group_by(pages.c.job, sort)
    if job is not None:
        query = query.where(pages.c.job == job)
    found: dict[str, dict[str, int]] = {}
    with reading(store.engine) as connection:
        for of, status, number in connection.execute(query):
            found.setdefault(of, {})[status] = number
    return found


@retried
def looked_at(store: Store, job: str) -> tuple[int, int]:
    """How many documents have their pages counted, of how many."""
    query = select(func.count(documents.c.pages), func.count()).where(documents.c.job == job)
    with reading(store.engine) as connection:
        row = connection.execute(query).one()
    return row[0], row[1]


def was_begun(store: Store, job: str) -> bool:
    """Whether any worker has taken anything of the job."""
    query = select(func.count()).select_from(chunks).where(chunks.c.job == job, chunks.c.tries > 0)
    with reading(store.engine) as connection:
        return bool(connection.execute(query).scalar_one())


def totals(store: Store) -> tuple[dict[str, int], dict[str, int]]:
    """Jobs of the queue by state, and their pages by status (or state, for those to come)."""
    ours = jobs.c.queue.is_not(None)
    sort = func.coalesce(pages.c.status, pages.c.state)
    of_pages = select(sort, func.count()).where(pages.c.job.in_(select(jobs.c.id).where(ours))).group_by(sort)
    with reading(store.engine) as connection:
        by_state = connection.execute(select(jobs.c.state, func.count()).where(ours).group_by(jobs.c.state))
        return {row[0]: row[1] for row in by_state}, {row[0]: row[1] for row in connection.execute(of_pages)}
