"""Who has which field on the screen: nobody gets one that another has, and what is left lying goes to others."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Text, and_, bindparam, cast, exists, func, not_, select, update

from extractor.template import Rule
from workers.database.connection import reading, seconds_now, writing
from workers.database.outcomes import OF_READING
from workers.database.review.plans import PAGES_AT_ONCE, fill, plan_of
from workers.database.review.show import among, items
from workers.database.schema import corrections, pages, readings, reviews
from workers.database.store import Store
from workers.review.values import FieldKey, Item, Plan, Progress, Seat, Stage, Wanted

FIELD_LEASE_S = 120.0
"""How long a claim is believed without being renewed; a page on the screen renews its claims meanwhile."""

MOST_OF_A_PAGE = 150
"""Fields of a page that one person gets at once; the others come when these are settled."""

KEY_COLUMNS = (reviews.c.job, reviews.c.document, reviews.c.page, reviews.c.position)


ANY = Wanted()


def claim(store: Store, job: str, seat: Seat, count: int, wanted: Wanted = ANY) -> list[Item]:
    """Up to `count` fields of the job, of those `wanted`, for the person at `seat`, whose they are from now on.

    What two people differ over comes first, then what another has answered and wants a second, then what nobody has
    looked at: the least certain first, with the sample mixed in at random. None where nothing is left for this person.
    Raises InputError when there is no such job.
    """
    plan = plan_of(store, job)
    if plan is None:
        return []
    taken = _taken(store, plan, job, seat, count, wanted=wanted)
    # The queue is filled beside the people who draw from it, where there is a server; they wait for it only at its end.
    while len(taken) < count and fill(store, job, PAGES_AT_ONCE):
        taken += _taken(store, plan, job, seat, count - len(taken), wanted=wanted)
    return items(store, taken, seat.name)


def _taken(store: Store, plan: Plan, job: str, seat: Seat, count: int, *, wanted: Wanted) -> list[FieldKey]:
    """The next fields for the person, those that there are."""
    taken: list[FieldKey] = []
    with reading(store.engine) as connection:
        ranges = _ranges(connection, job, seat.person)
    with writing(store.engine) as connection:
        now = seconds_now(connection)
        while len(taken) < count:
            key = _next(connection, ranges, plan, seat, now, job=job, wanted=wanted)
            if key is None:
                break
            taken.append(key)
    return taken


def claim_page(store: Store, job: str, seat: Seat, wanted: Wanted = ANY) -> list[Item]:
    """The fields that wait for the person at `seat` on the page of the field that comes next for them, whose they are
    from now on; in the form's order. None where nothing is left. Raises InputError when there is no such job."""
    first = claim(store, job, seat, 1, wanted)
    if not first:
        return []
    key = first[0].key
    of_page = and_(reviews.c.document == key.document, reviews.c.page == key.page)
    with reading(store.engine) as connection:
        ranges = _ranges(connection, job, seat.person)
    taken = [key]
    with writing(store.engine) as connection:
        now = seconds_now(connection)
        for one in ranges:
            rest = update(reviews).where(_in_range(one.stage is Stage.THIRD), of_page, reviews.c.lease < now)
            mine: Any = rest.values(claimant=seat.window, lease=now + FIELD_LEASE_S).returning(*KEY_COLUMNS)
            of_range = {"of_job": job, "of_stage": one.stage.value, "of_keyer": one.keyed_by, "by_person": seat.person}
            taken += [FieldKey(*row) for row in connection.execute(mine, of_range)]
        taken.sort()
        if more := taken[MOST_OF_A_PAGE:]:
            beyond = reviews.c.position.in_([one.position for one in more])
            back = update(reviews).where(reviews.c.job == job, of_page, beyond, reviews.c.claimant == seat.window)
            connection.execute(back.values(claimant="", lease=0.0))
    return items(store, taken[:MOST_OF_A_PAGE], seat.name)


def take(store: Store, key: FieldKey, seat: Seat) -> Item | None:
    """One field in particular, to look at it again; None where there is none, or another has it on the screen.

    Raises InputError when there is no such job.
    """
    plan_of(store, key.job)
    with writing(store.engine) as connection:
        now = seconds_now(connection)
        free = (reviews.c.lease < now) | (reviews.c.claimant == seat.window)
        mine = update(reviews).where(at(key), free).values(claimant=seat.window, lease=now + FIELD_LEASE_S)
        if not connection.execute(mine).rowcount:
            return None
    return next(iter(items(store, [key], seat.name)), None)


def skip(store: Store, key: FieldKey, seat: Seat) -> None:
    """Puts a field back, behind all that were skipped less often."""
    with writing(store.engine) as connection:
        mine = update(reviews).where(at(key), reviews.c.claimant == seat.window)
        connection.execute(mine.values(turn=reviews.c.turn + 1, claimant="", lease=0.0))


def renew(store: Store, seat: Seat, keys: Sequence[FieldKey]) -> None:
    """Makes the claims hold on. One that has gone to another since stays there."""
    if not keys:
        return
    with writing(store.engine) as connection:
        now = seconds_now(connection)
        mine = and_(reviews.c.claimant == seat.window, among(reviews, keys))
        connection.execute(update(reviews).where(mine).values(lease=now + FIELD_LEASE_S))


def release(store: Store, seat: Seat) -> None:
    """Gives back all that the window had, as it is closed."""
    with writing(store.engine) as connection:
        mine = update(reviews).where(reviews.c.claimant == seat.window)
        connection.execute(mine.values(claimant="", lease=0.0))


def progress(store: Store, job: str) -> Progress:
    """How many fields are how far."""
    ours = reviews.c.job == job
    by_stage = select(reviews.c.stage, func.count()).where(ours).group_by(reviews.c.stage)
    # Counted apart, since the index of the queue knows nothing of them; all of them are settled.
    mended = select(func.count()).select_from(reviews).where(ours, reviews.c.mended)
    with reading(store.engine) as connection:
        found = {row[0]: row[1] for row in connection.execute(by_stage)}
        beside = connection.execute(mended).scalar_one()
    return Progress(
        first=found.get(Stage.FIRST, 0),
        second=found.get(Stage.SECOND, 0),
        third=found.get(Stage.THIRD, 0),
        settled=found.get(Stage.SETTLED, 0) - beside,
    )


def at(key: FieldKey) -> ColumnElement[bool]:
    """The row of that field."""
    return and_(
        reviews.c.job == key.job,
        reviews.c.document == key.document,
        reviews.c.page == key.page,
        reviews.c.position == key.position,
    )


class _Range(NamedTuple):
    """Fields that are so far, and wait for a second person if `keyed_by` is the first: a range of the index, of which
    the first row is found at once."""

    stage: Stage
    keyed_by: str = ""


def _ranges(connection: Connection, job: str, person: str) -> list[_Range]:
    """What the person may get, the most wanted first."""
    others = (_Range(Stage.SECOND, name) for name in _first_keyers(connection, job) if name != person)
    return [_Range(Stage.THIRD), *others, _Range(Stage.FIRST)]


def _first_keyers(connection: Connection, job: str) -> Iterator[str]:
    """Whose answers wait for a second: one step in the index for each, however many answers there are."""
    last = ""
    while True:
        query = select(func.min(reviews.c.keyed_by)).where(
            reviews.c.job == job, reviews.c.stage == Stage.SECOND, reviews.c.keyed_by > last
        )
        name = connection.execute(query).scalar()
        if name is None:
            return
        yield name
        last = name


def _in_range(third: bool) -> ColumnElement[bool]:
    """The rows of a range, whose parts are parameters. Who has answered decides nothing for a third time."""
    which = and_(
        reviews.c.job == bindparam("of_job"),
        reviews.c.stage == bindparam("of_stage"),
        reviews.c.keyed_by == bindparam("of_keyer"),
    )
    if not third:
        return which
    answered = exists().where(
        corrections.c.job == reviews.c.job,
        corrections.c.document == reviews.c.document,
        corrections.c.page == reviews.c.page,
        corrections.c.position == reviews.c.position,
        corrections.c.person == bindparam("by_person"),
    )
    return and_(which, not_(answered))


def _is_wanted(wanted: Wanted) -> ColumnElement[bool]:
    """Whether a row of the queue is such a field."""
    of_page = and_(pages.c.job == reviews.c.job, pages.c.document == reviews.c.document, pages.c.page == reviews.c.page)
    parts = [OF_READING, readings.c.confidence >= wanted.least, readings.c.confidence < wanted.most]
    if wanted.field:
        parts.append(_is_column(wanted.field))
    if wanted.rule:
        parts.append(_breaks(cast(readings.c.rules, Text), wanted.rule))
    conditions = [exists().where(*parts)]
    if wanted.form:
        conditions.append(exists().where(of_page, pages.c.form == wanted.form))
    return and_(*conditions)


def _is_column(name: str) -> ColumnElement[bool]:
    """Whether a reading is of that field, or for a column of a table (`patients.fee`) of that column in any line."""
    table, point, column = name.partition(".")
    if not point or "." in column:
        return readings.c.field == name
    return and_(
        readings.c.field.startswith(f"{table}.", autoescape=True),
        readings.c.field.endswith(f".{column}", autoescape=True),
    )


def _breaks(rules: ColumnElement[str], wanted: str) -> ColumnElement[bool]:
    """Whether `rules`, as the JSON has them, quotes and all, hold the rule, or one of a table's lines for any line."""
    table, comparison = Rule(wanted).table, Rule(wanted).comparison
    if not table or "." in table:
        return rules.contains(json.dumps(wanted), autoescape=True)
    ending = json.dumps(f": {comparison}")[1:]
    return and_(rules.contains(f'"{table}.', autoescape=True), rules.contains(ending, autoescape=True))


def _next(
    connection: Connection, ranges: Sequence[_Range], plan: Plan, seat: Seat, now: float, *, job: str, wanted: Wanted
) -> FieldKey | None:
    for which in ranges:
        # At random, so that the sample is spread evenly over the doubtful ones until both are done.
        of_sample = random.random() * max(1, plan.doubtful + plan.sampled) < plan.sampled
        for sample in (of_sample, not of_sample) if plan.sampled else (False,):
            values = {
                **{"of_job": job, "of_stage": which.stage.value, "of_keyer": which.keyed_by, "by_person": seat.person},
                **{"of_sample": sample, "now": now, "window": seat.window, "until": now + FIELD_LEASE_S},
            }
            row = connection.execute(_take_first(which.stage is Stage.THIRD, wanted), values).first()
            if row is not None:
                return FieldKey(*row)
    return None


@lru_cache(maxsize=64)
def _take_first(third: bool, wanted: Wanted) -> Any:
    """Takes the first field of a range that is free. Put together once, since it takes longer than what it does, while
    nobody else can write."""
    conditions = [_in_range(third), reviews.c.sample == bindparam("of_sample"), reviews.c.lease < bindparam("now")]
    if not wanted.is_any:
        conditions.append(_is_wanted(wanted))
    # A common table expression: PostgreSQL evaluates it once, and locks one row.
    free = (
        select(*KEY_COLUMNS)
        .where(*conditions)
        .order_by(reviews.c.turn, reviews.c.rank)
        .limit(1)
        .with_for_update(skip_locked=True)
        .cte("free")
    )
    this = and_(*(column == free.c[column.name] for column in KEY_COLUMNS))
    mine = update(reviews).where(this).values(claimant=bindparam("window"), lease=bindparam("until"))
    return mine.returning(*KEY_COLUMNS)
