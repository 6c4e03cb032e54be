"""How a job is reviewed, and its fields put into the queue: the doubtful ones, and some accepted ones at random."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    Double,
    Float,
    Integer,
    String,
    and_,
    case,
    cast,
    exists,
    func,
    insert,
    literal,
    select,
    tuple_,
    update,
)

from extractor.errors import InputError
from extractor.values import FieldStatus
from workers.database.connection import reading, writing
from workers.database.outcomes import OF_READING
from workers.database.schema import jobs, pages, plans, readings, reviews
from workers.database.store import Store
from workers.job import DONE
from workers.review.values import Plan, Stage

WAITS, PUTTING, IN_QUEUE = 0, 1, 2
"""Values of `pages.reviewed`: to be put into the queue once it is read, being put there, there."""

PAGES_AT_ONCE = 2000
"""Pages of which the fields are put into the queue in one transaction."""

COUNT_ROWS = {"preserve_rowcount": True}

REVIEW_COLUMNS = (
    *("job", "document", "page", "position", "sample", "was"),
    *("stage", "keyed_by", "turn", "rank", "claimant", "lease", "answers"),
)


def plan_of(store: Store, job: str) -> Plan | None:
    """How the job is reviewed; None where nobody has begun to. Raises InputError when there is no such job."""
    with reading(store.engine) as connection:
        row = connection.execute(select(plans).where(plans.c.job == job)).one_or_none()
        if row is None and connection.execute(select(jobs.c.id).where(jobs.c.id == job)).one_or_none() is None:
            raise InputError(f"There is no job {job[:40]}; open one from the list of jobs.")
    return None if row is None else Plan(row.second, row.sample, row.doubtful, row.sampled, row.blind)


def set_plan(store: Store, job: str, *, second: bool, sample: float, blind: bool = False) -> Plan:
    """Begins the review of a job, or changes how it goes on; what is settled stays so. `blind` is for `second` alone.

    `sample` (0 to 1) can be raised later, and not lowered: a sample that grew thinner would be none. Raises
    InputError.
    """
    if not 0 <= sample <= 1:
        raise InputError("The sample is a share of the accepted fields; give one from 0 % to 100 %.")
    before = plan_of(store, job)
    if before is not None and sample < before.sample:
        raise InputError(
            f"{before.sample:.3%} of the accepted fields are in the sample already; it can be made larger, not smaller."
        )
    with writing(store.engine) as connection:
        change = update(plans).where(plans.c.job == job)
        if not connection.execute(change.values(second=second, sample=sample, blind=blind)).rowcount:
            connection.execute(insert(plans).values(job=job, second=second, sample=sample, blind=blind))
        elif before is not None and sample > before.sample:
            _draw_more(connection, job, (sample - before.sample) / (1 - before.sample))
    while fill(store, job, PAGES_AT_ONCE):
        pass
    found = plan_of(store, job)
    assert found is not None
    return found


def fill(store: Store, job: str, most: int) -> bool:
    """Puts the fields of up to `most` pages, read since, into the queue. Whether there were any; quick where not.

    Does nothing for a job without a plan.
    """
    fresh = and_(pages.c.job == job, pages.c.reviewed == WAITS, pages.c.state == DONE)
    with reading(store.engine) as connection:
        if connection.execute(select(pages.c.page).where(fresh).limit(1)).first() is None:
            return False
        share = connection.execute(select(plans.c.sample).where(plans.c.job == job)).scalar()
    if share is None:
        return False
    these = tuple_(pages.c.document, pages.c.page).in_(select(pages.c.document, pages.c.page).where(fresh).limit(most))
    putting = and_(pages.c.job == job, pages.c.reviewed == PUTTING)
    with writing(store.engine) as connection:
        connection.execute(update(pages).where(fresh, these).values(reviewed=PUTTING))
        of_page = and_(
            readings.c.job == pages.c.job, readings.c.document == pages.c.document, readings.c.page == pages.c.page
        )
        doubtful = readings.c.status == FieldStatus.REVIEW.value
        accepted = readings.c.status == FieldStatus.ACCEPTED.value
        _take_over(connection, job, putting)
        there = exists().where(OF_READING)
        for sample, which in ((False, doubtful), (True, and_(accepted, _lot(connection) < share))):
            rows = _rows(connection, sample).select_from(pages.join(readings, of_page)).where(putting, which, ~there)
            _put(connection, job, rows, sample)
        connection.execute(update(pages).where(putting).values(reviewed=IN_QUEUE))
    return True


def _take_over(connection: Connection, job: str, putting: ColumnElement[bool]) -> None:
    """Doubtful fields of these pages that somebody mended before they were up for review are among those that are."""
    of_these = exists().where(putting, pages.c.document == reviews.c.document, pages.c.page == reviews.c.page)
    mended = and_(reviews.c.job == job, reviews.c.mended, reviews.c.was == FieldStatus.REVIEW.value, of_these)
    stage = case((reviews.c.kind.is_(None), Stage.FIRST.value), else_=Stage.SETTLED.value)
    taken = connection.execute(update(reviews).where(mended).values(mended=False, stage=stage)).rowcount
    connection.execute(update(plans).where(plans.c.job == job).values(doubtful=plans.c.doubtful + taken))


def _draw_more(connection: Connection, job: str, share: float) -> None:
    """A further share of the accepted fields that are not in the sample."""
    there = exists().where(OF_READING)
    known = and_(
        pages.c.job == readings.c.job,
        pages.c.document == readings.c.document,
        pages.c.page == readings.c.page,
        pages.c.reviewed == IN_QUEUE,
    )
    accepted = and_(readings.c.job == job, readings.c.status == FieldStatus.ACCEPTED.value)
    rows = _rows(connection, True).select_from(readings.join(pages, known))
    _put(connection, job, rows.where(accepted, ~there, _lot(connection) < share), True)


def _rows(connection: Connection, sample: bool) -> Any:
    # In the sample the order is random as well: taken by certainty, the first half would be no sample.
    rank = _lot(connection) if sample else readings.c.confidence
    return select(
        *(readings.c.job, readings.c.document, readings.c.page, readings.c.position),
        literal(sample, Boolean),
        readings.c.status,
        literal(Stage.FIRST.value, Integer),
        literal("", String),
        literal(0, Integer),
        rank,
        literal("", String),
        literal(0.0, Double),
        literal(0, Integer),
    )


def _put(connection: Connection, job: str, rows: Any, sample: bool) -> None:
    added = connection.execute(insert(reviews).from_select(REVIEW_COLUMNS, rows), execution_options=COUNT_ROWS).rowcount
    counter = plans.c.sampled if sample else plans.c.doubtful
    connection.execute(update(plans).where(plans.c.job == job).values({counter: counter + added}))


def _lot(connection: Connection) -> ColumnElement[Any]:
    """A number from 0 to below 1, another for each row."""
    if connection.dialect.name == "sqlite":
        # 32 of the 64 bits that SQLite gives.
        return cast(func.random().op("&")(0xFFFFFFFF), Float) / 4294967296.0
    return func.random()
