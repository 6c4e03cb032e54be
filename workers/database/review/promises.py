"""What was promised of a job, and whether what has been seen of it since stands against that."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from extractor.values import CheckKind
from workers.database.connection import reading
from workers.database.review.evidence import ACCEPTABLE, STEP
from workers.database.schema import promises, readings, reviews
from workers.database.store import Store
from workers.review.promise import Promise
from workers.review.spread import ENOUGH_FIELDS, OTHERWISE, STEPS, population_stability
from workers.review.thresholds import surely_above
from workers.review.values import Stage

COMPARED_PARTS = 10
"""Parts of a job, in the order of its documents, each of which is compared with what the promise rests on."""


@dataclass(frozen=True)
class Standing:
    """How the `promise` stands: of the job's own sample `checked` fields are answered and `wrong` of them were not
    right; `changed` is the largest index by which a part of the job is read otherwise (see `population_stability`)."""

    promise: Promise
    checked: int
    wrong: int
    changed: float

    @property
    def is_broken(self) -> bool:
        """Whether the sample says that more are wrong than was promised."""
        return self.promise.held and surely_above(self.wrong, self.checked, self.promise.asked)

    @property
    def is_otherwise(self) -> bool:
        """Whether the pages are read so otherwise that the answers that it rests on do not count for them."""
        return self.promise.held and self.changed > OTHERWISE

    @property
    def is_flagged(self) -> bool:
        return self.is_broken or self.is_otherwise


def promise_of(store: Store, job: str) -> Promise | None:
    """What was promised of the job; None where nobody had asked for anything."""
    with reading(store.engine) as connection:
        tree = connection.execute(select(promises.c.promise).where(promises.c.job == job)).scalar()
    return None if tree is None else Promise.from_dict(tree)


def standing_of(store: Store, job: str) -> Standing | None:
    """How that stands now; None where nobody had asked for anything."""
    promise = promise_of(store, job)
    if promise is None:
        return None
    of_sample = (
        select(reviews.c.kind, func.count().label("fields"))
        .where(reviews.c.job == job, reviews.c.sample, reviews.c.stage == Stage.SETTLED, reviews.c.kind.is_not(None))
        .group_by(reviews.c.kind)
    )
    with reading(store.engine) as connection:
        kinds = {row.kind: row.fields for row in connection.execute(of_sample)}
    checked = sum(kinds.values())
    wrong = checked - kinds.get(CheckKind.ACCEPT.value, 0)
    return Standing(promise, checked, wrong, _changed(store, job, promise) if promise.held else 0.0)


def in_a_sentence(standing: Standing) -> str:
    """What stands against the promise and what to do; empty where nothing does."""
    found = []
    if standing.is_broken:
        found.append(
            f"{standing.wrong:,} of {standing.checked:,} fields of its sample were wrong, which is more than the "
            f"{standing.promise.asked * 100:g} % that was promised"
        )
    if standing.is_otherwise:
        found.append(
            "some of its pages are read otherwise than those that the promise rests on (another scanner or form?)"
        )
    if not found:
        return ""
    return f"The promise does not hold: {'; and '.join(found)}. Send its accepted fields to review."


def _changed(store: Store, job: str, promise: Promise) -> float:
    mine = readings.c.job == job
    with reading(store.engine) as connection:
        query = select(func.count(), func.max(readings.c.document), func.max(readings.c.page)).where(mine, ACCEPTABLE)
        count, documents, most_pages = connection.execute(query).one()
        parts = min(COMPARED_PARTS, count // ENOUGH_FIELDS)
        if not parts:
            return 0.0
        place, last = (readings.c.document, documents) if documents > 1 else (readings.c.page, most_pages)
        part = (place * parts) // (last + 1)
        rows = connection.execute(select(part, STEP, func.count()).where(mine, ACCEPTABLE).group_by(part, STEP)).all()
    found: dict[int, list[int]] = {}
    for number, step, fields in rows:
        found.setdefault(number, [0] * (len(STEPS) + 1))[step] += fields
    known = [population_stability(promise.spread, counts) for counts in found.values() if sum(counts) >= ENOUGH_FIELDS]
    return max(known, default=0.0)
