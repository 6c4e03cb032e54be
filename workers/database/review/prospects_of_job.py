"""What could be accepted at which error on the forms of a job, by field as well."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from sqlalchemy import and_, case, func, select

from extractor.table_lines import table_place
from extractor.values import CheckKind, FieldStatus
from workers.database.connection import reading
from workers.database.outcomes import OF_READING
from workers.database.review.evidence import ACCEPTABLE, evidence_of
from workers.database.schema import job_forms, plans, readings, reviews
from workers.database.store import Store
from workers.review.prospects import USUAL_SECONDS, FieldError, Prospects, points_of
from workers.review.values import Stage

FIELDS_SHOWN = 20


def prospects_of(store: Store, job: str, seconds: float | None = None) -> Prospects | None:
    """What the answers on the job's forms, in whatever job, let promise; `seconds` is what an answer takes. None where
    it is not known what the forms are, or nobody has begun to review any of them."""
    with reading(store.engine) as connection:
        keys = connection.execute(select(job_forms.c.reads).where(job_forms.c.job == job)).scalars().all()
    found = [evidence_of(store, key) for key in keys]
    if not sum(one.jobs for one in found):
        return None
    return Prospects(
        points=points_of([one.answers for one in found]),
        answers=sum(len(one.answers.drawn) for one in found),
        wrong=sum(int(one.answers.drawn_wrong.sum()) for one in found),
        fields=_fields(store, keys),
        seconds=seconds or USUAL_SECONDS,
    )


def usual_pace(paces: Sequence[float | None]) -> float | None:
    """What an answer takes, by what it takes each of the reviewers; None where nobody was timed."""
    return median([pace for pace in paces if pace]) if any(paces) else None


def _fields(store: Store, keys: Sequence[str]) -> tuple[FieldError, ...]:
    accepted = func.sum(case((readings.c.status == FieldStatus.ACCEPTED.value, 1), else_=0))
    settled = and_(reviews.c.sample, reviews.c.stage == Stage.SETTLED, reviews.c.kind.is_not(None))
    checked = func.sum(case((settled, 1), else_=0))
    wrong = func.sum(case((and_(settled, reviews.c.kind != CheckKind.ACCEPT.value), 1), else_=0))
    these = select(job_forms.c.job).join(plans, plans.c.job == job_forms.c.job).where(job_forms.c.reads.in_(keys))
    query = (
        select(readings.c.field, func.count(), accepted, checked, wrong)
        .outerjoin_from(readings, reviews, OF_READING)
        .where(readings.c.job.in_(these), ACCEPTABLE)
        .group_by(readings.c.field)
    )
    sums: dict[str, list[int]] = {}
    with reading(store.engine) as connection:
        for name, *counts in connection.execute(query):
            # The lines of a table are many, and each has few answers: its columns tell more.
            spot = table_place(name)
            column = name if spot is None else f"{spot.table}.{spot.column}"
            sums[column] = [one + int(more) for one, more in zip(sums.get(column, [0] * 4), counts, strict=True)]
    found = [FieldError(name, *counts) for name, counts in sums.items()]
    return tuple(sorted(found, key=lambda one: (-one.wrong, -one.bound, one.field))[:FIELDS_SHOWN])
