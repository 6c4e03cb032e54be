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
    or_,
    select,
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
"""Values of `pages.reviewed`: to be put into the queue once it is read, being put there, there. The last is higher by
how many times the sample had been made larger then."""

PAGES_AT_ONCE = 500
"""Pages of which the fields are put into the queue in one transaction, for which all who write wait."""

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
    """As `begin_plan`, and all fields are put up for review before it returns."""
    begin_plan(store, job, second=second, sample=sample, blind=blind)
    while fill(store, job, PAGES_AT_ONCE):
        pass
    found = plan_of(store, job)
    assert found is not None
    return found


def begin_plan(store: Store, job: str, *, second: bool, sample: float, blind: bool = False) -> Plan:
    """Begins the review of a job, or changes how it goes on; what is settled stays so. `blind` is for `second` alone.

    The fields of the first pages are put up for review; call `fill` for the others until there are none. `sample` (0
    to 1) can be raised later, and not lowered: a sample that grew thinner would be none. Raises InputError.
    """
    if not 0 <= sample <= 1:
        raise InputError("The sample is a share of the accepted fields; give one from 0 % to 100 %.")
    before = plan_of(store, job)
    if before is not None and sample < before.sample:
        raise InputError(
            f"{before.sample:.3%} of the accepted fields are in the sample already; it can be made larger, not smaller."
        )
    raised = before is not None and sample > before.sample
    while raised and fill(store, job, PAGES_AT_ONCE):
        # What is to be drawn is kept as one share, so nothing may be left of an earlier one.
        pass
    with writing(store.engine) as connection:
        values: dict[str, Any] = {"second": second, "sample": sample, "blind": blind}
        if before is not None and raised:
            values |= {"raised": plans.c.raised + 1, "further": (sample - before.sample) / (1 - before.sample)}
        if not connection.execute(update(plans).where(plans.c.job == job).values(values)).rowcount:
            connection.execute(insert(plans).values(job=job, second=second, sample=sample, blind=blind))
    fill(store, job, PAGES_AT_ONCE)
    found = plan_of(store, job)
    assert found is not None
    return found


def unfilled(store: Store) -> list[str]:
    """The jobs with pages for `fill`."""
    mine = and_(pages.c.job == plans.c.job, pages.c.state == DONE)
    behind = and_(plans.c.raised > 0, exists().where(mine, pages.c.reviewed == IN_QUEUE - 1 + plans.c.raised))
    query = select(plans.c.job).where(or_(exists().where(mine, pages.c.reviewed == WAITS), behind))
    with reading(store.engine) as connection:
        return list(connection.execute(query).scalars())


def fill(store: Store, job: str, most: int) -> bool:
    """Puts the fields of up to `most` pages, read since, into the queue, or draws more of their fields where the sample
    was made larger. Whether there were any; quick where not.

    One transaction, of some milliseconds per thousand fields. Does nothing for a job without a plan.
    """
    with reading(store.engine) as connection:
        plan = connection.execute(select(plans).where(plans.c.job == job)).one_or_none()
        stage = None if plan is None else _stage_of_pages(connection, job, plan)
        if stage is None:
            return False
        # The next ones by the order of their index, so that nothing is looked at but them.
        where = and_(pages.c.job == job, pages.c.reviewed == stage, pages.c.state == DONE)
        order = (pages.c.document, pages.c.page)
        found = connection.execute(select(*order).where(where).order_by(*order).limit(most)).all()
    if not found:
        return True
    (first, _), (last, page) = found[0], found[-1]
    span = and_(
        pages.c.document.between(first, last), or_(pages.c.document < last, pages.c.page <= page), pages.c.job == job
    )
    putting = and_(span, pages.c.reviewed == PUTTING)
    with writing(store.engine) as connection:
        # Marked first: what others are reading now is put up later.
        connection.execute(update(pages).where(span, where).values(reviewed=PUTTING))
        plan = connection.execute(select(plans).where(plans.c.job == job)).one()
        if stage == WAITS:
            _take_over(connection, job, putting, first, last)
            _put(connection, job, _fields(connection, putting, FieldStatus.REVIEW), sample=False)
        share = plan.sample if stage == WAITS else plan.further
        if share > 0:
            lots = _fields(connection, putting, FieldStatus.ACCEPTED).where(_lot(connection) < share)
            _put(connection, job, lots, sample=True)
        # As they are now in the queue by the plan that was read here, they are behind one that was raised since.
        connection.execute(update(pages).where(putting).values(reviewed=IN_QUEUE + plan.raised))
    return True


def _stage_of_pages(connection: Connection, job: str, plan: Any) -> int | None:
    """Of which `reviewed` there are pages for `fill`: not in the queue, or put there before the sample was raised."""
    behind = [IN_QUEUE + int(plan.raised) - 1] if plan.raised else []
    for stage in (WAITS, *behind):
        which = and_(pages.c.job == job, pages.c.reviewed == stage, pages.c.state == DONE)
        if connection.execute(select(pages.c.page).where(which).limit(1)).first() is not None:
            return stage
    return None


def _take_over(connection: Connection, job: str, putting: ColumnElement[bool], first: int, last: int) -> None:
    """Doubtful fields of these pages, of the documents `first` to `last`, that somebody mended before they were up for
    review are among those that are."""
    of_these = exists().where(putting, pages.c.document == reviews.c.document, pages.c.page == reviews.c.page)
    span = reviews.c.document.between(first, last)
    mended = and_(reviews.c.job == job, reviews.c.mended, span, reviews.c.was == FieldStatus.REVIEW.value, of_these)
    stage = case((reviews.c.kind.is_(None), Stage.FIRST.value), else_=Stage.SETTLED.value)
    taken = connection.execute(update(reviews).where(mended).values(mended=False, stage=stage)).rowcount
    if taken:
        connection.execute(update(plans).where(plans.c.job == job).values(doubtful=plans.c.doubtful + taken))


def _fields(connection: Connection, putting: ColumnElement[bool], status: FieldStatus) -> Any:
    """The fields of that status on pages that are being put up, those left out that are there already."""
    of_page = and_(
        readings.c.job == pages.c.job, readings.c.document == pages.c.document, readings.c.page == pages.c.page
    )
    rows = _rows(connection, sample=status is FieldStatus.ACCEPTED).select_from(pages.join(readings, of_page))
    return rows.where(putting, readings.c.status == status.value, ~exists().where(OF_READING))


def _rows(connection: Connection, *, sample: bool) -> Any:
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


def _put(connection: Connection, job: str, rows: Any, *, sample: bool) -> None:
    added = connection.execute(insert(reviews).from_select(REVIEW_COLUMNS, rows), execution_options=COUNT_ROWS).rowcount
    counter = plans.c.sampled if sample else plans.c.doubtful
    connection.execute(update(plans).where(plans.c.job == job).values({counter: counter + added}))


def _lot(connection: Connection) -> ColumnElement[Any]:
    """A number from 0 to below 1, another for each row."""
    if connection.dialect.name == "sqlite":
        # 32 of the 64 bits that SQLite gives.
        return cast(func.random().op("&")(0xFFFFFFFF), Float) / 4294967296.0
    return func.random()
