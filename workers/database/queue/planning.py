"""A job's steps: its documents are looked at, duplicates are marked, chunks are made and read, and it is finished."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, Connection, Exists, and_, bindparam, exists, func, or_, select, update

from extractor.values import PageStatus
from workers.database.connection import reading, seconds_now, writing
from workers.database.patience import retried
from workers.database.queue.ledger import new_chunks, next_chunk
from workers.database.schema import chunks, documents, jobs, pages
from workers.database.store import Store
from workers.job import CANCELLED, COUNT, DONE, ENTERING, FINISHED, QUEUED, READ, RUNNING, WAITING
from workers.work import CHUNK

PARTS = 32
"""A job is cut into so many chunks at least, for as many workers as there may be, where it has the pages."""

DOCUMENTS_TOLD_AT_ONCE, PAGES_CUT_AT_ONCE = 500, 64 * CHUNK
"""Of which one transaction takes care, for which all who write wait."""


@retried
def advance(store: Store, job: str) -> None:
    """Takes the job to its next step if this one is done. Several may call it at once; one of them does it."""
    open_chunk = _open(job)
    # Looked up first: nearly always there is nothing to do, and nobody should wait for the writer's lock then.
    with reading(store.engine) as connection:
        state = connection.execute(select(jobs.c.state).where(jobs.c.id == job, _due(job))).scalar()
    while state == QUEUED and _planned(store, job):
        pass
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


def _planned(store: Store, job: str) -> bool:
    """Takes a slice of a job whose documents were looked at to its next step, in one transaction; False when all are
    there. What is cut first is read while the rest is."""
    with writing(store.engine) as connection:
        # Whoever else does this waits here, and finds the next slice.
        hold = update(jobs).where(jobs.c.id == job, jobs.c.state == QUEUED, ~_looking(job))
        if not connection.execute(hold.values(state=QUEUED)).rowcount:
            return False
        if _tell_duplicates(connection, job) or _cut(connection, job):
            return True
        connection.execute(update(jobs).where(jobs.c.id == job).values(state=RUNNING))
    return False


def _tell_duplicates(connection: Connection, job: str) -> bool:
    """Marks documents, of those that were looked at since, of which this job or an earlier one of the same recipe has
    the content already; a slice of them. False where there are none.

    Of several in one job the first in order is read, whichever was looked at first: the output does not depend on
    who was quicker.
    """
    of = documents.c.job == job
    columns = (documents.c.number, documents.c.position, documents.c.content)
    seen = select(*columns).where(of, documents.c.chunk.is_not(None)).order_by(documents.c.chunk)
    fresh = connection.execute(seen.limit(DOCUMENTS_TOLD_AT_ONCE)).all()
    if not fresh:
        return False
    contents = {row.content for row in fresh if row.content is not None}
    firsts = select(documents.c.content, func.min(documents.c.position)).where(of, documents.c.content.in_(contents))
    first = {row[0]: row[1] for row in connection.execute(firsts.group_by(documents.c.content))}
    elsewhere = _read_elsewhere(connection, job, contents)
    values = []
    originals: dict[int, str] = {}
    for row in fresh:
        if row.content is None:
            continue
        if row.content in elsewhere:
            file, there = elsewhere[row.content]
            values.append({"of": row.number, "why": f"It has the content of {file}, which job {there} has read."})
        elif (at := first[row.content]) != row.position:
            if at not in originals:
                original = select(documents.c.file).where(of, documents.c.position == at)
                originals[at] = connection.execute(original).scalar_one()
            values.append({"of": row.number, "why": f"It has the content of {originals[at]}."})
    mark = update(pages).where(pages.c.job == job, pages.c.document == bindparam("of"), pages.c.state == WAITING)
    if values:
        status = PageStatus.DUPLICATE.value
        connection.execute(
            mark.values(state=DONE, status=status, form="", fit=0.0, rules=[], reason=bindparam("why")), values
        )
    connection.execute(
        update(documents).where(of, documents.c.number.in_([row.number for row in fresh])).values(chunk=None)
    )
    return True


def _read_elsewhere(connection: Connection, job: str, contents: Collection[str]) -> dict[str, tuple[str, str]]:
    """Those of the contents that an earlier job of the same recipe has read: the file and the job."""
    mine = connection.execute(select(jobs.c.recipe, jobs.c.created, jobs.c.again).where(jobs.c.id == job)).one()
    if mine.again or not contents:
        return {}
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
            other.c.content.in_(contents),
            also.c.recipe == mine.recipe,
            also.c.created < mine.created,
            also.c.state.not_in((CANCELLED, ENTERING)),
            ~failed,
        )
        .order_by(also.c.created, other.c.position)
    )
    found: dict[str, tuple[str, str]] = {}
    for content, file, there in connection.execute(query):
        found.setdefault(content, (file, there))
    return found


def _cut(connection: Connection, job: str) -> bool:
    """Puts waiting pages that are in no chunk into some, in the order of the output, which is that of the documents'
    numbers in a queue; a slice of them. False where there are none."""
    which = and_(pages.c.job == job, pages.c.chunk.is_(None), pages.c.state == WAITING)
    order = (pages.c.document, pages.c.page)
    found = connection.execute(select(*order).where(which).order_by(*order).limit(PAGES_CUT_AT_ONCE)).all()
    if not found:
        return False
    size = CHUNK if len(found) == PAGES_CUT_AT_ONCE else min(CHUNK, max(1, len(found) // PARTS))
    first = next_chunk(connection, job)
    put = update(pages).where(pages.c.job == job, pages.c.document == bindparam("of"), pages.c.page == bindparam("at"))
    values = [{"of": row.document, "at": row.page, "to": first + index // size} for index, row in enumerate(found)]
    connection.execute(put.values(chunk=bindparam("to")), values)
    sizes = [min(size, len(found) - start) for start in range(0, len(found), size)]
    new_chunks(connection, job, READ, first, sizes)
    return True
