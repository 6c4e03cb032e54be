"""A job in figures: how much needed nobody, what people found, and how often what was accepted is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, literal, select

from extractor.values import CheckKind, FieldStatus
from workers.database.connection import reading
from workers.database.outcomes import OF_READING
from workers.database.review.field_claims import progress
from workers.database.review.plans import plan_of
from workers.database.review.promises import Standing, standing_of
from workers.database.review.prospects_of_job import prospects_of, usual_pace
from workers.database.schema import corrections, readings, reviews
from workers.database.store import Store
from workers.job import Counts
from workers.review.interval import Rate, measured
from workers.review.prospects import Prospects
from workers.review.values import Plan, Progress, Stage

EDGES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999)
"""Where the bars of the histogram begin: closer where it is decided what a person sees."""

MOST_FIELDS = 20

WITHOUT = (FieldStatus.ACCEPTED.value, FieldStatus.BLANK.value, FieldStatus.VOID.value)


class Bar(NamedTuple):
    """Fields whose confidence was from `low` to below `high`: how many needed nobody, and how many a person."""

    low: float
    high: float
    without: int
    review: int


class FieldTrouble(NamedTuple):
    """A field of the form: how often it was read, went to review, was checked by people, and was changed by them."""

    field: str
    read: int
    review: int
    checked: int
    changed: int


LONGEST_PAUSE_S = 300.0
"""A longer time between two answers of a person is a pause and no work."""


class Reviewer(NamedTuple):
    """A person: fields answered, how many of the answers changed what was read, and the last answer's time.

    Of the fields that others have answered too, `agreed` of `compared` came out as this person said. `seconds` is the
    median time from one answer to the next, pauses left out; None with fewer than two answers.
    """

    name: str
    answers: int
    changed: int
    last: float
    agreed: int
    compared: int
    seconds: float | None


@dataclass(frozen=True)
class Report:
    """The figures of one job. `straight` counts the fields that were read without a person (accepted, blank or void).

    `outcomes` are doubtful fields by what people said; `mended` are fields that were changed though nobody had put them
    up for review; `error` is measured on the sample of accepted fields, None
    while nobody has looked at any. `standing` is how what was promised stands, `prospects` what the answers on these
    forms let promise; None where nothing is known of that.
    """

    counts: Counts
    straight: int
    review: int
    plan: Plan | None
    progress: Progress
    outcomes: dict[CheckKind, int]
    mended: int
    error: Rate | None
    histogram: tuple[Bar, ...]
    troubles: tuple[FieldTrouble, ...]
    reviewers: tuple[Reviewer, ...]
    standing: Standing | None = None
    prospects: Prospects | None = None

    @property
    def fields(self) -> int:
        return self.straight + self.review

    @property
    def straight_share(self) -> float:
        """The straight-through rate, 0 to 1; 0 for a job without fields."""
        return self.straight / self.fields if self.fields else 0.0


def report_of(store: Store, job: str) -> Report:
    """The figures of the job as they are now. Raises InputError when there is no such job."""
    plan = plan_of(store, job)
    by_status, histogram = _confidences(store, job)
    outcomes = _outcomes(store, job)
    sample = outcomes[True]
    reviewers = _reviewers(store, job)
    return Report(
        counts=store.counts(job),
        straight=sum(by_status[name] for name in WITHOUT),
        review=by_status[FieldStatus.REVIEW.value],
        plan=plan,
        progress=progress(store, job),
        outcomes={kind: outcomes[False][kind] for kind in CheckKind if kind is not CheckKind.UNDO},
        mended=_mended(store, job),
        error=measured(sample.total() - sample[CheckKind.ACCEPT], sample.total()) if sample else None,
        histogram=histogram,
        troubles=_troubles(store, job),
        reviewers=reviewers,
        standing=standing_of(store, job),
        prospects=prospects_of(store, job, usual_pace([one.seconds for one in reviewers])),
    )


def _confidences(store: Store, job: str) -> tuple[Counter[str], tuple[Bar, ...]]:
    bar = case(*((readings.c.confidence >= edge, index) for index, edge in reversed(list(enumerate(EDGES)))), else_=0)
    query = select(bar, readings.c.status, func.count()).where(readings.c.job == job).group_by(bar, readings.c.status)
    by_status: Counter[str] = Counter()
    by_bar: Counter[tuple[int, bool]] = Counter()
    with reading(store.engine) as connection:
        for index, status, count in connection.execute(query):
            by_status[status] += count
            by_bar[index, status in WITHOUT] += count
    ends = (*EDGES[1:], 1.0)
    bars = tuple(Bar(EDGES[i], ends[i], by_bar[i, True], by_bar[i, False]) for i in range(len(EDGES)))
    return by_status, bars


def _outcomes(store: Store, job: str) -> dict[bool, Counter[CheckKind]]:
    """Settled fields by what became of them: True for the sample, False for the doubtful ones."""
    query = (
        select(reviews.c.sample, reviews.c.kind, func.count())
        .where(reviews.c.job == job, reviews.c.stage == Stage.SETTLED, reviews.c.kind.is_not(None), ~reviews.c.mended)
        .group_by(reviews.c.sample, reviews.c.kind)
    )
    found: dict[bool, Counter[CheckKind]] = {True: Counter(), False: Counter()}
    with reading(store.engine) as connection:
        for sample, kind, count in connection.execute(query):
            found[bool(sample)][CheckKind(kind)] += count
    return found


def _mended(store: Store, job: str) -> int:
    changed = and_(reviews.c.kind.is_not(None), reviews.c.kind != CheckKind.ACCEPT.value)
    query = select(func.count()).select_from(reviews).where(reviews.c.job == job, reviews.c.mended, changed)
    with reading(store.engine) as connection:
        return connection.execute(query).scalar_one()


def _troubles(store: Store, job: str) -> tuple[FieldTrouble, ...]:
    """The fields that people have to look at most often."""
    settled = and_(reviews.c.stage == Stage.SETTLED, reviews.c.kind.is_not(None))
    checked, changed = _count(settled), _count(and_(settled, reviews.c.kind != CheckKind.ACCEPT.value))
    review = _count(readings.c.status == FieldStatus.REVIEW.value)
    query = (
        select(readings.c.field, func.count(), review, checked, changed)
        .outerjoin_from(readings, reviews, OF_READING)
        .where(readings.c.job == job)
        .group_by(readings.c.field)
        .having((review > 0) | (changed > 0))
        .order_by(review.desc(), changed.desc(), readings.c.field)
        .limit(MOST_FIELDS)
    )
    with reading(store.engine) as connection:
        return tuple(FieldTrouble(*row) for row in connection.execute(query))


def _reviewers(store: Store, job: str) -> tuple[Reviewer, ...]:
    spot = (corrections.c.document, corrections.c.page, corrections.c.position)
    said = select(
        *(corrections.c.person, corrections.c.by, corrections.c.at, corrections.c.kind, *spot),
        *(corrections.c.status, corrections.c.value),
    )
    settled = select(*(reviews.c[column.name] for column in spot), reviews.c.status, reviews.c.value)
    with reading(store.engine) as connection:
        rows = connection.execute(said.where(corrections.c.job == job).order_by(corrections.c.id)).all()
        ends = settled.where(reviews.c.job == job, reviews.c.kind.is_not(None))
        outcomes = {tuple(row[:3]): tuple(row[3:]) for row in connection.execute(ends)} if rows else {}
    words: dict[tuple[int, int, int], dict[str, tuple[str, str]]] = {}
    people: dict[str, list[Any]] = {}
    for row in rows:
        people.setdefault(row.person, []).append(row)
        if row.kind != CheckKind.UNDO:
            words.setdefault((row.document, row.page, row.position), {})[row.person] = (row.status, row.value)
    agreed, compared = Counter[str](), Counter[str]()
    for place, by_person in words.items():
        if len(by_person) > 1 and place in outcomes:
            for person, word in by_person.items():
                compared[person] += 1
                agreed[person] += word == outcomes[place]
    found = [_reviewer(mine, agreed[person], compared[person]) for person, mine in people.items()]
    return tuple(sorted(found, key=lambda one: (-one.answers, one.name)))


def _reviewer(mine: Sequence[Any], agreed: int, compared: int) -> Reviewer:
    gaps = [after.at - before.at for before, after in pairwise(mine) if after.at - before.at <= LONGEST_PAUSE_S]
    changed = sum(one.kind != CheckKind.ACCEPT for one in mine)
    return Reviewer(mine[-1].by, len(mine), changed, mine[-1].at, agreed, compared, median(gaps) if gaps else None)


def _count(which: ColumnElement[bool]) -> ColumnElement[Any]:
    return func.coalesce(func.sum(case((which, literal(1)), else_=literal(0))), 0)
