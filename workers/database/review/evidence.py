"""What people have answered on a form, in whatever job, and what that lets promise of another job."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Connection, Select, Text, and_, case, cast, func, or_, select

from extractor.options import ReadOptions
from extractor.values import CheckKind, FieldStatus
from workers.database.connection import reading
from workers.database.outcomes import OF_READING
from workers.database.schema import documents, job_forms, jobs, model_versions, pages, plans, readings, reviews
from workers.database.store import Store
from workers.review.promise import Promise
from workers.review.spread import STEPS
from workers.review.thresholds import CERTAINTY, Answers, choose, more_needed
from workers.review.values import Stage

ACCEPTABLE = and_(
    readings.c.value != "",
    or_(
        readings.c.status == FieldStatus.ACCEPTED.value,
        and_(
            readings.c.status == FieldStatus.REVIEW.value,
            cast(readings.c.rules, Text) == "[]",
            ~cast(readings.c.doubts, Text).contains('"format"', autoescape=True),
        ),
    ),
)
"""Readings that are accepted where they are sure enough: they hold a value, which the form allows."""

STEP = case(*((readings.c.confidence >= edge, index) for index, edge in enumerate(STEPS)), else_=len(STEPS))
"""Between which of `STEPS` a reading lies."""


@dataclass(frozen=True)
class Evidence:
    """What is known of one form: `answers`, from so many `jobs`, and how many readings there are between the `STEPS`,
    by confidence, in these jobs."""

    answers: Answers
    jobs: int
    counts: tuple[int, ...]


@dataclass(frozen=True)
class _Reviewed:
    """A job that people review: `accept` is its threshold, `sample` the share of its accepted fields that is drawn;
    `mixed` says that pages of other forms are in it as well. Documents of the sizes `taught`, in bytes, may be those
    that its model has learned from, and say nothing of how it reads others."""

    job: str
    form: str
    accept: float
    sample: float
    mixed: bool
    taught: tuple[int, ...]


def promised(store: Store, forms: Mapping[str, str], options: ReadOptions) -> tuple[ReadOptions, Promise | None]:
    """The options with the threshold that keeps the share of wrong values below their `max_error`, and the promise;
    as they are where they ask for none."""
    if options.max_error is None:
        return options, None
    promise = promise_for(store, forms, options.max_error, options.accept)
    return replace(options, accept=promise.accept), promise


def promise_for(store: Store, forms: Mapping[str, str], max_error: float, accept: float) -> Promise:
    """What can be promised of a job with these `forms` (see `form_keys`), whose readings are accepted from `accept` on
    where nothing can. Each form has its own answers; the strictest threshold of all is the job's."""
    # Several promises at once are each made more certain, so that all together are as certain as one.
    certainty = 1 - (1 - CERTAINTY) / max(1, len(forms))
    found = [evidence_of(store, key) for key in forms.values()]
    chosen = [choose(one.answers, max_error, certainty) for one in found]
    counts = [sum(column) for column in zip(*(one.counts for one in found), strict=True)]
    known = Promise(
        max_error,
        held=False,
        accept=accept,
        jobs=sum(one.jobs for one in found),
        spread=tuple(count / max(1, sum(counts)) for count in counts),
    )
    names = list(forms) if len(forms) > 1 else [""] * len(forms)
    known = replace(known, elsewhere=_elsewhere(store, forms))
    held = [(best, name) for best, name in zip(chosen, names, strict=True) if best is not None]
    if len(held) == len(found):
        best, name = max(held, key=lambda one: one[0].accept)
        return replace(
            known, held=True, accept=best.accept, share=best.share, answers=best.answers, wrong=best.wrong,
            others=best.whole,
            form=name,
        )  # fmt: skip
    lacking = [(one.answers, name) for one, best, name in zip(found, chosen, names, strict=True) if best is None]
    needed = [more_needed(answers, max_error, certainty) for answers, _ in lacking]
    at = max(range(len(lacking)), key=lambda one: needed[one] or 10**9)
    answers, name = lacking[at]
    wrong = int(answers.drawn_wrong.sum())
    return replace(known, answers=len(answers.drawn), wrong=wrong, more=needed[at], form=name)


def evidence_of(store: Store, reads: str) -> Evidence:
    """All that people have answered on the form that is read so, in jobs whose review has begun."""
    taught = _taught(store, reads)
    with reading(store.engine) as connection:
        reviewed = _reviewed(connection, reads, taught)
        edge = min((one.accept for one in reviewed), default=1.0)
        counts, certain = np.zeros(len(STEPS) + 1, np.int64), 0
        drawn: list[tuple[float, bool]] = []
        steps = [step for step in STEPS if step < edge]
        whole = np.zeros((2, len(steps)), np.int64)
        known = np.zeros(len(steps), bool)
        for one in reviewed:
            spread, above = _spread(connection, one, edge)
            counts += spread
            certain += above
            of_job, complete = _doubtful(connection, one, steps, edge)
            whole += of_job
            known |= np.arange(len(steps)) < complete
            drawn += _drawn(connection, one, edge)
    drawn.sort(key=lambda pair: -pair[0])
    total = int(counts.sum())
    to_step = np.cumsum(counts)[[STEPS.index(step) for step in steps]] if steps else np.zeros(0, np.int64)
    last = int(np.argmin(known)) if not known.all() else len(known)
    # A step that accepts nothing more promises nothing more.
    adds = np.flatnonzero(np.diff(to_step[:last], prepend=certain) > 0)
    answers = Answers(
        edge=edge,
        drawn=np.array([confidence for confidence, _ in drawn]),
        drawn_wrong=np.array([wrong for _, wrong in drawn], bool),
        steps=np.array(steps)[adds],
        whole=whole[0, adds],
        whole_wrong=whole[1, adds],
        below=(1 - certain / np.maximum(1, to_step))[adds],
        certain=certain / max(1, total),
    )
    return Evidence(answers, len(reviewed), tuple(int(count) for count in counts))


def _taught(store: Store, reads: str) -> tuple[int, ...]:
    """The sizes of the documents that the model of that form has learned from."""
    query = (
        select(jobs.c.options, job_forms.c.form)
        .join_from(job_forms, jobs, jobs.c.id == job_forms.c.job)
        .where(job_forms.c.reads == reads)
        .limit(1)
    )
    with reading(store.engine) as connection:
        row = connection.execute(query).first()
        if row is None:
            return ()
        number = next((one.number for one in ReadOptions.from_dict(row.options).versions if one.form == row.form), None)
        of_version = (model_versions.c.form == row.form, model_versions.c.number == number)
        tree = connection.execute(select(model_versions.c.learned_from).where(*of_version)).scalar()
    return tuple(tree["sizes"]) if tree else ()


def _elsewhere(store: Store, forms: Mapping[str, str]) -> int:
    """How many fields of random samples are answered on forms of these names that were read otherwise."""
    query = (
        select(func.count())
        .select_from(reviews)
        .join(job_forms, job_forms.c.job == reviews.c.job)
        .where(job_forms.c.form.in_(list(forms)), job_forms.c.reads.not_in(list(forms.values())))
        .where(reviews.c.sample, reviews.c.stage == Stage.SETTLED, reviews.c.kind.is_not(None))
    )
    with reading(store.engine) as connection:
        return int(connection.execute(query).scalar_one())


def _reviewed(connection: Connection, reads: str, taught: tuple[int, ...]) -> list[_Reviewed]:
    beside = select(func.count()).where(job_forms.c.job == jobs.c.id).correlate(jobs).scalar_subquery()
    query = (
        select(jobs.c.id, jobs.c.options, job_forms.c.form, plans.c.sample, beside)
        .join_from(job_forms, jobs, jobs.c.id == job_forms.c.job)
        .join(plans, plans.c.job == jobs.c.id)
        .where(job_forms.c.reads == reads)
    )
    return [
        _Reviewed(job, form, ReadOptions.from_dict(options).accept, sample, count > 1, taught)
        for job, options, form, sample, count in connection.execute(query)
    ]


def _of_form(query: Select[Any], one: _Reviewed) -> Select[Any]:
    """The readings of that job that stand on the form."""
    query = query.where(readings.c.job == one.job)
    if one.taught:
        of_document = (documents.c.job == readings.c.job, documents.c.number == readings.c.document)
        query = query.join(documents, and_(*of_document)).where(documents.c.size.not_in(one.taught))
    if not one.mixed:
        return query
    of_page = (pages.c.job == readings.c.job, pages.c.document == readings.c.document, pages.c.page == readings.c.page)
    return query.join(pages, and_(*of_page)).where(pages.c.form == one.form)


def _spread(connection: Connection, one: _Reviewed, edge: float) -> tuple[Any, int]:
    """How many of its acceptable readings lie between the `STEPS`, and how many are at least `edge`."""
    above = func.sum(case((readings.c.confidence >= edge, 1), else_=0))
    query = select(STEP, func.count(), above).select_from(readings).where(ACCEPTABLE).group_by(STEP)
    counts, certain = np.zeros(len(STEPS) + 1, np.int64), 0
    for step, count, sure in connection.execute(_of_form(query, one)):
        counts[step] = count
        certain += int(sure)
    return counts, certain


def _doubtful(connection: Connection, one: _Reviewed, steps: Sequence[float], edge: float) -> tuple[Any, int]:
    """Answered doubtful readings below `edge`, at or above each of `steps`, and how many of these were wrong, shape
    (2, steps), as far down as all are answered; and how many steps that is."""
    settled = and_(reviews.c.stage == Stage.SETTLED, reviews.c.kind.is_not(None))
    wrong = and_(settled, reviews.c.kind != CheckKind.ACCEPT.value)
    query = (
        select(STEP, func.count(), _count(settled), _count(wrong))
        .select_from(readings)
        .outerjoin(reviews, OF_READING)
        .where(ACCEPTABLE, readings.c.status == FieldStatus.REVIEW.value, readings.c.confidence < edge)
        .group_by(STEP)
    )
    by_step = {row[0]: tuple(map(int, row[1:])) for row in connection.execute(_of_form(query, one))}
    found = np.zeros((2, len(steps)), np.int64)
    answered = false = 0
    for index in range(len(steps)):
        count, done, bad = by_step.get(len(STEPS) - len(steps) + index, (0, 0, 0))
        if done < count:
            return found, index
        answered, false = answered + done, false + bad
        found[:, index] = answered, false
    return found, len(steps)


def _drawn(connection: Connection, one: _Reviewed, edge: float) -> list[tuple[float, bool]]:
    """Confidence, and whether it was wrong, of the job's answered fields from `edge` on that are a random sample."""
    which = or_(reviews.c.sample, readings.c.confidence >= edge)
    query = (
        select(
            *(reviews.c.document, reviews.c.page, reviews.c.position, reviews.c.sample, reviews.c.stage),
            *(reviews.c.kind, reviews.c.turn, readings.c.confidence),
        )
        .join_from(reviews, readings, OF_READING)
        .where(reviews.c.job == one.job, ACCEPTABLE, which)
        .order_by(reviews.c.rank)
    )
    found: list[tuple[float, bool]] = []
    waits = False
    for row in connection.execute(_of_form(query, one)):
        open_still = row.stage != Stage.SETTLED or row.kind is None
        wrong = open_still or row.kind != CheckKind.ACCEPT.value
        if row.sample:
            # They come in a random order, so that those before the first that nobody has seen are a random sample;
            # what somebody has skipped counts as wrong until it is answered.
            waits = waits or (open_still and row.turn == 0)
            if not waits:
                found.append((row.confidence, wrong))
        elif open_still and row.confidence < one.accept:
            # Doubtful ones that are answered in part are no sample.
            return []
        elif not open_still and _lot((one.job, *row[:3])) < one.sample:
            # Mended, or doubtful in a job with a stricter threshold: as often as it would have been drawn.
            found.append((row.confidence, wrong))
    return found


def _lot(key: tuple[Any, ...]) -> float:
    """A number from 0 to below 1 that is always the same for one field."""
    return int.from_bytes(hashlib.blake2b(repr(key).encode(), digest_size=4).digest()) / 2**32


def _count(which: ColumnElement[bool]) -> ColumnElement[Any]:
    return func.sum(case((which, 1), else_=0))
