"""What people said of a job's fields, as something to train on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from sqlalchemy import and_, select, tuple_

from extractor.values import CheckKind, FieldStatus, reading_of
from workers.database.connection import reading
from workers.database.outcomes import OF_READING, OUTCOME, moment
from workers.database.schema import documents, pages, readings, reviews
from workers.database.store import Store
from workers.review.forms import Forms
from workers.review.values import Stage

CORRECTIONS_AT_ONCE = 500


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
            readings, *OUTCOME, reviews.c.sample, pages.c.form, documents.c.file, documents.c.position.label("place")
        )
        .join_from(reviews, readings, OF_READING)
        .join(documents, and_(documents.c.job == reviews.c.job, documents.c.number == reviews.c.document))
        .join(
            pages,
            and_(pages.c.job == reviews.c.job, pages.c.document == reviews.c.document, pages.c.page == reviews.c.page),
        )
        .where(reviews.c.job == job, reviews.c.stage == Stage.SETTLED, reviews.c.kind.is_not(None))
        .order_by(*order)
        .limit(CORRECTIONS_AT_ONCE)
    )
    last = (-1, 0, 0)
    while True:
        with reading(store.engine) as connection:
            rows = connection.execute(query.where(tuple_(*order) > last)).mappings().all()
        for row in rows:
            machine = reading_of(row)
            form = row["form"] or ""
            yield Correction(
                file=row["file"],
                page=row["page"],
                dpi=forms.dpi,
                form=form,
                field=machine.field,
                cells=forms.field(form, machine.field, machine.kind).cells,
                quad=machine.quad,
                was=machine.value,
                written=machine.written,
                value=row["said_value"],
                status=FieldStatus(row["said_status"]),
                kind=CheckKind(row["said_kind"]),
                sample=row["sample"],
                by=tuple(row["said_by"]),
                at=moment(row["said_at"]),
            )
        if len(rows) < CORRECTIONS_AT_ONCE:
            return
        last = (rows[-1]["place"], rows[-1]["page"], rows[-1]["position"])


def line(correction: Correction) -> str:
    """The correction as one line of JSON Lines."""
    return json.dumps(asdict(correction), ensure_ascii=False)
