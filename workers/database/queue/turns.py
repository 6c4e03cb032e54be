"""Whose turn it is: jobs of a queue share the workers, and a small one is read at once."""

from __future__ import annotations

import random
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, exists, func, select, update

from workers.database.connection import reading, seconds_now, writing
from workers.database.patience import retried
from workers.database.schema import chunks, documents, jobs, pages
from workers.database.store import Store
from workers.job import ACTIVE, RUNNING, WAITING

SMALL = 64
"""A job with so many pages (or documents) to do is small, and comes before the larger ones of its priority."""

FOR_THE_LARGE = 0.25
"""The share of turns in which size does not matter, so that many small jobs do not keep a large one from its end."""

AMONG = 16
"""One of so many chunks is taken at random: workers that ask at the same time should not all take the same one."""


class Turn(NamedTuple):
    """A job with chunks to do: its priority, when one of them was last taken, and how much there is to do at least."""

    job: str
    priority: int
    served: float
    size: int

    @property
    def small(self) -> bool:
        return self.size <= SMALL


def order(turns: list[Turn], *, by_size: bool) -> list[Turn]:
    """The jobs by whose turn it is: the highest priority first, `by_size` a small one before a large one, then the one
    that has waited longest."""
    return sorted(turns, key=lambda one: (-one.priority, by_size and not one.small, one.served))


@retried
def due(store: Store, queue: str, claimant: str) -> tuple[str, int] | None:
    """(job, chunk) that whoever has a message of `queue` should do now; None where there is nothing to do.

    `claimant` is the id of the message: one that comes again goes on with the chunk that its process has left.
    """
    with reading(store.engine) as connection:
        mine = select(chunks.c.job, chunks.c.number).where(chunks.c.claimant == claimant, chunks.c.state == WAITING)
        left = connection.execute(mine.limit(1)).one_or_none()
        if left is not None:
            return left.job, left.number
        for turn in order(_turns(connection, queue), by_size=random.random() >= FOR_THE_LARGE):
            free = select(chunks.c.number).where(chunks.c.job == turn.job, _is_free(connection))
            numbers = connection.execute(free.order_by(chunks.c.number).limit(AMONG)).scalars().all()
            if numbers:
                # A small job is done in its order, of which people see the beginning first.
                return turn.job, numbers[0] if turn.small else random.choice(numbers)
    return None


def aside(store: Store, home: str) -> list[Turn]:
    """The jobs that were put aside for the machine whose state is in `home`, by whose turn it is."""
    unread = select(pages.c.page).where(pages.c.job == jobs.c.id, pages.c.state == WAITING).limit(SMALL + 1)
    unseen = select(documents.c.number).where(documents.c.job == jobs.c.id, documents.c.pages.is_(None))
    parts = (unread.correlate(jobs), unseen.limit(SMALL + 1).correlate(jobs))
    sizes = (select(func.count()).select_from(part.subquery()).scalar_subquery() for part in parts)
    query = select(jobs.c.id, jobs.c.priority, jobs.c.served, *sizes).where(
        jobs.c.home == home, jobs.c.state == RUNNING
    )
    with reading(store.engine) as connection:
        rows = connection.execute(query.order_by(jobs.c.created)).all()
    return order([Turn(row[0], row[1], row[2], row[3] + row[4]) for row in rows], by_size=True)


def begin_turn(store: Store, job: str) -> None:
    """Says that the job is read from now on."""
    with writing(store.engine) as connection:
        connection.execute(update(jobs).where(jobs.c.id == job).values(served=seconds_now(connection)))


def set_priority(store: Store, job: str, priority: int) -> None:
    """Gives the job another priority, at once."""
    with writing(store.engine) as connection:
        connection.execute(update(jobs).where(jobs.c.id == job).values(priority=priority))


def _is_free(connection: Connection) -> Any:
    return and_(chunks.c.state == WAITING, chunks.c.lease < seconds_now(connection))


def _turns(connection: Connection, queue: str) -> list[Turn]:
    free = _is_free(connection)
    some = select(chunks.c.size).where(chunks.c.job == jobs.c.id, chunks.c.state == WAITING).limit(SMALL + 1)
    size = select(func.sum(some.correlate(jobs).subquery().c.size)).scalar_subquery()
    query = select(jobs.c.id, jobs.c.priority, jobs.c.served, size).where(
        jobs.c.queue == queue, jobs.c.state.in_(ACTIVE), exists().where(chunks.c.job == jobs.c.id, free)
    )
    return [Turn(row[0], row[1], row[2], row[3] or 0) for row in connection.execute(query)]
