"""What people said of a job's fields, as something to train on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import and_, select, tuple_

from extractor.values import CheckKind, FieldStatus, Kind
from workers.database.connection import reading
from workers.database.outcomes import OF_READING, OUTCOME, moment
from workers.database.schema import documents, pages, readings, reviews
from workers.database.store import Store
from workers.review.forms import Forms

CORRECTIONS_AT_ONCE = 500
DOCUMENTS_AT_ONCE = 200
"""Rows that one look at the database brings."""


@dataclass(frozen=True)
class Correction:
    """A field that people have settled, also where they found it right as it was.

    `quad` are its corners in pixels of the page as it came in, opened with `dpi` where it is a PDF page that has to be
    drawn; `cells` is how many cells its comb has, None for a free string. `was` is the value that had been read,
    `written` the ink's symbols as read, `value` what people say; `status` is accepted, blank or void. `by` are their
    names, `at` is ISO 8601 in UTC. `sample`: it was drawn at random from the accepted ones.
    """

    file: str
    page: int
    dpi: int
    form: str
    field: str
    cells: int | None
    quad: tuple[tuple[float, float], ...]
    was: str
    written: str
    value: str
    status: FieldStatus
    kind: CheckKind
    sample: bool
    by: tuple[str, ...]
    at: str


def corrections_of(store: Store, forms: Forms, job: str) -> Iterator[Correction]:
    """All fields of the job that are settled, in the order of documents, pages and fields; a slice in memory."""
    order = (documents.c.position, reviews.c.page, reviews.c.position)
    query = (
        select(
            *(readings.c.page, readings.c.position, readings.c.field, readings.c.kind, readings.c.value),
            *(readings.c.written, readings.c.quad, *OUTCOME, reviews.c.sample),
            *(pages.c.form, documents.c.file, documents.c.position.label("place")),
        )
        .join_from(reviews, readings, OF_READING)
        .join(documents, and_(documents.c.job == reviews.c.job, documents.c.number == reviews.c.document))
        .join(
            pages,
            and_(pages.c.job == reviews.c.job, pages.c.document == reviews.c.document, pages.c.page == reviews.c.page),
        )
        # What has an outcome is settled. That is not asked for as well: there is an index of it, in another order.
        .where(reviews.c.job == job, reviews.c.kind.is_not(None))
        .order_by(*order)
        .limit(CORRECTIONS_AT_ONCE)
    )
    cells = lru_cache(maxsize=5000)(lambda form, name, kind: forms.field(form, name, Kind(kind)).cells)
    for numbers in _documents(store, job):
        # Of these documents alone, since what is put in order for a slice is all that follows.
        of_these, last = query.where(reviews.c.document.in_(numbers)), (-1, 0, 0)
        rows: Sequence[Any] = (None,) * CORRECTIONS_AT_ONCE
        while len(rows) == CORRECTIONS_AT_ONCE:
            with reading(store.engine) as connection:
                rows = connection.execute(of_these.where(tuple_(*order) > last)).mappings().all()
            for row in rows:
                yield _correction(row, forms.dpi, cells(row["form"] or "", row["field"], row["kind"]))
                last = (row["place"], row["page"], row["position"])


def _documents(store: Store, job: str) -> Iterator[list[int]]:
    """The numbers of the job's documents in order, a slice at a time."""
    position = -1
    while True:
        query = select(documents.c.number, documents.c.position).where(
            documents.c.job == job, documents.c.position > position
        )
        with reading(store.engine) as connection:
            rows = connection.execute(query.order_by(documents.c.position).limit(DOCUMENTS_AT_ONCE)).all()
        if not rows:
            return
        yield [row.number for row in rows]
        position = rows[-1].position


def _correction(row: Mapping[Any, Any], dpi: int, cells: int | None) -> Correction:
    return Correction(
        file=row["file"],
        page=row["page"],
        dpi=dpi,
        form=row["form"] or "",
        field=row["field"],
        cells=cells,
        quad=tuple((x, y) for x, y in row["quad"]),
        was=row["value"],
        written=row["written"],
        value=row["said_value"],
        status=FieldStatus(row["said_status"]),
        kind=CheckKind(row["said_kind"]),
        sample=row["sample"],
        by=tuple(row["said_by"]),
        at=moment(row["said_at"]),
    )


def line(correction: Correction) -> str:
    """The correction as one line of JSON Lines."""
    return json.dumps(asdict(correction), ensure_ascii=False)
