"""Who works on which chunk. Messages may be lost or come twice; a chunk is done once all the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import Connection, and_, bindparam, exists, or_, select, tuple_, update

from workers.database.connection import reading, seconds_now, writing
from workers.database.patience import retried
from workers.database.schema import chunks, documents, jobs, pages
from workers.database.store import Store
from workers.job import ACTIVE, COUNT, DONE, WAITING, Job, job_of
from workers.work import Outcome, PageKey

CHUNK_LEASE_S = 30.0
"""How long a claim is believed without being renewed: when a machine is gone, others wait so long."""

RENEW_S = 5.0
"""How often the holder of a claim renews it."""

GRACE_S = 10.0
"""How long a message may be under way before it counts as lost."""

SENT_AT_ONCE = 500
"""Chunks that are marked as sent in one transaction."""


class Open(NamedTuple):
    """A page or, with `page` 0, a document that is still to be done, how many times it was begun, and the document's
    `FileState.modified` when it was submitted."""

    key: PageKey
    attempts: int
    modified: int


Looked: TypeAlias = tuple[int, int, str | None]
"""A document's number, how many pages it has, and the hash of its content."""


@dataclass(frozen=True)
class Claim:
    """A chunk that is ours. `tries` above one: somebody began it and did not finish."""

    job: Job
    number: int
    claimant: str
    kind: str
    tries: int
    open: tuple[Open, ...]


@retried
def claim(store: Store, job: str, number: int, claimant: str) -> Claim | None:
    """The chunk, if it is still wanted and in nobody else's hands. `claimant` is the id of the message.

    A message that comes again is that of a process which died, so its claim passes on at once.
    """
    with writing(store.engine) as connection:
        now = seconds_now(connection)
        # The job's row before its chunks', as whoever cancels it does: neither then waits for the other for ever.
        turn = update(jobs).where(jobs.c.id == job, jobs.c.state.in_(ACTIVE))
        if not connection.execute(turn.values(served=now)).rowcount:
            return None
        take = update(chunks).where(
            chunks.c.job == job,
            chunks.c.number == number,
            chunks.c.state == WAITING,
            or_(chunks.c.lease < now, chunks.c.claimant == claimant),
        )
        taken = take.values(tries=chunks.c.tries + 1, claimant=claimant, lease=now + CHUNK_LEASE_S)
        if not connection.execute(taken).rowcount:
            return None
        row = connection.execute(
            select(chunks.c.kind, chunks.c.tries).where(chunks.c.job == job, chunks.c.number == number)
        ).one()
        found = _documents(connection, job, number) if row.kind == COUNT else _pages(connection, job, number)
        of = job_of(connection.execute(select(jobs).where(jobs.c.id == job)).mappings().one())
        if row.kind != COUNT and row.tries == 1:
            begun = update(pages).where(pages.c.job == job, pages.c.chunk == number, pages.c.state == WAITING)
            connection.execute(begun.values(attempts=pages.c.attempts + 1))
    return Claim(of, number, claimant, row.kind, row.tries, found)


def _documents(connection: Connection, job: str, number: int) -> tuple[Open, ...]:
    query = (
        select(documents.c.number, documents.c.file, documents.c.attempts, documents.c.modified)
        .where(documents.c.job == job, documents.c.chunk == number, documents.c.pages.is_(None))
        .order_by(documents.c.position)
    )
    return tuple(
        Open(PageKey(row.number, row.file, 0), row.attempts, row.modified) for row in connection.execute(query)
    )


def _pages(connection: Connection, job: str, number: int) -> tuple[Open, ...]:
    query = (
        select(pages.c.document, documents.c.file, pages.c.page, pages.c.attempts, documents.c.modified)
        .join_from(pages, documents, and_(documents.c.job == pages.c.job, documents.c.number == pages.c.document))
        .where(pages.c.job == job, pages.c.chunk == number, pages.c.state == WAITING)
        .order_by(documents.c.position, pages.c.page)
    )
    return tuple(
        Open(PageKey(row.document, row.file, row.page), row.attempts, row.modified) for row in connection.execute(query)
    )


def renew(store: Store, of: Claim) -> bool:
    """Makes the claim hold on; False when it is ours no more: cancelled, or in other hands."""
    with writing(store.engine) as connection:
        return _still_ours(connection, of)


@retried
def begin(store: Store, of: Claim, one: Open) -> bool:
    """Counts an attempt at one page or document, before it is begun. False when the claim is ours no more."""
    table = documents if one.key.page == 0 else pages
    with writing(store.engine) as connection:
        if not _still_ours(connection, of):
            return False
        begun = update(table).where(table.c.job == of.job.id)
        if one.key.page == 0:
            begun = begun.where(documents.c.number == one.key.document)
        else:
            begun = begun.where(pages.c.document == one.key.document, pages.c.page == one.key.page)
        connection.execute(begun.values(attempts=one.attempts + 1))
    return True


@retried
def save(store: Store, of: Claim, outcomes: Sequence[Outcome], *, last: bool) -> bool:
    """Keeps what was read, in one transaction, and with `last` that the chunk is done. False when not ours."""
    with writing(store.engine) as connection:
        if not _still_ours(connection, of, last=last):
            return False
        store.save_in(connection, of.job.id, outcomes)
    return True


@retried
def save_counts(store: Store, of: Claim, counts: Sequence[Looked], *, last: bool) -> bool:
    """As `save`, for documents that were looked at."""
    with writing(store.engine) as connection:
        if not _still_ours(connection, of, last=last):
            return False
        store.set_page_counts_in(connection, of.job.id, [(number, count) for number, count, _ in counts])
        tell = update(documents).where(documents.c.job == of.job.id, documents.c.number == bindparam("at"))
        if counts:
            values = [{"at": number, "hash": content} for number, _, content in counts]
            connection.execute(tell.values(content=bindparam("hash")), values)
    return True


def _still_ours(connection: Connection, of: Claim, *, last: bool = False) -> bool:
    now = seconds_now(connection)
    mine = update(chunks).where(
        chunks.c.job == of.job.id,
        chunks.c.number == of.number,
        chunks.c.state == WAITING,
        chunks.c.claimant == of.claimant,
    )
    values: dict[str, Any] = {"lease": now + CHUNK_LEASE_S}
    if last:
        values = {"state": DONE, "lease": 0.0, "finished": now}
    return bool(connection.execute(mine.values(values)).rowcount)


def open_queues(store: Store) -> list[tuple[str, str]]:
    """(queue, job) of every job with chunks to do, the oldest job first."""
    query = (
        select(jobs.c.queue, jobs.c.id)
        .where(
            jobs.c.queue.is_not(None),
            jobs.c.state.in_(ACTIVE),
            exists().where(chunks.c.job == jobs.c.id, chunks.c.state == WAITING),
        )
        .order_by(jobs.c.created)
    )
    with reading(store.engine) as connection:
        return [(row.queue, row.id) for row in connection.execute(query)]


def to_send(store: Store, job: str, *, lost: bool) -> list[int]:
    """Chunks of the job for which a message must be sent now, marked as sent; call again until there are none.

    Those that never had one; with `lost`, also those whose message nobody has, as far as can be known.
    """
    with writing(store.engine) as connection:
        now = seconds_now(connection)
        wanted = chunks.c.dispatched == 0
        if lost:
            wanted = or_(wanted, and_(chunks.c.dispatched < now - GRACE_S, chunks.c.lease < now))
        which = and_(chunks.c.job == job, chunks.c.state == WAITING, wanted)
        some = select(chunks.c.job, chunks.c.number).where(which).order_by(chunks.c.number).limit(SENT_AT_ONCE)
        mark = (
            update(chunks)
            .where(which, tuple_(chunks.c.job, chunks.c.number).in_(some))
            .values(dispatched=now)
            .returning(chunks.c.number)
        )
        return sorted(connection.execute(mark).scalars())
