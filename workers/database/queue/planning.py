"""A job's steps: its documents are looked at, duplicates are marked, chunks are made and read, and it is finished."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, Exists, and_, bindparam, exists, func, or_, select, update

from extractor.values import PageStatus
from workers.database.connection import reading, seconds_now, writing
from workers.database.patience import retried
from workers.database.queue.ledger import new_chunks, next_chunk
from workers.database.schema import chunks, documents, jobs, pages
from workers.database.store import Store
from workers.job import CANCELLED, COUNT, DONE, FINISHED, QUEUED, READ, RUNNING, WAITING
from workers.work import CHUNK

PARTS = 32
"""A job is cut into so many chunks at least, for as many workers as there may be, where it has the pages."""


@retried
def advance(store: Store, job: str) -> None:
    """Takes the job to its next step if this one is done. Several may call it at once; one of them does it."""
    looking, open_chunk = _looking(job), _open(job)
    # Looked up first: nearly always there is nothing to do, and nobody should wait for the writer's lock then.
    with reading(store.engine) as connection:
        state = connection.execute(select(jobs.c.state).where(jobs.c.id == job, _due(job))).scalar()
    if state == QUEUED:
        with writing(store.engine) as connection:
            begin = update(jobs).where(jobs.c.id == job, jobs.c.state == QUEUED, ~looking)
            if connection.execute(begin.values(state=RUNNING)).rowcount:
                _tell_duplicates(connection, job)
                _cut(connection, job)
    if state is not None:
        with writing(store.engine) as connection:
            end = update(jobs).where(jobs.c.id == job, jobs.c.state == RUNNING, ~open_chunk)
            connection.execute(end.values(state=FINISHED, finished=seconds_now(connection)))


def stalled(store: Store) -> list[str]:
    """Jobs that wait for a step which nobody has taken, since who should have was killed."""
    with reading(store.engine) as connection:
        query = select(jobs.c.id).where(jobs.c.queue.is_not(None), _due(jobs.c.id))
        return list(connection.execute(query).scalars())


def _looking(job: str | ColumnElement[str]) -> Exists:
    return exists().where(chunks.c.job == job, chunks.c.state == WAITING, chunks.c.kind == COUNT)


def _open(job: str | ColumnElement[str]) -> Exists:
    return exists().where(chunks.c.job == job, chunks.c.state == WAITING)


def _due(job: str | ColumnElement[str]) -> ColumnElement[bool]:
    return or_(and_(jobs.c.state == QUEUED, ~_looking(job)), and_(jobs.c.state == RUNNING, ~_open(job)))


def _tell_duplicates(connection: Connection, job: str) -> None:
    """Marks documents of which this job, or an earlier one of the same recipe, has the content already.

    Of several in one job the first in order is read, whichever was looked at first: the output does not depend on
    who was quicker.
    """
    mine = connection.execute(select(jobs.c.recipe, jobs.c.created, jobs.c.again).where(jobs.c.id == job)).one()
    fresh = and_(documents.c.job == job, documents.c.chunk.is_not(None), documents.c.content.is_not(None))
    firsts = (
        select(documents.c.content, func.min(documents.c.position))
        .where(documents.c.job == job, documents.c.content.is_not(None))
        .group_by(documents.c.content)
    )
    first = {row[0]: row[1] for row in connection.execute(firsts)}
    elsewhere: dict[str, tuple[str, str]] = {}
    if not mine.again:
        other, also = documents.alias("other"), jobs.alias("also")
        # A page that failed there deserves to be tried here.
        failed = exists().where(
            pages.c.job == other.c.job,
            pages.c.document == other.c.number,
            pages.c.status == PageStatus.FAILED.value,
        )
        query = (
            select(other.c.content, other.c.file, other.c.job)
            .join_from(other, also, also.c.id == other.c.job)
            .where(
                other.c.content.in_(select(documents.c.content).where(fresh)),
                also.c.recipe == mine.recipe,
                also.c.created < mine.created,
                also.c.state != CANCELLED,
                ~failed,
            )
            .order_by(also.c.created, other.c.position)
        )
        for content, file, there in connection.execute(query):
            elsewhere.setdefault(content, (file, there))
    values = []
    originals: dict[int, str] = {}
    for row in connection.execute(select(documents.c.number, documents.c.position, documents.c.content).where(fresh)):
        if row.content in elsewhere:
            file, there = elsewhere[row.content]
            values.append({"of": row.number, "why": f"It has the content of {file}, which job {there} has read."})
        elif (at := first[row.content]) != row.position:
            if at not in originals:
                original = select(documents.c.file).where(documents.c.job == job, documents.c.position == at)
                originals[at] = connection.execute(original).scalar_one()
            values.append({"of": row.number, "why": f"It has the content of {originals[at]}."})
    mark = update(pages).where(pages.c.job == job, pages.c.document == bindparam("of"), pages.c.state == WAITING)
    if values:
        status = PageStatus.DUPLICATE.value
        connection.execute(
            mark.values(state=DONE, status=status, form="", fit=0.0, rules=[], reason=bindparam("why")), values
        )
    connection.execute(update(documents).where(documents.c.job == job).values(chunk=None))


def _cut(connection: Connection, job: str) -> None:
    """Puts every waiting page that is in no chunk into one, in the order of the output."""
    query = (
        select(pages.c.document, pages.c.page)
        .join_from(documents, pages, and_(pages.c.job == documents.c.job, pages.c.document == documents.c.number))
        .where(documents.c.job == job, pages.c.state == WAITING, pages.c.chunk.is_(None))
        .order_by(documents.c.position, pages.c.page)
    )
    found = connection.execute(query).all()
    size = min(CHUNK, max(1, len(found) // PARTS))
    first = next_chunk(connection, job)
    put = update(pages).where(pages.c.job == job, pages.c.document == bindparam("of"), pages.c.page == bindparam("at"))
    if found:
        values = [{"of": row.document, "at": row.page, "to": first + index // size} for index, row in enumerate(found)]
        connection.execute(put.values(chunk=bindparam("to")), values)
    sizes = [min(size, len(found) - start) for start in range(0, len(found), size)]
    new_chunks(connection, job, READ, first, sizes)
